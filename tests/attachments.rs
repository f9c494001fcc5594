//! Attachments beside the envelope: signed, verified, and what attackers do to them (T39).

mod common;

use common::*;
use ws_security::attachments::{Attachment, MimeError, Package, Spool};
use ws_security::bsp::{self, Context, Outcome, Rule};
use ws_security::prelude::*;
use ws_security::{
    CoverageLost, DangerousNoReplayCache, Exceeded, Limit, Limits, OpenError, RequirementError, SecureError,
};

const TEXT: &str = "first line\nsecond line\n";
const BINARY: &[u8] = b"\0\x01\r\n\x02\n\xFF";

fn invoice() -> Attachment {
    let attachment = Attachment::new("invoice+7@example.org", "application/pdf", BINARY).expect("an attachment");
    attachment.field("Content-Disposition", "attachment; filename=\"invoice.pdf\"").expect("a field")
}

fn note() -> Attachment {
    Attachment::new("note@example.org", "text/plain; charset=utf-8", TEXT).expect("an attachment")
}

fn signing() -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, Part::Attachments])
}

/// The body of the transport, and its Content-Type.
fn secured(signing: Signing, attachments: Vec<Attachment>) -> (String, Vec<u8>) {
    let plan = recipe().sign(signing).plan().expect("a plan");
    let package = plan.message(&envelope(SOAP11)).attachments(attachments).secure().expect("secured").message;
    (package.content_type(), package.write(Vec::new()).expect("written"))
}

fn both(signing: Signing) -> (String, Vec<u8>) {
    secured(signing, vec![invoice(), note()])
}

fn demanding() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp, Part::Attachments]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
}

fn open(receiver: &Receiver, (content_type, body): &(String, Vec<u8>)) -> Result<Opened, OpenError> {
    let package = Package::parse_body(content_type, body, &Limits::default()).expect("a package");
    receiver.open(&package)
}

/// The package with one text replaced by another of it, where both are octets of ASCII.
fn changed((content_type, body): &(String, Vec<u8>), from: &[u8], to: &[u8]) -> (String, Vec<u8>) {
    let at = body.windows(from.len()).position(|window| window == from).expect("it is there");
    let body = [&body[..at], to, &body[at + from.len()..]].concat();
    (content_type.clone(), body)
}

#[test]
fn what_is_signed_is_handed_out_as_it_was_digested() {
    for (signing, complete) in [(signing(), false), (signing().complete_attachments(), true)] {
        let message = both(signing);
        let opened = open(&demanding(), &message).unwrap_or_else(|error| panic!("{complete}: {error}"));
        let [invoice, note] = opened.attachments() else { panic!("{:?}", opened.attachments()) };
        assert_eq!(invoice.content_id(), "invoice+7@example.org");
        assert_eq!(invoice.content().expect("in memory").as_ref(), BINARY);
        assert_eq!(
            note.content().expect("in memory").as_ref(),
            TEXT.replace('\n', "\r\n").as_bytes(),
            "in canonical form"
        );
        assert_eq!(invoice.content_type(), complete.then_some("application/pdf"));
        assert!(opened.unauthenticated_attachments().is_empty());
        assert_eq!(opened.evidence().signatures[0].attachments, ["invoice+7@example.org", "note@example.org"]);
        // A transport may change line ends, which is why there is a canonical form.
        let other_ends = changed(&message, TEXT.as_bytes(), TEXT.replace('\n', "\r\n").as_bytes());
        assert!(open(&demanding(), &other_ends).is_ok());
        // What cannot be told apart by the profile conforms to it.
        let package = Package::parse_body(&message.0, &message.1, &Limits::default()).expect("a package");
        let report = bsp::report_package(&package, &Context::new()).expect("an envelope");
        assert!(report.conforms(), "{:?}", report.breaches().collect::<Vec<_>>());
        for rule in [Rule::R6101, Rule::U18_1_1, Rule::U18_2_1, Rule::U18_2_3, Rule::U18_2_4] {
            assert_eq!(report.outcome(rule), Outcome::Pass, "{rule}");
        }
    }
}

#[test]
fn a_receiver_judges_the_package_too() {
    let message = both(signing());
    let variant = bsp::Variant::as_deployed;
    let enforcing = demanding().bsp(bsp::Enforcement::Enforce(variant()));
    let opened = open(&enforcing, &message).expect("opens");
    let report = opened.evidence().bsp.as_ref().expect("a report");
    for rule in [Rule::U18_1_1, Rule::U18_2_3, Rule::U18_2_4, Rule::U18_2_5] {
        assert_eq!(report.outcome(rule), Outcome::Pass, "{rule}");
    }
    // A root that is not an envelope has the same digest, and only the profile objects.
    let other_root =
        changed(&message, b"Content-Type: text/xml; charset", b"Content-Type: application/xop+xml; charset");
    assert!(open(&demanding(), &other_root).is_ok());
    let refused = open(&enforcing, &other_root);
    assert!(matches!(refused, Err(OpenError::Bsp { rule: Rule::U18_1_1, .. })), "{:?}", refused.map(drop));
    let opened = open(&demanding().bsp(bsp::Enforcement::Report(variant())), &other_root).expect("opens");
    let breaches = opened.evidence().bsp.as_ref().expect("a report").breaches().map(|breach| breach.rule());
    assert_eq!(breaches.collect::<Vec<_>>(), [Rule::U18_1_1]);
    // What states no type is text, and digests alike, too; that is no more than advised against.
    let untyped = changed(&message, b"Content-Type: text/plain; charset=utf-8\r\n", b"");
    let opened = open(&enforcing, &untyped).expect("opens");
    assert_eq!(opened.evidence().bsp.as_ref().expect("a report").outcome(Rule::U18_2_5), Outcome::Fail);
}

