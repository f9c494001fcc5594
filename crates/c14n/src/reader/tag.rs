//! Tags: element names, attributes and declarations.
//!
//! Most names were read before and most attributes are written `name="value"`; the first stop of an attribute is then
//! the quote after its name, and the name is known by its octets. All other cases take the functions that are not
//! inlined.

use memchr::memchr3;
use wide::u8x16;
use wss_budget::Limit;
use wss_text::Slice as _;

use super::intern::{Key, Name, UNBOUND};
use super::order::{CanonicalOrder, Sorted, sort_by_first_octets};
use super::{FEW, Failed, Open, Reader, Tag};
use crate::chars::{chunk, is_blank, no_reference, reference};
use crate::error::{ParseError, Problem, name_at};
use crate::name;
use crate::tape::{Attribute, AttributeName, Declaration, Kind, NO_PREFIX, Node, Written, XMLNS_PREFIX, flag};

/// A bit beside those of prefixes. It is set if the names do not show whether the attributes are in canonical order.
const NOT_ORDERED: u32 = 1 << 31;
/// A bit beside [`NOT_ORDERED`]: the ranks of two attributes are the same.
const NOT_TOLD: u32 = 1;

/// The attributes of a tag that were read so far.
#[derive(Clone, Copy)]
struct Attributes {
    /// The octet at which the rest of the tag begins.
    at: usize,
    /// The number of the name that was read last.
    previous: u8,
    /// The rank of the attribute that was read last.
    rank: u64,
    /// The bits that [`Reader::settle_attributes`] reads: the prefixes, and [`NOT_ORDERED`].
    prefix_bits: u32,
}

/// The value of an attribute.
struct Value {
    start: usize,
    end: usize,
    written: Written,
}

/// The bits that say how an attribute and the next one are ordered, if the rank of the next one is not greater.
#[inline(always)]
fn not_ordered(rank: u64, next: u64) -> u32 {
    if next < rank { NOT_ORDERED } else { NOT_ORDERED | NOT_TOLD }
}

impl Reader<'_, '_> {
    // STag ::= '<' QName (S Attribute)* S? '>'    EmptyElemTag ::= '<' QName (S Attribute)* S? '/>'

    #[inline(always)]
    pub(super) fn start_tag(&mut self, octets: &[u8], start: usize) -> Result<usize, Failed> {
        self.check_room()?;
        let node = self.tape.nodes.len() as u32;
        let (key, slot, len) = self.element_name(octets, start + 1)?;
        let name = self.known.at(slot);
        let (prefix, id) = (name.prefix(), name.id);
        let first_attribute = self.tape.attributes.len();
        let undo = self.names.mark();
        self.tag = Tag { undo: undo as u32, first_attribute, flags: flag::AS_IS };
        let name_end = start + 1 + len;
        let (at, prefix_bits) = match octets.get(name_end) {
            Some(b'>') => (name_end + 1, 0),
            _ => self.attributes(octets, id, name_end)?,
        };
        let pair = match self.names.resolve(prefix) {
            Ok(pair) => pair,
            Err(problem) => return Err(self.malformed(start, problem)),
        };
        if prefix_bits != 0 {
            self.settle_attributes(first_attribute, start, prefix_bits)?;
        }
        self.tape.nodes.push(Node {
            start: start as u32,
            tag_end: at as u32,
            end: at as u32,
            next: node + 1,
            parent: self.parent,
            pair,
            attributes: first_attribute as u32,
            name_len: len as u16,
            kind: Kind::Element,
            flags: self.tag.flags,
        });
        if self.tag.flags & flag::EMPTY != 0 {
            self.names.undo_to(undo);
        } else {
            self.open.push(Open { node, undo: undo as u32, name_len: len as u32, name: key });
            self.parent = node;
        }
        Ok(at)
    }

