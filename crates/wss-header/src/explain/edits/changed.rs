//! Edits of one place: a digit, a letter's case, white space, the order of elements.

use std::borrow::Cow;

use wss_text::Slice as _;

use super::super::cause::Cause;
use super::super::edit::{Edit, Out, piece, steps};
use super::super::sketch::Sketch;
use super::super::token::{Token, prefix_of, tokens};

/// The largest number of edits that change digits.
const DIGITS: usize = 1_500;
/// The largest number of elements that are exchanged with the next one.
const SIBLINGS: usize = 24;

/// The largest number of places of which every subset is tried.
const SUBSETS: usize = 9;
/// The largest number of elements in a form whose order is tried.
const ELEMENTS: usize = 512;

/// Edits of white space at one place, if the message has several places.
pub(super) fn gaps(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    let added = |place: String| Cause::WhiteSpaceAdded { place: place.into() };
    // Each kind of white space, as an editor adds it.
    let mut kinds: Vec<&str> = sketch.texts.gaps.iter().map(|(_, text)| text.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() > 1 {
        for kind in kinds.iter().take(12) {
            let gone = (*kind).to_owned();
            edits.push(Edit::texts(added(format!("that is {kind:?} between tags")), move |step, text| {
                if step.token.is_blank() && text == gone { Cow::Borrowed("") } else { text.into() }
            }));
        }
    }
    if sketch.texts.gaps.len() > 1 {
        edits.extend(sketch.texts.gaps.iter().enumerate().map(|(at, (nth, _))| {
            only(added(format!("between tags at one place, the {} of such", ordinal(at + 1))), *nth, String::new())
        }));
    }
    let blank = |cause, edit: fn(&str) -> String| {
        Edit::texts(cause, move |step, text| if step.token.is_blank() { edit(text).into() } else { text.into() })
    };
    if sketch.characters.line_feed {
        edits.push(blank(added("of empty lines".to_owned()), without_empty_lines));
        let ends = added("at the ends of lines".to_owned());
        edits.push(Edit::texts(ends, |_, text| without_ends(text).into()));
    }
    edits
}

fn ordinal(number: usize) -> String {
    match number {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        other => format!("{other}th"),
    }
}

fn without_empty_lines(text: &str) -> String {
    let mut out = text.to_owned();
    while out.contains("\n\n") {
        out = out.replace("\n\n", "\n");
    }
    out
}

fn without_ends(text: &str) -> String {
    let mut lines = text.split('\n').peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(line) = lines.next() {
        match lines.peek() {
            Some(_) => {
                out.push_str(line.trim_end_matches([' ', '\t']));
                out.push('\n');
            }
            None => out.push_str(line),
        }
    }
    out
}

/// An edit that makes the text of one token `to`.
pub(super) fn only(cause: Cause, nth: usize, to: String) -> Edit {
    Edit::texts(cause, move |step, text| if step.nth == nth { Cow::Owned(to.clone()) } else { text.into() })
}

/// Edits of white space around the text of one place.
pub(super) fn padding(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (nth, text) in &sketch.texts.values {
        let trimmed = text.trim_matches([' ', '\t', '\n']);
        let padded = |how: String| Cause::TextPadded { how: how.into() };
        if trimmed.len() < text.len() && sketch.texts.values.len() > 1 {
            let how = format!("the white space around {trimmed:?} is left out");
            edits.push(only(padded(how), *nth, trimmed.to_owned()));
        }
        let blanks = ["", " ", "\n", "  ", "\t", "\n  ", "\n    ", "\n\t", "&#xD;\n"];
        let inside = [trimmed.to_owned(), trimmed.replace(' ', "  ")];
        let inside = inside.iter().take(if trimmed.contains(' ') { 2 } else { 1 });
        for (inside, before, after) in
            inside.flat_map(|inside| blanks.iter().flat_map(move |before| blanks.map(|after| (inside, *before, after))))
        {
            let to = format!("{before}{inside}{after}");
            let how = format!("{trimmed:?} is {to:?}");
            if to != *text {
                edits.push(only(padded(how), *nth, to));
            }
        }
    }
    edits
}

/// Edits that put other white space, or none, in place of one space or line end.
pub(super) fn breaks(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (nth, text) in sketch.texts.values.iter().filter(|(_, text)| text.len() <= 128) {
        let blanks = text.match_indices([' ', '\n']).take(12);
        for (at, blank) in blanks {
            let (before, after) = (text.slice(..at), text.slice(at + 1..));
            let others = ["\n", "&#xD;\n", " ", "  ", "\t", "", "\u{A0}", "+", "\u{202F}"];
            for other in others.into_iter().filter(|other| *other != blank) {
                let how = format!("{other:?} in place of {blank:?} behind {before:?}");
                edits.push(only(Cause::CharacterReplaced { how: how.into() }, *nth, format!("{before}{other}{after}")));
            }
        }
    }
    edits
}

/// Edits of the case of letters, in one text or in all.
pub(super) fn cases(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    let written = |how: String| Cause::ValueReformatted { how: how.into() };
    let kinds = [("upper", str::to_uppercase as fn(&str) -> String), ("lower", str::to_lowercase), ("title", titled)];
    for (words, of) in kinds {
        let apart = move |text: &str| if text.contains('&') { text.to_owned() } else { of(text) };
        edits.push(Edit::texts(written(format!("text in {words} case")), move |_, text| apart(text).into()));
        for (nth, text) in &sketch.texts.values {
            let other = apart(text);
            if other != *text {
                edits.push(only(written(format!("{text:?} in {words} case")), *nth, other));
            }
        }
    }
    edits
}

/// The text with the first letter of each word in upper case, and the others in lower case.
fn titled(text: &str) -> String {
    let mut starts = true;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if starts {
            out.extend(c.to_uppercase())
        } else {
            out.extend(c.to_lowercase())
        }
        starts = !c.is_alphanumeric();
    }
    out
}

