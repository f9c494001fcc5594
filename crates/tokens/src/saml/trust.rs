//! Trust in assertions: which issuers, for which audience, until when, and with which confirmation.
//!
//! Keys of issuers and keys that sign messages are kept apart (threat T21): a certificate that is trusted to sign
//! messages cannot issue assertions, and an issuer is accepted only with its own keys.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use wss_c14n::{Budget, Element, name};
use wss_crypto::{Certificate, OcspResponse};
use wss_text::shown;
use wss_xmldsig::AlgorithmPolicy;

use super::text::AssertionText;
use super::{Assertion, ConfirmationMethod, SamlAttribute, SamlName, SamlVersion};
use crate::assertion_error::AssertionError;
use crate::assertion_span::AssertionSpan;
use crate::error::TokenError;
use crate::trust::{Purpose, RevocationStatus, Trust, ValidatedCertificate};
use crate::trust_error::TrustError;

/// The assertions that are accepted, and the conditions on them.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::Certificate;
/// use wss_tokens::{AssertionTrust, Trust};
///
/// let issuer = Trust::pins([Certificate::from_pem(&file("carol.pem"))?]);
/// let trust = AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", issuer);
/// assert!(!trust.accepts_bearer() && !trust.is_for_any_audience());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct AssertionTrust {
    pub(super) issuers: Vec<(Option<String>, Trust)>,
    /// The accepted audiences. If empty, every audience is accepted.
    audiences: BTreeSet<String>,
    pub(super) attesters: Option<Trust>,
    pub(super) bearer: bool,
    /// The lowest level of authentication of id-cards that are accepted.
    pub(super) id_cards: Option<u8>,
    pub(super) recipient: Option<String>,
    pub(super) in_response_to: Option<String>,
    /// The only confirmation that is accepted.
    pub(super) only: Option<ConfirmationMethod>,
    max_age: Duration,
}

impl AssertionTrust {
    /// Accepts assertions for `audience`. Each audience restriction must name it, or another one from
    /// [`AssertionTrust::audience`], and there must be at least one restriction. Add issuers next.
    #[must_use]
    pub fn for_audience(audience: impl Into<String>) -> Self {
        Self { audiences: BTreeSet::from([audience.into()]), ..Self::dangerous_for_any_audience() }
    }

    /// Accepts assertions for every audience, including one that was issued for another service.
    #[must_use]
    pub fn dangerous_for_any_audience() -> Self {
        Self {
            issuers: Vec::new(),
            audiences: BTreeSet::new(),
            attesters: None,
            bearer: false,
            id_cards: None,
            recipient: None,
            in_response_to: None,
            only: None,
            max_age: Duration::from_secs(300),
        }
    }

