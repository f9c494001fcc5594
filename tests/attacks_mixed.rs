//! Mixed messages: what one party proved at another time, or what another party can prove, joined with what the attacker
//! proves now.

mod common;

use common::*;
use std::time::SystemTime;
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::{
    AssertionTrust, ConfirmationMethod, DangerousNoReplayCache, NewAssertion, OpenError, ProtectionToken,
    RequirementError, SamlVersion, SecureConversation, Signer,
};

const ISSUER: &str = "https://idp.example";
const BOTH: [SamlVersion; 2] = [SamlVersion::V1_1, SamlVersion::V2_0];

fn demands() -> Requirements {
    Requirements::signed([Part::Body, Part::Timestamp])
}

fn issuers() -> AssertionTrust {
    AssertionTrust::for_audience("urn:bank").issuer(ISSUER, Trust::pins([certificate("carol")]))
}

fn issue(assertion: &NewAssertion) -> String {
    assertion.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("signed")
}

fn secured(recipe: Recipe, envelope: &str) -> String {
    recipe.secured(envelope)
}

/// What `first` made, of any age, with a Timestamp and a signature of Alice's on top.
fn freshened(first: Recipe) -> String {
    let alice = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    secured(recipe().sign(alice), &secured(first, &envelope(SOAP11)))
}

/// The confirmations of a message that Alice's signature proves.
fn confirmed(receiver: &Receiver, message: &str) -> Vec<ConfirmationMethod> {
    let opened = receiver.open(message).unwrap_or_else(|error| panic!("{error:?}\n{message}"));
    assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
    opened.assertions().iter().map(|assertion| assertion.confirmed_by()).collect()
}

/// A subject, or an attester, that signed no Timestamp may have signed years ago.
#[test]
fn an_old_signature_confirms_no_fresh_message() {
    for version in BOTH {
        let assertion = || NewAssertion::new(version, ISSUER, "uid=ann").audience("urn:bank");
        let held = issue(&assertion().holder_of_key(&certificate("dave")));
        let by_dave = |parts: &[Part]| Signing::with(&identity("dave")).holder_of_key().parts(parts.to_vec());
        let vouched = issue(&assertion());
        let by_bob = |parts: &[Part]| Signing::with(&identity("bob")).parts(parts.to_vec());
        let attesters = Trust::pins([certificate("bob"), certificate("alice")]);
        let receiver = |demands: Requirements| {
            Receiver::new(attesters.clone(), demands, DangerousNoReplayCache)
                .assertions(issuers().sender_vouches(attesters.clone()))
        };
        for (token, old, method) in [
            (&held, by_dave(&[Part::Body]), ConfirmationMethod::HolderOfKey),
            (&vouched, by_bob(&[Part::Body, Part::Assertion]), ConfirmationMethod::SenderVouches),
        ] {
            let message = freshened(Recipe::new().token(token.as_str()).sign(old.clone()));
            assert_eq!(confirmed(&receiver(demands()), &message), []);
            let error = refuse(&receiver(demands().saml_token(version)), &message);
            assert!(matches!(error, OpenError::Requirement(RequirementError::NoToken { .. })), "{error:?}");
            // All that is demanded; and a block more that is.
            let whole = recipe().token(token.as_str()).sign(old.clone().parts([Part::Timestamp]));
            let message = secured(whole.clone().sign(signing()), &envelope(SOAP11));
            let opened = receiver(demands()).open(&message).expect("opens");
            assert_eq!(opened.assertions().iter().map(|one| one.confirmed_by()).collect::<Vec<_>>(), [method]);
            assert_eq!(confirmed(&receiver(demands().also_signed([action()])), &message), []);
            // Whoever signs the signature that proves the message answers for all of it.
            let alice = recipe().token(token.as_str()).sign(signing());
            let endorsed = alice.sign(old.parts([Part::Signature]));
            let message = secured(endorsed, &envelope(SOAP11));
            assert_eq!(confirmed(&receiver(demands().also_signed([action()])), &message), [method]);
        }
    }
}

/// A request with something in it for an intermediary brings a key to that, too.
#[test]
fn a_second_recipient_of_a_request_does_not_answer_for_the_first() {
    let to = |name: &str, part: Part| Encrypting::to(&certificate(name)).parts([part]);
    let signing = || Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, action()]);
    let sent = |recipe: Recipe| {
        let sent = recipe.sign(signing()).plan().expect("a plan").message(&envelope(SOAP11)).secure();
        sent.expect("secured")
    };
    let answer_of = |name: &str, message: &str| {
        let recipient = Receiver::new(trust(), demands(), DangerousNoReplayCache)
            .decrypt_with(identity(name))
            .accept_ciphertext_for_others()
            .understands(ws_security::c14n::name::WSSE11.uri, "EncryptedHeader");
        let opened = recipient.open(message).expect("a part of it is for this one");
        let token = ProtectionToken::of_request().derived_keys(SecureConversation::V1_3);
        let recipe = recipe().sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]));
        let plan = recipe.plan().expect("a plan");
        plan.message(&envelope(SOAP11)).answering(opened.correlation()).secure().expect("secured").message
    };
    let several = sent(recipe().encrypt(to("bob", Part::Body)).encrypt(to("carol", action())));
    for name in ["bob", "carol"] {
        let answer = answer_of(name, &several.message);
        let error = receiver().answering(&several.correlation).open(&answer).map(drop);
        assert_eq!(error, Err(OpenError::Requirement(RequirementError::SeveralRecipients)), "{name}");
        let expected = several.correlation.clone().answered_by(&certificate("bob"));
        let opened = receiver().answering(&expected).open(&answer);
        assert_eq!(opened.is_ok(), name == "bob", "{name}");
    }
    let one = sent(recipe().encrypt(to("bob", Part::Body)).encrypt(to("bob", action())));
    let opened = receiver().answering(&one.correlation).open(answer_of("bob", &one.message)).expect("opens");
    assert_eq!(opened.signer(), &Signer::RequestReceiver);
}

