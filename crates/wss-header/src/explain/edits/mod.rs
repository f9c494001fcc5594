//! The edits, grouped by their subject; each list begins with the most usual ones.

mod changed;
mod characters;
mod lost;
mod markup;
mod names;
mod octets;
mod prefixes;
mod qnames;
mod rewritten;
mod scopes;
mod serialized;
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
    edits.extend(lost::misread(sketch));
    edits.extend(octets::all());
    edits.extend(changed::raw_line_ends(sketch));
    edits.extend(serialized::all(sketch));
    edits.extend(prefixes::of_others(sketch, clues));
    edits.extend(qnames::all(sketch, clues));
    edits.extend(markup::all(sketch));
    edits.extend(names::less_usual(sketch));
    edits.extend(structure::id_cases());
    edits.extend(structure::id_names(sketch));
    edits.extend(structure::removals(sketch));
    edits.extend(scopes::unwrapped(sketch));
    edits.extend(scopes::defaults(sketch, clues));
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

/// The edits that remove declarations which came from elements around.
pub(super) fn of_scope(sketch: &Sketch) -> Vec<Edit> {
    names::of_scope(sketch)
}

/// The edits that give an envelope before it had its signature, or its Security header.
pub(super) fn without_security(sketch: &Sketch) -> Vec<Edit> {
    structure::without_security(sketch)
}

/// Without the declarations that are in scope around what was a document once, unless the element uses them.
pub(super) fn without_scope(around: Vec<(String, String)>) -> Edit {
    names::without_scope(around)
}

/// What is around a signature, `what` in words, before it had its value.
pub(super) fn before_value(sketch: &Sketch, what: &str) -> Vec<Edit> {
    structure::before_value(sketch, what)
}

/// The number of edits of several prefixes that are tried before those of single letters.
const SEVERAL_FIRST: usize = 3_000;
/// The edits of several prefixes that are tried beside another change.
const SEVERAL_BESIDE: usize = 250;

/// Edits, one after the other.
pub(super) type Edits<'s> = Box<dyn Iterator<Item = Edit> + 's>;

/// Edits of one place, which are tried after all usual ones.
pub(super) fn few_last<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Edits<'s> {
    let few = [rewritten::numbers, changed::padding, changed::breaks, lost::typography, lost::transliterated];
    let few = few.into_iter().flat_map(|of| of(sketch));
    let addresses = rewritten::addresses(sketch, clues).into_iter();
    Box::new(addresses.chain(few).chain(scopes::attributes(sketch, clues)))
}

/// The white space that a serialiser changes when it writes prefixes anew, too.
pub(super) fn first_of_serializers(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = white_space::removed(sketch);
    edits.extend(white_space::few_indentations(sketch));
    edits
}

/// What a program changes beside white space or prefixes when it reads values and writes them anew.
pub(super) fn first_of_bindings(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = values::instants(sketch);
    edits.extend(values::less_usual(sketch));
    edits.extend(characters::less_usual(sketch));
    edits.extend(unicode::all(sketch));
    edits.extend(structure::removals(sketch));
    edits
}

/// Prefixes that were rewritten, beside one of those changes.
pub(super) fn rewritten_beside<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Edits<'s> {
    let alone = prefixes::of_others(sketch, clues).into_iter().chain(qnames::all(sketch, clues));
    Box::new(alone.chain(prefixes::several(sketch, clues).take(SEVERAL_BESIDE)))
}

/// White space that was removed or added, beside another change.
pub(super) fn white_space_beside<'s>(sketch: &'s Sketch, _: &'s Clues) -> Edits<'s> {
    Box::new(first_of_serializers(sketch).into_iter())
}

/// Edits that come last: they are many, or suggest that the content was changed.
pub(super) fn many_last<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Edits<'s> {
    let first = [changed::several_places, changed::cases, changed::orders, changed::values];
    let then = [rewritten::times, lost::marks, lost::dropped];
    let first = first.into_iter().flat_map(|of| of(sketch));
    let then = then.into_iter().flat_map(|of| of(sketch));
    let several = || prefixes::several(sketch, clues);
    let renamed = several().take(SEVERAL_FIRST);
    Box::new(lost::replaced(sketch).chain(first).chain(renamed).chain(then).chain(several().skip(SEVERAL_FIRST)))
}

/// An instant in every other spelling, each with its words; none if it is no instant.
pub(super) fn instants(text: &str) -> Vec<(String, String)> {
    values::spellings_of(text)
}
