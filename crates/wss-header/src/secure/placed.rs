//! Protection tokens that are in the header.

use std::sync::Arc;

use wss_crypto::Secret;
use wss_tokens::PasswordKeyUse;

use crate::protection_token::{ProtectionKind, ProtectionToken};

/// A protection token in the header, or to be put there.
pub(super) struct Placed {
    pub(super) kind: Arc<dyn ProtectionKind>,
    /// The use, for a password, which makes a separate key for each use.
    pub(super) key_use: Option<PasswordKeyUse>,
    /// Its Id; `None` for a key that only the request contained.
    pub(super) id: Option<String>,
    pub(super) secret: Secret,
    /// The canonical `wsse:SecurityTokenReference` to it, as a document of its own.
    pub(super) reference: String,
}

impl Placed {
    /// Whether it fits this use of `token`.
    pub(super) fn is_of(&self, token: &ProtectionToken, key_use: PasswordKeyUse) -> bool {
        Arc::ptr_eq(&self.kind, &token.kind) && self.key_use.is_none_or(|own| own == key_use)
    }
}
