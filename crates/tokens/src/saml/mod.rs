//! SAML assertions as tokens (SAML Token Profile 1.1.1; SAML 1.1 and 2.0 core).
//!
//! [`Assertion`] reads an assertion; it is a claim. [`AssertionTrust`] says whose assertions are accepted, for which
//! audience, and how the sender must confirm that it is the subject. [`AssertionTrust::issued`] checks the issuer's
//! signature and the conditions. The message's own signature shows that the sender is the subject; `wss-header` checks
//! that. [`NewAssertion`] writes and signs an assertion. [`NewIdCard`] writes one of Denmark's health services, which is not
//! quite one of SAML 2.0.

mod attribute;
mod confirmations;
mod id_card;
mod issuer;
mod shape;
mod subject;
mod text;
mod trust;
mod version;
mod write;
mod write_id_card;

use std::time::SystemTime;

use wss_c14n::{Budget, CanonicalizeError, Element, Limit, name};
use wss_text::shown;

use crate::error::TokenError;
use attribute::attributes;
use subject::Session;

pub use attribute::SamlAttribute;
pub use shape::AssertionShape;
pub use subject::SamlName;
pub use trust::{AssertionTrust, IssuedAssertion};
pub use version::{SAML_V1_1, SAML_V2_0, SamlVersion};
pub use write::NewAssertion;
pub use write_id_card::NewIdCard;

/// How the sender confirms that it is the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfirmationMethod {
    /// Holder of key: the sender signs with a key that the assertion names.
    HolderOfKey,
    /// Sender vouches: a trusted third party signs the assertion and the message.
    SenderVouches,
    /// Bearer: the sender has the assertion.
    Bearer,
    /// The key of the assertion's own signature, as in id-cards of Den Gode Webservice (Denmark): the sender has the
    /// card, and presents it until it ends. It is written as holder of key.
    IdCard,
}

impl ConfirmationMethod {
    /// The methods that have an identifier of their own.
    const ALL: [Self; 3] = [Self::HolderOfKey, Self::SenderVouches, Self::Bearer];

    const fn uri(self, version: SamlVersion) -> &'static str {
        match (self, version) {
            (Self::HolderOfKey | Self::IdCard, SamlVersion::V1_1) => "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key",
            (Self::SenderVouches, SamlVersion::V1_1) => "urn:oasis:names:tc:SAML:1.0:cm:sender-vouches",
            (Self::Bearer, SamlVersion::V1_1) => "urn:oasis:names:tc:SAML:1.0:cm:bearer",
            (Self::HolderOfKey | Self::IdCard, SamlVersion::V2_0) => "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key",
            (Self::SenderVouches, SamlVersion::V2_0) => "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches",
            (Self::Bearer, SamlVersion::V2_0) => "urn:oasis:names:tc:SAML:2.0:cm:bearer",
        }
    }
}

/// A `SubjectConfirmation` of a known method.
#[derive(Clone)]
pub struct Confirmation<'d> {
    /// Its method.
    pub method: ConfirmationMethod,
    /// The `ds:KeyInfo` of each confirmation key.
    pub key_infos: Vec<Element<'d>>,
    pub(crate) not_before: Option<SystemTime>,
    pub(crate) not_on_or_after: Option<SystemTime>,
    pub(crate) recipient: Option<String>,
    pub(crate) in_response_to: Option<String>,
    /// The name of the party that confirms, if the issuer names one: it acts for the subject.
    pub(crate) confirmer: Option<SamlName>,
    /// The network address from which it may be presented.
    pub(crate) address: Option<String>,
}

/// The conditions on the assertion's own validity.
#[derive(Clone, Default)]
pub(crate) struct Conditions {
    pub(crate) not_before: Option<SystemTime>,
    pub(crate) not_on_or_after: Option<SystemTime>,
    /// One entry for each restriction. One matching audience fulfils a restriction.
    pub(crate) audiences: Vec<Vec<String>>,
    pub(crate) one_time_use: bool,
}

/// An assertion in a header: a claim. `Debug` escapes and cuts text of the message, and leaves out conditions and
/// attributes.
#[derive(Clone)]
pub struct Assertion<'d> {
    element: Element<'d>,
    version: SamlVersion,
    id: String,
    issuer: String,
    issued: SystemTime,
    subject: Option<SamlName>,
    session: Session,
    confirmations: Vec<Confirmation<'d>>,
    conditions: Conditions,
    attributes: Vec<SamlAttribute>,
    signature: Option<Element<'d>>,
    /// In which shapes it was read, which hold for its signature.
    shape: AssertionShape,
}

