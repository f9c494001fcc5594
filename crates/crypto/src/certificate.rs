//! X.509 certificates: the fields that WS-Security uses. `wss-tokens` decides whether a certificate is trusted.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use wss_text::WireText;

use crate::algorithm::DigestMethod;
use crate::alternative_name::{self, AlternativeName};
use crate::der;
use crate::digest::Digest;
use crate::digest_value::DigestValue;
use crate::distinguished_name::{DistinguishedName, object_identifier};
use crate::error::{CryptoError, LoadError};
use crate::key::PublicKey;
use crate::serial_number::SerialNumber;
use crate::signed_by::name_of_unknown;
use crate::x509::{self, Extension, Signed, URI};

/// The largest number of octets of a certificate. Path validation takes no more (two octets of length), and real
/// certificates have a tenth of it.
const MAX_OCTETS: usize = 64 << 10;
/// The largest number of extensions of a certificate.
const MAX_EXTENSIONS: usize = 64;
/// The largest number of usages and distribution points that are kept from a certificate.
const MAX_ENTRIES: usize = 32;

const CONTEXT_0: u8 = 0xA0;
const CONTEXT_3: u8 = 0xA3;
/// `[1] IMPLICIT` and `[2] IMPLICIT`, primitive: the unique identifiers of version 2.
const UNIQUE_IDS: [u8; 2] = [0x81, 0x82];

/// A parsed certificate. Cloning is cheap.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::{Certificate, DistinguishedName};
///
/// let (alice, ca) = (Certificate::from_pem(&file("alice.pem"))?, Certificate::from_pem(&file("ca.pem"))?);
/// assert_eq!(alice.issuer(), ca.subject());
/// assert!(alice.is_named(ca.subject(), alice.serial()));
/// alice.verify_signature_of(&ca)?; // one step of a path; `wss_tokens::Trust` validates whole paths
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Certificate(Arc<Fields>);

/// Whether a path may have the signature of an issuer on a certificate: [`Certificate::signature_of`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateSignature {
    /// Every path may have it.
    Current,
    /// It no longer proves anything, so that only paths of old documents may have it.
    Old {
        /// The method, and the key if that is too weak, in words.
        method: WireText,
    },
    /// No path may have it.
    Unsupported {
        /// The method by name, or its object identifier.
        method: WireText,
    },
}

struct Fields {
    der: Vec<u8>,
    public_key: PublicKey,
    subject: DistinguishedName,
    issuer: DistinguishedName,
    serial: SerialNumber,
    not_before: SystemTime,
    not_after: SystemTime,
    version: u32,
    extensions: Extensions,
    digests: Digests,
    /// The computed identifier, after the first call.
    key_identifier: OnceLock<DigestValue>,
}

/// The digests of a certificate that were computed: a message may ask for the same digests of every certificate, many
/// times.
type Digests = OnceLock<Box<[OnceLock<DigestValue>; DigestMethod::ALL.0.len()]>>;

/// The extensions that are read.
#[derive(Default)]
struct Extensions {
    subject_key_identifier: Option<Vec<u8>>,
    usage: Option<KeyUsage>,
    basic_constraints: Option<BasicConstraints>,
    extended_usage: Option<Vec<Vec<u8>>>,
    distribution_points: Option<Vec<Vec<u8>>>,
    alternative_names: Option<Vec<AlternativeName>>,
    policies: Option<Vec<Vec<u8>>>,
    responders: Option<Vec<Vec<u8>>>,
    needs_no_status: bool,
}

/// The operations that the key usage extension permits (RFC 5280 §4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage {
    /// Signatures on messages.
    pub digital_signature: bool,
    /// Signatures that commit to content.
    pub content_commitment: bool,
    /// Transport of keys.
    pub key_encipherment: bool,
    /// Agreement on keys.
    pub key_agreement: bool,
    /// Signatures on certificates.
    pub key_cert_sign: bool,
    /// Signatures on revocation lists.
    pub crl_sign: bool,
}

/// The basic constraints extension (RFC 5280 §4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether the subject is a certification authority.
    pub is_ca: bool,
    /// How many authorities may follow below it on a path. Authorities that issued a certificate to themselves do not
    /// count.
    pub path_len: Option<u32>,
}

