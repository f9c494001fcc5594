//! Key usages (RFC 5280 §4.2.1.3): what a certificate is used for, and the call that takes one of another usage for a signer.

mod common;
#[path = "common/pki.rs"]
mod pki;

use common::*;
use pki::{DIGITAL_SIGNATURE, KEY_CERT_SIGN, Spec, root, usage};
use ws_security::c14n::Budget;
use ws_security::prelude::*;
use ws_security::tokens::{Purpose, parse_instant};
use ws_security::{DangerousNoReplayCache, OpenError, TrustError, Waiver};

const NON_REPUDIATION: u8 = 0x40;
const KEY_ENCIPHERMENT: u8 = 0x20;
const KEY_AGREEMENT: u8 = 0x08;

fn below_root() -> Trust {
    Trust::anchors([root()]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors)
}

fn of_usage(bits: u8) -> Certificate {
    Spec::leaf("leaf", "root").extensions(vec![usage(bits)]).made("alice", "ca")
}

fn message(certificate: &Certificate) -> String {
    let identity = Identity::new(pki::key("alice"), certificate.clone()).expect("an identity");
    recipe().sign(Signing::with(&identity).parts([Part::Body, Part::Timestamp])).secured(&envelope(SOAP11))
}

fn trusting(trust: Trust) -> Receiver {
    Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
}

/// A certificate is used for what its key usage permits, and for nothing else, whoever trusts it.
#[test]
fn a_key_usage_says_what_a_certificate_is_for() {
    let now = parse_instant("2026-01-01T00:00:00Z").expect("an instant");
    for (bits, signs, encrypts) in [
        (DIGITAL_SIGNATURE, true, false),
        (NON_REPUDIATION, true, false),
        (KEY_ENCIPHERMENT, false, true),
        (KEY_AGREEMENT, false, true),
        (KEY_CERT_SIGN, false, false),
    ] {
        let certificate = of_usage(bits);
        for (purpose, is_permitted) in [(Purpose::Signing, signs), (Purpose::Encryption, encrypts)] {
            for trust in [below_root(), Trust::pins([certificate.clone()])] {
                let judged = trust.validate(&certificate, &[], purpose, now, &Budget::dangerous_unbounded());
                let refused = match purpose {
                    Purpose::Signing => matches!(judged, Err(TrustError::NotForSignatures { .. })),
                    Purpose::Encryption => matches!(judged, Err(TrustError::NotForEncryption { .. })),
                };
                assert_eq!((judged.is_ok(), refused), (is_permitted, !is_permitted), "{bits:x} {purpose:?}");
            }
        }
    }
}

/// Qualified certificates and those of seals have this usage alone.
#[test]
fn a_signer_whose_key_commits_to_content_needs_no_call() {
    let certificate = of_usage(NON_REPUDIATION);
    let receiver = trusting(below_root());
    let opened = receiver.open(message(&certificate)).expect("nonRepudiation is for signatures");
    assert!(!opened.evidence().waived.contains(&Waiver::AnyKeyUsage));
    assert!(receiver.open(message(&certificate).replace(AMOUNT, "0.01")).is_err());
}

#[test]
fn a_signer_of_another_usage_needs_the_call_and_still_its_authority() {
    let certificate = of_usage(KEY_ENCIPHERMENT);
    let message = message(&certificate);
    for trust in [below_root(), Trust::pins([certificate.clone()])] {
        let error = refuse(&trusting(trust.clone()), &message).to_string();
        assert!(error.contains("is keyEncipherment, and digitalSignature or nonRepudiation"), "{error}");
        assert!(error.contains("--accept-any-key-usage"), "{error}");
        let accepting = trusting(trust.accept_any_key_usage());
        let opened = accepting.open(&message).expect("accepted");
        assert!(opened.evidence().waived.contains(&Waiver::AnyKeyUsage));
        assert!(accepting.open(message.replace(AMOUNT, "0.01")).is_err(), "the digest still has to fit");
    }
    // Nobody issued it.
    let own = Spec::leaf("leaf", "root").extensions(vec![usage(KEY_ENCIPHERMENT)]).made("alice", "alice");
    let error = refuse(&trusting(below_root().accept_any_key_usage()), &self::message(&own));
    assert!(matches!(error, OpenError::Trust(TrustError::NoPath { .. })), "{error}");
}

#[test]
fn the_call_is_about_signatures_alone() {
    let now = parse_instant("2026-01-01T00:00:00Z").expect("an instant");
    let trust = below_root().accept_any_key_usage();
    let judged =
        trust.validate(&of_usage(DIGITAL_SIGNATURE), &[], Purpose::Encryption, now, &Budget::dangerous_unbounded());
    assert!(matches!(judged, Err(TrustError::NotForEncryption { .. })), "{judged:?}");
}
