//! Certificates of version 1, which have no extensions.

mod common;
#[path = "common/pki.rs"]
mod pki;

use common::*;
use pki::{List, Spec, below, middle, root};
use ws_security::TrustError;
use ws_security::c14n::Budget;
use ws_security::prelude::*;
use ws_security::tokens::Purpose;

/// `openssl x509 -req` without a file of extensions makes version 1. A certificate that no known authority signed stays refused,
/// and so does an authority of version 1.
#[test]
fn certificates_of_version_1_sign_messages_where_that_is_accepted() {
    let old = |spec: Spec| Spec { is_version_1: true, ..spec };
    let judged = |trust: Trust, certificate: &Certificate, others: &[Certificate]| {
        let budget = Budget::dangerous_unbounded();
        trust.validate(certificate, others, Purpose::Signing, std::time::SystemTime::now(), &budget).map(drop)
    };
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
