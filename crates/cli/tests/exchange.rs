//! Requests and replies in several processes: the state of an exchange is saved, and has the keys.

mod common;

use std::path::PathBuf;
use std::process::Output;

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><a xmlns=\"urn:a\">1</a></s:Body></s:Envelope>";

fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("exchange-{}-{name}", std::process::id()))
}

fn wss(arguments: &str, input: &str) -> Output {
    common::wss(arguments.split_whitespace(), input)
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn out(arguments: &str, input: &str) -> String {
    let output = wss(arguments, input);
    assert!(output.status.success(), "{arguments}: {}", told(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn refused(arguments: &str, input: &str) -> String {
    let output = wss(arguments, input);
    assert_eq!(output.status.code(), Some(1), "{arguments}: {}", told(&output));
    assert!(output.stdout.is_empty(), "{arguments}");
    told(&output)
}

#[test]
fn a_reply_with_the_key_of_its_request_opens_with_the_saved_state() {
    let (ours, theirs, other) = (scratch("ours"), scratch("theirs"), scratch("other"));
    let ask = |state: &PathBuf| {
        format!(
            "secure --symmetric --derive-keys 1.3 --to KEYS/bob.pem --timestamp 300 --exchange {} -",
            state.display()
        )
    };
    let request = out(&ask(&ours), ENVELOPE);
    let bob = "--decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem --anonymous";
    out(&format!("verify --require signed:Body {bob} --exchange {} -", theirs.display()), &request);
    let answer = format!("secure --confirm {} --reply-key --derive-keys 1.3 --timestamp 300 -", theirs.display());
    let reply = out(&answer, &ENVELOPE.replace(">1<", ">2<"));
    assert!(!reply.contains("urn:a") && reply.contains("EncryptedKeySHA1"), "{reply}");
    let verify = "verify --require signed:Body --require encrypted:Body --require confirmation --request";
    let body = out(&format!("{verify} {} -", ours.display()), &reply);
    assert!(body.contains(">2<"), "{body}");
    // The request alone has no keys, and another exchange has others.
    let sent = scratch("sent");
    std::fs::write(&sent, &request).expect("a file");
    refused(&format!("{verify} {} -", sent.display()), &reply);
    out(&ask(&other), ENVELOPE);
    refused(&format!("{verify} {} -", other.display()), &reply);
    refused(&format!("{verify} {} -", ours.display()), &reply.replace("<wsu:Created>2", "<wsu:Created>3"));
    // The request itself, sent back, is no reply.
    refused(&format!("{verify} {} -", ours.display()), &request);
}

#[test]
fn a_reply_is_encrypted_to_the_signer_of_the_request() {
    let state = scratch("signer");
    let request =
        out("secure --key KEYS/alice.key --cert KEYS/alice.pem --to KEYS/bob.pem --timestamp 300 -", ENVELOPE);
    let bob = "--decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem --trust KEYS/ca.pem";
    out(&format!("verify --require signed:Body {bob} --exchange {} -", state.display()), &request);
    let reply = out(
        &format!("secure --key KEYS/bob.key --cert KEYS/bob.pem --confirm {} --timestamp 300 -", state.display()),
        ENVELOPE,
    );
    let alice = "--decrypt-key KEYS/alice.key --decrypt-cert KEYS/alice.pem --trust KEYS/ca.pem";
    let sent = scratch("signer-sent");
    std::fs::write(&sent, &request).expect("a file");
    let verify = format!("verify --require signed:Body --require confirmation --request {}", sent.display());
    assert!(out(&format!("{verify} {alice} -"), &reply).contains("urn:a"));
    refused(
        &format!("{verify} --decrypt-key KEYS/carol.key --decrypt-cert KEYS/carol.pem --trust KEYS/ca.pem -"),
        &reply,
    );
}

/// CXF 4.2 in a suite of 128 bits answers a request whose key has 32 octets with the first 16 of them.
#[test]
fn a_reply_under_the_leading_octets_opens_with_the_options_that_are_named() {
    let peer = |name: &str| format!("{}/../../tests/peers/{name}.xml", env!("CARGO_MANIFEST_DIR"));
    let at = |path: &str| {
        let message = std::fs::read_to_string(path).expect("a message");
        let created =
            message.split("Created>").nth(1).and_then(|rest| rest.split('<').next()).expect("a time").to_owned();
        format!("--now {created}")
    };
    let (request, reply) = (peer("longer-secret-request"), peer("longer-secret-reply"));
    let state = scratch("longer");
    let bob = "--decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem --anonymous --require signed:Body";
    let cbc = "--allow aes128-cbc --allow aes256-cbc --dangerous-decrypt-cbc-before-verification";
    out(&format!("verify {bob} {cbc} {} --exchange {} {request}", at(&request), state.display()), "");
    let open =
        format!("verify {bob} {cbc} {} --request {} --accept-one-key-to-sign-and-encrypt", at(&reply), state.display());
    let why = refused(&format!("{open} {reply}"), "");
    assert!(why.contains("--accept-longer-secrets"), "{why}");
    assert!(!out(&format!("{open} --accept-longer-secrets {reply}"), "").is_empty());
}

#[test]
fn the_state_is_for_its_owner_alone() {
    let state = scratch("private");
    std::fs::write(&state, "wss-exchange 2\nend 0\n").expect("a file");
    out(&format!("secure --symmetric --derive-keys 1.3 --to KEYS/bob.pem --exchange {} -", state.display()), ENVELOPE);
    let text = std::fs::read_to_string(&state).expect("the state");
    assert!(text.starts_with("wss-exchange 2\n") && text.contains("\nkey "), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&state).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // A state that was changed is no answer about the message.
    std::fs::write(&state, text.replace("\nkey ", "\nkez ")).expect("a file");
    let verify = format!("verify --require signed:Body --request {} -", state.display());
    let output = wss(&verify, ENVELOPE);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("line 3") || told(&output).contains("line 2"), "{}", told(&output));
    let output = wss("secure --reply-key --to KEYS/bob.pem -", ENVELOPE);
    assert_eq!(output.status.code(), Some(2), "--reply-key goes with --confirm");
}
