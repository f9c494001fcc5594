//! Private keys: loaded, and their operations.

use std::sync::Arc;

use subtle::ConstantTimeEq as _;

use super::encoding::{Spki, significant};
use super::kind::KeyKind;
use super::parts::EncapsulatedSecret;
use super::pkcs8::{Envelope, Form, Pkcs8, rsa_pkcs8, seed_alone, to_pkcs8};
use super::public::{PublicKey, group, not_loaded};
use super::unwrap::KeyUnwrap;
use crate::algorithm::{DigestMethod, KeyTransport, PostQuantum, Scheme, SignatureMethod};
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
    /// [`LoadError`] as for [`PublicKey::from_spki`]; [`LoadError::Contradictory`] for a key beside the public key of another
    /// one; [`LoadError::PostQuantumForm`].
    ///
    /// # Specification
    /// RFC 5958 §2, RFC 8017 §A.1.2, RFC 5915 §3.
    pub fn from_der(der: &[u8]) -> Result<Self, LoadError> {
        let whole = to_pkcs8(der)?;
        let Envelope { pkcs8, public } = Envelope::read(&whole)?;
        let loaded = Self::from_pkcs8(&pkcs8)?;
        if public.is_some_and(|public| !loaded.public.has_bits(public)) {
            return Err(LoadError::Contradictory("the public key beside it is that of another private key"));
        }
        Ok(loaded)
    }

    /// A key from version 1 of PKCS#8.
    fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, LoadError> {
        let (inner, public) = match Pkcs8::parse(pkcs8)? {
            Pkcs8::Rsa { modulus, exponent } => rsa(pkcs8, modulus, exponent)?,
            Pkcs8::RsaPss { modulus, exponent, algorithm, pkcs1 } => {
                let public = PublicKey::new(&Spki::RsaPss { modulus, exponent, algorithm })?;
                let key = provider::RsaPrivate::load(&rsa_pkcs8(pkcs1));
                let key = key.map_err(|refusal| not_loaded(refusal, public.kind, WHAT))?;
                // A PSS key transports no keys, so that no substitute is ever needed.
                (Private::Rsa { key, substitute_key: Secret::new(Vec::new()) }, public)
            }
            Pkcs8::Ec { curve, scalar, point } => {
                let key = provider::EcPrivate::load(curve, pkcs8, scalar);
                let key = key.map_err(|refusal| not_loaded(refusal, KeyKind::Ec(curve), WHAT))?;
                let public = PublicKey::from_ec(curve, &key.point())?;
                if point.is_some_and(|point| !public.has_bits(point)) {
                    return Err(LoadError::Contradictory("the public key within it is that of another private key"));
                }
                (Private::Ec(key), public)
            }
            Pkcs8::Ed25519 { seed } => {
                let key = provider::Ed25519Private::load(seed);
                let key = key.map_err(|refusal| not_loaded(refusal, KeyKind::Ed25519, WHAT))?;
                let own = own_point(&key.point())?;
                (Private::Ed25519(key), PublicKey::new(&Spki::Ed25519 { point: &own })?)
            }
            Pkcs8::Ed448 { seed } => {
                let key = provider::Ed448Private::load(seed);
                let own = own_point(&key.point())?;
                (Private::Ed448(key), PublicKey::new(&Spki::Ed448 { point: &own })?)
            }
            Pkcs8::X448 { scalar } => {
                let key = provider::X448Private::load(scalar);
                let own = own_point(&key.point())?;
                (Private::X448(key), PublicKey::new(&Spki::X448 { point: &own })?)
            }
            Pkcs8::X25519 { scalar } => {
                let key = provider::X25519Private::load(scalar);
                let key = key.map_err(|refusal| not_loaded(refusal, KeyKind::X25519, WHAT))?;
                let own = own_point(&key.point())?;
                (Private::X25519(key), PublicKey::new(&Spki::X25519 { point: &own })?)
            }
            Pkcs8::Dh { domain, rest, number } => dh(domain, rest, number)?,
            Pkcs8::Dsa => {
                let kind = KeyKind::Dsa { bits: 0, subgroup_bits: 0 };
                let spki = Chosen::dsa_public(pkcs8).map_err(|refusal| not_loaded(refusal, kind, WHAT))?;
                (Private::NotUsed, PublicKey::from_spki(&spki)?)
            }
            Pkcs8::PostQuantum { kind, form } => post_quantum(kind, &form, pkcs8)?,
        };
        Ok(Self { public, inner: Arc::new(inner) })
    }

    /// Its public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }
}

/// The word for a private key in errors.
const WHAT: &str = "private key";

