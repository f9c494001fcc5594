//! Hostile shapes: every one ends in a typed error or is accepted, in time linear in its size and in little memory.
//!
//! Each shape is made at three sizes and goes through every door in the default configuration. Twice the size may take
//! 2.8 times the time and 2.3 times the allocations, in octets and in blocks, and no size more memory than twelve times the
//! message and one mebibyte. Memory is what a counting allocator sees on this thread; a reallocation counts as a new block
//! beside the old one. Time is that of a busy machine, and is measured again where it seems to grow faster; allocations are
//! the same each time.

mod answers;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/counting.rs"]
mod counting;
mod der;
mod filters;
mod known;
mod linear;
mod messaging;
mod outside;
#[path = "../common/pki.rs"]
mod pki;
mod policies;
#[path = "../policy/shapes.rs"]
#[allow(dead_code, reason = "the tests of policies use the rest")]
mod policy_shapes;
#[cfg(feature = "serde")]
mod records;
mod replies;
mod sends;
mod shapes;
mod sides;
mod statuses;

use std::time::Duration;

use common::*;
use counting::{Cost, measured};
use linear::{TWICE_THE_TIME, is_linear};
use ws_security::attachments::Package;
use ws_security::bsp::{self, Context};
use ws_security::prelude::*;
use ws_security::{AssertionTrust, LicenseHolder, Limits, Secret};

/// A door: the outcome for a message, in a word.
type Door<'r> = (&'static str, Box<dyn Fn(&[u8]) -> String + 'r>);

fn usual() -> Receiver {
    receiver().decrypt_with(identity("bob")).decrypt_with(identity("ka-ec256"))
}

/// Everything that can be configured without a `dangerous` call.
fn of_every_token() -> Receiver {
    let assertions = AssertionTrust::for_audience("urn:us").issuer_of_any_name(trust()).accept_bearer();
    usual()
        .passwords(|_: &str| Some(Secret::new(b"s3cret".to_vec())))
        .security_contexts(|_: &str, _: Option<&str>| Some(Secret::new(vec![7; 32])))
        .shared_secret(None, Secret::new(vec![9; 32]))
        .licenses(|_: &str| None::<LicenseHolder>)
        .assertions(assertions)
        .bsp(bsp::Enforcement::Report(bsp::Variant::as_deployed()))
        .forwards()
}

fn opened(receiver: &Receiver, message: &[u8]) -> String {
    let outcome = match Package::is_one(message) {
        false => receiver.open(message).map(drop).map_err(|error| error.to_string()),
        true => Package::parse(message, &Limits::default())
            .map_err(|error| error.to_string())
            .and_then(|package| receiver.open(&package).map(drop).map_err(|error| error.to_string())),
    };
    outcome.map_or_else(|error| error, |()| "opened".to_owned())
}

fn reported(receiver: Option<&Receiver>, message: &[u8]) -> String {
    let context = receiver.map_or_else(Context::new, |receiver| Context::new().receiver(receiver));
    let report = match Package::is_one(message) {
        false => bsp::report(message, &context).map_err(|error| error.to_string()),
        true => Package::parse(message, &Limits::default())
            .map_err(|error| error.to_string())
            .and_then(|package| bsp::report_package(&package, &context).map_err(|error| error.to_string())),
    };
    report.map_or_else(|error| error, |report| format!("{} breaches", report.breaches().count()))
}

fn explained(receiver: &Receiver, message: &[u8]) -> String {
    match Package::is_one(message) {
        false => receiver.explain(message).to_string(),
        true => Package::parse(message, &Limits::default())
            .map_or_else(|error| error.to_string(), |package| receiver.explain(&package).to_string()),
    }
}

fn doors<'r>(usual: &'r Receiver, every: &'r Receiver) -> Vec<Door<'r>> {
    vec![
        ("open", Box::new(|message| opened(usual, message))),
        ("open of every token", Box::new(|message| opened(every, message))),
        ("report", Box::new(|message| reported(None, message))),
        ("report with keys", Box::new(|message| reported(Some(usual), message))),
        ("explain", Box::new(|message| explained(usual, message))),
    ]
}

/// The shortest time of several runs.
fn shortest(runs: usize, door: &dyn Fn(&[u8]) -> String, message: &[u8]) -> Duration {
    (0..runs).map(|_| measured(|| door(message)).1.took).min().unwrap_or(Duration::MAX)
}

/// Shorter times are noise.
const NOISE: Duration = Duration::from_millis(15);

/// How often a ratio is measured again before it counts.
const ATTEMPTS: usize = 6;

/// Fewer octets or blocks are what any message takes.
const FEW_OCTETS: usize = 64 << 10;
const FEW_BLOCKS: usize = 256;

/// For allocations, which are the same each time.
const TWICE_THE_MEMORY: f64 = 2.3;

