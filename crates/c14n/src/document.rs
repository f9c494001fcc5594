//! The document: source text and the tape over it.
//!
//! A tape is a flat list of nodes in document order whose fields are offsets into the source; no node owns
//! text. A document is never edited: [`Splices`](crate::Splices) over its source make the next revision.

use std::borrow::Cow;

use wss_budget::{Budget, Limit, Limits};

use crate::element::Element;
use crate::encoding;
use crate::error::ParseError;
use crate::reader::{self, NO_NODE};

/// A well-formed, namespace-valid XML document without a DTD.
///
/// ```
/// use wss_c14n::{Document, Limits};
///
/// let document = Document::parse("<a xmlns='urn:x'><b/></a>", &Limits::default())?;
/// assert!(document.root().is("urn:x", "a"));
/// # Ok::<(), wss_c14n::ParseError>(())
/// ```
pub struct Document<'d> {
    source: Cow<'d, str>,
    pub(crate) tape: Tape,
}

impl<'d> Document<'d> {
    /// Reads UTF-8 text, with or without a byte order mark.
    ///
    /// # Errors
    /// [`ParseError`] if the text breaks a rule of XML 1.0 or Namespaces in XML 1.0, has a DTD, or exceeds
    /// a limit.
    pub fn parse(source: impl Into<Cow<'d, str>>, limits: &Limits) -> Result<Self, ParseError> {
        let source = source.into();
        let tape = reader::read(&source, limits)?;
        Ok(Self { source, tape })
    }

    /// As [`Document::parse`], under the limits of a budget, to which the octets are charged first.
    ///
    /// # Errors
    /// As [`Document::parse`], and [`ParseError::Limit`] for [`Limit::ParsedOctets`].
    pub fn parse_within(source: impl Into<Cow<'d, str>>, budget: &Budget) -> Result<Self, ParseError> {
        let source = source.into();
        budget.charge(Limit::ParsedOctets, source.len() as u64)?;
        Self::parse(source, budget.limits())
    }

    /// Reads octets that must be UTF-8.
    ///
    /// # Errors
    /// As [`Document::parse`], and [`ParseError::NotUtf8`].
    pub fn parse_octets(octets: &'d [u8], limits: &Limits) -> Result<Self, ParseError> {
        Self::parse(encoding::utf8(octets)?, limits)
    }

    /// Reads octets that are UTF-8, or UTF-16 with a byte order mark.
    ///
    /// # Errors
    /// As [`Document::parse_octets`]; [`ParseError::Encoding`] if a declaration contradicts the octets.
    pub fn parse_transcoding(octets: &'d [u8], limits: &Limits) -> Result<Self, ParseError> {
        Self::parse(encoding::transcode(octets)?, limits)
    }

    /// The source text. Spans of elements index it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Gives the source text back.
    #[must_use]
    pub fn into_source(self) -> String {
        self.source.into_owned()
    }

    /// The document element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        Element::new(self, NodeId(self.tape.root))
    }

    /// The element a node id names, if it names one of this document.
    #[must_use]
    pub fn element(&self, id: NodeId) -> Option<Element<'_>> {
        self.tape.nodes.get(id.0 as usize).filter(|node| node.kind == Kind::Element).map(|_| Element::new(self, id))
    }

    /// The element whose start tag begins at octet `offset` of the source.
    #[must_use]
    pub fn element_at(&self, offset: usize) -> Option<Element<'_>> {
        let index = self.tape.nodes.partition_point(|node| (node.start as usize) < offset);
        let node = self.tape.nodes.get(index)?;
        (node.kind == Kind::Element && node.start as usize == offset).then(|| Element::new(self, NodeId(index as u32)))
    }

    /// Every element, in document order.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        (0u32..)
            .zip(&self.tape.nodes)
            .filter(|(_, node)| node.kind == Kind::Element)
            .map(|(id, _)| Element::new(self, NodeId(id)))
    }

    /// The number of entries on the tape: what [`Limit::Nodes`] bounds.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.tape.nodes.len()
    }

    /// A namespace name in the document that is a relative URI, if there is one.
    #[must_use]
    pub fn relative_namespace(&self) -> Option<&str> {
        self.tape.pairs.iter().find(|pair| pair.relative).map(|pair| self.tape.uri(pair.uri))
    }

    /// Whether the document holds a processing instruction, inside or outside its root.
    #[must_use]
    pub fn has_processing_instruction(&self) -> bool {
        self.tape.nodes.iter().any(|node| node.kind == Kind::ProcessingInstruction)
    }
}

impl std::fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("octets", &self.source.len()).field("nodes", &self.tape.nodes.len()).finish()
    }
}

/// Names a node of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

/// What the reader leaves behind.
#[derive(Debug)]
pub(crate) struct Tape {
    pub(crate) nodes: Vec<Node>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) declarations: Vec<Declaration>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) prefixes: Vec<(u32, u32)>,
    pub(crate) uris: Vec<(u32, u32)>,
    pub(crate) arena: String,
    pub(crate) root: u32,
}

