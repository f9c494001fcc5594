//! Requirements that were met by something else than they demand: by a version of SOAP that nobody signed, an unsigned
//! timestamp, one of several blocks, one of several signatures. Each has a genuine twin.

mod common;

use std::time::SystemTime;

use common::*;
use ws_security::c14n::{Document, Limits, Splices, Writer, id_of, name};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::tokens::{
    AssertionError, KERBEROS_AP_REQ_SHA1, TokenError, WrittenKerberosToken, write_kerberos_token,
};
use ws_security::xmlenc::{
    Encryption, KeyMethod, PlaintextType, encrypt_octets, write_encrypted_key, write_reference_list,
};
use ws_security::{
    AssertionTrust, ContentEncryption, DangerousNoReplayCache, DigestMethod, ElementPath, KerberosForm,
    KerberosSession, KeyTransport, NewAssertion, OpenError, ProtectionToken, RequiredToken, RequirementError,
    SamlVersion, Secret, SecureConversation, SignatureMethod, Signer, TransportFacts,
};

const GCM: ContentEncryption = ContentEncryption::Aes256Gcm;

fn demands() -> Requirements {
    Requirements::signed([Part::Body, Part::Timestamp])
}

fn of(requirements: Requirements) -> Receiver {
    let issuers = AssertionTrust::for_audience("urn:bank").issuer("urn:idp", Trust::pins([certificate("carol")]));
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .assertions(issuers)
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
        .kerberos(|_: &[u8]| {
            Some(KerberosSession { principal: "ann@EXAMPLE".to_owned(), key: Secret::new(vec![11; 32]) })
        })
}

fn sign(parts: impl IntoIterator<Item = Part>) -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]).parts(parts)
}

fn to_bob(parts: impl IntoIterator<Item = Part>) -> Encrypting {
    Encrypting::to(&certificate("bob")).parts(parts)
}

fn refused(receiver: &Receiver, message: &str) -> RequirementError {
    match refuse(receiver, message) {
        OpenError::Requirement(error) => error,
        error => panic!("{error}"),
    }
}

/// Nobody signs the version of the envelope.
#[test]
fn a_path_of_one_version_of_soap_is_not_dodged_in_the_other() {
    let path = |soap: &str| {
        let path = format!("{{{soap}}}Envelope/{{{soap}}}Body/{{urn:p}}Pay/{{urn:p}}Amount");
        Part::element(ElementPath::parse(&path).expect("a path"))
    };
    let signing = Signing::with(&identity("alice")).parts([Part::Timestamp]);
    let genuine = recipe().sign(signing.clone().parts([path(SOAP11)])).secured(&envelope(SOAP11));
    let forged = recipe().sign(signing).secured(&envelope(SOAP11)).replace(SOAP11, SOAP12);
    let requirements = || Requirements::signed([Part::Timestamp]);
    for requirements in [
        requirements().signed_if_present([path(SOAP11)]),
        requirements().encrypted_if_present([path(SOAP11)]),
        requirements().encrypted([path(SOAP11)]),
    ] {
        let error = of(requirements).open_parts(&forged).map(drop);
        let expected = RequirementError::OtherSoapVersion { part: path(SOAP11) };
        assert_eq!(error, Err(OpenError::Requirement(expected)));
    }
    let receiver = of(requirements().signed_if_present([path(SOAP11)]));
    assert!(receiver.open_parts(&genuine).is_ok());
    // A path without a version holds in both.
    let either = ElementPath::in_body([("urn:p", "Pay"), ("urn:p", "Amount")]);
    let receiver = of(requirements().signed_if_present([Part::element(either)]));
    assert!(receiver.open_parts(&genuine).is_ok() && receiver.open_parts(genuine.replace(SOAP11, SOAP12)).is_ok());
    let error = receiver.open_parts(&forged).map(drop);
    assert!(matches!(error, Err(OpenError::Requirement(RequirementError::NotSigned { .. }))), "{error:?}");
}

