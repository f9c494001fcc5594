//! Trust in certificates: anchors and the rule that names whom we expect below them, or pins.
//!
//! Paths are validated by rustls-webpki (RFC 5280 §6), and what it leaves to its caller in `path`, `anchor` and
//! `revocation`. Here are key usage, pins by exact octets, and the question whether a valid certificate is the
//! expected one.

mod anchor;
mod path;
mod revocation;

use std::time::SystemTime;

use wss_c14n::Budget;
use wss_crypto::{Certificate, DistinguishedName, LoadError, RevocationList};

use crate::error::TrustError;
use anchor::Anchors;
pub use anchor::TrustAnchors;
pub use revocation::{Revocation, RevocationStatus};

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
    /// [`TrustError::Anchor`] if the name cannot be read, or is empty: an empty name is that of everyone without one.
    pub fn subject(name: &str) -> Result<Self, TrustError> {
        let subject = DistinguishedName::parse(name)?;
        if subject.is_empty() {
            return Err(LoadError::Name { name: name.into() }.into());
        }
        Ok(Self::Subject(subject))
    }

    fn expects(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Subject(subject) => certificate.subject() == subject,
            Self::Certificate(expected) => certificate == expected,
            Self::AnyBelowTheAnchors => true,
        }
    }
}

/// A purpose of the extended key usage extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedKeyUsage(Vec<u8>);

impl ExtendedKeyUsage {
    /// The purpose with this OBJECT IDENTIFIER, in dotted decimal.
    ///
    /// # Errors
    /// [`TrustError::Anchor`] if it is not one.
    pub fn parse(oid: &str) -> Result<Self, TrustError> {
        let octets = wss_crypto::object_identifier(oid).ok_or(LoadError::Malformed { what: "object identifier" })?;
        Ok(Self(octets))
    }

    /// `id-kp-clientAuth`.
    #[must_use]
    pub fn client_auth() -> Self {
        Self(vec![0x2B, 6, 1, 5, 5, 7, 3, 2])
    }

    /// `id-kp-emailProtection`, which stacks for messages use for signing.
    #[must_use]
    pub fn email_protection() -> Self {
        Self(vec![0x2B, 6, 1, 5, 5, 7, 3, 4])
    }

    fn oid(&self) -> &[u8] {
        &self.0
    }
}

