//! Wrapping and coverage (T01 to T03).
//!
//! A forged part replaces a genuine one, which is moved to every other place of
//! the message, in every wrapping, with every kind of Id. Each message is refused, or yields exactly the genuine octets.

use std::time::SystemTime;

use ws_security::c14n::{Document, Element, Splices, name};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::{
    AssertionTrust, NewAssertion, OpenError, ProtectionToken, RequirementError, SamlName, SamlVersion, Secret,
    SecureConversation,
};

use crate::common::*;
use crate::{find, parse};

/// The parts of the golden message and how each is forged.
const PARTS: [(&str, &str, &str); 3] =
    [("Body", AMOUNT, "9499.90"), ("Action", "urn:pay", "urn:forged"), ("Timestamp", "Created>2", "Created>3")];

#[derive(Clone, Copy)]
enum ForgedId {
    Same,
    Fresh,
    Removed,
    OtherKind,
    Unprefixed,
}

fn forge(genuine: &str, from: &str, to: &str, id: ForgedId) -> String {
    let forged = genuine.replacen(from, to, 1);
    let mut kinds = ["wsu:Id=\"", " AssertionID=\"", " ID=\""].into_iter();
    let Some((kind, start)) = kinds.find_map(|kind| Some((kind, forged.find(kind)?))) else { return forged };
    let start = start + kind.len() - kind.trim_start().len();
    let kind = kind.trim_start();
    let end = start + forged[start..].find("\" ").or_else(|| forged[start..].find("\">")).expect("a value") + 1;
    let value = &forged[start + kind.len()..end - 1];
    let replacement = match id {
        ForgedId::Same => return forged,
        ForgedId::Fresh => format!("{kind}fresh\""),
        ForgedId::Removed => String::new(),
        ForgedId::OtherKind => format!("xml:id=\"{value}\""),
        ForgedId::Unprefixed => format!("Id=\"{value}\""),
    };
    format!("{}{replacement}{}", &forged[..start], &forged[end..])
}

fn dresses(genuine: &str, soap: &str) -> Vec<String> {
    vec![
        genuine.to_owned(),
        format!("<w xmlns=\"urn:w\">{genuine}</w>"),
        format!("<v:x xmlns:v=\"urn:w\"><v:y>{genuine}</v:y></v:x>"),
        format!("<s:Header xmlns:s=\"{soap}\">{genuine}</s:Header>"),
        format!("<s:Body xmlns:s=\"{soap}\">{genuine}</s:Body>"),
        format!("<ds:Object xmlns:ds=\"{}\">{genuine}</ds:Object>", name::DS.uri),
    ]
}

/// Every place in `document` outside the moved part and outside the parts that are signed by value.
fn places(document: &Document<'_>, part: Element<'_>) -> Vec<usize> {
    let mut places = Vec::new();
    for host in document.elements() {
        let sealed = host
            .ancestors_and_self()
            .any(|element| element.is(name::DS.uri, "SignedInfo") || element.is(name::DS.uri, "SignatureValue"));
        if sealed || part.contains(host) || host.is_empty_tag() {
            continue;
        }
        places.push(host.content_span().start);
        places.extend(host.children().filter(|child| !part.contains(*child)).map(|child| child.span().end));
    }
    places.push(document.source().len());
    places.sort_unstable();
    places.dedup();
    places
}

/// A message whose parts are forged, its receiver, and the assertions that it opens with.
#[derive(Clone)]
struct Golden {
    message: String,
    receiver: Receiver,
    more: &'static [(&'static str, &'static str, &'static str)],
}

const ASSERTION: &[(&str, &str, &str)] = &[("Assertion", "uid=ann", "uid=eve")];

