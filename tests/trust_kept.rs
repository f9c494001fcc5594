//! Judgements on certificates that are kept: each is found again only where it would be the same (threats T22, T36).

mod common;
#[path = "common/counting.rs"]
mod counting;
#[path = "common/pki.rs"]
mod pki;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use common::*;
use counting::measured;
use pki::{KEY_CERT_SIGN, List, Spec, ca_constraints, root, usage};
use ws_security::c14n::Budget;
use ws_security::prelude::*;
use ws_security::tokens::{Purpose, RevocationCache, ValidatedCertificate, parse_instant};
use ws_security::{Clock, DangerousNoReplayCache, Limit, Limits, OpenError, Revocation, RevocationStatus, TrustError};

fn middle() -> Certificate {
    Spec::authority("middle", "root").valid("20200101000000Z", "20400101000000Z").made("sub-ca", "ca")
}

fn leaf() -> Certificate {
    Spec::leaf("leaf", "middle").valid("20210101000000Z", "20500101000000Z").made("alice", "sub-ca")
}

fn trust() -> Trust {
    Trust::anchors([root()]).expect("anchors").signer(SignerRule::AnyBelowTheAnchors)
}

fn at(instant: &str) -> SystemTime {
    parse_instant(instant).expect("an instant")
}

fn now() -> SystemTime {
    at("2030-06-01T00:00:00Z")
}

fn budget() -> Budget {
    Budget::new(&Limits::default(), 4_096)
}

fn judged(trust: &Trust, others: &[Certificate], now: SystemTime) -> Result<ValidatedCertificate, TrustError> {
    trust.validate(&leaf(), others, Purpose::Signing, now, &budget())
}

/// Whether the judgement was found, and not made: making one takes many allocations.
fn is_found(trust: &Trust, certificate: &Certificate, others: &[Certificate], now: SystemTime) -> bool {
    let budget = budget();
    let (result, cost) = measured(|| trust.validate(certificate, others, Purpose::Signing, now, &budget));
    result.expect("trusted");
    cost.blocks <= 2
}

#[test]
fn an_accepted_certificate_is_found_again() {
    let (trust, leaf, others) = (trust(), leaf(), [middle()]);
    assert!(trust.trusted_before(leaf.der()).is_none());
    assert!(!is_found(&trust, &leaf, &others, now()));
    assert!(is_found(&trust, &leaf, &others, now()));
    assert_eq!(trust.trusted_before(leaf.der()), Some(leaf.clone()));
    assert!(trust.trusted_before(middle().der()).is_none(), "an authority of its path is no signer");
    let copy = Certificate::from_der(leaf.der()).expect("a copy");
    assert!(is_found(&trust, &copy, &others, now()), "the octets decide");
    assert!(is_found(&trust.clone(), &leaf, &others, now()), "a clone trusts the same");
    let first = judged(&Trust::clone(&trust), &others, now()).expect("trusted");
    let again = judged(&self::trust(), &others, now()).expect("trusted");
    assert_eq!(first, again, "what is found says the same as what is made");
}

#[test]
fn every_instant_of_the_path_is_judged_again() {
    let (trust, others) = (trust(), [middle()]);
    for instant in ["2030-06-01T00:00:00Z", "2039-12-31T23:59:59Z", "2021-01-01T00:00:01Z"] {
        judged(&trust, &others, at(instant)).expect("all are valid");
    }
    assert!(matches!(judged(&trust, &others, at("2040-01-01T00:00:01Z")), Err(TrustError::Expired { .. })));
    assert!(matches!(judged(&trust, &others, at("2050-01-01T00:00:01Z")), Err(TrustError::Expired { .. })));
    // The clock was set back.
    assert!(matches!(judged(&trust, &others, at("2020-12-31T23:59:59Z")), Err(TrustError::NotYetValid { .. })));
    judged(&trust, &others, now()).expect("a refusal is not kept either");

    let root = Spec::authority("root", "root").valid("20200101000000Z", "20310101000000Z").made("ca", "ca");
    let trust = Trust::anchors([root]).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    judged(&trust, &others, now()).expect("trusted");
    let error = judged(&trust, &others, at("2031-01-01T00:00:01Z")).expect_err("its anchor expired");
    assert!(matches!(&error, TrustError::Expired { subject, .. } if subject == "CN=root"), "{error}");
}

