//! Tags: element names, attributes and declarations.

use wss_budget::Limit;

use super::intern::{Key, QName, UNBOUND};
use super::order::{CanonicalOrder, Sorted};
use super::{Failed, Reader};
use crate::chars::{is_blank, reference};
use crate::error::Problem;
use crate::name;
use crate::tape::{Attribute, Declaration, Kind, NO_NODE, NO_PREFIX, Node, XMLNS_PREFIX, flag};

impl Reader<'_, '_> {
    // STag ::= '<' QName (S Attribute)* S? '>'    EmptyElemTag ::= '<' QName (S Attribute)* S? '/>'

    pub(super) fn start_tag(&mut self, start: usize) -> Result<usize, Failed> {
        let index = self.nodes.len();
        if index == self.nodes.capacity() || index >= self.max_nodes {
            self.grow_nodes()?;
        }
        if self.open.len() >= self.limits.size(Limit::Depth) {
            return Err(self.over(Limit::Depth));
        }
        let name = self.qname(self.octets, start + 1)?;
        let first_attribute = self.attributes.len();
        self.attributes_allowed = first_attribute.saturating_add(self.limits.size(Limit::Attributes));
        let mark = self.names.mark();
        let mut flags = flag::AS_IS;
        let at = self.attributes(name.end, index as u32, mark, &mut flags)?;
        let pair = match self.names.resolve(name.prefix) {
            Ok(pair) => pair,
            Err(problem) => return Err(self.malformed(start, problem)),
        };
        if name.prefix == XMLNS_PREFIX {
            return Err(self.malformed(start, Problem::ReservedNamespace));
        }
        let count = self.attributes.len() - first_attribute;
        if count > 0 {
            self.resolve_attributes(first_attribute, count, start, &mut flags)?;
        }
        self.nodes.push(Node {
            start: start as u32,
            tag_end: at as u32,
            end: at as u32,
            next: index as u32 + 1,
            parent: self.open.last().map_or(NO_NODE, |open| open.0),
            pair,
            attributes: first_attribute as u32,
            name_len: (name.end - start - 1) as u16,
            kind: Kind::Element,
            flags,
        });
        if flags & flag::EMPTY != 0 {
            self.names.undo_to(mark);
        } else {
            self.open.push((index as u32, mark as u32));
        }
        Ok(at)
    }

    /// From the end of the name to the end of the tag.
    #[inline(always)]
    fn attributes(&mut self, mut at: usize, node: u32, mark: usize, flags: &mut u8) -> Result<usize, Failed> {
        let octets = self.octets;
        loop {
            match octets.get(at..at + 2) {
                Some([b'>', _]) => return Ok(at + 1),
                Some([b' ', next]) if *next > b'>' => at += 1,
                _ => match self.tag_end(at, flags)? {
                    (end, true) => return Ok(end),
                    (next, false) => at = next,
                },
            }
            at = self.attribute(octets, at, node, mark, flags)?;
        }
    }

    /// Reads what follows a name or a value, if that is not one space and an attribute: the end of the tag, or other
    /// white space before an attribute. The flag says which.
    #[inline(never)]
    fn tag_end(&mut self, start: usize, flags: &mut u8) -> Result<(usize, bool), Failed> {
        let at = self.blanks(start);
        if at > start + 1 || (at > start && self.at(start) != b' ') {
            *flags &= !flag::AS_IS;
        }
        match (self.at(at), self.at(at + 1)) {
            (b'>', _) => {
                if at > start {
                    *flags &= !flag::AS_IS;
                }
                Ok((at + 1, true))
            }
            (b'/', b'>') => {
                *flags = (*flags | flag::EMPTY) & !flag::AS_IS;
                Ok((at + 2, true))
            }
            (b'/', _) => Err(self.malformed(at, Problem::Tag)),
            _ if at == start => Err(self.malformed(at, Problem::WhiteSpace)),
            _ => Ok((at, false)),
        }
    }

    // Attribute ::= QName Eq AttValue

