//! Paths from a certificate to an anchor.
//!
//! rustls-webpki builds and validates paths (RFC 5280 §6). The checks that it leaves to its caller are made here, for
//! each path that it finds: anchors, extended key usages, revocation. A certificate from the message is passed to it
//! only if one of our authorities signed it, so that worthless certificates cost no search.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::SystemTime;

use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, UnixTime,
};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, VerifiedPath};
use wss_c14n::{Budget, Exceeded, Limit};
use wss_crypto::{
    Certificate, CertificateSignature, DistinguishedName, KeyKind, PathSignature, StandIn,
    dangerous_old_path_signatures, path_signatures,
};

use super::kept::Holds;
use super::revocation::RevocationStatus;
use super::{ExtendedKeyUsage, Trust};
use crate::trust_error::TrustError;

/// The largest number of authorities on a path, which is the limit of webpki.
const MAX_AUTHORITIES: usize = 6;

/// Whether it may certify others (RFC 5280 §4.2.1.9).
fn is_authority(certificate: &Certificate) -> bool {
    certificate.basic_constraints().is_some_and(|constraints| constraints.is_ca)
}

/// The result for a valid path.
pub(super) struct Judged {
    /// The subjects of its authorities, with the anchor last.
    pub(super) names: Vec<DistinguishedName>,
    pub(super) revocation: RevocationStatus,
    pub(super) holds: Option<Holds>,
}

/// The certificate whose path is judged.
struct EndEntity<'c> {
    certificate: &'c Certificate,
    /// Whether a substitute for it ends the path, so that it is itself on the path.
    has_substitute: bool,
}

/// What ends a path in place of a certificate, if anything does.
struct Substitution {
    stands_in: Option<StandIn>,
    /// Whether the certificate is above its substitute.
    is_above: bool,
}

