//! The settings that a policy does not contain: the keys of both sides, trust, and the departures to which the caller
//! agrees.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wss_crypto::{Certificate, ContentEncryption, DigestMethod, Identity, KeyTransport, Secret, SignatureMethod};
use wss_header::ReplayCache;
use wss_tokens::{
    AssertionTrust, KerberosAcceptor, KerberosInitiator, Password, PasswordSource, SecurityContexts, Trust,
};

use crate::suite::Suite;

/// The keys of one side, its trust, and the departures to which it agrees. They choose the alternative of a policy.
///
/// A policy may demand a form that this library refuses by default, such as CBC ciphers that are decrypted before the
/// signature is verified. Such an alternative is used only after the call that agrees to it, which the error names.
#[derive(Clone)]
pub struct Keys {
    pub(crate) trust: Trust,
    pub(crate) replay: Arc<dyn ReplayCache>,
    pub(crate) own: Own,
    pub(crate) lookup: Lookup,
    /// The certificate of the other side.
    pub(crate) partner: Option<Certificate>,
    pub(crate) agreed: BTreeSet<Consent>,
    /// Header blocks that the application understands.
    pub(crate) blocks: Vec<(String, String)>,
    pub(crate) lifetime: Duration,
    pub(crate) asymmetric: Option<SignatureMethod>,
    pub(crate) symmetric: Option<SignatureMethod>,
    /// The algorithms of a suite that names none.
    pub(crate) custom: Option<Suite>,
}

/// The keys and tokens of this side.
#[derive(Clone, Default)]
pub(crate) struct Own {
    pub(crate) identity: Option<Identity>,
    pub(crate) user: Option<(String, Password)>,
    /// A SAML assertion, or another token of a token service.
    pub(crate) assertion: Option<String>,
    /// The secret whose holder the token proves.
    pub(crate) assertion_secret: Option<Secret>,
    pub(crate) kerberos: Option<Arc<dyn KerberosInitiator>>,
    /// A security context: its identifier and secret.
    pub(crate) context: Option<(String, Secret)>,
}

/// The sources in which this side looks up keys, passwords and trust, to judge the other.
#[derive(Clone, Default)]
pub(crate) struct Lookup {
    pub(crate) passwords: Option<Arc<dyn PasswordSource>>,
    pub(crate) assertions: Option<AssertionTrust>,
    pub(crate) kerberos: Option<Arc<dyn KerberosAcceptor>>,
    pub(crate) contexts: Option<Arc<dyn SecurityContexts>>,
}

/// A departure from the strict defaults to which the caller agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Consent {
    LegacyAlgorithms,
    OneKeyToSignAndEncrypt,
    CbcBeforeVerification,
    CbcUnderUnsignedKeys,
    EitherDirection,
    Anonymous,
    UnsignedBody,
    UncoveredHolderTokens,
    Unprotected,
    ProtectedTransport,
}

impl Consent {
    /// The call that agrees to it.
    pub(crate) fn call(self) -> &'static str {
        match self {
            Self::LegacyAlgorithms => "Keys::allow_legacy_algorithms",
            Self::OneKeyToSignAndEncrypt => "Keys::accept_one_key_to_sign_and_encrypt",
            Self::CbcBeforeVerification => "Keys::dangerous_decrypt_cbc_before_verification",
            Self::CbcUnderUnsignedKeys => "Keys::dangerous_accept_cbc_under_unsigned_keys",
            Self::EitherDirection => "Keys::dangerous_accept_either_direction",
            Self::Anonymous => "Keys::dangerous_anonymous",
            Self::UnsignedBody => "Keys::dangerous_unsigned_body",
            Self::UncoveredHolderTokens => "Keys::accept_uncovered_holder_tokens",
            Self::Unprotected => "Keys::dangerous_unprotected",
            Self::ProtectedTransport => "Keys::over_protected_transport",
        }
    }
}

