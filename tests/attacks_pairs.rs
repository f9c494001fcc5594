//! Every pair of places: an element that was signed at one place and is moved to another is refused, whatever the receiver
//! names and however it opens the message. A signature covers an element and not its place, so that one signed message
//! makes them all.

mod common;

use common::*;
use ws_security::c14n::{Document, Limits, id_of, name};
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, ElementPath, OpenError, TransportFacts, Waiver};

const X: &str = "urn:x";

/// A place for one element: where it is put in the frame, and the part that a receiver names there, if it can.
type Place = (&'static str, fn(&str, &str) -> Option<Part>);

const PLACES: [Place; 16] = [
    ("block", |ns, local| Some(Part::header_block(ns, local))),
    ("in-block", |ns, local| named("Header", &[("urn:c", "Customer"), (ns, local)])),
    ("deep-in-block", |ns, local| named("Header", &[("urn:c", "Customer"), ("urn:c", "inner"), (ns, local)])),
    ("in-block-of-other", |_, _| None),
    ("in-header-of-other", |_, _| None),
    ("in-token-of-other", |_, _| None),
    ("body", |ns, local| named("Body", &[(ns, local)])),
    ("order", |ns, local| named("Body", &[(X, "order"), (ns, local)])),
    ("line", |ns, local| named("Body", &[(X, "order"), (X, "line"), (ns, local)])),
    ("detail", |ns, local| named("Body", &[(SOAP11, "Fault"), ("", "detail"), (ns, local)])),
    ("second-body", |_, _| None),
    // Of our Security header.
    (SECURITY, |_, _| None),
    ("in-timestamp", |_, _| None),
    ("in-key-info", |_, _| None),
    ("in-token", |_, _| None),
    // Ciphertext becomes a header block there.
    ("in-encrypted-header", |_, _| None),
];
const SECURITY: &str = "security";

fn named(under: &str, steps: &[(&str, &str)]) -> Option<Part> {
    let steps: String = steps.iter().map(|(namespace, local)| format!("/{{{namespace}}}{local}")).collect();
    Some(Part::element(ElementPath::parse(&format!("{under}{steps}")).expect("a path")))
}

/// An envelope with the place that `<at-…/>` names in each element.
fn frame() -> String {
    let wsse = name::WSSE.uri;
    format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\" xmlns:w=\"{wsse}\"><s:Header><at-block/><c:Customer xmlns:c=\"urn:c\">\
         <at-in-block/><c:inner><at-deep-in-block/></c:inner></c:Customer><c:Customer xmlns:c=\"urn:c\" \
         s:actor=\"urn:other\"><at-in-block-of-other/></c:Customer><w:Security s:actor=\"urn:other\">\
         <at-in-header-of-other/><w:UsernameToken><w:Username>eve</w:Username><at-in-token-of-other/></w:UsernameToken>\
         </w:Security><f:EncryptedHeader xmlns:f=\"{}\"><at-in-encrypted-header/></f:EncryptedHeader></s:Header><s:Body><at-body/><o:order xmlns:o=\"{X}\"><at-order/><o:line><at-line/></o:line>\
         </o:order><s:Fault><faultcode>s:Client</faultcode><faultstring/><detail><at-detail/></detail></s:Fault>\
         <s:Body><at-second-body/></s:Body></s:Body></s:Envelope>",
        name::WSSE11.uri
    )
}

/// A message that signs its Timestamp and the element with the Id `x`, and perhaps more.
struct Signed {
    message: String,
    element: String,
    home: &'static str,
}

impl Signed {
    fn new(element: &str, also: &[Part], encrypt: bool) -> Self {
        let home = if encrypt { "<at-order/>" } else { "<at-block/>" };
        let source = frame().replacen(home, element, 1);
        let parts = [Part::Timestamp, Part::Id("x".to_owned())].into_iter().chain(also.iter().cloned());
        let mut recipe = recipe().sign(Signing::with(&identity("alice")).parts(parts));
        if encrypt {
            recipe = recipe.encrypt(Encrypting::to(&certificate("bob")).parts([Part::Id("x".to_owned())]));
        }
        let message = recipe.secured(&source);
        let document = Document::parse(message.as_str(), &Limits::default()).expect("well-formed");
        let is_it = |element: ws_security::c14n::Element<'_>| match encrypt {
            true => element.is(name::XENC.uri, "EncryptedData"),
            false => id_of(element).as_deref() == Some("x"),
        };
        let found = document.elements().find(|element| is_it(*element)).expect("the signed element");
        let element = message[found.span()].to_owned();
        Self { message, element, home }
    }

    /// The message with the element at a place.
    fn at(&self, (place, _): &Place) -> String {
        let without = self.message.replacen(&self.element, self.home, 1);
        let behind = |text: &str, close: &str| {
            let at = text.rfind(close).unwrap_or_else(|| panic!("no {close}"));
            format!("{}{}{}", &text[..at], self.element, &text[at..])
        };
        match *place {
            SECURITY => behind(&without, "</wsse:Security>"),
            "in-timestamp" => behind(&without, "</wsu:Timestamp>"),
            "in-key-info" => behind(&without, "</ds:KeyInfo>"),
            "in-token" => behind(&without, "</wsse:BinarySecurityToken>"),
            place => {
                let marker = format!("<at-{place}/>");
                assert!(without.contains(&marker), "{marker}");
                without.replacen(&marker, &self.element, 1)
            }
        }
    }
}