fn mismatch(result: Result<Opened, OpenError>) -> bool {
    matches!(result, Err(OpenError::Verify(ws_security::xmldsig::VerifyError::DigestMismatch { uri })) if uri.as_str().starts_with("cid:"))
}

#[test]
fn t39_a_changed_attachment_is_refused() {
    let message = both(signing());
    assert!(mismatch(open(&demanding(), &changed(&message, BINARY, b"\0\x01\r\n\x02\r\n\xFF"))));
    assert!(mismatch(open(&demanding(), &changed(&message, b"second line", b"second lime"))));
    // The type chooses the canonical form: text that is called something else is other octets.
    assert!(mismatch(open(
        &demanding(),
        &changed(&message, b"text/plain; charset=utf-8", b"application/octet-stream")
    )));
}

#[test]
fn t39_headers_are_signed_by_complete_alone() {
    let edits: [(&[u8], &[u8]); 3] = [
        (b"application/pdf", b"application/x-sh"),
        (b"invoice.pdf", b"invoice.exe"),
        (b"Content-Disposition: attachment; filename=\"invoice.pdf\"\r\n", b""),
    ];
    for (from, to) in edits {
        assert!(mismatch(open(&demanding(), &changed(&both(signing().complete_attachments()), from, to))));
        // A signature over the content does not cover them, and the API does not return them.
        let opened = open(&demanding(), &changed(&both(signing()), from, to)).expect("the content is as it was");
        assert_eq!(opened.attachments()[0].content_type(), None);
    }
    // Each of the five that it covers, and the lack of one.
    let fields: [(&str, &str); 3] = [
        ("Content-Description", "the invoice of May"),
        ("Content-Disposition", "attachment; filename=\"a.pdf\""),
        ("Content-Location", "http://example.org/a"),
    ];
    let attachment = Attachment::new("a@b", "application/pdf", BINARY).expect("an attachment");
    let attachment =
        fields.iter().fold(attachment, |attachment, (name, value)| attachment.field(*name, *value).expect("a field"));
    let message = secured(signing().complete_attachments(), vec![attachment]);
    for name in ["Content-Description", "Content-Disposition", "Content-Location", "Content-Type"] {
        let from = format!("\r\n{name}: ");
        let at = message.1.windows(from.len()).rposition(|window| window == from.as_bytes()).expect("a field");
        let mut other = message.clone();
        other.1[at + from.len()] ^= 1;
        assert!(mismatch(open(&demanding(), &other)), "{name} changed");
        let end = at + 2 + other.1[at + 2..].windows(2).position(|window| window == b"\r\n").expect("its end");
        let mut without = message.clone();
        without.1.drain(at..end);
        assert!(mismatch(open(&demanding(), &without)), "{name} left out");
    }
    // Fields the transform leaves out may change.
    let more =
        changed(&both(signing().complete_attachments()), b"Content-ID: <note", b"X-Route: 1\r\nContent-ID: <note");
    assert!(open(&demanding(), &more).is_ok());
}

#[test]
fn t39_swapped_missing_doubled_and_added_parts() {
    let message = both(signing());
    // Each in the other's place.
    let swapped = changed(&message, b"Content-ID: <note@example.org>", b"Content-ID: <tmp@example.org>");
    let swapped = changed(&swapped, b"Content-ID: <invoice+7@example.org>", b"Content-ID: <note@example.org>");
    let swapped = changed(&swapped, b"Content-ID: <tmp@example.org>", b"Content-ID: <invoice+7@example.org>");
    assert!(mismatch(open(&demanding(), &swapped)));
    let missing = changed(&message, b"Content-ID: <note@example.org>", b"X-Was: note");
    assert!(open(&demanding(), &missing).is_err());
    // Ids compare exactly.
    let other_case = changed(&message, b"<note@example.org>", b"<Note@example.org>");
    assert!(open(&demanding(), &other_case).is_err());
    let (content_type, body) = changed(&message, b"<note@example.org>", b"<invoice+7@example.org>");
    let doubled = Package::parse_body(&content_type, &body, &Limits::default());
    assert!(matches!(doubled, Err(MimeError::DuplicateId { id }) if id == "invoice+7@example.org"));

    // A part that rides along is never among those that are vouched for.
    let boundary = message.0.split("boundary=\"").nth(1).expect("a boundary").trim_end_matches('"').to_owned();
    for id in ["Content-ID: <extra@example.org>\r\n", ""] {
        let extra = format!("--{boundary}\r\n{id}Content-Type: text/plain\r\n\r\nextra\r\n--{boundary}--");
        let extra = changed(&message, format!("--{boundary}--").as_bytes(), extra.as_bytes());
        let error = open(&demanding(), &extra).expect_err("not all are signed");
        assert!(matches!(error, OpenError::Requirement(RequirementError::NotSigned { .. })), "{error}");
        let opened = open(&receiver(), &extra).expect("attachments are not demanded");
        assert_eq!(opened.attachments().len(), 2);
        let expected = if id.is_empty() { None } else { Some("extra@example.org".to_owned()) };
        assert_eq!(opened.unauthenticated_attachments(), [expected]);
    }
}

#[test]
fn attachments_count_under_the_signature_of_the_body_alone() {
    // Dave signs the attachments, Alice signs the Body, so no attachment is Alice's.
    let by_dave = Signing::with(&identity("carol")).parts([Part::Attachments]);
    let by_alice = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    let plan = recipe().sign(by_dave).sign(by_alice).plan().expect("a plan");
    let package = plan.message(&envelope(SOAP11)).attachments(vec![note()]).secure().expect("secured").message;
    let message = (package.content_type(), package.write(Vec::new()).expect("written"));
    let both = Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    let requirements = |parts: [Part; 2]| Requirements::signed(parts);
    let lax = Receiver::new(both.clone(), requirements([Part::Body, Part::Timestamp]), DangerousNoReplayCache);
    let opened = open(&lax, &message).expect("opens");
    assert!(opened.attachments().is_empty());
    assert_eq!(opened.unauthenticated_attachments(), [Some("note@example.org".to_owned())]);
    let strict = Receiver::new(both, requirements([Part::Body, Part::Attachments]), DangerousNoReplayCache);
    assert!(open(&strict, &message).is_err());
}

