//! Document subsets: a whole document, or an apex element, minus excluded subtrees.

use crate::document::{Document, NodeId};
use crate::element::Element;

/// The part of a document that is canonicalised: a whole document or the subtree of an apex element, with all
/// attributes and namespaces, minus the subtrees of excluded elements.
///
/// ```
/// use wss_c14n::{Budget, Canonicalization, Document, Limits, Subset};
///
/// let document = Document::parse("<a><b/><signature/></a>", &Limits::default())?;
/// let signature = document.root().children().nth(1).expect("two children");
/// let enveloped = Subset::document(&document).without(signature);
/// let budget = Budget::new(&Limits::default(), 32);
/// assert_eq!(Canonicalization::default().to_text(&enveloped, &budget)?, "<a><b></b></a>");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Subset<'a> {
    pub(crate) document: &'a Document<'a>,
    pub(crate) apex: Option<Element<'a>>,
    pub(crate) excluded: Vec<NodeId>,
    pub(crate) comments: bool,
}

impl<'a> Subset<'a> {
    /// The whole document, with comments and processing instructions outside its root.
    #[must_use]
    pub fn document(document: &'a Document<'a>) -> Self {
        Self { document, apex: None, excluded: Vec::new(), comments: true }
    }

    /// The subtree of `apex`.
    #[must_use]
    pub fn subtree(apex: Element<'a>) -> Self {
        Self { document: apex.document(), apex: Some(apex), excluded: Vec::new(), comments: true }
    }

    /// Leaves the subtree of `element` out, as the enveloped-signature transform does.
    #[must_use]
    pub fn without(mut self, element: Element<'a>) -> Self {
        self.excluded.push(element.id());
        self.excluded.sort_unstable();
        self
    }

    /// Leaves comments out even if the method writes them, as `#id` and the empty URI do (XML Signature §4.4.3.3).
    #[must_use]
    pub fn without_comments(mut self) -> Self {
        self.comments = false;
        self
    }

    /// The apex element; `None` for a whole document.
    #[must_use]
    pub fn apex(&self) -> Option<Element<'a>> {
        self.apex
    }

    /// The document that it is a subset of.
    #[must_use]
    pub fn source_document(&self) -> &'a Document<'a> {
        self.document
    }

    /// Whether a subtree is left out.
    #[must_use]
    pub fn has_exclusions(&self) -> bool {
        !self.excluded.is_empty()
    }

    /// The number of octets of source that the subset spans.
    #[must_use]
    pub fn source_len(&self) -> usize {
        self.apex.map_or(self.document.source().len(), |apex| apex.span().len())
    }
}
