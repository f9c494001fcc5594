//! Security tokens: what a header carries to say who made a message.
//!
//! A token read from a message is a claim. It becomes a fact through [`Trust::validate`] or
//! [`UsernameToken::authenticate`], and only those make [`ValidatedCertificate`] and [`AuthenticatedUser`].
//!
//! In reading order: [`SecurityTokenReference`], [`X509Token`], [`UsernameToken`], [`Timestamp`] with its
//! instants, and [`Trust`].

#![forbid(unsafe_code)]

mod binary_security_token;
mod error;
mod instant;
mod security_token_reference;
mod timestamp;
mod trust;
mod username_token;

pub use binary_security_token::{X509_PKI_PATH, X509_V3, X509Token, write_x509_token};
pub use error::{PasswordError, TokenError, TrustError};
pub use instant::{format_instant, parse_instant};
pub use security_token_reference::{BASE64_BINARY, ENCRYPTED_KEY, ReferenceForm, SecurityTokenReference};
pub use timestamp::{Timestamp, write_timestamp};
pub use trust::{Purpose, SignerRule, Trust, TrustAnchors, ValidatedCertificate};
pub use username_token::{
    AuthenticatedUser, PasswordSource, USERNAME_TOKEN, UsernameToken, password_digest, write_digest_token,
    write_text_token,
};
