//! Tokens through the front door: username tokens, references, keys that live elsewhere, several signatures.

mod common;

use common::*;
use ws_security::TransportFacts;
use ws_security::bsp::Rule;
use ws_security::prelude::*;
use ws_security::{
    CryptoError, DangerousNoReplayCache, Fault, OpenError, PlanError, ReferenceForm, Secret, SecureError,
    SignatureMethod, SoapVersion,
};

fn passwords(user: &str) -> Option<Secret> {
    match user {
        "ann" => Some(Secret::new(b"s3cret".to_vec())),
        "nobody" => Some(Secret::new(Vec::new())),
        _ => None,
    }
}

fn users() -> Receiver {
    Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned().username_token(),
        MemoryReplayCache::default(),
    )
    .passwords(passwords)
}

fn with(recipe: Recipe) -> String {
    recipe.secured(&envelope(SOAP11))
}

#[test]
fn t50_a_digest_authenticates_once() {
    let message = with(Recipe::new().username_digest("ann", "s3cret"));
    let receiver = users();
    let opened = receiver.open_unsigned(&message, TransportFacts::dangerous_unprotected()).expect("opens");
    assert_eq!(opened.user().expect("a user").username(), "ann");
    assert!(matches!(
        receiver.open_unsigned(&message, TransportFacts::dangerous_unprotected()),
        Err(OpenError::Replay(_))
    ));
    // A wrong password does not use the nonce up.
    let fresh = with(Recipe::new().username_digest("ann", "s3cret"));
    let wrong = fresh.replace(">ann<", ">bob<");
    assert!(matches!(
        receiver.open_unsigned(wrong, TransportFacts::dangerous_unprotected()),
        Err(OpenError::Password(_))
    ));
    assert!(receiver.open_unsigned(fresh, TransportFacts::dangerous_unprotected()).is_ok());
}

#[test]
fn t19_tokens_without_a_checked_password_authenticate_no_one() {
    let good = with(Recipe::new().username_digest("ann", "s3cret"));
    let (before, rest) = good.split_once("<wsse:Password").expect("a password");
    let (_, after) = rest.split_once("</wsse:Password>").expect("its end");
    let password = &good[before.len()..good.len() - after.len()];
    for message in [
        format!("{before}{after}"),
        format!("{before}{password}{password}{after}"),
        good.replace("#PasswordDigest", "#passworddigest"),
        good.replace("#PasswordDigest", "#PasswordText"),
        good.replacen(
            "<wsse:Username>ann</wsse:Username>",
            "<wsse:Username>ann</wsse:Username><wsse:Username>bob</wsse:Username>",
            1,
        ),
        good.replacen("<wsse:Username>ann", "<wsse:Username>an<!-- -->n", 1),
        good.replacen("<wsse:Nonce", "<wsse:Other", 1).replacen("</wsse:Nonce", "</wsse:Other", 1),
        with(Recipe::new().username_digest("ann", "wrong")),
        with(Recipe::new().username_digest("stranger", "s3cret")),
        with(Recipe::new().username_digest("nobody", "")),
        envelope(SOAP11),
    ] {
        assert!(users().open_unsigned(&message, TransportFacts::dangerous_unprotected()).is_err(), "{message}");
    }
}

#[test]
fn t30_unknown_users_and_wrong_passwords_fail_alike() {
    let error = |user: &str, password: &str| {
        let message = with(Recipe::new().username_digest(user, password));
        users().open_unsigned(message, TransportFacts::dangerous_unprotected()).expect_err("refused")
    };
    let (wrong, unknown) = (error("ann", "wrong"), error("stranger", "s3cret"));
    // The log tells them apart. The wire does not.
    assert_ne!(wrong, unknown);
    for fault in [Fault::naming, |_: &OpenError| Fault::refused()] {
        assert_eq!(fault(&wrong).envelope(SoapVersion::V11), fault(&unknown).envelope(SoapVersion::V11));
    }
}

#[test]
fn t34_clear_text_passwords_need_protection_on_both_sides() {
    let bare = Recipe::new().username_text("ann", "s3cret");
    assert_eq!(bare.clone().plan().map(drop), Err(PlanError::ClearTextPassword));
    let message = with(bare.clone().over_protected_transport());
    assert!(users().open_unsigned(&message, TransportFacts::dangerous_unprotected()).is_err());
    assert!(
        users().over_protected_transport().open_unsigned(&message, TransportFacts::dangerous_unprotected()).is_ok()
    );
    // If the token is encrypted in the message, it needs no protected transport.
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::UsernameToken, Part::Body]);
    let encrypted = with(bare.encrypt(encrypting));
    assert!(!encrypted.contains("s3cret"));
    assert!(
        users()
            .decrypt_with(identity("bob"))
            .open_unsigned(&encrypted, TransportFacts::dangerous_unprotected())
            .is_ok()
    );
    assert!(
        users().open_unsigned(&encrypted, TransportFacts::dangerous_unprotected()).is_err(),
        "without the key there is no token"
    );
}

