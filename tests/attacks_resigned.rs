//! Ciphertext, and digests of encrypted plaintext, that an accepted signer took from the message of another and
//! signed as his own. He does not know what he signs: once the message of the other was accepted, its encrypted keys
//! are known.

mod common;
#[path = "common/resigned.rs"]
mod resigned;

use std::time::{Duration, SystemTime};

use common::*;
use resigned::{bob, cut, signed_by_carol};
use ws_security::attachments::{Attachment, Package};
use ws_security::c14n::Limits;
use ws_security::prelude::*;
use ws_security::{
    ElementPath, Incoming, OpenError, ProtectionToken, RequiredToken, RequirementError, SecureConversation,
    SecureError, Username, Waiver,
};

const EBMS: &str = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/";

/// Bob opens the genuine message, and refuses the forged one. If keys may come again, which the evidence says, he refuses it for
/// its ciphertext.
#[track_caller]
fn refused_after<'m>(
    requirements: impl Fn() -> Requirements,
    genuine: impl Into<Incoming<'m>>,
    forged: impl Into<Incoming<'m>>,
) {
    let (genuine, forged) = (genuine.into(), forged.into());
    let receiver = bob(requirements());
    let opened = receiver.open(genuine.clone()).expect("genuine");
    assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
    let error = receiver.open(forged.clone()).map(drop).expect_err("it was encrypted for another message");
    assert_eq!(error, OpenError::Requirement(RequirementError::RepeatedKey));
    assert!(error.to_string().contains("`accept_repeated_encrypted_keys`"), "{error}");
    let lax = bob(requirements()).accept_repeated_encrypted_keys();
    let opened = lax.open(genuine).expect("genuine");
    assert!(opened.evidence().waived.contains(&Waiver::RepeatedEncryptedKeys));
    let error = lax.open(forged).map(drop).expect_err("the ciphertext was that of another message");
    assert_eq!(error, OpenError::Requirement(RequirementError::RepeatedCiphertext));
}

#[test]
fn a_body_whose_digest_is_known_is_not_signed_by_another() {
    let requirements = || Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
    let to_bob = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let genuine = recipe().sign(signing()).encrypt(to_bob).secured(&envelope(SOAP11));
    refused_after(requirements, &genuine, signed_by_carol(&genuine, &[]));
}

/// Encrypted first, it can be signed again at any later time.
#[test]
fn ciphertext_of_a_body_is_not_signed_by_another() {
    let requirements = || Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
    let to_bob = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let genuine = recipe().encrypt(to_bob).sign(signing()).secured(&envelope(SOAP11));
    let created = cut(&genuine, "<wsu:Created>", "</wsu:Created>");
    let later = ws_security::tokens::format_instant(SystemTime::now() + Duration::from_secs(2));
    let later = genuine.replace(created, &format!("<wsu:Created>{later}</wsu:Created>"));
    refused_after(requirements, &genuine, signed_by_carol(&later, &["Timestamp"]));
}

/// An element of Alice's in an order of Carol's own making.
#[test]
fn an_encrypted_element_is_not_taken_over() {
    let card = || Part::element(ElementPath::parse("Body/{urn:x}order/{urn:x}card").expect("a path"));
    let order = |to: &str, card: &str| {
        format!(
            "<s:Envelope xmlns:s='{SOAP11}'><s:Body><x:order xmlns:x='urn:x'><x:to>{to}</x:to>{card}</x:order></s:Body>\
             </s:Envelope>"
        )
    };
    let of = |who: &str| Signing::with(&identity(who)).parts([Part::Body, Part::Timestamp]);
    let to_bob = Encrypting::to(&certificate("bob")).parts([card()]);
    let genuine = recipe().encrypt(to_bob).sign(of("alice")).secured(&order("Alice", "<x:card>4111 1111</x:card>"));
    let data = cut(&genuine, "<xenc:EncryptedData", "</xenc:EncryptedData>");
    let key = cut(&genuine, "<xenc:EncryptedKey", "</xenc:EncryptedKey>");
    let own = recipe().sign(of("carol")).secured(&order("Mallory", data));
    let forged = own.replacen("</wsse:Security>", &format!("{key}</wsse:Security>"), 1);
    let requirements = || Requirements::signed([Part::Body, Part::Timestamp]).encrypted([card()]);
    refused_after(requirements, &genuine, &forged);
}

#[test]
fn an_encrypted_header_block_is_not_put_beside_another_body() {
    let block = || Part::header_block("urn:session", "Session");
    let session = "<s:Header><t:Session xmlns:t='urn:session'>secret-of-ann</t:Session>";
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, block()]);
    let genuine = recipe()
        .sign(signing)
        .encrypt(Encrypting::to(&certificate("bob")).parts([block()]))
        .secured(&envelope(SOAP11).replace("<s:Header>", session));
    assert!(!genuine.contains("secret-of-ann"));
    let forged = signed_by_carol(&genuine.replace(AMOUNT, "9499.90"), &["Body"]);
    let requirements = || Requirements::signed([Part::Body, Part::Timestamp, block()]).encrypted([block()]);
    refused_after(requirements, &genuine, &forged);
}

