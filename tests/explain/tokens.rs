//! Tokens, times and ciphertext: why they are refused.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ws_security::c14n::{base64_decode, base64_encode, name};
use ws_security::crypto::{Digest, HmacKey, SigningKey as _, p_sha1};
use ws_security::prelude::*;
use ws_security::{
    ContentEncryption, DangerousNoReplayCache, DigestMethod, Encrypting, FixedClock, KeyTransport, Outcome,
    ProtectionToken, Secret, SecureConversation, SignatureMethod,
};

use crate::common::*;
use crate::forge::{between, body, canonical, digesting, with_value};
use crate::words;

fn knowing_ann() -> Receiver {
    receiver().passwords(|name: &str| (name == "ann").then(|| Secret::new(b"s3cret".to_vec())))
}

#[test]
fn password_digests_that_are_computed_otherwise_are_named() {
    let message = recipe().username_digest("ann", "s3cret").sign(signing()).secured(&envelope(SOAP11));
    assert_eq!(words(&knowing_ann().explain(&message)), Vec::<&str>::new());
    let nonce_text = between(&message, "#Base64Binary\">", "</wsse:Nonce>").to_owned();
    let nonce = base64_decode(&nonce_text, 64).expect("a nonce");
    let token = &message[message.find("<wsse:UsernameToken").expect("the token")..];
    let created = between(token, "<wsu:Created>", "</wsu:Created>").to_owned();
    let digest = between(&message, "#PasswordDigest\">", "</wsse:Password>").to_owned();
    let sha1 = |pieces: &[&[u8]]| Digest::of(DigestMethod::Sha1, &pieces.concat()).as_octets().to_vec();
    let right = sha1(&[&nonce, created.as_bytes(), b"s3cret"]);
    assert_eq!(base64_encode(&right), digest, "the profile's formula");
    let hexadecimal = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    let seconds = format!("{}Z", created.split(['.', 'Z']).next().expect("seconds"));
    let cases = [
        (base64_encode(&sha1(&[nonce_text.as_bytes(), created.as_bytes(), b"s3cret"])), "the nonce as its base64 text"),
        (base64_encode(&sha1(&[&nonce, created.as_bytes(), &sha1(&[b"s3cret"])])), "of the SHA-1 of the password"),
        (base64_encode(&sha1(&[created.as_bytes(), &nonce, b"s3cret"])), "Created before the nonce"),
        (base64_encode(&sha1(&[b"s3cret", &nonce, created.as_bytes()])), "the password first"),
        (base64_encode(&sha1(&[&right])), "digested twice"),
        (base64_encode(hexadecimal(&right).as_bytes()), "no base64 of its octets"),
        (hexadecimal(&right), "no base64 of its octets"),
        (base64_encode(&sha1(&[&nonce, seconds.as_bytes(), b"s3cret"])), "of Created "),
        (base64_encode(&sha1(&[created.as_bytes(), b"s3cret"])), "without the nonce"),
    ];
    for (other, sentence) in cases {
        let explanation = knowing_ann().explain(message.replacen(&digest, &other, 1));
        if other == digest {
            continue;
        }
        assert_eq!(words(&explanation), ["password-otherwise"], "{sentence}: {explanation}");
        assert!(explanation.to_string().contains(sentence), "{sentence}: {explanation}");
        assert!(!explanation.to_string().contains("s3cret"), "{explanation}");
    }
    // Another password, and an unknown user: nothing is claimed of the way.
    let other = base64_encode(&sha1(&[&nonce, created.as_bytes(), b"other"]));
    let explanation = knowing_ann().explain(message.replacen(&digest, &other, 1));
    assert_eq!(words(&explanation), Vec::<&str>::new());
    assert!(explanation.to_string().contains("the passwords differ"), "{explanation}");
    let explanation = knowing_ann().explain(message.replace(">ann<", ">bob<"));
    assert!(explanation.to_string().contains("no user of this name"), "{explanation}");
    // A digest whose Type is that of text.
    let explanation = knowing_ann().explain(message.replace("#PasswordDigest", "#PasswordText"));
    assert_eq!(words(&explanation), ["password-otherwise"], "{explanation}");
}

