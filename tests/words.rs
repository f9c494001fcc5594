//! What a message says reaches no terminal, log line or page raw: every error, and all of the evidence, is plain to see.

mod common;

use std::path::Path;

use common::*;
use ws_security::TransportFacts;
use ws_security::attachments::{MimeError, Package};
use ws_security::bsp::{self, Context};
use ws_security::c14n::{Budget, Document, Element};
use ws_security::prelude::*;
use ws_security::text::{WireText, is_plain};
use ws_security::tokens::{Assertion, SecurityTokenReference, UsernameToken};
use ws_security::xmldsig::KeyInfo;
use ws_security::xmlenc::{EncryptedData, EncryptedKey};
use ws_security::{
    DistinguishedName, Fault, FaultCode, KerberosSession, MemoryReplayCache, Requirements, Role, Secret, Signer,
};

/// Characters that XML admits and a terminal, a log or a page must not get: C1, DEL, separators, controls of direction,
/// zero-width characters, the byte order mark, tags.
const HOSTILE: [&str; 14] = [
    "\u{9b}2J",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{202e}",
    "\u{2066}",
    "\u{2069}",
    "\u{200e}",
    "\u{61c}",
    "\u{200b}",
    "\u{feff}",
    "\u{e0041}",
    "&#10;FORGED&#13;&#9;",
];

#[test]
fn no_error_holds_text_in_a_type_that_prints_it_raw() {
    let mut enums = 0;
    for (path, source) in sources() {
        for block in source.split("\n#[derive(").skip(1) {
            let (derived, rest) = block.split_once(")]").expect("the end of the list");
            if !derived.split(", ").any(|name| name == "Error") {
                continue;
            }
            enums += 1;
            let body = rest.split("\n}\n").next().expect("the body");
            let code: Vec<&str> = body.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            for raw in ["String", "&'a str", "Box<str>", "Cow<", "Vec<u8>", "OsString"] {
                let held = code.iter().find(|line| line.contains(raw) && !line.contains("#["));
                assert_eq!(held, None, "{path}: hold it as a WireText");
            }
        }
    }
    assert!(enums > 15, "the sources are read: {enums}");
}

/// Types whose derived `Debug` shows text or octets that no message brings, or the numbers of a key.
const OF_THE_CALLER: [&str; 32] = [
    "sts/src/version.rs TokenType",
    "xmldsig/src/write_key_info.rs KeyInfoItem",
    "bsp/src/context.rs Context",
    "crypto/src/algorithm/transport.rs KeyTransport",
    "crypto/src/key_derivation.rs KeyDerivation",
    "crypto/src/key_derivation.rs OtherInfo",
    "crypto/src/path_signature.rs StandIn",
    "crypto-shim/src/dsa.rs DsaNumbers",
    "kerberos/src/lib.rs Initiator",
    "replay-redis/src/settings.rs RedisReplay",
    "replay/src/error.rs Cause",
    "tokens/src/saml/trust.rs AssertionTrust",
    "tokens/src/trust.rs ExtendedKeyUsage",
    "c14n/src/prefix.rs Prefixes",
    "tokens/src/trust.rs SignerRule",
    "xmldsig/src/sign_document.rs DocumentSigning",
    "xmldsig/src/sign_document.rs SignaturePlace",
    // Sentences of ours, which show what they quote without controls.
    "wss-header/src/explain/explanation.rs Explanation",
    "wss-header/src/explain/explanation.rs Outcome",
    "wss-header/src/explain/explanation.rs ExplainedCiphertext",
    "wss-header/src/explain/explanation.rs ExplainedSignature",
    "wss-header/src/explain/explanation.rs ExplainedReference",
    "wss-header/src/explain/explanation.rs Verdict",
    // A policy is a file that the caller chose.
    "policy/src/exchange.rs Unusable",
    "policy/src/form/broken_assertion.rs BrokenAssertion",
    "policy/src/place.rs Location",
    "policy/src/policy.rs Listed",
    "policy/src/policy.rs Policy",
    "policy/src/standing.rs Judged",
    "policy/src/standing.rs Standing",
    "text/src/escape.rs Shown",
    "text/src/lib.rs WireText",
];

