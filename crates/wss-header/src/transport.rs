//! What the caller vouches for of the transport of a message, which no octet of the message can prove.

use wss_crypto::Certificate;

/// What the caller says of the connection that a message came over: for
/// [`Receiver::open_unsigned`](crate::Receiver::open_unsigned).
#[derive(Debug, Clone)]
pub struct TransportFacts {
    is_protected: bool,
    client_certificate: Option<Certificate>,
}

impl TransportFacts {
    /// The message came over TLS in which the server proved who it is, and which ended in this process, or at a proxy
    /// that the caller trusts as much. Nobody on the way could read the message, change it, or copy a token from it.
    /// Passwords in the clear are then accepted, and a username token, or a bearer assertion, is taken for what its
    /// sender says of himself.
    #[must_use]
    pub fn server_authenticated_tls() -> Self {
        Self { is_protected: true, client_certificate: None }
    }

    /// Nothing protected the message on its way, as with devices that are reached over plain HTTP: anyone may have
    /// changed what no signature covers, and sent a token that he saw elsewhere.
    #[must_use]
    pub fn dangerous_unprotected() -> Self {
        Self { is_protected: false, client_certificate: None }
    }

    /// The certificate with which the client authenticated itself in that TLS connection, and which the caller's TLS stack
    /// verified. [`UnsignedOpened::transport`](crate::UnsignedOpened::transport) hands it out; it fulfils no
    /// requirement.
    #[must_use]
    pub fn with_client_certificate(mut self, certificate: Certificate) -> Self {
        self.client_certificate = Some(certificate);
        self
    }

    /// The certificate of the TLS client, if the caller vouches for one.
    #[must_use]
    pub fn client_certificate(&self) -> Option<&Certificate> {
        self.client_certificate.as_ref()
    }

    /// Whether the caller vouches for TLS.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.is_protected
    }
}
