//! The receiver: whom to trust, what to require, and the call that opens a message.

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use wss_c14n::{Budget, Limit, Limits, transcode};
use wss_crypto::{Identity, Secret};
use wss_replay::ReplayCache;
use wss_tokens::{AssertionTrust, KerberosAcceptor, Licenses, PasswordSource, SecurityContexts, Trust};

use crate::clock::{Clock, SystemClock};
use crate::correlation::Correlation;
use crate::deferred::{Answering, Deferred, PendingReplay, Remembered};
use crate::error::{OpenError, RequirementError};
use crate::incoming::Incoming;
use crate::key_uses::{KeyUseError, LEAST_OCTETS};
use crate::open::{Opening, Read};
use crate::opened::{Opened, UnsignedOpened};
use crate::part::Part;
use crate::policy::AlgorithmPolicy;
use crate::requirements::Requirements;
use crate::signer::Signer;
use crate::transport::TransportFacts;
use crate::waiver::Waiver;
use wss_bsp::Enforcement;
use wss_soap::EnvelopeError;
use wss_soap::Role;
use wss_soap::mime::xop::expanded;
use wss_soap::mime::{MimePart, Package};

/// The highest age of a message, by default.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(300);
/// How far clocks may differ, by default.
pub(crate) const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// The longest time for which a message is remembered by its age: a thousand years, which can be added to any clock.
const LONGEST_WINDOW: Duration = Duration::from_secs(1_000 * 365 * 24 * 3_600);

/// Opens messages. Whom to trust, what to require, and how to detect replays are arguments without defaults.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// # let identity = |name: &str| wss_crypto::Identity::from_pem(&file(&format!("{name}.pem")), &file(&format!("{name}.key")));
/// use wss_header::{MemoryReplayCache, OpenError, Part, Receiver, Recipe, ReplayError, Requirements, Signing};
/// use wss_tokens::{SignerRule, Trust};
///
/// let trust = Trust::anchors_pem(&file("ca.pem"))?.signer(SignerRule::subject("CN=Alice, O=\"Example, Inc\", C=DE")?);
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
/// let receiver = Receiver::new(trust, requirements, MemoryReplayCache::default()).decrypt_with(identity("bob")?);
/// # let envelope = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><pay>1499.90</pay></s:Body></s:Envelope>";
/// # let signing = Signing::with(&identity("alice")?).parts([Part::Body, Part::Timestamp]);
/// # let recipe = Recipe::new().timestamp(std::time::Duration::from_secs(300)).sign(signing);
/// # let message = recipe.plan()?.message(envelope).secure()?.message;
///
/// let opened = receiver.open(&message)?;
/// assert!(opened.body().xml().contains("1499.90"));
/// // A second delivery and a changed message are refused.
/// assert!(matches!(receiver.open(&message), Err(OpenError::Replay(ReplayError::Seen))));
/// assert!(receiver.open(message.replace("1499.90", "9999.90")).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Receiver {
    pub(crate) trust: Trust,
    pub(crate) requirements: Requirements,
    pub(crate) replay: Arc<dyn ReplayCache>,
    pub(crate) identities: Vec<Identity>,
    pub(crate) secrets: Vec<(Option<String>, Secret)>,
    pub(crate) contexts: Option<Arc<dyn SecurityContexts>>,
    pub(crate) assertions: Option<AssertionTrust>,
    pub(crate) licenses: Option<Arc<dyn Licenses>>,
    pub(crate) kerberos: Option<Arc<dyn KerberosAcceptor>>,
    pub(crate) forwards: bool,
    pub(crate) forward_references: bool,
    pub(crate) version_1: bool,
    pub(crate) empty_line: bool,
    pub(crate) unsigned_data: bool,
    pub(crate) unsigned_keys: bool,
    pub(crate) unsigned_namespaces: bool,
    pub(crate) untold_absence: bool,
    pub(crate) one_key: bool,
    pub(crate) either_direction: bool,
    pub(crate) ciphertext_for_others: bool,
    pub(crate) short_secrets: bool,
    pub(crate) passwords: Option<Arc<dyn PasswordSource>>,
    pub(crate) protected_transport: bool,
    pub(crate) policy: AlgorithmPolicy,
    pub(crate) bsp: Enforcement,
    pub(crate) unauthenticated_cbc: bool,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) role: Role,
    pub(crate) understood: HashSet<(String, String)>,
    pub(crate) max_age: Duration,
    pub(crate) clock_skew: Duration,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("requirements", &self.requirements).finish_non_exhaustive()
    }
}

