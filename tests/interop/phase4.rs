//! AS4 with phase4: a UserMessage with a compressed, signed and encrypted attachment each way over HTTP, with the
//! algorithms of each AS4 preset, and the signed receipt with the digests of the sent message. The preset's own recipes and
//! receivers make and open them. phase4-lib has no words for key agreement; its gateway opens it, and its sender sets it on the
//! WSS4J below, as its wiki says for eDelivery AS4 2.0.

use std::io::Read;
use std::time::SystemTime;

use ws_security::attachments::{Attachment, Package, Spool};
use ws_security::c14n::base64_decode;
use ws_security::crypto::KeyAgreement;
use ws_security::ebms::{self, Messaging, Party, Signal, SignalKind, UserMessage};
use ws_security::networks::{
    Network, PartyKeys, Service, edelivery_1_15, edelivery_2_0, edelivery_2_0_ec, entsog_3_6, entsog_4_0, peppol_as4_2,
};
use ws_security::{
    Correlation, DangerousNoReplayCache, Limits, OpenError, Opened, ReceiptError, Receiver, Secured, SignerRule,
    SoapVersion, Trust,
};

use crate::driver::Driver;
use crate::peer;

const PAYLOAD: &str = "<invoice>\n  <amount>1499.90</amount>\n</invoice>";

/// A preset, and phase4's words for what the specification of that network says.
#[derive(Clone)]
struct Suite {
    network: Network,
    /// The method of signatures, and how its certificate and that of the recipient are referred to.
    words: [&'static str; 3],
    agreement: Option<KeyAgreement>,
    sender: &'static str,
    gateway: &'static str,
    recipient: &'static str,
}

fn suites() -> [Suite; 7] {
    let suite = |network, words, agreement, [sender, gateway, recipient]: [&'static str; 3]| Suite {
        network,
        words,
        agreement,
        sender,
        gateway,
        recipient,
    };
    let (direct, serial, ski) = ("BST_DIRECT_REFERENCE", "ISSUER_SERIAL", "SKI_KEY_IDENTIFIER");
    let rsa = ["alice", "bob", "bob"];
    let (x25519, ecdh) = (Some(KeyAgreement::X25519), Some(KeyAgreement::EcdhEs));
    let (ed, ec) = (["ed25519", "ed25519-bob", "ka-x25519"], ["ec256", "ec256-bob", "ka-ec256"]);
    let entsog_ec = entsog_4_0::NETWORK.choose(entsog_4_0::ECDSA);
    [
        suite(edelivery_1_15::NETWORK, ["RSA_SHA_256", direct, direct], None, rsa),
        suite(peppol_as4_2::NETWORK, ["RSA_SHA_256", direct, direct], None, rsa),
        suite(entsog_3_6::NETWORK, ["RSA_SHA_256", serial, serial], None, rsa),
        suite(edelivery_2_0::NETWORK, ["EDDSA_ED25519", direct, ski], x25519, ed),
        suite(edelivery_2_0_ec::NETWORK, ["ECDSA_SHA_256", direct, ski], ecdh, ec),
        suite(entsog_4_0::NETWORK, ["EDDSA_ED25519", serial, serial], x25519, ed),
        suite(entsog_ec, ["ECDSA_SHA_256", serial, serial], ecdh, ec),
    ]
}

impl Suite {
    fn tell(&self, driver: &mut Driver) {
        let [sign, signer, recipient] = self.words;
        let agreement = self.agreement.map_or("-", KeyAgreement::uri);
        let Self { sender, gateway, recipient: decrypting, .. } = self;
        let words = format!("suite\t{sign};{agreement};{signer};{recipient};{sender};{gateway};{decrypting}");
        driver.ask(&words, "-").expect("phase4 knows the words");
    }

    /// The id of a message: phase4 takes each once.
    fn id(&self, number: &str) -> String {
        format!("{number}.{}.{}@example.org", self.network.name, self.words[0])
    }

    /// The sender's keys, who trusts the gateway.
    fn sender_keys(&self) -> PartyKeys {
        PartyKeys::new()
            .identity(peer::identity(self.sender))
            .partner(peer::certificate(self.recipient))
            .trust(Trust::pins([peer::certificate(self.gateway)]))
    }

    /// The sender's receiver of receipts.
    fn receipts(&self) -> Receiver {
        let receiver = self.network.reply_receiver(&self.sender_keys(), DangerousNoReplayCache).expect("the keys");
        receiver.expect("receipts are signed")
    }
}

fn user_message(id: &str) -> String {
    let (from, to) = (Party::new("alice", "initiator"), Party::new("bob", "responder"));
    let message = UserMessage::new(id, SystemTime::now(), from, to)
        .agreement("urn:as4:agreement")
        .collaboration("urn:service", "submit", "1")
        .part("invoice@example.org", [("MimeType", "application/xml"), ("CompressionType", "application/gzip")]);
    Messaging::from(message).envelope(SoapVersion::V12, &Limits::default()).expect("few entries")
}

/// A message as the preset sends it.
fn sent(suite: &Suite, number: &str) -> (String, Vec<u8>, Correlation) {
    let invoice = Attachment::new("invoice@example.org", "application/xml", PAYLOAD).expect("an attachment");
    let plan = suite.network.request_recipe(&suite.sender_keys()).expect("the keys").plan().expect("a plan");
    let invoice = invoice.compressed(None).expect("compressed");
    let Secured { message: package, correlation: exchange } =
        plan.message(&user_message(&suite.id(number))).attachments(vec![invoice]).secure().expect("secured");
    (package.content_type(), package.write(Vec::new()).expect("written"), exchange)
}

#[test]
fn phase4_takes_what_we_send_and_its_receipt_is_for_it() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, port) = Driver::java("phase4", "As4").listening();
    for suite in suites() {
        takes_what_we_send(&mut driver, port, &suite);
    }
}

