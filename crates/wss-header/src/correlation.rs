//! Correlation: what a request leaves behind for its reply (SOAP Message Security 1.1.1 §7.7 and §8.5).
//!
//! The side that sent the request gets one from [`Secured`](crate::Secured), the side that
//! opened it from [`Opened::correlation`](crate::Opened::correlation). It holds the signatures that a reply confirms, the
//! keys a reply may use again, and whom to encrypt the reply to. It belongs to one request: keys and confirmations
//! of other requests are never found in it.

use wss_c14n::{Budget, Document, Limits, name};
use wss_crypto::{Certificate, PublicKey, Secret};
use wss_tokens::KerberosForm;
use wss_xmldsig::Signature;

use wss_soap::Envelope;
use wss_soap::EnvelopeError;

/// A key a request brought, and what names it in a reply.
#[derive(Debug, Clone)]
pub(crate) struct SentKey {
    /// Of the cipher octets of an EncryptedKey, or of a Kerberos token.
    pub(crate) sha1: Vec<u8>,
    pub(crate) secret: Secret,
    /// `None` for an EncryptedKey.
    pub(crate) kerberos: Option<KerberosForm>,
}

/// What one request leaves behind for its reply.
#[derive(Debug, Clone, Default)]
pub struct Correlation {
    /// The octets of each `ds:SignatureValue` of the request, in no order.
    pub(crate) signature_values: Vec<Vec<u8>>,
    /// What each of them signs: `ds:SignedInfo`, standing alone.
    pub(crate) signed_infos: Vec<String>,
    /// The public keys we signed it with: no peer answers with one of them.
    pub(crate) own_keys: Vec<PublicKey>,
    /// Keys the request brought.
    pub(crate) keys: Vec<SentKey>,
    /// Whose certificate signed the request.
    pub(crate) certificate: Option<Certificate>,
    /// Assertions we sent as their subject: their ids, and the certificate whose key they name.
    pub(crate) subject_of: Vec<(String, Certificate)>,
}

impl Correlation {
    /// Reads the signatures of a request that was sent as `message`; keys cannot be read off it.
    ///
    /// # Errors
    /// [`EnvelopeError`] if it is no SOAP envelope, or one whose signatures are encrypted.
    pub fn of_sent(message: &str) -> Result<Self, EnvelopeError> {
        let budget = Budget::new(&Limits::default(), message.len() as u64);
        let document = Document::parse_within(message, &budget)?;
        let envelope = Envelope::locate(&document)?;
        let (mut signature_values, mut signed_infos) = (Vec::new(), Vec::new());
        for header in envelope.blocks().filter(|block| block.is(name::WSSE.uri, "Security")) {
            for child in header.children() {
                if child.is(name::XENC.uri, "EncryptedData") {
                    return Err(EnvelopeError::EncryptedHeader);
                }
                if child.is(name::DS.uri, "Signature") {
                    let unreadable = EnvelopeError::EncryptedHeader;
                    let signature = Signature::parse(child, &budget).map_err(|_| unreadable.clone())?;
                    // In its own canonical form, as the receiver of a reply compares it.
                    let octets = signature.signed_info().octets(&budget).map_err(|_| unreadable.clone())?;
                    signature_values.push(signature.value().to_vec());
                    signed_infos.push(String::from_utf8(octets).map_err(|_| unreadable)?);
                }
            }
        }
        Ok(Self { signature_values, signed_infos, ..Self::default() })
    }

    /// The certificate the request was signed with, or that its assertion names: whom to encrypt the reply to.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// How many signatures of the request a reply confirms.
    #[must_use]
    pub fn signatures(&self) -> usize {
        self.signature_values.len()
    }

    /// The key that `sha1` names.
    pub(crate) fn key(&self, sha1: &[u8], is_kerberos: bool) -> Option<&Secret> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.sha1 == sha1 && key.kerberos.is_some() == is_kerberos).map(|key| &key.secret)
    }
}
