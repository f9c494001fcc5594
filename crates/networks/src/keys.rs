//! The keys, tokens and trust of a party of a network.

use std::sync::Arc;

use wss_crypto::{Certificate, Identity};
use wss_tokens::{AssertionTrust, Password, PasswordSource, Trust};

/// The keys and the trust of a party: its own keys, those of its partner, and the signers that it accepts. Each network
/// says which of them it needs.
#[derive(Clone, Default)]
pub struct PartyKeys {
    /// Signs.
    pub(crate) identity: Option<Identity>,
    /// Decrypt.
    pub(crate) decrypting: Vec<Identity>,
    /// The partner, to whom messages are encrypted.
    pub(crate) partner: Option<Certificate>,
    pub(crate) trust: Option<Trust>,
    pub(crate) user: Option<(String, Password)>,
    pub(crate) passwords: Option<Arc<dyn PasswordSource>>,
    /// A SAML assertion about the sender.
    pub(crate) assertion: Option<String>,
    pub(crate) assertions: Option<AssertionTrust>,
}

impl PartyKeys {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Signs with the key of `identity`, and decrypts with it.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.decrypting.push(identity.clone());
        self.identity = Some(identity);
        self
    }

    /// Also decrypts with the key of `identity`, which does not sign: for networks with a pair of keys for each use.
    #[must_use]
    pub fn decrypting(mut self, identity: Identity) -> Self {
        self.decrypting.push(identity);
        self
    }

    /// Encrypts to `certificate`.
    #[must_use]
    pub fn partner(mut self, certificate: Certificate) -> Self {
        self.partner = Some(certificate);
        self
    }

    /// The signers that are accepted.
    #[must_use]
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = Some(trust);
        self
    }

    /// Logs in as this user.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>, password: impl Into<Password>) -> Self {
        self.user = Some((name.into(), password.into()));
        self
    }

    /// Checks the passwords of users, as a service.
    #[must_use]
    pub fn passwords(mut self, passwords: impl PasswordSource + 'static) -> Self {
        self.passwords = Some(Arc::new(passwords));
        self
    }

    /// Sends this SAML assertion, as its issuer made it.
    #[must_use]
    pub fn assertion(mut self, xml: impl Into<String>) -> Self {
        self.assertion = Some(xml.into());
        self
    }

    /// The issuers of assertions that are accepted, as a service.
    #[must_use]
    pub fn assertions(mut self, trust: AssertionTrust) -> Self {
        self.assertions = Some(trust);
        self
    }
}

impl std::fmt::Debug for PartyKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PartyKeys")
            .field("identity", &self.identity)
            .field("partner", &self.partner)
            .finish_non_exhaustive()
    }
}
