//! Octets to text: UTF-8 unchanged; UTF-16 with a byte order mark, and the declared encoding, where the caller allows it.

use std::borrow::Cow;

use encoding_rs::Encoding;

use crate::error::ParseError;
use crate::reader::declaration::encoding_of;

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
    match marked(octets) {
        Some((units, big_endian)) => utf16(units, big_endian, is_utf16),
        None => utf8(octets).map(Cow::Borrowed),
    }
}

/// The units behind a byte order mark of UTF-16, and whether they are big-endian.
fn marked(octets: &[u8]) -> Option<(&[u8], bool)> {
    match octets {
        [0xFE, 0xFF, units @ ..] => Some((units, true)),
        [0xFF, 0xFE, units @ ..] => Some((units, false)),
        _ => None,
    }
}

/// The units of UTF-16, with a byte order mark or without, and whether they are big-endian.
fn utf16_units(octets: &[u8]) -> Option<(&[u8], bool)> {
    marked(octets).or_else(|| endianness(octets).map(|big_endian| (octets, big_endian)))
}

fn is_utf16(encoding: &str) -> bool {
    encoding.to_ascii_uppercase().starts_with("UTF-16")
}

/// The encoding that the XML declaration of UTF-16 names, if it is another: a declaration is then a part of the text that nobody
/// wrote anew when the octets were converted.
///
/// ```
/// let utf16 = "\u{FEFF}<?xml version='1.0' encoding='UTF-8'?><a/>".encode_utf16();
/// let utf16: Vec<u8> = utf16.flat_map(u16::to_le_bytes).collect();
/// assert_eq!(wss_c14n::declared_in_utf16(&utf16).as_deref(), Some("UTF-8"));
/// assert_eq!(wss_c14n::declared_in_utf16(b"<?xml version='1.0' encoding='UTF-8'?><a/>"), None);
/// ```
#[must_use]
pub fn declared_in_utf16(octets: &[u8]) -> Option<String> {
    let (units, big_endian) = utf16_units(octets)?;
    // A declaration that is longer says nothing that is read.
    let (pairs, _) = units.get(..2 * LONGEST_DECLARATION).unwrap_or(units).as_chunks::<2>();
    let start: String = char::decode_utf16(pairs.iter().map(unit(big_endian))).map_while(Result::ok).collect();
    let declared = encoding_of(start.as_bytes()).map(|(encoding, _)| encoding);
    declared.filter(|declared| !is_utf16(declared)).map(str::to_owned)
}

/// In characters.
const LONGEST_DECLARATION: usize = 256;

fn unit(big_endian: bool) -> impl Fn(&[u8; 2]) -> u16 {
    move |pair| if big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) }
}

/// Whether octets are XML in UTF-16 without a byte order mark, against XML 1.0 §4.3.3: the `<` at their front is a whole unit of
/// UTF-16, and no other encoding has a NUL beside it.
///
/// ```
/// assert!(wss_c14n::is_utf16_without_mark(b"\0<\0a\0/\0>") && wss_c14n::is_utf16_without_mark(b"<\0a\0/\0>\0"));
/// assert!(!wss_c14n::is_utf16_without_mark(b"<a/>"));
/// ```
#[must_use]
pub fn is_utf16_without_mark(octets: &[u8]) -> bool {
    endianness(octets).is_some()
}

/// Whether UTF-16 without a byte order mark is big-endian.
fn endianness(octets: &[u8]) -> Option<bool> {
    match octets {
        [0, b'<', 0, next, ..] if *next != 0 => Some(true),
        [b'<', 0, next, 0, ..] if *next != 0 => Some(false),
        _ => None,
    }
}

/// The text of UTF-16 without its byte order mark. A declaration of an encoding for which `is_expected` is false is refused.
fn utf16<'o>(units: &[u8], big_endian: bool, is_expected: impl Fn(&str) -> bool) -> Result<Cow<'o, str>, ParseError> {
    let wrong = || ParseError::Encoding { encoding: "UTF-16 with a broken code unit".into() };
    let (pairs, rest) = units.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong());
    }
    let units = pairs.iter().map(unit(big_endian));
    let mut text = String::with_capacity(pairs.len() * 2);
    for character in char::decode_utf16(units) {
        text.push(character.map_err(|_| wrong())?);
    }
    without_declared(text, is_expected).map(Cow::Owned)
}

