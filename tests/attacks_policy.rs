//! Correct messages that only the choice of algorithms and of keys refuses. For each mutant of that choice, a test here fails
//! (fuzz/README.md, "Mutants of the code").

mod common;

use common::*;
use ws_security::c14n::{Budget, Canonicalization, CanonicalizationMethod, Document, Limits, Subset, base64_encode};
use ws_security::prelude::*;
use ws_security::xmldsig::{SignatureError, VerifyError};
use ws_security::xmlenc::KeyMethod;
use ws_security::{
    AlgorithmPolicy, DigestMethod, KeyTransport, OpenError, ProtectionToken, Secret, SecureConversation,
    SignatureMethod, Signer,
};

const CONTEXT: &str = "urn:uuid:6e5c2c0e-7d0a-4b4e-9a44-0f9f6b1f1b11";

fn with(signing: Signing) -> String {
    let plan = recipe().allow_legacy_algorithms().sign(signing.parts([Part::Body, Part::Timestamp])).plan();
    plan.expect("a plan").message(&envelope(SOAP11)).secure().expect("secured").message
}

fn secret() -> Secret {
    Secret::new(vec![7; 32])
}

fn context() -> ProtectionToken {
    ProtectionToken::security_context(SecureConversation::V1_3, CONTEXT, secret())
}

/// The message is refused, since `uri` is not admitted, and opens where nothing else is.
fn judged_by_its_algorithm(receiver: &Receiver, message: &str, uri: &str) {
    let error = refuse(receiver, message);
    assert!(matches!(error, OpenError::Verify(VerifyError::NotAdmitted { uri: refused }) if refused == uri), "{error}");
    let mut admitting = AlgorithmPolicy::default();
    assert!(admitting.admit_uri(uri));
    let opened = receiver.clone().algorithms(admitting).open(message);
    assert!(opened.is_ok(), "{uri}: {:?}", opened.map(drop));
    let mut others = AlgorithmPolicy::everything_for_legacy_use_only();
    others.signature = AlgorithmPolicy::default().signature;
    refuse(&receiver.clone().algorithms(others), message);
}

#[test]
fn a_signature_is_of_an_admitted_method() {
    let rsa = SignatureMethod::RsaSha1;
    judged_by_its_algorithm(&receiver(), &with(Signing::with(&identity("alice")).method(rsa)), rsa.uri());
    let hmac = SignatureMethod::HmacSha1;
    let knowing = receiver().shared_secret(Some(CONTEXT.to_owned()), secret());
    judged_by_its_algorithm(&knowing, &with(Signing::with_token(&context()).method(hmac)), hmac.uri());
}

#[test]
fn a_reference_is_of_an_admitted_digest() {
    let digest = DigestMethod::Sha1;
    judged_by_its_algorithm(&receiver(), &with(Signing::with(&identity("alice")).digest(digest)), digest.uri());
}

/// The exclusive form with comments is the same octets here, so that the signature is correct.
#[test]
fn a_canonicalization_is_an_admitted_one_wherever_it_is_named() {
    let message = with(Signing::with(&identity("alice")));
    let plain = format!("Algorithm=\"{}\"", CanonicalizationMethod::Exclusive.uri());
    let commented = CanonicalizationMethod::ExclusiveWithComments.uri();
    let places: Vec<usize> = message.match_indices(&plain).map(|(at, _)| at).collect();
    assert_eq!(places.len(), 3, "of SignedInfo and of two references");
    for at in places {
        let changed = format!("{}Algorithm=\"{commented}\"{}", &message[..at], &message[at + plain.len()..]);
        judged_by_its_algorithm(&receiver(), &resigned(&changed), commented);
    }
}

/// The message with Alice's signature made again over the present SignedInfo.
fn resigned(message: &str) -> String {
    resigned_by(message, SignatureMethod::RsaSha256)
}