#[test]
fn a_signed_username_token_is_part_of_what_is_proven() {
    let recipe = recipe().username_digest("ann", "s3cret").sign(Signing::with(&identity("alice")).parts([
        Part::Body,
        Part::Timestamp,
        Part::UsernameToken,
        Part::SigningToken,
    ]));
    let message = with(recipe);
    let requirements =
        Requirements::signed([Part::Body, Part::Timestamp, Part::UsernameToken, Part::SigningToken]).username_token();
    let receiver = Receiver::new(trust(), requirements, DangerousNoReplayCache).passwords(passwords);
    let opened = receiver.open(&message).expect("opens");
    assert_eq!(opened.user().expect("a user").username(), "ann");
    let other = with(Recipe::new().username_digest("ann", "s3cret"));
    let token = |text: &str| {
        let start = text.find("<wsse:UsernameToken").expect("a token");
        let end = text.find("</wsse:UsernameToken>").expect("its end");
        text[start..end].to_owned()
    };
    refuse(&receiver, &message.replace(&token(&message), &token(&other)));
}

#[test]
fn every_reference_form_finds_its_certificate() {
    for form in [
        ReferenceForm::Direct,
        ReferenceForm::DirectPath,
        ReferenceForm::IssuerSerial,
        ReferenceForm::SubjectKeyIdentifier,
        ReferenceForm::Thumbprint,
        ReferenceForm::Embedded,
    ] {
        let message = with(recipe().sign(signing().reference(form)));
        let known = Receiver::new(
            trust().known([certificate("alice"), certificate("bob")]),
            Requirements::signed([Part::Body]),
            DangerousNoReplayCache,
        );
        assert!(known.open(&message).is_ok(), "{form:?}");
        let carried = matches!(form, ReferenceForm::Direct | ReferenceForm::DirectPath | ReferenceForm::Embedded);
        assert_eq!(receiver().open(&message).is_ok(), carried, "{form:?}: only what is carried can be known");
    }
}

#[test]
fn two_certificates_that_fit_are_as_bad_as_none() {
    // T45: the twin has Alice's issuer name and serial number.
    let message = with(recipe().sign(signing().reference(ReferenceForm::IssuerSerial)));
    let ambiguous = Receiver::new(
        Trust::pins([certificate("alice"), certificate("twin-alice")]),
        Requirements::signed([Part::Body]),
        DangerousNoReplayCache,
    );
    assert!(matches!(refuse(&ambiguous, &message), OpenError::AmbiguousKey));
}

#[test]
fn keys_that_live_elsewhere_sign_what_is_prepared() {
    let alice = identity("alice");
    let signing = Signing::elsewhere(alice.certificate()).parts([Part::Body, Part::Timestamp]);
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let plan = recipe().sign(signing).encrypt(encrypting).plan().expect("a plan");
    assert!(matches!(plan.message(&envelope(SOAP12)).secure(), Err(SecureError::KeyElsewhere)));
    let pending = plan.message(&envelope(SOAP12)).prepare().expect("prepared");
    assert_eq!(pending.method(), SignatureMethod::RsaSha256);
    assert_eq!(pending.certificate(), alice.certificate());
    let secured = pending.sign_with(|request| alice.signing_key().sign(request.method, request.octets));
    let receiver = receiver().decrypt_with(identity("bob"));
    assert!(receiver.open(secured.expect("signed").message).is_ok());
    let pending = plan.message(&envelope(SOAP12)).prepare().expect("prepared");
    let wrong = pending.sign_with(|_| Ok::<_, CryptoError>(vec![0; 256])).expect("finished, whatever the value");
    refuse(&receiver, &wrong.message);
    let pending = plan.message(&envelope(SOAP12)).prepare().expect("prepared");
    let failed = pending.sign_with(|_| Err("the HSM is offline")).expect_err("no signature");
    assert!(matches!(&failed, SecureError::Elsewhere(_)), "{failed}");
    assert!(failed.to_string().contains("the HSM is offline"), "{failed}");
}

