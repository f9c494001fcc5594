//! Definitions of all files, by kind and qualified name (WSDL 1.1 §2.1.1).
//!
//! A name is that of its namespace and its local part: two files may each have a binding `B`. A name that no file has is an
//! error, since its policy would be passed over.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use wss_c14n::Element;

use crate::error::PolicyError;
use crate::expression::{At, Expressions, File};
use crate::names::{self, WSDL};

/// A kind of definition that others refer to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Binding,
    PortType,
    Message,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Binding, Self::PortType, Self::Message];

    fn local(self) -> &'static str {
        match self {
            Self::Binding => "binding",
            Self::PortType => "portType",
            Self::Message => "message",
        }
    }

    fn element(self) -> &'static str {
        match self {
            Self::Binding => "wsdl:binding",
            Self::PortType => "wsdl:portType",
            Self::Message => "wsdl:message",
        }
    }
}

/// An import of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) location: String,
    pub(crate) namespace: String,
}

/// The imports of a file.
pub(crate) fn imports(root: Element<'_>) -> impl Iterator<Item = Import> {
    root.children_named(WSDL, "import")
        .map(|import| Import { location: attribute(import, "location"), namespace: attribute(import, "namespace") })
}

/// The files, each once, that references to policies name (WS-Policy 1.5 §4.3.4).
pub(crate) fn referred(root: Element<'_>) -> Vec<String> {
    let mut locations: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    for element in root.descendants_and_self() {
        let is_reference = names::is_policy(element.name().namespace) && element.name().local == "PolicyReference";
        let uri = element.attribute("", "URI").filter(|_| is_reference);
        let uris =
            element.attributes().filter(|(name, _)| names::is_policy(name.namespace) && name.local == "PolicyURIs");
        for uris in uris.map(|(_, value)| value).chain(uri) {
            for uri in uris.split_ascii_whitespace() {
                let location = uri.split_once('#').map_or(uri, |(location, _)| location);
                if !location.is_empty() && known.insert(location.to_owned()) {
                    locations.push(location.to_owned());
                }
            }
        }
    }
    locations
}

/// The definitions of all files.
pub(crate) struct Definitions<'e, 'd> {
    expressions: &'e Expressions<'d>,
    files: &'d [File<'d>],
    /// By kind, namespace and local name.
    named: HashMap<(Kind, Cow<'d, str>, Cow<'d, str>), At<'d>>,
    /// Imports that were not given.
    left_out: &'e [Import],
}

impl<'e, 'd> Definitions<'e, 'd> {
    /// # Errors
    /// If two definitions have one name.
    pub(crate) fn read(
        files: &'d [File<'d>],
        expressions: &'e Expressions<'d>,
        left_out: &'e [Import],
    ) -> Result<Self, PolicyError> {
        let mut read = Self { expressions, files, named: HashMap::new(), left_out };
        for (file, known) in files.iter().enumerate() {
            let root = known.document.root();
            let namespace = root.attribute("", "targetNamespace").unwrap_or_default();
            for element in root.children() {
                let Some(kind) = Kind::ALL.into_iter().find(|kind| element.is(WSDL, kind.local())) else { continue };
                let Some(name) = element.attribute("", "name") else { continue };
                expressions.definition()?;
                let at = At { file, element };
                if read.named.insert((kind, namespace.clone(), name), at).is_some() {
                    let why = "another definition of this kind has its name: remove one of them";
                    return Err(PolicyError::Malformed { place: read.place(at), why });
                }
            }
        }
        Ok(read)
    }

    /// The children of `wsdl:definitions` of this name, of all files.
    pub(crate) fn all(&self, local: &'static str) -> impl Iterator<Item = At<'d>> + use<'d> {
        let roots = self.files.iter().enumerate().map(|(file, known)| (file, known.document.root()));
        roots.flat_map(move |(file, root)| root.children_named(WSDL, local).map(move |element| At { file, element }))
    }

    /// What the attribute of an element names; `None` without the attribute.
    pub(crate) fn named(&self, at: At<'d>, local: &str, kind: Kind) -> Result<Option<At<'d>>, PolicyError> {
        let Some(written) = at.element.attribute("", local) else { return Ok(None) };
        let (prefix, name) = written.trim().split_once(':').unwrap_or(("", written.trim()));
        let namespace = at.element.namespace_of_prefix(prefix).unwrap_or_default();
        let key = (kind, Cow::Owned(namespace.to_owned()), Cow::Owned(name.to_owned()));
        match self.named.get(&key) {
            Some(found) => Ok(Some(*found)),
            None => Err(self.unresolved(at, kind.element(), format!("{{{namespace}}}{name}"), namespace)),
        }
    }

    /// No file has a name that `at` says.
    pub(crate) fn unresolved(&self, at: At<'_>, what: &'static str, name: String, namespace: &str) -> PolicyError {
        let of_namespace = |import: &&Import| import.namespace == namespace;
        let import = self.left_out.iter().find(of_namespace).or(self.left_out.first());
        let import = import.map(|import| import.location.as_str().into());
        PolicyError::Unresolved { place: Box::new(self.place(at)), what, name: name.into(), import }
    }

    pub(crate) fn place(&self, at: At<'_>) -> crate::place::Place {
        self.expressions.place(at)
    }
}

/// An attribute; empty without it.
pub(crate) fn attribute(element: Element<'_>, local: &str) -> String {
    element.attribute("", local).map(Cow::into_owned).unwrap_or_default()
}
