//! Keys of a request: a reply goes to whoever sent the request, and to nobody who put a key beside it.

mod common;

use common::*;
use ws_security::c14n::{Document, Limits, Splices};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::xmlenc::{Encryption, KeyMethod, PlaintextType, encrypt_octets, write_encrypted_key};
use ws_security::{ContentEncryption, KeyTransport, Opened, ProtectionToken, Secret, SecureConversation, SecureError};

fn mallorys() -> Secret {
    Secret::new((100..132).collect())
}

/// The message with a key of Mallory's for Bob in front of everything, and something behind that it opens.
fn with_another_key(message: &str) -> String {
    let bob = certificate("bob");
    let transport = KeyTransport::oaep_mgf1p();
    let wrapped = bob.public_key().wrap_key(&transport, &mallorys()).expect("wrapped");
    let key_info = format!("<ds:KeyName>{}</ds:KeyName>", bob.subject());
    let method = KeyMethod::Transport(transport);
    let key = write_encrypted_key(Some("EK-M"), &method, Some(&key_info), &wrapped, &["ED-M".to_owned()]);
    let (kind, cipher) = (PlaintextType::Element, ContentEncryption::Aes256Gcm);
    let note = b"<m:note xmlns:m=\"urn:m\"></m:note>";
    let data =
        encrypt_octets(note, &kind, Encryption::new(cipher, &mallorys()).id("ED-M"), &SystemRandom).expect("encrypted");
    let document = Document::parse(message, &Limits::default()).expect("well-formed");
    let header = document.elements().find(|element| element.name().local == "Security").expect("a header");
    let mut splices = Splices::new();
    splices.insert(header.content_span().start, key);
    splices.insert(header.content_span().end, data);
    splices.apply(message).text
}

fn answer(opened: &Opened) -> Result<String, SecureError> {
    let token = ProtectionToken::of_request().derived_keys(SecureConversation::V1_3);
    let mac = Signing::with_token(&token).parts([Part::Body, Part::Timestamp]);
    let recipe = recipe().signature_confirmation().sign(mac);
    let plan = recipe.encrypt(Encrypting::with_token(&token).parts([Part::Body])).plan().expect("a plan");
    Ok(plan.message(&envelope(SOAP11)).answering(opened.correlation()).secure()?.message)
}

/// Recipes that bring a key, and whether the signature that proves the message answers for that key.
fn requests() -> Vec<(&'static str, Recipe, bool)> {
    let token = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    let mac = || Signing::with_token(&token).parts([Part::Body, Part::Timestamp]);
    let endorsing = || Signing::with(&identity("alice")).parts([Part::Signature]);
    let body = || Encrypting::to(&certificate("bob")).parts([Part::Body]);
    vec![
        ("signs with it", recipe().sign(mac()).sign(endorsing()), true),
        (
            "signs and encrypts with it",
            recipe().sign(mac()).sign(endorsing()).encrypt(Encrypting::with_token(&token).parts([Part::Body])),
            true,
        ),
        ("signs with it, and with a certificate", recipe().sign(mac()).sign(signing().parts([Part::Signature])), true),
        ("signs with it and, apart, with a certificate", recipe().sign(mac()).sign(signing()), false),
        ("signs its ciphertext", recipe().encrypt(body()).sign(signing()), true),
        ("encrypts with it what is signed", recipe().sign(signing()).encrypt(body()), false),
    ]
}

#[test]
fn a_reply_is_protected_with_the_key_of_the_sender() {
    let service = receiver().decrypt_with(identity("bob"));
    for (what, recipe, is_bound) in requests() {
        let plan = recipe.plan().expect("a plan");
        let sent = plan.message(&envelope(SOAP11)).secure().expect("secured");
        for (message, is_genuine) in [(sent.message.clone(), true), (with_another_key(&sent.message), false)] {
            let opened = service.open(&message).unwrap_or_else(|error| panic!("{what}: {error}"));
            let answer = answer(&opened);
            if !is_bound {
                // Whoever knows what is in the message can encrypt it with a key of his own.
                assert!(matches!(answer, Err(SecureError::NeedsRequest)), "{what}: {answer:?}");
                continue;
            }
            let answer = answer.unwrap_or_else(|error| panic!("{what}: {error}"));
            let client = Receiver::new(
                Trust::no_certificates(),
                Requirements::signed([Part::Body, Part::Timestamp]),
                ws_security::DangerousNoReplayCache,
            );
            let read = client.answering(&sent.correlation).open(&answer).map(drop);
            assert_eq!(read, Ok(()), "{what}, genuine: {is_genuine}");
        }
    }
}

/// Where nothing is proven, the keys are whose they are.
#[test]
fn a_request_that_nothing_proves_keeps_its_keys() {
    let body = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let message = recipe().encrypt(body).secured(&envelope(SOAP11));
    let service = Receiver::new(trust(), Requirements::dangerous_unsigned(), ws_security::DangerousNoReplayCache);
    let unprotected = ws_security::TransportFacts::dangerous_unprotected();
    let opened = service.decrypt_with(identity("bob")).open_unsigned(&message, unprotected).expect("opens");
    let token = ProtectionToken::of_request();
    let plan = recipe().encrypt(Encrypting::with_token(&token).parts([Part::Body])).plan().expect("a plan");
    assert!(plan.message(&envelope(SOAP11)).answering(opened.correlation()).secure().is_ok());
}

/// Whoever saw a request can write what confirms its signature. Over TLS it is the service that wrote it.
#[test]
fn a_confirmation_that_nobody_signs_confirms_over_tls_alone() {
    let plan = recipe().sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])).plan();
    let sent = plan.expect("a plan").message(&envelope(SOAP11)).secure().expect("secured");
    let reply = recipe().signature_confirmation().over_protected_transport().plan().expect("a plan");
    let service = Receiver::new(trust(), Requirements::signed([Part::Body]), ws_security::DangerousNoReplayCache);
    let request = service.open(&sent.message).expect("opens");
    let reply = reply.message(&envelope(SOAP11)).answering(request.correlation()).secure().expect("secured").message;
    assert!(reply.contains("SignatureConfirmation"), "{reply}");
    let client = |requirements: Requirements, facts: ws_security::TransportFacts| {
        let receiver = Receiver::new(trust(), requirements, ws_security::DangerousNoReplayCache);
        receiver.answering(&sent.correlation).open_unsigned(&reply, facts).map(drop)
    };
    let confirmed = || Requirements::dangerous_unsigned().signature_confirmation();
    let (tls, bare) =
        (ws_security::TransportFacts::server_authenticated_tls, ws_security::TransportFacts::dangerous_unprotected);
    assert_eq!(client(confirmed(), tls()), Ok(()));
    let not_confirmed = ws_security::OpenError::Requirement(ws_security::RequirementError::ConfirmedByAnyone);
    assert_eq!(client(confirmed(), bare()), Err(not_confirmed));
    assert_eq!(client(Requirements::dangerous_unsigned(), bare()), Ok(()), "it was not demanded");
}
