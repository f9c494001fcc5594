//! Lexical forms of leaves: character data, and base64 as xsd:base64Binary is used in XML Signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use wss_text::Slice as _;

use crate::chars::{is_blank, reference};

/// Removes the blanks of XML around a value whose type collapses white space and which has none inside.
#[must_use]
pub fn collapsed(text: &str) -> &str {
    text.trim_matches(|c: char| u8::try_from(c).is_ok_and(is_blank))
}

/// Appends character data with references expanded and line ends normalised.
pub(crate) fn push_text(source: &str, text: &mut String) {
    let octets = source.as_bytes();
    let mut at = 0;
    while let Some(length) = octets.get(at..).and_then(|rest| memchr::memchr2(b'&', b'\r', rest)) {
        text.push_str(source.slice(at..at + length));
        at += length;
        if octets.get(at) == Some(&b'\r') {
            text.push('\n');
            at += if octets.get(at + 1) == Some(&b'\n') { 2 } else { 1 };
        } else if let Some((character, length)) = octets.get(at..).and_then(reference) {
            text.push(character);
            at += length;
        } else {
            break;
        }
    }
    text.push_str(source.slice(at..));
}

/// Appends text with line ends normalised (XML 1.0 §2.11).
pub(crate) fn push_line_ends(source: &str, text: &mut String) {
    let mut rest = source;
    while let Some((before, after)) = rest.split_once('\r') {
        text.push_str(before);
        text.push('\n');
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    text.push_str(rest);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base64Error {
    TooLong,
    Malformed,
}

pub(crate) fn decode_base64(text: &str, max: usize) -> Result<Vec<u8>, Base64Error> {
    let octets = text.as_bytes();
    // Checked before any copy: the decoded size, white space counted, is an upper bound.
    if octets.len() / 4 * 3 > max.saturating_add(3) {
        let significant = octets.iter().filter(|b| !is_blank(**b)).count();
        if significant / 4 * 3 > max.saturating_add(2) {
            return Err(Base64Error::TooLong);
        }
    }
    let decoded = if octets.iter().any(|b| is_blank(*b)) {
        let compact: Vec<u8> = octets.iter().copied().filter(|b| !is_blank(*b)).collect();
        STANDARD.decode(compact)
    } else {
        STANDARD.decode(octets)
    };
    let decoded = decoded.map_err(|_| Base64Error::Malformed)?;
    if decoded.len() > max { Err(Base64Error::TooLong) } else { Ok(decoded) }
}

/// Decodes an attribute or text value that is base64; XML white space is skipped, all else is strict.
///
/// ```
/// use wss_c14n::{base64_decode, base64_encode};
///
/// assert_eq!(base64_encode(b"abc"), "YWJj");
/// assert_eq!(base64_decode("YW Jj\n", 16).as_deref(), Some(b"abc".as_slice()));
/// assert_eq!(base64_decode("YWJj", 2), None, "too long");
/// assert_eq!(base64_decode("YWJ", 16), None, "padding is missing");
/// ```
#[must_use]
pub fn base64_decode(text: &str, max: usize) -> Option<Vec<u8>> {
    decode_base64(text, max).ok()
}

/// Encodes octets as base64 without white space.
#[must_use]
pub fn base64_encode(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}