    /// Adds another audience of this service.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.insert(audience.into());
        self
    }

    /// Accepts assertions with this issuer name, signed with a key that `trust` accepts.
    #[must_use]
    pub fn issuer(mut self, name: impl Into<String>, trust: Trust) -> Self {
        self.issuers.push((Some(name.into()), trust));
        self
    }

    /// Accepts assertions with any issuer name, signed with a key that `trust` accepts. With several issuers, one of
    /// them can use the name of another, so prefer names.
    #[must_use]
    pub fn issuer_of_any_name(mut self, trust: Trust) -> Self {
        self.issuers.push((None, trust));
        self
    }

    /// Accepts assertions that an attester vouches for, whose certificate `attesters` trusts. The attester signs the
    /// assertion together with the Body, and the issuer need not sign the assertion.
    #[must_use]
    pub fn sender_vouches(mut self, attesters: Trust) -> Self {
        self.attesters = Some(attesters);
        self
    }

    /// Accepts bearer assertions, each once. Whoever obtains one can use it first.
    #[must_use]
    pub fn accept_bearer(mut self) -> Self {
        self.bearer = true;
        self
    }

    /// Accepts id-cards of Den Gode Webservice (Denmark) that an issuer signed, of this level of authentication or a
    /// higher one: 3 is a system, 4 a user. Whoever has a card can present it any number of times until it ends, and a
    /// card names no audience: use [`AssertionTrust::dangerous_for_any_audience`] and a transport that keeps cards
    /// secret, and refuse identifiers of messages (`medcom:MessageID`) that came before.
    #[must_use]
    pub fn accept_id_cards(mut self, lowest_level: u8) -> Self {
        self.id_cards = Some(lowest_level);
        self
    }

    /// Accepts assertions that are confirmed by `method` alone, whatever the other calls say.
    #[must_use]
    pub fn only(mut self, method: ConfirmationMethod) -> Self {
        self.only = Some(method);
        self
    }

    /// The address of this service. A `Recipient` in an assertion must name it. Until it is set, bearer assertions with
    /// a `Recipient` are refused.
    #[must_use]
    pub fn recipient(mut self, address: impl Into<String>) -> Self {
        self.recipient = Some(address.into());
        self
    }

    /// The ID of the request with which this service asked for the assertion. An `InResponseTo` must name it. Until it
    /// is set, bearer assertions with an `InResponseTo` are refused.
    #[must_use]
    pub fn in_response_to(mut self, request_id: impl Into<String>) -> Self {
        self.in_response_to = Some(request_id.into());
        self
    }

    /// The highest age of an assertion without an end of validity; 300 seconds by default.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// As [`Trust::stapled`], for the issuers and the attesters: OCSP responses that came with one message.
    #[must_use]
    pub fn stapled(self, responses: &[OcspResponse]) -> Self {
        let issuers = self.issuers.into_iter().map(|(name, trust)| (name, trust.stapled(responses))).collect();
        Self { issuers, attesters: self.attesters.map(|trust| trust.stapled(responses)), ..self }
    }

    /// Whether assertions for every audience are accepted.
    #[must_use]
    pub fn is_for_any_audience(&self) -> bool {
        self.audiences.is_empty()
    }

    /// Whether an issuer is accepted with any issuer name.
    #[must_use]
    pub fn accepts_any_issuer_name(&self) -> bool {
        self.issuers.iter().any(|(name, _)| name.is_none())
    }

    /// Whether bearer assertions are accepted.
    #[must_use]
    pub fn accepts_bearer(&self) -> bool {
        self.bearer
    }

    /// Whether id-cards are accepted.
    #[must_use]
    pub fn accepts_id_cards(&self) -> bool {
        self.id_cards.is_some()
    }

    /// The highest age of an assertion without an end of validity.
    #[must_use]
    pub fn longest_age(&self) -> Duration {
        self.max_age
    }

    /// The trust in each issuer, and in attesters.
    pub fn trusts(&self) -> impl Iterator<Item = &Trust> {
        self.issuers.iter().map(|(_, trust)| trust).chain(&self.attesters)
    }

    /// Checks an assertion: its issuer's signature, its conditions, and which of its confirmations can be fulfilled.
    ///
    /// An assertion without a signature has no proven issuer. Only [`ConfirmationMethod::SenderVouches`] can be
    /// fulfilled for it.
    ///
    /// # Errors
    /// [`TokenError::Assertion`], [`TokenError::AssertionSignature`], [`TokenError::AssertionTrust`].
    pub fn issued(
        &self,
        assertion: &Assertion<'_>,
        policy: &AlgorithmPolicy,
        budget: &Budget,
        now: SystemTime,
        skew: Duration,
    ) -> Result<IssuedAssertion, TokenError> {
        let signed = match assertion.signature {
            Some(signature) => Some(self.verify_issuer(assertion, signature, policy, budget, now)?),
            None => None,
        };
        let until = self.check_conditions(assertion, now, skew)?;
        let possible = self.confirmed(assertion, now, skew)?;
        let (issuer_certificate, text) = match signed {
            Some((certificate, text)) => (Some(certificate), text),
            None => (None, AssertionText::unsigned(assertion.element, budget)?),
        };
        let confirmers =
            possible.iter().filter_map(|confirmation| Some((confirmation.method, confirmation.confirmer.clone()?)));
        Ok(IssuedAssertion {
            version: assertion.version,
            id: assertion.id.clone(),
            issuer: assertion.issuer.clone(),
            subject: assertion.subject.clone(),
            methods: possible.iter().map(|confirmation| confirmation.method).collect(),
            keys: possible
                .iter()
                .filter(|confirmation| confirmation.method == ConfirmationMethod::HolderOfKey)
                .flat_map(|confirmation| &confirmation.key_infos)
                .map(|key_info| key_info.span().start - assertion.element.span().start)
                .collect(),
            attributes: assertion.attributes.clone(),
            confirmers: confirmers.collect(),
            addresses: possible.iter().filter_map(|confirmation| confirmation.address.clone()).collect(),
            session_until: assertion.session.until,
            issuer_certificate,
            one_time_use: assertion.conditions.one_time_use,
            until,
            text,
        })
    }

    /// Whether `attester`, who signed the message, may vouch for others. The certificates that came with its own may be on its
    /// path here, too.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn vouches(&self, attester: &ValidatedCertificate, now: SystemTime, budget: &Budget) -> Result<(), TrustError> {
        let certificate = attester.certificate();
        let nobody = || TrustError::NotExpected { subject: certificate.subject().to_string().into() };
        let attesters = self.attesters.as_ref().ok_or_else(nobody)?;
        attesters.validate(certificate, attester.carried(), Purpose::Signing, now, budget).map(drop)
    }

    /// Checks times and audiences. Returns the time until which the assertion is valid.
    fn check_conditions(
        &self,
        assertion: &Assertion<'_>,
        now: SystemTime,
        skew: Duration,
    ) -> Result<SystemTime, TokenError> {
        let conditions = &assertion.conditions;
        let early = |what, begins| TokenError::AssertionEarly { what, begins, now, skew };
        let over = |what, ended| TokenError::AssertionOver { what, ended, now, skew };
        for begins in [Some(assertion.issued), conditions.not_before].into_iter().flatten() {
            if !has_begun(begins, now, skew) {
                return Err(early(AssertionSpan::Validity, begins));
            }
        }
        let (what, end) = match (conditions.not_on_or_after, assertion.issued.checked_add(self.max_age)) {
            (Some(end), _) => (AssertionSpan::Validity, end),
            (None, Some(oldest)) => (AssertionSpan::Age, oldest),
            (None, None) => return Err(TokenError::Assertion("its IssueInstant is beyond what can be reckoned with")),
        };
        if is_over(end, now, skew) {
            return Err(over(what, end));
        }
        if let Some(began) = assertion.session.began.filter(|began| !has_begun(*began, now, skew)) {
            return Err(early(AssertionSpan::Session, began));
        }
        if let Some(ended) = assertion.session.until.filter(|until| is_over(*until, now, skew)) {
            return Err(over(AssertionSpan::Session, ended));
        }
        if !self.audiences.is_empty() {
            let ours = |audiences: &Vec<String>| audiences.iter().any(|audience| self.audiences.contains(audience));
            if conditions.audiences.is_empty() {
                return Err(TokenError::Assertion(
                    "it names no audience, so that it may be meant for anyone: have its issuer name us",
                ));
            }
            if !conditions.audiences.iter().all(ours) {
                let stated = conditions.audiences.iter().flatten().map(|audience| audience.as_str().into());
                return Err(AssertionError::OtherAudience {
                    stated: stated.collect(),
                    ours: self.audiences.iter().map(|audience| audience.as_str().into()).collect(),
                }
                .into());
            }
        }
        Ok(end.checked_add(skew).unwrap_or(end))
    }
}