/// Edits of one digit of a value, of a sign, or of the place of a decimal point.
pub(super) fn values(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    let is_value = |text: &str| text.len() <= 40 && text.bytes().any(|octet| octet.is_ascii_digit());
    for (nth, text) in sketch.texts.values.iter().filter(|(_, text)| is_value(text)) {
        let mut others: Vec<String> = Vec::new();
        if let Some(positive) = text.strip_prefix('-') {
            others.push(positive.to_owned());
        } else {
            others.push(format!("-{text}"));
        }
        others.extend([
            format!("{text}0"),
            format!("{text}00"),
            text.replace('.', ","),
            text.replace(',', "."),
            text.replace([',', '\'', ' '], ""),
        ]);
        others.extend(text.strip_suffix('0').map(str::to_owned));
        for (at, octet) in text.bytes().enumerate() {
            if octet.is_ascii_digit() {
                let (before, after) = (text.slice(..at), text.slice(at + 1..));
                others.extend(
                    (b'0'..=b'9')
                        .filter(|digit| *digit != octet)
                        .map(|digit| format!("{before}{}{after}", char::from(digit))),
                );
                others.push(format!("{before}{after}"));
            }
            if octet == b'.' {
                let (before, after) = (text.slice(..at), text.slice(at + 1..));
                let mut whole = before.chars();
                others.extend(whole.next_back().map(|last| format!("{}.{last}{after}", whole.as_str())));
                let mut rest = after.chars();
                others.extend(rest.next().map(|first| format!("{before}{first}.{}", rest.as_str())));
                others.push(format!("{before}{after}"));
            }
        }
        for other in others.into_iter().filter(|other| other != text && !other.is_empty()) {
            if edits.len() < DIGITS {
                let cause = Cause::ValueChanged { from: text.into(), to: other.as_str().into() };
                edits.push(only(cause, *nth, other));
            }
        }
    }
    edits.extend(exchanged(sketch));
    edits
}

/// Edits that exchange the texts of two elements, or put the text of one in place of another.
fn exchanged(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    let texts: Vec<&(usize, String)> = sketch.texts.values.iter().take(12).collect();
    for (at, (first, one)) in texts.iter().copied().enumerate() {
        for (second, two) in texts.iter().skip(at + 1).copied().filter(|(_, two)| two != one) {
            let cause = |from: &String, to: &String| Cause::ValueChanged { from: from.into(), to: to.into() };
            let (nth, other, one_text, two_text) = (*first, *second, one.clone(), two.clone());
            let both = Cause::ValuesExchanged { one: one.into(), other: two.into() };
            edits.push(Edit::texts(both, move |step, text| match step.nth {
                here if here == nth => two_text.clone().into(),
                here if here == other => one_text.clone().into(),
                _ => text.into(),
            }));
            edits.push(only(cause(one, two), *first, two.clone()));
            edits.push(only(cause(two, one), *second, one.clone()));
        }
    }
    edits
}

/// Edits that exchange two neighbours, or sort or reverse the children of the apex.
pub(super) fn orders(sketch: &Sketch) -> Vec<Edit> {
    if sketch.is_flat {
        return Vec::new();
    }
    let how = |how: String| Cause::ElementsReordered { how: how.into() };
    let mut edits: Vec<Edit> = (0..SIBLINGS.min(sketch.elements.len()))
        .map(|nth| {
            Edit::new(
                how(format!("element {} and the one after it in the other order", nth + 1)),
                move |canonical, out| swapped(canonical, nth, out),
            )
        })
        .collect();
    for depth in [1, 2] {
        edits.push(Edit::new(how("elements in the reverse order".to_owned()), move |canonical, out| {
            reordered(canonical, depth, |pieces| pieces.reverse(), out);
        }));
        edits.push(Edit::new(how("the last element first".to_owned()), move |canonical, out| {
            reordered(canonical, depth, |pieces| pieces.rotate_right(1), out);
        }));
        edits.push(Edit::new(how("the first element last".to_owned()), move |canonical, out| {
            reordered(canonical, depth, |pieces| pieces.rotate_left(1), out);
        }));
    }
    edits
}

