//! Keys: which of those the receiver has, or can unwrap, a KeyInfo means.

use std::ops::Range;

use wss_c14n::name;
use wss_crypto::{Certificate, Identity, Secret};
use wss_tokens::{ENCRYPTED_KEY, Purpose, SecurityTokenReference, TokenError, ValidatedCertificate, X509Token};
use wss_xmldsig::{KeyHint, KeyInfo};
use wss_xmlenc::{EncryptedData, EncryptedKey, KeyMethod};

use super::{Opening, Scene};
use crate::error::OpenError;

impl<'r> Opening<'r> {
    /// The trusted certificate a signature's KeyInfo picks, and the token in the message it came from.
    pub(super) fn resolve_signer(
        &self,
        key_info: Option<&KeyInfo<'_>>,
    ) -> Result<(ValidatedCertificate, Option<Range<usize>>), OpenError> {
        let trust = &self.receiver.trust;
        let validate = |certificate: &Certificate, others: &[Certificate]| {
            trust.validate(certificate, others, Purpose::Signing, self.now)
        };
        let Some(key_info) = key_info else {
            return self.one_of(trust.candidates(), |_| true).map(|validated| (validated, None));
        };
        let [hint] = key_info.hints() else { return Err(OpenError::NoKey) };
        let reference = match hint {
            KeyHint::SecurityTokenReference(element) => SecurityTokenReference::parse(*element)?,
            KeyHint::X509Data(data) => SecurityTokenReference::X509Data(data.clone()),
            // Picks among certificates the caller gave; it never supplies a key.
            KeyHint::KeyValue(key) => {
                let picked = self.one_of(trust.candidates(), |certificate| certificate.public_key() == key)?;
                return Ok((picked, None));
            }
            _ => return Err(OpenError::NoKey),
        };
        match &reference {
            SecurityTokenReference::Direct { id, value_type } => {
                let token = self.tokens.iter().find(|token| token.id.as_ref() == Some(id));
                let token = token.ok_or_else(|| TokenError::Dangling { uri: format!("#{id}") })?;
                if let Some(expected) = value_type.as_ref().filter(|expected| **expected != token.value_type) {
                    return Err(TokenError::TypeMismatch { expected: expected.clone() }.into());
                }
                Ok((validate(&token.certificate, &token.others)?, Some(token.span.clone())))
            }
            SecurityTokenReference::Embedded(element) => {
                let token = X509Token::parse(*element)?;
                Ok((validate(token.certificate(), token.others())?, None))
            }
            reference => {
                let carried: Vec<Certificate> = match reference {
                    SecurityTokenReference::Certificate(der) => {
                        vec![Certificate::from_der(der).map_err(TokenError::from)?]
                    }
                    SecurityTokenReference::X509Data(data) => {
                        data.certificates.iter().filter_map(|der| Certificate::from_der(der).ok()).collect()
                    }
                    _ => Vec::new(),
                };
                let seen = self.tokens.iter().map(|token| &token.certificate);
                let all = trust.candidates().chain(seen).chain(&carried);
                let validated = self.one_of_with(all, |certificate| reference.names(certificate), &carried)?;
                Ok((validated, None))
            }
        }
    }