fn receiver_of(signed: &[Part], if_present: &[Part]) -> Receiver {
    let requirements = Requirements::dangerous_unsigned().also_signed(signed.to_vec());
    let requirements = requirements.signed_if_present(if_present.to_vec());
    Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"))
}

/// The result of each way to open the message.
fn open(receiver: &Receiver, message: &str) -> [Result<(), OpenError>; 2] {
    let unprotected = TransportFacts::dangerous_unprotected();
    [receiver.open_parts(message).map(drop), receiver.open_unsigned(message, unprotected).map(drop)]
}

/// The error of each way to open the message, with other shapes accepted and without.
fn refused(receiver: &Receiver, message: &str, why: &str) -> OpenError {
    for receiver in [lenient(receiver.clone()), receiver.clone()] {
        for result in open(&receiver, message) {
            assert!(result.is_err(), "{why}");
        }
    }
    receiver.open_parts(message).map(drop).expect_err("refused")
}

/// Elements that mean something at some place, each with the Id `x`.
fn kinds() -> Vec<String> {
    let (wsu, wsse) = (name::WSU.uri, name::WSSE.uri);
    let of = |start: &str, content: &str| {
        let local = start.split(' ').next().expect("a name");
        format!("<{start} xmlns:u=\"{wsu}\" xmlns:w=\"{wsse}\" u:Id=\"x\">{content}</{local}>")
    };
    vec![
        of(&format!("x:limit xmlns:x=\"{X}\""), "100"),
        of("w:UsernameToken", "<w:Username>ann</w:Username>"),
        of("w:SecurityTokenReference", "<w:Reference URI=\"urn:nothing\"/>"),
        of(&format!("w:Security xmlns:s=\"{SOAP11}\" s:actor=\"urn:third\""), ""),
        of(&format!("d:KeyInfo xmlns:d=\"{}\"", name::DS.uri), "<d:KeyName>k</d:KeyName>"),
        of(&format!("s:Body xmlns:s=\"{SOAP11}\""), "<pay/>"),
    ]
}

fn name_of(element: &str) -> (String, String) {
    let document = Document::parse(element, &Limits::default()).expect("well-formed");
    let name = document.root().name();
    (name.namespace.to_owned(), name.local.to_owned())
}

/// The receiver names one place, if an element is there. At every other place the element is refused.
#[test]
fn a_signed_element_counts_only_at_the_place_that_is_named() {
    let (mut opened, mut tried) = (0, 0);
    for (element, encrypted) in kinds().iter().flat_map(|kind| [(kind, false), (kind, true)]) {
        let signed = Signed::new(element, &[], encrypted);
        let (namespace, local) = name_of(element);
        for named in &PLACES {
            let Some(part) = named.1(&namespace, &local) else { continue };
            let receiver = receiver_of(&[Part::Timestamp], std::slice::from_ref(&part));
            for place in &PLACES {
                let message = signed.at(place);
                tried += 1;
                let stands_at = match (encrypted, place.0) {
                    (true, "in-encrypted-header") => "block",
                    (_, place) => place,
                };
                // Ciphertext of a header block is in an EncryptedHeader, and bare ciphertext is a block by a call.
                let is_bare = (encrypted, place.0) == (true, "block");
                if stands_at != named.0 {
                    refused(&receiver, &message, &format!("{part}: {local} at {}, encrypted: {encrypted}", place.0));
                } else if namespace == X {
                    assert!(!is_bare || open(&receiver, &message).iter().all(Result::is_err), "{part}");
                    let accepting = receiver.clone().accept_encrypted_data_as_header_blocks();
                    let results = open(if is_bare { &accepting } else { &receiver }, &message);
                    assert!(results.iter().all(Result::is_ok), "{part}: {results:?}");
                    opened += 1;
                }
            }
        }
    }
    println!("{tried} messages, {opened} genuine");
    assert!(opened == 15 && tried > 1_000, "{opened} of {tried}");
}

