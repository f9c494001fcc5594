//! The verdicts of `wss verify` for combinations of trust, requirements, and kinds of message.
//!
//! Each row has the exit code, whether the Body is on stdout, and words of stderr. The rules: the Body is printed if a
//! key that the options trust signed it, or if an option asks for it, which stderr repeats. Without an option that says
//! whom to trust, nobody is trusted.

mod common;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Output;

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><a xmlns=\"urn:a\">1</a></s:Body></s:Envelope>";

fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("verdicts-{}-{name}", std::process::id()))
}

fn file(name: &str, content: &[u8]) -> String {
    let path = scratch(name);
    std::fs::write(&path, content).expect("a file");
    path.display().to_string()
}

fn wss(arguments: &str, input: &str) -> Output {
    common::wss(arguments.split_whitespace(), input)
}

fn made(arguments: &str) -> String {
    let output = wss(arguments, ENVELOPE);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Whether the Body is on stdout. Nothing else ever is.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Stdout {
    Body,
    Nothing,
}
use Stdout::{Body, Nothing};

/// Message, options, exit code, stdout, words of stderr; no words: stderr is empty.
type Row = (&'static str, &'static str, i32, Stdout, &'static [&'static str]);

const WHOM: &str = "--trust, --pin, --secret or --user-file";
const SHOW: &str = "--print-unauthenticated";
const NOT_AUTHENTICATED: &str = "the Body is not authenticated";

