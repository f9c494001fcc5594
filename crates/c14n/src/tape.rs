//! The tape: the output of the reader, flat arrays that point into the source.
//!
//! Nodes are in document order and know where their subtree ends, so a walk is a loop over indices. No node owns text.
//! Text without references that is already canonical has no node.

use std::ops::Range;

use wss_text::{At as _, Slice as _};

use crate::spare::{self, Spare, release, sparable};

/// The id of the empty prefix. At first it is bound to pair 0, no namespace.
pub(crate) const NO_PREFIX: u32 = 0;
/// The pair of no prefix and no namespace.
pub(crate) const NO_NAMESPACE: u32 = 0;
/// The pair of `xml` and its namespace.
pub(crate) const XML_PAIR: u32 = 1;
/// The prefix `xml`.
pub(crate) const XML_PREFIX: u32 = 1;
/// The prefix `xmlns`.
pub(crate) const XMLNS_PREFIX: u32 = 2;
/// The parent of top-level nodes.
pub(crate) const NO_NODE: u32 = u32::MAX;

sparable!(Node, usize::MAX);
sparable!(Attribute, usize::MAX);

/// Says whether the memory of large documents is kept for the next one: at most 24 MiB in the process. It is, unless a program
/// switches it off; then what was kept is freed. A program that counts its memory does that, or one with an allocator that keeps
/// memory itself.
///
/// ```
/// wss_c14n::keep_spare_memory(false);
/// ```
pub fn keep_spare_memory(is_kept: bool) {
    spare::switch(is_kept);
    if !is_kept {
        release::<Node>();
        release::<Attribute>();
        release::<u8>();
    }
}

/// The output of the reader.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    pub(crate) nodes: Spare<Node>,
    pub(crate) attributes: Spare<Attribute>,
    pub(crate) declarations: Vec<Declaration>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) prefixes: Vec<(u32, u32)>,
    pub(crate) uris: Vec<(u32, u32)>,
    pub(crate) arena: String,
    pub(crate) root: u32,
    /// The number of nodes that are processing instructions.
    pub(crate) instructions: u32,
}

impl Tape {
    pub(crate) fn prefix(&self, id: u32) -> &str {
        let (start, end) = self.prefixes.at(id as usize);
        self.arena.slice(start as usize..end as usize)
    }

    pub(crate) fn uri(&self, id: u32) -> &str {
        let (start, end) = self.uris.at(id as usize);
        self.arena.slice(start as usize..end as usize)
    }

    /// The id of a namespace name, if a name or a declaration has it.
    pub(crate) fn uri_id(&self, uri: &str) -> Option<u32> {
        (0u32..).zip(&self.uris).map(|(id, _)| id).find(|id| self.uri(*id) == uri)
    }

    /// The number of octets of a qualified name before its local name: those of its prefix with the colon.
    #[inline]
    pub(crate) fn octets_before_local(&self, pair: Pair) -> usize {
        match self.prefixes.get(pair.prefix as usize) {
            Some((start, end)) if start != end => (end - start) as usize + 1,
            _ => 0,
        }
    }

    /// The same for an attribute, which has no namespace without a prefix.
    pub(crate) fn prefix_octets(&self, attribute: &Attribute) -> usize {
        match attribute.is_prefixed() {
            true => self.octets_before_local(self.pair(attribute.name.pair)),
            false => 0,
        }
    }

    pub(crate) fn pair(&self, id: u32) -> Pair {
        self.pairs.at(id as usize)
    }

    /// The attributes of a node, in canonical order.
    pub(crate) fn attributes_of(&self, index: u32) -> &[Attribute] {
        let index = index as usize;
        let Some(node) = self.nodes.get(index) else { return &[] };
        let end = self.nodes.get(index + 1).map_or(self.attributes.len(), |next| next.attributes as usize);
        self.attributes.slice(node.attributes as usize..end)
    }

    /// The node that has this attribute.
    pub(crate) fn node_of_attribute(&self, attribute: usize) -> u32 {
        let behind = self.nodes.partition_point(|node| node.attributes as usize <= attribute);
        behind.saturating_sub(1) as u32
    }

    /// The number of attributes of the nodes before this one.
    pub(crate) fn attributes_before(&self, index: u32) -> u32 {
        self.nodes.get(index as usize).map_or(self.attributes.len() as u32, |node| node.attributes)
    }

    /// The namespace declarations written on a node.
    pub(crate) fn declarations_of(&self, index: u32) -> &[Declaration] {
        let start = self.declarations.partition_point(|declaration| declaration.node < index);
        let length = self
            .declarations
            .get(start..)
            .map_or(0, |rest| rest.iter().take_while(|declaration| declaration.node == index).count());
        self.declarations.slice(start..start + length)
    }

