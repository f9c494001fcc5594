//! The receiver: trust, requirements, and what else it is configured with. The calls that make it accept more are in
//! `accepted_shapes` and `accepted_risks`; the call that accepts a kind of token is in the module of the kind, in `open/tokens`.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use wss_bsp::Enforcement;
use wss_c14n::{CanonicalizationMethod, Element, Limits};
use wss_crypto::{Certificate, Identity, Secret};
use wss_replay::ReplayCache;
use wss_soap::Role;
use wss_tokens::{AssertionTrust, Trust};

use crate::addressing_version::AddressingVersion;
use crate::clock::{Clock, SystemClock};
use crate::key_sources::KeySources;
use crate::policy::AlgorithmPolicy;
use crate::requirements::Requirements;
use crate::waiver::Waiver;
use crate::window::Window;

/// Opens messages. The trust, the requirements, and the store that detects replays are arguments without defaults.
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
    pub(crate) keys: KeySources,
    /// The departures from the strict default that it accepts because of a call.
    pub(crate) waived: BTreeSet<Waiver>,
    pub(crate) policy: AlgorithmPolicy,
    pub(crate) bsp: Enforcement,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) window: Window,
    pub(crate) role: Role,
    /// Header blocks that the application handles: namespace and local name.
    pub(crate) understood: HashSet<(String, String)>,
    /// Whether the message is kept for forwarding.
    pub(crate) forwards: bool,
    /// Whether the Body is kept as it was sent.
    pub(crate) keeps_body: bool,
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
            keys: KeySources::default(),
            waived: BTreeSet::new(),
            policy: AlgorithmPolicy::default(),
            bsp: Enforcement::Off,
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
            window: Window::default(),
            role: Role::UltimateReceiver,
            understood: HashSet::new(),
            forwards: false,
            keeps_body: false,
        }
    }

    /// The store of messages seen, as given to [`Receiver::new`]: for a [`PendingReplay`](crate::PendingReplay).
    #[must_use]
    pub fn replay_cache(&self) -> &dyn ReplayCache {
        &*self.replay
    }

    /// Decrypts with the key of `identity`. Can be called for several.
    #[must_use]
    pub fn decrypt_with(mut self, identity: Identity) -> Self {
        self.keys.identities.push(identity);
        self
    }

    /// Decrypts with the key of `certificate`, which is in a key service or an HSM behind an asynchronous call. Can be called
    /// for several. Such a receiver opens with [`Deferred::keys_elsewhere`](crate::Deferred::keys_elsewhere).
    #[must_use]
    pub fn decrypt_elsewhere(mut self, certificate: Certificate) -> Self {
        self.keys.elsewhere.push(certificate);
        self
    }

    /// Decrypts, and verifies MACs, with a secret that both sides have. `name` is its `ds:KeyName`, or the identifier
    /// of its security context. Of two with one name the first counts.
    #[must_use]
    pub fn shared_secret(mut self, name: Option<String>, secret: Secret) -> Self {
        self.keys.secrets.push((name, secret));
        self
    }

    /// Messages may name `certificate` by this `ds:KeyName`, which has no other meaning here: as the certificate of a
    /// signer, whom the trust still judges, and as that of a key for decryption. The name selects a certificate and
    /// proves nothing. Can be called for several.
    #[must_use]
    pub fn key_name(mut self, name: impl Into<String>, certificate: Certificate) -> Self {
        self.keys.names.push((name.into(), certificate));
        self
    }

    /// Replaces the algorithms that may run. Retired ones never run here, whatever the policy admits: they are for
    /// documents.
    #[must_use]
    pub fn algorithms(mut self, policy: AlgorithmPolicy) -> Self {
        self.policy = policy.without_retired();
        self
    }

    /// How to apply BSP 1.1: refuse messages that break it, report on them in the evidence, or (by default) ignore it.
    /// It is only about the form of the header; safety does not depend on it.
    #[must_use]
    pub fn bsp(mut self, enforcement: Enforcement) -> Self {
        self.bsp = enforcement;
        self
    }

    /// The limits that hold for a message.
    #[must_use]
    pub fn current_limits(&self) -> &Limits {
        &self.limits
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

    /// Opens the Security header for this actor (SOAP 1.1) or role (SOAP 1.2). An empty one, and the URI that SOAP 1.2
    /// has for the ultimate receiver, mean the default: the header without such an attribute.
    #[must_use]
    pub fn actor(mut self, uri: impl AsRef<str>) -> Self {
        self.role = Role::named(uri.as_ref());
        self
    }

    /// Keeps the message for forwarding: without our Security header, with the parts that were encrypted to us in
    /// plaintext, and with every other octet unchanged. For intermediaries, with [`Receiver::actor`]; see
    /// [`Opened::forwarded`](crate::OpenedParts::forwarded).
    #[must_use]
    pub fn forwards(mut self) -> Self {
        self.forwards = true;
        self
    }

    /// Keeps the Body as it was sent beside the Body that was digested: for content that has a signature of its own, such as a
    /// token of a token service or a signed invoice. See [`Opened::body_as_sent`](crate::Opened::body_as_sent).
    #[must_use]
    pub fn keep_body_as_sent(mut self) -> Self {
        self.keeps_body = true;
        self
    }

    /// States that the application handles header blocks of this name, if they must be understood. Blocks that are
    /// required to be signed count as understood.
    #[must_use]
    pub fn understands(mut self, namespace: impl Into<String>, local: impl Into<String>) -> Self {
        self.understood.insert((namespace.into(), local.into()));
        self
    }

    /// Whether the application said that it handles header blocks of this name.
    pub(crate) fn has_understood(&self, block: Element<'_>) -> bool {
        let name = block.name();
        self.understood.contains(&(name.namespace.to_owned(), name.local.to_owned()))
    }

    /// States that the application handles every header of WS-Addressing, of 1.0 and of August 2004, as
    /// [`Receiver::understands`] does for one block.
    #[must_use]
    pub fn understands_addressing(self) -> Self {
        let of = |version: AddressingVersion| AddressingVersion::BLOCKS.map(|local| (version.namespace(), local));
        let blocks = AddressingVersion::ALL.into_iter().flat_map(of);
        blocks.fold(self, |receiver, (namespace, local)| receiver.understands(namespace, local))
    }

    /// The highest age of a message, and the largest difference between clocks that is accepted. Receivers that share a
    /// replay cache need the same window: a message is remembered for as long as the one that accepted it would accept
    /// it again, and for 420 seconds at least.
    #[must_use]
    pub fn window(mut self, max_age: Duration, clock_skew: Duration) -> Self {
        self.window = Window { max_age, clock_skew };
        self
    }

    /// Whether a call waived this rule. Each check that is stricter by default asks only this.
    pub(crate) fn waives(&self, waiver: Waiver) -> bool {
        self.waived.contains(&waiver)
    }

    /// The algorithms that signatures of the header may use.
    pub(crate) fn signature_policy(&self) -> Cow<'_, wss_xmldsig::AlgorithmPolicy> {
        let mut policy = Cow::Borrowed(&self.policy.signature);
        if self.waives(Waiver::InclusiveCanonicalization) {
            let inclusive = CanonicalizationMethod::ALL.into_iter().filter(|method| !method.is_exclusive());
            let admitted = inclusive.fold(policy.into_owned(), wss_xmldsig::AlgorithmPolicy::admit_canonicalization);
            policy = Cow::Owned(admitted);
        }
        if self.waives(Waiver::ElementPathsInReferences) {
            policy = Cow::Owned(policy.into_owned().admit_transform(wss_xmldsig::FilterMethod::XPathFilter2));
        }
        policy
    }

    /// All its trusts in certificates: for signers, then for assertions.
    pub(crate) fn trusts(&self) -> impl Iterator<Item = &Trust> {
        std::iter::once(&self.trust).chain(self.keys.assertions.iter().flat_map(AssertionTrust::trusts))
    }
}
