//! Elements: find children and attributes by name, and read a leaf exactly.
//!
//! Names compare as expanded names. [`Element::text`] is the only way to read the text of a leaf. It refuses an
//! element, comment or processing instruction inside: octets that a digest skips must not change the value that is
//! read.

use std::borrow::Cow;
use std::ops::Range;
use wss_budget::{Exceeded, Limit, Limits};
use wss_text::{Slice as _, shown};

use crate::chars;
use crate::document::{Document, NodeId};
use crate::error::LeafError;
use crate::identifier::has_white_space;
use crate::lexical;
use crate::name::{self, ExpandedName};
use crate::tape::NO_NODE;
use crate::tape::{Attribute, Kind, Node, flag};

/// An element of a [`Document`].
///
/// ```
/// use wss_c14n::{Document, Limits};
///
/// let document = Document::parse("<o:order xmlns:o='urn:o' id='7'><o:city>Zürich</o:city></o:order>", &Limits::default())?;
/// let order = document.root();
/// assert_eq!(order.attribute("", "id").as_deref(), Some("7"));
/// assert_eq!(order.required_child("urn:o", "city")?.text()?, "Zürich");
/// assert_eq!(order.path(), "/o:order");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Element<'a> {
    document: &'a Document<'a>,
    id: NodeId,
}

impl PartialEq for Element<'_> {
    /// Elements are equal if they are the same node of the same document.
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.document.source(), other.document.source())
    }
}

impl Eq for Element<'_> {}

impl std::fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}>@{:?}", shown(self.qualified_name()), self.span())
    }
}

impl<'a> Element<'a> {
    pub(crate) fn new(document: &'a Document<'a>, id: NodeId) -> Self {
        Self { document, id }
    }

    /// The document it belongs to.
    #[must_use]
    pub fn document(self) -> &'a Document<'a> {
        self.document
    }

    /// Its id within the document.
    #[must_use]
    pub fn id(self) -> NodeId {
        self.id
    }

    fn node(self) -> Node {
        // An Element is only made for an index of its own document's tape.
        self.document.tape.nodes.get(self.id.0 as usize).copied().expect("element ids index their own tape")
    }

