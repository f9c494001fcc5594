//! Interning: one id for each prefix, each namespace name, and each pair of both; and the names read before.
//!
//! A message repeats few names many times. A qualified name that was read before is recognised by its octets in two
//! words, and needs neither a check of its characters nor a look-up of its prefix.

use std::collections::HashMap;

use crate::error::Problem;
use crate::tape::{NO_NAMESPACE, NO_NODE, NO_PREFIX, Pair, Tape, XML_PAIR, XML_PREFIX, XMLNS_PREFIX};
use crate::{chars, name};

/// The binding of a prefix that no declaration in scope binds.
pub(super) const UNBOUND: u32 = u32::MAX;

/// Prefixes, namespace names and pairs by id, and the binding of each prefix at the current place.
pub(super) struct Names<'s> {
    pub(super) pairs: Vec<Pair>,
    pub(super) prefixes: Vec<(u32, u32)>,
    pub(super) uris: Vec<(u32, u32)>,
    pub(super) arena: String,
    /// The pair each prefix is bound to, by prefix id.
    bound: Vec<u32>,
    /// The node that last declared each prefix, by prefix id.
    declared_by: Vec<u32>,
    /// The bindings to restore when elements end.
    undo: Vec<(u32, u32)>,
    in_scope: usize,
    prefix_ids: HashMap<&'s [u8], u32>,
    pairs_by_source: HashMap<(u32, &'s [u8]), u32>,
    pair_ids: HashMap<(u32, u32), u32>,
    uri_ids: HashMap<String, u32>,
}

impl<'s> Names<'s> {
    pub(super) fn new() -> Self {
        let mut names = Self {
            pairs: Vec::new(),
            prefixes: Vec::new(),
            uris: Vec::new(),
            arena: String::new(),
            bound: Vec::new(),
            declared_by: Vec::new(),
            undo: Vec::new(),
            in_scope: 0,
            prefix_ids: HashMap::new(),
            pairs_by_source: HashMap::new(),
            pair_ids: HashMap::new(),
            uri_ids: HashMap::new(),
        };
        let empty = names.new_prefix("");
        let xml = names.new_prefix("xml");
        let xmlns = names.new_prefix("xmlns");
        debug_assert_eq!((empty, xml, xmlns), (NO_PREFIX, XML_PREFIX, XMLNS_PREFIX));
        names.prefix_ids.insert(b"xml", XML_PREFIX);
        names.prefix_ids.insert(b"xmlns", XMLNS_PREFIX);
        let no_uri = names.new_uri("");
        let xml_uri = names.new_uri(name::XML);
        names.pairs.push(Pair { prefix: NO_PREFIX, uri: no_uri, relative: false });
        names.pairs.push(Pair { prefix: XML_PREFIX, uri: xml_uri, relative: false });
        names.pair_ids.insert((NO_PREFIX, no_uri), NO_NAMESPACE);
        names.pair_ids.insert((XML_PREFIX, xml_uri), XML_PAIR);
        if let Some(bound) = names.bound.get_mut(..2) {
            bound.copy_from_slice(&[NO_NAMESPACE, XML_PAIR]);
        }
        names
    }

    /// The id of a prefix.
    pub(super) fn prefix_id(&mut self, prefix: &'s [u8]) -> u32 {
        if prefix.is_empty() {
            return NO_PREFIX;
        }
        if let Some(id) = self.prefix_ids.get(prefix) {
            return *id;
        }
        let id = self.new_prefix(std::str::from_utf8(prefix).unwrap_or_default());
        self.prefix_ids.insert(prefix, id);
        id
    }

    /// The pair a prefix is bound to at this place.
    #[inline(always)]
    pub(super) fn resolve(&self, prefix: u32) -> Result<u32, Problem> {
        match self.bound.get(prefix as usize) {
            Some(&pair) if pair != UNBOUND => Ok(pair),
            _ => Err(Problem::UnboundPrefix),
        }
    }