/// The elements in document order: where each starts and ends, and its depth. Empty if there are more than
/// [`ELEMENTS`].
pub(super) fn elements(canonical: &str) -> Vec<(std::ops::Range<usize>, usize)> {
    let mut found: Vec<(std::ops::Range<usize>, usize)> = Vec::new();
    let (mut open, mut at) = (Vec::new(), 0);
    for token in tokens(canonical) {
        let start = at;
        at += token.as_str().len();
        match token {
            Token::Start(_) if found.len() == ELEMENTS => return Vec::new(),
            Token::Start(_) => {
                open.push(found.len());
                found.push((start..at, open.len() - 1));
            }
            Token::End(_) => {
                if let Some((range, _)) = open.pop().and_then(|nth| found.get_mut(nth)) {
                    range.end = at;
                }
            }
            _ => {}
        }
    }
    found
}

/// Writes the form with the element of this number and its next sibling in the other order.
fn swapped(canonical: &str, nth: usize, out: Out<'_>) {
    let all = elements(canonical);
    let pair = all.get(nth + 1).and_then(|(first, depth)| {
        let next = all.iter().skip(nth + 2).take_while(|(_, other)| other >= depth).find(|(_, other)| other == depth);
        next.map(|(second, _)| (first.clone(), second.clone()))
    });
    let Some((first, second)) = pair else { return out(canonical.as_bytes()) };
    let pieces = [0..first.start, second.clone(), first.end..second.start, first, second.end..canonical.len()];
    pieces.into_iter().filter_map(|piece| canonical.get(piece)).for_each(|piece| out(piece.as_bytes()));
}

/// Writes the form with the first elements of this depth, which are siblings, in another order. The text between them
/// stays.
fn reordered(canonical: &str, depth: usize, order: impl Fn(&mut Vec<&str>), out: Out<'_>) {
    let all = elements(canonical);
    let siblings: Vec<_> = all
        .iter()
        .skip_while(|(_, other)| *other != depth)
        .take_while(|(_, other)| *other >= depth)
        .filter(|(_, other)| *other == depth)
        .map(|(range, _)| range.clone())
        .collect();
    let mut pieces: Vec<&str> = siblings.iter().filter_map(|range| canonical.get(range.clone())).collect();
    if pieces.len() > 1 {
        order(&mut pieces);
    }
    let mut at = 0;
    for (range, sibling) in siblings.iter().zip(pieces) {
        out(piece(canonical, at..range.start).as_bytes());
        out(sibling.as_bytes());
        at = range.end;
    }
    out(piece(canonical, at..).as_bytes());
}

/// Edits that remove several attributes: those with one prefix, or two of them.
pub(super) fn attributes(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    let names: Vec<&String> = sketch.attributes.iter().filter(|name| !name.ends_with(":Id")).take(10).collect();
    let mut prefixes: Vec<&str> =
        names.iter().map(|name| prefix_of(name)).filter(|prefix| !prefix.is_empty()).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    for prefix in prefixes {
        let own = prefix.to_owned();
        edits.push(Edit::tags(
            Cause::AttributeAdded { name: format!("{prefix}:…, wherever it is").into() },
            move |_, tag| {
                tag.attributes.retain(|(name, _)| prefix_of(name) != own);
                if !tag.uses(&own) {
                    tag.namespaces.retain(|(known, _)| *known != own);
                }
            },
        ));
    }
    edits.extend(subsets(names.len()).map(|mask| {
        let gone: Vec<String> = chosen(&names, mask).into_iter().map(|name| (*name).clone()).collect();
        Edit::tags(Cause::AttributeAdded { name: gone.join(", and ").into() }, move |_, tag| {
            gone.iter().for_each(|name| super::structure::remove(tag, name, true));
        })
    }));
    edits
}

/// The choices of several of `count` things, the fewest first; none if there are too many.
fn subsets(count: usize) -> impl Iterator<Item = u32> {
    let all: u32 = if (2..=SUBSETS).contains(&count) { 1 << count } else { 0 };
    let several = move |size| (0..all).filter(move |mask: &u32| mask.count_ones() == size);
    (2..=u32::try_from(SUBSETS).unwrap_or(0)).flat_map(several)
}

