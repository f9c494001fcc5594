//! The recipients of ciphertext: for whom each key is encrypted, as the message names them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use ws_security::c14n::{Budget, Document, Element, NodeId, name};
use ws_security::key_in_words;
use ws_security::tokens::{TokenFact, binary_token_facts};

/// The largest number of references that are followed from a key to the key that it is made of.
const STEPS: usize = 8;
/// The largest number of keys of one ciphertext that are told.
const KEYS: usize = 16;

/// The keys of a message, and whom they are for.
pub(crate) struct Recipients<'r, 'd> {
    /// The element with an Id, if only one has it.
    by_id: &'r dyn Fn(&str) -> Option<Element<'d>>,
    budget: &'r Budget,
    /// The encrypted keys that list ciphertext, by the Id of the ciphertext.
    listing: HashMap<String, Vec<Element<'d>>>,
    /// What was told already. Many keys may be for one recipient.
    told: RefCell<HashMap<NodeId, Arc<str>>>,
}

impl<'r, 'd> Recipients<'r, 'd> {
    pub(crate) fn new(
        document: &'d Document<'d>,
        by_id: &'r dyn Fn(&str) -> Option<Element<'d>>,
        budget: &'r Budget,
    ) -> Self {
        let mut listing: HashMap<String, Vec<Element<'d>>> = HashMap::new();
        for key in document.elements().filter(|element| is_key(*element)) {
            let lists = key.children().filter(|child| child.is(name::XENC.uri, "ReferenceList"));
            for uri in lists.flat_map(Element::children).filter_map(|reference| reference.attribute("", "URI")) {
                let Some(id) = uri.strip_prefix('#') else { continue };
                let keys = listing.entry(id.to_owned()).or_default();
                if keys.len() < KEYS {
                    keys.push(key);
                }
            }
        }
        Self { by_id, budget, listing, told: RefCell::default() }
    }

    /// The recipients of an `xenc:EncryptedData`; empty if nothing names any.
    pub(crate) fn of_data(&self, data: Element<'d>) -> Vec<Arc<str>> {
        let mut keys: Vec<Element<'d>> = Vec::new();
        if let Some(info) = key_info(data) {
            let inside: Vec<_> = info.descendants_and_self().filter(|inner| is_key(*inner)).take(KEYS).collect();
            // Without a key inside, the reference names the key, or what it is made of.
            if inside.is_empty() {
                keys.push(info);
            }
            keys.extend(inside);
        }
        let id = data.attribute("", "Id");
        keys.extend(id.and_then(|id| self.listing.get(&*id)).into_iter().flatten());
        let mut all: Vec<Arc<str>> = Vec::new();
        for key in keys {
            let who = self.of_key(key, STEPS);
            if !who.is_empty() && !all.contains(&who) {
                all.push(who);
            }
        }
        all
    }

    /// The recipient of an `xenc:EncryptedKey`, or of what a `ds:KeyInfo` names; empty if nothing names any.
    pub(crate) fn of_key(&self, key: Element<'d>, steps: usize) -> Arc<str> {
        if let Some(known) = self.told.borrow().get(&key.id()) {
            return Arc::clone(known);
        }
        let place = if is_key(key) { key_info(key) } else { Some(key) };
        let mut words: Vec<Arc<str>> = Vec::new();
        // An agreement names two keys: the recipient's is his.
        let agreed = |inner: &Element<'_>| inner.is(name::XENC.uri, "RecipientKeyInfo");
        let place = place.map(|place| place.descendants_and_self().find(agreed).unwrap_or(place));
        for inner in place.into_iter().flat_map(Element::descendants_and_self).skip(1) {
            let named = match inner.attribute("", "URI") {
                Some(uri) if inner.is(name::WSSE.uri, "Reference") => self.of_reference(&uri, inner, steps),
                _ => key_in_words(inner).map(|words| words.to_string().into()),
            };
            if let Some(named) = named.filter(|named| !named.is_empty() && !words.contains(named)) {
                words.push(named);
            }
            if words.len() == KEYS {
                break;
            }
        }
        let told: Arc<str> = words.join(", ").into();
        self.told.borrow_mut().insert(key.id(), Arc::clone(&told));
        told
    }

    fn of_reference(&self, uri: &str, reference: Element<'d>, steps: usize) -> Option<Arc<str>> {
        let Some(target) = uri.strip_prefix('#').and_then(self.by_id) else {
            return key_in_words(reference).map(|words| words.to_string().into());
        };
        let left = steps.checked_sub(1)?;
        Some(match target.name().local {
            "BinarySecurityToken" => self.of_token(target),
            "EncryptedKey" | "DerivedKeyToken" => self.of_key(target, left),
            "SecurityContextToken" => "the other side of the security context".into(),
            "Assertion" => "the holder of an assertion".into(),
            "UsernameToken" => "whoever has the password of the user".into(),
            other => format!("the key of {other}").into(),
        })
    }

    /// The holder of a binary token: of a certificate, or of a path of certificates.
    fn of_token(&self, token: Element<'d>) -> Arc<str> {
        if let Some(known) = self.told.borrow().get(&token.id()) {
            return Arc::clone(known);
        }
        let facts = binary_token_facts(token, self.budget).unwrap_or_else(|error| {
            vec![TokenFact { name: "a token that cannot be read:", value: error.to_string().into() }]
        });
        let facts: Vec<String> = facts.iter().map(|TokenFact { name, value }| format!("{name} {value}")).collect();
        let told: Arc<str> = facts.join(", ").into();
        self.told.borrow_mut().insert(token.id(), Arc::clone(&told));
        told
    }
}

fn is_key(element: Element<'_>) -> bool {
    element.is(name::XENC.uri, "EncryptedKey")
}

/// The `ds:KeyInfo` of an element.
pub(crate) fn key_info(element: Element<'_>) -> Option<Element<'_>> {
    element.children().find(|child| child.is(name::DS.uri, "KeyInfo"))
}
