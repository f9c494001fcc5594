//! Chapter 17: EncryptedKeys as tokens.

use wss_tokens::{ENCRYPTED_KEY, ENCRYPTED_KEY_SHA1};

use super::profile::{Profile, identified, typed};
use crate::kind::Kind;
use crate::reference::Reference;
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::Ciphertext;

pub(super) struct EncryptedKey;

impl Profile for EncryptedKey {
    fn covers(&self, kind: Kind) -> bool {
        kind == Kind::EncryptedKey
    }

    fn reference(&self, reference: &Reference<'_>, _: Ciphertext, findings: &mut Findings<'_>) {
        typed(Rule::R3069, reference, ENCRYPTED_KEY, findings);
        identified(Rule::R3072, reference, &[ENCRYPTED_KEY_SHA1], findings);
    }
}
