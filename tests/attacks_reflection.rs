//! Reflection: one's own message or signature that is sent back is neither a new message nor a reply.

mod common;

use common::*;
use ws_security::c14n::{Document, Limits, base64_encode};
use ws_security::prelude::*;
use ws_security::{
    Correlation, DangerousNoReplayCache, OpenError, ProtectionToken, ReferenceForm, RequirementError, Secret,
    SecureConversation, Signer, Waiver,
};

const CONTEXT: &str = "urn:uuid:6e5c2c0e-7d0a-4b4e-9a44-0f9f6b1f1b11";

fn party() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .shared_secret(Some(CONTEXT.to_owned()), Secret::new(vec![7; 32]))
}

fn context() -> ProtectionToken {
    ProtectionToken::security_context(SecureConversation::V1_3, CONTEXT, Secret::new(vec![7; 32]))
}

fn under(token: &ProtectionToken) -> Recipe {
    recipe().sign(Signing::with_token(token).parts([Part::Body, Part::Timestamp]))
}

fn request(recipe: Recipe) -> (String, Correlation) {
    let secured = recipe.plan().expect("a plan").message(&envelope(SOAP11)).secure().expect("secured");
    (secured.message, secured.correlation)
}

fn reply(recipe: Recipe, request: &Opened) -> String {
    recipe
        .plan()
        .expect("a plan")
        .message(&envelope(SOAP11))
        .answering(request.correlation())
        .secure()
        .expect("secured")
        .message
}

/// Both sides have the secret, of a context or shared, derived from or not.
#[test]
fn under_a_shared_secret_requests_and_replies_are_told_apart() {
    for token in [context(), context().derived_keys(SecureConversation::V1_3)] {
        let (first, sent) = request(under(&token));
        let (other, _) = request(under(&token));
        let opened = party().open(&first).expect("a request");
        let answer = reply(under(&token), &opened);
        let received = party().answering(&sent).open(&answer).expect("a reply");
        assert!(matches!(received.signer(), Signer::SecurityContext { .. }));

        // The reply comes back to the service as a request.
        let is_reply = OpenError::Requirement(RequirementError::IsReply);
        assert_eq!(refuse(&party(), &answer), is_reply);
        // The request, and another request of the client, come back to it as the reply.
        assert!(matches!(party().answering(&sent).open(&first), Err(OpenError::Reflected)));
        let unbound = Err(OpenError::Requirement(RequirementError::UnboundReply));
        assert_eq!(party().answering(&sent).open(&other).map(drop), unbound);
        // The reply to another request.
        let of_other = reply(under(&token), &party().open(&other).expect("a request"));
        assert!(matches!(party().answering(&sent).open(&of_other), Err(OpenError::Confirmation)));
        // A confirmation cannot be taken out, or put in.
        let start = answer.find("<wsse11:SignatureConfirmation").expect("written unasked");
        let end = answer.find("</wsse11:SignatureConfirmation>").expect("its end") + 31;
        let without = format!("{}{}", &answer[..start], &answer[end..]);
        refuse(&party(), &without);
        let with = other.replacen("<wsu:Timestamp", &format!("{}<wsu:Timestamp", &answer[start..end]), 1);
        assert!(party().answering(&sent).open(&with).is_err());
        // What the calls admit.
        let lax = party().dangerous_accept_either_direction();
        let opened = lax.open(&answer).expect("opens");
        assert!(opened.evidence().waived.contains(&Waiver::EitherDirection));
        assert!(lax.answering(&sent).open(&other).is_ok());
        assert!(matches!(lax.answering(&sent).open(&first), Err(OpenError::Reflected)), "in no case");
        let bare = reply(under(&token).dangerous_reply_without_confirmation(), &party().open(&first).expect("opens"));
        assert!(!bare.contains("SignatureConfirmation"));
        assert_eq!(
            party().answering(&sent).open(&bare).map(drop),
            Err(OpenError::Requirement(RequirementError::UnboundReply))
        );
    }
}

