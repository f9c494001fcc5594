//! Keys: the key of the receiver that a KeyInfo identifies, unwrapped or derived if necessary, and its holder.
//!
//! Every step from a reference to a token stays in our own header and leads towards its front (BSP R5205), so no chain
//! of references can loop. [`Limits`](crate::Limits) bounds how often keys are derived from one another.
//!
//! `signing` finds the key of a signature: that of a `certificate`, a `secret`, or the public key that a token names.
//! Decisions that depend on the kind of a token are made by its module in `tokens`. `encrypted_key` unwraps (with
//! `agreement`). `found` has the results of a search, `ring` keeps the keys that were found so far.

mod agreement;
mod certificate;
mod encrypted_key;
mod found;
mod ring;
mod secret;
mod signing;

use std::borrow::Cow;

use wss_c14n::Element;
use wss_text::WireText;
use wss_tokens::{SecurityTokenReference, TokenError};
use wss_xmldsig::{KeyHint, KeyInfo, X509Data};

pub(super) use found::{FoundKey, FoundSecret, Holder, Wanted};
pub(super) use ring::KeyRing;

use super::facts::{Facts, SeenAssertion, SeenToken};
use super::revision::Revision;
use super::shapes::{other_form, reference_shape};
use super::terms::Terms;
use crate::error::OpenError;
use crate::waiver::Waiver;

/// The search for the key of one KeyInfo: the places to look, and the ring for keys that are unwrapped on the way.
pub(super) struct KeySearch<'a, 'd> {
    pub(super) revision: &'a Revision<'d>,
    pub(super) terms: &'a Terms<'a>,
    /// The certificate tokens of the header.
    pub(super) tokens: &'a [SeenToken],
    /// The checked assertions of the message.
    pub(super) assertions: &'a [SeenAssertion],
    pub(super) ring: &'a mut KeyRing,
    /// The recipient of the key that was found, if none of our keys unwraps it.
    pub(super) addressee: Option<WireText>,
}

impl<'a, 'd> KeySearch<'a, 'd> {
    pub(super) fn new(
        revision: &'a Revision<'d>,
        terms: &'a Terms<'a>,
        facts: &'a Facts<'_>,
        ring: &'a mut KeyRing,
    ) -> Self {
        Self { revision, terms, tokens: &facts.tokens, assertions: &facts.assertions, ring, addressee: None }
    }

    /// Searches for a key of an assertion: what is unwrapped meanwhile may come again with another message of its subject.
    pub(crate) fn for_assertion<T>(&mut self, search: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.ring.unwraps_for_token(true);
        let found = search(self);
        self.ring.unwraps_for_token(before);
        found
    }

    /// The reference in a `wsse:SecurityTokenReference`. A URI without `#` means the element with that Id, if the
    /// receiver accepts such.
    pub(crate) fn reference<'x>(&self, element: Element<'x>) -> Result<SecurityTokenReference<'x>, TokenError> {
        let reference =
            SecurityTokenReference::parse_as(element, reference_shape(self.terms.receiver), &self.terms.budget)?;
        Ok(with_hash(reference, self.revision, self.terms))
    }

    /// As [`KeySearch::reference`], for an element with or without a `wsse:SecurityTokenReference` around it.
    fn reference_without_parent<'x>(&self, child: Element<'x>) -> Result<SecurityTokenReference<'x>, TokenError> {
        let shape = reference_shape(self.terms.receiver);
        let reference = SecurityTokenReference::parse_child(child, None, shape, &self.terms.budget)?;
        Ok(with_hash(reference, self.revision, self.terms))
    }

    /// The reference that a `ds:X509Data` outside of a `wsse:SecurityTokenReference` is.
    pub(crate) fn data(&self, data: &X509Data) -> SecurityTokenReference<'static> {
        SecurityTokenReference::of_data(data, reference_shape(self.terms.receiver).in_hexadecimal)
    }

    /// Refuses a reference at `place` to an internal token after it (BSP R5205), unless the receiver accepts forward
    /// references.
    pub(crate) fn check_order(&self, place: Element<'_>, token: Element<'_>, id: &str) -> Result<(), OpenError> {
        let is_after = place.span().start >= token.span().end;
        let is_inside = token.parent().is_some_and(|header| header.contains(place));
        if is_after || !is_inside || self.terms.receiver.waives(Waiver::ForwardReferences) {
            return Ok(());
        }
        Err(TokenError::Forward { uri: format!("#{id}").into() }.into())
    }
}

/// The one hint of a KeyInfo. Of several, against BSP R5402, it is the reference to a token, or the X509Data, or a value beside
/// names. What is beside a reference or an X509Data names no other key: the certificate decides.
fn only_hint<'k, 'd>(key_info: &'k KeyInfo<'d>) -> Option<Cow<'k, KeyHint<'d>>> {
    let hints = key_info.hints();
    if let [only] = hints {
        return Some(Cow::Borrowed(only));
    }
    let mut references = hints.iter().filter(|hint| matches!(hint, KeyHint::SecurityTokenReference(_)));
    match (references.next(), references.next()) {
        (Some(only), None) => return Some(Cow::Borrowed(only)),
        (Some(_), Some(_)) => return None,
        (None, _) => {}
    }
    let (mut data, mut values, mut others) = (Vec::new(), Vec::new(), false);
    for hint in hints {
        match hint {
            KeyHint::X509Data(items) => data.push(items),
            KeyHint::KeyValue(_) => values.push(hint),
            KeyHint::KeyName(_) => {}
            _ => others = true,
        }
    }
    match (data.is_empty(), &values[..]) {
        (false, _) => Some(Cow::Owned(KeyHint::X509Data(X509Data::of_all(data)))),
        (true, [value]) if !others => Some(Cow::Borrowed(value)),
        (true, _) => None,
    }
}

/// A reference whose URI lacks `#` as one to the element with that Id, if the receiver accepts such.
pub(super) fn with_hash<'x>(
    reference: SecurityTokenReference<'x>,
    revision: &Revision<'_>,
    terms: &Terms<'_>,
) -> SecurityTokenReference<'x> {
    match reference {
        SecurityTokenReference::External { uri, value_type, .. }
            if terms.receiver.waives(Waiver::ReferencesWithoutHash) && revision.ids.contains(&uri) =>
        {
            SecurityTokenReference::Direct { id: uri, value_type }
        }
        SecurityTokenReference::External { uri, value_type, instance } => {
            match other_form(&uri, &revision.ids, terms.receiver) {
                Some(id) => SecurityTokenReference::Direct { id, value_type },
                None => SecurityTokenReference::External { uri, value_type, instance },
            }
        }
        SecurityTokenReference::Direct { id, value_type } if !revision.ids.contains(&id) => {
            let id = other_form(&format!("#{id}"), &revision.ids, terms.receiver).unwrap_or(id);
            SecurityTokenReference::Direct { id, value_type }
        }
        reference => reference,
    }
}

fn dangling(id: &str) -> TokenError {
    TokenError::Dangling { uri: format!("#{id}").into() }
}
