//! What is known beside the message, which variant is judged by, and whatever state the message is in.

use std::collections::BTreeMap;
use std::time::Duration;

use cpu_time::ThreadTime;

use ws_security::bsp::{self, Basis, Context, Level, Outcome, Report, Rule, Variant};
use ws_security::prelude::*;
use ws_security::{ContentEncryption, DigestMethod, KeyTransport, SignatureMethod};

use crate::common::*;
use crate::edit::replace;
use crate::goldens::{bob, golden};

fn with(message: &str, context: &Context<'_>) -> Report {
    bsp::report(message, context).expect("a message")
}

#[test]
fn the_transport_decides_chapter_4() {
    let message = golden("username");
    let judged = |protocol: &str, suite: &str, rule: Rule| {
        with(&message, &Context::new().transport(protocol, suite)).outcome(rule)
    };
    for rule in [Rule::R2001, Rule::R2002, Rule::U4_2_2, Rule::U4_2_3, Rule::U4_2_4] {
        assert_eq!(with(&message, &Context::new()).outcome(rule), Outcome::NotCheckable);
        assert_eq!(judged("TLSv1.3", "TLS_AES_128_GCM_SHA256", rule), Outcome::Pass, "{rule}");
    }
    for (protocol, suite, rule) in [
        ("SSLv2", "SSL_RSA_WITH_RC4_128_MD5", Rule::R2001),
        ("SSL 2.0", "SSL_RSA_WITH_RC4_128_MD5", Rule::R2002),
        ("TLSv1", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", Rule::U4_2_2),
        ("TLSv1", "TLS_DH_anon_WITH_AES_128_CBC_SHA", Rule::U4_2_3),
        ("TLSv1", "TLS_RSA_WITH_NULL_SHA", Rule::U4_2_4),
        ("TLSv1", "TLS_RSA_EXPORT_WITH_RC4_40_MD5", Rule::U4_2_4),
    ] {
        assert_eq!(judged(protocol, suite, rule), Outcome::Fail, "{suite}");
    }
    // A password in the clear is a question of the transport.
    let text = Recipe::new().username_text("ann", "s3cret").over_protected_transport().plan().expect("a plan");
    let text = text.message(&envelope(SOAP11)).secure().expect("secured").message;
    assert_eq!(with(&text, &Context::new()).outcome(Rule::U19_13), Outcome::Fail);
    let over_tls = Context::new().transport("TLSv1.3", "TLS_AES_128_GCM_SHA256");
    assert_eq!(with(&text, &over_tls).outcome(Rule::U19_13), Outcome::Pass);
}

#[test]
fn the_clear_text_decides_what_stands_in_place_of_what() {
    let message = golden("encrypted");
    let clear = envelope(SOAP11);
    let rules = [Rule::R5614, Rule::R5606];
    let judge =
        |message: &str, clear: &str| rules.map(|rule| with(message, &Context::new().clear_text(clear)).outcome(rule));
    assert_eq!(rules.map(|rule| with(&message, &Context::new()).outcome(rule)), [Outcome::NotCheckable; 2]);
    assert_eq!(judge(&message, &clear), [Outcome::Pass; 2]);
    // R5614: a block that is gone, and one that was encrypted bare.
    let gone = replace(&message, "<wsse11:EncryptedHeader…</wsse11:EncryptedHeader>", "");
    assert_eq!(judge(&gone, &clear)[0], Outcome::Fail);
    let bare = replace(&message, "<wsse11:EncryptedHeader…>…</wsse11:EncryptedHeader>", "{2}");
    assert_eq!(judge(&bare, &clear)[0], Outcome::Fail);
    // R5606: an element in place of another, and ciphertext in place of two.
    let other = message.replace("<xenc:EncryptedData", "<a:Data").replace("</xenc:EncryptedData", "</a:Data");
    let [_, in_place] = judge(&other, &clear);
    assert_eq!(in_place, Outcome::Fail);
    assert!(bsp::report(&message, &Context::new().clear_text("<not")).is_err());
}

#[test]
fn the_exchange_decides_where_a_ticket_belongs() {
    let rules = [Rule::R6903, Rule::R6904];
    let judge = |name: &str, context: &Context<'_>| rules.map(|rule| with(&golden(name), context).outcome(rule));
    let (first, later) = (Context::new().first_message(true), Context::new().first_message(false));
    assert_eq!(judge("kerberos", &Context::new())[1], Outcome::NotCheckable);
    assert_eq!(judge("kerberos", &first), [Outcome::Pass, Outcome::NotApplicable]);
    assert_eq!(judge("kerberos", &later), [Outcome::NotApplicable, Outcome::Fail]);
    assert_eq!(judge("kerberos elsewhere", &Context::new())[0], Outcome::NotCheckable);
    assert_eq!(judge("kerberos elsewhere", &first), [Outcome::Fail, Outcome::NotApplicable]);
    assert_eq!(judge("kerberos elsewhere", &later), [Outcome::NotApplicable, Outcome::Pass]);
}

#[test]
fn keys_show_what_ciphertext_hides() {
    let message = golden("signature encrypted");
    let bob = bob();
    let of_signatures = [Rule::R5402, Rule::R5404, Rule::R5423, Rule::R5218, Rule::R5205];
    for rule in of_signatures {
        assert_eq!(with(&message, &Context::new()).outcome(rule), Outcome::NotCheckable, "{rule}");
        let report = with(&message, &Context::new().receiver(&bob));
        assert_eq!(report.outcome(rule), Outcome::Pass, "{rule}");
        // It is found at the place of its ciphertext.
        let span = report.verdict(rule).findings()[0].span.clone();
        assert!(message[span].starts_with("<xenc:EncryptedData"), "{rule}");
    }
    // A breach inside is seen with the key, and placed.
    let signing = Signing::with(&identity("alice")).key_value_beside().parts([Part::Body, Part::Timestamp]);
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body, Part::Signature]);
    let plan = recipe().sign(signing).encrypt(encrypting).waive(Rule::R5402).plan().expect("a plan");
    let message = plan.message(&envelope(SOAP11)).secure().expect("secured").message;
    assert_eq!(with(&message, &Context::new()).outcome(Rule::R5402), Outcome::NotCheckable);
    let report = with(&message, &Context::new().receiver(&bob));
    assert_eq!(report.outcome(Rule::R5402), Outcome::Fail);
    assert_eq!(report.breaches().count(), 1);
    assert!(report.verdict(Rule::R5402).findings()[0].path.ends_with("/ds:Signature/ds:KeyInfo"));
    // Passwords are asked for, never guessed.
    let username = golden("username");
    assert_eq!(with(&username, &Context::new()).outcome(Rule::R4212), Outcome::NotCheckable);
    let unknown = replace(&username, "<wsse:Username>ann<", "<wsse:Username>eve<");
    assert_eq!(with(&unknown, &Context::new().receiver(&bob)).outcome(Rule::R4212), Outcome::NotCheckable);
}

