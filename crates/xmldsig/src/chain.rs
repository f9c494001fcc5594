//! A chain of transforms that has a filter, step by step (XML Signature 1.1 §4.4.3.2).
//!
//! Each step takes the result of the one before: octets, or nodes. Octets become nodes by reading them, and nodes
//! become octets by canonicalisation. Chains without a filter are handled in [`reference`](crate::reference).

use std::borrow::Cow;

use wss_c14n::{
    Budget, Canonicalization, CanonicalizationMethod, CanonicalizeError, Document, Element, IdIndex, Limit, NodeId,
    NodeSet, ParseError, Sink, Subset, Tree, TreeKind, TreeNode, base64_decode, transcode,
};
use wss_text::Slice as _;
use wss_xpath::{Context, Expression, XPathError};

use crate::error::VerifyError;
use crate::filter::{Kind, Operation};
use crate::pointer::Pointer;
use crate::transform::Transform;

/// The data that one step hands to the next.
pub(crate) enum Data<'a> {
    Octets(Cow<'a, [u8]>),
    Subset(Subset<'a>),
    /// Nodes of a tree, and the Ids that `id()` finds in its document.
    Nodes(&'a Tree<'a>, NodeSet, Option<&'a IdIndex<'a>>),
}

/// The result of some steps. Documents and trees before the octets are gone when the next steps run.
enum Rest<'s> {
    /// All octets went to the sink.
    Written,
    /// Octets, and the steps that are left for them.
    Octets(Vec<u8>, &'s [Transform]),
}

/// The reference that the transforms belong to.
#[derive(Clone, Copy)]
pub(crate) struct Chain<'c> {
    pub(crate) uri: &'c str,
    pub(crate) signature: Element<'c>,
    /// The Ids of the document of the signature.
    pub(crate) ids: Option<&'c IdIndex<'c>>,
    /// Whether octets may be a document with a DOCTYPE.
    pub(crate) reads_doctypes: bool,
    /// Whether octets are the output of steps before.
    pub(crate) reads_own_output: bool,
    pub(crate) budget: &'c Budget,
}