impl Receiver {
    /// A receiver for the ultimate receiver's header, with the modern algorithms, the default limits, a window of 300
    /// seconds and a clock skew of 60.
    #[must_use]
    pub fn new(trust: Trust, requirements: Requirements, replay: impl ReplayCache + 'static) -> Self {
        Self {
            trust,
            requirements,
            replay: Arc::new(replay),
            identities: Vec::new(),
            secrets: Vec::new(),
            contexts: None,
            assertions: None,
            licenses: None,
            kerberos: None,
            forwards: false,
            forward_references: false,
            version_1: false,
            empty_line: false,
            unsigned_data: false,
            unsigned_keys: false,
            unsigned_namespaces: false,
            untold_absence: false,
            one_key: false,
            either_direction: false,
            ciphertext_for_others: false,
            short_secrets: false,
            passwords: None,
            protected_transport: false,
            policy: AlgorithmPolicy::default(),
            bsp: Enforcement::Off,
            unauthenticated_cbc: false,
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
            role: Role::UltimateReceiver,
            understood: HashSet::new(),
            max_age: MAX_AGE,
            clock_skew: CLOCK_SKEW,
        }
    }

    /// Decrypts with the key of `identity`. Can be called for several.
    #[must_use]
    pub fn decrypt_with(mut self, identity: Identity) -> Self {
        self.identities.push(identity);
        self
    }

    /// Decrypts, and verifies MACs, with a secret that both sides have. `name` is its `ds:KeyName`, or the identifier
    /// of its security context.
    #[must_use]
    pub fn shared_secret(mut self, name: Option<String>, secret: Secret) -> Self {
        self.secrets.push((name, secret));
        self
    }

    /// Accepts one key that signs and encrypts, if it came in an `xenc:EncryptedKey` (of this message, of an assertion,
    /// or of the request of a reply) or with a Kerberos ticket: the symmetric binding without derived keys, as WSS4J,
    /// CXF, Metro and Rampart use it in the suites `Basic128` and `Basic256`. Shared secrets, secrets of security
    /// contexts and derived keys sign or encrypt, never both. A key that wraps others has no other use.
    #[must_use]
    pub fn accept_one_key_to_sign_and_encrypt(mut self) -> Self {
        self.one_key = true;
        self
    }

    /// Accepts ciphertext for other receivers in the Body, in header blocks or in the Security header, which
    /// intermediaries and clients of token services receive. The Body is then returned with that ciphertext, and
    /// [`Opened::remaining_ciphertext`] lists it. Without this call a message with remaining ciphertext is refused:
    /// whoever removes an `xenc:EncryptedKey` leaves ciphertext where the sender meant plaintext.
    #[must_use]
    pub fn accept_ciphertext_for_others(mut self) -> Self {
        self.ciphertext_for_others = true;
        self
    }

    /// Under keys that both sides have, accepts replies that confirm no signature of their request, and accepts replies
    /// in place of requests. Without this call such a reply is refused, since it may be one's own request sent back,
    /// and a message that confirms signatures opens only with [`Receiver::answering`].
    #[must_use]
    pub fn dangerous_accept_either_direction(mut self) -> Self {
        self.either_direction = true;
        self
    }

    /// Accepts secrets of fewer than 16 octets, which can be guessed: shared secrets, those of security contexts,
    /// tickets and assertions, and keys that were encrypted to us.
    #[must_use]
    pub fn accept_short_secrets_for_legacy_use_only(mut self) -> Self {
        self.short_secrets = true;
        self
    }

    /// Looks up the secrets of security contexts in `contexts`, if no [`Receiver::shared_secret`] has the name.
    #[must_use]
    pub fn security_contexts(mut self, contexts: impl SecurityContexts + 'static) -> Self {
        self.contexts = Some(Arc::new(contexts));
        self
    }

    /// Accepts SAML assertions: from which issuers, for which audience, and with which confirmation.
    #[must_use]
    pub fn assertions(mut self, trust: AssertionTrust) -> Self {
        self.assertions = Some(trust);
        self
    }

    /// Accepts Kerberos tickets through `acceptor`.
    #[must_use]
    pub fn kerberos(mut self, acceptor: impl KerberosAcceptor + 'static) -> Self {
        self.kerberos = Some(Arc::new(acceptor));
        self
    }

