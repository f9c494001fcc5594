//! Interning: one id for each prefix, each namespace name, and each pair of both; and the names read before.
//!
//! A message repeats few names many times. A qualified name that was read before is recognised by its octets, the first 16
//! of them at once, and needs neither a check of its characters nor a look-up of its prefix.

use std::borrow::Cow;
use std::collections::HashMap;

use memchr::memchr3;
use wide::u8x16;

use wss_text::Slice as _;

use super::order::first_octets;
use crate::chars::{self, chunk};
use crate::error::Problem;
use crate::name;
use crate::tape::{
    AttributeName, NO_NAMESPACE, NO_NODE, NO_PREFIX, Pair, Tape, Written, XML_PAIR, XML_PREFIX, XMLNS_PREFIX,
};

/// The number of prefixes and of namespaces that are compared one by one: most messages have no more. That costs less
/// than their hashes.
pub(super) const FEW: usize = 16;

/// The binding of a prefix that no declaration in scope binds.
pub(super) const UNBOUND: u32 = u32::MAX;

/// Prefixes, namespace names and pairs by id, and the binding of each prefix at the current place.
pub(super) struct Names<'s> {
    pub(super) pairs: Vec<Pair>,
    pub(super) prefixes: Vec<(u32, u32)>,
    pub(super) uris: Vec<(u32, u32)>,
    pub(super) arena: String,
    /// The pair that each prefix is bound to at the current place, by prefix id.
    bound: Vec<u32>,
    /// Indexed by prefix id.
    declared: Vec<Declared<'s>>,
    /// The bindings to restore when elements end.
    undo: Vec<(u32, u32)>,
    in_scope: usize,
    /// The first prefixes as numbers, see [`packed`].
    packed: [u64; FEW],
    /// The prefix that was looked up last as a number, and its id.
    last_prefix: (u64, u32),
    /// The ids of the prefixes and namespaces after the first few.
    more_prefixes: HashMap<&'s [u8], u32>,
    more_uris: HashMap<String, u32>,
    more_pairs: HashMap<(u32, u32), u32>,
}

/// The last declaration of a prefix.
struct Declared<'s> {
    /// The node that declares it.
    by: u32,
    /// The number of the pair of prefix and namespace, or [`UNBOUND`] if nothing declared the prefix.
    pair: u32,
    /// Its value as written.
    value: &'s str,
}

impl<'s> Names<'s> {
    pub(super) fn new() -> Self {
        let mut names = Self {
            pairs: Vec::with_capacity(FEW),
            prefixes: Vec::with_capacity(FEW),
            uris: Vec::with_capacity(FEW),
            arena: String::with_capacity(FEW * 64),
            bound: Vec::with_capacity(FEW),
            declared: Vec::with_capacity(FEW),
            undo: Vec::with_capacity(FEW),
            in_scope: 0,
            packed: [TOO_LONG; FEW],
            last_prefix: (TOO_LONG, NO_PREFIX),
            more_prefixes: HashMap::new(),
            more_uris: HashMap::new(),
            more_pairs: HashMap::new(),
        };
        let empty = names.new_prefix(b"");
        let xml = names.new_prefix(b"xml");
        let xmlns = names.new_prefix(b"xmlns");
        debug_assert_eq!((empty, xml, xmlns), (NO_PREFIX, XML_PREFIX, XMLNS_PREFIX));
        let no_uri = names.new_uri("");
        let xml_uri = names.new_uri(name::XML);
        let no_namespace = names.new_pair(NO_PREFIX, no_uri, "");
        let xml = names.new_pair(XML_PREFIX, xml_uri, name::XML);
        debug_assert_eq!((no_namespace, xml), (NO_NAMESPACE, XML_PAIR));
        if let Some(bound) = names.bound.get_mut(..2) {
            bound.copy_from_slice(&[NO_NAMESPACE, XML_PAIR]);
        }
        names
    }

    /// The id of the prefix of `len` octets at `start`.
    pub(super) fn prefix_id(&mut self, octets: &'s [u8], start: usize, len: usize) -> u32 {
        if len == 0 {
            return NO_PREFIX;
        }
        let packed = packed_at(octets, start, len);
        // Names with the same prefix often follow each other.
        if packed != TOO_LONG && self.last_prefix.0 == packed {
            return self.last_prefix.1;
        }
        let known = self.packed.iter().position(|known| *known == packed).filter(|_| packed != TOO_LONG);
        let id = match known {
            Some(id) => id as u32,
            None => self.find_prefix(octets.slice(start..start + len)),
        };
        self.last_prefix = (packed, id);
        id
    }

