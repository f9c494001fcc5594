//! `xenc:EncryptedKey`: unwrapped with one of our private keys, or with a secret that both sides have.

use wss_c14n::Limit;
use wss_crypto::{Certificate, DistinguishedName, Identity, KeyTransport, Secret};
use wss_tokens::{SecurityTokenReference, X509Token};
use wss_xmldsig::{KeyHint, KeyInfo};
use wss_xmlenc::{AgreementMethod, DecryptError, EncryptedKey, KeyMethod};

use super::{FoundSecret, Holder, KeySearch, only_hint};
use crate::correlation::SentKey;
use crate::error::OpenError;
use crate::key_uses::{KeyOrigin, KeyUse};
use crate::open::named::addressee;
use crate::waiver::Waiver;

/// The octets of the keys of AES.
const AES_OCTETS: [usize; 3] = [16, 24, 32];

impl<'a> KeySearch<'a, '_> {
    /// Unwraps a key for the first of our identities that it is addressed to; `None` if it is for another receiver.
    pub(crate) fn unwrap(
        &mut self,
        key: &EncryptedKey<'_>,
        expected_len: Option<usize>,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let terms = self.terms;
        terms.receiver.policy.encryption.check_key(key.method())?;
        let sha1 = key.sha1();
        if let Some(known) = self.ring.unwrapped(&sha1) {
            return Ok(Some(found(key, known.secret.clone(), Holder::ANONYMOUS)));
        }
        if let Some(agreement) = AgreementMethod::within(key.key_info(), &terms.budget)? {
            return self.unwrap_agreed(key, &agreement, expected_len);
        }
        let key_info = key.key_info().map(|element| KeyInfo::parse(element, &terms.budget)).transpose()?;
        if !matches!(key.method(), KeyMethod::Transport(_)) {
            return self.unwrap_with_secret(key, key_info.as_ref(), expected_len);
        }
        let Some(identity) = self.recipient(key_info.as_ref())? else {
            self.addressee = Some(addressee(key.key_info(), self.tokens));
            return Ok(None);
        };
        terms.budget.charge(Limit::PrivateKeyOperations, 1)?;
        let unwrapping = identity.unwrapping_key().as_ref();
        // The padding of RSA 1.5 does not authenticate: whether a key of another length is inside must not show.
        let is_bare = is_bare(key);
        let by_length = terms.receiver.waives(Waiver::CiphersByKeyLength);
        let exact_len = expected_len.filter(|_| is_bare && !by_length && !terms.receiver.waives(Waiver::LongerSecrets));
        let mut too_short = None;
        let secret = key.unwrap_or_substitute(expected_len, |key| {
            let secret = key.unwrap_with(unwrapping, exact_len)?;
            let is_of_a_cipher = by_length && AES_OCTETS.contains(&secret.len());
            if expected_len.is_none_or(|len| secret.len() >= len) || is_of_a_cipher {
                return Ok(secret);
            }
            too_short = Some(secret.len()).filter(|_| !is_bare);
            Err(DecryptError::Failed)
        })?;
        self.ring.brought.push(SentKey { sha1, secret: secret.clone(), kerberos: None, recipient: None });
        Ok(Some(found(key, secret, Holder::ANONYMOUS).too_short(too_short)))
    }

    /// Unwraps a key that one of our secrets wraps; `None` if another secret does.
    fn unwrap_with_secret(
        &mut self,
        key: &EncryptedKey<'_>,
        key_info: Option<&KeyInfo<'_>>,
        expected_len: Option<usize>,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let wrapping = match key_info.map(KeyInfo::hints) {
            None | Some([]) => self.only_secret(),
            Some([KeyHint::KeyName(name)]) => self.named_secret(name),
            _ => None,
        };
        let Some(wrapping) = wrapping else {
            self.addressee = Some(addressee(key.key_info(), self.tokens));
            return Ok(None);
        };
        self.ring.note_use(&wrapping, KeyUse::Wrap)?;
        let secret = key.unwrap_or_substitute(expected_len, |key| key.unwrap_with_secret(&wrapping.secret))?;
        // Whoever wraps with a shared secret has it.
        Ok(Some(found(key, secret, wrapping.holder)))
    }

    /// The identity that an EncryptedKey is addressed to.
    pub(crate) fn recipient(&self, key_info: Option<&KeyInfo<'_>>) -> Result<Option<&'a Identity>, OpenError> {
        let terms = self.terms;
        let identities = &terms.receiver.keys.identities;
        let Some(key_info) = key_info else {
            return Ok(identities.first().filter(|_| identities.len() == 1));
        };
        let Some(hint) = only_hint(key_info) else { return Ok(None) };
        let reference = match hint.as_ref() {
            KeyHint::SecurityTokenReference(element) => self.reference(*element)?,
            KeyHint::X509Data(data) => SecurityTokenReference::X509Data(data.clone()),
            KeyHint::KeyValue(key) => {
                return Ok(identities.iter().find(|identity| identity.certificate().public_key() == key));
            }
            KeyHint::KeyName(name) => {
                let Ok(subject) = DistinguishedName::parse(name) else { return Ok(None) };
                return Ok(identities.iter().find(|identity| *identity.certificate().subject() == subject));
            }
            _ => return Ok(None),
        };
        let named: Option<Certificate> = match &reference {
            SecurityTokenReference::Direct { id, .. } => {
                let token = self.tokens.iter().find(|token| token.id.as_ref() == Some(id));
                token.map(|token| token.certificate.clone())
            }
            // Our request contained the assertion, which names one of our keys.
            SecurityTokenReference::Assertion { id, .. } => {
                let mut sent = terms.request.iter().flat_map(|request| &request.subject_of);
                let Some((_, own)) = sent.find(|(sent, _)| sent == id) else { return Ok(None) };
                Some(own.clone())
            }
            SecurityTokenReference::Embedded(element) => {
                Some(X509Token::parse(*element, &terms.budget)?.certificate().clone())
            }
            _ => None,
        };
        Ok(identities.iter().find(|identity| match &named {
            Some(named) => identity.certificate() == named,
            None => reference.names(identity.certificate()),
        }))
    }
}

/// Whether a key is transported with padding that does not authenticate.
fn is_bare(key: &EncryptedKey<'_>) -> bool {
    *key.method() == KeyMethod::Transport(KeyTransport::Rsa15)
}

/// The secret from an EncryptedKey.
fn found(key: &EncryptedKey<'_>, secret: Secret, holder: Holder) -> FoundSecret {
    let label = match key.method() {
        KeyMethod::Transport(transport) => transport.uri(),
        KeyMethod::Wrap(wrap) => wrap.uri(),
    };
    let is_bare = is_bare(key);
    let found = FoundSecret { is_bare, ..FoundSecret::new(secret, KeyOrigin::EncryptedKey, holder, label) };
    found.through("xenc:EncryptedKey", key.element())
}
