//! Opening: from octets of the wire to [`Opened`].
//!
//! The children of our Security header are processed in order of appearance, which undoes what the sender did,
//! last step first. A signature is verified before anything that stands after it is decrypted. Decryption makes
//! a new revision of the message; what was proven about the old one is carried along by its spans. At the end
//! the requirements are checked against what was proven, and only then is the replay store asked.

mod agreement;
mod assertions;
mod author;
mod borrowed;
mod carried;
mod coverage;
mod decryption;
mod judgement;
mod keys;
mod licenses;
mod named;
mod remains;
mod reveal;
mod signature;
mod tokens;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

use wss_c14n::{Budget, Document, Element, IdIndex, Limit, ParseError, Splices, name};
use wss_crypto::{Certificate, ContentEncryption};
use wss_text::WireText;
use wss_tokens::{Assertion, AuthenticatedUser, KerberosSession, Timestamp};
use wss_xmlenc::{DecryptError, parse_reference_list};
use zeroize::Zeroizing;

use crate::attachments::AuthenticatedAttachment;
use crate::correlation::{Correlation, SentKey};
use crate::error::OpenError;
use crate::key_uses::{KeyId, KeyUses};
use crate::opened::{AuthenticatedAssertion, Block, DecryptionEvidence, Evidence};
use crate::part::Part;
use crate::receiver::Receiver;
use crate::signer::Signer;
use crate::waiver::Waiver;
use assertions::SeenAssertion;
use carried::Carried;
pub use coverage::CoverageLost;
pub use remains::{RemainingCiphertext, WhyEncrypted};
use signature::ProvenSignature;
use wss_bsp::{Judging, Proven};
use wss_soap::Envelope;
use wss_soap::EnvelopeError;
use wss_soap::SecurityHeader;
use wss_soap::mime::xop::include_in;
use wss_soap::mime::{MimePart, Package, Spool};

/// A token seen in the header: a claim.
struct SeenToken {
    id: Option<String>,
    value_type: String,
    certificate: Certificate,
    others: Vec<Certificate>,
    span: Range<usize>,
}

/// A `wsse11:SignatureConfirmation`: which signature it says it confirms.
struct SeenConfirmation {
    span: Range<usize>,
    value: Option<Vec<u8>>,
}

/// What was decrypted, where it stands in the revision at hand.
struct Decrypted {
    span: Range<usize>,
    /// How many encryptions it came out of.
    depth: usize,
    /// The secret that decrypted it, or that its key was derived from.
    root: Option<KeyId>,
    /// Which line of the evidence tells of it.
    evidence: Option<usize>,
    in_body: bool,
    whole_content: bool,
    is_signature: bool,
    is_username: bool,
    is_assertion: bool,
    /// The header block it turned out to be.
    block: Option<Part>,
}

impl Decrypted {
    /// What came out at `span`, as long as nothing else is known of it.
    fn at(span: Range<usize>, in_body: bool, whole_content: bool) -> Self {
        Self {
            span,
            depth: 1,
            root: None,
            evidence: None,
            in_body,
            whole_content,
            is_signature: false,
            is_username: false,
            is_assertion: false,
            block: None,
        }
    }
}

