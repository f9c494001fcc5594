//! Runs: for each mutant the tests that reach it, until one of them fails or hangs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A test, what it costs without a mutant, and the mutants that it reaches.
struct Test {
    binary: PathBuf,
    directory: PathBuf,
    name: String,
    /// Time of the processor: the machine may do other things.
    takes: Duration,
    reaches: BTreeSet<u32>,
}

/// What measures time judges no mutant.
const SKIPPED: [&str; 5] =
    ["linear", "constant_time", "t01_no_wrapped", "a_stream_and_memory_never", "long_lines_and_split"];

/// Runs every test by itself and writes what it reaches: binary, directory, test, milliseconds, numbers of mutants. Goes
/// on where it ended. A test that fails without a mutant is left out.
pub fn reach(built: &str, out: &str) {
    let done: BTreeSet<(PathBuf, String)> = read_tests(out).into_iter().map(|test| (test.binary, test.name)).collect();
    let mut lines = append(out);
    for (binary, directory) in binaries(built) {
        for name in names(&binary, &directory) {
            if done.contains(&(binary.clone(), name.clone())) || SKIPPED.iter().any(|skipped| name.contains(skipped)) {
                continue;
            }
            let seen = std::env::temp_dir().join(format!("wss-mutants-{}", std::process::id()));
            drop(fs::remove_file(&seen));
            let mut command = command(&binary, &directory, &[&name], 0);
            let (failed, takes) = outcome(command.env("WSS_MUTANT_SEEN", &seen), Duration::from_secs(120));
            if let Some(why) = failed {
                eprintln!("left out, fails by itself: {} {name}: {why}", binary.display());
                continue;
            }
            let numbers = fs::read_to_string(&seen).unwrap_or_default();
            let numbers: BTreeSet<u32> = numbers.lines().filter_map(|line| line.parse().ok()).collect();
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            let (binary, directory) = (binary.display(), directory.display());
            let takes = takes.as_millis();
            writeln!(lines, "{binary}\t{directory}\t{name}\t{takes}\t{}", numbers.join(",")).expect("the output");
        }
    }
}

/// Judges each line of MUTANTS that RESULTS does not have yet.
pub fn all(mutants: &str, reached: &str, results: &str) {
    let tests = read_tests(reached);
    let done = fs::read_to_string(results).unwrap_or_default();
    let done: BTreeSet<&str> = done.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    let mut out = append(results);
    let mut killers: Vec<PathBuf> = Vec::new();
    for line in super::read(Path::new(mutants)).lines() {
        let (number, name) = line.split_once('\t').expect("number and name");
        if done.contains(name) {
            continue;
        }
        let number = number.parse().expect("a number");
        let mut reaching: BTreeMap<&PathBuf, Vec<&Test>> = BTreeMap::new();
        for test in tests.iter().filter(|test| test.reaches.contains(&number)) {
            reaching.entry(&test.binary).or_default().push(test);
        }
        let count: usize = reaching.values().map(Vec::len).sum();
        let mut groups: Vec<_> = reaching.into_iter().collect();
        // What killed one mutant kills its neighbours.
        let rank = |binary: &Path| killers.iter().position(|known| known == binary).unwrap_or(usize::MAX);
        groups.sort_by_key(|(binary, tests)| (rank(binary).min(3), takes(tests)));
        let killed = groups.iter().find_map(|(binary, tests)| Some((*binary, judge(tests, number)?)));
        if let Some((binary, _)) = &killed {
            killers.retain(|known| known != *binary);
            killers.insert(0, (*binary).clone());
        }
        let verdict = match killed {
            Some((_, by)) => format!("killed by {by}"),
            None if count == 0 => "SURVIVED: no test reaches it".to_owned(),
            None => format!("SURVIVED {count} tests"),
        };
        writeln!(out, "{number}\t{name}\t{verdict}").expect("results");
    }
}

fn takes(tests: &[&Test]) -> Duration {
    tests.iter().map(|test| test.takes).sum()
}

/// Which of these tests, all of one binary, fails.
fn judge(tests: &[&Test], mutant: u32) -> Option<String> {
    let first = tests.first()?;
    let mut tests = tests.to_vec();
    tests.sort_by_key(|test| test.takes);
    let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    let stem = first.binary.file_name().expect("a name").to_string_lossy().into_owned();
    let allowed = takes(&tests) * 8 + Duration::from_secs(5);
    let (failed, _) = outcome(&mut command(&first.binary, &first.directory, &names, mutant), allowed);
    failed.map(|why| format!("{stem}: {why}"))
}

fn append(path: &str) -> fs::File {
    OpenOptions::new().create(true).append(true).open(path).expect("the output")
}

fn read_tests(reached: &str) -> Vec<Test> {
    let text = fs::read_to_string(reached).unwrap_or_default();
    let test = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [binary, directory, name, takes, numbers] = fields[..] else { panic!("five fields: {line}") };
        Test {
            binary: binary.into(),
            directory: directory.into(),
            name: name.to_owned(),
            takes: Duration::from_millis(takes.parse().expect("milliseconds")),
            reaches: numbers.split(',').filter_map(|number| number.parse().ok()).collect(),
        }
    };
    text.lines().map(test).collect()
}

/// The test binaries that cargo built, each with its directory.
fn binaries(built: &str) -> Vec<(PathBuf, PathBuf)> {
    let mut binaries = Vec::new();
    for line in super::read(Path::new(built)).lines() {
        let message: serde_json::Value = serde_json::from_str(line).expect("JSON");
        if let (Some(path), Some(manifest)) = (message["executable"].as_str(), message["manifest_path"].as_str()) {
            binaries.push((path.into(), Path::new(manifest).parent().expect("a directory").to_owned()));
        }
    }
    binaries
}

fn names(binary: &Path, directory: &Path) -> Vec<String> {
    let listed = Command::new(binary).args(["--list", "--format", "terse"]).current_dir(directory).output();
    let listed = String::from_utf8(listed.expect("the test binary runs").stdout).expect("text");
    listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

fn command(binary: &Path, directory: &Path, names: &[&str], mutant: u32) -> Command {
    let mut command = Command::new(binary);
    command.args(["--exact", "--test-threads=2"]).args(names).current_dir(directory);
    // A backtrace takes longer than the test that fails.
    command.env("WSS_MUTANT", mutant.to_string()).env("PROPTEST_CASES", "16").env("RUST_BACKTRACE", "0");
    command
}

/// What failed, if something did, and the time of the processor. More than `allowed` of it is a failure.
fn outcome(command: &mut Command, allowed: Duration) -> (Option<String>, Duration) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the test binary runs");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let (send, failures) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let failed = line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED"));
            if let Some(name) = failed {
                drop(send.send(name.to_owned()));
            }
        }
    });
    let begin = Instant::now();
    let mut used = Duration::ZERO;
    let verdict = loop {
        if let Ok(name) = failures.try_recv() {
            break Some(name);
        }
        if let Some(status) = child.try_wait().expect("a child") {
            let abort = || failures.recv().unwrap_or_else(|_| "abort".to_owned());
            break (!status.success()).then(abort);
        }
        used = processor_time(&child).unwrap_or(used);
        // Who waits forever uses no processor.
        if used > allowed || begin.elapsed() > allowed * 20 {
            break Some("time".to_owned());
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    // It may have ended by itself.
    drop(child.kill());
    child.wait().expect("a child");
    drop(failures);
    reader.join().expect("the reader");
    (verdict, used)
}

/// The time of the processor that a child has used, of Linux.
fn processor_time(child: &Child) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
