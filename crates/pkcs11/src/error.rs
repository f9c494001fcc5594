//! Why a token, or a key in it, cannot be used.

use std::sync::Arc;

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
        #[source]
        cause: TokenCause,
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
        #[source]
        cause: TokenCause,
    },
    /// *Failed.* The token was taken out, or its device does not answer. It was looked for anew, in vain.
    #[error(
        "the token is not there ({cause}): put it back, or start its service; the next operation looks for it again"
    )]
    Absent {
        /// The reason that the token gives.
        #[source]
        cause: TokenCause,
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
        #[source]
        cause: TokenCause,
    },
}

impl TokenError {
    /// Whether the token could not be asked, so that nothing is said of what it was to do.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent { .. } | Self::NoToken { .. } | Self::NoObject { .. } | Self::Login { .. })
    }
}

impl From<cryptoki::error::Error> for TokenError {
    fn from(error: cryptoki::error::Error) -> Self {
        Self::Token { cause: error.into() }
    }
}

/// The reason that a token gives. Its [`source`](std::error::Error::source) is the `cryptoki::error::Error` with the return value
/// of PKCS#11 (`CKR_…`) and the function that returned it, where a function failed. It equals only its clones.
#[derive(Debug, Clone)]
pub struct TokenCause(Arc<dyn std::error::Error + Send + Sync>);

impl From<cryptoki::error::Error> for TokenCause {
    fn from(error: cryptoki::error::Error) -> Self {
        Self(Arc::new(error))
    }
}

impl From<&str> for TokenCause {
    fn from(why: &str) -> Self {
        Self(Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(why)))
    }
}

impl std::fmt::Display for TokenCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        WireText::from(self.0.to_string()).fmt(f)
    }
}

impl std::error::Error for TokenCause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

impl PartialEq for TokenCause {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for TokenCause {}
