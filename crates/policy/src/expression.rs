//! Policy expressions: from compact form to alternatives (WS-Policy 1.5 §4.3).
//!
//! The normal form is made with a bound on the alternatives of each expression and on the sum of all their assertions.
//! It is charged before a product is made. A policy that refers to itself is refused.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use wss_c14n::{Document, Element, NodeId, name};

use crate::assertion::{Alternative, Assertion, Attribute, Details, INSIDE, Parameter, Written, is_xpath, long, size};
use crate::digest::Digests;
use crate::error::PolicyError;
use crate::limits::Charge;
use crate::names;
use crate::place::{Lines, Location, below};

/// The deepest nesting of operators and policy references.
const DEEPEST: usize = 32;

/// A file that was read.
pub(crate) struct File<'d> {
    pub(crate) document: &'d Document<'d>,
    pub(crate) lines: Lines,
}

/// A policy in normal form.
pub(crate) type Normal = Arc<Vec<Alternative>>;

/// Policies by a key; `None` if two policies have the key.
type Named = HashMap<String, Option<(usize, NodeId)>>;

/// All files, and their policies by reference.
pub(crate) struct Expressions<'d> {
    files: &'d [File<'d>],
    charge: &'d Charge,
    /// The policies of each file by Id; `None` if two policies have the Id.
    by_id: Vec<Named>,
    /// The policies of all files by `wsp:Policy/@Name`.
    by_name: Named,
    /// Policies that are in normal form already.
    known: RefCell<HashMap<(usize, NodeId), Normal>>,
    /// Namespaces and local names, each once.
    texts: RefCell<HashMap<&'d str, Arc<str>>>,
    /// The path of an element that is inside no assertion.
    top: Arc<str>,
    /// The namespaces that the caller passes over.
    not_ours: &'d [String],
    digests: Digests,
}

/// The place of an expression: a file, and an element in it.
#[derive(Clone, Copy)]
pub(crate) struct At<'d> {
    /// The number of the file.
    pub(crate) file: usize,
    pub(crate) element: Element<'d>,
}

/// The state around an expression while it is read.
#[derive(Clone, Copy)]
struct Around<'a> {
    depth: usize,
    /// The names of the assertions.
    path: &'a Arc<str>,
    /// The references that are being followed.
    references: &'a [(usize, NodeId)],
}

