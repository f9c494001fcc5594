//! The URIs of the types and encodings that no module of a token defines: those of certificates and of EncryptedKeys as
//! tokens, those of key identifiers of assertions, and the encoding of all binary tokens.

use wss_c14n::Element;

use crate::error::TokenError;

/// The only encoding of binary tokens and identifiers.
pub const BASE64_BINARY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
/// Type of a key identifier: the subject key identifier of a certificate.
pub const SUBJECT_KEY_IDENTIFIER: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier";
/// Type of a key identifier: SHA-1 of a certificate.
pub const THUMBPRINT_SHA1: &str = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1";
/// Type of a key identifier: SHA-1 of the cipher octets of an `xenc:EncryptedKey`.
pub const ENCRYPTED_KEY_SHA1: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKeySHA1";
/// Type of a key identifier: the id of a SAML 1.1 assertion.
pub const SAML_ASSERTION_ID: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID";
/// Type of a key identifier: the id of a SAML 2.0 assertion.
pub const SAML_ID: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID";
/// Type of an `xenc:EncryptedKey` that is referred to as a token.
pub const ENCRYPTED_KEY: &str = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey";

/// Whether the `EncodingType` of an element is a name in place of [`BASE64_BINARY`], as in `wsse:Base64Binary`.
pub(crate) fn is_encoding_by_name(element: Element<'_>) -> Result<bool, TokenError> {
    match element.attribute("", "EncodingType").filter(|uri| uri != BASE64_BINARY) {
        None => Ok(false),
        Some(encoding) if encoding.is_empty() || encoding.ends_with("Base64Binary") => Ok(true),
        Some(encoding) => Err(TokenError::Encoding { uri: encoding.into() }),
    }
}
