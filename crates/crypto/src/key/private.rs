//! Private keys: loaded, and their operations.

use std::sync::Arc;

use super::encoding::{Pkcs8, Spki, rsa_pkcs8, seed_alone, significant, to_pkcs8};
use super::kind::KeyKind;
use super::public::{PublicKey, not_loaded};
use super::unwrap::KeyUnwrap;
use crate::algorithm::{DigestMethod, KeyTransport, Scheme, SignatureMethod};
use crate::digest::Digest;
use crate::error::{CryptoError, LoadError};
use crate::provider::{
    self, Chosen, EcPrivateKey as _, Ed25519PrivateKey as _, PostQuantumPrivateKey as _, Provider as _, Refusal,
    RsaPrivateKey as _, X25519PrivateKey as _,
};
use crate::rsa15;
use crate::secret::Secret;
use crate::signing_key::SigningKey;

/// A private key.
#[derive(Clone)]
pub struct PrivateKey {
    pub(super) public: PublicKey,
    pub(super) inner: Arc<Private>,
}

/// A private key in the form of the provider.
pub(super) enum Private {
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
        self.agreed_with(originator)
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

pub(super) fn group(domain: [&[u8]; 3]) -> provider::Group {
    let [p, g, q] = domain.map(|number| significant(number).to_vec());
    provider::Group { p, q, g }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({:?})", self.public.kind)
    }
}
