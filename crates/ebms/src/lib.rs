//! The header block `eb:Messaging` of ebMS 3.0, as far as AS4 needs it: [`UserMessage`], and [`Signal`]s that are a receipt,
//! errors or a request for a message.
//!
//! The crate knows nothing of signatures. AS4 secures the whole block: sign `Part::header_block(ebms::NAMESPACE,
//! "Messaging")`, and read the block that a verified signature covers. [`UserMessage::check_parts`] compares the
//! payload that the block describes with the attachments that were authenticated.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use wss_c14n::Limits;
//! use wss_ebms::{Messaging, Party, UserMessage};
//! use wss_soap::SoapVersion;
//!
//! let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
//! let message = UserMessage::new("one@example.org", now, Party::new("alice", "initiator"), Party::new("bob", "responder"))
//!     .collaboration("urn:service", "submit", "conversation-1")
//!     .part("invoice@example.org", [("MimeType", "application/xml")]);
//! let envelope = Messaging::from(message).envelope(SoapVersion::V12, &Limits::default())?;
//! assert!(envelope.contains("<eb:PartInfo href=\"cid:invoice@example.org\">"));
//! # Ok::<(), wss_ebms::EbmsError>(())
//! ```

#![forbid(unsafe_code)]

mod error;
mod info;
mod message;
mod read;
mod signal;
mod write;

pub use error::EbmsError;
pub use info::MessageInfo;
pub use message::{Agreement, Messaging, PartInfo, Party, Property, Typed, UserMessage};
pub use signal::{Report, Severity, Signal, SignalKind};

/// The namespace of `eb:Messaging`.
pub const NAMESPACE: &str = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/";
