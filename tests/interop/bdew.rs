//! BDEW AS4 with the keys of the network: WSS4J signs with brainpoolP256r1 and agrees on it, as its senders do.

use std::io::Read as _;
use std::time::SystemTime;

use ws_security::attachments::{Attachment, Package};
use ws_security::c14n::{base64_encode, name};
use ws_security::crypto::{DerivationMethod, KeyAgreement, KeyDerivation, KeyWrap, OtherInfo};
use ws_security::ebms::{self, Messaging, Party, UserMessage};
use ws_security::networks::{PartyKeys, bdew_1_2};
use ws_security::xmlenc::Agreement;
use ws_security::{
    ContentEncryption, DangerousNoReplayCache, DigestMethod, Encrypting, Limits, Part, Plan, Receiver, Recipe,
    ReferenceForm, Requirements, SignatureMethod, SignerRule, Signing, SoapVersion, Trust, X509Item,
};

use crate::attachments::{answered, package_of};
use crate::driver::Driver;
use crate::peer::{self, MARKER, Matrix};

const PAYLOAD: &str = "UNH+1+UTILMD:D:11A:UN:S1.1'";

/// What is put into ConcatKDF beside the secret, as the message says it: an octet that counts the bits of padding, then
/// octets. The profile has nothing (AS4-Profil 1.1, §2.2.6.2.2), senders with WSS4J have an octet, and a receiver takes what the
/// message has.
const OTHER_INFO: [(&str, [&str; 3]); 3] = [
    ("as the profile has it", ["", "", ""]),
    ("as senders with WSS4J have it", ["0000", "", ""]),
    ("an algorithm and both parties", ["00687474703A2F2F", "0039393033363932", "0039393033313133"]),
];

/// A word of the driver, and how the recipient is named: by a reference, or by `ds:X509Data` alone, as the profile has it.
const RECIPIENTS: [(&str, ReferenceForm); 2] = [
    ("ski", ReferenceForm::SubjectKeyIdentifier),
    ("x509-ski", ReferenceForm::X509Data(X509Item::SubjectKeyIdentifier)),
];

fn agreement([algorithm_id, party_u_info, party_v_info]: [&str; 3]) -> Agreement {
    let octets = |digits: &str| -> Vec<u8> {
        let pairs = (0..digits.len()).step_by(2).map(|at| &digits[at..at + 2]);
        pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal")).skip(1).collect()
    };
    let other_info = OtherInfo {
        algorithm_id: octets(algorithm_id),
        party_u_info: octets(party_u_info),
        party_v_info: octets(party_v_info),
        ..OtherInfo::default()
    };
    let derivation = KeyDerivation::ConcatKdf { digest: DigestMethod::Sha256, other_info };
    Agreement { derivation, wrap: KeyWrap::Aes128, ..Agreement::default() }
}

/// The driver's words for the algorithms of the network.
fn algorithms(other_info: [&str; 3], recipient: &str) -> String {
    format!(
        "steps=sign;encrypt,reference=direct,path=yes,signer=bp256,signature={},digest={},cipher={},transport={},\
         recipient=ka-bp256,recipient-reference={recipient},agreement={},derivation={},other-info={}",
        SignatureMethod::EcdsaSha256.uri(),
        DigestMethod::Sha256.uri(),
        ContentEncryption::Aes128Gcm.uri(),
        KeyWrap::Aes128.uri(),
        KeyAgreement::EcdhEs.uri(),
        DerivationMethod::ConcatKdf.uri(),
        other_info.join(";"),
    )
}

fn ours(other_info: [&str; 3], recipient: ReferenceForm, envelope: &str) -> String {
    let signing = Signing::with(&peer::identity("bp256")).reference(ReferenceForm::DirectPath).parts([Part::Body]);
    let encrypting = Encrypting::to(&peer::certificate("ka-bp256"))
        .content(ContentEncryption::Aes128Gcm)
        .agreement(agreement(other_info))
        .reference(recipient)
        .parts([Part::Body]);
    let plan = Recipe::new().sign(signing).encrypt(encrypting).plan().expect("a plan");
    plan.message(envelope).secure().expect("secured").message
}

