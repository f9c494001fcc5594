//! An error says what is wrong, where, and what to do; what it says can be read without any key.

mod common;
#[path = "common/signed_again.rs"]
mod signed_again;

use common::*;
use signed_again::signed_again;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ws_security::attachments::{MimeError, Package};
use ws_security::c14n::name;
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::tokens::{PasswordError, TrustError};
use ws_security::{
    AssertionTrust, EnvelopeError, Fault, FixedClock, HeaderError, KerberosTicket, Limits, MemoryReplayCache,
    MissingKey, NewAssertion, NotFresh, OpenError, ProtectionToken, ReferenceForm, ReplayError, RequiredToken,
    RequirementError, Requirements, SamlVersion, Secret, SecureConversation, TransportFacts, Username, WhyMisplaced,
    WhyNoToken,
};

fn said(receiver: &Receiver, message: &str) -> String {
    receiver.open(message).map(|_| ()).expect_err("refused").to_string()
}

#[track_caller]
fn has(error: &str, words: &[&str]) {
    words.iter().for_each(|word| assert!(error.contains(word), "{word:?} is not in: {error}"));
}

fn to_bob() -> Encrypting {
    Encrypting::to(&certificate("bob")).parts([Part::Body])
}

fn made(recipe: Recipe) -> String {
    recipe.secured(&envelope(SOAP11))
}

#[test]
fn a_message_for_someone_else_says_for_whom() {
    let bob = certificate("bob");
    let issuer_serial = [format!("{:?}", bob.issuer().to_string()), format!("serial {}", bob.serial_decimal())];
    let words: Vec<&str> = ["no key of ours fits", "is known", "decrypt_with"]
        .into_iter()
        .chain(issuer_serial.iter().map(String::as_str))
        .collect();
    let carol = receiver().decrypt_with(identity("carol"));
    let ours = receiver().decrypt_with(identity("bob"));
    // The signer had the plaintext: no digest is blamed.
    let inside = made(recipe().sign(signing()).encrypt(to_bob()));
    assert!(matches!(carol.open(&inside), Err(OpenError::NotForUs { .. })), "{}", said(&carol, &inside));
    // The signature is over the ciphertext, and verifies.
    let outside = made(recipe().encrypt(to_bob()).sign(signing()));
    for message in [&inside, &outside] {
        has(&said(&carol, message), &words);
        assert!(ours.open(message).is_ok());
        // A ciphertext that was demanded is not told to be absent.
        let demanding = demanding_encrypted().decrypt_with(identity("carol"));
        has(&said(&demanding, message), &words);
    }
    // Nothing names the ciphertext, and the only key is for someone else.
    let (before, rest) = outside.split_once("<xenc:ReferenceList>").expect("a list");
    let unlisted = format!("{before}{}", rest.split_once("</xenc:ReferenceList>").expect("its end").1);
    has(&said(&carol, &unlisted), &words);
    has(&said(&ours, &unlisted), &["is still encrypted: no list"]);
}

fn demanding_encrypted() -> Receiver {
    Receiver::new(
        trust(),
        Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]),
        ws_security::DangerousNoReplayCache,
    )
}

#[test]
fn what_came_in_clear_text_is_said_to_be() {
    let error = demanding_encrypted().decrypt_with(identity("bob")).open(signed(SOAP11)).map(|_| ());
    let expected = RequirementError::NotEncrypted { part: Part::Body };
    assert_eq!(error, Err(OpenError::Requirement(expected)));
}

