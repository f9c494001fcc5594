//! A signed element that was moved to where it means nothing is refused, also without a demand for it: from the Security
//! header to the header blocks, and from there into the Security header.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::*;
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, FixedClock, OpenError, Waiver};

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
    // It is refused as well if children of unknown kinds are accepted and the application reads that block.
    let accepting = receiver.clone().accept_signed_children_of_unknown_kinds();
    let if_present = Requirements::signed([Part::Body, Part::Timestamp]).signed_if_present([action()]);
    let requiring =
        Receiver::new(trust(), if_present, DangerousNoReplayCache).accept_signed_children_of_unknown_kinds();
    for reading in [accepting.clone().understands_addressing(), requiring] {
        assert!(reading.open(&message).is_ok());
        assert!(matches!(refuse_strictly(&reading, &attack), OpenError::Place { .. }));
    }
}

/// A peer signs a child of the Security header of its own kind.
#[test]
fn a_signed_child_of_an_unknown_kind_is_ignored_if_that_is_accepted() {
    let token = "<v:Ticket xmlns:v=\"urn:vendor\" v:Id=\"t\">1</v:Ticket>";
    let wsu = ws_security::c14n::name::WSU.uri;
    let token = token.replacen("v:Id", &format!("xmlns:u=\"{wsu}\" u:Id"), 1);
    let source = envelope(SOAP11).replacen("<s:Header>", &format!("<s:Header>{token}"), 1);
    let id = Part::Id("t".to_owned());
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, id]);
    let beside = recipe().sign(signing).secured(&source);
    let start = beside.find("<v:Ticket").expect("the token");
    let end = start + beside[start..].find("</v:Ticket>").expect("its end") + "</v:Ticket>".len();
    let without = format!("{}{}", &beside[..start], &beside[end..]);
    let message = without.replacen("<wsu:Timestamp", &format!("{}<wsu:Timestamp", &beside[start..end]), 1);
    let receiver = receiver();
    let error = refuse_strictly(&receiver, &message);
    assert!(matches!(error, OpenError::UnknownKind { .. }), "{error}");
    assert!(error.to_string().contains("`accept_signed_children_of_unknown_kinds`"), "{error}");
    let opened = receiver.clone().accept_signed_children_of_unknown_kinds().open(&message);
    let opened = opened.unwrap_or_else(|error| panic!("{error}\n{message}"));
    assert!(opened.evidence().waived.contains(&Waiver::SignedChildrenOfUnknownKinds));
    assert!(opened.evidence().ignored.iter().any(|name| name.as_str().contains("Ticket")));
    assert!(opened.header_block("urn:vendor", "Ticket").is_none());
    // Unsigned, it is ignored in any case; signed and changed, it is refused.
    let unsigned = signed(SOAP11).replacen("<wsu:Timestamp", "<v:Ticket xmlns:v=\"urn:vendor\"/><wsu:Timestamp", 1);
    assert!(receiver.open(&unsigned).is_ok());
    let changed = message.replacen(">1</v:Ticket>", ">2</v:Ticket>", 1);
    refuse_strictly(&receiver.accept_signed_children_of_unknown_kinds(), &changed);
}
