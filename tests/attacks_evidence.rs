//! What the evidence says: nothing that anyone may have added, and no part for the whole.

mod common;

use common::*;
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, ElementPath, OpenError, RequirementError};

/// The evidence has no instant that nobody answers for.
#[test]
fn a_timestamp_that_anyone_may_have_added_is_not_evidence() {
    let body = || Signing::with(&identity("alice")).parts([Part::Body]);
    let signed = recipe().sign(body().parts([Part::Timestamp])).secured(&envelope(SOAP11));
    let stamp = |message: &str| {
        let (start, end) = ("<wsu:Timestamp", "</wsu:Timestamp>");
        let at = message.find(start).expect("a timestamp");
        message[at..at + message[at..].find(end).expect("its end") + end.len()].to_owned()
    };
    let bare = Recipe::new().sign(body()).secured(&envelope(SOAP11));
    let added = bare.replacen("<ds:Signature ", &format!("{}<ds:Signature ", stamp(&signed)), 1);
    let apart = recipe().sign(body()).sign(Signing::with(&identity("alice")).parts([Part::Timestamp]));
    let apart = apart.secured(&envelope(SOAP11));
    let receiver = Receiver::new(trust(), Requirements::signed([Part::Body]), DangerousNoReplayCache);
    for (message, is_evidence) in [(&signed, true), (&added, false), (&apart, false)] {
        for receiver in [receiver.clone(), careless(receiver.clone())] {
            let opened = receiver.open(message).unwrap_or_else(|error| panic!("{error}\n{message}"));
            assert_eq!(opened.evidence().timestamp.is_some(), is_evidence, "{message}");
            let protected = receiver.over_protected_transport().open(message).expect("opens");
            assert!(protected.evidence().timestamp.is_some());
        }
    }
    let opened = receiver.open_parts(&added).expect("opens");
    assert!(opened.evidence().timestamp.is_none());
}

fn pay(inside: &[&str]) -> Part {
    let steps: String = ["Pay"].iter().chain(inside).map(|step| format!("/{{urn:p}}{step}")).collect();
    Part::element(ElementPath::parse(&format!("Body{steps}")).expect("a path"))
}

/// Whoever encrypts an element of a signed Body has not encrypted the Body.
#[test]
fn the_evidence_tells_a_part_of_the_body_from_the_body() {
    let bob = receiver().decrypt_with(identity("bob"));
    for (part, told) in [(Part::Body, "Body"), (pay(&["To"]), "part of the Body"), (pay(&[]), "Body")] {
        let encrypting = Encrypting::to(&certificate("bob")).parts([part.clone()]);
        let opened = bob.open(recipe().sign(signing()).encrypt(encrypting).secured(&envelope(SOAP11))).expect("opens");
        let parts: Vec<_> = opened.evidence().decrypted.iter().map(|line| line.part.as_str()).collect();
        assert_eq!(parts, [told], "{part}");
    }
}

/// Text beside ciphertext is blank only if it is of the blanks of XML.
#[test]
fn an_element_with_other_white_space_beside_its_ciphertext_was_not_encrypted() {
    let demands = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([pay(&["To"])]);
    let receiver = Receiver::new(trust(), demands, DangerousNoReplayCache).decrypt_with(identity("bob"));
    for (beside, is_encrypted) in [("", true), ("\n \t", true), ("\u{a0}", false), ("\u{3000}", false), ("x", false)] {
        let content = format!("<p:To>{beside}<p:Name>Ann</p:Name>{beside}</p:To>");
        let envelope = envelope(SOAP11).replacen("<p:To>Ann</p:To>", &content, 1);
        let encrypting = Encrypting::to(&certificate("bob")).parts([pay(&["To", "Name"])]);
        let message = recipe().sign(signing()).encrypt(encrypting).secured(&envelope);
        match receiver.open(&message) {
            Ok(_) => assert!(is_encrypted, "{beside:?}"),
            Err(OpenError::Requirement(RequirementError::NotEncrypted { .. })) => assert!(!is_encrypted, "{beside:?}"),
            Err(error) => panic!("{error}"),
        }
    }
}
