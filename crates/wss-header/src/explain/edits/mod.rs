//! The edits, by what they change; each list has the most usual first.

mod characters;
mod names;
mod octets;
mod structure;
mod values;
mod white_space;

use super::edit::Edit;
use super::sketch::Sketch;

/// Every edit that may matter for octets like these, the cheapest and most usual first.
pub(super) fn all(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = usual(sketch);
    edits.extend(white_space::wraps(sketch));
    edits.extend(values::less_usual(sketch));
    edits.extend(characters::less_usual(sketch));
    edits.extend(octets::all());
    edits.extend(names::less_usual(sketch));
    edits.extend(structure::removals(sketch));
    edits.extend(white_space::indentations(sketch));
    edits
}

/// The edits that are tried in pairs, and beside another canonicalisation.
pub(super) fn usual(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = white_space::removed(sketch);
    edits.extend(characters::line_ends(sketch));
    edits.extend(structure::before_id(sketch));
    edits.extend(names::usual(sketch));
    edits.extend(values::instants(sketch));
    edits.extend(white_space::few_indentations(sketch));
    edits
}
