//! Errors of keys, certificates and primitives.

use std::sync::Arc;

use thiserror::Error;
use wss_text::WireText;

use crate::file_kind::{FileKind, Wanted, is_base64_of_sequence, is_hexadecimal_of_sequence};
use crate::shape::shape_of;

/// Why a key or certificate was not loaded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// *Malformed.* No PEM section of the kind wanted, and not DER of that kind either.
    #[error("no {wanted} found: give PEM, or DER of one")]
    NotFound {
        /// The kind of object that was wanted.
        wanted: Wanted,
    },
    /// *Misuse.* The file is of another kind than the one wanted.
    #[error("this is {found}, and no {wanted}: {}", found.help(*wanted))]
    OtherKind {
        /// The kind of file that was found.
        found: FileKind,
        /// The kind of object that was wanted.
        wanted: Wanted,
    },
    /// *Malformed.* A line of a PEM file, or the section that it begins, cannot be read. Nothing of the file is used.
    #[error(
        "line {line} of the PEM file is refused, {why}: each section needs a BEGIN and an END line, each whole and alone on \
         its line, and base64 between them (RFC 7468)"
    )]
    Pem {
        /// The line, counted from 1.
        line: usize,
        /// The defect of the line.
        why: &'static str,
    },
    /// *Malformed.* The DER does not have the shape of its type, or octets follow it.
    #[error("the {what} is malformed: have it made anew, or sent whole and as it was made")]
    Malformed {
        /// The kind of object that was read.
        what: &'static str,
    },
    /// *Malformed.* A file of a private key says two things that cannot both be true.
    #[error("the private key contradicts itself, {0}: have it exported anew from where it was made")]
    Contradictory(&'static str),
    /// *Refused.* A private key of ML-DSA or ML-KEM has none of the forms of RFC 9881 and RFC 9935.
    #[error(
        "the private key is {0}, a form from before RFC 9881 and RFC 9935: write it anew, for example with `openssl pkey` of \
         OpenSSL 3.5 or newer, which reads this form and writes another one"
    )]
    PostQuantumForm(&'static str),
    /// *Malformed.* The octets are not the DER of it: there are none, or they are DER in an encoding, or of something else.
    #[error("the {what} is malformed: {found}")]
    NotDer {
        /// The kind of object that was read.
        what: &'static str,
        /// The form of the octets, in words.
        found: &'static str,
    },
    /// *Refused.* A kind of key that is not supported here.
    #[error(
        "keys of this kind are not supported: use RSA, EC on a NIST or Brainpool curve, Ed25519, Ed448, X25519 or X448"
    )]
    UnsupportedKey,
    /// *Refused.* The provider of this build has no code for this kind of key, but the other provider has.
    #[error("the provider `{provider}` cannot use {what}: build with the other provider")]
    Provider {
        /// The kind of key.
        what: &'static str,
        /// The provider's name, which is its feature.
        provider: &'static str,
    },
    /// *Refused.* The input is larger than anything of its kind needs to be.
    #[error("the {what} is refused: it is larger than {allowed}")]
    TooLarge {
        /// The kind of object that was read.
        what: &'static str,
        /// The largest number of octets or entries that it may have.
        allowed: usize,
    },
    /// *Refused.* A serial number is not an integer of at most 20 octets (RFC 5280 §4.1.2.2).
    #[error("the serial number is refused: an integer of at most 20 octets is needed (RFC 5280)")]
    SerialNumber,
    /// *Refused.* The revocation list is not complete by itself.
    #[error("the revocation list is refused, {0}: give the complete list of the authority itself")]
    UnsupportedList(&'static str),
    /// *Refused.* The OCSP response says nothing about a certificate, or is of a kind that is not supported.
    #[error("the OCSP response is refused, {0}: ask the responder again, or another one")]
    UnsupportedResponse(&'static str),
    /// *Refused.* The key is outside the bounds for every use.
    #[error("the key is refused: {0}")]
    Bounds(&'static str),
    /// *Misuse.* The key is encrypted and no password was given.
    #[error("the key is encrypted: give its password")]
    PasswordNeeded,
    /// *Refused.* The key is encrypted in a way that is not supported.
    #[error(
        "the key is encrypted with {scheme}, which is not supported: encrypt it anew, for example with \
         `openssl pkcs8 -topk8 -v2 aes-256-cbc`"
    )]
    KeyEncryption {
        /// The scheme, by name, or by its object identifier.
        scheme: WireText,
    },
    /// *Refused.* A key store is encrypted or authenticated in a way that is not supported.
    #[error(
        "the key store is protected with {scheme}, which is not supported: export it anew, for example with \
         `openssl pkcs12 -export -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg SHA256`"
    )]
    StoreProtection {
        /// The scheme, by name, or by its object identifier.
        scheme: WireText,
    },
    /// *Refused.* A key store that cannot be read.
    #[error("the key store is refused: {0}")]
    KeyStore(&'static str),
    /// *Failed.* The password does not decrypt the key or key store.
    #[error("the password does not open the key")]
    WrongPassword,
    /// *Misuse.* The key and the certificate do not belong together.
    #[error("the private key does not belong to the certificate")]
    KeyMismatch,
    /// *Misuse.* This build does not support the format.
    #[error("built without the feature `{feature}`")]
    FeatureMissing {
        /// The feature to enable.
        feature: &'static str,
    },
    /// *Misuse.* A text is no OBJECT IDENTIFIER.
    #[error("{written:?} is not an object identifier: write its numbers with dots between them, as in 2.5.4.3")]
    ObjectIdentifier {
        /// The text.
        written: WireText,
    },
    /// *Malformed.* A distinguished name cannot be read.
    #[error("{name:?} is not a distinguished name (RFC 4514): write one as CN=Alice,O=Example,C=DE")]
    Name {
        /// The name as given.
        name: WireText,
    },
}