/// Whose certificates are trusted, and how that is found out.
#[derive(Debug, Clone)]
pub struct Trust {
    anchors: Anchors,
    rules: Vec<SignerRule>,
    pins: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    known: Vec<Certificate>,
    lists: Vec<RevocationList>,
    revocation: Option<Revocation>,
    extended_key_usage: Option<Vec<ExtendedKeyUsage>>,
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
            anchors: Anchors::none(),
            rules: Vec::new(),
            pins: Vec::new(),
            intermediates: Vec::new(),
            known: Vec::new(),
            lists: Vec::new(),
            revocation: None,
            extended_key_usage: None,
        }
    }

    /// Trusts the certification authorities of a PEM file; a [`SignerRule`] must follow. What is demanded of them is
    /// said at [`Trust::anchors`].
    ///
    /// # Errors
    /// [`TrustError::Anchor`] if the file cannot be read; [`TrustError::UnfitAnchor`].
    pub fn anchors_pem(pem: &[u8]) -> Result<TrustAnchors, TrustError> {
        Self::anchors(Certificate::all_from_pem(pem)?)
    }

    /// Trusts certification authorities; a [`SignerRule`] must follow.
    ///
    /// Each must say that it is an authority: a certificate of version 3 with basic constraints that say so, and with
    /// `keyCertSign` if it has a key usage. When a path is validated, its anchor must be within its validity, too, and
    /// its path length, name constraints and extended key usage hold for what is below it.
    ///
    /// # Errors
    /// [`TrustError::UnfitAnchor`] names the first that is not an authority.
    pub fn anchors(certificates: impl IntoIterator<Item = Certificate>) -> Result<TrustAnchors, TrustError> {
        Anchors::new(certificates.into_iter().collect(), false).map(TrustAnchors)
    }

    /// As [`Trust::anchors`], for any certificate: of version 1, of a signer instead of an authority, or expired.
    /// Whoever has the key of one of them can issue certificates that are trusted, until the trust is taken back here.
    /// Path length, name constraints and extended key usage still hold.
    ///
    /// # Errors
    /// [`TrustError::Anchor`] if a certificate cannot be used at all.
    pub fn dangerous_unchecked_anchors(
        certificates: impl IntoIterator<Item = Certificate>,
    ) -> Result<TrustAnchors, TrustError> {
        Anchors::new(certificates.into_iter().collect(), true).map(TrustAnchors)
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

    /// Revocation lists, as PEM or as DER of one. They are read once, here. With any, the status of the signer and of
    /// every authority between it and the anchor must be told by one of them that has not expired, unless
    /// [`Trust::revocation`] says otherwise; without, revocation is not checked. A pinned certificate that a list names
    /// is refused.
    ///
    /// Only complete lists that an authority signed itself are taken, also such for one of its distribution points.
    ///
    /// # Errors
    /// [`TrustError::List`]; for a delta list, an indirect list, or one without `nextUpdate` it says so.
    pub fn crls(mut self, pem_or_der: &[u8]) -> Result<Self, TrustError> {
        self.lists.extend(RevocationList::all_from_pem(pem_or_der).map_err(TrustError::List)?);
        Ok(self)
    }

    /// Says whose revocation status must be known. Without a call that is the whole path, if there are lists.
    #[must_use]
    pub fn revocation(mut self, demanded: Revocation) -> Self {
        self.revocation = Some(demanded);
        self
    }

    /// Demands that certificates on a path which are limited to some extended key usages are allowed one of these.
    /// Without a call extended key usages are not judged: WS-Security defines none. Pins are trusted as they are.
    #[must_use]
    pub fn extended_key_usage(mut self, purposes: impl IntoIterator<Item = ExtendedKeyUsage>) -> Self {
        self.extended_key_usage = Some(purposes.into_iter().collect());
        self
    }

    /// Whether revocation is checked.
    #[must_use]
    pub fn checks_revocation(&self) -> bool {
        self.demanded().is_some()
    }

    /// Whose revocation status must be known; `None` if revocation is not checked.
    #[must_use]
    pub fn demanded_revocation(&self) -> Option<Revocation> {
        self.demanded()
    }

    /// Whether extended key usages are judged on each path; they are not without [`Trust::extended_key_usage`].
    #[must_use]
    pub fn checks_extended_key_usage(&self) -> bool {
        self.extended_key_usage.is_some() || !self.has_anchors()
    }

    /// Whether there are anchors that were given by [`Trust::dangerous_unchecked_anchors`].
    #[must_use]
    pub fn has_unchecked_anchors(&self) -> bool {
        self.anchors.are_unchecked && self.has_anchors()
    }

    /// Whether certificates are trusted below anchors, beside those that are pinned.
    #[must_use]
    pub fn has_anchors(&self) -> bool {
        self.anchors.iter().next().is_some()
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

    /// Validates `certificate` at `now` for `purpose`; `others` came with it and may be part of its path. What that
    /// costs is charged to `budget`.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn validate(
        &self,
        certificate: &Certificate,
        others: &[Certificate],
        purpose: Purpose,
        now: SystemTime,
        budget: &Budget,
    ) -> Result<ValidatedCertificate, TrustError> {
        check_validity(certificate, now)?;
        let permits = certificate.key_usage().is_none_or(|usage| match purpose {
            Purpose::Signing => usage.digital_signature,
            Purpose::Encryption => usage.key_encipherment || usage.key_agreement,
        });
        let subject = || certificate.subject().to_string();
        if !permits {
            return Err(TrustError::KeyUsage { subject: subject().into() });
        }
        let certificate = certificate.clone();
        if self.pins.contains(&certificate) {
            let revocation = self.judge_pin(&certificate, now, budget)?;
            return Ok(ValidatedCertificate { certificate, path: Vec::new(), pinned: true, revocation });
        }
        let judged = self.path(&certificate, others, now, budget)?;
        if !self.rules.iter().any(|rule| rule.expects(&certificate)) {
            return Err(TrustError::NotExpected { subject: subject().into() });
        }
        Ok(ValidatedCertificate { certificate, path: judged.names, pinned: false, revocation: judged.revocation })
    }
}

fn check_validity(certificate: &Certificate, now: SystemTime) -> Result<(), TrustError> {
    let subject = || certificate.subject().to_string();
    let (not_before, not_after) = certificate.validity();
    if now < not_before {
        return Err(TrustError::NotYetValid { subject: subject().into(), not_before, now });
    }
    if now > not_after {
        return Err(TrustError::Expired { subject: subject().into(), not_after, now });
    }
    Ok(())
}

/// A certificate that [`Trust`] vouches for. Made by [`Trust::validate`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatedCertificate {
    certificate: Certificate,
    path: Vec<DistinguishedName>,
    pinned: bool,
    revocation: RevocationStatus,
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

    /// What is known of its revocation and that of its path.
    #[must_use]
    pub fn revocation(&self) -> &RevocationStatus {
        &self.revocation
    }
}
