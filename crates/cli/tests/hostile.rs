//! Hostile shapes through the command line: `wss verify`, `lint` and `inspect` as processes, each at one, two and four
//! times a size, in time linear in the message and in little memory. What the kernel says of each process is compared.

#![cfg(target_os = "linux")]

#[path = "../../../tests/common/mod.rs"]
mod common;
#[path = "../../../tests/hostile/der.rs"]
mod der;
#[path = "../../../tests/hostile/linear.rs"]
mod linear;
#[path = "../../../tests/hostile/shapes.rs"]
mod shapes;
#[path = "common/usage.rs"]
mod usage;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use linear::{TWICE_THE_TIME, is_linear};
use usage::{Usage, own_peak, run};

/// One of each family of costs: nodes, text, namespaces, references, keys, ciphertext, assertions, packages.
const SHAPES: [&str; 13] = [
    "xml: empty elements",
    "xml: declarations of one element",
    "xml: a long namespace that is rendered",
    "xml: text that is escaped and signed",
    "xml: Ids",
    "header: unknown children",
    "header: tokens",
    "signature: references",
    "signature: a long namespace inside a digest method",
    "keys: certificates",
    "keys: a long serial number",
    "keys: encrypted keys",
    "within: links beside an Id of two elements",
];

/// The shortest of some runs, and the most memory of them.
fn best(runs: usize, subcommand: &[&str], message: &Path) -> Usage {
    let mut best = run(subcommand, message);
    for _ in 1..runs {
        let next = run(subcommand, message);
        best = Usage { time: next.time.min(best.time), peak: next.peak.max(best.peak), ..next };
    }
    best
}

/// Shorter times are those of starting a process.
const NOISE: Duration = Duration::from_millis(60);
/// How often a ratio is measured again before it counts.
const ATTEMPTS: usize = 5;

#[test]
fn hostile_shapes_take_linear_time_and_little_memory_in_every_process() {
    let key = |name: &str| format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    let (ca, bob, bob_key) = (key("ca.pem"), key("bob.pem"), key("bob.key"));
    let verify =
        ["verify", "--trust", &ca, "--decrypt-key", &bob_key, "--decrypt-cert", &bob, "--require", "signed:Body"];
    let commands: [&[&str]; 3] = [&verify, &["lint", "--format", "json"], &["inspect"]];
    let all = shapes::all();
    let path = |times: usize| -> PathBuf {
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{}-{times}", std::process::id()))
    };
    // What a process takes that has nothing to do.
    std::fs::write(path(0), "<a/>").expect("a file");
    let idle: Vec<usize> = commands.iter().map(|command| best(3, command, &path(0)).peak).collect();
    let mut failures = Vec::new();
    for name in SHAPES {
        let shape = all.iter().find(|shape| shape.name == name).expect("a shape of this name");
        let lens: Vec<usize> = [1, 2, 4]
            .iter()
            .map(|times| {
                let message = (shape.make)(shape.count * times);
                std::fs::write(path(*times), &message).expect("a file");
                message.len()
            })
            .collect();
        for (command, idle) in commands.iter().zip(&idle) {
            let mut times = [Duration::MAX; 3];
            for attempt in 0..ATTEMPTS {
                for ((time, size), len) in times.iter_mut().zip([1, 2, 4]).zip(&lens) {
                    let usage = best(1 + attempt, command, &path(size));
                    *time = usage.time.min(*time);
                    if attempt == 0 {
                        // Of the file as read, the document, and what is printed; an allocator keeps some of it.
                        let allowed = own_peak().max(*idle) + 24 * len + (8 << 20);
                        if usage.peak > allowed {
                            failures
                                .push(format!("{name}: {}: {len} octets take {} of memory", command[0], usage.peak));
                        }
                        if !(0..=2).contains(&usage.code) {
                            failures.push(format!("{name}: {}: {len} octets end it with {}", command[0], usage.code));
                        }
                    }
                }
                if is_linear(&times, NOISE, TWICE_THE_TIME, |time| time.as_secs_f64()) {
                    break;
                }
                if attempt == ATTEMPTS - 1 {
                    failures.push(format!("{name}: {}: {times:?} for one, two and four times the size", command[0]));
                }
            }
            println!("{name}: {}: {lens:?} octets, {times:?}", command[0]);
        }
    }
    for times in [0, 1, 2, 4] {
        let _gone = std::fs::remove_file(path(times));
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// A sender may never stop. What is larger than the limit is refused without its end, by every command that reads a document.
#[test]
fn input_without_an_end_is_refused() {
    let key = |name: &str| format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    let (pem, private) = (key("bob.pem"), key("bob.key"));
    let limit = ["--limit", "document-octets=65536"];
    let commands: [&[&str]; 9] = [
        &["verify", "--pin", &pem, "--require", "signed:Body", "-"],
        &["explain", "--pin", &pem, "-"],
        &["lint", "-"],
        &["inspect", "-"],
        &["c14n", "-"],
        &["sign", "--key", &private, "--cert", &pem, "-"],
        &["dsig", "verify", "--cert", &pem, "-"],
        &["xenc", "decrypt", "--key", &private, "-"],
        &["policy", "-"],
    ];
    let mut failures = Vec::new();
    for command in commands {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wss"))
            .args(limit.iter().chain(command))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("wss starts");
        let mut input = child.stdin.take().expect("piped");
        let piece = "<a>".repeat(20_000);
        // 600 MB, which takes seconds to read.
        let written = (0..10_000).take_while(|_| input.write_all(piece.as_bytes()).is_ok()).count();
        drop(input);
        let output = child.wait_with_output().expect("wss ends");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        failures.extend(
            (written >= 100 || !said.contains("document-octets"))
                .then(|| format!("{command:?} read {written} pieces: {said}")),
        );
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