#[test]
fn a_signer_that_is_not_known_is_named_as_the_message_names_it() {
    let alice = certificate("alice");
    let by = |form| made(recipe().sign(signing().reference(form)));
    let known = receiver_of(trust().known([alice.clone()]));
    let serial = format!("serial {}", alice.serial_decimal());
    let issuer = format!("issuer {:?}", alice.issuer().to_string());
    for (form, named) in [
        (ReferenceForm::IssuerSerial, vec![serial.as_str(), issuer.as_str()]),
        (ReferenceForm::SubjectKeyIdentifier, vec!["subject key identifier AZAD2kJ68Vp8jZLsaqolWOx8FYA="]),
        (ReferenceForm::Thumbprint, vec!["SHA-1 thumbprint "]),
    ] {
        let message = by(form);
        let error = refuse(&receiver(), &message);
        assert!(
            matches!(error, OpenError::NoKey { ref certificates, secrets: 0, .. } if certificates.count == 0),
            "{error}"
        );
        has(&error.to_string(), &named);
        assert!(matches!(error, OpenError::NoKey { missing: MissingKey::Any, .. }), "{error}");
        has(&error.to_string(), &["Trust::known", "0 certificates"]);
        assert!(known.open(&message).is_ok(), "{form:?}");
    }
}

/// loopbackio/strong-soap#617: the URI of the reference to the token has no `#`.
#[test]
fn a_reference_that_lacks_its_hash_says_so() {
    let message = made(recipe().sign(signing()));
    let (before, after) = message.split_once("<wsse:Reference URI=\"#").expect("a reference to the token");
    has(&said(&receiver(), &format!("{before}<wsse:Reference URI=\"{after}")), &["the token", "lacks `#`"]);
    let elsewhere = format!("{before}<wsse:Reference URI=\"urn:uuid:{after}");
    assert!(!said(&receiver(), &elsewhere).contains("lacks"), "an absolute URI needs none");
}

fn receiver_of(trust: Trust) -> Receiver {
    Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), ws_security::DangerousNoReplayCache)
}

#[test]
fn what_is_wrong_with_listed_data_is_one_of_several_texts() {
    let bob = receiver().decrypt_with(identity("bob"));
    let message = made(recipe().sign(signing()).encrypt(to_bob()));
    assert!(bob.open(&message).is_ok());
    let (before, rest) = message.split_once("<xenc:DataReference").expect("a list");
    let (reference, after) = rest.split_once("></xenc:DataReference>").expect("an empty element");
    let with = |references: &str| format!("{before}{references}{after}");
    let reference = format!("<xenc:DataReference{reference}/>");
    let elsewhere = |id: &str| with(&format!("{reference}<xenc:DataReference URI=\"#{id}\"/>"));
    let timestamp = message.split_once("<wsu:Timestamp").expect("one").1.split_once("wsu:Id=\"").expect("an Id").1;
    let timestamp = timestamp.split_once('"').expect("its end").0;
    for (changed, expected, word) in [
        (elsewhere("nobody"), WhyMisplaced::Missing, "no element of the message has this Id"),
        (with(&format!("{reference}{reference}")), WhyMisplaced::Twice, "listed twice"),
        (elsewhere(timestamp), WhyMisplaced::Place, "misplaced"),
        (
            message.replacen("xmlenc#Content", "xmlenc#Elements", 1),
            WhyMisplaced::Type { stated: "http://www.w3.org/2001/04/xmlenc#Elements".into() },
            "of the wrong type",
        ),
    ] {
        let error = refuse(&bob, &changed);
        assert!(matches!(&error, OpenError::EncryptedData { why, .. } if *why == expected), "{error}");
        has(&error.to_string(), &[word]);
    }
}

