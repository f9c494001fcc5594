//! Who answers for a message: a signature, a token or a reference that is beside it answers for nothing.

mod common;

use common::*;
use ws_security::bsp::Rule;
use ws_security::prelude::*;
use ws_security::tokens::TokenError;
use ws_security::{
    DangerousNoReplayCache, MemoryReplayCache, OpenError, ProtectionToken, ReferenceForm, RequirementError, Secret,
    Signer, X509Item,
};

fn anyone() -> Signing {
    Signing::with_token(&ProtectionToken::encrypted_to(&certificate("bob")))
}

fn bob() -> Receiver {
    receiver()
        .decrypt_with(identity("bob"))
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
}

fn is_anonymous(error: &OpenError) -> bool {
    matches!(error, OpenError::Requirement(RequirementError::Anonymous))
}

/// Whoever signs the signature of an unknown sender answers for it, if he is known himself.
#[test]
fn an_anonymous_signature_does_not_answer_for_another() {
    let both = |second: Signing| {
        recipe().sign(anyone().parts([Part::Body, Part::Timestamp])).sign(second).secured(&envelope(SOAP11))
    };
    let alice = || Signing::with(&identity("alice"));
    let endorsed = bob().open(both(alice().parts([Part::Signature]))).expect("Alice answers for it");
    assert_eq!(endorsed.signer().certificate(), Some(&certificate("alice")));
    for second in [anyone().parts([Part::Signature]), alice().parts([Part::Timestamp])] {
        let error = refuse(&bob(), &both(second));
        assert!(is_anonymous(&error), "{error}");
    }
}

/// What is decrypted before the signatures moves them, and the one still covers the other.
#[test]
fn an_endorsement_is_one_after_a_block_before_it_is_decrypted() {
    let message = recipe()
        .encrypt(Encrypting::to(&certificate("bob")).parts([action()]))
        .sign(anyone().parts([Part::Body, Part::Timestamp]))
        .sign(Signing::with(&identity("alice")).parts([Part::Signature]))
        .secured(&envelope(SOAP11));
    let end = "</wsse11:EncryptedHeader>";
    let (before, rest) = message.split_once("<wsse11:EncryptedHeader").expect("an encrypted block");
    let (block, after) = rest.split_once(end).expect("its end");
    let first = format!("<s:Header><wsse11:EncryptedHeader{block}{end}");
    let message = format!("{before}{after}").replacen("<s:Header>", &first, 1);
    let opened = bob().open(&message).expect("genuine");
    assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
    assert_eq!(opened.evidence().decrypted.len(), 1);
}

/// A protected transport says who sent a token, and the signature that covers it says what it belongs to.
#[test]
fn a_user_whose_token_no_signature_covers_is_not_the_author() {
    let by = |parts: &[Part]| {
        recipe().username_digest("ann", "s3cret").sign(anyone().parts(parts.to_vec())).secured(&envelope(SOAP11))
    };
    let protected = bob().over_protected_transport();
    let opened = protected.open(by(&[Part::Body, Part::Timestamp, Part::UsernameToken])).expect("Ann's own");
    assert!(matches!(opened.signer(), Signer::User(user) if user.username() == "ann"));
    let error = refuse(&protected, &by(&[Part::Body, Part::Timestamp]));
    assert!(is_anonymous(&error), "{error}");
}

/// Alice is the only one whom the receiver trusts; a reference to someone else does not mean her.
#[test]
fn a_reference_to_someone_else_is_not_to_the_only_signer() {
    let pinned = Receiver::new(
        Trust::pins([certificate("alice")]),
        Requirements::signed([Part::Body, Part::Timestamp]),
        DangerousNoReplayCache,
    );
    let by = |form| recipe().sign(signing().reference(form)).secured(&envelope(SOAP11));
    for (form, local) in [
        (ReferenceForm::IssuerSerial, "ds:X509SerialNumber"),
        (ReferenceForm::Thumbprint, "wsse:KeyIdentifier"),
        (ReferenceForm::SubjectKeyIdentifier, "wsse:KeyIdentifier"),
    ] {
        let message = by(form);
        assert!(pinned.open(&message).is_ok(), "{form:?}");
        let at = message.find(&format!("<{local}")).unwrap_or_else(|| panic!("{local}: {message}"));
        let at = at + message[at..].find('>').expect("a tag") + 1;
        let end = at + message[at..].find('<').expect("its end");
        let value = if local.starts_with("ds:") { "1" } else { "AAECAwQFBgcICQoLDA0ODxAREhM=" };
        let other = format!("{}{value}{}", &message[..at], &message[end..]);
        let error = refuse(&pinned, &other);
        assert!(matches!(error, OpenError::NoKey { .. }), "{form:?}: {error}");
    }
    let named = |name: &str| {
        let message = by(ReferenceForm::IssuerSerial);
        let (before, rest) = message.split_once("<ds:KeyInfo>").expect("a KeyInfo");
        let (_, after) = rest.split_once("</ds:KeyInfo>").expect("its end");
        format!("{before}<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName></ds:KeyInfo>{after}")
    };
    let alice = certificate("alice").subject().to_string();
    assert!(pinned.open(named(&alice)).is_ok());
    let error = refuse(&pinned, &named("CN=Mallory"));
    assert!(matches!(error, OpenError::NoKey { .. }), "{error}");
}