/// The request's own signature in other clothes: another KeyInfo, another Id, another spelling, no KeyInfo at all.
#[test]
fn a_request_that_comes_back_is_no_reply_in_any_form() {
    let (message, sent) = request(under(&context()));
    let start = message.find("<ds:KeyInfo").expect("a KeyInfo");
    let end = message.find("</ds:KeyInfo>").expect("its end") + "</ds:KeyInfo>".len();
    let named = format!("<ds:KeyInfo><ds:KeyName>{CONTEXT}</ds:KeyName></ds:KeyInfo>");
    let read_again = Correlation::of_sent(&message).expect("read");
    for (how, form) in [
        ("as it was", message.clone()),
        ("another KeyInfo", format!("{}{named}{}", &message[..start], &message[end..])),
        ("no KeyInfo", format!("{}{}", &message[..start], &message[end..])),
        ("another Id", message.replace(" Id=\"SIG-", " Id=\"X-")),
        ("white space in the value", message.replace("<ds:SignatureValue>", "<ds:SignatureValue>\n ")),
        ("another message around it", message.replace("<a:To>urn:bank</a:To>", "")),
    ] {
        for exchange in [&sent, &read_again] {
            for receiver in [party(), party().dangerous_accept_either_direction()] {
                let outcome = receiver.answering(exchange).open(&form);
                assert!(matches!(outcome, Err(OpenError::Reflected)), "{how}: {outcome:?}");
            }
        }
    }
}

/// ECDSA: everyone who has r ‖ s can compute r ‖ n − s.
#[test]
fn the_twin_of_an_ecdsa_signature_is_the_same_message() {
    const N: [u8; 32] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD,
        0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];
    let signing = Signing::with(&identity("ec256")).parts([Part::Body, Part::Timestamp]);
    let (message, sent) = request(recipe().sign(signing));
    let document = Document::parse(&message, &Limits::default()).expect("well-formed");
    let value = document.elements().find(|element| element.name().local == "SignatureValue").expect("one");
    let mut octets = value.base64(1_024).expect("base64");
    let mut borrow = 0_i16;
    for at in (0..32).rev() {
        let left = i16::from(N[at]) - i16::from(octets[32 + at]) - borrow;
        borrow = i16::from(left < 0);
        octets[32 + at] = u8::try_from(left.rem_euclid(256)).expect("an octet");
    }
    let old = value.text().expect("text").into_owned();
    let twin = message.replace(&old, &base64_encode(&octets));
    assert_ne!(twin, message);
    let requirements = || Requirements::signed([Part::Body, Part::Timestamp]);
    let pinning = || Trust::pins([certificate("ec256")]);
    let once = Receiver::new(pinning(), requirements(), MemoryReplayCache::default());
    assert!(once.open(&message).is_ok());
    assert!(matches!(refuse(&once, &twin), OpenError::Replay(_)));
    // The request as a reply to itself, read again from the sent message and as it was kept.
    let client = Receiver::new(pinning(), requirements(), DangerousNoReplayCache);
    for exchange in [&sent, &Correlation::of_sent(&message).expect("read")] {
        assert!(matches!(client.answering(exchange).open(&twin), Err(OpenError::Reflected)));
    }
}

/// Our own certificate is one that we trust: another request of ours is still no reply.
#[test]
fn a_reply_signed_with_our_own_key_is_our_own() {
    for reference in [ReferenceForm::Direct, ReferenceForm::IssuerSerial, ReferenceForm::SubjectKeyIdentifier] {
        let (message, sent) = request(recipe().sign(signing().reference(reference)));
        let (other, _) = request(recipe().sign(signing().reference(reference)));
        // The state as it was kept, and as it is read off the message, also if it is written and read again.
        let read = Correlation::of_sent(&message).expect("read");
        let again = Correlation::from_text(&read.to_text()).expect("the state");
        let trust = trust().known([certificate("alice")]);
        let receiver =
            Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache);
        for state in [&sent, &read, &again] {
            assert!(matches!(receiver.answering(state).open(&other), Err(OpenError::Reflected)), "{reference:?}");
        }
        assert!(receiver.open(&other).is_ok());
    }
}

/// A reply under the key of an anonymous request, with that key put in front again, comes back to the service.
#[test]
fn a_reply_under_the_key_of_a_request_is_no_request() {
    let token = ProtectionToken::encrypted_to(&certificate("bob"));
    let (message, sent) = request(under(&token));
    let service = Receiver::new(
        Trust::no_certificates(),
        Requirements::signed([Part::Body, Part::Timestamp]).dangerous_anonymous(),
        DangerousNoReplayCache,
    )
    .decrypt_with(identity("bob"));
    let opened = service.open(&message).expect("opens");
    let answer = reply(under(&ProtectionToken::of_request()), &opened);
    assert!(party().answering(&sent).open(&answer).is_ok());
    let element = |text: &str, local: &str| {
        let start = text.find(&format!("<{local}")).expect("a start");
        let end = text.find(&format!("</{local}>")).expect("its end") + local.len() + 3;
        text[start..end].to_owned()
    };
    let key = element(&message, "xenc:EncryptedKey");
    let back = answer.replace(&element(&answer, "ds:Signature"), &format!("{key}{}", element(&answer, "ds:Signature")));
    let error = refuse(&service, &back);
    assert_eq!(error, OpenError::Requirement(RequirementError::IsReply));
}