#[test]
fn a_time_error_gives_both_instants_the_age_and_the_limit() {
    let made_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let message = |lifetime| {
        let recipe = Recipe::new().timestamp(Duration::from_secs(lifetime)).clock(Arc::new(FixedClock(made_at)));
        made(recipe.sign(signing()))
    };
    let at = |seconds: u64| receiver().clock(Arc::new(FixedClock(made_at + Duration::from_secs(seconds))));
    let old = refuse(&at(3_600), &message(7_200));
    assert!(matches!(old, OpenError::NotFresh(NotFresh::TooOld { .. })));
    has(
        &old.to_string(),
        &[
            "2027-01-15T08:00:00.000Z",
            "2027-01-15T09:00:00.000Z",
            "3600 seconds",
            "300 seconds",
            "60 seconds",
            "window",
        ],
    );
    let raised = at(3_600).window(Duration::from_secs(4_000), Duration::from_secs(60));
    assert!(raised.open(message(7_200)).is_ok());
    let expired = refuse(&at(200), &message(100));
    assert!(matches!(expired, OpenError::NotFresh(NotFresh::Expired { .. })));
    has(
        &expired.to_string(),
        &["expired at 2027-01-15T08:01:40.000Z", "2027-01-15T08:03:20.000Z", "100 seconds", "60 seconds"],
    );
    let early = receiver().clock(Arc::new(FixedClock(made_at - Duration::from_secs(90))));
    let future = refuse(&early, &message(100));
    assert!(matches!(future, OpenError::NotFresh(NotFresh::Future { .. })));
    has(&future.to_string(), &["90 seconds in the future", "60 seconds", "window"]);
}

/// The log says which; the fault on the wire is one.
#[test]
fn a_user_that_does_not_authenticate_is_told_apart_in_the_log_alone() {
    let service = || {
        Receiver::new(trust(), Requirements::dangerous_unsigned().username_token(), MemoryReplayCache::default())
            .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
    };
    let by = |user: &str, password: &str| {
        made(Recipe::new().username_digest(user, Secret::new(password.as_bytes().to_vec())))
    };
    let protected = TransportFacts::dangerous_unprotected;
    let open = |receiver: &Receiver, message: &str| receiver.open_unsigned(message, protected()).map(drop);
    let receiver = service().over_protected_transport();
    let good = by("ann", "s3cret");
    assert_eq!(open(&receiver, &good), Ok(()));
    assert_eq!(open(&receiver, &good), Err(OpenError::Replay(ReplayError::Seen)), "the nonce was seen");
    let mut faults = std::collections::BTreeSet::new();
    let text = made(Recipe::new().username(Username::text("ann", "other")).over_protected_transport());
    for (message, expected) in [
        (by("eve", "s3cret"), PasswordError::UnknownUser),
        (by("ann", "other"), PasswordError::WrongDigest),
        (text, PasswordError::WrongPassword),
    ] {
        let error = open(&receiver, &message).expect_err("refused");
        assert_eq!(error, OpenError::Password(expected));
        faults.insert(format!("{:?}", Fault::naming(&error)));
    }
    faults.insert(format!("{:?}", Fault::naming(&OpenError::Password(PasswordError::ClearText))));
    assert_eq!(faults.len(), 1, "{faults:?}");
}

#[test]
fn a_fault_that_nobody_signed_is_told_with_its_code_and_reason() {
    for soap in [SOAP11, SOAP12] {
        let version = ws_security::SoapVersion::of(envelope(soap));
        let fault = Fault::refused().envelope(version);
        let error = refuse(&receiver(), &fault);
        assert!(matches!(error, OpenError::UnauthenticatedFault { .. }), "{error}");
        has(&error.to_string(), &["SOAP Fault", "unauthenticated", "The message was refused"]);
    }
    // A fault that is signed opens; an unsigned message that is none is told as before.
    assert!(matches!(refuse(&receiver(), &envelope(SOAP11)), OpenError::Header(HeaderError::Absent)));
}

#[test]
fn a_header_for_another_actor_is_named() {
    let message = made(recipe().actor("urn:other").sign(signing()));
    let error = refuse(&receiver(), &message);
    assert!(matches!(error, OpenError::Header(HeaderError::OtherActor { .. })));
    has(&error.to_string(), &["has a header for actor \"urn:other\""]);
    assert!(receiver().actor("urn:other").open(&message).is_ok());
}

