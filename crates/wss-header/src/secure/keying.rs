//! What a signature needs of its key: the token, the reference to it, and the key itself.

use std::sync::Arc;

use wss_crypto::{Certificate, SigningKey};

/// The parts of a signature that depend on its key.
pub(super) struct Keying {
    /// New elements before the signature.
    pub(super) elements: String,
    /// The content of `ds:KeyInfo`.
    pub(super) key_info: String,
    /// The Id of the token that contains or identifies the key.
    pub(super) token_id: Option<String>,
    /// That token, if it is among the new elements.
    pub(super) new_token: String,
    /// The Id of the reference in `ds:KeyInfo`, if the token is signed through it.
    pub(super) reference_id: Option<String>,
    /// The octets of the token, if it is signed through a reference and is not in the message.
    pub(super) octets: Vec<u8>,
    pub(super) key: SignatureKey,
}

/// The key that makes a signature value.
pub(super) enum SignatureKey {
    /// A key in this process.
    Here(Arc<dyn SigningKey>),
    /// A key elsewhere, with this certificate.
    Elsewhere(Box<Certificate>),
}