impl<'d> Expressions<'d> {
    pub(crate) fn new(files: &'d [File<'d>], charge: &'d Charge, not_ours: &'d [String]) -> Self {
        let ids = [(name::WSU.uri, "Id"), (name::XML, "id")];
        let mut by_id: Vec<Named> = files.iter().map(|_| Named::new()).collect();
        let mut by_name = Named::new();
        for ((at, file), by_id) in files.iter().enumerate().zip(&mut by_id) {
            keep(by_id, at, file.document, &ids);
            keep(&mut by_name, at, file.document, &[("", "Name")]);
        }
        Self {
            files,
            charge,
            by_id,
            by_name,
            known: RefCell::default(),
            texts: RefCell::default(),
            top: "".into(),
            not_ours,
            digests: charge.digests(files.iter().map(|file| file.document.source().len()).sum()),
        }
    }

    /// The alternatives of a `wsp:Policy` or `wsp:PolicyReference`.
    pub(crate) fn alternatives(&self, at: At<'d>) -> Result<Arc<Vec<Alternative>>, PolicyError> {
        let around = Around { depth: 0, path: &self.top, references: &[] };
        if at.element.name().local == "PolicyReference" { self.referred(at, around) } else { self.policy(at, around) }
    }

    /// The alternatives of the policy with this URI, which is named at `at`.
    pub(crate) fn of_uri(&self, uri: &str, at: At<'d>) -> Result<Arc<Vec<Alternative>>, PolicyError> {
        self.follow(uri, at, Around { depth: 0, path: &self.top, references: &[] })
    }

    /// Charges the alternatives of a message, before those of its operation with its own are judged.
    pub(crate) fn in_force(&self, common: &[Alternative], own: &[Alternative]) -> Result<(), PolicyError> {
        self.charge.alternatives(common.len().saturating_mul(own.len()))?;
        let sizes = |all: &[Alternative]| all.iter().map(|one| size(one)).sum::<usize>();
        self.charge.in_force((sizes(common) + 1).saturating_mul(own.len()))?;
        self.charge.in_force(sizes(own).saturating_mul(common.len()))
    }

    /// Charges an operation, before it is kept.
    pub(crate) fn operation(&self) -> Result<(), PolicyError> {
        self.charge.assertions(2)
    }

    /// Charges a definition, before it is kept.
    pub(crate) fn definition(&self) -> Result<(), PolicyError> {
        self.charge.assertions(1)
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

    /// As [`Expressions::merged`], but in place if the right side has one alternative.
    fn add(&self, left: &mut Vec<Alternative>, right: &[Alternative]) -> Result<(), PolicyError> {
        match right {
            [one] => left.iter_mut().try_for_each(|alternative| {
                self.charge.assertions(one.len())?;
                alternative.extend(one.iter().cloned());
                Ok(())
            }),
            _ => {
                *left = self.merged(left, right)?;
                Ok(())
            }
        }
    }

    /// The place of an element with no assertion around it.
    pub(crate) fn place(&self, at: At<'d>) -> Location {
        self.place_in(at, &self.top, at.element.name().local)
    }

    fn place_in(&self, at: At<'d>, around: &Arc<str>, local: &'d str) -> Location {
        let (offset, local) = (at.element.span().start, self.text(local));
        match self.files.get(at.file) {
            Some(file) => file.lines.place(offset, around, local),
            None => Lines::of("", "").place(offset, around, local),
        }
    }

    /// A namespace, or a local name. Each is kept once.
    fn text(&self, text: &'d str) -> Arc<str> {
        Arc::clone(self.texts.borrow_mut().entry(text).or_insert_with(|| text.into()))
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
            self.add(&mut alternatives, &of_child)?;
        }
        Ok(alternatives)
    }

    /// One child holds. Without a child, nothing can.
    fn exactly_one(&self, at: At<'d>, around: Around<'_>) -> Result<Vec<Alternative>, PolicyError> {
        let mut alternatives = Vec::new();
        for element in at.element.children() {
            let of_child = self.operand(At { element, ..at }, around)?;
            self.charge.alternatives(alternatives.len() + of_child.len())?;
            match Arc::try_unwrap(of_child) {
                Ok(of_child) => alternatives.extend(of_child),
                // A policy that is referred to.
                Err(of_others) => {
                    self.charge.assertions(of_others.iter().map(Vec::len).sum())?;
                    alternatives.extend(of_others.iter().cloned());
                }
            }
        }
        Ok(alternatives)
    }

    fn operand(&self, at: At<'d>, around: Around<'_>) -> Result<Normal, PolicyError> {
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
            return self.assertion(at, around).map(Arc::new);
        }
        self.charge.step()?;
        match name.local {
            "Policy" | "All" => self.all(at, around).map(Arc::new),
            "ExactlyOne" => self.exactly_one(at, around).map(Arc::new),
            "PolicyReference" => self.referred(at, around),
            _ => Err(self.malformed(at, around, "no operator of WS-Policy has this name")),
        }
    }

    fn referred(&self, at: At<'d>, around: Around<'_>) -> Result<Arc<Vec<Alternative>>, PolicyError> {
        let uri = at.element.attribute("", "URI");
        let uri = uri.ok_or_else(|| self.malformed(at, around, "a wsp:PolicyReference needs a URI"))?;
        if let Some((file, _, policy)) = self.found(&uri, at.file) {
            let place = || self.place_in(at, around.path, "PolicyReference");
            self.digests.check(at.element, (file, policy), place)?;
        }
        self.follow(&uri, at, around)
    }

    fn follow(&self, uri: &str, at: At<'d>, around: Around<'_>) -> Result<Arc<Vec<Alternative>>, PolicyError> {
        let place = || self.place_in(at, around.path, "PolicyReference");
        // The reference counts as an assertion that nobody knows, so that only the alternatives with it are lost.
        let Some((file, id, element)) = self.found(uri, at.file) else { return self.unknown_reference(uri, place()) };
        if around.references.contains(&(file, id)) {
            return Err(PolicyError::Circle { place: place() });
        }
        if around.depth + around.references.len() > DEEPEST {
            return Err(self.malformed(at, around, "more than 32 policies refer to one another"));
        }
        let references: Vec<_> = around.references.iter().copied().chain([(file, id)]).collect();
        self.policy(At { file, element }, Around { references: &references, ..around })
    }

    /// The policy with this URI, which a file names.
    fn found(&self, uri: &str, file: usize) -> Option<(usize, NodeId, Element<'d>)> {
        let (file, id) = self.find(uri, file)?;
        Some((file, id, self.files.get(file)?.document.element(id)?))
    }

    fn unknown_reference(&self, uri: &str, place: Location) -> Result<Arc<Vec<Alternative>>, PolicyError> {
        self.charge.assertions(1)?;
        let attributes = Attribute::of("PolicyReference", "URI", uri).into_iter().collect();
        let written = Written {
            namespace: self.text(names::POLICY_15),
            place,
            is_ignorable: false,
            has_token: false,
            attributes,
            parameters: Vec::new(),
        };
        let assertion = Assertion { written: Arc::new(written), nested: Alternative::new() };
        Ok(Arc::new(vec![vec![Arc::new(assertion)]]))
    }

    /// Finds a policy. `#Id` is in the same file or, as peers write it, in the only other file that has the Id;
    /// `location#Id` is in the file of that location; any other URI is the Name of a policy, or the location of a file
    /// that is one.
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
            _ if !self.by_name.contains_key(uri) => {
                let mut files = self.files.iter().enumerate();
                let (file, found) = files.find(|(_, file)| file.lines.file() == uri && !uri.is_empty())?;
                let root = found.document.root();
                let is_policy = root.name().local == "Policy" && names::is_policy(root.name().namespace);
                is_policy.then(|| (file, root.id()))
            }
            _ => self.by_name.get(uri).copied().flatten(),
        }
    }

    fn malformed(&self, at: At<'d>, around: Around<'_>, why: &'static str) -> PolicyError {
        PolicyError::Malformed { place: self.place_in(at, around.path, at.element.name().local), why }
    }

    fn assertion(&self, at: At<'d>, around: Around<'_>) -> Result<Vec<Alternative>, PolicyError> {
        let element = at.element;
        self.charge.assertions(1)?;
        let path: Arc<str> = match element.children().next() {
            Some(_) => below(around.path, element.name().local).into(),
            None => Arc::clone(&self.top),
        };
        let is_passed_over = |known: &String| known == element.name().namespace;
        let (mut is_optional, mut is_ignorable) = (false, false);
        for (name, value) in element.attributes().filter(|(name, _)| names::is_policy(name.namespace)) {
            let wrong = || self.malformed(at, around, "wsp:Optional and wsp:Ignorable are true or false");
            match name.local {
                "Optional" => is_optional = flag(&value).ok_or_else(wrong)?,
                "Ignorable" => is_ignorable = flag(&value).ok_or_else(wrong)?,
                _ => {}
            }
        }
        is_ignorable |= self.not_ours.iter().any(is_passed_over);
        let attributes = attributes(element);
        let unread = attributes.iter().filter(|attribute| attribute.is_unread()).count() + long(&attributes);
        let is_nested = |child: &Element<'_>| {
            names::is_policy(child.name().namespace)
                && ["Policy", "PolicyReference", "ExactlyOne", "All"].contains(&child.name().local)
        };
        let mut parameters = Vec::with_capacity(self.parameters(element.children().filter(|child| !is_nested(child)))?);
        let mut nested = vec![Alternative::new()];
        for child in element.children() {
            let at = At { element: child, ..at };
            if is_nested(&child) {
                let of_child = self.operand(at, Around { path: &path, ..around })?;
                self.add(&mut nested, &of_child)?;
            } else {
                parameters.push(self.parameter(at, &path)?);
            }
        }
        let place = self.place_in(at, around.path, element.name().local);
        let namespace = self.text(element.name().namespace);
        let has_token = nested.iter().flatten().any(|inner| inner.is_token());
        let written = Arc::new(Written { namespace, place, is_ignorable, has_token, attributes, parameters });
        self.charge.assertions(nested.len().saturating_mul(1 + unread))?;
        let one = |nested| vec![Arc::new(Assertion { written: Arc::clone(&written), nested })];
        let mut alternatives: Vec<Alternative> = nested.into_iter().map(one).collect();
        self.charge.assertions(alternatives.iter().flatten().map(|assertion| assertion.repeated()).sum())?;
        if is_optional {
            alternatives.push(Alternative::new());
        }
        Ok(alternatives)
    }

    /// Charges the content of an assertion. Returns the number of its parameters.
    fn parameters(&self, all: impl Iterator<Item = Element<'d>>) -> Result<usize, PolicyError> {
        let mut count = 0;
        for parameter in all {
            count += 1;
            self.charge.assertions(parameter.descendants_and_self().count())?;
        }
        Ok(count)
    }

    fn parameter(&self, at: At<'d>, path: &Arc<str>) -> Result<Parameter, PolicyError> {
        let element = at.element;
        let mut details = Details { attributes: attributes(element).into(), ..Details::default() };
        self.charge.assertions(details.attributes.iter().filter(|attribute| attribute.is_unread()).count())?;
        details.long = long(&details.attributes);
        if is_xpath(element.name().local) {
            details.text = text_of(element).into();
            // The paths that products write for elements inside the Security header have some hundred octets.
            details.long += details.text.len().saturating_sub(512) / 32;
            // Each step of a path is kept, and compared with elements.
            details.long += details.text.bytes().filter(|octet| *octet == b'/').count();
            let (prefixes, cost) = self.prefixes(element, &details.text);
            (details.prefixes, details.long) = (prefixes.into(), details.long + cost);
        }
        self.charge.assertions(details.long)?;
        let read = |inner: Element<'d>| {
            let known = INSIDE.into_iter().find(|known| *known == inner.name().local);
            known.map(|local| (local, text_of(inner)))
        };
        details.inside = element.descendants_and_self().skip(1).filter_map(read).collect();
        let place = self.place_in(at, path, element.name().local);
        Ok(Parameter::new(self.text(element.name().namespace), place, details))
    }

    /// The namespace of each prefix in `path`; and what its names cost: for each step with a prefix, a 32nd of the octets of its
    /// namespace.
    fn prefixes(&self, element: Element<'d>, path: &str) -> (Vec<(String, Arc<str>)>, usize) {
        let (mut prefixes, mut cost) = (Vec::<(String, Arc<str>)>::new(), 0);
        for step in path.split('/') {
            let Some((prefix, _)) = step.trim().split_once(':') else { continue };
            let known = prefixes.iter().find(|(known, _)| known == prefix).map(|(_, namespace)| namespace.len());
            let bound = || element.namespace_of_prefix(prefix);
            let octets = known.or_else(|| {
                let namespace = self.text(bound()?);
                let octets = namespace.len();
                prefixes.push((prefix.to_owned(), namespace));
                Some(octets)
            });
            cost += octets.unwrap_or_default() / 32;
        }
        (prefixes, cost)
    }
}

