//! An error names the place by its path, an algorithm by its role, and the keys that were compared.

mod common;
#[path = "common/signed_again.rs"]
mod signed_again;

use common::*;
use signed_again::signed_again;

use ws_security::prelude::*;
use ws_security::{MissingKey, OpenError, ProtectionToken, ReferenceForm, Secret, SecureConversation};

#[track_caller]
fn said(receiver: &Receiver, message: &str, words: &[&str]) {
    let error = refuse(receiver, message).to_string();
    words.iter().for_each(|word| assert!(error.contains(word), "{word:?} is not in: {error}"));
}

/// The message with `from` replaced, signed again by Alice.
#[track_caller]
fn with(message: &str, from: &str, to: &str) -> String {
    let changed = message.replacen(from, to, 1);
    assert_ne!(changed, message, "{from}");
    signed_again(&changed).unwrap_or(changed)
}

#[test]
fn an_element_that_is_one_of_several_is_named_with_its_position() {
    let message = signed(SOAP11);
    let references: Vec<usize> = message.match_indices("<ds:Reference URI").map(|(at, _)| at).collect();
    assert_eq!(references.len(), 3);
    for (number, at) in (1..).zip(references) {
        let lacking = format!("{}<ds:Reference Other{}", &message[..at], &message[at + "<ds:Reference URI".len()..]);
        let path = "/s:Envelope/s:Header/wsse:Security/ds:Signature/ds:SignedInfo/ds:Reference";
        said(&receiver(), &lacking, &[&format!("element {path}[{number}] lacks URI: have the peer write it")]);
    }
    // An element that has its name alone needs no position.
    let value = message.find("</ds:SignatureValue>").expect("a value");
    let odd = format!("{}!{}", &message[..value], &message[value..]);
    said(
        &receiver(),
        &odd,
        &["element /s:Envelope/s:Header/wsse:Security/ds:Signature/ds:SignatureValue is not base64"],
    );
    // So it is with elements that a path of the message names.
    let two = envelope(SOAP11).replacen("<p:To>Ann</p:To>", "<p:To>Ann</p:To><p:To Id=\"two\">Bob</p:To>", 1);
    let two = two.replacen(
        "<p:To Id=",
        "<p:To xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" u:Id=",
        1,
    );
    let two =
        recipe().sign(Signing::with(&identity("alice")).parts([Part::Timestamp, Part::Id("two".into())])).secured(&two);
    said(&receiver(), &two, &["/s:Envelope/s:Body/p:Pay/p:To[2] is signed"]);
}

