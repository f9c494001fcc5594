//! HMAC keys.

use subtle::ConstantTimeEq as _;

use crate::algorithm::{Scheme, SignatureMethod};
use crate::digest_value::DigestValue;
use crate::error::{CryptoError, LoadError};
use crate::provider::{Chosen, Provider as _};
use crate::secret::Secret;
use crate::signing_key::SigningKey;

/// A secret for HMAC only.
///
/// ```
/// use wss_crypto::{HmacKey, SignatureMethod, SigningKey};
///
/// let key = HmacKey::new(b"0123456789abcdef".to_vec())?;
/// let value = key.sign(SignatureMethod::HmacSha256, b"message")?;
/// key.verify(SignatureMethod::HmacSha256, b"message", &value)?;
/// assert!(key.verify(SignatureMethod::HmacSha256, b"massage", &value).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct HmacKey(Secret);

impl HmacKey {
    /// A key of 16 to 1 024 octets.
    ///
    /// # Errors
    /// [`LoadError::Bounds`] outside that range.
    pub fn new(octets: Vec<u8>) -> Result<Self, LoadError> {
        match octets.len() {
            16..=1_024 => Ok(Self(Secret::new(octets))),
            _ => Err(LoadError::Bounds("HMAC keys have 16 to 1024 octets")),
        }
    }

    /// A key of any length, for peers that use a short secret.
    #[must_use]
    pub fn of_any_length_for_legacy_use_only(octets: Vec<u8>) -> Self {
        Self(Secret::new(octets))
    }

    fn mac(&self, method: SignatureMethod, message: &[u8]) -> Result<DigestValue, CryptoError> {
        match method.scheme() {
            Scheme::Hmac(digest) => Ok(Chosen::hmac(digest, self.0.as_octets(), message)),
            Scheme::Rsa(..)
            | Scheme::Ecdsa(_)
            | Scheme::Dsa(_)
            | Scheme::Ed25519(_)
            | Scheme::Ed448(_)
            | Scheme::PostQuantum(_) => Err(CryptoError::KeyMismatch),
        }
    }

    /// Verifies a MAC of full length, in constant time.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] if `method` is not an HMAC; [`CryptoError::SignatureMismatch`].
    pub fn verify(&self, method: SignatureMethod, message: &[u8], value: &[u8]) -> Result<(), CryptoError> {
        let mac = self.mac(method, message)?;
        if bool::from(mac.as_octets().ct_eq(value)) { Ok(()) } else { Err(CryptoError::SignatureMismatch) }
    }

    /// Verifies a MAC of which only the first octets were sent: 16 at least, and half of them.
    ///
    /// # Errors
    /// As [`HmacKey::verify`]; a shorter value does not verify.
    ///
    /// # Specification
    /// XML Signature 1.1 §6.3.1, with a higher bound than its 80 bits.
    pub fn verify_truncated_for_legacy_use_only(
        &self,
        method: SignatureMethod,
        message: &[u8],
        value: &[u8],
    ) -> Result<(), CryptoError> {
        let mac = self.mac(method, message)?;
        begins_with(&mac, value, mac.as_octets().len().div_ceil(2).max(16))
    }

    /// As [`HmacKey::verify_truncated_for_legacy_use_only`], for a value of 5 octets and more: whoever may try often enough
    /// finds one without the key.
    ///
    /// # Errors
    /// As [`HmacKey::verify`]; a shorter value does not verify.
    pub fn dangerous_verify_short(
        &self,
        method: SignatureMethod,
        message: &[u8],
        value: &[u8],
    ) -> Result<(), CryptoError> {
        begins_with(&self.mac(method, message)?, value, 5)
    }
}

/// Checks that `mac` begins with `value`, which has `least` octets or more.
fn begins_with(mac: &DigestValue, value: &[u8], least: usize) -> Result<(), CryptoError> {
    match mac.as_octets().get(..value.len()) {
        Some(sent) if value.len() >= least && bool::from(sent.ct_eq(value)) => Ok(()),
        _ => Err(CryptoError::SignatureMismatch),
    }
}

impl SigningKey for HmacKey {
    fn sign(&self, method: SignatureMethod, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if method.only_verifies() {
            return Err(CryptoError::KeyMismatch);
        }
        self.mac(method, message).map(|mac| mac.as_octets().to_vec())
    }

    fn can_run(&self, method: SignatureMethod) -> bool {
        matches!(method.scheme(), Scheme::Hmac(_)) && !method.only_verifies()
    }
}

impl std::fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HmacKey(..)")
    }
}
