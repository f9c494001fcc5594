//! The recipe: the steps for a message, as data.
//!
//! Setters take and return `self` and cannot fail; the order of calls is the order of processing; all misuse is
//! found once, in [`Recipe::plan`].

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use wss_bsp::Rule;
use wss_c14n::Limits;
use wss_crypto::{Random, SystemRandom};
use wss_soap::Role;
use wss_tokens::{Password, Precision};

use crate::allowance::Allowance;
use crate::attached::Attached;
use crate::clock::{Clock, SystemClock};
use crate::encrypting::Encrypting;
use crate::layout::{HeaderForm, Layout};
use crate::part::Part;
use crate::signing::Signing;
use crate::username::Username;

/// The steps for a message.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use std::time::Duration;
/// use wss_crypto::{Certificate, Identity};
/// use wss_header::{Encrypting, Part, PlanError, Recipe, Signing};
///
/// let alice = Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
/// let bob = Certificate::from_pem(&file("bob.pem"))?;
/// // Alice signs first and then encrypts, so Bob decrypts first.
/// let recipe = Recipe::new()
///     .timestamp(Duration::from_secs(300))
///     .sign(Signing::with(&alice).parts([Part::Body, Part::Timestamp]))
///     .encrypt(Encrypting::to(&bob).parts([Part::Body, Part::Signature]));
/// let plan = recipe.plan()?;
///
/// // Misuse is found before there is a message.
/// let without_parts = Recipe::new().sign(Signing::with(&alice)).plan();
/// assert!(matches!(without_parts, Err(PlanError::NoParts)));
/// # let _plan = plan;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Recipe {
    pub(crate) steps: Vec<Step>,
    pub(crate) username: Option<Username>,
    pub(crate) tokens: Vec<String>,
    /// Other children of the header.
    pub(crate) attached: Vec<String>,
    pub(crate) header: HeaderForm,
    pub(crate) confirms: bool,
    /// Whether the signature of the message covers the tokens of those that endorse it.
    pub(crate) signs_endorsing_tokens: bool,
    /// The forms that the strict default refuses to make and a call allowed.
    pub(crate) allowed: BTreeSet<Allowance>,
    pub(crate) waived: BTreeSet<Rule>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) limits: Limits,
}

#[derive(Clone)]
pub(crate) enum Step {
    Sign(Signing),
    Encrypt(Encrypting),
}

impl Default for Recipe {
    fn default() -> Self {
        Self::new()
    }
}

