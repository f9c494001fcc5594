//! Remaining ciphertext in the returned parts.
//!
//! Whoever removes an `xenc:EncryptedKey` or a list from the header leaves ciphertext where the sender meant plaintext,
//! and a signature over that ciphertext still verifies. So a part with ciphertext is not returned, unless the caller
//! expects ciphertext for other receivers.

use std::cell::LazyCell;
use std::ops::Range;

use wss_c14n::{Element, Limit, Paths, name};
use wss_text::WireText;
use wss_xmldsig::KeyInfo;
use wss_xmlenc::{EncryptedKey, KeyMethod};

use super::decrypt::unlisted;
use super::facts::{Facts, ForOthers};
use super::header::is_opened;
use super::keys::{KeyRing, KeySearch};
use super::named::{addressee_told, named_by};
use super::other_namespace::child_told;
use super::proven::ProvenSignature;
use super::revision::Revision;
use super::span::outermost;
use super::terms::Terms;
use crate::error::{HeaderError, MissingKey, OpenError, RemainingCiphertext, RequirementError, WhyEncrypted};
use crate::part::Part;
use crate::waiver::Waiver;

/// Finds what remains encrypted in the Body, in our header, and in the header blocks that `signature` covers. Refuses it
/// unless the receiver expects ciphertext for others.
pub(super) fn find(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
    ring: &mut KeyRing,
    signature: Option<&ProvenSignature>,
) -> Result<Vec<RemainingCiphertext>, OpenError> {
    if !revision.document.declares(name::XENC.uri) {
        return Ok(Vec::new());
    }
    let body = revision.envelope.body;
    let at = |span: &Range<usize>| revision.document.element_at(span.start);
    let blocks = signature.iter().flat_map(|signature| signature.coverage.parts());
    let blocks = blocks.filter(|(part, _)| matches!(part, Part::HeaderBlock { .. }));
    let blocks = blocks.filter_map(|(part, span)| Some((Some(part), at(span)?)));
    let named = facts.places.all().filter_map(|(part, span)| Some((Some(part), at(span)?)));
    // The Body is looked through first.
    let named = named.filter(|(_, element)| !body.contains(*element));
    let holders = std::iter::once((Some(&Part::Body), body)).chain(blocks).chain(named);
    let holders = holders.chain(std::iter::once((None, revision.header.element)));
    // The keys of the header are read once, however much ciphertext remains.
    let only = LazyCell::new(|| only_addressees(revision, terms, facts, ring));
    let (mut remains, mut paths) = (Vec::new(), Paths::default());
    for (part, holder) in holders {
        if holder.ancestors_and_self().skip(1).any(is_ciphertext) {
            continue;
        }
        for data in outermost(holder.descendants_and_self_named(name::XENC.uri, "EncryptedData")) {
            // The EncryptedData of an attachment stays where it is when the attachment is decrypted.
            if revision.is_in_header(data) && is_opened(data, facts) {
                continue;
            }
            terms.budget.check(Limit::EncryptedData, remains.len() + 1)?;
            let id = data.attribute("", "Id").map(|id| id.into_owned());
            // An encrypted assertion needs no list.
            let is_assertion = data.parent().is_some_and(|parent| parent.is(name::SAML2.uri, "EncryptedAssertion"));
            let listed = facts.decryptions.for_others_at(&data.span()).map(|other| no_key_for(other, terms));
            let no_key = |addressee| no_key(addressee, MissingKey::Any, terms);
            let of_assertion = || is_assertion.then(|| no_key(named_by(data.parent())));
            let known = match listed.or_else(of_assertion) {
                None => only.clone()?.map(no_key),
                known => known,
            };
            let unlisted = match terms.receiver.waives(Waiver::UnlistedEncryptedData) && revision.is_block(data) {
                true => WhyEncrypted::HeaderBlock,
                false => WhyEncrypted::NotListed,
            };
            let why = known.unwrap_or(unlisted);
            if !terms.receiver.waives(Waiver::CiphertextForOthers) {
                let why = unless_listed_elsewhere(why, data);
                return Err(RequirementError::StillEncrypted { path: paths.of(data).into(), why }.into());
            }
            let part = part.map_or_else(|| "Security".to_owned(), ToString::to_string);
            remains.push(RemainingCiphertext { part, path: paths.of(data), id, why });
        }
    }
    Ok(remains)
}

