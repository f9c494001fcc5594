//! The causes of digests.

use ws_security::c14n::{Canonicalization, CanonicalizationMethod, base64_encode};
use ws_security::crypto::Digest;
use ws_security::prelude::*;
use ws_security::{DigestMethod, SignatureMethod, Verdict};

use crate::common::*;
use crate::forge::{SHA256, body, canonical, digesting, signed_again, with_digest_text, wsu};
use crate::{differences, explained, is_explained_by, usual, words};

/// A Body with this content, signed by Alice.
fn with_body(content: &str) -> String {
    let plain = envelope(SOAP11);
    let (before, rest) = plain.split_once("<s:Body>").expect("the Body");
    let (_, after) = rest.split_once("</s:Body>").expect("its end");
    recipe().sign(signing()).secured(&format!("{before}<s:Body>{content}</s:Body>{after}"))
}

fn pretty(unit: &str, line_end: &str) -> String {
    let (one, two, three) = (unit, unit.repeat(2), unit.repeat(3));
    format!(
        "{line_end}{two}<p:Pay xmlns:p=\"urn:p\" batch=\"7\">{line_end}{three}<p:To>Ann</p:To>{line_end}{three}<p:Note> </p:Note>{line_end}{two}</p:Pay>{line_end}{one}"
    )
}

const FLAT: &str = "<p:Pay xmlns:p=\"urn:p\" batch=\"7\"><p:To>Ann</p:To><p:Note> </p:Note></p:Pay>";

#[test]
fn a_gateway_that_indents_is_named() {
    let message = with_body(FLAT);
    for (unit, line_end) in [("  ", "\n"), ("\t", "\r\n"), ("", "\n")] {
        let indented = message.replace(FLAT, &pretty(unit, line_end));
        assert_ne!(indented, message);
        is_explained_by(&indented, &["white-space-added"]);
    }
    let explanation = is_explained_by(&message.replace("<p:To>Ann", "<p:To>\n Ann\n"), &["text-padded"]);
    assert!(explanation.to_string().contains("Body"), "{explanation}");
    is_explained_by(&message.replace("<p:To>Ann", "\n<p:To>\n Ann\n"), &["white-space-added"]);
}

#[test]
fn a_parser_that_drops_indentation_is_named() {
    for (unit, line_end) in [("  ", "\n"), ("    ", "\n"), ("\t", "\n"), ("", "\n"), ("  ", "&#13;\n")] {
        let content = pretty(unit, line_end);
        let message = with_body(&content);
        let stripped = message.replace(&content, FLAT);
        assert_ne!(stripped, message);
        is_explained_by(&stripped, &["white-space-removed"]);
    }
    // Only the content of the Body was on a line of its own.
    let message = with_body("\n    <p:Pay xmlns:p=\"urn:p\"><p:To>Ann</p:To></p:Pay>\n  ");
    is_explained_by(
        &message.replace("\n    <p:Pay", "<p:Pay").replace("\n  </s:Body", "</s:Body"),
        &["white-space-removed"],
    );
}

#[test]
fn an_empty_body_that_was_written_anew_is_named() {
    let empty = with_body("");
    is_explained_by(&empty.replace("></s:Body>", ">\n</s:Body>"), &["empty-element-reformatted"]);
    let blank = with_body("\n  ");
    is_explained_by(&blank.replace(">\n  </s:Body>", "/>"), &["empty-element-reformatted"]);
    let inside = with_body("<p:a xmlns:p=\"urn:p\"><p:b></p:b></p:a>");
    is_explained_by(&inside.replace("<p:b></p:b>", "<p:b>\n</p:b>"), &["empty-element-reformatted"]);
}

