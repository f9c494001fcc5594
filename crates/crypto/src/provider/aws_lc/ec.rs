//! ECDSA and ECDH. aws-lc-rs agrees on secrets, and signs and verifies `r ‖ s` with the digest of the curve's strength.
//! The shim handles the other digests, with DER.

use std::sync::OnceLock;

use aws_lc_rs::agreement::{self, UnparsedPublicKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair as _, ParsedPublicKey,
};
use wss_crypto_shim as shim;
use zeroize::Zeroizing;

use super::md::md;
use crate::algorithm::{Curve, DigestMethod};
use crate::der;
use crate::provider::{EcPrivateKey, EcPublicKey, OrFailed as _, Refusal};
use crate::secret::Secret;

/// The algorithms of aws-lc-rs on a curve, for one digest.
struct Native {
    digest: DigestMethod,
    signing: &'static EcdsaSigningAlgorithm,
    verification: &'static EcdsaVerificationAlgorithm,
    agreement: &'static agreement::Algorithm,
}

fn native(curve: Curve) -> Native {
    match curve {
        Curve::P256 => Native {
            digest: DigestMethod::Sha256,
            signing: &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            verification: &signature::ECDSA_P256_SHA256_FIXED,
            agreement: &agreement::ECDH_P256,
        },
        Curve::P384 => Native {
            digest: DigestMethod::Sha384,
            signing: &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
            verification: &signature::ECDSA_P384_SHA384_FIXED,
            agreement: &agreement::ECDH_P384,
        },
        Curve::P521 => Native {
            digest: DigestMethod::Sha512,
            signing: &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
            verification: &signature::ECDSA_P521_SHA512_FIXED,
            agreement: &agreement::ECDH_P521,
        },
    }
}

pub(crate) struct Private {
    curve: Curve,
    pair: EcdsaKeyPair,
    pkcs8: Zeroizing<Vec<u8>>,
    shim: OnceLock<Option<shim::Key>>,
    agreeing: OnceLock<Option<agreement::PrivateKey>>,
}

impl EcPrivateKey for Private {
    fn load(curve: Curve, pkcs8: &[u8]) -> Result<Self, Refusal> {
        let pair = EcdsaKeyPair::from_pkcs8(native(curve).signing, pkcs8).or_failed()?;
        Ok(Self {
            curve,
            pair,
            pkcs8: Zeroizing::new(pkcs8.to_vec()),
            shim: OnceLock::new(),
            agreeing: OnceLock::new(),
        })
    }

    fn point(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }

    fn sign(&self, digest: DigestMethod, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        if digest == native(self.curve).digest {
            return self.pair.sign(&SystemRandom::new(), message).map(|value| value.as_ref().to_vec()).or_failed();
        }
        let shim = self.shim.get_or_init(|| shim::Key::from_pkcs8(&self.pkcs8)).as_ref().or_failed()?;
        let der = shim.sign(md(digest), shim::Scheme::Ecdsa, message).or_failed()?;
        der::fixed_width(&der, self.curve.field_len()).or_failed()
    }

    fn agree(&self, point: &[u8]) -> Result<Secret, Refusal> {
        let algorithm = native(self.curve).agreement;
        let key =
            self.agreeing.get_or_init(|| agreement::PrivateKey::from_private_key_der(algorithm, &self.pkcs8).ok());
        let key = key.as_ref().or_failed()?;
        let other = UnparsedPublicKey::new(algorithm, point);
        agreement::agree(key, other, Refusal::Failed, |secret| Ok(Secret::new(secret.to_vec())))
    }
}

pub(crate) struct Public {
    curve: Curve,
    spki: Vec<u8>,
    /// The key is parsed at once, so that a point that is not on the curve is refused.
    shim: shim::Key,
    parsed: OnceLock<Option<ParsedPublicKey>>,
}

impl EcPublicKey for Public {
    fn load(curve: Curve, spki: &[u8], _point: &[u8]) -> Result<Self, Refusal> {
        let shim = shim::Key::from_spki(spki).or_failed()?;
        Ok(Self { curve, spki: spki.to_vec(), shim, parsed: OnceLock::new() })
    }

    fn verify(&self, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        let native = native(self.curve);
        if digest == native.digest {
            let key = self.parsed.get_or_init(|| ParsedPublicKey::new(native.verification, &self.spki).ok());
            return key.as_ref().or_failed()?.verify_sig(message, value).or_failed();
        }
        let verified = self.shim.verify(md(digest), shim::Scheme::Ecdsa, message, &to_der(value));
        verified.then_some(()).or_failed()
    }
}

/// The DER of an ECDSA signature from `r ‖ s`.
fn to_der(value: &[u8]) -> Vec<u8> {
    let (r, s) = value.split_at(value.len() / 2);
    der::sequence(&[&der::unsigned(r), &der::unsigned(s)])
}