#[test]
fn an_envelope_for_a_package_and_a_package_for_an_envelope_are_told() {
    let envelope = signed(SOAP11);
    assert_eq!(Package::parse(envelope.as_bytes(), &Limits::default()).map(drop), Err(MimeError::PlainEnvelope));
    let package = format!(
        "Content-Type: multipart/related; boundary=b; type=\"text/xml\"\r\n\r\n--b\r\nContent-Type: text/xml\r\n\r\n{envelope}\r\n--b--\r\n"
    );
    let body = package.split_once("\r\n\r\n").expect("a body").1;
    for octets in [package.as_str(), body] {
        assert_eq!(receiver().open(octets).map(drop), Err(OpenError::Envelope(EnvelopeError::Package)));
    }
    let package = Package::parse(package.as_bytes(), &Limits::default()).expect("a package");
    assert!(receiver().open(&package).is_ok());
}

#[test]
fn blocks_of_addressing_are_understood_by_one_call_that_the_error_names() {
    let demanding = signed(SOAP11).replacen("<a:To>", "<a:To s:mustUnderstand=\"1\">", 1);
    has(&said(&receiver(), &demanding), &["{http://www.w3.org/2005/08/addressing}To", "understands_addressing"]);
    assert!(receiver().understands_addressing().open(&demanding).is_ok());
    // What that call does not cover is not told to be covered.
    for (from, to) in [("<a:To s:", "<a:Other s:"), ("<a:To s:", "<x:To xmlns:x=\"urn:x\" s:")] {
        let end = to.split([' ', '<']).nth(1).expect("a name");
        let other = demanding.replacen(from, to, 1).replacen("</a:To>", &format!("</{end}>"), 1);
        let told = said(&receiver(), &other);
        assert!(told.contains("`understands`") && !told.contains("understands_addressing"), "{told}");
    }
    let other = demanding.replacen("<a:To s:", "<a:Other s:", 1).replacen("</a:To>", "</a:Other>", 1);
    assert!(matches!(refuse(&receiver().understands_addressing(), &other), OpenError::NotUnderstood { .. }));
}

/// No certificate and no secret without a name is the key of a context, of a request or of a user.
#[test]
fn a_key_that_is_missing_is_named_with_what_gives_it() {
    let parts = [Part::Body, Part::Timestamp];
    let by = |token: &ProtectionToken| recipe().sign(Signing::with_token(token).parts(parts.clone()));
    let missing = |error: OpenError| match error {
        OpenError::NoKey { missing, .. } => missing,
        other => panic!("{other}"),
    };
    let context = |version| ProtectionToken::security_context(version, "urn:ctx", Secret::new(vec![7; 32]));
    let of_context = MissingKey::SecurityContext { identifier: "urn:ctx".into() };
    for version in [SecureConversation::V2005, SecureConversation::V1_3] {
        for token in [context(version), context(version).derived_keys(version)] {
            let message = made(by(&token));
            assert_eq!(missing(refuse(&receiver(), &message)), of_context);
            has(&said(&receiver(), &message), &["urn:ctx", "security_contexts"]);
            let known = receiver().security_contexts(|_: &str, _: Option<&str>| Some(Secret::new(vec![7; 32])));
            assert!(known.open(&message).is_ok());
        }
    }
    let password = made(by(&ProtectionToken::username("ann", "s3cret")));
    assert_eq!(missing(refuse(&receiver(), &password)), MissingKey::Password);
    let gss_token = b"\x60\x0e\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00\x6e".to_vec();
    let ticket = move || Some(KerberosTicket { gss_token: gss_token.clone(), key: Secret::new(vec![7; 32]) });
    let by_ticket = made(by(&ProtectionToken::kerberos(ticket)));
    assert_eq!(missing(refuse(&receiver(), &by_ticket)), MissingKey::Ticket);
    has(&said(&receiver(), &by_ticket), &["Kerberos ticket", "`kerberos`"]);
    let refusing = receiver().kerberos(|_: &[u8]| None);
    assert_eq!(missing(refuse(&refusing, &by_ticket)), MissingKey::RefusedTicket);
    has(&said(&refusing, &by_ticket), &["not accepted", "presented before"]);
    let held = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann").audience("urn:bank");
    let held = held.holder_of_key(&certificate("dave"));
    let held = held.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("signed");
    let by_holder = Signing::with(&identity("dave")).holder_of_key().parts(parts.clone());
    let by_holder = made(recipe().token(held).sign(by_holder));
    assert_eq!(missing(refuse(&receiver(), &by_holder)), MissingKey::Assertion);
    has(&said(&receiver(), &by_holder), &["`AssertionTrust::issuer`"]);
    let issuer = AssertionTrust::for_audience("urn:bank");
    let issuer = issuer.issuer("https://idp.example", Trust::pins([certificate("carol")]));
    assert!(receiver().assertions(issuer).open(&by_holder).is_ok());
    // A reply with the key of its request, opened as a message of its own, and as the reply to another.
    let send = || {
        let sent = by(&ProtectionToken::encrypted_to(&certificate("bob")));
        sent.plan().expect("a plan").message(&envelope(SOAP11)).secure().expect("secured")
    };
    let anonymous = Requirements::signed(parts.clone()).dangerous_anonymous();
    let service = Receiver::new(trust(), anonymous, ws_security::DangerousNoReplayCache).decrypt_with(identity("bob"));
    let opened = service.open(&send().message).expect("opens");
    let reply = by(&ProtectionToken::of_request()).plan().expect("a plan");
    let reply = reply.message(&envelope(SOAP11)).answering(opened.correlation()).secure().expect("secured").message;
    assert_eq!(missing(refuse(&receiver(), &reply)), MissingKey::OfRequest);
    has(&said(&receiver(), &reply), &["answering"]);
    let other = receiver().answering(&send().correlation).open(&reply).map(drop).expect_err("another request");
    assert_eq!(missing(other), MissingKey::OfOtherRequest);
}