fn goldens(soap: &str) -> Vec<Golden> {
    let golden = |recipe: Recipe, receiver: Receiver, more| {
        let message = recipe.secured(&envelope(soap));
        Golden { message, receiver, more }
    };
    let parts = || [Part::Body, Part::Timestamp, action()];
    let assertion = |version| NewAssertion::new(version, "https://idp.example", "uid=ann").audience("urn:bank");
    let issuers = AssertionTrust::for_audience("urn:bank")
        .issuer("https://idp.example", Trust::pins([certificate("carol")]))
        .sender_vouches(trust());
    let secret = || Secret::new(vec![7; 32]);
    let context = ProtectionToken::security_context(SecureConversation::V1_3, "urn:context", secret());
    let context = context.derived_keys(SecureConversation::V1_3);
    let mut goldens = vec![
        golden(recipe().sign(signing()), receiver(), &[]),
        golden(recipe().sign(signing().parts([Part::SigningToken]).token_by_reference()), receiver(), &[]),
        golden(
            recipe().sign(Signing::with_token(&context).parts(parts())),
            receiver().shared_secret(Some("urn:context".to_owned()), secret()),
            &[("DerivedKeyToken", "Length>24", "Length>16")],
        ),
    ];
    for version in [SamlVersion::V1_1, SamlVersion::V2_0] {
        let held = assertion(version).holder_of_key(&certificate("dave"));
        let held = held.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued");
        let holder_of_key = Signing::with(&identity("dave")).holder_of_key().parts(parts());
        goldens.push(golden(
            recipe().token(held).sign(holder_of_key),
            receiver().assertions(issuers.clone()),
            ASSERTION,
        ));
        // Nothing but Alice's signature protects this one.
        let vouched = assertion(version).unsigned(SystemTime::now(), &SystemRandom).expect("written");
        goldens.push(golden(
            recipe().token(vouched).sign(signing().parts([Part::Assertion])),
            receiver().assertions(issuers.clone()),
            ASSERTION,
        ));
    }
    goldens
}

#[test]
fn t01_no_wrapped_part_is_ever_reachable() {
    for soap in [SOAP11, SOAP12] {
        for golden in goldens(soap) {
            let lenient = Golden { receiver: careless(golden.receiver.clone()), ..golden.clone() };
            for golden in [golden, lenient] {
                let (tried, accepted) = wrap(&golden, soap);
                println!("{tried} wrapped messages, {accepted} opened to the genuine octets");
                assert!(tried > 2_000, "{tried}");
            }
        }
    }
}

/// Tries every forgery of every part: how many there were, and how many were accepted.
fn wrap(golden: &Golden, soap: &str) -> (usize, usize) {
    let mut tried = 0;
    let mut accepted = 0;
    let Golden { message: golden, receiver, more } = golden;
    let opened = receiver.open(golden).unwrap_or_else(|error| panic!("{error:?}: {golden}"));
    assert_eq!(opened.assertions().len(), usize::from(more.contains(&ASSERTION[0])), "{golden}");
    let (body, block) =
        (opened.body().xml().to_owned(), opened.header_block(WSA, "Action").expect("signed").xml().to_owned());
    let document = parse(golden);
    for (local, from, to) in PARTS.iter().chain(*more) {
        let part = find(&document, local);
        let genuine = golden[part.span()].to_owned();
        for id in [ForgedId::Same, ForgedId::Fresh, ForgedId::Removed, ForgedId::OtherKind, ForgedId::Unprefixed] {
            let forged = forge(&genuine, from, to, id);
            assert_ne!(forged, genuine);
            for dress in dresses(&genuine, soap) {
                for place in places(&document, part) {
                    let mut splices = Splices::new();
                    if place <= part.span().start || place >= part.span().end {
                        splices.replace(part.span(), forged.clone());
                        splices.insert(place, dress.clone());
                    }
                    let message = splices.apply(golden).text;
                    tried += 1;
                    if let Ok(opened) = receiver.open(&message) {
                        accepted += 1;
                        assert_eq!(opened.body().xml(), body, "{message}");
                        if let Some(found) = opened.header_block(WSA, "Action") {
                            assert_eq!(found.xml(), block, "{message}");
                        }
                        for confirmed in opened.assertions() {
                            assert_eq!(
                                confirmed.assertion().subject().map(SamlName::value),
                                Some("uid=ann"),
                                "{message}"
                            );
                            assert!(!confirmed.assertion().xml().contains("uid=eve"), "{message}");
                        }
                    }
                }
            }
        }
    }
    (tried, accepted)
}

