//! An error says what is wrong, where, and what to do; what it says can be read without any key.

mod common;

use common::*;
use ws_security::prelude::*;
use ws_security::{OpenError, RequirementError};

fn said(receiver: &Receiver, message: &str) -> String {
    receiver.open(message).map(|_| ()).expect_err("refused").to_string()
}

#[track_caller]
fn has(error: &str, words: &[&str]) {
    words.iter().for_each(|word| assert!(error.contains(word), "{word:?} is not in: {error}"));
}

fn to_bob() -> Encrypting {
    Encrypting::to(&certificate("bob")).parts([Part::Body])
}

fn made(recipe: Recipe) -> String {
    recipe.plan().expect("a plan").message(&envelope(SOAP11)).secure().expect("secured").message
}

#[test]
fn a_message_for_someone_else_says_for_whom() {
    let bob = certificate("bob");
    let issuer_serial = [format!("{:?}", bob.issuer().to_string()), format!("serial {}", bob.serial_decimal())];
    let words: Vec<&str> = ["no key of ours fits", "is known", "decrypt_with"]
        .into_iter()
        .chain(issuer_serial.iter().map(String::as_str))
        .collect();
    let carol = receiver().decrypt_with(identity("carol"));
    let ours = receiver().decrypt_with(identity("bob"));
    // The signer had the plaintext: no digest is blamed.
    let inside = made(recipe().sign(signing()).encrypt(to_bob()));
    assert!(matches!(carol.open(&inside), Err(OpenError::NotForUs { .. })), "{}", said(&carol, &inside));
    // The signature is over the ciphertext, and verifies.
    let outside = made(recipe().encrypt(to_bob()).sign(signing()));
    for message in [&inside, &outside] {
        has(&said(&carol, message), &words);
        assert!(ours.open(message).is_ok());
        // A ciphertext that was demanded is not told to be absent.
        let demanding = demanding_encrypted().decrypt_with(identity("carol"));
        has(&said(&demanding, message), &words);
    }
    // Nothing names the ciphertext, and the only key is for someone else.
    let (before, rest) = outside.split_once("<xenc:ReferenceList>").expect("a list");
    let unlisted = format!("{before}{}", rest.split_once("</xenc:ReferenceList>").expect("its end").1);
    has(&said(&carol, &unlisted), &words);
    has(&said(&ours, &unlisted), &["is still encrypted: no list"]);
}

fn demanding_encrypted() -> Receiver {
    Receiver::new(
        trust(),
        Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]),
        ws_security::DangerousNoReplayCache,
    )
}

#[test]
fn what_came_in_clear_text_is_said_to_be() {
    let error = demanding_encrypted().decrypt_with(identity("bob")).open(signed(SOAP11)).map(|_| ());
    let expected = RequirementError::NotEncrypted { part: "Body".into() };
    assert_eq!(error, Err(OpenError::Requirement(expected)));
}
