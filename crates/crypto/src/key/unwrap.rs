//! What unwraps content keys, and agrees on secrets: the trait that a key in this process implements, and one outside it.

use super::public::PublicKey;
use crate::algorithm::KeyTransport;
use crate::error::CryptoError;
use crate::secret::Secret;

/// A key that unwraps content keys: in this process, or in an HSM or a key service.
pub trait KeyUnwrap: Send + Sync {
    /// Decrypts a transported key. `expected_len` is the length that its use requires, if known.
    ///
    /// An implementation must not reveal that RSA-1.5 unpadding failed: it returns a substitute key of the expected
    /// length.
    ///
    /// # Errors
    /// [`CryptoError::Decryption`] for every failure to decrypt; [`CryptoError::Elsewhere`] if a key outside this process
    /// cannot be asked, which must not depend on the ciphertext.
    fn unwrap_key(
        &self,
        transport: &KeyTransport,
        ciphertext: &[u8],
        expected_len: Option<usize>,
    ) -> Result<Secret, CryptoError>;

    /// The secret that this key and the originator's give: the x-coordinate, as long as the field, or the result of
    /// X25519 or X448. It is no key yet: [`KeyDerivation`](crate::KeyDerivation) makes a key of it.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] unless both keys are on one curve, and for a key that does not agree;
    /// [`CryptoError::Agreement`] if the other key gives no secret; [`CryptoError::Unsupported`];
    /// [`CryptoError::Elsewhere`].
    fn agree(&self, originator: &PublicKey) -> Result<Secret, CryptoError> {
        let _ = originator;
        Err(CryptoError::KeyMismatch)
    }

    /// The secret that an encapsulation to this key gives (ML-KEM). A wrong encapsulation gives another secret.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] for a key that is not of ML-KEM; [`CryptoError::Decryption`].
    fn decapsulate(&self, encapsulated: &[u8]) -> Result<Secret, CryptoError> {
        let _ = encapsulated;
        Err(CryptoError::KeyMismatch)
    }

    /// Whether this key is on the curve of `originator`, and can agree on secrets.
    fn can_agree_with(&self, originator: &PublicKey) -> bool {
        let _ = originator;
        false
    }
}
