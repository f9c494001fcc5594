//! Everything in a genuine message that can be repeated or lengthened is, in each shape: each element and its attributes,
//! declarations and text. What results costs time and memory in proportion to its size, through each door.
//!
//! Messages of honest parties break where something signed is repeated; those of the attacker are signed again, so that they
//! are read to their end. Quick by default: one place of `EVERY` is tried. `WSS_REPEATED=1` tries all of them.

#[path = "../../../tests/common/counting.rs"]
mod counting;

use std::ops::Range;
use std::time::Duration;

use counting::{Cost, measured};
use ws_security::Receiver;
use ws_security::bsp::{self, Context};
use ws_security::c14n::Element;
use wss_fuzz_harness::forge::Attacker;
use wss_fuzz_harness::golden::{Golden, Pool};
use wss_fuzz_harness::parties::forgetful;
use wss_fuzz_harness::tree::{attributes, named, parse, replaced};

/// One place of so many is tried where not all are.
const EVERY: usize = 97;

/// How many octets are added. Each is four times the one before.
const ADDED: [usize; 3] = [32 << 10, 128 << 10, 512 << 10];

/// What is made longer, and where.
struct Growth {
    what: String,
    at: usize,
    /// The `nth` piece that is inserted there.
    piece: Box<dyn Fn(usize) -> String>,
}

impl Growth {
    fn grown(&self, xml: &str, octets: usize) -> String {
        let mut inserted = String::new();
        let mut nth = 0;
        while inserted.len() < octets {
            inserted.push_str(&(self.piece)(nth));
            nth += 1;
        }
        replaced(xml, self.at..self.at, &inserted)
    }
}

/// `element` with another number at the end of each of its Ids and of those inside it.
fn renumbered(element: Element<'_>) -> Option<Vec<String>> {
    let source = element.document().source();
    let mut cuts: Vec<usize> = Vec::new();
    for inner in element.descendants_and_self() {
        let tag = inner.start_tag_span();
        let is_id = |name: &Range<usize>| {
            let name = &source[tag.start + name.start..tag.start + name.end];
            ["Id", "ID", "AssertionID"].contains(&name.rsplit(':').next().unwrap_or(name))
        };
        let ids = attributes(&source[tag.clone()]).into_iter().filter(|(name, _)| is_id(name));
        cuts.extend(ids.map(|(_, value)| tag.start + value.end));
    }
    let mut start = element.span().start;
    let mut pieces = Vec::new();
    for cut in cuts {
        pieces.push(source[start..cut].to_owned());
        start = cut;
    }
    (!pieces.is_empty()).then(|| {
        pieces.push(source[start..element.span().end].to_owned());
        pieces
    })
}

/// Everything that can grow in a message.
fn growths(xml: &str) -> Vec<Growth> {
    let Some(document) = parse(xml) else { return Vec::new() };
    let mut growths = Vec::new();
    for element in document.elements() {
        let name = element.qualified_name();
        let mut grow = |what: &str, at: usize, piece: Box<dyn Fn(usize) -> String>| {
            growths.push(Growth { what: format!("{what} of {name} at {}", element.span().start), at, piece });
        };
        let text = xml[element.span()].to_owned();
        grow("copies", element.span().end, Box::new(move |_| text.clone()));
        if let Some(pieces) = renumbered(element) {
            grow("copies with other Ids", element.span().end, Box::new(move |nth| pieces.join(&nth.to_string())));
        }
        let tag = element.start_tag_span();
        let behind_name = tag.start + 1 + name.len();
        grow("attributes", behind_name, Box::new(|nth| format!(" z{nth}=''")));
        grow("declarations", behind_name, Box::new(|nth| format!(" xmlns:z{nth}='urn:z'")));
        for (_, value) in attributes(&xml[tag.clone()]) {
            let (start, end) = (tag.start + value.start, tag.start + value.end);
            let text = xml[start..end].to_owned();
            let again = if text.is_empty() { "x".to_owned() } else { text.clone() };
            grow("a value", end, Box::new(move |_| again.clone()));
            grow("words of a value", end, Box::new(move |nth| format!(" {text}{nth}")));
        }
        let content = xml[element.content_span()].to_owned();
        if !element.is_empty_tag() && !content.contains('<') {
            let again = if content.is_empty() { "x".to_owned() } else { content };
            grow("the text", element.content_span().end, Box::new(move |_| again.clone()));
        }
        if !element.is_empty_tag() {
            grow("comments", element.content_span().start, Box::new(|_| "<!--c-->".to_owned()));
        }
    }
    growths
}

