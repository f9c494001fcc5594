//! Ciphertext of the envelope: its plaintext, and the facts that signatures over the ciphertext prove about it.

use std::ops::Range;

use wss_c14n::Element;
use wss_text::Slice as _;
use wss_xmlenc::{EncryptedData, Plaintext, decrypt_xml};

use super::namespaces::untold;
use super::unsigned_key::unsigned_key;
use crate::error::OpenError;
use crate::key_uses::KeyUse;
use crate::open::facts::Facts;
use crate::open::keys::{FoundSecret, KeyRing};
use crate::open::span::is_within;
use crate::open::terms::Terms;
use crate::waiver::Waiver;

/// Ciphertext of the envelope.
#[derive(Clone, Copy)]
pub(crate) struct ElementCiphertext<'c, 'd> {
    pub(crate) data: &'c EncryptedData<'d>,
    /// The element that the plaintext replaces.
    pub(crate) replaced: Element<'d>,
}

/// Decrypts an element. Signatures over what the plaintext replaces lose their coverage of it if someone else could have made
/// another plaintext of the same ciphertext.
pub(crate) fn decrypt_element(
    ciphertext: ElementCiphertext<'_, '_>,
    found: &FoundSecret,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
) -> Result<Plaintext, OpenError> {
    let ElementCiphertext { data, replaced } = ciphertext;
    ring.note_use(found, KeyUse::Content(data.method()))?;
    let plaintext = decrypt_xml(data, &found.secret, &terms.budget);
    let plaintext = plaintext.map_err(|error| found.failed(error, data.method()))?;
    lose_by_key(ciphertext, found, terms, facts);
    lose_by_namespaces(&plaintext, replaced, terms, facts);
    Ok(plaintext)
}

/// Signatures over the ciphertext prove the plaintext only if no other key could have been found.
fn lose_by_key(ciphertext: ElementCiphertext<'_, '_>, found: &FoundSecret, terms: &Terms<'_>, facts: &mut Facts<'_>) {
    let ElementCiphertext { data, replaced } = ciphertext;
    for signature in &mut facts.signatures {
        if let Some(why) = unsigned_key(signature, data.method(), found, terms.receiver) {
            signature.coverage.lose(&replaced.span(), &why);
        }
    }
}

/// Signatures over the ciphertext prove the plaintext only if they cover the namespaces that it takes from its context.
fn lose_by_namespaces(plaintext: &Plaintext, replaced: Element<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) {
    if terms.receiver.waives(Waiver::UnsignedNamespacesOfPlaintext) {
        return;
    }
    let absence = terms.receiver.waives(Waiver::UntoldAbsenceOfDefaultNamespace);
    // Only a plaintext around this ciphertext can be around the elements that are around it.
    let known = facts.decryptions.elements.iter().map(|decrypted| decrypted.span.clone()).enumerate();
    let known: Vec<(usize, Range<usize>)> = known.filter(|(_, span)| is_within(&replaced.span(), span)).collect();
    for signature in &mut facts.signatures {
        signature.coverage.lose_where(&replaced.span(), |covered| {
            let later = known.slice(known.partition_point(|(number, _)| *number < covered.plaintexts_before)..);
            untold(covered, replaced, plaintext.prefixes_from_around(), later, absence)
        });
    }
}
