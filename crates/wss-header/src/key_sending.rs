//! Sending a content key to the holder of a certificate: the kind of the holder's key decides the method.

use wss_crypto::{Certificate, KeyTransport};
use wss_tokens::ReferenceForm;
use wss_xmlenc::Agreement;

use crate::error::PlanError;

/// The settings for each kind of key. The kind of the recipient's key may be known only when a request is answered.
#[derive(Debug, Clone)]
pub(crate) struct KeySending {
    /// The settings for an RSA key.
    pub(crate) transport: KeyTransport,
    /// The settings for an EC, X25519 or X448 key.
    pub(crate) agreement: Agreement,
}

impl Default for KeySending {
    fn default() -> Self {
        Self { transport: KeyTransport::oaep_mgf1p(), agreement: Agreement::default() }
    }
}

impl KeySending {
    /// Whether a key can be sent to the holder of `recipient`.
    fn check(&self, recipient: &Certificate, legacy: bool) -> Result<(), PlanError> {
        let kind = recipient.public_key().kind();
        let usage = recipient.key_usage();
        let may = match kind.agreement() {
            // Diffie-Hellman over finite fields is only read.
            Some(agreement) if agreement.is_legacy() => false,
            Some(_) => usage.is_none_or(|usage| usage.key_agreement),
            None => kind.can_transport_keys() && usage.is_none_or(|usage| usage.key_encipherment),
        };
        if !may {
            return Err(PlanError::Recipient);
        }
        self.check_algorithms(legacy)
    }

    /// Whether a key can be sent to the holder of `recipient`, who is named in this form.
    pub(crate) fn check_recipient(
        &self,
        recipient: &Certificate,
        reference: ReferenceForm,
        legacy: bool,
    ) -> Result<(), PlanError> {
        self.check(recipient, legacy)?;
        if !reference.fits(recipient) {
            return Err(PlanError::ReferenceForm);
        }
        check_strong(recipient, legacy)
    }

    /// Whether all algorithms are for new messages.
    pub(crate) fn check_algorithms(&self, legacy: bool) -> Result<(), PlanError> {
        let (transport, wrap) = (self.transport.method(), self.agreement.wrap);
        let digest = self.agreement.derivation.digest();
        let all = [
            (transport.is_legacy(), transport.uri()),
            (wrap.is_legacy(), wrap.uri()),
            (digest.is_legacy(), digest.uri()),
        ];
        match all.into_iter().find(|(is_legacy, _)| *is_legacy && !legacy) {
            Some((_, uri)) => Err(PlanError::Legacy { uri }),
            None => Ok(()),
        }
    }
}

/// Refuses a weak key, unless legacy algorithms are allowed.
pub(crate) fn check_strong(certificate: &Certificate, legacy: bool) -> Result<(), PlanError> {
    if legacy || certificate.public_key().kind().is_strong() {
        return Ok(());
    }
    Err(PlanError::Legacy { uri: "an RSA key below 2048 bits or with a small exponent, or a key on a legacy curve" })
}