#[test]
fn a_list_that_falls_due_or_begins_is_judged_again() {
    let others = [middle()];
    let list = |spec: List, signer: &str| spec.made(signer);
    let of_root = list(List::of("root", &[]), "ca");
    let due = list(List { next_update: Some("20310101000000Z"), ..List::of("middle", &[]) }, "sub-ca");
    let trust = trust().crls(&of_root).and_then(|trust| trust.crls(&due)).expect("lists");
    assert_eq!(judged(&trust, &others, now()).expect("trusted").revocation(), &RevocationStatus::Good);
    assert!(is_found(&trust, &leaf(), &others, now()));
    let error = judged(&trust, &others, at("2031-01-01T00:00:00Z")).expect_err("the list is due");
    assert!(matches!(error, TrustError::ListExpired { .. }), "{error}");

    // Three days more, as BDEW has it, and not a second longer.
    let lenient = Trust::clone(&trust).accept_lists_after_their_end(Duration::from_secs(3 * 86_400));
    for instant in ["2030-06-01T00:00:00Z", "2031-01-01T00:00:00Z", "2031-01-03T23:59:59Z"] {
        judged(&lenient, &others, at(instant)).expect("the list counts");
    }
    let error = judged(&lenient, &others, at("2031-01-04T00:00:00Z")).expect_err("the list is over");
    assert!(error.to_string().contains("`Trust::accept_lists_after_their_end`"), "{error}");
    let naming = list(List { next_update: Some("20310101000000Z"), ..List::of("middle", &[&[7]]) }, "sub-ca");
    let revoked = Trust::clone(&lenient).crls(&naming).expect("lists");
    assert!(judged(&revoked, &others, at("2031-01-02T00:00:00Z")).is_err(), "what a list names is revoked");

    // Only a later list says that the status is known.
    let later = list(List::of("middle", &[]).issued("20320101000000Z"), "sub-ca");
    let trust = self::trust().crls(&of_root).and_then(|trust| trust.crls(&later)).expect("lists");
    let trust = trust.revocation(Revocation::UnknownIsGood);
    let early = judged(&trust, &others, now()).expect("trusted");
    assert!(matches!(early.revocation(), RevocationStatus::Unknown { .. }));
    let then = judged(&trust, &others, at("2032-06-01T00:00:00Z")).expect("trusted");
    assert_eq!(then.revocation(), &RevocationStatus::Good);
}

#[test]
fn what_was_revoked_in_between_is_refused() {
    let (trust, others) = (trust(), [middle()]);
    judged(&trust, &others, now()).expect("trusted");
    let lists = [List::of("root", &[]).made("ca"), List::of("middle", &[&[7]]).made("sub-ca")];
    let [of_root, of_middle] = &lists;
    let revoked = trust.clone().crls(of_root).and_then(|trust| trust.crls(of_middle)).expect("lists");
    assert!(matches!(judged(&revoked, &others, now()), Err(TrustError::Revoked { .. })));
    assert!(revoked.trusted_before(leaf().der()).is_none());
    judged(&trust, &others, now()).expect("the trust without the lists is as it was");
}

#[test]
fn nothing_is_left_where_the_trust_is_changed() {
    let others = [middle()];
    let changes: [fn(Trust) -> Trust; 9] = [
        |trust| trust.also(SignerRule::AnyBelowTheAnchors),
        |trust| trust.pin(certificate("bob")),
        |trust| trust.intermediates([certificate("bob")]),
        |trust| trust.known([certificate("bob")]),
        |trust| trust.revocation(Revocation::UnknownIsGood),
        |trust| trust.extended_key_usage([ws_security::ExtendedKeyUsage::client_auth()]),
        Trust::accept_authorities_as_signers,
        Trust::accept_certificates_of_version_1,
        Trust::accept_any_key_usage,
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let trust = trust();
        judged(&trust, &others, now()).expect("trusted");
        let changed = change(trust.clone());
        assert!(changed.trusted_before(leaf().der()).is_none(), "change {at}");
        assert!(!is_found(&changed, &leaf(), &others, now()), "change {at}");
        assert!(is_found(&trust, &leaf(), &others, now()), "change {at}");
    }
}

#[test]
fn nothing_is_kept_where_statuses_are_fetched() {
    let trust = trust().fetched(&RevocationCache::default()).revocation(Revocation::UnknownIsGood);
    for _ in 0..2 {
        assert!(!is_found(&trust, &leaf(), &[middle()], now()));
        assert!(trust.trusted_before(leaf().der()).is_none());
    }
}

#[test]
fn other_certificates_beside_it_are_judged_anew() {
    let (trust, leaf, middle) = (trust(), leaf(), middle());
    judged(&trust, std::slice::from_ref(&middle), now()).expect("trusted");
    assert!(matches!(judged(&trust, &[], now()), Err(TrustError::NoPath { .. })), "without the authority between");
    let usurper = Spec::authority("middle", "root").made("bob", "bob");
    assert!(matches!(judged(&trust, std::slice::from_ref(&usurper), now()), Err(TrustError::NoPath { .. })));
    assert!(is_found(&trust, &leaf, std::slice::from_ref(&middle), now()), "refusals leave it where it is");
    assert!(!is_found(&trust, &leaf, &[middle.clone(), usurper], now()));
    // One certificate has one place, whatever comes with it.
    assert!(!is_found(&trust, &leaf, &[middle], now()));
}

