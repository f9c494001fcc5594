//! Writing `ds:KeyInfo`: every kind of item in XML Signature 1.1 §4.5 that identifies a key.
//!
//! [`KeyInfoItem`] is one of them, for signatures of documents. A header names its keys by tokens instead.

use wss_c14n::{Writer, base64_encode, name};
use wss_crypto::{Certificate, Digest, DigestMethod, NameForm, PublicKey};

use crate::key_info::{write_issuer_serial, write_key_value, write_x509_certificates};

/// One child of `ds:KeyInfo`: a statement about the key.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum KeyInfoItem {
    /// `ds:KeyName` (§4.5.1).
    KeyName(String),
    /// `ds:KeyValue` with an RSA or EC key (§4.5.2), and [`KeyInfoItem::DerKeyValue`] for keys of other kinds.
    KeyValue(PublicKey),
    /// `dsig11:DEREncodedKeyValue` (§4.5.9).
    DerKeyValue(PublicKey),
    /// `ds:X509Certificate`: the certificate, and those of its path (§4.5.4).
    Certificates(Vec<Certificate>),
    /// `ds:X509IssuerSerial`, in the spelling that the peer compares.
    IssuerSerial {
        /// The certificate.
        certificate: Certificate,
        /// The spelling of the issuer.
        form: NameForm,
    },
    /// `ds:X509SKI`: the certificate's identifier of its key, or the SHA-1 of the key if the certificate has none.
    SubjectKeyIdentifier(Certificate),
    /// `ds:X509SubjectName`.
    SubjectName {
        /// The certificate.
        certificate: Certificate,
        /// The spelling of the subject.
        form: NameForm,
    },
    /// `dsig11:X509Digest`.
    CertificateDigest {
        /// The certificate.
        certificate: Certificate,
        /// The digest.
        method: DigestMethod,
    },
    /// `ds:X509CRL`: a revocation list in DER.
    RevocationList(Vec<u8>),
    /// `dsig11:KeyInfoReference` to a `ds:KeyInfo` (§4.5.10).
    KeyInfoReference {
        /// Its URI, as in `#key`.
        uri: String,
    },
    /// `ds:RetrievalMethod` (§4.5.3).
    RetrievalMethod {
        /// The URI of its target.
        uri: String,
        /// The identifier of the kind of its target.
        kind: Option<String>,
    },
}

impl KeyInfoItem {
    /// Writes the child.
    pub fn write(&self, writer: &mut Writer) {
        match self {
            Self::KeyName(key_name) => writer.leaf(name::DS, "KeyName", key_name),
            Self::KeyValue(key) => write_key_value(writer, key),
            Self::DerKeyValue(key) => writer.leaf(name::DSIG11, "DEREncodedKeyValue", &base64_encode(key.spki())),
            Self::Certificates(certificates) => write_x509_certificates(writer, certificates),
            Self::IssuerSerial { certificate, form } => write_issuer_serial(writer, certificate, *form),
            Self::SubjectKeyIdentifier(certificate) => {
                let computed = || certificate.computed_key_identifier();
                let identifier = certificate.subject_key_identifier().map_or_else(computed, <[u8]>::to_vec);
                write_x509_data(writer, |writer| writer.leaf(name::DS, "X509SKI", &base64_encode(&identifier)));
            }
            Self::SubjectName { certificate, form } => write_x509_data(writer, |writer| {
                writer.leaf(name::DS, "X509SubjectName", &certificate.subject().written(*form));
            }),
            Self::CertificateDigest { certificate, method } => write_x509_data(writer, |writer| {
                writer.start(name::DSIG11, "X509Digest");
                writer.attribute("Algorithm", method.uri());
                writer.base64(Digest::of(*method, certificate.der()).as_octets());
                writer.end();
            }),
            Self::RevocationList(der) => {
                write_x509_data(writer, |writer| writer.leaf(name::DS, "X509CRL", &base64_encode(der)));
            }
            Self::KeyInfoReference { uri } => {
                writer.start(name::DSIG11, "KeyInfoReference");
                writer.attribute("URI", uri.as_str());
                writer.end();
            }
            Self::RetrievalMethod { uri, kind } => {
                writer.start(name::DS, "RetrievalMethod");
                if let Some(kind) = kind {
                    writer.attribute("Type", kind.as_str());
                }
                writer.attribute("URI", uri.as_str());
                writer.end();
            }
        }
    }
}

fn write_x509_data(writer: &mut Writer, item: impl FnOnce(&mut Writer)) {
    writer.start(name::DS, "X509Data");
    item(writer);
    writer.end();
}
