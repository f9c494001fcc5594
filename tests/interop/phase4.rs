//! AS4 with phase4: a UserMessage with a compressed, signed and encrypted attachment each way over HTTP, with the
//! algorithms of eDelivery AS4 1.15, and the signed receipt with the digests of the sent message.

use std::io::Read;
use std::time::SystemTime;

use ws_security::Limits;
use ws_security::attachments::{Attachment, Package, Spool};
use ws_security::c14n::base64_decode;
use ws_security::ebms::{self, Messaging, Party, Signal, SignalKind, UserMessage};
use ws_security::networks::{PartyKeys, Service, edelivery_1_15};
use ws_security::{
    Correlation, DangerousNoReplayCache, OpenError, Opened, Part, ReceiptError, Receiver, Requirements, Secured,
    SignerRule, SoapVersion, Trust,
};

use crate::driver::Driver;
use crate::peer;

const PAYLOAD: &str = "<invoice>\n  <amount>1499.90</amount>\n</invoice>";

fn messaging() -> Part {
    Part::header_block(ebms::NAMESPACE, "Messaging")
}

fn user_message(id: &str) -> String {
    let (from, to) = (Party::new("alice", "initiator"), Party::new("bob", "responder"));
    let message = UserMessage::new(id, SystemTime::now(), from, to)
        .agreement("urn:as4:agreement")
        .collaboration("urn:service", "submit", "1")
        .part("invoice@example.org", [("MimeType", "application/xml"), ("CompressionType", "application/gzip")]);
    Messaging::from(message).envelope(SoapVersion::V12)
}

fn receiver(own: &str, parts: impl IntoIterator<Item = Part>) -> Receiver {
    let trust = Trust::anchors([peer::certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    Receiver::new(trust, Requirements::signed_body_and(parts), DangerousNoReplayCache).decrypt_with(peer::identity(own))
}

/// A message as Alice sends it.
fn sent(id: &str) -> (String, Vec<u8>, Correlation) {
    let invoice = Attachment::new("invoice@example.org", "application/xml", PAYLOAD).expect("an attachment");
    let keys = PartyKeys::new()
        .identity(peer::identity("alice"))
        .partner(peer::certificate("bob"))
        .trust(Trust::pins([peer::certificate("bob")]));
    let plan = edelivery_1_15::NETWORK.request_recipe(&keys).expect("the keys").plan().expect("a plan");
    let invoice = invoice.compressed(None).expect("compressed");
    let Secured { message: package, correlation: exchange } =
        plan.message(&user_message(id)).attachments(vec![invoice]).secure().expect("secured");
    (package.content_type(), package.write(Vec::new()).expect("written"), exchange)
}

#[test]
fn phase4_takes_what_we_send_and_its_receipt_is_for_it() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, port) = Driver::java("phase4", "As4").listening();
    let (content_type, body, exchange) = sent("one@example.org");
    let answer = peer::post(port, "as4", &content_type, &body);
    let received = driver.ask("received", "").expect("it answers");
    assert!(answer.first.contains("200"), "{}: {received}", answer.first);
    let octets = base64_decode(received.trim(), 1 << 20).unwrap_or_else(|| panic!("{received}"));
    assert_eq!(String::from_utf8_lossy(&octets), PAYLOAD, "decrypted, verified and decompressed");

    let receipt = receiver("alice", [messaging()]).answering(&exchange).open(&answer.body).expect("a signed receipt");
    assert_eq!(receipt.signer().certificate(), Some(&peer::certificate("bob")));
    exchange.check_receipt(&receipt).expect("it gives back our digests");
    let block = receipt.header_block(ebms::NAMESPACE, "Messaging").expect("it is signed");
    let signal = Messaging::read(block.xml(), &Limits::default()).expect("as AS4 has it").signal.expect("a signal");
    assert_eq!(signal.info.answers.as_deref(), Some("one@example.org"));
    assert!(matches!(signal.kind, SignalKind::Receipt(content) if content.contains("NonRepudiationInformation")));
    // It is not a receipt for another message, nor for one with fewer or more parts.
    let (_, _, other) = sent("two@example.org");
    assert!(matches!(other.check_receipt(&receipt), Err(ReceiptError::Unknown { .. })));
    // What is not signed says nothing: a digest that was changed on the way.
    let text = String::from_utf8(answer.body).expect("UTF-8");
    let at = text.rfind("<ds:DigestValue>").expect("a digest") + "<ds:DigestValue>".len();
    let other = if text[at..].starts_with('A') { "B" } else { "A" };
    let forged = format!("{}{other}{}", &text[..at], &text[at + 1..]);
    assert!(matches!(receiver("alice", [messaging()]).answering(&exchange).open(&forged), Err(OpenError::Verify(_))));

    // A changed attachment gets an error and no receipt.
    let (content_type, mut body, _) = sent("three@example.org");
    let end = body.windows(4).rposition(|window| window == b"\r\n--").expect("the end");
    body[end - 1] ^= 1;
    let answer = peer::post(port, "as4", &content_type, &body);
    assert!(!String::from_utf8_lossy(&answer.body).contains("NonRepudiationInformation"));
}

#[test]
fn what_phase4_sends_opens_and_it_takes_our_receipt() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, _) = Driver::java("phase4", "As4").listening();
    let serving = peer::serve_http_once(|request| {
        let answer = serve(&request);
        let receipt = answer.as_ref().map(|(_, receipt)| receipt.clone()).map_err(ToString::to_string);
        ("application/soap+xml", receipt, answer)
    });
    let outcome = driver.ask(&format!("send\thttp://127.0.0.1:{}/as4", serving.port()), PAYLOAD).expect("it answers");
    let served = serving.end().expect("phase4 calls");
    let (opened, _) = served.unwrap_or_else(|error| panic!("{error}: {outcome}"));
    assert_eq!(outcome, "receipt valid SUCCESS");
    let [invoice] = opened.attachments() else { panic!("one attachment") };
    let mut payload = String::new();
    invoice.decompressed(1 << 20).read_to_string(&mut payload).expect("it decompresses");
    assert_eq!(payload, PAYLOAD);
}

/// Bob's side of the preset.
fn service() -> Service {
    let trust = Trust::anchors([peer::certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    let keys = PartyKeys::new().identity(peer::identity("bob")).trust(trust);
    edelivery_1_15::NETWORK.service(&keys, DangerousNoReplayCache).expect("the keys")
}

/// Bob's gateway: opens a message, and signs a receipt for it.
fn serve(request: &peer::Http) -> Result<(Opened, String), OpenError> {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::in_folder(folder.path()).keep_in_memory(0);
    let package = Package::read_body(&request.content_type, request.body.as_slice(), &Limits::default(), &spool);
    let service = service();
    let opened = service.receiver.open(&package.expect("a package"))?;
    let block = opened.header_block(ebms::NAMESPACE, "Messaging").expect("it is signed");
    let message =
        Messaging::read(block.xml(), &Limits::default()).expect("as AS4 has it").user.expect("a user message");
    message.check_parts(opened.attachments().iter().map(|attachment| attachment.content_id())).expect("its payload");
    let digests = opened.correlation().non_repudiation_information().expect("canonical");
    let receipt = Signal::receipt(format!("receipt-{}", message.info.id), SystemTime::now(), message.info.id, digests);
    let receipt = Messaging::from(receipt).envelope(SoapVersion::V12);
    let plan = service.recipe.expect("receipts are signed").plan().expect("a plan");
    let receipt = plan.message(&receipt).answering(opened.correlation()).secure().expect("secured").message;
    Ok((opened, receipt))
}
