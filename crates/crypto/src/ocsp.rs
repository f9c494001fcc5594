//! The status of certificates from a responder: requests and responses of OCSP (RFC 6960).
//!
//! This module has only the wire forms. `wss-tokens` decides whether a response counts: who signed it, and how old it
//! is. No released crate reads OCSP with `der` 0.8, and rustls-webpki has none, so that the few shapes are read here,
//! as those of a revocation list are.

use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use crate::algorithm::DigestMethod;
use crate::certificate::Certificate;
use crate::der;
use crate::digest::Digest;
use crate::distinguished_name::DistinguishedName;
use crate::error::{CryptoError, LoadError};
use crate::file_kind::Wanted;
use crate::key::PublicKey;
use crate::random::Random;
use crate::recognize::told;
use crate::serial_number::SerialNumber;
use crate::x509::{self, Extension, Signed};

const ENUMERATED: u8 = 0x0A;
const CONTEXT_0: u8 = 0xA0;
const CONTEXT_1: u8 = 0xA1;
const CONTEXT_2: u8 = 0xA2;
/// `id-pkix-ocsp-basic` and `id-pkix-ocsp-nonce`.
const BASIC: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 48, 1, 1];
const NONCE: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 48, 1, 2];
/// A nonce has 32 octets (RFC 9654 §2.1).
const NONCE_OCTETS: usize = 32;

/// The largest number of octets of a response. Those of public authorities have 2,000.
const MAX_OCTETS: usize = 256 << 10;
/// The largest number of certificates in a response.
const MAX_CERTIFICATES: usize = 8;
/// The largest number of answers in a response.
const MAX_ANSWERS: usize = 256;

/// The digests by which a response may identify a certificate. They identify, and authenticate nothing.
const DIGESTS: [(&[u8], DigestMethod); 4] = [
    (&[0x2B, 0x0E, 3, 2, 26], DigestMethod::Sha1),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1], DigestMethod::Sha256),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2], DigestMethod::Sha384),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3], DigestMethod::Sha512),
];

/// A response of a responder. Cloning is cheap.
///
/// It may be a claim of anyone: [`OcspResponse::verify_signature_of`] says who signed it, and only `wss_tokens::Trust`
/// judges whether the signer may.
#[derive(Clone)]
pub struct OcspResponse(Arc<Fields>);

struct Fields {
    /// The content of the BasicOCSPResponse.
    basic: Vec<u8>,
    responder: Responder,
    answers: Vec<SingleResponse>,
    nonce: Option<Vec<u8>>,
    certificates: Vec<Certificate>,
    /// The key that verified the response, so that its octets are digested once.
    signer: OnceLock<PublicKey>,
}

/// How a responder names itself.
enum Responder {
    Name(DistinguishedName),
    /// SHA-1 of its key.
    Key(Vec<u8>),
}

/// The answer of a responder about one certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct SingleResponse {
    id: CertId,
    status: CertificateStatus,
    this_update: SystemTime,
    next_update: Option<SystemTime>,
}

/// The status of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateStatus {
    /// It is not revoked.
    Good,
    /// It is revoked, for good or for the time being.
    Revoked,
    /// The responder does not know it.
    Unknown,
}

/// How a response identifies a certificate.
#[derive(Clone, PartialEq, Eq)]
struct CertId {
    digest: DigestMethod,
    name: Vec<u8>,
    key: Vec<u8>,
    serial: SerialNumber,
}

impl CertId {
    fn read(content: &[u8]) -> Option<Option<Self>> {
        let mut fields = der::Reader::new(content);
        let oid = der::Reader::new(fields.expect(der::SEQUENCE)?).expect(der::OID)?;
        let name = fields.expect(der::OCTET_STRING)?.to_vec();
        let key = fields.expect(der::OCTET_STRING)?.to_vec();
        let serial = SerialNumber::from_der_integer(fields.expect(der::INTEGER)?).ok()?;
        fields.is_empty().then_some(())?;
        let digest = DIGESTS.iter().find(|(known, _)| *known == oid).map(|(_, digest)| *digest);
        // An answer under another digest is about no certificate that is known here.
        Some(digest.map(|digest| Self { digest, name, key, serial }))
    }

