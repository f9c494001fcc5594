//! The shape of a message, as data: what is signed and encrypted, how, and with which tokens and references.

use wss_bsp::Rule;
use wss_crypto::{ContentEncryption, DigestMethod, SignatureMethod};
use wss_header::{Layout, Opening, Part};
use wss_tokens::{ReferenceForm, SamlVersion, SecureConversation};

/// The form of a message of a network in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The order of the children of its Security header.
    pub layout: Layout,
    /// The lifetime of the `wsu:Timestamp`, in seconds; `None` for no timestamp.
    pub timestamp: Option<u64>,
    /// The signature of the message.
    pub signature: Option<SignatureShape>,
    /// The encryption of the message.
    pub encryption: Option<EncryptionShape>,
    /// Whether encryption is the earlier step.
    pub encrypts_first: bool,
    /// The token that says who the sender is, beside a signature or without one.
    pub credential: Credential,
    /// Whether it confirms the signatures of its request.
    pub confirms: bool,
    /// The departures from the strict default: what its sender does and a strict receiver refuses, or what its receiver
    /// needs and a strict sender does not make.
    pub leniencies: &'static [Leniency],
    /// The rules of BSP 1.1 that it breaks.
    pub breaks: &'static [BrokenRule],
    /// What its receiver takes besides, where the network leaves a choice to the sender.
    pub takes: Taken,
}

/// What a receiver takes besides what its own side sends, because the network allows each of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Signature methods.
    pub methods: &'static [SignatureMethod],
    /// Digests of references.
    pub digests: &'static [DigestMethod],
    /// Ciphers of content.
    pub contents: &'static [ContentEncryption],
    /// Methods that send a content key.
    pub transports: &'static [Transport],
    /// A `wsu:Timestamp` without `wsu:Expires`: the receiver decides how old a message may be.
    pub open_end: bool,
}

impl Taken {
    /// Nothing but what its own side sends.
    pub(crate) const NOTHING: Self =
        Self { methods: &[], digests: &[], contents: &[], transports: &[], open_end: false };
}

/// A signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureShape {
    /// The key.
    pub by: SignedBy,
    /// Its method.
    pub method: SignatureMethod,
    /// The digest of each reference.
    pub digest: DigestMethod,
    /// The parts that it must cover.
    pub parts: &'static [MessagePart],
    /// The parts that it must cover if the message has them.
    pub parts_if_present: &'static [MessagePart],
    /// A second signature, by the sender's certificate over the first one: how the certificate is referred to, and the
    /// method.
    pub endorsed_by: Option<Endorsement>,
}

/// A signature over the signature of the message, with the key of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endorsement {
    /// The form of the reference to the certificate.
    pub reference: ReferenceForm,
    /// The signature method.
    pub method: SignatureMethod,
}

/// The key of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedBy {
    /// The sender's key, whose certificate is referred to in this way.
    Certificate(ReferenceForm),
    /// The sender's key, which its SAML assertion names.
    HolderOfKey,
    /// A fresh key, in an `xenc:EncryptedKey` for the service; the same key encrypts.
    EncryptedKey {
        /// The method that encrypts the key.
        transport: Transport,
        /// The form of the reference to the service's certificate.
        reference: ReferenceForm,
        /// Whether each use has a key that is derived from it.
        derived: Option<SecureConversation>,
    },
    /// The key of the request, in its reply.
    KeyOfRequest {
        /// Whether each use has a key that is derived from it.
        derived: Option<SecureConversation>,
    },
}

/// An encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncryptionShape {
    /// The key.
    pub to: EncryptedTo,
    /// The cipher of the content.
    pub content: ContentEncryption,
    /// The parts that must be encrypted.
    pub parts: &'static [MessagePart],
}

/// The recipient of ciphertext.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptedTo {
    /// The receiver's certificate; of a reply, the certificate that signed the request.
    Certificate {
        /// The method that sends the content key.
        transport: Transport,
        /// The form of the reference to the certificate.
        reference: ReferenceForm,
    },
    /// The key of the signature.
    KeyOfSignature,
}

/// The method that sends a content key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// `rsa-oaep-mgf1p` with SHA-1.
    OaepMgf1p,
    /// `rsa-oaep` of XML Encryption 1.1, with this digest in both places.
    Oaep(DigestMethod),
    /// `rsa-1_5`.
    Rsa15,
    /// Key agreement as eDelivery AS4 2.0 demands it: HKDF with SHA-256, AES-128 key wrap.
    AgreementOfEdelivery2,
    /// Key agreement as BDEW AS4 1.2 demands it: ConcatKDF with SHA-256, AES-128 key wrap.
    AgreementOfBdew,
}

/// The statement of the sender about its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// No token beside the signature.
    None,
    /// A password as a digest of nonce, time and password.
    PasswordDigest,
    /// A password digest, of the SHA-1 of the password.
    PasswordDigestOfSha1,
    /// A password as text.
    PasswordText,
    /// A SAML assertion that the sender got from its issuer.
    Assertion(SamlVersion),
    /// An id-card of Den Gode Webservice.
    IdCard {
        /// The lowest level of authentication that it must state.
        level: u8,
        /// The method and the digest of its signature.
        signed: (SignatureMethod, DigestMethod),
    },
}

impl Credential {
    /// Whether it is a username token.
    #[must_use]
    pub const fn is_password(self) -> bool {
        matches!(self, Self::PasswordDigest | Self::PasswordDigestOfSha1 | Self::PasswordText)
    }