/// Replaces the error of a digest that does not match, if ciphertext is left that the signer had as plaintext: the new
/// error says to whom it is encrypted, or that no list names it. Everything in that error can be read without any key.
pub(super) fn unless_encrypted(
    error: OpenError,
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> OpenError {
    if !error.is_digest_mismatch() {
        return error;
    }
    if let Some(other) = facts.decryptions.for_others.first() {
        return OpenError::NotForUs { id: (&other.name).into(), why: no_key_for(other, terms) };
    }
    let is_read = |data: &Element<'_>| {
        !terms.receiver.waives(Waiver::UnlistedEncryptedData) && revision.envelope.body.contains(*data)
    };
    match unlisted(revision, terms).map(|left| left.into_iter().find(is_read)) {
        // What lists it may be in the wrong namespace.
        Ok(Some(data)) => match revision.children.iter().find_map(|child| child_told(*child)) {
            Some(element) => HeaderError::Overlooked { element }.into(),
            None => {
                let why = unless_listed_elsewhere(WhyEncrypted::NotListed, data);
                OpenError::NotForUs { id: data.path().into(), why }
            }
        },
        Ok(None) => error,
        Err(unreadable) => unreadable,
    }
}

/// Finds the list that names ciphertext outside of our header. It reads the whole document, for one error.
fn unless_listed_elsewhere(why: WhyEncrypted, data: Element<'_>) -> WhyEncrypted {
    let (WhyEncrypted::NotListed, Some(id)) = (&why, data.attribute("", "Id")) else { return why };
    let names_it = |inner: &Element<'_>| {
        inner.is(name::XENC.uri, "DataReference")
            && inner.attribute("", "URI").is_some_and(|uri| uri.strip_prefix('#') == Some(&*id))
    };
    let lists = data.document().elements().filter(|inner| inner.is(name::XENC.uri, "ReferenceList"));
    match lists.into_iter().find(|list| list.children().any(|child| names_it(&child))) {
        Some(list) => WhyEncrypted::ListedElsewhere { path: Box::new(list.path().into()) },
        None => why,
    }
}

fn no_key_for(other: &ForOthers, terms: &Terms<'_>) -> WhyEncrypted {
    no_key(other.addressee.clone(), other.missing.clone(), terms)
}

fn no_key(addressee: WireText, missing: MissingKey, terms: &Terms<'_>) -> WhyEncrypted {
    WhyEncrypted::NoKey { addressee, known: Box::new(terms.receiver.keys.for_decryption()), missing: Box::new(missing) }
}

/// The recipients of the keys of our header, if there are keys and none of them is for us. A key that cannot be read
/// says nothing; a limit that is exceeded is an error.
fn only_addressees(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
    ring: &mut KeyRing,
) -> Result<Option<WireText>, OpenError> {
    let mut only = None;
    let keys = revision.header.element.children_named(name::XENC.uri, "EncryptedKey");
    for element in keys.take(terms.budget.limits().size(Limit::EncryptedKeys)) {
        match addressee_of(element, KeySearch::new(revision, terms, facts, ring)) {
            Ok(Some(named)) => drop(only.get_or_insert(named)),
            Err(error) if error.exceeds_a_limit() => return Err(error),
            Ok(None) | Err(_) => return Ok(None),
        }
    }
    Ok(only)
}

/// The recipient of a key; `None` if it may be for us.
fn addressee_of(element: Element<'_>, search: KeySearch<'_, '_>) -> Result<Option<WireText>, OpenError> {
    let budget = &search.terms.budget;
    let key = EncryptedKey::parse(element, budget)?;
    let KeyMethod::Transport(_) = key.method() else { return Ok(None) };
    let key_info = key.key_info().map(|key_info| KeyInfo::parse(key_info, budget)).transpose()?;
    let is_for_us = search.recipient(key_info.as_ref())?.is_some();
    Ok((!is_for_us).then(|| addressee_told(key.key_info(), search.tokens)))
}

fn is_ciphertext(element: Element<'_>) -> bool {
    element.is(name::XENC.uri, "EncryptedData")
}
