//! Each call that accepts more, switched on alone, against the wrapping generator: elements inside the Body and the Timestamp, in
//! messages that need no call and in messages that need one. What opens has the genuine octets. Attachments are in
//! `tests/attachments/wrapped.rs`, header blocks in `tests/attacks_relations.rs`, and the Body in `tests/attacks_lenient.rs`.

mod common;
#[path = "common/signed_again.rs"]
mod signed_again;

use std::time::SystemTime;

use common::calls::CALLS;
use common::*;
use signed_again::signed_again;
use ws_security::c14n::{Document, Element, Limits, Splices, name};
use ws_security::prelude::*;
use ws_security::tokens::parse_instant;
use ws_security::{DangerousNoReplayCache, ElementPath};

const GENUINE: &str = ">4111</o:card>";

fn card() -> ElementPath {
    ElementPath::in_body([("urn:x", "order"), ("urn:x", "card")])
}

fn golden() -> String {
    let source = format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header></s:Header><s:Body><o:order xmlns:o=\"urn:x\"><o:card>4111</o:card>\
         <o:note>any</o:note></o:order></s:Body></s:Envelope>"
    );
    let parts = [Part::element(card()), Part::Timestamp];
    recipe().sign(Signing::with(&identity("alice")).parts(parts)).secured(&source)
}

fn strict() -> Receiver {
    let requirements = Requirements::dangerous_unsigned().also_signed([Part::element(card()), Part::Timestamp]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
}

/// Whether the message opens; then it has the genuine card and the genuine times.
fn judge(call: &str, receiver: &Receiver, message: &str) -> bool {
    let Ok(opened) = receiver.open_parts(message) else { return false };
    let read = opened.element(&card()).expect("required").xml();
    assert!(read.ends_with(GENUINE), "{call}: {read}\n{message}");
    let far: SystemTime = parse_instant("2100-01-01T00:00:00Z").expect("an instant");
    let timestamp = opened.evidence().timestamp.expect("a timestamp");
    assert!(timestamp.created.into_iter().chain(timestamp.expires).all(|instant| instant < far), "{call}: {message}");
    true
}

fn find<'d>(document: &'d Document<'d>, namespace: &str, local: &str) -> Element<'d> {
    document.elements().find(|element| element.is(namespace, local)).unwrap_or_else(|| panic!("no {local}"))
}

/// The part with other content: with its Id, with the value in another attribute, and without it.
fn forgeries(genuine: &str) -> Vec<String> {
    let forged =
        genuine.replace(">4111<", ">9999<").replace("Created>2", "Created>3").replace("Expires>2", "Expires>3");
    assert_ne!(forged, genuine);
    let mut kinds = [" wsu:Id=\"", " id=\""].into_iter();
    let Some(start) = kinds.find_map(|kind| Some(forged.find(kind)? + kind.len())) else { return vec![forged] };
    let from = forged[..start].rfind(' ').expect("a blank");
    let end = start + forged[start..].find('"').expect("its end");
    let id = &forged[start..end];
    let with = |attribute: &str| format!("{}{attribute}{}", &forged[..from], &forged[end + 1..]);
    vec![forged.clone(), with(&format!(" Id=\"{id}\"")), with(&format!(" ID=\"{id}\" Id=\"other\"")), with("")]
}

fn dresses(genuine: &str) -> [String; 4] {
    [
        genuine.to_owned(),
        format!("<o:order xmlns:o=\"urn:x\">{genuine}</o:order>"),
        format!(
            "<w:Security xmlns:w=\"{}\" xmlns:s=\"{SOAP11}\" s:actor=\"urn:other\">{genuine}</w:Security>",
            name::WSSE.uri
        ),
        format!(
            "<e:Envelope xmlns:e=\"{SOAP11}\"><e:Body><o:order xmlns:o=\"urn:x\">{genuine}</o:order></e:Body></e:Envelope>"
        ),
    ]
}

/// Tries every wrapping with every receiver: how many messages there were.
fn wrap(golden: &str, receivers: &[(&str, Receiver)]) -> usize {
    for (call, receiver) in receivers {
        assert!(judge(call, receiver, golden), "{call}: {:?}\n{golden}", receiver.open_parts(golden).map(drop));
    }
    let document = Document::parse(golden, &Limits::default()).expect("well-formed");
    let mut tried = 0;
    for (namespace, local) in [("urn:x", "card"), (name::WSU.uri, "Timestamp")] {
        let part = find(&document, namespace, local);
        let forgeries = forgeries(&golden[part.span()]);
        for host in document.elements().filter(|host| !part.contains(*host) && !host.is_empty_tag()) {
            for place in [host.content_span().start, host.content_span().end] {
                for dress in dresses(&golden[part.span()]) {
                    for forged in &forgeries {
                        let mut splices = Splices::new();
                        splices.replace(part.span(), forged.clone());
                        splices.insert(place, dress.clone());
                        let message = splices.apply(golden).text;
                        tried += 1;
                        for (call, receiver) in receivers {
                            judge(call, receiver, &message);
                        }
                    }
                }
            }
        }
    }
    tried
}

#[test]
fn no_call_opens_a_wrapped_element_or_timestamp() {
    let receivers: Vec<_> = CALLS.iter().map(|(name, call)| (*name, call(strict()))).collect();
    let tried = wrap(&golden(), &receivers);
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn no_call_opens_a_wrapped_element_or_timestamp_of_a_message_that_needs_it() {
    let golden = golden();
    let replaced = |from: &str, to: &str| {
        let changed = golden.replacen(from, to, 1);
        assert_ne!(changed, golden, "{from}");
        signed_again(&changed).expect("signed again")
    };
    let card_start = golden.find("<o:card").expect("a card");
    let id = golden[card_start..].split("wsu:Id=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an Id");
    let (hash, bare) = (format!("URI=\"#{id}\""), format!("URI=\"{id}\""));
    let times = golden.split("<wsu:Created>").nth(1).and_then(|rest| rest.split('<').next()).expect("an instant");
    let needing = [
        ("accept_references_without_hash", replaced(&hash, &bare)),
        ("accept_references_of_other_forms", replaced(&hash, &format!("URI=\"#xpointer(id('{id}'))\""))),
        ("accept_local_times", replaced(times, &times.replace('Z', "+00:01"))),
        ("accept_local_times", replaced(times, &times.replace('Z', "+0001"))),
        ("accept_times_without_zone", replaced(times, &times.replace('Z', ""))),
        ("accept_fields_in_other_namespaces", {
            signed_again(&golden.replace("wsu:Created", "wsse:Created")).expect("signed again")
        }),
        (
            "accept_timestamps_of_other_shapes",
            replaced("</wsu:Timestamp>", "<wsu:Received>1</wsu:Received></wsu:Timestamp>"),
        ),
    ];
    for (call, message) in needing {
        let error = strict().open_parts(&message).map(drop).expect_err(call).to_string();
        assert!(error.contains(&format!("`{call}`")), "{call}: {error}");
        let (_, accept) = CALLS.iter().find(|(name, _)| *name == call).expect("a call");
        let tried = wrap(&message, &[(call, accept(strict()))]);
        assert!(tried > 1_000, "{call}: {tried}");
    }
}
