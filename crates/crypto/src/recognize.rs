//! Recognition of a file that was given in place of another. No decision depends on it: it makes the words of an error.

use crate::certificate::Certificate;
use crate::der;
use crate::error::LoadError;
use crate::file_kind::{FileKind, Wanted, is_base64_of_sequence};
use crate::key::PrivateKey;
use crate::pem::is_pem;

/// The object identifier of a PKCS#7 bag, 1.2.840.113549.1.7.2.
const SIGNED_DATA: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];

/// The error for a file that should have held `wanted`, with the kind of the file.
pub(crate) fn told(error: LoadError, wanted: Wanted, octets: &[u8]) -> LoadError {
    let is_broken =
        matches!(error, LoadError::NotFound { .. } | LoadError::Malformed { .. } | LoadError::NotDer { .. });
    match kind_of(octets).filter(|found| is_broken && !found.is(wanted)) {
        Some(found) => LoadError::OtherKind { found, wanted },
        None => error,
    }
}

/// The kind of file that `octets` are, if it can be recognized.
fn kind_of(octets: &[u8]) -> Option<FileKind> {
    let has = |words: &str| octets.windows(words.len()).any(|window| window == words.as_bytes());
    if is_pem(octets) {
        return [
            ("-----BEGIN CERTIFICATE REQUEST-----", FileKind::CertificateRequest),
            ("-----BEGIN NEW CERTIFICATE REQUEST-----", FileKind::CertificateRequest),
            ("-----BEGIN PKCS7-----", FileKind::Pkcs7),
            ("-----BEGIN OPENSSH PRIVATE KEY-----", FileKind::SshPrivateKey),
            (" PRIVATE KEY-----", FileKind::PrivateKey),
            (" CERTIFICATE-----", FileKind::Certificate),
        ]
        .into_iter()
        .find_map(|(words, kind)| has(words).then_some(kind));
    }
    match octets {
        [0xFE, 0xED, 0xFE, 0xED, ..] | [0xCE, 0xCE, 0xCE, 0xCE, ..] => return Some(FileKind::JavaKeyStore),
        _ if octets.trim_ascii_start().starts_with(b"<") => return Some(FileKind::Xml),
        _ if octets.len() > 40 && is_base64_of_sequence(octets.trim_ascii()) => return Some(FileKind::Base64),
        _ => {}
    }
    let mut fields = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE)?);
    match fields.next()? {
        (der::INTEGER, [3]) if fields.peek() == Some(der::SEQUENCE) => Some(FileKind::Pkcs12),
        (der::OID, oid) if *oid == SIGNED_DATA => Some(FileKind::Pkcs7),
        _ if Certificate::from_der(octets).is_ok() => Some(FileKind::Certificate),
        _ if PrivateKey::from_der(octets).is_ok() => Some(FileKind::PrivateKey),
        _ => None,
    }
}
