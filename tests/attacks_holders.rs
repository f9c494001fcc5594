//! Tokens that name one key: a signature does not cover its own `ds:KeyInfo`, so that whoever saw messages under two of these
//! tokens could exchange the one for the other, and with it the name of the sender (SAML Token Profile 1.1.1 §3.5.1.2).

mod common;
#[path = "common/pki.rs"]
mod pki;

use std::time::SystemTime;

use common::*;
use ws_security::c14n::{base64_encode, name};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::{
    AssertionTrust, HeldToken, LicenseHolder, MemoryReplayCache, NewAssertion, OpenError, ProtectionToken,
    RequiredToken, RequirementError, SamlName, SamlVersion, SecureConversation, Signer, TransportFacts, Waiver,
};

const VERSIONS: [SamlVersion; 2] = [SamlVersion::V1_1, SamlVersion::V2_0];

/// An assertion about `subject`, whose key is that of Alice: as a token service makes them for a gateway.
fn issued(version: SamlVersion, subject: &str) -> String {
    issued_to("alice", version, subject)
}

fn issued_to(holder: &str, version: SamlVersion, subject: &str) -> String {
    let assertion = NewAssertion::new(version, "https://idp.example", subject).audience("urn:bank");
    let assertion = assertion.holder_of_key(&certificate(holder));
    assertion.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("signed")
}

fn license(name: &str) -> String {
    let wsu = name::WSU.uri;
    format!(
        "<r:license xmlns:r=\"urn:mpeg:mpeg21:2003:01-REL-R-NS\" xmlns:wsu=\"{wsu}\" wsu:Id=\"l1\"><r:grant>{name}</r:grant>\
         </r:license>"
    )
}

fn holder(license: &str) -> Option<LicenseHolder> {
    let is_named = |name: &&str| license.contains(&format!("<r:grant>{name}<"));
    let name = ["ann", "admin"].into_iter().find(is_named)?.to_owned();
    Some(LicenseHolder { name, key: certificate("alice").public_key().clone() })
}

fn body_and_timestamp() -> Requirements {
    Requirements::signed([Part::Body, Part::Timestamp])
}

fn bank() -> Receiver {
    bank_with(body_and_timestamp())
}

fn bank_with(demands: Requirements) -> Receiver {
    let issuer = Trust::pins([certificate("carol")]);
    let issuers = AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", issuer);
    Receiver::new(trust(), demands, MemoryReplayCache::default()).assertions(issuers).licenses(holder)
}

fn alice() -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])
}

fn sent(token: &str, signing: Signing) -> String {
    recipe().token(token).sign(signing).secured(&envelope(SOAP11))
}

fn id_of(assertion: &str) -> &str {
    let own = ["AssertionID=\"", " ID=\""].into_iter().find(|own| assertion.contains(own)).expect("an id");
    assertion.split_once(own).and_then(|(_, rest)| rest.split_once('"')).expect("a value").0
}

/// `message` with the assertion `to`, and the references to it, in place of `from`.
fn exchanged(message: &str, from: &str, to: &str) -> String {
    let exchanged = message.replacen(from, to, 1).replace(id_of(from), id_of(to));
    assert_ne!(exchanged, message);
    exchanged
}

fn subject(opened: &ws_security::Opened) -> Option<&str> {
    let Signer::Assertion(held) = opened.signer() else { return None };
    held.assertion().subject().and_then(SamlName::unqualified)
}

fn uncovered(token: HeldToken) -> OpenError {
    RequirementError::UncoveredHolderToken { token }.into()
}

#[test]
fn a_signature_of_a_holder_covers_the_assertion() {
    for version in VERSIONS {
        let (ann, admin) = (issued(version, "uid=ann"), issued(version, "uid=admin"));
        let message = sent(&ann, alice().holder_of_key());
        let opened = bank().open(&message).expect("genuine");
        assert_eq!(subject(&opened), Some("uid=ann"));
        assert!(opened.evidence().signatures[0].covers_token);
        let error = bank().accept_uncovered_holder_tokens().open(exchanged(&message, &ann, &admin)).map(drop);
        assert!(matches!(error, Err(OpenError::Verify(_))), "{error:?}");
    }
}

