//! The key of a signature: that of a trusted certificate, a secret, or the public key that a token names.

use wss_c14n::Element;
use wss_crypto::HmacKey;
use wss_tokens::{ImpliedDerivedKey, SecurityTokenReference, TokenError};
use wss_xmldsig::{KeyHint, KeyInfo};

use super::certificate::SigningCertificate;
use super::{FoundKey, Holder, KeySearch, Wanted};
use crate::error::OpenError;
use crate::key_uses::{KeyUse, LEAST_OCTETS};
use crate::open::shapes::OtherKeyInfo;
use crate::open::token_place::TokenPlace;
use crate::open::tokens::KINDS;
use crate::signer::Signer;
use crate::waiver::Waiver;

impl KeySearch<'_, '_> {
    /// The key that the KeyInfo of a signature selects: that of a trusted certificate, or a secret.
    pub(crate) fn signature_key(
        &mut self,
        key_info: Option<&KeyInfo<'_>>,
        is_mac: bool,
    ) -> Result<FoundKey, OpenError> {
        if is_mac {
            return self.mac_key(key_info);
        }
        let other = key_info.and_then(OtherKeyInfo::of);
        if let Some(other) = other.filter(|_| !self.terms.receiver.waives(Waiver::KeyInfoOfOtherShapes)) {
            return Err(other.refused());
        }
        let key_info = key_info.filter(|_| !matches!(other, Some(OtherKeyInfo::Nothing)));
        let reference = match other {
            None | Some(OtherKeyInfo::Nothing) => self.only_reference(key_info)?,
            Some(OtherKeyInfo::References(first)) => Some((first, self.reference(first)?)),
            Some(OtherKeyInfo::Reference(inside)) => Some((inside, self.reference_without_parent(inside)?)),
            Some(OtherKeyInfo::Token(token)) => Some((token, SecurityTokenReference::Embedded(token))),
        };
        // The token has no secret to derive a key from.
        if reference.as_ref().is_some_and(|(place, _)| ImpliedDerivedKey::is_in(*place)) {
            return Err(TokenError::DerivedKey("it is implied for a public key").into());
        }
        if let Some((place, reference)) = &reference
            && let Some(found) = self.key_of_token(*place, reference)?
        {
            return Ok(found);
        }
        let SigningCertificate { certificate, token } =
            self.signing_certificate(key_info, reference.map(|(_, reference)| reference))?;
        if certificate.certificate().version() == 1 && !self.terms.receiver.waives(Waiver::X509Version1) {
            return Err(TokenError::Version1.into());
        }
        let key = certificate.certificate().public_key();
        let hints = key_info.map_or(&[][..], KeyInfo::hints);
        if hints.iter().any(|hint| matches!(hint, KeyHint::KeyValue(value) if value != key)) {
            return Err(OpenError::KeyValue);
        }
        let key = key.clone().into();
        Ok(FoundKey {
            key,
            holder: Holder::Known(Signer::Certificate(certificate)),
            token: token.map(TokenPlace::at),
            root: None,
        })
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

    /// The reference to a token in a KeyInfo, and its place, if the KeyInfo has nothing else.
    fn only_reference<'d>(
        &self,
        key_info: Option<&KeyInfo<'d>>,
    ) -> Result<Option<(Element<'d>, SecurityTokenReference<'d>)>, TokenError> {
        let Some([KeyHint::SecurityTokenReference(place)]) = key_info.map(KeyInfo::hints) else { return Ok(None) };
        Ok(Some((*place, self.reference(*place)?)))
    }

    /// The public key that a token of our header names, if `reference` at `place` refers to such a token.
    fn key_of_token(
        &mut self,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
    ) -> Result<Option<FoundKey>, OpenError> {
        for kind in KINDS {
            if let Some(found) = kind.public_key(self, place, reference)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