    /// Reads from the end of the name with the number `previous` to the end of the tag. Returns that end, and the bits
    /// for [`Reader::settle_attributes`].
    #[inline(always)]
    fn attributes(&mut self, octets: &[u8], previous: u8, at: usize) -> Result<(usize, u32), Failed> {
        if self.tape.attributes.capacity() - self.tape.attributes.len() < FEW {
            self.grow_attributes();
        }
        // Each value is in a register of its own: a structure that is also passed on would be on the stack.
        let (mut at, mut previous, mut rank, mut prefix_bits) = (at, previous, 0, 0);
        loop {
            let follower = self.known.follower(previous);
            if follower.is_at(octets, at) {
                let (start, value) = (at + 1, at + 3 + follower.name.len());
                let end = self.stops.next(value);
                // Looked up again, since registers are scarcer than look-ups.
                let name = &self.known.follower(previous).name;
                let is_plain = octets.get(end) == Some(&b'"') && end - value <= self.bounds.value_octets;
                if is_plain && (name.rank > rank || name.declares == UNBOUND) {
                    if name.rank <= rank {
                        prefix_bits |= not_ordered(rank, name.rank);
                    }
                    let (name_start, value_end) = (start as u32, end as u32);
                    self.tape.attributes.push(Attribute { name_start, value_end, name: name.of_attribute });
                    (at, previous, rank, prefix_bits) = (end + 1, name.id, name.rank, prefix_bits | name.prefix_bit);
                    continue;
                }
                let mut read = Attributes { at, previous, rank, prefix_bits };
                self.long_attribute(&mut read, start, (value, end))?;
                Attributes { at, previous, rank, prefix_bits } = read;
                continue;
            }
            let mut read = Attributes { at, previous, rank, prefix_bits };
            match chunk(octets, at) {
                Some([b'>', _]) => {
                    at += 1;
                    break;
                }
                Some(b"/>") => {
                    self.tag.flags |= flag::EMPTY;
                    at += 2;
                    break;
                }
                Some([b' ', next]) if *next > b'>' => {
                    let start = read.at + 1;
                    self.other_attribute(&mut read, start)?;
                }
                _ => match self.tag_end(read.at)? {
                    (end, true) => {
                        at = end;
                        break;
                    }
                    (start, false) => self.other_attribute(&mut read, start)?,
                },
            }
            Attributes { at, previous, rank, prefix_bits } = read;
        }
        self.check_attributes()?;
        Ok((at, prefix_bits))
    }

    /// Records an attribute or a declaration.
    #[inline(always)]
    fn attribute(
        &mut self,
        read: Attributes,
        start: usize,
        name: Name,
        Value { start: value, end, written }: Value,
    ) -> Result<Attributes, Failed> {
        if end - value > self.bounds.value_octets {
            return Err(self.over(Limit::ValueOctets));
        }
        let mut prefix_bits = read.prefix_bits | name.prefix_bit;
        if name.rank <= read.rank {
            if name.declares != UNBOUND {
                self.declare(start, name.declares, (value, end), written.rewrites_value())?;
                return Ok(Attributes { at: end + 1, previous: name.id, ..read });
            }
            prefix_bits |= not_ordered(read.rank, name.rank);
        }
        self.tape.attributes.push(Attribute {
            name_start: start as u32,
            value_end: end as u32,
            name: AttributeName { written: written.named_as(name.of_attribute.written), ..name.of_attribute },
        });
        Ok(Attributes { at: end + 1, previous: name.id, rank: name.rank, prefix_bits })
    }

    /// Reads on after a name or a value that is not followed by a single space and an attribute. Returns the next position, and
    /// whether the tag ended.
    #[inline(never)]
    fn tag_end(&mut self, start: usize) -> Result<(usize, bool), Failed> {
        let at = self.blanks(start);
        if at > start + 1 || (at > start && self.at(start) != b' ') {
            self.tag.flags &= !flag::AS_IS;
        }
        match (self.at(at), self.at(at + 1)) {
            (b'>', _) => {
                if at > start {
                    self.tag.flags &= !flag::AS_IS;
                }
                Ok((at + 1, true))
            }
            (b'/', b'>') => {
                if at > start {
                    self.tag.flags &= !flag::AS_IS;
                }
                self.tag.flags |= flag::EMPTY;
                Ok((at + 2, true))
            }
            (b'/', _) => Err(self.malformed(at, Problem::Tag)),
            _ if at == start => Err(self.malformed(at, Problem::WhiteSpace)),
            _ => Ok((at, false)),
        }
    }

    // Attribute ::= QName Eq AttValue

    /// The attribute at `start`, which is the one that last came at this place, and whose value does not end at its
    /// first stop.
    #[inline(never)]
    fn long_attribute(
        &mut self,
        read: &mut Attributes,
        start: usize,
        (value, stop): (usize, usize),
    ) -> Result<(), Failed> {
        let name = self.known.follower(read.previous).name;
        let (end, rewrite) = self.long_value(value, stop, b'"')?;
        *read =
            self.attribute(*read, start, name, Value { start: value, end, written: Written::new(2, false, rewrite) })?;
        Ok(())
    }

