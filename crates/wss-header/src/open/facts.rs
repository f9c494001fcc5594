//! Facts: everything that was found and proven so far, each with its place in the current revision.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use wss_bsp::{Judging, Proven, Report};
use wss_c14n::xsd::collapsed;
use wss_c14n::{Budget, Document, Element, Limit, Moved, Piece, Wiped, WipedSpliced, name};
use wss_crypto::{Certificate, ContentEncryption, PublicKey};
use wss_soap::mime::MimePart;
use wss_text::WireText;
use wss_tokens::{Assertion, AuthenticatedUser, IssuedAssertion, UsernameToken};
use wss_xmlenc::DecryptError;

use super::carry::Carry;
use super::places::{Places, is_present};
use super::proven::ProvenSignature;
use super::replacement::{NewPlaintext, PlaintextPlace, Replacement};
use super::revision::Revision;
use super::span::is_within;
use super::terms::Terms;
use crate::decryption_key::DecryptionKey;
use crate::element_path::ElementPath;
use crate::error::{MissingKey, OpenError};
use crate::held_token::HeldToken;
use crate::key_uses::KeyId;
use crate::opened::DecryptionEvidence;
use crate::part::Part;
use crate::signer::Signer;
use crate::waiver::Waiver;

/// The facts that were found and proven so far.
pub(crate) struct Facts<'m> {
    pub(super) tokens: Vec<SeenToken>,
    pub(super) signatures: Vec<ProvenSignature>,
    pub(super) decryptions: Decryptions,
    pub(super) attachments: Attachments<'m>,
    pub(super) confirmations: Vec<SeenConfirmation>,
    pub(super) assertions: Vec<SeenAssertion>,
    pub(super) timestamp: Option<SeenTimestamp>,
    pub(super) users: Vec<SeenUsername>,
    /// The elements that the receiver names by their places.
    pub(super) places: Places,
    /// The parts that one signature must cover: those of the terms, and those that must be signed if the message has
    /// them.
    pub(super) demanded: Arc<BTreeSet<Part>>,
    /// The names of children of our header that are of unknown kinds.
    pub(super) ignored: Vec<WireText>,
}

/// A certificate token of the header: a claim, until a signature verifies under its key.
pub(crate) struct SeenToken {
    pub(super) id: Option<String>,
    pub(super) value_type: &'static str,
    pub(super) certificate: Certificate,
    /// The rest of its path.
    pub(super) others: Vec<Certificate>,
    pub(super) span: Range<usize>,
}

/// A `wsse11:SignatureConfirmation`.
pub(crate) struct SeenConfirmation {
    pub(super) span: Range<usize>,
    /// The signature value that it confirms; `None` if it says that there was no signature.
    pub(super) value: Option<Vec<u8>>,
}

/// An assertion with a trusted issuer and fulfilled conditions.
pub(crate) struct SeenAssertion {
    pub(super) span: Range<usize>,
    pub(super) issued: Arc<IssuedAssertion>,
    /// The certificate of its subject, if the issuer included one.
    pub(super) certificate: Option<Certificate>,
    /// The key of its subject, if the issuer included one: whoever signs with it holds it.
    pub(super) holder: Option<PublicKey>,
}

/// The timestamp of the header.
pub(crate) struct SeenTimestamp {
    pub(super) span: Range<usize>,
    pub(super) created: Option<SystemTime>,
    pub(super) expires: Option<SystemTime>,
}

/// A username token of the header.
pub(crate) struct SeenUsername {
    pub(super) span: Range<usize>,
    /// Its user, after the password was checked or a MAC verified under the key derived from it.
    pub(super) user: Option<AuthenticatedUser>,
    /// Its replay key, if it may come only once.
    pub(super) replay_key: Option<[u8; 32]>,
}

