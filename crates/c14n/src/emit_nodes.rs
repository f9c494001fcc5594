//! Canonicalisation of node-sets, in which every node is in or out by itself.
//!
//! This is the general rule, node by node. The walker of [`emit`](crate::emit) handles whole subtrees, which is all that a
//! SOAP header needs, much faster; both give the same octets for the same nodes.
//!
//! # Specification
//! Canonical XML 1.0 and 1.1 §2.3 and §2.4; Exclusive XML Canonicalization 1.0 §3.

use std::collections::{HashMap, HashSet};

use crate::error::CanonicalizeError;
use crate::escape::{escape_character_data, escape_value};
use crate::inclusive::Joined;
use crate::method::{Canonicalization, CanonicalizationMethod as Method};
use crate::name::{self, ExpandedName};
use crate::node_set::NodeSet;
use crate::sink::Sink;
use crate::tree::{Tree, TreeKind, TreeNode};

pub(crate) fn write<S: Sink>(
    tree: &Tree<'_>,
    set: &NodeSet,
    canonicalization: &Canonicalization,
    sink: &mut S,
) -> Result<(), CanonicalizeError> {
    let prefixes = canonicalization.prefixes();
    let mut walker = Walker {
        tree,
        set,
        method: canonicalization.method(),
        listed: prefixes.iter().map(String::as_str).collect(),
        sink,
        open: Vec::new(),
        utilized: HashMap::new(),
        around: Vec::new(),
        inheritable: HashMap::new(),
    };
    walker.document()
}

/// An element of the set that is open.
struct Open<'t> {
    element: TreeNode,
    /// The index after its subtree.
    end: usize,
    /// The prefixes that it visibly utilizes, under exclusive methods.
    utilizes: Vec<&'t str>,
}

/// An element that is open, in the set or not, under inclusive methods.
struct Around<'t> {
    element: TreeNode,
    end: usize,
    is_in: bool,
    /// The local names of its attributes of the `xml` namespace.
    attributes: Vec<&'t str>,
    /// The joined bases of this element and of the elements around it that are not in the set either, up to the first
    /// that is.
    base: Option<Joined<'t>>,
}

struct Walker<'t, S> {
    tree: &'t Tree<'t>,
    set: &'t NodeSet,
    method: Method,
    /// The prefixes of the `PrefixList`.
    listed: Vec<&'t str>,
    sink: &'t mut S,
    open: Vec<Open<'t>>,
    /// For each prefix, its binding in each open element that visibly utilizes it: the namespace, if it is in the set.
    utilized: HashMap<&'t str, Vec<Option<TreeNode>>>,
    around: Vec<Around<'t>>,
    /// The attributes of the `xml` namespace of the elements around, by local name: the last is the nearest.
    inheritable: HashMap<&'t str, Vec<TreeNode>>,
}

impl<'t, S: Sink> Walker<'t, S> {
    fn document(&mut self) -> Result<(), CanonicalizeError> {
        let mut at = TreeNode::ROOT.index() + 1;
        while let Some(node) = self.tree.at(at) {
            self.close(at);
            match self.tree.kind(node) {
                TreeKind::Element => {
                    self.element(node)?;
                    at = self.tree.attributes(node).next_back().map_or_else(
                        || self.tree.namespaces(node).next_back().map_or(at + 1, |last| last.index() + 1),
                        |last| last.index() + 1,
                    );
                    continue;
                }
                _ if !self.set.contains(node) => {}
                TreeKind::Text => escape_character_data(self.tree.value(node).as_bytes(), self.sink),
                TreeKind::Comment if self.method.with_comments() => self.misc(node),
                TreeKind::ProcessingInstruction => self.misc(node),
                TreeKind::Root | TreeKind::Namespace | TreeKind::Attribute | TreeKind::Comment => {}
            }
            at += 1;
        }
        self.close(usize::MAX);
        Ok(())
    }

