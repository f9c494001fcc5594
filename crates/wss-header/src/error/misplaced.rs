//! The reasons for refusing encrypted data that a list names.

use std::fmt;

use wss_text::WireText;

/// Why encrypted data that a list names is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyMisplaced {
    /// No element has the Id.
    Missing,
    /// It is listed twice, or was opened before.
    Twice,
    /// It is no `xenc:EncryptedData` in the Body, inside a header block, or in the Security header after its list.
    Place,
    /// It is in the Security header, before its list.
    BeforeItsList,
    /// It is a header block, without `wsse11:EncryptedHeader` around it.
    HeaderBlock,
    /// Its `Type` does not fit its place.
    Type {
        /// The type.
        stated: WireText,
    },
    /// It has no `Type`.
    Untyped,
    /// It is inside other encrypted data of the list.
    Overlaps,
}

impl fmt::Display for WhyMisplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => {
                "is listed, but no element of the message has this Id: have the peer list what the message holds, each by the Id that its \
                 xenc:EncryptedData has"
            },
            Self::Twice => "is listed twice: have the peer list it once",
            Self::Place => {
                "is misplaced: it must be an xenc:EncryptedData in the Body, inside a header block, or in the Security \
                 header after its list"
            }
            Self::BeforeItsList => {
                "is in the Security header before its list: have the peer put the list first, or call \
                 `accept_unlisted_encrypted_data`"
            }
            Self::HeaderBlock => {
                "is a header block itself, as WS-Security 1.0 has it: have the peer put it into a wsse11:EncryptedHeader, or call \
                 `accept_encrypted_data_as_header_blocks`"
            }
            Self::Untyped => {
                "has no Type: have the peer write #Element or #Content, or call `accept_encrypted_data_without_type`"
            }
            Self::Type { stated } => {
                return write!(
                    f,
                    "is of the wrong type for its place, {stated:?}: have the peer write #Element, or #Content in the Body or inside a \
                     header block, or a type of attachment in the Security header with a CipherReference"
                );
            }
            Self::Overlaps => "is inside other encrypted data of the same list: have the peer list the inner one elsewhere",
        })
    }
}
