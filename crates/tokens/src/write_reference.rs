//! `wsse:SecurityTokenReference` as we write it: how we refer to a certificate, a key or an assertion.

use std::borrow::Cow;

use wss_c14n::{Writer, name};
use wss_crypto::{Certificate, DigestMethod, NameForm};
use wss_xmldsig::{KeyInfoItem, write_issuer_serial};

use crate::kerberos::{KERBEROS_AP_REQ_SHA1, KerberosForm};
use crate::saml::SamlVersion;
use crate::value_type::{
    BASE64_BINARY, ENCRYPTED_KEY, ENCRYPTED_KEY_SHA1, SAML_ASSERTION_ID, SAML_ID, SUBJECT_KEY_IDENTIFIER,
    THUMBPRINT_SHA1,
};
use crate::x509_token::{CertificatePath, PKCS7, X509_PKI_PATH, X509_V1, X509_V3, write_x509_token};

/// How we refer to a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ReferenceForm {
    /// A `wsse:BinarySecurityToken` in the header, referenced by its Id.
    #[default]
    Direct,
    /// As `Direct`, with the whole path as a PKIPath.
    DirectPath,
    /// As `DirectPath`, with the path in a PKCS#7 bag.
    DirectPkcs7,
    /// Issuer name in the form of RFC 4514, and serial number.
    IssuerSerial,
    /// Issuer name in the spelling that the peer compares, and serial number.
    IssuerSerialAs(NameForm),
    /// The subject key identifier. The certificate must have one (BSP R5208).
    SubjectKeyIdentifier,
    /// The subject key identifier that peers compute for a certificate without one. This breaks BSP R5208.
    ComputedKeyIdentifier,
    /// SHA-1 of the certificate.
    Thumbprint,
    /// The token inside the reference.
    Embedded,
    /// `ds:KeyName` with the subject's name, without a reference. This breaks BSP R5417 and R5426.
    KeyName,
    /// `ds:KeyValue`, without a reference; `dsig11:DEREncodedKeyValue` for a key that has no element there. This breaks BSP
    /// R5417 and R5426.
    KeyValue,
    /// `dsig11:DEREncodedKeyValue`, without a reference. This breaks BSP R5417 and R5426.
    DerKeyValue,
    /// `ds:X509Data` with this item, without a reference. This breaks BSP R5417 and R5426.
    X509Data(X509Item),
    /// `wsse:KeyIdentifier` of type `#X509v3`: the certificate itself, as WSS4J's `X509KeyIdentifier`. This breaks BSP
    /// R5206.
    Certificate,
}

/// What a `ds:X509Data` says of a certificate, where it is not inside a reference (XML Signature 1.1 §4.5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum X509Item {
    /// `ds:X509Certificate`.
    #[default]
    Certificate,
    /// `ds:X509Certificate` of the signer, then one for each certificate of its path.
    Path,
    /// `ds:X509IssuerSerial`, with the name in the spelling that the peer compares.
    IssuerSerial(NameForm),
    /// `ds:X509SKI`. The certificate must have an identifier of its key.
    SubjectKeyIdentifier,
    /// `ds:X509SubjectName`, in the spelling that the peer compares.
    SubjectName(NameForm),
    /// `dsig11:X509Digest`.
    Digest(DigestMethod),
}

impl std::fmt::Display for ReferenceForm {
    /// What it refers by, in words.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Direct => "a token in the header",
            Self::DirectPath => "a token with the path (PKIPath) in the header",
            Self::DirectPkcs7 => "a token with the path (PKCS#7) in the header",
            Self::IssuerSerial | Self::IssuerSerialAs(_) => "issuer and serial number in a wsse:SecurityTokenReference",
            Self::SubjectKeyIdentifier | Self::ComputedKeyIdentifier => "subject key identifier",
            Self::Thumbprint => "thumbprint",
            Self::Embedded => "a token inside the reference",
            Self::KeyName => "ds:KeyName",
            Self::KeyValue | Self::DerKeyValue => "the value of its key",
            Self::X509Data(X509Item::Certificate | X509Item::Path) => "the certificate in ds:X509Data",
            Self::X509Data(X509Item::IssuerSerial(_)) => "issuer and serial number in ds:X509Data alone",
            Self::X509Data(X509Item::SubjectKeyIdentifier) => "subject key identifier in ds:X509Data",
            Self::X509Data(X509Item::SubjectName(_)) => "subject in ds:X509Data",
            Self::X509Data(X509Item::Digest(_)) => "digest in ds:X509Data",
            Self::Certificate => "the certificate as a key identifier",
        })
    }
}

