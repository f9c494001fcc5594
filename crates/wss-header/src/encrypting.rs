//! An encryption to make: a step of a recipe.

use wss_crypto::{Certificate, ContentEncryption, KeyTransport};
use wss_tokens::ReferenceForm;
use wss_xmlenc::Agreement;

use crate::key_sending::KeySending;
use crate::optional::Optional;
use crate::part::Part;
use crate::protection_token::ProtectionToken;

/// An encryption to make.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::{Certificate, ContentEncryption, DigestMethod, KeyTransport};
/// use wss_header::{Encrypting, Part, Recipe};
///
/// let bob = Certificate::from_pem(&file("bob.pem"))?;
/// let encrypting = Encrypting::to(&bob)
///     .content(ContentEncryption::Aes128Gcm)
///     .transport(KeyTransport::oaep(DigestMethod::Sha256))
///     .parts([Part::Body]);
/// Recipe::new().encrypt(encrypting).plan()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Encrypting {
    pub(crate) to: EncryptedTo,
    pub(crate) content: ContentEncryption,
    pub(crate) parts: Vec<Part>,
    /// Parts to encrypt if the message has them.
    pub(crate) optional: Optional,
    pub(crate) complete_attachments: bool,
    /// Whether header blocks and elements inside parts stay, and only their content is encrypted.
    pub(crate) content_only: bool,
}

/// The recipient, or the token, whose key encrypts.
#[derive(Clone)]
pub(crate) enum EncryptedTo {
    /// A fresh content key, transported to one recipient: the holder of the certificate or, without one, the signer of
    /// the request.
    Certificate {
        recipient: Option<Box<Certificate>>,
        sending: KeySending,
        reference: ReferenceForm,
    },
    Token(ProtectionToken),
}

impl Encrypting {
    /// Encrypts to the holder of `recipient` with AES-256-GCM and a fresh key. The certificate is named by issuer and
    /// serial number. The kind of its key decides how the fresh key is sent: encrypted with RSA-OAEP, or wrapped with a
    /// key on which a fresh pair of keys and the EC, X25519 or X448 key agree.
    #[must_use]
    pub fn to(recipient: &Certificate) -> Self {
        Self::transported(Some(Box::new(recipient.clone())))
    }

    /// As [`Encrypting::to`], for the signer of the request that the message answers: the holder of a certificate, or
    /// the subject of an assertion with one. For [`Outgoing::answering`](crate::Outgoing::answering).
    ///
    /// Whoever endorsed an anonymous signature is that signer only if the signature covers his token. Otherwise another
    /// could have endorsed it in his place, and would read the reply: encrypt with the key of the request,
    /// [`ProtectionToken::of_request`].
    #[must_use]
    pub fn to_requester() -> Self {
        Self::transported(None)
    }

    /// Encrypts with the key of a protection token, with AES-256-GCM; with AES-128-GCM if the key is derived from a
    /// password.
    #[must_use]
    pub fn with_token(token: &ProtectionToken) -> Self {
        let strong = ContentEncryption::Aes256Gcm;
        let is_short = token.kind.most_octets().is_some_and(|most| strong.key_len() > most);
        let content = if is_short && token.derived.is_none() { ContentEncryption::Aes128Gcm } else { strong };
        Self::new(EncryptedTo::Token(token.clone()), content)
    }

    fn transported(recipient: Option<Box<Certificate>>) -> Self {
        let (sending, reference) = (KeySending::default(), ReferenceForm::IssuerSerial);
        Self::new(EncryptedTo::Certificate { recipient, sending, reference }, ContentEncryption::Aes256Gcm)
    }

    fn new(to: EncryptedTo, content: ContentEncryption) -> Self {
        let (parts, optional) = (Vec::new(), Optional::default());
        Self { to, content, parts, optional, complete_attachments: false, content_only: false }
    }

    /// The parts to encrypt.
    #[must_use]
    pub fn parts(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.parts.extend(parts);
        self
    }

    /// Header blocks, [elements](Part::element) and attachments to encrypt if the message has them. A step without
    /// other parts is left out if the message has none of these.
    #[must_use]
    pub fn parts_if_present(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.optional.add(parts);
        self
    }

    /// Header blocks of a namespace to encrypt if the message has them, whatever their names; `None` is every namespace. Security
    /// headers and blocks for others are left out.
    #[must_use]
    pub fn blocks_if_present(mut self, namespace: Option<&str>) -> Self {
        self.optional.blocks.push(namespace.map(str::to_owned));
        self
    }

    /// Encrypts only the content of header blocks and of [elements inside parts](Part::element), so that they stay with their
    /// attributes, and readable. By default the whole element becomes ciphertext. Of the Body only the content is encrypted in
    /// any case. [`Requirements::encrypted`](crate::Requirements::encrypted) demands a header block as a whole.
    #[must_use]
    pub fn content_only(mut self) -> Self {
        self.content_only = true;
        self
    }

    /// Encrypts attachments complete: with their headers, so that nobody on the way learns their type and name. By
    /// default only their content is encrypted (SwA Profile 1.1.1 §5.2).
    #[must_use]
    pub fn complete_attachments(mut self) -> Self {
        self.complete_attachments = true;
        self
    }

    /// The content cipher.
    #[must_use]
    pub fn content(mut self, content: ContentEncryption) -> Self {
        self.content = content;
        self
    }

    /// How to transport the content key; ignored for protection tokens.
    #[must_use]
    pub fn transport(mut self, wanted: KeyTransport) -> Self {
        if let EncryptedTo::Certificate { sending, .. } = &mut self.to {
            sending.transport = wanted;
        }
        self
    }

    /// The key wrap under a key that is agreed on; without effect on RSA keys and protection tokens.
    #[must_use]
    pub fn agreement(mut self, wanted: Agreement) -> Self {
        if let EncryptedTo::Certificate { sending, .. } = &mut self.to {
            sending.agreement = wanted;
        }
        self
    }

    /// How to refer to the recipient's certificate; ignored for protection tokens.
    #[must_use]
    pub fn reference(mut self, form: ReferenceForm) -> Self {
        if let EncryptedTo::Certificate { reference, .. } = &mut self.to {
            *reference = form;
        }
        self
    }
}