/// A message being opened.
pub(crate) struct Opening<'r> {
    receiver: &'r Receiver,
    /// What stands beside the message, decrypted where it was ciphertext; and where what is large is decrypted to.
    pub(crate) attachments: Arc<Vec<MimePart<'r>>>,
    spool: Option<&'r Spool>,
    /// Content-IDs of attachments that were ciphertext, and how often; and the Ids of the EncryptedData that said so.
    decrypted_attachments: HashMap<String, usize>,
    opened_data: HashSet<String>,
    /// Ids of EncryptedData that our header lists, and that no key of ours opens; and to whom each is encrypted.
    for_others: BTreeMap<String, WireText>,
    /// To whom the last key was encrypted that none of ours opens.
    addressee: Option<WireText>,
    demanded: BTreeSet<Part>,
    pub(crate) now: SystemTime,
    /// Children of the header processed so far.
    position: usize,
    revisions: usize,
    /// What the message may still cost, through all its revisions.
    pub(crate) budget: Rc<Budget>,
    /// The certificates that came in references.
    carried: Carried,
    tokens: Vec<SeenToken>,
    signatures: Vec<ProvenSignature>,
    signature_count: usize,
    decrypted: Vec<Decrypted>,
    /// Ids of ciphertext that is gone: no element may take one.
    retired_ids: HashSet<String>,
    /// Keys that were unwrapped, or came with tickets, in order.
    pub(crate) keys: Vec<SentKey>,
    /// Tickets that were accepted, by the SHA-1 of their tokens.
    sessions: HashMap<Vec<u8>, KerberosSession>,
    /// What each secret was used for.
    uses: KeyUses,
    /// Whether the caller vouches for the transport.
    is_protected: bool,
    /// The request this message answers.
    exchange: Option<&'r Correlation>,
    /// The octets of each signature value that verified, and what it signs.
    pub(crate) signature_values: Vec<Vec<u8>>,
    pub(crate) signed_infos: Vec<String>,
    confirmations: Vec<SeenConfirmation>,
    assertions: Vec<SeenAssertion>,
    timestamp: Option<(Range<usize>, SystemTime, Option<SystemTime>)>,
    /// Username tokens, and who they authenticate.
    usernames: Vec<(Range<usize>, Option<AuthenticatedUser>)>,
    /// What may come once, and until when it is remembered at least.
    pub(crate) replay_keys: Vec<([u8; 32], Option<SystemTime>)>,
    /// How the message stands to the profile, as far as it is judged.
    profile: Option<Judging<'r>>,
    pub(crate) evidence: Evidence,
}

/// What processing one child led to.
enum Step {
    Next,
    /// A new revision.
    Spliced(Splices, Vec<NewPlaintext>),
}

struct NewPlaintext {
    /// The span in the old revision that was replaced.
    replaced: Range<usize>,
    in_body: bool,
    whole_content: bool,
    id: Option<String>,
    key: &'static str,
    root: KeyId,
    content: ContentEncryption,
}
impl<'r> Opening<'r> {
    pub(crate) fn new(
        receiver: &'r Receiver,
        budget: Rc<Budget>,
        package: Option<&'r Package<'r>>,
        attachments: Vec<MimePart<'r>>,
        demanded: BTreeSet<Part>,
        exchange: Option<&'r Correlation>,
        is_protected: bool,
    ) -> Self {
        let evidence = Evidence { waived: Waiver::of(receiver, &demanded, is_protected), ..Evidence::default() };
        Self {
            receiver,
            attachments: Arc::new(attachments),
            spool: package.and_then(Package::spool),
            decrypted_attachments: HashMap::new(),
            opened_data: HashSet::new(),
            for_others: BTreeMap::new(),
            addressee: None,
            demanded,
            now: receiver.clock.now(),
            position: 0,
            revisions: 0,
            budget,
            carried: Carried::default(),
            tokens: Vec::new(),
            signatures: Vec::new(),
            signature_count: 0,
            decrypted: Vec::new(),
            retired_ids: HashSet::new(),
            keys: Vec::new(),
            sessions: HashMap::new(),
            uses: KeyUses::new(receiver.one_key),
            is_protected,
            exchange,
            signature_values: Vec::new(),
            signed_infos: Vec::new(),
            confirmations: Vec::new(),
            assertions: Vec::new(),
            timestamp: None,
            usernames: Vec::new(),
            replay_keys: Vec::new(),
            profile: Judging::of(&receiver.bsp, receiver, package, exchange.is_some()),
            evidence,
        }
    }

