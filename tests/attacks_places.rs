//! Signed elements at places where they prove nothing.

mod common;

use common::*;
use ws_security::OpenError;
use ws_security::c14n::{Document, Limits};

/// The signed block moved to each place inside the signature that covers it. A mutant found it inside `ds:KeyInfo`.
#[test]
fn a_signed_block_moved_into_its_signature_is_refused() {
    let genuine = signed(SOAP11);
    let document = Document::parse(genuine.as_str(), &Limits::default()).expect("well-formed");
    let find = |local: &str| document.elements().find(|element| element.name().local == local).expect(local);
    let action = find("Action");
    let start = genuine.find("<ds:Signature ").expect("a signature");
    let inside = document.elements().filter(|element| element.span().start >= start && !element.is_empty_tag());
    let inside = inside.filter(|element| element.span().end <= find("Signature").span().end);
    let (mut places, mut misplaced) = (0, 0);
    for place in inside {
        let prefix = genuine[action.span()].replacen("<a:Action", &format!("<a:Action xmlns:a=\"{WSA}\""), 1);
        for at in [place.content_span().start, place.content_span().end] {
            let moved =
                format!("{}{prefix}{}", &genuine[..at], &genuine[at..]).replacen(&genuine[action.span()], "", 1);
            let error = refuse(&receiver(), &moved);
            misplaced += u32::from(matches!(error, OpenError::Place { .. }));
            places += 1;
        }
    }
    assert!(places > 20 && misplaced >= 2, "{misplaced} of {places}: both ends of ds:KeyInfo are such places");
}
