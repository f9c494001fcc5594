//! The meaning of a piece of XML: expanded names, attributes, text, and the namespaces of qualified names in values.

use roxmltree::{Document, Node};

/// The meaning of the root element of `xml`, as a text. Two texts are equal if and only if the meanings are.
///
/// Prefixes are left out. A value of the form `prefix:name` is written with the namespace of this prefix, since
/// applications read `xsi:type` and similar attributes that way.
#[must_use]
pub fn of(xml: &str) -> String {
    let document = Document::parse(xml).unwrap_or_else(|error| panic!("not well-formed: {error}\n{xml}"));
    let mut text = String::new();
    write(document.root_element(), &mut text);
    text
}

fn write(node: Node<'_, '_>, out: &mut String) {
    if let Some(text) = node.text().filter(|_| node.is_text()) {
        out.push_str(&format!("{:?}", resolved(node.parent().unwrap_or(node), text)));
    }
    if !node.is_element() {
        return;
    }
    let name = node.tag_name();
    out.push_str(&format!("<{{{}}}{}", name.namespace().unwrap_or_default(), name.name()));
    let attributes = node.attributes().map(|attribute| {
        let namespace = attribute.namespace().unwrap_or_default();
        format!(" {{{namespace}}}{}={:?}", attribute.name(), resolved(node, attribute.value()))
    });
    let mut attributes: Vec<String> = attributes.collect();
    attributes.sort();
    out.push_str(&attributes.concat());
    out.push('>');
    for child in node.children() {
        write(child, out);
    }
    out.push_str("</>");
}

/// `value`, with the namespace if it looks like a qualified name.
fn resolved(element: Node<'_, '_>, value: &str) -> String {
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    match value.split_once(':') {
        Some((prefix, local)) if is_name(prefix) && is_name(local) => {
            let namespace = element.lookup_namespace_uri(Some(prefix)).unwrap_or("?");
            format!("{{{namespace}}}{local}")
        }
        _ => value.to_owned(),
    }
}
