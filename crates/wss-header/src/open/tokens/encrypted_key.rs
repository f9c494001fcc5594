//! `xenc:EncryptedKey` as a token: a secret that the sender made, and encrypted to us (SOAP Message Security 1.1.1
//! §7.7). `keys/encrypted_key` unwraps it, also for ciphertext with a key of its own.

use wss_c14n::{Element, Limit, name};
use wss_tokens::{ENCRYPTED_KEY, SecurityTokenReference};
use wss_xmlenc::EncryptedKey;

use super::kind::TokenKind;
use crate::decryption_key::DecryptionKey;
use crate::error::OpenError;
use crate::key_uses::KeyOrigin;
use crate::open::decrypt::decrypt_listed;
use crate::open::facts::Facts;
use crate::open::keys::{FoundSecret, Holder, KeyRing, KeySearch, Wanted};
use crate::open::replacement::Replacement;
use crate::open::revision::Revision;
use crate::open::shapes::expect_type;
use crate::open::terms::Terms;

pub(super) struct WrappedKey;

impl TokenKind for WrappedKey {
    fn is_one(&self, element: Element<'_>) -> bool {
        element.is(name::XENC.uri, "EncryptedKey")
    }

    fn limit(&self) -> Limit {
        Limit::EncryptedKeys
    }

    /// Decrypts what its list names.
    fn read(
        &self,
        token: Element<'_>,
        revision: &Revision<'_>,
        terms: &Terms<'_>,
        facts: &mut Facts<'_>,
        ring: &mut KeyRing,
    ) -> Result<Option<Replacement>, OpenError> {
        decrypt_listed(revision, terms, facts, ring, token)
    }

    fn secret(
        &self,
        search: &mut KeySearch<'_, '_>,
        token: Element<'_>,
        stated: Option<&str>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        expect_type(stated, ENCRYPTED_KEY)?;
        search.unwrap(&EncryptedKey::parse(token, &search.terms.budget)?, wanted.len)
    }

    /// Finds the secret by the SHA-1 of its cipher octets: a key of our header, or of the request.
    fn secret_named(
        &self,
        search: &mut KeySearch<'_, '_>,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let SecurityTokenReference::EncryptedKeySha1(digest) = reference else { return Ok(None) };
        let (terms, revision) = (search.terms, search.revision);
        let keys = revision.header.element.children_named(name::XENC.uri, "EncryptedKey");
        let keys = keys.take(terms.budget.limits().size(Limit::EncryptedKeys));
        let sha1 = |element| Ok(Some(EncryptedKey::parse(element, &terms.budget)?.sha1()));
        if let Some(element) = revision.encrypted_keys.find(keys, digest, sha1)? {
            let key = EncryptedKey::parse(element, &terms.budget)?;
            search.check_order(place, element, key.id().unwrap_or_default())?;
            let found = search.unwrap(&key, wanted.len)?;
            return Ok(found.map(|found| found.of_token(element)));
        }
        let Some(request) = terms.request else { return Ok(None) };
        Ok(request.key(digest, false).map(|secret| {
            let holder = Holder::of_request(request);
            FoundSecret::new(secret.clone(), KeyOrigin::EncryptedKey, holder, DecryptionKey::OfRequest)
        }))
    }
}
