//! Whole messages, and what an explanation never does.

use std::collections::BTreeMap;

use ws_security::c14n::Canonicalization;
use ws_security::prelude::*;
use ws_security::{
    DangerousNoReplayCache, DigestMethod, Encrypting, Limit, Limits, Outcome, ProtectionToken, ReferenceForm, Secret,
    Verdict,
};

use crate::common::*;
use crate::forge::{between, body, canonical, digesting};
use crate::{differences, explained, usual, words};

fn encrypted() -> String {
    recipe().sign(signing()).encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body])).secured(&envelope(SOAP11))
}

#[test]
fn ciphertext_says_for_whom_it_is() {
    let message = encrypted();
    let explanation = explained(&message);
    assert!(explanation.fits(), "{explanation}");
    assert!(matches!(explanation.ciphertexts[0].outcome, Outcome::Decrypted));
    // Without the key, and with another.
    for receiver in [receiver(), receiver().decrypt_with(identity("carol"))] {
        let explanation = receiver.explain(&message);
        let Outcome::ForAnother { recipient } = &explanation.ciphertexts[0].outcome else { panic!("{explanation}") };
        assert!(recipient.as_str().contains("Example CA"), "{recipient}");
        let text = explanation.to_string();
        assert!(text.contains("no key of ours fits: it is encrypted to issuer"), "{text}");
        assert!(text.contains("it still contains ciphertext"), "{text}");
        assert!(!text.contains(AMOUNT), "{text}");
    }
    // The right certificate with a key that is not the one it was encrypted to.
    let wrapped = between(&message, "<xenc:CipherValue>", "</xenc:CipherValue>").to_owned();
    let broken =
        message.replacen(&wrapped[..8], if wrapped.starts_with("AAAAAAAA") { "BBBBBBBB" } else { "AAAAAAAA" }, 1);
    let explanation = explained(&broken);
    let Outcome::WrongKey { why } = &explanation.ciphertexts[0].outcome else { panic!("{explanation}") };
    assert!(why.as_str().contains("its key is encrypted to"), "{why}");
}

#[test]
fn the_order_of_signature_and_encryption_is_named() {
    // The signer digests the ciphertext, but the header says that it signed plaintext.
    let message = encrypted();
    let start = message.find("<xenc:EncryptedKey").expect("the key");
    let end = message.find("</xenc:EncryptedKey>").expect("its end") + "</xenc:EncryptedKey>".len();
    let key = message[start..end].to_owned();
    let without = format!("{}{}", &message[..start], &message[end..]);
    // The signature comes first: it is verified before the decryption.
    let reordered = without.replace("</wsse:Security>", &format!("{key}</wsse:Security>"));
    let explanation = explained(&reordered);
    assert_eq!(words(&explanation), ["after-decryption"], "{explanation}");
    // The signature covers ciphertext, and comes after the decryption.
    let explanation = explained(&digesting(&message, body(&message)));
    assert_eq!(words(&explanation), ["before-decryption"], "{explanation}");
}

