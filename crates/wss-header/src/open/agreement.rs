//! Keys that are wrapped under what one of our identities and the originator agree on (XML Encryption 1.1 §5.6).

use wss_xmldsig::KeyInfo;
use wss_xmlenc::{AgreementMethod, DecryptError, EncryptedKey, KeyMethod};

use super::keys::{FoundSecret, Holder};
use crate::correlation::SentKey;
use crate::error::OpenError;
use crate::key_uses::{KeyOrigin, KeyUse};

impl super::Opening<'_> {
    /// Unwraps `key`; `None` if it is for someone else. A wrong originator, a wrong wrapped key and a wrong content fail
    /// alike, as for transported keys.
    pub(super) fn unwrap_agreed(
        &mut self,
        key: &EncryptedKey<'_>,
        agreement: &AgreementMethod<'_>,
        expected_len: Option<usize>,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let KeyMethod::Wrap(wrap) = key.method() else { return Ok(None) };
        let derivation = agreement.derivation().derivation();
        self.receiver.policy.encryption.check_agreement(agreement.method(), derivation)?;
        let recipient = agreement.recipient().map(|element| KeyInfo::parse(element, &self.budget)).transpose()?;
        let Some(identity) = self.recipient(recipient.as_ref())? else {
            self.addressee = Some(self.addressee_in(agreement.recipient()));
            return Ok(None);
        };
        // Nothing in the header names a key of the originator's that the receiver knows: it is fresh for each message.
        let originator = agreement.originator_key().ok_or(DecryptError::Originator)?;
        let ours = identity.unwrapping_key().as_ref();
        let label = agreement.method().uri();
        let unwrapped = |secret| FoundSecret::new(secret, KeyOrigin::Agreed, Holder::Anonymous, label);
        let wrapping = agreement.agree(ours, originator, wrap.key_len(), &self.budget)?;
        let wrapping = unwrapped(wrapping);
        self.note_use(&wrapping, KeyUse::Wrap)?;
        let secret = key.unwrap_or_substitute(expected_len, |key| key.unwrap_with_secret(&wrapping.secret))?;
        self.keys.push(SentKey { sha1: key.sha1(), secret: secret.clone(), kerberos: None, recipient: None });
        let found = FoundSecret::new(secret, KeyOrigin::EncryptedKey, Holder::Anonymous, label);
        Ok(Some(found.through("xenc:EncryptedKey", key.element())))
    }
}
