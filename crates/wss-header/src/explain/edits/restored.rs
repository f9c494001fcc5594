//! Edits that restore what programs drop or write anew in some places of several: empty elements, attributes that other elements
//! have, the case of names, the places of numbers, blanks around two texts, and declarations inside.

use std::collections::BTreeSet;

use wss_text::Slice as _;

use super::super::cause::Cause;
use super::super::clues::Clues;
use super::super::edit::{Edit, Out, TokenAt, steps};
use super::super::sketch::Sketch;
use super::super::token::{Tag, Token, prefix_of};
use super::changed::only;
use super::values;

/// The largest number of texts of which each two are padded.
const PADDED: usize = 16;
/// The largest number of names of elements that are tried in other places.
const NAMES: usize = 12;
/// The largest number of places where an element or an attribute is tried.
const PLACES: usize = 48;

/// Edits that are tried before pairs of changes: there are few.
pub(super) fn few(sketch: &Sketch, clues: &Clues) -> Vec<Edit> {
    let mut edits = numbers(sketch);
    edits.extend(names(sketch));
    edits.extend(doubled(sketch));
    edits.extend(declarations(sketch, clues));
    edits
}

/// Edits of which there are many, or that suggest that content was lost.
pub(super) fn many(sketch: &Sketch, _: &Clues) -> Vec<Edit> {
    let mut edits = padded(sketch);
    edits.extend(elements(sketch));
    edits.extend(copies(sketch));
    edits.extend(attributes(sketch));
    edits
}

/// The names of elements, each once.
fn distinct(sketch: &Sketch) -> impl Iterator<Item = &String> {
    let mut seen = BTreeSet::new();
    sketch.elements.iter().filter(move |name| seen.insert(name.as_str())).take(NAMES)
}

/// The name of the element that has this text and nothing else as its content.
fn holder<'t>(step: &TokenAt<'t>) -> Option<&'t str> {
    match step.before {
        Some(Token::Start(tag)) if step.is_alone() => tag.trim_start_matches('<').split([' ', '>']).next(),
        _ => None,
    }
}

/// Numbers in text with decimal places: of the elements of one name, or of all, whole ones too.
fn numbers(sketch: &Sketch) -> Vec<Edit> {
    let is_any = sketch.texts.values.iter().any(|(_, text)| values::is_number(text));
    let of = |name: Option<String>, count: usize| {
        let whose = name.as_ref().map_or("all numbers in text".to_owned(), |name| format!("the numbers in {name}"));
        let how = format!("{count} decimal places in {whose}");
        Edit::texts(Cause::ValueReformatted { how: how.into() }, move |step, text| {
            let is_one = name.as_deref().is_none_or(|name| holder(step) == Some(name));
            let is_one = is_one && values::is_number(text);
            if is_one { values::with_places(text, count).into() } else { text.into() }
        })
    };
    let names = distinct(sketch).map(|name| Some(name.clone())).chain([None]);
    names.filter(|_| is_any).flat_map(|name| [2, 1, 3, 4, 0].map(|count| of(name.clone(), count))).collect()
}

/// Names of elements and attributes with their first letter in the other case: of one name, or of all.
fn names(sketch: &Sketch) -> Vec<Edit> {
    let elements = distinct(sketch).filter_map(|name| Some((name.clone(), other_case(name)?)));
    let renamed = |name: &str, to: &str| Cause::NameChanged { from: name.into(), to: to.into() };
    let mut edits: Vec<Edit> = elements
        .map(|(from, to)| {
            Edit::tokens(renamed(&from, &to), move |step, out| match step.token {
                Token::Start(tag) | Token::End(tag) => {
                    let open = if tag.starts_with("</") { "</" } else { "<" };
                    let rest = tag.strip_prefix(open).and_then(|tag| tag.strip_prefix(from.as_str()));
                    match rest.filter(|rest| rest.starts_with([' ', '>'])) {
                        Some(rest) => [open, &to, rest].into_iter().for_each(out),
                        None => out(tag),
                    }
                }
                token => out(token.as_str()),
            })
        })
        .collect();
    let all = renamed("the names of elements inside", "the same with the first letter in the other case");
    edits.push(Edit::tokens(all, |step, out| {
        let is_inside = match step.token {
            Token::Start(_) => step.depth > 0,
            _ => step.depth > 1,
        };
        let (Token::Start(tag) | Token::End(tag)) = step.token else { return out(step.token.as_str()) };
        let open = if tag.starts_with("</") { "</" } else { "<" };
        let end = tag.find([' ', '>']).unwrap_or(tag.len());
        match other_case(tag.slice(open.len()..end)).filter(|_| is_inside) {
            Some(name) => [open, &name, tag.slice(end..)].into_iter().for_each(out),
            None => out(tag),
        }
    }));
    edits.extend(sketch.attributes.iter().filter_map(|name| Some((name.clone(), other_case(name)?))).map(
        |(from, to)| {
            Edit::tags(renamed(&from, &to), move |step, tag| {
                for (name, _) in tag.attributes.iter_mut().filter(|(name, _)| *name == from && step.depth > 0) {
                    *name = to.clone().into();
                }
                if step.depth > 0 {
                    tag.attributes.sort_by(|(one, _), (other, _)| order(one).cmp(&order(other)));
                }
            })
        },
    ));
    edits
}

