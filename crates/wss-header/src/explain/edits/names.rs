//! Edits that add or remove namespace declarations.

use wss_c14n::name;
use wss_text::Slice as _;

use super::super::cause::Cause;
use super::super::edit::{Edit, steps};
use super::super::sketch::Sketch;
use super::super::token::{Tag, Token, prefix_of};

/// Declarations that are usually in scope somewhere: of types, of envelopes, of security.
pub(super) const USUAL: [(&str, &str); 17] = [
    ("xsi", name::XSI.uri),
    ("xsd", "http://www.w3.org/2001/XMLSchema"),
    ("xs", "http://www.w3.org/2001/XMLSchema"),
    ("soapenv", name::SOAP11.uri),
    ("soap", name::SOAP11.uri),
    ("SOAP-ENV", name::SOAP11.uri),
    ("s", name::SOAP11.uri),
    ("soap", name::SOAP12.uri),
    ("soapenv", name::SOAP12.uri),
    ("s", name::SOAP12.uri),
    ("soapenc", "http://schemas.xmlsoap.org/soap/encoding/"),
    ("SOAP-ENC", "http://schemas.xmlsoap.org/soap/encoding/"),
    ("wsse", name::WSSE.uri),
    ("wsu", name::WSU.uri),
    ("ds", name::DS.uri),
    ("wsa", "http://www.w3.org/2005/08/addressing"),
    ("xenc", name::XENC.uri),
];

/// The most usual edits: declarations that came from elements around, and namespaces of types.
pub(super) fn usual(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    if sketch.has_undeclared {
        edits.push(Edit::tags(Cause::DefaultUndeclared, |_, tag| tag.namespaces.retain(|(_, uri)| !uri.is_empty())));
    }
    edits.extend(of_scope(sketch));
    let of_types = USUAL.slice(..3);
    edits.extend(of_types.iter().filter_map(|declaration| added(sketch, &[*declaration])));
    edits
}

/// Edits that remove declarations that came from elements around.
pub(super) fn of_scope(sketch: &Sketch) -> Vec<Edit> {
    let removed = sketch.at_apex.iter().filter_map(removed).chain(all_removed(sketch));
    removed.chain(sketch.at_apex.iter().filter_map(|(prefix, uri)| pushed_down(prefix, uri))).collect()
}

/// All other edits of names.
pub(super) fn less_usual(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    edits.extend(USUAL.iter().skip(3).filter_map(|declaration| added(sketch, &[*declaration])));
    for several in
        [&[0, 1][..], &[0, 2], &[0, 1, 3], &[0, 1, 4], &[0, 1, 5], &[0, 1, 7], &[12, 13], &[3, 12, 13], &[4, 12, 13]]
    {
        let declarations: Vec<_> = several.iter().filter_map(|at| USUAL.get(*at).copied()).collect();
        edits.extend(added(sketch, &declarations));
    }
    edits.extend(hoisted(sketch));
    edits.extend(spelled(sketch));
    edits.extend([1, 2, 3].map(without_namespace));
    edits.push(Edit::tags(Cause::SoapVersionChanged, |_, tag| {
        for (_, uri) in &mut tag.namespaces {
            if uri == name::SOAP11.uri {
                *uri = name::SOAP12.uri.into();
            } else if uri == name::SOAP12.uri {
                *uri = name::SOAP11.uri.into();
            }
        }
    }));
    edits
}

/// The largest number of namespace names that are spelled otherwise.
const SPELLED: usize = 12;

/// Edits that write the name of a namespace with or without a slash at its end, and with http or https.
pub(super) fn spelled(sketch: &Sketch) -> Vec<Edit> {
    let others = |uri: &str| {
        let slash = uri.strip_suffix('/').map_or_else(|| format!("{uri}/"), str::to_owned);
        let scheme = match uri.split_once("://") {
            Some(("http", rest)) => Some(format!("https://{rest}")),
            Some(("https", rest)) => Some(format!("http://{rest}")),
            _ => None,
        };
        [Some(slash), scheme, Some(uri.to_lowercase()).filter(|lower| lower != uri)]
    };
    let names: std::collections::BTreeSet<&String> =
        sketch.namespaces.iter().map(|(_, uri)| uri).take(SPELLED).collect();
    let edit = |from: &String, to: String| {
        let cause = Cause::ValueChanged { from: from.as_str().into(), to: to.as_str().into() };
        let from = from.clone();
        Edit::tags(cause, move |_, tag| {
            for (_, uri) in tag.namespaces.iter_mut().filter(|(_, uri)| *uri == from) {
                *uri = to.clone().into();
            }
        })
    };
    names.into_iter().flat_map(|from| others(from).into_iter().flatten().map(move |to| edit(from, to))).collect()
}

pub(super) fn shown(prefix: &str) -> String {
    if prefix.is_empty() { "the default namespace".to_owned() } else { prefix.to_owned() }
}

/// An edit that removes a declaration of the apex that its own names do not use.
fn removed(declaration: &(String, String)) -> Option<Edit> {
    let (prefix, uri) = declaration.clone();
    (prefix != "xml").then(|| {
        Edit::tags(Cause::NamespaceAdded { prefix: shown(&prefix).into() }, move |step, tag| {
            if step.depth == 0 && !tag.uses(&prefix) {
                tag.namespaces.retain(|(known, bound)| *known != prefix || *bound != uri);
            }
        })
    })
}

