//! ECDSA and ECDH. ring has P-256 with SHA-256 and P-384 with SHA-384. RustCrypto handles the other digests, P-521 and the
//! agreement, which ring has only for keys that it makes itself.

use p256::ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, UnparsedPublicKey, VerificationAlgorithm};
use rsa::pkcs8::DecodePrivateKey as _;

use super::digest::Digest;
use crate::algorithm::{Curve, DigestMethod};
use crate::provider::{DigestInPieces as _, EcPrivateKey, EcPublicKey, OrFailed as _, Refusal};
use crate::secret::Secret;

/// The algorithms of ring on a curve, for one digest.
struct Native {
    digest: DigestMethod,
    signing: &'static EcdsaSigningAlgorithm,
    verification: &'static dyn VerificationAlgorithm,
}

/// `None` for a curve that ring does not have.
fn native(curve: Curve) -> Option<Native> {
    match curve {
        Curve::P256 => Some(Native {
            digest: DigestMethod::Sha256,
            signing: &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            verification: &signature::ECDSA_P256_SHA256_FIXED,
        }),
        Curve::P384 => Some(Native {
            digest: DigestMethod::Sha384,
            signing: &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
            verification: &signature::ECDSA_P384_SHA384_FIXED,
        }),
        Curve::P521 => None,
    }
}

/// The x-coordinate of a key times a point of its curve.
macro_rules! shared {
    ($curve:ident, $key:expr, $point:expr) => {{
        let point = $curve::PublicKey::from_sec1_bytes($point).or_failed()?;
        let shared = $curve::ecdh::diffie_hellman($key.as_nonzero_scalar(), point.as_affine());
        Ok(Secret::new(shared.raw_secret_bytes().to_vec()))
    }};
}

/// The digest of `message` as an integer of the curve's length. Short digests are padded on the left, which does not
/// change the integer.
fn prehash(digest: DigestMethod, curve: Curve, message: &[u8]) -> Vec<u8> {
    let digest = Digest::of(digest, message);
    let pad = curve.field_len().saturating_sub(digest.as_octets().len());
    [&vec![0; pad], digest.as_octets()].concat()
}

enum SigningKey {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
}

pub(crate) struct Private {
    curve: Curve,
    pair: Option<EcdsaKeyPair>,
    key: SigningKey,
}

impl EcPrivateKey for Private {
    fn load(curve: Curve, pkcs8: &[u8]) -> Result<Self, Refusal> {
        let key = match curve {
            Curve::P256 => SigningKey::P256(p256::ecdsa::SigningKey::from_pkcs8_der(pkcs8).or_failed()?),
            Curve::P384 => SigningKey::P384(p384::ecdsa::SigningKey::from_pkcs8_der(pkcs8).or_failed()?),
            Curve::P521 => SigningKey::P521(p521::ecdsa::SigningKey::from_pkcs8_der(pkcs8).or_failed()?),
        };
        // ring requires the public key in PKCS#8, where it is optional. Without it RustCrypto signs.
        let pair =
            native(curve).and_then(|native| EcdsaKeyPair::from_pkcs8(native.signing, pkcs8, &SystemRandom::new()).ok());
        Ok(Self { curve, pair, key })
    }

    fn point(&self) -> Vec<u8> {
        match &self.key {
            SigningKey::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            SigningKey::P384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            SigningKey::P521(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
        }
    }

    fn sign(&self, digest: DigestMethod, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let is_native = native(self.curve).is_some_and(|native| native.digest == digest);
        if let Some(pair) = self.pair.as_ref().filter(|_| is_native) {
            return pair.sign(&SystemRandom::new(), message).map(|value| value.as_ref().to_vec()).or_failed();
        }
        let digested = prehash(digest, self.curve, message);
        match &self.key {
            SigningKey::P256(key) => {
                let value: p256::ecdsa::Signature = key.sign_prehash(&digested).or_failed()?;
                Ok(value.to_bytes().to_vec())
            }
            SigningKey::P384(key) => {
                let value: p384::ecdsa::Signature = key.sign_prehash(&digested).or_failed()?;
                Ok(value.to_bytes().to_vec())
            }
            SigningKey::P521(key) => {
                let value: p521::ecdsa::Signature = key.sign_prehash(&digested).or_failed()?;
                Ok(value.to_bytes().to_vec())
            }
        }
    }

    fn agree(&self, point: &[u8]) -> Result<Secret, Refusal> {
        match &self.key {
            SigningKey::P256(key) => shared!(p256, key, point),
            SigningKey::P384(key) => shared!(p384, key, point),
            SigningKey::P521(key) => shared!(p521, key, point),
        }
    }
}

enum VerifyingKey {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
}

pub(crate) struct Public {
    curve: Curve,
    point: Vec<u8>,
    key: VerifyingKey,
}

impl EcPublicKey for Public {
    fn load(curve: Curve, _spki: &[u8], point: &[u8]) -> Result<Self, Refusal> {
        let key = match curve {
            Curve::P256 => VerifyingKey::P256(p256::ecdsa::VerifyingKey::from_sec1_bytes(point).or_failed()?),
            Curve::P384 => VerifyingKey::P384(p384::ecdsa::VerifyingKey::from_sec1_bytes(point).or_failed()?),
            Curve::P521 => VerifyingKey::P521(p521::ecdsa::VerifyingKey::from_sec1_bytes(point).or_failed()?),
        };
        Ok(Self { curve, point: point.to_vec(), key })
    }

    fn verify(&self, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        if let Some(native) = native(self.curve).filter(|native| native.digest == digest) {
            return UnparsedPublicKey::new(native.verification, &self.point).verify(message, value).or_failed();
        }
        let digested = prehash(digest, self.curve, message);
        match &self.key {
            VerifyingKey::P256(key) => {
                key.verify_prehash(&digested, &p256::ecdsa::Signature::from_slice(value).or_failed()?)
            }
            VerifyingKey::P384(key) => {
                key.verify_prehash(&digested, &p384::ecdsa::Signature::from_slice(value).or_failed()?)
            }
            VerifyingKey::P521(key) => {
                key.verify_prehash(&digested, &p521::ecdsa::Signature::from_slice(value).or_failed()?)
            }
        }
        .or_failed()
    }
}