    fn source(self, range: Range<usize>) -> &'a str {
        self.document.source().slice(range)
    }

    /// The name as written, prefix included.
    #[must_use]
    pub fn qualified_name(self) -> &'a str {
        let node = self.node();
        let start = node.start as usize + 1;
        self.source(start..start + node.name_len as usize)
    }

    /// The prefix as written; empty for none.
    #[must_use]
    pub fn prefix(self) -> &'a str {
        self.document.tape.prefix(self.document.tape.pair(self.node().pair).prefix)
    }

    /// Namespace name and local name.
    #[must_use]
    pub fn name(self) -> ExpandedName<'a> {
        let tape = &self.document.tape;
        let pair = tape.pair(self.node().pair);
        let local = self.qualified_name().slice(tape.octets_before_local(pair)..);
        ExpandedName { namespace: tape.uri(pair.uri), local }
    }

    /// Whether it has this expanded name.
    #[must_use]
    pub fn is(self, namespace: &str, local: &str) -> bool {
        let (node, tape) = (self.node(), &self.document.tape);
        let pair = tape.pair(node.pair);
        let local_at = node.start as usize + 1 + tape.octets_before_local(pair);
        let local_end = node.start as usize + 1 + usize::from(node.name_len);
        // The length of the local name distinguishes most names, and namespace names begin alike.
        local_end - local_at == local.len()
            && self.source(local_at..local_end) == local
            && tape.uri(pair.uri) == namespace
    }

    /// The parent element; `None` for the document element.
    #[must_use]
    pub fn parent(self) -> Option<Element<'a>> {
        match self.node().parent {
            NO_NODE => None,
            parent => Some(Self::new(self.document, NodeId(parent))),
        }
    }

    /// Itself, its parent, and so on to the document element.
    pub fn ancestors_and_self(self) -> impl Iterator<Item = Element<'a>> {
        std::iter::successors(Some(self), |element| element.parent())
    }

    /// Whether `other` is this element or one inside it.
    #[must_use]
    pub fn contains(self, other: Element<'_>) -> bool {
        let node = self.node();
        std::ptr::eq(self.document.source(), other.document.source()) && other.id >= self.id && (other.id.0 < node.next)
    }

    /// Its element children, in order.
    pub fn children(self) -> impl Iterator<Item = Element<'a>> + Clone {
        self.document.outermost(self.id.0 + 1..self.node().next)
    }

    /// Every element of its subtree, itself first, in document order.
    pub fn descendants_and_self(self) -> impl Iterator<Item = Element<'a>> {
        let document = self.document;
        (self.id.0..self.node().next)
            .filter(move |id| document.tape.nodes.get(*id as usize).is_some_and(|node| node.kind == Kind::Element))
            .map(move |id| Element::new(document, NodeId(id)))
    }

    /// Itself and the elements inside it that have this name, in document order. Most others cost one comparison of numbers each.
    ///
    /// ```
    /// use wss_c14n::{Document, Limits};
    ///
    /// let document = Document::parse("<a xmlns='urn:a'><b/><p:b xmlns:p='urn:a'/><b xmlns=''/></a>", &Limits::default())?;
    /// assert_eq!(document.root().descendants_and_self_named("urn:a", "b").count(), 2);
    /// # Ok::<(), wss_c14n::ParseError>(())
    /// ```
    pub fn descendants_and_self_named(self, namespace: &'a str, local: &'a str) -> impl Iterator<Item = Element<'a>> {
        let document = self.document;
        let tape = &document.tape;
        let uri = tape.uri_id(namespace);
        let may_be_it = move |node: &Node| node.kind == Kind::Element && Some(tape.pair(node.pair).uri) == uri;
        (self.id.0..self.node().next)
            .filter(move |id| tape.nodes.get(*id as usize).is_some_and(may_be_it))
            .map(move |id| Element::new(document, NodeId(id)))
            .filter(move |element| element.is(namespace, local))
    }

    /// Its children of this name.
    pub fn children_named(self, namespace: &'a str, local: &'a str) -> impl Iterator<Item = Element<'a>> {
        self.children().filter(move |child| child.is(namespace, local))
    }

    /// The only child of this name, or `None`.
    ///
    /// # Errors
    /// [`LeafError::Unexpected`] if there are two.
    pub fn optional_child(self, namespace: &'a str, local: &'a str) -> Result<Option<Element<'a>>, LeafError> {
        let mut found = self.children_named(namespace, local);
        let first = found.next();
        match found.next() {
            None => Ok(first),
            Some(second) => Err(self.unexpected(second)),
        }
    }

    /// The only child of this name.
    ///
    /// # Errors
    /// [`LeafError::Missing`] if there is none, [`LeafError::OtherNamespace`] if there is one in another namespace,
    /// [`LeafError::Unexpected`] if there are two.
    pub fn required_child(self, namespace: &'a str, local: &'static str) -> Result<Element<'a>, LeafError> {
        self.optional_child(namespace, local)?.ok_or_else(|| {
            let elsewhere = self.children().find(|child| child.name().local == local);
            elsewhere.map_or_else(
                || self.missing(local),
                |found| LeafError::OtherNamespace {
                    element: self.path().into(),
                    found: found.with_namespace().into(),
                    namespace: Box::new(namespace.into()),
                },
            )
        })
    }

    /// The value of an attribute, normalised. `namespace` is empty for an attribute in no namespace.
    #[must_use]
    pub fn attribute(self, namespace: &str, local: &str) -> Option<Cow<'a, str>> {
        let attributes = self.document.tape.attributes_of(self.id.0);
        attributes
            .iter()
            .find(|a| self.attribute_name(a) == ExpandedName { namespace, local })
            .map(|a| self.attribute_value(a))
    }

    /// The value of an attribute that must be there.
    ///
    /// # Errors
    /// [`LeafError::Missing`] if it is not.
    pub fn required_attribute(self, namespace: &str, local: &'static str) -> Result<Cow<'a, str>, LeafError> {
        self.attribute(namespace, local).ok_or_else(|| self.missing(local))
    }

    /// Its attributes other than declarations, in canonical order.
    pub fn attributes(self) -> impl Iterator<Item = (ExpandedName<'a>, Cow<'a, str>)> {
        self.attributes_with(|_| true)
    }

    /// As [`Element::attributes`]; only those for which `is_one` holds.
    pub(crate) fn attributes_with(
        self,
        is_one: impl Fn(&Attribute) -> bool,
    ) -> impl Iterator<Item = (ExpandedName<'a>, Cow<'a, str>)> {
        let attributes = self.document.tape.attributes_of(self.id.0).iter();
        attributes.filter(move |a| is_one(a)).map(move |a| (self.attribute_name(a), self.attribute_value(a)))
    }

    fn attribute_name(self, attribute: &Attribute) -> ExpandedName<'a> {
        let tape = &self.document.tape;
        let name = self.source(attribute.name_span());
        match attribute.is_prefixed() {
            false => ExpandedName { namespace: "", local: name },
            true => ExpandedName {
                namespace: tape.uri(tape.pair(attribute.name.pair).uri),
                local: name.slice(tape.prefix_octets(attribute)..),
            },
        }
    }

    fn attribute_value(self, attribute: &Attribute) -> Cow<'a, str> {
        let raw = self.source(attribute.value_span());
        let rewrites = attribute.name.written.rewrites_value();
        let value = if rewrites { Cow::Owned(chars::decode_value(raw)) } else { Cow::Borrowed(raw) };
        match self.document.identifiers.are_as_written() {
            true => value,
            false => self.document.identifiers.read(self.name().namespace, self.attribute_name(attribute), value),
        }
    }

    /// The first of its attributes that are identifiers with white space around the value, as the document gives it: those that
    /// [`Document::collapsing_identifiers`] tells of.
    #[must_use]
    pub fn identifier_with_white_space(self) -> Option<(ExpandedName<'a>, Cow<'a, str>)> {
        let namespace = self.name().namespace;
        self.attributes().find(|(attribute, value)| has_white_space(namespace, *attribute, value))
    }

    /// The range of its markup in the source: from `<` of the start tag to `>` of the end tag.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        let node = self.node();
        node.start as usize..node.end as usize
    }

    /// The range of its content in the source: between the tags. For an empty-element tag, the empty range after it.
    #[must_use]
    pub fn content_span(self) -> Range<usize> {
        let node = self.node();
        let start = node.tag_end as usize;
        if node.flags & flag::EMPTY != 0 {
            return start..start;
        }
        let end = if node.flags & flag::END_REWRITE == 0 {
            node.end as usize - node.name_len as usize - 3
        } else {
            self.document.source().get(..node.end as usize).and_then(|s| s.rfind("</")).unwrap_or(start)
        };
        start..end
    }

    /// The range of its start tag in the source: from `<` to `>`.
    #[must_use]
    pub fn start_tag_span(self) -> Range<usize> {
        let node = self.node();
        node.start as usize..node.tag_end as usize
    }

    /// Whether it is written as an empty-element tag.
    #[must_use]
    pub fn is_empty_tag(self) -> bool {
        self.node().flags & flag::EMPTY != 0
    }

    /// The text of an element that contains nothing else: character data, CDATA and references, with line ends
    /// normalised.
    ///
    /// # Errors
    /// [`LeafError::NotText`] if an element, a comment or a processing instruction is inside.
    ///
    /// ```
    /// use wss_c14n::{Document, Limits};
    ///
    /// let text = |xml: &'static str| Document::parse(xml, &Limits::default()).unwrap().root().text().map(|text| text.into_owned());
    /// assert_eq!(text("<a>x &amp; <![CDATA[y]]></a>")?, "x & y");
    /// // A comment would be dropped by most canonicalisations, so the signed text would be another.
    /// assert!(text("<a>admin<!-- -->.evil</a>").is_err());
    /// # Ok::<(), wss_c14n::LeafError>(())
    /// ```
    pub fn text(self) -> Result<Cow<'a, str>, LeafError> {
        self.character_data(false).ok_or_else(|| self.not_text())
    }

    /// As [`Element::text`], but `None` in place of the error, whose path is made for nobody where many elements are looked at.
    #[must_use]
    pub fn text_if_plain(self) -> Option<Cow<'a, str>> {
        self.character_data(false)
    }

    /// As [`Element::text`], but comments and processing instructions inside are left out, as the string-value of XPath
    /// leaves them out. For expressions of XPath, which may have comments between their parts.
    ///
    /// # Errors
    /// [`LeafError::NotText`] if an element is inside.
    pub fn text_around_comments(self) -> Result<Cow<'a, str>, LeafError> {
        self.character_data(true).ok_or_else(|| self.not_text())
    }

    /// `None` if it holds more than text.
    fn character_data(self, leaves_out_comments: bool) -> Option<Cow<'a, str>> {
        let node = self.node();
        let inside = self.document.tape.nodes.slice(self.id.0 as usize + 1..node.next as usize);
        if inside.is_empty() {
            return Some(Cow::Borrowed(self.source(self.content_span())));
        }
        let mut text = String::with_capacity(node.end.saturating_sub(node.tag_end) as usize);
        let content = self.content_span();
        let mut at = content.start;
        for node in inside {
            text.push_str(self.source(at..node.start as usize));
            match node.kind {
                Kind::Text => lexical::push_text(self.source(node.start as usize..node.end as usize), &mut text),
                Kind::CData => {
                    lexical::push_line_ends(self.source(node.tag_end as usize..node.end as usize - 3), &mut text);
                }
                Kind::Comment | Kind::ProcessingInstruction if leaves_out_comments => {}
                Kind::Element | Kind::Comment | Kind::ProcessingInstruction => return None,
            }
            at = node.end as usize;
        }
        text.push_str(self.source(at..content.end));
        Some(Cow::Owned(text))
    }

    /// Its text as base64, decoded. XML white space is skipped, everything else is strict (RFC 4648 §3.5, §4).
    ///
    /// # Errors
    /// As [`Element::text`]; [`LeafError::TooLong`] if the value has more than `max` octets, which is checked before
    /// decoding; [`LeafError::Base64`] if the text is not canonical base64.
    pub fn base64(self, max: usize) -> Result<Vec<u8>, LeafError> {
        let mut octets = Vec::new();
        self.append_base64(max, &mut octets)?;
        Ok(octets)
    }

    /// As [`Element::base64`], at the end of `octets`. If they have room for it, nothing moves.
    ///
    /// # Errors
    /// As [`Element::base64`].
    pub fn append_base64(self, max: usize, octets: &mut Vec<u8>) -> Result<(), LeafError> {
        let text = self.text()?;
        lexical::decode_base64_to(&text, max, octets).map_err(|error| match error {
            lexical::Base64Error::TooLong => LeafError::TooLong { element: self.path().into(), allowed: max },
            lexical::Base64Error::Malformed => {
                LeafError::Base64 { element: self.path().into(), but: lexical::in_place_of_base64(&text) }
            }
        })
    }

    /// As [`Element::base64`], up to a limit of the message.
    ///
    /// # Errors
    /// As [`Element::text`]; [`LeafError::Limit`] for a longer value; [`LeafError::Base64`].
    pub fn base64_within(self, limits: &Limits, limit: Limit) -> Result<Vec<u8>, LeafError> {
        self.base64(limits.size(limit)).map_err(|error| match error {
            LeafError::TooLong { .. } => Exceeded { limit, allowed: limits.get(limit) }.into(),
            error => error,
        })
    }

    /// Whether it has a child other than white space, comments and elements.
    #[must_use]
    pub fn has_character_data(self) -> bool {
        let node = self.node();
        let content = self.content_span();
        let mut at = content.start;
        let mut child = self.id.0 + 1;
        let blank = |text: &str| text.bytes().all(chars::is_blank);
        while child < node.next {
            let Some(next) = self.document.tape.nodes.get(child as usize) else { break };
            if !blank(self.source(at..next.start as usize)) {
                return true;
            }
            match next.kind {
                Kind::CData => return true,
                Kind::Text if !blank(self.source(next.start as usize..next.end as usize)) => return true,
                _ => {}
            }
            at = next.end as usize;
            child = next.next;
        }
        !blank(self.source(at..content.end))
    }

    /// The namespaces in scope, as prefix and namespace name; the prefix is empty for the default namespace, and `xml`
    /// is left out.
    #[must_use]
    pub fn namespaces_in_scope(self) -> Vec<(&'a str, &'a str)> {
        let tape = &self.document.tape;
        let pairs = tape.in_scope(self.id.0).into_iter().map(|pair| tape.pair(pair));
        pairs
            .map(|pair| (tape.prefix(pair.prefix), tape.uri(pair.uri)))
            .filter(|(prefix, _)| *prefix != "xml")
            .collect()
    }

    /// The namespace that a prefix is bound to here. The empty prefix means the default namespace.
    #[must_use]
    pub fn namespace_of_prefix(self, prefix: &str) -> Option<&'a str> {
        if prefix == "xml" {
            return Some(name::XML);
        }
        let tape = &self.document.tape;
        for ancestor in self.ancestors_and_self() {
            for declaration in tape.declarations_of(ancestor.id.0) {
                let pair = tape.pair(declaration.pair);
                if tape.prefix(pair.prefix) == prefix {
                    let uri = tape.uri(pair.uri);
                    return (!uri.is_empty()).then_some(uri);
                }
            }
        }
        None
    }

    /// An error that says this element lacks `missing`.
    #[must_use]
    pub fn missing(self, missing: &'static str) -> LeafError {
        LeafError::Missing { element: self.path().into(), missing }
    }

    /// Checks the name of `child`, the next child of this element, and returns it.
    ///
    /// # Errors
    /// [`LeafError::OutOfOrder`] if `child` has another name; [`LeafError::Missing`] if there is no child.
    pub fn in_order(
        self,
        child: Option<Element<'a>>,
        namespace: &str,
        local: &'static str,
    ) -> Result<Element<'a>, LeafError> {
        let child = child.ok_or_else(|| self.missing(local))?;
        if child.is(namespace, local) {
            return Ok(child);
        }
        let found = match child.name().local == local {
            false => self.qualified_child(child),
            true => child.with_namespace(),
        };
        Err(LeafError::OutOfOrder { element: self.path().into(), found: found.into(), expected: local })
    }

    /// An error that says this element contains `child` where it must not.
    #[must_use]
    pub fn unexpected(self, child: Element<'_>) -> LeafError {
        LeafError::Unexpected { element: self.path().into(), unexpected: self.qualified_child(child).into() }
    }

    /// The qualified name of `child`. If this element has a namespace and `child` has none, the text says so.
    fn qualified_child(self, child: Element<'_>) -> String {
        let lost_its_own = child.name().namespace.is_empty() && !self.name().namespace.is_empty();
        if lost_its_own { child.with_namespace() } else { child.qualified_name().to_owned() }
    }

    /// Its qualified name and its namespace, for an error where the namespace is what differs.
    fn with_namespace(self) -> String {
        match self.name().namespace {
            "" => format!("{} in no namespace", self.qualified_name()),
            other => format!("{} in the namespace {other}", self.qualified_name()),
        }
    }

    fn not_text(self) -> LeafError {
        LeafError::NotText { element: self.path().into() }
    }
}