#[test]
fn an_envelope_without_its_package_proves_no_attachment() {
    let plan = recipe().sign(signing()).plan().expect("a plan");
    let package = plan.message(&envelope(SOAP11)).attachments(vec![note()]).secure().expect("secured").message;
    let encrypted = Requirements::signed([Part::Body]).encrypted([Part::Attachments]);
    for receiver in [demanding(), Receiver::new(trust(), encrypted, DangerousNoReplayCache)] {
        let error = refuse(&receiver, package.envelope());
        assert!(matches!(error, OpenError::Requirement(RequirementError::NoPackage)), "{error}");
    }
    // The signature names a part that is not there.
    let error = refuse(&receiver(), package.envelope());
    assert!(matches!(error, OpenError::Verify(ws_security::xmldsig::VerifyError::Dereference { .. })), "{error}");
    // A package without attachments has all of them signed.
    let (content_type, body) = secured(of_body(), Vec::new());
    assert!(open(&demanding(), &(content_type, body)).is_ok());
}

fn of_body() -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])
}

/// Metro adds an empty line after the header to the digest. Accepted only by the named call.
#[test]
fn the_reading_of_metro_is_taken_where_it_is_asked_for() {
    use ws_security::DigestMethod;
    use ws_security::c14n::base64_encode;
    use ws_security::crypto::Digest;
    let attachment = || vec![Attachment::new("a@b", "application/x", BINARY).expect("an attachment")];
    let header = "Content-ID:<a@b>\r\nContent-Type:application/x\r\n";
    let digest = |parts: &[&[u8]]| base64_encode(Digest::of(DigestMethod::Sha256, &parts.concat()).as_octets());
    let (content_type, body) = secured(signing().complete_attachments(), attachment());
    let ours = digest(&[header.as_bytes(), BINARY]);
    assert!(String::from_utf8_lossy(&body).contains(&ours), "the form of WSS4J");
    // Signed again over the other form, by a signer that reads the profile so.
    let metro = digest(&[header.as_bytes(), b"\r\n", BINARY]);
    let envelope = String::from_utf8_lossy(&body).into_owned();
    let resigned = resigned(&envelope, &ours, &metro);
    let message =
        (content_type, changed(&("".to_owned(), body), envelope_of(&envelope).as_bytes(), resigned.as_bytes()).1);
    assert!(mismatch(open(&demanding(), &message)));
    assert!(open(&demanding().accept_empty_line_after_attachment_headers(), &message).is_ok());
    let genuine = secured(signing().complete_attachments(), attachment());
    assert!(open(&demanding().accept_empty_line_after_attachment_headers(), &genuine).is_ok());
}

fn envelope_of(package: &str) -> &str {
    let start = package.find("<s:Envelope").expect("an envelope");
    let end = package.find("</s:Envelope>").expect("its end") + "</s:Envelope>".len();
    &package[start..end]
}

/// The envelope with a digest replaced, and Alice's signature made again.
fn resigned(package: &str, from: &str, to: &str) -> String {
    use ws_security::c14n::{Budget, Canonicalization, Document, Limits, Subset, base64_encode};
    let envelope = envelope_of(package).replace(from, to);
    let document = Document::parse(envelope.as_str(), &Limits::default()).expect("well-formed");
    let signed_info = document.elements().find(|element| element.name().local == "SignedInfo").expect("one");
    let octets = Canonicalization::default()
        .to_octets(&Subset::subtree(signed_info), &Budget::dangerous_unbounded())
        .expect("canonical");
    let alice = identity("alice");
    let value = alice.signing_key().sign(ws_security::SignatureMethod::RsaSha256, &octets).expect("signed");
    let old = document.elements().find(|element| element.name().local == "SignatureValue").expect("one");
    let old = old.text().expect("text").into_owned();
    envelope.replace(&old, &base64_encode(&value))
}

#[test]
fn misuse_is_found_before_anything_is_sent() {
    for wrong in ["", "a b", "a\r\nX: y", "<a>", "a\"b"] {
        assert!(Attachment::new(wrong, "text/plain", TEXT).is_err(), "{wrong:?}");
    }
    assert!(Attachment::new("a@b", "text/plain\r\nX: y", TEXT).is_err());
    assert!(note().field("Content-Transfer-Encoding", "base64").is_err());
    assert_eq!(note().field("content-type", "a/b").map(drop), Err(MimeError::Twice { name: "content-type".into() }));
    // Missing attachments can be neither signed nor encrypted.
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Attachments]);
    let plan = recipe().encrypt(encrypting).plan().expect("a plan");
    assert!(
        matches!(plan.message(&envelope(SOAP11)).secure().map(|secured| secured.message), Err(SecureError::NoSuchPart { part }) if part == "Attachments")
    );
    let plan = recipe().sign(signing()).plan().expect("a plan");
    assert!(
        matches!(plan.message(&envelope(SOAP11)).secure().map(|secured| secured.message), Err(SecureError::NoSuchPart { part }) if part == "Attachments")
    );
    // Which of two a signature means could not be told.
    let refused = plan
        .message(&envelope(SOAP11))
        .attachments(vec![note(), invoice(), note()])
        .secure()
        .map(|secured| secured.message);
    assert!(matches!(refused, Err(SecureError::Attachment(MimeError::DuplicateId { id })) if id == "note@example.org"));
    // An attachment of an XML type must be XML.
    let xml = Attachment::new("a@b", "text/xml", "<a>").expect("an attachment");
    let refused = plan.message(&envelope(SOAP11)).attachments(vec![xml]).secure().map(|secured| secured.message);
    assert!(matches!(refused, Err(SecureError::Attachment(MimeError::NotXml))));
}

