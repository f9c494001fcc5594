//! What services and gateways write anew: wrappers, defaults, lost characters, addresses, times and numbers.

use ws_security::prelude::*;

use crate::common::*;
use crate::{explained, is_explained_by, words};

const CONTENT: &str = "<p:Order xmlns:p=\"urn:p\" p:version=\"1.0\"><p:To>Jürgen Müller &amp; Söhne</p:To><p:At>2026-03-01T10:00:00.000+01:00</p:At><p:Day>2026-03-01</p:Day><p:Sum>1.5E3</p:Sum><p:No>007</p:No><p:Note>\"one\" – two…</p:Note><item xmlns=\"urn:i\"><name xmlns=\"\">Ann</name></item><p:Memo xml:space=\"preserve\">  two  words</p:Memo></p:Order>";

fn message() -> String {
    let plain = envelope(SOAP11);
    let (before, rest) = plain.split_once("<s:Body>").expect("the Body");
    let (_, after) = rest.split_once("</s:Body>").expect("its end");
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    recipe().sign(signing).secured(&format!("{before}<s:Body>{CONTENT}</s:Body>{after}"))
}

/// Each change of the Body is explained by one cause.
fn are_explained(changes: &[(&str, &str, &str)]) {
    let message = message();
    for (from, to, word) in changes {
        let broken = message.replace(from, to);
        assert_ne!(broken, message, "{from}");
        is_explained_by(&broken, &[word]);
    }
}

#[test]
fn wrappers_and_elements_that_came_are_named() {
    let message = message();
    for (open, close) in
        [("<w:Request xmlns:w=\"urn:w\">", "</w:Request>"), ("<Request xmlns=\"urn:w\">", "</Request>")]
    {
        let broken = message.replace("<p:Order", &format!("{open}<p:Order"));
        let broken = broken.replace("</p:Order>", &format!("</p:Order>{close}"));
        let explanation = is_explained_by(&broken, &["wrapper-added"]);
        assert!(explanation.to_string().contains("without the tags of"), "{explanation}");
    }
    // Inside, and with the prefix of what it contains.
    let broken = message.replace("<item", "<p:items><item").replace("</item>", "</item></p:items>");
    is_explained_by(&broken, &["wrapper-added"]);
    // A wrapper with content of its own is more than that.
    let broken = message.replace("<p:Order", "<w xmlns=\"\">1<p:Order").replace("</p:Order>", "</p:Order></w>");
    is_explained_by(&broken, &[]);
}

#[test]
fn namespaces_and_attributes_that_went_are_named() {
    are_explained(&[
        ("<name xmlns=\"\">", "<name>", "default-imposed"),
        (" xml:space=\"preserve\"", "", "attribute-removed"),
    ]);
    let message = message();
    // A document without its default namespace, which the message still has elsewhere.
    let twice = message.replace("<p:Memo", "<q:other xmlns:q=\"urn:i\"></q:other><p:Memo");
    assert!(words(&explained(&twice)).contains(&"element-added"));
    let envelope = envelope(SOAP11).replace("<s:Body>", "<s:Body><x:a xmlns:x=\"urn:x\"></x:a><b xmlns=\"urn:x\"></b>");
    let sent = recipe().sign(signing()).secured(&envelope);
    is_explained_by(&sent.replace("<b xmlns=\"urn:x\">", "<b>"), &["namespace-removed"]);
    let typed = envelope.replace(
        "<b xmlns=\"urn:x\">",
        "<b xmlns=\"urn:x\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\">",
    );
    let sent = recipe().sign(signing()).secured(&typed);
    is_explained_by(&sent.replace(" xsi:nil=\"true\"", ""), &["attribute-removed"]);
}

#[test]
fn characters_that_were_lost_or_misread_are_named() {
    are_explained(&[
        ("Jürgen", "J\u{FFFD}rgen", "character-replaced"),
        ("Jürgen Müller", "J\u{FFFD}\u{FFFD}rgen M\u{FFFD}\u{FFFD}ller", "character-replaced"),
        ("Jürgen", "J?rgen", "character-replaced"),
        ("Jürgen Müller &amp; Söhne", "Juergen Mueller &amp; Soehne", "character-replaced"),
        ("Müller", "Muller", "character-replaced"),
        ("Jürgen", "Jrgen", "character-replaced"),
        ("\"one\" – two…", "\"one\" - two…", "character-replaced"),
        ("Jürgen", "JÃ¼rgen", "encoding-misread"),
        ("Jürgen", "JÃƒÂ¼rgen", "encoding-misread"),
        ("two…", "twoâ€¦", "encoding-misread"),
        ("two…", "two\u{85}", "encoding-misread"),
    ]);
    // Lost for good: there is no cause, and a hint.
    let message = message();
    let text = is_explained_by(&message.replace(['ü', 'ö'], "?").replace("Ann", "A?n"), &[]).to_string();
    assert!(text.contains("question marks inside words"), "{text}");
}