/// The things that a subset contains.
fn chosen<T>(all: &[T], mask: u32) -> Vec<&T> {
    all.iter().enumerate().filter(|(nth, _)| mask >> nth & 1 == 1).map(|(_, one)| one).collect()
}

/// Edits of white space at several of the places that have some: between tags, and around text.
pub(super) fn several_places(sketch: &Sketch) -> Vec<Edit> {
    let gaps: Vec<usize> = sketch.texts.gaps.iter().map(|(nth, _)| *nth).collect();
    let between = subsets(gaps.len()).map(|mask| {
        let gone: Vec<usize> = chosen(&gaps, mask).into_iter().copied().collect();
        let place = format!("between tags at {} of {} places", gone.len(), gaps.len());
        Edit::texts(Cause::WhiteSpaceAdded { place: place.into() }, move |step, text| {
            if gone.contains(&step.nth) { Cow::Borrowed("") } else { text.into() }
        })
    });
    let blanks = [' ', '\t', '\n'];
    let padded: Vec<usize> = sketch
        .texts
        .values
        .iter()
        .filter(|(_, text)| text.trim_matches(blanks).len() < text.len())
        .map(|(nth, _)| *nth)
        .collect();
    let around = subsets(padded.len()).map(|mask| {
        let trimmed: Vec<usize> = chosen(&padded, mask).into_iter().copied().collect();
        let how = format!("the white space around {} of {} texts is left out", trimmed.len(), padded.len());
        Edit::texts(Cause::TextPadded { how: how.into() }, move |step, text| {
            if trimmed.contains(&step.nth) { text.trim_matches(blanks).into() } else { text.into() }
        })
    });
    between.chain(around).collect()
}

/// Edits to the line ends of a file: raw octets that canonical forms never have.
pub(super) fn raw_line_ends(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    let not = |how: &str| Cause::NotCanonicalized { how: how.into() };
    if sketch.characters.line_feed {
        edits.push(raw(not("line ends are the octets CR LF"), true, true));
        edits.push(raw(not("line ends in text are the octets CR LF"), false, true));
        edits.push(raw(not("line ends between tags are the octets CR LF"), true, false));
    }
    if sketch.characters.escape {
        edits.push(Edit::texts(not("CDATA sections are kept"), |_, text| match text.contains('&') {
            true => format!("<![CDATA[{}]]>", super::octets::unescaped(text)).into(),
            false => text.into(),
        }));
    }
    edits
}

fn raw(cause: Cause, blanks: bool, texts: bool) -> Edit {
    Edit::new(cause, move |canonical, out| {
        steps(canonical, |step| match step.token {
            Token::Text(text) if (step.token.is_blank() && blanks) || (!step.token.is_blank() && texts) => {
                out(text.replace("&#xD;\n", "\n").replace('\n', "\r\n").as_bytes());
            }
            token => out(token.as_str().as_bytes()),
        });
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(edit: &Edit, text: &str) -> String {
        edit.text(text).expect("text")
    }

    #[test]
    fn siblings_are_exchanged_and_turned_round() {
        let form = "<a>1<b>x</b> <c><d></d></c><e></e></a>";
        let edit = |nth| Edit::new(Cause::NothingDigested, move |canonical, out| swapped(canonical, nth, out));
        assert_eq!(applied(&edit(0), form), "<a>1<c><d></d></c> <b>x</b><e></e></a>");
        assert_eq!(applied(&edit(1), form), "<a>1<b>x</b> <e></e><c><d></d></c></a>");
        assert_eq!(applied(&edit(2), form), form);
        let all = orders(&Sketch::of(form));
        assert!(all.iter().any(|edit| applied(edit, form) == "<a>1<e></e> <c><d></d></c><b>x</b></a>"));
    }

    #[test]
    fn every_choice_of_several_is_tried_once() {
        let all: Vec<u32> = subsets(4).collect();
        assert_eq!(all.len(), 6 + 4 + 1);
        assert_eq!(all.first(), Some(&0b11));
        assert_eq!(subsets(1).chain(subsets(40)).count(), 0);
        assert_eq!(chosen(&["a", "b", "c"], 0b101), [&"a", &"c"]);
        let form = "<a> <b></b>\n<c></c> <d></d></a>";
        let edits = several_places(&Sketch::of(form));
        assert!(edits.iter().any(|edit| applied(edit, form) == "<a><b></b>\n<c></c><d></d></a>"));
    }

    #[test]
    fn one_digit_is_tried_after_the_other() {
        let form = "<a>149.90</a>";
        let all = values(&Sketch::of(form));
        for other in
            ["<a>949.90</a>", "<a>1499.0</a>", "<a>14.990</a>", "<a>-149.90</a>", "<a>149,90</a>", "<a>49.90</a>"]
        {
            assert!(all.iter().any(|edit| applied(edit, form) == other), "{other}");
        }
    }
}
