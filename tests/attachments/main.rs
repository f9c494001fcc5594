//! Attachments beside the envelope: signed, verified, and what attackers do to them (T39).

#[path = "../common/mod.rs"]
mod common;

mod encrypted;
mod signed;
mod wrapped;
mod xop;

use ws_security::attachments::{Attachment, Package, Spool};
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, Limits, OpenError};

use common::*;

const TEXT: &str = "first line\nsecond line\n";
const BINARY: &[u8] = b"\0\x01\r\n\x02\n\xFF";

fn invoice() -> Attachment {
    let attachment = Attachment::new("invoice+7@example.org", "application/pdf", BINARY).expect("an attachment");
    attachment.field("Content-Disposition", "attachment; filename=\"invoice.pdf\"").expect("a field")
}

fn note() -> Attachment {
    Attachment::new("note@example.org", "text/plain; charset=utf-8", TEXT).expect("an attachment")
}

fn signing() -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, Part::Attachments])
}

/// The body of the transport, and its Content-Type.
fn secured(signing: Signing, attachments: Vec<Attachment>) -> (String, Vec<u8>) {
    let plan = recipe().sign(signing).plan().expect("a plan");
    let package = plan.message(&envelope(SOAP11)).attachments(attachments).secure().expect("secured").message;
    (package.content_type(), package.write(Vec::new()).expect("written"))
}

fn both(signing: Signing) -> (String, Vec<u8>) {
    secured(signing, vec![invoice(), note()])
}

fn demanding() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp, Part::Attachments]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
}

fn open(receiver: &Receiver, (content_type, body): &(String, Vec<u8>)) -> Result<Opened, OpenError> {
    let package = Package::parse_body(content_type, body, &Limits::default()).expect("a package");
    receiver.open(&package)
}

/// The package with one text replaced by another of it, where both are octets of ASCII.
fn changed((content_type, body): &(String, Vec<u8>), from: &[u8], to: &[u8]) -> (String, Vec<u8>) {
    let at = body.windows(from.len()).position(|window| window == from).expect("it is there");
    let body = [&body[..at], to, &body[at + from.len()..]].concat();
    (content_type.clone(), body)
}

fn of_body() -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])
}

fn envelope_of(package: &str) -> &str {
    let start = package.find("<s:Envelope").expect("an envelope");
    let end = package.find("</s:Envelope>").expect("its end") + "</s:Envelope>".len();
    &package[start..end]
}

/// The envelope with a digest replaced, and Alice's signature made again.
fn resigned(package: &str, from: &str, to: &str) -> String {
    use ws_security::c14n::{Budget, Canonicalization, Document, Limits, Subset, base64_encode};
    let envelope = envelope_of(package).replace(from, to);
    let document = Document::parse(envelope.as_str(), &Limits::default()).expect("well-formed");
    let signed_info = document.elements().find(|element| element.name().local == "SignedInfo").expect("one");
    let octets = Canonicalization::default()
        .to_octets(&Subset::subtree(signed_info), &Budget::dangerous_unbounded())
        .expect("canonical");
    let alice = identity("alice");
    let value = alice.signing_key().sign(ws_security::SignatureMethod::RsaSha256, &octets).expect("signed");
    let old = document.elements().find(|element| element.name().local == "SignatureValue").expect("one");
    let old = old.text().expect("text").into_owned();
    envelope.replace(&old, &base64_encode(&value))
}

fn encrypting() -> Encrypting {
    Encrypting::to(&certificate("bob")).parts([Part::Body, Part::Attachments])
}

fn decrypting() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp, Part::Attachments])
        .encrypted([Part::Body, Part::Attachments]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"))
}

fn written(recipe: Recipe) -> (String, Vec<u8>) {
    let plan = recipe.plan().expect("a plan");
    let package =
        plan.message(&envelope(SOAP11)).attachments(vec![invoice(), note()]).secure().expect("secured").message;
    (package.content_type(), package.write(Vec::new()).expect("written"))
}

/// The same package from a stream, its attachments in files.
fn open_stream(receiver: &Receiver, (content_type, body): &(String, Vec<u8>)) -> Result<Opened, OpenError> {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::in_folder(folder.path()).keep_in_memory(0);
    let package = Package::read_body(content_type, body.as_slice(), &Limits::default(), &spool);
    receiver.open(&package.expect("a package"))
}

fn mismatch(result: Result<Opened, OpenError>) -> bool {
    matches!(result, Err(OpenError::Verify(ws_security::xmldsig::VerifyError::DigestMismatch { uri })) if uri.as_str().starts_with("cid:"))
}
