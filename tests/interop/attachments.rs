//! Attachments as WSS4J signs them: what it digests is what the profile's canonical forms give.

use std::time::Duration;

use ws_security::attachments::{Attachment, MimeLimits, Package};
use ws_security::bsp::{self, Context, Outcome, Rule};
use ws_security::c14n::{base64_encode, name};
use ws_security::{DangerousNoReplayCache, Part, Receiver, Recipe, Requirements, SignerRule, Signing, Trust};

use crate::peer;
use crate::wss4j::Driver;

type Header = &'static [&'static str];

/// Headers and content, and whether WSS4J departs from the profile on them.
const PARTS: &[(&str, Header, &[u8], Option<&str>)] = &[
    ("octets", &["Content-Type:application/octet-stream", "Content-ID:<a@b>"], b"\0\x01\r\n\x02\n\xFF", None),
    ("text", &["Content-Type:text/plain; charset=UTF-8", "Content-ID:<a@b>"], b"a\nb\r\nc\rd\n\r\n", None),
    ("XML", &["Content-Type:text/xml", "Content-ID:<a@b>"], b"<a  b='1' a=\"2\"><!-- c --><c/></a>", None),
    ("XML by suffix", &["Content-Type:image/svg+xml; charset=utf-8", "Content-ID:<a@b>"], b"<a b='1'/>", None),
    ("no type", &["Content-ID:<a@b>"], b"a\nb", None),
    (
        "every header",
        &[
            "Content-Type:Application/X; Name=\"Some Name\"; charset=UTF-8",
            "Content-Disposition:Attachment; filename=\"Some File.BIN\"; size=3",
            "Content-Description: What it is",
            "Content-Location:http://example.org/A",
            "Content-ID:<a@b>",
            "X-Other:1",
        ],
        b"abc",
        None,
    ),
    ("a comment", &["Content-Type:Text/Plain; charset=US-ASCII (plain (very))", "Content-ID:<a@b>"], b"abc", None),
    (
        "an escape",
        &["Content-Type:application/x; name=\"a\\\"b\"", "Content-ID:<a@b>"],
        b"abc",
        Some("its digest fits no reading of the steps on quoted pairs"),
    ),
    (
        "an encoded word",
        &["Content-Type:application/x", "Content-Description: =?utf-8?Q?Z=C3=BCrich?=", "Content-ID:<a@b>"],
        b"abc",
        None,
    ),
];

#[test]
fn wss4j_digests_what_the_canonical_forms_give() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::start();
    let envelope = peer::envelope(name::SOAP11.uri);
    let mut wrong = Vec::new();
    for (part, headers, content, departs) in PARTS {
        for kind in ["content", "complete"] {
            let spec = format!(
                "kind={kind},id=a@b,headers={},content={}",
                base64_encode(headers.join("\n").as_bytes()),
                base64_encode(content)
            );
            let message = driver.ask(&format!("attach\t{spec}"), &envelope).unwrap_or_else(|e| panic!("{part}: {e}"));
            let head = format!(
                "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/xml\r\n\r\n{message}\r\n--b\r\n{}\r\n\r\n",
                headers.join("\r\n")
            );
            let octets = [head.as_bytes(), content, b"\r\n--b--"].concat();
            let package = Package::parse(&octets, &MimeLimits::default()).expect("a package");
            let report = bsp::report_package(&package, &Context::new()).expect("an envelope");
            let verdict = report.verdict(Rule::U18_2_3);
            let agrees = verdict.outcome() == Outcome::Pass;
            println!("{part:20} {kind:10} {} {}", verdict.outcome(), departs.unwrap_or_default());
            // What it signed opens, and hands the attachment out.
            if agrees {
                let opened = receiver().open_package(&package).unwrap_or_else(|error| panic!("{part} {kind}: {error}"));
                assert_eq!(opened.attachments().len(), 1, "{part} {kind}");
            }
            if agrees == (departs.is_some() && kind == "complete") {
                wrong.push(format!("{part} {kind}: {} {}", verdict.outcome(), verdict.why()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn receiver() -> Receiver {
    let trust = Trust::anchors([peer::certificate("ca")]).signer(SignerRule::AnyBelowTheAnchors);
    Receiver::new(trust, Requirements::signed([Part::Body, Part::Attachments]), DangerousNoReplayCache)
}

#[test]
fn wss4j_verifies_the_attachments_we_sign() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::start();
    for (part, headers, content, departs) in PARTS {
        let fields: Vec<(&str, &str)> = headers.iter().filter_map(|line| line.split_once(':')).collect();
        let content_type = fields.iter().find(|(name, _)| *name == "Content-Type").map(|(_, value)| *value);
        // Ours always states a type.
        let Some(content_type) = content_type else { continue };
        let others = fields.iter().filter(|(name, _)| !["Content-Type", "Content-ID"].contains(name));
        let attachment = Attachment::new("a@b", content_type, *content).expect("an attachment");
        let attachment = others.fold(attachment, |attachment, (name, value)| {
            attachment.field(*name, value.trim_start()).expect("a field")
        });
        for complete in [false, true] {
            let signing = Signing::with(&peer::identity("alice")).parts([Part::Body, Part::Attachments]);
            let signing = if complete { signing.complete_attachments() } else { signing };
            let plan = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing).plan().expect("a plan");
            let package =
                plan.secure_package(&peer::envelope(name::SOAP11.uri), vec![attachment.clone()]).expect("secured");
            let spec = |content: &[u8]| {
                let headers = base64_encode(headers.join("\n").as_bytes());
                format!("id=a@b,headers={headers},content={}", base64_encode(content))
            };
            let verified = driver.ask(&format!("attached\t{}", spec(content)), package.envelope());
            let expected = !(complete && departs.is_some());
            assert_eq!(verified.is_ok(), expected, "{part} {complete}: {verified:?}");
            let tampered = [*content, b"x"].concat();
            assert!(driver.ask(&format!("attached\t{}", spec(&tampered)), package.envelope()).is_err(), "{part}");
        }
    }
}
