//! Trust in certificates: anchors, paths, revocation and pins, on whole messages (threats T22, T45, T46, T69).

mod common;
#[path = "common/pki.rs"]
mod pki;

use common::*;
use pki::{
    CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, List, Spec, below, ca_constraints, der, extended_usage, middle, root,
    usage,
};
use ws_security::c14n::Budget;
use ws_security::prelude::*;
use ws_security::tokens::{Purpose, parse_instant};
use ws_security::{
    DangerousNoReplayCache, Evidence, ExtendedKeyUsage, OpenError, ReferenceForm, Revocation, RevocationStatus,
    SignatureMethod, TrustError, Waiver,
};

/// A message that the holder of this certificate signed.
fn signed_by(certificate: &Certificate, key: &str) -> String {
    let identity = Identity::new(pki::key(key), certificate.clone()).expect("an identity");
    let signing = Signing::with(&identity).parts([Part::Body, Part::Timestamp]);
    recipe().sign(signing).secured(&envelope(SOAP11))
}

fn receiver_of(trust: Trust) -> Receiver {
    Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
}

fn opened(trust: &Trust, message: &str) -> Evidence {
    match receiver_of(trust.clone()).open(message) {
        Ok(opened) => opened.evidence().clone(),
        Err(error) => panic!("{error}"),
    }
}

fn refused(trust: &Trust, message: &str) -> TrustError {
    match refuse(&receiver_of(trust.clone()), message) {
        OpenError::Trust(error) => error,
        error => panic!("refused otherwise: {error}"),
    }
}

/// A signer below `middle`.
fn leaf() -> Certificate {
    Spec::leaf("leaf", "middle").made("alice", "sub-ca")
}

#[test]
fn anchors_that_are_no_authorities_are_refused_by_name() {
    let own = |spec: Spec| spec.made("ca", "ca");
    let authority = || Spec::authority("odd", "odd");
    for (certificate, why) in [
        (own(authority().extensions(Vec::new())), "basic constraints"),
        (own(authority().extensions(vec![usage(KEY_CERT_SIGN)])), "basic constraints"),
        (
            own(authority().extensions(vec![pki::extension(&[0x55, 0x1D, 19], true, &der(0x30, &[]))])),
            "basic constraints",
        ),
        (own(authority().extensions(vec![ca_constraints(None), usage(CRL_SIGN)])), "key usage"),
        (own(authority().extensions(vec![ca_constraints(None), usage(DIGITAL_SIGNATURE)])), "key usage"),
        (own(Spec { is_version_1: true, ..authority() }), "version 1"),
        (own(Spec::leaf("odd", "odd")), "basic constraints"),
    ] {
        let error = Trust::anchors([root(), certificate.clone()]).expect_err(why);
        assert!(matches!(&error, TrustError::UnfitAnchor { subject, .. } if subject == "CN=odd"), "{error}");
        assert!(
            error.to_string().contains(why) && error.to_string().contains("dangerous_unchecked_anchors"),
            "{error}"
        );
        let unchecked = Trust::dangerous_unchecked_anchors([certificate]).expect("by name");
        let unchecked = unchecked.signer(SignerRule::AnyBelowTheAnchors);
        let message = signed_by(&Spec::leaf("leaf", "odd").made("alice", "ca"), "alice");
        assert!(opened(&unchecked, &message).waived.contains(&Waiver::UncheckedAnchors), "{why}");
    }
    assert!(Trust::anchors([own(authority().extensions(vec![ca_constraints(None)]))]).is_ok(), "no key usage: any");
}

