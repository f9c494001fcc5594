//! What signs: the trait that a key in this process implements, and one outside it.

use crate::algorithm::SignatureMethod;
use crate::error::CryptoError;

/// A signing key: in this process, or in an HSM or a key service.
pub trait SigningKey: Send + Sync {
    /// Signs `message`. The value has the form of XML Signature (ECDSA: `r ‖ s`).
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] if the key cannot run `method`, [`CryptoError::Provider`] if it fails.
    fn sign(&self, method: SignatureMethod, message: &[u8]) -> Result<Vec<u8>, CryptoError>;

    /// Whether this kind of key runs `method`.
    fn can_run(&self, method: SignatureMethod) -> bool;
}