impl Chain<'_> {
    fn refused(&self) -> VerifyError {
        VerifyError::Transform { uri: self.uri.into() }
    }

    fn failed(&self, error: XPathError) -> VerifyError {
        match error {
            XPathError::Limit(exceeded) => exceeded.into(),
            error => VerifyError::XPath { uri: self.uri.into(), error: Box::new(error) },
        }
    }

    /// Runs `steps` on `data`, and canonicalises the result if it is nodes. The octets go to `sink`.
    pub(crate) fn run(&self, data: Data<'_>, steps: &[Transform], sink: &mut dyn Sink) -> Result<(), VerifyError> {
        let rest = self.part(data, steps, sink)?;
        self.run_rest(rest, sink)
    }

    fn run_rest(&self, mut rest: Rest<'_>, sink: &mut dyn Sink) -> Result<(), VerifyError> {
        let chain = Self { reads_own_output: true, ..*self };
        while let Rest::Octets(octets, steps) = rest {
            rest = chain.part(Data::Octets(octets.into()), steps, sink)?;
        }
        Ok(())
    }

    /// Runs steps until one of them makes octets of nodes.
    fn part<'s>(&self, data: Data<'_>, steps: &'s [Transform], sink: &mut dyn Sink) -> Result<Rest<'s>, VerifyError> {
        let Some((step, rest)) = steps.split_first() else {
            let default = Canonicalization::new(CanonicalizationMethod::Inclusive);
            return write(data, &default, sink);
        };
        match step {
            Transform::Canonicalization(canonicalization) => self.canonicalize(data, canonicalization, steps, sink),
            Transform::EnvelopedSignature => self.part(self.without_signature(data)?, rest, sink),
            Transform::Filter(filter) => match &filter.0 {
                Kind::Base64 => Ok(Rest::Octets(self.decoded(data)?, rest)),
                selecting => self.select(data, selecting, steps, sink),
            },
            // These transforms replace their input, so no other transform is beside them.
            Transform::SecurityTokenReference(_) | Transform::Attachment { .. } => Err(self.refused()),
        }
    }

    /// Selects the nodes that a pointer names, and runs `steps` on them.
    pub(crate) fn run_pointer(
        &self,
        document: &Document<'_>,
        expression: &str,
        steps: &[Transform],
        sink: &mut dyn Sink,
    ) -> Result<(), VerifyError> {
        let rest = {
            let tree = Tree::new(document, self.budget)?;
            let set = self.pointed(&tree, self.ids, expression, self.signature)?;
            self.part(Data::Nodes(&tree, set, self.ids), steps, sink)?
        };
        self.run_rest(rest, sink)
    }

    /// The subtrees of the nodes that an expression of a pointer selects.
    fn pointed(
        &self,
        tree: &Tree<'_>,
        ids: Option<&IdIndex<'_>>,
        expression: &str,
        bearer: Element<'_>,
    ) -> Result<NodeSet, VerifyError> {
        let expression = Expression::parse(expression, &bearer.namespaces_in_scope(), self.budget);
        let expression = expression.map_err(|error| self.failed(error))?;
        let mut context = Context::new(tree, self.budget);
        if let Some(ids) = ids {
            context = context.ids(ids);
        }
        let nodes = expression.select(&context, TreeNode::ROOT).map_err(|error| self.failed(error))?;
        subtrees(tree, nodes, self.budget)
    }

    /// The step at the front of `steps` is this canonicalisation.
    fn canonicalize<'s>(
        &self,
        data: Data<'_>,
        canonicalization: &Canonicalization,
        steps: &'s [Transform],
        sink: &mut dyn Sink,
    ) -> Result<Rest<'s>, VerifyError> {
        let rest = steps.slice(1..);
        let octets = match data {
            Data::Octets(octets) => return self.read(&octets, steps, sink),
            data if rest.is_empty() => return write(data, canonicalization, sink),
            Data::Subset(subset) => canonicalization.to_octets(&subset, self.budget)?,
            Data::Nodes(tree, set, _) => canonicalization.nodes_to_octets(tree, &set, self.budget)?,
        };
        Ok(Rest::Octets(octets, rest))
    }

    /// Reads octets as a document, and runs `steps` on it.
    fn read<'s>(&self, octets: &[u8], steps: &'s [Transform], sink: &mut dyn Sink) -> Result<Rest<'s>, VerifyError> {
        let document = read_document(octets, self.reads_doctypes, self.budget)?;
        self.part(Data::Subset(Subset::document(&document)), steps, sink)
    }

    /// Removes the signature only from its own document. Data that does not contain the signature stays as it is.
    fn without_signature<'a>(&self, data: Data<'a>) -> Result<Data<'a>, VerifyError> {
        let is_own = |document: &Document<'_>| std::ptr::eq(document.source(), self.signature.document().source());
        match data {
            Data::Subset(subset) if is_own(subset.source_document()) => {
                let Some(signature) = subset.source_document().element(self.signature.id()) else {
                    return Err(self.refused());
                };
                // All of the data is inside the signature, and nothing is left.
                if let Some(apex) = subset.apex().filter(|apex| signature.contains(*apex)) {
                    return Ok(Data::Subset(subset.without(apex)));
                }
                let contains = subset.apex().is_none_or(|apex| apex.contains(signature));
                Ok(Data::Subset(if contains { subset.without(signature) } else { subset }))
            }
            Data::Nodes(tree, mut set, ids) if is_own(tree.document()) => {
                let signature = tree.of(self.signature).ok_or_else(|| self.refused())?;
                set.remove_subtree(tree, signature);
                Ok(Data::Nodes(tree, set, ids))
            }
            Data::Octets(_) | Data::Subset(_) | Data::Nodes(..) => Err(self.refused()),
        }
    }

    /// Base64, decoded: octets, or the text of nodes.
    fn decoded(&self, data: Data<'_>) -> Result<Vec<u8>, VerifyError> {
        let text = match data {
            Data::Octets(octets) => String::from_utf8(octets.into_owned()).map_err(|_| self.not_base64())?,
            Data::Subset(subset) => {
                let tree = Tree::new(subset.source_document(), self.budget)?;
                text_of(&tree, &NodeSet::of(&tree, &subset))
            }
            Data::Nodes(tree, set, _) => text_of(tree, &set),
        };
        self.budget.charge(Limit::KeptOctets, text.len() as u64)?;
        base64_decode(&text, text.len()).ok_or_else(|| self.not_base64())
    }

    fn not_base64(&self) -> VerifyError {
        VerifyError::Base64 { uri: self.uri.into() }
    }

    /// Runs the step at the front of `steps`, a filter of this kind, and then the others.
    fn select<'s>(
        &self,
        data: Data<'_>,
        kind: &Kind,
        steps: &'s [Transform],
        sink: &mut dyn Sink,
    ) -> Result<Rest<'s>, VerifyError> {
        match data {
            Data::Octets(octets) => self.read(&octets, steps, sink),
            Data::Subset(subset) => {
                let document = subset.source_document();
                if self.reads_own_output {
                    // Beside the document that the steps before had.
                    self.budget.charge(Limit::KeptOctets, Tree::estimated_octets(document))?;
                }
                let tree = Tree::new(document, self.budget)?;
                let set = NodeSet::of(&tree, &subset);
                let is_own = std::ptr::eq(document.source(), self.signature.document().source());
                if is_own {
                    return self.part(Data::Nodes(&tree, set, self.ids), steps, sink);
                }
                // In a document whose Ids are not unique, an expression can find no Id.
                let ids = IdIndex::build(document).ok();
                self.part(Data::Nodes(&tree, set, ids.as_ref()), steps, sink)
            }
            Data::Nodes(tree, set, ids) => {
                let selected = self.selected(tree, &set, ids, kind)?;
                self.part(Data::Nodes(tree, selected, ids), steps.slice(1..), sink)
            }
        }
    }

    fn selected(
        &self,
        tree: &Tree<'_>,
        input: &NodeSet,
        ids: Option<&IdIndex<'_>>,
        kind: &Kind,
    ) -> Result<NodeSet, VerifyError> {
        match kind {
            Kind::Base64 => Ok(input.clone()),
            Kind::XPath(bearer) => {
                let (expression, bearer) = self.expression(*bearer)?;
                let context = context(tree, ids, self.budget, bearer);
                expression.filter(&context, input).map_err(|error| self.failed(error))
            }
            Kind::XPathFilter2(operations) => {
                let mut kept = NodeSet::empty(tree);
                kept.insert_subtree(tree, Some(TreeNode::ROOT));
                for (operation, bearer) in operations {
                    let (expression, bearer) = self.expression(*bearer)?;
                    let context = context(tree, ids, self.budget, bearer);
                    let nodes = expression.select(&context, TreeNode::ROOT).map_err(|error| self.failed(error))?;
                    let selected = subtrees(tree, nodes, self.budget)?;
                    match operation {
                        Operation::Intersect => kept.intersect(&selected),
                        Operation::Subtract => kept.subtract(&selected),
                        Operation::Union => kept.unite(&selected),
                    }
                }
                kept.intersect(input);
                Ok(kept)
            }
            Kind::XPointer(bearer) => {
                let bearer = self.bearer(*bearer)?;
                let text = bearer.text_around_comments().map_err(|_| self.refused())?;
                let expression = match Pointer::parse(&text).ok_or_else(|| self.refused())? {
                    Pointer::Root => "/".to_owned(),
                    Pointer::Id(id) if id.contains('\'') => format!("id(\"{id}\")"),
                    Pointer::Id(id) => format!("id('{id}')"),
                    Pointer::Expression(expression) => expression,
                };
                let mut kept = self.pointed(tree, ids, &expression, bearer)?;
                kept.intersect(input);
                Ok(kept)
            }
        }
    }

    fn bearer(&self, bearer: NodeId) -> Result<Element<'_>, VerifyError> {
        self.signature.document().element(bearer).ok_or_else(|| self.refused())
    }

    fn expression(&self, bearer: NodeId) -> Result<(Expression, Element<'_>), VerifyError> {
        let bearer = self.bearer(bearer)?;
        Expression::of(bearer, self.budget).map(|expression| (expression, bearer)).map_err(|error| self.failed(error))
    }
}

