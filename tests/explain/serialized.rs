//! What serialisers, data bindings and decoders change together, and octets of senders that do not canonicalise.

use ws_security::c14n::{Canonicalization, CanonicalizationMethod};

use crate::common::*;
use crate::forge::{body, canonical, digesting};
use crate::{explained, is_explained_by, words};

fn with_body(content: &str) -> String {
    let plain = envelope(SOAP11);
    let (before, rest) = plain.split_once("<s:Body>").expect("the Body");
    let (_, after) = rest.split_once("</s:Body>").expect("its end");
    recipe().sign(signing()).secured(&format!("{before}<s:Body>{content}</s:Body>{after}"))
}

/// Each change of a Body with this content is explained by one cause.
fn are_explained(content: &str, changes: &[(&str, &str, &str)]) {
    let message = with_body(content);
    for (from, to, word) in changes {
        let broken = message.replace(from, to);
        assert_ne!(broken, message, "{from}");
        is_explained_by(&broken, &[word]);
    }
}

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

#[test]
fn the_usual_prefixes_of_well_known_namespaces_are_tried() {
    for (uri, prefix, name, other) in [
        (XSI, "xsi", "nil=\"true\"", "i"),
        (XSI, "i", "nil=\"true\"", "xsi"),
        ("http://www.w3.org/2001/10/xml-exc-c14n#", "ec", "a=\"1\"", "c14n"),
        ("http://docs.oasis-open.org/ws-sx/ws-trust/200512", "wst", "a=\"1\"", "trust"),
        ("http://schemas.xmlsoap.org/soap/encoding/", "soapenc", "a=\"1\"", "SOAP-ENC"),
        ("urn:oasis:names:tc:SAML:2.0:assertion", "saml2", "a=\"1\"", "saml"),
        ("http://www.w3.org/1999/xlink", "xlink", "a=\"1\"", "xl"),
    ] {
        let of = |prefix: &str| format!("<b xmlns:{prefix}=\"{uri}\" {prefix}:{name}></b>");
        let message = with_body(&of(prefix));
        is_explained_by(&message.replace(&of(prefix), &of(other)), &["prefix-rewritten"]);
    }
}

#[test]
fn prefixes_and_white_space_that_one_serialiser_changes_are_named_together() {
    let flat = "<p:a xmlns:p=\"urn:p\"><p:b>1</p:b><p:c>2</p:c></p:a>";
    let pretty = "<p:a xmlns:p=\"urn:p\">\n  <p:b>1</p:b>\n  <p:c>2</p:c>\n</p:a>";
    let renamed =
        |content: &str, to: &str| content.replace("p:", &format!("{to}:")).replace("xmlns:p=", &format!("xmlns:{to}="));
    let sorted = |message: &str| {
        let explanation = explained(message);
        let mut found = words(&explanation);
        found.sort_unstable();
        assert_eq!(found.len(), 2, "{explanation}");
        found
    };
    for to in ["ns0", "ns2", "q"] {
        let message = with_body(flat);
        assert_eq!(sorted(&message.replace(flat, &renamed(pretty, to))), ["prefix-rewritten", "white-space-added"]);
    }
    // The other way round: the peer's parser drops the white space, and its serialiser the prefix.
    let deeper = "\n    <p:a xmlns:p=\"urn:p\">\n      <p:b>1</p:b>\n      <p:c>2</p:c>\n    </p:a>\n  ";
    let message = with_body(deeper);
    assert_eq!(sorted(&message.replace(deeper, &renamed(flat, "ns1"))), ["prefix-rewritten", "white-space-removed"]);
    // Two namespaces, numbered anew.
    let two = "<p:a xmlns:p=\"urn:p\"><q:b xmlns:q=\"urn:q\">1</q:b></p:a>";
    let anew = "<ns0:a xmlns:ns0=\"urn:p\">\n <ns1:b xmlns:ns1=\"urn:q\">1</ns1:b>\n</ns0:a>";
    assert_eq!(sorted(&with_body(two).replace(two, anew)), ["prefix-rewritten", "white-space-added"]);
    // A data binding writes values anew, and its prefixes; or indents.
    let typed = "<p:a xmlns:p=\"urn:p\"><p:b>10.50</p:b><p:c>x</p:c></p:a>";
    let bound = renamed(&typed.replace("10.50", "10.5"), "ns2");
    assert_eq!(sorted(&with_body(typed).replace(typed, &bound)), ["prefix-rewritten", "value-reformatted"]);
    let indented = typed.replace("10.50", "10.5").replace("<p:b>", "\n\t<p:b>");
    assert_eq!(sorted(&with_body(typed).replace(typed, &indented)), ["value-reformatted", "white-space-added"]);
    // A twin: with a change of the content, nothing is claimed.
    let third = renamed(pretty, "ns0").replace(">2<", ">two and more<");
    is_explained_by(&with_body(flat).replace(flat, &third), &[]);
}

