//! XPointers: `#xpointer(…)` in the URI of a reference, other than the shorthand form `#id`.
//!
//! `xpointer(/)` and `xpointer(id('…'))` name the document and an element; unlike the shorthand form, with their comments
//! (XML Signature 1.1 §4.4.3.3). Any other is an expression of XPath 1.0, and needs a policy that admits one.

use wss_text::{after_cid, percent_decoded};

/// An XPointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pointer {
    /// `xpointer(/)`.
    Root,
    /// `xpointer(id('…'))`.
    Id(String),
    /// Any other expression.
    Expression(String),
}

impl Pointer {
    /// The pointer of a URI, if it is one of this document and not of the shorthand form.
    pub(crate) fn of_uri(uri: &str) -> Option<Self> {
        let fragment = uri.strip_prefix('#').filter(|fragment| fragment.starts_with("xpointer("))?;
        Self::parse(&String::from_utf8(percent_decoded(fragment)?).ok()?)
    }

    /// Reads a pointer with one part of the scheme `xpointer`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let expression = text.trim().strip_prefix("xpointer(")?.strip_suffix(')')?.trim();
        if expression == "/" {
            return Some(Self::Root);
        }
        let id = expression.strip_prefix("id(").and_then(|rest| rest.strip_suffix(')')).map(str::trim);
        let quoted = |quote: char| {
            let inside = id?.strip_prefix(quote)?.strip_suffix(quote)?;
            (!inside.is_empty() && !inside.contains([quote, ' ', '\t', '\n', '\r'])).then(|| inside.to_owned())
        };
        Some(match quoted('\'').or_else(|| quoted('"')) {
            Some(id) => Self::Id(id),
            None => Self::Expression(expression.to_owned()),
        })
    }
}

/// The Id of the same document that a URI names in another form than `#id`: behind an absolute or relative URI, or as
/// `#xpointer(id('…'))`, or percent-encoded. Whether the document is at that URI is the caller's to judge.
#[must_use]
pub fn id_in_other_form(uri: &str) -> Option<String> {
    if let Some(Pointer::Id(id)) = Pointer::of_uri(uri) {
        return Some(id);
    }
    let (document, id) = uri.split_once('#')?;
    if document.is_empty() {
        let decoded = id.contains('%').then(|| String::from_utf8(percent_decoded(id)?).ok()).flatten();
        return decoded.filter(|decoded| decoded != id);
    }
    // White space is no name of a document, and an attachment is another document.
    let is_attachment = after_cid(document).is_some_and(|content_id| !content_id.is_empty());
    let names_this = !document.is_empty() && !document.contains(char::is_whitespace) && !is_attachment;
    (names_this && !id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Pointer, id_in_other_form};

    #[test]
    fn ids_are_read_behind_uris_and_in_pointers() {
        let named = ["http://a.example/b#c", "b.xml#c", "cid:#c", "#xpointer(id('c'))", "#xpointer(id(\"c\"))"];
        assert!(named.iter().all(|uri| id_in_other_form(uri).as_deref() == Some("c")));
        assert_eq!(id_in_other_form("#K%C3%B6rper").as_deref(), Some("K\u{f6}rper"));
        assert!(["#K%C3", "#a%zz", "#%", "#100%25a"].iter().filter_map(|uri| id_in_other_form(uri)).eq(["100%a"]));
        let others =
            ["#c", "c", "", "#", "http://a.example/b#", "#xpointer(/)", "#xpointer(id('c')/d)", " #c", "cid:a@b#c"];
        assert!(others.iter().chain(&["CID:a@b#c"]).all(|uri| id_in_other_form(uri).is_none()));
    }

    #[test]
    fn pointers_are_told_from_shorthand_and_from_one_another() {
        let id = |id: &str| Some(Pointer::Id(id.to_owned()));
        let expression = |text: &str| Some(Pointer::Expression(text.to_owned()));
        assert_eq!(Pointer::of_uri("#xpointer(/)"), Some(Pointer::Root));
        assert_eq!(Pointer::of_uri("#xpointer(id('a'))"), id("a"));
        assert_eq!(Pointer::of_uri("#xpointer(id(\"a\"))"), id("a"));
        assert_eq!(Pointer::of_uri("#xpointer(%2F%2F*%5B%40at%3D%272%27%5D)"), expression("//*[@at='2']"));
        assert_eq!(Pointer::of_uri("#xpointer(id('a')/b)"), expression("id('a')/b"));
        assert_eq!(Pointer::of_uri("#xpointer(id('a')|id('b'))"), expression("id('a')|id('b')"));
        for other in ["#xpointer", "xpointer(/)", "#a", "", "#xpointer(/", "#xpointer(%4)", "#element(/1)"] {
            assert_eq!(Pointer::of_uri(other), None, "{other}");
        }
    }
}
