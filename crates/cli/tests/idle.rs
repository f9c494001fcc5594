//! Options that do nothing: each option of `wss sign`, `encrypt` and `secure` beside each kind of message changes that message,
//! is refused, or is one of those that are about something else than what is written.

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header><h xmlns=\"urn:h\">2</h>\
     </s:Header><s:Body><a xmlns=\"urn:a\"><b>1</b></a></s:Body></s:Envelope>";
const ASSERTION: &str = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_a1\" Version=\"2.0\" \
     IssueInstant=\"2026-01-01T00:00:00Z\"><saml:Issuer>i</saml:Issuer><saml:Subject><saml:NameID>n</saml:NameID>\
     <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"/></saml:Subject></saml:Assertion>";
/// The Id that an option gives.
const GIVEN: &str = "Given-Id";

/// The kinds of messages, each by the words that make it.
const MESSAGES: &[&str] = &[
    "sign SIGNER --timestamp 300",
    "sign USER",
    "sign --user ann --without-password",
    "sign USER SIGNER --timestamp 300",
    "sign --token SCRATCH/assertion.xml",
    "sign --symmetric --derive-keys 1.3 --to KEYS/bob.pem --timestamp 300",
    "sign --context urn:c=SCRATCH/secret --timestamp 300",
    "sign USER --password-key --timestamp 300",
    "encrypt --to KEYS/bob.pem",
    "encrypt --to KEYS/ka-ec256.pem",
    "encrypt --context urn:c=SCRATCH/secret",
    "secure SIGNER --to KEYS/bob.pem --timestamp 300",
    "secure SIGNER --symmetric --derive-keys 1.3 --to KEYS/bob.pem --timestamp 300",
    "secure --network digikoppeling_wus_s SIGNER --wsa to=urn:x --wsa action=urn:y --wsa message-id=new --wsa from=urn:z",
];

/// A value of each option that takes one.
const VALUES: &[(&str, &str)] = &[
    ("actor", "urn:x"),
    ("assertion-key", "SCRATCH/secret"),
    ("attach", "SCRATCH/secret"),
    ("c14n", "inclusive"),
    ("cert", "KEYS/alice.pem"),
    ("confirm", "SCRATCH/request.xml"),
    ("content", "aes128-gcm"),
    ("context", "urn:c=SCRATCH/secret"),
    ("derive-keys", "1.3"),
    ("digest", "sha512"),
    ("encrypt-part", "{urn:h}h"),
    ("encrypt-part-if-present", "{urn:h}h"),
    ("encrypt-reference", "thumbprint"),
    ("exchange", "SCRATCH/state"),
    ("kerberos", "service@host"),
    ("header-child", "SCRATCH/child.xml"),
    ("key", "KEYS/alice.key"),
    ("key-derivation", "hkdf"),
    ("key-octets", "16"),
    ("key-transport", "rsa-oaep"),
    ("key-wrap", "kw-aes128"),
    ("layout", "strict"),
    ("limit", "references=10"),
    ("mac-key-octets", "16"),
    ("mgf", "mgf1sha512"),
    ("originator-key", "der-key-value"),
    ("network", "onvif"),
    ("oaep-digest", "sha512"),
    ("output", "SCRATCH/output"),
    ("p12", "KEYS/alice.p12"),
    ("part", "{urn:h}h"),
    ("part-as", "sha512:Body"),
    ("part-c14n", "inclusive"),
    ("part-id", "Body=Given-Id"),
    ("part-if-present", "{urn:h}h"),
    ("password-file", "SCRATCH/password"),
    ("prefix", "ds=other"),
    ("prefix-list", "s"),
    ("profile", "SCRATCH/profile.toml"),
    ("reference", "thumbprint"),
    ("signature-method", "rsa-sha512"),
    ("timestamp", "300"),
    ("to", "KEYS/bob.pem"),
    ("token", "SCRATCH/assertion.xml"),
    ("user", "ann"),
    ("waive", "R5404"),
    ("wsa", "to=urn:x"),
];

/// Options that change nothing of some messages, and why that is as it should be.
const OTHERWISE: &[(&str, &str)] = &[
    ("accept-one-key-to-sign-and-encrypt", "allows something"),
    ("accept-short-secrets-for-legacy-use-only", "allows something"),
    ("allow-legacy", "allows something"),
    ("waive", "allows something"),
    ("limit", "says what a message may cost"),
    ("exchange", "writes another file"),
    ("layout", "says what must hold, and may hold already"),
    ("content-only", "says what must hold, and of the Body holds already"),
    ("prefix", "says how a namespace is written where it is"),
    ("key-octets", "changes what is encrypted"),
    ("password-hashed", "changes what is digested"),
];

