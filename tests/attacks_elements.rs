//! Wrapping attacks on elements inside parts: a signed element counts only at the path that the receiver names, below the
//! one Envelope, and no signed part can be hidden inside another.

mod common;

use common::*;
use ws_security::c14n::{Document, Element, Limits, Splices, name};
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, ElementPath, OpenError, OpenedParts, RequirementError};

const ORDER: &str = "<o:order xmlns:o=\"urn:x\"><o:card>4111</o:card><o:note>any</o:note></o:order>";
const BLOCK: &str = "<c:Customer xmlns:c=\"urn:c\"><c:card>4222</c:card></c:Customer>";

fn card() -> ElementPath {
    ElementPath::in_body([("urn:x", "order"), ("urn:x", "card")])
}

fn card_of_customer() -> ElementPath {
    ElementPath::in_header([("urn:c", "Customer"), ("urn:c", "card")])
}

fn parts() -> [Part; 3] {
    [Part::Timestamp, Part::element(card()), Part::element(card_of_customer())]
}

/// Both cards and the Timestamp signed by Alice; nothing else is.
fn golden(soap: &str) -> String {
    let source =
        format!("<s:Envelope xmlns:s=\"{soap}\"><s:Header>{BLOCK}</s:Header><s:Body>{ORDER}</s:Body></s:Envelope>");
    recipe().sign(Signing::with(&identity("alice")).parts(parts())).secured(&source)
}

fn receiver_of(parts: impl IntoIterator<Item = Part>) -> Receiver {
    let requirements = Requirements::dangerous_unsigned().also_signed(parts);
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
}

fn parse(message: &str) -> Document<'_> {
    Document::parse(message, &Limits::default()).expect("well-formed")
}

fn find<'d>(document: &'d Document<'d>, namespace: &str, local: &str) -> Element<'d> {
    document.elements().find(|element| element.is(namespace, local)).unwrap_or_else(|| panic!("no {local}"))
}

/// The message opens to the genuine octets, or not at all.
fn judge(receiver: &Receiver, message: &str, genuine: &(String, String)) -> bool {
    let Ok(opened) = receiver.open_parts(message) else { return false };
    assert_eq!(read(&opened), *genuine, "{message}");
    true
}

fn read(opened: &OpenedParts) -> (String, String) {
    let octets = |path: &ElementPath| opened.element(path).expect("required").xml().to_owned();
    (octets(&card()), octets(&card_of_customer()))
}

/// The error, where the receiver refuses a message with other shapes accepted and without.
fn refuse_parts(receiver: &Receiver, message: &str) -> OpenError {
    let [_, strict] =
        [lenient(receiver.clone()), receiver.clone()].map(|receiver| match receiver.open_parts(message) {
            Ok(opened) => panic!("accepted: {:?}\n{message}", opened.evidence().signatures),
            Err(error) => error,
        });
    strict
}

fn dresses(genuine: &str, soap: &str) -> Vec<String> {
    vec![
        genuine.to_owned(),
        format!("<w xmlns=\"urn:w\">{genuine}</w>"),
        format!("<o:order xmlns:o=\"urn:x\">{genuine}</o:order>"),
        format!("<c:Customer xmlns:c=\"urn:c\">{genuine}</c:Customer>"),
        format!("<s:Body xmlns:s=\"{soap}\"><o:order xmlns:o=\"urn:x\">{genuine}</o:order></s:Body>"),
        format!("<e:Header xmlns:e=\"{soap}\"><c:Customer xmlns:c=\"urn:c\">{genuine}</c:Customer></e:Header>"),
        format!(
            "<e:Envelope xmlns:e=\"{soap}\"><e:Body><o:order xmlns:o=\"urn:x\">{genuine}</o:order></e:Body></e:Envelope>"
        ),
    ]
}

/// A forged element with its Id, another one, or none.
fn forgeries(genuine: &str) -> [String; 4] {
    let forged = genuine.replacen(">4111<", ">9999<", 1).replacen(">4222<", ">9999<", 1);
    assert_ne!(forged, genuine);
    let start = forged.find(" wsu:Id=\"").expect("an Id") + " wsu:Id=\"".len();
    let end = start + forged[start..].find('"').expect("its end");
    let id = &forged[start..end];
    [
        forged.clone(),
        format!("{}fresh{}", &forged[..start], &forged[end..]),
        format!("{}{}", &forged[..start - " wsu:Id=\"".len()], &forged[end + 1..]),
        format!("{} Id=\"{id}\"{}", &forged[..start - " wsu:Id=\"".len()], &forged[end + 1..]),
    ]
}

