//! §6.1.1: the steps of a header are in the order in which a receiver processes them.
//!
//! If a signature covers ciphertext, its digest shows which came first. A digest over the ciphertext: the signature
//! precedes the list that leads to decryption. A digest over the plaintext: the signature follows the list, and keys
//! are needed to see it.

use std::collections::HashMap;

use wss_c14n::{Budget, Document, Element, IdIndex, Limits, name};
use wss_xmldsig::{Dereference, DereferencedToken, Signature};

use crate::report::Findings;
use crate::table::Rule;
use crate::targets::Targets;

/// The largest number of ciphertexts that are examined for one reference, and of lists for one ciphertext.
const MAX_CIPHERTEXTS: usize = 8;

/// Whether the digests of references match a revision: by Security header, child of it, and reference. References that
/// cannot be digested are absent.
pub(crate) type Digests = HashMap<(usize, usize, usize), bool>;

/// Digests the references of this revision's signatures.
pub(crate) fn digests(targets: &Targets<'_>, limits: &Limits) -> Digests {
    let mut found = Digests::new();
    let Some(ids) = targets.index() else { return found };
    let documents = Documents { targets, ids: &ids };
    let budget = Budget::new(limits, targets.document.source().len() as u64);
    for (header, security) in targets.security.iter().enumerate() {
        for (at, child) in security.children().enumerate().filter(|(_, child)| child.is(name::DS.uri, "Signature")) {
            let Ok(signature) = Signature::parse(child, &budget) else { continue };
            for (nth, reference) in signature.signed_info().references().iter().enumerate() {
                if let Ok(fits) = reference.digest_fits(signature.element(), &documents, &budget) {
                    found.insert((header, at, nth), fits);
                }
            }
        }
    }
    found
}

struct Documents<'s, 'd> {
    targets: &'s Targets<'d>,
    ids: &'s IdIndex<'d>,
}

impl<'d> Dereference<'d> for Documents<'_, 'd> {
    fn document(&self) -> Option<&'d Document<'d>> {
        Some(self.targets.document)
    }

    fn element(&self, id: &str) -> Option<Element<'d>> {
        self.ids.get(id)
    }

    fn token(&self, reference: Element<'d>) -> Option<DereferencedToken<'d>> {
        let token = self.targets.reference_at(reference)?.internal_token()?;
        Some(DereferencedToken::Element(token))
    }
}

/// Judges the order of the steps on the wire. `decrypted` has two sets of digests from a receiver with keys: one
/// computed step by step in the order of the header, and one over the message with everything decrypted.
pub(crate) fn judge(
    targets: &Targets<'_>,
    wire: &Digests,
    decrypted: Option<(&Digests, &Digests)>,
    findings: &mut Findings<'_>,
) {
    for (header, security) in targets.security.iter().enumerate() {
        let steps = security.children().filter(|child| is_step(*child)).count();
        if steps > 0 {
            findings.pass(Rule::R3212, *security);
        }
        for (at, signature) in security.children().enumerate().filter(|(_, c)| c.is(name::DS.uri, "Signature")) {
            let signed_info = signature.children_named(name::DS.uri, "SignedInfo").next();
            let references = signed_info.into_iter().flat_map(|info| info.children_named(name::DS.uri, "Reference"));
            for (nth, reference) in references.enumerate() {
                let Some(target) = targets.named_by(reference) else { continue };
                let key = (header, at, nth);
                let fits = |digests: &Digests| digests.get(&key).copied();
                let seen = Seen {
                    wire: fits(wire),
                    in_order: decrypted.and_then(|(in_order, _)| fits(in_order)),
                    last: decrypted.and_then(|(_, last)| fits(last)),
                };
                for list in lists_inside(target, targets).filter(|list| list.parent() == Some(*security)) {
                    judge_pair(signature, list, seen, findings);
                }
            }
        }
    }
}

/// Whether the digest of one reference matches: over the message as it came, over the steps in the order of the header,
/// and over the message with everything decrypted.
#[derive(Clone, Copy)]
struct Seen {
    wire: Option<bool>,
    in_order: Option<bool>,
    last: Option<bool>,
}

fn judge_pair(signature: Element<'_>, list: Element<'_>, seen: Seen, findings: &mut Findings<'_>) {
    let precedes = signature.id() < list.id();
    match (precedes, seen.wire) {
        (true, Some(true)) => findings.pass(Rule::R3212, signature),
        (false, Some(true)) => {
            findings.fail(Rule::R3212, signature, "it signs ciphertext, and follows the step that decrypts it");
        }
        (true, _) if seen.last == Some(true) => {
            findings.fail(Rule::R3212, signature, "it signs a part that was encrypted later, and precedes that step");
        }
        (false, _) if seen.in_order == Some(true) => findings.pass(Rule::R3212, signature),
        _ if seen.last.is_some() => {
            findings.unknown(Rule::R3212, signature, "a digest that fits, before or after decryption");
        }
        _ => findings.unknown(Rule::R3212, signature, "a key: what was signed is encrypted, or the digest is wrong"),
    }
}

fn is_step(element: Element<'_>) -> bool {
    element.is(name::DS.uri, "Signature")
        || element.is(name::XENC.uri, "EncryptedKey")
        || element.is(name::XENC.uri, "ReferenceList")
}

/// The steps that decrypt an element inside `target`.
fn lists_inside<'s, 'd: 's>(target: Element<'d>, targets: &'s Targets<'d>) -> impl Iterator<Item = Element<'d>> + 's {
    let from = targets.encrypted_data.partition_point(|data| data.element.id() < target.id());
    let data = targets.encrypted_data.iter().skip(from).take(MAX_CIPHERTEXTS);
    let inside = data.take_while(move |data| target.contains(data.element));
    let lists = inside.flat_map(|data| data.named_by.iter().take(MAX_CIPHERTEXTS));
    lists.filter_map(|at| targets.lists.get(*at)).map(|list| list.step())
}
