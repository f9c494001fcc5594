//! Decryption: from a list of what is encrypted to the splices that make the next revision.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use wss_c14n::{Element, Limit, Splices, name};
use wss_crypto::ContentEncryption;
use wss_xmldsig::KeyInfo;
use wss_xmlenc::{DecryptError, EncryptedData, EncryptedKey, Plaintext, PlaintextType, decrypt_xml};

use super::coverage::CoverageLost;
use super::keys::{FoundSecret, Wanted};
use super::signature::ProvenSignature;
use super::{NewPlaintext, Opening, Scene, Step};
use crate::attachments::{OpenCipherError, opened, restored};
use crate::error::OpenError;
use crate::key_uses::KeyUse;
use crate::opened::DecryptionEvidence;
use wss_soap::mime::{MimePart, content_id_of};

impl<'r> Opening<'r> {
    pub(super) fn encrypted_key(&mut self, scene: &Scene<'_>, element: Element<'_>) -> Result<Step, OpenError> {
        self.budget.charge(Limit::EncryptedKeys, 1)?;
        let key = EncryptedKey::parse(element, &self.budget)?;
        if key.data_references().is_empty() {
            return Ok(Step::Next);
        }
        let listed = key.data_references().to_vec();
        self.decrypt(scene, element, &listed, Some(&key))
    }

    /// Decrypts everything a list names, in one revision.
    pub(super) fn decrypt(
        &mut self,
        scene: &Scene<'_>,
        list_owner: Element<'_>,
        listed: &[String],
        key: Option<&EncryptedKey<'_>>,
    ) -> Result<Step, OpenError> {
        let mut splices = Splices::new();
        let mut plaintexts = Vec::new();
        let mut attachments = Vec::new();
        let mut seen = HashSet::new();
        for id in listed {
            let misplaced = || OpenError::EncryptedData { id: id.into() };
            if !seen.insert(id) {
                return Err(misplaced());
            }
            self.budget.charge(Limit::EncryptedData, 1)?;
            let named = scene.ids.get(id).ok_or_else(misplaced)?;
            let target = Target::find(scene, named, list_owner).ok_or_else(misplaced)?;
            let data = EncryptedData::parse(target.data)?;
            let element_only = !target.in_body;
            let is_ours = target.data.parent() == Some(scene.header.element);
            let fits = match data.plaintext_type() {
                PlaintextType::Element => data.attachment().is_none(),
                PlaintextType::Content => data.attachment().is_none() && !element_only,
                PlaintextType::Attachment { .. } => data.attachment().is_some() && is_ours,
                PlaintextType::Other(_) => false,
            };
            if !fits || self.opened_data.contains(id) {
                return Err(misplaced());
            }
            let attachment = data.attachment().map(|url| self.encrypted_attachment(&data, url)).transpose()?;
            let is_covered = match &attachment {
                Some(attachment) => attachment.is_covered,
                None => self.is_covered(&target.data.span()),
            };
            self.check_cipher(data.method(), is_covered)?;
            let wanted = data.method().key_len();
            let found = match key {
                Some(key) => self.unwrap(key, Some(wanted))?,
                None => {
                    let key_info = data.key_info();
                    let key_info = key_info.map(|element| KeyInfo::parse(element, &self.budget));
                    self.secret_of_key_info(scene, key_info.transpose()?.as_ref(), Wanted::cipher(wanted))?
                }
            };
            // Addressed to someone else: a part that holds it is not handed out.
            let Some(found) = found else {
                let named = self.addressee.take().unwrap_or_else(|| self.addressee_in(data.key_info()));
                self.for_others.insert(id.clone(), named);
                continue;
            };
            if let Some(attachment) = attachment {
                if attachments.iter().any(|(other, ..): &(EncryptedAttachment, _, _, _)| other.at == attachment.at) {
                    return Err(misplaced());
                }
                let part = self.opened_attachment(&data, &attachment, &found)?;
                let evidence = DecryptionEvidence {
                    part: data.attachment().unwrap_or_default().into(),
                    content: data.method(),
                    key: found.label,
                };
                attachments.push((attachment, part, (id.clone(), evidence), found));
                continue;
            }
            let plaintext = self.plaintext(&data, &found)?;
            let replaced = target.replaced.span();
            // One inside the other, as in EncryptionProperties, or one block by two Ids.
            let overlaps =
                |other: &NewPlaintext| replaced.start < other.replaced.end && other.replaced.start < replaced.end;
            if plaintexts.iter().any(overlaps) {
                return Err(misplaced());
            }
            self.weigh_coverage(&replaced, data.method(), &found);
            self.weigh_namespaces(target.replaced, plaintext.prefixes_from_around());
            splices.replace(replaced.clone(), plaintext.into_xml());
            plaintexts.push(NewPlaintext {
                replaced,
                in_body: target.in_body,
                whole_content: target.whole_content,
                id: data.id().map(str::to_owned),
                key: found.label,
                root: found.root,
                content: data.method(),
            });
        }
        for (attachment, part, (id, evidence), found) in attachments {
            self.replace_attachment(attachment, part, &found);
            self.opened_data.insert(id);
            self.evidence.decrypted.push(evidence);
        }
        Ok(Step::Spliced(splices, plaintexts))
    }

