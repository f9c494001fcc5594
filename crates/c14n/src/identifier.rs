//! Identifiers in attributes: algorithms, types and references, which have the type `xs:anyURI`.
//!
//! A schema processor leaves out the white space around them (XML Schema part 2, §3.2.17.1). Nothing here reads a schema, so
//! that a document gives them as they are written, and every reader compares them octet by octet. A document that
//! [collapses](crate::Document::collapsing_identifiers) them does so at the one place where attributes are read, so that no two readers
//! of it see different values. Canonical forms and digests are over the text as it is written in either case.

use std::borrow::Cow;

use crate::lexical::collapsed;
use crate::name::{self, ExpandedName};

/// The attributes without a namespace that are identifiers, on elements of [`NAMESPACES`].
const IDENTIFIERS: [&str; 5] = ["Algorithm", "URI", "ValueType", "EncodingType", "Type"];

/// The namespaces of XML Signature, XML Encryption, WS-Security and WS-SecureConversation.
const NAMESPACES: [&str; 9] = [
    name::DS.uri,
    name::DSIG11.uri,
    name::XENC.uri,
    name::XENC11.uri,
    name::WSSE.uri,
    name::WSSE11.uri,
    name::WSC13.uri,
    name::WSC2005.uri,
    name::PSS.uri,
];

/// The value of an attribute of an element in `namespace`, as a document that collapses identifiers gives it.
pub(crate) fn collapsed_if_identifier<'a>(
    namespace: &str,
    attribute: ExpandedName<'_>,
    value: Cow<'a, str>,
) -> Cow<'a, str> {
    match value {
        value if !is_identifier(namespace, attribute) => value,
        Cow::Borrowed(value) => Cow::Borrowed(collapsed(value)),
        Cow::Owned(value) => Cow::Owned(collapsed(&value).to_owned()),
    }
}

/// Whether an attribute of an element in `namespace` is an identifier with white space around its value.
pub(crate) fn has_white_space(namespace: &str, attribute: ExpandedName<'_>, value: &str) -> bool {
    is_identifier(namespace, attribute) && collapsed(value).len() != value.len()
}

/// Whether an attribute of an element in `namespace` is the identifier of an algorithm.
pub(crate) fn is_algorithm(namespace: &str, attribute: ExpandedName<'_>) -> bool {
    attribute.namespace.is_empty() && attribute.local == "Algorithm" && NAMESPACES.contains(&namespace)
}

fn is_identifier(namespace: &str, attribute: ExpandedName<'_>) -> bool {
    match attribute.namespace {
        "" => IDENTIFIERS.contains(&attribute.local) && NAMESPACES.contains(&namespace),
        other => other == name::WSSE11.uri && attribute.local == "TokenType",
    }
}
