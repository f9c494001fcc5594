//! ML-KEM in documents, both ways with xmlsec1 1.3.13: what it made is in `vectors/xmlsec1`, with the command that made it. It
//! opens ours if `WSS_XMLSEC1` names the program; the shape of what it opened is fixed here.

#![cfg(feature = "post-quantum")]

mod common;

use std::process::Command;

use ws_security::c14n::{Document, Limits};
use ws_security::crypto::PROVIDER;

const SIZES: [&str; 3] = ["512", "768", "1024"];

fn vectors(file: &str) -> String {
    format!("{}/../../vectors/{file}", env!("CARGO_MANIFEST_DIR"))
}

fn wss(words: &[&str]) -> (Option<i32>, String, String) {
    let output = common::wss(words.to_vec(), "");
    let text = |octets: Vec<u8>| String::from_utf8(octets).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(vectors(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The names of all elements, in order.
fn shape(document: &str) -> Vec<String> {
    let document = Document::parse(document, &Limits::default()).expect("well-formed");
    document.elements().map(|element| element.name().local.to_owned()).collect()
}

/// Encrypts the document to a file of a recipient.
fn encrypted(recipient: &str, more: &[&str]) -> String {
    let (recipient, document) = (vectors(recipient), vectors("xmlsec1/document.xml"));
    let words = [["xenc", "encrypt", "--to", &recipient].as_slice(), more, &[&document]].concat();
    let (code, encrypted, error) = wss(&words);
    assert_eq!(code, Some(0), "{error}");
    encrypted
}

fn decrypted(document: &str, key: &str) -> (Option<i32>, String, String) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), document).expect("written");
    let key = vectors(key);
    wss(&["xenc", "decrypt", "--allow-legacy", "--key", &key, file.path().to_str().expect("UTF-8")])
}

/// The content of the root: its start tag may declare more, and white space around it is not of it.
fn root(document: &str) -> &str {
    document.find("<p:part").map_or(document, |at| document[at..].trim())
}

#[test]
fn what_xmlsec1_made_is_read_with_its_key_and_with_no_other() {
    if PROVIDER == "ring" {
        eprintln!("SKIPPED: ring has no ML-KEM, nothing of xmlsec1 was read");
        return;
    }
    let plain = read("xmlsec1/document.xml");
    for size in SIZES {
        let document = read(&format!("xmlsec1/ml-kem-{size}.xml"));
        let (code, found, error) = decrypted(&document, &format!("keys/ml-kem-{size}.key"));
        assert_eq!((code, root(&found)), (Some(0), root(&plain)), "{size}: {error}");
        let other = if size == "512" { "768" } else { "512" };
        for wrong in [format!("keys/ml-kem-{other}.key"), "keys/bob.key".to_owned()] {
            assert_eq!(decrypted(&document, &wrong).0, Some(1), "{size} with {wrong}");
        }
        // No specification has ML-KEM for XML Encryption yet. Without the option for it, it is refused.
        let file = vectors(&format!("xmlsec1/ml-kem-{size}.xml"));
        let key = vectors(&format!("keys/ml-kem-{size}.key"));
        assert_eq!(wss(&["xenc", "decrypt", "--key", &key, &file]).0, Some(1));
    }
}

#[test]
fn documents_are_encrypted_to_certificates_and_to_public_keys() {
    if PROVIDER == "ring" {
        eprintln!("SKIPPED: ring has no ML-KEM, nothing was encrypted to it");
        return;
    }
    let plain = read("xmlsec1/document.xml");
    for size in SIZES {
        let (certificate, public) = (format!("keys/ml-kem-{size}.pem"), format!("keys/ml-kem-{size}.pub"));
        let all = [
            encrypted(&certificate, &[]),
            encrypted(&public, &[]),
            encrypted(&public, &["--key-info", "key-name=kem"]),
            encrypted(&public, &["--key-info", "key-name=kem", "--key-wrap", "kw-aes128"]),
            encrypted(&certificate, &["--content", "aes128-gcm", "--key-info", "x509-ski"]),
        ];
        for document in &all {
            let (code, found, error) = decrypted(document, &format!("keys/ml-kem-{size}.key"));
            assert_eq!((code, root(&found)), (Some(0), root(&plain)), "{size}: {error}");
            let at = document.rfind("CipherValue>").expect("a value") - 8;
            let other = if document[at..].starts_with('A') { "B" } else { "A" };
            let tampered = format!("{}{other}{}", &document[..at], &document[at + 1..]);
            assert_eq!(decrypted(&tampered, &format!("keys/ml-kem-{size}.key")).0, Some(1), "{size}: tampered");
        }
        let theirs = read(&format!("xmlsec1/ml-kem-{size}.xml"));
        assert_eq!(shape(&all[2]), shape(&theirs), "{size}: as xmlsec1 writes it");
        xmlsec1_opens(size, &all, &plain);
    }
}

/// xmlsec1 opens ours, if it is there.
fn xmlsec1_opens(size: &str, documents: &[String], plain: &str) {
    let Some(program) = std::env::var_os("WSS_XMLSEC1") else {
        eprintln!("SKIPPED: WSS_XMLSEC1 does not name xmlsec1 from 1.3.13 on, it did not open ours");
        return;
    };
    let key = vectors(&format!("keys/ml-kem-{size}.key"));
    for document in documents {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), document).expect("written");
        let output = Command::new(&program)
            .args(["decrypt", "--privkey-pem:kem", &key, "--lax-key-search", "--enabled-key-data"])
            // It would take the value of a public key for the whole key, and look no further.
            .arg("key-name,x509,enc-key,encapsulation-mechanism,aes,ml-kem")
            .arg(file.path())
            .output()
            .expect("xmlsec1 runs");
        let (found, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(root(&found), root(plain), "{size}: {error}\n{document}");
    }
}

#[test]
fn options_for_other_kinds_of_keys_are_refused() {
    let (recipient, document) = (vectors("keys/ml-kem-768.pem"), vectors("xmlsec1/document.xml"));
    for more in [["--key-transport", "rsa-oaep"], ["--key-derivation", "hkdf"], ["--originator-key", "key-value"]] {
        let (code, _, error) = wss(&[["xenc", "encrypt", "--to", &recipient].as_slice(), &more, &[&document]].concat());
        assert!(code == Some(2) && (error.contains("--key-wrap alone") || PROVIDER == "ring"), "{code:?} {error}");
    }
}