fn resigned_by(message: &str, method: SignatureMethod) -> String {
    let document = Document::parse(message, &Limits::default()).expect("well-formed");
    let find = |local: &str| document.elements().find(|element| element.name().local == local).expect("one");
    let subset = Subset::subtree(find("SignedInfo"));
    let octets = Canonicalization::default().to_octets(&subset, &Budget::dangerous_unbounded()).expect("canonical");
    let value = identity("alice").signing_key().sign(method, &octets).expect("signed");
    let old = find("SignatureValue").text().expect("text").into_owned();
    message.replace(&old, &base64_encode(&value))
}

/// A policy without digests admits no OAEP that uses one, though it admits the transport.
#[test]
fn the_digests_of_oaep_are_judged() {
    use ws_security::xmlenc::AlgorithmPolicy;
    let oaep = KeyTransport::oaep_mgf1p();
    let method = KeyMethod::Transport(oaep.clone());
    assert!(AlgorithmPolicy::modern_2026().check_key(&method).is_ok());
    let mut narrow = AlgorithmPolicy::empty();
    assert!(narrow.admit_uri(oaep.uri()));
    assert!(narrow.check_key(&method).is_err());
    let rsa15 = KeyTransport::Rsa15;
    assert!(narrow.admit_uri(rsa15.uri()));
    assert!(narrow.check_key(&KeyMethod::Transport(rsa15)).is_ok(), "it uses no digest");
}

#[test]
fn a_shared_secret_is_found_by_its_name_or_as_the_only_one() {
    let message = with(Signing::with_token(&context()));
    let start = message.find("<ds:KeyInfo>").expect("a KeyInfo");
    let end = message.find("</ds:KeyInfo>").expect("its end") + "</ds:KeyInfo>".len();
    let saying = |key_info: &str| format!("{}{key_info}{}", &message[..start], &message[end..]);
    let named = |name: &str| saying(&format!("<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName></ds:KeyInfo>"));
    let one = || receiver().shared_secret(Some("ann".to_owned()), secret());
    let two = one().shared_secret(Some("eve".to_owned()), Secret::new(vec![9; 32]));
    for receiver in [one(), two.clone()] {
        let opened = receiver.open(named("ann")).expect("opens");
        assert!(matches!(opened.signer(), Signer::SharedSecret { name: Some(name) } if name == "ann"));
        assert!(matches!(refuse(&receiver, &named("joe")), OpenError::NoKey { .. }));
    }
    assert!(matches!(refuse(&two, &named("eve")), OpenError::Verify(_)));
    assert!(one().open(saying("")).is_ok());
    assert!(matches!(refuse(&two, &saying("")), OpenError::NoKey { .. }));
}

