//! Whom `wss dsig verify` believes, and what it says that a signature proves.

mod common;

use std::path::PathBuf;

use ws_security::crypto::{KeyWrap, SystemRandom, wrap};
use ws_security::xmlenc::{KeyMethod, write_encrypted_key};
use ws_security::{Certificate, Secret};
use wss_profile::algorithms;

fn wss(arguments: &str, input: &str) -> (Option<i32>, String, String) {
    // A blank in a word of ours is written as a tilde.
    let words: Vec<String> = arguments.split_whitespace().map(|word| word.replace('~', " ")).collect();
    let output = common::wss(words.iter().map(String::as_str), input);
    let text = |octets: Vec<u8>| String::from_utf8(octets).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn file(octets: &[u8]) -> PathBuf {
    let path = tempfile::NamedTempFile::new().expect("a file").into_temp_path().keep().expect("kept");
    std::fs::write(&path, octets).expect("written");
    path
}

fn signed_by(name: &str) -> String {
    let sign = format!("dsig sign --key KEYS/{name}.key --cert KEYS/{name}.pem --reference #x -");
    let (code, signed, told) = wss(&sign, "<a><b xml:id='x'>1</b></a>");
    assert_eq!(code, Some(0), "{told}");
    signed
}

/// A document with a MAC under `secret`, whose `ds:KeyInfo` is this.
fn with_mac(secret: &Secret, key_info: &str) -> String {
    let secret = file(secret.as_octets());
    let sign = format!("dsig sign --secret name={} --reference #x -", secret.display());
    let (code, signed, told) = wss(&sign, "<order><b xml:id='x'>1</b></order>");
    assert_eq!(code, Some(0), "{told}");
    let name = "<ds:KeyName>name</ds:KeyName>";
    assert!(signed.contains(name), "{signed}");
    signed.replace(name, key_info)
}

/// Everyone has Bob's certificate, and so everyone can make a MAC under a key that is encrypted to him.
#[test]
fn a_mac_under_a_key_that_is_encrypted_to_the_receiver_proves_no_author() {
    let pem = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys/bob.pem")).expect("a file");
    let bob = Certificate::from_pem(&pem).expect("a certificate");
    let secret = Secret::generate(&SystemRandom, 32).expect("random");
    let transport = algorithms::key_transport(None, None, None).expect("a method");
    let wrapped = bob.public_key().wrap_key(&transport, &secret).expect("wrapped");
    let key = write_encrypted_key(None, &KeyMethod::Transport(transport), None, &wrapped, &[]);
    let forged = with_mac(&secret, &key);
    for keys in ["", "--cert KEYS/bob.pem", "--trust KEYS/ca.pem --cert KEYS/alice.pem", "--insecure-keyvalue"] {
        let (code, _, told) = wss(&format!("dsig verify --key KEYS/bob.key {keys} -"), &forged);
        assert_eq!(code, Some(1), "{keys}: {told}");
        assert!(told.contains("anyone can have made it") && told.contains("--anonymous"), "{keys}: {told}");
    }
    let anonymous = "dsig verify --key KEYS/bob.key --anonymous";
    let (code, report, told) = wss(&format!("{anonymous} --format json -"), &forged);
    assert_eq!(code, Some(0), "{told}");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(
        report["proves"],
        "integrity only: the key is one of the message, encrypted to a given key, as anyone can do"
    );
    assert_eq!(report["signer"], serde_json::Value::Null);
    let (code, report, told) = wss(&format!("{anonymous} -"), &forged);
    assert!(
        code == Some(0) && report.contains("integrity only") && told.contains("nothing about who"),
        "{report}{told}"
    );
    assert_eq!(wss(&format!("{anonymous} -"), &forged.replace(">1<", ">2<")).0, Some(1));
    assert_eq!(wss("dsig verify --key KEYS/alice.key --anonymous -", &forged).0, Some(1), "it is Bob's");
}

/// Only those who share the wrapping secret can have wrapped it.
#[test]
fn a_mac_under_a_key_that_is_wrapped_under_a_given_secret_counts_as_given() {
    let (ours, secret) = (Secret::new(vec![7; 32]), Secret::new(vec![9; 32]));
    let wrapped = wrap(KeyWrap::Aes256, &ours, &secret, &SystemRandom).expect("wrapped");
    let key = write_encrypted_key(None, &KeyMethod::Wrap(KeyWrap::Aes256), None, &wrapped, &[]);
    let signed = with_mac(&secret, &key);
    let (given, other) = (file(ours.as_octets()), file(&[8; 32]));
    let (code, report, told) = wss(&format!("dsig verify --secret {} -", given.display()), &signed);
    assert!(code == Some(0) && report.contains("integrity, under a key that was given"), "{report}{told}");
    assert_eq!(wss(&format!("dsig verify --secret {} --anonymous -", other.display()), &signed).0, Some(1));
}

#[test]
fn the_report_names_the_signer_and_what_vouches_for_it() {
    let signed = signed_by("alice");
    for (keys, proves, has_path, signer) in [
        ("--trust KEYS/ca.pem", "below an anchor that was given", true, true),
        ("--cert KEYS/alice.pem", "under the key of a certificate that was given", false, true),
        ("--cert KEYS/alice.pem --cert-needs-path --trust KEYS/ca.pem", "certificate that was given", false, true),
        ("--key KEYS/alice.key", "under a key that was given", false, false),
    ] {
        let (code, report, told) = wss(&format!("dsig verify {keys} --format json -"), &signed);
        assert_eq!(code, Some(0), "{keys}: {told}");
        let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
        assert!(report["proves"].as_str().is_some_and(|text| text.contains(proves)), "{keys}: {report}");
        let named = report["signer"].as_str();
        assert_eq!(named.is_some_and(|name| name.contains("CN=Alice")), signer, "{keys}: {report}");
        assert_eq!(report["serial"].is_string(), signer, "{keys}: {report}");
        assert_eq!(report["path"].as_array().is_some_and(|path| !path.is_empty()), has_path, "{keys}: {report}");
        let (_, report, _) = wss(&format!("dsig verify {keys} -"), &signed);
        assert_eq!(report.contains("\nsigner ") && report.contains("CN=Alice"), signer, "{keys}: {report}");
        assert!(report.contains(proves), "{keys}: {report}");
    }
}

#[test]
fn signers_below_an_anchor_can_be_restricted() {
    let (alice, carol) = (signed_by("alice"), signed_by("carol"));
    for (options, of_alice, of_carol) in [
        ("--trust KEYS/ca.pem", 0, 0),
        ("--trust KEYS/ca.pem --signer CN=Alice", 0, 1),
        ("--trust KEYS/ca.pem --signer CN=Nobody", 1, 1),
        ("--trust KEYS/ca.pem --signer CN=Alice --signer CN=Carol", 0, 0),
        ("--trust KEYS/ca.pem --signer CN=Alice~&&~CN=Carol", 1, 1),
        // A pin is accepted beside the rules, and must fit them where it needs a path.
        ("--trust KEYS/ca.pem --signer CN=Alice --cert KEYS/carol.pem", 0, 0),
        ("--trust KEYS/ca.pem --signer CN=Alice --cert KEYS/carol.pem --cert-needs-path", 1, 1),
        // The pin is the signer, and has a path.
        ("--trust KEYS/ca.pem --cert KEYS/alice.pem --cert-needs-path", 0, 1),
        ("--trust KEYS/ca.pem --cert KEYS/carol.pem --cert-needs-path", 1, 0),
        ("--trust KEYS/ca.pem --signer nonsense", 2, 2),
        ("--signer CN=Alice", 2, 2),
    ] {
        for (message, expected) in [(&alice, of_alice), (&carol, of_carol)] {
            let (code, _, told) = wss(&format!("dsig verify {options} -"), message);
            assert_eq!(code, Some(expected), "{options}: {told}");
        }
    }
    let (_, _, told) = wss("dsig verify --trust KEYS/ca.pem --cert KEYS/alice.pem --cert-needs-path -", &carol);
    assert!(told.contains("CN=Carol") && told.contains("--cert-needs-path"), "{told}");
    let (_, _, told) = wss("dsig verify --trust KEYS/ca.pem --signer CN=Alice -", &carol);
    assert!(told.contains("CN=Carol") && told.contains("--signer"), "{told}");
}

#[test]
fn a_public_key_has_no_path() {
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let key = file(pem.as_bytes());
    let verify = format!("dsig verify --cert {} --trust KEYS/ca.pem", key.display());
    let (code, _, told) = wss(&format!("{verify} --cert-needs-path -"), &signed_by("alice"));
    assert!(code == Some(2) && told.contains("--key"), "{told}");
    assert_eq!(wss(&format!("{verify} -"), &signed_by("alice")).0, Some(0), "the anchor vouches");
}

/// `document`, with this as the URI of the reference; the signature fits no more.
fn referring_to(uri: &str) -> String {
    signed_by("alice").replace("URI=\"#x\"", &format!("URI=\"{uri}\""))
}

/// A document names files before anything says that its author may.
#[test]
fn files_of_base_are_regular_ones_within_the_limits() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("small"), "hello").expect("written");
    // No block of it is there: whoever reads it is told of 600 MiB.
    std::fs::File::create(path("large")).expect("a file").set_len(600 << 20).expect("a length");
    let raw = "http://www.w3.org/2000/09/xmldsig#rawX509Certificate";
    let named = |uri: &str| {
        let signed = signed_by("alice");
        let (start, end) = ("<ds:X509Data", "</ds:X509Data>");
        let data = signed.find(start).expect("a certificate")..signed.find(end).expect("its end") + end.len();
        let method = format!("<ds:RetrievalMethod URI=\"{uri}\" Type=\"{raw}\"></ds:RetrievalMethod>");
        signed.replace(&signed[data], &method.repeat(4))
    };
    let verify = |options: &str, message: &str| {
        wss(&format!("dsig verify {options} --base {} -", folder.path().display()), message)
    };
    // Where the reference leads there is named by the signature itself only if its value fits: sign one by hand.
    let (code, _, told) = verify("--trust KEYS/ca.pem", &named("large"));
    assert!(code == Some(1) && told.contains("--limit digested-octets="), "{told}");
    // A key of the caller needs none of it.
    assert_eq!(verify("--cert KEYS/alice.pem", &named("large")).0, Some(0));
    assert_eq!(verify("--cert KEYS/alice.pem", &named("small")).0, Some(0));
    let alice = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys/alice.pem")).expect("a file");
    let der = Certificate::from_pem(&alice).expect("a certificate").der().to_vec();
    std::fs::write(path("certificate"), der).expect("written");
    let (code, _, told) = verify("--trust KEYS/ca.pem", &named("certificate"));
    assert_eq!(code, Some(0), "{told}");
    #[cfg(unix)]
    {
        let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().expect("mkfifo");
        assert!(made.success());
        let (code, _, told) = verify("--trust KEYS/ca.pem", &named("pipe"));
        assert!(code == Some(1) && told.contains("not a regular file"), "{told}");
    }
    assert_eq!(verify("--cert KEYS/alice.pem", &referring_to("large")).0, Some(1), "its value does not fit");
}

