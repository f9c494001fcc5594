//! The edits, by what they change; each list has the most usual first.

mod changed;
mod characters;
mod names;
mod octets;
mod prefixes;
pub(super) mod signed_info;
mod structure;
mod unicode;
mod values;
mod white_space;

use super::clues::Clues;
use super::edit::Edit;
use super::sketch::Sketch;

/// Every edit that may matter for octets like these, the cheapest and most usual first.
pub(super) fn all(sketch: &Sketch, clues: &Clues) -> Vec<Edit> {
    let mut edits = usual(sketch, clues);
    edits.extend(changed::gaps(sketch));
    edits.extend(white_space::wraps(sketch));
    edits.extend(values::less_usual(sketch));
    edits.extend(values::zones(sketch));
    edits.extend(characters::less_usual(sketch));
    edits.extend(unicode::all(sketch));
    edits.extend(octets::all());
    edits.extend(changed::raw_line_ends(sketch));
    edits.extend(prefixes::of_others(sketch, clues));
    edits.extend(names::less_usual(sketch));
    edits.extend(structure::removals(sketch));
    edits.extend(changed::attributes(sketch));
    edits.extend(white_space::indentations(sketch));
    edits
}

/// The edits that are tried in pairs, and beside another canonicalisation.
pub(super) fn usual(sketch: &Sketch, clues: &Clues) -> Vec<Edit> {
    let mut edits = white_space::removed(sketch);
    edits.extend(characters::line_ends(sketch));
    edits.extend(structure::before_id(sketch));
    edits.extend(names::usual(sketch));
    edits.extend(prefixes::of_envelope(sketch, clues));
    edits.extend(values::instants(sketch));
    edits.extend(white_space::few_indentations(sketch));
    edits
}

/// An envelope before it had its signature, or its Security header.
pub(super) fn without_security(sketch: &Sketch) -> Vec<Edit> {
    structure::without_security(sketch)
}

/// Edits that are many, or that hint at a change of the content: after everything else.
pub(super) fn last<'s>(sketch: &'s Sketch, clues: &'s Clues) -> impl Iterator<Item = Edit> + 's {
    let padding = changed::padding(sketch).into_iter();
    let changes = [changed::several_places, changed::cases, changed::orders, changed::values]
        .into_iter()
        .flat_map(|of| of(sketch));
    padding.chain(changes).chain(prefixes::several(sketch, clues))
}

/// An instant in every other spelling, each with its words; none if it is no instant.
pub(super) fn instants(text: &str) -> Vec<(String, String)> {
    values::spellings_of(text)
}