impl Trust {
    /// Finds a path from `certificate` to an anchor. `others` came with it and may be part of it.
    pub(super) fn path(
        &self,
        certificate: &Certificate,
        others: &[Certificate],
        now: SystemTime,
        budget: &Budget,
    ) -> Result<Judged, TrustError> {
        budget.charge(Limit::Paths, 1)?;
        let named = self.named(certificate, others);
        let authorities = self.signed(&named, budget)?;
        let Substitution { stands_in, is_above } = self.stand_in(certificate, &authorities, budget)?;
        let end = EndEntity { certificate, has_substitute: is_above };
        let leaf = CertificateDer::from(stands_in.as_ref().map_or(certificate.der(), StandIn::der));
        let leaf = EndEntityCert::try_from(&leaf).map_err(|error| self.refusal(&error, certificate, &named, now))?;
        let above = is_above.then_some(certificate).into_iter().chain(authorities.iter().copied());
        let authorities: Vec<&Certificate> = above.collect();
        let intermediates: Vec<_> = authorities.iter().map(|other| CertificateDer::from(other.der())).collect();
        let with_parameters = self.with_parameters(certificate, &authorities, budget)?;
        let judged = RefCell::new(None);
        let judge = |path: &VerifiedPath<'_>| {
            let result = self.judge_path(path, &end, &authorities, now, budget);
            let is_good = result.is_ok();
            let mut known = judged.borrow_mut();
            // If no path is good, a revoked certificate is the most useful reason.
            if !matches!(&*known, Some(Err(TrustError::Revoked { .. }))) || is_good {
                *known = Some(result);
            }
            if is_good { Ok(()) } else { Err(webpki::Error::UnknownIssuer) }
        };
        let meter = Meter::of(budget);
        let old = if self.accepts_old_signatures { dangerous_old_path_signatures() } else { &[] };
        let brought = old.iter().chain(SIGNATURES).chain(path_signatures());
        let mut metered: Vec<Metered<'_>> =
            with_parameters.iter().map(|inner| Metered { inner, meter: &meter }).collect();
        metered.extend(brought.map(|inner| Metered { inner: *inner, meter: &meter }));
        let mut algorithms: Vec<_> =
            metered.iter().map(|metered| metered as &dyn SignatureVerificationAlgorithm).collect();
        algorithms.extend(stands_in.iter().map(|stand_in| stand_in as &dyn SignatureVerificationAlgorithm));
        // An instant before 1970 counts as 1970.
        let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let time = UnixTime::since_unix_epoch(seconds);
        let found = leaf.verify_for_usage(
            &algorithms,
            self.anchors.parsed(),
            &intermediates,
            time,
            AnyUsage,
            None,
            Some(&judge),
        );
        let refused = found.err();
        meter.settle(budget)?;
        match (judged.take(), refused) {
            (Some(Ok(judged)), None) => Ok(judged),
            (Some(Err(error)), _) => Err(error),
            (_, Some(error)) => Err(self.refusal(&error, certificate, &named, now)),
            (None, None) => Err(self.no_path(certificate, named.iter().map(|candidate| candidate.certificate))),
        }
    }

    /// The algorithms of signatures whose identifiers have parameters. They are kept as long as the program lives, so that each
    /// signature is verified first, and the signer is an authority: neither a stranger nor the holder of a certificate can fill
    /// the list.
    fn with_parameters(
        &self,
        certificate: &Certificate,
        authorities: &[&Certificate],
        budget: &Budget,
    ) -> Result<Vec<PathSignature>, Exceeded> {
        let accepts_old = self.accepts_old_signatures;
        let mut algorithms = Vec::new();
        // The certificate itself, even where it stands above a substitute, may be one that nobody else signed.
        let others = || authorities.iter().copied().filter(|other| *other != certificate);
        let signers = self.anchors.iter().chain(others().filter(|other| is_authority(other)));
        let signers: Vec<&Certificate> = signers.collect();
        for signed in std::iter::once(certificate).chain(others()) {
            for signer in signers.iter().copied() {
                if signer.subject() == signed.issuer()
                    && PathSignature::has_parameters(signed, signer, accepts_old)
                    && self.has_signed(signer, signed, budget)?
                {
                    algorithms.extend(PathSignature::of(signed, signer, accepts_old));
                }
            }
        }
        Ok(algorithms)
    }

    /// A substitute for an authority that signs messages itself, or for a certificate of version 1, if they are accepted.
    fn stand_in(
        &self,
        certificate: &Certificate,
        authorities: &[&Certificate],
        budget: &Budget,
    ) -> Result<Substitution, Exceeded> {
        let signer = || {
            let mut signers = self.anchors.iter().chain(authorities.iter().copied());
            signers.try_fold(None, |known, signer| {
                let is_found = known.is_some() || !self.has_signed(signer, certificate, budget)?;
                Ok(if is_found { known } else { Some(signer) })
            })
        };
        if self.accepts_authorities && is_authority(certificate) {
            // Keys with parameters are cached only for a certificate that an authority signed: no stranger can fill the cache.
            let has_parameters =
                matches!(certificate.public_key().kind(), KeyKind::Dsa { .. } | KeyKind::RsaPss { .. });
            let stands_in = if has_parameters && signer()?.is_none() { None } else { StandIn::below(certificate) };
            let is_above = stands_in.is_some();
            return Ok(Substitution { stands_in, is_above });
        }
        let is_old = self.accepts_version_1 && certificate.version() == 1;
        let signer = if is_old { signer()? } else { None };
        // The algorithms of paths, which refuse weak keys, do not see this signature.
        let is_strong = |signer: &&Certificate| self.accepts_old_signatures || signer.public_key().kind().is_strong();
        let signer = signer.filter(is_strong);
        let stands_in = signer.and_then(|signer| StandIn::in_version_3(certificate, signer));
        Ok(Substitution { stands_in, is_above: false })
    }

    /// Whether the key of `signer` made the signature on a certificate that names it.
    fn has_signed(&self, signer: &Certificate, signed: &Certificate, budget: &Budget) -> Result<bool, Exceeded> {
        if signer.subject() != signed.issuer() {
            return Ok(false);
        }
        budget.charge(Limit::PublicKeyOperations, 1)?;
        let verified = match self.accepts_old_signatures {
            true => signed.dangerous_verify_old_signature_of(signer),
            false => signed.verify_signature_of(signer),
        };
        Ok(verified.is_ok())
    }

    /// Our intermediates and the certificates of the message that its names lead to, upwards.
    fn named<'c>(&'c self, certificate: &'c Certificate, others: &'c [Certificate]) -> Vec<Candidate<'c>> {
        // webpki checks cA, the path length and names, but not keyCertSign (RFC 5280 §6.1.4 (n)).
        let may_certify = |other: &Certificate| other.key_usage().is_none_or(|usage| usage.key_cert_sign);
        let own = self.intermediates.iter().map(|certificate| Candidate { certificate, is_own: true });
        let carried = others.iter().map(|certificate| Candidate { certificate, is_own: false });
        let mut rest: Vec<_> = own.chain(carried).filter(|candidate| may_certify(candidate.certificate)).collect();
        let mut wanted: HashSet<&DistinguishedName> = HashSet::from([certificate.issuer()]);
        let mut named: Vec<Candidate<'c>> = Vec::new();
        for _ in 0..MAX_AUTHORITIES {
            let (found, left): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|candidate| wanted.contains(candidate.certificate.subject()));
            if found.is_empty() {
                break;
            }
            wanted = found.iter().map(|candidate| candidate.certificate.issuer()).collect();
            for candidate in found {
                let is_new = !named.iter().any(|known| known.certificate == candidate.certificate);
                named.extend(is_new.then_some(candidate));
            }
            rest = left;
        }
        named
    }

    /// The candidates that we know, or that an anchor or another authority among them signed. Each pair is tried once.
    fn signed<'c>(&'c self, named: &[Candidate<'c>], budget: &Budget) -> Result<Vec<&'c Certificate>, Exceeded> {
        let (own, carried): (Vec<Candidate<'c>>, Vec<_>) = named.iter().partition(|candidate| candidate.is_own);
        let mut signed: Vec<&Certificate> = own.iter().map(|candidate| candidate.certificate).collect();
        let mut signers: Vec<&Certificate> = self.anchors.iter().chain(signed.iter().copied()).collect();
        let mut rest: Vec<&Certificate> = carried.iter().map(|candidate| candidate.certificate).collect();
        while !rest.is_empty() && !signers.is_empty() {
            let mut found = Vec::new();
            let mut left = Vec::new();
            for candidate in rest {
                let mut is_signed = false;
                for signer in &signers {
                    is_signed = is_signed || self.has_signed(signer, candidate, budget)?;
                }
                if is_signed { found.push(candidate) } else { left.push(candidate) }
            }
            signed.extend(&found);
            found.retain(|candidate| is_authority(candidate));
            signers = found;
            rest = left;
        }
        Ok(signed)
    }

    /// Checks a path whose signatures, times, names and basic constraints are valid, except those of the anchor.
    fn judge_path(
        &self,
        path: &VerifiedPath<'_>,
        &EndEntity { certificate, has_substitute }: &EndEntity<'_>,
        authorities: &[&Certificate],
        now: SystemTime,
        budget: &Budget,
    ) -> Result<Judged, TrustError> {
        let no_path = || self.no_path(certificate, authorities.iter().copied());
        let mut whole = vec![certificate];
        let mut is_its_own = false;
        for intermediate in path.intermediate_certificates() {
            let der = intermediate.der();
            // Only the substitute is below an authority that signs messages.
            if der.as_ref() == certificate.der() && whole.len() == 1 {
                is_its_own = true;
                continue;
            }
            whole.push(authorities.iter().find(|known| known.der() == der.as_ref()).ok_or_else(no_path)?);
        }
        let anchor = self.anchors.certificate(path.anchor()).ok_or_else(no_path)?;
        // A path to the substitute of a certificate goes through that certificate, and not through another one with its
        // name.
        let is_anchor = whole.len() == 1 && anchor == certificate;
        if has_substitute && !is_its_own && !is_anchor {
            return Err(no_path());
        }
        whole.push(anchor);
        let between = match whole.as_slice() {
            [_, between @ .., _] => between,
            _ => &[],
        };
        let counted = between.iter().filter(|authority| authority.subject() != authority.issuer()).count();
        // webpki counts an authority that signs messages, and so does the check of the anchor.
        let counted = counted + usize::from(is_its_own);
        self.anchors.judge(anchor, counted, now)?;
        if let Some(expected) = &self.extended_key_usage {
            whole.iter().try_for_each(|certificate| check_usage(certificate, expected))?;
        }
        let links: Vec<_> = whole.iter().copied().zip(whole.iter().skip(1).copied()).collect();
        let revocation = self.judge_revocation(&links, now, budget)?;
        let names = whole.iter().skip(1).map(|authority| authority.subject().clone()).collect();
        Ok(Judged { names, revocation, holds: self.holds(now, &whole) })
    }

    /// The reason why there is no path, as our error.
    fn refusal(
        &self,
        error: &webpki::Error,
        certificate: &Certificate,
        named: &[Candidate<'_>],
        now: SystemTime,
    ) -> TrustError {
        let subject = certificate.subject().to_string();
        let authorities = named.iter().map(|candidate| candidate.certificate);
        match error {
            webpki::Error::CertExpired { .. } | webpki::Error::CertNotValidYet { .. } => {
                let outside =
                    authorities.clone().find_map(|authority| super::validity::check_validity(authority, now).err());
                outside.unwrap_or_else(|| self.no_path(certificate, authorities))
            }
            // If they are accepted, no signature that counts leads to it.
            webpki::Error::CaUsedAsEndEntity if !self.accepts_authorities => {
                TrustError::AuthorityAsSigner { subject: subject.into() }
            }
            // If it is accepted, nobody who is known signed it.
            webpki::Error::UnsupportedCertVersion if certificate.version() == 1 && self.accepts_version_1 => {
                self.no_path(certificate, authorities)
            }
            webpki::Error::UnsupportedCertVersion if certificate.version() == 1 => {
                TrustError::Version1 { subject: subject.into() }
            }
            webpki::Error::UnsupportedCriticalExtension | webpki::Error::UnsupportedCertVersion => {
                TrustError::Unsupported { subject: subject.into() }
            }
            webpki::Error::PathLenConstraintViolated => TrustError::PathLength { subject: subject.into() },
            webpki::Error::NameConstraintViolation => TrustError::NameConstraints { subject: subject.into() },
            _ => self.unfit_signature(certificate, named).unwrap_or_else(|| self.no_path(certificate, authorities)),
        }
    }

    /// The error for a certificate whose path ends at an issuer that has no certificate among `authorities` and the
    /// anchors, or that did not sign it.
    fn no_path<'c>(
        &'c self,
        certificate: &'c Certificate,
        authorities: impl Iterator<Item = &'c Certificate> + Clone,
    ) -> TrustError {
        let mut last = certificate;
        for _ in 0..MAX_AUTHORITIES {
            let is_issuer = |other: &&Certificate| *other != last && other.subject() == last.issuer();
            match authorities.clone().find(is_issuer) {
                Some(issuer) if issuer.issuer() != issuer.subject() => last = issuer,
                _ => break,
            }
        }
        let known = self.anchors.iter().chain(authorities);
        TrustError::NoPath {
            subject: certificate.subject().to_string().into(),
            issuer: last.issuer().to_string().into(),
            is_known: known.into_iter().any(|other| other.subject() == last.issuer()),
        }
    }

    /// The error for a certificate of the path that a known issuer signed with a method or a key that paths do not have.
    fn unfit_signature(&self, certificate: &Certificate, named: &[Candidate<'_>]) -> Option<TrustError> {
        let known = || self.anchors.iter().chain(named.iter().map(|candidate| candidate.certificate));
        let mut path = std::iter::once(certificate).chain(named.iter().map(|candidate| candidate.certificate));
        path.find_map(|signed| {
            let issuer = known().find(|issuer| *issuer != signed && issuer.subject() == signed.issuer())?;
            if issuer.public_key().kind().is_retired() {
                return Some(TrustError::RetiredAuthority { subject: issuer.subject().to_string().into() });
            }
            let subject = signed.subject().to_string().into();
            match signed.signature_of(issuer) {
                CertificateSignature::Unsupported { method } => {
                    Some(TrustError::UnsupportedSignature { subject, method })
                }
                CertificateSignature::Old { method } if !self.accepts_old_signatures => {
                    Some(TrustError::WeakSignature { subject, method })
                }
                _ => None,
            }
        })
    }
}

/// The rest of the limit for the signatures that webpki verifies while it searches. It may try one certificate on
/// several paths, a hundred signatures for each certificate that is judged, so that each is counted before it is
/// verified.
#[derive(Debug)]
struct Meter {
    /// The number that was allowed at the beginning.
    allowed: u64,
    left: AtomicU64,
    /// Whether a signature had to be verified when nothing was left.
    ran_out: AtomicBool,
}

impl Meter {
    fn of(budget: &Budget) -> Self {
        let allowed = budget.left(Limit::PublicKeyOperations);
        Self { allowed, left: AtomicU64::new(allowed), ran_out: AtomicBool::new(false) }
    }

    fn take_one(&self) -> Result<(), InvalidSignature> {
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        taken.map(drop).map_err(|_| {
            self.ran_out.store(true, Ordering::Relaxed);
            InvalidSignature
        })
    }

    /// Charges the signatures that were verified.
    fn settle(&self, budget: &Budget) -> Result<(), Exceeded> {
        if self.ran_out.load(Ordering::Relaxed) {
            return Err(budget.exceeded(Limit::PublicKeyOperations));
        }
        budget.charge(Limit::PublicKeyOperations, self.allowed - self.left.load(Ordering::Relaxed))
    }
}

/// An algorithm that verifies as long as the limit is not reached.
#[derive(Debug)]
struct Metered<'m> {
    inner: &'m dyn SignatureVerificationAlgorithm,
    meter: &'m Meter,
}

impl SignatureVerificationAlgorithm for Metered<'_> {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.meter.take_one()?;
        self.inner.verify_signature(key, message, signature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.inner.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.inner.signature_alg_id()
    }
}

