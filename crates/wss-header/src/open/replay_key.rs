//! Replay keys: the values by which a store remembers a message.

use wss_crypto::{Digest, DigestMethod};

/// SHA-256 over a domain tag and parts, each with its length.
pub(super) fn replay_key(domain: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Digest::new(DigestMethod::Sha256);
    for part in std::iter::once(&domain).chain(parts) {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let mut key = [0; 32];
    key.copy_from_slice(digest.finish().as_octets());
    key
}

#[cfg(test)]
mod tests {
    use super::replay_key;

    #[test]
    fn the_same_octets_in_other_parts_are_another_key() {
        let keys = [
            replay_key(b"a", &[b"bc", b"d"]),
            replay_key(b"a", &[b"b", b"cd"]),
            replay_key(b"ab", &[b"c", b"d"]),
            replay_key(b"a", &[b"bcd"]),
            replay_key(b"a", &[b"bc", b"e"]),
            replay_key(b"z", &[b"bc", b"d"]),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key), "{at}");
        }
    }
}