#[test]
fn a_variant_says_what_is_waived_and_why() {
    let message = golden("x509").replace("Z</wsu:Created>", "+00:00</wsu:Created>");
    let message = message
        .replace("#rsa-oaep-mgf1p", "#x")
        .replace("http://www.w3.org/2001/04/xmlenc#x", "http://www.w3.org/2009/xmlenc11#rsa-oaep");
    let message = message.replace(SOAP11, SOAP12);
    let waived = [Rule::R5607, Rule::R3217, Rule::R5420, Rule::R5421, Rule::R5620, Rule::R5621, Rule::R5626];
    let deployed = with(&message, &Context::new());
    let written = with(&message, &Context::new().variant(Variant::as_written()));
    for rule in waived {
        assert_eq!(deployed.outcome(rule), Outcome::Pass, "{rule}");
        assert!(deployed.verdict(rule).waived().is_some_and(|reason| deployed.verdict(rule).why().contains(reason)));
        assert_eq!(written.outcome(rule), Outcome::Fail, "{rule}");
        assert_eq!(written.verdict(rule).waived(), None);
    }
    assert!(deployed.conforms() && !written.conforms());
    // SHOULDs do not decide conformance.
    assert!(!written.verdict(Rule::R5420).is_breach());
    let custom = Variant::as_written();
    let custom = waived.into_iter().fold(custom, |variant, rule| variant.waive(rule, "agreed with the bank"));
    assert!(with(&message, &Context::new().variant(custom)).conforms());
    for departure in Variant::as_deployed().departures() {
        assert!(!departure.reason.is_empty() && departure.since < Variant::as_deployed().dated(), "{departure:?}");
    }
}

