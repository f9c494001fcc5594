//! Places: the elements of the current revision at the paths that the receiver names.

use std::collections::BTreeMap;
use std::ops::Range;

use wss_c14n::{Element, name};
use wss_tokens::Assertion;

use super::revision::Revision;
use super::terms::Terms;
use crate::part::Part;

/// The elements with the paths that the receiver names, in the current revision.
#[derive(Default)]
pub(super) struct Places(BTreeMap<Part, Vec<Range<usize>>>);

impl Places {
    /// Finds them. An element is found by its place, and never by an Id.
    pub(super) fn find(revision: &Revision<'_>, terms: &Terms<'_>) -> Self {
        let found = terms.named_parts().filter(|part| part.is_counted()).map(|part| {
            let found = elements(part, revision, terms);
            (part.clone(), found.into_iter().map(Element::span).collect())
        });
        Self(found.collect())
    }

    /// The elements that are `part`; none for a part that is not named by a path.
    pub(super) fn of(&self, part: &Part) -> &[Range<usize>] {
        self.0.get(part).map(Vec::as_slice).unwrap_or_default()
    }

    /// The elements that are `part`, if their number is allowed: one, or at least one.
    pub(super) fn exactly(&self, part: &Part) -> Option<&[Range<usize>]> {
        let found = self.of(part);
        let fits = match part {
            Part::EveryElement(_) | Part::EveryHeaderBlock { .. } => !found.is_empty(),
            _ => found.len() == 1,
        };
        fits.then_some(found)
    }

    /// All of them, each with its part.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Part, &Range<usize>)> {
        self.0.iter().flat_map(|(part, spans)| spans.iter().map(move |span| (part, span)))
    }
}

fn elements<'d>(part: &Part, revision: &Revision<'d>, terms: &Terms<'_>) -> Vec<Element<'d>> {
    match part {
        Part::Element(path) | Part::EveryElement(path) => path.find(revision.envelope, &terms.receiver.role),
        Part::HeaderBlock { namespace, local } | Part::EveryHeaderBlock { namespace, local } => {
            revision.envelope.blocks().filter(|block| block.is(namespace, local)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether the message has `part`, which is optional.
pub(super) fn is_present(part: &Part, revision: &Revision<'_>, places: &Places, has_attachments: bool) -> bool {
    let has_child = |is: fn(Element<'_>) -> bool| revision.children.iter().any(|child| is(*child));
    match part {
        Part::Element(_) | Part::EveryElement(_) | Part::HeaderBlock { .. } | Part::EveryHeaderBlock { .. } => {
            !places.of(part).is_empty()
        }
        Part::Attachments => has_attachments,
        Part::Timestamp => has_child(|child| child.is(name::WSU.uri, "Timestamp")),
        Part::UsernameToken => has_child(|child| child.is(name::WSSE.uri, "UsernameToken")),
        Part::SignatureConfirmation => has_child(|child| child.is(name::WSSE11.uri, "SignatureConfirmation")),
        Part::Assertion => has_child(Assertion::is_one),
        Part::Signature => has_child(|child| child.is(name::DS.uri, "Signature")),
        // Every message has a Body, and requirements refuse the others.
        Part::Body | Part::SigningToken | Part::Id(_) => true,
    }
}