    fn is_of(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let Some((_, name)) = certificate.written_names() else { return false };
        self.serial == *certificate.serial()
            && self.name == Digest::of(self.digest, name).as_octets()
            && self.key == issuer.key_digest(self.digest)
    }
}

impl SingleResponse {
    /// `Some(None)` for an answer about a certificate that cannot be known here.
    fn read(content: &[u8]) -> Option<Option<Self>> {
        let mut fields = der::Reader::new(content);
        let id = CertId::read(fields.expect(der::SEQUENCE)?)?;
        let status = match fields.next()? {
            (0x80, []) => CertificateStatus::Good,
            (CONTEXT_1, _) => CertificateStatus::Revoked,
            (0x82, []) => CertificateStatus::Unknown,
            _ => return None,
        };
        let this_update = x509::time(&mut fields)?;
        let next_update = match fields.peek() {
            Some(CONTEXT_0) => Some(x509::time(&mut der::Reader::new(fields.expect(CONTEXT_0)?))?),
            _ => None,
        };
        if !fields.is_empty() {
            x509::extensions(fields.only(CONTEXT_1)?, |extension| (!extension.is_critical).then_some(()))?;
        }
        Some(id.map(|id| Self { id, status, this_update, next_update }))
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> CertificateStatus {
        self.status
    }

    /// The time for which the status is known.
    #[must_use]
    pub fn this_update(&self) -> SystemTime {
        self.this_update
    }

    /// The time of the next status, if the responder gives it.
    #[must_use]
    pub fn next_update(&self) -> Option<SystemTime> {
        self.next_update
    }
}

impl std::fmt::Debug for SingleResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SingleResponse({:?} for serial {})", self.status, self.id.serial)
    }
}

impl OcspResponse {
    /// A response from DER.
    ///
    /// # Errors
    /// [`LoadError::Malformed`]; [`LoadError::OtherKind`]; [`LoadError::UnsupportedResponse`] if the responder answers with an
    /// error, in a form that is not basic, or with an unknown critical extension; [`LoadError::TooLarge`].
    pub fn from_der(octets: &[u8]) -> Result<Self, LoadError> {
        Self::read(octets).map_err(|error| told(error, Wanted::OcspResponse, octets))
    }

    fn read(octets: &[u8]) -> Result<Self, LoadError> {
        if octets.len() > MAX_OCTETS {
            return Err(LoadError::TooLarge { what: "OCSP response", allowed: MAX_OCTETS });
        }
        let malformed = || LoadError::Malformed { what: "OCSP response" };
        let basic = basic(octets)?;
        let mut outer = der::Reader::new(basic);
        let signed = Signed::next(&mut outer).ok_or_else(malformed)?;
        let certificates = match outer.is_empty() {
            true => Vec::new(),
            false => certificates(outer.only(CONTEXT_0).ok_or_else(malformed)?).ok_or_else(malformed)?,
        };
        let mut fields = signed.fields().ok_or_else(malformed)?;
        if fields.peek() == Some(CONTEXT_0) {
            fields.expect(CONTEXT_0).filter(|version| *version == [der::INTEGER, 1, 0]).ok_or_else(malformed)?;
        }
        let responder = responder(&mut fields).ok_or_else(malformed)?;
        x509::time(&mut fields).ok_or_else(malformed)?;
        let answers = answers(fields.expect(der::SEQUENCE).ok_or_else(malformed)?).ok_or_else(malformed)?;
        let nonce = match fields.is_empty() {
            true => None,
            false => nonce(fields.only(CONTEXT_1).ok_or_else(malformed)?)?,
        };
        let fields = Fields { basic: basic.to_vec(), responder, answers, nonce, certificates, signer: OnceLock::new() };
        Ok(Self(Arc::new(fields)))
    }