    /// The attribute at `start`, which is not the one that last came at this place, or is not written as in canonical
    /// form.
    #[inline(never)]
    fn other_attribute(&mut self, read: &mut Attributes, start: usize) -> Result<(), Failed> {
        let octets = self.octets;
        let quote = self.stops.next(start);
        let is_plain = matches!(chunk(octets, quote.wrapping_sub(1)), Some(b"=\"" | b"='"));
        // There is white space before the name, so that no equals sign is before it.
        let len = quote.wrapping_sub(start + 1);
        let known = Key::of(octets, start, len).filter(|_| is_plain);
        let known = known.and_then(|key| self.known.find(octets, key, start, len));
        let (slot, len) = match known {
            Some(slot) => (slot, len),
            None => {
                let (_, slot, len) = self.other_name(start, if is_plain { len } else { 0 })?;
                (slot, len)
            }
        };
        self.known.follows(read.previous, slot);
        let (value, quote) = self.equals(start + len)?;
        let stop = self.stops.next(value);
        let (end, rewrite) = self.long_value(value, stop, quote)?;
        let name = *self.known.at(slot);
        let between = value - (start + len);
        let is_canonical = between == 2 && quote == b'"' && octets.get(start - 1) == Some(&b' ');
        let written = Written::new(between as u16, !is_canonical, rewrite);
        *read = self.attribute(*read, start, name, Value { start: value, end, written })?;
        Ok(())
    }

    /// Reads `S? '=' S?` and a quote. Returns the start of the value, and the quote.
    fn equals(&mut self, start: usize) -> Result<(usize, u8), Failed> {
        if self.rest(start).starts_with(b"=\"") {
            return Ok((start + 2, b'"'));
        }
        self.tag.flags &= !flag::AS_IS;
        let equals = self.blanks(start);
        if self.at(equals) != b'=' {
            return Err(self.malformed(equals, Problem::Equals));
        }
        let quote = self.blanks(equals + 1);
        if quote - start > self.limits.size(Limit::EqualsBlanks).min(Written::MOST - 1) {
            return Err(self.over(Limit::EqualsBlanks));
        }
        match self.at(quote) {
            octet @ (b'"' | b'\'') => Ok((quote + 1, octet)),
            _ => Err(self.malformed(quote, Problem::Quote)),
        }
    }

    /// The end of the value at `start`, and whether the value must be rewritten in canonical form. `at` is the first
    /// octet in it that may end it or need a change.
    fn long_value(&mut self, start: usize, mut at: usize, quote: u8) -> Result<(usize, bool), Failed> {
        let mut rewrite = false;
        loop {
            match self.at(at) {
                octet if octet == quote => break,
                b'\'' | b'>' | b'#' => at += 1,
                b'&' => {
                    let rest = self.rest(at);
                    let (_, length) = reference(rest).ok_or_else(|| self.malformed(at, no_reference(rest)))?;
                    rewrite = true;
                    at += length;
                }
                b'<' => return Err(self.malformed(at, Problem::LessThanInValue)),
                0 => return Err(self.malformed(start, Problem::Quote)),
                _ => {
                    rewrite = true;
                    at += 1;
                }
            }
            at = self.stops.next(at);
        }
        if rewrite {
            self.tag.flags &= !flag::AS_IS;
        }
        Ok((at, rewrite))
    }

    /// Whether the number of attributes of the current tag is within the limit.
    #[inline(always)]
    pub(super) fn check_attributes(&mut self) -> Result<(), Failed> {
        if self.tape.attributes.len() - self.tag.first_attribute > self.bounds.attributes {
            return Err(self.over(Limit::Attributes));
        }
        Ok(())
    }

    #[inline(never)]
    fn declare(
        &mut self,
        start: usize,
        declares: u32,
        (value, value_end): (usize, usize),
        rewrite: bool,
    ) -> Result<(), Failed> {
        let (node, undo) = (self.tape.nodes.len() as u32, self.tag.undo as usize);
        self.tag.flags = (self.tag.flags | flag::DECLARES) & !flag::AS_IS;
        let source = self.source.slice(value..value_end);
        let pair = match self.names.declare(node, declares, source, rewrite) {
            Ok(pair) => pair,
            Err(problem) => {
                let declared = if declares == NO_PREFIX { start } else { start + 6 };
                return Err(self.malformed(declared, problem));
            }
        };
        self.tape.declarations.push(Declaration { node, pair });
        if self.names.mark() - undo > self.limits.size(Limit::Declarations) {
            return Err(self.over(Limit::Declarations));
        }
        if self.names.in_scope() > self.limits.size(Limit::NamespacesInScope) {
            return Err(self.over(Limit::NamespacesInScope));
        }
        if self.tape.declarations.len() > self.limits.size(Limit::AllDeclarations) {
            return Err(self.over(Limit::AllDeclarations));
        }
        Ok(())
    }

