//! The Security header: its children in order, each passed to its step. A token is read by its kind.

use wss_c14n::{Budget, Element, Limit, base64_decode, name};
use wss_soap::mime::content_id_of;
use wss_tokens::{Timestamp, TimestampShape};

use super::decrypt::{decrypt_in_place, decrypt_listed, decrypt_unlisted};
use super::facts::{Facts, SeenConfirmation, SeenTimestamp};
use super::keys::KeyRing;
use super::replacement::Replacement;
use super::revision::Revision;
use super::terms::Terms;
use super::{signature, tokens, unjudged};
use crate::error::OpenError;
use crate::waiver::Waiver;

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
    if let Some(kind) = tokens::kind_of(child) {
        return kind.read(child, revision, terms, facts, ring);
    }
    match (child.name().namespace, child.name().local) {
        (ns, "Timestamp") if ns == name::WSU.uri => {
            if facts.timestamp.is_some() {
                return Err(OpenError::TwoTimestamps);
            }
            facts.timestamp = Some(read_timestamp(child, terms)?);
        }
        (ns, "Signature") if ns == name::DS.uri => {
            match signature::verify(revision, terms, facts, ring, child) {
                Ok(proven) => facts.record_signature(proven),
                // The signature may be over the plaintext of ciphertext that no list names.
                Err(error) if error.is_digest_mismatch() && terms.receiver.waives(Waiver::UnlistedEncryptedData) => {
                    let replacement = decrypt_unlisted(revision, terms, facts, ring)?;
                    return replacement.map(Some).ok_or(error);
                }
                Err(error) if unjudged::is_ignored(&error, terms.receiver) => facts.ignore_unjudged(child, &error),
                Err(error) => return Err(unjudged::unless_alone(error, revision)),
            }
        }
        (ns, "SignatureConfirmation") if ns == name::WSSE11.uri => {
            facts.confirmations.push(read_confirmation(child, &terms.budget)?);
        }
        // Such a reference matters only if something refers to it.
        (ns, "SecurityTokenReference") if ns == name::WSSE.uri => {}
        (ns, "ReferenceList") if ns == name::XENC.uri => return decrypt_listed(revision, terms, facts, ring, child),
        // This is the EncryptedData of an attachment that an earlier list named. Other ciphertext is not named by a
        // list so far, or is for another receiver.
        (ns, "EncryptedData") if ns == name::XENC.uri && is_opened(child, facts) => {}
        (ns, "EncryptedData") if ns == name::XENC.uri && terms.receiver.waives(Waiver::UnlistedEncryptedData) => {
            return decrypt_in_place(revision, terms, facts, ring, child);
        }
        _ => facts.ignore(child),
    }
    Ok(None)
}

/// Whether `data` describes decrypted ciphertext.
pub(super) fn is_opened(data: Element<'_>, facts: &Facts<'_>) -> bool {
    data.attribute("", "Id").is_some_and(|id| facts.attachments.opened_data.contains(id.as_ref()))
}

/// The ciphertext of attachments in our header that was not decrypted, with the Content-ID of each.
pub(super) fn sealed_attachments<'d>(
    revision: &Revision<'d>,
    facts: &Facts<'_>,
) -> impl Iterator<Item = (Element<'d>, String)> {
    let left = revision.header.element.children_named(name::XENC.uri, "EncryptedData");
    let left = left.filter(move |data| !is_opened(*data, facts));
    left.flat_map(|data| {
        let references = data.descendants_and_self().filter(|inner| inner.is(name::XENC.uri, "CipherReference"));
        references.filter_map(move |reference| Some((data, content_id_of(&reference.attribute("", "URI")?)?)))
    })
}

/// Reads the `wsu:Timestamp`.
pub(super) fn read_timestamp(element: Element<'_>, terms: &Terms<'_>) -> Result<SeenTimestamp, OpenError> {
    let shape = TimestampShape {
        in_any_order: terms.receiver.waives(Waiver::TimestampsOfOtherShapes),
        in_any_namespace: terms.receiver.waives(Waiver::FieldsInOtherNamespaces),
    };
    let timestamp = Timestamp::parse_as(element, shape)?;
    if timestamp.has_offset() && !terms.receiver.waives(Waiver::LocalTimes) {
        return Err(OpenError::LocalTime { element: "wsu:Timestamp" });
    }
    if timestamp.lacks_zone() && !terms.receiver.waives(Waiver::TimesWithoutZone) {
        return Err(OpenError::NoZone { element: "wsu:Timestamp" });
    }
    if timestamp.created().is_none() && !terms.receiver.waives(Waiver::TimestampsWithoutCreated) {
        return Err(OpenError::NoCreated);
    }
    Ok(SeenTimestamp { span: element.span(), created: timestamp.created(), expires: timestamp.expires() })
}

/// Reads a `wsse11:SignatureConfirmation`: the peer says that it processed a signature of our request. An empty value
/// means no value, as WSS4J writes it.
pub(super) fn read_confirmation(element: Element<'_>, budget: &Budget) -> Result<SeenConfirmation, OpenError> {
    budget.charge(Limit::Confirmations, 1)?;
    let value = match element.attribute("", "Value") {
        Some(text) if !text.is_empty() => {
            Some(base64_decode(&text, 1_024).ok_or_else(|| element.missing("a Value in base64"))?)
        }
        _ => None,
    };
    Ok(SeenConfirmation { span: element.span(), value })
}