    /// The id of a prefix that is not known as a number.
    fn find_prefix(&mut self, prefix: &'s [u8]) -> u32 {
        find(&self.prefixes, &self.arena, prefix)
            .or_else(|| self.more_prefixes.get(prefix).copied())
            .unwrap_or_else(|| self.new_prefix(prefix))
    }

    /// The pair a prefix is bound to at this place.
    #[inline(always)]
    pub(super) fn resolve(&self, prefix: u32) -> Result<u32, Problem> {
        match self.bound.get(prefix as usize) {
            Some(&pair) if pair != UNBOUND => Ok(pair),
            _ => Err(Problem::UnboundPrefix),
        }
    }

    /// Binds a prefix, or the default namespace, for the element `node` and its content; `value` is as written.
    pub(super) fn declare(&mut self, node: u32, prefix: u32, value: &'s str, rewrite: bool) -> Result<u32, Problem> {
        let declared = self.declared.get_mut(prefix as usize).ok_or(Problem::UnboundPrefix)?;
        if declared.by == node {
            return Err(Problem::DuplicateAttribute);
        }
        declared.by = node;
        let pair = match declared.pair {
            pair if pair != UNBOUND && declared.value == value => pair,
            _ => self.declare_otherwise(prefix, value, rewrite)?,
        };
        let bound = self.bound.get_mut(prefix as usize).ok_or(Problem::UnboundPrefix)?;
        if *bound == UNBOUND {
            self.in_scope += 1;
        }
        self.undo.push((prefix, *bound));
        *bound = pair;
        Ok(pair)
    }

    /// The pair of a prefix that was not declared before, or was declared with another value.
    #[inline(never)]
    fn declare_otherwise(&mut self, prefix: u32, value: &'s str, rewrite: bool) -> Result<u32, Problem> {
        let pair = self.pair_of(prefix, value, rewrite)?;
        if let Some(declared) = self.declared.get_mut(prefix as usize) {
            (declared.pair, declared.value) = (pair, value);
        }
        Ok(pair)
    }

    /// The number of namespaces in scope, other than the default one.
    pub(super) fn in_scope(&self) -> usize {
        self.in_scope
    }

    /// The mark to which `undo_to` goes back at the end of an element that begins here.
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

    /// The pair of a prefix and the namespace name written in `source`. Different spellings of one name give the same pair,
    /// so that two pairs are equal if prefix and namespace are.
    fn pair_of(&mut self, prefix: u32, source: &'s str, rewrite: bool) -> Result<u32, Problem> {
        let decoded = if rewrite { Cow::Owned(chars::decode_value(source)) } else { Cow::Borrowed(source) };
        let uri = find(&self.uris, &self.arena, decoded.as_bytes()).or_else(|| self.more_uris.get(&*decoded).copied());
        if let Some(pair) = uri.and_then(|uri| self.find_pair(prefix, uri)) {
            return Ok(pair);
        }
        let xml = decoded == name::XML;
        if prefix == XMLNS_PREFIX || decoded == name::XMLNS || xml != (prefix == XML_PREFIX) {
            return Err(Problem::ReservedNamespace);
        }
        if decoded.is_empty() && prefix != NO_PREFIX {
            return Err(Problem::EmptyNamespace);
        }
        let uri = uri.unwrap_or_else(|| self.new_uri(&decoded));
        Ok(self.new_pair(prefix, uri, &decoded))
    }

    fn find_pair(&self, prefix: u32, uri: u32) -> Option<u32> {
        let first = self.pairs.iter().take(FEW).position(|pair| (pair.prefix, pair.uri) == (prefix, uri));
        first.map(|at| at as u32).or_else(|| self.more_pairs.get(&(prefix, uri)).copied())
    }

    fn new_pair(&mut self, prefix: u32, uri: u32, name: &str) -> u32 {
        let id = self.pairs.len() as u32;
        let relative = !name.is_empty() && !is_absolute(name);
        let escape =
            memchr3(b'&', b'<', b'"', name.as_bytes()).or_else(|| memchr3(b'\t', b'\n', b'\r', name.as_bytes()));
        self.pairs.push(Pair { prefix, uri, relative, escape: escape.is_some() });
        if id as usize >= FEW {
            self.more_pairs.insert((prefix, uri), id);
        }
        id
    }