impl std::fmt::Debug for Confirmation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Confirmation")
            .field("method", &self.method)
            .field("key_infos", &self.key_infos.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Assertion<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assertion")
            .field("element", &self.element)
            .field("version", &self.version)
            .field("id", &shown(&self.id))
            .field("issuer", &shown(&self.issuer))
            .field("subject", &self.subject)
            .field("confirmations", &self.confirmations.len())
            .field("attributes", &self.attributes.len())
            .field("is_signed", &self.signature.is_some())
            .finish_non_exhaustive()
    }
}

impl<'d> Assertion<'d> {
    /// Whether an element is an assertion of either version.
    #[must_use]
    pub fn is_one(element: Element<'_>) -> bool {
        element.is(name::SAML.uri, "Assertion") || element.is(name::SAML2.uri, "Assertion")
    }

    /// Reads a `saml:Assertion` of SAML 1.1 or a `saml2:Assertion`.
    ///
    /// # Errors
    /// [`TokenError`]; [`TokenError::Unsupported`] for other versions; [`TokenError::Assertion`] for unknown
    /// conditions, and for statements about several subjects.
    pub fn parse(element: Element<'d>, budget: &Budget) -> Result<Self, TokenError> {
        Self::parse_as(element, AssertionShape::default(), budget)
    }

    /// As [`Assertion::parse`], in another shape.
    ///
    /// # Errors
    /// As [`Assertion::parse`].
    pub fn parse_as(element: Element<'d>, shape: AssertionShape, budget: &Budget) -> Result<Self, TokenError> {
        let version = SamlVersion::of(element)?;
        let saml = version.namespace().uri;
        let attribute = |local: &'static str| element.required_attribute("", local);
        // A `wsu:Id` beside it names the element, not the assertion.
        let id = match version {
            SamlVersion::V1_1 => attribute("AssertionID")?.into_owned(),
            SamlVersion::V2_0 => attribute(if id_card::is_one(element) { "id" } else { "ID" })?.into_owned(),
        };
        let issuer = match version {
            SamlVersion::V1_1 => attribute("Issuer")?.into_owned(),
            SamlVersion::V2_0 => element.required_child(saml, "Issuer")?.string()?.into_owned(),
        };
        let issued =
            shape.instant(element, "IssueInstant")?.ok_or_else(|| TokenError::from(element.missing("IssueInstant")))?;
        let conditions = match element.optional_child(saml, "Conditions")? {
            Some(child) => Conditions::parse(child, version, shape, budget)?,
            None => Conditions::default(),
        };
        let (subject, mut confirmations) = match version {
            SamlVersion::V1_1 => subjects_of_statements(element, budget)?,
            SamlVersion::V2_0 => match element.optional_child(saml, "Subject")? {
                Some(subject) => subject_v2(subject, id_card::is_one(element), shape, budget)?,
                None => (None, Vec::new()),
            },
        };
        let attributes = attributes(element, version, budget)?;
        let signature = element.optional_child(name::DS.uri, "Signature")?;
        // Only the signed part of an assertion shows that it is an id-card: the Id of its own signature is not in that
        // part.
        for confirmation in confirmations.iter_mut().filter(|_| id_card::is_one(element)) {
            confirmation.recognise_id_card(signature);
        }
        let session = Session::read(element, version)?;
        Ok(Self {
            element,
            version,
            id,
            issuer,
            issued,
            subject,
            session,
            confirmations,
            conditions,
            attributes,
            signature,
            shape,
        })
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> SamlVersion {
        self.version
    }

    /// `@ID` or `@AssertionID`; of an id-card, `@id`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The name of the subject, if there is one.
    #[must_use]
    pub fn subject(&self) -> Option<&SamlName> {
        self.subject.as_ref()
    }

    /// How the sender can confirm that it is the subject.
    #[must_use]
    pub fn confirmations(&self) -> &[Confirmation<'d>] {
        &self.confirmations
    }
}

impl Conditions {
    fn parse(
        element: Element<'_>,
        version: SamlVersion,
        shape: AssertionShape,
        budget: &Budget,
    ) -> Result<Self, TokenError> {
        let saml = version.namespace().uri;
        let mut conditions = Self {
            not_before: shape.instant(element, "NotBefore")?,
            not_on_or_after: shape.instant(element, "NotOnOrAfter")?,
            ..Self::default()
        };
        budget.check(Limit::Audiences, element.children().map(|child| 1 + child.children().count()).sum())?;
        for child in element.children() {
            let child_name = child.name();
            match (child_name.namespace == saml, child_name.local, version) {
                (true, "AudienceRestrictionCondition", SamlVersion::V1_1)
                | (true, "AudienceRestriction", SamlVersion::V2_0) => {
                    let mut audiences = Vec::new();
                    for audience in child.children() {
                        if !audience.is(saml, "Audience") {
                            return Err(child.unexpected(audience).into());
                        }
                        audiences.push(audience.any_uri()?.into_owned());
                    }
                    conditions.audiences.push(audiences);
                }
                (true, "OneTimeUse", SamlVersion::V2_0) | (true, "DoNotCacheCondition", SamlVersion::V1_1) => {
                    conditions.one_time_use = true;
                }
                // This condition limits assertions that are made from this one. We make none.
                (true, "ProxyRestriction", SamlVersion::V2_0) => {}
                _ => return Err(TokenError::Assertion("it has a condition that is not understood")),
            }
        }
        Ok(conditions)
    }
}

type Subject<'d> = (Option<SamlName>, Vec<Confirmation<'d>>);

