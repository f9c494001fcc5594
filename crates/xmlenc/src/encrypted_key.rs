//! `xenc:EncryptedKey`: the wire form, both ways (XML Encryption 1.1 §3.5).

use wss_c14n::{Budget, Element, Limit, Writer, base64_encode, name};
use wss_crypto::{
    ContentEncryption, CryptoError, Digest, DigestMethod, KeyTransport, KeyUnwrap, KeyWrap, Secret, SystemRandom,
    TransportMethod,
};
use wss_text::{all_shown, octets, shown};
use wss_xmldsig::AlgorithmRole;

use crate::encrypted_data::{Parts, write_rest};
use crate::error::DecryptError;

/// The method that protects the key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyMethod {
    /// By RSA, to the holder of a private key.
    Transport(KeyTransport),
    /// By another symmetric key, with a key wrap.
    Wrap(KeyWrap),
    /// By another symmetric key, with a content cipher: any ciphertext under that key may serve as a wrapped key, so that
    /// whoever knows its plaintext knows the key. Only old documents have it (XML Encryption 1.1 §3.5 forbids none).
    Content(ContentEncryption),
}

impl KeyMethod {
    /// The identifier.
    #[must_use]
    pub fn uri(&self) -> &'static str {
        match self {
            Self::Transport(transport) => transport.uri(),
            Self::Wrap(wrap) => wrap.uri(),
            Self::Content(cipher) => cipher.uri(),
        }
    }
}

/// An `xenc:EncryptedKey` in a document.
#[derive(Clone)]
pub struct EncryptedKey<'d> {
    element: Element<'d>,
    id: Option<String>,
    method: KeyMethod,
    key_info: Option<Element<'d>>,
    cipher_octets: Vec<u8>,
    references: ReferenceList,
    carried_name: Option<String>,
}

impl std::fmt::Debug for EncryptedKey<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptedKey")
            .field("element", &self.element)
            .field("id", &self.id.as_deref().map(shown))
            .field("method", &self.method)
            .field("key_info", &self.key_info)
            .field("cipher_octets", &octets(&self.cipher_octets))
            .field("references", &self.references)
            .field("carried_name", &self.carried_name.as_deref().map(shown))
            .finish()
    }
}

impl<'d> EncryptedKey<'d> {
    /// The largest number of octets of a wrapped key: RSA of 8 192 bits.
    const MAX_OCTETS: usize = 1_024;