    /// Calls `licenses` for the key that a license names (REL Token Profile 1.1.1).
    #[must_use]
    pub fn licenses(mut self, licenses: impl Licenses + 'static) -> Self {
        self.licenses = Some(Arc::new(licenses));
        self
    }

    /// Accepts references that precede their tokens, which BSP R5205 forbids and some peers send.
    #[must_use]
    pub fn accept_forward_references(mut self) -> Self {
        self.forward_references = true;
        self
    }

    /// Accepts pinned certificates of version 1, which do not say what they may be used for.
    #[must_use]
    pub fn accept_x509_version_1_for_legacy_use_only(mut self) -> Self {
        self.version_1 = true;
        self
    }

    /// Checks username tokens with `passwords`.
    #[must_use]
    pub fn passwords(mut self, passwords: impl PasswordSource + 'static) -> Self {
        self.passwords = Some(Arc::new(passwords));
        self
    }

    /// Accepts clear-text passwords, and lets a username token or a bearer assertion identify the sender: the caller
    /// states that the transport protected the message, so that nobody could copy the token. Without this call a
    /// password as text must be encrypted, and such tokens identify nobody by themselves.
    #[must_use]
    pub fn over_protected_transport(mut self) -> Self {
        self.protected_transport = true;
        self
    }

    /// Replaces the algorithms that may run.
    #[must_use]
    pub fn algorithms(mut self, policy: AlgorithmPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// How to apply BSP 1.1: refuse messages that break it, report on them in the evidence, or (by default) ignore it.
    /// It is only about the form of the header; safety does not depend on it.
    #[must_use]
    pub fn bsp(mut self, enforcement: Enforcement) -> Self {
        self.bsp = enforcement;
        self
    }

    /// Decrypts CBC ciphertext that no verified signature covers, which messages need that are signed and then
    /// encrypted. This opens a padding oracle: anyone who can distinguish failures can decrypt other people's messages.
    #[must_use]
    pub fn dangerous_decrypt_cbc_before_verification(mut self) -> Self {
        self.unauthenticated_cbc = true;
        self
    }

    /// Accepts a signature over CBC ciphertext as one over its plaintext, even if it does not cover the elements that
    /// lead to the key, such as the `xenc:EncryptedKey`: peers that encrypt first and then sign send such messages.
    /// Whoever replaces those elements makes another plaintext of the signed ciphertext.
    #[must_use]
    pub fn dangerous_accept_cbc_under_unsigned_keys(mut self) -> Self {
        self.unsigned_keys = true;
        self
    }

    /// Accepts a signature over ciphertext as one over its plaintext, even if the plaintext takes namespaces from its
    /// context that the signature does not cover: peers that encrypt first and then sign send such messages. Whoever
    /// changes a namespace declaration, or adds or removes a default namespace, changes what the plaintext means.
    #[must_use]
    pub fn dangerous_accept_unsigned_namespaces_of_plaintext(mut self) -> Self {
        self.unsigned_namespaces = true;
        self
    }

    /// Assumes that the sender had no default namespace around signed ciphertext if none is in scope now, although the
    /// signature does not show it. Peers such as WSS4J and CXF that encrypt first and then sign send such messages if a
    /// plaintext has elements in no namespace. Whoever removes a default namespace that the sender left unsigned
    /// changes what the plaintext means. A default namespace that was added is refused in any case.
    #[must_use]
    pub fn accept_untold_absence_of_default_namespace(mut self) -> Self {
        self.untold_absence = true;
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

    /// Keeps the message for forwarding: without our Security header, with the parts that were encrypted to us in
    /// plaintext, and with every other octet unchanged. For intermediaries, with [`Receiver::actor`]; see
    /// [`Opened::forwarded`].
    #[must_use]
    pub fn forwards(mut self) -> Self {
        self.forwards = true;
        self
    }

    /// States that the application handles header blocks of this name, if they must be understood. Blocks that are
    /// required to be signed count as understood.
    #[must_use]
    pub fn understands(mut self, namespace: impl Into<String>, local: impl Into<String>) -> Self {
        self.understood.insert((namespace.into(), local.into()));
        self
    }

    /// The highest age of a message, and how far clocks may differ.
    #[must_use]
    pub fn window(mut self, max_age: Duration, clock_skew: Duration) -> Self {
        self.max_age = max_age;
        self.clock_skew = clock_skew;
        self
    }

    /// Opens a message: the octets of a SOAP 1.1 or 1.2 envelope, in UTF-8, or in UTF-16 with a byte order mark; or a
    /// [`Package`]. The attachments that the signature over the Body covers are in [`Opened::attachments`]. Require
    /// [`Part::Attachments`] if it must cover all of them.
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    ///
    /// # Specification
    /// SOAP Message Security 1.1.1; SOAP Messages with Attachments Profile 1.1.1.
    pub fn open<'m>(&self, incoming: impl Into<Incoming<'m>>) -> Result<Opened, OpenError> {
        self.deferred().open(incoming)?.accept(&*self.replay)
    }

    /// Opens a message whose Body may be from anyone. Signatures in it must still verify, and the other requirements
    /// must be proven. The argument says what the caller vouches for about the transport. Parts without a signature are
    /// unauthenticated in any case.
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open_unsigned<'m>(
        &self,
        incoming: impl Into<Incoming<'m>>,
        transport: TransportFacts,
    ) -> Result<UnsignedOpened, OpenError> {
        self.deferred().open_unsigned(incoming, transport)?.accept(&*self.replay)
    }

