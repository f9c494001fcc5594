//! The tree: a document in the data model of XPath 1.0, with a node for each text, attribute and namespace.
//!
//! A [`Document`] is a tape without such nodes, which is all that whole elements need. Only XPath, and canonicalisation of
//! the node-sets it selects, need a tree. It is built once, in one pass, and its size is charged before.
//!
//! # Specification
//! XML Path Language 1.0 §5.

use std::ops::Range;

use wss_budget::{Budget, Exceeded, Limit};
use wss_text::Slice as _;

use crate::chars;
use crate::document::{Document, NodeId};
use crate::element::Element;
use crate::lexical;
use crate::name::ExpandedName;
use crate::tape::{Kind, NO_NAMESPACE, XML_PAIR};

/// A node of a [`Tree`]. Nodes compare in document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TreeNode(u32);

impl TreeNode {
    /// The root: the parent of the document element.
    pub const ROOT: Self = Self(0);

    /// Its place in document order, from 0 for the root.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The kinds of nodes (XPath 1.0 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeKind {
    /// The root of the document.
    Root,
    /// An element.
    Element,
    /// A namespace in scope at an element. Each element has its own.
    Namespace,
    /// An attribute that is not a declaration.
    Attribute,
    /// Character data, as long as no markup is between.
    Text,
    /// A comment.
    Comment,
    /// A processing instruction.
    ProcessingInstruction,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    kind: TreeKind,
    parent: u32,
    /// The first node after its subtree.
    end: u32,
    /// The first of its attributes, for an element.
    attributes: u32,
    /// The first of its children.
    content: u32,
    /// The span of its string-value: in `text` for a root, an element or a text, else in `values`.
    value: (u32, u32),
    /// The index of a node or an attribute of the tape; for a namespace, of a pair.
    tape: u32,
}

/// A document in the data model of XPath.
///
/// ```
/// use wss_c14n::{Budget, Document, Limits, Tree, TreeKind, TreeNode};
///
/// let document = Document::parse("<a x='1'>one<b>two</b></a>", &Limits::default())?;
/// let tree = Tree::new(&document, &Budget::new(&Limits::default(), 32))?;
/// assert_eq!(tree.value(TreeNode::ROOT), "onetwo");
/// let kinds: Vec<TreeKind> = tree.nodes().map(|node| tree.kind(node)).collect();
/// use TreeKind::{Attribute, Element, Namespace, Root, Text};
/// assert_eq!(kinds, [Root, Element, Namespace, Attribute, Text, Element, Namespace, Text]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Tree<'d> {
    document: &'d Document<'d>,
    nodes: Vec<Node>,
    /// All character data in document order, so that the string-value of an element is one slice.
    text: String,
    /// The values of attributes, comments and processing instructions.
    values: String,
    /// The tree node of each element, comment and processing instruction of the tape.
    of_tape: Vec<u32>,
}

impl<'d> Tree<'d> {
    /// Builds the tree of `document`.
    ///
    /// # Errors
    /// [`Exceeded`] for [`Limit::XPathNodes`], to which every node of the tree is charged, and
    /// [`Limit::XPathStrings`], to which the octets of the document are.
    pub fn new(document: &'d Document<'d>, budget: &Budget) -> Result<Self, Exceeded> {
        budget.charge(Limit::XPathStrings, document.source().len() as u64)?;
        let mut builder = Builder::new(document, budget)?;
        for index in 0..document.tape.nodes.len() as u32 {
            builder.node(index)?;
        }
        builder.leave_until(u32::MAX)?;
        Ok(builder.finish())
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &'d Document<'d> {
        self.document
    }

    /// The number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether it has no node. There is always a root.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Every node in document order.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = TreeNode> + use<> {
        (0..self.nodes.len() as u32).map(TreeNode)
    }

    fn node(&self, node: TreeNode) -> Node {
        // A TreeNode is only made for an index of its own tree.
        self.nodes.get(node.index()).copied().expect("nodes index their own tree")
    }

    /// The kind of a node.
    #[must_use]
    pub fn kind(&self, node: TreeNode) -> TreeKind {
        self.node(node).kind
    }

    /// The parent: for attributes and namespaces, their element. `None` for the root.
    #[must_use]
    pub fn parent(&self, node: TreeNode) -> Option<TreeNode> {
        (node != TreeNode::ROOT).then(|| TreeNode(self.node(node).parent))
    }

