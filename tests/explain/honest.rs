//! An explanation says nothing that is false: shapes that were once explained wrongly, each with what must not be said of it.

use ws_security::c14n::{Canonicalization, CanonicalizationMethod, Document, Limits, base64_encode};
use ws_security::crypto::Digest;
use ws_security::prelude::*;
use ws_security::xmldsig::{DocumentSigning, sign_document};
use ws_security::{DangerousNoReplayCache, DigestMethod, Explanation, SignatureMethod, Verdict};

use crate::common::*;
use crate::forge::{between, body, canonical, digesting, signed_again, with_value};
use crate::{explained, is_explained_by, usual, words};

fn message() -> String {
    signed(SOAP11)
}

fn with_body(content: &str) -> String {
    let plain = envelope(SOAP11);
    let (before, rest) = plain.split_once("<s:Body>").expect("the Body");
    let (_, after) = rest.split_once("</s:Body>").expect("its end");
    recipe().sign(signing()).secured(&format!("{before}<s:Body>{content}</s:Body>{after}"))
}

fn says(explanation: &Explanation, what: &[&str]) {
    let text = explanation.to_string();
    what.iter().for_each(|what| assert!(text.contains(what), "{what}: {text}"));
}

fn says_not(explanation: &Explanation, what: &[&str]) {
    let text = explanation.to_string();
    what.iter().for_each(|what| assert!(!text.contains(what), "{what}: {text}"));
}

/// What the private operation of Alice's RSA key makes of a padded block; `None` without OpenSSL.
fn raw(block: &[u8]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    std::fs::write(&input, block).expect("written");
    let key = format!("{}/vectors/keys/alice.key", env!("CARGO_MANIFEST_DIR"));
    let mut command = std::process::Command::new("openssl");
    command.args(["pkeyutl", "-sign", "-inkey", &key, "-pkeyopt", "rsa_padding_mode:none", "-in"]);
    let status = command.arg(&input).arg("-out").arg(&output).status();
    if status.is_ok_and(|status| status.success()) {
        return Some(std::fs::read(&output).expect("a value"));
    }
    println!("SKIPPED: openssl cannot run the bare operation of RSA");
    None
}

fn padded(kind: u8, fill: u8, inside: &[u8]) -> Vec<u8> {
    [&[0, kind][..], &vec![fill; 253 - inside.len()], &[0], inside].concat()
}

/// How a message is explained whose value is this block under Alice's key.
fn of_block(message: &str, block: &[u8]) -> Option<Explanation> {
    Some(explained(&with_value(message, &raw(block)?)))
}

