//! Opening: from octets of the wire to [`Opened`].
//!
//! The children of our Security header are processed in order of appearance, which undoes what the sender did,
//! last step first. A signature is verified before anything that stands after it is decrypted. Decryption makes
//! a new revision of the message; what was proven about the old one is carried along by its spans. At the end
//! the requirements are checked against what was proven, and only then is the replay store asked.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use wss_c14n::{Canonicalization, Document, Element, IdIndex, ParseError, Splices, Subset, name, transcode};
use wss_crypto::{Certificate, ContentEncryption, Digest, DigestMethod, Identity, Secret, VerifyingKey};
use wss_tokens::{
    AuthenticatedUser, ENCRYPTED_KEY, PasswordSource, Purpose, SecurityTokenReference, Timestamp, TokenError, Trust,
    UsernameToken, ValidatedCertificate, X509Token,
};
use wss_xmldsig::{KeyHint, KeyInfo, Signature, Transform};
use wss_xmlenc::{
    DecryptError, EncryptedData, EncryptedKey, KeyMethod, PlaintextType, decrypt_xml, parse_reference_list,
};

use crate::clock::{Clock, SystemClock};
use crate::envelope::{Envelope, Role, must_understand};
use crate::error::{EnvelopeError, OpenError, RequirementError};
use crate::header::SecurityHeader;
use crate::limits::Limits;
use crate::opened::{Block, DecryptionEvidence, Evidence, Opened, SignatureEvidence, UnsignedOpened};
use crate::part::Part;
use crate::policy::AlgorithmPolicy;
use crate::replay::ReplayCache;
use crate::requirements::Requirements;

/// Opens messages: whom to trust, what to demand, and how replays are noticed are arguments, not defaults.
#[derive(Clone)]
pub struct Receiver {
    trust: Trust,
    requirements: Requirements,
    replay: Arc<dyn ReplayCache>,
    identities: Vec<Identity>,
    secrets: Vec<(Option<String>, Secret)>,
    passwords: Option<Arc<dyn PasswordSource>>,
    clear_text_passwords: bool,
    policy: AlgorithmPolicy,
    unauthenticated_cbc: bool,
    limits: Limits,
    clock: Arc<dyn Clock>,
    role: Role,
    understood: HashSet<(String, String)>,
    max_age: Duration,
    clock_skew: Duration,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("requirements", &self.requirements).finish_non_exhaustive()
    }
}

impl Receiver {
    /// A receiver with the modern algorithms, the default limits, a window of 300 seconds and a clock skew of
    /// 60, for the ultimate receiver.
    #[must_use]
    pub fn new(trust: Trust, requirements: Requirements, replay: impl ReplayCache + 'static) -> Self {
        Self {
            trust,
            requirements,
            replay: Arc::new(replay),
            identities: Vec::new(),
            secrets: Vec::new(),
            passwords: None,
            clear_text_passwords: false,
            policy: AlgorithmPolicy::default(),
            unauthenticated_cbc: false,
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
            role: Role::UltimateReceiver,
            understood: HashSet::new(),
            max_age: Duration::from_secs(300),
            clock_skew: Duration::from_secs(60),
        }
    }

    /// Decrypts with the key of `identity`; may be called for several.
    #[must_use]
    pub fn decrypt_with(mut self, identity: Identity) -> Self {
        self.identities.push(identity);
        self
    }

    /// Decrypts with a secret both sides have; `name` is what `ds:KeyName` calls it.
    #[must_use]
    pub fn decrypt_with_secret(mut self, name: Option<String>, secret: Secret) -> Self {
        self.secrets.push((name, secret));
        self
    }

    /// Checks username tokens with `passwords`.
    #[must_use]
    pub fn passwords(mut self, passwords: impl PasswordSource + 'static) -> Self {
        self.passwords = Some(Arc::new(passwords));
        self
    }

    /// Accepts passwords in the clear: the caller states that the transport protected them. A password that came
    /// encrypted is accepted without.
    #[must_use]
    pub fn over_protected_transport(mut self) -> Self {
        self.clear_text_passwords = true;
        self
    }

    /// Replaces the algorithms that may run.
    #[must_use]
    pub fn algorithms(mut self, policy: AlgorithmPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Decrypts CBC ciphertext that no verified signature covers, as messages that were signed and then
    /// encrypted need it. Whoever can tell how that fails can decrypt messages of others.
    #[must_use]
    pub fn dangerous_decrypt_cbc_before_verification(mut self) -> Self {
        self.unauthenticated_cbc = true;
        self
    }

    /// Replaces the limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Takes the time from `clock`.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Opens the Security header for this actor (SOAP 1.1) or role (SOAP 1.2).
    #[must_use]
    pub fn actor(mut self, uri: impl Into<String>) -> Self {
        self.role = Role::Uri(uri.into());
        self
    }

    /// States that the application handles header blocks of this name, if they must be understood. Blocks that
    /// are required to be signed count as understood.
    #[must_use]
    pub fn understands(mut self, namespace: impl Into<String>, local: impl Into<String>) -> Self {
        self.understood.insert((namespace.into(), local.into()));
        self
    }

    /// How old a message may be, and how far clocks may differ.
    #[must_use]
    pub fn window(mut self, max_age: Duration, clock_skew: Duration) -> Self {
        self.max_age = max_age;
        self.clock_skew = clock_skew;
        self
    }

    /// Opens a message: the octets of a SOAP 1.1 or 1.2 envelope, in UTF-8, or in UTF-16 with a byte order mark.
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open(&self, message: impl AsRef<[u8]>) -> Result<Opened, OpenError> {
        let mut demanded = self.requirements.signed.clone();
        demanded.insert(Part::Body);
        let (opening, read) = self.process(message.as_ref(), demanded)?;
        let signer = read.signer.ok_or(OpenError::NoKey)?;
        Ok(Opened { body: read.body, blocks: read.blocks, signer, evidence: opening.evidence })
    }

    /// Opens a message without asking who wrote its Body. Signatures in it must still verify, and whatever else
    /// is required must be proven.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn dangerous_open_unsigned(&self, message: impl AsRef<[u8]>) -> Result<UnsignedOpened, OpenError> {
        let (mut opening, read) = self.process(message.as_ref(), self.requirements.signed.clone())?;
        opening.evidence.waived.push("the Body need not be signed");
        Ok(UnsignedOpened { body: read.body, evidence: opening.evidence })
    }

