//! The public calls of a type, read off the sources, so that no list of them can lack a new one.

use std::collections::BTreeSet;
use std::path::Path;

/// `Type::call` for each public call of a crate's type that makes or changes a value of it.
pub(crate) fn public_calls(crate_name: &str, type_name: &str) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for (_, source) in sources(&[crate_name]) {
        for block in source.split(&format!("\nimpl {type_name} {{\n")).skip(1) {
            let block = block.split("\n}\n").next().expect("the end of the block");
            for function in block.split("\n    pub ").skip(1) {
                let Some(function) = function.trim_start_matches("const ").strip_prefix("fn ") else { continue };
                let signature = function.split('{').next().expect("a signature");
                let reads = signature.contains("(&self") || signature.contains("\n        &self,");
                if !reads || signature.contains("dangerous") || signature.contains("legacy") {
                    calls.insert(format!("{type_name}::{}", word(function)));
                }
            }
        }
    }
    calls
}

pub(crate) fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The sources of these crates, with their paths.
pub(crate) fn sources(crates: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for name in crates {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("crates").join(name).join("src"), &mut found);
    }
    found
}

fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a source")));
        }
    }
}
