//! Shapes that only one check refuses: each test here ends the life of a mutant of that check (fuzz/README.md, "Mutants
//! of the code").

mod common;

use std::time::{Duration, SystemTime};

use common::*;
use ws_security::TransportFacts;
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::tokens::{NewPasswordKeyToken, PasswordKeyUse, format_instant, write_digest_token};
use ws_security::{
    AlgorithmPolicy, AssertionTrust, ContentEncryption, DangerousNoReplayCache, KeyTransport, NewAssertion, OpenError,
    ProtectionToken, RequirementError, SamlName, SamlVersion, Secret, Signer,
};

fn with(recipe: Recipe) -> String {
    recipe.secured(&envelope(SOAP11))
}

fn bob(requirements: Requirements) -> Receiver {
    Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"))
}

fn body() -> Requirements {
    Requirements::signed([Part::Body])
}

fn to_bob(parts: impl IntoIterator<Item = Part>) -> Encrypting {
    Encrypting::to(&certificate("bob")).parts(parts)
}

/// The element of this qualified name, and the message without it.
fn taken_out(message: &str, name: &str) -> (String, String) {
    let start = message.find(&format!("<{name}")).unwrap_or_else(|| panic!("no {name}"));
    let end = format!("</{name}>");
    let end = start + message[start..].find(&end).expect("its end") + end.len();
    (message[start..end].to_owned(), format!("{}{}", &message[..start], &message[end..]))
}

#[test]
fn a_message_has_one_timestamp() {
    let message = signed(SOAP11);
    let (timestamp, _) = taken_out(&message, "wsu:Timestamp");
    let id = timestamp.find(" wsu:Id=\"").expect("an Id");
    let end = id + 9 + timestamp[id + 9..].find('"').expect("its end") + 1;
    let second = format!("{}{}", &timestamp[..id], &timestamp[end..]);
    let two = message.replacen("</wsse:Security>", &format!("{second}</wsse:Security>"), 1);
    assert!(receiver().open(&message).is_ok());
    assert!(matches!(refuse(&receiver(), &two), OpenError::TwoTimestamps));
}

#[test]
fn a_signature_has_no_object() {
    let message = signed(SOAP11).replacen("</ds:Signature>", "<ds:Object></ds:Object></ds:Signature>", 1);
    assert!(matches!(refuse_strictly(&receiver(), &message), OpenError::Enveloping));
}

/// The transforms are judged before a key is looked for, so nothing need be signed again.
#[test]
fn a_reference_has_one_exclusive_transform() {
    let golden = signed(SOAP11);
    let (before, rest) = golden.split_once("<ds:Transforms>").expect("transforms");
    let (chain, after) = rest.split_once("</ds:Transforms>").expect("transforms");
    let transform = |uri: &str| format!("<ds:Transform Algorithm=\"{uri}\"></ds:Transform>");
    let enveloped = transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature");
    let inclusive = transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315");
    let lax = receiver().algorithms(AlgorithmPolicy::everything_for_legacy_use_only());
    let with = |chain: &str| format!("{before}<ds:Transforms>{chain}</ds:Transforms>{after}");
    let more = chain.replacen(
        "></ds:Transform>",
        "><e:InclusiveNamespaces xmlns:e=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"p\"/></ds:Transform>",
        1,
    );
    assert_ne!(more, chain);
    for chain in [
        format!("{chain}{chain}"),
        format!("{chain}{more}"),
        format!("{more}{chain}"),
        format!("{chain}{enveloped}"),
        format!("{chain}{inclusive}"),
        format!("{inclusive}{chain}"),
        format!("{enveloped}{enveloped}{chain}"),
    ] {
        assert!(matches!(refuse(&lax, &with(&chain)), OpenError::Transforms { .. }), "{chain}");
    }
    assert!(matches!(refuse(&lax, &with(&inclusive)), OpenError::InclusiveCanonicalization { .. }));
    for absent in [with(""), format!("{before}{after}"), with(&enveloped)] {
        assert!(matches!(refuse(&lax, &absent), OpenError::AbsentTransforms { .. }));
    }
}

