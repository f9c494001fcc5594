//! Envelopes that cost a sender much: a gateway that forwards them, or an answer that quotes a request.

use ws_security::ElementPath;
use ws_security::attachments::Attachment;
use ws_security::bsp::Rule;
use ws_security::c14n::{Canonicalization, CanonicalizationMethod};
use ws_security::prelude::*;

use super::shapes::{Shape, WSU, numbered};
use super::{Door, judge, measured};
use crate::common::*;

/// A name of 60,000 octets, which costs more each time it is repeated.
fn long() -> String {
    format!("urn:{}", "n".repeat(60_000))
}

fn enveloped(attributes: &str, blocks: &str, body: &str) -> Vec<u8> {
    format!("<s:Envelope xmlns:s='{SOAP11}' xmlns:n='urn:n'{attributes}><s:Header>{blocks}</s:Header><s:Body>{body}</s:Body></s:Envelope>")
        .into_bytes()
}

fn shapes() -> Vec<Shape> {
    let shape = |name, count, make: fn(usize) -> Vec<u8>| Shape { name, count, make: Box::new(make) };
    vec![
        shape("children", 4_000, |n| enveloped("", "", &"<a>b</a>".repeat(n))),
        shape("empty children", 4_000, |n| enveloped("", "", &"<a/>".repeat(n))),
        shape("many children", 50_000, |n| enveloped("", "", &"<a></a>".repeat(n))),
        shape("children with attributes", 4_000, |n| enveloped("", "", &"<n:a b='1' c='2'/>".repeat(n))),
        shape("children under many namespaces", 1_000, |n| {
            let declared = numbered(50, |i| format!(" xmlns:p{i}='urn:{i}'"));
            enveloped(&declared, "", &"<p1:a p2:b='p3:c'>p4</p1:a>".repeat(n))
        }),
        shape("children that use many namespaces", 200, |n| {
            let declared = numbered(50, |i| format!(" xmlns:p{i}='urn:{i}'"));
            enveloped(&declared, "", &format!("<n:a>{}</n:a>", numbered(50, |i| format!("p{i} "))).repeat(n))
        }),
        shape("prefixes that are prefixes of one another", 2_000, |n| {
            let declared = numbered(50, |i| format!(" xmlns:{}='urn:{i}'", "a".repeat(i + 1)));
            enveloped(&declared, "", &format!("<n:a>{}</n:a>", numbered(n, |i| format!("{} ", "a".repeat(i % 100)))))
        }),
        shape("a prefix in a long text", 100_000, |n| {
            enveloped(" xmlns:a='urn:a'", "", &format!("<n:a>x {}</n:a>", "aa.1a".repeat(n)))
        }),
        shape("a long name in a text", 500_000, |n| enveloped("", "", &format!("<n:a>{}</n:a>", "x".repeat(n)))),
        shape("references in a text", 50_000, |n| enveloped("", "", &format!("<n:a>{}</n:a>", "&#x61;".repeat(n)))),
        shape("comments in a text", 20_000, |n| enveloped("", "", &format!("<n:a>{}</n:a>", "a<!---->".repeat(n)))),
        shape("CDATA in a text", 10_000, |n| enveloped("", "", &format!("<n:a>{}</n:a>", "a<![CDATA[a]]>".repeat(n)))),
        shape("a long namespace of children", 1_000, |n| {
            enveloped(&format!(" xmlns:l='{}'", long()), "", &"<l:a/>".repeat(n))
        }),
        shape("a long namespace in values", 1_000, |n| {
            enveloped(&format!(" xmlns:l='{}'", long()), "", &"<n:a>l:a</n:a>".repeat(n))
        }),
        shape("a long default namespace", 1_000, |n| enveloped(&format!(" xmlns='{}'", long()), "", &"<a/>".repeat(n))),
        shape("a long default namespace for values", 1_000, |n| {
            enveloped(&format!(" xmlns='{}'", long()), "", &"<n:a>b</n:a>".repeat(n))
        }),
        shape("a namespace as long as the content", 1_000, |n| {
            enveloped(&format!(" xmlns:l='urn:{}'", "n".repeat(15 * n)), "", &"<l:a/>".repeat(n))
        }),
        shape("dense content beside declarations", 3_000, |n| {
            let declared = format!(" xmlns:l='urn:{}'", "n".repeat(50));
            enveloped(&declared, "", &format!("{}<n:a>{}</n:a>", "<l:a/>".repeat(n), "<a></a>".repeat(8 * n)))
        }),
        shape("a long language", 1_000, |n| enveloped(&format!(" xml:lang='{}'", long()), "", &"<a/>".repeat(n))),
        shape("a long base", 1_000, |n| enveloped(&format!(" xml:base='{}'", long()), "", &"<n:a/>".repeat(n))),
        shape("bases below a long base", 1_000, |n| {
            enveloped(&format!(" xml:base='http://h/{}/'", "n".repeat(60_000)), "", &"<n:a xml:base='b'/>".repeat(n))
        }),
        shape("attributes around children", 4_000, |n| {
            enveloped(&numbered(200, |i| format!(" a{i}=''")), "", &"<n:a/>".repeat(n))
        }),
        shape("nested elements", 5_000, |n| enveloped("", "", &format!("{}{}", "<a>".repeat(n), "</a>".repeat(n)))),
        shape("nested elements of a long namespace", 5_000, |n| {
            let nested = format!("{}{}", "<l:a>".repeat(80), "</l:a>".repeat(80));
            enveloped(&format!(" xmlns:l='{}'", long()), "", &nested.repeat(n / 1_000))
        }),
        shape("redeclarations", 2_000, |n| enveloped("", "", &numbered(n, |i| format!("<p:a xmlns:p='urn:{i}'/>")))),
        shape("Ids", 4_000, |n| {
            enveloped(&format!(" xmlns:u='{WSU}'"), "", &numbered(n, |i| format!("<n:a u:Id='i{i}'/>")))
        }),
        shape("elements of one path", 5_000, |n| enveloped("", "", &"<n:one/>".repeat(n))),
        shape("header blocks", 10_000, |n| enveloped("", &"<n:a/>".repeat(n), "<n:a/>")),
        shape("header blocks of many names", 10_000, |n| {
            enveloped("", &numbered(n, |i| format!("<n:a{i}/>")), "<n:a/>")
        }),
        shape("Security headers", 5_000, |n| {
            let one = |i| format!("<e:Security xmlns:e='{}' s:actor='urn:{i}'/>", ws_security::c14n::name::WSSE.uri);
            enveloped("", &numbered(n, one), "<n:a/>")
        }),
    ]
}