    #[inline(always)]
    fn attribute(
        &mut self,
        octets: &[u8],
        start: usize,
        node: u32,
        mark: usize,
        flags: &mut u8,
    ) -> Result<usize, Failed> {
        let name = self.qname(octets, start)?;
        let (value, quote) = match octets.get(name.end..name.end + 2) {
            Some(b"=\"") => (name.end + 2, b'"'),
            _ => {
                *flags &= !flag::AS_IS;
                self.equals(name.end)?
            }
        };
        let mut value_end = self.stops.value(value);
        let mut rewrite = false;
        if octets.get(value_end) != Some(&quote) {
            (value_end, rewrite) = self.long_value(value, value_end, quote)?;
            if rewrite {
                *flags &= !flag::AS_IS;
            }
        }
        if value_end - value > self.limits.size(Limit::ValueOctets) {
            return Err(self.over(Limit::ValueOctets));
        }
        if name.declares != UNBOUND {
            *flags = (*flags | flag::DECLARES) & !flag::AS_IS;
            let declared = if name.prefix_len == 0 { start } else { start + 6 };
            self.declare(node, mark, (declared, &name), (value, value_end), rewrite)?;
        } else {
            if self.attributes.len() >= self.attributes_allowed {
                return Err(self.over(Limit::Attributes));
            }
            if self.attributes.len() == self.attributes.capacity() {
                self.grow_attributes();
            }
            self.attributes.push(Attribute {
                name_start: start as u32,
                value_start: value as u32,
                value_end: value_end as u32,
                pair: name.prefix,
                name_len: (name.end - start) as u16,
                prefix_len: name.prefix_len,
                rewrite,
            });
        }
        Ok(value_end + 1)
    }

    /// `S? '=' S?` and a quote: where the value begins, and which quote it is.
    #[cold]
    fn equals(&mut self, start: usize) -> Result<(usize, u8), Failed> {
        let equals = self.blanks(start);
        if self.at(equals) != b'=' {
            return Err(self.malformed(equals, Problem::Equals));
        }
        let quote = self.blanks(equals + 1);
        if quote - start > self.limits.size(Limit::EqualsBlanks) {
            return Err(self.over(Limit::EqualsBlanks));
        }
        match self.at(quote) {
            octet @ (b'"' | b'\'') => Ok((quote + 1, octet)),
            _ => Err(self.malformed(quote, Problem::Quote)),
        }
    }