    fn new_prefix(&mut self, prefix: &'s [u8]) -> u32 {
        let id = self.prefixes.len() as u32;
        // The source is a text, and a prefix in it ends at a colon, at an equals sign or with the name.
        let text = std::str::from_utf8(prefix).expect("a prefix is a piece of a text");
        self.prefixes.push(keep(&mut self.arena, text));
        self.bound.push(UNBOUND);
        self.declared.push(Declared { by: NO_NODE, pair: UNBOUND, value: "" });
        match self.packed.get_mut(id as usize) {
            Some(number) => *number = packed(prefix),
            None => _ = self.more_prefixes.insert(prefix, id),
        }
        id
    }

    fn new_uri(&mut self, uri: &str) -> u32 {
        let id = self.uris.len() as u32;
        self.uris.push(keep(&mut self.arena, uri));
        if id as usize >= FEW {
            self.more_uris.insert(uri.to_owned(), id);
        }
        id
    }
}

/// A number that no prefix has: text has no such octets.
const TOO_LONG: u64 = u64::MAX;

/// A prefix of up to eight octets as a number, which no other prefix has.
fn packed(prefix: &[u8]) -> u64 {
    let mut first = [0; 8];
    match first.get_mut(..prefix.len()) {
        Some(octets) => octets.copy_from_slice(prefix),
        None => return TOO_LONG,
    }
    u64::from_le_bytes(first)
}

/// The same for the `len` octets at `start`, of which there is one or more; [`TOO_LONG`] close to the end of the
/// source, too.
#[inline(always)]
fn packed_at(octets: &[u8], start: usize, len: usize) -> u64 {
    match chunk(octets, start) {
        Some(first) if len <= 8 => u64::from_le_bytes(*first) & (u64::MAX >> (64 - 8 * len)),
        _ => TOO_LONG,
    }
}

/// As [`first_octets`], but close to the end of the source, too.
#[inline(always)]
fn first_octets_anywhere(octets: &[u8], start: usize, len: usize) -> u64 {
    first_octets(octets, start, len).unwrap_or_else(|| {
        let mut first = [0; 8];
        for (octet, source) in first.iter_mut().zip(octets.slice(start..start + len)) {
            *octet = *source;
        }
        u64::from_be_bytes(first)
    })
}

/// Adds a text to the arena, and returns its span.
fn keep(arena: &mut String, text: &str) -> (u32, u32) {
    let start = arena.len() as u32;
    arena.push_str(text);
    (start, arena.len() as u32)
}

/// The index of this text among the first few of the arena.
fn find(texts: &[(u32, u32)], arena: &str, text: &[u8]) -> Option<u32> {
    // Most of them have another length.
    let is_it = |(start, end): &(u32, u32)| {
        (end - start) as usize == text.len() && arena.as_bytes().get(*start as usize..*end as usize) == Some(text)
    };
    texts.iter().take(FEW).position(is_it).map(|at| at as u32)
}

/// Whether a namespace name begins with a URI scheme (RFC 3986 §3.1).
fn is_absolute(uri: &str) -> bool {
    let octets = uri.as_bytes();
    let is_of_scheme = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.');
    let scheme = octets.iter().position(|octet| !is_of_scheme(octet)).unwrap_or(octets.len());
    octets.first().is_some_and(u8::is_ascii_alphabetic) && octets.get(scheme) == Some(&b':')
}

/// A well-formed qualified name, independent of its place.
#[derive(Clone, Copy)]
pub(super) struct Name {
    /// A rank: a name that is earlier in canonical order has a lower number, if the prefix is the same or the earlier
    /// name has none. Different names may have the same rank. 0 for a declaration.
    pub(super) rank: u64,
    /// The name as that of an attribute in canonical form: its prefix is in the place of the pair.
    pub(super) of_attribute: AttributeName,
    /// One bit for the prefix, no bit for none. Prefixes beyond the first thirty have all bits.
    pub(super) prefix_bit: u32,
    /// The prefix that an attribute of this name declares, or [`UNBOUND`] if it is no declaration.
    pub(super) declares: u32,
    /// The number of the name. No other name has it, if there are no more than 128.
    pub(super) id: u8,
}

