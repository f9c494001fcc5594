//! Why a signature does not prove a part that it covers: for the error, and for the evidence.

use std::fmt;

use thiserror::Error;
use wss_text::WireText;

use crate::part::Part;

/// Why a signature does not prove a part that it covers as ciphertext.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CoverageLost {
    /// *Refused.* The cipher does not authenticate, and the signature does not cover every element of the header that
    /// leads to the key: whoever replaces such an element makes another plaintext of the signed ciphertext.
    #[error(
        "it was signed as ciphertext of {cipher}, which does not authenticate, and the signature does not cover the \
         {uncovered} that leads to its key: have the peer sign that element too, or use GCM, or call \
         `dangerous_accept_cbc_under_unsigned_keys`"
    )]
    UnsignedKey {
        /// The identifier of the cipher.
        cipher: &'static str,
        /// The first element on the way to the key that the signature does not cover.
        uncovered: &'static str,
    },
    /// *Refused.* The plaintext takes a namespace from around the ciphertext, and the signed canonical form does not
    /// show which: whoever declares the prefix differently, or removes its declaration, changes the meaning of the
    /// plaintext.
    #[error(
        "it was signed as ciphertext, and its plaintext takes {} from around it, where the signature does not cover the \
         declaration: have the peer declare it inside what is encrypted, or list {} in the PrefixList of the \
         reference, or sign first and then encrypt, or call `dangerous_accept_unsigned_namespaces_of_plaintext`",
        if prefix.as_str().is_empty() { "the default namespace".to_owned() } else { format!("the namespace of prefix {prefix:?}") },
        if prefix.as_str().is_empty() { "#default" } else { "the prefix" }
    )]
    UnsignedNamespace {
        /// The prefix; empty for the default namespace.
        prefix: WireText,
    },
    /// *Refused.* The plaintext has elements without a prefix, and no default namespace is in scope around the
    /// ciphertext. The signed canonical form does not show that there was none: someone may have removed its
    /// declaration, and so changed the meaning of the plaintext.
    #[error(
        "it was signed as ciphertext, and its plaintext has elements without a prefix where no default namespace is in \
         scope, which the signature does not tell: have the peer declare xmlns=\"\" inside what is encrypted, or list \
         #default in the PrefixList of the reference, or sign first and then encrypt, or call \
         `accept_untold_absence_of_default_namespace`"
    )]
    UntoldAbsenceOfDefaultNamespace,
    /// *Refused.* A token, or another signature, was signed as ciphertext. The signer of ciphertext need not know its
    /// plaintext: it may be the token of someone else, taken from another message.
    #[error(
        "it was signed as ciphertext, and whoever signs ciphertext need not know the token in it: have the peer sign first, \
         and then encrypt"
    )]
    UnknownToken,
    /// *Refused.* The signature covers an attachment as ciphertext, but not the `xenc:EncryptedData` that says how to
    /// read it.
    #[error(
        "it was signed as ciphertext without the xenc:EncryptedData that says how to read it: have the peer sign that \
         element too, or call `dangerous_accept_unsigned_encrypted_data_of_attachments`"
    )]
    UnsignedData,
}

impl CoverageLost {
    /// The name of the variant in lower case with hyphens: as `unsigned-key`. It stays the same, even if the text of
    /// the error changes.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::UnsignedKey { .. } => "unsigned-key",
            Self::UnsignedNamespace { .. } => "unsigned-namespace",
            Self::UntoldAbsenceOfDefaultNamespace => "untold-absence-of-default-namespace",
            Self::UnknownToken => "unknown-token",
            Self::UnsignedData => "unsigned-data",
        }
    }
}

/// A part that a signature covers as ciphertext without proving it, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LostCoverage {
    /// The part.
    pub part: LostPart,
    /// Why the signature does not prove it.
    pub why: CoverageLost,
}

/// A part that a signature covers as ciphertext without proving it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LostPart {
    /// A part of the envelope.
    Part(Part),
    /// The attachment with this Content-ID.
    Attachment(WireText),
}

impl fmt::Display for LostPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part(part) => part.fmt(f),
            Self::Attachment(content_id) => write!(f, "the attachment {content_id}"),
        }
    }
}
