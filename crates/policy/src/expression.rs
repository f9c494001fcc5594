//! Policy expressions: from compact form to alternatives (WS-Policy 1.5 §4.3).
//!
//! The normal form is made with a bound on the alternatives of each expression and on all assertions of all of them,
//! which is charged before a product is made. A policy that refers to itself is refused.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use wss_c14n::{Document, Element, NodeId, name};

use crate::assertion::{Alternative, Assertion, Attribute, Parameter, Written};
use crate::error::PolicyError;
use crate::limits::Charge;
use crate::names;
use crate::place::{Lines, Place};

/// The operators and references that may be one inside the other.
const DEEPEST: usize = 32;

/// The most octets of a name in a path.
const LONGEST_NAME: usize = 64;

/// A file that was read.
pub(crate) struct File<'d> {
    pub(crate) document: &'d Document<'d>,
    pub(crate) lines: Lines,
}

/// A policy in normal form.
type Normal = Arc<Vec<Alternative>>;

/// Policies by a key; `None` for a key of two.
type Named = HashMap<String, Option<(usize, NodeId)>>;

/// All files, and their policies by reference.
pub(crate) struct Expressions<'d> {
    files: &'d [File<'d>],
    charge: &'d Charge,
    /// The policies of each file by Id; `None` for an Id of two.
    by_id: Vec<Named>,
    /// Those of all files by `wsp:Policy/@Name`.
    by_name: Named,
    /// Policies that are in normal form already.
    known: RefCell<HashMap<(usize, NodeId), Normal>>,
}

/// Where an expression is.
#[derive(Clone, Copy)]
pub(crate) struct At<'d> {
    /// Which file.
    pub(crate) file: usize,
    pub(crate) element: Element<'d>,
}

/// What is around an expression.
#[derive(Clone, Copy)]
struct Around<'a> {
    depth: usize,
    /// The names of the assertions.
    path: &'a str,
    /// The references that are being followed.
    references: &'a [(usize, NodeId)],
}