#[test]
fn local_time_and_clocks_that_differ_are_named() {
    let message = signed(SOAP11);
    let at = |ahead: i64| {
        let now = SystemTime::now();
        let by = Duration::from_secs(ahead.unsigned_abs());
        let now = if ahead < 0 { now + by } else { now - by };
        receiver().clock(Arc::new(FixedClock(now))).explain(&message)
    };
    assert_eq!(words(&at(0)), Vec::<&str>::new());
    let explanation = at(2 * 3_600);
    assert_eq!(words(&explanation), ["local-time-as-utc"], "{explanation}");
    assert!(explanation.to_string().contains("+02:00 from UTC"), "{explanation}");
    let explanation = at(500);
    assert_eq!(words(&explanation), ["clock-differs"], "{explanation}");
    let explanation = at(-5 * 3_600);
    assert_eq!(words(&explanation), Vec::<&str>::new(), "an old message is old");
    assert!(explanation.to_string().contains("(-05:00)"), "{explanation}");
}

fn encrypted(transport: KeyTransport, content: ContentEncryption) -> String {
    let encrypting = Encrypting::to(&certificate("bob")).transport(transport).content(content).parts([Part::Body]);
    let recipe = recipe().allow_legacy_algorithms().sign(signing()).encrypt(encrypting);
    let recipe = ["R5620", "R5621"].iter().fold(recipe, |recipe, _| recipe);
    recipe.secured(&envelope(SOAP11))
}

fn explained(message: &str) -> ws_security::Explanation {
    receiver()
        .algorithms(ws_security::AlgorithmPolicy::everything_for_legacy_use_only())
        .decrypt_with(identity("bob"))
        .explain(message)
}

#[test]
fn a_key_transport_that_is_not_the_one_of_the_message_is_named() {
    let sha256 = KeyTransport::oaep(DigestMethod::Sha256);
    let message = encrypted(sha256, ContentEncryption::Aes128Gcm);
    assert!(explained(&message).fits(), "{}", explained(&message));
    let start = message.find("<xenc:EncryptionMethod").expect("the method");
    let end =
        message[start..].find("</xenc:EncryptionMethod>").expect("its end") + start + "</xenc:EncryptionMethod>".len();
    for other in [
        "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\"></xenc:EncryptionMethod>",
        "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-1_5\"></xenc:EncryptionMethod>",
        "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#rsa-oaep\"><ds:DigestMethod xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod></xenc:EncryptionMethod>",
    ] {
        let broken = format!("{}{other}{}", &message[..start], &message[end..]);
        let explanation = explained(&broken);
        assert_eq!(words(&explanation), ["other-key-transport"], "{other}: {explanation}");
        assert!(
            explanation
                .to_string()
                .contains("RSA-OAEP with the digest http://www.w3.org/2001/04/xmlenc#sha256 and MGF1"),
            "{explanation}"
        );
    }
    let plain = encrypted(KeyTransport::Rsa15, ContentEncryption::Aes128Gcm);
    let broken = plain.replace("xmlenc#rsa-1_5", "xmlenc#rsa-oaep-mgf1p");
    let explanation = explained(&broken);
    assert_eq!(words(&explanation), ["other-key-transport"], "{explanation}");
    assert!(explanation.to_string().contains("PKCS#1 v1.5"), "{explanation}");
    // A key that nobody here can unwrap has no cause.
    let wrapped = between(&message, "<xenc:CipherValue>", "</xenc:CipherValue>").to_owned();
    let explanation = explained(&message.replacen(&wrapped, &base64_encode(&[7; 256]), 1));
    assert_eq!(words(&explanation), Vec::<&str>::new(), "{explanation}");
    assert!(matches!(explanation.ciphertexts[0].outcome, Outcome::WrongKey { .. }), "{explanation}");
}

/// The cipher value of the Body.
fn content_of(message: &str) -> String {
    let data = &message[message.find("<xenc:EncryptedData").expect("the data")..];
    between(data, "<xenc:CipherValue>", "</xenc:CipherValue>").to_owned()
}