fn encrypting() -> Encrypting {
    Encrypting::to(&certificate("bob")).parts([Part::Body, Part::Attachments])
}

fn decrypting() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp, Part::Attachments])
        .encrypted([Part::Body, Part::Attachments]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"))
}

fn written(recipe: Recipe) -> (String, Vec<u8>) {
    let plan = recipe.plan().expect("a plan");
    let package =
        plan.message(&envelope(SOAP11)).attachments(vec![invoice(), note()]).secure().expect("secured").message;
    (package.content_type(), package.write(Vec::new()).expect("written"))
}

/// The same package from a stream, its attachments in files.
fn open_stream(receiver: &Receiver, (content_type, body): &(String, Vec<u8>)) -> Result<Opened, OpenError> {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::in_folder(folder.path()).keep_in_memory(0);
    let package = Package::read_body(content_type, body.as_slice(), &Limits::default(), &spool);
    receiver.open(&package.expect("a package"))
}

#[test]
fn encrypted_attachments_open_in_both_orders() {
    for complete_signature in [false, true] {
        for complete_encryption in [false, true] {
            let signing = if complete_signature { signing().complete_attachments() } else { signing() };
            let encrypting = if complete_encryption { encrypting().complete_attachments() } else { encrypting() };
            let sign_first = written(recipe().sign(signing.clone()).encrypt(encrypting.clone()));
            let encrypt_first = written(recipe().encrypt(encrypting).sign(signing));
            for (message, sign_first) in [(&sign_first, true), (&encrypt_first, false)] {
                let case = format!("{complete_signature} {complete_encryption} {sign_first}");
                let wire = String::from_utf8_lossy(&message.1);
                assert!(!wire.contains("second line"), "{case}");
                assert_eq!(wire.contains("invoice.pdf"), !complete_encryption, "{case}");
                for open in [open, open_stream] {
                    let opened = open(&decrypting(), message).unwrap_or_else(|error| panic!("{case}: {error}"));
                    let [invoice, note] = opened.attachments() else { panic!("{case}") };
                    assert_eq!(invoice.content().expect("read").as_ref(), BINARY, "{case}");
                    assert_eq!(note.content().expect("read").as_ref(), TEXT.replace('\n', "\r\n").as_bytes(), "{case}");
                    // What the signature covers by way of the ciphertext, it covers.
                    let knows_type = complete_signature || !sign_first;
                    assert_eq!(invoice.content_type(), knows_type.then_some("application/pdf"), "{case}");
                    let decrypted: Vec<_> = opened.evidence().decrypted.iter().map(|one| one.part.as_str()).collect();
                    let expected = ["cid:invoice%2B7@example.org", "cid:note@example.org", "Body"];
                    assert_eq!(decrypted, expected, "{case}");
                    assert!(opened.evidence().ignored.is_empty(), "{case}");
                }
                // Who cannot decrypt opens nothing.
                assert!(open(&demanding(), message).is_err(), "{case}");
                let package = Package::parse_body(&message.0, &message.1, &Limits::default()).expect("a package");
                let receiver = decrypting();
                let report = bsp::report_package(&package, &Context::new().receiver(&receiver)).expect("an envelope");
                assert!(report.conforms(), "{case}: {:?}", report.breaches().collect::<Vec<_>>());
                // Ciphertext of an attachment hides nothing of the header.
                assert_eq!(report.outcome(Rule::R4218), Outcome::NotApplicable, "{case}");
                let pass = [Rule::U18_3_1, Rule::U18_3_2, Rule::U18_3_3, Rule::U18_3_4];
                pass.iter().for_each(|rule| assert_eq!(report.outcome(*rule), Outcome::Pass, "{case}: {rule}"));
                assert_eq!(report.outcome(Rule::U18_2_3), Outcome::Pass, "{case}");
            }
        }
    }
}

#[test]
fn an_attachment_may_be_encrypted_twice_and_no_more() {
    let inner = || Encrypting::to(&certificate("bob")).parts([Part::Attachments]);
    let twice = written(recipe().sign(signing()).encrypt(inner().complete_attachments()).encrypt(inner()));
    let receiver = demanding().decrypt_with(identity("bob"));
    for open in [open, open_stream] {
        assert_eq!(open(&receiver, &twice).expect("opens").attachments()[0].content().expect("read").as_ref(), BINARY);
    }
    let thrice = written(recipe().sign(signing()).encrypt(inner()).encrypt(inner()).encrypt(inner()));
    assert!(matches!(
        open(&receiver, &thrice),
        Err(OpenError::Limit(Exceeded { limit: Limit::NestedEncryption, allowed: 2 }))
    ));
}

/// The key of the signer lives elsewhere.
#[test]
fn a_signature_over_attachments_may_be_made_elsewhere() {
    let alice = identity("alice");
    let signing = Signing::elsewhere(alice.certificate()).parts([Part::Body, Part::Timestamp, Part::Attachments]);
    let plan = recipe().sign(signing).encrypt(encrypting()).plan().expect("a plan");
    let pending = plan.message(&envelope(SOAP11)).attachments(vec![invoice(), note()]).prepare().expect("prepared");
    let package = pending.sign_with(|request| alice.signing_key().sign(request.method, request.octets));
    let package = package.expect("signed").message;
    let message = (package.content_type(), package.write(Vec::new()).expect("written"));
    assert_eq!(open(&decrypting(), &message).expect("opens").attachments().len(), 2);
    let at_hand = recipe().sign(of_body()).plan().expect("a plan");
    let nothing = at_hand.message(&envelope(SOAP11)).attachments(Vec::new()).prepare();
    assert!(matches!(nothing, Err(SecureError::NothingPending)));
}