    /// Binds attribute prefixes, sorts the attributes in canonical order and finds duplicates.
    #[inline(never)]
    fn settle_attributes(&mut self, first: usize, at: usize, prefix_bits: u32) -> Result<(), Failed> {
        let Some(attributes) = self.tape.attributes.get_mut(first..) else { return Ok(()) };
        if prefix_bits == NOT_ORDERED {
            self.tag.flags &= !flag::AS_IS;
            if let [left, right] = &mut *attributes {
                std::mem::swap(left, right);
                return Ok(());
            }
            if sort_by_first_octets(self.octets, attributes) {
                return Ok(());
            }
        }
        if prefix_bits & !(NOT_ORDERED | NOT_TOLD) != 0 {
            for attribute in attributes.iter_mut().filter(|attribute| attribute.is_prefixed()) {
                match self.names.resolve(attribute.name.pair) {
                    Ok(pair) => attribute.name.pair = pair,
                    Err(problem) => return Err(self.malformed(at, problem)),
                }
            }
            self.tag.flags |= flag::PREFIXED_ATTRIBUTES;
        }
        // With one prefix at most, the ranks of the names decide. With two, the namespaces must be compared.
        if prefix_bits.is_power_of_two() && prefix_bits != NOT_ORDERED {
            return Ok(());
        }
        let names = &self.names;
        let order = CanonicalOrder {
            octets: self.octets,
            pairs: &names.pairs,
            prefixes: &names.prefixes,
            uris: &names.uris,
            arena: &names.arena,
        };
        match order.sort(attributes) {
            Sorted::Already => {}
            Sorted::Now => self.tag.flags &= !flag::AS_IS,
            Sorted::Duplicate => return Err(self.malformed(at, Problem::DuplicateAttribute)),
        }
        Ok(())
    }

    // ETag ::= '</' QName S? '>'

    #[inline(always)]
    pub(super) fn end_tag(&mut self, octets: &[u8], start: usize) -> Result<usize, Failed> {
        let next = self.tape.nodes.len() as u32;
        // Only a document can begin with an end tag.
        let Some(open) = self.open.pop() else { return Err(self.no_name(start)) };
        let Some(node) = self.tape.nodes.get_mut(open.node as usize) else {
            return Err(self.malformed(start, Problem::EndTag));
        };
        let (name, len) = (start + 2, open.name_len as usize);
        let is_same = match Key::of(octets, name, len) {
            Some(key) if len <= Key::OCTETS => key == open.name,
            _ => octets.get(name..name + len) == octets.get(node.start as usize + 1..node.start as usize + 1 + len),
        };
        if !is_same {
            let opened = node.start as usize;
            return Err(self.other_end(start, opened));
        }
        let mut at = name + len;
        if octets.get(at) != Some(&b'>') {
            while octets.get(at).copied().is_some_and(is_blank) {
                at += 1;
            }
            if octets.get(at) != Some(&b'>') {
                let opened = node.start as usize;
                return Err(self.other_end(start, opened));
            }
            node.flags |= flag::END_REWRITE;
        }
        node.end = at as u32 + 1;
        node.next = next;
        self.parent = node.parent;
        self.names.undo_to(open.undo as usize);
        Ok(at + 1)
    }

    /// The end tag at `start` is not that of the element at `start_offset`.
    #[cold]
    fn other_end(&mut self, offset: usize, start_offset: usize) -> Failed {
        let (start, end) = (name_at(self.octets, start_offset + 1), name_at(self.octets, offset + 2));
        if start == end {
            return self.malformed(offset, Problem::EndTag);
        }
        self.fail(ParseError::EndTag { offset, names: Box::new([end, start]), start_offset })
    }

    // QName ::= (NCName ':')? NCName

    /// The name of an element: its key, its slot and its length.
    #[inline(always)]
    fn element_name(&mut self, octets: &[u8], start: usize) -> Result<(Key, u8, usize), Failed> {
        if let Some(first) = chunk::<{ Key::OCTETS }>(octets, start) {
            let first = u8x16::new(*first);
            let is = |octet: u8| first.simd_eq(u8x16::splat(octet));
            let ends = (is(b' ') | is(b'>') | is(b'/')).to_bitmask();
            let len = ends.trailing_zeros() as usize;
            let key = Key::of_short(first, len);
            if ends != 0
                && let Some(slot) = self.known.find_short(key)
            {
                return Ok((key, slot, len));
            }
        }
        self.long_element_name(start)
    }