/// Reads `saml2:Subject`: one NameID, and any number of confirmations. Confirmations of unknown methods are ignored,
/// and so are confirmations by a party whose name cannot be read.
fn subject_v2<'d>(
    subject: Element<'d>,
    is_id_card: bool,
    shape: AssertionShape,
    budget: &Budget,
) -> Result<Subject<'d>, TokenError> {
    let saml = name::SAML2.uri;
    let name_id = subject.optional_child(saml, "NameID")?.map(SamlName::read).transpose()?;
    let mut confirmations = Vec::new();
    for element in subject.children().filter(|child| child.is(saml, "SubjectConfirmation")) {
        // Id-cards have an element in place of the attribute.
        let uri = match element.optional_child(saml, "ConfirmationMethod")? {
            Some(method) if is_id_card => method.any_uri()?,
            _ => element.required_attribute("", "Method")?,
        };
        let mut known = ConfirmationMethod::ALL.into_iter();
        let Some(method) = known.find(|method| method.uri(SamlVersion::V2_0) == uri) else { continue };
        if element.children().any(|child| child.is(saml, "EncryptedID") || child.is(saml, "BaseID")) {
            continue;
        }
        let mut confirmation = Confirmation::new(method);
        confirmation.confirmer = element.optional_child(saml, "NameID")?.map(SamlName::read).transpose()?;
        if let Some(data) = element.optional_child(saml, "SubjectConfirmationData")? {
            confirmation.not_before = shape.instant(data, "NotBefore")?;
            confirmation.not_on_or_after = shape.instant(data, "NotOnOrAfter")?;
            confirmation.recipient = data.attribute("", "Recipient").map(|uri| uri.into_owned());
            confirmation.in_response_to = data.attribute("", "InResponseTo").map(|id| id.into_owned());
            confirmation.address = data.attribute("", "Address").map(|address| address.into_owned());
            confirmation.key_infos = data.children_named(name::DS.uri, "KeyInfo").collect();
        }
        confirmations.push(confirmation);
        budget.check(Limit::SubjectConfirmations, keys_of(&confirmations))?;
    }
    Ok((name_id, confirmations))
}