const ROWS: [Row; 51] = [
    // A message without a header has no sender.
    ("plain", "--require signed:Body", 1, Nothing, &["refused"]),
    ("plain", "CA --require signed:Body", 1, Nothing, &["refused"]),
    ("plain", "--require signed:Body --print-unauthenticated", 1, Nothing, &["refused"]),
    ("plain", "--require signed:Body --anonymous", 1, Nothing, &["refused"]),
    // Alice's signature, under each kind of trust.
    ("signed", "--require signed:Body", 1, Nothing, &["refused", WHOM]),
    ("signed", "--require signed:Body --anonymous", 1, Nothing, &["refused", WHOM]),
    ("signed", "--require signed:Body --print-unauthenticated", 1, Nothing, &["refused", WHOM]),
    ("signed", "CA --require signed:Body", 0, Body, &[]),
    ("signed", "CA --require signed:Body --require signed:Timestamp", 0, Body, &[]),
    ("signed", "PIN --require signed:Body", 0, Body, &[]),
    ("signed", "PIN --require token:x509", 0, Body, &[]),
    ("signed", "CA --require signed:Body --anonymous", 0, Body, &[]),
    ("signed", "CA --require signed:Body --print-unauthenticated", 0, Body, &[]),
    ("signed", "TWIN --require signed:Body", 1, Nothing, &["refused"]),
    ("signed", "TWIN --require signed:Body --print-unauthenticated", 1, Nothing, &["refused"]),
    ("signed", "SECRET --require signed:Body", 1, Nothing, &["refused"]),
    ("signed", "CA --require encrypted:Body", 1, Nothing, &["refused", "not encrypted"]),
    ("signed", "CA --require token:username", 1, Nothing, &["refused"]),
    ("signed", "CA --require token:saml2", 1, Nothing, &["refused"]),
    ("signed", "CA --require confirmation", 2, Nothing, &["--request"]),
    ("signed", "CA --require signed:Body --now 2020-01-01T00:00:00Z", 1, Nothing, &["refused"]),
    // One octet of it changed.
    ("tampered", "CA --require signed:Body", 1, Nothing, &["refused", "digest"]),
    ("tampered", "CA --require signed:Body --print-unauthenticated", 1, Nothing, &["refused", "digest"]),
    ("tampered", "CA --require signed:Body --anonymous", 1, Nothing, &["refused", "digest"]),
    // A signature over the Timestamp alone.
    ("timestamp", "CA --require signed:Timestamp", 1, Nothing, &["refused", SHOW]),
    ("timestamp", "CA --require signed:Timestamp --anonymous", 1, Nothing, &["refused", SHOW]),
    ("timestamp", "CA --require signed:Timestamp --print-unauthenticated", 0, Body, &[NOT_AUTHENTICATED]),
    ("timestamp", "CA --require signed:Body --print-unauthenticated", 1, Nothing, &["refused"]),
    ("timestamp", "--require signed:Timestamp --print-unauthenticated", 1, Nothing, &["refused", WHOM]),
    // Encrypted, which anyone can do.
    ("encrypted", "BOB --require encrypted:Body", 1, Nothing, &["refused", SHOW, WHOM]),
    ("encrypted", "BOB --require encrypted:Body --anonymous", 1, Nothing, &["refused", SHOW]),
    ("encrypted", "BOB --require encrypted:Body --print-unauthenticated", 0, Body, &[NOT_AUTHENTICATED]),
    ("encrypted", "CA --require encrypted:Body --print-unauthenticated", 1, Nothing, &["refused"]),
    // Signed with a key that anyone could have encrypted to Bob.
    ("anonymous", "BOB --require signed:Body", 1, Nothing, &["refused", "--anonymous", WHOM]),
    ("anonymous", "CA BOB --require signed:Body", 1, Nothing, &["refused", "--anonymous"]),
    ("anonymous", "BOB --require signed:Body --anonymous", 0, Body, &["the sender is anonymous", "--anonymous"]),
    ("anonymous", "BOB --require signed:Body --print-unauthenticated", 0, Body, &[NOT_AUTHENTICATED, SHOW]),
    ("anonymous", "CA BOB --require token:x509 --anonymous", 1, Nothing, &["refused"]),
    // Signed and encrypted.
    ("secured", "CA BOB --require signed:Body --require encrypted:Body", 0, Body, &[]),
    ("secured", "CA --require signed:Body", 1, Nothing, &["refused"]),
    ("secured", "BOB --require signed:Body", 1, Nothing, &["refused", WHOM]),
    // A secret that both sides have.
    ("context", "SECRET --require signed:Body", 0, Body, &[]),
    ("context", "CA --require signed:Body", 1, Nothing, &["refused"]),
    ("context", "OTHER --require signed:Body", 1, Nothing, &["refused"]),
    // A user's password: as a token by itself, and as a key.
    ("user", "USERS --require token:username", 1, Nothing, &["refused"]),
    ("user", "USERS --require token:username --print-unauthenticated", 0, Body, &[NOT_AUTHENTICATED]),
    ("user", "--require token:username --print-unauthenticated", 1, Nothing, &["refused", WHOM]),
    ("user", "STRANGERS --require token:username --print-unauthenticated", 1, Nothing, &["refused"]),
    ("password-key", "USERS --require signed:Body", 0, Body, &[]),
    ("password-key", "STRANGERS --require signed:Body", 1, Nothing, &["refused"]),
    ("password-key", "--require signed:Body", 1, Nothing, &["refused", "--user-file"]),
];

fn messages() -> BTreeMap<&'static str, String> {
    let alice = "--key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300";
    let secret = file("secret", &[7; 32]);
    let password = file("password", b"s3cret");
    let signed = made(&format!("sign {alice} -"));
    BTreeMap::from([
        ("plain", ENVELOPE.to_owned()),
        ("tampered", signed.replace(">1<", ">2<")),
        ("signed", signed),
        ("timestamp", made(&format!("sign {alice} --part Timestamp -"))),
        ("encrypted", made("encrypt --to KEYS/bob.pem -")),
        ("anonymous", made("secure --symmetric --derive-keys 1.3 --to KEYS/bob.pem --timestamp 300 -")),
        ("secured", made(&format!("secure {alice} --to KEYS/bob.pem -"))),
        ("context", made(&format!("sign --context urn:context={secret} --timestamp 300 -"))),
        ("user", made(&format!("sign --user ann --password-file {password} -"))),
        ("password-key", made(&format!("sign --user ann --password-file {password} --password-key --timestamp 300 -"))),
    ])
}

