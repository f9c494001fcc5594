//! The few DER shapes that keys and names consist of: strict, with definite and minimal lengths.

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// Reads elements one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'d>(&'d [u8]);

impl<'d> Reader<'d> {
    pub(crate) fn new(octets: &'d [u8]) -> Self {
        Self(octets)
    }

    /// The octets that were not read yet.
    pub(crate) fn rest(&self) -> &'d [u8] {
        self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag of the next element.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Tag and content of the next element.
    pub(crate) fn next(&mut self) -> Option<(u8, &'d [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (length, rest) = length(rest)?;
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    /// The next element with its tag and length.
    pub(crate) fn next_whole(&mut self) -> Option<&'d [u8]> {
        let before = self.0;
        self.next()?;
        before.get(..before.len() - self.0.len())
    }

    /// The content of the next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Option<&'d [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }

    /// The content of the only element, which must have this tag.
    pub(crate) fn only(mut self, tag: u8) -> Option<&'d [u8]> {
        self.expect(tag).filter(|_| self.is_empty())
    }
}

fn length(octets: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = octets.split_first()?;
    if *first < 0x80 {
        return Some((*first as usize, rest));
    }
    let count = (*first & 0x7F) as usize;
    if count == 0 || count > 4 {
        return None;
    }
    let (octets, rest) = rest.split_at_checked(count)?;
    let length = octets.iter().fold(0usize, |length, octet| length << 8 | *octet as usize);
    let minimal = octets.first() != Some(&0) && length >= 0x80;
    minimal.then_some((length, rest))
}

/// An element.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut element = vec![tag];
    let length = content.len();
    if length < 0x80 {
        element.push(length as u8);
    } else {
        let octets = length.to_be_bytes();
        let significant = octets.iter().skip_while(|octet| **octet == 0);
        element.push(0x80 | significant.clone().count() as u8);
        element.extend(significant);
    }
    element.extend_from_slice(content);
    element
}

/// A sequence of elements.
pub(crate) fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &elements.concat())
}

/// A non-negative INTEGER from big-endian octets.
pub(crate) fn unsigned(octets: &[u8]) -> Vec<u8> {
    let significant: Vec<u8> = octets.iter().copied().skip_while(|octet| *octet == 0).collect();
    let mut content = Vec::with_capacity(significant.len() + 1);
    if significant.first().is_none_or(|first| *first >= 0x80) {
        content.push(0);
    }
    content.extend(significant);
    element(INTEGER, &content)
}

/// The big-endian octets of a non-negative INTEGER's content, without leading zeros.
pub(crate) fn magnitude(content: &[u8]) -> Option<&[u8]> {
    match content {
        [] => None,
        [first, ..] if *first >= 0x80 => None,
        [0, second, ..] if *second < 0x80 => None,
        [0] => Some(&[]),
        [0, rest @ ..] => Some(rest),
        whole => Some(whole),
    }
}

/// A non-negative INTEGER's content of at most 32 bits.
pub(crate) fn small(content: &[u8]) -> Option<u32> {
    let octets = magnitude(content).filter(|octets| octets.len() <= 4)?;
    Some(octets.iter().fold(0, |value, octet| value << 8 | u32::from(*octet)))
}

/// The content of an OBJECT IDENTIFIER in dotted decimal.
pub(crate) fn dotted(oid: &[u8]) -> Option<String> {
    ::der::asn1::ObjectIdentifier::from_bytes(oid).ok().map(|oid| oid.to_string())
}

/// The two halves of an ECDSA signature side by side, each of `len` octets (RFC 3279 §2.2.3 to XML Signature 1.1 §6.4.3).
pub(crate) fn fixed_width(signature: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut halves = Reader::new(Reader::new(signature).only(SEQUENCE)?);
    let mut value = Vec::with_capacity(2 * len);
    for _ in 0..2 {
        let half = magnitude(halves.expect(INTEGER)?)?;
        value.resize(value.len() + len.checked_sub(half.len())?, 0);
        value.extend_from_slice(half);
    }
    halves.is_empty().then_some(value)
}
