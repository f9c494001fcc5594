//! SAML assertions (SAML Token Profile 1.1.1): the issuer is checked when an assertion is read, the subject when the message
//! is verified. A subject signs with the key that the assertion names, or that its issuer encrypted to us.

use std::sync::Arc;

use wss_c14n::{Budget, Element, Limit, Splices, name};
use wss_crypto::{Certificate, DistinguishedName, PublicKey};
use wss_tokens::{
    Assertion, AssertionTrust, ConfirmationMethod, IssuedAssertion, SAML_ASSERTION_ID, SAML_ID, SAML_V1_1, SAML_V2_0,
    SecurityTokenReference, TokenError, end_entities,
};
use wss_xmldsig::{KeyHint, KeyInfo};
use wss_xmlenc::{DecryptError, EncryptedData, EncryptedKey, PlaintextType};

use super::kind::TokenKind;
use crate::authenticated_assertion::AuthenticatedAssertion;
use crate::error::OpenError;
use crate::key_uses::KeyOrigin;
use crate::open::decrypt::{ElementCiphertext, check_cipher, decrypt_element, is_an_assertion, wrong_type};
use crate::open::facts::{Facts, SeenAssertion};
use crate::open::keys::{FoundKey, FoundSecret, Holder, KeyRing, KeySearch, Wanted};
use crate::open::proven::ProvenSignature;
use crate::open::replacement::{NewPlaintext, PlaintextPlace, Replacement};
use crate::open::replay_key::replay_key;
use crate::open::revision::Revision;
use crate::open::shapes::{assertion_shape, expect_assertion_type};
use crate::open::terms::Terms;
use crate::open::token_place::TokenPlace;
use crate::part::Part;
use crate::receiver::Receiver;
use crate::signer::Signer;
use crate::waiver::Waiver;

impl Receiver {
    /// Accepts SAML assertions, with the accepted issuers, audiences and confirmations.
    #[must_use]
    pub fn assertions(mut self, trust: AssertionTrust) -> Self {
        self.keys.assertions = Some(trust);
        self
    }
}

/// A `saml:Assertion` or a `saml2:Assertion`.
pub(super) struct Saml;

/// A `saml2:EncryptedAssertion`.
pub(super) struct EncryptedSaml;

impl TokenKind for Saml {
    fn is_one(&self, element: Element<'_>) -> bool {
        Assertion::is_one(element)
    }

    fn part(&self) -> Option<Part> {
        Some(Part::Assertion)
    }

    fn read(
        &self,
        token: Element<'_>,
        _: &Revision<'_>,
        terms: &Terms<'_>,
        facts: &mut Facts<'_>,
        _: &mut KeyRing,
    ) -> Result<Option<Replacement>, OpenError> {
        if facts.has_read_assertion(&token.span()) {
            return Ok(None);
        }
        match judge(token, terms)? {
            Some(seen) => facts.assertions.push(seen),
            None => facts.ignore(token),
        }
        Ok(None)
    }

    /// A receiver that accepts references to what follows judges an assertion before its turn. What is refused now may only be
    /// encrypted in part: it is judged again in its turn.
    fn note(&self, token: Element<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<(), OpenError> {
        if terms.receiver.waives(Waiver::ForwardReferences)
            && !facts.has_read_assertion(&token.span())
            && let Ok(Some(seen)) = judge(token, terms)
        {
            facts.assertions.push(seen);
        }
        Ok(())
    }

    /// The key with which the subject signs.
    fn public_key(
        &self,
        search: &mut KeySearch<'_, '_>,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
    ) -> Result<Option<FoundKey>, OpenError> {
        let Some(token) = search.assertion_named(place, reference)? else { return Ok(None) };
        let (at, seen) = search.judged(token).ok_or_else(OpenError::no_key)?;
        let confirmed = search.confirmation_key(token, seen)?.ok_or_else(OpenError::no_key)?;
        let (issued, certificate) = (Arc::clone(&seen.issued), confirmed.certificate);
        let holder = Holder::Assertion { issued, at, certificate };
        Ok(Some(FoundKey { key: confirmed.key.into(), holder, token: Some(TokenPlace::at(token.span())), root: None }))
    }

    /// The secret that confirms the subject, which the issuer encrypted to us.
    fn secret(
        &self,
        search: &mut KeySearch<'_, '_>,
        token: Element<'_>,
        stated: Option<&str>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        expect_assertion_type(stated, type_of(token), search.terms.receiver)?;
        let budget = &search.terms.budget;
        let Some((at, seen)) = search.judged(token) else { return Ok(None) };
        for key_info in seen.issued.key_infos(token) {
            let key_info = KeyInfo::parse(key_info, budget)?;
            for hint in key_info.hints() {
                let KeyHint::EncryptedKey(element) = hint else { continue };
                let key = EncryptedKey::parse(*element, budget)?;
                if let Some(found) = search.for_assertion(|search| search.unwrap(&key, wanted.len))? {
                    let issued = Arc::clone(&seen.issued);
                    let holder = Holder::Assertion { issued, at, certificate: None };
                    let found = FoundSecret { holder, origin: KeyOrigin::OneExchange, ..found };
                    return Ok(Some(found.through("Assertion", token)));
                }
            }
        }
        Ok(None)
    }

    /// Finds the secret by the id of the assertion.
    fn secret_named(
        &self,
        search: &mut KeySearch<'_, '_>,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let SecurityTokenReference::Assertion { .. } = reference else { return Ok(None) };
        let Some(token) = search.assertion_named(place, reference)? else { return Ok(None) };
        let found = self.secret(search, token, None, wanted)?;
        Ok(found.map(|found| found.of_token(token)))
    }
}

impl TokenKind for EncryptedSaml {
    fn is_one(&self, element: Element<'_>) -> bool {
        element.is(name::SAML2.uri, "EncryptedAssertion")
    }