    /// The string-value (XPath 1.0 §5).
    #[must_use]
    pub fn value(&self, node: TreeNode) -> &str {
        let Node { kind, value: (start, end), tape, .. } = self.node(node);
        let range = start as usize..end as usize;
        let value = match kind {
            TreeKind::Root | TreeKind::Element | TreeKind::Text => self.text.get(range),
            TreeKind::Attribute | TreeKind::Comment | TreeKind::ProcessingInstruction => self.values.get(range),
            TreeKind::Namespace => Some(self.document.tape.uri(self.document.tape.pair(tape).uri)),
        };
        value.unwrap_or_default()
    }

    /// The expanded name. The local part is the prefix of a namespace, and the target of a processing instruction; other
    /// nodes without a name have an empty one.
    #[must_use]
    pub fn name(&self, node: TreeNode) -> ExpandedName<'d> {
        let Node { kind, tape, .. } = self.node(node);
        let local = |local| ExpandedName { namespace: "", local };
        match kind {
            TreeKind::Element => Element::new(self.document, NodeId(tape)).name(),
            TreeKind::Attribute => self.attribute(tape).map_or(local(""), |(name, _)| name),
            TreeKind::Namespace | TreeKind::ProcessingInstruction => local(self.qualified_name(node)),
            TreeKind::Root | TreeKind::Text | TreeKind::Comment => local(""),
        }
    }

    /// The name as written; for a namespace, its prefix.
    #[must_use]
    pub fn qualified_name(&self, node: TreeNode) -> &'d str {
        let Node { kind, tape, .. } = self.node(node);
        match kind {
            TreeKind::Element => Element::new(self.document, NodeId(tape)).qualified_name(),
            TreeKind::Attribute => self.attribute(tape).map_or("", |(_, written)| written),
            TreeKind::Namespace => self.document.tape.prefix(self.document.tape.pair(tape).prefix),
            TreeKind::ProcessingInstruction => {
                let target = self.document.tape.nodes.get(tape as usize);
                let range =
                    target.map(|node| node.start as usize + 2..node.start as usize + 2 + node.name_len as usize);
                range.and_then(|range| self.document.source().get(range)).unwrap_or_default()
            }
            TreeKind::Root | TreeKind::Text | TreeKind::Comment => "",
        }
    }

    /// The name of an attribute, and as it is written.
    fn attribute(&self, tape: u32) -> Option<(ExpandedName<'d>, &'d str)> {
        let attribute = self.document.tape.attributes.get(tape as usize)?;
        let written = self.document.source().get(attribute.name_span())?;
        let name = match attribute.is_prefixed() {
            false => ExpandedName { namespace: "", local: written },
            true => ExpandedName {
                namespace: self.document.tape.uri(self.document.tape.pair(attribute.name.pair).uri),
                local: written.get(self.document.tape.prefix_octets(attribute)..)?,
            },
        };
        Some((name, written))
    }

    /// The nodes of its subtree: itself, its namespaces, its attributes and its descendants.
    #[must_use]
    pub fn subtree(&self, node: TreeNode) -> Range<usize> {
        node.index()..self.node(node).end as usize
    }

    /// The namespaces of an element in the order of their prefixes, `xml` included.
    pub fn namespaces(&self, element: TreeNode) -> impl DoubleEndedIterator<Item = TreeNode> + use<> {
        let Node { kind, attributes, .. } = self.node(element);
        let first = if kind == TreeKind::Element { element.0 + 1 } else { attributes };
        (first..attributes).map(TreeNode)
    }

    /// The attributes of an element in canonical order.
    pub fn attributes(&self, element: TreeNode) -> impl DoubleEndedIterator<Item = TreeNode> + use<> {
        let Node { attributes, content, .. } = self.node(element);
        (attributes..content).map(TreeNode)
    }

    /// The children in document order.
    pub fn children(&self, node: TreeNode) -> impl Iterator<Item = TreeNode> {
        let Node { content, end, .. } = self.node(node);
        let mut at = content;
        std::iter::from_fn(move || {
            let child = TreeNode(at);
            let next = self.nodes.get(at as usize).filter(|_| at < end)?.end;
            at = next;
            Some(child)
        })
    }

    /// The descendants in document order: no attributes and no namespaces.
    pub fn descendants(&self, node: TreeNode) -> impl Iterator<Item = TreeNode> {
        let Node { content, end, .. } = self.node(node);
        (content..end)
            .map(TreeNode)
            .filter(|node| !matches!(self.kind(*node), TreeKind::Attribute | TreeKind::Namespace))
    }

    /// The node with this index in document order.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<TreeNode> {
        self.nodes.get(index).map(|_| TreeNode(index as u32))
    }

    /// The node of an element of the same document.
    #[must_use]
    pub fn of(&self, element: Element<'_>) -> Option<TreeNode> {
        std::ptr::eq(self.document.source(), element.document().source()).then(|| self.of_id(element.id())).flatten()
    }

    /// The node of the element with this node id.
    #[must_use]
    pub fn of_id(&self, id: NodeId) -> Option<TreeNode> {
        let index = self.of_tape.get(id.0 as usize).copied().filter(|index| *index > 0)?;
        Some(TreeNode(index))
    }

    /// Whether a namespace has a name that is a relative URI.
    pub(crate) fn is_relative(&self, namespace: TreeNode) -> bool {
        let Node { kind, tape, .. } = self.node(namespace);
        kind == TreeKind::Namespace && self.document.tape.pair(tape).relative
    }

    /// The prefix of an element or an attribute.
    pub(crate) fn prefix(&self, node: TreeNode) -> &'d str {
        self.qualified_name(node).split_once(':').map_or("", |(prefix, _)| prefix)
    }
}

