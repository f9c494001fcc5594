//! Lexical forms of leaves: character data, and base64 as xsd:base64Binary is used in XML Signature.

use base64_simd::STANDARD;

use wss_text::Slice as _;

use crate::chars::{is_blank, reference};

/// Removes the XML white space around a value whose type collapses white space, if the value has none inside.
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
    let mut decoded = Vec::new();
    decode_base64_to(text, max, &mut decoded)?;
    Ok(decoded)
}

/// Appends the octets, if there are no more than `max`.
pub(crate) fn decode_base64_to(text: &str, max: usize, decoded: &mut Vec<u8>) -> Result<(), Base64Error> {
    let before = decoded.len();
    let octets = text.as_bytes();
    // Checked before any copy: the decoded size, white space counted, is an upper bound.
    if octets.len() / 4 * 3 > max.saturating_add(3) {
        let significant = octets.iter().filter(|b| !is_blank(**b)).count();
        if significant / 4 * 3 > max.saturating_add(2) {
            return Err(Base64Error::TooLong);
        }
    }
    // Most base64 has no line breaks: it is decoded as it is, and white space is removed only if that fails.
    let outcome = STANDARD.decode_append(octets, decoded).or_else(|refused| {
        let compact: Vec<u8> = octets.iter().copied().filter(|b| !is_blank(*b)).collect();
        if compact.len() == octets.len() { Err(refused) } else { STANDARD.decode_append(compact, decoded) }
    });
    outcome.map_err(|_| Base64Error::Malformed)?;
    if decoded.len() - before > max { Err(Base64Error::TooLong) } else { Ok(()) }
}

/// What a text that is no base64 looks like, for its error. It decides nothing.
pub(crate) fn in_place_of_base64(text: &str) -> &'static str {
    let octets: Vec<u8> = text.bytes().filter(|octet| !is_blank(*octet)).collect();
    let all = |is_one: fn(&u8) -> bool| !octets.is_empty() && octets.iter().all(is_one);
    match () {
        () if octets.starts_with(b"-----BEGIN") => ", but PEM",
        () if all(|octet| octet.is_ascii_hexdigit() || *octet == b':') => ", but hexadecimal",
        () if octets.contains(&b'%') => ", but percent-encoded, as in a URL",
        () if all(|octet| octet.is_ascii_alphanumeric() || b"-_=".contains(octet)) && has_any(&octets, b"-_") => {
            ", but base64url, which has - and _ in place of + and /"
        }
        () if all(|octet| octet.is_ascii_alphanumeric() || b"+/".contains(octet)) => ", as it ends within an octet",
        () => "",
    }
}

fn has_any(octets: &[u8], wanted: &[u8]) -> bool {
    octets.iter().any(|octet| wanted.contains(octet))
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
    STANDARD.encode_to_string(octets)
}

/// Appends octets as base64 without white space.
pub(crate) fn append_base64(octets: &[u8], text: &mut String) {
    STANDARD.encode_append(octets, text);
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::{base64_decode, base64_encode, in_place_of_base64};
    use crate::chars::is_blank;

    /// The result of another strict base64 decoder for the text without white space, to compare with ours.
    fn judged(text: &str) -> Option<Vec<u8>> {
        let compact: Vec<u8> = text.bytes().filter(|octet| !is_blank(*octet)).collect();
        STANDARD.decode(compact).ok()
    }

    #[test]
    fn what_is_no_base64_is_told_by_its_letters() {
        for (text, words) in [
            ("30 82:0A0", "hexadecimal"),
            ("ab-_cd", "base64url"),
            ("YW%2BJ", "percent-encoded"),
            ("-----BEGIN CERTIFICATE-----", "PEM"),
            ("YWJjZ", "ends within an octet"),
        ] {
            assert!(in_place_of_base64(text).contains(words), "{text}");
        }
        assert!(in_place_of_base64("no! base64").is_empty() && in_place_of_base64(" ").is_empty());
    }

    /// Every length up to several vectors is tried: one octet replaced by each other octet, and the text cut, and
    /// lengthened by padding.
    #[test]
    fn what_is_almost_base64_is_refused_at_every_place() {
        for length in 0..200_usize {
            let octets: Vec<u8> = (0..length).map(|n| (n * 151 + length) as u8).collect();
            let text = base64_encode(&octets);
            assert_eq!(text, STANDARD.encode(&octets));
            assert_eq!(base64_decode(&text, length).as_deref(), Some(octets.as_slice()));
            for end in [1, 2, 3] {
                let cut = &text[..text.len().saturating_sub(end)];
                assert_eq!(base64_decode(cut, usize::MAX), judged(cut), "{cut}");
            }
            let longer = format!("{text}=");
            assert_eq!(base64_decode(&longer, usize::MAX), judged(&longer), "{longer}");
        }
        for octets in [90, 91, 92_usize] {
            let text = base64_encode(&vec![0xA5; octets]);
            for at in 0..text.len() {
                for octet in 0..=0x7F_u8 {
                    let other = format!("{}{}{}", &text[..at], char::from(octet), &text[at + 1..]);
                    assert_eq!(base64_decode(&other, usize::MAX), judged(&other), "{octet:#x} at {at} of {text}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged_as_by_another_decoder(text in "[A-Za-z0-9+/]{0,90}[A-Za-z0-9+/=\n\r\t \u{a0}-]{0,12}[A-Za-z0-9+/]{0,40}={0,3}\n?") {
            prop_assert_eq!(base64_decode(&text, usize::MAX), judged(&text));
        }

        #[test]
        fn what_is_encoded_is_decoded_however_its_lines_break(
            octets in prop::collection::vec(any::<u8>(), 0..2_000), line in 1..100_usize,
        ) {
            let text = base64_encode(&octets);
            prop_assert_eq!(&text, &STANDARD.encode(&octets));
            let lines: Vec<&str> = (0..text.len()).step_by(line).map(|at| &text[at..text.len().min(at + line)]).collect();
            prop_assert_eq!(base64_decode(&lines.join("\r\n"), octets.len()), Some(octets));
        }
    }
}