/// A signed block for another receiver, or one that must be understood, says so in an attribute of its version.
#[test]
fn a_signed_block_does_not_change_its_receiver_with_the_version_of_soap() {
    for attribute in ["s:actor=\"urn:other\"", "s:mustUnderstand=\"1\""] {
        let block = format!("<b:Limit xmlns:b=\"urn:b\" {attribute}>9</b:Limit>");
        let source = envelope(SOAP11).replacen("<s:Header>", &format!("<s:Header>{block}"), 1);
        let limit = Part::header_block("urn:b", "Limit");
        let signing = Signing::with(&identity("alice")).parts([Part::Timestamp, limit.clone()]);
        let message = recipe().sign(signing).secured(&source);
        let receiver = of(Requirements::signed([Part::Timestamp])).understands("urn:b", "Limit");
        assert!(receiver.open_parts(&message).is_ok(), "{attribute}");
        // The Envelope, the Header and the Body are of the other version now; the block keeps its declarations.
        let bound = format!("xmlns:b=\"urn:b\" xmlns:s=\"{SOAP11}\" {attribute}");
        let other = message.replace(&format!("xmlns:s=\"{SOAP11}\""), &format!("xmlns:s=\"{SOAP12}\""));
        let other = other.replacen(&format!("xmlns:b=\"urn:b\" {attribute}"), &bound, 1);
        for receiver in [receiver.clone(), lenient(receiver)] {
            let error = receiver.open_parts(&other).map(drop);
            assert!(matches!(error, Err(OpenError::OtherSoapVersion { .. })), "{attribute}: {error:?}");
        }
    }
}

#[test]
fn an_unsigned_timestamp_says_nothing_of_when_a_message_expires() {
    let body = Requirements::signed([Part::Body]);
    let unsigned = recipe().sign(Signing::with(&identity("alice")).parts([Part::Body])).secured(&envelope(SOAP11));
    let signed = recipe().sign(sign([])).secured(&envelope(SOAP11));
    let receiver = of(body.clone().expires());
    assert!(receiver.open(&signed).is_ok());
    assert_eq!(refused(&receiver, &unsigned), RequirementError::UnsignedExpires);
    assert!(of(body).open(&unsigned).is_ok());
    // Over a protected transport nobody added it, and where nothing must be signed there is nothing to cover it.
    assert!(receiver.over_protected_transport().open(&unsigned).is_ok());
    let receiver = of(Requirements::dangerous_unsigned().expires());
    assert!(receiver.open_unsigned(&unsigned, TransportFacts::dangerous_unprotected()).is_ok());
    // Another signature than the one that proves the message.
    let apart = recipe().sign(Signing::with(&identity("alice")).parts([Part::Body]));
    let apart = apart.sign(Signing::with(&identity("alice")).parts([Part::Timestamp])).secured(&envelope(SOAP11));
    assert_eq!(refused(&of(Requirements::signed([Part::Body]).expires()), &apart), RequirementError::UnsignedExpires);
}

#[test]
fn every_block_of_a_name_is_encrypted_or_none_counts() {
    let encrypted = recipe().sign(sign([action()])).encrypt(to_bob([action()])).secured(&envelope(SOAP11));
    let plain = "<a:Action>urn:forged</a:Action></s:Header>";
    let beside = encrypted.replacen("</s:Header>", plain, 1);
    assert_ne!(beside, encrypted);
    for requirements in [demands().encrypted([action()]), demands().encrypted_if_present([action()])] {
        let receiver = of(requirements);
        assert!(receiver.open(&encrypted).is_ok());
        let expected = RequirementError::NotEncrypted { part: action() };
        assert_eq!(refused(&receiver, &beside), expected);
    }
    // Both signed, and one encrypted.
    let two = envelope(SOAP11).replacen("<a:To>", "<a:Action i:Id=\"two\" xmlns:i=\"WSU\">urn:two</a:Action><a:To>", 1);
    let two = two.replace("WSU", name::WSU.uri);
    let every = Part::every_header_block(WSA, "Action");
    let one = recipe().sign(sign([every.clone()])).encrypt(to_bob([Part::Id("two".to_owned())])).secured(&two);
    let both = recipe().sign(sign([every.clone()])).encrypt(to_bob([every.clone()])).secured(&two);
    for part in [action(), every] {
        assert!(of(demands().encrypted([part.clone()])).open(&both).is_ok());
        let error = refused(&of(demands().encrypted([part.clone()])), &one);
        assert_eq!(error, RequirementError::NotEncrypted { part: part.clone() });
    }
}