    /// Every child of our header, in order of appearance, through as many revisions as it takes; then what the
    /// last revision says, if it proved what is demanded.
    pub(crate) fn run(&mut self, message: &str) -> Result<Read, OpenError> {
        // Revisions that hold decrypted text are wiped on drop.
        let mut decrypted: Option<Zeroizing<String>> = None;
        loop {
            let source = decrypted.as_ref().map_or(message, |revision| revision.as_str());
            let (splices, plaintexts) = match self.revision(source)? {
                Next::Read(read) => return Ok(read),
                Next::Spliced(splices, plaintexts) => (splices, plaintexts),
            };
            self.revisions += 1;
            self.budget.charge(Limit::Revisions, 1)?;
            let (next, moved) = splices.apply(source);
            let next = Zeroizing::new(next);
            self.carry(&moved)?;
            for plaintext in plaintexts {
                self.retired_ids.extend(plaintext.id);
                let span = moved.replaced(&plaintext.replaced).ok_or(DecryptError::Failed)?;
                let around = |outer: &&Decrypted| outer.span.start <= span.start && span.end <= outer.span.end;
                let depth = 1 + self.decrypted.iter().filter(around).map(|outer| outer.depth).max().unwrap_or(0);
                self.budget.check(Limit::NestedEncryption, depth)?;
                let decrypted = Decrypted::at(span, plaintext.in_body, plaintext.whole_content);
                let (evidence, root) = (Some(self.evidence.decrypted.len()), Some(plaintext.root));
                self.decrypted.push(Decrypted { depth, root, evidence, ..decrypted });
                self.evidence.decrypted.push(DecryptionEvidence {
                    part: if plaintext.in_body { "Body".into() } else { String::new().into() },
                    content: plaintext.content,
                    key: plaintext.key,
                });
            }
            decrypted = Some(next);
        }
    }

    /// Carries what was proven into the next revision.
    fn carry(&mut self, moved: &wss_c14n::Moved) -> Result<(), OpenError> {
        let lost = || OpenError::from(DecryptError::Failed);
        let carry = |span: &mut Range<usize>| -> Result<(), OpenError> {
            *span = moved.span(span).ok_or_else(lost)?;
            Ok(())
        };
        for token in &mut self.tokens {
            carry(&mut token.span)?;
        }
        for signature in &mut self.signatures {
            signature.coverage.carry(moved).ok_or_else(lost)?;
            carry(&mut signature.span)?;
            if let Some(span) = &mut signature.token_span {
                carry(span)?;
            }
        }
        for decrypted in &mut self.decrypted {
            carry(&mut decrypted.span)?;
        }
        for confirmation in &mut self.confirmations {
            carry(&mut confirmation.span)?;
        }
        for assertion in &mut self.assertions {
            carry(&mut assertion.span)?;
        }
        if let Some((span, ..)) = &mut self.timestamp {
            carry(span)?;
        }
        for (span, _) in &mut self.usernames {
            carry(span)?;
        }
        Ok(())
    }