/// The decrypted parts.
#[derive(Default)]
pub(crate) struct Decryptions {
    /// Plaintexts in the envelope, in order of decryption.
    pub(super) elements: Vec<DecryptedElement>,
    /// A line for every decryption, including those of attachments.
    pub(super) evidence: Vec<DecryptionEvidence>,
    /// The Ids of decrypted ciphertext: no element may have one of them again.
    pub(super) retired_ids: HashSet<String>,
    /// The replay keys of ciphertext under keys that other messages have, too.
    pub(super) repeatable: Vec<[u8; 32]>,
    /// Ciphertext that a list names, and that no key of ours decrypts.
    pub(super) for_others: Vec<ForOthers>,
}

/// Ciphertext for another receiver.
pub(crate) struct ForOthers {
    /// The span of its EncryptedData: an Id may be absent, and a path names another element in another revision.
    pub(super) span: Range<usize>,
    /// The Id by which its list names it, or its path.
    pub(super) name: String,
    /// The recipient, as the message names it.
    pub(super) addressee: WireText,
    /// The setting that would give us its key.
    pub(super) missing: MissingKey,
}

impl ForOthers {
    /// The recipient, and the setting that would give us the key if that is known, in words.
    pub(super) fn told(&self) -> WireText {
        match &self.missing {
            MissingKey::Any => self.addressee.clone(),
            missing => WireText::of(format!("{}: {missing}", self.addressee)),
        }
    }
}

/// A plaintext in the envelope.
pub(crate) struct DecryptedElement {
    pub(super) span: Range<usize>,
    /// The number of encryptions around it.
    pub(super) depth: usize,
    /// The secret that decrypted it, or that its key was derived from; `None` in reports.
    pub(super) root: Option<KeyId>,
    /// The index of its line in the evidence; `None` in reports.
    pub(super) evidence: Option<usize>,
    pub(super) place: PlaintextPlace,
    /// The part that it is, outside the Body.
    pub(super) part: Option<Part>,
}

/// The attachments, and which of them came as ciphertext.
pub(crate) struct Attachments<'m> {
    /// Each attachment in plaintext, as far as it was decrypted.
    pub(super) parts: Vec<MimePart<'m>>,
    /// The number of times that the attachment with a Content-ID was decrypted.
    pub(super) layers: HashMap<String, usize>,
    /// The Ids of the EncryptedData of decrypted attachments.
    pub(super) opened_data: HashSet<String>,
}

impl Attachments<'_> {
    /// The error for an attachment that is named and not there.
    pub(super) fn missing(&self, url: &str) -> OpenError {
        let ids: Vec<String> = self.parts.iter().filter_map(|part| Some(format!("{:?}", part.content_id()?))).collect();
        OpenError::NoAttachment { url: url.into(), known: ids.join(", ").into() }
    }
}

impl Carry for SeenToken {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.span.carry(moved)
    }
}

impl Carry for SeenConfirmation {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.span.carry(moved)
    }
}

impl Carry for SeenAssertion {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.span.carry(moved)
    }
}

impl Carry for SeenTimestamp {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.span.carry(moved)
    }
}

impl Carry for SeenUsername {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.span.carry(moved)
    }
}

impl Carry for DecryptedElement {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.span.carry(moved)
    }
}

impl<'m> Facts<'m> {
    /// No facts except the received attachments, and the demands of the terms.
    pub(super) fn new(attachments: Vec<MimePart<'m>>, demanded: Arc<BTreeSet<Part>>) -> Self {
        Self {
            tokens: Vec::new(),
            signatures: Vec::new(),
            decryptions: Decryptions::default(),
            attachments: Attachments::new(attachments),
            confirmations: Vec::new(),
            assertions: Vec::new(),
            timestamp: None,
            users: Vec::new(),
            places: Places::default(),
            demanded,
            ignored: Vec::new(),
        }
    }

    /// Notes a child of our header of an unknown kind.
    pub(super) fn ignore(&mut self, child: Element<'_>) {
        self.ignored.push(child.name().to_string().into());
    }