#[test]
fn broken_messages_are_explained_as_far_as_they_can_be_read() {
    let message = signed(SOAP11);
    let says = |message: &str, what: &str| {
        let text = explained(message).to_string();
        assert!(text.contains(what), "{what}: {text}");
    };
    says("not XML", "not well-formed");
    says("", "not well-formed");
    says(&message[..message.len() - 5], "not well-formed");
    says(&envelope(SOAP11), "there is no Security header");
    says(&message.replace("<s:Body", "<s:Other").replace("</s:Body", "</s:Other"), "signature value: fits");
    says(&message.replace("s:mustUnderstand=\"1\"", "s:actor=\"urn:proxy\""), "for \"urn:proxy\"");
    says(&message.replace("<ds:SignatureValue>", "<ds:SignatureValue>!"), "is empty, or no base64");
    let no_base64 = message.replace("<ds:DigestValue>", "<ds:DigestValue>!");
    says(&crate::forge::signed_again(&no_base64), "is no digest in base64");
    says(&message.replace("xml-exc-c14n#", "unknown#"), "\"http://www.w3.org/2001/10/unknown#\" is not supported");
    says(&message.replace("rsa-sha256", "rsa-md5"), "is not supported: those of the keys are tried");
    says(
        &message.replace("<ds:SignedInfo>", "<ds:Other>").replace("</ds:SignedInfo>", "</ds:Other>"),
        "there is no ds:SignedInfo",
    );
    says(&message.replace("URI=\"#", "URI=\""), "the URI lacks `#`");
    says("<a><b:Signature xmlns:b='http://www.w3.org/2000/09/xmldsig#'/></a>", "signature 1");
    let fault = "<s:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring></s:Fault>";
    let body = between(&message, "<p:Pay", "</p:Pay>").to_owned();
    says(&message.replace(&format!("<p:Pay{body}</p:Pay>"), fault), "the Body is a fault");
    let latin = "<?xml version='1.0' encoding='ISO-8859-1'?>".to_owned() + &message;
    says(&latin, "the envelope is in \"ISO-8859-1\"");
    let octets: Vec<u8> = message.replace("Ann", "Zo\u{EB}").chars().map(|c| c as u8).collect();
    let explanation = usual().explain(&octets);
    assert_eq!(differences(&explanation), 1, "{explanation}");
}

#[test]
fn two_elements_with_one_id_are_told_apart() {
    let message = signed(SOAP11);
    let start = message.find("<s:Body").expect("the Body");
    let end = message.find("</s:Body>").expect("its end") + "</s:Body>".len();
    let moved = format!(
        "{}<x:w xmlns:x=\"urn:x\">{}</x:w></s:Header>{}{}",
        &message[..message.find("</s:Header>").expect("the Header")],
        &message[start..end],
        message[start..end].replace(AMOUNT, "9999.90"),
        "</s:Envelope>",
    );
    let text = explained(&moved).to_string();
    assert!(text.contains("two elements have this Id"), "{text}");
    // Where the first is not the signed one, the second is named.
    let last = moved.replacen(AMOUNT, "1.00", 1).replace("9999.90", AMOUNT);
    let explanation = explained(&last);
    assert_eq!(words(&explanation), ["same-id"], "{explanation}");
}

#[test]
fn tokens_by_reference_are_explained() {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::SigningToken]).token_by_reference();
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    assert!(explained(&message).fits(), "{}", explained(&message));
    // The sender does not apply the transform, or does so without saying it.
    let text = explained(&message).to_string();
    assert!(text.contains("by its reference"), "{text}");
    let reference = canonical(&message, "SecurityTokenReference", &Canonicalization::default());
    let digest =
        between(&message[message.find("STR-Transform").expect("it")..], "<ds:DigestValue>", "</ds:DigestValue>")
            .to_owned();
    let octets = ws_security::crypto::Digest::of(ws_security::DigestMethod::Sha256, reference.as_bytes());
    let broken = message.replacen(&digest, &ws_security::c14n::base64_encode(octets.as_octets()), 1);
    let explanation = explained(&crate::forge::signed_again(&broken));
    assert_eq!(words(&explanation), ["reference-instead-of-token"], "{explanation}");
}

#[test]
fn a_token_that_is_digested_without_saying_so_is_named() {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::SigningToken]).token_by_reference();
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    let start = message.find("<ds:Transform Algorithm=\"http://docs.oasis-open.org").expect("the STR-Transform");
    let end = message[start..].find("</ds:Transform>").expect("its end") + start;
    let plain = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
    let broken = crate::forge::signed_again(&format!("{}{plain}{}", &message[..start], &message[end..]));
    let explanation = explained(&broken);
    assert_eq!(words(&explanation), ["token-instead-of-reference"], "{explanation}");
}

