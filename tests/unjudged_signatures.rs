//! A second signature that the receiver cannot judge, as gateways and other services add them: it is ignored by one call, and
//! counts as one that is not there.

mod common;
#[path = "common/wrapped.rs"]
mod wrapped;

use common::*;
use ws_security::prelude::*;
use ws_security::tokens::TrustError;
use ws_security::{
    DangerousNoReplayCache, FaultCode, MemoryReplayCache, OpenError, ReplayError, RequirementError, Waiver,
};

const CALL: &str = "`accept_unjudged_signatures`";

fn replaced(message: &str, from: &str, to: &str) -> String {
    let changed = message.replacen(from, to, 1);
    assert_ne!(changed, message, "{from}");
    changed
}

/// The signatures of a message.
fn signatures(message: &str) -> Vec<&str> {
    let starts = message.match_indices("<ds:Signature ").map(|(at, _)| at);
    let end =
        |start: usize| start + message[start..].find("</ds:Signature>").expect("its end") + "</ds:Signature>".len();
    starts.map(|start| &message[start..end(start)]).collect()
}

/// A message with one more signature, whose text is changed: before that of Alice, and behind it.
fn with_another(change: impl Fn(&str) -> String) -> [String; 2] {
    let golden = signed(SOAP11);
    let own = signatures(&golden)[0].to_owned();
    let other = with_other_id(&change(&own));
    assert_ne!(other, own);
    [replaced(&golden, &own, &format!("{other}{own}")), replaced(&golden, &own, &format!("{own}{other}"))]
}

fn with_other_id(signature: &str) -> String {
    replaced(signature, " Id=\"SIG-", " Id=\"OTHER-")
}

fn key_info(signature: &str, content: &str) -> String {
    let (before, rest) = signature.split_once("<ds:KeyInfo>").expect("a KeyInfo");
    let (_, after) = rest.split_once("</ds:KeyInfo>").expect("its end");
    format!("{before}<ds:KeyInfo>{content}</ds:KeyInfo>{after}")
}

