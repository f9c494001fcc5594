//! SAML assertions of the header: judged by their issuer when they are met, confirmed by what the message proves.

use std::ops::Range;

use wss_c14n::{Element, Limit, Splices, name};
use wss_crypto::{Certificate, PublicKey};
use wss_tokens::{Assertion, IssuedAssertion, SecurityTokenReference, TokenError};
use wss_xmldsig::{KeyHint, KeyInfo};
use wss_xmlenc::{EncryptedData, EncryptedKey, PlaintextType};

use super::keys::{FoundSecret, Holder, Wanted};
use super::signature::{ProvenSignature, replay_key};
use super::{NewPlaintext, Opening, Scene, Step};
use crate::error::OpenError;
use crate::key_uses::KeyOrigin;
use crate::opened::AuthenticatedAssertion;
use crate::part::Part;
use crate::signer::Signer;

/// An assertion whose issuer and conditions were judged.
pub(super) struct SeenAssertion {
    pub(super) span: Range<usize>,
    pub(super) issued: IssuedAssertion,
    /// Whose key signed as its subject, if the issuer put a certificate into it.
    pub(super) certificate: Option<Certificate>,
}

impl Opening<'_> {
    pub(super) fn assertion(&mut self, element: Element<'_>) -> Result<(), OpenError> {
        let Some(trust) = &self.receiver.assertions else {
            self.evidence.ignored.push(element.name().to_string().into());
            return Ok(());
        };
        self.budget.charge(Limit::Tokens, 1)?;
        let assertion = Assertion::parse(element, &self.budget)?;
        let policy = &self.receiver.policy.signature;
        let issued = trust.issued(&assertion, policy, &self.budget, self.now, self.receiver.clock_skew)?;
        self.note_revocation(issued.issuer_revocation());
        self.assertions.push(SeenAssertion { span: element.span(), issued, certificate: None });
        Ok(())
    }

    /// The assertion a reference means, among those of our header that were judged already.
    pub(super) fn assertion_of(&self, token: Element<'_>) -> Option<usize> {
        self.assertions.iter().position(|seen| seen.span == token.span())
    }

    /// The certificate of the subject that signed, where its issuer named it.
    pub(crate) fn subject_certificate(&self, signer: &Signer) -> Option<Certificate> {
        let Signer::Assertion(assertion) = signer else { return None };
        let seen = self.assertions.iter().find(|seen| seen.issued.id() == assertion.issued.id())?;
        seen.certificate.clone()
    }

    /// The public key that confirms an assertion: what its issuer says it is, no certificate path needed.
    pub(super) fn confirmation_key(&mut self, token: Element<'_>, at: usize) -> Result<Option<PublicKey>, OpenError> {
        let Some(seen) = self.assertions.get_mut(at) else { return Ok(None) };
        for key_info in seen.issued.key_infos(token) {
            let key_info = KeyInfo::parse(key_info, &self.budget)?;
            for hint in key_info.hints() {
                let named = match hint {
                    KeyHint::KeyValue(key) => return Ok(Some(key.clone())),
                    KeyHint::X509Data(data) => {
                        if let Some(der) = data.certificates.first() {
                            self.budget.charge(Limit::Certificates, 1)?;
                            let certificate = Certificate::from_der(der).map_err(TokenError::from)?;
                            let key = certificate.public_key().clone();
                            seen.certificate = Some(certificate);
                            return Ok(Some(key));
                        }
                        SecurityTokenReference::X509Data(data.clone())
                    }
                    KeyHint::SecurityTokenReference(element) => SecurityTokenReference::parse(*element, &self.budget)?,
                    _ => continue,
                };
                // Anyone can make a certificate with the names, the serial number and the identifier of another: what
                // comes with the message is taken where its very octets are named.
                let tokens = self.tokens.iter().map(|token| &token.certificate).filter(|_| named.is_of_octets());
                let known = self.receiver.trust.candidates().chain(tokens);
                let mut known = known.filter(|certificate| named.names(certificate));
                if let Some(certificate) = known.next() {
                    seen.certificate = Some(certificate.clone());
                    return Ok(Some(certificate.public_key().clone()));
                }
            }
        }
        Ok(None)
    }

    /// The secret that confirms an assertion, encrypted to us by its issuer.
    pub(super) fn confirmation_secret(
        &mut self,
        token: Element<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let Some(at) = self.assertion_of(token) else { return Ok(None) };
        let Some(seen) = self.assertions.get(at) else { return Ok(None) };
        let key_infos: Vec<Element<'_>> = seen.issued.key_infos(token).collect();
        for key_info in key_infos {
            let key_info = KeyInfo::parse(key_info, &self.budget)?;
            for hint in key_info.hints() {
                if let KeyHint::EncryptedKey(element) = hint
                    && let Some(found) = self.unwrap(&EncryptedKey::parse(*element, &self.budget)?, wanted.len)?
                {
                    let (holder, origin) = (Holder::Assertion(at), KeyOrigin::Assertion);
                    return Ok(Some(FoundSecret { holder, origin, ..found }));
                }
            }
        }
        Ok(None)
    }

    /// `saml2:EncryptedAssertion`: what comes out is an assertion, and is judged as if it had just been received.
    pub(super) fn encrypted_assertion(&mut self, scene: &Scene<'_>, element: Element<'_>) -> Result<Step, OpenError> {
        self.budget.charge(Limit::EncryptedData, 1)?;
        let misplaced = || OpenError::EncryptedData { id: String::new().into() };
        let data = EncryptedData::parse(element.required_child(name::XENC.uri, "EncryptedData")?)?;
        if *data.plaintext_type() != PlaintextType::Element {
            return Err(misplaced());
        }
        self.check_cipher(data.method(), self.is_covered(&element.span()))?;
        let wanted = Wanted::cipher(data.method().key_len());
        let Some(found) = self.key_of_assertion(scene, element, &data, wanted)? else {
            self.evidence.ignored.push(element.name().to_string().into());
            return Ok(Step::Next);
        };
        let plaintext = self.plaintext(&data, &found)?;
        self.weigh_coverage(&element.span(), data.method(), &found);
        self.weigh_namespaces(element, plaintext.prefixes_from_around());
        let mut splices = Splices::new();
        splices.replace(element.span(), plaintext.into_xml());
        // The child that takes its place is met next.
        self.position -= 1;
        let plaintext = NewPlaintext {
            replaced: element.span(),
            in_body: false,
            whole_content: false,
            id: data.id().map(str::to_owned),
            key: found.label,
            root: found.root,
            content: data.method(),
        };
        Ok(Step::Spliced(splices, vec![plaintext]))
    }

    /// The key of an encrypted assertion: in the KeyInfo of its data, or beside it.
    fn key_of_assertion(
        &mut self,
        scene: &Scene<'_>,
        element: Element<'_>,
        data: &EncryptedData<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        if let Some(key_info) = data.key_info() {
            let key_info = KeyInfo::parse(key_info, &self.budget)?;
            if let [KeyHint::EncryptedKey(inside)] = key_info.hints() {
                return self.unwrap(&EncryptedKey::parse(*inside, &self.budget)?, wanted.len);
            }
            if let Some(found) = self.secret_of_key_info(scene, Some(&key_info), wanted)? {
                return Ok(Some(found));
            }
        }
        let beside = element.children_named(name::XENC.uri, "EncryptedKey");
        for key in beside.take(self.budget.limits().size(Limit::EncryptedKeys)) {
            if let Some(found) = self.unwrap(&EncryptedKey::parse(key, &self.budget)?, wanted.len)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Whether one signature of an attester covers assertion and Body.
    pub(super) fn vouches(&self, signature: &ProvenSignature, seen: &SeenAssertion) -> bool {
        let (Some(trust), Some(attester)) = (&self.receiver.assertions, signature.signer.certificate()) else {
            return false;
        };
        signature.covers(&Part::Body)
            && signature.coverage.has(&Part::Assertion, &seen.span)
            && trust.vouches(attester, self.now, &self.budget).is_ok()
    }

    /// Assertions that may be used once are remembered as long as they hold.
    pub(super) fn note_uses(&mut self, confirmed: &[AuthenticatedAssertion]) {
        for assertion in confirmed {
            let issued = &assertion.issued;
            if let Some(until) = issued.used_up_until(assertion.method) {
                let key = replay_key(b"assertion", &[issued.issuer().as_bytes(), issued.id().as_bytes()]);
                self.replay_keys.push((key, Some(until)));
            }
        }
    }
}

/// Whether a signature over the Body was made with a key the assertion names.
pub(super) fn holds_key(signature: &ProvenSignature, issued: &IssuedAssertion) -> bool {
    match &signature.signer {
        Signer::Assertion(assertion) => assertion.issued.id() == issued.id() && signature.covers(&Part::Body),
        _ => false,
    }
}