    fn process(&self, message: &[u8], demanded: BTreeSet<Part>) -> Result<(Opening<'_>, Read), OpenError> {
        self.requirements.check()?;
        let max = self.limits.xml.max_octets();
        if message.len() > max {
            let error = ParseError::Limit { limit: wss_c14n::Limit::Octets, allowed: max as u64 };
            return Err(EnvelopeError::from(error).into());
        }
        let text = transcode(message).map_err(EnvelopeError::from)?;
        let mut opening = Opening::new(self, text.len(), demanded);
        let read = opening.run(&text)?;
        self.remember(&opening)?;
        Ok((opening, read))
    }

    /// The last step before success: every signature and nonce is new.
    fn remember(&self, opening: &Opening<'_>) -> Result<(), OpenError> {
        let window = self.max_age + 2 * self.clock_skew;
        for key in &opening.replay_keys {
            // Created may lie ahead by the skew; nothing passes the freshness check later than this.
            let until = opening.now.checked_add(window).unwrap_or(opening.now);
            self.replay.insert_if_absent(key, until, opening.now)?;
        }
        Ok(())
    }
}

/// A token seen in the header: a claim.
struct SeenToken {
    id: Option<String>,
    value_type: String,
    certificate: Certificate,
    others: Vec<Certificate>,
    span: Range<usize>,
}

/// A signature that verified, with what it covers in the revision at hand.
struct ProvenSignature {
    signer: ValidatedCertificate,
    covered: Vec<(Part, Range<usize>)>,
    token_span: Option<Range<usize>>,
}

/// What was decrypted, where it stands in the revision at hand.
struct Decrypted {
    span: Range<usize>,
    /// How many encryptions it came out of.
    depth: usize,
    in_body: bool,
    whole_content: bool,
    is_signature: bool,
    is_username: bool,
    /// The header block it turned out to be.
    block: Option<Part>,
}

/// A message being opened.
struct Opening<'r> {
    receiver: &'r Receiver,
    demanded: BTreeSet<Part>,
    now: SystemTime,
    /// Children of the header processed so far.
    position: usize,
    revisions: usize,
    digest_budget: u64,
    plaintext_budget: usize,
    private_key_operations: usize,
    encrypted_keys: usize,
    encrypted_data: usize,
    tokens: Vec<SeenToken>,
    signatures: Vec<ProvenSignature>,
    signature_count: usize,
    decrypted: Vec<Decrypted>,
    /// Ids of ciphertext that is gone: no element may take one.
    retired_ids: HashSet<String>,
    /// Content keys by the Id of their EncryptedKey.
    keys: HashMap<String, (Secret, &'static str)>,
    timestamp: Option<(Range<usize>, SystemTime, Option<SystemTime>)>,
    username: Option<(Range<usize>, Option<AuthenticatedUser>)>,
    replay_keys: Vec<[u8; 32]>,
    evidence: Evidence,
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
    content: ContentEncryption,
}

impl<'r> Opening<'r> {
    fn new(receiver: &'r Receiver, message_len: usize, demanded: BTreeSet<Part>) -> Self {
        let limits = &receiver.limits;
        let mut evidence = Evidence::default();
        if receiver.policy.is_legacy {
            evidence.waived.push("legacy algorithms are admitted");
        }
        if receiver.unauthenticated_cbc {
            evidence.waived.push("CBC is decrypted before verification");
        }
        if !demanded.contains(&Part::Timestamp) {
            evidence
                .waived
                .push("no signed timestamp is required: a message counts as new again once the replay window is over");
        }
        if !receiver.trust.checks_revocation() {
            evidence.waived.push("revocation is not checked: no CRL was given");
        }
        Self {
            receiver,
            demanded,
            now: receiver.clock.now(),
            position: 0,
            revisions: 0,
            digest_budget: limits.digested.saturating_mul(message_len as u64).max(64 << 10),
            plaintext_budget: limits.xml.max_octets(),
            private_key_operations: 0,
            encrypted_keys: 0,
            encrypted_data: 0,
            tokens: Vec::new(),
            signatures: Vec::new(),
            signature_count: 0,
            decrypted: Vec::new(),
            retired_ids: HashSet::new(),
            keys: HashMap::new(),
            timestamp: None,
            username: None,
            replay_keys: Vec::new(),
            evidence,
        }
    }

