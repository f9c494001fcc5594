//! Public keys: loaded, and their operations.

use std::sync::Arc;

use super::encoding::{Spki, significant};
use super::kind::KeyKind;
use super::parts::{EcPoint, EncapsulatedSecret, RsaComponents};
use crate::algorithm::{Curve, DigestMethod, KeyTransport, RsaPadding, Scheme, SignatureMethod};
use crate::der;
use crate::error::{CryptoError, LoadError};
use crate::provider::{
    self, Chosen, DsaNumbers, DsaPublicKey as _, EcPublicKey as _, Ed25519PublicKey as _, PostQuantumPublicKey as _,
    Provider as _, Refusal, RsaPublicKey as _,
};
use crate::secret::Secret;

/// A public key.
#[derive(Clone)]
pub struct PublicKey {
    spki: Arc<[u8]>,
    pub(super) kind: KeyKind,
    pub(super) inner: Arc<Public>,
}

/// A public key in the form of the provider.
pub(super) enum Public {
    Rsa(provider::RsaPublic),
    /// RSA below 1 024 bits: its modulus and exponent, which only verify.
    RetiredRsa,
    Ec(provider::EcPublic),
    Ed25519(provider::Ed25519Public),
    Ed448(provider::Ed448Public),
    /// A private key does all computations with this point.
    X25519([u8; 32]),
    /// As for X25519.
    X448([u8; 56]),
    /// As for X25519, with this number of a group.
    Dh {
        group: provider::Group,
        y: Vec<u8>,
    },
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

    pub(super) fn new(parts: &Spki<'_>) -> Result<Self, LoadError> {
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
            Spki::X25519 { point } => Ok(Public::X25519(**point)),
            Spki::X448 { point } => Ok(Public::X448(**point)),
            Spki::Dh { domain, y, .. } => Ok(Public::Dh { group: group(*domain), y: y.to_vec() }),
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

    /// Whether these octets are its `subjectPublicKey`; for an EC key, its compressed point is, too.
    pub(super) fn has_bits(&self, octets: &[u8]) -> bool {
        let own = self.bits().unwrap_or_default();
        let (tag, coordinates) = octets.split_first().map_or((0, octets), |(tag, rest)| (*tag, rest));
        match (self.kind, own) {
            (KeyKind::Ec(_), [4, point @ ..]) if tag != 4 => {
                let (x, y) = point.split_at(point.len() / 2);
                tag == 2 + (y.last().copied().unwrap_or(0) & 1) && coordinates == x
            }
            _ => own == octets,
        }
    }

    /// The octets of its `subjectPublicKey`.
    fn bits(&self) -> Option<&[u8]> {
        let mut outer = der::Reader::new(der::Reader::new(&self.spki).only(der::SEQUENCE)?);
        outer.expect(der::SEQUENCE)?;
        outer.expect(der::BIT_STRING)?.strip_prefix(&[0])
    }

    /// The numbers of an RSA key, which is not one for RSASSA-PSS alone.
    #[must_use]
    pub fn rsa_components(&self) -> Option<RsaComponents> {
        self.rsa_numbers().filter(|_| matches!(self.kind, KeyKind::Rsa { .. }))
    }

    /// The numbers of an RSA key of both kinds.
    pub(super) fn rsa_numbers(&self) -> Option<RsaComponents> {
        match Spki::parse(&self.spki).ok()? {
            Spki::Rsa { modulus, exponent } | Spki::RsaPss { modulus, exponent, .. } => {
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
        if context.len() > 255 || !(context.is_empty() || method.takes_context()) {
            return Err(CryptoError::KeyMismatch);
        }
        self.verify_by(method.scheme(), context, message, value)
    }

    /// Verifies a signature value of a method with this computation. The context fits the method.
    pub(crate) fn verify_by(
        &self,
        scheme: Scheme,
        context: &[u8],
        message: &[u8],
        value: &[u8],
    ) -> Result<(), CryptoError> {
        if !self.kind.can_compute(scheme) {
            return Err(CryptoError::KeyMismatch);
        }
        if value.len() != self.kind.signature_len() {
            return Err(CryptoError::SignatureMismatch);
        }
        let verified = match (&*self.inner, scheme) {
            (Public::Rsa(_) | Public::RetiredRsa, Scheme::Rsa(RsaPadding::Pkcs1, digest))
                if digest.is_retired() || self.kind.is_retired() =>
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

/// The group of a DH key: modulus, generator and the order of its subgroup.
pub(super) fn group(domain: [&[u8]; 3]) -> provider::Group {
    let [p, g, q] = domain.map(|number| significant(number).to_vec());
    provider::Group { p, q, g }
}

/// Why a provider refused a key.
pub(super) fn not_loaded(refusal: Refusal, kind: KeyKind, what: &'static str) -> LoadError {
    match refusal {
        Refusal::Failed => LoadError::Malformed { what },
        Refusal::Unsupported => LoadError::Provider { what: kind.described(), provider: Chosen::NAME },
        Refusal::Feature(feature) => LoadError::FeatureMissing { feature },
    }
}