#[test]
fn every_write_encrypts_anew() {
    let plan = recipe().sign(signing()).encrypt(encrypting()).plan().expect("a plan");
    let package =
        plan.message(&envelope(SOAP11)).attachments(vec![invoice(), note()]).secure().expect("secured").message;
    let [first, second] = [(); 2].map(|()| package.write(Vec::new()).expect("written"));
    assert_ne!(first, second);
    for body in [first, second] {
        assert!(open(&decrypting(), &(package.content_type(), body)).is_ok());
    }
}

#[test]
fn attachments_of_files_are_streamed_through() {
    use std::io::{Seek, Write};
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&content).expect("written");
    file.rewind().expect("rewound");
    let large = Attachment::of_file("large@b", "application/octet-stream", file).expect("an attachment");
    let plan = recipe().sign(signing()).encrypt(encrypting()).plan().expect("a plan");
    let package = plan.message(&envelope(SOAP11)).attachments(vec![large]).secure().expect("secured").message;
    let message = (package.content_type(), package.write(Vec::new()).expect("written"));
    for open in [open, open_stream] {
        let opened = open(&decrypting(), &message).expect("opens");
        assert!(opened.attachments()[0].content().expect("read").as_ref() == content);
    }
}

/// AS4 compresses first.
#[test]
fn compressed_attachments_decompress_up_to_a_limit() {
    use std::io::Read;
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::in_folder(folder.path()).keep_in_memory(0);
    for spool in [None, Some(&spool)] {
        let text = "compress me ".repeat(100_000);
        let attachment = Attachment::new("a@b", "text/plain", text.clone()).expect("an attachment");
        let attachment = attachment.compressed(spool).expect("compressed");
        let plan = recipe().sign(signing().complete_attachments()).encrypt(encrypting()).plan().expect("a plan");
        let package = plan.message(&envelope(SOAP11)).attachments(vec![attachment]).secure().expect("secured").message;
        let message = (package.content_type(), package.write(Vec::new()).expect("written"));
        assert!(message.1.len() < 20_000, "it is compressed");
        let opened = open(&decrypting(), &message).expect("opens");
        let attachment = &opened.attachments()[0];
        assert_eq!(attachment.content_type(), Some("application/gzip"));
        let mut out = String::new();
        attachment.decompressed(text.len() as u64).read_to_string(&mut out).expect("as much as allowed");
        assert_eq!(out, text);
        // 1000 : 1 stops at its limit.
        let mut out = Vec::new();
        let error = attachment.decompressed(1_000_000).read_to_end(&mut out).expect_err("more than allowed");
        assert_eq!(error.kind(), std::io::ErrorKind::FileTooLarge);
        assert!(out.len() <= 1_000_000);
    }
    // An attachment that is not compressed says so.
    let message = written(recipe().sign(signing()));
    let opened = open(&demanding(), &message).expect("opens");
    assert!(opened.attachments()[0].decompressed(100).read_to_end(&mut Vec::new()).is_err());
}

/// Any change of the ciphertext, or of the elements that say how to read it, is refused.
#[test]
fn t39_changed_ciphertext_is_refused() {
    let sign_first = written(recipe().sign(signing()).encrypt(encrypting()));
    let encrypt_first = written(recipe().encrypt(encrypting()).sign(signing()));
    let complete = written(recipe().sign(signing()).encrypt(encrypting().complete_attachments()));
    for message in [&sign_first, &encrypt_first, &complete] {
        // Each octet of the cipher octets of the first attachment.
        let (marker, body) = (b"application/octet-stream\r\n", &message.1);
        let marker_at = body.windows(marker.len()).position(|window| window == marker).expect("a part");
        let start =
            marker_at + body[marker_at..].windows(4).position(|window| window == b"\r\n\r\n").expect("its content") + 4;
        for at in start..start + 12 + BINARY.len() + 16 {
            let mut changed = message.clone();
            changed.1[at] ^= 1;
            assert!(open(&decrypting(), &changed).is_err(), "{at}");
            assert!(open_stream(&decrypting(), &changed).is_err(), "{at}");
        }
        // The two in each other's place.
        let swapped = changed(message, b"Content-ID: <note@example.org>", b"Content-ID: <tmp@example.org>");
        let swapped = changed(&swapped, b"<invoice+7@example.org>", b"<note@example.org>");
        let swapped = changed(&swapped, b"Content-ID: <tmp@example.org>", b"Content-ID: <invoice+7@example.org>");
        assert!(open(&decrypting(), &swapped).is_err());
        let missing = changed(message, b"Content-ID: <note@example.org>", b"X-Was: note");
        let error = open(&decrypting(), &missing).map(drop).expect_err("named and not there");
        let is_known = matches!(
            error,
            OpenError::NoAttachment { .. } | OpenError::Verify(ws_security::xmldsig::VerifyError::Dereference { .. })
        );
        assert!(is_known, "{error}");
    }
    // The type decides where the plaintext begins, and which canonical form it has.
    let content_only = b"#Attachment-Content-Only";
    for message in [&sign_first, &encrypt_first] {
        assert!(open(&decrypting(), &changed(message, content_only, b"#Attachment-Complete")).is_err());
    }
    assert!(open(&decrypting(), &changed(&complete, b"#Attachment-Complete", content_only)).is_err());
    let as_text = changed(&sign_first, b"MimeType=\"application/pdf\"", b"MimeType=\"text/plain\"");
    assert!(mismatch(open(&decrypting(), &as_text)));
    let renamed = changed(&encrypt_first, b"MimeType=\"application/pdf\"", b"MimeType=\"application/x-sh\"");
    assert!(open(&decrypting(), &renamed).is_err(), "the EncryptedData is signed with what it describes");
    let renamed = changed(&sign_first, b"MimeType=\"application/pdf\"", b"MimeType=\"application/x-sh\"");
    assert_eq!(open(&decrypting(), &renamed).expect("the content is as it was").attachments()[0].content_type(), None);
}