impl Name {
    const NOTHING: Self = Self {
        rank: 0,
        of_attribute: AttributeName { pair: NO_PREFIX, len: 0, written: Written::PLAIN },
        prefix_bit: 0,
        declares: UNBOUND,
        id: 0,
    };

    /// The name of `len` octets at `start`, of which `prefix_len` are the prefix.
    pub(super) fn new(
        octets: &[u8],
        (start, len): (usize, usize),
        prefix_len: usize,
        prefix: u32,
        declares: u32,
    ) -> Self {
        let skipped = if prefix_len == 0 { 0 } else { prefix_len + 1 };
        let first = first_octets_anywhere(octets, start + skipped, len - skipped);
        let prefix_bit = match prefix {
            NO_PREFIX => 0,
            1..=30 => 1 << prefix,
            _ => u32::MAX,
        };
        let rank = u64::from(prefix.min(31)) << 56 | first >> 8;
        Self {
            rank: if declares == UNBOUND { rank } else { 0 },
            of_attribute: AttributeName {
                pair: prefix,
                len: len as u16,
                written: Written::PLAIN.of_name(octets.slice(start..start + len)),
            },
            prefix_bit,
            declares,
            id: 0,
        }
    }

    /// The id of its prefix.
    #[inline(always)]
    pub(super) fn prefix(&self) -> u32 {
        self.of_attribute.pair
    }

    /// The number of its octets.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        usize::from(self.of_attribute.len)
    }
}

/// A name that was read before.
#[derive(Clone, Copy)]
struct Known {
    key: Key,
    name: Name,
    /// The offset of the name in the source.
    at: u32,
}

impl Known {
    /// A key that no name has: text has no such octets.
    const NOTHING: Self = Self { key: Key::ALL, name: Name::NOTHING, at: 0 };

    /// Whether it is the name of `len` octets at `start`, which has the same key. There are 16 octets or more.
    #[inline(never)]
    fn is_longer_name(&self, octets: &[u8], start: usize, len: usize) -> bool {
        let (rest, before) = (start + Key::OCTETS..start + len, self.at as usize);
        self.name.len() == len && octets.get(rest) == octets.get(before + Key::OCTETS..before + len)
    }
}

/// The attribute that last followed a name or another attribute.
#[derive(Clone, Copy)]
pub(super) struct Follower {
    /// The space, the name, the equals sign and the quote.
    key: Key,
    /// A mask over the 16 octets of `key`: it has ones where the octets belong to these.
    mask: Key,
    pub(super) name: Name,
}

impl Follower {
    const NOTHING: Self = Self { key: Key::ALL, mask: Key::ALL, name: Name::NOTHING };
    /// The largest length of a name that can be compared in this way.
    const MOST: usize = Key::OCTETS - 3;

    /// Whether the same octets are at `at`, with the space before the name.
    #[inline(always)]
    pub(super) fn is_at(&self, octets: &[u8], at: usize) -> bool {
        chunk(octets, at).is_some_and(|octets| Key::masked(u8x16::new(*octets), self.mask) == self.key)
    }
}

/// Names read before, each in one of the four slots that its octets choose.
pub(super) struct KnownNames {
    slots: [Known; SLOTS],
    /// Indexed by the number of the name before.
    followers: [Follower; SLOTS],
    /// The number of names that have a number.
    numbered: u8,
}

const SLOTS: usize = 128;

/// The number of slots in which a name may be.
const WAYS: u8 = 4;

/// The first 16 octets of a name, with zeros after its end. Two names of at most 16 octets are equal if their keys are.
#[derive(Clone, Copy, Default)]
pub(super) struct Key(u8x16);

impl PartialEq for Key {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0.simd_eq(other.0).to_bitmask() == 0xFFFF
    }
}

/// Masks of the octets that belong to a name, by its length.
static MASKS: [Key; 17] = {
    let mut masks = [Key::ALL; 17];
    let mut len = 0;
    while len < Key::OCTETS {
        let mut mask = [0; Key::OCTETS];
        let mut at = 0;
        while at < len {
            mask[at] = u8::MAX;
            at += 1;
        }
        masks[len] = Key(u8x16::new(mask));
        len += 1;
    }
    masks
};

impl Key {
    /// The number of octets of a name that its key contains.
    pub(super) const OCTETS: usize = 16;
    const ALL: Self = Self(u8x16::MAX);