    /// Processes children until one of them makes a new revision; reads the last one.
    fn revision(&mut self, source: &str) -> Result<Next, OpenError> {
        let budget = Rc::clone(&self.budget);
        let document = Document::parse_within(source, &budget).map_err(|error| self.parse_error(error))?;
        let envelope = Envelope::locate(&document)?;
        if let Some(include) = include_in(&document) {
            return Err(EnvelopeError::Include { path: include.path().into() }.into());
        }
        let ids = IdIndex::build(&document).map_err(EnvelopeError::from)?;
        if let Some(id) = ids.ids().find(|id| self.retired_ids.contains(*id)) {
            return Err(EnvelopeError::from(wss_c14n::IdError::Duplicate { id: id.into() }).into());
        }
        let header = SecurityHeader::locate(envelope, &self.receiver.role, budget.limits())?;
        let header = header.ok_or(OpenError::NoSecurityHeader)?;
        budget.check(Limit::HeaderChildren, header.children().count())?;
        let children: Vec<Element<'_>> = header.children().collect();
        if let Some(profile) = self.profile.as_mut().filter(|_| self.revisions == 0) {
            profile.message(&document)?;
        }
        self.note_revealed(&document, envelope, header);
        // Tokens first: many senders put one after the signature that refers to it, against BSP R5205. It is a
        // claim wherever it stands.
        for child in children.iter().filter(|child| child.is(name::WSSE.uri, "BinarySecurityToken")) {
            if self.tokens.iter().all(|token| token.span != child.span()) {
                self.token(*child)?;
            }
        }
        let scene = Scene { envelope, ids: &ids, header };
        while let Some(child) = children.get(self.position).copied() {
            self.position += 1;
            let step = self.child(&scene, child).map_err(|error| self.unless_encrypted_to_others(error))?;
            if let Step::Spliced(splices, plaintexts) = step
                && !splices.is_empty()
            {
                return Ok(Next::Spliced(splices, plaintexts));
            }
        }
        self.check_understood(&scene)?;
        self.check_freshness()?;
        let proof = self.proof();
        let signature = self.proof_of(&proof);
        let assertions = self.confirmed_assertions(signature);
        // Where the Body need not be signed, no signature says who wrote it: the password was checked, no more.
        self.evidence.user = self.user(signature.filter(|_| self.demanded.contains(&Part::Body)));
        self.check_tokens(&proof, &assertions)?;
        if let Err(error) = self.check_encrypted() {
            // What is still ciphertext came encrypted.
            self.remains(&document, &scene, None)?;
            return Err(error);
        }
        self.check_confirmations()?;
        self.note_uses(&assertions);
        self.judge_revealed(&document)?;
        self.note_lost_coverage();
        self.evidence.remaining = self.remains(&document, &scene, self.proof_of(&proof))?;
        let mut read = self.read(&document, &scene, proof?, assertions)?;
        if self.receiver.forwards {
            let mut splices = Splices::new();
            splices.replace(header.element.span(), "");
            read.forwarded = Some(splices.apply(source).0);
        }
        Ok(Next::Read(read))
    }

    /// What the profile says of what came out of ciphertext, now that everything was opened in its order.
    fn judge_revealed(&mut self, document: &Document<'_>) -> Result<(), OpenError> {
        let Some(profile) = self.profile.take() else { return Ok(()) };
        let proven = Proven {
            digest: self.usernames.iter().any(|(_, user)| user.as_ref().is_some_and(|u| !u.password_was_clear_text())),
            password_key: self.signatures.iter().any(|signature| matches!(signature.signer, Signer::User(_))),
        };
        let revealed = self.decrypted.iter().map(|decrypted| decrypted.span.clone());
        let opened: Vec<_> = self.opened_attachments().cloned().collect();
        self.evidence.bsp = Some(profile.finish(document, revealed, &opened, proven)?);
        Ok(())
    }

    /// What came out of ciphertext is parsed under the same limits; that it is too much says no more than that
    /// decryption failed.
    fn parse_error(&self, error: ParseError) -> OpenError {
        match error {
            // This is known before the plaintext is looked at.
            ParseError::Limit(exceeded) if exceeded.limit == Limit::ParsedOctets => exceeded.into(),
            error if self.revisions == 0 => EnvelopeError::from(error).into(),
            _ => DecryptError::Failed.into(),
        }
    }

