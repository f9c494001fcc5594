//! Errors of a message. They are for the log; another type is for the wire.

use std::sync::Arc;

use thiserror::Error;
use wss_c14n::{Exceeded, LeafError};
use wss_crypto::CryptoError;
use wss_replay::ReplayError;
use wss_soap::EnvelopeError;
use wss_soap::mime::MimeError;
use wss_text::WireText;
use wss_tokens::{PasswordError, TokenError, TrustError};
use wss_xmldsig::{SignError, SignatureError, VerifyError};
use wss_xmlenc::{DecryptError, EncryptError};

use crate::freshness::NotFresh;
use crate::key_uses::KeyUseError;
use crate::open::{CoverageLost, WhyEncrypted, WhyMisplaced};
use wss_bsp::{Breach, Rule};

/// Why a recipe cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// *Misuse.* The message would break a MUST or MUST NOT of BSP 1.1.
    #[error("{what} breaks BSP {rule}: take another form, or name the rule with `waive` if the peer demands it")]
    Bsp {
        /// The requirement.
        rule: Rule,
        /// What breaks it.
        what: &'static str,
    },
    /// *Misuse.* The recipe has no step.
    #[error("the recipe has no step: add a timestamp, a token, a signature or an encryption")]
    Empty,
    /// *Misuse.* A step has no parts.
    #[error("a step has no parts: name what it signs or encrypts")]
    NoParts,
    /// *Misuse.* A step names a part twice.
    #[error("the part {part} is named twice in one step")]
    TwiceInOneStep {
        /// The part.
        part: WireText,
    },
    /// *Misuse.* No earlier step makes this part.
    #[error("the part {part} does not exist at this step: add it to the recipe before")]
    NotThere {
        /// The part.
        part: WireText,
    },
    /// *Misuse.* A part that cannot be signed, or cannot be encrypted.
    #[error("the part {part} cannot be {verb}")]
    CannotBe {
        /// The part.
        part: WireText,
        /// `signed`, `encrypted`, `signed by reference` or `encrypted with its own key`.
        verb: &'static str,
    },
    /// *Misuse.* The key cannot run the signature method.
    #[error("the key cannot run the signature method: choose one that fits the key")]
    KeyMismatch,
    /// *Misuse.* The certificate cannot be referred to in this form (BSP R5208).
    #[error("the certificate has no subject key identifier: refer to it in another form")]
    ReferenceForm,
    /// *Misuse.* The recipient's key cannot receive keys.
    #[error(
        "the recipient's certificate has no key that keys may be sent to: it needs an RSA key that may encipher keys, or an EC or X25519 key that may agree on them"
    )]
    Recipient,
    /// *Refused.* An algorithm of the legacy set, without the call that allows it.
    #[error("{uri} is legacy: call `allow_legacy_algorithms` if the peer cannot do better")]
    Legacy {
        /// The identifier.
        uri: &'static str,
    },
    /// *Misuse.* A clear-text password without protection (BSP R4201 and its security considerations).
    #[error("a password in the clear needs an encrypted UsernameToken, or `over_protected_transport`")]
    ClearTextPassword,
    /// *Misuse.* An issued token that is no SAML assertion and no license, or has no Id.
    #[error(
        "the issued token is no SAML assertion, and no license with a wsu:Id: give the element that the issuer made"
    )]
    Token,
    /// *Misuse.* A key derived from a password has 20 octets.
    #[error("a password makes a key of 20 octets, too few for the cipher: encrypt with AES-128, or derive keys")]
    PasswordTooShort,
    /// *Misuse.* A secret does not have the octets that its cipher takes.
    #[error(
        "the secret has {found} octets where the cipher takes {wanted}: give that number to `key_octets`, or derive keys, or \
         choose another cipher"
    )]
    KeyLength {
        /// The octets of the secret.
        found: usize,
        /// The octets that the cipher takes.
        wanted: usize,
    },
    /// *Misuse.* A secret that is encrypted to its recipient has too many octets.
    #[error("a secret of {octets} octets is not sent: `key_octets` takes 16 to 64")]
    KeyOctets {
        /// The octets of the secret.
        octets: usize,
    },
    /// *Misuse.* One secret has two uses, or is too short (SOAP Message Security 1.1.1 §13).
    #[error(transparent)]
    KeyUse(#[from] KeyUseError),
    /// *Misuse.* Two timestamps (BSP R3227).
    #[error("a Security header has one timestamp")]
    TwoTimestamps,
    /// *Misuse.* The timestamp is never valid.
    #[error("a timestamp needs a lifetime")]
    NoLifetime,
}

