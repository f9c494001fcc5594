//! Ciphertext under a key that other messages have, too. Its sender meant it for the message that it came with first: who
//! takes it into a message of his own does not know what it says.
//!
//! Other ciphertext has its key in an EncryptedKey of the message, which is remembered in its place.

use wss_c14n::{Document, Limit};
use wss_crypto::{Digest, DigestMethod};
use wss_soap::mime::{Content, MimeError};
use wss_tokens::Assertion;
use wss_xmlenc::EncryptedData;

use crate::error::OpenError;
use crate::open::keys::{FoundSecret, KeyRing};
use crate::open::replay_key::replay_key;
use crate::open::terms::Terms;
use crate::waiver::Waiver;

/// Whether ciphertext under this key must be remembered.
fn is_repeatable(found: &FoundSecret, terms: &Terms<'_>, ring: &KeyRing) -> bool {
    terms.receiver.waives(Waiver::RepeatedEncryptedKeys) || !ring.remembers(&found.root)
}

/// The replay key of ciphertext in the envelope, unless its EncryptedKey is remembered.
pub(super) fn key_of_element(
    data: &EncryptedData<'_>,
    found: &FoundSecret,
    terms: &Terms<'_>,
    ring: &KeyRing,
) -> Result<Option<[u8; 32]>, OpenError> {
    if !is_repeatable(found, terms, ring) {
        return Ok(None);
    }
    let most = data.element().span().len();
    terms.budget.charge(Limit::DigestedOctets, most as u64)?;
    let mut digest = Digest::new(DigestMethod::Sha256);
    digest.update(&data.cipher_octets(most)?);
    Ok(Some(key(digest)))
}

/// As [`key_of_element`], for the octets of an attachment.
pub(super) fn key_of_attachment(
    octets: &Content<'_>,
    found: &FoundSecret,
    terms: &Terms<'_>,
    ring: &KeyRing,
) -> Result<Option<[u8; 32]>, OpenError> {
    if !is_repeatable(found, terms, ring) {
        return Ok(None);
    }
    terms.budget.charge(Limit::DigestedOctets, octets.len())?;
    let mut digest = Digest::new(DigestMethod::Sha256);
    let update = |piece: &[u8]| {
        digest.update(piece);
        Ok::<(), MimeError>(())
    };
    octets.for_each_piece(update).map_err(OpenError::Attachment)?;
    Ok(Some(key(digest)))
}

/// Whether the root of a plaintext has one child, which is an assertion: its issuer encrypted it once, and its subject sends it
/// with each message.
pub(crate) fn is_an_assertion(plaintext: &Document<'_>) -> bool {
    let mut content = plaintext.root().children();
    content.next().is_some_and(Assertion::is_one) && content.next().is_none()
}

fn key(digest: Digest) -> [u8; 32] {
    replay_key(b"ciphertext", &[digest.finish().as_octets()])
}
