//! Remaining ciphertext: whoever removes a key or a list leaves ciphertext where the sender meant plaintext.

mod common;

use common::*;
use ws_security::TransportFacts;
use ws_security::c14n::{Document, Limits, Splices, name};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::xmlenc::{DecryptError, Encryption, KeyMethod, PlaintextType, encrypt_octets, write_encrypted_key};
use ws_security::{
    ContentEncryption, DangerousNoReplayCache, DigestMethod, KeyTransport, Limit, OpenError, ProtectionToken,
    ReferenceForm, RequirementError, Secret, SecureConversation, Waiver, WhyEncrypted,
};

const CONTEXT: &str = "urn:uuid:6e5c2c0e-7d0a-4b4e-9a44-0f9f6b1f1b11";

fn bob() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp, action()]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .shared_secret(Some(CONTEXT.to_owned()), Secret::new(vec![7; 32]))
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
}

/// The message without the elements of this name.
fn without(message: &str, local: &str) -> String {
    let document = Document::parse(message, &Limits::default()).expect("well-formed");
    let found = document.elements().find(|element| element.name().local == local).unwrap_or_else(|| panic!("{local}"));
    message.replace(&message[found.span()], "")
}

fn remains(receiver: &Receiver, message: &str) -> (String, WhyEncrypted) {
    // By `accept_unlisted_encrypted_data` it opens, if its own KeyInfo leads to its key.
    match refuse_strictly(receiver, message) {
        OpenError::Requirement(RequirementError::StillEncrypted { path, why }) => (path.to_string(), why),
        other => panic!("{other:?}"),
    }
}

/// An envelope with something to encrypt at several depths.
fn deep() -> String {
    let wsu = format!("xmlns:wsu=\"{}\"", name::WSU.uri);
    envelope(SOAP11)
        .replace("<p:To>Ann</p:To>", &format!("<p:To {wsu} wsu:Id=\"one\"><p:Name wsu:Id=\"two\">Ann</p:Name></p:To>"))
}

#[test]
fn a_part_that_is_still_encrypted_is_not_handed_out() {
    let context = ProtectionToken::security_context(SecureConversation::V1_3, CONTEXT, Secret::new(vec![7; 32]));
    let to_bob = || Encrypting::to(&certificate("bob"));
    let with_context = || Encrypting::with_token(&context);
    let parts = [
        (Part::Body, "Body"),
        (Part::Id("one".to_owned()), "Pay"),
        (Part::Id("two".to_owned()), "To"),
        (action(), "EncryptedHeader"),
    ];
    for (part, holder) in &parts {
        for (encrypting, removed) in [(to_bob(), "EncryptedKey"), (with_context(), "ReferenceList")] {
            let plan = recipe()
                .must_understand(false)
                .encrypt(encrypting.parts([part.clone()]))
                .sign(signing())
                .plan()
                .expect("a plan");
            let message = plan.message(&deep()).secure().expect("secured").message;
            assert!(bob().open(&message).is_ok(), "{part} {removed}");
            let less = without(&message, removed);
            // The block that must be there is not: it is ciphertext under another name.
            let receiver = if *part == action() {
                Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
            } else {
                bob()
            };
            let (path, why) = remains(&receiver, &less);
            assert_eq!(why, WhyEncrypted::NotListed, "{part} {removed}");
            assert!(path.contains(holder) && path.contains("EncryptedData"), "{path}");
            let opened = receiver.accept_ciphertext_for_others().open(&less).expect("opens");
            let [left] = opened.remaining_ciphertext() else { panic!("{:?}", opened.remaining_ciphertext()) };
            assert_eq!((left.path.as_str(), left.why.clone()), (path.as_str(), WhyEncrypted::NotListed));
            assert_eq!(opened.evidence().remaining, opened.remaining_ciphertext());
            assert!(opened.evidence().waived.contains(&Waiver::CiphertextForOthers));
        }
        // The key is for someone else.
        let for_carol = Encrypting::to(&certificate("carol")).parts([part.clone()]);
        let plan = recipe().must_understand(false).encrypt(for_carol).sign(signing()).plan().expect("a plan");
        let message = plan.message(&deep()).secure().expect("secured").message;
        let receiver = receiver().decrypt_with(identity("bob"));
        let (path, why) = remains(&receiver, &message);
        assert!(matches!(why, WhyEncrypted::NoKey { .. }), "{path}");
        let error = refuse(&receiver, &message).to_string();
        assert!(error.contains(&path) && error.contains("accept_ciphertext_for_others"), "{error}");
    }
}

