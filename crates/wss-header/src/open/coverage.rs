//! Coverage: the elements that a signature covers in the current revision, and those of them that decryption removed.
//!
//! A signature is verified over one revision. When ciphertext inside a covered element is decrypted afterwards, the
//! signature proves the plaintext only if nobody else could have made another plaintext of the same ciphertext.
//! Otherwise the coverage is lost, and the reason is kept for the error and for the evidence.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use thiserror::Error;
use wss_c14n::{Canonicalization, Moved};
use wss_text::WireText;

use super::carry::Carry;
use super::span::is_within;
use crate::part::Part;

/// Why a signature does not prove a part that it covers as ciphertext.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CoverageLost {
    /// *Refused.* The cipher does not authenticate, and the signature does not cover every element of the header that
    /// leads to the key: whoever replaces such an element makes another plaintext of the signed ciphertext.
    #[error(
        "it was signed as ciphertext of {cipher}, which does not authenticate, and the signature does not cover the \
         {uncovered} that leads to its key: have the peer sign that element too, or use GCM, or call \
         `dangerous_accept_cbc_under_unsigned_keys`"
    )]
    UnsignedKey {
        /// The identifier of the cipher.
        cipher: &'static str,
        /// The first element on the way to the key that the signature does not cover.
        uncovered: &'static str,
    },
    /// *Refused.* The plaintext takes a namespace from around the ciphertext, and the signed canonical form does not
    /// show which: whoever declares the prefix differently, or removes its declaration, changes the meaning of the
    /// plaintext.
    #[error(
        "it was signed as ciphertext, and its plaintext takes {} from around it, where the signature does not cover the \
         declaration: have the peer declare it inside what is encrypted, or list {} in the PrefixList of the \
         reference, or sign first and then encrypt, or call `dangerous_accept_unsigned_namespaces_of_plaintext`",
        if prefix.as_str().is_empty() { "the default namespace".to_owned() } else { format!("the namespace of prefix {prefix:?}") },
        if prefix.as_str().is_empty() { "#default" } else { "the prefix" }
    )]
    UnsignedNamespace {
        /// The prefix; empty for the default namespace.
        prefix: WireText,
    },
    /// *Refused.* The plaintext has elements without a prefix, and no default namespace is in scope around the
    /// ciphertext. The signed canonical form does not show that there was none: someone may have removed its
    /// declaration, and so changed the meaning of the plaintext.
    #[error(
        "it was signed as ciphertext, and its plaintext has elements without a prefix where no default namespace is in \
         scope, which the signature does not tell: have the peer declare xmlns=\"\" inside what is encrypted, or list \
         #default in the PrefixList of the reference, or sign first and then encrypt, or call \
         `accept_untold_absence_of_default_namespace`"
    )]
    UntoldAbsenceOfDefaultNamespace,
    /// *Refused.* A token, or another signature, was signed as ciphertext. The signer of ciphertext need not know its
    /// plaintext: it may be the token of someone else, taken from another message.
    #[error(
        "it was signed as ciphertext, and whoever signs ciphertext need not know the token in it: have the peer sign first, \
         and then encrypt"
    )]
    UnknownToken,
    /// *Refused.* The signature covers an attachment as ciphertext, but not the `xenc:EncryptedData` that says how to
    /// read it.
    #[error(
        "it was signed as ciphertext without the xenc:EncryptedData that says how to read it: have the peer sign that \
         element too, or call `dangerous_accept_unsigned_encrypted_data_of_attachments`"
    )]
    UnsignedData,
}

impl CoverageLost {
    /// The name of the variant in lower case with hyphens: as `unsigned-key`. It stays the same, even if the text of
    /// the error changes.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::UnsignedKey { .. } => "unsigned-key",
            Self::UnsignedNamespace { .. } => "unsigned-namespace",
            Self::UntoldAbsenceOfDefaultNamespace => "untold-absence-of-default-namespace",
            Self::UnknownToken => "unknown-token",
            Self::UnsignedData => "unsigned-data",
        }
    }
}

/// A part that a signature covers as ciphertext without proving it, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LostCoverage {
    /// The part.
    pub part: LostPart,
    /// Why the signature does not prove it.
    pub why: CoverageLost,
}

/// A part that a signature covers as ciphertext without proving it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LostPart {
    /// A part of the envelope.
    Part(Part),
    /// The attachment with this Content-ID.
    Attachment(WireText),
}

impl fmt::Display for LostPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part(part) => part.fmt(f),
            Self::Attachment(content_id) => write!(f, "the attachment {content_id}"),
        }
    }
}

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