/// A recipe of 2010 needs no departure, and the message breaks no SHOULD on algorithms.
#[test]
fn the_algorithms_of_the_profile_pass_as_written() {
    let signing = Signing::with(&identity("alice")).method(SignatureMethod::RsaSha1).digest(DigestMethod::Sha1);
    let encrypting = Encrypting::to(&certificate("bob")).content(ContentEncryption::Aes128Cbc);
    let encrypting = encrypting.transport(KeyTransport::Rsa15).parts([Part::Body]);
    let recipe =
        recipe().allow_legacy_algorithms().sign(signing.parts([Part::Body, Part::SigningToken])).encrypt(encrypting);
    let message = recipe.secured(&envelope(SOAP11));
    let bob = bob();
    let report = with(&message, &Context::new().receiver(&bob).variant(Variant::as_written()));
    assert!(report.conforms(), "{:?}", report.breaches().collect::<Vec<_>>());
    for rule in [Rule::R5420, Rule::R5421, Rule::R5620, Rule::R5621] {
        assert_eq!((report.outcome(rule), report.verdict(rule).waived()), (Outcome::Pass, None), "{rule}");
    }
    assert_eq!(report.outcome(Rule::U19_6), Outcome::Fail, "and yet it is SHA-1");
}

#[test]
fn a_message_in_any_state_has_a_verdict_on_every_rule() {
    let bob = bob();
    let genuine = golden("x509");
    let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let states = [
        genuine.replace("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
        genuine.replace("<xenc:CipherValue>", "<xenc:CipherValue>AAAA"),
        genuine.replace("</ds:Signature>", "<ds:X/></ds:Signature>"),
        replace(&genuine, "<ds:SignedInfo…</ds:SignedInfo>", ""),
        replace(&genuine, "wsu:Id=\"TS-…\"", "wsu:Id=\"\""),
        "<a/>".to_owned(),
        format!("<s:Envelope xmlns:s=\"{SOAP11}\"/>"),
        format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body/><s:Header/></s:Envelope>"),
        format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header><w:Security xmlns:w=\"{wsse}\"/></s:Header></s:Envelope>"),
        envelope(SOAP12),
    ];
    for message in states {
        let report = with(&message, &Context::new().receiver(&bob));
        assert_eq!(report.verdicts().len(), Rule::ALL.len());
        for verdict in report.verdicts() {
            assert!(!verdict.why().is_empty(), "{}", verdict.rule());
            for place in verdict.findings() {
                assert!(message.get(place.span.clone()).is_some() && place.path.starts_with('/'), "{}", verdict.rule());
            }
        }
    }
    // UTF-16 is read as UTF-8 says it.
    let utf16: Vec<u8> = std::iter::once(0xFEFF).chain(genuine.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(bsp::report(&utf16, &Context::new()).expect("a message"), with(&genuine, &Context::new()));
    for wrong in ["", "<a>", "<!DOCTYPE a><a/>", "\u{FEFF}"] {
        assert!(bsp::report(wrong, &Context::new()).is_err(), "{wrong}");
    }
}

/// Twice the message takes about twice the time, whichever part is doubled.
#[test]
fn a_report_takes_time_linear_in_the_message() {
    let wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    let str_open = crate::edit::replace("x", "x", "%STR%>");
    let piece = |kind: &str, n: usize| match kind {
        "references" => format!("{str_open}<wsse:Reference URI=\"#r{n}\"/></wsse:SecurityTokenReference>"),
        "names" => format!(
            "{str_open}<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=a</ds:X509IssuerName>\
             <ds:X509SerialNumber>4097</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data></wsse:SecurityTokenReference>"
        ),
        "timestamps" => format!("<wsu:Timestamp wsu:Id=\"t{n}\"><wsu:Created>x</wsu:Created></wsu:Timestamp>"),
        "same ids" => "<wsu:Timestamp wsu:Id=\"same\"/>".to_owned(),
        "ciphertexts" => format!("<xenc:EncryptedData Id=\"e{n}\"/>"),
        "lists" => format!("<xenc:ReferenceList><xenc:DataReference URI=\"#e{n}\"/></xenc:ReferenceList>"),
        "signatures" => {
            "<ds:Signature><ds:SignedInfo><ds:Reference URI=\"#body\"/></ds:SignedInfo></ds:Signature>".to_owned()
        }
        "keys" => format!(
            "<xenc:EncryptedKey Id=\"k{n}\"><xenc:ReferenceList><xenc:DataReference URI=\"#body\"/></xenc:ReferenceList>\
             </xenc:EncryptedKey>"
        ),
        "headers" => format!("</wsse:Security><wsse:Security s:actor=\"urn:{n}\">"),
        _ => format!("<wsse:UsernameToken wsu:Id=\"u{n}\"><wsse:Username>ann</wsse:Username></wsse:UsernameToken>"),
    };
    let bob = bob();
    let kinds = [
        "references",
        "names",
        "timestamps",
        "same ids",
        "ciphertexts",
        "lists",
        "signatures",
        "keys",
        "headers",
        "users",
    ];
    for kind in kinds {
        let time = |count: usize| {
            let pieces: String = (0..count).map(|n| piece(kind, n)).collect();
            let message = format!(
                "<s:Envelope xmlns:s=\"{SOAP11}\" xmlns:wsu=\"{wsu}\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" \
                 xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" \
                 xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">\
                 <s:Header><wsse:Security>{pieces}</wsse:Security></s:Header><s:Body wsu:Id=\"body\"/></s:Envelope>"
            );
            let run = || {
                let start = ThreadTime::now();
                let judged = bsp::report(&message, &Context::new().receiver(&bob)).expect("within the limits");
                assert_eq!(judged.verdicts().len(), Rule::ALL.len());
                start.elapsed()
            };
            (0..3).map(|_| run()).min().expect("three runs")
        };
        let (small, large) = (time(1_000), time(8_000));
        // Eight times as much; squares would take sixty-four times.
        assert!(large < small * 24 + Duration::from_millis(50), "{kind}: {small:?} for 1,000, {large:?} for 8,000");
    }
}

#[test]
fn every_row_says_what_it_is() {
    let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in Rule::ALL {
        assert!(!rule.requirement().is_empty() && !rule.section().is_empty() && !rule.target().is_empty(), "{rule}");
        assert_eq!(rule.is_placeholder(), !rule.id().starts_with('R'), "{rule}");
        assert_eq!(rule.level() == Level::Extensibility, rule.id().starts_with('E'), "{rule}");
        *levels.entry(rule.level().as_str()).or_default() += 1;
    }
    let expected = [("EXT", 6), ("MAY", 4), ("MUST", 127), ("MUST NOT", 39), ("SHOULD", 25), ("SHOULD NOT", 6)];
    assert_eq!(levels, BTreeMap::from(expected));
}

/// The summary of the profile that this project has, if it is beside the checkout.
#[test]
fn rows_are_those_of_the_digest() {
    let digest = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/spec/bsp-1.1.tsv");
    let Ok(text) = std::fs::read_to_string(digest) else {
        eprintln!("SKIPPED: {digest} is not there");
        return;
    };
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), Rule::ALL.len());
    for (row, rule) in rows.iter().zip(Rule::ALL) {
        let found = [rule.id(), rule.section(), rule.target(), rule.level().as_str(), rule.basis().as_str()];
        assert_eq!([row[0], row[1], row[3], row[4], row[6]], found);
    }
}