    pub(super) fn one_of<'c>(
        &self,
        candidates: impl Iterator<Item = &'c Certificate>,
        fits: impl Fn(&Certificate) -> bool,
    ) -> Result<ValidatedCertificate, OpenError> {
        self.one_of_with(candidates, fits, &[])
    }

    /// The one candidate that fits and is trusted; two are as bad as none.
    pub(super) fn one_of_with<'c>(
        &self,
        candidates: impl Iterator<Item = &'c Certificate>,
        fits: impl Fn(&Certificate) -> bool,
        others: &[Certificate],
    ) -> Result<ValidatedCertificate, OpenError> {
        let mut tried: Vec<&Certificate> = Vec::new();
        let mut found = None;
        let mut refused = None;
        for candidate in candidates.filter(|candidate| fits(candidate)) {
            if tried.contains(&candidate) {
                continue;
            }
            tried.push(candidate);
            match self.receiver.trust.validate(candidate, others, Purpose::Signing, self.now) {
                Ok(validated) if found.is_none() => found = Some(validated),
                Ok(_) => return Err(OpenError::AmbiguousKey),
                Err(error) => refused = Some(error),
            }
        }
        match (found, refused) {
            (Some(found), _) => Ok(found),
            (None, Some(error)) => Err(error.into()),
            (None, None) => Err(OpenError::NoKey),
        }
    }

    /// Unwraps a key for the first of our identities it is addressed to; `None` if it is for someone else.
    pub(super) fn unwrap(
        &mut self,
        key: &EncryptedKey<'_>,
        expected_len: usize,
    ) -> Result<Option<(Secret, &'static str)>, OpenError> {
        self.receiver.policy.encryption.check_key(key.method())?;
        let label = match key.method() {
            KeyMethod::Transport(transport) => transport.uri(),
            KeyMethod::Wrap(wrap) => wrap.uri(),
            KeyMethod::Content(cipher) => cipher.uri(),
        };
        let key_info = match key.key_info() {
            Some(element) => Some(KeyInfo::parse(element, &wss_xmldsig::Limits::default())?),
            None => None,
        };
        if !matches!(key.method(), KeyMethod::Transport(_)) {
            let secret = self.secret(key_info.as_ref());
            return Ok(match secret {
                Some(secret) => Some((key.unwrap_with_secret(&secret)?, label)),
                None => None,
            });
        }
        let Some(identity) = self.recipient(key_info.as_ref())? else { return Ok(None) };
        self.private_key_operations += 1;
        if self.private_key_operations > self.receiver.limits.private_key_operations {
            let allowed = self.receiver.limits.private_key_operations;
            return Err(OpenError::TooMany { what: "private key operations", allowed });
        }
        let secret = key.unwrap_with(identity.unwrapping_key().as_ref(), Some(expected_len))?;
        Ok(Some((secret, label)))
    }

    /// The identity an EncryptedKey is addressed to.
    pub(super) fn recipient(&self, key_info: Option<&KeyInfo<'_>>) -> Result<Option<&'r Identity>, OpenError> {
        let identities = &self.receiver.identities;
        let Some(key_info) = key_info else {
            return Ok(identities.first().filter(|_| identities.len() == 1));
        };
        let [hint] = key_info.hints() else { return Ok(None) };
        let reference = match hint {
            KeyHint::SecurityTokenReference(element) => SecurityTokenReference::parse(*element)?,
            KeyHint::X509Data(data) => SecurityTokenReference::X509Data(data.clone()),
            KeyHint::KeyValue(key) => {
                return Ok(identities.iter().find(|identity| identity.certificate().public_key() == key));
            }
            _ => return Ok(None),
        };
        let named: Option<Certificate> = match &reference {
            SecurityTokenReference::Direct { id, .. } => {
                let token = self.tokens.iter().find(|token| token.id.as_ref() == Some(id));
                token.map(|token| token.certificate.clone())
            }
            SecurityTokenReference::Embedded(element) => Some(X509Token::parse(*element)?.certificate().clone()),
            _ => None,
        };
        Ok(identities.iter().find(|identity| match &named {
            Some(named) => identity.certificate() == named,
            None => reference.names(identity.certificate()),
        }))
    }

    /// The shared secret a KeyInfo names.
    pub(super) fn secret(&self, key_info: Option<&KeyInfo<'_>>) -> Option<Secret> {
        let secrets = &self.receiver.secrets;
        let named =
            |wanted: &str| secrets.iter().find(|(known, _)| known.as_deref().is_none_or(|known| known == wanted));
        match key_info.map(KeyInfo::hints) {
            None | Some([]) => secrets.first().filter(|_| secrets.len() == 1),
            Some([KeyHint::KeyName(wanted)]) => named(wanted),
            Some(_) => None,
        }
        .map(|(_, secret)| secret.clone())
    }

    /// The key of an EncryptedData under a ReferenceList of the header: by its own KeyInfo.
    pub(super) fn key_of_data(
        &mut self,
        scene: &Scene<'_>,
        data: &EncryptedData<'_>,
    ) -> Result<Option<(Secret, &'static str)>, OpenError> {
        let key_info = match data.key_info() {
            Some(element) => Some(KeyInfo::parse(element, &wss_xmldsig::Limits::default())?),
            None => None,
        };
        if let Some([KeyHint::SecurityTokenReference(element)]) = key_info.as_ref().map(KeyInfo::hints) {
            let SecurityTokenReference::Direct { id, value_type } = SecurityTokenReference::parse(*element)? else {
                return Ok(None);
            };
            if value_type.is_some_and(|value_type| value_type != ENCRYPTED_KEY) {
                return Ok(None);
            }
            if let Some(found) = self.keys.get(&id) {
                return Ok(Some(found.clone()));
            }
            let dangling = || TokenError::Dangling { uri: format!("#{id}") };
            let element = scene.ids.get(&id).ok_or_else(dangling)?;
            let is_ours = element.is(name::XENC.uri, "EncryptedKey") && element.parent() == Some(scene.header.element);
            if !is_ours {
                return Err(dangling().into());
            }
            let found = self.unwrap(&EncryptedKey::parse(element)?, data.method().key_len())?;
            if let Some(found) = &found {
                self.keys.insert(id, found.clone());
            }
            return Ok(found);
        }
        Ok(self.secret(key_info.as_ref()).map(|secret| (secret, "secret")))
    }
}
