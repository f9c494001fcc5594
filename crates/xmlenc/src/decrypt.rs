//! Decryption: from `xenc:EncryptedData` to a splice over its document.
//!
//! There is one failure for every cause, including unexpected plaintext: an answer that distinguishes wrong padding
//! from a parse error is an oracle (XML Encryption 1.1 §6.7).

use std::string::FromUtf8Error;

use wss_c14n::{Budget, Element, LeafError, Limit, Limits, Piece, Wiped};
use wss_crypto::Secret;
use wss_text::{all_shown, octets};
use zeroize::Zeroizing;

use crate::encrypted_data::{EncryptedData, PlaintextType};
use crate::error::DecryptError;

/// Decrypted XML of an `xenc:EncryptedData`.
pub struct Plaintext {
    xml: Piece,
    prefixes_from_around: Vec<String>,
}

impl std::fmt::Debug for Plaintext {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plaintext")
            .field("xml", &octets(self.xml.text().as_bytes()))
            .field("prefixes_from_around", &all_shown(&self.prefixes_from_around))
            .finish()
    }
}

impl Plaintext {
    /// The prefixes that its names use and that it does not declare, in the order of their first use. The empty prefix
    /// means the default namespace, which elements without a prefix use. The context of the `xenc:EncryptedData`
    /// decides their namespaces.
    #[must_use]
    pub fn prefixes_from_around(&self) -> &[String] {
        &self.prefixes_from_around
    }

    /// The text that replaces the `xenc:EncryptedData`. It is no longer wiped on drop.
    #[must_use]
    pub fn into_xml(self) -> String {
        self.xml.text().to_owned()
    }

    /// The content with its parsed form, for [`Splices::replace_by`](wss_c14n::Splices::replace_by).
    #[must_use]
    pub fn into_piece(self) -> Piece {
        self.xml
    }
}

/// Decrypts to octets, which are wiped on drop.
///
/// # Errors
/// [`DecryptError::Failed`]; [`DecryptError::Structure`] if the cipher value is not base64; [`DecryptError::Limit`] if it
/// is longer than what `budget` has left of [`Limit::PlaintextOctets`]. Cipher octets are charged before they are
/// decrypted.
pub fn decrypt_octets(
    data: &EncryptedData<'_>,
    key: &Secret,
    budget: &Budget,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let octets = charged_octets(data, budget, 0)?;
    Ok(Zeroizing::new(wss_crypto::decrypt_beside_and(data.method(), key, data.additional(), octets, Some)?))
}

/// Charges and decodes the cipher octets, with room for `more` behind them.
fn charged_octets(data: &EncryptedData<'_>, budget: &Budget, more: usize) -> Result<Vec<u8>, DecryptError> {
    let left = usize::try_from(budget.left(Limit::PlaintextOctets)).unwrap_or(usize::MAX);
    let octets = data.cipher_octets_and_room(left, more).map_err(|error| match error {
        DecryptError::Structure(LeafError::TooLong { .. }) => budget.exceeded(Limit::PlaintextOctets).into(),
        error => error,
    })?;
    budget.charge(Limit::PlaintextOctets, octets.len() as u64)?;
    Ok(octets)
}

/// Decrypts to XML that can replace the `xenc:EncryptedData`.
///
/// The plaintext is parsed in the namespace context of its place, inside an element that it must not close. With type
/// `Element` it must be exactly one element with nothing around it.
///
/// # Errors
/// [`DecryptError::Failed`] for every failure; [`DecryptError::Structure`] as for [`decrypt_octets`]; [`DecryptError::Limit`]
/// as there, and if so long a plaintext could not be parsed.
///
/// # Specification
/// XML Encryption 1.1 §4.4 and §4.5.
pub fn decrypt_xml(data: &EncryptedData<'_>, key: &Secret, budget: &Budget) -> Result<Plaintext, DecryptError> {
    let declarations = data.element().parent().map(Element::declarations_in_scope).unwrap_or_default();
    let octets = charged_octets(data, budget, wrapped_len(&declarations, 0))?;
    // A plaintext is not longer than its ciphertext. As much is charged for every key that is tried, so that what is left tells
    // nothing of padding, and the error may name the limit.
    budget.charge(Limit::ParsedOctets, wrapped_len(&declarations, octets.len()) as u64)?;
    let read = |octets| read(data, &declarations, octets, budget.limits());
    Ok(wss_crypto::decrypt_beside_and(data.method(), key, data.additional(), octets, read)?)
}

/// The plaintext of `data`, if it is XML of its type. Octets that are not UTF-8, or that begin with NUL as those of a
/// wrong tag do, are replaced by one text that is as long and fails at its first character, so that wrong padding, a
/// wrong tag and wrong text all cost the same parse.
fn read(data: &EncryptedData<'_>, declarations: &str, octets: Vec<u8>, limits: &Limits) -> Option<Plaintext> {
    let (text, is_text) = match String::from_utf8(octets) {
        Ok(text) if !text.starts_with('\0') => (text, true),
        other => {
            // This is done in place: wiping a second buffer would take measurable time.
            let mut octets = other.map_or_else(FromUtf8Error::into_bytes, String::into_bytes);
            octets.fill(0);
            octets.iter_mut().take(1).for_each(|first| *first = b'<');
            (String::from_utf8(octets).ok()?, false)
        }
    };
    let xml = Piece::read(wrap(declarations, text.into()), limits).ok()?;
    let root = xml.document().root();
    let fits = match data.plaintext_type() {
        PlaintextType::Element => {
            let content = root.content_span();
            let mut children = root.children();
            let only = children.next().filter(|_| children.next().is_none());
            only.is_some_and(|only| only.span() == content)
        }
        PlaintextType::Content => true,
        PlaintextType::Attachment { .. } | PlaintextType::Other(_) => false,
    };
    let prefixes_from_around = root.prefixes_taken_by_content().into_iter().map(str::to_owned).collect();
    (fits && is_text).then_some(Plaintext { xml, prefixes_from_around })
}

/// The markup around a plaintext while it is read.
const START: &str = "<plaintext";
const END: &str = "</plaintext>";

/// The octets that [`wrap`] makes of a text of this length.
fn wrapped_len(declarations: &str, text: usize) -> usize {
    START.len() + declarations.len() + 1 + text + END.len()
}

/// `text` inside an element with these declarations. The text has room for them: a buffer that grew would leave a part of it
/// behind that is not wiped.
fn wrap(declarations: &str, mut text: Wiped) -> Wiped {
    text.insert_str(0, &[START, declarations, ">"].concat());
    text.push_str(END);
    text
}