#[test]
fn ciphertext_that_is_laid_out_otherwise_is_named() {
    let gcm = encrypted(KeyTransport::oaep_mgf1p(), ContentEncryption::Aes128Gcm);
    let value = content_of(&gcm);
    let octets = base64_decode(&value, 1 << 20).expect("base64");
    let (vector, rest) = octets.split_at(12);
    let (text, tag) = rest.split_at(rest.len() - 16);
    let cases = [
        ([rest, vector].concat(), "the initialization vector in front"),
        ([vector, tag, text].concat(), "the tag at the end"),
        ([vector, text].concat(), "as GCM without its tag"),
        ([vector, text, &tag[..12]].concat(), "a tag of 12 octets"),
        ([vector, &[0, 0, 0, 2], text, tag].concat(), "without the 4 octets of the counter"),
    ];
    for (other, sentence) in cases {
        let explanation = explained(&gcm.replacen(&value, &base64_encode(&other), 1));
        assert_eq!(words(&explanation), ["ciphertext-otherwise"], "{explanation}");
        assert!(explanation.to_string().contains(sentence), "{explanation}");
    }
    let digits: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    assert_eq!(words(&explained(&gcm.replacen(&value, &digits, 1))), ["value-encoding"]);
    // The message says CBC, and the content is GCM.
    let explanation = explained(
        &gcm.replace("xmlenc11#aes128-gcm", "TEMP")
            .replace("http://www.w3.org/2009/TEMP", "http://www.w3.org/2001/04/xmlenc#aes128-cbc"),
    );
    assert_eq!(words(&explanation), ["other-cipher"], "{explanation}");
    assert!(explanation.to_string().contains("aes128-gcm"), "{explanation}");
    // What the tag says of it is lost; the text is read all the same.
    let mut flipped = octets.clone();
    *flipped.last_mut().expect("the tag") ^= 1;
    let explanation = explained(&gcm.replacen(&value, &base64_encode(&flipped), 1));
    assert_eq!(words(&explanation), ["ciphertext-otherwise"], "{explanation}");
    assert!(explanation.to_string().contains("whose tag does not fit"), "{explanation}");
    // A wrong octet, a vector that was left out, and a part of the text have no usual cause.
    let mut changed = octets.clone();
    // It becomes the first octet of a character of several octets, and the others do not follow: this is no UTF-8.
    changed[20] ^= 0x80;
    for other in [&changed[..], &octets[12..], &octets[..octets.len() - 24]] {
        let explanation = explained(&gcm.replacen(&value, &base64_encode(other), 1));
        assert_eq!(words(&explanation), Vec::<&str>::new(), "{explanation}");
        assert!(explanation.to_string().contains("no usual cause was found that makes it decrypt"), "{explanation}");
    }
}

/// Messages that the cryptography package of Python encrypted to Bob, with OpenSSL below it.
#[test]
fn a_vector_of_16_octets_and_a_key_that_is_text_are_named() {
    let explanation = explained(include_str!("gcm-iv16.xml"));
    assert_eq!(words(&explanation), ["ciphertext-otherwise"], "{explanation}");
    assert!(explanation.to_string().contains("an initialization vector of 16 octets"), "{explanation}");
    let explanation = explained(include_str!("secret-as-text.xml"));
    assert_eq!(words(&explanation), ["text-of-secret"], "{explanation}");
}

#[test]
fn another_recipient_than_the_message_names_is_named() {
    let message = encrypted(KeyTransport::oaep_mgf1p(), ContentEncryption::Aes128Gcm);
    let key = &message[message.find("<xenc:EncryptedKey").expect("the key")..];
    let serial = between(key, "<ds:X509SerialNumber>", "</ds:X509SerialNumber>").to_owned();
    let broken = message.replace(&format!("<ds:X509SerialNumber>{serial}<"), "<ds:X509SerialNumber>77<");
    let explanation = explained(&broken);
    assert_eq!(words(&explanation), ["other-recipient"], "{explanation}");
    assert!(explanation.to_string().contains("Bob"), "{explanation}");
    // With another key alone, it stays for another.
    let explanation = receiver().decrypt_with(identity("carol")).explain(&broken);
    assert_eq!(words(&explanation), Vec::<&str>::new(), "{explanation}");
}

