//! Names: prefixes that were rewritten, and namespace declarations that came or went.

use wss_c14n::name;

use super::super::cause::Cause;
use super::super::edit::Edit;
use super::super::sketch::Sketch;
use super::super::token::{Tag, Token, prefix_of};

/// The prefixes that stacks use for an envelope.
const OF_SOAP: [&str; 14] =
    ["soap", "soapenv", "s", "S", "SOAP-ENV", "env", "soap-env", "soap12", "", "senv", "e", "v", "ns0", "ns1"];
const OF_WSU: [&str; 5] = ["wsu", "u", "ns1", "ns2", "ns3"];
const OF_DS: [&str; 5] = ["ds", "", "dsig", "ns0", "ns1"];
/// The prefixes that tools make up, and those of usual examples.
const OF_OTHERS: [&str; 24] = [
    "", "ns0", "ns1", "ns2", "ns3", "ns4", "ns5", "tns", "ns", "m", "n1", "q1", "a", "b", "p", "x", "urn", "web",
    "ser", "typ", "v1", "wsa", "sch", "d4p1",
];

/// Declarations that are usually in scope somewhere: of types, of envelopes, of security.
const USUAL: [(&str, &str); 17] = [
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

/// The most usual: prefixes of the envelope, and namespaces of types.
pub(super) fn usual(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    if sketch.has_undeclared {
        edits.push(Edit::tags(Cause::DefaultUndeclared, |_, tag| tag.namespaces.retain(|(_, uri)| !uri.is_empty())));
    }
    edits.extend(sketch.at_apex.iter().filter_map(removed));
    let of_types = USUAL.get(..3).unwrap_or_default();
    edits.extend(of_types.iter().filter_map(|declaration| added(sketch, &[*declaration])));
    for (prefix, uri) in sketch.namespaces.iter().filter(|(_, uri)| is_soap(uri)) {
        edits.extend(OF_SOAP.iter().filter_map(|to| renamed(sketch, prefix, uri, to)));
    }
    edits
}

/// Everything else about names.
pub(super) fn less_usual(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (prefix, uri) in sketch.namespaces.iter().filter(|(_, uri)| !is_soap(uri)) {
        let all: &[&str] = match uri.as_str() {
            uri if uri == name::WSU.uri => &OF_WSU,
            uri if uri == name::DS.uri => &OF_DS,
            _ => &OF_OTHERS,
        };
        edits.extend(all.iter().filter_map(|to| renamed(sketch, prefix, uri, to)));
    }
    edits.extend(USUAL.iter().skip(3).filter_map(|declaration| added(sketch, &[*declaration])));
    for several in
        [&[0, 1][..], &[0, 2], &[0, 1, 3], &[0, 1, 4], &[0, 1, 5], &[0, 1, 7], &[12, 13], &[3, 12, 13], &[4, 12, 13]]
    {
        let declarations: Vec<_> = several.iter().filter_map(|at| USUAL.get(*at).copied()).collect();
        edits.extend(added(sketch, &declarations));
    }
    edits.extend(hoisted(sketch));
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

fn is_soap(uri: &str) -> bool {
    [name::SOAP11.uri, name::SOAP12.uri].contains(&uri)
}

fn shown(prefix: &str) -> String {
    if prefix.is_empty() { "the default namespace".to_owned() } else { prefix.to_owned() }
}

/// With another prefix for one namespace; `None` if the names would collide.
fn renamed(sketch: &Sketch, from: &str, uri: &str, to: &'static str) -> Option<Edit> {
    let collides = |(prefix, other): &(String, String)| (prefix == to || prefix == from) && other != uri;
    let on_attributes = sketch.attributes.iter().any(|name| prefix_of(name) == from);
    if from == to || sketch.namespaces.iter().any(collides) || (to.is_empty() && on_attributes && !from.is_empty()) {
        return None;
    }
    let from = from.to_owned();
    let cause = Cause::PrefixRewritten { from: shown(&from).into(), to: shown(to).into() };
    Some(Edit::tokens(cause, move |step, out| match step.token {
        Token::Start(start) => {
            let mut tag = Tag::read(start);
            rename(&mut tag, &from, to);
            tag.write(out);
        }
        Token::End(end) => {
            out("</");
            out(&with_prefix(end.trim_start_matches("</").trim_end_matches('>'), &from, to));
            out(">");
        }
        token => out(token.as_str()),
    }))
}

fn rename(tag: &mut Tag<'_>, from: &str, to: &str) {
    tag.name = with_prefix(&tag.name, from, to).into();
    for (name, value) in &mut tag.attributes {
        if !from.is_empty() {
            *name = with_prefix(name, from, to).into();
        }
        // The type of an element is a qualified name, too.
        if name.ends_with(":type") {
            *value = with_prefix(value, from, to).into();
        }
    }
    for (prefix, uri) in &mut tag.namespaces {
        if prefix == from && !uri.is_empty() {
            *prefix = to.to_owned().into();
        }
    }
    tag.namespaces.sort();
    tag.namespaces.dedup();
}

fn with_prefix(name: &str, from: &str, to: &str) -> String {
    if prefix_of(name) != from {
        return name.to_owned();
    }
    let local = name.rsplit(':').next().unwrap_or(name);
    if to.is_empty() { local.to_owned() } else { format!("{to}:{local}") }
}

/// Without a declaration of the apex that its own names do not use.
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

/// With declarations at the apex, and without them below.
fn added(sketch: &Sketch, declarations: &[(&str, &str)]) -> Option<Edit> {
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

/// With declarations of what is inside at the apex: each, and all.
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

/// With elements at this depth in no namespace.
fn without_namespace(depth: usize) -> Edit {
    Edit::tags(Cause::DefaultImposed, move |step, tag| {
        let declares = tag.namespaces.iter().any(|(prefix, _)| prefix.is_empty());
        if step.depth == depth && prefix_of(&tag.name).is_empty() && !declares {
            tag.namespaces.push(("".into(), "".into()));
        }
    })
}
