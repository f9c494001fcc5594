//! §10.13.1: the envelope before it was secured, compared with the message: which parts encryption replaced.

use wss_c14n::{Document, Element, name};

use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Targets, is_encrypted_data};

/// Judges the message against the clear text. Without it, a message with ciphertext cannot be judged.
pub(crate) fn judge(targets: &Targets<'_>, clear: Option<&Document<'_>>, findings: &mut Findings<'_>) {
    let Some(clear) = clear else {
        if let Some(data) = targets.encrypted_data.first() {
            for rule in [Rule::R5614, Rule::R5606] {
                findings.unknown(rule, data.element, "the envelope before it was encrypted");
            }
        }
        return;
    };
    let child = |local: &str| {
        clear
            .root()
            .children()
            .find(|child| child.name().local == local && child.name().namespace == clear.root().name().namespace)
    };
    if let Some(header) = targets.header {
        blocks(header, child("Header"), findings);
    }
    if let (Some(body), Some(was)) = (targets.body, child("Body")) {
        Comparison { findings }.element(body, was);
    }
}

fn is_security(block: &Element<'_>) -> bool {
    block.is(name::WSSE.uri, "Security")
}

/// Every block is in its place, or a wsse11:EncryptedHeader in place of it.
fn blocks(header: Element<'_>, was: Option<Element<'_>>, findings: &mut Findings<'_>) {
    let mut was = was.into_iter().flat_map(Element::children).filter(|block| !is_security(block));
    for block in header.children().filter(|block| !is_security(block)) {
        let Some(was) = was.next() else {
            return findings.fail(Rule::R5614, block, "a header block the clear text does not have");
        };
        if block.name() == was.name() {
            Comparison { findings }.element(block, was);
        } else {
            let replaced = block.is(name::WSSE11.uri, "EncryptedHeader");
            findings.check(Rule::R5614, block, replaced, "in place of a header block, and no wsse11:EncryptedHeader");
        }
    }
    if was.next().is_some() {
        findings.fail(Rule::R5614, header, "a header block of the clear text is gone");
    }
}

struct Comparison<'f, 'v> {
    findings: &'f mut Findings<'v>,
}

impl Comparison<'_, '_> {
    /// The element, with each of its children unchanged, or one xenc:EncryptedData in place of a child or of all
    /// children.
    fn element(&mut self, element: Element<'_>, was: Element<'_>) {
        let children: Vec<_> = element.children().collect();
        let before: Vec<_> = was.children().collect();
        if let [only] = children.as_slice()
            && is_encrypted_data(*only)
        {
            return self.findings.pass(Rule::R5606, *only);
        }
        let encrypted: Vec<_> = children.iter().filter(|child| is_encrypted_data(**child)).collect();
        if let Some(first) = encrypted.first()
            && children.len() != before.len()
        {
            return self.findings.fail(Rule::R5606, **first, "more or fewer elements than the clear text has here");
        }
        for (child, was) in children.into_iter().zip(before) {
            if is_encrypted_data(child) && !is_encrypted_data(was) {
                self.findings.pass(Rule::R5606, child);
            } else if child.name() == was.name() {
                self.element(child, was);
            } else {
                self.findings.fail(Rule::R5606, child, "it replaces another element, and is not an xenc:EncryptedData");
            }
        }
    }
}
