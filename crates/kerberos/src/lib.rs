//! Kerberos tickets for WS-Security, through the GSS-API of the system.
//!
//! [`Initiator`] gets tickets with the credentials of the process. [`Acceptor`] accepts them with its key table.
//! `KRB5_CONFIG`, `KRB5CCNAME` and `KRB5_KTNAME` configure both. They need MIT Kerberos on Linux, whose library is
//! loaded on first use; [`Error::Library`] says that there is none.
//!
//! ```no_run
//! use wss_kerberos::{Acceptor, Initiator};
//!
//! let initiator = Initiator::new("HTTP@bank.example")?; // for ProtectionToken::kerberos
//! let acceptor = Acceptor::new()?; // for Receiver::kerberos
//! # Ok::<(), wss_kerberos::Error>(())
//! ```
//!
//! MIT's own cache detects replays of authenticators. The key is that of the security context: the sub-session key,
//! which MIT's initiators always make, or the session key if a peer makes none (Kerberos Token Profile 1.1.1 §3.6).

mod gssapi;

use std::sync::Arc;

use thiserror::Error;
use wss_crypto::Secret;
use wss_text::WireText;
use wss_tokens::{KerberosAcceptor, KerberosInitiator, KerberosSession, KerberosTicket};

use gssapi::Gssapi;

/// Why Kerberos cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// *Misuse.* MIT's library is not installed.
    #[error("libgssapi_krb5 is not to be found: install MIT Kerberos")]
    Library,
    /// *Misuse.* This is not the name of a service.
    #[error("{name:?} is not the name of a service: write it as HTTP@host.example")]
    Name {
        /// The name as given.
        name: WireText,
    },
}

/// Gets a ticket for one service, with a fresh authenticator each time.
#[derive(Debug, Clone)]
pub struct Initiator {
    library: Arc<Gssapi>,
    service: String,
}

impl Initiator {
    /// Gets tickets for the service of this host-based name: `service@host`.
    ///
    /// # Errors
    /// [`Error::Library`], [`Error::Name`].
    pub fn new(service: impl Into<String>) -> Result<Self, Error> {
        let service = service.into();
        let parts = service.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty());
        if parts.is_none() || service.contains('\0') {
            return Err(Error::Name { name: service.into() });
        }
        Ok(Self { library: Gssapi::load()?, service })
    }
}

impl KerberosInitiator for Initiator {
    fn ticket(&self) -> Option<KerberosTicket> {
        let (gss_token, key) = self.library.initiate(&self.service)?;
        Some(KerberosTicket { gss_token, key: Secret::new(key) })
    }
}

/// Accepts tickets for the services of the process's key table.
#[derive(Debug, Clone)]
pub struct Acceptor {
    library: Arc<Gssapi>,
}

impl Acceptor {
    /// An acceptor with the default key table.
    ///
    /// # Errors
    /// [`Error::Library`].
    pub fn new() -> Result<Self, Error> {
        Ok(Self { library: Gssapi::load()? })
    }
}

impl KerberosAcceptor for Acceptor {
    fn accept(&self, gss_token: &[u8]) -> Option<KerberosSession> {
        let (principal, key) = self.library.accept(gss_token)?;
        Some(KerberosSession { principal, key: Secret::new(key) })
    }
}
