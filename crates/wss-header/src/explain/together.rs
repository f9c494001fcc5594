//! Several changes at once, of those that alter the form: every pair of the usual ones, every triple of the most usual ones,
//! and every pair and triple of what serialisers do.

use std::collections::HashSet;

use wss_c14n::{Canonicalization, CanonicalizationMethod};
use wss_crypto::{Digest, DigestMethod};

use super::cause::Cause;
use super::clues::Clues;
use super::edits;
use super::forms::{Form, Target};
use super::search::{Found, Search};
use super::sketch::Sketch;

/// Edits by their kinds, in the order in which they are applied.
type Kinds = for<'s> fn(&'s Sketch, &'s Clues) -> edits::Kinds<'s>;

/// The place of an edit in such a list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct At {
    kind: usize,
    nth: usize,
}

impl Search<'_> {
    /// Tries each two changes.
    pub(super) fn in_pairs(&self, target: &Target<'_>, said: &Form) -> Option<Found> {
        self.together(target, said, &[edits::usual_kinds, edits::usual_kinds])
    }

    /// Tries each change beside another prefix of the payload.
    pub(super) fn beside_prefixes(&self, target: &Target<'_>, said: &Form) -> Option<Found> {
        self.together(target, said, &[edits::usual_kinds, edits::prefixes_alone])
    }

    /// Tries each change beside a space around one text.
    pub(super) fn beside_spaces(&self, target: &Target<'_>, said: &Form) -> Option<Found> {
        self.together(target, said, &[edits::usual_kinds, edits::spaces_alone])
    }

    /// Tries each three of the most usual changes.
    pub(super) fn in_threes(&self, target: &Target<'_>, said: &Form) -> Option<Found> {
        self.together(target, said, &[edits::few_kinds as Kinds; 3])
    }

    /// Tries each two and each three of the things that serialisers do if they do not canonicalise. Each is tried for the form
    /// that the message names, and for an element that declares every namespace in scope.
    pub(super) fn serialized(&self, target: &Target<'_>, said: &Form) -> Option<Found> {
        let how = "all namespaces that are in scope are declared on the element";
        let declared = Form {
            by: Canonicalization::new(CanonicalizationMethod::Inclusive),
            comments: false,
            causes: vec![Cause::NotCanonicalized { how: how.into() }],
        };
        let is_exclusive = said.by.method().is_exclusive();
        let forms: Vec<&Form> = if is_exclusive { vec![said, &declared] } else { vec![said] };
        let lists: [&[Kinds]; 5] = [
            &[edits::document_kinds as Kinds],
            &[edits::document_kinds as Kinds; 2],
            &[edits::tag_kinds as Kinds; 2],
            &[edits::indented_kinds as Kinds; 2],
            &[edits::indented_kinds as Kinds; 3],
        ];
        lists.iter().find_map(|list| forms.iter().find_map(|form| self.together(target, form, list)))
    }

    fn together(&self, target: &Target<'_>, said: &Form, lists: &[Kinds]) -> Option<Found> {
        let base = self.text(target, said)?;
        let sketch = Sketch::of(&base);
        let (mut effective, mut results) = (HashSet::new(), HashSet::new());
        for edit in lists.iter().flat_map(|list| list(&sketch, self.clues)).flatten() {
            if !self.meter.affords(base.len() as u64) {
                return None;
            }
            let text = edit.text(&base);
            if text.as_ref() != Some(&base) && results.insert(text.as_deref().map(digested)) {
                effective.insert(edit.cause.to_string());
            }
        }
        self.several(&base, &effective, lists, None, &said.causes)
    }

    /// Tries one edit of each list, applied in order, and of each list only those after the edit at `after`. `effective` has the
    /// causes of the edits that alter the form, each in another way: an edit that alters nothing alone rarely does after another.
    fn several(
        &self,
        base: &str,
        effective: &HashSet<String>,
        lists: &[Kinds],
        after: Option<At>,
        causes: &[Cause],
    ) -> Option<Found> {
        let (list, rest) = lists.split_first()?;
        let sketch = Sketch::of(base);
        for (kind, edits) in list(&sketch, self.clues).enumerate() {
            if after.is_some_and(|after| kind < after.kind) {
                continue;
            }
            for (nth, edit) in edits.enumerate() {
                let here = At { kind, nth };
                let is_behind = after.is_none_or(|after| here > after);
                if !is_behind || !effective.contains(&edit.cause.to_string()) {
                    continue;
                }
                if self.meter.exceeded().is_some() {
                    return None;
                }
                let causes = [std::slice::from_ref(&edit.cause), causes].concat();
                let found = if rest.is_empty() {
                    self.octets(&causes, base.len(), &|out| edit.apply(base, out))
                } else {
                    let once = self.meter.affords(base.len() as u64).then(|| edit.text(base))?;
                    let once = once.filter(|once| once != base);
                    once.and_then(|once| self.several(&once, effective, rest, Some(here), &causes))
                };
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }
}

fn digested(text: &str) -> Vec<u8> {
    Digest::of(DigestMethod::Sha256, text.as_bytes()).as_octets().to_vec()
}