/// The message whose signer digests this as the token behind the STR-Transform.
fn digesting_token(message: &str, octets: &str) -> String {
    let digest =
        between(&message[message.find("STR-Transform").expect("it")..], "<ds:DigestValue>", "</ds:DigestValue>");
    let octets = ws_security::crypto::Digest::of(ws_security::DigestMethod::Sha256, octets.as_bytes());
    let broken = message.replacen(&digest.to_owned(), &ws_security::c14n::base64_encode(octets.as_octets()), 1);
    crate::forge::signed_again(&broken)
}

#[test]
fn a_token_in_another_reading_of_the_specification_fits_as_it_does_for_the_receiver() {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, Part::SigningToken]);
    let message = recipe().sign(signing.token_by_reference()).secured(&envelope(SOAP11));
    let token = canonical(&message, "BinarySecurityToken", &Canonicalization::default());
    assert!(!token.contains("xmlns=\"\""), "{token}");
    let bare = digesting_token(&message, &token);
    assert!(receiver().open(&bare).is_ok());
    let explanation = explained(&bare);
    assert!(explanation.fits(), "{explanation}");
}

#[test]
fn a_token_that_the_transform_makes_is_named_as_peers_write_it() {
    let signing = Signing::with(&identity("alice"))
        .parts([Part::Body, Part::Timestamp, Part::SigningToken])
        .reference(ws_security::ReferenceForm::SubjectKeyIdentifier)
        .token_by_reference();
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let knowing = Receiver::new(trust().known([certificate("alice")]), requirements, DangerousNoReplayCache);
    let receiver = || knowing.clone();
    assert!(receiver().open(&message).is_ok(), "{:?}", receiver().open(&message).err());
    const X509: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#";
    const ENCODING: &str = " EncodingType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary\"";
    let base64 = ws_security::c14n::base64_encode(certificate("alice").der());
    let lines = |width: usize, end: &str| {
        let lines: Vec<&str> =
            base64.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
        lines.join(end)
    };
    let wsse = ws_security::c14n::name::WSSE.uri;
    let token = |bare: bool, encoding: &str, kind: &str, text: &str| {
        let bare = if bare { "" } else { " xmlns=\"\"" };
        format!(
            "<wsse:BinarySecurityToken{bare} xmlns:wsse=\"{wsse}\"{encoding} ValueType=\"{X509}{kind}\">{text}</wsse:BinarySecurityToken>"
        )
    };
    for encoding in ["", ENCODING] {
        let accepted = digesting_token(&message, &token(false, encoding, "X509v3", &base64));
        assert!(receiver().open(&accepted).is_ok(), "{:?}", receiver().open(&accepted).err());
        let explanation = receiver().explain(&accepted);
        assert!(explanation.fits(), "{explanation}");
        let cases = [
            (token(true, encoding, "X509v3", &base64), "without xmlns="),
            (token(false, encoding, "X509SubjectKeyIdentifier", &base64), "the ValueType of the key identifier"),
            (token(false, encoding, "X509v3", &lines(76, "\n")), "in lines of 76"),
            (token(false, encoding, "X509v3", &lines(64, "&#xD;\n")), "in lines of 64 that end in CR LF"),
        ];
        for (octets, sentence) in cases {
            let explanation = receiver().explain(digesting_token(&message, &octets));
            assert_eq!(words(&explanation), ["token-otherwise"], "{explanation}");
            assert!(explanation.to_string().contains(sentence), "{sentence}: {explanation}");
        }
    }
}

#[test]
fn who_is_named_and_not_known_is_said_once_and_rightly() {
    let signing = Signing::with(&identity("alice")).parts([Part::Body]);
    let signing = signing.reference(ws_security::ReferenceForm::Thumbprint);
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    let text = explained(&message).to_string();
    assert!(text.contains("! not used: no key"), "{text}");
    assert!(text.contains("which names SHA-1 thumbprint"), "{text}");
    assert!(!text.contains("which names nobody"), "{text}");
}

