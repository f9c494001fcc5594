//! `--print-unauthenticated`: the Body counts for nothing, and everything else that is demanded is still proven.

mod common;

use std::path::PathBuf;
use std::process::Output;

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><a xmlns=\"urn:a\">1</a></s:Body></s:Envelope>";

fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("unauthenticated-{}-{name}", std::process::id()))
}

fn wss(arguments: &str, input: &[u8]) -> Output {
    common::wss(arguments.split_whitespace(), input)
}

fn out(arguments: &str, input: &[u8]) -> Vec<u8> {
    let output = wss(arguments, input);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn refused(arguments: &str, input: &[u8]) -> String {
    let output = wss(arguments, input);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments}: {told}");
    assert!(output.stdout.is_empty(), "{arguments}");
    told
}

const VERIFY: &str = "verify --trust KEYS/ca.pem --require signed:Timestamp --print-unauthenticated";

/// A package whose Timestamp is signed, with one attachment.
fn package(attachments: &str) -> Vec<u8> {
    let picture = scratch("picture");
    std::fs::write(&picture, "octets of a picture").expect("a file");
    let sign = "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --part Timestamp";
    out(&format!("{sign} {attachments} --attach {} -", picture.display()), ENVELOPE.as_bytes())
}

#[test]
fn attachments_are_there_and_what_is_demanded_of_them_is_judged() {
    let signed = package("--part Attachments");
    let mut unsigned = signed.clone();
    let at = unsigned.windows(6).rposition(|octets| octets == b"octets").expect("the attachment");
    unsigned[at] = b'O';
    // A changed attachment is not that of the signature.
    refused(&format!("{VERIFY} -"), &unsigned);
    let folder = scratch("folder");
    let demanded = "--require signed:Attachments";
    let json = out(&format!("{VERIFY} {demanded} --attachments-dir {} --format json -", folder.display()), &signed);
    let json = String::from_utf8(json).expect("UTF-8");
    assert!(json.contains("\"authenticated\":[{\"contentId\"") || json.contains("\"contentType\""), "{json}");
    let written = std::fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(written, 1);
    // Nobody signed this one.
    let without =
        out("sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --part Timestamp -", ENVELOPE.as_bytes());
    let mut bare = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/xml\"; boundary=b\r\n\r\n--b\r\nContent-Type: text/xml\r\n\r\n".to_vec();
    bare.extend(without);
    bare.extend(b"\r\n--b\r\nContent-ID: <cid-a>\r\nContent-Type: text/plain\r\n\r\noctets\r\n--b--\r\n");
    out(&format!("{VERIFY} -"), &bare);
    for demand in ["signed-if-present:Attachments", "encrypted-if-present:Attachments", "signed:Attachments"] {
        refused(&format!("{VERIFY} --require {demand} -"), &bare);
    }
}

#[test]
fn a_reply_answers_the_request_that_is_given() {
    let addressed = |relates: &str| {
        let block = format!("<w:RelatesTo xmlns:w=\"http://www.w3.org/2005/08/addressing\">{relates}</w:RelatesTo>");
        ENVELOPE.replace("<s:Body>", &format!("<s:Header>{block}</s:Header><s:Body>"))
    };
    let sign = "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --part Timestamp";
    let request =
        out(&format!("{sign} --wsa message-id=urn:uuid:A --wsa action=urn:a --part Body -"), ENVELOPE.as_bytes());
    let sent = scratch("request");
    std::fs::write(&sent, &request).expect("a file");
    let relates = "{http://www.w3.org/2005/08/addressing}RelatesTo";
    let sign = sign.replace("alice", "bob");
    let reply = |to: &str| out(&format!("{sign} --part {relates} -"), addressed(to).as_bytes());
    let verify = format!("{VERIFY} --require signed:{relates} --understand {relates} --request {} -", sent.display());
    out(&verify, &reply("urn:uuid:A"));
    let told = refused(&verify, &reply("urn:uuid:B"));
    assert!(told.contains("relates to"), "{told}");
    // The request itself, sent back.
    refused(&format!("{VERIFY} --understand addressing --request {} -", sent.display()), &request);
}

/// What is refused because nobody answers for it was not received: it opens when it is asked for.
#[test]
fn a_body_that_nobody_answers_for_is_not_received_until_it_is_asked_for() {
    let (password, users, store, state) = (scratch("password"), scratch("users"), scratch("store"), scratch("state"));
    std::fs::write(&password, "s3cret").expect("a file");
    std::fs::write(&users, "ann\ts3cret\n").expect("a file");
    let envelope =
        ENVELOPE.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope");
    let secure = format!("secure --network onvif --user ann --password-file {} -", password.display());
    let message = out(&secure, envelope.as_bytes());
    let verify = format!("verify --network onvif --user-file {} --replay-store {}", users.display(), store.display());
    for _ in 0..2 {
        let told = refused(&format!("{verify} --exchange {} -", state.display()), &message);
        assert!(told.contains("use --print-unauthenticated"), "{told}");
        assert!(!state.exists());
    }
    let printed = out(&format!("{verify} --print-unauthenticated -"), &message);
    assert!(String::from_utf8_lossy(&printed).contains("urn:a"));
    assert!(refused(&format!("{verify} --print-unauthenticated -"), &message).contains("received before"));
}