impl ReferenceForm {
    /// Whether the header must contain a token for it.
    #[must_use]
    pub fn needs_token(self) -> bool {
        matches!(self, Self::Direct | Self::DirectPath | Self::DirectPkcs7)
    }

    /// Whether a token is sent for it: in the header, or in the reference itself.
    #[must_use]
    pub fn sends_token(self) -> bool {
        self.needs_token() || self == Self::Embedded
    }

    /// Whether it can refer to `certificate`.
    #[must_use]
    pub fn fits(self, certificate: &Certificate) -> bool {
        match self {
            Self::SubjectKeyIdentifier | Self::X509Data(X509Item::SubjectKeyIdentifier) => {
                certificate.subject_key_identifier().is_some()
            }
            Self::ComputedKeyIdentifier => certificate.subject_key_identifier().is_none(),
            _ => true,
        }
    }

    /// What it writes for `certificate` in place of a reference; `None` for a reference. `path` follows the certificate where
    /// the form has it.
    #[must_use]
    pub fn without_reference(self, certificate: &Certificate, path: &[Certificate]) -> Option<KeyInfoItem> {
        let certificate = || certificate.clone();
        Some(match self {
            Self::KeyName => KeyInfoItem::KeyName(certificate().subject().written(NameForm::Rfc4514)),
            Self::KeyValue => KeyInfoItem::KeyValue(certificate().public_key().clone()),
            Self::DerKeyValue => KeyInfoItem::DerKeyValue(certificate().public_key().clone()),
            Self::X509Data(item) => match item {
                X509Item::Certificate => KeyInfoItem::Certificates(vec![certificate()]),
                X509Item::Path => {
                    KeyInfoItem::Certificates(std::iter::once(certificate()).chain(path.iter().cloned()).collect())
                }
                X509Item::IssuerSerial(form) => KeyInfoItem::IssuerSerial { certificate: certificate(), form },
                X509Item::SubjectKeyIdentifier => KeyInfoItem::SubjectKeyIdentifier(certificate()),
                X509Item::SubjectName(form) => KeyInfoItem::SubjectName { certificate: certificate(), form },
                X509Item::Digest(method) => KeyInfoItem::CertificateDigest { certificate: certificate(), method },
            },
            _ => return None,
        })
    }

    /// Writes a reference. `token_id` is the Id of the token, which is in the header or embedded.
    pub fn write(self, writer: &mut Writer, certificate: &Certificate, token_id: &str) {
        self.write_with_id(writer, certificate, token_id, None);
    }

