//! ECDSA and ECDH. aws-lc-rs agrees on secrets on the curves of NIST, and signs and verifies `r ‖ s` with the digest of
//! the curve's strength. The shim handles the other digests, with DER, and the other curves.

use std::sync::OnceLock;

use aws_lc_rs::agreement::{self, UnparsedPublicKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair as _, ParsedPublicKey,
};
use wss_crypto_shim as shim;
use zeroize::Zeroizing;

use super::digest::Digest;
use super::md::md;
use crate::algorithm::{Curve, DigestMethod};
use crate::der;
use crate::provider::{DigestInPieces as _, EcPrivateKey, EcPublicKey, OrFailed as _, Refusal};
use crate::secret::Secret;

/// The algorithms of aws-lc-rs on a curve, for one digest.
struct Native {
    digest: DigestMethod,
    signing: &'static EcdsaSigningAlgorithm,
    verification: &'static EcdsaVerificationAlgorithm,
    agreement: &'static agreement::Algorithm,
}

/// The library that computes on a curve.
enum On {
    AwsLcRs(Native),
    Shim(shim::Curve),
}

fn on(curve: Curve) -> On {
    match curve {
        Curve::P256 => On::AwsLcRs(Native {
            digest: DigestMethod::Sha256,
            signing: &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            verification: &signature::ECDSA_P256_SHA256_FIXED,
            agreement: &agreement::ECDH_P256,
        }),
        Curve::P384 => On::AwsLcRs(Native {
            digest: DigestMethod::Sha384,
            signing: &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
            verification: &signature::ECDSA_P384_SHA384_FIXED,
            agreement: &agreement::ECDH_P384,
        }),
        Curve::P521 => On::AwsLcRs(Native {
            digest: DigestMethod::Sha512,
            signing: &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
            verification: &signature::ECDSA_P521_SHA512_FIXED,
            agreement: &agreement::ECDH_P521,
        }),
        Curve::P224 | Curve::Secp256k1 | Curve::BrainpoolP256r1 | Curve::BrainpoolP384r1 | Curve::BrainpoolP512r1 => {
            On::Shim(in_shim(curve))
        }
    }
}

pub(crate) enum Private {
    AwsLcRs(Box<NativePrivate>),
    Shim(shim::CurvePrivateKey),
}

pub(crate) struct NativePrivate {
    curve: Curve,
    native: Native,
    pair: EcdsaKeyPair,
    pkcs8: Zeroizing<Vec<u8>>,
    shim: OnceLock<Option<shim::Key>>,
    agreeing: OnceLock<Option<agreement::PrivateKey>>,
}

impl EcPrivateKey for Private {
    fn load(curve: Curve, pkcs8: &[u8], scalar: &[u8]) -> Result<Self, Refusal> {
        let native = match on(curve) {
            On::AwsLcRs(native) => native,
            On::Shim(curve) => return shim::CurvePrivateKey::new(curve, scalar).map(Self::Shim).or_failed(),
        };
        let pair = EcdsaKeyPair::from_pkcs8(native.signing, pkcs8).or_failed()?;
        Ok(Self::AwsLcRs(Box::new(NativePrivate {
            curve,
            native,
            pair,
            pkcs8: Zeroizing::new(pkcs8.to_vec()),
            shim: OnceLock::new(),
            agreeing: OnceLock::new(),
        })))
    }

    fn point(&self) -> Vec<u8> {
        match self {
            Self::AwsLcRs(key) => key.pair.public_key().as_ref().to_vec(),
            Self::Shim(key) => key.point().to_vec(),
        }
    }

    fn sign(&self, digest: DigestMethod, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        match self {
            Self::AwsLcRs(key) => key.sign(digest, message),
            Self::Shim(key) => key.sign(Digest::of(digest, message).as_octets()).or_failed(),
        }
    }

    fn agree(&self, point: &[u8]) -> Result<Secret, Refusal> {
        match self {
            Self::AwsLcRs(key) => key.agree(point),
            Self::Shim(key) => key.agree(point).map(Secret::new).or_failed(),
        }
    }
}

impl NativePrivate {
    fn sign(&self, digest: DigestMethod, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        if digest == self.native.digest {
            return self.pair.sign(&SystemRandom::new(), message).map(|value| value.as_ref().to_vec()).or_failed();
        }
        let shim = self.shim.get_or_init(|| shim::Key::from_pkcs8(&self.pkcs8)).as_ref().or_failed()?;
        let der = shim.sign(md(digest), shim::Scheme::Ecdsa, message).or_failed()?;
        der::fixed_width(&der, self.curve.field_len()).or_failed()
    }

    fn agree(&self, point: &[u8]) -> Result<Secret, Refusal> {
        let algorithm = self.native.agreement;
        let key =
            self.agreeing.get_or_init(|| agreement::PrivateKey::from_private_key_der(algorithm, &self.pkcs8).ok());
        let key = key.as_ref().or_failed()?;
        let other = UnparsedPublicKey::new(algorithm, point);
        agreement::agree(key, other, Refusal::Failed, |secret| Ok(Secret::new(secret.to_vec())))
    }
}

pub(crate) enum Public {
    AwsLcRs(Box<NativePublic>),
    Shim(shim::CurvePublicKey),
}

pub(crate) struct NativePublic {
    curve: Curve,
    native: Native,
    spki: Vec<u8>,
    /// The key is parsed at once, so that a point that is not on the curve is refused.
    shim: shim::Key,
    parsed: OnceLock<Option<ParsedPublicKey>>,
}

impl EcPublicKey for Public {
    fn load(curve: Curve, spki: &[u8], point: &[u8]) -> Result<Self, Refusal> {
        let native = match on(curve) {
            On::AwsLcRs(native) => native,
            On::Shim(curve) => return shim::CurvePublicKey::new(curve, point).map(Self::Shim).or_failed(),
        };
        let shim = shim::Key::from_spki(spki).or_failed()?;
        Ok(Self::AwsLcRs(Box::new(NativePublic { curve, native, spki: spki.to_vec(), shim, parsed: OnceLock::new() })))
    }

    fn verify(&self, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        match self {
            Self::AwsLcRs(key) => key.verify(digest, message, value),
            Self::Shim(key) => key.verify(Digest::of(digest, message).as_octets(), value).then_some(()).or_failed(),
        }
    }
}

impl NativePublic {
    fn verify(&self, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        let native = &self.native;
        if digest == native.digest {
            let key = self.parsed.get_or_init(|| ParsedPublicKey::new(native.verification, &self.spki).ok());
            return key.as_ref().or_failed()?.verify_sig(message, value).or_failed();
        }
        if digest.is_retired() {
            let point = self.spki.get(self.spki.len().saturating_sub(1 + 2 * self.curve.field_len())..).or_failed()?;
            let key = shim::CurvePublicKey::new(in_shim(self.curve), point).or_failed()?;
            return key.verify(Digest::of(digest, message).as_octets(), value).then_some(()).or_failed();
        }
        let verified = self.shim.verify(md(digest), shim::Scheme::Ecdsa, message, &to_der(value));
        verified.then_some(()).or_failed()
    }
}

/// The curve for the shim, for digests with which aws-lc-rs has no ECDSA.
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

/// The DER of an ECDSA signature from `r ‖ s`.
fn to_der(value: &[u8]) -> Vec<u8> {
    let (r, s) = value.split_at(value.len() / 2);
    der::sequence(&[&der::unsigned(r), &der::unsigned(s)])
}