/// The forged element at the place of the genuine one, or beside it, and the genuine one at every other place in every
/// dress.
#[test]
fn no_wrapped_element_is_ever_read() {
    for soap in [SOAP11, SOAP12] {
        let golden = golden(soap);
        let strict = receiver_of(parts());
        let genuine = read(&strict.open_parts(&golden).unwrap_or_else(|error| panic!("{error}")));
        let document = parse(&golden);
        let (mut tried, mut opened) = (0, 0);
        for (namespace, local) in [("urn:x", "card"), ("urn:c", "card"), (name::WSU.uri, "Timestamp")] {
            let part = find(&document, namespace, local);
            let octets = &golden[part.span()];
            let forged = match local {
                "Timestamp" => [octets.replacen("Created>2", "Created>3", 1)].to_vec(),
                _ => forgeries(octets).to_vec(),
            };
            for host in document.elements().filter(|host| !part.contains(*host) && !host.is_empty_tag()) {
                for place in [host.content_span().start, host.content_span().end] {
                    for dress in dresses(octets, soap) {
                        for forged in &forged {
                            let mut splices = Splices::new();
                            splices.replace(part.span(), forged.clone());
                            splices.insert(place, dress.clone());
                            let message = splices.apply(&golden).text;
                            tried += 1;
                            opened += u32::from(judge(&strict, &message, &genuine));
                            judge(&careless(strict.clone()), &message, &genuine);
                        }
                        // Moved and duplicated, without a forgery.
                        let mut splices = Splices::new();
                        splices.replace(part.span(), "");
                        splices.insert(place, dress.clone());
                        judge(&strict, &splices.apply(&golden).text, &genuine);
                        let mut splices = Splices::new();
                        splices.insert(place, dress);
                        assert!(!judge(&strict, &splices.apply(&golden).text, &genuine), "two elements have one Id");
                    }
                }
            }
        }
        println!("{tried} wrapped messages, {opened} opened to the genuine octets");
        assert!(tried > 1_000, "{tried}");
    }
}

#[test]
fn an_element_at_another_place_is_not_at_its_path() {
    let golden = golden(SOAP11);
    let receiver = receiver_of(parts());
    let renamed = |from: &str, to: &str| {
        let message = golden.replace(from, to);
        assert_ne!(message, golden);
        message
    };
    for message in [
        renamed("o:order", "o:other"),
        renamed("c:Customer", "c:Other"),
        renamed("xmlns:c=\"urn:c\"", "xmlns:c=\"urn:c\" s:actor=\"urn:other\""),
        // One level deeper, and one level higher.
        renamed("<s:Body>", "<s:Body><w>").replace("</s:Body>", "</w></s:Body>"),
        golden
            .replacen("<o:order xmlns:o=\"urn:x\">", "", 1)
            .replacen("</o:order>", "", 1)
            .replace("<o:card", "<o:card xmlns:o=\"urn:x\"")
            .replace("<o:note>any</o:note>", ""),
    ] {
        let error = refuse_parts(&receiver, &message);
        assert!(matches!(error, OpenError::UnnamedElement { .. }), "{error}\n{message}");
    }
    // The frame of the envelope.
    for message in [
        renamed("</s:Body>", "</s:Body><s:Body></s:Body>"),
        format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body>{golden}</s:Body></s:Envelope>"),
        format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header>{golden}</s:Header><s:Body></s:Body></s:Envelope>"),
        golden.replacen("<s:Envelope", "<w", 1).replacen("</s:Envelope>", "</w>", 1),
    ] {
        refuse_parts(&receiver, &message);
    }
    // The version of SOAP is around the element, too: a path that names it tells the versions apart.
    let other = renamed(SOAP11, SOAP12);
    assert!(receiver.open_parts(&other).is_ok());
    let path = format!("element:{{{SOAP11}}}Envelope/{{{SOAP11}}}Body/{{urn:x}}order/{{urn:x}}card");
    let of_one = receiver_of([Part::parse(&path).expect("a path"), parts()[2].clone()]);
    assert!(of_one.open_parts(&golden).is_ok());
    assert!(matches!(refuse_parts(&of_one, &other), OpenError::UnnamedElement { .. }));
}

