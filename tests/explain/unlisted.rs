//! Ways in which programs on the way and libraries of peers break a message that no list of ours had: each is named.

use ws_security::c14n::{Document, Limits, base64_encode};
use ws_security::prelude::*;
use ws_security::{ProtectionToken, ReferenceForm, SecureConversation, SignatureMethod, Verdict};

use crate::common::*;
use crate::forge::{between, body, digesting, signing as signed_with, with_digest_text, with_value};
use crate::{explained, is_explained_by};

/// A Body with this content, signed by Alice.
pub(crate) fn with_body(content: &str) -> String {
    let plain = envelope(SOAP11);
    let (before, rest) = plain.split_once("<s:Body>").expect("the Body");
    let (_, after) = rest.split_once("</s:Body>").expect("its end");
    recipe().sign(signing()).secured(&format!("{before}<s:Body>{content}</s:Body>{after}"))
}

/// A message with `from` in its Body, in which a program wrote `to` in its place after it was signed.
#[track_caller]
pub(crate) fn changed(content: &str, from: &str, to: &str, word: &str) {
    let message = with_body(content);
    assert!(message.contains(from), "{from}: {message}");
    is_explained_by(&message.replacen(from, to, 1), &[word]);
}

#[test]
fn escapes_are_read_as_their_place_needs() {
    // In an attribute a quotation mark is escaped, in text it is not: only what was escaped twice is undone.
    let content = "<p:a xmlns:p=\"urn:p\" b=\"a &quot;b&quot; &amp; c\">x &gt; y \"q\" 'p' &amp; &lt;z&gt;</p:a>";
    let message = with_body(content);
    let broken = |from: &str, to: &str| {
        assert!(message.contains(from), "{from}: {message}");
        message.replace(from, to)
    };
    for (from, to) in [
        ("&amp;", "&amp;amp;"),
        ("'p' &amp;", "'p' &amp;amp;"),
        ("&quot;b&quot; &amp;", "&quot;b&quot; &amp;amp;"),
        ("\"q\"", "&amp;quot;q&amp;quot;"),
        ("'p'", "&amp;#39;p&amp;#39;"),
        ("'p'", "&amp;apos;p&amp;apos;"),
        ("&lt;z&gt;", "&amp;lt;z&amp;gt;"),
    ] {
        is_explained_by(&broken(from, to), &["escaped-twice"]);
    }
    // Other references of the same characters are the same to a parser.
    for (from, to) in [("\"q\"", "&quot;q&quot;"), ("'p'", "&#39;p&apos;"), ("y \"", "y &#x22;")] {
        assert!(receiver().open(broken(from, to)).is_ok(), "{to}");
    }
    assert!(receiver().open(broken("x &gt; y", "<![CDATA[x > y]]>")).is_ok());
    let html = "<p:a xmlns:p=\"urn:p\">&lt;b&gt;Q &amp;amp; A&lt;/b&gt;</p:a>";
    changed(html, "&amp;amp;", "&amp;", "escaped-once-less");
    changed("<p:a xmlns:p=\"urn:p\">&lt;b&gt;5 &amp;lt; 6&lt;/b&gt;</p:a>", "&amp;lt;", "&lt;", "escaped-once-less");
}

#[test]
fn characters_in_the_way_of_another_language_are_named() {
    for (text, other, word) in [
        ("K\u{F6}ln", "K&amp;ouml;ln", "character-replaced"),
        ("a\u{A0}b", "a&amp;nbsp;b", "character-replaced"),
        ("5 \u{20AC}", "5 &amp;euro;", "character-replaced"),
        ("5 \u{20AC}", "5 &amp;#8364;", "escaped-twice"),
        ("say \"yes\"", "say \\\"yes\\\"", "character-replaced"),
        ("it's", "it''s", "character-replaced"),
        ("say \"yes\"", "say \"\"yes\"\"", "character-replaced"),
        ("say \"yes\"", "say \u{201C}yes\u{201D}", "character-replaced"),
        ("it's \"so\" - well...", "it\u{2019}s \u{201C}so\u{201D} \u{2013} well\u{2026}", "character-replaced"),
        ("one\ntwo", "one\\ntwo", "character-replaced"),
        ("one\ntwo", "one\u{85}two", "character-replaced"),
        ("a%2Fb%20c", "a/b c", "character-replaced"),
        ("a&lt;b", "&lt;![CDATA[a&lt;b]]&gt;", "markup-as-text"),
        ("&lt;![CDATA[a]]&gt;", "a", "markup-as-text"),
    ] {
        let content = format!("<p:a xmlns:p=\"urn:p\">{text}</p:a>");
        changed(&content, &format!(">{text}<"), &format!(">{other}<"), word);
    }
}

