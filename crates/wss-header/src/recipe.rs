//! The recipe: the steps for a message, as data.
//!
//! Setters take and return `self` and cannot fail; the order of calls is the order of processing; all misuse is
//! found once, in [`Recipe::plan`].

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use wss_crypto::{
    Certificate, ContentEncryption, DigestMethod, Identity, KeyTransport, Random, SignatureMethod, SigningKey,
    SystemRandom,
};
use wss_tokens::{Password, ReferenceForm};
use wss_xmlenc::Agreement;

use crate::allowance::Allowance;
use crate::clock::{Clock, SystemClock};
use crate::key_sending::KeySending;
use crate::part::Part;
use crate::protection_token::ProtectionToken;
use wss_bsp::Rule;
use wss_soap::Role;

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
    pub(crate) timestamps: Vec<Duration>,
    pub(crate) username: Option<UsernameStep>,
    pub(crate) tokens: Vec<String>,
    pub(crate) role: Role,
    pub(crate) must_understand: bool,
    pub(crate) confirms: bool,
    /// What the strict default refuses to make.
    pub(crate) allowed: BTreeSet<Allowance>,
    pub(crate) waived: BTreeSet<Rule>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

#[derive(Clone)]
pub(crate) enum Step {
    Sign(Signing),
    Encrypt(Encrypting),
}

#[derive(Clone)]
pub(crate) struct UsernameStep {
    pub(crate) username: String,
    pub(crate) password: Password,
    pub(crate) clear_text: bool,
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
            timestamps: Vec::new(),
            username: None,
            tokens: Vec::new(),
            role: Role::UltimateReceiver,
            must_understand: true,
            confirms: false,
            allowed: BTreeSet::new(),
            waived: BTreeSet::new(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }

    /// Adds a `wsu:Timestamp` that expires after `lifetime`.
    #[must_use]
    pub fn timestamp(mut self, lifetime: Duration) -> Self {
        self.timestamps.push(lifetime);
        self
    }

    /// Adds a username token with a password digest. For services that digest the SHA-1 of the password instead of the
    /// password, give [`Password::sha1_of`].
    #[must_use]
    pub fn username_digest(mut self, username: impl Into<String>, password: impl Into<Password>) -> Self {
        let password = password.into();
        self.username = Some(UsernameStep { username: username.into(), password, clear_text: false });
        self
    }

    /// Adds a username token with a clear-text password. A later step must encrypt it, or the transport must protect
    /// it.
    #[must_use]
    pub fn username_text(mut self, username: impl Into<String>, password: impl Into<Password>) -> Self {
        let password = password.into();
        self.username = Some(UsernameStep { username: username.into(), password, clear_text: true });
        self
    }

    /// Adds an issued token unchanged: a SAML assertion, or a license (REL Token Profile) with a `wsu:Id`. It must be a
    /// complete document, as [`NewAssertion`](wss_tokens::NewAssertion) writes it and
    /// [`IssuedAssertion::xml`](wss_tokens::IssuedAssertion::xml) returns it.
    #[must_use]
    pub fn token(mut self, xml: impl Into<String>) -> Self {
        self.tokens.push(xml.into());
        self
    }

    /// States that the transport keeps the message confidential, so that a password may be sent in clear text.
    #[must_use]
    pub fn over_protected_transport(mut self) -> Self {
        self.allowed.insert(Allowance::ProtectedTransport);
        self
    }

    /// Signs `signing`'s parts as every earlier step left them.
    #[must_use]
    pub fn sign(mut self, signing: Signing) -> Self {
        self.steps.push(Step::Sign(signing));
        self
    }

    /// Encrypts `encrypting`'s parts as every earlier step left them.
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

    /// Makes a reply under a key that both sides have without confirmations, for peers that do not accept them. Usually
    /// such replies confirm, so that nobody can send them back as requests.
    #[must_use]
    pub fn dangerous_reply_without_confirmation(mut self) -> Self {
        self.allowed.insert(Allowance::ReplyWithoutConfirmation);
        self
    }