/// A certificate that may be an authority on a path.
#[derive(Clone, Copy)]
struct Candidate<'c> {
    certificate: &'c Certificate,
    /// Whether it comes from the caller, not from the message.
    is_own: bool,
}

/// A certificate without the extension may be used for every purpose (RFC 5280 §4.2.1.12).
fn check_usage(certificate: &Certificate, expected: &[ExtendedKeyUsage]) -> Result<(), TrustError> {
    let Some(usages) = certificate.extended_key_usage() else { return Ok(()) };
    let permits = |usage: &Vec<u8>| usage == ANY_USAGE || expected.iter().any(|expected| expected.oid() == usage);
    match usages.iter().any(permits) {
        true => Ok(()),
        false => Err(TrustError::ExtendedKeyUsage { subject: certificate.subject().to_string().into() }),
    }
}

const ANY_USAGE: &[u8] = &[0x55, 0x1D, 37, 0];

/// Extended key usages are checked for the whole path, including the anchor.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}

#[cfg(feature = "aws-lc-rs")]
use webpki::aws_lc_rs as provider;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
use webpki::ring as provider;

/// The algorithms that come with webpki.
static SIGNATURES: &[&dyn SignatureVerificationAlgorithm] = &[
    provider::RSA_PKCS1_2048_8192_SHA256,
    provider::RSA_PKCS1_2048_8192_SHA384,
    provider::RSA_PKCS1_2048_8192_SHA512,
    provider::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    provider::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    provider::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    provider::ECDSA_P256_SHA256,
    provider::ECDSA_P256_SHA384,
    provider::ECDSA_P384_SHA256,
    provider::ECDSA_P384_SHA384,
    provider::ED25519,
];