pub(super) fn has_begun(start: SystemTime, now: SystemTime, skew: Duration) -> bool {
    now.checked_add(skew).is_some_and(|latest| start <= latest)
}

pub(super) fn is_over(end: SystemTime, now: SystemTime, skew: Duration) -> bool {
    end.checked_add(skew).is_none_or(|end| now >= end)
}

/// An assertion whose issuer and conditions were checked. Only [`AssertionTrust::issued`] makes it. Whether the sender
/// is the subject is a separate question. `Debug` cuts long values, and leaves out the XML and the attributes.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedAssertion {
    version: SamlVersion,
    id: String,
    issuer: String,
    subject: Option<SamlName>,
    methods: BTreeSet<ConfirmationMethod>,
    /// The parties that confirm by each method, if the issuer names any.
    confirmers: Vec<(ConfirmationMethod, SamlName)>,
    /// The network addresses from which it may be presented.
    addresses: Vec<String>,
    session_until: Option<SystemTime>,
    /// The ranges of the KeyInfos of confirmation keys, relative to the start of the assertion.
    keys: Vec<usize>,
    attributes: Vec<SamlAttribute>,
    issuer_certificate: Option<ValidatedCertificate>,
    one_time_use: bool,
    until: SystemTime,
    text: AssertionText,
}

impl std::fmt::Debug for IssuedAssertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedAssertion")
            .field("version", &self.version)
            .field("id", &shown(&self.id))
            .field("issuer", &shown(&self.issuer))
            .field("subject", &self.subject)
            .field("methods", &self.methods)
            .field("confirmers", &self.confirmers)
            .field("attributes", &self.attributes.len())
            .field("issuer_certificate", &self.issuer_certificate)
            .field("one_time_use", &self.one_time_use)
            .field("until", &self.until)
            .field("xml_octets", &self.text.whole().len())
            .finish_non_exhaustive()
    }
}

