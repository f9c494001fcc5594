//! Tokens that are in the header before what refers to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use wss_crypto::Secret;
use wss_tokens::PasswordKeyUse;

use super::keying::Keying;
use crate::key_uses::KeyUses;
use crate::protection_token::{ProtectionKind, ProtectionToken};

/// The tokens that are in the header.
pub(super) struct PlacedTokens {
    /// The references through which assertions are signed.
    pub(super) assertion_references: Vec<AssertionReference>,
    /// The protection tokens: both sides have their keys.
    pub(super) protection: Vec<Placed>,
    /// The Ids of the tokens of endorsing signatures, which the signature of the message covers.
    pub(super) endorsing: Vec<String>,
    /// The key of each such signature, and what it writes about it, by the index of its step.
    pub(super) keying: BTreeMap<usize, Keying>,
    /// The uses of the secrets of protection tokens.
    pub(super) uses: KeyUses,
}

impl PlacedTokens {
    /// Only issued tokens yet, which the skeleton has.
    pub(super) fn new(assertion_references: Vec<AssertionReference>, one_key_may_sign_and_encrypt: bool) -> Self {
        Self {
            assertion_references,
            protection: Vec::new(),
            endorsing: Vec::new(),
            keying: BTreeMap::new(),
            uses: KeyUses::new(one_key_may_sign_and_encrypt),
        }
    }
}

/// A reference through which an assertion is signed.
pub(super) struct AssertionReference {
    /// The id of the assertion.
    pub(super) assertion: String,
    /// The Id of the reference.
    pub(super) id: String,
}

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
