//! The walk through a message: from its octets to the explanation, as far as it can be read.
//!
//! The message is read four times, one after the other: for its content; in the order of the header, with decryption,
//! for the signatures of our header; once more for signatures elsewhere and for other revisions; and as a receiver
//! reads it, for its refusal.

use wss_c14n::{Budget, Document, Element, IdIndex, Limit, Paths, Wiped, name};
use wss_crypto::{Certificate, PublicKey};
use wss_soap::mime::{MimePart, Package};
use wss_soap::{Envelope, Role, SecurityHeader, UnauthenticatedFault};
use wss_text::{Slice as _, WireText};
use wss_tokens::Assertion;

use super::attachment::Attachment;
use super::cause::Cause;
use super::ciphertext::{self, EncryptedKeys, HeldKeys};
use super::clues::Clues;
use super::decode::decode;
use super::digest::{self, Around};
use super::explanation::{ExplainedOctets, ExplainedReference, ExplainedSignature, Explanation, Outcome, Verdict};
use super::forms::Form;
use super::goal::{Aim, Meter};
use super::items;
use super::judge::{Show, judge};
use super::keys::{
    self, derived_otherwise, holders, keys_in, known_certificates, known_keys, of_certificate, shared_secrets,
};
use super::places;
use super::reading::ReadSignature;
use super::signature::Keys;
use crate::correlation::Correlation;
use crate::ebms_error::EbmsError;
use crate::incoming::Incoming;
use crate::misnamed::Description;
use crate::open::{self, Arrived, RevealedList, Stage, lasting_name, named_by, survey};
use crate::opened::Opened;
use crate::policy::AlgorithmPolicy;
use crate::receiver::Receiver;

/// The largest number of ciphertexts that are listed.
const CIPHERTEXTS: usize = 64;

/// Explains a message, which may answer a request; `show` gets the octets of references if `shows`.
pub(super) fn explain(
    receiver: &Receiver,
    (incoming, request): (&Incoming<'_>, Option<&Correlation>),
    shows: bool,
    show: Show<'_>,
) -> Explanation {
    let arrived = Arrived::new(incoming, request);
    let mut explanation = Explanation::default();
    match decode(&arrived, receiver, &mut explanation) {
        Some((text, attachments)) => {
            let octets =
                text.len() as u64 + attachments.iter().map(|part| part.unauthenticated_octets().len()).sum::<u64>();
            Walk::new(receiver, (&text, octets), &mut explanation, shows).run(attachments, (incoming, request), show);
        }
        None => explanation.is_unread = true,
    }
    explanation.refusal = open::open::<Opened>(receiver, arrived).err().map(|error| error.to_string());
    explanation
}

/// A search in another revision: for a reference without a cause.
struct Left {
    signature: usize,
    reference: usize,
    id: String,
    aims: Vec<Aim>,
    form: Form,
    /// Whether something was decrypted before the signature was next in order.
    is_later: bool,
}

/// Ciphertext of the message as it came.
struct Numbered {
    span: std::ops::Range<usize>,
    /// Its place in the explanation.
    at: usize,
    /// The name that decryption has for it.
    name: WireText,
}

/// One message on its way to an explanation.
struct Walk<'w> {
    receiver: &'w Receiver,
    message: &'w str,
    explanation: &'w mut Explanation,
    budget: Budget,
    /// Whether someone wants to see the octets.
    shows: bool,
    /// The signatures that were explained, as they are written.
    explained: Vec<String>,
    left: Vec<Left>,
    /// The public keys that made the signatures of the message.
    makers: Vec<PublicKey>,
}