#[test]
fn anchors_outside_their_validity_end_no_path() {
    let message = signed_by(&Spec::leaf("leaf", "old").made("alice", "ca"), "alice");
    let old = Spec::authority("old", "old").valid("20200101000000Z", "20210101000000Z").made("ca", "ca");
    let new = Spec::authority("old", "old").valid("28000101000000Z", "29000101000000Z").made("ca", "ca");
    let current = Spec::authority("old", "old").made("ca", "ca");
    let error = refused(&below([old.clone()]), &message);
    assert!(matches!(&error, TrustError::Expired { subject, .. } if subject == "CN=old"), "{error}");
    assert!(error.to_string().contains("2021-01-01T00:00:00"), "both instants are told: {error}");
    let error = refused(&below([new.clone()]), &message);
    assert!(matches!(&error, TrustError::NotYetValid { subject, .. } if subject == "CN=old"), "{error}");
    assert!(error.to_string().contains("2800-01-01T00:00:00"), "both instants are told: {error}");
    opened(&below([old.clone(), new, current]), &message);
    let unchecked = Trust::dangerous_unchecked_anchors([old]).expect("by name");
    opened(&unchecked.signer(SignerRule::AnyBelowTheAnchors), &message);
}

#[test]
fn the_path_length_of_an_anchor_holds() {
    let limited = |len| {
        let extensions = vec![ca_constraints(Some(len)), usage(KEY_CERT_SIGN)];
        Spec::authority("root", "root").extensions(extensions).made("ca", "ca")
    };
    let message = signed_by(&leaf(), "alice");
    let error = refused(&below([limited(0)]).intermediates([middle()]), &message);
    assert!(matches!(&error, TrustError::PathLength { subject } if subject == "CN=root"), "{error}");
    opened(&below([limited(1)]).intermediates([middle()]), &message);
    let direct = signed_by(&Spec::leaf("leaf", "root").made("alice", "ca"), "alice");
    opened(&below([limited(0)]), &direct);
    // What an authority issued to itself does not count (RFC 5280 §6.1.4 (l)).
    let rollover = Spec::authority("root", "root").made("sub-ca", "ca");
    let message = signed_by(&Spec::leaf("leaf", "root").made("alice", "sub-ca"), "alice");
    opened(&below([limited(0)]).intermediates([rollover]), &message);
    // Unchecked anchors are accepted, but their constraints still apply.
    let unchecked = Trust::dangerous_unchecked_anchors([limited(0)]).expect("by name");
    let unchecked = unchecked.signer(SignerRule::AnyBelowTheAnchors).intermediates([middle()]);
    assert!(matches!(refused(&unchecked, &signed_by(&self::leaf(), "alice")), TrustError::PathLength { .. }));
}

#[test]
fn the_name_constraints_of_an_anchor_hold() {
    let directory = |name: Vec<u8>| der(0x30, &der(0xA0, &der(0x30, &der(0xA4, &name))));
    let constrained = |name| {
        let constraints = pki::extension(&[0x55, 0x1D, 30], true, &directory(name));
        Spec::authority("root", "root").also(constraints).made("ca", "ca")
    };
    let message = signed_by(&Spec::leaf("leaf", "root").made("alice", "ca"), "alice");
    // Directory names are not compared: whatever is constrained by them is refused, as RFC 5280 §4.2.1.10 allows.
    for permitted in ["leaf", "other"] {
        let error = refused(&below([constrained(pki::name(permitted))]), &message);
        assert!(matches!(error, TrustError::NameConstraints { .. }), "{error}");
    }
}

