//! Who answers what, and who signs what: a reply to another request, and a signature by another key than the one that is
//! demanded.

mod common;

use common::*;
use ws_security::prelude::*;
use ws_security::{
    Addressing, AddressingVersion, Correlation, DangerousNoReplayCache, OpenError, ProtectionToken, RequiredToken,
    RequirementError, Secret, SecureConversation, Waiver,
};

const BARE: &str =
    "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><a xmlns='urn:a'/></s:Body></s:Envelope>";

fn signed_by_alice() -> Signing {
    let blocks = AddressingVersion::ALL.into_iter().flat_map(AddressingVersion::every_part);
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]).parts_if_present(blocks)
}

fn request(id: Option<&str>, version: AddressingVersion) -> Correlation {
    let plan = recipe().sign(signed_by_alice()).plan().expect("a plan");
    let addressing = Addressing::new(version).action("urn:pay");
    let addressing = id.into_iter().fold(addressing, |addressing, id| addressing.message_id(id));
    plan.message(BARE).addressing(addressing).secure().expect("secured").correlation
}

/// A message of Alice's with these blocks.
fn reply(blocks: &str) -> String {
    let header = format!("<s:Header>{blocks}</s:Header><s:Body>");
    recipe().sign(signed_by_alice()).secured(&BARE.replace("<s:Body>", &header))
}

/// The holder of the key of the reply is not the one of the request.
fn open(sent: &Correlation, message: &str) -> Result<(), OpenError> {
    let sent = Correlation::from_text(&sent.to_text()).expect("the same state");
    receiver_of_anyone().answering(&of_another_key(sent)).open(message).map(drop)
}

/// Alice signs both here, so the state is that of Bob's request.
fn of_another_key(sent: Correlation) -> Correlation {
    let text = sent.to_text();
    let own = text.lines().filter(|line| !line.starts_with("own-key ")).map(|line| format!("{line}\n"));
    Correlation::from_text(&own.collect::<String>()).expect("a state")
}

fn receiver_of_anyone() -> Receiver {
    Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
        .understands_addressing()
}

fn relates(version: AddressingVersion, to: &str, kind: &str) -> String {
    format!("<w:RelatesTo xmlns:w='{}'{kind}>{to}</w:RelatesTo>", version.namespace())
}

#[test]
fn a_reply_answers_the_request_that_it_relates_to() {
    for version in AddressingVersion::ALL {
        let sent = request(Some("urn:uuid:A"), version);
        let reply_kind = match version {
            AddressingVersion::V1_0 => " RelationshipType='http://www.w3.org/2005/08/addressing/reply'",
            AddressingVersion::V2004_08 => " RelationshipType='w:Reply'",
        };
        for answering in [
            relates(version, "urn:uuid:A", ""),
            relates(version, "urn:uuid:A", reply_kind),
            relates(version, "\n urn:uuid:A ", ""),
            relates(version, "urn:uuid:B", " RelationshipType='urn:other'"),
            relates(version, "http://www.w3.org/2005/08/addressing/unspecified", ""),
            String::new(),
        ] {
            assert_eq!(open(&sent, &reply(&answering)), Ok(()), "{answering}");
        }
        for other in [
            relates(version, "urn:uuid:B", ""),
            relates(version, "urn:uuid:B", reply_kind),
            relates(version, "URN:UUID:A", ""),
            relates(version, "", ""),
            format!("{}{}", relates(version, "urn:uuid:A", ""), relates(version, "urn:uuid:B", "")),
        ] {
            let message = reply(&other);
            let error = open(&sent, &message).expect_err("refused");
            assert!(matches!(error, OpenError::Requirement(RequirementError::Unrelated { .. })), "{other}: {error}");
            let lax = receiver_of_anyone().dangerous_accept_unrelated_replies();
            let opened = lax.answering(&of_another_key(sent.clone())).open(&message).expect("accepted");
            assert!(opened.evidence().waived.contains(&Waiver::UnrelatedReplies));
        }
    }
}

