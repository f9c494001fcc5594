//! Qualified names in values, whose prefixes were rewritten: types of elements, and names in text.

use super::super::cause::Cause;
use super::super::clues::Clues;
use super::super::edit::{Edit, steps};
use super::super::sketch::Sketch;
use super::super::token::{Tag, Token, prefix_of};
use super::names::shown;
use super::prefixes::{candidates, each_once, rename_tag, with_prefix};

const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// The most prefixes of values, and the most that are tried in place of each.
const PREFIXES: usize = 6;
const CANDIDATES: usize = 48;

/// One prefix of values: alone, and with the names that have it; and types that lost their prefix, or got one.
pub(super) fn all(sketch: &Sketch, clues: &Clues) -> Vec<Edit> {
    let of_values = used(sketch).into_iter().take(PREFIXES);
    let of_types = types(sketch, clues);
    let of_values = of_values.flat_map(|from| {
        let known = sketch.namespaces.iter().chain(&clues.bound).find(|(prefix, _)| *prefix == from);
        let uri = known.map_or(XSD, |(_, uri)| uri.as_str());
        let is_declared = sketch.namespaces.iter().any(|(prefix, _)| *prefix == from);
        let tos = candidates(clues, uri).into_iter().filter(|to| !to.is_empty() && *to != from).take(CANDIDATES);
        let edits = tos.flat_map(|to| {
            let names = is_declared.then(|| renamed(&from, &to, true));
            [renamed(&from, &to, false)].into_iter().chain(names).collect::<Vec<_>>()
        });
        edits.collect::<Vec<_>>()
    });
    of_types.into_iter().chain(of_values).collect()
}

/// Types of elements with each prefix that they may have lost, and without the one that they may have got.
fn types(sketch: &Sketch, clues: &Clues) -> Vec<Edit> {
    let values: Vec<&str> =
        sketch.attribute_values.iter().filter(|(_, name, _)| is_type(name)).map(|(.., value)| value.as_str()).collect();
    let mut edits = Vec::new();
    if values.iter().any(|value| !value.contains(':')) {
        let bound = sketch.namespaces.iter().chain(&clues.bound).map(|(prefix, _)| prefix.as_str());
        let usual = ["xsd", "xs"].into_iter().chain(bound).chain(clues.unbound.iter().map(String::as_str));
        let usual = each_once(usual.filter(|prefix| !prefix.is_empty()));
        edits.extend(usual.into_iter().take(CANDIDATES).map(|to| {
            let cause = Cause::PrefixRewritten { from: format!("none {IN_TYPES}").into(), to: to.as_str().into() };
            of_types(cause, move |value| (!value.contains(':')).then(|| format!("{to}:{value}")))
        }));
    }
    if values.iter().any(|value| is_qname(value)) {
        let cause = Cause::PrefixRewritten { from: format!("one {IN_TYPES}").into(), to: "\"\"".into() };
        edits.push(of_types(cause, |value| Some(value.split_once(':')?.1.to_owned())));
    }
    edits
}

const IN_TYPES: &str = "in types of elements (xsi:type)";

/// Whether an attribute has the name of `xsi:type` with any prefix.
fn is_type(name: &str) -> bool {
    name.ends_with(":type")
}

/// With other values of `xsi:type`; `None` leaves one as it is.
fn of_types(cause: Cause, to: impl Fn(&str) -> Option<String> + 'static) -> Edit {
    Edit::tags(cause, move |_, tag| {
        for (name, value) in &mut tag.attributes {
            if let Some(other) = Some(&**value).filter(|_| is_type(name)).and_then(&to) {
                *value = other.into();
            }
        }
    })
}

/// The prefixes of values that are qualified names.
fn used(sketch: &Sketch) -> Vec<String> {
    let texts = sketch.texts.values.iter().map(|(_, text)| text);
    let values = sketch.attribute_values.iter().map(|(_, _, value)| value).chain(texts);
    let mut all: Vec<String> = Vec::new();
    for value in values.filter(|value| is_qname(value)) {
        let prefix = prefix_of(value);
        if !all.iter().any(|known| known == prefix) {
            all.push(prefix.to_owned());
        }
    }
    all
}

/// Whether a value has the shape of a qualified name with a prefix.
fn is_qname(value: &str) -> bool {
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    value.split_once(':').is_some_and(|(prefix, local)| prefix != "urn" && is_name(prefix) && is_name(local))
}

/// With another prefix in values; in the names of elements and attributes, too, if `names`.
fn renamed(from: &str, to: &str, names: bool) -> Edit {
    let map = vec![(from.to_owned(), to.to_owned())];
    let place = if names { "in names and values" } else { "in values that are qualified names" };
    let cause = Cause::PrefixRewritten { from: format!("{} {place}", shown(from)).into(), to: shown(to).into() };
    let in_value = move |value: &str, map: &[(String, String)]| match is_qname(value) {
        true => with_prefix(value, map),
        false => value.to_owned(),
    };
    Edit::new(cause, move |canonical, out| {
        steps(canonical, |step| match step.token {
            Token::Start(start) => {
                let mut tag = Tag::read(start);
                if names {
                    rename_tag(&mut tag, &map);
                }
                for (_, value) in &mut tag.attributes {
                    *value = in_value(value, &map).into();
                }
                tag.write(&mut |text| out(text.as_bytes()));
            }
            Token::End(end) if names => {
                let name = end.trim_start_matches("</").trim_end_matches('>');
                out(format!("</{}>", with_prefix(name, &map)).as_bytes());
            }
            Token::Text(text) => out(in_value(text, &map).as_bytes()),
            token => out(token.as_str().as_bytes()),
        });
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_values_are_found_and_renamed() {
        assert!(is_qname("xs:string") && is_qname("ns0:T"));
        assert!(!["", "a", "urn:x", "http://x", "10:30", "a:b:c", "a: b"].into_iter().any(is_qname));
        let form = "<n:a xmlns:i=\"v\" xmlns:n=\"u\" i:type=\"xs:string\"><n:b>n:T</n:b></n:a>";
        let all: Vec<String> =
            all(&Sketch::of(form), &Clues::default()).iter().filter_map(|edit| edit.text(form)).collect();
        for expected in [
            form.replace("xs:string", "xsd:string"),
            form.replace("n:", "ns0:").replace("xmlns:n=", "xmlns:ns0="),
            form.replace("n:T", "ns0:T"),
        ] {
            assert!(all.contains(&expected), "{expected}: {all:#?}");
        }
    }
}