/// Rules about behaviour, or about things outside the message, and where we honour them: a file, and a text in it.
/// Rules without a place are about the transport or the description, which this library does not have.
const HONOURED: &[(&str, &str, &str)] = &[
    ("R3105", "crates/wss-header/src/requirements.rs", "pub struct Requirements"),
    ("U-5.3.1", "crates/wss-header/src/receiver.rs", "pub fn forwards"),
    ("R5814", "crates/soap/src/fault.rs", "pub struct Fault"),
    ("U-5.4.5", "crates/soap/src/fault.rs", "FaultCode"),
    ("U-5.4.6", "crates/wss-header/src/open/require.rs", "fn check_understood"),
    ("U-5.4.8", "crates/wss-header/src/secure/encryption.rs", "fn encrypted_header"),
    ("R3024", "crates/tokens/src/security_token_reference.rs", "External {"),
    ("R5414", "crates/c14n/src/method.rs", "pub fn inclusive_prefixes"),
    ("R5415", "crates/c14n/src/method.rs", "filter(|prefix| !prefix.is_empty())"),
    ("R5405", "crates/wss-header/src/signing.rs", "pub fn inclusive_prefixes"),
    ("R5408", "crates/wss-header/src/signing.rs", "pub fn inclusive_prefixes"),
    ("R3231", "crates/wss-header/src/secure/encryption.rs", "write_reference_list(&mut writer, listed)"),
    ("R3214", "crates/wss-header/src/secure/encryption.rs", "let NewKey { id, elements } = encrypted_key("),
    ("R5614", "crates/wss-header/src/secure/encryption.rs", "fn encrypted_header"),
    ("R5606", "crates/wss-header/src/secure/encryption.rs", "fn may_be_encrypted"),
    ("R5209", "crates/tokens/src/write_reference.rs", "pub enum ReferenceForm"),
    ("R6903", "crates/wss-header/src/secure/tokens/kerberos.rs", "self.initiator.ticket()"),
    ("R6904", "crates/wss-header/src/secure/tokens/request.rs", "write_kerberos_sha1"),
    ("U-19.2", "crates/wss-header/src/receiver.rs", "pub fn window"),
    ("U-19.3.1", "crates/wss-header/src/part.rs", "SigningToken,"),
    ("U-19.3.2", "crates/wss-header/src/secure/tokens/request.rs", "write_encrypted_key_sha1"),
    ("U-19.4", "crates/wss-header/src/open/cover.rs", "fn apex_at"),
    ("U-19.5", "crates/wss-header/src/opened.rs", "pub struct Opened"),
    ("U-19.6", "crates/xmldsig/src/policy.rs", "modern_2026"),
    ("U-19.8", "crates/wss-header/src/part.rs", "SigningToken,"),
    ("U-19.9", "crates/wss-header/src/part.rs", "UsernameToken,"),
    ("U-19.10", "crates/wss-header/src/part.rs", "SigningToken,"),
    ("U-19.11", "crates/wss-header/src/signing.rs", "pub fn token_by_reference"),
    ("U-19.12.1", "crates/wss-header/src/open/tokens/username.rs", "replay_key(b\"username token\""),
    ("U-19.13", "crates/wss-header/src/plan.rs", "PlanError::ClearTextPassword"),
    ("U-19.14.1", "crates/wss-header/src/part.rs", "Signature,"),
    ("U-19.15", "crates/soap/src/fault.rs", "pub struct Fault"),
];

