//! The pure-Rust peer on the messages our own benchmark measures: `c14n FILE` or `verify FILE CERT`.
//!
//! Prints the median of the runs in nanoseconds.

use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let source = std::fs::read_to_string(&arguments[2]).expect("a readable file");
    let mut operation: Box<dyn FnMut()> = match arguments[1].as_str() {
        "c14n" => Box::new(|| {
            let document = uppsala::parse(&source).expect("well-formed");
            let mode = bergshamra::c14n::C14nMode::Exclusive;
            black_box(bergshamra::c14n::canonicalize_doc::<&str>(&document, mode, None, &[]).expect("canonical form"));
        }),
        _ => {
            let certificate = std::fs::read(&arguments[3]).expect("a readable file");
            let mut keys = bergshamra::KeysManager::new();
            keys.add_key(bergshamra::keys::loader::load_x509_cert_pem(&certificate).expect("a certificate"));
            let context = bergshamra::DsigContext::new(keys).with_strict_verification(false);
            let source = &source;
            Box::new(move || {
                black_box(bergshamra::verify(&context, source).expect("verifies"));
            })
        }
    };
    let mut times = Vec::new();
    let started = Instant::now();
    while times.len() < 20_000 && (times.len() < 5 || started.elapsed() < Duration::from_secs(1)) {
        let before = Instant::now();
        operation();
        times.push(before.elapsed());
    }
    times.sort_unstable();
    println!("{}", times[times.len() / 2].as_nanos());
}