#[test]
fn values_of_attributes_that_a_parser_normalised_are_named() {
    for (value, arrives, word) in [
        (" a b ", "a b", "text-padded"),
        ("a b ", "a b", "text-padded"),
        ("a&#xD;&#xA;b", "a\r\nb", "line-ends-in-attributes"),
        ("a&#xD;b", "a\rb", "line-ends-in-attributes"),
        ("a&#xA;b", "a\\nb", "character-replaced"),
    ] {
        let content = format!("<p:a xmlns:p=\"urn:p\" k=\"{value}\"/>");
        let message = with_body(&content);
        let arrived = message.replacen(&format!("k=\"{value}\""), &format!("k=\"{arrives}\""), 1);
        assert_ne!(arrived, message, "{value}");
        is_explained_by(&arrived, &[word]);
    }
}

#[test]
fn attributes_that_bring_a_declaration_are_named() {
    // The declaration of xsi moves to the attribute that was added, from an element inside.
    let xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    let content = "<p:a xmlns:p=\"urn:p\"><p:b xsi:nil=\"true\"/><p:c xsi:nil=\"true\"/></p:a>";
    let message = with_body(&content.replace("<p:a ", &format!("<p:a {xsi} ")));
    let added = message.replacen("<p:a ", "<p:a xsi:schemaLocation=\"urn:p p.xsd\" ", 1);
    is_explained_by(&added, &["attribute-added"]);
    // A second Id was added. It was not missing when the sender digested.
    let id = format!("wsu:Id=\"{}\"", between(&message[message.find(":Body ").expect("it")..], "wsu:Id=\"", "\""));
    for second in ["Id=\"b1\"", "xml:id=\"b1\""] {
        let explanation = is_explained_by(&message.replacen(&id, &format!("{id} {second}"), 1), &["attribute-added"]);
        assert!(!explanation.to_string().contains("before it set the Id"), "{explanation}");
    }
    changed("<p:a xmlns:p=\"urn:p\">1</p:a>", "\"urn:p\"", "\"urn:p/\"", "value-changed");
    changed("<p:a xmlns:p=\"http://p/\">1</p:a>", "\"http://p/\"", "\"https://p/\"", "value-changed");
}

/// What `ElementTree` of Python does: it numbers every prefix in the order of its first use, and knows nothing of those in
/// values.
fn by_element_tree(message: &str) -> String {
    let document = Document::parse(message, &Limits::default()).expect("XML");
    let mut namespaces: Vec<String> = Vec::new();
    let mut number = |uri: &str| {
        let at = namespaces.iter().position(|known| known == uri).unwrap_or_else(|| {
            namespaces.push(uri.to_owned());
            namespaces.len() - 1
        });
        format!("ns{at}")
    };
    let root = document.root();
    let mut out = String::new();
    fn write<'d>(element: ws_security::c14n::Element<'d>, number: &mut dyn FnMut(&str) -> String, out: &mut String) {
        let name = element.name();
        let tag = if name.namespace.is_empty() {
            name.local.to_owned()
        } else {
            format!("{}:{}", number(name.namespace), name.local)
        };
        out.push_str(&format!("<{tag}"));
        for (attribute, value) in element.attributes() {
            let name = if attribute.namespace.is_empty() {
                attribute.local.to_owned()
            } else {
                format!("{}:{}", number(attribute.namespace), attribute.local)
            };
            out.push_str(&format!(" {name}=\"{}\"", ws_security::c14n::escape(&value)));
        }
        out.push('>');
        match element.children().next() {
            None => out.push_str(&ws_security::c14n::escape(&element.text().expect("text"))),
            Some(_) => element.children().for_each(|child| write(child, number, out)),
        }
        out.push_str(&format!("</{tag}>"));
    }
    write(root, &mut number, &mut out);
    let declarations: String =
        namespaces.iter().enumerate().map(|(at, uri)| format!(" xmlns:ns{at}=\"{uri}\"")).collect();
    let at = out.find([' ', '>']).expect("the end of a name");
    out.insert_str(at, &declarations);
    out
}