/// Why a message was not secured.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SecureError {
    /// *Misuse.* The input is not a SOAP envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// *Misuse.* The envelope lacks a part of the recipe, or has it twice.
    #[error("the envelope has no {part}, or more than one")]
    NoSuchPart {
        /// The part.
        part: WireText,
    },
    /// *Misuse.* The element with this Id must not be encrypted: the envelope, its Header, a Security header, or a
    /// child of one other than a signature, assertion, confirmation or username token (BSP R5607, R5440).
    #[error("{part} cannot be encrypted at its place: encrypt the Body, header blocks or what is inside them")]
    CannotBe {
        /// The part.
        part: WireText,
    },
    /// *Misuse.* The element with this Id is at a place where no receiver accepts a signature over it: the envelope, its
    /// Header, the Security header itself, or something in a header block of another receiver.
    #[error("{part} cannot be signed at its place: sign the Body, header blocks, what is inside them, or tokens")]
    CannotBeSigned {
        /// The part.
        part: WireText,
    },
    /// *Misuse.* One step encrypts an element and something inside it.
    #[error(
        "{part} is encrypted together with something inside it or around it: encrypt the inner one in an earlier step"
    )]
    Overlap {
        /// The second of the two parts.
        part: WireText,
    },
    /// *Misuse.* The existing Security header already has a timestamp (BSP R3227).
    #[error("the Security header has a timestamp already: leave it out of the recipe")]
    TwoTimestamps,
    /// *Misuse.* The header of an attachment cannot be signed, or its content is not XML although its type says so.
    #[error(transparent)]
    Attachment(#[from] MimeError),
    /// *Failed.* Signing failed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// *Failed.* Encryption failed.
    #[error(transparent)]
    Encrypt(#[from] EncryptError),
    /// *Failed.* There is no randomness, or a key gives no result.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// *Misuse.* The recipe uses what only a request has: its key, its signer's certificate, its signatures.
    #[error(
        "the recipe is for replies: call `Outgoing::answering`, with a request that has the key and certificate it uses"
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

/// The error of the closure that was given to [`Pending::sign_with`](crate::Pending::sign_with), which is its
/// [`source`](std::error::Error::source). It equals only its clones.
#[derive(Debug, Clone, Error)]
#[error("the signature was not made elsewhere: {0}")]
pub struct ElsewhereError(#[source] Arc<dyn std::error::Error + Send + Sync>);

impl ElsewhereError {
    pub(crate) fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Arc::from(error.into()))
    }
}

impl PartialEq for ElsewhereError {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ElsewhereError {}

/// Why a message was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// *Malformed.* The message is not a SOAP envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// *Malformed.* The message has no Security header for our role.
    #[error("the message has no Security header for this role")]
    NoSecurityHeader,
    /// *Refused.* The only Security headers are for others.
    #[error(
        "the message has no Security header for this role, but has a header for actor {actor:?}: open that one with \
         `actor` if it is ours"
    )]
    OtherActor {
        /// The actor or role of the first one; empty for the ultimate receiver.
        actor: WireText,
    },
    /// *Malformed.* The structure of the header is wrong.
    #[error(transparent)]
    Structure(#[from] LeafError),
    /// *Malformed or refused.* A token or a reference to one.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// *Malformed.* A signature.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// *Failed.* A signature does not verify, or the policy refuses it.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// *Refused.* A header signature with `ds:Object` (BSP R3102).
    #[error("a signature in the header carries ds:Object: enveloping signatures are refused")]
    Enveloping,
    /// *Refused.* The transforms of a reference are not one canonicalisation (BSP R5411, R5412), or its element contains
    /// the signature itself.
    #[error(
        "reference {uri:?} has transforms other than one exclusive canonicalisation and an enveloped-signature before it \
         that removes nothing"
    )]
    Transforms {
        /// The reference.
        uri: WireText,
    },
    /// *Refused.* A reference without `ds:Transforms`, or with none that canonicalises (BSP R5416, R5412).
    #[error(
        "reference {uri:?} has no ds:Transform that canonicalises, which implies inclusive canonicalisation: have the peer write one \
         exclusive canonicalisation, or call `accept_absent_transforms`"
    )]
    AbsentTransforms {
        /// The reference.
        uri: WireText,
    },
    /// *Refused.* `ds:SignedInfo`, or the element of a reference, is canonicalised inclusively (BSP R5404, R5423).
    #[error(
        "{what} is canonicalised inclusively, by {method}: have the peer use exclusive canonicalisation, or call \
         `accept_inclusive_canonicalization`"
    )]
    InclusiveCanonicalization {
        /// `ds:SignedInfo`, or the reference.
        what: WireText,
        /// The identifier of the method.
        method: &'static str,
    },
    /// *Refused.* An instant with an offset from UTC (BSP R3217, R3223).
    #[error(
        "{element} gives its time with an offset from UTC: have the peer write UTC, as in 2026-01-31T12:00:00Z, or call \
         `accept_local_times`"
    )]
    LocalTime {
        /// The element.
        element: &'static str,
    },
    /// *Refused.* A reference to a `wsc:DerivedKeyToken` says that it is an `xenc:EncryptedKey`.
    #[error(
        "a reference to a derived key has the type of its EncryptedKey: have the peer write the type of derived keys, or \
         call `accept_derived_keys_typed_as_encrypted_keys`"
    )]
    DerivedKeyType,
    /// *Refused.* The key of a ciphertext or a signature is in an `xenc:EncryptedKey` that is not in our header.
    #[error(
        "the key at {path} is not in the Security header: have the peer put its xenc:EncryptedKey there, or call \
         `accept_encrypted_keys_outside_the_header`"
    )]
    KeyOutsideHeader {
        /// The path of the EncryptedKey.
        path: WireText,
    },
    /// *Failed.* Decryption failed, and the secret is longer than the cipher takes. For the wire it is one of the failures of
    /// decryption.
    #[error(
        "decryption failed: the secret has {octets} octets where the cipher takes {wanted}; if the peer uses the leading \
         ones, call `accept_longer_secrets`"
    )]
    LongerSecret {
        /// The octets of the secret.
        octets: usize,
        /// The octets that the cipher takes.
        wanted: usize,
    },
    /// *Refused.* A `ds:KeyValue` beside the certificate of a signature has another key.
    #[error("the ds:KeyValue of a signature is not the key of the certificate beside it")]
    KeyValue,
    /// *Refused.* A signed element is at a place that proves nothing.
    #[error("{path} is signed, but signing that place proves nothing: sign the Body, header blocks or tokens")]
    Place {
        /// The path of the element.
        path: WireText,
    },
    /// *Refused.* An element inside the Body or a header block is signed without what is around it, and the receiver
    /// does not name its path. Someone may have moved it there, to hide it.
    #[error(
        "{path} is signed, and what is around it is not, so it may have been moved there: require it at its place, with \
         `Part::element` and the path {element}"
    )]
    UnnamedElement {
        /// Its path in qualified names.
        path: WireText,
        /// Its path as [`ElementPath::parse`](crate::ElementPath::parse) reads it.
        element: WireText,
    },
    /// *Failed.* No key or certificate of the receiver matches the signature's KeyInfo.
    #[error(
        "no key is known for the signature, which names {named}; {certificates} certificates and {secrets} secrets are \
         known: add the certificate with `Trust::known` or `Trust::pin`, or the secret with `shared_secret`, or have the \
         peer send its certificate along"
    )]
    NoKey {
        /// The form and the value of its reference, as written.
        named: WireText,
        /// How many certificates the receiver knows or saw in the header.
        certificates: usize,
        /// How many shared secrets the receiver has.
        secrets: usize,
    },
    /// *Refused.* Several trusted certificates match the signature's KeyInfo.
    #[error("several trusted certificates fit the signature's reference: have it refer to one by serial or thumbprint")]
    AmbiguousKey,
    /// *Failed.* The signer's certificate is not trusted.
    #[error(transparent)]
    Trust(TrustError),
    /// *Malformed or refused.* An encrypted structure; also the one failure of decryption, for any reason.
    #[error(transparent)]
    Decrypt(#[from] DecryptError),
    /// *Failed.* Signed data is encrypted to someone else, or to a key of ours that the receiver does not have, so the
    /// signature over it cannot be verified.
    #[error("encrypted data {id:?} is not opened, so what is signed cannot be verified: {why}")]
    NotForUs {
        /// Its Id.
        id: WireText,
        /// To whom it is encrypted.
        why: WhyEncrypted,
    },
    /// *Refused.* One secret has two uses, or is too short.
    #[error(transparent)]
    KeyUse(#[from] KeyUseError),
    /// *Refused.* No verified signature covers this CBC ciphertext.
    #[error(
        "CBC ciphertext is decrypted only inside a verified signature: have the message encrypted before signing, or use GCM"
    )]
    UnauthenticatedCbc,
    /// *Malformed.* Encrypted data that a list names and that is not opened.
    #[error("encrypted data {id:?} {why}")]
    EncryptedData {
        /// Its Id.
        id: WireText,
        /// What is wrong with it.
        why: WhyMisplaced,
    },
    /// *Refused.* The message exceeds a limit.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// *Malformed.* Two timestamps (BSP R3227).
    #[error("the Security header has two timestamps")]
    TwoTimestamps,
    /// *Refused.* There are several username tokens, and one of them authenticates a user.
    #[error(
        "the Security header has several username tokens, one of which authenticates a user: have the peer send one"
    )]
    TwoUsernames,
    /// *Refused.* The message is too old or from the future.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// *Failed.* The message is a SOAP Fault without any signature. Anyone may have sent it; what it says is for the log.
    #[error(
        "the message is a SOAP Fault that nobody signed, so anyone may have sent it: code {code:?}, reason {reason:?} \
         (both unauthenticated)"
    )]
    UnauthenticatedFault {
        /// Its code, unauthenticated.
        code: WireText,
        /// Its reason, unauthenticated.
        reason: WireText,
    },
    /// *Failed.* A password does not authenticate.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// *Refused.* A header block for our role must be understood and is not.
    #[error(
        "the header block {block} must be understood: call `understands` with it once the application handles it, \
         or `understands_addressing` for all of WS-Addressing"
    )]
    NotUnderstood {
        /// Its expanded name.
        block: WireText,
    },
    /// *Malformed.* A SignatureConfirmation confirms no signature of the request, or one twice; or the reply is the
    /// request itself, sent back.
    #[error("the reply confirms a signature the request does not have: it answers another request")]
    Confirmation,
    /// *Malformed.* The attachment with the cipher octets is missing.
    #[error("the message names the attachment {url:?}, which is not there: open the package that it came in")]
    NoAttachment {
        /// The `cid:` URL.
        url: WireText,
    },
    /// *Malformed or failed.* An attachment is too large, or cannot be read or spooled.
    #[error(transparent)]
    Attachment(#[from] MimeError),
    /// *Refused.* A signature of our own request came back.
    #[error("the reply carries a signature of the request it answers")]
    Reflected,
    /// *Refused.* The header breaks a MUST or MUST NOT of BSP 1.1, which the receiver enforces.
    #[error("BSP {rule} is broken at {path}: {why}")]
    Bsp {
        /// The requirement.
        rule: Rule,
        /// The path of the first element that breaks it.
        path: WireText,
        /// The reason.
        why: WireText,
    },
    /// *Refused.* A requirement is not proven.
    #[error("{0}")]
    Requirement(#[from] RequirementError),
    /// *Refused.* The message was seen before, or the store cannot tell.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

impl OpenError {
    /// Whether the digest of a signed element does not match.
    pub(crate) fn is_digest_mismatch(&self) -> bool {
        matches!(self, Self::Verify(VerifyError::DigestMismatch { .. }))
    }

    /// [`OpenError::NoKey`], where only the caller knows what named the key.
    pub(crate) fn no_key() -> Self {
        Self::NoKey { named: "nobody".into(), certificates: 0, secrets: 0 }
    }
}

impl From<Breach> for OpenError {
    fn from(Breach { rule, path, why }: Breach) -> Self {
        Self::Bsp { rule, path, why }
    }
}

impl From<TrustError> for OpenError {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::Exceeded(exceeded) => Self::Limit(exceeded),
            other => Self::Trust(other),
        }
    }
}

