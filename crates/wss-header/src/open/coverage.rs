//! Coverage: the elements that a signature covers in the current revision, and those of them that decryption removed.
//!
//! A signature is verified over one revision. When ciphertext inside a covered element is decrypted afterwards, the
//! signature proves the plaintext only if nobody else could have made another plaintext of the same ciphertext.
//! Otherwise the coverage is lost, and the reason is kept for the error and for the evidence.

use std::collections::HashSet;
use std::ops::Range;

use wss_c14n::{Canonicalization, Moved};

use super::carry::Carry;
use super::span::is_within;
use crate::error::CoverageLost;
use crate::part::Part;

/// An element that a signature covers.
pub(super) struct CoveredElement {
    /// The part that it is; `None` if its place proves nothing.
    part: Option<Part>,
    pub(super) span: Range<usize>,
    /// The canonicalisation that made its digested octets.
    pub(super) canonicalization: Canonicalization,
    /// The octets that the signature covers, if they were kept and the element is unchanged.
    text: Option<String>,
    /// The number of plaintexts when it was covered: later ones were covered as ciphertext.
    pub(super) plaintexts_before: usize,
    lost: Option<CoverageLost>,
}

/// The elements that one signature covers.
#[derive(Default)]
pub(super) struct Coverage(Vec<CoveredElement>);

impl Coverage {
    pub(super) fn add(
        &mut self,
        part: Option<Part>,
        span: Range<usize>,
        canonicalization: Canonicalization,
        plaintexts_before: usize,
    ) {
        self.0.push(CoveredElement { part, span, canonicalization, text: None, plaintexts_before, lost: None });
    }

    /// Keeps the digested octets of the element that was added last.
    pub(super) fn keep(&mut self, text: Option<String>) {
        if let Some(covered) = self.0.last_mut() {
            covered.text = text;
        }
    }

    /// Whether the digested octets of an element are kept.
    pub(super) fn has_text(&self) -> bool {
        self.0.iter().any(|covered| covered.text.is_some())
    }

    /// Takes the digested octets of the element at `span` in this canonical form, if they were kept.
    pub(super) fn take_text(&mut self, span: &Range<usize>, form: &Canonicalization) -> Option<String> {
        let is_it = |covered: &&mut CoveredElement| covered.span == *span && covered.canonicalization == *form;
        self.0.iter_mut().filter(is_it).find_map(|covered| covered.text.take())
    }

    /// The number of elements that it covers, or covered.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn held(&self) -> impl Iterator<Item = &CoveredElement> {
        self.0.iter().filter(|covered| covered.lost.is_none())
    }

    /// The parts that it proves, each at its place.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&Part, &Range<usize>)> {
        self.held().filter_map(|covered| Some((covered.part.as_ref()?, &covered.span)))
    }

    /// The parts that it proves. A part at one place is given once.
    pub(super) fn parts_once(&self) -> impl Iterator<Item = &Part> {
        let mut seen = HashSet::new();
        let mut is_first = move |part: &Part, span: &Range<usize>| {
            // A message has one of these parts at most, and most messages have no others: nothing is allocated for
            // them.
            matches!(part, Part::Body | Part::Timestamp) || seen.insert((span.start, span.end))
        };
        self.parts().filter(move |(part, span)| is_first(part, span)).map(|(part, _)| part)
    }

    /// Whether it proves the part at this place.
    pub(super) fn has(&self, part: &Part, span: &Range<usize>) -> bool {
        self.parts().any(|covered| covered == (part, span))
    }

    /// Whether `span` is one of the covered elements, or inside one.
    pub(super) fn contains(&self, span: &Range<usize>) -> bool {
        self.held().any(|covered| is_within(span, &covered.span))
    }

    /// Whether it proves the plaintext with this number, at `span`, which it covers as ciphertext.
    pub(super) fn contains_ciphertext(&self, span: &Range<usize>, plaintext: usize) -> bool {
        self.held().any(|covered| is_within(span, &covered.span) && covered.plaintexts_before <= plaintext)
    }

    /// Whether one of the parts contains the element at `span`, and is not that element.
    pub(super) fn holds(&self, span: &Range<usize>) -> bool {
        self.parts().any(|(_, around)| around != span && is_within(span, around))
    }

    /// The spans of the covered elements, also of those whose coverage was lost.
    pub(super) fn spans(&self) -> impl Iterator<Item = &Range<usize>> {
        self.0.iter().map(|covered| &covered.span)
    }

    /// Whether a reference covers exactly the element at `span`.
    pub(super) fn names(&self, span: &Range<usize>) -> bool {
        self.held().any(|covered| covered.span == *span)
    }

    /// Removes the elements around `replaced`, where ciphertext was decrypted: the digest does not prove its plaintext,
    /// so it does not prove these elements either.
    pub(super) fn lose(&mut self, replaced: &Range<usize>, why: &CoverageLost) {
        self.lose_where(replaced, |_| Some(why.clone()));
    }

    /// As [`Coverage::lose`], for those of the elements around for which `why` gives a reason.
    pub(super) fn lose_where(
        &mut self,
        replaced: &Range<usize>,
        why: impl Fn(&CoveredElement) -> Option<CoverageLost>,
    ) {
        for covered in &mut self.0 {
            if is_within(replaced, &covered.span) && covered.lost.is_none() {
                covered.lost = why(covered);
            }
        }
    }

    /// The canonical form in which the part at this place was digested. If several references cover it, that of the
    /// first in the signature.
    pub(super) fn canonicalization(&self, part: &Part, span: &Range<usize>) -> Option<&Canonicalization> {
        let mut of_part = self.held().filter(|covered| covered.part.as_ref() == Some(part) && covered.span == *span);
        of_part.next().map(|covered| &covered.canonicalization)
    }

    /// The canonical form in which the element at `span` was digested, itself or together with the element around it:
    /// that of the innermost reference.
    pub(super) fn canonicalization_inside(&self, span: &Range<usize>) -> Option<&Canonicalization> {
        let around = self.held().filter(|covered| is_within(span, &covered.span));
        around.min_by_key(|covered| covered.span.len()).map(|covered| &covered.canonicalization)
    }

    /// The parts that it covered without proving them, and why.
    pub(super) fn lost(&self) -> impl Iterator<Item = (&Part, &CoverageLost)> {
        self.0.iter().filter_map(|covered| Some((covered.part.as_ref()?, covered.lost.as_ref()?)))
    }

    /// Notes that the plaintext with this number, at `span`, is `part`, whose ciphertext anyone may sign.
    pub(super) fn lose_as(&mut self, span: &Range<usize>, plaintext: usize, part: &Part) {
        let is_ciphertext =
            |covered: &&mut CoveredElement| covered.span == *span && covered.plaintexts_before <= plaintext;
        for covered in self.0.iter_mut().filter(is_ciphertext) {
            covered.part = Some(part.clone());
            covered.lost.get_or_insert(CoverageLost::UnknownToken);
        }
    }

    /// Notes that the covered element at `span` is `part`.
    pub(super) fn rename(&mut self, span: &Range<usize>, part: &Part) {
        for covered in self.0.iter_mut().filter(|covered| covered.span == *span) {
            covered.part = Some(part.clone());
        }
    }
}

impl Carry for Coverage {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.0.iter_mut().try_for_each(|covered| {
            // Decryption may have changed the element.
            covered.text = None;
            covered.span.carry(moved)
        })
    }
}
