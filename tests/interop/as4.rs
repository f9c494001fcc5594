//! The AS4 presets beside WSS4J, with an attachment: the preset's own recipe makes what WSS4J opens, and its own receiver opens
//! what WSS4J makes. BDEW, whose curve the JDK lacks, is in [`bdew`](crate::bdew).

use std::io::Read as _;
use std::time::SystemTime;

use ws_security::attachments::{Attachment, Package};
use ws_security::c14n::base64_encode;
use ws_security::crypto::{DerivationMethod, KeyAgreement, KeyWrap};
use ws_security::ebms::{self, Messaging, Party, UserMessage};
use ws_security::networks::{
    Network, PartyKeys, edelivery_1_15, edelivery_2_0, edelivery_2_0_ec, entsog_3_6, entsog_4_0, peppol_as4_2,
};
use ws_security::{
    ContentEncryption, DangerousNoReplayCache, DigestMethod, Limits, Part, Plan, Receiver, Recipe, SignatureMethod,
    Signing, SoapVersion, TransportMethod, Trust,
};

use crate::attachments::{answered, package_of};
use crate::driver::Driver;
use crate::peer::{self, Matrix};

const PAYLOAD: &str = "<invoice>\n  <amount>1499.90</amount>\n</invoice>";

/// A preset, with the keys and the driver's words for what the specification of that network says.
struct Row {
    network: Network,
    signer: (&'static str, SignatureMethod, &'static str),
    recipient: (&'static str, &'static str),
    /// The agreement; without one, keys are transported by RSA-OAEP with SHA-256.
    agreement: Option<KeyAgreement>,
}

fn rows() -> [Row; 7] {
    let rsa = ("alice", SignatureMethod::RsaSha256);
    let (ed25519, ecdsa) = (("ed25519", SignatureMethod::Ed25519), ("ec256", SignatureMethod::EcdsaSha256));
    let row = |network, (signer, method), form, recipient, agreement: Option<KeyAgreement>| {
        let recipient_form = if form == "direct" && agreement.is_some() { "ski" } else { form };
        Row { network, signer: (signer, method, form), recipient: (recipient, recipient_form), agreement }
    };
    let (x25519, ecdh) = (Some(KeyAgreement::X25519), Some(KeyAgreement::EcdhEs));
    let entsog_ec = entsog_4_0::NETWORK.choose(entsog_4_0::ECDSA);
    [
        row(edelivery_2_0::NETWORK, ed25519, "direct", "ka-x25519", x25519),
        row(edelivery_2_0_ec::NETWORK, ecdsa, "direct", "ka-ec256", ecdh),
        row(entsog_4_0::NETWORK, ed25519, "issuer-serial", "ka-x25519", x25519),
        row(entsog_ec, ecdsa, "issuer-serial", "ka-ec256", ecdh),
        row(edelivery_1_15::NETWORK, rsa, "direct", "bob", None),
        row(peppol_as4_2::NETWORK, rsa, "direct", "bob", None),
        row(entsog_3_6::NETWORK, rsa, "issuer-serial", "bob", None),
    ]
}

impl Row {
    /// The words of the driver, by the specification of the network and not by our preset.
    fn words(&self) -> String {
        let (signer, signature, reference) = self.signer;
        let (recipient, recipient_reference) = self.recipient;
        let (digest, cipher) = (DigestMethod::Sha256.uri(), ContentEncryption::Aes128Gcm.uri());
        let keys = match self.agreement {
            Some(agreement) => format!(
                "transport={},agreement={},derivation={}",
                KeyWrap::Aes128.uri(),
                agreement.uri(),
                DerivationMethod::Hkdf.uri()
            ),
            None => format!(
                "transport={},oaep-digest={digest},mgf={}",
                TransportMethod::RsaOaep.uri(),
                DigestMethod::Sha256.mgf_uri().expect("a name")
            ),
        };
        format!(
            "steps=sign;encrypt,signer={signer},reference={reference},signature={},digest={digest},cipher={cipher},{keys},\
             recipient={recipient},recipient-reference={recipient_reference}",
            signature.uri(),
        )
    }

    fn receiver(&self) -> Receiver {
        let keys = PartyKeys::new()
            .trust(Trust::pins([peer::certificate(self.signer.0)]))
            .decrypting(peer::identity(self.recipient.0))
            .identity(peer::identity(self.signer.0));
        self.network.request_receiver(&keys, DangerousNoReplayCache).expect("the keys")
    }
}

