//! Keys: what a caller loads, and the operations on it.
//!
//! A key knows its kind, and the kind decides which algorithms can run. Bounds that every use demands are
//! judged when a key is made, whatever its source; what a policy may relax is asked of [`KeyKind`].

use std::sync::Arc;

use crate::algorithm::{KeyTransport, SignatureFamily, SignatureMethod};
use crate::der;
use crate::error::{CryptoError, LoadError};
use crate::provider::imp;
use crate::rsa15;
use crate::secret::{HmacKey, Secret};

/// What signs: a key of ours, or one that lives in an HSM or a key service.
pub trait SigningKey: Send + Sync {
    /// Signs `message`; the value is as XML Signature carries it (ECDSA: `r ‖ s`).
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] if the key cannot run `method`, [`CryptoError::Provider`] if it fails.
    fn sign(&self, method: SignatureMethod, message: &[u8]) -> Result<Vec<u8>, CryptoError>;

    /// Whether this kind of key runs `method`.
    fn can_run(&self, method: SignatureMethod) -> bool;
}

/// What unwraps content keys: a key of ours, or one that lives in an HSM or a key service.
pub trait KeyUnwrap: Send + Sync {
    /// Decrypts a transported key. `expected_len` is the length its use demands, where it is known.
    ///
    /// Implementations must not let an RSA-1.5 failure show: they return a substitute of the expected length.
    ///
    /// # Errors
    /// [`CryptoError::Decryption`], whatever went wrong.
    fn unwrap_key(
        &self,
        transport: &KeyTransport,
        ciphertext: &[u8],
        expected_len: Option<usize>,
    ) -> Result<Secret, CryptoError>;
}

/// A named curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "names say it")]
pub enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    const fn row(self) -> (&'static [u8], &'static str, usize) {
        match self {
            Self::P256 => (&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], "urn:oid:1.2.840.10045.3.1.7", 32),
            Self::P384 => (&[0x2B, 0x81, 0x04, 0x00, 0x22], "urn:oid:1.3.132.0.34", 48),
            Self::P521 => (&[0x2B, 0x81, 0x04, 0x00, 0x23], "urn:oid:1.3.132.0.35", 66),
        }
    }

    pub(crate) const fn oid(self) -> &'static [u8] {
        self.row().0
    }

    /// The URI of `dsig11:NamedCurve`.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        self.row().1
    }

    /// Octets of a coordinate, and of each half of a signature value.
    #[must_use]
    pub const fn field_len(self) -> usize {
        self.row().2
    }

    /// The curve a `dsig11:NamedCurve` names.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.uri() == uri)
    }

    fn from_oid(oid: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.oid() == oid)
    }
}

/// The kind of an asymmetric key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA.
    Rsa {
        /// Bits of the modulus.
        bits: usize,
        /// The public exponent is at least 65 537.
        large_exponent: bool,
    },
    /// EC on a named curve.
    Ec(Curve),
}

impl KeyKind {
    /// Whether a key of this kind can run `method`.
    #[must_use]
    pub fn can_run(self, method: SignatureMethod) -> bool {
        match (self, method.family()) {
            (Self::Rsa { .. }, SignatureFamily::RsaPkcs1 | SignatureFamily::RsaPss) => true,
            (Self::Ec(_), SignatureFamily::Ecdsa) => true,
            (Self::Rsa { .. }, SignatureFamily::Ecdsa | SignatureFamily::Hmac) => false,
            (Self::Ec(_), SignatureFamily::RsaPkcs1 | SignatureFamily::RsaPss | SignatureFamily::Hmac) => false,
        }
    }

    /// Whether the key is strong enough for new messages: RSA of 2 048 bits and an exponent of 65 537 or more,
    /// or any of the curves.
    #[must_use]
    pub fn is_strong(self) -> bool {
        match self {
            Self::Rsa { bits, large_exponent } => bits >= 2_048 && large_exponent,
            Self::Ec(_) => true,
        }
    }
}

/// A public key.
#[derive(Clone)]
pub struct PublicKey {
    spki: Arc<[u8]>,
    kind: KeyKind,
    inner: Arc<imp::PublicKey>,
}

impl PublicKey {
    /// A key from the DER of a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`LoadError::Malformed`], [`LoadError::UnsupportedKey`]; [`LoadError::Bounds`] for RSA below 1 024 or
    /// above 8 192 bits, an even or tiny exponent, or one above 33 bits.
    pub fn from_spki(der: &[u8]) -> Result<Self, LoadError> {
        match Spki::parse(der)? {
            Spki::Rsa { modulus, exponent } => Self::from_rsa(modulus, exponent),
            Spki::Ec { curve, point } => Self::from_ec(curve, point),
        }
    }

