//! Ciphertext that is moved, nested, broken or not authenticated (T23 to T25).

use ws_security::c14n::name;
use ws_security::prelude::*;
use ws_security::{AlgorithmPolicy, ContentEncryption, OpenError, TransportFacts, Waiver};

use crate::common::*;
use crate::{decrypting, encrypting, find, parse};

#[test]
fn t23_ciphertext_moved_added_or_relisted_is_never_reachable() {
    for encrypt_first in [false, true] {
        let recipe = if encrypt_first {
            recipe().encrypt(encrypting(&[Part::Body])).sign(signing())
        } else {
            recipe().sign(signing()).encrypt(encrypting(&[Part::Body]))
        };
        let golden = recipe.secured(&envelope(SOAP11));
        let genuine = decrypting().open(&golden).expect("opens").body().xml().to_owned();
        let document = parse(&golden);
        let data = golden[find(&document, "EncryptedData").span()].to_owned();
        let reference = golden[find(&document, "DataReference").span()].to_owned();
        let key = golden[find(&document, "EncryptedKey").span()].to_owned();
        let forged = "<p:Pay xmlns:p=\"urn:p\"><p:Amount>9</p:Amount></p:Pay>";
        let content = "http://www.w3.org/2001/04/xmlenc#Content";
        for message in [
            // E1: moved, forged plaintext in its place.
            golden.replacen(&data, forged, 1),
            golden.replacen(&data, forged, 1).replacen("<a:To>", &format!("{data}<a:To>"), 1),
            golden.replacen(&data, &format!("{forged}{data}"), 1),
            golden.replacen(&data, &format!("<w>{data}</w>"), 1),
            // E2: another one.
            golden.replacen(&data, &format!("{data}{}", data.replacen("Id=\"", "Id=\"x", 1)), 1),
            golden.replacen(&data, &format!("{data}{data}"), 1),
            // E3: the list.
            golden.replacen(&reference, "", 1),
            golden.replacen(&reference, &format!("{reference}{reference}"), 1),
            golden.replacen(&reference, &reference.replace("#ED", "#SIG"), 1),
            // E4: the key, once more.
            golden.replacen(&key, &format!("{key}{}", key.replacen("Id=\"", "Id=\"x", 1)), 1),
            // E5: the type.
            golden.replacen(content, "http://www.w3.org/2001/04/xmlenc#Element", 1),
            golden.replacen(&format!(" Type=\"{content}\""), "", 1),
            // E6: planted outside.
            golden.replacen("<a:To>", &format!("<a:To>{data}"), 1).replacen(&data, forged, 2),
            // T27: relabelled.
            golden.replacen("xmlenc11#aes256-gcm", "xmlenc11#aes128-gcm", 1),
            golden.replacen(
                "http://www.w3.org/2009/xmlenc11#aes256-gcm",
                "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
                1,
            ),
        ] {
            if let Ok(opened) = decrypting().open(&message) {
                assert_eq!(opened.body().xml(), genuine, "{message}");
            }
        }
    }
}

#[test]
fn t23_ciphertext_inside_ciphertext_is_refused_and_does_not_panic() {
    let secret = ws_security::Secret::new(vec![7; 32]);
    let data = |id: &str, properties: &str| {
        let data = ws_security::xmlenc::encrypt_octets(
            b"<p:a xmlns:p=\"urn:p\"/>",
            &ws_security::xmlenc::PlaintextType::Element,
            ws_security::xmlenc::Encryption::new(ContentEncryption::Aes256Gcm, &secret).id(id),
            &ws_security::crypto::SystemRandom,
        )
        .expect("encrypts");
        data.replacen("</xenc:EncryptedData>", &format!("{properties}</xenc:EncryptedData>"), 1)
    };
    let inner =
        format!("<xenc:EncryptionProperties><x xmlns=\"urn:x\">{}</x></xenc:EncryptionProperties>", data("inner", ""));
    let block = format!(
        "<h:EncryptedHeader xmlns:h=\"{}\" xmlns:u=\"{}\" u:Id=\"block\">{}</h:EncryptedHeader>",
        name::WSSE11.uri,
        name::WSU.uri,
        data("outer", "")
    );
    let receiver = Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned(),
        ws_security::DangerousNoReplayCache,
    )
    .shared_secret(None, secret.clone());
    for (in_body, in_header, ids) in [
        (data("outer", &inner), String::new(), ["outer", "inner"]),
        (data("outer", &inner), String::new(), ["inner", "outer"]),
        (String::new(), block.clone(), ["block", "outer"]),
        (String::new(), block.clone(), ["outer", "block"]),
    ] {
        let listed: String = ids.iter().map(|id| format!("<e:DataReference URI=\"#{id}\"/>")).collect();
        let message = format!(
            "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header><w:Security xmlns:w=\"{}\"><e:ReferenceList xmlns:e=\"{}\">{listed}\
             </e:ReferenceList></w:Security>{in_header}</s:Header><s:Body>{in_body}</s:Body></s:Envelope>",
            name::WSSE.uri,
            name::XENC.uri
        );
        let error = receiver.open_unsigned(&message, TransportFacts::dangerous_unprotected()).expect_err("refused");
        assert!(matches!(error, OpenError::EncryptedData { .. }), "{error}");
    }
    // One block by one of its Ids is fine.
    let message = format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header><w:Security xmlns:w=\"{}\"><e:ReferenceList xmlns:e=\"{}\">\
         <e:DataReference URI=\"#block\"/></e:ReferenceList></w:Security>{block}</s:Header><s:Body/></s:Envelope>",
        name::WSSE.uri,
        name::XENC.uri
    );
    let requiring = Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned().encrypted([Part::header_block("urn:p", "a")]),
        ws_security::DangerousNoReplayCache,
    )
    .shared_secret(None, secret);
    assert!(requiring.open_unsigned(message, TransportFacts::dangerous_unprotected()).is_ok());
}