#[test]
fn line_ends_are_named() {
    let message = with_body("<p:a xmlns:p=\"urn:p\">one&#13;\ntwo</p:a>");
    // A serialiser that writes a carriage return as it is, and one that drops it.
    is_explained_by(&message.replace("&#xD;", "\r").replace("&#13;", "\r"), &["carriage-returns-lost"]);
    is_explained_by(&message.replace("&#xD;", "").replace("&#13;", ""), &["carriage-returns-lost"]);
    let message = with_body("<p:a xmlns:p=\"urn:p\">one\ntwo</p:a>");
    is_explained_by(&message.replace("one\ntwo", "one&#13;\ntwo"), &["carriage-returns-added"]);
    is_explained_by(&message.replace("one\ntwo", "one two"), &["character-replaced"]);
    // All of the text arrives with CR LF: nothing differs to a parser.
    assert!(receiver().open(message.replace("one\ntwo", "one\r\ntwo")).is_ok());
    let message = with_body("<p:a xmlns:p=\"urn:p\" b=\"x y\">one</p:a>");
    is_explained_by(&message.replace("\"x y\"", "\"x&#10;y\""), &["line-ends-in-attributes"]);
    let message = with_body("<p:a xmlns:p=\"urn:p\" b=\"x&#10;y\">one</p:a>");
    is_explained_by(&message.replace("&#10;", "\n").replace("&#xA;", "\n"), &["line-ends-in-attributes"]);
    let tabs = with_body("<p:a xmlns:p=\"urn:p\">one\ttwo</p:a>");
    is_explained_by(&tabs.replace('\t', "    "), &["tabs-expanded"]);
}

#[test]
fn another_canonicalisation_is_named() {
    let content = "<p:a xmlns:p=\"urn:p\">x<!-- c --></p:a>";
    let message = with_body(content);
    let by = |method| canonical(&message, "Body", &Canonicalization::new(method));
    is_explained_by(&digesting(&message, by(CanonicalizationMethod::ExclusiveWithComments)), &["comments-kept"]);
    is_explained_by(&digesting(&message, by(CanonicalizationMethod::Inclusive)), &["other-canonicalization"]);
    is_explained_by(
        &digesting(&message, by(CanonicalizationMethod::InclusiveWithComments)),
        &["other-canonicalization", "comments-kept"],
    );
    // xml:base is joined by Canonical XML 1.1 and copied by 1.0.
    let lang =
        with_body("<p:a xmlns:p=\"urn:p\"/>").replace("<s:Envelope ", "<s:Envelope xml:id=\"e\" xml:lang=\"en\" ");
    let by = Canonicalization::new(CanonicalizationMethod::Inclusive11);
    let explanation = is_explained_by(&digesting(&lang, canonical(&lang, "Body", &by)), &["other-canonicalization"]);
    assert!(explanation.to_string().contains("xml-c14n11"), "{explanation}");
}

#[test]
fn lists_of_prefixes_are_named() {
    let plain = with_body("<p:a xmlns:p=\"urn:p\"/>")
        .replace("<s:Envelope ", "<s:Envelope xmlns=\"urn:d\" xmlns:q=\"urn:q\" xmlns:r=\"urn:r\" ");
    let listed = |list: &str| canonical(&plain, "Body", &Canonicalization::default().inclusive_prefixes(list));
    is_explained_by(&digesting(&plain, listed("#default")), &["default-not-listed"]);
    let explanation = is_explained_by(&digesting(&plain, listed("q")), &["prefixes-not-listed"]);
    assert!(explanation.to_string().contains("the namespaces of q are"), "{explanation}");
    // The list is there, and the sender does not apply it.
    let list = "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"q r\"></ec:InclusiveNamespaces>";
    let transform = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
    let with_list = plain.replacen(transform, &format!("{transform}{list}"), 1);
    let first = with_list.find(list).expect("the list");
    let id = crate::forge::between(&with_list[..first], "<ds:Reference URI=\"#", "\"").to_owned();
    let explanation = explained(&signed_again(&with_list));
    assert_eq!(words(&explanation), ["prefix-list-ignored"], "{id}: {explanation}");
}

