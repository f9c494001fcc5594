//! Keys: which key of the receiver, unwrapped or derived if necessary, a KeyInfo identifies, and who has it.
//!
//! Every step from a reference to a token stays in our own header and leads towards its front (BSP R5205), so no chain
//! of references can loop. [`Limits`](crate::Limits) bounds how often keys are derived from one another.
//!
//! `certificate` finds the certificate that signed, `secret` the secret that a reference means, `encrypted_key` unwraps (with
//! `agreement`);
//! `assertion` and `license` find the keys that XML tokens name. `found` says what a search finds, `ring`
//! keeps what was found so far.

mod agreement;
mod assertion;
mod certificate;
mod encrypted_key;
mod found;
mod license;
mod ring;
mod secret;

use wss_c14n::Element;
use wss_crypto::HmacKey;
use wss_tokens::{SecurityTokenReference, TokenError};
use wss_xmldsig::{KeyHint, KeyInfo};

pub(super) use found::{FoundKey, FoundSecret, Holder, Wanted};
pub(super) use ring::KeyRing;

use super::facts::{Facts, SeenAssertion, SeenToken};
use super::revision::Revision;
use super::terms::Terms;
use crate::error::OpenError;
use crate::key_uses::{KeyUse, LEAST_OCTETS};

/// The search for the key of one KeyInfo: the places to look, and the ring for keys that are unwrapped on the way.
pub(super) struct KeySearch<'a, 'd> {
    pub(super) revision: &'a Revision<'d>,
    pub(super) terms: &'a Terms<'a>,
    tokens: &'a [SeenToken],
    assertions: &'a [SeenAssertion],
    ring: &'a mut KeyRing,
}

impl<'a, 'd> KeySearch<'a, 'd> {
    pub(super) fn new(
        revision: &'a Revision<'d>,
        terms: &'a Terms<'a>,
        facts: &'a Facts<'_>,
        ring: &'a mut KeyRing,
    ) -> Self {
        Self { revision, terms, tokens: &facts.tokens, assertions: &facts.assertions, ring }
    }

    /// The key that the KeyInfo of a signature selects: that of a trusted certificate, or a secret.
    pub(super) fn signature_key(
        &mut self,
        key_info: Option<&KeyInfo<'_>>,
        is_mac: bool,
    ) -> Result<FoundKey, OpenError> {
        if is_mac {
            return self.mac_key(key_info);
        }
        if let Some(found) = self.key_of_xml_token(key_info)? {
            return Ok(found);
        }
        let (certificate, token) = self.signing_certificate(key_info)?;
        if certificate.certificate().version() == 1 && !self.terms.receiver.version_1 {
            return Err(TokenError::Version1.into());
        }
        let key = certificate.certificate().public_key();
        let hints = key_info.map_or(&[][..], KeyInfo::hints);
        if hints.iter().any(|hint| matches!(hint, KeyHint::KeyValue(value) if value != key)) {
            return Err(OpenError::KeyValue);
        }
        let key = key.clone().into();
        Ok(FoundKey { key, holder: Holder::Certificate(certificate), token, root: None })
    }

    fn mac_key(&mut self, key_info: Option<&KeyInfo<'_>>) -> Result<FoundKey, OpenError> {
        let found = self.secret_of_key_info(key_info, Wanted::MAC)?.ok_or_else(OpenError::no_key)?;
        self.ring.note_use(&found, KeyUse::Mac)?;
        let octets = found.secret.as_octets().to_vec();
        let key = match octets.len() {
            // Unless the receiver accepts short secrets, noting the use has already refused one.
            0..LEAST_OCTETS => HmacKey::of_any_length_for_legacy_use_only(octets),
            _ => HmacKey::new(octets).map_err(|_| OpenError::no_key())?,
        };
        Ok(FoundKey { key: key.into(), holder: found.holder, token: found.token, root: Some(found.root) })
    }

    /// The key that an assertion or a license of our header names, if KeyInfo refers to one.
    fn key_of_xml_token(&mut self, key_info: Option<&KeyInfo<'_>>) -> Result<Option<FoundKey>, OpenError> {
        let Some([KeyHint::SecurityTokenReference(place)]) = key_info.map(KeyInfo::hints) else { return Ok(None) };
        let reference = SecurityTokenReference::parse(*place, &self.terms.budget)?;
        match self.assertion_named(*place, &reference)? {
            Some(token) => self.key_of_assertion(token).map(Some),
            None => self.key_of_license(*place, &reference),
        }
    }

    /// Refuses a reference at `place` to an internal token after it (BSP R5205), unless the receiver accepts forward
    /// references.
    fn check_order(&self, place: Element<'_>, token: Element<'_>, id: &str) -> Result<(), OpenError> {
        let is_after = place.span().start >= token.span().end;
        let is_inside = token.parent().is_some_and(|header| header.contains(place));
        if is_after || !is_inside || self.terms.receiver.forward_references {
            return Ok(());
        }
        Err(TokenError::Forward { uri: format!("#{id}").into() }.into())
    }
}

/// The one hint of a KeyInfo; of several, against BSP R5402, the reference to a token, or the X509Data beside names and
/// values of keys.
fn only_hint<'k, 'd>(key_info: &'k KeyInfo<'d>) -> Option<&'k KeyHint<'d>> {
    let hints = key_info.hints();
    if let [only] = hints {
        return Some(only);
    }
    let only = |is_wanted: fn(&KeyHint<'_>) -> bool| {
        let mut wanted = hints.iter().filter(|hint| is_wanted(hint));
        wanted.next().filter(|_| wanted.next().is_none())
    };
    if hints.iter().any(|hint| matches!(hint, KeyHint::SecurityTokenReference(_))) {
        return only(|hint| matches!(hint, KeyHint::SecurityTokenReference(_)));
    }
    only(|hint| !matches!(hint, KeyHint::KeyName(_) | KeyHint::KeyValue(_)))
        .filter(|hint| matches!(hint, KeyHint::X509Data(_)))
}

fn dangling(id: &str) -> TokenError {
    TokenError::Dangling { uri: format!("#{id}").into() }
}