    /// As [`ReferenceForm::write`], with an Id on the reference, for the STR-Transform.
    pub fn write_with_id(self, writer: &mut Writer, certificate: &Certificate, token_id: &str, id: Option<&str>) {
        if let Some(item) = self.without_reference(certificate, &[]) {
            return item.write(writer);
        }
        writer.start(name::WSSE, "SecurityTokenReference");
        if let Some(id) = id {
            writer.attribute_in(name::WSU, "Id", id);
        }
        match self {
            Self::Direct | Self::DirectPath | Self::DirectPkcs7 => {
                let value_type = match self {
                    Self::DirectPath => X509_PKI_PATH,
                    Self::DirectPkcs7 => PKCS7,
                    _ if certificate.version() == 1 => X509_V1,
                    _ => X509_V3,
                };
                // BSP R5212, R5215.
                if self != Self::Direct {
                    writer.attribute_in(name::WSSE11, "TokenType", value_type);
                }
                writer.start(name::WSSE, "Reference");
                writer.attribute("URI", format!("#{token_id}"));
                writer.attribute("ValueType", value_type);
                writer.end();
            }
            Self::IssuerSerial => write_issuer_serial(writer, certificate, NameForm::default()),
            Self::IssuerSerialAs(form) => write_issuer_serial(writer, certificate, form),
            Self::ComputedKeyIdentifier => {
                write_key_identifier(writer, SUBJECT_KEY_IDENTIFIER, &certificate.computed_key_identifier());
            }
            Self::SubjectKeyIdentifier => {
                let computed = || Cow::Owned(certificate.computed_key_identifier());
                let id = certificate.subject_key_identifier().map_or_else(computed, Cow::Borrowed);
                write_key_identifier(writer, SUBJECT_KEY_IDENTIFIER, &id);
            }
            Self::Thumbprint => write_key_identifier(writer, THUMBPRINT_SHA1, &certificate.thumbprint_sha1()),
            Self::Certificate => write_key_identifier(writer, X509_V3, certificate.der()),
            Self::Embedded => {
                writer.start(name::WSSE, "Embedded");
                write_x509_token(writer, token_id, certificate, CertificatePath::None);
                writer.end();
            }
            Self::KeyName | Self::KeyValue | Self::DerKeyValue | Self::X509Data(_) => {}
        }
        writer.end();
    }
}

fn write_key_identifier(writer: &mut Writer, value_type: &str, octets: &[u8]) {
    writer.start(name::WSSE, "KeyIdentifier");
    writer.attribute("EncodingType", BASE64_BINARY);
    writer.attribute("ValueType", value_type);
    writer.base64(octets);
    writer.end();
}

/// Writes a `wsse:SecurityTokenReference` to the token with this Id in the message.
pub fn write_token_reference(writer: &mut Writer, id: &str, value_type: Option<&str>, token_type: Option<&str>) {
    writer.start(name::WSSE, "SecurityTokenReference");
    if let Some(uri) = token_type {
        writer.attribute_in(name::WSSE11, "TokenType", uri);
    }
    writer.start(name::WSSE, "Reference");
    writer.attribute("URI", format!("#{id}"));
    if let Some(uri) = value_type {
        writer.attribute("ValueType", uri);
    }
    writer.end();
    writer.end();
}

/// Writes a `wsse:SecurityTokenReference` to the `xenc:EncryptedKey` of an earlier message. `sha1` is the SHA-1 of its
/// cipher octets (SOAP Message Security 1.1.1 §7.7; BSP R3069, R3072).
pub fn write_encrypted_key_sha1(writer: &mut Writer, sha1: &[u8]) {
    writer.start(name::WSSE, "SecurityTokenReference");
    writer.attribute_in(name::WSSE11, "TokenType", ENCRYPTED_KEY);
    write_key_identifier(writer, ENCRYPTED_KEY_SHA1, sha1);
    writer.end();
}

/// Writes a `wsse:SecurityTokenReference` to a SAML assertion of the message, by its id (BSP R6602 to R6611). If the
/// assertion is to be signed through the reference, the reference gets an Id.
pub fn write_assertion_reference(writer: &mut Writer, assertion: &str, version: SamlVersion, id: Option<&str>) {
    writer.start(name::WSSE, "SecurityTokenReference");
    if let Some(id) = id {
        writer.attribute_in(name::WSU, "Id", id);
    }
    writer.attribute_in(name::WSSE11, "TokenType", version.token_type());
    writer.start(name::WSSE, "KeyIdentifier");
    let value_type = match version {
        SamlVersion::V1_1 => SAML_ASSERTION_ID,
        SamlVersion::V2_0 => SAML_ID,
    };
    writer.attribute("ValueType", value_type);
    writer.text(assertion);
    writer.end();
    writer.end();
}

/// Writes a `wsse:SecurityTokenReference` to the Kerberos token of an earlier message with this SHA-1 (BSP R6904,
/// R6905, R6907).
pub fn write_kerberos_sha1(writer: &mut Writer, sha1: &[u8], form: KerberosForm) {
    writer.start(name::WSSE, "SecurityTokenReference");
    writer.attribute_in(name::WSSE11, "TokenType", form.value_type());
    write_key_identifier(writer, KERBEROS_AP_REQ_SHA1, sha1);
    writer.end();
}
