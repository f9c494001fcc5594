//! Encrypted attachments.

use ws_security::attachments::{Attachment, Package, Spool};
use ws_security::bsp::{self, Context, Outcome, Rule};
use ws_security::c14n::{Budget, Canonicalization, Document, Subset, base64_encode};
use ws_security::prelude::*;
use ws_security::{
    CoverageLost, DangerousNoReplayCache, DigestMethod, Exceeded, Limit, Limits, OpenError, RequirementError,
    SecureError, TransportFacts, WhyMisplaced,
};

use crate::common::*;
use crate::{
    BINARY, TEXT, changed, decrypting, demanding, encrypting, envelope_of, invoice, mismatch, note, of_body, open,
    open_stream, resigned, signing, written,
};

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
                    // Signed as text, it has the form of text. Signed as ciphertext, it is what was encrypted.
                    let text = if sign_first { TEXT.replace('\n', "\r\n") } else { TEXT.to_owned() };
                    assert_eq!(note.content().expect("read").as_ref(), text.as_bytes(), "{case}");
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
    let thrice = written(unlimited().sign(signing()).encrypt(inner()).encrypt(inner()).encrypt(inner()));
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
        assert!(matches!(error, OpenError::NoAttachment { .. }), "{error}");
        let renamed = changed(message, b"Content-ID: <note@example.org>", b"Content-ID: <other@example.org>");
        let error = open(&decrypting(), &renamed).map(drop).expect_err("another is there").to_string();
        assert!(error.contains("\"other@example.org\""), "{error}");
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
    let expected = RequirementError::NotEncrypted { part: Part::Attachments };
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
    for uri in ["http://127.0.0.1/note", "file:///etc/passwd", "", "#Body", "note@example.org"] {
        let error = open(&decrypting(), &changed(&message, from, format!("CipherReference URI=\"{uri}\"").as_bytes()));
        let refused = matches!(error, Err(OpenError::Decrypt(ws_security::xmlenc::DecryptError::CipherReference)));
        assert!(refused, "{uri}");
    }
    // The letters of a scheme are of either case.
    let capitals = changed(&message, from, b"CipherReference URI=\"CID:note@example.org\"");
    assert!(open(&decrypting(), &capitals).is_ok());
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

/// A type that the signed EncryptedData does not state is a field of the package, which anyone can change. It chooses no form of
/// what was signed as ciphertext.
#[test]
fn a_type_that_no_signed_element_states_is_not_handed_out() {
    let outside = b"filename=\"invoice.pdf\"\r\nContent-Type: application/octet-stream";
    // As text, ciphertext without an end of a line has the same digest.
    let attacked = (0..100).find_map(|_| {
        let message = with_a_type_left_out();
        let opened = open(&decrypting_attachments(), &message).unwrap_or_else(|error| panic!("{error}"));
        let known: Vec<bool> = opened.attachments().iter().map(|one| one.content_type().is_some()).collect();
        assert_eq!(known, [false, true]);
        let text = changed(&message, outside, b"filename=\"invoice.pdf\"\r\nContent-Type: text/plain");
        open(&decrypting_attachments(), &text).ok()
    });
    let opened = attacked.expect("one without an end of a line");
    assert_eq!(opened.attachments()[0].content().expect("read").as_ref(), BINARY);
}

/// A package whose first EncryptedData does not state the type of its plaintext, signed.
fn with_a_type_left_out() -> (String, Vec<u8>) {
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Attachments]);
    let message = written(recipe().encrypt(encrypting).sign(signing()));
    let text = String::from_utf8_lossy(&message.1).into_owned();
    let digest = |envelope: &str| {
        let document = Document::parse(envelope, &Limits::default()).expect("well-formed");
        let mut elements = document.elements();
        let data = elements.find(|element| element.name().local == "EncryptedData").expect("data");
        let budget = Budget::dangerous_unbounded();
        let octets = Canonicalization::default().to_octets(&Subset::subtree(data), &budget).expect("canonical");
        base64_encode(ws_security::crypto::Digest::of(DigestMethod::Sha256, &octets).as_octets())
    };
    let stated = envelope_of(&text);
    let start = stated.find(" MimeType=\"").expect("a type");
    let end = start + 11 + stated[start + 11..].find('"').expect("its end") + 1;
    let unstated = format!("{}{}", &stated[..start], &stated[end..]);
    let resigned = resigned(&unstated, &digest(stated), &digest(&unstated));
    changed(&message, stated.as_bytes(), resigned.as_bytes())
}