    /// The pairs in scope at a node: the nearest declaration of each prefix, without a default namespace that is
    /// undeclared.
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
                        && declaration.pair != NO_NAMESPACE
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
    /// The offset where its markup begins.
    pub(crate) start: u32,
    /// For an element, the offset after the start tag; for other nodes, the offset where the text inside the markup
    /// begins.
    pub(crate) tag_end: u32,
    /// The offset after its markup.
    pub(crate) end: u32,
    /// The first node after its subtree.
    pub(crate) next: u32,
    /// The parent element; [`NO_NODE`] at the top level.
    pub(crate) parent: u32,
    /// Prefix and namespace of the element's name.
    pub(crate) pair: u32,
    /// The index of its first attribute. Its attributes end where those of the next node begin.
    pub(crate) attributes: u32,
    /// Octets of the qualified name or target.
    pub(crate) name_len: u16,
    pub(crate) kind: Kind,
    pub(crate) flags: u8,
}

/// The kind of a node. Text that is canonical and has no references is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Element,
    Text,
    CData,
    Comment,
    ProcessingInstruction,
}

/// Properties of a node that the reader noticed.
pub(crate) mod flag {
    /// The start tag, or the text, is already canonical, if no declaration must be added and the tag has an end tag.
    pub(crate) const AS_IS: u8 = 1;
    /// The element is written as an empty-element tag.
    pub(crate) const EMPTY: u8 = 2;
    /// The end tag contains white space.
    pub(crate) const END_REWRITE: u8 = 4;
    /// The start tag contains namespace declarations.
    pub(crate) const DECLARES: u8 = 8;
    /// At least one attribute has a prefix.
    pub(crate) const PREFIXED_ATTRIBUTES: u8 = 16;
    /// The comment or processing instruction is not yet canonical.
    pub(crate) const REWRITE: u8 = 32;
}

/// An attribute that is not a declaration. The attributes of one element are in canonical order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute {
    pub(crate) name_start: u32,
    pub(crate) value_end: u32,
    pub(crate) name: AttributeName,
}

/// The name of an attribute, and how the attribute is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttributeName {
    /// Prefix and namespace. Without a prefix there is no namespace.
    pub(crate) pair: u32,
    /// Octets of the qualified name.
    pub(crate) len: u16,
    pub(crate) written: Written,
}

/// How an attribute is written: whether it is canonical, and how far its value is from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written(u16);

impl Written {
    /// ` name="value"`, as in canonical form.
    pub(crate) const PLAIN: Self = Self::new(2, false, false);
    /// The largest number of octets between a name and its value.
    pub(crate) const MOST: usize = (u16::MAX >> 3) as usize;
    /// A bit that is no part of the form: the name ends in `id`, in upper or lower case.
    const NAMES_ID: u16 = 4;

    /// `between` is the number of octets from the name to the value. `other` if the markup is not canonical, `rewrite`
    /// if the value is not.
    pub(crate) const fn new(between: u16, other: bool, rewrite: bool) -> Self {
        Self(between << 3 | (other as u16) << 1 | rewrite as u16)
    }

    fn between(self) -> usize {
        usize::from(self.0 >> 3)
    }

    /// The same form, for an attribute with this name.
    pub(crate) const fn of_name(self, qualified: &[u8]) -> Self {
        match qualified {
            [.., b'i' | b'I', b'd' | b'D'] => Self(self.0 | Self::NAMES_ID),
            _ => self,
        }
    }

    /// The same form, for an attribute that has the name of another one.
    pub(crate) const fn named_as(self, other: Self) -> Self {
        Self(self.0 | other.0 & Self::NAMES_ID)
    }

    /// Whether the attribute may be an Id: its name ends in `id`. Most attributes may not.
    pub(crate) const fn may_be_id(self) -> bool {
        self.0 & Self::NAMES_ID != 0
    }

    /// Whether it is [`Written::PLAIN`].
    pub(crate) const fn is_plain(self) -> bool {
        self.0 & !Self::NAMES_ID == Self::PLAIN.0
    }

    /// Whether the value must be rewritten.
    pub(crate) fn rewrites_value(self) -> bool {
        self.0 & 1 != 0
    }
}

impl Attribute {
    /// The span of its qualified name in the source.
    pub(crate) fn name_span(&self) -> Range<usize> {
        let start = self.name_start as usize;
        start..start + usize::from(self.name.len)
    }

    /// The span of its value in the source, as written.
    pub(crate) fn value_span(&self) -> Range<usize> {
        self.name_span().end + self.name.written.between()..self.value_end as usize
    }

    /// Whether its name has a prefix.
    pub(crate) fn is_prefixed(&self) -> bool {
        self.name.pair != NO_NAMESPACE
    }
}

/// A declaration written on an element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declaration {
    pub(crate) node: u32,
    pub(crate) pair: u32,
}

/// A prefix bound to a namespace name. Pairs are interned: equal pairs have equal ids.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pair {
    pub(crate) prefix: u32,
    pub(crate) uri: u32,
    /// Whether the name is a relative URI.
    pub(crate) relative: bool,
    /// Whether the name in an attribute must be escaped.
    pub(crate) escape: bool,
}
