//! What receivers refuse for its shape beside a report: a waiver is for its own place alone.

use std::path::Path;

use ws_security::Limits;
use ws_security::bsp::Context;
use wss_inspect::Message;
use wss_inspect::lint::RefusedShapes;

/// A golden message with two copies of its signature: `first` changes one, and `second` the other.
fn twice(first: impl Fn(&str) -> String, second: impl Fn(&str) -> String) -> String {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/networks/digikoppeling_wus_s/request.xml");
    let text = std::fs::read_to_string(golden).expect("a message");
    let start = text.find("<ds:Signature").expect("a signature");
    let end = text.find("</ds:Signature>").expect("its end") + "</ds:Signature>".len();
    let bare = without_ids(&text[start..end]);
    format!("{}{}{}{}", &text[..start], first(&bare), second(&bare), &text[end..])
}

/// An element without its Ids, which may come twice then.
fn without_ids(element: &str) -> String {
    let mut pieces = element.split(" Id=\"").flat_map(|piece| piece.split(" wsu:Id=\""));
    let first = pieces.next().expect("a start").to_owned();
    pieces.fold(first, |all, piece| all + piece.split_once('"').expect("the end of an Id").1)
}

/// The places of refused shapes, by their last step.
fn refused(message: &str, waived: &[&str]) -> Vec<String> {
    let message = Message::read(message.as_bytes(), &Limits::default()).expect("a message");
    let report = message.lint(&Context::new()).expect("a report");
    let waived: Vec<String> = waived.iter().map(|id| (*id).to_owned()).collect();
    let shapes = RefusedShapes::of(&message, None, &report, &waived).found;
    shapes.iter().map(|found| found.path.as_str().rsplit('/').next().expect("a step").to_owned()).collect()
}

#[test]
fn a_waiver_for_one_signature_is_none_for_the_next() {
    // Two children of ds:KeyInfo are against R5402; a reference to nothing is against no requirement.
    let two_keys = |one: &str| one.replace("<ds:KeyInfo>", "<ds:KeyInfo><wsse:SecurityTokenReference/>");
    let to_nothing = |one: &str| one.replacen(" URI=\"#", " URI=\"#nothing-", 1);
    let both = twice(two_keys, to_nothing);
    assert_eq!(refused(&both, &[]), ["ds:Signature[1]", "ds:Signature[2]"]);
    assert_eq!(refused(&both, &["R5402"]), ["ds:Signature[2]"]);
    assert_eq!(refused(&both, &["r5402", "R5417"]), ["ds:Signature[2]"]);
    assert_eq!(refused(&twice(to_nothing, two_keys), &["R5402"]), ["ds:Signature[1]"]);
    assert!(refused(&twice(two_keys, two_keys), &["R5402"]).is_empty());
}

/// The page shows what receivers refuse, with its place in the message, as the text does.
#[test]
fn a_page_has_the_shapes_that_receivers_refuse() {
    let two_keys = |one: &str| one.replace("<ds:KeyInfo>", "<ds:KeyInfo><wsse:SecurityTokenReference/>");
    let to_nothing = |one: &str| one.replacen(" URI=\"#", " URI=\"#nothing-", 1);
    let broken = twice(two_keys, to_nothing);
    let message = Message::read(broken.as_bytes(), &Limits::default()).expect("a message");
    let report = message.lint(&Context::new()).expect("a report");
    let shapes = RefusedShapes::of(&message, None, &report, &[]);
    let words = |text: &str| format!("WORDS {text}");
    let page = wss_inspect::lint::html(&report, Some((&shapes, &words)), &message).expect("a page");
    let second = broken.rfind("<ds:Signature xmlns").expect("it");
    let end = broken.rfind("</ds:Signature>").expect("its end") + "</ds:Signature>".len();
    assert!(page.contains("Shapes that receivers refuse (2)"), "{:?}", shapes.found);
    assert!(page.contains("WORDS "), "{page}");
    assert!(page.contains(&format!("<a href=\"#e{second}-{end}\">")), "{page}");
    assert!(page.contains(&format!("id=\"e{second}-{end}\"")), "{page}");
    let without = wss_inspect::lint::html(&report, None, &message).expect("a page");
    assert!(!without.contains("Shapes that receivers refuse"), "{without}");
}