impl LoadError {
    /// Whether the key itself was read, and is one that nobody can use here: its kind or its form is not supported, it is outside
    /// the bounds, or its feature is missing. Among several certificates or keys, such a one is skipped.
    #[must_use]
    pub const fn is_unusable_key(&self) -> bool {
        matches!(
            self,
            Self::UnsupportedKey
                | Self::Provider { .. }
                | Self::FeatureMissing { .. }
                | Self::PostQuantumForm(_)
                | Self::Bounds(_)
        )
    }

    /// The error for a key store, in place of that for a key: the advice is another one.
    pub(crate) fn of_store(self) -> Self {
        match self {
            Self::KeyEncryption { scheme } => Self::StoreProtection { scheme },
            other => other,
        }
    }

    /// The error for octets that are not the DER of `what`. It says if there are no octets, if they are the text of an
    /// encoding of DER, and if they are a key, a request or several certificates.
    #[must_use]
    pub fn malformed(what: &'static str, octets: &[u8]) -> Self {
        let text = octets.trim_ascii();
        let found = match () {
            () if text.is_empty() => "it is empty",
            () if is_base64_of_sequence(text) => "it is base64 once more, so have it encoded once",
            () if is_hexadecimal_of_sequence(text) => "it is in hexadecimal, so have its octets encoded in its place",
            () => match shape_of(octets) {
                Some(found) => found,
                None => return Self::Malformed { what },
            },
        };
        Self::NotDer { what, found }
    }
}

/// Why an operation failed.
///
/// Deliberately without detail: the details of a failed primitive help only an attacker.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CryptoError {
    /// *Misuse.* This kind of key cannot run this algorithm.
    #[error("this kind of key cannot run the algorithm: choose a method that fits the key")]
    KeyMismatch,
    /// *Refused.* The provider of this build has no code for this algorithm, but the other provider has.
    #[error("the provider `{provider}` cannot run the algorithm: build with the other provider")]
    Unsupported {
        /// The provider's name, which is its feature.
        provider: &'static str,
    },
    /// *Misuse.* No identifier exists for the chosen parameters.
    #[error("no identifier names HMAC or MGF1 with this digest: choose SHA-2 for it")]
    Unnamed,
    /// *Misuse.* The digest is broken, and is only read.
    #[error("MD5 and RIPEMD-160 are retired, and only read: choose SHA-2")]
    Retired,
    /// *Misuse.* This build does not have the algorithm.
    #[error("built without the feature `{feature}`")]
    FeatureMissing {
        /// The feature to enable.
        feature: &'static str,
    },
    /// *Failed.* The value does not verify.
    #[error("the signature value does not verify")]
    SignatureMismatch,
    /// *Failed.* Two keys gave no secret: one of them is a point of small order.
    #[error("no secret can be agreed on with the key of the other party: ask for a new key")]
    Agreement,
    /// *Misuse.* A key derivation is asked for no octets or for too many, or without an iteration.
    #[error("the key derivation cannot give a key of this length: ask for 1 to 255 digests, after 1 iteration or more")]
    Derivation,
    /// *Failed.* Decryption or unwrapping failed, for any reason.
    #[error("decryption failed")]
    Decryption,
    /// *Failed.* The provider, token or random generator gave no result.
    #[error("the cryptographic provider gave no result")]
    Provider,
    /// *Failed.* A key outside this process gave no result, as if its token is not there. A token that decrypts a wrong
    /// ciphertext returns [`CryptoError::Decryption`].
    #[error(transparent)]
    Elsewhere(#[from] ElsewhereError),
}

/// The error of a key outside this process, which is its [`source`](std::error::Error::source): that of a token of PKCS#11, of a
/// key service, or of a caller's closure or implementation of a trait. It equals only its clones.
#[derive(Debug, Clone)]
pub struct ElsewhereError(Arc<dyn std::error::Error + Send + Sync>);

impl ElsewhereError {
    /// Of an error that says why.
    #[must_use]
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Arc::from(error.into()))
    }
}

impl std::fmt::Display for ElsewhereError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the key elsewhere gave no result: {}", self.0)
    }
}

impl std::error::Error for ElsewhereError {
    /// The error itself, so that a caller finds its own type again.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

impl PartialEq for ElsewhereError {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ElsewhereError {}
