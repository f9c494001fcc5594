//! Runs: the test binaries, one after the other, until one of them fails or hangs.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A test binary, and how long it takes without a mutant.
struct Binary {
    path: PathBuf,
    directory: PathBuf,
    takes: Duration,
}

/// What measures time judges no mutant; what takes many seconds judges survivors only, by hand.
const SKIPPED: [&str; 5] =
    ["linear", "constant_time", "t01_no_wrapped", "a_stream_and_memory_never", "long_lines_and_split"];

pub fn all(mutants: &str, built: &str, results: &str) {
    let mut binaries = Vec::new();
    for line in super::read(Path::new(built)).lines() {
        let message: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let (Some(path), Some(manifest)) = (message["executable"].as_str(), message["manifest_path"].as_str()) else {
            continue;
        };
        let directory = Path::new(manifest).parent().expect("a directory").to_owned();
        let mut binary = Binary { path: path.into(), directory, takes: Duration::from_secs(120) };
        let begin = Instant::now();
        match judge(&binary, 0) {
            None => binary.takes = begin.elapsed(),
            Some(why) => {
                eprintln!("left out, fails by itself: {} {why}", binary.path.display());
                continue;
            }
        }
        eprintln!("{:>6} ms {}", binary.takes.as_millis(), binary.path.display());
        binaries.push(binary);
    }
    binaries.sort_by_key(|binary| binary.takes);
    let done = fs::read_to_string(results).unwrap_or_default();
    let done: BTreeSet<&str> = done.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    let mut out = OpenOptions::new().create(true).append(true).open(results).expect("results");
    for line in super::read(Path::new(mutants)).lines() {
        let (number, name) = line.split_once('\t').expect("number and name");
        if done.contains(name) {
            continue;
        }
        let number = number.parse().expect("a number");
        let killed = binaries.iter().enumerate().find_map(|(at, binary)| Some((at, judge(binary, number)?)));
        // What killed one mutant kills its neighbours.
        if let Some((at, _)) = &killed {
            binaries[..=*at].rotate_right(1);
        }
        let verdict = killed.map_or("SURVIVED".to_owned(), |(_, by)| format!("killed by {by}"));
        writeln!(out, "{number}\t{name}\t{verdict}").expect("results");
    }
}

/// What failed, if something did.
fn judge(binary: &Binary, mutant: u32) -> Option<String> {
    let stem = binary.path.file_name().expect("a name").to_string_lossy().into_owned();
    let log = std::env::temp_dir().join(format!("wss-mutants-{}", std::process::id()));
    let mut child = Command::new(&binary.path)
        .args(["-q", "--test-threads=2"])
        .args(SKIPPED.iter().flat_map(|name| ["--skip", name]))
        .env("WSS_MUTANT", mutant.to_string())
        .env("PROPTEST_CASES", "16")
        .current_dir(&binary.directory)
        .stdout(fs::File::create(&log).expect("a log"))
        .stderr(Stdio::null())
        .spawn()
        .expect("the test binary runs");
    let deadline = Instant::now() + binary.takes * 8 + Duration::from_secs(10);
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if Instant::now() > deadline {
            child.kill().expect("a child");
            child.wait().expect("a child");
            return Some(format!("{stem}: time"));
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    if status.success() {
        return None;
    }
    let said = fs::read_to_string(&log).unwrap_or_default();
    let failed = said.lines().rev().filter_map(|line| line.strip_prefix("    ")).next().unwrap_or("abort");
    Some(format!("{stem}: {failed}"))
}
