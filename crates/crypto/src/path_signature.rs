//! Signatures on certificates, for the validation of paths by rustls-webpki.
//!
//! webpki has its own algorithms for RSA with SHA-2, Ed25519, and ECDSA with SHA-256 and SHA-384 on P-256 and P-384. The others
//! come from the table of algorithms. It compares AlgorithmIdentifiers octet by octet and demands them in static memory: those
//! with parameters (keys of DSA; RSASSA-PSS) are made for one certificate and its signer, [`PathSignature::of`].

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};

use crate::algorithm::{Curve, RsaPadding, Scheme};
use crate::certificate::Certificate;
use crate::der;
use crate::key::{KeyKind, PublicKey};
use crate::signed_by::SignedBy;
use crate::x509::Signed;

/// A method of signatures on certificates, under keys of one kind.
#[derive(Debug, Clone, Copy)]
pub struct PathSignature {
    by: SignedBy,
    key: AlgorithmIdentifier,
    named: AlgorithmIdentifier,
    /// Whether keys count that are too weak for paths today.
    accepts_old: bool,
}

impl PathSignature {
    /// Whether the signature of `signer` on `signed` is only verified by [`PathSignature::of`], as its method or its key has
    /// parameters.
    #[must_use]
    pub fn has_parameters(signed: &Certificate, signer: &Certificate, accepts_old: bool) -> bool {
        let Some(signature) = Signed::read(signed.der()) else { return false };
        let is_static = |known: &AlgorithmIdentifier| known.as_ref() == signature.algorithm;
        match (signer.public_key().kind(), signature.by()) {
            (KeyKind::Dsa { .. }, _) => accepts_old,
            // webpki has these, under keys that it does not take for weak.
            (KeyKind::Rsa { .. }, Some(SignedBy::Pss(_))) => accepts_old || !OF_WEBPKI.iter().any(is_static),
            (_, Some(SignedBy::Pss(_))) => true,
            _ => false,
        }
    }

    /// The algorithm for the signature of `signer` on `signed`, if it has parameters. They are kept as long as the program lives:
    /// those of at most 256 keys and methods. The caller must know that `signer` signed it, and is an authority that is known, or
    /// that a known one certified. `None` for methods and keys that are old, unless they are accepted, and for keys that anyone
    /// can break.
    #[must_use]
    pub fn of(signed: &Certificate, signer: &Certificate, accepts_old: bool) -> Option<Self> {
        let kind = signer.public_key().kind();
        let signature = Signed::read(signed.der())?;
        let by =
            signature.by().filter(|by| !kind.is_retired() && (accepts_old || (!by.is_old() && kind.signs_paths())))?;
        let key = match kind {
            KeyKind::Rsa { .. } => alg_id::RSA_ENCRYPTION,
            KeyKind::RsaPss { .. } | KeyKind::Dsa { .. } => lasting(key_of(signer)?.0)?,
            _ => return None,
        };
        Some(Self { by, key, named: lasting(signature.algorithm)?, accepts_old })
    }
}

impl SignatureVerificationAlgorithm for PathSignature {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = public_key(self.key, key)?;
        if !self.accepts_old && !key.kind().signs_paths() {
            return Err(InvalidSignature);
        }
        self.by.verify(&key, message, signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.named
    }
}

/// The parameters of RSASSA-PSS that webpki has.
const OF_WEBPKI: [AlgorithmIdentifier; 3] = [alg_id::RSA_PSS_SHA256, alg_id::RSA_PSS_SHA384, alg_id::RSA_PSS_SHA512];

/// The keys that sign certificates with a method, as webpki compares them; those with parameters are left out.
fn keys(scheme: Scheme) -> Vec<AlgorithmIdentifier> {
    match scheme {
        Scheme::Rsa(RsaPadding::Pkcs1, _) => vec![alg_id::RSA_ENCRYPTION],
        Scheme::Ecdsa(_) => {
            Curve::ALL.iter().map(|curve| AlgorithmIdentifier::from_slice(curve.identifier())).collect()
        }
        Scheme::Ed25519(_) => vec![alg_id::ED25519],
        Scheme::Ed448(_) => vec![ED448],
        Scheme::PostQuantum(kind) => vec![AlgorithmIdentifier::from_slice(kind.identifier())],
        Scheme::Rsa(RsaPadding::Pss, _) | Scheme::Dsa(_) | Scheme::Hmac(_) => Vec::new(),
    }
}

