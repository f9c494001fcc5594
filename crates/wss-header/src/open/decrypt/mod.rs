//! Decryption: from a list of ciphertext to the splices that make the next revision.
//!
//! `target` says where ciphertext may be, `element` decrypts what replaces it in the envelope, `attachment` decrypts an
//! attachment. `unsigned_key` and `namespaces` say when a signature over ciphertext does not prove its plaintext.

mod attachment;
mod element;
mod namespaces;
mod target;
mod unsigned_key;

use std::collections::HashSet;

use wss_c14n::{Element, Limit, Splices, name};
use wss_crypto::ContentEncryption;
use wss_xmldsig::KeyInfo;
use wss_xmlenc::{EncryptedData, EncryptedKey, PlaintextType, parse_reference_list};

use self::attachment::OpenedAttachment;
pub(super) use self::element::decrypt_element;
use self::target::Target;
use super::facts::Facts;
use super::keys::{FoundSecret, KeyRing, KeySearch, Wanted};
use super::misplaced::WhyMisplaced;
use super::named::addressee;
use super::replacement::{NewPlaintext, Replacement};
use super::revision::Revision;
use super::terms::Terms;
use crate::error::OpenError;
use crate::receiver::Receiver;

/// A list of ciphertext in our header.
struct List<'a, 'd> {
    /// The `xenc:ReferenceList`, or the `xenc:EncryptedKey` around it.
    owner: Element<'d>,
    ids: &'a [String],
    /// The key of the list; without one, each EncryptedData names its own.
    key: Option<&'a EncryptedKey<'d>>,
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

/// Decrypts everything that a list names, in one revision.
fn decrypt_list(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    list: &List<'_, '_>,
) -> Result<Replacement, OpenError> {
    let mut splices = Splices::new();
    let mut plaintexts = Vec::new();
    let mut attachments: Vec<OpenedAttachment> = Vec::new();
    let mut seen = HashSet::new();
    for id in list.ids {
        let refused = |why| OpenError::EncryptedData { id: id.into(), why };
        if !seen.insert(id) {
            return Err(refused(WhyMisplaced::Twice));
        }
        terms.budget.charge(Limit::EncryptedData, 1)?;
        let named = revision.ids.get(id).ok_or_else(|| refused(WhyMisplaced::Missing))?;
        let target = Target::find(revision, named, list.owner).ok_or_else(|| refused(WhyMisplaced::Place))?;
        let data = EncryptedData::parse(target.data)?;
        if !is_of_fitting_type(&data, &target, revision) {
            return Err(refused(WhyMisplaced::Type));
        }
        if facts.attachments.opened_data.contains(id) {
            return Err(refused(WhyMisplaced::Twice));
        }
        let attachment = data.attachment().map(|url| attachment::find(&data, url, terms, facts)).transpose()?;
        let is_covered = match &attachment {
            Some(attachment) => attachment.is_covered,
            None => facts.is_covered(&target.data.span(), terms),
        };
        check_cipher(data.method(), terms.receiver, is_covered)?;
        // A key that was searched for something else names nobody here.
        ring.addressee = None;
        let mut search = KeySearch::new(revision, terms, facts, ring);
        let Some(found) = find_key(&mut search, &data, list.key)? else {
            // It is for another receiver: a part that holds it is not handed out.
            let named = ring.addressee.take().unwrap_or_else(|| addressee(data.key_info(), &facts.tokens));
            facts.decryptions.for_others.insert(id.clone(), named);
            continue;
        };
        if let Some(attachment) = attachment {
            if attachments.iter().any(|other| other.ciphertext.at == attachment.at) {
                return Err(refused(WhyMisplaced::Twice));
            }
            attachments.push(attachment::decrypt(&data, id, attachment, found, terms, facts, ring)?);
            continue;
        }
        let plaintext = decrypt_element(&data, &found, target.replaced, terms, facts, ring)?;
        let replaced = target.replaced.span();
        // Ciphertext inside ciphertext, as in EncryptionProperties, or one block with two Ids.
        let overlaps =
            |other: &NewPlaintext| replaced.start < other.replaced.end && other.replaced.start < replaced.end;
        if plaintexts.iter().any(overlaps) {
            return Err(refused(WhyMisplaced::Overlaps));
        }
        splices.replace(replaced.clone(), plaintext.into_xml());
        plaintexts.push(NewPlaintext::new(replaced, target.place, &data, found));
    }
    for attachment in attachments {
        attachment::record(attachment, terms.receiver, facts);
    }
    Ok(Replacement { splices, plaintexts, revisit: false })
}

/// Whether the `Type` of the ciphertext fits its place.
fn is_of_fitting_type(data: &EncryptedData<'_>, target: &Target<'_>, revision: &Revision<'_>) -> bool {
    match data.plaintext_type() {
        PlaintextType::Element => data.attachment().is_none(),
        PlaintextType::Content => data.attachment().is_none() && target.place.in_body,
        PlaintextType::Attachment { .. } => data.attachment().is_some() && revision.is_in_header(target.data),
        PlaintextType::Other(_) => false,
    }
}

/// The key of the ciphertext, from its list or its own KeyInfo; `None` if it is not one of ours.
fn find_key(
    search: &mut KeySearch<'_, '_>,
    data: &EncryptedData<'_>,
    key: Option<&EncryptedKey<'_>>,
) -> Result<Option<FoundSecret>, OpenError> {
    let wanted = data.method().key_len();
    if let Some(key) = key {
        return search.unwrap(key, Some(wanted));
    }
    let key_info = data.key_info().map(|element| KeyInfo::parse(element, &search.terms.budget)).transpose()?;
    search.secret_of_key_info(key_info.as_ref(), Wanted::cipher(wanted))
}

/// Refuses a cipher that the policy does not admit, and an unauthenticated one unless a verified signature covers the
/// ciphertext or the receiver was told to accept that.
pub(super) fn check_cipher(cipher: ContentEncryption, receiver: &Receiver, is_covered: bool) -> Result<(), OpenError> {
    receiver.policy.encryption.check_content(cipher)?;
    if cipher.is_authenticated() || receiver.unauthenticated_cbc || is_covered {
        return Ok(());
    }
    Err(OpenError::UnauthenticatedCbc)
}
