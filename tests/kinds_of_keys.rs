//! Every kind of key signs messages, assertions and certificates with the default method of its kind.

mod common;

use std::time::SystemTime;

use common::*;
use ws_security::bsp::Rule;
use ws_security::c14n::{Budget, Document, Limits};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::xmldsig::{KeyHint, KeyInfo};
use ws_security::{
    AssertionTrust, DangerousNoReplayCache, DigestMethod, NewAssertion, ReferenceForm, SamlVersion, SignatureMethod,
    Signer,
};

const ALL: [(&str, SignatureMethod, DigestMethod); 10] = [
    ("alice", SignatureMethod::RsaSha256, DigestMethod::Sha256),
    ("ec256", SignatureMethod::EcdsaSha256, DigestMethod::Sha256),
    ("ec384", SignatureMethod::EcdsaSha384, DigestMethod::Sha384),
    ("ec521", SignatureMethod::EcdsaSha512, DigestMethod::Sha512),
    ("ed25519", SignatureMethod::Ed25519, DigestMethod::Sha256),
    ("ed448", SignatureMethod::Ed448, DigestMethod::Sha256),
    ("bp256", SignatureMethod::EcdsaSha256, DigestMethod::Sha256),
    ("bp384", SignatureMethod::EcdsaSha384, DigestMethod::Sha384),
    ("bp512", SignatureMethod::EcdsaSha512, DigestMethod::Sha512),
    ("k256", SignatureMethod::EcdsaSha256, DigestMethod::Sha256),
];

/// Those that the provider of this build has.
fn kinds() -> impl Iterator<Item = (&'static str, SignatureMethod, DigestMethod)> {
    ALL.into_iter().filter(|(name, ..)| *name != "bp512" || ws_security::crypto::PROVIDER != "ring")
}

/// The authority of a certificate.
fn issuer(name: &str) -> &'static str {
    match name {
        "ed448" => "ed448-ca",
        "bp256" | "bp384" | "bp512" | "k256" | "p224" => "bp-ca",
        _ => "ca",
    }
}

fn service(trust: Trust) -> Receiver {
    let required = Requirements::signed([Part::Body, Part::Timestamp]);
    Receiver::new(trust, required, DangerousNoReplayCache)
}

fn below(anchor: &str) -> Receiver {
    let anchors = Trust::anchors_pem(&file(&format!("{anchor}.pem"))).expect("anchors");
    service(anchors.signer(SignerRule::AnyBelowTheAnchors))
}

fn secured(recipe: Recipe) -> String {
    recipe.secured(&envelope(SOAP12))
}

fn by(name: &str) -> Signing {
    Signing::with(&identity(name)).parts([Part::Body, Part::Timestamp, Part::SigningToken])
}

#[test]
fn every_kind_of_key_signs_with_its_default() {
    for (name, method, digest) in kinds() {
        let message = secured(recipe().sign(by(name)));
        assert!(message.contains(&format!("<ds:SignatureMethod Algorithm=\"{}\">", method.uri())), "{name}");
        assert!(message.contains(&format!("<ds:DigestMethod Algorithm=\"{}\">", digest.uri())), "{name}");
        let opened = below(issuer(name)).open(&message).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(opened.evidence().signatures[0].method, method);
        assert_eq!(opened.signer().certificate(), Some(&certificate(name)));
        refuse(&below(issuer(name)), &message.replace(AMOUNT, "1499.91"));
        refuse(&below("twin-ca"), &message);
        let report = ws_security::bsp::report(&message, &ws_security::bsp::Context::new()).expect("a report");
        assert_eq!(report.breaches().map(|verdict| verdict.rule()).next(), None, "{name}");
    }
}

/// A method of another kind of key, under the same key: refused before any mathematics.
#[test]
fn no_kind_of_key_verifies_with_the_method_of_another() {
    for (name, method, _) in kinds() {
        let message = secured(recipe().sign(by(name)));
        for (other_name, other, _) in kinds() {
            if identity(name).signing_key().can_run(other) {
                continue;
            }
            let plan = recipe().sign(by(name).method(other)).plan();
            assert_eq!(plan.map(drop), Err(ws_security::PlanError::KeyMismatch), "{name} with {other:?}");
            refuse(&below(issuer(name)), &message.replace(method.uri(), other.uri()));
            let token = |name: &str| {
                let der = certificate(name).der().to_vec();
                ws_security::c14n::base64_encode(&der)
            };
            refuse(&below(issuer(name)), &message.replace(&token(name), &token(other_name)));
        }
    }
}

#[test]
fn every_kind_of_key_is_named_by_its_value() {
    for (name, ..) in kinds() {
        let signing = Signing::with(&identity(name)).parts([Part::Body, Part::Timestamp]);
        let named = recipe().waive(Rule::R5417).waive(Rule::R5402).sign(signing.reference(ReferenceForm::KeyValue));
        let message = secured(named);
        let known = service(Trust::pins([certificate(name)]));
        let opened = known.open(&message).unwrap_or_else(|error| panic!("{name}: {error}\n{message}"));
        assert!(opened.body().xml().contains(AMOUNT));
        refuse(&service(Trust::pins([certificate("bob")])), &message);
    }
}

