//! Decryption: from a list of ciphertext to the splices that make the next revision.
//!
//! `target` finds the allowed places of ciphertext, `element` decrypts ciphertext of the envelope, `attachment`
//! decrypts an attachment, `repeatable` says what must not come again. `unsigned_key` and `namespaces` decide when a
//! signature over ciphertext does not prove its plaintext.

mod attachment;
mod element;
mod misshapen;
mod namespaces;
mod repeatable;
mod target;
mod unlisted;
mod unsigned_key;

use std::collections::HashSet;

use wss_c14n::{Element, Limit, Splices, name};
use wss_crypto::ContentEncryption;
use wss_xmldsig::KeyInfo;
use wss_xmlenc::{EncryptedData, EncryptedKey, PlaintextType, ReferenceList};

use self::attachment::OpenedAttachment;
pub(super) use self::element::{ElementCiphertext, decrypt_element};
pub(super) use self::misshapen::{may_be_hidden, misshapen_list};
pub(super) use self::repeatable::is_an_assertion;
use self::repeatable::key_of_element;
use self::target::Target;
pub(crate) use self::unlisted::lasting_name;
pub(super) use self::unlisted::{decrypt_each, decrypt_in_place, decrypt_unlisted, unlisted};
use super::facts::{Facts, ForOthers};
use super::keys::{FoundSecret, KeyRing, KeySearch, Wanted};
use super::named::{addressee_told, missing_secret};
use super::replacement::{NewPlaintext, PlaintextPlace, Replacement};
use super::revision::Revision;
use super::terms::Terms;
use crate::error::{OpenError, WhyMisplaced};
use crate::receiver::Receiver;
use crate::waiver::Waiver;

/// A list of ciphertext in our header.
struct List<'a, 'd> {
    /// The `xenc:ReferenceList`, or the `xenc:EncryptedKey` around it.
    owner: Element<'d>,
    ids: &'a [String],
    /// The key of the list; without one, each EncryptedData names its own.
    key: Option<&'a EncryptedKey<'d>>,
}

impl List<'_, '_> {
    /// Whether the key of the list is for another recipient of the same ciphertext.
    fn is_for_others(&self, step: &mut DecryptionStep<'_, '_, '_>) -> Result<bool, OpenError> {
        let Some(key) = self.key else { return Ok(false) };
        let search = KeySearch::new(step.revision, step.terms, step.facts, step.ring);
        search.is_for_others(key)
    }
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
        let references = ReferenceList::parse(child, &terms.budget)?;
        check_hashes(&references, revision, terms.receiver)?;
        let list = List { owner: child, ids: references.data(), key: None };
        return decrypt_list(revision, terms, facts, ring, &list).map(Some);
    }
    terms.budget.charge(Limit::EncryptedKeys, 1)?;
    let key = EncryptedKey::parse(child, &terms.budget)?;
    check_hashes(key.references(), revision, terms.receiver)?;
    if key.data_references().is_empty() {
        return Ok(None);
    }
    let list = List { owner: child, ids: key.data_references(), key: Some(&key) };
    decrypt_list(revision, terms, facts, ring, &list).map(Some)
}

/// Refuses a list with a URI that lacks `#`, unless the receiver accepts such.
fn check_hashes(list: &ReferenceList, revision: &Revision<'_>, receiver: &Receiver) -> Result<(), OpenError> {
    let Some(uri) = list.without_hash() else { return Ok(()) };
    match revision.ids.contains(uri) {
        true if receiver.waives(Waiver::ReferencesWithoutHash) => Ok(()),
        true => Err(OpenError::NoHash { uri: uri.into() }),
        false => Err(OpenError::EncryptedData { id: uri.into(), why: WhyMisplaced::Missing }),
    }
}

/// Decrypts everything that a list names, in one revision.
fn decrypt_list(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    list: &List<'_, '_>,
) -> Result<Replacement, OpenError> {
    let mut step = DecryptionStep { revision, terms, facts, ring, opened: Plaintexts::default() };
    let mut seen = HashSet::new();
    for id in list.ids {
        let refused = |why| OpenError::EncryptedData { id: id.into(), why };
        if !seen.insert(id) {
            return Err(refused(WhyMisplaced::Twice));
        }
        let is_opened = step.facts.decryptions.retired_ids.contains(id);
        if is_opened && (terms.receiver.waives(Waiver::UnlistedEncryptedData) || list.is_for_others(&mut step)?) {
            // The ciphertext was decrypted before this list, in its place or with the key of another recipient.
            continue;
        }
        let named = revision.ids.get(id).ok_or_else(|| refused(WhyMisplaced::Missing))?;
        let target = Target::find(revision, named, list.owner, terms.receiver);
        let target = target.ok_or_else(|| refused(why_misplaced(named, revision)))?;
        step.decrypt(&target, id, list.key)?;
    }
    Ok(step.finish(false))
}

/// The reason why a list cannot name an element at this place.
fn why_misplaced(named: Element<'_>, revision: &Revision<'_>) -> WhyMisplaced {
    match named.is(name::XENC.uri, "EncryptedData") {
        true if revision.is_in_header(named) => WhyMisplaced::BeforeItsList,
        true if revision.is_block(named) => WhyMisplaced::HeaderBlock,
        _ => WhyMisplaced::Place,
    }
}

/// One step of decryption: its input, and its plaintexts so far.
struct DecryptionStep<'s, 'd, 'm> {
    revision: &'s Revision<'d>,
    terms: &'s Terms<'s>,
    facts: &'s mut Facts<'m>,
    ring: &'s mut KeyRing,
    opened: Plaintexts,
}

/// The plaintexts of one step.
#[derive(Default)]
struct Plaintexts {
    splices: Splices,
    plaintexts: Vec<NewPlaintext>,
    attachments: Vec<OpenedAttachment>,
}

