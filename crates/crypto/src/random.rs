//! Randomness, behind a trait that a test can replace.

use wss_text::hex;
use zeroize::Zeroizing;

use crate::error::CryptoError;
use crate::provider::{Chosen, Provider as _};
use crate::secret::Secret;

/// A source of unpredictable octets.
pub trait Random: Send + Sync {
    /// Fills `octets`.
    ///
    /// # Errors
    /// [`CryptoError::Provider`] if there is no randomness. The octets must then not be used.
    fn fill(&self, octets: &mut [u8]) -> Result<(), CryptoError>;
}

/// The operating system's generator, through the provider.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, octets: &mut [u8]) -> Result<(), CryptoError> {
        Chosen::random(octets).map_err(|refusal| refusal.or(CryptoError::Provider))
    }
}

/// A name that nobody can guess and no message contains: `prefix`, and 16 random octets in hexadecimal digits.
///
/// # Errors
/// As [`Random::fill`].
pub fn fresh_name(random: &dyn Random, prefix: &str) -> Result<String, CryptoError> {
    let mut octets = [0; 16];
    random.fill(&mut octets)?;
    Ok(format!("{prefix}{}", hex(&octets)))
}

impl Secret {
    /// A secret of `len` random octets.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn generate(random: &dyn Random, len: usize) -> Result<Self, CryptoError> {
        let mut octets = Zeroizing::new(vec![0; len]);
        random.fill(&mut octets)?;
        Ok(Self::new(std::mem::take(&mut octets)))
    }
}
