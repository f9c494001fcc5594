//! Moves: whether a signed element may come from another place, where it has another meaning.
//!
//! A signature over an element does not cover the place of the element. The receiver knows names of elements for some
//! places: those that it names itself, and those that are known in a Security header. So an element counts at its place
//! only if no other place has elements of its name.

use wss_c14n::{Element, name};

use super::coverage::Coverage;
use super::facts::told_of;
use super::revision::Revision;
use super::terms::Terms;
use super::tokens;
use crate::addressing;
use crate::element_path::ElementPath;
use crate::error::OpenError;
use crate::part::Part;
use crate::waiver::Waiver;

/// Refuses a covered element that may have been moved to its place. No element around it is covered.
pub(super) fn check_not_moved(
    element: Element<'_>,
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    coverage: &Coverage,
) -> Result<(), OpenError> {
    if element == revision.envelope.body || element.is(name::XENC.uri, "EncryptedData") {
        return Ok(());
    }
    let is_body_covered = coverage.parts().any(|(part, _)| *part == Part::Body);
    let is_at = |part: &Part| is_at(part, element, revision, terms);
    let is_elsewhere = |part: &&Part| {
        // The signed Body has its original content: no element was moved out of it.
        let holds_all = is_body_covered && part.path().is_some_and(ElementPath::is_in_body);
        has_name_of(part, element) && !is_at(part) && !holds_all
    };
    let named = terms.signable().find(is_elsewhere).map(ToString::to_string);
    let is_inside = || ElementPath::is_of(element, revision.envelope);
    let of_header =
        || (belongs_only_in_header(element, terms) && is_inside()).then(|| "the Security header".to_owned());
    let of_block = || (addressing::is_block(element) && !revision.is_block(element)).then(|| "the Header".to_owned());
    let Some(from) = named.or_else(of_header).or_else(of_block) else { return Ok(()) };
    let is_token = revision.is_in_header(element) && belongs_in_header(element);
    let is_expected = is_token || terms.signable().any(is_at);
    // Only a header block says which message this one answers.
    let is_expected = is_expected && (revision.is_block(element) || !addressing::is_relation(element));
    match is_expected && terms.receiver.waives(Waiver::InterchangeableElements) {
        true => Ok(()),
        false => Err(OpenError::Interchangeable { path: element.path().into(), from: from.into() }),
    }
}

/// Whether the elements of `part` have the name of `element`.
fn has_name_of(part: &Part, element: Element<'_>) -> bool {
    match part {
        Part::Element(path) | Part::EveryElement(path) => path.ends_in(element),
        _ => part.names_block(element),
    }
}

/// Whether `element` is at a place of elements of `part`.
fn is_at(part: &Part, element: Element<'_>, revision: &Revision<'_>, terms: &Terms<'_>) -> bool {
    match part {
        Part::Element(path) | Part::EveryElement(path) => path.names(element, revision.envelope, &terms.receiver.role),
        Part::HeaderBlock { .. } | Part::EveryHeaderBlock { .. } => {
            revision.is_block(element) && part.names_block(element)
        }
        _ => false,
    }
}

/// The part that a child of our header is, if it is one.
pub(super) fn part_of_header(child: Element<'_>) -> Option<Part> {
    told_of(child).or_else(|| match child.is(name::DS.uri, "Signature") {
        true => Some(Part::Signature),
        false => tokens::part_of(child),
    })
}

/// Whether an element has a meaning as a child of a Security header.
pub(super) fn belongs_in_header(element: Element<'_>) -> bool {
    part_of_header(element).is_some()
        || tokens::kind_of(element).is_some()
        || element.is(name::WSSE.uri, "SecurityTokenReference")
        || element.is(name::XENC.uri, "ReferenceList")
        || element.is(name::XENC.uri, "EncryptedData")
}

/// Whether an element has a meaning only as a child of a Security header.
pub(super) fn belongs_only_in_header(element: Element<'_>, terms: &Terms<'_>) -> bool {
    let may_be_outside = element.is(name::XENC.uri, "EncryptedData")
        || (element.is(name::XENC.uri, "EncryptedKey") && terms.receiver.waives(Waiver::EncryptedKeysOutsideTheHeader));
    belongs_in_header(element) && !may_be_outside
}
