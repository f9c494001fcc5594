//! One table, one run: ours beside libxml2, libxmlsec1 and the crate bergshamra on the same messages.
//!
//! `cargo run --release -p wss-benches --bin compare`. The C harness needs `cc`, `pkg-config` and
//! the headers of xmlsec1 (Debian: `libxmlsec1-dev`).

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use ws_security::c14n::{Budget, Canonicalization, Document, Subset};
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, Limits, SignatureMethod};
use wss_benches::{median, root};

fn harness() -> Option<PathBuf> {
    let binary = root().join("target/xmlsec1-harness");
    let flags = Command::new("pkg-config").args(["--cflags", "--libs", "xmlsec1-openssl"]).output().ok()?;
    let flags = String::from_utf8(flags.stdout).ok()?;
    let built = Command::new("cc")
        .args(["-O2", "-w", "-o"])
        .arg(&binary)
        .arg(root().join("benches/peers/xmlsec1.c"))
        .args(flags.split_whitespace())
        .status();
    built.ok()?.success().then_some(binary)
}

fn ask(harness: Option<&PathBuf>, arguments: &[&Path]) -> Option<Duration> {
    let output = Command::new(harness?).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.trim().parse().ok().map(Duration::from_nanos)
}

/// The pure-Rust peer, in a workspace of its own.
fn bergshamra() -> Option<PathBuf> {
    let folder = root().join("benches/peers/bergshamra");
    let built = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(root().join("target/bergshamra"))
        .status();
    built.ok()?.success().then(|| root().join("target/bergshamra/release/bergshamra-harness"))
}

fn main() {
    let key_file = |name: &str| std::fs::read(root().join("vectors/keys").join(name)).expect("a key");
    let alice = Identity::from_pem(&key_file("alice.pem"), &key_file("alice.key")).expect("alice");
    let recipe = Recipe::new()
        .timestamp(Duration::from_secs(86_400))
        .sign(Signing::with(&alice).parts([Part::Body, Part::Timestamp]));
    let plan = recipe.plan().expect("a plan");
    let limits = Limits::dangerous_unbounded();
    let receiver = || {
        Receiver::new(
            Trust::pins([alice.certificate().clone()]),
            Requirements::signed([Part::Body, Part::Timestamp]),
            DangerousNoReplayCache,
        )
        .limits(limits)
        .window(Duration::from_secs(86_400), Duration::from_secs(60))
    };
    let private = median(|| {
        black_box(alice.signing_key().sign(SignatureMethod::RsaSha256, &[7; 700]).expect("signs"));
    });
    let harness = harness();
    if harness.is_none() {
        eprintln!("the C harness was not built: libxml2 and xmlsec1 are missing from the table");
    }
    let rust_harness = bergshamra();
    if rust_harness.is_none() {
        eprintln!("the Rust harness was not built: bergshamra is missing from the table");
    }
    println!("raw RSA-2048 private operation: {private:.1?}\n");
    let mut table = String::from(
        "| size | operation | ours | libxml2 / xmlsec1 | ratio | bergshamra | ratio |\n|---|---|--:|--:|--:|--:|--:|\n",
    );
    for (label, size) in
        [("1 KB", 1_000), ("10 KB", 10_000), ("100 KB", 100_000), ("1 MB", 1_000_000), ("10 MB", 10_000_000)]
    {
        let source = wss_benches::envelope(size);
        let signed = plan.message(&source).secure().expect("secured").message;
        let folder = root().join("target");
        let (plain_path, signed_path) = (folder.join("bench.xml"), folder.join("bench-signed.xml"));
        std::fs::write(&plain_path, &source).expect("a file");
        std::fs::write(&signed_path, &signed).expect("a file");
        let unbounded = Limits::dangerous_unbounded();
        let canonicalise = median(|| {
            let document = Document::parse(source.as_str(), &unbounded).expect("well-formed");
            black_box(
                Canonicalization::default()
                    .to_octets(&Subset::document(&document), &Budget::dangerous_unbounded())
                    .expect("canonical form"),
            );
        });
        let read = median(|| {
            black_box(Document::parse(source.as_str(), &unbounded).expect("well-formed"));
        });
        let open = receiver();
        let verify = median(|| {
            drop(black_box(open.open(&signed).expect("opens")));
        });
        let sign = median(|| {
            black_box(plan.message(&source).secure().expect("secured").message);
        });
        let certificate = root().join("vectors/keys/alice.pem");
        let libxml2 = ask(harness.as_ref(), &[Path::new("c14n"), &plain_path]);
        let xmlsec = ask(harness.as_ref(), &[Path::new("verify"), &signed_path, &certificate]);
        let rust = ask(rust_harness.as_ref(), &[Path::new("c14n"), &plain_path]);
        let rust_verify = ask(rust_harness.as_ref(), &[Path::new("verify"), &signed_path, &certificate]);
        let mut row = |operation: &str, ours: Duration, peer: Option<Duration>, rust: Option<Duration>| {
            let show = |time: Option<Duration>| time.map_or("–".to_owned(), |time| format!("{time:.1?}"));
            let ratio = |time: Option<Duration>| {
                time.map_or("–".to_owned(), |time| format!("{:.1}×", time.as_secs_f64() / ours.as_secs_f64()))
            };
            let _infallible = writeln!(
                table,
                "| {label} | {operation} | {ours:.1?} | {} | {} | {} | {} |",
                show(peer),
                ratio(peer),
                show(rust),
                ratio(rust)
            );
        };
        row("read", read, None, None);
        row("exclusive c14n, text to octets", canonicalise, libxml2, rust);
        row("verify, from text", verify, xmlsec, rust_verify);
        row("sign, from text", sign, None, None);
        let over = sign.as_secs_f64() / private.as_secs_f64();
        let _infallible = writeln!(table, "| {label} | sign over the raw private operation | {over:.2}× | | | | |");
    }
    println!("{table}");
}