#[test]
fn prefixes_of_names_in_values_are_named() {
    let typed = |prefix: &str| {
        format!(
            "<p xmlns:xsi=\"{XSI}\" xmlns:{prefix}=\"http://www.w3.org/2001/XMLSchema\" xsi:type=\"{prefix}:string\">v</p>"
        )
    };
    let message = with_body(&typed("xsd"));
    is_explained_by(&message.replace(&typed("xsd"), &typed("xs")), &["prefix-rewritten"]);
    let text = "<ns0:p xmlns:ns0=\"urn:q\">ns0:T</ns0:p>";
    let message = with_body(text);
    is_explained_by(&message.replace(text, &text.replace("ns0", "ns1")), &["prefix-rewritten"]);
    // The prefix of the name alone.
    is_explained_by(&message.replace(">ns0:T<", ">tns:T<"), &["prefix-rewritten"]);
}

#[test]
fn types_that_lost_their_prefix_or_got_one_are_named() {
    let typed = |value: &str| format!("<p xmlns:xsi=\"{XSI}\" xmlns:q=\"urn:q\"><q:a xsi:type=\"{value}\">v</q:a></p>");
    for (was, is, sentence) in [
        ("xsd:string", "string", "the prefix xsd in place of none in types"),
        ("q:T", "T", "the prefix q in place of none in types"),
        ("T", "q:T", "the prefix \"\" in place of one in types"),
    ] {
        let message = with_body(&typed(was)).replace(&typed(was), &typed(is));
        let text = is_explained_by(&message, &["prefix-rewritten"]).to_string();
        assert!(text.contains(sentence), "{text}");
    }
}

#[test]
fn what_serialisers_do_at_once_is_named() {
    let message = with_body("<p:a xmlns:p=\"urn:p\" b=\"1\"><p:c>2</p:c><p:d></p:d></p:a>");
    let octets = body(&message);
    let closed = |end: &str| octets.replace("></p:d>", end);
    let (tag, rest) =
        closed(" />").split_once('>').map(|(tag, rest)| (tag.to_owned(), rest.to_owned())).expect("a tag");
    let mut parts: Vec<&str> = tag.split(' ').collect();
    let id = parts.pop().expect("the Id");
    let [name, first, second] = parts.as_slice() else { panic!("{tag}") };
    let (inner, turned) = ("xmlns:p=\"urn:p\" b=\"1\"", "b=\"1\" xmlns:p=\"urn:p\"");
    let two_lines = octets.replace("<p:a", "\n  <p:a").replace("</p:a>", "\n  </p:a>\n");
    let indented = two_lines.replace("<p:c>", "\n    <p:c>").replace("<p:d></p:d>", "\n    <p:d/>");
    let (of_tags, declared) = ("not-canonicalized", "xml-declaration");
    let cases = [
        // Java's Transformer.
        (
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>{}", closed("/>")),
            vec![declared, of_tags],
        ),
        // OuterXml of .NET.
        (format!("{name} {id} {second} {first}>{}", rest.replace(inner, turned)), vec![of_tags, of_tags]),
        // lxml, with and without indentation.
        (format!("<?xml version='1.0' encoding='utf-8'?>\n{}", closed("/>")), vec![declared, of_tags]),
        (indented.clone(), vec![of_tags, "white-space-removed"]),
        (format!("{indented}\n"), vec!["trailing-newline", of_tags, "white-space-removed"]),
    ];
    for (octets, words) in cases {
        is_explained_by(&digesting(&message, octets), &words);
    }
    // Everything in scope is declared, as lxml writes an element.
    let envelope = envelope(SOAP11).replace("<s:Body>", "<s:Body><x/>").replacen(
        "<s:Envelope ",
        "<s:Envelope xmlns:z=\"urn:z\" ",
        1,
    );
    let message = recipe().sign(signing()).secured(&envelope);
    let everything = canonical(&message, "Body", &Canonicalization::new(CanonicalizationMethod::Inclusive));
    let written = everything.replace("<x></x>", "<x/>");
    assert_ne!(written, everything);
    is_explained_by(&digesting(&message, written), &[of_tags, of_tags]);
}

#[test]
fn markup_that_became_text_is_named_and_the_other_way_round() {
    let (markup, text) = ("<x>y<z></z></x>", "&lt;x&gt;y&lt;z&gt;&lt;/z&gt;&lt;/x&gt;");
    let of = |inside: &str| with_body(&format!("<p>{inside}</p>"));
    is_explained_by(&of(markup).replace(markup, text), &["markup-as-text"]);
    is_explained_by(&of(text).replace("&gt;", ">").replace(&text.replace("&gt;", ">"), markup), &["markup-as-text"]);
    let base64 = ws_security::c14n::base64_encode(markup.as_bytes());
    is_explained_by(&of(&base64).replace(&base64, markup), &["markup-as-text"]);
}

