//! Cover: the part that a covered element is, decided only by its place.
//!
//! A message with a signed element at a place without a meaning for the receiver is refused: someone may have moved a
//! signed part there, where the receiver does not look for it. Inside the Body and inside header blocks, an element has
//! a meaning if the receiver names its path, or if the same signature covers an element around it, so that it cannot
//! have been moved.

use wss_c14n::{Element, name};
use wss_soap::SoapVersion;

use super::moves::{belongs_in_header, belongs_only_in_header, check_not_moved, part_of_header};
use super::other_namespace::child_told;
use super::proven::ProvenSignature;
use super::revision::Revision;
use super::span::is_within;
use super::terms::Terms;
use crate::addressing;
use crate::element_path::ElementPath;
use crate::error::{HeaderError, OpenError};
use crate::part::Part;
use crate::waiver::Waiver;

/// The kind of the apex element of a reference.
pub(super) enum Apex {
    /// This part.
    Part(Part),
    /// An element that proves nothing and does no harm.
    Nothing,
    /// This element inside the Body or a header block, which the receiver does not name.
    Inside(ElementPath),
}

impl Apex {
    /// The part; an error for an element inside a part, if no covered element around it keeps it in its place.
    pub(super) fn part(self, apex: Element<'_>) -> Result<Option<Part>, OpenError> {
        match self {
            Self::Part(part) => Ok(Some(part)),
            Self::Nothing => Ok(None),
            Self::Inside(element) => {
                Err(OpenError::UnnamedElement { path: apex.path().into(), element: element.to_string().into() })
            }
        }
    }
}

/// The kind of `apex`, which `signature` covers. A message with a signed element at any other place is refused.
pub(super) fn apex_at(
    apex: Element<'_>,
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    signature: Element<'_>,
) -> Result<Apex, OpenError> {
    let misplaced = || OpenError::Place { path: apex.path().into() };
    if apex == revision.envelope.body {
        return Ok(Apex::Part(Part::Body));
    }
    let parent = apex.parent().ok_or_else(misplaced)?;
    if revision.is_in_header(apex) {
        let part = || part_of_header(apex).map_or(Apex::Nothing, Apex::Part);
        return if apex == signature { Err(misplaced()) } else { Ok(part()) };
    }
    if revision.envelope.header == Some(parent) && apex != revision.header.element {
        return Ok(Apex::Part(Part::of_block(apex, &terms.budget)?));
    }
    // The signature's own KeyInfo, or the reference inside it. No other element is allowed there.
    let own = signature.children_named(name::DS.uri, "KeyInfo").next();
    let is_reference = apex.is(name::WSSE.uri, "SecurityTokenReference");
    if own.is_some_and(|own| own == apex || (own == parent && is_reference)) {
        return Ok(Apex::Nothing);
    }
    if parent == signature && is_reference && terms.receiver.waives(Waiver::KeyInfoOfOtherShapes) {
        return Ok(Apex::Nothing);
    }
    if terms.receiver.waives(Waiver::ObjectsInSignatures) && is_of_own_object(apex, signature) {
        return Ok(Apex::Nothing);
    }
    // Decryption replaces the whole EncryptedHeader.
    if parent.is(name::WSSE11.uri, "EncryptedHeader") {
        return Err(misplaced());
    }
    if !ElementPath::is_of(apex, revision.envelope) {
        return Err(misplaced());
    }
    Ok(match terms.signed_element(apex, revision.envelope) {
        Some(part) => Apex::Part(part.clone()),
        None if terms.is_ciphertext_of_one(apex, revision.envelope) => Apex::Nothing,
        None => inside(apex, revision, terms)?.ok_or_else(misplaced)?,
    })
}

/// An element inside the Body or a header block that the receiver does not name.
fn inside(apex: Element<'_>, revision: &Revision<'_>, terms: &Terms<'_>) -> Result<Option<Apex>, OpenError> {
    Ok(ElementPath::of(apex, revision.envelope, &terms.budget)?.map(Apex::Inside))
}