#[test]
fn a_uri_has_one_file() {
    let (one, other) = (file(b"1"), file(b"2"));
    let map = |uri: &str, path: &PathBuf| format!("--map {uri}={}", path.display());
    let verify = |maps: String| wss(&format!("dsig verify --cert KEYS/alice.pem {maps} -"), &signed_by("alice"));
    assert_eq!(verify(format!("{} {}", map("urn:a", &one), map("urn:b", &other))).0, Some(0));
    for other in [&one, &other] {
        let (code, _, told) = verify(format!("{} {}", map("urn:a", &one), map("urn:a", other)));
        assert!(code == Some(2) && told.contains("urn:a") && told.contains("twice"), "{told}");
    }
}

/// Errors name options that this command has.
#[test]
fn errors_about_trust_name_options_of_documents() {
    let signed = signed_by("alice");
    for (options, code) in [
        ("--trust KEYS/carol.pem", 2),
        ("--trust KEYS/paths/no-ca.pem", 2),
        ("--trust KEYS/paths/good-ca.pem", 1),
        ("--trust KEYS/paths/good-ca.pem --cert KEYS/alice.pem --cert-needs-path", 1),
    ] {
        let (found, _, told) = wss(&format!("dsig verify {options} -"), &signed);
        assert!(found == Some(code) && told.contains("--cert"), "{options}: {told}");
        assert!(!told.contains("--pin"), "{options}: {told}");
    }
}