/// Every statement of SAML 1.1 has its own subject, with confirmations of that subject alone (core §2.4.2). All
/// subjects must be the same: a statement may name its subject and leave the confirmation to another statement.
fn subjects_of_statements<'d>(assertion: Element<'d>, budget: &Budget) -> Result<Subject<'d>, TokenError> {
    let saml = name::SAML.uri;
    let mut name: Option<Option<SamlName>> = None;
    let mut first: Option<Element<'d>> = None;
    let mut first_octets = None;
    for statement in assertion.children().filter(|child| child.name().namespace == saml) {
        let Some(subject) = statement.optional_child(saml, "Subject")? else { continue };
        let own = subject.optional_child(saml, "NameIdentifier")?.map(SamlName::read).transpose()?;
        if name.get_or_insert(own.clone()) != &own {
            return Err(TokenError::Assertion("its statements are about several subjects"));
        }
        match (subject.optional_child(saml, "SubjectConfirmation")?, first) {
            (None, _) if own.is_none() => {
                return Err(TokenError::Assertion(
                    "one of its statements is about nobody: have its issuer name the subject in each",
                ));
            }
            (None, _) => {}
            (Some(confirmation), None) => first = Some(confirmation),
            (Some(confirmation), Some(first)) => {
                let known = match first_octets.take() {
                    Some(known) => known,
                    None => canonical(first, budget)?,
                };
                if *first_octets.insert(known) != canonical(confirmation, budget)? {
                    return Err(TokenError::Assertion(
                        "its statements are not all confirmed in the same way: have its issuer make an assertion for each way",
                    ));
                }
            }
        }
    }
    let mut confirmations = Vec::new();
    if let Some(element) = first {
        let key_info = element.optional_child(name::DS.uri, "KeyInfo")?;
        for uri in element.children().filter(|child| child.is(saml, "ConfirmationMethod")) {
            let uri = uri.any_uri()?;
            let mut known = ConfirmationMethod::ALL.into_iter();
            if let Some(method) = known.find(|method| method.uri(SamlVersion::V1_1) == uri) {
                let mut confirmation = Confirmation::new(method);
                confirmation.key_infos.extend(key_info);
                confirmations.push(confirmation);
                budget.check(Limit::SubjectConfirmations, keys_of(&confirmations))?;
            }
        }
    }
    Ok((name.flatten(), confirmations))
}

fn canonical(confirmation: Element<'_>, budget: &Budget) -> Result<Vec<u8>, TokenError> {
    confirmation.canonical(budget).map_err(|error| match error {
        CanonicalizeError::Limit(exceeded) => exceeded.into(),
        _ => TokenError::Assertion("a confirmation of its subject has no canonical form"),
    })
}

/// The confirmations and the keys they name.
fn keys_of(confirmations: &[Confirmation<'_>]) -> usize {
    confirmations.iter().map(|confirmation| confirmation.key_infos.len().max(1)).sum()
}

impl Confirmation<'_> {
    /// Changes holder of key to the method for the key of the assertion's own signature, if the key is that one: it is
    /// the issuer's.
    fn recognise_id_card(&mut self, signature: Option<Element<'_>>) {
        let is_holder = self.method == ConfirmationMethod::HolderOfKey;
        if is_holder && id_card::names_own_signature(&self.key_infos, signature) {
            self.method = ConfirmationMethod::IdCard;
        }
    }

    fn new(method: ConfirmationMethod) -> Self {
        Self {
            method,
            key_infos: Vec::new(),
            not_before: None,
            not_on_or_after: None,
            recipient: None,
            in_response_to: None,
            confirmer: None,
            address: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use wss_c14n::{Document, Limits};

    use super::*;

    /// The format distinguishes what an issuer verified from what the subject says.
    #[test]
    fn attributes_of_one_name_and_two_formats_are_two() {
        for (version, head, name, format) in [
            ("SAML:2.0", "Version='2.0' ID='a'", "Name", "NameFormat"),
            (
                "SAML:1.0",
                "MajorVersion='1' MinorVersion='1' AssertionID='a' Issuer='i'",
                "AttributeName",
                "AttributeNamespace",
            ),
        ] {
            let issuer = if version == "SAML:2.0" { "<Issuer>i</Issuer>" } else { "" };
            let one = |of: &str, value: &str| {
                format!("<Attribute {name}='role' {format}='{of}'><AttributeValue>{value}</AttributeValue></Attribute>")
            };
            let said = format!(
                "<Assertion xmlns='urn:oasis:names:tc:{version}:assertion' {head} IssueInstant='2026-11-28T00:00:00Z'>{issuer}\
                 <AttributeStatement>{}{}</AttributeStatement><AttributeStatement>{}</AttributeStatement></Assertion>",
                one("urn:verified", "user"),
                one("urn:said", "admin"),
                one("urn:verified", "clerk"),
            );
            let document = Document::parse(&said, &Limits::default()).expect("XML");
            let assertion = Assertion::parse(document.root(), &Budget::dangerous_unbounded()).expect(version);
            let found =
                assertion.attributes.iter().map(|found| (found.name(), found.format(), found.values().join(" ")));
            let expected = [
                ("role", Some("urn:verified"), "user clerk".to_owned()),
                ("role", Some("urn:said"), "admin".to_owned()),
            ];
            assert_eq!(found.collect::<Vec<_>>(), expected);
        }
    }
}