#[test]
fn an_algorithm_that_is_not_supported_is_named_with_what_it_is_for() {
    let message = signed(SOAP11);
    const EXCLUSIVE: &str = "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"";
    for (from, to, role, advice) in [
        (
            format!("ds:CanonicalizationMethod {EXCLUSIVE}"),
            "ds:CanonicalizationMethod",
            "canonicalisation",
            "xml-exc-c14n#",
        ),
        (format!("ds:Transform {EXCLUSIVE}"), "ds:Transform", "transform", "canonicalisation"),
        ("Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"".to_owned(), "", "digest", "SHA-256"),
        (
            "Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"".to_owned(),
            "",
            "signature method",
            "RSA-SHA256",
        ),
    ] {
        let other = message.replacen(&from, &format!("{to} Algorithm=\"urn:other\""), 1);
        assert_ne!(other, message, "{role}");
        said(&receiver(), &other, &[&format!("the {role} \"urn:other\" is not supported"), "such as", advice]);
    }
    let to = |name: &str| Encrypting::to(&certificate(name)).parts([Part::Body]);
    for (recipient, from, role, advice) in [
        ("bob", "http://www.w3.org/2009/xmlenc11#aes256-gcm", "cipher", "AES-GCM"),
        ("bob", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "encryption of the key", "RSA-OAEP"),
        ("ka-ec256", "http://www.w3.org/2009/xmlenc11#ECDH-ES", "key agreement", "ECDH-ES"),
        ("ka-ec256", "http://www.w3.org/2009/xmlenc11#ConcatKDF", "key derivation", "ConcatKDF"),
        ("ka-ec256", "http://www.w3.org/2001/04/xmlenc#kw-aes256", "encryption of the key", "RSA-OAEP"),
    ] {
        let message = recipe().sign(signing()).encrypt(to(recipient)).secured(&envelope(SOAP11));
        let ours = receiver().decrypt_with(identity(recipient));
        assert!(ours.open(&message).is_ok(), "{role}");
        let other = message.replacen(from, "urn:other", 1);
        said(&ours, &other, &[&format!("the {role} \"urn:other\" is not supported"), advice]);
    }
}

#[test]
fn a_reference_that_leads_nowhere_says_why() {
    let message = signed(SOAP11);
    let body = message.split_once("<ds:Reference URI=\"").and_then(|(_, rest)| rest.split_once('"')).expect("an Id").0;
    let nowhere = with(&message, &format!("<ds:Reference URI=\"{body}\""), "<ds:Reference URI=\"#nope\"");
    said(&receiver(), &nowhere, &["\"#nope\"", "no element has this Id", "have the peer write it there"]);
    let transform = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"";
    let attachments = "<ds:Transform Algorithm=\"http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Signature-Transform\"";
    let mistaken = with(&message, transform, attachments);
    said(&receiver(), &mistaken, &[body, "a transform of attachments", "cid:a@b"]);
}

#[test]
fn a_digest_in_another_spelling_is_not_taken_for_one_of_another_length() {
    let message = signed(SOAP11);
    let (before, rest) = message.split_once("<ds:DigestValue>").expect("a digest");
    let (digest, after) = rest.split_once("</ds:DigestValue>").expect("its end");
    let octets = ws_security::c14n::base64_decode(digest, 32).expect("base64");
    let digits = ws_security::text::hex(&octets);
    for (written, told) in [
        (digits.clone(), "is in hexadecimal digits"),
        (ws_security::c14n::base64_encode(digits.as_bytes()), "is base64 of hexadecimal digits"),
        (ws_security::c14n::base64_encode(digest.as_bytes()), "is base64 twice"),
        (ws_security::c14n::base64_encode(&octets[..20]), "has 20 octets, as SHA-1"),
    ] {
        said(&receiver(), &format!("{before}<ds:DigestValue>{written}</ds:DigestValue>{after}"), &[told]);
    }
}

/// What no key of ours unwraps is neither a certificate nor a secret that the receiver could be given.
#[test]
fn a_mac_under_a_key_for_someone_else_says_for_whom() {
    let bob = certificate("bob");
    let addressee = format!("issuer {:?}, serial {}", bob.issuer().to_string(), bob.serial_decimal());
    let encrypted = || ProtectionToken::encrypted_to(&bob);
    let requirements = || Requirements::signed([Part::Body, Part::Timestamp]).dangerous_anonymous();
    let of = |receiver: Receiver| receiver.accept_one_key_to_sign_and_encrypt();
    let new = || of(Receiver::new(trust(), requirements(), ws_security::DangerousNoReplayCache));
    for token in [encrypted(), encrypted().derived_keys(SecureConversation::V1_3)] {
        let signing = Signing::with_token(&token).parts([Part::Body, Part::Timestamp]);
        let message = recipe().sign(signing).secured(&envelope(SOAP11));
        assert!(new().decrypt_with(identity("bob")).open(&message).is_ok());
        let carol = new().decrypt_with(identity("carol"));
        let error = refuse(&carol, &message);
        let OpenError::NoKey { missing: MissingKey::Recipient { known, .. }, .. } = &error else { panic!("{error}") };
        assert_eq!(known.count, 1);
        let words = ["no key of ours fits", &addressee, "1 key is known (\"CN=Carol,", "`decrypt_with`"];
        said(&carol, &message, &words);
        assert!(!error.to_string().contains("Trust::known"), "{error}");
        said(&new(), &message, &["no key of ours fits", &addressee, "0 keys are known: "]);
        // The reference may name the key by its SHA-1, as an answer names that of its request.
        let (before, rest) = message.split_once("<wsse:Reference URI=\"#EK-").expect("a reference");
        let after = rest.split_once("</wsse:Reference>").expect("its end").1;
        let value =
            message.split_once("<xenc:CipherValue>").and_then(|(_, rest)| rest.split_once('<')).expect("a key").0;
        let octets = ws_security::c14n::base64_decode(value, 4_096).expect("base64");
        let digest = ws_security::crypto::Digest::of(ws_security::crypto::DigestMethod::Sha1, &octets);
        let by_digest = format!(
            "{before}<wsse:KeyIdentifier ValueType=\"http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKeySHA1\">\
             {}</wsse:KeyIdentifier>{after}",
            ws_security::c14n::base64_encode(digest.as_octets())
        );
        said(&carol, &by_digest, &["no key of ours fits", &addressee]);
    }
}

#[test]
fn the_first_of_the_keys_that_do_not_fit_are_named() {
    let message = recipe().sign(signing().reference(ReferenceForm::Thumbprint)).secured(&envelope(SOAP11));
    let knowing = |names: &[&str]| {
        let trust = trust().known(names.iter().map(|name| certificate(name)));
        Receiver::new(trust, Requirements::signed([Part::Body]), ws_security::DangerousNoReplayCache)
    };
    let named = |name: &str| {
        let known = certificate(name);
        format!("{:?} with serial {}", known.subject().to_string(), known.serial_decimal())
    };
    said(&knowing(&["bob"]), &message, &[&format!("known are 1 certificate ({}) and 0 secrets: ", named("bob"))]);
    let (two, four) = (["bob", "carol"], ["bob", "carol", "ec256", "ec384"]);
    said(&knowing(&two), &message, &[&format!("2 certificates ({} and {})", named("bob"), named("carol"))]);
    let first = format!("(among them {}, {} and {})", named("bob"), named("carol"), named("ec256"));
    said(&knowing(&four), &message, &["4 certificates", &first]);
}

/// The certificate decides, whatever else a ds:KeyInfo says; a ds:KeyValue beside it must have its key.
#[test]
fn what_is_not_known_beside_a_certificate_is_passed_over() {
    let form = ReferenceForm::X509Data(ws_security::X509Item::Certificate);
    let recipe = recipe().waive(ws_security::bsp::Rule::R5417).sign(signing().reference(form));
    let message = recipe.secured(&envelope(SOAP11));
    let beside = |more: &str| message.replacen("</ds:X509Data>", &format!("</ds:X509Data>{more}"), 1);
    for more in [
        "<ds:PGPData></ds:PGPData>",
        "<ds:MgmtData>a</ds:MgmtData>",
        "<a:Hint xmlns:a=\"urn:a\"></a:Hint>",
        "<ds:RetrievalMethod URI=\"#other\"></ds:RetrievalMethod>",
        "<ds:KeyValue><ds:DSAKeyValue></ds:DSAKeyValue></ds:KeyValue>",
    ] {
        let message = beside(more);
        assert!(receiver().open(&message).is_ok(), "{more}");
        refuse(&receiver(), &message.replacen(AMOUNT, "9999.90", 1));
        // Without the certificate, nothing of it names a key.
        let (before, rest) = message.split_once("<ds:X509Data>").expect("a certificate");
        let without = format!("{before}{}", rest.split_once("</ds:X509Data>").expect("its end").1);
        assert!(receiver().open(&without).is_err(), "{more}");
        // A certificate that nobody trusts stays one.
        let other = Receiver::new(
            Trust::pins([certificate("bob")]),
            Requirements::signed([Part::Body]),
            ws_security::DangerousNoReplayCache,
        );
        assert!(matches!(refuse(&other, &message), OpenError::Trust(_)), "{more}");
    }
}

/// What belongs into the Security header for this receiver proves nothing elsewhere, and the error says where it is.
#[test]
fn what_stands_beside_the_header_is_found() {
    let between = |text: &str, start: &str, end: &str| {
        let from = text.find(start).expect("the start");
        text[from..from + text[from..].find(end).expect("the end") + end.len()].to_owned()
    };
    let moved = |message: &str, element: &str, behind: &str| {
        message.replacen(element, "", 1).replacen(behind, &format!("{behind}{element}"), 1)
    };
    let message = signed(SOAP11);
    let signature = between(&message, "<ds:Signature ", "</ds:Signature>");
    let path = "/s:Envelope/s:Header/ds:Signature";
    let words = ["has no ds:Signature, but there is one at", path, "have the peer put it into the Security header"];
    said(&receiver(), &moved(&message, &signature, "</wsse:Security>"), &words);
    let body = between(&message, "<s:Body", ">");
    said(&receiver(), &moved(&message, &signature, &body), &["there is one at /s:Envelope/s:Body/ds:Signature"]);
    // In the header of another role, that role is named.
    let other = format!(
        "<wsse:Security xmlns:wsse=\"{}\" s:actor=\"urn:gateway\">{signature}</wsse:Security>",
        ws_security::c14n::name::WSSE.uri
    );
    let theirs = message.replacen(&signature, "", 1).replacen("</s:Header>", &format!("{other}</s:Header>"), 1);
    let path = "/s:Envelope/s:Header/wsse:Security[2]/ds:Signature";
    said(&receiver(), &theirs, &[path, "for actor \"urn:gateway\"", "`actor`"]);
    // A document in the Body may have a signature of its own.
    let inside = message.replacen(&signature, "", 1).replacen("<p:To>Ann", &format!("{signature}<p:To>Ann"), 1);
    assert!(matches!(refuse(&receiver(), &inside), OpenError::Requirement(_)), "{}", refuse(&receiver(), &inside));
    // So it is with tokens.
    let user = made_over_tls();
    let token = between(&user, "<wsse:UsernameToken", "</wsse:UsernameToken>");
    let receiver = Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned().username_token(),
        ws_security::DangerousNoReplayCache,
    );
    let receiver = receiver.over_protected_transport().passwords(|_: &str| Some(Secret::new(b"s3cret".to_vec())));
    let facts = ws_security::TransportFacts::dangerous_unprotected;
    assert!(receiver.open_unsigned(&user, facts()).is_ok());
    let error = receiver.open_unsigned(moved(&user, &token, "</wsse:Security>"), facts()).map(drop);
    let error = error.expect_err("refused").to_string();
    assert!(
        error.contains("has no wsse:UsernameToken, but there is one at /s:Envelope/s:Header/wsse:Usern"),
        "{error}"
    );
}