#[test]
fn a_recipient_that_is_named_is_not_called_another() {
    let message = encrypted(KeyTransport::oaep_mgf1p(), ContentEncryption::Aes128Gcm);
    // Nothing leads from the ciphertext to the key, nor back.
    let start = message.find("<xenc:ReferenceList>").expect("the list");
    let end = message.find("</xenc:ReferenceList>").expect("its end") + "</xenc:ReferenceList>".len();
    let list = message[start..end].to_owned();
    let moved = message.replacen(&list, "", 1);
    let (before, after) = moved.split_once("</xenc:EncryptedKey>").expect("the key");
    let top = list.replace("<xenc:ReferenceList>", &format!("<xenc:ReferenceList xmlns:xenc=\"{}\">", name::XENC.uri));
    let moved = format!("{before}</xenc:EncryptedKey>{top}{after}");
    assert!(receiver().decrypt_with(identity("bob")).open(&moved).is_err());
    let explanation = explained(&moved);
    assert_eq!(words(&explanation), ["key-unlinked"], "{explanation}");
    // The recipient has a name that only the two sides know.
    let key = message.find("<xenc:EncryptedKey").expect("the key");
    let open = message[key..].find("<ds:KeyInfo").expect("its KeyInfo") + key;
    let close = message[open..].find("</ds:KeyInfo>").expect("its end") + open;
    let ds = name::DS.uri;
    let named =
        format!("{}<ds:KeyInfo xmlns:ds=\"{ds}\"><ds:KeyName>bob</ds:KeyName>{}", &message[..open], &message[close..]);
    let explanation = explained(&named);
    assert_eq!(words(&explanation), ["recipient-unnamed"], "{explanation}");
    assert!(explanation.to_string().contains("KeyName \"bob\""), "{explanation}");
}

/// The message with this inside the KeyInfo of its signature, by Alice, whose certificate is not in it.
fn referring(inside: &str) -> String {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    let message = recipe().sign(signing.reference(ws_security::ReferenceForm::Thumbprint)).secured(&envelope(SOAP11));
    let open = message.find("<wsse:SecurityTokenReference").expect("the reference");
    let end = "</wsse:SecurityTokenReference>";
    let close = message.find(end).expect("its end") + end.len();
    let wsse = name::WSSE.uri;
    let inside = format!("<wsse:SecurityTokenReference xmlns:wsse=\"{wsse}\">{inside}</wsse:SecurityTokenReference>");
    format!("{}{inside}{}", &message[..open], &message[close..])
}

