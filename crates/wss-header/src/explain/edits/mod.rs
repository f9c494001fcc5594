//! The edits, grouped by their subject; each list begins with the most usual ones.

mod changed;
mod characters;
mod escapes;
mod lost;
mod markup;
mod names;
mod octets;
mod prefixes;
mod qnames;
mod restored;
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
    edits.extend(scopes::declared_again());
    edits.extend(changed::raw_line_ends(sketch));
    edits.extend(serialized::all(sketch));
    edits.extend(prefixes::of_others(sketch, clues));
    edits.extend(qnames::all(sketch, clues));
    edits.extend(markup::all(sketch));
    edits.extend(names::less_usual(sketch));
    edits.extend(structure::id_cases());
    edits.extend(structure::id_names(sketch));
    edits.extend(structure::removals(sketch));
    edits.extend(scopes::without_attributes(sketch));
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
/// Fewer, beside changes of which there are many.
const FEW_BESIDE: usize = 120;

/// Edits, one after the other.
pub(super) type Edits<'s> = Box<dyn Iterator<Item = Edit> + 's>;

/// Edits of one place, which are tried after all usual ones.
pub(super) fn few_last<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Edits<'s> {
    let few = [rewritten::numbers, changed::padding, changed::breaks, lost::typography, lost::transliterated];
    let few = few.into_iter().flat_map(|of| of(sketch)).chain(escapes::less_usual(sketch));
    let few = few.chain(values::attributes_padded(sketch));
    let addresses = rewritten::addresses(sketch, clues).into_iter();
    Box::new(addresses.chain(few).chain(scopes::attributes(sketch, clues)))
}

/// Edits that restore what programs write anew in some places.
pub(super) fn few_restored<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Edits<'s> {
    Box::new(restored::few(sketch, clues).into_iter())
}

/// Edits that restore what programs drop.
pub(super) fn many_restored<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Edits<'s> {
    Box::new(restored::many(sketch, clues).into_iter())
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

/// Several rewritten prefixes, or qualified names, to combine with another change.
pub(super) fn rewritten_beside<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Edits<'s> {
    let names = qnames::all(sketch, clues).into_iter();
    Box::new(names.chain(prefixes::several(sketch, clues).take(SEVERAL_BESIDE)))
}

/// The first [`FEW_BESIDE`] of [`rewritten_beside`].
pub(super) fn few_rewritten_beside<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Edits<'s> {
    Box::new(rewritten_beside(sketch, clues).take(FEW_BESIDE))
}

/// Edits by their kinds, in the order in which several are applied.
pub(super) type Kinds<'s> = Box<dyn Iterator<Item = Edits<'s>> + 's>;

/// The number of kinds that are tried beside other prefixes.
const KINDS: usize = 8;

/// The number of prefixes of one namespace that are tried beside another change.
const FIRST_PREFIXES: usize = 24;

/// What programs change, of which each two changes are tried.
pub(super) fn usual_kinds<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Kinds<'s> {
    let kinds: [Edits<'s>; KINDS + 1] = [
        Box::new(first_of_serializers(sketch).into_iter()),
        Box::new(characters::line_ends(sketch).into_iter()),
        Box::new(values::instants(sketch).into_iter().take(10)),
        Box::new(values::less_usual(sketch).into_iter()),
        Box::new(characters::less_usual(sketch).into_iter().chain(unicode::all(sketch))),
        Box::new(white_space::wraps(sketch).into_iter()),
        Box::new(
            structure::removals(sketch).into_iter().chain(structure::before_id(sketch)).chain(names::usual(sketch)),
        ),
        Box::new(prefixes::of_envelope(sketch, clues).into_iter().take(8)),
        Box::new(octets::around_all().into_iter().take(4)),
    ];
    Box::new(kinds.into_iter())
}

