//! The URIs of the types and encodings of tokens and identifiers.

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
/// Type of a key identifier: SHA-1 of a Kerberos token.
pub const KERBEROS_AP_REQ_SHA1: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#Kerberosv5APREQSHA1";
/// Type of a key identifier: the id of a SAML 1.1 assertion.
pub const SAML_ASSERTION_ID: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID";
/// Type of a key identifier: the id of a SAML 2.0 assertion.
pub const SAML_ID: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID";
/// Type of an `xenc:EncryptedKey` that is referred to as a token.
pub const ENCRYPTED_KEY: &str = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey";
/// Type of a SAML 1.1 assertion that is referred to as a token.
pub const SAML_V1_1: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1";
/// Type of a SAML 2.0 assertion that is referred to as a token.
pub const SAML_V2_0: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0";
/// Type of a rights expression that is referred to as a token.
pub const REL_LICENSE: &str = "http://docs.oasis-open.org/wss/oasis-wss-rel-token-profile-1.0.pdf#license";