#[test]
fn a_reference_states_the_type_that_its_certificate_token_has() {
    let message = signed(SOAP11);
    let (before, key_info) = message.split_once("<ds:KeyInfo").expect("a KeyInfo");
    let other = format!("{before}<ds:KeyInfo{}", key_info.replacen("#X509v3\"", "#X509PKIPathv1\"", 1));
    assert_ne!(other, message);
    let error = refuse_strictly(&receiver(), &other);
    assert!(matches!(error, OpenError::Token(TokenError::OtherType { .. })), "{error}");
    let opened =
        receiver().accept_token_types_by_name().open(&other).expect("accepted by the call that the error names");
    assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
}

/// Two signers, each with the certificate in the KeyInfo: neither is taken for the other.
#[test]
fn each_signature_is_of_the_certificate_in_its_own_key_info() {
    let by = |name: &str, parts: &[Part]| {
        Signing::with(&identity(name)).parts(parts.to_vec()).reference(ReferenceForm::X509Data(X509Item::Certificate))
    };
    let pins = Trust::pins(["alice", "dave"].map(certificate));
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let receiver = Receiver::new(pins, requirements, DangerousNoReplayCache);
    let recipe = recipe().waive(Rule::R5417).waive(Rule::R5426).sign(by("alice", &[Part::Body, Part::Timestamp]));
    let message = recipe.sign(by("dave", &[Part::Timestamp])).secured(&envelope(SOAP11));
    let opened = receiver.open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
    let signers: Vec<_> = opened.evidence().signatures.iter().filter_map(|one| one.signer.certificate()).collect();
    assert_eq!(signers.len(), 2);
    assert_ne!(signers[0], signers[1]);
    assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
}

/// A header block for the next node is for the ultimate receiver, too (SOAP 1.1 §4.2.2, SOAP 1.2 §2.2).
#[test]
fn a_block_for_the_next_node_must_be_understood() {
    for (soap, role) in [
        (SOAP11, "s:actor=\"http://schemas.xmlsoap.org/soap/actor/next\""),
        (SOAP12, "s:role=\"http://www.w3.org/2003/05/soap-envelope/role/next\""),
    ] {
        let must = if soap == SOAP11 { "1" } else { "true" };
        let block = |role: &str| format!("<x:q xmlns:x=\"urn:x\" s:mustUnderstand=\"{must}\" {role}/><a:Action");
        let message = signed(soap).replacen("<a:Action", &block(role), 1);
        assert!(matches!(refuse(&receiver(), &message), OpenError::NotUnderstood { .. }), "{role}");
        assert!(receiver().understands("urn:x", "q").open(&message).is_ok());
        let elsewhere = role.replace("http://", "http://elsewhere.");
        assert!(receiver().open(signed(soap).replacen("<a:Action", &block(&elsewhere), 1)).is_ok(), "{elsewhere}");
    }
}

/// The name of a user is no part of the key that is made of his password. Where two have one password, a demand for the
/// token tells them apart.
#[test]
fn a_demanded_token_holds_the_name_of_a_user_whose_password_another_has() {
    let key = ProtectionToken::username("ann", "s3cret");
    let requirements = || Requirements::signed([Part::Body, Part::Timestamp, Part::UsernameToken]);
    let of = |requirements| {
        let receiver = Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache);
        receiver.passwords(|_: &str| Some(Secret::new(b"s3cret".to_vec())))
    };
    let signing = Signing::with_token(&key).parts([Part::Body, Part::Timestamp]);
    let covered = recipe().sign(signing.clone().parts([Part::SigningToken])).secured(&envelope(SOAP11));
    let uncovered = recipe().sign(signing).secured(&envelope(SOAP11));
    let renamed = |message: &str| message.replacen(">ann</wsse:Username>", ">bob</wsse:Username>", 1);
    assert!(of(requirements()).open(&covered).is_ok());
    for message in [renamed(&covered), uncovered.clone(), renamed(&uncovered)] {
        refuse(&of(requirements()), &message);
    }
}

/// A store knows signatures. Each of several that prove one message proves it alone, unless one of them signs the others.
#[test]
fn a_signature_that_signs_the_other_keeps_a_message_one() {
    let trust = || Trust::pins([certificate("alice"), certificate("ec256")]);
    let parts = || [Part::Body, Part::Timestamp];
    let first = || recipe().sign(Signing::with(&identity("alice")).parts(parts()));
    let apart = first().sign(Signing::with(&identity("ec256")).parts(parts())).secured(&envelope(SOAP11));
    let bound = first().sign(Signing::with(&identity("ec256")).parts(parts()).parts([Part::Signature]));
    let bound = bound.secured(&envelope(SOAP11));
    let without = |message: &str, nth: usize| {
        let (start, end) = ("<ds:Signature ", "</ds:Signature>");
        let at = message.match_indices(start).nth(nth).expect("a signature").0;
        let until = at + message[at..].find(end).expect("its end") + end.len();
        format!("{}{}", &message[..at], &message[until..])
    };
    for (message, times) in [(&apart, 2), (&bound, 1)] {
        let store = || Receiver::new(trust(), Requirements::signed(parts()), MemoryReplayCache::default());
        let receiver = store();
        let opened = (0..2).filter(|nth| receiver.open(without(message, *nth)).is_ok()).count();
        assert_eq!(opened, times);
        // Of the whole message, no signature is new a second time.
        let receiver = store();
        assert!(receiver.open(message).is_ok());
        assert!((0..2).all(|nth| receiver.open(without(message, nth)).is_err()));
    }
}
