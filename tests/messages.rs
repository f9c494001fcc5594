//! Messages this library made, kept: they must open as they did when WSS4J judged them.

mod common;

use std::sync::Arc;

use common::*;
use ws_security::c14n::{Document, Limits};
use ws_security::prelude::*;
use ws_security::tokens::parse_instant;
use ws_security::{DangerousNoReplayCache, FixedClock, Incoming, OpenError};

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
            .expect("an authority")
            .signer(SignerRule::AnyBelowTheAnchors)
            .known([certificate("alice"), certificate("ec256")]);
        let receiver =
            Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
                .decrypt_with(identity("bob"))
                .clock(Arc::new(FixedClock(created)))
                // They were made before our plaintexts declared their namespaces.
                .accept_untold_absence_of_default_namespace();
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

fn utf16(text: &str, mark: [u8; 2]) -> Vec<u8> {
    let octets =
        text.encode_utf16().flat_map(|unit| if mark == [0xFE, 0xFF] { unit.to_be_bytes() } else { unit.to_le_bytes() });
    mark.into_iter().chain(octets).collect()
}

#[test]
fn messages_open_in_utf_16_as_in_utf_8() {
    let message = signed(SOAP12);
    let expected = receiver().open(&message).expect("opens");
    for mark in [[0xFE, 0xFF], [0xFF, 0xFE]] {
        for declaration in ["", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>"] {
            let opened = receiver().open(utf16(&format!("{declaration}{message}"), mark)).expect("opens");
            assert_eq!(opened.body().xml(), expected.body().xml());
        }
        let other = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{message}");
        assert!(receiver().open(utf16(&other, mark)).is_err(), "the declaration contradicts the octets");
        assert!(receiver().open(utf16(&message.replace(AMOUNT, "1499.91"), mark)).is_err());
        let mut odd = utf16(&message, mark);
        odd.pop();
        assert!(receiver().open(odd).is_err(), "half a code unit");
        // Who follows the header of HTTP reads other characters.
        let under = |charset: &str| {
            let content_type = format!("text/xml; charset={charset}");
            Incoming::from(utf16(&message, mark)).content_type(&content_type, &Limits::default()).expect("a header")
        };
        assert!(receiver().open(under("utf-16")).is_ok());
        for charset in ["utf-8", "us-ascii"] {
            let error = receiver().open(under(charset)).map(drop);
            assert_eq!(error, Err(OpenError::OtherEncoding { encoding: charset.into() }));
        }
    }
    assert!(receiver().open(utf16(&message, [0xFE, 0xFF]).get(2..).expect("octets")).is_err(), "no byte order mark");
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{message}");
    assert!(receiver().open(format!("\u{FEFF}{declared}")).is_ok(), "UTF-8 may carry a mark");
}
