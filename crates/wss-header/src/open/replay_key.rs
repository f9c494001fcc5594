//! Replay keys: what a message is remembered by.

use wss_crypto::{Digest, DigestMethod};

/// SHA-256 over a domain tag and parts, each with its length.
pub(super) fn replay_key(domain: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Digest::new(DigestMethod::Sha256);
    for part in [&[domain], parts].concat() {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let mut key = [0; 32];
    key.copy_from_slice(digest.finish().as_octets());
    key
}
