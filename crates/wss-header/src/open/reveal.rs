//! Revealing: decryption only, for reports. Nothing is verified or proven, and no failure stops it.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use wss_bsp::{Decryption, Revealed, SignaturesDue};
use wss_c14n::{Budget, Document, Element, Limit, Spliced, Wiped, name};
use wss_crypto::{Certificate, Secret, VerifyingKey};
use wss_soap::mime::{MimePart, Package, content_id_of, named_by};
use wss_soap::{Envelope, SecurityHeader};
use wss_text::WireText;
use wss_xmldsig::{Dereference, KeyInfo};
use wss_xmlenc::DecryptError;

use super::Arrived;
use super::carry::Carry;
use super::decrypt::{decrypt_each, decrypt_in_place, decrypt_listed, lasting_name};
use super::dereference::Documents;
use super::facts::{DecryptedElement, Facts};
use super::header::{is_opened, sealed_attachments};
use super::keys::{KeyRing, KeySearch};
use super::named::{addressee, naming};
use super::replacement::Replacement;
use super::revision::Revision;
use super::shapes::ids_of;
use super::signature::digests_fit;
use super::terms::Terms;
use super::tokens::note_one;
use crate::correlation::Correlation;
use crate::error::OpenError;
use crate::receiver::Receiver;
use crate::waiver::Waiver;

/// A revision, the keys found so far, and the signatures that are next in order.
pub(crate) struct Stage<'a, 'd> {
    revision: &'a Revision<'d>,
    terms: &'a Terms<'a>,
    facts: &'a Facts<'a>,
    ring: &'a mut KeyRing,
    /// The children of our header that are signatures and next in order.
    pub(crate) due: &'a [usize],
    /// The children of our header whose turn it is in this revision, by their positions.
    turn: Range<usize>,
    /// The outcomes for each list of ciphertext so far.
    pub(crate) lists: &'a [RevealedList],
}

/// The outcome for a list of ciphertext in our header, for the ciphertext of one `xenc:EncryptedKey`, or for ciphertext
/// that no list names.
pub(crate) struct RevealedList {
    /// The Ids of its ciphertext for which no key was found, with the recipient of each.
    pub(crate) for_others: Vec<(String, WireText)>,
    /// The reason why it was not decrypted.
    pub(crate) failure: Option<WireText>,
    /// A key was found, and the octets do not decrypt under it.
    pub(crate) has_wrong_key: bool,
    /// The recipient of its `xenc:EncryptedKey`, if it has one.
    pub(crate) recipient: Option<WireText>,
    /// The Ids that it names; the lasting name of ciphertext without an Id.
    pub(crate) ids: Vec<String>,
}

impl<'d> Stage<'_, 'd> {
    /// The revision.
    pub(crate) fn document(&self) -> &'d Document<'d> {
        self.revision.document
    }

    /// Our header.
    pub(crate) fn header(&self) -> Element<'d> {
        self.revision.header.element
    }

    /// The children of our header, as many as the limit allows.
    pub(crate) fn children(&self) -> &[Element<'d>] {
        &self.revision.children
    }

    /// The children of our header whose turn it is.
    pub(super) fn in_turn(&self) -> Turn<'_, 'd> {
        Turn {
            revision: self.revision,
            // The turn is over children of this revision.
            children: self.revision.children.get(self.turn.clone()).unwrap_or_default(),
            retired: &self.facts.decryptions.retired_ids,
        }
    }

    /// The element with this Id.
    pub(crate) fn element(&self, id: &str) -> Option<Element<'d>> {
        self.revision.ids.get(id)
    }

    /// The budget of the message.
    pub(crate) fn budget(&self) -> &Budget {
        &self.terms.budget
    }

    /// The key that a signature names, if the receiver has it and trusts its holder.
    pub(crate) fn signature_key(
        &mut self,
        key_info: Option<Element<'d>>,
        is_mac: bool,
    ) -> Result<VerifyingKey, OpenError> {
        let key_info = key_info.map(|element| KeyInfo::parse(element, &self.terms.budget)).transpose()?;
        let mut search = KeySearch::new(self.revision, self.terms, self.facts, self.ring);
        let found = search.signature_key(key_info.as_ref(), is_mac);
        Ok(found.map_err(|error| naming(error, key_info.as_ref(), self.revision, self.terms, self.facts))?.key)
    }

    /// The recipient that a `ds:KeyInfo` names.
    pub(crate) fn named(&self, key_info: Option<Element<'_>>) -> WireText {
        addressee(key_info, &self.facts.tokens)
    }

    /// The certificates that came in tokens of our header.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.facts.tokens.iter().flat_map(|token| std::iter::once(&token.certificate).chain(&token.others))
    }

    /// The Ids of the ciphertext of attachments that was decrypted.
    pub(crate) fn opened_attachments(&self) -> impl Iterator<Item = &str> {
        self.facts.attachments.opened_data.iter().map(String::as_str)
    }

    /// The attachment that a URL names, in plaintext if it was decrypted.
    pub(crate) fn attachment(&self, url: &str) -> Option<&MimePart<'_>> {
        named_by(&self.facts.attachments.parts, url)
    }

    /// The ciphertext of the attachment that a URL names, if it was not decrypted.
    pub(crate) fn ciphertext_of(&self, url: &str) -> Option<Element<'d>> {
        let id = content_id_of(url)?;
        sealed_attachments(self.revision, self.facts).find(|(_, sealed)| *sealed == id).map(|(data, _)| data)
    }

    /// The secrets that were unwrapped, or came with tickets.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.ring.brought.iter().map(|brought| &brought.secret)
    }

    /// The targets of signatures besides elements: tokens and attachments.
    pub(crate) fn targets(&self) -> impl Dereference<'d> {
        Documents::with_certificates(self.revision, self.terms, self.facts)
    }
}

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
    survey(receiver, message, attachments, (package, None), &mut |stage| {
        if !stage.due.is_empty() {
            signatures(stage.document(), &stage.header().span(), stage.due);
        }
    })
}

