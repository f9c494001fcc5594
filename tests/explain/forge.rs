//! A signer that digests and signs what it should not: it puts digests and values into a message that was signed rightly.

use ws_security::c14n::{Budget, Canonicalization, Document, Limits, Subset, base64_encode, name};
use ws_security::crypto::Digest;
use ws_security::{DigestMethod, SignatureMethod};

use crate::common::identity;

pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// The canonical octets of the first element of this local name.
pub(crate) fn canonical(message: &str, local: &str, by: &Canonicalization) -> String {
    let document = Document::parse(message, &Limits::default()).expect("XML");
    let element = document.elements().find(|element| element.name().local == local).expect(local);
    by.to_text(&Subset::subtree(element), &Budget::dangerous_unbounded()).expect("octets")
}

/// The Body in the form that the message says.
pub(crate) fn body(message: &str) -> String {
    canonical(message, "Body", &Canonicalization::default())
}

/// What is between the first `open` and the next `close`.
pub(crate) fn between<'m>(message: &'m str, open: &str, close: &str) -> &'m str {
    let start = message.find(open).unwrap_or_else(|| panic!("no {open} in {message}")) + open.len();
    let len = message[start..].find(close).expect(close);
    &message[start..start + len]
}

/// The digest of the reference to the Body.
fn digest_of_body(message: &str) -> String {
    let id = between(&message[message.find(":Body ").expect("the Body")..], "wsu:Id=\"", "\"").to_owned();
    let reference = &message[message.find(&format!("URI=\"#{id}\"")).expect("the reference")..];
    between(reference, "<ds:DigestValue>", "</ds:DigestValue>").to_owned()
}

/// The message with this text as the digest of the Body, signed again.
pub(crate) fn with_digest_text(message: &str, text: &str) -> String {
    signed_again(&message.replacen(&digest_of_body(message), text, 1))
}

/// The message whose signer digests these octets as the Body.
pub(crate) fn digesting(message: &str, octets: impl AsRef<[u8]>) -> String {
    with_digest_text(message, &base64_encode(Digest::of(DigestMethod::Sha256, octets.as_ref()).as_octets()))
}

/// The message with a signature value over its SignedInfo as it is now.
pub(crate) fn signed_again(message: &str) -> String {
    let octets = canonical(message, "SignedInfo", &Canonicalization::default());
    signing(message, octets.as_bytes(), SignatureMethod::RsaSha256)
}

/// The message whose signer signs these octets as the SignedInfo.
pub(crate) fn signing(message: &str, octets: &[u8], method: SignatureMethod) -> String {
    let value = identity("alice").signing_key().sign(method, octets).expect("a value");
    with_value(message, &value)
}

/// The message with this signature value.
pub(crate) fn with_value(message: &str, value: &[u8]) -> String {
    let old = between(message, "<ds:SignatureValue>", "</ds:SignatureValue>").to_owned();
    message.replacen(&old, &base64_encode(value), 1)
}

/// Namespaces in scope of a Security header.
pub(crate) fn wsu() -> &'static str {
    name::WSU.uri
}

/// As [`over_the_whole_document`], by an Id of the Envelope.
#[allow(dead_code, reason = "only the tests of receivers use it")]
pub(crate) fn over_the_envelope_by_its_id(message: &str) -> String {
    let message = message.replacen("<s:Envelope ", &format!("<s:Envelope xmlns:u=\"{}\" u:Id=\"All\" ", wsu()), 1);
    signed_again(&over_the_whole_document(&message).replacen(
        "<ds:Reference URI=\"\">",
        "<ds:Reference URI=\"#All\">",
        1,
    ))
}

/// The message whose signature is over the whole document without itself, and over nothing else.
pub(crate) fn over_the_whole_document(message: &str) -> String {
    let signature = format!("<ds:Signature{}</ds:Signature>", between(message, "<ds:Signature", "</ds:Signature>"));
    let octets = canonical(&message.replacen(&signature, "", 1), "Envelope", &Canonicalization::default());
    let digest = base64_encode(Digest::of(DigestMethod::Sha256, octets.as_bytes()).as_octets());
    let references = format!("<ds:Reference{}</ds:SignedInfo>", between(message, "<ds:Reference", "</ds:SignedInfo>"));
    let only = format!(
        "<ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform><ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"{SHA256}\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    );
    signed_again(&message.replacen(&references, &only, 1))
}
