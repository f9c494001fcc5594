//! Lists of nodes that are made of many lists.

use wss_c14n::TreeNode;

/// The octets for each node of a list, with those that a growing vector keeps free.
pub(crate) const NODE: usize = 3 * size_of::<TreeNode>();

/// A shorter list is put in order once, in the end.
const SHORT: usize = 256;

/// A list in which each node is once, in the end. What is in it twice is removed before it is more than twice as long.
#[derive(Default)]
pub(crate) struct List {
    nodes: Vec<TreeNode>,
    /// The number of nodes when it was last in order.
    different: usize,
}

impl List {
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn push(&mut self, node: TreeNode) {
        self.nodes.push(node);
        self.shorten();
    }

    pub(crate) fn add(&mut self, nodes: Vec<TreeNode>) {
        match self.nodes.is_empty() {
            true => self.nodes = nodes,
            false => self.nodes.extend(nodes),
        }
        self.shorten();
    }

    fn shorten(&mut self) {
        if self.nodes.len() > 2 * self.different.max(SHORT) {
            self.order();
            self.different = self.nodes.len();
        }
    }

    fn order(&mut self) {
        self.nodes.sort_unstable();
        self.nodes.dedup();
    }

    /// In document order.
    pub(crate) fn in_order(mut self) -> Vec<TreeNode> {
        self.order();
        self.nodes
    }

    /// In the order in which they were added, if they were added at once.
    pub(crate) fn into_nodes(self) -> Vec<TreeNode> {
        self.nodes
    }
}
