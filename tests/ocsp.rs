//! OCSP against the responder of OpenSSL, and what is fetched for a path (threat T46).

mod common;
#[path = "common/pki.rs"]
mod pki;
#[path = "common/responder.rs"]
mod responder;

use std::time::{Duration, SystemTime};

use common::*;
use pki::{DIGITAL_SIGNATURE, KEY_CERT_SIGN, List, Spec, extended_usage, root, usage};
use responder::{OCSP_SIGNING, Responder, distribution_point, nocheck};
use ws_security::c14n::{Budget, Limits};
use ws_security::crypto::{DigestMethod, OcspRequest, OcspResponse, SystemRandom};
use ws_security::prelude::*;
use ws_security::tokens::Purpose;
use ws_security::{AssertionTrust, Incoming, NewAssertion, OpenError, RevocationStatus, SamlVersion, TrustError};

fn leaf() -> Certificate {
    Spec::leaf("leaf", "root").made("alice", "ca")
}

fn below_root() -> Trust {
    Trust::anchors([root()]).expect("an anchor").signer(SignerRule::AnyBelowTheAnchors)
}

fn at(trust: &Trust, certificate: &Certificate, now: SystemTime) -> Result<RevocationStatus, TrustError> {
    let budget = Budget::new(&Limits::default(), 4_096);
    trust.validate(certificate, &[], Purpose::Signing, now, &budget).map(|validated| validated.revocation().clone())
}

fn judged(trust: &Trust) -> Result<RevocationStatus, TrustError> {
    at(trust, &leaf(), SystemTime::now())
}

fn with(response: &[u8]) -> Trust {
    below_root().ocsp_response(response).expect("a response")
}

fn request(certificate: &Certificate, digest: DigestMethod) -> OcspRequest {
    OcspRequest::new(certificate, &root(), digest, &SystemRandom).expect("a request")
}

/// What OpenSSL answers about `leaf`.
fn answer(responder: &Responder, more: &[&str]) -> Vec<u8> {
    responder.answer(request(&leaf(), DigestMethod::Sha1).der(), more)
}

#[test]
fn the_status_is_what_the_responder_says() {
    for digest in [DigestMethod::Sha1, DigestMethod::Sha256] {
        for (index, expected) in [("V", "good"), ("R", "revoked"), ("", "unknown")] {
            let Some(responder) = Responder::of("root", "ca", &root(), index) else { return };
            let request = request(&leaf(), digest);
            let response = responder.answer(request.der(), &["-ndays", "1"]);
            request.response(&response, true).expect("the nonce is returned");
            let said = match judged(&with(&response)) {
                Ok(RevocationStatus::Good) => "good",
                Err(TrustError::Revoked { .. }) => "revoked",
                Err(TrustError::ResponseUnknown { .. }) => "unknown",
                other => panic!("{other:?}"),
            };
            assert_eq!(said, expected, "{digest:?}");
        }
    }
    assert!(matches!(
        judged(&below_root().revocation(ws_security::Revocation::WholePath)),
        Err(TrustError::ListMissing { .. })
    ));
    assert_eq!(judged(&below_root()), Ok(RevocationStatus::NotChecked));
}

#[test]
fn messages_open_and_the_evidence_says_that_revocation_was_judged() {
    let Some(responder) = Responder::of("root", "ca", &root(), "V") else { return };
    let identity = Identity::new(pki::key("alice"), leaf()).expect("an identity");
    let message =
        recipe().sign(Signing::with(&identity).parts([Part::Body, Part::Timestamp])).secured(&envelope(SOAP11));
    let receiver = |trust| {
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
        Receiver::new(trust, requirements, ws_security::DangerousNoReplayCache)
    };
    let opened = receiver(with(&answer(&responder, &["-ndays", "1"])));
    let opened = opened.open(&message).expect("opens");
    assert!(!opened.evidence().waived.contains(&ws_security::Waiver::NoRevocationCheck));
    let Some(responder) = Responder::of("root", "ca", &root(), "R") else { return };
    let refused = receiver(with(&answer(&responder, &[]))).open(&message).map(drop);
    assert!(matches!(refused, Err(OpenError::Trust(TrustError::Revoked { .. }))), "{refused:?}");
}

