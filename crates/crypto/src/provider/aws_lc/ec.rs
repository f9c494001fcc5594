//! ECDSA and ECDH. aws-lc-rs signs and verifies `r ‖ s` on the curves of NIST with the digest of the curve's strength. The
//! shim handles the other digests and curves, and the agreement: it computes the point of a key once, and a message that is
//! encrypted to a key on a curve has a fresh key for it.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, ParsedPublicKey};
use wss_crypto_shim as shim;
use zeroize::Zeroizing;

use super::digest::Digest;
use crate::algorithm::{Curve, DigestMethod};
use crate::provider::{DigestInPieces as _, EcPrivateKey, EcPublicKey, OrFailed as _, Refusal};
use crate::secret::Secret;

/// The algorithms of aws-lc-rs on a curve, for one digest.
struct Native {
    digest: DigestMethod,
    signing: &'static EcdsaSigningAlgorithm,
    verification: &'static EcdsaVerificationAlgorithm,
}

impl Native {
    /// `None` for a curve that aws-lc-rs does not have, and for another digest.
    fn of(curve: Curve, digest: DigestMethod) -> Option<Self> {
        let native = match curve {
            Curve::P256 => Self {
                digest: DigestMethod::Sha256,
                signing: &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                verification: &signature::ECDSA_P256_SHA256_FIXED,
            },
            Curve::P384 => Self {
                digest: DigestMethod::Sha384,
                signing: &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
                verification: &signature::ECDSA_P384_SHA384_FIXED,
            },
            Curve::P521 => Self {
                digest: DigestMethod::Sha512,
                signing: &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
                verification: &signature::ECDSA_P521_SHA512_FIXED,
            },
            Curve::P224
            | Curve::Secp256k1
            | Curve::BrainpoolP256r1
            | Curve::BrainpoolP384r1
            | Curve::BrainpoolP512r1 => return None,
        };
        (native.digest == digest).then_some(native)
    }
}

fn in_shim(curve: Curve) -> shim::Curve {
    match curve {
        Curve::P256 => shim::Curve::P256,
        Curve::P384 => shim::Curve::P384,
        Curve::P521 => shim::Curve::P521,
        Curve::P224 => shim::Curve::P224,
        Curve::Secp256k1 => shim::Curve::Secp256k1,
        Curve::BrainpoolP256r1 => shim::Curve::BrainpoolP256r1,
        Curve::BrainpoolP384r1 => shim::Curve::BrainpoolP384r1,
        Curve::BrainpoolP512r1 => shim::Curve::BrainpoolP512r1,
    }
}

pub(crate) struct Private {
    curve: Curve,
    key: shim::CurvePrivateKey,
    pkcs8: Zeroizing<Vec<u8>>,
    /// The form of aws-lc-rs, from the first signature with it on.
    signing: OnceLock<Option<EcdsaKeyPair>>,
}

impl EcPrivateKey for Private {
    type Public = Public;

    fn load(curve: Curve, pkcs8: &[u8], scalar: &[u8]) -> Result<Self, Refusal> {
        let key = shim::CurvePrivateKey::new(in_shim(curve), scalar).or_failed()?;
        Ok(Self { curve, key, pkcs8: Zeroizing::new(pkcs8.to_vec()), signing: OnceLock::new() })
    }

    fn point(&self) -> Vec<u8> {
        self.key.point().to_vec()
    }

    fn sign(&self, digest: DigestMethod, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let Some(native) = Native::of(self.curve, digest) else {
            return self.key.sign(Digest::of(digest, message).as_octets()).or_failed();
        };
        let key = self.signing.get_or_init(|| EcdsaKeyPair::from_pkcs8(native.signing, &self.pkcs8).ok());
        let value = key.as_ref().or_failed()?.sign(&SystemRandom::new(), message);
        value.map(|value| value.as_ref().to_vec()).or_failed()
    }

    fn agree(&self, other: &Public) -> Result<Secret, Refusal> {
        self.key.agree(&other.key).map(Secret::new).or_failed()
    }
}

pub(crate) struct Public {
    curve: Curve,
    key: shim::CurvePublicKey,
    spki: Vec<u8>,
    /// The form of aws-lc-rs, from the first signature with it on.
    verifying: OnceLock<Option<ParsedPublicKey>>,
}

impl EcPublicKey for Public {
    fn load(curve: Curve, spki: &[u8], point: &[u8]) -> Result<Self, Refusal> {
        let key = shim::CurvePublicKey::new(in_shim(curve), point).or_failed()?;
        Ok(Self { curve, key, spki: spki.to_vec(), verifying: OnceLock::new() })
    }

    fn verify(&self, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        let Some(native) = Native::of(self.curve, digest) else {
            let verified = self.key.verify(Digest::of(digest, message).as_octets(), value);
            return verified.then_some(()).or_failed();
        };
        let key = self.verifying.get_or_init(|| ParsedPublicKey::new(native.verification, &self.spki).ok());
        key.as_ref().or_failed()?.verify_sig(message, value).or_failed()
    }
}