/// Whether an element is a `ds:Object` of the signature, or an element of XAdES inside it. A header block is not: one
/// that was moved there is refused.
fn is_of_own_object(apex: Element<'_>, signature: Element<'_>) -> bool {
    let mut objects = signature.children_named(name::DS.uri, "Object");
    let is_xades = apex.name().namespace.starts_with("http://uri.etsi.org/01903/");
    objects.any(|object| object == apex || (is_xades && object.contains(apex)))
}

/// Refuses a message in which a covered element has no meaning at its last place, or another meaning than the sender
/// intended. A child of our Security header that was moved beside it would lose its meaning, as a timestamp or a
/// confirmation; so would a header block that was moved into it. Ciphertext is judged by its plaintext.
pub(super) fn check_places(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    signatures: &[ProvenSignature],
) -> Result<(), OpenError> {
    for coverage in signatures.iter().map(|signature| &signature.coverage) {
        for span in coverage.spans() {
            let is_held = coverage.spans().any(|around| around != span && is_within(span, around));
            for element in revision.document.elements_within(span.clone()) {
                check_place(element, revision, terms, is_held)?;
                if !is_held {
                    check_not_moved(element, revision, terms, coverage)?;
                }
            }
        }
    }
    Ok(())
}

fn check_place(
    element: Element<'_>,
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    is_held: bool,
) -> Result<(), OpenError> {
    if revision.is_in_header(element) {
        return check_child(element, terms);
    }
    if revision.is_block(element) {
        return check_block(element, revision, terms);
    }
    let envelope = revision.envelope;
    let is_known = element.is(name::XENC.uri, "EncryptedData") || terms.signed_element(element, envelope).is_some();
    if is_held || is_known {
        return Ok(());
    }
    inside(element, revision, terms)?.map_or(Ok(()), |what| what.part(element).map(drop))
}

/// Refuses a signed child of our header that may be a header block that was moved there.
pub(super) fn check_child(child: Element<'_>, terms: &Terms<'_>) -> Result<(), OpenError> {
    if belongs_in_header(child) {
        return Ok(());
    }
    if let Some(element) = child_told(child) {
        return Err(HeaderError::Overlooked { element }.into());
    }
    let path = || child.path().into();
    let is_ours = [name::WSSE, name::WSSE11, name::SOAP11, name::SOAP12];
    let is_ours = is_ours.iter().any(|namespace| namespace.uri == child.name().namespace);
    if is_ours || is_header_block(child) || terms.understands(child) {
        return Err(OpenError::Place { path: path() });
    }
    match terms.receiver.waives(Waiver::SignedChildrenOfUnknownKinds) {
        true => Ok(()),
        false => Err(OpenError::UnknownKind { path: path() }),
    }
}

/// Whether an element was a header block, wherever it is now: it has the name of a block of WS-Addressing, which says
/// which message a reply answers, or an attribute that SOAP has for header blocks only.
fn is_header_block(element: Element<'_>) -> bool {
    let is_soap = |namespace: &str| [name::SOAP11, name::SOAP12].iter().any(|soap| soap.uri == namespace);
    let marks = ["mustUnderstand", "actor", "role", "relay"];
    addressing::is_block(element)
        || element.attributes().any(|(name, _)| is_soap(name.namespace) && marks.contains(&name.local))
}

/// Refuses a signed header block that belongs elsewhere, or that has attributes of another version of SOAP.
fn check_block(block: Element<'_>, revision: &Revision<'_>, terms: &Terms<'_>) -> Result<(), OpenError> {
    let is_soap = [name::SOAP11, name::SOAP12].iter().any(|namespace| namespace.uri == block.name().namespace);
    if is_soap || belongs_only_in_header(block, terms) {
        return Err(OpenError::Place { path: block.path().into() });
    }
    let other = match revision.envelope.version {
        SoapVersion::V11 => SoapVersion::V12,
        SoapVersion::V12 => SoapVersion::V11,
    };
    match block.attributes().any(|(name, _)| name.namespace == other.namespace()) {
        true => Err(OpenError::OtherSoapVersion { path: block.path().into() }),
        false => Ok(()),
    }
}
