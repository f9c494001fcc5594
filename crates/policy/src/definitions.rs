//! Definitions of all files, by kind and qualified name (WSDL 1.1 §2.1.1).
//!
//! A name is that of its namespace and its local part: two files may each have a binding `B`. A name that no file
//! defines is an error: otherwise its policy would be ignored.

use std::borrow::Cow;
use std::cell::RefCell;
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
    /// Keys: the kind, the number of the namespace, and the local name.
    named: HashMap<(Kind, usize, Cow<'d, str>), At<'d>>,
    namespaces: Namespaces<'d>,
    /// Imports that were not given.
    left_out: &'e [Import],
}

/// The target namespaces, each with a number. A namespace may be long, and many names are of it.
#[derive(Default)]
struct Namespaces<'d> {
    numbers: HashMap<Cow<'d, str>, usize>,
    /// The results for names that were looked up before, by the place and the length of the name in a file.
    known: RefCell<HashMap<(usize, usize), Option<usize>>>,
}

impl<'d> Namespaces<'d> {
    fn number(&mut self, namespace: Cow<'d, str>) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(namespace).or_insert(next)
    }

    fn find(&self, namespace: &'d str) -> Option<usize> {
        let place = (namespace.as_ptr() as usize, namespace.len());
        *self.known.borrow_mut().entry(place).or_insert_with(|| self.numbers.get(namespace).copied())
    }
}

impl<'e, 'd> Definitions<'e, 'd> {
    /// # Errors
    /// If two definitions have the same name.
    pub(crate) fn read(
        files: &'d [File<'d>],
        expressions: &'e Expressions<'d>,
        left_out: &'e [Import],
    ) -> Result<Self, PolicyError> {
        let mut read = Self { expressions, files, named: HashMap::new(), namespaces: Namespaces::default(), left_out };
        for (file, known) in files.iter().enumerate() {
            let root = known.document.root();
            let namespace = read.namespaces.number(borrowed(root, "targetNamespace"));
            for element in root.children() {
                let Some(kind) = Kind::ALL.into_iter().find(|kind| element.is(WSDL, kind.local())) else { continue };
                let Some(name) = element.attribute("", "name") else { continue };
                expressions.definition()?;
                let at = At { file, element };
                if read.named.insert((kind, namespace, name), at).is_some() {
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

    /// The definition that the attribute of an element names; `None` without the attribute.
    pub(crate) fn named(&self, at: At<'d>, local: &str, kind: Kind) -> Result<Option<At<'d>>, PolicyError> {
        let Some(written) = at.element.attribute("", local) else { return Ok(None) };
        let (prefix, name) = written.trim().split_once(':').unwrap_or(("", written.trim()));
        let Some(namespace) = at.element.namespace_of_prefix(prefix).or(prefix.is_empty().then_some("")) else {
            let why = "the name has a prefix that nothing declares: declare it, or write the one that is declared";
            return Err(PolicyError::Malformed { place: self.place(at), why });
        };
        let found = self.namespaces.find(namespace);
        match found.and_then(|namespace| self.named.get(&(kind, namespace, Cow::Owned(name.to_owned())))) {
            Some(found) => Ok(Some(*found)),
            None => Err(self.unresolved(at, kind.element(), format!("{{{namespace}}}{name}"), namespace)),
        }
    }

    /// The error if no file defines a name at `at`.
    pub(crate) fn unresolved(&self, at: At<'d>, what: &'static str, name: String, namespace: &str) -> PolicyError {
        let of_namespace = |import: &&Import| import.namespace == namespace;
        let import = self.left_out.iter().find(of_namespace).or(self.left_out.first());
        let import = import.map(|import| import.location.as_str().into());
        PolicyError::Unresolved { place: Box::new(self.place(at)), what, name: name.into(), import }
    }

    pub(crate) fn place(&self, at: At<'d>) -> crate::place::Location {
        self.expressions.place(at)
    }
}

/// An attribute; empty without it.
pub(crate) fn attribute(element: Element<'_>, local: &str) -> String {
    borrowed(element, local).into_owned()
}

/// An attribute; empty without it.
pub(crate) fn borrowed<'d>(element: Element<'d>, local: &str) -> Cow<'d, str> {
    element.attribute("", local).unwrap_or_default()
}