impl Recipe {
    /// No steps yet. The header will be for the ultimate receiver, who must understand it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            steps: Vec::new(),
            username: None,
            tokens: Vec::new(),
            attached: Vec::new(),
            header: HeaderForm::default(),
            confirms: false,
            signs_endorsing_tokens: false,
            allowed: BTreeSet::new(),
            waived: BTreeSet::new(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            limits: Limits::default(),
        }
    }

    /// Replaces the limits on the cost of a message. An envelope to secure may contain what somebody else sent: a gateway
    /// forwards it, an answer quotes it. Therefore work on it is charged before it is done, as a
    /// [`Receiver`](crate::Receiver) charges it; and a message that a receiver with the same limits would refuse is refused here,
    /// by [`SecureError::Limit`](crate::SecureError::Limit). Raise a limit for a peer that accepts more.
    ///
    /// ```
    /// use wss_header::{Limit, Limits, Recipe};
    ///
    /// let recipe = Recipe::new().limits(Limits::default().with(Limit::DocumentOctets, 16 << 20));
    /// # let _ = recipe;
    /// ```
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a `wsu:Timestamp` that expires after `lifetime`.
    #[must_use]
    pub fn timestamp(mut self, lifetime: Duration) -> Self {
        self.header.timestamps.push(Some(lifetime));
        self
    }

    /// Adds a `wsu:Timestamp` with `wsu:Created` alone, for peers that accept no `wsu:Expires`. The receiver decides how
    /// long it is valid. If no step names the timestamp and [`Recipe::id`] gives it no Id, it has none.
    #[must_use]
    pub fn timestamp_without_expires(mut self) -> Self {
        self.header.timestamps.push(None);
        self
    }

    /// The precision of `wsu:Created` and `wsu:Expires`, in the timestamp and the username token; milliseconds by
    /// default.
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.header.precision = precision;
        self
    }

    /// Writes elements and attributes of `namespace` with this prefix instead of the usual one. With an empty prefix,
    /// XML Signature or XML Encryption is written without one. For peers that compare text. Issued tokens and the
    /// envelope stay as they are.
    #[must_use]
    pub fn prefix(mut self, namespace: impl Into<String>, prefix: impl Into<String>) -> Self {
        self.header.prefixes = self.header.prefixes.with(namespace, prefix);
        self
    }

    /// Gives the timestamp, the username token, the signature, its certificate's token, the Body or a header block this Id
    /// instead of a random one. An element that has an Id keeps it; of several signatures or tokens, the first has it. The recipe
    /// must make the part or sign it.
    #[must_use]
    pub fn id(mut self, part: Part, id: impl Into<String>) -> Self {
        self.header.ids.insert(part, id.into());
        self
    }

    /// The order of the children of the Security header.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.header.layout = layout;
        self
    }

    /// Adds a username token with a password digest. For services that digest the SHA-1 of the password instead of the
    /// password, give [`Password::sha1_of`].
    #[must_use]
    pub fn username_digest(mut self, username: impl Into<String>, password: impl Into<Password>) -> Self {
        self.username = Some(Username::digest(username, password));
        self
    }

    /// Adds a username token with a clear-text password. A later step must encrypt it, or the transport must protect
    /// it.
    #[must_use]
    pub fn username_text(mut self, username: impl Into<String>, password: impl Into<Password>) -> Self {
        self.username = Some(Username::text(username, password));
        self
    }

    /// Adds a username token of any form: without Nonce, Created, password or its Type.
    #[must_use]
    pub fn username(mut self, username: Username) -> Self {
        self.username = Some(username);
        self
    }

    /// Adds an issued token unchanged: a SAML assertion, or a license (REL Token Profile) with a `wsu:Id`. It must be a
    /// complete document, as [`NewAssertion`](wss_tokens::NewAssertion) writes it and
    /// [`IssuedAssertion::with_signature`](wss_tokens::IssuedAssertion::with_signature) returns it.
    #[must_use]
    pub fn token(mut self, xml: impl Into<String>) -> Self {
        self.tokens.push(xml.into());
        self
    }

    /// Adds a `wsse:BinarySecurityToken` of any type (LTPA, a ticket of one's own). It is signed as
    /// [`Part::Id`] with this Id, and signs nothing.
    #[must_use]
    pub fn attach_binary(self, id: &str, value_type: &str, octets: &[u8]) -> Self {
        self.attach(Attached::binary(id, value_type, octets))
    }

    /// Adds any other child to the Security header: one element that declares the namespaces of its prefixes. Names without a
    /// prefix and a declaration stay in no namespace, whatever the envelope declares. The element is signed as [`Part::Id`] with
    /// its own Id. For peers that demand it: our receiver refuses a signature over a child of a kind
    /// that it does not know, since a header block that was moved there would look the same, unless
    /// [`Receiver::accept_signed_children_of_unknown_kinds`](crate::Receiver::accept_signed_children_of_unknown_kinds)
    /// is called.
    #[must_use]
    pub fn attach(mut self, xml: impl Into<String>) -> Self {
        self.attached.push(xml.into());
        self
    }

    /// States that the transport keeps the message confidential, so that a password may be sent in clear text.
    #[must_use]
    pub fn over_protected_transport(mut self) -> Self {
        self.allowed.insert(Allowance::ProtectedTransport);
        self
    }

    /// Signs `signing`'s parts in the state in which every earlier step left them.
    #[must_use]
    pub fn sign(mut self, signing: Signing) -> Self {
        self.steps.push(Step::Sign(signing));
        self
    }

    /// Encrypts `encrypting`'s parts in the state in which every earlier step left them.
    #[must_use]
    pub fn encrypt(mut self, encrypting: Encrypting) -> Self {
        self.steps.push(Step::Encrypt(encrypting));
        self
    }

    /// Confirms the signatures of the request that the message [answers](crate::Outgoing::answering). Every signature
    /// of the recipe covers the confirmations (SOAP Message Security 1.1.1 §8.5).
    #[must_use]
    pub fn signature_confirmation(mut self) -> Self {
        self.confirms = true;
        self
    }

    /// Has the signature of the message cover the tokens of the later signatures over it, which are placed before it: the
    /// certificate, or the user, that endorses. Tokens that do not come with their signature are not covered: assertions, which
    /// [`Part::Assertion`] names, and certificates that a reference only identifies.
    ///
    /// # Specification
    /// WS-SecurityPolicy 1.3 §8.4, `sp:SignedEndorsingSupportingTokens`.
    #[must_use]
    pub fn sign_endorsing_tokens(mut self) -> Self {
        self.signs_endorsing_tokens = true;
        self
    }

    /// Makes a reply under a key that both sides have without confirmations, for peers that do not accept them. Usually
    /// such replies confirm, so that nobody can send them back as requests.
    #[must_use]
    pub fn dangerous_reply_without_confirmation(mut self) -> Self {
        self.allowed.insert(Allowance::ReplyWithoutConfirmation);
        self
    }

    /// Addresses the Security header to an actor (SOAP 1.1) or role (SOAP 1.2). An empty one, and the URI that SOAP 1.2
    /// has for the ultimate receiver, mean the default: the header has no such attribute.
    #[must_use]
    pub fn actor(mut self, uri: impl AsRef<str>) -> Self {
        self.header.role = Role::named(uri.as_ref());
        self
    }

    /// Whether the receiver must understand the header; it must by default.
    #[must_use]
    pub fn must_understand(mut self, must: bool) -> Self {
        self.header.must_understand = must;
        self
    }

    /// Allows SHA-1, RSA-1.5, 3DES and weak keys.
    #[must_use]
    pub fn allow_legacy_algorithms(mut self) -> Self {
        self.allowed.insert(Allowance::LegacyAlgorithms);
        self
    }

    /// Allows one key to sign and encrypt, if it is in an `xenc:EncryptedKey`, comes with a Kerberos ticket, belongs to
    /// the issued assertion, or protected the request: the symmetric binding without derived keys, for peers that do
    /// not support derived keys. The receiver must call
    /// [`Receiver::accept_one_key_to_sign_and_encrypt`](crate::Receiver::accept_one_key_to_sign_and_encrypt), too.
    #[must_use]
    pub fn accept_one_key_to_sign_and_encrypt(mut self) -> Self {
        self.allowed.insert(Allowance::OneKeyToSignAndEncrypt);
        self
    }

    /// Allows secrets of fewer than 16 octets, which can be guessed: for peers that use such a secret.
    #[must_use]
    pub fn accept_short_secrets_for_legacy_use_only(mut self) -> Self {
        self.allowed.insert(Allowance::ShortSecrets);
        self
    }

    /// Waives a MUST or MUST NOT of BSP 1.1, for a peer that demands a form which the profile forbids. A recipe that
    /// breaks a rule without waiving it is refused with [`PlanError::Bsp`](crate::PlanError::Bsp).
    #[must_use]
    pub fn waive(mut self, rule: Rule) -> Self {
        self.waived.insert(rule);
        self
    }

    /// Takes the time from `clock`.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Takes Ids, nonces, initialisation vectors and content keys from `random`, so that a test can compare the message
    /// octet by octet. Whoever can predict them can read encrypted parts.
    #[cfg(feature = "deterministic")]
    #[must_use]
    pub fn dangerous_random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// Whether a step names the timestamp, or the caller gave it an Id.
    pub(crate) fn may_refer_to_timestamp(&self) -> bool {
        let named = |step: &Step| match step {
            Step::Sign(signing) => {
                signing.parts.iter().chain(&signing.optional.parts).any(|part| *part == Part::Timestamp)
            }
            Step::Encrypt(encrypting) => encrypting.parts.contains(&Part::Timestamp),
        };
        self.header.ids.contains_key(&Part::Timestamp) || self.steps.iter().any(named)
    }

    /// Whether a call allowed this.
    pub(crate) fn allows(&self, allowance: Allowance) -> bool {
        self.allowed.contains(&allowance)
    }
}