fn scratch() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("idle-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The exit code, what is written, and what is said.
fn run(folder: &Path, words: &str) -> (Option<i32>, String, String) {
    let words = words
        .replace("SIGNER", "--key KEYS/alice.key --cert KEYS/alice.pem")
        .replace("USER", "--user ann --password-file SCRATCH/password")
        .replace("SCRATCH", folder.to_str().expect("UTF-8"));
    let output = common::wss(words.split_whitespace(), ENVELOPE);
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A message without what is new in each: Ids that nobody gave, times, and what keys make.
fn shape(message: &str) -> String {
    let mut ids: Vec<&str> = Vec::new();
    let mut out = String::new();
    let mut before = "";
    for (nth, piece) in message.split('"').enumerate() {
        if nth % 2 == 1 {
            let id = piece.trim_start_matches('#');
            let is_id = ["Id=", "ID=", "URI=", "AssertionID="].iter().any(|name| before.ends_with(name));
            if is_id && id != GIVEN {
                let at = ids.iter().position(|known| *known == id).unwrap_or(ids.len());
                ids.extend((at == ids.len()).then_some(id));
                let _infallible = write!(out, "\"{at}\"");
            } else {
                let _infallible = write!(out, "\"{piece}\"");
            }
            continue;
        }
        before = piece;
        for part in piece.split_inclusive('>') {
            let (text, rest) = part.split_at(part.find('<').unwrap_or(0));
            let is_cipher = text.len() >= 16 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
            match text {
                _ if is_cipher => out.push('*'),
                text if text.starts_with("20") && text.ends_with('Z') => {
                    out.push_str(if text.contains('.') { "T.Z" } else { "TZ" });
                }
                text if text.starts_with("urn:uuid:") => out.push('U'),
                text => out.push_str(text),
            }
            out.push_str(rest);
        }
    }
    out
}

#[test]
fn an_option_changes_the_message_or_is_refused() {
    let folder = scratch();
    for (name, content) in [
        ("assertion.xml", ASSERTION.to_owned()),
        ("child.xml", "<c:child xmlns:c=\"urn:c\"/>".to_owned()),
        ("secret", "0123456789abcdef0123456789abcdef".to_owned()),
        ("password", "s3cret".to_owned()),
        ("profile.toml", "[secure]\nactor = \"urn:of-the-profile\"\n".to_owned()),
    ] {
        std::fs::write(folder.join(name), content).expect("written");
    }
    let (code, request, told) = run(&folder, &format!("{} -", MESSAGES[0]));
    assert_eq!(code, Some(0), "{told}");
    std::fs::write(folder.join("request.xml"), request).expect("written");
    let help = run(&folder, "secure --help").1;
    let help = help.split("\nExamples:").next().unwrap_or_default();
    // Lines of options begin at the left. Their descriptions are indented further.
    let lines = help.lines().filter(|line| line.find('-').is_some_and(|at| at <= 6 && line[..at].trim().is_empty()));
    // An option with a value has its name after it.
    let options: Vec<(&str, bool)> = lines
        .filter_map(|line| {
            let words = line.split("--").nth(1)?;
            Some((words.split([' ', '=']).next()?, words.contains('<')))
        })
        .filter(|(name, _)| *name != "help")
        .collect();
    assert!(options.len() > 70, "{options:?}");
    let mut silent = Vec::new();
    let mut used = BTreeSet::new();
    for message in MESSAGES {
        let (code, plain, told) = run(&folder, &format!("{message} -"));
        assert_eq!(code, Some(0), "{message}: {told}");
        let (_, again, _) = run(&folder, &format!("{message} -"));
        let plain = shape(&plain);
        assert_eq!(plain, shape(&again), "{message}");
        let mut tried = 0;
        let written = message.replace("SIGNER", "--key --cert").replace("USER", "--user --password-file");
        for (option, takes_value) in &options {
            if written.split_whitespace().any(|word| word.strip_prefix("--") == Some(*option)) {
                continue;
            }
            let value = VALUES.iter().find(|(known, _)| known == option).map(|(_, value)| *value);
            assert_eq!(value.is_some(), *takes_value, "--{option}: what is a value of it?");
            let (code, changed, told) = run(&folder, &format!("{message} --{option} {} -", value.unwrap_or_default()));
            tried += 1;
            let is_idle = code == Some(0) && shape(&changed) == plain && told.is_empty();
            match OTHERWISE.iter().find(|(known, _)| known == option) {
                Some((known, _)) if is_idle => drop(used.insert(*known)),
                _ if is_idle => silent.push(format!("{message}: --{option}")),
                _ => {}
            }
            assert!(matches!(code, Some(0..=2)), "{message} --{option}: {told}");
        }
        assert!(tried > 60, "{message}: {tried}");
    }
    assert!(silent.is_empty(), "taken, and nothing is done:\n{}", silent.join("\n"));
    let stale: Vec<_> = OTHERWISE.iter().filter(|(known, _)| !used.contains(known)).collect();
    assert!(stale.is_empty(), "these are not left aside by now: {stale:?}");
    std::fs::remove_dir_all(folder).expect("removed");
}