    /// Notes a signature, or a token of one, that the receiver cannot judge, and why.
    pub(super) fn ignore_unjudged(&mut self, child: Element<'_>, error: &OpenError) {
        let ignored = WireText::from(format!("{}: {error}", child.name()));
        if !self.ignored.contains(&ignored) {
            self.ignored.push(ignored);
        }
    }

    /// Whether the assertion at this place was judged before.
    pub(super) fn has_read_assertion(&self, span: &Range<usize>) -> bool {
        self.assertions.iter().any(|seen| seen.span == *span)
    }

    /// Records a username token. There may be two if keys are derived from passwords, one to sign with and one to
    /// encrypt with. A token whose password was checked allows no other.
    pub(super) fn record_username(&mut self, token: SeenUsername, budget: &Budget) -> Result<(), OpenError> {
        budget.charge(Limit::UsernameTokens, 1)?;
        if self.users.iter().any(|known| known.user.is_some() || token.user.is_some()) {
            return Err(OpenError::TwoUsernames);
        }
        self.users.push(token);
        Ok(())
    }

    /// Whether it is certain which token names the key of `signature`. Several assertions or licenses may name one key, each
    /// with another holder: such a token counts if the signature covers it, or another signature that covers it. If a
    /// secret out of the token signs, no other token has that key.
    pub(super) fn is_token_certain(&self, signature: &ProvenSignature, terms: &Terms<'_>) -> bool {
        if HeldToken::of(&signature.signer).is_none() || signature.root.is_some() {
            return true;
        }
        let covers = |other: &ProvenSignature| signature.is_token_covered_by(other);
        let by_another = || {
            let endorsed = |other: &&ProvenSignature| signature.coverage.has(&Part::Signature, &other.span);
            self.signatures.iter().filter(endorsed).any(covers)
        };
        terms.is_protected || covers(signature) || by_another() || terms.receiver.waives(Waiver::UncoveredHolderTokens)
    }

    /// Records a signature, and the facts that it proves about its signing token.
    pub(super) fn record_signature(&mut self, signature: ProvenSignature) {
        match &signature.signer {
            Signer::User(user) => {
                let own = self.users.iter_mut().filter(|token| signature.is_by_secret_of(&token.span));
                own.for_each(|token| token.user = Some(user.clone()));
            }
            Signer::Assertion(_) => {
                if let Some(held) = &signature.held
                    && let Some(seen) = self.assertions.get_mut(held.at)
                    && held.certificate.is_some()
                {
                    seen.certificate.clone_from(&held.certificate);
                }
            }
            // Their tokens are not kept by themselves.
            Signer::Certificate(_)
            | Signer::SharedSecret { .. }
            | Signer::SecurityContext { .. }
            | Signer::Kerberos { .. }
            | Signer::License { .. }
            | Signer::RequestReceiver
            | Signer::Anonymous => {}
        }
        self.signatures.push(signature);
    }

    /// Records the decrypted parts of a step in `source`. Returns the next revision, into which all facts are carried,
    /// and the piece of it that is parsed already.
    pub(super) fn record(
        &mut self,
        replacement: Replacement,
        source: &str,
        budget: &Budget,
    ) -> Result<(Wiped, Option<Piece>), OpenError> {
        budget.charge(Limit::Revisions, 1)?;
        let WipedSpliced { text, moved, piece } = replacement.splices.apply_and_keep(source);
        self.carry(&moved).ok_or(DecryptError::Failed)?;
        for plaintext in replacement.plaintexts {
            self.decryptions.record(plaintext, &moved, budget)?;
        }
        Ok((text, piece))
    }

