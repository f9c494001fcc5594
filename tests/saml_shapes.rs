//! Assertions in shapes that issuers and peers write against the profile: each is refused with the name of the call that accepts
//! it, opens with that call, and no copy at another place opens.

mod common;
#[path = "common/wrapped.rs"]
mod wrapped;

use std::time::SystemTime;

use common::issued::{attribute, sign_by_hand, x509_data};
use common::*;
use ws_security::c14n::{Budget, Canonicalization, CanonicalizationMethod, Document, Limits, Subset};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::xmldsig::{NewReference, PendingSignature, Transform};
use ws_security::{
    AssertionTrust, DangerousNoReplayCache, DigestMethod, NewAssertion, Opened, SamlName, SamlVersion, SignatureMethod,
};

const ISSUER: &str = "https://idp.example";
const BOTH: [SamlVersion; 2] = [SamlVersion::V1_1, SamlVersion::V2_0];

fn unsigned(version: SamlVersion) -> String {
    let assertion = NewAssertion::new(version, ISSUER, "ann").audience("urn:bank").holder_of_key(&certificate("dave"));
    assertion.unsigned(SystemTime::now(), &SystemRandom).expect("written")
}

/// Dave signs the Body and the timestamp.
fn message(assertion: &str) -> String {
    let signing = Signing::with(&identity("dave")).holder_of_key_uncovered().parts([Part::Body, Part::Timestamp]);
    recipe().token(assertion).sign(signing).secured(&envelope(SOAP11))
}

fn service() -> Receiver {
    trusting(AssertionTrust::for_audience("urn:bank").issuer(ISSUER, Trust::pins([certificate("carol")])))
}

fn trusting(issuers: AssertionTrust) -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache).assertions(issuers).accept_uncovered_holder_tokens()
}

fn subject(opened: &Opened) -> Option<&str> {
    opened.assertions().first()?.assertion().subject().and_then(SamlName::unqualified)
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    let changed = text.replacen(from, to, 1);
    assert_ne!(changed, text, "{from}");
    changed
}

/// Carol signs the assertion of a message where it is.
fn signed_in_place(message: &str, version: SamlVersion, transforms: Vec<Transform>) -> String {
    let document = Document::parse(message, &Limits::default()).expect("well-formed");
    let found = document.elements().find(|element| element.name().local == "Assertion").expect("an assertion");
    let id = found.attribute("", attribute(version).trim_end_matches('=')).expect("an Id");
    let subset = Subset::subtree(found);
    let reference = NewReference::digest(
        format!("#{id}"),
        &subset,
        transforms,
        DigestMethod::Sha256,
        &Budget::dangerous_unbounded(),
    )
    .expect("digested");
    let pending = PendingSignature::new(SignatureMethod::RsaSha256, &[reference], None, Some(x509_data("carol")));
    let value = pending.value(identity("carol").signing_key().as_ref()).expect("signed");
    let place = match version {
        SamlVersion::V1_1 => found.content_span().end,
        SamlVersion::V2_0 => message.find("</saml2:Issuer>").expect("an issuer") + "</saml2:Issuer>".len(),
    };
    format!("{}{}{}", &message[..place], pending.finish(&value), &message[place..])
}

/// The message is refused with the name of `call`, and opens with it; what was changed stays refused.
fn only_with(call: &str, accept: fn(Receiver) -> Receiver, message: &str) {
    let error = refuse_strictly(&service(), message).to_string();
    assert!(error.contains(&format!("`{call}`")), "{call}: {error}");
    let accepting = accept(service());
    let opened = accepting.open(message).unwrap_or_else(|error| panic!("{call}: {error}\n{message}"));
    assert_eq!(subject(&opened), Some("ann"), "{call}");
    for (genuine, forged) in [(AMOUNT, "9.00"), (">ann<", ">eve<")] {
        assert!(accepting.open(replaced(message, genuine, forged)).is_err(), "{call}: {forged}");
    }
    let genuine = opened.body().xml().to_owned();
    let mut tried = 0;
    for local in ["Assertion", "Body"] {
        tried += wrapped::wrapped(message, local, |wrapped| {
            if let Ok(opened) = accepting.open(wrapped) {
                assert_eq!((opened.body().xml(), subject(&opened)), (genuine.as_str(), Some("ann")), "{call}");
            }
        });
    }
    assert!(tried > 100, "{call}: {tried}");
}

fn by(method: CanonicalizationMethod) -> Transform {
    Transform::Canonicalization(Canonicalization::new(method))
}

#[test]
fn an_assertion_may_be_canonicalised_as_its_issuer_did() {
    let enveloped = Transform::EnvelopedSignature;
    for version in BOTH {
        let message = message(&unsigned(version));
        let inclusive = vec![enveloped.clone(), by(CanonicalizationMethod::Inclusive)];
        only_with(
            "accept_inclusive_canonicalization",
            Receiver::accept_inclusive_canonicalization,
            &signed_in_place(&message, version, inclusive),
        );
        only_with(
            "accept_absent_transforms",
            Receiver::accept_absent_transforms,
            &signed_in_place(&message, version, vec![enveloped.clone()]),
        );
        // Other orders, and no enveloped-signature, stay refused.
        for transforms in [
            vec![by(CanonicalizationMethod::Exclusive), enveloped.clone()],
            vec![by(CanonicalizationMethod::Exclusive)],
            Vec::new(),
        ] {
            let lenient = service().accept_inclusive_canonicalization().accept_absent_transforms();
            let error = refuse_strictly(&lenient, &signed_in_place(&message, version, transforms)).to_string();
            assert!(error.contains("other transforms than enveloped-signature"), "{error}");
        }
    }
}

