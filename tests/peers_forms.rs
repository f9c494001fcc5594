//! Forms of Ids, references, encodings and keys that peers write: each needs one call, which the refusal names, and what cannot
//! be read says what it is.

mod common;
#[path = "common/encrypted.rs"]
mod encrypted;
#[path = "common/signed_again.rs"]
mod signed_again;

use common::*;
use encrypted::*;
use signed_again::signed_again;
use ws_security::ReferenceForm;
use ws_security::crypto::ContentEncryption;
use ws_security::prelude::*;

type Accept = fn(Receiver) -> Receiver;

fn replaced(message: &str, from: &str, to: &str) -> String {
    let changed = message.replacen(from, to, 1);
    assert_ne!(changed, message, "{from}");
    changed
}

/// It is refused with the name of `call`, opens with it, and stays refused with another Body.
fn only_with(call: &str, accept: Accept, strict: &Receiver, message: &[u8], forged: &[u8]) {
    let error = strict.open(message).map(drop).expect_err(call).to_string();
    assert!(error.contains(&format!("`{call}`")), "{call}: {error}");
    let accepting = accept(strict.clone());
    let opened = accepting.open(message).unwrap_or_else(|error| panic!("{call}: {error}"));
    assert!(opened.body().xml().contains(AMOUNT), "{call}");
    assert!(accepting.open(forged).is_err(), "{call}");
}

fn of_text(call: &str, accept: Accept, message: &str) {
    let forged = replaced(message, AMOUNT, "9.00");
    only_with(call, accept, &receiver(), message.as_bytes(), forged.as_bytes());
}

fn id_of_body(message: &str) -> String {
    let (_, body) = message.split_once("<s:Body").expect("a Body");
    let (_, id) = body.split_once("wsu:Id=\"").expect("an Id");
    id.split('"').next().expect("its end").to_owned()
}

#[test]
fn an_id_may_be_beside_a_wsu_id() {
    let golden = signed(SOAP11);
    let id = id_of_body(&golden);
    let both = replaced(&golden, &format!("wsu:Id=\"{id}\"><p:Pay"), &format!("wsu:Id=\"B-2\" Id=\"{id}\"><p:Pay"));
    of_text("accept_ids_by_other_names", Receiver::accept_ids_by_other_names, &signed_again(&both).expect("signed"));
    // One Id on two elements stays refused, by whatever names.
    let twice = replaced(&both, "<a:To>", &format!("<a:To Id=\"{id}\">"));
    let error = refuse(&receiver().accept_ids_by_other_names(), &twice).to_string();
    assert!(error.contains("is on two elements, /s:Envelope/s:Header/a:To and /s:Envelope/s:Body"), "{error}");
}

#[test]
fn a_fragment_may_be_percent_encoded() {
    let golden = signed(SOAP11);
    let id = id_of_body(&golden);
    let umlaut = signed_again(&golden.replace(&id, "K\u{f6}rper")).expect("signed again");
    let encoded = resigned(&replaced(&umlaut, "URI=\"#K\u{f6}rper\"", "URI=\"#K%C3%B6rper\""));
    let (call, accept): (_, Accept) = ("accept_references_of_other_forms", Receiver::accept_references_of_other_forms);
    of_text(call, accept, &encoded);
}

/// The digests stay as they are: only the reference changes, so that the value is made anew.
fn resigned(message: &str) -> String {
    use ws_security::c14n::{Budget, Document, Limits, Splices, base64_encode};
    use ws_security::xmldsig::Signature;
    let budget = Budget::dangerous_unbounded();
    let document = Document::parse(message, &Limits::default()).expect("XML");
    let found = |local: &str| document.elements().find(|element| element.name().local == local).expect("there");
    let signature = Signature::parse(found("Signature"), &budget).expect("a signature");
    let octets = signature.signed_info().octets(&budget).expect("octets");
    let value = identity("alice").signing_key().sign(signature.signed_info().method(), &octets).expect("signed");
    let mut splices = Splices::new();
    splices.replace(found("SignatureValue").content_span(), base64_encode(&value));
    splices.apply(message).text
}

