//! The interface to providers of cryptography: every operation that a provider must have (`operations`), and the chosen
//! provider.
//!
//! A provider is a module with one type that implements [`Provider`]. The rest of the crate names no provider: it uses
//! [`Chosen`] and the aliases below. A provider uses nothing of the crate that uses a provider. What it does not support
//! is a typed error for the caller; `ALGORITHMS.md` lists it, and a test compares the list with what the provider does.
//!
//! If both features are on, `aws-lc-rs` is used.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
mod camellia;
mod chacha20;
mod curve448;
mod finite_field;
mod hmac;
mod operations;
mod rfc3394;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
mod ring;
mod triple_des;

pub(crate) use finite_field::{DhPrivate, Group};
pub(crate) use operations::{
    DigestInPieces, DsaNumbers, DsaPublicKey, EcPrivateKey, EcPublicKey, Ed25519PrivateKey, Ed25519PublicKey,
    GcmInPieces, OrFailed, PostQuantumPrivateKey, PostQuantumPublicKey, Provider, Refusal, RsaPrivateKey, RsaPublicKey,
    X25519PrivateKey,
};

use crate::error::CryptoError;
use hmac::hmac;

pub(crate) use chacha20::chacha20;
pub(crate) use curve448::{Ed448Private, Ed448Public, X448Private};

/// The provider that was chosen.
#[cfg(feature = "aws-lc-rs")]
pub(crate) type Chosen = aws_lc::AwsLc;
/// The provider that was chosen.
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
pub(crate) type Chosen = ring::Ring;

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
compile_error!("choose a provider: feature `aws-lc-rs` (default) or `ring`");

pub(crate) type Digest = <Chosen as Provider>::Digest;
pub(crate) type Gcm = <Chosen as Provider>::Gcm;
pub(crate) type RsaPrivate = <Chosen as Provider>::RsaPrivate;
pub(crate) type RsaPublic = <Chosen as Provider>::RsaPublic;
pub(crate) type EcPrivate = <Chosen as Provider>::EcPrivate;
pub(crate) type EcPublic = <Chosen as Provider>::EcPublic;
pub(crate) type Ed25519Private = <Chosen as Provider>::Ed25519Private;
pub(crate) type Ed25519Public = <Chosen as Provider>::Ed25519Public;
pub(crate) type DsaPublic = <Chosen as Provider>::DsaPublic;
pub(crate) type PostQuantumPrivate = <Chosen as Provider>::PostQuantumPrivate;
pub(crate) type PostQuantumPublic = <Chosen as Provider>::PostQuantumPublic;
pub(crate) type X25519Private = <Chosen as Provider>::X25519Private;

impl Refusal {
    /// Converts to the caller's error. `failed` is the caller's error for a failure.
    pub(crate) fn or(self, failed: CryptoError) -> CryptoError {
        match self {
            Self::Failed => failed,
            Self::Unsupported => CryptoError::Unsupported { provider: Chosen::NAME },
            Self::Feature(feature) => CryptoError::FeatureMissing { feature },
        }
    }
}