#[test]
fn a_reference_that_is_written_otherwise_is_named_by_the_certificate_that_made_the_value() {
    let knowing = Receiver::new(
        trust().known([certificate("alice")]),
        Requirements::signed([Part::Body, Part::Timestamp]),
        DangerousNoReplayCache,
    );
    let alice = certificate("alice");
    let ds = name::DS.uri;
    let by_serial = |issuer: &str, serial: &str| {
        referring(&format!(
            "<ds:X509Data xmlns:ds=\"{ds}\"><ds:X509IssuerSerial><ds:X509IssuerName>{issuer}</ds:X509IssuerName><ds:X509SerialNumber>{serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>"
        ))
    };
    const SKI: &str =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier";
    const THUMBPRINT: &str = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1";
    const BASE64: &str =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
    let by_identifier = |kind: &str, value: &str| {
        referring(&format!(
            "<wsse:KeyIdentifier EncodingType=\"{BASE64}\" ValueType=\"{kind}\">{value}</wsse:KeyIdentifier>"
        ))
    };
    let hexadecimal = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    let ski = alice.subject_key_identifier().expect("an extension").to_vec();
    let digest = |method, octets: &[u8]| Digest::of(method, octets).as_octets().to_vec();
    let sha1 = digest(DigestMethod::Sha1, alice.der());
    let issuer = "CN=Example CA,O=Example Trust,C=DE";
    assert_eq!(alice.serial_decimal(), "4097", "what the cases below are made of");
    assert!(knowing.open(by_serial(issuer, "4097")).is_ok());
    let cases = [
        (by_serial(issuer, "1001"), "in hexadecimal digits"),
        (by_serial(issuer, "0x1001"), "in hexadecimal digits"),
        (by_serial(issuer, "10:01"), "in hexadecimal digits"),
        (by_serial("O=Example Trust,CN=Example CA,C=DE", "4097"), "in another order"),
        (by_identifier(SKI, &base64_encode(&[&[4, 20], ski.as_slice()].concat())), "two octets of DER"),
        (by_identifier(SKI, &hexadecimal(&ski)), "in hexadecimal digits"),
        (
            by_identifier(SKI, &base64_encode(&digest(DigestMethod::Sha1, alice.public_key().spki()))),
            "the SHA-1 of its SubjectPublicKeyInfo",
        ),
        (by_identifier(THUMBPRINT, &hexadecimal(&sha1)), "in hexadecimal digits"),
        (
            by_identifier(THUMBPRINT, &base64_encode(hexadecimal(&sha1).as_bytes())),
            "in base64 of its hexadecimal digits",
        ),
        (by_identifier(THUMBPRINT, &base64_encode(&digest(DigestMethod::Sha256, alice.der()))), "SHA-256 thumbprint"),
        (
            by_identifier(THUMBPRINT, &base64_encode(&digest(DigestMethod::Sha1, &file("alice.pem")))),
            "SHA-1 of its PEM",
        ),
    ];
    for (message, sentence) in cases {
        assert!(knowing.open(&message).is_err());
        let explanation = knowing.explain(&message);
        assert_eq!(words(&explanation), ["reference-otherwise"], "{sentence}: {explanation}");
        assert!(explanation.to_string().contains(sentence), "{sentence}: {explanation}");
    }
    // Of a value that another key made, nothing is claimed.
    let explanation = knowing.explain(by_serial(issuer, "77"));
    assert_eq!(words(&explanation), Vec::<&str>::new(), "{explanation}");
}

#[test]
fn a_nonce_in_hexadecimal_digits_or_in_no_base64_is_named() {
    let message = recipe().username_digest("ann", "s3cret").sign(signing()).secured(&envelope(SOAP11));
    let text = between(&message, "#Base64Binary\">", "</wsse:Nonce>").to_owned();
    let octets = base64_decode(&text, 64).expect("a nonce");
    let digits: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    for other in [digits.clone(), base64_encode(digits.as_bytes())] {
        let explanation = knowing_ann().explain(message.replacen(&text, &other, 1));
        let of_token: Vec<_> =
            explanation.items.iter().flat_map(|item| &item.causes).map(|cause| cause.word()).collect();
        assert_eq!(of_token, ["password-otherwise"], "{explanation}");
        assert!(explanation.to_string().contains("hexadecimal digits in the message"), "{explanation}");
    }
    let explanation = knowing_ann().explain(message.replacen(&text, "abc-def_!", 1));
    assert!(explanation.to_string().contains("Nonce is no base64"), "{explanation}");
    assert!(!explanation.to_string().contains("the passwords differ"), "{explanation}");
}

