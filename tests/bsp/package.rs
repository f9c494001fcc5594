//! Chapter 18, on the package: a conformant one, and one broken in each way.

use ws_security::DigestMethod;
use ws_security::Limits;
use ws_security::attachments::Package;
use ws_security::bsp::{self, Context, Report, Rule};
use ws_security::c14n::base64_encode;
use ws_security::crypto::Digest;

use crate::broken::differences;
use crate::edit::replace;
use crate::goldens::golden;

const TEXT: &str = "a\nb";
const CANONICAL_TEXT: &str = "a\r\nb";
/// The octets that the complete transform digests for the part `full@b`, written by hand.
const CANONICAL_FULL: &str =
    "Content-Disposition:attachment;filename=\"x.bin\"\r\nContent-ID:<full@b>\r\nContent-Type:application/x\r\n\0\u{1}";

fn sha256(octets: &[u8]) -> String {
    base64_encode(Digest::of(DigestMethod::Sha256, octets).as_octets())
}

fn reference(id: &str, kind: &str, digest: &str) -> String {
    format!(
        "<ds:Reference URI=\"cid:{id}\"><ds:Transforms><ds:Transform \
         Algorithm=\"%SWA%Attachment-{kind}-Signature-Transform\"></ds:Transform></ds:Transforms><ds:DigestMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod><ds:DigestValue>{digest}\
         </ds:DigestValue></ds:Reference>"
    )
}

/// An envelope that signs three attachments, and says that one more is ciphertext.
fn envelope() -> String {
    let references = [
        reference("text@b", "Content", &sha256(CANONICAL_TEXT.as_bytes())),
        reference("full@b", "Complete", &sha256(CANONICAL_FULL.as_bytes())),
        reference("coded@b", "Content", &sha256(b"\0\x01\x02")),
    ];
    let message = replace(&golden("encrypted"), "<ds:Reference", &format!("{}<ds:Reference", references.concat()));
    replace(
        &message,
        "</xenc:ReferenceList></xenc:EncryptedKey>",
        "<xenc:DataReference URI=\"#att\"></xenc:DataReference></xenc:ReferenceList></xenc:EncryptedKey>\
         <xenc:EncryptedData xmlns:xenc=\"%XENC%\" Id=\"att\" MimeType=\"image/png\" Type=\"%SWA%Attachment-Content-Only\">\
         <xenc:EncryptionMethod Algorithm=\"%GCM%\"></xenc:EncryptionMethod><xenc:CipherData>\
         <xenc:CipherReference URI=\"cid:cipher@b\"><xenc:Transforms><ds:Transform xmlns:ds=\"%DS%\" \
         Algorithm=\"%SWA%Attachment-Ciphertext-Transform\"></ds:Transform></xenc:Transforms></xenc:CipherReference>\
         </xenc:CipherData></xenc:EncryptedData>",
    )
}

fn package(envelope: &str) -> String {
    format!(
        "Content-Type: multipart/related; type=\"text/xml\"; start=\"<root@b>\"; boundary=\"=_b\"\r\n\r\n\
         --=_b\r\nContent-Type: text/xml; charset=utf-8\r\nContent-ID: <root@b>\r\n\r\n{envelope}\r\n\
         --=_b\r\nContent-Type: text/plain\r\nContent-ID: <text@b>\r\n\r\n{TEXT}\r\n\
         --=_b\r\nContent-ID: <full@b>\r\nContent-Disposition: Attachment;\r\n filename=\"X.bin\"\r\nX-Other: 1\r\n\
         Content-Type: Application/X\r\n\r\n\0\u{1}\r\n\
         --=_b\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <coded@b>\r\n\r\nAAEC\r\n\
         --=_b\r\nContent-Type: application/octet-stream\r\nContent-ID: <cipher@b>\r\n\r\ncipher\r\n\
         --=_b--\r\n"
    )
}

fn judged(package: &str) -> Report {
    let package = Package::parse(package.as_bytes(), &Limits::default()).unwrap_or_else(|e| panic!("{e}: {package}"));
    bsp::report_package(&package, &Context::new()).expect("an envelope")
}

type Edits = &'static [(&'static str, &'static str)];

/// A rule, edits of the package, and the verdicts that change.
const CASES: &[(&str, Edits, &str)] = &[
    ("U-18.1.1", &[("--=_b\r\nContent-Type: text/xml", "--=_b\r\nContent-Type: application/xop+xml")], ""),
    ("U-18.1.2", &[("<a:To>", "<a:To><xenc:CipherReference xmlns:xenc=\"%XENC%\" URI=\"cid:text@b\"/>")], ""),
    ("U-18.1.3", &[("URI=\"cid:cipher@b\"", "URI=\"cid:root@b\"")], "U-18.3.4 not-checkable"),
    ("U-18.2.3", &[("%CANONICAL%", "%PLAIN%")], ""),
    ("U-18.2.4", &[("%DECODED%", "%ENCODED%")], "U-18.2.3 not-checkable"),
    ("U-18.2.5", &[("Content-Type: text/plain\r\n", "")], ""),
    ("U-18.3.4", &[("Content-Type: application/octet-stream", "Content-Type: image/png")], ""),
    ("U-18.3.4", &[(" MimeType=\"image/png\"", "")], ""),
];

pub(crate) fn rules() -> impl Iterator<Item = &'static str> {
    CASES.iter().map(|(rule, ..)| *rule)
}

fn named(text: &str) -> String {
    text.replace("%CANONICAL%", &sha256(CANONICAL_TEXT.as_bytes()))
        .replace("%PLAIN%", &sha256(TEXT.as_bytes()))
        .replace("%DECODED%", &sha256(b"\0\x01\x02"))
        .replace("%ENCODED%", &sha256(b"AAEC"))
}

#[test]
fn each_edit_breaks_its_rule_and_what_falls_with_it_alone() {
    let genuine = package(&envelope());
    let before = judged(&genuine);
    assert!(before.conforms(), "{:?}", before.breaches().collect::<Vec<_>>());
    for (id, edits, with) in CASES {
        let rule = Rule::from_id(id).expect("a rule");
        assert_eq!(before.outcome(rule), bsp::Outcome::Pass, "{id}: {}", before.verdict(rule).why());
        let broken = edits.iter().fold(genuine.clone(), |text, (from, to)| replace(&text, &named(from), &named(to)));
        let mut expected: std::collections::BTreeSet<String> =
            with.split(',').filter(|row| !row.is_empty()).map(str::to_owned).collect();
        expected.insert(format!("{id} fail"));
        assert_eq!(differences(&before, &judged(&broken)), expected, "{id}");
    }
}

#[test]
fn without_the_package_its_rules_are_not_checkable() {
    let report = bsp::report(envelope(), &Context::new()).expect("an envelope");
    for id in rules() {
        let rule = Rule::from_id(id).expect("a rule");
        assert_eq!(report.outcome(rule), bsp::Outcome::NotCheckable, "{id}");
        assert!(report.verdict(rule).why().contains("package"), "{id}");
    }
    // An attachment that is not there, or changed, is no breach: the digest says no more.
    let genuine = package(&envelope());
    for (from, to) in [("<text@b>", "<other@b>"), ("a\nb\r\n", "a\nc\r\n")] {
        let report = judged(&genuine.replacen(from, to, 1));
        assert_eq!(report.outcome(Rule::U18_2_3), bsp::Outcome::NotCheckable);
        assert!(report.conforms());
    }
}
