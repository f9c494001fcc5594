//! Elements inside parts: signed and encrypted by their paths, required by them, and read by them alone.

mod common;

use std::sync::Arc;

use common::*;
use ws_security::prelude::*;
use ws_security::{
    DangerousNoReplayCache, ElementPath, FixedClock, OpenError, OpenedParts, RequirementError, SecureError, Waiver,
};

const ORDER: &str = "<o:order xmlns:o=\"urn:x\"><o:card>4111</o:card><o:note>any</o:note></o:order>";
const BLOCK: &str = "<c:Customer xmlns:c=\"urn:c\"><c:card>4222</c:card><c:name>Ann</c:name></c:Customer>";

fn message_of(soap: &str, blocks: &str, body: &str) -> String {
    format!("<s:Envelope xmlns:s=\"{soap}\"><s:Header>{blocks}</s:Header><s:Body>{body}</s:Body></s:Envelope>")
}

fn ordering() -> String {
    message_of(SOAP11, BLOCK, ORDER)
}

fn card() -> ElementPath {
    ElementPath::in_body([("urn:x", "order"), ("urn:x", "card")])
}

fn card_of_customer() -> ElementPath {
    ElementPath::in_header([("urn:c", "Customer"), ("urn:c", "card")])
}

fn both() -> [Part; 2] {
    [Part::element(card()), Part::element(card_of_customer())]
}

fn sign(parts: impl IntoIterator<Item = Part>) -> Signing {
    Signing::with(&identity("alice")).parts(parts)
}

fn to_bob(parts: impl IntoIterator<Item = Part>) -> Encrypting {
    Encrypting::to(&certificate("bob")).parts(parts)
}

fn requiring(requirements: Requirements) -> Receiver {
    Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"))
}

fn open(receiver: &Receiver, message: &str) -> OpenedParts {
    receiver.open_parts(message).unwrap_or_else(|error| panic!("{error}\n{message}"))
}

/// The error, where the receiver refuses a message with other shapes accepted and without.
fn refuse_parts(receiver: &Receiver, message: &str) -> OpenError {
    for receiver in [lenient(receiver.clone()), receiver.clone()] {
        if let Ok(opened) = receiver.open_parts(message) {
            panic!("accepted: {:?}\n{message}", opened.evidence());
        }
    }
    receiver.open_parts(message).expect_err("refused")
}

fn text_of(opened: &OpenedParts, path: &ElementPath) -> Option<String> {
    let element = opened.element(path)?;
    let tree = roxmltree::Document::parse(element.xml()).expect("a document of its own");
    Some(tree.root_element().text().unwrap_or_default().to_owned())
}

#[test]
fn a_message_that_signs_only_an_inner_element_opens_to_that_element() {
    let message = recipe().sign(sign([Part::Timestamp, Part::element(card())])).secured(&ordering());
    let receiver = requiring(Requirements::signed([Part::Timestamp, Part::element(card())]));
    let opened = open(&receiver, &message);
    let element = opened.element(&card()).expect("signed").xml();
    assert!(element.starts_with("<o:card ") && element.contains(">4111<"), "{element}");
    for octets in ["note", "order", "Body"] {
        assert!(!element.contains(&format!("<o:{octets}")) && !element.contains(octets), "{element}");
    }
    assert!(opened.element(&card_of_customer()).is_none(), "nobody signed that");
    assert!(opened.evidence().waived.contains(&Waiver::UnsignedBody));
    // Nobody answers for the Body.
    let error = refuse(&receiver, &message);
    assert_eq!(
        error,
        OpenError::Requirement(RequirementError::NotSigned { missing: vec![Part::Body], absent: Vec::new() })
    );
    // One octet of the element is changed.
    let changed = message.replacen(">4111<", ">4112<", 1);
    assert!(matches!(refuse_parts(&receiver, &changed), OpenError::Verify(_)));
    // What is around it is nobody's.
    let around = message.replacen(">any<", ">other<", 1);
    assert_ne!(around, message);
    assert_eq!(text_of(&open(&receiver, &around), &card()).as_deref(), Some("4111"));
}