#[test]
fn signatures_that_are_not_judged_are_told() {
    let signed = signed_by("alice");
    let (code, _, told) = wss("dsig verify --trust KEYS/ca.pem -", &signed);
    assert!(code == Some(0) && !told.contains("and not the other"), "{told}");
    let at = signed.rfind("</").expect("an end tag");
    let two =
        format!("{}<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>{}", &signed[..at], &signed[at..]);
    let (_, _, told) = wss("dsig verify --trust KEYS/ca.pem -", &two);
    assert!(told.contains("the first ds:Signature of the document is judged, and not the other 1"), "{told}");
}

/// Carol's certificate is on the list of her authority.
#[test]
fn revoked_signers_are_refused_below_an_anchor_and_pinned() {
    let crl = "--crl KEYS/ca.crl --now 2026-12-01T00:00:00Z";
    for (name, options, code) in [
        ("carol", "--trust KEYS/ca.pem", 0),
        ("carol", &*format!("--trust KEYS/ca.pem {crl}"), 1),
        ("carol", &*format!("--cert KEYS/carol.pem --trust KEYS/ca.pem {crl}"), 1),
        ("carol", &*format!("--cert KEYS/carol.pem --key KEYS/carol.key --trust KEYS/ca.pem {crl}"), 1),
        ("alice", &*format!("--trust KEYS/ca.pem {crl}"), 0),
        ("alice", &*format!("--cert KEYS/alice.pem --key KEYS/alice.key --trust KEYS/ca.pem {crl}"), 0),
        ("alice", &*format!("--cert KEYS/alice.pem --trust KEYS/ca.pem {crl}"), 0),
    ] {
        let (found, _, told) = wss(&format!("dsig verify {options} -"), &signed_by(name));
        assert_eq!(found, Some(code), "{name} {options}: {told}");
        assert!(code == 0 || told.contains("revoked"), "{name} {options}: {told}");
    }
}

