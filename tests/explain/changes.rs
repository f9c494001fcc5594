//! What was changed on the way, in one place or in several: content, names, characters, `ds:SignedInfo`.

use ws_security::c14n::{Canonicalization, CanonicalizationMethod, base64_encode};
use ws_security::crypto::Digest;
use ws_security::{DigestMethod, SignatureMethod, Verdict};

use crate::common::*;
use crate::forge::{
    between, body, canonical, digesting, signed_again, signing as signed_with, with_digest_text, with_value,
};
use crate::{explained, is_explained_by, words};

fn with_body(content: &str) -> String {
    let plain = envelope(SOAP11);
    let (before, rest) = plain.split_once("<s:Body>").expect("the Body");
    let (_, after) = rest.split_once("</s:Body>").expect("its end");
    recipe().sign(signing()).secured(&format!("{before}<s:Body>{content}</s:Body>{after}"))
}

const ORDER: &str = "<p:Order xmlns:p=\"urn:p\" xmlns:q=\"urn:q\"><p:To>Ann</p:To><q:At>2026-07-01T12:00:00Z</q:At><q:Sum>1499.90</q:Sum></p:Order>";

/// The message with other prefixes: `from`, colon included where it is one, and `to`.
fn renamed(message: &str, prefixes: &[(&str, &str)]) -> String {
    prefixes.iter().fold(message.to_owned(), |message, (from, to)| {
        let message = message.replace(&format!("<{from}:"), &format!("<{to}:"));
        let message = message.replace(&format!("</{from}:"), &format!("</{to}:"));
        message
            .replace(&format!("xmlns:{from}="), &format!("xmlns:{to}="))
            .replace(&format!(" {from}:"), &format!(" {to}:"))
    })
}

#[test]
fn several_prefixes_that_were_renamed_at_once_are_named() {
    let message = with_body(ORDER);
    let cases: [&[(&str, &str)]; 4] = [
        &[("s", "soapenv"), ("wsu", "u")],
        &[("p", "ns0"), ("q", "ns1")],
        &[("s", "SOAP-ENV"), ("p", "ns2"), ("q", "ns3")],
        &[("s", "S"), ("wsu", "ns7"), ("p", "x"), ("q", "y")],
    ];
    // The message loses its prefixes: those that the sender used are found all the same, since the security header of
    // a peer is in them, or since they are usual.
    for prefixes in cases {
        let broken = renamed(&message, prefixes);
        let explanation = explained(&broken);
        let found = words(&explanation);
        // The prefixes of the header are signed with the Timestamp and the blocks, too.
        assert!(
            !found.is_empty() && found.iter().all(|word| *word == "prefix-rewritten"),
            "{prefixes:?}: {explanation}"
        );
        let body =
            explanation.signatures[0].references.iter().find(|reference| reference.target.as_str().ends_with("Body"));
        assert_eq!(body.expect("the Body").verdict.causes().len(), 1, "{prefixes:?}: {explanation}");
    }
    // Prefixes that people make of the names of their namespaces.
    let named = ORDER.replace("p:", "pay:").replace("xmlns:p=\"urn:p\"", "xmlns:pay=\"urn:payment\"");
    let named = named.replace("q:", "ord:").replace("xmlns:q=\"urn:q\"", "xmlns:ord=\"http://example.com/orders\"");
    let message = with_body(&named.replace("xmlns:p=", "xmlns:pay=").replace("xmlns:q=", "xmlns:ord="));
    is_explained_by(&renamed(&message, &[("pay", "ns2"), ("ord", "ns3"), ("s", "soapenv")]), &["prefix-rewritten"]);
    // A twin: the prefix and the content.
    let both = renamed(&message, &[("pay", "ns0")]).replace("Ann", "Eve and Bob");
    is_explained_by(&both, &[]);
}

