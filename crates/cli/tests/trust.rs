//! Trust on the command line: anchors, pins and revocation lists, and which option an error names.

mod common;

fn wss(arguments: &str, input: &str) -> (Option<i32>, String, String) {
    let output = common::wss(arguments.split_whitespace(), input);
    let text = |octets: Vec<u8>| String::from_utf8(octets).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn signed(key: &str, certificate: &str) -> String {
    let envelope = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><a xmlns=\"urn:a\">1</a></s:Body></s:Envelope>";
    let arguments = format!("sign --key KEYS/{key}.key --cert KEYS/{certificate}.pem --timestamp 300 -");
    let (code, message, diagnostics) = wss(&arguments, envelope);
    assert_eq!(code, Some(0), "{diagnostics}");
    message
}

fn verified(options: &str, message: &str) -> (Option<i32>, String) {
    let (code, _, diagnostics) = wss(&format!("verify --require signed:Body {options} -"), message);
    (code, diagnostics)
}

#[test]
fn revocation_is_demanded_as_far_as_the_option_says() {
    let message = signed("alice", "paths/good");
    let path = "--trust KEYS/ca.pem --intermediate KEYS/paths/good-ca.pem";
    let (root, middle) = ("--crl KEYS/paths/nothing-revoked.crl", "--crl KEYS/paths/good-ca.crl");
    for (options, code, named) in [
        ("".to_owned(), 0, ""),
        (format!("{root} {middle}"), 0, ""),
        (format!("{root} {middle} --revocation whole-path"), 0, ""),
        (middle.to_owned(), 1, "--crl"),
        (middle.to_owned(), 1, "--revocation"),
        (middle.to_owned(), 1, "Example CA"),
        (format!("{middle} --revocation end-entity"), 0, ""),
        (format!("{root} --revocation end-entity"), 1, "good-ca"),
        (format!("{root} --revocation unknown-is-good"), 0, ""),
        ("--revocation whole-path".to_owned(), 1, "good-ca"),
        (format!("{middle} --crl KEYS/paths/good-ca-revoked.crl --revocation unknown-is-good"), 1, "revoked"),
        ("--revocation perhaps".to_owned(), 2, "whole-path"),
        ("--crl KEYS/alice.pem".to_owned(), 2, "--crl"),
        ("--eku 1.3.6.1.5.5.7.3.4".to_owned(), 0, ""),
        ("--eku email".to_owned(), 2, "--eku"),
    ] {
        let (found, diagnostics) = verified(&format!("{path} {options}"), &message);
        assert_eq!(found, Some(code), "{options}: {diagnostics}");
        assert!(diagnostics.contains(named), "{options}: {diagnostics}");
    }
}

#[test]
fn revoked_wins_over_pinned() {
    let message = signed("carol", "carol");
    assert_eq!(verified("--pin KEYS/carol.pem", &message).0, Some(0));
    for more in ["", "--trust KEYS/ca.pem", "--known-cert KEYS/ca.pem", "--revocation unknown-is-good"] {
        let (code, diagnostics) = verified(&format!("--pin KEYS/carol.pem --crl KEYS/ca.crl {more}"), &message);
        assert_eq!(code, Some(1), "{more}: {diagnostics}");
        assert!(diagnostics.contains("revoked"), "{more}: {diagnostics}");
    }
}

#[test]
fn anchors_that_are_no_authorities_are_refused() {
    let message = signed("alice", "alice");
    for anchor in ["alice.pem", "v1.pem", "paths/no-ca.pem", "paths/no-cert-sign.pem", "paths/version-1.pem"] {
        let (code, diagnostics) = verified(&format!("--trust KEYS/{anchor}"), &message);
        assert_eq!(code, Some(2), "{anchor}: {diagnostics}");
        assert!(diagnostics.contains("--pin"), "{anchor}: {diagnostics}");
    }
    let unchecked = "--trust KEYS/paths/version-1.pem --dangerous-unchecked-anchors";
    let under = signed("alice", "paths/under-version-1");
    assert_eq!(verified(unchecked, &under).0, Some(0));
}

/// OpenSSL makes the responses, as the authority itself.
#[test]
fn responses_of_ocsp_count_as_lists_do() {
    let keys = format!("{}/../../vectors/keys", env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let openssl = |arguments: &[&str]| {
        let output = std::process::Command::new("openssl").args(arguments).current_dir(&keys).output();
        output.ok().map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Some(serial) = openssl(&["x509", "-in", "alice.pem", "-noout", "-serial"]) else {
        eprintln!("SKIPPED: openssl is not installed, no response was verified");
        return;
    };
    let serial = serial.trim().trim_start_matches("serial=");
    let message = signed("alice", "alice");
    for (status, code, said) in
        [("V\t491231235959Z\t", 0, ""), ("R\t491231235959Z\t200101000000Z", 1, "revoked"), ("", 1, "responder")]
    {
        let line = if status.is_empty() { String::new() } else { format!("{status}\t{serial}\tunknown\t/CN=Alice\n") };
        std::fs::write(path("index.txt"), line).expect("written");
        let response = path("response.der");
        openssl(&[
            "ocsp",
            "-index",
            &path("index.txt"),
            "-CA",
            "ca.pem",
            "-rsigner",
            "ca.pem",
            "-rkey",
            "ca.key",
            "-issuer",
            "ca.pem",
            "-cert",
            "alice.pem",
            "-ndays",
            "1",
            "-respout",
            &response,
        ]);
        let (found, diagnostics) = verified(&format!("--trust KEYS/ca.pem --ocsp {response}"), &message);
        assert_eq!(found, Some(code), "{diagnostics}");
        assert!(diagnostics.contains(said), "{diagnostics}");
    }
    let (code, diagnostics) = verified("--trust KEYS/ca.pem --ocsp KEYS/ca.crl", &message);
    assert!(code == Some(2) && diagnostics.contains("--ocsp"), "{diagnostics}");
}

/// What an attester vouches for is for an audience, as what an issuer has signed.
#[test]
fn an_attester_alone_vouches_for_assertions_of_our_audience() {
    use ws_security::{NewAssertion, SamlVersion, crypto::SystemRandom};
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("assertion.xml").display().to_string();
    let envelope = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><a xmlns=\"urn:a\">1</a></s:Body></s:Envelope>";
    for (version, token) in [(SamlVersion::V1_1, "saml1"), (SamlVersion::V2_0, "saml2")] {
        let vouched = NewAssertion::new(version, "https://idp.example", "uid=bob").audience("urn:bank");
        let vouched = vouched.unsigned(std::time::SystemTime::now(), &SystemRandom).expect("written");
        std::fs::write(&path, vouched).expect("written");
        let sign = "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --part Body --part Assertion";
        let (code, message, told) = wss(&format!("{sign} --token {path} -"), envelope);
        assert_eq!(code, Some(0), "{told}");
        let keys = format!("--trust KEYS/ca.pem --saml-attester KEYS/alice.pem --require token:{token}");
        for (more, code) in [
            ("--audience urn:bank", 0),
            ("--audience urn:shop --audience urn:bank", 0),
            ("--audience urn:bank --recipient urn:here --saml-max-age 60", 0),
            ("--audience urn:shop", 1),
            ("", 0),
        ] {
            let (found, told) = verified(&format!("{keys} {more}"), &message);
            assert_eq!(found, Some(code), "{token} {more}: {told}");
        }
    }
    // Without anyone who answers for assertions, an audience is none of them.
    let (code, told) = verified("--trust KEYS/ca.pem --audience urn:bank", envelope);
    assert!(code == Some(2) && told.contains("--saml-issuer or --saml-attester"), "{told}");
    let (code, told) = verified("--trust KEYS/ca.pem --saml-attester KEYS/alice.pem --accept-id-cards 3", envelope);
    assert!(code == Some(2) && told.contains("--accept-id-cards needs --saml-issuer"), "{told}");
}
