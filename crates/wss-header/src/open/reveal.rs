//! Revealing: decryption alone, for reports. Nothing is verified, nothing is proven, and no failure stops it.

use std::ops::Range;

use wss_c14n::{Document, Element, IdIndex, Limit, name};
use wss_xmlenc::parse_reference_list;
use zeroize::Zeroizing;

use super::{Decrypted, Opening, Scene, Step};
use crate::error::OpenError;
use wss_bsp::Revealed;
use wss_soap::Envelope;
use wss_soap::SecurityHeader;

impl Opening<'_> {
    /// Decrypts what our keys open, in the order of the header: the last revision, if there is another than the
    /// message, and where all ciphertext of the message stands in it. `signatures` hears of the children of our header that are signatures, when their turn
    /// comes, in the revision that is at hand then. `None` if there is no header for us in an envelope with Ids that
    /// are unique.
    pub(crate) fn reveal(
        &mut self,
        message: &str,
        mut signatures: impl FnMut(&Document<'_>, &Range<usize>, &[usize]),
    ) -> Option<(Option<String>, Vec<Revealed>)> {
        let budget = std::rc::Rc::clone(&self.budget);
        let mut decrypted: Option<Zeroizing<String>> = None;
        let mut carried: Option<Vec<Revealed>> = None;
        loop {
            let source = decrypted.as_ref().map_or(message, |revision| revision.as_str());
            let document = Document::parse_within(source, &budget).ok()?;
            let envelope = Envelope::locate(&document).ok()?;
            let ids = IdIndex::build(&document).ok()?;
            let header = SecurityHeader::locate(envelope, &self.receiver.role, budget.limits()).ok()??;
            let spans = carried.get_or_insert_with(|| ciphertexts(&document));
            let children: Vec<Element<'_>> =
                header.children().take(budget.limits().size(Limit::HeaderChildren)).collect();
            for child in children.iter().filter(|child| child.is(name::WSSE.uri, "BinarySecurityToken")) {
                if self.tokens.iter().all(|token| token.span != child.span()) {
                    let _unreadable = self.token(*child);
                }
            }
            let scene = Scene { envelope, ids: &ids, header };
            let mut due = Vec::new();
            let mut next = None;
            while let (Some(child), None) = (children.get(self.position).copied(), &next) {
                if child.is(name::DS.uri, "Signature") {
                    due.push(self.position);
                }
                self.position += 1;
                if let Ok(Step::Spliced(splices, plaintexts)) = self.reveal_child(&scene, child)
                    && !splices.is_empty()
                {
                    next = Some((splices, plaintexts));
                }
            }
            if !due.is_empty() {
                signatures(&document, &header.element.span(), &due);
            }
            let Some((splices, plaintexts)) = next.filter(|_| budget.charge(Limit::Revisions, 1).is_ok()) else {
                break;
            };
            let (revision, moved) = splices.apply(source);
            self.carry(&moved).ok()?;
            for span in spans {
                span.now = moved.replaced(&span.now).or_else(|| moved.span(&span.now))?;
            }
            for plaintext in plaintexts {
                let span = moved.replaced(&plaintext.replaced)?;
                self.decrypted.push(Decrypted::at(span, plaintext.in_body, plaintext.whole_content));
            }
            decrypted = Some(Zeroizing::new(revision));
        }
        let last = decrypted.map(|mut revision| std::mem::take(&mut *revision));
        Some((last, carried.unwrap_or_default()))
    }

    /// Where what was decrypted stands in the last revision.
    pub(crate) fn revealed(&self) -> impl Iterator<Item = Range<usize>> {
        self.decrypted.iter().map(|decrypted| decrypted.span.clone())
    }

    fn reveal_child(&mut self, scene: &Scene<'_>, child: Element<'_>) -> Result<Step, OpenError> {
        if child.is(name::XENC.uri, "EncryptedKey") {
            return self.encrypted_key(scene, child);
        }
        if child.is(name::XENC.uri, "ReferenceList") {
            let listed = parse_reference_list(child, &self.budget)?;
            return self.decrypt(scene, child, &listed, None);
        }
        Ok(Step::Next)
    }
}

/// Every EncryptedData of the message, and the EncryptedHeaders around them: a block is replaced whole.
fn ciphertexts(document: &Document<'_>) -> Vec<Revealed> {
    let mut found = Vec::new();
    for element in document.elements() {
        let is_block = element.is(name::WSSE11.uri, "EncryptedHeader");
        let is_inside = element.parent().is_some_and(|parent| parent.is(name::WSSE11.uri, "EncryptedHeader"));
        if is_block || (element.is(name::XENC.uri, "EncryptedData") && !is_inside) {
            found.push(Revealed { now: element.span(), wire: element.span() });
        }
    }
    found
}