#[test]
fn white_space_at_some_places_is_named() {
    let spread = "<p:a xmlns:p=\"urn:p\">\n  <p:b>1</p:b>\n  <p:c>2</p:c><p:d>3</p:d>\n</p:a>";
    let message = with_body(spread);
    is_explained_by(&message.replace("</p:c><p:d>", "</p:c>\t<p:d>"), &["white-space-added"]);
    is_explained_by(&message.replace("<p:c>", "\n<p:c>").replace("\n  \n<p:c>", "\n\n  <p:c>"), &["white-space-added"]);
    is_explained_by(&message.replace("</p:b>\n", "</p:b>  \n"), &["white-space-added"]);
    is_explained_by(&message.replace("<p:b>1<", "<p:b> 1 <"), &["text-padded"]);
    let padded = with_body("<p:a xmlns:p=\"urn:p\"><p:b>one </p:b><p:c> two</p:c></p:a>");
    is_explained_by(&padded.replace("one ", "one"), &["text-padded"]);
    is_explained_by(&padded.replace(" two", " \n two"), &["text-padded"]);
    // At some of the places, and with what stays in between.
    let some =
        message.replace("</p:b>\n", "</p:b>\n\n ").replace("</p:c><p:d>", "</p:c> <p:d>").replace("<p:d>3", "<p:d> 3");
    is_explained_by(&some, &[]);
    let flat = with_body("<p:a xmlns:p=\"urn:p\">\n<p:b>1</p:b><p:c>2</p:c><p:d>3</p:d></p:a>");
    let some = flat.replace("</p:b><p:c>", "</p:b>\n<p:c>").replace("</p:c><p:d>", "</p:c> <p:d>");
    is_explained_by(&some, &["white-space-added"]);
    let values = with_body("<p:a xmlns:p=\"urn:p\" b=\"x\ty\">1</p:a>".replace('\t', "&#9;").as_str());
    let broken = values.replace("x&#9;y", "x y").replace("x&#x9;y", "x y");
    assert_ne!(broken, values);
    is_explained_by(&broken, &["line-ends-in-attributes"]);
}

#[test]
fn what_canonicalisation_removes_is_never_a_cause() {
    let message = with_body("<p:a xmlns:p=\"urn:p\" b=\"1\" c=\"2\"><p:e></p:e>x&amp;y</p:a>");
    for same in [
        message.replace("<p:e></p:e>", "<p:e/>"),
        message.replace(" b=\"1\" c=\"2\"", " c='2'\n  b='1'"),
        message.replace("x&amp;y", "<![CDATA[x&y]]>"),
        message.replace("x&amp;y", "&#120;&#x26;y"),
        message.replace("<s:Envelope ", "<s:Envelope xmlns:gateway=\"urn:g\" "),
    ] {
        assert_ne!(same, message);
        assert!(receiver().open(&same).is_ok() && explained(&same).causes().count() == 0, "{same}");
    }
}

#[test]
fn a_value_that_was_changed_is_named_with_both() {
    let message = with_body(ORDER);
    for (from, to, sentence) in [
        ("1499.90", "9499.90", "with 1499.90 in place of 9499.90"),
        ("1499.90", "149.990", "with 1499.90 in place of 149.990"),
        ("1499.90", "-1499.90", "with 1499.90 in place of -1499.90"),
        (">Ann<", ">ANN<", ""),
    ] {
        let explanation = explained(&message.replace(from, to));
        let found = words(&explanation);
        assert!(["value-changed", "value-reformatted"].contains(found.first().expect("a cause")), "{explanation}");
        assert!(found.len() == 1 && explanation.to_string().contains(sentence), "{sentence}: {explanation}");
    }
    let two = with_body("<p:a xmlns:p=\"urn:p\"><p:From>Ann</p:From><p:To>Bob</p:To></p:a>");
    let broken = two.replace(">Ann<", ">?<").replace(">Bob<", ">Ann<").replace(">?<", ">Bob<");
    let explanation = explained(&broken);
    assert!(["values-exchanged", "elements-reordered"].contains(&words(&explanation)[0]), "{explanation}");
    // Whatever else it is now, nothing is claimed.
    for other in ["Mallory Malory", ""] {
        let text = is_explained_by(&message.replace("Ann", other), &[]).to_string();
        assert!(text.contains("most likely the content itself was changed after signing"), "{text}");
    }
    // A Body that lost its content, and one that lost an element.
    let start = message.find("<p:Order").expect("the content");
    let end = message.find("</p:Order>").expect("its end") + "</p:Order>".len();
    let text = is_explained_by(&format!("{}{}", &message[..start], &message[end..]), &[]).to_string();
    assert!(text.contains("something removed its content"), "{text}");
    is_explained_by(&message.replace("<p:To>Ann</p:To>", ""), &[]);
}