#[test]
fn t24_plaintext_must_keep_to_its_place() {
    for plaintext in [
        "</s:Body><s:Body>",
        "<p:a xmlns:p=\"urn:p\"/></s:Body><s:Body xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">",
        "<!DOCTYPE a>",
        "<q:unbound/>",
        "text",
    ] {
        // Recipes encrypt well-formed content only, so this Body is made by the primitives.
        let source = envelope(SOAP11);
        let start = source.find("<p:Pay").expect("a payload");
        let end = source.find("</s:Body>").expect("an end");
        let key = ws_security::Secret::new(vec![7; 32]);
        let data = ws_security::xmlenc::encrypt_octets(
            plaintext.as_bytes(),
            &ws_security::xmlenc::PlaintextType::Content,
            ws_security::xmlenc::Encryption::new(ContentEncryption::Aes256Gcm, &key).id("ED"),
            &ws_security::crypto::SystemRandom,
        )
        .expect("encrypts");
        let header = format!(
            "<wsse:Security xmlns:wsse=\"{}\"><e:ReferenceList xmlns:e=\"{}\"><e:DataReference URI=\"#ED\"/>\
             </e:ReferenceList></wsse:Security>",
            name::WSSE.uri,
            name::XENC.uri
        );
        let message = format!(
            "{}{data}{}",
            source[..start].replacen("<s:Header>", &format!("<s:Header>{header}"), 1),
            &source[end..]
        );
        let receiver = Receiver::new(
            Trust::no_certificates(),
            Requirements::dangerous_unsigned().encrypted([Part::Body]),
            ws_security::DangerousNoReplayCache,
        )
        .shared_secret(None, key);
        let outcome = receiver.open_unsigned(&message, TransportFacts::dangerous_unprotected());
        match plaintext {
            "text" => assert!(outcome.expect("text is content").unauthenticated_body().contains(">text<")),
            _ => assert_eq!(
                outcome.expect_err("refused").to_string(),
                "decryption failed",
                "one failure, whatever went wrong: {plaintext}"
            ),
        }
    }
}

#[test]
fn t25_cbc_is_not_decrypted_before_it_is_verified() {
    let cbc = encrypting(&[Part::Body]).content(ContentEncryption::Aes128Cbc);
    let signed_first = recipe().sign(signing()).encrypt(cbc.clone()).plan().expect("a plan");
    let encrypted_first = recipe().encrypt(cbc).sign(signing()).plan().expect("a plan");
    let signed_first = signed_first.message(&envelope(SOAP11)).secure().expect("secured").message;
    let encrypted_first = encrypted_first.message(&envelope(SOAP11)).secure().expect("secured").message;
    refuse(&decrypting(), &encrypted_first);
    let admitting = decrypting().algorithms(AlgorithmPolicy::default().admit_cbc());
    assert!(admitting.open(&encrypted_first).is_ok());
    assert!(matches!(refuse(&admitting, &signed_first), OpenError::UnauthenticatedCbc));
    let opened = admitting.dangerous_decrypt_cbc_before_verification().open(&signed_first).expect("opens");
    assert!(opened.evidence().waived.contains(&Waiver::CbcBeforeVerification));
}

#[test]
fn t25_every_broken_ciphertext_fails_alike() {
    let golden = recipe().sign(signing()).encrypt(encrypting(&[Part::Body])).plan().expect("a plan");
    let golden = golden.message(&envelope(SOAP11)).secure().expect("secured").message;
    let values: Vec<(usize, usize)> = golden
        .match_indices("<xenc:CipherValue>")
        .map(|(at, tag)| (at + tag.len(), at + golden[at..].find("</").expect("an end")))
        .collect();
    assert_eq!(values.len(), 2);
    let mut failures = std::collections::BTreeSet::new();
    for (start, end) in values {
        for at in (start..end - 4).step_by(7) {
            let mut message = golden.clone();
            let other = if &golden[at..=at] == "A" { "B" } else { "A" };
            message.replace_range(at..=at, other);
            failures.insert(refuse(&decrypting(), &message).to_string());
        }
    }
    assert_eq!(failures.into_iter().collect::<Vec<_>>(), ["decryption failed"]);
}