/// An RSA key, whose public numbers are these.
fn rsa(pkcs8: &[u8], modulus: &[u8], exponent: &[u8]) -> Result<(Private, PublicKey), LoadError> {
    let public = PublicKey::from_rsa(modulus, exponent)?;
    if public.kind.is_retired() {
        return Err(LoadError::Bounds("RSA keys below 1024 bits only verify"));
    }
    let key = provider::RsaPrivate::load(pkcs8).map_err(|refusal| not_loaded(refusal, public.kind, WHAT))?;
    let substitute_key = Secret::new(Digest::of(DigestMethod::Sha256, pkcs8).as_octets().to_vec());
    Ok((Private::Rsa { key, substitute_key }, public))
}

/// A Diffie-Hellman key, whose private number is `number`.
fn dh(domain: [&[u8]; 3], rest: &[u8], number: &[u8]) -> Result<(Private, PublicKey), LoadError> {
    let malformed = |_| LoadError::Malformed { what: WHAT };
    let key = provider::DhPrivate::load(group(domain), significant(number)).map_err(malformed)?;
    // The sizes of the key are judged before anything is computed with them.
    Spki::Dh { domain, rest, y: &[2] }.kind()?;
    let y = key.public().map_err(malformed)?;
    Ok((Private::Dh(key), PublicKey::new(&Spki::Dh { domain, rest, y: significant(&y) })?))
}

/// The public key of a private key, in an array.
fn own_point<const LEN: usize>(own: &[u8]) -> Result<[u8; LEN], LoadError> {
    own.try_into().map_err(|_| LoadError::Malformed { what: WHAT })
}

/// A post-quantum key from version 1 of PKCS#8. Where a form has more than the seed, its parts must be of one key.
fn post_quantum(kind: PostQuantum, form: &Form<'_>, pkcs8: &[u8]) -> Result<(Private, PublicKey), LoadError> {
    let refused = |refusal| not_loaded(refusal, KeyKind::PostQuantum(kind), WHAT);
    let load = |pkcs8: &[u8]| provider::PostQuantumPrivate::load(kind, pkcs8).map_err(refused);
    let key = match form {
        Form::Seed | Form::Expanded(_) | Form::Strings => load(pkcs8)?,
        Form::Both { seed, expanded } => {
            let key = load(&seed_alone(kind, seed))?;
            let is_expanded = key.expanded().map_err(refused)?.as_octets().ct_eq(expanded);
            if !bool::from(is_expanded) {
                return Err(LoadError::Contradictory("its seed gives another expanded key than the one beside it"));
            }
            key
        }
    };
    let public = match form {
        Form::Expanded(expanded) if kind.encapsulates() => encapsulation_key(kind, expanded)?.to_vec(),
        _ => key.public().map_err(refused)?,
    };
    let public = PublicKey::new(&Spki::PostQuantum { kind, key: &public })?;
    if matches!(form, Form::Expanded(_)) && !is_pair(&key, &public) {
        return Err(OF_SEVERAL);
    }
    Ok((Private::PostQuantum(key), public))
}

const OF_SEVERAL: LoadError = LoadError::Contradictory("the parts of its expanded key are of several keys");

/// The public key in an expanded key of ML-KEM, whose digest follows it (FIPS 203 §7.1 and §7.3).
fn encapsulation_key(kind: PostQuantum, expanded: &[u8]) -> Result<&[u8], LoadError> {
    /// The number of octets of the seed at the end of a public key, of a digest, and of the value for implicit rejection.
    const PART: usize = 32;
    let parts = || {
        let (_, rest) = expanded.split_at_checked(kind.public_len().checked_sub(PART)?)?;
        let (public, rest) = rest.split_at_checked(kind.public_len())?;
        Some((public, rest.split_at_checked(PART)?.0))
    };
    let (public, digest) = parts().ok_or(LoadError::Malformed { what: WHAT })?;
    let is_its_own = Digest::of(DigestMethod::Sha3_256, public).as_octets() == digest;
    if is_its_own { Ok(public) } else { Err(OF_SEVERAL) }
}

/// Whether a private key opens what its public key seals, or verifies what it signs (FIPS 203 §7.1, FIPS 140-3).
fn is_pair(key: &provider::PostQuantumPrivate, public: &PublicKey) -> bool {
    if let Ok(EncapsulatedSecret { secret, octets }) = public.encapsulate() {
        return key.decapsulate(&octets).is_ok_and(|own| own.as_octets() == secret.as_octets());
    }
    let method = SignatureMethod::ALL.iter().find(|method| public.kind.can_run(*method));
    method.zip(key.sign(&[]).ok()).is_some_and(|(method, value)| public.verify(method, &[], &value).is_ok())
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

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({:?})", self.public.kind)
    }
}
