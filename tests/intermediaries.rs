//! Intermediaries: each opens the header for its role, and forwards every other octet unchanged.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::*;
use ws_security::c14n::name;
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, OpenError, Secret, ShiftedClock, SystemClock, TransportFacts};

const NODE: &str = "urn:node";
const WSSE: &str = name::WSSE.uri;

/// Signed for the service by Alice; over that, Body and Action encrypted, and a timestamp signed by Dave, for the node.
fn on_its_way(soap: &str) -> (String, String) {
    let inner = signed(soap);
    let outer = Recipe::new()
        .actor(NODE)
        .timestamp(Duration::from_secs(300))
        .sign(Signing::with(&identity("dave")).parts([Part::Timestamp, Part::Body]))
        .encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body, action()]));
    let message = outer.secured(&inner);
    (inner, message)
}

fn node() -> Receiver {
    Receiver::new(
        Trust::pins([certificate("dave")]),
        Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body, action()]),
        DangerousNoReplayCache,
    )
    .actor(NODE)
    .decrypt_with(identity("bob"))
    .forwards()
}

#[test]
fn what_a_node_sends_on_still_verifies_downstream() {
    for soap in [SOAP11, SOAP12] {
        let (inner, message) = on_its_way(soap);
        assert!(receiver().open(&message).is_err(), "the service cannot open it before the node did");
        let opened = node().open(&message).expect("opens");
        let forwarded = opened.forwarded().expect("kept");
        let delivered = receiver().open(forwarded).unwrap_or_else(|error| panic!("{error:?}\n{forwarded}"));
        assert!(delivered.body().xml().contains(AMOUNT));
        assert!(!forwarded.contains(NODE) && !forwarded.contains("EncryptedData"));
        // The header for the service was forwarded octet for octet.
        let header = |text: &str| {
            let start = text.find("<wsse:Security").expect("a header");
            let end = text.rfind("</wsse:Security>").expect("its end");
            text[start..end].to_owned()
        };
        assert_eq!(header(forwarded), header(&inner));
        assert!(receiver().open(forwarded.replace(AMOUNT, "1.00")).is_err());

        // The node adds its own, for the next one.
        let own = Recipe::new().actor("urn:next").timestamp(Duration::from_secs(60));
        let own = own.sign(Signing::with(&identity("carol")).parts([Part::Body, Part::Timestamp]));
        let next = own.secured(forwarded);
        let further = Receiver::new(
            Trust::pins([certificate("carol")]),
            Requirements::signed([Part::Body, Part::Timestamp]),
            DangerousNoReplayCache,
        )
        .actor("urn:next")
        .forwards();
        let last = further.open(&next).expect("opens");
        assert!(receiver().open(last.forwarded().expect("kept")).is_ok());
        assert!(receiver().open(&next).is_ok(), "a header for another is left alone");
    }
}

#[test]
fn without_asking_nothing_is_kept() {
    let opened = receiver().open(signed(SOAP11)).expect("opens");
    assert_eq!(opened.forwarded(), None);
}

#[test]
fn a_peer_whose_clock_is_off_is_met_half_way() {
    let late = Duration::from_secs(3_600);
    let behind = Recipe::new()
        .clock(Arc::new(ShiftedClock::behind(SystemClock, late)))
        .username_digest("ann", "s3cret")
        .secured(&envelope(SOAP12));
    let camera = |clock: Arc<dyn ws_security::Clock>| {
        Receiver::new(
            Trust::no_certificates(),
            Requirements::dangerous_unsigned().username_token(),
            MemoryReplayCache::default(),
        )
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
        .clock(clock)
    };
    assert!(camera(Arc::new(SystemClock)).open_unsigned(&behind, TransportFacts::dangerous_unprotected()).is_err());
    assert!(
        camera(Arc::new(ShiftedClock::behind(SystemClock, late)))
            .open_unsigned(&behind, TransportFacts::dangerous_unprotected())
            .is_ok()
    );
    assert!(
        camera(Arc::new(ShiftedClock::ahead(SystemClock, late)))
            .open_unsigned(&behind, TransportFacts::dangerous_unprotected())
            .is_err()
    );
}

/// SOAP 1.1 §4.2.2, SOAP 1.2 part 1 §2.2: every receiver is the next one, and processes what it must understand or nothing.
#[test]
fn a_second_header_for_whoever_is_next_does_not_go_unread() {
    for (soap, next, attribute) in [
        (SOAP11, "http://schemas.xmlsoap.org/soap/actor/next", "actor"),
        (SOAP12, "http://www.w3.org/2003/05/soap-envelope/role/next", "role"),
    ] {
        let message = signed(soap);
        let with = |must: &str| {
            let second = format!("<wsse:Security xmlns:wsse='{WSSE}' s:{attribute}='{next}'{must}/>");
            message.replacen("<wsse:Security", &format!("{second}<wsse:Security"), 1)
        };
        for must in ["1", "true", " 1 ", "TRUE", "01", "yes", "", "\u{A0}0"] {
            let error = receiver().open(with(&format!(" s:mustUnderstand='{must}'"))).map(drop).expect_err("refused");
            assert!(matches!(error, OpenError::NotUnderstood { .. }), "{must:?}: {error}");
            let receiver = receiver().understands(WSSE, "Security");
            assert!(receiver.open(with(&format!(" s:mustUnderstand='{must}'"))).is_ok(), "{must:?}");
        }
        for must in ["", " s:mustUnderstand='0'", " s:mustUnderstand='false'"] {
            assert!(receiver().open(with(must)).is_ok(), "{must:?}");
        }
    }
}

/// BSP R3206 and R3210 compare roles as the specifications do: an empty one is that of the ultimate receiver.
#[test]
fn the_ultimate_receiver_has_several_names() {
    const ULTIMATE: &str = "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver";
    for name in ["", " ", ULTIMATE] {
        for soap in [SOAP11, SOAP12] {
            let opened = receiver().actor(name).open(signed(soap)).map(drop);
            assert!(opened.is_ok(), "{name:?}: {opened:?}");
            let sent = recipe().actor(name).sign(signing()).secured(&envelope(soap));
            assert!(receiver().open(&sent).is_ok() && !sent.contains("ultimateReceiver"), "{sent}");
        }
    }
    assert!(receiver().actor(" urn:other ").open(signed(SOAP11)).is_err());
    let named = recipe().actor(NODE).sign(signing()).secured(&envelope(SOAP11)).replace(NODE, ULTIMATE);
    assert!(receiver().open(&named).is_ok(), "{named}");
    // White space is that of XML.
    let spaced = recipe().actor(NODE).sign(signing()).secured(&envelope(SOAP11)).replace(NODE, "\u{A0}");
    assert!(receiver().open(&spaced).is_err(), "{spaced}");
}