#[test]
fn prefixes_that_python_numbers_are_named() {
    let xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    for content in [
        "<p:a xmlns:p=\"urn:p\"><p:b>1</p:b></p:a>".to_owned(),
        format!("<p:a xmlns:p=\"urn:p\" {xsi}><p:b xsi:type=\"p:T\">1</p:b></p:a>"),
        format!("<m:a xmlns:m=\"urn:shop:model\" {xsi} xsi:type=\"m:T\"><m:b>m:T</m:b></m:a>"),
    ] {
        let explanation = explained(&by_element_tree(&with_body(&content)));
        let words: Vec<&str> = explanation.causes().map(|cause| cause.word()).collect();
        assert!(!words.is_empty() && words.iter().all(|word| *word == "prefix-rewritten"), "{words:?}: {explanation}");
        assert!(!explanation.to_string().contains("no usual cause"), "{content}: {explanation}");
    }
}

#[test]
fn octets_of_libraries_that_do_not_canonicalise_are_named() {
    let message = with_body("<p:a xmlns:p=\"urn:p\"><p:b>1</p:b></p:a>");
    let form = body(&message);
    let nul = [form.as_bytes(), b"\0"].concat();
    is_explained_by(&digesting(&message, nul), &["not-canonicalized"]);
    let utf32: Vec<u8> = form.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    is_explained_by(&digesting(&message, utf32), &["other-encoding"]);
    let again = form.replace("<p:b>", "<p:b xmlns:p=\"urn:p\">");
    is_explained_by(&digesting(&message, again), &["not-canonicalized"]);
    // A SignedInfo that a library writes alone, with what is declared around it.
    let at = message.find("<ds:SignedInfo>").expect("it");
    let source = &message[at..message.find("</ds:SignedInfo>").expect("its end") + "</ds:SignedInfo>".len()];
    let mut seen: Vec<String> = Vec::new();
    let around = ["<ds:Signature ", "<wsse:Security ", "<s:Envelope "].map(|tag| {
        let tag = &message[message.find(tag).expect(tag)..];
        let tag = &tag[..tag.find('>').expect("its end")];
        let all = tag.split(' ').filter(|part| part.starts_with("xmlns")).map(str::to_owned);
        let new: Vec<String> = all.filter(|one| !seen.contains(one)).collect();
        seen.extend(new.clone());
        new
    });
    let declarations: String = around.concat().iter().map(|one| format!(" {one}")).collect();
    let alone = source.replacen("<ds:SignedInfo", &format!("<ds:SignedInfo{declarations}"), 1);
    for octets in [alone.clone(), format!("<?xml version='1.0' encoding='utf-8'?>\n{alone}")] {
        let broken = signed_with(&message, octets.as_bytes(), SignatureMethod::RsaSha256);
        is_explained_by(&broken, &["not-canonicalized"]);
    }
    // The digests of the references, in place of what has them.
    let digests: Vec<u8> = message
        .split("<ds:DigestValue>")
        .skip(1)
        .flat_map(|rest| ws_security::c14n::base64_decode(rest.split('<').next().expect("text"), 64).expect("base64"))
        .collect();
    is_explained_by(&signed_with(&message, &digests, SignatureMethod::RsaSha256), &["signed-otherwise"]);
}

#[test]
fn values_that_were_spelled_or_lost_are_named() {
    let message = signed(SOAP11);
    let value = between(&message, "<ds:SignatureValue>", "</ds:SignatureValue>").to_owned();
    for (text, sentence) in [
        (format!("b'{value}'"), "with quotation marks or escapes"),
        (value.to_lowercase(), "all put into one case"),
        (value.to_uppercase(), "all put into one case"),
    ] {
        let explanation = is_explained_by(&message.replacen(&value, &text, 1), &["value-encoding"]);
        assert!(explanation.to_string().contains(sentence), "{sentence}: {explanation}");
    }
    let octets = identity("alice").signing_key().sign(SignatureMethod::RsaSha256, b"x").expect("a value");
    let ascii: Vec<u8> = octets.iter().map(|octet| if octet.is_ascii() { *octet } else { b'?' }).collect();
    let explanation = is_explained_by(&with_value(&message, &ascii), &["value-encoding"]);
    assert!(explanation.to_string().contains("octets above 127 were lost"), "{explanation}");
    let digest = base64_encode(
        ws_security::crypto::Digest::of(ws_security::DigestMethod::Sha256, body(&message).as_bytes()).as_octets(),
    );
    for text in [format!("sha256:{digest}"), format!("sha-256=:{digest}:"), format!("{{SHA256}}{digest}")] {
        let explanation = is_explained_by(&with_digest_text(&message, &text), &["value-encoding"]);
        assert!(explanation.to_string().contains("the name of its method in front"), "{explanation}");
    }
}