    /// Every child of our header, in order of appearance, through as many revisions as it takes; then what the
    /// last revision says, if it proved what is demanded.
    fn run(&mut self, message: &str) -> Result<Read, OpenError> {
        let mut source = Cow::Borrowed(message);
        loop {
            let (splices, plaintexts) = match self.revision(&source)? {
                Next::Read(read) => return Ok(read),
                Next::Spliced(splices, plaintexts) => (splices, plaintexts),
            };
            self.revisions += 1;
            if self.revisions > self.receiver.limits.revisions {
                return Err(OpenError::TooMany { what: "decryption steps", allowed: self.receiver.limits.revisions });
            }
            let (next, moved) = splices.apply(&source);
            self.carry(&moved)?;
            for plaintext in plaintexts {
                self.retired_ids.extend(plaintext.id);
                let span = moved.replaced(&plaintext.replaced).ok_or(DecryptError::Failed)?;
                let around = |outer: &&Decrypted| outer.span.start <= span.start && span.end <= outer.span.end;
                let depth = 1 + self.decrypted.iter().filter(around).map(|outer| outer.depth).max().unwrap_or(0);
                let allowed = self.receiver.limits.nested_encryption;
                if depth > allowed {
                    return Err(OpenError::TooMany { what: "encryptions one inside the other", allowed });
                }
                self.decrypted.push(Decrypted {
                    span,
                    depth,
                    in_body: plaintext.in_body,
                    whole_content: plaintext.whole_content,
                    is_signature: false,
                    is_username: false,
                    block: None,
                });
                self.evidence.decrypted.push(DecryptionEvidence {
                    part: if plaintext.in_body { "Body".to_owned() } else { String::new() },
                    content: plaintext.content,
                    key: plaintext.key,
                });
            }
            source = Cow::Owned(next);
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
            for (_, span) in &mut signature.covered {
                carry(span)?;
            }
            if let Some(span) = &mut signature.token_span {
                carry(span)?;
            }
        }
        for decrypted in &mut self.decrypted {
            carry(&mut decrypted.span)?;
        }
        if let Some((span, ..)) = &mut self.timestamp {
            carry(span)?;
        }
        if let Some((span, _)) = &mut self.username {
            carry(span)?;
        }
        Ok(())
    }

    /// Processes children until one of them makes a new revision; reads the last one.
    fn revision(&mut self, source: &str) -> Result<Next, OpenError> {
        let limits = &self.receiver.limits;
        let document = Document::parse(source, &limits.xml).map_err(|error| self.parse_error(error))?;
        let envelope = Envelope::locate(&document)?;
        let ids = IdIndex::build(&document).map_err(EnvelopeError::from)?;
        if let Some(id) = ids.ids().find(|id| self.retired_ids.contains(*id)) {
            return Err(EnvelopeError::from(wss_c14n::IdError::Duplicate { id: id.to_owned() }).into());
        }
        let header = SecurityHeader::locate(envelope, &self.receiver.role, limits.security_headers)?;
        let header = header.ok_or(OpenError::NoSecurityHeader)?;
        let children: Vec<Element<'_>> = header.children().take(limits.header_children + 1).collect();
        if children.len() > limits.header_children {
            let allowed = limits.header_children;
            return Err(OpenError::TooMany { what: "children of the Security header", allowed });
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
            if let Step::Spliced(splices, plaintexts) = self.child(&scene, child)?
                && !splices.is_empty()
            {
                return Ok(Next::Spliced(splices, plaintexts));
            }
        }
        self.check_understood(&scene)?;
        self.check_freshness()?;
        self.check_requirements()?;
        self.read(&document, &scene).map(Next::Read)
    }

    /// What came out of ciphertext is parsed under the same limits; that it is too much says no more than that
    /// decryption failed.
    fn parse_error(&self, error: ParseError) -> OpenError {
        if self.revisions == 0 { EnvelopeError::from(error).into() } else { DecryptError::Failed.into() }
    }

