//! Elements, attributes and default namespaces that were added or removed, with the declarations that follow from it.
//!
//! A changed element is written again as exclusive canonicalisation writes it: a tag declares what it uses and nothing
//! around it declared. The declarations of the apex stay as they are.

use wss_c14n::name;

use super::super::cause::Cause;
use super::super::clues::Clues;
use super::super::edit::{Edit, Out, TokenAt, steps};
use super::super::sketch::Sketch;
use super::super::token::{Tag, Token, prefix_of};

/// The largest number of elements that are changed one by one.
const ELEMENTS: usize = 48;
/// The largest number of namespaces that may have been the default.
const NAMESPACES: usize = 12;

const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// Edits that remove the tags of one element, whose content stays.
pub(super) fn unwrapped(sketch: &Sketch) -> Vec<Edit> {
    let elements = sketch.elements.iter().take(ELEMENTS).enumerate();
    elements
        .map(|(at, name)| {
            let own = || name.as_str().into();
            let cause = match *name == sketch.apex.name {
                true => Cause::ElementInItself { name: own() },
                false => Cause::WrapperAdded { name: own() },
            };
            Edit::new(cause, move |canonical, out| written(canonical, &|nth, _, _| nth != at + 1, out))
        })
        .collect()
}

/// Edits that remove an attribute from every element inside; what is below declares the prefix where it needs it.
pub(super) fn without_attributes(sketch: &Sketch) -> Vec<Edit> {
    let with_prefix = sketch.attributes.iter().filter(|name| !["", "xml"].contains(&prefix_of(name)));
    with_prefix
        .map(|name| {
            let own = name.clone();
            Edit::new(Cause::AttributeAdded { name: name.as_str().into() }, move |canonical, out| {
                let remove = |nth: usize, _: &TokenAt<'_>, tag: &mut Tag<'_>| {
                    tag.attributes.retain(|(known, _)| nth == 0 || *known != own);
                    true
                };
                written(canonical, &remove, out);
            })
        })
        .collect()
}

/// Edits that put elements without prefix in no namespace, one after the other; or in one that the message has
/// elsewhere.
pub(super) fn defaults(sketch: &Sketch, clues: &Clues) -> Vec<Edit> {
    let bare = |name: &&String| !name.contains(':');
    if !sketch.elements.iter().any(|name| bare(&name)) {
        return Vec::new();
    }
    let mut edits = Vec::new();
    let has_default = sketch.namespaces.iter().any(|(prefix, _)| prefix.is_empty());
    let elements = sketch.elements.iter().enumerate().filter(|(_, name)| bare(name) && has_default);
    edits.extend(elements.take(ELEMENTS).map(|(at, _)| {
        Edit::new(Cause::DefaultImposed, move |canonical, out| {
            let undeclare = |nth: usize, _: &TokenAt<'_>, tag: &mut Tag<'_>| {
                if nth == at + 1 {
                    tag.namespaces.retain(|(prefix, _)| !prefix.is_empty());
                    declare(tag, "");
                }
                true
            };
            written(canonical, &undeclare, out);
        })
    }));
    let known = sketch.namespaces.iter().chain(&clues.bound).map(|(_, uri)| uri);
    let mut uris: Vec<&String> = Vec::new();
    for uri in known.filter(|uri| !uri.is_empty()) {
        if !uris.contains(&uri) && uris.len() < NAMESPACES {
            uris.push(uri);
        }
    }
    edits.extend(uris.into_iter().map(|uri| {
        let uri = uri.clone();
        let prefix = format!("the default namespace, {uri},");
        Edit::new(Cause::NamespaceRemoved { prefix: prefix.into() }, move |canonical, out| {
            let declare_it = |nth: usize, _: &TokenAt<'_>, tag: &mut Tag<'_>| {
                if nth > 0 && prefix_of(&tag.name).is_empty() {
                    declare(tag, &uri);
                }
                true
            };
            written(canonical, &declare_it, out);
        })
    }));
    edits
}

fn declare(tag: &mut Tag<'_>, uri: &str) {
    if !tag.namespaces.iter().any(|(prefix, _)| prefix.is_empty()) {
        tag.namespaces.push(("".into(), uri.to_owned().into()));
    }
}

/// An attribute that peers leave out or add, with the namespace of its prefix.
#[derive(Clone)]
struct Usual {
    name: String,
    namespace: &'static str,
    value: String,
}

