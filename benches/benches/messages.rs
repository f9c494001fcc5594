//! Parse, canonicalise, sign, verify, encrypt, decrypt: octets per second over five sizes.

use std::time::Duration;

use divan::Bencher;
use divan::counter::BytesCount;
use ws_security::TransportFacts;
use ws_security::c14n::{Budget, Canonicalization, Document, Subset};
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, Limits};

const SIZES: [usize; 5] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];

fn main() {
    divan::main();
}

fn identity(name: &str) -> Identity {
    let file =
        |name: String| std::fs::read(format!("{}/../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).expect("a key");
    Identity::from_pem(&file(format!("{name}.pem")), &file(format!("{name}.key"))).expect("an identity")
}

fn measure<T>(bencher: Bencher<'_, '_>, octets: usize, operation: impl Fn() -> T + Sync) {
    bencher.counter(BytesCount::new(octets)).bench(operation);
}

#[divan::bench(args = SIZES)]
fn parse(bencher: Bencher<'_, '_>, size: usize) {
    let source = wss_benches::envelope(size);
    measure(bencher, source.len(), || {
        Document::parse(source.clone(), &Limits::dangerous_unbounded()).expect("well-formed")
    });
}

#[divan::bench(args = SIZES)]
fn c14n_from_text(bencher: Bencher<'_, '_>, size: usize) {
    let source = wss_benches::envelope(size);
    measure(bencher, source.len(), || {
        let document = Document::parse(source.as_str(), &Limits::dangerous_unbounded()).expect("well-formed");
        Canonicalization::default()
            .to_octets(&Subset::document(&document), &Budget::dangerous_unbounded())
            .expect("canonical form")
    });
}

#[divan::bench(args = SIZES)]
fn c14n_from_document(bencher: Bencher<'_, '_>, size: usize) {
    let source = wss_benches::envelope(size);
    let document = Document::parse(source.as_str(), &Limits::dangerous_unbounded()).expect("well-formed");
    measure(bencher, source.len(), || {
        Canonicalization::default()
            .to_octets(&Subset::document(&document), &Budget::dangerous_unbounded())
            .expect("canonical form")
    });
}

fn unlimited() -> Recipe {
    Recipe::new().limits(Limits::dangerous_unbounded())
}

fn signing() -> Plan {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    unlimited().timestamp(Duration::from_secs(86_400)).sign(signing).plan().expect("a plan")
}

fn encrypting() -> Plan {
    let encrypting = Encrypting::to(identity("bob").certificate()).parts([Part::Body]);
    unlimited().encrypt(encrypting).plan().expect("a plan")
}

fn receiver(requirements: Requirements) -> Receiver {
    Receiver::new(Trust::pins([identity("alice").certificate().clone()]), requirements, DangerousNoReplayCache)
        .limits(Limits::dangerous_unbounded())
        .window(Duration::from_secs(86_400), Duration::from_secs(60))
        .decrypt_with(identity("bob"))
}

#[divan::bench(args = SIZES)]
fn sign(bencher: Bencher<'_, '_>, size: usize) {
    let (plan, source) = (signing(), wss_benches::envelope(size));
    measure(bencher, source.len(), || plan.message(&source).secure().expect("secured").message);
}

#[divan::bench(args = SIZES)]
fn verify(bencher: Bencher<'_, '_>, size: usize) {
    let message = signing().message(&wss_benches::envelope(size)).secure().expect("secured").message;
    let receiver = receiver(Requirements::signed([Part::Body, Part::Timestamp]));
    measure(bencher, message.len(), || receiver.open(&message).expect("opens"));
}

#[divan::bench(args = SIZES)]
fn encrypt(bencher: Bencher<'_, '_>, size: usize) {
    let (plan, source) = (encrypting(), wss_benches::envelope(size));
    measure(bencher, source.len(), || plan.message(&source).secure().expect("secured").message);
}

#[divan::bench(args = SIZES)]
fn decrypt(bencher: Bencher<'_, '_>, size: usize) {
    let message = encrypting().message(&wss_benches::envelope(size)).secure().expect("secured").message;
    let receiver = receiver(Requirements::dangerous_unsigned().encrypted([Part::Body]));
    measure(bencher, message.len(), || {
        receiver.open_unsigned(&message, TransportFacts::dangerous_unprotected()).expect("opens")
    });
}
