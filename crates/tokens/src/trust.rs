//! Trust in certificates: anchors and a rule that names the expected signers below them, or pins.
//!
//! rustls-webpki validates paths (RFC 5280 §6). The checks that it leaves to its caller are in `path`, `anchor` and
//! `revocation`; `kept` holds earlier judgements. This file handles key usage, pins (which compare all octets), and
//! whether a valid certificate is an expected one.

mod anchor;
mod fetch;
mod kept;
mod ocsp;
mod path;
mod revocation;
mod revocation_cache;
mod usage;
mod validity;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use wss_c14n::Budget;
use wss_crypto::{
    AlternativeName, Certificate, CertificateBundle, DistinguishedName, LoadError, OcspResponse, RevocationList,
    object_identifier,
};

use crate::trust_error::TrustError;
use anchor::Anchors;
pub use anchor::TrustAnchors;
pub use fetch::{Fetch, FetchBlocking, FetchError, FetchFailure, FetchRequest};
use kept::{Cost, Holds, Kept, Verdict};
use revocation::Sources;
pub use revocation::{Revocation, RevocationStatus};
pub use revocation_cache::{CacheLimits, RevocationCache};
use validity::check_validity;

/// The expected signers below the anchors.
///
/// ```
/// use wss_tokens::SignerRule;
///
/// // Any spelling of RFC 4514, Java, .NET or OpenSSL.
/// SignerRule::subject("CN=Alice,O=Example\\, Inc,C=DE")?;
/// assert!(SignerRule::subject("").is_err());
/// # Ok::<(), wss_tokens::TrustError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerRule {
    /// A subject name.
    Subject(DistinguishedName),
    /// One certificate, which must still have a valid path.
    Certificate(Certificate),
    /// An attribute of the subject, by the OBJECT IDENTIFIER of its type in dotted decimal. The subject must have
    /// exactly one such attribute, with this text octet by octet.
    Attribute {
        /// The type, as in `2.5.4.3` for a common name.
        oid: String,
        /// The text.
        value: String,
    },
    /// A certificate policy that the certificate asserts.
    Policy(String),
    /// A host, an address of mail or a URI among the subject alternative names.
    Alternative(AlternativeName),
    /// All of these. An empty list admits nobody.
    All(Vec<SignerRule>),
    /// Everyone with a valid path. The application then decides by the identity that it gets.
    AnyBelowTheAnchors,
}

impl SignerRule {
    /// The holder of this subject name, in any spelling of RFC 4514.
    ///
    /// # Errors
    /// [`TrustError::Anchor`] if the name cannot be read or is empty: every certificate without a subject name would
    /// match an empty name.
    pub fn subject(name: &str) -> Result<Self, TrustError> {
        let subject = DistinguishedName::parse(name)?;
        if subject.is_empty() {
            return Err(LoadError::Name { name: name.into() }.into());
        }
        Ok(Self::Subject(subject))
    }

    /// The holder of a certificate whose subject has this attribute once, such as a common name (`2.5.4.3`), a unit
    /// (`2.5.4.11`) or a serial number (`2.5.4.5`). Below anchors that issue to others as well, demand more with
    /// [`SignerRule::all`].
    ///
    /// # Errors
    /// [`TrustError::Anchor`] if `oid` is not an OBJECT IDENTIFIER, or the value is empty.
    pub fn attribute(oid: &str, value: &str) -> Result<Self, TrustError> {
        object_identifier(oid).ok_or_else(|| not_an_identifier(oid))?;
        if value.is_empty() {
            return Err(LoadError::Name { name: value.into() }.into());
        }
        Ok(Self::Attribute { oid: oid.to_owned(), value: value.to_owned() })
    }

    /// The holder of a certificate that asserts this policy, in dotted decimal.
    ///
    /// # Errors
    /// [`TrustError::Anchor`] if it is not an OBJECT IDENTIFIER.
    pub fn policy(oid: &str) -> Result<Self, TrustError> {
        object_identifier(oid).ok_or_else(|| not_an_identifier(oid))?;
        Ok(Self::Policy(oid.to_owned()))
    }

    /// The holders that fulfil all of `rules`. An empty list admits nobody.
    #[must_use]
    pub fn all(rules: impl IntoIterator<Item = Self>) -> Self {
        Self::All(rules.into_iter().collect())
    }

