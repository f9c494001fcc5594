//! A key that verifies: a public key, or a secret.

use super::PublicKey;
use crate::algorithm::SignatureMethod;
use crate::error::CryptoError;
use crate::hmac_key::HmacKey;

/// A verification key: a public key or a secret. The type decides which methods it can run.
#[derive(Debug, Clone)]
pub enum VerifyingKey {
    /// A key of any kind that signs.
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
        self.verify_in_context(method, &[], message, value)
    }

    /// Verifies a signature value with a context; an HMAC has none.
    ///
    /// # Errors
    /// As [`PublicKey::verify_in_context`] and [`HmacKey::verify`].
    pub fn verify_in_context(
        &self,
        method: SignatureMethod,
        context: &[u8],
        message: &[u8],
        value: &[u8],
    ) -> Result<(), CryptoError> {
        match self {
            Self::Public(key) => key.verify_in_context(method, context, message, value),
            Self::Hmac(key) if context.is_empty() => key.verify(method, message, value),
            Self::Hmac(_) => Err(CryptoError::KeyMismatch),
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
