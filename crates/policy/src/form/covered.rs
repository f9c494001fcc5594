//! Checks which elements are signed and encrypted, as far as a message shows it without keys. A breach is a fault that
//! no key can mend: an element is in clear text and the policy has it encrypted, or an element is in the message and no
//! signature refers to it.

use std::collections::HashSet;

use wss_c14n::{Element, NodeId, name};
use wss_header::Part;
use wss_soap::Role;
use wss_text::{WireText, after_cid};
use wss_xmldsig::{Signature, Transform};

use super::{Form, is_encrypted};
use crate::terms::{Direction, TokenKind};

/// The targets of the references of the signatures.
struct Referred<'a> {
    elements: HashSet<NodeId>,
    /// The elements of `elements`, in order.
    targets: Vec<Element<'a>>,
    /// A reference names its element in another way than by an Id. It may name any element.
    has_other: bool,
    /// A reference goes through the reference of a token. It may name any token.
    has_token: bool,
}

impl<'a> Referred<'a> {
    fn of(form: &Form<'a>, signatures: &[Signature<'a>]) -> Self {
        let mut referred = Self { elements: HashSet::new(), targets: Vec::new(), has_other: false, has_token: false };
        for reference in signatures.iter().flat_map(|signature| signature.signed_info().references()) {
            referred.has_token |= reference
                .transforms()
                .iter()
                .any(|transform| matches!(transform, Transform::SecurityTokenReference(_)));
            match reference.uri().strip_prefix('#') {
                Some(id) if !id.starts_with("xpointer(") => {
                    let target = form.read.ids.get(id);
                    referred.elements.extend(target.map(Element::id));
                    referred.targets.extend(target);
                }
                _ => referred.has_other |= after_cid(reference.uri()).is_none(),
            }
        }
        referred
    }

    /// Whether a reference may name the element, or one around it.
    fn may_cover(&self, element: Element<'_>) -> bool {
        self.has_other || element.ancestors_and_self().any(|one| self.elements.contains(&one.id()))
    }
}

impl<'a> Form<'a> {
    /// Checks the demands for signed and encrypted parts.
    pub(super) fn covered(&mut self) {
        if self.terms.is_over_transport() {
            return;
        }
        self.encrypted();
        if self.hides_signature() {
            return;
        }
        if self.read.signatures.is_empty() {
            if !self.terms.always_signed(self.direction).is_empty() {
                self.breach(&["SignedParts", "SignedElements", "IncludeTimestamp"], "there is no signature");
            }
            return;
        }
        let referred = Referred::of(self, &self.read.signatures);
        self.signed(&referred);
        self.every_block(&referred);
        self.signed_tokens(&referred);
        self.entire(&referred);
    }

    /// Checks the Body, the timestamp, and the parts that are signed if the message has them.
    fn signed(&mut self, referred: &Referred<'a>) {
        let body = self.read.envelope.body;
        let is_covered = |element: &Element<'_>| referred.may_cover(*element);
        let ciphertext = body.children().find(|child| child.is(name::XENC.uri, "EncryptedData"));
        if self.terms.parts.signed_body && !is_covered(&body) && !ciphertext.as_ref().is_some_and(is_covered) {
            self.breach(&["SignedParts", "SignedElements"], "no signature refers to the Body");
        }
        let has_timestamp = self.terms.binding.as_ref().is_some_and(|binding| binding.timestamp);
        if has_timestamp && !self.named(name::WSU.uri, "Timestamp").iter().all(is_covered) {
            self.breach(&["IncludeTimestamp"], "no signature refers to the timestamp");
        }
        // A token may be signed through a reference to it. Any token may be meant.
        let is_hidden = |part: &Part| referred.has_token && matches!(part, Part::Assertion | Part::UsernameToken);
        for part in self.terms.parts.signed.iter().filter(|part| !is_hidden(part)) {
            if !self.shown(part).iter().all(is_covered) {
                self.breach(&["SignedParts", "SignedElements"], format!("no signature refers to {part}"));
            }
        }
    }

    /// Checks the header blocks that must all be signed, known or not.
    fn every_block(&mut self, referred: &Referred<'a>) {
        // A block that was encrypted after it was signed is judged once the message is open.
        let mut blocks = self.read.blocks_of(&self.terms.parts.every_signed).filter(|block| !is_encrypted(*block));
        let unsigned = blocks.find(|block| !referred.may_cover(*block));
        if let Some(block) = unsigned {
            let why = format!("no signature refers to the header block {}", WireText::of(block.name()));
            self.breach(&["SignedParts"], why);
        }
    }