impl Tape {
    pub(crate) fn prefix(&self, id: u32) -> &str {
        self.prefixes
            .get(id as usize)
            .and_then(|(start, end)| self.arena.get(*start as usize..*end as usize))
            .unwrap_or_default()
    }

    pub(crate) fn uri(&self, id: u32) -> &str {
        self.uris
            .get(id as usize)
            .and_then(|(start, end)| self.arena.get(*start as usize..*end as usize))
            .unwrap_or_default()
    }

    pub(crate) fn pair(&self, id: u32) -> Pair {
        self.pairs.get(id as usize).copied().unwrap_or_default()
    }

    /// The attributes of a node, in canonical order.
    pub(crate) fn attributes_of(&self, index: u32) -> &[Attribute] {
        let index = index as usize;
        let Some(node) = self.nodes.get(index) else { return &[] };
        let end = self.nodes.get(index + 1).map_or(self.attributes.len(), |next| next.attributes as usize);
        self.attributes.get(node.attributes as usize..end).unwrap_or(&[])
    }

    /// The namespace declarations written on a node.
    pub(crate) fn declarations_of(&self, index: u32) -> &[Declaration] {
        let start = self.declarations.partition_point(|declaration| declaration.node < index);
        let length = self
            .declarations
            .get(start..)
            .map_or(0, |rest| rest.iter().take_while(|declaration| declaration.node == index).count());
        self.declarations.get(start..start + length).unwrap_or(&[])
    }

    /// The pairs in scope at a node, nearest declaration of each prefix; undeclared defaults left out.
    pub(crate) fn in_scope(&self, index: u32) -> Vec<u32> {
        let mut seen = vec![false; self.prefixes.len()];
        let mut pairs = Vec::new();
        let mut at = index;
        while let Some(node) = self.nodes.get(at as usize) {
            if node.flags & flag::DECLARES != 0 && node.kind == Kind::Element {
                for declaration in self.declarations_of(at) {
                    let prefix = self.pair(declaration.pair).prefix;
                    if let Some(seen) = seen.get_mut(prefix as usize)
                        && !std::mem::replace(seen, true)
                        && declaration.pair != reader::NO_NAMESPACE
                    {
                        pairs.push(declaration.pair);
                    }
                }
            }
            if node.parent == NO_NODE {
                break;
            }
            at = node.parent;
        }
        pairs
    }
}

/// A node of the tape. Offsets count octets of the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// Where its markup begins.
    pub(crate) start: u32,
    /// Elements: after the start tag. Others: where the text inside the markup begins.
    pub(crate) tag_end: u32,
    /// After its markup.
    pub(crate) end: u32,
    /// The first node after its subtree.
    pub(crate) next: u32,
    /// The parent element; [`NO_NODE`] at the top level.
    pub(crate) parent: u32,
    /// Prefix and namespace of an element's name.
    pub(crate) pair: u32,
    /// Its first attribute; they end where the next node's begin.
    pub(crate) attributes: u32,
    /// Octets of the qualified name or target.
    pub(crate) name_len: u16,
    pub(crate) kind: Kind,
    pub(crate) flags: u8,
}

/// What a node is. Text that is canonical as it stands is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Element,
    Text,
    CData,
    Comment,
    ProcessingInstruction,
}

/// What the reader noticed about a node.
pub(crate) mod flag {
    /// The start tag is canonical as it stands, if no declaration must be added.
    pub(crate) const AS_IS: u8 = 1;
    /// An empty-element tag.
    pub(crate) const EMPTY: u8 = 2;
    /// White space in the end tag.
    pub(crate) const END_REWRITE: u8 = 4;
    /// Namespace declarations in the start tag.
    pub(crate) const DECLARES: u8 = 8;
    /// At least one attribute has a prefix.
    pub(crate) const PREFIXED_ATTRIBUTES: u8 = 16;
    /// A comment or processing instruction that is not canonical as it stands.
    pub(crate) const REWRITE: u8 = 32;
}

/// An attribute other than a declaration; those of one element stand in canonical order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute {
    pub(crate) name_start: u32,
    pub(crate) value_start: u32,
    pub(crate) value_end: u32,
    /// Prefix and namespace; no namespace without a prefix.
    pub(crate) pair: u32,
    pub(crate) name_len: u16,
    pub(crate) prefix_len: u16,
    /// The value is not canonical as it stands.
    pub(crate) rewrite: bool,
}

/// A declaration written on an element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declaration {
    pub(crate) node: u32,
    pub(crate) pair: u32,
}

/// A prefix bound to a namespace name, interned: equal pairs have equal ids.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pair {
    pub(crate) prefix: u32,
    pub(crate) uri: u32,
    /// The name is a relative URI.
    pub(crate) relative: bool,
}