    /// An RSA key from big-endian modulus and exponent.
    ///
    /// # Errors
    /// [`LoadError::Bounds`] as for [`PublicKey::from_spki`].
    pub fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, LoadError> {
        let kind = rsa_kind(modulus, exponent)?;
        let key = der::sequence(&[&der::unsigned(modulus), &der::unsigned(exponent)]);
        Self::new(spki(&rsa_algorithm(), &key), kind)
    }

    /// An EC key from its uncompressed point.
    ///
    /// # Errors
    /// [`LoadError::Malformed`] if the point is not one of the curve.
    pub fn from_ec(curve: Curve, point: &[u8]) -> Result<Self, LoadError> {
        if point.first() != Some(&4) || point.len() != 1 + 2 * curve.field_len() {
            return Err(LoadError::Malformed { what: "EC point" });
        }
        Self::new(spki(&ec_algorithm(curve), point), KeyKind::Ec(curve))
    }

    fn new(spki: Vec<u8>, kind: KeyKind) -> Result<Self, LoadError> {
        let inner = imp::PublicKey::new(&spki, kind).ok_or(LoadError::Malformed { what: "public key" })?;
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

    /// Modulus and exponent of an RSA key, big-endian without leading zeros.
    #[must_use]
    pub fn rsa_components(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        match Spki::parse(&self.spki) {
            Ok(Spki::Rsa { modulus, exponent }) => Some((modulus.to_vec(), exponent.to_vec())),
            _ => None,
        }
    }

    /// Curve and uncompressed point of an EC key.
    #[must_use]
    pub fn ec_point(&self) -> Option<(Curve, Vec<u8>)> {
        match Spki::parse(&self.spki) {
            Ok(Spki::Ec { curve, point }) => Some((curve, point.to_vec())),
            _ => None,
        }
    }

    /// Verifies a signature value.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] before any mathematics if the key cannot run `method`;
    /// [`CryptoError::SignatureMismatch`].
    pub fn verify(&self, method: SignatureMethod, message: &[u8], value: &[u8]) -> Result<(), CryptoError> {
        if !self.kind.can_run(method) {
            return Err(CryptoError::KeyMismatch);
        }
        let length = match self.kind {
            KeyKind::Rsa { bits, .. } => bits.div_ceil(8),
            KeyKind::Ec(curve) => 2 * curve.field_len(),
        };
        if value.len() == length && self.inner.verify(self.kind, method, message, value) {
            Ok(())
        } else {
            Err(CryptoError::SignatureMismatch)
        }
    }

    /// Encrypts a content key to the holder of the private key.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] unless the key is RSA; [`CryptoError::Provider`].
    pub fn wrap_key(&self, transport: &KeyTransport, key: &Secret) -> Result<Vec<u8>, CryptoError> {
        if !matches!(self.kind, KeyKind::Rsa { .. }) {
            return Err(CryptoError::KeyMismatch);
        }
        self.inner.encrypt(transport, key.as_octets()).ok_or(CryptoError::Provider)
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
    inner: Arc<imp::PrivateKey>,
}

impl PrivateKey {
    /// A key from the DER of PKCS#8, PKCS#1 or SEC1.
    ///
    /// # Errors
    /// [`LoadError`] as for [`PublicKey::from_spki`].
    pub fn from_der(der: &[u8]) -> Result<Self, LoadError> {
        let pkcs8 = to_pkcs8(der)?;
        let malformed = LoadError::Malformed { what: "private key" };
        let (kind, known_public) = private_parts(&pkcs8)?;
        let inner = imp::PrivateKey::new(&pkcs8, kind).ok_or(malformed.clone())?;
        let public = match (kind, known_public) {
            (KeyKind::Rsa { .. }, Some(spki)) => PublicKey::from_spki(&spki)?,
            (KeyKind::Ec(curve), _) => PublicKey::from_ec(curve, &inner.ec_point().ok_or(malformed)?)?,
            (KeyKind::Rsa { .. }, None) => return Err(malformed),
        };
        Ok(Self { public, inner: Arc::new(inner) })
    }

    /// Its public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }
}

impl SigningKey for PrivateKey {
    fn sign(&self, method: SignatureMethod, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if !self.public.kind.can_run(method) {
            return Err(CryptoError::KeyMismatch);
        }
        self.inner.sign(self.public.kind, method, message).ok_or(CryptoError::Provider)
    }

    fn can_run(&self, method: SignatureMethod) -> bool {
        self.public.kind.can_run(method)
    }
}

impl KeyUnwrap for PrivateKey {
    fn unwrap_key(
        &self,
        transport: &KeyTransport,
        ciphertext: &[u8],
        expected_len: Option<usize>,
    ) -> Result<Secret, CryptoError> {
        let KeyKind::Rsa { bits, .. } = self.public.kind else {
            return Err(CryptoError::Decryption);
        };
        if ciphertext.len() != bits.div_ceil(8) {
            return Err(CryptoError::Decryption);
        }
        let (digest, mgf, label) = match transport {
            KeyTransport::RsaOaepMgf1p { digest, label } => (*digest, crate::DigestMethod::Sha1, label),
            KeyTransport::RsaOaep { digest, mgf, label } => (*digest, *mgf, label),
            KeyTransport::Rsa15 => {
                let padded = self.inner.rsa_raw(ciphertext).map(Secret::new).ok_or(CryptoError::Decryption)?;
                let substitute_key = self.inner.substitute_key();
                return Ok(rsa15::unpad(padded.as_octets(), &substitute_key, ciphertext, expected_len));
            }
        };
        let key = self.inner.oaep_decrypt(digest, mgf, label, ciphertext).map(Secret::new);
        key.filter(|key| expected_len.is_none_or(|len| key.len() == len)).ok_or(CryptoError::Decryption)
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({:?})", self.public.kind)
    }
}

/// What verifies: a public key, or a secret. Its type decides which methods can run.
#[derive(Debug, Clone)]
pub enum VerifyingKey {
    /// RSA or ECDSA.
    Public(PublicKey),
    /// HMAC.
    Hmac(HmacKey),
}

impl VerifyingKey {
    /// Verifies a signature value.
    ///
    /// # Errors
    /// As [`PublicKey::verify`] and [`HmacKey::verify`].
    pub fn verify(&self, method: SignatureMethod, message: &[u8], value: &[u8]) -> Result<(), CryptoError> {
        match self {
            Self::Public(key) => key.verify(method, message, value),
            Self::Hmac(key) => key.verify(method, message, value),
        }
    }
}

impl From<PublicKey> for VerifyingKey {
    fn from(key: PublicKey) -> Self {
        Self::Public(key)
    }
}

impl From<HmacKey> for VerifyingKey {
    fn from(key: HmacKey) -> Self {
        Self::Hmac(key)
    }
}

const RSA_OID: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const EC_OID: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

fn rsa_algorithm() -> Vec<u8> {
    der::sequence(&[&der::element(der::OID, RSA_OID), &der::element(der::NULL, &[])])
}

fn ec_algorithm(curve: Curve) -> Vec<u8> {
    der::sequence(&[&der::element(der::OID, EC_OID), &der::element(der::OID, curve.oid())])
}

fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let bits = [&[0], key].concat();
    der::sequence(&[algorithm, &der::element(der::BIT_STRING, &bits)])
}

/// The bounds every use demands; 1 024 bits and small exponents are left to policy.
fn rsa_kind(modulus: &[u8], exponent: &[u8]) -> Result<KeyKind, LoadError> {
    let significant = |octets: &[u8]| octets.iter().skip_while(|octet| **octet == 0).copied().collect::<Vec<u8>>();
    let (modulus, exponent) = (significant(modulus), significant(exponent));
    let bits = |octets: &[u8]| octets.len() * 8 - octets.first().map_or(0, |first| first.leading_zeros() as usize);
    let modulus_bits = bits(&modulus);
    if !(1_024..=8_192).contains(&modulus_bits) || modulus.last().is_none_or(|last| last & 1 == 0) {
        return Err(LoadError::Bounds("RSA moduli are odd and have 1024 to 8192 bits"));
    }
    if bits(&exponent) > 33 || exponent.last().is_none_or(|last| last & 1 == 0) || exponent == [1] {
        return Err(LoadError::Bounds("RSA exponents are odd, above 1, and have at most 33 bits"));
    }
    Ok(KeyKind::Rsa { bits: modulus_bits, large_exponent: bits(&exponent) >= 17 })
}

enum Spki<'d> {
    Rsa { modulus: &'d [u8], exponent: &'d [u8] },
    Ec { curve: Curve, point: &'d [u8] },
}

impl<'d> Spki<'d> {
    fn parse(octets: &'d [u8]) -> Result<Self, LoadError> {
        let malformed = || LoadError::Malformed { what: "public key" };
        let mut outer = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE).ok_or_else(malformed)?);
        let algorithm = outer.expect(der::SEQUENCE).ok_or_else(malformed)?;
        let key = outer.expect(der::BIT_STRING).and_then(|bits| bits.strip_prefix(&[0])).ok_or_else(malformed)?;
        if !outer.is_empty() {
            return Err(malformed());
        }
        match algorithm_kind(algorithm)? {
            None => {
                let (modulus, exponent) = rsa_public(key).ok_or_else(malformed)?;
                Ok(Self::Rsa { modulus, exponent })
            }
            Some(curve) => Ok(Self::Ec { curve, point: key }),
        }
    }
}