#[test]
fn what_is_inside_an_rsa_value_is_said_as_it_is() {
    let message = message();
    let octets = canonical(&message, "SignedInfo", &Canonicalization::default());
    let digest = |method| Digest::of(method, octets.as_bytes()).as_octets().to_vec();
    let sha256 = digest(DigestMethod::Sha256);
    let digits: String = sha256.iter().map(|octet| format!("{octet:02x}")).collect();
    let identifier = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
    let without_null = [&[0x30, 0x2F, 0x30, 0x0B][..], &identifier, &[4, 0x20], &sha256].concat();
    let md5 = [DigestMethod::Md5.digest_info(), &digest(DigestMethod::Md5)].concat();
    let zeros = [vec![0; 224], sha256.clone()].concat();
    let info = [DigestMethod::Sha256.digest_info(), &sha256].concat();
    let cases = [
        (padded(1, 0xFF, digits.as_bytes()), "digest-info-otherwise", "the hexadecimal text of the digest"),
        (padded(1, 0xFF, base64_encode(&sha256).as_bytes()), "digest-info-otherwise", "the base64 text of the digest"),
        (padded(1, 0xFF, &without_null), "digest-info-otherwise", "without the NULL"),
        (padded(1, 0xFF, &md5), "other-method", "rsa-md5"),
        (padded(2, 7, &info), "other-padding", "block type 2"),
        (zeros, "no-padding", "RSA without padding"),
    ];
    for (block, word, sentence) in cases {
        let Some(explanation) = of_block(&message, &block) else { return };
        assert_eq!(words(&explanation), [word], "{explanation}");
        says(&explanation, &[sentence]);
        says_not(&explanation, &["SHA-512", "not supported", "another key made it", "content itself was changed"]);
    }
    // A digest that is not known here is named by its identifier, and nothing is said of what was signed.
    let md4 = [0x30, 0x20, 0x30, 0x0C, 6, 8, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2, 4, 5, 0, 4, 0x10];
    let Some(explanation) = of_block(&message, &padded(1, 0xFF, &[&md4[..], &[9; 16]].concat())) else { return };
    assert_eq!(words(&explanation), Vec::<&str>::new(), "{explanation}");
    says(&explanation, &["object identifier is 1.2.840.113549.2.4"]);
    says_not(&explanation, &["usual changes were tried", "content itself was changed", "other octets than this"]);
    // A digest of something else.
    let other = [DigestMethod::Sha256.digest_info(), &[9; 32]].concat();
    let Some(explanation) = of_block(&message, &padded(1, 0xFF, &other)) else { return };
    says(&explanation, &["the digest inside the value is of other octets than this ds:SignedInfo"]);
    says_not(&explanation, &["content itself was changed"]);
    // Nothing was signed.
    let explanation = explained(&with_value(&message, &[0; 256]));
    says(&explanation, &["every octet of the value is zero"]);
    says_not(&explanation, &["usual changes were tried"]);
}

#[test]
fn a_digest_that_was_changed_does_not_blame_the_content() {
    let message = message();
    let digest = between(&message, "<ds:DigestValue>", "</ds:DigestValue>").to_owned();
    let explanation = is_explained_by(
        &message.replacen(&digest, &base64_encode(&[9; 32]), 1),
        &["signed-info-changed", "reference-changed"],
    );
    says_not(&explanation, &["content itself was changed", "usual changes were tried"]);
    // A method, a transform, and a URI, too.
    let transform = "http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>";
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"></ds:Transform>";
    for broken in [
        message.replacen("xmlenc#sha256", "xmlenc#sha512", 1),
        message.replacen(transform, inclusive, 1),
        message.replacen("<ds:Reference URI=\"#", "<ds:Reference URI=\"#x", 1),
    ] {
        let explanation = explained(&broken);
        assert_eq!(words(&explanation), ["signed-info-changed", "reference-changed"], "{explanation}");
        says_not(&explanation, &["have the sender name the method", "what the sender digests disagree"]);
    }
    // A reference that was added was not signed.
    let start = message.find("<ds:Reference ").expect("a reference");
    let end = message.find("</ds:Reference>").expect("its end") + "</ds:Reference>".len();
    let added = message[start..end].replacen("URI=\"#", "URI=\"#y", 1);
    let explanation = explained(&format!("{}{added}{}", &message[..start], &message[start..]));
    assert_eq!(words(&explanation), ["signed-info-changed", "reference-changed"], "{explanation}");
    says(&explanation, &["was not there when ds:SignedInfo was signed"]);
    // Where the value does not fit, either may have been changed.
    let (unsigned, _) = (message.replacen(&digest, &base64_encode(&[9; 32]), 1), ());
    let explanation = explained(&with_value(&unsigned, &[1; 256]));
    says(&explanation, &["the content itself or the digest in the message was changed"]);
    let explanation = explained(&message.replace(">Ann<", ">Mallory Malory<"));
    says(&explanation, &["most likely the content itself was changed", "or how the sender digested it"]);
}

