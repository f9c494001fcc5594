//! One table, one run: attachments are signed, encrypted and opened, compared with WSS4J.
//!
//! `cargo run --release -p wss-benches --bin attachments`. WSS4J needs a JDK and Maven.

use std::io::{self, Read};
use std::process::Command;
use std::time::Duration;

use ws_security::Limits;
use ws_security::attachments::{Attachment, Package, Spool};
use ws_security::prelude::*;
use ws_security::{ContentEncryption, DangerousNoReplayCache};
use wss_benches::peers::wss4j;
use wss_benches::{median, root};

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><pay xmlns=\"urn:bank\">\
                        4711</pay></s:Body></s:Envelope>";

/// Securing and opening.
fn ask(class_path: &str, octets: usize) -> Option<(Duration, Duration)> {
    let output = Command::new("java")
        .args(["-cp", class_path, "AttachmentsHarness"])
        .arg(root().join("vectors/keys"))
        .arg(octets.to_string())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (securing, opening) = text.trim().split_once(' ')?;
    Some((Duration::from_nanos(securing.parse().ok()?), Duration::from_nanos(opening.parse().ok()?)))
}

fn main() {
    let key_file = |name: &str| std::fs::read(root().join("vectors/keys").join(name)).expect("a key");
    let identity = |name: &str| {
        Identity::from_pem(&key_file(&format!("{name}.pem")), &key_file(&format!("{name}.key"))).expect("an identity")
    };
    let (alice, bob) = (identity("alice"), identity("bob"));
    let plan = Recipe::new()
        .timestamp(Duration::from_secs(300))
        .sign(Signing::with(&alice).parts([Part::Body, Part::Attachments]))
        .encrypt(Encrypting::to(bob.certificate()).content(ContentEncryption::Aes128Gcm).parts([Part::Attachments]))
        .plan()
        .expect("a plan");
    let receiver = Receiver::new(
        Trust::pins([alice.certificate().clone()]),
        Requirements::signed([Part::Body, Part::Attachments]).encrypted([Part::Attachments]),
        DangerousNoReplayCache,
    )
    .decrypt_with(bob);
    let peer = wss4j(&["AttachmentsHarness.java"]);
    if peer.is_none() {
        eprintln!("SKIPPED: WSS4J needs a JDK and Maven");
    }
    println!("| size | operation | ours | rate | WSS4J 4.0.1 | ratio |\n|---|---|--:|--:|--:|--:|");
    for octets in [10_usize << 10, 1 << 20, 8 << 20, 64 << 20] {
        compare(octets, &plan, &receiver, peer.as_deref());
    }
}

/// Prints the times for a message with an attachment of so many octets, ours and those of the peer.
fn compare(octets: usize, plan: &Plan, receiver: &Receiver, peer: Option<&str>) {
    let content: Vec<u8> = (0..octets as u64).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    let attachment = Attachment::new("a@b", "application/octet-stream", content).expect("an attachment");
    let secured = || plan.message(ENVELOPE).attachments(vec![attachment.clone()]).secure().expect("secured").message;
    let securing = median(|| secured().write(io::sink()).map(|_| ()).expect("written"));
    let package = secured();
    let (content_type, body) = (package.content_type(), package.write(Vec::new()).expect("written"));
    let limits = Limits::default();
    let opening = median(|| {
        let package = Package::parse_body(&content_type, &body, &limits).expect("a package");
        let opened = receiver.open(&package).expect("opens");
        assert_eq!(io::copy(&mut opened.attachments()[0].reader(), &mut io::sink()).expect("read"), octets as u64);
    });
    let spool = Spool::in_folder(std::env::temp_dir());
    let streaming = median(|| {
        // In pieces, as from a socket.
        let stream = io::BufReader::new(body.as_slice().take(u64::MAX));
        let package = Package::read_body(&content_type, stream, &limits, &spool).expect("a package");
        let opened = receiver.open(&package).expect("opens");
        assert_eq!(io::copy(&mut opened.attachments()[0].reader(), &mut io::sink()).expect("read"), octets as u64);
    });
    // Its time grows with the square of the size: at 64 MB more than a minute each.
    let asked = peer.filter(|_| octets <= 8 << 20);
    let theirs = asked.and_then(|class_path| ask(class_path, octets));
    let size = if octets < 1 << 20 { format!("{} KB", octets >> 10) } else { format!("{} MB", octets >> 20) };
    let rows = [
        ("sign and encrypt", securing, theirs.map(|(securing, _)| securing)),
        ("decrypt and verify, in memory", opening, theirs.map(|(_, opening)| opening)),
        ("decrypt and verify, through files", streaming, theirs.map(|(_, opening)| opening)),
    ];
    for (operation, ours, theirs) in rows {
        let rate = octets as f64 / ours.as_secs_f64() / 1e6;
        let (theirs, ratio) = match theirs {
            Some(theirs) => (format!("{theirs:.1?}"), format!("{:.1}×", theirs.as_secs_f64() / ours.as_secs_f64())),
            None => ("–".to_owned(), "–".to_owned()),
        };
        println!("| {size} | {operation} | {ours:.1?} | {rate:.0} MB/s | {theirs} | {ratio} |");
    }
}
