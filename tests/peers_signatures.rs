//! Shapes of signatures and tokens that real peers send, made and signed by other means: types of tokens by name, `Id` without
//! a prefix on a token, XAdES inside a signature, and a signature over the whole document.

mod common;
#[path = "explain/forge.rs"]
#[allow(dead_code, reason = "the tests of explanations use the rest")]
mod forge;

use common::*;
use forge::{between, canonical, over_the_envelope_by_its_id, over_the_whole_document, signed_again};
use ws_security::c14n::{Canonicalization, base64_encode};
use ws_security::crypto::Digest;
use ws_security::prelude::*;
use ws_security::{DigestMethod, ReferenceForm, Waiver};

const TYPE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
const ENCODING: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

/// The strict default names the call, and with it the message opens and the evidence tells of it.
#[track_caller]
fn opens_by(call: &str, accepting: &Receiver, waiver: Waiver, message: &str) {
    let error = receiver().open(message).map(|_| ()).expect_err(message).to_string();
    assert!(error.contains(&format!("`{call}`")), "{call}: {error}\n{message}");
    let opened = accepting.open(message).unwrap_or_else(|error| panic!("{error}\n{message}"));
    assert!(opened.body().xml().contains("<p:To>"), "{}", opened.body().xml());
    assert!(opened.evidence().waived.contains(&waiver), "{:?}", opened.evidence().waived);
    // A twin with another content.
    assert!(accepting.open(message.replace("<p:To>", "<p:To>x")).is_err());
}

#[test]
fn certificates_whose_type_is_absent_or_a_name_open_by_a_call() {
    let message = signed(SOAP11);
    let accepting = receiver().accept_token_types_by_name();
    let token = format!(" ValueType=\"{TYPE}\"");
    let by_name = |name: &str| message.replace(&token, &format!(" ValueType=\"{name}\""));
    let messages = [
        message.replace(&token, ""),
        by_name("wsse:X509v3"),
        by_name("#X509v3"),
        by_name("X509"),
        message.replace(ENCODING, "wsse:Base64Binary"),
    ];
    for message in &messages {
        assert_ne!(*message, signed(SOAP11));
        opens_by("accept_token_types_by_name", &accepting, Waiver::TokenTypesByName, message);
    }
    // A type that says something else, and octets that are no certificate.
    for other in ["wsse:X509PKIPathv1", "urn:other#Token"] {
        assert!(accepting.open(by_name(other)).is_err(), "{other}");
    }
    let certificate = between(&message, "wsu:Id=\"X509-", "</wsse:BinarySecurityToken>");
    let certificate = certificate.split_once('>').expect("the token").1.to_owned();
    assert!(accepting.open(by_name("wsse:X509v3").replace(&certificate, "AAAA")).is_err());
}

#[test]
fn a_token_has_an_id_without_prefix() {
    let message = signed(SOAP11);
    let token = message.find("<wsse:BinarySecurityToken").expect("a token");
    let (before, rest) = message.split_at(token);
    let unprefixed = format!("{before}{}", rest.replacen("wsu:Id=", "Id=", 1));
    assert_ne!(unprefixed, message);
    assert!(receiver().open(&unprefixed).is_ok(), "{:?}", receiver().open(&unprefixed).err());
    // Beside another Id it is none, and two elements with one value are refused.
    let id = between(rest, "wsu:Id=\"", "\"");
    let twice =
        message.replacen("<wsse:Security ", &format!("<b:Block xmlns:b=\"urn:b\" Id=\"{id}\"/><wsse:Security "), 1);
    assert!(receiver().open(&twice).is_err());
}

/// The message with one reference more, and something at the end of the signature, signed again.
fn with_reference(reference: &str, at_the_end: &str) -> String {
    let message = signed(SOAP11);
    let message = message.replacen("</ds:SignedInfo>", &format!("{reference}</ds:SignedInfo>"), 1);
    let message = message.replacen("</ds:Signature>", &format!("{at_the_end}</ds:Signature>"), 1);
    signed_again(&message)
}

