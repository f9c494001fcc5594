//! `xenc:EncryptedData`: the wire form, both ways (XML Encryption 1.1 §3.4).

use wss_c14n::{Element, Wiped, Writer, name};
use wss_crypto::ContentEncryption;
use wss_text::{after_cid, shown};
use wss_xmldsig::AlgorithmRole;

use crate::cipher_parameters::CipherParameters;
use crate::error::DecryptError;

/// The kind of the plaintext, from `@Type`.
#[derive(Clone, PartialEq, Eq)]
pub enum PlaintextType {
    /// One element.
    Element,
    /// The content of an element, between its tags.
    Content,
    /// An attachment: its content, or the complete attachment with its header (SwA Profile 1.1.1 §5).
    Attachment {
        /// Whether its header is encrypted as well.
        complete: bool,
    },
    /// Any octets.
    Other(Option<String>),
}

impl std::fmt::Debug for PlaintextType {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Element => f.write_str("Element"),
            Self::Content => f.write_str("Content"),
            Self::Attachment { complete } => f.debug_struct("Attachment").field("complete", complete).finish(),
            Self::Other(uri) => f.debug_tuple("Other").field(&uri.as_deref().map(shown)).finish(),
        }
    }
}

/// `@Type` for the content of an attachment.
const ATTACHMENT_CONTENT_ONLY: &str = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Only";
/// `@Type` for an attachment with its header.
const ATTACHMENT_COMPLETE: &str = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Complete";
/// The identifier of the transform for cipher octets in an attachment.
pub const ATTACHMENT_CIPHERTEXT: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Ciphertext-Transform";

impl PlaintextType {
    const ELEMENT: &'static str = "http://www.w3.org/2001/04/xmlenc#Element";
    const CONTENT: &'static str = "http://www.w3.org/2001/04/xmlenc#Content";

    /// The kind that an attribute value names. `None` means that there is no attribute.
    #[must_use]
    pub fn from_attribute(uri: Option<&str>) -> Self {
        match uri {
            Some(Self::ELEMENT) => Self::Element,
            Some(Self::CONTENT) => Self::Content,
            Some(ATTACHMENT_CONTENT_ONLY) => Self::Attachment { complete: false },
            Some(ATTACHMENT_COMPLETE) => Self::Attachment { complete: true },
            other => Self::Other(other.map(str::to_owned)),
        }
    }

    fn of_attachment(complete: bool) -> &'static str {
        if complete { ATTACHMENT_COMPLETE } else { ATTACHMENT_CONTENT_ONLY }
    }

    fn uri(&self) -> Option<&str> {
        match self {
            Self::Element => Some(Self::ELEMENT),
            Self::Content => Some(Self::CONTENT),
            Self::Attachment { complete } => Some(Self::of_attachment(*complete)),
            Self::Other(uri) => uri.as_deref(),
        }
    }
}

/// An `xenc:EncryptedData` in a document.
#[derive(Clone)]
pub struct EncryptedData<'d> {
    element: Element<'d>,
    id: Option<String>,
    plaintext: PlaintextType,
    method: ContentEncryption,
    parameters: CipherParameters,
    key_info: Option<Element<'d>>,
    cipher: Cipher<'d>,
}

impl std::fmt::Debug for EncryptedData<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptedData")
            .field("element", &self.element)
            .field("id", &self.id.as_deref().map(shown))
            .field("plaintext", &self.plaintext)
            .field("method", &self.method)
            .field("parameters", &self.parameters)
            .field("key_info", &self.key_info)
            .field("cipher", &self.cipher)
            .finish()
    }
}

/// The place of the cipher octets.
#[derive(Clone)]
enum Cipher<'d> {
    /// The octets are in a `xenc:CipherValue`.
    Value(Element<'d>),
    /// The octets are in the attachment that this `cid:` URL names.
    Attachment(String),
    /// The target of this `xenc:CipherReference`.
    Reference(Element<'d>),
    /// The octets that a reference led to.
    Octets(Vec<u8>),
}

impl std::fmt::Debug for Cipher<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(element) => f.debug_tuple("Value").field(element).finish(),
            Self::Attachment(url) => f.debug_tuple("Attachment").field(&shown(url)).finish(),
            Self::Reference(element) => f.debug_tuple("Reference").field(element).finish(),
            Self::Octets(ciphertext) => f.debug_tuple("Octets").field(&ciphertext.len()).finish(),
        }
    }
}

