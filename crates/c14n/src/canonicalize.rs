//! Canonicalisation: a document subset to its canonical octets, in pieces or kept.

use wss_budget::{Budget, Limit};

use crate::element::Element;
use crate::emit;
use crate::emit_nodes;
use crate::error::CanonicalizeError;
use crate::method::Canonicalization;
use crate::node_set::NodeSet;
use crate::sink::{Bounded, Charged, Sink};
use crate::subset::Subset;
use crate::tree::Tree;

impl Canonicalization {
    /// Writes the canonical octets of `subset` to `sink`.
    ///
    /// The octets are UTF-8, in document order, and come in several writes. Nothing is buffered, so a digest can be the
    /// sink and the canonical form need not exist in memory.
    ///
    /// # Errors
    /// [`CanonicalizeError::RelativeNamespace`] if a namespace name in the subset is a relative URI
    /// (Canonical XML 1.1 §2.1); [`CanonicalizeError::EmptySubset`] if nothing is left to write. After an
    /// error the sink holds a part of the octets: discard it.
    ///
    /// # Specification
    /// Canonical XML 1.0 and 1.1; Exclusive XML Canonicalization 1.0 §3.
    ///
    /// ```
    /// use wss_c14n::{Canonicalization, Count, Document, Limits, Subset};
    ///
    /// let document = Document::parse("<a><b/></a>", &Limits::default())?;
    /// let mut count = Count::default();
    /// Canonicalization::default().write(&Subset::document(&document), &mut count)?;
    /// assert_eq!(count.0, "<a><b></b></a>".len() as u64);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write<S: Sink>(&self, subset: &Subset<'_>, sink: &mut S) -> Result<(), CanonicalizeError> {
        emit::write(subset, self, sink)
    }

    /// The canonical form of `subset` as text, with the same limit as [`Canonicalization::to_octets`].
    ///
    /// # Errors
    /// As [`Canonicalization::to_octets`].
    pub fn to_text(&self, subset: &Subset<'_>, budget: &Budget) -> Result<String, CanonicalizeError> {
        let octets = self.to_octets(subset, budget)?;
        // Source and names are text, and pieces are cut only at ASCII characters.
        Ok(String::from_utf8(octets).expect("canonical form of text is text"))
    }

    /// The canonical octets of `subset`, if they are not more than `budget` has left of [`Limit::KeptOctets`]. Octets
    /// beyond that are counted but not stored.
    ///
    /// # Errors
    /// As [`Canonicalization::write`], and [`CanonicalizeError::Limit`].
    pub fn to_octets(&self, subset: &Subset<'_>, budget: &Budget) -> Result<Vec<u8>, CanonicalizeError> {
        self.to_octets_within(subset, budget, &[Limit::KeptOctets])
    }

    /// As [`Canonicalization::to_octets`], for octets that are charged to `also` as well, such as those of a digest.
    ///
    /// # Errors
    /// As [`Canonicalization::to_octets`], with the lower limit.
    pub fn to_octets_charged_to(
        &self,
        also: Limit,
        subset: &Subset<'_>,
        budget: &Budget,
    ) -> Result<Vec<u8>, CanonicalizeError> {
        self.to_octets_within(subset, budget, &[also, Limit::KeptOctets])
    }

    fn to_octets_within(
        &self,
        subset: &Subset<'_>,
        budget: &Budget,
        limits: &[Limit],
    ) -> Result<Vec<u8>, CanonicalizeError> {
        let tightest =
            limits.iter().copied().min_by_key(|limit| budget.limits().get(*limit)).unwrap_or(Limit::KeptOctets);
        // Most canonical forms are hardly longer than their source.
        let likely = subset.source_len() + subset.source_len() / 16 + 512;
        let mut sink = Bounded::new(likely, budget, tightest);
        self.write(subset, &mut sink)?;
        limits.iter().try_for_each(|limit| budget.charge(*limit, sink.needed))?;
        if !sink.overflowed() {
            return Ok(sink.octets);
        }
        let needed = usize::try_from(sink.needed).map_err(|_| budget.exceeded(tightest))?;
        drop(sink);
        let mut octets = Vec::with_capacity(needed);
        self.write(subset, &mut octets)?;
        Ok(octets)
    }

    /// Writes the canonical octets of any selection of nodes to `sink`.
    ///
    /// # Errors
    /// As [`Canonicalization::write`]. A set without nodes has no octets, and is no error.
    ///
    /// # Specification
    /// Canonical XML 1.0 and 1.1 §2.3 and §2.4; Exclusive XML Canonicalization 1.0 §3.
    ///
    /// ```
    /// use wss_c14n::{Budget, Canonicalization, CanonicalizationMethod, Document, Limits, NodeSet, Subset, Tree, TreeKind};
    ///
    /// let document = Document::parse("<a xml:lang='en'><b>text</b></a>", &Limits::default())?;
    /// let tree = Tree::new(&document, &Budget::new(&Limits::default(), 32))?;
    /// let mut set = NodeSet::of(&tree, &Subset::document(&document));
    /// set.remove(tree.of(document.root()).expect("a node"));
    /// let mut octets = Vec::new();
    /// Canonicalization::new(CanonicalizationMethod::Inclusive).write_nodes(&tree, &set, &mut octets)?;
    /// assert_eq!(octets, br#" xml:lang="en"<b xml:lang="en">text</b>"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_nodes<S: Sink>(&self, tree: &Tree<'_>, set: &NodeSet, sink: &mut S) -> Result<(), CanonicalizeError> {
        emit_nodes::write(tree, set, self, sink)
    }

    /// As [`Canonicalization::to_octets`], for any selection of nodes.
    ///
    /// # Errors
    /// As [`Canonicalization::to_octets`].
    pub fn nodes_to_octets(
        &self,
        tree: &Tree<'_>,
        set: &NodeSet,
        budget: &Budget,
    ) -> Result<Vec<u8>, CanonicalizeError> {
        // A buffer that grew beside the tree would take three times its size.
        let most = usize::try_from(budget.left(Limit::KeptOctets)).unwrap_or(usize::MAX);
        let octets = Vec::with_capacity(tree.document().source().len().min(most));
        let mut sink = Charged::new(octets, budget, Limit::KeptOctets);
        self.write_nodes(tree, set, &mut sink)?;
        Ok(sink.finish()?)
    }
}

impl Element<'_> {
    /// The canonical octets of the element with its content, without the context of its document: exclusive, without
    /// comments.
    ///
    /// # Errors
    /// As [`Canonicalization::to_octets`].
    ///
    /// ```
    /// use wss_c14n::{Budget, Document, Limits};
    ///
    /// let document = Document::parse("<a xmlns:b='urn:b'><b:c d='1'/></a>", &Limits::default())?;
    /// let child = document.root().children().next().expect("a child");
    /// let octets = child.canonical(&Budget::new(&Limits::default(), 40))?;
    /// assert_eq!(octets, b"<b:c xmlns:b=\"urn:b\" d=\"1\"></b:c>");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn canonical(self, budget: &Budget) -> Result<Vec<u8>, CanonicalizeError> {
        Canonicalization::default().to_octets(&Subset::subtree(self), budget)
    }
}