    /// Addresses the Security header to an actor (SOAP 1.1) or role (SOAP 1.2).
    #[must_use]
    pub fn actor(mut self, uri: impl Into<String>) -> Self {
        self.role = Role::Uri(uri.into());
        self
    }

    /// Whether the receiver must understand the header; it must by default.
    #[must_use]
    pub fn must_understand(mut self, must: bool) -> Self {
        self.must_understand = must;
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

    /// Waives a MUST or MUST NOT of BSP 1.1, for a peer that demands what the profile forbids. A recipe that breaks a
    /// rule without waiving it is refused with [`PlanError::Bsp`](crate::PlanError::Bsp).
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

    /// Takes Ids, nonces, initialisation vectors and content keys from `random`, so that a test can hold the message octet by
    /// octet. Whoever can foretell them can read what is encrypted.
    #[cfg(feature = "deterministic")]
    #[must_use]
    pub fn dangerous_random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// Whether a call said that this is allowed.
    pub(crate) fn allows(&self, allowance: Allowance) -> bool {
        self.allowed.contains(&allowance)
    }
}

/// A signature to make.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::{Identity, SignatureMethod};
/// use wss_header::{Part, Recipe, Signing};
/// use wss_tokens::ReferenceForm;
///
/// let alice = Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
/// let signing = Signing::with(&alice)
///     .method(SignatureMethod::RsaPssSha256)
///     .reference(ReferenceForm::Thumbprint) // the receiver knows the certificate
///     .parts([Part::Body, Part::header_block("http://www.w3.org/2005/08/addressing", "To")]);
/// Recipe::new().sign(signing).plan()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signing {
    pub(crate) by: SignedBy,
    pub(crate) method: SignatureMethod,
    pub(crate) digest: DigestMethod,
    pub(crate) parts: Vec<Part>,
    /// Parts to sign if they are there.
    pub(crate) optional: Vec<Part>,
    pub(crate) inclusive_prefixes: String,
    pub(crate) token_by_reference: bool,
    pub(crate) holder_of_key: bool,
    pub(crate) key_value_beside: bool,
    pub(crate) complete_attachments: bool,
}

/// The signing key.
#[derive(Clone)]
pub(crate) enum SignedBy {
    Certificate {
        /// `None` for a key outside this process.
        key: Option<Arc<dyn SigningKey>>,
        certificate: Box<Certificate>,
        path: Vec<Certificate>,
        reference: ReferenceForm,
    },
    Token(ProtectionToken),
}

impl Signing {
    /// Signs as `identity`, with SHA-256 (SHA-384 and SHA-512 on the larger curves). Its certificate is sent in a
    /// BinarySecurityToken.
    #[must_use]
    pub fn with(identity: &Identity) -> Self {
        let key = Some(Arc::clone(identity.signing_key()));
        Self::by(key, identity.certificate(), identity.intermediates().to_vec())
    }

    /// Signs with a key outside this process (HSM, key service) whose certificate is `certificate`: see
    /// [`Outgoing::prepare`](crate::Outgoing::prepare).
    #[must_use]
    pub fn elsewhere(certificate: &Certificate) -> Self {
        Self::by(None, certificate, Vec::new())
    }

    /// Signs with the key of a protection token, with HMAC over SHA-256.
    #[must_use]
    pub fn with_token(token: &ProtectionToken) -> Self {
        Self::new(SignedBy::Token(token.clone()), SignatureMethod::HmacSha256, DigestMethod::Sha256)
    }

    fn by(key: Option<Arc<dyn SigningKey>>, certificate: &Certificate, path: Vec<Certificate>) -> Self {
        // A key that signs nothing runs no method at all: the plan says so.
        let method = certificate.public_key().kind().default_signature().unwrap_or(SignatureMethod::RsaSha256);
        let digest = method.digest().unwrap_or(DigestMethod::Sha256);
        let certificate = Box::new(certificate.clone());
        Self::new(SignedBy::Certificate { key, certificate, path, reference: ReferenceForm::Direct }, method, digest)
    }