type Door<'r> = (&'static str, Box<dyn Fn(&str) -> String + 'r>);

fn doors(receiver: &Receiver) -> Vec<Door<'_>> {
    let in_a_word = |outcome: Result<(), String>| outcome.map_or_else(|error| error, |()| "opened".to_owned());
    vec![
        ("open", Box::new(move |m| in_a_word(receiver.open(m).map(drop).map_err(|error| error.to_string())))),
        (
            "report",
            Box::new(|m| {
                let report = bsp::report(m.as_bytes(), &Context::new().receiver(receiver));
                report
                    .map_or_else(|error| error.to_string(), |report| format!("{} breaches", report.breaches().count()))
            }),
        ),
        ("explain", Box::new(|m| receiver.explain(m.as_bytes()).to_string())),
    ]
}

/// Fewer octets are what any message takes; shorter times are noise.
const FEW_OCTETS: usize = 256 << 10;
const NOISE: Duration = Duration::from_millis(25);

/// Four times what is added may cost so many times as much.
const FOUR_TIMES: f64 = 7.0;

fn grows_faster(door: &Door<'_>, messages: [&str; 2]) -> Option<String> {
    let run = |message: &str| measured(|| (door.1)(message)).1;
    let [less, mut more] = messages.map(run);
    let len = messages[1].len();
    if more.peak > 12 * len + (1 << 20) {
        return Some(format!("{len} octets take {} of memory, {:.1} times", more.peak, more.peak as f64 / len as f64));
    }
    let octets = [less, more].map(|Cost { octets, .. }| octets.max(FEW_OCTETS) as f64);
    if octets[1] > FOUR_TIMES * octets[0] {
        return Some(format!("{octets:?} octets are allocated"));
    }
    let mut least = less.took.max(NOISE);
    for _ in 0..4 {
        if more.took.as_secs_f64() <= FOUR_TIMES * least.as_secs_f64() && more.took < Duration::from_millis(500) {
            return None;
        }
        least = run(messages[0]).took.min(least).max(NOISE);
        more.took = run(messages[1]).took.min(more.took);
    }
    Some(format!("{least:?}, then {:?}", more.took))
}

/// A step is no slope: what an explanation tries once a limit refuses the message is bounded. What grows faster than the
/// message does so at the largest size too.
fn wrong(door: &Door<'_>, grown: &dyn Fn(usize) -> String) -> Option<String> {
    let [small, middle, large] = ADDED;
    let middle = grown(middle);
    grows_faster(door, [&grown(small), &middle])?;
    grows_faster(door, [&middle, &grown(large)])
}

/// The message as it grows, signed again if it is the attacker's.
fn grown(golden: &Golden, growth: &Growth, attacker: Option<&Attacker>, octets: usize) -> String {
    let text = growth.grown(&golden.xml, octets);
    let Some(attacker) = attacker else { return text };
    let count = parse(&text).map_or(0, |document| named(&document, "Signature").len().min(4));
    (0..count).fold(text, |text, at| attacker.resigned(&text, at, 4).unwrap_or(text))
}

#[test]
fn whatever_is_repeated_costs_in_proportion() {
    let all = std::env::var_os("WSS_REPEATED").is_some();
    let only = std::env::var("WSS_REPEATED_SHAPE").unwrap_or_default();
    let (pool, attacker) = (Pool::new(), Attacker::default());
    let golden = pool.genuine.iter().map(|golden| (golden, None));
    let golden = golden.chain(pool.attacker.iter().map(|golden| (golden, Some(&attacker))));
    let (mut place, mut tried, mut failures) = (0, 0, Vec::new());
    for (golden, attacker) in golden.filter(|(golden, _)| golden.xml.contains("2003/05/soap-envelope")) {
        if !golden.shape.contains(&only) {
            continue;
        }
        let receiver = forgetful(golden.cbc);
        for growth in growths(&golden.xml) {
            place += 1;
            if !all && place % EVERY != 0 {
                continue;
            }
            for door in &doors(&receiver) {
                tried += 1;
                if let Some(wrong) = wrong(door, &|octets| grown(golden, &growth, attacker, octets)) {
                    let whose = if attacker.is_some() { ", signed again" } else { "" };
                    println!("{}{whose}: {}: {}: {wrong}", golden.shape, growth.what, door.0);
                    failures.push(format!("{}{whose}: {}: {}: {wrong}", golden.shape, growth.what, door.0));
                }
            }
        }
    }
    println!("{tried} of {place} places and three doors");
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