/// Another prefix of the payload, tried after the other kinds.
pub(super) fn prefixes_alone<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Kinds<'s> {
    let none = std::iter::repeat_with(|| -> Edits<'s> { Box::new(std::iter::empty()) });
    let last: Edits<'s> = Box::new(prefixes::each_of_others(sketch, clues, FIRST_PREFIXES));
    Box::new(none.take(KINDS).chain([last]))
}

/// A space around one text, tried after the other kinds.
pub(super) fn spaces_alone<'s>(sketch: &'s Sketch, _: &'s Clues) -> Kinds<'s> {
    let none = std::iter::repeat_with(|| -> Edits<'s> { Box::new(std::iter::empty()) });
    let last: Edits<'s> = Box::new(restored::spaced(sketch).into_iter());
    Box::new(none.take(KINDS + 1).chain([last]))
}

/// The most usual kinds: every three changes of them are tried together.
pub(super) fn few_kinds<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Kinds<'s> {
    let kinds: [Edits<'s>; 5] = [
        Box::new(first_of_serializers(sketch).into_iter()),
        Box::new(characters::line_ends(sketch).into_iter()),
        Box::new(values::instants(sketch).into_iter().take(6)),
        Box::new(prefixes::of_envelope(sketch, clues).into_iter().take(6)),
        Box::new(octets::around_all().into_iter().take(4)),
    ];
    Box::new(kinds.into_iter())
}

/// What serialisers do that do not canonicalise: to tags and to empty elements.
pub(super) fn tag_kinds<'s>(sketch: &'s Sketch, _: &'s Clues) -> Kinds<'s> {
    let tags: Edits<'s> = Box::new(serialized::all(sketch).into_iter());
    Box::new([tags, empty_elements()].into_iter())
}

/// What serialisers do to tags that do not canonicalise.
pub(super) fn serialized(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = serialized::all(sketch);
    edits.extend(octets::empty_elements());
    edits
}

/// Edits to empty elements, and before the document.
pub(super) fn document_kinds<'s>(_: &'s Sketch, _: &'s Clues) -> Kinds<'s> {
    let around: Edits<'s> = Box::new(octets::of_documents().into_iter());
    Box::new([empty_elements(), around].into_iter())
}

/// Edits to white space and empty elements, and after the document.
pub(super) fn indented_kinds<'s>(sketch: &'s Sketch, _: &'s Clues) -> Kinds<'s> {
    let indented: Edits<'s> = Box::new(white_space::of_serializers(sketch).into_iter());
    let around: Edits<'s> = Box::new(octets::around_all().into_iter().take(1));
    Box::new([indented, empty_elements(), around].into_iter())
}

fn empty_elements<'s>() -> Edits<'s> {
    Box::new(octets::empty_elements().into_iter())
}

/// Characters that nobody sees, last of all.
pub(super) fn unseen<'s>(sketch: &'s Sketch, _: &'s Clues) -> Edits<'s> {
    Box::new(lost::unseen(sketch).into_iter())
}

/// Other prefixes in place of those that a program numbered.
pub(super) fn numbered<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Edits<'s> {
    Box::new(prefixes::numbered(sketch, clues).take(SEVERAL_FIRST))
}

/// Edits that come last: they are many, or suggest that the content was changed.
pub(super) fn many_last<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Edits<'s> {
    let first = [changed::several_places, changed::cases, changed::orders, changed::values];
    let then = [rewritten::times, lost::marks, lost::dropped];
    let first = first.into_iter().flat_map(|of| of(sketch));
    let then = then.into_iter().flat_map(|of| of(sketch));
    let renamed = prefixes::several(sketch, clues).take(SEVERAL_FIRST);
    Box::new(lost::replaced(sketch).chain(first).chain(renamed).chain(then))
}

/// The rest of the edits of several prefixes.
pub(super) fn rest_of_several<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Edits<'s> {
    Box::new(prefixes::several(sketch, clues).skip(SEVERAL_FIRST))
}

/// An instant in every other spelling, each with its words; none if it is no instant.
pub(super) fn instants(text: &str) -> Vec<(String, String)> {
    values::spellings_of(text)
}