#[test]
fn a_signer_of_version_1_counts_by_a_named_option() {
    let signed = signed_by("v1");
    let (code, _, told) = wss("dsig verify --trust KEYS/ca.pem -", &signed);
    assert!(code == Some(1) && told.contains("--accept-certificates-of-version-1"), "{told}");
    for option in ["--accept-certificates-of-version-1", "--allow-legacy"] {
        let (code, _, told) = wss(&format!("dsig verify --trust KEYS/ca.pem {option} -"), &signed);
        assert_eq!(code, Some(0), "{option}: {told}");
        let (code, ..) = wss(&format!("dsig verify --trust KEYS/twin-ca.pem {option} -"), &signed);
        assert_eq!(code, Some(1), "{option}");
    }
}

#[test]
fn what_is_missing_or_too_short_is_named() {
    let secret = Secret::generate(&SystemRandom, 32).expect("random");
    let mac = with_mac(&secret, "<ds:KeyName>name</ds:KeyName>");
    let (code, _, told) = wss("dsig verify --cert KEYS/alice.pem -", &mac);
    assert!(code == Some(1) && told.contains("does not fit") | told.contains("cannot run"), "{told}");
    let other = file(secret.as_octets());
    let (code, _, told) = wss(&format!("dsig verify --secret other={} -", other.display()), &mac);
    assert!(code == Some(1) && told.contains("MAC") && told.contains("--secret"), "{told}");
    let method = mac.find("hmac-sha256\"").expect("a method") + "hmac-sha256\"".len();
    let cut = |bits: &str| {
        let end = mac[method..].find('>').expect("its end") + method + 1;
        format!("{}<ds:HMACOutputLength>{bits}</ds:HMACOutputLength>{}", &mac[..end], &mac[end..])
    };
    for (bits, says) in [("120", "cut to 120 bits"), ("136", "says 136 bits")] {
        let verify = format!("dsig verify --allow-legacy --secret name={} -", other.display());
        let (code, _, told) = wss(&verify, &cut(bits));
        assert!(code == Some(1) && told.contains(says), "{bits}: {told}");
    }
    let (code, _, told) = wss("dsig verify --key KEYS/alice.key --allow rsa-md5 -", &mac);
    assert!(code == Some(2) && told.contains("--dangerous-retired"), "{told}");
    let latin = "<?xml version='1.0' encoding='ISO-8859-1'?><a/>";
    let (code, _, told) = wss("dsig verify --key KEYS/alice.key -", latin);
    assert!(code == Some(1) && told.contains("--accept-other-encodings"), "{told}");
}