/// The parts of a Reference have their names and no others, and DigestMethod is without parameters: an algorithm with
/// parameters that nobody reads is another algorithm. It is judged before a key is looked for.
#[test]
fn a_reference_is_as_its_schema_says() {
    let golden = signed(SOAP11);
    let with = |from: &str, to: &str| {
        let changed = golden.replace(from, to);
        assert_ne!(changed, golden, "{from}");
        format!("{:?}", refuse_strictly(&receiver(), &changed))
    };
    let parameters = with("</ds:DigestMethod>", "<ds:Any></ds:Any></ds:DigestMethod>");
    assert!(parameters.contains("Parameters"), "{parameters}");
    for name in ["ds:DigestMethod", "ds:DigestValue"] {
        let renamed = golden.replace(&format!("<{name}"), &format!("<{name}s"));
        let renamed = renamed.replace(&format!("</{name}>"), &format!("</{name}s>"));
        let error = format!("{:?}", refuse_strictly(&receiver(), &renamed));
        assert!(error.contains("OutOfOrder"), "{error}");
    }
}

/// The same of SignedInfo, and of the SignatureMethod: what others write there under these names has no meaning here.
#[test]
fn a_signed_info_is_as_its_schema_says() {
    let golden = signed(SOAP11);
    let refused = |changed: &str| {
        assert_ne!(changed, golden);
        format!("{:?}", refuse_strictly(&receiver(), changed))
    };
    for name in [
        "CanonicalizationMethod",
        "SignatureMethod",
        "Reference",
        "DigestMethod",
        "DigestValue",
        "Transforms",
        "Transform",
    ] {
        let other = golden.replace(&format!("<ds:{name} "), &format!("<w:{name} xmlns:w=\"urn:w\" "));
        let other = other.replace(&format!("<ds:{name}>"), &format!("<w:{name} xmlns:w=\"urn:w\">"));
        let error = refused(&other.replace(&format!("</ds:{name}>"), &format!("</w:{name}>")));
        assert!(error.contains("OutOfOrder") || error.contains("Unexpected"), "{name}: {error}");
    }
    let (start, end) = (golden.find("<ds:Reference").expect("one"), golden.rfind("</ds:Reference>").expect("one"));
    let (before, references) = golden.split_at(start);
    let (_, after) = references.split_at(end - start + "</ds:Reference>".len());
    let error = refused(&format!("{before}{after}"));
    assert!(error.contains("NoReference"), "{error}");
    let error = refused(&format!("{before}<w:Other xmlns:w=\"urn:w\"></w:Other>{references}"));
    assert!(error.contains("Unexpected"), "{error}");
    for (parameter, expected) in [
        ("<ds:HMACOutputLength>160</ds:HMACOutputLength>", "TruncatedMac"),
        ("<w:HMACOutputLength xmlns:w=\"urn:w\">160</w:HMACOutputLength>", "Parameters"),
        (
            "<w:MLDSAContextString xmlns:w=\"http://www.aleksey.com/xmlsec/2002\">AAAA</w:MLDSAContextString>",
            "Parameters",
        ),
        ("<ds:Any></ds:Any>", "Parameters"),
    ] {
        let error = refused(&golden.replace("</ds:SignatureMethod>", &format!("{parameter}</ds:SignatureMethod>")));
        assert!(error.contains(expected), "{parameter}: {error}");
    }
}

#[test]
fn a_certificate_stands_before_the_signature_that_names_it() {
    let message = signed(SOAP11);
    let (token, without) = taken_out(&message, "wsse:BinarySecurityToken");
    let after = without.replacen("</wsse:Security>", &format!("{token}</wsse:Security>"), 1);
    assert!(receiver().accept_forward_references().open(&after).is_ok());
    let error = refuse(&receiver(), &after);
    assert!(error.to_string().contains("points forward"), "{error}");
}

