//! What peers misspell: the error says what is written, and what belongs there.

mod common;
#[path = "common/signed_again.rs"]
mod signed_again;

use common::*;
use signed_again::signed_again;
use ws_security::c14n::name;
use ws_security::prelude::*;
use ws_security::{HeaderError, OpenError, ReferenceForm, Secret, TransportFacts, Username, Waiver};

fn said(message: &str) -> String {
    refuse_strictly(&receiver(), message).to_string()
}

#[track_caller]
fn has(error: &str, words: &[&str]) {
    words.iter().for_each(|word| assert!(error.contains(word), "{word:?} is not in: {error}"));
}

/// The element with this start and end.
fn element<'m>(message: &'m str, start: &str, end: &str) -> &'m str {
    let from = message.find(start).expect("the element");
    let to = from + message[from..].find(end).expect("its end") + end.len();
    &message[from..to]
}

/// Releases of node-soap before its pull request 1255.
#[test]
fn a_reference_to_the_key_in_the_place_of_key_info_is_read_if_that_is_accepted() {
    let message = signed(SOAP11).replace("<ds:KeyInfo>", "").replace("</ds:KeyInfo>", "");
    assert!(!message.contains("KeyInfo"));
    has(&said(&message), &["without ds:KeyInfo around it", "`accept_key_info_of_other_shapes`"]);
    let accepting = receiver().accept_key_info_of_other_shapes();
    let opened = accepting.open(&message).unwrap_or_else(|error| panic!("{error}"));
    assert!(opened.evidence().waived.contains(&Waiver::KeyInfoOfOtherShapes));
    refuse_strictly(&accepting, &message.replace(AMOUNT, "9999.99"));
    // Two hints, of which nothing says which counts; and one before the value.
    let reference = element(&message, "<wsse:SecurityTokenReference", "</wsse:SecurityTokenReference>").to_owned();
    for attack in [
        message.replacen(&reference, &format!("{reference}{reference}"), 1),
        message.replacen(&reference, &format!("<ds:KeyInfo>{reference}</ds:KeyInfo>{reference}"), 1),
        message.replacen("<ds:SignatureValue>", &format!("{reference}<ds:SignatureValue>"), 1),
        message.replacen(&reference, "", 1).replacen("<ds:SignedInfo>", &format!("{reference}<ds:SignedInfo>"), 1),
    ] {
        refuse_strictly(&accepting, &attack);
    }
    // The signature covers it, and the token through it.
    let signing = signing().parts([Part::SigningToken]).token_by_reference();
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    let message = message.replace("<ds:KeyInfo>", "").replace("</ds:KeyInfo>", "");
    let opened = accepting.open(&message);
    assert!(opened.is_ok(), "{:?}", opened.err());
    refuse(&receiver(), &message.replace(AMOUNT, "9999.99"));
}

#[test]
fn a_reference_whose_type_is_a_name_says_which_call_reads_it() {
    let message = signed(SOAP11);
    let identifier = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
    let at = message.rfind(identifier).expect("a reference");
    let named = format!("{}wsse:X509v3{}", &message[..at], &message[at + identifier.len()..]);
    has(&said(&named), &["\"wsse:X509v3\"", "`accept_token_types_by_name`"]);
    let opened = receiver().accept_token_types_by_name().open(&named);
    assert!(opened.is_ok(), "{:?}", opened.err());
}

#[test]
fn a_namespace_that_is_almost_that_of_the_header_is_told_beside_the_right_one() {
    let wsse = name::WSSE.uri;
    for (other, kind) in [
        ("http://schemas.xmlsoap.org/ws/2002/04/secext", "the draft of April 2002"),
        ("http://schemas.xmlsoap.org/ws/2002/12/secext", "the draft of December 2002"),
        ("http://schemas.xmlsoap.org/ws/2003/06/secext", "the draft of June 2003"),
        (&*wsse.replace("secext", "sectext"), "almost it"),
        (&*wsse.replace(".xsd", ""), "almost it"),
        (&*wsse.replace("http:", "https:"), "almost it"),
        (name::WSSE11.uri, "WS-Security 1.1"),
    ] {
        has(&said(&signed(SOAP11).replace(wsse, other)), &[other, kind, wsse]);
    }
    let far = said(&signed(SOAP11).replace(wsse, "urn:own:security"));
    assert!(!far.contains("almost") && !far.contains("draft"), "{far}");
    has(&far, &["urn:own:security", wsse]);
}