fn opens(message: &str) -> Result<(), String> {
    let trust =
        Trust::anchors([peer::certificate("bp-ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    let requirements = Requirements::signed([Part::Body]).encrypted([Part::Body]);
    let receiver = Receiver::new(trust, requirements, DangerousNoReplayCache).decrypt_with(peer::identity("ka-bp256"));
    let opened = receiver.open(message).map_err(|error| format!("{error:?} {message}"))?;
    if opened.body().xml().contains(MARKER) { Ok(()) } else { Err(opened.body().xml().to_owned()) }
}

#[test]
fn every_derivation_of_the_network_goes_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Brainpool");
    let mut matrix = Matrix::new(&["ours > WSS4J DOM", "WSS4J > ours"]);
    let envelope = peer::envelope(name::SOAP12.uri);
    for (what, other_info) in OTHER_INFO {
        for (recipient, form) in RECIPIENTS {
            let message = ours(other_info, form, &envelope);
            let found = driver.ask("verify\tdom\toff", &message);
            let found = found.and_then(|body| if body.contains("4711") { Ok(()) } else { Err(body) });
            matrix.cell(&format!("{what}, {recipient}"), "ours > WSS4J DOM", found, None);
            let other = message.replace("AlgorithmID=\"00", "AlgorithmID=\"0001");
            let other = if other == message { message.replace("PartyUInfo=\"", "PartyUInfo=\"0001") } else { other };
            assert!(driver.ask("verify\tdom\toff", &other).is_err(), "{what}: another derivation");
            let theirs = driver.ask(&format!("secure\t{}", algorithms(other_info, recipient)), &envelope);
            let opened = theirs.and_then(|message| {
                let other = message.replace("<xenc11:ConcatKDFParams", "<xenc11:ConcatKDFParams SuppPubInfo=\"0001\"");
                assert!(other != message && opens(&other).is_err(), "{what}: another derivation");
                opens(&message)
            });
            matrix.cell(&format!("{what}, {recipient}"), "WSS4J > ours", opened, None);
        }
    }
    matrix.finish("BDEW: WSS4J 4.x with brainpoolP256r1");
}

fn user_message() -> String {
    let (from, to) = (Party::new("9903692000005", "initiator"), Party::new("9903113000002", "responder"));
    let message = UserMessage::new("one@example.org", SystemTime::now(), from, to)
        .agreement("https://www.bdew.de/as4/communication/agreement")
        .collaboration("urn:service", "submit", "1")
        .part("a@b", [("MimeType", "application/edifact"), ("CompressionType", "application/gzip")]);
    Messaging::from(message).envelope(SoapVersion::V12, &Limits::default()).expect("few entries")
}

fn payload() -> Attachment {
    let payload = Attachment::new("a@b", "application/edifact", PAYLOAD).expect("an attachment");
    payload.compressed(None).expect("compressed")
}

/// A message with the payload, and the octets of its attachment as it is sent.
fn sent(plan: &Plan) -> (String, Vec<u8>) {
    let package = plan.message(&user_message()).attachments(vec![payload()]).secure().expect("secured").message;
    let written = package.write(Vec::new()).expect("written");
    let written = Package::parse_body(&package.content_type(), &written, &Limits::default()).expect("a package");
    let content = written.attachments()[0].unauthenticated_content().expect("in memory").into_owned();
    (package.envelope().to_owned(), content)
}

#[test]
fn messages_of_the_preset_go_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Brainpool");
    let network = bdew_1_2::NETWORK;

    let keys = PartyKeys::new().identity(peer::identity("bp256")).partner(peer::certificate("ka-bp256"));
    let signing = Signing::with(&peer::identity("bp256")).parts([Part::Body, Part::Attachments]);
    let (_, compressed) = sent(&Recipe::new().sign(signing).plan().expect("a plan"));
    let headers = base64_encode(b"Content-ID:<a@b>\nContent-Type:application/octet-stream");
    // WSS4J wants a reference of BSP R5426 in what names the recipient, also where the profile says X509SKI, and its own X509_SKI
    // writes none.
    for (network, ignored) in
        [(bdew_1_2::NETWORK, "ignored=R5426,"), (bdew_1_2::NETWORK.choose(bdew_1_2::KEY_IDENTIFIERS), "")]
    {
        let plan = network.request_recipe(&keys).expect("the keys").plan().expect("a plan");
        let (envelope, sealed) = sent(&plan);
        let spec = |ignored: &str, content: &[u8]| {
            format!("attached\t{ignored}id=a@b,headers={headers},content={}", base64_encode(content))
        };
        let answer = driver.ask(&spec(ignored, &sealed), &envelope).expect("WSS4J opens it");
        assert_eq!(answered(&answer).1, compressed);
        assert_eq!(driver.ask(&spec("", &sealed), &envelope).is_err(), !ignored.is_empty(), "BSP R5426");
        let mut tampered = sealed;
        tampered[14] ^= 1;
        assert!(driver.ask(&spec(ignored, &tampered), &envelope).is_err(), "the tampered twin");
    }

    let keys = PartyKeys::new()
        .trust(Trust::pins([peer::certificate("bp256")]))
        .decrypting(peer::identity("ka-bp256"))
        .identity(peer::identity("ec256-bob"));
    let receiver = network.request_receiver(&keys, DangerousNoReplayCache).expect("the keys");
    for (recipient, _) in RECIPIENTS {
        let spec = format!(
            "{},no-timestamp=yes,kind=content,encrypted=content,block={} Messaging,id=a@b,headers={},content={}",
            algorithms(OTHER_INFO[1].1, recipient),
            ebms::NAMESPACE,
            base64_encode(b"Content-ID:<a@b>\nContent-Type:application/gzip"),
            base64_encode(&compressed),
        );
        let answer = driver.ask(&format!("attach\t{spec}"), &user_message()).expect("WSS4J secures it");
        let (headers, content, message) = answered(&answer);
        let open = |content: &[u8]| {
            let octets = package_of(message, &headers, content);
            receiver.open(&Package::parse(&octets, &Limits::default()).expect("a package"))
        };
        let opened = open(&content).unwrap_or_else(|error| panic!("{recipient}: {error}\n{message}"));
        let [attachment] = opened.attachments() else { panic!("one attachment") };
        let mut text = String::new();
        attachment.decompressed(1 << 20).read_to_string(&mut text).expect("it decompresses");
        assert_eq!(text, PAYLOAD);
        let mut tampered = content.clone();
        tampered[14] ^= 1;
        assert!(open(&tampered).is_err(), "the tampered twin");
    }
}
