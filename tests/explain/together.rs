//! Two and three changes at once, each of another kind.

use crate::common::*;
use crate::{explained, words};

const CONTENT: &str = "<p:order xmlns:p=\"urn:p\" p:kind=\"x\"><p:when>2026-11-27T12:00:00.000Z</p:when><p:amount>42.50</p:amount>\
                       <p:flag>true</p:flag><p:name p:lang=\"de\">José &amp; Co</p:name><p:empty></p:empty><p:lines>a&#13;\nb</p:lines>\
                       <p:blob>QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD</p:blob></p:order>";

/// A change of the Body, and the cause that it has alone.
type Change = (fn(&str) -> String, &'static str);

fn indented(message: &str) -> String {
    ["when", "amount", "flag", "name", "empty", "lines", "blob"]
        .iter()
        .fold(message.replace("</p:order>", "\n</p:order>"), |text, name| {
            text.replace(&format!("<p:{name}"), &format!("\n  <p:{name}"))
        })
}

fn of_envelope(message: &str) -> String {
    message
        .replace("<s:", "<soapenv:")
        .replace("</s:", "</soapenv:")
        .replace("xmlns:s=", "xmlns:soapenv=")
        .replace(" s:", " soapenv:")
}

fn wrapped(message: &str) -> String {
    let (before, rest) = message.split_once("<p:blob>").expect("base64");
    let (first, second) = rest.split_at(76);
    format!("{before}<p:blob>{first}\n{second}")
}

/// In the order in which they are made: the prefix last, since the others look for names.
const CHANGES: [Change; 9] = [
    (indented, "white-space-added"),
    (|message| message.replace("a&#13;\nb", "a\nb").replace("a&#xD;\nb", "a\nb"), "carriage-returns-lost"),
    (|message| message.replace("12:00:00.000Z", "12:00:00Z"), "instant-reformatted"),
    (|message| message.replace("42.50", "42.5"), "value-reformatted"),
    (|message| message.replace("José", "Jose\u{301}"), "unicode-normalized"),
    (|message| message.replace("&amp; Co", "&amp;amp; Co"), "escaped-twice"),
    (wrapped, "base64-wrapped"),
    (|message| message.replace("<p:order ", "<p:order p:added=\"1\" "), "attribute-added"),
    (of_envelope, "prefix-rewritten"),
];

fn message() -> String {
    let plain = envelope(SOAP11);
    let (before, rest) = plain.split_once("<s:Body>").expect("the Body");
    let (_, after) = rest.split_once("</s:Body>").expect("its end");
    recipe().sign(signing()).secured(&format!("{before}<s:Body>{CONTENT}</s:Body>{after}"))
}

/// The causes of a message with these changes, sorted.
fn causes(changes: &[Change]) -> Vec<&'static str> {
    let plain = message();
    let broken = changes.iter().fold(plain.clone(), |message, (change, _)| {
        let changed = change(&message);
        assert_ne!(changed, message);
        changed
    });
    refuse(&receiver(), &broken);
    let explanation = explained(&broken);
    let mut found = words(&explanation);
    found.sort_unstable();
    found
}

fn expected(changes: &[Change]) -> Vec<&'static str> {
    let mut words: Vec<&str> = changes.iter().map(|(_, word)| *word).collect();
    words.sort_unstable();
    words
}

#[test]
fn each_two_changes_are_named() {
    let mut missed = Vec::new();
    for (at, first) in CHANGES.iter().enumerate() {
        assert_eq!(causes(&[*first]), expected(&[*first]));
        for second in &CHANGES[at + 1..] {
            let both = [*first, *second];
            let found = causes(&both);
            if found != expected(&both) {
                missed.push((expected(&both), found));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn three_usual_changes_are_named() {
    for three in [[0, 1, 8], [0, 2, 8], [1, 2, 8], [0, 1, 2]] {
        let changes = three.map(|at| CHANGES[at]);
        assert_eq!(causes(&changes), expected(&changes));
    }
}

/// What was masked is lost, also where something else was changed: nothing is named, and the hint tells of it.
#[test]
fn a_masked_value_beside_another_change_is_told_by_the_hint() {
    let plain = message();
    let masked = indented(&plain).replace("42.50", "****50");
    let explanation = explained(&masked);
    assert!(words(&explanation).is_empty(), "{explanation}");
    assert!(explanation.to_string().contains("may have been masked"), "{explanation}");
}