#[test]
fn a_uri_with_white_space_or_escapes_has_its_number_sign() {
    let message = message();
    let uri = between(&message, "<ds:Reference URI=\"", "\"").to_owned();
    let spaced = signed_again(&message.replacen(&format!("URI=\"{uri}\""), &format!("URI=\" {uri} \""), 1));
    let explanation = is_explained_by(&spaced, &[]);
    assert!(explanation.fits(), "{explanation}");
    says(&explanation, &["white space around the URI"]);
    says_not(&explanation, &["lacks `#`", "no element of the message has this Id"]);
    let escaped: String = uri[1..].bytes().map(|octet| format!("%{octet:02X}")).collect();
    let explanation = explained(&signed_again(&message.replacen(&uri, &format!("#{escaped}"), 1)));
    says(&explanation, &["the Id is escaped in the URI"]);
    says_not(&explanation, &["no element of the message has this Id", "lacks `#`"]);
    // What is outside the message lacks nothing.
    let explanation = explained(&message.replacen(&uri, "http://example.com/x", 1));
    says_not(&explanation, &["lacks `#`"]);
}

#[test]
fn a_method_that_is_misspelt_is_not_a_padding() {
    let message = message();
    let right = SignatureMethod::RsaSha256.uri();
    for other in ["http://www.w3.org/2001/04/xmldsig-more#rsa-md5", &right.replace("rsa", "RSA"), &format!("{right} ")]
    {
        let broken = message.replacen(right, other, 1);
        let explanation = explained(&broken);
        assert_eq!(words(&explanation), ["signed-info-changed"], "{explanation}");
        let explanation = explained(&signed_again(&broken));
        assert_eq!(words(&explanation), ["other-method"], "{explanation}");
        says(&explanation, &["the value is made by http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"]);
        says_not(&explanation, &["padded by", "a digest by"]);
    }
}

#[test]
fn an_assertion_that_was_signed_as_a_document_was_not_canonicalised_otherwise() {
    let saml = "urn:oasis:names:tc:SAML:2.0:assertion";
    let assertion = format!(
        "<saml:Assertion xmlns:saml=\"{saml}\" ID=\"A1\" Version=\"2.0\" IssueInstant=\"2026-01-01T00:00:00Z\"><saml:Issuer>urn:i</saml:Issuer></saml:Assertion>"
    );
    let alice = identity("alice");
    let inclusive = Canonicalization::new(CanonicalizationMethod::Inclusive);
    let signing = DocumentSigning::new(SignatureMethod::RsaSha256).id_attributes(["ID"]);
    let signing = signing.canonicalization(inclusive.clone()).of_references(inclusive);
    let document = Document::parse(&assertion, &Limits::default()).expect("XML");
    let signed = sign_document(&document, &["A1".to_owned()], &signing, &**alice.signing_key()).expect("signed");
    let wsse = ws_security::c14n::name::WSSE.uri;
    let message = format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\" xmlns:g=\"urn:g\"><s:Header><wsse:Security xmlns:wsse=\"{wsse}\">{signed}</wsse:Security></s:Header><s:Body/></s:Envelope>"
    );
    let trust = Trust::pins([alice.certificate().clone()]);
    let knowing = Receiver::new(trust, Requirements::signed([Part::Body]), DangerousNoReplayCache);
    let explanation = knowing.explain(&message);
    assert_eq!(words(&explanation), ["namespace-added", "namespace-added"], "{explanation}");
    says_not(&explanation, &["which is not what the message says"]);
}

#[test]
fn a_signature_value_is_not_called_a_digest() {
    let message = message();
    let text = between(&message, "<ds:SignatureValue>", "</ds:SignatureValue>").to_owned();
    let value = ws_security::c14n::base64_decode(&text, 1_024).expect("base64");
    let digits: String = value.iter().map(|octet| format!("{octet:02x}")).collect();
    let explanation = explained(&with_value(&message, digits.as_bytes()));
    assert_eq!(words(&explanation), ["value-encoding"], "{explanation}");
    says_not(&explanation, &["of the digest"]);
    let octets = canonical(&message, "SignedInfo", &Canonicalization::default());
    let twice = Digest::of(DigestMethod::Sha256, octets.as_bytes());
    let explanation = explained(&crate::forge::signing(&message, twice.as_octets(), SignatureMethod::RsaSha256));
    assert_eq!(words(&explanation), ["digest-of-digest"], "{explanation}");
    says_not(&explanation, &["the value is the digest"]);
    let explanation = explained(&crate::forge::signing(&message, b"", SignatureMethod::RsaSha256));
    assert_eq!(words(&explanation), ["signed-otherwise"], "{explanation}");
    says_not(&explanation, &["reference selected nothing"]);
}