#[test]
fn a_sender_takes_as_little_as_a_receiver() {
    let to_bob = || Encrypting::to(&certificate("bob"));
    let alice = || Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    let every_one = || [Part::every_element(ElementPath::in_body([("urn:n", "one")]))];
    let inclusive = || recipe().waive(Rule::R5404).waive(Rule::R5412).waive(Rule::R5423);
    let plans = [
        ("sign", recipe().sign(alice())),
        ("encrypt", recipe().encrypt(to_bob().parts([Part::Body]))),
        ("sign, encrypt", recipe().sign(alice()).encrypt(to_bob().parts([Part::Body, Part::Signature]))),
        ("encrypt, sign", recipe().encrypt(to_bob().parts([Part::Body])).sign(alice())),
        ("sign with prefixes", recipe().sign(alice().inclusive_prefixes("s n"))),
        (
            "sign inclusively",
            inclusive().sign(alice().canonicalization(Canonicalization::new(CanonicalizationMethod::Inclusive))),
        ),
        ("sign blocks", recipe().sign(alice().blocks_if_present(None))),
        ("encrypt blocks", recipe().sign(alice()).encrypt(to_bob().parts([Part::Body]).blocks_if_present(None))),
        ("sign elements", recipe().sign(alice().parts_if_present(every_one()))),
        ("encrypt elements", recipe().sign(alice()).encrypt(to_bob().parts_if_present(every_one()))),
    ];
    let plans = plans.map(|(name, recipe)| (name, recipe.plan().unwrap_or_else(|error| panic!("{name}: {error}"))));
    let only = std::env::var("WSS_HOSTILE").unwrap_or_default();
    let mut failures = Vec::new();
    for shape in shapes().iter().filter(|shape| shape.name.contains(&only)) {
        let messages: Vec<Vec<u8>> = [1, 2, 4].iter().map(|times| (shape.make)(shape.count * times)).collect();
        for (name, plan) in &plans {
            let send = |envelope: &[u8]| {
                let envelope = std::str::from_utf8(envelope).expect("text");
                plan.message(envelope).secure().map_or_else(|error| error.to_string(), |_| "secured".to_owned())
            };
            let door: Door<'_> = (name, Box::new(send));
            failures.extend(judge(shape.name, &door, &messages, !only.is_empty()));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// What a sender is given is not counted: the attachments are there before.
#[test]
fn many_attachments_take_little() {
    let parts = [Part::Body, Part::Attachments];
    let sign = || Signing::with(&identity("alice")).parts(parts.clone());
    let encrypt = || Encrypting::to(&certificate("bob")).parts(parts.clone());
    let mut failures = Vec::new();
    for (what, plan) in [
        ("sign", recipe().sign(sign())),
        ("sign, encrypt", recipe().sign(sign()).encrypt(encrypt())),
        ("encrypt, sign", recipe().encrypt(encrypt()).sign(sign())),
    ] {
        let plan = plan.plan().expect("a plan");
        for (media_type, one) in [
            ("application/octet-stream", "x".to_owned()),
            ("text/plain", "\n".repeat(10_000)),
            ("text/xml", format!("<a>{}</a>", "<b></b>".repeat(2_000))),
            ("text/xml", format!("<a xmlns:n='{}'>{}</a>", long(), "<n:b/>".repeat(1_000))),
        ] {
            for count in [15, 30, 60, 5_000] {
                let all = (0..count).map(|n| Attachment::new(format!("{n}@x"), media_type, one.as_str()));
                let all: Vec<_> = all.collect::<Result<_, _>>().expect("attachments");
                let envelope = envelope(SOAP11);
                let len = envelope.len() + count * one.len();
                let (outcome, cost) =
                    measured(|| plan.message(&envelope).attachments(all).secure().map_err(|error| error.to_string()));
                let said = outcome.map_or_else(|error| error, |_| "secured".to_owned());
                assert_eq!(said.contains("Limit::MimeParts"), count > 60, "{count}: {said}");
                if cost.peak > 12 * len + (1 << 20) {
                    failures
                        .push(format!("{what}: {count} of {media_type}: {len} octets take {}: {said:.120}", cost.peak));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A partner's message opens within bounds: a PrefixList has its long namespace once, at the Body. The gateway that forwards it
/// encrypted would write the namespace into each child of the Body.
#[test]
fn a_gateway_that_forwards_takes_little() {
    let children = "<l:a/>".repeat(4_000);
    let message = String::from_utf8(enveloped(&format!(" xmlns:l='{}'", long()), "", &children)).expect("text");
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]).inclusive_prefixes("l");
    let secured = unlimited().sign(signing).secured(&message);
    let opened = receiver().forwards().open(&secured).expect("opens");
    let forwarded = opened.forwarded().expect("forwarded").to_owned();
    let plan = recipe().encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body])).plan().expect("a plan");
    let (outcome, cost) = measured(|| plan.message(&forwarded).secure().map(drop));
    let error = outcome.expect_err("refused").to_string();
    assert!(error.contains("Limit::TakenAlongOctets") && error.contains("Recipe::limits"), "{error}");
    assert!(cost.peak <= 12 * forwarded.len() + (1 << 20), "{} octets take {}", forwarded.len(), cost.peak);
    // Only what the children use is taken along.
    let other = forwarded.replace("<l:a/>", "<s:a/>");
    let (outcome, cost) = measured(|| plan.message(&other).secure().map(|secured| secured.message.len()));
    assert!(outcome.expect("secured") < 8 * other.len());
    assert!(cost.peak <= 12 * other.len() + (1 << 20), "{} octets take {}", other.len(), cost.peak);
}