    /// The attachment that is the cipher octets of `data`.
    fn encrypted_attachment(&self, data: &EncryptedData<'_>, url: &str) -> Result<EncryptedAttachment, OpenError> {
        let missing = || OpenError::NoAttachment { url: url.into() };
        let content_id = content_id_of(url).ok_or_else(missing)?;
        let named = |part: &MimePart<'_>| part.content_id() == Some(&content_id);
        let at = self.attachments.iter().position(named).ok_or_else(missing)?;
        let span = data.element().span();
        let covered_by = |signature: &ProvenSignature| {
            let covers_data = self.receiver.unsigned_data || signature.coverage.names(&span);
            self.is_of_someone(signature)
                && covers_data
                && signature.attachments.iter().any(|(id, _)| *id == content_id)
        };
        let is_covered = self.signatures.iter().any(covered_by);
        // What says which type it has, and where its header ends, is covered with it or not.
        let states_type = data.mime_type().is_some() || is_complete(data);
        Ok(EncryptedAttachment { at, content_id, span, states_type, cipher: data.method(), is_covered })
    }

    fn opened_attachment(
        &mut self,
        data: &EncryptedData<'_>,
        attachment: &EncryptedAttachment,
        found: &FoundSecret,
    ) -> Result<MimePart<'static>, OpenError> {
        let depth = self.decrypted_attachments.get(&attachment.content_id).copied().unwrap_or(0);
        self.budget.check(Limit::NestedEncryption, depth + 1)?;
        self.note_use(found, KeyUse::Content(data.method()))?;
        let part = self.attachments.get(attachment.at).ok_or(DecryptError::Failed)?;
        let plaintext = opened(
            part.unauthenticated_octets(),
            is_complete(data),
            (data.method(), &found.secret),
            self.spool,
            self.budget.limits(),
        );
        let plaintext = plaintext.map_err(|error| match error {
            OpenCipherError::Failed => DecryptError::Failed.into(),
            OpenCipherError::Mime(error) => OpenError::Attachment(error),
        })?;
        let restored = restored(part, plaintext, is_complete(data), data.mime_type().as_deref(), self.budget.limits());
        Ok(restored.ok_or(DecryptError::Failed)?)
    }

    /// From here on the attachment is its plaintext. A signature over the ciphertext covers that, too, if it covers what
    /// says how to read it, and the key cannot be replaced.
    fn replace_attachment(&mut self, attachment: EncryptedAttachment, part: MimePart<'static>, found: &FoundSecret) {
        if let Some(replaced) = Arc::make_mut(&mut self.attachments).get_mut(attachment.at) {
            *replaced = part;
        }
        let waived = self.receiver.unsigned_data;
        for signature in &mut self.signatures {
            if !signature.attachments.iter().any(|(id, _)| *id == attachment.content_id) {
                continue;
            }
            let unsigned_key = unsigned_key(signature, attachment.cipher, found, self.receiver.unsigned_keys);
            let unsigned_data = (!signature.coverage.names(&attachment.span)).then_some(CoverageLost::UnsignedData);
            let lost = unsigned_data.or(unsigned_key);
            let covers_data = lost.is_none();
            if let Some(why) = lost.filter(|_| !waived) {
                signature.attachments.retain(|(id, _)| *id != attachment.content_id);
                signature.lost_attachments.push((attachment.content_id.clone(), why));
            }
            for (_, complete) in signature.attachments.iter_mut().filter(|(id, _)| *id == attachment.content_id) {
                // The type is no longer that of the ciphertext.
                *complete = covers_data && (*complete || attachment.states_type);
            }
        }
        *self.decrypted_attachments.entry(attachment.content_id).or_default() += 1;
    }

    /// Ciphertext at `replaced` was decrypted with a key that was found so: signatures that cover it prove the plaintext
    /// only where no other key could have been found.
    pub(super) fn weigh_coverage(&mut self, replaced: &Range<usize>, cipher: ContentEncryption, found: &FoundSecret) {
        for signature in &mut self.signatures {
            if let Some(why) = unsigned_key(signature, cipher, found, self.receiver.unsigned_keys) {
                signature.coverage.lose(replaced, &why);
            }
        }
    }

    /// Attachments that came as ciphertext, as they are now.
    pub(crate) fn opened_attachments(&self) -> impl Iterator<Item = &MimePart<'r>> {
        let is_opened =
            |part: &&MimePart<'r>| part.content_id().is_some_and(|id| self.decrypted_attachments.contains_key(id));
        self.attachments.iter().filter(is_opened)
    }

    /// The policy admits the cipher; one that authenticates nothing `is_covered` by a verified signature.
    pub(super) fn check_cipher(&self, cipher: ContentEncryption, is_covered: bool) -> Result<(), OpenError> {
        self.receiver.policy.encryption.check_content(cipher)?;
        if cipher.is_authenticated() || self.receiver.unauthenticated_cbc || is_covered {
            return Ok(());
        }
        Err(OpenError::UnauthenticatedCbc)
    }

    /// What comes out of `data`, within what is left of the budget.
    pub(super) fn plaintext(&mut self, data: &EncryptedData<'_>, found: &FoundSecret) -> Result<Plaintext, OpenError> {
        self.note_use(found, KeyUse::Content(data.method()))?;
        Ok(decrypt_xml(data, &found.secret, &self.budget)?)
    }

    /// Whether a verified signature covers `span`.
    pub(super) fn is_covered(&self, span: &Range<usize>) -> bool {
        self.signatures.iter().any(|signature| self.is_of_someone(signature) && signature.coverage.contains(span))
    }

    /// Whether its signer is accepted: anyone can make an anonymous signature, and would learn from the answers how
    /// ciphertext of others decrypts.
    fn is_of_someone(&self, signature: &ProvenSignature) -> bool {
        self.receiver.requirements.anonymous || !signature.signer.is_anonymous()
    }
}

