//! Id-cards of Den Gode Webservice 1.0 and 1.0.1, the health services of Denmark.
//!
//! An id-card is an assertion that departs from SAML 2.0: its Id is the attribute `id`, the method of its confirmation
//! is an element, its signature is its last child, and the key that confirms it is that of this very signature. So it
//! names no key that its sender must hold: whoever has a card can present it until it ends, and does so with each
//! request of a session. This module checks a card as a receiver; `write_id_card` writes one.

use wss_c14n::xsd::collapsed;
use wss_c14n::{Element, name};

/// The attribute with the level of authentication.
pub(super) const LEVEL: &str = "sosi:AuthenticationLevel";

/// Whether an assertion has its Id in the form of an ID card.
pub(super) fn is_one(assertion: Element<'_>) -> bool {
    assertion.is(name::SAML2.uri, "Assertion")
        && assertion.attribute("", "ID").is_none()
        && assertion.attribute("", "id").is_some()
}

/// Whether a confirmation has exactly one key, which is referred to by the Id of the assertion's own signature.
pub(super) fn names_own_signature(key_infos: &[Element<'_>], signature: Option<Element<'_>>) -> bool {
    let ([key_info], Some(signature)) = (key_infos, signature) else { return false };
    let mut children = key_info.children();
    let (Some(key_name), None) = (children.next(), children.next()) else { return false };
    let id = ["Id", "id"].iter().find_map(|local| signature.attribute("", local));
    let named = key_name.is(name::DS.uri, "KeyName").then(|| key_name.string().ok()).flatten();
    id.is_some() && named.as_deref().map(collapsed) == id.as_deref()
}

/// The level of authentication that a card states among these attributes and their values: a number, once.
pub(super) fn level<'a>(attributes: impl Iterator<Item = (&'a str, &'a [String])>) -> Option<u8> {
    let mut stated = attributes.filter(|(name, _)| *name == LEVEL);
    let (Some((_, [level])), None) = (stated.next(), stated.next()) else { return None };
    collapsed(level).parse().ok()
}
