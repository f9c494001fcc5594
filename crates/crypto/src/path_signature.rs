//! Signatures on certificates, for the validation of paths by rustls-webpki.
//!
//! webpki has its own algorithms for RSA, Ed25519, and ECDSA with SHA-256 and SHA-384 on P-256 and P-384. The others
//! come from the table of algorithms.

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};

use crate::algorithm::{Curve, DigestMethod, Scheme, SignatureFamily, SignatureMethod};
use crate::certificate::Certificate;
use crate::der;
use crate::key::{KeyKind, PublicKey};
use crate::x509::{OLD, Signed};

/// ECDSA on a curve with one digest.
#[derive(Debug)]
struct OnCurve {
    curve: Curve,
    method: SignatureMethod,
    named: AlgorithmIdentifier,
}

impl SignatureVerificationAlgorithm for OnCurve {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = PublicKey::from_ec(self.curve, key).map_err(|_| InvalidSignature)?;
        let value = der::fixed_width(signature, self.curve.field_len()).ok_or(InvalidSignature)?;
        key.verify(self.method, message, &value).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.curve.identifier()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.named
    }
}

/// A method whose keys are for it alone, and whose values have the same form on certificates as in XML.
#[derive(Debug)]
struct Alone {
    method: SignatureMethod,
    key: AlgorithmIdentifier,
    named: AlgorithmIdentifier,
}

impl SignatureVerificationAlgorithm for Alone {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = public_key(self.key, key)?;
        key.verify(self.method, message, signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.named
    }
}

/// `id-RSASSA-PSS` without parameters.
const RSA_PSS: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10];

/// The algorithms of signatures on certificates that rustls-webpki does not have. Legacy ones are not among them.
#[must_use]
pub fn path_signatures() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    static ALL: std::sync::OnceLock<Vec<&'static dyn SignatureVerificationAlgorithm>> = std::sync::OnceLock::new();
    ALL.get_or_init(|| {
        let curves = Curve::ALL.iter().filter(|curve| !curve.is_legacy());
        let ecdsa = |curve: Curve| {
            let methods = SignatureMethod::ALL.iter().filter(|method| method.family() == SignatureFamily::Ecdsa);
            let is_brought = move |method: &SignatureMethod| {
                let digests = [Some(DigestMethod::Sha256), Some(DigestMethod::Sha384)];
                matches!(curve, Curve::P256 | Curve::P384) && digests.contains(&method.digest())
            };
            let methods = methods.filter(move |method| !is_brought(method));
            methods.filter_map(move |method| Some(OnCurve { curve, method, named: method.in_certificates()? }))
        };
        let alone = SignatureMethod::ALL.iter().filter_map(|method| {
            let named = match method.scheme() {
                Scheme::PostQuantum(kind) => {
                    AlgorithmIdentifier::from_slice(der::element(der::OID, &kind.oid()).leak())
                }
                Scheme::Ed448(_) => method.in_certificates()?,
                // Those of rustls-webpki, and those above and below with a curve or parameters of the key.
                Scheme::Rsa(..) | Scheme::Ecdsa(_) | Scheme::Ed25519(_) => return None,
                // No certificate is signed by these, or only by legacy.
                Scheme::Dsa(_) | Scheme::Hmac(_) => return None,
            };
            Some(Alone { method, key: named, named })
        });
        // RFC 4055 §1.2: a key with parameters signs only with these, and a key without parameters signs with any.
        let pss = SignatureMethod::ALL.iter().filter(|method| method.family() == SignatureFamily::RsaPss);
        let pss = pss.filter_map(|method| Some((method, method.in_certificates()?)));
        let pss = pss.flat_map(|(method, named)| {
            [named, AlgorithmIdentifier::from_slice(RSA_PSS)].map(|key| Alone { method, key, named })
        });
        // There is one list, which lives as long as the program.
        let kept = |algorithm: OnCurve| &*Box::leak(Box::new(algorithm)) as _;
        let kept_alone = |algorithm: Alone| &*Box::leak(Box::new(algorithm)) as _;
        curves.flat_map(ecdsa).map(kept).chain(alone.chain(pss).map(kept_alone)).collect()
    })
}

/// RSA or ECDSA with a digest, or under a key, for which paths are refused.
#[derive(Debug)]
struct Old {
    method: SignatureMethod,
    key: AlgorithmIdentifier,
    named: AlgorithmIdentifier,
    /// The number of octets of each half of an ECDSA signature.
    half_len: Option<usize>,
}

