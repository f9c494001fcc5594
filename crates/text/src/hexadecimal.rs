//! Octets in hexadecimal digits, and texts with percent-encoding.

/// The value of a hexadecimal digit.
///
/// ```
/// assert_eq!(wss_text::hex_digit(b'f'), Some(15));
/// assert_eq!(wss_text::hex_digit(b'+'), None);
/// ```
#[must_use]
pub fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// The octet of two hexadecimal digits, in capitals or not.
#[must_use]
pub fn hex_octet(high: u8, low: u8) -> Option<u8> {
    Some(hex_digit(high)? << 4 | hex_digit(low)?)
}

/// The octets of hexadecimal digits, two for each, with nothing between them; `None` if the text is anything else.
///
/// ```
/// assert_eq!(wss_text::octets_of_hex("00fF"), Some(vec![0, 0xFF]));
/// assert_eq!(wss_text::octets_of_hex("0"), None);
/// assert_eq!(wss_text::octets_of_hex("+1"), None);
/// ```
#[must_use]
pub fn octets_of_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let octets = pairs.iter().map(|[high, low]| hex_octet(*high, *low)).collect();
    if rest.is_empty() { octets } else { None }
}

/// A text without its percent-encoding (RFC 3986 §2.1); `None` if a percent sign is not before two digits.
///
/// ```
/// assert_eq!(wss_text::percent_decoded("a%2Fb").as_deref(), Some(b"a/b".as_slice()));
/// assert_eq!(wss_text::percent_decoded("50%"), None);
/// ```
#[must_use]
pub fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        octets.push(match octet {
            b'%' => hex_octet(rest.next()?, rest.next()?)?,
            octet => octet,
        });
    }
    Some(octets)
}

/// Octets in hexadecimal digits, in lower case.
///
/// ```
/// assert_eq!(wss_text::hex(&[0, 0xFF]), "00ff");
/// ```
#[must_use]
pub fn hex(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len() * 2);
    push_hex(octets, &mut text);
    text
}

/// Appends octets in hexadecimal digits, in lower case.
pub fn push_hex(octets: &[u8], text: &mut String) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    for octet in octets {
        text.extend([DIGITS[usize::from(octet >> 4)], DIGITS[usize::from(octet & 0xF)]]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_is_read_as_it_is_written() {
        for octet in 0..=u8::MAX {
            assert_eq!(hex(&[octet]), format!("{octet:02x}"));
            assert_eq!(octets_of_hex(&format!("{octet:02X}")), Some(vec![octet]));
            let digit = char::from(octet).to_digit(16).map(|digit| digit as u8);
            assert_eq!(hex_digit(octet), digit, "{octet}");
        }
        assert_eq!(octets_of_hex("é"), None);
        assert_eq!(octets_of_hex(""), Some(Vec::new()));
    }
}