#[test]
fn misuse_is_found_when_planning() {
    let alice = identity("alice");
    let plan = |recipe: Recipe| recipe.plan().map(drop).expect_err("misuse");
    assert_eq!(plan(Recipe::new()), PlanError::Empty);
    assert_eq!(plan(Recipe::new().sign(Signing::with(&alice))), PlanError::NoParts);
    let twice = Signing::with(&alice).parts([Part::Body, Part::Body]);
    assert!(matches!(plan(Recipe::new().sign(twice)), PlanError::TwiceInOneStep { .. }));
    let signature = Signing::with(&alice).parts([Part::Signature]);
    assert!(matches!(plan(Recipe::new().sign(signature)), PlanError::NotThere { .. }));
    let method = Signing::with(&alice).parts([Part::Body]).method(SignatureMethod::EcdsaSha256);
    assert_eq!(plan(Recipe::new().sign(method)), PlanError::KeyMismatch);
    let legacy = Signing::with(&alice).parts([Part::Body]).method(SignatureMethod::RsaSha1);
    assert!(matches!(plan(Recipe::new().sign(legacy)), PlanError::Legacy { .. }));
    let weak = Signing::with(&identity("weak")).parts([Part::Body]);
    assert!(matches!(plan(Recipe::new().sign(weak)), PlanError::Legacy { .. }));
    let block = Encrypting::to(&certificate("bob")).parts([Part::Timestamp]);
    assert!(matches!(plan(Recipe::new().encrypt(block)), PlanError::CannotBe { .. }));
    let curve = Encrypting::to(&certificate("ec256")).parts([Part::Body]);
    assert_eq!(plan(Recipe::new().encrypt(curve)), PlanError::Recipient);
    assert_eq!(plan(recipe().timestamp(std::time::Duration::from_secs(1))), PlanError::TwoTimestamps);
    assert_eq!(plan(Recipe::new().timestamp(std::time::Duration::ZERO)), PlanError::NoLifetime);
    let absent =
        Recipe::new().sign(Signing::with(&alice).parts([Part::header_block("urn:x", "Y")])).plan().expect("a plan");
    assert!(matches!(
        absent.message(&envelope(SOAP11)).secure().map(|secured| secured.message),
        Err(SecureError::NoSuchPart { .. })
    ));
    assert!(matches!(absent.message("<a/>").secure().map(|secured| secured.message), Err(SecureError::Envelope(_))));
    assert!(matches!(absent.message("not XML").secure().map(|secured| secured.message), Err(SecureError::Envelope(_))));
}

#[test]
fn envelopes_of_every_shape_are_secured() {
    let alice = identity("alice");
    let plan = recipe().sign(Signing::with(&alice).parts([Part::Body, Part::Timestamp])).plan().expect("a plan");
    for envelope in [
        format!("<Envelope xmlns=\"{SOAP11}\"><Body/></Envelope>"),
        format!("<Envelope xmlns=\"{SOAP12}\"><Header/><Body><a xmlns=\"\"/></Body></Envelope>"),
        format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header/><s:Body/></s:Envelope>"),
        format!(
            "<?xml version='1.0'?>\n<!-- c -->\n<s:Envelope\n xmlns:s='{SOAP12}' ><s:Header >\n</s:Header><s:Body id='x' >t</s:Body></s:Envelope>\n"
        ),
        // Prefixes we would use are taken, for other things.
        format!(
            "<wsu:Envelope xmlns:wsu=\"{SOAP11}\" xmlns:wsse=\"urn:x\" xmlns:ds=\"urn:y\"><wsu:Body><wsse:a ds:b=\"\"/></wsu:Body></wsu:Envelope>"
        ),
    ] {
        let message = plan.message(&envelope).secure().unwrap_or_else(|error| panic!("{envelope}: {error}")).message;
        let opened = receiver().open(&message);
        assert!(opened.is_ok(), "{:?}\n{message}", opened.err());
    }
}

/// With and without a default namespace in scope: peers read the rule about it differently, but agree on what we write.
fn envelopes() -> [String; 2] {
    let default = envelope(SOAP11).replace("<s:Envelope ", "<s:Envelope xmlns=\"urn:default\" ");
    [envelope(SOAP12), default]
}

fn by_reference(form: ReferenceForm) -> Signing {
    Signing::with(&identity("alice"))
        .parts([Part::Body, Part::Timestamp, Part::SigningToken])
        .reference(form)
        .token_by_reference()
}

