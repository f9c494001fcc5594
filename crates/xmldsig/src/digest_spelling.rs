//! Digests that are not written as base64 of their octets.

use wss_c14n::{base64_decode, base64_encode};

/// The largest number of octets of a `ds:DigestValue` that is read: the hexadecimal digits of the longest digest.
pub(crate) const MAX_OCTETS: usize = 128;

/// The form of a digest of `len` octets that is written in hexadecimal digits, or encoded once more.
pub(crate) fn spelling_of(value: &[u8], len: usize) -> Option<&'static str> {
    let is_hexadecimal = |text: &str| text.len() == 2 * len && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    if is_hexadecimal(&base64_encode(value)) {
        return Some("in hexadecimal digits");
    }
    let text = std::str::from_utf8(value).ok()?;
    if is_hexadecimal(text) {
        return Some("base64 of hexadecimal digits");
    }
    base64_decode(text, len).filter(|octets| octets.len() == len).map(|_| "base64 twice")
}

#[cfg(test)]
mod tests {
    use wss_c14n::{base64_decode, base64_encode};

    use super::{MAX_OCTETS, spelling_of};

    #[test]
    fn digits_and_base64_of_a_digest_are_told_from_a_digest_of_another_length() {
        for len in [20_u8, 32, 48, 64] {
            let digest: Vec<u8> = (100..100 + len).collect();
            let len = usize::from(len);
            let digits = wss_text::hex(&digest);
            let read = |text: &str| base64_decode(text, MAX_OCTETS).expect("base64");
            assert_eq!(spelling_of(&digest, len), None);
            assert_eq!(spelling_of(&digest, len + 1), None);
            assert_eq!(spelling_of(&read(&digits.to_ascii_uppercase()), len), Some("in hexadecimal digits"));
            assert_eq!(spelling_of(digits.as_bytes(), len), Some("base64 of hexadecimal digits"));
            assert_eq!(spelling_of(base64_encode(&digest).as_bytes(), len), Some("base64 twice"));
        }
    }
}