fn takes_what_we_send(driver: &mut Driver, port: u16, suite: &Suite) {
    suite.tell(driver);
    let name = suite.network.name;
    let (content_type, body, exchange) = sent(suite, "one");
    let answer = peer::post(port, "as4", &content_type, &body);
    let received = driver.ask("received", "").expect("it answers");
    assert!(answer.first.contains("200"), "{name}: {}: {received}", answer.first);
    let octets = base64_decode(received.trim(), 1 << 20).unwrap_or_else(|| panic!("{name}: {received}"));
    assert_eq!(String::from_utf8_lossy(&octets), PAYLOAD, "{name}: decrypted, verified and decompressed");

    let receipt = suite.receipts().answering(&exchange).open(&answer.body);
    let receipt = receipt.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(receipt.signer().certificate(), Some(&peer::certificate(suite.gateway)));
    exchange.check_receipt(&receipt).expect("it gives back our digests");
    let block = receipt.header_block(ebms::NAMESPACE, "Messaging").expect("it is signed");
    let signal = Messaging::read(block.xml(), &Limits::default()).expect("as AS4 has it").signal.expect("a signal");
    assert_eq!(signal.info.answers.as_deref(), Some(suite.id("one").as_str()));
    assert!(matches!(signal.kind, SignalKind::Receipt(content) if content.contains("NonRepudiationInformation")));
    // It is not a receipt for another message, nor for one with fewer or more parts.
    let (_, _, other) = sent(suite, "two");
    assert!(matches!(other.check_receipt(&receipt), Err(ReceiptError::Unknown { .. })));
    // What is not signed says nothing: a digest that was changed on the way.
    let text = String::from_utf8(answer.body).expect("UTF-8");
    let at = text.rfind("<ds:DigestValue>").expect("a digest") + "<ds:DigestValue>".len();
    let other = if text[at..].starts_with('A') { "B" } else { "A" };
    let forged = format!("{}{other}{}", &text[..at], &text[at + 1..]);
    assert!(matches!(suite.receipts().answering(&exchange).open(&forged), Err(OpenError::Verify(_))));

    // A changed attachment gets an error and no receipt.
    let (content_type, mut body, _) = sent(suite, "three");
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
    for suite in suites() {
        sends_what_we_open(&mut driver, &suite);
    }
}

fn sends_what_we_open(driver: &mut Driver, suite: &Suite) {
    suite.tell(driver);
    let name = suite.network.name;
    let ours = suite.clone();
    let serving = peer::serve_http_once(move |request| {
        let answer = serve(&ours, &request);
        let receipt = answer.as_ref().map(|(_, receipt)| receipt.clone()).map_err(ToString::to_string);
        ("application/soap+xml", receipt, answer)
    });
    let outcome = driver.ask(&format!("send\thttp://127.0.0.1:{}/as4", serving.port()), PAYLOAD).expect("it answers");
    let served = serving.end().expect("phase4 calls");
    let (opened, _) = served.unwrap_or_else(|error| panic!("{name}: {error}: {outcome}"));
    assert_eq!(outcome, "receipt valid SUCCESS", "{name}");
    let [invoice] = opened.attachments() else { panic!("one attachment") };
    let mut payload = String::new();
    invoice.decompressed(1 << 20).read_to_string(&mut payload).expect("it decompresses");
    assert_eq!(payload, PAYLOAD);
}

/// The receiver's side of the preset.
fn service(suite: &Suite) -> Service {
    let trust = Trust::anchors([peer::certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    let trust = trust.known([peer::certificate(suite.sender)]);
    let keys = PartyKeys::new()
        .identity(peer::identity(suite.gateway))
        .decrypting(peer::identity(suite.recipient))
        .trust(trust);
    suite.network.service(&keys, DangerousNoReplayCache).expect("the keys")
}

/// The receiver's gateway: opens a message, and signs a receipt for it.
fn serve(suite: &Suite, request: &peer::Http) -> Result<(Opened, String), OpenError> {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::in_folder(folder.path()).keep_in_memory(0);
    let package = Package::read_body(&request.content_type, request.body.as_slice(), &Limits::default(), &spool);
    let service = service(suite);
    let opened = service.receiver.open(&package.expect("a package"))?;
    let block = opened.header_block(ebms::NAMESPACE, "Messaging").expect("it is signed");
    let message =
        Messaging::read(block.xml(), &Limits::default()).expect("as AS4 has it").user.expect("a user message");
    message.check_parts(opened.attachments().iter().map(|attachment| attachment.content_id())).expect("its payload");
    let digests = opened.correlation().non_repudiation_information().expect("canonical");
    let receipt = Signal::receipt(format!("receipt-{}", message.info.id), SystemTime::now(), message.info.id, digests);
    let receipt = Messaging::from(receipt).envelope(SoapVersion::V12, &Limits::default()).expect("few entries");
    let plan = service.recipe.expect("receipts are signed").plan().expect("a plan");
    let receipt = plan.message(&receipt).answering(opened.correlation()).secure().expect("secured").message;
    Ok((opened, receipt))
}
