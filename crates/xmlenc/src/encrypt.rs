//! Encryption: from an element, or its content, to `xenc:EncryptedData`.
//!
//! What is encrypted must still mean the same when a peer parses it in the context of the EncryptedData: an
//! element takes the namespace declarations it needs along; content keeps its context, since its parent stays.

use wss_c14n::{Budget, Canonicalization, CanonicalizationMethod, Element, Subset};
use wss_crypto::{ContentEncryption, Random, Secret};

use crate::encrypted_data::{PlaintextType, write_encrypted_data};
use crate::error::EncryptError;

/// The octets of an element or its content as they are encrypted.
///
/// An element is serialised in exclusive canonical form with comments: the namespaces it visibly utilizes come
/// along, and what only its values mean is in scope where it is put back. Content is taken from the source as it
/// stands.
#[must_use]
pub fn plaintext_of(element: Element<'_>, plaintext: &PlaintextType) -> Vec<u8> {
    match plaintext {
        PlaintextType::Content => {
            let document = element.document();
            document.source().get(element.content_span()).unwrap_or_default().as_bytes().to_vec()
        }
        PlaintextType::Element | PlaintextType::Attachment { .. } | PlaintextType::Other(_) => {
            let exclusive = Canonicalization::new(CanonicalizationMethod::ExclusiveWithComments);
            // Falls back to the source where canonical form is not defined: relative namespace names.
            exclusive.to_octets(&Subset::subtree(element), &Budget::dangerous_unbounded()).unwrap_or_else(|_| {
                element.document().source().get(element.span()).unwrap_or_default().as_bytes().to_vec()
            })
        }
    }
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
