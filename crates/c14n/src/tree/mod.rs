//! The tree: a document in the data model of XPath 1.0, with a node for each text, attribute and namespace.
//!
//! A [`Document`] is a tape without such nodes, which is all that whole elements need. Only XPath, and canonicalisation of
//! the node-sets it selects, need a tree. It is built once, in one pass, and its size is charged before.
//!
//! # Specification
//! XML Path Language 1.0 §5.

mod build;
mod store;

use std::ops::Range;

use wss_budget::{Budget, Exceeded, Limit};
use wss_text::Slice as _;

use crate::document::{Document, NodeId};
use crate::element::Element;
use crate::name::ExpandedName;
use crate::tape::Kind;

use build::built;
use store::{Node, Stored};

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

/// A node, found by its number.
#[derive(Clone, Copy)]
enum Found {
    /// A stored node, and its index among the stored nodes.
    Stored(Node, usize),
    /// The pair of a namespace, and the number of its element.
    Namespace(u32, u32),
    /// The attribute of the tape, and the number of its element.
    Attribute(u32, u32),
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
    stored: Stored,
}

impl<'d> Tree<'d> {
    /// Builds the tree of `document`.
    ///
    /// # Errors
    /// [`Exceeded`] for [`Limit::XPathNodes`], to which every node of the tree is charged, [`Limit::XPathStrings`], to which
    /// the octets of the document are, and [`Limit::XPathHeld`] for different namespaces in scope at many elements.
    pub fn new(document: &'d Document<'d>, budget: &Budget) -> Result<Self, Exceeded> {
        budget.charge(Limit::XPathStrings, document.source().len() as u64)?;
        Ok(Self { document, stored: built(document, budget)? })
    }

    /// About as many octets as the tree of `document` takes: for each of its elements, one text.
    #[must_use]
    pub fn estimated_octets(document: &Document<'_>) -> u64 {
        let nodes = 2 * document.tape.nodes.len() * size_of::<Node>();
        (nodes + document.tape.attributes.len() * size_of::<u32>() + document.source().len()) as u64
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &'d Document<'d> {
        self.document
    }

    /// The number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.stored.places.len as usize
    }

