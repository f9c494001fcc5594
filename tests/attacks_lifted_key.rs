//! As `attacks_resigned`: Carol signs what Alice encrypted. The EncryptedKey of Alice comes in an element that Carol calls an
//! assertion (first, or only there): keys of assertions are not remembered, and only what was judged is an assertion.

mod common;
#[path = "common/resigned.rs"]
mod resigned;

use common::*;
use resigned::{bob, cut, signed_by_carol};
use ws_security::prelude::*;
use ws_security::xmlenc::DecryptError;
use ws_security::{OpenError, RequirementError, Username};

const SAML2: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

/// The message with a `saml2:EncryptedAssertion` in front of its encrypted key, which has that key and this ciphertext.
fn with_assertion(message: &str, data: &str) -> String {
    let key = cut(message, "<xenc:EncryptedKey", "</xenc:EncryptedKey>");
    let list = cut(key, "<xenc:ReferenceList", "</xenc:ReferenceList>");
    let id = cut(key, " Id=\"", "\" ").trim_end();
    let id = if id.len() < 60 { id } else { cut(key, " Id=\"", "\">").trim_end_matches('>') };
    let bare = key.replace(list, "").replace(id, "");
    // Without Id and Type, which no cipher authenticates.
    let start = cut(data, "<xenc:EncryptedData", ">");
    let data = data.replacen(start, "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\">", 1);
    message.replacen(
        key,
        &format!("<x:EncryptedAssertion xmlns:x=\"{SAML2}\">{data}{bare}</x:EncryptedAssertion>{key}"),
        1,
    )
}

/// Bob opens the genuine message, and must refuse the forged one.
#[track_caller]
fn must_be_refused(requirements: Requirements, (genuine, forged): (&str, &str), refused: OpenError) {
    let receiver = bob(requirements);
    let opened = receiver.open(genuine).expect("genuine");
    assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
    match receiver.open(forged) {
        Ok(opened) => panic!(
            "ACCEPTED, signed by {}, user {:?}: {}",
            opened.signer(),
            opened.evidence().user,
            opened.body().xml()
        ),
        Err(error) => assert_eq!(error, refused, "{error}"),
    }
}

#[test]
fn a_body_is_not_signed_by_another_whose_key_comes_in_an_assertion_first() {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
    let to_bob = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let genuine = recipe().sign(signing()).encrypt(to_bob).secured(&envelope(SOAP11));
    let forged = signed_by_carol(&genuine, &[]);
    let data = cut(&forged, "<xenc:EncryptedData", "</xenc:EncryptedData>").to_owned();
    must_be_refused(requirements, (&genuine, &with_assertion(&forged, &data)), DecryptError::Failed.into());
}

/// The token is decrypted in the place of the assertion.
#[test]
fn a_password_is_not_presented_by_another_as_an_encrypted_assertion() {
    let parts = [Part::Body, Part::Timestamp, Part::UsernameToken];
    let genuine = recipe()
        .username(Username::text("ann", "s3cret").without_nonce().without_created())
        .sign(Signing::with(&identity("alice")).parts(parts))
        .encrypt(Encrypting::to(&certificate("bob")).parts([Part::UsernameToken]))
        .secured(&envelope(SOAP11));
    let forged = signed_by_carol(&genuine.replace(AMOUNT, "9499.90"), &["Body"]);
    let data = cut(&forged, "<xenc:EncryptedData", "</xenc:EncryptedData>").to_owned();
    let with = with_assertion(&forged.replacen(&data, "", 1), &data);
    let key = with.rfind("<xenc:EncryptedKey").expect("a key");
    let end = with.rfind("</xenc:EncryptedKey>").expect("its end") + "</xenc:EncryptedKey>".len();
    let forged = format!("{}{}", &with[..key], &with[end..]);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).username_token();
    must_be_refused(requirements, (&genuine, &forged), DecryptError::Failed.into());
}

/// Where keys outside the header are accepted: an element of the Body that Carol calls an assertion is around ciphertext and key.
#[test]
fn a_key_inside_what_is_only_called_an_assertion_is_remembered() {
    let to_bob = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let genuine = recipe().sign(signing()).encrypt(to_bob).secured(&envelope(SOAP11));
    let key = cut(&genuine, "<xenc:EncryptedKey", "</xenc:EncryptedKey>");
    let list = cut(key, "<xenc:ReferenceList", "</xenc:ReferenceList>");
    let id = cut(key, " Id=\"", "\" ").trim_end();
    let id = if id.len() < 60 { id } else { cut(key, " Id=\"", "\">").trim_end_matches('>') };
    let bare = key.replace(list, "").replace(id, "");
    let data = cut(&genuine, "<xenc:EncryptedData", "</xenc:EncryptedData>");
    let method_end = data.find("<xenc:CipherData").expect("cipher data");
    let info = format!("<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{bare}</ds:KeyInfo>");
    let (before, after) = data.split_at(method_end);
    let before = match before.find("<ds:KeyInfo") {
        Some(at) => &before[..at],
        None => before,
    };
    let inner = format!("{before}{info}{after}");
    let body = |inner: &str| {
        format!(
            "<s:Envelope xmlns:s='{SOAP11}'><s:Body><x:order xmlns:x='urn:x'>{inner}</x:order></s:Body></s:Envelope>"
        )
    };
    let of = Signing::with(&identity("carol")).parts([Part::Body, Part::Timestamp]);
    for (what, inner) in
        [("bare", inner.clone()), ("assertion", format!("<a:Assertion xmlns:a=\"{SAML2}\">{inner}</a:Assertion>"))]
    {
        let own = recipe().sign(of.clone()).secured(&body(&inner));
        // The list that says when it is decrypted: after the signature, since it was signed as ciphertext.
        let list =
            list.replace("<xenc:ReferenceList", "<xenc:ReferenceList xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"");
        let forged = own.replacen("</wsse:Security>", &format!("{list}</wsse:Security>"), 1);
        let receiver =
            bob(Requirements::signed([Part::Body, Part::Timestamp])).accept_encrypted_keys_outside_the_header();
        drop(receiver.open(&genuine).expect("genuine"));
        match receiver.open(&forged) {
            Ok(opened) => panic!("{what}: ACCEPTED, signed by {}: {}", opened.signer(), opened.body().xml()),
            Err(error) => assert_eq!(error, OpenError::Requirement(RequirementError::RepeatedKey), "{what}: {error}"),
        }
    }
}

/// What an encrypted assertion encrypts is one: any other plaintext is in another place than its sender meant.
#[test]
fn an_encrypted_assertion_of_something_else_is_refused() {
    let genuine = recipe()
        .username(Username::digest("ann", "s3cret"))
        .sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, Part::UsernameToken]))
        .encrypt(Encrypting::to(&certificate("bob")).parts([Part::UsernameToken]))
        .secured(&envelope(SOAP11));
    let data = cut(&genuine, "<xenc:EncryptedData", "</xenc:EncryptedData>").to_owned();
    let with = with_assertion(&genuine.replacen(&data, "", 1), &data);
    let key = with.rfind("<xenc:EncryptedKey").expect("a key");
    let end = with.rfind("</xenc:EncryptedKey>").expect("its end") + "</xenc:EncryptedKey>".len();
    let message = format!("{}{}", &with[..key], &with[end..]);
    let outcome = bob(Requirements::signed([Part::Body, Part::Timestamp]).username_token()).open(&message);
    assert!(outcome.is_err(), "opened, with the user {:?}", outcome.expect("opened").evidence().user);
}