const OF_OTHERS: &[&str] = &[
    "E?-tls-ciphersuite",
    "E?-tls-extension",
    "E?-ssl-ciphersuite",
    "E?-certificate-authority",
    "E?-certificate-extension",
    "R2001",
    "R2002",
    "U-4.2.1",
    "U-4.2.2",
    "U-4.2.3",
    "U-4.2.4",
    "E?-security-token",
    "U-5.4.2",
    "U-5.4.3",
    "U-5.4.4",
    "U-5.4.7",
    "U-19.1.1",
];

#[test]
fn rules_of_behaviour_are_honoured_where_the_list_says() {
    for rule in Rule::ALL.into_iter().filter(|rule| matches!(rule.basis(), Basis::Behaviour | Basis::Context)) {
        let honoured: Vec<_> = HONOURED.iter().filter(|(id, ..)| *id == rule.id()).collect();
        let of_others = OF_OTHERS.contains(&rule.id());
        assert_eq!(honoured.len() + usize::from(of_others), 1, "{rule}: {}", rule.requirement());
        for (_, file, text) in honoured {
            let source = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).expect(file);
            assert!(source.contains(text), "{rule}: {file} has no {text:?}");
        }
    }
}

/// R5414, R5415: a receiver accepts prefixes in any order, with any white space.
#[test]
fn bsp_r5414_r5415_prefixes_in_any_order_and_space() {
    for list in ["a p", "p a", "  p \n\t a  "] {
        let signing = signing().inclusive_prefixes(list);
        let message = recipe().sign(signing).secured(&envelope(SOAP11));
        assert!(receiver().open(&message).is_ok(), "{list:?}");
        assert!(with(&message, &Context::new()).conforms());
    }
}

