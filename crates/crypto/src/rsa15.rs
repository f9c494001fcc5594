//! RSAES-PKCS1-v1_5 unpadding whose failure cannot be observed.
//!
//! A failure that can be observed, in the answer or its timing, lets an attacker decrypt ciphertexts of others
//! (Bleichenbacher 1998). Wrong padding therefore yields a substitute key of the expected length, derived from a secret
//! of the private key and the ciphertext. Content decryption then fails as with any wrong key. The selection is in
//! constant time.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use wss_text::Slice as _;

use crate::algorithm::DigestMethod;
use crate::provider::{Chosen, Provider as _};
use crate::secret::Secret;

/// The key in a block that RSA decrypted and that still has its PKCS#1 v1.5 padding. If the padding is wrong, it is a
/// substitute made of `substitute_key`, a secret of the private key, and the ciphertext. An observer cannot tell which
/// of the two it is. If no length is expected, the key has 16, 24 or 32 octets.
///
/// For keys outside this process ([`KeyUnwrap`](crate::KeyUnwrap)). All other keys of this crate are unpadded without
/// this call.
///
/// # Specification
/// RFC 8017 §7.2.2.
#[must_use]
pub fn unpad_rsa15(block: &[u8], substitute_key: &Secret, ciphertext: &[u8], expected_len: Option<usize>) -> Secret {
    unpad(block, substitute_key.as_octets(), ciphertext, expected_len)
}

/// As [`unpad_rsa15`].
pub(crate) fn unpad(block: &[u8], substitute_key: &[u8], ciphertext: &[u8], expected_len: Option<usize>) -> Secret {
    let lengths: &[usize] = match &expected_len {
        Some(len) => std::slice::from_ref(len),
        None => &[16, 24, 32],
    };
    let mac = Chosen::hmac(DigestMethod::Sha512, substitute_key, ciphertext);
    // No content key has more than 64 octets, so a longer expected length is reduced to that.
    let mut chosen_len = lengths.last().copied().unwrap_or(32).min(64) as u32;
    let mut key = mac.as_octets().to_vec();
    for len in lengths.iter().copied().filter(|len| *len <= 64) {
        let valid = is_padded(block, len);
        chosen_len = u32::conditional_select(&chosen_len, &(len as u32), valid);
        let tail = block.len().saturating_sub(len);
        for (octet, found) in key.iter_mut().zip(block.slice(tail..)) {
            *octet = u8::conditional_select(octet, found, valid);
        }
    }
    key.truncate(chosen_len as usize);
    Secret::new(key)
}

/// Whether `block` is `00 02 PS 00 key` with a key of `len` octets and PS non-zero and at least 8 long.
fn is_padded(block: &[u8], len: usize) -> Choice {
    let Some(zero) = block.len().checked_sub(len + 1).filter(|zero| *zero >= 10) else {
        return Choice::from(0);
    };
    let mut valid = block[0].ct_eq(&0) & block[1].ct_eq(&2) & block[zero].ct_eq(&0);
    for octet in &block[2..zero] {
        valid &= !octet.ct_eq(&0);
    }
    valid
}

#[cfg(test)]
mod tests {
    use super::unpad;

    fn block(key: &[u8]) -> Vec<u8> {
        let mut block = vec![0, 2];
        block.resize(256 - key.len() - 1, 7);
        block.push(0);
        block.extend_from_slice(key);
        block
    }

    #[test]
    fn finds_keys_of_each_length() {
        for len in [16, 24, 32] {
            let key = vec![9; len];
            assert_eq!(unpad(&block(&key), b"secret", b"c", None).as_octets(), key);
            assert_eq!(unpad(&block(&key), b"secret", b"c", Some(len)).as_octets(), key);
        }
    }

    #[test]
    fn substitutes_a_stable_key_of_the_expected_length() {
        let mut wrong = block(&[9; 16]);
        wrong[1] = 1;
        let first = unpad(&wrong, b"secret", b"c", Some(16));
        assert_eq!(first.len(), 16);
        assert_eq!(first.as_octets(), unpad(&wrong, b"secret", b"c", Some(16)).as_octets());
        assert_ne!(first.as_octets(), unpad(&wrong, b"secret", b"d", Some(16)).as_octets());
        assert_ne!(first.as_octets(), [9; 16]);
    }
}
