//! The program that callgrind measures: `gate empty|read|c14n FILE TIMES`. See `benches/gates.sh`.

use wss_c14n::{Canonicalization, Count, Document, Limits, Subset};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, mode, path, times] = arguments.as_slice() else {
        eprintln!("usage: gate empty|read|c14n FILE TIMES");
        std::process::exit(2);
    };
    let times: usize = times.parse().expect("a number");
    let source = std::fs::read_to_string(path).expect("a readable file");
    let limits = Limits::dangerous_unbounded();
    if mode == "empty" {
        std::hint::black_box(&source);
        return;
    }
    for _ in 0..times {
        let document = Document::parse(source.as_str(), &limits).expect("a well-formed file");
        if mode == "c14n" {
            let body = document.root().children().last().expect("an envelope has a Body");
            let mut octets = Count::default();
            Canonicalization::default().write(&Subset::subtree(body), &mut octets).expect("canonical form");
            std::hint::black_box(octets);
        }
        std::hint::black_box(&document);
    }
}