    fn new(by: SignedBy, method: SignatureMethod, digest: DigestMethod) -> Self {
        Self {
            by,
            method,
            digest,
            parts: Vec::new(),
            optional: Vec::new(),
            inclusive_prefixes: String::new(),
            token_by_reference: false,
            holder_of_key: false,
            key_value_beside: false,
            complete_attachments: false,
        }
    }

    /// The parts to sign.
    #[must_use]
    pub fn parts(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.parts.extend(parts);
        self
    }

    /// Header blocks, [elements](Part::element) and attachments to sign if the message has them. Beside them, the step
    /// must have [`Signing::parts`] that are signed in any case.
    #[must_use]
    pub fn parts_if_present(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.optional.extend(parts);
        self
    }

    /// The signature method.
    #[must_use]
    pub fn method(mut self, method: SignatureMethod) -> Self {
        self.method = method;
        self
    }

    /// The digest of each part.
    #[must_use]
    pub fn digest(mut self, digest: DigestMethod) -> Self {
        self.digest = digest;
        self
    }

    /// How to refer to the certificate; ignored for protection tokens.
    #[must_use]
    pub fn reference(mut self, form: ReferenceForm) -> Self {
        if let SignedBy::Certificate { reference, .. } = &mut self.by {
            *reference = form;
        }
        self
    }

    /// Signs `Part::SigningToken` through the reference to it, with the STR-Transform, so that a certificate that is
    /// not in the message can be signed as well (SOAP Message Security 1.1.1 §8.3). This is not possible for embedded
    /// tokens and protection tokens.
    #[must_use]
    pub fn token_by_reference(mut self) -> Self {
        self.token_by_reference = true;
        self
    }

    /// Signs as the holder of the key that the first [issued token](Recipe::token) of the recipe names: the subject of
    /// a SAML assertion, or the holder of a license. The signature refers to that token instead of a certificate.
    #[must_use]
    pub fn holder_of_key(mut self) -> Self {
        self.holder_of_key = true;
        self
    }

    /// Signs attachments complete: with their headers, so that their type and name cannot be changed. By default only
    /// their content is signed, since peers read the rules for headers differently (SwA Profile 1.1.1 §4.4).
    #[must_use]
    pub fn complete_attachments(mut self) -> Self {
        self.complete_attachments = true;
        self
    }

    /// Writes a `ds:KeyValue` beside the reference in `ds:KeyInfo`, which breaks BSP R5402; ignored for protection
    /// tokens.
    #[must_use]
    pub fn key_value_beside(mut self) -> Self {
        self.key_value_beside = true;
        self
    }

    /// Prefixes whose bindings are signed even if only values use them, as in `xsi:type="p:T"`. They are separated by
    /// white space; `#default` means the default namespace (BSP R5405).
    #[must_use]
    pub fn inclusive_prefixes(mut self, prefix_list: impl Into<String>) -> Self {
        self.inclusive_prefixes = prefix_list.into();
        self
    }
}

/// An encryption to make.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::{Certificate, ContentEncryption, DigestMethod, KeyTransport};
/// use wss_header::{Encrypting, Part, Recipe};
///
/// let bob = Certificate::from_pem(&file("bob.pem"))?;
/// let encrypting = Encrypting::to(&bob)
///     .content(ContentEncryption::Aes128Gcm)
///     .transport(KeyTransport::oaep(DigestMethod::Sha256))
///     .parts([Part::Body]);
/// Recipe::new().encrypt(encrypting).plan()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Encrypting {
    pub(crate) to: EncryptedTo,
    pub(crate) content: ContentEncryption,
    pub(crate) parts: Vec<Part>,
    /// Parts to encrypt if they are there.
    pub(crate) optional: Vec<Part>,
    pub(crate) complete_attachments: bool,
    /// Elements inside parts stay, and their content is encrypted.
    pub(crate) content_only: bool,
}