#[test]
fn the_sender_that_does_not_canonicalise_is_named() {
    let message = with_body("<p:a xmlns:p='urn:p'  c='1' b='2'><p:e/></p:a>");
    let start = message.find("<s:Body").expect("the Body");
    let end = message.find("</s:Body>").expect("its end") + "</s:Body>".len();
    is_explained_by(&digesting(&message, &message[start..end]), &["not-canonicalized"]);
    is_explained_by(&digesting(&message, body(&message).replace("></p:e>", "/>")), &["not-canonicalized"]);
    is_explained_by(&digesting(&message, body(&message) + "\n"), &["trailing-newline"]);
    is_explained_by(&digesting(&message, format!("\u{FEFF}{}", body(&message))), &["byte-order-mark"]);
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{}", body(&message));
    is_explained_by(&digesting(&message, declared), &["xml-declaration"]);
    let two = with_body("<a/><b/>");
    is_explained_by(&digesting(&two, "<a></a><b></b>"), &["content-only"]);
    is_explained_by(&digesting(&message, ""), &["nothing-digested"]);
    for word in ["null", "undefined", "None", "[object Object]"] {
        let text = is_explained_by(&digesting(&message, word), &["word-digested"]).to_string();
        assert!(text.contains(&format!("over the word {word}")), "{text}");
    }
    let utf16: Vec<u8> = body(&message).encode_utf16().flat_map(u16::to_le_bytes).collect();
    is_explained_by(&digesting(&message, utf16), &["other-encoding"]);
    let text = with_body("<p:a xmlns:p=\"urn:p\">3 &gt; 2 \"quoted\"</p:a>");
    is_explained_by(&digesting(&text, body(&text).replace("&gt;", ">")), &["escaped-otherwise"]);
    is_explained_by(&digesting(&text, "3 > 2 \"quoted\""), &["text-only"]);
}

#[test]
fn encodings_are_named() {
    let message = with_body("<p:a xmlns:p=\"urn:p\">Zürich – €</p:a>");
    let misread: String = "Zürich – €"
        .bytes()
        .map(|octet| match octet {
            // As windows-1252 has them.
            0x80 => '€',
            0x82 => '‚',
            0x93 => '“',
            0xAC => '¬',
            octet => char::from(octet),
        })
        .collect();
    is_explained_by(&message.replace("Zürich – €", &misread), &["encoding-misread"]);
    let latin = with_body("<p:a xmlns:p=\"urn:p\">Zürich</p:a>");
    is_explained_by(&latin.replace("Zürich", "ZÃ¼rich"), &["encoding-misread"]);
    let octets: Vec<u8> = body(&latin).chars().map(|c| c as u8).collect();
    is_explained_by(&digesting(&latin, octets), &["other-encoding"]);
    let signed_misread = with_body("<p:a xmlns:p=\"urn:p\">ZÃ¼rich</p:a>");
    is_explained_by(&signed_misread.replace("ZÃ¼rich", "Zürich"), &["encoding-misread"]);
    let space = with_body("<p:a xmlns:p=\"urn:p\">10 000</p:a>");
    is_explained_by(&space.replace("10 000", "10\u{A0}000"), &["character-replaced"]);
    let lost = latin.replace("Zürich", "Z\u{FFFD}rich");
    is_explained_by(&lost, &["character-replaced"]);
    let explanation = is_explained_by(&latin.replace("Zürich", "\u{FFFD} \u{FFFD}1\u{FFFD}2"), &[]);
    assert!(explanation.to_string().contains("U+FFFD"), "{explanation}");
    let escaped = with_body("<p:a xmlns:p=\"urn:p\">a &amp; b</p:a>");
    is_explained_by(&escaped.replace("a &amp; b", "a &amp;amp; b"), &["escaped-twice"]);
    let accented = with_body("<p:a xmlns:p=\"urn:p\">é &amp; ő</p:a>");
    for references in ["&amp;#233; &amp; &amp;#x151;", "&amp;#xE9; &amp;amp; &amp;#337;"] {
        is_explained_by(&accented.replace("é &amp; ő", references), &["escaped-twice"]);
    }
    let twice = with_body("<p:a xmlns:p=\"urn:p\">a &amp;lt; b</p:a>");
    is_explained_by(&twice.replace("&amp;lt;", "&lt;"), &["escaped-once-less"]);
}

