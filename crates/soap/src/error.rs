//! Errors of an envelope. They are for the log; a [`Fault`](crate::Fault) is for the wire.

use thiserror::Error;
use wss_c14n::{Exceeded, IdError, ParseError};
use wss_text::WireText;

/// Why a document cannot be secured or opened as a SOAP envelope.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// *Malformed.* The XML breaks a rule, or a restriction of SOAP.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// *Malformed.* The Ids are not unique.
    #[error(transparent)]
    Ids(#[from] IdError),
    /// *Misuse.* A MIME package, where a plain envelope was expected.
    #[error(
        "this is a MIME package, not an XML document: read it with `Package::parse`, or `parse_body` after the transport's Content-Type"
    )]
    Package,
    /// *Malformed.* The document element is not an envelope of SOAP 1.1 or 1.2.
    #[error("the document element is {root}, not a SOAP 1.1 or 1.2 Envelope")]
    NotSoap {
        /// Its expanded name.
        root: WireText,
    },
    /// *Misuse.* The document element is an `xenc:EncryptedData`.
    #[error(
        "the document element is an xenc:EncryptedData, not a SOAP 1.1 or 1.2 Envelope: it is decrypted as a document, with \
         `decrypt_document`"
    )]
    EncryptedDocument,
    /// *Misuse.* The document is not an envelope, and has a `ds:Signature`.
    #[error(
        "the document element is {root}, not a SOAP 1.1 or 1.2 Envelope, and a ds:Signature is inside: it is verified as a \
         document, with `xmldsig::verify`"
    )]
    SignedDocument {
        /// The expanded name of the document element.
        root: WireText,
    },
    /// *Malformed.* No Body after the Header.
    #[error("the envelope has no Body: have the peer send one, if only an empty one")]
    NoBody,
    /// *Malformed.* Another element where the Body belongs.
    #[error(
        "the envelope has {} where its Body belongs: have the peer write one Header and, after it, the Body, both in the namespace \
         of the Envelope, {namespace:?}",
        match found.as_str().starts_with('{') {
            true => found.to_string(),
            false => format!("{found} in no namespace"),
        }
    )]
    NotABody {
        /// Its expanded name.
        found: WireText,
        /// The namespace of the Envelope.
        namespace: &'static str,
    },
    /// *Malformed.* Two Headers.
    #[error("the envelope has two Headers: have the peer put every header block into one")]
    TwoSoapHeaders,
    /// *Malformed.* The Header comes after the Body.
    #[error("the envelope has its Header behind its Body: have the peer write the Header first")]
    HeaderBehindBody,
    /// *Malformed.* Two Bodies.
    #[error("the envelope has two Bodies: have the peer put everything into one")]
    TwoBodies,
    /// *Malformed.* The Body itself was encrypted, and not what is inside it (SOAP Message Security 1.1.1 §9.2).
    #[error(
        "the envelope has an xenc:EncryptedData where its Body belongs: have the peer encrypt the content of the Body, and leave the \
         Body around it"
    )]
    EncryptedBody,
    /// *Malformed.* The envelope has a child other than Header and Body.
    #[error("the envelope holds {element:?} beside its Header and Body")]
    Unexpected {
        /// The qualified name.
        element: WireText,
    },
    /// *Malformed.* A processing instruction (SOAP 1.1 §3).
    #[error(
        "the envelope holds a processing instruction, which SOAP forbids: it may tell a reader to show or do something that no \
         signature is judged by; have the peer leave it out"
    )]
    ProcessingInstruction,
    /// *Refused.* A relative namespace name, for which the canonical form is undefined.
    #[error("the namespace name {uri:?} is relative: use an absolute URI")]
    RelativeNamespace {
        /// The namespace name.
        uri: WireText,
    },
    /// *Misuse.* The Security header of the request cannot be read: it is encrypted, or its signature has no value.
    #[error("the signatures of the request cannot be read: keep its Correlation when securing it")]
    EncryptedHeader,
    /// *Refused.* An `xop:Include` outside a XOP package.
    #[error(
        "the xop:Include at {path} cannot be expanded: open the package it came in, whose root is application/xop+xml"
    )]
    Include {
        /// The path of the element.
        path: WireText,
    },
    /// *Malformed.* An `xop:Include` that is not alone in its element, or has something else than an `href`.
    #[error(
        "the xop:Include at {path} cannot be expanded: have the peer write it alone in its element, empty, and with no attribute but \
         href"
    )]
    IncludeShape {
        /// The path of the element.
        path: WireText,
    },
    /// *Malformed.* An `xop:Include` that names no part of its package.
    #[error(
        "the xop:Include at {path} cannot be expanded: no part of the package has the Content-ID of {url:?}, or it cannot be \
         decoded"
    )]
    IncludedPart {
        /// The path of the element.
        path: WireText,
        /// Its `href`.
        url: WireText,
    },
    /// *Malformed.* Two Security headers for one actor or role (BSP R3206, R3210).
    #[error(
        "two Security headers are for one actor or role, {}: have the peer put all into one, or name another actor in one \
         of them",
        if role.as_str().is_empty() { "the ultimate receiver".to_owned() } else { format!("{role:?}") }
    )]
    TwoHeaders {
        /// The actor or role; empty for the ultimate receiver.
        role: WireText,
    },
    /// *Refused.* The message exceeds a limit.
    #[error(transparent)]
    Limit(#[from] Exceeded),
}