/// A signature over ciphertext does not cover the plaintext, unless it covers the elements that say how to read it.
#[test]
fn a_signature_over_ciphertext_alone_vouches_for_nothing_inside() {
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Attachments]);
    let message = written(recipe().encrypt(encrypting).sign(signing()));
    let text = String::from_utf8_lossy(&message.1).into_owned();
    // The references to both EncryptedData are taken out, and Alice's signature made again.
    let mut envelope = envelope_of(&text).to_owned();
    while let Some(at) = envelope.find("<ds:Reference URI=\"#ED-") {
        let end = at + envelope[at..].find("</ds:Reference>").expect("its end") + "</ds:Reference>".len();
        envelope.replace_range(at..end, "");
    }
    let resigned = resigned(&envelope, "", "");
    let message = changed(&message, envelope_of(&text).as_bytes(), resigned.as_bytes());
    let receiver =
        |requirements| Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
    let lax = receiver(Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Attachments]));
    let opened = open(&lax, &message).expect("the ciphertext is as it was");
    assert!(opened.attachments().is_empty());
    assert_eq!(opened.unauthenticated_attachments().len(), 2);
    // Only their names count, not their types.
    let named = receiver(Requirements::signed([Part::Body, Part::Attachments]))
        .dangerous_accept_unsigned_encrypted_data_of_attachments();
    let opened = open(&named, &message).expect("opens");
    assert_eq!(opened.attachments()[0].content().expect("read").as_ref(), BINARY);
    assert_eq!(opened.attachments()[0].content_type(), None);
    let error = open(&receiver(Requirements::signed([Part::Body, Part::Attachments])), &message).map(drop);
    let unsigned_data = CoverageLost::UnsignedData;
    let lost = |error: &OpenError| matches!(error, OpenError::Requirement(RequirementError::CoverageLost { why, .. }) if *why == unsigned_data);
    assert!(error.as_ref().is_err_and(lost), "{error:?}");
}

/// What says the type of one attachment says nothing about another.
#[test]
fn each_attachment_has_the_type_that_its_own_signed_data_says() {
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Attachments]);
    let message = written(recipe().encrypt(encrypting).sign(signing()));
    let text = String::from_utf8_lossy(&message.1).into_owned();
    let receiver =
        Receiver::new(trust(), Requirements::signed([Part::Body, Part::Attachments]), DangerousNoReplayCache)
            .decrypt_with(identity("bob"))
            .dangerous_accept_unsigned_encrypted_data_of_attachments();
    let references: Vec<usize> = text.match_indices("<ds:Reference URI=\"#ED-").map(|(at, _)| at).collect();
    let [first, second] = references[..] else { panic!("{text}") };
    for (taken_out, types_known) in [(None, [true, true]), (Some(first), [false, true]), (Some(second), [true, false])]
    {
        let end = |at: usize| at + text[at..].find("</ds:Reference>").expect("its end") + "</ds:Reference>".len();
        let resigned = resigned(&text, taken_out.map_or("<none/>", |at| &text[at..end(at)]), "");
        let opened = open(&receiver, &changed(&message, envelope_of(&text).as_bytes(), resigned.as_bytes()));
        let opened = opened.unwrap_or_else(|error| panic!("{error}"));
        let known: Vec<bool> = opened.attachments().iter().map(|one| one.content_type().is_some()).collect();
        assert_eq!(known, types_known);
    }
}

/// Without the key, the signed ciphertext remains, which is not what the sender meant.
#[test]
fn signed_ciphertext_that_nothing_opens_is_not_handed_out() {
    let only = || Encrypting::to(&certificate("bob")).parts([Part::Attachments]);
    let message = written(recipe().encrypt(only()).sign(signing()));
    let text = String::from_utf8_lossy(&message.1).into_owned();
    let start = text.find("<xenc:EncryptedKey").expect("a key");
    let end = text.find("</xenc:EncryptedKey>").expect("its end") + "</xenc:EncryptedKey>".len();
    let without_key = changed(&message, &text.as_bytes()[start..end], b"");
    let one = text.find("<xenc:DataReference").expect("a reference");
    let end = one + text[one..].find("</xenc:DataReference>").expect("its end") + "</xenc:DataReference>".len();
    let without_one = changed(&message, &text.as_bytes()[one..end], b"");
    let lax = receiver().decrypt_with(identity("bob")).accept_ciphertext_for_others();
    for (message, left) in [(&without_key, 0), (&without_one, 1)] {
        let opened = open(&lax, message).expect("attachments are not demanded");
        assert_eq!(opened.attachments().len(), left);
        assert_eq!(opened.unauthenticated_attachments().len(), 2 - left);
        assert_eq!(opened.remaining_ciphertext().len(), 2 - left);
        let demanding = demanding().decrypt_with(identity("bob"));
        let strict = receiver().decrypt_with(identity("bob"));
        for receiver in [strict, demanding.clone(), demanding.accept_ciphertext_for_others()] {
            let error = open(&receiver, message).map(drop);
            let remains =
                |error: &OpenError| matches!(error, OpenError::Requirement(RequirementError::StillEncrypted { .. }));
            assert!(error.as_ref().is_err_and(remains), "{error:?}");
        }
    }
}