#[test]
fn an_assertion_that_nobody_covers_names_no_sender() {
    for version in VERSIONS {
        let (ann, admin) = (issued(version, "uid=ann"), issued(version, "uid=admin"));
        let message = sent(&ann, alice().holder_of_key_uncovered());
        for message in [&message, &exchanged(&message, &ann, &admin)] {
            let error = bank().open(message).map(drop);
            assert_eq!(error, Err(uncovered(HeldToken::Assertion(version))));
            // Its confirmation is none either, where another signature proves the message.
            let opened = bank().accept_uncovered_holder_tokens().open(message).expect("accepted");
            assert!(opened.evidence().waived.contains(&Waiver::UncoveredHolderTokens));
            assert!(!opened.evidence().signatures[0].covers_token);
        }
        // Nobody is between the parties of a protected connection.
        let opened = bank().over_protected_transport().open(&message).expect("protected");
        assert_eq!(subject(&opened), Some("uid=ann"));
    }
}

/// Whoever else proves the message, an assertion that nobody covers is confirmed by nobody.
#[test]
fn an_uncovered_assertion_is_not_confirmed_beside_another_signature() {
    for version in VERSIONS {
        let (ann, admin) = (issued(version, "uid=ann"), issued(version, "uid=admin"));
        let with = |second: Signing| recipe().token(&ann).sign(alice()).sign(second).secured(&envelope(SOAP11));
        let message = with(alice().holder_of_key_uncovered());
        for message in [&message, &exchanged(&message, &ann, &admin)] {
            let opened = bank().open(message).expect("the first signature proves it");
            assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
            assert!(opened.assertions().is_empty());
            let opened = bank().accept_uncovered_holder_tokens().open(message).expect("accepted");
            assert_eq!(opened.assertions().len(), 1);
            let error = bank_with(body_and_timestamp().saml_token(version)).open(message).map(drop);
            assert_eq!(error, Err(uncovered(HeldToken::Assertion(version))));
        }
        let covered = bank().open(with(alice().holder_of_key())).expect("genuine");
        assert_eq!(covered.assertions().len(), 1);
        // Nor does its holder endorse anything.
        let endorsed = || bank_with(body_and_timestamp().endorsed_by([RequiredToken::Saml(version)]));
        let uncovered = with(alice().parts([Part::Signature]).holder_of_key_uncovered());
        let error = endorsed().open(&uncovered).map(drop);
        assert!(matches!(error, Err(OpenError::Requirement(RequirementError::NotEndorsed { .. }))), "{error:?}");
        drop(endorsed().accept_uncovered_holder_tokens().open(&uncovered).expect("accepted"));
        drop(endorsed().open(with(alice().parts([Part::Signature]).holder_of_key())).expect("covered"));
    }
}

/// Whoever adds a signature and an assertion of his own gets no reply: that is for the holder who signed the message.
#[test]
fn a_reply_is_for_the_holder_who_signed_the_message() {
    for version in VERSIONS {
        let (ann, eve) = (issued(version, "uid=ann"), issued_to("bob", version, "uid=eve"));
        let of_eve = sent(&eve, Signing::with(&identity("bob")).parts([Part::Assertion]).holder_of_key());
        let end = of_eve.rfind("</ds:Signature>").expect("a signature") + "</ds:Signature>".len();
        let of_eve = &of_eve[of_eve.find(&eve).expect("her assertion")..end];
        let message = sent(&ann, alice().holder_of_key());
        let message = message.replacen(&ann, &format!("{of_eve}{ann}"), 1);
        let opened = bank().open(&message).expect("genuine");
        assert_eq!(opened.evidence().signatures.len(), 2);
        assert_eq!(subject(&opened), Some("uid=ann"));
        assert_eq!(opened.correlation().certificate(), Some(&certificate("alice")));
    }
}

/// Under no assertion, a message gets none from somebody else.
#[test]
fn a_message_under_a_certificate_gets_no_assertion() {
    for version in VERSIONS {
        let admin = issued(version, "uid=admin");
        let key_info = |message: &str| {
            let start = message.rfind("<ds:KeyInfo").expect("a KeyInfo");
            message[start..message.rfind("</ds:KeyInfo>").expect("its end")].to_owned()
        };
        for seen in [alice().holder_of_key(), alice().holder_of_key_uncovered()] {
            let seen = sent(&admin, seen);
            let plain = recipe().sign(alice()).secured(&envelope(SOAP11));
            let (before, rest) = plain.split_once("<wsse:BinarySecurityToken").expect("a token");
            let (token, after) = rest.split_once("</wsse:BinarySecurityToken>").expect("its end");
            assert!(!token.is_empty());
            let forged = format!("{before}{admin}{after}").replace(&key_info(&plain), &key_info(&seen));
            assert_eq!(bank().open(&forged).map(drop), Err(uncovered(HeldToken::Assertion(version))));
        }
    }
}