impl<'w> Walk<'w> {
    /// A walk over a message of this many octets, with its attachments.
    fn new(
        receiver: &'w Receiver,
        (message, octets): (&'w str, u64),
        explanation: &'w mut Explanation,
        shows: bool,
    ) -> Self {
        let budget = Budget::new(&receiver.limits, octets);
        Self {
            receiver,
            message,
            explanation,
            budget,
            shows,
            explained: Vec::new(),
            left: Vec::new(),
            makers: Vec::new(),
        }
    }

    fn run(
        mut self,
        attachments: Vec<MimePart<'_>>,
        (incoming, request): (&Incoming<'_>, Option<&Correlation>),
        show: Show<'_>,
    ) {
        let Some(ciphertexts) = self.read() else { return };
        let lenient = self
            .receiver
            .clone()
            .algorithms(AlgorithmPolicy::everything_for_legacy_use_only())
            .dangerous_decrypt_cbc_before_verification()
            .accept_forward_references()
            .accept_derived_keys_typed_as_encrypted_keys()
            .accept_one_key_to_sign_and_encrypt()
            .accept_short_secrets_for_legacy_use_only();
        let mut outcomes = Vec::new();
        let mut is_later = false;
        let decryption = survey(&lenient, self.message, attachments, (incoming.package(), request), &mut |stage| {
            self.stage(stage, is_later, show);
            let attachments = stage.opened_attachments().map(|id| (id.to_owned(), Outcome::Decrypted));
            outcomes = attachments.chain(stage.lists.iter().flat_map(outcomes_of)).collect();
            is_later = true;
        });
        if let Some(decryption) = &decryption {
            for Numbered { span, at, name } in ciphertexts {
                let carried = decryption.carried.iter().find(|carried| carried.wire == span);
                let is_decrypted = carried.is_some_and(|carried| decryption.revealed.contains(&carried.now));
                let Some(known) = self.explanation.ciphertexts.get_mut(at) else { continue };
                let told = outcomes.iter().find(|(told, _)| name == told.as_str());
                match (is_decrypted, told) {
                    (true, _) => known.outcome = Outcome::Decrypted,
                    (false, Some((_, outcome))) => known.outcome = outcome.clone(),
                    (false, None) => {}
                }
            }
        }
        self.signatures_elsewhere(decryption.is_some(), show);
        self.tokens_and_ciphertext();
        let last = decryption.and_then(|decryption| decryption.source).map(Wiped::from);
        if let Some(last) = &last {
            self.in_revision(last, Cause::AfterDecryption, |_| true, show);
            self.in_revision(self.message, Cause::BeforeDecryption, |left| left.is_later, show);
        }
        if incoming.package().is_some_and(Package::is_xop)
            && let Ok(envelope) = std::str::from_utf8(incoming.envelope())
        {
            self.in_revision(envelope, Cause::BeforeInclusion, |_| true, show);
        }
    }

    /// Reads the content of the message. Returns its ciphertext; `None` if it is no XML.
    fn read(&mut self) -> Option<Vec<Numbered>> {
        let document = match self.receiver.parse(self.message, &self.budget) {
            Ok(document) => document,
            Err(error) => {
                self.explanation.notes.push(error.to_string());
                self.explanation.is_unread = true;
                return None;
            }
        };
        self.notes_of(&document);
        let mut paths = Paths::default();
        let headers = document.elements().filter(|element| element.is(name::WSSE.uri, "Security"));
        let most = self.budget.limits().size(Limit::HeaderChildren);
        for header in headers.take(4) {
            let children = header
                .children()
                .take(most)
                .filter_map(|child| items::item(child, &mut paths, self.receiver, &self.budget));
            self.explanation.items.extend(children);
        }
        let all = document.elements().filter(|element| element.is(name::XENC.uri, "EncryptedData"));
        let mut numbered = Vec::new();
        for data in all.take(CIPHERTEXTS) {
            let block = data.parent().filter(|parent| parent.is(name::WSSE11.uri, "EncryptedHeader"));
            let name = lasting_name(data).into();
            let (span, at) = (block.unwrap_or(data).span(), self.explanation.ciphertexts.len());
            numbered.push(Numbered { span, at, name });
            self.explanation.ciphertexts.push(items::ciphertext(data, &mut paths));
        }
        Some(numbered)
    }

    /// Notes faults and oddities of the message as a whole.
    fn notes_of(&mut self, document: &Document<'_>) {
        let notes = &mut self.explanation.notes;
        if let Err(error) = IdIndex::build(document) {
            notes.push(error.to_string());
        }
        if self.message.starts_with('\u{FEFF}') {
            notes.push("the message begins with a byte order mark".into());
        }
        let envelope = match Envelope::locate(document) {
            Ok(envelope) => envelope,
            Err(error) => return notes.push(error.to_string()),
        };
        if let Some(fault) = UnauthenticatedFault::of(envelope) {
            let (code, reason) = (WireText::from(fault.code()), WireText::from(fault.reason()));
            notes.push(format!("the Body is a fault: code {code:?}, reason {reason:?}"));
        }
        if let Some(EbmsError { code, reason }) = EbmsError::of(envelope) {
            notes.push(format!("the message has an eb:Error: code {code:?}, reason {reason:?}"));
        }
        match SecurityHeader::locate(envelope, &self.receiver.role, self.budget.limits()) {
            Err(error) => notes.push(error.to_string()),
            Ok(Some(_)) => {}
            Ok(None) => {
                let blocks = envelope.blocks().filter(|block| block.is(name::WSSE.uri, "Security"));
                let actors = blocks.take(4).map(|block| match Role::of(block, envelope.version) {
                    Role::Uri(uri) => format!("for {:?}", WireText::from(uri)),
                    Role::UltimateReceiver => "for the ultimate receiver".to_owned(),
                });
                let actors: Vec<String> = actors.collect();
                notes.push(match actors.as_slice() {
                    [] => "there is no Security header among the header blocks".into(),
                    all => {
                        format!("no Security header is for this receiver: there are headers {}", all.join(", "))
                    }
                });
            }
        }
    }

    /// The signatures that are next in order.
    fn stage(&mut self, stage: &mut Stage<'_, '_>, is_later: bool, show: Show<'_>) {
        let due = stage.due.iter().filter_map(|at| stage.children().get(*at).copied());
        let due: Vec<_> = due.filter(|_| self.may_explain()).collect();
        if due.is_empty() {
            return;
        }
        let likely = places::likely(stage.document());
        let clues = self.clues(stage.document());
        let read: Vec<ReadSignature<'_>> =
            due.into_iter().map(|element| ReadSignature::read(element, stage.budget())).collect();
        let mut searches: usize = read.iter().map(|read| read.references.len() + 1).sum();
        let holders_of: Vec<_> = stage.children().iter().flat_map(|child| holders(*child, stage.budget())).collect();
        for read in &read {
            let named = keys::named_by_signature(read, stage);
            let mut public = known_keys(self.receiver);
            public.extend(stage.certificates().map(of_certificate));
            public.extend(keys_in(read.key_info, stage.budget()));
            public.extend(holders_of.iter().cloned());
            let (secrets, derived) = match read.may_be_mac() || keys::names_secret(read, stage) {
                true => (keys::secrets(self.receiver, stage), derived_otherwise(self.receiver, stage, read.key_info)),
                false => (Vec::new(), Vec::new()),
            };
            let keys = Keys { named, public, secrets, derived };
            let key = stage.named(read.key_info);
            let targets = stage.targets();
            let by_id = |id: &str| stage.element(id);
            let attachment = |url: &str| stage.attachment(url).and_then(Attachment::of);
            let ciphertext_of = |url: &str| stage.ciphertext_of(url);
            let around = Around {
                document: stage.document(),
                signature: read.element,
                by_id: &by_id,
                has_index: true,
                targets: &targets,
                attachment: &attachment,
                ciphertext_of: &ciphertext_of,
                likely: &likely,
                clues: &clues,
                budget: &self.budget,
                most: self.most(),
                searches,
                shows: self.shows,
            };
            let (mut explained, maker) = judge(read, &keys, key, around, self.explanation.signatures.len() + 1, show);
            if let (Some(maker), Some(key_info), Some(_)) = (&maker, read.key_info, &explained.key_refused) {
                let known = known_certificates(self.receiver).find(|known| known.public_key() == maker);
                explained.key_causes.extend(known.and_then(|known| referred_otherwise(key_info, known)));
            }
            self.makers.extend(maker);
            searches -= read.references.len() + 1;
            self.keep(read, explained, is_later);
        }
    }

    /// Looks for the causes of ciphertext that was not decrypted, and of assertions whose holder did not sign.
    fn tokens_and_ciphertext(&mut self) {
        let Ok(document) = self.receiver.parse(self.message, &self.budget) else { return };
        let secrets = shared_secrets(self.receiver);
        let identities = &self.receiver.keys.identities;
        // The search why nothing was decrypted has its own budget, whatever was spent on digests.
        let budget = Budget::new(&self.receiver.limits, self.message.len() as u64);
        let holdings = HeldKeys { identities, secrets: &secrets, budget: &budget };
        let keys = EncryptedKeys::read(&document);
        let data = document.elements().filter(|element| element.is(name::XENC.uri, "EncryptedData"));
        for (data, explained) in data.zip(&mut self.explanation.ciphertexts) {
            let is_of_key = match &explained.outcome {
                Outcome::Decrypted => continue,
                Outcome::ForAnother { .. } | Outcome::WrongKey { .. } => true,
                Outcome::Failed { .. } => false,
            };
            explained.causes = ciphertext::explain(data, is_of_key, &keys, &holdings);
            if explained.causes.is_empty() && matches!(explained.outcome, Outcome::WrongKey { .. }) {
                explained.notes.extend(ciphertext::told_of_its_key(data, &keys, &holdings));
            }
        }
        let mut paths = Paths::default();
        let children = document.elements().filter(|element| element.is(name::WSSE.uri, "Security")).take(4);
        for child in children.flat_map(Element::children).filter(|child| Assertion::is_one(*child)).take(8) {
            let path = WireText::from(paths.of(child));
            let holders = holders(child, &self.budget);
            let id = items::id_of(child);
            let item = self.explanation.items.iter_mut().find(|item| item.path == path && item.id == id);
            let is_used = holders.iter().any(|(_, key)| self.makers.contains(key));
            if let (Some(item), Some((whose, _)), false, false) =
                (item, holders.first(), is_used, self.makers.is_empty())
            {
                item.causes.push(Cause::HolderKeyUnused { holder: whose.into() });
            }
        }
    }

    /// The prefixes in the message, if there is budget to look.
    fn clues(&self, document: &Document<'_>) -> Clues {
        let pays = self.budget.charge(Limit::CauseOctets, document.source().len() as u64).is_ok();
        if pays { Clues::of(document) } else { Clues::default() }
    }

    /// Charges a signature. If it is one too many, notes that once.
    fn may_explain(&mut self) -> bool {
        let charged = self.budget.charge(Limit::Signatures, 1);
        if let Err(exceeded) = charged {
            let note = exceeded.to_string();
            if !self.explanation.notes.contains(&note) {
                self.explanation.notes.push(note);
            }
        }
        charged.is_ok()
    }

    /// The largest number of octets of a form that is kept in memory.
    fn most(&self) -> usize {
        self.message.len() + self.message.len() / 2
    }

    fn keep(&mut self, read: &ReadSignature<'_>, explained: ExplainedSignature, is_later: bool) {
        let signature = self.explanation.signatures.len();
        for (reference, (read, explained)) in read.references.iter().zip(&explained.references).enumerate() {
            let id = read.uri.as_deref().and_then(|uri| uri.strip_prefix('#'));
            let is_unexplained = matches!(&explained.verdict, Verdict::Differs { causes, .. } if causes.is_empty());
            if let (Some(id), true) = (id, is_unexplained) {
                let ((said, others), form) = (digest::aims(read), digest::said(read));
                let aims = if said.is_empty() { others } else { said };
                self.left.push(Left { signature, reference, id: id.to_owned(), aims, form, is_later });
            }
        }
        self.explained.push(written(read.element).to_owned());
        self.explanation.signatures.push(explained);
    }

    /// Explains signatures that are not next in order in our header: of other headers, assertions, or broken messages.
    fn signatures_elsewhere(&mut self, is_readable: bool, show: Show<'_>) {
        let Ok(document) = self.receiver.parse(self.message, &self.budget) else { return };
        let all = document.elements().filter(|element| element.is(name::DS.uri, "Signature"));
        let most = self.budget.limits().size(Limit::Signatures);
        let read = all.take(most).map(|element| ReadSignature::read(element, &self.budget));
        let mut explained_before = self.explained.clone();
        let is_new = |read: &ReadSignature<'_>| {
            // A signature that was already explained is skipped as often as it was explained; another copy is explained again.
            let known = explained_before.iter().position(|known| known == written(read.element));
            known.map(|at| explained_before.swap_remove(at)).is_none()
        };
        let read: Vec<ReadSignature<'_>> = read.filter(is_new).collect();
        let read: Vec<_> = read.into_iter().filter(|_| self.may_explain()).collect();
        if read.is_empty() {
            return;
        }
        let ids = IdIndex::build(&document).ok();
        let likely = places::likely(&document);
        let clues = self.clues(&document);
        let mut searches: usize = read.iter().map(|read| read.references.len() + 1).sum();
        for read in &read {
            let by_id = |id: &str| ids.as_ref().and_then(|ids| ids.get(id));
            let mut public = known_keys(self.receiver);
            public.extend(keys_in(read.key_info, &self.budget));
            public.extend(keys_in(read.element.parent(), &self.budget));
            let named = Err(keys::of_elsewhere(read, &by_id, self.receiver, &self.budget, is_readable));
            let keys = Keys { named, public, secrets: shared_secrets(self.receiver), derived: Vec::new() };
            let around = Around {
                document: &document,
                signature: read.element,
                by_id: &by_id,
                has_index: ids.is_some(),
                targets: &NoTargets,
                attachment: &|_| None,
                ciphertext_of: &|_| None,
                likely: &likely,
                clues: &clues,
                budget: &self.budget,
                most: self.most(),
                searches,
                shows: self.shows,
            };
            let key = named_by(read.key_info);
            let (explained, maker) = judge(read, &keys, key, around, self.explanation.signatures.len() + 1, show);
            self.makers.extend(maker);
            searches -= read.references.len() + 1;
            self.keep(read, explained, true);
        }
    }

    /// Searches in another revision for causes that are still missing.
    fn in_revision(&mut self, text: &str, cause: Cause, wanted: impl Fn(&Left) -> bool, show: Show<'_>) {
        let left: Vec<Left> = std::mem::take(&mut self.left);
        let (tried, others): (Vec<Left>, Vec<Left>) = left.into_iter().partition(wanted);
        self.left = others;
        if tried.is_empty() {
            return;
        }
        let Ok(document) = self.receiver.parse(text, &self.budget) else { return };
        let most = self.most();
        let count = tried.len();
        for (nth, left) in tried.into_iter().enumerate() {
            let meter = Meter::new(&self.budget, count - nth);
            let found = digest::in_revision(&left.aims, &left.id, &left.form, &document, cause.clone(), &meter, most);
            let signature = self.explanation.signatures.get_mut(left.signature);
            let reference = signature.and_then(|signature| signature.references.get_mut(left.reference));
            match (found, reference) {
                (Some(found), Some(ExplainedReference { verdict: Verdict::Differs { causes, .. }, .. })) => {
                    *causes = found.causes;
                    let (signature, reference) = (left.signature + 1, Some(left.reference + 1));
                    if let Some(octets) = found.octets.as_deref() {
                        show(ExplainedOctets { signature, reference, are_the_senders: true, octets });
                    }
                }
                _ => self.left.push(left),
            }
        }
    }
}

/// Finds no tokens and no attachments: references name only elements.
struct NoTargets;

impl<'d> wss_xmldsig::Dereference<'d> for NoTargets {
    fn document(&self) -> Option<&'d Document<'d>> {
        None
    }