/// In clear text, or encrypted to this receiver; and not for another one, or inside another block.
#[test]
fn a_block_that_must_be_there_is_one_for_this_receiver() {
    let plain = recipe().sign(sign([])).secured(&envelope(SOAP11));
    let hidden = recipe().sign(sign([])).encrypt(to_bob([action()])).secured(&envelope(SOAP11));
    let block = "<a:Action>urn:pay</a:Action>";
    let to = |actor: &str| plain.replacen("<a:Action>", &format!("<a:Action s:actor=\"{actor}\">"), 1);
    for part in [action(), Part::every_header_block(WSA, "Action")] {
        let receiver = of(demands().present([part.clone()]));
        for message in [&plain, &hidden, &to(""), &to("http://schemas.xmlsoap.org/soap/actor/next")] {
            assert!(receiver.open(message).is_ok(), "{message}");
        }
        let inside = format!("<x:around xmlns:x=\"urn:x\">{block}</x:around>");
        for message in [plain.replacen(block, "", 1), plain.replacen(block, &inside, 1), to("urn:other")] {
            assert_eq!(refused(&receiver, &message), RequirementError::Absent { part: part.clone() }, "{message}");
        }
        // A block for another receiver does not count. One for this receiver beside it does.
        let both = to("urn:other").replacen("<s:Header>", &format!("<s:Header>{block}"), 1);
        assert!(receiver.open(&both).is_ok());
    }
}

/// A signature over one header block says nothing of another one of its name, which the next reader may take.
#[test]
fn an_unsigned_twin_of_a_signed_block_is_refused() {
    const TWIN: &str = "<x:Action xmlns:x=\"http://www.w3.org/2005/08/addressing\">urn:refund</x:Action>";
    let genuine = recipe().sign(sign([action()])).secured(&envelope(SOAP12));
    let before = genuine.replacen("<s:Header>", &format!("<s:Header>{TWIN}"), 1);
    let after = genuine.replacen("</s:Header>", &format!("{TWIN}</s:Header>"), 1);
    let every = || Part::every_header_block("http://www.w3.org/2005/08/addressing", "Action");
    for requirements in [
        demands().also_signed([action()]),
        demands().signed_if_present([action()]),
        demands().also_signed([every()]),
        demands().signed_if_present([every()]),
    ] {
        assert!(of(requirements.clone()).open(&genuine).is_ok(), "{requirements:?}");
        for twin in [&before, &after] {
            let error = refused(&of(requirements.clone()), twin);
            let is_named =
                matches!(error, RequirementError::NotOneElement { found: 2, .. } | RequirementError::NotSigned { .. });
            assert!(is_named, "{error}");
        }
    }
    // Without a demand nothing is said of the block, and the unsigned one is not handed out.
    let receiver = of(demands());
    let opened = receiver.open(&before).expect("opens");
    let handed_out = opened.header_block("http://www.w3.org/2005/08/addressing", "Action").expect("the signed one");
    assert!(handed_out.xml().contains("urn:pay"), "{}", handed_out.xml());
    // Two that are signed are meant by a demand for every one.
    let two = envelope(SOAP12).replacen("<s:Header>", &format!("<s:Header>{TWIN}"), 1);
    let signed = recipe().sign(sign([every()])).secured(&two);
    assert!(of(demands().also_signed([every()])).open(&signed).is_ok());
    let error = refused(&of(demands().also_signed([action()])), &signed);
    assert!(error.to_string().contains("`Part::every_header_block`"), "{error}");
}

/// A signature over one token says nothing of another one of its kind.
#[test]
fn an_unsigned_token_beside_a_signed_one_is_refused_where_such_tokens_must_be_signed() {
    let issued = |name: &str| {
        NewAssertion::new(SamlVersion::V2_0, "urn:idp", name)
            .audience("urn:bank")
            .bearer()
            .sign(&identity("carol"), SystemTime::now(), &SystemRandom)
            .expect("issued")
    };
    let genuine = recipe().token(issued("uid=ann")).sign(sign([Part::Assertion])).secured(&envelope(SOAP11));
    let issuers = AssertionTrust::for_audience("urn:bank").issuer("urn:idp", Trust::pins([certificate("carol")]));
    let receiver = of(demands().also_signed([Part::Assertion])).assertions(issuers.accept_bearer());
    assert!(receiver.open(&genuine).is_ok());
    let end = "</saml2:Assertion>";
    assert_eq!(genuine.matches(end).count(), 1, "{genuine}");
    let error = refused(&receiver, &genuine.replacen(end, &format!("{end}{}", issued("uid=eve")), 1));
    assert!(matches!(error, RequirementError::NotSigned { .. }), "{error}");
}