    /// Binds a prefix, or the default namespace, for the element `node` and what is inside it; `value` is as written.
    pub(super) fn declare(&mut self, node: u32, prefix: u32, value: &'s [u8], rewrite: bool) -> Result<u32, Problem> {
        let declared_by = self.declared_by.get_mut(prefix as usize);
        if declared_by.as_deref() == Some(&node) {
            return Err(Problem::DuplicateAttribute);
        }
        if let Some(declared_by) = declared_by {
            *declared_by = node;
        }
        let pair = match self.pairs_by_source.get(&(prefix, value)) {
            Some(pair) => *pair,
            None => self.new_pair(prefix, value, rewrite)?,
        };
        let Some(bound) = self.bound.get_mut(prefix as usize) else {
            return Err(Problem::UnboundPrefix);
        };
        if *bound == UNBOUND {
            self.in_scope += 1;
        }
        self.undo.push((prefix, *bound));
        *bound = pair;
        Ok(pair)
    }

    /// How many namespaces other than the default one are in scope.
    pub(super) fn in_scope(&self) -> usize {
        self.in_scope
    }

    /// Where the bindings of an element that begins here are undone to.
    #[inline(always)]
    pub(super) fn mark(&self) -> usize {
        self.undo.len()
    }

    /// Binds prefixes as they were at `mark`.
    #[inline(always)]
    pub(super) fn undo_to(&mut self, mark: usize) {
        while self.undo.len() > mark {
            let Some((prefix, pair)) = self.undo.pop() else { break };
            if pair == UNBOUND {
                self.in_scope -= 1;
            }
            if let Some(bound) = self.bound.get_mut(prefix as usize) {
                *bound = pair;
            }
        }
    }

    pub(super) fn into_tape(self, tape: Tape) -> Tape {
        Tape { pairs: self.pairs, prefixes: self.prefixes, uris: self.uris, arena: self.arena, ..tape }
    }

    fn new_pair(&mut self, prefix: u32, source: &'s [u8], rewrite: bool) -> Result<u32, Problem> {
        let text = std::str::from_utf8(source).unwrap_or_default();
        let decoded = if rewrite { chars::decode_value(text) } else { text.to_owned() };
        let xml = decoded == name::XML;
        if prefix == XMLNS_PREFIX || decoded == name::XMLNS || xml != (prefix == XML_PREFIX) {
            return Err(Problem::ReservedNamespace);
        }
        if decoded.is_empty() && prefix != NO_PREFIX {
            return Err(Problem::EmptyNamespace);
        }
        let relative = !decoded.is_empty() && !is_absolute(&decoded);
        let uri = match self.uri_ids.get(&decoded) {
            Some(uri) => *uri,
            None => self.new_uri(&decoded),
        };
        // Two spellings of one name are one pair, so that pairs compare as prefix and namespace do.
        let pair = match self.pair_ids.get(&(prefix, uri)) {
            Some(pair) => *pair,
            None => {
                let pair = self.pairs.len() as u32;
                self.pairs.push(Pair { prefix, uri, relative });
                self.pair_ids.insert((prefix, uri), pair);
                pair
            }
        };
        self.pairs_by_source.insert((prefix, source), pair);
        Ok(pair)
    }

    fn new_prefix(&mut self, prefix: &str) -> u32 {
        let start = self.arena.len() as u32;
        self.arena.push_str(prefix);
        self.prefixes.push((start, self.arena.len() as u32));
        self.bound.push(UNBOUND);
        self.declared_by.push(NO_NODE);
        self.prefixes.len() as u32 - 1
    }

    fn new_uri(&mut self, uri: &str) -> u32 {
        let start = self.arena.len() as u32;
        self.arena.push_str(uri);
        self.uris.push((start, self.arena.len() as u32));
        let id = self.uris.len() as u32 - 1;
        self.uri_ids.insert(uri.to_owned(), id);
        id
    }
}

/// Whether a namespace name begins with a URI scheme (RFC 3986 §3.1).
fn is_absolute(uri: &str) -> bool {
    match uri.split_once(':') {
        Some((scheme, _)) => {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        }
        None => false,
    }
}

