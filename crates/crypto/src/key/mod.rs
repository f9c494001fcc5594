//! Keys: what a caller loads, and the operations on it.
//!
//! A key knows its kind, and the kind decides which algorithms it can run. Bounds for every use are checked when a key
//! is made, from any source. A policy asks [`KeyKind`] for the strength, and each operation asks it first whether the kind runs
//! the algorithm: a new kind does not compile until that is decided there.

mod encoding;
mod kind;
mod parts;
mod pss;
mod recover;
mod verifying;

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::algorithm::{Curve, DigestMethod, KeyTransport, RsaPadding, Scheme, SignatureMethod};
use crate::digest::Digest;
use crate::error::{CryptoError, LoadError};
use crate::provider::{
    self, Chosen, DsaNumbers, DsaPublicKey as _, EcPrivateKey as _, EcPublicKey as _, Ed25519PrivateKey as _,
    Ed25519PublicKey as _, PostQuantumPrivateKey as _, PostQuantumPublicKey as _, Provider as _, Refusal,
    RsaPrivateKey as _, RsaPublicKey as _, X25519PrivateKey as _,
};
use crate::random::Random;
use crate::rsa15;
use crate::secret::Secret;
use encoding::{Pkcs8, Spki, ec_pkcs8, rsa_pkcs8, seed_alone, significant, to_pkcs8, x448_pkcs8, x25519_pkcs8};

pub use kind::KeyKind;
pub use parts::{EcPoint, EncapsulatedSecret, RsaComponents};
pub use pss::{PssEncoding, PssParameters};
pub use verifying::VerifyingKey;

/// A signing key: in this process, or in an HSM or a key service.
pub trait SigningKey: Send + Sync {
    /// Signs `message`. The value has the form of XML Signature (ECDSA: `r ‖ s`).
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] if the key cannot run `method`, [`CryptoError::Provider`] if it fails.
    fn sign(&self, method: SignatureMethod, message: &[u8]) -> Result<Vec<u8>, CryptoError>;

    /// Whether this kind of key runs `method`.
    fn can_run(&self, method: SignatureMethod) -> bool;
}

/// A key that unwraps content keys: in this process, or in an HSM or a key service.
pub trait KeyUnwrap: Send + Sync {
    /// Decrypts a transported key. `expected_len` is the length that its use requires, if known.
    ///
    /// An implementation must not reveal that RSA-1.5 unpadding failed: it returns a substitute key of the expected
    /// length.
    ///
    /// # Errors
    /// [`CryptoError::Decryption`] for every failure.
    fn unwrap_key(
        &self,
        transport: &KeyTransport,
        ciphertext: &[u8],
        expected_len: Option<usize>,
    ) -> Result<Secret, CryptoError>;

    /// The secret that this key and the originator's give: the x-coordinate, as long as the field, or the result of
    /// X25519 or X448. It is no key yet: [`KeyDerivation`](crate::KeyDerivation) makes a key of it.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] unless both keys are on one curve, and for a key that does not agree;
    /// [`CryptoError::Agreement`] if the other key gives no secret; [`CryptoError::Unsupported`].
    fn agree(&self, originator: &PublicKey) -> Result<Secret, CryptoError> {
        let _ = originator;
        Err(CryptoError::KeyMismatch)
    }

    /// The secret that an encapsulation to this key gives (ML-KEM). A wrong encapsulation gives another secret.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] for a key that is not of ML-KEM; [`CryptoError::Decryption`].
    fn decapsulate(&self, encapsulated: &[u8]) -> Result<Secret, CryptoError> {
        let _ = encapsulated;
        Err(CryptoError::KeyMismatch)
    }

    /// Whether this key is on the curve of `originator`, and can agree on secrets.
    fn can_agree_with(&self, originator: &PublicKey) -> bool {
        let _ = originator;
        false
    }
}

/// A public key.
#[derive(Clone)]
pub struct PublicKey {
    spki: Arc<[u8]>,
    kind: KeyKind,
    inner: Arc<Public>,
}

/// A public key in the form of the provider.
enum Public {
    Rsa(provider::RsaPublic),
    /// RSA below 1 024 bits: its modulus and exponent, which only verify.
    RetiredRsa,
    Ec(provider::EcPublic),
    Ed25519(provider::Ed25519Public),
    Ed448(provider::Ed448Public),
    /// X25519, X448 or DH: its octets. A private key does all computations.
    Agreeing,
    Dsa(provider::DsaPublic),
    PostQuantum(provider::PostQuantumPublic),
}

