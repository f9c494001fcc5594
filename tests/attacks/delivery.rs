//! For whom a message is, when and how often it is accepted, and what a log shows of it (T41, T48, T49, T60).

use ws_security::c14n::name;
use ws_security::prelude::*;
use ws_security::{HeaderError, OpenError};

use crate::common::*;
use crate::{find, parse};

#[test]
fn t41_headers_for_others_are_left_alone() {
    let golden = signed(SOAP11);
    let other = format!(
        "<wsse:Security xmlns:wsse=\"{}\" s:actor=\"urn:other\"><anything xmlns=\"urn:x\"/></wsse:Security>",
        name::WSSE.uri
    );
    let both = golden.replacen("<s:Header>", &format!("<s:Header>{other}"), 1);
    assert!(receiver().open(&both).is_ok());
    assert!(matches!(
        refuse(&receiver().actor("urn:nobody"), &both),
        OpenError::Header(HeaderError::OtherActor { .. })
    ));
    let for_us = both.replacen("urn:other", "", 1);
    refuse(&receiver(), &for_us);
    let unknown = golden.replacen("<a:To>", "<x:Y xmlns:x=\"urn:x\" s:mustUnderstand=\"1\"/><a:To>", 1);
    assert!(matches!(refuse(&receiver(), &unknown), OpenError::NotUnderstood { .. }));
    assert!(receiver().understands("urn:x", "Y").open(&unknown).is_ok());
    // We secure beside a header for another actor, which stays unchanged octet for octet.
    let relayed =
        Recipe::new().actor("urn:next").sign(Signing::with(&identity("bob")).parts([action()])).secured(&golden);
    let document = parse(&golden);
    assert!(relayed.contains(&golden[find(&document, "Security").span()]));
    assert!(receiver().open(&relayed).is_ok(), "signatures below still hold");
}

#[test]
fn t48_stale_and_future_messages_are_refused() {
    use std::sync::Arc;
    use std::time::{Duration, SystemTime};
    use ws_security::FixedClock;
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000);
    let at = |seconds: i64| {
        let offset = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 { now - offset } else { now + offset }
    };
    let message = Recipe::new()
        .timestamp(Duration::from_secs(600))
        .clock(Arc::new(FixedClock(now)))
        .sign(signing())
        .secured(&envelope(SOAP11));
    let judged_at = |seconds| receiver().clock(Arc::new(FixedClock(at(seconds)))).open(&message).map(|_| ());
    // Created 300 seconds ago is the most, with 60 of skew, whatever Expires says.
    for fresh in [-60, 0, 299, 359] {
        assert_eq!(judged_at(fresh), Ok(()), "{fresh}");
    }
    for stale in [-61, 360, 100_000] {
        assert!(matches!(judged_at(stale), Err(OpenError::NotFresh(_))), "{stale}");
    }
}

#[test]
fn t49_a_message_is_accepted_once() {
    let receiver =
        Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), MemoryReplayCache::default());
    let message = signed(SOAP11);
    let won = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(|| receiver.open(&message).is_ok())).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).filter(|won| *won).count()
    });
    assert_eq!(won, 1);
    assert!(receiver.open(signed(SOAP11)).is_ok(), "the same Body in another message is another message");
    // A message that is refused does not count as seen.
    let tampered = signed(SOAP12);
    refuse(&receiver, &tampered.replace(AMOUNT, "1"));
    assert!(receiver.open(&tampered).is_ok());
}

#[test]
fn t60_secrets_never_print() {
    let shown = format!("{:?} {:?}", identity("alice"), receiver());
    assert!(!shown.contains("PRIVATE") && shown.len() < 600, "{shown}");
}