/// Who sends much beside a certificate keeps no memory with it: 64 KiB are the most.
#[test]
fn what_came_with_much_beside_it_is_not_kept() {
    let trust = trust();
    let padded = |octets: usize| {
        let oid = [0x2A, 3, 4];
        Spec::leaf("other", "middle").also(pki::extension(&oid, false, &vec![0; octets])).made("alice", "sub-ca")
    };
    let octets = leaf().der().len() + middle().der().len() + padded(300).der().len();
    // The lengths of the extension and of all around it take as many octets in both.
    let fitting = padded(300 + (64 << 10) - octets);
    for (beside, is_kept) in [(padded(301 + (64 << 10) - octets), false), (fitting, true)] {
        judged(&trust, &[middle(), beside], now()).expect("trusted");
        assert_eq!(trust.trusted_before(leaf().der()).is_some(), is_kept);
    }
}

#[test]
fn another_purpose_is_judged_anew() {
    let (trust, others) = (trust(), [middle()]);
    judged(&trust, &others, now()).expect("trusted");
    let refused = trust.validate(&leaf(), &others, Purpose::Encryption, now(), &budget());
    let Err(TrustError::NotForEncryption { usage, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(usage.as_str(), "digitalSignature");
}

#[test]
fn a_refusal_is_never_found() {
    let trust = trust();
    let stranger = Spec::leaf("leaf", "middle").made("bob", "bob");
    let authority = Spec::authority("low", "root")
        .extensions(vec![ca_constraints(None), usage(KEY_CERT_SIGN | pki::DIGITAL_SIGNATURE)])
        .made("bob", "ca");
    for _ in 0..3 {
        assert!(trust.validate(&stranger, &[middle()], Purpose::Signing, now(), &budget()).is_err());
        assert!(trust.validate(&authority, &[], Purpose::Signing, now(), &budget()).is_err());
    }
    assert!(trust.trusted_before(stranger.der()).is_none() && trust.trusted_before(authority.der()).is_none());
}

#[test]
fn what_is_found_costs_a_message_as_much_of_its_budget() {
    let (trust, others) = (trust(), [middle()]);
    let spent = || {
        let budget = budget();
        trust.validate(&leaf(), &others, Purpose::Signing, now(), &budget).expect("trusted");
        [Limit::Paths, Limit::PublicKeyOperations].map(|limit| budget.used(limit))
    };
    let first = spent();
    assert!(first.iter().all(|count| *count > 0), "{first:?}");
    assert_eq!(first, spent());
    let little = Budget::new(&Limits::default().with(Limit::PublicKeyOperations, first[1] - 1), 4_096);
    let refused = trust.validate(&leaf(), &others, Purpose::Signing, now(), &little);
    assert!(matches!(refused, Err(TrustError::Exceeded(_))));
}

/// Signers below one root, each with a certificate of its own.
fn signers(count: usize) -> Vec<Certificate> {
    let number = |n: usize| [1, (n >> 8) as u8, n as u8];
    (0..count).map(|n| Spec::leaf("leaf", "root").serial(&number(n)).made("alice", "ca")).collect()
}

#[test]
fn places_are_bounded_and_those_in_use_stay() {
    let trust = trust();
    let all = signers(260);
    let later = |seconds| now() + Duration::from_secs(seconds);
    for signer in &all {
        assert!(!is_found(&trust, signer, &[], now()));
    }
    let kept = || all.iter().filter(|signer| trust.trusted_before(signer.der()).is_some()).count();
    assert_eq!(kept(), 256);
    assert!(all.iter().take(256).all(|signer| is_found(&trust, signer, &[], later(30))), "none was pushed out");
    // After a minute without use, a place is given away.
    assert!((0..2).all(|_| !is_found(&trust, &all[259], &[], later(89))));
    assert!(!is_found(&trust, &all[259], &[], later(90)));
    assert!(is_found(&trust, &all[259], &[], later(90)));
    assert_eq!(kept(), 256);
}

/// A clock that a test sets.
struct Set(std::sync::Mutex<SystemTime>);

impl Clock for Set {
    fn now(&self) -> SystemTime {
        *self.0.lock().expect("set")
    }
}

#[test]
fn a_receiver_refuses_the_certificate_that_expired_between_two_messages() {
    let start = SystemTime::now();
    let leaf = Spec::leaf("leaf", "root").valid("20210101000000Z", "20500101000000Z").made("alice", "ca");
    let identity = Identity::new(pki::key("alice"), leaf).expect("an identity");
    let signing = Signing::with(&identity).parts([Part::Body, Part::Timestamp]);
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    let clock = Arc::new(Set(std::sync::Mutex::new(start)));
    let receiver = Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
        .clock(clock.clone());
    for _ in 0..2 {
        let opened = receiver.open(&message).expect("opens");
        assert!(opened.body().xml().contains(AMOUNT));
    }
    assert!(receiver.open(message.replace(AMOUNT, "9999.90")).is_err(), "the signature is verified each time");
    *clock.0.lock().expect("set") = at("2050-01-01T00:00:01Z");
    let error = receiver.open(&message).expect_err("expired");
    assert!(matches!(error, OpenError::Trust(TrustError::Expired { .. })), "{error}");
}