#[test]
fn elements_in_another_order_are_named() {
    let message = with_body("<p:a xmlns:p=\"urn:p\"><p:b>1</p:b><p:c>2</p:c><p:d>3</p:d></p:a>");
    let sorted = "<p:b>1</p:b><p:c>2</p:c><p:d>3</p:d>";
    for other in [
        "<p:c>2</p:c><p:b>1</p:b><p:d>3</p:d>",
        "<p:d>3</p:d><p:c>2</p:c><p:b>1</p:b>",
        "<p:d>3</p:d><p:b>1</p:b><p:c>2</p:c>",
    ] {
        is_explained_by(&message.replace(sorted, other), &["elements-reordered"]);
    }
    is_explained_by(&message.replace(sorted, "<p:c>7</p:c><p:b>1</p:b><p:d>4</p:d>"), &[]);
}

#[test]
fn unicode_that_was_normalised_is_named() {
    let message = with_body("<p:a xmlns:p=\"urn:p\">Zürich, Dvořák</p:a>");
    is_explained_by(&message.replace("Zürich, Dvořák", "Zu\u{308}rich, Dvor\u{30C}a\u{301}k"), &["unicode-normalized"]);
    let apart = with_body("<p:a xmlns:p=\"urn:p\">Zu\u{308}rich</p:a>");
    is_explained_by(&apart.replace("u\u{308}", "ü"), &["unicode-normalized"]);
    is_explained_by(&message.replace("Zürich", "Zurich"), &["character-replaced"]);
}

#[test]
fn instants_and_numbers_in_other_notations_are_named() {
    let message = with_body(ORDER);
    for other in ["2026-07-01T14:00:00+02:00", "2026-07-01T07:00:00-05:00"] {
        is_explained_by(&message.replace("2026-07-01T12:00:00Z", other), &["instant-reformatted"]);
    }
    is_explained_by(&message.replace("1499.90", "1,499.90"), &["value-reformatted"]);
    is_explained_by(&message.replace("1499.90", "1499.900"), &["value-reformatted"]);
    is_explained_by(&message.replace("1499.90", "1499,90"), &["value-reformatted"]);
    let dated = with_body("<p:a xmlns:p=\"urn:p\">2026-07-01T00:00:00</p:a>");
    is_explained_by(&dated.replace("2026-07-01T00:00:00", "2026-07-01"), &["value-reformatted"]);
    // Another instant is another value.
    is_explained_by(&message.replace("2026-07-01T12:00:00Z", "2027-09-14T14:31:07Z"), &[]);
}

#[test]
fn attributes_that_a_schema_or_a_gateway_adds_are_named() {
    let message = with_body(ORDER);
    is_explained_by(
        &message.replace("<p:Order ", "<p:Order xml:lang=\"en\" xml:space=\"preserve\" "),
        &["attribute-added"],
    );
    is_explained_by(&message.replace("<p:To>", "<p:To xml:space=\"preserve\">"), &["attribute-added"]);
    is_explained_by(
        &message.replace("<p:To>", "<p:To kind=\"a\">").replace("<q:Sum>", "<q:Sum cur=\"EUR\">"),
        &["attribute-added"],
    );
    let inclusive = Canonicalization::new(CanonicalizationMethod::Inclusive);
    let with_two = message.replace("<s:Envelope ", "<s:Envelope xmlns:x=\"urn:x\" xmlns:y=\"urn:y\" ");
    let id = between(&with_two[with_two.find(":Body ").expect("the Body")..], "wsu:Id=\"", "\"").to_owned();
    let start = with_two.find(&format!("URI=\"#{id}\"")).expect("the reference");
    let (before, after) = with_two.split_at(start);
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let said = format!("{before}{}", after.replacen(exclusive, inclusive.method().uri(), 1));
    let plain = said.replace(" xmlns:x=\"urn:x\" xmlns:y=\"urn:y\"", "");
    let octets = canonical(&plain, "Body", &inclusive);
    is_explained_by(&digesting(&said, octets), &["namespace-added", "namespace-added"]);
}

