//! Many mutants from one build.
//!
//! cargo-mutants builds once for each mutant. Here every mutant is put into the sources at once, behind a question
//! (`if crate::__mutant(17) { … }`), and the environment variable `WSS_MUTANT` says which of them is on. How to run it:
//! fuzz/README.md, "Mutants of the code".
//!
//! - `wss-mutants write LISTED TREE OUT [SKIPPED]` rewrites the sources in TREE. LISTED is what `cargo mutants --list --json`
//!   prints; OUT gets a line for each mutant, its number and its name; SKIPPED has names that do not compile.
//! - `wss-mutants reach BUILT REACHED` runs each test of BUILT (`cargo test --no-run --message-format=json`) without a
//!   mutant, and writes which mutants it reaches.
//! - `wss-mutants run MUTANTS REACHED RESULTS` judges each line of MUTANTS that RESULTS does not have yet, by the tests
//!   that reach it.

mod places;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use places::Mutant;

/// What each crate asks. `WSS_MUTANT_SEEN` names a file that gets the number of each mutant that is asked for.
const QUESTION: &str = r#"
#[doc(hidden)]
#[allow(missing_docs, unreachable_pub, clippy::all)]
pub fn __mutant(number: u32) -> bool {
    use std::sync::{Mutex, OnceLock};
    static ON: OnceLock<u32> = OnceLock::new();
    static SEEN: OnceLock<Option<Mutex<(std::collections::HashSet<u32>, std::fs::File)>>> = OnceLock::new();
    let seen = SEEN.get_or_init(|| {
        let path = std::env::var_os("WSS_MUTANT_SEEN")?;
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path).ok()?;
        Some(Mutex::new((Default::default(), file)))
    });
    if let Some(mut seen) = seen.as_ref().and_then(|seen| seen.lock().ok()) {
        if seen.0.insert(number) {
            let _ = std::io::Write::write_all(&mut seen.1, format!("{number}\n").as_bytes());
        }
    }
    *ON.get_or_init(|| std::env::var("WSS_MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0)) == number
}
"#;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", listed, tree, out] => write(listed, Path::new(tree), out, ""),
        ["write", listed, tree, out, skipped] => write(listed, Path::new(tree), out, &read(Path::new(skipped))),
        ["reach", built, out] => run::reach(built, out),
        ["run", mutants, reached, results] => run::all(mutants, reached, results),
        _ => panic!("write LISTED TREE OUT [SKIPPED], or reach BUILT REACHED, or run MUTANTS REACHED RESULTS"),
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(listed: &str, tree: &Path, out: &str, skipped: &str) {
    let skipped: BTreeSet<&str> = skipped.lines().collect();
    let listed: serde_json::Value = serde_json::from_str(&read(Path::new(listed))).expect("JSON");
    let mut by_file: BTreeMap<&str, Vec<&serde_json::Value>> = BTreeMap::new();
    for mutant in listed.as_array().expect("a list") {
        by_file.entry(mutant["file"].as_str().expect("a file")).or_default().push(mutant);
    }
    let (mut number, mut lines, mut crates) = (0, String::new(), BTreeSet::new());
    for (file, listed) in by_file {
        let source = read(&tree.join(file));
        let mut numbered = Vec::new();
        for mutant in places::of(file, &source, &listed) {
            if skipped.contains(mutant.name.as_str()) {
                continue;
            }
            number += 1;
            writeln!(lines, "{number}\t{}", mutant.name).expect("a string takes it");
            numbered.push((number, mutant));
        }
        fs::write(tree.join(file), rewritten(&source, numbered)).expect("the tree is ours");
        let (package, _) = file.split_once("/src/").expect("a crate");
        crates.insert(package.to_owned());
    }
    for package in crates {
        let root = tree.join(package).join("src/lib.rs");
        fs::write(&root, read(&root) + QUESTION).expect("the tree is ours");
    }
    fs::write(out, lines).expect("the list is written");
}

/// The source with every mutant behind its question.
fn rewritten(source: &str, mutants: Vec<(usize, Mutant)>) -> String {
    // (where, end first, how far the other end is, text): what is closed at a place comes before what is opened there;
    // the outermost is opened first and closed last.
    let mut edits: Vec<(usize, u8, isize, isize, String)> = Vec::new();
    for (number, mutant) in mutants {
        let len = mutant.span.len() as isize;
        let order = number as isize;
        let question = format!("crate::__mutant({number})");
        let (opening, closing) = if len == 0 { (1, 0) } else { (2, 0) };
        edits.push((mutant.span.start, opening, -len, order, mutant.before.replace('@', &question)));
        edits.push((mutant.span.end, closing, len, -order, mutant.after));
    }
    for span in places::consts(source) {
        edits.push((span.start, 3, 0, 0, "/*".into()));
        edits.push((span.end, 0, 0, 0, "*/".into()));
    }
    edits.sort();
    let (mut text, mut at) = (String::new(), 0);
    for (place, _, _, _, inserted) in edits {
        text.push_str(&source[at..place]);
        text.push_str(&inserted);
        at = place;
    }
    text.push_str(&source[at..]);
    text
}