    /// Supporting tokens that the message signature covers.
    fn signed_tokens(&mut self, referred: &Referred<'a>) {
        if self.direction == Direction::Reply || referred.has_token {
            return;
        }
        for supporting in self.terms.supporting.iter().filter(|supporting| supporting.signed) {
            let tokens = match supporting.token.kind {
                TokenKind::Username { .. } => self.shown(&Part::UsernameToken),
                TokenKind::Saml(_) | TokenKind::Issued(_) => self.shown(&Part::Assertion),
                _ => continue,
            };
            if !tokens.is_empty() && !tokens.iter().any(|token| referred.may_cover(*token)) {
                let names = [
                    "SignedSupportingTokens",
                    "SignedEncryptedSupportingTokens",
                    "SignedEndorsingSupportingTokens",
                    "SignedEndorsingEncryptedSupportingTokens",
                ];
                self.breach(&names, "no signature refers to the token");
            }
        }
    }

    /// `sp:OnlySignEntireHeadersAndBody`.
    fn entire(&mut self, referred: &Referred<'a>) {
        if !self.terms.binding.as_ref().is_some_and(|binding| binding.only_entire) {
            return;
        }
        let envelope = self.read.envelope;
        let is_part = |element: Element<'_>| {
            let block = element.ancestors_and_self().find(|one| one.parent() == envelope.header);
            element.contains(envelope.body)
                || block.is_some_and(|block| block == element || block.is(name::WSSE.uri, "Security"))
        };
        if let Some(inner) = referred.targets.iter().find(|target| !is_part(**target)) {
            let why = format!("a signature refers to {} inside a part", WireText::of(inner.name()));
            self.breach(&["OnlySignEntireHeadersAndBody"], why);
        }
    }

    fn encrypted(&mut self) {
        const NAMES: [&str; 3] = ["EncryptedParts", "EncryptedElements", "ContentEncryptedElements"];
        let body = self.read.envelope.body;
        if self.terms.always_encrypted(self.direction).contains(&Part::Body) && !is_ciphertext(body) {
            self.breach(&NAMES, "the Body is not encrypted");
        }
        let parts = &self.terms.parts;
        if let Some(block) =
            self.read.blocks_of(&parts.every_encrypted).find(|block| !is_ciphertext(*block) && !is_encrypted(*block))
        {
            self.breach(&NAMES, format!("the header block {} is in clear text", WireText::of(block.name())));
        }
        for part in &parts.encrypted {
            // A block in clear text may be around ciphertext, as in WSS 1.0.
            let is_block = matches!(part, Part::HeaderBlock { .. } | Part::EveryHeaderBlock { .. });
            if self.shown(part).iter().any(|element| !(is_block && is_ciphertext(*element))) {
                self.breach(&NAMES, format!("{part} is in clear text"));
            }
        }
        for part in &parts.content {
            let has_text = |element: &&Element<'_>| element.children().next().is_some() || element.has_character_data();
            if self.shown(part).iter().filter(has_text).any(|element| !is_ciphertext(*element)) {
                self.breach(&NAMES, format!("the content of {part} is in clear text"));
            }
        }
    }

    /// The elements of a part that the message shows.
    fn shown(&self, part: &Part) -> Vec<Element<'a>> {
        let envelope = self.read.envelope;
        match part {
            Part::HeaderBlock { namespace, local } | Part::EveryHeaderBlock { namespace, local } => {
                let is_ours = |block: &Element<'_>| {
                    block.is(namespace, local) && Role::of(*block, envelope.version) == Role::UltimateReceiver
                };
                envelope.blocks().filter(is_ours).collect()
            }
            Part::Element(path) | Part::EveryElement(path) => path.find(envelope, &Role::UltimateReceiver),
            Part::Timestamp => self.named(name::WSU.uri, "Timestamp"),
            Part::UsernameToken => self.named(name::WSSE.uri, "UsernameToken"),
            Part::Assertion => {
                let versions = [name::SAML.uri, name::SAML2.uri];
                versions.iter().flat_map(|namespace| self.named(namespace, "Assertion")).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Whether the content of an element is ciphertext.
fn is_ciphertext(element: Element<'_>) -> bool {
    let mut children = element.children();
    children.next().is_some_and(|child| child.is(name::XENC.uri, "EncryptedData"))
        && children.next().is_none()
        && !element.has_character_data()
}
