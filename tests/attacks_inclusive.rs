//! Inclusive canonicalisation, where a call accepts it, must not bypass rules that assume the exclusive form.

mod common;
#[path = "common/signed_again.rs"]
mod signed_again;

use common::*;
use signed_again::signed_again;
use ws_security::CoverageLost;
use ws_security::prelude::*;

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const INCLUSIVE: [&str; 2] =
    ["http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11"];

/// The last reference of the signature in this canonical form.
fn last_reference_in(message: &str, method: &str) -> String {
    let end = message.find("</ds:SignedInfo>").expect("a SignedInfo");
    let at = message[..end].rfind(EXCLUSIVE).expect("a transform");
    let mut changed = message.to_owned();
    changed.replace_range(at..at + EXCLUSIVE.len(), method);
    changed
}

/// Ciphertext declares prefixes of its own. An inclusive form of it has those, and a plaintext in its place would take
/// what is around it: a prefix in a value means then whatever anyone declares on the Envelope.
#[test]
fn an_inclusive_form_of_ciphertext_does_not_tell_what_the_ciphertext_hides() {
    let note = Part::header_block("urn:n", "Note");
    let block = "<n:Note xmlns:n=\"urn:n\" kind=\"soap:A\"/><a:Action>";
    let envelope = envelope(SOAP11).replacen("<a:Action>", block, 1);
    let encrypting = Encrypting::to(&certificate("bob")).parts([note.clone()]);
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, note]);
    let message = recipe().encrypt(encrypting).sign(signing).secured(&envelope);
    assert!(message.contains("<wsse11:EncryptedHeader xmlns:soap="), "{message}");
    let bob = receiver().decrypt_with(identity("bob")).accept_inclusive_canonicalization();
    for method in INCLUSIVE {
        let signed = |declared: &str| {
            let message = message.replacen("<s:Envelope ", &format!("<s:Envelope {declared} "), 1);
            signed_again(&last_reference_in(&message, method)).expect("signed again")
        };
        for same in [String::new(), format!("xmlns:soap=\"{SOAP11}\""), "xmlns:other=\"urn:mine\"".to_owned()] {
            let opened = bob.open(signed(&same)).unwrap_or_else(|error| panic!("{same}: {error}"));
            assert!(opened.header_block("urn:n", "Note").is_some());
        }
        let mine = signed("xmlns:soap=\"urn:mine\"");
        for hidden in [mine.replacen("urn:mine", "urn:evil", 1), mine] {
            let opened = bob.open(&hidden).expect("the Body is not concerned");
            let shown = opened.header_block("urn:n", "Note").map(|block| block.xml().to_owned());
            assert_eq!(shown, None, "{method}");
            let lost = opened.evidence().signatures.iter().flat_map(|signature| &signature.lost);
            let lost: Vec<_> = lost.map(|lost| (lost.part.to_string(), lost.why.clone())).collect();
            let why = CoverageLost::UnsignedNamespace { prefix: "soap".into() };
            assert_eq!(lost, [("{urn:n}Note".to_owned(), why)]);
        }
    }
}
