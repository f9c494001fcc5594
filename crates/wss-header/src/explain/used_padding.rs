//! The padding of an RSA signature value.

use std::fmt;

/// The padding that the signer of an RSA value used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsedPadding {
    /// RSASSA-PSS (RFC 8017 §8.1).
    Pss,
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    Pkcs1,
    /// The padding of RSAES-PKCS1-v1_5, which is for encryption (RFC 8017 §7.2).
    Pkcs1Encryption,
}

impl fmt::Display for UsedPadding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pss => "PSS",
            Self::Pkcs1 => "PKCS#1 v1.5",
            Self::Pkcs1Encryption => "PKCS#1 v1.5 for encryption (block type 2)",
        })
    }
}