    /// The certificates that the rule names.
    fn certificates(&self) -> Vec<&Certificate> {
        match self {
            Self::Certificate(certificate) => vec![certificate],
            Self::All(rules) => rules.iter().flat_map(Self::certificates).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it names nobody.
    fn is_anyone(&self) -> bool {
        match self {
            Self::AnyBelowTheAnchors => true,
            Self::All(rules) => !rules.is_empty() && rules.iter().all(Self::is_anyone),
            _ => false,
        }
    }

    fn expects(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Attribute { oid, value } => {
                let mut values = certificate.subject().values(oid);
                values.next() == Some(value) && values.next().is_none()
            }
            Self::Policy(oid) => certificate.has_policy(oid),
            Self::Alternative(name) => certificate.alternative_names().contains(name),
            Self::All(rules) => !rules.is_empty() && rules.iter().all(|rule| rule.expects(certificate)),
            Self::Subject(subject) => certificate.subject() == subject,
            Self::Certificate(expected) => certificate == expected,
            Self::AnyBelowTheAnchors => true,
        }
    }
}

/// A purpose of the extended key usage extension.
///
/// ```
/// use wss_tokens::ExtendedKeyUsage;
///
/// assert_eq!(ExtendedKeyUsage::parse("1.3.6.1.5.5.7.3.4")?, ExtendedKeyUsage::email_protection());
/// # Ok::<(), wss_tokens::TrustError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedKeyUsage(Vec<u8>);

fn not_an_identifier(oid: &str) -> LoadError {
    LoadError::ObjectIdentifier { written: oid.into() }
}

impl ExtendedKeyUsage {
    /// The purpose with this OBJECT IDENTIFIER, in dotted decimal.
    ///
    /// # Errors
    /// [`TrustError::Anchor`] if it is not one.
    pub fn parse(oid: &str) -> Result<Self, TrustError> {
        let octets = object_identifier(oid).ok_or_else(|| not_an_identifier(oid))?;
        Ok(Self(octets))
    }

    /// `id-kp-clientAuth`.
    #[must_use]
    pub fn client_auth() -> Self {
        Self(vec![0x2B, 6, 1, 5, 5, 7, 3, 2])
    }

    /// `id-kp-emailProtection`, which message stacks use for signing.
    #[must_use]
    pub fn email_protection() -> Self {
        Self(vec![0x2B, 6, 1, 5, 5, 7, 3, 4])
    }

    fn oid(&self) -> &[u8] {
        &self.0
    }
}

/// The certificates that are trusted, and the checks of their paths.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use std::time::SystemTime;
/// use wss_c14n::{Budget, Limits};
/// use wss_crypto::Certificate;
/// use wss_tokens::{Purpose, SignerRule, Trust, TrustError};
///
/// let alice = Certificate::from_pem(&file("alice.pem"))?;
/// let rule = SignerRule::subject("CN=Alice, O=\"Example, Inc\", C=DE")?;
/// let trust = Trust::anchors_pem(&file("ca.pem"))?.signer(rule).crls(&file("ca.crl"))?;
///
/// let (now, budget) = (SystemTime::now(), Budget::new(&Limits::default(), 4_096));
/// let validated = trust.validate(&alice, &[], Purpose::Signing, now, &budget)?;
/// assert_eq!(validated.path().len(), 1, "the anchor issued it");
///
/// // Below the anchor, but not expected.
/// let bob = Certificate::from_pem(&file("bob.pem"))?;
/// let refused = trust.validate(&bob, &[], Purpose::Signing, now, &budget);
/// assert!(matches!(refused, Err(TrustError::NotExpected { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Trust {
    anchors: Anchors,
    rules: Vec<SignerRule>,
    pins: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    known: Vec<Certificate>,
    sources: Sources,
    revocation: Option<Revocation>,
    extended_key_usage: Option<Vec<ExtendedKeyUsage>>,
    accepts_authorities: bool,
    accepts_version_1: bool,
    accepts_any_key_usage: bool,
    accepts_old_signatures: bool,
    /// The certificates that were judged with all of this.
    kept: Kept<Purpose, ValidatedCertificate>,
}

