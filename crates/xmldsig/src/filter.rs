//! Filters: the transforms that select nodes or decode text, which run only if a policy admits them.
//!
//! They run a program of the sender, or make unclear what is signed (XML Signature Best Practices, best practices 1 and
//! 14). So no WS-Security header has them, and a reference with one never counts as covering an element. The one
//! exception is a path of XPath Filter 2.0 that names an element (`child_path`), if a caller follows it.
//!
//! # Specification
//! XML Signature 1.1 §6.6.2 and §6.6.3; XML Signature XPath Filter 2.0; RFC 9231 §2.4.1.

use wss_c14n::{Element, NodeId, name};

use crate::error::SignatureError;
use crate::parameters::no_parameters;

/// A transform that selects nodes or decodes text, as a policy admits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FilterMethod {
    /// Decodes base64.
    Base64,
    /// Keeps the nodes for which an expression of XPath 1.0 is true.
    XPath,
    /// Intersects, subtracts and unites subtrees that expressions of XPath 1.0 select.
    XPathFilter2,
    /// Selects by an XPointer.
    XPointer,
}

impl FilterMethod {
    /// Every filter.
    pub const ALL: [Self; 4] = [Self::Base64, Self::XPath, Self::XPathFilter2, Self::XPointer];

    /// The identifier.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Base64 => "http://www.w3.org/2000/09/xmldsig#base64",
            Self::XPath => "http://www.w3.org/TR/1999/REC-xpath-19991116",
            Self::XPathFilter2 => "http://www.w3.org/2002/06/xmldsig-filter2",
            Self::XPointer => "http://www.w3.org/2001/04/xmldsig-more/xptr",
        }
    }

    /// A word for it: `base64`, `xpath`, `xpath-filter2` or `xptr`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::XPath => "xpath",
            Self::XPathFilter2 => "xpath-filter2",
            Self::XPointer => "xptr",
        }
    }

    /// The filter that an identifier names, compared octet by octet.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.uri() == uri)
    }
}

/// A filter of a reference, with the elements of its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(pub(crate) Kind);

/// The operation of each filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Base64,
    /// XPath, with the `ds:XPath` that bears the expression.
    XPath(NodeId),
    /// XPath Filter 2.0, with the elements that bear the expressions.
    XPathFilter2(Vec<(Operation, NodeId)>),
    /// XPointer, with the element that bears the pointer.
    XPointer(NodeId),
}

/// `@Filter` of XPath Filter 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Intersect,
    Subtract,
    Union,
}

impl Filter {
    /// Reads the parameters of a `ds:Transform` of this method.
    pub(crate) fn parse(method: FilterMethod, element: Element<'_>) -> Result<Self, SignatureError> {
        let wrong = || SignatureError::Parameters { uri: method.uri().into() };
        let only = |namespace: &str, local: &str| {
            let mut children = element.children();
            let bearer = children.next().filter(|child| child.is(namespace, local) && children.next().is_none());
            bearer.map(Element::id).ok_or_else(wrong)
        };
        Ok(Self(match method {
            FilterMethod::Base64 => {
                no_parameters(element, method.uri())?;
                Kind::Base64
            }
            FilterMethod::XPath => Kind::XPath(only(name::DS.uri, "XPath")?),
            FilterMethod::XPointer => Kind::XPointer(only(method.uri(), "XPointer")?),
            FilterMethod::XPathFilter2 => {
                let operations: Option<Vec<_>> = element.children().map(operation).collect();
                Kind::XPathFilter2(operations.filter(|operations| !operations.is_empty()).ok_or_else(wrong)?)
            }
        }))
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> FilterMethod {
        match self.0 {
            Kind::Base64 => FilterMethod::Base64,
            Kind::XPath(_) => FilterMethod::XPath,
            Kind::XPathFilter2(_) => FilterMethod::XPathFilter2,
            Kind::XPointer(_) => FilterMethod::XPointer,
        }
    }
}

/// An `XPath` of XPath Filter 2.0.
fn operation(bearer: Element<'_>) -> Option<(Operation, NodeId)> {
    let operation = match bearer.attribute("", "Filter")?.as_ref() {
        "intersect" => Operation::Intersect,
        "subtract" => Operation::Subtract,
        "union" => Operation::Union,
        _ => return None,
    };
    bearer.is(FilterMethod::XPathFilter2.uri(), "XPath").then(|| (operation, bearer.id()))
}