    /// Writes the end tags of the elements that end before `at`.
    fn close(&mut self, at: usize) {
        while let Some(around) = self.around.pop_if(|around| around.end <= at) {
            for local in around.attributes {
                if self.inheritable.get_mut(local).is_some_and(|nodes| nodes.pop().is_some() && nodes.is_empty()) {
                    self.inheritable.remove(local);
                }
            }
        }
        while let Some(open) = self.open.pop_if(|open| open.end <= at) {
            for prefix in &open.utilizes {
                if let Some(bindings) = self.utilized.get_mut(prefix) {
                    bindings.pop();
                }
            }
            self.sink.put(b"</");
            self.sink.put(self.tree.qualified_name(open.element).as_bytes());
            self.sink.put(b">");
        }
    }

    /// A comment or a processing instruction. Outside the document element, a line feed separates it from that.
    fn misc(&mut self, node: TreeNode) {
        let tree = self.tree;
        let is_outside = tree.parent(node) == Some(TreeNode::ROOT);
        let root = tree.children(TreeNode::ROOT).find(|child| tree.kind(*child) == TreeKind::Element);
        let is_after = root.is_some_and(|root| root < node);
        if is_outside && is_after {
            self.sink.put(b"\n");
        }
        let value = tree.value(node);
        if tree.kind(node) == TreeKind::Comment {
            self.sink.put(b"<!--");
            put_with_returns(value, self.sink);
            self.sink.put(b"-->");
        } else {
            self.sink.put(b"<?");
            self.sink.put(tree.qualified_name(node).as_bytes());
            if !value.is_empty() {
                self.sink.put(b" ");
                put_with_returns(value, self.sink);
            }
            self.sink.put(b"?>");
        }
        if is_outside && !is_after {
            self.sink.put(b"\n");
        }
    }

    /// The start tag of an element. Of an element that is not in the set, only its namespaces and attributes that are
    /// in the set.
    fn element(&mut self, element: TreeNode) -> Result<(), CanonicalizeError> {
        if let Some(exceeded) = self.sink.exceeded() {
            return Err(exceeded.into());
        }
        let is_in = self.set.contains(element);
        if is_in {
            self.sink.put(b"<");
            self.sink.put(self.tree.qualified_name(element).as_bytes());
        }
        let utilizes = self.namespaces(element, is_in)?;
        self.attributes(element, is_in);
        if !self.method.is_exclusive() {
            self.enter(element, is_in);
        }
        if is_in {
            self.sink.put(b">");
            self.open.push(Open { element, end: self.tree.subtree(element).end, utilizes });
        }
        Ok(())
    }

