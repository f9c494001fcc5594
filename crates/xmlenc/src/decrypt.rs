//! Decryption: from `xenc:EncryptedData` to a splice over the document it stands in.
//!
//! One failure, whatever went wrong, up to and including what the plaintext holds: an answer that tells padding
//! from parsing is an oracle (XML Encryption 1.1 §6.7).

use wss_c14n::{Budget, Document, Element, Limit};
use wss_crypto::Secret;

use crate::encrypted_data::{EncryptedData, PlaintextType};
use crate::error::DecryptError;

/// Decrypts to octets.
///
/// # Errors
/// [`DecryptError::Failed`]; [`DecryptError::Structure`] if the cipher value is not base64, or longer than what `budget`
/// leaves of [`Limit::PlaintextOctets`]: cipher octets are charged to it before they are decrypted.
pub fn decrypt_octets(data: &EncryptedData<'_>, key: &Secret, budget: &Budget) -> Result<Vec<u8>, DecryptError> {
    Ok(wss_crypto::decrypt(data.method(), key, charged_octets(data, budget)?)?)
}

/// The cipher octets, charged.
fn charged_octets(data: &EncryptedData<'_>, budget: &Budget) -> Result<Vec<u8>, DecryptError> {
    let left = usize::try_from(budget.left(Limit::PlaintextOctets)).unwrap_or(usize::MAX);
    let octets = data.cipher_octets(left)?;
    budget.charge(Limit::PlaintextOctets, octets.len() as u64)?;
    Ok(octets)
}

/// Decrypts to XML that can take the place of the `xenc:EncryptedData`.
///
/// The plaintext is read in the namespace context of the place it is for, inside an element that it must leave
/// whole. Under type `Element` it is exactly one element with nothing around it.
///
/// # Errors
/// [`DecryptError::Failed`], whatever went wrong; [`DecryptError::Structure`] as for [`decrypt_octets`].
///
/// # Specification
/// XML Encryption 1.1 §4.4 and §4.5.
pub fn decrypt_xml(data: &EncryptedData<'_>, key: &Secret, budget: &Budget) -> Result<String, DecryptError> {
    let octets = charged_octets(data, budget)?;
    Ok(wss_crypto::decrypt_and(data.method(), key, octets, |octets| read(data, octets, budget))?)
}

/// The plaintext of `data`, if it is XML that fits its type. Octets that are not UTF-8 are read as an illegal character:
/// wrong padding, a wrong tag and wrong text all cost a reading.
fn read(data: &EncryptedData<'_>, octets: Vec<u8>, budget: &Budget) -> Option<String> {
    let (text, is_text) = match String::from_utf8(octets) {
        Ok(text) => (text, true),
        Err(error) => ("\0".repeat(error.as_bytes().len()), false),
    };
    let wrapped = wrap(data.element(), &text);
    let document = Document::parse_within(wrapped.as_str(), budget).ok()?;
    let fits = match data.plaintext_type() {
        PlaintextType::Element => {
            let root = document.root();
            let content = root.content_span();
            let mut children = root.children();
            let only = children.next().filter(|_| children.next().is_none());
            only.is_some_and(|only| only.span() == content)
        }
        PlaintextType::Content => true,
        PlaintextType::Attachment { .. } | PlaintextType::Other(_) => false,
    };
    (fits && is_text).then_some(text)
}

/// `text` inside an element that declares what is in scope at `place`.
fn wrap(place: Element<'_>, text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + 256);
    wrapped.push_str("<plaintext");
    let context = place.parent().map(Element::namespaces_in_scope).unwrap_or_default();
    for (prefix, uri) in context {
        wrapped.push_str(" xmlns");
        if !prefix.is_empty() {
            wrapped.push(':');
            wrapped.push_str(prefix);
        }
        wrapped.push_str("=\"");
        for c in uri.chars() {
            match c {
                '&' => wrapped.push_str("&amp;"),
                '<' => wrapped.push_str("&lt;"),
                '"' => wrapped.push_str("&quot;"),
                c => wrapped.push(c),
            }
        }
        wrapped.push('"');
    }
    wrapped.push('>');
    wrapped.push_str(text);
    wrapped.push_str("</plaintext>");
    wrapped
}