#[test]
fn values_that_were_read_and_written_anew_are_named() {
    let content =
        "<p:a xmlns:p=\"urn:p\" s:mustUnderstand=\"1\"><p:at>2026-01-02T03:04:05Z</p:at><p:n>1499.90</p:n></p:a>";
    let message = with_body(content);
    for other in ["2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05.0000000Z"] {
        is_explained_by(&message.replace("2026-01-02T03:04:05Z", other), &["instant-reformatted"]);
    }
    is_explained_by(&message.replace("1499.90", "1499.9"), &["value-reformatted"]);
    is_explained_by(&message.replace("mustUnderstand=\"1\"", "mustUnderstand=\"true\""), &["value-reformatted"]);
    is_explained_by(&message.replace("<p:n>1499.90", "<p:n>001499.90"), &["value-reformatted"]);
    // The Timestamp itself, in milliseconds.
    let created = crate::forge::between(&message, "<wsu:Created>", "</wsu:Created>").to_owned();
    let (seconds, _) = created.split_once('Z').expect("UTC");
    let whole = seconds.split('.').next().expect("seconds");
    let other = if seconds.contains('.') { format!("{whole}Z") } else { format!("{whole}.000Z") };
    let explanation = explained(&message.replace(&created, &other));
    let is_named = words(&explanation) == ["instant-reformatted"];
    assert!(is_named || seconds.contains('.') && !seconds.ends_with(".000"), "{explanation}");
}

#[test]
fn prefixes_and_declarations_are_named() {
    let message = with_body("<p:Pay xmlns:p=\"urn:p\"><p:To>Ann</p:To></p:Pay>");
    let renamed = message.replace("s:Envelope", "soapenv:Envelope").replace("s:Header", "soapenv:Header");
    let renamed = renamed.replace("s:Body", "soapenv:Body").replace("xmlns:s=", "xmlns:soapenv=");
    // The attributes of the header have the prefix, too.
    let renamed = renamed.replace(" s:", " soapenv:");
    let explanation = is_explained_by(&renamed, &["prefix-rewritten"]);
    assert!(explanation.to_string().contains("the prefix s in place of soapenv"), "{explanation}");
    let explanation = is_explained_by(
        &message.replace("<p:", "<ns0:").replace("</p:", "</ns0:").replace("xmlns:p=", "xmlns:ns0="),
        &["prefix-rewritten"],
    );
    assert!(explanation.to_string().contains("the prefix p in place of ns0"), "{explanation}");
    let message = with_body("<Pay xmlns=\"urn:p\"><To>Ann</To></Pay>");
    let prefixed =
        message.replace("<Pay xmlns=", "<ns1:Pay xmlns:ns1=").replace("To>", "ns1:To>").replace("</Pay>", "</ns1:Pay>");
    is_explained_by(&prefixed.replace("a:ns1:To>", "a:To>"), &["prefix-rewritten"]);
    // A DOM that moves elements of no namespace below a default namespace, and one that forgets to.
    let undeclared = with_body("<Pay xmlns=\"urn:p\"><To xmlns=\"\">Ann</To></Pay>");
    is_explained_by(&undeclared.replace(" xmlns=\"\"", ""), &["default-imposed"]);
    let declared = with_body("<Pay xmlns=\"urn:p\"><To>Ann</To></Pay>");
    is_explained_by(&declared.replace("<To>Ann", "<To xmlns=\"\">Ann"), &["default-undeclared"]);
}

#[test]
fn namespaces_around_the_element_are_named_under_inclusive_canonicalisation() {
    let by = Canonicalization::new(CanonicalizationMethod::Inclusive);
    let message = with_body("<p:Pay xmlns:p=\"urn:p\"/>");
    // Only the Body is canonicalised inclusively; its Transform says so.
    let id = crate::forge::between(&message[message.find(":Body ").expect("the Body")..], "wsu:Id=\"", "\"").to_owned();
    let start = message.find(&format!("URI=\"#{id}\"")).expect("the reference");
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let (before, after) = message.split_at(start);
    let message = format!("{before}{}", after.replacen(exclusive, by.method().uri(), 1));
    let digested = digesting(&message, canonical(&message, "Body", &by));
    assert!(receiver().accept_inclusive_canonicalization().open(&digested).is_ok());
    let xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ";
    is_explained_by(&digested.replace("<s:Envelope ", "<s:Envelope xmlns:gw=\"urn:gateway\" "), &["namespace-added"]);
    let with_xsi = message.replace("<s:Envelope ", &format!("<s:Envelope {xsi}"));
    let digested = digesting(&with_xsi, canonical(&with_xsi, "Body", &by));
    is_explained_by(&digested.replace(xsi, ""), &["namespace-removed"]);
}

