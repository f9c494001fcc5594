//! The explanation: a tree of the content of a message, and of the reasons why something in it does not fit.

use wss_c14n::Exceeded;
use wss_text::{WireText, octets};

use super::cause::Cause;

/// The findings of a receiver about a message, and why something does not fit. They are for people who look for a
/// fault: an explanation accepts nothing, authenticates nothing, and hands out nothing to act upon.
///
/// `Display` writes it as a tree. It quotes the message, so that confidential parts of the message are confidential
/// here. Never send it to a stranger: it says more about decryption than an attacker may learn.
///
/// Its sentences quote the message without control characters, and cut long values.
///
/// Made by [`Receiver::explain`](crate::Receiver::explain).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Explanation {
    /// Faults and oddities of the message as a whole.
    pub notes: Vec<String>,
    /// Whether the message is no document of XML: then nothing is known of its content.
    pub is_unread: bool,
    /// The tokens, timestamps and keys of the Security headers, in document order.
    pub items: Vec<ExplainedItem>,
    /// The ciphertext of the message.
    pub ciphertexts: Vec<ExplainedCiphertext>,
    /// The signatures.
    pub signatures: Vec<ExplainedSignature>,
    /// The reason why this receiver refuses the message; `None` if only the replay store could refuse it.
    pub refusal: Option<String>,
}

impl Explanation {
    /// Whether the message was read, every signature and digest fits, and nothing is left encrypted. That is no reason to accept
    /// the message.
    #[must_use]
    pub fn fits(&self) -> bool {
        let signatures = self.signatures.iter().all(|signature| {
            signature.value.fits() && signature.references.iter().all(|reference| reference.verdict.fits())
        });
        !self.is_unread
            && signatures
            && self.ciphertexts.iter().all(|ciphertext| matches!(ciphertext.outcome, Outcome::Decrypted))
    }

    /// Every cause that was found: of tokens, of ciphertext, of signature values and of references.
    pub fn causes(&self) -> impl Iterator<Item = &Cause> {
        let items = self.items.iter().flat_map(|item| &item.causes);
        let ciphertexts = self.ciphertexts.iter().flat_map(|ciphertext| &ciphertext.causes);
        let signatures = self.signatures.iter().flat_map(|signature| {
            let references = signature.references.iter().flat_map(|reference| reference.verdict.causes());
            signature.key_causes.iter().chain(signature.value.causes()).chain(references)
        });
        items.chain(ciphertexts).chain(signatures)
    }
}

/// A child of a Security header other than a signature or ciphertext.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ExplainedItem {
    /// Its path.
    pub path: WireText,
    /// Its Id.
    pub id: Option<WireText>,
    /// Its statements, as lines of text.
    pub says: Vec<WireText>,
    /// The reason why a receiver refuses it, if a usual cause explains that.
    pub causes: Vec<Cause>,
}

/// An `xenc:EncryptedData`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ExplainedCiphertext {
    /// Its path in the message as it came.
    pub path: WireText,
    /// Its Id.
    pub id: Option<WireText>,
    /// The identifier of its cipher.
    pub method: WireText,
    /// The outcome of decryption.
    pub outcome: Outcome,
    /// The reason why it was not decrypted, if it decrypts with a usual cause.
    pub causes: Vec<Cause>,
    /// Further findings, in sentences.
    pub notes: Vec<String>,
}

/// The outcome of decrypting one ciphertext.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// A key of the receiver decrypts it.
    Decrypted,
    /// No key of the receiver fits.
    ForAnother {
        /// The recipient, as the message names it.
        recipient: WireText,
    },
    /// A key was found, and the octets do not decrypt under it.
    WrongKey {
        /// Why.
        why: String,
    },
    /// It was not decrypted.
    Failed {
        /// Why.
        why: String,
    },
}

/// A `ds:Signature`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ExplainedSignature {
    /// Its path.
    pub path: WireText,
    /// Its Id.
    pub id: Option<WireText>,
    /// The identifier of its signature method.
    pub method: WireText,
    /// The identifier of the canonicalisation of `ds:SignedInfo`.
    pub canonicalization: WireText,
    /// The key that it names.
    pub key: WireText,
    /// The reason why the receiver does not use that key, if it does not.
    pub key_refused: Option<String>,
    /// The form of its reference to the key that made the value, if the form is not the right one.
    pub key_causes: Vec<Cause>,
    /// Whether the signature value fits `ds:SignedInfo`.
    pub value: Verdict,
    /// Other findings about the value.
    pub notes: Vec<String>,
    /// Its references, in order.
    pub references: Vec<ExplainedReference>,
}

/// A `ds:Reference`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ExplainedReference {
    /// Its URI.
    pub uri: WireText,
    /// The path of the element that it names, or its other target.
    pub target: WireText,
    /// Its transforms, with their lists of prefixes.
    pub transforms: Vec<WireText>,
    /// The identifier of its digest method.
    pub method: WireText,
    /// The digest in the message.
    pub expected: WireText,
    /// The digest of its target, in base64; `None` if it could not be computed.
    pub found: Option<WireText>,
    /// Whether they are the same.
    pub verdict: Verdict,
    /// Whether its digest differs and its target is ciphertext that was not decrypted, contains some, or may be inside some: it
    /// may fit the plaintext.
    pub is_encrypted: bool,
    /// Other findings about the reference.
    pub notes: Vec<String>,
    /// What is most likely if no cause was found.
    pub(super) likely: Option<&'static str>,
}

/// Whether a digest or a signature value fits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The value fits the message.
    Fits,
    /// The value does not fit.
    Differs {
        /// The causes that make it fit, all of them together; empty if no usual cause does.
        causes: Vec<Cause>,
        /// The number of causes and pairs of causes that were tried.
        tried: usize,
        /// The limit at which the search stopped.
        stopped: Option<Exceeded>,
    },
    /// The value could not be computed.
    Unknown {
        /// The reason why it could not be computed.
        why: String,
    },
}

impl Verdict {
    /// Whether it fits.
    #[must_use]
    pub fn fits(&self) -> bool {
        matches!(self, Self::Fits)
    }

    /// The causes that make it fit.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        match self {
            Self::Differs { causes, .. } => causes,
            Self::Fits | Self::Unknown { .. } => &[],
        }
    }
}

/// Canonical octets of an explanation, which [`Receiver::explain_octets`](crate::Receiver::explain_octets) shows.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ExplainedOctets<'o> {
    /// The number of the signature, from 1.
    pub signature: usize,
    /// The number of its reference, from 1; `None` for `ds:SignedInfo`.
    pub reference: Option<usize>,
    /// Whether these are the octets that fit, made by undoing the cause that was found. Otherwise they are those of the
    /// message.
    pub are_the_senders: bool,
    /// The octets.
    pub octets: &'o [u8],
}

impl std::fmt::Debug for ExplainedOctets<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExplainedOctets")
            .field("signature", &self.signature)
            .field("reference", &self.reference)
            .field("are_the_senders", &self.are_the_senders)
            .field("octets", &octets(self.octets))
            .finish()
    }
}