/// A subject, or an attester, that signs only the signature of someone else says nothing about the Body.
#[test]
fn whoever_confirms_an_assertion_signs_the_body_himself() {
    for version in BOTH {
        let assertion = || NewAssertion::new(version, ISSUER, "uid=ann").audience("urn:bank");
        let attesters = Trust::pins([certificate("bob"), certificate("alice")]);
        let receiver = Receiver::new(attesters.clone(), demands(), DangerousNoReplayCache)
            .assertions(issuers().sender_vouches(attesters));
        let dave = || Signing::with(&identity("dave")).holder_of_key();
        let bob = || Signing::with(&identity("bob")).parts([Part::Assertion]);
        let held = issue(&assertion().holder_of_key(&certificate("dave")));
        for (token, confirming) in [(held, dave()), (issue(&assertion()), bob())] {
            let with = |parts: &[Part]| {
                let alice = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
                let recipe = recipe().token(token.as_str()).sign(alice);
                secured(recipe.sign(confirming.clone().parts(parts.to_vec())), &envelope(SOAP11))
            };
            assert_eq!(confirmed(&receiver, &with(&[Part::Signature, Part::Body])).len(), 1);
            assert_eq!(confirmed(&receiver, &with(&[Part::Signature])), []);
        }
    }
}

/// Whoever endorses a signature by the key of an assertion uses it, although he confirms nothing by that.
#[test]
fn an_assertion_for_one_use_is_used_by_an_endorsement() {
    for version in BOTH {
        let once = NewAssertion::new(version, ISSUER, "uid=ann").audience("urn:bank").one_time_use();
        let held = issue(&once.holder_of_key(&certificate("dave")));
        let key = || ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
        let message = || {
            let anonymous = Signing::with_token(&key()).parts([Part::Body, Part::Timestamp]);
            let endorsing = Signing::with(&identity("dave")).holder_of_key().parts([Part::Signature]);
            secured(recipe().token(held.as_str()).sign(anonymous).sign(endorsing), &envelope(SOAP11))
        };
        let demands = demands().endorsed_by([ws_security::RequiredToken::Saml(version)]);
        let receiver = Receiver::new(trust(), demands, MemoryReplayCache::default());
        let receiver = receiver.decrypt_with(identity("bob")).assertions(issuers());
        let opened = receiver.open(message()).expect("opens");
        assert!(matches!(opened.signer(), Signer::Assertion(_)), "{:?}", opened.signer());
        assert!(matches!(refuse(&receiver, &message()), OpenError::Replay(_)), "{version:?}");
    }
}

/// Of two signatures, the one that proves the message is part of what was proven.
#[cfg(feature = "serde")]
#[test]
fn a_record_tells_which_signature_proves_the_message() {
    use std::sync::Arc;
    use ws_security::{EvidenceRecord, FixedClock, RecordError};
    let by = |name: &str, parts: &[Part]| Signing::with(&identity(name)).parts(parts.to_vec());
    let both = recipe().sign(by("bob", &[Part::Body, Part::Timestamp])).sign(by("alice", &[Part::Body]));
    let message = secured(both, &envelope(SOAP11));
    let open = |requirements: Requirements, now: SystemTime| {
        let trust = Trust::pins([certificate("alice"), certificate("bob")]);
        let receiver = Receiver::new(trust, requirements, DangerousNoReplayCache);
        receiver.clock(Arc::new(FixedClock(now))).open(&message).expect("opens")
    };
    let now = SystemTime::now();
    let opened = open(Requirements::signed([Part::Body]), now);
    assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
    let record = EvidenceRecord::of(opened.evidence(), &message, now);
    let then = record.opened_at().expect("an instant");
    assert_eq!(record.compare(open(Requirements::signed([Part::Body]), then).evidence(), &message), Ok(()));
    let other = open(demands(), then);
    assert_eq!(other.signer().certificate(), Some(&certificate("bob")));
    let differs = record.compare(other.evidence(), &message);
    assert_eq!(differs, Err(RecordError::Differs { field: "signatures" }));
}
