//! Calls that accept more, where the rule behind the default is about the usual form: the other form must not go around it.

mod common;
#[path = "common/signed_again.rs"]
mod signed_again;

use std::time::SystemTime;

use common::issued::{sign_by_hand, x509_data};
use common::*;
use signed_again::signed_again;
use ws_security::c14n::base64_encode;
use ws_security::crypto::{Digest, SystemRandom};
use ws_security::prelude::*;
use ws_security::{
    AssertionTrust, CoverageLost, DangerousNoReplayCache, DigestMethod, ElementPath, MemoryReplayCache, NewAssertion,
    OpenError, ProtectionToken, RequirementError, SamlVersion, Secret,
};

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const INCLUSIVE: [&str; 2] =
    ["http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11"];

/// The last reference of the signature in this canonical form.
fn last_reference_in(message: &str, method: &str) -> String {
    let end = message.find("</ds:SignedInfo>").expect("a SignedInfo");
    let at = message[..end].rfind(EXCLUSIVE).expect("a transform");
    let mut changed = message.to_owned();
    changed.replace_range(at..at + EXCLUSIVE.len(), method);
    changed
}

/// Ciphertext declares prefixes of its own. An inclusive form of it has those, and a plaintext in its place would take
/// what is around it: a prefix in a value means then whatever anyone declares on the Envelope.
#[test]
fn an_inclusive_form_of_ciphertext_does_not_tell_what_the_ciphertext_hides() {
    let note = Part::header_block("urn:n", "Note");
    let block = "<n:Note xmlns:n=\"urn:n\" kind=\"soap:A\"/><a:Action>";
    let envelope = envelope(SOAP11).replacen("<a:Action>", block, 1);
    let encrypting = Encrypting::to(&certificate("bob")).parts([note.clone()]);
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, note]);
    let message = recipe().encrypt(encrypting).sign(signing).secured(&envelope);
    assert!(message.contains("<wsse11:EncryptedHeader xmlns:soap="), "{message}");
    let bob = receiver().decrypt_with(identity("bob")).accept_inclusive_canonicalization();
    for method in INCLUSIVE {
        let signed = |declared: &str| {
            let message = message.replacen("<s:Envelope ", &format!("<s:Envelope {declared} "), 1);
            signed_again(&last_reference_in(&message, method)).expect("signed again")
        };
        for same in [String::new(), format!("xmlns:soap=\"{SOAP11}\""), "xmlns:other=\"urn:mine\"".to_owned()] {
            let opened = bob.open(signed(&same)).unwrap_or_else(|error| panic!("{same}: {error}"));
            assert!(opened.header_block("urn:n", "Note").is_some());
        }
        let mine = signed("xmlns:soap=\"urn:mine\"");
        for hidden in [mine.replacen("urn:mine", "urn:evil", 1), mine] {
            let opened = bob.open(&hidden).expect("the Body is not concerned");
            let shown = opened.header_block("urn:n", "Note").map(|block| block.xml().to_owned());
            assert_eq!(shown, None, "{method}");
            let lost = opened.evidence().signatures.iter().flat_map(|signature| &signature.lost);
            let lost: Vec<_> = lost.map(|lost| (lost.part.to_string(), lost.why.clone())).collect();
            let why = CoverageLost::UnsignedNamespace { prefix: "soap".into() };
            assert_eq!(lost, [("{urn:n}Note".to_owned(), why)]);
        }
    }
}

/// The evidence has no instant that nobody answers for.
#[test]
fn a_timestamp_that_anyone_may_have_added_is_not_evidence() {
    let body = || Signing::with(&identity("alice")).parts([Part::Body]);
    let signed = recipe().sign(body().parts([Part::Timestamp])).secured(&envelope(SOAP11));
    let stamp = |message: &str| {
        let (start, end) = ("<wsu:Timestamp", "</wsu:Timestamp>");
        let at = message.find(start).expect("a timestamp");
        message[at..at + message[at..].find(end).expect("its end") + end.len()].to_owned()
    };
    let bare = Recipe::new().sign(body()).secured(&envelope(SOAP11));
    let added = bare.replacen("<ds:Signature ", &format!("{}<ds:Signature ", stamp(&signed)), 1);
    let apart = recipe().sign(body()).sign(Signing::with(&identity("alice")).parts([Part::Timestamp]));
    let apart = apart.secured(&envelope(SOAP11));
    let receiver = Receiver::new(trust(), Requirements::signed([Part::Body]), DangerousNoReplayCache);
    for (message, is_evidence) in [(&signed, true), (&added, false), (&apart, false)] {
        for receiver in [receiver.clone(), careless(receiver.clone())] {
            let opened = receiver.open(message).unwrap_or_else(|error| panic!("{error}\n{message}"));
            assert_eq!(opened.evidence().timestamp.is_some(), is_evidence, "{message}");
            let protected = receiver.over_protected_transport().open(message).expect("opens");
            assert!(protected.evidence().timestamp.is_some());
        }
    }
    let opened = receiver.open_parts(&added).expect("opens");
    assert!(opened.evidence().timestamp.is_none());
}

