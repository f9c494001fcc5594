//! Encryption: from an element, or its content, to `xenc:EncryptedData`.
//!
//! What is encrypted must still mean the same when a peer parses it in the place of the EncryptedData, whatever an
//! attacker declared around that place: it takes the namespaces in scope along.

use wss_c14n::{Element, TakeAlong};
use wss_crypto::{ContentEncryption, Random, Secret};
use zeroize::Zeroizing;

use crate::encrypted_data::{PlaintextType, write_encrypted_data};
use crate::error::EncryptError;

/// The octets of an element or its content as they are encrypted: the source text, with every namespace in scope
/// declared in each element at the top of it, the absence of a default namespace included.
///
/// A signature over the element in its place, made before it is encrypted, still fits what is decrypted: declarations
/// that repeat what is in scope change no canonical form. Attributes do: take those of the `xml` namespace along only
/// where nothing signed the element before.
///
/// Prefixes in character data at the top of a content, outside all elements, cannot be declared.
#[must_use]
pub fn plaintext_of(element: Element<'_>, plaintext: &PlaintextType, along: TakeAlong) -> Zeroizing<Vec<u8>> {
    let text = match plaintext {
        PlaintextType::Content => element.standalone_content(along),
        PlaintextType::Element | PlaintextType::Attachment { .. } | PlaintextType::Other(_) => {
            element.standalone(along)
        }
    };
    Zeroizing::new(text.into_bytes())
}

/// Encrypts `octets`, and writes the `xenc:EncryptedData` in canonical form, standing alone.
///
/// # Errors
/// [`EncryptError`].
pub fn encrypt_octets(
    octets: &[u8],
    plaintext: &PlaintextType,
    method: ContentEncryption,
    key: &Secret,
    id: Option<&str>,
    key_info: Option<&str>,
    random: &dyn Random,
) -> Result<String, EncryptError> {
    let cipher_octets = wss_crypto::encrypt(method, key, octets, random)?;
    Ok(write_encrypted_data(id, plaintext, method, key_info, &cipher_octets))
}
