//! Lifted tokens: whoever sees a token can send it with a message of his own, covered and encrypted by keys of his own.
//! The token then identifies nobody.

mod common;

use common::*;
use std::time::SystemTime;
use ws_security::TransportFacts;
use ws_security::c14n::{Canonicalization, Document, Limits, Subset, base64_encode, name};
use ws_security::crypto::{HmacKey, SystemRandom};
use ws_security::prelude::*;
use ws_security::tokens::write_kerberos_token;
use ws_security::{
    AssertionTrust, DangerousNoReplayCache, KerberosForm, KerberosSession, NewAssertion, OpenError, ProtectionToken,
    RequiredToken, RequirementError, SamlVersion, Secret, SecureConversation, SignatureMethod, Signer,
};

fn passwords(user: &str) -> Option<Secret> {
    (user == "ann").then(|| Secret::new(b"s3cret".to_vec()))
}

/// A receiver that knows every kind of token, with these requirements on top of a signed Body and Timestamp.
fn knowing(more: impl Fn(Requirements) -> Requirements) -> Receiver {
    let issuers = AssertionTrust::for_audience("urn:bank")
        .issuer("https://idp.example", Trust::pins([certificate("carol")]))
        .accept_bearer();
    Receiver::new(trust(), more(Requirements::signed([Part::Body, Part::Timestamp])), DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(passwords)
        .assertions(issuers)
        .licenses(|_: &str| {
            let key = certificate("carol").public_key().clone();
            Some(ws_security::LicenseHolder { name: "Carol".to_owned(), key })
        })
        .kerberos(|_: &[u8]| {
            Some(KerberosSession { principal: "ann@EXAMPLE".to_owned(), key: Secret::new(vec![11; 32]) })
        })
}

/// The element of this name in a message that someone else sent.
fn lifted(message: &str, local: &str) -> String {
    let document = Document::parse(message, &Limits::default()).expect("well-formed");
    let element =
        document.elements().find(|element| element.name().local == local).unwrap_or_else(|| panic!("{local}"));
    message[element.span()].to_owned()
}

/// Every kind of token that authenticates by itself, taken from another message.
fn tokens() -> Vec<(&'static str, String)> {
    let sent = |recipe: Recipe| recipe.secured(&envelope(SOAP11));
    let digest = sent(recipe().username_digest("ann", "s3cret"));
    let bearer = |version| {
        NewAssertion::new(version, "https://idp.example", "uid=ann")
            .audience("urn:bank")
            .bearer()
            .sign(&identity("carol"), SystemTime::now(), &SystemRandom)
            .expect("issued")
    };
    let gss = b"\x60\x0e\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00\x6e";
    let ticket = write_kerberos_token("KT", KerberosForm::Gss, gss).expect("a token").token;
    let license = format!(
        "<r:license xmlns:r=\"{}\" xmlns:wsu=\"{}\" wsu:Id=\"L\"><r:grant></r:grant></r:license>",
        name::REL.uri,
        name::WSU.uri
    );
    vec![
        ("UsernameToken", lifted(&digest, "UsernameToken")),
        ("Assertion", bearer(SamlVersion::V1_1)),
        ("Assertion", bearer(SamlVersion::V2_0)),
        ("BinarySecurityToken", ticket),
        ("license", license),
    ]
}

fn id_of(token: &str) -> String {
    let document = Document::parse(token, &Limits::default()).expect("well-formed");
    let root = document.root();
    let ids = ["ID", "AssertionID"].into_iter().find_map(|local| root.attribute("", local));
    ids.or_else(|| root.attribute(name::WSU.uri, "Id")).expect("an Id").into_owned()
}

/// Puts a lifted token into the header of an envelope that is yet to be secured.
fn carrying(token: &str) -> String {
    let header = format!("<wsse:Security xmlns:wsse=\"{}\">{token}</wsse:Security>", name::WSSE.uri);
    envelope(SOAP11).replacen("<s:Header>", &format!("<s:Header>{header}"), 1)
}

fn is_anonymous(error: &OpenError) -> bool {
    matches!(error, OpenError::Requirement(RequirementError::Anonymous))
}

/// Mallory covers the token, encrypts it, both, or neither, with a key that he encrypted to the receiver.
#[test]
fn a_lifted_token_under_an_anonymous_signature_names_nobody() {
    for (kind, token) in tokens() {
        let id = Part::Id(id_of(&token));
        let key = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
        let mac = |parts: &[Part]| Signing::with_token(&key).parts(parts.to_vec());
        let body = [Part::Body, Part::Timestamp];
        let covered = [Part::Body, Part::Timestamp, id.clone()];
        let encrypting = Encrypting::with_token(&key).parts([id.clone()]);
        let to_bob = Encrypting::to(&certificate("bob")).parts([id.clone()]);
        let must = || recipe().must_understand(false);
        let mut recipes = vec![("beside", must().sign(mac(&body))), ("covered", must().sign(mac(&covered)))];
        if ["UsernameToken", "Assertion"].contains(&kind) {
            recipes.push(("covered, encrypted", must().sign(mac(&covered)).encrypt(encrypting.clone())));
            recipes.push(("covered, encrypted apart", must().sign(mac(&covered)).encrypt(to_bob.clone())));
            recipes.push(("encrypted", must().sign(mac(&body)).encrypt(encrypting)));
            recipes.push(("encrypted apart", must().sign(mac(&body)).encrypt(to_bob)));
        }
        for (how, recipe) in recipes {
            let message = recipe.secured(&carrying(&token));
            let what = format!("{kind} {how}");
            let error = refuse(&knowing(|r| r), &message);
            assert!(is_anonymous(&error), "{what}: {error}");
            for demand in [
                |r: Requirements| r.username_token(),
                |r: Requirements| r.saml_token(SamlVersion::V1_1),
                |r: Requirements| r.saml_token(SamlVersion::V2_0),
                |r: Requirements| r.kerberos_token(),
            ] {
                let error = refuse(&knowing(demand), &message);
                assert!(matches!(error, OpenError::Requirement(_)), "{what}: {error}");
                let error = refuse(&knowing(|r| demand(r).dangerous_anonymous()), &message);
                assert!(matches!(error, OpenError::Requirement(_)), "{what}: {error}");
            }
            // Where the sender need not be known, it is not known.
            let opened = knowing(Requirements::dangerous_anonymous).open(&message);
            let opened = opened.unwrap_or_else(|error| panic!("{what}: {error}\n{message}"));
            assert_eq!(opened.signer(), &Signer::Anonymous, "{what}");
            assert!(opened.user().is_none() && opened.assertions().is_empty(), "{what}");
        }
    }
}

/// In a genuine message of someone else, without a signature over it, it belongs to nobody.
#[test]
fn a_token_that_was_put_into_a_message_of_someone_else_is_not_its_users() {
    let genuine = signed(SOAP11);
    for (kind, token) in tokens() {
        let message = genuine.replacen("</wsse:Security>", &format!("{token}</wsse:Security>"), 1);
        let opened = knowing(|r| r).open(&message).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(opened.signer().certificate(), Some(&certificate("alice")), "{kind}");
        assert!(opened.user().is_none() && opened.assertions().is_empty(), "{kind}");
        let unbound = |error: OpenError, token: RequiredToken| {
            let expected = RequirementError::UnboundToken { token };
            assert_eq!(error, OpenError::Requirement(expected), "{kind}");
        };
        match kind {
            "UsernameToken" => {
                unbound(refuse(&knowing(Requirements::username_token), &message), RequiredToken::Username)
            }
            "Assertion" => {
                let version = if token.contains("AssertionID") { SamlVersion::V1_1 } else { SamlVersion::V2_0 };
                unbound(refuse(&knowing(|r| r.saml_token(version)), &message), RequiredToken::Saml(version));
            }
            _ => {}
        }
        // The caller states that nobody could have put it there.
        let opened = knowing(|r| r).over_protected_transport().open(&message).expect("opens");
        assert_eq!(opened.user().is_some(), kind == "UsernameToken");
        assert_eq!(opened.assertions().len(), usize::from(kind == "Assertion"));
    }
}

/// If the signature of a known signer covers it, this signer presents it.
#[test]
fn a_known_signer_presents_the_tokens_it_covers() {
    let parts = [Part::Body, Part::Timestamp, Part::UsernameToken];
    let signing = Signing::with(&identity("alice")).parts(parts);
    let message = recipe().username_digest("ann", "s3cret").sign(signing).plan().expect("a plan");
    let message = message.message(&envelope(SOAP11)).secure().expect("secured").message;
    let opened = knowing(Requirements::username_token).open(&message).expect("opens");
    assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
    assert_eq!(opened.user().map(|user| user.username()), Some("ann"));
}

/// A password as text came encrypted by its user, and its digest is known from the signature beside it: under a key of his
/// own Mallory covers the ciphertext's plaintext without knowing it.
#[test]
fn an_encrypted_password_whose_digest_is_known_is_not_lifted() {
    let theirs = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    let genuine = recipe()
        .username_text("ann", "s3cret")
        .sign(Signing::with_token(&theirs).parts([Part::Body, Part::Timestamp, Part::UsernameToken]))
        .encrypt(Encrypting::with_token(&theirs).parts([Part::UsernameToken]))
        .secured(&envelope(SOAP11));
    let opened = knowing(Requirements::username_token).open(&genuine).expect("opens");
    assert!(matches!(opened.signer(), Signer::User(user) if user.username() == "ann"));
    assert_eq!(opened.user().map(|user| user.username()), Some("ann"));

    // Another Body, and the signature made again under a key of Mallory's: the password is covered by its digest.
    let forged = genuine.replace(AMOUNT, "9499.90");
    let secret = Secret::new(vec![66; 32]);
    let bob = certificate("bob");
    let transport = ws_security::KeyTransport::oaep_mgf1p();
    let wrapped = bob.public_key().wrap_key(&transport, &secret).expect("wrapped");
    let mut key_info = ws_security::c14n::Writer::within(&[name::XENC, name::DS]);
    ws_security::ReferenceForm::IssuerSerial.write(&mut key_info, &bob, "");
    let method = ws_security::xmlenc::KeyMethod::Transport(transport);
    let key = ws_security::xmlenc::write_encrypted_key(Some("EK"), &method, Some(&key_info.finish()), &wrapped, &[]);
    let signature = lifted(&forged, "Signature");
    let key_info = lifted(&forged, "KeyInfo");
    let start = signature.rfind("<ds:KeyInfo").expect("a KeyInfo");
    assert!(key_info.starts_with("<ds:KeyInfo"));
    let own = format!(
        "{}<ds:KeyInfo><wsse:SecurityTokenReference xmlns:wsse=\"{}\"><wsse:Reference URI=\"#EK\"></wsse:Reference>\
         </wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>",
        &signature[..start],
        name::WSSE.uri
    );
    let forged = forged.replace(&signature, &format!("{key}{own}"));
    // The digest of the changed Body, by a throw-away message that signs it with the same Id.
    let document = Document::parse(&forged, &Limits::default()).expect("well-formed");
    let find = |local: &str| document.elements().find(|element| element.name().local == local).expect("one");
    let body = find("Body");
    let budget = ws_security::Budget::dangerous_unbounded();
    let octets = Canonicalization::default().to_octets(&Subset::subtree(body), &budget).expect("canonical");
    let digest = ws_security::crypto::Digest::of(ws_security::DigestMethod::Sha256, &octets);
    let id = body.attribute(name::WSU.uri, "Id").expect("an Id");
    let at = forged.find(&format!("URI=\"#{id}\"")).expect("a reference");
    let start = at + forged[at..].find("<ds:DigestValue>").expect("a digest") + "<ds:DigestValue>".len();
    let end = start + forged[start..].find('<').expect("its end");
    let forged = format!("{}{}{}", &forged[..start], base64_encode(digest.as_octets()), &forged[end..]);
    let document = Document::parse(&forged, &Limits::default()).expect("well-formed");
    let find = |local: &str| document.elements().find(|element| element.name().local == local).expect("one");
    let octets = Canonicalization::default().to_octets(&Subset::subtree(find("SignedInfo")), &budget);
    let mac = HmacKey::new(secret.as_octets().to_vec()).expect("a key");
    let value = ws_security::SigningKey::sign(&mac, SignatureMethod::HmacSha256, &octets.expect("canonical"));
    let old = find("SignatureValue").text().expect("text").into_owned();
    let forged = forged.replace(&old, &base64_encode(&value.expect("signed")));
    let opened = knowing(Requirements::dangerous_anonymous).open(&forged).expect("every digest and the MAC fit");
    assert_eq!((opened.signer(), opened.user()), (&Signer::Anonymous, None));
    assert!(opened.body().xml().contains("9499.90"));
    assert!(is_anonymous(&refuse(&knowing(|r| r), &forged)));
    assert!(is_anonymous(&refuse(&knowing(Requirements::username_token), &forged)));
}

/// A MAC with a key derived from the password proves the data that it covers, and no other Body.
#[test]
fn a_mac_by_a_password_over_something_else_does_not_name_the_user() {
    let password = ProtectionToken::username("ann", "s3cret");
    let timestamp_only = Signing::with_token(&password).parts([Part::Timestamp]);
    let plan = recipe().sign(timestamp_only).sign(signing()).plan().expect("a plan");
    let message = plan.message(&envelope(SOAP11)).secure().expect("secured").message;
    let opened = knowing(|r| r).open(&message).expect("opens");
    assert!(opened.user().is_none());
    let error = refuse(&knowing(Requirements::username_token), &message);
    assert_eq!(error, OpenError::Requirement(RequirementError::UnboundToken { token: RequiredToken::Username }));
    let endorsing = Signing::with_token(&password).parts([Part::Signature]);
    let plan = recipe().sign(signing()).sign(endorsing).plan().expect("a plan");
    let message = plan.message(&envelope(SOAP11)).secure().expect("secured").message;
    let opened = knowing(Requirements::username_token).open(&message).expect("opens");
    assert_eq!(opened.user().map(|user| user.username()), Some("ann"));
}

/// Without a signature only a protected transport ties a bearer assertion to its sender.
#[test]
fn a_bearer_assertion_alone_needs_a_protected_transport() {
    for version in [SamlVersion::V1_1, SamlVersion::V2_0] {
        let tokens = tokens();
        let is_1 = version == SamlVersion::V1_1;
        let wanted = |(kind, token): &&(&str, String)| *kind == "Assertion" && token.contains("AssertionID") == is_1;
        let (_, token) = tokens.iter().find(wanted).expect("one");
        let plan = recipe().token(token.clone()).plan().expect("a plan");
        let message = plan.message(&envelope(SOAP11)).secure().expect("secured").message;
        let issuers = AssertionTrust::for_audience("urn:bank")
            .issuer("https://idp.example", Trust::pins([certificate("carol")]))
            .accept_bearer();
        let requirements = Requirements::dangerous_unsigned().saml_token(version);
        let receiver =
            Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache).assertions(issuers);
        let error = receiver.open_unsigned(&message, TransportFacts::dangerous_unprotected()).map(drop);
        let unbound = RequirementError::UnboundToken { token: RequiredToken::Saml(version) };
        assert_eq!(error, Err(OpenError::Requirement(unbound)));
        let opened = receiver
            .over_protected_transport()
            .open_unsigned(&message, TransportFacts::dangerous_unprotected())
            .expect("opens");
        assert_eq!(opened.assertions().len(), 1);
    }
}