    /// Learns what decrypted children of the header turned out to be.
    fn note_revealed(&mut self, document: &Document<'_>, envelope: Envelope<'_>, header: SecurityHeader<'_>) {
        for (index, decrypted) in self.decrypted.iter_mut().enumerate() {
            if decrypted.in_body {
                continue;
            }
            let Some(element) = document.element_at(decrypted.span.start) else { continue };
            let in_header = element.parent() == Some(header.element);
            decrypted.is_signature = in_header && element.is(name::DS.uri, "Signature");
            decrypted.is_username = in_header && element.is(name::WSSE.uri, "UsernameToken");
            if element.parent().is_some() && element.parent() == envelope.header {
                decrypted.block = Some(Part::header_block(element.name().namespace, element.name().local));
            }
            if let Some(evidence) = self.evidence.decrypted.get_mut(index) {
                evidence.part = element.name().local.to_owned();
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
            (ns, "EncryptedKey") if ns == name::XENC.uri => return self.encrypted_key(scene, child),
            (ns, "ReferenceList") if ns == name::XENC.uri => {
                let listed = parse_reference_list(child)?;
                return self.decrypt(scene, child, &listed, None);
            }
            // Ciphertext no list has named yet, or that is not for us.
            (ns, "EncryptedData") if ns == name::XENC.uri => self.evidence.ignored.push(child.name().to_string()),
            _ => self.evidence.ignored.push(child.name().to_string()),
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

    fn token(&mut self, element: Element<'_>) -> Result<(), OpenError> {
        let token = match X509Token::parse(element) {
            Ok(token) => token,
            // A token of a kind we do not know matters only if something refers to it.
            Err(TokenError::Unsupported { uri }) => {
                self.evidence.ignored.push(uri);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        if self.tokens.len() >= self.receiver.limits.tokens {
            return Err(OpenError::TooMany { what: "tokens", allowed: self.receiver.limits.tokens });
        }
        self.tokens.push(SeenToken {
            id: wss_c14n::id_of(element).map(|id| id.into_owned()),
            value_type: token.value_type().to_owned(),
            certificate: token.certificate().clone(),
            others: token.others().to_vec(),
            span: element.span(),
        });
        Ok(())
    }

    fn username(&mut self, element: Element<'_>) -> Result<(), OpenError> {
        let token = UsernameToken::parse(element)?;
        if self.username.is_some() {
            return Err(OpenError::TooMany { what: "username tokens", allowed: 1 });
        }
        let Some(passwords) = &self.receiver.passwords else {
            self.evidence.ignored.push(element.name().to_string());
            self.username = Some((element.span(), None));
            return Ok(());
        };
        let came_encrypted = self.decrypted.iter().any(|d| d.is_username && d.span.start == element.span().start);
        if token.is_clear_text() && !came_encrypted && !self.receiver.clear_text_passwords {
            return Err(wss_tokens::PasswordError.into());
        }
        let user = token.authenticate(passwords.as_ref())?;
        if let Some(created) = token.created() {
            self.check_created(created, None)?;
        }
        if let Some(parts) = token.replay_key() {
            self.replay_keys.push(replay_key(b"username token", &parts));
        }
        self.evidence.user = Some(user.clone());
        self.username = Some((element.span(), Some(user)));
        Ok(())
    }

    fn signature(&mut self, scene: &Scene<'_>, element: Element<'_>) -> Result<(), OpenError> {
        self.signature_count += 1;
        if self.signature_count > self.receiver.limits.signatures {
            return Err(OpenError::TooMany { what: "signatures", allowed: self.receiver.limits.signatures });
        }
        let signature = Signature::parse(element, &wss_xmldsig::Limits::default())?;
        if signature.has_object() {
            return Err(OpenError::Enveloping);
        }
        for reference in signature.signed_info().references() {
            let exclusive = |transform: &Transform| matches!(transform, Transform::Canonicalization(c) if c.method().is_exclusive());
            if reference.transforms().len() != 1 || !reference.transforms().iter().all(exclusive) {
                return Err(OpenError::Transforms { uri: reference.uri().to_owned() });
            }
        }
        let mut signer = None;
        let mut budget = self.digest_budget;
        let verified = wss_xmldsig::verify::<OpenError>(
            &signature,
            &self.receiver.policy.signature,
            |signature| {
                let found = self.resolve_signer(signature.key_info())?;
                let key = VerifyingKey::from(found.0.certificate().public_key().clone());
                signer = Some(found);
                Ok(key)
            },
            scene.ids,
            &mut budget,
        )?;
        self.digest_budget = budget;
        let (signer, token_span) = signer.ok_or(OpenError::NoKey)?;
        let mut covered = Vec::new();
        for reference in verified.references() {
            let apex = reference.whole_element().ok_or(OpenError::Enveloping)?;
            if let Some(part) = self.place(scene, apex, element)? {
                covered.push((part, apex.span()));
            }
        }
        let signed_info = signature.signed_info().octets().map_err(wss_xmldsig::VerifyError::from)?;
        let key_id = signer.certificate().public_key().spki();
        self.replay_keys.push(replay_key(b"signature", &[key_id, &signed_info]));
        self.evidence.signatures.push(SignatureEvidence {
            signer: signer.certificate().clone(),
            path: signer.path().iter().map(ToString::to_string).collect(),
            method: verified.method(),
            parts: covered.iter().map(|(part, _)| part.clone()).collect(),
        });
        self.signatures.push(ProvenSignature { signer, covered, token_span });
        Ok(())
    }

    /// The part an element is, judged by its place alone; `None` where a signature does no harm and proves
    /// nothing. A signed element anywhere else refuses the message.
    fn place(&self, scene: &Scene<'_>, apex: Element<'_>, signature: Element<'_>) -> Result<Option<Part>, OpenError> {
        let misplaced = || OpenError::Place { path: apex.path() };
        if apex == scene.envelope.body {
            return Ok(Some(Part::Body));
        }
        let parent = apex.parent().ok_or_else(misplaced)?;
        let apex_name = apex.name();
        if parent == scene.header.element {
            return match (apex_name.namespace, apex_name.local) {
                _ if apex == signature => Err(misplaced()),
                (ns, "Timestamp") if ns == name::WSU.uri => Ok(Some(Part::Timestamp)),
                (ns, "UsernameToken") if ns == name::WSSE.uri => Ok(Some(Part::UsernameToken)),
                (ns, "BinarySecurityToken") if ns == name::WSSE.uri => Ok(Some(Part::Token)),
                (ns, "Signature") if ns == name::DS.uri => Ok(Some(Part::Signature)),
                _ => Ok(None),
            };
        }
        if scene.envelope.header == Some(parent) && apex != scene.header.element {
            return Ok(Some(Part::header_block(apex_name.namespace, apex_name.local)));
        }
        // The signature's own KeyInfo, or the reference inside it.
        let own = signature.children().find(|child| child.is(name::DS.uri, "KeyInfo"));
        if own.is_some_and(|own| own == apex || own == parent) {
            return Ok(None);
        }
        Err(misplaced())
    }

    /// The trusted certificate a signature's KeyInfo picks, and the token in the message it came from.
    fn resolve_signer(
        &self,
        key_info: Option<&KeyInfo<'_>>,
    ) -> Result<(ValidatedCertificate, Option<Range<usize>>), OpenError> {
        let trust = &self.receiver.trust;
        let validate = |certificate: &Certificate, others: &[Certificate]| {
            trust.validate(certificate, others, Purpose::Signing, self.now)
        };
        let Some(key_info) = key_info else {
            return self.one_of(trust.candidates(), |_| true).map(|validated| (validated, None));
        };
        let [hint] = key_info.hints() else { return Err(OpenError::NoKey) };
        let reference = match hint {
            KeyHint::SecurityTokenReference(element) => SecurityTokenReference::parse(*element)?,
            KeyHint::X509Data(data) => SecurityTokenReference::X509Data(data.clone()),
            // Picks among certificates the caller gave; it never supplies a key.
            KeyHint::KeyValue(key) => {
                let picked = self.one_of(trust.candidates(), |certificate| certificate.public_key() == key)?;
                return Ok((picked, None));
            }
            _ => return Err(OpenError::NoKey),
        };
        match &reference {
            SecurityTokenReference::Direct { id, value_type } => {
                let token = self.tokens.iter().find(|token| token.id.as_ref() == Some(id));
                let token = token.ok_or_else(|| TokenError::Dangling { uri: format!("#{id}") })?;
                if let Some(expected) = value_type.as_ref().filter(|expected| **expected != token.value_type) {
                    return Err(TokenError::TypeMismatch { expected: expected.clone() }.into());
                }
                Ok((validate(&token.certificate, &token.others)?, Some(token.span.clone())))
            }
            SecurityTokenReference::Embedded(element) => {
                let token = X509Token::parse(*element)?;
                Ok((validate(token.certificate(), token.others())?, None))
            }
            reference => {
                let carried: Vec<Certificate> = match reference {
                    SecurityTokenReference::Certificate(der) => {
                        vec![Certificate::from_der(der).map_err(TokenError::from)?]
                    }
                    SecurityTokenReference::X509Data(data) => {
                        data.certificates.iter().filter_map(|der| Certificate::from_der(der).ok()).collect()
                    }
                    _ => Vec::new(),
                };
                let seen = self.tokens.iter().map(|token| &token.certificate);
                let all = trust.candidates().chain(seen).chain(&carried);
                let validated = self.one_of_with(all, |certificate| reference.names(certificate), &carried)?;
                Ok((validated, None))
            }
        }
    }

    fn one_of<'c>(
        &self,
        candidates: impl Iterator<Item = &'c Certificate>,
        fits: impl Fn(&Certificate) -> bool,
    ) -> Result<ValidatedCertificate, OpenError> {
        self.one_of_with(candidates, fits, &[])
    }

    /// The one candidate that fits and is trusted; two are as bad as none.
    fn one_of_with<'c>(
        &self,
        candidates: impl Iterator<Item = &'c Certificate>,
        fits: impl Fn(&Certificate) -> bool,
        others: &[Certificate],
    ) -> Result<ValidatedCertificate, OpenError> {
        let mut tried: Vec<&Certificate> = Vec::new();
        let mut found = None;
        let mut refused = None;
        for candidate in candidates.filter(|candidate| fits(candidate)) {
            if tried.contains(&candidate) {
                continue;
            }
            tried.push(candidate);
            match self.receiver.trust.validate(candidate, others, Purpose::Signing, self.now) {
                Ok(validated) if found.is_none() => found = Some(validated),
                Ok(_) => return Err(OpenError::AmbiguousKey),
                Err(error) => refused = Some(error),
            }
        }
        match (found, refused) {
            (Some(found), _) => Ok(found),
            (None, Some(error)) => Err(error.into()),
            (None, None) => Err(OpenError::NoKey),
        }
    }

    fn encrypted_key(&mut self, scene: &Scene<'_>, element: Element<'_>) -> Result<Step, OpenError> {
        self.encrypted_keys += 1;
        if self.encrypted_keys > self.receiver.limits.encrypted_keys {
            return Err(OpenError::TooMany { what: "encrypted keys", allowed: self.receiver.limits.encrypted_keys });
        }
        let key = EncryptedKey::parse(element)?;
        if key.data_references().is_empty() {
            return Ok(Step::Next);
        }
        let listed = key.data_references().to_vec();
        self.decrypt(scene, element, &listed, Some(&key))
    }

    /// Unwraps a key for the first of our identities it is addressed to; `None` if it is for someone else.
    fn unwrap(
        &mut self,
        key: &EncryptedKey<'_>,
        expected_len: usize,
    ) -> Result<Option<(Secret, &'static str)>, OpenError> {
        self.receiver.policy.encryption.check_key(key.method())?;
        let label = match key.method() {
            KeyMethod::Transport(transport) => transport.uri(),
            KeyMethod::Wrap(wrap) => wrap.uri(),
            KeyMethod::Content(cipher) => cipher.uri(),
        };
        let key_info = match key.key_info() {
            Some(element) => Some(KeyInfo::parse(element, &wss_xmldsig::Limits::default())?),
            None => None,
        };
        if !matches!(key.method(), KeyMethod::Transport(_)) {
            let secret = self.secret(key_info.as_ref());
            return Ok(match secret {
                Some(secret) => Some((key.unwrap_with_secret(&secret)?, label)),
                None => None,
            });
        }
        let Some(identity) = self.recipient(key_info.as_ref())? else { return Ok(None) };
        self.private_key_operations += 1;
        if self.private_key_operations > self.receiver.limits.private_key_operations {
            let allowed = self.receiver.limits.private_key_operations;
            return Err(OpenError::TooMany { what: "private key operations", allowed });
        }
        let secret = key.unwrap_with(identity.unwrapping_key().as_ref(), Some(expected_len))?;
        Ok(Some((secret, label)))
    }

    /// The identity an EncryptedKey is addressed to.
    fn recipient(&self, key_info: Option<&KeyInfo<'_>>) -> Result<Option<&'r Identity>, OpenError> {
        let identities = &self.receiver.identities;
        let Some(key_info) = key_info else {
            return Ok(identities.first().filter(|_| identities.len() == 1));
        };
        let [hint] = key_info.hints() else { return Ok(None) };
        let reference = match hint {
            KeyHint::SecurityTokenReference(element) => SecurityTokenReference::parse(*element)?,
            KeyHint::X509Data(data) => SecurityTokenReference::X509Data(data.clone()),
            KeyHint::KeyValue(key) => {
                return Ok(identities.iter().find(|identity| identity.certificate().public_key() == key));
            }
            _ => return Ok(None),
        };
        let named: Option<Certificate> = match &reference {
            SecurityTokenReference::Direct { id, .. } => {
                let token = self.tokens.iter().find(|token| token.id.as_ref() == Some(id));
                token.map(|token| token.certificate.clone())
            }
            SecurityTokenReference::Embedded(element) => Some(X509Token::parse(*element)?.certificate().clone()),
            _ => None,
        };
        Ok(identities.iter().find(|identity| match &named {
            Some(named) => identity.certificate() == named,
            None => reference.names(identity.certificate()),
        }))
    }

    /// The shared secret a KeyInfo names.
    fn secret(&self, key_info: Option<&KeyInfo<'_>>) -> Option<Secret> {
        let secrets = &self.receiver.secrets;
        let named =
            |wanted: &str| secrets.iter().find(|(known, _)| known.as_deref().is_none_or(|known| known == wanted));
        match key_info.map(KeyInfo::hints) {
            None | Some([]) => secrets.first().filter(|_| secrets.len() == 1),
            Some([KeyHint::KeyName(wanted)]) => named(wanted),
            Some(_) => None,
        }
        .map(|(_, secret)| secret.clone())
    }

    /// Decrypts everything a list names, in one revision.
    fn decrypt(
        &mut self,
        scene: &Scene<'_>,
        list_owner: Element<'_>,
        listed: &[String],
        key: Option<&EncryptedKey<'_>>,
    ) -> Result<Step, OpenError> {
        let mut splices = Splices::new();
        let mut plaintexts = Vec::new();
        let mut unwrapped: Option<(Secret, &'static str)> = None;
        let mut method: Option<ContentEncryption> = None;
        let mut seen = HashSet::new();
        for id in listed {
            let misplaced = || OpenError::EncryptedData { id: id.clone() };
            if !seen.insert(id) {
                return Err(misplaced());
            }
            self.encrypted_data += 1;
            if self.encrypted_data > self.receiver.limits.encrypted_data {
                return Err(OpenError::TooMany {
                    what: "encrypted data",
                    allowed: self.receiver.limits.encrypted_data,
                });
            }
            let named = scene.ids.get(id).ok_or_else(misplaced)?;
            let target = Target::find(scene, named, list_owner).ok_or_else(misplaced)?;
            let data = EncryptedData::parse(target.data)?;
            let element_only = !target.in_body;
            let fits = match data.plaintext_type() {
                PlaintextType::Element => true,
                PlaintextType::Content => !element_only,
                PlaintextType::Other(_) => false,
            };
            if !fits {
                return Err(misplaced());
            }
            self.receiver.policy.encryption.check_content(data.method())?;
            if !data.method().is_authenticated()
                && !self.receiver.unauthenticated_cbc
                && !self.is_covered(&target.data.span())
            {
                return Err(OpenError::UnauthenticatedCbc);
            }
            // One key, one cipher: a second one would let an attacker relabel what the first protects.
            if *method.get_or_insert(data.method()) != data.method() && key.is_some() {
                return Err(DecryptError::Failed.into());
            }
            let secret = match key {
                Some(key) => {
                    if unwrapped.is_none() {
                        unwrapped = self.unwrap(key, data.method().key_len())?;
                        if let (Some(id), Some(found)) = (key.id(), &unwrapped) {
                            self.keys.insert(id.to_owned(), found.clone());
                        }
                    }
                    unwrapped.clone()
                }
                None => self.key_of_data(scene, &data)?,
            };
            // Addressed to someone else: what is required from it will be missed later.
            let Some((secret, label)) = secret else { return Ok(Step::Next) };
            let xml = decrypt_xml(&data, &secret, self.plaintext_budget, &self.receiver.limits.xml)?;
            self.plaintext_budget = self.plaintext_budget.checked_sub(xml.len()).ok_or(DecryptError::Failed)?;
            let replaced = target.replaced.span();
            // One inside the other, as in EncryptionProperties, or one block by two Ids.
            let overlaps =
                |other: &NewPlaintext| replaced.start < other.replaced.end && other.replaced.start < replaced.end;
            if plaintexts.iter().any(overlaps) {
                return Err(misplaced());
            }
            splices.replace(replaced.clone(), xml);
            plaintexts.push(NewPlaintext {
                replaced,
                in_body: target.in_body,
                whole_content: target.whole_content,
                id: data.id().map(str::to_owned),
                key: label,
                content: data.method(),
            });
        }
        Ok(Step::Spliced(splices, plaintexts))
    }

    /// The key of an EncryptedData under a ReferenceList of the header: by its own KeyInfo.
    fn key_of_data(
        &mut self,
        scene: &Scene<'_>,
        data: &EncryptedData<'_>,
    ) -> Result<Option<(Secret, &'static str)>, OpenError> {
        let key_info = match data.key_info() {
            Some(element) => Some(KeyInfo::parse(element, &wss_xmldsig::Limits::default())?),
            None => None,
        };
        if let Some([KeyHint::SecurityTokenReference(element)]) = key_info.as_ref().map(KeyInfo::hints) {
            let SecurityTokenReference::Direct { id, value_type } = SecurityTokenReference::parse(*element)? else {
                return Ok(None);
            };
            if value_type.is_some_and(|value_type| value_type != ENCRYPTED_KEY) {
                return Ok(None);
            }
            if let Some(found) = self.keys.get(&id) {
                return Ok(Some(found.clone()));
            }
            let dangling = || TokenError::Dangling { uri: format!("#{id}") };
            let element = scene.ids.get(&id).ok_or_else(dangling)?;
            let is_ours = element.is(name::XENC.uri, "EncryptedKey") && element.parent() == Some(scene.header.element);
            if !is_ours {
                return Err(dangling().into());
            }
            let found = self.unwrap(&EncryptedKey::parse(element)?, data.method().key_len())?;
            if let Some(found) = &found {
                self.keys.insert(id, found.clone());
            }
            return Ok(found);
        }
        Ok(self.secret(key_info.as_ref()).map(|secret| (secret, "secret")))
    }

    /// Whether a verified signature covers `span`.
    fn is_covered(&self, span: &Range<usize>) -> bool {
        let mut covered = self.signatures.iter().flat_map(|signature| &signature.covered);
        covered.any(|(_, outer)| outer.start <= span.start && span.end <= outer.end)
    }

    /// Every block for us that must be understood is.
    fn check_understood(&self, scene: &Scene<'_>) -> Result<(), OpenError> {
        let envelope = scene.envelope;
        for block in envelope.blocks().filter(|block| !block.is(name::WSSE.uri, "Security")) {
            if !must_understand(block, envelope.version) {
                continue;
            }
            let block_name = block.name();
            let (namespace, local) = (block_name.namespace.to_owned(), block_name.local.to_owned());
            let understood = self.demanded.contains(&Part::header_block(namespace.clone(), local.clone()))
                || self.receiver.understood.contains(&(namespace, local));
            let ours = Role::of(block, envelope.version) == self.receiver.role || is_next(block, envelope);
            if ours && !understood {
                return Err(OpenError::NotUnderstood { block: block_name.to_string() });
            }
        }
        Ok(())
    }

    fn check_freshness(&self) -> Result<(), OpenError> {
        match &self.timestamp {
            Some((_, created, expires)) => self.check_created(*created, *expires),
            None => Ok(()),
        }
    }

    fn check_created(&self, created: SystemTime, expires: Option<SystemTime>) -> Result<(), OpenError> {
        let skew = self.receiver.clock_skew;
        let oldest = created.checked_add(self.receiver.max_age).ok_or(OpenError::NotFresh)?;
        let end = expires.map_or(oldest, |expires| expires.min(oldest));
        let fresh = self.now.checked_add(skew).is_some_and(|latest| created <= latest)
            && end.checked_add(skew).is_some_and(|end| self.now < end);
        if fresh { Ok(()) } else { Err(OpenError::NotFresh) }
    }

    /// What beside signatures is required.
    fn check_requirements(&self) -> Result<(), OpenError> {
        let requirements = &self.receiver.requirements;
        if requirements.username && !matches!(self.username, Some((_, Some(_)))) {
            return Err(RequirementError::NoToken { token: "username" }.into());
        }
        for part in &requirements.encrypted {
            let encrypted = match part {
                Part::Body => self.decrypted.iter().any(|d| d.in_body && d.whole_content),
                Part::Signature => {
                    let decrypted = self.decrypted.iter().filter(|d| d.is_signature).count();
                    decrypted > 0 && decrypted == self.signature_count
                }
                Part::UsernameToken => self.decrypted.iter().any(|d| d.is_username),
                Part::HeaderBlock { .. } => self.decrypted.iter().any(|d| d.block.as_ref() == Some(part)),
                Part::Timestamp | Part::Token | Part::Id(_) => false,
            };
            if !encrypted {
                return Err(RequirementError::NotEncrypted { part: part.to_string() }.into());
            }
        }
        Ok(())
    }

    /// The first signature that covers all that is demanded.
    fn proof(&self) -> Result<&ProvenSignature, OpenError> {
        let mut fewest: Option<Vec<String>> = None;
        for signature in &self.signatures {
            let missing: Vec<String> =
                self.demanded.iter().filter(|part| !signature.covers(part)).map(ToString::to_string).collect();
            if missing.is_empty() {
                return Ok(signature);
            }
            if fewest.as_ref().is_none_or(|fewest| missing.len() < fewest.len()) {
                fewest = Some(missing);
            }
        }
        let missing = fewest.unwrap_or_else(|| self.demanded.iter().map(ToString::to_string).collect());
        Err(RequirementError::NotSigned { missing: missing.join(", ") }.into())
    }

    /// Body and covered header blocks of the last revision, if it proved what is demanded.
    fn read(&self, document: &Document<'_>, scene: &Scene<'_>) -> Result<Read, OpenError> {
        let body = scene.envelope.body;
        if self.demanded.is_empty() {
            return Ok(Read { body: canonical(body), blocks: Vec::new(), signer: None });
        }
        let signature = self.proof()?;
        // Ciphertext in the Body may be for someone else; as all of it, it is nothing to act upon.
        let mut children = body.children();
        let first = children.next().filter(|child| child.is(name::XENC.uri, "EncryptedData"));
        if first.is_some() && children.next().is_none() {
            return Err(RequirementError::StillEncrypted.into());
        }
        // The node that was proven is the node that is read.
        let mut proven = signature.covered.iter().filter(|(part, _)| *part == Part::Body);
        if self.demanded.contains(&Part::Body) && !proven.any(|(_, span)| *span == body.span()) {
            return Err(RequirementError::NotSigned { missing: Part::Body.to_string() }.into());
        }
        let blocks = signature.covered.iter().filter(|(part, _)| matches!(part, Part::HeaderBlock { .. }));
        let blocks = blocks.filter_map(|(_, span)| document.element_at(span.start)).map(|element| Block {
            namespace: element.name().namespace.to_owned(),
            local: element.name().local.to_owned(),
            xml: canonical(element),
        });
        Ok(Read { body: canonical(body), blocks: blocks.collect(), signer: Some(signature.signer.clone()) })
    }
}

/// What the last revision says.
struct Read {
    body: String,
    blocks: Vec<Block>,
    /// Whose signature proved what is demanded; `None` where nothing is.
    signer: Option<ValidatedCertificate>,
}

/// What a revision led to.
enum Next {
    Read(Read),
    Spliced(Splices, Vec<NewPlaintext>),
}

/// Exclusive canonical form. What is read was digested before, or stands where relative names were refused, so
/// canonical form is defined for it.
fn canonical(element: Element<'_>) -> String {
    let octets = Canonicalization::default().to_octets(&Subset::subtree(element)).unwrap_or_default();
    String::from_utf8(octets).unwrap_or_default()
}

impl ProvenSignature {
    /// Whether it covers a part; for the token, the very token its key came from.
    fn covers(&self, part: &Part) -> bool {
        self.covered
            .iter()
            .any(|(covered, span)| covered == part && (*part != Part::Token || self.token_span.as_ref() == Some(span)))
    }
}

/// The revision being processed.
struct Scene<'d> {
    envelope: Envelope<'d>,
    ids: &'d IdIndex<'d>,
    header: SecurityHeader<'d>,
}

/// An EncryptedData at a place where one may stand.
struct Target<'d> {
    data: Element<'d>,
    /// What its plaintext replaces.
    replaced: Element<'d>,
    in_body: bool,
    /// It is all the Body holds.
    whole_content: bool,
}

impl<'d> Target<'d> {
    /// Inside the Body; an `EncryptedHeader` among the header blocks; a child of our header that stands after
    /// what lists it.
    fn find(scene: &Scene<'d>, named: Element<'d>, list_owner: Element<'_>) -> Option<Self> {
        if named.is(name::WSSE11.uri, "EncryptedHeader") {
            return Self::in_header_block(scene, named);
        }
        if !named.is(name::XENC.uri, "EncryptedData") {
            return None;
        }
        let parent = named.parent()?;
        if parent == scene.header.element {
            let after = named.span().start > list_owner.span().start;
            return after.then_some(Self { data: named, replaced: named, in_body: false, whole_content: false });
        }
        if scene.envelope.body.contains(named) && named != scene.envelope.body {
            let alone = parent == scene.envelope.body && parent.children().count() == 1 && !parent.has_character_data();
            return Some(Self { data: named, replaced: named, in_body: true, whole_content: alone });
        }
        Self::in_header_block(scene, parent).filter(|target| target.data == named)
    }

    fn in_header_block(scene: &Scene<'d>, block: Element<'d>) -> Option<Self> {
        let placed = block.is(name::WSSE11.uri, "EncryptedHeader") && block.parent() == scene.envelope.header;
        let mut children = block.children();
        let data = children.next().filter(|data| data.is(name::XENC.uri, "EncryptedData"))?;
        (placed && children.next().is_none()).then_some(Self {
            data,
            replaced: block,
            in_body: false,
            whole_content: false,
        })
    }
}

/// Whether a block is for whoever receives it next.
fn is_next(block: Element<'_>, envelope: Envelope<'_>) -> bool {
    const NEXT: [&str; 2] =
        ["http://schemas.xmlsoap.org/soap/actor/next", "http://www.w3.org/2003/05/soap-envelope/role/next"];
    matches!(Role::of(block, envelope.version), Role::Uri(uri) if NEXT.contains(&uri.as_str()))
}

/// SHA-256 over a domain tag and parts, each with its length.
fn replay_key(domain: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Digest::new(DigestMethod::Sha256);
    for part in [&[domain], parts].concat() {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let mut key = [0; 32];
    key.copy_from_slice(digest.finish().as_octets());
    key
}