/// A secret signs where a certificate is demanded.
#[test]
fn a_signer_of_another_kind_than_demanded_is_told_from_none() {
    let context = ProtectionToken::security_context(SecureConversation::V1_3, "urn:ctx", Secret::new(vec![7; 32]));
    let by_secret = made(recipe().sign(Signing::with_token(&context).parts([Part::Body, Part::Timestamp])));
    let demands = Requirements::signed([Part::Body, Part::Timestamp]).x509_token();
    let service = Receiver::new(trust(), demands, ws_security::DangerousNoReplayCache);
    let service = service.security_contexts(|_: &str, _: Option<&str>| Some(Secret::new(vec![7; 32])));
    let error = refuse(&service, &by_secret);
    let expected = RequirementError::NoToken { token: RequiredToken::X509, why: WhyNoToken::OtherSigner };
    assert_eq!(error, OpenError::Requirement(expected));
    has(&error.to_string(), &["X.509", "of another kind"]);
    assert!(service.open(signed(SOAP11)).is_ok());
}

#[test]
fn what_is_no_message_for_a_receiver_says_who_reads_it() {
    let (ds, xenc) = (name::DS.uri, name::XENC.uri);
    let data = format!("<e:EncryptedData xmlns:e=\"{xenc}\"/>");
    let signature = format!("<d:Signature xmlns:d=\"{ds}\"/>");
    let envelope = |header: &str, body: &str| {
        format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>")
    };
    for (message, expected, words) in [
        (data.clone(), OpenError::Envelope(EnvelopeError::EncryptedDocument), "`decrypt_document`"),
        (
            format!("<invoice>{signature}</invoice>"),
            OpenError::Envelope(EnvelopeError::SignedDocument { root: "invoice".into() }),
            "`xmldsig::verify`",
        ),
        (
            envelope("", &data),
            OpenError::Header(HeaderError::CiphertextElsewhere { path: "/s:Envelope/s:Body/e:EncryptedData".into() }),
            "`decrypt_document`",
        ),
        (
            envelope("", &format!("<invoice>{signature}{data}</invoice>")),
            OpenError::Header(HeaderError::SignatureElsewhere {
                path: "/s:Envelope/s:Body/invoice/d:Signature".into(),
            }),
            "`xmldsig::verify`",
        ),
    ] {
        let error = refuse(&receiver(), &message);
        assert_eq!(error, expected);
        has(&error.to_string(), &[words]);
    }
    assert_eq!(refuse(&receiver(), &envelope("", "")), OpenError::Header(HeaderError::Absent));
}

