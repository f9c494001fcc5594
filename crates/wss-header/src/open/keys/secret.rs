//! The secret that a KeyInfo or a reference identifies: a shared one, or that of a token, which the kind of the token
//! finds.

use wss_c14n::{Element, Limit, id_of, name};
use wss_crypto::Secret;
use wss_tokens::{ImpliedDerivedKey, SecurityTokenReference};
use wss_xmldsig::{KeyHint, KeyInfo};
use wss_xmlenc::EncryptedKey;

use super::{FoundSecret, Holder, KeySearch, Wanted, dangling};
use crate::decryption_key::DecryptionKey;
use crate::error::OpenError;
use crate::key_uses::{KeyOrigin, KeyUse};
use crate::open::tokens::{KINDS, kind_of, no_key_of};
use crate::signer::Signer;
use crate::waiver::Waiver;

impl<'d> KeySearch<'_, 'd> {
    /// The secret that a KeyInfo means; `None` if it is not one of ours.
    pub(crate) fn secret_of_key_info(
        &mut self,
        key_info: Option<&KeyInfo<'_>>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let hints = key_info.map_or(&[][..], KeyInfo::hints);
        // A name beside the key itself, or beside the reference to it, is ignored.
        let is_name = |hint: &&KeyHint<'_>| matches!(hint, KeyHint::KeyName(_));
        let hints: Vec<&KeyHint<'_>> = match hints {
            [only] => vec![only],
            several => several.iter().filter(|hint| !is_name(hint)).collect(),
        };
        match hints[..] {
            [] if key_info.is_none_or(|key_info| key_info.hints().is_empty()) => match self.only_secret() {
                Some(only) => Ok(Some(only)),
                None => self.of_only_encrypted_key(wanted),
            },
            [KeyHint::KeyName(name)] => match self.carried_key(name, wanted)? {
                Some(key) => {
                    self.secret_of_token(key, None, wanted).map(|found| found.map(|found| found.of_token(key)))
                }
                None => Ok(self.named_secret(name)),
            },
            [KeyHint::SecurityTokenReference(element)] => {
                let reference = self.reference(*element)?;
                self.secret_of_reference(*element, &reference, wanted)
            }
            [KeyHint::EncryptedKey(element)] => self.secret_outside(*element, true, wanted),
            [KeyHint::RetrievalMethod(method)] => match self.retrieved(*method)? {
                Some(key) if self.revision.children.contains(&key) => {
                    self.check_order(*method, key, &id_of(key).unwrap_or_default())?;
                    let found = self.secret_of_token(key, None, wanted)?;
                    Ok(found.map(|found| found.of_token(key)))
                }
                Some(key) => self.secret_outside(key, false, wanted),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// For ciphertext that names no key: the key in the only EncryptedKey of our header, if the receiver accepts that.
    fn of_only_encrypted_key(&mut self, wanted: Wanted) -> Result<Option<FoundSecret>, OpenError> {
        if wanted.len.is_none() || !self.terms.receiver.waives(Waiver::KeyInfoOfOtherShapes) {
            return Ok(None);
        }
        let mut keys = self.revision.header.element.children_named(name::XENC.uri, "EncryptedKey");
        let (Some(key), None) = (keys.next(), keys.next()) else { return Ok(None) };
        let found = self.secret_of_token(key, None, wanted)?;
        Ok(found.map(|found| found.of_token(key)))
    }

    /// The EncryptedKey that a `ds:RetrievalMethod` without transforms names by its Id (XML Encryption 1.1 §3.5.2).
    fn retrieved(&self, method: Element<'_>) -> Result<Option<Element<'d>>, OpenError> {
        let uri = method.attribute("", "URI").filter(|_| method.children().next().is_none());
        let Some(uri) = uri else { return Ok(None) };
        match uri.strip_prefix('#') {
            Some(id) => Ok(self.encrypted_key(id)),
            None if !self.revision.ids.contains(&uri) => Ok(None),
            None if self.terms.receiver.waives(Waiver::ReferencesWithoutHash) => Ok(self.encrypted_key(&uri)),
            None => Err(OpenError::NoHash { uri: uri.into() }),
        }
    }

    /// The EncryptedKey of our header whose `xenc:CarriedKeyName` ciphertext names (XML Encryption 1.1 §3.5.1), unless
    /// a secret of ours has the name.
    fn carried_key(&self, called: &str, wanted: Wanted) -> Result<Option<Element<'d>>, OpenError> {
        let is_ours = self.terms.receiver.keys.secrets.iter().any(|(known, _)| known.as_deref() == Some(called));
        if is_ours || wanted.len.is_none() {
            return Ok(None);
        }
        let keys = self.revision.header.element.children_named(name::XENC.uri, "EncryptedKey");
        for element in keys.take(self.terms.budget.limits().size(Limit::EncryptedKeys)) {
            if EncryptedKey::parse(element, &self.terms.budget)?.carried_name() == Some(called) {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    /// The EncryptedKey with this Id, wherever it is.
    fn encrypted_key(&self, id: &str) -> Option<Element<'d>> {
        self.revision.ids.get(id).filter(|key| key.is(name::XENC.uri, "EncryptedKey"))
    }

    /// The secret of an EncryptedKey that is not a child of our header: it may be inside the KeyInfo for which it is
    /// the key.
    fn secret_outside(
        &mut self,
        key: Element<'_>,
        is_inside: bool,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let receiver = self.terms.receiver;
        let is_accepted = receiver.waives(Waiver::EncryptedKeysOutsideTheHeader)
            || (is_inside && receiver.waives(Waiver::UnlistedEncryptedData));
        if !is_accepted {
            return Err(OpenError::KeyOutsideHeader { path: key.path().into() });
        }
        self.terms.budget.charge(Limit::EncryptedKeys, 1)?;
        self.unwrap(&EncryptedKey::parse(key, &self.terms.budget)?, wanted.len)
    }

    /// The only shared secret.
    pub(super) fn only_secret(&self) -> Option<FoundSecret> {
        let secrets = &self.terms.receiver.keys.secrets;
        secrets.first().filter(|_| secrets.len() == 1).map(|(name, secret)| shared(name.as_deref(), secret))
    }

    /// The shared secret of this name; without it, one that has no name.
    pub(super) fn named_secret(&self, wanted: &str) -> Option<FoundSecret> {
        let of = |wanted: Option<&str>| {
            let mut secrets = self.terms.receiver.keys.secrets.iter();
            secrets.find(|(known, _)| known.as_deref() == wanted)
        };
        of(Some(wanted)).or_else(|| of(None)).map(|(name, secret)| shared(name.as_deref(), secret))
    }

    /// The secret that the reference at `place` identifies; `None` if it is not one of ours.
    pub(crate) fn secret_of_reference(
        &mut self,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let Some(implied) = ImpliedDerivedKey::of(place)? else {
            return self.secret_of_token_named(place, reference, wanted);
        };
        let derivations = wanted.derivations + 1;
        self.terms.budget.check(Limit::Derivations, derivations)?;
        self.terms.budget.charge(Limit::KeysDerived, 1)?;
        let source = Wanted { len: None, derivations, ..wanted };
        let Some(found) = self.secret_of_token_named(place, reference, source)? else { return Ok(None) };
        self.ring.note_use(&found, KeyUse::Derive)?;
        let id = found.id.derived(implied.nonce(), 0, implied.length());
        let secret = implied.derive(&found.secret);
        Ok(Some(FoundSecret { secret, id, origin: KeyOrigin::Derived, ..found }))
    }

    /// The secret of the token that the reference at `place` identifies.
    fn secret_of_token_named(
        &mut self,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        match reference {
            SecurityTokenReference::Direct { id, value_type } => {
                let Some(token) = self.revision.header_child(id) else {
                    let key = self.encrypted_key(id).ok_or_else(|| dangling(id))?;
                    return self.secret_outside(key, false, wanted);
                };
                self.check_order(place, token, id)?;
                let found = self.secret_of_token(token, value_type.as_deref(), wanted)?;
                Ok(found.map(|found| found.of_token(token)))
            }
            SecurityTokenReference::Embedded(key) if key.is(name::XENC.uri, "EncryptedKey") => {
                self.secret_outside(*key, true, wanted)
            }
            SecurityTokenReference::Embedded(token) => self.secret_of_token(*token, None, wanted),
            SecurityTokenReference::KeyName(name) => Ok(self.named_secret(name)),
            reference => self.secret_named(place, reference, wanted),
        }
    }

    /// The secret of a token, whose type is `stated` according to the reference.
    fn secret_of_token(
        &mut self,
        token: Element<'_>,
        stated: Option<&str>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        kind_of(token).ok_or_else(|| no_key_of(token))?.secret(self, token, stated, wanted)
    }

    /// The secret of the token that a reference identifies in another way than by its Id.
    fn secret_named(
        &mut self,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        for kind in KINDS {
            if let Some(found) = kind.secret_named(self, place, reference, wanted)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

fn shared(name: Option<&str>, secret: &Secret) -> FoundSecret {
    let holder = Holder::Known(Signer::SharedSecret { name: name.map(str::to_owned) });
    FoundSecret::new(secret.clone(), KeyOrigin::ManyMessages, holder, DecryptionKey::SharedSecret)
}
