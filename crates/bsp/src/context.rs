//! Information beside the message: with it, requirements can be judged that the message alone does not decide.

use wss_c14n::Limits;

use super::holdings::Holdings;
use super::variant::Variant;

/// Information beside the message. All of it is optional.
#[derive(Debug, Clone, Default)]
pub struct Context<'k> {
    pub(crate) variant: Variant,
    pub(crate) limits: Option<Limits>,
    pub(crate) holdings: Option<&'k dyn Holdings>,
    /// Whether passwords are looked up. While a message is opened they are not: opening looks them up itself.
    pub(crate) asks_passwords: bool,
    pub(crate) is_first: Option<bool>,
    pub(crate) transport: Transport,
    pub(crate) clear_text: Option<&'k str>,
}

/// Information about the message's connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transport {
    pub(crate) protocol: Option<String>,
    pub(crate) cipher_suite: Option<String>,
}

impl<'k> Context<'k> {
    /// No information. The profile is judged [as deployed](Variant::as_deployed).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the limits on the XML of the message. A receiver has its own.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Judges with this variant of the profile.
    #[must_use]
    pub fn variant(mut self, variant: Variant) -> Self {
        self.variant = variant;
        self
    }

    /// Adds the keys, passwords and certificates of this receiver. Ciphertext for it is judged by its plaintext, and
    /// identifiers and digests by the certificates that they match. The requirements of the receiver are not used.
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

    /// The message came over TLS: the protocol, as in `TLSv1.3`, and the registered name of the cipher suite.
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

    /// The limits on the XML of the message.
    pub(crate) fn xml_limits(&self) -> Limits {
        self.holdings.map(Holdings::limits).or(self.limits).unwrap_or_default()
    }
}
