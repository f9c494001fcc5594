//! The kind of an asymmetric key: which algorithms it can run, and which it runs by default.

use crate::algorithm::{Curve, KeyAgreement, Scheme, SignatureMethod};

/// The kind of an asymmetric key.
///
/// ```
/// use wss_crypto::{Curve, KeyKind, SignatureMethod};
///
/// let key = KeyKind::Ec(Curve::P384);
/// assert_eq!(key.default_signature(), Some(SignatureMethod::EcdsaSha384));
/// assert!(key.is_strong() && !key.can_transport_keys());
/// assert!(!KeyKind::Rsa { bits: 1_024, large_exponent: true }.is_strong());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA.
    Rsa {
        /// Bits of the modulus.
        bits: usize,
        /// Whether the public exponent is 65 537 or more.
        large_exponent: bool,
    },
    /// EC on a named curve.
    Ec(Curve),
    /// Ed25519 (RFC 8032, RFC 8410).
    Ed25519,
    /// X25519 (RFC 7748, RFC 8410), which agrees on secrets and signs nothing.
    X25519,
}

impl KeyKind {
    /// Whether this kind of key runs `method`.
    #[must_use]
    pub const fn can_run(self, method: SignatureMethod) -> bool {
        match (self, method.scheme()) {
            (Self::Rsa { .. }, Scheme::Rsa(..))
            | (Self::Ec(_), Scheme::Ecdsa(_))
            | (Self::Ed25519, Scheme::Ed25519) => true,
            (Self::Rsa { .. }, Scheme::Ecdsa(_) | Scheme::Ed25519 | Scheme::Hmac(_))
            | (Self::Ec(_), Scheme::Rsa(..) | Scheme::Ed25519 | Scheme::Hmac(_))
            | (Self::Ed25519, Scheme::Rsa(..) | Scheme::Ecdsa(_) | Scheme::Hmac(_))
            | (Self::X25519, Scheme::Rsa(..) | Scheme::Ecdsa(_) | Scheme::Ed25519 | Scheme::Hmac(_)) => false,
        }
    }

    /// The method that a key of this kind signs with by default: RSA with SHA-256, ECDSA with the digest that matches
    /// the strength of the curve, or Ed25519. `None` for a kind that does not sign.
    #[must_use]
    pub const fn default_signature(self) -> Option<SignatureMethod> {
        match self {
            Self::Rsa { .. } => Some(SignatureMethod::RsaSha256),
            Self::Ec(curve) => Some(curve.default_signature()),
            Self::Ed25519 => Some(SignatureMethod::Ed25519),
            Self::X25519 => None,
        }
    }

    /// How this kind of key agrees on a secret with another of its kind; `None` if it does not.
    #[must_use]
    pub const fn agreement(self) -> Option<KeyAgreement> {
        match self {
            Self::Ec(_) => Some(KeyAgreement::EcdhEs),
            Self::X25519 => Some(KeyAgreement::X25519),
            Self::Rsa { .. } | Self::Ed25519 => None,
        }
    }

    /// Whether a content key can be encrypted to this kind of key (XML Encryption 1.1 §5.5).
    #[must_use]
    pub const fn can_transport_keys(self) -> bool {
        match self {
            Self::Rsa { .. } => true,
            Self::Ec(_) | Self::Ed25519 | Self::X25519 => false,
        }
    }

    /// Whether the key is strong enough for new messages: RSA of 2 048 bits and an exponent of 65 537 or more,
    /// Ed25519, X25519, or any curve that is not legacy.
    #[must_use]
    pub const fn is_strong(self) -> bool {
        match self {
            Self::Rsa { bits, large_exponent } => bits >= 2_048 && large_exponent,
            Self::Ec(curve) => !curve.is_legacy(),
            Self::Ed25519 | Self::X25519 => true,
        }
    }

    /// Octets of a signature value, and for RSA also of a ciphertext. Zero for a kind that does not sign.
    pub(crate) const fn signature_len(self) -> usize {
        match self {
            Self::Rsa { bits, .. } => bits.div_ceil(8),
            Self::Ec(curve) => 2 * curve.field_len(),
            Self::Ed25519 => 64,
            Self::X25519 => 0,
        }
    }

    /// The kind in words, for errors.
    pub(crate) const fn described(self) -> &'static str {
        match self {
            Self::Rsa { .. } => "an RSA key of this size",
            Self::Ec(_) => "a key on this curve",
            Self::Ed25519 => "an Ed25519 key",
            Self::X25519 => "an X25519 key",
        }
    }
}