#[test]
fn a_reference_names_the_type_of_the_key_it_means() {
    let anyone = || bob(Requirements::signed([Part::Body, Part::Timestamp]).dangerous_anonymous());
    let key = ProtectionToken::encrypted_to(&certificate("bob"));
    let message = with(recipe().sign(Signing::with_token(&key).parts([Part::Body, Part::Timestamp])));
    assert!(anyone().open(&message).is_ok());
    let wrong = message.replacen("#EncryptedKey\"", "#EncryptedKeySHA1\"", 1);
    assert_ne!(wrong, message);
    refuse(&anyone(), &wrong);
    let password = ProtectionToken::username("ann", "s3cret");
    let message = with(recipe().sign(Signing::with_token(&password).parts([Part::Body, Part::Timestamp])));
    let users = || anyone().passwords(|_: &str| Some(ws_security::Secret::new(b"s3cret".to_vec())));
    assert!(users().open(&message).is_ok());
    let wrong = message.replacen("#UsernameToken\"", "#UsernameTokens\"", 1);
    assert_ne!(wrong, message);
    refuse(&users(), &wrong);
}

#[test]
fn a_key_is_transported_as_the_policy_admits() {
    let encrypting = to_bob([Part::Body]).transport(KeyTransport::Rsa15);
    let message = with(recipe().allow_legacy_algorithms().sign(signing()).encrypt(encrypting));
    let admitting = AlgorithmPolicy::everything_for_legacy_use_only();
    assert!(bob(body()).algorithms(admitting).open(&message).is_ok());
    let error = refuse(&bob(body()), &message);
    assert!(error.to_string().contains("rsa-1_5"), "{error}");
}

/// A signature elsewhere in the message lends nothing to ciphertext that it does not cover.
#[test]
fn cbc_needs_a_signature_over_the_very_ciphertext() {
    let cbc = to_bob([Part::Body]).content(ContentEncryption::Aes128Cbc);
    let admitting = |requirements| bob(requirements).algorithms(AlgorithmPolicy::default().admit_cbc());
    let apart = Signing::with(&identity("alice")).parts([Part::Timestamp]);
    let message = with(recipe().allow_legacy_algorithms().encrypt(cbc).sign(apart));
    let lax = Requirements::dangerous_unsigned();
    let outcome = admitting(lax.clone()).open_unsigned(&message, TransportFacts::dangerous_unprotected()).map(drop);
    assert_eq!(outcome, Err(OpenError::UnauthenticatedCbc));
    let open = admitting(lax).dangerous_decrypt_cbc_before_verification();
    assert!(open.open_unsigned(&message, TransportFacts::dangerous_unprotected()).is_ok());
}

/// What an EncryptedData says that it is, fits the place where it is.
#[test]
fn ciphertext_is_of_the_type_that_its_place_has() {
    for part in [Part::Body, action(), Part::UsernameToken] {
        let recipe = recipe().username_digest("ann", "s3cret").sign(signing());
        let message = with(recipe.encrypt(to_bob([part.clone()])));
        assert!(bob(body()).open(&message).is_ok(), "{part}");
        let data = message.find("<xenc:EncryptedData").expect("data");
        let at = data + message[data..].find("Type=\"").expect("a type") + 6;
        let end = at + message[at..].find('"').expect("its end");
        let others: &[&str] = match part {
            Part::Body => &["urn:x"],
            _ => &["urn:x", "http://www.w3.org/2001/04/xmlenc#Content"],
        };
        for other in others {
            let changed = format!("{}{other}{}", &message[..at], &message[end..]);
            let error = refuse(&bob(body()), &changed);
            assert!(matches!(error, OpenError::EncryptedData { .. }), "{part} {other}: {error}");
        }
    }
}