#[test]
fn utf_16_may_lack_its_byte_order_mark() {
    let golden = signed(SOAP11);
    let units = |text: &str, to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let forged = replaced(&golden, AMOUNT, "9.00");
    for to in [u16::to_be_bytes as fn(u16) -> [u8; 2], u16::to_le_bytes] {
        for declaration in ["", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>"] {
            let octets = |text: &str| units(&format!("{declaration}{text}"), to);
            only_with(
                "accept_other_encodings",
                Receiver::accept_other_encodings,
                &receiver(),
                &octets(&golden),
                &octets(&forged),
            );
        }
    }
}

#[test]
fn an_embedded_x509_data_is_what_is_in_it() {
    let golden = recipe().sign(signing().reference(ReferenceForm::IssuerSerial)).secured(&envelope(SOAP11));
    let embedded = replaced(&golden, "<ds:X509Data>", "<wsse:Embedded><ds:X509Data>");
    let embedded = replaced(&embedded, "</ds:X509Data>", "</ds:X509Data></wsse:Embedded>");
    let strict = Receiver::new(
        trust().known([certificate("alice")]),
        Requirements::signed([Part::Body, Part::Timestamp]),
        ws_security::DangerousNoReplayCache,
    );
    let forged = replaced(&embedded, AMOUNT, "9.00");
    only_with(
        "accept_key_info_of_other_shapes",
        Receiver::accept_key_info_of_other_shapes,
        &strict,
        embedded.as_bytes(),
        forged.as_bytes(),
    );
}

#[test]
fn ciphertext_without_key_info_has_the_key_of_the_only_encrypted_key() {
    let secret = sixteen();
    let key = key_to_bob(&secret, oaep(), &[]);
    let message = encrypted_afterwards(&secret, ContentEncryption::Aes128Gcm, &format!("{key}{}", list()));
    let strict = receiver().decrypt_with(identity("bob"));
    let error = strict.open(&message).map(drop).expect_err("no key").to_string();
    assert!(error.contains("no ds:KeyInfo") && error.contains("`accept_key_info_of_other_shapes`"), "{error}");
    let accepting = strict.accept_key_info_of_other_shapes();
    let opened = accepting.open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
    assert!(opened.body().xml().contains(AMOUNT));
    // Of two keys none is meant.
    let two =
        replaced(&message, &key, &format!("{key}{}", key_to_bob(&secret, oaep(), &[]).replace(" Id=\"", " Id=\"x")));
    assert!(accepting.open(&two).is_err());
}

#[test]
fn what_is_no_envelope_says_what_is_in_the_way() {
    let soap = "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"";
    for (children, says) in [
        ("<s:Header/><s:Header/><s:Body/>", "two Headers"),
        ("<s:Header/>", "has no Body"),
        ("<e:EncryptedData xmlns:e=\"http://www.w3.org/2001/04/xmlenc#\"/>", "EncryptedData where its Body belongs"),
        ("<Body xmlns=\"\"/>", "has Body in no namespace where its Body belongs"),
    ] {
        let error = refuse(&receiver(), &format!("<s:Envelope {soap}>{children}</s:Envelope>")).to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_timestamp_elsewhere_or_in_another_namespace_is_named() {
    let golden = recipe().sign(signing_body()).secured(&envelope(SOAP11));
    let (before, rest) = golden.split_once("<wsu:Timestamp").expect("a timestamp");
    let (inside, after) = rest.split_once("</wsu:Timestamp>").expect("its end");
    let wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    let draft = format!("{before}<w:Timestamp xmlns:w=\"http://schemas.xmlsoap.org/ws/2003/06/utility\"/>{after}");
    let block = format!("{before}{after}");
    let block = replaced(&block, "</s:Header>", &format!("<wsu:Timestamp xmlns:wsu=\"{wsu}\"/></s:Header>"));
    for (message, says) in [
        (
            draft,
            "w:Timestamp is one in the namespace \"http://schemas.xmlsoap.org/ws/2003/06/utility\" (which is of the draft of June 2003",
        ),
        (block, "/s:Envelope/s:Header/wsu:Timestamp is one in the namespace"),
    ] {
        let error = refuse(&receiver(), &message).to_string();
        assert!(error.contains(says), "{error}\n{inside}");
    }
}

fn signing_body() -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body])
}
