//! SAML assertions of the header: the issuer is checked when an assertion is read, the subject when the message is
//! verified.

use wss_c14n::{Element, Limit, Splices, name};
use wss_tokens::{Assertion, IssuedAssertion};
use wss_xmldsig::{KeyHint, KeyInfo};
use wss_xmlenc::{EncryptedData, EncryptedKey, PlaintextType};

use super::decrypt::{check_cipher, decrypt_element};
use super::facts::{Facts, SeenAssertion};
use super::keys::{FoundSecret, KeyRing, KeySearch, Wanted};
use super::misplaced::WhyMisplaced;
use super::proven::ProvenSignature;
use super::replacement::{NewPlaintext, Place, Replacement};
use super::replay_key::replay_key;
use super::revision::Revision;
use super::terms::Terms;
use crate::authenticated_assertion::AuthenticatedAssertion;
use crate::error::OpenError;
use crate::part::Part;
use crate::signer::Signer;

/// Checks an assertion's issuer and conditions; `None` if the receiver trusts no issuer.
pub(super) fn judge(element: Element<'_>, terms: &Terms<'_>) -> Result<Option<SeenAssertion>, OpenError> {
    let Some(trust) = &terms.receiver.assertions else { return Ok(None) };
    terms.budget.charge(Limit::Tokens, 1)?;
    let assertion = Assertion::parse(element, &terms.budget)?;
    let policy = &terms.receiver.policy.signature;
    let issued = trust.issued(&assertion, policy, &terms.budget, terms.now, terms.receiver.clock_skew)?;
    Ok(Some(SeenAssertion { span: element.span(), issued, certificate: None }))
}

/// Decrypts a `saml2:EncryptedAssertion`; `None` if none of our keys decrypts it. The assertion takes its place in the
/// header, and is processed next, like any other.
pub(super) fn decrypt(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    element: Element<'_>,
) -> Result<Option<Replacement>, OpenError> {
    terms.budget.charge(Limit::EncryptedData, 1)?;
    let data = EncryptedData::parse(element.required_child(name::XENC.uri, "EncryptedData")?)?;
    if *data.plaintext_type() != PlaintextType::Element {
        return Err(OpenError::EncryptedData { id: String::new().into(), why: WhyMisplaced::Type });
    }
    check_cipher(data.method(), terms.receiver, facts.is_covered(&element.span(), terms))?;
    let mut search = KeySearch::new(revision, terms, facts, ring);
    let Some(found) = find_key(&mut search, element, &data)? else { return Ok(None) };
    let plaintext = decrypt_element(&data, &found, element, terms, facts, ring)?;
    let mut splices = Splices::new();
    splices.replace(element.span(), plaintext.into_xml());
    let place = Place { in_body: false, whole_content: false };
    let plaintexts = vec![NewPlaintext::new(element.span(), place, &data, found)];
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

/// Whether a signature covers the Body, and was made with a key that the assertion names.
pub(super) fn holds_key(signature: &ProvenSignature, issued: &IssuedAssertion) -> bool {
    match &signature.signer {
        Signer::Assertion(assertion) => assertion.issued.id() == issued.id() && signature.covers(&Part::Body),
        _ => false,
    }
}

/// Whether a signature of an attester covers both the assertion and the Body.
pub(super) fn vouches(signature: &ProvenSignature, seen: &SeenAssertion, terms: &Terms<'_>) -> bool {
    let (Some(trust), Some(attester)) = (&terms.receiver.assertions, signature.signer.certificate()) else {
        return false;
    };
    signature.covers(&Part::Body)
        && signature.coverage.has(&Part::Assertion, &seen.span)
        && trust.vouches(attester, terms.now, &terms.budget).is_ok()
}

/// The replay key of each assertion that may be used once, and until when it must be remembered at least.
pub(super) fn replay_keys(
    confirmed: &[AuthenticatedAssertion],
) -> impl Iterator<Item = ([u8; 32], std::time::SystemTime)> {
    confirmed.iter().filter_map(|assertion| {
        let issued = &assertion.issued;
        let until = issued.used_up_until(assertion.method)?;
        Some((replay_key(b"assertion", &[issued.issuer().as_bytes(), issued.id().as_bytes()]), until))
    })
}
