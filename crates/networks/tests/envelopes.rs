//! The message of a network means the same in every envelope: whatever prefixes the application declared there, and whatever
//! it bound them to.

mod common;

use std::panic::catch_unwind;

use common::{Wire, client, envelope, has_attachments, open, send, service};
use roxmltree::Node;
use wss_networks::{ALL, Network};

/// Elements whose text is different in another envelope, or in another run.
const VALUES: [&str; 5] = ["DigestValue", "SignatureValue", "CipherValue", "PublicKey", "DEREncodedKeyValue"];

/// Declarations that take the prefixes of this library for other namespaces.
fn taken() -> String {
    const PREFIXES: [&str; 16] = [
        "wsse", "wsu", "wsse11", "ds", "dsig11", "xenc", "xenc11", "ec", "wsc", "wsa", "eb", "saml", "saml2", "xop",
        "xsi", "ns1",
    ];
    PREFIXES.map(|prefix| format!(" xmlns:{prefix}=\"urn:taken:{prefix}\"")).concat()
}

/// The envelope with other declarations and prefixes, with what is different.
fn variants(plain: &str) -> [(&'static str, String); 6] {
    let start = "<s:Envelope";
    let declared = |declarations: &str| plain.replacen(start, &format!("{start}{declarations}"), 1);
    let named = |prefix: &str| {
        plain
            .replace("<s:", &format!("<{prefix}:"))
            .replace("</s:", &format!("</{prefix}:"))
            .replace("xmlns:s=", &format!("xmlns:{prefix}="))
    };
    let unprefixed = plain.replace("<s:", "<").replace("</s:", "</").replace("xmlns:s=", "xmlns=");
    [
        ("a default namespace", declared(" xmlns=\"urn:default\"")),
        ("our prefixes for others", declared(&taken())),
        ("both", declared(&format!(" xmlns=\"urn:default\"{}", taken()))),
        ("SOAP without prefix", unprefixed),
        ("SOAP as wsse", named("wsse")),
        ("SOAP as ds", named("ds")),
    ]
}

/// Expanded names, attributes and text; prefixes in values as what they are bound to.
fn meaning(wire: &Wire) -> String {
    let text = wire.text();
    let start = text.find("<").expect("XML");
    let xml = match wire.content_type {
        Some(_) => {
            let start = text.find("\r\n\r\n").expect("the root part") + 4;
            let end = text[start..].find("\r\n--").expect("its end") + start;
            &text[start..end]
        }
        None => &text[start..],
    };
    let document = roxmltree::Document::parse(xml).unwrap_or_else(|error| panic!("{error}: {xml}"));
    let mut read = String::new();
    write_meaning(document.root_element(), &mut read);
    read
}

fn write_meaning(node: Node<'_, '_>, read: &mut String) {
    let is_value = |node: &Node<'_, '_>| VALUES.contains(&node.tag_name().name());
    if let Some(text) = node.text().filter(|_| node.is_text()) {
        let text =
            if node.parent().is_some_and(|parent| is_value(&parent)) { "…".to_owned() } else { resolved(node, text) };
        read.push_str(&text);
    }
    if !node.is_element() {
        return;
    }
    let name = node.tag_name();
    // An STR-Transform states the default namespace where there is one, for peers that always write it.
    if name.name() == "InclusiveNamespaces" && node.attribute("PrefixList") == Some("#default") {
        return;
    }
    read.push_str(&format!("\n<{{{}}}{}", name.namespace().unwrap_or_default(), name.name()));
    let mut attributes: Vec<_> = node
        .attributes()
        .map(|attribute| {
            let value = resolved(node, attribute.value());
            format!(" {{{}}}{}={value}", attribute.namespace().unwrap_or_default(), attribute.name())
        })
        .collect();
    attributes.sort();
    read.extend(attributes);
    read.push('>');
    node.children().for_each(|child| write_meaning(child, read));
    read.push_str("</>");
}

/// The value, and, where it is a QName, what that names.
fn resolved(node: Node<'_, '_>, value: &str) -> String {
    let named =
        value.split_once(':').and_then(|(prefix, local)| Some((node.lookup_namespace_uri(Some(prefix))?, local)));
    named.map_or_else(|| value.to_owned(), |(namespace, local)| format!("{{{namespace}}}{local}"))
}

fn assert_same(wire: &Wire, usual: &Wire, what: &str) {
    let [found, expected] = [wire, usual].map(meaning);
    let differs = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert!(differs.is_none() && found.len() == expected.len(), "{what}: {differs:?}");
}

fn check(network: &Network) {
    let plain = envelope(network, &network.request);
    let with_attachments = has_attachments(&network.request);
    let usual = send(network, client(network).recipe, &plain, with_attachments, None).0;
    for (different, text) in variants(&plain) {
        let (wire, sent) = send(network, client(network).recipe, &text, with_attachments, None);
        assert_same(&wire, &usual, &format!("{}: {different}", network.name));
        let opened = open(&network.request, &service(network).receiver, &wire, None)
            .unwrap_or_else(|error| panic!("{}: {different}: {error}\n{}", network.name, wire.text()));
        let (Some(shape), Some(_)) = (network.reply_shape(), service(network).recipe) else { continue };
        let plain = envelope(network, shape);
        let (_, text) = variants(&plain).into_iter().find(|(name, _)| *name == different).expect("the same variant");
        let reply = |text: &str| {
            send(network, service(network).recipe.expect("a recipe"), text, has_attachments(shape), Some(&opened)).0
        };
        let wire = reply(&text);
        assert_same(&wire, &reply(&plain), &format!("{}: the reply: {different}", network.name));
        let receiver = client(network).receiver.expect("a receiver");
        open(shape, &receiver, &wire, Some(&sent))
            .unwrap_or_else(|error| panic!("{}: the reply: {different}: {error}\n{}", network.name, wire.text()));
    }
}

#[test]
fn each_network_sends_the_same_in_every_envelope() {
    let fails = |network: &&Network| catch_unwind(|| check(network)).is_err();
    let wrong: Vec<_> = ALL.iter().filter(fails).map(|network| network.name).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
