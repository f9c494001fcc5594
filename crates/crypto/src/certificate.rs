//! X.509 certificates: the fields WS-Security looks at. Whether one is trusted is `wss-tokens`' question.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use x509_parser::prelude::{FromDer as _, ParsedExtension, X509Certificate};

use crate::algorithm::DigestMethod;
use crate::der;
use crate::digest::Digest;
use crate::distinguished_name::DistinguishedName;
use crate::error::LoadError;
use crate::key::PublicKey;
use crate::pem;

/// A parsed certificate. Cloning is cheap.
#[derive(Clone)]
pub struct Certificate(Arc<Fields>);

struct Fields {
    der: Vec<u8>,
    public_key: PublicKey,
    subject: DistinguishedName,
    issuer: DistinguishedName,
    serial: Vec<u8>,
    subject_key_identifier: Option<Vec<u8>>,
    not_before: SystemTime,
    not_after: SystemTime,
    version: u32,
    usage: Option<KeyUsage>,
}

/// What the key usage extension permits (RFC 5280 §4.2.1.3).
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
}

impl Certificate {
    /// A certificate from DER.
    ///
    /// # Errors
    /// [`LoadError`] if it is malformed, octets follow it, or its key is of a kind not supported.
    pub fn from_der(der: &[u8]) -> Result<Self, LoadError> {
        let malformed = LoadError::Malformed { what: "certificate" };
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| malformed.clone())?;
        if !rest.is_empty() {
            return Err(malformed);
        }
        let mut subject_key_identifier = None;
        let mut usage = None;
        for extension in parsed.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(id) => subject_key_identifier = Some(id.0.to_vec()),
                ParsedExtension::KeyUsage(bits) => {
                    usage = Some(KeyUsage {
                        digital_signature: bits.digital_signature(),
                        content_commitment: bits.non_repudiation(),
                        key_encipherment: bits.key_encipherment(),
                        key_agreement: bits.key_agreement(),
                        key_cert_sign: bits.key_cert_sign(),
                    });
                }
                _ => {}
            }
        }
        let instant = |seconds: i64| match u64::try_from(seconds) {
            Ok(seconds) => SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
            Err(_) => SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(seconds.unsigned_abs())),
        };
        let validity = parsed.validity();
        Ok(Self(Arc::new(Fields {
            public_key: PublicKey::from_spki(parsed.public_key().raw)?,
            subject: DistinguishedName::from_der(parsed.subject().as_raw())?,
            issuer: DistinguishedName::from_der(parsed.issuer().as_raw())?,
            serial: parsed.raw_serial().to_vec(),
            subject_key_identifier,
            not_before: instant(validity.not_before.timestamp()).ok_or(malformed.clone())?,
            not_after: instant(validity.not_after.timestamp()).ok_or(malformed)?,
            version: parsed.version().0 + 1,
            usage,
            der: der.to_vec(),
        })))
    }

    /// The first certificate of a PEM file, or DER.
    ///
    /// # Errors
    /// [`LoadError::NotFound`], and as for [`Certificate::from_der`].
    pub fn from_pem(octets: &[u8]) -> Result<Self, LoadError> {
        let all = Self::all_from_pem(octets)?;
        all.into_iter().next().ok_or(LoadError::NotFound { wanted: "certificate" })
    }

    /// Every certificate of a PEM file, in order; or the one of a DER file.
    ///
    /// # Errors
    /// [`LoadError::NotFound`] if there is none, and as for [`Certificate::from_der`].
    pub fn all_from_pem(octets: &[u8]) -> Result<Vec<Self>, LoadError> {
        pem::certificates(octets)?.iter().map(|der| Self::from_der(der)).collect()
    }

    /// The whole certificate.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The key it certifies.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public_key
    }

    /// Whom it names.
    #[must_use]
    pub fn subject(&self) -> &DistinguishedName {
        &self.0.subject
    }

    /// Who issued it.
    #[must_use]
    pub fn issuer(&self) -> &DistinguishedName {
        &self.0.issuer
    }

    /// Its serial number in decimal, as `ds:X509SerialNumber` has it.
    #[must_use]
    pub fn serial_decimal(&self) -> String {
        decimal(&self.0.serial)
    }

    /// The SubjectKeyIdentifier value: the content of the inner OCTET STRING.
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.0.subject_key_identifier.as_deref()
    }

    /// SHA-1 of the whole certificate: `ThumbprintSHA1`. It names a certificate, it does not authenticate one.
    #[must_use]
    pub fn thumbprint_sha1(&self) -> Vec<u8> {
        Digest::of(DigestMethod::Sha1, self.der()).as_octets().to_vec()
    }

    /// First and last instant of its validity.
    #[must_use]
    pub fn validity(&self) -> (SystemTime, SystemTime) {
        (self.0.not_before, self.0.not_after)
    }

    /// The identifier some stacks compute for a certificate that names none: SHA-1 of the bits of its public key
    /// (RFC 5280 §4.2.1.2, method 1).
    #[must_use]
    pub fn computed_key_identifier(&self) -> Vec<u8> {
        let bits = |spki| -> Option<&[u8]> {
            let mut spki = der::Reader::new(der::Reader::new(spki).only(der::SEQUENCE)?);
            spki.expect(der::SEQUENCE)?;
            spki.expect(der::BIT_STRING)?.strip_prefix(&[0])
        };
        let bits = bits(self.public_key().spki()).unwrap_or_default();
        Digest::of(DigestMethod::Sha1, bits).as_octets().to_vec()
    }

    /// X.509 version: 1 or 3.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.0.version
    }

    /// The key usage extension, if there is one.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.usage
    }

    /// Whether it is the certificate that issuer name and decimal serial number name.
    #[must_use]
    pub fn is_named(&self, issuer: &DistinguishedName, serial: &str) -> bool {
        let serial = serial.trim();
        let canonical = match serial.strip_prefix('-') {
            Some(digits) => format!("-{}", digits.trim_start_matches('0')),
            None => serial.strip_prefix('+').unwrap_or(serial).trim_start_matches('0').to_owned(),
        };
        let own = self.serial_decimal();
        (own == canonical || (own == "0" && canonical.is_empty())) && self.issuer() == issuer
    }
}

impl PartialEq for Certificate {
    /// The same octets.
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

/// The decimal text of a two's-complement big-endian integer.
fn decimal(octets: &[u8]) -> String {
    let negative = octets.first().is_some_and(|first| *first >= 0x80);
    let mut magnitude = octets.to_vec();
    if negative {
        let mut carry = true;
        for octet in magnitude.iter_mut().rev() {
            let (sum, overflow) = (!*octet).overflowing_add(u8::from(carry));
            *octet = sum;
            carry = overflow;
        }
    }
    let mut digits = vec![0u8];
    for octet in magnitude {
        let mut carry = u32::from(octet);
        for digit in &mut digits {
            let value = u32::from(*digit) * 256 + carry;
            *digit = (value % 10) as u8;
            carry = value / 10;
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    let sign = if negative { "-" } else { "" };
    let digits: String = digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect();
    format!("{sign}{digits}")
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn serial_numbers_of_any_size_are_decimal() {
        assert_eq!(decimal(&[0]), "0");
        assert_eq!(decimal(&[0, 0x80]), "128");
        assert_eq!(decimal(&[0xFF]), "-1");
        assert_eq!(decimal(&[1, 0, 0, 0, 0, 0, 0, 0, 0]), "18446744073709551616");
    }
}