impl SignatureVerificationAlgorithm for Old {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = public_key(self.key, key)?;
        let value = match self.half_len {
            Some(len) => der::fixed_width(signature, len).ok_or(InvalidSignature)?,
            None => signature.to_vec(),
        };
        let is_retired = key.kind().is_retired();
        let verified = key.verify(self.method, message, &value);
        verified.ok().filter(|()| !is_retired).ok_or(InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.named
    }
}

/// The algorithms of signatures on certificates that no longer prove anything: MD5 and SHA-1 with RSA, SHA-1 with
/// ECDSA, and RSA of 1 024 bits with SHA-2. They come before the strong algorithms, which refuse such keys.
#[must_use]
pub fn dangerous_old_path_signatures() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    static ALL: std::sync::OnceLock<Vec<&'static dyn SignatureVerificationAlgorithm>> = std::sync::OnceLock::new();
    ALL.get_or_init(|| {
        let current = SignatureMethod::ALL.iter().filter(|method| method.family() == SignatureFamily::RsaPkcs1);
        let current = current.filter_map(|method| Some((method.in_certificates()?, method)));
        let old = OLD.iter().map(|(named, method)| (AlgorithmIdentifier::from_slice(named), *method));
        let of = |(named, method): (AlgorithmIdentifier, SignatureMethod)| -> Vec<Old> {
            let on = |curve: Curve| Old { method, key: curve.identifier(), named, half_len: Some(curve.field_len()) };
            match method.family() {
                SignatureFamily::RsaPkcs1 => vec![Old { method, key: alg_id::RSA_ENCRYPTION, named, half_len: None }],
                SignatureFamily::Ecdsa => Curve::ALL.iter().map(on).collect(),
                _ => Vec::new(),
            }
        };
        // There is one list, which lives as long as the program.
        current.chain(old).flat_map(of).map(|algorithm| &*Box::leak(Box::new(algorithm)) as _).collect()
    })
}

/// DSA with SHA-1 or SHA-256 under the key of one authority. The parameters of a DSA key are a part of its
/// AlgorithmIdentifier, so that each key has an algorithm of its own.
#[derive(Debug)]
pub struct DsaPathSignature {
    method: SignatureMethod,
    key: AlgorithmIdentifier,
    named: AlgorithmIdentifier,
    /// The number of octets of each number of a signature.
    half_len: usize,
}

impl SignatureVerificationAlgorithm for DsaPathSignature {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let value = der::fixed_width(signature, self.half_len).ok_or(InvalidSignature)?;
        let key = public_key(self.key, key)?;
        key.verify(self.method, message, &value).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.named
    }
}

/// The algorithms of signatures by an authority with a DSA key, which no longer prove anything; empty for other keys,
/// and for keys below 1 024 bits. The parameters of a key are kept as long as the program lives, those of at most 64
/// keys: give only authorities that are known, or that a known one certified.
#[must_use]
pub fn dangerous_dsa_path_signatures(authority: &Certificate) -> Vec<DsaPathSignature> {
    let kind = authority.public_key().kind();
    let KeyKind::Dsa { subgroup_bits, .. } = kind else { return Vec::new() };
    let key = key_of(authority).filter(|_| !kind.is_retired()).and_then(|(algorithm, _)| lasting(algorithm));
    let Some(key) = key else { return Vec::new() };
    let of_dsa = OLD.iter().filter(|(_, method)| matches!(method.scheme(), Scheme::Dsa(_)));
    of_dsa
        .map(|(named, method)| {
            let named = AlgorithmIdentifier::from_slice(named);
            DsaPathSignature { method: *method, key, named, half_len: subgroup_bits / 8 }
        })
        .collect()
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
    const MOST: usize = 64;
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
    /// The substitute for an authority. `None` for a kind of key whose paths are not validated. The parameters of a DSA
    /// key are kept as long as the program lives: the caller must know that a known authority signed the certificate.
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
            KeyKind::Ec(curve) => curve.identifier(),
            KeyKind::Ed25519 => alg_id::ED25519,
            KeyKind::Ed448 => SignatureMethod::Ed448.in_certificates()?,
            KeyKind::Dsa { .. } => lasting(key_of(signer)?.0)?,
            KeyKind::RsaPss { .. } | KeyKind::X25519 | KeyKind::X448 | KeyKind::Dh { .. } | KeyKind::PostQuantum(_) => {
                return None;
            }
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
