//! Keys derived from secrets: the two derivations of WS-Security. Their specifications fix SHA-1 for both.

use zeroize::Zeroizing;

use wss_text::Slice as _;

use crate::algorithm::DigestMethod;
use crate::digest::Digest;
use crate::provider::{Chosen, Provider as _};
use crate::secret::Secret;

/// `P_SHA1` (RFC 2246 §5) of a secret and a seed, cut to `offset..offset + length` octets.
///
/// The caller bounds `offset` and `length`, because the work is proportional to their sum.
///
/// # Specification
/// WS-SecureConversation 1.3 §7: the seed is the label followed by the nonce.
///
/// ```
/// use wss_crypto::{Secret, p_sha1};
///
/// let secret = Secret::new(b"shared secret".to_vec());
/// let seed = b"WS-SecureConversationWS-SecureConversation and the nonce";
/// let (key, next) = (p_sha1(&secret, seed, 0, 24), p_sha1(&secret, seed, 24, 16));
/// assert!(p_sha1(&secret, seed, 0, 40).equals(&[key.as_octets(), next.as_octets()].concat()));
/// ```
#[must_use]
pub fn p_sha1(secret: &Secret, seed: &[u8], offset: usize, length: usize) -> Secret {
    let end = offset.saturating_add(length);
    let mac = |message: &[u8]| Chosen::hmac(DigestMethod::Sha1, secret.as_octets(), message);
    let mut stream = Zeroizing::new(Vec::with_capacity(end.next_multiple_of(20)));
    let mut chained = mac(seed);
    while stream.len() < end {
        let input = Zeroizing::new([chained.as_octets(), seed].concat());
        stream.extend_from_slice(mac(&input).as_octets());
        chained = mac(chained.as_octets());
    }
    Secret::new(stream.slice(offset..end).to_vec())
}

/// SHA-1 of password and salt, digested again until it was digested `iterations` times. The result has 20 octets.
///
/// The caller bounds `iterations`. Zero counts as one.
///
/// # Specification
/// Username Token Profile 1.1.1 §4.
#[must_use]
pub fn password_key(password: &Secret, salt: &[u8], iterations: u32) -> Secret {
    let mut digest = Digest::new(DigestMethod::Sha1);
    digest.update(password.as_octets());
    digest.update(salt);
    let mut key = digest.finish();
    for _ in 1..iterations {
        key = Digest::of(DigestMethod::Sha1, key.as_octets());
    }
    Secret::new(key.as_octets().to_vec())
}

#[cfg(test)]
mod tests {
    use super::{p_sha1, password_key};
    use crate::secret::Secret;

    fn hex(secret: &Secret) -> String {
        secret.as_octets().iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// Check values for the token profiles, computed with another implementation.
    #[test]
    fn derives_the_published_keys() {
        let secret = Secret::new((0..32).collect());
        let seed: Vec<u8> = b"WS-SecureConversationWS-SecureConversation".iter().copied().chain(0..16).collect();
        assert_eq!(
            hex(&p_sha1(&secret, &seed, 0, 32)),
            "22daaa5df206aa2b04b274204ff4a5f823cf4d3dc152d376e809f8402f6bfa1f"
        );
        assert_eq!(hex(&p_sha1(&secret, &seed, 32, 16)), "ea62846c980bc62d9a515bf6dc360ed3");
        let salt = |first: u8| -> Vec<u8> { std::iter::once(first).chain(1..16).collect() };
        let password = Secret::new(b"password".to_vec());
        for (first, iterations, expected) in [
            (1, 1, "0c446ad491f9da249d4b8bb5f2218ab3b81b7be0"),
            (1, 1_000, "fbd071cbf507e90c4dc68a51effbe43fb0101ee3"),
            (2, 1, "5bbb74937488c89d127e18d5b557eebd34dbaf19"),
            (2, 1_000, "956699670dd372862eeb2124d477729ab429d2e4"),
        ] {
            assert_eq!(hex(&password_key(&password, &salt(first), iterations)), expected);
        }
    }
}