/// The trimmed text of an element; empty if the element has child elements.
fn text_of(element: Element<'_>) -> String {
    element.text_around_comments().map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// The attributes of an assertion: each one that is read; of those that are not read, the first; of those of other domains, the
/// first. Attributes of an element of another domain belong to that domain; an Id or a language is ignored.
fn attributes(element: Element<'_>) -> Vec<Attribute> {
    let mut read: Vec<Attribute> = Vec::new();
    let namespace = element.name().namespace;
    if !names::is_security(namespace) && namespace != names::WCF_CONTEXT {
        return read;
    }
    for (name, value) in element.attributes() {
        let namespace = name.namespace;
        if names::is_policy(namespace) || [name::WSU.uri, name::XML].contains(&namespace) {
            continue;
        }
        let is_foreign = !namespace.is_empty() && !names::is_security(namespace);
        match Attribute::of(element.name().local, name.local, &value).filter(|_| !is_foreign) {
            Some(attribute) => read.push(attribute),
            None => {
                let local = if is_foreign { Attribute::FOREIGN } else { Attribute::UNREAD };
                if read.iter().all(|known| known.local != local) {
                    read.push(Attribute { local, value: name.to_string().into() });
                }
            }
        }
    }
    read.shrink_to_fit();
    read
}

/// A truth value of XML Schema.
pub(crate) fn flag(value: &str) -> Option<bool> {
    match value.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
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
