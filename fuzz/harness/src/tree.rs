//! Edits of XML text by its elements.

use std::ops::Range;

use ws_security::c14n::{Document, Element, Limits};

/// The document, if it is well-formed.
#[must_use]
pub fn parse(text: &str) -> Option<Document<'_>> {
    Document::parse(text, &Limits::default()).ok()
}

/// The elements with this local name.
pub fn named<'d>(document: &'d Document<'d>, local: &str) -> Vec<Element<'d>> {
    document.elements().filter(|element| element.name().local == local).collect()
}

/// The text of an element with every namespace in scope declared on it, so that it means the same at any place.
#[must_use]
pub fn self_contained(element: Element<'_>) -> String {
    let source = element.document().source();
    let text = &source[element.span()];
    let tag = &source[element.start_tag_span()];
    let name_end = 1 + element.qualified_name().len();
    let mut declarations = String::new();
    for (prefix, uri) in element.namespaces_in_scope() {
        let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        let is_declared = attributes(tag).iter().any(|(known, _)| tag[known.clone()] == name);
        if !is_declared && prefix != "xml" {
            declarations.push_str(&format!(" {name}=\"{}\"", escaped(uri)));
        }
    }
    format!("{}{declarations}{}", &text[..name_end], &text[name_end..])
}

/// `text` as the value of an attribute.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// The attributes and declarations of a start tag: spans of name and value.
#[must_use]
pub fn attributes(tag: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let octets = tag.as_bytes();
    let mut found = Vec::new();
    let mut at = 1;
    let is_space = |at: usize| octets.get(at).is_some_and(u8::is_ascii_whitespace);
    while at < octets.len() && !is_space(at) && octets[at] != b'>' {
        at += 1;
    }
    while at < octets.len() {
        while is_space(at) {
            at += 1;
        }
        let start = at;
        while at < octets.len() && !is_space(at) && !b"=>/".contains(&octets[at]) {
            at += 1;
        }
        let name = start..at;
        while is_space(at) {
            at += 1;
        }
        if octets.get(at) != Some(&b'=') {
            break;
        }
        at += 1;
        while is_space(at) {
            at += 1;
        }
        let Some(quote) = octets.get(at).copied() else { break };
        let value = at + 1..at + 1 + octets[at + 1..].iter().position(|octet| *octet == quote).unwrap_or(0);
        at = value.end + 1;
        found.push((name, value));
    }
    found
}

/// `text` with `span` replaced.
#[must_use]
pub fn replaced(text: &str, span: Range<usize>, by: &str) -> String {
    format!("{}{by}{}", &text[..span.start], &text[span.end..])
}

/// A place for an insertion, beside or inside an element.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// Before its start tag.
    Before,
    /// After its end tag.
    After,
    /// As its first content.
    First,
    /// As its last content.
    Last,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 4] = [Self::Before, Self::After, Self::First, Self::Last];
}

/// The source with `inserted` at a place of `element`.
#[must_use]
pub fn inserted(element: Element<'_>, place: Place, inserted: &str) -> String {
    let source = element.document().source();
    let (span, content) = (element.span(), element.content_span());
    let at = match place {
        Place::Before => span.start,
        Place::After => span.end,
        Place::First | Place::Last if element.is_empty_tag() => {
            let tag = source[span.clone()].trim_end_matches('>').trim_end_matches('/');
            let whole = format!("{tag}>{inserted}</{}>", element.qualified_name());
            return replaced(source, span, &whole);
        }
        Place::First => content.start,
        Place::Last => content.end,
    };
    replaced(source, at..at, inserted)
}

/// The source with an attribute or declaration on `element`. An existing one with this name is replaced.
#[must_use]
pub fn with_attribute(element: Element<'_>, name: &str, value: &str) -> String {
    let source = element.document().source();
    let start = element.span().start;
    let tag = &source[element.start_tag_span()];
    let value = escaped(value);
    match attributes(tag).into_iter().find(|(known, _)| &tag[known.clone()] == name) {
        Some((_, old)) => replaced(source, start + old.start..start + old.end, &value),
        None => {
            let at = start + 1 + element.qualified_name().len();
            replaced(source, at..at, &format!(" {name}=\"{value}\""))
        }
    }
}
