//! What a message means, whatever was changed in it: refused, or the genuine meaning of the genuine signer.
//!
//! The other property tests compare octets. Here a reader resolves names, as an application does: expanded names of
//! elements and attributes, QNames in values through the declarations that are handed out, `xml:` attributes. Messages of
//! every order of steps are changed everywhere: octets, namespace declarations on every element, attributes, elements.
//!
//! `WSS_MEANING_CASES` sets how many changed messages are tried.

mod common;

use std::cell::Cell;
use std::ops::Range;

use common::*;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use ws_security::attachments::{Attachment, Package};
use ws_security::c14n::{Document, Element, Limits, id_of};
use ws_security::prelude::*;
use ws_security::{AlgorithmPolicy, DangerousNoReplayCache, Opened, ProtectionToken, Secret, SecureConversation};

const NOTE: &str = "urn:note";

fn note() -> Part {
    Part::header_block(NOTE, "Note")
}

/// Envelopes that declare the namespaces of the Body in different places.
fn envelopes() -> Vec<String> {
    let frames = [
        ("xmlns:p=\"urn:pay\" xmlns:v=\"urn:v\"", "", ""),
        ("xmlns=\"urn:d\" xml:lang=\"en\"", "xmlns:v=\"urn:v\"", "xmlns:p=\"urn:pay\" xml:lang=\"de\""),
        ("xmlns=\"urn:d\"", "", "xmlns:p=\"urn:pay\" xmlns:v=\"urn:v\" xmlns=\"\" xml:space=\"preserve\""),
        ("", "", "xmlns:v=\"urn:v\" xmlns:p=\"urn:pay\" xml:base=\"http://h/\""),
    ];
    let envelope = |(envelope, note, body): (&str, &str, &str)| {
        format!(
            "<s:Envelope xmlns:s=\"{SOAP11}\" {envelope}><s:Header><n:Note xmlns:n=\"{NOTE}\" {note}>note</n:Note>\
             </s:Header><s:Body {body}><p:Pay kind=\"v:Order\"><To>Ann</To><p:Amount p:cur=\"EUR\">{AMOUNT}</p:Amount>\
             </p:Pay></s:Body></s:Envelope>"
        )
    };
    frames.map(envelope).to_vec()
}

fn recipes() -> Vec<Recipe> {
    let sign = || Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, note()]);
    let to = || Encrypting::to(&certificate("bob"));
    let body = || to().parts([Part::Body]);
    let both = || to().parts([Part::Body, note()]);
    let context = || {
        ProtectionToken::security_context(SecureConversation::V1_3, "urn:c", Secret::new(vec![7; 32]))
            .derived_keys(SecureConversation::V1_3)
    };
    let by_context = Signing::with_token(&context()).parts([Part::Body, Part::Timestamp, note()]);
    vec![
        recipe().sign(sign()),
        recipe().sign(sign().inclusive_prefixes("v #default")),
        recipe().sign(sign()).encrypt(both()),
        recipe().sign(sign()).encrypt(to().parts([Part::Body, Part::Signature])),
        recipe().encrypt(body()).sign(sign()),
        recipe().encrypt(both()).sign(sign()),
        recipe().encrypt(both()).sign(sign().inclusive_prefixes("v #default p")),
        recipe().encrypt(body()).encrypt(body()).sign(sign()),
        recipe()
            .sign(sign())
            .encrypt(both())
            .sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Signature])),
        recipe().encrypt(body()).sign(sign()).encrypt(both()),
        recipe().username_digest("ann", "s3cret").encrypt(to().parts([Part::UsernameToken, Part::Body])).sign(sign()),
        recipe().encrypt(Encrypting::with_token(&context()).parts([Part::Body, note()])).sign(by_context),
    ]
}

fn receiver_of_all() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).also_signed([note()]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .shared_secret(Some("urn:c".to_owned()), Secret::new(vec![7; 32]))
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
        .algorithms(AlgorithmPolicy::default())
}

/// Expanded names, attributes and text of a tree; a value that reads as a QName is resolved where it is.
fn meaning(xml: &str) -> String {
    let tree = roxmltree::Document::parse(xml).unwrap_or_else(|error| panic!("{error}: {xml}"));
    let mut read = String::new();
    write_meaning(tree.root_element(), &mut read);
    read
}

