//! A requirement on a message applies to all things of its kind, and nothing else counts for it.
//!
//! Each test here kills a mutant that accepted more than it should (fuzz/README.md, "Mutants of the code").

mod common;

use std::time::SystemTime;

use common::*;
use ws_security::TransportFacts;
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::{
    AssertionTrust, DangerousNoReplayCache, NewAssertion, OpenError, ProtectionToken, RequirementError, SamlVersion,
    Secret, Signer, WhyNoToken,
};

fn passwords(user: &str) -> Option<Secret> {
    let known = [("ann", "s3cret"), ("eve", "eve's own")];
    known.iter().find(|(name, _)| *name == user).map(|(_, password)| Secret::new(password.as_bytes().to_vec()))
}

fn with(recipe: Recipe) -> String {
    recipe.secured(&envelope(SOAP11))
}

fn to_bob(parts: impl IntoIterator<Item = Part>) -> Encrypting {
    Encrypting::to(&certificate("bob")).parts(parts)
}

/// A receiver with every key and these requirements.
fn demanding(requirements: Requirements) -> Receiver {
    let issuers = AssertionTrust::for_audience("urn:bank")
        .issuer("https://idp.example", Trust::pins([certificate("carol")]))
        .accept_bearer();
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(passwords)
        .assertions(issuers)
}

fn issued(version: SamlVersion) -> String {
    NewAssertion::new(version, "https://idp.example", "uid=ann")
        .audience("urn:bank")
        .bearer()
        .sign(&identity("carol"), SystemTime::now(), &SystemRandom)
        .expect("issued")
}

/// The message opens if `part` need not be encrypted, and is refused if it must be.
fn is_not_encrypted(part: &Part, signed: &Requirements, message: &str) {
    let opened = demanding(signed.clone()).open(message);
    assert!(opened.is_ok(), "{part}: {:?}\n{message}", opened.err());
    let error = refuse(&demanding(signed.clone().encrypted([part.clone()])), message);
    assert_eq!(error, OpenError::Requirement(RequirementError::NotEncrypted { part: part.clone() }));
}

#[test]
fn a_body_that_is_encrypted_in_part_is_not_encrypted() {
    let message = with(recipe().encrypt(to_bob([Part::Body])));
    let clear = message.replacen("</xenc:EncryptedData></s:Body>", "</xenc:EncryptedData><clear/></s:Body>", 1);
    assert_ne!(clear, message);
    let lax = demanding(Requirements::dangerous_unsigned());
    assert!(lax.open_unsigned(&clear, TransportFacts::dangerous_unprotected()).is_ok());
    let demanding = demanding(Requirements::dangerous_unsigned().encrypted([Part::Body]));
    assert!(
        demanding.open_unsigned(&message, TransportFacts::dangerous_unprotected()).is_ok(),
        "the whole Body is encrypted"
    );
    let around = message.replacen("<xenc:EncryptedData ", "<clear><xenc:EncryptedData ", 1);
    let around = around.replacen("</xenc:EncryptedData></s:Body>", "</xenc:EncryptedData></clear></s:Body>", 1);
    let text = message.replacen("</xenc:EncryptedData></s:Body>", "</xenc:EncryptedData>clear</s:Body>", 1);
    for clear in [clear, around, text] {
        let error = demanding.open_unsigned(&clear, TransportFacts::dangerous_unprotected()).map(drop);
        assert_eq!(error, Err(OpenError::Requirement(RequirementError::NotEncrypted { part: Part::Body })), "{clear}");
    }
}

#[test]
fn where_only_one_of_two_signatures_came_encrypted_signatures_are_not() {
    let both = Requirements::signed([Part::Body, Part::Timestamp]);
    let one = with(recipe().sign(signing()).encrypt(to_bob([Part::Signature])));
    assert!(demanding(both.clone().encrypted([Part::Signature])).open(&one).is_ok(), "the one signature is encrypted");
    let second = Signing::with(&identity("alice")).parts([Part::Timestamp]);
    let two = with(recipe().sign(signing()).encrypt(to_bob([Part::Signature])).sign(second));
    assert_eq!(two.matches("<ds:Signature ").count() + two.matches("<ds:Signature>").count(), 1, "{two}");
    is_not_encrypted(&Part::Signature, &both, &two);
}

