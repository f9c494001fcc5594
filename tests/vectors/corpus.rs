//! Manifests, exceptions and the loop over both.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use ws_security::c14n::{Budget, Document, ParseError, transcode_declared};

/// Why a case may be in `vectors/exceptions.toml`: what a SOAP message never has, or what is a program of the sender.
const REASONS: [&str; 4] = [
    "the document has a DTD with entities, which are never expanded",
    "XSLT is never run: it is a program of the sender (BSP R5423)",
    "GOST is not computed: no library of cryptography in use has it",
    "the OPC relationship transform is not used in SOAP",
];

/// One line of a manifest.
pub(crate) struct Case {
    columns: HashMap<String, String>,
}

impl Case {
    pub(crate) fn get(&self, column: &str) -> &str {
        self.columns.get(column).map_or("", String::as_str)
    }

    pub(crate) fn name(&self) -> &str {
        self.get("case")
    }

    /// The value of an entry of `params`; `Some("")` for a bare flag.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.get("params").split(" ; ").find_map(|entry| match entry.split_once('=') {
            Some((key, value)) => (key.trim() == name).then_some(value.trim()),
            None => (entry.trim() == name).then_some(""),
        })
    }
}

/// Where the vectors are, or `None` after saying loudly that they are not.
pub(crate) fn folder() -> Option<PathBuf> {
    match std::env::var_os("WSS_VECTORS") {
        Some(path) => Some(PathBuf::from(path)),
        None => {
            eprintln!("SKIPPED: WSS_VECTORS is not set, the vectors of other projects were not run");
            None
        }
    }
}

pub(crate) fn read(path: &str) -> Vec<u8> {
    let path = folder().expect("WSS_VECTORS is set").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A document, which may have a DOCTYPE without entities, in the encoding that it declares.
pub(crate) fn document(octets: &[u8]) -> Result<Document<'_>, ParseError> {
    transcode_declared(octets, None).and_then(|text| Document::parse_with_doctype(text, &Budget::dangerous_unbounded()))
}

/// The cases of a manifest; none, said loudly, where there are no vectors.
pub(crate) fn cases(folder: &str) -> Vec<Case> {
    if self::folder().is_some() { manifest(folder) } else { Vec::new() }
}

fn manifest(folder: &str) -> Vec<Case> {
    let text = String::from_utf8(read(&format!("{folder}/manifest.tsv"))).expect("manifests are UTF-8");
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let header: Vec<&str> = lines.next().expect("a header").split('\t').collect();
    lines
        .map(|line| Case {
            columns: header.iter().map(|c| (*c).to_owned()).zip(line.split('\t').map(str::to_owned)).collect(),
        })
        .collect()
}

/// The cases of a folder that do not give their expected result, each with its reason.
pub(crate) fn exceptions(folder: &str) -> BTreeMap<String, String> {
    // The file is at the root of the workspace, for each of its packages.
    let folders = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut paths = folders.map(|folder| folder.join("vectors/exceptions.toml"));
    let path = paths.find(|path| path.exists()).expect("vectors/exceptions.toml");
    let text = std::fs::read_to_string(path).expect("vectors/exceptions.toml");
    let table: toml::Table = text.parse().expect("vectors/exceptions.toml is TOML");
    let mut found = BTreeMap::new();
    for exception in table.get("exception").and_then(|e| e.as_array()).into_iter().flatten() {
        let text = |key: &str| exception.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        let reason = text("reason");
        assert!(REASONS.contains(&reason.as_str()), "{reason:?} is no reason for an exception: make its cases pass");
        if text("folder") == folder {
            for case in exception.get("cases").and_then(|c| c.as_array()).into_iter().flatten() {
                found.insert(case.as_str().expect("cases are strings").to_owned(), reason.clone());
            }
        }
    }
    found
}

/// Runs every case of `folder`. `check` returns what is wrong with the outcome.
pub(crate) fn run(folder: &str, check: impl Fn(&Case) -> Result<(), String>) {
    if self::folder().is_none() {
        return;
    }
    let mut exceptions = exceptions(folder);
    let (mut passed, mut excepted) = (0, 0);
    let mut wrong = Vec::new();
    for case in cases(folder) {
        let outcome = check(&case);
        match (outcome, exceptions.remove(case.name())) {
            (Ok(()), None) => passed += 1,
            (Err(_), Some(_)) => excepted += 1,
            (Err(error), None) => wrong.push(format!("{}: {error}", case.name())),
            (Ok(()), Some(reason)) => {
                wrong.push(format!("{}: passes now; remove its exception ({reason})", case.name()));
            }
        }
    }
    wrong.extend(exceptions.keys().map(|case| format!("{case}: an exception for a case that does not exist")));
    println!("{folder}: {passed} cases as expected, {excepted} excepted with a reason, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{} of {folder} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