/// Attributes without prefix are before those with one, whose order is not changed.
fn order(name: &str) -> (bool, &str) {
    let has_prefix = name.contains(':');
    (has_prefix, if has_prefix { "" } else { name })
}

fn other_case(name: &str) -> Option<String> {
    let start = name.find(':').map_or(0, |at| at + 1);
    let (prefix, local) = name.split_at_checked(start)?;
    let first = local.chars().next().filter(|first| first.is_ascii_alphabetic())?;
    let other = if first.is_ascii_uppercase() { first.to_ascii_lowercase() } else { first.to_ascii_uppercase() };
    Some(format!("{prefix}{other}{}", local.slice(1..)))
}

/// One space of a text doubled, with and without blanks around: someone collapsed the white space.
fn doubled(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (nth, text) in sketch.texts.values.iter().filter(|(_, text)| text.len() <= 128) {
        let trimmed = text.trim_matches([' ', '\t', '\n']);
        for (at, _) in trimmed.match_indices(' ').take(6) {
            let inside = format!("{} {}", trimmed.slice(..at), trimmed.slice(at..));
            for (before, after) in [("", ""), ("", " "), (" ", ""), (" ", " ")] {
                let to = format!("{before}{inside}{after}");
                if to != *text {
                    let how = format!("{text:?} is {to:?}");
                    edits.push(only(Cause::TextPadded { how: how.into() }, *nth, to));
                }
            }
        }
    }
    edits.truncate(500);
    edits
}

/// One text with a space in front of it or behind it.
pub(super) fn spaced(sketch: &Sketch) -> Vec<Edit> {
    let texts = sketch.texts.values.iter().filter(|(_, text)| text.trim().len() == text.len()).take(PADDED);
    let spaced = |(nth, text): &(usize, String)| {
        [format!("{text} "), format!(" {text}")].map(|to| {
            let how = format!("{text:?} is {to:?}");
            only(Cause::TextPadded { how: how.into() }, *nth, to)
        })
    };
    texts.flat_map(spaced).collect()
}

/// Pairs of texts, each with white space added before it, after it or on both sides.
fn padded(sketch: &Sketch) -> Vec<Edit> {
    const BLANKS: [(&str, &str); 4] = [("", " "), (" ", ""), (" ", " "), ("\n", "\n")];
    let texts: Vec<&(usize, String)> = sketch.texts.values.iter().take(PADDED).collect();
    let blank = |text: &str, (before, after): (&str, &str)| format!("{before}{}{after}", text.trim());
    let mut edits = Vec::new();
    for (at, (first, one)) in texts.iter().enumerate() {
        for (second, other) in texts.iter().skip(at + 1) {
            for here in BLANKS.map(|blanks| blank(one, blanks)) {
                for there in BLANKS.map(|blanks| blank(other, blanks)) {
                    let how = format!("{one:?} is {here:?}, and {other:?} is {there:?}");
                    let (first, second, here) = (*first, *second, here.clone());
                    edits.push(Edit::texts(Cause::TextPadded { how: how.into() }, move |step, text| match step.nth {
                        nth if nth == first => here.clone().into(),
                        nth if nth == second => there.clone().into(),
                        _ => text.into(),
                    }));
                }
            }
        }
    }
    edits
}