    /// Reads an `xenc:EncryptedKey`.
    ///
    /// # Errors
    /// [`DecryptError`] but never [`DecryptError::Failed`].
    pub fn parse(element: Element<'d>, budget: &Budget) -> Result<Self, DecryptError> {
        let parts = Parts::parse(element)?;
        let cipher_value = parts.cipher_value()?;
        let method = parts.method.ok_or_else(|| element.missing("xenc:EncryptionMethod"))?;
        let mut references = None;
        let mut carried_name = None;
        for child in parts.more {
            if child.is(name::XENC.uri, "ReferenceList") && references.is_none() {
                references = Some(ReferenceList::parse(child, budget)?);
            } else if child.is(name::XENC.uri, "CarriedKeyName") && carried_name.is_none() {
                carried_name = Some(child.string()?.into_owned());
            } else {
                return Err(element.unexpected(child).into());
            }
        }
        Ok(Self {
            element,
            id: element.attribute("", "Id").map(|id| id.into_owned()),
            method: parse_method(method)?,
            key_info: parts.key_info,
            cipher_octets: cipher_value.base64(Self::MAX_OCTETS)?,
            references: references.unwrap_or_default(),
            carried_name,
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

    /// `xenc:EncryptionMethod`.
    #[must_use]
    pub fn method(&self) -> &KeyMethod {
        &self.method
    }

    /// `ds:KeyInfo`: hints to the key that unwraps.
    #[must_use]
    pub fn key_info(&self) -> Option<Element<'d>> {
        self.key_info
    }

    /// The wrapped key.
    #[must_use]
    pub fn cipher_octets(&self) -> &[u8] {
        &self.cipher_octets
    }

    /// SHA-1 of the wrapped key, by which `#EncryptedKeySHA1` identifies it (SOAP Message Security 1.1.1 §7.7).
    #[must_use]
    pub fn sha1(&self) -> Vec<u8> {
        Digest::of(DigestMethod::Sha1, &self.cipher_octets).as_octets().to_vec()
    }

    /// The Ids that its `xenc:ReferenceList` names as encrypted with this key.
    #[must_use]
    pub fn data_references(&self) -> &[String] {
        self.references.data()
    }

    /// Its `xenc:ReferenceList`, which is empty if it has none.
    #[must_use]
    pub fn references(&self) -> &ReferenceList {
        &self.references
    }

    /// `xenc:CarriedKeyName`: the name that a `ds:KeyName` elsewhere uses for this key.
    #[must_use]
    pub fn carried_name(&self) -> Option<&str> {
        self.carried_name.as_deref()
    }

    /// Unwraps with a private key.
    ///
    /// # Errors
    /// [`DecryptError::Failed`] for every failure to decrypt; [`DecryptError::Elsewhere`].
    pub fn unwrap_with(&self, key: &dyn KeyUnwrap, expected_len: Option<usize>) -> Result<Secret, DecryptError> {
        match &self.method {
            KeyMethod::Transport(transport) => Ok(key.unwrap_key(transport, &self.cipher_octets, expected_len)?),
            KeyMethod::Wrap(_) | KeyMethod::Content(_) => Err(DecryptError::Failed),
        }
    }

    /// Unwraps with a symmetric key.
    ///
    /// # Errors
    /// [`DecryptError::Failed`] for every failure.
    pub fn unwrap_with_secret(&self, key: &Secret) -> Result<Secret, DecryptError> {
        match &self.method {
            KeyMethod::Wrap(wrap) => Ok(wss_crypto::unwrap(*wrap, key, &self.cipher_octets)?),
            KeyMethod::Content(cipher) => {
                Ok(Secret::new(wss_crypto::decrypt(*cipher, key, self.cipher_octets.clone())?))
            }
            KeyMethod::Transport(_) => Err(DecryptError::Failed),
        }
    }

    /// The key that `unwrap` returns. If `unwrap` fails, a random key of `expected_len` octets (32 if none is
    /// expected), so that decryption fails later as with every wrong key, after the same work. An immediate error would
    /// tell the sender whether the padding of key transport is right.
    ///
    /// # Errors
    /// [`DecryptError::Failed`] if there is no randomness.
    ///
    /// # Specification
    /// XML Encryption 1.1 §6.7. The idea is that of RFC 5246 §7.4.7.1.
    pub fn unwrap_or_substitute(
        &self,
        expected_len: Option<usize>,
        unwrap: impl FnOnce(&Self) -> Result<Secret, DecryptError>,
    ) -> Result<Secret, DecryptError> {
        let fresh = Secret::generate(&SystemRandom, expected_len.unwrap_or(32))?;
        match unwrap(self) {
            Ok(key) => Ok(key),
            Err(DecryptError::Failed) => Ok(fresh),
            Err(error) => Err(error),
        }
    }
}

/// An `xenc:ReferenceList`: the Ids of encrypted data.
#[derive(Clone, Default)]
pub struct ReferenceList {
    data: Vec<String>,
    without_hash: Option<String>,
}

impl std::fmt::Debug for ReferenceList {
    /// Text of a message is escaped, and cut if it is long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReferenceList")
            .field("data", &all_shown(&self.data))
            .field("without_hash", &self.without_hash.as_deref().map(shown))
            .finish()
    }
}

impl ReferenceList {
    /// Reads an `xenc:ReferenceList`. A URI without `#` is read as the Id itself, and remembered: the caller decides
    /// whether it is accepted.
    ///
    /// # Errors
    /// [`DecryptError::Structure`] if a reference has no URI, or an empty one; [`DecryptError::Limit`] if there are too
    /// many.
    pub fn parse(list: Element<'_>, budget: &Budget) -> Result<Self, DecryptError> {
        let mut references = Self::default();
        budget.check(Limit::DataReferences, list.children().count())?;
        for child in list.children() {
            let is_data = child.is(name::XENC.uri, "DataReference");
            if !is_data && !child.is(name::XENC.uri, "KeyReference") {
                return Err(list.unexpected(child).into());
            }
            let uri = child.required_attribute("", "URI")?;
            let id = uri.strip_prefix('#').unwrap_or(&uri);
            if id.is_empty() {
                return Err(child.missing("a same-document URI").into());
            }
            if !uri.starts_with('#') {
                references.without_hash.get_or_insert_with(|| uri.clone().into_owned());
            }
            if is_data {
                references.data.push(id.to_owned());
            }
        }
        Ok(references)
    }

    /// The Ids of its `xenc:DataReference`s.
    #[must_use]
    pub fn data(&self) -> &[String] {
        &self.data
    }

