//! The document: source text and the tape over it.
//!
//! A tape is a flat list of nodes in document order whose fields are offsets into the source; no node owns
//! text. A document is never edited: [`Splices`](crate::Splices) over its source make the next revision.

use std::borrow::Cow;
use std::ops::Range;

use wss_budget::{Budget, Limit, Limits};

use crate::doctype::{self, DeclaredIds};
use crate::element::Element;
use crate::encoding;
use crate::error::ParseError;
use crate::identifier::Identifiers;
use crate::reader;
use crate::tape::{Attribute, Kind, Tape};

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
    pub(crate) source: Cow<'d, str>,
    pub(crate) tape: Tape,
    /// The attributes that a DOCTYPE declared to be Ids.
    pub(crate) declared_ids: DeclaredIds,
    /// How attributes that are identifiers are read.
    pub(crate) identifiers: Identifiers,
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
        Ok(Self { source, tape, declared_ids: DeclaredIds::new(), identifiers: Identifiers::default() })
    }

    /// As [`Document::parse_within`], for a document other than SOAP that may have a DOCTYPE with an internal subset. Its
    /// declarations of attributes are honoured: defaults, tokenized values and Ids. The source text is then that without the
    /// DOCTYPE, with defaults written out. Entities, parameter entities and external subsets are refused.
    ///
    /// # Errors
    /// As [`Document::parse_within`], and [`ParseError::Doctype`].
    ///
    /// # Specification
    /// XML 1.0 (fifth edition) §2.8, §3.3.
    ///
    /// ```
    /// use wss_c14n::{Budget, Document, IdIndex, Limits};
    ///
    /// let xml = "<!DOCTYPE a [<!ATTLIST a name ID #IMPLIED kind CDATA 'x'>]><a name='one'/>";
    /// let document = Document::parse_with_doctype(xml, &Budget::new(&Limits::default(), xml.len() as u64))?;
    /// assert_eq!(document.source(), "<a kind=\"x\" name='one'/>");
    /// assert!(IdIndex::build(&document)?.contains("one"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse_with_doctype(source: impl Into<Cow<'d, str>>, budget: &Budget) -> Result<Self, ParseError> {
        let source = source.into();
        budget.charge(Limit::ParsedOctets, source.len() as u64)?;
        match doctype::applied(&source, budget)? {
            None => Self::parse(source, budget.limits()),
            Some((text, declared_ids)) => Ok(Self { declared_ids, ..Self::parse_within(text, budget)? }),
        }
    }

    /// As [`Document::parse`], with the limits of a budget. The octets are charged to the budget first.
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

    /// Whether its attributes that are identifiers are read without the white space around them: `Algorithm`, `URI`, `ValueType`,
    /// `EncodingType` and `Type` of the elements of XML Signature, XML Encryption, WS-Security and WS-SecureConversation, and
    /// `wsse11:TokenType`.
    ///
    /// ```
    /// use wss_c14n::{Document, Limits, name};
    ///
    /// let xml = format!("<m xmlns='{}' Algorithm=' urn:a&#10;'/>", name::DS.uri);
    /// let read = |collapses| {
    ///     let document = Document::parse(xml.as_str(), &Limits::default()).unwrap().collapsing_identifiers(collapses);
    ///     document.root().attribute("", "Algorithm").map(|value| value.into_owned())
    /// };
    /// assert_eq!(read(false).as_deref(), Some(" urn:a\n"));
    /// assert_eq!(read(true).as_deref(), Some("urn:a"));
    /// ```
    #[must_use]
    pub fn collapsing_identifiers(mut self, collapses: bool) -> Self {
        self.identifiers.collapses = collapses;
        self
    }

    /// Reads an `Algorithm` attribute of the elements of XML Signature, XML Encryption and WS-Security as the identifier that
    /// `meant` returns for it; `None` keeps what is written. Canonical forms and digests are over the text as it is written.
    ///
    /// ```
    /// use wss_c14n::{Document, Limits, name};
    ///
    /// let xml = format!("<m xmlns='{}' Algorithm='urn:a'/>", name::DS.uri);
    /// let document = Document::parse(xml, &Limits::default())?.algorithms_meant(|uri| (uri == "urn:a").then_some("urn:b"));
    /// assert_eq!(document.root().attribute("", "Algorithm").as_deref(), Some("urn:b"));
    /// # Ok::<(), wss_c14n::ParseError>(())
    /// ```
    #[must_use]
    pub fn algorithms_meant(mut self, meant: fn(&str) -> Option<&'static str>) -> Self {
        self.identifiers.meant = Some(meant);
        self
    }

    /// The source text. Spans of elements index it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Gives the source text back.
    #[must_use]
    pub fn into_source(self) -> Cow<'d, str> {
        self.source
    }

    /// The document element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        Element::new(self, NodeId(self.tape.root))
    }

    /// The element with this node id, if the document has one.
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

    /// The outermost elements whose start tags begin in a range of the source, in document order: one element for its own
    /// span, and its children for the span of its content.
    ///
    /// ```
    /// use wss_c14n::{Document, Limits};
    ///
    /// let document = Document::parse("<a><b><c/></b>text<d/></a>", &Limits::default())?;
    /// let within = |span| document.elements_within(span).map(|element| element.name().local).collect::<Vec<_>>();
    /// assert_eq!(within(document.root().content_span()), ["b", "d"]);
    /// assert_eq!(within(document.root().span()), ["a"]);
    /// # Ok::<(), wss_c14n::ParseError>(())
    /// ```
    pub fn elements_within(&self, span: Range<usize>) -> impl Iterator<Item = Element<'_>> {
        let before = |offset: usize| self.tape.nodes.partition_point(|node| (node.start as usize) < offset) as u32;
        self.outermost(before(span.start)..before(span.end))
    }

    /// The outermost elements among these entries of the tape.
    pub(crate) fn outermost(&self, entries: Range<u32>) -> impl Iterator<Item = Element<'_>> + Clone {
        let (mut at, end) = (entries.start, entries.end);
        // from_fn closures over Copy state are Clone.
        std::iter::from_fn(move || {
            while at < end {
                let node = self.tape.nodes.get(at as usize)?;
                let id = at;
                at = node.next;
                if node.kind == Kind::Element {
                    return Some(Element::new(self, NodeId(id)));
                }
            }
            None
        })
    }

    /// Every element, in document order.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        (0u32..)
            .zip(&*self.tape.nodes)
            .filter(|(_, node)| node.kind == Kind::Element)
            .map(|(id, _)| Element::new(self, NodeId(id)))
    }

    /// The elements that have an attribute for which `is_one` holds, in document order.
    pub(crate) fn elements_with(&self, is_one: impl Fn(&Attribute) -> bool) -> impl Iterator<Item = Element<'_>> {
        let found = self.tape.attributes.iter().enumerate().filter(move |(_, attribute)| is_one(attribute));
        // The index after the attributes of the last element found: each element is found once.
        let mut end = 0;
        found.filter_map(move |(at, _)| {
            if at < end {
                return None;
            }
            let node = self.tape.node_of_attribute(at);
            end = self.tape.attributes_before(node + 1) as usize;
            Some(Element::new(self, NodeId(node)))
        })
    }

    /// The number of entries on the tape, which [`Limit::Nodes`] bounds.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.tape.nodes.len()
    }

    /// The number of namespace declarations in the document.
    #[must_use]
    pub fn declaration_count(&self) -> usize {
        self.tape.declarations.len()
    }

    /// A namespace name in the document that is a relative URI, if there is one.
    #[must_use]
    pub fn relative_namespace(&self) -> Option<&str> {
        let declared = self.tape.declarations.iter().map(|declaration| self.tape.pair(declaration.pair));
        declared.filter(|pair| pair.relative).map(|pair| self.tape.uri(pair.uri)).next()
    }

    /// Whether anything in the document declares this namespace. If nothing does, no element is in it, and none needs to be
    /// looked at.
    ///
    /// ```
    /// use wss_c14n::{Document, Limits};
    ///
    /// let document = Document::parse("<a><b xmlns='urn:b'/></a>", &Limits::default())?;
    /// assert!(document.declares("urn:b") && !document.declares("urn:c"));
    /// # Ok::<(), wss_c14n::ParseError>(())
    /// ```
    #[must_use]
    pub fn declares(&self, namespace: &str) -> bool {
        let is_declared = |uri: u32| self.tape.declarations.iter().any(|one| self.tape.pair(one.pair).uri == uri);
        self.tape.uri_id(namespace).is_some_and(is_declared)
    }

    /// Whether the document holds a processing instruction, inside or outside its root.
    #[must_use]
    pub fn has_processing_instruction(&self) -> bool {
        self.tape.instructions > 0
    }
}

impl std::fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("octets", &self.source.len()).field("nodes", &self.tape.nodes.len()).finish()
    }
}

/// The id of a node of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);