fn reference(uri: &str, kind: &str, digest: &str) -> String {
    format!(
        "<ds:Reference{kind} URI=\"{uri}\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )
}

fn digest_of(octets: &str) -> String {
    base64_encode(Digest::of(DigestMethod::Sha256, octets.as_bytes()).as_octets())
}

#[test]
fn a_signature_with_properties_of_xades_opens_by_a_call() {
    let object = "<ds:Object><x:QualifyingProperties xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\" Target=\"#SIG\"><x:SignedProperties Id=\"properties\"><x:SigningTime>2026-07-01T12:00:00Z</x:SigningTime></x:SignedProperties></x:QualifyingProperties></ds:Object>";
    let draft = with_reference("", object);
    let kind = " Type=\"http://uri.etsi.org/01903#SignedProperties\"";
    // XAdES gives the element an Id of its own vocabulary; peers register it as one.
    let octets = canonical(&draft, "SignedProperties", &Canonicalization::default());
    let by_id = object.replace(" Id=\"properties\"", " xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" wsu:Id=\"properties\"");
    let with_wsu = canonical(&with_reference("", &by_id), "SignedProperties", &Canonicalization::default());
    let accepting = receiver().accept_objects_in_signatures();
    for (object, octets) in [(object, octets), (by_id.as_str(), with_wsu)] {
        let message = with_reference(&reference("#properties", kind, &digest_of(&octets)), object);
        opens_by("accept_objects_in_signatures", &accepting, Waiver::ObjectsInSignatures, &message);
        assert!(accepting.open(message.replace("2026-07-01T12:00:00Z</x:S", "2020-07-01T12:00:00Z</x:S")).is_err());
    }
    opens_by("accept_objects_in_signatures", &accepting, Waiver::ObjectsInSignatures, &draft);
    // A signed header block that was moved into the object counts as moved.
    let recipe = recipe().sign(Signing::with(&identity("alice")).parts([
        Part::Body,
        Part::Timestamp,
        Part::header_block("urn:b", "Block"),
    ]));
    let envelope = envelope(SOAP11).replace("</s:Header>", "<b:Block xmlns:b=\"urn:b\">1</b:Block></s:Header>");
    let message = recipe.secured(&envelope);
    let start = message.find("<b:Block").expect("the block");
    let end = message.find("</b:Block>").expect("its end") + "</b:Block>".len();
    let block = message[start..end].to_owned();
    let moved = message.replace(&block, "").replacen(
        "</ds:Signature>",
        &format!("<ds:Object>{block}</ds:Object></ds:Signature>"),
        1,
    );
    assert!(receiver().open(&message).is_ok());
    assert!(accepting.open(&moved).is_err());
}

#[test]
fn a_signature_over_the_whole_document_opens_by_a_call() {
    let accepting = receiver().accept_signatures_over_the_whole_document();
    for message in [over_the_whole_document(&signed(SOAP11)), over_the_envelope_by_its_id(&signed(SOAP11))] {
        opens_by("accept_signatures_over_the_whole_document", &accepting, Waiver::WholeDocumentSignatures, &message);
        // Nothing may be added, moved or taken away.
        for broken in [
            message.replacen("<s:Body", "<b:Block xmlns:b=\"urn:b\"/><s:Body", 1),
            message.replacen("</wsse:Security>", "<b:Block xmlns:b=\"urn:b\"/></wsse:Security>", 1),
            message.replacen("</s:Body>", " </s:Body>", 1),
            message.replacen("s:mustUnderstand=\"1\"", "s:mustUnderstand=\"0\"", 1).replacen("<p:To>", "<p:To>y", 1),
        ] {
            assert!(broken != message && accepting.open(&broken).is_err(), "{broken}");
        }
    }
}

/// Each part of the document is compared with the others.
#[test]
fn a_signature_over_the_whole_document_covers_as_many_parts_as_it_could_name() {
    let accepting = receiver().accept_signatures_over_the_whole_document();
    let with = |blocks: usize| {
        let blocks = "<b:Block xmlns:b=\"urn:b\"/>".repeat(blocks);
        over_the_whole_document(&signed(SOAP11).replacen("</s:Header>", &format!("{blocks}</s:Header>"), 1))
    };
    assert!(accepting.open(with(40)).is_ok());
    let error = refuse(&accepting, &with(80));
    assert!(
        matches!(&error, ws_security::OpenError::Limit(over) if over.limit == ws_security::Limit::References),
        "{error}"
    );
}

/// An identifier of certificates that is not that of the token: in the token, in the reference, or in both.
#[test]
fn types_of_other_certificates_open_by_a_call() {
    let call = "accept_token_types_by_name";
    let accepting = receiver().accept_token_types_by_name();
    let message = signed(SOAP11);
    let other = |name: &str| TYPE.replace("#X509v3", name);
    let at = message.rfind(TYPE).expect("a reference");
    let in_reference = |name: &str| format!("{}{}{}", &message[..at], other(name), &message[at + TYPE.len()..]);
    let path = recipe().sign(signing().reference(ReferenceForm::DirectPath)).secured(&envelope(SOAP11));
    for (name, message) in [
        ("a path", message.replacen(TYPE, &other("#X509PKIPathv1"), 1)),
        ("a path in both", message.replace(TYPE, &other("#X509PKIPathv1"))),
        ("a bag in both", message.replace(TYPE, &other("#PKCS7"))),
        ("version 1 in the token", message.replacen(TYPE, &other("#X509v1"), 1)),
        ("version 1 in the reference", in_reference("#X509v1")),
        ("a path in the reference", in_reference("#X509PKIPathv1")),
        ("a certificate that is a path", path.replace(&other("#X509PKIPathv1"), TYPE)),
    ] {
        let error = receiver().open(&message).map(drop).expect_err(name).to_string();
        assert!(error.contains("#X509"), "{name}: {error}");
        opens_by(call, &accepting, Waiver::TokenTypesByName, &message);
    }
    // In both, it is a note of the profile.
    assert!(receiver().open(message.replace(TYPE, &other("#X509v1"))).is_ok());
    // A type of other tokens is no such type.
    for other in
        ["urn:other", "http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#GSS_Kerberosv5_AP_REQ"]
    {
        let message = format!("{}{other}{}", &message[..at], &message[at + TYPE.len()..]);
        assert!(accepting.open(&message).is_err(), "{other}");
    }
}

/// Peers of WS-Security 1.0, where the type is optional, and of its drafts, where it is that of the token.
#[test]
fn key_identifiers_without_a_type_open_by_a_call() {
    let call = "accept_token_types_by_name";
    let service = || {
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
        Receiver::new(trust().known([certificate("alice")]), requirements, ws_security::DangerousNoReplayCache)
    };
    let accepting = service().accept_token_types_by_name();
    let by = |form| {
        let recipe = recipe().waive(ws_security::bsp::Rule::R5206);
        recipe.sign(signing().reference(form)).secured(&envelope(SOAP11))
    };
    for form in [ReferenceForm::SubjectKeyIdentifier, ReferenceForm::Certificate] {
        let message = by(form);
        assert!(service().open(&message).is_ok(), "{form:?}");
        let start = message.rfind(" ValueType=\"").expect("a type");
        let end = start + 12 + message[start + 12..].find('"').expect("its end") + 1;
        let typed = |instead: &str| format!("{}{instead}{}", &message[..start], &message[end..]);
        for instead in ["", " ValueType=\"\"", " ValueType=\"wsse:X509v3\""] {
            let message = typed(instead);
            let error = service().open(&message).map(drop).expect_err(instead).to_string();
            assert!(error.contains(&format!("`{call}`")), "{error}");
            let opened = accepting.open(&message).unwrap_or_else(|error| panic!("{form:?}{instead}: {error}"));
            assert!(opened.evidence().waived.contains(&Waiver::TokenTypesByName));
            assert!(accepting.open(message.replace("<p:To>", "<p:To>x")).is_err());
        }
    }
    // It names one certificate that is known, and no other.
    let stranger = by(ReferenceForm::Thumbprint);
    let start = stranger.rfind(" ValueType=\"").expect("a type");
    let end = start + 12 + stranger[start + 12..].find('"').expect("its end") + 1;
    assert!(accepting.open(format!("{}{}", &stranger[..start], &stranger[end..])).is_err());
}

/// Serial numbers, thumbprints and key identifiers as programs print them.
#[test]
fn hexadecimal_in_references_opens_by_a_call() {
    let alice = certificate("alice");
    let service = || {
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
        Receiver::new(trust().known([certificate("alice")]), requirements, ws_security::DangerousNoReplayCache)
    };
    let accepting = service().accept_hexadecimal_identifiers();
    let by = |form| recipe().sign(signing().reference(form)).secured(&envelope(SOAP11));
    let serial: u64 = alice.serial_decimal().parse().expect("a short one");
    let hexadecimal = |octets: &[u8], between: &str| {
        octets.iter().map(|octet| format!("{octet:02X}")).collect::<Vec<_>>().join(between)
    };
    let ski = alice.subject_key_identifier().expect("one").to_vec();
    let cases = [
        (
            ReferenceForm::IssuerSerial,
            alice.serial_decimal(),
            vec![format!("{serial:x}"), format!("0x{serial:X}"), "10:01".to_owned()],
        ),
        (
            ReferenceForm::Thumbprint,
            base64_encode(&alice.thumbprint_sha1()),
            vec![hexadecimal(&alice.thumbprint_sha1(), ""), hexadecimal(&alice.thumbprint_sha1(), ":").to_lowercase()],
        ),
        (ReferenceForm::SubjectKeyIdentifier, base64_encode(&ski), vec![hexadecimal(&ski, ""), hexadecimal(&ski, " ")]),
    ];
    assert_eq!(format!("{serial:x}"), "1001");
    for (form, written, others) in cases {
        let message = by(form);
        assert!(service().open(&message).is_ok(), "{form:?}");
        for other in others {
            let message = message.replacen(&format!(">{written}<"), &format!(">{other}<"), 1);
            let error = service().open(&message).map(drop).expect_err(&other).to_string();
            assert!(error.contains("hexadecimal") && error.contains("`accept_hexadecimal_identifiers`"), "{error}");
            assert!(form != ReferenceForm::IssuerSerial || error.contains(&written), "{error}");
            let opened = accepting.open(&message).unwrap_or_else(|error| panic!("{form:?} {other}: {error}"));
            assert!(opened.evidence().waived.contains(&Waiver::HexadecimalIdentifiers));
            assert!(accepting.open(message.replace("<p:To>", "<p:To>x")).is_err());
            // Another one is that of nobody.
            let stranger = message.replacen(&format!(">{other}<"), &format!(">{}<", other.replace('1', "2")), 1);
            assert!(accepting.open(&stranger).is_err(), "{stranger}");
        }
    }
    // SHA-256 in the place of SHA-1.
    let message = by(ReferenceForm::Thumbprint);
    let sha256 = Digest::of(DigestMethod::Sha256, alice.der());
    let own = base64_encode(&alice.thumbprint_sha1());
    let error = service().open(message.replacen(&own, &base64_encode(sha256.as_octets()), 1)).map(drop);
    let error = error.expect_err("another digest").to_string();
    assert!(error.contains("32 octets") && error.contains("SHA-256"), "{error}");
}
