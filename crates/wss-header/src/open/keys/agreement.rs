//! Key agreement: keys that are wrapped under what one of our identities and the originator agree on (XML Encryption 1.1
//! §5.6).

use wss_c14n::TakeAlong;
use wss_xmldsig::KeyInfo;
use wss_xmlenc::{AgreementMethod, DecryptError, EncryptedKey, KeyMethod};

use super::{FoundSecret, Holder, KeySearch};
use crate::error::OpenError;
use crate::key_uses::{KeyOrigin, KeyUse};
use crate::open::named::addressee_told;

impl KeySearch<'_, '_> {
    /// Unwraps `key`; `None` if it is for another receiver. A wrong originator, a wrong wrapped key and a wrong content
    /// fail alike, as for transported keys.
    pub(super) fn unwrap_agreed(
        &mut self,
        key: &EncryptedKey<'_>,
        agreement: &AgreementMethod<'_>,
        expected_len: Option<usize>,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let KeyMethod::Wrap(wrap) = key.method() else { return Ok(None) };
        let derivation = agreement.derivation().derivation();
        self.terms.receiver.policy.encryption.check_agreement(agreement.method(), derivation)?;
        let recipient = agreement.recipient().map(|element| KeyInfo::parse(element, &self.terms.budget)).transpose()?;
        let Some(identity) = self.recipient(recipient.as_ref())? else {
            self.addressee = Some(addressee_told(agreement.recipient(), self.tokens));
            return Ok(None);
        };
        let unwrapped = |secret, origin| FoundSecret::new(secret, origin, Holder::ANONYMOUS, agreement.method().uri());
        let found = |secret| {
            let found = unwrapped(secret, KeyOrigin::EncryptedKey);
            Ok(Some(found.through("xenc:EncryptedKey", key.element())))
        };
        // All that they agree on is in the KeyInfo.
        let said = key.key_info().map(|said| said.standalone(TakeAlong::Namespaces)).unwrap_or_default();
        let by = [identity.certificate().der(), said.as_bytes()].concat();
        if let Some(known) = self.ring.unwrapped(key, &by) {
            return found(known.clone());
        }
        // The originator's key is fresh for each message, so no known key is named in the header.
        let originator = agreement.originator_key().ok_or(DecryptError::Originator)?;
        let ours = identity.unwrapping_key().as_ref();
        let wrapping = agreement.agree(ours, originator, wrap.key_len(), &self.terms.budget)?;
        let wrapping = unwrapped(wrapping, KeyOrigin::Agreed);
        self.ring.note_use(&wrapping, KeyUse::Wrap)?;
        let secret = key.unwrap_or_substitute(expected_len, |key| key.unwrap_with_secret(&wrapping.secret))?;
        self.ring.bring(key, by, &secret);
        found(secret)
    }
}