#[cfg(test)]
mod tests {
    use std::fs;

    use wss_c14n::{Budget, Limits};
    use wss_crypto::Certificate;

    use crate::trust::{SignerRule, Trust};

    /// The identifiers that webpki would get, each of which is kept as long as the program lives.
    fn kept(trust: &Trust, certificate: &Certificate, others: &[Certificate]) -> usize {
        let budget = Budget::new(&Limits::default(), 4_096);
        let authorities = trust.signed(&trust.named(certificate, others), &budget).expect("within the limits");
        let with_itself: Vec<&Certificate> = std::iter::once(certificate).chain(authorities).collect();
        trust.with_parameters(certificate, &with_itself, &budget).expect("within the limits").len()
    }

    /// OpenSSL made the certificates (`vectors/keys/strangers/make.sh`).
    #[test]
    fn only_authorities_have_parameters_kept() {
        let [root, himself, member, made, below] = ["root", "himself", "member", "made", "below"].map(|name| {
            let path = format!("{}/../../vectors/keys/strangers/{name}.der", env!("CARGO_MANIFEST_DIR"));
            Certificate::from_der(&fs::read(&path).expect(&path)).expect("a certificate")
        });
        let below_one = |anchor| {
            let anchors = Trust::dangerous_unchecked_anchors([anchor]).expect("an anchor");
            anchors.signer(SignerRule::AnyBelowTheAnchors)
        };
        let trust = below_one(root);
        assert_eq!(kept(&trust, &himself, std::slice::from_ref(&himself)), 0, "a stranger");
        assert_eq!(kept(&trust, &made, std::slice::from_ref(&member)), 0, "the holder of a certificate");
        assert_eq!(kept(&trust, &below, &[member, made.clone()]), 0, "an authority that the holder made");
        let trust = below_one(made);
        assert_eq!(kept(&trust, &below, &[]), 1, "an authority");
    }
}