    /// Whether it is a token that another party issued.
    #[must_use]
    pub const fn is_issued(self) -> bool {
        matches!(self, Self::Assertion(_) | Self::IdCard { .. })
    }
}

/// A part of a message, as a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessagePart {
    /// The Body.
    Body,
    /// The timestamp.
    Timestamp,
    /// The token of the signing key.
    SigningToken,
    /// The signature.
    Signature,
    /// The username token.
    UsernameToken,
    /// The SAML assertion.
    Assertion,
    /// All attachments.
    Attachments,
    /// A header block.
    Block {
        /// Its namespace.
        namespace: &'static str,
        /// Its local name.
        local: &'static str,
    },
}

impl MessagePart {
    pub(crate) fn part(self) -> Part {
        match self {
            Self::Body => Part::Body,
            Self::Timestamp => Part::Timestamp,
            Self::SigningToken => Part::SigningToken,
            Self::Signature => Part::Signature,
            Self::UsernameToken => Part::UsernameToken,
            Self::Assertion => Part::Assertion,
            Self::Attachments => Part::Attachments,
            Self::Block { namespace, local } => Part::header_block(namespace, local),
        }
    }
}

/// A departure from the strict default that both sides of a network accept. Each is a call of the recipe, the receiver,
/// or both, and the evidence shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leniency {
    /// One key signs and encrypts: the symmetric binding without derived keys.
    OneKeyToSignAndEncrypt,
    /// CBC ciphertext is decrypted before a signature covers it, since the sender signs first.
    CbcBeforeVerification,
    /// Times with the offset of a zone.
    LocalTimes,
    /// The Security header has no attributes, and its timestamp has `wsu:Created` alone, in whole seconds: the schema
    /// of the network allows no more. The receiver decides how old a message may be.
    BareHeader,
    /// References without transforms, which imply inclusive canonicalisation.
    AbsentTransforms,
    /// Inclusive canonicalisation, which signs the namespaces around an element with it.
    InclusiveCanonicalization,
    /// References to elements that come later in the header.
    ForwardReferences,
    /// The holder of a key does not sign the assertion that names the key. TLS with client certificates keeps others from
    /// exchanging it.
    UncoveredHolderTokens,
    /// The key of the message is one that anyone can encrypt to the service, and nothing says who the sender is.
    AnonymousSender,
    /// A reply under the key of the request without confirmations.
    ReplyWithoutConfirmation,
    /// TLS keeps the message confidential, so that passwords as text and bearer assertions may be sent. The program
    /// that uses the preset vouches for it.
    ProtectedTransport,
    /// Nothing protects the message on its way, as with devices over plain HTTP.
    UnprotectedTransport,
}

/// A rule of BSP 1.1 that a network breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokenRule {
    /// The rule.
    pub rule: Rule,
    /// Why the network breaks it.
    pub reason: &'static str,
}

impl Shape {
    /// A message without timestamp, signature, encryption and tokens. Each network begins with it, and adds what it has.
    pub(crate) const EMPTY: Self = Self {
        layout: Layout::Lax,
        timestamp: None,
        signature: None,
        encryption: None,
        encrypts_first: false,
        credential: Credential::None,
        confirms: false,
        leniencies: &[],
        breaks: &[],
        takes: Taken::NOTHING,
    };

    /// The verb of a receiver that opens a message of this shape.
    #[must_use]
    pub fn opening(&self) -> Opening {
        match &self.signature {
            Some(signature) if signature.parts.contains(&MessagePart::Body) => Opening::Body,
            Some(_) => Opening::Parts,
            None => Opening::Unsigned,
        }
    }

    /// Whether both sides make this departure.
    #[must_use]
    pub fn allows(&self, leniency: Leniency) -> bool {
        self.leniencies.contains(&leniency)
    }

    /// Whether it uses SHA-1, RSA-1.5, or another algorithm that only a call with `legacy` in its name admits.
    #[must_use]
    pub fn is_legacy(&self) -> bool {
        let signature = self.signature.is_some_and(|signature| {
            let endorsing = signature.endorsed_by.is_some_and(|endorsement| endorsement.method.is_legacy());
            endorsing || signature.method.is_legacy() || signature.digest.is_legacy()
        });
        signature || self.transport() == Some(Transport::Rsa15)
    }

    /// The method that sends content keys; `None` if the shape sends none.
    #[must_use]
    pub fn transport(&self) -> Option<Transport> {
        let of_signature = self.signature.and_then(|signature| match signature.by {
            SignedBy::EncryptedKey { transport, .. } => Some(transport),
            _ => None,
        });
        let of_encryption = self.encryption.and_then(|encryption| match encryption.to {
            EncryptedTo::Certificate { transport, .. } => Some(transport),
            EncryptedTo::KeyOfSignature => None,
        });
        of_signature.or(of_encryption)
    }
}

impl SignatureShape {
    /// SHA-256 with RSA, over `parts`.
    pub(crate) const fn rsa_sha256(reference: ReferenceForm, parts: &'static [MessagePart]) -> Self {
        Self {
            by: SignedBy::Certificate(reference),
            method: SignatureMethod::RsaSha256,
            digest: DigestMethod::Sha256,
            parts,
            parts_if_present: &[],
            endorsed_by: None,
        }
    }
}