/// An edit that removes every declaration of the apex that its own names do not use, if there are several.
fn all_removed(sketch: &Sketch) -> Option<Edit> {
    let prefixes: Vec<String> = sketch.at_apex.iter().map(|(prefix, _)| shown(prefix)).collect();
    (prefixes.len() > 1).then(|| {
        let prefix = format!("whatever the element does not use, of {}", prefixes.join(", ")).into();
        Edit::tags(Cause::NamespaceAdded { prefix }, |step, tag| {
            if step.depth == 0 {
                let unused: Vec<bool> = tag.namespaces.iter().map(|(known, _)| !tag.uses(known)).collect();
                let mut unused = unused.into_iter();
                tag.namespaces.retain(|_| !unused.next().unwrap_or(false));
            }
        })
    })
}

/// Without these declarations on the apex, where its own names do not use them.
pub(super) fn without_scope(around: Vec<(String, String)>) -> Edit {
    let prefixes: Vec<String> = around.iter().map(|(prefix, _)| shown(prefix)).collect();
    let prefix = format!("whatever came from around the document, of {}", prefixes.join(", ")).into();
    Edit::tags(Cause::NamespaceAdded { prefix }, move |step, tag| {
        if step.depth == 0 {
            let of_around =
                |prefix: &str, uri: &str| around.iter().any(|(known, bound)| known == prefix && bound == uri);
            let kept: Vec<bool> =
                tag.namespaces.iter().map(|(prefix, uri)| tag.uses(prefix) || !of_around(prefix, uri)).collect();
            let mut kept = kept.into_iter();
            tag.namespaces.retain(|_| kept.next().unwrap_or(true));
        }
    })
}

/// An edit that moves a declaration of the apex to the elements inside that use it, where it was before it came from
/// elements around.
fn pushed_down(prefix: &str, uri: &str) -> Option<Edit> {
    if prefix.is_empty() {
        return None;
    }
    let (name, bound) = (prefix.to_owned(), uri.to_owned());
    let cause = Cause::NamespaceAdded { prefix: shown(prefix).into() };
    Some(Edit::new(cause, move |canonical, out| {
        let mut declared_at: Option<usize> = None;
        steps(canonical, |step| match step.token {
            Token::Start(start) => {
                let mut tag = Tag::read(start);
                if step.depth == 0 && !tag.uses(&name) {
                    tag.namespaces.retain(|(known, uri)| *known != name || *uri != bound);
                } else if step.depth > 0 && declared_at.is_none() && tag.uses(&name) {
                    declared_at = Some(step.depth);
                    tag.namespaces.push((name.clone().into(), bound.clone().into()));
                }
                tag.write(&mut |text| out(text.as_bytes()));
            }
            token => {
                if matches!(token, Token::End(_)) && declared_at == step.depth.checked_sub(1) {
                    declared_at = None;
                }
                out(token.as_str().as_bytes());
            }
        });
    }))
}

/// An edit that adds declarations at the apex, and removes them below.
pub(super) fn added(sketch: &Sketch, declarations: &[(&str, &str)]) -> Option<Edit> {
    let is_known = |prefix: &str| sketch.at_apex.iter().any(|(known, _)| known == prefix);
    if declarations.is_empty() || declarations.iter().any(|(prefix, _)| is_known(prefix)) {
        return None;
    }
    let names: Vec<String> = declarations.iter().map(|(prefix, _)| shown(prefix)).collect();
    let owned: Vec<(String, String)> =
        declarations.iter().map(|(prefix, uri)| ((*prefix).to_owned(), (*uri).to_owned())).collect();
    Some(Edit::tags(Cause::NamespaceRemoved { prefix: names.join(", ").into() }, move |step, tag| {
        tag.namespaces.retain(|(prefix, uri)| !owned.iter().any(|(known, bound)| prefix == known && uri == bound));
        if step.depth == 0 {
            tag.namespaces.extend(owned.iter().map(|(prefix, uri)| (prefix.clone().into(), uri.clone().into())));
        }
    }))
}

/// Edits that move declarations from inside to the apex: each, and all.
fn hoisted(sketch: &Sketch) -> Vec<Edit> {
    let inside: Vec<(&str, &str)> = sketch
        .namespaces
        .difference(&sketch.at_apex)
        .filter(|(prefix, _)| !prefix.is_empty())
        .map(|(prefix, uri)| (prefix.as_str(), uri.as_str()))
        .collect();
    let mut edits: Vec<Edit> = inside.iter().filter_map(|declaration| added(sketch, &[*declaration])).collect();
    if inside.len() > 1 {
        edits.extend(added(sketch, &inside));
    }
    edits
}

/// An edit that puts elements at this depth in no namespace.
fn without_namespace(depth: usize) -> Edit {
    Edit::tags(Cause::DefaultImposed, move |step, tag| {
        let declares = tag.namespaces.iter().any(|(prefix, _)| prefix.is_empty());
        if step.depth == depth && prefix_of(&tag.name).is_empty() && !declares {
            tag.namespaces.push(("".into(), "".into()));
        }
    })
}