impl<'d> DecryptionStep<'_, 'd, '_> {
    /// Decrypts one target, which `id` names in errors, with the key of its list or of its own KeyInfo. Ciphertext that
    /// no key of ours opens is noted as being for others.
    fn decrypt(&mut self, target: &Target<'d>, id: &str, key: Option<&EncryptedKey<'d>>) -> Result<(), OpenError> {
        let refused = |why| OpenError::EncryptedData { id: id.into(), why };
        let (terms, revision) = (self.terms, self.revision);
        terms.budget.charge(Limit::EncryptedData, 1)?;
        let data = EncryptedData::parse(target.data)?;
        let data = typed(data, target, revision, terms.receiver).map_err(refused)?;
        if self.facts.attachments.opened_data.contains(id) {
            return Err(refused(WhyMisplaced::Twice));
        }
        let attachment =
            data.attachment().map(|url| attachment::find(&data, id, url, terms, self.facts)).transpose()?;
        let is_covered = match &attachment {
            Some(attachment) => attachment.is_covered,
            None => self.facts.is_covered(&target.data.span(), terms),
        };
        check_cipher(data.method(), terms.receiver, is_covered)?;
        // A child of our header may be an assertion, as WCF encrypts it.
        let of_tokens = (target.place == PlaintextPlace::Header).then(|| self.ring.of_tokens());
        let mut search = KeySearch::new(revision, terms, self.facts, self.ring);
        let Some(found) = find_key(&mut search, &data, key)? else {
            // The ciphertext is for another receiver: a part that holds it is not handed out.
            let named = search.addressee.take();
            let addressee = named.unwrap_or_else(|| addressee_told(data.key_info(), &self.facts.tokens));
            let missing = missing_secret(data.key_info().filter(|_| key.is_none()), revision, terms);
            let (span, name) = (target.data.span(), id.to_owned());
            if self.facts.decryptions.for_others_at(&span).is_none() {
                self.facts.decryptions.for_others.push(ForOthers { span, name, addressee, missing });
            }
            return Ok(());
        };
        let (found, data) = found.fitted(data, terms.receiver)?;
        if let Some(attachment) = attachment {
            if self.opened.attachments.iter().any(|other| other.ciphertext.at == attachment.at) {
                return Err(refused(WhyMisplaced::Twice));
            }
            let opened = attachment.decrypt(&data, found, terms, self.facts, self.ring)?;
            self.opened.attachments.push(opened);
            return Ok(());
        }
        let remembered = key_of_element(&data, &found, terms, self.ring)?;
        let ciphertext = ElementCiphertext { data: &data, replaced: target.replaced };
        let plaintext = decrypt_element(ciphertext, &found, terms, self.facts, self.ring)?;
        let replaced = target.replaced.span();
        // One ciphertext may be inside another, as in EncryptionProperties, or one block may have two Ids.
        let overlaps =
            |other: &NewPlaintext| replaced.start < other.replaced.end && other.replaced.start < replaced.end;
        if self.opened.plaintexts.iter().any(overlaps) {
            return Err(refused(WhyMisplaced::Overlaps));
        }
        let piece = plaintext.into_piece();
        match (is_an_assertion(piece.document()), of_tokens) {
            (true, Some(of_tokens)) => self.ring.used_for_token(&of_tokens),
            (true, None) => {}
            (false, _) => self.facts.decryptions.repeatable.extend(remembered),
        }
        self.opened.splices.replace_by(replaced.clone(), piece);
        self.opened.plaintexts.push(NewPlaintext::new(replaced, target.place, &data, found));
        Ok(())
    }

    /// The replacement that the step makes in the message. `revisit` as in [`Replacement`].
    fn finish(self, revisit: bool) -> Replacement {
        for attachment in self.opened.attachments {
            attachment::record(attachment, self.terms.receiver, self.facts);
        }
        Replacement { splices: self.opened.splices, plaintexts: self.opened.plaintexts, revisit }
    }
}

/// The ciphertext with the type of its plaintext, which must fit its place.
fn typed<'d>(
    data: EncryptedData<'d>,
    target: &Target<'d>,
    revision: &Revision<'d>,
    receiver: &Receiver,
) -> Result<EncryptedData<'d>, WhyMisplaced> {
    let data = match data.plaintext_type() {
        PlaintextType::Other(None) if data.attachment().is_some() => data,
        PlaintextType::Other(None) if !receiver.waives(Waiver::EncryptedDataWithoutType) => {
            return Err(WhyMisplaced::Untyped);
        }
        PlaintextType::Other(None) if target.place.is_in_body() => data.of_type(PlaintextType::Content),
        PlaintextType::Other(None) => data.of_type(PlaintextType::Element),
        _ => data,
    };
    if is_of_fitting_type(&data, target, revision) { Ok(data) } else { Err(wrong_type(&data)) }
}

/// Says which `Type` ciphertext has that does not fit its place.
pub(super) fn wrong_type(data: &EncryptedData<'_>) -> WhyMisplaced {
    let stated = data.element().attribute("", "Type").unwrap_or_default();
    WhyMisplaced::Type { stated: stated.as_ref().into() }
}

/// Whether the `Type` of the ciphertext fits its place.
fn is_of_fitting_type(data: &EncryptedData<'_>, target: &Target<'_>, revision: &Revision<'_>) -> bool {
    match data.plaintext_type() {
        PlaintextType::Element => data.attachment().is_none(),
        PlaintextType::Content => data.attachment().is_none() && target.place != PlaintextPlace::Header,
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
    if cipher.is_authenticated() || receiver.waives(Waiver::CbcBeforeVerification) || is_covered {
        return Ok(());
    }
    Err(OpenError::UnauthenticatedCbc)
}