    fn part(&self) -> Option<Part> {
        None
    }

    /// Decrypts it. The assertion takes its place in the header, and is read next, like any other.
    fn read(
        &self,
        token: Element<'_>,
        revision: &Revision<'_>,
        terms: &Terms<'_>,
        facts: &mut Facts<'_>,
        ring: &mut KeyRing,
    ) -> Result<Option<Replacement>, OpenError> {
        let replacement = decrypt(revision, terms, facts, ring, token)?;
        if replacement.is_none() {
            facts.ignore(token);
        }
        Ok(replacement)
    }
}

/// The type of an assertion, as references state it.
fn type_of(assertion: Element<'_>) -> &'static str {
    if assertion.is(name::SAML2.uri, "Assertion") { SAML_V2_0 } else { SAML_V1_1 }
}

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

    /// The key that the assertion itself contains, as a value or in a certificate.
    fn contained_in(hint: &KeyHint<'_>, budget: &Budget) -> Result<Option<Self>, OpenError> {
        match hint {
            KeyHint::KeyValue(key) => Ok(Some(Self { key: key.clone(), certificate: None })),
            KeyHint::X509Data(data) if !data.certificates.is_empty() => {
                budget.charge(Limit::Certificates, data.certificates.len() as u64)?;
                let sent = data.certificates.iter().map(|der| Certificate::from_der(der).map_err(TokenError::from));
                let sent = sent.collect::<Result<Vec<_>, _>>()?;
                // The path of the holder may be beside him.
                let [end] = end_entities(&sent)[..] else {
                    let why = "the certificates of its holder are not those of one path: have its issuer send the holder's alone";
                    return Err(TokenError::Assertion(why).into());
                };
                Ok(Some(Self::of(end)))
            }
            _ => Ok(None),
        }
    }

    /// This key; or the equal key that was found before, with its certificate.
    fn unless_another(self, found: Option<Self>) -> Result<Self, OpenError> {
        match found {
            Some(known) if known.key != self.key => {
                let why = "it names several keys of its holder: have its issuer name one key";
                Err(TokenError::Assertion(why).into())
            }
            Some(known) if known.certificate.is_some() => Ok(known),
            _ => Ok(self),
        }
    }
}

impl<'a, 'd> KeySearch<'a, 'd> {
    /// The assertion of our header that a reference identifies: by its id (KeyIdentifier), or directly.
    fn assertion_named(
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
        let stated = match reference {
            SecurityTokenReference::Assertion { is_v2, .. } if *is_v2 == (type_of(token) == SAML_V2_0) => None,
            SecurityTokenReference::Assertion { is_v2: true, .. } => Some(SAML_ID),
            SecurityTokenReference::Assertion { is_v2: false, .. } => Some(SAML_ASSERTION_ID),
            SecurityTokenReference::Direct { value_type, .. } => value_type.as_deref(),
            _ => None,
        };
        expect_assertion_type(stated, type_of(token), self.terms.receiver)?;
        self.check_order(place, token, id)?;
        Ok(Some(token))
    }

    /// The assertion at `token`, among the checked ones of our header, and its index.
    fn judged(&self, token: Element<'_>) -> Option<(usize, &'a SeenAssertion)> {
        self.assertions.iter().enumerate().find(|(_, seen)| seen.span == token.span())
    }