/// `id-Ed448` (RFC 8410 §3).
const ED448: AlgorithmIdentifier = AlgorithmIdentifier::from_slice(&[6, 3, 0x2B, 0x65, 0x71]);

/// All methods whose identifiers have no parameters. There is one list of them, which lives as long as the program.
fn listed(accepts_old: bool) -> Vec<&'static dyn SignatureVerificationAlgorithm> {
    let all = SignedBy::all().flat_map(|(named, scheme)| {
        let named = AlgorithmIdentifier::from_slice(named);
        let of = move |key| PathSignature { by: SignedBy::Scheme(scheme), key, named, accepts_old };
        keys(scheme).into_iter().map(of)
    });
    let all = all.filter(|algorithm| accepts_old || !algorithm.by.is_old());
    all.map(|algorithm| &*Box::leak(Box::new(algorithm)) as _).collect()
}

/// The algorithms of signatures on certificates whose identifiers have no parameters. Keys that are too weak verify nothing.
#[must_use]
pub fn path_signatures() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    static ALL: std::sync::OnceLock<Vec<&'static dyn SignatureVerificationAlgorithm>> = std::sync::OnceLock::new();
    ALL.get_or_init(|| listed(false))
}

/// As [`path_signatures`], with those that no longer prove anything: MD5, RIPEMD-160, SHA-1 and digests of 224 bits, and keys of
/// RSA with 1 024 bits and on P-224. They come before the strong algorithms, which refuse such keys.
#[must_use]
pub fn dangerous_old_path_signatures() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    static ALL: std::sync::OnceLock<Vec<&'static dyn SignatureVerificationAlgorithm>> = std::sync::OnceLock::new();
    ALL.get_or_init(|| listed(true))
}

/// The AlgorithmIdentifier and the bits of the key of a certificate.
fn key_of(certificate: &Certificate) -> Option<(&[u8], &[u8])> {
    let mut key = der::Reader::new(der::Reader::new(certificate.public_key().spki()).only(der::SEQUENCE)?);
    let algorithm = key.expect(der::SEQUENCE)?;
    Some((algorithm, key.expect(der::BIT_STRING)?.strip_prefix(&[0])?))
}

fn public_key(algorithm: AlgorithmIdentifier, bits: &[u8]) -> Result<PublicKey, InvalidSignature> {
    let bits = der::element(der::BIT_STRING, &[&[0], bits].concat());
    let spki = der::sequence(&[&der::sequence(&[algorithm.as_ref()]), &bits]);
    PublicKey::from_spki(&spki).map_err(|_| InvalidSignature)
}

/// An AlgorithmIdentifier with parameters, in the static memory that webpki demands; `None` if there are too many.
fn lasting(algorithm: &[u8]) -> Option<AlgorithmIdentifier> {
    const MOST: usize = 256;
    const MAX_OCTETS: usize = 2_048;
    static KNOWN: std::sync::Mutex<Vec<&'static [u8]>> = std::sync::Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(octets) = known.iter().find(|octets| **octets == algorithm) {
        return Some(AlgorithmIdentifier::from_slice(octets));
    }
    if known.len() >= MOST || algorithm.len() > MAX_OCTETS {
        return None;
    }
    let octets: &'static [u8] = Vec::leak(algorithm.to_vec());
    known.push(octets);
    Some(AlgorithmIdentifier::from_slice(octets))
}