    /// Notes the places of the parts that the receiver names by a path, and the parts that the decrypted elements are.
    pub(super) fn identify(&mut self, revision: &Revision<'_>, terms: &Terms<'_>) -> Result<(), OpenError> {
        self.places = Places::find(revision, terms);
        self.demanded.clone_from(&terms.demanded);
        let optional = self.present(&terms.receiver.requirements.signed_if_present, revision);
        if !optional.is_empty() {
            Arc::make_mut(&mut self.demanded).extend(optional);
        }
        self.identify_elements(revision, terms)?;
        let elements = self.decryptions.elements.iter_mut().enumerate();
        for (number, decrypted) in elements.filter(|(_, decrypted)| !decrypted.place.is_in_body()) {
            let Some(element) = revision.document.element_at(decrypted.span.start) else { continue };
            let is_block = element.parent().is_some() && element.parent() == revision.envelope.header;
            decrypted.part = match revision.is_in_header(element) {
                true if element.is(name::DS.uri, "Signature") => Some(Part::Signature),
                true if UsernameToken::is_one(element) => Some(Part::UsernameToken),
                true if Assertion::is_one(element) => Some(Part::Assertion),
                _ if is_block => Some(Part::of_block(element, &terms.budget)?),
                _ => None,
            };
            // A signature over the ciphertext at its place covers this block, or this child of our header. A token is
            // covered only if its signer knows it.
            let is_child = element.span() == decrypted.span && revision.is_in_header(element);
            let told = told_of(element).filter(|_| is_child);
            for signature in &mut self.signatures {
                match (&told, &decrypted.part) {
                    (Some(part), _) => signature.coverage.rename(&decrypted.span, part),
                    (None, Some(block)) if is_block => signature.coverage.rename(&decrypted.span, block),
                    (None, Some(part)) if is_child => signature.coverage.lose_as(&decrypted.span, number, part),
                    _ => {}
                }
            }
            if let Some(evidence) = decrypted.evidence.and_then(|at| self.decryptions.evidence.get_mut(at)) {
                evidence.part = element.name().local.into();
            }
        }
        Ok(())
    }

    /// The parts among `parts` that the message has.
    pub(super) fn present(&self, parts: &BTreeSet<Part>, revision: &Revision<'_>) -> Vec<Part> {
        let has_attachments = !self.attachments.parts.is_empty();
        let is_there = |part: &&Part| is_present(part, revision, &self.places, has_attachments);
        parts.iter().filter(is_there).cloned().collect()
    }

    /// Notes which elements inside parts replaced signed ciphertext: a signature over the ciphertext at its place
    /// covers them.
    fn identify_elements(&mut self, revision: &Revision<'_>, terms: &Terms<'_>) -> Result<(), OpenError> {
        for decrypted in &self.decryptions.elements {
            if !self.signatures.iter().any(|signature| signature.coverage.spans().any(|span| *span == decrypted.span)) {
                continue;
            }
            let element = revision.document.element_at(decrypted.span.start);
            let Some(element) = element.filter(|element| element.span() == decrypted.span) else { continue };
            let part = match terms.signed_element(element, revision.envelope) {
                Some(named) => Some(named.clone()),
                None => ElementPath::of(element, revision.envelope, &terms.budget)?.map(Part::Element),
            };
            let Some(part) = part else { continue };
            for signature in &mut self.signatures {
                signature.coverage.rename(&decrypted.span, &part);
            }
        }
        Ok(())
    }

    /// Judges the last revision by the profile, after everything was processed in order.
    pub(super) fn judge(&self, profile: Judging<'_>, document: &Document<'_>) -> Result<Report, OpenError> {
        let is_digest = |user: &AuthenticatedUser| !user.password_was_clear_text();
        let proven = Proven {
            digest: self.users.iter().any(|token| token.user.as_ref().is_some_and(is_digest)),
            password_key: self.signatures.iter().any(|signature| matches!(signature.signer, Signer::User(_))),
        };
        let revealed = self.decryptions.elements.iter().map(|decrypted| decrypted.span.clone());
        let opened: Vec<_> = self.attachments.opened().cloned().collect();
        Ok(profile.finish(document, revealed, &opened, proven)?)
    }