#[test]
fn the_signature_of_an_assertion_names_what_it_is_over() {
    let message = message(&sign_by_hand(&unsigned(SamlVersion::V2_0), SamlVersion::V2_0));
    let (_, rest) = message.split_once("ID=\"").expect("an Id");
    let id = rest.split('"').next().expect("its end");
    let error = refuse_strictly(
        &service(),
        &replaced(&message, &format!("<ds:Reference URI=\"#{id}"), "<ds:Reference URI=\"#other"),
    );
    assert!(error.to_string().contains("is over \"#other\", and its Id is "), "{error}");
    let error = refuse_strictly(
        &service(),
        &replaced(&message, "</ds:KeyInfo></ds:Signature>", "</ds:KeyInfo><ds:Object/></ds:Signature>"),
    );
    assert!(error.to_string().contains("carries ds:Object"), "{error}");
}

#[test]
fn an_assertion_may_give_its_times_as_a_timestamp_may() {
    for version in BOTH {
        let assertion = unsigned(version);
        let (_, rest) = assertion.split_once("IssueInstant=\"").expect("an instant");
        let issued = rest.split('"').next().expect("its end");
        let of = |instant: &str| {
            let changed =
                replaced(&assertion, &format!("IssueInstant=\"{issued}"), &format!("IssueInstant=\"{instant}"));
            message(&sign_by_hand(&changed, version))
        };
        let zone = issued.trim_end_matches('Z');
        only_with("accept_local_times", Receiver::accept_local_times, &of(&format!("{zone}+00:01")));
        only_with("accept_times_without_zone", Receiver::accept_times_without_zone, &of(zone));
        // Neither call makes an assertion younger.
        let lenient = service().accept_local_times().accept_times_without_zone();
        let error = refuse_strictly(&lenient, &of(&format!("{zone}-13:00"))).to_string();
        assert!(error.contains("its validity begins at"), "{error}");
    }
}

#[test]
fn an_assertion_behind_its_signature_needs_one_call() {
    for version in BOTH {
        let signed = sign_by_hand(&unsigned(version), version);
        let message = message(&signed);
        let behind =
            replaced(&replaced(&message, &signed, ""), "</wsse:Security>", &format!("{signed}</wsse:Security>"));
        only_with("accept_forward_references", Receiver::accept_forward_references, &behind);
        // It is judged all the same.
        let stranger =
            trusting(AssertionTrust::for_audience("urn:bank").issuer("urn:other", Trust::pins([certificate("carol")])));
        assert!(stranger.accept_forward_references().open(&behind).is_err());
    }
}

#[test]
fn the_type_of_a_reference_to_an_assertion_may_be_that_of_another_version() {
    const V1: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID";
    const V2: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID";
    for (version, own, other) in [(SamlVersion::V1_1, V1, V2), (SamlVersion::V2_0, V2, V1)] {
        let message = message(&sign_by_hand(&unsigned(version), version));
        let (from, to) = (format!(" ValueType=\"{own}\""), |text: &str| format!(" ValueType=\"{text}\""));
        for written in [
            replaced(&message, &from, &to(other)),
            replaced(
                &message,
                &from,
                &to("http://docs.oasis-open.org/wss/2004/01/oasis-2004-01-saml-token-profile-1.0#SAMLAssertionID"),
            ),
            replaced(&message, &from, ""),
        ] {
            only_with("accept_token_types_by_name", Receiver::accept_token_types_by_name, &written);
        }
        // A reference by the Id in a URI.
        let (_, rest) = message.split_once(&format!("<wsse:KeyIdentifier{from}>")).expect("a reference");
        let id = rest.split('<').next().expect("its end");
        let direct = |value_type: &str| {
            let identifier = format!("<wsse:KeyIdentifier{from}>{id}</wsse:KeyIdentifier>");
            replaced(&message, &identifier, &format!("<wsse:Reference URI=\"#{id}\"{value_type}/>"))
        };
        service().open(direct("")).map(drop).expect("the TokenType says it");
        only_with("accept_token_types_by_name", Receiver::accept_token_types_by_name, &direct(&to(own)));
        // The type of a certificate names no assertion.
        let x509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
        let error = refuse_strictly(&service().accept_token_types_by_name(), &direct(&to(x509))).to_string();
        assert!(error.contains("has the ValueType") && !error.contains("or call"), "{error}");
    }
}

#[test]
fn an_issuer_and_an_audience_are_told_as_they_are_read() {
    let message = message(&sign_by_hand(&unsigned(SamlVersion::V2_0), SamlVersion::V2_0));
    let said = |trust: AssertionTrust| refuse_strictly(&trusting(trust), &message).to_string();
    let carol = || Trust::pins([certificate("carol")]);
    let error = said(AssertionTrust::for_audience("urn:bank").issuer("https://idp.example/", carol()));
    assert!(
        error.contains("is issued by \"https://idp.example\", and the known issuers are \"https://idp.example/\""),
        "{error}"
    );
    let error = said(AssertionTrust::for_audience("urn:bank").issuer(ISSUER, Trust::pins([certificate("alice")])));
    assert!(
        error.contains("names a key that is in no certificate of that issuer") || error.contains("none of its issuers"),
        "{error}"
    );
    let error = said(AssertionTrust::for_audience("urn:bank/").issuer(ISSUER, carol()));
    assert!(error.contains("another audience, \"urn:bank\", and we are \"urn:bank/\""), "{error}");
    let many =
        (0..6).fold(AssertionTrust::for_audience("urn:bank"), |trust, at| trust.issuer(format!("urn:{at}"), carol()));
    assert!(said(many).contains("\"urn:3\" and 2 more"));
}