#[test]
fn an_encrypted_assertion_is_an_element_and_of_an_admitted_cipher() {
    let issued = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann")
        .audience("urn:bank")
        .holder_of_key(&certificate("dave"))
        .sign(&identity("carol"), SystemTime::now(), &SystemRandom)
        .expect("issued");
    let message = |content: ContentEncryption| {
        let hidden = to_bob([Part::Assertion]).content(content);
        let signing = Signing::with(&identity("dave")).holder_of_key().parts([Part::Body, Part::Timestamp]);
        let recipe = recipe().allow_legacy_algorithms().token(issued.as_str()).sign(signing).encrypt(hidden);
        let (key, message) = taken_out(&with(recipe), "xenc:EncryptedKey");
        let (list, _) = taken_out(&key, "xenc:ReferenceList");
        let (data, _) = taken_out(&message, "xenc:EncryptedData");
        let key = key.replace(&list, "");
        let element = format!(
            "<saml2:EncryptedAssertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">{data}{key}\
             </saml2:EncryptedAssertion>"
        );
        message.replacen(&data, &element, 1)
    };
    let issuers =
        || AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", Trust::pins([certificate("carol")]));
    let service = || bob(body().saml_token(SamlVersion::V2_0)).assertions(issuers());
    let gcm = message(ContentEncryption::Aes128Gcm);
    assert!(service().open(&gcm).is_ok());
    let at = gcm.find("xmlenc#Element").expect("a type");
    let content = format!("{}xmlenc#Content{}", &gcm[..at], &gcm[at + 14..]);
    assert!(matches!(refuse(&service(), &content), OpenError::EncryptedData { .. }));
    let cbc = message(ContentEncryption::Aes128Cbc);
    let admitting = || service().algorithms(AlgorithmPolicy::default().admit_cbc());
    assert!(matches!(refuse(&admitting(), &cbc), OpenError::UnauthenticatedCbc));
    assert!(admitting().dangerous_decrypt_cbc_before_verification().open(&cbc).is_ok());
    refuse(&service().dangerous_decrypt_cbc_before_verification(), &cbc);
}

/// An assertion is its subject's by the key that it names itself, over the Body.
#[test]
fn an_assertion_is_confirmed_by_its_own_key_over_the_body() {
    let issued = |subject: &str, key: &str| {
        NewAssertion::new(SamlVersion::V2_0, "https://idp.example", subject)
            .audience("urn:bank")
            .holder_of_key(&certificate(key))
            .sign(&identity("carol"), SystemTime::now(), &SystemRandom)
            .expect("issued")
    };
    let issuers =
        AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", Trust::pins([certificate("carol")]));
    let service = bob(body()).assertions(issuers);
    // Ann's key signs the Timestamp, and Alice the Body.
    let subject = |parts: &[Part]| Signing::with(&identity("dave")).holder_of_key().parts(parts.to_vec());
    let message = with(recipe().token(issued("uid=ann", "dave")).sign(subject(&[Part::Timestamp])).sign(signing()));
    let opened = service.open(&message).expect("opens");
    assert!(opened.assertions().is_empty());
    // Someone else's assertion is before it.
    let message = with(recipe().token(issued("uid=ann", "dave")).sign(subject(&[Part::Body, Part::Timestamp])));
    let other = issued("uid=eve", "twin-alice");
    let start = message.find("<saml2:Assertion").expect("an assertion");
    let two = format!("{}{other}{}", &message[..start], &message[start..]);
    let opened = service.open(&two).unwrap_or_else(|error| panic!("{error}\n{two}"));
    let subjects: Vec<_> =
        opened.assertions().iter().map(|assertion| assertion.assertion().subject().map(SamlName::value)).collect();
    assert_eq!(subjects, [Some("uid=ann")]);
    assert!(
        matches!(opened.signer(), Signer::Assertion(signer) if signer.assertion().subject().map(SamlName::value) == Some("uid=ann"))
    );
}

/// A child of the Security header is no header block, though it came out of ciphertext.
#[test]
fn ciphertext_of_the_security_header_is_no_header_block() {
    let block = with(recipe().sign(signing()).encrypt(to_bob([action()])));
    let demanding = |receiver: Requirements| bob(receiver.encrypted([action()]));
    assert!(demanding(body().also_signed([action()])).open(&block).is_ok());
    let (header, without) = taken_out(&block, "wsse11:EncryptedHeader");
    let (data, _) = taken_out(&header, "xenc:EncryptedData");
    let moved = without.replacen("</wsse:Security>", &format!("{data}</wsse:Security>"), 1);
    assert!(matches!(refuse(&bob(body()), &moved), OpenError::Place { .. }));
    let error = refuse(&demanding(body()), &moved);
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotEncrypted { .. })), "{error}");
    let error = refuse(&bob(body().also_signed([action()])), &moved);
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotSigned { .. })), "{error}");
}