impl Certificate {
    /// A certificate from DER.
    ///
    /// # Errors
    /// [`LoadError`] if it is malformed, octets follow it, or its key is of a kind not supported;
    /// [`LoadError::SerialNumber`]; [`LoadError::TooLarge`] if it has more than 64 KiB or 64 extensions, or a name has
    /// more than 8 KiB or 64 attributes.
    pub fn from_der(der: &[u8]) -> Result<Self, LoadError> {
        if der.len() > MAX_OCTETS {
            return Err(LoadError::TooLarge { what: "certificate", allowed: MAX_OCTETS });
        }
        let malformed = || LoadError::malformed("certificate", der);
        let signed = Signed::read(der).ok_or_else(malformed)?;
        let mut fields = signed.fields().ok_or_else(malformed)?;
        let version = version(&mut fields).ok_or_else(malformed)?;
        let serial = SerialNumber::from_der_integer(fields.expect(der::INTEGER).ok_or_else(malformed)?)?;
        let inner_algorithm = fields.expect(der::SEQUENCE).ok_or_else(malformed)?;
        if inner_algorithm != signed.algorithm {
            return Err(malformed());
        }
        let issuer = DistinguishedName::from_der(fields.next_whole().ok_or_else(malformed)?)?;
        let (not_before, not_after) = validity(&mut fields).ok_or_else(malformed)?;
        let subject = DistinguishedName::from_der(fields.next_whole().ok_or_else(malformed)?)?;
        let public_key = fields.next_whole().ok_or_else(malformed)?;
        for tag in UNIQUE_IDS {
            if fields.peek() == Some(tag) {
                fields.next().ok_or_else(malformed)?;
            }
        }
        let extensions = match fields.is_empty() {
            true => Extensions::default(),
            false => Extensions::read(fields.only(CONTEXT_3).filter(|_| version == 3).ok_or_else(malformed)?)?,
        };
        Ok(Self(Arc::new(Fields {
            public_key: PublicKey::from_spki(public_key)?,
            subject,
            issuer,
            serial,
            not_before,
            not_after,
            version,
            extensions,
            digests: Digests::new(),
            key_identifier: OnceLock::new(),
            der: der.to_vec(),
        })))
    }

