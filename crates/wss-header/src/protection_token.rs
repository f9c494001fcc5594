//! Protection tokens: tokens whose key both sides have. They give MACs and encryption without a signer's certificate.
//!
//! The term is from WS-SecurityPolicy (§7.4, the symmetric binding). A token is in the header once, even if several
//! steps of a recipe use it. With [`ProtectionToken::derived_keys`], each use has its own key.

use std::sync::Arc;

use wss_crypto::{Certificate, KeyTransport, Secret};
use wss_tokens::{KerberosForm, KerberosInitiator, Password, ReferenceForm, SecureConversation};
use wss_xmlenc::Agreement;

use crate::key_sending::KeySending;
use crate::key_uses::KeyOrigin;

/// A token whose key both sides have. Clones are the same token.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::Certificate;
/// use wss_header::{Encrypting, Part, ProtectionToken, Recipe, Signing};
/// use wss_tokens::SecureConversation;
///
/// let bob = Certificate::from_pem(&file("bob.pem"))?;
/// // One key, encrypted to Bob; a derived key for each use.
/// let key = ProtectionToken::encrypted_to(&bob).derived_keys(SecureConversation::V1_3);
/// Recipe::new()
///     .sign(Signing::with_token(&key).parts([Part::Body]))
///     .encrypt(Encrypting::with_token(&key).parts([Part::Body, Part::Signature]))
///     .plan()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ProtectionToken {
    pub(crate) kind: Arc<ProtectionKind>,
    pub(crate) derived: Option<SecureConversation>,
    pub(crate) mac_key_octets: usize,
}

#[derive(Clone)]
pub(crate) enum ProtectionKind {
    EncryptedKey { recipient: Certificate, sending: KeySending, reference: ReferenceForm },
    Username { username: String, password: Password, iterations: u32 },
    SecurityContext { version: SecureConversation, identifier: String, instance: Option<String>, secret: Secret },
    Assertion { secret: Secret },
    Kerberos { initiator: Arc<dyn KerberosInitiator>, form: KerberosForm },
    Request,
}

impl ProtectionKind {
    /// The origin of its secret.
    pub(crate) const fn origin(&self) -> KeyOrigin {
        match self {
            // The key of the request is one of the two kinds with the same rule.
            Self::EncryptedKey { .. } | Self::Request => KeyOrigin::EncryptedKey,
            Self::Username { .. } => KeyOrigin::Password,
            Self::SecurityContext { .. } => KeyOrigin::SecurityContext,
            Self::Assertion { .. } => KeyOrigin::Assertion,
            Self::Kerberos { .. } => KeyOrigin::Ticket,
        }
    }
}

impl ProtectionToken {
    fn new(kind: ProtectionKind) -> Self {
        Self { kind: Arc::new(kind), derived: None, mac_key_octets: 24 }
    }

    /// A fresh key for each message, encrypted to the holder of `recipient` in an `xenc:EncryptedKey`. It says
    /// nothing about the sender: add an endorsing signature, or a username token that is signed and encrypted.
    #[must_use]
    pub fn encrypted_to(recipient: &Certificate) -> Self {
        Self::new(ProtectionKind::EncryptedKey {
            recipient: recipient.clone(),
            sending: KeySending::default(),
            reference: ReferenceForm::IssuerSerial,
        })
    }

    /// A key derived from a user's password (Username Token Profile 1.1.1 §4), digested 1 000 times. It signs with HMAC
    /// and encrypts with AES-128 at most, and is as weak as the password: for peers that support nothing better.
    #[must_use]
    pub fn username(username: impl Into<String>, password: impl Into<Password>) -> Self {
        Self::new(ProtectionKind::Username { username: username.into(), password: password.into(), iterations: 1_000 })
    }

    /// The secret of a security context both sides agreed on before (WS-SecureConversation).
    #[must_use]
    pub fn security_context(version: SecureConversation, identifier: impl Into<String>, secret: Secret) -> Self {
        let identifier = identifier.into();
        Self::new(ProtectionKind::SecurityContext { version, identifier, instance: None, secret })
    }

