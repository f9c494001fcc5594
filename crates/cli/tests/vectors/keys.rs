//! From the key column of a manifest to options of the command line.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use ws_security::Certificate;
use ws_security::c14n::{Document, Limits, base64_decode, name};
use ws_security::xmldsig::{KeyHint, KeyInfo};

use crate::corpus::{self, Case};

/// One entry of the key column.
pub(crate) struct KeyEntry(HashMap<String, String>);

impl KeyEntry {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    pub(crate) fn path(&self) -> String {
        vector(self.get("file"))
    }

    /// The files of a pattern such as `certs/*.crt`.
    fn paths(&self) -> Vec<String> {
        let path = self.path();
        let Some((folder, end)) = path.split_once('*') else { return vec![path] };
        let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let all = entries.map(|entry| entry.expect("an entry").path().display().to_string());
        all.filter(|path| path.ends_with(end)).collect()
    }
}

pub(crate) fn vector(path: &str) -> String {
    corpus::folder().expect("WSS_VECTORS is set").join(path).display().to_string()
}

pub(crate) fn entries(case: &Case) -> Vec<KeyEntry> {
    let entries = case.get("key").split(" ; ").filter(|entry| !entry.trim().is_empty());
    entries
        .map(|entry| {
            let mut pairs = HashMap::new();
            let mut last: Option<String> = None;
            // Values may hold blanks: a word without `=` goes on with the value before it.
            for word in entry.split(' ').filter(|word| !word.is_empty()) {
                match (word.split_once('='), &last) {
                    (Some((name, value)), _) if name.chars().all(|c| c.is_ascii_lowercase() || c == '-') => {
                        pairs.insert(name.to_owned(), value.to_owned());
                        last = Some(name.to_owned());
                    }
                    (_, Some(name)) => {
                        let value = pairs.entry(name.clone()).or_default();
                        value.push(' ');
                        value.push_str(word);
                    }
                    (_, None) => {}
                }
            }
            KeyEntry(pairs)
        })
        .collect()
}

/// A fresh file with these octets.
pub(crate) fn temporary(octets: &[u8]) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("vectors");
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    std::fs::write(&path, octets).expect("a file");
    path.display().to_string()
}

/// Options for the keys of whole documents.
pub(crate) fn options(case: &Case) -> Vec<String> {
    let mut options = Vec::new();
    let mut add = |option: &str, value: String| options.extend([option.to_owned(), value]);
    for entry in entries(case) {
        let named = |path: String| match entry.get("name") {
            "" => path,
            name => format!("{name}={path}"),
        };
        match (entry.get("role"), entry.get("format")) {
            ("trusted", _) => add("--trust", entry.path()),
            // KeyInfo only names the signer, whose certificate is this one.
            ("untrusted", _) if names_signer(case) => {
                entry.paths().into_iter().for_each(|path| add("--cert", path));
            }
            ("untrusted", _) => entry.paths().into_iter().for_each(|path| add("--intermediate", path)),
            (_, "cert-pem" | "cert-der") => add("--cert", entry.path()),
            (_, "raw") => {
                let named_secret =
                    if case.param("any-key-name").is_some() { entry.path() } else { named(entry.path()) };
                add("--secret", named_secret);
            }
            (_, "pkcs12") => {
                add("--p12", entry.path());
                add("--password-file", temporary(entry.get("password").as_bytes()));
            }
            (_, "xmlsec-keys-xml") => {
                for (key_name, secret) in key_store_secrets(&entry.path()) {
                    add("--secret", format!("{key_name}={}", temporary(&secret)));
                }
            }
            ("crl", _) | (_, "jks") => {}
            _ => {
                add("--key", entry.path());
                if !entry.get("password").is_empty() {
                    add("--password-file", temporary(entry.get("password").as_bytes()));
                }
            }
        }
    }
    if let Some(time) = case.param("time") {
        add("--now", time.to_owned());
    }
    // The times of certificates are judged in any case, so that such a case is judged when all of its path were valid.
    if case.param("skip-cert-time").is_some() {
        add("--now", "2026-03-15T00:00:00Z".to_owned());
    }
    options
}

/// Whether a file that nobody trusts has the certificate of the signer, and not one of an authority, below an anchor.
pub(crate) fn names_signer(case: &Case) -> bool {
    let of_role = |role: &'static str| entries(case).into_iter().filter(move |entry| entry.get("role") == role);
    let is_signer = |path: String| {
        let octets = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let certificate = ws_security::Certificate::from_der(&octets);
        certificate.is_ok_and(|known| known.basic_constraints().is_none_or(|constraints| !constraints.is_ca))
    };
    let is_carried = case.get("features").contains("ki:x509certificate");
    !is_carried
        && of_role("trusted").next().is_some()
        && of_role("untrusted").flat_map(|entry| entry.paths()).any(is_signer)
}

/// The symmetric keys of an xmlsec key store, by name.
fn key_store_secrets(path: &str) -> Vec<(String, Vec<u8>)> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let document = Document::parse(text.as_str(), &Limits::default()).expect("a key store");
    let mut secrets = Vec::new();
    for info in document.elements().filter(|element| element.is(name::DS.uri, "KeyInfo")) {
        let text_of = |local: &str| {
            let found = info.descendants_and_self().find(|element| element.name().local == local);
            found.and_then(|element| element.text().ok()).map(|text| text.trim().to_owned())
        };
        let values = ["AESKeyValue", "DESKeyValue", "HMACKeyValue", "CamelliaKeyValue", "ChaCha20KeyValue"];
        let value = values.into_iter().find_map(text_of);
        if let (Some(key_name), Some(secret)) =
            (text_of("KeyName"), value.and_then(|value| base64_decode(&value, 4_096)))
        {
            secrets.push((key_name, secret));
        }
    }
    secrets
}

/// The key the document brings along, taken as the caller's own choice: the command line never does that.
pub(crate) fn own_key(case: &Case) -> Option<Vec<String>> {
    let octets = corpus::read(case.get("input"));
    let document = corpus::document(&octets).ok()?;
    let info = document.elements().find(|e| e.is(name::DS.uri, "KeyInfo"))?;
    let info = KeyInfo::parse(info, &ws_security::Budget::dangerous_unbounded()).ok()?;
    for hint in info.hints() {
        match hint {
            KeyHint::KeyValue(key) => return Some(vec!["--key".to_owned(), temporary(key.spki())]),
            // The key of a certificate in the message counts only if the case says that nobody validates certificates.
            KeyHint::X509Data(data)
                if !data.certificates.is_empty()
                    && (case.param("no-cert-validation").is_some() || case.get("expected") != "invalid") =>
            {
                let read = data.certificates.iter().filter(|der| Certificate::from_der(der).is_ok());
                return Some(read.flat_map(|der| ["--cert".to_owned(), temporary(der)]).collect());
            }
            _ => {}
        }
    }
    None
}

pub(crate) fn wss(arguments: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wss")).args(arguments).output().expect("wss runs")
}

/// What an exit code and a message say.
pub(crate) fn verdict(output: &Output) -> String {
    format!("exit {:?}: {}", output.status.code(), String::from_utf8_lossy(&output.stderr).trim())
}