/// The use of a certificate.
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
            sources: Sources::default(),
            revocation: None,
            extended_key_usage: None,
            accepts_authorities: false,
            accepts_version_1: false,
            accepts_any_key_usage: false,
            accepts_old_signatures: false,
            kept: Kept::default(),
        }
    }

    /// The same trust after `change`. All earlier judgements are dropped.
    fn changed(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        Self { kept: Kept::default(), ..self }
    }

    /// Trusts the certification authorities of a PEM file; a [`SignerRule`] must follow. [`Trust::anchors`] lists the
    /// requirements for them. Certificates with keys of unsupported kinds are skipped: [`TrustAnchors::skipped`].
    ///
    /// # Errors
    /// [`TrustError::Anchor`] if the file cannot be read, or every certificate is skipped; [`TrustError::UnfitAnchor`].
    pub fn anchors_pem(pem: &[u8]) -> Result<TrustAnchors, TrustError> {
        let bundle = CertificateBundle::from_pem(pem)?;
        let skipped = bundle.skipped().to_vec();
        let anchors = Anchors::new(bundle.into_certificates(), false)?;
        Ok(TrustAnchors { anchors, skipped })
    }

    /// Trusts certification authorities; a [`SignerRule`] must follow.
    ///
    /// Each must be marked as an authority: a certificate of version 3 whose basic constraints say so, and with
    /// `keyCertSign` if it has a key usage. When a path is validated, its anchor must be within its validity, and the
    /// anchor's path length, name constraints and extended key usage apply to everything below it.
    ///
    /// # Errors
    /// [`TrustError::UnfitAnchor`] for the first that is not an authority.
    pub fn anchors(certificates: impl IntoIterator<Item = Certificate>) -> Result<TrustAnchors, TrustError> {
        Anchors::new(certificates.into_iter().collect(), false).map(TrustAnchors::from)
    }

    /// As [`Trust::anchors`], but accepts any certificate: one of version 1, one of a signer instead of an authority,
    /// or an expired one. Whoever has the key of such an anchor can issue trusted certificates until it is removed
    /// here. Path length, name constraints and extended key usage still apply.
    ///
    /// # Errors
    /// [`TrustError::Anchor`] if a certificate cannot be used at all.
    pub fn dangerous_unchecked_anchors(
        certificates: impl IntoIterator<Item = Certificate>,
    ) -> Result<TrustAnchors, TrustError> {
        Anchors::new(certificates.into_iter().collect(), true).map(TrustAnchors::from)
    }

    /// Trusts exactly these certificates, without a path. They may be self-signed.
    pub fn pins(certificates: impl IntoIterator<Item = Certificate>) -> Self {
        Self { pins: certificates.into_iter().collect(), ..Self::nothing() }
    }

    /// Trusts no certificate: for receivers with secrets or passwords only.
    pub fn no_certificates() -> Self {
        Self::nothing()
    }

    /// Adds expected signers below the anchors.
    #[must_use]
    pub fn also(self, rule: SignerRule) -> Self {
        self.changed(|trust| trust.rules.push(rule))
    }

    /// Adds pinned certificates.
    #[must_use]
    pub fn pin(self, certificate: Certificate) -> Self {
        self.changed(|trust| trust.pins.push(certificate))
    }

    /// Adds certificates that may be part of a path to an anchor.
    #[must_use]
    pub fn intermediates(self, certificates: impl IntoIterator<Item = Certificate>) -> Self {
        self.changed(|trust| trust.intermediates.extend(certificates))
    }

    /// Adds certificates that messages may reference without containing them: by serial number, key identifier or
    /// thumbprint. A known certificate is not thereby trusted.
    #[must_use]
    pub fn known(self, certificates: impl IntoIterator<Item = Certificate>) -> Self {
        self.changed(|trust| trust.known.extend(certificates))
    }

    /// Adds revocation lists, as PEM or as the DER of one. They are read once, here. If there are lists, one that is
    /// current (issued at most a minute from now, and not expired) must give the status of the signer and of every authority
    /// between it and the anchor, unless an OCSP response gives it, or [`Trust::revocation`] says otherwise. Without lists and
    /// responses, revocation is not checked. A pinned certificate that is on a list is refused.
    ///
    /// Only complete lists that an authority signed itself are accepted, including lists for one of its distribution
    /// points.
    ///
    /// # Errors
    /// [`TrustError::List`], also for a delta list, an indirect list, or a list without `nextUpdate`.
    pub fn crls(self, pem_or_der: &[u8]) -> Result<Self, TrustError> {
        let lists = RevocationList::all_from_pem(pem_or_der).map_err(TrustError::List)?;
        Ok(self.changed(|trust| trust.sources.lists.extend(lists)))
    }

    /// Adds an OCSP response (RFC 6960), as the caller got it from a responder or from the sender. As with lists, the status
    /// of the whole path must then be known, by a list or a response.
    ///
    /// A response counts if it is signed by the authority that issued the certificate, or by a responder that this
    /// authority certified for OCSP (`id-kp-OCSPSigning`) and whose own status needs no check (`id-pkix-ocsp-nocheck`)
    /// or is on a list. It counts from a minute before its `thisUpdate` until its `nextUpdate`, or for a day without
    /// one. A response that revokes a certificate counts however old it is. To have responses fetched, see
    /// [`RevocationCache`].
    ///
    /// # Errors
    /// [`TrustError::Response`], also if the responder answered with an error.
    pub fn ocsp_response(self, der: &[u8]) -> Result<Self, TrustError> {
        let response = OcspResponse::from_der(der).map_err(TrustError::Response)?;
        Ok(self.changed(|trust| trust.sources.responses.push(response)))
    }

    /// As [`Trust::ocsp_response`], for responses that came with one message. Where this trust demands no status, only a
    /// response that revokes counts: what a sender adds does not make more of a path be judged.
    #[must_use]
    pub fn stapled(self, responses: &[OcspResponse]) -> Self {
        let demanded = self.demanded_revocation().or((!responses.is_empty()).then_some(Revocation::UnknownIsGood));
        self.changed(|trust| {
            trust.revocation = demanded;
            trust.sources.responses.extend_from_slice(responses);
        })
    }

    /// The largest age of the answer of a responder, whatever the answer itself says.
    #[must_use]
    pub fn max_response_age(self, age: Duration) -> Self {
        self.changed(|trust| trust.sources.max_age = Some(age))
    }

    /// Accepts lists for `longest` after the next one was due, for networks that judge an authority only after some
    /// days without a list. A certificate that was revoked since is then still accepted. OCSP responses are not
    /// concerned.
    #[must_use]
    pub fn accept_lists_after_their_end(self, longest: Duration) -> Self {
        self.changed(|trust| trust.sources.grace = longest)
    }

    /// The time for which lists count after the next one was due.
    #[must_use]
    pub fn lists_count_after_their_end(&self) -> Duration {
        self.sources.grace
    }

    /// Uses lists and responses that are fetched, and notes in `cache` what is missing. Nothing is fetched here: see
    /// [`RevocationCache`]. The status of the whole path must then be known, unless [`Trust::revocation`] says otherwise.
    #[must_use]
    pub fn fetched(self, cache: &RevocationCache) -> Self {
        self.changed(|trust| trust.sources.fetched = Some(cache.clone()))
    }

    /// Sets the certificates whose revocation status must be known. By default it is the whole path, if there are lists
    /// or responses.
    #[must_use]
    pub fn revocation(self, demanded: Revocation) -> Self {
        self.changed(|trust| trust.revocation = Some(demanded))
    }

    /// Demands that a certificate on a path with extended key usages has one of these. By default, extended key usages
    /// are not checked, since WS-Security defines none. They are not checked for pins.
    #[must_use]
    pub fn extended_key_usage(self, purposes: impl IntoIterator<Item = ExtendedKeyUsage>) -> Self {
        self.changed(|trust| trust.extended_key_usage = Some(purposes.into_iter().collect()))
    }

    /// Whether revocation is checked.
    #[must_use]
    pub fn checks_revocation(&self) -> bool {
        self.demanded_revocation().is_some()
    }

    /// The certificates whose revocation status must be known; `None` if revocation is not checked.
    #[must_use]
    pub fn demanded_revocation(&self) -> Option<Revocation> {
        self.revocation.or((!self.sources.are_none()).then_some(Revocation::WholePath))
    }

    /// Whether extended key usages are checked on each path, as set by [`Trust::extended_key_usage`].
    #[must_use]
    pub fn checks_extended_key_usage(&self) -> bool {
        self.extended_key_usage.is_some() || !self.has_anchors()
    }

    /// Whether there are anchors from [`Trust::dangerous_unchecked_anchors`].
    #[must_use]
    pub fn has_unchecked_anchors(&self) -> bool {
        self.anchors.are_unchecked && self.has_anchors()
    }

    /// Whether certificates below anchors are trusted, in addition to pinned ones.
    #[must_use]
    pub fn has_anchors(&self) -> bool {
        self.anchors.iter().next().is_some()
    }

    /// Whether everyone below the anchors is expected ([`SignerRule::AnyBelowTheAnchors`]).
    #[must_use]
    pub fn expects_anyone(&self) -> bool {
        self.rules.iter().any(SignerRule::is_anyone)
    }

    /// The certificates that a reference without a token can identify.
    pub fn candidates(&self) -> impl Iterator<Item = &Certificate> {
        let expected = self.rules.iter().flat_map(SignerRule::certificates);
        self.pins.iter().chain(&self.known).chain(expected)
    }

    /// The certificate with these octets, if it was trusted before, so that it need not be parsed again. It may have
    /// expired since: only [`Trust::validate`] says whether it is trusted.
    #[must_use]
    pub fn trusted_before(&self, der: &[u8]) -> Option<Certificate> {
        self.kept.certificate(der)
    }

    /// Validates `certificate` at `now` for `purpose`. `others` came with it and may be part of its path. The cost is
    /// charged to `budget`. An accepted certificate is cached: with the same octets beside it and for the same purpose,
    /// it is accepted again until a certificate of its path, or a revocation list, begins or ceases to be valid. The
    /// cache is not used if there are responses of OCSP, or if statuses are fetched.
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
        if let Some(validated) = self.kept.find(certificate, others, purpose, now, budget)? {
            return Ok(validated);
        }
        let before = Cost::so_far(budget);
        let (validated, holds) = self.judge(certificate, others, purpose, now, budget)?;
        if let Some(holds) = holds {
            let verdict = Verdict { value: &validated, now, holds, cost: before.since(budget) };
            self.kept.keep(certificate, others, purpose, verdict);
        }
        Ok(validated)
    }

    /// Validates a certificate. Also returns the span of time for which a judgement holds.
    fn judge(
        &self,
        certificate: &Certificate,
        others: &[Certificate],
        purpose: Purpose,
        now: SystemTime,
        budget: &Budget,
    ) -> Result<(ValidatedCertificate, Option<Holds>), TrustError> {
        check_validity(certificate, now)?;
        let subject = || certificate.subject().to_string();
        self.check_key_usage(certificate, purpose)?;
        let certificate = certificate.clone();
        if self.pins.contains(&certificate) {
            let revocation = self.judge_pin(&certificate, now, budget)?;
            let holds = self.holds(now, &[&certificate]);
            let (path, carried) = ([].into(), others.into());
            return Ok((ValidatedCertificate { certificate, path, carried, pinned: true, revocation }, holds));
        }
        let judged = self.path(&certificate, others, now, budget)?;
        if !self.rules.iter().any(|rule| rule.expects(&certificate)) {
            return Err(TrustError::NotExpected { subject: subject().into() });
        }
        let (path, carried, revocation) = (judged.names.into(), others.into(), judged.revocation);
        Ok((ValidatedCertificate { certificate, path, carried, pinned: false, revocation }, judged.holds))
    }

    /// The span of time for which the judgement of `now` holds: until the validity of one of these certificates, or of
    /// a revocation list, begins or ends. If responders are asked, each message is judged anew.
    fn holds(&self, now: SystemTime, certificates: &[&Certificate]) -> Option<Holds> {
        let certificates = certificates.iter().map(|certificate| (certificate.not_before(), certificate.not_after()));
        let lists = self.sources.constant()?.iter().map(|list| revocation::counts(list, self.sources.grace));
        let instants = certificates.chain(lists).flat_map(<[SystemTime; 2]>::from);
        Some(Holds::around(now, instants))
    }
}

/// A certificate that [`Trust`] accepted. Only [`Trust::validate`] makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatedCertificate {
    certificate: Certificate,
    path: Arc<[DistinguishedName]>,
    /// The certificates that came with it.
    carried: Arc<[Certificate]>,
    pinned: bool,
    revocation: RevocationStatus,
}

impl ValidatedCertificate {
    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The subjects of the authorities on its path, with the anchor last; empty for a pin.
    #[must_use]
    pub fn path(&self) -> &[DistinguishedName] {
        &self.path
    }

    /// The certificates that came with it, for another trust that judges it, too.
    pub(crate) fn carried(&self) -> &[Certificate] {
        &self.carried
    }

    /// Whether it is trusted as a pin, without a path.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.pinned
    }

    /// The revocation status of the certificate and its path.
    #[must_use]
    pub fn revocation(&self) -> &RevocationStatus {
        &self.revocation
    }
}

impl TrustAnchors {
    /// Sets the expected signers below the anchors.
    pub fn signer(self, rule: SignerRule) -> Trust {
        Trust { anchors: self.anchors, rules: vec![rule], ..Trust::nothing() }
    }
}
