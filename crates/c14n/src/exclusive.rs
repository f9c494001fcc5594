//! Exclusive canonicalisation: an element declares the prefixes that it visibly utilizes. Prefixes of the
//! `PrefixList` are declared as in inclusive canonicalisation.
//!
//! The prefixes that an element visibly utilizes are already on the tape (its own pair, and those of its prefixed
//! attributes). Only the listed prefixes must be looked up.

use crate::tape::Tape;

/// The prefixes whose declarations are rendered at the place where they are written, even if nothing uses them.
pub(crate) enum InclusivePrefixes {
    /// All prefixes: inclusive methods.
    All,
    /// The prefixes of the `PrefixList`, by prefix id; empty for none.
    Listed(Vec<bool>),
}

impl InclusivePrefixes {
    #[inline]
    pub(crate) fn contains(&self, prefix: u32) -> bool {
        match self {
            Self::All => true,
            Self::Listed(listed) => listed.get(prefix as usize).copied().unwrap_or(false),
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::Listed(listed) if listed.is_empty())
    }
}

/// The listed prefixes as a set over the prefix ids of `tape`, without prefixes that the document never binds.
pub(crate) fn listed(tape: &Tape, prefixes: &[String]) -> InclusivePrefixes {
    if prefixes.is_empty() {
        return InclusivePrefixes::Listed(Vec::new());
    }
    let wanted: std::collections::HashSet<&str> = prefixes.iter().map(String::as_str).collect();
    let ids = 0..tape.prefixes.len() as u32;
    InclusivePrefixes::Listed(ids.map(|id| wanted.contains(tape.prefix(id))).collect())
}
