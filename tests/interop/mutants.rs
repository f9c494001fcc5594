//! Mutants of our messages, given to WSS4J: a message that we accept and it refuses is explained, or a fault.
//!
//! `WSS_MUTANTS` is their number (300), `WSS_MUTANTS_SEED` where to begin.

use std::collections::BTreeMap;

use wss_fuzz_harness::choices::seeded;
use wss_fuzz_harness::parties::happen_now;
use wss_fuzz_harness::targets::Opening;

use crate::driver::Driver;
use crate::peer;

/// Harmless reasons for which WSS4J refuses, by a part of its error text, and why they are harmless.
const EXPLAINED: [(&str, &str); 6] = [
    ("Cannot resolve element with ID", UNTYPED),
    ("Multiple security tokens with the same Id", UNTYPED),
    ("referenced data not found", UNTYPED),
    ("Multiple elements with the same", UNTYPED),
    (
        "java.lang.NumberFormatException",
        "white space around ds:X509SerialNumber, an xs:integer, which XML Schema collapses",
    ),
    (
        "Unsupported KeyInfo type",
        "a child of ds:KeyInfo beside the reference to the token, which nobody signed, and which names no key to us",
    ),
];
/// WSS4J counts an attribute `Id` as an Id on any element. Where the vocabulary has no such attribute, as on
/// `wsse:Security` or `soap:Header`, it identifies nothing for us: the reference names the one element with that Id.
const UNTYPED: &str = "an attribute Id where the schema has none";

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn what_we_accept_of_mutants_wss4j_accepts_or_its_refusal_is_explained() {
    if !peer::wanted() {
        return;
    }
    happen_now();
    let opening = Opening::shared();
    let mut driver = Driver::java("wss4j", "Driver");
    let mut ask = |message: &str| driver.ask("verify\tdom\toff", message);
    // Keys, users and assertions that WSS4J does not know say nothing about mutants.
    let known: Vec<&str> = opening
        .pool
        .genuine
        .iter()
        .filter(|golden| ask(&golden.xml).is_ok())
        .map(|golden| golden.xml.as_str())
        .collect();
    assert!(known.len() >= 20, "WSS4J opens {} genuine messages", known.len());
    let (first, count) = (number("WSS_MUTANTS_SEED", 0), number("WSS_MUTANTS", 300));
    let (mut both, mut neither, mut ours_alone, mut theirs_alone) = (0, 0, 0, 0);
    let mut unexplained: BTreeMap<String, String> = BTreeMap::new();
    for seed in first..first + count {
        let mutant = opening.mutant(&seeded(seed, 256));
        if !known.contains(&mutant.golden.xml.as_str()) {
            continue;
        }
        let ours = opening.check(&mutant.xml, mutant.golden.cbc).unwrap_or_else(|broken| panic!("{seed}: {broken}"));
        match (ours.is_some(), ask(&mutant.xml)) {
            (true, Ok(_)) => both += 1,
            (false, Err(_)) => neither += 1,
            (false, Ok(_)) => theirs_alone += 1,
            (true, Err(why)) => {
                ours_alone += 1;
                if !EXPLAINED.iter().any(|(piece, _)| why.contains(piece)) {
                    let folder = peer::scratch("mutants");
                    std::fs::write(folder.join(format!("{seed}.xml")), &mutant.xml).expect("kept");
                    std::fs::write(folder.join(format!("{seed}.genuine.xml")), &mutant.golden.xml).expect("kept");
                    let entry = format!("seed {seed}, {} {:?}", mutant.golden.shape, mutant.trail);
                    unexplained.entry(why).or_insert(entry);
                }
            }
        }
    }
    println!("accepted by both {both}, by neither {neither}, by us alone {ours_alone}, by WSS4J alone {theirs_alone}");
    assert!(both > 0, "some mutants change nothing");
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}
