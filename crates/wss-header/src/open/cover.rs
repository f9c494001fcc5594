//! Cover: which part a covered element is, decided only by its place.
//!
//! A message with a signed element at a place that means nothing to the receiver is refused: someone may have moved a
//! signed part there, where the receiver does not look for it. Inside the Body and inside header blocks, an element means
//! something if the receiver names its path, or if the same signature covers something around it, so that it cannot have
//! been moved.

use wss_c14n::{Element, name};

use super::revision::Revision;
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
        return if apex == signature { Err(misplaced()) } else { Ok(part_of_header(apex)) };
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
fn part_of_header(child: Element<'_>) -> Apex {
    let part = match (child.name().namespace, child.name().local) {
        (ns, "Timestamp") if ns == name::WSU.uri => Some(Part::Timestamp),
        (ns, "Signature") if ns == name::DS.uri => Some(Part::Signature),
        (ns, "SignatureConfirmation") if ns == name::WSSE11.uri => Some(Part::SignatureConfirmation),
        _ => tokens::part_of(child),
    };
    part.map_or(Apex::Nothing, Apex::Part)
}
