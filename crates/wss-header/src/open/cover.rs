//! Cover: which part a covered element is, decided only by its place.

use wss_c14n::{Element, name};

use super::revision::Revision;
use super::tokens;
use crate::error::OpenError;
use crate::part::Part;

/// The part that `apex` is, which `signature` covers; `None` at a place where a signature proves nothing and does no
/// harm. A message with a signed element at any other place is refused.
pub(super) fn part_at(
    apex: Element<'_>,
    revision: &Revision<'_>,
    signature: Element<'_>,
) -> Result<Option<Part>, OpenError> {
    let misplaced = || OpenError::Place { path: apex.path().into() };
    if apex == revision.envelope.body {
        return Ok(Some(Part::Body));
    }
    let parent = apex.parent().ok_or_else(misplaced)?;
    if revision.is_in_header(apex) {
        return if apex == signature { Err(misplaced()) } else { Ok(part_of_header(apex)) };
    }
    if revision.envelope.header == Some(parent) && apex != revision.header.element {
        return Ok(Some(Part::header_block(apex.name().namespace, apex.name().local)));
    }
    // The signature's own KeyInfo, or the reference inside it. No other element is allowed there.
    let own = signature.children_named(name::DS.uri, "KeyInfo").next();
    let is_reference = apex.is(name::WSSE.uri, "SecurityTokenReference");
    if own.is_some_and(|own| own == apex || (own == parent && is_reference)) {
        return Ok(None);
    }
    Err(misplaced())
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