#[test]
fn an_element_opens_alone_beside_the_body_and_in_a_header_block() {
    for soap in [SOAP11, SOAP12] {
        let source = message_of(soap, BLOCK, ORDER);
        let message = recipe().sign(sign(both())).secured(&source);
        let opened = open(&requiring(Requirements::signed(both())), &message);
        assert_eq!(text_of(&opened, &card()).as_deref(), Some("4111"));
        assert_eq!(text_of(&opened, &card_of_customer()).as_deref(), Some("4222"));
        assert!(opened.header_block("urn:c", "Customer").is_none(), "only its card is signed");

        let beside = recipe().sign(sign([Part::Body, Part::element(card_of_customer())])).secured(&source);
        let all = Requirements::signed([Part::Body, Part::element(card_of_customer()), Part::element(card())]);
        let opened = requiring(all).open(&beside).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(text_of(&opened, &card_of_customer()).as_deref(), Some("4222"));
        assert_eq!(text_of(&opened, &card()).as_deref(), Some("4111"), "the signature over the Body covers it");
        assert!(opened.body().xml().contains(">4111<"));
    }
}

#[test]
fn a_path_of_one_version_of_soap_names_nothing_in_the_other() {
    let [eleven, twelve] = [SOAP11, SOAP12].map(|soap| {
        let path = format!("{{{soap}}}Envelope/{{{soap}}}Body/{{urn:x}}order/{{urn:x}}card");
        ElementPath::parse(&path).expect("a path")
    });
    let message = recipe().sign(sign([Part::element(eleven.clone())])).secured(&ordering());
    let opened = open(&requiring(Requirements::signed([Part::element(eleven.clone())])), &message);
    assert_eq!(text_of(&opened, &eleven).as_deref(), Some("4111"));
    let error = refuse_parts(&requiring(Requirements::signed([Part::element(twelve.clone())])), &message);
    assert!(matches!(error, OpenError::UnnamedElement { .. }), "{error}");
    let plan = recipe().sign(sign([Part::element(twelve)])).plan().expect("a plan");
    assert!(matches!(plan.message(&ordering()).secure(), Err(SecureError::NoSuchPart { .. })));
}

#[test]
fn an_element_that_is_signed_and_not_named_is_refused_by_its_path() {
    let message = recipe().sign(sign([Part::Timestamp, Part::element(card())])).secured(&ordering());
    let error = refuse_parts(&requiring(Requirements::signed([Part::Timestamp])), &message);
    let OpenError::UnnamedElement { element, .. } = &error else { panic!("{error}") };
    let named = Part::parse(&format!("element:{element}")).expect("the error gives a path");
    let receiver = requiring(Requirements::signed([Part::Timestamp, named.clone()]));
    assert!(receiver.open_parts(&message).is_ok(), "{named}");
    // The signed Body holds it in its place, so nobody needs to name it.
    let held = recipe().sign(sign([Part::Body, Part::element(card())])).secured(&ordering());
    let opened = requiring(Requirements::signed([Part::Body])).open(&held).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(opened.evidence().signatures[0].parts.len(), 2);
    // A signed block does not hold what is in the Body.
    let block = Part::header_block("urn:c", "Customer");
    let beside = recipe().sign(sign([block.clone(), Part::element(card())])).secured(&ordering());
    assert!(matches!(
        refuse_parts(&requiring(Requirements::signed([block])), &beside),
        OpenError::UnnamedElement { .. }
    ));
}

#[test]
fn several_elements_of_one_path_are_refused_unless_all_of_them_are_required() {
    let two = ORDER.replacen("<o:note>", "<o:card>4333</o:card><o:note>", 1);
    let source = message_of(SOAP11, "", &two);
    let every = Part::every_element(card());
    let message = recipe().sign(sign([every.clone()])).secured(&source);
    let receiver = requiring(Requirements::signed([every.clone()]));
    let opened = open(&receiver, &message);
    let read: Vec<_> = opened.elements(&card()).map(|card| card.xml().contains("4111")).collect();
    assert_eq!(read, [true, false]);
    assert!(opened.element(&card()).is_none(), "there are two");
    let error = refuse_parts(&requiring(Requirements::signed([Part::element(card())])), &message);
    let expected = RequirementError::NotOneElement { part: Part::element(card()), found: 2 };
    assert_eq!(error, OpenError::Requirement(expected));
    assert!(error.to_string().contains("`Part::every_element`"), "{error}");
    // Anyone may add another one.
    let more = message.replacen("<o:note>", "<o:card>9999</o:card><o:note>", 1);
    let error = refuse_parts(&receiver, &more);
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotSigned { .. })), "{error}");
    // A sender does not choose one of several.
    let plan = recipe().sign(sign([Part::element(card())])).plan().expect("a plan");
    assert!(matches!(plan.message(&source).secure(), Err(SecureError::SeveralOfPart { found: 2, .. })));
    // All of none is not enough.
    let none = message_of(SOAP11, "", "<o:order xmlns:o=\"urn:x\"></o:order>");
    let plan = recipe().sign(sign([every.clone()])).plan().expect("a plan");
    assert!(matches!(plan.message(&none).secure(), Err(SecureError::NoSuchPart { .. })));
    let without = recipe().sign(sign([Part::Body])).secured(&none);
    let error = refuse_parts(&receiver, &without);
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotOneElement { found: 0, .. })), "{error}");
}