impl PublicKey {
    /// A key from the DER of a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`LoadError::Malformed`], [`LoadError::UnsupportedKey`], [`LoadError::Provider`]; [`LoadError::Bounds`] for RSA
    /// below 512 or above 8 192 bits, an even or tiny exponent, or one above 33 bits.
    pub fn from_spki(der: &[u8]) -> Result<Self, LoadError> {
        Self::new(&Spki::parse(der)?)
    }

    /// An RSA key from big-endian modulus and exponent.
    ///
    /// # Errors
    /// [`LoadError::Bounds`] as for [`PublicKey::from_spki`].
    pub fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, LoadError> {
        Self::new(&Spki::Rsa { modulus, exponent })
    }

    /// An EC key from its uncompressed point.
    ///
    /// # Errors
    /// [`LoadError::Malformed`] if the point is not on the curve.
    pub fn from_ec(curve: Curve, point: &[u8]) -> Result<Self, LoadError> {
        Self::new(&Spki::Ec { curve, point })
    }

    /// A DSA key from its big-endian numbers: modulus, order of the subgroup, generator and public value.
    ///
    /// # Errors
    /// [`LoadError::Bounds`] for a modulus below 512 or above 3 072 bits, or a subgroup whose order does not have 160, 224 or 256
    /// bits; [`LoadError::Provider`].
    pub fn from_dsa(p: &[u8], q: &[u8], g: &[u8], y: &[u8]) -> Result<Self, LoadError> {
        Self::new(&Spki::Dsa { domain: [p, q, g], y })
    }

    /// A Diffie-Hellman key from its big-endian numbers: modulus, order of the subgroup, generator and public value.
    ///
    /// # Errors
    /// [`LoadError::Bounds`] for a modulus below 1 024 or above 4 096 bits, an order of the subgroup below 160 bits or as long as
    /// the modulus, and a generator or public value that is not between 1 and the modulus; the public value must not be `p - 1`.
    pub fn from_dh(p: &[u8], q: &[u8], g: &[u8], y: &[u8]) -> Result<Self, LoadError> {
        let [p, g, q, y] = [p, g, q, y].map(significant);
        Self::new(&Spki::Dh { domain: [p, g, q], rest: &[], y })
    }

    fn new(parts: &Spki<'_>) -> Result<Self, LoadError> {
        let kind = parts.kind()?;
        let spki = parts.write();
        let inner = match parts {
            Spki::Rsa { .. } if kind.is_retired() => Ok(Public::RetiredRsa),
            Spki::Rsa { modulus, exponent } => {
                provider::RsaPublic::load(&spki, significant(modulus), significant(exponent)).map(Public::Rsa)
            }
            Spki::RsaPss { modulus, exponent, .. } => {
                let spki = Spki::Rsa { modulus, exponent }.write();
                provider::RsaPublic::load(&spki, significant(modulus), significant(exponent)).map(Public::Rsa)
            }
            Spki::Ec { curve, point } => provider::EcPublic::load(*curve, &spki, point).map(Public::Ec),
            Spki::Ed25519 { point } => provider::Ed25519Public::load(point).map(Public::Ed25519),
            Spki::Ed448 { point } => provider::Ed448Public::load(point).map(Public::Ed448),
            Spki::X25519 { .. } | Spki::X448 { .. } | Spki::Dh { .. } => Ok(Public::Agreeing),
            Spki::Dsa { domain: [p, q, g], y } => {
                let [p, q, g, y] = [*p, *q, *g, *y].map(significant);
                provider::DsaPublic::load(DsaNumbers { p, q, g, y }).map(Public::Dsa)
            }
            Spki::PostQuantum { kind, key } => {
                provider::PostQuantumPublic::load(*kind, &spki, key).map(Public::PostQuantum)
            }
        };
        let inner = inner.map_err(|refusal| not_loaded(refusal, kind, "public key"))?;
        Ok(Self { spki: spki.into(), kind, inner: Arc::new(inner) })
    }

