//! The caller's statement about the transport of a message, which the message itself cannot prove.

use wss_crypto::Certificate;

/// The caller's statement about the connection of a message, for
/// [`Receiver::open_unsigned`](crate::Receiver::open_unsigned).
#[derive(Debug, Clone)]
pub struct TransportFacts {
    is_protected: bool,
    client_certificate: Option<Certificate>,
    negotiated: Option<Negotiated>,
}

/// What the two sides of a TLS connection negotiated.
#[derive(Debug, Clone)]
pub(crate) struct Negotiated {
    pub(crate) protocol: String,
    pub(crate) cipher_suite: String,
}

impl Negotiated {
    pub(crate) fn names(&self) -> (&str, &str) {
        (&self.protocol, &self.cipher_suite)
    }
}

impl TransportFacts {
    /// The message came over TLS with an authenticated server. The connection ended in this process, or at a proxy that
    /// the caller trusts equally. Nobody on the way could read or change the message, or copy a token from it.
    /// Clear-text passwords are then accepted, and a username token or a bearer assertion identifies the sender.
    #[must_use]
    pub fn server_authenticated_tls() -> Self {
        Self { is_protected: true, client_certificate: None, negotiated: None }
    }

    /// Nothing protected the message, as with devices over plain HTTP: anyone may have changed unsigned parts, or sent
    /// a copied token.
    #[must_use]
    pub fn dangerous_unprotected() -> Self {
        Self { is_protected: false, client_certificate: None, negotiated: None }
    }

    /// The certificate by which the client authenticated in that TLS connection, verified by the caller's TLS stack.
    /// [`UnsignedOpened::transport`](crate::UnsignedOpened::transport) returns it; it fulfils no requirement but the
    /// `sp:RequireClientCertificate` of a policy.
    #[must_use]
    pub fn with_client_certificate(mut self, certificate: Certificate) -> Self {
        self.client_certificate = Some(certificate);
        self
    }

    /// The protocol that the connection negotiated, as in `TLSv1.3`, and the registered name of its cipher suite, as in
    /// `TLS_AES_128_GCM_SHA256`. A receiver that judges the Basic Security Profile judges its rules on the transport by
    /// them; otherwise those count as unknown.
    ///
    /// # Specification
    /// WS-I Basic Security Profile 1.1 §4.
    #[must_use]
    pub fn negotiated(mut self, protocol: impl Into<String>, cipher_suite: impl Into<String>) -> Self {
        self.negotiated = Some(Negotiated { protocol: protocol.into(), cipher_suite: cipher_suite.into() });
        self
    }

    /// The protocol and the cipher suite, if the caller knows them.
    #[must_use]
    pub fn protocol_and_cipher_suite(&self) -> Option<(&str, &str)> {
        self.negotiated.as_ref().map(Negotiated::names)
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