/// The `ECDSAKeyValue` of RFC 4050 with a known key: its coordinates are decimal, and a wrong one names no key.
#[test]
fn keys_of_rfc_4050_are_named_by_decimal_coordinates() {
    const X: &str = "85669309062408914237970024050745891773563083122201567011777056470313381923327";
    const Y: &str = "18183913846532329061996627755884976961875752763611775762846286435499062562742";
    let read = |urn: &str, x: &str, y: &str| {
        let text = format!(
            "<d:KeyInfo xmlns:d='http://www.w3.org/2000/09/xmldsig#'><d:KeyValue><m:ECDSAKeyValue \
             xmlns:m='http://www.w3.org/2001/04/xmldsig-more#'><m:DomainParameters><m:NamedCurve URN='{urn}'/>\
             </m:DomainParameters><m:PublicKey><m:X Value='{x}'/><m:Y Value='{y}'/></m:PublicKey></m:ECDSAKeyValue>\
             </d:KeyValue></d:KeyInfo>"
        );
        let document = Document::parse(&text, &Limits::default()).expect("well-formed");
        let info = KeyInfo::parse(document.root(), &Budget::dangerous_unbounded()).expect("a KeyInfo");
        info.hints().iter().any(|hint| matches!(hint, KeyHint::KeyValue(key) if key.ec_point().is_some()))
    };
    let p256 = "urn:oid:1.2.840.10045.3.1.7";
    assert!(read(p256, X, Y));
    assert!(read(p256, &format!("00{X}"), Y));
    for (urn, x, y) in [
        (p256, Y, X),
        (p256, X, ""),
        (p256, X, "-1"),
        (p256, X, "0x28"),
        (p256, &"9".repeat(78), Y),
        (p256, &["0".repeat(97), "1".to_owned()].concat(), Y),
        ("urn:oid:1.3.132.0.34", X, Y),
        ("urn:oid:1.3.132.0.1", X, Y),
    ] {
        assert!(!read(urn, x, y), "{urn} {x} {y}");
    }
}

#[test]
fn paths_signed_with_eddsa_sha_3_and_on_brainpool_curves_are_validated() {
    for (name, authority) in [
        ("ed-below", "ed-ca"),
        ("ed448", "ed448-ca"),
        ("bp256", "bp-ca"),
        ("sha3-below", "sha3-ca"),
        ("pss384", "pss-ca"),
    ] {
        let message = secured(recipe().sign(by(name)));
        assert!(below(authority).open(&message).is_ok());
        for other in ["ca", "twin-ca", "ed-ca", "ed448-ca", "bp-ca", "sha3-ca", "pss-ca"]
            .into_iter()
            .filter(|other| *other != authority)
        {
            refuse(&below(other), &message);
        }
    }
}

/// P-224 has 112 bits of strength: the sender and the receiver each say that it is for old messages.
#[test]
fn a_legacy_curve_is_admitted_by_name() {
    if ws_security::crypto::PROVIDER == "ring" {
        return;
    }
    let refused = recipe().sign(by("p224")).plan().map(drop);
    assert!(matches!(refused, Err(ws_security::PlanError::Legacy { .. })), "{refused:?}");
    let message = secured(recipe().allow_legacy_algorithms().sign(by("p224")));
    let mut weak = ws_security::AlgorithmPolicy::default();
    weak.signature = weak.signature.admit_weak_keys_for_legacy_use_only();
    refuse(&below("bp-ca"), &message);
    assert!(below("bp-ca").algorithms(weak.clone()).open(&message).is_ok());
    refuse(&below("bp-ca").algorithms(weak), &message.replace(AMOUNT, "1499.91"));
}

#[test]
fn every_kind_of_key_issues_assertions() {
    for version in [SamlVersion::V1_1, SamlVersion::V2_0] {
        for (name, method, _) in kinds() {
            let issued = NewAssertion::new(version, "https://sts.example", "uid=ann")
                .audience("urn:bank")
                .holder_of_key(&certificate("dave"))
                .sign(&identity(name), SystemTime::now(), &SystemRandom)
                .expect("issued");
            assert!(issued.contains(method.uri()), "{name}");
            let signing = Signing::with(&identity("dave")).holder_of_key().parts([Part::Body, Part::Timestamp]);
            let message = secured(recipe().token(&issued).sign(signing));
            let issuers = |name| {
                let trust = Trust::pins([certificate(name)]);
                AssertionTrust::for_audience("urn:bank").issuer("https://sts.example", trust)
            };
            let opened = receiver().assertions(issuers(name)).open(&message);
            let opened = opened.unwrap_or_else(|error| panic!("{version:?} {name}: {error}"));
            assert!(matches!(opened.signer(), Signer::Assertion(_)));
            refuse(&receiver().assertions(issuers("bob")), &message);
        }
    }
}
