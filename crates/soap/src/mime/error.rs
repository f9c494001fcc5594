//! Errors of a package.

use std::io;

use thiserror::Error;
use wss_c14n::Exceeded;
use wss_text::WireText;

/// Why a package was not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MimeError {
    /// *Refused.* A header field that is signed with its attachment decodes to a control character, which may end its line.
    #[error(
        "a MIME header decodes to a control character, such as a line end, at {line:?}, and can be read in two ways: have the \
         peer leave it out"
    )]
    ControlCharacter {
        /// The value.
        line: WireText,
    },
    /// *Malformed.* A header field that cannot be read.
    #[error(
        "a MIME header cannot be read at {line:?}: have the peer write `Name: value`, and an empty line behind the last one"
    )]
    Header {
        /// The beginning of the line.
        line: WireText,
    },
    /// *Malformed.* The header of a package or of a part has no end.
    #[error(
        "a MIME header has no empty line behind it: the package was cut off on the way, or its sender left the line out"
    )]
    HeaderEnd,
    /// *Misuse.* A plain envelope, where a package with its MIME headers was expected.
    #[error("this is an XML document, not a MIME package: open it as a plain envelope, without `Package`")]
    PlainEnvelope,
    /// *Malformed.* A field occurs twice in a header.
    #[error("the MIME header has {name} twice, and which one counts cannot be told: have the peer write it once")]
    Twice {
        /// The field.
        name: WireText,
    },
    /// *Malformed.* The type is not `multipart/related` with a boundary.
    #[error(
        "the message is of type {found:?}, and a package is multipart/related, with a boundary: give an envelope without the \
         MIME header before it"
    )]
    NotRelated {
        /// The media type.
        found: WireText,
    },
    /// *Malformed.* A delimiter is missing or malformed.
    #[error(
        "the package does not hold its delimiters, {what}: it was cut off or changed on the way, or the boundary in its \
         Content-Type is another one"
    )]
    Delimiter {
        /// The defect, in words.
        what: &'static str,
    },
    /// *Malformed.* There is no root part, or there are two.
    #[error("no part is the root that the package names: have the peer write the Content-ID of the envelope as start")]
    NoRoot,
    /// *Malformed.* Two parts have one Content-ID.
    #[error("two parts have the Content-ID {id:?}: have the peer give each part its own")]
    DuplicateId {
        /// The Content-ID.
        id: WireText,
    },
    /// *Refused.* The Content-Transfer-Encoding is not known.
    #[error(
        "the transfer encoding {encoding:?} is not known: have the peer use binary, 8bit, base64 or quoted-printable"
    )]
    UnknownTransferEncoding {
        /// The encoding.
        encoding: WireText,
    },
    /// *Malformed.* The content of a part is not in its Content-Transfer-Encoding.
    #[error(
        "a part is not in the transfer encoding {encoding:?} that it names: have the peer encode it so, or name the other one"
    )]
    TransferEncoding {
        /// The encoding.
        encoding: WireText,
    },
    /// *Refused.* The package exceeds a limit.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// *Malformed.* An attachment of an XML type is not XML.
    #[error("an attachment of an XML type is not well-formed: have the peer send XML there, or name another type")]
    NotXml,
    /// *Failed.* A stream, or a file behind an attachment, cannot be read or written.
    #[error("an attachment cannot be read, or spooled: {kind}")]
    Io {
        /// The report of the system.
        kind: io::ErrorKind,
    },
}

impl From<io::Error> for MimeError {
    fn from(error: io::Error) -> Self {
        Self::Io { kind: error.kind() }
    }
}
