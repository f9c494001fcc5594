//! Coverage: which elements a signature covers in the revision at hand, and what decryption took away from it.
//!
//! A signature is verified over one revision. When ciphertext inside a covered element is decrypted afterwards, the
//! signature proves the plaintext only if nobody else could have made another plaintext of the same ciphertext. Where
//! that is not so, the coverage is lost, and the reason is kept for the error and for the evidence.

use std::ops::Range;

use thiserror::Error;
use wss_c14n::Moved;

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
    /// *Refused.* An attachment that was signed as ciphertext without the `xenc:EncryptedData` that says how to read it.
    #[error(
        "it was signed as ciphertext without the xenc:EncryptedData that says how to read it: have the peer sign that \
         element too, or call `dangerous_accept_unsigned_encrypted_data_of_attachments`"
    )]
    UnsignedData,
}

/// An element that a signature covers.
struct Covered {
    /// The part that it is; `None` where its place proves nothing by itself.
    part: Option<Part>,
    span: Range<usize>,
    lost: Option<CoverageLost>,
}

/// What one signature covers.
#[derive(Default)]
pub(super) struct Coverage(Vec<Covered>);

impl Coverage {
    pub(super) fn add(&mut self, part: Option<Part>, span: Range<usize>) {
        self.0.push(Covered { part, span, lost: None });
    }

    fn held(&self) -> impl Iterator<Item = &Covered> {
        self.0.iter().filter(|covered| covered.lost.is_none())
    }

    /// The parts it proves, each at its place.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&Part, &Range<usize>)> {
        self.held().filter_map(|covered| Some((covered.part.as_ref()?, &covered.span)))
    }

    /// Whether it proves the part at this place.
    pub(super) fn has(&self, part: &Part, span: &Range<usize>) -> bool {
        self.parts().any(|covered| covered == (part, span))
    }

    /// Whether `span` is one of the covered elements, or inside one.
    pub(super) fn contains(&self, span: &Range<usize>) -> bool {
        self.held().any(|covered| covered.span.start <= span.start && span.end <= covered.span.end)
    }

    /// Whether the element at `span` is covered by a reference of its own.
    pub(super) fn names(&self, span: &Range<usize>) -> bool {
        self.held().any(|covered| covered.span == *span)
    }

    /// Ciphertext at `replaced` was decrypted, and what came out is not proven by what was digested: the elements
    /// around it are not proven, either.
    pub(super) fn lose(&mut self, replaced: &Range<usize>, why: &CoverageLost) {
        for covered in &mut self.0 {
            let is_around = covered.span.start <= replaced.start && replaced.end <= covered.span.end;
            if is_around && covered.lost.is_none() {
                covered.lost = Some(why.clone());
            }
        }
    }

    /// The parts that it covered and does not prove, and why.
    pub(super) fn lost(&self) -> impl Iterator<Item = (&Part, &CoverageLost)> {
        self.0.iter().filter_map(|covered| Some((covered.part.as_ref()?, covered.lost.as_ref()?)))
    }

    /// What was covered at `span` turned out to be `part`.
    pub(super) fn rename(&mut self, span: &Range<usize>, part: &Part) {
        for covered in self.0.iter_mut().filter(|covered| covered.span == *span) {
            covered.part = Some(part.clone());
        }
    }

    /// Carries the places into the next revision; `None` if one of them is no longer an element.
    pub(super) fn carry(&mut self, moved: &Moved) -> Option<()> {
        for covered in &mut self.0 {
            covered.span = moved.span(&covered.span)?;
        }
        Some(())
    }
}
