//! Places: the elements that a reference may mean, and those that have an Id.

use std::borrow::Cow;

use wss_c14n::{Document, Element, name};

use super::cause::Cause;
use super::edit::Edit;
use super::token::{Tag, prefix_of};

/// The largest number of other elements that are tried in place of the named one.
const MOST: usize = 96;

/// Whether an attribute is an Id of any vocabulary.
pub(super) fn is_id(local: &str) -> bool {
    ["Id", "ID", "id", "AssertionID"].contains(&local)
}

/// The elements that have this Id, in any vocabulary: more than one if the message is broken, or is an attack.
pub(super) fn with_this_id<'d>(document: &'d Document<'d>, id: &str) -> Vec<Element<'d>> {
    let has = |element: &Element<'_>| element.attributes().any(|(name, value)| is_id(name.local) && value == id);
    document.elements().filter(has).take(4).collect()
}

/// The elements that are usually signed, and those that have an Id.
pub(super) fn likely<'d>(document: &'d Document<'d>) -> Vec<Element<'d>> {
    let root = document.root();
    let mut found = vec![root];
    let mut add = |element: Element<'d>| {
        if found.len() < MOST && !found.contains(&element) {
            found.push(element);
        }
    };
    for part in root.children().take(4) {
        add(part);
        for block in part.children().take(MOST) {
            add(block);
            if block.is(name::WSSE.uri, "Security") {
                block.children().take(MOST).for_each(&mut add);
            }
        }
    }
    let has_id = |element: &Element<'_>| element.attributes().any(|(name, _)| is_id(name.local));
    document.elements().filter(has_id).take(MOST).for_each(&mut add);
    found
}

/// Edits that give the apex this Id.
pub(super) fn with_id(id: &str) -> Vec<Edit> {
    let escaped = wss_c14n::escape(id);
    let changed = escaped.clone();
    let mut edits = vec![Edit::tags(Cause::IdChanged { id: id.into() }, move |step, tag| {
        if step.depth == 0 {
            let own = tag.attributes.iter_mut().find(|(name, _)| is_id(name.rsplit(':').next().unwrap_or_default()));
            if let Some((_, value)) = own {
                *value = changed.clone().into();
            }
        }
    })];
    for attribute in ["wsu:Id", "u:Id", "Id"] {
        let id_text = escaped.clone();
        edits.push(Edit::tags(Cause::IdRemoved { id: id.into() }, move |step, tag| {
            if step.depth == 0 {
                insert(tag, attribute, &id_text);
            }
        }));
    }
    edits
}

/// Adds an Id attribute in canonical order, and declares its prefix.
pub(super) fn insert(tag: &mut Tag<'_>, attribute: &str, id: &str) {
    let prefix = prefix_of(attribute);
    if !prefix.is_empty() && !tag.namespaces.iter().any(|(known, _)| known == prefix) {
        tag.namespaces.push((prefix.to_owned().into(), name::WSU.uri.into()));
    }
    tag.attributes.push((attribute.to_owned().into(), id.to_owned().into()));
    let namespaces = tag.namespaces.clone();
    let key = |name: &Cow<'_, str>| {
        let prefix = prefix_of(name);
        let uri = namespaces.iter().find(|(known, _)| known == prefix && !prefix.is_empty());
        (
            uri.map(|(_, uri)| uri.to_string()).unwrap_or_default(),
            name.rsplit(':').next().unwrap_or_default().to_owned(),
        )
    };
    tag.attributes.sort_by_key(|(name, _)| key(name));
}
