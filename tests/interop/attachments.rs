//! Attachments signed by WSS4J: it digests the canonical forms of the profile.

use std::time::Duration;

use ws_security::Limits;
use ws_security::attachments::{Attachment, Package};
use ws_security::bsp::{self, Context, Outcome, Rule};
use ws_security::c14n::{base64_decode, base64_encode, name};
use ws_security::{
    DangerousNoReplayCache, Encrypting, Part, Receiver, Recipe, Requirements, SignerRule, Signing, Trust,
};

use crate::driver::Driver;
use crate::peer;

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
    let mut driver = Driver::java("wss4j", "Driver");
    let envelope = peer::envelope(name::SOAP11.uri);
    let mut wrong = Vec::new();
    for (part, headers, content, departs) in PARTS {
        for kind in ["content", "complete"] {
            let spec = format!(
                "kind={kind},id=a@b,headers={},content={}",
                base64_encode(headers.join("\n").as_bytes()),
                base64_encode(content)
            );
            let answer = driver.ask(&format!("attach\t{spec}"), &envelope).unwrap_or_else(|e| panic!("{part}: {e}"));
            let message = answer.splitn(3, '\n').last().expect("an envelope");
            let octets = package_of(message, &headers.join("\n"), content);
            let package = Package::parse(&octets, &Limits::default()).expect("a package");
            let report = bsp::report_package(&package, &Context::new()).expect("an envelope");
            let verdict = report.verdict(Rule::U18_2_3);
            let agrees = verdict.outcome() == Outcome::Pass;
            println!("{part:20} {kind:10} {} {}", verdict.outcome(), departs.unwrap_or_default());
            // What it signed opens, and hands the attachment out.
            if agrees {
                let opened = receiver().open(&package).unwrap_or_else(|error| panic!("{part} {kind}: {error}"));
                assert_eq!(opened.attachments().len(), 1, "{part} {kind}");
            }
            if agrees == (departs.is_some() && kind == "complete") {
                wrong.push(format!("{part} {kind}: {} {}", verdict.outcome(), verdict.why()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// An envelope and an attachment, its headers in lines, as a message of their own.
pub(crate) fn package_of(message: &str, headers: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/xml\r\n\r\n{message}\r\n--b\r\n{}\r\n\r\n",
        headers.trim_end().replace('\n', "\r\n")
    );
    [head.as_bytes(), content, b"\r\n--b--"].concat()
}

/// What the driver says of the attachment: its headers in lines, its content, and the rest of the answer.
pub(crate) fn answered(answer: &str) -> (String, Vec<u8>, &str) {
    let mut lines = answer.splitn(3, '\n');
    let mut decoded = || base64_decode(lines.next().expect("a line"), usize::MAX / 2).expect("base64");
    let (headers, content) = (decoded(), decoded());
    (String::from_utf8(headers).expect("UTF-8"), content, lines.next().expect("an answer"))
}

/// Shapes of encrypted attachments: what is signed, what is encrypted, and which comes first; and why WSS4J cannot read
/// some of them, including its own messages.
const ENCRYPTED: [(&str, &str, &str, Option<&str>); 6] = [
    ("content", "content", "sign;encrypt", None),
    ("content", "complete", "sign;encrypt", None),
    ("complete", "complete", "sign;encrypt", None),
    ("complete", "content", "sign;encrypt", Some("it digests the Content-Type of the ciphertext")),
    ("content", "content", "encrypt;sign", None),
    ("content", "complete", "encrypt;sign", None),
];

#[test]
fn wss4j_encrypts_attachments_that_open() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    for (part, headers, content, departs) in PARTS {
        for (kind, cipher, steps, _) in ENCRYPTED {
            let case = format!("{part}: {kind} {cipher} {steps}");
            let spec = format!(
                "kind={kind},encrypted={cipher},steps={steps},id=a@b,headers={},content={}",
                base64_encode(headers.join("\n").as_bytes()),
                base64_encode(content)
            );
            let envelope = peer::envelope(name::SOAP12.uri);
            let answer = driver.ask(&format!("attach\t{spec}"), &envelope).unwrap_or_else(|e| panic!("{case}: {e}"));
            let (headers_out, cipher_octets, message) = answered(&answer);
            // The id names the part whatever WSS4J hides of it.
            let headers_out = match headers_out.contains("Content-ID") {
                true => headers_out,
                false => format!("Content-ID:<a@b>\n{headers_out}"),
            };
            let octets = package_of(message, &headers_out, &cipher_octets);
            let package = Package::parse(&octets, &Limits::default()).unwrap_or_else(|e| panic!("{case}: {e}"));
            // It does not sign EncryptedData of attachments in a way that it could verify itself.
            let receiver = match steps {
                "encrypt;sign" => {
                    assert!(decrypting().open(&package).is_err(), "{case}");
                    decrypting().dangerous_accept_unsigned_encrypted_data_of_attachments()
                }
                _ => decrypting(),
            };
            let opened = receiver.open(&package);
            // Of a part without a type it states one that digests otherwise.
            let loses_type = *part == "no type" && (kind, cipher) == ("complete", "content");
            let digests_otherwise = departs.is_some() && kind == "complete";
            let expected = !(digests_otherwise || loses_type);
            assert_eq!(opened.is_ok(), expected, "{case}: {:?}\n{message}", opened.as_ref().err());
            let Ok(opened) = opened else { continue };
            let plain = package_of("", &headers.join("\n"), content);
            let plain = Package::parse(&plain, &Limits::default()).expect("a package");
            let found = opened.attachments()[0].content().expect("in memory");
            let sent = plain.attachments()[0].unauthenticated_content().expect("in memory");
            if !["text", "XML", "XML by suffix", "no type"].contains(part) {
                assert_eq!(found, sent, "{case}");
            }
        }
    }
}

fn decrypting() -> Receiver {
    receiver().decrypt_with(peer::identity("bob"))
}

#[test]
fn wss4j_opens_the_attachments_we_encrypt() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    for (part, headers, content, departs) in PARTS {
        let Some(attachment) = attachment(headers, content) else { continue };
        for (kind, cipher, steps, unread) in ENCRYPTED {
            let case = format!("{part}: {kind} {cipher} {steps}");
            let signing = Signing::with(&peer::identity("alice")).parts([Part::Body, Part::Attachments]);
            let signing = if kind == "complete" { signing.complete_attachments() } else { signing };
            let encrypting = Encrypting::to(&peer::certificate("bob")).parts([Part::Body, Part::Attachments]);
            let encrypting = if cipher == "complete" { encrypting.complete_attachments() } else { encrypting };
            let recipe = Recipe::new().timestamp(Duration::from_secs(300));
            let recipe = match steps {
                "sign;encrypt" => recipe.sign(signing).encrypt(encrypting),
                _ => recipe.encrypt(encrypting).sign(signing),
            };
            let plan = recipe.plan().expect("a plan");
            let package = plan
                .message(&peer::envelope(name::SOAP12.uri))
                .attachments(vec![attachment.clone()])
                .secure()
                .expect("secured")
                .message;
            let written = package.write(Vec::new()).expect("written");
            let content_type = package.content_type();
            let written = Package::parse_body(&content_type, &written, &Limits::default()).expect("a package");
            let sent = written.attachments()[0].unauthenticated_content().expect("in memory").into_owned();
            // The header fields of the part when it arrives.
            let outside: Vec<&str> = match cipher {
                "complete" => vec!["Content-ID:<a@b>", "Content-Type:application/octet-stream"],
                _ => headers
                    .iter()
                    .filter(|line| !line.starts_with("Content-Type"))
                    .copied()
                    .chain(["Content-Type:application/octet-stream"])
                    .collect(),
            };
            let spec = |content: &[u8]| {
                let headers = base64_encode(outside.join("\n").as_bytes());
                format!("attached\tid=a@b,headers={headers},content={}", base64_encode(content))
            };
            let answer = driver.ask(&spec(&sent), package.envelope());
            let is_octets = headers.contains(&"Content-Type:application/octet-stream");
            let expected = !(departs.is_some() && kind == "complete") && (unread.is_none() || is_octets);
            assert_eq!(answer.is_ok(), expected, "{case}: {answer:?}");
            let Ok(answer) = answer else { continue };
            let (_, found, _) = answered(&answer);
            assert_eq!(found, *content, "{case}");
            let mut tampered = sent;
            tampered[14] ^= 1;
            assert!(driver.ask(&spec(&tampered), package.envelope()).is_err(), "{case}");
        }
    }
}

/// The attachment of a row; ours always states a type.
fn attachment(headers: Header, content: &[u8]) -> Option<Attachment> {
    let fields: Vec<(&str, &str)> = headers.iter().filter_map(|line| line.split_once(':')).collect();
    let content_type = fields.iter().find(|(name, _)| *name == "Content-Type").map(|(_, value)| *value)?;
    let others = fields.iter().filter(|(name, _)| !["Content-Type", "Content-ID"].contains(name));
    let attachment = Attachment::new("a@b", content_type, content).expect("an attachment");
    Some(
        others.fold(attachment, |attachment, (name, value)| {
            attachment.field(*name, value.trim_start()).expect("a field")
        }),
    )
}

fn anyone() -> Trust {
    Trust::anchors([peer::certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors)
}

fn receiver() -> Receiver {
    Receiver::new(anyone(), Requirements::signed([Part::Body, Part::Attachments]), DangerousNoReplayCache)
}

#[test]
fn wss4j_verifies_the_attachments_we_sign() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    for (part, headers, content, departs) in PARTS {
        let Some(attachment) = attachment(headers, content) else { continue };
        for complete in [false, true] {
            let signing = Signing::with(&peer::identity("alice")).parts([Part::Body, Part::Attachments]);
            let signing = if complete { signing.complete_attachments() } else { signing };
            let plan = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing).plan().expect("a plan");
            let package = plan
                .message(&peer::envelope(name::SOAP11.uri))
                .attachments(vec![attachment.clone()])
                .secure()
                .expect("secured")
                .message;
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

/// Cipher octets that travel as a part, named by an xop:Include.
#[test]
fn xop_goes_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    // WSS4J parses a decrypted part as a separate document, and loses the white space around it.
    let envelope = peer::envelope(name::SOAP12.uri).replace("<env:Body>\n  ", "<env:Body>");
    let answer = driver.ask("optimize", &envelope).expect("secured");
    let (lines, message) = answer.split_once("\n\n").expect("parts, and an envelope");
    assert!(message.contains("Include"), "{message}");
    let package = |root_type: &str| {
        let mut octets = format!("--b\r\nContent-Type: {root_type}\r\n\r\n{message}").into_bytes();
        for (id, content) in lines.lines().filter_map(|line| line.split_once(' ')) {
            octets.extend(format!("\r\n--b\r\nContent-ID:<{id}>\r\n\r\n").into_bytes());
            octets.extend(base64_decode(content, 1 << 20).expect("base64"));
        }
        octets.extend(b"\r\n--b--");
        octets
    };
    let receiver = Receiver::new(anyone(), Requirements::signed([Part::Body]), DangerousNoReplayCache)
        .decrypt_with(peer::identity("bob"));
    let open = |root_type: &str| {
        let octets = package(root_type);
        let package = Package::parse_body("multipart/related; boundary=b", &octets, &Limits::default());
        receiver.open(&package.expect("a package"))
    };
    assert!(open("application/xop+xml").expect("opens").body().xml().contains(peer::MARKER));
    let own = lines.lines().map(|line| line.replace(' ', ":")).collect::<Vec<_>>().join(";");
    driver.ask(&format!("attached\tid=none,headers=,content=,included={own}"), message).expect("it opens its own");
    // It is not XOP if the root does not say so.
    assert!(open("text/xml").is_err());

    let plan = Recipe::new()
        .timestamp(Duration::from_secs(300))
        .sign(Signing::with(&peer::identity("alice")).parts([Part::Body]))
        .encrypt(Encrypting::to(&peer::certificate("bob")).parts([Part::Body]))
        .plan()
        .expect("a plan");
    let package = plan.message(&envelope).attachments(Vec::new()).secure().expect("secured").message;
    let package = package.optimized(1).expect("optimized");
    let written = package.write(Vec::new()).expect("written");
    let content_type = package.content_type();
    let parts = Package::parse_body(&content_type, &written, &Limits::default()).expect("a package");
    assert_eq!(parts.attachments().len(), 2, "the key, and the Body");
    let included = parts.attachments().iter().map(|part| {
        let octets = part.unauthenticated_content().expect("in memory");
        format!("{}:{}", part.content_id().expect("an id"), base64_encode(&octets))
    });
    let included = included.collect::<Vec<_>>().join(";");
    let verified = driver.ask(&format!("attached\tid=none,headers=,content=,included={included}"), package.envelope());
    verified.expect("WSS4J opens it");
}
