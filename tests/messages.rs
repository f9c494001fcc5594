//! Messages this library made, kept: they must open as they did when WSS4J judged them.

mod common;

use std::sync::Arc;

use common::*;
use ws_security::c14n::{Document, Limits};
use ws_security::prelude::*;
use ws_security::tokens::parse_instant;
use ws_security::{DangerousNoReplayCache, FixedClock};

#[test]
fn kept_messages_open_as_they_did() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/messages");
    let manifest = std::fs::read_to_string(format!("{folder}/manifest.tsv")).expect("a manifest");
    let mut seen = 0;
    for line in manifest.lines().skip(1) {
        let [file, expected, dom, streaming] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four cells: {line}");
        };
        assert_eq!((expected, expected), (dom, streaming), "{file}: WSS4J says the same");
        let message = std::fs::read_to_string(format!("{folder}/{file}")).expect("a message");
        let created = {
            let document = Document::parse(message.as_str(), &Limits::default()).expect("well-formed");
            let created = document.elements().find(|element| element.name().local == "Created").expect("a timestamp");
            parse_instant(&created.text().expect("text")).expect("an instant")
        };
        let trust = Trust::anchors([certificate("ca")])
            .signer(SignerRule::AnyBelowTheAnchors)
            .known([certificate("alice"), certificate("ec256")]);
        let receiver =
            Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
                .decrypt_with(identity("bob"))
                .clock(Arc::new(FixedClock(created)));
        match receiver.open(&message) {
            Ok(opened) => {
                assert_eq!(expected, "accepted", "{file}");
                assert!(opened.body().xml().contains("Zürich &amp; 4711"), "{file}");
            }
            Err(error) => assert_eq!(expected, "refused", "{file}: {error}"),
        }
        seen += 1;
    }
    assert!(seen >= 60, "{seen}");
}
