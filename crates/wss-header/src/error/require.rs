//! The errors for a message that does not prove what is required.

use std::fmt;

use thiserror::Error;
use wss_c14n::name::WSU;
use wss_text::WireText;
use wss_tokens::ReferenceForm;
use wss_xmldsig::AlgorithmRole;

use super::namespaces::kind_of_namespace;
use super::{CoverageLost, LostPart, WhyEncrypted, WhyNoToken};
use crate::held_token::HeldToken;
use crate::part::Part;
use crate::required_token::RequiredToken;

/// The requirement that a message does not meet.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequirementError {
    /// *Refused.* No signature covers all parts that must be signed.
    #[error(
        "no trusted signature covers {}{}: have the peer sign all required parts in one signature{}",
        listed(missing),
        Absent(absent),
        absent.first().map(Part::word_instead).unwrap_or_default()
    )]
    NotSigned {
        /// The parts that the best signature does not cover.
        missing: Vec<Part>,
        /// The parts among them that the message does not have.
        absent: Vec<Part>,
    },
    /// *Malformed.* A timestamp must be signed, and the only one is not a `wsu:Timestamp` of the Security header.
    #[error(
        "no trusted signature covers a timestamp: the Security header has no wsu:Timestamp, but {path} is one in {}as a child of \
         the Security header, and sign it",
        match namespace.as_str() {
            "" => format!("no namespace; have the peer write it in {:?}, ", WSU.uri),
            // Only its place is wrong.
            uri if uri == WSU.uri => format!("the namespace {uri:?}; have the peer write it "),
            other => format!("the namespace {other:?}{}; have the peer write it in {:?}, ", kind_of_namespace(other), WSU.uri),
        }
    )]
    OtherTimestamp {
        /// The path of the element.
        path: WireText,
        /// Its namespace.
        namespace: WireText,
    },
    /// *Refused.* A signature covers a required part only as ciphertext, from which others can make another plaintext.
    #[error("a signature covers {part}, but does not prove it: {why}")]
    CoverageLost {
        /// The part that is not proven.
        part: LostPart,
        /// The reason why it is not proven.
        why: CoverageLost,
    },
    /// *Refused.* No element has a required path, or several have it; or several header blocks have the name of a required one.
    #[error(
        "{part} is required, but {}",
        match found {
            0 => "the message has no such element: have the peer send it, or name what it sends".to_owned(),
            found => format!("the message has {found} such elements: if that is meant, require all of them with `Part::every_element` or `Part::every_header_block`"),
        }
    )]
    NotOneElement {
        /// The part.
        part: Part,
        /// The number of elements that have the path or the name.
        found: usize,
    },
    /// *Refused.* A part that must be encrypted came in clear text.
    #[error("{part} was not encrypted, and must be: have the peer encrypt it")]
    NotEncrypted {
        /// The part.
        part: Part,
    },
    /// *Refused.* The message does not have a required part.
    #[error("{part} is not in the message, and it is required: have the peer put it there")]
    Absent {
        /// The part.
        part: Part,
    },
    /// *Refused.* A required token is absent, or does not authenticate.
    #[error("no {token} token authenticates the message: {why}")]
    NoToken {
        /// The token.
        token: RequiredToken,
        /// The reason why the token does not authenticate.
        why: WhyNoToken,
    },
    /// *Refused.* The required parts are signed with the key that an assertion or a license names, and the signature does not
    /// cover that token: another token for the same key can take its place (SAML Token Profile 1.1.1 §3.5.1.2).
    #[error(
        "the message is signed with the key that its {token} names, and the signature does not cover that token, so that \
         anyone can exchange it for another token of this key: have the peer sign the token, or call \
         `accept_uncovered_holder_tokens` if each key has one token"
    )]
    UncoveredHolderToken {
        /// The token.
        token: HeldToken,
    },
    /// *Refused.* A signature covers all parts, but anyone could have sent its key to us.
    #[error(
        "the message is signed with a key that anyone could have encrypted to us: have the peer add an endorsing \
         signature, or a username token that proves its user, either by a key that is derived from the password, or by a password as text \
         that is encrypted with the key that signs"
    )]
    Anonymous,
    /// *Refused.* A message under a key that both sides have confirms signatures, but is opened as a request.
    #[error(
        "the message confirms signatures of a request, so it is a reply: open it with `answering`, or call \
         `dangerous_accept_either_direction`"
    )]
    IsReply,
    /// *Refused.* The `wsa:RelatesTo` of a reply names another message than its request.
    #[error(
        "the reply relates to {answered:?}, and the request was {request:?}: give the correlation of that request, or call \
         `dangerous_accept_unrelated_replies`"
    )]
    Unrelated {
        /// The MessageID that the reply relates to.
        answered: WireText,
        /// The MessageID of the request.
        request: WireText,
    },
    /// *Refused.* An EncryptedKey came in an earlier message: what it opens was encrypted for that one, and its signer
    /// may not know it.
    #[error(
        "an encrypted key of the message came in an earlier message, with which somebody else may have taken its ciphertext over: \
         have the peer encrypt each message with a new key, or call `accept_repeated_encrypted_keys`"
    )]
    RepeatedKey,
    /// *Refused.* Ciphertext came in an earlier message, under a key that other messages have, too: it was encrypted for that
    /// one, and the signer of this one may not know what it says.
    #[error(
        "ciphertext of the message came in an earlier message, from which somebody else may have taken it over: have the peer \
         encrypt each message anew, also if its content is the same"
    )]
    RepeatedCiphertext,
    /// *Refused.* So much time went by between the verification and the question whether the message is new, that the
    /// store may have forgotten another copy.
    #[error("the message was verified too long ago to tell whether it is new: open it again, and accept it at once")]
    AcceptedTooLate,
    /// *Failed.* The receiver demands a signed `wsa:RelatesTo`, and none of the reply names a request: each is of
    /// another type, or has the address for a message without a MessageID.
    #[error(
        "the reply has no wsa:RelatesTo that names a request as its reply does, and the request was {request:?}: have the peer relate \
         to it, or do not demand the header block"
    )]
    NoRelation {
        /// The MessageID of the request.
        request: WireText,
    },
    /// *Refused.* A signature of a reply covers no readable `wsa:RelatesTo` or `wsse11:SignatureConfirmation`, and
    /// covers ciphertext that may be one.
    #[error(
        "{path} is signed ciphertext that no key opened, and its signature covers neither a wsa:RelatesTo nor a \
         SignatureConfirmation, so that it may be what tells which request this answers: give its key, or call \
         `dangerous_accept_unrelated_replies`"
    )]
    UnreadRelation {
        /// The path of the ciphertext.
        path: WireText,
    },
    /// *Refused.* The required parts are signed with a private key, and must be signed with a secret.
    #[error(
        "the required parts are signed with a private key, where a key is demanded that both sides have: have the peer \
         sign with such a secret, as the symmetric binding does"
    )]
    NotByASecret,
    /// *Refused.* The signer of the required parts is not known in the demanded way.
    #[error(
        "no endorsing signature by one of these tokens covers the signature over the required parts: {tokens}; have the holder of \
         such a token sign that signature"
    )]
    NotEndorsed {
        /// The kinds of tokens.
        tokens: WireText,
    },
    /// *Refused.* A reply under a key that both sides have confirms nothing: it may be a request that came back.
    #[error(
        "the reply is signed with a key that both sides have and confirms no signature of the request, so it may be a \
         request that came back: have the peer send wsse11:SignatureConfirmation, or call \
         `dangerous_accept_either_direction`"
    )]
    UnboundReply,
    /// *Refused.* The request brought keys to several recipients, and only such a key signs the reply: each of the
    /// recipients has one, so that the signer is not known.
    #[error(
        "nobody known signed the reply, and a key of the request is no proof of that, since the request brought keys to \
         several recipients: say whose reply it is with `Correlation::answered_by`, or have the peer sign with a certificate"
    )]
    SeveralRecipients,
    /// *Refused.* The reply confirms the request, and the confirmation is not signed.
    #[error(
        "the reply confirms the signatures of the request, and nobody signs that: anyone who saw the request can write it; have the \
         peer sign the reply, or open it with the facts of the TLS connection that brought it"
    )]
    ConfirmedByAnyone,
    /// *Refused.* The reply does not confirm a signature of the request.
    #[error(
        "the reply does not confirm every signature of the request under its own signature: have the peer sign a \
         wsse11:SignatureConfirmation for each, and open the reply with `answering`"
    )]
    NotConfirmed,
    /// *Refused.* A required token is not tied to the message. Whoever saw it elsewhere can send it.
    #[error(
        "a {token} token is there, but nothing ties it to this message: have the signer of the Body cover it, have the \
         message signed with its key, or call `over_protected_transport` where that is so"
    )]
    UnboundToken {
        /// The token.
        token: RequiredToken,
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
    /// *Misuse.* A part cannot be required only if it is present.
    #[error("{part} cannot be required only if it is present: require it in every message, or not at all")]
    NotOptional {
        /// The part.
        part: Part,
    },
    /// *Refused.* A password came as text.
    #[error(
        "a username token has its password as text, where a digest or a key out of the password is required: have the \
         peer use one of these"
    )]
    ClearTextPassword,
    /// *Refused.* No timestamp says when the message expires.
    #[error("no wsu:Timestamp with a wsu:Expires is there: have the peer send one")]
    NoExpires,
    /// *Refused.* The timestamp with the expiry is not signed: anyone may have added it.
    #[error(
        "the wsu:Expires is in a timestamp that the signature over the required parts does not cover: have the peer sign \
         its timestamp, or call `over_protected_transport` where that is so"
    )]
    UnsignedExpires,
    /// *Refused.* None of several tokens authenticates the message.
    #[error("none of these tokens authenticates the message: {tokens}; have the peer send one of them")]
    NoneOfTokens {
        /// The kinds of token, of which one is required.
        tokens: WireText,
    },
    /// *Refused.* The policy admits the algorithm, and the requirements do not.
    #[error("the {role} is {uri:?}, and required is {required}: have the peer use that, or require the other one, too")]
    OtherAlgorithm {
        /// What it is for.
        role: AlgorithmRole,
        /// Its identifier.
        uri: &'static str,
        /// The identifiers of those that are required, in words.
        required: WireText,
    },
    /// *Refused.* The form of the reference to the signer's certificate is not one of the required ones.
    #[error(
        "the signature refers to its certificate by {}, and required is {required}: have the peer refer to it so",
        found.map_or_else(|| "something else".to_owned(), |form| form.to_string())
    )]
    OtherReference {
        /// The form of the reference; `None` if it is none that a sender here writes.
        found: Option<ReferenceForm>,
        /// The forms that are required, in words.
        required: WireText,
    },
    /// *Refused.* An attachment is signed without its header.
    #[error(
        "attachment {content_id:?} is signed without its header, which is required: have the peer sign it complete"
    )]
    IncompleteAttachment {
        /// Its Content-ID.
        content_id: WireText,
    },
    /// *Refused.* The path of a required element is for the other version of SOAP.
    #[error(
        "{part} is required, whose path is for the other version of SOAP than the message: have the peer use that version, \
         or name the path from `Body` or `Header` on, without the Envelope, for both versions"
    )]
    OtherSoapVersion {
        /// The part.
        part: Part,
    },
    /// *Misuse.* A part cannot be required.
    #[error("{part} cannot be required: name a place, not an Id")]
    NotAPlace {
        /// The part.
        part: Part,
    },
}

/// Writes the parts that a message does not have, in brackets. Writes nothing if there are none.
struct Absent<'a>(&'a [Part]);

impl fmt::Display for Absent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => Ok(()),
            [Part::Timestamp] => f.write_str(" (the Security header has no wsu:Timestamp)"),
            absent => write!(f, " (the message has no {})", listed(absent)),
        }
    }
}

fn listed(parts: &[Part]) -> String {
    let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    parts.join(", ")
}