/// A demand on parts without the Body is met by those parts: they are printed, the Body is not, and what was not proven is said.
#[test]
fn a_demand_on_parts_alone_prints_them_and_never_the_body() {
    let block = "<s:Header><b:B xmlns:b=\"urn:b\">7</b:B></s:Header><s:Body>";
    let source = ENVELOPE.replace("<s:Body>", block);
    let (password, users) = (scratch("parts-password"), scratch("parts-users"));
    std::fs::write(&password, "s3cret").expect("a file");
    std::fs::write(&users, "ann\ts3cret\n").expect("a file");
    let sign = format!(
        "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --user ann --password-file {} --part Timestamp",
        password.display()
    );
    let verify = format!("verify --trust KEYS/ca.pem --user-file {}", users.display());
    let profile = scratch("parts.toml");
    let text = "[verify]\nrequire = ['signed:Timestamp', 'signed:{urn:b}B']\n";
    std::fs::write(&profile, text).expect("a file");
    let by_profile = format!("--profile {}", profile.display());
    for (parts, demands, printed) in [
        ("--part {urn:b}B", "--require signed:Timestamp --require signed:{urn:b}B", "<b:B "),
        ("--part {urn:b}B", "--require signed:{urn:b}B", "<b:B "),
        ("--part {urn:b}B", "--require signed:every:{urn:b}B", "<b:B "),
        ("--part {urn:b}B", "--require signed:{urn:b}B --require expires --require token:x509", "<b:B "),
        ("--part {urn:b}B", by_profile.as_str(), "<b:B "),
        ("--part UsernameToken", "--require signed:UsernameToken --require token:username", ""),
        ("--part UsernameToken --part {urn:b}B", "--require signed:UsernameToken --require signed:{urn:b}B", "<b:B "),
    ] {
        let message = out(&format!("{sign} {parts} -"), source.as_bytes());
        let opened = wss(&format!("{verify} {demands} -"), &message);
        let told = String::from_utf8_lossy(&opened.stderr);
        assert!(opened.status.success(), "{demands}: {told}");
        let text = String::from_utf8_lossy(&opened.stdout);
        assert!(
            text.starts_with(printed) && !text.contains("urn:a") && text.is_empty() == printed.is_empty(),
            "{text}"
        );
        assert!(
            told.contains("the Body is not among the parts") && told.contains("only this is authenticated"),
            "{told}"
        );
        assert!(told.contains("Timestamp") && told.contains("CN=Alice"), "{told}");
        let json = out(&format!("{verify} {demands} --format json -"), &message);
        let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        assert!(json["body"].is_null(), "{json}");
        // The Body proves nothing and is not demanded; what is demanded is.
        let message = String::from_utf8(message).expect("UTF-8");
        out(&format!("{verify} {demands} -"), message.replace(">1<", ">2<").as_bytes());
        if !printed.is_empty() {
            refused(&format!("{verify} {demands} -"), message.replace(">7<", ">8<").as_bytes());
            let unsigned = out(&format!("{sign} --part Body -"), source.as_bytes());
            refused(&format!("{verify} {demands} -"), &unsigned);
        }
        // With the Body beside it, the Body is demanded.
        let told = refused(&format!("{verify} {demands} --require signed:Body -"), message.as_bytes());
        assert!(told.contains("Body"), "{told}");
    }
}

/// What is authenticated beside a Body that is not is said.
#[test]
fn a_signed_timestamp_alone_is_said_to_be_all_that_is_authenticated() {
    let sign = "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --part Timestamp -";
    let message = out(sign, ENVELOPE.as_bytes());
    let shown = wss("verify --trust KEYS/ca.pem --require expires --print-unauthenticated -", &message);
    let told = String::from_utf8_lossy(&shown.stderr);
    assert!(shown.status.success(), "{told}");
    assert!(
        told.contains("the Body is not authenticated")
            && told.contains("only this is authenticated: Timestamp by CN=Alice"),
        "{told}"
    );
}

/// A peer that digests the SHA-1 of its password is checked by a store that has nothing else of it.
#[test]
fn passwords_may_be_known_by_their_hash_alone() {
    let (password, hashes, users) = (scratch("hash-password"), scratch("hashes"), scratch("hash-users"));
    std::fs::write(&password, "s3cret").expect("a file");
    // `printf s3cret | openssl sha1 -binary | base64`
    std::fs::write(&hashes, "ann\t/vNB+F2HQ559kaLUZbmHHvZrXpg=\n").expect("a file");
    std::fs::write(&users, "ann\ts3cret\n").expect("a file");
    let sign =
        "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --user ann --password-hashed --password-file";
    let message = out(&format!("{sign} {} -", password.display()), ENVELOPE.as_bytes());
    let verify = "verify --trust KEYS/ca.pem --require signed:Body --user-file";
    out(&format!("{verify} {} --passwords-hashed -", hashes.display()), &message);
    refused(&format!("{verify} {} -", hashes.display()), &message);
    refused(&format!("{verify} {} -", users.display()), &message);
    let wrong = wss(&format!("{verify} {} --passwords-hashed -", users.display()), &message);
    assert_eq!(wrong.status.code(), Some(2), "{}", String::from_utf8_lossy(&wrong.stderr));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("base64 of the SHA-1"));
}

/// Every algorithm that a policy can admit has a word, canonicalisations, too.
#[test]
fn every_canonicalisation_has_a_word_of_allow() {
    let message = out(
        "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --c14n exclusive-comments --part-c14n exclusive-comments --waive R5404 --waive R5412 --waive R5423 -",
        ENVELOPE.as_bytes(),
    );
    let verify = "verify --trust KEYS/ca.pem --require signed:Body";
    let told = refused(&format!("{verify} -"), &message);
    assert!(told.contains("WithComments") && told.contains("--allow"), "{told}");
    out(&format!("{verify} --allow exclusive-comments -"), &message);
    let words = wss(&format!("{verify} --allow nonsense -"), &message);
    let words = String::from_utf8_lossy(&words.stderr).into_owned();
    for word in ["exclusive-comments", "inclusive11", "ECDH-ES", "hkdf", "rsa-sha1", "xpath"] {
        assert!(words.contains(word), "{word}: {words}");
    }
}
