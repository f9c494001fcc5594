//! Signatures, and the octets that go into them.

use ws_security::c14n::{Budget, Document, Element, IdIndex, name};
use ws_security::xmldsig::{Dereference, Signature};

use crate::corpus::{self, Case};
use crate::keys;

#[test]
fn signatures_verify_as_published() {
    corpus::run("xmldsig", |case| match case.get("operation") {
        "verify" => verify(case),
        "reference-octets" | "signedinfo-octets" => octets(case),
        other => Err(format!("unknown operation {other}")),
    });
}

/// The manifest gives their keys apart. Here the `ECDSAKeyValue` of RFC 4050 in the message has to be enough.
#[test]
fn keys_of_rfc_4050_are_read() {
    let cases = corpus::cases("xmldsig");
    let has_one =
        |case: &&Case| case.get("features").contains("ki:rfc4050-ecdsakeyvalue") && case.get("expected") == "valid";
    let with_one: Vec<&Case> = cases.iter().filter(has_one).collect();
    for case in &with_one {
        let file = keys::vector(case.get("input"));
        let options = ["dsig", "verify", "--allow-legacy", "--dangerous-retired", "--insecure-keyvalue", &file];
        let output = keys::wss(&options.map(str::to_owned));
        assert!(output.status.success(), "{}: {}", case.name(), keys::verdict(&output));
    }
    assert!(cases.is_empty() || with_one.len() >= 20, "only {} cases", with_one.len());
}

fn verify(case: &Case) -> Result<(), String> {
    let mut arguments = vec!["dsig".to_owned(), "verify".to_owned(), "--allow-legacy".to_owned()];
    arguments.extend(["--allow-doctype".to_owned(), "--dangerous-retired".to_owned()]);
    arguments.push("--dangerous-old-path-signatures".to_owned());
    let mut options = keys::options(case);
    let key_options = options.iter().any(|option| option.starts_with("--") && option != "--now");
    if !key_options || case.param("no-cert-validation").is_some() {
        let outside = case.get("features").contains("ki:retrievalmethod") && maps(case).next().is_some();
        let allows_values = outside || case.param("keyinfo").is_some_and(|kinds| kinds.contains("rsa"));
        let by_reference = allows_values.then(|| vec!["--insecure-keyvalue".to_owned()]);
        options.extend(keys::own_key(case).or(by_reference).unwrap_or_default());
    }
    // Beside the anchors, the case lets values of keys count.
    let words: Vec<&str> = case.param("keyinfo").unwrap_or_default().split(',').collect();
    let takes_values = words.contains(&"key-value") && ["rsa", "dsa"].iter().any(|kind| words.contains(kind));
    if takes_values && !options.iter().any(|option| option == "--insecure-keyvalue") {
        options.push("--insecure-keyvalue".to_owned());
    }
    arguments.extend(options);
    for entry in case.param("id-attrs").unwrap_or_default().split(',').filter(|entry| !entry.is_empty()) {
        let attribute = entry.split('@').next().unwrap_or_default();
        arguments.extend(["--id-attr".to_owned(), attribute.to_owned()]);
    }
    // Cut below half of the MAC, where the case says so or its peer did not ask.
    if case.get("features").contains("hmac-truncated") {
        let least = case.param("hmac-min-bits").unwrap_or("40");
        arguments.extend(["--dangerous-mac-bits".to_owned(), least.to_owned()]);
    }
    if let Some(folder) = base(case) {
        arguments.extend(["--base".to_owned(), folder]);
    }
    let by_name = keys::names_signer(case);
    if case.param("check-key-cert").is_some() || by_name {
        arguments.push("--cert-needs-path".to_owned());
    }
    if let Some(file) = case.param("anonymous-data") {
        arguments.extend(["--map".to_owned(), format!("={}", keys::vector(file))]);
    }
    for (uri, file) in maps(case) {
        arguments.extend(["--map".to_owned(), format!("{uri}={}", keys::vector(file))]);
    }
    arguments.push(keys::vector(case.get("input")));
    let mut output = keys::wss(&arguments);
    // A secret that anyone can have encrypted to the receiver counts only where that is asked for.
    if output.status.code() == Some(1) && String::from_utf8_lossy(&output.stderr).contains("--anonymous") {
        arguments.insert(2, "--anonymous".to_owned());
        output = keys::wss(&arguments);
    }
    match (case.get("expected"), output.status.code()) {
        ("valid" | "either", Some(0)) | ("invalid" | "either", Some(1)) => Ok(()),
        _ => Err(keys::verdict(&output)),
    }
}