    /// Opens the reply to the request of this [`Secured::correlation`](crate::Secured::correlation). The reply may use
    /// keys of the request, and its `wsse11:SignatureConfirmation`s must confirm the request. A message with the
    /// request's signed data, or signed with one of the request's own keys, is not a reply. A reply under another key
    /// that both sides have must confirm the request: [`Outgoing::answering`](crate::Outgoing::answering) does so by
    /// default.
    ///
    /// # Specification
    /// SOAP Message Security 1.1.1 §7.7 and §8.5.
    pub fn answering<'r>(&'r self, request: &'r Correlation) -> Answering<'r> {
        Answering(Deferred { receiver: self, request: Some(request) })
    }

    /// Opens messages in two steps: everything except the replay store, then the store, which may be asynchronous. This
    /// receiver's own store is not asked; give [`DeferredReplay`](crate::DeferredReplay) to [`Receiver::new`] if there
    /// is no other.
    pub fn deferred(&self) -> Deferred<'_> {
        Deferred { receiver: self, request: None }
    }

    /// Also accepts digests of complete attachments with an empty line after the header, as Metro makes them.
    #[must_use]
    pub fn accept_empty_line_after_attachment_headers(mut self) -> Self {
        self.empty_line = true;
        self
    }

    /// Accepts attachments that were encrypted before they were signed, if the signature covers only their ciphertext,
    /// as WSS4J's does, and not the `xenc:EncryptedData` that says how to read it. Whoever changes the latter can make
    /// the header of an attachment a part of its content, or the reverse; and under CBC, can make content that no one
    /// sent.
    #[must_use]
    pub fn dangerous_accept_unsigned_encrypted_data_of_attachments(mut self) -> Self {
        self.unsigned_data = true;
        self
    }

    /// Every trust in certificates that it has: for signers, then for assertions.
    pub(crate) fn trusts(&self) -> impl Iterator<Item = &Trust> {
        std::iter::once(&self.trust).chain(self.assertions.iter().flat_map(AssertionTrust::trusts))
    }

    /// Proves everything of a signed message but that it is new.
    pub(crate) fn prove_signed(
        &self,
        incoming: &Incoming<'_>,
        request: Option<&Correlation>,
    ) -> Result<PendingReplay<Opened>, OpenError> {
        let mut demanded = self.requirements.signed.clone();
        demanded.insert(Part::Body);
        let (mut opening, read) = self.process(incoming, demanded, request, self.protected_transport)?;
        let signer = read.signer.ok_or(OpenError::NoKey)?;
        let remembered = self.remembered(&opening);
        let opened = Opened {
            body: read.body,
            blocks: read.blocks,
            correlation: correlation_of(&mut opening, Some(&signer)),
            signer,
            assertions: read.assertions,
            attachments: read.attachments,
            unauthenticated_attachments: read.unauthenticated_attachments,
            forwarded: read.forwarded,
            evidence: opening.evidence,
        };
        Ok(PendingReplay { opened, evidence: |opened| &mut opened.evidence, remembered })
    }

    /// Proves everything that is demanded of a message whose Body need not be signed, but that it is new.
    pub(crate) fn prove_unsigned(
        &self,
        incoming: &Incoming<'_>,
        request: Option<&Correlation>,
        transport: TransportFacts,
    ) -> Result<PendingReplay<UnsignedOpened>, OpenError> {
        let is_protected = self.protected_transport || transport.is_protected();
        let demanded = self.requirements.signed.clone();
        let (mut opening, read) = self.process(incoming, demanded, request, is_protected)?;
        opening.evidence.waived.push(Waiver::UnsignedBody);
        let remembered = self.remembered(&opening);
        let is_covered = |id: &str| read.attachments.iter().any(|covered| covered.content_id() == id);
        let others = opening.attachments.iter().filter(|part| !part.content_id().is_some_and(is_covered));
        let opened = UnsignedOpened {
            body: read.body,
            unauthenticated_attachments: others.map(MimePart::to_owned).collect(),
            blocks: read.blocks,
            correlation: correlation_of(&mut opening, read.signer.as_ref()),
            signer: read.signer,
            assertions: read.assertions,
            attachments: read.attachments,
            forwarded: read.forwarded,
            transport,
            evidence: opening.evidence,
        };
        Ok(PendingReplay { opened, evidence: |opened| &mut opened.evidence, remembered })
    }

    fn process<'r>(
        &'r self,
        incoming: &'r Incoming<'r>,
        demanded: BTreeSet<Part>,
        request: Option<&'r Correlation>,
        is_protected: bool,
    ) -> Result<(Opening<'r>, Read), OpenError> {
        let (message, package) = (incoming.envelope(), incoming.package());
        self.requirements.check()?;
        let too_short = |(_, secret): &&(_, Secret)| secret.len() < LEAST_OCTETS && !self.short_secrets;
        if let Some((_, secret)) = self.secrets.iter().find(too_short) {
            return Err(KeyUseError::TooShort { octets: secret.len() }.into());
        }
        let encrypted = &self.requirements.encrypted;
        if package.is_none() && (demanded.contains(&Part::Attachments) || encrypted.contains(&Part::Attachments)) {
            return Err(RequirementError::NoPackage.into());
        }
        if self.requirements.confirmation && request.is_none() {
            return Err(RequirementError::NotConfirmed.into());
        }
        self.limits.check(Limit::DocumentOctets, message.len()).map_err(EnvelopeError::from)?;
        let mut text = transcode(message).map_err(EnvelopeError::from)?;
        let mut attachments = package.map(Package::attachments).unwrap_or_default().to_vec();
        let is_xop = package.is_some_and(Package::is_xop);
        if is_xop {
            let expanded = expanded(&text, &attachments, &self.limits)?;
            // Parts of the envelope are no longer beside it.
            attachments.retain(|part| part.content_id().is_none_or(|id| !expanded.included.contains(id)));
            text = expanded.envelope.into();
        }
        let beside: u64 = attachments.iter().map(|part| part.unauthenticated_octets().len()).sum();
        let budget = Rc::new(Budget::new(&self.limits, text.len() as u64 + beside));
        let mut opening = Opening::new(self, budget, package, attachments, demanded, request, is_protected);
        let read = opening.run(&text)?;
        Ok((opening, read))
    }

    /// The keys that the replay store is asked for last: every signature, nonce and assertion that may be used once.
    fn remembered(&self, opening: &Opening<'_>) -> Remembered {
        // Created may be ahead by the skew. No message passes the freshness check later than this.
        let window = self.max_age.saturating_add(self.clock_skew.saturating_mul(2)).min(LONGEST_WINDOW);
        let until = opening.now.checked_add(window).unwrap_or(opening.now);
        let keys = opening.replay_keys.iter();
        let keys = keys.map(|(key, at_least)| (*key, at_least.map_or(until, |at_least| at_least.max(until))));
        Remembered::new(opening.now, keys.collect())
    }
}

/// What the message leaves behind for its reply.
fn correlation_of(opening: &mut Opening<'_>, signer: Option<&Signer>) -> Correlation {
    let subject = signer.and_then(|signer| opening.subject_certificate(signer));
    Correlation {
        signature_values: std::mem::take(&mut opening.signature_values),
        signed_infos: std::mem::take(&mut opening.signed_infos),
        own_keys: Vec::new(),
        keys: std::mem::take(&mut opening.keys),
        certificate: signer.and_then(Signer::certificate).cloned().or(subject),
        subject_of: Vec::new(),
    }
}
