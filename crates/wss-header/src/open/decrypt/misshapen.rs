//! The ciphertext of a list that is refused for its shape or its place, for reports: read as [`super::decrypt_listed`] reads it.

use std::collections::HashSet;

use wss_c14n::{Element, name};
use wss_xmlenc::{DecryptError, EncryptedData, EncryptedKey, ReferenceList};

use super::target::Target;
use super::{check_hashes, typed, why_misplaced};
use crate::error::{OpenError, WhyMisplaced};
use crate::open::revision::Revision;
use crate::open::terms::Terms;
use crate::receiver::Receiver;
use crate::waiver::Waiver;

/// The references of the list that `owner` is or has, or their targets, each with its error. `retired` are the Ids of
/// ciphertext that was decrypted before.
///
/// # Errors
/// Those of the list itself.
pub(crate) fn misshapen_list<'d>(
    owner: Element<'d>,
    revision: &Revision<'d>,
    terms: &Terms<'_>,
    retired: &HashSet<String>,
) -> Result<Vec<(Element<'d>, OpenError)>, OpenError> {
    let list = match owner.is(name::XENC.uri, "ReferenceList") {
        true => ReferenceList::parse(owner, &terms.budget)?,
        false => EncryptedKey::parse(owner, &terms.budget)?.references().clone(),
    };
    check_hashes(&list, revision, terms.receiver)?;
    let is_own = owner.is(name::XENC.uri, "ReferenceList");
    let may_be_hidden = may_be_hidden(owner, revision, terms.receiver);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for id in list.data() {
        let refused = |why| OpenError::EncryptedData { id: id.into(), why };
        let error = match revision.ids.get(id) {
            _ if !seen.insert(id) => Some((owner, refused(WhyMisplaced::Twice))),
            // Another recipient's list may name the same ciphertext.
            None if may_be_hidden || (retired.contains(id) && !is_own) => None,
            None => Some((owner, refused(WhyMisplaced::Missing))),
            Some(named) => match Target::find(revision, named, owner, terms.receiver) {
                None => Some((named, refused(why_misplaced(named, revision)))),
                Some(target) => read(&target, revision, terms, refused).err().map(|error| (target.data, error)),
            },
        };
        found.extend(error);
    }
    Ok(found)
}

fn read<'d>(
    target: &Target<'d>,
    revision: &Revision<'d>,
    terms: &Terms<'_>,
    refused: impl Fn(WhyMisplaced) -> OpenError,
) -> Result<(), OpenError> {
    let data = EncryptedData::parse(target.data)?;
    let data = typed(data, target, revision, terms.receiver).map_err(refused)?;
    match data.cipher_octets(target.data.span().len()) {
        // The octets are in an attachment.
        Err(DecryptError::CipherReference) => Ok(()),
        read => read.map(drop).map_err(OpenError::from),
    }
}

/// Whether what is not in the revision may be inside ciphertext that is decrypted before the turn of `child`, but not by the keys
/// that were given: ciphertext that an earlier child of the header lists, or an earlier `saml2:EncryptedAssertion`.
pub(crate) fn may_be_hidden(child: Element<'_>, revision: &Revision<'_>, receiver: &Receiver) -> bool {
    let is_before = |other: &&Element<'_>| other.span().start < child.span().start;
    let mut before = revision.children.iter().filter(is_before).flat_map(|other| other.descendants_and_self());
    let is_listed = |inner: Element<'_>| {
        let uri = inner.attribute("", "URI").filter(|_| inner.is(name::XENC.uri, "DataReference"));
        let data = uri.and_then(|uri| data_of(revision.ids.get(uri.strip_prefix('#')?)?));
        data.is_some_and(hides) || inner.is(name::SAML2.uri, "EncryptedAssertion")
    };
    let is_decrypted_in_place = receiver.waives(Waiver::UnlistedEncryptedData);
    before.any(is_listed) || (is_decrypted_in_place && revision.document.elements().any(hides))
}

/// The ciphertext that an Id names: its own, or that of the header block around it.
fn data_of(named: Element<'_>) -> Option<Element<'_>> {
    let inside = || named.children_named(name::XENC.uri, "EncryptedData").next();
    if named.is(name::WSSE11.uri, "EncryptedHeader") { inside() } else { Some(named) }
}

/// Whether an element is ciphertext that hides a part of the envelope, and not an attachment.
fn hides(element: Element<'_>) -> bool {
    let mut ciphers = element.children_named(name::XENC.uri, "CipherData").flat_map(Element::children);
    element.is(name::XENC.uri, "EncryptedData") && !ciphers.any(|child| child.is(name::XENC.uri, "CipherReference"))
}