/// `message` with its first ciphertext encrypted once more, to Bob.
fn encrypted_again(message: &str) -> String {
    let secret = Secret::new((0..32).collect());
    let document = Document::parse(message, &Limits::default()).expect("well-formed");
    let find = |local: &str| document.elements().find(|element| element.name().local == local).expect(local);
    let inner = find("EncryptedData").span();
    let kind = PlaintextType::Element;
    let octets = message[inner.clone()].as_bytes();
    let outer =
        encrypt_octets(octets, &kind, Encryption::new(GCM, &secret).id("OUT"), &SystemRandom).expect("encrypted");
    let mut splices = Splices::new();
    splices.insert(find("Security").content_span().start, key_to("bob", &secret, &["OUT".to_owned()]));
    splices.replace(inner, outer);
    splices.apply(message).text
}

/// A signature that is encrypted twice is not two.
#[test]
fn what_is_encrypted_twice_does_not_count_for_what_is_not_encrypted() {
    let once = || recipe().sign(sign([])).encrypt(to_bob([Part::Signature]));
    let receiver = of(demands().encrypted([Part::Signature]));
    assert!(receiver.open(once().secured(&envelope(SOAP11))).is_ok());
    assert!(receiver.open(encrypted_again(&once().secured(&envelope(SOAP11)))).is_ok());
    let with_plain = once().sign(Signing::with(&identity("alice")).parts([Part::Timestamp]));
    let message = encrypted_again(&with_plain.secured(&envelope(SOAP11)));
    assert!(of(demands()).open(&message).is_ok());
    let expected = RequirementError::NotEncrypted { part: Part::Signature };
    assert_eq!(refused(&receiver, &message), expected);
}

fn anonymous_mac() -> Signing {
    let key = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    Signing::with_token(&key).parts([Part::Body, Part::Timestamp])
}

#[test]
fn an_endorsing_signature_is_of_a_required_method_too() {
    let endorsing = Signing::with(&identity("alice")).parts([Part::Signature]);
    let message = recipe().sign(anonymous_mac()).sign(endorsing).secured(&envelope(SOAP11));
    let (mac, rsa) = (SignatureMethod::HmacSha256, SignatureMethod::RsaSha256);
    assert!(of(demands().signature_methods([mac, rsa])).open(&message).is_ok());
    let sha512 = Signing::with(&identity("alice")).parts([Part::Signature]).digest(DigestMethod::Sha512);
    let digested = recipe().sign(anonymous_mac()).sign(sha512).secured(&envelope(SOAP11));
    let (usual, other) = (DigestMethod::Sha256, DigestMethod::Sha512);
    assert!(of(demands().digest_methods([usual, other])).open(&digested).is_ok());
    assert!(of(demands().digest_methods([usual])).open(&message).is_ok());
    let error = refused(&of(demands().digest_methods([usual])), &digested);
    assert!(matches!(error, RequirementError::OtherAlgorithm { uri, .. } if uri == other.uri()), "{error}");
    for (admitted, other) in [(mac, rsa), (rsa, mac)] {
        let error = refused(&of(demands().signature_methods([admitted])), &message);
        assert!(matches!(error, RequirementError::OtherAlgorithm { uri, .. } if uri == other.uri()), "{error}");
    }
}

