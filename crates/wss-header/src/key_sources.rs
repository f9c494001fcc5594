//! Key sources: the places where a receiver finds the keys of a message.

use std::sync::Arc;

use wss_crypto::{Certificate, Identity, Secret};
use wss_tokens::{AssertionTrust, KerberosAcceptor, Licenses, PasswordSource, SecurityContexts};

use crate::error::KnownKeys;

/// The sources in which a receiver finds keys, other than the certificates that its trust knows.
#[derive(Clone, Default)]
pub(crate) struct KeySources {
    /// Private keys for decryption, with their certificates.
    pub(crate) identities: Vec<Identity>,
    /// The certificates of further decryption keys, which are behind an asynchronous call.
    pub(crate) elsewhere: Vec<Certificate>,
    /// Secrets that both sides have, with the `ds:KeyName` or the identifier of the security context.
    pub(crate) secrets: Vec<(Option<String>, Secret)>,
    /// Certificates that messages call by a `ds:KeyName`.
    pub(crate) names: Vec<(String, Certificate)>,
    /// The application's look-up of secrets of security contexts.
    pub(crate) contexts: Option<Arc<dyn SecurityContexts>>,
    /// The issuers of SAML assertions whose keys count.
    pub(crate) assertions: Option<AssertionTrust>,
    /// The application's reader of licenses.
    pub(crate) licenses: Option<Arc<dyn Licenses>>,
    /// The acceptor of Kerberos tickets.
    pub(crate) kerberos: Option<Arc<dyn KerberosAcceptor>>,
    /// The passwords of users.
    pub(crate) passwords: Option<Arc<dyn PasswordSource>>,
}

impl KeySources {
    /// The private keys and secrets that decrypt, for an error.
    pub(crate) fn for_decryption(&self) -> KnownKeys {
        let own = self.identities.iter().map(Identity::certificate);
        let secrets = self.secrets.iter().map(|(name, _)| name.as_deref());
        KnownKeys::of_certificates(own.chain(&self.elsewhere)).and_secrets(secrets)
    }

    /// The certificates to which the caller gave this `ds:KeyName`.
    pub(crate) fn named<'k>(&'k self, name: &'k str) -> impl Iterator<Item = &'k Certificate> {
        self.names.iter().filter(move |(known, _)| known == name).map(|(_, certificate)| certificate)
    }
}
