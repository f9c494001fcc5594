//! AS4 with phase4: a UserMessage with a compressed, signed and encrypted attachment each way over HTTP, with the
//! algorithms of eDelivery AS4 1.15, and the signed receipt with the digests of the sent message.

use std::io::{BufReader, Read, Write};
use std::net::TcpListener;

use ws_security::Limits;
use ws_security::attachments::{Attachment, Package, Spool};
use ws_security::c14n::{base64_decode, name};
use ws_security::networks::{Keys, Service, edelivery_1_15};
use ws_security::{
    Correlation, DangerousNoReplayCache, OpenError, Opened, Part, ReceiptError, Receiver, Requirements, Secured,
    SignerRule, Trust,
};

use crate::driver::Driver;
use crate::peer;

const EBMS: &str = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/";
const PAYLOAD: &str = "<invoice>\n  <amount>1499.90</amount>\n</invoice>";

fn messaging() -> Part {
    Part::header_block(EBMS, "Messaging")
}

/// An envelope without a Body, and this in its `eb:Messaging`.
fn envelope(content: &str) -> String {
    format!(
        "<S12:Envelope xmlns:S12=\"{}\"><S12:Header><eb:Messaging xmlns:eb=\"{EBMS}\" S12:mustUnderstand=\"true\">\
         {content}</eb:Messaging></S12:Header><S12:Body></S12:Body></S12:Envelope>",
        name::SOAP12.uri
    )
}

fn now() -> String {
    ws_security::tokens::format_instant(std::time::SystemTime::now())
}

fn user_message(id: &str) -> String {
    envelope(&format!(
        "<eb:UserMessage><eb:MessageInfo><eb:Timestamp>{}</eb:Timestamp><eb:MessageId>{id}</eb:MessageId></eb:MessageInfo>\
         <eb:PartyInfo><eb:From><eb:PartyId>alice</eb:PartyId><eb:Role>initiator</eb:Role></eb:From><eb:To><eb:PartyId>bob\
         </eb:PartyId><eb:Role>responder</eb:Role></eb:To></eb:PartyInfo><eb:CollaborationInfo><eb:AgreementRef>\
         urn:as4:agreement</eb:AgreementRef><eb:Service>urn:service</eb:Service><eb:Action>submit</eb:Action>\
         <eb:ConversationId>1</eb:ConversationId></eb:CollaborationInfo><eb:PayloadInfo><eb:PartInfo \
         href=\"cid:invoice@example.org\"><eb:PartProperties><eb:Property name=\"MimeType\">application/xml</eb:Property>\
         <eb:Property name=\"CompressionType\">application/gzip</eb:Property></eb:PartProperties></eb:PartInfo>\
         </eb:PayloadInfo></eb:UserMessage>",
        now()
    ))
}

fn receiver(own: &str, parts: impl IntoIterator<Item = Part>) -> Receiver {
    let trust = Trust::anchors([peer::certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    Receiver::new(trust, Requirements::signed_body_and(parts), DangerousNoReplayCache).decrypt_with(peer::identity(own))
}

/// A message as Alice sends it.
fn sent(id: &str) -> (String, Vec<u8>, Correlation) {
    let invoice = Attachment::new("invoice@example.org", "application/xml", PAYLOAD).expect("an attachment");
    let keys = Keys::new()
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
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let served = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("phase4 calls");
        let mut reader = BufReader::new(stream);
        let request = peer::read_http(&mut reader);
        let answer = serve(&request);
        let (status, receipt) = match &answer {
            Ok((_, receipt)) => ("200 OK", receipt.as_str()),
            Err(_) => ("500 Refused", ""),
        };
        write!(
            reader.get_mut(),
            "HTTP/1.1 {status}\r\nContent-Type: application/soap+xml; charset=UTF-8\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{receipt}",
            receipt.len()
        )
        .expect("answered");
        answer.map(|(opened, _)| opened)
    });
    let outcome = driver.ask(&format!("send\thttp://127.0.0.1:{port}/as4"), PAYLOAD).expect("it answers");
    let opened = served.join().expect("served").unwrap_or_else(|error| panic!("{error}: {outcome}"));
    assert_eq!(outcome, "receipt valid SUCCESS");
    let [invoice] = opened.attachments() else { panic!("one attachment") };
    let mut payload = String::new();
    invoice.decompressed(1 << 20).read_to_string(&mut payload).expect("it decompresses");
    assert_eq!(payload, PAYLOAD);
}

/// Bob's side of the preset.
fn service() -> Service {
    let trust = Trust::anchors([peer::certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    let keys = Keys::new().identity(peer::identity("bob")).trust(trust);
    edelivery_1_15::NETWORK.service(&keys, DangerousNoReplayCache).expect("the keys")
}

/// Bob's gateway: opens a message, and signs a receipt for it.
fn serve(request: &peer::Http) -> Result<(Opened, String), OpenError> {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::in_folder(folder.path()).keep_in_memory(0);
    let package = Package::read_body(&request.content_type, request.body.as_slice(), &Limits::default(), &spool);
    let service = service();
    let opened = service.receiver.open(&package.expect("a package"))?;
    let message = opened.header_block(EBMS, "Messaging").expect("it is signed").xml().to_owned();
    let id = message.split("MessageId>").nth(1).and_then(|rest| rest.split("</").next()).expect("an id").to_owned();
    let id = id.split('<').next().unwrap_or_default().to_owned();
    let receipt = envelope(&format!(
        "<eb:SignalMessage><eb:MessageInfo><eb:Timestamp>{}</eb:Timestamp><eb:MessageId>receipt-{id}</eb:MessageId>\
         <eb:RefToMessageId>{id}</eb:RefToMessageId></eb:MessageInfo><eb:Receipt>{}</eb:Receipt></eb:SignalMessage>",
        now(),
        opened.correlation().non_repudiation_information()
    ));
    let plan = service.recipe.expect("receipts are signed").plan().expect("a plan");
    let receipt = plan.message(&receipt).answering(opened.correlation()).secure().expect("secured").message;
    Ok((opened, receipt))
}