#[test]
fn a_reference_to_the_web_is_told_to_sign_parts() {
    let message = made(recipe().sign(signing()));
    let id = message.split_once("<ds:Reference URI=\"#").expect("a reference").1.split_once('"').expect("an Id").0;
    let away = message.replacen(&format!("URI=\"#{id}\""), "URI=\"http://example.org/terms\"", 1);
    let away = signed_again(&away).expect("signed again");
    let error = refuse(&receiver(), &away);
    assert_eq!(error, OpenError::Outside { uri: "http://example.org/terms".into() });
    has(&error.to_string(), &["nothing is fetched", "`#`"]);
}

#[test]
fn the_issuer_at_which_a_path_ends_is_named() {
    let path_of = |anchor: &str| {
        let anchors = Trust::anchors_pem(&file(&format!("{anchor}.pem"))).expect("anchors");
        match refuse(&receiver_of(anchors.signer(SignerRule::AnyBelowTheAnchors)), &signed(SOAP11)) {
            OpenError::Trust(error @ TrustError::NoPath { .. }) => error.to_string(),
            other => panic!("{other}"),
        }
    };
    let issuer = format!("{:?}", certificate("alice").issuer().to_string());
    has(&path_of("bp-ca"), &[&format!("add the certificate of {issuer}, which is missing")]);
    // An authority of its name has another key.
    assert_eq!(certificate("twin-ca").subject(), certificate("alice").issuer());
    has(&path_of("twin-ca"), &[&format!("the known certificate of {issuer} did not sign")]);
}

#[test]
fn a_signature_without_a_reference_is_not_told_to_refer_better() {
    let message = signed(SOAP11);
    let (before, rest) = message.split_once("<ds:KeyInfo>").expect("one");
    let without = format!("{before}{}", rest.split_once("</ds:KeyInfo>").expect("its end").1);
    let two = receiver_of(Trust::pins([certificate("alice"), certificate("bob")]));
    assert!(matches!(refuse(&two, &without), OpenError::NoReference));
    assert!(receiver_of(Trust::pins([certificate("alice")])).open(&without).is_ok());
}

#[test]
fn a_part_that_is_not_there_is_told_from_one_that_is_not_signed() {
    let body = || Signing::with(&identity("alice")).parts([Part::Body]);
    let error = |recipe: Recipe| said(&receiver(), &made(recipe.sign(body())));
    has(&error(Recipe::new()), &["Timestamp", "the Security header has no wsu:Timestamp"]);
    let there = error(recipe());
    assert!(there.contains("covers Timestamp") && !there.contains("has no"), "{there}");
}

#[test]
fn a_username_token_that_proves_nothing_says_what_is_missing() {
    let demands = Requirements::signed([Part::Body, Part::Timestamp]).username_token();
    let service = Receiver::new(trust(), demands, MemoryReplayCache::default());
    let why = |receiver: &Receiver, message: &str| match refuse(receiver, message) {
        OpenError::Requirement(RequirementError::NoToken { token: RequiredToken::Username, why }) => why,
        other => panic!("{other}"),
    };
    assert_eq!(why(&service, &signed(SOAP11)), WhyNoToken::Absent);
    let key = ProtectionToken::username("ann", "s3cret");
    let by_key = recipe().sign(Signing::with_token(&key).parts([Part::Timestamp])).sign(signing());
    let message = made(by_key);
    // The signature by the key of the password is left out.
    let (at, _) = message.match_indices("<ds:Signature ").nth(1).expect("the second");
    let end = at + message[at..].find("</ds:Signature>").expect("its end") + "</ds:Signature>".len();
    let alone = format!("{}{}", &message[..at], &message[end..]);
    assert_eq!(why(&service, &alone), WhyNoToken::NoPasswords);
    let passwords = service.passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())));
    assert_eq!(why(&passwords, &alone), WhyNoToken::KeyUnused);
}

