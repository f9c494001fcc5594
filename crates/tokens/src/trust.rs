//! Trust in certificates: anchors and the rule that names whom we expect below them, or pins.
//!
//! Paths are validated by rustls-webpki (RFC 5280 §6); what it leaves to its caller is done here: key usage,
//! pins by exact octets, and the question whether a valid certificate is the expected one.

use std::time::SystemTime;

use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use webpki::{
    BorrowedCertRevocationList, CertRevocationList, EndEntityCert, ExpirationPolicy, ExtendedKeyUsageValidator,
    KeyPurposeIdIter, OwnedCertRevocationList, RevocationCheckDepth, RevocationOptionsBuilder, UnknownStatusPolicy,
    anchor_from_trusted_cert,
};
use wss_crypto::{Certificate, DistinguishedName, LoadError, crls_from_pem};

use crate::error::TrustError;

/// Anchors without a rule: no trust yet. [`TrustAnchors::signer`] makes it one.
#[derive(Debug, Clone)]
#[must_use = "anchors become a trust with `signer`"]
pub struct TrustAnchors(Vec<Certificate>);

impl TrustAnchors {
    /// Says who below the anchors is expected.
    pub fn signer(self, rule: SignerRule) -> Trust {
        Trust { anchors: self.0, rules: vec![rule], ..Trust::nothing() }
    }
}

/// Whom to expect below the anchors.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerRule {
    /// A subject name.
    Subject(DistinguishedName),
    /// One certificate, which must still have a valid path.
    Certificate(Certificate),
    /// Anyone the anchors vouch for. The caller then decides by the identity that comes out.
    AnyBelowTheAnchors,
}

impl SignerRule {
    /// The holder of this subject name, in any spelling of RFC 4514.
    ///
    /// # Errors
    /// [`TrustError::Anchor`] if the name cannot be read.
    pub fn subject(name: &str) -> Result<Self, TrustError> {
        Ok(Self::Subject(DistinguishedName::parse(name)?))
    }

    fn expects(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Subject(subject) => certificate.subject() == subject,
            Self::Certificate(expected) => certificate == expected,
            Self::AnyBelowTheAnchors => true,
        }
    }
}

/// Whose certificates are trusted, and how that is found out.
#[derive(Debug, Clone)]
pub struct Trust {
    anchors: Vec<Certificate>,
    rules: Vec<SignerRule>,
    pins: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    known: Vec<Certificate>,
    crls: Vec<Vec<u8>>,
}

/// What a certificate is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signatures on messages.
    Signing,
    /// Receiving keys.
    Encryption,
}

impl Trust {
    fn nothing() -> Self {
        Self {
            anchors: Vec::new(),
            rules: Vec::new(),
            pins: Vec::new(),
            intermediates: Vec::new(),
            known: Vec::new(),
            crls: Vec::new(),
        }
    }

    /// Trusts the certification authorities of a PEM file; a [`SignerRule`] must follow.
    ///
    /// # Errors
    /// [`TrustError::Anchor`].
    pub fn anchors_pem(pem: &[u8]) -> Result<TrustAnchors, TrustError> {
        Ok(TrustAnchors(Certificate::all_from_pem(pem)?))
    }

    /// Trusts certification authorities; a [`SignerRule`] must follow.
    pub fn anchors(certificates: impl IntoIterator<Item = Certificate>) -> TrustAnchors {
        TrustAnchors(certificates.into_iter().collect())
    }

    /// Trusts exactly these certificates, without a path: self-signed ones included.
    pub fn pins(certificates: impl IntoIterator<Item = Certificate>) -> Self {
        Self { pins: certificates.into_iter().collect(), ..Self::nothing() }
    }

    /// Trusts no certificate at all: for receivers that know secrets or passwords only.
    pub fn no_certificates() -> Self {
        Self::nothing()
    }

    /// Further people to expect below the anchors.
    #[must_use]
    pub fn also(mut self, rule: SignerRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Pins further certificates.
    #[must_use]
    pub fn pin(mut self, certificate: Certificate) -> Self {
        self.pins.push(certificate);
        self
    }

    /// Certificates that may lead to an anchor.
    #[must_use]
    pub fn intermediates(mut self, certificates: impl IntoIterator<Item = Certificate>) -> Self {
        self.intermediates.extend(certificates);
        self
    }

    /// Certificates that messages may name without carrying them: by serial number, key identifier, thumbprint.
    /// Knowing one is not trusting it.
    #[must_use]
    pub fn known(mut self, certificates: impl IntoIterator<Item = Certificate>) -> Self {
        self.known.extend(certificates);
        self
    }

    /// Revocation lists. With any, the status of the signer and of every authority between it and the anchor must be
    /// told by one of them, which must not have expired; without, revocation is not checked.
    ///
    /// # Errors
    /// [`TrustError::Crl`].
    pub fn crls(mut self, pem_or_der: &[u8]) -> Result<Self, TrustError> {
        let crls = crls_from_pem(pem_or_der).map_err(|_: LoadError| TrustError::Crl)?;
        for crl in &crls {
            BorrowedCertRevocationList::from_der(crl).map_err(|_| TrustError::Crl)?;
        }
        self.crls.extend(crls);
        Ok(self)
    }

    /// Whether revocation is checked.
    #[must_use]
    pub fn checks_revocation(&self) -> bool {
        !self.crls.is_empty()
    }

    /// Whether anyone below the anchors is expected, by [`SignerRule::AnyBelowTheAnchors`].
    #[must_use]
    pub fn expects_anyone(&self) -> bool {
        self.rules.contains(&SignerRule::AnyBelowTheAnchors)
    }

    /// The certificates a reference without a token can name.
    pub fn candidates(&self) -> impl Iterator<Item = &Certificate> {
        let expected = self.rules.iter().filter_map(|rule| match rule {
            SignerRule::Certificate(certificate) => Some(certificate),
            SignerRule::Subject(_) | SignerRule::AnyBelowTheAnchors => None,
        });
        self.pins.iter().chain(&self.known).chain(expected)
    }

    /// Validates `certificate` at `now` for `purpose`; `others` came with it and may be part of its path.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn validate(
        &self,
        certificate: &Certificate,
        others: &[Certificate],
        purpose: Purpose,
        now: SystemTime,
    ) -> Result<ValidatedCertificate, TrustError> {
        let subject = || certificate.subject().to_string();
        let (not_before, not_after) = certificate.validity();
        if now < not_before || now > not_after {
            return Err(TrustError::NotValidNow { subject: subject() });
        }
        let permits = certificate.key_usage().is_none_or(|usage| match purpose {
            Purpose::Signing => usage.digital_signature,
            Purpose::Encryption => usage.key_encipherment || usage.key_agreement,
        });
        if !permits {
            return Err(TrustError::KeyUsage { subject: subject() });
        }
        if self.pins.contains(certificate) {
            return Ok(ValidatedCertificate { certificate: certificate.clone(), path: Vec::new(), pinned: true });
        }
        let path = self.path(certificate, others, now)?;
        if !self.rules.iter().any(|rule| rule.expects(certificate)) {
            return Err(TrustError::NotExpected { subject: subject() });
        }
        Ok(ValidatedCertificate { certificate: certificate.clone(), path, pinned: false })
    }

