//! What a report costs where a message makes it do the same again. Times are those of the processor, and are measured again while
//! they seem too long.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cpu_time::ThreadTime;
use ws_security::attachments::Package;
use ws_security::bsp::{self, Context, Outcome, Report, Rule};
use ws_security::c14n::base64_encode;
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, Limit, Limits, Secret};

use crate::common::*;
use crate::edit::replace;
use crate::goldens::golden;

/// More of it takes at most so many times as long as less of it.
fn at_most<T>(times: f64, less: impl Fn() -> T, more: impl Fn() -> T) {
    const NOISE: Duration = Duration::from_millis(4);
    let time = |work: &dyn Fn() -> T| {
        let started = ThreadTime::now();
        let result = work();
        let took = started.elapsed();
        drop(result);
        took
    };
    let (mut of_less, mut of_more) = (time(&less).max(NOISE), time(&more));
    for _ in 0..12 {
        if of_more <= of_less.mul_f64(times) {
            return;
        }
        (of_less, of_more) = (of_less.min(time(&less)).max(NOISE), of_more.min(time(&more)));
    }
    panic!("{of_more:?} beside {of_less:?}");
}

fn judged(message: &str) -> Report {
    bsp::report(message, &Context::new()).expect("a message")
}

fn in_header(children: &str) -> String {
    replace(&golden("x509"), "<wsu:Timestamp", &format!("{children}<wsu:Timestamp"))
}

/// Many elements, between so many starts and ends.
fn inside(start: &str, end: &str, levels: usize, content: &str) -> String {
    in_header(&format!("{}{content}{}", start.repeat(levels), end.repeat(levels)))
}

#[test]
fn tokens_inside_embedded_ones_are_looked_for_once() {
    let (start, end) = (
        "<wsse:SecurityTokenReference><wsse:Embedded><n xmlns=''>",
        "</n></wsse:Embedded></wsse:SecurityTokenReference>",
    );
    let [flat, deep] = [1, 28].map(|levels| inside(start, end, levels, &"<abcd/>".repeat(60_000)));
    at_most(2.5, || judged(&flat), || judged(&deep));
}

#[test]
fn paths_of_findings_are_made_once() {
    let levels = |count: usize| inside(&format!("<n>{}", "<abcd/>".repeat(700)), "</n>", count, "");
    let token = "<wsse:BinarySecurityToken/>".repeat(8);
    let [aside, within] = [
        replace(&levels(85), "</n><wsu:Timestamp", &format!("</n>{token}<wsu:Timestamp")),
        inside(&format!("<n>{}", "<abcd/>".repeat(700)), "</n>", 85, &token),
    ];
    at_most(1.5, || judged(&aside), || judged(&within));
}

const METHODS: [&str; 4] = [
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
    "http://www.w3.org/2001/04/xmldsig-more#sha224",
];

/// References to one attachment by each method, with its header and without.
fn signed_part(methods: &[&str], octets: usize) -> Vec<u8> {
    let reference = |method: &str, kind: &str| {
        format!(
            "<ds:Reference URI=\"cid:a@b\"><ds:Transforms><ds:Transform Algorithm=\"%SWA%Attachment-{kind}-Signature-Transform\"/>\
             </ds:Transforms><ds:DigestMethod Algorithm=\"{method}\"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>"
        )
    };
    let all: String =
        methods.iter().flat_map(|method| ["Content", "Complete"].map(|kind| reference(method, kind))).collect();
    let envelope = replace(&golden("x509"), "<ds:Reference", &format!("{all}<ds:Reference"));
    format!(
        "Content-Type: multipart/related; type=\"text/xml\"; boundary=\"=_b\"\r\n\r\n--=_b\r\nContent-Type: text/xml\r\n\r\n\
         {envelope}\r\n--=_b\r\nContent-ID: <a@b>\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--=_b--\r\n",
        base64_encode(&vec![7; octets])
    )
    .into_bytes()
}

fn judged_package(package: &[u8], limits: Limits) -> Report {
    let package = Package::parse(package, &Limits::default()).expect("a package");
    bsp::report_package(&package, &Context::new().limits(limits)).expect("an envelope")
}

#[test]
fn attachments_are_digested_within_the_limit_whatever_refers_to_them() {
    let [one, all] = [&METHODS[2..3], &METHODS].map(|methods| signed_part(methods, 1 << 20));
    let judge = |package: &[u8]| judged_package(package, Limits::default());
    at_most(2.0, || judge(&one), || judge(&all));
    let verdict = |package: &[u8], most| {
        let report = judged_package(package, Limits::default().with(Limit::DigestedOctets, most));
        let verdict = report.verdict(Rule::U18_2_4);
        (verdict.outcome(), verdict.findings().iter().any(|place| place.why.contains("digested-octets")))
    };
    assert_eq!(verdict(&one, 8), (Outcome::NotCheckable, false));
    assert_eq!(verdict(&one, 1), (Outcome::NotCheckable, true));
}

/// How often a report of these tokens asks for passwords.
fn asked(tokens: &str) -> usize {
    let asked = AtomicUsize::new(0);
    let asked: &'static AtomicUsize = Box::leak(Box::new(asked));
    let passwords = move |user: &str| {
        asked.fetch_add(1, Ordering::Relaxed);
        (user != "nobody").then(|| Secret::new(b"s3cret".to_vec()))
    };
    let trust = Trust::pins([certificate("alice")]);
    let receiver =
        Receiver::new(trust, Requirements::signed([Part::Body]), DangerousNoReplayCache).passwords(passwords);
    let report = bsp::report(in_header(tokens), &Context::new().receiver(&receiver)).expect("a message");
    assert_ne!(report.outcome(Rule::R4212), Outcome::NotApplicable);
    asked.load(Ordering::Relaxed)
}

#[test]
fn passwords_are_asked_for_once_for_each_user_and_of_few_users() {
    let token = |user: &str| {
        format!(
            "<wsse:UsernameToken><wsse:Username>{user}</wsse:Username><wsse:Password Type=\"http://docs.oasis-open.org/wss/2004/01/\
             oasis-200401-wss-username-token-profile-1.0#PasswordDigest\">AAAA</wsse:Password><wsse:Nonce>AAAA</wsse:Nonce>\
             </wsse:UsernameToken>"
        )
    };
    assert_eq!(asked(&token("ann").repeat(40)), 1);
    assert_eq!(asked(&token("nobody").repeat(40)), 1);
    let many = |count: usize| (0..count).map(|nth| token(&format!("ann{nth}"))).collect::<String>();
    assert_eq!((asked(&many(40)), asked(&many(80))), (16, 16));
}

#[test]
fn keys_of_passwords_are_derived_once_for_each_token() {
    let message = golden("password key");
    let message = replace(&message, "<wsse11:Iteration…>1000<", "<wsse11:Iteration{1}>10000<");
    let start = message.rfind("<wsse:SecurityTokenReference").expect("a reference");
    let end = start + message[start..].find("</wsse:SecurityTokenReference>").expect("its end") + 30;
    let reference = &message[start..end];
    let [less, more] = [4, 400].map(|count| message.replacen(reference, &reference.repeat(count), 1));
    let receiver = crate::goldens::bob();
    let judge = |message: &str| bsp::report(message, &Context::new().receiver(&receiver)).expect("a message");
    at_most(2.5, || judge(&less), || judge(&more));
}