/// Several signatures prove a message, or several endorse one: each is judged.
#[test]
fn any_signature_that_proves_a_message_may_have_the_required_token() {
    let password = ProtectionToken::username("ann", "s3cret");
    let by_user = || Signing::with_token(&password);
    let endorsed = recipe().sign(anonymous_mac()).sign(by_user().parts([Part::Signature]));
    let endorsed = endorsed.sign(Signing::with(&identity("alice")).parts([Part::Signature]));
    let both = recipe().sign(by_user().parts([Part::Body, Part::Timestamp])).sign(sign([]));
    let alice = certificate("alice");
    for recipe in [endorsed, both] {
        let message = recipe.secured(&envelope(SOAP11));
        for requirements in [demands().any_token_of([RequiredToken::X509]), demands().x509_token()] {
            let opened = of(requirements).open(&message).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(opened.signer().certificate(), Some(&alice));
        }
        let opened = of(demands().any_token_of([RequiredToken::Username])).open(&message);
        let opened = opened.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(opened.user().map(|user| user.username()), Some("ann"));
        let none = refused(&of(demands().any_token_of([RequiredToken::Kerberos])), &message);
        assert_eq!(none, RequirementError::NoneOfTokens { tokens: "Kerberos".into() });
    }
    let by_user = recipe().sign(by_user().parts([Part::Body, Part::Timestamp])).secured(&envelope(SOAP11));
    assert!(matches!(of(demands()).open(&by_user).map(|opened| opened.signer().clone()), Ok(Signer::User(_))));
    refused(&of(demands().any_token_of([RequiredToken::X509])), &by_user);
}

fn key_to(name: &str, secret: &Secret, listed: &[String]) -> String {
    let certificate = certificate(name);
    let transport = KeyTransport::oaep_mgf1p();
    let wrapped = certificate.public_key().wrap_key(&transport, secret).expect("wrapped");
    let key_info = format!("<ds:KeyName>{}</ds:KeyName>", certificate.subject());
    write_encrypted_key(None, &KeyMethod::Transport(transport), Some(&key_info), &wrapped, listed)
}

/// Ciphertext without an Id, with its key inside its KeyInfo.
fn ciphertext(text: &str, to: &str) -> String {
    let secret = Secret::new((0..32).collect());
    let kind = PlaintextType::Element;
    let key_info = key_to(to, &secret, &[]);
    encrypt_octets(text.as_bytes(), &kind, Encryption::new(GCM, &secret).key_info(key_info.as_str()), &SystemRandom)
        .expect("encrypted")
}

/// The path of an element says another element once something before it was decrypted.
#[test]
fn ciphertext_for_others_is_known_by_its_place_and_not_by_its_path() {
    let inner = ciphertext("<d:deep xmlns:d=\"urn:d\">deep</d:deep>", "bob");
    let body = [
        ciphertext("<d:first xmlns:d=\"urn:d\">first</d:first>", "bob"),
        ciphertext("<d:other xmlns:d=\"urn:d\"></d:other>", "carol"),
        ciphertext(&inner, "bob"),
    ];
    let source = format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body>{}</s:Body></s:Envelope>", body.concat());
    let message = recipe().sign(sign([])).secured(&source);
    let receiver = of(demands()).accept_unlisted_encrypted_data().accept_ciphertext_for_others();
    let opened = receiver.open(&message).unwrap_or_else(|error| panic!("{error}"));
    assert!(opened.body().xml().contains(">first<") && opened.body().xml().contains(">deep<"));
    let left: Vec<String> = opened.remaining_ciphertext().iter().map(|left| left.why.to_string()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].contains("Carol"), "{left:?}");
}

fn str_of(inner: &str) -> String {
    format!("<wsse:SecurityTokenReference xmlns:wsse=\"{}\">{inner}</wsse:SecurityTokenReference>", name::WSSE.uri)
}

/// A list and its ciphertext in the header, under a key that `reference` names.
fn listed(secret: &Secret, reference: &str) -> String {
    let mut list = Writer::new();
    write_reference_list(&mut list, &["ED".to_owned()]);
    let kind = PlaintextType::Element;
    let octets = b"<x:note xmlns:x=\"urn:x\"></x:note>";
    let data = encrypt_octets(octets, &kind, Encryption::new(GCM, secret).id("ED").key_info(reference), &SystemRandom);
    list.finish() + &data.expect("encrypted")
}

fn in_header(more: &str) -> String {
    let message = signed(SOAP11);
    let document = Document::parse(message.as_str(), &Limits::default()).expect("well-formed");
    let header = document.elements().find(|element| element.is(name::WSSE.uri, "Security")).expect("a header");
    let mut splices = Splices::new();
    splices.insert(header.content_span().end, more.to_owned());
    splices.apply(&message).text
}