    /// Whether a signature covers a part; of attachments, all of them.
    pub(super) fn is_part_covered_by(&self, part: &Part, signature: &ProvenSignature) -> bool {
        let is_proven = |part: &MimePart<'_>| part.content_id().is_some_and(|id| signature.attachments.prove(id));
        match part {
            Part::Attachments => self.attachments.parts.iter().all(is_proven),
            // Each element that the message has is counted: another one may be an attacker's.
            Part::UsernameToken => covers_all(signature, part, self.users.iter().map(|token| &token.span)),
            Part::Assertion => covers_all(signature, part, self.assertions.iter().map(|seen| &seen.span)),
            Part::HeaderBlock { .. } => {
                self.places.exactly(part).is_some_and(|found| covers_all(signature, part, found.iter()))
            }
            part if part.is_counted() => {
                let covers = |span: &Range<usize>| signature.coverage.contains(span);
                self.places.exactly(part).is_some_and(|found| found.iter().all(covers))
            }
            part => signature.covers(part),
        }
    }

    /// The timestamp, if it belongs to the message that `proof` proves: anyone can add one, so that signature covers it, or the
    /// transport is protected, or nothing must be signed at all.
    pub(super) fn own_timestamp(&self, proof: Option<&ProvenSignature>, terms: &Terms<'_>) -> Option<&SeenTimestamp> {
        let is_own = |seen: &&SeenTimestamp| {
            terms.is_protected || proof.is_none_or(|proof| proof.coverage.has(&Part::Timestamp, &seen.span))
        };
        self.timestamp.as_ref().filter(is_own)
    }

    /// Whether a signature covers the message as a whole: its Body, or all parts that must be signed if only those are
    /// returned.
    pub(super) fn is_message_covered_by(&self, signature: &ProvenSignature, terms: &Terms<'_>) -> bool {
        match terms.only_demanded {
            true => self.demanded.iter().all(|part| self.is_part_covered_by(part, signature)),
            false => signature.covers(&Part::Body),
        }
    }

    /// Whether a signature covers all that must be signed, and the transport protects the rest of the message: an endorsing
    /// signature over the Timestamp (WS-SecurityPolicy 1.3 §8.3).
    pub(super) fn is_protected_message_covered_by(&self, signature: &ProvenSignature, terms: &Terms<'_>) -> bool {
        let covers_all = self.demanded.iter().all(|part| self.is_part_covered_by(part, signature));
        terms.is_protected && !self.demanded.is_empty() && covers_all
    }

    /// Whether a verified signature of an accepted signer covers `span`.
    pub(super) fn is_covered(&self, span: &Range<usize>, terms: &Terms<'_>) -> bool {
        self.signatures.iter().any(|signature| terms.accept_signer(signature) && signature.coverage.contains(span))
    }
}

/// The part that a child of our header is, if it has no meaning beyond the statement of its signer: a time, or a
/// confirmation.
pub(super) fn told_of(child: Element<'_>) -> Option<Part> {
    match (child.name().namespace, child.name().local) {
        (uri, "Timestamp") if uri == name::WSU.uri => Some(Part::Timestamp),
        (uri, "SignatureConfirmation") if uri == name::WSSE11.uri => Some(Part::SignatureConfirmation),
        _ => None,
    }
}

/// Whether a signature covers all of the elements at `spans` as `part`, and there is one.
fn covers_all<'s>(signature: &ProvenSignature, part: &Part, mut spans: impl Iterator<Item = &'s Range<usize>>) -> bool {
    let covers = |span: &Range<usize>| signature.coverage.has(part, span);
    spans.next().is_some_and(covers) && spans.all(covers)
}