/// Writes data to the sink: nodes in this canonical form.
fn write(
    data: Data<'_>,
    canonicalization: &Canonicalization,
    mut sink: &mut dyn Sink,
) -> Result<Rest<'static>, VerifyError> {
    match data {
        Data::Octets(octets) => sink.put(&octets),
        Data::Subset(subset) => canonicalization.write(&subset, &mut sink)?,
        Data::Nodes(tree, set, _) => canonicalization.write_nodes(tree, &set, &mut sink)?,
    }
    Ok(Rest::Written)
}

/// The context in which an expression of `bearer` is evaluated. In another document than its own, there is no `here()`.
fn context<'c>(
    tree: &'c Tree<'c>,
    ids: Option<&'c IdIndex<'c>>,
    budget: &'c Budget,
    bearer: Element<'_>,
) -> Context<'c> {
    let context = Context::new(tree, budget).here(tree.of(bearer));
    match ids {
        Some(ids) => context.ids(ids),
        None => context,
    }
}

/// The nodes with everything below them. One subtree inside another is not counted twice.
fn subtrees(tree: &Tree<'_>, nodes: Vec<TreeNode>, budget: &Budget) -> Result<NodeSet, VerifyError> {
    budget.charge(Limit::XPathNodes, tree.len() as u64)?;
    let mut set = NodeSet::empty(tree);
    let mut end = 0;
    for node in nodes {
        if node.index() >= end {
            set.insert_subtree(tree, Some(node));
            end = tree.subtree(node).end;
        }
    }
    Ok(set)
}

/// The character data of the text nodes in a set.
fn text_of(tree: &Tree<'_>, set: &NodeSet) -> String {
    set.nodes(tree).filter(|node| tree.kind(*node) == TreeKind::Text).map(|node| tree.value(node)).collect()
}

/// Reads the output of one transform, or octets from outside, as a document for the next.
pub(crate) fn read_document<'o>(
    octets: &'o [u8],
    reads_doctypes: bool,
    budget: &Budget,
) -> Result<Document<'o>, VerifyError> {
    let text = transcode(octets).map_err(unreadable)?;
    let document = match reads_doctypes {
        true => Document::parse_with_doctype(text, budget),
        false => Document::parse_within(text, budget),
    };
    document.map_err(unreadable)
}

/// The output of one transform cannot be read by the next.
fn unreadable(error: ParseError) -> VerifyError {
    match error {
        ParseError::Limit(exceeded) => exceeded.into(),
        _ => VerifyError::Canonicalize(CanonicalizeError::EmptySubset),
    }
}