#[test]
fn elements_are_encrypted_whole_or_their_content_wherever_they_are() {
    for content_only in [false, true] {
        for soap in [SOAP11, SOAP12] {
            let source = message_of(soap, BLOCK, ORDER);
            let encrypting = if content_only { to_bob(both()).content_only() } else { to_bob(both()) };
            let requirements = || Requirements::signed(both()).encrypted(both());
            for recipe in [
                recipe().sign(sign(both())).encrypt(encrypting.clone()),
                recipe().encrypt(encrypting.clone()).sign(sign(both())),
                recipe().sign(sign([Part::Body, Part::header_block("urn:c", "Customer")])).encrypt(encrypting.clone()),
                recipe().encrypt(encrypting.clone()).sign(sign([Part::Body, Part::header_block("urn:c", "Customer")])),
            ] {
                let message = recipe.secured(&source);
                assert!(!message.contains(">4111<") && !message.contains(">4222<"), "{message}");
                assert_eq!(message.matches("card>").count() > 0, content_only, "{message}");
                let opened = open(&requiring(requirements()), &message);
                assert_eq!(text_of(&opened, &card()).as_deref(), Some("4111"), "{message}");
                assert_eq!(text_of(&opened, &card_of_customer()).as_deref(), Some("4222"));
            }
        }
    }
}

#[test]
fn an_element_that_came_in_clear_text_is_not_encrypted() {
    let clear = recipe().sign(sign(both())).secured(&ordering());
    let receiver = requiring(Requirements::signed(both()).encrypted([Part::element(card())]));
    let not_encrypted = |part: &Part| OpenError::Requirement(RequirementError::NotEncrypted { part: part.clone() });
    assert_eq!(refuse_parts(&receiver, &clear), not_encrypted(&Part::element(card())));
    // Another element, or a part of its content, is not it.
    let note = ElementPath::in_body([("urn:x", "order"), ("urn:x", "note")]);
    let other = recipe().sign(sign(both())).encrypt(to_bob([Part::element(note)])).secured(&ordering());
    assert_eq!(refuse_parts(&receiver, &other), not_encrypted(&Part::element(card())));
    let order = Part::element(ElementPath::in_body([("urn:x", "order")]));
    let part_of_it = requiring(Requirements::signed(both()).encrypted([order.clone()]));
    assert_eq!(refuse_parts(&part_of_it, &other), not_encrypted(&order));
    // What is around it is.
    let body = recipe().sign(sign(both())).encrypt(to_bob([Part::Body])).secured(&ordering());
    assert_eq!(text_of(&open(&receiver, &body), &card()).as_deref(), Some("4111"));
    let missing =
        requiring(Requirements::signed(both()).encrypted([Part::element(ElementPath::in_body([("urn:x", "no")]))]));
    let error = refuse_parts(&missing, &body);
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotOneElement { found: 0, .. })), "{error}");
}

#[test]
fn one_step_does_not_encrypt_a_part_and_something_inside_it() {
    let order = Part::element(ElementPath::in_body([("urn:x", "order")]));
    for parts in
        [[Part::Body, Part::element(card())], [Part::element(card()), Part::Body], [order, Part::element(card())]]
    {
        let plan = recipe().encrypt(to_bob(parts)).plan().expect("a plan");
        assert!(matches!(plan.message(&ordering()).secure(), Err(SecureError::Overlap { .. })));
    }
    // One after the other it does.
    let message = recipe()
        .encrypt(to_bob([Part::element(card())]))
        .encrypt(to_bob([Part::Body]))
        .sign(sign([Part::Body]))
        .secured(&ordering());
    let requirements = Requirements::signed([Part::Body]).encrypted([Part::Body, Part::element(card())]);
    assert!(requiring(requirements).open(&message).is_ok());
}

