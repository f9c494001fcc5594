//! What the steps so far made, besides the revision, and what they left of the budget.

use std::collections::HashMap;

use wss_c14n::Budget;

use crate::attachments::Attachment;
use crate::correlation::Correlation;

use super::counts::{Nodes, Recipients};
use super::parts::Ids;
use super::placed::PlacedTokens;

/// What a step leaves for the steps after it.
pub(super) struct Made {
    pub(super) ids: Ids,
    pub(super) tokens: PlacedTokens,
    pub(super) attachments: MadeAttachments,
    /// The Ids of the elements that lead to the keys of unauthenticated ciphertext. Later signatures cover them, since
    /// whoever replaces one makes another plaintext.
    pub(super) keys_to_sign: Vec<String>,
    /// The keys that are encrypted to certificates.
    pub(super) recipients: Recipients,
    /// The nodes of the message.
    pub(super) nodes: Nodes,
    /// How many ciphertexts are one inside the other in each EncryptedData, by its Id.
    pub(super) layers: HashMap<String, usize>,
    /// The state for the reply to this message.
    pub(super) correlation: Correlation,
    /// What is left of the limits.
    pub(super) budget: Budget,
}

/// The attachments of a message.
pub(super) struct MadeAttachments {
    /// Each as it will be written.
    pub(super) all: Vec<Attachment>,
    /// The Ids of the EncryptedData that say how each is encrypted.
    pub(super) encrypted: Vec<String>,
    /// How many times each is encrypted.
    pub(super) layers: usize,
}
