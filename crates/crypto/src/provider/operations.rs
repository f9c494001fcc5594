//! The operations of a provider, as traits, and how it refuses one.
//!
//! A trait lists what it promises; the compiler refuses a provider that lacks an operation. Where a provider has no code
//! for an algorithm, its operation answers [`Refusal::Unsupported`].

use crate::algorithm::{Aes, BlockCipher, Curve, DigestMethod, EdDsa, Oaep, PostQuantum, RsaPadding, Wrap};
use crate::digest_value::DigestValue;
use crate::secret::Secret;

/// Why a provider refused an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The operation failed: wrong input, wrong key, no randomness. No reason is given.
    Failed,
    /// The provider has no code for the algorithm, the curve or the size of key.
    #[allow(dead_code, reason = "for a provider that lacks something")]
    Unsupported,
    /// The provider has it with this feature.
    #[allow(dead_code, reason = "for a build without a feature")]
    Feature(&'static str),
}

/// `None` from a primitive is a failure.
pub(crate) trait OrFailed<T> {
    fn or_failed(self) -> Result<T, Refusal>;
}

impl<T> OrFailed<T> for Option<T> {
    fn or_failed(self) -> Result<T, Refusal> {
        self.ok_or(Refusal::Failed)
    }
}

impl<T, E> OrFailed<T> for Result<T, E> {
    fn or_failed(self) -> Result<T, Refusal> {
        self.map_err(|_| Refusal::Failed)
    }
}

/// The operations of a provider. Keys of ciphers and MACs are octets; the caller has checked their length.
pub(crate) trait Provider {
    /// Its name, which is the name of its feature.
    const NAME: &'static str;

    type Digest: DigestInPieces;
    type Gcm: GcmInPieces;
    type RsaPrivate: RsaPrivateKey;
    type RsaPublic: RsaPublicKey;
    type EcPrivate: EcPrivateKey<Public = Self::EcPublic>;
    type EcPublic: EcPublicKey;
    type Ed25519Private: Ed25519PrivateKey;
    type Ed25519Public: Ed25519PublicKey;
    type X25519Private: X25519PrivateKey;
    type DsaPublic: DsaPublicKey;
    type PostQuantumPrivate: PostQuantumPrivateKey;
    type PostQuantumPublic: PostQuantumPublicKey;

    /// The SubjectPublicKeyInfo of a DSA private key in PKCS#8.
    fn dsa_public(pkcs8: &[u8]) -> Result<Vec<u8>, Refusal>;

    /// HMAC (RFC 2104) with a key of any length.
    fn hmac(method: DigestMethod, key: &[u8], message: &[u8]) -> DigestValue;

    /// Fills `octets` with random octets of the operating system.
    fn random(octets: &mut [u8]) -> Result<(), Refusal>;

    /// AES-GCM without additional data. `octets` holds the initialisation vector of 12 octets and the plaintext. The
    /// plaintext is encrypted in place, and the tag of 16 octets is appended.
    fn gcm_seal(aes: Aes, key: &[u8], octets: &mut Vec<u8>) -> Result<(), Refusal>;

    /// Opens a result of [`Provider::gcm_seal`] in place. Returns the end of the plaintext, which begins at 12.
    fn gcm_open(aes: Aes, key: &[u8], octets: &mut [u8]) -> Result<usize, Refusal>;

    /// ChaCha20-Poly1305 (RFC 8439 §2.8) without additional data, laid out as for [`Provider::gcm_seal`].
    fn chacha20_poly1305_seal(key: &[u8], octets: &mut Vec<u8>) -> Result<(), Refusal>;

    /// Opens a result of [`Provider::chacha20_poly1305_seal`], or of a peer with additional data. Returns as
    /// [`Provider::gcm_open`].
    fn chacha20_poly1305_open(key: &[u8], additional: &[u8], octets: &mut [u8]) -> Result<usize, Refusal>;

    /// CBC over whole blocks, in place, without padding.
    fn cbc_encrypt(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), Refusal>;

    /// CBC over whole blocks, in place, without padding.
    fn cbc_decrypt(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), Refusal>;

