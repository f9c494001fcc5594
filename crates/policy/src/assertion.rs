//! An assertion as it is in the file, after its nested policy was brought to normal form.

use std::sync::Arc;

use crate::place::Location;

/// All assertions that hold together.
pub(crate) type Alternative = Vec<Arc<Assertion>>;

/// One assertion, with one alternative of its nested policy.
#[derive(Debug)]
pub(crate) struct Assertion {
    pub(crate) written: Arc<Written>,
    /// Empty if it has no nested policy, or an empty one.
    pub(crate) nested: Alternative,
}

/// The parts of an assertion that do not depend on the alternative of its nested policy.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) namespace: Arc<str>,
    pub(crate) place: Location,
    /// `wsp:Ignorable`: whoever does not know it may pass over it.
    pub(crate) is_ignorable: bool,
    /// Whether an alternative of its nested policy has a token, of whatever domain.
    pub(crate) has_token: bool,
    /// The attributes that are read, and the first of those that are not.
    pub(crate) attributes: Vec<Attribute>,
    /// Its children that are no policy.
    pub(crate) parameters: Vec<Parameter>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) local: &'static str,
    pub(crate) value: Box<str>,
}

/// A child of an assertion that is no policy, as `sp:Body` or `sp:XPath`.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) namespace: Arc<str>,
    pub(crate) place: Location,
    /// The parts that few parameters have.
    details: Option<Box<Details>>,
}

/// The content of a parameter, as far as it is read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Details {
    pub(crate) attributes: Box<[Attribute]>,
    /// The text of an `sp:XPath`.
    pub(crate) text: Box<str>,
    /// The prefixes in it, and their namespaces.
    pub(crate) prefixes: Box<[(String, Arc<str>)]>,
    /// The names of the elements inside it, and their texts.
    pub(crate) inside: Box<[(&'static str, String)]>,
    /// The additional cost of its text and of its expanded names, which are read for each message.
    pub(crate) long: usize,
}

/// The additional cost of long attributes, which are read for each message.
pub(crate) fn long(attributes: &[Attribute]) -> usize {
    attributes.iter().map(|attribute| attribute.value.len() / 64).sum()
}

/// The elements inside parameters that are read.
pub(crate) const INSIDE: [&str; 3] = ["AttachmentCompleteSignatureTransform", "ContentSignatureTransform", "TokenType"];

impl Attribute {
    /// The local name of an entry whose value is the name of an attribute that is not read.
    pub(crate) const UNREAD: &'static str = "";
    /// The local name of such an entry for an attribute of another domain than WS-SecurityPolicy.
    pub(crate) const FOREIGN: &'static str = "{}";

    /// Whether it is not read.
    pub(crate) fn is_unread(&self) -> bool {
        [Self::UNREAD, Self::FOREIGN].contains(&self.local)
    }

    /// An attribute of an element; `None` if it is not read.
    pub(crate) fn of(element: &str, local: &str, value: &str) -> Option<Self> {
        let local = match (element, local) {
            ("HttpsToken", "RequireClientCertificate") => "RequireClientCertificate",
            (token, "IncludeToken") if token.ends_with("Token") => "IncludeToken",
            (elements, "XPathVersion") if elements.ends_with("Elements") => "XPathVersion",
            (path, "Filter") if is_xpath_2(path) => "Filter",
            ("Header", "Name") => "Name",
            ("Header", "Namespace") => "Namespace",
            ("PolicyReference", "URI") => "URI",
            ("IncludeContext", "ProtectionLevel") => "ProtectionLevel",
            _ => return None,
        };
        Some(Self { local, value: value.into() })
    }
}

/// Whether an element has a path of XPath Filter 2.0 (WS-SecurityPolicy 1.3 §4.2.1). WSS4J writes its name with a small `p`.
pub(crate) fn is_xpath_2(local: &str) -> bool {
    ["XPath2", "Xpath2"].contains(&local)
}

/// Whether an element has a path.
pub(crate) fn is_xpath(local: &str) -> bool {
    local == "XPath" || is_xpath_2(local)
}

fn attribute<'a>(attributes: &'a [Attribute], local: &str) -> Option<&'a str> {
    attributes.iter().find(|attribute| attribute.local == local).map(|attribute| &*attribute.value)
}

