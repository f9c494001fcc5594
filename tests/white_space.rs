//! White space around identifiers and URIs, which their schema leaves out: it is read by one call, everywhere alike.

mod common;
#[path = "common/signed_again.rs"]
mod signed_again;

use common::*;
use signed_again::signed_again;
use ws_security::prelude::*;
use ws_security::{OpenError, Waiver};

const CALL: &str = "`accept_white_space_around_identifiers`";

fn replaced(message: &str, from: &str, to: &str) -> String {
    let changed = message.replacen(from, to, 1);
    assert_ne!(changed, message, "{from}");
    changed
}

/// Each place of an identifier in a signed message, with white space of every kind.
fn spaced() -> Vec<String> {
    let golden = signed(SOAP11);
    let signed = |from: &str, to: &str| signed_again(&replaced(&golden, from, to)).expect("signed again");
    vec![
        // Of SignedInfo.
        signed("xml-exc-c14n#\"", "xml-exc-c14n#   \""),
        signed("<ds:SignatureMethod Algorithm=\"", "<ds:SignatureMethod Algorithm=\"&#9;"),
        signed("<ds:Transform Algorithm=\"", "<ds:Transform Algorithm=\"\n    "),
        signed("#sha256\"", "#sha256&#10;\""),
        signed("<ds:Reference URI=\"#", "<ds:Reference URI=\" #"),
        // Of what leads to the key, which no signature covers.
        replaced(&golden, "#X509v3\" wsu", "#X509v3 \" wsu"),
        replaced(&golden, "#Base64Binary\"", "#Base64Binary\r\n\""),
        replaced(&golden, "<wsse:Reference URI=\"#", "<wsse:Reference URI=\"\t#"),
        replaced(&golden, "#X509v3\"></wsse:Reference>", "#X509v3 \"></wsse:Reference>"),
    ]
}

#[test]
fn each_identifier_is_read_without_the_white_space_around_it() {
    let accepting = receiver().accept_white_space_around_identifiers();
    for message in spaced() {
        let error = refuse_strictly(&receiver(), &message);
        assert!(matches!(error, OpenError::WhiteSpace { .. }), "{error}\n{message}");
        assert!(error.to_string().contains(CALL), "{error}");
        let opened = accepting.open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
        assert!(opened.evidence().waived.contains(&Waiver::WhiteSpaceAroundIdentifiers));
        assert!(accepting.open(replaced(&message, AMOUNT, "9.00")).is_err(), "{message}");
    }
}

/// Whoever adds white space to a SignedInfo changes what is signed.
#[test]
fn what_is_digested_is_as_it_is_written() {
    let accepting = receiver().accept_white_space_around_identifiers();
    let golden = signed(SOAP11);
    for (from, to) in [
        ("<ds:Reference URI=\"#", "<ds:Reference URI=\" #"),
        ("#sha256\"", "#sha256 \""),
        ("xml-exc-c14n#\"", "xml-exc-c14n# \""),
    ] {
        let error = refuse_strictly(&accepting, &replaced(&golden, from, to)).to_string();
        assert!(error.contains("signature value does not verify"), "{error}");
    }
}

/// White space of Unicode, and inside a value, is a part of it.
#[test]
fn nothing_else_is_left_out() {
    let golden = signed(SOAP11);
    for (from, to) in [
        ("<wsse:Reference URI=\"#", "<wsse:Reference URI=\"\u{a0}#"),
        ("<wsse:Reference URI=\"#", "<wsse:Reference URI=\"# "),
        ("#X509v3\" wsu", "#X509 v3\" wsu"),
    ] {
        let message = replaced(&golden, from, to);
        let error = refuse(&receiver(), &message).to_string();
        assert!(!error.contains(CALL), "{from} {to}: {error}");
    }
}

#[test]
fn ciphertext_is_found_and_typed_without_white_space() {
    let to_bob = || Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let message = recipe().sign(signing()).encrypt(to_bob()).secured(&envelope(SOAP11));
    let strict = receiver().decrypt_with(identity("bob"));
    let accepting = strict.clone().accept_white_space_around_identifiers();
    for (from, to) in [
        ("<xenc:DataReference URI=\"#", "<xenc:DataReference URI=\" #"),
        ("#Content\"", "#Content \""),
        ("#aes256-gcm\"", "#aes256-gcm\n\""),
        ("rsa-oaep\"", "rsa-oaep \""),
    ] {
        let Some(at) = message.find(from) else { continue };
        let spaced = format!("{}{to}{}", &message[..at], &message[at + from.len()..]);
        let error = refuse_strictly(&strict, &spaced).to_string();
        assert!(error.contains(CALL), "{error}");
        accepting.open(&spaced).map(drop).unwrap_or_else(|error| panic!("{from}: {error}"));
    }
}