/// The receiver names nothing but the Timestamp: no place counts.
#[test]
fn a_signed_element_that_nothing_names_is_never_read() {
    for element in kinds() {
        let signed = Signed::new(&element, &[], false);
        let (namespace, local) = name_of(&element);
        let receiver = receiver_of(&[Part::Timestamp], &[]);
        for place in &PLACES {
            let message = signed.at(place);
            let is_token = namespace == name::WSSE.uri && local != "Security";
            let is_known_child = place.0 == SECURITY && is_token;
            let is_block = place.0 == "block" && [X, name::DS.uri, name::WSSE.uri].contains(&&*namespace) && !is_token;
            if is_known_child {
                // It is there, and says what it says.
                assert!(open(&receiver, &message).iter().all(Result::is_ok), "{local}");
            } else if is_block {
                // It may come from anywhere, so it is not returned.
                let opened = receiver.open_parts(&message).unwrap_or_else(|error| panic!("{error}"));
                assert!(opened.header_block(&namespace, &local).is_none());
                assert_eq!(opened.header_blocks(&namespace, &local).count(), 0);
                let unprotected = TransportFacts::dangerous_unprotected();
                let opened = receiver.open_unsigned(&message, unprotected).unwrap_or_else(|error| panic!("{error}"));
                assert!(opened.header_block(&namespace, &local).is_none());
            } else if (place.0, &*local) == ("in-key-info", "SecurityTokenReference") {
                // A call accepts several references there, and reads the first: its key must verify the signature.
                assert!(open(&receiver, &message).iter().all(Result::is_err), "{local}");
            } else {
                refused(&receiver, &message, &format!("{local} at {}", place.0));
            }
        }
    }
}

/// The receiver names two places for elements of one name: the signature does not tell them apart.
#[test]
fn an_element_of_two_named_places_is_refused_unless_that_is_accepted() {
    let kinds = kinds();
    let signed = Signed::new(&kinds[0], &[], false);
    let (namespace, local) = name_of(&kinds[0]);
    let mut tried = 0;
    for one in &PLACES {
        for other in PLACES.iter().filter(|other| other.0 != one.0) {
            let (Some(first), Some(second)) = (one.1(&namespace, &local), other.1(&namespace, &local)) else {
                continue;
            };
            let receiver = receiver_of(&[Part::Timestamp], &[first, second.clone()]);
            let message = signed.at(one);
            let error = refused(&receiver, &message, &second.to_string());
            let OpenError::Interchangeable { from, .. } = &error else { panic!("{error}") };
            assert_eq!(from.as_str(), second.to_string());
            assert!(error.to_string().contains("`accept_interchangeable_elements`"), "{error}");
            let accepting = receiver.accept_interchangeable_elements();
            let opened = accepting.open_parts(&message).unwrap_or_else(|error| panic!("{error}"));
            assert!(opened.evidence().waived.contains(&Waiver::InterchangeableElements));
            tried += 1;
        }
    }
    assert_eq!(tried, 7 * 6);
    // At a place that nothing names, it is refused all the same.
    let paths = [PLACES[6].1(&namespace, &local), PLACES[7].1(&namespace, &local)].map(|part| part.expect("a path"));
    let accepting = receiver_of(&[Part::Timestamp], &paths).accept_interchangeable_elements();
    for place in PLACES.iter().filter(|place| !["body", "order"].contains(&place.0)) {
        refused(&accepting, &signed.at(place), place.0);
    }
}

/// What a signed Body holds was not moved out of it.
#[test]
fn under_a_signed_body_its_elements_have_their_places() {
    let kinds = kinds();
    let signed = Signed::new(&kinds[0], &[Part::Body], false);
    let (namespace, local) = name_of(&kinds[0]);
    let path = PLACES[6].1(&namespace, &local).expect("a path");
    let receiver = receiver_of(&[Part::Body, Part::Timestamp], &[path]);
    let opened = receiver.open(signed.at(&PLACES[0])).unwrap_or_else(|error| panic!("{error}"));
    assert!(opened.header_block(&namespace, &local).is_some(), "the signature covers the Body and the block");
    for place in PLACES.iter().skip(1) {
        let message = signed.at(place);
        refuse(&receiver, &message);
        refused(&receiver, &message, place.0);
    }
    // A header block whose inner element is named is not signed itself: the element may come from there.
    let inner = PLACES[1].1(&namespace, &local).expect("a path");
    let receiver = receiver_of(&[Part::Body, Part::Timestamp], &[inner]);
    assert!(matches!(refuse(&receiver, &signed.at(&PLACES[0])), OpenError::Interchangeable { .. }));
    let opened = receiver.open(signed.at(&PLACES[1])).unwrap_or_else(|error| panic!("{error}"));
    assert!(opened.header_block(&namespace, &local).is_none());
}