/// What a message does not prove.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequirementError {
    /// *Refused.* No signature covers all parts that must be signed.
    #[error("no trusted signature covers {missing}: have the peer sign all required parts in one signature")]
    NotSigned {
        /// The parts that the best signature does not cover.
        missing: WireText,
    },
    /// *Refused.* A signature covers a part that must be signed, but as ciphertext from which others can make another
    /// plaintext.
    #[error("a signature covers {part}, but does not prove it: {why}")]
    CoverageLost {
        /// The part, or the Content-ID of an attachment.
        part: WireText,
        /// The reason why it is not proven.
        why: CoverageLost,
    },
    /// *Refused.* No element has a required path, or several have it.
    #[error(
        "{part} is required, but {}",
        match found {
            0 => "no element of the message has this path".to_owned(),
            found => format!("{found} elements of the message have this path: require all of them with `Part::every_element`"),
        }
    )]
    NotOneElement {
        /// The part.
        part: WireText,
        /// How many elements have the path.
        found: usize,
    },
    /// *Refused.* A part that must be encrypted came in clear text.
    #[error("{part} was not encrypted")]
    NotEncrypted {
        /// The part.
        part: WireText,
    },
    /// *Refused.* A required token is absent, or does not authenticate.
    #[error("no {token} token authenticates the message")]
    NoToken {
        /// The kind of token.
        token: &'static str,
    },
    /// *Refused.* A signature covers all parts, but anyone could have sent its key to us.
    #[error(
        "the message is signed with a key that anyone could have encrypted to us: have the peer add an endorsing \
         signature or a username token that proves its user: by a key out of the password, or by a password as text that is encrypted with the key that signs"
    )]
    Anonymous,
    /// *Refused.* A message under a key that both sides have confirms signatures, but is opened as a request.
    #[error(
        "the message confirms signatures of a request, so it is a reply: open it with `answering`, or call \
         `dangerous_accept_either_direction`"
    )]
    IsReply,
    /// *Refused.* A reply under a key that both sides have confirms nothing: it may be a request that came back.
    #[error(
        "the reply is signed with a key that both sides have and confirms no signature of the request, so it may be a \
         request that came back: have the peer send wsse11:SignatureConfirmation, or call \
         `dangerous_accept_either_direction`"
    )]
    UnboundReply,
    /// *Refused.* The request brought keys to several recipients, and nothing but such a key may prove who signed the
    /// reply: each of the recipients has one.
    #[error(
        "nobody known signed the reply, and a key of the request is no proof of that, since the request brought keys to \
         several recipients: say whose reply it is with `Correlation::answered_by`, or have the peer sign with a certificate"
    )]
    SeveralRecipients,
    /// *Refused.* The reply does not confirm a signature of the request.
    #[error("the reply does not confirm every signature of the request under its own signature")]
    NotConfirmed,
    /// *Refused.* A required token authenticates only by itself. Whoever saw it elsewhere can send it.
    #[error(
        "a {token} token is there, but nothing ties it to this message: have the signer of the Body cover it, have the \
         message signed with its key, or call `over_protected_transport` where that is so"
    )]
    UnboundToken {
        /// The kind of token.
        token: &'static str,
    },
    /// *Refused.* Ciphertext remains in the parts that the application reads.
    #[error(
        "{path} is still encrypted: {why}; call `accept_ciphertext_for_others` if the message holds ciphertext for another \
         receiver"
    )]
    StillEncrypted {
        /// The path of the ciphertext, or the `cid:` URL of an attachment.
        path: WireText,
        /// The reason why it was not decrypted.
        why: WhyEncrypted,
    },
    /// *Misuse.* Attachments are required, but the message is only an envelope.
    #[error("attachments are required: open the package they came in")]
    NoPackage,
    /// *Misuse.* [`Receiver::open_parts`](crate::Receiver::open_parts) was called without a part that must be signed.
    #[error("no part is required to be signed: name what the message must sign with `Requirements::signed`")]
    NothingSigned,
    /// *Misuse.* A part cannot be required.
    #[error("{part} cannot be required: name a place, not an Id")]
    NotAPlace {
        /// The part.
        part: WireText,
    },
}
