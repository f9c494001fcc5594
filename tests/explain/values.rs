//! The causes of signature values.

use std::time::Duration;

use ws_security::c14n::{Canonicalization, CanonicalizationMethod, base64_encode};
use ws_security::crypto::{Digest, HmacKey, SigningKey as _};
use ws_security::prelude::*;
use ws_security::{
    DangerousNoReplayCache, DigestMethod, Explanation, ProtectionToken, Secret, SecureConversation, SignatureMethod,
    Verdict,
};

use crate::common::*;
use crate::forge::{between, canonical, signing as signed_with, with_value};
use crate::{differences, explained, is_explained_by, words};

fn message() -> String {
    signed(SOAP11)
}

fn signed_info(message: &str, method: CanonicalizationMethod) -> String {
    canonical(message, "SignedInfo", &Canonicalization::new(method))
}

fn exclusive(message: &str) -> String {
    signed_info(message, CanonicalizationMethod::Exclusive)
}

#[test]
fn what_fits_is_not_explained() {
    let explanation = explained(&message());
    assert!(explanation.fits() && differences(&explanation) == 0, "{explanation}");
    assert_eq!(explanation.refusal, None);
    assert_eq!(explanation.signatures[0].references.len(), 3);
    assert!(explanation.to_string().contains("signature value: fits"), "{explanation}");
}

#[test]
fn another_form_of_signed_info_is_named() {
    let message = message();
    let inclusive = signed_info(&message, CanonicalizationMethod::Inclusive);
    let broken = signed_with(&message, inclusive.as_bytes(), SignatureMethod::RsaSha256);
    let explanation = is_explained_by(&broken, &["other-canonicalization"]);
    assert!(explanation.to_string().contains("PKCS#1 v1.5 with SHA-256"), "{explanation}");
    assert!(explanation.to_string().contains("REC-xml-c14n-20010315"), "{explanation}");
    // A gateway that indents the signature, too.
    let indented = message.replace("<ds:Reference ", "\n  <ds:Reference ");
    is_explained_by(&indented, &["white-space-added"]);
    let renamed = message.replace("ds:", "dsig:").replace("xmlns:ds=", "xmlns:dsig=");
    is_explained_by(&renamed, &["prefix-rewritten"]);
}

