//! `wsse:BinarySecurityToken` with X.509 certificates (SOAP Message Security 1.1.1 §6.3, X.509 Token Profile).

use wss_c14n::{Element, Writer, base64_encode, name};
use wss_crypto::{Certificate, pki_path, to_pki_path};

use crate::error::TokenError;
use crate::security_token_reference::BASE64_BINARY;

/// Type of a token with one version 3 certificate.
pub const X509_V3: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
/// Type of a token with a path of certificates, end entity last.
pub const X509_PKI_PATH: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509PKIPathv1";

const MAX_TOKEN: usize = 64 << 10;
const MAX_PATH: usize = 6;

/// A token with a certificate: a claim, not a fact. Trust in it is decided elsewhere.
#[derive(Debug, Clone)]
pub struct X509Token<'d> {
    element: Element<'d>,
    value_type: String,
    certificate: Certificate,
    others: Vec<Certificate>,
}

impl<'d> X509Token<'d> {
    /// Reads a `wsse:BinarySecurityToken` of type `#X509v3` or `#X509PKIPathv1`.
    ///
    /// # Errors
    /// [`TokenError`]; [`TokenError::Unsupported`] for other types.
    pub fn parse(element: Element<'d>) -> Result<Self, TokenError> {
        if let Some(encoding) = element.attribute("", "EncodingType").filter(|uri| uri != BASE64_BINARY) {
            return Err(TokenError::Encoding { uri: encoding.into_owned() });
        }
        let value_type = element.required_attribute("", "ValueType")?.into_owned();
        let (certificate, others) = match value_type.as_str() {
            X509_V3 => (Certificate::from_der(&element.base64(MAX_TOKEN)?)?, Vec::new()),
            X509_PKI_PATH => {
                let octets = element.base64(MAX_TOKEN)?;
                let malformed = || element.missing("a PkiPath");
                let path = pki_path(&octets).ok_or_else(malformed)?;
                if path.len() > MAX_PATH {
                    return Err(TokenError::PathLength { found: path.len(), allowed: MAX_PATH });
                }
                let mut path = path.into_iter().map(Certificate::from_der).collect::<Result<Vec<_>, _>>()?;
                (path.pop().ok_or_else(malformed)?, path)
            }
            other => return Err(TokenError::Unsupported { uri: other.to_owned() }),
        };
        Ok(Self { element, value_type, certificate, others })
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// Its type.
    #[must_use]
    pub fn value_type(&self) -> &str {
        &self.value_type
    }

    /// The end entity.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The further certificates of a path.
    #[must_use]
    pub fn others(&self) -> &[Certificate] {
        &self.others
    }
}

/// Writes a token with one certificate; `path` (end entity last) makes it a path.
pub fn write_x509_token(writer: &mut Writer, id: &str, certificate: &Certificate, path: Option<&[&Certificate]>) {
    writer.start(name::WSSE, "BinarySecurityToken");
    writer.attribute("EncodingType", BASE64_BINARY);
    writer.attribute("ValueType", if path.is_some() { X509_PKI_PATH } else { X509_V3 });
    writer.attribute_in(name::WSU, "Id", id);
    match path {
        Some(path) => writer.text(&base64_encode(&to_pki_path(path))),
        None => writer.text(&base64_encode(certificate.der())),
    }
    writer.end();
}