#[test]
fn what_leads_to_ciphertext_is_found_outside_of_the_header() {
    let message = recipe().sign(signing()).encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body]));
    let message = message.secured(&envelope(SOAP11));
    let bob = receiver().decrypt_with(identity("bob"));
    assert!(bob.open(&message).is_ok());
    let (before, rest) = message.split_once("<xenc:EncryptedKey").expect("a key");
    let (key, after) = rest.split_once("</xenc:EncryptedKey>").expect("its end");
    let key = format!("<xenc:EncryptedKey{key}</xenc:EncryptedKey>");
    let moved = format!("{before}{}", after.replacen("</wsse:Security>", &format!("</wsse:Security>{key}"), 1));
    said(&bob, &moved, &["at /s:Envelope/s:Header/xenc:EncryptedKey/xenc:ReferenceList", "have the peer put it there"]);
    said(&bob, &format!("{before}{after}"), &["no list in the Security header for this receiver names it"]);
}

#[test]
fn a_key_info_of_which_nothing_is_known_says_so() {
    let message = signed(SOAP11).replace("wsse:SecurityTokenReference", "wsse:SecurityTokenRef");
    let words = ["nobody finds a key by wsse:SecurityTokenRef of the namespace", "wsse:SecurityTokenReference, or a"];
    said(&receiver(), &message, &words);
}

/// A message with a user and a timestamp.
fn made_over_tls() -> String {
    let user = ws_security::Username::text("ann", "s3cret");
    let recipe = Recipe::new().username(user).timestamp(std::time::Duration::from_secs(300));
    recipe.over_protected_transport().secured(&envelope(SOAP11))
}