/// An empty element of a name that the message has elsewhere, in front of each tag inside the apex.
fn elements(sketch: &Sketch) -> Vec<Edit> {
    let places = (2 * sketch.elements.len() + 1).min(PLACES);
    let at_each = |name: &String| {
        let name = name.clone();
        (0..places).map(move |place| {
            let (own, shown) = (name.clone(), format!("{name}, empty, in front of tag {} inside", place + 1));
            Edit::new(Cause::ElementRemoved { name: shown.into() }, move |canonical, out| {
                with_element(canonical, &own, place, out);
            })
        })
    };
    distinct(sketch).flat_map(at_each).collect()
}

/// Writes a form with an empty element in front of one tag. It declares its prefix where that is not in scope.
fn with_element(canonical: &str, name: &str, place: usize, out: Out<'_>) {
    let mut tags = 0;
    let mut open: Vec<Vec<(String, String)>> = Vec::new();
    // Where the name is used, its prefix is bound as it is first bound.
    let bound = Sketch::of(canonical).in_order.into_iter().find(|(prefix, _)| prefix == prefix_of(name));
    steps(canonical, |step| {
        let is_tag = matches!(step.token, Token::Start(_) | Token::End(_)) && step.depth > 0;
        if is_tag && tags == place {
            let known = open.iter().rev().flatten().find(|(prefix, _)| prefix == prefix_of(name));
            let missing = bound.as_ref().filter(|(_, uri)| known.is_none_or(|(_, known)| known != uri));
            let mut tag = Tag { name: name.to_owned().into(), namespaces: Vec::new(), attributes: Vec::new() };
            tag.namespaces =
                missing.map(|(prefix, uri)| (prefix.clone().into(), uri.clone().into())).into_iter().collect();
            tag.write(&mut |text| out(text.as_bytes()));
            out(format!("</{name}>").as_bytes());
        }
        tags += usize::from(is_tag);
        match step.token {
            Token::Start(tag) => {
                let own = Tag::read(tag).namespaces;
                open.push(own.into_iter().map(|(prefix, uri)| (prefix.into_owned(), uri.into_owned())).collect());
            }
            Token::End(_) => drop(open.pop()),
            _ => {}
        }
        out(step.token.as_str().as_bytes());
    });
}

/// One element twice: someone dropped what looked like a repetition.
fn copies(sketch: &Sketch) -> Vec<Edit> {
    let copy = |(at, name): (usize, &String)| {
        let shown = format!("{name} twice, where it is once");
        Edit::new(Cause::ElementRemoved { name: shown.into() }, move |canonical, out| {
            let (mut nth, mut within, mut copy) = (0, None, String::new());
            steps(canonical, |step| {
                if let (Token::Start(_), true) = (step.token, step.depth > 0) {
                    if nth == at {
                        within = Some(step.depth);
                    }
                    nth += 1;
                }
                out(step.token.as_str().as_bytes());
                if within.is_some() {
                    copy.push_str(step.token.as_str());
                }
                if matches!(step.token, Token::End(_)) && within == step.depth.checked_sub(1) {
                    out(copy.as_bytes());
                    within = None;
                }
            });
        })
    };
    sketch.elements.iter().enumerate().take(PLACES).map(copy).collect()
}

/// An attribute without prefix that other elements have, with its value there, on each element that lacks it.
fn attributes(sketch: &Sketch) -> Vec<Edit> {
    let mut known: Vec<(&str, &str)> = Vec::new();
    for (_, name, value) in &sketch.attribute_values {
        if !name.contains(':') && !known.contains(&(name, value)) && known.len() < NAMES {
            known.push((name, value));
        }
    }
    let at_each = |(name, value): (&str, &str)| {
        let (name, value) = (name.to_owned(), value.to_owned());
        (1..=sketch.elements.len().min(PLACES)).map(move |at| {
            let (name, value) = (name.clone(), value.clone());
            let shown = format!("{name}={value:?}, on element {at} inside");
            Edit::new(Cause::AttributeRemoved { name: shown.into() }, move |canonical, out| {
                let mut nth = 0;
                steps(canonical, |step| match step.token {
                    Token::Start(start) if nth == at => {
                        nth += 1;
                        let mut tag = Tag::read(start);
                        if !tag.attributes.iter().any(|(own, _)| *own == name) {
                            tag.attributes.push((name.clone().into(), value.clone().into()));
                            tag.attributes.sort_by(|(one, _), (other, _)| order(one).cmp(&order(other)));
                        }
                        tag.write(&mut |text| out(text.as_bytes()));
                    }
                    token => {
                        nth += usize::from(matches!(token, Token::Start(_)));
                        out(token.as_str().as_bytes());
                    }
                });
            })
        })
    };
    known.into_iter().flat_map(at_each).collect()
}