/// A substitute for a certificate that rustls-webpki does not take for an end entity.
///
/// Its signature algorithm exists only here: it verifies only these octets, and only under one key.
///
/// For an authority that signs messages itself, it is an end entity that this authority issued, so that the path through the
/// authority can be validated. It has an empty subject and no extensions, and is valid when the authority is.
///
/// A certificate of version 1 is given in version 3, with its names, its key and its validity, and without extensions.
#[derive(Debug)]
pub struct StandIn {
    der: Vec<u8>,
    signed: Vec<u8>,
    /// The bits of the key under which it verifies.
    key: Vec<u8>,
    kind: AlgorithmIdentifier,
}

/// Fields of a certificate, as they are written.
struct Fields<'d> {
    issuer: &'d [u8],
    validity: &'d [u8],
    subject: &'d [u8],
    spki: &'d [u8],
}

impl<'d> Fields<'d> {
    fn read(certificate: &'d [u8]) -> Option<Self> {
        let mut fields = Signed::read(certificate)?.fields()?;
        // The version, which only version 1 leaves out.
        if fields.peek() != Some(der::INTEGER) {
            fields.next()?;
        }
        fields.expect(der::INTEGER)?;
        fields.expect(der::SEQUENCE)?;
        let mut whole = || fields.next_whole();
        Some(Self { issuer: whole()?, validity: whole()?, subject: whole()?, spki: whole()? })
    }
}

/// `2.25.0`: the nil UUID in the arc of UUIDs, which no algorithm has.
const NOWHERE: &[u8] = &[0x06, 0x02, 0x69, 0x00];

impl StandIn {
    /// The substitute for an authority. `None` for a kind of key that signs nothing. The parameters of a key of DSA or RSASSA-PSS
    /// are kept as long as the program lives: the caller must know that a known authority signed the certificate.
    #[must_use]
    pub fn below(authority: &Certificate) -> Option<Self> {
        let Fields { validity, subject, spki, .. } = Fields::read(authority.der())?;
        Self::signed_by(authority, &[subject, validity, &der::sequence(&[]), spki])
    }

    /// The substitute for a certificate of version 1. The caller must know that `signer` signed it. `None` as for
    /// [`StandIn::below`].
    #[must_use]
    pub fn in_version_3(certificate: &Certificate, signer: &Certificate) -> Option<Self> {
        let Fields { issuer, validity, subject, spki } = Fields::read(certificate.der())?;
        Self::signed_by(signer, &[issuer, validity, subject, spki])
    }

    /// `fields` are those from the issuer on.
    fn signed_by(signer: &Certificate, fields: &[&[u8]]) -> Option<Self> {
        let kind = match signer.public_key().kind() {
            KeyKind::Rsa { .. } => alg_id::RSA_ENCRYPTION,
            KeyKind::Ec(curve) => AlgorithmIdentifier::from_slice(curve.identifier()),
            KeyKind::Ed25519 => alg_id::ED25519,
            KeyKind::Ed448 => ED448,
            KeyKind::PostQuantum(kind) => AlgorithmIdentifier::from_slice(kind.identifier()),
            KeyKind::RsaPss { .. } | KeyKind::Dsa { .. } => lasting(key_of(signer)?.0)?,
            KeyKind::X25519 | KeyKind::X448 | KeyKind::Dh { .. } => return None,
        };
        let key = key_of(signer)?.1.to_vec();
        let version = der::element(0xA0, &der::unsigned(&[2]));
        let (serial, algorithm) = (der::unsigned(&[1]), der::sequence(&[NOWHERE]));
        let signed = der::sequence(&[&version, &serial, &algorithm, &fields.concat()]);
        let der = der::sequence(&[&signed, &algorithm, &der::element(der::BIT_STRING, &[0])]);
        Some(Self { der, signed, key, kind })
    }

    /// Its DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

impl SignatureVerificationAlgorithm for StandIn {
    fn verify_signature(&self, key: &[u8], message: &[u8], _signature: &[u8]) -> Result<(), InvalidSignature> {
        if key == self.key && message == self.signed { Ok(()) } else { Err(InvalidSignature) }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.kind
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        AlgorithmIdentifier::from_slice(NOWHERE)
    }
}
