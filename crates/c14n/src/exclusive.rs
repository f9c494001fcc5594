//! Exclusive canonicalisation: an element declares the prefixes it visibly utilizes, and those of the
//! `PrefixList` as inclusive canonicalisation would.
//!
//! What an element visibly utilizes is on the tape already (its own pair, and those of its prefixed
//! attributes), so all that is left is to look the listed prefixes up.

use crate::emit::InclusivePrefixes;
use crate::tape::Tape;

/// The listed prefixes as a set over the prefix ids of `tape`; prefixes the document never binds drop out.
pub(crate) fn listed(tape: &Tape, prefixes: &[String]) -> InclusivePrefixes {
    if prefixes.is_empty() {
        return InclusivePrefixes::Listed(Vec::new());
    }
    let wanted: std::collections::HashSet<&str> = prefixes.iter().map(String::as_str).collect();
    let ids = 0..tape.prefixes.len() as u32;
    InclusivePrefixes::Listed(ids.map(|id| wanted.contains(tape.prefix(id))).collect())
}