    /// The certificates in the response: claims, as the response itself.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.0.certificates
    }

    /// The answers about a certificate of this issuer.
    pub fn about<'r>(
        &'r self,
        certificate: &'r Certificate,
        issuer: &'r Certificate,
    ) -> impl Iterator<Item = &'r SingleResponse> {
        self.0.answers.iter().filter(|answer| answer.id.is_of(certificate, issuer))
    }

    /// Verifies that the response names the holder of `signer`, and that this holder's key signed it. Whether the
    /// holder may sign it is not judged.
    ///
    /// # Errors
    /// [`CryptoError::SignatureMismatch`]; [`CryptoError::KeyMismatch`] if it names another responder, or if the algorithm
    /// is not supported, as SHA-1.
    pub fn verify_signature_of(&self, signer: &Certificate) -> Result<(), CryptoError> {
        let is_named = match &self.0.responder {
            Responder::Name(name) => name == signer.subject(),
            Responder::Key(digest) => *digest == signer.key_digest(DigestMethod::Sha1),
        };
        if !is_named {
            return Err(CryptoError::KeyMismatch);
        }
        if self.0.signer.get() == Some(signer.public_key()) {
            return Ok(());
        }
        let signed = Signed::next(&mut der::Reader::new(&self.0.basic)).ok_or(CryptoError::SignatureMismatch)?;
        signed.verify(signer.public_key())?;
        // The first key that verifies is kept. Another key is verified each time.
        self.0.signer.get_or_init(|| signer.public_key().clone());
        Ok(())
    }
}

impl PartialEq for OcspResponse {
    /// Compares the octets.
    fn eq(&self, other: &Self) -> bool {
        self.0.basic == other.0.basic
    }
}

impl Eq for OcspResponse {}

impl std::fmt::Debug for OcspResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OcspResponse").field(&self.0.answers).finish()
    }
}

/// The content of the BasicOCSPResponse in an OCSPResponse (RFC 6960 §4.2.1).
fn basic(octets: &[u8]) -> Result<&[u8], LoadError> {
    let malformed = || LoadError::Malformed { what: "OCSP response" };
    let mut outer = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE).ok_or_else(malformed)?);
    match outer.expect(ENUMERATED).ok_or_else(malformed)? {
        [0] => {}
        [1] => return Err(LoadError::UnsupportedResponse("the responder could not read the request")),
        [3] => return Err(LoadError::UnsupportedResponse("the responder says to try again later")),
        [5] => return Err(LoadError::UnsupportedResponse("the responder wants a signed request")),
        [6] => return Err(LoadError::UnsupportedResponse("the responder may not tell of this certificate")),
        _ => return Err(LoadError::UnsupportedResponse("the responder had an error")),
    }
    let body = outer.only(CONTEXT_0).ok_or_else(malformed)?;
    let mut body = der::Reader::new(der::Reader::new(body).only(der::SEQUENCE).ok_or_else(malformed)?);
    if body.expect(der::OID).ok_or_else(malformed)? != BASIC {
        return Err(LoadError::UnsupportedResponse("it is not a basic response"));
    }
    let basic = body.only(der::OCTET_STRING).ok_or_else(malformed)?;
    der::Reader::new(basic).only(der::SEQUENCE).ok_or_else(malformed)
}

fn responder(fields: &mut der::Reader<'_>) -> Option<Responder> {
    match fields.next()? {
        (CONTEXT_1, name) => DistinguishedName::from_der(name).ok().map(Responder::Name),
        (CONTEXT_2, key) => der::Reader::new(key).only(der::OCTET_STRING).map(|key| Responder::Key(key.to_vec())),
        _ => None,
    }
}

fn answers(content: &[u8]) -> Option<Vec<SingleResponse>> {
    let mut rest = der::Reader::new(content);
    let mut answers = Vec::new();
    while !rest.is_empty() {
        answers.extend(SingleResponse::read(rest.expect(der::SEQUENCE)?)?);
        (answers.len() <= MAX_ANSWERS).then_some(())?;
    }
    Some(answers)
}