/// Edits that add an attribute: on every element that takes it, or on one.
pub(super) fn attributes(sketch: &Sketch, clues: &Clues) -> Vec<Edit> {
    let prefix_for = |namespace: &str, usual: &'static str| {
        let known =
            sketch.namespaces.iter().chain(&clues.bound).find(|(prefix, uri)| uri == namespace && !prefix.is_empty());
        known.map_or(usual.to_owned(), |(prefix, _)| prefix.clone())
    };
    let usual = |prefix: String, local: &str, namespace, value: &str| Usual {
        name: format!("{prefix}:{local}"),
        namespace,
        value: value.to_owned(),
    };
    let mut edits = Vec::new();
    for (soap, usual_prefix) in [(name::SOAP11.uri, "soapenv"), (name::SOAP12.uri, "env")] {
        if !sketch.namespaces.iter().chain(&clues.bound).any(|(_, uri)| uri == soap) {
            continue;
        }
        let prefix = prefix_for(soap, usual_prefix);
        for value in ["1", "0", "true", "false"] {
            edits.push(added(usual(prefix.clone(), "mustUnderstand", soap, value), |nth, _| nth == 0));
        }
        let next = "http://schemas.xmlsoap.org/soap/actor/next";
        edits.push(added(usual(prefix.clone(), "actor", soap, next), |nth, _| nth == 0));
        let encoding = "http://schemas.xmlsoap.org/soap/encoding/";
        edits.push(added(usual(prefix, "encodingStyle", soap, encoding), |nth, _| nth == 0));
    }
    let xsi = prefix_for(name::XSI.uri, "xsi");
    let is_empty = |_: usize, step: &TokenAt<'_>| matches!(step.after, Some(Token::End(_)));
    let has_text =
        |_: usize, step: &TokenAt<'_>| matches!(step.after, Some(Token::Text(text)) if !text.trim().is_empty());
    for value in ["true", "1"] {
        edits.push(added(usual(xsi.clone(), "nil", name::XSI.uri, value), is_empty));
    }
    for prefix in ["xsd", "xs"].map(str::to_owned).into_iter().chain([prefix_for(XSD, "xsd")]) {
        edits.push(added(usual(xsi.clone(), "type", name::XSI.uri, &format!("{prefix}:string")), has_text));
    }
    let preserve = || usual("xml".to_owned(), "space", name::XML, "preserve");
    edits.push(added(preserve(), |nth, _| nth == 0));
    for at in 1..=sketch.elements.len().min(ELEMENTS) {
        edits.push(added(preserve(), move |nth, _| nth == at));
        edits.push(added(usual(xsi.clone(), "nil", name::XSI.uri, "true"), move |nth, step| {
            nth == at && is_empty(nth, step)
        }));
        for kind in ["string", "int", "decimal", "boolean", "dateTime", "date"] {
            let value = format!("{}:{kind}", prefix_for(XSD, "xsd"));
            edits.push(added(usual(xsi.clone(), "type", name::XSI.uri, &value), move |nth, step| {
                nth == at && has_text(nth, step)
            }));
        }
    }
    edits
}

