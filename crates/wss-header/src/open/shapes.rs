//! Shapes of Ids, URIs and KeyInfo that a call of the receiver accepts, and errors that recognise them.

use wss_c14n::{Document, Element, IdError, IdIndex, id_of_other_name, indexed_id_of, name};
use wss_crypto::algorithm_in_other_namespace;
use wss_soap::mime::content_id_of;
use wss_text::WireText;
use wss_tokens::{AssertionError, AssertionShape, ReferenceShape, TokenError, X509Token, is_assertion_type};
use wss_xmldsig::{KeyHint, KeyInfo, SignatureError, VerifyError, X509Data, id_in_other_form, is_in_pem};
use wss_xmlenc::DecryptError;

use super::other_namespace::child_told;
use crate::error::{HeaderError, OpenError, is_almost_ours};
use crate::receiver::Receiver;
use crate::waiver::Waiver;

/// The Ids of a revision.
pub(super) fn ids_of<'d>(document: &'d Document<'d>, receiver: &Receiver) -> Result<IdIndex<'d>, IdError> {
    match receiver.waives(Waiver::IdsByOtherNames) {
        true => IdIndex::build_with_other_names(document),
        false => IdIndex::build(document),
    }
}

/// Improves the error of a reference without a target: names the element that has this Id by another name, or in
/// another namespace. `missing` is the error for an attachment.
pub(super) fn meant(error: OpenError, document: &Document<'_>, missing: impl Fn(&str) -> OpenError) -> OpenError {
    let uri = match &error {
        OpenError::Verify(VerifyError::NotFetched { uri }) => return OpenError::Outside { uri: uri.clone() },
        OpenError::Verify(VerifyError::Dereference { uri }) | OpenError::Token(TokenError::Dangling { uri }) => uri,
        _ => return error,
    };
    let Some(wanted) = uri.as_str().strip_prefix('#') else {
        return match &error {
            OpenError::Verify(_) if content_id_of(uri.as_str()).is_some() => missing(uri.as_str()),
            OpenError::Verify(_) => OpenError::Outside { uri: uri.clone() },
            _ => error,
        };
    };
    let has_id = |element: &Element<'_>| indexed_id_of(*element).as_deref() == Some(wanted);
    if let Some(element) = document.elements().find(has_id).and_then(child_told) {
        return HeaderError::Overlooked { element }.into();
    }
    if let Some(namespace) = document.elements().find_map(|element| namespace_of_id(element, wanted)) {
        return OpenError::IdInOtherNamespace { uri: uri.clone(), namespace: namespace.into() };
    }
    let is_meant = |element: &Element<'_>| id_of_other_name(*element).as_deref() == Some(wanted);
    if let Some(element) = document.elements().find(is_meant) {
        return OpenError::IdByAnotherName { uri: uri.clone(), path: element.path().into() };
    }
    let by_schema = document.elements().find_map(|element| Some((element, attribute_by_schema(element, wanted)?)));
    match by_schema {
        Some((element, attribute)) => {
            OpenError::IdBySchema { uri: uri.clone(), path: element.path().into(), attribute: Box::new(attribute) }
        }
        None => error,
    }
}

/// Says that an identifier has white space around it, where that may be why something was not read or not found.
pub(super) fn unless_white_space(error: OpenError, document: &Document<'_>, receiver: &Receiver) -> OpenError {
    if receiver.waives(Waiver::WhiteSpaceAroundIdentifiers) || !error.is_of_an_identifier() {
        return error;
    }
    let with_white_space = |element: Element<'_>| {
        let (attribute, value) = element.identifier_with_white_space()?;
        let attribute = Box::new(attribute.local.into());
        Some(OpenError::WhiteSpace { path: element.path().into(), attribute, value: value.into() })
    };
    document.elements().find_map(with_white_space).unwrap_or(error)
}

/// Says which algorithm an identifier means that has its word in another namespace.
pub(super) fn unless_in_other_namespace(error: OpenError) -> OpenError {
    let uri = match &error {
        OpenError::Signature(SignatureError::UnknownAlgorithm { uri, .. })
        | OpenError::Verify(VerifyError::Malformed(SignatureError::UnknownAlgorithm { uri, .. }))
        | OpenError::Decrypt(DecryptError::UnknownAlgorithm { uri, .. }) => uri.clone(),
        _ => return error,
    };
    let meant = algorithm_in_other_namespace(uri.as_str());
    meant.map_or(error, |meant| OpenError::AlgorithmInOtherNamespace { uri, meant })
}

/// The name of an attribute with this value that a schema may declare as an Id. `None` if the value already is the Id of the
/// element without a schema.
fn attribute_by_schema(element: Element<'_>, wanted: &str) -> Option<WireText> {
    if indexed_id_of(element).as_deref() == Some(wanted) {
        return None;
    }
    let is_id = |local: &str| local.eq_ignore_ascii_case("id") || local.ends_with("ID");
    let mut ids = element.attributes().filter(|(attribute, _)| is_id(attribute.local));
    ids.find(|(_, value)| value == wanted).map(|(attribute, _)| attribute.to_string().into())
}

/// The namespace of an attribute `Id` with this value that is almost the one of WS-Security.
fn namespace_of_id<'d>(element: Element<'d>, wanted: &str) -> Option<&'d str> {
    let is_id = |namespace: &str, local: &str| local == "Id" && namespace != name::WSU.uri && is_almost_ours(namespace);
    let mut ids = element.attributes().filter(|(attribute, _)| is_id(attribute.namespace, attribute.local));
    ids.find(|(_, value)| value == wanted).map(|(attribute, _)| attribute.namespace)
}