    /// The DER of its SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The numbers of an RSA key.
    #[must_use]
    pub fn rsa_components(&self) -> Option<RsaComponents> {
        match Spki::parse(&self.spki).ok()? {
            Spki::Rsa { modulus, exponent } => {
                Some(RsaComponents { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
            }
            _ => None,
        }
    }

    /// The point of an EC key.
    #[must_use]
    pub fn ec_point(&self) -> Option<EcPoint> {
        match Spki::parse(&self.spki).ok()? {
            Spki::Ec { curve, point } => Some(EcPoint { curve, octets: point.to_vec() }),
            _ => None,
        }
    }

    /// Verifies a signature value.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] before any mathematics if the key cannot run `method`;
    /// [`CryptoError::SignatureMismatch`]; [`CryptoError::Unsupported`].
    pub fn verify(&self, method: SignatureMethod, message: &[u8], value: &[u8]) -> Result<(), CryptoError> {
        self.verify_in_context(method, &[], message, value)
    }

    /// Verifies a signature value with a context.
    ///
    /// # Errors
    /// As [`PublicKey::verify`]; [`CryptoError::KeyMismatch`] for a context of more than 255 octets, and for any if `method`
    /// takes none.
    ///
    /// # Specification
    /// RFC 8032 §5.1; FIPS 204 §5.3; FIPS 205 §10.3.
    pub fn verify_in_context(
        &self,
        method: SignatureMethod,
        context: &[u8],
        message: &[u8],
        value: &[u8],
    ) -> Result<(), CryptoError> {
        if !self.kind.can_run(method) || context.len() > 255 || !(context.is_empty() || method.takes_context()) {
            return Err(CryptoError::KeyMismatch);
        }
        if value.len() != self.kind.signature_len() {
            return Err(CryptoError::SignatureMismatch);
        }
        let verified = match (&*self.inner, method.scheme()) {
            (Public::Rsa(_) | Public::RetiredRsa, Scheme::Rsa(RsaPadding::Pkcs1, digest))
                if method.is_retired() || self.kind.is_retired() =>
            {
                return self.verify_retired(digest, message, value);
            }
            (Public::RetiredRsa, Scheme::Rsa(..)) => Err(Refusal::Unsupported),
            (Public::Rsa(key), Scheme::Rsa(padding, digest)) => key.verify(padding, digest, message, value),
            (Public::Ec(key), Scheme::Ecdsa(digest)) => key.verify(digest, message, value),
            (Public::Ed25519(key), Scheme::Ed25519(instance)) => key.verify(instance, context, message, value),
            (Public::Ed448(key), Scheme::Ed448(instance)) => key.verify(instance, context, message, value),
            (Public::Dsa(key), Scheme::Dsa(digest)) => key.verify(digest, message, value),
            (Public::PostQuantum(key), Scheme::PostQuantum(_)) => key.verify(context, message, value),
            _ => return Err(CryptoError::KeyMismatch),
        };
        verified.map_err(|refusal| refusal.or(CryptoError::SignatureMismatch))
    }

    /// A fresh secret of 32 octets for the holder of the private key (ML-KEM).
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] unless the key is of ML-KEM; [`CryptoError::Provider`].
    ///
    /// # Specification
    /// FIPS 203 §7.2.
    pub fn encapsulate(&self) -> Result<EncapsulatedSecret, CryptoError> {
        match (&*self.inner, self.kind) {
            (Public::PostQuantum(key), KeyKind::PostQuantum(kind)) if kind.encapsulates() => {
                let (secret, octets) = key.encapsulate().map_err(|refusal| refusal.or(CryptoError::Provider))?;
                Ok(EncapsulatedSecret { secret, octets })
            }
            _ => Err(CryptoError::KeyMismatch),
        }
    }

    /// Encrypts a content key to the holder of the private key.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] unless the key is RSA; [`CryptoError::Unnamed`] if no message can say what MGF1 is with;
    /// [`CryptoError::Retired`], [`CryptoError::Provider`], [`CryptoError::Unsupported`].
    pub fn wrap_key(&self, transport: &KeyTransport, key: &Secret) -> Result<Vec<u8>, CryptoError> {
        let rsa = match &*self.inner {
            Public::Rsa(rsa) if self.kind.can_transport_keys() => rsa,
            _ => return Err(CryptoError::KeyMismatch),
        };
        if transport.digest().is_some_and(DigestMethod::is_retired) {
            return Err(CryptoError::Retired);
        }
        if transport.mgf().is_some_and(|mgf| mgf.mgf_uri().is_none()) {
            return Err(CryptoError::Unnamed);
        }
        let wrapped = match transport.oaep_parameters() {
            Some(oaep) => rsa.oaep_encrypt(oaep, key.as_octets()),
            None => rsa.pkcs1_encrypt(key.as_octets()),
        };
        wrapped.map_err(|refusal| refusal.or(CryptoError::Provider))
    }
}

/// Why a provider refused a key.
fn not_loaded(refusal: Refusal, kind: KeyKind, what: &'static str) -> LoadError {
    match refusal {
        Refusal::Failed => LoadError::Malformed { what },
        Refusal::Unsupported => LoadError::Provider { what: kind.described(), provider: Chosen::NAME },
        Refusal::Feature(feature) => LoadError::FeatureMissing { feature },
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({:?})", self.kind)
    }
}

/// A private key.
#[derive(Clone)]
pub struct PrivateKey {
    public: PublicKey,
    inner: Arc<Private>,
}

/// A private key in the form of the provider.
enum Private {
    Rsa {
        key: provider::RsaPrivate,
        /// A secret that only the holder of the key can compute: see `rsa15`.
        substitute_key: Secret,
    },
    Ec(provider::EcPrivate),
    Ed25519(provider::Ed25519Private),
    Ed448(provider::Ed448Private),
    X25519(provider::X25519Private),
    X448(provider::X448Private),
    Dh(provider::DhPrivate),
    PostQuantum(provider::PostQuantumPrivate),
    /// A private DSA key, which signs nothing here: only its public half is kept.
    NotUsed,
}

impl PrivateKey {
    /// A key from the DER of PKCS#8, PKCS#1 or SEC1.
    ///
    /// # Errors
    /// [`LoadError`] as for [`PublicKey::from_spki`].
    pub fn from_der(der: &[u8]) -> Result<Self, LoadError> {
        let pkcs8 = to_pkcs8(der)?;
        let what = "private key";
        let (inner, public) = match Pkcs8::parse(&pkcs8)? {
            Pkcs8::Rsa { modulus, exponent } => {
                let public = PublicKey::from_rsa(modulus, exponent)?;
                if public.kind.is_retired() {
                    return Err(LoadError::Bounds("RSA keys below 1024 bits only verify"));
                }
                let key = provider::RsaPrivate::load(&pkcs8);
                let key = key.map_err(|refusal| not_loaded(refusal, public.kind, what))?;
                let substitute_key = Secret::new(Digest::of(DigestMethod::Sha256, &pkcs8).as_octets().to_vec());
                (Private::Rsa { key, substitute_key }, public)
            }
            Pkcs8::RsaPss { modulus, exponent, digest, pkcs1 } => {
                let public = PublicKey::new(&Spki::RsaPss { modulus, exponent, digest })?;
                let pkcs8 = rsa_pkcs8(pkcs1);
                let key = provider::RsaPrivate::load(&pkcs8);
                let key = key.map_err(|refusal| not_loaded(refusal, public.kind, what))?;
                // A PSS key transports no keys, so that no substitute is ever needed.
                (Private::Rsa { key, substitute_key: Secret::new(Vec::new()) }, public)
            }
            Pkcs8::Ec { curve, scalar, point } => {
                let key = provider::EcPrivate::load(curve, &pkcs8, scalar);
                let key = key.map_err(|refusal| not_loaded(refusal, KeyKind::Ec(curve), what))?;
                let own = key.point();
                // Providers compare compressed points.
                if point.is_some_and(|point| point.first() == Some(&4) && point != own) {
                    return Err(LoadError::Malformed { what });
                }
                let public = PublicKey::from_ec(curve, &own)?;
                (Private::Ec(key), public)
            }
            Pkcs8::Ed25519 { seed, point } => {
                let key = provider::Ed25519Private::load(seed);
                let key = key.map_err(|refusal| not_loaded(refusal, KeyKind::Ed25519, what))?;
                let own = own_point(&key.point(), point)?;
                (Private::Ed25519(key), PublicKey::new(&Spki::Ed25519 { point: &own })?)
            }
            Pkcs8::Ed448 { seed, point } => {
                let key = provider::Ed448Private::load(seed);
                let own = own_point(&key.point(), point)?;
                (Private::Ed448(key), PublicKey::new(&Spki::Ed448 { point: &own })?)
            }
            Pkcs8::X448 { scalar, point } => {
                let key = provider::X448Private::load(scalar);
                let own = own_point(&key.point(), point)?;
                (Private::X448(key), PublicKey::new(&Spki::X448 { point: &own })?)
            }
            Pkcs8::X25519 { scalar, point } => {
                let key = provider::X25519Private::load(scalar);
                let key = key.map_err(|refusal| not_loaded(refusal, KeyKind::X25519, what))?;
                let own = own_point(&key.point(), point)?;
                (Private::X25519(key), PublicKey::new(&Spki::X25519 { point: &own })?)
            }
            Pkcs8::Dh { domain, rest, number } => {
                let malformed = |_| LoadError::Malformed { what };
                let key = provider::DhPrivate::load(group(domain), significant(number)).map_err(malformed)?;
                // The sizes of the key are judged before anything is computed with them.
                Spki::Dh { domain, rest, y: &[2] }.kind()?;
                let y = key.public().map_err(malformed)?;
                (Private::Dh(key), PublicKey::new(&Spki::Dh { domain, rest, y: significant(&y) })?)
            }
            Pkcs8::Dsa => {
                let kind = KeyKind::Dsa { bits: 0, subgroup_bits: 0 };
                let spki = Chosen::dsa_public(&pkcs8).map_err(|refusal| not_loaded(refusal, kind, what))?;
                (Private::NotUsed, PublicKey::from_spki(&spki)?)
            }
            Pkcs8::PostQuantum(kind) => {
                let refused = |refusal| not_loaded(refusal, KeyKind::PostQuantum(kind), what);
                let pkcs8 = seed_alone(kind, &pkcs8).unwrap_or(pkcs8);
                let key = provider::PostQuantumPrivate::load(kind, &pkcs8).map_err(refused)?;
                let public = key.public().map_err(refused)?;
                (Private::PostQuantum(key), PublicKey::new(&Spki::PostQuantum { kind, key: &public })?)
            }
        };
        Ok(Self { public, inner: Arc::new(inner) })
    }