fn token_demanded() -> Receiver {
    Receiver::new(
        trust().known([certificate("alice")]),
        Requirements::signed([Part::Body, Part::Timestamp, Part::SigningToken]),
        DangerousNoReplayCache,
    )
}

#[test]
fn t38_a_token_is_signed_through_the_reference_to_it() {
    for form in [
        ReferenceForm::Direct,
        ReferenceForm::DirectPath,
        ReferenceForm::IssuerSerial,
        ReferenceForm::SubjectKeyIdentifier,
        ReferenceForm::Thumbprint,
    ] {
        for envelope in envelopes() {
            let plan = recipe().sign(by_reference(form)).plan().expect("a plan");
            let message = plan.message(&envelope).secure().expect("secured").message;
            assert!(message.contains("#STR-Transform"));
            let opened = token_demanded().open(&message);
            assert!(opened.is_ok(), "{form:?}: {:?}\n{message}", opened.err());
            // A reference under plain canonicalisation does not cover the token.
            let plain = recipe().sign(signing().reference(form)).plan().expect("a plan");
            refuse(&token_demanded(), &plain.message(&envelope).secure().expect("secured").message);
        }
    }
    let embedded = recipe().sign(by_reference(ReferenceForm::Embedded)).plan().map(drop);
    assert!(matches!(embedded, Err(PlanError::NotThere { .. })));
}

#[test]
fn t38_references_that_mean_another_token_are_refused() {
    let message = with(recipe().sign(by_reference(ReferenceForm::Direct)));
    assert!(token_demanded().open(&message).is_ok());
    let (before, rest) = message.split_once("<wsse:BinarySecurityToken").expect("a token");
    let (token, after) = rest.split_once("</wsse:BinarySecurityToken>").expect("its end");
    let token = format!("<wsse:BinarySecurityToken{token}</wsse:BinarySecurityToken>");
    let twin = with(recipe().sign(Signing::with(&identity("twin-alice")).parts([Part::Body])));
    let (_, twin) = twin.split_once("<wsse:BinarySecurityToken").expect("a token");
    let (head, _) = twin.split_once("</wsse:BinarySecurityToken>").expect("its end");
    let value = |element: &str| element.split_once('>').expect("content").1.to_owned();
    let swapped = token.replace(value(&token).trim_end_matches("</wsse:BinarySecurityToken>"), &value(head));
    for changed in [
        // Another certificate, the same with white space in it, and no token at all.
        format!("{before}{swapped}{after}"),
        message.replacen("</wsse:BinarySecurityToken>", " </wsse:BinarySecurityToken>", 1),
        format!("{before}{after}"),
        // Parameters that do not exist, or two of them; the misspelt identifier; comments.
        message.replace("<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:CanonicalizationMethod></wsse:T", "</wsse:T"),
        message.replace("<wsse:TransformationParameters", "<wsse:TransformationParameters a=\"b\""),
        message.replace("#STR-Transform", "#STRTransform"),
        // The reference identifies another reference, or is not one.
        message.replacen("<wsse:SecurityTokenReference", "<wsse:SecurityTokenReference xmlns:z=\"urn:z\" z:a=\"\"", 1),
    ] {
        assert_ne!(changed, message);
        let outcome = token_demanded().open(&changed);
        if let Ok(opened) = outcome {
            // Data that is not covered may change: the reference itself is not signed.
            assert!(changed.contains("urn:z"), "{changed}");
            assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
        }
    }
    // Found in a store, it must be the certificate whose key signed.
    let thumbprint = with(recipe().sign(by_reference(ReferenceForm::Thumbprint)));
    let unknown = Receiver::new(
        trust().known([certificate("twin-alice")]),
        Requirements::signed([Part::Body, Part::SigningToken]),
        DangerousNoReplayCache,
    );
    refuse(&unknown, &thumbprint);
}