/// `None` for RSA, the curve for EC; explicit parameters are refused.
fn algorithm_kind(algorithm: &[u8]) -> Result<Option<Curve>, LoadError> {
    let mut algorithm = der::Reader::new(algorithm);
    match algorithm.expect(der::OID) {
        Some(RSA_OID) => Ok(None),
        Some(EC_OID) => {
            let curve = algorithm.expect(der::OID).and_then(Curve::from_oid);
            curve.map(Some).ok_or(LoadError::UnsupportedKey)
        }
        _ => Err(LoadError::UnsupportedKey),
    }
}

fn rsa_public(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut key = der::Reader::new(der::Reader::new(key).only(der::SEQUENCE)?);
    let modulus = der::magnitude(key.expect(der::INTEGER)?)?;
    let exponent = der::magnitude(key.expect(der::INTEGER)?)?;
    key.is_empty().then_some((modulus, exponent))
}

/// Kind of a PKCS#8 key; for RSA also its SubjectPublicKeyInfo.
fn private_parts(pkcs8: &[u8]) -> Result<(KeyKind, Option<Vec<u8>>), LoadError> {
    let malformed = || LoadError::Malformed { what: "private key" };
    let mut outer = der::Reader::new(der::Reader::new(pkcs8).only(der::SEQUENCE).ok_or_else(malformed)?);
    outer.expect(der::INTEGER).ok_or_else(malformed)?;
    let algorithm = outer.expect(der::SEQUENCE).ok_or_else(malformed)?;
    let key = outer.expect(der::OCTET_STRING).ok_or_else(malformed)?;
    match algorithm_kind(algorithm)? {
        Some(curve) => Ok((KeyKind::Ec(curve), None)),
        None => {
            let mut rsa = der::Reader::new(der::Reader::new(key).only(der::SEQUENCE).ok_or_else(malformed)?);
            rsa.expect(der::INTEGER).ok_or_else(malformed)?;
            let modulus = rsa.expect(der::INTEGER).and_then(der::magnitude).ok_or_else(malformed)?;
            let exponent = rsa.expect(der::INTEGER).and_then(der::magnitude).ok_or_else(malformed)?;
            let public = der::sequence(&[&der::unsigned(modulus), &der::unsigned(exponent)]);
            Ok((rsa_kind(modulus, exponent)?, Some(spki(&rsa_algorithm(), &public))))
        }
    }
}