#[test]
fn typographic_signs_beside_plain_ones_are_named() {
    are_explained(
        "<p>“Anna” &amp; she said \"no\" - O’Neil's</p>",
        &[("“Anna”", "\"Anna\"", "character-replaced"), ("O’Neil", "O'Neil", "character-replaced")],
    );
    // In another text, plain ones stay.
    are_explained("<p><a>“x”</a><b>\"y\"</b></p>", &[("“x”", "\"x\"", "character-replaced")]);
    are_explained("<p>a\u{2011}b</p>", &[("\u{2011}", "-", "character-replaced")]);
    are_explained("<p>a–b-c</p>", &[("–", "-", "character-replaced")]);
    are_explained("<p>1\u{202F}000</p>", &[("\u{202F}", " ", "character-replaced")]);
}

#[test]
fn what_forms_and_urls_decode_is_named() {
    are_explained("<p>a+b</p>", &[("a+b", "a b", "character-replaced")]);
    are_explained("<p>+36 1 234</p>", &[("+36", " 36", "character-replaced")]);
    are_explained(
        "<p>http://a/b?c=d e</p>",
        &[("d e", "d%20e", "character-replaced"), ("d e", "d+e", "character-replaced")],
    );
    are_explained(
        "<p>http://a/b?c=d&amp;e=f</p>",
        &[("http://a/b?c=d&amp;e=f", "http%3A%2F%2Fa%2Fb%3Fc%3Dd%26e%3Df", "character-replaced")],
    );
    are_explained(
        "<p>Grüße \u{1F600}</p>",
        &[("Grüße \u{1F600}", "Gr\\u00fc\\u00dfe \\ud83d\\ude00", "character-replaced")],
    );
    for unseen in ['\u{200B}', '\u{AD}', '\u{FEFF}'] {
        let text = format!("<p>left{unseen}out</p>");
        are_explained(&text, &[(&format!("left{unseen}out"), "leftout", "character-replaced")]);
    }
    // A value that was masked is lost, and a hint says so.
    let message = with_body("<p>4111111111111111</p>");
    let text = is_explained_by(&message.replace("4111111111111111", "411111******1111"), &[]).to_string();
    assert!(text.contains("may have been masked"), "{text}");
}

#[test]
fn octets_of_serialisers_that_do_not_canonicalise_are_named() {
    let message = with_body("<p:a xmlns:p=\"urn:p\"><p:b z=\"1\">Jö “x”</p:b></p:a>");
    let octets = body(&message);
    let hexadecimal = octets.replace('ö', "&#xF6;").replace('“', "&#x201C;").replace('”', "&#x201D;");
    is_explained_by(&digesting(&message, hexadecimal), &["character-replaced"]);
    for (mark, units) in [([0xFF, 0xFE], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xFE, 0xFF], u16::to_be_bytes)] {
        let utf16: Vec<u8> = octets.encode_utf16().flat_map(units).collect();
        is_explained_by(&digesting(&message, [&mark[..], &utf16].concat()), &["other-encoding"]);
    }
    let (tag, rest) = octets.split_once('>').expect("a tag");
    let mut parts: Vec<&str> = tag.split(' ').collect();
    let attributes = parts.pop().expect("the Id");
    let [name, first, second] = parts.as_slice() else { panic!("{tag}") };
    for other in [
        format!("{name} {second} {first} {attributes}>{rest}"),
        format!("{name} {attributes} {first} {second}>{rest}"),
        format!("{name} {attributes} {second} {first}>{rest}"),
        octets.replace('"', "'"),
    ] {
        is_explained_by(&digesting(&message, other), &["not-canonicalized"]);
    }
}

#[test]
fn values_that_were_exchanged_are_both_named() {
    let message = with_body("<p:a xmlns:p=\"urn:p\"><p:b>1000000</p:b><p:c>x</p:c><p:d>DEADBEEF</p:d></p:a>");
    let broken = message.replace("1000000", "TMP").replace("DEADBEEF", "1000000").replace("TMP", "DEADBEEF");
    let explanation = is_explained_by(&broken, &["values-exchanged"]);
    assert!(explanation.to_string().contains("DEADBEEF and 1000000"), "{explanation}");
    // One that was copied over another is a value that was changed.
    is_explained_by(&message.replace("DEADBEEF", "x"), &[]);
}

#[test]
fn a_plaintext_that_is_another_form_of_the_content_blames_no_gateway() {
    let content = "<p:a xmlns:p=\"urn:p\"><p:b>1</p:b></p:a>";
    let message = with_body(content);
    let broken = message.replace(content, &ws_security::c14n::base64_encode(content.as_bytes()));
    let explanation = is_explained_by(&broken, &["markup-as-text"]);
    assert!(!explanation.to_string().contains("content itself was changed"), "{explanation}");
    let broken = message.replace(content, &format!("<s:Body>{content}</s:Body>"));
    let explanation = is_explained_by(&broken, &["element-in-itself"]);
    assert!(!explanation.to_string().contains("gateway"), "{explanation}");
}