fn encrypted() -> String {
    recipe().sign(signing()).encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body])).secured(&envelope(SOAP11))
}

/// The number of changes that were tried on the first reference, and whether the search stopped.
fn tried(explanation: &Explanation) -> (usize, bool) {
    let differs = |reference: &ws_security::ExplainedReference| match &reference.verdict {
        Verdict::Differs { tried, stopped, .. } => Some((*tried, stopped.is_some())),
        _ => None,
    };
    explanation.signatures[0].references.iter().find_map(differs).expect("a digest that does not fit")
}

#[test]
fn of_ciphertext_nothing_is_said_about_its_content_and_little_is_tried() {
    let message = encrypted();
    let explanation = receiver().explain(&message);
    let (count, has_stopped) = tried(&explanation);
    assert!(count < 500 && !has_stopped, "{count}: {explanation}");
    says_not(&explanation, &["content itself", "stopped early"]);
    // The Body itself is ciphertext, so that nothing has its Id.
    let start = message.find("<s:Body").expect("the Body");
    let end = message.find("</s:Body>").expect("its end") + "</s:Body>".len();
    let inner = message.find("<xenc:EncryptedData").expect("ciphertext");
    let inner_end = message.find("</xenc:EncryptedData>").expect("its end") + "</xenc:EncryptedData>".len();
    let whole = format!("{}{}{}", &message[..start], &message[inner..inner_end], &message[end..]);
    for receiver in [receiver(), usual()] {
        let explanation = receiver.explain(&whole);
        says(&explanation, &["the element may be inside it"]);
        says_not(&explanation, &["content itself"]);
    }
}

#[test]
fn a_signature_over_ciphertext_is_searched_as_any_other() {
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let message = recipe().encrypt(encrypting).sign(signing()).secured(&envelope(SOAP11));
    assert!(receiver().decrypt_with(identity("bob")).open(&message).is_ok());
    let broken = message.replacen("<xenc:EncryptedData", "\n<xenc:EncryptedData", 1);
    let explanation = receiver().explain(&broken);
    assert_eq!(words(&explanation), ["white-space-added"], "{explanation}");
}

#[test]
fn what_was_digested_otherwise_is_not_said_of_a_value_that_fits() {
    let message = message();
    let explanation = explained(&digesting(&message, body(&message) + "\n"));
    assert_eq!(words(&explanation), ["trailing-newline"], "{explanation}");
    says_not(&explanation, &["only what the references name differs"]);
}

#[test]
fn a_header_that_was_left_out_with_its_blocks_is_more_than_a_security_header() {
    let message = with_body("<p/>");
    let id = crate::forge::between(&message[message.find(":Body ").expect("the Body")..], "wsu:Id=\"", "\"").to_owned();
    let whole = message.replace(&format!("URI=\"#{id}\""), "URI=\"\"");
    let octets = crate::forge::canonical(&whole, "Envelope", &ws_security::c14n::Canonicalization::default());
    let (start, end) = (octets.find("<s:Header>").expect("it"), octets.find("</s:Header>").expect("its end"));
    let octets = format!("{}{}", &octets[..start], &octets[end + "</s:Header>".len()..]);
    let old = crate::forge::between(&whole[whole.find("URI=\"\"").expect("it")..], "<ds:DigestValue>", "<").to_owned();
    let digest = ws_security::crypto::Digest::of(ws_security::DigestMethod::Sha256, octets.as_bytes());
    let digest = ws_security::c14n::base64_encode(digest.as_octets());
    let explanation = explained(&crate::forge::signed_again(&whole.replacen(&old, &digest, 1)));
    assert_eq!(words(&explanation), ["element-added"], "{explanation}");
}
