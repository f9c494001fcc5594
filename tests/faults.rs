//! Faults: what a peer learns when its message is refused.

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::*;
use ws_security::TransportFacts;
use ws_security::c14n::{Document, Limits, name};
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, Fault, FaultCode, OpenError, Secret, SoapVersion, UnauthenticatedFault};

fn code(error: &OpenError) -> FaultCode {
    Fault::naming(error).code()
}

#[test]
fn t30_each_class_of_error_has_its_code() {
    let message = signed(SOAP12);
    let plan = |recipe: Recipe| recipe.secured(&envelope(SOAP12));
    let encrypted = plan(recipe().sign(signing()).encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body])));
    let broken = encrypted.replacen("<xenc:CipherValue>", "<xenc:CipherValue>AAAA", 1);
    let bob = receiver().decrypt_with(identity("bob"));
    let users = Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned().username_token(),
        DangerousNoReplayCache,
    )
    .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())));
    let user = |name: &str, password: &str| {
        let message = plan(Recipe::new().username_digest(name, password));
        users.open_unsigned(message, TransportFacts::dangerous_unprotected()).expect_err("refused")
    };
    let replayed = {
        let receiver = Receiver::new(trust(), Requirements::signed([Part::Body]), MemoryReplayCache::default());
        let _first = receiver.open(&message).expect("opens");
        refuse(&receiver, &message)
    };
    let late = receiver().window(Duration::ZERO, Duration::ZERO);
    let understood = message.replacen("<a:To", "<a:To s:mustUnderstand=\"1\"", 1);
    for (error, expected) in [
        (refuse(&receiver(), "not XML"), FaultCode::InvalidSecurity),
        (refuse(&receiver(), &envelope(SOAP11)), FaultCode::InvalidSecurity),
        (refuse(&receiver(), &message.replace(AMOUNT, "1.00")), FaultCode::FailedCheck),
        (refuse(&receiver(), &message.replace("#rsa-sha256\"", "#rsa-sha257\"")), FaultCode::UnsupportedAlgorithm),
        (refuse(&receiver(), &message.replace("#X509v3\"", "#X509v9\"")), FaultCode::UnsupportedSecurityToken),
        (refuse(&receiver(), &message.replacen("URI=\"#X509", "URI=\"#none", 1)), FaultCode::SecurityTokenUnavailable),
        (
            refuse(&receiver(), &plan(recipe().sign(Signing::with(&identity("dave")).parts([Part::Body])))),
            FaultCode::FailedAuthentication,
        ),
        (refuse(&bob, &broken), FaultCode::FailedCheck),
        (refuse(&late, &message), FaultCode::MessageExpired),
        (refuse(&receiver(), &understood), FaultCode::MustUnderstand),
        (user("ann", "wrong"), FaultCode::FailedAuthentication),
        (user("eve", "s3cret"), FaultCode::FailedAuthentication),
        (replayed, FaultCode::FailedAuthentication),
    ] {
        assert_eq!(code(&error), expected, "{error:?}");
    }
    // The faults are equal octet by octet: unknown user and wrong password, failed decryption and failed verification.
    for version in [SoapVersion::V11, SoapVersion::V12] {
        let text = |error: &OpenError| Fault::naming(error).envelope(version);
        assert_eq!(text(&user("ann", "wrong")), text(&user("eve", "s3cret")));
        assert_eq!(text(&refuse(&bob, &broken)), text(&refuse(&receiver(), &message.replace(AMOUNT, "1.00"))));
    }
}

#[test]
fn t62_faults_have_the_shape_of_their_version_and_say_nothing_else() {
    let mut seen = BTreeSet::new();
    for version in [SoapVersion::V11, SoapVersion::V12] {
        assert_eq!(Fault::refused().code(), FaultCode::Refused);
        for code in FaultCode::ALL {
            let error = match code {
                FaultCode::FailedCheck => refuse(&receiver(), &signed(SOAP11).replace(AMOUNT, "4711 marker")),
                _ => continue,
            };
            let fault = Fault::naming(&error).envelope(version);
            assert!(!fault.contains("marker") && !fault.contains("id-"));
            let document = Document::parse(fault.as_str(), &Limits::default()).expect("well-formed");
            assert_eq!(document.root().name().namespace, version.namespace());
            let read = UnauthenticatedFault::read(&fault).expect("a fault");
            assert_eq!(read.code(), "FailedCheck");
            assert_eq!(read.reason(), "The signature or decryption was invalid");
            assert_eq!(SoapVersion::of(&fault), version);
            let code = document
                .elements()
                .find(|element| element.text().is_ok_and(|text| text == "wsse:FailedCheck"))
                .expect("the code");
            assert_eq!(code.namespace_of_prefix("wsse"), Some(name::WSSE.uri), "the prefix is in scope");
            seen.insert(fault);
        }
        let refused = Fault::refused().envelope(version);
        assert_eq!(UnauthenticatedFault::read(&refused).expect("a fault").reason(), "The message was refused");
        seen.insert(refused);
    }
    assert_eq!(seen.len(), 4);
    assert!(UnauthenticatedFault::read(envelope(SOAP11)).is_none());
    assert!(UnauthenticatedFault::read("<a/>").is_none());
}