#[test]
fn a_ticket_named_by_its_sha1_precedes_its_reference() {
    let gss = b"\x60\x0e\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00\x6e";
    let WrittenKerberosToken { token: ticket, sha1 } =
        write_kerberos_token("KT", KerberosForm::Gss, gss).expect("a token");
    let sha1 = ws_security::c14n::base64_encode(&sha1);
    let by_sha1 =
        str_of(&format!("<wsse:KeyIdentifier ValueType=\"{KERBEROS_AP_REQ_SHA1}\">{sha1}</wsse:KeyIdentifier>"));
    let list = listed(&Secret::new(vec![11; 32]), &by_sha1);
    let receiver = of(demands());
    assert!(receiver.open(in_header(&format!("{ticket}{list}"))).is_ok());
    let behind = in_header(&format!("{list}{ticket}"));
    let error = refuse(&receiver, &behind);
    assert!(matches!(error, OpenError::Token(TokenError::Forward { .. })), "{error}");
    assert!(receiver.accept_forward_references().open(&behind).is_ok());
}

#[test]
fn a_reference_to_an_assertion_that_states_another_type_finds_no_key() {
    let secret = Secret::new(vec![6; 32]);
    for (version, own, other) in [
        (SamlVersion::V2_0, ws_security::tokens::SAML_V2_0, ws_security::tokens::SAML_V1_1),
        (SamlVersion::V1_1, ws_security::tokens::SAML_V1_1, ws_security::tokens::SAML_V2_0),
    ] {
        let assertion = NewAssertion::new(version, "urn:idp", "uid=ann")
            .audience("urn:bank")
            .holder_of_secret(secret.clone(), &certificate("bob"))
            .sign(&identity("carol"), SystemTime::now(), &SystemRandom)
            .expect("issued");
        let document = Document::parse(&assertion, &Limits::default()).expect("well-formed");
        let id = id_of(document.root()).expect("an Id").into_owned();
        let open = |value_type: &str| {
            let reference = str_of(&format!("<wsse:Reference URI=\"#{id}\"{value_type}></wsse:Reference>"));
            of(demands()).open(in_header(&format!("{assertion}{}", listed(&secret, &reference)))).map(drop)
        };
        assert_eq!(open(""), Ok(()));
        assert_eq!(open(&format!(" ValueType=\"{own}\"")), Ok(()));
        let refused = open(&format!(" ValueType=\"{other}\"")).expect_err("of another version");
        let other = AssertionError::Type { stated: other.into(), actual: own };
        assert_eq!(refused, OpenError::Token(other.into()));
        for stated in [ws_security::tokens::X509_V3, "urn:other"] {
            let mismatch = TokenError::TypeMismatch { expected: stated.into() };
            assert_eq!(open(&format!(" ValueType=\"{stated}\"")), Err(OpenError::Token(mismatch)));
        }
    }
}

/// Without the Body, an element of it may have been moved among the blocks: only what was asked for is what it seems.
#[test]
fn without_the_body_only_the_blocks_that_are_demanded_are_handed_out() {
    let signed = |parts: &[Part]| {
        let signing = Signing::with(&identity("alice")).parts(parts.to_vec());
        recipe().sign(signing).secured(&envelope(SOAP11))
    };
    let to = || Part::header_block(WSA, "To");
    let message = signed(&[Part::Timestamp, action(), to()]);
    for demanded in [action(), Part::every_header_block(WSA, "Action")] {
        let opened = of(Requirements::signed([Part::Timestamp, demanded])).open_parts(&message).expect("opens");
        assert!(opened.header_block(WSA, "Action").is_some() && opened.header_block(WSA, "To").is_none());
    }
    let opened = of(Requirements::signed([Part::Timestamp])).open_parts(&message).expect("opens");
    assert!(opened.header_block(WSA, "Action").is_none());
    // The Body is where it was, so the blocks are, too.
    let opened = of(Requirements::signed([Part::Body])).open(signed(&[Part::Body, action(), to()])).expect("opens");
    assert!(opened.header_block(WSA, "Action").is_some() && opened.header_block(WSA, "To").is_some());
}
