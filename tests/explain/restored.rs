//! What programs drop or write anew in some places of a message, and in two places at once: each is named.

use ws_security::Verdict;

use crate::common::*;
use crate::forge::{body, digesting};
use crate::unlisted::{changed, with_body};
use crate::{explained, is_explained_by};

const ORDER: &str = "<p:order xmlns:p=\"urn:p\" number=\"7\" currency=\"EUR\"><p:item unit=\"kg\"><p:price>12.50</p:price><p:name>Nut  and bolt </p:name></p:item><p:item unit=\"kg\"><p:price>99.00</p:price><p:name>Screw</p:name><p:none></p:none></p:item><p:none></p:none><p:at>2026-11-27T13:15:30.500+01:00</p:at></p:order>";

/// Each `from` in the order is `to` in its place after it was signed.
#[track_caller]
fn all_changed(pairs: &[(&str, &str)], expected: &[&str]) -> String {
    let message = with_body(ORDER);
    let broken = pairs.iter().fold(message.clone(), |message, (from, to)| {
        assert!(message.contains(from), "{from}: {message}");
        message.replacen(from, to, 1)
    });
    is_explained_by(&broken, expected).to_string()
}

#[test]
fn numbers_of_one_element_are_told_from_others() {
    let text = all_changed(&[("12.50", "12.5"), ("99.00", "99")], &["value-reformatted"]);
    assert!(text.contains("2 decimal places in the numbers in p:price"), "{text}");
    changed("<p:a xmlns:p=\"urn:p\" n=\"1\">10</p:a>", ">10<", ">10.000<", "value-reformatted");
}

#[test]
fn white_space_that_was_collapsed_or_trimmed_in_two_places_is_named() {
    all_changed(&[("Nut  and bolt ", "Nut and bolt")], &["text-padded"]);
    let content = "<p:a xmlns:p=\"urn:p\"><p:b> one</p:b><p:c>two\nlines </p:c><p:d>3</p:d></p:a>";
    let message = with_body(content).replacen("> one<", ">one<", 1).replacen("lines <", "lines<", 1);
    is_explained_by(&message, &["text-padded"]);
    // One text was trimmed, and a number written anew.
    all_changed(&[("bolt <", "bolt<"), ("12.50", "12.5")], &["text-padded", "value-reformatted"]);
}

#[test]
fn empty_elements_copies_and_attributes_that_were_dropped_are_named() {
    let second = "<p:none></p:none><p:at>";
    let text = all_changed(&[(second, "<p:at>")], &["element-removed"]);
    assert!(text.contains("p:none, empty, in front of tag"), "{text}");
    let text = all_changed(&[("<p:item unit=\"kg\"><p:price>99", "<p:item><p:price>99")], &["attribute-removed"]);
    assert!(text.contains("unit=\"kg\", on element"), "{text}");
    let twice = "<p:a xmlns:p=\"urn:p\"><p:b>1</p:b><p:b>1</p:b></p:a>";
    changed(twice, "<p:b>1</p:b><p:b>1</p:b>", "<p:b>1</p:b>", "element-removed");
}

#[test]
fn names_in_another_case_are_named() {
    let flag = [("<p:at>", "<p:At>"), ("</p:at>", "</p:At>")];
    let text = all_changed(&flag, &["name-changed"]);
    assert!(text.contains("p:at in place of p:At"), "{text}");
    all_changed(&[(" currency=", " Currency=")], &["name-changed"]);
    let all = with_body("<p:Order xmlns:p=\"urn:p\"><p:Name>a</p:Name></p:Order>");
    is_explained_by(&all.replace("p:Order", "p:order").replace("p:Name", "p:name"), &["name-changed"]);
}

#[test]
fn instants_without_their_zone_and_umlauts_of_attributes_are_named() {
    all_changed(&[(".500+01:00", ".500")], &["instant-reformatted"]);
    let content = "<p:a xmlns:p=\"urn:p\" by=\"K\u{F6}ln\">true</p:a>";
    changed(content, "K\u{F6}ln", "Koeln", "character-replaced");
}

#[test]
fn attributes_in_the_order_of_the_message_are_named() {
    let message = with_body(ORDER);
    let canonical = body(&message);
    let ordered = canonical.replace(" currency=\"EUR\" number=\"7\"", " number=\"7\" currency=\"EUR\"");
    assert_ne!(ordered, canonical);
    is_explained_by(&digesting(&message, &ordered), &["not-canonicalized"]);
    let closed = ordered.replace("<p:none></p:none>", "<p:none/>");
    is_explained_by(&digesting(&message, closed), &["not-canonicalized", "not-canonicalized"]);
}

/// Where content was lost, no cause is named, and the reader is told what to compare.
#[test]
fn lost_content_has_no_cause_and_names_what_to_compare() {
    let message = with_body(ORDER);
    for (from, to) in [
        (">99.00<", "><"),
        ("<p:name>Screw</p:name>", ""),
        (" currency=\"EUR\"", ""),
        ("Screw", "Washer"),
        ("urn:p", "urn:q"),
    ] {
        let broken = message.replacen(from, to, 1);
        assert_ne!(broken, message, "{from}");
        assert!(receiver().open(&broken).is_err());
        let explanation = explained(&broken);
        let verdicts = explanation.signatures.iter().flat_map(|signature| &signature.references);
        let differs: Vec<&Verdict> = verdicts
            .map(|reference| &reference.verdict)
            .filter(|verdict| matches!(verdict, Verdict::Differs { .. }))
            .collect();
        assert!(
            matches!(&differs[..], [Verdict::Differs { causes, tried, .. }] if causes.is_empty() && *tried > 1_000)
        );
        let text = explanation.to_string();
        assert!(text.contains("no usual cause fits") && text.contains("`explain_octets`"), "{text}");
    }
}

/// Inclusive canonicalisation writes declarations where they are, so that whoever moves one changes the octets.
#[test]
fn declarations_that_moved_are_named_where_the_form_is_inclusive() {
    let content = "<p:a xmlns:p=\"urn:p\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">1</p:a>";
    let inclusive = ws_security::c14n::Canonicalization::new(ws_security::c14n::CanonicalizationMethod::Inclusive);
    let message = with_body(content);
    let exclusive = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"";
    let named =
        message.replace(exclusive, "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"");
    assert_ne!(named, message);
    let signed = digesting(&named, crate::forge::canonical(&named, "Body", &inclusive));
    let causes = |broken: &str| -> Vec<String> {
        let reference = explained(broken).signatures.remove(0).references.into_iter();
        let verdicts = reference
            .filter(|reference| reference.target.as_str().ends_with("Body"))
            .map(|reference| reference.verdict);
        verdicts
            .flat_map(|verdict| match verdict {
                Verdict::Differs { causes, .. } => causes.iter().map(|cause| cause.word().to_owned()).collect(),
                _ => Vec::new(),
            })
            .collect()
    };
    assert!(causes(&signed).is_empty());
    let lost = signed.replacen(" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"", "", 1);
    assert_eq!(causes(&lost), ["namespace-removed"], "{lost}");
    let moved = signed.replacen("<p:a xmlns:p=\"urn:p\" ", "<p:a ", 1).replacen(
        "<s:Envelope ",
        "<s:Envelope xmlns:p=\"urn:p\" ",
        1,
    );
    assert_eq!(causes(&moved), ["namespace-added"], "{moved}");
}