    /// Its public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }
}

/// The public key of a private key. A file with the public key of another private key contradicts itself.
fn own_point<const LEN: usize>(own: &[u8], beside: Option<&[u8]>) -> Result<[u8; LEN], LoadError> {
    let agrees = beside.is_none_or(|beside| beside == own);
    let own = <[u8; LEN]>::try_from(own).ok().filter(|_| agrees);
    own.ok_or(LoadError::Malformed { what: "private key" })
}

impl SigningKey for PrivateKey {
    fn sign(&self, method: SignatureMethod, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if !SigningKey::can_run(self, method) {
            return Err(CryptoError::KeyMismatch);
        }
        let signed = match (&*self.inner, method.scheme()) {
            (Private::Rsa { key, .. }, Scheme::Rsa(padding, digest)) => key.sign(padding, digest, message),
            (Private::Ec(key), Scheme::Ecdsa(digest)) => key.sign(digest, message),
            (Private::Ed25519(key), Scheme::Ed25519(_)) => key.sign(message),
            (Private::Ed448(key), Scheme::Ed448(_)) => Ok(key.sign(message)),
            (Private::PostQuantum(key), Scheme::PostQuantum(_)) => key.sign(message),
            _ => return Err(CryptoError::KeyMismatch),
        };
        signed.map_err(|refusal| refusal.or(CryptoError::Provider))
    }

