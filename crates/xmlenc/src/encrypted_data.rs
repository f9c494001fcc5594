//! `xenc:EncryptedData`: the wire form, both ways (XML Encryption 1.1 §3.4).

use wss_c14n::{Element, Writer, base64_encode, name};
use wss_crypto::ContentEncryption;

use crate::error::DecryptError;

/// What the plaintext is, as `@Type` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaintextType {
    /// One element.
    Element,
    /// What stands between the tags of an element.
    Content,
    /// Octets, whatever they are.
    Other(Option<String>),
}

impl PlaintextType {
    const ELEMENT: &'static str = "http://www.w3.org/2001/04/xmlenc#Element";
    const CONTENT: &'static str = "http://www.w3.org/2001/04/xmlenc#Content";

    fn from_attribute(uri: Option<&str>) -> Self {
        match uri {
            Some(Self::ELEMENT) => Self::Element,
            Some(Self::CONTENT) => Self::Content,
            other => Self::Other(other.map(str::to_owned)),
        }
    }

    fn uri(&self) -> Option<&str> {
        match self {
            Self::Element => Some(Self::ELEMENT),
            Self::Content => Some(Self::CONTENT),
            Self::Other(uri) => uri.as_deref(),
        }
    }
}

/// An `xenc:EncryptedData` as it stands in a document.
#[derive(Debug, Clone)]
pub struct EncryptedData<'d> {
    element: Element<'d>,
    id: Option<String>,
    plaintext: PlaintextType,
    method: ContentEncryption,
    key_info: Option<Element<'d>>,
    cipher_value: Element<'d>,
}

impl<'d> EncryptedData<'d> {
    /// Reads an `xenc:EncryptedData`. Its children stand in schema order, each as often as the schema allows.
    ///
    /// # Errors
    /// [`DecryptError`] but never [`DecryptError::Failed`].
    pub fn parse(element: Element<'d>) -> Result<Self, DecryptError> {
        let parts = Parts::parse(element)?;
        if let Some(more) = parts.more.first() {
            return Err(element.unexpected(*more).into());
        }
        let method = parts.method.ok_or_else(|| element.missing("xenc:EncryptionMethod"))?;
        let uri = method.required_attribute("", "Algorithm")?;
        let method = ContentEncryption::from_uri(&uri)
            .ok_or_else(|| DecryptError::UnknownAlgorithm { uri: uri.clone().into_owned() })?;
        Ok(Self {
            element,
            id: element.attribute("", "Id").map(|id| id.into_owned()),
            plaintext: PlaintextType::from_attribute(element.attribute("", "Type").as_deref()),
            method,
            key_info: parts.key_info,
            cipher_value: parts.cipher_value,
        })
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

    /// The cipher octets, decoded.
    ///
    /// # Errors
    /// [`DecryptError::Structure`]; judged against `max` before decoding.
    pub fn cipher_octets(&self, max: usize) -> Result<Vec<u8>, DecryptError> {
        Ok(self.cipher_value.base64(max)?)
    }
}

/// What EncryptedData and EncryptedKey have in common.
pub(crate) struct Parts<'d> {
    pub(crate) method: Option<Element<'d>>,
    pub(crate) key_info: Option<Element<'d>>,
    pub(crate) cipher_value: Element<'d>,
    /// Children after `xenc:CipherData`, `xenc:EncryptionProperties` left out.
    pub(crate) more: Vec<Element<'d>>,
}

impl<'d> Parts<'d> {
    pub(crate) fn parse(element: Element<'d>) -> Result<Self, DecryptError> {
        let mut children = element.children().peekable();
        let method = children.next_if(|child| child.is(name::XENC.uri, "EncryptionMethod"));
        let key_info = children.next_if(|child| child.is(name::DS.uri, "KeyInfo"));
        let cipher_data = match children.next() {
            Some(child) if child.is(name::XENC.uri, "CipherData") => child,
            Some(child) => return Err(element.unexpected(child).into()),
            None => return Err(element.missing("xenc:CipherData").into()),
        };
        let mut values = cipher_data.children();
        let cipher_value = match (values.next(), values.next()) {
            (Some(child), None) if child.is(name::XENC.uri, "CipherValue") => child,
            (Some(child), _) if child.is(name::XENC.uri, "CipherReference") => {
                return Err(DecryptError::CipherReference);
            }
            (Some(_), Some(child)) | (Some(child), None) => return Err(cipher_data.unexpected(child).into()),
            (None, _) => return Err(cipher_data.missing("xenc:CipherValue").into()),
        };
        let more = children.filter(|child| !child.is(name::XENC.uri, "EncryptionProperties")).collect();
        Ok(Self { method, key_info, cipher_value, more })
    }
}

/// Writes an `xenc:EncryptedData` in canonical form, standing alone. `key_info` is the canonical content of
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
    writer.algorithm(name::XENC, "EncryptionMethod", method.uri());
    write_rest(&mut writer, key_info, cipher_octets);
    writer.end();
    writer.finish()
}

/// `ds:KeyInfo` and `xenc:CipherData`.
pub(crate) fn write_rest(writer: &mut Writer, key_info: Option<&str>, cipher_octets: &[u8]) {
    if let Some(key_info) = key_info {
        writer.start(name::DS, "KeyInfo");
        writer.raw(key_info);
        writer.end();
    }
    writer.start(name::XENC, "CipherData");
    writer.start(name::XENC, "CipherValue");
    // Base64 needs no escape: a large value is not looked at again.
    writer.raw(&base64_encode(cipher_octets));
    writer.end();
    writer.end();
}
