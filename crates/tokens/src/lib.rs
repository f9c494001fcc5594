//! Security tokens: the elements of a header that say who made a message.
//!
//! A token read from a message is a claim. [`Trust::validate`] and [`UsernameToken::authenticate`] make it a fact, and
//! only they make [`ValidatedCertificate`] and [`AuthenticatedUser`].
//!
//! In reading order: [`SecurityTokenReference`], [`X509Token`], [`UsernameToken`], [`Timestamp`] with its
//! instants, and [`Trust`].

#![forbid(unsafe_code)]

mod assertion_error;
mod assertion_span;
mod assertion_type;
mod binary_token;
mod derivation;
mod derived_key;
mod error;
mod implied_key;
mod instant;
mod kerberos;
mod password_error;
mod password_key_token;
mod password_key_use;
mod rel;
mod saml;
mod security_context;
mod security_token_reference;
mod timestamp;
mod token_facts;
mod trust;
mod trust_error;
mod username_field;
mod username_token;
mod value_type;
mod write_reference;
mod written_instant;
mod x509_token;

pub use assertion_error::AssertionError;
pub use assertion_span::AssertionSpan;
pub use assertion_type::is_assertion_type;
pub use binary_token::{binary_token_type, is_binary_token, write_binary_token};
pub use derived_key::{DerivedKeyToken, NewDerivedKey, SecureConversation, WrittenDerivedKey};
pub use error::TokenError;
pub use implied_key::ImpliedDerivedKey;
pub use instant::{WrittenDateTime, parse_instant};
pub use kerberos::{
    KERBEROS_AP_REQ_SHA1, KerberosAcceptor, KerberosForm, KerberosInitiator, KerberosSession, KerberosTicket,
    KerberosToken, WrittenKerberosToken, write_kerberos_token,
};
pub use password_error::PasswordError;
pub use password_key_token::NewPasswordKeyToken;
pub use password_key_use::PasswordKeyUse;
pub use rel::{LicenseHolder, Licenses, REL_LICENSE, is_license};
pub use saml::{
    Assertion, AssertionShape, AssertionTrust, Confirmation, ConfirmationMethod, IssuedAssertion, NewAssertion,
    NewIdCard, SAML_V1_1, SAML_V2_0, SamlAttribute, SamlName, SamlVersion,
};
pub use security_context::{SecurityContextToken, SecurityContexts, write_security_context};
pub use security_token_reference::{ReferenceShape, SecurityTokenReference};
pub use timestamp::{Timestamp, TimestampShape, write_timestamp};
pub use token_facts::{TokenFact, assertion_facts, binary_token_facts};
pub use trust::{
    CacheLimits, ExtendedKeyUsage, Fetch, FetchBlocking, FetchError, FetchFailure, FetchRequest, Purpose, Revocation,
    RevocationCache, RevocationStatus, SignerRule, Trust, TrustAnchors, ValidatedCertificate,
};
pub use trust_error::TrustError;
pub use username_token::{
    AuthenticatedUser, NewPassword, Password, PasswordKey, PasswordSource, USERNAME_TOKEN, UsernameToken,
    password_digest, write_digest_token, write_username_token,
};
pub use value_type::{
    BASE64_BINARY, ENCRYPTED_KEY, ENCRYPTED_KEY_SHA1, SAML_ASSERTION_ID, SAML_ID, SUBJECT_KEY_IDENTIFIER,
    THUMBPRINT_SHA1,
};
pub use write_reference::{
    ReferenceForm, X509Item, write_assertion_reference, write_encrypted_key_sha1, write_kerberos_sha1,
    write_token_reference,
};
pub use written_instant::{Precision, format_instant};
pub use x509_token::{
    CertificatePath, PKCS7, X509_PKI_PATH, X509_V1, X509_V3, X509Token, end_entities, write_x509_token,
};
