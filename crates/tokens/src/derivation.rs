//! `P_SHA1` of derived keys, and the bounds on derivations that a message may ask for (WS-SecureConversation 1.3 §7).

use wss_crypto::{Secret, p_sha1};

/// The default labels of both parties, one after the other.
pub(crate) const LABEL: &str = "WS-SecureConversationWS-SecureConversation";
pub(crate) const MAX_LENGTH: u64 = 64;
pub(crate) const MIN_NONCE: usize = 16;
pub(crate) const MAX_NONCE: usize = 64;

pub(crate) fn derive(secret: &Secret, nonce: &[u8], offset: usize, length: usize) -> Secret {
    p_sha1(secret, &[LABEL.as_bytes(), nonce].concat(), offset, length)
}
