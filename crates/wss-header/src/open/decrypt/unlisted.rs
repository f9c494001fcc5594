//! Ciphertext that no list names before it: peers leave `xenc:ReferenceList` out, or write it after the ciphertext.
//!
//! The place of a list says when its ciphertext is decrypted, which is the reverse of when its sender encrypted it.
//! Without a list there are two readings: the sender signed the plaintext, or the ciphertext. Each is tried at the
//! signature: its digest is right for one of them, and SignedInfo was authenticated before. Ciphertext that no
//! signature needed is decrypted last.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use wss_c14n::{Element, id_of, name};
use wss_xmlenc::{EncryptedKey, ReferenceList};

use super::target::Target;
use super::{DecryptionStep, Plaintexts};
use crate::error::OpenError;
use crate::open::facts::Facts;
use crate::open::keys::KeyRing;
use crate::open::replacement::Replacement;
use crate::open::revision::Revision;
use crate::open::span::outermost;
use crate::open::terms::Terms;

/// Decrypts all ciphertext outside our header, also what a later list names. Returns `None` if none of it is for us.
pub(crate) fn decrypt_unlisted(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
) -> Result<Option<Replacement>, OpenError> {
    decrypt_each(revision, terms, facts, ring, &mut |_, error| Err(error))
}

/// As [`decrypt_unlisted`]; `failed` says whether to go on after ciphertext that is not decrypted.
pub(crate) fn decrypt_each<'d>(
    revision: &Revision<'d>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    failed: &mut dyn FnMut(Element<'d>, OpenError) -> Result<(), OpenError>,
) -> Result<Option<Replacement>, OpenError> {
    let mut step = DecryptionStep { revision, terms, facts, ring, opened: Plaintexts::default() };
    let keys = KeyLists::read(revision, terms)?;
    for data in outside(revision) {
        let name = name_of(data);
        let target = Target::of_data(revision, data, terms.receiver);
        if let Some(target) = target.filter(|_| step.facts.decryptions.for_others_at(&data.span()).is_none()) {
            let key = keys.key_of(data, terms)?;
            if let Err(error) = step.decrypt(&target, &name, key.as_ref()) {
                // No later ciphertext is within the limit.
                let is_over = error.exceeds_a_limit();
                failed(data, error)?;
                if is_over {
                    break;
                }
            }
        }
    }
    let replacement = step.finish(true);
    Ok(Some(replacement).filter(|replacement| !replacement.splices.is_empty()))
}

/// Decrypts ciphertext of our header that no list named before; the plaintext is processed in its place.
pub(crate) fn decrypt_in_place(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    data: Element<'_>,
) -> Result<Option<Replacement>, OpenError> {
    let Some(data) = revision.children.iter().copied().find(|child| child.id() == data.id()) else { return Ok(None) };
    let name = name_of(data);
    let Some(target) = Target::of_data(revision, data, terms.receiver) else { return Ok(None) };
    if facts.decryptions.for_others_at(&data.span()).is_some() {
        return Ok(None);
    }
    let key = KeyLists::read(revision, terms)?.key_of(data, terms)?;
    let mut step = DecryptionStep { revision, terms, facts, ring, opened: Plaintexts::default() };
    step.decrypt(&target, &name, key.as_ref())?;
    Ok(Some(step.finish(true)))
}

/// The outermost ciphertext outside our header that no list of it names.
pub(crate) fn unlisted<'d>(revision: &Revision<'d>, terms: &Terms<'_>) -> Result<Vec<Element<'d>>, OpenError> {
    let mut found: Vec<_> = outside(revision).collect();
    if !found.is_empty() {
        let mut listed = HashSet::new();
        for list in revision.children.iter().flat_map(|child| lists_of(*child)) {
            listed.extend(ReferenceList::parse(list, &terms.budget)?.data().iter().cloned());
        }
        found.retain(|data| !ids_of(*data).any(|id| listed.contains(id.as_ref())));
    }
    Ok(found)
}

/// The outermost ciphertext outside our header.
fn outside<'d>(revision: &Revision<'d>) -> impl Iterator<Item = Element<'d>> {
    let is_data = |element: Element<'_>| element.is(name::XENC.uri, "EncryptedData");
    let header = revision.header.element;
    outermost(revision.document.elements().filter(move |element| is_data(*element) && !header.contains(*element)))
}

/// The EncryptedKeys of our header, by the Ids that their lists name.
struct KeyLists<'d>(HashMap<String, Element<'d>>);

impl<'d> KeyLists<'d> {
    fn read(revision: &Revision<'d>, terms: &Terms<'_>) -> Result<Self, OpenError> {
        let mut keys = HashMap::new();
        for key in revision.children.iter().copied().filter(|child| child.is(name::XENC.uri, "EncryptedKey")) {
            for list in lists_of(key) {
                for id in ReferenceList::parse(list, &terms.budget)?.data() {
                    keys.entry(id.clone()).or_insert(key);
                }
            }
        }
        Ok(Self(keys))
    }

    /// The first key whose list names this ciphertext.
    fn key_of(&self, data: Element<'_>, terms: &Terms<'_>) -> Result<Option<EncryptedKey<'d>>, OpenError> {
        let keys = ids_of(data).filter_map(|id| self.0.get(id.as_ref()).copied());
        let first = keys.min_by_key(|key| key.span().start);
        Ok(first.map(|key| EncryptedKey::parse(key, &terms.budget)).transpose()?)
    }
}

/// The Ids by which a list names ciphertext: its own, and that of the EncryptedHeader around it.
fn ids_of(data: Element<'_>) -> impl Iterator<Item = Cow<'_, str>> {
    let block = data.parent().filter(|parent| parent.is(name::WSSE11.uri, "EncryptedHeader"));
    [Some(data), block].into_iter().flatten().filter_map(id_of)
}

/// Its Id, or its path if it has no Id, for people.
fn name_of(data: Element<'_>) -> String {
    id_of(data).map_or_else(|| data.path(), |id| id.into_owned())
}

/// Its Id, or the names on its path: a name that it has in every revision, while a position changes when the ciphertext before
/// it is decrypted.
pub(crate) fn lasting_name(data: Element<'_>) -> String {
    let names = || {
        let mut names: Vec<&str> = data.ancestors_and_self().map(Element::qualified_name).collect();
        names.reverse();
        names.join("/")
    };
    id_of(data).map_or_else(names, |id| id.into_owned())
}

/// The lists of a child of our header: itself, or the one inside an EncryptedKey.
fn lists_of(child: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    let is_list = |element: Element<'_>| element.is(name::XENC.uri, "ReferenceList");
    let own = Some(child).filter(|child| is_list(*child));
    let is_key = child.is(name::XENC.uri, "EncryptedKey");
    own.into_iter().chain(child.children().filter(move |inner| is_key && is_list(*inner)))
}
