//! ECDSA and ECDH. ring has P-256 with SHA-256 and P-384 with SHA-384. RustCrypto handles the other digests and curves,
//! and the agreement, which ring has only for keys that it makes itself. It has no release of P-224, and no
//! brainpoolP512r1.

use ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use p256::elliptic_curve;
use ring::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, UnparsedPublicKey, VerificationAlgorithm};
use rsa::pkcs8::DecodePrivateKey as _;

use super::digest::Digest;
use super::rng::rng_of_ring;
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
        Curve::P521
        | Curve::P224
        | Curve::Secp256k1
        | Curve::BrainpoolP256r1
        | Curve::BrainpoolP384r1
        | Curve::BrainpoolP512r1 => None,
    }
}

/// The digest of `message` as an integer of the curve's length. Short digests are padded on the left, which does not
/// change the integer.
fn prehash(digest: DigestMethod, curve: Curve, message: &[u8]) -> Vec<u8> {
    let digest = Digest::of(digest, message);
    let pad = curve.field_len().saturating_sub(digest.as_octets().len());
    [&vec![0; pad], digest.as_octets()].concat()
}

/// A private key of RustCrypto.
trait Signer: Send + Sync {
    fn point(&self) -> Vec<u8>;
    fn sign(&self, digested: &[u8]) -> Result<Vec<u8>, Refusal>;
    fn agree(&self, point: &[u8]) -> Result<Secret, Refusal>;
}

/// A public key of RustCrypto.
trait Verifier: Send + Sync {
    fn verify(&self, digested: &[u8], value: &[u8]) -> Result<(), Refusal>;
}

/// The curves of RustCrypto.
macro_rules! curves {
    ($($curve:ident = $name:ty;)+) => {
        $(const _: () = {
            impl Signer for ecdsa::SigningKey<$name> {
                fn point(&self) -> Vec<u8> {
                    self.verifying_key().to_sec1_point(false).as_bytes().to_vec()
                }

                fn sign(&self, digested: &[u8]) -> Result<Vec<u8>, Refusal> {
                    let value: ecdsa::Signature<$name> = self.sign_prehash(digested).or_failed()?;
                    Ok(value.to_bytes().to_vec())
                }

                fn agree(&self, point: &[u8]) -> Result<Secret, Refusal> {
                    let point = elliptic_curve::PublicKey::<$name>::from_sec1_bytes(point).or_failed()?;
                    let shared = elliptic_curve::ecdh::diffie_hellman(self.as_nonzero_scalar(), point.as_affine());
                    Ok(Secret::new(shared.raw_secret_bytes().to_vec()))
                }
            }

            impl Verifier for ecdsa::VerifyingKey<$name> {
                fn verify(&self, digested: &[u8], value: &[u8]) -> Result<(), Refusal> {
                    // If s verifies, its negative verifies too. k256 takes only the lower one of the two.
                    let value = ecdsa::Signature::<$name>::from_slice(value).or_failed()?.normalize_s();
                    self.verify_prehash(digested, &value).or_failed()
                }
            }
        };)+

        fn signer(curve: Curve, pkcs8: &[u8]) -> Result<Box<dyn Signer>, Refusal> {
            match curve {
                $(Curve::$curve => Ok(Box::new(ecdsa::SigningKey::<$name>::from_pkcs8_der(pkcs8).or_failed()?)),)+
                Curve::P224 | Curve::BrainpoolP512r1 => Err(Refusal::Unsupported),
            }
        }

        fn verifier(curve: Curve, point: &[u8]) -> Result<Box<dyn Verifier>, Refusal> {
            match curve {
                $(Curve::$curve => Ok(Box::new(ecdsa::VerifyingKey::<$name>::from_sec1_bytes(point).or_failed()?)),)+
                Curve::P224 | Curve::BrainpoolP512r1 => Err(Refusal::Unsupported),
            }
        }
    };
}

curves! {
    P256 = p256::NistP256;
    P384 = p384::NistP384;
    P521 = p521::NistP521;
    Secp256k1 = k256::Secp256k1;
    BrainpoolP256r1 = bp256::BrainpoolP256r1;
    BrainpoolP384r1 = bp384::BrainpoolP384r1;
}

pub(crate) struct Private {
    curve: Curve,
    pair: Option<EcdsaKeyPair>,
    key: Box<dyn Signer>,
}

impl EcPrivateKey for Private {
    type Public = Public;

    fn load(curve: Curve, pkcs8: &[u8], _scalar: &[u8]) -> Result<Self, Refusal> {
        let key = signer(curve, pkcs8)?;
        // ring requires the public key in PKCS#8, where it is optional. Without it RustCrypto signs.
        let pair = native(curve)
            .zip(rng_of_ring())
            .and_then(|(native, random)| EcdsaKeyPair::from_pkcs8(native.signing, pkcs8, random).ok());
        Ok(Self { curve, pair, key })
    }

    fn point(&self) -> Vec<u8> {
        self.key.point()
    }

    fn sign(&self, digest: DigestMethod, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let is_native = native(self.curve).is_some_and(|native| native.digest == digest);
        if let Some((pair, random)) = self.pair.as_ref().zip(rng_of_ring()).filter(|_| is_native) {
            return pair.sign(random, message).map(|value| value.as_ref().to_vec()).or_failed();
        }
        self.key.sign(&prehash(digest, self.curve, message))
    }

    fn agree(&self, other: &Public) -> Result<Secret, Refusal> {
        self.key.agree(&other.point)
    }
}

pub(crate) struct Public {
    curve: Curve,
    point: Vec<u8>,
    key: Box<dyn Verifier>,
}

impl EcPublicKey for Public {
    fn load(curve: Curve, _spki: &[u8], point: &[u8]) -> Result<Self, Refusal> {
        Ok(Self { curve, point: point.to_vec(), key: verifier(curve, point)? })
    }

    fn verify(&self, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        if let Some(native) = native(self.curve).filter(|native| native.digest == digest) {
            return UnparsedPublicKey::new(native.verification, &self.point).verify(message, value).or_failed();
        }
        self.key.verify(&prehash(digest, self.curve, message), value)
    }
}