#[test]
fn a_token_outside_of_any_security_header_is_named() {
    let wsse = name::WSSE.uri;
    let token = format!("<w:UsernameToken xmlns:w=\"{wsse}\"><w:Username>ann</w:Username></w:UsernameToken>");
    let time = format!("<u:Timestamp xmlns:u=\"{}\"></u:Timestamp>", name::WSU.uri);
    for (block, named) in [(token, "w:UsernameToken"), (time.clone(), "u:Timestamp")] {
        let message = envelope(SOAP11).replacen("<s:Header>", &format!("<s:Header>{block}"), 1);
        let error = refuse(&receiver(), &message).to_string();
        assert!(error.contains(&format!("/s:Envelope/s:Header/{named}")) && error.contains("wsse:Security"), "{error}");
    }
    // A timestamp beside the Security header is not inside it.
    let message = recipe_without_timestamp(&time);
    let error = refuse(&receiver(), &message).to_string();
    assert!(error.contains("the Security header has no wsu:Timestamp"), "{error}");
}

/// A message of Alice's without a timestamp in its Security header, and one beside that.
fn recipe_without_timestamp(time: &str) -> String {
    let signing = Signing::with(&identity("alice")).parts([Part::Body]);
    Recipe::new().sign(signing).secured(&envelope(SOAP11).replacen("<s:Header>", &format!("<s:Header>{time}"), 1))
}

/// What is encrypted under the secret of an exchange, or out of a password, is told as a signature under it is.
#[test]
fn ciphertext_under_a_secret_that_is_missing_names_what_gives_it() {
    let to = |token: &ProtectionToken| {
        let encrypting = Encrypting::with_token(token).parts([Part::Body]);
        [recipe().sign(signing()).encrypt(encrypting.clone()), recipe().encrypt(encrypting).sign(signing())].map(made)
    };
    let context = |version| ProtectionToken::security_context(version, "urn:ctx", Secret::new(vec![7; 32]));
    let knowing = |identifier: &'static str| {
        receiver().security_contexts(move |known: &str, _: Option<&str>| {
            (known == identifier).then(|| Secret::new(vec![7; 32]))
        })
    };
    for version in [SecureConversation::V2005, SecureConversation::V1_3] {
        for token in [context(version), context(version).derived_keys(version)] {
            for message in to(&token) {
                for lacking in [receiver(), knowing("urn:other")] {
                    has(&said(&lacking, &message), &["no key of ours fits", "\"urn:ctx\"", "`security_contexts`"]);
                    assert!(!said(&lacking, &message).contains("decrypt_with"));
                    has(&lacking.explain(&message).to_string(), &["is encrypted to", "`security_contexts`"]);
                }
                assert!(knowing("urn:ctx").open(&message).is_ok());
            }
        }
    }
    for message in to(&ProtectionToken::username("ann", "s3cret")) {
        has(&said(&receiver(), &message), &["no key of ours fits", "made out of a password: call `passwords`"]);
    }
}