    fn element(&self, _id: &str) -> Option<Element<'d>> {
        None
    }
}

/// A signature as it is written.
fn written(element: Element<'_>) -> &str {
    element.document().source().slice(element.span())
}

/// The outcomes for the ciphertext of a list, by Id.
fn outcomes_of(list: &RevealedList) -> Vec<(String, Outcome)> {
    let named = |id: &String| list.for_others.iter().find(|(other, _)| other == id).map(|(_, named)| named.clone());
    let outcome = |id: &String| match (named(id), &list.failure) {
        (Some(recipient), _) => Outcome::ForAnother { recipient },
        (None, Some(why)) => {
            let whom =
                list.recipient.as_ref().map(|whom| format!("; its key is encrypted to {whom}")).unwrap_or_default();
            let why = format!("{why}{whom}");
            if list.has_wrong_key { Outcome::WrongKey { why } } else { Outcome::Failed { why } }
        }
        (None, None) => Outcome::Failed { why: "it was not decrypted".to_owned() },
    };
    list.ids.iter().map(|id| (id.clone(), outcome(id))).collect()
}

/// The cause if a KeyInfo refers to the certificate that made the value in another way than the profile does.
fn referred_otherwise(key_info: Element<'_>, certificate: &Certificate) -> Option<Cause> {
    let key = format!("the certificate of {}", certificate.subject());
    Description::read(key_info)
        .how(certificate)
        .map(|how| Cause::ReferenceOtherwise { key: key.into(), how: how.into() })
}