#[test]
fn a_path_travels_as_a_pkcs7_bag() {
    // What OpenSSL makes of Dave and his authority.
    let made = file("dave.p7b");
    let (dave, sub_ca) = (certificate("dave"), certificate("sub-ca"));
    assert_eq!(ws_security::crypto::to_pkcs7(&[&dave, &sub_ca]), made);
    assert_eq!(ws_security::crypto::pkcs7_certificates(&made), Some(vec![dave.der(), sub_ca.der()]));
    let identity = identity("dave").chain(vec![sub_ca.clone()]);
    let plan = recipe().sign(
        Signing::with(&identity)
            .parts([Part::Body, Part::Timestamp, Part::SigningToken])
            .reference(ReferenceForm::DirectPkcs7),
    );
    let message = with(plan);
    let rule = SignerRule::subject("CN=Dave, O=\"Example, Inc\", C=DE").expect("a name");
    let trust = Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(rule);
    let receiver = Receiver::new(
        trust,
        Requirements::signed([Part::Body, Part::Timestamp, Part::SigningToken]),
        DangerousNoReplayCache,
    );
    let opened = receiver.open(&message).expect("opens");
    assert_eq!(opened.signer().certificate(), Some(&dave));
    // The bag has no order; a bag of strangers, or of one twice the end, has no end.
    let bag = |certificates: &[&Certificate]| {
        use ws_security::c14n::base64_encode;
        let now = base64_encode(&ws_security::crypto::to_pkcs7(&[&sub_ca, &dave]));
        let start = message.find("<wsse:BinarySecurityToken").expect("a token");
        let start = start + message[start..].find('>').expect("its tag") + 1;
        let end = message.find("</wsse:BinarySecurityToken>").expect("its end");
        let new = base64_encode(&ws_security::crypto::to_pkcs7(certificates));
        assert!(now.len() > 100);
        format!("{}{new}{}", &message[..start], &message[end..])
    };
    let unordered = Receiver::new(
        Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors),
        Requirements::signed([Part::Body, Part::Timestamp]),
        DangerousNoReplayCache,
    );
    let plain = |certificates: &[&Certificate]| unordered.open(bag(certificates)).map(drop);
    // The token was signed as written, so even the order of its children cannot change.
    assert!(plain(&[&sub_ca, &dave]).is_ok());
    assert!(plain(&[&dave, &sub_ca]).is_err());
    for certificates in [&[][..], &[&dave, &certificate("alice")], &[&sub_ca, &certificate("ca")]] {
        assert!(plain(certificates).is_err());
    }
}

#[test]
fn version_1_certificates_need_a_pin_and_a_word() {
    let signing = Signing::with(&identity("v1")).parts([Part::Body, Part::Timestamp]);
    let in_token = recipe().sign(signing);
    let breaks = |recipe: &Recipe| recipe.clone().plan().map(drop);
    assert!(matches!(breaks(&in_token), Err(PlanError::Bsp { rule: Rule::R3033, .. })));
    let message = with(in_token.waive(Rule::R3033));
    assert!(message.contains("#X509v1"));
    let pinned =
        || Receiver::new(Trust::pins([certificate("v1")]), Requirements::signed([Part::Body]), DangerousNoReplayCache);
    let error = refuse(&pinned(), &message);
    assert!(matches!(error, OpenError::Token(ws_security::tokens::TokenError::Version1)), "{error:?}");
    assert!(pinned().accept_x509_version_1_for_legacy_use_only().open(&message).is_ok());
    let below = || Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    let anchored = |trust| {
        Receiver::new(trust, Requirements::signed([Part::Body]), DangerousNoReplayCache)
            .accept_x509_version_1_for_legacy_use_only()
    };
    let error = refuse(&anchored(below()), &message);
    assert!(matches!(error, OpenError::Trust(ws_security::TrustError::Version1 { .. })), "{error:?}");
    assert!(anchored(below().accept_certificates_of_version_1()).open(&message).is_ok());
    // It names no key identifier: peers compute one, and so do we when asked.
    let ski = |form| recipe().sign(Signing::with(&identity("v1")).parts([Part::Body]).reference(form));
    assert_eq!(ski(ReferenceForm::SubjectKeyIdentifier).plan().map(drop), Err(PlanError::ReferenceForm));
    let computed = ski(ReferenceForm::ComputedKeyIdentifier);
    assert!(matches!(breaks(&computed), Err(PlanError::Bsp { rule: Rule::R5210, .. })));
    let computed = with(computed.waive(Rule::R5210));
    assert!(pinned().accept_x509_version_1_for_legacy_use_only().open(computed).is_ok());
    let has_one = recipe().sign(signing_as(ReferenceForm::ComputedKeyIdentifier)).plan().map(drop);
    assert_eq!(has_one, Err(PlanError::ReferenceForm));
}

fn signing_as(form: ReferenceForm) -> Signing {
    signing().reference(form)
}