fn write_meaning(node: roxmltree::Node<'_, '_>, read: &mut String) {
    if let Some(text) = node.text().filter(|_| node.is_text()) {
        read.push_str(text);
    }
    if !node.is_element() {
        return;
    }
    read.push_str(&format!("<{{{}}}{}", node.tag_name().namespace().unwrap_or(""), node.tag_name().name()));
    let resolved = |value: &str| match value.split_once(':') {
        Some((prefix, local)) => match node.lookup_namespace_uri(Some(prefix)) {
            Some(uri) => format!("{{{uri}}}{local}"),
            None => value.to_owned(),
        },
        None => value.to_owned(),
    };
    let value = |a: &roxmltree::Attribute<'_, '_>| resolved(a.value());
    let mut attributes: Vec<String> =
        node.attributes().map(|a| format!(" {{{}}}{}={}", a.namespace().unwrap_or(""), a.name(), value(&a))).collect();
    attributes.sort();
    read.extend(attributes);
    read.push('>');
    for child in node.children() {
        write_meaning(child, read);
    }
    read.push_str("</>");
}

fn meaning_of(opened: &Opened) -> String {
    let note = opened.header_block(NOTE, "Note").map(|block| meaning(block.xml()));
    // The signature names the Id of the Body, so it cannot be changed, but it is not part of the meaning.
    let mut all = format!("{:?}\n{}\n{note:?}\n", opened.signer(), meaning(opened.body().xml()));
    for attachment in opened.attachments() {
        let content = attachment.content().expect("read");
        all.push_str(&format!("{} {:?} {content:?}\n", attachment.content_id(), attachment.content_type()));
    }
    all
}

/// A change of a message.
#[derive(Debug, Clone)]
struct Change {
    kind: u8,
    places: [prop::sample::Index; 3],
    prefix: &'static str,
    uri: &'static str,
}

impl Change {
    fn strategy() -> impl Strategy<Value = Self> {
        let prefix = prop::sample::select(vec!["", "", "p", "v", "n", "s", "wsu", "xenc", "xml"]);
        let uri = prop::sample::select(vec!["urn:evil", "urn:pay", "urn:v", "urn:d", "", NOTE]);
        (0u8..14, any::<[prop::sample::Index; 3]>(), prefix, uri).prop_map(|(kind, places, prefix, uri)| Self {
            kind,
            places,
            prefix,
            uri,
        })
    }