fn user_message() -> String {
    let (from, to) = (Party::new("alice", "initiator"), Party::new("bob", "responder"));
    let message = UserMessage::new("one@example.org", SystemTime::now(), from, to)
        .agreement("urn:as4:agreement")
        .collaboration("urn:service", "submit", "1")
        .part("a@b", [("MimeType", "application/xml"), ("CompressionType", "application/gzip")]);
    Messaging::from(message).envelope(SoapVersion::V12, &Limits::default()).expect("few entries")
}

/// A message with the payload, and the octets of its attachment as it is sent.
fn sent(plan: &Plan) -> (String, Vec<u8>) {
    let payload = Attachment::new("a@b", "application/xml", PAYLOAD).expect("an attachment");
    let payload = payload.compressed(None).expect("compressed");
    let package = plan.message(&user_message()).attachments(vec![payload]).secure().expect("secured").message;
    let written = package.write(Vec::new()).expect("written");
    let written = Package::parse_body(&package.content_type(), &written, &Limits::default()).expect("a package");
    let content = written.attachments()[0].unauthenticated_content().expect("in memory").into_owned();
    (package.envelope().to_owned(), content)
}

/// What WSS4J finds in our message, which is the compressed payload.
fn wss4j_opens(driver: &mut Driver, row: &Row, compressed: &[u8]) -> Result<(), String> {
    let keys = PartyKeys::new().identity(peer::identity(row.signer.0)).partner(peer::certificate(row.recipient.0));
    let plan = row.network.request_recipe(&keys).expect("the keys").plan().expect("a plan");
    let (envelope, sealed) = sent(&plan);
    let headers = base64_encode(b"Content-ID:<a@b>\nContent-Type:application/octet-stream");
    let spec = |content: &[u8]| format!("attached\tid=a@b,headers={headers},content={}", base64_encode(content));
    let answer = driver.ask(&spec(&sealed), &envelope)?;
    if answered(&answer).1 != compressed {
        return Err("another payload".to_owned());
    }
    let mut tampered = sealed;
    tampered[14] ^= 1;
    match driver.ask(&spec(&tampered), &envelope) {
        Ok(_) => Err("the tampered twin opens".to_owned()),
        Err(_) => Ok(()),
    }
}

fn opens(driver: &mut Driver, row: &Row, compressed: &[u8]) -> Result<(), String> {
    let spec = format!(
        "{},no-timestamp=yes,kind=content,encrypted=content,block={} Messaging,id=a@b,headers={},content={}",
        row.words(),
        ebms::NAMESPACE,
        base64_encode(b"Content-ID:<a@b>\nContent-Type:application/gzip"),
        base64_encode(compressed),
    );
    let answer = driver.ask(&format!("attach\t{spec}"), &user_message())?;
    let (headers, content, message) = answered(&answer);
    let receiver = row.receiver();
    let open = |content: &[u8]| {
        let octets = package_of(message, &headers, content);
        receiver.open(&Package::parse(&octets, &Limits::default()).expect("a package"))
    };
    let opened = open(&content).map_err(|error| format!("{error} {message}"))?;
    let [attachment] = opened.attachments() else { return Err("not one attachment".to_owned()) };
    let mut text = String::new();
    attachment.decompressed(1 << 20).read_to_string(&mut text).map_err(|error| error.to_string())?;
    let mut tampered = content.clone();
    tampered[14] ^= 1;
    match open(&tampered) {
        _ if text != PAYLOAD => Err(text),
        Ok(_) => Err("the tampered twin opens".to_owned()),
        Err(_) => Ok(()),
    }
}

#[test]
fn messages_of_the_presets_go_both_ways_with_wss4j() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    let mut matrix = Matrix::new(&["ours > WSS4J", "WSS4J > ours"]);
    let signing = Signing::with(&peer::identity("alice")).parts([Part::Body, Part::Attachments]);
    let (_, compressed) = sent(&Recipe::new().sign(signing).plan().expect("a plan"));
    for row in rows() {
        let name = format!("{}, {}", row.network.name, row.signer.1.uri().rsplit('#').next().unwrap_or_default());
        matrix.cell(&name, "ours > WSS4J", wss4j_opens(&mut driver, &row, &compressed), None);
        matrix.cell(&name, "WSS4J > ours", opens(&mut driver, &row, &compressed), None);
    }
    matrix.finish("WSS4J 4.x, the presets of AS4");
}