#[test]
fn issuers_are_named_as_peers_spell_them_and_found_in_every_spelling() {
    use ws_security::NameForm;
    for (form, expected) in [
        (NameForm::Rfc4514, "CN=Example CA,O=Example Trust,C=DE"),
        (NameForm::Rfc2253, "CN=Example CA,O=Example Trust,C=DE"),
        (NameForm::Java, "CN=Example CA, O=Example Trust, C=DE"),
        (NameForm::Dotnet, "CN=Example CA, O=Example Trust, C=DE"),
    ] {
        let message = with(recipe().sign(signing_as(ReferenceForm::IssuerSerialAs(form))));
        assert!(message.contains(&format!("<ds:X509IssuerName>{expected}</ds:X509IssuerName>")), "{form:?}");
        let receiver = Receiver::new(
            trust().known([certificate("alice")]),
            Requirements::signed([Part::Body]),
            DangerousNoReplayCache,
        );
        assert!(receiver.open(&message).is_ok(), "{form:?}");
    }
}

#[test]
fn hashed_passwords_are_digested_as_they_are_kept() {
    use ws_security::Password;
    let kept = |user: &str| (user == "ann").then(|| Password::sha1_of("s3cret").secret().clone());
    let service = Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned().username_token(),
        DangerousNoReplayCache,
    )
    .passwords(kept);
    let hashed = with(Recipe::new().username_digest("ann", Password::sha1_of("s3cret")));
    assert!(service.open_unsigned(hashed, TransportFacts::dangerous_unprotected()).is_ok());
    let plain = with(Recipe::new().username_digest("ann", "s3cret"));
    assert!(service.open_unsigned(plain, TransportFacts::dangerous_unprotected()).is_err());
}

/// The message, with these octets in its token.
fn holding(message: &str, octets: &[u8]) -> String {
    let start = message.find("<wsse:BinarySecurityToken").expect("a token");
    let start = start + message[start..].find('>').expect("its tag") + 1;
    let end = message.find("</wsse:BinarySecurityToken>").expect("its end");
    format!("{}{}{}", &message[..start], ws_security::c14n::base64_encode(octets), &message[end..])
}

/// A token that holds no certificate says what it holds, whatever its type.
#[test]
fn a_token_without_a_certificate_says_what_it_holds() {
    use ws_security::c14n::base64_encode;
    let alice = certificate("alice");
    let encoded = base64_encode(alice.der());
    let lines = encoded.as_bytes().chunks(64).flat_map(|line| [line, b"\r\n"].concat()).collect::<Vec<_>>();
    let digits: String = alice.der().iter().map(|octet| format!("{octet:02X}")).collect();
    for form in [ReferenceForm::Direct, ReferenceForm::DirectPath, ReferenceForm::DirectPkcs7] {
        let message = with(recipe().sign(signing().reference(form)));
        for (octets, words) in [
            (&b""[..], "it is empty"),
            (encoded.as_bytes(), "base64 once more, so have it encoded once"),
            (&lines, "base64 once more, so have it encoded once"),
            (digits.as_bytes(), "in hexadecimal"),
        ] {
            let error = refuse(&receiver(), &holding(&message, octets)).to_string();
            assert!(error.contains(words), "{form:?}: {error}");
        }
    }
}

/// A PKIPath has its signer last (X.509 §7.7), and one that has it first is told so, whatever its authority may do.
#[test]
fn a_path_in_the_wrong_order_is_told_to_be() {
    let (dave, sub_ca) = (certificate("dave"), certificate("sub-ca"));
    let identity = identity("dave").chain(vec![sub_ca.clone()]);
    let signing = Signing::with(&identity).parts([Part::Body, Part::Timestamp]).reference(ReferenceForm::DirectPath);
    let message = with(recipe().sign(signing));
    let rule = SignerRule::subject("CN=Dave, O=\"Example, Inc\", C=DE").expect("a name");
    let trust = Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(rule);
    let receiver = Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache);
    assert!(receiver.open(&message).is_ok());
    let path = |certificates: &[&Certificate]| holding(&message, &ws_security::crypto::to_pki_path(certificates));
    assert!(receiver.open(path(&[&sub_ca, &dave])).is_ok());
    let error = refuse(&receiver, &path(&[&dave, &sub_ca]));
    assert!(matches!(error, OpenError::Token(ws_security::tokens::TokenError::PathOrder { .. })), "{error}");
    let error = error.to_string();
    assert!(error.contains(&format!("issued {:?}", dave.subject().to_string())), "{error}");
    assert!(error.contains("with the certificate of its signer last"), "{error}");
    // Alone it stays what it was: the signature is of another key, or the path does not begin with its end.
    assert!(receiver.open(path(&[&dave])).is_err());
}