    /// The DER of the whole certificate.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The public key that it certifies.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public_key
    }

    /// The subject.
    #[must_use]
    pub fn subject(&self) -> &DistinguishedName {
        &self.0.subject
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &DistinguishedName {
        &self.0.issuer
    }

    /// Its serial number.
    #[must_use]
    pub fn serial(&self) -> &SerialNumber {
        &self.0.serial
    }

    /// Its serial number in decimal, as `ds:X509SerialNumber` has it.
    #[must_use]
    pub fn serial_decimal(&self) -> String {
        self.0.serial.to_string()
    }

    /// The SubjectKeyIdentifier value: the content of the inner OCTET STRING.
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key_identifier.as_deref()
    }

    /// SHA-1 of the whole certificate: `ThumbprintSHA1`. It identifies a certificate but does not authenticate it.
    #[must_use]
    pub fn thumbprint_sha1(&self) -> Vec<u8> {
        self.digest(DigestMethod::Sha1).as_octets().to_vec()
    }

    /// The digest of the whole certificate, as `dsig11:X509Digest` has it. Each is made once.
    #[must_use]
    pub fn digest(&self, method: DigestMethod) -> DigestValue {
        let digests = self.0.digests.get_or_init(Box::default);
        let digest = || Digest::of(method, self.der());
        digests.get(method as usize).map_or_else(digest, |known| *known.get_or_init(digest))
    }

    /// The first instant of its validity.
    #[must_use]
    pub fn not_before(&self) -> SystemTime {
        self.0.not_before
    }

    /// The last instant of its validity.
    #[must_use]
    pub fn not_after(&self) -> SystemTime {
        self.0.not_after
    }

    /// The identifier that some stacks compute for a certificate without a SubjectKeyIdentifier: SHA-1 of the bits of
    /// its public key (RFC 5280 §4.2.1.2, method 1). It is made once.
    #[must_use]
    pub fn computed_key_identifier(&self) -> Vec<u8> {
        self.0.key_identifier.get_or_init(|| self.digest_of_key(DigestMethod::Sha1)).as_octets().to_vec()
    }

    /// The digest of the bits of its public key, without their tag, as OCSP identifies issuers and responders.
    pub(crate) fn key_digest(&self, method: DigestMethod) -> Vec<u8> {
        self.digest_of_key(method).as_octets().to_vec()
    }

    fn digest_of_key(&self, method: DigestMethod) -> DigestValue {
        let bits = |spki| -> Option<&[u8]> {
            let mut spki = der::Reader::new(der::Reader::new(spki).only(der::SEQUENCE)?);
            spki.expect(der::SEQUENCE)?;
            spki.expect(der::BIT_STRING)?.strip_prefix(&[0])
        };
        Digest::of(method, bits(self.public_key().spki()).expect("a key is written as a SubjectPublicKeyInfo"))
    }

    /// The octets of its serial number and of the name of its issuer, as they are written in it.
    pub(crate) fn written_names(&self) -> Option<(&[u8], &[u8])> {
        let mut fields = Signed::read(self.der())?.fields()?;
        version(&mut fields)?;
        let serial = fields.expect(der::INTEGER)?;
        fields.expect(der::SEQUENCE)?;
        Some((serial, fields.next_whole()?))
    }

    /// X.509 version: 1 or 3.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.0.version
    }

    /// The key usage extension; `None` without it.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.extensions.usage
    }

    /// The basic constraints extension; `None` without it.
    #[must_use]
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.0.extensions.basic_constraints
    }

    /// The extended key usages, each as the content octets of its OBJECT IDENTIFIER; `None` without that extension.
    #[must_use]
    pub fn extended_key_usage(&self) -> Option<&[Vec<u8>]> {
        self.0.extensions.extended_usage.as_deref()
    }

    /// The other names of its subject that are text: hosts, addresses of mail, URIs; empty without that extension.
    #[must_use]
    pub fn alternative_names(&self) -> &[AlternativeName] {
        self.0.extensions.alternative_names.as_deref().unwrap_or_default()
    }

    /// Whether its issuer asserts the policy with this OBJECT IDENTIFIER, in dotted decimal. It says what the certificate
    /// itself asserts, not what a path grants.
    #[must_use]
    pub fn has_policy(&self, oid: &str) -> bool {
        let policies = self.0.extensions.policies.as_deref().unwrap_or_default();
        object_identifier(oid).is_some_and(|oid| policies.contains(&oid))
    }

    /// The URLs of OCSP responders that its issuer named in it (RFC 5280 §4.2.2.1); those that are ASCII.
    pub fn responder_urls(&self) -> impl Iterator<Item = &str> {
        texts(self.0.extensions.responders.as_deref())
    }

    /// The URLs of revocation lists that its issuer named in it (RFC 5280 §4.2.1.13); those that are ASCII.
    pub fn list_urls(&self) -> impl Iterator<Item = &str> {
        texts(self.0.extensions.distribution_points.as_deref())
    }

    /// Whether its issuer says that the status of this responder need not be checked (`id-pkix-ocsp-nocheck`, RFC 6960
    /// §4.2.2.2.1).
    #[must_use]
    pub fn needs_no_status(&self) -> bool {
        self.0.extensions.needs_no_status
    }

    /// The URIs of its CRL distribution points; `None` without that extension.
    pub(crate) fn distribution_points(&self) -> Option<&[Vec<u8>]> {
        self.0.extensions.distribution_points.as_deref()
    }

    /// How `issuer` signed it, if it did: whether a path may have such a signature. Nothing is verified.
    #[must_use]
    pub fn signature_of(&self, issuer: &Self) -> CertificateSignature {
        let signed = Signed::read(self.der());
        let Some(by) = signed.and_then(|signed| signed.by()) else {
            let algorithm = signed.map_or(&[][..], |signed| signed.algorithm);
            return CertificateSignature::Unsupported { method: name_of_unknown(algorithm).into() };
        };
        match issuer.public_key().kind() {
            kind if !kind.signs_paths() => {
                CertificateSignature::Old { method: format!("{by} and {}", kind.sized()).into() }
            }
            _ if by.is_old() => CertificateSignature::Old { method: WireText::of(by) },
            _ => CertificateSignature::Current,
        }
    }

    /// Verifies that the key of `issuer` signed it. Names, times and rights of the issuer are not checked. Digests
    /// below SHA-256 are refused.
    ///
    /// # Errors
    /// [`CryptoError::SignatureMismatch`]; [`CryptoError::KeyMismatch`] if the algorithm is not supported or does not
    /// fit the key.
    pub fn verify_signature_of(&self, issuer: &Self) -> Result<(), CryptoError> {
        let signed = Signed::read(self.der()).ok_or(CryptoError::SignatureMismatch)?;
        signed.verify(issuer.public_key())
    }

    /// As [`Certificate::verify_signature_of`], and by MD5, RIPEMD-160, SHA-1, digests of 224 bits and DSA, which prove nothing
    /// about who issued it.
    ///
    /// # Errors
    /// As [`Certificate::verify_signature_of`].
    pub fn dangerous_verify_old_signature_of(&self, issuer: &Self) -> Result<(), CryptoError> {
        let signed = Signed::read(self.der()).ok_or(CryptoError::SignatureMismatch)?;
        signed.verify_old(issuer.public_key())
    }

    /// Whether the certificate has this issuer name and this serial number.
    #[must_use]
    pub fn is_named(&self, issuer: &DistinguishedName, serial: &SerialNumber) -> bool {
        self.serial() == serial && self.issuer().is_spelled(issuer)
    }
}

