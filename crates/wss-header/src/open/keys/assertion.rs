//! The key of an assertion, by which the issuer identifies the subject.

use wss_c14n::{Element, Limit, name};
use wss_crypto::{Certificate, PublicKey};
use wss_tokens::{Assertion, SAML_V1_1, SAML_V2_0, SecurityTokenReference, TokenError};
use wss_xmldsig::{KeyHint, KeyInfo};
use wss_xmlenc::EncryptedKey;

use super::{FoundKey, FoundSecret, Holder, KeySearch, Wanted};
use crate::error::OpenError;
use crate::key_uses::KeyOrigin;
use crate::open::facts::SeenAssertion;

/// A public key that an assertion names.
struct ConfirmationKey {
    key: PublicKey,
    /// Its certificate, if the assertion names one.
    certificate: Option<Certificate>,
}

impl ConfirmationKey {
    fn of(certificate: &Certificate) -> Self {
        Self { key: certificate.public_key().clone(), certificate: Some(certificate.clone()) }
    }
}

impl<'a, 'd> KeySearch<'a, 'd> {
    /// The assertion of our header that a reference identifies: by its id (KeyIdentifier), or directly.
    pub(super) fn assertion_named(
        &self,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
    ) -> Result<Option<Element<'d>>, OpenError> {
        let (id, by_id) = match reference {
            SecurityTokenReference::Assertion { id, .. } => (id, true),
            SecurityTokenReference::Direct { id, .. } => (id, false),
            _ => return Ok(None),
        };
        let token = match self.revision.header_child(id).filter(|token| Assertion::is_one(*token)) {
            Some(token) => token,
            None if by_id => return Err(TokenError::Dangling { uri: id.into() }.into()),
            None => return Ok(None),
        };
        let is_v2 = token.is(name::SAML2.uri, "Assertion");
        let mistyped = match reference {
            SecurityTokenReference::Assertion { is_v2: expected, .. } => *expected != is_v2,
            SecurityTokenReference::Direct { value_type: Some(expected), .. } => {
                *expected != if is_v2 { SAML_V2_0 } else { SAML_V1_1 }
            }
            _ => false,
        };
        if mistyped {
            return Err(TokenError::TypeMismatch { expected: id.into() }.into());
        }
        self.check_order(place, token, id)?;
        Ok(Some(token))
    }

    /// The assertion at `token`, among the checked ones of our header, and its index.
    fn judged(&self, token: Element<'_>) -> Option<(usize, &'a SeenAssertion)> {
        self.assertions.iter().enumerate().find(|(_, seen)| seen.span == token.span())
    }

    /// The public key with which the subject of the assertion at `token` signs.
    pub(super) fn key_of_assertion(&self, token: Element<'_>) -> Result<FoundKey, OpenError> {
        let (at, seen) = self.judged(token).ok_or_else(OpenError::no_key)?;
        let ConfirmationKey { key, certificate } = self.confirmation_key(token, seen)?.ok_or_else(OpenError::no_key)?;
        let holder = Holder::Assertion { at, certificate };
        Ok(FoundKey { key: key.into(), holder, token: Some(token.span()), root: None })
    }

    /// The public key that confirms an assertion. The issuer vouches for it, so it needs no certificate path.
    fn confirmation_key(&self, token: Element<'_>, seen: &SeenAssertion) -> Result<Option<ConfirmationKey>, OpenError> {
        let budget = &self.terms.budget;
        for key_info in seen.issued.key_infos(token) {
            let key_info = KeyInfo::parse(key_info, budget)?;
            for hint in key_info.hints() {
                let named = match hint {
                    KeyHint::KeyValue(key) => return Ok(Some(ConfirmationKey { key: key.clone(), certificate: None })),
                    KeyHint::X509Data(data) => {
                        if let Some(der) = data.certificates.first() {
                            budget.charge(Limit::Certificates, 1)?;
                            let certificate = Certificate::from_der(der).map_err(TokenError::from)?;
                            return Ok(Some(ConfirmationKey::of(&certificate)));
                        }
                        SecurityTokenReference::X509Data(data.clone())
                    }
                    KeyHint::SecurityTokenReference(element) => SecurityTokenReference::parse(*element, budget)?,
                    _ => continue,
                };
                // Anyone can make a certificate with the names, the serial number and the identifier of another one: a
                // certificate from the message is used only if the assertion has its exact octets.
                let tokens = self.tokens.iter().map(|token| &token.certificate).filter(|_| named.is_of_octets());
                let known = self.terms.receiver.trust.candidates().chain(tokens);
                let mut known = known.filter(|certificate| named.names(certificate));
                if let Some(certificate) = known.next() {
                    return Ok(Some(ConfirmationKey::of(certificate)));
                }
            }
        }
        Ok(None)
    }

    /// The secret that confirms the assertion at `token`, which its issuer encrypted to us.
    pub(super) fn secret_of_assertion(
        &mut self,
        token: Element<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let budget = &self.terms.budget;
        let Some((at, seen)) = self.judged(token) else { return Ok(None) };
        for key_info in seen.issued.key_infos(token) {
            let key_info = KeyInfo::parse(key_info, budget)?;
            for hint in key_info.hints() {
                if let KeyHint::EncryptedKey(element) = hint
                    && let Some(found) = self.unwrap(&EncryptedKey::parse(*element, budget)?, wanted.len)?
                {
                    let holder = Holder::Assertion { at, certificate: None };
                    let found = FoundSecret { holder, origin: KeyOrigin::Assertion, ..found };
                    return Ok(Some(found.through("Assertion", token)));
                }
            }
        }
        Ok(None)
    }
}