/// A derived `Debug` shows a `String` whole, and octets one by one.
#[test]
fn no_public_type_shows_a_message_by_a_derived_debug() {
    let mut types = 0;
    for (path, source) in sources() {
        let (_, path) = path.split_once("/crates/").expect("a crate");
        let source = source.split("#[cfg(test)]").next().expect("the code");
        for block in source.split("\n#[derive(").skip(1).filter(|_| !path.starts_with("cli/")) {
            let (derived, rest) = block.split_once(")]").expect("the end of the list");
            let is_attribute =
                |line: &&str| line.trim().is_empty() || line.starts_with("#[") || line.starts_with("///");
            let head = rest.lines().find(|line| !is_attribute(line)).unwrap_or_default();
            let public = ["pub struct ", "pub enum "].into_iter().find_map(|start| head.strip_prefix(start));
            let (true, Some(name)) = (derived.split(", ").any(|name| name == "Debug"), public) else { continue };
            types += 1;
            let name = name.split(|c: char| !c.is_alphanumeric()).next().expect("a name");
            let body = rest.split("\n}\n").next().expect("the body");
            let body = if head.ends_with(';') { head } else { body };
            let code = body.lines().filter(|line| !line.trim_start().starts_with("//") && !line.contains("#["));
            let raw = ["String", "&'a str", "Box<str>", "Arc<str>", "Cow<", "Vec<u8>", "[u8]", "OsString"];
            let held =
                code.filter(|line| !line.contains("&'static")).find(|line| raw.iter().any(|raw| line.contains(raw)));
            let is_excused = OF_THE_CALLER.contains(&format!("{path} {name}").as_str());
            assert!(held.is_none() || is_excused, "{path} {name}: write its Debug with `wss_text`: {held:?}");
        }
    }
    assert!(types > 100, "the sources are read: {types}");
}

/// Each place of a message for a free name or value, with every hostile text, as a service that logs refuses it.
#[test]
fn hostile_names_and_values_are_escaped_in_errors_reports_and_evidence() {
    let receiver = receiver().decrypt_with(identity("bob"));
    let golden = signed(SOAP11);
    let mut refused = 0;
    for text in HOSTILE {
        for (before, after) in places(text) {
            let message = golden.replacen(&before, &after, 1);
            assert_ne!(message, golden, "{before} is in the message");
            match receiver.open(&message) {
                Err(error) => {
                    refused += 1;
                    plain(&error.to_string(), &message);
                    plain(&format!("{error:?}"), &message);
                    plain(Fault::naming(&error).code().reason(), &message);
                }
                Ok(opened) => plain(&format!("{:?} {:?}", opened, opened.evidence()), &message),
            }
            if let Ok(unsigned) = lax().open_unsigned(&message, TransportFacts::dangerous_unprotected()) {
                plain(&format!("{:?}", unsigned.evidence()), &message);
                unsigned.evidence().ignored.iter().for_each(|name| plain(&name.to_string(), &message));
            }
            if let Ok(report) = bsp::report(&message, &Context::new()) {
                plain(&format!("{report:?}"), &message);
                for verdict in report.verdicts() {
                    plain(verdict.why(), &message);
                    verdict
                        .findings()
                        .iter()
                        .for_each(|place| plain(&format!("{}{}", place.path, place.why), &message));
                }
            }
        }
    }
    assert!(refused > 100, "most of them are refused: {refused}");
}

/// The text in a signed message, and its replacement.
fn places(text: &str) -> Vec<(String, String)> {
    let mut places = Vec::new();
    let mut put = |before: &str, after: String| places.push((before.to_owned(), after));
    put("<a:Action", format!("<x:q xmlns:x=\"urn:{text}\" s:mustUnderstand=\"1\"/><a:Action"));
    put("<wsu:Timestamp", format!("<x:q xmlns:x=\"urn:{text}\"/><wsu:Timestamp"));
    put("<s:Body", format!("<s:Body x:wsu=\"{text}\" xmlns:x=\"urn:{text}\""));
    put("<s:Envelope", format!("<s:Envelope xmlns:rel=\"rel/{text}\""));
    put("<ds:Reference URI=\"#", format!("<ds:Reference URI=\"#{text}"));
    put("SignatureMethod Algorithm=\"", format!("SignatureMethod Algorithm=\"{text}"));
    put("DigestMethod Algorithm=\"", format!("DigestMethod Algorithm=\"{text}"));
    put("CanonicalizationMethod Algorithm=\"", format!("CanonicalizationMethod Algorithm=\"{text}"));
    put("ValueType=\"", format!("ValueType=\"{text}"));
    put("EncodingType=\"", format!("EncodingType=\"{text}"));
    put("<wsse:Reference URI=\"#", format!("<wsse:Reference URI=\"{text}"));
    put("<wsse:Reference URI=\"#", format!("<wsse:Reference URI=\"#{text}"));
    put("<wsu:Created>", format!("<wsu:Created>{text}"));
    put("wsu:Id=\"", format!("wsu:Id=\"{text}"));
    put("<wsse:Security", format!("<wsse:Security s:actor=\"{text}\""));
    places
}

