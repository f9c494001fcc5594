//! What an issuer did not say, or said of somebody else.

mod common;

use std::time::SystemTime;

use common::issued::{sign_by_hand, x509_data};
use common::*;
use ws_security::c14n::base64_encode;
use ws_security::crypto::{Digest, SystemRandom};
use ws_security::prelude::*;
use ws_security::{AssertionTrust, DangerousNoReplayCache, DigestMethod, NewAssertion, OpenError, SamlVersion};

/// The signature of an assertion does not cover itself. What a holder writes into it is not what the issuer says.
#[test]
fn what_is_put_into_the_signature_of_an_assertion_is_not_handed_out() {
    let (issuer, audience) = ("https://idp.example", "urn:bank");
    let issuers = AssertionTrust::for_audience(audience).issuer(issuer, Trust::pins([certificate("carol")]));
    let service = receiver().assertions(issuers);
    for version in SamlVersion::ALL {
        let new = NewAssertion::new(version, issuer, "uid=dave").audience(audience).attribute("role", ["teller"]);
        let new = new.holder_of_key(&certificate("dave"));
        let issued = new.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("signed");
        let (end, more) = (
            "</ds:KeyInfo></ds:Signature>",
            "<z:Attribute Name=\"role\" AttributeName=\"role\">\
             <z:AttributeValue>admin</z:AttributeValue></z:Attribute>",
        );
        let added = format!("<z:Said xmlns:z=\"{}\">{more}</z:Said>{end}", version.namespace().uri);
        let changed = issued.replacen(end, &added, 1);
        let changed = changed.replacen("<ds:SignatureValue>", "<ds:SignatureValue Id=\"admin\">", 1);
        assert!(changed.len() > issued.len() + added.len() - end.len(), "{issued}");
        for token in [issued, changed] {
            let signing = Signing::with(&identity("dave")).holder_of_key().parts([Part::Body, Part::Timestamp]);
            let message = recipe().token(token.as_str()).sign(signing).secured(&envelope(SOAP11));
            let opened = service.open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
            let said = opened.assertions()[0].assertion();
            assert_eq!(said.attribute("role").map(<[String]>::concat).as_deref(), Some("teller"));
            assert!(said.xml().contains("teller") && !said.xml().contains("admin"), "{}", said.xml());
            assert!(!said.xml().contains("Signature"), "{}", said.xml());
            assert!(said.with_signature().contains("<ds:SignatureValue"), "{}", said.with_signature());
            // It is what was digested.
            let digest = base64_encode(Digest::of(DigestMethod::Sha256, said.xml().as_bytes()).as_octets());
            assert!(token.contains(&format!("<ds:DigestValue>{digest}</ds:DigestValue>")), "{}\n{token}", said.xml());
            // What is passed on is accepted like the first.
            let signing = Signing::with(&identity("dave")).holder_of_key().parts([Part::Body, Part::Timestamp]);
            let next = recipe().token(said.with_signature()).sign(signing).secured(&envelope(SOAP11));
            let again = service.open(&next).unwrap_or_else(|error| panic!("{error}\n{next}"));
            assert_eq!(again.assertions()[0].assertion().xml(), said.xml());
        }
    }
}

/// An issuer names its holder by issuer and serial number, and the receiver knows two certificates of that name.
#[test]
fn a_holder_is_not_the_first_of_two_known_certificates_of_one_name() {
    let (issuer, audience) = ("https://idp.example", "urn:bank");
    let (alice, twin) = (certificate("alice"), certificate("twin-alice"));
    assert_eq!((alice.issuer(), alice.serial_decimal()), (twin.issuer(), twin.serial_decimal()));
    let by_serial = format!(
        "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{}</ds:X509IssuerName><ds:X509SerialNumber>{}\
         </ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>",
        alice.issuer(),
        alice.serial_decimal()
    );
    for version in SamlVersion::ALL {
        let new = NewAssertion::new(version, issuer, "uid=ann").audience(audience).holder_of_key(&alice);
        let written = new.unsigned(SystemTime::now(), &SystemRandom).expect("written");
        let issued = sign_by_hand(&written.replace(&x509_data("alice"), &by_serial), version);
        let open = |known: &[&Certificate], key: &str| {
            let issuers = AssertionTrust::for_audience(audience).issuer(issuer, Trust::pins([certificate("carol")]));
            let trust = trust().known(known.iter().map(|known| (*known).clone()));
            let requirements = Requirements::signed([Part::Body, Part::Timestamp]).saml_token(version);
            let receiver = Receiver::new(trust, requirements, DangerousNoReplayCache).assertions(issuers);
            let signing = Signing::with(&identity(key)).holder_of_key().parts([Part::Body, Part::Timestamp]);
            receiver.open(recipe().token(issued.as_str()).sign(signing).secured(&envelope(SOAP11))).map(drop)
        };
        assert_eq!(open(&[&alice], "alice"), Ok(()));
        assert_eq!(open(&[&alice, &alice], "alice"), Ok(()));
        for known in [[&alice, &twin], [&twin, &alice]] {
            for key in ["alice", "twin-alice"] {
                assert_eq!(open(&known, key), Err(OpenError::AmbiguousKey), "{key}");
            }
        }
    }
}