    /// Writes the declarations of an element. Returns the prefixes that it visibly utilizes, under exclusive methods.
    fn namespaces(&mut self, element: TreeNode, is_in: bool) -> Result<Vec<&'t str>, CanonicalizeError> {
        let mut declared = self.as_canonical_xml(element, is_in);
        let mut utilizes = Vec::new();
        if self.method.is_exclusive() && is_in {
            utilizes = self.visibly_utilized(element);
            for prefix in utilizes.iter().copied() {
                declared.extend(self.as_exclusive(element, prefix).map(|uri| (prefix, uri)));
            }
            declared.sort_by_key(|(prefix, _)| prefix.as_bytes());
        }
        for (prefix, namespace) in declared {
            self.declaration(prefix, namespace)?;
        }
        Ok(utilizes)
    }

    fn is_listed(&self, prefix: &str) -> bool {
        !self.method.is_exclusive() || self.listed.contains(&prefix)
    }

    /// The prefixes and namespaces that Canonical XML declares: those that the nearest element of the set around this one
    /// does not have. `None` means `xmlns=""`.
    fn as_canonical_xml(&self, element: TreeNode, is_in: bool) -> Vec<(&'t str, Option<TreeNode>)> {
        let (tree, set) = (self.tree, self.set);
        if self.method.is_exclusive() && self.listed.is_empty() {
            return Vec::new();
        }
        let around = self.open.last().map(|open| open.element);
        let of_around = |prefix: &str| {
            around.and_then(|around| namespace_of(tree, around, prefix)).filter(|namespace| set.contains(*namespace))
        };
        let mut declared = Vec::new();
        let own_default = namespace_of(tree, element, "").filter(|namespace| set.contains(*namespace));
        if is_in && self.is_listed("") && own_default.is_none() && of_around("").is_some() {
            declared.push(("", None));
        }
        for namespace in tree.namespaces(element).filter(|namespace| set.contains(*namespace)) {
            let prefix = tree.qualified_name(namespace);
            let same = |other: TreeNode| tree.value(other) == tree.value(namespace);
            if prefix != "xml" && self.is_listed(prefix) && !of_around(prefix).is_some_and(same) {
                declared.push((prefix, Some(namespace)));
            }
        }
        declared
    }

    /// The prefixes other than `xml` that an element or an attribute of the set uses, without those of the `PrefixList`.
    fn visibly_utilized(&self, element: TreeNode) -> Vec<&'t str> {
        let (tree, set) = (self.tree, self.set);
        let attributes = tree.attributes(element).filter(|attribute| set.contains(*attribute));
        let of_attributes = attributes.map(|attribute| tree.prefix(attribute)).filter(|prefix| !prefix.is_empty());
        let mut prefixes: Vec<&str> = of_attributes.chain([tree.prefix(element)]).collect();
        prefixes.retain(|prefix| *prefix != "xml" && !self.listed.contains(prefix));
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes
    }

    /// The declaration that an element needs for a prefix that it visibly utilizes; `None` if it needs none.
    fn as_exclusive(&mut self, element: TreeNode, prefix: &'t str) -> Option<Option<TreeNode>> {
        let (tree, set) = (self.tree, self.set);
        let own = namespace_of(tree, element, prefix).filter(|namespace| set.contains(*namespace));
        let bindings = self.utilized.entry(prefix).or_default();
        let around = bindings.last().copied().flatten();
        bindings.push(own);
        match (own, around) {
            (Some(own), Some(around)) if tree.value(own) == tree.value(around) => None,
            (Some(own), _) => Some(Some(own)),
            (None, Some(_)) if prefix.is_empty() => Some(None),
            (None, _) => None,
        }
    }

    fn declaration(&mut self, prefix: &str, namespace: Option<TreeNode>) -> Result<(), CanonicalizeError> {
        let uri = namespace.map_or("", |namespace| self.tree.value(namespace));
        if namespace.is_some_and(|namespace| self.tree.is_relative(namespace)) {
            return Err(CanonicalizeError::RelativeNamespace { uri: uri.into() });
        }
        self.sink.put(if prefix.is_empty() { b" xmlns" } else { b" xmlns:" });
        self.sink.put(prefix.as_bytes());
        put_value(uri, self.sink);
        Ok(())
    }

    /// Writes the attributes of the set, and those of the `xml` namespace that an element of the set takes from elements
    /// around it that are not in the set.
    fn attributes(&mut self, element: TreeNode, is_in: bool) {
        let (tree, set) = (self.tree, self.set);
        let taken = if is_in { self.inherited(element) } else { Vec::new() };
        let is_kept = |attribute: &TreeNode| set.contains(*attribute) || (is_in && self.is_inheritable(*attribute));
        let own = tree.attributes(element).filter(is_kept);
        // The element's own attributes replace those of its ancestors. Only `xml:base` is joined.
        let takes_base = taken.last().is_some_and(|(local, _)| *local == "base");
        let is_replaced = |name| takes_base && name == ExpandedName { namespace: name::XML, local: "base" };
        let own = own.map(|attribute| (tree.name(attribute), tree.qualified_name(attribute), tree.value(attribute)));
        let mut all: Vec<(ExpandedName<'_>, String, &str)> = own
            .filter(|(name, ..)| !is_replaced(*name))
            .map(|(name, written, value)| (name, written.into(), value))
            .collect();
        for (local, value) in &taken {
            if let Some(value) = value {
                all.push((ExpandedName { namespace: name::XML, local }, format!("xml:{local}"), value));
            }
        }
        all.sort_by_key(|(name, ..)| (name.namespace.as_bytes(), name.local.as_bytes()));
        for (_, written, value) in all {
            self.sink.put(b" ");
            self.sink.put(written.as_bytes());
            put_value(value, self.sink);
        }
    }

    /// Whether version 1.1 lets elements inherit an attribute. An element of the set keeps its own attribute even if
    /// the attribute is not in the set: libxml2 and Santuario agree on that, where the recommendation says nothing.
    fn is_inheritable(&self, attribute: TreeNode) -> bool {
        let name = self.tree.name(attribute);
        let is_11 = matches!(self.method, Method::Inclusive11 | Method::Inclusive11WithComments);
        is_11 && name.namespace == name::XML && matches!(name.local, "lang" | "space" | "base")
    }

    /// Opens an element: those that follow are inside it.
    fn enter(&mut self, element: TreeNode, is_in: bool) {
        let tree = self.tree;
        let mut attributes = Vec::new();
        for attribute in tree.attributes(element) {
            let name = tree.name(attribute);
            if name.namespace == name::XML {
                self.inheritable.entry(name.local).or_default().push(attribute);
                attributes.push(name.local);
            }
        }
        let base = if is_in { None } else { self.joined_base(element) };
        self.around.push(Around { element, end: tree.subtree(element).end, is_in, attributes, base });
    }

    /// The attributes of the `xml` namespace that an element of the set inherits, by local name; they replace its own.
    /// An entry without a value removes an attribute.
    fn inherited(&self, element: TreeNode) -> Vec<(&'t str, Option<String>)> {
        let tree = self.tree;
        let omitted = self.around.iter().rev().take_while(|around| !around.is_in).last();
        let Some(outermost) = omitted.map(|around| around.element) else { return Vec::new() };
        let own: HashSet<&str> = tree
            .attributes(element)
            .map(|attribute| tree.name(attribute))
            .filter(|name| name.namespace == name::XML)
            .map(|name| name.local)
            .collect();
        let value = |node: TreeNode| Some(tree.value(node).to_owned());
        let nearest = |local: &str| Some(*self.inheritable.get(local)?.last()?).filter(|_| !own.contains(local));
        match self.method {
            Method::Exclusive | Method::ExclusiveWithComments => Vec::new(),
            Method::Inclusive | Method::InclusiveWithComments => {
                let all = self.inheritable.keys().filter_map(|local| Some((*local, value(nearest(local)?))));
                all.collect()
            }
            // Only elements that are not in the set are asked, up to the first that is.
            Method::Inclusive11 | Method::Inclusive11WithComments => {
                let simple = |local: &'static str| Some((local, nearest(local).filter(|node| *node > outermost)?));
                let simple = ["lang", "space"].into_iter().filter_map(simple);
                let mut all: Vec<_> = simple.map(|(local, node)| (local, value(node))).collect();
                if self.around.last().is_some_and(|around| around.base.is_some()) {
                    let base = self.joined_base(element).map(|joined| joined.to_text());
                    all.push(("base", base.filter(|base| !base.is_empty())));
                }
                all
            }
        }
    }

    /// The base of an element joined with that of the elements around it, if it or they have one.
    fn joined_base(&self, element: TreeNode) -> Option<Joined<'t>> {
        let tree = self.tree;
        let around = self.around.last().and_then(|around| around.base.clone());
        let own = xml_attribute(tree, element, "base").map(|base| tree.value(base));
        match (around, own) {
            (Some(around), Some(own)) => Some(around.join(own)),
            (around, own) => around.or(own.map(Joined::from)),
        }
    }
}

/// The namespace that a prefix is bound to at an element.
fn namespace_of(tree: &Tree<'_>, element: TreeNode, prefix: &str) -> Option<TreeNode> {
    // The namespaces are in the order of their prefixes, but few: a linear search is fast enough.
    tree.namespaces(element).find(|namespace| tree.qualified_name(*namespace) == prefix)
}

fn xml_attribute(tree: &Tree<'_>, element: TreeNode, local: &str) -> Option<TreeNode> {
    tree.attributes(element).find(|attribute| tree.name(*attribute) == ExpandedName { namespace: name::XML, local })
}

fn put_value(value: &str, sink: &mut impl Sink) {
    sink.put(b"=\"");
    escape_value(value.as_bytes(), sink);
    sink.put(b"\"");
}

/// Writes a comment or the data of a processing instruction, in which a carriage return becomes a reference.
fn put_with_returns(value: &str, sink: &mut impl Sink) {
    for (index, piece) in value.split('\r').enumerate() {
        if index > 0 {
            sink.put(b"&#xD;");
        }
        sink.put(piece.as_bytes());
    }
}
