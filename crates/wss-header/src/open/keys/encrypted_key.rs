//! `xenc:EncryptedKey`: unwrapped with one of our private keys, or with a secret that both sides have.

use wss_c14n::Limit;
use wss_crypto::{Certificate, DistinguishedName, Identity, KeyTransport, Secret};
use wss_tokens::{SecurityTokenReference, TokenError, X509Token};
use wss_xmldsig::{KeyHint, KeyInfo};
use wss_xmlenc::{AgreementMethod, DecryptError, EncryptedKey, KeyMethod};

use super::ring::{Unwrapping, Written};
use super::{FoundSecret, Holder, KeySearch, only_hint};
use crate::decryption_key::DecryptionKey;
use crate::error::OpenError;
use crate::key_uses::{KeyOrigin, KeyUse};
use crate::open::named::{addressee_told, in_hexadecimal};
use crate::open::shapes::OtherKeyInfo;
use crate::waiver::Waiver;

/// The numbers of octets of AES keys.
const AES_OCTETS: [usize; 3] = [16, 24, 32];

impl<'a> KeySearch<'a, '_> {
    /// Unwraps a key for the first of our identities that it is addressed to; `None` if it is for another receiver.
    pub(crate) fn unwrap(
        &mut self,
        key: &EncryptedKey<'_>,
        expected_len: Option<usize>,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let terms = self.terms;
        // All parts under one key ask for it, and the content of its KeyInfo is read once.
        if let Some((secret, source)) = self.ring.written(key) {
            return Ok(Some(found(key, secret.clone(), Holder::ANONYMOUS, source)));
        }
        terms.receiver.policy.encryption.check_key(key.method())?;
        if let Some(agreement) = AgreementMethod::within(key.key_info(), &terms.budget)? {
            return self.unwrap_agreed(key, &agreement, expected_len);
        }
        let key_info = key.key_info().map(|element| KeyInfo::parse(element, &terms.budget)).transpose()?;
        let KeyMethod::Transport(transport) = key.method() else {
            return self.unwrap_with_secret(key, key_info.as_ref(), expected_len);
        };
        let Some(identity) = self.recipient(key_info.as_ref())? else {
            self.addressee = Some(addressee_told(key.key_info(), self.tokens));
            return Ok(None);
        };
        let (by, source) = (identity.certificate().der(), DecryptionKey::Transported(transport.method()));
        if let Some(known) = self.ring.unwrapped(key, by) {
            return Ok(Some(found(key, known.clone(), Holder::ANONYMOUS, source)));
        }
        let written = Written::of(key.element(), &terms.budget)?;
        terms.budget.charge(Limit::PrivateKeyOperations, 1)?;
        let unwrapping = identity.unwrapping_key().as_ref();
        // The padding of RSA 1.5 does not authenticate: it must not show whether a key of another length is inside.
        let is_bare = is_bare(key);
        let by_length = terms.receiver.waives(Waiver::CiphersByKeyLength);
        let exact_len = expected_len.filter(|_| is_bare && !by_length && !terms.receiver.waives(Waiver::LongerSecrets));
        let mut too_short = None;
        let secret = key.unwrap_or_substitute(expected_len, |key| {
            let secret = key.unwrap_with(unwrapping, exact_len)?;
            let is_of_a_cipher = by_length && AES_OCTETS.contains(&secret.len());
            // A bare one of another length is replaced where it is used, in the same way whatever its padding was.
            if is_bare || expected_len.is_none_or(|len| secret.len() >= len) || is_of_a_cipher {
                return Ok(secret);
            }
            too_short = Some(secret.len());
            Err(DecryptError::Failed)
        })?;
        self.ring.bring(Unwrapping { key, written, by: by.to_vec(), source }, &secret);
        Ok(Some(found(key, secret, Holder::ANONYMOUS, source).too_short(too_short)))
    }

    /// Unwraps a key that one of our secrets wraps; `None` if another secret does.
    fn unwrap_with_secret(
        &mut self,
        key: &EncryptedKey<'_>,
        key_info: Option<&KeyInfo<'_>>,
        expected_len: Option<usize>,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let KeyMethod::Wrap(wrap) = key.method() else { return Ok(None) };
        let wrapping = match key_info.map(KeyInfo::hints) {
            None | Some([]) => self.only_secret(),
            Some([KeyHint::KeyName(name)]) => self.named_secret(name),
            _ => None,
        };
        let Some(wrapping) = wrapping else {
            self.addressee = Some(addressee_told(key.key_info(), self.tokens));
            return Ok(None);
        };
        self.ring.note_use(&wrapping, KeyUse::Wrap)?;
        let secret = key.unwrap_or_substitute(expected_len, |key| key.unwrap_with_secret(&wrapping.secret))?;
        // The party that wraps with a shared secret has that secret, but whoever uses the key may have got it otherwise, as
        // another recipient of an earlier message.
        Ok(Some(found(key, secret, Holder::ANONYMOUS, DecryptionKey::Wrapped(*wrap))))
    }

    /// Whether a key is transported to an identity that is not ours.
    pub(crate) fn is_for_others(&self, key: &EncryptedKey<'_>) -> Result<bool, OpenError> {
        if !matches!(key.method(), KeyMethod::Transport(_)) {
            return Ok(false);
        }
        let key_info = key.key_info().map(|element| KeyInfo::parse(element, &self.terms.budget)).transpose()?;
        Ok(self.recipient(key_info.as_ref())?.is_none())
    }

    /// The identity to which an EncryptedKey is addressed. A KeyInfo of another shape is refused only if it leads to
    /// one of ours, unless the receiver accepts such: keys for others are theirs to judge.
    pub(crate) fn recipient(&self, key_info: Option<&KeyInfo<'_>>) -> Result<Option<&'a Identity>, OpenError> {
        let other = key_info.and_then(OtherKeyInfo::of);
        let found = match other {
            Some(OtherKeyInfo::Nothing) => self.recipient(None)?,
            Some(OtherKeyInfo::References(first)) => self.recipient_named(&self.reference(first)?)?,
            Some(OtherKeyInfo::Reference(inside)) => self.recipient_named(&self.reference_without_parent(inside)?)?,
            Some(OtherKeyInfo::Token(token)) => self.recipient_named(&SecurityTokenReference::Embedded(token))?,
            None => return self.recipient_by_hint(key_info),
        };
        match other.filter(|_| found.is_some() && !self.terms.receiver.waives(Waiver::KeyInfoOfOtherShapes)) {
            Some(other) => Err(other.refused()),
            None => Ok(found),
        }
    }

    fn recipient_by_hint(&self, key_info: Option<&KeyInfo<'_>>) -> Result<Option<&'a Identity>, OpenError> {
        let identities = &self.terms.receiver.keys.identities;
        let Some(key_info) = key_info else {
            return Ok(identities.first().filter(|_| identities.len() == 1));
        };
        let Some(hint) = only_hint(key_info) else { return Ok(None) };
        match hint.as_ref() {
            KeyHint::SecurityTokenReference(element) => self.recipient_named(&self.reference(*element)?),
            KeyHint::X509Data(data) => self.recipient_named(&self.data(data)),
            KeyHint::KeyName(name) => self.recipient_named(&SecurityTokenReference::KeyName(name.clone())),
            KeyHint::KeyValue(key) => Ok(identities.iter().find(|identity| identity.certificate().public_key() == key)),
            _ => Ok(None),
        }
    }

    /// The identity that a reference names.
    fn recipient_named(&self, reference: &SecurityTokenReference<'_>) -> Result<Option<&'a Identity>, OpenError> {
        let terms = self.terms;
        let identities = &terms.receiver.keys.identities;
        let of = |named: &Certificate| identities.iter().find(|identity| identity.certificate() == named);
        Ok(match reference {
            SecurityTokenReference::Direct { id, .. } => {
                match self.tokens.iter().find(|token| token.id.as_ref() == Some(id)) {
                    Some(token) => of(&token.certificate),
                    None => self.recipient_by_name(id, of)?,
                }
            }
            // Our request contained the assertion, which names one of our keys.
            SecurityTokenReference::Assertion { id, .. } => {
                let mut sent = terms.request.iter().flat_map(|request| &request.subject_of);
                sent.find(|(sent, _)| sent == id).and_then(|(_, own)| of(own))
            }
            SecurityTokenReference::Embedded(element) => {
                let by_name = terms.receiver.waives(Waiver::TokenTypesByName);
                let token = X509Token::parse_shaped(*element, by_name, &terms.receiver.trust, &terms.budget)?;
                of(token.certificate())
            }
            SecurityTokenReference::KeyName(name) => match terms.receiver.keys.named(name).find_map(of) {
                Some(called) => Some(called),
                None => {
                    let Ok(subject) = DistinguishedName::parse(name) else { return Ok(None) };
                    identities.iter().find(|identity| *identity.certificate().subject() == subject)
                }
            },
            reference => {
                let found = identities.iter().find(|identity| reference.names(identity.certificate()));
                let digits = identities.iter().find_map(|ours| in_hexadecimal(reference, ours.certificate()));
                match digits.filter(|_| found.is_none()) {
                    Some(right) => return Err(TokenError::HexadecimalItem { right }.into()),
                    None => found,
                }
            }
        })
    }

    /// For a reference that names no token with a certificate: refuses it if it names one of our certificates in a
    /// token whose type is a name.
    fn recipient_by_name(
        &self,
        id: &str,
        of: impl Fn(&Certificate) -> Option<&'a Identity>,
    ) -> Result<Option<&'a Identity>, OpenError> {
        let token = self.revision.header_child(id).filter(|token| X509Token::is_by_name(*token));
        let read = token.and_then(|token| Some((token, X509Token::parse_by_content(token, &self.terms.budget).ok()?)));
        match read {
            Some((token, read)) if of(read.certificate()).is_some() => Err(TokenError::by_name(token).into()),
            _ => Ok(None),
        }
    }
}

/// Whether a key is transported with padding that does not authenticate.
fn is_bare(key: &EncryptedKey<'_>) -> bool {
    *key.method() == KeyMethod::Transport(KeyTransport::Rsa15)
}

/// The secret from an EncryptedKey.
pub(super) fn found(key: &EncryptedKey<'_>, secret: Secret, holder: Holder, source: DecryptionKey) -> FoundSecret {
    let is_bare = is_bare(key);
    let found = FoundSecret { is_bare, ..FoundSecret::new(secret, KeyOrigin::EncryptedKey, holder, source) };
    found.through("xenc:EncryptedKey", key.element())
}
