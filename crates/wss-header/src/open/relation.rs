//! Relation: the request that a reply answers, according to its `wsa:RelatesTo` in the Header, or to the signatures
//! that it confirms.

use wss_c14n::{Element, name};

use super::facts::Facts;
use super::header::is_opened;
use super::revision::Revision;
use super::terms::Terms;
use crate::addressing;
use crate::addressing_version::AddressingVersion;
use crate::error::{OpenError, RequirementError};
use crate::waiver::Waiver;

/// Refuses a reply that names another request. Whether the reply has to name one at all depends on its signer, unless the
/// receiver demands a signed relation: then one must be to the request, and not of another type.
pub(super) fn check(revision: &Revision<'_>, terms: &Terms<'_>) -> Result<(), OpenError> {
    let Some(request) = request_of(terms) else { return Ok(()) };
    let relations: Vec<_> = addressing::relations(revision.envelope).collect();
    // One of the other version, which nobody signs, is not what is demanded.
    let is_of =
        |version: AddressingVersion| relations.iter().any(|(block, _)| block.name().namespace == version.namespace());
    if !terms.demanded.iter().filter_map(addressing::version_of_relation).all(is_of) {
        return Err(RequirementError::NoRelation { request: request.into() }.into());
    }
    match relations.into_iter().find(|(_, answered)| answered != request) {
        Some((_, answered)) => {
            Err(RequirementError::Unrelated { answered: answered.into(), request: request.into() }.into())
        }
        None => Ok(()),
    }
}

/// Refuses a reply with signed ciphertext that was not decrypted and may name the request, unless its signer also signs
/// a readable element that names it. Otherwise, whoever removes the key of the ciphertext, and writes another element
/// in its place, could let the reply answer any request.
pub(super) fn check_read(revision: &Revision<'_>, terms: &Terms<'_>, facts: &Facts<'_>) -> Result<(), OpenError> {
    if terms.request.is_none() || terms.receiver.waives(Waiver::UnrelatedReplies) {
        return Ok(());
    }
    // A relation means something only for a request that has an Id.
    let relations = addressing::relations(revision.envelope).filter(|_| request_of(terms).is_some());
    let mut told: Vec<_> = relations.map(|(block, _)| block.span()).collect();
    // A confirmation without a value is the same for every request without a signature.
    let confirmed = facts.confirmations.iter().filter(|confirmation| confirmation.value.is_some());
    told.extend(confirmed.map(|confirmation| confirmation.span.clone()));
    // Asked once for each signature, however much ciphertext and however many relations there are.
    let signatures = facts.signatures.iter().map(|signed| &signed.coverage);
    let silent: Vec<_> = signatures.filter(|covered| !told.iter().any(|span| covered.contains(span))).collect();
    if silent.is_empty() {
        return Ok(());
    }
    let leaves_open = |data: &Element<'_>| silent.iter().any(|covered| covered.contains(&data.span()));
    let may_be_one =
        |data: &Element<'_>| is_ciphertext_of_block(*data) && !is_opened(*data, facts) && leaves_open(data);
    let mut inside = revision.envelope.blocks().flat_map(Element::descendants_and_self);
    match inside.find(may_be_one) {
        Some(data) => Err(RequirementError::UnreadRelation { path: data.path().into() }.into()),
        None => Ok(()),
    }
}

/// The MessageID to which a reply must relate, if it relates to one.
fn request_of<'t>(terms: &'t Terms<'_>) -> Option<&'t str> {
    let request = terms.request.and_then(|request| request.message_id.as_deref());
    request.filter(|_| !terms.receiver.waives(Waiver::UnrelatedReplies))
}

/// Whether an element is ciphertext of the message, and not of an assertion: a header block may have become that
/// ciphertext.
fn is_ciphertext_of_block(data: Element<'_>) -> bool {
    let in_assertion = data.parent().is_some_and(|parent| parent.is(name::SAML2.uri, "EncryptedAssertion"));
    let mut ciphers = data.children_named(name::XENC.uri, "CipherData").flat_map(Element::children);
    let is_here = ciphers.any(|cipher| cipher.is(name::XENC.uri, "CipherValue"));
    data.is(name::XENC.uri, "EncryptedData") && is_here && !in_assertion
}
