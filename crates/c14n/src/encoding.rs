//! Octets to text: UTF-8 unchanged; UTF-16 with a byte order mark where the caller allows it.

use std::borrow::Cow;

use crate::error::ParseError;
use crate::lexical::collapsed;

pub(crate) fn utf8(octets: &[u8]) -> Result<&str, ParseError> {
    std::str::from_utf8(octets).map_err(|error| ParseError::NotUtf8 { offset: error.valid_up_to() })
}

/// The text of octets that are UTF-8, or UTF-16 with a byte order mark. UTF-8 is returned unchanged. UTF-16 is
/// transcoded, and its declaration of an encoding is removed.
///
/// # Errors
/// [`ParseError::NotUtf8`]; [`ParseError::Encoding`] for broken UTF-16, or a declaration that contradicts it.
///
/// # Specification
/// XML 1.0 §4.3.3; SOAP messages are UTF-8 or UTF-16 (WS-I Basic Profile 1.1 R1012).
///
/// ```
/// let utf16 = [0xFF, 0xFE, b'<', 0, b'a', 0, b'/', 0, b'>', 0];
/// assert_eq!(wss_c14n::transcode(&utf16)?, "<a/>");
/// # Ok::<(), wss_c14n::ParseError>(())
/// ```
pub fn transcode(octets: &[u8]) -> Result<Cow<'_, str>, ParseError> {
    let (units, big_endian) = match octets {
        [0xFE, 0xFF, rest @ ..] => (rest, true),
        [0xFF, 0xFE, rest @ ..] => (rest, false),
        _ => return utf8(octets).map(Cow::Borrowed),
    };
    let wrong = || ParseError::Encoding { encoding: "UTF-16 with a broken code unit".into() };
    let (pairs, rest) = units.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong());
    }
    let units = pairs.iter().map(|pair| if big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) });
    let mut text = String::with_capacity(octets.len());
    for character in char::decode_utf16(units) {
        text.push(character.map_err(|_| wrong())?);
    }
    without_declared_utf16(text).map(Cow::Owned)
}

/// Removes `encoding="UTF-16"` from the declaration, since the text is no longer UTF-16.
fn without_declared_utf16(text: String) -> Result<String, ParseError> {
    if !text.starts_with("<?xml") {
        return Ok(text);
    }
    let Some((declaration, rest)) = text.split_once("?>") else { return Ok(text) };
    let Some((before, after)) = declaration.split_once("encoding") else { return Ok(text) };
    let value = collapsed(collapsed(after).trim_start_matches('='));
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return Ok(text) };
    let Some((encoding, tail)) = value.get(1..).and_then(|value| value.split_once(quote)) else { return Ok(text) };
    if !encoding.to_ascii_uppercase().starts_with("UTF-16") {
        return Err(ParseError::Encoding { encoding: encoding.into() });
    }
    Ok(format!("{}{tail}?>{rest}", collapsed(before)))
}