#[test]
fn where_only_one_of_two_assertions_came_encrypted_assertions_are_not() {
    let both = Requirements::signed([Part::Body, Part::Timestamp]);
    let one = with(recipe().token(issued(SamlVersion::V2_0)).sign(signing()).encrypt(to_bob([Part::Assertion])));
    assert!(demanding(both.clone().encrypted([Part::Assertion])).open(&one).is_ok(), "the one assertion is encrypted");
    let two = one.replacen("</wsse:Security>", &format!("{}</wsse:Security>", issued(SamlVersion::V1_1)), 1);
    is_not_encrypted(&Part::Assertion, &both, &two);
    // The Body does not count for one either.
    let other = with(recipe().token(issued(SamlVersion::V2_0)).sign(signing()).encrypt(to_bob([Part::Body])));
    is_not_encrypted(&Part::Assertion, &both, &other);
}

#[test]
fn an_encrypted_body_is_no_encrypted_token_and_no_encrypted_block() {
    let both = Requirements::signed([Part::Body, Part::Timestamp]);
    let message = with(recipe().username_digest("ann", "s3cret").sign(signing()).encrypt(to_bob([Part::Body])));
    for part in [Part::UsernameToken, Part::Signature, Part::Assertion, action()] {
        is_not_encrypted(&part, &both, &message);
    }
    let hidden = with(recipe().username_digest("ann", "s3cret").sign(signing()).encrypt(to_bob([Part::UsernameToken])));
    assert!(demanding(both.clone().encrypted([Part::UsernameToken])).open(&hidden).is_ok(), "the token is encrypted");
    for part in [Part::Body, Part::Signature, action()] {
        is_not_encrypted(&part, &both, &hidden);
    }
    let recipe = recipe().username_digest("ann", "s3cret").token(issued(SamlVersion::V2_0));
    let hidden = with(recipe.sign(signing()).encrypt(to_bob([Part::UsernameToken])));
    is_not_encrypted(&Part::Assertion, &both, &hidden);
}

#[test]
fn an_assertion_of_one_version_is_none_of_the_other() {
    for (has, wants) in [(SamlVersion::V1_1, SamlVersion::V2_0), (SamlVersion::V2_0, SamlVersion::V1_1)] {
        let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, Part::Assertion]);
        let message = with(recipe().token(issued(has)).sign(signing));
        let signed = Requirements::signed([Part::Body, Part::Timestamp]);
        let opened = demanding(signed.clone().saml_token(has)).open(&message).expect("it has one of this version");
        assert_eq!(opened.assertions().len(), 1);
        let error = refuse(&demanding(signed.clone().saml_token(wants)), &message);
        let why = WhyNoToken::OtherVersion { found: has };
        assert_eq!(
            error,
            OpenError::Requirement(RequirementError::NoToken { token: ws_security::RequiredToken::Saml(wants), why })
        );
        refuse(&demanding(signed.saml_token(has).saml_token(wants)), &message);
    }
}

/// Eve lifts Ann's token with the Timestamp that its key signed, and signs a Body with her own key: Ann's token
/// identifies nobody, at any place.
#[test]
fn a_password_key_that_signs_something_else_is_not_its_users_message() {
    let ann = || Signing::with_token(&ProtectionToken::username("ann", "s3cret"));
    let eve = || Signing::with_token(&ProtectionToken::username("eve", "eve's own"));
    for (first, second) in [
        (ann().parts([Part::Timestamp]), eve().parts([Part::Body, Part::Timestamp])),
        (eve().parts([Part::Body, Part::Timestamp]), ann().parts([Part::Timestamp])),
    ] {
        let message = with(recipe().sign(first).sign(second));
        let opened = demanding(Requirements::signed([Part::Body, Part::Timestamp]).username_token()).open(&message);
        let opened = opened.unwrap_or_else(|error| panic!("{error}\n{message}"));
        assert!(matches!(opened.signer(), Signer::User(user) if user.username() == "eve"));
        assert_eq!(opened.user().map(|user| user.username()), Some("eve"));
    }
}