    /// The end of a value whose first stop, at `at`, does not end it; and whether the value must be rewritten in
    /// canonical form.
    #[inline(never)]
    fn long_value(&mut self, start: usize, mut at: usize, quote: u8) -> Result<(usize, bool), Failed> {
        let mut rewrite = false;
        loop {
            match self.at(at) {
                octet if octet == quote => return Ok((at, rewrite)),
                b'\'' | b'>' => at += 1,
                b'&' => {
                    let (_, length) = reference(self.rest(at)).ok_or_else(|| self.malformed(at, Problem::Reference))?;
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
            at = self.stops.value(at);
        }
    }

    fn declare(
        &mut self,
        node: u32,
        mark: usize,
        (at, name): (usize, &QName),
        (value, value_end): (usize, usize),
        rewrite: bool,
    ) -> Result<(), Failed> {
        let source = self.octets.get(value..value_end).unwrap_or(&[]);
        let pair = match self.names.declare(node, name.declares, source, rewrite) {
            Ok(pair) => pair,
            Err(problem) => return Err(self.malformed(at, problem)),
        };
        self.declarations.push(Declaration { node, pair });
        if self.names.mark() - mark > self.limits.size(Limit::Declarations) {
            return Err(self.over(Limit::Declarations));
        }
        if self.names.in_scope() > self.limits.size(Limit::NamespacesInScope) {
            return Err(self.over(Limit::NamespacesInScope));
        }
        if self.declarations.len() > self.limits.size(Limit::AllDeclarations) {
            return Err(self.over(Limit::AllDeclarations));
        }
        Ok(())
    }

    /// Binds attribute prefixes, sorts the attributes in canonical order and finds duplicates.
    #[inline(always)]
    fn resolve_attributes(&mut self, first: usize, count: usize, at: usize, flags: &mut u8) -> Result<(), Failed> {
        let Some(attributes) = self.attributes.get_mut(first..) else { return Ok(()) };
        for attribute in attributes.iter_mut().filter(|attribute| attribute.prefix_len > 0) {
            match self.names.resolve(attribute.pair) {
                Ok(pair) => attribute.pair = pair,
                Err(problem) => return Err(self.malformed(at, problem)),
            }
            *flags |= flag::PREFIXED_ATTRIBUTES;
        }
        if count == 1 {
            return Ok(());
        }
        let names = &self.names;
        let order = CanonicalOrder { octets: self.octets, pairs: &names.pairs, uris: &names.uris, arena: &names.arena };
        match order.sort(attributes) {
            Sorted::Already => {}
            Sorted::Now => *flags &= !flag::AS_IS,
            Sorted::Duplicate => return Err(self.malformed(at, Problem::DuplicateAttribute)),
        }
        Ok(())
    }

    // ETag ::= '</' QName S? '>'

    #[inline(always)]
    pub(super) fn end_tag(&mut self, start: usize) -> Result<usize, Failed> {
        let Some((index, mark)) = self.open.pop() else {
            return Err(self.malformed(start, Problem::EndTag));
        };
        let next = self.nodes.len() as u32;
        let octets = self.octets;
        let Some(node) = self.nodes.get_mut(index as usize) else {
            return Err(self.malformed(start, Problem::EndTag));
        };
        let name_len = node.name_len as usize;
        if !same_name(octets, node.start as usize + 1, start + 2, name_len) {
            return Err(self.malformed(start, Problem::EndTag));
        }
        let mut at = start + 2 + name_len;
        if octets.get(at) != Some(&b'>') {
            while octets.get(at).copied().is_some_and(is_blank) {
                at += 1;
            }
            if octets.get(at) != Some(&b'>') {
                return Err(self.malformed(start, Problem::EndTag));
            }
            node.flags |= flag::END_REWRITE;
        }
        node.end = at as u32 + 1;
        node.next = next;
        self.names.undo_to(mark as usize);
        Ok(at + 1)
    }

    // QName ::= (NCName ':')? NCName

    /// The name at `start`.
    #[inline(always)]
    fn qname(&mut self, octets: &[u8], start: usize) -> Result<QName, Failed> {
        let mut end = self.stops.name(start);
        // A name can continue after `-` and `.`. Other faults of the name are found when it is checked.
        while matches!(octets.get(end), Some(b'-' | b'.')) {
            end = self.stops.name(end + 1);
        }
        match Key::of(octets, start, end - start) {
            Some(key) => match self.known.find(octets, key, start) {
                Some(name) => return Ok(name),
                None => self.new_qname(start, Some((key, end)))?,
            },
            None => self.new_qname(start, None)?,
        }
        Ok(self.last_name)
    }

    /// Checks a name, leaves it in `last_name`, and remembers it under its key if it ends where the key does.
    #[inline(never)]
    fn new_qname(&mut self, start: usize, key: Option<(Key, usize)>) -> Result<(), Failed> {
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
        if end - start > self.limits.size(Limit::NameOctets) {
            return Err(self.over(Limit::NameOctets));
        }
        let octets = self.octets;
        let part = |from: usize, to: usize| octets.get(from..to).unwrap_or(&[]);
        let prefix = self.names.prefix_id(part(start, start + prefix_len));
        let declares = if prefix == XMLNS_PREFIX {
            self.names.prefix_id(part(start + prefix_len + 1, end))
        } else if part(start, end) == b"xmlns" {
            NO_PREFIX
        } else {
            UNBOUND
        };
        let name = QName { end, prefix_len: prefix_len as u16, prefix, declares };
        if let Some((key, _)) = key.filter(|(_, key_end)| *key_end == end) {
            self.known.insert(key, start, name);
        }
        self.last_name = name;
        Ok(())
    }

    pub(super) fn ncname(&mut self, start: usize) -> Result<usize, Failed> {
        let rest = self.rest(start);
        let ascii = rest.iter().position(|b| !is_ascii_name(*b)).unwrap_or(rest.len());
        let is_start = rest.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
        if is_start && rest.get(ascii).is_none_or(u8::is_ascii) {
            return Ok(start + ascii);
        }
        // The check as text goes no further than the end of this name.
        let end = rest.iter().position(|b| b.is_ascii() && !is_ascii_name(*b)).unwrap_or(rest.len());
        let text = rest.get(..end).and_then(|octets| std::str::from_utf8(octets).ok()).unwrap_or_default();
        let length = name::ncname_len(text);
        if length == 0 {
            return Err(self.malformed(start, Problem::Name));
        }
        Ok(start + length)
    }
}

fn is_ascii_name(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-' | b'.')
}

/// Whether the names of `len` octets at two places are the same.
#[inline(always)]
fn same_name(octets: &[u8], left: usize, right: usize, len: usize) -> bool {
    if len <= 16
        && let (Some(left), Some(right)) = (Key::of(octets, left, len), Key::of(octets, right, len))
    {
        return left == right;
    }
    octets.get(left..left + len) == octets.get(right..right + len)
}
