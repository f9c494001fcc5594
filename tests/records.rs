//! What is kept of a message, and who made it: two messages have two records, and two signers two identities.

mod common;

use std::time::SystemTime;

use common::issued::sign_by_hand;
use common::*;
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::{AssertionTrust, DangerousNoReplayCache, NewAssertion, SamlVersion, Signer};

#[cfg(feature = "serde")]
mod packages {
    use std::sync::Arc;

    use ws_security::attachments::Package;
    use ws_security::c14n::name;
    use ws_security::{EvidenceRecord, FixedClock, Limits, RecordError, ReferenceForm};

    use super::*;

    /// A package of XOP, in which the ciphertext is a part of its own: its Content-Type, and its octets.
    fn package(amount: &str) -> (String, Vec<u8>) {
        let plan = Recipe::new()
            .sign(Signing::with(&identity("alice")).reference(ReferenceForm::IssuerSerial).parts([Part::Body]))
            .encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body, Part::Signature]))
            .plan()
            .expect("a plan");
        let envelope = format!(
            "<s:Envelope xmlns:s='{SOAP12}'><s:Body xmlns:u='{}' u:Id='b'><pay xmlns='urn:p'>{amount}</pay></s:Body></s:Envelope>",
            name::WSU.uri
        );
        let secured = plan.message(&envelope).attachments(Vec::new()).secure().expect("secured").message;
        let optimized = secured.optimized(1).expect("optimized");
        (optimized.content_type(), optimized.write(Vec::new()).expect("written"))
    }

    /// The envelope of one package with the other parts of another, which have the same Content-IDs.
    fn mixed(envelope: &Package<'_>, parts: &Package<'_>) -> (String, Vec<u8>) {
        let head = "--b\r\nContent-Type: application/xop+xml; charset=utf-8; type=\"application/soap+xml\"\r\n\r\n";
        let mut body = head.as_bytes().to_vec();
        body.extend(envelope.unauthenticated_envelope());
        for (named, part) in envelope.attachments().iter().zip(parts.attachments()) {
            let id = named.content_id().expect("a Content-ID");
            body.extend(
                format!("\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-ID: <{id}>\r\n\r\n").bytes(),
            );
            body.extend(part.unauthenticated_content().expect("read").iter());
        }
        body.extend(b"\r\n--b--\r\n");
        let of = "multipart/related; boundary=b; type=\"application/xop+xml\"; start-info=\"application/soap+xml\"";
        (of.to_owned(), body)
    }

    #[test]
    fn a_record_is_about_every_part_of_a_package() {
        let parse =
            |of: &'static (String, Vec<u8>)| Package::parse_body(&of.0, &of.1, &Limits::default()).expect("a package");
        let kept = |of: (String, Vec<u8>)| -> &'static (String, Vec<u8>) { Box::leak(Box::new(of)) };
        let (one, other) = (parse(kept(package("1"))), parse(kept(package("9000000"))));
        let mixed = parse(kept(mixed(&one, &other)));
        let now = SystemTime::now();
        let requirements = Requirements::signed([Part::Body]).encrypted([Part::Body]);
        let receiver = Receiver::new(Trust::pins([certificate("alice")]), requirements, DangerousNoReplayCache)
            .decrypt_with(identity("bob"))
            .clock(Arc::new(FixedClock(now)));
        let opened = receiver.open(&one).expect("opens");
        let record = serde_json::to_string(&EvidenceRecord::of(opened.evidence(), &one, now)).expect("JSON");
        let record: EvidenceRecord = serde_json::from_str(&record).expect("a record");
        assert_eq!(record.compare(receiver.open(&one).expect("opens").evidence(), &one), Ok(()));
        // The octets of the envelope are the same, and so is the evidence.
        assert_eq!(mixed.unauthenticated_envelope(), one.unauthenticated_envelope());
        let again = receiver.open(&mixed).expect("the other message, in the parts of the first");
        assert!(opened.body().xml().contains(">1<") && again.body().xml().contains(">9000000<"));
        assert_eq!(record.compare(again.evidence(), &mixed), Err(RecordError::OtherMessage));
        // The envelope alone is not that message either.
        assert_eq!(record.compare(opened.evidence(), one.unauthenticated_envelope()), Err(RecordError::OtherMessage));
    }
}

/// The signer of a message of whoever holds the key of `holder`, as an assertion names its subject.
fn subject(value: &str, attributes: &str, holder: &str) -> Signer {
    let issuers =
        AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", Trust::pins([certificate("carol")]));
    let demands = Requirements::signed([Part::Body, Part::Timestamp]);
    let receiver = Receiver::new(Trust::no_certificates(), demands, DangerousNoReplayCache).assertions(issuers);
    let assertion = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", value)
        .audience("urn:bank")
        .holder_of_key(&certificate(holder));
    let unsigned = assertion.unsigned(SystemTime::now(), &SystemRandom).expect("written");
    let unsigned = unsigned.replacen("<saml2:NameID>", &format!("<saml2:NameID{attributes}>"), 1);
    let assertion = sign_by_hand(&unsigned, SamlVersion::V2_0);
    let signing = Signing::with(&identity(holder)).holder_of_key().parts([Part::Body, Part::Timestamp]);
    let message = recipe().token(assertion).sign(signing).secured(&envelope(SOAP11));
    receiver.open(&message).expect("opens").signer().clone()
}

/// The text of a signer is for people: a qualifier that a name spells out, a name that is cut, an escape that is spelled out.
#[test]
fn signers_of_one_text_have_their_own_identities() {
    let long = |middle: &str| ["a".repeat(200).as_str(), middle, "z".repeat(70).as_str()].concat();
    for (one, other) in [
        (subject("ann", " NameQualifier=\"urn:dom\"", "dave"), subject("ann in urn:dom", "", "alice")),
        (subject("ann", "", "dave"), subject("ann", " SPNameQualifier=\"urn:other\"", "alice")),
        (subject(&long("0000000000"), "", "dave"), subject(&long("1111111111"), "", "alice")),
        (subject("ann\u{202e}", "", "dave"), subject("ann\\u{202e}", "", "alice")),
    ] {
        assert_eq!(one.to_string(), other.to_string());
        assert_ne!(one.identity(), other.identity(), "{one}");
        // The same subject has the same identity, whichever key it holds.
        assert_eq!(one.identity(), one.clone().identity());
    }
    let ann = subject("ann", " NameQualifier=\"urn:dom\"", "dave").identity();
    let name = ann.subject.expect("a name");
    assert_eq!((name.value.as_str(), name.qualifier.as_deref()), ("ann", Some("urn:dom")));
    assert_eq!((ann.kind.as_str(), ann.issuer.as_deref()), ("assertion", Some("https://idp.example")));
    let message = recipe().sign(signing()).secured(&envelope(SOAP11));
    let alice = receiver().open(&message).expect("opens").signer().identity();
    assert_eq!(alice.serial, Some(certificate("alice").serial_decimal()));
    assert_eq!(alice.issuer, Some(certificate("alice").issuer().to_string()));
    assert!(alice.certificate_sha256.is_some_and(|sha256| sha256.len() == 64));
}
