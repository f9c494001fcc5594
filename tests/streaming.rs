//! Large attachments in bounded memory: signed and encrypted, decrypted and verified, with a peak that does not depend
//! on their size. The only test of its process, since it measures that.

mod common;

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};

use common::*;
use ws_security::Limit;
use ws_security::Limits;
use ws_security::attachments::{Attachment, Package, Spool};
use ws_security::crypto::Digest;
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, DigestMethod};

/// The memory that may be used beyond that at the start.
const ALLOWED: u64 = 64 << 20;

/// The peak of resident memory so far, in octets; `None` if the system does not report it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
}

/// Octets that do not compress and never repeat a line.
fn filled(mut file: File, len: u64) -> File {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut out = BufWriter::new(&file);
    for _ in 0..len / 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.write_all(&state.to_le_bytes()).expect("written");
    }
    out.flush().expect("written");
    drop(out);
    file.rewind().expect("rewound");
    file
}

fn digest(mut content: impl Read) -> Vec<u8> {
    let mut digest = Digest::new(DigestMethod::Sha256);
    std::io::copy(&mut content, &mut digest).expect("read");
    digest.finish().as_octets().to_vec()
}

/// 256 MiB; another number of MiB by `WSS_STREAM_MIB`.
#[test]
fn a_large_attachment_takes_no_memory() {
    let mib: u64 = std::env::var("WSS_STREAM_MIB").ok().and_then(|mib| mib.parse().ok()).unwrap_or(256);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let spool = Spool::in_folder(folder.path());
    let source = filled(tempfile::tempfile_in(folder.path()).expect("a file"), mib << 20);
    let expected = digest(source.try_clone().expect("cloned"));
    let before = peak();
    let report = |step: &str| {
        let (Some(before), Some(now)) = (before, peak()) else {
            return println!("{step}: not measured, the system does not tell");
        };
        println!("{step}: {} KiB beyond the start", (now - before) >> 10);
        assert!(now - before < ALLOWED, "{step}: {} KiB", (now - before) >> 10);
    };

    let attachment =
        Attachment::of_file("large@example.org", "application/octet-stream", source).expect("an attachment");
    let parts = || [Part::Body, Part::Attachments];
    let limits = Limits::default().with(Limit::PackagedEnvelopeOctets, 1 << 20).with(Limit::PackageOctets, 4 << 30);
    let plan = recipe()
        .limits(limits)
        .sign(Signing::with(&identity("alice")).parts(parts()))
        .encrypt(Encrypting::to(&certificate("bob")).parts(parts()))
        .plan()
        .expect("a plan");
    let package = plan.message(&envelope(SOAP12)).attachments(vec![attachment]).secure().expect("secured").message;
    report("signed");
    let content_type = package.content_type();
    let wire = tempfile::tempfile_in(folder.path()).expect("a file");
    let mut wire = package.write(BufWriter::new(wire)).expect("written").into_inner().expect("written");
    report("encrypted");

    wire.rewind().expect("rewound");
    let package = Package::read_body(&content_type, BufReader::new(wire), &limits, &spool).expect("a package");
    report("read");
    let requirements = Requirements::signed(parts()).encrypted(parts());
    let receiver = Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
    let opened = receiver.open(&package).expect("opens");
    report("decrypted and verified");
    let [attachment] = opened.attachments() else { panic!("one attachment") };
    assert_eq!(digest(attachment.reader()), expected, "it is what was sent");
    report("handed out");
}
