//! Attachments that came as ciphertext: their plaintext, and the facts that signatures over the ciphertext prove about
//! it.

use std::ops::Range;

use wss_c14n::Limit;
use wss_crypto::ContentEncryption;
use wss_soap::mime::{MimePart, content_id_of};
use wss_xmlenc::{DecryptError, EncryptedData, PlaintextType};

use super::repeatable::key_of_attachment;
use super::unsigned_key::unsigned_key;
use crate::attachments::{CipherKey, OpenCipherError, opened, restored};
use crate::error::{CoverageLost, OpenError};
use crate::key_uses::KeyUse;
use crate::open::facts::Facts;
use crate::open::keys::{FoundSecret, KeyRing};
use crate::open::proven::ProvenSignature;
use crate::open::terms::Terms;
use crate::receiver::Receiver;
use crate::waiver::Waiver;

/// An attachment with the cipher octets of an EncryptedData.
pub(super) struct EncryptedAttachment {
    /// Its index among the attachments.
    pub(super) at: usize,
    content_id: String,
    /// The Id of the EncryptedData.
    id: String,
    /// The span of the EncryptedData.
    span: Range<usize>,
    /// Whether the header is inside the plaintext.
    is_complete: bool,
    /// Whether the EncryptedData, or the plaintext itself, states the type.
    states_type: bool,
    cipher: ContentEncryption,
    /// Whether a verified signature covers both the EncryptedData and the attachment.
    pub(super) is_covered: bool,
}

impl EncryptedAttachment {
    /// Decrypts it. `data` is the EncryptedData by which it was found.
    pub(super) fn decrypt(
        self,
        data: &EncryptedData<'_>,
        found: FoundSecret,
        terms: &Terms<'_>,
        facts: &Facts<'_>,
        ring: &mut KeyRing,
    ) -> Result<OpenedAttachment, OpenError> {
        let depth = facts.attachments.layers.get(&self.content_id).copied().unwrap_or(0);
        terms.budget.check(Limit::NestedEncryption, depth + 1)?;
        ring.note_use(&found, KeyUse::Content(data.method()))?;
        let part = facts.attachments.parts.get(self.at).ok_or(DecryptError::Failed)?;
        let remembered = key_of_attachment(part.unauthenticated_octets(), &found, terms, ring)?;
        let key = CipherKey { method: data.method(), key: &found.secret };
        let plaintext =
            opened(part.unauthenticated_octets(), is_complete(data), key, terms.spool, terms.budget.limits());
        let plaintext = plaintext.map_err(|error| match error {
            OpenCipherError::Failed => found.failed(DecryptError::Failed, data.method()),
            OpenCipherError::Mime(error) => OpenError::Attachment(error),
        })?;
        let part = restored(part, plaintext, is_complete(data), data.mime_type().as_deref(), terms.budget.limits());
        let part = part.ok_or(DecryptError::Failed)?;
        let url = data.attachment().unwrap_or_default().to_owned();
        Ok(OpenedAttachment { ciphertext: self, url, part, found, remembered })
    }
}

/// An attachment that was decrypted.
pub(super) struct OpenedAttachment {
    pub(super) ciphertext: EncryptedAttachment,
    /// The URL by which the EncryptedData names it.
    url: String,
    part: MimePart<'static>,
    found: FoundSecret,
    /// The replay key of the ciphertext, if it has one.
    remembered: Option<[u8; 32]>,
}

/// Finds the attachment with the cipher octets of `data`, which has this Id.
pub(super) fn find(
    data: &EncryptedData<'_>,
    id: &str,
    url: &str,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> Result<EncryptedAttachment, OpenError> {
    let missing = || facts.attachments.missing(url);
    let content_id = content_id_of(url).ok_or_else(missing)?;
    let is_named = |part: &MimePart<'_>| part.content_id() == Some(&content_id);
    let at = facts.attachments.parts.iter().position(is_named).ok_or_else(missing)?;
    let span = data.element().span();
    let covers = |signature: &ProvenSignature| {
        let covers_data =
            terms.receiver.waives(Waiver::UnsignedEncryptedDataOfAttachments) || signature.coverage.names(&span);
        terms.accept_signer(signature) && covers_data && signature.attachments.prove(&content_id)
    };
    let is_covered = facts.signatures.iter().any(covers);
    // A signature over the EncryptedData covers the type of the plaintext, and the end of its header.
    let is_complete = is_complete(data);
    let states_type = data.mime_type().is_some() || is_complete;
    let id = id.to_owned();
    Ok(EncryptedAttachment { at, content_id, id, span, is_complete, states_type, cipher: data.method(), is_covered })
}

/// Replaces an attachment by its plaintext. A signature over the ciphertext covers the plaintext, too, if it covers the
/// elements that say how to read it, and the key cannot be replaced.
pub(super) fn record(opened: OpenedAttachment, receiver: &Receiver, facts: &mut Facts<'_>) {
    let OpenedAttachment { ciphertext, url, part, found, remembered } = opened;
    facts.decryptions.repeatable.extend(remembered);
    if let Some(replaced) = facts.attachments.parts.get_mut(ciphertext.at) {
        *replaced = part;
    }
    for signature in &mut facts.signatures {
        lose(signature, &ciphertext, &found, receiver);
    }
    *facts.attachments.layers.entry(ciphertext.content_id).or_default() += 1;
    facts.attachments.opened_data.insert(ciphertext.id);
    facts.decryptions.note(url.into(), ciphertext.cipher, found.source);
}

/// Removes the facts about an attachment that a signature does not prove, since it covers the attachment as ciphertext.
fn lose(signature: &mut ProvenSignature, ciphertext: &EncryptedAttachment, found: &FoundSecret, receiver: &Receiver) {
    let content_id = &ciphertext.content_id;
    if !signature.attachments.prove(content_id) {
        return;
    }
    let unsigned_key = unsigned_key(signature, ciphertext.cipher, found, receiver);
    let unsigned_data = (!signature.coverage.names(&ciphertext.span)).then_some(CoverageLost::UnsignedData);
    let lost = unsigned_data.or(unsigned_key);
    let covers_data = lost.is_none();
    let attachments = &mut signature.attachments;
    if let Some(why) = lost.filter(|_| !receiver.waives(Waiver::UnsignedEncryptedDataOfAttachments)) {
        attachments.proven.retain(|attachment| attachment.content_id != *content_id);
        attachments.lost.push((content_id.as_str().into(), why));
    }
    for attachment in attachments.proven.iter_mut().filter(|attachment| attachment.content_id == *content_id) {
        // The covered header has the type of the ciphertext.
        attachment.typed = covers_data && (attachment.typed || ciphertext.states_type);
        attachment.complete = covers_data && (attachment.complete || ciphertext.is_complete);
        attachment.as_ciphertext = true;
    }
}

fn is_complete(data: &EncryptedData<'_>) -> bool {
    *data.plaintext_type() == PlaintextType::Attachment { complete: true }
}
