//! ECDSA values in other forms than that of XML Signature 1.1 §6.4.3: r and s, each as wide as the order of the curve.
//!
//! Some of xmlsec1's documents have an ASN.1 sequence of the two numbers, others have numbers with more leading zeros, and old
//! versions of Java left zeros out that both numbers have.

use crate::der::{INTEGER, Reader, SEQUENCE};

/// r and s in `width` octets each, of a value that is an ASN.1 sequence of both or has more or fewer leading zeros; `None` for
/// any other value, and for numbers that are wider.
///
/// ```
/// // SEQUENCE { r INTEGER 1, s INTEGER 2 }
/// let value = [0x30, 6, 0x02, 1, 1, 0x02, 1, 2];
/// assert_eq!(wss_crypto::plain_ecdsa_value(&value, 2), Some(vec![0, 1, 0, 2]));
/// ```
#[must_use]
pub fn plain_ecdsa_value(value: &[u8], width: usize) -> Option<Vec<u8>> {
    let (r, s) = match sequence(value) {
        Some(numbers) => numbers,
        None if value.len() != 2 * width && value.len().is_multiple_of(2) => value.split_at(value.len() / 2),
        None => return None,
    };
    let mut plain = Vec::with_capacity(2 * width);
    for number in [r, s] {
        let number = &number[number.iter().take_while(|octet| **octet == 0).count()..];
        plain.resize(plain.len() + width.checked_sub(number.len())?, 0);
        plain.extend(number);
    }
    Some(plain)
}

/// The two numbers of `SEQUENCE { r INTEGER, s INTEGER }` in DER, and nothing behind it. Signatures have fewer than 256 octets.
fn sequence(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let content = Reader::new(value).only(SEQUENCE).filter(|content| content.len() < 256)?;
    let mut numbers = Reader::new(content);
    let (r, s) = (numbers.expect(INTEGER)?, numbers.expect(INTEGER)?);
    numbers.is_empty().then_some((r, s))
}

#[cfg(test)]
mod tests {
    use super::plain_ecdsa_value as plain;

    #[test]
    fn numbers_get_the_width_of_the_curve() {
        let sequence = [0x30, 8, 0x02, 2, 0, 0x81, 0x02, 2, 0x12, 0x34];
        assert_eq!(plain(&sequence, 4), Some(vec![0, 0, 0, 0x81, 0, 0, 0x12, 0x34]));
        assert_eq!(plain(&[0, 0, 1, 2, 0, 0, 3, 4], 3), Some(vec![0, 1, 2, 0, 3, 4]));
        assert_eq!(plain(&[1, 2, 3, 4], 3), Some(vec![0, 1, 2, 0, 3, 4]));
    }

    #[test]
    fn other_values_are_none() {
        let good = [0x30, 8, 0x02, 2, 0, 0x81, 0x02, 2, 0x12, 0x34];
        for end in 1..good.len() {
            assert_eq!(plain(&good[..end], end / 2), None, "cut at {end}");
        }
        let behind = [good.as_slice(), &[0]].concat();
        assert_eq!(plain(&behind, 8), None);
        assert_eq!(plain(&[1, 0, 1, 2, 0, 0, 3, 4], 3), None, "a number that is too large");
        assert_eq!(plain(&good, 1), None, "a number that is wider than the curve");
    }
}
