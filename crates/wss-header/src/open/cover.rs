//! Cover: which part a covered element is, decided only by its place.
//!
//! A message with a signed element at a place that means nothing to the receiver is refused: someone may have moved a
//! signed part there, where the receiver does not look for it. Inside the Body and inside header blocks, an element means
//! something if the receiver names its path, or if the same signature covers something around it, so that it cannot have
//! been moved.

use wss_c14n::{Element, name};

use super::proven::ProvenSignature;
use super::revision::Revision;
use super::span::is_within;
use super::terms::Terms;
use super::tokens;
use crate::element_path::ElementPath;
use crate::error::OpenError;
use crate::part::Part;

/// What the apex element of a reference is.
pub(super) enum Apex {
    /// This part.
    Part(Part),
    /// Something that proves nothing and does no harm.
    Nothing,
    /// This element inside the Body or a header block, which the receiver does not name.
    Inside(ElementPath),
}

impl Apex {
    /// The part; an error for an element inside a part, which nothing holds in its place.
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

/// What `apex` is, which `signature` covers. A message with a signed element at any other place is refused.
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
        return Ok(Apex::Part(Part::header_block(apex.name().namespace, apex.name().local)));
    }
    // The signature's own KeyInfo, or the reference inside it. No other element is allowed there.
    let own = signature.children_named(name::DS.uri, "KeyInfo").next();
    let is_reference = apex.is(name::WSSE.uri, "SecurityTokenReference");
    if own.is_some_and(|own| own == apex || (own == parent && is_reference)) {
        return Ok(Apex::Nothing);
    }
    let element = ElementPath::of(apex, revision.envelope).ok_or_else(misplaced)?;
    Ok(match terms.signed_element(apex, revision.envelope) {
        Some(part) => Apex::Part(part.clone()),
        None if terms.is_ciphertext_of_one(apex, revision.envelope) => Apex::Nothing,
        None => Apex::Inside(element),
    })
}

/// The part that a child of our header is, if it is one.
fn part_of_header(child: Element<'_>) -> Option<Part> {
    match (child.name().namespace, child.name().local) {
        (ns, "Timestamp") if ns == name::WSU.uri => Some(Part::Timestamp),
        (ns, "Signature") if ns == name::DS.uri => Some(Part::Signature),
        (ns, "SignatureConfirmation") if ns == name::WSSE11.uri => Some(Part::SignatureConfirmation),
        _ => tokens::part_of(child),
    }
}

/// Refuses a message in which a covered element means nothing at its last place, or another thing than it says. A child of
/// our Security header that was moved beside it would lose its meaning, as a timestamp or a confirmation; so would a header
/// block that was moved into it. Ciphertext is judged by its plaintext.
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
    let is_block = element.parent().is_some() && element.parent() == revision.envelope.header;
    let is_right = match revision.is_in_header(element) {
        true => belongs_in_header(element),
        false => !is_block || !belongs_only_in_header(element),
    };
    if !is_right {
        return Err(OpenError::Place { path: element.path().into() });
    }
    match ElementPath::of(element, revision.envelope) {
        Some(path)
            if !is_held
                && !element.is(name::XENC.uri, "EncryptedData")
                && terms.signed_element(element, revision.envelope).is_none() =>
        {
            Apex::Inside(path).part(element).map(drop)
        }
        _ => Ok(()),
    }
}

/// Whether an element means something as a child of a Security header.
fn belongs_in_header(element: Element<'_>) -> bool {
    let of_security = [name::WSSE, name::WSSE11, name::WSU, name::DS, name::XENC];
    of_security.iter().any(|namespace| namespace.uri == element.name().namespace) || tokens::kind_of(element).is_some()
}

/// Whether an element means something only as a child of a Security header.
fn belongs_only_in_header(element: Element<'_>) -> bool {
    let is_key = element.is(name::XENC.uri, "EncryptedKey");
    part_of_header(element).is_some() || (tokens::kind_of(element).is_some() && !is_key)
}