fn added(usual: Usual, which: impl Fn(usize, &TokenAt<'_>) -> bool + 'static) -> Edit {
    let cause = Cause::AttributeRemoved { name: format!("{}={:?}", usual.name, usual.value).into() };
    Edit::new(cause, move |canonical, out| {
        let add = |nth: usize, step: &TokenAt<'_>, tag: &mut Tag<'_>| {
            if which(nth, step) && !tag.attributes.iter().any(|(name, _)| *name == usual.name) {
                let prefix = prefix_of(&usual.name).to_owned();
                if usual.namespace != name::XML && !tag.namespaces.iter().any(|(known, _)| *known == prefix) {
                    tag.namespaces.push((prefix.into(), usual.namespace.into()));
                }
                tag.attributes.push((usual.name.clone().into(), usual.value.clone().into()));
            }
            true
        };
        written(canonical, &add, out);
    })
}

/// Prefixes with their namespaces.
type Scope = Vec<(String, String)>;

/// An open element: its declarations, those that were written, and whether its tags are written.
struct Open {
    declared: Scope,
    written: Scope,
    is_kept: bool,
}

/// Changes a tag, by its number from 0 for the apex, and says whether it stays.
type Change<'c> = &'c dyn Fn(usize, &TokenAt<'_>, &mut Tag<'_>) -> bool;

/// Writes a changed form.
fn written(canonical: &str, change: Change<'_>, out: Out<'_>) {
    let mut open: Vec<Open> = Vec::new();
    let mut nth = 0;
    steps(canonical, |step| match step.token {
        Token::Start(start) => {
            let mut tag = Tag::read(start);
            let is_kept = change(nth, step, &mut tag);
            nth += 1;
            let declared = owned(&tag);
            let in_scope = |prefix: &str| {
                let own = declared.iter();
                let around = open.iter().rev().flat_map(|open| &open.declared);
                own.chain(around).find(|(known, _)| known == prefix).map_or("", |(_, uri)| uri.as_str())
            };
            if step.depth > 0 {
                let is_written = |prefix: &str, uri: &str| {
                    let shown = open.iter().rev().flat_map(|open| &open.written).find(|(known, _)| known == prefix);
                    shown.map_or("", |(_, uri)| uri.as_str()) == uri
                };
                let needed = used(&tag).into_iter().map(|prefix| (in_scope(&prefix).to_owned(), prefix));
                let needed = needed.filter(|(uri, prefix)| !is_written(prefix, uri));
                tag.namespaces = needed.map(|(uri, prefix)| (prefix.into(), uri.into())).collect();
            }
            tag.attributes.sort_by_key(|(name, _)| {
                let prefix = prefix_of(name);
                let uri = match prefix {
                    "" => "",
                    "xml" => name::XML,
                    other => in_scope(other),
                };
                (uri.to_owned(), name.rsplit(':').next().unwrap_or_default().to_owned())
            });
            let written = if is_kept { owned(&tag) } else { Vec::new() };
            if is_kept {
                tag.write(&mut |text| out(text.as_bytes()));
            }
            open.push(Open { declared, written, is_kept });
        }
        Token::End(end) => {
            if open.pop().is_none_or(|open| open.is_kept) {
                out(end.as_bytes());
            }
        }
        token => out(token.as_str().as_bytes()),
    });
}

fn owned(tag: &Tag<'_>) -> Scope {
    tag.namespaces.iter().map(|(prefix, uri)| (prefix.to_string(), uri.to_string())).collect()
}

/// The prefixes that a tag uses, each once.
fn used(tag: &Tag<'_>) -> Vec<String> {
    let on_attributes = tag.attributes.iter().map(|(name, _)| prefix_of(name)).filter(|prefix| !prefix.is_empty());
    let mut all: Vec<String> = on_attributes.chain([prefix_of(&tag.name)]).map(str::to_owned).collect();
    all.retain(|prefix| prefix != "xml");
    all.sort();
    all.dedup();
    all
}

/// Every element declares the namespaces of its names, whatever is declared around it.
pub(super) fn declared_again() -> [Edit; 1] {
    let how = "each element declares its namespaces again, as where parts were written alone and put together";
    [Edit::new(Cause::NotCanonicalized { how: how.into() }, |canonical, out| {
        let mut scopes: Vec<Scope> = Vec::new();
        steps(canonical, |step| match step.token {
            Token::Start(start) => {
                let mut tag = Tag::read(start);
                scopes.push(owned(&tag));
                for prefix in used(&tag) {
                    let known = tag.namespaces.iter().any(|(own, _)| *own == prefix);
                    let around = scopes.iter().rev().flatten().find(|(around, _)| *around == prefix);
                    if let (false, Some((prefix, uri))) = (known, around) {
                        tag.namespaces.push((prefix.clone().into(), uri.clone().into()));
                    }
                }
                tag.write(&mut |text| out(text.as_bytes()));
            }
            Token::End(end) => {
                scopes.pop();
                out(end.as_bytes());
            }
            token => out(token.as_str().as_bytes()),
        });
    })]
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str =
        "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><a xmlns=\"d\"><c>1</c></a><w:z w:b=\"2\"></w:z></w:r></s:b>";

    #[test]
    fn what_is_not_changed_is_written_as_it_was() {
        let mut octets = Vec::new();
        written(FORM, &|_, _, _| true, &mut |piece| octets.extend_from_slice(piece));
        assert_eq!(String::from_utf8(octets).expect("text"), FORM);
    }

    #[test]
    fn declarations_follow_what_is_changed() {
        let sketch = Sketch::of(FORM);
        let all: Vec<String> = unwrapped(&sketch)
            .into_iter()
            .chain(defaults(&sketch, &Clues::default()))
            .chain(attributes(&sketch, &Clues::default()))
            .filter_map(|edit| edit.text(FORM))
            .collect();
        for expected in [
            "<s:b xmlns:s=\"u\"><a xmlns=\"d\"><c>1</c></a><w:z xmlns:w=\"w\" w:b=\"2\"></w:z></s:b>",
            "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><a xmlns=\"d\"><c xmlns=\"\">1</c></a><w:z w:b=\"2\"></w:z></w:r></s:b>",
            "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><a xmlns=\"d\"><c xml:space=\"preserve\">1</c></a><w:z w:b=\"2\"></w:z></w:r></s:b>",
            "<s:b xmlns:s=\"u\"><w:r xmlns:w=\"w\"><a xmlns=\"d\"><c>1</c></a><w:z xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\" w:b=\"2\"></w:z></w:r></s:b>",
        ] {
            assert!(all.iter().any(|text| text == expected), "{expected}\n{all:#?}");
        }
    }
}
