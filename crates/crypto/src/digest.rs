//! Digests and MACs over octets.

use crate::algorithm::DigestMethod;
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
        let mut digest = Self::new(method);
        digest.update(octets);
        digest.finish()
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

/// A digest or MAC, at most 64 octets.
#[derive(Clone, Copy)]
pub struct DigestValue {
    octets: [u8; 64],
    len: usize,
}

impl DigestValue {
    pub(crate) fn from_slice(value: &[u8]) -> Self {
        let mut octets = [0; 64];
        let len = value.len().min(64);
        octets[..len].copy_from_slice(&value[..len]);
        Self { octets, len }
    }

    /// The octets.
    #[must_use]
    pub fn as_octets(&self) -> &[u8] {
        &self.octets[..self.len]
    }
}

impl AsRef<[u8]> for DigestValue {
    fn as_ref(&self) -> &[u8] {
        self.as_octets()
    }
}

impl PartialEq for DigestValue {
    fn eq(&self, other: &Self) -> bool {
        self.as_octets() == other.as_octets()
    }
}

impl Eq for DigestValue {}

impl std::fmt::Debug for DigestValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_octets().iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}
