//! Licenses (REL Token Profile 1.1.1), from the specification: no peer has them.

mod common;

use common::*;
use ws_security::prelude::*;
use ws_security::tokens::{REL_LICENSE, TokenError};
use ws_security::{DangerousNoReplayCache, LicenseHolder, OpenError, Signer};

const LICENSE: &str = "<r:license xmlns:r=\"urn:mpeg:mpeg21:2003:01-REL-R-NS\" \
    xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" \
    licenseId=\"urn:license:7\" wsu:Id=\"license-7\"><r:grant><r:keyHolder><r:info>Dave</r:info></r:keyHolder></r:grant>\
    <r:issuer/></r:license>";

fn by_holder(license: &str) -> String {
    let signing = Signing::with(&identity("dave")).holder_of_key().parts([Part::Body, Part::Timestamp]);
    recipe().token(license).sign(signing).secured(&envelope(SOAP11))
}

/// The signature does not cover the license, whose spelling tests change.
fn by_uncovered_holder(license: &str) -> String {
    let signing = Signing::with(&identity("dave")).holder_of_key_uncovered().parts([Part::Body, Part::Timestamp]);
    recipe().token(license).sign(signing).secured(&envelope(SOAP11))
}

/// Knows Dave's license, however it is declared.
fn service() -> Receiver {
    let holder = |license: &str| -> Option<LicenseHolder> {
        let dave = || LicenseHolder { name: "Dave".to_owned(), key: certificate("dave").public_key().clone() };
        license.contains("<r:info>Dave</r:info>").then(dave)
    };
    Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache).licenses(holder)
}

fn token(message: &str) -> TokenError {
    match refuse(&service(), message) {
        OpenError::Token(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_holder_of_a_license_signs() {
    let message = by_holder(LICENSE);
    assert!(message.contains(LICENSE), "attached unchanged");
    assert!(message.contains(&format!("<wsse:Reference URI=\"#license-7\" ValueType=\"{REL_LICENSE}\">")));
    let opened = service().open(&message).expect("opens");
    assert!(matches!(opened.signer(), Signer::License { holder } if holder == "Dave"));
    // Whoever sends a license chooses its Id, which says nothing of its holder.
    let renamed = by_holder(&LICENSE.replace("license-7", "license-of-ann"));
    assert_eq!(service().open(&renamed).expect("opens").signer(), opened.signer());
    refuse(&service(), &message.replace("<r:info>Dave", "<r:info>Eve"));
    refuse(&service(), &message.replace(AMOUNT, "1.00"));
    assert!(matches!(refuse(&receiver(), &message), OpenError::NoKey { .. }), "no one reads licenses");
    let alice = Signing::with(&identity("alice")).holder_of_key().parts([Part::Body, Part::Timestamp]);
    let other = recipe().token(LICENSE).sign(alice).secured(&envelope(SOAP11));
    refuse(&service(), &other);
}

#[test]
fn bsp_r6301_a_license_id_serves_where_there_is_no_other() {
    let message = by_uncovered_holder(LICENSE);
    let by_license_id = message.replace("URI=\"#license-7\"", "URI=\"urn:license:7\"");
    assert!(matches!(token(&by_license_id), TokenError::Dangling { .. }), "it has a wsu:Id");
    let only = by_license_id.replace(" wsu:Id=\"license-7\"><r:grant>", "><r:grant>");
    assert!(service().accept_uncovered_holder_tokens().open(&only).is_ok());
    let unknown = only.replace("URI=\"urn:license:7\"", "URI=\"urn:license:8\"");
    assert!(matches!(token(&unknown), TokenError::Elsewhere { .. }));
}

#[test]
fn bsp_r6304_references_name_the_type_and_follow_their_license() {
    let message = by_uncovered_holder(LICENSE);
    let untyped = message.replace(&format!(" ValueType=\"{REL_LICENSE}\""), "");
    assert!(matches!(token(&untyped), TokenError::TypeMismatch { .. }));
    let mistyped = |message: &str| message.replace(&format!("\"{REL_LICENSE}\""), "\"urn:other\"");
    assert!(matches!(token(&mistyped(&message)), TokenError::TypeMismatch { .. }));
    // Without an Id, by its licenseId, of which there is one.
    let only = message.replace("URI=\"#license-7\"", "URI=\"urn:license:7\"");
    let only = only.replace(" wsu:Id=\"license-7\"><r:grant>", "><r:grant>");
    assert!(service().accept_uncovered_holder_tokens().open(&only).is_ok());
    assert!(matches!(refuse(&service(), &mistyped(&only)), OpenError::NoKey { .. }));
    let license = LICENSE.replace(" wsu:Id=\"license-7\"><r:grant>", "><r:grant>");
    let two = only.replacen(&license, &format!("{license}{license}"), 1);
    assert!(matches!(token(&two), TokenError::Dangling { .. }));
    // R6302: the license precedes its reference.
    let forward = message.replacen(LICENSE, "", 1).replacen("</ds:Signature>", &format!("</ds:Signature>{LICENSE}"), 1);
    assert!(matches!(token(&forward), TokenError::Forward { .. }));
    let outside = message.replacen(LICENSE, "", 1).replacen("<a:Action>", &format!("{LICENSE}<a:Action>"), 1);
    assert!(matches!(token(&outside), TokenError::Dangling { .. }));
}
