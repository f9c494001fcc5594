//! What is known beside the message: it turns what cannot be checked into verdicts.

use wss_c14n::Limits;

use super::holdings::Holdings;
use super::variant::Variant;

/// What is known beside the message. All of it may be left out.
#[derive(Debug, Clone, Default)]
pub struct Context<'k> {
    pub(crate) variant: Variant,
    pub(crate) limits: Option<Limits>,
    pub(crate) holdings: Option<&'k dyn Holdings>,
    /// Whether passwords are asked for: not while a message is received, which asks for them itself.
    pub(crate) asks_passwords: bool,
    pub(crate) is_first: Option<bool>,
    pub(crate) transport: Transport,
    pub(crate) clear_text: Option<&'k str>,
}

/// What is known of the connection the message came over.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transport {
    pub(crate) protocol: Option<String>,
    pub(crate) cipher_suite: Option<String>,
}

impl<'k> Context<'k> {
    /// Nothing is known, and the profile is judged [as it is deployed](Variant::as_deployed).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the limits on the XML of the message; a receiver brings its own.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Judges by this variant of the profile.
    #[must_use]
    pub fn variant(mut self, variant: Variant) -> Self {
        self.variant = variant;
        self
    }

    /// Has the keys, passwords and certificates of this receiver: ciphertext for it is judged by what it holds, and
    /// identifiers and digests by what they name. Nothing that the receiver requires matters here.
    #[must_use]
    pub fn receiver(mut self, receiver: &'k dyn Holdings) -> Self {
        self.holdings = Some(receiver);
        self.asks_passwords = true;
        self
    }

    /// Whether the message is the first secured one between its parties (R6903, R6904). A reply is not.
    #[must_use]
    pub fn first_message(mut self, is_first: bool) -> Self {
        self.is_first = Some(is_first);
        self
    }

    /// The message came over TLS: the protocol, as in `TLSv1.3`, and the cipher suite by its registered name.
    #[must_use]
    pub fn transport(mut self, protocol: impl Into<String>, cipher_suite: impl Into<String>) -> Self {
        self.transport = Transport { protocol: Some(protocol.into()), cipher_suite: Some(cipher_suite.into()) };
        self
    }

    /// The envelope as it was before it was secured.
    #[must_use]
    pub fn clear_text(mut self, envelope: &'k str) -> Self {
        self.clear_text = Some(envelope);
        self
    }

    /// What bounds the XML of the message.
    pub(crate) fn xml_limits(&self) -> Limits {
        self.holdings.map(Holdings::limits).or(self.limits).unwrap_or_default()
    }
}