#[test]
fn attributes_and_elements_that_came_later_are_named() {
    let message = with_body("<p:Pay xmlns:p=\"urn:p\"><p:To>Ann</p:To></p:Pay>");
    let explanation = is_explained_by(&message.replace("<p:To>", "<p:To kind=\"person\">"), &["attribute-added"]);
    assert!(explanation.to_string().contains("without the attribute kind"), "{explanation}");
    is_explained_by(&message.replace("<p:To>", "<p:To xmlns:xsi=\"urn:xsi\" xsi:type=\"p:T\">"), &["attribute-added"]);
    is_explained_by(&message.replace("</p:Pay>", "<g:trace xmlns:g=\"urn:g\">7</g:trace></p:Pay>"), &["element-added"]);
    is_explained_by(
        &message.replace("</p:Pay>", "\n<g:trace xmlns:g=\"urn:g\"><g:x/></g:trace></p:Pay>"),
        &["element-added"],
    );
    is_explained_by(&message.replace("<p:To>", "<?gateway seen?><p:To>"), &["instructions-left-out"]);
    // Digested before the Id was set.
    let without = body(&message);
    let id = crate::forge::between(&without, " wsu:Id=\"", "\"").to_owned();
    let without = without.replace(&format!(" wsu:Id=\"{id}\""), "").replace(&format!(" xmlns:wsu=\"{}\"", wsu()), "");
    is_explained_by(&digesting(&message, without), &["digested-before-id"]);
    // A translation from SOAP 1.1 to 1.2.
    is_explained_by(&message.replace(SOAP11, SOAP12), &["soap-version-changed"]);
}

#[test]
fn another_element_is_named_with_its_path() {
    let message = with_body("<p:Pay xmlns:p=\"urn:p\"><p:To>Ann</p:To></p:Pay>");
    let payload = canonical(&message, "Pay", &Canonicalization::default());
    // The content of a Body with one child is that child, and nothing is wrong to say so.
    let explanation = explained(&digesting(&message, payload));
    assert!(["other-element", "content-only"].contains(&words(&explanation)[0]), "{explanation}");
    let action = canonical(&message, "Action", &Canonicalization::default());
    let explanation = is_explained_by(&digesting(&message, action), &["other-element"]);
    assert!(explanation.to_string().contains("/s:Envelope/s:Header/a:Action"), "{explanation}");
}

#[test]
fn ids_that_were_changed_or_removed_are_named() {
    let message = with_body("<p:Pay xmlns:p=\"urn:p\"/>");
    let id = crate::forge::between(&message[message.find(":Body ").expect("the Body")..], "wsu:Id=\"", "\"").to_owned();
    is_explained_by(&message.replace(&format!("wsu:Id=\"{id}\""), "wsu:Id=\"other\""), &["id-changed"]);
    is_explained_by(&message.replace(&format!(" wsu:Id=\"{id}\""), ""), &["id-removed"]);
}

