//! Attachments under a signature, and misuse that is found before anything is sent.

use ws_security::attachments::{Attachment, MimeError, Package};
use ws_security::bsp::{self, Context, Outcome, Rule};
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, Limits, OpenError, RequirementError, SecureError};

use crate::common::*;
use crate::{
    BINARY, TEXT, both, changed, demanding, envelope_of, invoice, mismatch, note, of_body, open, resigned, secured,
    signing,
};

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

/// The header of a part outweighs the XML declaration (RFC 7303 §3): whoever reads it would read another envelope.
#[test]
fn a_root_part_in_another_encoding_than_it_is_read_in_is_refused() {
    let message = both(signing());
    for charset in ["utf-7", "utf-16", "iso-8859-1"] {
        let other = changed(&message, b"text/xml; charset=utf-8", format!("text/xml; charset={charset}").as_bytes());
        let error = open(&demanding(), &other).map(drop);
        assert_eq!(error, Err(OpenError::OtherEncoding { encoding: charset.into() }));
        assert!(open(&demanding().accept_other_encodings(), &other).is_ok(), "{charset}");
    }
    for charset in ["UTF-8", "\"utf-8\"", "us-ascii"] {
        let same = changed(&message, b"text/xml; charset=utf-8", format!("text/xml; charset={charset}").as_bytes());
        assert!(open(&demanding(), &same).is_ok(), "{charset}");
    }
}

/// Some peers leave out the angle brackets of a Content-ID (RFC 2392).
#[test]
fn a_content_id_without_brackets_is_one() {
    let message = both(signing());
    let bare = changed(&message, b"<note@example.org>", b"note@example.org");
    assert_eq!(open(&demanding(), &bare).expect("opens").attachments().len(), 2);
    for wrong in [&b"<note@example.org"[..], b"note@example.org>", b"other@example.org", b"<>"] {
        let wrong = changed(&message, b"<note@example.org>", wrong);
        let package = Package::parse_body(&wrong.0, &wrong.1, &Limits::default());
        assert!(package.is_err() || open(&demanding(), &wrong).is_err());
    }
    // It is the same Id, which only one part has.
    let (content_type, body) = changed(&message, b"<invoice+7@example.org>", b"note@example.org");
    assert!(matches!(
        Package::parse_body(&content_type, &body, &Limits::default()),
        Err(MimeError::DuplicateId { .. })
    ));
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
    assert!(matches!(&error, OpenError::NoAttachment { known, .. } if known.as_str().is_empty()), "{error}");
    // A package without attachments has all of them signed.
    let (content_type, body) = secured(of_body(), Vec::new());
    assert!(open(&demanding(), &(content_type, body)).is_ok());
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
        matches!(plan.message(&envelope(SOAP11)).secure().map(|secured| secured.message), Err(SecureError::NoSuchPart { part }) if part == Part::Attachments)
    );
    let plan = recipe().sign(signing()).plan().expect("a plan");
    assert!(
        matches!(plan.message(&envelope(SOAP11)).secure().map(|secured| secured.message), Err(SecureError::NoSuchPart { part }) if part == Part::Attachments)
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

/// The letters of a scheme are of either case (RFC 3986 section 3.1), and name the same attachment.
#[test]
fn a_reference_by_cid_in_capitals_covers_its_attachment() {
    let message = both(signing());
    let text = String::from_utf8_lossy(&message.1).into_owned();
    let envelope = resigned(&text, "URI=\"cid:note@example.org\"", "URI=\"CID:note@example.org\"");
    let capitals = changed(&message, envelope_of(&text).as_bytes(), envelope.as_bytes());
    assert!(envelope.contains("CID:note@example.org"));
    let opened = open(&demanding(), &capitals).expect("opens");
    assert_eq!(opened.attachments().len(), 2);
    let other = changed(&capitals, b"second line", b"other lines");
    assert!(open(&demanding(), &other).is_err());
}
