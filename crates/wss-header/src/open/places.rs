//! Places: which elements of the current revision have the paths that the receiver names.

use std::collections::BTreeMap;
use std::ops::Range;

use wss_c14n::Element;

use super::revision::Revision;
use super::terms::Terms;
use crate::part::Part;

/// The elements with the paths that the receiver names, in the current revision.
#[derive(Default)]
pub(super) struct Places(BTreeMap<Part, Vec<Range<usize>>>);

impl Places {
    /// Finds them. An element is found by its place, and never by an Id.
    pub(super) fn find(revision: &Revision<'_>, terms: &Terms<'_>) -> Self {
        let found = terms.named_elements().filter_map(|part| {
            let found = part.path()?.find(revision.envelope, &terms.receiver.role);
            Some((part.clone(), found.into_iter().map(Element::span).collect()))
        });
        Self(found.collect())
    }

    /// The elements that are `part`; none for a part that is not named by a path.
    pub(super) fn of(&self, part: &Part) -> &[Range<usize>] {
        self.0.get(part).map(Vec::as_slice).unwrap_or_default()
    }

    /// The elements that are `part`, if there are as many as there may be: one, or at least one.
    pub(super) fn exactly(&self, part: &Part) -> Option<&[Range<usize>]> {
        let found = self.of(part);
        let fits = match part {
            Part::EveryElement(_) => !found.is_empty(),
            _ => found.len() == 1,
        };
        fits.then_some(found)
    }

    /// All of them, each with its part.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Part, &Range<usize>)> {
        self.0.iter().flat_map(|(part, spans)| spans.iter().map(move |span| (part, span)))
    }
}