/// Who can decrypt.
#[derive(Clone)]
pub(crate) enum EncryptedTo {
    /// A fresh content key, transported to one recipient: the holder of the certificate or, without one, the signer of
    /// the request.
    Certificate {
        recipient: Option<Box<Certificate>>,
        sending: KeySending,
        reference: ReferenceForm,
    },
    Token(ProtectionToken),
}

impl Encrypting {
    /// Encrypts to the holder of `recipient` with AES-256-GCM and a fresh key. The certificate is named by issuer and serial
    /// number. Its kind of key decides how the fresh key is sent: encrypted with RSA-OAEP, or wrapped with a key that a fresh
    /// pair of keys agrees on with the EC or X25519 key.
    #[must_use]
    pub fn to(recipient: &Certificate) -> Self {
        Self::transported(Some(Box::new(recipient.clone())))
    }

    /// As [`Encrypting::to`], for the signer of the request that the message answers: the holder of a certificate, or
    /// the subject of an assertion with one. For [`Outgoing::answering`](crate::Outgoing::answering).
    #[must_use]
    pub fn to_requester() -> Self {
        Self::transported(None)
    }

    /// Encrypts with the key of a protection token, with AES-256-GCM; with AES-128-GCM if the key is derived from a
    /// password.
    #[must_use]
    pub fn with_token(token: &ProtectionToken) -> Self {
        let strong = ContentEncryption::Aes256Gcm;
        let is_short = token.kind.most_octets().is_some_and(|most| strong.key_len() > most);
        let content = if is_short && token.derived.is_none() { ContentEncryption::Aes128Gcm } else { strong };
        Self::new(EncryptedTo::Token(token.clone()), content)
    }

    fn transported(recipient: Option<Box<Certificate>>) -> Self {
        let (sending, reference) = (KeySending::default(), ReferenceForm::IssuerSerial);
        Self::new(EncryptedTo::Certificate { recipient, sending, reference }, ContentEncryption::Aes256Gcm)
    }

    fn new(to: EncryptedTo, content: ContentEncryption) -> Self {
        let (parts, optional) = (Vec::new(), Vec::new());
        Self { to, content, parts, optional, complete_attachments: false, content_only: false }
    }

    /// The parts to encrypt.
    #[must_use]
    pub fn parts(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.parts.extend(parts);
        self
    }

    /// Header blocks, [elements](Part::element) and attachments to encrypt if the message has them. A step that has no
    /// other parts is left out where it has none of these.
    #[must_use]
    pub fn parts_if_present(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.optional.extend(parts);
        self
    }

    /// Encrypts only the content of [elements inside parts](Part::element), so that the elements with their attributes
    /// stay readable. By default the whole element becomes ciphertext. Of the Body only the content is encrypted in any
    /// case.
    #[must_use]
    pub fn content_only(mut self) -> Self {
        self.content_only = true;
        self
    }

    /// Encrypts attachments complete: with their headers, so that nobody on the way learns their type and name. By
    /// default only their content is encrypted (SwA Profile 1.1.1 §5.2).
    #[must_use]
    pub fn complete_attachments(mut self) -> Self {
        self.complete_attachments = true;
        self
    }

    /// The content cipher.
    #[must_use]
    pub fn content(mut self, content: ContentEncryption) -> Self {
        self.content = content;
        self
    }

    /// How to transport the content key; ignored for protection tokens.
    #[must_use]
    pub fn transport(mut self, wanted: KeyTransport) -> Self {
        if let EncryptedTo::Certificate { sending, .. } = &mut self.to {
            sending.transport = wanted;
        }
        self
    }

    /// How the content key is wrapped with a key that is agreed on; without effect on RSA keys and protection tokens.
    #[must_use]
    pub fn agreement(mut self, wanted: Agreement) -> Self {
        if let EncryptedTo::Certificate { sending, .. } = &mut self.to {
            sending.agreement = wanted;
        }
        self
    }

    /// How to refer to the recipient's certificate; ignored for protection tokens.
    #[must_use]
    pub fn reference(mut self, form: ReferenceForm) -> Self {
        if let EncryptedTo::Certificate { reference, .. } = &mut self.to {
            *reference = form;
        }
        self
    }
}