#[test]
fn digest_values_that_are_written_otherwise_are_named() {
    let message = with_body("<p:Pay xmlns:p=\"urn:p\"/>");
    let octets = body(&message);
    let digest = |method| Digest::of(method, octets.as_bytes()).as_octets().to_vec();
    for method in [DigestMethod::Sha1, DigestMethod::Sha384, DigestMethod::Sha512] {
        is_explained_by(&with_digest_text(&message, &base64_encode(&digest(method))), &["other-digest"]);
    }
    let digits: String = digest(DigestMethod::Sha256).iter().map(|octet| format!("{octet:02X}")).collect();
    is_explained_by(&with_digest_text(&message, &base64_encode(digits.as_bytes())), &["hex-digest"]);
    let url = base64_encode(&digest(DigestMethod::Sha256)).replace('+', "-").replace('/', "_").replace('=', "");
    is_explained_by(&with_digest_text(&message, &url), &["url-alphabet"]);
    let again = Digest::of(DigestMethod::Sha256, &digest(DigestMethod::Sha256)).as_octets().to_vec();
    is_explained_by(&with_digest_text(&message, &base64_encode(&again)), &["digest-of-digest"]);
    // White space changed as well: both are named.
    let explanation = explained(
        &with_digest_text(&message, &base64_encode(&digest(DigestMethod::Sha1))).replace("<p:Pay", "\n<p:Pay"),
    );
    assert_eq!(words(&explanation), ["other-digest", "white-space-added"], "{explanation}");
    assert!(explanation.to_string().contains(SHA256));
}

#[test]
fn base64_in_other_lines_is_named() {
    let data = base64_encode(&[7; 120]);
    let lines = |line_end: &str| {
        data.as_bytes()
            .chunks(76)
            .map(|line| std::str::from_utf8(line).expect("text"))
            .collect::<Vec<_>>()
            .join(line_end)
    };
    let of = |text: &str| with_body(&format!("<p:d xmlns:p=\"urn:p\">{text}</p:d>"));
    is_explained_by(&of(&data).replace(&data, &lines("\n")), &["base64-wrapped"]);
    is_explained_by(&of(&lines("\n")).replace(&lines("\n"), &data), &["base64-unwrapped"]);
    is_explained_by(&of(&lines("&#13;\n")).replace(&lines("&#13;\n"), &data), &["base64-unwrapped"]);
}

#[test]
fn a_whole_document_without_the_header_or_the_signature_is_named() {
    let message = with_body("<p:Pay xmlns:p=\"urn:p\"/>");
    let id = crate::forge::between(&message[message.find(":Body ").expect("the Body")..], "wsu:Id=\"", "\"").to_owned();
    let whole = message.replace(&format!("URI=\"#{id}\""), "URI=\"\"");
    let octets = canonical(&whole, "Envelope", &Canonicalization::default());
    for (element, word) in [("ds:Signature", "signature-left-out"), ("wsse:Security", "security-header-left-out")] {
        let start = octets.find(&format!("<{element} ")).expect("its start");
        let close = format!("</{element}>");
        let end = octets.find(&close).expect("its end") + close.len();
        let octets = format!("{}{}", &octets[..start], &octets[end..]);
        let old =
            crate::forge::between(&whole[whole.find("URI=\"\"").expect("the reference")..], "<ds:DigestValue>", "<")
                .to_owned();
        let digest = base64_encode(Digest::of(DigestMethod::Sha256, octets.as_bytes()).as_octets());
        is_explained_by(&signed_again(&whole.replacen(&old, &digest, 1)), &[word]);
    }
}

#[test]
fn two_changes_are_named_together() {
    let message = with_body(FLAT);
    let twice = message.replace(FLAT, &pretty("  ", "\n")).replace("<p:To>Ann", "<p:To>2026-01-02T03:04:05.000Z");
    is_explained_by(&twice, &[]);
    let dated = with_body(&FLAT.replace("Ann", "2026-01-02T03:04:05Z"));
    let both = dated.replace("<p:To>", "\n  <p:To>").replace("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z");
    let explanation = explained(&both);
    let mut found = words(&explanation);
    found.sort_unstable();
    assert_eq!(found, ["instant-reformatted", "white-space-added"], "{explanation}");
    // A gateway that renames the prefixes of the envelope and indents.
    let renamed =
        message.replace("s:Envelope", "S:Envelope").replace("s:Header", "S:Header").replace("s:Body", "S:Body");
    let renamed = renamed.replace("xmlns:s=", "xmlns:S=").replace(" s:", " S:").replace("<p:To>", "\n\t<p:To>");
    let mut found = words(&explained(&renamed));
    found.sort_unstable();
    assert_eq!(found, ["prefix-rewritten", "white-space-added"]);
}

