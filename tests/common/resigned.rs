//! Messages of Alice that Carol signs as her own, and Bob, who accepts both.

use ws_security::c14n::{Budget, Canonicalization, Document, Element, IdIndex, Limits, Splices, Subset, base64_encode};
use ws_security::crypto::Digest;
use ws_security::prelude::*;
use ws_security::xmldsig::Signature;
use ws_security::{MemoryReplayCache, Secret};

use crate::common::{certificate, identity};

/// Carol is a partner as Alice is.
pub(crate) fn bob(requirements: Requirements) -> Receiver {
    let partners = Trust::pins([certificate("alice"), certificate("carol")]);
    Receiver::new(partners, requirements, MemoryReplayCache::default())
        .decrypt_with(identity("bob"))
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
}

/// The piece of a message from `start` to `end`.
pub(crate) fn cut<'m>(message: &'m str, start: &str, end: &str) -> &'m str {
    let at = message.find(start).unwrap_or_else(|| panic!("no {start}: {message}"));
    &message[at..at + message[at..].find(end).expect("its end") + end.len()]
}

/// The first signature of a Security header.
fn signature_of<'d>(document: &'d Document<'d>) -> Element<'d> {
    let header = document.elements().find(|element| element.name().local == "Security").expect("a header");
    header.children().find(|element| element.name().local == "Signature").expect("a signature")
}

/// The message of Alice with the signature and the certificate of Carol. References to elements of these names get new digests;
/// she cannot read what the others cover.
pub(crate) fn signed_by_carol(message: &str, changed: &[&str]) -> String {
    let (budget, limits) = (Budget::dangerous_unbounded(), Limits::default());
    let document = Document::parse(message, &limits).expect("XML");
    let ids = IdIndex::build(&document).expect("ids");
    let signature = Signature::parse(signature_of(&document), &budget).expect("a signature");
    let mut splices = Splices::new();
    for reference in signature.signed_info().references() {
        let part = reference.uri().strip_prefix('#').and_then(|id| ids.get(id));
        let Some(part) = part.filter(|part| changed.contains(&part.name().local)) else { continue };
        let subset = Subset::subtree(part).without_comments();
        let octets = Canonicalization::default().to_octets(&subset, &budget).expect("a canonical form");
        let digest = base64_encode(Digest::of(reference.digest_method(), &octets).as_octets());
        splices.replace(reference.element().children().last().expect("a digest").content_span(), digest);
    }
    let message = splices.apply(message).text;
    let document = Document::parse(&message, &limits).expect("XML");
    let element = signature_of(&document);
    let signature = Signature::parse(element, &budget).expect("a signature");
    let octets = signature.signed_info().octets(&budget).expect("octets");
    let value = identity("carol").signing_key().sign(signature.signed_info().method(), &octets).expect("signed");
    let place = element.children().find(|child| child.name().local == "SignatureValue").expect("a value");
    let mut splices = Splices::new();
    splices.replace(place.content_span(), base64_encode(&value));
    let (alice, carol) = (base64_encode(certificate("alice").der()), base64_encode(certificate("carol").der()));
    let message = splices.apply(&message).text;
    assert!(message.contains(&alice));
    message.replace(&alice, &carol)
}