impl Assertion {
    pub(crate) fn local(&self) -> &str {
        self.written.place.local()
    }

    pub(crate) fn attribute(&self, local: &str) -> Option<&str> {
        attribute(&self.written.attributes, local)
    }

    /// Whether another alternative of its nested policy has a token, and this one has none.
    pub(crate) fn leaves_token_out(&self) -> bool {
        self.written.has_token && !self.nested.iter().any(|inner| inner.is_token())
    }

    /// Whether it has the name of a token, in whatever namespace.
    pub(crate) fn is_token(&self) -> bool {
        self.local().ends_with("Token")
    }

    /// How often what is inside it counts: each of several supporting tokens signs all parts that are named beside them.
    fn times(&self) -> usize {
        let is_repeated = self.local().ends_with("SupportingTokens");
        let tokens = || self.nested.iter().filter(|inner| inner.is_token()).count();
        if is_repeated { tokens().max(1) } else { 1 }
    }

    /// The additional cost of several supporting tokens.
    pub(crate) fn repeated(&self) -> usize {
        match self.times() - 1 {
            0 => 0,
            more => size(&self.nested).saturating_mul(more),
        }
    }

    /// The number of parameters and attributes that are judged with it, and itself.
    fn own(&self) -> usize {
        let unread = |attributes: &[Attribute]| attributes.iter().filter(|attribute| attribute.is_unread()).count();
        let parameters = self.written.parameters.iter().map(|parameter| 1 + unread(parameter.attributes()));
        1 + unread(&self.written.attributes) + parameters.sum::<usize>()
    }

    /// As [`Assertion::own`], with the additional cost of long ones and what is inside.
    fn size(&self) -> usize {
        let long = long(&self.written.attributes) + self.written.parameters.iter().map(Parameter::long).sum::<usize>();
        size(&self.nested).saturating_mul(self.times()).saturating_add(self.own() + long)
    }
}

/// The number of assertions, parameters and attributes that are judged.
pub(crate) fn judged(alternative: &[Arc<Assertion>]) -> usize {
    alternative.iter().map(|assertion| assertion.own() + judged(&assertion.nested)).sum()
}

/// The cost of an alternative.
pub(crate) fn size(alternative: &[Arc<Assertion>]) -> usize {
    alternative.iter().fold(0, |sum, assertion| sum.saturating_add(assertion.size()))
}

impl Parameter {
    pub(crate) fn new(namespace: Arc<str>, place: Location, details: Details) -> Self {
        let details = (details != Details::default()).then(|| Box::new(details));
        Self { namespace, place, details }
    }

    pub(crate) fn local(&self) -> &str {
        self.place.local()
    }

    pub(crate) fn attribute(&self, local: &str) -> Option<&str> {
        self.details.as_ref().and_then(|details| attribute(&details.attributes, local))
    }

    pub(crate) fn attributes(&self) -> &[Attribute] {
        self.details.as_ref().map(|details| &*details.attributes).unwrap_or_default()
    }

    fn long(&self) -> usize {
        self.details.as_ref().map_or(0, |details| details.long)
    }

    /// The text of an element of this name inside it.
    pub(crate) fn inside(&self, local: &str) -> Option<&str> {
        let inside = self.details.iter().flat_map(|details| details.inside.iter());
        inside.filter(|(inner, _)| *inner == local).map(|(_, text)| text.as_str()).next()
    }

    /// The text of an `sp:XPath`.
    pub(crate) fn text(&self) -> &str {
        self.details.as_ref().map(|details| &*details.text).unwrap_or_default()
    }

    /// The namespace of a prefix in its text.
    pub(crate) fn namespace_of(&self, prefix: &str) -> Option<&str> {
        let mut prefixes = self.details.iter().flat_map(|details| details.prefixes.iter());
        prefixes.find(|(known, _)| known == prefix).map(|(_, namespace)| &**namespace)
    }
}