#[test]
fn what_no_usual_cause_explains_is_said_with_both_digests() {
    let message = with_body(FLAT);
    let changed = message.replace(">Ann<", ">Eve<");
    let explanation = is_explained_by(&changed, &[]);
    assert_eq!(differences(&explanation), 1, "{explanation}");
    let text = explanation.to_string();
    let found = base64_encode(Digest::of(DigestMethod::Sha256, body(&changed).as_bytes()).as_octets());
    let expected = base64_encode(Digest::of(DigestMethod::Sha256, body(&message).as_bytes()).as_octets());
    for part in [
        "names /s:Envelope/s:Body",
        &format!("expected {expected}"),
        &format!("found    {found}"),
        "no usual cause fits",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(explanation.signatures[0].value == Verdict::Fits, "{text}");
    assert!(text.contains("what differs is what the references name"), "{text}");
}

#[test]
fn octets_that_are_digested_as_text_are_named() {
    let message = with_body("<p:Pay xmlns:p=\"urn:p\"/>");
    let octets = body(&message);
    let base64 = base64_encode(octets.as_bytes());
    is_explained_by(&digesting(&message, &base64), &["text-of-octets"]);
    let lines: Vec<&str> = base64.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    is_explained_by(&digesting(&message, lines.join("\r\n")), &["text-of-octets"]);
    let digits: String = octets.bytes().map(|octet| format!("{octet:02x}")).collect();
    is_explained_by(&digesting(&message, digits), &["text-of-octets"]);
}

/// A document that was signed by inclusive canonicalisation and then put into a message, as Brazilian invoices are: the
/// envelope changed it, and the sender used the method that it names.
#[test]
fn the_envelope_around_a_signed_document_is_named_under_inclusive_canonicalisation() {
    use ws_security::c14n::{Document, Limits};
    use ws_security::xmldsig::{DocumentSigning, sign_document};
    let invoice = "<NFe xmlns=\"urn:nfe\"><infNFe Id=\"NFe35\"><v>1</v></infNFe></NFe>";
    let envelope = |document: &str| {
        format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body><m xmlns=\"urn:m\">{document}</m></s:Body></s:Envelope>")
    };
    let alice = identity("alice");
    let inclusive = Canonicalization::new(CanonicalizationMethod::Inclusive);
    let exclusive = Canonicalization::default();
    for (of_signature, of_reference, causes) in [
        (&exclusive, &inclusive, &["namespace-added"][..]),
        (&inclusive, &inclusive, &["namespace-added", "namespace-added"]),
        (&exclusive, &exclusive, &[]),
    ] {
        let signing = DocumentSigning::new(SignatureMethod::RsaSha256).id_attributes(["Id"]);
        let signing = signing.canonicalization(of_signature.clone()).of_references(of_reference.clone());
        let document = Document::parse(invoice, &Limits::default()).expect("XML");
        let signed = sign_document(&document, &["NFe35".to_owned()], &signing, &**alice.signing_key()).expect("signed");
        let knowing = Receiver::new(
            Trust::pins([alice.certificate().clone()]),
            Requirements::signed([Part::Body]),
            ws_security::DangerousNoReplayCache,
        );
        let explanation = knowing.explain(envelope(&signed));
        assert_eq!(words(&explanation), causes, "{explanation}");
        assert_eq!(explanation.to_string().contains("without the namespace declaration of s:"), !causes.is_empty());
    }
}

/// auth0/node-xml-encryption#140: of what is ciphertext still, nothing is said about the content.
#[test]
fn ciphertext_that_does_not_open_is_no_changed_content() {
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let message = recipe().sign(signing()).encrypt(encrypting).secured(&envelope(SOAP11));
    let text = receiver().decrypt_with(identity("carol")).explain(&message).to_string();
    assert!(text.contains("digest: DOES NOT FIT") && text.contains("it still contains ciphertext"), "{text}");
    assert!(!text.contains("the content itself was changed"), "{text}");
    let text = usual().explain(message.replace("urn:pay", "urn:take")).to_string();
    assert!(text.contains("the content itself was changed"), "{text}");
}