    /// As `element_name`, for a name that has 16 octets or more, or is close to the end of the source.
    #[inline(never)]
    fn long_element_name(&mut self, start: usize) -> Result<(Key, u8, usize), Failed> {
        let rest = self.rest(start);
        let len = memchr3(b' ', b'>', b'/', rest).unwrap_or(rest.len());
        if len >= Key::OCTETS
            && let Some(key) = Key::of(self.octets, start, len)
            && let Some(slot) = self.known.find(self.octets, key, start, len)
        {
            return Ok((key, slot, len));
        }
        self.other_name(start, len)
    }

    /// The name at `start`, read and checked: its key, its slot and its length. A name of `unknown` octets at this place was
    /// already looked up, and is new.
    #[inline(never)]
    fn other_name(&mut self, start: usize, unknown: usize) -> Result<(Key, u8, usize), Failed> {
        let name = self.new_qname(start)?;
        let len = name.len();
        let Some(key) = Key::of(self.octets, start, len) else {
            return Ok((Key::default(), self.known.keep(name), len));
        };
        let slot = if len == unknown { None } else { self.known.find(self.octets, key, start, len) };
        Ok((key, slot.unwrap_or_else(|| self.known.insert(key, name, start)), len))
    }

    /// Checks a name and looks up its prefix.
    fn new_qname(&mut self, start: usize) -> Result<Name, Failed> {
        let mut end = self.ncname(start)?;
        let mut prefix_len = 0;
        if self.at(end) == b':' {
            prefix_len = end - start;
            end = match self.ncname(end + 1) {
                Ok(end) => end,
                Err(Failed) => return Err(self.malformed(start, Problem::QName)),
            };
            if self.at(end) == b':' {
                return Err(self.malformed(start, Problem::QName));
            }
        }
        if end - start > self.max_name() {
            return Err(self.over(Limit::NameOctets));
        }
        let octets = self.octets;
        let prefix = self.names.prefix_id(octets, start, prefix_len);
        let declares = if prefix == XMLNS_PREFIX {
            let local = start + prefix_len + 1;
            self.names.prefix_id(octets, local, end - local)
        } else if octets.get(start..end) == Some(b"xmlns") {
            NO_PREFIX
        } else {
            UNBOUND
        };
        Ok(Name::new(octets, (start, end - start), prefix_len, prefix, declares))
    }

    pub(super) fn ncname(&mut self, start: usize) -> Result<usize, Failed> {
        let rest = self.rest(start);
        let ascii = ascii_name_len(rest);
        let is_start = rest.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
        if is_start && rest.get(ascii).is_none_or(u8::is_ascii) {
            return Ok(start + ascii);
        }
        // The check for UTF-8 goes no further than the end of this name.
        let end = rest.iter().position(|b| b.is_ascii() && !is_ascii_name(*b)).unwrap_or(rest.len());
        let length = std::str::from_utf8(rest.slice(..end)).map_or(0, name::ncname_len);
        if length == 0 {
            return Err(self.malformed(start, Problem::Name));
        }
        Ok(start + length)
    }
}

/// The number of octets at the front that are [`is_ascii_name`].
fn ascii_name_len(rest: &[u8]) -> usize {
    let (blocks, _) = rest.as_chunks::<16>();
    for (at, block) in blocks.iter().enumerate() {
        let octets = u8x16::new(*block);
        let is_within = |octets: u8x16, first: u8, last: u8| {
            let offset = octets - u8x16::splat(first);
            offset.simd_eq(offset.min(u8x16::splat(last - first)))
        };
        let is_letter = is_within(octets | u8x16::splat(0x20), b'a', b'z');
        let is_other =
            is_within(octets, b'0', b'9') | is_within(octets, b'-', b'.') | octets.simd_eq(u8x16::splat(b'_'));
        let is_name = (is_letter | is_other).to_bitmask() as u16;
        if is_name != u16::MAX {
            return at * 16 + is_name.trailing_ones() as usize;
        }
    }
    let checked = blocks.len() * 16;
    let rest = rest.slice(checked..);
    checked + rest.iter().position(|octet| !is_ascii_name(*octet)).unwrap_or(rest.len())
}

fn is_ascii_name(octet: u8) -> bool {
    const IS_NAME: [bool; 256] = {
        let mut is_name = [false; 256];
        let mut octet = 0;
        while octet < 128 {
            is_name[octet as usize] =
                (octet as u8).is_ascii_alphanumeric() || matches!(octet as u8, b'_' | b'-' | b'.');
            octet += 1;
        }
        is_name
    };
    IS_NAME[octet as usize]
}