impl IssuedAssertion {
    /// The version.
    #[must_use]
    pub fn version(&self) -> SamlVersion {
        self.version
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The certificate of the issuer's signature; `None` if only an attester vouches for the assertion.
    #[must_use]
    pub fn issuer_certificate(&self) -> Option<&Certificate> {
        self.issuer_certificate.as_ref().map(ValidatedCertificate::certificate)
    }

    /// The revocation status of that certificate and its path.
    #[must_use]
    pub fn issuer_revocation(&self) -> Option<&RevocationStatus> {
        self.issuer_certificate.as_ref().map(ValidatedCertificate::revocation)
    }

    /// The name of the subject, with its qualifiers.
    #[must_use]
    pub fn subject(&self) -> Option<&SamlName> {
        self.subject.as_ref()
    }

    /// The parties other than the subject that the issuer names to confirm by `method`: the sender is one of them, and
    /// acts for the subject. None if the subject itself confirms.
    ///
    /// # Specification
    /// SAML 2.0 core §2.4.1.1: the name inside `saml2:SubjectConfirmation`.
    pub fn confirmers(&self, method: ConfirmationMethod) -> impl Iterator<Item = &SamlName> {
        self.confirmers.iter().filter(move |(by, _)| *by == method).map(|(_, name)| name)
    }

    /// The network addresses from which the assertion may be presented, as its issuer writes them. They are not judged:
    /// a caller who knows the address of the sender compares them.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// The time at which the session of the subject at its issuer ends, if the assertion states it. The session had not
    /// ended when the message was opened; an application that keeps its own session for the subject should end it then,
    /// too.
    #[must_use]
    pub fn session_until(&self) -> Option<SystemTime> {
        self.session_until
    }

    /// The plain-text values of the attribute with this name, if there is exactly one such attribute. For an issuer
    /// that states several with one name, use [`IssuedAssertion::attribute_of_format`].
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&[String]> {
        let mut named = self.attributes.iter().filter(|known| known.name() == name);
        named.next().filter(|_| named.next().is_none()).map(SamlAttribute::values)
    }

    /// The plain-text values of the attribute with this name and this format: `NameFormat` of SAML 2.0, `AttributeNamespace`
    /// of SAML 1.1.
    #[must_use]
    pub fn attribute_of_format(&self, name: &str, format: Option<&str>) -> Option<&[String]> {
        let named = self.attributes.iter().find(|known| known.name() == name && known.format() == format);
        named.map(SamlAttribute::values)
    }

    /// All attributes, with their plain-text values.
    #[must_use]
    pub fn attributes(&self) -> &[SamlAttribute] {
        &self.attributes
    }

    /// The assertion as its issuer signed it: what was digested. That is all but the signature inside it, in which anyone can
    /// write, as its holder can. If only an attester vouches for the assertion, it is the whole in exclusive canonical form.
    #[must_use]
    pub fn xml(&self) -> String {
        self.text.digested()
    }

    /// The assertion with the signature inside it, to pass it on, as with `Recipe::token`: in the form in which its issuer signed
    /// it. Read nothing from it, since the signature covers no part of itself.
    #[must_use]
    pub fn with_signature(&self) -> &str {
        self.text.whole()
    }

    /// The confirmations that can be fulfilled.
    #[must_use]
    pub fn methods(&self) -> &BTreeSet<ConfirmationMethod> {
        &self.methods
    }

    /// The time until which a replay store must remember it, if `method` allows one use only.
    #[must_use]
    pub fn used_up_until(&self, method: ConfirmationMethod) -> Option<SystemTime> {
        (self.one_time_use || method == ConfirmationMethod::Bearer).then_some(self.until)
    }

    /// The KeyInfos of the confirmation keys in `element`, which is this assertion at its place in the current
    /// revision.
    pub fn key_infos<'d>(&self, element: Element<'d>) -> impl Iterator<Item = Element<'d>> {
        let start = element.span().start;
        let places: Vec<usize> = self.keys.iter().map(|offset| start + offset).collect();
        places
            .into_iter()
            .filter_map(move |at| element.document().element_at(at))
            .filter(|e| e.is(name::DS.uri, "KeyInfo"))
    }
}
