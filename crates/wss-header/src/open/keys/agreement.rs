//! Key agreement: keys that are wrapped under a secret on which one of our identities and the originator agree (XML
//! Encryption 1.1 §5.6).

use wss_crypto::{Digest, DigestMethod};
use wss_xmldsig::KeyInfo;
use wss_xmlenc::{AgreementMethod, DecryptError, EncryptedKey, KeyMethod};

use super::encrypted_key::found;
use super::ring::{Unwrapping, Written};
use super::{FoundSecret, Holder, KeySearch};
use crate::decryption_key::DecryptionKey;
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
        let source = DecryptionKey::Agreed(agreement.method());
        // Everything on which they agree depends only on the KeyInfo.
        let said = key.key_info().map(|said| said.standalone()).unwrap_or_default();
        let by = [identity.certificate().der(), Digest::of(DigestMethod::Sha256, said.as_bytes()).as_octets()].concat();
        if let Some(known) = self.ring.unwrapped(key, &by) {
            return Ok(Some(found(key, known.clone(), Holder::ANONYMOUS, source)));
        }
        let written = Written::of(key.element(), &self.terms.budget)?;
        // The originator's key is fresh for each message, so no known key is named in the header.
        let originator = agreement.originator_key().ok_or(DecryptError::Originator)?;
        let ours = identity.unwrapping_key().as_ref();
        let wrapping = agreement.agree(ours, originator, wrap.key_len(), &self.terms.budget)?;
        let wrapping = FoundSecret::new(wrapping, KeyOrigin::Agreed, Holder::ANONYMOUS, source);
        self.ring.note_use(&wrapping, KeyUse::Wrap)?;
        let secret = key.unwrap_or_substitute(expected_len, |key| key.unwrap_with_secret(&wrapping.secret))?;
        self.ring.bring(Unwrapping { key, written, by, source }, &secret);
        Ok(Some(found(key, secret, Holder::ANONYMOUS, source)))
    }
}