#[test]
fn a_license_is_covered_like_an_assertion() {
    let message = sent(&license("ann"), alice().holder_of_key());
    let opened = bank().open(&message).expect("genuine");
    assert_eq!(opened.signer(), &Signer::License { holder: "ann".to_owned() });
    let forged = message.replace(&license("ann"), &license("admin"));
    assert!(matches!(bank().open(&forged).map(drop), Err(OpenError::Verify(_))));
    let message = sent(&license("ann"), alice().holder_of_key_uncovered());
    for message in [message.replace(&license("ann"), &license("admin")), message] {
        assert_eq!(bank().open(&message).map(drop), Err(uncovered(HeldToken::License)));
        assert!(bank().accept_uncovered_holder_tokens().open(&message).is_ok());
    }
}

/// An endorsing signature covers the assertion through the signature that it covers, or else endorses nothing.
#[test]
fn an_endorsing_holder_is_certain_through_what_it_endorses() {
    let version = SamlVersion::V2_0;
    let bank = || bank().decrypt_with(identity("bob"));
    let key = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    let main = |parts: &[Part]| Signing::with_token(&key).parts(parts.to_vec());
    let endorsing = || Signing::with(&identity("alice")).parts([Part::Signature]).holder_of_key_uncovered();
    let (ann, admin) = (issued(version, "uid=ann"), issued(version, "uid=admin"));
    let with = |main: Signing| recipe().token(&ann).sign(main).sign(endorsing()).secured(&envelope(SOAP11));
    let covered = with(main(&[Part::Body, Part::Timestamp, Part::Assertion]));
    assert_eq!(subject(&bank().open(&covered).expect("genuine")), Some("uid=ann"));
    assert!(bank().open(exchanged(&covered, &ann, &admin)).is_err());
    let bare = with(main(&[Part::Body, Part::Timestamp]));
    for message in [&bare, &exchanged(&bare, &ann, &admin)] {
        assert_eq!(bank().open(message).map(drop), Err(uncovered(HeldToken::Assertion(version))));
    }
}

/// Over TLS that the caller vouches for, peers sign the Timestamp alone.
#[test]
fn over_tls_the_timestamp_is_enough() {
    let ann = issued(SamlVersion::V2_0, "uid=ann");
    let signing = Signing::with(&identity("alice")).parts([Part::Timestamp]).holder_of_key_uncovered();
    let message = sent(&ann, signing);
    let issuer = Trust::pins([certificate("carol")]);
    let issuers = AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", issuer);
    let demands = Requirements::dangerous_unsigned().also_signed([Part::Timestamp]).saml_token(SamlVersion::V2_0);
    let bank = || Receiver::new(trust(), demands.clone(), MemoryReplayCache::default()).assertions(issuers.clone());
    let opened = bank().open_unsigned(&message, TransportFacts::server_authenticated_tls()).expect("opens");
    assert_eq!(opened.assertions().len(), 1);
    let error = bank().open_unsigned(&message, TransportFacts::dangerous_unprotected()).map(drop);
    assert!(error.is_err(), "{error:?}");
}

/// The names of two certificates of one key are told apart by nothing but the token. The evidence says whether it is signed.
#[test]
fn the_evidence_says_whether_a_certificate_is_covered() {
    let root = pki::Spec::authority("root", "root").made("ca", "ca");
    let ann = pki::Spec::leaf("ann", "root").made("alice", "ca");
    let admin = pki::Spec::leaf("admin", "root").serial(&[9]).made("alice", "ca");
    let anyone = Trust::anchors([root]).expect("an anchor").signer(SignerRule::AnyBelowTheAnchors);
    let signed = Requirements::signed([Part::Body, Part::Timestamp]);
    let bank = || Receiver::new(anyone.clone(), signed.clone(), MemoryReplayCache::default());
    let by = Identity::new(pki::key("alice"), ann.clone()).expect("an identity");
    let signing = |parts: &[Part]| Signing::with(&by).parts(parts.to_vec());
    let base64 = |certificate: &Certificate| base64_encode(certificate.der());
    let message = recipe().sign(signing(&[Part::Body, Part::Timestamp])).secured(&envelope(SOAP11));
    let opened = bank().open(message.replace(&base64(&ann), &base64(&admin))).expect("nothing tells");
    assert!(!opened.evidence().signatures[0].covers_token);
    for by_reference in [false, true] {
        let covering = signing(&[Part::Body, Part::Timestamp, Part::SigningToken]);
        let covering = if by_reference { covering.token_by_reference() } else { covering };
        let message = recipe().sign(covering).secured(&envelope(SOAP11));
        assert!(bank().open(&message).expect("genuine").evidence().signatures[0].covers_token);
        assert!(bank().open(message.replace(&base64(&ann), &base64(&admin))).is_err());
    }
}