/// Parameters of RSA-PSS that the method does not have, as openssl signs with them.
#[test]
fn other_parameters_of_pss_are_read_in_documents_by_the_legacy_option() {
    let signed = signed_by("alice");
    let (start, end) =
        (signed.find("<ds:SignedInfo>").expect("a start"), signed.find("</ds:SignatureValue>").expect("an end"));
    let signed_info = &signed[start..signed.find("<ds:SignatureValue>").expect("a value")];
    let method =
        "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"></ds:SignatureMethod>";
    assert!(signed_info.contains(method), "{signed_info}");
    let digest = |name: &str| format!("<ds:DigestMethod Algorithm=\"{name}\"></ds:DigestMethod>");
    let (sha1, sha256) = ("http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2001/04/xmlenc#sha256");
    let pss = "http://www.w3.org/2007/05/xmldsig-more#";
    for (salt, mask, mask_uri, is_usual) in [
        ("32", "sha256", sha256, true),
        ("20", "sha256", sha256, false),
        ("0", "sha1", sha1, false),
        ("222", "sha1", sha1, false),
    ] {
        let parameters = format!(
            "<ds:SignatureMethod Algorithm=\"{pss}rsa-pss\"><p:RSAPSSParams xmlns:p=\"{pss}\">{}<p:MaskGenerationFunction \
             Algorithm=\"{pss}MGF1\">{}</p:MaskGenerationFunction><p:SaltLength>{salt}</p:SaltLength></p:RSAPSSParams>\
             </ds:SignatureMethod>",
            digest(sha256),
            digest(mask_uri)
        );
        let signed_info = signed_info.replacen(method, &parameters, 1);
        let canonical = signed_info.replacen(
            "<ds:SignedInfo>",
            "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">",
            1,
        );
        let octets = file(canonical.as_bytes());
        let key = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys/alice.key");
        let options =
            ["rsa_padding_mode:pss".to_owned(), format!("rsa_pss_saltlen:{salt}"), format!("rsa_mgf1_md:{mask}")];
        let options = options.iter().flat_map(|option| ["-sigopt", option]);
        let output = std::process::Command::new("openssl")
            .args(["dgst", "-sha256", "-sign", key])
            .args(options)
            .arg(&octets)
            .output()
            .expect("openssl");
        assert!(output.status.success(), "{output:?}");
        let value = ws_security::c14n::base64_encode(&output.stdout);
        let document = format!("{}{signed_info}<ds:SignatureValue>{value}{}", &signed[..start], &signed[end..]);
        let (code, _, told) = wss("dsig verify --cert KEYS/alice.pem -", &document);
        assert_eq!(code, Some(if is_usual { 0 } else { 1 }), "{salt} {mask}: {told}");
        assert!(is_usual || told.contains("--allow-legacy"), "{salt} {mask}: {told}");
        let legacy = "dsig verify --allow-legacy --cert KEYS/alice.pem -";
        let (code, _, told) = wss(legacy, &document);
        assert_eq!(code, Some(0), "{salt} {mask}: {told}");
        // The parameters say how the value was made.
        for (from, to) in
            [(format!(">{salt}<"), ">21<".to_owned()), (mask_uri.to_owned(), sha256.replace("256", "512"))]
        {
            let other = document.replacen(&from, &to, 1);
            assert_ne!(other, document);
            assert_eq!(wss(legacy, &other).0, Some(1), "{salt} {mask}, changed to {to}");
        }
    }
}