#[test]
fn what_must_be_encrypted_and_is_not_is_refused() {
    let only_body = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let message = written(recipe().sign(signing()).encrypt(only_body));
    let error = open(&decrypting(), &message).map(drop);
    let expected = RequirementError::NotEncrypted { part: "Attachments".into() };
    assert_eq!(error, Err(OpenError::Requirement(expected)));
    // An added part in the clear is not, either.
    let message = written(recipe().sign(signing()).encrypt(encrypting()));
    let boundary = message.0.split("boundary=\"").nth(1).expect("a boundary").trim_end_matches('"').to_owned();
    let extra = format!("--{boundary}\r\nContent-ID: <x@y>\r\n\r\nextra\r\n--{boundary}--");
    let extra = changed(&message, format!("--{boundary}--").as_bytes(), extra.as_bytes());
    assert!(open(&decrypting(), &extra).is_err());
}

/// CBC only inside a verified signature, as everywhere.
#[test]
fn attachments_under_cbc_need_a_signature_around_them() {
    use ws_security::ContentEncryption;
    let cbc = || encrypting().content(ContentEncryption::Aes128Cbc);
    let policy = ws_security::AlgorithmPolicy::default().admit_cbc();
    let receiver = || decrypting().algorithms(policy.clone());
    let message = written(recipe().sign(signing()).encrypt(cbc()));
    assert!(matches!(open(&receiver(), &message), Err(OpenError::UnauthenticatedCbc)));
    assert!(open(&receiver().dangerous_decrypt_cbc_before_verification(), &message).is_ok());
    // The signature must cover the key, too: whoever replaces the key makes another plaintext.
    let message = written(recipe().encrypt(cbc()).sign(signing()));
    assert!(open(&receiver(), &message).is_ok());
    let text = String::from_utf8_lossy(&message.1).into_owned();
    let without = |uri: &str| {
        let start = text.find(&format!("<ds:Reference URI=\"{uri}")).unwrap_or_else(|| panic!("no {uri}: {text}"));
        let end = start + text[start..].find("</ds:Reference>").expect("its end") + "</ds:Reference>".len();
        let resigned = resigned(&text, &text[start..end], "");
        changed(&message, envelope_of(&text).as_bytes(), resigned.as_bytes())
    };
    // It covers the EncryptedData and the cipher octets, both.
    for uncovered in ["#ED-", "cid:"] {
        assert!(matches!(open(&receiver(), &without(uncovered)), Err(OpenError::UnauthenticatedCbc)), "{uncovered}");
    }
    let message = without("#EK-");
    let error = open(&receiver(), &message).map(drop);
    let lost = |error: &OpenError| matches!(error, OpenError::Requirement(RequirementError::CoverageLost { .. }));
    assert!(error.as_ref().is_err_and(lost), "{error:?}");
    let lax = receiver().dangerous_accept_unsigned_encrypted_data_of_attachments();
    let lax = lax.dangerous_accept_cbc_under_unsigned_keys();
    assert_eq!(open(&lax, &message).expect("opens").attachments()[0].content().expect("read").as_ref(), BINARY);
}

/// One secret does not sign the envelope and encrypt its attachments.
#[test]
fn the_key_of_an_attachment_has_no_other_use() {
    use ws_security::{ProtectionToken, Secret, SecureConversation};
    const CONTEXT: &str = "urn:uuid:6e5c2c0e-7d0a-4b4e-9a44-0f9f6b1f1b11";
    let secret = || Secret::new(vec![7; 32]);
    let context = ProtectionToken::security_context(SecureConversation::V1_3, CONTEXT, secret());
    let message = written(Recipe::new().encrypt(Encrypting::with_token(&context).parts([Part::Attachments])));
    let text = String::from_utf8_lossy(&message.1).into_owned();
    let receiver = receiver().shared_secret(Some(CONTEXT.to_owned()), secret());
    for (signing, is_refused) in [(Signing::with(&identity("alice")), false), (Signing::with_token(&context), true)] {
        let plan = recipe().sign(signing.parts([Part::Body, Part::Timestamp])).plan().expect("a plan");
        let signed = plan.message(envelope_of(&text)).secure().expect("signed").message;
        let outcome = open(&receiver, &changed(&message, envelope_of(&text).as_bytes(), signed.as_bytes())).map(drop);
        let refused = matches!(outcome, Err(OpenError::KeyUse(_)));
        assert!(refused == is_refused && outcome.is_err() == is_refused, "{outcome:?}\n{signed}");
    }
}

/// Nothing is fetched: a CipherReference names an attachment of the message, or the message is refused.
#[test]
fn cipher_references_name_attachments_and_nothing_else() {
    let message = written(recipe().sign(signing()).encrypt(encrypting()));
    let from = b"CipherReference URI=\"cid:note@example.org\"";
    for uri in ["http://127.0.0.1/note", "file:///etc/passwd", "", "#Body", "note@example.org", "CID:note@example.org"]
    {
        let error = open(&decrypting(), &changed(&message, from, format!("CipherReference URI=\"{uri}\"").as_bytes()));
        let refused = matches!(error, Err(OpenError::Decrypt(ws_security::xmlenc::DecryptError::CipherReference)));
        assert!(refused, "{uri}");
    }
    let transform = "#Attachment-Ciphertext-Transform";
    for other in ["#Attachment-Content-Signature-Transform", "#x"] {
        assert!(open(&decrypting(), &changed(&message, transform.as_bytes(), other.as_bytes())).is_err());
    }
    // Two EncryptedData for one attachment.
    let twice = changed(&message, from, b"CipherReference URI=\"cid:invoice%2B7@example.org\"");
    assert!(matches!(open(&decrypting(), &twice), Err(OpenError::EncryptedData { .. })));
    // The envelope alone.
    let text = String::from_utf8_lossy(&message.1).into_owned();
    let requirements = Requirements::signed([Part::Body]);
    let receiver = Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
    assert!(matches!(receiver.open(envelope_of(&text)), Err(OpenError::NoAttachment { .. })));
}