#[test]
fn extended_key_usages_are_judged_on_the_whole_path_where_they_are_chosen() {
    const CLIENT: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 2];
    const EMAIL: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 4];
    const ANY: &[u8] = &[0x55, 0x1D, 37, 0];
    let limited = |spec: Spec, oids: &[&[u8]]| if oids.is_empty() { spec } else { spec.also(extended_usage(oids)) };
    let none: &[&[u8]] = &[];
    for (of_root, of_middle, of_leaf, is_good) in [
        (none, none, none, true),
        (none, none, &[EMAIL][..], true),
        (none, none, &[CLIENT, EMAIL], true),
        (none, none, &[ANY], true),
        (&[EMAIL], &[ANY], &[EMAIL], true),
        (none, none, &[CLIENT], false),
        (none, &[CLIENT], none, false),
        (&[CLIENT], none, none, false),
    ] {
        let root = limited(Spec::authority("root", "root"), of_root).made("ca", "ca");
        let middle = limited(Spec::authority("middle", "root"), of_middle).made("sub-ca", "ca");
        let leaf = limited(Spec::leaf("leaf", "middle"), of_leaf).made("alice", "sub-ca");
        let message = signed_by(&leaf, "alice");
        let trust = below([root]).intermediates([middle]);
        let evidence = opened(&trust, &message);
        assert!(evidence.waived.contains(&Waiver::AnyExtendedKeyUsage), "what is not judged is told");
        let trust = trust.extended_key_usage([ExtendedKeyUsage::parse("1.3.6.1.5.5.7.3.4").expect("an OID")]);
        match is_good {
            true => assert!(!opened(&trust, &message).waived.contains(&Waiver::AnyExtendedKeyUsage)),
            false => assert!(matches!(refused(&trust, &message), TrustError::ExtendedKeyUsage { .. })),
        }
    }
}