#[test]
fn a_request_without_an_id_is_answered_by_any_reply_to_it() {
    let sent = request(None, AddressingVersion::V1_0);
    assert_eq!(open(&sent, &reply(&relates(AddressingVersion::V1_0, "urn:uuid:B", ""))), Ok(()));
}

/// The service of the request knows its MessageID, too, and so does who reads it off the message that was sent.
#[test]
fn the_id_is_known_to_both_sides() {
    let message = reply("<w:MessageID xmlns:w='http://www.w3.org/2005/08/addressing'>urn:uuid:A</w:MessageID>");
    let opened = receiver_of_anyone().open(&message).expect("opens");
    let other = reply(&relates(AddressingVersion::V1_0, "urn:uuid:B", ""));
    for state in [opened.correlation().clone(), Correlation::of_sent(&message).expect("read")] {
        let error = open(&state, &other).expect_err("refused");
        assert!(matches!(error, OpenError::Requirement(RequirementError::Unrelated { .. })), "{error}");
    }
}

fn key_for_bob() -> ProtectionToken {
    ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3)
}

fn demanding(requirements: Requirements) -> Receiver {
    let trust = Trust::pins([certificate("alice")]);
    Receiver::new(trust, requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
}

fn parts() -> Requirements {
    Requirements::signed([Part::Body, Part::Timestamp])
}

fn by_alice(parts: &[Part]) -> Signing {
    Signing::with(&identity("alice")).parts(parts.iter().cloned())
}

/// Whoever has a message that Alice signed for anyone can encrypt it to Bob.
#[test]
fn a_private_key_does_not_sign_where_a_secret_is_demanded() {
    let receiver = demanding(parts().signed_with_secret());
    let mac = Signing::with_token(&key_for_bob()).parts([Part::Body, Part::Timestamp]);
    let endorsing = by_alice(&[Part::Signature]);
    let by_secret = recipe().sign(mac).sign(endorsing.clone()).secured(BARE);
    assert!(receiver.open(&by_secret).is_ok());

    let body = [Part::Body, Part::Timestamp];
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    for recipe in [
        recipe().sign(by_alice(&body)),
        recipe().sign(by_alice(&body)).encrypt(encrypting),
        recipe().sign(by_alice(&body)).sign(endorsing),
        recipe().sign(Signing::with_token(&key_for_bob()).parts([Part::Timestamp])).sign(by_alice(&body)),
    ] {
        let error = refuse(&receiver, &recipe.secured(BARE));
        assert_eq!(error, OpenError::Requirement(RequirementError::NotByASecret));
    }
}

#[test]
fn the_signature_over_the_parts_does_not_endorse_itself() {
    let x509 = || demanding(parts().x509_token().endorsed_by([RequiredToken::X509]));
    let body = [Part::Body, Part::Timestamp];
    let twice = recipe().sign(by_alice(&body)).sign(by_alice(&[Part::Signature])).secured(BARE);
    assert!(x509().open(&twice).is_ok());
    let either = demanding(parts().endorsed_by([RequiredToken::Username, RequiredToken::X509]));
    assert!(either.open(&twice).is_ok());

    for (what, recipe) in [
        ("one signature", recipe().sign(by_alice(&body))),
        ("two over the parts", recipe().sign(by_alice(&body)).sign(by_alice(&body))),
        ("one over the timestamp", recipe().sign(by_alice(&body)).sign(by_alice(&[Part::Timestamp]))),
        (
            "an anonymous one",
            recipe().sign(by_alice(&body)).sign(Signing::with_token(&key_for_bob()).parts([Part::Signature])),
        ),
    ] {
        let error = refuse(&x509(), &recipe.secured(BARE));
        assert!(matches!(error, OpenError::Requirement(RequirementError::NotEndorsed { .. })), "{what}: {error}");
    }
    // By another kind of token than the one that is demanded.
    let user = demanding(parts().endorsed_by([RequiredToken::Username]));
    let error = refuse(&user, &twice);
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotEndorsed { .. })), "{error}");
    let both = demanding(parts().endorsed_by([RequiredToken::X509]).endorsed_by([RequiredToken::Kerberos]));
    let error = refuse(&both, &twice);
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotEndorsed { .. })), "{error}");
}