#[test]
fn a_weak_key_is_named_with_what_admits_it() {
    use ws_security::crypto::VerifyingKey;
    use ws_security::xmldsig::AlgorithmPolicy;
    let call = "AlgorithmPolicy::admit_weak_keys_for_legacy_use_only";
    let dsa = ws_security::crypto::KeyKind::Dsa { bits: 1024, subgroup_bits: 160 };
    let error = ws_security::xmldsig::VerifyError::WeakKey { key: dsa }.to_string();
    has(&error, &["DSA key of 1024 and 160 bits, where 2048 and 224 are the least", call]);
    for (name, words) in [("weak", "RSA key of 1024 bits"), ("p224", "P224")] {
        let key = VerifyingKey::from(certificate(name).public_key().clone());
        let error = AlgorithmPolicy::modern_2026().check_key(&key).expect_err("weak");
        has(&error.to_string(), &[words, call]);
        let admitting = AlgorithmPolicy::modern_2026().admit_weak_keys_for_legacy_use_only();
        assert_eq!(admitting.check_key(&key), Ok(()));
    }
    let parts = [Part::Body, Part::Timestamp];
    let message = made(recipe().allow_legacy_algorithms().sign(Signing::with(&identity("weak")).parts(parts)));
    let pinned = receiver_of(Trust::pins([certificate("weak")]));
    has(&said(&pinned, &message), &["RSA key of 1024 bits, where 2048 are the least", call]);
    let mut legacy = ws_security::AlgorithmPolicy::default();
    legacy.signature = legacy.signature.admit_weak_keys_for_legacy_use_only();
    assert!(pinned.algorithms(legacy).open(&message).is_ok());
}

/// No schema is read (SOAP Message Security 1.1.1 §4.2): an attribute that only its schema declares as an Id is not found by a
/// reference, and the error names it.
#[test]
fn an_id_that_only_a_schema_makes_one_is_named() {
    let pay = Part::parse("element:Body/{urn:p}Pay").expect("a path");
    let message = made(recipe().sign(Signing::with(&identity("alice")).parts([Part::Timestamp, pay])));
    let (before, after) = message.split_once("<p:Pay ").expect("the element");
    for (name, written) in [("Id", "Id"), ("ID", "ID"), ("id", "id"), ("{urn:p}ID", "p:ID")] {
        let changed = format!("{before}<p:Pay {}", after.replacen("wsu:Id=", &format!("{written}="), 1));
        for receiver in [receiver(), receiver().accept_ids_by_other_names()] {
            let error = refuse(&receiver, &changed);
            assert!(matches!(error, OpenError::IdBySchema { .. }), "{error}");
            has(&error.to_string(), &["p:Pay", &format!("attribute {name},"), "no schema is read", "wsu:Id"]);
        }
    }
    let nothing = format!("{before}<p:Pay {}", after.replacen("wsu:Id=", "name=", 1));
    has(&said(&receiver(), &nothing), &["no element has this Id", "`SameDocument::with_id_attributes`"]);
}

/// The errors of AS4 come without a signature where the peer could not read ours.
#[test]
fn an_error_of_ebms_that_nobody_signed_is_told_with_its_code_and_reason() {
    let ebms = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/";
    let error = "<eb:Error errorCode=\"EBMS:0101\" severity=\"failure\" shortDescription=\"FailedAuthentication\">\
                 <eb:Description>no such signer</eb:Description></eb:Error>";
    let with = |signal: &str, security: &str| {
        format!(
            "<s:Envelope xmlns:s=\"{SOAP12}\"><s:Header><eb:Messaging xmlns:eb=\"{ebms}\"><eb:SignalMessage>{signal}\
             </eb:SignalMessage></eb:Messaging>{security}</s:Header><s:Body></s:Body></s:Envelope>"
        )
    };
    let empty = format!("<w:Security xmlns:w=\"{}\"></w:Security>", name::WSSE.uri);
    for security in ["", empty.as_str()] {
        let message = with(error, security);
        let refusal = refuse(&receiver(), &message);
        assert!(matches!(refusal, OpenError::UnauthenticatedError { .. }), "{refusal}");
        let words = ["EBMS:0101", "FailedAuthentication: no such signer"];
        has(&refusal.to_string(), &[words[0], words[1], "nobody signed", "unauthenticated"]);
        has(&receiver().explain(&message).to_string(), &words);
    }
    assert_eq!(refuse(&receiver(), &with("<eb:Receipt/>", "")), OpenError::Header(HeaderError::Absent));
    has(&said(&receiver(), &with("<eb:Receipt/>", "")), &["nothing secures it", "have the peer secure it"]);
}
