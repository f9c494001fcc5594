//! Rules that name signers by what their certificates say: each with a certificate that meets it, and one that does not.

mod common;
#[path = "common/pki.rs"]
mod pki;

use common::*;
use pki::{Spec, der, extension, name_of, root};
use ws_security::c14n::{Budget, Limits};
use ws_security::prelude::*;
use ws_security::tokens::Purpose;
use ws_security::{AlternativeName, DangerousNoReplayCache, OpenError, TrustError, Waiver};

const CN: &[u8] = &[0x55, 4, 3];
/// `1.2.3`
const POLICY: &[u8] = &[0x2A, 3];

/// A signer below `root` with these extensions beside the usual.
fn signer(names: &[&str], extensions: &[Vec<u8>]) -> Certificate {
    let spec = Spec { subject: name_of(CN, names), ..Spec::leaf("leaf", "root") };
    extensions.iter().cloned().fold(spec, Spec::also).made("alice", "ca")
}

fn policies(oids: &[&[u8]]) -> Vec<u8> {
    let all: Vec<u8> = oids.iter().flat_map(|oid| der(0x30, &der(6, oid))).collect();
    extension(&[0x55, 0x1D, 32], false, &der(0x30, &all))
}

fn alternative(names: &[(u8, &str)]) -> Vec<u8> {
    let all: Vec<u8> = names.iter().flat_map(|(tag, name)| der(*tag, name.as_bytes())).collect();
    extension(&[0x55, 0x1D, 17], false, &der(0x30, &all))
}

fn receiver(rule: SignerRule) -> Receiver {
    let trust = Trust::anchors([root()]).expect("an authority").signer(rule);
    Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
}

fn message(certificate: &Certificate) -> String {
    let identity = Identity::new(pki::key("alice"), certificate.clone()).expect("an identity");
    recipe().sign(Signing::with(&identity).parts([Part::Body, Part::Timestamp])).secured(&envelope(SOAP11))
}

fn accepts(rule: SignerRule, certificate: &Certificate) {
    receiver(rule).open(message(certificate)).map(drop).expect("an expected signer");
}

fn refuses(rule: SignerRule, certificate: &Certificate) {
    let error = refuse(&receiver(rule), &message(certificate));
    assert!(matches!(error, OpenError::Trust(TrustError::NotExpected { .. })), "{error}");
}

#[test]
fn an_attribute_names_a_signer_if_it_is_there_once_and_is_that_text() {
    let rule = || SignerRule::attribute("2.5.4.3", "POP000123").expect("a rule");
    accepts(rule(), &signer(&["POP000123"], &[]));
    refuses(rule(), &signer(&["POP000124"], &[]));
    refuses(rule(), &signer(&["pop000123"], &[]));
    refuses(rule(), &signer(&["POP000123", "POP000124"], &[]));
    refuses(rule(), &signer(&["POP000124", "POP000123"], &[]));
    refuses(SignerRule::attribute("2.5.4.5", "POP000123").expect("a rule"), &signer(&["POP000123"], &[]));
    assert!(SignerRule::attribute("2.5.4.3", "").is_err() && SignerRule::attribute("CN", "a").is_err());
}

#[test]
fn a_policy_and_an_alternative_name_are_those_that_the_certificate_has() {
    let policy = || SignerRule::policy("1.2.3").expect("a rule");
    refuses(policy(), &signer(&["leaf"], &[]));
    accepts(policy(), &signer(&["leaf"], &[policies(&[&[0x2A, 4], POLICY])]));
    refuses(policy(), &signer(&["leaf"], &[policies(&[&[0x2A, 4]])]));
    let host = || SignerRule::Alternative(AlternativeName::Dns("as4.example.org".to_owned()));
    accepts(host(), &signer(&["leaf"], &[alternative(&[(0x81, "a@example.org"), (0x82, "as4.example.org")])]));
    // The same text as another kind of name.
    refuses(host(), &signer(&["leaf"], &[alternative(&[(0x86, "as4.example.org")])]));
    refuses(host(), &signer(&["as4.example.org"], &[]));
}

#[test]
fn all_rules_must_be_met_and_none_is_nobody() {
    let both = || {
        let name = SignerRule::attribute("2.5.4.3", "POP000123").expect("a rule");
        SignerRule::all([name, SignerRule::policy("1.2.3").expect("a rule")])
    };
    accepts(both(), &signer(&["POP000123"], &[policies(&[POLICY])]));
    refuses(both(), &signer(&["POP000123"], &[]));
    refuses(both(), &signer(&["POP000124"], &[policies(&[POLICY])]));
    refuses(SignerRule::all([]), &signer(&["POP000123"], &[]));
}

#[test]
fn the_evidence_says_that_anyone_was_accepted_however_it_was_said() {
    let leaf = signer(&["leaf"], &[]);
    let anyone = |rule: SignerRule| {
        let opened = receiver(rule).open(message(&leaf)).expect("an expected signer");
        opened.evidence().waived.contains(&Waiver::AnySignerBelowTheAnchors)
    };
    assert!(anyone(SignerRule::all([SignerRule::AnyBelowTheAnchors])));
    let named = SignerRule::attribute("2.5.4.3", "leaf").expect("a rule");
    assert!(!anyone(SignerRule::all([SignerRule::AnyBelowTheAnchors, named])));
}

/// Neither its name nor its key is enough.
#[test]
fn a_certificate_is_named_by_all_its_octets() {
    let named = signer(&["leaf"], &[]);
    let another = Spec { subject: name_of(CN, &["leaf"]), ..Spec::leaf("leaf", "root") };
    let another = another.serial(&[0x55]).made("alice", "ca");
    assert_eq!(named.public_key(), another.public_key());
    let rule = || SignerRule::Certificate(named.clone());
    accepts(rule(), &named);
    refuses(rule(), &another);
    let both = |rule| SignerRule::all([SignerRule::AnyBelowTheAnchors, rule]);
    accepts(both(rule()), &named);
    refuses(both(rule()), &another);
}

#[test]
fn a_policy_is_an_object_identifier() {
    for text in ["", "1", "any", "1.2.", "9.9.9"] {
        assert!(SignerRule::policy(text).is_err(), "{text}");
    }
}

/// Whoever has the key of an authority can write certificates of its name and key that say more, and send the genuine one beside
/// them.
#[test]
fn an_authority_that_signs_is_the_certificate_that_was_issued() {
    let spec = || Spec::authority("signer", "root").extensions(vec![pki::ca_constraints(None)]);
    let genuine = spec().made("alice", "ca");
    let says_more = spec().also(alternative(&[(0x82, "admin.example")])).made("alice", "alice");
    let anchors = || Trust::anchors([root()]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    let trust = anchors().accept_authorities_as_signers();
    let judged = |trust: &Trust, certificate: &Certificate, beside: &[Certificate]| {
        let budget = Budget::new(&Limits::default(), 4_096);
        trust.validate(certificate, beside, Purpose::Signing, std::time::SystemTime::now(), &budget).map(drop)
    };
    assert_eq!(judged(&trust, &genuine, &[]), Ok(()));
    let refused = judged(&trust, &says_more, std::slice::from_ref(&genuine));
    assert!(matches!(refused, Err(TrustError::NoPath { .. })), "{refused:?}");
    let refused = judged(&trust.clone().intermediates([genuine.clone()]), &says_more, &[]);
    assert!(matches!(refused, Err(TrustError::NoPath { .. })), "{refused:?}");
    let refused = judged(&trust.pin(genuine.clone()), &says_more, &[genuine]);
    assert!(matches!(refused, Err(TrustError::NoPath { .. })), "{refused:?}");
}
