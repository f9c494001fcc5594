//! The ciphers of content, and those that wrap keys.

use super::row::{All, Row, algorithms, current, legacy};

algorithms! {
    /// `xenc:EncryptionMethod` of `xenc:EncryptedData`: the cipher of the content.
    #[allow(missing_docs, reason = "cipher and mode, as the names say")]
    ContentEncryption of Mode {
        Aes128Gcm = current("http://www.w3.org/2009/xmlenc11#aes128-gcm", Mode::Gcm(Aes128)),
        Aes192Gcm = current("http://www.w3.org/2009/xmlenc11#aes192-gcm", Mode::Gcm(Aes192)),
        Aes256Gcm = current("http://www.w3.org/2009/xmlenc11#aes256-gcm", Mode::Gcm(Aes256)),
        Aes128Cbc = current("http://www.w3.org/2001/04/xmlenc#aes128-cbc", Mode::Cbc(BlockCipher::Aes(Aes128))),
        Aes192Cbc = current("http://www.w3.org/2001/04/xmlenc#aes192-cbc", Mode::Cbc(BlockCipher::Aes(Aes192))),
        Aes256Cbc = current("http://www.w3.org/2001/04/xmlenc#aes256-cbc", Mode::Cbc(BlockCipher::Aes(Aes256))),
        TripleDesCbc = legacy("http://www.w3.org/2001/04/xmlenc#tripledes-cbc", Mode::Cbc(BlockCipher::TripleDes)),
        ChaCha20Poly1305 = legacy("http://www.w3.org/2021/04/xmldsig-more#chacha20poly1305", Mode::ChaCha20Poly1305),
        ChaCha20 = legacy("http://www.w3.org/2021/04/xmldsig-more#chacha20", Mode::ChaCha20),
        Camellia128Cbc = legacy("http://www.w3.org/2001/04/xmldsig-more#camellia128-cbc", Mode::Cbc(BlockCipher::Camellia(Camellia128))),
        Camellia192Cbc = legacy("http://www.w3.org/2001/04/xmldsig-more#camellia192-cbc", Mode::Cbc(BlockCipher::Camellia(Camellia192))),
        Camellia256Cbc = legacy("http://www.w3.org/2001/04/xmldsig-more#camellia256-cbc", Mode::Cbc(BlockCipher::Camellia(Camellia256))),
    }
}

algorithms! {
    /// How a symmetric key wraps another: `xenc:EncryptionMethod` of `xenc:EncryptedKey` under a shared secret.
    #[allow(missing_docs, reason = "cipher, as the names say")]
    KeyWrap of Wrap {
        Aes128 = current("http://www.w3.org/2001/04/xmlenc#kw-aes128", Wrap::Rfc3394(Aes128)),
        Aes192 = current("http://www.w3.org/2001/04/xmlenc#kw-aes192", Wrap::Rfc3394(Aes192)),
        Aes256 = current("http://www.w3.org/2001/04/xmlenc#kw-aes256", Wrap::Rfc3394(Aes256)),
        Aes128Pad = current("http://www.w3.org/2009/xmlenc11#kw-aes-128-pad", Wrap::Rfc5649(Aes128)),
        Aes192Pad = current("http://www.w3.org/2009/xmlenc11#kw-aes-192-pad", Wrap::Rfc5649(Aes192)),
        Aes256Pad = current("http://www.w3.org/2009/xmlenc11#kw-aes-256-pad", Wrap::Rfc5649(Aes256)),
        TripleDes = legacy("http://www.w3.org/2001/04/xmlenc#kw-tripledes", Wrap::TripleDes),
        Camellia128 = legacy("http://www.w3.org/2001/04/xmldsig-more#kw-camellia128", Wrap::Camellia(Camellia128)),
        Camellia192 = legacy("http://www.w3.org/2001/04/xmldsig-more#kw-camellia192", Wrap::Camellia(Camellia192)),
        Camellia256 = legacy("http://www.w3.org/2001/04/xmldsig-more#kw-camellia256", Wrap::Camellia(Camellia256)),
    }
}

use Aes::{Aes128, Aes192, Aes256};
use Camellia::{Camellia128, Camellia192, Camellia256};

/// AES, by the size of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aes {
    Aes128,
    Aes192,
    Aes256,
}

impl Aes {
    pub(crate) const fn key_len(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }
}

/// Camellia, by the size of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names, reason = "names of the cipher, as those of AES")]
pub(crate) enum Camellia {
    Camellia128,
    Camellia192,
    Camellia256,
}

impl Camellia {
    const fn key_len(self) -> usize {
        match self {
            Self::Camellia128 => 16,
            Self::Camellia192 => 24,
            Self::Camellia256 => 32,
        }
    }
}