#[test]
fn keys_that_are_derived_otherwise_are_named() {
    let secret = Secret::new(b"a secret of 32 octets, as it is.".to_vec());
    let token = ProtectionToken::security_context(SecureConversation::V1_3, "urn:ours", secret.clone());
    let token = token.derived_keys(SecureConversation::V1_3);
    let message = Recipe::new()
        .timestamp(Duration::from_secs(300))
        .sign(Signing::with_token(&token).parts([Part::Body]))
        .secured(&envelope(SOAP11));
    let receiver = receiver().shared_secret(Some("urn:ours".to_owned()), secret.clone());
    assert!(receiver.explain(&message).fits(), "{}", receiver.explain(&message));
    let nonce_text = between(&message, "Nonce>", "</").to_owned();
    let nonce = base64_decode(&nonce_text, 64).expect("a nonce");
    let label = "WS-SecureConversation";
    let method = message.contains("hmac-sha256").then_some(SignatureMethod::HmacSha256);
    let method = method.unwrap_or(SignatureMethod::HmacSha1);
    let length = message.contains("Length>").then(|| between(&message, "Length>", "</").parse().expect("a number"));
    let length: usize = length.unwrap_or(32);
    let cases = [
        ([label.as_bytes(), &nonce].concat(), 0, length, "the label once"),
        (nonce.clone(), 0, length, "without a label"),
        ([label.repeat(2).as_bytes(), nonce_text.as_bytes()].concat(), 0, length, "the nonce as its base64 text"),
        ([label.repeat(2).as_bytes(), &nonce].concat(), length, length, "at offset"),
        ([label.repeat(2).as_bytes(), &nonce].concat(), 0, 64, "with 64 octets"),
    ];
    let info = canonical(&message, "SignedInfo", &ws_security::c14n::Canonicalization::default());
    for (seed, offset, length, sentence) in cases {
        let key =
            HmacKey::of_any_length_for_legacy_use_only(p_sha1(&secret, &seed, offset, length).as_octets().to_vec());
        let value = key.sign(method, info.as_bytes()).expect("a MAC");
        let explanation = receiver.explain(with_value(&message, &value));
        assert_eq!(words(&explanation), ["secret-otherwise"], "{sentence}: {explanation}");
        assert!(explanation.to_string().contains(sentence), "{sentence}: {explanation}");
    }
    let explanation = receiver.explain(with_value(&message, &[7; 32]));
    assert!(explanation.causes().all(|cause| cause.word() == "value-length"), "{explanation}");
}

#[test]
fn an_assertion_whose_holder_did_not_sign_says_so() {
    use ws_security::c14n::name;
    let holder = |name: &str| {
        let certificate = base64_encode(certificate(name).der());
        format!(
            "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"a\" Version=\"2.0\" \
             IssueInstant=\"2026-01-01T00:00:00Z\"><saml2:Issuer>urn:idp</saml2:Issuer><saml2:Subject>\
             <saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:holder-of-key\">\
             <saml2:SubjectConfirmationData><ds:KeyInfo xmlns:ds=\"{}\"><ds:X509Data><ds:X509Certificate>{certificate}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></saml2:SubjectConfirmationData></saml2:SubjectConfirmation>\
             </saml2:Subject></saml2:Assertion>",
            name::DS.uri
        )
    };
    let message = signed(SOAP11);
    let with = |name: &str| message.replace("</wsse:Security>", &format!("{}</wsse:Security>", holder(name)));
    let explanation = crate::explained(&with("carol"));
    assert_eq!(words(&explanation), ["holder-key-unused"], "{explanation}");
    assert!(explanation.to_string().contains("Carol"), "{explanation}");
    // Alice signed, and is the holder.
    assert_eq!(words(&crate::explained(&with("alice"))), Vec::<&str>::new());
}

#[test]
fn other_encodings_are_read_as_they_are_declared() {
    let message = crate::forge::signed_again(&signed(SOAP11));
    let text = recipe().sign(signing()).secured(&envelope(SOAP11).replace("Ann", "Zoë €"));
    assert!(message.is_ascii());
    let octets: Vec<u8> =
        text.chars().map(|c| if c == '€' { 0x80 } else { u8::try_from(u32::from(c)).expect("an octet") }).collect();
    let declared = [&b"<?xml version='1.0' encoding='windows-1252'?>"[..], &octets].concat();
    let explanation = receiver().explain(&declared);
    assert_eq!(words(&explanation), Vec::<&str>::new(), "{explanation}");
    assert!(explanation.signatures[0].references.iter().all(|reference| reference.verdict.fits()), "{explanation}");
    assert!(explanation.refusal.is_some_and(|why| why.contains("accept_other_encodings")));
}