/// A qualified name that is well-formed, without its local part.
#[derive(Clone, Copy, Default)]
pub(super) struct QName {
    pub(super) end: usize,
    pub(super) prefix_len: u16,
    pub(super) prefix: u32,
    /// As the name of an attribute: the prefix it declares, or [`UNBOUND`] if it is no declaration.
    pub(super) declares: u32,
}

/// Qualified names read before, each in one of the four slots that its octets choose.
pub(super) struct KnownNames {
    slots: [Known; SLOTS],
}

const SLOTS: usize = 128;
/// In how many slots a name may be.
const WAYS: usize = 4;

#[derive(Clone, Copy)]
struct Known {
    key: Key,
    /// Where it was read.
    at: u32,
    prefix: u32,
    declares: u32,
    prefix_len: u16,
}

/// The first 16 octets of a name, zeros behind its end, and its length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    first: u64,
    second: u64,
    len: u32,
}

impl Known {
    /// No name has this key: none is that long, and the key of an empty name is another.
    const NOTHING: Self = Self {
        key: Key { first: 0, second: 0, len: u32::MAX },
        at: 0,
        prefix: NO_PREFIX,
        declares: UNBOUND,
        prefix_len: 0,
    };
}

/// Masks of the octets that belong to a name, by its length.
static MASKS: [[u64; 2]; 17] = {
    let mut masks = [[u64::MAX; 2]; 17];
    let mut len = 0;
    while len < 16 {
        masks[len] = if len < 8 { [(1 << (8 * len)) - 1, 0] } else { [u64::MAX, (1 << (8 * (len - 8))) - 1] };
        len += 1;
    }
    masks
};

impl Key {
    /// The key of the name of `len` octets at `start`; `None` close to the end of the source.
    #[inline(always)]
    pub(super) fn of(octets: &[u8], start: usize, len: usize) -> Option<Self> {
        let ([first, second], _) = octets.get(start..start + 16)?.as_chunks::<8>() else { return None };
        let [first_mask, second_mask] = MASKS.get(len.min(16))?;
        Some(Self {
            first: u64::from_le_bytes(*first) & first_mask,
            second: u64::from_le_bytes(*second) & second_mask,
            len: len as u32,
        })
    }

    #[inline(always)]
    fn slot(self) -> usize {
        let mixed = (self.first ^ self.second.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> (64 - SLOTS.trailing_zeros())) as usize
    }
}

impl KnownNames {
    pub(super) fn new() -> Self {
        Self { slots: [Known::NOTHING; SLOTS] }
    }

    /// The name of this key at `start`, if it was read before.
    #[inline(always)]
    pub(super) fn find(&self, octets: &[u8], key: Key, start: usize) -> Option<QName> {
        let slot = key.slot();
        let first = self.slots.get(slot)?;
        let known = if first.key == key { first } else { self.find_beside(key, slot)? };
        let len = key.len as usize;
        if len > 16 {
            let before = known.at as usize;
            if octets.get(before + 16..before + len) != octets.get(start + 16..start + len) {
                return None;
            }
        }
        let Known { prefix, declares, prefix_len, .. } = *known;
        Some(QName { end: start + len, prefix_len, prefix, declares })
    }

    #[inline(never)]
    fn find_beside(&self, key: Key, slot: usize) -> Option<&Known> {
        let beside = (1..WAYS).filter_map(|way| self.slots.get(slot ^ way));
        beside.into_iter().find(|known| known.key == key)
    }

    pub(super) fn insert(&mut self, key: Key, start: usize, name: QName) {
        let QName { prefix_len, prefix, declares, .. } = name;
        let mut known = Known { key, at: start as u32, prefix, declares, prefix_len };
        // The newest name is first. The others move one slot on, and the last one is dropped.
        for way in 0..WAYS {
            if let Some(slot) = self.slots.get_mut(key.slot() ^ way) {
                std::mem::swap(slot, &mut known);
            }
        }
    }
}
