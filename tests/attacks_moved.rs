//! A signed element that was moved to where it means nothing is refused, also without a demand for it: from the Security
//! header to the header blocks, and from there into the Security header.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{SOAP11, identity, receiver, refuse_strictly, signed, trust};
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, FixedClock, OpenError};

/// `message` with the element that starts with `start` moved before `before`.
fn moved(message: &str, start: &str, end: &str, before: &str) -> String {
    let from = message.find(start).expect("the element");
    let to = from + message[from..].find(end).expect("its end") + end.len();
    let element = &message[from..to];
    let without = format!("{}{}", &message[..from], &message[to..]);
    let at = without.find(before).expect("a place");
    format!("{}{element}{}", &without[..at], &without[at..])
}

#[test]
fn an_old_timestamp_beside_the_security_header_is_not_overlooked() {
    let message = signed(SOAP11);
    let later = std::time::SystemTime::now() + Duration::from_secs(3 * 86_400);
    let late = Receiver::new(trust(), Requirements::signed([Part::Body]), DangerousNoReplayCache)
        .clock(Arc::new(FixedClock(later)));
    assert!(matches!(refuse_strictly(&late, &message), OpenError::NotFresh(_)));
    let attack = moved(&message, "<wsu:Timestamp", "</wsu:Timestamp>", "</s:Header>");
    assert!(matches!(refuse_strictly(&late, &attack), OpenError::Place { .. }));
}

#[test]
fn a_confirmation_beside_the_security_header_does_not_make_a_reply_a_request() {
    let alice = identity("alice");
    let recipe = |signing: Signing| Recipe::new().timestamp(Duration::from_secs(300)).sign(signing);
    let envelope =
        format!("<s:Envelope xmlns:s='{SOAP11}'><s:Header/><s:Body><a xmlns='urn:a'/></s:Body></s:Envelope>");
    let plan = recipe(Signing::with(&alice).parts([Part::Body, Part::Timestamp])).plan().expect("a plan");
    let (first, second) =
        (plan.message(&envelope).secure().expect("one"), plan.message(&envelope).secure().expect("two"));
    let bob = identity("bob");
    let reply = recipe(Signing::with(&bob).parts([Part::Body, Part::Timestamp])).signature_confirmation().plan();
    let reply =
        reply.expect("a plan").message(&envelope).answering(&first.correlation).secure().expect("a reply").message;
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let receiver = Receiver::new(Trust::pins([bob.certificate().clone()]), requirements, DangerousNoReplayCache);
    let opened = receiver.answering(&first.correlation).open(&reply).map(drop);
    assert!(opened.is_ok(), "{opened:?}");
    assert!(receiver.answering(&second.correlation).open(&reply).is_err());
    let attack = moved(&reply, "<wsse11:SignatureConfirmation", "</wsse11:SignatureConfirmation>", "</s:Header>");
    let error = receiver.answering(&second.correlation).open(&attack).map(drop).expect_err("refused");
    assert!(matches!(error, OpenError::Place { .. }), "{error:?}");
}

#[test]
fn a_signed_header_block_does_not_vanish_into_the_security_header() {
    let message = signed(SOAP11);
    let receiver = receiver();
    let attack = moved(&message, "<a:Action", "</a:Action>", "</wsse:Security>");
    assert_ne!(attack, message);
    assert!(matches!(refuse_strictly(&receiver, &attack), OpenError::Place { .. }));
}