/// A list that names two, of which one is for us: that one is opened, and the other is named.
#[test]
fn of_two_on_one_list_the_one_for_others_remains() {
    let one = Encrypting::to(&certificate("bob")).parts([Part::Id("two".to_owned())]);
    let other = Encrypting::to(&certificate("carol")).parts([action()]);
    let plan = recipe().must_understand(false).encrypt(one).encrypt(other).sign(signing()).plan().expect("a plan");
    let message = plan.message(&deep()).secure().expect("secured").message;
    let receiver = receiver().decrypt_with(identity("bob"));
    let (path, why) = remains(&receiver, &message);
    assert!(path.contains("EncryptedHeader") && matches!(why, WhyEncrypted::NoKey { .. }), "{path}");
    let opened = receiver.accept_ciphertext_for_others().open(&message).expect("opens");
    assert!(opened.body().xml().contains("Ann") && opened.remaining_ciphertext().len() == 1);
}

/// Nested: the outer layer is decrypted, and the inner one remains.
#[test]
fn ciphertext_inside_what_was_decrypted_remains_too() {
    let inner = Encrypting::to(&certificate("carol")).parts([Part::Id("two".to_owned())]);
    let outer = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let plan = recipe().must_understand(false).encrypt(inner).encrypt(outer).sign(signing()).plan().expect("a plan");
    let message = plan.message(&deep()).secure().expect("secured").message;
    let receiver = receiver().decrypt_with(identity("bob"));
    let (path, why) = remains(&receiver, &message);
    assert!(path.contains("EncryptedData") && matches!(why, WhyEncrypted::NoKey { .. }), "{path}");
    let opened = receiver.accept_ciphertext_for_others().open(&message).expect("opens");
    assert_eq!(opened.remaining_ciphertext().len(), 1);
    assert!(opened.body().xml().contains("EncryptedData") && opened.body().xml().contains(AMOUNT));
}

/// Tokens of the header: an encrypted one that nobody opened is not silently left out.
#[test]
fn encrypted_tokens_that_nobody_opened_are_named() {
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::UsernameToken]);
    let plan = recipe()
        .must_understand(false)
        .username_digest("ann", "s3cret")
        .sign(signing())
        .encrypt(encrypting)
        .plan()
        .expect("a plan");
    let message = plan.message(&envelope(SOAP11)).secure().expect("secured").message;
    assert!(bob().open(&message).is_ok());
    let less = without(&message, "EncryptedKey");
    let (path, why) = remains(&bob(), &less);
    assert!(path.contains("Security") && why == WhyEncrypted::NotListed, "{path}");
    let opened = bob().accept_ciphertext_for_others().open(&less).expect("opens");
    assert!(opened.user().is_none());
    let [left] = opened.remaining_ciphertext() else { panic!("one") };
    assert_eq!(left.part, "Security");
}

/// Where nothing need be signed, and for a node on the way, the same.
#[test]
fn unsigned_messages_and_nodes_on_the_way_are_told_so() {
    let for_carol = Encrypting::to(&certificate("carol")).parts([Part::Id("two".to_owned())]);
    let plan = recipe().must_understand(false).encrypt(for_carol).plan().expect("a plan");
    let message = plan.message(&deep()).secure().expect("secured").message;
    let anyone = Receiver::new(Trust::no_certificates(), Requirements::dangerous_unsigned(), DangerousNoReplayCache);
    let error = anyone.open_unsigned(&message, TransportFacts::dangerous_unprotected()).map(drop);
    let still = |error: &OpenError| matches!(error, OpenError::Requirement(RequirementError::StillEncrypted { .. }));
    assert!(error.as_ref().is_err_and(still), "{error:?}");
    let opened = anyone
        .accept_ciphertext_for_others()
        .open_unsigned(&message, TransportFacts::dangerous_unprotected())
        .expect("opens");
    assert_eq!(opened.remaining_ciphertext().len(), 1);

    // The Body is for the service, the header of the node is signed over it.
    let inner = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let inner = recipe()
        .sign(signing())
        .encrypt(inner)
        .plan()
        .expect("a plan")
        .message(&envelope(SOAP11))
        .secure()
        .map(|secured| secured.message);
    let outer = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    let outer = recipe().actor("urn:node").sign(outer).plan().expect("a plan");
    let message = outer.message(&inner.expect("secured")).secure().expect("secured").message;
    let node = receiver_for_node();
    assert!(remains(&node, &message).0.contains("Body"));
    let opened = node.accept_ciphertext_for_others().open(&message).expect("opens");
    assert_eq!(opened.remaining_ciphertext().len(), 1);
    let service = receiver().decrypt_with(identity("bob"));
    assert!(service.open(opened.forwarded().expect("kept")).is_ok());
}

