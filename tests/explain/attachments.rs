//! Attachments: those that open are said to, and what their digests are of where they do not fit.

use ws_security::attachments::Package;
use ws_security::c14n::{base64_decode, base64_encode};
use ws_security::crypto::Digest;
use ws_security::prelude::*;
use ws_security::{DigestMethod, Explanation, Limits, Outcome};

use crate::common::*;
use crate::forge::{between, signed_again};
use crate::words;

/// Every encrypted attachment of the golden messages of networks opens, and is said to.
#[test]
fn encrypted_attachments_that_open_are_said_to() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/networks");
    let mut seen = 0;
    for network in std::fs::read_dir(folder).expect("the networks") {
        let path = network.expect("a network").path().join("request.mime");
        let Ok(octets) = std::fs::read(&path) else { continue };
        let package = Package::parse(&octets, &Limits::default()).expect("a package");
        let explain = |receiver: Receiver| receiver.explain(&package);
        let explanation = explain(
            ["bob", "ec256-bob", "ka-ec256", "ka-bp256", "ka-x25519"]
                .iter()
                .fold(receiver(), |receiver, name| receiver.decrypt_with(identity(name))),
        );
        if explanation.ciphertexts.is_empty() {
            continue;
        }
        seen += 1;
        let told = || format!("{}: {explanation}", path.display());
        assert!(explanation.ciphertexts.iter().all(|data| data.outcome == Outcome::Decrypted), "{}", told());
        let references = explanation.signatures.iter().flat_map(|signature| &signature.references);
        assert!(references.clone().count() > 2 && references.clone().all(|one| one.verdict.fits()), "{}", told());
        // Of the others, the key of the signer is not at hand.
        assert!(explanation.fits() || !explanation.signatures[0].value.fits(), "{}", told());
        // Without its key, the same ciphertext is for another.
        let explanation = explain(receiver().decrypt_with(identity("carol")));
        assert!(!explanation.fits());
        let is_for_another = |outcome: &Outcome| matches!(outcome, Outcome::ForAnother { .. });
        assert!(explanation.ciphertexts.iter().all(|data| is_for_another(&data.outcome)), "{explanation}");
    }
    assert!(seen >= 5, "{seen}");
}

/// `<Invoice>42</Invoice>` as Python's `gzip.compress(…, mtime=0)` makes it.
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb3\xf1\xcc\x2b\xcb\xcf\x4c\x4e\xb5\x33\x31\xb2\xd1\x87\xb1\x01\xd1\xa1\xc5\x1e\x15\x00\x00\x00";
/// 100 000 zeros in gzip.
const ZEROS: &str = "H4sIAAAAAAACA+3BMQEAAADCoPVPbQ0PoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIBXA32VEdSghgEA";
const PAYLOAD: &[u8] = b"<Invoice>42</Invoice>";

/// A message whose signer digests these octets as the attachment `part@x`, by this transform of attachments.
fn digesting(octets: &[u8], transform: &str) -> String {
    let message = signed(SOAP11);
    let id = between(&message[message.find(":Body ").expect("the Body")..], "wsu:Id=\"", "\"").to_owned();
    let (before, after) = message.split_at(message.find(&format!("URI=\"#{id}\"")).expect("the reference"));
    let transform = format!("http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-{transform}");
    let after = after.replacen(&format!("URI=\"#{id}\""), "URI=\"cid:part@x\"", 1);
    let after = after.replacen("http://www.w3.org/2001/10/xml-exc-c14n#", &transform, 1);
    let old = between(&after, "<ds:DigestValue>", "<").to_owned();
    let digest = base64_encode(Digest::of(DigestMethod::Sha256, octets).as_octets());
    signed_again(&format!("{before}{}", after.replacen(&old, &digest, 1)))
}

/// The envelope with an attachment of these header lines and this content, explained.
fn explained(envelope: &str, header: &str, content: &[u8]) -> Explanation {
    let head = "Content-Type: multipart/related; boundary=b; type=\"text/xml\"; start=\"<root@x>\"\r\n\r\n";
    let root = format!("--b\r\nContent-Type: text/xml\r\nContent-ID: <root@x>\r\n\r\n{envelope}\r\n");
    let part = format!("--b\r\n{header}\r\nContent-ID: <part@x>\r\n\r\n");
    let octets = [head.as_bytes(), root.as_bytes(), part.as_bytes(), content, b"\r\n--b--\r\n"].concat();
    let package = Package::parse(&octets, &Limits::default()).expect("a package");
    receiver().explain(&package)
}

const CONTENT: &str = "Content-Signature-Transform";

