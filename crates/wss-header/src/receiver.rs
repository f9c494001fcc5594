//! The receiver: whom to trust, what to demand, and the one call that opens a message.

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
use crate::deferred::{Deferred, PendingReplay, Remembered};
use crate::error::{OpenError, RequirementError};
use crate::key_uses::{KeyUseError, LEAST_OCTETS};
use crate::open::{Opening, Read};
use crate::opened::{Opened, UnsignedOpened};
use crate::part::Part;
use crate::policy::AlgorithmPolicy;
use crate::requirements::Requirements;
use crate::waiver::Waiver;
use wss_bsp::Enforcement;
use wss_soap::EnvelopeError;
use wss_soap::Role;
use wss_soap::mime::Package;
use wss_soap::mime::xop::expanded;

/// How old a message may be, by default.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(300);
/// How far clocks may differ, by default.
pub(crate) const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// The longest time for which a message is remembered by its age: a thousand years, which can be added to any clock.
const LONGEST_WINDOW: Duration = Duration::from_secs(1_000 * 365 * 24 * 3_600);

/// Opens messages: whom to trust, what to demand, and how replays are noticed are arguments, not defaults.
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

    /// Decrypts with the key of `identity`; may be called for several.
    #[must_use]
    pub fn decrypt_with(mut self, identity: Identity) -> Self {
        self.identities.push(identity);
        self
    }

    /// Decrypts, and verifies MACs, with a secret both sides have; `name` is what `ds:KeyName` calls it, or the
    /// identifier of the security context it belongs to.
    #[must_use]
    pub fn shared_secret(mut self, name: Option<String>, secret: Secret) -> Self {
        self.secrets.push((name, secret));
        self
    }

    /// Accepts one key that signs and encrypts, where it came in an `xenc:EncryptedKey` (of this message, of an assertion,
    /// or of the request that a reply answers) or with a Kerberos ticket: the symmetric binding without derived keys, as
    /// WSS4J, CXF, Metro and Rampart send it under the suites `Basic128` and `Basic256`. Shared secrets, secrets of security
    /// contexts and derived keys sign or encrypt, never both. A key that wraps others does nothing else.
    #[must_use]
    pub fn accept_one_key_to_sign_and_encrypt(mut self) -> Self {
        self.one_key = true;
        self
    }

    /// Accepts ciphertext in the Body, in header blocks or in the Security header that is for other receivers, as nodes on
    /// the way and clients of token services meet it. The Body is then handed out with that ciphertext in it;
    /// [`Opened::remaining_ciphertext`] lists it. Without this call a message with ciphertext that nobody opened is
    /// refused: whoever takes an `xenc:EncryptedKey` away leaves ciphertext where the sender meant plaintext.
    #[must_use]
    pub fn accept_ciphertext_for_others(mut self) -> Self {
        self.ciphertext_for_others = true;
        self
    }

    /// Under keys that both sides have, takes replies that confirm no signature of their request, and takes replies for
    /// requests. Without this call such a reply is refused, since it may be a request of one's own that came back, and a
    /// message that confirms signatures opens with [`Receiver::open_reply`] alone.
    #[must_use]
    pub fn dangerous_accept_either_direction(mut self) -> Self {
        self.either_direction = true;
        self
    }

    /// Accepts secrets of fewer than 16 octets, which can be guessed: shared secrets, those of security contexts, tickets
    /// and assertions, and keys that were encrypted to us.
    #[must_use]
    pub fn accept_short_secrets_for_legacy_use_only(mut self) -> Self {
        self.short_secrets = true;
        self
    }

    /// Looks the secrets of security contexts up in `contexts`, where no [`Receiver::shared_secret`] has the name.
    #[must_use]
    pub fn security_contexts(mut self, contexts: impl SecurityContexts + 'static) -> Self {
        self.contexts = Some(Arc::new(contexts));
        self
    }

    /// Accepts SAML assertions: whose, meant for whom, and confirmed how.
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

    /// Has `licenses` say whose key a license names (REL Token Profile 1.1.1).
    #[must_use]
    pub fn licenses(mut self, licenses: impl Licenses + 'static) -> Self {
        self.licenses = Some(Arc::new(licenses));
        self
    }

    /// Accepts references to tokens that stand after them, which BSP R5205 forbids and some peers send.
    #[must_use]
    pub fn accept_forward_references(mut self) -> Self {
        self.forward_references = true;
        self
    }

    /// Accepts version 1 certificates, which say nothing of what they may be used for, where they are pinned.
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

    /// Accepts passwords in the clear, and takes a username token, or a bearer assertion, for what its sender says of
    /// himself: the caller states that the transport protected the message, so that nobody could copy the token from
    /// it. Without this call a password as text must come encrypted, and such tokens name nobody by themselves.
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

    /// What to do about BSP 1.1: refuse messages that break it, report on them in the evidence, or nothing, as by
    /// default. It asks for the shape of the header alone; what is safe is decided without it.
    #[must_use]
    pub fn bsp(mut self, enforcement: Enforcement) -> Self {
        self.bsp = enforcement;
        self
    }

    /// Decrypts CBC ciphertext that no verified signature covers, as messages that were signed and then
    /// encrypted need it. Whoever can tell how that fails can decrypt messages of others.
    #[must_use]
    pub fn dangerous_decrypt_cbc_before_verification(mut self) -> Self {
        self.unauthenticated_cbc = true;
        self
    }

    /// Takes a signature over CBC ciphertext for one over its plaintext though it does not cover the elements that lead
    /// to the key, such as the `xenc:EncryptedKey`: peers that encrypt first and sign then send such messages. Whoever
    /// replaces those elements on the way makes another plaintext of the signed ciphertext.
    #[must_use]
    pub fn dangerous_accept_cbc_under_unsigned_keys(mut self) -> Self {
        self.unsigned_keys = true;
        self
    }

    /// Takes a signature over ciphertext for one over its plaintext though the plaintext takes namespaces from around it
    /// that the signature does not cover: peers that encrypt first and sign then send such messages. Whoever changes a
    /// namespace declaration on the way, or adds or removes a default namespace, changes what the plaintext means.
    #[must_use]
    pub fn dangerous_accept_unsigned_namespaces_of_plaintext(mut self) -> Self {
        self.unsigned_namespaces = true;
        self
    }

    /// Takes it that the sender had no default namespace around signed ciphertext where none is in scope now, though the
    /// signature does not tell: peers such as WSS4J and CXF that encrypt first and sign then send such messages where a
    /// plaintext has elements in no namespace. Whoever removes a default namespace on the way, which only a sender has
    /// that leaves it unsigned, changes what the plaintext means. One that was added is refused all the same.
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

    /// Keeps the message to be sent on: without our Security header, what was encrypted for us in the clear, and every
    /// other octet as it came. For intermediaries, with [`Receiver::actor`]; see [`Opened::forwarded`].
    #[must_use]
    pub fn forwards(mut self) -> Self {
        self.forwards = true;
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
        self.deferred().open(message)?.accept(&*self.replay)
    }

    /// Opens messages in two steps: everything but the replay store, then the store, which may be asynchronous. The
    /// store of this receiver is not asked; give [`DeferredReplay`](crate::DeferredReplay) to [`Receiver::new`] where
    /// there is no other.
    #[must_use]
    pub fn deferred(&self) -> Deferred<'_> {
        Deferred(self)
    }

    /// Opens a message with attachments. Those that the signature over the Body covers are in
    /// [`Opened::attachments`]; require [`Part::Attachments`] where all of them must be covered.
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    ///
    /// # Specification
    /// SOAP Messages with Attachments Profile 1.1.1.
    pub fn open_package(&self, package: &Package<'_>) -> Result<Opened, OpenError> {
        self.deferred().open_package(package)?.accept(&*self.replay)
    }

    /// As [`Receiver::open_package`], for the reply to a request.
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open_reply_package(&self, package: &Package<'_>, request: &Correlation) -> Result<Opened, OpenError> {
        self.deferred().open_reply_package(package, request)?.accept(&*self.replay)
    }

    /// Takes the digests of complete attachments that have an empty line after the header, as Metro makes them, beside
    /// those that have none.
    #[must_use]
    pub fn accept_empty_line_after_attachment_headers(mut self) -> Self {
        self.empty_line = true;
        self
    }

    /// Counts attachments as signed that were encrypted first where the signature covers their ciphertext alone, as that
    /// of WSS4J does, and not the `xenc:EncryptedData` that says how to read it. Whoever changes that on the way can have
    /// the header of an attachment taken for the beginning of its content, or the reverse; and under CBC, octets that no
    /// one sent.
    #[must_use]
    pub fn dangerous_accept_unsigned_encrypted_data_of_attachments(mut self) -> Self {
        self.unsigned_data = true;
        self
    }

    /// Opens the reply to a request that was secured with [`Plan::message`](crate::Plan::message):
    /// keys of the request may be used in it, and its `wsse11:SignatureConfirmation`s must confirm the request. What the
    /// request signs, and what one of its own keys signs, is no reply. A reply under a key that both sides have, other
    /// than one the request brought, must confirm the request: [`Outgoing::answering`](crate::Outgoing::answering) does
    /// so unasked.
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    ///
    /// # Specification
    /// SOAP Message Security 1.1.1 §7.7 and §8.5.
    pub fn open_reply(&self, message: impl AsRef<[u8]>, request: &Correlation) -> Result<Opened, OpenError> {
        self.deferred().open_reply(message, request)?.accept(&*self.replay)
    }

    /// Every trust in certificates that it was given: that of signers, then those of assertions.
    pub(crate) fn trusts(&self) -> impl Iterator<Item = &Trust> {
        std::iter::once(&self.trust).chain(self.assertions.iter().flat_map(AssertionTrust::trusts))
    }

    pub(crate) fn open_signed(
        &self,
        message: &[u8],
        package: Option<&Package<'_>>,
        request: Option<&Correlation>,
    ) -> Result<PendingReplay<Opened>, OpenError> {
        let mut demanded = self.requirements.signed.clone();
        demanded.insert(Part::Body);
        let (opening, read) = self.process(message, package, demanded, request)?;
        let signer = read.signer.ok_or(OpenError::NoKey)?;
        let remembered = self.remembered(&opening);
        let subject = opening.subject_certificate(&signer);
        let correlation = Correlation {
            signature_values: opening.signature_values,
            signed_infos: opening.signed_infos,
            own_keys: Vec::new(),
            keys: opening.keys,
            certificate: signer.certificate().cloned().or(subject),
            subject_of: Vec::new(),
        };
        let opened = Opened {
            body: read.body,
            blocks: read.blocks,
            signer,
            assertions: read.assertions,
            attachments: read.attachments,
            unauthenticated_attachments: read.unauthenticated_attachments,
            forwarded: read.forwarded,
            correlation,
            evidence: opening.evidence,
        };
        Ok(PendingReplay { opened, evidence: |opened| &mut opened.evidence, remembered })
    }

    /// Opens a message without asking who wrote its Body. Signatures in it must still verify, and whatever else
    /// is required must be proven.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn dangerous_open_unsigned(&self, message: impl AsRef<[u8]>) -> Result<UnsignedOpened, OpenError> {
        self.deferred().dangerous_open_unsigned(message)?.accept(&*self.replay)
    }

    pub(crate) fn open_unsigned(&self, message: &[u8]) -> Result<PendingReplay<UnsignedOpened>, OpenError> {
        let (mut opening, read) = self.process(message, None, self.requirements.signed.clone(), None)?;
        opening.evidence.waived.push(Waiver::UnsignedBody);
        let remembered = self.remembered(&opening);
        let opened = UnsignedOpened {
            body: read.body,
            assertions: read.assertions,
            forwarded: read.forwarded,
            evidence: opening.evidence,
        };
        Ok(PendingReplay { opened, evidence: |opened| &mut opened.evidence, remembered })
    }

    fn process<'r>(
        &'r self,
        message: &[u8],
        package: Option<&'r Package<'r>>,
        demanded: BTreeSet<Part>,
        request: Option<&'r Correlation>,
    ) -> Result<(Opening<'r>, Read), OpenError> {
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
            // What belongs to the envelope stands beside it no more.
            attachments.retain(|part| part.content_id().is_none_or(|id| !expanded.included.contains(id)));
            text = expanded.envelope.into();
        }
        let beside: u64 = attachments.iter().map(|part| part.unauthenticated_octets().len()).sum();
        let budget = Rc::new(Budget::new(&self.limits, text.len() as u64 + beside));
        let mut opening = Opening::new(self, budget, package, attachments, demanded, request);
        let read = opening.run(&text)?;
        Ok((opening, read))
    }

    /// What the replay store is asked last: every signature, nonce and assertion to be used once.
    fn remembered(&self, opening: &Opening<'_>) -> Remembered {
        // Created may lie ahead by the skew; nothing passes the freshness check later than this.
        let window = self.max_age.saturating_add(self.clock_skew.saturating_mul(2)).min(LONGEST_WINDOW);
        let until = opening.now.checked_add(window).unwrap_or(opening.now);
        let keys = opening.replay_keys.iter();
        let keys = keys.map(|(key, at_least)| (*key, at_least.map_or(until, |at_least| at_least.max(until))));
        Remembered::new(opening.now, keys.collect())
    }
}
