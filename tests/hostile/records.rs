//! Records of evidence as JSON, which someone may have changed where they are kept.

use std::time::SystemTime;

use ws_security::EvidenceRecord;

use super::shapes::Shape;
use super::{Door, judge, usual};
use crate::common::*;

/// The record of a message that was opened, as JSON.
fn genuine() -> String {
    let message = recipe().sign(signing()).secured(&envelope(SOAP11));
    let opened = usual().open(&message).expect("opens");
    serde_json::to_string(&EvidenceRecord::of(opened.evidence(), &message, SystemTime::now())).expect("JSON")
}

/// That record with this in place of an empty list.
fn with_list(name: &str, entries: &str) -> Vec<u8> {
    let (record, empty) = (genuine(), format!("\"{name}\":[]"));
    assert!(record.contains(&empty), "{record}");
    record.replacen(&empty, &format!("\"{name}\":[{}]", entries.trim_end_matches(',')), 1).into_bytes()
}

/// The signatures of that record, so often.
fn signatures(count: usize, change: impl Fn(&str) -> String) -> Vec<u8> {
    let record = genuine();
    let start = record.find("\"signatures\":[").expect("signatures") + "\"signatures\":[".len();
    let end = record.find("],\"decrypted\"").expect("their end");
    let one = change(&record[start..end]);
    format!("{}{}{}", &record[..start], vec![one; count].join(","), &record[end..]).into_bytes()
}

fn shapes() -> Vec<Shape> {
    let shape = |name, count, make: fn(usize) -> Vec<u8>| Shape { name, count, make: Box::new(make) };
    vec![
        shape("texts", 2_000, |n| with_list("ignored", &"\"\",".repeat(n))),
        shape("more texts than are read", 200_000, |n| with_list("ignored", &"\"\",".repeat(n))),
        shape("texts of a letter", 200_000, |n| with_list("remaining", &"\"a\",".repeat(n))),
        shape("a long text", 300_000, |n| with_list("ignored", &format!("\"{}\"", "x".repeat(n)))),
        shape("a long text of escapes", 60_000, |n| with_list("ignored", &format!("\"{}\"", "\\u0041".repeat(n)))),
        shape("lists inside one another", 30_000, |n| {
            with_list("ignored", &format!("{}{}", "[".repeat(n), "]".repeat(n)))
        }),
        shape("what was decrypted", 10_000, |n| {
            with_list("decrypted", &"{\"part\":\"\",\"content\":\"\",\"key\":\"\"},".repeat(n))
        }),
        shape("parts", 10_000, |n| with_list("partsSha256", &"{\"contentId\":null,\"sha256\":null},".repeat(n))),
        shape("what was waived", 10_000, |n| signatures(1, str::to_owned).into_iter().chain(vec![b' '; n]).collect()),
        shape("signatures", 200, |n| signatures(n, str::to_owned)),
        shape("signatures with texts", 20, |n| {
            signatures(n, |one| one.replace("\"lost\":[]", &format!("\"lost\":[{}\"\"]", "\"\",".repeat(2_048))))
        }),
        shape("names that confirm", 5_000, |n| {
            let name = "{\"value\":\"\",\"format\":null,\"qualifier\":null,\"spQualifier\":null},".repeat(n);
            signatures(1, |one| {
                one.replace("\"confirmers\":[]", &format!("\"confirmers\":[{}]", name.trim_end_matches(',')))
            })
        }),
        shape("members", 20_000, |n| {
            genuine().replacen('{', &format!("{{{}", "\"version\":2,".repeat(n)), 1).into_bytes()
        }),
        shape("unknown members", 20_000, |n| {
            genuine().replacen('{', &format!("{{{}", "\"a\":{},".repeat(n)), 1).into_bytes()
        }),
        shape("a long number", 300_000, |n| {
            genuine().replacen("\"version\":2", &format!("\"version\":{}", "2".repeat(n)), 1).into_bytes()
        }),
        shape("white space", 300_000, |n| format!("{}{}", " ".repeat(n), genuine()).into_bytes()),
    ]
}

#[test]
fn records_of_evidence_are_linear_and_small_in_memory() {
    let only = std::env::var("WSS_HOSTILE").unwrap_or_default();
    let read = |json: &[u8]| match serde_json::from_slice::<EvidenceRecord>(json) {
        Ok(record) => format!("{record:?}"),
        Err(error) => error.to_string(),
    };
    assert!(read(genuine().as_bytes()).contains("1 signatures"));
    let door: Door<'_> = ("record", Box::new(read));
    let mut failures = Vec::new();
    for shape in shapes().iter().filter(|shape| shape.name.contains(&only)) {
        let texts: Vec<Vec<u8>> = [1, 2, 4].map(|times| (shape.make)(shape.count * times)).into();
        failures.extend(judge(shape.name, &door, &texts, !only.is_empty()));
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