#[test]
fn t01_structures_of_a_second_part_are_refused() {
    let golden = signed(SOAP11);
    let document = parse(&golden);
    let body = golden[find(&document, "Body").span()].to_owned();
    let header = golden[find(&document, "Header").span()].to_owned();
    let security = golden[find(&document, "Security").span()].to_owned();
    let forged = body.replace(AMOUNT, "9").replace("wsu:Id", "x");
    for message in [
        golden.replacen(&body, &format!("{forged}{body}"), 1),
        golden.replacen(&body, &format!("{body}{forged}"), 1),
        golden.replacen(&header, &format!("{header}{header}"), 1),
        golden.replacen(&security, &format!("{security}<wsse:Security xmlns:wsse=\"{}\"/>", name::WSSE.uri), 1),
        golden.replacen(&header, "", 1),
        golden.replacen("</s:Envelope>", "</s:Envelope><s:Envelope xmlns:s=\"urn:x\"/>", 1),
        golden.replacen("</s:Envelope>", "<x xmlns=\"urn:x\"/></s:Envelope>", 1),
        format!("<w xmlns=\"urn:w\">{golden}</w>"),
    ] {
        refuse(&receiver(), &message);
    }
}

#[test]
fn t02_what_is_not_signed_is_not_proven() {
    let plan = |parts: Vec<Part>| recipe().sign(Signing::with(&identity("alice")).parts(parts)).plan().expect("a plan");
    let secure = |parts: Vec<Part>| plan(parts).message(&envelope(SOAP11)).secure().expect("secured").message;
    assert!(receiver().open(secure(vec![Part::Body, Part::Timestamp])).is_ok());
    for parts in [vec![Part::Timestamp], vec![Part::Body], vec![action()]] {
        let error = refuse(&receiver(), &secure(parts));
        assert!(matches!(error, OpenError::Requirement(RequirementError::NotSigned { .. })), "{error}");
    }
    // Each half has its own signature, so no signer covers both.
    let halves = recipe()
        .sign(Signing::with(&identity("alice")).parts([Part::Body]))
        .sign(Signing::with(&identity("alice")).parts([Part::Timestamp]))
        .secured(&envelope(SOAP11));
    refuse(&receiver(), &halves);
    // The signature removed.
    let golden = signed(SOAP11);
    let document = parse(&golden);
    let signature = golden[find(&document, "Signature").span()].to_owned();
    refuse(&receiver(), &golden.replacen(&signature, "", 1));
    // A header block that is not covered is not there.
    let opened = receiver().open(&golden).expect("opens");
    assert!(opened.header_block(WSA, "Action").is_some());
    assert!(opened.header_block(WSA, "To").is_none());
}

#[test]
fn t03_duplicate_ids_are_refused_wherever_they_stand() {
    let golden = signed(SOAP11);
    let id = golden.split("wsu:Id=\"").last().and_then(|rest| rest.split('"').next()).expect("an Id").to_owned();
    for duplicate in [
        format!("<x xmlns:u=\"{}\" u:Id=\"{id}\"/>", name::WSU.uri),
        format!("<x xml:id=\"{id}\"/>"),
        format!("<d:KeyInfo xmlns:d=\"{}\" Id=\"{id}\"/>", name::DS.uri),
        format!("<m:Assertion xmlns:m=\"{}\" ID=\"{id}\"/>", name::SAML2.uri),
        format!("<x Id=\"{id}\"/>"),
    ] {
        let message = golden.replacen("<a:To>", &format!("{duplicate}<a:To>"), 1);
        assert!(matches!(refuse(&receiver(), &message), OpenError::Envelope(_)), "{duplicate}");
    }
    let plain = golden.replacen("<a:To>", &format!("<a:To><x Id=\"{id}\"/>"), 1);
    assert!(receiver().open(plain).is_ok(), "an attribute that is no Id may have the value");
}