fn pay(inside: &[&str]) -> Part {
    let steps: String = ["Pay"].iter().chain(inside).map(|step| format!("/{{urn:p}}{step}")).collect();
    Part::element(ElementPath::parse(&format!("Body{steps}")).expect("a path"))
}

/// Whoever encrypts an element of a signed Body has not encrypted the Body.
#[test]
fn the_evidence_tells_a_part_of_the_body_from_the_body() {
    let bob = receiver().decrypt_with(identity("bob"));
    for (part, told) in [(Part::Body, "Body"), (pay(&["To"]), "part of the Body"), (pay(&[]), "Body")] {
        let encrypting = Encrypting::to(&certificate("bob")).parts([part.clone()]);
        let opened = bob.open(recipe().sign(signing()).encrypt(encrypting).secured(&envelope(SOAP11))).expect("opens");
        let parts: Vec<_> = opened.evidence().decrypted.iter().map(|line| line.part.as_str()).collect();
        assert_eq!(parts, [told], "{part}");
    }
}

/// Text beside ciphertext is blank only if it is of the blanks of XML.
#[test]
fn an_element_with_other_white_space_beside_its_ciphertext_was_not_encrypted() {
    let demands = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([pay(&["To"])]);
    let receiver = Receiver::new(trust(), demands, DangerousNoReplayCache).decrypt_with(identity("bob"));
    for (beside, is_encrypted) in [("", true), ("\n \t", true), ("\u{a0}", false), ("\u{3000}", false), ("x", false)] {
        let content = format!("<p:To>{beside}<p:Name>Ann</p:Name>{beside}</p:To>");
        let envelope = envelope(SOAP11).replacen("<p:To>Ann</p:To>", &content, 1);
        let encrypting = Encrypting::to(&certificate("bob")).parts([pay(&["To", "Name"])]);
        let message = recipe().sign(signing()).encrypt(encrypting).secured(&envelope);
        match receiver.open(&message) {
            Ok(_) => assert!(is_encrypted, "{beside:?}"),
            Err(OpenError::Requirement(RequirementError::NotEncrypted { .. })) => assert!(!is_encrypted, "{beside:?}"),
            Err(error) => panic!("{error}"),
        }
    }
}

/// The name of a user is no part of the key that is made of his password. Where two have one password, a demand for the
/// token tells them apart.
#[test]
fn a_demanded_token_holds_the_name_of_a_user_whose_password_another_has() {
    let key = ProtectionToken::username("ann", "s3cret");
    let requirements = || Requirements::signed([Part::Body, Part::Timestamp, Part::UsernameToken]);
    let of = |requirements| {
        let receiver = Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache);
        receiver.passwords(|_: &str| Some(Secret::new(b"s3cret".to_vec())))
    };
    let signing = Signing::with_token(&key).parts([Part::Body, Part::Timestamp]);
    let covered = recipe().sign(signing.clone().parts([Part::SigningToken])).secured(&envelope(SOAP11));
    let uncovered = recipe().sign(signing).secured(&envelope(SOAP11));
    let renamed = |message: &str| message.replacen(">ann</wsse:Username>", ">bob</wsse:Username>", 1);
    assert!(of(requirements()).open(&covered).is_ok());
    for message in [renamed(&covered), uncovered.clone(), renamed(&uncovered)] {
        refuse(&of(requirements()), &message);
    }
}

/// A store knows signatures. Each of several that prove one message proves it alone, unless one of them signs the others.
#[test]
fn a_signature_that_signs_the_other_keeps_a_message_one() {
    let trust = || Trust::pins([certificate("alice"), certificate("ec256")]);
    let parts = || [Part::Body, Part::Timestamp];
    let first = || recipe().sign(Signing::with(&identity("alice")).parts(parts()));
    let apart = first().sign(Signing::with(&identity("ec256")).parts(parts())).secured(&envelope(SOAP11));
    let bound = first().sign(Signing::with(&identity("ec256")).parts(parts()).parts([Part::Signature]));
    let bound = bound.secured(&envelope(SOAP11));
    let without = |message: &str, nth: usize| {
        let (start, end) = ("<ds:Signature ", "</ds:Signature>");
        let at = message.match_indices(start).nth(nth).expect("a signature").0;
        let until = at + message[at..].find(end).expect("its end") + end.len();
        format!("{}{}", &message[..at], &message[until..])
    };
    for (message, times) in [(&apart, 2), (&bound, 1)] {
        let store = || Receiver::new(trust(), Requirements::signed(parts()), MemoryReplayCache::default());
        let receiver = store();
        let opened = (0..2).filter(|nth| receiver.open(without(message, *nth)).is_ok()).count();
        assert_eq!(opened, times);
        // Of the whole message, no signature is new a second time.
        let receiver = store();
        assert!(receiver.open(message).is_ok());
        assert!((0..2).all(|nth| receiver.open(without(message, nth)).is_err()));
    }
}

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
