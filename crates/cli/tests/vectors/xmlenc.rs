//! Encrypted documents.

use ws_security::c14n::{Budget, Canonicalization, CanonicalizationMethod, Subset, base64_encode};

use crate::corpus::{self, Case};
use crate::keys;

#[test]
fn documents_decrypt_as_published() {
    corpus::run("xmlenc", decrypt);
}

fn decrypt(case: &Case) -> Result<(), String> {
    let mut arguments = vec!["xenc".to_owned(), "decrypt".to_owned(), "--allow-legacy".to_owned()];
    arguments.extend(["--allow-doctype".to_owned(), "--dangerous-retired".to_owned()]);
    if case.get("features").contains("enc-iso-8859-1") {
        arguments.push("--accept-other-encodings".to_owned());
    }
    if case.get("features").contains("cipherreference") && case.param("cipher-reference-uris") != Some("empty") {
        arguments.push("--follow-cipher-references".to_owned());
    }
    // Octets beside XML: binary ones of a type that says XML, and those of a part of a document that has no type.
    let untyped = case.get("features").contains("cipherreference") && case.get("features").contains("encdata:none");
    if untyped || case.get("note").contains("binary octets") {
        arguments.push("--octets".to_owned());
    }
    arguments.extend(keys::options(case));
    arguments.push(keys::vector(case.get("input")));
    let output = keys::wss(&arguments);
    match (case.get("expected"), output.status.code()) {
        ("invalid", Some(1)) | ("unverified" | "either", _) => Ok(()),
        ("invalid", _) => Err(keys::verdict(&output)),
        (expected, Some(0)) => compare(case, &output.stdout, &corpus::read(expected)),
        _ => Err(keys::verdict(&output)),
    }
}

fn compare(case: &Case, found: &[u8], expected: &[u8]) -> Result<(), String> {
    let same = match case.param("compare") {
        Some("base64") => {
            let text: String = String::from_utf8_lossy(expected).split_whitespace().collect();
            base64_encode(found) == text
        }
        Some("plaintext") => found.windows(expected.len().max(1)).any(|window| window == expected),
        _ => found == expected || canonical(found).is_some_and(|found| Some(found) == canonical(expected)),
    };
    if same {
        Ok(())
    } else {
        Err(format!("found {}", String::from_utf8_lossy(found).chars().take(300).collect::<String>()))
    }
}

/// Documents may differ in what canonical form drops.
fn canonical(octets: &[u8]) -> Option<Vec<u8>> {
    let document = corpus::document(octets).ok()?;
    let method = Canonicalization::new(CanonicalizationMethod::InclusiveWithComments);
    method.to_octets(&Subset::document(&document), &Budget::dangerous_unbounded()).ok()
}