/// A sender staples a response beside its token: the transport brings it with the message.
#[test]
fn a_response_that_came_with_a_message_counts_for_that_message() {
    let Some(responder) = Responder::of("root", "ca", &root(), "V") else { return };
    let identity = Identity::new(pki::key("alice"), leaf()).expect("an identity");
    let message =
        recipe().sign(Signing::with(&identity).parts([Part::Body, Part::Timestamp])).secured(&envelope(SOAP11));
    let receiver = |trust| {
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
        Receiver::new(trust, requirements, ws_security::DangerousNoReplayCache)
    };
    let stapled = |der: &[u8]| Incoming::from(&message).ocsp_response(der).expect("a response");
    let demanding = receiver(below_root().revocation(ws_security::Revocation::WholePath));
    let indifferent = receiver(below_root());
    let is_missing =
        |opened: Result<_, OpenError>| matches!(opened, Err(OpenError::Trust(TrustError::ListMissing { .. })));
    assert!(is_missing(demanding.open(&message).map(drop)));
    let good = answer(&responder, &["-ndays", "1"]);
    drop(demanding.open(stapled(&good)).expect("its status is known"));
    drop(indifferent.open(stapled(&good)).expect("its status is not asked for"));
    assert!(is_missing(demanding.open(&message).map(drop)), "it is kept for no other message");
    // A stranger with the name of the authority.
    let stranger = Spec::authority("root", "root").made("sub-ca", "sub-ca");
    let Some(liar) = Responder::of("root", "sub-ca", &stranger, "V") else { return };
    let forged = answer(&liar, &["-ndays", "1"]);
    let refused = demanding.open(stapled(&forged)).map(drop);
    assert!(refused.is_err(), "{refused:?}");
    // A sender who staples what revokes his certificate is refused, also where no status is asked for.
    let Some(responder) = Responder::of("root", "ca", &root(), "R") else { return };
    let revoked = answer(&responder, &[]);
    for receiver in [&demanding, &indifferent] {
        let refused = receiver.open(stapled(&revoked)).map(drop);
        assert!(matches!(refused, Err(OpenError::Trust(TrustError::Revoked { .. }))), "{refused:?}");
    }
    assert!(Incoming::from(&message).ocsp_response(b"no response").is_err());
}

/// What comes with a message counts for each path that is judged in it: of the issuer of an assertion, and of an attester.
#[test]
fn a_response_that_came_with_a_message_counts_for_its_assertions() {
    let Some(responder) = Responder::of("root", "ca", &root(), "V") else { return };
    let good = answer(&responder, &["-ndays", "1"]);
    let Some(responder) = Responder::of("root", "ca", &root(), "R") else { return };
    let revoked = answer(&responder, &[]);
    let demanding = || below_root().revocation(ws_security::Revocation::WholePath);
    let judged = Identity::new(pki::key("alice"), leaf()).expect("an identity");
    let assertion = || NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann").audience("urn:bank");
    let receiver = |signers: Trust, assertions: AssertionTrust| {
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]).saml_token(SamlVersion::V2_0);
        Receiver::new(signers, requirements, ws_security::DangerousNoReplayCache).assertions(assertions)
    };
    let issuers = || AssertionTrust::for_audience("urn:bank");
    // The issuer has the certificate that is judged, and a holder of another key signs.
    let issued = assertion().holder_of_key(&certificate("bob"));
    let issued = issued.sign(&judged, SystemTime::now(), &SystemRandom).expect("issued");
    let by_holder = Signing::with(&identity("bob")).holder_of_key().parts([Part::Body, Part::Timestamp]);
    let held = recipe().token(issued.as_str()).sign(by_holder).secured(&envelope(SOAP11));
    // The attester has it, and nobody else judges its status.
    let vouched = assertion().unsigned(SystemTime::now(), &SystemRandom).expect("written");
    let by_attester = Signing::with(&judged).parts([Part::Body, Part::Timestamp, Part::Assertion]);
    let attested = recipe().token(vouched.as_str()).sign(by_attester).secured(&envelope(SOAP11));
    for (message, strict, indifferent) in [
        (
            &held,
            receiver(Trust::no_certificates(), issuers().issuer("https://idp.example", demanding())),
            receiver(Trust::no_certificates(), issuers().issuer("https://idp.example", below_root())),
        ),
        (
            &attested,
            receiver(Trust::pins([leaf()]), issuers().sender_vouches(demanding())),
            receiver(Trust::pins([leaf()]), issuers().sender_vouches(below_root())),
        ),
    ] {
        let stapled = |der: &[u8]| Incoming::from(message.as_str()).ocsp_response(der).expect("a response");
        strict.open(message).map(drop).expect_err("its status is unknown");
        let opened = strict.open(stapled(&good)).expect("its status is known");
        assert_eq!(opened.assertions().len(), 1);
        strict.open(message).map(drop).expect_err("it is kept for no other message");
        indifferent.open(message).map(drop).expect("its status is not asked for");
        for receiver in [strict, indifferent] {
            receiver.open(stapled(&revoked)).map(drop).expect_err("it is revoked");
        }
    }
}

