//! Revealing: decryption only, for reports. Nothing is verified or proven, and no failure stops it.

use std::collections::BTreeSet;

use wss_c14n::{Document, Element, IdIndex, Limit, name};
use wss_soap::mime::{MimePart, Package};
use wss_soap::{Envelope, SecurityHeader};
use zeroize::Zeroizing;

use super::Arrived;
use super::carry::Carry;
use super::decrypt::decrypt_listed;
use super::facts::{DecryptedElement, Facts};
use super::keys::KeyRing;
use super::replacement::Replacement;
use super::revision::Revision;
use super::terms::Terms;
use super::tokens::note_one;
use crate::receiver::Receiver;
use wss_bsp::{Decryption, Revealed, SignaturesDue};

/// Decrypts everything that the keys of `receiver` decrypt, in the order of the header. `signatures` is called with the
/// signatures of our header when they are next in order, in the current revision. `None` if there is no header for the
/// receiver in an envelope with unique Ids.
pub(crate) fn reveal(
    receiver: &Receiver,
    message: &str,
    package: Option<&Package<'_>>,
    signatures: &mut SignaturesDue<'_>,
) -> Option<Decryption> {
    let attachments = package.map(Package::attachments).unwrap_or_default().to_vec();
    let beside: u64 = attachments.iter().map(|part| part.unauthenticated_octets().len()).sum();
    let incoming = Arrived { octets: message.as_bytes(), package, request: None, transport: None };
    let terms = Terms::new(receiver, BTreeSet::new(), incoming, message.len() as u64 + beside);
    let mut facts = Facts::new(attachments);
    let mut ring = KeyRing::new(receiver);
    let mut position = 0;
    let mut ciphertexts: Option<Vec<Revealed>> = None;
    let mut decrypted: Option<Zeroizing<String>> = None;
    loop {
        let next = {
            let source = decrypted.as_ref().map_or(message, |revision| revision.as_str());
            let document = Document::parse_within(source, &terms.budget).ok()?;
            let revision = read_leniently(&document, &terms)?;
            let spans = ciphertexts.get_or_insert_with(|| find_ciphertexts(&document));
            for child in &revision.children {
                let _unreadable = note_one(*child, &terms, &mut facts);
            }
            let from = position;
            let replacement = decrypt_next(&revision, &terms, &mut facts, &mut ring, &mut position);
            let due: Vec<usize> = (from..position)
                .filter(|at| revision.children.get(*at).is_some_and(|child| child.is(name::DS.uri, "Signature")))
                .collect();
            if !due.is_empty() {
                signatures(&document, &revision.header.element.span(), &due);
            }
            match replacement.filter(|_| terms.budget.charge(Limit::Revisions, 1).is_ok()) {
                Some(replacement) => record(replacement, source, &mut facts, spans)?,
                None => break,
            }
        };
        decrypted = Some(next);
    }
    let source = decrypted.map(|mut revision| std::mem::take(&mut *revision));
    Some(Decryption {
        source,
        revealed: facts.decryptions.elements.iter().map(|decrypted| decrypted.span.clone()).collect(),
        carried: ciphertexts.unwrap_or_default(),
        attachments: facts.attachments.opened().map(MimePart::to_owned).collect(),
    })
}

/// The parts of a revision, as many children of the header as the limit admits.
fn read_leniently<'d>(document: &'d Document<'d>, terms: &Terms<'_>) -> Option<Revision<'d>> {
    let envelope = Envelope::locate(document).ok()?;
    let ids = IdIndex::build(document).ok()?;
    let limits = terms.budget.limits();
    let header = SecurityHeader::locate(envelope, &terms.receiver.role, limits).ok()??;
    let children = header.children().take(limits.size(Limit::HeaderChildren)).collect();
    Some(Revision { document, envelope, ids, header, children })
}

/// Processes the children from `position` on, up to the first that decrypts a part of the envelope.
fn decrypt_next(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    position: &mut usize,
) -> Option<Replacement> {
    while let Some(child) = revision.children.get(*position).copied() {
        *position += 1;
        if is_list(child)
            && let Ok(Some(replacement)) = decrypt_listed(revision, terms, facts, ring, child)
            && !replacement.splices.is_empty()
        {
            return Some(replacement);
        }
    }
    None
}

fn is_list(child: Element<'_>) -> bool {
    child.is(name::XENC.uri, "EncryptedKey") || child.is(name::XENC.uri, "ReferenceList")
}

/// The next revision, to which the facts and the places of all ciphertext are carried.
fn record(
    replacement: Replacement,
    source: &str,
    facts: &mut Facts<'_>,
    ciphertexts: &mut [Revealed],
) -> Option<Zeroizing<String>> {
    let (next, moved) = replacement.splices.apply(source);
    let next = Zeroizing::new(next);
    facts.carry(&moved)?;
    for ciphertext in ciphertexts {
        ciphertext.now = moved.replaced(&ciphertext.now).or_else(|| moved.span(&ciphertext.now))?;
    }
    for plaintext in replacement.plaintexts {
        facts.decryptions.elements.push(DecryptedElement {
            span: moved.replaced(&plaintext.replaced)?,
            depth: 1,
            root: None,
            evidence: None,
            place: plaintext.place,
            part: None,
        });
    }
    Some(next)
}

/// Every EncryptedData of the message. An EncryptedHeader counts instead of its content, since the whole block is
/// replaced.
fn find_ciphertexts(document: &Document<'_>) -> Vec<Revealed> {
    let mut found = Vec::new();
    for element in document.elements() {
        let is_block = element.is(name::WSSE11.uri, "EncryptedHeader");
        let is_inside = element.parent().is_some_and(|parent| parent.is(name::WSSE11.uri, "EncryptedHeader"));
        if is_block || (element.is(name::XENC.uri, "EncryptedData") && !is_inside) {
            found.push(Revealed { now: element.span(), wire: element.span() });
        }
    }
    found
}
