//! Replacements: what one step decrypted in the envelope, before it is spliced into the next revision.

use std::ops::Range;

use wss_c14n::Splices;
use wss_crypto::ContentEncryption;
use wss_xmlenc::EncryptedData;

use super::keys::FoundSecret;
use crate::decryption_key::DecryptionKey;
use crate::key_uses::KeyId;

/// The plaintexts that one step puts into the envelope: they make the next revision.
pub(super) struct Replacement {
    pub(super) splices: Splices,
    pub(super) plaintexts: Vec<NewPlaintext>,
    /// The child of the header that takes the place of the one that was processed is processed next.
    pub(super) revisit: bool,
}

/// A plaintext that is to take the place of its ciphertext.
pub(super) struct NewPlaintext {
    /// The span in the old revision that it replaces.
    pub(super) replaced: Range<usize>,
    pub(super) place: PlaintextPlace,
    /// The Id of the ciphertext.
    pub(super) id: Option<String>,
    /// What gave the key.
    pub(super) key: DecryptionKey,
    /// The secret that decrypted it, or that its key was derived from.
    pub(super) root: KeyId,
    pub(super) content: ContentEncryption,
}

/// The place of a plaintext.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlaintextPlace {
    /// The plaintext is all that the Body holds.
    WholeBody,
    /// Somewhere else in the Body.
    Body,
    /// Inside a header block.
    InsideBlock,
    /// The plaintext is a header block, or a child of our header.
    Header,
}

impl PlaintextPlace {
    pub(super) fn is_in_body(self) -> bool {
        matches!(self, Self::WholeBody | Self::Body)
    }
}

impl NewPlaintext {
    /// The plaintext of `data`, decrypted with `found`.
    pub(super) fn new(
        replaced: Range<usize>,
        place: PlaintextPlace,
        data: &EncryptedData<'_>,
        found: FoundSecret,
    ) -> Self {
        let (id, content) = (data.id().map(str::to_owned), data.method());
        Self { replaced, place, id, key: found.source, root: found.root, content }
    }
}