    /// The replaced and the new text; `None` if nothing can be changed.
    fn apply(&self, message: &str) -> Option<String> {
        // The root may have been dropped.
        if message.is_empty() {
            return None;
        }
        let mut next = message.to_owned();
        if self.kind == 0 {
            let at = self.places[0].index(message.len());
            let mut octets = message.as_bytes().to_vec();
            octets[at] ^= 1 << self.places[1].index(7);
            return String::from_utf8(octets).ok();
        }
        let document = Document::parse(message, &Limits::default()).ok()?;
        let all: Vec<Element<'_>> = document.elements().collect();
        let (element, other) = (*self.places[0].get(&all), *self.places[1].get(&all));
        let name_end = |element: Element<'_>| element.span().start + 1 + element.qualified_name().len();
        let declarations = attributes_of(message, element, "xmlns");
        match self.kind {
            1..=4 if self.prefix != "xml" => {
                let name = if self.prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{}", self.prefix) };
                let written = format!(" {name}=\"{}\"", self.uri);
                match attributes_of(message, element, &name).into_iter().find(|(known, _)| *known == name) {
                    Some((_, span)) => next.replace_range(span, &written),
                    None => next.insert_str(name_end(element), &written),
                }
            }
            5 => {
                let (_, span) = declarations.get(self.places[1].index(declarations.len().max(1)))?;
                next.replace_range(span.clone(), "");
            }
            // A declaration moves to another element.
            6 | 7 => {
                let (_, span) = declarations.get(self.places[2].index(declarations.len().max(1)))?.clone();
                let to = if self.kind == 6 { element.parent()? } else { other };
                let written = message[span.clone()].to_owned();
                let at = name_end(to);
                if at <= span.start {
                    next.replace_range(span, "");
                    next.insert_str(at, &written);
                } else {
                    next.insert_str(at, &written);
                    next.replace_range(span, "");
                }
            }
            8 => {
                let name = ["xml:lang", "xml:space", "xml:base"][self.places[1].index(3)];
                match attributes_of(message, element, name).first() {
                    Some((_, span)) => next.replace_range(span.clone(), ""),
                    None => next.insert_str(name_end(element), &format!(" {name}=\"preserve\"")),
                }
            }
            9 => next.replace_range(element.span(), ""),
            10 => {
                let copy = &message[element.span()];
                next.insert_str(other.content_span().start, if other.is_empty_tag() { "" } else { copy });
            }
            11 if !other.is_empty_tag() && !element.contains(other) => {
                let (span, at) = (element.span(), other.content_span().start);
                let copy = message[span.clone()].to_owned();
                if at <= span.start {
                    next.replace_range(span, "");
                    next.insert_str(at, &copy);
                } else {
                    next.insert_str(at, &copy);
                    next.replace_range(span, "");
                }
            }
            // Another prefix for an element, in its own or another namespace.
            12 => {
                let (old, prefix) = (element.qualified_name(), ["x:", "p:", ""][self.places[1].index(3)]);
                let name = format!("{prefix}{}", element.name().local);
                let uri = if self.places[2].index(2) == 0 { element.name().namespace } else { self.uri };
                let declared = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{}", &prefix[..1]) };
                if !element.is_empty_tag() {
                    let end = element.span().end;
                    next.replace_range(end - 1 - old.len()..end - 1, &name);
                }
                let start = element.span().start + 1;
                next.replace_range(start..start + old.len(), &format!("{name} {declared}=\"{uri}\""));
            }
            // The way to the plaintext is gone.
            13 => {
                let keys: Vec<_> =
                    all.iter().filter(|e| ["EncryptedKey", "ReferenceList"].contains(&e.name().local)).collect();
                next.replace_range(keys.get(self.places[0].index(keys.len().max(1)))?.span(), "");
            }
            _ => return None,
        }
        Some(next)
    }
}

/// Attributes in a start tag whose names begin so, each with the blank before it.
fn attributes_of(message: &str, element: Element<'_>, name: &str) -> Vec<(String, Range<usize>)> {
    let tag = element.start_tag_span();
    let mut found = Vec::new();
    let mut at = tag.start;
    while let Some(start) = message[at..tag.end].find(&format!(" {name}")).map(|start| at + start) {
        at = start + 1;
        let Some(equals) = message[start..tag.end].find("=\"").map(|equals| start + equals) else { break };
        let Some(quote) = message[equals + 2..tag.end].find('"').map(|quote| equals + 2 + quote) else { break };
        found.push((message[start + 1..equals].to_owned(), start..quote + 1));
    }
    found
}

