//! What is written, and where: nothing is lost, nothing else is replaced, and nothing is done before it can be written.

mod common;

use std::path::PathBuf;
use std::process::Output;

use common::wss;

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header/><s:Body>\
                        <pay xmlns=\"urn:p\">1499.90</pay></s:Body></s:Envelope>";
const VERIFY: &str = "verify --trust KEYS/ca.pem --require signed:Body";

fn run(words: &str, input: &str) -> Output {
    wss(words.split_whitespace(), input)
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn signed() -> String {
    let signed =
        run("sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --part Body --part Timestamp -", ENVELOPE);
    assert!(signed.status.success(), "{}", text(&signed.stderr));
    text(&signed.stdout)
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("outputs-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn fails(words: &str, input: &str, code: i32, says: &str) {
    let output = run(words, input);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{words}: {said}");
    assert!(said.contains(says), "{words}: {said}");
}

#[test]
fn a_hyphen_is_standard_output_and_standard_input_once() {
    let message = signed();
    let output = run(&format!("{VERIFY} -o - -"), &message);
    assert!(output.status.success() && text(&output.stdout).contains("1499.90"), "{}", text(&output.stderr));
    assert!(!std::path::Path::new("-").exists());
    let authority = format!("{}/../../vectors/keys/ca.pem", env!("CARGO_MANIFEST_DIR"));
    let authority = std::fs::read_to_string(authority).expect("a certificate");
    fails("verify --trust - --require signed:Body -", &authority, 2, "standard input twice");
    fails(&format!("{VERIFY} --request - -"), &message, 2, "standard input twice");
    fails(&format!("{VERIFY} --secret x=- -"), &message, 2, "standard input twice");
    fails("inspect --html - -", &message, 2, "two options write this file");
    assert!(run("c14n --prefix-list - -", ENVELOPE).status.success(), "it names no file");
    fails(&format!("{VERIFY} --exchange - -"), &message, 2, "no regular file");
}

#[test]
#[cfg(unix)]
fn a_file_may_have_a_name_that_is_no_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let file = folder("name").join(std::ffi::OsStr::from_bytes(b"\xFF.xml"));
    std::fs::write(&file, signed()).expect("written");
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_wss")).arg("inspect").arg(&file).output().expect("runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn one_file_is_not_written_by_two_options() {
    let folder = folder("two");
    let (file, message) = (folder.join("one").display().to_string(), signed());
    for options in [
        format!("{VERIFY} --exchange {file} -o {file} -"),
        format!("{VERIFY} --replay-store {file} -o {file} -"),
        format!(
            "{VERIFY} --exchange {file} -o {}/../{}/one -",
            folder.display(),
            folder.file_name().expect("a name").display()
        ),
        format!("inspect --html {file} -o {file} -"),
        format!("lint --html {file} -o {file} -"),
    ] {
        fails(&options, &message, 2, "two options write this file");
    }
    assert!(run(&format!("{VERIFY} --exchange {file}.state -o {file}.xml -"), &message).status.success());
}

/// A message counts as received only if its result can be written.
#[test]
fn a_message_whose_result_cannot_be_written_was_not_received() {
    let folder = folder("lost");
    let (store, state) = (folder.join("store.db").display().to_string(), folder.join("state"));
    let message = signed();
    let verify = format!("{VERIFY} --replay-store {store} --exchange {}", state.display());
    fails(&format!("{verify} -o /nonexistent/body.xml -"), &message, 2, "/nonexistent");
    fails(&format!("{verify} -o {} -", folder.display()), &message, 2, "it is a folder");
    fails(&format!("{verify} --attachments-dir {store} -"), &message, 2, &store);
    fails(&format!("{verify} --attachments-dir /proc/attachments -"), &message, 2, "/proc/attachments");
    assert!(!state.exists());
    let output = run(&format!("{verify} -"), &message);
    assert!(output.status.success() && state.exists(), "{}", text(&output.stderr));
    fails(&format!("{verify} -"), &message, 1, "received before");
}

/// What is no file is not replaced by one.
#[test]
#[cfg(unix)]
fn the_state_of_an_exchange_replaces_files_alone() {
    use std::os::unix::fs::FileTypeExt as _;
    let pipe = folder("pipe").join("pipe");
    let _gone = std::fs::remove_file(&pipe);
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    fails(&format!("{VERIFY} --exchange {} -", pipe.display()), &signed(), 2, "no regular file");
    assert!(std::fs::metadata(&pipe).expect("the pipe").file_type().is_fifo());
}

/// A message or a key that is named by mistake is not lost; a state that is there already is replaced.
#[test]
fn the_state_of_an_exchange_replaces_no_other_file() {
    let place = folder("mistaken");
    let (message, state) = (place.join("message.xml"), place.join("state"));
    std::fs::write(&message, signed()).expect("a message");
    std::fs::write(&state, "").expect("an empty file");
    let verify = |exchange: &PathBuf| format!("{VERIFY} --exchange {} {}", exchange.display(), message.display());
    fails(&verify(&message), "", 2, "no state of an exchange");
    assert_eq!(std::fs::read_to_string(&message).expect("the message").matches("1499.90").count(), 1);
    for _ in 0..2 {
        let output = run(&verify(&state), "");
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
}

/// The command line speaks of its options, also where nothing is verified.
#[test]
fn what_only_looks_names_options_too() {
    let message = signed();
    let named = "ValueType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3\"";
    let nameless = message.replacen(named, "ValueType=\"wsse:X509v3\"", 1);
    assert_ne!(message, nameless);
    let without_hash = message.replacen("URI=\"#", "URI=\"", 2);
    for (words, message, option) in [
        ("inspect -", &nameless, "--accept-token-types-by-name"),
        ("inspect --format json -", &nameless, "--accept-token-types-by-name"),
        ("explain --format json -", &without_hash, "--accept-references-without-hash"),
    ] {
        let said = run(words, message);
        let said = text(&said.stdout) + &text(&said.stderr);
        assert!(said.contains(option) && !said.contains("accept_"), "{words}: {said}");
    }
    fails(&format!("{VERIFY} --limit x=1 -"), &message, 2, "--limit \"x=1\"");
}

/// A `ds:DigestValue` that is in no reference.
#[test]
fn a_digest_outside_of_every_reference_is_explained() {
    let message = signed();
    let (from, to) = (message.find("<ds:Reference").expect("one"), message.find("</ds:SignedInfo>").expect("its end"));
    let digest = format!("<x><ds:DigestValue>{}=</ds:DigestValue></x>", "A".repeat(43));
    let changed = format!("{}{digest}{}", &message[..from], &message[to..]);
    for words in ["explain -", "inspect -", "lint -"] {
        let output = run(words, &changed);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{words}: {}", text(&output.stderr));
    }
}

#[test]
fn an_end_that_no_receiver_can_read_is_not_written() {
    let sign = |seconds: &str| {
        format!("sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp {seconds} --part Body --part Timestamp -")
    };
    for seconds in ["18446744073709551615", "300000000000"] {
        fails(&sign(seconds), ENVELOPE, 2, "36,500 days");
    }
    assert!(run(&sign("3153600000"), ENVELOPE).status.success());
}

#[test]
fn a_name_that_is_there_twice_is_refused() {
    let place = folder("twice");
    let users = place.join("users");
    std::fs::write(&users, "anna\tone\nbert\ttwo\nanna\tthree\n").expect("a file of users");
    let message = signed();
    fails(&format!("{VERIFY} --user-file {} -", users.display()), &message, 2, "\"anna\" is there twice");
    let key = place.join("secret");
    std::fs::write(&key, [7; 32]).expect("a secret");
    let context = format!("--context urn:c={0} --context urn:c={0}", key.display());
    fails(&format!("{VERIFY} {context} -"), &message, 2, "\"urn:c\" is there twice");
    let secret = format!("--secret a={0} --secret a={0}", key.display());
    fails(&format!("{VERIFY} {secret} -"), &message, 2, "\"a\" is there twice");
    // The name counts, and not the order.
    let other = place.join("other");
    std::fs::write(&other, [8; 32]).expect("a secret");
    let context = format!("--context a={} --timestamp 300 --allow-legacy", key.display());
    let sent = run(&format!("sign {context} -"), ENVELOPE);
    assert!(sent.status.success(), "{}", text(&sent.stderr));
    let secrets = format!("--secret {} --secret a={}", other.display(), key.display());
    let output = run(&format!("verify --require signed:Body {secrets} --allow-legacy -"), &text(&sent.stdout));
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn an_age_beyond_all_clocks_is_no_age_that_is_over() {
    let output = run(&format!("{VERIFY} --max-age {} -", u64::MAX), &signed());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let output = run(&format!("{VERIFY} --clock-skew {} -", u64::MAX), &signed());
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// Guesses about a message of any shape end in words.
#[test]
fn a_reference_inside_of_a_reference_is_explained() {
    let message = signed();
    let end = "</ds:Reference>";
    let second =
        message.rfind("<ds:Reference ").expect("a reference")..message.rfind(end).expect("its end") + end.len();
    let inside = message[second.clone()].to_owned();
    let nested = message.replacen(&inside, "", 1).replacen(end, &format!("{inside}{end}"), 1);
    assert_eq!(nested.len(), message.len());
    let output = run("explain --pin KEYS/alice.pem -", &nested);
    assert!(matches!(output.status.code(), Some(0..=2)), "{}", text(&output.stderr));
}