    /// The first URI that lacks `#`, against BSP R3006 and R5608: in XML Encryption it names another document.
    #[must_use]
    pub fn without_hash(&self) -> Option<&str> {
        self.without_hash.as_deref()
    }
}

/// Writes an `xenc:ReferenceList`.
pub fn write_reference_list(writer: &mut Writer, ids: &[String]) {
    writer.start(name::XENC, "ReferenceList");
    for id in ids {
        writer.start(name::XENC, "DataReference");
        writer.attribute("URI", format!("#{id}"));
        writer.end();
    }
    writer.end();
}

/// The method with its parameters; absent digests are SHA-1 (XML Encryption 1.1 §5.5.2).
fn parse_method(element: Element<'_>) -> Result<KeyMethod, DecryptError> {
    let uri = element.required_attribute("", "Algorithm")?;
    if let Some(wrap) = KeyWrap::from_uri(&uri) {
        return Ok(KeyMethod::Wrap(wrap));
    }
    if let Some(cipher) = ContentEncryption::from_uri(&uri) {
        return Ok(KeyMethod::Content(cipher));
    }
    let unknown = |role, uri: &str| DecryptError::UnknownAlgorithm { role, uri: uri.into() };
    let method = TransportMethod::from_uri(&uri).ok_or_else(|| unknown(AlgorithmRole::KeyEncryption, &uri))?;
    if method == TransportMethod::Rsa15 {
        return Ok(KeyMethod::Transport(KeyTransport::Rsa15));
    }
    let mut digest = None;
    if let Some(child) = element.optional_child(name::DS.uri, "DigestMethod")? {
        let uri = child.required_attribute("", "Algorithm")?;
        digest = Some(DigestMethod::from_uri(&uri).ok_or_else(|| unknown(AlgorithmRole::Digest, &uri))?);
    }
    let mut mgf = None;
    if let Some(child) = element.optional_child(name::XENC11.uri, "MGF")? {
        let uri = child.required_attribute("", "Algorithm")?;
        mgf = Some(DigestMethod::from_mgf_uri(&uri).ok_or_else(|| unknown(AlgorithmRole::Mask, &uri))?);
    }
    let label = match element.optional_child(name::XENC.uri, "OAEPparams")? {
        Some(child) => child.base64(1_024)?,
        None => Vec::new(),
    };
    Ok(KeyMethod::Transport(KeyTransport::with(method, digest, mgf, label)))
}

/// Writes an `xenc:EncryptedKey` in canonical form, as a document of its own. `key_info` is the canonical content of
/// `ds:KeyInfo`, written for a place where `ds` is declared.
#[must_use]
pub fn write_encrypted_key(
    id: Option<&str>,
    method: &KeyMethod,
    key_info: Option<&str>,
    cipher_octets: &[u8],
    data_references: &[String],
) -> String {
    let mut writer = Writer::new();
    writer.start(name::XENC, "EncryptedKey");
    if let Some(id) = id {
        writer.attribute("Id", id);
    }
    write_method(&mut writer, method);
    write_rest(&mut writer, key_info, cipher_octets);
    if !data_references.is_empty() {
        write_reference_list(&mut writer, data_references);
    }
    writer.end();
    writer.finish()
}

/// Digest and MGF are always written if the algorithm has them.
fn write_method(writer: &mut Writer, method: &KeyMethod) {
    writer.start(name::XENC, "EncryptionMethod");
    match method {
        KeyMethod::Wrap(_) | KeyMethod::Content(_) => writer.attribute("Algorithm", method.uri()),
        KeyMethod::Transport(transport) => {
            writer.attribute("Algorithm", transport.uri());
            if !transport.label().is_empty() {
                writer.leaf(name::XENC, "OAEPparams", &base64_encode(transport.label()));
            }
            if let Some(digest) = transport.digest() {
                writer.algorithm(name::DS, "DigestMethod", digest.uri());
            }
            if let Some(uri) = transport.mgf().and_then(DigestMethod::mgf_uri) {
                writer.algorithm(name::XENC11, "MGF", uri);
            }
        }
    }
    writer.end();
}

/// Protects a fresh content key for its recipient.
///
/// # Errors
/// [`CryptoError`] as for [`wss_crypto::PublicKey::wrap_key`] and [`wss_crypto::wrap`].
pub fn protect(method: &KeyMethod, recipient: &wss_crypto::PublicKey, key: &Secret) -> Result<Vec<u8>, CryptoError> {
    match method {
        KeyMethod::Transport(transport) => recipient.wrap_key(transport, key),
        KeyMethod::Wrap(_) | KeyMethod::Content(_) => Err(CryptoError::KeyMismatch),
    }
}