#[test]
fn a_response_counts_while_it_is_current() {
    let Some(responder) = Responder::of("root", "ca", &root(), "V") else { return };
    let now = SystemTime::now();
    let after = |seconds| now + Duration::from_secs(seconds);
    let minute = with(&answer(&responder, &["-nmin", "1"]));
    assert_eq!(at(&minute, &leaf(), now), Ok(RevocationStatus::Good));
    assert!(matches!(at(&minute, &leaf(), after(75)), Err(TrustError::ResponseNotCurrent { .. })));
    assert_eq!(at(&minute, &leaf(), now - Duration::from_secs(50)), Ok(RevocationStatus::Good));
    let early = at(&minute, &leaf(), now - Duration::from_secs(75));
    assert!(matches!(early, Err(TrustError::ResponseNotCurrent { .. })), "{early:?}");
    // Without nextUpdate, for a day.
    let endless = with(&answer(&responder, &[]));
    assert_eq!(at(&endless, &leaf(), after(23 * 3_600)), Ok(RevocationStatus::Good));
    assert!(matches!(at(&endless, &leaf(), after(25 * 3_600)), Err(TrustError::ResponseNotCurrent { .. })));
    // As old as the caller says.
    let month = with(&answer(&responder, &["-ndays", "30"]));
    assert_eq!(at(&month, &leaf(), after(20 * 86_400)), Ok(RevocationStatus::Good));
    let month = month.max_response_age(Duration::from_secs(3_600));
    assert_eq!(at(&month, &leaf(), after(3_500)), Ok(RevocationStatus::Good));
    assert!(matches!(at(&month, &leaf(), after(3_700)), Err(TrustError::ResponseNotCurrent { .. })));
    // That a certificate is revoked counts for ever, and beside a response that says otherwise.
    let Some(responder) = Responder::of("root", "ca", &root(), "R") else { return };
    let revoked = answer(&responder, &["-nmin", "1"]);
    assert!(matches!(at(&with(&revoked), &leaf(), after(86_400)), Err(TrustError::Revoked { .. })));
    let both = month.ocsp_response(&revoked).expect("a response");
    assert!(matches!(at(&both, &leaf(), now), Err(TrustError::Revoked { .. })));
}