/// A package of MIME with this envelope and one part.
fn package(kind: &str, envelope: &str, part: &str) -> Vec<u8> {
    let root = match kind {
        "xop" => "application/xop+xml; charset=UTF-8; type=\"text/xml\"",
        _ => "text/xml; charset=UTF-8",
    };
    let (kind, _) = root.split_once(';').expect("a type");
    let header = format!(
        "Content-Type: multipart/related; boundary=b; type=\"{kind}\"; start=\"<root@x>\"; start-info=\"text/xml\"\r\n\r\n"
    );
    let root = format!("--b\r\nContent-Type: {root}\r\nContent-ID: <root@x>\r\n\r\n{envelope}\r\n");
    format!("{header}{root}--b\r\nContent-Type: text/plain\r\nContent-ID: <part@x>\r\n\r\n{part}\r\n--b--\r\n")
        .into_bytes()
}

#[test]
fn the_optimised_message_that_was_signed_is_named() {
    let plain = envelope(SOAP11).replace("Ann", "c29tZSBvY3RldHM=");
    let message = recipe().sign(signing()).secured(&plain);
    let include = "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:part@x\"></xop:Include>";
    // The sender digests its Body with the Include in place of the octets.
    let broken = digesting(&message, body(&message).replace("c29tZSBvY3RldHM=", include));
    let octets = package("xop", &broken.replace("c29tZSBvY3RldHM=", include), "some octets");
    let package = ws_security::attachments::Package::parse(&octets, &Limits::default()).expect("a package");
    assert!(receiver().open(&package).is_err());
    let explanation = receiver().explain(&package);
    assert_eq!(words(&explanation), ["before-inclusion"], "{explanation}");
}

#[test]
fn attachments_that_are_digested_otherwise_are_named() {
    let message = signed(SOAP11);
    let id = between(&message[message.find(":Body ").expect("the Body")..], "wsu:Id=\"", "\"").to_owned();
    let start = message.find(&format!("URI=\"#{id}\"")).expect("the reference");
    let (before, after) = message.split_at(start);
    let complete = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Complete-Signature-Transform";
    let after = after.replacen(&format!("URI=\"#{id}\""), "URI=\"cid:part@x\"", 1);
    let after = after.replacen("http://www.w3.org/2001/10/xml-exc-c14n#", complete, 1);
    let old = between(&after, "<ds:DigestValue>", "<").to_owned();
    let digest = ws_security::crypto::Digest::of(ws_security::DigestMethod::Sha256, b"some text");
    let after = after.replacen(&old, &ws_security::c14n::base64_encode(digest.as_octets()), 1);
    let envelope = crate::forge::signed_again(&format!("{before}{after}"));
    let octets = package("swa", &envelope, "some text");
    let package = ws_security::attachments::Package::parse(&octets, &Limits::default()).expect("a package");
    let explanation = receiver().explain(&package);
    assert_eq!(words(&explanation), ["attachment-otherwise"], "{explanation}");
    assert!(explanation.to_string().contains("the content alone"), "{explanation}");
}

#[test]
fn octets_are_shown_as_they_are_and_as_they_fit() {
    let message = signed(SOAP11);
    let broken = message.replace("<p:To>", "\n<p:To>");
    let mut shown = BTreeMap::new();
    let explanation = usual().explain_octets(&broken, |octets| {
        let text = String::from_utf8(octets.octets.to_vec()).expect("text");
        shown.insert((octets.reference, octets.are_the_senders), text);
    });
    assert_eq!(words(&explanation), ["white-space-added"]);
    assert_eq!(shown[&(None, false)], canonical(&broken, "SignedInfo", &Canonicalization::default()));
    assert_eq!(shown[&(Some(1), false)], body(&broken));
    assert_eq!(shown[&(Some(1), true)], body(&message), "what the sender digested is found again");
    assert_eq!(shown.len(), 5, "{:?}", shown.keys());
}