/// The version, 1 to 3. Version 1 is the default and is not written.
fn version(fields: &mut der::Reader<'_>) -> Option<u32> {
    if fields.peek() != Some(CONTEXT_0) {
        return Some(1);
    }
    match der::Reader::new(fields.expect(CONTEXT_0)?).only(der::INTEGER)? {
        [0] => Some(1),
        [1] => Some(2),
        [2] => Some(3),
        _ => None,
    }
}

fn validity(fields: &mut der::Reader<'_>) -> Option<(SystemTime, SystemTime)> {
    let mut times = der::Reader::new(fields.expect(der::SEQUENCE)?);
    let both = (x509::time(&mut times)?, x509::time(&mut times)?);
    times.is_empty().then_some(both)
}

impl Extensions {
    fn read(content: &[u8]) -> Result<Self, LoadError> {
        let mut read = Self::default();
        let mut count = 0;
        let whole = x509::extensions(content, |extension| {
            count += 1;
            (count <= MAX_EXTENSIONS).then(|| read.note(&extension))?
        });
        match whole {
            Some(()) => Ok(read),
            None if count > MAX_EXTENSIONS => {
                Err(LoadError::TooLarge { what: "list of extensions", allowed: MAX_EXTENSIONS })
            }
            None => Err(LoadError::Malformed { what: "certificate" }),
        }
    }

    /// Takes an extension. `None` if it is malformed or the second of its kind.
    fn note(&mut self, extension: &Extension<'_>) -> Option<()> {
        let value = der::Reader::new(extension.value);
        match extension.oid {
            [0x55, 0x1D, 14] => once(&mut self.subject_key_identifier, value.only(der::OCTET_STRING)?.to_vec()),
            [0x55, 0x1D, 15] => once(&mut self.usage, KeyUsage::of(value.only(der::BIT_STRING)?)),
            [0x55, 0x1D, 17] => once(&mut self.alternative_names, alternative_name::names(value.only(der::SEQUENCE)?)?),
            [0x55, 0x1D, 32] => once(&mut self.policies, alternative_name::policies(value.only(der::SEQUENCE)?)?),
            [0x55, 0x1D, 19] => once(&mut self.basic_constraints, BasicConstraints::of(value.only(der::SEQUENCE)?)?),
            [0x55, 0x1D, 31] => once(&mut self.distribution_points, distribution_points(value.only(der::SEQUENCE)?)?),
            [0x55, 0x1D, 37] => once(&mut self.extended_usage, purposes(value.only(der::SEQUENCE)?)?),
            AUTHORITY_INFORMATION => once(&mut self.responders, responders(value.only(der::SEQUENCE)?)?),
            NO_CHECK => {
                self.needs_no_status = true;
                Some(())
            }
            _ => Some(()),
        }
    }
}