/// The encoding that the XML declaration names. UTF-8, UTF-16 and US-ASCII give `None`, as does a text without a declaration.
///
/// ```
/// assert_eq!(wss_c14n::other_encoding(b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>"), Some("ISO-8859-1"));
/// assert_eq!(wss_c14n::other_encoding(b"<?xml version='1.0' encoding='utf-8'?><a/>"), None);
/// ```
#[must_use]
pub fn other_encoding(octets: &[u8]) -> Option<&str> {
    const OURS: [&str; 3] = ["utf-8", "utf-16", "us-ascii"];
    let named = encoding_of(octets).map(|(encoding, _)| encoding);
    named.filter(|encoding| !OURS.iter().any(|ours| encoding.eq_ignore_ascii_case(ours)))
}

/// As [`transcode`], from the encoding that the XML declaration names; that declaration is removed. Where nothing inside
/// tells the encoding, octets that are not UTF-8 are in the one that is `stated` outside, as in a Content-Type. UTF-16 needs no
/// byte order mark, and its declaration may name another encoding (see [`declared_in_utf16`]). Encodings that do not
/// contain ASCII, and octets that their encoding does not define, are refused.
///
/// # Errors
/// As [`transcode`].
///
/// # Specification
/// XML 1.0 §4.3.3. ISO-8859-1 is that of IANA, where octets 128 to 159 are control characters, and not windows-1252.
///
/// ```
/// let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>";
/// assert_eq!(wss_c14n::transcode_declared(latin, None)?, "<?xml version='1.0'?><a>é</a>");
/// assert_eq!(wss_c14n::transcode_declared(b"<a>\xE9</a>", Some("iso-8859-1"))?, "<a>é</a>");
/// # Ok::<(), wss_c14n::ParseError>(())
/// ```
pub fn transcode_declared<'o>(octets: &'o [u8], stated: Option<&str>) -> Result<Cow<'o, str>, ParseError> {
    let is_untold = || encoding_of(octets).is_none() && utf8(octets).is_err();
    if let Some((units, big_endian)) = utf16_units(octets) {
        return utf16(units, big_endian, |_| true);
    }
    let label = match (other_encoding(octets), stated) {
        (Some(declared), _) => declared,
        (None, Some(stated)) if is_untold() => stated,
        _ => return transcode(octets),
    };
    let text = decoded(label, octets)?;
    without_declared(text, |encoding| encoding == label).map(Cow::Owned)
}

fn decoded(label: &str, octets: &[u8]) -> Result<String, ParseError> {
    if is_latin_1(label) {
        return Ok(encoding_rs::mem::decode_latin1(octets).into_owned());
    }
    let encoding = of_label(label).ok_or_else(|| ParseError::Encoding { encoding: label.into() })?;
    let text = encoding.decode_without_bom_handling_and_without_replacement(octets);
    text.map(Cow::into_owned).ok_or_else(|| ParseError::NotInEncoding { encoding: label.into() })
}

fn is_latin_1(label: &str) -> bool {
    ["iso-8859-1", "iso_8859-1", "iso8859-1", "latin1"].iter().any(|latin| label.eq_ignore_ascii_case(latin))
}

fn of_label(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes()).filter(|encoding| encoding.is_ascii_compatible())
}

/// Whether [`transcode_declared`] reads the encoding of this name.
///
/// ```
/// assert!(wss_c14n::is_known_encoding("windows-1252") && !wss_c14n::is_known_encoding("windows-9999"));
/// ```
#[must_use]
pub fn is_known_encoding(label: &str) -> bool {
    is_latin_1(label) || of_label(label).is_some()
}

/// Removes the encoding from the declaration, since the text is no longer in it. An encoding for which
/// `is_expected` is false is refused.
fn without_declared(mut text: String, is_expected: impl Fn(&str) -> bool) -> Result<String, ParseError> {
    let Some((encoding, said)) = encoding_of(text.as_bytes()) else { return Ok(text) };
    if !is_expected(encoding) {
        return Err(ParseError::Encoding { encoding: encoding.into() });
    }
    text.replace_range(said, "");
    Ok(text)
}
