//! `wsse:SecurityTokenReference`: how a message names a token (SOAP Message Security 1.1.1 §7).

use wss_c14n::{Element, Writer, base64_encode, name};
use wss_crypto::Certificate;
use wss_xmldsig::{Limits, X509Data, write_issuer_serial};

use crate::binary_security_token::{X509_PKI_PATH, X509_V3, write_x509_token};
use crate::error::TokenError;

/// The only encoding of binary tokens and identifiers.
pub const BASE64_BINARY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
const SUBJECT_KEY_IDENTIFIER: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier";
const THUMBPRINT_SHA1: &str = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1";
/// Type of an `xenc:EncryptedKey` that is referred to as a token.
pub const ENCRYPTED_KEY: &str = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey";

/// A reference to a token, of one of the forms that are understood.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SecurityTokenReference<'d> {
    /// `wsse:Reference` to a token in the message, by its Id.
    Direct {
        /// The Id.
        id: String,
        /// `@ValueType`.
        value_type: Option<String>,
    },
    /// `wsse:KeyIdentifier`: the subject key identifier of a certificate.
    SubjectKeyIdentifier(Vec<u8>),
    /// `wsse:KeyIdentifier`: SHA-1 of a certificate.
    ThumbprintSha1(Vec<u8>),
    /// `wsse:KeyIdentifier` of type `#X509v3`: the certificate itself, as WSS4J writes it.
    Certificate(Vec<u8>),
    /// `ds:X509Data`.
    X509Data(X509Data),
    /// `wsse:Embedded`: the token itself.
    Embedded(Element<'d>),
}

impl<'d> SecurityTokenReference<'d> {
    /// Reads a `wsse:SecurityTokenReference`: exactly one reference inside (BSP R3061).
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse(element: Element<'d>) -> Result<Self, TokenError> {
        let mut children = element.children();
        let child = children.next().ok_or_else(|| element.missing("a reference"))?;
        if let Some(second) = children.next() {
            return Err(element.unexpected(second).into());
        }
        let token_type = element.attribute(name::WSSE11.uri, "TokenType");
        let child_name = child.name();
        match (child_name.namespace, child_name.local) {
            (ns, "Reference") if ns == name::WSSE.uri => {
                let uri = child.required_attribute("", "URI")?;
                let id = uri.strip_prefix('#').filter(|id| !id.is_empty());
                let id = id.ok_or_else(|| TokenError::Dangling { uri: uri.clone().into_owned() })?.to_owned();
                let value_type = child.attribute("", "ValueType").map(|uri| uri.into_owned());
                if let (Some(value), Some(token)) = (&value_type, &token_type)
                    && value != token
                {
                    return Err(TokenError::TypeMismatch { expected: token.clone().into_owned() });
                }
                Ok(Self::Direct { id, value_type: value_type.or(token_type.map(|uri| uri.into_owned())) })
            }
            (ns, "KeyIdentifier") if ns == name::WSSE.uri => Self::parse_key_identifier(child),
            (ns, "X509Data") if ns == name::DS.uri => Ok(Self::X509Data(X509Data::parse(child, &Limits::default())?)),
            (ns, "Embedded") if ns == name::WSSE.uri => {
                let mut tokens = child.children();
                let token = tokens.next().ok_or_else(|| child.missing("a token"))?;
                if let Some(second) = tokens.next() {
                    return Err(child.unexpected(second).into());
                }
                if token.is(name::WSSE.uri, "SecurityTokenReference") {
                    return Err(child.unexpected(token).into());
                }
                Ok(Self::Embedded(token))
            }
            _ => Err(TokenError::Unsupported { uri: child.qualified_name().to_owned() }),
        }
    }

    fn parse_key_identifier(element: Element<'d>) -> Result<Self, TokenError> {
        if let Some(encoding) = element.attribute("", "EncodingType").filter(|uri| uri != BASE64_BINARY) {
            return Err(TokenError::Encoding { uri: encoding.into_owned() });
        }
        let value_type = element.required_attribute("", "ValueType")?;
        match value_type.as_ref() {
            SUBJECT_KEY_IDENTIFIER => Ok(Self::SubjectKeyIdentifier(element.base64(256)?)),
            THUMBPRINT_SHA1 => Ok(Self::ThumbprintSha1(element.base64(20)?)),
            X509_V3 => Ok(Self::Certificate(element.base64(64 << 10)?)),
            other => Err(TokenError::Unsupported { uri: other.to_owned() }),
        }
    }

    /// Whether an identifier of this reference names `certificate`. Identifiers pick candidates; they prove
    /// nothing.
    #[must_use]
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::SubjectKeyIdentifier(id) => certificate.subject_key_identifier() == Some(id),
            Self::ThumbprintSha1(thumbprint) => certificate.thumbprint_sha1() == *thumbprint,
            Self::Certificate(der) => certificate.der() == der,
            Self::X509Data(data) => data.names(certificate),
            Self::Direct { .. } | Self::Embedded(_) => false,
        }
    }
}

/// The form in which we refer to a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReferenceForm {
    /// A `wsse:BinarySecurityToken` in the header, referred to by its Id.
    #[default]
    Direct,
    /// As `Direct`, with the whole path as a PKIPath.
    DirectPath,
    /// Issuer name and serial number.
    IssuerSerial,
    /// The subject key identifier, which the certificate must have (BSP R5208).
    SubjectKeyIdentifier,
    /// SHA-1 of the certificate.
    Thumbprint,
    /// The token inside the reference.
    Embedded,
}

impl ReferenceForm {
    /// Whether a token has to stand in the header for it.
    #[must_use]
    pub fn needs_token(self) -> bool {
        matches!(self, Self::Direct | Self::DirectPath)
    }

    /// Whether it can refer to `certificate`.
    #[must_use]
    pub fn fits(self, certificate: &Certificate) -> bool {
        self != Self::SubjectKeyIdentifier || certificate.subject_key_identifier().is_some()
    }

    /// Writes a reference. `token_id` is the Id of the token: in the header, or the one to be embedded.
    pub fn write(self, writer: &mut Writer, certificate: &Certificate, token_id: &str) {
        writer.start(name::WSSE, "SecurityTokenReference");
        match self {
            Self::Direct | Self::DirectPath => {
                let value_type = if self == Self::Direct { X509_V3 } else { X509_PKI_PATH };
                if self == Self::DirectPath {
                    writer.attribute_in(name::WSSE11, "TokenType", X509_PKI_PATH);
                }
                writer.start(name::WSSE, "Reference");
                writer.attribute("URI", format!("#{token_id}"));
                writer.attribute("ValueType", value_type);
                writer.end();
            }
            Self::IssuerSerial => write_issuer_serial(writer, certificate),
            Self::SubjectKeyIdentifier => {
                let id = certificate.subject_key_identifier().unwrap_or_default();
                write_key_identifier(writer, SUBJECT_KEY_IDENTIFIER, id);
            }
            Self::Thumbprint => write_key_identifier(writer, THUMBPRINT_SHA1, &certificate.thumbprint_sha1()),
            Self::Embedded => {
                writer.start(name::WSSE, "Embedded");
                write_x509_token(writer, token_id, certificate, None);
                writer.end();
            }
        }
        writer.end();
    }
}

fn write_key_identifier(writer: &mut Writer, value_type: &str, octets: &[u8]) {
    writer.start(name::WSSE, "KeyIdentifier");
    writer.attribute("EncodingType", BASE64_BINARY);
    writer.attribute("ValueType", value_type);
    writer.text(&base64_encode(octets));
    writer.end();
}
