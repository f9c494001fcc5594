//! Certificates of version 1, which have no extensions, and those that identify their signature as few tools do.

mod common;
#[path = "common/pki.rs"]
mod pki;

use common::*;
use pki::{List, Spec, below, der, middle, root};
use ws_security::c14n::Budget;
use ws_security::prelude::*;
use ws_security::tokens::Purpose;
use ws_security::{SignatureMethod, TrustError};

/// `openssl x509 -req` without a file of extensions makes version 1. A certificate that no known authority signed stays refused,
/// and so does an authority of version 1.
#[test]
fn certificates_of_version_1_sign_messages_where_that_is_accepted() {
    let old = |spec: Spec| Spec { is_version_1: true, ..spec };
    let signer = old(Spec::leaf("signer", "root")).made("alice", "ca");
    assert!(matches!(judged(below([root()]), &signer, &[]), Err(TrustError::Version1 { .. })));
    let accepting = |anchors: Vec<Certificate>| below(anchors).accept_certificates_of_version_1();
    assert_eq!(judged(accepting(vec![root()]), &signer, &[]), Ok(()));
    assert!(matches!(judged(accepting(vec![certificate("twin-ca")]), &signer, &[]), Err(TrustError::NoPath { .. })));
    // Below an authority that is known or came with it, and below one of version 1.
    let lower = old(Spec::leaf("signer", "middle")).made("alice", "sub-ca");
    assert_eq!(judged(accepting(vec![root()]).intermediates([middle()]), &lower, &[]), Ok(()));
    assert_eq!(judged(accepting(vec![root()]), &lower, &[middle()]), Ok(()));
    let old_middle = old(Spec::authority("middle", "root")).made("sub-ca", "ca");
    assert!(judged(accepting(vec![root()]), &lower, &[old_middle]).is_err());
    // Signed by another key than that of the authority that it names, or by its own.
    for key in ["carol", "alice"] {
        let forged = old(Spec::leaf("signer", "root")).made("alice", key);
        assert!(judged(accepting(vec![root()]), &forged, &[]).is_err(), "{key}");
    }
    let late = old(Spec::leaf("signer", "root").valid("20200101000000Z", "20210101000000Z")).made("alice", "ca");
    assert!(matches!(judged(accepting(vec![root()]), &late, &[]), Err(TrustError::Expired { .. })));
    // An authority whose key anyone may have broken: that is another call.
    let weak = || Spec::authority("weak", "weak").made("weak", "weak");
    let below_weak = old(Spec::leaf("signer", "weak")).made("alice", "weak");
    assert!(judged(accepting(vec![weak()]), &below_weak, &[]).is_err());
    assert_eq!(judged(accepting(vec![weak()]).dangerous_old_path_signatures(), &below_weak, &[]), Ok(()));
    let narrow = Spec::authority("root", "root").extensions(vec![pki::ca_constraints(Some(0))]).made("ca", "ca");
    assert_eq!(judged(accepting(vec![narrow]), &signer, &[]), Ok(()));
    // Revoked by its authority.
    let list = List::of("root", &[&[7]]).made("ca");
    let revoking = accepting(vec![root()]).crls(&list).expect("a list");
    assert!(matches!(judged(revoking, &signer, &[]), Err(TrustError::Revoked { .. })));
}

fn judged(trust: Trust, certificate: &Certificate, others: &[Certificate]) -> Result<(), TrustError> {
    let budget = Budget::dangerous_unbounded();
    trust.validate(certificate, others, Purpose::Signing, std::time::SystemTime::now(), &budget).map(drop)
}

/// RFC 4055 §5: the parameters of RSA are NULL, or absent.
#[test]
fn a_certificate_whose_identifier_has_no_null_is_one_of_rsa() {
    let signed_with = (der(6, pki::SHA256_RSA), SignatureMethod::RsaSha256);
    let signer = Spec { signed_with, ..Spec::leaf("signer", "root") };
    assert_eq!(judged(below([root()]), &signer.made("alice", "ca"), &[]), Ok(()));
    assert!(matches!(judged(below([root()]), &signer.made("alice", "carol"), &[]), Err(TrustError::NoPath { .. })));
}

/// RSASSA-PSS with SHA3-256 and a salt of 32 octets, which OpenSSL does not write. The authority between comes with the message.
#[test]
fn a_path_with_parameters_at_each_step_needs_an_authority_that_signed_it() {
    const RSA_PSS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10];
    const MGF1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 8];
    const SHA3_256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 8];
    let digest = der(0x30, &der(6, SHA3_256));
    let mask = der(0x30, &[der(6, MGF1), digest.clone()].concat());
    let parameters = der(0x30, &[der(0xA0, &digest), der(0xA1, &mask), der(0xA2, &der(2, &[32]))].concat());
    let signed_with = || ([der(6, RSA_PSS), parameters.clone()].concat(), SignatureMethod::RsaPssSha3_256);
    let middle =
        |key: &str| Spec { signed_with: signed_with(), ..Spec::authority("middle", "root") }.made("sub-ca", key);
    let signer = |key: &str| Spec { signed_with: signed_with(), ..Spec::leaf("signer", "middle") }.made("alice", key);
    let trust = below([root()]);
    assert_eq!(judged(trust.clone(), &signer("sub-ca"), &[middle("ca")]), Ok(()));
    for (leaf_key, middle_key) in [("carol", "ca"), ("sub-ca", "carol"), ("carol", "carol")] {
        let refused = judged(trust.clone(), &signer(leaf_key), &[middle(middle_key)]);
        assert!(matches!(refused, Err(TrustError::NoPath { .. })), "{leaf_key} {middle_key}: {refused:?}");
    }
    // Strangers with parameters of their own take no place from others.
    for salt in 0..=255 {
        let parameters = der(0x30, &[der(0xA0, &digest), der(0xA1, &mask), der(0xA2, &der(2, &[1, salt]))].concat());
        let signed_with = ([der(6, RSA_PSS), parameters].concat(), SignatureMethod::RsaPssSha3_256);
        let stranger = Spec { signed_with, ..Spec::leaf("signer", "root") }.made("alice", "carol");
        assert!(judged(trust.clone(), &stranger, &[]).is_err());
    }
    assert_eq!(judged(trust.clone(), &signer("sub-ca"), &[middle("ca")]), Ok(()));
}
