//! Why a message was refused.

use thiserror::Error;
use wss_bsp::Rule;
use wss_c14n::{Exceeded, LeafError};
use wss_replay::ReplayError;
use wss_soap::EnvelopeError;
use wss_soap::mime::MimeError;
use wss_text::WireText;
use wss_tokens::{PasswordError, TokenError, TrustError};
use wss_xmldsig::{SignatureError, VerifyError};
use wss_xmlenc::DecryptError;

use super::namespaces::kind_of_namespace;
use super::{ElsewhereError, HeaderError, KnownKeys, MissingKey, RequirementError, WhyEncrypted, WhyMisplaced};
use crate::addressing_version::AddressingVersion;
use crate::freshness::NotFresh;
use crate::key_uses::KeyUseError;

/// Why a message was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// *Malformed.* The message is not a SOAP envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// *Malformed or refused.* No Security header is for our role, or it is empty.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// *Malformed.* The structure of the header is wrong.
    #[error(transparent)]
    Structure(#[from] LeafError),
    /// *Misuse.* A decryption key is elsewhere, and this call does not ask it.
    #[error(
        "the decryption key of {subject:?} is elsewhere: open with `deferred().keys_elsewhere(…)`, which asks it, in place of `open`"
    )]
    KeyElsewhere {
        /// The subject of its certificate.
        subject: WireText,
    },
    /// *Failed.* A decryption key elsewhere gave no result.
    #[error(transparent)]
    Elsewhere(ElsewhereError),
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
    #[error(
        "a signature in the header carries ds:Object: have the peer leave it out, or call `accept_objects_in_signatures` if it \
         holds the properties of XAdES"
    )]
    Enveloping,
    /// *Refused.* `ds:HMACOutputLength` with the length of the whole MAC (BSP R5401).
    #[error(
        "the signature has ds:HMACOutputLength, though its MAC is whole: have the peer leave that out, or call \
         `accept_lengths_of_whole_macs`"
    )]
    MacLength,
    /// *Refused.* The transforms of a reference are not one canonicalisation (BSP R5411, R5412), or its element contains
    /// the signature itself.
    #[error(
        "reference {uri:?} has transforms other than one exclusive canonicalisation and an enveloped-signature before it \
         that removes nothing: have the peer write these alone, each once; more of them would make it unclear what is signed"
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
    /// *Malformed.* A reference to an attachment without a transform of the SwA profile (SwA Profile 1.1.1 §4.4).
    #[error(
        "reference {uri:?} is to an attachment, and has not the one transform that says what of it is signed: have the peer write \
         {:?}, or the one for complete attachments",
        wss_xmldsig::ATTACHMENT_CONTENT
    )]
    AttachmentTransform {
        /// The reference.
        uri: WireText,
    },
    /// *Refused.* A signature over the whole document, with an empty URI.
    #[error(
        "a signature in the header is over the whole document: have the peer sign the Body, the timestamp and header \
         blocks, each by its Id, or call `accept_signatures_over_the_whole_document`"
    )]
    WholeDocument,
    /// *Refused.* A reference names an element by an XPath (XPath Filter 2.0, BSP R3002).
    #[error(
        "a reference in the header names its element by an XPath: have the peer give the element an Id and refer to that, or \
         call `accept_element_paths_in_references`"
    )]
    ElementPath,
    /// *Refused.* A filter of XPath Filter 2.0 does more than name one element.
    #[error(
        "a reference in the header has a filter of XPath that is not one intersection, alone and first, for an empty URI: have \
         the peer name each signed element by its Id, or by one path such as /s:Envelope/s:Body"
    )]
    OtherFilter,
    /// *Malformed.* A digest or signature method is named in the namespace of another specification than its own.
    #[error(
        "algorithm {uri:?} is not supported (perhaps {meant} is meant): have the peer write that, or call \
         `accept_algorithms_in_other_namespaces`"
    )]
    AlgorithmInOtherNamespace {
        /// The identifier.
        uri: WireText,
        /// The one with its word.
        meant: &'static str,
    },
    /// *Malformed.* There is white space around an identifier or the URI of a reference, which its schema leaves out
    /// (`xs:anyURI`), and something that it names was not found.
    #[error(
        "{attribute} of {path} is {value:?}, with white space around it, so that it names nothing: have the peer write it without, or \
         call `accept_white_space_around_identifiers`"
    )]
    WhiteSpace {
        /// The path of the element.
        path: WireText,
        /// The name of the attribute.
        attribute: Box<WireText>,
        /// Its value.
        value: WireText,
    },
    /// *Malformed.* A `ds:Reference` names an element by its Id without `#` (BSP R3001).
    #[error("reference {uri:?} lacks `#`: have the peer write it, or call `accept_references_without_hash`")]
    NoHash {
        /// The URI.
        uri: WireText,
    },
    /// *Malformed.* A reference names an element by an absolute URI or an XPointer (BSP R3001, R5404).
    #[error(
        "reference {uri:?} names an element of this message in another form than `#` and its Id: have the peer write that, \
         or call `accept_references_of_other_forms`"
    )]
    UriForm {
        /// The URI.
        uri: WireText,
    },
    /// *Refused.* A reference of a signature leads out of the message.
    #[error(
        "reference {uri:?} leads out of the message, and nothing is fetched: have the peer sign parts of the message, each by `#` \
         and its Id, and attachments by the URL of their Content-ID, as in cid:a@b"
    )]
    Outside {
        /// The URI.
        uri: WireText,
    },
    /// *Malformed.* A reference names an element that has the Id in another attribute than `wsu:Id`.
    #[error(
        "reference {uri:?} cannot be dereferenced: {path:?} has this value in another attribute than wsu:Id; have the peer \
         write it in wsu:Id, or call `accept_ids_by_other_names`"
    )]
    IdByAnotherName {
        /// The reference.
        uri: WireText,
        /// The element.
        path: WireText,
    },
    /// *Refused.* A reference names an element by an attribute that only its schema can make an Id (SOAP Message Security §4.2).
    #[error(
        "reference {uri:?} cannot be dereferenced: {path:?} has this value in its attribute {attribute}, which is an Id only by \
         its schema, and no schema is read: have the peer write wsu:Id there"
    )]
    IdBySchema {
        /// The reference.
        uri: WireText,
        /// The element.
        path: WireText,
        /// The name of the attribute.
        attribute: Box<WireText>,
    },
    /// *Malformed.* A reference names an element whose Id is in another namespace than that of the utility schema.
    #[error(
        "reference {uri:?} names nothing: an element has this Id in the namespace {namespace:?}{}; have the peer write wsu:Id in \
         the one of OASIS, {:?}, or call `accept_ids_by_other_names`",
        kind_of_namespace(namespace.as_str()), wss_c14n::name::WSU.uri
    )]
    IdInOtherNamespace {
        /// The reference.
        uri: WireText,
        /// The namespace of the attribute.
        namespace: WireText,
    },
    /// *Refused.* The envelope, or its Content-Type, states an encoding that SOAP does not allow.
    #[error("the envelope is in {encoding:?}: have the peer send UTF-8, or call `accept_other_encodings`")]
    OtherEncoding {
        /// The encoding that its XML declaration or its Content-Type names.
        encoding: WireText,
    },
    /// *Malformed.* The XML declaration says UTF-16, and the octets are UTF-8, as .NET's `StringWriter` writes it; or they are
    /// UTF-16, and it says another encoding.
    #[error(
        "the XML declaration says {declared:?}, and the octets are {octets}: have the peer write {octets} there, or call \
         `accept_other_encodings`"
    )]
    Misdeclared {
        /// The encoding of the octets.
        octets: &'static str,
        /// The encoding that is declared.
        declared: WireText,
    },
    /// *Refused.* A `wsu:Timestamp` has only Expires, without Created (BSP R3203).
    #[error(
        "the wsu:Timestamp has no wsu:Created: have the peer write it, or call `accept_timestamps_without_created`"
    )]
    NoCreated,
    /// *Refused.* A token or a reference holds PEM, or base64 of PEM, where a certificate belongs.
    #[error(
        "{path} holds PEM: have the peer send the base64 between BEGIN and END, once, and nothing else, or call \
         `accept_certificates_in_pem`"
    )]
    CertificateInPem {
        /// The path of the element.
        path: WireText,
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
    /// *Refused.* An instant without a zone (BSP R3217, R3223).
    #[error(
        "{element} gives its time without a zone: have the peer write UTC, as in 2026-01-31T12:00:00Z, or call \
         `accept_times_without_zone` if it means UTC"
    )]
    NoZone {
        /// The element.
        element: &'static str,
    },
    /// *Refused.* A reference to a `wsc:DerivedKeyToken` has the type of an `xenc:EncryptedKey`.
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
    /// *Failed.* Decryption failed, and the secret is longer than the cipher takes. On the wire it does not differ from
    /// other failures of decryption.
    #[error(
        "decryption failed: the secret has {octets} octets where the cipher takes {wanted}; if the peer uses the leading \
         ones, call `accept_longer_secrets`"
    )]
    LongerSecret {
        /// The number of octets of the secret.
        octets: usize,
        /// The number of octets that the cipher takes.
        wanted: usize,
    },
    /// *Failed.* Decryption failed, and the key is shorter than the cipher takes. On the wire it does not differ from
    /// other failures of decryption.
    #[error(
        "decryption failed: the key has {octets} octets where the cipher takes {wanted}; if the peer runs the cipher that \
         takes as many, call `accept_ciphers_by_key_length`"
    )]
    ShorterKey {
        /// The number of octets of the key.
        octets: usize,
        /// The number of octets that the cipher takes.
        wanted: usize,
    },
    /// *Refused.* A `ds:KeyValue` beside the certificate of a signature has another key.
    #[error(
        "the ds:KeyValue of a signature is not the key of the certificate beside it: have the peer write that key, or \
         leave the ds:KeyValue out"
    )]
    KeyValue,
    /// *Refused.* A signed element is at a place that proves nothing.
    #[error(
        "{path} is signed, but signing that place proves nothing: sign the Body, header blocks (of an encrypted one the \
         wsse11:EncryptedHeader) or tokens"
    )]
    Place {
        /// The path of the element.
        path: WireText,
    },
    /// *Refused.* An element inside the Body or a header block is signed without the element around it, and the
    /// receiver does not name its path. Someone may have moved it there, to hide it.
    #[error(
        "{path} is signed, and what is around it is not, so it may have been moved there: only if it belongs at this \
         place, require it there, with `Part::element` and the path {element}"
    )]
    UnnamedElement {
        /// Its path in qualified names.
        path: WireText,
        /// Its path as [`ElementPath::parse`](crate::ElementPath::parse) reads it.
        element: WireText,
    },
    /// *Refused.* A signed child of the Security header is of an unknown kind. It may be a header block that was moved
    /// there, where no application reads it.
    #[error(
        "{path} is signed and of an unknown kind, so it may be a header block that was moved into the Security header: \
         have the peer leave it out or leave it unsigned, or call `accept_signed_children_of_unknown_kinds`"
    )]
    UnknownKind {
        /// The path of the element.
        path: WireText,
    },
    /// *Refused.* Another place has elements with the name of a signed element, which may have been moved from there.
    #[error(
        "{path} is signed, and what is around it is not, so it may have been moved there from {from}, where an element \
         of this name means something else: have the peer sign what is around it, or name both places and call \
         `accept_interchangeable_elements`"
    )]
    Interchangeable {
        /// The path of the element.
        path: WireText,
        /// The other place.
        from: WireText,
    },
    /// *Refused.* A signed header block has an attribute of the other version of SOAP, such as an actor. Changing the
    /// version of the envelope would change the meaning of the block.
    #[error(
        "{path} is signed with an attribute of another version of SOAP than that of the envelope: somebody may have \
         changed the version, so have the peer write the attributes of the version that it sends"
    )]
    OtherSoapVersion {
        /// The path of the header block.
        path: WireText,
    },
    /// *Failed.* No key or certificate of the receiver matches the signature's KeyInfo.
    #[error(
        "no key is known for the signature, which names {named}; {}{missing}",
        missing.compared_with(certificates, *secrets)
    )]
    NoKey {
        /// The form and the value of its reference, as written.
        named: WireText,
        /// The certificates that the receiver knows or saw in the header.
        certificates: Box<KnownKeys>,
        /// The number of shared secrets of the receiver.
        secrets: usize,
        /// The key or setting that would help.
        missing: MissingKey,
    },
    /// *Refused.* One of several signatures is by a method or a signer that the receiver does not know.
    #[error(
        "{error}; if another signature proves what is required, call `accept_unjudged_signatures` to ignore this one"
    )]
    Unjudged {
        /// Why it cannot be judged.
        error: Box<OpenError>,
    },
    /// *Refused.* Several known certificates match the signature's KeyInfo, or that of a holder in an assertion.
    #[error("several known certificates fit the reference to a signer or a holder: have it refer to one by thumbprint")]
    AmbiguousKey,
    /// *Refused.* The signature refers to no key, and several trusted certificates are known.
    #[error(
        "the signature has no ds:KeyInfo, or an empty one, and several trusted certificates are known: have the peer refer to \
         its certificate, or know the signer's alone"
    )]
    NoReference,
    /// *Failed.* The signer's certificate is not trusted.
    #[error(transparent)]
    Trust(TrustError),
    /// *Malformed or refused.* An encrypted structure; also the one error for a failed decryption, for any reason.
    #[error(transparent)]
    Decrypt(DecryptError),
    /// *Failed.* Signed data is encrypted to someone else, or to a key of ours that the receiver does not have, so the
    /// signature over it cannot be verified.
    #[error("encrypted data {id:?} is not opened, so what is signed cannot be verified: {why}")]
    NotForUs {
        /// Its Id.
        id: WireText,
        /// The recipient, or the reason why no key fits.
        why: WhyEncrypted,
    },
    /// *Refused.* One secret has two uses, or is too short.
    #[error(transparent)]
    KeyUse(#[from] KeyUseError),
    /// *Refused.* No verified signature covers this CBC ciphertext.
    #[error(
        "CBC ciphertext is decrypted only inside a verified signature: have the message encrypted before signing, or use \
         GCM; or call `dangerous_decrypt_cbc_before_verification`, which lets senders find out plaintexts"
    )]
    UnauthenticatedCbc,
    /// *Malformed.* A list names encrypted data that is not opened.
    #[error("encrypted data {id:?} {why}")]
    EncryptedData {
        /// Its Id.
        id: WireText,
        /// The reason why it is not opened.
        why: WhyMisplaced,
    },
    /// *Refused.* The message exceeds a limit.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// *Malformed.* Two timestamps (BSP R3227).
    #[error("the Security header has two timestamps: have the peer send one")]
    TwoTimestamps,
    /// *Refused.* There are several username tokens, and one of them authenticates a user.
    #[error(
        "the Security header has several username tokens, one of which authenticates a user: have the peer send one"
    )]
    TwoUsernames,
    /// *Refused.* The message is too old or from the future.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// *Failed.* The message is a SOAP Fault without any signature. Anyone may have sent it; its text is for the log.
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
    /// *Failed.* The message is an error of ebMS 3.0, as AS4 sends it, without any signature. Anyone may have sent it;
    /// its text is for the log.
    #[error(
        "the message is an eb:Error that nobody signed, so anyone may have sent it: code {code:?}, reason {reason:?} (both \
         unauthenticated)"
    )]
    UnauthenticatedError {
        /// Its code, unauthenticated.
        code: WireText,
        /// Its description, unauthenticated.
        reason: WireText,
    },
    /// *Failed.* A password does not authenticate.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// *Refused.* A header block for our role must be understood and is not.
    #[error(
        "the header block {block} must be understood: call `understands` with it once the application handles it{}",
        if is_addressing(block.as_str()) { ", or `understands_addressing` for all of WS-Addressing" } else { "" }
    )]
    NotUnderstood {
        /// Its expanded name.
        block: WireText,
    },
    /// *Malformed.* A SignatureConfirmation confirms no signature of the request, or two confirm the same one; or the
    /// reply is the request itself, sent back.
    #[error(
        "the reply confirms a signature the request does not have: it answers another request; open it with the state of \
         that one"
    )]
    Confirmation,
    /// *Malformed.* An attachment that is signed, or has cipher octets, is missing.
    #[error(
        "the message names the attachment {url:?}, which is not there: {}",
        if known.as_str().is_empty() {
            "open the whole MIME message that it came in, with the header that has its Content-Type, or have the peer send it".to_owned()
        } else {
            format!("those that came are {known}; have the peer name them by their Content-ID")
        }
    )]
    NoAttachment {
        /// The `cid:` URL.
        url: WireText,
        /// The Content-IDs of the attachments that came with the message; empty if none did.
        known: WireText,
    },
    /// *Malformed or failed.* An attachment is too large, or cannot be read or spooled.
    #[error(transparent)]
    Attachment(#[from] MimeError),
    /// *Refused.* A signature of our own request, or one by its key, is in the reply.
    #[error(
        "the reply has a signature of the request it answers, or one by the key that signed the request: have the peer sign with a key of its own"
    )]
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
    /// *Refused.* The message was seen before, or the store does not know whether it was.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

/// Whether the expanded name is that of a block of WS-Addressing.
fn is_addressing(block: &str) -> bool {
    let is_of = |version: AddressingVersion| {
        let local = block.strip_prefix('{').and_then(|rest| rest.strip_prefix(version.namespace())?.strip_prefix('}'));
        local.is_some_and(|local| AddressingVersion::BLOCKS.contains(&local))
    };
    AddressingVersion::ALL.into_iter().any(is_of)
}
