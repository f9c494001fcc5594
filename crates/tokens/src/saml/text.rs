//! The text of an assertion: what its issuer signed, and the signature inside it, which covers itself no more than any other
//! does.

use std::ops::Range;

use wss_c14n::{Budget, Canonicalization, CanonicalizeError, Element, Subset};
use wss_text::Slice as _;

use crate::error::TokenError;

/// An assertion in the canonical form in which its issuer signed it; in exclusive canonical form if nobody did.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct AssertionText {
    whole: String,
    /// The octets of `whole` that the digested text does not have: those of its signature, up to a shift by octets that are the
    /// same behind it; empty if it has none.
    signature: Range<usize>,
}

impl AssertionText {
    /// The assertion `element`, of which the octets `digested` were signed, in this form.
    pub(super) fn signed(
        element: Element<'_>,
        digested: &[u8],
        form: &Canonicalization,
        budget: &Budget,
    ) -> Result<Self, TokenError> {
        let whole = text_of(&Subset::subtree(element).without_comments(), form, budget)?;
        // They differ only by the signature, which is in one of them.
        let is_same = |at: &usize| whole.as_bytes().get(*at) == digested.get(*at);
        let same = (0..digested.len()).take_while(is_same).count();
        // A character may begin alike in both.
        let start = (0..=same).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
        let end = start + whole.len().saturating_sub(digested.len());
        Ok(Self { whole, signature: start..end })
    }

    /// The assertion `element`, which no issuer signed.
    pub(super) fn unsigned(element: Element<'_>, budget: &Budget) -> Result<Self, TokenError> {
        let whole = text_of(&Subset::subtree(element), &Canonicalization::default(), budget)?;
        Ok(Self { whole, signature: 0..0 })
    }

    /// All of it.
    pub(super) fn whole(&self) -> &str {
        &self.whole
    }

    /// The octets that were digested.
    pub(super) fn digested(&self) -> String {
        let Range { start, end } = self.signature;
        [self.whole.slice(..start), self.whole.slice(end..)].concat()
    }
}

fn text_of(subset: &Subset<'_>, form: &Canonicalization, budget: &Budget) -> Result<String, TokenError> {
    form.to_text(subset, budget).map_err(|error| match error {
        CanonicalizeError::Limit(exceeded) => TokenError::Limit(exceeded),
        _ => TokenError::Assertion("it has no canonical form"),
    })
}