/// A password that came encrypted, without a nonce that the store would know, beside a Body of Carol's own.
#[test]
fn an_encrypted_password_is_not_presented_by_another() {
    let parts = [Part::Body, Part::Timestamp, Part::UsernameToken];
    let genuine = recipe()
        .username(Username::text("ann", "s3cret").without_nonce().without_created())
        .sign(Signing::with(&identity("alice")).parts(parts))
        .encrypt(Encrypting::to(&certificate("bob")).parts([Part::UsernameToken]))
        .secured(&envelope(SOAP11));
    assert!(!genuine.contains("s3cret"));
    let forged = signed_by_carol(&genuine.replace(AMOUNT, "9499.90"), &["Body"]);
    let requirements = || Requirements::signed([Part::Body, Part::Timestamp]).username_token();
    refused_after(requirements, &genuine, &forged);
}

/// An attachment, for which Carol would get a receipt.
#[test]
fn an_encrypted_attachment_is_not_sent_by_another() {
    let messaging = || Part::header_block(EBMS, "Messaging");
    let with_messaging = format!("<s:Header><eb:Messaging xmlns:eb=\"{EBMS}\"><eb:From>Alice</eb:From></eb:Messaging>");
    let plan = recipe()
        .sign(Signing::with(&identity("alice")).parts([Part::Body, messaging(), Part::Attachments]))
        .encrypt(Encrypting::to(&certificate("bob")).parts([Part::Attachments]))
        .plan()
        .expect("a plan");
    let attachment =
        Attachment::new("doc@x", "application/octet-stream", "the secret invention").expect("an attachment");
    let outgoing = envelope(SOAP12).replace("<s:Header>", &with_messaging);
    let package = plan.message(&outgoing).attachments(vec![attachment]).secure().expect("secured").message;
    let written = package.write(Vec::new()).expect("written");
    let genuine = package.envelope().as_bytes();
    let forged = signed_by_carol(&package.envelope().replace(">Alice<", ">Carol<"), &["Messaging"]);
    let at = written.windows(genuine.len()).position(|window| window == genuine).expect("the envelope");
    let forged = [&written[..at], forged.as_bytes(), &written[at + genuine.len()..]].concat();
    let parse = |octets| Package::parse_body(&package.content_type(), octets, &Limits::default()).expect("a package");
    let (genuine, forged) = (parse(&written), parse(&forged));
    let requirements =
        || Requirements::signed([Part::Body, messaging(), Part::Attachments]).encrypted([Part::Attachments]);
    refused_after(requirements, &genuine, &forged);
}

/// An endorsement of an anonymous signature is replaced by Carol's before the genuine message arrives. She answers
/// for the message then, but the reply is not encrypted to her.
#[test]
fn a_reply_is_not_encrypted_to_an_endorser_whose_token_is_not_covered() {
    let key = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    let genuine = recipe()
        .sign(Signing::with_token(&key).parts([Part::Body, Part::Timestamp]))
        .sign(Signing::with(&identity("alice")).parts([Part::Signature]))
        .encrypt(Encrypting::with_token(&key).parts([Part::Body]))
        .secured(&envelope(SOAP11));
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).endorsed_by([RequiredToken::X509]);
    let receiver = || bob(requirements.clone());
    for (message, endorser) in [(genuine.clone(), "alice"), (signed_by_carol(&genuine, &[]), "carol")] {
        let opened = receiver().open(&message).expect("opens");
        assert_eq!(opened.signer().certificate(), Some(&certificate(endorser)));
        let reply = |encrypting: Encrypting| {
            let plan = recipe().encrypt(encrypting.parts([Part::Body])).plan().expect("a plan");
            plan.message(&envelope(SOAP11)).answering(opened.correlation()).secure().map(drop)
        };
        assert_eq!(reply(Encrypting::to_requester()), Err(SecureError::NeedsRequest), "{endorser}");
        let of_request = ProtectionToken::of_request().derived_keys(SecureConversation::V1_3);
        assert_eq!(reply(Encrypting::with_token(&of_request)), Ok(()), "{endorser}");
    }
    // A signer by a certificate is the requester.
    let signed = recipe().sign(signing()).secured(&envelope(SOAP11));
    let opened = bob(Requirements::signed([Part::Body])).open(&signed).expect("opens");
    assert!(opened.correlation().to_text().contains("\ncertificate "));
}

/// A message that comes twice is called that, and one message may use one key for several parts.
#[test]
fn a_message_that_comes_twice_is_a_replay() {
    let to_bob = Encrypting::to(&certificate("bob")).parts([Part::Body, action()]);
    let genuine = recipe().sign(signing()).encrypt(to_bob).secured(&envelope(SOAP11));
    let receiver = bob(Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]));
    assert!(receiver.open(&genuine).is_ok());
    let error = receiver.open(&genuine).map(drop).expect_err("a replay");
    assert!(matches!(error, OpenError::Replay(_)), "{error}");
    let another = recipe()
        .sign(signing())
        .encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body]))
        .secured(&envelope(SOAP11));
    assert!(receiver.open(&another).is_ok(), "another message has another key");
}