    /// Learns what decrypted children of the header turned out to be.
    fn note_revealed(&mut self, document: &Document<'_>, envelope: Envelope<'_>, header: SecurityHeader<'_>) {
        for decrypted in &mut self.decrypted {
            if decrypted.in_body {
                continue;
            }
            let Some(element) = document.element_at(decrypted.span.start) else { continue };
            let in_header = element.parent() == Some(header.element);
            decrypted.is_signature = in_header && element.is(name::DS.uri, "Signature");
            decrypted.is_username = in_header && element.is(name::WSSE.uri, "UsernameToken");
            if element.parent().is_some() && element.parent() == envelope.header {
                let block = Part::header_block(element.name().namespace, element.name().local);
                // Whoever signed the ciphertext in its place signed this block.
                for signature in &mut self.signatures {
                    signature.coverage.rename(&decrypted.span, &block);
                }
                decrypted.block = Some(block);
            }
            decrypted.is_assertion = in_header && Assertion::is_one(element);
            if let Some(evidence) = decrypted.evidence.and_then(|at| self.evidence.decrypted.get_mut(at)) {
                evidence.part = element.name().local.into();
            }
        }
    }

    fn child(&mut self, scene: &Scene<'_>, child: Element<'_>) -> Result<Step, OpenError> {
        let child_name = child.name();
        match (child_name.namespace, child_name.local) {
            (ns, "Timestamp") if ns == name::WSU.uri => self.timestamp(child)?,
            // Collected when the revision was read.
            (ns, "BinarySecurityToken") if ns == name::WSSE.uri => {}
            (ns, "UsernameToken") if ns == name::WSSE.uri => self.username(child)?,
            (ns, "Signature") if ns == name::DS.uri => self.signature(scene, child)?,
            (ns, "SignatureConfirmation") if ns == name::WSSE11.uri => self.confirmation(child)?,
            (_, "Assertion") if Assertion::is_one(child) => self.assertion(child)?,
            (ns, "EncryptedAssertion") if ns == name::SAML2.uri => return self.encrypted_assertion(scene, child),
            // They matter when something refers to them.
            (ns, "DerivedKeyToken" | "SecurityContextToken") if [name::WSC13.uri, name::WSC2005.uri].contains(&ns) => {}
            (ns, "license") if ns == name::REL.uri && self.receiver.licenses.is_some() => {}
            (ns, "SecurityTokenReference") if ns == name::WSSE.uri => {}
            (ns, "EncryptedKey") if ns == name::XENC.uri => return self.encrypted_key(scene, child),
            (ns, "ReferenceList") if ns == name::XENC.uri => {
                let listed = parse_reference_list(child, &self.budget)?;
                return self.decrypt(scene, child, &listed, None);
            }
            // Attachments, whose list came before. Other ciphertext no list has named yet, or it is not for us.
            (ns, "EncryptedData")
                if ns == name::XENC.uri
                    && child.attribute("", "Id").is_some_and(|id| self.opened_data.contains(id.as_ref())) => {}
            _ => self.evidence.ignored.push(child.name().to_string().into()),
        }
        Ok(Step::Next)
    }

    fn timestamp(&mut self, element: Element<'_>) -> Result<(), OpenError> {
        if self.timestamp.is_some() {
            return Err(OpenError::TwoTimestamps);
        }
        let timestamp = Timestamp::parse(element)?;
        self.evidence.timestamp = Some((timestamp.created(), timestamp.expires()));
        self.timestamp = Some((element.span(), timestamp.created(), timestamp.expires()));
        Ok(())
    }
}

/// What the last revision says.
pub(crate) struct Read {
    pub(crate) body: String,
    pub(crate) blocks: Vec<Block>,
    /// Whose signature proved what is demanded; `None` where nothing is.
    pub(crate) signer: Option<Signer>,
    pub(crate) assertions: Vec<AuthenticatedAssertion>,
    pub(crate) attachments: Vec<AuthenticatedAttachment>,
    pub(crate) unauthenticated_attachments: Vec<Option<String>>,
    pub(crate) forwarded: Option<String>,
}

/// What a revision led to.
enum Next {
    Read(Read),
    Spliced(Splices, Vec<NewPlaintext>),
}
/// The revision being processed.
struct Scene<'d> {
    envelope: Envelope<'d>,
    ids: &'d IdIndex<'d>,
    header: SecurityHeader<'d>,
}
