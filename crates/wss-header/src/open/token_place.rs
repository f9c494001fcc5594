//! Where the token of a key is in the header.

use std::ops::Range;

use wss_c14n::{Element, Moved};

use super::carry::Carry;

/// The place of the token of a key. A derived key has two: the token that its reference names, and the one that has the secret.
#[derive(Clone)]
pub(crate) struct TokenPlace {
    /// The token that the reference names.
    pub(crate) named: Range<usize>,
    /// The token that has the secret.
    pub(crate) source: Range<usize>,
}

impl TokenPlace {
    /// The place of a token that has the key itself.
    pub(crate) fn at(span: Range<usize>) -> Self {
        Self { source: span.clone(), named: span }
    }

    /// The place of a token that a reference names; `within` is that of the token from which its key is derived.
    pub(crate) fn of(token: Element<'_>, within: Option<Self>) -> Self {
        let named = token.span();
        Self { source: within.map_or_else(|| named.clone(), |within| within.source), named }
    }
}

impl Carry for TokenPlace {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.named.carry(moved)?;
        self.source.carry(moved)
    }
}