/// Declarations that inclusive canonicalisation writes where they are: moved from the apex to its child, added at the child, and
/// those of other elements of the message added at the apex.
fn declarations(sketch: &Sketch, clues: &Clues) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (prefix, uri) in sketch.at_apex.iter().filter(|(prefix, _)| prefix != "xml") {
        let (prefix, uri) = (prefix.clone(), uri.clone());
        let cause = Cause::NamespaceAdded { prefix: super::names::shown(&prefix).into() };
        edits.push(Edit::tags(cause, move |step, tag| {
            let is_it = |(known, bound): &(_, _)| *known == prefix && *bound == uri;
            match step.depth {
                0 if !tag.uses(&prefix) => tag.namespaces.retain(|one| !is_it(one)),
                1 if !tag.namespaces.iter().any(is_it) => {
                    tag.namespaces.push((prefix.clone().into(), uri.clone().into()));
                }
                _ => {}
            }
        }));
    }
    let is_at_apex = |prefix: &str| sketch.at_apex.iter().any(|(known, _)| known == prefix);
    let usual = super::names::USUAL.iter().take(3).map(|(prefix, uri)| ((*prefix).to_owned(), (*uri).to_owned()));
    for (prefix, uri) in usual.filter(|(prefix, _)| !is_at_apex(prefix)) {
        let shown = format!("{prefix} on the element that is directly inside");
        edits.push(Edit::tags(Cause::NamespaceRemoved { prefix: shown.into() }, move |step, tag| match step.depth {
            1 if !tag.namespaces.iter().any(|(known, _)| *known == prefix) => {
                tag.namespaces.push((prefix.clone().into(), uri.clone().into()));
            }
            0 | 1 => {}
            _ => tag.namespaces.retain(|(known, bound)| *known != prefix || *bound != uri),
        }));
    }
    let others = clues.bound.iter().filter(|(prefix, _)| !prefix.is_empty() && !is_at_apex(prefix));
    edits.extend(others.filter_map(|(prefix, uri)| super::names::added(sketch, &[(prefix.as_str(), uri.as_str())])));
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><w:a k=\"1\">1.5</w:a><w:a>9</w:a></w:r></s:b>";

    #[test]
    fn what_was_dropped_or_written_anew_is_restored() {
        let sketch = Sketch::of(FORM);
        let all = few(&sketch, &Clues::default()).into_iter().chain(many(&sketch, &Clues::default()));
        let all: Vec<String> = all.filter_map(|edit| edit.text(FORM)).collect();
        for expected in [
            "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><w:a k=\"1\">1.50</w:a><w:a>9.00</w:a></w:r></s:b>",
            "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><w:A k=\"1\">1.5</w:A><w:A>9</w:A></w:r></s:b>",
            "<s:b xmlns:s=\"u\"><w:R xmlns:w=\"w\"><w:A k=\"1\">1.5</w:A><w:A>9</w:A></w:R></s:b>",
            "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><w:a K=\"1\">1.5</w:a><w:a>9</w:a></w:r></s:b>",
            "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><w:a k=\"1\">1.5</w:a><w:a k=\"1\">9</w:a></w:r></s:b>",
            "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><w:a k=\"1\">1.5</w:a><w:a></w:a><w:a>9</w:a></w:r></s:b>",
            "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><w:a k=\"1\">1.5</w:a><w:a>9</w:a></w:r><w:a xmlns:w=\"w\"></w:a></s:b>",
            "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><w:a k=\"1\">1.5</w:a><w:a>9</w:a><w:a>9</w:a></w:r></s:b>",
            "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><w:a k=\"1\">1.5 </w:a><w:a> 9</w:a></w:r></s:b>",
        ] {
            assert!(all.iter().any(|text| text == expected), "{expected}\n{all:#?}");
        }
    }
}
