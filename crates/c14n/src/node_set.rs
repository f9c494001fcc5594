//! Node-sets: any selection of the nodes of a tree, as XPath makes them.

use crate::subset::Subset;
use crate::tree::{Tree, TreeKind, TreeNode};

/// A set of nodes of one [`Tree`], one bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSet {
    bits: Vec<u64>,
}

impl NodeSet {
    /// A set without nodes.
    #[must_use]
    pub fn empty(tree: &Tree<'_>) -> Self {
        Self { bits: vec![0; tree.len().div_ceil(64)] }
    }

    /// The nodes of a subset of the same document.
    ///
    /// ```
    /// use wss_c14n::{Budget, Document, Limits, NodeSet, Subset, Tree};
    ///
    /// let document = Document::parse("<a><!-- --></a>", &Limits::default())?;
    /// let tree = Tree::new(&document, &Budget::new(&Limits::default(), 16))?;
    /// assert_eq!(NodeSet::of(&tree, &Subset::document(&document)).len(), tree.len());
    /// assert_eq!(NodeSet::of(&tree, &Subset::document(&document).without_comments()).len(), tree.len() - 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(tree: &Tree<'_>, subset: &Subset<'_>) -> Self {
        let mut set = Self::empty(tree);
        match subset.apex {
            Some(apex) => set.insert_subtree(tree, tree.of_id(apex.id())),
            None => set.insert_subtree(tree, Some(TreeNode::ROOT)),
        }
        for excluded in subset.excluded.iter().filter_map(|id| tree.of_id(*id)) {
            set.remove_subtree(tree, excluded);
        }
        if !subset.comments {
            for comment in tree.nodes().filter(|node| tree.kind(*node) == TreeKind::Comment) {
                set.remove(comment);
            }
        }
        set
    }

    /// Whether a node is in the set.
    #[must_use]
    pub fn contains(&self, node: TreeNode) -> bool {
        self.bits.get(node.index() / 64).is_some_and(|bits| bits >> (node.index() % 64) & 1 != 0)
    }

    /// Adds a node.
    pub fn insert(&mut self, node: TreeNode) {
        if let Some(bits) = self.bits.get_mut(node.index() / 64) {
            *bits |= 1 << (node.index() % 64);
        }
    }

    /// Removes a node.
    pub fn remove(&mut self, node: TreeNode) {
        if let Some(bits) = self.bits.get_mut(node.index() / 64) {
            *bits &= !(1 << (node.index() % 64));
        }
    }

    /// Adds a node with its attributes, namespaces and descendants.
    pub fn insert_subtree(&mut self, tree: &Tree<'_>, node: Option<TreeNode>) {
        for node in node.into_iter().flat_map(|node| tree.subtree(node)).filter_map(|index| tree.at(index)) {
            self.insert(node);
        }
    }

    /// Removes a node with its attributes, namespaces and descendants.
    pub fn remove_subtree(&mut self, tree: &Tree<'_>, node: TreeNode) {
        for node in tree.subtree(node).filter_map(|index| tree.at(index)) {
            self.remove(node);
        }
    }

    /// Adds the nodes of `other`.
    pub fn unite(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(bits, other)| *bits |= other);
    }

    /// Removes the nodes that are not in `other`.
    pub fn intersect(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(bits, other)| *bits &= other);
    }

    /// Removes the nodes of `other`.
    pub fn subtract(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(bits, other)| *bits &= !other);
    }

    /// The number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bits.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    /// Whether it has no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bits.iter().all(|bits| *bits == 0)
    }

    /// Its nodes in document order.
    pub fn nodes<'t>(&'t self, tree: &'t Tree<'_>) -> impl Iterator<Item = TreeNode> + 't {
        tree.nodes().filter(|node| self.contains(*node))
    }
}