#[test]
fn another_nonce_and_the_answers_of_others_are_refused() {
    let Some(responder) = Responder::of("root", "ca", &root(), "V") else { return };
    let (one, two) = (request(&leaf(), DigestMethod::Sha1), request(&leaf(), DigestMethod::Sha1));
    let response = responder.answer(one.der(), &["-ndays", "1"]);
    assert!(one.response(&response, true).is_ok());
    let replayed = two.response(&response, false).expect_err("another nonce");
    assert!(replayed.to_string().contains("nonce"), "{replayed}");
    // It is about another certificate of the same authority.
    let other = Spec::leaf("other", "root").serial(&[9]).made("bob", "ca");
    let about_other = responder.answer(request(&other, DigestMethod::Sha1).der(), &["-ndays", "1"]);
    assert!(matches!(judged(&with(&about_other)), Err(TrustError::ListMissing { .. })));
    // What is no answer.
    for (octets, why) in [
        (&[0x30, 3, 10, 1, 3][..], "try again later"),
        (&[0x30, 3, 10, 1, 6], "may not tell"),
        (&[0x30, 3, 10, 1, 2], "had an error"),
        (&[0x30, 3, 10, 1, 0], "malformed"),
        (b"<html>", "this is XML, and no OCSP response"),
    ] {
        let error = OcspResponse::from_der(octets).expect_err(why);
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn a_response_counts_only_from_the_authority_or_its_delegate() {
    let delegate = |extensions: Vec<Vec<u8>>| Spec::leaf("responder", "root").serial(&[20]).extensions(extensions);
    let (signs, ocsp) = (|| usage(DIGITAL_SIGNATURE), || extended_usage(&[OCSP_SIGNING]));
    let good = |spec: Spec| spec.made("sub-ca", "ca");
    // A list for the distribution point that the responder names alone, so that it does not tell of the signer.
    let point = "http://root.example/responders.crl";
    let name = pki::der(0xA0, &pki::der(0xA0, &pki::der(0x86, point.as_bytes())));
    let list = |serials: &[&[u8]]| Some(List::of("root", serials).about(&name).made("ca"));
    let listed = || good(delegate(vec![signs(), ocsp(), distribution_point(point)]));
    for (what, certificate, crl, expected) in [
        ("a delegate", good(delegate(vec![signs(), ocsp(), nocheck()])), None, "good"),
        ("without key usage", good(delegate(vec![ocsp(), nocheck()])), None, "good"),
        ("its status is unknown", good(delegate(vec![signs(), ocsp()])), None, "missing"),
        ("its status is good", listed(), list(&[]), "good"),
        ("it is revoked", listed(), list(&[&[20]]), "forged"),
        ("no purpose", good(delegate(vec![signs(), nocheck()])), None, "forged"),
        (
            "any purpose",
            good(delegate(vec![signs(), extended_usage(&[&[0x55, 0x1D, 37, 0]]), nocheck()])),
            None,
            "forged",
        ),
        ("for certificates", good(delegate(vec![usage(KEY_CERT_SIGN), ocsp(), nocheck()])), None, "forged"),
        (
            "it expired",
            good(delegate(vec![ocsp(), nocheck()]).valid("20200101000000Z", "20210101000000Z")),
            None,
            "expired",
        ),
        ("of another authority", delegate(vec![ocsp(), nocheck()]).made("sub-ca", "bob"), None, "forged"),
        ("a stranger with the name", Spec::authority("root", "root").made("sub-ca", "sub-ca"), None, "forged"),
    ] {
        let name = if what.starts_with("a stranger") { "root" } else { "responder" };
        let Some(responder) = Responder::of(name, "sub-ca", &certificate, "V") else { return };
        for named in [&[][..], &["-resp_key_id"]] {
            let response = answer(&responder, &[&["-ndays", "1"], named].concat());
            let trust = with(&response);
            let trust = crl.iter().fold(trust, |trust, list| trust.crls(list).expect("a list"));
            let said = match judged(&trust) {
                Ok(RevocationStatus::Good) => "good",
                Err(TrustError::ListMissing { .. }) => "missing",
                Err(TrustError::ResponseNotGenuine { .. }) => "forged",
                Err(TrustError::Expired { .. }) => "expired",
                other => panic!("{what}: {other:?}"),
            };
            assert_eq!(said, expected, "{what}");
        }
    }
}

/// The authority certified the responder, but whoever breaks its key of RSA-1024 answers as well.
#[test]
fn a_responder_with_a_weak_key_counts_for_old_documents_alone() {
    let weak =
        Spec::leaf("responder", "root").serial(&[20]).extensions(vec![extended_usage(&[OCSP_SIGNING]), nocheck()]);
    let Some(responder) = Responder::of("responder", "weak", &weak.made("weak", "ca"), "V") else { return };
    let trust = with(&answer(&responder, &["-ndays", "1"]));
    let refused = judged(&trust);
    assert!(matches!(&refused, Err(TrustError::WeakResponder { subject }) if subject == "CN=responder"), "{refused:?}");
    assert_eq!(judged(&trust.dangerous_old_path_signatures()), Ok(RevocationStatus::Good));
}

/// Nobody validates the path of a pin, so that its issuer may have any key.
#[test]
fn a_list_of_an_issuer_with_a_weak_key_says_nothing_good_of_a_pin() {
    let leaf = || Spec::leaf("leaf", "root").serial(&[7]);
    for (key, expected) in [("ca", "good"), ("weak", "unknown")] {
        let (issuer, pin) = (Spec::authority("root", "root").made(key, key), leaf().made("alice", key));
        let trust = |revoked: &[&[u8]]| {
            let list = List::of("root", revoked).made(key);
            Trust::pins([pin.clone()]).known([issuer.clone()]).crls(&list).expect("a list")
        };
        let said = |trust: Trust| match at(&trust, &pin, SystemTime::now()) {
            Ok(RevocationStatus::Good) => "good",
            Ok(RevocationStatus::Unknown { .. }) => "unknown",
            Err(TrustError::Revoked { .. }) => "revoked",
            other => panic!("{key}: {other:?}"),
        };
        assert_eq!(said(trust(&[])), expected, "{key}");
        assert_eq!(said(trust(&[]).dangerous_old_path_signatures()), "good", "{key}");
        assert_eq!(said(trust(&[&[7]])), "revoked", "{key}");
    }
}

#[test]
fn every_certificate_of_the_path_needs_a_status() {
    let middle = Spec::authority("middle", "root").made("sub-ca", "ca");
    let low = Spec::leaf("low", "middle").serial(&[7]).made("alice", "sub-ca");
    let Some(responder) = Responder::of("middle", "sub-ca", &middle, "V") else { return };
    let asked = OcspRequest::new(&low, &middle, DigestMethod::Sha1, &SystemRandom).expect("a request");
    let response = responder.answer(asked.der(), &["-ndays", "1"]);
    let trust = with(&response).intermediates([middle.clone()]);
    let refused = at(&trust, &low, SystemTime::now());
    assert!(
        matches!(&refused, Err(TrustError::ListMissing { authority, .. }) if authority == "CN=root"),
        "{refused:?}"
    );
    let whole = trust.clone().crls(&List::of("root", &[]).made("ca")).expect("a list");
    assert_eq!(at(&whole, &low, SystemTime::now()), Ok(RevocationStatus::Good));
    let Some(responder) = Responder::of("root", "ca", &root(), "R8") else { return };
    let asked = OcspRequest::new(&middle, &root(), DigestMethod::Sha1, &SystemRandom).expect("a request");
    let revoked = trust.ocsp_response(&responder.answer(asked.der(), &[])).expect("a response");
    let refused = at(&revoked, &low, SystemTime::now());
    assert!(matches!(&refused, Err(TrustError::Revoked { subject }) if subject == "CN=middle"), "{refused:?}");
}

/// Each octet of a response is signed, or needed to read it: by the authority, or by the delegate whose certificate it has.
#[test]
fn a_response_with_one_octet_changed_never_says_good() {
    let delegate =
        Spec::leaf("responder", "root").serial(&[20]).extensions(vec![extended_usage(&[OCSP_SIGNING]), nocheck()]);
    let Some(authority) = Responder::of("root", "ca", &root(), "V") else { return };
    let Some(delegated) = Responder::of("responder", "sub-ca", &delegate.made("sub-ca", "ca"), "V") else { return };
    for response in [answer(&authority, &["-ndays", "1", "-resp_no_certs"]), answer(&delegated, &["-ndays", "1"])] {
        assert_eq!(judged(&with(&response)), Ok(RevocationStatus::Good));
        for at in 0..response.len() {
            let mut changed = response.clone();
            changed[at] ^= 1 << (at % 8);
            let said = below_root().ocsp_response(&changed).and_then(|trust| judged(&trust));
            assert_ne!(said, Ok(RevocationStatus::Good), "octet {at}");
            assert!(OcspResponse::from_der(&response[..at]).is_err(), "{at} octets");
        }
    }
}
