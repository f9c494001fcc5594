//! What peers need of the command line: blocks that must be understood, short names of algorithms, secrets whose names have
//! an equals sign, and the option that a refusal names.

mod common;

use std::path::PathBuf;
use std::process::Output;

const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";

fn wss(arguments: &[&str], input: &[u8]) -> Output {
    common::wss(arguments.iter().copied(), input)
}

#[track_caller]
fn out(arguments: &[&str], input: &[u8]) -> String {
    let output = wss(arguments, input);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What is said of a message that is refused.
#[track_caller]
fn refused(arguments: &[&str], input: &[u8]) -> String {
    let output = wss(arguments, input);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{arguments:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn file(name: &str, content: &[u8]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("peers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(name), content).expect("a file");
    folder.join(name)
}

fn envelope() -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header><a:Action xmlns:a=\"{ADDRESSING}\" \
         s:mustUnderstand=\"1\">urn:x</a:Action><x:B xmlns:x=\"urn:x\" s:mustUnderstand=\"1\"/></s:Header><s:Body><p>1</p>\
         </s:Body></s:Envelope>"
    )
}

const SIGN: [&str; 8] = ["sign", "--key", "KEYS/alice.key", "--cert", "KEYS/alice.pem", "--timestamp", "300", "-"];
const VERIFY: [&str; 6] = ["verify", "--trust", "KEYS/ca.pem", "--require", "signed:Body", "-"];

#[test]
fn blocks_are_understood_by_their_names_or_as_those_of_addressing() {
    let message = out(&SIGN, envelope().as_bytes());
    let with = |options: &[&str]| wss(&[&VERIFY[..], options].concat(), message.as_bytes());
    let told = String::from_utf8_lossy(&with(&[]).stderr).into_owned();
    assert!(told.contains("--understand"), "{told}");
    let action = format!("{{{ADDRESSING}}}Action");
    for (options, code) in [
        (vec!["--understand", "addressing", "--understand", "{urn:x}B"], 0),
        (vec!["--understand", &action, "--understand", "{urn:x}B"], 0),
        (vec!["--understand", "addressing"], 1),
        (vec!["--understand", "{urn:x}B"], 1),
        (vec!["--understand", "Action"], 2),
        (vec!["--understand", "Body"], 2),
    ] {
        assert_eq!(with(&options).status.code(), Some(code), "{options:?}");
    }
}

#[test]
fn algorithms_are_allowed_by_their_short_names() {
    let sha1 = ["--digest", "http://www.w3.org/2000/09/xmldsig#sha1", "--allow-legacy"];
    let clear = envelope().replace(" s:mustUnderstand=\"1\"", "");
    let message = out(&[&SIGN[..], &sha1].concat(), clear.as_bytes());
    let with = |options: &[&str]| wss(&[&VERIFY[..], options].concat(), message.as_bytes());
    assert!(String::from_utf8_lossy(&with(&[]).stderr).contains("--allow"));
    for (options, code) in [
        (vec!["--allow", "sha1"], 0),
        (vec!["--allow", "SHA1"], 0),
        (vec!["--allow", "http://www.w3.org/2000/09/xmldsig#sha1"], 0),
        (vec!["--allow", "rsa-sha1"], 1),
        (vec!["--allow", "sha11"], 2),
    ] {
        assert_eq!(with(&options).status.code(), Some(code), "{options:?}");
    }
    let told = String::from_utf8_lossy(&with(&["--allow", "sha11"]).stderr).into_owned();
    assert!(told.contains("sha1") && told.contains("rsa-sha1"), "{told}");
}

/// The names of contexts and keys may be distinguished names or URIs, which have equals signs.
#[test]
fn names_of_secrets_may_have_equals_signs() {
    let name = "CN=Alice,OU=a=b";
    let secret = file("secret", &[7; 32]);
    let (given, other) = (format!("{name}={}", secret.display()), format!("CN=Alice={}", secret.display()));
    let clear = envelope().replace(" s:mustUnderstand=\"1\"", "");
    let message = out(&["sign", "--context", &given, "--timestamp", "300", "-"], clear.as_bytes());
    assert!(message.contains(&format!("Identifier>{name}<")), "{message}");
    let verify =
        |secret: &str| wss(&["verify", "--require", "signed:Body", "--secret", secret, "-"], message.as_bytes());
    assert_eq!(verify(&given).status.code(), Some(0));
    assert_eq!(verify(&other).status.code(), Some(1), "another name");
    // A file whose name has one.
    let odd = file("a=b", &[7; 32]);
    assert_eq!(verify(&format!("{name}={}", odd.display())).status.code(), Some(0));
    assert_eq!(verify(&format!("{name}=/no/such/file")).status.code(), Some(2));
}

/// For each shape: the refusal names an option, and with that option the message opens.
#[test]
fn the_option_that_a_refusal_names_opens_the_message() {
    let clear = envelope().replace(" s:mustUnderstand=\"1\"", "").replace("<p>1</p>", "<p>\u{e9}</p>");
    let message = out(&SIGN, clear.as_bytes());
    let latin: Vec<u8> = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{message}")
        .chars()
        .map(|character| u8::try_from(u32::from(character)).expect("one octet"))
        .collect();
    let without_hash = message.replacen("<wsse:Reference URI=\"#", "<wsse:Reference URI=\"", 1);
    assert_ne!(without_hash, message);
    for (option, message) in
        [("--accept-other-encodings", latin), ("--accept-references-without-hash", without_hash.into_bytes())]
    {
        let told = refused(&VERIFY, &message);
        assert!(told.contains(option), "{told}");
        assert!(out(&[&VERIFY[..], &[option]].concat(), &message).contains("\u{e9}"));
    }
}

/// A username token over TLS is no signature of the Body: that is said, and not that the peer should sign.
#[test]
fn a_body_that_nobody_signs_is_not_blamed_on_the_peer() {
    let password = file("password", b"s3cret");
    let users = file("users", b"ann\ts3cret\n");
    let (password, users) = (password.display().to_string(), users.display().to_string());
    let clear = envelope().replace(" s:mustUnderstand=\"1\"", "");
    let message = out(&["sign", "--user", "ann", "--password-file", &password, "-"], clear.as_bytes());
    let verify = ["verify", "--require", "token:username", "--user-file", &users, "--over-protected-transport"];
    let told = refused(&[&verify[..], &["-"]].concat(), message.as_bytes());
    assert!(told.contains("nobody answers for the Body") && !told.contains("have the peer"), "{told}");
    out(&[&verify[..], &["--print-unauthenticated", "-"]].concat(), message.as_bytes());
    // Whoever demands a signature is told that it is missing.
    let told = refused(&[&verify[..], &["--require", "signed:Body", "-"]].concat(), message.as_bytes());
    assert!(told.contains("have the peer sign"), "{told}");
}

/// The option that gives the key which is missing, and no other.
#[test]
fn a_missing_key_of_a_context_names_the_option_of_contexts() {
    let secret = file("context", &[7; 32]);
    let context = format!("urn:ctx={}", secret.display());
    let clear = envelope().replace(" s:mustUnderstand=\"1\"", "");
    let sign = ["sign", "--context", &context, "--derive-keys", "1.3", "--timestamp", "300", "-"];
    let message = out(&sign, clear.as_bytes());
    let verify = ["verify", "--require", "signed:Body", "-"];
    let other = format!("urn:other={}", secret.display());
    for verify in [&verify[..], &[&verify[..], &["--context", &other]].concat()] {
        let told = refused(verify, message.as_bytes());
        assert!(told.contains("--context") && told.contains("urn:ctx") && !told.contains("--known-cert"), "{told}");
        assert!(!told.contains("no option says"), "{told}");
    }
    out(&[&verify[..], &["--context", &context]].concat(), message.as_bytes());
}

/// The operator is led to `wss explain`, which has the same keys. The fault on the wire is one, whatever failed.
#[test]
fn a_failed_decryption_leads_to_explain() {
    let clear = envelope().replace(" s:mustUnderstand=\"1\"", "");
    let message = out(&["encrypt", "--to", "KEYS/bob.pem", "--part", "Body", "-"], clear.as_bytes());
    let at = message.rfind("</xenc:CipherValue>").expect("ciphertext") - 8;
    let other = if message[at..].starts_with('A') { "B" } else { "A" };
    let changed = format!("{}{other}{}", &message[..at], &message[at + 1..]);
    let verify = ["verify", "--decrypt-key", "KEYS/bob.key", "--decrypt-cert", "KEYS/bob.pem"];
    let verify = [&verify[..], &["--require", "encrypted:Body", "--print-unauthenticated", "-"]].concat();
    out(&verify, message.as_bytes());
    let told = refused(&verify, changed.as_bytes());
    assert!(told.contains("decryption failed") && told.contains("`wss explain`"), "{told}");
}