#[test]
fn a_namespace_that_is_almost_that_of_ids_is_told_beside_the_right_one() {
    let wsu = name::WSU.uri;
    for (other, kind) in [
        ("http://schemas.xmlsoap.org/ws/2003/06/utility", "the draft of June 2003"),
        ("http://schemas.xmlsoap.org/ws/2002/07/utility", "the draft of July 2002"),
        (&*wsu.replace("utility", "utilty"), "almost it"),
    ] {
        has(&said(&signed(SOAP11).replace(wsu, other)), &["has this Id in the namespace", other, kind, wsu]);
    }
}

#[test]
fn a_security_header_at_another_place_or_of_another_case_is_told() {
    let message = signed(SOAP11);
    let header = element(&message, "<wsse:Security ", "</wsse:Security>").to_owned();
    let without = message.replacen(&header, "", 1);
    for other in ["security", "SECURITY"] {
        let written = message.replace("wsse:Security ", &format!("wsse:{other} "));
        let written = written.replace("wsse:Security>", &format!("wsse:{other}>"));
        has(&said(&written), &[&format!("\"wsse:{other}\""), "capitals", "`Security`"]);
    }
    let in_body = without.replacen("<p:Pay", &format!("{header}<p:Pay"), 1);
    has(&said(&in_body), &["a wsse:Security at /s:Envelope/s:Body/wsse:Security", "into the Header"]);
    let in_block = without.replacen("</s:Header>", &format!("<x:b xmlns:x=\"urn:x\">{header}</x:b></s:Header>"), 1);
    has(&said(&in_block), &["a wsse:Security at /s:Envelope/s:Header/x:b/wsse:Security", "into the Header"]);
    assert!(matches!(refuse_strictly(&receiver(), &without), OpenError::Header(HeaderError::Absent)));
    let twice = message.replacen(&header, &format!("{header}{header}"), 1);
    has(&said(&twice), &["two Security headers are for one actor or role, the ultimate receiver", "into one"]);
}

#[test]
fn an_empty_security_header_is_told() {
    let message = signed(SOAP11);
    let header = element(&message, "<wsse:Security ", "</wsse:Security>").to_owned();
    let start = element(&header, "<wsse:Security ", ">");
    let empty = message.replacen(&header, &format!("{start}</wsse:Security>"), 1);
    has(&said(&empty), &["the Security header is empty", "have the peer secure the message"]);
    // Where nothing is demanded, it is one.
    let nothing = Receiver::new(trust(), Requirements::dangerous_unsigned(), ws_security::DangerousNoReplayCache)
        .understands_addressing();
    assert!(nothing.open_unsigned(&empty, TransportFacts::dangerous_unprotected()).is_ok());
}

#[test]
fn an_algorithm_in_the_wrong_namespace_is_told_with_the_right_identifier() {
    let (sha256, rsa) =
        ("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    for (right, written, meant) in [
        (sha256, "http://www.w3.org/2000/09/xmldsig#sha256", sha256),
        (sha256, "http://www.w3.org/2001/04/xmldsig-more#sha1", "http://www.w3.org/2000/09/xmldsig#sha1"),
        (sha256, "sha256", sha256),
        (rsa, "http://www.w3.org/2000/09/xmldsig#rsa-sha256", rsa),
        (rsa, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        (exclusive, "http://www.w3.org/2001/10/xml-exc-c14n", exclusive),
    ] {
        let error = said(&signed(SOAP11).replace(&format!("\"{right}\""), &format!("\"{written}\"")));
        has(&error, &[&format!("{written:?} is not supported (perhaps {meant} is meant)")]);
    }
    let encrypted = recipe().sign(signing()).encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body]));
    let encrypted = encrypted.secured(&envelope(SOAP11));
    let gcm = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
    let written = encrypted.replace(gcm, "http://www.w3.org/2001/04/xmlenc#aes256-gcm");
    assert_ne!(written, encrypted);
    let error = refuse_strictly(&receiver().decrypt_with(identity("bob")), &written).to_string();
    has(&error, &[&format!("(perhaps {gcm} is meant)")]);
}

/// The message whose element of this qualified name is in no namespace.
fn unqualified(message: &str, qualified: &str) -> String {
    let local = qualified.split_once(':').expect("a prefix").1;
    let lost = [" ", ">"].iter().fold(message.to_owned(), |message, end| {
        message.replace(&format!("<{qualified}{end}"), &format!("<{local}{end}"))
    });
    let lost = lost.replace(&format!("</{qualified}>"), &format!("</{local}>"));
    assert_ne!(lost, message, "{qualified}");
    lost
}