impl Carry for Facts<'_> {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.tokens.carry(moved)?;
        self.signatures.carry(moved)?;
        self.decryptions.elements.carry(moved)?;
        self.decryptions.carry_others(moved);
        self.confirmations.carry(moved)?;
        self.assertions.carry(moved)?;
        self.timestamp.carry(moved)?;
        self.users.carry(moved)
    }
}

impl Decryptions {
    /// Records a plaintext of the next revision.
    fn record(&mut self, plaintext: NewPlaintext, moved: &Moved, budget: &Budget) -> Result<(), OpenError> {
        self.retired_ids.extend(plaintext.id);
        let span = moved.replaced(&plaintext.replaced).ok_or(DecryptError::Failed)?;
        let around = |outer: &&DecryptedElement| is_within(&span, &outer.span);
        let depth = 1 + self.elements.iter().filter(around).map(|outer| outer.depth).max().unwrap_or(0);
        budget.check(Limit::NestedEncryption, depth)?;
        self.elements.push(DecryptedElement {
            span,
            depth,
            root: Some(plaintext.root),
            evidence: Some(self.evidence.len()),
            place: plaintext.place,
            part: None,
        });
        let part = match plaintext.place {
            PlaintextPlace::WholeBody => "Body",
            PlaintextPlace::Body => "part of the Body",
            // [`Facts::identify`] names the element, once it is read.
            PlaintextPlace::InsideBlock | PlaintextPlace::Header => "header block",
        };
        let part = WireText::from(part);
        self.note(part, plaintext.content, plaintext.key);
        Ok(())
    }

    /// Carries the ciphertext for others into the next revision, without ciphertext that was decrypted after all, by
    /// itself or with an element around it.
    fn carry_others(&mut self, moved: &Moved) {
        self.for_others.retain_mut(|other| moved.replaced(&other.span).is_none() && other.span.carry(moved).is_some());
    }

    /// The ciphertext for others at `span`.
    pub(super) fn for_others_at(&self, span: &Range<usize>) -> Option<&ForOthers> {
        self.for_others.iter().find(|other| other.span == *span)
    }

    /// Adds a line to the evidence.
    pub(super) fn note(&mut self, part: WireText, content: ContentEncryption, key: DecryptionKey) {
        self.evidence.push(DecryptionEvidence { part, content, key });
    }

    /// Whether the element at `span` was encrypted: itself, an element around it, or all of its content.
    pub(super) fn made(&self, span: &Range<usize>, document: &Document<'_>) -> bool {
        let Some(content) = document.element_at(span.start).map(Element::content_span) else { return false };
        let is_blank =
            |range: Range<usize>| document.source().get(range).is_some_and(|text| collapsed(text).is_empty());
        self.elements.iter().any(|decrypted| {
            let inner = &decrypted.span;
            let is_around = is_within(span, inner);
            let is_inside = is_within(inner, &content) && !content.is_empty();
            is_around || (is_inside && is_blank(content.start..inner.start) && is_blank(inner.end..content.end))
        })
    }

    /// The plaintexts that are `part`.
    pub(super) fn of_part(&self, part: &Part) -> impl Iterator<Item = &DecryptedElement> {
        self.elements.iter().filter(move |decrypted| decrypted.part.as_ref() == Some(part))
    }

    /// The layers of encryption that were around the username token at `span`.
    pub(super) fn layers_of_username(&self, span: &Range<usize>) -> impl Iterator<Item = &DecryptedElement> {
        self.of_part(&Part::UsernameToken).filter(move |decrypted| decrypted.span == *span)
    }
}

impl<'m> Attachments<'m> {
    fn new(parts: Vec<MimePart<'m>>) -> Self {
        Self { parts, layers: HashMap::new(), opened_data: HashSet::new() }
    }

    /// The attachments that came as ciphertext, in their present form.
    pub(super) fn opened(&self) -> impl Iterator<Item = &MimePart<'m>> {
        self.parts.iter().filter(|part| part.content_id().is_some_and(|id| self.layers.contains_key(id)))
    }
}