/// PKCS#8 as it is; PKCS#1 and SEC1 put into PKCS#8.
fn to_pkcs8(octets: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, LoadError> {
    let malformed = || LoadError::Malformed { what: "private key" };
    let mut key = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE).ok_or_else(malformed)?);
    let version = key.expect(der::INTEGER).ok_or_else(malformed)?;
    let algorithm = match (key.peek(), version) {
        (Some(der::SEQUENCE), _) => return Ok(octets.to_vec().into()),
        (Some(der::INTEGER), [0]) => rsa_algorithm(),
        (Some(der::OCTET_STRING), [1]) => {
            key.next();
            let parameters = key.expect(0xA0).ok_or(LoadError::UnsupportedKey)?;
            let curve = der::Reader::new(parameters).only(der::OID).and_then(Curve::from_oid);
            ec_algorithm(curve.ok_or(LoadError::UnsupportedKey)?)
        }
        _ => return Err(malformed()),
    };
    let version = der::unsigned(&[0]);
    Ok(der::sequence(&[&version, &algorithm, &der::element(der::OCTET_STRING, octets)]).into())
}

#[cfg(feature = "aws-lc-rs")]
/// The DER of an ECDSA signature from `r ‖ s`.
pub(crate) fn ecdsa_to_der(value: &[u8]) -> Vec<u8> {
    let (r, s) = value.split_at(value.len() / 2);
    der::sequence(&[&der::unsigned(r), &der::unsigned(s)])
}

#[cfg(feature = "aws-lc-rs")]
/// `r ‖ s` from the DER of an ECDSA signature.
pub(crate) fn ecdsa_from_der(der: &[u8], curve: Curve) -> Option<Vec<u8>> {
    let mut halves = der::Reader::new(der::Reader::new(der).only(der::SEQUENCE)?);
    let mut value = Vec::with_capacity(2 * curve.field_len());
    for _ in 0..2 {
        let half = der::magnitude(halves.expect(der::INTEGER)?)?;
        value.extend(std::iter::repeat_n(0, curve.field_len().checked_sub(half.len())?));
        value.extend_from_slice(half);
    }
    Some(value)
}