/// Why `signature`, which may cover ciphertext of `cipher`, does not prove its plaintext: an authenticating cipher opens
/// under one key alone; under another, whoever replaces an element that leads to the key makes another plaintext.
fn unsigned_key(
    signature: &ProvenSignature,
    cipher: ContentEncryption,
    found: &FoundSecret,
    is_waived: bool,
) -> Option<CoverageLost> {
    if cipher.is_authenticated() || is_waived {
        return None;
    }
    let uncovered = found.path.iter().find(|step| !signature.coverage.contains(&step.span))?;
    Some(CoverageLost::UnsignedKey { cipher: cipher.uri(), uncovered: uncovered.element })
}

fn is_complete(data: &EncryptedData<'_>) -> bool {
    *data.plaintext_type() == PlaintextType::Attachment { complete: true }
}

/// An attachment that is the cipher octets of an EncryptedData.
struct EncryptedAttachment {
    /// Which of the attachments.
    at: usize,
    content_id: String,
    /// Where the EncryptedData stands.
    span: Range<usize>,
    /// The EncryptedData, or the plaintext, says what type it is of.
    states_type: bool,
    cipher: ContentEncryption,
    /// A verified signature covers both.
    is_covered: bool,
}

/// An EncryptedData at a place where one may stand.
struct Target<'d> {
    data: Element<'d>,
    /// What its plaintext replaces.
    replaced: Element<'d>,
    in_body: bool,
    /// It is all the Body holds.
    whole_content: bool,
}

impl<'d> Target<'d> {
    /// Inside the Body; an `EncryptedHeader` among the header blocks; a child of our header that stands after
    /// what lists it.
    fn find(scene: &Scene<'d>, named: Element<'d>, list_owner: Element<'_>) -> Option<Self> {
        if named.is(name::WSSE11.uri, "EncryptedHeader") {
            return Self::in_header_block(scene, named);
        }
        if !named.is(name::XENC.uri, "EncryptedData") {
            return None;
        }
        let parent = named.parent()?;
        if parent == scene.header.element {
            let after = named.span().start > list_owner.span().start;
            return after.then_some(Self { data: named, replaced: named, in_body: false, whole_content: false });
        }
        if scene.envelope.body.contains(named) && named != scene.envelope.body {
            let alone = parent == scene.envelope.body && parent.children().count() == 1 && !parent.has_character_data();
            return Some(Self { data: named, replaced: named, in_body: true, whole_content: alone });
        }
        Self::in_header_block(scene, parent).filter(|target| target.data == named)
    }

    fn in_header_block(scene: &Scene<'d>, block: Element<'d>) -> Option<Self> {
        let placed = block.is(name::WSSE11.uri, "EncryptedHeader") && block.parent() == scene.envelope.header;
        let mut children = block.children();
        let data = children.next().filter(|data| data.is(name::XENC.uri, "EncryptedData"))?;
        (placed && children.next().is_none()).then_some(Self {
            data,
            replaced: block,
            in_body: false,
            whole_content: false,
        })
    }
}