    /// The one public key that confirms an assertion. The issuer vouches for it, so it needs no certificate path.
    fn confirmation_key(&self, token: Element<'_>, seen: &SeenAssertion) -> Result<Option<ConfirmationKey>, OpenError> {
        let budget = &self.terms.budget;
        let mut found: Option<ConfirmationKey> = None;
        for key_info in seen.issued.key_infos(token) {
            let key_info = KeyInfo::parse(key_info, budget)?;
            for hint in key_info.hints() {
                let named = match ConfirmationKey::contained_in(hint, budget)? {
                    Some(contained) => contained,
                    None => match self.key_named(hint)? {
                        Some(named) => named,
                        None => continue,
                    },
                };
                found = Some(named.unless_another(found)?);
            }
        }
        Ok(found)
    }

    /// The key of the known certificate that a child of a `ds:KeyInfo` names. Two with different keys are an error: the holder of
    /// one is not that of the other.
    fn key_named(&self, hint: &KeyHint<'_>) -> Result<Option<ConfirmationKey>, OpenError> {
        let named = match hint {
            KeyHint::X509Data(data) => self.data(data),
            KeyHint::SecurityTokenReference(element) => SecurityTokenReference::parse(*element, &self.terms.budget)?,
            KeyHint::KeyName(name) => return self.key_called(name),
            _ => return Ok(None),
        };
        // Anyone can make a certificate with the names, the serial number and the identifier of another one: a
        // certificate from the message is used only if the assertion has its exact octets.
        let tokens = self.tokens.iter().map(|token| &token.certificate).filter(|_| named.is_of_octets());
        let known = self.terms.receiver.trust.candidates().chain(tokens);
        one_key(known.filter(|certificate| named.names(certificate)))
    }

    /// The key of the certificate that the receiver calls so; or of the known one whose subject has this name.
    fn key_called(&self, name: &str) -> Result<Option<ConfirmationKey>, OpenError> {
        let receiver = self.terms.receiver;
        let called: Vec<&Certificate> = receiver.keys.named(name).collect();
        let subject = DistinguishedName::parse(name).ok().filter(|_| called.is_empty());
        let by_subject = receiver.trust.candidates().filter(|known| Some(known.subject()) == subject.as_ref());
        one_key(called.into_iter().chain(by_subject))
    }
}

/// The one key of certificates that a name fits.
fn one_key<'c>(mut named: impl Iterator<Item = &'c Certificate>) -> Result<Option<ConfirmationKey>, OpenError> {
    let Some(first) = named.next() else { return Ok(None) };
    match named.any(|other| other.public_key() != first.public_key()) {
        true => Err(OpenError::AmbiguousKey),
        false => Ok(Some(ConfirmationKey::of(first))),
    }
}

/// Checks an assertion's issuer and conditions; `None` if the receiver trusts no issuer, or if the assertion has no id by
/// which it could be used, and none is required.
fn judge(element: Element<'_>, terms: &Terms<'_>) -> Result<Option<SeenAssertion>, OpenError> {
    let Some(trust) = &terms.assertions else { return Ok(None) };
    if !has_id(element, terms.receiver) && terms.receiver.requirements.assertions.is_empty() {
        return Ok(None);
    }
    let assertion = Assertion::parse_as(element, assertion_shape(terms.receiver), &terms.budget)?;
    let policy = &terms.receiver.signature_policy();
    let issued = trust.issued(&assertion, policy, &terms.budget, terms.now, terms.receiver.window.clock_skew)?;
    let holder = holder_of(element, &issued, &terms.budget);
    Ok(Some(SeenAssertion { span: element.span(), issued: Arc::new(issued), certificate: None, holder }))
}

/// Whether an assertion has an Id by which it can be used.
pub(crate) fn has_id(element: Element<'_>, receiver: &Receiver) -> bool {
    let is_card = receiver.keys.assertions.as_ref().is_some_and(AssertionTrust::accepts_id_cards);
    let ids: &[&str] = if is_card { &["ID", "AssertionID", "id"] } else { &["ID", "AssertionID"] };
    ids.iter().any(|id| element.attribute("", id).is_some())
}

/// The public key that a holder-of-key assertion contains; `None` if it has no readable one, or several. A signature
/// that refers to such an assertion gets the reason as its error.
fn holder_of(element: Element<'_>, issued: &IssuedAssertion, budget: &Budget) -> Option<PublicKey> {
    if !issued.methods().contains(&ConfirmationMethod::HolderOfKey) {
        return None;
    }
    let mut found: Option<ConfirmationKey> = None;
    for key_info in issued.key_infos(element) {
        let key_info = KeyInfo::parse(key_info, budget).ok()?;
        for hint in key_info.hints() {
            if let Some(contained) = ConfirmationKey::contained_in(hint, budget).ok()? {
                found = Some(contained.unless_another(found).ok()?);
            }
        }
    }
    found.map(|found| found.key)
}

