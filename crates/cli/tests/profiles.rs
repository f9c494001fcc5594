//! `--profile` of `wss secure` and `wss verify`, and `wss profile`.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><a xmlns=\"urn:a\">1</a></s:Body></s:Envelope>";

fn run(words: &str, input: &str, code: i32) -> (String, String) {
    let output = common::wss(words.split_whitespace(), input);
    let (out, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{words}: {told}");
    (out.into_owned(), told.into_owned())
}

fn profile(text: &str) -> tempfile::NamedTempFile {
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys/");
    let file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a file");
    std::fs::write(file.path(), text.replace("KEYS/", keys)).expect("written");
    file
}

#[test]
fn options_beside_a_profile_replace_its_keys() {
    let file = profile(
        "[secure]\nkey = \"KEYS/alice.key\"\ncert = \"KEYS/alice.pem\"\nonly = \"sign\"\ntimestamp = 300\n\
         [verify]\ntrust = [\"KEYS/ca.pem\"]\nrequire = [\"signed:Body\", \"signed:Timestamp\"]\n",
    );
    let path = file.path().display().to_string();
    let (message, _) = run(&format!("secure --profile {path} -"), ENVELOPE, 0);
    assert!(message.contains("Timestamp>") && !message.contains("EncryptedData"));
    assert!(run(&format!("verify --profile {path} -"), &message, 0).0.contains("urn:a"));
    // A list is replaced as a whole.
    run(&format!("verify --profile {path} --require encrypted:Body -"), &message, 1);
    let (hashed, _) = run(&format!("secure --profile {path} --digest sha512 -"), ENVELOPE, 0);
    assert!(hashed.contains("#sha512"));
    // What contradicts the profile is refused, in options.
    let told = run(&format!("secure --profile {path} --p12 KEYS/alice.p12 -"), ENVELOPE, 2).1;
    assert!(told.contains("--p12 cannot be used with --key"), "{told}");
    let told = run(&format!("secure --profile {path} --timestamp-without-expires -"), ENVELOPE, 2).1;
    assert!(told.contains("--timestamp-without-expires cannot be used with --timestamp"), "{told}");
    let told = run("secure --password-text -", ENVELOPE, 2).1;
    assert!(told.contains("--password-text needs --user"), "{told}");
    assert!(run(&format!("profile {path}"), "", 0).0.contains("verify: a receiver"));
    let wrong = profile("[secure]\nkeyy = \"a\"");
    let told = run(&format!("profile {}", wrong.path().display()), "", 2).1;
    assert!(told.contains("perhaps key is meant"), "{told}");
}

#[test]
fn a_network_begins_a_profile() {
    let (text, _) = run("networks digikoppeling_wus_s --profile", "", 0);
    assert!(text.contains("network = \"digikoppeling_wus_s\""), "{text}");
    let file = profile(&format!("{text}trust = [\"KEYS/ca.pem\"]\n"));
    let told = run(&format!("profile {}", file.path().display()), "", 2).1;
    assert!(told.contains("digikoppeling_wus_s needs") && told.contains("--key and --cert"), "{told}");
}

/// Options that are no keys of a profile: they are about one message.
const ALONE: &[&str] = &[
    "attach",
    "attachments-dir",
    "confirm",
    "exchange",
    "format",
    "help",
    "limit",
    "now",
    "output",
    "print",
    "profile",
    "replay-store",
    "request",
    "spool",
];

/// Keys that are no options, and what says the same.
const FILE_ONLY: &[(&str, &str)] =
    &[("answers", "--confirm"), ("attachments", "--attach"), ("limit", "--limit"), ("only", "wss sign, wss encrypt")];

#[test]
fn every_option_is_a_key_of_a_profile_or_about_one_message() {
    let schema: serde_json::Value = serde_json::from_str(&run("profile --schema", "", 0).0).expect("JSON");
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../profile/src/profile.schema.json");
    let published = std::fs::read_to_string(published).expect("the schema");
    assert_eq!(schema, serde_json::from_str::<serde_json::Value>(&published).expect("JSON"));
    for (command, table) in [("secure", "Sending"), ("verify", "Receiving")] {
        let help = run(&format!("{command} --help"), "", 0).0;
        let options: BTreeSet<&str> = help
            .lines()
            .map(str::trim_start)
            .filter(|line| line.starts_with('-'))
            .filter_map(|line| line.split("--").nth(1)?.split([' ', '=', '\n']).next())
            .collect();
        assert!(options.len() > 60 || command == "verify" && options.len() > 50, "{options:?}");
        let keys =
            schema.pointer(&format!("/$defs/{table}/properties")).and_then(|keys| keys.as_object()).expect(table);
        let missing: Vec<_> =
            options.iter().filter(|option| !keys.contains_key(**option) && !ALONE.contains(option)).collect();
        assert!(missing.is_empty(), "{command}: no keys of a profile: {missing:?}");
        let is_said =
            |key: &&String| options.contains(key.as_str()) || FILE_ONLY.iter().any(|(known, _)| *key == known);
        let missing: Vec<_> = keys.keys().filter(|key| !is_said(key)).collect();
        assert!(missing.is_empty(), "{command}: no options: {missing:?}");
    }
}