impl<'d> Expressions<'d> {
    pub(crate) fn new(files: &'d [File<'d>], charge: &'d Charge) -> Self {
        let ids = [(name::WSU.uri, "Id"), (name::XML, "id")];
        let mut by_id: Vec<Named> = files.iter().map(|_| Named::new()).collect();
        let mut by_name = Named::new();
        for ((at, file), by_id) in files.iter().enumerate().zip(&mut by_id) {
            keep(by_id, at, file.document, &ids);
            keep(&mut by_name, at, file.document, &[("", "Name")]);
        }
        Self { files, charge, by_id, by_name, known: RefCell::default() }
    }

    /// The alternatives of a `wsp:Policy` or `wsp:PolicyReference`.
    pub(crate) fn alternatives(&self, at: At<'d>) -> Result<Arc<Vec<Alternative>>, PolicyError> {
        let around = Around { depth: 0, path: "", references: &[] };
        if at.element.name().local == "PolicyReference" { self.referred(at, around) } else { self.policy(at, around) }
    }

    /// The alternatives of the policy with this URI, which is named at `at`.
    pub(crate) fn of_uri(&self, uri: &str, at: At<'d>) -> Result<Arc<Vec<Alternative>>, PolicyError> {
        self.follow(uri, at, Around { depth: 0, path: "", references: &[] })
    }

    /// Every combination of two policies, in order.
    pub(crate) fn merged(&self, left: &[Alternative], right: &[Alternative]) -> Result<Vec<Alternative>, PolicyError> {
        self.charge.alternatives(left.len().saturating_mul(right.len()))?;
        let mut merged = Vec::with_capacity(left.len() * right.len());
        for first in left {
            for second in right {
                self.charge.assertions(first.len() + second.len())?;
                merged.push(first.iter().chain(second).cloned().collect());
            }
        }
        Ok(merged)
    }

    pub(crate) fn place(&self, at: At<'_>, path: String) -> Place {
        let offset = at.element.span().start;
        let lines = self.files.get(at.file).map(|file| &file.lines);
        lines.map(|lines| lines.place(offset, path.clone())).unwrap_or(Place {
            file: String::new(),
            line: 0,
            column: 0,
            path,
        })
    }

    fn policy(&self, at: At<'d>, around: Around<'_>) -> Result<Arc<Vec<Alternative>>, PolicyError> {
        let key = (at.file, at.element.id());
        if let Some(known) = self.known.borrow().get(&key).filter(|_| around.path.is_empty()) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(self.all(at, around)?);
        if around.path.is_empty() {
            self.known.borrow_mut().insert(key, Arc::clone(&made));
        }
        Ok(made)
    }

    /// Every child holds: `wsp:Policy` and `wsp:All`.
    fn all(&self, at: At<'d>, around: Around<'_>) -> Result<Vec<Alternative>, PolicyError> {
        let mut alternatives = vec![Alternative::new()];
        for element in at.element.children() {
            let of_child = self.operand(At { element, ..at }, around)?;
            alternatives = self.merged(&alternatives, &of_child)?;
        }
        Ok(alternatives)
    }

    /// One child holds. Without a child, nothing can.
    fn exactly_one(&self, at: At<'d>, around: Around<'_>) -> Result<Vec<Alternative>, PolicyError> {
        let mut alternatives = Vec::new();
        for element in at.element.children() {
            let of_child = self.operand(At { element, ..at }, around)?;
            self.charge.alternatives(alternatives.len() + of_child.len())?;
            alternatives.extend(of_child);
        }
        Ok(alternatives)
    }

    fn operand(&self, at: At<'d>, around: Around<'_>) -> Result<Vec<Alternative>, PolicyError> {
        let name = at.element.name();
        let around = Around { depth: around.depth + 1, ..around };
        if around.depth > DEEPEST {
            return Err(self.malformed(
                at,
                around,
                "the policy has more than 32 operators and assertions one inside another",
            ));
        }
        if !names::is_policy(name.namespace) {
            return self.assertion(at, around);
        }
        match name.local {
            "Policy" | "All" => self.all(at, around),
            "ExactlyOne" => self.exactly_one(at, around),
            "PolicyReference" => self.referred(at, around).map(|alternatives| alternatives.to_vec()),
            _ => Err(self.malformed(at, around, "no operator of WS-Policy has this name")),
        }
    }

    fn referred(&self, at: At<'d>, around: Around<'_>) -> Result<Arc<Vec<Alternative>>, PolicyError> {
        let uri = at.element.attribute("", "URI");
        let uri = uri.ok_or_else(|| self.malformed(at, around, "a wsp:PolicyReference needs a URI"))?;
        self.follow(&uri, at, around)
    }

    fn follow(&self, uri: &str, at: At<'d>, around: Around<'_>) -> Result<Arc<Vec<Alternative>>, PolicyError> {
        let place = || self.place(at, below(around.path, "PolicyReference"));
        let found = self.find(uri, at.file);
        let found = found.and_then(|(file, id)| Some((file, id, self.files.get(file)?.document.element(id)?)));
        // It is an assertion that nobody knows, so that only the alternatives that have it fall.
        let Some((file, id, element)) = found else { return self.unknown_reference(uri, place()) };
        if around.references.contains(&(file, id)) {
            return Err(PolicyError::Circle { place: place() });
        }
        if around.depth + around.references.len() > DEEPEST {
            return Err(self.malformed(at, around, "more than 32 policies refer to one another"));
        }
        let references: Vec<_> = around.references.iter().copied().chain([(file, id)]).collect();
        self.policy(At { file, element }, Around { references: &references, ..around })
    }

    fn unknown_reference(&self, uri: &str, place: Place) -> Result<Arc<Vec<Alternative>>, PolicyError> {
        self.charge.assertions(1)?;
        let attributes = vec![Attribute { local: "URI".to_owned(), value: uri.to_owned() }];
        let written = Written {
            namespace: names::POLICY_15.to_owned(),
            local: "PolicyReference".to_owned(),
            place,
            is_ignorable: false,
            attributes,
            parameters: Vec::new(),
        };
        let assertion = Assertion { written: Arc::new(written), nested: Alternative::new() };
        Ok(Arc::new(vec![vec![Arc::new(assertion)]]))
    }

    /// `#Id` is in the same file or, as peers have it, in the only other one that has it; `location#Id` is in the file of
    /// that location; any other URI is the Name of a policy.
    fn find(&self, uri: &str, file: usize) -> Option<(usize, NodeId)> {
        let of = |file: usize, id: &str| self.by_id.get(file).and_then(|named| named.get(id)).copied();
        match uri.split_once('#') {
            Some(("", id)) => of(file, id).unwrap_or_else(|| {
                let mut found = (0..self.files.len()).filter_map(|file| of(file, id));
                found.next().flatten().filter(|_| found.next().is_none())
            }),
            Some((location, id)) if !self.by_name.contains_key(uri) => {
                let file = self.files.iter().position(|file| file.lines.file() == location)?;
                of(file, id).flatten()
            }
            _ => self.by_name.get(uri).copied().flatten(),
        }
    }

    fn malformed(&self, at: At<'_>, around: Around<'_>, why: &'static str) -> PolicyError {
        PolicyError::Malformed { place: self.place(at, below(around.path, at.element.name().local)), why }
    }

    fn assertion(&self, at: At<'d>, around: Around<'_>) -> Result<Vec<Alternative>, PolicyError> {
        let element = at.element;
        let path = below(around.path, element.name().local);
        let (mut is_optional, mut is_ignorable) = (false, false);
        let mut attributes = Vec::new();
        for (name, value) in element.attributes() {
            match (names::is_policy(name.namespace), name.local) {
                (true, "Optional") => is_optional = is_true(&value),
                (true, "Ignorable") => is_ignorable = is_true(&value),
                _ => attributes.push(Attribute { local: name.local.to_owned(), value: value.into_owned() }),
            }
        }
        let mut parameters = Vec::new();
        let mut nested = vec![Alternative::new()];
        for child in element.children() {
            let at = At { element: child, ..at };
            let name = child.name();
            if names::is_policy(name.namespace)
                && ["Policy", "PolicyReference", "ExactlyOne", "All"].contains(&name.local)
            {
                let of_child = self.operand(at, Around { path: &path, ..around })?;
                nested = self.merged(&nested, &of_child)?;
            } else {
                self.charge.assertions(child.descendants_and_self().count())?;
                parameters.push(self.parameter(at, &path));
            }
        }
        let place = self.place(at, path);
        let (namespace, local) = (element.name().namespace.to_owned(), element.name().local.to_owned());
        let written = Arc::new(Written { namespace, local, place, is_ignorable, attributes, parameters });
        self.charge.assertions(nested.len() + 1)?;
        let one = |nested| vec![Arc::new(Assertion { written: Arc::clone(&written), nested })];
        let mut alternatives: Vec<Alternative> = nested.into_iter().map(one).collect();
        if is_optional {
            alternatives.push(Alternative::new());
        }
        Ok(alternatives)
    }

    fn parameter(&self, at: At<'d>, path: &str) -> Parameter {
        let element = at.element;
        let attribute = |(name, value): (wss_c14n::name::ExpandedName<'_>, std::borrow::Cow<'_, str>)| Attribute {
            local: name.local.to_owned(),
            value: value.into_owned(),
        };
        let prefixes = match element.name().local {
            "XPath" => element.namespaces_in_scope(),
            _ => Vec::new(),
        };
        Parameter {
            namespace: element.name().namespace.to_owned(),
            local: element.name().local.to_owned(),
            place: self.place(at, below(path, element.name().local)),
            attributes: element.attributes().map(attribute).collect(),
            text: text_of(element),
            prefixes: prefixes.into_iter().map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).collect(),
            inside: element
                .descendants_and_self()
                .skip(1)
                .map(|inner| (inner.name().local.to_owned(), text_of(inner)))
                .collect(),
        }
    }
}

/// Empty for an element with children.
fn text_of(element: Element<'_>) -> String {
    element.text_around_comments().map(|text| text.trim().to_owned()).unwrap_or_default()
}

fn is_true(value: &str) -> bool {
    matches!(value.trim(), "true" | "1")
}

fn below(path: &str, local: &str) -> String {
    let end = local.char_indices().nth(LONGEST_NAME).map_or(local.len(), |(at, _)| at);
    let local = local.get(..end).unwrap_or_default();
    if path.is_empty() { local.to_owned() } else { format!("{path}/{local}") }
}

/// Keeps the policies of a file by these attributes.
fn keep(named: &mut Named, file: usize, document: &Document<'_>, attributes: &[(&str, &str)]) {
    let is_policy =
        |element: &Element<'_>| element.name().local == "Policy" && names::is_policy(element.name().namespace);
    for element in document.elements().filter(is_policy) {
        let here = Some((file, element.id()));
        for key in attributes.iter().filter_map(|(namespace, local)| element.attribute(namespace, local)) {
            let known = named.entry(key.into_owned()).or_insert(here);
            if *known != here {
                *known = None;
            }
        }
    }
}
