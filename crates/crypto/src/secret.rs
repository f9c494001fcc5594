//! Secrets: octets that never print and are wiped on drop.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Secret octets: a content key, a key-wrapping key, a password.
///
/// ```
/// use wss_crypto::{Secret, SystemRandom};
///
/// let secret = Secret::generate(&SystemRandom, 32)?;
/// assert_eq!(secret.len(), 32);
/// assert!(secret.equals(secret.as_octets()));
/// assert!(!format!("{secret:?}").contains(&format!("{:?}", secret.as_octets())));
/// # Ok::<(), wss_crypto::CryptoError>(())
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A secret of these octets.
    #[must_use]
    pub fn new(octets: Vec<u8>) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// The octets.
    #[must_use]
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }

    /// The number of octets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no octets.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether both hold the same octets. For equal lengths, the comparison is in constant time.
    #[must_use]
    pub fn equals(&self, other: &[u8]) -> bool {
        bool::from(self.0.ct_eq(other))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}