#[test]
fn octets_that_are_not_canonical_are_named() {
    let message = with_body("<p:a xmlns:p=\"urn:p\">\n<p:b>x &amp; y</p:b>\n</p:a>");
    is_explained_by(&digesting(&message, body(&message).replace('\n', "\r\n")), &["not-canonicalized"]);
    is_explained_by(
        &digesting(&message, body(&message).replace("x &amp; y", "<![CDATA[x & y]]>")),
        &["not-canonicalized"],
    );
    // The envelope as it was before it was secured, digested in place of the Body.
    let envelope = canonical(&message, "Envelope", &Canonicalization::default());
    let start = envelope.find("<wsse:Security ").expect("the header");
    let end = envelope.find("</wsse:Security>").expect("its end") + "</wsse:Security>".len();
    let before = format!("{}{}", &envelope[..start], &envelope[end..]);
    is_explained_by(&digesting(&message, before), &["security-header-left-out", "other-element"]);
}

#[test]
fn values_in_other_spellings_are_named() {
    let message = with_body(ORDER);
    let digest = |method| Digest::of(method, body(&message).as_bytes()).as_octets().to_vec();
    let sha256 = digest(DigestMethod::Sha256);
    let digits: String = sha256.iter().map(|octet| format!("{octet:02x}")).collect();
    is_explained_by(&with_digest_text(&message, &digits), &["value-encoding"]);
    is_explained_by(&with_digest_text(&message, &digits.to_uppercase()), &["value-encoding"]);
    is_explained_by(
        &with_digest_text(&message, &base64_encode(base64_encode(&sha256).as_bytes())),
        &["value-encoding"],
    );
    let sha1: String = digest(DigestMethod::Sha1).iter().map(|octet| format!("{octet:02x}")).collect();
    is_explained_by(&with_digest_text(&message, &sha1), &["value-encoding", "other-digest"]);
    let text = is_explained_by(&with_digest_text(&message, ""), &["value-length"]).to_string();
    assert!(text.contains("0 octets in place of 32: it is empty"), "{text}");
    // 16 octets are those of MD5, and no supported digest.
    let text = is_explained_by(&with_digest_text(&message, &base64_encode(&[7; 16])), &["value-length"]).to_string();
    assert!(text.contains("16 octets in place of 32: as many as MD5"), "{text}");
    let text =
        is_explained_by(&with_digest_text(&message, &base64_encode(&sha256[..24])), &["value-length"]).to_string();
    assert!(text.contains("cut off"), "{text}");
    // The value of the signature.
    let text = between(&message, "<ds:SignatureValue>", "</ds:SignatureValue>").to_owned();
    let value = ws_security::c14n::base64_decode(&text, 1_024).expect("base64");
    let digits: String = value.iter().map(|octet| format!("{octet:02x}")).collect();
    let compact: String = text.split_whitespace().collect();
    assert!(compact.contains('+'), "{compact}");
    for other in [digits, base64_encode(compact.as_bytes()), compact.replace('+', " "), compact.replace('+', "%2B")] {
        let explanation = explained(&message.replacen(&text, &other, 1));
        assert_eq!(words(&explanation), ["value-encoding"], "{other}: {explanation}");
    }
    let url = compact.replace('+', "-").replace('/', "_");
    assert_eq!(words(&explained(&message.replacen(&text, &url, 1))), ["url-alphabet"]);
    let explanation = explained(&with_value(&message, &value[..200]));
    assert_eq!(words(&explanation), ["value-length"], "{explanation}");
    // A value that is as long as it must be, and wrong.
    let mut other = value;
    other[100] ^= 1;
    let explanation = is_explained_by(&with_value(&message, &other), &[]);
    assert!(explanation.to_string().contains("no padded digest"), "{explanation}");
}

#[test]
fn only_a_broken_value_of_an_encrypted_message_does_not_blame_the_order() {
    let message = recipe()
        .sign(signing())
        .encrypt(ws_security::Encrypting::to(&certificate("bob")).parts([ws_security::Part::Body]))
        .secured(&envelope(SOAP11));
    let text = between(&message, "<ds:SignatureValue>", "</ds:SignatureValue>").to_owned();
    for broken in [message.replacen(&text, "!!!", 1), message.replacen(&text, "", 1), with_value(&message, &[1; 256])] {
        let explanation = explained(&broken);
        assert_eq!(words(&explanation), Vec::<&str>::new(), "{explanation}");
        assert_eq!(explanation.signatures.len(), 1, "{explanation}");
        assert!(explanation.signatures[0].references.iter().all(|reference| reference.verdict.fits()), "{explanation}");
    }
}