#[test]
fn advice_is_not_cut() {
    let message = signed(SOAP11);
    let nobody = Receiver::new(
        Trust::no_certificates(),
        Requirements::signed([Part::Body]),
        ws_security::DangerousNoReplayCache,
    );
    let error = nobody.open(&message).expect_err("refused").to_string();
    assert_eq!(nobody.explain(&message).refusal.as_deref(), Some(error.as_str()));
    let long = message.replace("Direct", "x").replace("URI=\"#X509", &format!("URI=\"#{}", "x".repeat(400)));
    let error = nobody.open(&long).expect_err("refused").to_string();
    let explanation = nobody.explain(&long);
    assert_eq!(explanation.refusal.as_deref(), Some(error.as_str()));
    assert!(error.len() > 256, "{error}");
    assert!(explanation.to_string().contains(error.rsplit(": ").next().expect("the advice")), "{explanation}");
}

/// The SHA-1 of the five octets comes from another program (`sha1sum`).
#[test]
fn a_ticket_says_which_it_is_and_an_unknown_token_is_no_fault() {
    let gss = "http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#GSS_Kerberosv5_AP_REQ";
    let with = |value_type: &str, octets: &str| {
        let token = format!(
            "<wsse:BinarySecurityToken xmlns:wsse=\"{}\" ValueType=\"{value_type}\">{octets}</wsse:BinarySecurityToken>",
            name::WSSE.uri
        );
        let message = signed(SOAP11);
        let end = message.find("</wsse:Security>").expect("the header");
        crate::explained(&format!("{}{token}{}", &message[..end], &message[end..])).to_string()
    };
    let text = with(gss, "YAMBAgM=");
    assert!(text.contains("Kerberos ticket with SHA-1: wbli1MfFxiVnwV5LCTZxNhgxeo8="), "{text}");
    let text = with("urn:of-a-bank#Token", "AAAA");
    assert!(text.contains("ValueType: urn:of-a-bank#Token") && !text.contains("unsupported"), "{text}");
    let text = with(gss, "AAAA");
    assert!(text.contains("an AP-REQ in the form its ValueType says"), "{text}");
}

/// lsh123/xmlsec#607: the EncryptedKey is in the KeyInfo of its data, and no list names it.
#[test]
fn ciphertext_that_no_list_names_is_explained_as_the_receiver_reads_it() {
    let golden = encrypted(KeyTransport::oaep_mgf1p(), ContentEncryption::Aes128Gcm);
    let (before, rest) = golden.split_once("<xenc:EncryptedKey").expect("the key");
    let (key, after) = rest.split_once("</xenc:EncryptedKey>").expect("its end");
    let (key, _) = key.split_once("<xenc:ReferenceList>").expect("the list");
    let info =
        format!("<ds:KeyInfo xmlns:ds=\"{}\"><xenc:EncryptedKey{key}</xenc:EncryptedKey></ds:KeyInfo>", name::DS.uri);
    let at = after.find("<xenc:CipherData>").expect("the data");
    let message = format!("{before}{}{info}{}", &after[..at], &after[at..]);
    let strict = explained(&message).to_string();
    assert!(strict.contains("call `accept_unlisted_encrypted_data`"), "{strict}");
    let accepting = receiver().accept_unlisted_encrypted_data();
    let bob = accepting.clone().decrypt_with(identity("bob"));
    assert!(bob.open(&message).is_ok());
    let explanation = bob.explain(&message);
    assert!(explanation.fits() && explanation.refusal.is_none(), "{explanation}");
    // Signed as ciphertext: the digests fit before it is decrypted.
    let ciphertext = digesting(&message, body(&message));
    let explanation = bob.explain(&ciphertext);
    assert!(explanation.fits(), "{explanation}");
    // What the ciphertext lacks is told of it, and for whom it is.
    let value = content_of(&golden);
    let octets = base64_decode(&value, 1 << 20).expect("base64");
    let explanation = bob.explain(message.replacen(&value, &base64_encode(&octets[..octets.len() - 16]), 1));
    assert_eq!(words(&explanation), ["ciphertext-otherwise"], "{explanation}");
    let explanation = accepting.decrypt_with(identity("carol")).explain(&message);
    assert!(matches!(explanation.ciphertexts[0].outcome, Outcome::ForAnother { .. }), "{explanation}");
}
