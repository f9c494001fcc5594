//! Defects of a recipe, for the variants of [`PlanError`](super::PlanError) that have several.

use std::fmt;

use thiserror::Error;

/// What a recipe asks of a part that does not take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Treatment {
    /// A step encrypts it.
    Encrypted,
    /// A step encrypts it with the key that it provides itself.
    EncryptedWithItsOwnKey,
    /// A step takes it only if the message has it.
    Optional,
    /// A step signs it through the reference to it.
    SignedByReference,
    /// A call gives it an Id.
    GivenAnId,
}

impl fmt::Display for Treatment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encrypted => "encrypted: leave it out, or name the Body, header blocks, signatures or user tokens",
            Self::EncryptedWithItsOwnKey => "encrypted with its own key",
            Self::Optional => "optional",
            Self::SignedByReference => "signed by reference",
            Self::GivenAnId => {
                "given an Id: give one to the Body, a header block, the signature, its token, the timestamp or the user"
            }
        })
    }
}

/// The defect of a username token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum UsernameDefect {
    /// The user has no name.
    #[error("a username token needs a name")]
    NoName,
    /// A digest has no Nonce.
    #[error("a digest without Nonce can be sent again: leave out `without_nonce`, or send `Username::text`")]
    DigestWithoutNonce,
    /// A digest has no Created.
    #[error("a digest without Created can be sent again: leave out `without_created`, or send `Username::text`")]
    DigestWithoutCreated,
    /// A digest has no Type.
    #[error("a password digest without a Type is read as a text password: leave out `without_type`")]
    DigestWithoutType,
    /// The Nonce is empty or too long.
    #[error("a Nonce has 1 to 64 octets: give others, or call `without_nonce`")]
    NonceLength {
        /// The number of its octets.
        octets: usize,
    },
}

/// The defect of a child that a recipe adds to the Security header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum AttachedDefect {
    /// The text is not an element without context.
    #[error(
        "it is not one element that declares its own namespaces: give one, with a declaration of every prefix that it uses"
    )]
    NotOneElement,
    /// Another call makes elements of its kind.
    #[error("a Timestamp, a username token, an assertion, a signature or ciphertext has a call of its own: use that")]
    MadeByAnotherCall,
    /// Its Id cannot be referred to.
    #[error("its Id is not a name: begin it with a letter, without a colon or white space")]
    IdIsNoName,
}

/// The defect of a prefix that the caller chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum PrefixDefect {
    /// The namespace has attributes, which need a prefix.
    #[error("only XML Signature or XML Encryption can be the default namespace: give a prefix")]
    Empty,
    /// The prefix is not a name.
    #[error("a prefix is a name without a colon that does not begin with `xml`")]
    NoName,
    /// The namespace has another prefix, or the prefix another namespace.
    #[error("each namespace has one prefix, and each prefix one namespace: leave one out")]
    Twice,
    /// The prefix is the usual one of another namespace.
    #[error("we write another namespace with this prefix: give another one")]
    Taken,
}

/// A contradiction between a recipe and its layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum LayoutDefect {
    /// The layout places a timestamp.
    #[error(
        "the layout places a timestamp, and the recipe makes no timestamp: call `timestamp`, or choose Layout::Lax"
    )]
    NoTimestamp,
    /// A token follows its signature in a strict layout.
    #[error("a strict layout has tokens before signatures: leave out `token_after_signature`, or choose Layout::Lax")]
    TokenAfterSignature,
    /// The token that would follow its signature is not sent.
    #[error(
        "the token to place after the signature is not sent for it: leave out `token_after_signature`, or choose \
         ReferenceForm::Direct"
    )]
    TokenNotSent,
    /// Ciphertext would be between a signature and one over it, in a strict layout.
    #[error(
        "a strict layout has a signature over signatures after them, and what is encrypted between must be decrypted \
         first: sign the other parts in a step of their own, or choose Layout::Lax"
    )]
    EncryptedBetween,
}
