//! The references in an `xenc:ReferenceList` that receivers refuse although no requirement of the profile forbids them: a name
//! that is listed twice, and one that no element has and no ciphertext can hide.

use std::collections::HashSet;

use ws_security::c14n::{Document, Element, IdIndex, Limit, Limits, NodeId, name};
use ws_security::text::WireText;
use ws_security::{OpenError, WhyMisplaced};

use super::schema::Misshapen;

/// References in the lists of the Security headers of a message, before decryption, that name no element or one already named.
pub(super) fn mislisted(document: &Document<'_>, limits: &Limits) -> Vec<Misshapen> {
    // An Id on two elements is in the report on the profile.
    let Ok(ids) = IdIndex::build(document) else { return Vec::new() };
    let hiding: HashSet<NodeId> =
        document.elements().filter(|element| hides(*element)).map(|element| element.id()).collect();
    let is_list = |element: &Element<'_>| {
        let owner = element.parent().filter(|parent| parent.is(name::XENC.uri, "EncryptedKey")).unwrap_or(*element);
        let is_in_header = || owner.parent().is_some_and(|parent| parent.is(name::WSSE.uri, "Security"));
        element.is(name::XENC.uri, "ReferenceList") && is_in_header()
    };
    let lists = document.elements().filter(is_list).take(limits.size(Limit::EncryptedKeys));
    lists.flat_map(|list| mislisted_in(list, &ids, &hiding, limits.size(Limit::DataReferences))).collect()
}

/// As [`mislisted`], of one list. `hiding` are the ciphertexts of the envelope.
fn mislisted_in(list: Element<'_>, ids: &IdIndex<'_>, hiding: &HashSet<NodeId>, most: usize) -> Vec<Misshapen> {
    let references = list.children_named(name::XENC.uri, "DataReference").take(most);
    let references: Vec<(Element<'_>, String)> = references.filter_map(named_by).collect();
    let data: HashSet<NodeId> = references.iter().filter_map(|(_, id)| data_of(ids.get(id)?, hiding)).collect();
    // Ciphertext that the list does not name may be decrypted before it, and hold what it names.
    let may_be_hidden = data.len() < hiding.len();
    let mut before = HashSet::new();
    let wrong = |(reference, id): &(Element<'_>, String)| {
        let why = match before.insert(id.clone()) {
            false => WhyMisplaced::Twice,
            true if ids.get(id).is_none() && !may_be_hidden => WhyMisplaced::Missing,
            true => return None,
        };
        let error = OpenError::EncryptedData { id: id.as_str().into(), why };
        Some(Misshapen { path: reference.path().into(), why: WireText::of(error) })
    };
    references.iter().filter_map(wrong).collect()
}

/// A reference with the Id that it names.
fn named_by(reference: Element<'_>) -> Option<(Element<'_>, String)> {
    let id = reference.attribute("", "URI")?.strip_prefix('#')?.to_owned();
    Some((reference, id))
}

/// Whether an element is ciphertext that hides a part of the envelope, and not an attachment.
fn hides(element: Element<'_>) -> bool {
    let mut ciphers = element.children_named(name::XENC.uri, "CipherData").flat_map(Element::children);
    element.is(name::XENC.uri, "EncryptedData") && !ciphers.any(|child| child.is(name::XENC.uri, "CipherReference"))
}

/// The ciphertext that an Id names: its own, or that of the header block around it.
fn data_of(named: Element<'_>, hiding: &HashSet<NodeId>) -> Option<NodeId> {
    let inside = || named.children_named(name::XENC.uri, "EncryptedData").next();
    let data = if named.is(name::WSSE11.uri, "EncryptedHeader") { inside() } else { Some(named) };
    data.map(Element::id).filter(|data| hiding.contains(data))
}