/// The Id of this message that a URI names in another form than `#id`, if the receiver accepts such.
pub(super) fn other_form(uri: &str, ids: &IdIndex<'_>, receiver: &Receiver) -> Option<String> {
    let is_accepted = receiver.waives(Waiver::ReferencesOfOtherForms);
    id_in_other_form(uri).filter(|id| is_accepted && ids.contains(id))
}

/// Refuses a URI that names an element of the message in another form than `#id`, unless the receiver accepts such.
pub(super) fn check_form(uri: &str, ids: &IdIndex<'_>, receiver: &Receiver) -> Result<(), OpenError> {
    let is_accepted = receiver.waives(Waiver::ReferencesOfOtherForms);
    match id_in_other_form(uri).filter(|id| !is_accepted && ids.contains(id)) {
        Some(_) => Err(OpenError::UriForm { uri: uri.into() }),
        None => Ok(()),
    }
}

/// Refuses PEM in a Security header where a certificate belongs, unless the receiver accepts it. The code that reads
/// the certificates later accepts both forms.
pub(super) fn check_armour(header: Element<'_>, receiver: &Receiver) -> Result<(), OpenError> {
    if receiver.waives(Waiver::CertificatesInPem) {
        return Ok(());
    }
    let holds_certificate = |element: &Element<'_>| {
        X509Token::is_one(*element)
            || X509Token::is_by_name(*element)
            || element.is(name::WSSE.uri, "KeyIdentifier")
            || element.is(name::DS.uri, "X509Certificate")
    };
    match header.descendants_and_self().find(|element| holds_certificate(element) && is_in_pem(*element)) {
        Some(found) => Err(OpenError::CertificateInPem { path: found.path().into() }),
        None => Ok(()),
    }
}

/// The shapes of assertions that the receiver accepts.
pub(super) fn assertion_shape(receiver: &Receiver) -> AssertionShape {
    AssertionShape {
        in_local_time: receiver.waives(Waiver::LocalTimes),
        without_zone: receiver.waives(Waiver::TimesWithoutZone),
        canonicalised_inclusively: receiver.waives(Waiver::InclusiveCanonicalization),
        without_canonicalization: receiver.waives(Waiver::AbsentTransforms),
        with_other_ecdsa_values: receiver.waives(Waiver::OtherEcdsaValues),
    }
}

/// The shapes of references to tokens that the receiver accepts.
pub(super) fn reference_shape(receiver: &Receiver) -> ReferenceShape {
    ReferenceShape {
        by_name: receiver.waives(Waiver::TokenTypesByName),
        in_any_place: receiver.waives(Waiver::KeyInfoOfOtherShapes),
        with_implied_key: receiver.waives(Waiver::ImpliedDerivedKeys),
        in_hexadecimal: receiver.waives(Waiver::HexadecimalIdentifiers),
    }
}

/// Refuses a reference that states another type than that of its token.
pub(super) fn expect_type(stated: Option<&str>, actual: &str) -> Result<(), TokenError> {
    match stated {
        Some(expected) if expected != actual => Err(TokenError::TypeMismatch { expected: expected.into() }),
        _ => Ok(()),
    }
}

/// Refuses a reference that states another type than that of its assertion, unless the receiver accepts the types of all
/// assertions for one another: which assertion is meant, its Id says.
pub(super) fn expect_assertion_type(
    stated: Option<&str>,
    actual: &'static str,
    receiver: &Receiver,
) -> Result<(), TokenError> {
    match stated {
        Some(stated) if stated != actual && is_assertion_type(stated) => {
            match receiver.waives(Waiver::TokenTypesByName) {
                true => Ok(()),
                false => Err(AssertionError::Type { stated: stated.into(), actual }.into()),
            }
        }
        stated => expect_type(stated, actual),
    }
}

/// The content of a `ds:KeyInfo` that does not have the shape of the profile.
#[derive(Clone, Copy)]
pub(super) enum OtherKeyInfo<'d> {
    /// No element: an empty one, or text.
    Nothing,
    /// Several references, of which this is the first.
    References(Element<'d>),
    /// An element that belongs inside a `wsse:SecurityTokenReference`.
    Reference(Element<'d>),
    /// A token.
    Token(Element<'d>),
}

impl<'d> OtherKeyInfo<'d> {
    pub(super) fn of(key_info: &KeyInfo<'d>) -> Option<Self> {
        let mut references = key_info.hints().iter().filter_map(|hint| match hint {
            KeyHint::SecurityTokenReference(element) => Some(*element),
            _ => None,
        });
        match (references.next(), references.next()) {
            (Some(first), Some(_)) => return Some(Self::References(first)),
            (Some(_), None) => return None,
            (None, _) => {}
        }
        match key_info.hints() {
            [] => Some(Self::Nothing),
            [KeyHint::Other(element)] if is_inside_of_reference(*element) => Some(Self::Reference(*element)),
            [KeyHint::Other(element)] if element.is(name::WSSE.uri, "BinarySecurityToken") => {
                Some(Self::Token(*element))
            }
            _ => None,
        }
    }

    pub(super) fn refused(self) -> OpenError {
        let what: WireText = match self {
            Self::Nothing => "nothing that names a key".into(),
            Self::References(_) => "several wsse:SecurityTokenReference".into(),
            Self::Reference(element) | Self::Token(element) => element.qualified_name().into(),
        };
        TokenError::KeyInfoShape { what }.into()
    }
}

fn is_inside_of_reference(element: Element<'_>) -> bool {
    let expanded = element.name();
    let is_wsse = ["Reference", "KeyIdentifier"].contains(&expanded.local) && expanded.namespace == name::WSSE.uri;
    is_wsse || (expanded.namespace == name::DS.uri && X509Data::is_item(expanded.local))
}