#[test]
fn names_of_elements_are_escaped_in_paths() {
    // All of these are allowed in a name.
    for text in ["\u{61c}", "\u{200d}", "\u{feff}", "\u{e0041}", "\u{180e}"] {
        let message = signed(SOAP11).replacen("<wsu:Timestamp", &format!("<a{text}/><wsu:Timestamp"), 1);
        let evidence =
            lax().open_unsigned(&message, TransportFacts::dangerous_unprotected()).expect("opens").evidence().clone();
        let ignored = evidence.ignored.first().expect("ignored").to_string();
        assert!(ignored.contains("a\\u{"), "{ignored}");
        let document = ws_security::c14n::Document::parse(&message, &Default::default()).expect("well-formed");
        document
            .elements()
            .for_each(|element| plain(&format!("{} {} {element:?}", element.path(), element.name()), &message));
    }
}

#[test]
fn a_name_of_megabytes_is_a_short_line() {
    let long = "x".repeat(60_000);
    let message = signed(SOAP11).replacen(
        "<a:Action",
        &format!("<x:q xmlns:x=\"urn:{long}\" s:mustUnderstand=\"1\"/><a:Action"),
        1,
    );
    let error = receiver().open(&message).expect_err("refused");
    assert!(error.to_string().contains("urn:xxx") && error.to_string().len() < 600, "{error}");
    assert!(format!("{error:?}").len() < 600);
    let message = signed(SOAP11).replacen("<ds:Reference URI=\"#", &format!("<ds:Reference URI=\"#{long}"), 1);
    assert!(receiver().open(&message).expect_err("refused").to_string().len() < 600);
}

#[test]
fn parts_signers_and_subjects_are_plain_and_short() {
    for text in HOSTILE {
        let text = format!("{text}\u{1b}[31m{}", "y".repeat(10_000));
        let shown = [
            Part::header_block(&text, &text).to_string(),
            format!("{:?}", Part::Id(text.clone())),
            Signer::SharedSecret { name: Some(text.clone()) }.to_string(),
            format!("{:?}", Signer::SecurityContext { identifier: text.clone() }),
            Signer::Kerberos { principal: text.clone() }.to_string(),
            Signer::License { holder: text.clone() }.to_string(),
            WireText::from(text.as_str()).to_string(),
        ];
        for shown in shown {
            plain(&shown, &text);
            assert!(shown.len() < 2_000, "{}", shown.len());
        }
    }
}

#[test]
fn a_subject_with_hostile_characters_is_shown_as_hex_pairs_that_read_back() {
    for text in ["\u{202e}ecilA", "a\u{9b}2Jb", "tab\tline\n", "\u{feff}", "O\u{2028}"] {
        let hex: String = text.bytes().map(|octet| format!("\\{octet:02X}")).collect();
        let name = DistinguishedName::parse(&format!("CN={hex},O=Zoë")).expect("a name");
        plain(&format!("{name} {name:?}"), text);
        assert_eq!(DistinguishedName::parse(&name.to_string()).expect("reads back"), name);
        assert!(name.to_string().ends_with("O=Zoë"), "{name}");
    }
}

#[test]
fn mime_headers_are_escaped_in_errors() {
    for text in HOSTILE {
        let text = text.replace("&#10;FORGED&#13;&#9;", "\u{1b}[2J");
        for header in [
            format!("Content-Type: {text}/related; boundary=b\r\n"),
            format!("Content-Type: multipart/related; boundary=b\r\n{text}: x\r\n"),
            format!("Content-Type: multipart/related; boundary=b\r\nContent-Transfer-Encoding: {text}\r\n"),
        ] {
            let octets = format!(
                "{header}\r\n--b\r\nContent-ID: <{text}>\r\nContent-Transfer-Encoding: {text}\r\n\r\nx\r\n--b--\r\n"
            );
            let error: Option<MimeError> = Package::parse(octets.as_bytes(), &ws_security::Limits::default()).err();
            if let Some(error) = error {
                plain(&format!("{error} {error:?}"), &octets);
            }
        }
    }
}