/// Decrypts a `saml2:EncryptedAssertion`; `None` if none of our keys decrypts it.
fn decrypt(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    element: Element<'_>,
) -> Result<Option<Replacement>, OpenError> {
    terms.budget.charge(Limit::EncryptedData, 1)?;
    let data = EncryptedData::parse(element.required_child(name::XENC.uri, "EncryptedData")?)?;
    // The place of the ciphertext says what it is (SAML 2.0 core §2.3.4).
    let data = match data.plaintext_type() {
        PlaintextType::Other(None) => data.of_type(PlaintextType::Element),
        _ => data,
    };
    if *data.plaintext_type() != PlaintextType::Element {
        return Err(OpenError::EncryptedData { id: String::new().into(), why: wrong_type(&data) });
    }
    check_cipher(data.method(), terms.receiver, facts.is_covered(&element.span(), terms))?;
    let mut search = KeySearch::new(revision, terms, facts, ring);
    let found = search.for_assertion(|search| find_key(search, element, &data))?;
    let Some(found) = found else { return Ok(None) };
    let (found, data) = found.fitted(data, terms.receiver)?;
    let ciphertext = ElementCiphertext { data: &data, replaced: element };
    let plaintext = decrypt_element(ciphertext, &found, terms, facts, ring)?;
    let piece = plaintext.into_piece();
    // Anyone can put ciphertext of others, as a password, into an element of this name.
    if !is_an_assertion(piece.document()) {
        return Err(found.failed(DecryptError::Failed, data.method()));
    }
    let mut splices = Splices::new();
    splices.replace_by(element.span(), piece);
    let plaintexts = vec![NewPlaintext::new(element.span(), PlaintextPlace::Header, &data, found)];
    Ok(Some(Replacement { splices, plaintexts, revisit: true }))
}

/// The key of an encrypted assertion: in the KeyInfo of its data, or beside the data.
fn find_key(
    search: &mut KeySearch<'_, '_>,
    element: Element<'_>,
    data: &EncryptedData<'_>,
) -> Result<Option<FoundSecret>, OpenError> {
    let wanted = Wanted::cipher(data.method().key_len());
    let budget = &search.terms.budget;
    if let Some(key_info) = data.key_info() {
        let key_info = KeyInfo::parse(key_info, budget)?;
        if let [KeyHint::EncryptedKey(inside)] = key_info.hints() {
            return search.unwrap(&EncryptedKey::parse(*inside, budget)?, wanted.len);
        }
        if let Some(found) = search.secret_of_key_info(Some(&key_info), wanted)? {
            return Ok(Some(found));
        }
    }
    let beside = element.children_named(name::XENC.uri, "EncryptedKey");
    for key in beside.take(budget.limits().size(Limit::EncryptedKeys)) {
        if let Some(found) = search.unwrap(&EncryptedKey::parse(key, budget)?, wanted.len)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Whether a signature covers the message, and was made with a key that the assertion at this index names (SAML Token
/// Profile 1.1.1 §3.5.1). If the signature refers to a certificate of that key, its coverage shows which assertion is
/// meant.
pub(crate) fn holds_key(
    signature: &ProvenSignature,
    (at, seen): (usize, &SeenAssertion),
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> bool {
    let is_by_holder = match &signature.signer {
        Signer::Assertion(_) => {
            signature.held.as_ref().is_some_and(|held| held.at == at) && facts.is_token_certain(signature, terms)
        }
        Signer::Certificate(certificate) => {
            seen.holder.as_ref() == Some(certificate.certificate().public_key())
                && signature.coverage.has(&Part::Assertion, &seen.span)
        }
        _ => false,
    };
    is_by_holder
        && (facts.is_message_covered_by(signature, terms) || facts.is_protected_message_covered_by(signature, terms))
}

/// Whether a signature of an attester covers both the assertion and the message.
pub(crate) fn vouches(signature: &ProvenSignature, seen: &SeenAssertion, terms: &Terms<'_>, facts: &Facts<'_>) -> bool {
    let (Some(trust), Some(attester)) = (&terms.assertions, signature.signer.validated_certificate()) else {
        return false;
    };
    facts.is_message_covered_by(signature, terms)
        && signature.coverage.has(&Part::Assertion, &seen.span)
        && trust.vouches(attester, terms.now, &terms.budget).is_ok()
}

/// The replay key of each assertion that may be used once, and the time until which it must be remembered.
pub(crate) fn replay_keys<'a>(
    assertions: impl Iterator<Item = &'a AuthenticatedAssertion>,
) -> impl Iterator<Item = ([u8; 32], std::time::SystemTime)> {
    assertions.filter_map(|assertion| {
        let issued = &assertion.issued;
        let until = issued.used_up_until(assertion.method)?;
        Some((replay_key(b"assertion", &[issued.issuer().as_bytes(), issued.id().as_bytes()]), until))
    })
}
