//! The parameters of RSASSA-PSS, and their DER in the AlgorithmIdentifiers of keys and certificates (RFC 4055 §3.1).

use crate::algorithm::{DigestMethod, SignatureFamily, SignatureMethod};
use crate::der;

/// The parameters of RSASSA-PSS. The methods of [`SignatureMethod`](crate::SignatureMethod) have one digest for both, and a
/// salt as long as that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PssParameters {
    /// The digest of the message.
    pub digest: DigestMethod,
    /// The digest of MGF1.
    pub mask: DigestMethod,
    /// The number of octets of the salt.
    pub salt_len: u64,
}

/// `id-mgf1` (RFC 4055 §2.2).
const MGF1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 8];

impl PssParameters {
    /// The parameters of the methods without any: MGF1 with the digest of the message, a salt as long as the digest.
    pub(crate) const fn of(digest: DigestMethod) -> Self {
        Self { digest, mask: digest, salt_len: digest.output_len() as u64 }
    }

    /// Reads the content of RSASSA-PSS-params. `None` if it is malformed, or has a digest, a mask or a trailer that is not known.
    pub(crate) fn read(octets: &[u8]) -> Option<Self> {
        let mut fields = der::Reader::new(octets);
        let mut field = |tag: u8| match fields.peek() == Some(tag) {
            true => fields.expect(tag).map(|content| Some(der::Reader::new(content))),
            false => Some(None),
        };
        let (digest, mask, salt, trailer) = (field(0xA0)?, field(0xA1)?, field(0xA2)?, field(0xA3)?);
        let digest = digest.map_or(Some(DigestMethod::Sha1), |field| digest_of(field.only(der::SEQUENCE)?))?;
        let mask = mask.map_or(Some(DigestMethod::Sha1), |field| {
            let mut mask = der::Reader::new(field.only(der::SEQUENCE)?);
            mask.expect(der::OID).filter(|oid| *oid == MGF1)?;
            digest_of(mask.only(der::SEQUENCE)?)
        })?;
        let number = |field: Option<der::Reader<'_>>, default: u32| {
            field.map_or(Some(default), |field| der::small(field.only(der::INTEGER)?))
        };
        let salt_len = number(salt, 20)?.into();
        let is_known = number(trailer, 1)? == 1 && fields.is_empty();
        is_known.then_some(Self { digest, mask, salt_len })
    }

    /// The method with these parameters, if there is one.
    pub(crate) fn method(self) -> Option<SignatureMethod> {
        let is_its_own = |method: &SignatureMethod| {
            method.family() == SignatureFamily::RsaPss && method.digest().map(Self::of) == Some(self)
        };
        SignatureMethod::ALL.iter().find(is_its_own)
    }
}

/// The digest that the content of an AlgorithmIdentifier names, with NULL for parameters or without any (RFC 4055 §2.1).
fn digest_of(octets: &[u8]) -> Option<DigestMethod> {
    let mut identifier = der::Reader::new(octets);
    let digest = DigestMethod::from_oid(identifier.expect(der::OID)?)?;
    let is_plain = identifier.is_empty() || identifier.only(der::NULL) == Some(&[]);
    is_plain.then_some(digest)
}