/// A token that ciphertext hides is missed without the key, and found with it.
#[test]
fn what_refers_into_ciphertext_is_judged_again_with_the_key() {
    let assertion = golden("saml 2.0");
    let (start, end) = ("<saml2:Assertion", "</saml2:Assertion>");
    let assertion = &assertion[assertion.find(start).expect("one")..assertion.find(end).expect("its end") + end.len()];
    let signing = Signing::with(&identity("alice")).holder_of_key().parts([Part::Body]);
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Assertion]);
    let plan = recipe().token(assertion).sign(signing).encrypt(encrypting).plan().expect("a plan");
    let message = plan.message(&envelope(SOAP11)).secure().expect("secured").message;
    let without = with(&message, &Context::new());
    assert_eq!(without.outcome(Rule::R6613), Outcome::NotCheckable);
    let bob = bob();
    let report = with(&message, &Context::new().receiver(&bob));
    assert!(report.conforms(), "{:?}", report.breaches().collect::<Vec<_>>());
    // It is in the message after all: R6613 is about assertions elsewhere, R6610 about those that are there.
    assert_eq!(report.outcome(Rule::R6613), Outcome::NotApplicable);
    assert_eq!(report.outcome(Rule::R6617), Outcome::Pass);
}

/// Whatever is cut out of a message or said twice in it: a verdict on every rule, or no XML.
#[test]
fn changed_messages_are_judged_without_a_panic() {
    let bob = bob();
    let names = [
        "x509",
        "encrypted",
        "two headers",
        "embedded",
        "path",
        "str-transform",
        "username",
        "password key",
        "symmetric",
        "signature encrypted",
        "reply",
        "saml 1.1",
        "saml embedded",
        "kerberos",
        "license",
        "attachments",
        "key references",
    ];
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let mut judged = 0;
    for name in names {
        let genuine = golden(name);
        let marks: Vec<usize> = genuine.match_indices(['<', '"', ' ', '#']).map(|(at, _)| at).collect();
        for round in 0..150 {
            let (first, second) = (marks[random(marks.len())], marks[random(marks.len())]);
            let (start, end) = (first.min(second), first.max(second));
            let mut changed = genuine.clone();
            match random(3) {
                0 => changed.replace_range(start..end, ""),
                1 => changed.insert_str(start, &genuine[start..end]),
                _ => {
                    let at = marks[random(marks.len())];
                    changed.insert_str(at, &genuine[start..end.min(start + 60)]);
                }
            }
            // Keys are dear: not every time.
            let context = if round % 10 == 0 { Context::new().receiver(&bob) } else { Context::new() };
            if let Ok(report) = bsp::report(&changed, &context) {
                assert_eq!(report.verdicts().len(), Rule::ALL.len());
                judged += 1;
            }
        }
    }
    assert!(judged > 100, "{judged} were XML");
}