/// An element of another namespace is not a token, a Timestamp or a signature, even with the same local name.
#[test]
fn an_element_of_another_namespace_is_not_the_part_of_its_name() {
    let parts = [
        ("Timestamp", Part::Timestamp),
        ("UsernameToken", Part::UsernameToken),
        ("BinarySecurityToken", Part::SigningToken),
        ("EncryptedKey", Part::SigningToken),
        ("license", Part::SigningToken),
        ("SecurityContextToken", Part::SigningToken),
        ("Signature", Part::Signature),
        ("Assertion", Part::Assertion),
        ("SignatureConfirmation", Part::SignatureConfirmation),
    ];
    for (local, part) in parts {
        let wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
        let other = format!("<x:{local} xmlns:x=\"urn:x\" xmlns:wsu=\"{wsu}\" wsu:Id=\"other\"></x:{local}>");
        let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Id("other".to_owned())]);
        let security = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
        let header = format!("<s:Header><wsse:Security xmlns:wsse=\"{security}\">{other}</wsse:Security>");
        let carrying = envelope(SOAP11).replacen("<s:Header>", &header, 1);
        let plan = recipe().must_understand(false).sign(signing).plan().expect("a plan");
        let message = plan.message(&carrying).secure().expect("secured").message;
        // Signed there, it may be a header block that was moved to where nobody looks for it.
        let error = refuse(&demanding(Requirements::signed([Part::Body])), &message);
        assert!(matches!(error, OpenError::UnknownKind { .. }), "{local}: {error}");
        let error = refuse(&demanding(Requirements::signed([Part::Body, part.clone()])), &message);
        assert!(matches!(error, OpenError::Requirement(RequirementError::NotSigned { .. })), "{local}: {error}");
    }
}

#[test]
fn what_is_signed_and_no_header_block_is_not_handed_out_as_one() {
    let message = signed(SOAP11);
    let opened = demanding(Requirements::signed([Part::Body, Part::Timestamp])).open(&message).expect("opens");
    assert!(opened.header_block(WSA, "Action").is_some());
    let wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    for (namespace, local) in [(wsu, "Timestamp"), (SOAP11, "Body"), (WSA, "To")] {
        assert!(opened.header_block(namespace, local).is_none(), "{local}");
    }
}

#[test]
fn a_message_without_signatures_has_none_that_came_encrypted() {
    let message = with(recipe().encrypt(to_bob([Part::Body])));
    for part in [Part::Signature, Part::Assertion] {
        let demanding = demanding(Requirements::dangerous_unsigned().encrypted([part.clone()]));
        let error = demanding.open_unsigned(&message, TransportFacts::dangerous_unprotected()).map(drop);
        let expected = RequirementError::NotEncrypted { part: part.clone() };
        assert_eq!(error, Err(OpenError::Requirement(expected)));
    }
}

/// Whoever signs ciphertext need not know what is in it.
#[test]
fn a_token_that_was_signed_as_ciphertext_is_no_signed_token() {
    let encrypted = with(recipe().username_digest("ann", "s3cret").encrypt(to_bob([Part::UsernameToken])));
    let data = encrypted.find("<xenc:EncryptedData ").expect("data");
    let id = encrypted[data..].split(" Id=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an Id");
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Id(id.to_owned())]);
    let message = Recipe::new().sign(signing).secured(&encrypted);
    let opened = demanding(Requirements::signed([Part::Body])).open(&message).expect("the token is Ann's");
    assert_eq!(opened.evidence().signatures[0].parts, [Part::Body]);
    let error = refuse(&demanding(Requirements::signed([Part::Body, Part::UsernameToken])), &message);
    assert!(error.to_string().contains("need not know the token in it"), "{error}");
    let error = refuse(&demanding(Requirements::signed([Part::Body]).username_token()), &message);
    assert!(error.to_string().contains("need not know the token in it"), "{error}");
}

/// Whether a token was signed as ciphertext does not depend on what is decrypted after it.
#[test]
fn a_token_that_was_signed_in_clear_stays_signed_when_more_is_decrypted() {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, Part::UsernameToken]);
    let recipe = recipe().username_digest("ann", "s3cret").encrypt(to_bob([Part::Body])).sign(signing);
    let message = with(recipe.encrypt(to_bob([Part::UsernameToken])));
    let required = Requirements::signed([Part::Body, Part::UsernameToken]).encrypted([Part::Body, Part::UsernameToken]);
    let opened = demanding(required.username_token()).open(&message).map(drop);
    assert!(opened.is_ok(), "{opened:?}");
}

/// A message that answers no request confirms none.
#[test]
fn a_demand_for_confirmations_refuses_what_answers_no_request() {
    let demanded = Requirements::signed([Part::Body, Part::Timestamp]).signature_confirmation();
    let error = refuse(&Receiver::new(trust(), demanded, DangerousNoReplayCache), &signed(SOAP11));
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotConfirmed)), "{error}");
}
