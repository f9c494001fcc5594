//! Elements that the application gives, for the Security header of any envelope.

use std::borrow::Cow;

use wss_c14n::{Document, Element, name};
use wss_text::Slice as _;

/// The octets of the document element, which mean the same in every envelope: where a name without a prefix is in no namespace,
/// and nothing in the element says so, ` xmlns=""` does. Canonical forms of the element do not have that declaration, so that a
/// signature of its issuer still fits.
pub(crate) fn for_any_envelope<'d>(document: &'d Document<'_>) -> Cow<'d, str> {
    let root = document.root();
    match document.elements().any(needs_no_default_namespace) {
        true => root.standalone().into(),
        false => document.source().slice(root.span()).into(),
    }
}

/// Whether an element depends on the absence of a default namespace: its name, or the type of its value, has no prefix and is in
/// no namespace; or it says that a canonical form has the default namespace.
fn needs_no_default_namespace(element: Element<'_>) -> bool {
    let name = element.name();
    let is_bare = |value: Cow<'_, str>| !value.contains(':');
    let has_bare_type = || element.attribute(name::XSI.uri, "type").is_some_and(is_bare);
    let lists_default = || {
        let list = element.attribute("", "PrefixList");
        element.is(name::EC.uri, "InclusiveNamespaces") && list.is_some_and(|list| list.contains("#default"))
    };
    name.namespace.is_empty() || (element.namespace_of_prefix("").is_none() && has_bare_type()) || lists_default()
}

#[cfg(test)]
mod tests {
    use wss_c14n::Limits;

    use super::*;

    #[test]
    fn names_in_no_namespace_stay_there() {
        let xsi = "xmlns:i='http://www.w3.org/2001/XMLSchema-instance'";
        for (given, written) in [
            ("<a/>", "<a xmlns=\"\"/>"),
            ("<a b='c'/>", "<a xmlns=\"\" b='c'/>"),
            ("<p:a xmlns:p='urn:p'><b/></p:a>", "<p:a xmlns=\"\" xmlns:p='urn:p'><b/></p:a>"),
            ("<p:a\n xmlns:p='urn:p'><p:b/></p:a>", "<p:a\n xmlns:p='urn:p'><p:b/></p:a>"),
            ("<a xmlns='urn:a'><b xmlns=''/></a>", "<a xmlns='urn:a'><b xmlns=''/></a>"),
            ("<a xmlns=''/>", "<a xmlns=''/>"),
        ] {
            let document = Document::parse(given, &Limits::default()).expect("well-formed");
            assert_eq!(for_any_envelope(&document), written);
        }
        let listed = format!(
            "<p:a xmlns:p='urn:p'><e:InclusiveNamespaces xmlns:e='{}' PrefixList='p #default'/></p:a>",
            name::EC.uri
        );
        let document = Document::parse(listed.as_str(), &Limits::default()).expect("well-formed");
        assert_eq!(for_any_envelope(&document), listed.replacen("<p:a", "<p:a xmlns=\"\"", 1));
        let typed = format!("<p:a xmlns:p='urn:p' {xsi} i:type='t'/>");
        let document = Document::parse(typed.as_str(), &Limits::default()).expect("well-formed");
        assert_eq!(for_any_envelope(&document), typed.replacen("<p:a", "<p:a xmlns=\"\"", 1));
    }
}
