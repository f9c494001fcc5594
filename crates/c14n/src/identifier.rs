//! Identifiers in attributes: algorithms, types and references, which have the type `xs:anyURI`.
//!
//! A schema processor leaves out the white space around them (XML Schema part 2, §3.2.17.1). Nothing here reads a schema, so
//! that a document gives them as they are written, and every reader compares them octet by octet. A document that
//! [collapses](crate::Document::collapsing_identifiers) them, or that reads an algorithm as the one that is
//! [meant](crate::Document::algorithms_meant), does so at the one place where attributes are read, so that no two readers
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

/// How a document reads identifiers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Identifiers {
    /// Whether they are read without the white space around them.
    pub(crate) collapses: bool,
    /// Returns the identifier as which an `Algorithm` attribute is read; `None` keeps what is written.
    pub(crate) meant: Option<fn(&str) -> Option<&'static str>>,
}

impl Identifiers {
    /// Whether every value is read as it is written.
    pub(crate) fn are_as_written(self) -> bool {
        !self.collapses && self.meant.is_none()
    }

    /// The value of an attribute of an element in `namespace`.
    pub(crate) fn read<'a>(self, namespace: &str, attribute: ExpandedName<'_>, value: Cow<'a, str>) -> Cow<'a, str> {
        if !is_identifier(namespace, attribute) {
            return value;
        }
        let value = match value {
            Cow::Borrowed(value) if self.collapses => Cow::Borrowed(collapsed(value)),
            Cow::Owned(value) if self.collapses => Cow::Owned(collapsed(&value).to_owned()),
            value => value,
        };
        let meant = self.meant.filter(|_| attribute.local == "Algorithm").and_then(|meant| meant(&value));
        meant.map_or(value, Cow::Borrowed)
    }
}

/// Whether an attribute of an element in `namespace` is an identifier with white space around its value.
pub(crate) fn has_white_space(namespace: &str, attribute: ExpandedName<'_>, value: &str) -> bool {
    is_identifier(namespace, attribute) && collapsed(value).len() != value.len()
}

fn is_identifier(namespace: &str, attribute: ExpandedName<'_>) -> bool {
    match attribute.namespace {
        "" => IDENTIFIERS.contains(&attribute.local) && NAMESPACES.contains(&namespace),
        other => other == name::WSSE11.uri && attribute.local == "TokenType",
    }
}
