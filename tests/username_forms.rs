//! Username tokens in each form that services ask for: what is sent, and what the receiver makes of it.

mod common;

use common::*;
use ws_security::bsp::{self, Context, Rule};
use ws_security::c14n::{base64_decode, base64_encode};
use ws_security::prelude::*;
use ws_security::tokens::{Password, password_digest};
use ws_security::{DangerousNoReplayCache, PlanError, Secret, TransportFacts, Username};

fn users() -> Receiver {
    let users = |user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec()));
    let requirements = Requirements::dangerous_unsigned().username_token();
    Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache)
        .passwords(users)
        .over_protected_transport()
}

fn sent(user: Username) -> String {
    Recipe::new().username(user).over_protected_transport().waive(Rule::R4201).secured(&envelope(SOAP11))
}

#[test]
fn each_allowed_combination_authenticates_its_user() {
    let text = || Username::text("ann", "s3cret");
    let forms: [(Username, [bool; 3]); 10] = [
        (text(), [true, true, true]),
        (text().without_nonce(), [false, true, true]),
        (text().without_created(), [true, false, true]),
        (text().without_nonce().without_created(), [false, false, true]),
        (text().without_type(), [true, true, false]),
        (text().without_type().without_nonce(), [false, true, false]),
        (text().without_type().without_created(), [true, false, false]),
        (text().without_type().without_nonce().without_created(), [false, false, false]),
        (text().nonce(*b"a key of the day"), [true, true, true]),
        (Username::digest("ann", "s3cret"), [true, true, true]),
    ];
    for (user, [nonce, created, kind]) in forms {
        let message = sent(user);
        for (text, is_there) in [("<wsse:Nonce", nonce), ("<wsu:Created", created), (" Type=\"", kind)] {
            assert_eq!(message.contains(text), is_there, "{text} in {message}");
        }
        let open = |message: &str| users().open_unsigned(message, TransportFacts::dangerous_unprotected());
        let opened = open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
        assert_eq!(opened.user().map(|user| user.username()), Some("ann"));
        assert!(open(&message.replace(">ann<", ">bob<")).is_err());
        let report = bsp::report(&message, &Context::new()).expect("a message");
        let broken: Vec<_> = report.breaches().map(|verdict| verdict.rule()).collect();
        assert_eq!(broken, if kind { vec![] } else { vec![Rule::R4201] }, "{message}");
    }
}

#[test]
fn a_token_without_a_password_is_signed_and_proves_nobody() {
    let recipe = recipe().username(Username::without_password("ann").without_nonce().without_created());
    let message = recipe.sign(signing().parts([Part::UsernameToken])).secured(&envelope(SOAP11));
    assert!(!message.contains("Password") && !message.contains("Nonce"), "{message}");
    let opened = receiver().open(&message).expect("opens");
    assert!(opened.user().is_none());
    let demanding = Requirements::signed([Part::Body, Part::UsernameToken]).username_token();
    let users = |_: &str| Some(Secret::new(b"s3cret".to_vec()));
    let receiver = Receiver::new(trust(), demanding, DangerousNoReplayCache).passwords(users);
    assert!(receiver.open(&message).is_err());
}

#[test]
fn contradictions_are_found_by_the_plan() {
    let digest = || Username::digest("ann", "s3cret");
    for (user, words) in [
        (digest().without_nonce(), "without_nonce"),
        (digest().without_created(), "without_created"),
        (digest().without_type(), "without_type"),
        (digest().nonce(Vec::new()), "1 to 64 octets"),
        (Username::text("ann", "s3cret").nonce(vec![1; 65]), "1 to 64 octets"),
        (Username::without_password(""), "a name"),
    ] {
        let refused = Recipe::new().username(user).over_protected_transport().waive(Rule::R4201).plan();
        match refused {
            Err(PlanError::Username { defect }) => assert!(defect.to_string().contains(words), "{defect}"),
            other => panic!("{words}: {other:?}"),
        }
    }
    let without_type =
        Recipe::new().username(Username::text("ann", "s3cret").without_type()).over_protected_transport();
    assert!(matches!(without_type.plan(), Err(PlanError::Bsp { rule: Rule::R4201, .. })));
    let unprotected = Recipe::new().username(Username::text("ann", "s3cret").without_nonce());
    assert_eq!(unprotected.plan().map(drop), Err(PlanError::ClearTextPassword));
}

/// The example in the documentation of Amadeus, as amabnl/amadeus-ws-client has it.
#[test]
fn the_digest_of_a_hashed_password_is_that_of_amadeus() {
    let nonce = base64_decode("PZgFvh5439plJpKpIyf5ucmXhNU=", 64).expect("base64");
    let password = Password::sha1_of("WBSPassword");
    let digest = password_digest(&nonce, "2013-01-11T09:41:03Z", password.secret());
    assert_eq!(base64_encode(&digest), "ic3AOJElVpvkz9ZBKd105Siry28=");
}