#[test]
fn a_password_as_text_came_encrypted_itself() {
    let passwords = |_: &str| Some(ws_security::Secret::new(b"s3cret".to_vec()));
    let recipe = recipe().over_protected_transport().username_text("ann", "s3cret").sign(signing());
    let message = with(recipe.encrypt(to_bob([Part::Body])));
    let users = || bob(body()).passwords(passwords);
    assert!(users().over_protected_transport().open(&message).is_ok());
    let error = refuse(&users(), &message);
    assert!(matches!(error, OpenError::Password(_)), "{error:?}");
}

#[test]
fn a_message_has_one_user() {
    let passwords = |_: &str| Some(ws_security::Secret::new(b"s3cret".to_vec()));
    let message = with(recipe().username_digest("ann", "s3cret").sign(signing()));
    let (other, _) = taken_out(&with(recipe().username_digest("eve", "s3cret")), "wsse:UsernameToken");
    let two = message.replacen("</wsse:Security>", &format!("{other}</wsse:Security>"), 1);
    let users = || bob(body()).passwords(passwords);
    assert!(users().open(&message).is_ok());
    assert!(matches!(refuse(&users(), &two), OpenError::TwoUsernames));
    // A token for a key beside it, in either order.
    let secret = Secret::new(b"s3cret".to_vec());
    let (password, key_use) = (&secret, PasswordKeyUse::Mac);
    let token =
        NewPasswordKeyToken { id: "UT-2", username: "eve", password, key_use, random: &[7; 15], iterations: 1_000 };
    let (key, _) = token.write();
    for two in [
        message.replacen("</wsse:Security>", &format!("{key}</wsse:Security>"), 1),
        message.replacen("<wsse:UsernameToken", &format!("{key}<wsse:UsernameToken"), 1),
    ] {
        assert!(matches!(refuse(&users(), &two), OpenError::TwoUsernames));
    }
}

/// The nonce of a username token is remembered as long as a message may be old, and no longer.
#[test]
fn a_username_token_is_as_fresh_as_a_message() {
    let message = with(recipe().sign(signing()));
    let secret = Secret::new(b"s3cret".to_vec());
    let created = |created: &str| {
        let token = write_digest_token("UT", "ann", &secret, &[7; 16], created);
        message.replacen("</wsse:Security>", &format!("{token}</wsse:Security>"), 1)
    };
    let users = || bob(body()).passwords(|_: &str| Some(Secret::new(b"s3cret".to_vec())));
    let (now, hour) = (SystemTime::now(), Duration::from_secs(3_600));
    assert_eq!(users().open(created(&format_instant(now))).map(drop), Ok(()));
    for other in [now - hour, now + hour] {
        let error = refuse(&users(), &created(&format_instant(other)));
        assert!(matches!(error, OpenError::NotFresh(_)), "{error}");
    }
    let local = created(&format_instant(now + hour).replace('Z', "+01:00"));
    assert!(matches!(users().open(&local), Err(OpenError::LocalTime { element: "wsse:UsernameToken" })));
    assert_eq!(users().accept_local_times().open(&local).map(drop), Ok(()));
}

/// The signature of an assertion takes itself out of what it covers: what is put into it changes no digest.
#[test]
fn the_signature_of_an_assertion_has_no_object() {
    for version in [SamlVersion::V1_1, SamlVersion::V2_0] {
        let issued = NewAssertion::new(version, "https://idp.example", "uid=ann")
            .audience("urn:bank")
            .bearer()
            .sign(&identity("carol"), SystemTime::now(), &SystemRandom)
            .expect("issued");
        let issuers = AssertionTrust::for_audience("urn:bank")
            .issuer("https://idp.example", Trust::pins([certificate("carol")]))
            .accept_bearer();
        let service = bob(body()).assertions(issuers);
        assert!(service.open(with(recipe().token(issued.as_str()).sign(signing()))).is_ok());
        let object = issued.replacen("</ds:Signature>", "<ds:Object></ds:Object></ds:Signature>", 1);
        assert_ne!(object, issued);
        refuse(&service, &with(recipe().token(object).sign(signing())));
    }
}