#[test]
fn a_signed_info_that_was_changed_says_in_which_part() {
    let message = with_body(ORDER);
    let says = |broken: &str, what: &str| {
        assert_ne!(broken, message);
        let explanation = explained(broken);
        let causes: Vec<_> = explanation.signatures[0].value.causes().iter().map(|cause| cause.word()).collect();
        assert_eq!(causes, ["signed-info-changed"], "{what}: {explanation}");
        assert!(explanation.to_string().contains(what), "{what}: {explanation}");
    };
    let digest = between(&message, "<ds:DigestValue>", "</ds:DigestValue>").to_owned();
    says(&message.replacen(&digest, &base64_encode(&[9; 32]), 1), "with the digest");
    says(&message.replacen("xmlenc#sha256", "xmlenc#sha512", 1), "xmlenc#sha256 as DigestMethod of reference 1");
    let transform = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
    says(
        &message.replacen(transform, "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\">", 1),
        "as Transform of reference 1",
    );
    let uri = between(&message, "<ds:Reference URI=\"", "\"").to_owned();
    says(&message.replacen(&format!("URI=\"{uri}\""), "URI=\"#other\"", 1), "in reference 1");
    let start = message.find("<ds:Reference ").expect("a reference");
    let end = message.find("</ds:Reference>").expect("its end") + "</ds:Reference>".len();
    let reference = message[start..end].to_owned();
    says(&format!("{}{reference}{}", &message[..start], &message[start..]), "without reference 1");
    // The method that the message names is not the one of the value.
    let other = message.replacen("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha512", 1);
    let explanation = explained(&other);
    assert_eq!(words(&explanation), ["signed-info-changed"], "{explanation}");
    // A part that nothing here tells: the change is said, and not what it is.
    let other =
        message.replacen("<ds:Reference ", "<ds:Reference Id=\"r\" ", 1).replacen("xmlenc#sha256", "xmlenc#sha512", 1);
    let explanation = explained(&other);
    assert_eq!(explanation.signatures[0].value.causes().len(), 0, "{explanation}");
    assert!(explanation.to_string().contains("other octets than this ds:SignedInfo"), "{explanation}");
}

#[test]
fn an_unsupported_digest_method_claims_nothing() {
    let message = with_body(ORDER);
    let other = "urn:example:a-digest-of-32-octets";
    let broken = signed_again(&message.replacen("http://www.w3.org/2001/04/xmlenc#sha256", other, 1));
    // The digest is one by SHA-256.
    assert_eq!(words(&explained(&broken)), ["other-digest"]);
    // It is another of the same length, and may be right.
    let digest = between(&broken, "<ds:DigestValue>", "</ds:DigestValue>").to_owned();
    let broken = signed_again(&broken.replacen(&digest, &base64_encode(&[7; 32]), 1));
    let explanation = explained(&broken);
    assert_eq!(words(&explanation), Vec::<&str>::new(), "{explanation}");
    assert!(matches!(explanation.signatures[0].references[0].verdict, Verdict::Unknown { .. }), "{explanation}");
}

#[test]
fn another_digest_of_the_same_length_is_named() {
    let message = with_body(ORDER);
    let sha3 = Digest::of(DigestMethod::Sha3_256, body(&message).as_bytes());
    let explanation = is_explained_by(&with_digest_text(&message, &base64_encode(sha3.as_octets())), &["other-digest"]);
    assert!(explanation.to_string().contains("sha3-256"), "{explanation}");
}

#[test]
fn ids_that_are_not_in_order_are_not_blamed_for_another_fault() {
    let message = with_body(ORDER);
    let id = between(&message[message.find(":Body ").expect("the Body")..], "wsu:Id=\"", "\"").to_owned();
    let broken = message.replace("<p:To>", "<p:To Id=\"x\">").replace("<q:Sum>", "<q:Sum Id=\"x\">");
    let twice =
        broken.replace("<p:To Id=\"x\">", &format!("<p:To xmlns:wsu=\"{}\" wsu:Id=\"y\">", crate::forge::wsu()));
    let twice =
        twice.replace("<q:Sum Id=\"x\">", &format!("<q:Sum xmlns:wsu=\"{}\" wsu:Id=\"y\">", crate::forge::wsu()));
    let text = explained(&twice).to_string();
    assert!(!text.contains("in an attribute that is no Id"), "{text}");
    assert!(text.contains("every key at hand is tried") && !text.contains("it is not one of the signatures"), "{text}");
    assert!(text.contains(&id), "{text}");
}