/// The references that lead to files: each URI, and its file.
fn maps(case: &Case) -> impl Iterator<Item = (&str, &str)> {
    let entries = case.get("params").split(" ; ").filter_map(|entry| entry.trim().strip_prefix("map="));
    entries.filter_map(|entry| entry.split_once("=>"))
}

/// The folder below which the URIs of the references are the files they lead to.
fn base(case: &Case) -> Option<String> {
    let folder = maps(case).find_map(|(uri, file)| file.strip_suffix(uri.trim_start_matches("./")));
    folder.filter(|folder| folder.ends_with('/')).map(keys::vector)
}

struct Whole<'a, 'd>(&'d Document<'d>, &'a IdIndex<'d>, &'a Case);

impl<'d> Dereference<'d> for Whole<'_, 'd> {
    fn document(&self) -> Option<&'d Document<'d>> {
        Some(self.0)
    }

    fn element(&self, id: &str) -> Option<Element<'d>> {
        self.1.get(id)
    }

    fn ids(&self) -> Option<&IdIndex<'d>> {
        Some(self.1)
    }

    fn runs_filters(&self) -> bool {
        true
    }

    fn reads_doctypes(&self) -> bool {
        true
    }

    fn unnamed(&self) -> Option<&'d Document<'d>> {
        Some(self.0)
    }

    fn external(&self, uri: &str) -> Option<Vec<u8>> {
        maps(self.2).find(|(known, _)| *known == uri).map(|(_, file)| corpus::read(file))
    }
}

const DSA: &str = "http://www.w3.org/2000/09/xmldsig#dsa-sha1";
/// It has as many octets as [`DSA`], so that it can replace it in a text of the same length.
const RSA: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";

fn replace(octets: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    String::from_utf8(octets).map_or_else(|other| other.into_bytes(), |text| text.replace(from, to).into_bytes())
}

/// What goes into a digest or a signature does not depend on the signature method, so DSA is none of our concern here.
fn octets(case: &Case) -> Result<(), String> {
    let source = corpus::read(case.get("input"));
    let text = String::from_utf8_lossy(&source);
    let is_dsa = text.contains(DSA) && !text.contains(RSA);
    let source = if is_dsa { replace(source, DSA, RSA) } else { source };
    let document = corpus::document(&source).map_err(|error| error.to_string())?;
    let ids = IdIndex::build_with(&document, &["Id", "ID", "id"]).map_err(|error| error.to_string())?;
    let element = document.elements().find(|element| element.is(name::DS.uri, "Signature")).ok_or("no signature")?;
    let budget = Budget::dangerous_unbounded();
    let signature = Signature::parse(element, &budget).map_err(|error| error.to_string())?;
    let found = match case.param("select").and_then(|select| select.strip_prefix("SignedInfo/Reference[")) {
        None => signature.signed_info().octets(&budget).map_err(|error| error.to_string())?,
        Some(number) => {
            let number: usize = number.trim_end_matches(']').parse().map_err(|_| "a reference number")?;
            let reference = signature.signed_info().references().get(number - 1).ok_or("no such reference")?;
            reference.octets(element, &Whole(&document, &ids, case), &budget).map_err(|error| error.to_string())?
        }
    };
    let found = if is_dsa { replace(found, RSA, DSA) } else { found };
    if found == corpus::read(case.get("expected")) { Ok(()) } else { Err("other octets".to_owned()) }
}
