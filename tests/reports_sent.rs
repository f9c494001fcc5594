//! What services demand, by public reports of people whose stack could not make it: a recipe makes each, and a receiver opens it.

mod common;

use common::*;
use ws_security::crypto::{ContentEncryption, DigestMethod, KeyTransport};
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, ReferenceForm, Secret, Username};

const OWN_TICKET: &str = "<o:BinarySecurityToken xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" ValueType=\"OwnTicket\" EncodingType=\"o:Base64Binary\" u:Id=\"Ticket\">NDcxMQ==</o:BinarySecurityToken>";

fn alice(parts: &[Part]) -> Signing {
    Signing::with(&identity("alice")).parts(parts.iter().cloned())
}

fn user() -> Username {
    Username::text("ann", "s3cret")
}

/// Each with the reports, the recipe, and what the message has then, in this order.
fn demands() -> Vec<(&'static str, Recipe, Vec<&'static str>)> {
    let usual = [Part::Body, Part::Timestamp];
    let with_token = [Part::Body, Part::Timestamp, Part::SigningToken];
    let with_user = [Part::Body, Part::Timestamp, Part::UsernameToken];
    let to = Part::header_block(WSA, "To");
    let bob = || Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let oaep = KeyTransport::oaep(DigestMethod::Sha256);
    vec![
        // A signed timestamp beside the signed Body, in one header.
        (
            "dotnet/wcf#4972, savonrb/savon#727, savonrb/akami#15, mvantellingen/python-zeep#996",
            recipe().sign(alice(&usual)),
            vec!["<wsse:BinarySecurityToken", "<ds:Reference", "<ds:Reference", "<wsu:Timestamp"],
        ),
        // WSM-00081: the token itself must be signed.
        ("tilln/jmeter-wssecurity#31, tilln/jmeter-wssecurity#21", recipe().sign(alice(&with_token)), vec!["#X509v3"]),
        (
            "tilln/jmeter-wssecurity#31",
            recipe().sign(alice(&with_token).token_by_reference()),
            vec!["#STR-Transform", "<wsse:SecurityTokenReference"],
        ),
        (
            "mvantellingen/python-zeep#474, mvantellingen/python-zeep#1246",
            recipe().username(user()).over_protected_transport().sign(alice(&with_user)),
            vec!["<ds:Signature", "<wsse:UsernameToken", "#PasswordText"],
        ),
        (
            "tilln/jmeter-wssecurity#11",
            recipe().username(Username::without_password("ann")).sign(alice(&with_user)),
            vec!["<wsse:Username>ann</wsse:Username>"],
        ),
        (
            "robrichards/wse-php#47, vpulim/node-soap#1091",
            recipe().sign(alice(&[to, Part::Timestamp, Part::Body])),
            vec!["<ds:Reference", "<a:To "],
        ),
        (
            "robrichards/wse-php#32",
            recipe().sign(alice(&usual).reference(ReferenceForm::IssuerSerial)),
            vec!["<ds:X509IssuerName>CN=Example CA,O=Example Trust,C=DE<"],
        ),
        (
            "savonrb/akami#22, holodeck-b2b/Holodeck-B2B#158",
            recipe().sign(alice(&usual).reference(ReferenceForm::DirectPath)),
            vec!["#X509PKIPathv1"],
        ),
        (
            "CoreWCF/CoreWCF#1527",
            recipe()
                .username(user())
                .over_protected_transport()
                .sign(alice(&with_user))
                .encrypt(bob().parts([Part::UsernameToken, Part::Signature])),
            vec!["<xenc:EncryptedKey", "<xenc:EncryptedData", "<s:Body"],
        ),
        // WSM-00030 wants the older identifier, and DBN Alliance AES-256.
        ("tilln/jmeter-wssecurity#28", recipe().sign(alice(&usual)).encrypt(bob()), vec!["#rsa-oaep-mgf1p"]),
        (
            "phax/phase4#228, SAML-Toolkits/ruby-saml#789",
            recipe().sign(alice(&usual)).encrypt(bob().content(ContentEncryption::Aes256Gcm).transport(oaep)),
            vec!["xmlenc11#rsa-oaep", "xmlenc11#mgf1sha256", "xmlenc11#aes256-gcm"],
        ),
        (
            "vpulim/node-soap#525, doedje/jquery.soap#12, Experian Bank Wizard",
            recipe().attach(OWN_TICKET).sign(alice(&[Part::Body, Part::Timestamp, Part::Id("Ticket".to_owned())])),
            vec![OWN_TICKET],
        ),
    ]
}

#[test]
fn each_demand_is_met_and_opens() {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let receiver = Receiver::new(trust().known([certificate("alice")]), requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
        .over_protected_transport();
    for (reports, recipe, has) in demands() {
        let message = recipe.secured(&envelope(SOAP11));
        let mut rest = message.as_str();
        for text in has {
            let at = rest.find(text).unwrap_or_else(|| panic!("{reports}: {text} in order in\n{message}"));
            rest = &rest[at + text.len()..];
        }
        let opened = receiver.open(&message).map_err(|error| error.to_string());
        assert!(opened.is_ok(), "{reports}: {:?}\n{message}", opened.err());
        let twin = message.replacen("Z</wsu:Created>", "9Z</wsu:Created>", 1);
        assert_ne!(twin, message, "{reports}");
        refuse(&receiver, &twin);
    }
}

/// HMRC's gateway knows base64 of the MD5 of a password in place of it: what the source of passwords returns is what was
/// digested.
#[test]
fn a_password_that_is_known_as_a_hash_is_returned_as_such() {
    let path = format!("{}/tests/reports/digest-of-hashed-password.xml", env!("CARGO_MANIFEST_DIR"));
    let message = std::fs::read_to_string(path).expect("a report");
    let clock =
        ws_security::FixedClock(ws_security::tokens::parse_instant("2026-11-27T12:01:00Z").expect("an instant"));
    let requirements = Requirements::dangerous_unsigned().username_token();
    let receiver = Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .passwords(|_: &str| Some(Secret::new(b"M+GyMqTm+gAopmcHU3SaFw==".to_vec())))
        .clock(std::sync::Arc::new(clock));
    let unprotected = ws_security::TransportFacts::dangerous_unprotected();
    let opened = receiver.open_unsigned(&message, unprotected).map_err(|error| error.to_string());
    assert!(opened.expect("opens").user().is_some());
    // Who knows the password itself is told.
    let text = receiver.passwords(|_: &str| Some(Secret::new(b"s3cret".to_vec()))).explain(&message).to_string();
    assert!(text.contains("of the MD5 of the password in base64"), "{text}");
}