    fn can_run(&self, method: SignatureMethod) -> bool {
        self.public.kind.can_sign(method)
    }
}

impl KeyUnwrap for PrivateKey {
    fn unwrap_key(
        &self,
        transport: &KeyTransport,
        ciphertext: &[u8],
        expected_len: Option<usize>,
    ) -> Result<Secret, CryptoError> {
        let (rsa, substitute_key) = match &*self.inner {
            Private::Rsa { key, substitute_key } if self.public.kind.can_transport_keys() => (key, substitute_key),
            _ => return Err(CryptoError::Decryption),
        };
        if ciphertext.len() != self.public.kind.signature_len() {
            return Err(CryptoError::Decryption);
        }
        let failed = |refusal: Refusal| refusal.or(CryptoError::Decryption);
        let Some(oaep) = transport.oaep_parameters() else {
            let padded = rsa.decrypt_raw(ciphertext).map_err(failed)?;
            return Ok(rsa15::unpad(padded.as_octets(), substitute_key.as_octets(), ciphertext, expected_len));
        };
        let key = rsa.oaep_decrypt(oaep, ciphertext).map_err(failed)?;
        if expected_len.is_none_or(|len| key.len() == len) { Ok(key) } else { Err(CryptoError::Decryption) }
    }

    fn agree(&self, originator: &PublicKey) -> Result<Secret, CryptoError> {
        agree(self, originator)
    }