#[test]
fn an_attachment_that_was_changed_is_said_to_be_with_the_change() {
    let of_gzip = "Content-Type: application/gzip";
    let of_text = "Content-Type: application/octet-stream";
    let (inner, empty) = ([b"Content-ID: <part@x>\r\n\r\n", GZIP].concat(), [b"\r\n", GZIP].concat());
    let base64 = base64_encode(PAYLOAD);
    let cases: [(&[u8], &str, &[u8], &str); 9] = [
        (GZIP, of_gzip, &inner, "behind the first empty line"),
        (GZIP, of_gzip, &empty, "behind the first empty line"),
        (&empty, of_gzip, GZIP, "behind an empty line"),
        (PAYLOAD, of_gzip, GZIP, "decompressed: have the peer compress it before it signs"),
        (PAYLOAD, of_text, base64.as_bytes(), "what the base64 of the content stands for"),
        (base64.as_bytes(), of_text, PAYLOAD, "the base64 of the content"),
        (b"a\r\nb\r\n", of_text, b"a\nb\n", "with line feeds as CR LF"),
        (b"a\nb\n", of_text, b"a\r\nb\r\n", "with CR LF as line feeds"),
        (b"a\r\nb", of_text, b"a\r\nb\r\n", "without the end of its last line"),
    ];
    for (digested, header, content, sentence) in cases {
        let envelope = digesting(digested, CONTENT);
        let explanation = explained(&envelope, header, content);
        assert_eq!(words(&explanation), ["attachment-otherwise"], "{sentence}: {explanation}");
        assert!(explanation.to_string().contains(sentence), "{sentence}: {explanation}");
        let explanation = explained(&envelope, header, digested);
        assert!(explanation.fits(), "{sentence}: {explanation}");
    }
    let transferred = format!("{of_text}\r\nContent-Transfer-Encoding: base64");
    let explanation = explained(&digesting(base64.as_bytes(), CONTENT), &transferred, base64.as_bytes());
    assert!(explanation.to_string().contains("in its transfer encoding"), "{explanation}");
    // Text has a canonical form, and its sender digested it as it was.
    let explanation = explained(&digesting(b"a\nb", CONTENT), "Content-Type: text/plain", b"a\nb");
    assert!(explanation.to_string().contains("as it came, not in the canonical form"), "{explanation}");
    // Lines of a header in front of text, as Oxalis-AS4#76 wrote them.
    let inside = b"Content-ID: <part@x>\r\n\r\na\nb\n";
    let explanation = explained(&digesting(b"a\r\nb\r\n", CONTENT), "Content-Type: text/plain", inside);
    assert!(explanation.to_string().contains("behind the first empty line"), "{explanation}");
    // With the header, as the complete transform has it.
    let digested = [b"Content-ID:<part@x>\r\nContent-Type:application/gzip\r\n", GZIP].concat();
    let envelope = digesting(&digested, "Complete-Signature-Transform");
    assert!(explained(&envelope, of_gzip, GZIP).fits(), "{}", explained(&envelope, of_gzip, GZIP));
    let explanation = explained(&envelope, of_gzip, &inner);
    assert!(explanation.to_string().contains("behind the first empty line"), "{explanation}");
}

#[test]
fn an_attachment_that_was_changed_otherwise_is_searched_within_bounds() {
    let ebms = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/";
    let messaging = format!(
        "<eb:Messaging xmlns:eb=\"{ebms}\"><eb:PartInfo href=\"cid:part@x\"><eb:Property name=\"CompressionType\">application/gzip\
         </eb:Property></eb:PartInfo></eb:Messaging>"
    );
    let envelope = digesting(GZIP, CONTENT).replacen("<s:Header>", &format!("<s:Header>{messaging}"), 1);
    let text = explained(&envelope, "Content-Type: application/xml", PAYLOAD).to_string();
    assert!(text.contains("its eb:PartInfo says that it is compressed, and it is not"), "{text}");
    assert!(!text.contains(": 0 usual changes"), "{text}");
    let text = explained(&envelope, "Content-Type: application/gzip", &[GZIP, b"x"].concat()).to_string();
    assert!(!text.contains("its eb:PartInfo says"), "{text}");
    // Two gigabytes of zeros: they are decompressed only as far as the search may cost.
    let zeros = base64_decode(ZEROS, 1 << 10).expect("base64").repeat(20_000);
    let before = std::time::Instant::now();
    let explanation = explained(&digesting(PAYLOAD, CONTENT), "Content-Type: application/gzip", &zeros);
    assert!(before.elapsed().as_secs() < 20, "{:?}", before.elapsed());
    assert_eq!(words(&explanation), Vec::<&str>::new());
    let text = explanation.to_string();
    assert!(text.contains("usual change") && !text.contains(": 0 usual changes"), "it was searched: {text}");
}