fn receiver_for_node() -> Receiver {
    receiver().actor("urn:node").forwards()
}

/// A wrapped key that was unwrapped before is known again by all that decides what is in it, and not by its octets alone: under
/// another name it is for someone else, and by another method it is another key.
#[test]
fn a_wrapped_key_of_known_octets_is_unwrapped_again_unless_all_of_it_is_known() {
    let secret = Secret::new((0..32).collect());
    let ciphertext = |id: &str| {
        let (octets, kind) = (format!("<d:{id} xmlns:d=\"urn:d\"></d:{id}>"), PlaintextType::Element);
        let cipher = ContentEncryption::Aes256Gcm;
        encrypt_octets(octets.as_bytes(), &kind, Encryption::new(cipher, &secret).id(id), &SystemRandom)
            .expect("encrypted")
    };
    let body = ciphertext("one") + &ciphertext("two");
    let envelope = format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body>{body}</s:Body></s:Envelope>");
    let signed =
        recipe().sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])).secured(&envelope);
    let usual = KeyTransport::oaep_mgf1p();
    let wrapped = certificate("bob").public_key().wrap_key(&usual, &secret).expect("wrapped");
    let key = |to: &str, transport: KeyTransport, listed: &str| {
        let key_info = format!("<ds:KeyName>{}</ds:KeyName>", certificate(to).subject());
        let method = KeyMethod::Transport(transport);
        write_encrypted_key(None, &method, Some(&key_info), &wrapped, &[listed.to_owned()])
    };
    let with_second = |second: String| {
        let document = Document::parse(signed.as_str(), &Limits::default()).expect("well-formed");
        let header = document.elements().find(|element| element.is(name::WSSE.uri, "Security")).expect("a header");
        let mut splices = Splices::new();
        splices.insert(header.content_span().end, key("bob", usual.clone(), "one") + &second);
        splices.apply(&signed).text
    };
    let receiver = receiver().decrypt_with(identity("bob"));
    let opened = receiver.open(with_second(key("bob", usual.clone(), "two"))).expect("opens");
    assert!(["<d:one ", "<d:two "].iter().all(|text| opened.body().xml().contains(text)), "{}", opened.body().xml());
    let (path, why) = remains(&receiver, &with_second(key("carol", usual.clone(), "two")));
    assert!(matches!(why, WhyEncrypted::NoKey { .. }) && path.contains("EncryptedData"), "{path}");
    let other = refuse(&receiver, &with_second(key("bob", KeyTransport::oaep(DigestMethod::Sha256), "two")));
    assert_eq!(other, OpenError::Decrypt(DecryptError::Failed));
}

/// What its KeyInfo has is read and charged once, however many parts are under it.
#[test]
fn the_key_of_many_parts_is_read_once() {
    let ids: Vec<String> = (0..12).map(|number| format!("e{number}")).collect();
    let elements: String =
        ids.iter().map(|id| format!("<p:To xmlns:u=\"{}\" u:Id=\"{id}\">Ann</p:To>", name::WSU.uri)).collect();
    let many = envelope(SOAP11).replace("<p:To>Ann</p:To>", &elements);
    let (embedded, agreed) = (ReferenceForm::Embedded, ReferenceForm::IssuerSerial);
    for (to, reference) in [("bob", embedded), ("ka-x25519", agreed)] {
        let encrypting = Encrypting::to(&certificate(to)).reference(reference).parts(ids.iter().cloned().map(Part::Id));
        let message = recipe().sign(signing()).encrypt(encrypting).secured(&many);
        let limits = Limits::default().with(Limit::Certificates, 3).with(Limit::PrivateKeyOperations, 1);
        let opened = receiver().decrypt_with(identity(to)).limits(limits).open(&message);
        let opened = opened.unwrap_or_else(|error| panic!("{to}: {error}"));
        assert_eq!(opened.body().xml().matches("<p:To ").count(), ids.len());
    }
}