/// The signature is correct with MGF1 of SHA-256, a salt of 32 octets and trailer 1: what says otherwise is refused.
#[test]
fn the_parameters_of_pss_are_those_that_verify() {
    let pss = SignatureMethod::RsaPssSha256;
    let message = with(Signing::with(&identity("alice")).method(pss));
    let plain = format!("<ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>", pss.uri());
    assert!(message.contains(&plain), "{message}");
    let said = |content: &str| {
        let uri = SignatureMethod::RSA_PSS_WITH_PARAMETERS;
        let method = format!("<ds:SignatureMethod Algorithm=\"{uri}\">{content}</ds:SignatureMethod>");
        resigned_by(&message.replacen(&plain, &method, 1), pss)
    };
    let parameters = |content: &str| {
        said(&format!("<p:RSAPSSParams xmlns:p=\"http://www.w3.org/2007/05/xmldsig-more#\">{content}</p:RSAPSSParams>"))
    };
    let digest = |content: &str| {
        let uri = DigestMethod::Sha256.uri();
        format!("<ds:DigestMethod Algorithm=\"{uri}\">{content}</ds:DigestMethod>")
    };
    let mgf = |uri: &str, content: &str| {
        format!("<p:MaskGenerationFunction Algorithm=\"{uri}\">{content}</p:MaskGenerationFunction>")
    };
    let mgf1 = "http://www.w3.org/2007/05/xmldsig-more#MGF1";
    let (salt, trailer) = ("<p:SaltLength>32</p:SaltLength>", "<p:TrailerField>1</p:TrailerField>");
    let sha256 = digest("");
    let full = format!("{sha256}{}{salt}{trailer}", mgf(mgf1, &sha256));
    for accepted in [said(""), parameters(""), parameters(&full), parameters(salt), parameters(trailer)] {
        let opened = receiver().open(&accepted).map(drop);
        assert!(opened.is_ok(), "{opened:?}\n{accepted}");
    }
    let other = |digest: DigestMethod| format!("<ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod>", digest.uri());
    let extra = "<e:Extra xmlns:e=\"urn:e\"></e:Extra>";
    for refused in [
        said(extra),
        said(&sha256),
        parameters(extra),
        parameters(&digest(extra)),
        parameters(&mgf(mgf1, extra)),
        parameters(&mgf("http://www.w3.org/2007/05/xmldsig-more#MGF2", &sha256)),
        parameters(&mgf(mgf1, &digest(extra))),
        parameters(&full.replace(">1<", ">2<")),
        parameters(&format!("{salt}{salt}")),
    ] {
        let error = refuse(&receiver(), &refused);
        assert!(matches!(error, OpenError::Signature(_)), "{error:?}\n{refused}");
    }
    // No policy opens a header to another mask or another salt.
    for refused in [parameters(&mgf(mgf1, &other(DigestMethod::Sha512))), parameters(&full.replace("32", "20"))] {
        for receiver in [receiver(), receiver().algorithms(AlgorithmPolicy::everything_for_legacy_use_only())] {
            assert_eq!(refuse(&receiver, &refused), OpenError::Signature(SignatureError::OtherPss));
        }
    }
    // Another digest is another method, which did not sign.
    for wrong in [DigestMethod::Sha384, DigestMethod::Sha512] {
        assert!(matches!(refuse(&receiver(), &parameters(&other(wrong))), OpenError::Verify(_)));
    }
}

/// The signing token is the certificate of the signer: another one that a reference means, signed too, is not it.
#[test]
fn a_signed_certificate_of_someone_else_is_no_signing_token() {
    use ws_security::ReferenceForm::Thumbprint;
    let made_by = |name: &str| {
        with(Signing::with(&identity(name)).parts([Part::SigningToken]).reference(Thumbprint).token_by_reference())
    };
    let reference = |message: &str| {
        let start = message.find("<wsse:SecurityTokenReference").expect("a reference");
        let end = message.find("</wsse:SecurityTokenReference>").expect("its end");
        message[start..end + "</wsse:SecurityTokenReference>".len()].to_owned()
    };
    let message = made_by("twin-alice");
    let (theirs, alices) = (reference(&message), reference(&made_by("alice")));
    let moved =
        message.replacen(&theirs, &alices, 1).replacen("</wsse:Security>", &format!("{theirs}</wsse:Security>"), 1);
    let demanding = |parts: [Part; 2]| {
        let trust = trust().known([certificate("alice"), certificate("twin-alice")]);
        Receiver::new(trust, Requirements::signed(parts), ws_security::DangerousNoReplayCache)
    };
    let attack = resigned(&moved);
    let opened = demanding([Part::Body, Part::Timestamp]).open(&attack).map(drop);
    assert!(opened.is_ok(), "{opened:?}\n{attack}");
    assert!(matches!(refuse(&demanding([Part::Body, Part::SigningToken]), &attack), OpenError::Requirement(_)));
    assert!(demanding([Part::Body, Part::SigningToken]).open(made_by("alice")).is_ok());
    // A signed reference is at a place where a signature may cover something.
    let elsewhere = message.replacen(&theirs, &alices, 1).replacen("</a:To>", &format!("{theirs}</a:To>"), 1);
    let error = refuse(&demanding([Part::Body, Part::Timestamp]), &resigned(&elsewhere));
    assert!(matches!(error, OpenError::UnnamedElement { .. }), "{error:?}");
}
