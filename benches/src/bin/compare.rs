//! One table and one chart, one run: ours beside its raw operations and beside the peers, on the same messages.
//!
//! `cargo run --release -p wss-benches --bin compare [FILE…]`. The C harness needs `cc`, `pkg-config` and the headers of
//! xmlsec1 (Debian: `libxmlsec1-dev`). Each FILE has lines `peer,operation,size,runs,median_ns,…` of other harnesses that ran
//! just before: their `c14n_text` and `verify` are rows, and lines of the chart.

use std::path::{Path, PathBuf};
use std::time::Duration;

use wss_benches::chart::{Series, chart};
use wss_benches::peers::{Line, Peer};
use wss_benches::work::{Encryption, Kind, Signatures, canonicalize, read};
use wss_benches::{envelope, median, root};

const SIZES: [(&str, usize); 5] =
    [("1k", 1_000), ("10k", 10_000), ("100k", 100_000), ("1m", 1_000_000), ("10m", 10_000_000)];

/// Prints a row: ours, what it is compared with, and how many times ours that takes, or ours takes of it.
fn row(size: &str, operation: &str, ours: Duration, beside: &str, other: Duration, is_raw: bool) {
    let (ours_s, other_s) = (ours.as_secs_f64(), other.as_secs_f64());
    let ratio = if is_raw { ours_s / other_s } else { other_s / ours_s };
    println!("| {size} | {operation} | {ours:.1?} | {beside} | {other:.1?} | {ratio:.2}× |");
}

/// Ours over the raw operations that it cannot do without.
fn over_raw(size: &str, source: &str) {
    for kind in Kind::ALL {
        let signatures = Signatures::with(kind);
        let signed = signatures.sign(source);
        let name = kind.name();
        let verify = median(|| signatures.verify(&signed));
        let raw = median(|| signatures.raw_verify(&signed));
        row(size, &format!("verify, {name}"), verify, "read, canonical form into digest, raw verify", raw, true);
        row(size, &format!("verify, {name}"), verify, "raw verify", median(|| signatures.raw_public()), true);
        let sign = median(|| drop(signatures.sign(source)));
        let raw = median(|| signatures.raw_sign(source));
        row(size, &format!("sign, {name}"), sign, "read, canonical form into digest, raw sign, one copy", raw, true);
    }
    let encryption = Encryption::default();
    let (encrypted, sealed) = (encryption.encrypt(source), encryption.raw_encrypt(source));
    let encrypt = median(|| drop(encryption.encrypt(source)));
    row(size, "encrypt", encrypt, "AES-128-GCM and base64", median(|| drop(encryption.raw_encrypt(source))), true);
    let decrypt = median(|| encryption.decrypt(&encrypted));
    row(size, "decrypt", decrypt, "base64 and AES-128-GCM", median(|| encryption.raw_decrypt(&sealed)), true);
}

/// The files that the harnesses read.
fn written(source: &str, signed: &str) -> (PathBuf, PathBuf) {
    let files = (root().join("target/bench.xml"), root().join("target/bench-signed.xml"));
    std::fs::write(&files.0, source).expect("a file");
    std::fs::write(&files.1, signed).expect("a file");
    files
}

/// The time of every peer that has the operation.
fn of_peers(
    peers: &[Peer],
    lines: &[Line],
    size: &str,
    (operation, message): (&str, &Path),
) -> Vec<(String, Duration)> {
    let certificate = root().join("vectors/keys/alice.pem");
    let asked =
        peers.iter().filter_map(|peer| Some((peer.name.to_owned(), peer.ask(operation, message, &certificate)?)));
    let is_it = |line: &&Line| line.size == size && line.operation.trim_end_matches("_text") == operation;
    asked.chain(lines.iter().filter(is_it).map(|line| (line.peer.clone(), line.median))).collect()
}

fn note(series: &mut Vec<Series>, name: &str, octets: usize, time: Duration) {
    match series.iter_mut().find(|one| one.name == name) {
        Some(one) => one.points.push((octets, time)),
        None => series.push(Series { name: name.to_owned(), points: vec![(octets, time)] }),
    }
}

fn main() {
    let files = std::env::args().skip(1).map(|file| Line::read(Path::new(&file)).expect("a readable file"));
    let lines: Vec<Line> = files.flatten().collect();
    let peers = Peer::all();
    let signatures = Signatures::with(Kind::Rsa);
    let mut series = Vec::new();
    println!("| size | operation | ours | beside | that takes | ratio |\n|---|---|--:|---|--:|--:|");
    for (label, octets) in SIZES {
        let source = envelope(octets);
        let signed = signatures.sign(&source);
        let (plain, message) = written(&source, &signed);
        let c14n = median(|| canonicalize(&source));
        row(label, "exclusive c14n, text to octets", c14n, "read", median(|| read(&source)), true);
        for (peer, time) in of_peers(&peers, &lines, label, ("c14n", &plain)) {
            row(label, "exclusive c14n, text to octets", c14n, &peer, time, false);
        }
        let verify = median(|| signatures.verify(&signed));
        note(&mut series, "ws-security", octets, verify);
        for (peer, time) in of_peers(&peers, &lines, label, ("verify", &message)) {
            row(label, "verify, from text", verify, &peer, time, false);
            note(&mut series, &peer, octets, time);
        }
        over_raw(label, &source);
    }
    let drawn = chart("Verifying a signed message, from text (RSA-2048, SHA-256): time over size", &series);
    std::fs::write(root().join("benches/chart.svg"), drawn).expect("a file");
}