fn decrypting_attachments() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp, Part::Attachments]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"))
}

/// The ciphertext of an attachment is described in the Security header, by an EncryptedData of its own type, once.
#[test]
fn encrypted_data_of_an_attachment_has_one_place_and_one_type() {
    let message = written(Recipe::new().encrypt(Encrypting::to(&certificate("bob")).parts([Part::Attachments])));
    let text = String::from_utf8_lossy(&message.1).into_owned();
    let receiver = || {
        Receiver::new(trust(), Requirements::dangerous_unsigned(), DangerousNoReplayCache).decrypt_with(identity("bob"))
    };
    let opens = |from: &str, to: &str| {
        let message = changed(&message, from.as_bytes(), to.as_bytes());
        let package = Package::parse_body(&message.0, &message.1, &Limits::default()).expect("a package");
        receiver().open_unsigned(&package, TransportFacts::dangerous_unprotected()).map(drop)
    };
    assert_eq!(opens("<s:Body>", "<s:Body>"), Ok(()));
    let envelope = envelope_of(&text);
    let start = envelope.find("<xenc:EncryptedData ").expect("data");
    let end = start + envelope[start..].find("</xenc:EncryptedData>").expect("its end") + "</xenc:EncryptedData>".len();
    let data = &envelope[start..end];
    let attachment = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Only";
    let moved = |data: &str| {
        format!("{}{}", &envelope[..start], &envelope[end..]).replacen("<s:Body>", &format!("<s:Body>{data}"), 1)
    };
    let typed = |kind: &str| data.replacen(attachment, &format!("http://www.w3.org/2001/04/xmlenc#{kind}"), 1);
    for other in [
        moved(data),
        moved(&typed("Content")),
        moved(&typed("Element")),
        envelope.replacen(data, &typed("Element"), 1),
        envelope.replacen(data, &typed("Content"), 1),
    ] {
        let outcome = opens(envelope, &other);
        let is_type = |error: &OpenError| matches!(error, OpenError::EncryptedData { why, .. } if matches!(why, WhyMisplaced::Type { .. }));
        assert!(outcome.as_ref().is_err_and(is_type), "{outcome:?}");
    }
    // A second list names it again.
    let id = data.split("Id=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an Id");
    let again = format!(
        "<xenc:ReferenceList xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"><xenc:DataReference URI=\"#{id}\">\
         </xenc:DataReference></xenc:ReferenceList>"
    );
    let key = envelope.find("</xenc:EncryptedKey>").expect("a key") + "</xenc:EncryptedKey>".len();
    let twice = format!("{}{again}{}", &envelope[..key], &envelope[key..]);
    let outcome = opens(envelope, &twice);
    let is_twice =
        |error: &OpenError| matches!(error, OpenError::EncryptedData { why, .. } if *why == WhyMisplaced::Twice);
    assert!(outcome.as_ref().is_err_and(is_twice), "{outcome:?}");
}

/// The type of a plaintext, which its EncryptedData says, is not its header.
#[test]
fn complete_attachments_have_their_headers_signed_where_they_are_ciphertext_too() {
    for (complete_signature, complete_encryption) in [(false, false), (true, false), (false, true), (true, true)] {
        let signing = if complete_signature { signing().complete_attachments() } else { signing() };
        let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Attachments]);
        let encrypting = if complete_encryption { encrypting.complete_attachments() } else { encrypting };
        let message = written(recipe().encrypt(encrypting).sign(signing));
        let requirements = Requirements::signed([Part::Body, Part::Attachments]).complete_attachments();
        let receiver = Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
        let refused = open(&receiver, &message).map(drop);
        let incomplete =
            |error: &OpenError| matches!(error, OpenError::Requirement(RequirementError::IncompleteAttachment { .. }));
        match complete_signature || complete_encryption {
            true => assert_eq!(refused, Ok(())),
            false => assert!(refused.as_ref().is_err_and(incomplete), "{refused:?}"),
        }
    }
}