    /// Wraps a key of a length that the method takes. `iv` has as many octets as the method's initialisation vector, and is
    /// fresh.
    fn wrap(method: Wrap, wrapping: &[u8], iv: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal>;

    /// Unwraps a key: fails unless its integrity check holds, and its padding, if it has any. `wrapped` has a length that
    /// the method gives.
    fn unwrap(method: Wrap, wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal>;
}

/// A digest that takes octets piece by piece.
pub(crate) trait DigestInPieces {
    fn start(method: DigestMethod) -> Self;
    fn update(&mut self, octets: &[u8]);
    fn finish(self) -> DigestValue;

    /// The digest of `octets`.
    fn of(method: DigestMethod, octets: &[u8]) -> DigestValue
    where
        Self: Sized,
    {
        let mut digest = Self::start(method);
        digest.update(octets);
        digest.finish()
    }
}

/// AES-GCM with a nonce of 12 octets and without additional data, piece by piece. Plaintext is not authenticated before
/// the tag fits.
pub(crate) trait GcmInPieces: Sized + Send {
    fn start(aes: Aes, key: &[u8], nonce: &[u8; 12], seals: bool) -> Result<Self, Refusal>;
    /// Seals or opens the next piece in place.
    fn update(&mut self, octets: &mut [u8]) -> Result<(), Refusal>;
    /// Ends sealing.
    fn tag(self) -> Result<[u8; 16], Refusal>;
    /// Ends opening and says whether the tag fits all pieces. The comparison is in constant time.
    fn tag_fits(self, tag: &[u8; 16]) -> bool;
}

/// An RSA private key, whose modulus and public exponent are within the bounds of `key::encoding`.
pub(crate) trait RsaPrivateKey: Sized + Send + Sync {
    /// Loads a key from PKCS#8.
    fn load(pkcs8: &[u8]) -> Result<Self, Refusal>;
    /// Signs `message`, blinded.
    fn sign(&self, padding: RsaPadding, digest: DigestMethod, message: &[u8]) -> Result<Vec<u8>, Refusal>;
    /// RSAES-OAEP, blinded. Every failure takes the same path.
    fn oaep_decrypt(&self, oaep: Oaep<'_>, ciphertext: &[u8]) -> Result<Secret, Refusal>;
    /// The private operation without unpadding, blinded: as many octets as the modulus has.
    fn decrypt_raw(&self, ciphertext: &[u8]) -> Result<Secret, Refusal>;
}

/// An RSA public key, within the bounds of `key::encoding`.
pub(crate) trait RsaPublicKey: Sized + Send + Sync {
    /// Loads a key from the DER of the SubjectPublicKeyInfo, and from its two numbers (big-endian, without leading
    /// zeros).
    fn load(spki: &[u8], modulus: &[u8], exponent: &[u8]) -> Result<Self, Refusal>;
    /// Fails unless `value` is a signature of `message`. It is as long as the modulus.
    fn verify(&self, padding: RsaPadding, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal>;
    /// RSAES-OAEP.
    fn oaep_encrypt(&self, oaep: Oaep<'_>, plaintext: &[u8]) -> Result<Vec<u8>, Refusal>;
    /// RSAES-PKCS1-v1_5.
    fn pkcs1_encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, Refusal>;
}

/// A private key on a named curve.
pub(crate) trait EcPrivateKey: Sized + Send + Sync {
    type Public;
    /// Loads a key from PKCS#8, and from the scalar in it.
    fn load(curve: Curve, pkcs8: &[u8], scalar: &[u8]) -> Result<Self, Refusal>;
    /// The uncompressed point of its public key.
    fn point(&self) -> Vec<u8>;
    /// ECDSA of the digest of `message`: `r ‖ s`, each as long as a coordinate.
    fn sign(&self, digest: DigestMethod, message: &[u8]) -> Result<Vec<u8>, Refusal>;
    /// The x-coordinate, as long as the field, of this key times the point of another one. Fails unless that is on the same
    /// curve.
    fn agree(&self, other: &Self::Public) -> Result<Secret, Refusal>;
}

/// A public key on a named curve.
pub(crate) trait EcPublicKey: Sized + Send + Sync {
    /// Loads a key from the DER of the SubjectPublicKeyInfo, and from its uncompressed point. Fails if the point is not
    /// on the curve.
    fn load(curve: Curve, spki: &[u8], point: &[u8]) -> Result<Self, Refusal>;
    /// Fails unless `value` is a signature of `message`. It is `r ‖ s` of the right length.
    fn verify(&self, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal>;
}

/// An Ed25519 private key (RFC 8032 §5.1).
pub(crate) trait Ed25519PrivateKey: Sized + Send + Sync {
    /// Loads the 32 octets that RFC 8410 calls the private key.
    fn load(seed: &[u8; 32]) -> Result<Self, Refusal>;
    /// The 32 octets of its public key.
    fn point(&self) -> Vec<u8>;
    /// Signs `message`: 64 octets.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Refusal>;
}

/// An Ed25519 public key (RFC 8032 §5.1).
pub(crate) trait Ed25519PublicKey: Sized + Send + Sync {
    fn load(point: &[u8; 32]) -> Result<Self, Refusal>;
    /// Fails unless `value` is a signature of `message`. `value` has 64 octets; one that is not reduced fails. The
    /// context has at most 255 octets, and is empty in the pure instance.
    fn verify(&self, instance: EdDsa, context: &[u8], message: &[u8], value: &[u8]) -> Result<(), Refusal>;
}

/// An X25519 private key (RFC 7748 §5).
pub(crate) trait X25519PrivateKey: Sized + Send + Sync {
    /// Loads the 32 octets that RFC 8410 calls the private key.
    fn load(scalar: &[u8; 32]) -> Result<Self, Refusal>;
    /// The 32 octets of its public key.
    fn point(&self) -> Vec<u8>;
    /// Agrees on 32 octets with the public key `point`. For a point of small order the provider gives zeros or fails.
    fn agree(&self, point: &[u8; 32]) -> Result<Secret, Refusal>;
}

/// The numbers of a DSA public key, big-endian.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "a provider may have no DSA")]
pub(crate) struct DsaNumbers<'d> {
    pub(crate) p: &'d [u8],
    pub(crate) q: &'d [u8],
    pub(crate) g: &'d [u8],
    pub(crate) y: &'d [u8],
}

/// A DSA public key, within the bounds of `key::encoding`.
pub(crate) trait DsaPublicKey: Sized + Send + Sync {
    fn load(numbers: DsaNumbers<'_>) -> Result<Self, Refusal>;
    /// Fails unless `value` is a signature of `message`. It is `r ‖ s` of the right length.
    fn verify(&self, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal>;
}

/// A private key of ML-DSA, SLH-DSA or ML-KEM.
pub(crate) trait PostQuantumPrivateKey: Sized + Send + Sync {
    /// Loads a key from PKCS#8.
    fn load(kind: PostQuantum, pkcs8: &[u8]) -> Result<Self, Refusal>;
    /// Its public key, which a provider has unless it loaded an expanded key of ML-KEM.
    fn public(&self) -> Result<Vec<u8>, Refusal>;
    /// The expanded private key of ML-DSA or ML-KEM.
    fn expanded(&self) -> Result<Secret, Refusal>;
    /// ML-DSA or SLH-DSA, without a context.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Refusal>;
    /// The secret that an encapsulation of ML-KEM gives. A wrong one gives another secret, not a failure.
    fn decapsulate(&self, encapsulated: &[u8]) -> Result<Secret, Refusal>;
}

/// A public key of ML-DSA, SLH-DSA or ML-KEM, which has the right length.
pub(crate) trait PostQuantumPublicKey: Sized + Send + Sync {
    /// Loads a key from its SubjectPublicKeyInfo, and from the key in it.
    fn load(kind: PostQuantum, spki: &[u8], key: &[u8]) -> Result<Self, Refusal>;
    /// Fails unless `value` is a signature of `message` with this context. It has the right length.
    fn verify(&self, context: &[u8], message: &[u8], value: &[u8]) -> Result<(), Refusal>;
    /// A fresh secret of ML-KEM and its encapsulation.
    fn encapsulate(&self) -> Result<(Secret, Vec<u8>), Refusal>;
}
