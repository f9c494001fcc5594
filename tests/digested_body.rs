//! The Body that is returned is the octets that were digested, whichever signature proves the message.

mod common;

use common::*;
use ws_security::c14n::{Canonicalization, base64_encode};
use ws_security::crypto::{Digest, DigestMethod};
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, Limit, Limits, Referencing};

fn receiver() -> Receiver {
    let trust = Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
}

/// `name` signs the Timestamp, and the Body in exclusive canonical form with these prefixes.
fn signing(name: &str, prefixes: &str) -> Signing {
    let form = Referencing::new(Canonicalization::default().inclusive_prefixes(prefixes));
    Signing::with(&identity(name)).part_as(Part::Body, form).parts([Part::Timestamp])
}

/// How often the digest of `xml` is in `message`.
fn digested(message: &str, xml: &str) -> usize {
    let digest = Digest::of(DigestMethod::Sha256, xml.as_bytes());
    message.matches(&format!(">{}</ds:DigestValue>", base64_encode(digest.as_octets()))).count()
}

#[test]
fn it_is_in_the_form_of_the_signature_that_proves_the_message() {
    for (first, second, count) in [("", "", 2), ("", "a", 1), ("a", "", 1), ("a", "a", 2)] {
        let recipe = recipe().sign(signing("alice", first)).sign(signing("carol", second));
        let message = recipe.secured(&envelope(SOAP11));
        let opened = receiver().open(&message).expect("opens");
        let xml = opened.body().xml();
        assert_eq!(digested(&message, xml), count, "{first:?}, {second:?}: {xml}");
        let [proof, other] = opened.evidence().signatures.as_slice() else { panic!("two signatures") };
        assert_eq!((&proof.parts, opened.signer()), (&other.parts, &proof.signer));
        // The last signature is in front, and it proves the message.
        assert_eq!(xml.contains("xmlns:a="), second == "a", "{xml}");
    }
}

#[test]
fn two_signatures_keep_it_once() {
    let text = "text ".repeat(40_000);
    let source = envelope(SOAP11).replacen(AMOUNT, &text, 1);
    let message = recipe().sign(signing("alice", "")).sign(signing("carol", "")).secured(&source);
    let limited = |factor| receiver().limits(Limits::default().with(Limit::KeptOctets, factor));
    assert!(limited(1).open(&message).expect("opens").body().xml().contains(&text));
}

#[test]
fn what_was_decrypted_after_it_was_digested_is_read_again() {
    let bob = identity("bob");
    let encrypting = || Encrypting::to(bob.certificate()).parts([Part::Body]);
    let before = recipe().sign(signing("alice", "")).encrypt(encrypting()).secured(&envelope(SOAP11));
    let after = recipe().encrypt(encrypting()).sign(signing("alice", "")).secured(&envelope(SOAP11));
    for (message, is_digested) in [(before, true), (after, false)] {
        let opened = receiver().decrypt_with(bob.clone()).open(&message).expect("opens");
        let xml = opened.body().xml();
        assert!(xml.contains(AMOUNT) && !xml.contains("EncryptedData"), "{xml}");
        // The digest of a signed ciphertext is another one.
        assert_eq!(digested(&message, xml), usize::from(is_digested), "{xml}");
    }
}