    fn decapsulate(&self, encapsulated: &[u8]) -> Result<Secret, CryptoError> {
        match (&*self.inner, self.public.kind) {
            (Private::PostQuantum(key), KeyKind::PostQuantum(kind)) if kind.encapsulates() => {
                if encapsulated.len() != kind.value_len() {
                    return Err(CryptoError::Decryption);
                }
                key.decapsulate(encapsulated).map_err(|refusal| refusal.or(CryptoError::Decryption))
            }
            _ => Err(CryptoError::KeyMismatch),
        }
    }

    fn can_agree_with(&self, originator: &PublicKey) -> bool {
        self.public.kind.agreement().is_some() && self.public.kind == originator.kind
    }
}

fn group(domain: [&[u8]; 3]) -> provider::Group {
    let [p, g, q] = domain.map(|number| significant(number).to_vec());
    provider::Group { p, q, g }
}

/// The largest number of times that a scalar is drawn. Nearly half of all numbers are not below the order of
/// brainpoolP384r1, so that one ephemeral key in 2^140 fails.
const MOST_DRAWS: usize = 128;

/// The point of a [`PublicKey`] is always on its curve. The faults that remain are a curve that is not the key's, and a
/// point of small order.
fn agree(key: &PrivateKey, other: &PublicKey) -> Result<Secret, CryptoError> {
    if key.public.kind != other.kind {
        return Err(CryptoError::KeyMismatch);
    }
    let other = Spki::parse(&other.spki).map_err(|_| CryptoError::KeyMismatch)?;
    let (agreed, is_of_prime_order) = match (&*key.inner, other) {
        (Private::Ec(key), Spki::Ec { point, .. }) => (key.agree(point), true),
        (Private::X25519(key), Spki::X25519 { point }) => (key.agree(point), false),
        (Private::X448(key), Spki::X448 { point }) => (Ok(key.agree(point)), false),
        (Private::Dh(key), Spki::Dh { domain, y, .. }) => (key.agree(&group(domain), y), true),
        _ => return Err(CryptoError::KeyMismatch),
    };
    let secret = agreed.map_err(|refusal| refusal.or(CryptoError::Agreement))?;
    // RFC 7748 §6: a point of small order gives all zeros, whoever multiplies it. The other curves have no such points,
    // and x = 0 is an ordinary point of theirs.
    let is_zero = !is_of_prime_order && secret.equals(&vec![0; secret.len()]);
    if is_zero { Err(CryptoError::Agreement) } else { Ok(secret) }
}

impl PrivateKey {
    /// A fresh key of the kind of `recipient`, for one agreement with it.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] if keys of this kind do not agree; [`CryptoError::Provider`] if there is no randomness.
    pub fn ephemeral_for(recipient: &PublicKey, random: &dyn Random) -> Result<Self, CryptoError> {
        for _ in 0..MOST_DRAWS {
            let pkcs8 = match recipient.kind {
                KeyKind::Ec(curve) => {
                    let mut scalar = drawn(curve.field_len(), random)?;
                    if let Some(first) = scalar.first_mut() {
                        *first &= curve.leading_octet();
                    }
                    ec_pkcs8(curve, &scalar)
                }
                KeyKind::X25519 => x25519_pkcs8(&drawn(32, random)?),
                KeyKind::X448 => x448_pkcs8(&drawn(56, random)?),
                KeyKind::Rsa { .. }
                | KeyKind::RsaPss { .. }
                | KeyKind::Ed25519
                | KeyKind::Ed448
                | KeyKind::Dsa { .. }
                | KeyKind::Dh { .. }
                | KeyKind::PostQuantum(_) => return Err(CryptoError::KeyMismatch),
            };
            // A scalar that is zero, or not below the order, does not load.
            if let Ok(key) = Self::from_der(&pkcs8) {
                return Ok(key);
            }
        }
        Err(CryptoError::Provider)
    }
}

fn drawn(len: usize, random: &dyn Random) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let mut octets = Zeroizing::new(vec![0; len]);
    random.fill(&mut octets)?;
    Ok(octets)
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({:?})", self.public.kind)
    }
}
