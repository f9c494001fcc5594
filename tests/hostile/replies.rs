//! Replies of a partner: signed, and judged against the request when everything in them was verified.

use ws_security::prelude::*;
use ws_security::{Addressing, AddressingVersion, Correlation, DangerousNoReplayCache};

use super::shapes::{Shape, WSU, numbered};
use super::{Door, judge};
use crate::common::*;

const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
const DATA: &str = "<x:EncryptedData><x:CipherData><x:CipherValue/></x:CipherData></x:EncryptedData>";
const RELATION: &str = "<a:RelatesTo>u:1</a:RelatesTo>";

/// What ec256 sent, with the MessageID u:1.
fn request() -> Correlation {
    let signing = Signing::with(&identity("ec256")).parts([Part::Body, Part::Timestamp]);
    let plan = unlimited().sign(signing).plan().expect("a plan");
    let addressing = Addressing::new(AddressingVersion::V1_0).message_id("u:1");
    let envelope = format!("<s:Envelope xmlns:s='{SOAP11}'><s:Body/></s:Envelope>");
    plan.message(&envelope).addressing(addressing).secure().expect("secured").correlation
}

/// Two signatures of Alice: the second covers these header blocks.
fn reply(blocks: &str, covered: &[Part]) -> Vec<u8> {
    let blocks = format!("<s:Header xmlns:x='{XENC}' xmlns:u='{WSU}' xmlns:n='urn:n'>{blocks}");
    let message = envelope(SOAP11).replacen("<s:Header>", &blocks, 1);
    let alice = || Signing::with(&identity("alice"));
    let signed = unlimited().sign(alice().parts([Part::Body, Part::Timestamp]));
    signed.sign(alice().parts(covered.to_vec())).secured(&message).into_bytes()
}

fn block(content: &str) -> String {
    format!("<n:a>{content}</n:a>")
}

fn shapes() -> Vec<Shape> {
    let covered = || vec![Part::header_block("urn:n", "a")];
    let with_last = move || [covered(), vec![Part::Id("last".to_owned())]].concat();
    let last = RELATION.replacen("<a:RelatesTo>", "<a:RelatesTo u:Id='last'>", 1);
    let shape = |name, count, make: Box<dyn Fn(usize) -> Vec<u8>>| Shape { name, count, make };
    vec![
        shape("ciphertext", 4_000, Box::new(move |n| reply(&block(&DATA.repeat(n)), &covered()))),
        shape(
            "ciphertext, and relations of which the last is signed",
            4_000,
            Box::new(move |n| {
                let blocks = format!("{}{}{last}", block(&DATA.repeat(n)), RELATION.repeat(n));
                reply(&blocks, &with_last())
            }),
        ),
        shape(
            "relations of no reply",
            4_000,
            Box::new(move |n| {
                let other = |at| format!("<a:RelatesTo RelationshipType='urn:{at}'>u:{at}</a:RelatesTo>");
                reply(&format!("{}{}", block(DATA), numbered(n, other)), &covered())
            }),
        ),
    ]
}

#[test]
fn a_reply_costs_no_more_than_another_message() {
    let receiver = Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache);
    let (receiver, sent) = (receiver.understands_addressing(), request());
    let open = |message: &[u8]| {
        receiver.answering(&sent).open(message).map_or_else(|error| error.to_string(), |_| "opened".to_owned())
    };
    let door: Door<'_> = ("answering", Box::new(open));
    let mut failures = Vec::new();
    for shape in shapes() {
        let messages: Vec<Vec<u8>> = [1, 2, 4].iter().map(|times| (shape.make)(shape.count * times)).collect();
        failures.extend(judge(shape.name, &door, &messages, false));
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
