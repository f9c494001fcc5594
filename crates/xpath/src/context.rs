//! The context of an expression: the tree on which it is evaluated, and the information for its functions.

use wss_c14n::{Budget, IdIndex, Limit, Tree, TreeNode};

use crate::error::XPathError;

/// The context in which an expression is evaluated.
#[derive(Debug, Clone, Copy)]
pub struct Context<'c> {
    tree: &'c Tree<'c>,
    budget: &'c Budget,
    here: Option<TreeNode>,
    ids: Option<&'c IdIndex<'c>>,
}

impl<'c> Context<'c> {
    /// A context with a tree, and the budget that the work is charged to. `here()` fails, and `id()` finds nothing.
    #[must_use]
    pub fn new(tree: &'c Tree<'c>, budget: &'c Budget) -> Self {
        Self { tree, budget, here: None, ids: None }
    }

    /// Sets the element that bears the expression, which `here()` returns.
    ///
    /// # Specification
    /// XML Signature 1.1 §6.6.3.
    #[must_use]
    pub fn here(mut self, here: Option<TreeNode>) -> Self {
        self.here = here;
        self
    }

    /// Sets the Ids that `id()` finds.
    #[must_use]
    pub fn ids(mut self, ids: &'c IdIndex<'c>) -> Self {
        self.ids = Some(ids);
        self
    }

    /// The tree.
    #[must_use]
    pub fn tree(&self) -> &'c Tree<'c> {
        self.tree
    }

    pub(crate) fn budget(&self) -> &'c Budget {
        self.budget
    }

    pub(crate) fn bearer(&self) -> Result<TreeNode, XPathError> {
        self.here.ok_or(XPathError::Here)
    }

    /// The element with this Id.
    pub(crate) fn element(&self, id: &str) -> Option<TreeNode> {
        self.ids.and_then(|ids| ids.get(id)).and_then(|element| self.tree.of(element))
    }

    /// Charges octets of a string before it is made or compared.
    pub(crate) fn charge_text(&self, octets: usize) -> Result<(), XPathError> {
        Ok(self.budget.charge(Limit::XPathStrings, octets as u64)?)
    }
}