fn unjudged() -> Vec<(&'static str, [String; 2])> {
    let gost = "http://www.w3.org/2001/04/xmldsig-more#gostr34102001-gostr3411";
    let rsa = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    vec![
        ("is not supported", with_another(|own| replaced(own, rsa, gost))),
        ("is not admitted", with_another(|own| replaced(own, rsa, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"))),
        (
            "is not supported",
            with_another(|own| replaced(own, "http://www.w3.org/2001/04/xmlenc#sha256", "urn:digest")),
        ),
        ("no key is known", with_another(|own| key_info(own, "<ds:KeyName>somebody</ds:KeyName>"))),
        (
            "no key is known",
            with_another(|own| key_info(own, "<ds:PGPData><ds:PGPKeyID>AAAA</ds:PGPKeyID></ds:PGPData>")),
        ),
    ]
}

#[test]
fn a_signature_that_nobody_here_can_judge_is_ignored_and_told() {
    for (why, messages) in unjudged() {
        for message in messages {
            let error = refuse_strictly(&receiver(), &message);
            assert!(matches!(error, OpenError::Unjudged { .. }), "{error}");
            let text = error.to_string();
            assert!(text.contains(why) && text.contains(CALL), "{text}");
            assert_eq!(FaultCode::from(&error), FaultCode::from(error.reason()));
            let opened = receiver().accept_unjudged_signatures().open(&message).expect("Alice's is enough");
            let evidence = opened.evidence();
            assert_eq!(evidence.signatures.len(), 1);
            assert!(evidence.waived.contains(&Waiver::UnjudgedSignatures));
            let told = evidence.ignored.iter().filter(|ignored| ignored.as_str().contains(why)).count();
            assert_eq!(told, 1, "{:?}", evidence.ignored);
        }
    }
}

/// Alone, it is as if nothing were signed.
#[test]
fn what_is_ignored_proves_nothing() {
    for (_, [message, _]) in unjudged() {
        let own = signatures(&message)[1];
        let alone = replaced(&message, own, "");
        let error = refuse_strictly(&receiver(), &alone).to_string();
        assert!(!error.contains(CALL), "there is no other one: {error}");
        let error = refuse_strictly(&receiver().accept_unjudged_signatures(), &alone);
        assert!(matches!(error, OpenError::Requirement(RequirementError::NotSigned { .. })), "{error}");
        let both = Receiver::new(
            trust(),
            Requirements::signed([Part::Body, Part::Timestamp]).also_signed([Part::Signature]),
            DangerousNoReplayCache,
        );
        assert!(both.accept_unjudged_signatures().open(&message).is_err(), "nothing endorses");
    }
}

#[test]
fn what_can_be_judged_is_judged() {
    let accepting = receiver().accept_unjudged_signatures();
    let [before, behind] = with_another(|own| {
        let (start, rest) = own.split_once("<ds:SignatureValue>").expect("a value");
        format!("{start}<ds:SignatureValue>AAAA{}", &rest[4..])
    });
    for message in [before, behind] {
        let error = refuse_strictly(&accepting, &message).to_string();
        assert!(error.contains("signature value does not verify"), "{error}");
    }
    for (_, messages) in unjudged() {
        for message in messages {
            let error = refuse_strictly(&accepting, &replaced(&message, AMOUNT, "9.00")).to_string();
            assert!(error.contains("does not match"), "{error}");
        }
    }
}

/// A signer who is a stranger is ignored. One who is revoked, or whose certificate has ended, is known, and refused.
#[test]
fn a_stranger_is_ignored_and_one_who_is_revoked_is_refused() {
    let with = |signer: &str| {
        let other = Signing::with(&identity(signer)).parts([Part::Body, Part::Timestamp]);
        recipe().sign(signing()).sign(other).secured(&envelope(SOAP11))
    };
    let demanded = || Requirements::signed([Part::Body, Part::Timestamp]);
    let by = |trust: Trust| Receiver::new(trust, demanded(), DangerousNoReplayCache).accept_unjudged_signatures();
    let ca = || Trust::anchors([certificate("ca")]).expect("an anchor");
    let alice = ca().signer(SignerRule::subject("CN=Alice, O=\"Example, Inc\", C=DE").expect("a name"));
    for (trust, stranger) in [(alice.clone(), "carol"), (alice, "twin-alice")] {
        let opened = by(trust).open(with(stranger)).expect("Alice's is enough");
        assert_eq!((opened.evidence().signatures.len(), opened.evidence().ignored.len()), (1, 1), "{stranger}");
    }
    let anyone = ca().signer(SignerRule::AnyBelowTheAnchors);
    let revoking = anyone.clone().crls(&file("ca.crl")).expect("a list");
    let error = refuse_strictly(&by(revoking), &with("carol"));
    assert!(matches!(error, OpenError::Trust(TrustError::Revoked { .. })), "{error}");
    let error = refuse_strictly(&by(anyone), &with("short"));
    assert!(matches!(error, OpenError::Trust(TrustError::Expired { .. })), "{error}");
}

/// One more signature makes no new message of an old one.
#[test]
fn a_message_with_another_signature_is_a_replay() {
    let receiver =
        Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), MemoryReplayCache::default());
    let receiver = receiver.accept_unjudged_signatures();
    let golden = signed(SOAP11);
    let own = signatures(&golden)[0].to_owned();
    receiver.open(&golden).map(drop).expect("new");
    let other = with_other_id(&key_info(&own, "<ds:KeyName>somebody</ds:KeyName>"));
    let again = replaced(&golden, &own, &format!("{other}{own}"));
    assert!(matches!(receiver.open(&again).map(drop), Err(OpenError::Replay(ReplayError::Seen))));
}

/// A reply with a signature that is not judged still has to confirm the request, and is still none of our own.
#[test]
fn a_reply_still_has_to_confirm_its_request() {
    let secured = {
        let plan = recipe().sign(signing()).plan().expect("a plan");
        plan.message(&envelope(SOAP11)).secure().expect("secured")
    };
    let confirming = Requirements::signed([Part::Body, Part::Timestamp]).signature_confirmation();
    let client = Receiver::new(
        Trust::anchors([certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors),
        confirming,
        DangerousNoReplayCache,
    )
    .accept_unjudged_signatures();
    let answer = |recipe: Recipe| recipe.secured(&envelope(SOAP11));
    let by_bob = || Signing::with(&identity("bob")).parts([Part::Body, Part::Timestamp]);
    let unconfirmed = answer(recipe().sign(by_bob()));
    let own = signatures(&unconfirmed)[0].to_owned();
    let other = with_other_id(&key_info(&own, "<ds:KeyName>somebody</ds:KeyName>"));
    let value = secured
        .message
        .split_once("<ds:SignatureValue>")
        .and_then(|(_, rest)| rest.split_once('<'))
        .expect("a value")
        .0;
    let confirmation = format!(
        "<wsse11:SignatureConfirmation xmlns:wsse11=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\" \
         Value=\"{value}\"/>"
    );
    for forged in [
        replaced(&unconfirmed, &own, &format!("{other}{own}")),
        replaced(&unconfirmed, &own, &format!("{confirmation}{other}{own}")),
    ] {
        let error = client.answering(&secured.correlation).open(&forged).map(drop).expect_err("nobody confirms");
        assert!(matches!(error, OpenError::Requirement(_)), "{error}");
    }
}

#[test]
fn no_wrapped_part_opens_beside_a_signature_that_is_ignored() {
    let accepting = receiver().accept_unjudged_signatures();
    for (_, [before, _]) in unjudged().into_iter().take(4).step_by(3) {
        let genuine = accepting.open(&before).expect("opens").body().xml().to_owned();
        for local in ["Body", "Timestamp"] {
            let tried = wrapped::wrapped(&before, local, |message| {
                if let Ok(opened) = accepting.open(message) {
                    assert_eq!(opened.body().xml(), genuine, "{message}");
                }
            });
            assert!(tried > 500, "{tried}");
        }
    }
}
