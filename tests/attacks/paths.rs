//! Certificates that may not sign (T22).

use ws_security::OpenError;
use ws_security::prelude::*;

use crate::common::*;

#[test]
fn t22_certificates_that_may_not_sign_are_refused() {
    let any = Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    let receiver =
        |trust: Trust| Receiver::new(trust, Requirements::signed([Part::Body]), ws_security::DangerousNoReplayCache);
    let by = |name: &str| {
        let signing = Signing::with(&identity(name)).parts([Part::Body, Part::Timestamp]);
        recipe().allow_legacy_algorithms().sign(signing).secured(&envelope(SOAP11))
    };
    for accepted in ["alice", "bob", "ec256", "ec384", "ec521"] {
        assert!(receiver(any.clone()).open(by(accepted)).is_ok(), "{accepted}");
    }
    for refused in ["nosign", "weak", "twin-alice", "dave"] {
        refuse(&receiver(any.clone()), &by(refused));
    }
    // T46: a certificate that was valid for a day is refused a week later.
    let later = std::sync::Arc::new(ws_security::FixedClock(
        certificate("short").not_after() + std::time::Duration::from_secs(604_800),
    ));
    let signing = Signing::with(&identity("short")).parts([Part::Body, Part::Timestamp]);
    let stale = recipe().clock(later.clone()).sign(signing).secured(&envelope(SOAP11));
    let error = refuse(&receiver(any.clone()).clock(later), &stale);
    assert!(matches!(error, OpenError::Trust(ws_security::TrustError::Expired { .. })), "{error}");
    let with_sub_ca = any.clone().intermediates([certificate("sub-ca")]);
    let opened = receiver(with_sub_ca).open(by("dave")).expect("a path of three");
    assert_eq!(opened.signer().validated_certificate().expect("a certificate").path().len(), 2);
    let with_crl = any.crls(&file("ca.crl")).expect("a CRL");
    assert!(receiver(with_crl.clone()).open(by("alice")).is_ok());
    refuse(&receiver(with_crl), &by("carol"));
}

/// Each of `vectors/keys/paths` fails one check of RFC 5280, but for the control.
#[test]
fn t22_every_check_of_a_path_refuses() {
    let path = |name: &str| Certificate::from_pem(&file(&format!("paths/{name}.pem"))).expect(name);
    let authorities = [
        "good-ca",
        "no-ca",
        "no-cert-sign",
        "version-1",
        "length-0-ca",
        "too-long-ca",
        "critical-ca",
        "constrained-ca",
    ];
    let trust = Trust::anchors_pem(&file("ca.pem"))
        .expect("anchors")
        .signer(SignerRule::AnyBelowTheAnchors)
        .intermediates(authorities.map(path).into_iter().chain([certificate("alice")]));
    let receiver =
        |trust: Trust| Receiver::new(trust, Requirements::signed([Part::Body]), ws_security::DangerousNoReplayCache);
    let listed = |names: &[&str]| {
        names.iter().fold(trust.clone(), |trust, name| trust.crls(&file(&format!("paths/{name}.crl"))).expect("a CRL"))
    };
    let signed_by = |name: &str, key: &str| {
        let signer = Identity::from_pem(&file(&format!("paths/{name}.pem")), &file(key)).expect(name);
        let signing = Signing::with(&signer).parts([Part::Body, Part::Timestamp]);
        recipe().sign(signing).secured(&envelope(SOAP11))
    };
    // T46: revocation of an authority, and a path of which no list tells all.
    let good = signed_by("good", "alice.key");
    assert!(receiver(listed(&["good-ca", "nothing-revoked"])).open(&good).is_ok());
    let error = refuse(&receiver(listed(&["good-ca", "good-ca-revoked"])), &good);
    assert!(matches!(error, OpenError::Trust(ws_security::TrustError::Revoked { .. })), "{error}");
    for lists in [&["good-ca"][..], &["nothing-revoked"]] {
        let error = refuse(&receiver(listed(lists)), &good);
        assert!(matches!(error, OpenError::Trust(ws_security::TrustError::ListMissing { .. })), "{lists:?}: {error}");
    }
    let receiver = receiver(trust.clone());
    assert!(receiver.open(&good).is_ok(), "the control");
    for name in [
        "under-no-ca",
        "under-no-cert-sign",
        "under-version-1",
        "too-long",
        "under-critical",
        "critical",
        "outside-names",
        "no-signing",
    ] {
        let error = refuse(&receiver, &signed_by(name, "alice.key"));
        assert!(matches!(error, OpenError::Trust(_)), "{name}: {error}");
    }
    let error = refuse(&receiver, &signed_by("by-leaf", "bob.key"));
    assert!(matches!(error, OpenError::Trust(_)), "a leaf as an authority: {error}");
}
