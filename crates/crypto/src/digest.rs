//! Digests over octets.

use crate::algorithm::DigestMethod;
use crate::digest_value::DigestValue;
use crate::provider::{self, DigestInPieces as _};

/// A digest that takes octets piece by piece.
///
/// ```
/// use wss_crypto::{Digest, DigestMethod};
///
/// let mut digest = Digest::new(DigestMethod::Sha256);
/// digest.update(b"in ");
/// digest.update(b"pieces");
/// assert_eq!(digest.finish(), Digest::of(DigestMethod::Sha256, b"in pieces"));
/// ```
pub struct Digest(provider::Digest);

impl Digest {
    /// Starts a digest.
    #[must_use]
    pub fn new(method: DigestMethod) -> Self {
        Self(provider::Digest::start(method))
    }

    /// Takes the next octets.
    #[inline]
    pub fn update(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }

    /// The digest of all octets taken.
    #[must_use]
    pub fn finish(self) -> DigestValue {
        self.0.finish()
    }

    /// The digest of `octets`.
    #[must_use]
    pub fn of(method: DigestMethod, octets: &[u8]) -> DigestValue {
        provider::Digest::of(method, octets)
    }
}

impl std::io::Write for Digest {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.update(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest(..)")
    }
}
