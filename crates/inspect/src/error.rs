//! Why a message cannot be shown.

use ws_security::Exceeded;
use ws_security::attachments::MimeError;
use ws_security::c14n::ParseError;
use ws_security::text::WireText;

/// Why a message cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// *Misuse.* The octets are something else than a message.
    #[error("{why}")]
    Shape {
        /// The kind of the octets, and what to do.
        why: WireText,
    },
    /// *Malformed.* The envelope is not XML.
    #[error(transparent)]
    Document(#[from] ParseError),
    /// *Refused.* The result would take many times the memory of the message.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// *Malformed.* The package cannot be read.
    #[error(transparent)]
    Package(#[from] MimeError),
}