/// The certificates whose keys are supported.
fn certificates(content: &[u8]) -> Option<Vec<Certificate>> {
    let mut rest = der::Reader::new(der::Reader::new(content).only(der::SEQUENCE)?);
    let mut certificates = Vec::new();
    for _ in 0..MAX_CERTIFICATES {
        if rest.is_empty() {
            break;
        }
        certificates.extend(Certificate::from_der(rest.next_whole()?).ok());
    }
    Some(certificates)
}

/// The nonce among the extensions of a response.
fn nonce(content: &[u8]) -> Result<Option<Vec<u8>>, LoadError> {
    let mut nonce = None;
    let mut refused = LoadError::Malformed { what: "OCSP response" };
    let whole = x509::extensions(content, |extension: Extension<'_>| match extension.oid {
        NONCE => {
            // RFC 6960 has an OCTET STRING inside that of the extension; older responders return its content alone.
            let value = der::Reader::new(extension.value).only(der::OCTET_STRING).unwrap_or(extension.value);
            nonce.replace(value.to_vec()).is_none().then_some(())
        }
        _ if extension.is_critical => {
            refused = LoadError::UnsupportedResponse("it has an unknown critical extension");
            None
        }
        _ => Some(()),
    });
    whole.map(|()| nonce).ok_or(refused)
}

/// A question about one certificate, with a nonce.
#[derive(Clone)]
pub struct OcspRequest {
    der: Vec<u8>,
    nonce: Vec<u8>,
}

impl OcspRequest {
    /// Asks for the status of `certificate`, which `issuer` issued. `digest` hashes the name and the key of the
    /// issuer (RFC 6960 §4.1.1). Every responder knows SHA-1; it is safe here, since this digest authenticates nothing.
    ///
    /// # Errors
    /// [`CryptoError::Provider`] without randomness; [`CryptoError::Unnamed`] for other digests than SHA-1 and SHA-2.
    pub fn new(
        certificate: &Certificate,
        issuer: &Certificate,
        digest: DigestMethod,
        random: &dyn Random,
    ) -> Result<Self, CryptoError> {
        let mut nonce = vec![0; NONCE_OCTETS];
        random.fill(&mut nonce)?;
        let (oid, _) = DIGESTS.iter().find(|(_, known)| *known == digest).ok_or(CryptoError::Unnamed)?;
        let (serial, name) = certificate.written_names().ok_or(CryptoError::KeyMismatch)?;
        let octets = |content: &[u8]| der::element(der::OCTET_STRING, content);
        let id = der::sequence(&[
            &der::sequence(&[&der::element(der::OID, oid), &der::element(der::NULL, &[])]),
            &octets(Digest::of(digest, name).as_octets()),
            &octets(&issuer.key_digest(digest)),
            &der::element(der::INTEGER, serial),
        ]);
        let extension = der::sequence(&[&der::element(der::OID, NONCE), &octets(&octets(&nonce))]);
        let list = der::sequence(&[&der::sequence(&[&id])]);
        let extensions = der::element(CONTEXT_2, &der::sequence(&[&extension]));
        let der = der::sequence(&[&der::sequence(&[&list, &extensions])]);
        Ok(Self { der, nonce })
    }

    /// The DER that is posted, as `application/ocsp-request`.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Reads the response to this request. A nonce in it must be that of the request. Without a nonce, the response may
    /// have been made for another requester before, as many responders do it; then only its age counts.
    ///
    /// # Errors
    /// As [`OcspResponse::from_der`]; [`LoadError::UnsupportedResponse`] for another nonce, or for none if it is demanded.
    pub fn response(&self, octets: &[u8], demands_nonce: bool) -> Result<OcspResponse, LoadError> {
        let response = OcspResponse::from_der(octets)?;
        match &response.0.nonce {
            Some(nonce) if *nonce == self.nonce => Ok(response),
            Some(_) => Err(LoadError::UnsupportedResponse("its nonce is not that of the request")),
            None if demands_nonce => Err(LoadError::UnsupportedResponse("it has no nonce, which is demanded")),
            None => Ok(response),
        }
    }
}

impl std::fmt::Debug for OcspRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OcspRequest({} octets)", self.der.len())
    }
}