impl std::fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tree").field("document", &self.document).field("nodes", &self.nodes.len()).finish()
    }
}

/// An element that is open.
struct Open {
    node: u32,
    /// The first node of the tape after its subtree.
    until: u32,
    /// The pairs in scope, in the order of their prefixes.
    in_scope: Vec<u32>,
    /// The octet of the source at which its content ends.
    content_end: usize,
    /// The octet of the source at which its markup ends.
    end: usize,
}

struct Builder<'d, 'b> {
    budget: &'b Budget,
    tree: Tree<'d>,
    open: Vec<Open>,
    /// The end of the source that was read.
    at: usize,
    /// The octet at which the text begins that has no node yet.
    text_start: usize,
}

impl<'d, 'b> Builder<'d, 'b> {
    fn new(document: &'d Document<'d>, budget: &'b Budget) -> Result<Self, Exceeded> {
        let (nodes, of_tape) = (Vec::new(), vec![0; document.tape.nodes.len()]);
        let tree = Tree { document, nodes, text: String::new(), values: String::new(), of_tape };
        let mut builder = Self { budget, tree, open: Vec::new(), at: 0, text_start: 0 };
        builder.push(TreeKind::Root, 0, (0, 0))?;
        Ok(builder)
    }

    fn finish(mut self) -> Tree<'d> {
        let (end, text) = (self.tree.nodes.len() as u32, self.tree.text.len() as u32);
        if let Some(root) = self.tree.nodes.first_mut() {
            (root.end, root.value.1) = (end, text);
        }
        self.tree
    }

    /// Adds a node without children.
    fn push(&mut self, kind: TreeKind, tape: u32, value: (u32, u32)) -> Result<u32, Exceeded> {
        self.budget.charge(Limit::XPathNodes, 1)?;
        let index = self.tree.nodes.len() as u32;
        let parent = self.open.last().map_or(0, |open| open.node);
        let after = index + 1;
        self.tree.nodes.push(Node { kind, parent, end: after, attributes: after, content: after, value, tape });
        Ok(index)
    }

    /// Takes the next node of the tape.
    fn node(&mut self, index: u32) -> Result<(), Exceeded> {
        self.leave_until(index)?;
        let document = self.tree.document;
        let Some(node) = document.tape.nodes.get(index as usize).copied() else { return Ok(()) };
        let source = |range: Range<usize>| document.source().slice(range);
        let (start, content, end) = (node.start as usize, node.tag_end as usize, node.end as usize);
        if !self.open.is_empty() {
            self.tree.text.push_str(source(self.at..start));
        }
        self.at = end;
        match node.kind {
            Kind::Text => lexical::push_text(source(start..end), &mut self.tree.text),
            Kind::CData => lexical::push_line_ends(source(content..end - 3), &mut self.tree.text),
            Kind::Element => self.element(index)?,
            Kind::Comment => self.leaf(TreeKind::Comment, index, source(content..end - 3))?,
            Kind::ProcessingInstruction => {
                self.leaf(TreeKind::ProcessingInstruction, index, source(content..end - 2))?;
            }
        }
        Ok(())
    }

    /// Adds a comment or a processing instruction.
    fn leaf(&mut self, kind: TreeKind, tape: u32, content: &str) -> Result<(), Exceeded> {
        self.text_node()?;
        let start = self.tree.values.len() as u32;
        lexical::push_line_ends(content, &mut self.tree.values);
        let value = (start, self.tree.values.len() as u32);
        let index = self.push(kind, tape, value)?;
        self.note(tape, index);
        Ok(())
    }

    fn note(&mut self, tape: u32, index: u32) {
        if let Some(of_tape) = self.tree.of_tape.get_mut(tape as usize) {
            *of_tape = index;
        }
    }

    /// Adds a text node for the text since the last markup, if there is any.
    fn text_node(&mut self) -> Result<(), Exceeded> {
        let (start, end) = (self.text_start, self.tree.text.len());
        self.text_start = end;
        if start < end {
            self.push(TreeKind::Text, 0, (start as u32, end as u32))?;
        }
        Ok(())
    }

    fn element(&mut self, tape: u32) -> Result<(), Exceeded> {
        self.text_node()?;
        let document = self.tree.document;
        let element = Element::new(document, NodeId(tape));
        let start = self.tree.text.len() as u32;
        let index = self.push(TreeKind::Element, tape, (start, start))?;
        self.note(tape, index);
        let in_scope = self.in_scope(tape);
        let until = document.tape.nodes.get(tape as usize).map_or(0, |node| node.next);
        let (content, end) = (element.content_span(), element.span().end);
        let pairs = in_scope.clone();
        self.open.push(Open { node: index, until, in_scope, content_end: content.end, end });
        for pair in pairs {
            self.push(TreeKind::Namespace, pair, (0, 0))?;
        }
        let attributes = self.tree.nodes.len() as u32;
        self.attributes(tape)?;
        let content_start = self.tree.nodes.len() as u32;
        if let Some(node) = self.tree.nodes.get_mut(index as usize) {
            (node.attributes, node.content) = (attributes, content_start);
        }
        self.at = content.start;
        Ok(())
    }

    fn attributes(&mut self, tape: u32) -> Result<(), Exceeded> {
        let document = self.tree.document;
        let Some(first) = document.tape.nodes.get(tape as usize).map(|node| node.attributes) else { return Ok(()) };
        for (at, attribute) in (first..).zip(document.tape.attributes_of(tape)) {
            let raw = document.source().slice(attribute.value_span());
            let start = self.tree.values.len() as u32;
            match attribute.name.written.rewrites_value() {
                true => self.tree.values.push_str(&chars::decode_value(raw)),
                false => self.tree.values.push_str(raw),
            }
            let value = (start, self.tree.values.len() as u32);
            self.push(TreeKind::Attribute, at, value)?;
        }
        Ok(())
    }

    /// The pairs in scope at an element below the one that is open.
    fn in_scope(&self, tape: u32) -> Vec<u32> {
        let known = &self.tree.document.tape;
        let mut pairs = self.open.last().map_or_else(|| vec![XML_PAIR], |open| open.in_scope.clone());
        for declaration in known.declarations_of(tape) {
            let prefix = known.pair(declaration.pair).prefix;
            pairs.retain(|pair| known.pair(*pair).prefix != prefix);
            if declaration.pair != NO_NAMESPACE {
                pairs.push(declaration.pair);
            }
        }
        pairs.sort_by_key(|pair| known.prefix(known.pair(*pair).prefix).as_bytes());
        pairs
    }

    /// Ends the elements whose subtree ends before `index` of the tape.
    fn leave_until(&mut self, index: u32) -> Result<(), Exceeded> {
        while let Some(last) = self.open.pop_if(|open| open.until <= index) {
            let source = self.tree.document.source();
            self.tree.text.push_str(source.slice(self.at..last.content_end));
            self.at = last.end;
            // The text belongs to the element that ends.
            self.open.push(last);
            self.text_node()?;
            let Some(last) = self.open.pop() else { break };
            let (end, text) = (self.tree.nodes.len() as u32, self.tree.text.len() as u32);
            if let Some(node) = self.tree.nodes.get_mut(last.node as usize) {
                (node.end, node.value.1) = (end, text);
            }
        }
        Ok(())
    }
}
