//! What a sender signs in place of `ds:SignedInfo`, what was removed from it, and digests that are written otherwise.

use ws_security::c14n::{Canonicalization, base64_decode, base64_encode};
use ws_security::crypto::Digest;
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, DigestMethod, Explanation, SignatureMethod};

use crate::common::*;
use crate::forge::{between, body, canonical, signed_again, signing as signed_with, with_digest_text, with_value};
use crate::{explained, is_explained_by, words};

/// The message with an empty digest in the references that `which` names by number.
fn with_empty_digests(text: &str, which: impl Fn(usize) -> bool) -> String {
    let pieces = text.split("<ds:DigestValue>").enumerate();
    let pieces: Vec<String> = pieces
        .map(|(nth, piece)| match piece.split_once('<') {
            Some((_, rest)) if nth > 0 && which(nth) => format!("<{rest}"),
            _ => piece.to_owned(),
        })
        .collect();
    pieces.join("<ds:DigestValue>")
}

#[test]
fn a_sender_that_signs_before_it_fills_in_digests_is_named() {
    let message = signed(SOAP11);
    let octets = canonical(&message, "SignedInfo", &Canonicalization::default());
    for which in [|_| true, |nth| nth == 1, |nth| nth == 3] {
        let early = with_empty_digests(&octets, which);
        assert_ne!(early, octets);
        is_explained_by(
            &signed_with(&message, early.as_bytes(), SignatureMethod::RsaSha256),
            &["signed-before-digests"],
        );
    }
}

#[test]
fn what_is_signed_around_signed_info_is_named() {
    let message = signed(SOAP11);
    let by = Canonicalization::default();
    let text = between(&message, "<ds:SignatureValue>", "</ds:SignatureValue>").to_owned();
    let empty = message.replacen(&text, "", 1);
    let without = message.replacen(&format!("<ds:SignatureValue>{text}</ds:SignatureValue>"), "", 1);
    let cases = [
        (canonical(&empty, "Signature", &by), "the whole ds:Signature, with an empty ds:SignatureValue"),
        (canonical(&without, "Signature", &by), "the whole ds:Signature, without ds:SignatureValue"),
        (canonical(&empty, "Envelope", &by), "the whole s:Envelope, with an empty ds:SignatureValue"),
    ];
    for (octets, sentence) in cases {
        let broken = signed_with(&message, octets.as_bytes(), SignatureMethod::RsaSha256);
        let explanation = is_explained_by(&broken, &["signed-otherwise"]);
        assert!(explanation.to_string().contains(sentence), "{sentence}: {explanation}");
    }
}

#[test]
fn what_was_removed_from_signed_info_is_named() {
    let message = signed(SOAP11);
    let says = |broken: &str, what: &str| {
        assert_ne!(broken, message);
        let explanation = explained(broken);
        let causes: Vec<_> = explanation.signatures[0].value.causes().iter().map(|cause| cause.word()).collect();
        assert_eq!(causes, ["signed-info-changed"], "{what}: {explanation}");
        assert!(explanation.to_string().contains(what), "{what}: {explanation}");
        explanation
    };
    let pieces: Vec<&str> = message.split("<ds:Reference ").collect();
    let end = |piece: &str| piece.find("</ds:Reference>").expect("its end") + "</ds:Reference>".len();
    let whole = |piece: &str| format!("<ds:Reference {}", &piece[..end(piece)]);
    for piece in pieces.into_iter().skip(1) {
        let uri = between(piece, "URI=\"", "\"");
        says(
            &message.replacen(&whole(piece), "", 1),
            &format!("with a reference to \"{uri}\", which is not there now"),
        );
    }
    let transforms =
        format!("<ds:Transforms>{}</ds:Transforms>", between(&message, "<ds:Transforms>", "</ds:Transforms>"));
    let explanation = says(
        &message.replacen(&transforms, "", 1),
        "with the ds:Transforms http://www.w3.org/2001/10/xml-exc-c14n# of reference 1",
    );
    assert_eq!(words(&explanation), ["signed-info-changed", "reference-changed"], "{explanation}");
    // A list of prefixes that was signed.
    let transform = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
    let list = "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"wsse\"></ec:InclusiveNamespaces>";
    let listed = signed_again(&message.replacen(transform, &format!("{transform}{list}"), 1));
    assert!(receiver().open(&listed).is_ok(), "{:?}", receiver().open(&listed).err());
    says(&listed.replacen(list, "", 1), "with the PrefixList \"wsse\" of reference 1, which is not there now");
}