/// What a receiver says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Good,
    /// Accepted, and the evidence says that no list tells.
    Untold,
    Revoked,
    Missing(&'static str),
    Expired(&'static str),
    FromTheFuture(&'static str),
    Forged(&'static str),
}

fn said(trust: &Trust, message: &str) -> Said {
    let named = |name: &str| match name {
        "CN=root" => "root",
        "CN=middle" => "middle",
        other => panic!("{other}"),
    };
    match receiver_of(trust.clone()).open(message) {
        Ok(opened) if opened.evidence().waived.contains(&Waiver::RevocationNotTold) => {
            let signer = opened.signer().validated_certificate().expect("a certificate");
            assert!(matches!(signer.revocation(), RevocationStatus::Unknown { .. }));
            Said::Untold
        }
        Ok(_) => Said::Good,
        Err(OpenError::Trust(TrustError::Revoked { .. })) => Said::Revoked,
        Err(OpenError::Trust(TrustError::ListMissing { authority, .. })) => Said::Missing(named(authority.as_str())),
        Err(OpenError::Trust(TrustError::ListExpired { authority, .. })) => Said::Expired(named(authority.as_str())),
        Err(OpenError::Trust(TrustError::ListNotYetValid { authority, .. })) => {
            Said::FromTheFuture(named(authority.as_str()))
        }
        Err(OpenError::Trust(TrustError::ListNotGenuine { authority })) => Said::Forged(named(authority.as_str())),
        Err(error) => panic!("refused otherwise: {error}"),
    }
}

const LEAF: &[u8] = &[7];
const MIDDLE: &[u8] = &[8];

#[test]
fn lists_tell_what_is_demanded_and_errors_name_the_authority() {
    use Said::{Expired, Forged, FromTheFuture, Good, Missing, Revoked, Untold};
    let message = signed_by(&leaf(), "alice");
    let of_root = || List::of("root", &[]).made("ca");
    let of_middle = || List::of("middle", &[]).made("sub-ca");
    let all = [Revocation::WholePath, Revocation::EndEntity, Revocation::UnknownIsGood];
    for (what, lists, expected) in [
        ("nothing is revoked", vec![of_root(), of_middle()], [Good, Good, Good]),
        ("the signer", vec![of_root(), List::of("middle", &[LEAF]).made("sub-ca")], [Revoked, Revoked, Revoked]),
        ("the signer alone", vec![List::of("middle", &[LEAF]).made("sub-ca")], [Revoked, Revoked, Revoked]),
        ("the authority", vec![List::of("root", &[MIDDLE]).made("ca"), of_middle()], [Revoked, Revoked, Revoked]),
        ("the authority alone", vec![List::of("root", &[MIDDLE]).made("ca")], [Revoked, Revoked, Revoked]),
        (
            "another serial",
            vec![of_root(), List::of("middle", &[&[9], &[7, 7], &[1]]).made("sub-ca")],
            [Good, Good, Good],
        ),
        ("the root's is missing", vec![of_middle()], [Missing("root"), Untold, Untold]),
        ("the middle's is missing", vec![of_root()], [Missing("middle"), Missing("middle"), Untold]),
        (
            "the root's expired",
            vec![List::of("root", &[]).expired().made("ca"), of_middle()],
            [Expired("root"), Untold, Untold],
        ),
        (
            "the middle's expired",
            vec![of_root(), List::of("middle", &[]).expired().made("sub-ca")],
            [Expired("middle"), Expired("middle"), Untold],
        ),
        (
            "an expired one names the signer",
            vec![of_root(), of_middle(), List::of("middle", &[LEAF]).expired().made("sub-ca")],
            [Revoked, Revoked, Revoked],
        ),
        (
            "an expired and a current one",
            vec![of_root(), List::of("middle", &[]).expired().made("sub-ca"), of_middle()],
            [Good, Good, Good],
        ),
        (
            "the middle's is from the future",
            vec![of_root(), List::of("middle", &[]).issued("29980101000000Z").made("sub-ca")],
            [FromTheFuture("middle"), FromTheFuture("middle"), Untold],
        ),
        (
            "one from the future names the signer",
            vec![of_root(), of_middle(), List::of("middle", &[LEAF]).issued("29980101000000Z").made("sub-ca")],
            [Revoked, Revoked, Revoked],
        ),
        (
            "forged for the middle",
            vec![of_root(), List::of("middle", &[]).made("bob")],
            [Forged("middle"), Forged("middle"), Untold],
        ),
        (
            "forged, naming the signer",
            vec![of_root(), of_middle(), List::of("middle", &[LEAF]).made("bob")],
            [Good, Good, Good],
        ),
        ("forged first", vec![List::of("middle", &[]).made("bob"), of_middle(), of_root()], [Good, Good, Good]),
        (
            "the root signs for the middle",
            vec![of_root(), List::of("middle", &[]).made("ca")],
            [Forged("middle"), Forged("middle"), Untold],
        ),
        (
            "lists of others",
            vec![List::of("other", &[LEAF, MIDDLE]).made("ca")],
            [Missing("middle"), Missing("middle"), Untold],
        ),
    ] {
        let trust = lists
            .iter()
            .fold(below([root()]).intermediates([middle()]), |trust, list| trust.crls(list).expect("a list"));
        assert_eq!(said(&trust, &message), expected[0], "{what}, by default");
        for (demanded, expected) in all.into_iter().zip(expected) {
            assert_eq!(said(&trust.clone().revocation(demanded), &message), expected, "{what}, {demanded:?}");
        }
    }
    // What is demanded is demanded without any list, too.
    let without = below([root()]).intermediates([middle()]);
    assert_eq!(said(&without, &message), Good);
    assert!(opened(&without, &message).waived.contains(&Waiver::NoRevocationCheck));
    assert_eq!(said(&without.clone().revocation(Revocation::WholePath), &message), Missing("middle"));
    assert_eq!(said(&without.revocation(Revocation::UnknownIsGood), &message), Untold);
}

/// RFC 5280 §5.1.2.4: thisUpdate is the date of issue. A list of the next month says nothing about now.
#[test]
fn a_list_that_is_not_yet_issued_is_not_current() {
    let signer = Spec::leaf("leaf", "root").made("alice", "ca");
    let list = List::of("root", &[]).issued("20300101000000Z").made("ca");
    let trust = below([root()]).crls(&list).expect("a list");
    for (now, is_current) in [
        ("2030-01-01T00:00:00Z", true),
        ("2029-12-31T23:59:00Z", true),
        ("2029-12-31T23:58:59Z", false),
        ("2026-01-01T00:00:00Z", false),
    ] {
        let budget = Budget::dangerous_unbounded();
        let judged = trust.validate(&signer, &[], Purpose::Signing, parse_instant(now).expect("an instant"), &budget);
        assert_eq!(judged.is_ok(), is_current, "{now}: {judged:?}");
        let Err(error) = judged else { continue };
        assert!(matches!(&error, TrustError::ListNotYetValid { authority, .. } if authority == "CN=root"), "{error}");
        let text = error.to_string();
        assert!(text.contains("2030-01-01T00:00:00") && text.contains(&now[..19]), "both instants are told: {text}");
    }
}

#[test]
fn an_authority_with_two_keys_has_two_lists() {
    let old = Spec::authority("root", "root").made("ca", "ca");
    let new = Spec::authority("root", "root").made("twin-ca", "twin-ca");
    let by_old = signed_by(&Spec::leaf("leaf", "root").made("alice", "ca"), "alice");
    let by_new = signed_by(&Spec::leaf("leaf", "root").serial(&[9]).made("alice", "twin-ca"), "alice");
    let lists = [List::of("root", &[&[9]]).made("ca"), List::of("root", &[LEAF]).made("twin-ca")];
    for order in [[0, 1], [1, 0]] {
        let trust =
            order.iter().fold(below([old.clone(), new.clone()]), |trust, at| trust.crls(&lists[*at]).expect("a list"));
        assert_eq!((said(&trust, &by_old), said(&trust, &by_new)), (Said::Good, Said::Good));
    }
    let trust = below([old, new]).crls(&lists[0]).expect("a list");
    assert_eq!(said(&trust, &by_new), Said::Forged("root"), "the list of the other key tells nothing of it");
}

#[test]
fn lists_count_for_the_certificates_they_are_about() {
    const USERS: &[u8] = &[0x81, 1, 0xFF];
    const AUTHORITIES: &[u8] = &[0x82, 1, 0xFF];
    let point = |uri: &str| der(0xA0, &der(0xA0, &der(0x86, uri.as_bytes())));
    let points = |uri: &str| pki::extension(&[0x55, 0x1D, 31], false, &der(0x30, &der(0x30, &point(uri))));
    let plain = signed_by(&Spec::leaf("leaf", "root").made("alice", "ca"), "alice");
    let at_a = signed_by(&Spec::leaf("leaf", "root").also(points("http://a")).made("alice", "ca"), "alice");
    let with = |fields: &[u8]| below([root()]).crls(&List::of("root", &[]).about(fields).made("ca")).expect("a list");
    let missing = Said::Missing("root");
    for (message, fields, expected) in [
        (&plain, USERS.to_vec(), Said::Good),
        (&plain, AUTHORITIES.to_vec(), missing),
        (&plain, point("http://a"), missing),
        (&at_a, point("http://a"), Said::Good),
        (&at_a, point("http://b"), missing),
        (&at_a, [point("http://a"), AUTHORITIES.to_vec()].concat(), missing),
    ] {
        assert_eq!(said(&with(&fields), message), expected, "{fields:x?}");
    }
    let listed = List::of("root", &[LEAF]).about(AUTHORITIES).made("ca");
    assert_eq!(
        said(&below([root()]).crls(&listed).expect("a list"), &plain),
        Said::Revoked,
        "what is named is revoked"
    );
    let no_lists = Spec::authority("root", "root").extensions(vec![ca_constraints(None), usage(KEY_CERT_SIGN)]);
    let trust = below([no_lists.made("ca", "ca")]).crls(&List::of("root", &[]).made("ca")).expect("a list");
    assert_eq!(said(&trust, &plain), Said::Forged("root"), "the authority may not sign lists");
}

#[test]
fn lists_that_tell_only_a_part_are_refused_when_given() {
    let list = || List::of("root", &[LEAF]);
    let delta = pki::extension(&[0x55, 0x1D, 27], true, &der(2, &[1]));
    let unknown = pki::extension(&[0x2A, 3, 4], true, &der(5, &[]));
    let of_another = pki::extension(&[0x55, 0x1D, 29], true, &der(0x30, &der(0xA4, &pki::name("other"))));
    for (what, octets) in [
        ("delta", list().also(delta).made("ca")),
        ("indirect", list().about(&[0x84, 1, 0xFF]).made("ca")),
        ("indirect", List { entry_extension: of_another, ..list() }.made("ca")),
        ("reasons", list().about(&[0x83, 2, 1, 2]).made("ca")),
        ("attribute", list().about(&[0x85, 1, 0xFF]).made("ca")),
        ("critical", list().also(unknown).made("ca")),
        ("nextUpdate", List { next_update: None, ..list() }.made("ca")),
        ("malformed", vec![0x30, 0x80]),
        ("malformed", [list().made("ca"), vec![0]].concat()),
    ] {
        let error = below([root()]).crls(&octets).expect_err(what);
        assert!(matches!(error, TrustError::List(_)) && error.to_string().contains(what), "{what}: {error}");
    }
}

#[test]
fn revoked_wins_over_pinned() {
    let leaf = Spec::leaf("leaf", "root").made("alice", "ca");
    let message = signed_by(&leaf, "alice");
    let pinned = || Trust::pins([leaf.clone()]);
    let names_it = List::of("root", &[LEAF]).made("ca");
    let names_none = List::of("root", &[]).made("ca");
    let listed = |trust: Trust, list: &[u8]| said(&trust.crls(list).expect("a list"), &message);
    let elsewhere =
        Trust::anchors([root()]).expect("anchors").signer(SignerRule::subject("CN=nobody").expect("a name"));
    let knowing = || [pinned().known([root()]), pinned().intermediates([root()]), elsewhere.clone().pin(leaf.clone())];
    assert_eq!(said(&pinned(), &message), Said::Good, "without lists nothing is asked");
    for trust in knowing() {
        assert_eq!(listed(trust.clone(), &names_it), Said::Revoked);
        assert_eq!(listed(trust.clone(), &names_none), Said::Good);
        assert_eq!(listed(trust.clone(), &List::of("root", &[LEAF]).expired().made("ca")), Said::Revoked);
        assert_eq!(listed(trust.clone(), &List::of("root", &[]).expired().made("ca")), Said::Untold);
        assert_eq!(listed(trust.clone(), &List::of("root", &[LEAF]).made("twin-ca")), Said::Untold, "forged");
        assert_eq!(listed(trust, &List::of("other", &[LEAF]).made("ca")), Said::Untold);
    }
    // Nothing shows that the list is genuine, but the caller gave it: it counts against the certificate.
    assert_eq!(listed(pinned(), &names_it), Said::Revoked);
    assert_eq!(listed(pinned(), &names_none), Said::Untold);
    let twin = Spec::authority("root", "root").made("twin-ca", "twin-ca");
    assert_eq!(listed(pinned().known([twin.clone()]), &names_none), Said::Untold, "another authority of that name");
    assert_eq!(listed(pinned().known([twin.clone()]), &names_it), Said::Revoked, "it does not speak for the list");
    let its_own = List::of("root", &[]).made("twin-ca");
    assert_eq!(listed(pinned().known([twin]), &its_own), Said::Untold, "nor does its list speak for the pin");
}

#[test]
fn certificates_signed_with_sha1_say_so() {
    let weak = |spec: Spec| Spec { signed_with: (pki::rsa_with(pki::SHA1_RSA), SignatureMethod::RsaSha1), ..spec };
    let message = signed_by(&weak(Spec::leaf("leaf", "middle")).made("alice", "sub-ca"), "alice");
    let error = refused(&below([root()]).intermediates([middle()]), &message);
    assert!(
        matches!(&error, TrustError::WeakSignature { subject, method } if subject == "CN=leaf" && method == "RSA PKCS#1 v1.5 with SHA-1"),
        "{error}"
    );
    let weak_middle = weak(Spec::authority("middle", "root")).made("sub-ca", "ca");
    let error = refused(&below([root()]).intermediates([weak_middle.clone()]), &signed_by(&leaf(), "alice"));
    assert!(matches!(&error, TrustError::WeakSignature { subject, .. } if subject == "CN=middle"), "{error}");
    let old = below([root()]).intermediates([weak_middle.clone()]).dangerous_old_path_signatures();
    assert!(opened(&old, &signed_by(&leaf(), "alice")).waived.contains(&Waiver::OldPathSignatures));
    let forged = weak(Spec::authority("middle", "root")).made("sub-ca", "twin-ca");
    let old = below([root()]).intermediates([forged]).dangerous_old_path_signatures();
    assert!(matches!(
        refused(&old, &signed_by(&leaf(), "alice")),
        TrustError::NoPath { .. } | TrustError::WeakSignature { .. }
    ));
    // The signature of an anchor does not matter, and an unknown issuer is a missing one.
    let weak_root = weak(Spec::authority("root", "root")).made("ca", "ca");
    opened(&below([weak_root]).intermediates([middle()]), &signed_by(&leaf(), "alice"));
    let stranger = weak(Spec::leaf("leaf", "stranger")).made("alice", "sub-ca");
    assert!(matches!(refused(&below([root()]), &signed_by(&stranger, "alice")), TrustError::NoPath { .. }));
}

#[test]
fn the_expected_subject_is_compared_rdn_by_rdn() {
    let leaf = |subject: Vec<u8>| Spec { subject, ..Spec::leaf("", "root") }.made("alice", "ca");
    let in_one_rdn = |values: &[&str]| {
        let pairs: Vec<Vec<u8>> =
            values.iter().map(|v| pki::sequence(&[&der(6, pki::CN), &der(0x0C, v.as_bytes())])).collect();
        der(0x30, &der(0x31, &pairs.concat()))
    };
    let two = || pki::name_of(pki::CN, &["a", "b"]);
    for (expected, subject, fits) in [
        ("CN=b,CN=a", two(), true),
        ("cn=B , cn=A", two(), true),
        ("CN=a,CN=b", two(), false),
        ("CN=a+CN=b", two(), false),
        ("CN=a+CN=b", in_one_rdn(&["b", "a"]), true),
        ("CN=b,CN=a", in_one_rdn(&["a", "b"]), false),
        ("CN=b\\,CN=a", two(), false),
        ("CN=b", two(), false),
        ("CN=bank", pki::name("bank\0.evil"), false),
        ("CN=bank", pki::name("bank\u{200B}"), false),
        ("CN=bank", pki::name("b\u{430}nk"), false),
        ("CN=bank", pki::name("  BANK "), true),
        ("O=bank", pki::name("bank"), false),
    ] {
        let rule = SignerRule::subject(expected).expect("a name");
        let trust = Trust::anchors([root()]).expect("anchors").signer(rule);
        let message = signed_by(&leaf(subject), "alice");
        match fits {
            true => drop(opened(&trust, &message)),
            false => assert!(matches!(refused(&trust, &message), TrustError::NotExpected { .. }), "{expected}"),
        }
    }
    assert!(SignerRule::subject("").is_err(), "nobody is expected by an empty name");
}

#[test]
fn references_by_issuer_and_serial_compare_names_and_integers() {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    let signing = signing.reference(ReferenceForm::IssuerSerial);
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    let (issuer, serial) = ("CN=Example CA,O=Example Trust,C=DE", ">4097<");
    assert!(message.contains(issuer) && message.contains(serial));
    let known = below([certificate("ca")]).known([certificate("alice")]);
    // Root first and OpenSSL's line, too: they pick among the certificates that are known, and grant no trust.
    for spelling in [
        "cn=example  ca, o=Example Trust ,c=de",
        "OID.2.5.4.3=Example CA;O=\"Example Trust\";C=#13024445",
        "C=DE,O=Example Trust,CN=Example CA",
        "/C=DE/O=Example Trust/CN=Example CA",
    ] {
        opened(&known, &message.replace(issuer, spelling));
    }
    for spelling in ["> 4097\n<", ">+0004097<"] {
        opened(&known, &message.replace(serial, spelling));
    }
    let others = [
        (issuer, "O=Example Trust,CN=Example CA,C=DE"),
        (issuer, "/C=DE/CN=Example CA/O=Example Trust"),
        (issuer, "CN=Example CA+O=Example Trust,C=DE"),
        (issuer, "CN=Example CA\\,O=Example Trust,C=DE"),
        (issuer, "CN=Example CA"),
        (serial, ">4098<"),
        (serial, ">-4097<"),
        (serial, ">0x1002<"),
        (serial, ">73786976294838210657<"),
    ];
    for (genuine, other) in others {
        let error = refuse(&receiver_of(known.clone()), &message.replace(genuine, other));
        assert!(!matches!(error, OpenError::Trust(_)), "{other} names another: {error}");
    }
}

#[test]
fn identifiers_that_two_trusted_certificates_share_name_neither() {
    let identified = |serial: u8, id: &[u8]| {
        let identifier = pki::extension(&[0x55, 0x1D, 14], false, &der(4, id));
        Spec::leaf("leaf", "root").serial(&[serial]).also(identifier).made("alice", "ca")
    };
    for (len, is_named) in [(0, false), (20, true), (200, true)] {
        let (one, two) = (identified(7, &vec![5; len]), identified(9, &vec![5; len]));
        let identity = Identity::new(pki::key("alice"), one.clone()).expect("an identity");
        let signing = Signing::with(&identity).parts([Part::Body, Part::Timestamp]);
        let signing = signing.reference(ReferenceForm::SubjectKeyIdentifier);
        let message = recipe().sign(signing).secured(&envelope(SOAP11));
        let pinned = Trust::pins([one]);
        assert_eq!(receiver_of(pinned.clone()).open(&message).is_ok(), is_named, "{len} octets");
        let error = refuse(&receiver_of(pinned.pin(two)), &message);
        let is_expected = match error {
            OpenError::AmbiguousKey => is_named,
            OpenError::NoKey { .. } => !is_named,
            _ => false,
        };
        assert!(is_expected, "{len} octets: {error}");
    }
}

#[test]
fn certificates_of_one_name_and_serial_are_told_apart_by_their_octets() {
    let pinned = leaf();
    let twin = Spec::leaf("leaf", "middle").also(extended_usage(&[&[0x2A, 3]])).made("alice", "sub-ca");
    opened(&Trust::pins([pinned.clone()]), &signed_by(&pinned, "alice"));
    let error = refused(&Trust::pins([pinned.clone()]), &signed_by(&twin, "alice"));
    assert!(matches!(error, TrustError::NoPath { .. }), "the key is the same, the certificate is not: {error}");
}

/// Tools that mark every certificate as an authority's are common. A certificate that nobody issued stays refused, whatever its
/// name, and so does one that the path length of its issuer forbids.
#[test]
fn authorities_sign_messages_where_that_is_accepted() {
    let both = vec![pki::ca_constraints(None)];
    let signer = Spec::authority("signer", "root").extensions(both.clone()).made("alice", "ca");
    let message = signed_by(&signer, "alice");
    assert!(matches!(refused(&below([root()]), &message), TrustError::AuthorityAsSigner { .. }));
    let accepting = |anchors: Vec<Certificate>| below(anchors).accept_authorities_as_signers();
    opened(&accepting(vec![root()]), &message);
    refused(&accepting(vec![certificate("twin-ca")]), &message);
    // It has the name of the anchor, and its own signature.
    let impostor = Spec::authority("root", "root").extensions(both.clone()).made("alice", "alice");
    let forged = signed_by(&impostor, "alice");
    refused(&accepting(vec![root()]), &forged);
    refused(&accepting(vec![root(), middle()]), &forged);
    opened(&accepting(vec![impostor]), &forged);
    // An authority that may have none below it, and one that has expired.
    let narrow = Spec::authority("root", "root").extensions(vec![pki::ca_constraints(Some(0))]).made("ca", "ca");
    refused(&accepting(vec![narrow]), &message);
    let late = Spec::authority("signer", "root").extensions(both).valid("20200101000000Z", "20210101000000Z");
    refused(&accepting(vec![root()]), &signed_by(&late.made("alice", "ca"), "alice"));
}
