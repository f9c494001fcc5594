//! The value of a digest or MAC.

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