#[test]
fn a_second_element_at_the_path_is_refused() {
    let golden = golden(SOAP11);
    let receiver = receiver_of(parts());
    let forged = "<o:card xmlns:o=\"urn:x\">9999</o:card>";
    for message in [
        golden.replacen("<o:note>", &format!("{forged}<o:note>"), 1),
        golden.replacen("<s:Body>", &format!("<s:Body><o:order xmlns:o=\"urn:x\">{forged}</o:order>"), 1),
        golden.replacen(
            "</s:Header>",
            "<c:Customer xmlns:c=\"urn:c\"><c:card>9999</c:card></c:Customer></s:Header>",
            1,
        ),
    ] {
        let error = refuse_parts(&receiver, &message);
        assert!(matches!(error, OpenError::Requirement(RequirementError::NotOneElement { found: 2, .. })), "{error}");
    }
    // That of another receiver is not one of them.
    let other = "<c:Customer xmlns:c=\"urn:c\" s:actor=\"urn:other\"><c:card>9999</c:card></c:Customer></s:Header>";
    let message = golden.replacen("</s:Header>", other, 1);
    assert!(read(&receiver.open_parts(&message).expect("opens")).1.contains(">4222<"));
}

/// The receiver names the path of one element, and expects a header block that the same signature covers. Moved to where
/// elements are expected, the block would be hidden.
#[test]
fn a_signed_block_is_not_hidden_where_elements_are_expected() {
    let signing = Signing::with(&identity("alice")).parts([action(), Part::Timestamp]);
    let source = envelope(SOAP11);
    let message = recipe().sign(signing).secured(&source);
    let amount = ElementPath::in_body([("urn:p", "Pay"), (WSA, "Action")]);
    let receiver = receiver_of([Part::Timestamp]);
    let document = parse(&message);
    let block = find(&document, WSA, "Action");
    let moved = message[block.span()].to_owned();
    for place in ["<p:To>", "</p:Pay>", "</s:Body>", "</s:Header>"] {
        let wrapped = format!("<w xmlns=\"urn:w\">{moved}</w>{place}");
        let hidden = message.replacen(&moved, "", 1).replacen(place, &wrapped, 1);
        assert!(receiver.open_parts(&message).is_ok());
        let error = refuse_parts(&receiver, &hidden);
        assert!(matches!(error, OpenError::UnnamedElement { .. }), "{error}\n{hidden}");
    }
    // A path that ends in the name of the block names it where it was moved to, and a required block is still missing.
    let hidden = message.replacen(&moved, "", 1).replacen("</p:Pay>", &format!("{moved}</p:Pay>"), 1);
    let both = receiver_of([Part::Timestamp, action(), Part::element(amount)]);
    let error = refuse_parts(&both, &hidden);
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotSigned { .. })), "{error}");
}

/// Ciphertext that was signed in its place, moved where another element is expected.
#[test]
fn signed_ciphertext_of_an_element_counts_only_at_its_path() {
    let source =
        format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header>{BLOCK}</s:Header><s:Body>{ORDER}</s:Body></s:Envelope>");
    let encrypting = Encrypting::to(&certificate("bob")).parts(parts().into_iter().skip(1));
    let message = recipe().encrypt(encrypting).sign(Signing::with(&identity("alice")).parts(parts())).secured(&source);
    let receiver = receiver_of(parts()).decrypt_with(identity("bob"));
    let genuine = read(&receiver.open_parts(&message).unwrap_or_else(|error| panic!("{error}\n{message}")));
    let document = parse(&message);
    let data: Vec<Element<'_>> = document.elements().filter(|e| e.is(name::XENC.uri, "EncryptedData")).collect();
    let [first, second] = data[..] else { panic!("two: {message}") };
    // The two change places.
    let mut splices = Splices::new();
    splices.replace(first.span(), message[second.span()].to_owned());
    splices.replace(second.span(), message[first.span()].to_owned());
    refuse_parts(&receiver, &splices.apply(&message).text);
    let mut tried = 0;
    for moved in [first, second] {
        for host in document.elements().filter(|host| !moved.contains(*host) && !host.is_empty_tag()) {
            for place in [host.content_span().start, host.content_span().end] {
                for dress in dresses(&message[moved.span()], SOAP11) {
                    let mut splices = Splices::new();
                    splices.replace(moved.span(), "<o:card xmlns:o=\"urn:x\">9999</o:card>".to_owned());
                    splices.insert(place, dress);
                    judge(&receiver, &splices.apply(&message).text, &genuine);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 100, "{tried}");
}
