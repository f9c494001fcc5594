//! Decryption: from a list of what is encrypted to the splices that make the next revision.

use std::collections::HashSet;
use std::ops::Range;

use wss_c14n::{Element, Splices, name};
use wss_crypto::{ContentEncryption, Secret};
use wss_xmldsig::KeyInfo;
use wss_xmlenc::{DecryptError, EncryptedData, EncryptedKey, PlaintextType, decrypt_xml};

use super::keys::Wanted;
use super::{NewPlaintext, Opening, Scene, Step};
use crate::error::OpenError;

impl Opening<'_> {
    pub(super) fn encrypted_key(&mut self, scene: &Scene<'_>, element: Element<'_>) -> Result<Step, OpenError> {
        self.encrypted_keys += 1;
        if self.encrypted_keys > self.receiver.limits.encrypted_keys {
            return Err(OpenError::TooMany { what: "encrypted keys", allowed: self.receiver.limits.encrypted_keys });
        }
        let key = EncryptedKey::parse(element)?;
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
        let mut seen = HashSet::new();
        for id in listed {
            let misplaced = || OpenError::EncryptedData { id: id.clone() };
            if !seen.insert(id) {
                return Err(misplaced());
            }
            self.count_encrypted_data()?;
            let named = scene.ids.get(id).ok_or_else(misplaced)?;
            let target = Target::find(scene, named, list_owner).ok_or_else(misplaced)?;
            let data = EncryptedData::parse(target.data)?;
            let element_only = !target.in_body;
            let fits = match data.plaintext_type() {
                PlaintextType::Element => true,
                PlaintextType::Content => !element_only,
                PlaintextType::Other(_) => false,
            };
            if !fits {
                return Err(misplaced());
            }
            self.check_cipher(data.method(), &target.data.span())?;
            let wanted = data.method().key_len();
            let found = match key {
                Some(key) => self.unwrap(key, Some(wanted))?,
                None => {
                    let key_info = data.key_info();
                    let key_info = key_info.map(|element| KeyInfo::parse(element, &wss_xmldsig::Limits::default()));
                    self.secret_of_key_info(scene, key_info.transpose()?.as_ref(), Wanted::cipher(wanted))?
                }
            };
            // Addressed to someone else: what is required from it will be missed later.
            let Some(found) = found else { return Ok(Step::Next) };
            let xml = self.plaintext(&data, &found.secret)?;
            let replaced = target.replaced.span();
            // One inside the other, as in EncryptionProperties, or one block by two Ids.
            let overlaps =
                |other: &NewPlaintext| replaced.start < other.replaced.end && other.replaced.start < replaced.end;
            if plaintexts.iter().any(overlaps) {
                return Err(misplaced());
            }
            splices.replace(replaced.clone(), xml);
            plaintexts.push(NewPlaintext {
                replaced,
                in_body: target.in_body,
                whole_content: target.whole_content,
                id: data.id().map(str::to_owned),
                key: found.label,
                content: data.method(),
            });
        }
        Ok(Step::Spliced(splices, plaintexts))
    }

    pub(super) fn count_encrypted_data(&mut self) -> Result<(), OpenError> {
        self.encrypted_data += 1;
        let allowed = self.receiver.limits.encrypted_data;
        if self.encrypted_data > allowed {
            return Err(OpenError::TooMany { what: "encrypted data", allowed });
        }
        Ok(())
    }

    /// The policy admits the cipher; one that authenticates nothing stands at `span` inside a verified signature.
    pub(super) fn check_cipher(&self, cipher: ContentEncryption, span: &Range<usize>) -> Result<(), OpenError> {
        self.receiver.policy.encryption.check_content(cipher)?;
        if cipher.is_authenticated() || self.receiver.unauthenticated_cbc || self.is_covered(span) {
            return Ok(());
        }
        Err(OpenError::UnauthenticatedCbc)
    }

    /// What comes out of `data`, within what is left of the budget.
    pub(super) fn plaintext(&mut self, data: &EncryptedData<'_>, secret: &Secret) -> Result<String, OpenError> {
        // One key, one cipher: a second one would let an attacker relabel what the first protects.
        if *self.ciphers.entry(fingerprint(secret)).or_insert(data.method()) != data.method() {
            return Err(DecryptError::Failed.into());
        }
        let xml = decrypt_xml(data, secret, self.plaintext_budget, &self.receiver.limits.xml)?;
        self.plaintext_budget = self.plaintext_budget.checked_sub(xml.len()).ok_or(DecryptError::Failed)?;
        Ok(xml)
    }

    /// Whether a verified signature covers `span`.
    fn is_covered(&self, span: &Range<usize>) -> bool {
        let mut covered = self.signatures.iter().flat_map(|signature| &signature.covered);
        covered.any(|(_, outer)| outer.start <= span.start && span.end <= outer.end)
    }
}

fn fingerprint(secret: &Secret) -> [u8; 32] {
    super::signature::replay_key(b"secret", &[secret.as_octets()])
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