    /// Whether it has no node. There is always a root.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stored.places.len == 0
    }

    /// Every node in document order.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = TreeNode> + use<> {
        (0..self.stored.places.len).map(TreeNode)
    }

    /// The last stored node up to this one, and its place.
    fn stored_at(&self, node: TreeNode) -> (Node, usize) {
        let at = self.stored.places.stored_before(node.0 + 1).saturating_sub(1);
        // A TreeNode is only made for an index of its own tree, whose first node is stored.
        (self.stored.nodes.get(at).expect("nodes index their own tree"), at)
    }

    fn find(&self, node: TreeNode) -> Found {
        let (stored, at) = self.stored_at(node);
        let Some(behind) = (node.0 - stored.number).checked_sub(1) else { return Found::Stored(stored, at) };
        let pairs = self.stored.scopes.pairs(stored.more);
        match pairs.get(behind as usize) {
            Some(pair) => Found::Namespace(*pair, stored.number),
            None => {
                let first = self.document.tape.nodes.get(stored.tape as usize).map_or(0, |node| node.attributes);
                Found::Attribute(first + behind - pairs.len() as u32, stored.number)
            }
        }
    }

    fn kind_of(&self, stored: Node) -> TreeKind {
        match self.document.tape.nodes.get(stored.tape as usize).map(|node| node.kind) {
            Some(Kind::Element) => TreeKind::Element,
            Some(Kind::Comment) => TreeKind::Comment,
            Some(Kind::ProcessingInstruction) => TreeKind::ProcessingInstruction,
            Some(Kind::Text | Kind::CData) | None if stored.number == 0 => TreeKind::Root,
            Some(Kind::Text | Kind::CData) | None => TreeKind::Text,
        }
    }

    /// The node if it is stored and an element.
    fn element(&self, node: TreeNode) -> Option<Node> {
        let (stored, _) = self.stored_at(node);
        Some(stored).filter(|stored| stored.number == node.0 && self.kind_of(*stored) == TreeKind::Element)
    }

    /// The numbers of the first namespace, the first attribute, and the first child.
    fn inside(&self, stored: Node) -> (u32, u32, u32) {
        let first = stored.number + 1;
        match self.kind_of(stored) {
            TreeKind::Element => {
                let attributes = first + self.stored.scopes.pairs(stored.more).len() as u32;
                (first, attributes, attributes + self.document.tape.attributes_of(stored.tape).len() as u32)
            }
            _ => (first, first, first),
        }
    }

    /// The kind of a node.
    #[must_use]
    pub fn kind(&self, node: TreeNode) -> TreeKind {
        match self.find(node) {
            Found::Stored(stored, _) => self.kind_of(stored),
            Found::Namespace(..) => TreeKind::Namespace,
            Found::Attribute(..) => TreeKind::Attribute,
        }
    }

    /// The parent: for attributes and namespaces, their element. `None` for the root.
    #[must_use]
    pub fn parent(&self, node: TreeNode) -> Option<TreeNode> {
        let parent = match self.find(node) {
            Found::Stored(stored, _) => stored.parent,
            Found::Namespace(_, element) | Found::Attribute(_, element) => element,
        };
        (node != TreeNode::ROOT).then_some(TreeNode(parent))
    }

    /// The string-value (XPath 1.0 §5).
    #[must_use]
    pub fn value(&self, node: TreeNode) -> &str {
        match self.find(node) {
            Found::Stored(stored, at) => match self.kind_of(stored) {
                TreeKind::Comment | TreeKind::ProcessingInstruction => self.stored.contents.get(stored.more),
                TreeKind::Text => self.text_between(stored, at + 1),
                _ => self.text_between(stored, self.stored.places.stored_before(stored.end)),
            },
            Found::Namespace(pair, _) => self.document.tape.uri(self.document.tape.pair(pair).uri),
            Found::Attribute(attribute, _) => self.stored.attributes.get(attribute),
        }
    }

    /// The text from a node to the stored node at this place.
    fn text_between(&self, from: Node, to: usize) -> &str {
        let end = self.stored.nodes.get(to).map_or(self.stored.text.len(), |node| node.text as usize);
        self.stored.text.slice(from.text as usize..end)
    }

    /// The expanded name. The local part is the prefix of a namespace, and the target of a processing instruction; other
    /// nodes without a name have an empty one.
    #[must_use]
    pub fn name(&self, node: TreeNode) -> ExpandedName<'d> {
        let local = |local| ExpandedName { namespace: "", local };
        match self.find(node) {
            Found::Stored(stored, _) if self.kind_of(stored) == TreeKind::Element => {
                Element::new(self.document, NodeId(stored.tape)).name()
            }
            Found::Attribute(attribute, _) => self.attribute(attribute).map_or(local(""), |(name, _)| name),
            Found::Stored(..) | Found::Namespace(..) => local(self.qualified_name(node)),
        }
    }

    /// The name as written; for a namespace, its prefix.
    #[must_use]
    pub fn qualified_name(&self, node: TreeNode) -> &'d str {
        let tape = &self.document.tape;
        match self.find(node) {
            Found::Stored(stored, _) => match self.kind_of(stored) {
                TreeKind::Element => Element::new(self.document, NodeId(stored.tape)).qualified_name(),
                TreeKind::ProcessingInstruction => {
                    let Some(node) = tape.nodes.get(stored.tape as usize) else { return "" };
                    let start = node.start as usize + 2;
                    self.document.source().slice(start..start + node.name_len as usize)
                }
                _ => "",
            },
            Found::Namespace(pair, _) => tape.prefix(tape.pair(pair).prefix),
            Found::Attribute(attribute, _) => self.attribute(attribute).map_or("", |(_, written)| written),
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
        let end = match self.find(node) {
            Found::Stored(stored, _) => stored.end as usize,
            Found::Namespace(..) | Found::Attribute(..) => node.index() + 1,
        };
        node.index()..end
    }

    /// The namespaces of an element in the order of their prefixes, `xml` included.
    pub fn namespaces(&self, element: TreeNode) -> impl DoubleEndedIterator<Item = TreeNode> + use<> {
        let (first, end, _) = self.element(element).map_or((0, 0, 0), |element| self.inside(element));
        (first..end).map(TreeNode)
    }

    /// The attributes of an element in canonical order.
    pub fn attributes(&self, element: TreeNode) -> impl DoubleEndedIterator<Item = TreeNode> + use<> {
        let (_, first, end) = self.element(element).map_or((0, 0, 0), |element| self.inside(element));
        (first..end).map(TreeNode)
    }

    /// The numbers of the first child and of the first node after the subtree.
    fn content(&self, node: TreeNode) -> Range<u32> {
        match self.find(node) {
            Found::Stored(stored, _) => self.inside(stored).2..stored.end,
            Found::Namespace(..) | Found::Attribute(..) => 0..0,
        }
    }

    /// The children in document order.
    pub fn children(&self, node: TreeNode) -> impl Iterator<Item = TreeNode> {
        let Range { start: mut at, end } = self.content(node);
        std::iter::from_fn(move || {
            let child = Some(TreeNode(at)).filter(|_| at < end)?;
            at = self.subtree(child).end as u32;
            Some(child)
        })
    }

    /// The descendants in document order: no attributes and no namespaces.
    pub fn descendants(&self, node: TreeNode) -> impl Iterator<Item = TreeNode> {
        self.content(node)
            .map(TreeNode)
            .filter(|node| !matches!(self.kind(*node), TreeKind::Attribute | TreeKind::Namespace))
    }

    /// The node with this index in document order.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<TreeNode> {
        (index < self.len()).then_some(TreeNode(index as u32))
    }

    /// The node of an element of the same document.
    #[must_use]
    pub fn of(&self, element: Element<'_>) -> Option<TreeNode> {
        std::ptr::eq(self.document.source(), element.document().source()).then(|| self.of_id(element.id())).flatten()
    }

    /// The node of the element with this node id.
    #[must_use]
    pub fn of_id(&self, id: NodeId) -> Option<TreeNode> {
        let index = self.stored.of_tape.get(id.0 as usize).copied().filter(|index| *index > 0)?;
        Some(TreeNode(index))
    }

    /// Whether a namespace has a name that is a relative URI.
    pub(crate) fn is_relative(&self, namespace: TreeNode) -> bool {
        matches!(self.find(namespace), Found::Namespace(pair, _) if self.document.tape.pair(pair).relative)
    }

    /// The prefix of an element or an attribute.
    pub(crate) fn prefix(&self, node: TreeNode) -> &'d str {
        self.qualified_name(node).split_once(':').map_or("", |(prefix, _)| prefix)
    }
}

impl std::fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tree").field("document", &self.document).field("nodes", &self.len()).finish()
    }
}