#[test]
fn a_value_over_something_else_is_named() {
    let message = message();
    let over = |octets: &[u8]| signed_with(&message, octets, SignatureMethod::RsaSha256);
    let explanation = is_explained_by(
        &over(canonical(&message, "Body", &Canonicalization::default()).as_bytes()),
        &["signed-otherwise"],
    );
    assert!(explanation.to_string().contains("names, and not over ds:SignedInfo"), "{explanation}");
    let digest = between(&message, "<ds:DigestValue>", "</ds:DigestValue>");
    is_explained_by(&over(digest.as_bytes()), &["signed-otherwise"]);
    let decoded = ws_security::c14n::base64_decode(digest, 64).expect("base64");
    is_explained_by(&over(&decoded), &["signed-otherwise"]);
    // ds:SignedInfo as it is in the source, where its prefix is declared further up.
    let cut = exclusive(&message).replacen(" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"", "", 1);
    assert_ne!(cut, exclusive(&message));
    is_explained_by(&over(cut.as_bytes()), &["not-canonicalized"]);
}

#[test]
fn another_digest_or_padding_is_named() {
    let message = message();
    let octets = exclusive(&message);
    for method in [SignatureMethod::RsaSha1, SignatureMethod::RsaSha384, SignatureMethod::RsaSha512] {
        is_explained_by(&signed_with(&message, octets.as_bytes(), method), &["other-method"]);
    }
    is_explained_by(&signed_with(&message, octets.as_bytes(), SignatureMethod::RsaPssSha256), &["other-padding"]);
    is_explained_by(
        &signed_with(&message, octets.as_bytes(), SignatureMethod::RsaPssSha384),
        &["other-padding", "other-method"],
    );
    // The digest is signed as if it were the text: it is digested twice.
    let digest = Digest::of(DigestMethod::Sha256, octets.as_bytes());
    is_explained_by(&signed_with(&message, digest.as_octets(), SignatureMethod::RsaSha256), &["digest-of-digest"]);
}

#[test]
fn salts_and_masks_of_pss_are_named() {
    // What OpenSSL makes with other parameters than the method fixes.
    let pss = message().replace(SignatureMethod::RsaSha256.uri(), SignatureMethod::RsaPssSha256.uri());
    let octets = exclusive(&pss);
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    std::fs::write(&input, &octets).expect("written");
    let key = format!("{}/vectors/keys/alice.key", env!("CARGO_MANIFEST_DIR"));
    let made = |options: &[&str]| {
        let mut command = std::process::Command::new("openssl");
        command.args(["dgst", "-sha256", "-sign", &key, "-sigopt", "rsa_padding_mode:pss"]);
        command.args(options.iter().flat_map(|option| ["-sigopt", option])).arg("-out").arg(&output).arg(&input);
        let status = command.status();
        status.is_ok_and(|status| status.success()).then(|| std::fs::read(&output).expect("a value"))
    };
    let cases: [(&[&str], &[&str]); 4] = [
        (&["rsa_pss_saltlen:32"], &[]),
        (&["rsa_pss_saltlen:20"], &["salt-length"]),
        (&["rsa_pss_saltlen:max"], &["salt-length"]),
        (&["rsa_pss_saltlen:32", "rsa_mgf1_md:sha1"], &["other-mask"]),
    ];
    for (options, expected) in cases {
        let Some(value) = made(options) else {
            println!("SKIPPED: openssl cannot sign with {options:?}");
            continue;
        };
        let explanation = explained(&with_value(&pss, &value));
        assert_eq!(words(&explanation), expected, "{options:?}: {explanation}");
        assert_eq!(explanation.signatures[0].value.fits(), expected.is_empty(), "{explanation}");
    }
}

#[test]
fn comments_in_signed_info_and_bare_digests_are_named() {
    let message = message().replacen("xml-exc-c14n#\"", "xml-exc-c14n#WithComments\"", 1);
    let message = message.replacen("<ds:Reference ", "<!-- c --><ds:Reference ", 1);
    let broken = signed_with(&message, exclusive(&message).as_bytes(), SignatureMethod::RsaSha256);
    is_explained_by(&broken, &["comments-left-out"]);

    let message = signed(SOAP11);
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    let digest = Digest::of(DigestMethod::Sha256, exclusive(&message).as_bytes());
    std::fs::write(&input, digest.as_octets()).expect("written");
    let key = format!("{}/vectors/keys/alice.key", env!("CARGO_MANIFEST_DIR"));
    let mut command = std::process::Command::new("openssl");
    command.args(["pkeyutl", "-sign", "-inkey", &key, "-in"]).arg(&input).arg("-out").arg(&output);
    if command.status().is_ok_and(|status| status.success()) {
        is_explained_by(&with_value(&message, &std::fs::read(&output).expect("a value")), &["no-digest-info"]);
    } else {
        println!("SKIPPED: openssl cannot sign a bare digest");
    }
}

#[test]
fn another_of_the_known_keys_is_named() {
    let message = message();
    let octets = exclusive(&message);
    let value = identity("bob").signing_key().sign(SignatureMethod::RsaSha256, octets.as_bytes()).expect("a value");
    let broken = with_value(&message, &value);
    let explanation = is_explained_by(&broken, &["other-key"]);
    assert!(explanation.to_string().contains("Bob"), "{explanation}");
    // Nobody at hand made it.
    let value = identity("carol").signing_key().sign(SignatureMethod::RsaSha256, octets.as_bytes()).expect("a value");
    let explanation = is_explained_by(&with_value(&message, &value), &[]);
    assert!(explanation.to_string().contains("no padded digest under any of the"), "{explanation}");
    // The value is in little-endian order.
    let mut value =
        identity("alice").signing_key().sign(SignatureMethod::RsaSha256, octets.as_bytes()).expect("a value");
    value.reverse();
    is_explained_by(&with_value(&message, &value), &["reversed"]);
}

#[test]
fn a_changed_signed_info_is_told_from_a_wrong_key() {
    let message = message();
    let uri = between(&message, "<ds:Reference URI=\"", "\"").to_owned();
    // Its URI is found again, unless something else changed with it.
    let explanation = explained(&message.replacen(&format!("URI=\"{uri}\""), "URI=\"#other\"", 1));
    assert_eq!(words(&explanation), ["signed-info-changed", "reference-changed"], "{explanation}");
    let both = message.replacen(&format!("URI=\"{uri}\""), "URI=\"#other\" Type=\"urn:x\"", 1);
    let explanation = explained(&both);
    let text = explanation.to_string();
    assert!(
        text.contains("the digest inside the value is of other octets than this ds:SignedInfo")
            && text.contains("no element of the message has this Id"),
        "{text}"
    );
    assert!(matches!(explanation.signatures[0].value, Verdict::Differs { .. }));
}

/// A message that `name` signed with a key on a curve.
fn by_curve(name: &str) -> (String, Receiver) {
    let message =
        recipe().sign(Signing::with(&identity(name)).parts([Part::Body, Part::Timestamp])).secured(&envelope(SOAP11));
    let trust = Trust::pins([certificate(name)]);
    (message, Receiver::new(trust, Requirements::signed([Part::Body]), DangerousNoReplayCache))
}

#[test]
fn forms_of_ecdsa_values_are_named() {
    let (message, receiver) = by_curve("ec256");
    assert!(receiver.open(&message).is_ok());
    let explain = |value: &[u8]| -> Explanation { receiver.explain(with_value(&message, value)) };
    let text = between(&message, "<ds:SignatureValue>", "</ds:SignatureValue>");
    let value = ws_security::c14n::base64_decode(text, 1_024).expect("base64");
    let (r, s) = value.split_at(value.len() / 2);
    let integer = |number: &[u8]| {
        let number: Vec<u8> = number.iter().copied().skip_while(|octet| *octet == 0).collect();
        let number = if number[0] >= 0x80 { [&[0], number.as_slice()].concat() } else { number };
        [&[2, number.len() as u8], number.as_slice()].concat()
    };
    let content = [integer(r), integer(s)].concat();
    let der = [&[0x30, content.len() as u8], content.as_slice()].concat();
    assert_eq!(words(&explain(&der)), ["der-value"]);
    assert_eq!(words(&explain(&[s, r].concat())), ["halves-swapped"]);
    let back: Vec<u8> = [r.iter().rev().copied().collect::<Vec<u8>>(), s.iter().rev().copied().collect()].concat();
    assert_eq!(words(&explain(&back)), ["halves-otherwise"]);
    let other = identity("ec256")
        .signing_key()
        .sign(SignatureMethod::EcdsaSha512, exclusive(&message).as_bytes())
        .expect("a value");
    assert_eq!(words(&explain(&other)), ["other-method"]);
    let other = identity("ec256")
        .signing_key()
        .sign(SignatureMethod::EcdsaSha256, signed_info(&message, CanonicalizationMethod::Inclusive).as_bytes())
        .expect("a value");
    assert_eq!(words(&explain(&other)), ["other-canonicalization"]);
    // Without the leading zeros of a half.
    let short = (0..4_000).find_map(|_| {
        let value =
            identity("ec256").signing_key().sign(SignatureMethod::EcdsaSha256, exclusive(&message).as_bytes()).ok()?;
        let (r, s) = value.split_at(32);
        (r[0] == 0).then(|| [&r[1..], s].concat())
    });
    if let Some(short) = short {
        assert_eq!(words(&explain(&short)), ["halves-shortened"]);
    }
}

const SECRET: &[u8] = b"c2VjcmV0IG9mIGJvdGggcGFydGllcw==";

const OTHER: &[u8] = b"another secret of both parties";

/// A message under a MAC of `octets`, explained by a receiver that has [`SECRET`], which it names, and [`OTHER`].
fn under_mac(octets: &[u8], method: SignatureMethod, len: usize) -> Explanation {
    let token = ProtectionToken::security_context(SecureConversation::V1_3, "urn:ours", Secret::new(SECRET.to_vec()));
    let plan = Recipe::new().timestamp(Duration::from_secs(300));
    let message = plan.sign(Signing::with_token(&token).parts([Part::Body])).secured(&envelope(SOAP11));
    let key = HmacKey::of_any_length_for_legacy_use_only(octets.to_vec());
    let value = key.sign(method, exclusive(&message).as_bytes()).expect("a MAC");
    let message = with_value(&message, &value[..len.min(value.len())]);
    let receiver = receiver().shared_secret(Some("urn:ours".to_owned()), Secret::new(SECRET.to_vec()));
    receiver.shared_secret(Some("urn:other".to_owned()), Secret::new(OTHER.to_vec())).explain(&message)
}

#[test]
fn what_peers_make_of_a_secret_is_named() {
    let decoded = ws_security::c14n::base64_decode(std::str::from_utf8(SECRET).expect("text"), 64).expect("base64");
    let digits: String = SECRET.iter().map(|octet| format!("{octet:02x}")).collect();
    let (sha1, text) = (Digest::of(DigestMethod::Sha1, SECRET), base64_encode(SECRET));
    let cases: [(&[u8], &[&str]); 7] = [
        (SECRET, &[]),
        (text.as_bytes(), &["text-of-secret"]),
        (&decoded, &["text-of-secret"]),
        (digits.as_bytes(), &["text-of-secret"]),
        (&SECRET[..16], &["leading-octets"]),
        (OTHER, &["secret-otherwise"]),
        (sha1.as_octets(), &["text-of-secret"]),
    ];
    for (octets, expected) in cases {
        let explanation = under_mac(octets, SignatureMethod::HmacSha256, 32);
        assert_eq!(words(&explanation), expected, "{explanation}");
        assert_eq!(explanation.signatures[0].value.fits(), expected.is_empty(), "{explanation}");
    }
    assert_eq!(words(&under_mac(SECRET, SignatureMethod::HmacSha1, 20)), ["other-method"]);
    assert_eq!(words(&under_mac(SECRET, SignatureMethod::HmacSha256, 16)), ["truncated-value"]);
    assert_eq!(words(&under_mac(b"another secret of 24 oct", SignatureMethod::HmacSha256, 32)), Vec::<&str>::new());
    let text = under_mac(&decoded, SignatureMethod::HmacSha256, 32).to_string();
    assert!(!text.contains(std::str::from_utf8(SECRET).expect("text")), "a secret is shown: {text}");
}
