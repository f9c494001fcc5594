//! What public keys consist of, and what they give.

use std::fmt;

use wss_text::octets;

use crate::algorithm::Curve;
use crate::secret::Secret;

/// The numbers of a public RSA key, big-endian without leading zeros.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RsaComponents {
    /// The modulus.
    pub modulus: Vec<u8>,
    /// The public exponent.
    pub exponent: Vec<u8>,
}

/// The point of a public EC key.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EcPoint {
    /// The curve.
    pub curve: Curve,
    /// The uncompressed point.
    pub octets: Vec<u8>,
}

/// A fresh secret, and the octets that give it to the holder of a private key.
#[non_exhaustive]
pub struct EncapsulatedSecret {
    /// The secret.
    pub secret: Secret,
    /// Its encapsulation.
    pub octets: Vec<u8>,
}

impl fmt::Debug for RsaComponents {
    /// Octets are counted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaComponents")
            .field("modulus", &octets(&self.modulus))
            .field("exponent", &octets(&self.exponent))
            .finish()
    }
}

impl fmt::Debug for EcPoint {
    /// Octets are counted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EcPoint").field("curve", &self.curve).field("octets", &octets(&self.octets)).finish()
    }
}

impl fmt::Debug for EncapsulatedSecret {
    /// Octets are counted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncapsulatedSecret")
            .field("secret", &self.secret)
            .field("octets", &octets(&self.octets))
            .finish()
    }
}
