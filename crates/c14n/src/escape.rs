//! Escaping: text and attribute values as Canonical XML §2.3 writes them.

use memchr::{memchr, memchr3};
use wss_text::Slice as _;

use crate::chars::reference;
use crate::sink::Sink;

/// The place of the first octet that is escaped. Most text has none, so that a whole block of octets is looked at together: the
/// test must not branch.
fn first(octets: &[u8], is_escaped: impl Fn(u8) -> bool) -> Option<usize> {
    const BLOCK: usize = 16;
    let (blocks, _) = octets.as_chunks::<BLOCK>();
    let is_plain = |block: &&[u8; BLOCK]| !block.iter().fold(false, |any, octet| any | is_escaped(*octet));
    let plain = blocks.iter().take_while(is_plain).count() * BLOCK;
    octets.slice(plain..).iter().position(|octet| is_escaped(*octet)).map(|at| plain + at)
}

/// White space other than the blank itself: in an attribute value, it would be read as a blank.
const fn is_blank_to_escape(octet: u8) -> bool {
    (octet == b'\t') | (octet == b'\n') | (octet == b'\r')
}

/// Writes character data of the source: references, `>` and carriage returns are rewritten.
pub(crate) fn rewrite_text(source: &[u8], sink: &mut impl Sink) {
    let mut rest = source;
    while let Some(length) = memchr3(b'&', b'>', b'\r', rest) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        rest = match after.first() {
            Some(b'>') => {
                sink.put(b"&gt;");
                after.slice(1..)
            }
            Some(b'&') => {
                let Some((character, length)) = reference(after) else { break };
                match character {
                    '&' => sink.put(b"&amp;"),
                    '<' => sink.put(b"&lt;"),
                    '>' => sink.put(b"&gt;"),
                    '\r' => sink.put(b"&#xD;"),
                    other => sink.put(other.encode_utf8(&mut [0; 4]).as_bytes()),
                }
                after.slice(length..)
            }
            _ => line_feed(after, sink),
        };
    }
    sink.put(rest);
}

/// Writes a line feed for the line end at the front of `source`, and returns the text after it.
fn line_feed<'s>(source: &'s [u8], sink: &mut impl Sink) -> &'s [u8] {
    sink.put(b"\n");
    source.slice(if source.get(1) == Some(&b'\n') { 2 } else { 1 }..)
}

/// Writes literal text, as in a CDATA section.
pub(crate) fn escape_text(source: &[u8], sink: &mut impl Sink) {
    let mut rest = source;
    while let Some(length) = first(rest, |b| (b == b'&') | (b == b'<') | (b == b'>') | (b == b'\r')) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        let escaped: &[u8] = match after.first() {
            Some(b'&') => b"&amp;",
            Some(b'<') => b"&lt;",
            Some(b'>') => b"&gt;",
            _ => {
                rest = line_feed(after, sink);
                continue;
            }
        };
        sink.put(escaped);
        rest = after.slice(1..);
    }
    sink.put(rest);
}

pub(crate) fn rewrite_line_ends(source: &[u8], sink: &mut impl Sink) {
    let mut rest = source;
    while let Some(length) = memchr(b'\r', rest) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        rest = line_feed(after, sink);
    }
    sink.put(rest);
}

/// Writes an attribute value of the source: references, literal white space and quotes are rewritten.
pub(crate) fn rewrite_value(source: &[u8], sink: &mut impl Sink) {
    let mut rest = source;
    while let Some(length) = first(rest, |b| (b == b'&') | (b == b'"') | is_blank_to_escape(b)) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        let mut length = 1;
        match after.first() {
            Some(b'&') => {
                let Some((character, found)) = reference(after) else { break };
                length = found;
                escape_value(character.encode_utf8(&mut [0; 4]).as_bytes(), sink);
            }
            Some(b'"') => sink.put(b"&quot;"),
            other => {
                if other == Some(&b'\r') && after.get(1) == Some(&b'\n') {
                    length = 2;
                }
                sink.put(b" ");
            }
        }
        rest = after.slice(length..);
    }
    sink.put(rest);
}

/// Writes a normalised value, escaped as Canonical XML §2.3 says for attribute nodes.
pub(crate) fn escape_value(value: &[u8], sink: &mut impl Sink) {
    let mut rest = value;
    while let Some(length) = first(rest, |b| (b == b'&') | (b == b'<') | (b == b'"') | is_blank_to_escape(b)) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        sink.put(match after.first() {
            Some(b'&') => b"&amp;",
            Some(b'<') => b"&lt;",
            Some(b'"') => b"&quot;",
            Some(b'\t') => b"&#x9;",
            Some(b'\n') => b"&#xA;",
            _ => b"&#xD;",
        });
        rest = after.slice(1..);
    }
    sink.put(rest);
}

/// Writes text, escaped as Canonical XML §2.3 says for text nodes. A carriage return becomes a reference.
pub(crate) fn escape_character_data(text: &[u8], sink: &mut impl Sink) {
    let mut rest = text;
    while let Some(length) = first(rest, |b| (b == b'&') | (b == b'<') | (b == b'>') | (b == b'\r')) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        sink.put(match after.first() {
            Some(b'&') => b"&amp;",
            Some(b'<') => b"&lt;",
            Some(b'>') => b"&gt;",
            _ => b"&#xD;",
        });
        rest = after.slice(1..);
    }
    sink.put(rest);
}