impl<'d> EncryptedData<'d> {
    /// Reads an `xenc:EncryptedData`. Its children must be in schema order, each as often as the schema allows.
    ///
    /// A `xenc:CipherReference` is read only if it names an attachment by a `cid:` URL, with the one transform of the
    /// SwA profile. Nothing else is ever followed.
    ///
    /// # Errors
    /// [`DecryptError`] but never [`DecryptError::Failed`].
    pub fn parse(element: Element<'d>) -> Result<Self, DecryptError> {
        let data = Self::parse_in_document(element)?;
        if data.reference().is_some() { Err(DecryptError::CipherReference) } else { Ok(data) }
    }

    /// As [`EncryptedData::parse`], but reads any `xenc:CipherReference`, which [`EncryptedData::reference`] gives.
    pub(crate) fn parse_in_document(element: Element<'d>) -> Result<Self, DecryptError> {
        let parts = Parts::parse(element)?;
        if let Some(more) = parts.more.first() {
            return Err(element.unexpected(*more).into());
        }
        let method = parts.method.ok_or_else(|| element.missing("xenc:EncryptionMethod"))?;
        let uri = method.required_attribute("", "Algorithm")?;
        let cipher = ContentEncryption::from_uri(&uri).ok_or_else(|| DecryptError::UnknownAlgorithm {
            role: AlgorithmRole::ContentEncryption,
            uri: uri.clone().into(),
        })?;
        let parameters = CipherParameters::parse(method, cipher)?;
        let method = cipher;
        Ok(Self {
            element,
            parameters,
            id: element.attribute("", "Id").map(|id| id.into_owned()),
            plaintext: PlaintextType::from_attribute(element.attribute("", "Type").as_deref()),
            method,
            key_info: parts.key_info,
            cipher: match parts.cipher.is(name::XENC.uri, "CipherReference") {
                true => attachment_named(parts.cipher)?.map_or(Cipher::Reference(parts.cipher), Cipher::Attachment),
                false => Cipher::Value(parts.cipher),
            },
        })
    }

    /// The same, as if its `@Type` were this kind.
    #[must_use]
    pub fn of_type(self, plaintext: PlaintextType) -> Self {
        Self { plaintext, ..self }
    }

    /// The same, as if its `xenc:EncryptionMethod` named this cipher.
    #[must_use]
    pub fn of_method(self, method: ContentEncryption) -> Self {
        Self { method, ..self }
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// `@Id`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// `@Type`.
    #[must_use]
    pub fn plaintext_type(&self) -> &PlaintextType {
        &self.plaintext
    }

    /// `xenc:EncryptionMethod`.
    #[must_use]
    pub fn method(&self) -> ContentEncryption {
        self.method
    }

    /// `ds:KeyInfo`: hints to the key.
    #[must_use]
    pub fn key_info(&self) -> Option<Element<'d>> {
        self.key_info
    }

    /// `@MimeType`: the type of an attachment before it was encrypted.
    #[must_use]
    pub fn mime_type(&self) -> Option<String> {
        self.element.attribute("", "MimeType").map(|value| value.into_owned())
    }

    /// The `cid:` URL of the attachment with the cipher octets, if they are in one.
    #[must_use]
    pub fn attachment(&self) -> Option<&str> {
        match &self.cipher {
            Cipher::Attachment(url) => Some(url),
            Cipher::Value(_) | Cipher::Reference(_) | Cipher::Octets(_) => None,
        }
    }