#[test]
fn times_and_numbers_that_were_written_anew_are_named() {
    are_explained(&[
        ("2026-03-01T10:00:00.000+01:00", "2026-03-01T09:00:00Z", "instant-reformatted"),
        ("2026-03-01T10:00:00.000+01:00", "2026-03-01T04:00:00-05:00", "instant-reformatted"),
        ("2026-03-01T10:00:00.000+01:00", "2026-03-01T10:00:00", "instant-reformatted"),
        (">2026-03-01<", ">2026-03-01+01:00<", "instant-reformatted"),
        ("1.5E3", "1500", "value-reformatted"),
        ("1.5E3", "1.5E+003", "value-reformatted"),
        (">007<", ">7<", "value-reformatted"),
        ("version=\"1.0\"", "version=\"1\"", "value-reformatted"),
        ("  two  words", " two words", "text-padded"),
        ("  two  words", "two words", "text-padded"),
        ("\"one\" – two…", "\"one\"\n– two…", "character-replaced"),
    ]);
}

#[test]
fn timestamps_and_addresses_that_were_written_anew_are_named() {
    let message = message();
    let time =
        |local: &str| crate::forge::between(&message, &format!("<wsu:{local}>"), &format!("</wsu:{local}>")).to_owned();
    let (created, expires) = (time("Created"), time("Expires"));
    // Without the milliseconds, with a later Created, and without Expires.
    let exact = message.replace(&created, "2026-07-01T12:00:00.123Z").replace(&expires, "2026-07-01T12:05:00.123Z");
    let exact = crate::forge::signed_again(&with_timestamp_digest(&exact));
    let (created, expires) = ("2026-07-01T12:00:00.123Z", "2026-07-01T12:05:00.123Z");
    let cut = exact.replace(created, "2026-07-01T12:00:00Z").replace(expires, "2026-07-01T12:05:00Z");
    for (broken, word) in [
        (cut, "instant-reformatted"),
        (exact.replace(created, "2026-07-01T12:01:07.500Z"), "value-changed"),
        (exact.replace(expires, "2026-07-01T13:01:07Z"), "value-changed"),
        (exact.replace(&format!("<wsu:Expires>{expires}</wsu:Expires>"), ""), "element-removed"),
    ] {
        let explanation = explained(&broken);
        assert_eq!(words(&explanation).first(), Some(&word), "{explanation}");
    }
    let wsa = "http://www.w3.org/2005/08/addressing";
    let envelope = envelope(SOAP11);
    let envelope = envelope.replace("urn:bank", "https://peer.example/service");
    let to = Signing::with(&identity("alice")).parts([Part::Body, Part::header_block(wsa, "To")]);
    let sent = recipe().sign(to).secured(&envelope);
    for (from, to) in [
        ("https://peer.example/service<", "http://peer.example/service<"),
        ("https://peer.example/service<", "https://peer.example/service/<"),
        ("https://peer.example/service<", "http://peer.example:8080/service<"),
        (wsa, "http://schemas.xmlsoap.org/ws/2004/08/addressing"),
    ] {
        is_explained_by(&sent.replace(from, to), &["value-changed"]);
    }
    let text =
        is_explained_by(&sent.replace("https://peer.example/service<", "https://inside.local/x<"), &[]).to_string();
    assert!(text.contains("which gateways write anew"), "{text}");
}

/// The message with the digest of its Timestamp as it is now.
fn with_timestamp_digest(message: &str) -> String {
    use ws_security::DigestMethod;
    use ws_security::c14n::{Canonicalization, base64_encode};
    let id = crate::forge::between(&message[message.find("<wsu:Timestamp").expect("one")..], "wsu:Id=\"", "\"");
    let reference = &message[message.find(&format!("URI=\"#{id}\"")).expect("a reference")..];
    let old = crate::forge::between(reference, "<ds:DigestValue>", "</ds:DigestValue>");
    let octets = crate::forge::canonical(message, "Timestamp", &Canonicalization::default());
    let digest = ws_security::crypto::Digest::of(DigestMethod::Sha256, octets.as_bytes());
    message.replace(old, &base64_encode(digest.as_octets()))
}

#[test]
fn letters_of_another_case_in_ids_and_values_are_named() {
    let message = message();
    let body = &message[message.find(":Body ").expect("the Body")..];
    let id = crate::forge::between(body, "wsu:Id=\"", "\"").to_owned();
    let explanation = explained(&message.replace(&id, &id.to_uppercase()));
    assert_eq!(words(&explanation), ["signed-info-changed", "id-changed"], "{explanation}");
    // Letters of one case are base64 of other octets, or of none.
    let digest = crate::forge::between(&message, "<ds:DigestValue>", "</ds:DigestValue>").to_owned();
    let explanation = explained(&message.replace(&digest, &digest.to_lowercase()));
    assert_eq!(words(&explanation), ["signed-info-changed", "reference-changed"], "{explanation}");
    // A form decoder between the peers: + is a space in every digest.
    let spaced = message.split("<ds:DigestValue>").enumerate().map(|(nth, piece)| match piece.split_once('<') {
        Some((value, rest)) if nth > 0 => format!("<ds:DigestValue>{}<{rest}", value.replace('+', " ")),
        _ => piece.to_owned(),
    });
    let spaced: String = spaced.collect();
    if spaced != message {
        assert!(words(&explained(&spaced)).contains(&"signed-info-changed"));
    }
}
