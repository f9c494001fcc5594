//! Messages whose signed parts were changed, signed again by their sender.

use ws_security::c14n::{Budget, Document, Element, IdIndex, Limits, Splices, Subset, base64_encode};
use ws_security::crypto::{Digest, algorithm_in_other_namespace};
use ws_security::xmldsig::{Signature, Transform};

use crate::common::identity;

fn find<'d>(document: &'d Document<'d>, local: &str) -> Option<Element<'d>> {
    document.elements().find(|element| element.name().local == local)
}

/// The message with its digests made anew, signed again by Alice as it says; `None` where it has no such shape.
pub(crate) fn signed_again(message: &str) -> Option<String> {
    let budget = Budget::dangerous_unbounded();
    let limits = Limits::default();
    let document = Document::parse(message, &limits)
        .ok()?
        .collapsing_identifiers(true)
        .algorithms_meant(algorithm_in_other_namespace);
    let ids = IdIndex::build_with_other_names(&document).ok()?;
    let signature = Signature::parse(find(&document, "Signature")?, &budget).ok()?;
    let mut splices = Splices::new();
    for reference in signature.signed_info().references() {
        let Some(part) = reference.uri().strip_prefix('#').and_then(|id| ids.get(id)) else { continue };
        let canonicalization = reference.transforms().iter().find_map(|transform| match transform {
            Transform::Canonicalization(canonicalization) => Some(canonicalization.clone()),
            _ => None,
        });
        let octets =
            canonicalization.unwrap_or_default().to_octets(&Subset::subtree(part).without_comments(), &budget).ok()?;
        let digest = base64_encode(Digest::of(reference.digest_method(), &octets).as_octets());
        let value = reference.element().children().last().expect("a digest");
        splices.replace(value.content_span(), digest);
    }
    let message = splices.apply(message).text;
    let document = Document::parse(&message, &limits)
        .ok()?
        .collapsing_identifiers(true)
        .algorithms_meant(algorithm_in_other_namespace);
    let signature = Signature::parse(find(&document, "Signature")?, &budget).ok()?;
    let octets = signature.signed_info().octets(&budget).ok()?;
    let value = identity("alice").signing_key().sign(signature.signed_info().method(), &octets).ok()?;
    let mut splices = Splices::new();
    splices.replace(find(&document, "SignatureValue")?.content_span(), base64_encode(&value));
    Some(splices.apply(&message).text)
}