    /// The `xenc:CipherReference` that leads to the cipher octets, unless they are in an attachment.
    pub(crate) fn reference(&self) -> Option<Element<'d>> {
        match self.cipher {
            Cipher::Reference(element) => Some(element),
            Cipher::Value(_) | Cipher::Attachment(_) | Cipher::Octets(_) => None,
        }
    }

    /// The same, with the cipher octets that the reference leads to.
    pub(crate) fn with_octets(self, octets: Vec<u8>) -> Self {
        Self { cipher: Cipher::Octets(octets), ..self }
    }

    /// The data that the tag of the ciphertext covers beside the ciphertext, which ChaCha20-Poly1305 may have.
    #[must_use]
    pub fn additional(&self) -> &[u8] {
        &self.parameters.additional
    }

    /// The cipher octets, decoded, after the initialisation vector if `xenc:EncryptionMethod` has it.
    ///
    /// # Errors
    /// [`DecryptError::Structure`]; the length is checked against `max` before decoding.
    /// [`DecryptError::CipherReference`] if they are in an attachment.
    pub fn cipher_octets(&self, max: usize) -> Result<Vec<u8>, DecryptError> {
        self.cipher_octets_and_room(max, 0)
    }

    /// The same, with room for `more` octets behind them.
    pub(crate) fn cipher_octets_and_room(&self, max: usize, more: usize) -> Result<Vec<u8>, DecryptError> {
        match &self.cipher {
            Cipher::Value(value) => {
                let vector = &self.parameters.vector;
                let most = (value.content_span().len() / 4 * 3 + 3).min(max);
                let mut octets = Wiped::room(vector.len() + most + more);
                octets.extend_from_slice(vector);
                value.append_base64(max, &mut octets)?;
                Ok(octets)
            }
            Cipher::Octets(octets) => {
                let mut copy = Wiped::room(octets.len() + more);
                copy.extend_from_slice(octets);
                Ok(copy)
            }
            Cipher::Attachment(_) | Cipher::Reference(_) => Err(DecryptError::CipherReference),
        }
    }
}

/// The common parts of EncryptedData and EncryptedKey.
pub(crate) struct Parts<'d> {
    pub(crate) method: Option<Element<'d>>,
    pub(crate) key_info: Option<Element<'d>>,
    /// `xenc:CipherValue` or `xenc:CipherReference`.
    pub(crate) cipher: Element<'d>,
    /// Children after `xenc:CipherData`, `xenc:EncryptionProperties` left out.
    pub(crate) more: Vec<Element<'d>>,
}

impl<'d> Parts<'d> {
    pub(crate) fn parse(element: Element<'d>) -> Result<Self, DecryptError> {
        let mut children = element.children().peekable();
        let method = children.next_if(|child| child.is(name::XENC.uri, "EncryptionMethod"));
        let key_info = children.next_if(|child| child.is(name::DS.uri, "KeyInfo"));
        let cipher_data = element.in_order(children.next(), name::XENC.uri, "CipherData")?;
        let mut values = cipher_data.children();
        let is_one =
            |child: Element<'_>| ["CipherValue", "CipherReference"].iter().any(|n| child.is(name::XENC.uri, n));
        let cipher = match (values.next(), values.next()) {
            (Some(child), None) if is_one(child) => child,
            (Some(_), Some(child)) | (Some(child), None) => return Err(cipher_data.unexpected(child).into()),
            (None, _) => return Err(cipher_data.missing("xenc:CipherValue").into()),
        };
        let more = children.filter(|child| !child.is(name::XENC.uri, "EncryptionProperties")).collect();
        Ok(Self { method, key_info, cipher, more })
    }

    /// The `xenc:CipherValue`.
    pub(crate) fn cipher_value(&self) -> Result<Element<'d>, DecryptError> {
        let is_value = self.cipher.is(name::XENC.uri, "CipherValue");
        if is_value { Ok(self.cipher) } else { Err(DecryptError::CipherReference) }
    }
}

fn only_child<'d>(parent: Element<'d>, namespace: &str, local: &str) -> Option<Element<'d>> {
    let mut children = parent.children();
    children.next().filter(|child| child.is(namespace, local) && children.next().is_none())
}

/// The `cid:` URL of a `xenc:CipherReference` with the one transform; `None` for any other.
fn attachment_named(reference: Element<'_>) -> Result<Option<String>, DecryptError> {
    let uri = reference.required_attribute("", "URI")?;
    let transforms = only_child(reference, name::XENC.uri, "Transforms");
    let transform = transforms.and_then(|list| only_child(list, name::DS.uri, "Transform"));
    let transform = transform.filter(|transform| transform.children().next().is_none());
    let algorithm = transform.and_then(|transform| transform.attribute("", "Algorithm"));
    let is_attachment = after_cid(&uri).is_some() && algorithm.as_deref() == Some(ATTACHMENT_CIPHERTEXT);
    Ok(is_attachment.then(|| uri.into_owned()))
}

