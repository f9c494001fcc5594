//! Encryption: from an element, or its content, to `xenc:EncryptedData`.
//!
//! The plaintext must still mean the same when a peer parses it in place of the EncryptedData, even if an attacker
//! added declarations around that place. Therefore it declares the namespaces in scope that it uses. What that adds is charged
//! before it is written.

use wss_c14n::{Budget, Element, Limit, TakeAlong};
use wss_crypto::{ContentEncryption, Random, Secret};

use crate::encrypted_data::{PlaintextType, write_encrypted_data};
use crate::error::EncryptError;

/// Room for a tag, or for padding.
const BEHIND: usize = 16;

/// The cipher and the key of a new `xenc:EncryptedData`, its Id, and what it says of its key.
#[derive(Clone, Copy)]
pub struct Encryption<'k> {
    method: ContentEncryption,
    key: &'k Secret,
    id: Option<&'k str>,
    key_info: Option<&'k str>,
}

impl std::fmt::Debug for Encryption<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encryption").field("method", &self.method).finish_non_exhaustive()
    }
}

impl<'k> Encryption<'k> {
    /// A cipher and its key, without an Id and without `ds:KeyInfo`.
    #[must_use]
    pub fn new(method: ContentEncryption, key: &'k Secret) -> Self {
        Self { method, key, id: None, key_info: None }
    }

    /// Sets `@Id`.
    #[must_use]
    pub fn id(mut self, id: impl Into<Option<&'k str>>) -> Self {
        self.id = id.into();
        self
    }

    /// Sets the canonical content of `ds:KeyInfo`, written for a place where `ds` is declared.
    #[must_use]
    pub fn key_info(mut self, key_info: impl Into<Option<&'k str>>) -> Self {
        self.key_info = key_info.into();
        self
    }

    fn write(&self, plaintext: &PlaintextType, cipher_octets: &[u8]) -> String {
        write_encrypted_data(self.id, plaintext, self.method, self.key_info, cipher_octets)
    }
}

/// An element to encrypt.
#[derive(Clone, Copy)]
pub struct ElementPlaintext<'e, 'd> {
    /// The element.
    pub element: Element<'d>,
    /// What the plaintext takes along from the elements around it.
    pub along: TakeAlong,
    /// Whether the element is encrypted, or its content.
    pub kind: &'e PlaintextType,
}

/// Encrypts an element or its content, and writes the `xenc:EncryptedData` as [`encrypt_octets`]
/// does. The plaintext is the source text, in which each top-level element declares the namespaces in scope that it uses,
/// including the absence of a default namespace: those of names, and those of any name in text or in an attribute value, which
/// may be a QName ([`SelfContained`](wss_c14n::SelfContained)).
///
/// A signature over the element in its place, made before encryption, still verifies after decryption: a repeated
/// declaration changes no canonical form. Attributes do change it: take those of the `xml` namespace along only if nothing
/// signed the element before.
///
/// Prefixes in character data of the content, outside all elements, cannot be declared.
///
/// # Errors
/// [`EncryptError`]; [`EncryptError::Limit`] if the plaintext takes more from around it than `budget` has left, or if it has more
/// octets or declarations than a receiver with the same limits accepts. That is charged before there is a plaintext.
pub fn encrypt_element(
    plaintext: ElementPlaintext<'_, '_>,
    encryption: Encryption<'_>,
    random: &dyn Random,
    budget: &Budget,
) -> Result<String, EncryptError> {
    let ElementPlaintext { element, along, kind } = plaintext;
    let Encryption { method, key, .. } = encryption;
    let piece = match kind {
        PlaintextType::Content => element.self_contained_content(along, budget)?,
        PlaintextType::Element | PlaintextType::Attachment { .. } | PlaintextType::Other(_) => {
            element.self_contained(along, budget)?
        }
    };
    // The plaintext is encrypted where it is written. A buffer that grows is moved, and its old memory is not wiped.
    let octets = method.iv_len() + piece.most_octets() + BEHIND;
    budget.charge(Limit::PlaintextOctets, octets as u64)?;
    budget.check(Limit::DocumentOctets, octets)?;
    let mut text = String::with_capacity(octets);
    text.extend(std::iter::repeat_n('\0', method.iv_len()));
    piece.push_to(&mut text);
    drop(piece);
    let cipher_octets = wss_crypto::encrypt_in_place(method, key, text.into_bytes(), random)?;
    Ok(encryption.write(kind, &cipher_octets))
}

/// Encrypts `octets` and writes the `xenc:EncryptedData` in canonical form, as a document of its own.
///
/// # Errors
/// [`EncryptError`].
///
/// ```
/// use wss_c14n::{Budget, Document, Limits};
/// use wss_crypto::{ContentEncryption, Secret, SystemRandom};
/// use wss_xmlenc::{EncryptedData, Encryption, PlaintextType, decrypt_octets, encrypt_octets};
///
/// let (method, random) = (ContentEncryption::Aes128Gcm, &SystemRandom);
/// let key = Secret::generate(random, method.key_len())?;
/// let encryption = Encryption::new(method, &key);
/// let xml = encrypt_octets(b"<amount>4711</amount>", &PlaintextType::Element, encryption, random)?;
///
/// let document = Document::parse(xml.as_str(), &Limits::default())?;
/// let budget = Budget::new(&Limits::default(), xml.len() as u64);
/// let data = EncryptedData::parse(document.root())?;
/// assert_eq!(decrypt_octets(&data, &key, &budget)?.as_slice(), b"<amount>4711</amount>");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encrypt_octets(
    octets: &[u8],
    plaintext: &PlaintextType,
    encryption: Encryption<'_>,
    random: &dyn Random,
) -> Result<String, EncryptError> {
    let cipher_octets = wss_crypto::encrypt(encryption.method, encryption.key, octets, random)?;
    Ok(encryption.write(plaintext, &cipher_octets))
}