fn cases() -> u32 {
    std::env::var("WSS_MEANING_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(6_000)
}

#[test]
fn changed_messages_are_refused_or_mean_what_the_signer_meant() {
    let receiver = receiver_of_all();
    let mut goldens = Vec::new();
    for envelope in envelopes() {
        for recipe in recipes() {
            let message = recipe.secured(&envelope);
            let opened = receiver.open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
            goldens.push((message, meaning_of(&opened)));
        }
    }
    let (opened_anyway, tried) = (Cell::new(0), Cell::new(0));
    let changes = (0..goldens.len(), prop::collection::vec(Change::strategy(), 1..4));
    TestRunner::new(ProptestConfig::with_cases(cases()))
        .run(&changes, |(golden, changes)| {
            let (message, genuine) = &goldens[golden];
            let mut changed = message.clone();
            for change in &changes {
                changed = change.apply(&changed).unwrap_or(changed);
            }
            tried.set(tried.get() + u32::from(changed != *message));
            if let Ok(opened) = receiver.open(&changed) {
                opened_anyway.set(opened_anyway.get() + u32::from(changed != *message));
                prop_assert_eq!(&meaning_of(&opened), genuine, "{}", changed);
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    println!("{} of {} changed messages opened, all to the genuine meaning", opened_anyway.get(), tried.get());
}

/// Every declaration of every golden message, changed one at a time: on each element each prefix added, rebound and
/// removed.
#[test]
fn every_single_change_of_a_declaration_is_refused_or_changes_no_meaning() {
    let receiver = receiver_of_all();
    let mut opened_anyway = 0;
    for envelope in envelopes() {
        for recipe in recipes().into_iter().skip(4).take(3) {
            let message = recipe.secured(&envelope);
            let genuine = meaning_of(&receiver.open(&message).expect("opens"));
            let document = Document::parse(message.as_str(), &Limits::default()).expect("well-formed");
            let outside = document.elements().filter(|element| !is_in_signature(*element));
            for element in outside {
                for (prefix, uri) in
                    [("", "urn:evil"), ("", ""), (":p", "urn:evil"), (":v", "urn:evil"), (":n", "urn:evil")]
                {
                    let name = format!("xmlns{prefix}");
                    let old = attributes_of(&message, element, &name).into_iter().find(|(known, _)| *known == name);
                    let start = element.span().start + 1 + element.qualified_name().len();
                    let span = old.map_or(start..start, |(_, span)| span);
                    for written in [format!(" {name}=\"{uri}\""), String::new()] {
                        let mut changed = message.clone();
                        changed.replace_range(span.clone(), &written);
                        if let Ok(opened) = receiver.open(&changed) {
                            opened_anyway += 1;
                            assert_eq!(meaning_of(&opened), genuine, "{changed}");
                        }
                    }
                }
            }
        }
    }
    println!("{opened_anyway} changes opened to the genuine meaning");
}

fn is_in_signature(element: Element<'_>) -> bool {
    element.ancestors_and_self().any(|outer| outer.name().local == "SignedInfo" && id_of(outer).is_none())
}

/// Packages: the root is changed as above, the attachments keep their meaning.
#[test]
fn changed_roots_of_packages_are_refused_or_mean_what_the_signer_meant() {
    let sign = || Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, note(), Part::Attachments]);
    let encrypt = || Encrypting::to(&certificate("bob")).parts([Part::Body, Part::Attachments]);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp, Part::Attachments]).also_signed([note()]);
    let receiver = Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
    let attachment =
        || Attachment::new("note@b", "text/xml", b"<p:a xmlns:p=\"urn:pay\"/>".to_vec()).expect("attachment");
    let mut goldens = Vec::new();
    for envelope in envelopes() {
        for recipe in [
            recipe().sign(sign()),
            recipe().sign(sign()).encrypt(encrypt()),
            recipe().encrypt(encrypt()).sign(sign()),
            recipe().encrypt(encrypt().complete_attachments()).sign(sign().complete_attachments()),
        ] {
            let package = recipe
                .plan()
                .expect("a plan")
                .message(&envelope)
                .attachments(vec![attachment()])
                .secure()
                .expect("secured")
                .message;
            let head = format!("Content-Type: {}\r\n\r\n", package.content_type());
            let octets = package.write(head.into_bytes()).expect("written");
            let start = octets.windows(12).position(|octets| octets == b"<s:Envelope ").expect("a root");
            let end = octets.windows(13).position(|octets| octets == b"</s:Envelope>").expect("its end") + 13;
            let root = String::from_utf8(octets[start..end].to_vec()).expect("UTF-8");
            let rebuilt = move |root: &str| [&octets[..start], root.as_bytes(), &octets[end..]].concat();
            let opened = open(&receiver, &rebuilt(&root)).expect("opens");
            goldens.push((root, rebuilt, meaning_of(&opened)));
        }
    }
    let changes = (0..goldens.len(), prop::collection::vec(Change::strategy(), 1..4));
    TestRunner::new(ProptestConfig::with_cases(cases() / 4))
        .run(&changes, |(golden, changes)| {
            let (root, rebuilt, genuine) = &goldens[golden];
            let mut changed = root.clone();
            for change in &changes {
                changed = change.apply(&changed).unwrap_or(changed);
            }
            if let Some(opened) = open(&receiver, &rebuilt(&changed)) {
                prop_assert_eq!(&meaning_of(&opened), genuine, "{}", changed);
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

fn open(receiver: &Receiver, octets: &[u8]) -> Option<Opened> {
    let package = Package::parse(octets, &Limits::default()).ok()?;
    receiver.open(&package).ok()
}
