//! Names of every length, with prefixes few and many, at every distance from the end of the source: read as roxmltree reads them.

use proptest::prelude::*;
use wss_c14n::{Document, Element, Limits};

/// More prefixes than are compared one by one, of more octets than are compared at once.
const PREFIXES: usize = 24;
const LONGEST: usize = 20;

/// A name of so many letters, which differs from others of its length in the last one.
fn name(letters: usize, last: usize) -> String {
    let mut name = "abcdefghijklmnopqrstuvwxyz".get(..letters).unwrap_or("a").to_owned();
    name.pop();
    name.push(char::from(b'a' + (last % 26) as u8));
    name
}

fn prefix(number: usize) -> String {
    name(1 + number % 11, number / 11)
}

fn attribute((number, letters, last): (usize, usize, usize)) -> String {
    match number % (PREFIXES + 1) {
        0 => format!(" {}=\"v\"", name(letters, last)),
        number => format!(" {}:{}=\"v\"", prefix(number - 1), name(letters, last)),
    }
}

/// An empty element with attributes of different names.
fn element() -> impl Strategy<Value = String> {
    let one = || (0..=PREFIXES, 1..=LONGEST, 0..4usize);
    (one(), prop::collection::btree_set(one(), 0..5)).prop_map(|((number, letters, last), attributes)| {
        let attributes: std::collections::BTreeSet<String> = attributes.into_iter().map(attribute).collect();
        let attributes: String = attributes.into_iter().collect();
        match number {
            0 => format!("<{}{attributes}/>", name(letters, last)),
            number => format!("<{}:{}{attributes}/>", prefix(number - 1), name(letters, last)),
        }
    })
}

/// Elements below one that declares the prefixes, each with a namespace of its own.
fn document() -> impl Strategy<Value = String> {
    prop::collection::vec(element(), 1..12).prop_map(|elements| {
        let declarations = (0..PREFIXES).map(|number| format!(" xmlns:{}=\"urn:{number}\"", prefix(number)));
        format!("<r{}>{}</r>", declarations.collect::<String>(), elements.concat())
    })
}

fn names_of(element: Element<'_>) -> Vec<(String, String)> {
    let mut names = vec![element.name()];
    names.extend(element.attributes().map(|(name, _)| name));
    let mut names: Vec<_> = names.iter().map(|name| (name.namespace.to_owned(), name.local.to_owned())).collect();
    names[1..].sort();
    names
}

fn names_of_peer(element: roxmltree::Node<'_, '_>) -> Vec<(String, String)> {
    let name = |namespace: Option<&str>, local: &str| (namespace.unwrap_or("").to_owned(), local.to_owned());
    let mut names = vec![name(element.tag_name().namespace(), element.tag_name().name())];
    names.extend(element.attributes().map(|attribute| name(attribute.namespace(), attribute.name())));
    names[1..].sort();
    names
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn names_are_those_that_another_reader_finds(source in document()) {
        let ours = Document::parse(source.as_str(), &Limits::default()).unwrap();
        let theirs = roxmltree::Document::parse(&source).unwrap();
        // An attribute that is there twice, by its prefix or by another one for the same namespace, between others.
        for (first, again) in [("", ""), ("a:", "a:"), ("a:", "abcdefgha:")] {
            let with = |last: &str| {
                let declared = "xmlns:a=\"urn:n\" xmlns:abcdefgha=\"urn:n\"";
                format!("<r {declared}>{source}<e {first}abcdefghij=\"1\" b=\"2\" {last}=\"3\"/></r>")
            };
            let (twice, once) = (with(&format!("{again}abcdefghij")), with(&format!("{again}abcdefghik")));
            prop_assert!(Document::parse(twice.as_str(), &Limits::default()).is_err(), "{}", twice);
            prop_assert!(Document::parse(once.as_str(), &Limits::default()).is_ok(), "{}", once);
        }
        for (element, peer) in ours.root().children().zip(theirs.root_element().children()) {
            prop_assert_eq!(names_of(element), names_of_peer(peer));
            let (namespace, local) = (peer.tag_name().namespace().unwrap_or(""), peer.tag_name().name());
            prop_assert!(element.is(namespace, local));
            prop_assert!(!element.is("urn:other", local));
            let longer = format!("{local}x");
            prop_assert!(!element.is(namespace, &longer));
        }
        prop_assert_eq!(ours.root().children().count(), theirs.root_element().children().count());
    }
}
