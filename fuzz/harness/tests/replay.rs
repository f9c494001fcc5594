//! The fuzz targets without libFuzzer: every kept input, then as many random ones as the environment asks for.
//!
//! `WSS_FUZZ=20000` is the number for each target; `WSS_FUZZ_SEED` is the first seed.

use std::path::Path;
use std::time::Instant;

use wss_fuzz_harness::choices::seeded;
use wss_fuzz_harness::oracle::Proven;
use wss_fuzz_harness::parties::forgetful;
use wss_fuzz_harness::targets::{self, Opening};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

fn replay(target: &str, run: fn(&[u8]), random: u64, leading: &[u8]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(target);
    let mut kept = 0;
    for file in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        run(&std::fs::read(file.expect("a file").path()).expect("its octets"));
        kept += 1;
    }
    assert!(kept > 0, "{target} has a corpus");
    let (first, count) = (number("WSS_FUZZ_SEED", 0), number("WSS_FUZZ", random));
    let start = Instant::now();
    for seed in first..first + count {
        let octets = [leading, &seeded(seed, 256)].concat();
        if std::panic::catch_unwind(|| run(&octets)).is_err() {
            panic!("{target}: seed {seed}");
        }
    }
    println!("{target}: {kept} kept, {count} random, {:?}", start.elapsed());
}

#[test]
fn the_reader_agrees_with_roxmltree() {
    replay("parse", targets::parse, 20_000, &[0]);
}

#[test]
fn the_reader_accepts_a_changed_document_if_roxmltree_does() {
    replay("parse", targets::changed, 20_000, &[]);
}

#[test]
fn the_canonicaliser_agrees_with_the_reference() {
    replay("c14n", targets::c14n, 20_000, &[1]);
}

#[test]
fn what_is_grafted_is_what_would_be_read() {
    replay("graft", targets::graft, 5_000, &[]);
}

#[test]
fn no_mutant_makes_an_honest_party_say_what_it_never_said() {
    replay("open", targets::open, 4_000, &[]);
}

#[test]
fn changed_packages_give_out_genuine_attachments() {
    replay("package", targets::package, 2_000, &[0]);
}

#[test]
fn no_changed_certificate_is_trusted() {
    replay("certificate", targets::certificates, 2_000, &[0]);
}

#[test]
fn every_mutant_can_be_reported_on() {
    replay("report", targets::report, 1_000, &[0]);
}

/// A mutator whose mutants are all refused tests nothing.
#[test]
fn mutants_reach_far_enough() {
    let opening = Opening::shared();
    let (mut opened, mut honest, mut parsed, mut lifted) = (0, 0, 0, 0);
    for seed in 0..600 {
        let mutant = opening.mutant(&seeded(seed, 256));
        parsed += u32::from(wss_fuzz_harness::tree::parse(&mutant.xml).is_some());
        if let Ok(Some(proven)) = opening.check(&mutant.xml, mutant.golden.cbc) {
            opened += 1;
            honest += u32::from(!proven.is_the_attackers());
            lifted += u32::from(proven.is_the_attackers() && proven.check_knowledge(&opening.pool).is_err());
        }
    }
    println!(
        "{parsed} of 600 mutants are well-formed, {opened} open, {honest} for an honest party, {lifted} for the attacker, who \
         took them from others: a receiver that saw those refuses them"
    );
    assert!(parsed > 400 && opened > 60 && honest > 30 && lifted > 5, "{parsed} {opened} {honest} {lifted}");
}

/// Under an encrypted key and under a context that others use, too, the attacker's signature over what it cannot read opens where
/// nothing came before, so that the promise is tested.
#[test]
fn what_is_lifted_opens_only_where_the_genuine_message_did_not_come() {
    let opening = Opening::shared();
    let wanted = ["sign, encrypt", "encrypt, sign", "sign, encrypt under a context"];
    for golden in opening.pool.genuine.iter().filter(|golden| wanted.contains(&golden.shape)) {
        let taken = opening.attacker.taken_over(&golden.xml, 0, 0).expect("a signature");
        let opened = forgetful(false).open(&taken).unwrap_or_else(|error| panic!("{}: {error}", golden.shape));
        assert!(Proven::of(&opened).is_the_attackers(), "{}", golden.shape);
        assert!(Proven::of(&opened).check_knowledge(&opening.pool).is_err(), "{}", golden.shape);
        assert!(opening.check(&taken, false).is_ok(), "{}", golden.shape);
    }
}