    /// The key of the name of `len` octets at `start`; `None` close to the end of the source.
    #[inline(always)]
    pub(super) fn of(octets: &[u8], start: usize, len: usize) -> Option<Self> {
        Some(Self::masked(u8x16::new(*chunk(octets, start)?), *MASKS.get(len.min(Self::OCTETS))?))
    }

    /// The key of a name of fewer than 16 octets, from the 16 octets at its start.
    #[inline(always)]
    pub(super) fn of_short(octets: u8x16, len: usize) -> Self {
        Self::masked(octets, MASKS[len % Self::OCTETS])
    }

    #[inline(always)]
    fn masked(octets: u8x16, mask: Self) -> Self {
        Self(octets & mask.0)
    }

    #[inline(always)]
    fn slot(self) -> u8 {
        let whole = u128::from_le_bytes(self.0.to_array());
        let mixed = (whole as u64 ^ ((whole >> 64) as u64).rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> (64 - SLOTS.trailing_zeros())) as u8
    }
}

impl KnownNames {
    /// No name was read.
    pub(super) const NONE: Self =
        Self { slots: [Known::NOTHING; SLOTS], followers: [Follower::NOTHING; SLOTS], numbered: 0 };

    #[inline(always)]
    fn known(&self, slot: u8) -> &Known {
        &self.slots[slot as usize % SLOTS]
    }

    #[inline(always)]
    fn known_mut(&mut self, slot: u8) -> &mut Known {
        &mut self.slots[slot as usize % SLOTS]
    }

    /// The name in a slot.
    #[inline(always)]
    pub(super) fn at(&self, slot: u8) -> &Name {
        &self.known(slot).name
    }

    /// The attribute that last followed the name with the number `previous`.
    #[inline(always)]
    pub(super) fn follower(&self, previous: u8) -> &Follower {
        &self.followers[previous as usize % SLOTS]
    }

    /// Remembers that the name in a slot followed the one with the number `previous`.
    pub(super) fn follows(&mut self, previous: u8, slot: u8) {
        let Known { key, name, .. } = *self.known(slot);
        let mut octets = [0; Key::OCTETS];
        let [space, of_name @ ..] = &mut octets;
        *space = b' ';
        // Keys do not distinguish longer names.
        let Some((of_name, rest)) = of_name.split_at_mut_checked(name.len()).filter(|_| name.len() <= Follower::MOST)
        else {
            return;
        };
        for (octet, source) in of_name.iter_mut().zip(key.0.to_array()) {
            *octet = source;
        }
        for (octet, source) in rest.iter_mut().zip(*b"=\"") {
            *octet = source;
        }
        let mask = MASKS[name.len() + 3];
        self.followers[previous as usize % SLOTS] = Follower { key: Key(u8x16::new(octets)), mask, name };
    }

    /// The slot of the name with this key, if it was read before and has no more than 16 octets.
    #[inline(always)]
    pub(super) fn find_short(&self, key: Key) -> Option<u8> {
        let slot = key.slot();
        if self.known(slot).key == key { Some(slot) } else { self.find_beside(key, slot) }
    }

    /// The slot of the name of `len` octets at `start` with this key, if it was read before.
    #[inline(always)]
    pub(super) fn find(&self, octets: &[u8], key: Key, start: usize, len: usize) -> Option<u8> {
        let slot = self.find_short(key)?;
        // A longer name may begin with all octets of this one.
        if len < Key::OCTETS || self.known(slot).is_longer_name(octets, start, len) { Some(slot) } else { None }
    }

    #[inline(never)]
    fn find_beside(&self, key: Key, slot: u8) -> Option<u8> {
        (1..WAYS).map(|way| slot ^ way).find(|slot| self.known(*slot).key == key)
    }

    /// Remembers, under its key, a name that was read at `at`.
    pub(super) fn insert(&mut self, key: Key, name: Name, at: usize) -> u8 {
        self.numbered = self.numbered.wrapping_add(1);
        let mut known = Known { key, name: Name { id: self.numbered, ..name }, at: at as u32 };
        let first = key.slot();
        // The newest name is first. The others move one slot on, and the last one is dropped if no slot is free.
        for way in 0..WAYS {
            std::mem::swap(self.known_mut(first ^ way), &mut known);
            if known.key == Known::NOTHING.key {
                break;
            }
        }
        first
    }

    /// Keeps a name until the next one.
    pub(super) fn keep(&mut self, name: Name) -> u8 {
        *self.known_mut(0) = Known { name, ..Known::NOTHING };
        0
    }
}
