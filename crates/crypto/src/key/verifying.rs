//! A key that verifies: of either kind.

use super::PublicKey;
use crate::algorithm::SignatureMethod;
use crate::error::CryptoError;
use crate::hmac_key::HmacKey;

/// A verification key: a public key or a secret. The type decides which methods it can run.
#[derive(Debug, Clone)]
pub enum VerifyingKey {
    /// RSA, ECDSA or Ed25519.
    Public(PublicKey),
    /// HMAC.
    Hmac(HmacKey),
}

impl VerifyingKey {
    /// Verifies a signature value.
    ///
    /// # Errors
    /// As [`PublicKey::verify`] and [`HmacKey::verify`].
    pub fn verify(&self, method: SignatureMethod, message: &[u8], value: &[u8]) -> Result<(), CryptoError> {
        match self {
            Self::Public(key) => key.verify(method, message, value),
            Self::Hmac(key) => key.verify(method, message, value),
        }
    }
}

impl From<PublicKey> for VerifyingKey {
    fn from(key: PublicKey) -> Self {
        Self::Public(key)
    }
}

impl From<HmacKey> for VerifyingKey {
    fn from(key: HmacKey) -> Self {
        Self::Hmac(key)
    }
}
