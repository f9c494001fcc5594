//! Octets in text: base64 as in XML Schema, and the forms that peers and gateways make of it.

use wss_c14n::base64_decode;
use wss_text::{hex_octet, octets_of_hex};

use super::cause::Cause;

/// The smallest number of octets of a digest, a MAC or a signature for which a guess is made.
const LEAST: usize = 16;
/// The longest text that is read in other spellings than the right one.
const LONGEST: usize = 64 << 10;

/// How base64 of hexadecimal digits is written.
pub(super) const BASE64_OF_DIGITS: &str = "in base64 of hexadecimal digits";

/// Octets, and the causes if they are not written as they should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spelled {
    pub(super) octets: Vec<u8>,
    pub(super) causes: Vec<Cause>,
}

/// The octets that a text may mean, each at most `most`: the most likely first.
pub(super) fn spelled(text: &str, most: usize) -> Vec<Spelled> {
    if text.len() > 8 * most {
        return Vec::new();
    }
    if text.len() > LONGEST {
        let usual = base64_decode(text, most).filter(|octets| !octets.is_empty());
        return usual.map(|octets| Spelled { octets, causes: Vec::new() }).into_iter().collect();
    }
    let how = |how: &str| vec![Cause::ValueEncoding { how: how.into() }];
    let mut all: Vec<Spelled> = Vec::new();
    let mut add = |octets: Option<Vec<u8>>, causes: Vec<Cause>| {
        if let Some(octets) = octets.filter(|octets| !octets.is_empty() && octets.len() <= most) {
            // Two readings with the same octets are one.
            if !all.iter().any(|known| known.octets == octets) {
                all.push(Spelled { octets, causes });
            }
        }
    };
    // A value in base64 never consists of hexadecimal digits alone.
    add(of_digits(text), how("in hexadecimal digits, in place of base64"));
    let usual = base64_decode(text, most);
    // There may be two digits for each octet, and base64 of base64 is longer, too.
    let long = base64_decode(text, 3 * most);
    let inside = long.as_deref().and_then(|octets| std::str::from_utf8(octets).ok());
    add(inside.and_then(of_digits), how(BASE64_OF_DIGITS));
    add(
        inside.and_then(|inside| base64_decode(inside, most)).filter(|octets| octets.len() >= LEAST),
        how("in base64 twice"),
    );
    let is_usual = usual.is_some();
    add(usual, Vec::new());
    let trimmed = text.trim();
    if trimmed.contains(' ') {
        add(
            base64_decode(&trimmed.replace(' ', "+"), most),
            how("with a space in place of each +, as after decoding a form"),
        );
    }
    if text.contains('%') {
        add(
            of_percent(text).and_then(|text| base64_decode(&text, most)),
            how("in base64 that is escaped for a URL (%2B for +)"),
        );
    }
    if let Some(rest) = behind_name(trimmed) {
        add(base64_decode(rest, most), how("with the name of its method in front of it"));
        add(of_digits(rest), how("in hexadecimal digits, with the name of its method in front of it"));
    }
    let bare =
        without_quotes(text.trim().strip_prefix('b').filter(|rest| rest.starts_with(['\'', '"'])).unwrap_or(text));
    if bare.len() < text.len() {
        add(base64_decode(&bare, most), how("with quotation marks or escapes of another language around it or in it"));
    }
    if !is_usual {
        add(of_url_alphabet(text, most), vec![Cause::UrlAlphabet]);
    }
    all
}

/// The octets of hexadecimal digits, in pairs that colons, hyphens or white space may separate.
pub(super) fn of_digits(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits: String = text.chars().filter(|c| !c.is_ascii_whitespace() && !matches!(c, ':' | '-')).collect();
    octets_of_hex(&digits).filter(|octets| octets.len() >= LEAST)
}

/// Text without the escapes of URLs; `None` if they stand for no text.
pub(super) fn of_percent(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                octets.push(hex_octet(*high, *low)?);
                rest = after;
            }
            (octet, _) => octets.push(*octet),
        }
    }
    String::from_utf8(octets).ok()
}

/// What is behind the name of a digest, as in `sha256:…`, `sha-256=…` and `{SHA256}…`.
fn behind_name(text: &str) -> Option<&str> {
    let bare = text.trim_start_matches('{');
    let rest = bare.get(..3).filter(|name| ["sha", "md5"].contains(&name.to_lowercase().as_str())).map(|_| bare)?;
    let at = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').filter(|at| *at < 12)?;
    let at = if rest.get(at..)?.starts_with(['=', ':', '}']) { at } else { return None };
    Some(rest.get(at + 1..)?.trim_start_matches(':').trim_end_matches(':'))
}

/// The text without quotation marks and the escapes of strings in programs.
fn without_quotes(text: &str) -> String {
    text.replace("\\r", "").replace("\\n", "").replace(['"', '\'', '\\'], "")
}

/// Base64 in the alphabet of URLs, or without padding.
fn of_url_alphabet(text: &str, most: usize) -> Option<Vec<u8>> {
    let mut usual: String = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace() && *c != '=')
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    while !usual.len().is_multiple_of(4) {
        usual.push('=');
    }
    base64_decode(&usual, most)
}

#[cfg(test)]
mod tests {
    use wss_c14n::base64_encode;

    use super::*;

    #[test]
    fn each_spelling_is_read_as_its_octets() {
        let octets: Vec<u8> = (0xE0..=0xFF).collect();
        let usual = base64_encode(&octets);
        assert!(usual.contains('+') && usual.contains('/'), "{usual}");
        assert_eq!(spelled(&usual, 64), [Spelled { octets: octets.clone(), causes: Vec::new() }]);
        let digits: String = octets.iter().map(|octet| format!("{octet:02X}:")).collect();
        let others = [
            digits.trim_end_matches(':').to_owned(),
            base64_encode(usual.as_bytes()),
            usual.replace('+', " "),
            usual.replace('+', "%2B").replace('=', "%3D"),
            format!("\"{}\"", usual.replace('/', "\\/")),
            usual.replace('+', "-").replace('/', "_"),
        ];
        for text in others {
            let read = spelled(&text, 64);
            let found = read.iter().find(|spelled| spelled.octets == octets).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.causes.len(), 1, "{text}");
        }
    }

    #[test]
    fn what_is_no_value_is_not_read() {
        for text in ["", "!", "é", "=", "0x", "ab", "%", "%zz"] {
            let read = spelled(text, 64);
            assert!(read.iter().all(|spelled| spelled.octets.len() < LEAST), "{text}: {read:?}");
        }
        assert!(spelled(&"A".repeat(10_000), 64).is_empty());
    }
}