    fn path(
        &self,
        certificate: &Certificate,
        others: &[Certificate],
        now: SystemTime,
    ) -> Result<Vec<DistinguishedName>, TrustError> {
        let subject = || certificate.subject().to_string();
        let leaf = CertificateDer::from(certificate.der());
        let leaf = EndEntityCert::try_from(&leaf).map_err(|_| TrustError::Unsupported { subject: subject() })?;
        let anchor_ders: Vec<_> = self.anchors.iter().map(|anchor| CertificateDer::from(anchor.der())).collect();
        let anchors: Vec<TrustAnchor<'_>> =
            anchor_ders.iter().filter_map(|der| anchor_from_trusted_cert(der).ok()).collect();
        // webpki checks cA, the path length and names, but not keyCertSign (RFC 5280 §6.1.4 (n)).
        let may_certify = |other: &&Certificate| other.key_usage().is_none_or(|usage| usage.key_cert_sign);
        let intermediates: Vec<_> = self
            .intermediates
            .iter()
            .chain(others)
            .filter(may_certify)
            .map(|other| CertificateDer::from(other.der()))
            .collect();
        let crls: Vec<CertRevocationList<'_>> = self
            .crls
            .iter()
            .filter_map(|crl| OwnedCertRevocationList::from_der(crl).ok().map(CertRevocationList::Owned))
            .collect();
        let crl_references: Vec<&CertRevocationList<'_>> = crls.iter().collect();
        let revocation = RevocationOptionsBuilder::new(&crl_references).ok().map(|options| {
            options
                .with_depth(RevocationCheckDepth::Chain)
                .with_status_policy(UnknownStatusPolicy::Deny)
                .with_expiration_policy(ExpirationPolicy::Enforce)
                .build()
        });
        let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(seconds);
        let verified = leaf.verify_for_usage(SIGNATURES, &anchors, &intermediates, now, AnyUsage, revocation, None);
        match verified {
            Ok(path) => {
                let names = path.intermediate_certificates().map(|certificate| certificate.subject());
                let names = names.map(|subject| DistinguishedName::from_der(&sequence(subject)));
                let mut names: Vec<_> = names.filter_map(Result::ok).collect();
                names.extend(DistinguishedName::from_der(&sequence(path.anchor().subject.as_ref())));
                Ok(names)
            }
            Err(webpki::Error::CertExpired { .. } | webpki::Error::CertNotValidYet { .. }) => {
                Err(TrustError::NotValidNow { subject: subject() })
            }
            Err(
                webpki::Error::CertRevoked | webpki::Error::UnknownRevocationStatus | webpki::Error::CrlExpired { .. },
            ) => Err(TrustError::Revoked { subject: subject() }),
            Err(webpki::Error::CaUsedAsEndEntity | webpki::Error::UnsupportedCriticalExtension) => {
                Err(TrustError::Unsupported { subject: subject() })
            }
            Err(_) => Err(TrustError::NoPath { subject: subject() }),
        }
    }
}

/// webpki hands out names without their outer SEQUENCE.
fn sequence(content: &[u8]) -> Vec<u8> {
    let mut der = vec![0x30];
    match content.len() {
        len @ 0..0x80 => der.push(len as u8),
        len @ 0x80..0x100 => der.extend([0x81, len as u8]),
        len => der.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    der.extend_from_slice(content);
    der
}

/// The chain of a signer may be of any extended key usage: WS-Security defines none.
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
    #[cfg(feature = "aws-lc-rs")]
    provider::ECDSA_P521_SHA256,
    #[cfg(feature = "aws-lc-rs")]
    provider::ECDSA_P521_SHA384,
    #[cfg(feature = "aws-lc-rs")]
    provider::ECDSA_P521_SHA512,
];

/// A certificate that [`Trust`] vouches for. Made by [`Trust::validate`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatedCertificate {
    certificate: Certificate,
    path: Vec<DistinguishedName>,
    pinned: bool,
}

impl ValidatedCertificate {
    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Subjects of the authorities on its path, the anchor last; empty for a pin.
    #[must_use]
    pub fn path(&self) -> &[DistinguishedName] {
        &self.path
    }

    /// Whether it was pinned rather than validated by path.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.pinned
    }
}