/// A signature whose key is named by this thumbprint.
#[test]
fn identifiers_that_were_put_into_one_case_are_named() {
    let message = recipe().sign(signing().reference(ReferenceForm::Thumbprint)).secured(&envelope(SOAP11));
    let right = base64_encode(&certificate("alice").thumbprint_sha1());
    assert!(message.contains(&right), "{message}");
    let demands = Requirements::signed([Part::Body, Part::Timestamp]);
    let knowing = Receiver::new(Trust::pins([certificate("alice")]), demands, ws_security::DangerousNoReplayCache);
    let url = right.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned();
    let octets = certificate("alice").thumbprint_sha1();
    let turned = base64_encode(&octets.iter().rev().copied().collect::<Vec<_>>());
    for (text, sentence) in [
        (right.to_lowercase(), "all put into one case"),
        (url, "in the URL alphabet of base64, or without padding"),
        (turned, "with its octets in reverse order"),
    ] {
        let broken = message.replacen(&right, &text, 1);
        let explanation = knowing.explain(&broken);
        assert!(knowing.open(&broken).is_err(), "{text}");
        assert!(explanation.to_string().contains(sentence), "{sentence}: {explanation}");
    }
}

/// What some peers send in place of the certificate.
#[test]
fn a_token_that_holds_no_certificate_says_what_it_holds() {
    let message = signed(SOAP11);
    let der = base64_encode(certificate("alice").der());
    assert!(message.contains(&der), "{message}");
    let spki = base64_encode(certificate("alice").public_key().spki());
    let two = base64_encode(&[certificate("alice").der(), certificate("ca").der()].concat());
    let p12 = base64_encode(&file("alice.p12"));
    let cut = base64_encode(&certificate("alice").der()[..300]);
    let lost = base64_encode(String::from_utf8_lossy(certificate("alice").der()).as_bytes());
    for (text, sentence) in [
        (spki, "a public key alone (SubjectPublicKeyInfo)"),
        (two, "two certificates are put together"),
        (p12, "PKCS#12 key store"),
        (cut, "it is cut off"),
        (lost, "read as text on the way"),
    ] {
        let broken = message.replacen(&der, &text, 1);
        let error = receiver().open(&broken).map(drop).expect_err(sentence).to_string();
        assert!(error.contains(sentence), "{sentence}: {error}");
        let explanation = explained(&broken).to_string();
        assert!(explanation.contains(sentence), "{sentence}: {explanation}");
    }
}

/// A message with a MAC by a key that is derived from one that is encrypted to Bob.
fn by_derived_key() -> String {
    let token = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    recipe().sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp])).secured(&envelope(SOAP11))
}

/// A method that is not known is named, and neither the key nor the content is blamed for it.
#[test]
fn an_unknown_method_is_named_and_nothing_else_is_blamed() {
    let by_token = signed(SOAP11);
    let by_thumbprint = recipe().sign(signing().reference(ReferenceForm::Thumbprint)).secured(&envelope(SOAP11));
    let by_serial = recipe().sign(signing().reference(ReferenceForm::IssuerSerial)).secured(&envelope(SOAP11));
    let derived = by_derived_key();
    for message in [by_token, by_thumbprint, by_serial, derived] {
        for local in ["SignatureMethod", "CanonicalizationMethod"] {
            let open = format!("<ds:{local} Algorithm=\"");
            let uri = between(&message, &open, "\"").to_owned();
            let unknown = message.replacen(&format!("{open}{uri}"), &format!("{open}urn:unknown:x"), 1);
            // The value is then over another method that is not known: nothing of ours can undo it.
            let value = between(&unknown, "<ds:SignatureValue>", "</ds:SignatureValue>").to_owned();
            let unknown = unknown.replacen(&value, &base64_encode(&[7; 300]), 1);
            let explanation = explained(&unknown);
            let text = explanation.to_string();
            assert!(text.contains("urn:unknown:x") && text.contains("not supported"), "{text}");
            let signature = explanation.signatures.first().expect("a signature");
            assert!(matches!(&signature.value, Verdict::Unknown { .. }), "{local}: {text}");
            // Whether a key of ours made the value is known without the canonicalisation.
            let of_key = (local == "SignatureMethod").then_some("another key made it");
            let others = ["names no token", "no secret is at hand", "was changed after signing"];
            for wrong in others.into_iter().chain(of_key) {
                assert!(!text.contains(wrong), "{local}, {wrong}: {text}");
            }
        }
    }
    // A method of the other kind than the key.
    let message = by_derived_key();
    let hmac = between(&message, "<ds:SignatureMethod Algorithm=\"", "\"").to_owned();
    let other = explained(&message.replacen(&hmac, SignatureMethod::RsaSha256.uri(), 1)).to_string();
    assert!(other.contains("takes a public key"), "{other}");
}
