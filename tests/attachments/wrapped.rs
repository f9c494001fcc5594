//! Each call that accepts more, switched on alone, against packages with forged attachments in every place: what is handed out
//! has the octets that were signed.

use ws_security::Limits;
use ws_security::attachments::Package;
use ws_security::prelude::*;

use crate::common::calls::CALLS;
use crate::{BINARY, TEXT, both, demanding, receiver, signing};

/// The parts of a package, without their boundaries.
fn parts((content_type, body): &(String, Vec<u8>)) -> (String, Vec<Vec<u8>>) {
    let boundary =
        content_type.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a boundary");
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut rest = body.as_slice();
    while let Some(at) = rest.windows(delimiter.len()).position(|window| window == delimiter.as_bytes()) {
        parts.push(rest[..at].to_vec());
        rest = &rest[at + delimiter.len()..];
    }
    // What is in front of the first delimiter is no part.
    (delimiter, parts.split_off(1))
}

fn package(content_type: &str, delimiter: &str, parts: &[Vec<u8>]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for part in parts {
        body.extend([delimiter.as_bytes(), part].concat());
    }
    body.extend(format!("{delimiter}--\r\n").as_bytes());
    (content_type.to_owned(), body)
}

fn replaced(part: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match part.windows(from.len()).position(|window| window == from) {
        Some(at) => [&part[..at], to, &part[at + from.len()..]].concat(),
        None => part.to_vec(),
    }
}

/// Whether it opens; then every attachment has the octets that were signed under its name.
fn judge(what: &str, receiver: &Receiver, (content_type, body): &(String, Vec<u8>)) -> bool {
    let Ok(package) = Package::parse_body(content_type, body, &Limits::default()) else { return false };
    let Ok(opened) = receiver.open(&package) else { return false };
    for attachment in opened.attachments() {
        let content = attachment.content().expect("in memory");
        let text = TEXT.replace('\n', "\r\n");
        let genuine: &[u8] = match attachment.content_id() {
            "invoice+7@example.org" => BINARY,
            "note@example.org" => text.as_bytes(),
            other => panic!("{what}: {other}"),
        };
        assert_eq!(content.as_ref(), genuine, "{what}");
    }
    true
}

#[test]
fn no_call_hands_out_a_forged_attachment() {
    for signing in [signing(), signing().complete_attachments()] {
        let golden = both(signing);
        let (delimiter, all) = parts(&golden);
        let [root, invoice, note] = &all[..3] else { panic!("{} parts", all.len()) };
        let forged = replaced(&replaced(invoice, BINARY, b"forged"), b"application/pdf", b"application/pdf");
        let forged_note = replaced(note, b"second line", b"second lime");
        let id = |part: &[u8], to: &str| {
            let part = replaced(part, b"<invoice+7@example.org>", to.as_bytes());
            replaced(&part, b"<note@example.org>", to.as_bytes())
        };
        let without_id = |part: &[u8]| replaced(part, b"Content-ID", b"X-Content-ID");
        let mut variants: Vec<Vec<Vec<u8>>> = Vec::new();
        for (genuine, forged, other) in [(invoice, &forged, note), (note, &forged_note, invoice)] {
            let own: &str = if genuine == invoice { "invoice+7@example.org" } else { "note@example.org" };
            let names = [
                format!("<{own}>"),
                format!("<{}>", own.to_uppercase()),
                own.to_owned(),
                format!("<cid:{own}>"),
                format!(" <{own}> "),
                format!("<{}>", own.replace('@', "%40")),
                format!("<{own}>\r\nContent-ID: <second@example.org>"),
                format!("<second@example.org>\r\nContent-ID: <{own}>"),
                format!("<second@example.org>\r\nContent-Location: cid:{own}"),
            ];
            let moved: Vec<Option<Vec<u8>>> = vec![
                None,
                Some(id(genuine, "<moved@example.org>")),
                Some(without_id(genuine)),
                Some(genuine.clone()),
                Some(
                    [
                        b"\r\nContent-Type: multipart/mixed; boundary=\"in\"\r\n\r\n--in",
                        genuine.as_slice(),
                        b"--in--\r\n",
                    ]
                    .concat(),
                ),
            ];
            for name in &names {
                let forged = id(forged, name);
                for genuine in &moved {
                    let mut order = vec![root.clone(), forged.clone(), other.clone()];
                    order.extend(genuine.clone());
                    // The forged one in front of all, behind all, and between.
                    for at in 0..order.len() {
                        let mut rotated = order.clone();
                        rotated.rotate_left(at);
                        variants.push(rotated);
                    }
                    let mut reversed = order;
                    reversed[1..].reverse();
                    variants.push(reversed);
                }
            }
        }
        let demands = [("all of them", demanding()), ("none", receiver())];
        let mut tried = 0;
        for (what, strict) in demands {
            assert!(judge(what, &strict, &golden), "{what}");
            for (call, accept) in CALLS {
                let accepting = accept(strict.clone());
                for variant in &variants {
                    judge(call, &accepting, &package(&golden.0, &delimiter, variant));
                    tried += 1;
                }
            }
        }
        assert!(variants.len() > 300 && tried > 20_000, "{} {tried}", variants.len());
    }
}