fn times_are_linear(door: &dyn Fn(&[u8]) -> String, messages: &[Vec<u8>], times: &mut [Duration]) -> bool {
    for attempt in 0..ATTEMPTS {
        if is_linear(times, NOISE, TWICE_THE_TIME, |time| time.as_secs_f64()) {
            return true;
        }
        for (time, message) in times.iter_mut().zip(messages) {
            *time = (*time).min(shortest(2 + attempt, door, message));
        }
    }
    is_linear(times, NOISE, TWICE_THE_TIME, |time| time.as_secs_f64())
}

/// Shapes that take more than twelve times their size through one door, and how many times they may take: a report is made
/// of a message whose canonical Body is kept.
const LARGER: &[(&str, &str, usize)] = &[("xml: Ids that are signed", "open of every token", 14)];

fn most_memory(shape: &str, door: &str, len: usize) -> usize {
    let larger = LARGER.iter().find(|(of, through, _)| *of == shape && *through == door);
    larger.map_or(12, |(.., times)| *times) * len + (1 << 20)
}

fn judge(shape: &str, door: &Door<'_>, messages: &[Vec<u8>], tell: bool) -> Vec<String> {
    let (name, run) = door;
    let mut failures = Vec::new();
    let mut fail = |what: String| failures.push(format!("{shape}: {name}: {what}"));
    let mut costs = Vec::new();
    for message in messages {
        let (outcome, cost) = measured(|| run(message));
        let (len, Cost { peak, took, octets, blocks }) = (message.len(), cost);
        if tell {
            println!(
                "{shape}: {name}: {len} octets, {took:?}, peak {peak}, {octets} in {blocks} blocks: {outcome:.160}"
            );
        }
        if peak > most_memory(shape, name, len) {
            fail(format!("{len} octets take {peak} octets of memory, {:.1} times", peak as f64 / len as f64));
        }
        if took > Duration::from_secs(1) {
            fail(format!("{len} octets take {took:?}"));
            return failures;
        }
        costs.push(cost);
    }
    let octets: Vec<usize> = costs.iter().map(|cost| cost.octets).collect();
    let blocks: Vec<usize> = costs.iter().map(|cost| cost.blocks).collect();
    let count = |count: usize| count as f64;
    if !is_linear(&octets, FEW_OCTETS, TWICE_THE_MEMORY, count)
        || !is_linear(&blocks, FEW_BLOCKS, TWICE_THE_MEMORY, count)
    {
        fail(format!("{octets:?} octets in {blocks:?} blocks for one, two and four times the size"));
    }
    let mut times: Vec<Duration> = costs.iter().map(|cost| cost.took).collect();
    if !times_are_linear(run, messages, &mut times) {
        fail(format!("{times:?} for one, two and four times the size"));
    }
    failures
}

#[test]
fn every_hostile_shape_is_linear_and_small_in_memory() {
    let (usual, every) = (usual(), of_every_token());
    let only = std::env::var("WSS_HOSTILE").unwrap_or_default();
    let mut failures = Vec::new();
    for shape in shapes::all().iter().filter(|shape| shape.name.contains(&only)) {
        let messages: Vec<Vec<u8>> = [1, 2, 4].iter().map(|times| (shape.make)(shape.count * times)).collect();
        for door in &doors(&usual, &every) {
            failures.extend(judge(shape.name, door, &messages, !only.is_empty()));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// A partner signs a Body whose canonical form is many times its source: refused before the memory is taken.
#[test]
fn what_a_partner_amplifies_is_refused_by_the_budget() {
    let body = shapes::amplified(4_000);
    let message = unlimited().sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]));
    let message = message.secured(&body);
    let (outcome, Cost { peak, .. }) = measured(|| usual().open(&message));
    let error = outcome.expect_err("refused").to_string();
    assert!(error.contains("Limit::DigestedOctets"), "{error}");
    assert!(peak < 12 * message.len() + (1 << 20), "{peak} for {}", message.len());

    // Where digesting it is allowed, handing it out is charged on its own.
    let limits = Limits::default().with(ws_security::Limit::DigestedOctets, 100_000);
    let receiver = usual().limits(limits);
    let (outcome, Cost { peak, .. }) = measured(|| receiver.open(&message));
    let error = outcome.expect_err("refused").to_string();
    assert!(error.contains("Limit::KeptOctets"), "{error}");
    assert!(peak < 12 * message.len() + (1 << 20), "{peak} for {}", message.len());
}

/// `WSS_HOSTILE_FILES` names a folder of messages. They are opened, and the cost is printed.
#[test]
fn messages_of_a_folder_take_little() {
    let Ok(folder) = std::env::var("WSS_HOSTILE_FILES") else { return };
    let usual = usual();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "xml") {
            continue;
        }
        let message = std::fs::read(&path).expect("readable");
        let (outcome, Cost { peak, took, .. }) = measured(|| opened(&usual, &message));
        println!("{}: {} octets, {took:?}, peak {peak}: {outcome:.200}", path.display(), message.len());
        assert!(peak < 12 * message.len() + (1 << 20), "{}: {peak}", path.display());
    }
}
