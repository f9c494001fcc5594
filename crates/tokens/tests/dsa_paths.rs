//! Paths with DSA keys, which only a call by name validates. OpenSSL made the certificates (`vectors/keys/make.sh`).
#![cfg(feature = "aws-lc-rs")]

use std::time::SystemTime;

use wss_c14n::{Budget, Limits};
use wss_crypto::Certificate;
use wss_tokens::{Purpose, SignerRule, Trust, TrustError};

fn certificate(name: &str) -> Certificate {
    let path = format!("{}/../../vectors/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    Certificate::from_pem(&std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))).expect(name)
}

fn below(anchor: &str) -> Trust {
    Trust::anchors([certificate(anchor)]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors)
}

fn judged(trust: &Trust, certificate: &Certificate, others: &[Certificate]) -> Result<(), TrustError> {
    let budget = Budget::new(&Limits::default(), 4_096);
    trust.validate(certificate, others, Purpose::Signing, SystemTime::now(), &budget).map(drop)
}

#[test]
fn an_authority_with_a_dsa_key_signs_paths_by_name_alone() {
    for name in ["dsa-below", "dsa-below-sha1"] {
        let signed = certificate(name);
        assert!(judged(&below("dsa"), &signed, &[]).is_err(), "{name}: DSA is old");
        judged(&below("dsa").dangerous_old_path_signatures(), &signed, &[]).expect(name);
        // Another authority, even one of that name.
        assert!(judged(&below("ca").dangerous_old_path_signatures(), &signed, &[]).is_err(), "{name}");
        let mut der = signed.der().to_vec();
        let last = der.len() - 1;
        der[last] ^= 1;
        let broken = Certificate::from_der(&der).expect("a certificate");
        assert!(judged(&below("dsa").dangerous_old_path_signatures(), &broken, &[]).is_err(), "{name}: another value");
    }
}

#[test]
fn an_authority_with_a_dsa_key_may_be_in_the_message() {
    let (signed, authority) = (certificate("dsa-below"), certificate("dsa"));
    // It signed itself, and no anchor certified it.
    let old = below("ca").dangerous_old_path_signatures();
    assert!(judged(&old, &signed, &[authority]).is_err());
}

#[test]
fn an_authority_with_a_dsa_key_signs_messages_by_a_call() {
    let authority = certificate("dsa-authority");
    let error = judged(&below("ca"), &authority, &[]).expect_err("it is an authority");
    assert!(matches!(error, TrustError::AuthorityAsSigner { .. }), "{error}");
    judged(&below("ca").accept_authorities_as_signers(), &authority, &[]).expect("RSA signed its path");
    assert!(judged(&below("twin-ca").accept_authorities_as_signers(), &authority, &[]).is_err(), "another authority");
}

/// A key is kept only of those whom an authority knows: strangers take no place from others.
#[test]
fn strangers_with_dsa_keys_leave_nothing_behind() {
    let stranger = certificate("dsa");
    let trust = below("ca").accept_authorities_as_signers().dangerous_old_path_signatures();
    for _ in 0..200 {
        assert!(judged(&trust, &stranger, &[]).is_err());
    }
    judged(&trust, &certificate("dsa-authority"), &[]).expect("there is room");
}
