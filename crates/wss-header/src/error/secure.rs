//! Why a message was not secured.

use thiserror::Error;
use wss_c14n::{CanonicalizeError, Exceeded, ParseError};
use wss_crypto::{CryptoError, ElsewhereError};
use wss_soap::EnvelopeError;
use wss_soap::mime::MimeError;
use wss_text::WireText;
use wss_xmldsig::SignError;
use wss_xmlenc::EncryptError;

use super::PlanError;
use crate::key_uses::KeyUseError;
use crate::part::Part;

/// Why a message was not secured.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SecureError {
    /// *Misuse.* The input is not a SOAP envelope.
    #[error(transparent)]
    Envelope(EnvelopeError),
    /// *Refused.* The message is over a limit of [`Recipe::limits`](crate::Recipe::limits): it costs more than the caller allows,
    /// or a receiver with the same limits would refuse it.
    #[error(
        "a receiver with the limits of the sender refuses the message: {0}; the sender takes them with `Recipe::limits`"
    )]
    Limit(#[from] Exceeded),
    /// *Misuse.* The envelope does not have a part of the recipe.
    #[error("the envelope has no {part}: {}{}", part.how_to_have(), part.word_instead())]
    NoSuchPart {
        /// The part.
        part: Part,
    },
    /// *Misuse.* The envelope has several elements of the name or path of one part.
    #[error(
        "{found} elements of the envelope are {part}: name all of them, with every: in front of the name, or one by its Id{}",
        part.word_instead()
    )]
    SeveralOfPart {
        /// The part.
        part: Part,
        /// Their number.
        found: usize,
    },
    /// *Misuse.* A Security header that an earlier step made is missing, or exists twice.
    #[error("the envelope has no Security header for this role, or more than one")]
    NoHeader,
    /// *Misuse.* The element with this Id must not be encrypted: the envelope, its Header, a Security header, or a
    /// child of one other than a signature, assertion, confirmation or username token (BSP R5607, R5440).
    #[error("{part} cannot be encrypted at its place: encrypt the Body, header blocks or what is inside them")]
    CannotBe {
        /// The part.
        part: Part,
    },
    /// *Misuse.* The element with this Id is at a place where no receiver accepts a signature over it: the envelope, its
    /// Header, the Security header itself, or something in a header block of another receiver.
    #[error("{part} cannot be signed at its place: sign the Body, header blocks, what is inside them, or tokens")]
    CannotBeSigned {
        /// The part.
        part: Part,
    },
    /// *Misuse.* One step encrypts an element and something inside it.
    #[error(
        "{part} is encrypted together with something inside it or around it: encrypt the inner one in an earlier step"
    )]
    Overlap {
        /// The second of the two parts.
        part: Part,
    },
    /// *Misuse.* The existing Security header already has a timestamp (BSP R3227).
    #[error("the Security header has a timestamp already: leave it out of the recipe")]
    TwoTimestamps,
    /// *Misuse.* Another element of the envelope has the Id that the recipe chooses.
    #[error("another element has the Id {id:?}: give the part another one with `id`")]
    IdTaken {
        /// The Id.
        id: WireText,
    },
    /// *Misuse.* The envelope already has a header block that [`Outgoing::addressing`](crate::Outgoing::addressing) is to
    /// insert.
    #[error("the envelope has {part} already: leave it out of the envelope, or out of `Addressing`")]
    AddressingThere {
        /// The header block.
        part: Part,
    },
    /// *Misuse.* The header of an attachment cannot be signed, or its content is not XML although its type says so.
    #[error(transparent)]
    Attachment(MimeError),
    /// *Failed.* Signing failed.
    #[error(transparent)]
    Sign(SignError),
    /// *Failed.* Encryption failed.
    #[error(transparent)]
    Encrypt(EncryptError),
    /// *Failed.* There is no randomness, or a key gives no result.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// *Misuse.* The recipe uses a part that only a request has: its key, its signer's certificate, its signatures.
    #[error(
        "the recipe is for replies: call `Outgoing::answering`, with a request that has the key and certificate it uses; a \
         key counts if the signature of the request was made with it, covers it, or covers ciphertext that it opened, and \
         the certificate of an endorser if the endorsed signature covers its token: without it, encrypt with the key of \
         the request"
    )]
    NeedsRequest,
    /// *Failed.* There is no Kerberos ticket for the service.
    #[error("no Kerberos ticket: check the credentials, and the name of the service")]
    NoTicket,
    /// *Misuse.* The certificate of the request's signer cannot be used for encryption.
    #[error("the reply cannot be encrypted to the signer of the request: {0}")]
    Requester(PlanError),
    /// *Misuse.* The secret does not have the length that its cipher needs.
    #[error("the secret has {found} octets where the cipher takes {wanted}: derive keys, or choose another cipher")]
    KeyLength {
        /// The length of the secret in octets.
        found: usize,
        /// The length that the cipher needs.
        wanted: usize,
    },
    /// *Misuse.* One secret has two uses, or is too short.
    #[error(transparent)]
    KeyUse(#[from] KeyUseError),
    /// *Misuse.* A signature's key is elsewhere, but [`Outgoing::secure`](crate::Outgoing::secure) was called.
    #[error("the recipe has a signature whose key is elsewhere: call `prepare` in place of `secure`")]
    KeyElsewhere,
    /// *Misuse.* Every key is in this process, but [`Outgoing::prepare`](crate::Outgoing::prepare) was called.
    #[error("the recipe has no signature to be made elsewhere: call `secure` in place of `prepare`")]
    NothingPending,
    /// *Failed.* The signature from elsewhere failed.
    #[error(transparent)]
    Elsewhere(#[from] ElsewhereError),
}

impl From<EnvelopeError> for SecureError {
    fn from(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::Limit(exceeded) | EnvelopeError::Parse(ParseError::Limit(exceeded)) => exceeded.into(),
            error => Self::Envelope(error),
        }
    }
}

impl From<MimeError> for SecureError {
    fn from(error: MimeError) -> Self {
        match error {
            MimeError::Limit(exceeded) => exceeded.into(),
            error => Self::Attachment(error),
        }
    }
}

impl From<SignError> for SecureError {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Canonicalize(CanonicalizeError::Limit(exceeded)) => exceeded.into(),
            error => Self::Sign(error),
        }
    }
}

impl From<EncryptError> for SecureError {
    fn from(error: EncryptError) -> Self {
        match error {
            EncryptError::Limit(exceeded) => exceeded.into(),
            error => Self::Encrypt(error),
        }
    }
}