#[test]
fn an_explanation_accepts_nothing_and_shows_no_control_and_no_password() {
    let message = recipe().username_digest("ann\u{9b}", "s3cret").sign(signing()).secured(&envelope(SOAP11));
    let explanation = explained(&message.replace("urn:pay", "urn:pay\u{202E}"));
    let text = explanation.to_string();
    assert!(
        text.starts_with("Nothing below is accepted or authenticated. It quotes the message and may hold its secrets.")
    );
    assert!(!text.contains(['\u{9b}', '\u{202E}', '\r']), "{text}");
    let digest = between(&message, "PasswordDigest\">", "</wsse:Password>");
    assert!(text.contains("Username: ann") && !text.contains(digest) && !text.contains("s3cret"), "{text}");
    // A replay is no question here, and the receiver is as it was.
    let receiver = Receiver::new(trust(), Requirements::signed([Part::Body]), MemoryReplayCache::default());
    let message = signed(SOAP11);
    assert!(receiver.explain(&message).fits() && receiver.explain(&message).fits());
    assert!(receiver.open(&message).is_ok());
    // Nobody trusts the signer: the value fits, and the message is refused all the same.
    let nobody = Receiver::new(Trust::no_certificates(), Requirements::signed([Part::Body]), DangerousNoReplayCache);
    let explanation = nobody.explain(&message);
    assert!(explanation.signatures[0].value.fits() && explanation.refusal.is_some(), "{explanation}");
    assert!(explanation.signatures[0].key_refused.is_some());
}

#[test]
fn the_search_ends_with_its_budget() {
    let message = signed(SOAP11).replace("Ann", "Eve");
    let with = |limits| usual().limits(limits).explain(&message);
    let tried = |explanation: &ws_security::Explanation| match &explanation.signatures[0].references[0].verdict {
        Verdict::Differs { tried, stopped, .. } => (*tried, *stopped),
        other => panic!("{other:?}"),
    };
    // Small messages always have some megabytes.
    let (all, stopped) = tried(&with(Limits::default()));
    assert!(all > 300 && stopped.is_none(), "{all}");
    let large = message.replace("Eve", &format!("Eve{}", "<p:x>1</p:x>".repeat(100_000)));
    let (few, stopped) = tried(&usual().limits(Limits::default().with(Limit::CauseOctets, 4)).explain(&large));
    assert!(few < all, "{few} of {all}");
    let stopped = stopped.expect("a limit");
    assert_eq!(stopped.limit, Limit::CauseOctets);
}

#[test]
fn a_signature_over_the_whole_document_fits_and_the_refusal_names_the_call() {
    let explanation = explained(&crate::forge::over_the_whole_document(&signed(SOAP11)));
    assert!(explanation.fits(), "{explanation}");
    assert!(explanation.refusal.is_some_and(|why| why.contains("`accept_signatures_over_the_whole_document`")));
}

#[test]
fn a_search_that_stopped_goes_on_with_the_limit_that_is_named() {
    let many: String = (0..60).map(|at| format!("<v>{at}.50</v>")).collect();
    let plain = envelope(SOAP11).replace("</p:Pay>", &format!("{many}</p:Pay>"));
    let message = recipe().sign(signing()).secured(&plain);
    let broken = message.replacen("<v>1.50</v>", "<v>something else</v><v>and more</v>", 1);
    let tried = |limit: u64| {
        let receiver = usual().limits(Limits::default().with(Limit::CauseOctets, limit));
        let text = receiver.explain(&broken).to_string();
        assert!(text.contains("the search stopped early") && text.contains("cause-octets"), "{text}");
        let before = text.split(" usual changes were tried").next().expect("a number");
        before.rsplit(' ').next().and_then(|number| number.parse::<u64>().ok()).expect("a number")
    };
    let (less, default, more) = (tried(8), tried(16), tried(24));
    assert!(less < default && default < more, "{less} {default} {more}");
}

/// savonrb/akami#27: what was not read has no signature, and none that is missing.
#[test]
fn of_a_message_that_is_no_xml_nothing_is_said_to_be_there_or_not() {
    let message = signed(SOAP11);
    let unbound = message.replacen("<wsu:Timestamp ", "<wsv:Timestamp ", 1);
    for broken in [unbound.as_str(), "not XML at all"] {
        let explanation = usual().explain(broken);
        assert!(explanation.is_unread && !explanation.fits(), "{explanation}");
        let text = explanation.to_string();
        assert!(!text.contains("there is no signature"), "{text}");
    }
    assert!(usual().explain(&unbound).to_string().contains("the prefix \"wsv\" is not bound to a namespace"));
    assert!(usual().explain(envelope(SOAP11)).to_string().contains("there is no signature"));
}

