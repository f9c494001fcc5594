//! Derived keys (WS-SecureConversation 1.3 §7): a key that is derived from the secret of another token.

use wss_c14n::{Element, Limit};
use wss_tokens::{DerivedKeyToken, ENCRYPTED_KEY, SecureConversation};

use super::kind::{TokenKind, no_key_of};
use crate::error::OpenError;
use crate::key_uses::{KeyOrigin, KeyUse};
use crate::open::keys::{FoundSecret, KeySearch, Wanted, with_hash};
use crate::open::shapes::expect_type;
use crate::part::Part;
use crate::waiver::Waiver;

pub(super) struct DerivedKey;

impl TokenKind for DerivedKey {
    fn is_one(&self, element: Element<'_>) -> bool {
        DerivedKeyToken::is_one(element)
    }

    fn limit(&self) -> Limit {
        Limit::KeysDerived
    }

    /// The key comes from the token from which it is derived.
    fn part(&self) -> Option<Part> {
        None
    }

    fn secret(
        &self,
        search: &mut KeySearch<'_, '_>,
        token: Element<'_>,
        stated: Option<&str>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let version = SecureConversation::of(token, "DerivedKeyToken").ok_or_else(|| no_key_of(token))?;
        match stated {
            Some(ENCRYPTED_KEY) if search.terms.receiver.waives(Waiver::DerivedKeysTypedAsEncryptedKeys) => {}
            Some(ENCRYPTED_KEY) => return Err(OpenError::DerivedKeyType),
            _ => expect_type(stated, version.derived_key_type())?,
        }
        let budget = &search.terms.budget;
        let derivations = wanted.derivations + 1;
        budget.check(Limit::Derivations, derivations)?;
        budget.charge(Limit::KeysDerived, 1)?;
        let derived = DerivedKeyToken::parse(token, budget)?;
        let source = Wanted { len: None, derivations, ..wanted };
        let Some(found) = search.secret_of_reference(
            token,
            &with_hash(derived.source().clone(), search.revision, search.terms),
            source,
        )?
        else {
            return Ok(None);
        };
        search.ring.note_use(&found, KeyUse::Derive)?;
        let id = found.id.derived(derived.nonce(), derived.offset(), derived.length());
        let secret = derived.derive(&found.secret);
        let found = FoundSecret { secret, id, origin: KeyOrigin::Derived, ..found };
        Ok(Some(found.through("wsc:DerivedKeyToken", token)))
    }
}