impl Keys {
    /// Keys with the trust in signers, and with the store that detects replays. A side that expects no certificates has
    /// [`Trust::no_certificates`].
    #[must_use]
    pub fn new(trust: Trust, replay: impl ReplayCache + 'static) -> Self {
        Self {
            trust,
            replay: Arc::new(replay),
            own: Own::default(),
            lookup: Lookup::default(),
            partner: None,
            agreed: BTreeSet::new(),
            blocks: Vec::new(),
            lifetime: Duration::from_secs(300),
            asymmetric: None,
            symmetric: None,
            custom: None,
        }
    }

    /// The key and certificate of this side: it signs, and decrypts.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.own.identity = Some(identity);
        self
    }

    /// The certificate of the other side: messages are encrypted to it, and may refer to it without containing it. It is
    /// not thereby trusted.
    #[must_use]
    pub fn partner(mut self, certificate: Certificate) -> Self {
        self.partner = Some(certificate);
        self
    }

    /// The user of a client.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>, password: impl Into<Password>) -> Self {
        self.own.user = Some((name.into(), password.into()));
        self
    }

    /// The passwords of the users of a service.
    #[must_use]
    pub fn passwords(mut self, passwords: impl PasswordSource + 'static) -> Self {
        self.lookup.passwords = Some(Arc::new(passwords));
        self
    }

    /// The SAML assertion that a client got from its token service, as [`Recipe::token`](wss_header::Recipe::token)
    /// takes it.
    #[must_use]
    pub fn assertion(mut self, xml: impl Into<String>) -> Self {
        self.own.assertion = Some(xml.into());
        self
    }

    /// The secret whose holder the assertion names, if it does not name the holder of a certificate.
    #[must_use]
    pub fn assertion_secret(mut self, secret: Secret) -> Self {
        self.own.assertion_secret = Some(secret);
        self
    }

    /// The issuers of assertions that a service trusts.
    #[must_use]
    pub fn assertions(mut self, trust: AssertionTrust) -> Self {
        self.lookup.assertions = Some(trust);
        self
    }

    /// Gets Kerberos tickets for a client.
    #[must_use]
    pub fn kerberos_initiator(mut self, initiator: impl KerberosInitiator + 'static) -> Self {
        self.own.kerberos = Some(Arc::new(initiator));
        self
    }

    /// Accepts Kerberos tickets for a service.
    #[must_use]
    pub fn kerberos_acceptor(mut self, acceptor: impl KerberosAcceptor + 'static) -> Self {
        self.lookup.kerberos = Some(Arc::new(acceptor));
        self
    }

    /// The security context in which this side sends messages: its identifier and its secret.
    #[must_use]
    pub fn security_context(mut self, identifier: impl Into<String>, secret: Secret) -> Self {
        self.own.context = Some((identifier.into(), secret));
        self
    }

    /// The security contexts in which this side opens messages. Without this call, it is that of
    /// [`Keys::security_context`].
    #[must_use]
    pub fn security_contexts(mut self, contexts: impl SecurityContexts + 'static) -> Self {
        self.lookup.contexts = Some(Arc::new(contexts));
        self
    }

    /// A header block that the application understands: a receiver refuses others that must be understood, unless the policy
    /// names them. Those of WS-Addressing are understood.
    #[must_use]
    pub fn header_block(mut self, namespace: impl Into<String>, local: impl Into<String>) -> Self {
        self.blocks.push((namespace.into(), local.into()));
        self
    }

    /// How long a timestamp is valid; 300 seconds by default.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// The method of signatures with certificates. Every suite of WS-SecurityPolicy names RSA with SHA-1; peers are
    /// configured for another method outside of the policy.
    #[must_use]
    pub fn asymmetric_signature(mut self, method: SignatureMethod) -> Self {
        self.asymmetric = Some(method);
        self
    }

    /// The method of MACs. Every suite of WS-SecurityPolicy names HMAC with SHA-1; peers are configured for another
    /// method outside of the policy.
    #[must_use]
    pub fn symmetric_signature(mut self, method: SignatureMethod) -> Self {
        self.symmetric = Some(method);
        self
    }

    /// The algorithms of an `sp:CustomAlgorithmSuite`, with which a policy of CXF leaves them to the configuration of both
    /// sides: the digest, the cipher, and the method that encrypts keys to certificates. CXF names them by
    /// `ws-security.custom.alg.suite.…`. Signatures are RSA and HMAC with SHA-256 there, unless
    /// [`Keys::asymmetric_signature`] and [`Keys::symmetric_signature`] say others.
    #[must_use]
    pub fn custom_suite(mut self, digest: DigestMethod, content: ContentEncryption, transport: KeyTransport) -> Self {
        self.custom = Some(Suite::custom(digest, content, transport));
        self
    }

    fn agree(mut self, consent: Consent) -> Self {
        self.agreed.insert(consent);
        self
    }

    /// Agrees to SHA-1, RSA-1.5, 3DES and weak keys, where the suite has them.
    #[must_use]
    pub fn allow_legacy_algorithms(self) -> Self {
        self.agree(Consent::LegacyAlgorithms)
    }

    /// Agrees to one key that signs and encrypts: the symmetric binding without derived keys.
    #[must_use]
    pub fn accept_one_key_to_sign_and_encrypt(self) -> Self {
        self.agree(Consent::OneKeyToSignAndEncrypt)
    }

    /// Agrees to decrypt CBC ciphertext that no verified signature covers, where messages are signed and then encrypted:
    /// see [`Receiver::dangerous_decrypt_cbc_before_verification`](wss_header::Receiver::dangerous_decrypt_cbc_before_verification).
    #[must_use]
    pub fn dangerous_decrypt_cbc_before_verification(self) -> Self {
        self.agree(Consent::CbcBeforeVerification)
    }

    /// Agrees to signed CBC ciphertext whose key is not signed, where messages are encrypted and then signed: see
    /// [`Receiver::dangerous_accept_cbc_under_unsigned_keys`](wss_header::Receiver::dangerous_accept_cbc_under_unsigned_keys).
    /// Our own messages sign the key; those of most peers do not.
    #[must_use]
    pub fn dangerous_accept_cbc_under_unsigned_keys(self) -> Self {
        self.agree(Consent::CbcUnderUnsignedKeys)
    }

    /// If both sides sign with one key, agrees to replies that confirm no signature of their request: a request may
    /// come back as its reply.
    #[must_use]
    pub fn dangerous_accept_either_direction(self) -> Self {
        self.agree(Consent::EitherDirection)
    }

    /// Agrees to requests whose sender is not known: the symmetric binding with a certificate of the service alone.
    #[must_use]
    pub fn dangerous_anonymous(self) -> Self {
        self.agree(Consent::Anonymous)
    }

    /// Agrees to messages whose Body nobody signs, and that come over no protected transport.
    #[must_use]
    pub fn dangerous_unsigned_body(self) -> Self {
        self.agree(Consent::UnsignedBody)
    }

    /// Accepts a signature by the holder of an assertion that the signature does not cover, as clients of CXF make it without
    /// `sp:ProtectTokens`: see [`Receiver::accept_uncovered_holder_tokens`](wss_header::Receiver::accept_uncovered_holder_tokens).
    #[must_use]
    pub fn accept_uncovered_holder_tokens(self) -> Self {
        self.agree(Consent::UncoveredHolderTokens)
    }

    /// Agrees to an alternative without any protection, if a policy has such an alternative beside others, as
    /// `wsp:Optional` makes it.
    #[must_use]
    pub fn dangerous_unprotected(self) -> Self {
        self.agree(Consent::Unprotected)
    }

    /// A client's statement that a transport protects the messages that it sends, for a policy with a password as text
    /// or an assertion and without a binding. A policy with an `sp:TransportBinding` needs no such call.
    #[must_use]
    pub fn over_protected_transport(self) -> Self {
        self.agree(Consent::ProtectedTransport)
    }

    pub(crate) fn agrees(&self, consent: Consent) -> bool {
        self.agreed.contains(&consent)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("agreed", &self.agreed).finish_non_exhaustive()
    }
}
