//! The Security header: its children in order, each passed to its step.

use wss_c14n::{Element, Limit, name};
use wss_tokens::Assertion;
use wss_xmlenc::{EncryptedKey, parse_reference_list};

use super::decrypt::{List, decrypt_list};
use super::facts::Facts;
use super::keys::KeyRing;
use super::replacement::Replacement;
use super::revision::Revision;
use super::terms::Terms;
use super::{assertions, signature, tokens};
use crate::error::OpenError;

/// Processes the children from `position` on, up to the first that decrypts a part of the envelope; `None` after the
/// last. `position` is then the child to process next.
pub(super) fn process(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    position: &mut usize,
) -> Result<Option<Replacement>, OpenError> {
    while let Some(child) = revision.children.get(*position).copied() {
        *position += 1;
        let replacement = process_child(revision, terms, facts, ring, child)?;
        if let Some(replacement) = replacement.filter(|replacement| !replacement.splices.is_empty()) {
            if replacement.revisit {
                *position -= 1;
            }
            return Ok(Some(replacement));
        }
    }
    Ok(None)
}

fn process_child(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    child: Element<'_>,
) -> Result<Option<Replacement>, OpenError> {
    let child_name = child.name();
    match (child_name.namespace, child_name.local) {
        (ns, "Timestamp") if ns == name::WSU.uri => {
            if facts.timestamp.is_some() {
                return Err(OpenError::TwoTimestamps);
            }
            facts.timestamp = Some(tokens::read_timestamp(child, terms)?);
        }
        // Recorded when the revision was parsed.
        (ns, "BinarySecurityToken") if ns == name::WSSE.uri => {}
        (ns, "UsernameToken") if ns == name::WSSE.uri => {
            let read = tokens::check_username(child, terms, &facts.decryptions)?;
            facts.ignored.extend(read.ignored);
            facts.record_username(read.token, &terms.budget)?;
        }
        (ns, "Signature") if ns == name::DS.uri => {
            let proven = signature::verify(revision, terms, facts, ring, child)?;
            facts.record_signature(proven);
        }
        (ns, "SignatureConfirmation") if ns == name::WSSE11.uri => {
            facts.confirmations.push(tokens::read_confirmation(child, &terms.budget)?);
        }
        (_, "Assertion") if Assertion::is_one(child) => match assertions::judge(child, terms)? {
            Some(seen) => facts.assertions.push(seen),
            None => facts.ignored.push(child_name.to_string().into()),
        },
        (ns, "EncryptedAssertion") if ns == name::SAML2.uri => {
            let replacement = assertions::decrypt(revision, terms, facts, ring, child)?;
            if replacement.is_none() {
                facts.ignored.push(child_name.to_string().into());
            }
            return Ok(replacement);
        }
        // They matter only if something refers to them.
        (ns, "DerivedKeyToken" | "SecurityContextToken") if [name::WSC13.uri, name::WSC2005.uri].contains(&ns) => {}
        (ns, "license") if ns == name::REL.uri && terms.receiver.licenses.is_some() => {}
        (ns, "SecurityTokenReference") if ns == name::WSSE.uri => {}
        (ns, "EncryptedKey" | "ReferenceList") if ns == name::XENC.uri => {
            return decrypt_listed(revision, terms, facts, ring, child);
        }
        // The EncryptedData of an attachment that an earlier list named. Other ciphertext is not named by a list so
        // far, or is for another receiver.
        (ns, "EncryptedData") if ns == name::XENC.uri && is_opened(child, facts) => {}
        _ => facts.ignored.push(child_name.to_string().into()),
    }
    Ok(None)
}

/// Decrypts the data of an `xenc:ReferenceList` in our header, or of the list inside an `xenc:EncryptedKey`; `None` if
/// a key has no list.
pub(super) fn decrypt_listed(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    child: Element<'_>,
) -> Result<Option<Replacement>, OpenError> {
    if child.is(name::XENC.uri, "ReferenceList") {
        let ids = parse_reference_list(child, &terms.budget)?;
        let list = List { owner: child, ids: &ids, key: None };
        return decrypt_list(revision, terms, facts, ring, &list).map(Some);
    }
    terms.budget.charge(Limit::EncryptedKeys, 1)?;
    let key = EncryptedKey::parse(child, &terms.budget)?;
    if key.data_references().is_empty() {
        return Ok(None);
    }
    let list = List { owner: child, ids: key.data_references(), key: Some(&key) };
    decrypt_list(revision, terms, facts, ring, &list).map(Some)
}

/// Whether `data` describes decrypted ciphertext.
pub(super) fn is_opened(data: Element<'_>, facts: &Facts<'_>) -> bool {
    data.attribute("", "Id").is_some_and(|id| facts.attachments.opened_data.contains(id.as_ref()))
}