const XOP: &str = "http://www.w3.org/2004/08/xop/include";

/// A XOP package: cipher octets in parts of their own, beside attachments.
fn optimized() -> (String, Vec<u8>) {
    let plan = recipe().sign(signing()).encrypt(encrypting()).plan().expect("a plan");
    let package = plan.message(&envelope(SOAP12)).attachments(vec![note()]).secure().expect("secured").message;
    let plain = package.write(Vec::new()).expect("written").len();
    let package = package.optimized(1).expect("optimized");
    assert!(package.content_type().contains("type=\"application/xop+xml\"; start-info=\"application/soap+xml\""));
    assert!(!package.envelope().contains("CipherValue>A") && package.envelope().contains("xop:Include"));
    let body = package.write(Vec::new()).expect("written");
    assert!(body.len() < plain + 1_000);
    (package.content_type(), body)
}

#[test]
fn t40_included_octets_are_the_base64_they_stand_for() {
    let message = optimized();
    for open in [open, open_stream] {
        let opened = open(&decrypting(), &message).expect("opens");
        assert!(opened.body().xml().contains(AMOUNT));
        let ids: Vec<_> = opened.attachments().iter().map(|attachment| attachment.content_id()).collect();
        assert_eq!(ids, ["note@example.org"], "what is included is no attachment");
    }
    let package = Package::parse_body(&message.0, &message.1, &Limits::default()).expect("a package");
    let receiver = decrypting();
    let report = bsp::report_package(&package, &Context::new().receiver(&receiver)).expect("an envelope");
    let breaches: Vec<_> = report.breaches().map(|breach| breach.rule()).collect();
    assert_eq!(breaches, [Rule::U18_1_1], "BSP 1.1 is older than XOP, and all else holds");
}

/// A signature covers included octets. The infoset is signed, in whatever form it travels.
#[test]
fn t40_signed_base64_may_travel_as_a_part() {
    let with = |photo: &str| {
        envelope(SOAP11).replace("<p:To>", &format!("<p:Photo xmlns:p=\"urn:p\">{photo}</p:Photo><p:To>"))
    };
    let octets: Vec<u8> = (0..1_000_u32).map(|n| (n % 251) as u8).collect();
    let base64 = ws_security::c14n::base64_encode(&octets);
    let signed = recipe().sign(of_body()).secured(&with(&base64));
    let package = |include: &str, root_type: &str, id: &str, octets: &[u8]| {
        let envelope = signed.replace(&base64, include);
        let head = format!("--b\r\nContent-Type: {root_type}\r\n\r\n{envelope}\r\n--b\r\nContent-ID: <{id}>\r\n\r\n");
        let body = [head.as_bytes(), octets, b"\r\n--b--"].concat();
        ("multipart/related; boundary=b; type=\"application/xop+xml\"".to_owned(), body)
    };
    let include = |href: &str| format!("<xop:Include xmlns:xop=\"{XOP}\" href=\"{href}\"/>");
    let xop = "application/xop+xml; type=\"text/xml\"";
    let genuine = package(&include("cid:a%40b"), xop, "a@b", &octets);
    let opened = open(&receiver(), &genuine).expect("opens");
    assert!(opened.body().xml().contains(&base64));
    assert!(opened.attachments().is_empty() && opened.unauthenticated_attachments().is_empty());

    assert!(open(&receiver(), &package(&include("cid:a@b"), xop, "a@b", &octets[1..])).is_err(), "other octets");
    // Nothing is fetched, and no Include can be read in two ways.
    let refused = [
        include("http://127.0.0.1/a"),
        include("file:///etc/passwd"),
        include("cid:other@b"),
        include("a@b"),
        include(""),
        format!(" {}", include("cid:a@b")),
        include("cid:a@b").repeat(2),
        format!("<xop:Include xmlns:xop=\"{XOP}\"/>"),
        format!("<xop:Include xmlns:xop=\"{XOP}\" href=\"cid:a@b\" x=\"1\"/>"),
        format!("<xop:Include xmlns:xop=\"{XOP}\" href=\"cid:a@b\">x</xop:Include>"),
        format!("<xop:Include xmlns:xop=\"{XOP}\" href=\"cid:a@b\"><x/></xop:Include>"),
        format!("<xop:Include xmlns:xop=\"{XOP}\" href=\"cid:a@b\"><!-- --></xop:Include>"),
    ];
    let is_include = |error: &OpenError| matches!(error, OpenError::Envelope(ws_security::EnvelopeError::Include { path }) if path.as_str().ends_with("Include"));
    for wrong in refused {
        let error = open(&receiver(), &package(&wrong, xop, "a@b", &octets)).expect_err(&wrong);
        assert!(is_include(&error), "{wrong}: {error}");
    }
    // Outside XOP it means nothing, and is not left for the application to resolve.
    let error = open(&receiver(), &package(&include("cid:a@b"), "text/xml", "a@b", &octets)).expect_err("no XOP");
    assert!(is_include(&error), "{error}");
    let error = refuse(&receiver(), &signed.replace(&base64, &include("cid:a@b")));
    assert!(is_include(&error), "{error}");
    // Small messages do not become large ones: the sum is known before anything is expanded.
    let large = vec![0; 4 << 20];
    let error = open(&receiver(), &package(&include("cid:a@b"), xop, "a@b", &large)).expect_err("too large");
    let bounded = matches!(
        error,
        OpenError::Envelope(ws_security::EnvelopeError::Limit(Exceeded { limit: Limit::DocumentOctets, .. }))
    );
    assert!(bounded, "{error}");
}