/// The options of a row, its abbreviations written out.
fn written_out(options: &str) -> String {
    let other = file("other", &[8; 32]);
    let words = options.split(' ').map(|word| match word {
        "CA" => "--trust KEYS/ca.pem".to_owned(),
        "TWIN" => "--trust KEYS/twin-ca.pem".to_owned(),
        "PIN" => "--pin KEYS/alice.pem".to_owned(),
        "BOB" => "--decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem".to_owned(),
        "SECRET" => format!("--secret urn:context={}", scratch("secret").display()),
        "OTHER" => format!("--secret urn:context={other}"),
        "USERS" => format!("--user-file {}", file("users", b"ann\ts3cret\n")),
        "STRANGERS" => format!("--user-file {}", file("strangers", b"Ann\ts3cret\nann \ts3cret\n")),
        word => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn each_combination_has_its_verdict() {
    let messages = messages();
    let mut wrong = Vec::new();
    for (kind, options, code, stdout, words) in ROWS {
        for format in ["text", "json"] {
            let output = wss(&format!("verify {} --format {format} -", written_out(options)), &messages[kind]);
            let printed = String::from_utf8(output.stdout).expect("UTF-8");
            let told = String::from_utf8(output.stderr).expect("UTF-8");
            let is_as_it_should = match (format, stdout) {
                (_, Nothing) => printed.is_empty(),
                ("text", Body) => printed.starts_with("<s:Body") && printed.contains("<a xmlns=\"urn:a\">1</a>"),
                _ => {
                    let json: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
                    let is_claimed = !words.contains(&NOT_AUTHENTICATED);
                    json["accepted"] == is_claimed && json["bodyAuthenticated"] == is_claimed
                }
            };
            let is_told = if words.is_empty() { told.is_empty() } else { words.iter().all(|word| told.contains(word)) };
            if output.status.code() != Some(code) || !is_as_it_should || !is_told {
                wrong.push(format!("{kind}: {options} ({format}): {:?}\n  {printed}\n  {told}", output.status.code()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// If an error of the library names a call, the command line names its option; with it, the message opens.
#[test]
fn refusals_name_the_option_that_accepts() {
    let secret = file("short", &[7; 8]);
    let sign = format!("sign --context urn:c={secret} --accept-short-secrets-for-legacy-use-only --timestamp 300 -");
    let short = made(&sign);
    let one_key = made("secure --symmetric --accept-one-key-to-sign-and-encrypt --to KEYS/bob.pem --timestamp 300 -");
    let bob = "--decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem --require signed:Body";
    let cases = [
        (
            &short,
            format!("--secret urn:c={secret} --require signed:Body"),
            "--accept-short-secrets-for-legacy-use-only",
        ),
        (&one_key, format!("{bob} --anonymous"), "--accept-one-key-to-sign-and-encrypt"),
    ];
    for (message, options, option) in cases {
        let refused = wss(&format!("verify {options} -"), message);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{told}");
        assert!(told.contains(option) && !told.contains('_'), "{told}");
        let accepted = wss(&format!("verify {options} {option} -"), message);
        assert_eq!(accepted.status.code(), Some(0), "{option}: {}", String::from_utf8_lossy(&accepted.stderr));
    }
}

/// `wss … | head -c 1`: whoever closes the pipe has read enough.
#[test]
fn a_closed_pipe_ends_a_command_quietly() {
    let large = ENVELOPE.replace(">1<", &format!(">{}<", "1".repeat(1 << 20)));
    let sign = "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 -";
    let signed = String::from_utf8(wss(sign, &large).stdout).expect("UTF-8");
    let path = file("large", signed.as_bytes());
    let verify = format!("verify --trust KEYS/ca.pem --require signed:Body {path}");
    for arguments in [
        verify.clone(),
        format!("{verify} --format json"),
        format!("c14n {path}"),
        format!("lint --format json --all {path}"),
    ] {
        let mut child = common::command(arguments.split_whitespace()).spawn().expect("wss starts");
        let mut one = [0];
        let mut stdout = child.stdout.take().expect("piped");
        stdout.read_exact(&mut one).expect("an octet");
        drop(stdout);
        let output = child.wait_with_output().expect("wss ends");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && told.is_empty(), "{arguments}: {:?} {told}", output.status.code());
    }
}

/// Attachments are there with the Body or not at all.
#[test]
fn attachments_go_where_a_later_output_fails() {
    let attached = file("attached", b"first");
    let sign = "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --part Body --part Attachments";
    let message = made(&format!("{sign} --attach {attached} --attach {attached} -"));
    let folder = scratch("outer");
    let inner = folder.join("inner");
    let verify = "verify --trust KEYS/ca.pem --require signed:Body --require signed:Attachments";
    let written = |output: &Path, folder: &Path| {
        wss(&format!("{verify} --attachments-dir {} -o {} -", folder.display(), output.display()), &message)
    };
    let nowhere = scratch("missing").join("body");
    let failed = written(&nowhere, &inner);
    assert_eq!(failed.status.code(), Some(2), "{}", String::from_utf8_lossy(&failed.stderr));
    assert!(!folder.exists(), "the folders were made for what is gone");
    // A folder that was there, and what is in it, stays.
    std::fs::create_dir_all(&inner).expect("a folder");
    std::fs::write(inner.join("mine"), "mine").expect("a file");
    assert_eq!(written(&nowhere, &inner).status.code(), Some(2));
    let names = |folder: &Path| -> Vec<_> {
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").file_name()).collect()
    };
    assert_eq!(names(&inner), ["mine"]);
    // The twin that succeeds.
    assert_eq!(written(&scratch("body"), &inner).status.code(), Some(0));
    assert_eq!(names(&inner).len(), 3);
}

/// Who accepts ciphertext for others is told what is still encrypted, in words and in JSON.
#[test]
fn what_is_still_encrypted_is_told() {
    let message =
        made("secure --encrypt-first --key KEYS/alice.key --cert KEYS/alice.pem --to KEYS/bob.pem --timestamp 300 -");
    let without_key = message.replacen("xenc:EncryptedKey", "other:EncryptedKey", 2);
    let without_key = without_key.replacen("<other:EncryptedKey", "<other:EncryptedKey xmlns:other=\"urn:other\"", 1);
    assert_ne!(without_key, message);
    let verify = "verify --trust KEYS/ca.pem --accept-ciphertext-for-others --require signed:Body";
    let output = wss(&format!("{verify} -"), &without_key);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("/s:Body/xenc:EncryptedData is still encrypted"), "{said}");
    let output = wss(&format!("{verify} --format json -"), &without_key);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["remaining"][0]["part"], "Body", "{json}");
    // The same message, opened: nothing remains.
    let keys = "--decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem";
    let output = wss(&format!("verify --trust KEYS/ca.pem {keys} --require signed:Body --format json -"), &message);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["remaining"].as_array().map(Vec::len), Some(0), "{json}");
}

/// Another signer of the same authority signs the Body, too: who answers for all that is required is told, in any order.
#[test]
fn the_responsible_signer_is_told_among_several() {
    let alice = "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --part Body --part Timestamp -";
    let bob = "sign --key KEYS/bob.key --cert KEYS/bob.pem --part Body -";
    let verify = "verify --trust KEYS/ca.pem --require signed:Body --require signed:Timestamp --format json -";
    let mut orders = Vec::new();
    for (first, second) in [(alice, bob), (bob, alice)] {
        let output = wss(second, &made(first));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let output = wss(verify, &String::from_utf8(output.stdout).expect("UTF-8"));
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let signer = &json["signer"];
        assert!(signer["name"].as_str().is_some_and(|name| name.starts_with("CN=Alice,")), "{json}");
        assert_eq!(signer["kind"], "certificate");
        let signatures = json["signatures"].as_array().expect("signatures");
        let own = signatures.iter().find(|signature| signature["signer"] == signer["name"]).expect("her signature");
        assert_eq!(
            [&own["serial"], &own["issuer"], &own["path"]],
            [&signer["serial"], &signer["issuer"], &signer["path"]]
        );
        orders.push(signatures.iter().map(|signature| signature["signer"].clone()).collect::<Vec<_>>());
    }
    assert_eq!(orders.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    assert_ne!(orders[0], orders[1], "each is the first in one of them");
}
