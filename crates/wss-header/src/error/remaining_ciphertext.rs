//! Ciphertext that remains in a message, and why.

use std::fmt;

use wss_text::{WireText, shown};

use super::known_keys::KnownKeys;
use super::missing_key::{DecryptionKeys, MissingKey, known};

/// Why ciphertext was not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyEncrypted {
    /// No list of the Security header for this receiver names it: it is for another receiver, or the list, or the
    /// `xenc:EncryptedKey` with the list, was removed.
    NotListed,
    /// A list names it that is not in the Security header for this receiver.
    ListedElsewhere {
        /// The path of the list.
        path: Box<WireText>,
    },
    /// It is a header block, without `wsse11:EncryptedHeader` around it.
    HeaderBlock,
    /// The header names it, and no key of this receiver opens it.
    NoKey {
        /// The recipient, as the message names it.
        addressee: WireText,
        /// The private keys and secrets of the receiver.
        known: Box<KnownKeys>,
        /// The setting that would give it the key; `Any` if that is a private key or a shared secret.
        missing: Box<MissingKey>,
    },
}

impl fmt::Display for WhyEncrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotListed => f.write_str(
                "no list in the Security header for this receiver names it (if its own KeyInfo leads to its key, call \
                 `accept_unlisted_encrypted_data`)",
            ),
            Self::ListedElsewhere { path } => write!(
                f,
                "the list that names it is not in the Security header for this receiver, but at {path}: have the peer put it there, \
                 with the xenc:EncryptedKey that it belongs to",
            ),
            Self::HeaderBlock => f.write_str(
                "it is a header block itself, as WS-Security 1.0 has it (if it is one, call \
                 `accept_encrypted_data_as_header_blocks`)",
            ),
            Self::NoKey { addressee, known: keys, missing } => {
                write!(f, "no key of ours fits: it is encrypted to {addressee}, and ")?;
                match &**missing {
                    MissingKey::Any => DecryptionKeys(keys).fmt(f),
                    missing => {
                        known(f, keys)?;
                        write!(f, ": {missing}")
                    }
                }
            }
        }
    }
}

/// Ciphertext that remains in a message that was opened.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemainingCiphertext {
    /// The part that holds it: `Body`, a header block, or `Security` for a child of the Security header.
    pub part: String,
    /// The path of the `xenc:EncryptedData`.
    pub path: String,
    /// Its Id.
    pub id: Option<String>,
    /// Why it was not opened.
    pub why: WhyEncrypted,
}

impl std::fmt::Debug for RemainingCiphertext {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemainingCiphertext")
            .field("part", &shown(&self.part))
            .field("path", &shown(&self.path))
            .field("id", &self.id.as_deref().map(shown))
            .field("why", &self.why)
            .finish()
    }
}
