//! The key of a signature: that of a trusted certificate, a secret, or the public key that a token names.

use wss_crypto::HmacKey;
use wss_tokens::TokenError;
use wss_xmldsig::{KeyHint, KeyInfo};

use super::{FoundKey, Holder, KeySearch, Wanted};
use crate::error::OpenError;
use crate::key_uses::{KeyUse, LEAST_OCTETS};
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
        if let Some(found) = self.key_of_token(key_info)? {
            return Ok(found);
        }
        let (certificate, token) = self.signing_certificate(key_info)?;
        if certificate.certificate().version() == 1 && !self.terms.receiver.waives(Waiver::X509Version1) {
            return Err(TokenError::Version1.into());
        }
        let key = certificate.certificate().public_key();
        let hints = key_info.map_or(&[][..], KeyInfo::hints);
        if hints.iter().any(|hint| matches!(hint, KeyHint::KeyValue(value) if value != key)) {
            return Err(OpenError::KeyValue);
        }
        let key = key.clone().into();
        Ok(FoundKey { key, holder: Holder::Known(Signer::Certificate(certificate)), token, root: None })
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

    /// The public key that a token of our header names, if KeyInfo refers to such a token.
    fn key_of_token(&mut self, key_info: Option<&KeyInfo<'_>>) -> Result<Option<FoundKey>, OpenError> {
        let Some([KeyHint::SecurityTokenReference(place)]) = key_info.map(KeyInfo::hints) else { return Ok(None) };
        let reference = self.reference(*place)?;
        for kind in KINDS {
            if let Some(found) = kind.public_key(self, *place, &reference)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
