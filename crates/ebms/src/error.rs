//! Why a header block is not an `eb:Messaging` of AS4.

use thiserror::Error;
use wss_c14n::{Exceeded, LeafError, ParseError};
use wss_text::WireText;

/// Why a header block cannot be read, or does not fit the payload.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EbmsError {
    /// *Malformed.* It is not XML, or exceeds a limit.
    #[error(transparent)]
    Xml(#[from] ParseError),
    /// *Malformed.* An element lacks a child, has another one, or is no text.
    #[error(transparent)]
    Shape(#[from] LeafError),
    /// *Refused.* It has more parties, properties, parts and errors than
    /// [`Limit::MessagingEntries`](wss_c14n::Limit::MessagingEntries) allows.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// *Malformed.* The element is not the `eb:Messaging` of ebMS 3.0.
    #[error("{found} is not eb:Messaging: give the header block that the signature covers")]
    NotMessaging {
        /// Its qualified name.
        found: WireText,
    },
    /// *Malformed.* The block has no message, or more than AS4 allows.
    #[error("eb:Messaging has {users} user messages and {signals} signals: send one of them, or one of both")]
    Count {
        /// The number of user messages.
        users: usize,
        /// The number of signals.
        signals: usize,
    },
    /// *Malformed.* The content of a receipt has no canonical form, or exceeds a limit.
    #[error("the content of eb:Receipt cannot be read: {why}; have the peer send an ebbp:NonRepudiationInformation")]
    Receipt {
        /// Why it cannot.
        why: WireText,
    },
    /// *Malformed.* The time of a message is not a time.
    #[error("eb:Timestamp {value:?} is not an xsd:dateTime in UTC: send it as 2026-11-28T09:30:00Z")]
    Timestamp {
        /// The text.
        value: WireText,
    },
    /// *Malformed.* The severity of an error is neither failure nor warning.
    #[error("the severity {value:?} is neither failure nor warning: send one of them")]
    Severity {
        /// The text.
        value: WireText,
    },
    /// *Malformed.* A part is not in the package, or named twice. AS4: EBMS:0011, `ExternalPayloadError`.
    #[error(
        "eb:PartInfo names {href:?}, which is not one authenticated attachment: sign each attachment, and name it once"
    )]
    NoAttachment {
        /// The `href`.
        href: WireText,
    },
    /// *Malformed.* An attachment is not named by the header. AS4: EBMS:0009, `InvalidHeader`.
    #[error("the attachment {content_id:?} has no eb:PartInfo: name it by an href")]
    NoPart {
        /// The Content-ID.
        content_id: WireText,
    },
}