#[test]
fn another_signer_is_named_by_the_certificate_that_the_message_brings() {
    let message = with_body(ORDER);
    let octets = canonical(&message, "SignedInfo", &Canonicalization::default());
    let by_alice = signed_with(&message, octets.as_bytes(), SignatureMethod::RsaSha256);
    assert!(explained(&by_alice).fits());
    let value = identity("carol").signing_key().sign(SignatureMethod::RsaSha256, octets.as_bytes()).expect("a value");
    let by_carol = with_value(&message, &value);
    let knowing = crate::usual().explain(&by_carol);
    assert_eq!(words(&knowing), Vec::<&str>::new(), "{knowing}");
    let trust = trust().known([certificate("carol")]);
    let receiver = ws_security::Receiver::new(
        trust,
        ws_security::Requirements::signed([ws_security::Part::Body]),
        ws_security::DangerousNoReplayCache,
    );
    let knowing = receiver.explain(&by_carol);
    assert_eq!(words(&knowing), ["other-key"], "{knowing}");
    assert!(knowing.to_string().contains("Carol"), "{knowing}");
}

#[test]
fn a_transform_that_is_not_run_claims_nothing() {
    let message = with_body(ORDER);
    let transform = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>";
    let filter = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>self::text()</ds:XPath></ds:Transform>";
    let start = message.find("<ds:Transforms>").expect("transforms") + "<ds:Transforms>".len();
    let end = message.find("</ds:Transforms>").expect("their end");
    let with = |transforms: &str| signed_again(&format!("{}{transforms}{}", &message[..start], &message[end..]));
    // The filter removes nothing of what was digested, as far as can be known: the rest is tried.
    let text = explained(&with(&format!("{filter}{transform}"))).to_string();
    assert!(text.contains("selects nodes: no receiver runs it"), "{text}");
    let other = with(&format!("{filter}{transform}")).replace("Ann", "Someone else");
    let explanation = explained(&other);
    assert_eq!(words(&explanation), Vec::<&str>::new(), "{explanation}");
    let verdict = &explanation.signatures[0].references[0].verdict;
    assert!(matches!(verdict, Verdict::Unknown { .. }), "{explanation}");
}

#[test]
fn an_id_that_was_added_or_renamed_is_named() {
    let message = with_body(ORDER);
    let id = between(&message[message.find(":Body ").expect("the Body")..], "wsu:Id=\"", "\"").to_owned();
    // As a gateway does that signs an element of the Body for another hop.
    for added in ["wsu:Id=\"Z\"".to_owned(), "Id=\"Z\"".to_owned(), format!("wsu:Id=\"{id}\"")] {
        for element in ["<p:Order ", "<p:To"] {
            let broken = message.replacen(element, &format!("{} {added} ", element.trim_end()), 1).replace(" >", ">");
            is_explained_by(&broken, &["attribute-added"]);
        }
    }
    let added = message.replacen("<p:To", "<p:To wsu:Id=\"Y\"", 1).replacen("<p:Order ", "<p:Order wsu:Id=\"Z\" ", 1);
    is_explained_by(&added, &["attribute-added"]);
    // As a parser does that knows no prefixed Ids.
    let (before, timestamp) = message.split_once("<wsu:Timestamp").expect("the Timestamp");
    let renamed = format!("{before}<wsu:Timestamp{}", timestamp.replacen(" wsu:Id=", " Id=", 1));
    let explanation = is_explained_by(&renamed, &["id-changed"]);
    assert!(explanation.to_string().contains("in the attribute wsu:Id, in place of Id"), "{explanation}");
}

#[test]
fn a_date_that_lost_its_zone_is_named() {
    let message = with_body("<p:On xmlns:p=\"urn:p\">2026-01-02+01:00</p:On>");
    is_explained_by(&message.replace("2026-01-02+01:00", "2026-01-02"), &["instant-reformatted"]);
}