/// The fault is of a fixed list; nothing of the message is in it, whatever was wrong.
#[test]
fn a_fault_says_nothing_of_the_message() {
    let mut bodies = std::collections::BTreeSet::new();
    for text in HOSTILE {
        for (before, after) in places(text) {
            let message = signed(SOAP11).replacen(&before, &after, 1);
            if let Err(error) = receiver().open(&message) {
                assert_eq!(Fault::refused().code(), FaultCode::Refused);
                let fault = Fault::naming(&error);
                assert!(FaultCode::ALL.contains(&fault.code()));
                bodies.insert(fault.code().reason());
            }
        }
    }
    assert!(bodies.len() <= FaultCode::ALL.len());
}

fn lax() -> Receiver {
    Receiver::new(trust(), Requirements::dangerous_unsigned(), MemoryReplayCache::default())
}

fn plain(written: &str, of: &str) {
    let raw = written.chars().find(|c| !is_plain(*c));
    assert_eq!(raw, None, "{} of {}", written.escape_debug(), of.escape_debug());
}

fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("crates"), &mut found);
    found
}

fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a source")));
        }
    }
}

/// Whoever debugs prints what was parsed.
#[test]
fn tokens_references_and_hints_are_plain_and_short_to_debug() {
    let long = "y".repeat(900);
    for text in HOSTILE {
        let text = format!("{text}{long}");
        let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
        let saml = "urn:oasis:names:tc:SAML:2.0:assertion";
        let token = format!("<w:UsernameToken xmlns:w='{wsse}'><w:Username>{text}</w:Username></w:UsernameToken>");
        let assertion = format!(
            "<s:Assertion xmlns:s='{saml}' ID='_1' Version='2.0' IssueInstant='2026-01-01T00:00:00Z'>\
             <s:Issuer>{text}</s:Issuer><s:Subject><s:NameID>{text}</s:NameID></s:Subject></s:Assertion>"
        );
        let references = [
            format!("<w:Reference URI='#a' ValueType='urn:{text}'/>"),
            format!("<w:Reference URI='#{text}'/>"),
            format!("<w:Reference URI='urn:{text}'/>"),
            format!("<d:KeyName xmlns:d='http://www.w3.org/2000/09/xmldsig#'>{text}</d:KeyName>"),
        ];
        let mut shown = vec![
            parsed(&token, |element| format!("{:?}", UsernameToken::parse(element).expect("a token"))),
            parsed(&assertion, |element| format!("{:?}", Assertion::parse(element, &unbounded()).expect("one"))),
        ];
        for reference in references {
            let reference =
                format!("<w:SecurityTokenReference xmlns:w='{wsse}'>{reference}</w:SecurityTokenReference>");
            shown.push(parsed(&reference, |element| {
                format!("{:?}", SecurityTokenReference::parse(element, &unbounded()).expect("a reference"))
            }));
        }
        let key_info = format!(
            "<d:KeyInfo xmlns:d='http://www.w3.org/2000/09/xmldsig#'><d:KeyName>{text}</d:KeyName></d:KeyInfo>"
        );
        shown.push(parsed(&key_info, |element| format!("{:?}", KeyInfo::parse(element, &unbounded()).expect("hints"))));
        let xenc = "http://www.w3.org/2001/04/xmlenc#";
        let cipher = "<x:CipherData><x:CipherValue>AAAA</x:CipherValue></x:CipherData>";
        let data = format!(
            "<x:EncryptedData xmlns:x='{xenc}' Id='{text}' Type='{text}'><x:EncryptionMethod \
             Algorithm='http://www.w3.org/2009/xmlenc11#aes128-gcm'/>{cipher}</x:EncryptedData>"
        );
        shown.push(parsed(&data, |element| format!("{:?}", EncryptedData::parse(element).expect("data"))));
        let key = format!(
            "<x:EncryptedKey xmlns:x='{xenc}' Id='{text}'><x:EncryptionMethod Algorithm='{xenc}kw-aes128'/>{cipher}\
             <x:CarriedKeyName>{text}</x:CarriedKeyName></x:EncryptedKey>"
        );
        shown.push(parsed(&key, |element| format!("{:?}", EncryptedKey::parse(element, &unbounded()).expect("a key"))));
        let session = KerberosSession { principal: text.clone(), key: Secret::new(vec![1; 16]) };
        shown.push(format!("{session:?}"));
        shown.push(format!("{:?}", Role::Uri(text.clone())));
        for shown in shown {
            plain(&shown, &text);
            assert!(shown.contains("yyy") && shown.len() < 1_300, "{}: {shown}", shown.len());
        }
    }
}

fn unbounded() -> Budget {
    Budget::dangerous_unbounded()
}

fn parsed(xml: &str, show: impl Fn(Element<'_>) -> String) -> String {
    show(Document::parse(xml, &Default::default()).expect("well-formed").root())
}