/// A cipher of single blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockCipher {
    Aes(Aes),
    TripleDes,
    Camellia(Camellia),
}

impl BlockCipher {
    const fn key_len(self) -> usize {
        match self {
            Self::Aes(aes) => aes.key_len(),
            Self::TripleDes => 24,
            Self::Camellia(size) => size.key_len(),
        }
    }

    pub(crate) const fn block_len(self) -> usize {
        match self {
            Self::Aes(_) | Self::Camellia(_) => 16,
            Self::TripleDes => 8,
        }
    }
}

/// How content is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Gcm(Aes),
    Cbc(BlockCipher),
    ChaCha20Poly1305,
    /// ChaCha20 without a tag.
    ChaCha20,
}

impl ContentEncryption {
    pub(crate) const fn mode(self) -> Mode {
        self.row().parameters
    }

    /// The number of octets of a key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self.mode() {
            Mode::Gcm(aes) => aes.key_len(),
            Mode::Cbc(cipher) => cipher.key_len(),
            Mode::ChaCha20Poly1305 | Mode::ChaCha20 => 32,
        }
    }

    /// The cipher of the same mode whose keys have `octets`.
    #[must_use]
    pub fn with_key_len(self, octets: usize) -> Option<Self> {
        let is_alike = |other: &Self| match (self.mode(), other.mode()) {
            (Mode::Gcm(_), Mode::Gcm(_)) => true,
            (Mode::Cbc(cipher), Mode::Cbc(other)) => std::mem::discriminant(&cipher) == std::mem::discriminant(&other),
            _ => false,
        };
        Self::ALL.iter().find(|other| is_alike(other) && other.key_len() == octets)
    }

    /// The number of octets of the initialisation vector, which precedes the ciphertext. That of ChaCha20 is the
    /// counter of the first block and the nonce.
    #[must_use]
    pub const fn iv_len(self) -> usize {
        match self.mode() {
            Mode::Gcm(_) | Mode::ChaCha20Poly1305 => 12,
            Mode::Cbc(cipher) => cipher.block_len(),
            Mode::ChaCha20 => 16,
        }
    }

    /// Whether a document has the initialisation vector in `xenc:EncryptionMethod` instead, and may have additional data there.
    ///
    /// # Specification
    /// RFC 9231 §2.6.7 and §2.6.8.
    #[must_use]
    pub const fn has_parameters(self) -> bool {
        matches!(self.mode(), Mode::ChaCha20Poly1305 | Mode::ChaCha20)
    }

    /// Whether the cipher authenticates its plaintext.
    #[must_use]
    pub const fn is_authenticated(self) -> bool {
        match self.mode() {
            Mode::Gcm(_) | Mode::ChaCha20Poly1305 => true,
            Mode::Cbc(_) | Mode::ChaCha20 => false,
        }
    }
}

/// How a key is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// AES key wrap.
    Rfc3394(Aes),
    /// AES key wrap with padding, for keys of any length.
    Rfc5649(Aes),
    /// CMS 3DES key wrap (RFC 3217 §3).
    TripleDes,
    /// Camellia key wrap (RFC 3657 §3), which is that of AES with another cipher.
    Camellia(Camellia),
}

impl Wrap {
    /// The number of octets of its initialisation vector, which is fresh for each key.
    pub(crate) const fn iv_len(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Rfc3394(_) | Self::Rfc5649(_) | Self::Camellia(_) => 0,
        }
    }

    /// Whether it wraps keys of this length: whole blocks of eight octets, two or more for ciphers of blocks of 16, unless it
    /// pads them.
    pub(crate) const fn takes(self, octets: usize) -> bool {
        match self {
            Self::Rfc3394(_) | Self::Camellia(_) => octets >= 16 && octets.is_multiple_of(8),
            Self::TripleDes => octets >= 8 && octets.is_multiple_of(8),
            Self::Rfc5649(_) => octets > 0,
        }
    }

    /// Whether a wrapped key can have this length. With 3DES, that is an initialisation vector, the key and a checksum.
    pub(crate) const fn gives(self, octets: usize) -> bool {
        let least = match self {
            Self::Rfc3394(_) | Self::TripleDes | Self::Camellia(_) => 24,
            Self::Rfc5649(_) => 16,
        };
        octets >= least && octets.is_multiple_of(8)
    }
}

impl KeyWrap {
    pub(crate) const fn wrap(self) -> Wrap {
        self.row().parameters
    }

    /// The number of octets of the wrapping key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self.wrap() {
            Wrap::Rfc3394(aes) | Wrap::Rfc5649(aes) => aes.key_len(),
            Wrap::TripleDes => BlockCipher::TripleDes.key_len(),
            Wrap::Camellia(size) => size.key_len(),
        }
    }
}