/// `id-pe-authorityInfoAccess`, its method `id-ad-ocsp`, and `id-pkix-ocsp-nocheck`.
const AUTHORITY_INFORMATION: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 1, 1];
const OCSP: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 48, 1];
const NO_CHECK: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 48, 1, 5];

fn texts(octets: Option<&[Vec<u8>]>) -> impl Iterator<Item = &str> {
    let all = octets.unwrap_or_default().iter();
    all.filter_map(|uri| std::str::from_utf8(uri).ok().filter(|text| text.is_ascii()))
}

fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

impl KeyUsage {
    fn of(bits: &[u8]) -> Self {
        Self {
            digital_signature: x509::bit(bits, 0),
            content_commitment: x509::bit(bits, 1),
            key_encipherment: x509::bit(bits, 2),
            key_agreement: x509::bit(bits, 4),
            key_cert_sign: x509::bit(bits, 5),
            crl_sign: x509::bit(bits, 6),
        }
    }
}

/// The names of RFC 5280 §4.2.1.3, with commas between them.
impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (self.digital_signature, "digitalSignature"),
            (self.content_commitment, "nonRepudiation"),
            (self.key_encipherment, "keyEncipherment"),
            (self.key_agreement, "keyAgreement"),
            (self.key_cert_sign, "keyCertSign"),
            (self.crl_sign, "cRLSign"),
        ];
        let names: Vec<&str> = names.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
        f.write_str(&names.join(", "))
    }
}

impl BasicConstraints {
    fn of(content: &[u8]) -> Option<Self> {
        let mut fields = der::Reader::new(content);
        let is_ca = match fields.peek() {
            // FALSE is the default, but some authorities write it.
            Some(x509::BOOLEAN) => *fields.expect(x509::BOOLEAN)?.first()? != 0,
            _ => false,
        };
        let path_len = match fields.is_empty() {
            true => None,
            false => {
                let octets = der::magnitude(fields.expect(der::INTEGER)?)?;
                let value =
                    octets.iter().try_fold(0u32, |value, octet| Some(value.checked_mul(256)? | u32::from(*octet)));
                // A length above that of every path does not limit it.
                Some(value.unwrap_or(u32::MAX))
            }
        };
        fields.is_empty().then_some(Self { is_ca, path_len })
    }
}

fn purposes(content: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut purposes = der::Reader::new(content);
    let mut all = Vec::new();
    while !purposes.is_empty() && all.len() < MAX_ENTRIES {
        all.push(purposes.expect(der::OID)?.to_vec());
    }
    Some(all)
}

/// The URIs of the responders among AccessDescriptions.
fn responders(content: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut all = der::Reader::new(content);
    let mut uris = Vec::new();
    while !all.is_empty() && uris.len() < MAX_ENTRIES {
        let mut description = der::Reader::new(all.expect(der::SEQUENCE)?);
        let method = description.expect(der::OID)?;
        let (tag, name) = description.next().filter(|_| description.is_empty())?;
        uris.extend((method == OCSP && tag == URI).then(|| name.to_vec()));
    }
    Some(uris)
}

/// The URIs of all distribution points.
fn distribution_points(content: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut points = der::Reader::new(content);
    let mut uris = Vec::new();
    while !points.is_empty() {
        let mut point = der::Reader::new(points.expect(der::SEQUENCE)?);
        if point.peek() == Some(CONTEXT_0) {
            x509::full_name_uris(point.expect(CONTEXT_0)?, |uri| {
                if uris.len() < MAX_ENTRIES {
                    uris.push(uri.to_vec());
                }
            })?;
        }
    }
    Some(uris)
}

impl PartialEq for Certificate {
    /// Compares the octets.
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({} by {}, serial {})", self.subject(), self.issuer(), self.serial_decimal())
    }
}
