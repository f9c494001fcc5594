//! The kind of an asymmetric key: which algorithms it can run, and which it runs by default.

use super::pss_parameters::PssParameters;
use crate::algorithm::{Curve, KeyAgreement, PostQuantum, RsaPadding, Scheme, SignatureMethod};

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
    /// RSA, for RSASSA-PSS alone (RFC 4055 §1.2).
    RsaPss {
        /// Bits of the modulus.
        bits: usize,
        /// Whether the public exponent is 65 537 or more.
        large_exponent: bool,
        /// The parameters that the key is restricted to, if it is: both digests, and the shortest salt (RFC 4055 §3.3).
        restriction: Option<PssParameters>,
    },
    /// EC on a named curve.
    Ec(Curve),
    /// Ed25519 (RFC 8032, RFC 8410).
    Ed25519,
    /// Ed448 (RFC 8032, RFC 8410).
    Ed448,
    /// X25519 (RFC 7748, RFC 8410), which agrees on secrets and signs nothing.
    X25519,
    /// X448 (RFC 7748, RFC 8410), which agrees on secrets and signs nothing.
    X448,
    /// DSA (FIPS 186-4), which is only verified.
    Dsa {
        /// Bits of the modulus.
        bits: usize,
        /// Bits of the order of its subgroup.
        subgroup_bits: usize,
    },
    /// Diffie-Hellman over a finite field (RFC 2631), whose keys are only read.
    Dh {
        /// Bits of the modulus.
        bits: usize,
        /// Bits of the order of its subgroup.
        subgroup_bits: usize,
    },
    /// ML-DSA, SLH-DSA or ML-KEM, with the feature `post-quantum`.
    PostQuantum(PostQuantum),
}

impl KeyKind {
    /// Whether this kind of key runs `method`.
    #[must_use]
    pub const fn can_run(self, method: SignatureMethod) -> bool {
        self.can_compute(method.scheme())
    }

    /// Whether this kind of key runs a method with this computation.
    pub(crate) const fn can_compute(self, scheme: Scheme) -> bool {
        match self {
            Self::Rsa { .. } => matches!(scheme, Scheme::Rsa(..)),
            Self::RsaPss { .. } => match scheme {
                Scheme::Rsa(RsaPadding::Pss, digest) => self.can_run_pss(PssParameters::of(digest)),
                _ => false,
            },
            Self::Ec(_) => matches!(scheme, Scheme::Ecdsa(_)),
            Self::Dsa { .. } => matches!(scheme, Scheme::Dsa(_)),
            Self::Ed25519 => matches!(scheme, Scheme::Ed25519(_)),
            Self::Ed448 => matches!(scheme, Scheme::Ed448(_)),
            Self::PostQuantum(kind) => matches!(scheme, Scheme::PostQuantum(of) if of as u8 == kind as u8),
            Self::X25519 | Self::X448 | Self::Dh { .. } => false,
        }
    }

    /// Whether this kind of key verifies RSASSA-PSS with these parameters.
    ///
    /// # Specification
    /// RFC 4055 §3.3: a restricted key has these digests, and a salt of this length or a longer one.
    #[must_use]
    pub const fn can_run_pss(self, parameters: PssParameters) -> bool {
        match self {
            Self::Rsa { .. } | Self::RsaPss { restriction: None, .. } => true,
            Self::RsaPss { restriction: Some(of), .. } => {
                of.digest as u8 == parameters.digest as u8
                    && of.mask as u8 == parameters.mask as u8
                    && of.salt_len <= parameters.salt_len
            }
            Self::Ec(_)
            | Self::Ed25519
            | Self::Ed448
            | Self::X25519
            | Self::X448
            | Self::Dsa { .. }
            | Self::Dh { .. }
            | Self::PostQuantum(_) => false,
        }
    }

    /// Whether a private key of this kind signs with `method`. Some methods only verify.
    #[must_use]
    pub const fn can_sign(self, method: SignatureMethod) -> bool {
        self.can_run(method) && !method.only_verifies()
    }

    /// The method that a key of this kind signs with by default: RSA with SHA-256, ECDSA with the digest that matches
    /// the strength of the curve, Ed25519, Ed448, ML-DSA or SLH-DSA. `None` for a kind that does not sign here.
    #[must_use]
    pub fn default_signature(self) -> Option<SignatureMethod> {
        match self {
            Self::Rsa { .. } => Some(SignatureMethod::RsaSha256),
            Self::RsaPss { restriction: None, .. } => Some(SignatureMethod::RsaPssSha256),
            Self::Ec(curve) => Some(curve.default_signature()),
            Self::Ed25519 => Some(SignatureMethod::Ed25519),
            Self::Ed448 => Some(SignatureMethod::Ed448),
            Self::RsaPss { .. } | Self::PostQuantum(_) => {
                SignatureMethod::ALL.iter().find(|method| self.can_sign(*method))
            }
            Self::X25519 | Self::X448 | Self::Dsa { .. } | Self::Dh { .. } => None,
        }
    }

