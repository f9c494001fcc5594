//! Correlation: the state that connects a reply with its request (SOAP Message Security 1.1.1 §7.7 and §8.5).
//!
//! The sender of the request gets it from [`Secured`](crate::Secured), its receiver from
//! [`Opened::correlation`](crate::Opened::correlation). It has the signatures that a reply confirms, the keys that a
//! reply may use, and the certificate to encrypt the reply to. It belongs to one request, and has no keys or
//! confirmations of other requests.

use wss_c14n::{Budget, Document, Exceeded, Limit, Limits, name};
use wss_crypto::{Certificate, PublicKey, Secret, SignatureMethod};
use wss_soap::{Envelope, EnvelopeError};
use wss_text::{WireText, octets};
use wss_tokens::KerberosForm;
use wss_xmldsig::Signature;

use crate::addressing;

/// A signature of a request.
#[derive(Clone)]
pub(crate) struct SentSignature {
    /// The octets of its `ds:SignatureValue`.
    pub(crate) value: Vec<u8>,
    /// The signed octets: `ds:SignedInfo` as a document of its own.
    pub(crate) signed_info: String,
    /// Its method, if the request was read as it was sent: a key that verifies the value is ours.
    pub(crate) method: Option<SentMethod>,
}

/// The method of a signature of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SentMethod {
    pub(crate) method: SignatureMethod,
    /// The context of EdDSA or ML-DSA; empty for the other methods.
    pub(crate) context: Vec<u8>,
}

/// A key of a request, and its identifier in a reply.
#[derive(Clone)]
pub(crate) struct SentKey {
    /// The SHA-1 of the cipher octets of an EncryptedKey, or of a Kerberos token.
    pub(crate) sha1: Vec<u8>,
    pub(crate) secret: Secret,
    /// The form of a Kerberos token; `None` for an EncryptedKey.
    pub(crate) kerberos: Option<KerberosForm>,
    /// The certificate of the recipient to which we encrypted the key; `None` for a Kerberos token, and for a key that
    /// we received.
    pub(crate) recipient: Option<Certificate>,
}

impl std::fmt::Debug for SentKey {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SentKey")
            .field("sha1", &octets(&self.sha1))
            .field("secret", &self.secret)
            .field("kerberos", &self.kerberos)
            .field("recipient", &self.recipient)
            .finish()
    }
}

/// The state of one request for its reply.
#[derive(Clone, Default)]
pub struct Correlation {
    /// The signatures of the request, in no particular order.
    pub(crate) signatures: Vec<SentSignature>,
    /// The public keys with which we signed the request. No reply may be signed with one of them.
    pub(crate) own_keys: Vec<PublicKey>,
    /// The keys of the request.
    pub(crate) keys: Vec<SentKey>,
    /// The certificate that signed the request.
    pub(crate) certificate: Option<Certificate>,
    /// Assertions that we sent as their subject: their ids, and the certificate whose key they name.
    pub(crate) subject_of: Vec<(String, Certificate)>,
    /// Its `wsa:MessageID`, which the reply relates to.
    pub(crate) message_id: Option<String>,
}

impl std::fmt::Debug for Correlation {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Correlation")
            .field("signatures", &self.signatures.len())
            .field("own_keys", &self.own_keys)
            .field("keys", &self.keys)
            .field("certificate", &self.certificate)
            .field("subject_of", &self.subject_of.len())
            .field("message_id", &self.message_id.as_deref().map(WireText::from))
            .finish()
    }
}

impl Correlation {
    /// The `wsa:MessageID` of the message, if it has one: what [`Addressing::relates_to`](crate::Addressing::relates_to) of its
    /// reply takes. It is proven only if its signature covers that header block.
    #[must_use]
    pub fn unauthenticated_message_id(&self) -> Option<&str> {
        self.message_id.as_deref()
    }

    /// Reads the signatures of a request that was sent as `message`. Its keys cannot be recovered from it.
    ///
    /// # Errors
    /// [`EnvelopeError`] if it is not a SOAP envelope, or its signatures are encrypted.
    pub fn of_sent(message: &str) -> Result<Self, EnvelopeError> {
        let budget = Budget::new(&Limits::default(), message.len() as u64);
        let document = Document::parse_within(message, &budget)?;
        let envelope = Envelope::locate(&document)?;
        let mut signatures = Vec::new();
        for header in envelope.blocks().filter(|block| block.is(name::WSSE.uri, "Security")) {
            for child in header.children() {
                if child.is(name::XENC.uri, "EncryptedData") {
                    return Err(EnvelopeError::EncryptedHeader);
                }
                if child.is(name::DS.uri, "Signature") {
                    let unreadable = EnvelopeError::EncryptedHeader;
                    let signature = Signature::parse(child, &budget).map_err(|_| unreadable.clone())?;
                    // The digest is over the request's own canonical form, which the receiver of a reply compares.
                    let octets = signature.signed_info().octets(&budget).map_err(|_| unreadable.clone())?;
                    let signed_info = signature.signed_info();
                    signatures.push(SentSignature {
                        value: signature.value().to_vec(),
                        signed_info: String::from_utf8(octets).map_err(|_| unreadable)?,
                        method: Some(SentMethod {
                            method: signed_info.method(),
                            context: signed_info.context().to_vec(),
                        }),
                    });
                }
            }
        }
        let message_id = addressing::message_id(envelope);
        Ok(Self { signatures, message_id, ..Self::default() })
    }

    /// The certificate that the request was signed with, or that its assertion names, for encrypting the reply.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// The number of signatures of the request that a reply confirms.
    #[must_use]
    pub fn signatures(&self) -> usize {
        self.signatures.len()
    }

    /// Expects the reply of this recipient: keys that the request brought to other recipients, and those of Kerberos tickets,
    /// are forgotten. This call is needed if a request brought keys to several recipients and the reply is signed with such a
    /// key, since each recipient has one.
    #[must_use]
    pub fn answered_by(mut self, recipient: &Certificate) -> Self {
        let is_for =
            |key: &SentKey| key.recipient.as_ref().is_none_or(|known| known == recipient) && key.kerberos.is_none();
        self.keys.retain(is_for);
        self
    }

    /// Whether this key signed the request.
    ///
    /// # Errors
    /// [`Exceeded`] if that takes more operations than the limits admit.
    pub(crate) fn is_signed_by(&self, key: &PublicKey, budget: &Budget) -> Result<bool, Exceeded> {
        if self.own_keys.contains(key) {
            return Ok(true);
        }
        for SentSignature { value, signed_info, method } in &self.signatures {
            let Some(SentMethod { method, context }) = method else { continue };
            budget.charge(Limit::PublicKeyOperations, 1)?;
            if key.verify_in_context(*method, context, signed_info.as_bytes(), value).is_ok() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether more than one recipient has a key of the request.
    pub(crate) fn has_several_recipients(&self) -> bool {
        self.keys.windows(2).any(|pair| pair.first().map(|key| &key.recipient) != pair.last().map(|key| &key.recipient))
    }

    /// The key with this SHA-1.
    pub(crate) fn key(&self, sha1: &[u8], is_kerberos: bool) -> Option<&Secret> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.sha1 == sha1 && key.kerberos.is_some() == is_kerberos).map(|key| &key.secret)
    }
}