#[test]
fn what_no_receiver_accepts_is_not_signed_by_its_id() {
    let wsu = "xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"";
    let foreign = format!("<c:b xmlns:c=\"urn:c\" {wsu} s:actor=\"urn:other\"><c:card wsu:Id=\"x\">1</c:card></c:b>");
    for source in [
        ordering().replacen("<s:Envelope", &format!("<s:Envelope {wsu} wsu:Id=\"x\""), 1),
        ordering().replacen("<s:Header", &format!("<s:Header {wsu} wsu:Id=\"x\""), 1),
        message_of(SOAP11, &foreign, ORDER),
    ] {
        let plan = recipe().sign(sign([Part::Id("x".to_owned())])).plan().expect("a plan");
        let refused = plan.message(&source).secure().expect_err("refused");
        assert_eq!(refused, SecureError::CannotBeSigned { part: Part::Id("x".to_owned()) }, "{source}");
        assert!(recipe().sign(sign([Part::Body])).plan().expect("a plan").message(&source).secure().is_ok());
    }
    // The receiver of that block signs and reads it.
    let path = ElementPath::in_header([("urn:c", "b"), ("urn:c", "card")]);
    let recipe = recipe().actor("urn:other").sign(sign([Part::Id("x".to_owned())]));
    let message = recipe.secured(&message_of(SOAP11, &foreign, ORDER));
    let receiver = requiring(Requirements::signed([Part::element(path.clone())]));
    assert_eq!(text_of(&open(&receiver.actor("urn:other"), &message), &path).as_deref(), Some("1"));
}

#[test]
fn nothing_opens_by_parts_if_no_part_is_required() {
    let message = recipe().sign(sign([Part::Body])).secured(&ordering());
    let receiver = requiring(Requirements::dangerous_unsigned());
    assert_eq!(refuse_parts(&receiver, &message), OpenError::Requirement(RequirementError::NothingSigned));
}

/// SignedElements of WS-SecurityPolicy: an element inside the Body is signed, as in
/// department-of-veterans-affairs/connect_vbms#54.
#[test]
fn the_message_of_a_peer_that_signs_an_element_opens_to_it() {
    let message = include_str!("peers/signed-element.xml");
    let path = ElementPath::in_body([("urn:example:docs", "upload"), ("urn:example:docs", "document")]);
    let created = FixedClock(ws_security::tokens::parse_instant("2026-11-27T12:35:00Z").expect("an instant"));
    let receiver = requiring(Requirements::signed([Part::Timestamp, Part::element(path.clone())]));
    let receiver = receiver.clock(Arc::new(created));
    assert_eq!(text_of(&open(&receiver, message), &path).as_deref(), Some("scan"));
    refuse_parts(&receiver, &message.replacen(">scan<", ">forged<", 1));
    assert!(receiver.open(message).is_err(), "the Body is not signed");
}

/// EncryptedElements of WS-SecurityPolicy in a header block, as `wss secure --encrypt-part '#card'` makes it.
#[test]
fn an_element_in_a_header_block_is_decrypted_in_its_place() {
    let message = include_str!("peers/encrypted-element.xml");
    let created = FixedClock(ws_security::tokens::parse_instant("2026-11-27T12:31:48Z").expect("an instant"));
    let path = ElementPath::in_header([("urn:example:crm", "Customer"), ("urn:example:crm", "card")]);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let receiver = requiring(requirements.clone().encrypted([Part::element(path.clone())]));
    let opened = receiver.clock(Arc::new(created)).open(message).unwrap_or_else(|error| panic!("{error}"));
    assert!(opened.element(&path).is_none(), "nobody signed it");
    assert!(opened.header_block("urn:example:crm", "Customer").is_none());
    let receiver = requiring(requirements.encrypted([Part::header_block("urn:example:crm", "Customer")]));
    let error = refuse(&receiver.clock(Arc::new(created)), message);
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotEncrypted { .. })), "{error}");
}
