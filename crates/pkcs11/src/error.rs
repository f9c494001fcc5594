//! Why a token, or a key in it, cannot be used.

use thiserror::Error;
use wss_text::WireText;

/// Why a token, or a key in it, cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenError {
    /// *Misuse.* The library of the token cannot be loaded.
    #[error("the PKCS#11 library {library:?} cannot be loaded ({cause}): give the path of the vendor's library")]
    Library {
        /// The path.
        library: WireText,
        /// The reason that the system gives.
        cause: WireText,
    },
    /// *Failed.* No slot has a token with this label.
    #[error("no slot has a token with the label {label:?}: the tokens there are {present}")]
    NoToken {
        /// The label.
        label: WireText,
        /// The labels of the tokens that were found.
        present: WireText,
    },
    /// *Failed.* The token refused the PIN. It may be locked after a few attempts.
    #[error(
        "the token refused the login ({cause}): check the PIN before `Token::open` tries again, since tokens lock after a few"
    )]
    Login {
        /// The reason that the token gives.
        cause: WireText,
    },
    /// *Misuse.* The token has no private key, or no certificate, with this label, or has several.
    #[error("the token has {count} objects of the kind {kind} with the label {label:?}: exactly one is needed")]
    NoObject {
        /// A private key, or a certificate.
        kind: &'static str,
        /// The label.
        label: WireText,
        /// The number of objects with this label.
        count: usize,
    },
    /// *Misuse.* The token has no private key with the label for the certificate, or has several.
    #[error(
        "the token has {count} private keys with the label {label:?}, for the certificate of {subject:?}: exactly one is needed, so \
         give the label that its key has in the token"
    )]
    NoKeyOf {
        /// The label.
        label: WireText,
        /// The subject of the certificate.
        subject: WireText,
        /// The number of private keys with this label.
        count: usize,
    },
    /// *Misuse.* The certificate of the token cannot be read.
    #[error("the certificate with the label {label:?} cannot be read: {cause}")]
    Certificate {
        /// The label.
        label: WireText,
        /// Why.
        cause: WireText,
    },
    /// *Failed.* Another operation of the token failed.
    #[error("the token failed: {cause}")]
    Token {
        /// The reason that the token gives.
        cause: WireText,
    },
}

impl From<cryptoki::error::Error> for TokenError {
    fn from(error: cryptoki::error::Error) -> Self {
        Self::Token { cause: error.to_string().into() }
    }
}