    /// The secret of the SAML assertion that the recipe attaches first: holder of key, if the issuer gave the subject a
    /// secret.
    #[must_use]
    pub fn of_assertion(secret: Secret) -> Self {
        Self::new(ProtectionKind::Assertion { secret })
    }

    /// The session key of a Kerberos ticket, with a new ticket for each message. Replies use it through
    /// [`ProtectionToken::of_request`].
    #[must_use]
    pub fn kerberos(initiator: impl KerberosInitiator + 'static) -> Self {
        Self::new(ProtectionKind::Kerberos { initiator: Arc::new(initiator), form: KerberosForm::default() })
    }

    /// The form of a Kerberos token; ignored for other tokens.
    #[must_use]
    pub fn kerberos_form(mut self, wanted: KerberosForm) -> Self {
        if let ProtectionKind::Kerberos { form, .. } = Arc::make_mut(&mut self.kind) {
            *form = wanted;
        }
        self
    }

    /// The key of the request that the message answers, named by `#EncryptedKeySHA1`: for
    /// [`Outgoing::answering`](crate::Outgoing::answering).
    #[must_use]
    pub fn of_request() -> Self {
        Self::new(ProtectionKind::Request)
    }

    /// How a key is encrypted to its recipient; ignored for other tokens.
    #[must_use]
    pub fn transport(mut self, wanted: KeyTransport) -> Self {
        if let ProtectionKind::EncryptedKey { sending, .. } = Arc::make_mut(&mut self.kind) {
            sending.transport = wanted;
        }
        self
    }

    /// How a key is wrapped with a key that is agreed on with the recipient; without effect on RSA keys, and on tokens of
    /// other kinds.
    #[must_use]
    pub fn agreement(mut self, wanted: Agreement) -> Self {
        if let ProtectionKind::EncryptedKey { sending, .. } = Arc::make_mut(&mut self.kind) {
            sending.agreement = wanted;
        }
        self
    }

    /// How to refer to the recipient's certificate; ignored for other tokens.
    #[must_use]
    pub fn reference(mut self, form: ReferenceForm) -> Self {
        if let ProtectionKind::EncryptedKey { reference, .. } = Arc::make_mut(&mut self.kind) {
            *reference = form;
        }
        self
    }

    /// The instance of a security context whose keys were renewed; ignored for other tokens.
    #[must_use]
    pub fn instance(mut self, wanted: impl Into<String>) -> Self {
        if let ProtectionKind::SecurityContext { instance, .. } = Arc::make_mut(&mut self.kind) {
            *instance = Some(wanted.into());
        }
        self
    }

    /// Derives a separate key for each use, through a `wsc:DerivedKeyToken`.
    #[must_use]
    pub fn derived_keys(mut self, version: SecureConversation) -> Self {
        self.derived = Some(version);
        self
    }

    /// The length of keys that are derived for MACs, in octets. The default is 24, which the 192-bit and 256-bit suites
    /// of WS-SecurityPolicy (§6.1) fix and WCF and CXF demand. Their 128-bit suites need 16.
    #[must_use]
    pub fn mac_key_octets(mut self, octets: usize) -> Self {
        self.mac_key_octets = octets;
        self
    }
}

impl std::fmt::Debug for ProtectionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match &*self.kind {
            ProtectionKind::EncryptedKey { .. } => "EncryptedKey",
            ProtectionKind::Username { .. } => "UsernameToken",
            ProtectionKind::SecurityContext { .. } => "SecurityContextToken",
            ProtectionKind::Assertion { .. } => "secret of the assertion",
            ProtectionKind::Kerberos { .. } => "Kerberos ticket",
            ProtectionKind::Request => "key of the request",
        };
        f.debug_struct("ProtectionToken").field("kind", &kind).field("derived", &self.derived).finish()
    }
}