#[test]
fn a_digest_in_another_order_or_length_is_named() {
    let message = signed(SOAP11);
    let digest = Digest::of(DigestMethod::Sha256, body(&message).as_bytes()).as_octets().to_vec();
    let back = |group: usize| -> Vec<u8> { digest.chunks(group).flat_map(|one| one.iter().rev().copied()).collect() };
    let info = [DigestMethod::Sha256.digest_info(), &digest].concat();
    for (octets, word, sentence) in [
        (back(32), "reversed", "in reverse order"),
        (back(4), "value-encoding", "each group of 4 octets"),
        (back(8), "value-encoding", "each group of 8 octets"),
        (digest[..20].to_vec(), "value-length", "the first of the right digest"),
        (digest[12..].to_vec(), "value-length", "the last of the right digest"),
        (info, "value-length", "the DigestInfo of a signature is in front"),
        ([&digest[..], &[0]].concat(), "value-length", "something is behind the right digest"),
    ] {
        let explanation = is_explained_by(&with_digest_text(&message, &base64_encode(&octets)), &[word]);
        assert!(explanation.to_string().contains(sentence), "{sentence}: {explanation}");
    }
    // Of another digest that is as short, the length is said.
    let text = is_explained_by(&with_digest_text(&message, &base64_encode(&[7; 20])), &[]).to_string();
    assert!(text.contains("the value has 20 octets, as a digest by SHA-1 has, in place of 32"), "{text}");
}

/// A message that `name` signed with a key on a curve, and who trusts it.
fn by_curve(name: &str) -> (String, Receiver) {
    let signing = Signing::with(&identity(name)).parts([Part::Body, Part::Timestamp]);
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    let trust = Trust::pins([certificate(name)]);
    (message, Receiver::new(trust, Requirements::signed([Part::Body]), DangerousNoReplayCache))
}

#[test]
fn every_form_of_an_ecdsa_value_is_named_as_it_is() {
    let (message, receiver) = by_curve("ec256");
    let explain = |value: &[u8]| -> Explanation { receiver.explain(with_value(&message, value)) };
    let text = between(&message, "<ds:SignatureValue>", "</ds:SignatureValue>");
    let value = base64_decode(text, 1_024).expect("base64");
    let (r, s) = value.split_at(32);
    let back = |half: &[u8]| half.iter().rev().copied().collect::<Vec<u8>>();
    let zeros = [0; 16];
    for (form, word, sentence) in [
        ([back(r), back(s)].concat(), "halves-otherwise", "little-endian"),
        (back(&value), "reversed", "in reverse order"),
        ([s, r].concat(), "halves-swapped", ""),
        ([&zeros, r, &zeros, s].concat(), "halves-otherwise", "zeros in front"),
        ([&[0], r, &[0], s].concat(), "halves-otherwise", "zeros in front"),
        ([&[0], r, s].concat(), "halves-otherwise", ""),
        ([r, &[0], s].concat(), "halves-otherwise", "zeros in front"),
        ([&[27], r, s].concat(), "halves-otherwise", "recovery in front"),
        ([r, s, &[1]].concat(), "halves-otherwise", "recovery behind"),
    ] {
        let explanation = explain(&form);
        assert_eq!(words(&explanation), [word], "{explanation}");
        assert!(explanation.to_string().contains(sentence), "{sentence}: {explanation}");
    }
    // A value over what a reference names, and one of nobody.
    let over = |octets: &[u8]| {
        let value = identity("ec256").signing_key().sign(SignatureMethod::EcdsaSha256, octets).expect("a value");
        explain(&value)
    };
    assert_eq!(words(&over(body(&message).as_bytes())), ["signed-otherwise"]);
    let explanation = over(b"something else");
    assert_eq!(words(&explanation), Vec::<&str>::new(), "{explanation}");
    let text = explanation.to_string();
    assert!(text.contains("no key at hand fits") && !text.contains("content itself"), "{text}");
}