/// Peers that build XML by hand forget a prefix. What is then overlooked is named, with the namespace where it belongs.
#[test]
fn what_lost_its_namespace_is_named_with_the_one_where_it_belongs() {
    let signed_all = recipe()
        .username(Username::digest("ann", "s3cret"))
        .sign(signing().parts([Part::UsernameToken, Part::SigningToken]))
        .secured(&envelope(SOAP11));
    let by_serial = recipe().sign(signing().reference(ReferenceForm::IssuerSerial)).secured(&envelope(SOAP11));
    let encrypted = recipe()
        .sign(signing())
        .encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body]))
        .secured(&envelope(SOAP11));
    let known = Receiver::new(
        trust().known([certificate("alice")]),
        Requirements::signed([Part::Body]),
        ws_security::DangerousNoReplayCache,
    );
    let bob = receiver().decrypt_with(identity("bob"));
    let users = Receiver::new(
        trust(),
        Requirements::signed([Part::Body]).username_token(),
        ws_security::DangerousNoReplayCache,
    )
    .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())));
    for (message, receiver, qualified, home) in [
        (&signed_all, &users, "ds:Signature", name::DS.uri),
        (&signed_all, &users, "wsu:Timestamp", name::WSU.uri),
        (&signed_all, &users, "wsse:UsernameToken", name::WSSE.uri),
        (&signed_all, &users, "wsse:Username", name::WSSE.uri),
        (&signed_all, &users, "wsse:BinarySecurityToken", name::WSSE.uri),
        (&signed_all, &users, "wsse:SecurityTokenReference", name::WSSE.uri),
        (&signed_all, &users, "wsse:Security", name::WSSE.uri),
        (&signed_all, &users, "s:Body", SOAP11),
        (&signed_all, &users, "ds:KeyInfo", ""),
        (&signed_all, &users, "ds:SignatureValue", ""),
        (&signed_all, &users, "ds:Reference", ""),
        (&by_serial, &known, "ds:X509Data", ""),
        (&by_serial, &known, "ds:X509SerialNumber", name::DS.uri),
        (&encrypted, &bob, "xenc:EncryptedKey", name::XENC.uri),
        (&encrypted, &bob, "xenc:CipherData", ""),
    ] {
        let local = qualified.split_once(':').expect("a prefix").1;
        let lost = unqualified(message, qualified);
        // The peer signs what it writes.
        let again = signed_again(&lost).filter(|_| message == &signed_all);
        let lost = again.unwrap_or(lost);
        let error = refuse_strictly(receiver, &lost).to_string();
        let words = match qualified {
            "wsse:Security" => "but one in no namespace".to_owned(),
            _ => format!("{local} in no namespace"),
        };
        has(&error, &[&words, home]);
    }
    // A way to name a key that is no hint is named by `named`.
    let lost = unqualified(&by_serial, "wsse:SecurityTokenReference");
    has(&refuse_strictly(&known, &lost).to_string(), &["SecurityTokenReference in no namespace, which nobody reads"]);
    // What is overlooked and not needed does not matter.
    let plain = signed(SOAP11);
    let beside =
        plain.replacen("<ds:Signature ", "<UsernameToken><Username>ann</Username></UsernameToken><ds:Signature ", 1);
    assert!(receiver().open(&beside).is_ok());
}

/// A digest of another length says which digests have it, an instant of what it is, and a serial number how it is written.
#[test]
fn values_of_the_wrong_form_are_said_with_their_place_and_form() {
    let message = signed(SOAP11);
    let value = element(&message, "<ds:DigestValue>", "</ds:DigestValue>");
    let of_sha1 = format!("<ds:DigestValue>{}</ds:DigestValue>", ws_security::c14n::base64_encode(&[7; 20]));
    let error = said(&message.replacen(value, &of_sha1, 1));
    has(&error, &["has 20 octets, as SHA-1 ", "SHA-256, has 32", "have the peer write"]);
    has(&said(&message.replacen(value, "<ds:DigestValue></ds:DigestValue>", 1)), &["is empty", "SHA-256, has 32"]);
    let created = element(&message, "<wsu:Created>", "</wsu:Created>");
    let changed = |from: &str, to: &str| said(&signed_again(&message.replacen(from, to, 1)).expect("signed again"));
    has(&changed(created, "<wsu:Created>today</wsu:Created>"), &["wsu:Created is \"today\""]);
    let expires = element(&message, "<wsu:Expires>", "</wsu:Expires>");
    has(&changed(expires, "<wsu:Expires>later</wsu:Expires>"), &["wsu:Expires is \"later\""]);
    let by_serial = recipe().sign(signing().reference(ReferenceForm::IssuerSerial)).secured(&envelope(SOAP11));
    let serial = element(&by_serial, "<ds:X509SerialNumber>", "</ds:X509SerialNumber>");
    let wrong = by_serial.replacen(serial, "<ds:X509SerialNumber>number 5</ds:X509SerialNumber>", 1);
    has(&said(&wrong), &["the serial number \"number 5\"", "of issuer \"", "in decimal"]);
}