/// An `xenc:EncryptedData` to write, whose cipher octets are an attachment.
#[derive(Clone, Copy)]
pub struct NewEncryptedAttachment<'a> {
    /// `@Id`.
    pub id: &'a str,
    /// The `cid:` URL of the attachment.
    pub url: &'a str,
    /// Whether the header of the attachment is encrypted, too.
    pub complete: bool,
    /// The type of the attachment, which is required unless its header is encrypted as well.
    pub mime_type: Option<&'a str>,
    /// The cipher.
    pub method: ContentEncryption,
    /// The canonical content of `ds:KeyInfo`, written for a place where `ds` is declared.
    pub key_info: Option<&'a str>,
}

impl std::fmt::Debug for NewEncryptedAttachment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewEncryptedAttachment").field("method", &self.method).finish_non_exhaustive()
    }
}

impl NewEncryptedAttachment<'_> {
    /// Writes it in canonical form, as a document of its own.
    ///
    /// # Specification
    /// SwA Profile 1.1.1 §5.
    #[must_use]
    pub fn write(&self) -> String {
        let Self { id, url, complete, mime_type, method, key_info } = *self;
        let mut writer = Writer::new();
        writer.start(name::XENC, "EncryptedData");
        writer.attribute("Id", id);
        if let Some(mime_type) = mime_type {
            writer.attribute("MimeType", mime_type);
        }
        writer.attribute("Type", PlaintextType::of_attachment(complete));
        writer.algorithm(name::XENC, "EncryptionMethod", method.uri());
        write_key_info(&mut writer, key_info);
        writer.start(name::XENC, "CipherData");
        writer.start(name::XENC, "CipherReference");
        writer.attribute("URI", url);
        writer.start(name::XENC, "Transforms");
        writer.algorithm(name::DS, "Transform", ATTACHMENT_CIPHERTEXT);
        for _ in 0..4 {
            writer.end();
        }
        writer.finish()
    }
}

/// Writes an `xenc:EncryptedData` in canonical form, as a document of its own. `key_info` is the canonical content of
/// `ds:KeyInfo`, written for a place where `ds` is declared.
#[must_use]
pub fn write_encrypted_data(
    id: Option<&str>,
    plaintext: &PlaintextType,
    method: ContentEncryption,
    key_info: Option<&str>,
    cipher_octets: &[u8],
) -> String {
    let mut writer = Writer::new();
    writer.start(name::XENC, "EncryptedData");
    if let Some(id) = id {
        writer.attribute("Id", id);
    }
    if let Some(uri) = plaintext.uri() {
        writer.attribute("Type", uri);
    }
    let mut ciphertext = cipher_octets;
    if method.has_parameters() {
        writer.start(name::XENC, "EncryptionMethod");
        writer.attribute("Algorithm", method.uri());
        ciphertext = CipherParameters::write(&mut writer, method, cipher_octets);
        writer.end();
    } else {
        writer.algorithm(name::XENC, "EncryptionMethod", method.uri());
    }
    write_rest(&mut writer, key_info, ciphertext);
    writer.end();
    writer.finish()
}

fn write_key_info(writer: &mut Writer, key_info: Option<&str>) {
    if let Some(key_info) = key_info {
        writer.start(name::DS, "KeyInfo");
        writer.raw(key_info);
        writer.end();
    }
}

/// `ds:KeyInfo` and `xenc:CipherData`.
pub(crate) fn write_rest(writer: &mut Writer, key_info: Option<&str>, cipher_octets: &[u8]) {
    write_key_info(writer, key_info);
    write_cipher_value(writer, cipher_octets);
}

/// `xenc:CipherData` with the octets.
pub(crate) fn write_cipher_value(writer: &mut Writer, cipher_octets: &[u8]) {
    writer.start(name::XENC, "CipherData");
    writer.start(name::XENC, "CipherValue");
    writer.base64(cipher_octets);
    writer.end();
    writer.end();
}
