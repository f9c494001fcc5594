//! An assertion as it is in the file, after its nested policy was brought to normal form.

use std::sync::Arc;

use crate::place::Place;

/// All assertions that hold together.
pub(crate) type Alternative = Vec<Arc<Assertion>>;

/// One assertion, with one alternative of its nested policy.
#[derive(Debug)]
pub(crate) struct Assertion {
    pub(crate) written: Arc<Written>,
    /// Empty if it has no nested policy, or an empty one.
    pub(crate) nested: Alternative,
}

/// What does not depend on the alternative of the nested policy.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) namespace: String,
    pub(crate) local: String,
    pub(crate) place: Place,
    /// `wsp:Ignorable`: whoever does not know it may pass over it.
    pub(crate) is_ignorable: bool,
    /// Those that are not of WS-Policy.
    pub(crate) attributes: Vec<Attribute>,
    /// Its children that are no policy.
    pub(crate) parameters: Vec<Parameter>,
}

#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) local: String,
    pub(crate) value: String,
}

/// A child of an assertion that is no policy, as `sp:Body` or `sp:XPath`.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) namespace: String,
    pub(crate) local: String,
    pub(crate) place: Place,
    pub(crate) attributes: Vec<Attribute>,
    /// Its text; empty if it has children.
    pub(crate) text: String,
    /// The prefixes that are bound at an `sp:XPath`.
    pub(crate) prefixes: Vec<(String, String)>,
    /// The names of the elements inside it, and their texts.
    pub(crate) inside: Vec<(String, String)>,
}

fn attribute<'a>(attributes: &'a [Attribute], local: &str) -> Option<&'a str> {
    attributes.iter().find(|attribute| attribute.local == local).map(|attribute| attribute.value.as_str())
}

impl Assertion {
    pub(crate) fn local(&self) -> &str {
        &self.written.local
    }

    pub(crate) fn attribute(&self, local: &str) -> Option<&str> {
        attribute(&self.written.attributes, local)
    }
}

impl Parameter {
    pub(crate) fn attribute(&self, local: &str) -> Option<&str> {
        attribute(&self.attributes, local)
    }
}