/// The paths of two signatures differ, as those of two tokens do.
#[test]
fn two_of_a_name_have_paths_that_differ() {
    let twice = recipe().sign(signing()).sign(Signing::with(&identity("carol")).parts([Part::Body]));
    let explanation = explained(&twice.secured(&envelope(SOAP11)));
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let signatures: Vec<String> = explanation.signatures.iter().map(|one| last(one.path.as_str())).collect();
    assert_eq!(signatures.len(), 2, "{explanation}");
    assert!(["ds:Signature[1]", "ds:Signature[2]"].iter().all(|one| signatures.contains(&(*one).to_owned())));
    let tokens = explanation.items.iter().map(|item| last(item.path.as_str()));
    assert_eq!(tokens.filter(|path| path.starts_with("wsse:BinarySecurityToken[")).count(), 2, "{explanation}");
}

/// Nothing is known of a value under a key that nobody here has, whatever other keys are at hand.
#[test]
fn a_value_under_a_key_that_is_not_at_hand_is_not_called_wrong() {
    let token = ProtectionToken::encrypted_to(&certificate("carol"));
    let by_secret = recipe().sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]));
    let by_secret = by_secret.secured(&envelope(SOAP11));
    let mut by_stranger = Vec::new();
    for form in [ReferenceForm::Thumbprint, ReferenceForm::IssuerSerial, ReferenceForm::SubjectKeyIdentifier] {
        for name in ["carol", "ec256"] {
            let signing = Signing::with(&identity(name)).reference(form).parts([Part::Body]);
            by_stranger.push(recipe().sign(signing).secured(&envelope(SOAP11)));
        }
    }
    let trust = Trust::pins([certificate("alice"), certificate("bob")]);
    let receiver = Receiver::new(trust, Requirements::signed([Part::Body]), DangerousNoReplayCache);
    let value = |receiver: &Receiver, message: &str| receiver.explain(message).signatures[0].value.clone();
    for message in by_stranger.iter().chain([&by_secret]) {
        assert!(matches!(value(&receiver, message), Verdict::Unknown { .. }), "{}", receiver.explain(message));
        let other = receiver.clone().shared_secret(Some("another".into()), Secret::new(vec![7; 32]));
        assert!(matches!(value(&other, message), Verdict::Unknown { .. }), "{}", other.explain(message));
    }
    // A value that is none is called so without any key.
    for message in &by_stranger {
        let lost = between(message, "<ds:SignatureValue>", "</ds:SignatureValue>").to_owned();
        let lower = message.replace(&lost, &lost.to_lowercase());
        assert!(matches!(value(&receiver, &lower), Verdict::Differs { .. }), "{}", receiver.explain(&lower));
    }
}

/// A digest method that is not supported is named, and the length of the digest is not blamed.
#[test]
fn a_retired_digest_method_is_named_before_the_length_of_its_digest() {
    let message = signed(SOAP11).replace(DigestMethod::Sha256.uri(), DigestMethod::Md5.uri());
    let of_md5 = ws_security::crypto::Digest::of(DigestMethod::Sha256, b"").as_octets()[..16].to_vec();
    let digest = between(&message, "<ds:DigestValue>", "</ds:DigestValue>").to_owned();
    for text in [digest.clone(), ws_security::c14n::base64_encode(&of_md5), "!".into(), String::new()] {
        let message = message.replace(&digest, &text);
        let explanation = explained(&message);
        let told = explanation.to_string();
        assert!(told.contains("#md5\" is not supported") && !told.contains("octets in place of"), "{told}");
        let refusal = explanation.refusal.unwrap_or_default();
        assert!(text.len() < 4 || refusal.contains("md5"), "{refusal}");
    }
}