    /// How this kind of key agrees on a secret with another of its kind; `None` if it does not.
    #[must_use]
    pub const fn agreement(self) -> Option<KeyAgreement> {
        match self {
            Self::Ec(_) => Some(KeyAgreement::EcdhEs),
            Self::X25519 => Some(KeyAgreement::X25519),
            Self::X448 => Some(KeyAgreement::X448),
            Self::Dh { .. } => Some(KeyAgreement::DhEs),
            Self::Rsa { .. }
            | Self::RsaPss { .. }
            | Self::Ed25519
            | Self::Ed448
            | Self::Dsa { .. }
            | Self::PostQuantum(_) => None,
        }
    }

    /// Whether a content key can be encrypted to this kind of key (XML Encryption 1.1 §5.5).
    #[must_use]
    pub const fn can_transport_keys(self) -> bool {
        match self {
            Self::Rsa { .. } => !self.is_retired(),
            Self::RsaPss { .. }
            | Self::Ec(_)
            | Self::Ed25519
            | Self::Ed448
            | Self::X25519
            | Self::X448
            | Self::Dsa { .. }
            | Self::Dh { .. }
            | Self::PostQuantum(_) => false,
        }
    }

    /// Whether two keys of this kind agree on a secret.
    #[must_use]
    pub const fn can_agree(self) -> bool {
        match self {
            Self::Ec(_) | Self::X25519 | Self::X448 | Self::Dh { .. } => true,
            Self::Rsa { .. }
            | Self::RsaPss { .. }
            | Self::Ed25519
            | Self::Ed448
            | Self::Dsa { .. }
            | Self::PostQuantum(_) => false,
        }
    }

    /// Whether the key can be broken by anyone today: RSA and DSA below 1 024 bits. It only verifies, and only in documents.
    #[must_use]
    pub const fn is_retired(self) -> bool {
        matches!(self, Self::Rsa { bits, .. } | Self::Dsa { bits, .. } if bits < 1_024)
    }

    /// Whether the key is strong enough for new messages: RSA of 2 048 bits and an exponent of 65 537 or more,
    /// DSA of 2 048 and 224 bits, or any of the others that is not on a legacy curve.
    #[must_use]
    pub const fn is_strong(self) -> bool {
        match self {
            Self::Rsa { bits, large_exponent } | Self::RsaPss { bits, large_exponent, .. } => {
                bits >= 2_048 && large_exponent
            }
            Self::Ec(curve) => !curve.is_legacy(),
            Self::Dsa { bits, subgroup_bits } => bits >= 2_048 && subgroup_bits >= 224,
            // Nothing says whether half of `p - 1` is prime, as the order of a subgroup must be.
            Self::Dh { bits, subgroup_bits } => bits >= 2_048 && subgroup_bits >= 224 && subgroup_bits <= 512,
            Self::Ed25519 | Self::Ed448 | Self::X25519 | Self::X448 | Self::PostQuantum(_) => true,
        }
    }

    /// Whether an authority with such a key may sign paths without a call for old ones: RSA of 2 048 bits, any other that is
    /// neither DSA nor on a legacy curve.
    #[must_use]
    pub const fn signs_paths(self) -> bool {
        match self {
            Self::Rsa { bits, .. } | Self::RsaPss { bits, .. } => bits >= 2_048,
            Self::Ec(curve) => !curve.is_legacy(),
            Self::Dsa { .. } => false,
            Self::Ed25519 | Self::Ed448 | Self::X25519 | Self::X448 | Self::Dh { .. } | Self::PostQuantum(_) => true,
        }
    }

    /// The kind with its size, in words.
    pub(crate) fn sized(self) -> String {
        match self {
            Self::Rsa { bits, .. } | Self::RsaPss { bits, .. } => format!("an RSA key of {bits} bits"),
            Self::Dsa { bits, .. } => format!("a DSA key of {bits} bits"),
            Self::Ec(curve) => format!("a key on the curve {curve:?}"),
            other => other.described().to_owned(),
        }
    }

    /// The number of octets of a signature value, and for RSA also of a ciphertext. Zero for a kind that does not sign.
    pub(crate) const fn signature_len(self) -> usize {
        match self {
            Self::Rsa { bits, .. } | Self::RsaPss { bits, .. } => bits.div_ceil(8),
            Self::Ec(curve) => 2 * curve.field_len(),
            Self::Ed25519 => 64,
            Self::Ed448 => 114,
            Self::X25519 | Self::X448 | Self::Dh { .. } => 0,
            Self::Dsa { subgroup_bits, .. } => 2 * subgroup_bits / 8,
            Self::PostQuantum(kind) => kind.value_len(),
        }
    }

    /// The kind in words, for errors.
    pub(crate) const fn described(self) -> &'static str {
        match self {
            Self::Rsa { .. } | Self::RsaPss { .. } => "an RSA key of this size",
            Self::Ec(_) => "a key on this curve",
            Self::Ed25519 => "an Ed25519 key",
            Self::Ed448 => "an Ed448 key",
            Self::X25519 => "an X25519 key",
            Self::X448 => "an X448 key",
            Self::Dsa { .. } => "a DSA key",
            Self::Dh { .. } => "a Diffie-Hellman key",
            Self::PostQuantum(_) => "a post-quantum key",
        }
    }
}