/// As [`reveal`], with the request that the message answers; `visit` is called in every revision.
pub(crate) fn survey(
    receiver: &Receiver,
    message: &str,
    attachments: Vec<MimePart<'_>>,
    (package, request): (Option<&Package<'_>>, Option<&Correlation>),
    visit: &mut dyn FnMut(&mut Stage<'_, '_>),
) -> Option<Decryption> {
    let beside: u64 = attachments.iter().map(|part| part.unauthenticated_octets().len()).sum();
    let octets = message.as_bytes();
    let incoming = Arrived { octets, package, charset: None, stapled: &[], negotiated: None, request, transport: None };
    let terms = Terms::new(receiver, Arc::default(), incoming, message.len() as u64 + beside);
    let mut facts = Facts::new(attachments, terms.demanded.clone());
    let mut ring = KeyRing::new(receiver);
    let mut progress = Progress { position: 0, lists: Vec::new() };
    let mut ciphertexts: Option<Vec<Revealed>> = None;
    let mut decrypted: Option<Wiped> = None;
    loop {
        let next = {
            let source = decrypted.as_ref().map_or(message, |revision| revision.as_str());
            let document = receiver.parse(source, &terms.budget).ok()?;
            let revision = read_leniently(&document, &terms)?;
            let spans = ciphertexts.get_or_insert_with(|| find_ciphertexts(&document));
            for child in &revision.children {
                let _unreadable = note_one(*child, &terms, &mut facts);
            }
            let from = progress.position;
            let replacement = decrypt_next(&revision, &terms, &mut facts, &mut ring, &mut progress)
                .or_else(|| decrypt_rest(&revision, &terms, &mut facts, &mut ring, &mut progress.lists));
            let position = progress.position;
            let due: Vec<usize> = (from..position)
                .filter(|at| revision.children.get(*at).is_some_and(|child| child.is(name::DS.uri, "Signature")))
                .collect();
            visit(&mut Stage {
                revision: &revision,
                terms: &terms,
                facts: &facts,
                ring: &mut ring,
                due: &due,
                turn: from..position,
                lists: &progress.lists,
            });
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
    let ids = ids_of(document, terms.receiver).ok()?;
    let limits = terms.budget.limits();
    let header = SecurityHeader::locate(envelope, &terms.receiver.role, limits).ok()??;
    let children = header.children().take(limits.size(Limit::HeaderChildren)).collect();
    let (tickets, encrypted_keys) = Default::default();
    Some(Revision { document, envelope, ids, header, children, tickets, encrypted_keys })
}

/// Children of a header that are processed in one revision.
pub(super) struct Turn<'t, 'd> {
    pub(super) revision: &'t Revision<'d>,
    pub(super) children: &'t [Element<'d>],
    /// The Ids of ciphertext that was decrypted.
    pub(super) retired: &'t HashSet<String>,
}

/// How far the children of the header are processed.
struct Progress {
    /// The index of the next one.
    position: usize,
    /// The outcome for each list before it.
    lists: Vec<RevealedList>,
}

/// Processes the next children, up to the first that decrypts a part of the envelope.
fn decrypt_next(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    progress: &mut Progress,
) -> Option<Replacement> {
    let Progress { position, lists } = progress;
    while let Some(child) = revision.children.get(*position).copied() {
        *position += 1;
        let decrypted = if is_list(child) {
            let decrypted = decrypt_listed(revision, terms, facts, ring, child);
            lists.push(RevealedList::of(child, facts, decrypted.as_ref().err(), terms));
            decrypted
        } else if !terms.receiver.waives(Waiver::UnlistedEncryptedData) {
            continue;
        } else if child.is(name::XENC.uri, "EncryptedData") && !is_opened(child, facts) {
            let decrypted = decrypt_in_place(revision, terms, facts, ring, child);
            lists.push(RevealedList::of_data(child, facts, decrypted.as_ref().err()));
            decrypted
        } else if child.is(name::DS.uri, "Signature") && !digests_fit(revision, terms, facts, child) {
            // The digest may be over the plaintext. An error is reported when everything else was tried.
            decrypt_each(revision, terms, facts, ring, &mut |_, _| Ok(()))
        } else {
            continue;
        };
        if let Some(replacement) = decrypted.ok().flatten().filter(|replacement| !replacement.splices.is_empty()) {
            *position -= usize::from(replacement.revisit);
            return Some(replacement);
        }
    }
    None
}

/// Decrypts ciphertext that no list names, after the last child of our header, if the receiver accepts such.
fn decrypt_rest(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    ring: &mut KeyRing,
    lists: &mut Vec<RevealedList>,
) -> Option<Replacement> {
    if !terms.receiver.waives(Waiver::UnlistedEncryptedData) {
        return None;
    }
    let mut failures = Vec::new();
    let replacement = decrypt_each(revision, terms, facts, ring, &mut |data, error| {
        failures.push((data, error));
        Ok(())
    });
    lists.extend(failures.iter().map(|(data, error)| RevealedList::of_data(*data, facts, Some(error))));
    let others = facts.decryptions.for_others.iter();
    let others = others.filter_map(|other| revision.document.element_at(other.span.start));
    lists.extend(others.map(|data| RevealedList::of_data(data, facts, None)));
    replacement.ok().flatten()
}

impl RevealedList {
    /// The outcome for ciphertext that no list names.
    fn of_data(data: Element<'_>, facts: &Facts<'_>, failure: Option<&OpenError>) -> Self {
        let name = lasting_name(data);
        let other = facts.decryptions.for_others_at(&data.span());
        let is_key = |inner: &Element<'_>| inner.is(name::XENC.uri, "EncryptedKey");
        let key = data.descendants_and_self().find(is_key);
        Self {
            for_others: other.map(|other| (name.clone(), other.told())).into_iter().collect(),
            failure: failure.map(WireText::of),
            has_wrong_key: matches!(failure, Some(OpenError::Decrypt(DecryptError::Failed))),
            recipient: key.map(|key| addressee(key.children_named(name::DS.uri, "KeyInfo").next(), &facts.tokens)),
            ids: vec![name],
        }
    }

    fn of(child: Element<'_>, facts: &Facts<'_>, failure: Option<&OpenError>, terms: &Terms<'_>) -> Self {
        let references = child.descendants_and_self().filter(|inner| inner.is(name::XENC.uri, "DataReference"));
        let ids = references.take(terms.budget.limits().size(Limit::DataReferences)).filter_map(|reference| {
            let uri = reference.attribute("", "URI")?;
            (uri.len() < 256).then(|| uri.trim_start_matches('#').to_owned())
        });
        let ids: Vec<String> = ids.collect();
        let key_info = child.children_named(name::DS.uri, "KeyInfo").next();
        let for_others = facts.decryptions.for_others.iter();
        let for_others = for_others.filter(|other| ids.contains(&other.name));
        Self {
            for_others: for_others.map(|other| (other.name.clone(), other.told())).collect(),
            failure: failure.map(WireText::of),
            has_wrong_key: matches!(failure, Some(OpenError::Decrypt(DecryptError::Failed))),
            recipient: child.is(name::XENC.uri, "EncryptedKey").then(|| addressee(key_info, &facts.tokens)),
            ids,
        }
    }
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
) -> Option<Wiped> {
    let Spliced { text, moved } = replacement.splices.apply(source);
    let next = Wiped::from(text);
    facts.carry(&moved)?;
    for ciphertext in ciphertexts {
        ciphertext.now = moved.replaced(&ciphertext.now).or_else(|| moved.span(&ciphertext.now))?;
    }
    for plaintext in replacement.plaintexts {
        facts.decryptions.retired_ids.extend(plaintext.id);
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
