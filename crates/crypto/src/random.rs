//! Randomness, behind a trait that a test can replace.

use crate::error::CryptoError;
use crate::provider::{Chosen, Provider as _};

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
