//! One key, one use: no octets carry over from a cipher to a key wrap, or from there to a MAC.

mod common;

use common::*;
use std::time::SystemTime;
use ws_security::c14n::{Canonicalization, Document, Element, Limits, Subset, Writer, base64_encode, name};
use ws_security::crypto::{Digest, HmacKey, KeyWrap, SystemRandom, wrap};
use ws_security::prelude::*;
use ws_security::tokens::{
    ENCRYPTED_KEY_SHA1, KERBEROS_AP_REQ_SHA1, NewDerivedKey, ReferenceForm, TokenError, write_kerberos_token,
};
use ws_security::xmldsig::{NewReference, PendingSignature, Transform};
use ws_security::xmlenc::{
    DecryptError, EncryptedKey, Encryption, KeyMethod, PlaintextType, encrypt_octets, write_encrypted_key,
    write_reference_list,
};
use ws_security::{
    AssertionTrust, Budget, ContentEncryption, DangerousNoReplayCache, DigestMethod, KerberosForm, KerberosSession,
    KeyTransport, KeyUseError, NewAssertion, OpenError, PlanError, ProtectionToken, RequirementError, SamlVersion,
    Secret, SecureConversation, Secured, SignatureMethod, Signer, Waiver,
};

const GCM: ContentEncryption = ContentEncryption::Aes256Gcm;
const CONTEXT: &str = "urn:uuid:6e5c2c0e-7d0a-4b4e-9a44-0f9f6b1f1b11";
const WRAPPING: &str = "<ds:KeyName>shared</ds:KeyName>";

fn secret() -> Secret {
    Secret::new(vec![7; 32])
}

fn find<'d>(document: &'d Document<'d>, local: &str) -> Element<'d> {
    document.elements().find(|element| element.name().local == local).unwrap_or_else(|| panic!("no {local}"))
}

fn ticket() -> Vec<u8> {
    b"\x60\x0e\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00\x6e".to_vec()
}

fn everything() -> Receiver {
    let issuers =
        AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", Trust::pins([certificate("carol")]));
    receiver()
        .decrypt_with(identity("bob"))
        .shared_secret(Some("shared".to_owned()), secret())
        .security_contexts(|identifier: &str, _: Option<&str>| {
            (identifier == CONTEXT).then(|| Secret::new(vec![9; 32]))
        })
        .assertions(issuers)
        .kerberos(|_: &[u8]| {
            Some(KerberosSession { principal: "ann@EXAMPLE".to_owned(), key: Secret::new(vec![11; 32]) })
        })
}

fn reference_to(id: &str) -> String {
    format!(
        "<wsse:SecurityTokenReference xmlns:wsse=\"{0}\"><wsse:Reference URI=\"#{id}\"></wsse:Reference>\
         </wsse:SecurityTokenReference>",
        name::WSSE.uri
    )
}

fn key_for_bob(id: &str, secret: &Secret) -> String {
    let bob = certificate("bob");
    let transport = KeyTransport::oaep_mgf1p();
    let wrapped = bob.public_key().wrap_key(&transport, secret).expect("wrapped");
    let mut key_info = Writer::within(&[name::XENC, name::DS]);
    ReferenceForm::IssuerSerial.write(&mut key_info, &bob, "");
    write_encrypted_key(Some(id), &KeyMethod::Transport(transport), Some(&key_info.finish()), &wrapped, &[])
}

/// The origin of a secret: its elements in the header, the KeyInfo that names it, its octets.
struct Origin {
    name: &'static str,
    elements: String,
    key_info: String,
    secret: Secret,
    may_do_both: bool,
}

fn origins() -> Vec<Origin> {
    let context = Secret::new(vec![9; 32]);
    let external = format!(
        "<wsse:SecurityTokenReference xmlns:wsse=\"{}\"><wsse:Reference URI=\"{CONTEXT}\"></wsse:Reference>\
         </wsse:SecurityTokenReference>",
        name::WSSE.uri
    );
    let version = SecureConversation::V1_3;
    let derived_key =
        NewDerivedKey { version, id: "DK", source: &external, nonce: &[3; 16], length: 32 }.write(&context);
    let transported = Secret::new(vec![5; 32]);
    let issued = Secret::new(vec![6; 32]);
    let assertion = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann")
        .audience("urn:bank")
        .holder_of_secret(issued.clone(), &certificate("bob"))
        .sign(&identity("carol"), SystemTime::now(), &SystemRandom)
        .expect("issued");
    let assertion_id = {
        let document = Document::parse(&assertion, &Limits::default()).expect("well-formed");
        document.root().attribute("", "ID").expect("an ID").into_owned()
    };
    let kerberos = write_kerberos_token("KT", KerberosForm::Gss, &ticket()).expect("a token").token;
    let derived_from_key =
        NewDerivedKey { version, id: "DK9", source: &reference_to("EK9"), nonce: &[4; 16], length: 32 }
            .write(&Secret::new(vec![8; 32]));
    let from_key = key_for_bob("EK9", &Secret::new(vec![8; 32])) + &derived_from_key.token;
    let origin =
        |name, elements, key_info, secret, may_do_both| Origin { name, elements, key_info, secret, may_do_both };
    vec![
        origin("shared secret", String::new(), WRAPPING.to_owned(), secret(), false),
        origin("context", String::new(), external, context, false),
        origin("derived", derived_key.token, reference_to("DK"), derived_key.secret, false),
        origin("EncryptedKey", key_for_bob("EK", &transported), reference_to("EK"), transported, true),
        origin("assertion", assertion, reference_to(&assertion_id), issued, true),
        origin("ticket", kerberos, reference_to("KT"), Secret::new(vec![11; 32]), true),
        origin("derived from an EncryptedKey", from_key, reference_to("DK9"), derived_from_key.secret, false),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Mac,
    Content,
    Wrap,
}

fn data(id: &str, key: &Secret, key_info: Option<&str>) -> String {
    let kind = PlaintextType::Element;
    encrypt_octets(
        b"<x:note xmlns:x=\"urn:x\"></x:note>",
        &kind,
        Encryption::new(GCM, key).id(id).key_info(key_info),
        &SystemRandom,
    )
    .expect("encrypted")
}

/// The elements that put the secret of `origin` to this use.
fn elements(used: Use, nth: usize, origin: &Origin, message: &str) -> String {
    let (key, id) = (&origin.secret, format!("ED{nth}"));
    match used {
        Use::Mac => {
            let document = Document::parse(message, &Limits::default()).expect("well-formed");
            let timestamp = find(&document, "Timestamp");
            let uri = format!("#{}", timestamp.attribute(name::WSU.uri, "Id").expect("an Id"));
            let canonical = Canonicalization::default();
            let transforms = vec![Transform::Canonicalization(canonical)];
            let reference = NewReference::digest(
                uri,
                &Subset::subtree(timestamp),
                transforms,
                DigestMethod::Sha256,
                &Budget::dangerous_unbounded(),
            );
            let references = [reference.expect("digested")];
            let pending =
                PendingSignature::new(SignatureMethod::HmacSha256, &references, None, Some(origin.key_info.clone()));
            let mac = HmacKey::new(key.as_octets().to_vec()).expect("a key");
            pending.finish(&pending.value(&mac).expect("a value"))
        }
        Use::Content => {
            let mut list = Writer::new();
            write_reference_list(&mut list, std::slice::from_ref(&id));
            list.finish() + &data(&id, key, Some(&origin.key_info))
        }
        Use::Wrap => {
            let inner = Secret::new(vec![42 + u8::try_from(nth).expect("small"); 32]);
            let wrapped = wrap(KeyWrap::Aes256, key, &inner, &SystemRandom).expect("wrapped");
            let method = KeyMethod::Wrap(KeyWrap::Aes256);
            let key = write_encrypted_key(None, &method, Some(&origin.key_info), &wrapped, std::slice::from_ref(&id));
            key + &data(&id, &inner, None)
        }
    }
}

fn with_uses(origin: &Origin, uses: [Use; 2]) -> String {
    let message = signed(SOAP11);
    let more: String = uses.iter().zip(1..).map(|(used, nth)| elements(*used, nth, origin, &message)).collect();
    message.replace("</wsse:Security>", &format!("{}{more}</wsse:Security>", origin.elements))
}

/// Every pair of uses of every secret that a message can name: one use is fine, two are not, and a call admits one pair.
#[test]
fn every_pair_of_uses_of_one_secret_is_judged() {
    for origin in origins() {
        for first in [Use::Mac, Use::Content, Use::Wrap] {
            for second in [Use::Mac, Use::Content, Use::Wrap] {
                // A key that wraps others is found by name, and only shared secrets have one.
                let wraps = first == Use::Wrap || second == Use::Wrap;
                if wraps && origin.name != "shared secret" {
                    continue;
                }
                let what = format!("{} {first:?} {second:?}", origin.name);
                let message = with_uses(&origin, [first, second]);
                let accepting = everything().accept_one_key_to_sign_and_encrypt();
                if first == second {
                    let opened =
                        everything().open(&message).unwrap_or_else(|error| panic!("{what}: {error}\n{message}"));
                    assert!(opened.body().xml().contains(AMOUNT));
                    continue;
                }
                let error = refuse(&everything(), &message);
                if origin.may_do_both {
                    assert!(
                        matches!(error, OpenError::KeyUse(KeyUseError::SignsAndEncrypts { .. })),
                        "{what}: {error}"
                    );
                    let text = error.to_string();
                    assert!(text.contains("`accept_one_key_to_sign_and_encrypt`"), "{text}");
                    let opened = accepting.open(&message).unwrap_or_else(|error| panic!("{what}: {error}"));
                    assert!(opened.evidence().waived.contains(&Waiver::OneKeyToSignAndEncrypt));
                } else {
                    let two = |error: &OpenError| matches!(error, OpenError::KeyUse(KeyUseError::TwoUses { .. }));
                    assert!(two(&error), "{what}: {error}");
                    assert!(two(&refuse(&accepting, &message)), "{what}");
                }
            }
        }
    }
}

/// Keys of one stream of derived octets, or a secret and a key that a second token derives from the same octets.
#[test]
fn keys_that_share_octets_have_one_use_between_them() {
    let origins = origins();
    let derived = origins.iter().find(|origin| origin.name == "derived").expect("one");
    let shorter = derived.elements.replace("Id=\"DK\"", "Id=\"DK2\"").replace(">32</wsc:Length>", ">16</wsc:Length>");
    let key = Secret::new(derived.secret.as_octets()[..16].to_vec());
    let message = signed(SOAP11);
    let kind = PlaintextType::Element;
    let cipher = ContentEncryption::Aes128Gcm;
    let info = reference_to("DK2");
    let data = encrypt_octets(
        b"<n></n>",
        &kind,
        Encryption::new(cipher, &key).id("ED").key_info(info.as_str()),
        &SystemRandom,
    )
    .expect("encrypted");
    let mut list = Writer::new();
    write_reference_list(&mut list, &["ED".to_owned()]);
    let mac = elements(Use::Mac, 1, derived, &message);
    let more = format!("{}{shorter}{mac}{}{data}</wsse:Security>", derived.elements, list.finish());
    let error = refuse(&everything(), &message.replace("</wsse:Security>", &more));
    assert!(matches!(error, OpenError::KeyUse(KeyUseError::TwoUses { .. })), "{error}");
    // A shared secret that comes back in an EncryptedKey is still the shared secret.
    let shared = origins.iter().find(|origin| origin.name == "shared secret").expect("one");
    let again = Origin {
        name: "again",
        elements: key_for_bob("EK", &shared.secret),
        key_info: reference_to("EK"),
        secret: shared.secret.clone(),
        may_do_both: true,
    };
    let mac = elements(Use::Mac, 1, shared, &message);
    let more = format!("{}{mac}{}</wsse:Security>", again.elements, elements(Use::Content, 2, &again, &message));
    let error = refuse(&everything().accept_one_key_to_sign_and_encrypt(), &message.replace("</wsse:Security>", &more));
    assert!(matches!(error, OpenError::KeyUse(KeyUseError::TwoUses { .. })), "{error}");
}

/// Whoever knows the plaintext of some ciphertext would know a key that the secret vouches for.
#[test]
fn ciphertext_is_never_taken_for_a_wrapped_key() {
    let known = b"<p:Pay xmlns:p=\"urn:p\">thirty-two!";
    for cipher in ContentEncryption::ALL {
        let shared = Secret::new((1..).take(cipher.key_len()).collect());
        let octets = ws_security::crypto::encrypt(cipher, &shared, &known[..32], &SystemRandom).expect("encrypted");
        let genuine = write_encrypted_key(Some("EK"), &KeyMethod::Wrap(KeyWrap::Aes256), Some(WRAPPING), &octets, &[]);
        let forged = genuine.replace(KeyWrap::Aes256.uri(), cipher.uri());
        assert_ne!(forged, genuine);
        let document = Document::parse(&forged, &Limits::default()).expect("well-formed");
        let not_a_wrap = |error: &DecryptError| matches!(error, DecryptError::NotAKeyWrap { .. });
        let key = EncryptedKey::parse(document.root(), &Budget::new(&Limits::default(), 0)).expect("a key");
        let everything = ws_security::AlgorithmPolicy::everything_for_legacy_use_only().encryption;
        assert!(everything.check_key(key.method()).is_err_and(|error| not_a_wrap(&error)), "{cipher:?}");
        let mallory = Origin {
            name: "forged",
            elements: forged,
            key_info: reference_to("EK"),
            secret: Secret::new(known[..32].to_vec()),
            may_do_both: true,
        };
        let legacy = ws_security::AlgorithmPolicy::everything_for_legacy_use_only();
        let receiver = receiver().shared_secret(Some("shared".to_owned()), shared).algorithms(legacy);
        for used in [Use::Mac, Use::Content] {
            let message = signed(SOAP11);
            let more = elements(used, 1, &mallory, &message);
            let more = format!("{}{more}</wsse:Security>", mallory.elements);
            let error = refuse(&receiver, &message.replace("</wsse:Security>", &more));
            assert!(matches!(&error, OpenError::Decrypt(error) if not_a_wrap(error)), "{cipher:?} {used:?}: {error}");
            assert!(error.to_string().contains("not a key-wrap algorithm"));
        }
    }
}

/// A key that a shared secret wraps is in one message, and one that others were sent, too: each of them can take it, as it is
/// wrapped, into a message of his own.
#[test]
fn a_wrapped_key_names_nobody_who_has_the_secret_that_wraps_it() {
    // The key of an earlier message, of which Mallory was a recipient as well.
    let known = Secret::new((50..82).collect());
    let wrapped = wrap(KeyWrap::Aes256, &secret(), &known, &SystemRandom).expect("wrapped");
    let lifted = write_encrypted_key(Some("EK"), &KeyMethod::Wrap(KeyWrap::Aes256), Some(WRAPPING), &wrapped, &[]);
    let version = SecureConversation::V1_3;
    let derived =
        NewDerivedKey { version, id: "DK", source: &reference_to("EK"), nonce: &[4; 16], length: 32 }.write(&known);
    let shared = (String::new(), WRAPPING.to_owned(), secret(), true);
    let taken = (lifted.clone(), reference_to("EK"), known, false);
    let from_it = (lifted + &derived.token, reference_to("DK"), derived.secret, false);
    let genuine = recipe().sign(signing()).secured(&envelope(SOAP11));
    let (start, end) = ("<ds:Signature ", "</ds:Signature>");
    let at = genuine.find(start).expect("a signature");
    let until = genuine.find(end).expect("its end") + end.len();
    let bare = format!("{}{}", &genuine[..at], &genuine[until..]);
    let receiver = Receiver::new(
        Trust::no_certificates(),
        Requirements::signed([Part::Body, Part::Timestamp]),
        DangerousNoReplayCache,
    );
    let receiver = receiver.shared_secret(Some("shared".to_owned()), secret());
    for (elements, key_info, key, names_someone) in [shared, taken, from_it] {
        let document = Document::parse(&bare, &Limits::default()).expect("well-formed");
        let references = ["Body", "Timestamp"].map(|local| {
            let part = find(&document, local);
            let uri = format!("#{}", part.attribute(name::WSU.uri, "Id").expect("an Id"));
            let transforms = vec![Transform::Canonicalization(Canonicalization::default())];
            NewReference::digest(
                uri,
                &Subset::subtree(part),
                transforms,
                DigestMethod::Sha256,
                &Budget::dangerous_unbounded(),
            )
            .expect("digested")
        });
        let pending = PendingSignature::new(SignatureMethod::HmacSha256, &references, None, Some(key_info.clone()));
        let mac = HmacKey::new(key.as_octets().to_vec()).expect("a key");
        let made = elements + &pending.finish(&pending.value(&mac).expect("a value"));
        let message = bare.replace("</wsse:Security>", &format!("{made}</wsse:Security>"));
        match names_someone {
            true => {
                let opened = receiver.open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
                assert!(matches!(opened.signer(), Signer::SharedSecret { .. }));
            }
            false => {
                let error = refuse(&receiver, &message);
                assert!(matches!(error, OpenError::Requirement(RequirementError::Anonymous)), "{key_info}: {error}");
            }
        }
    }
}

/// The other side makes no such message: found when the recipe is planned, or where only the message tells, then.
#[test]
fn recipes_give_each_secret_one_use() {
    let shared = || Secret::new(vec![9; 32]);
    let context = || ProtectionToken::security_context(SecureConversation::V1_3, CONTEXT, shared());
    let sign = |token: &ProtectionToken| Signing::with_token(token).parts([Part::Body, Part::Timestamp]);
    let encrypt = |token: &ProtectionToken| Encrypting::with_token(token).parts([Part::Body]);
    let two_uses = |error: Result<(), PlanError>| matches!(error, Err(PlanError::KeyUse(KeyUseError::TwoUses { .. })));
    for recipe in [recipe(), recipe().accept_one_key_to_sign_and_encrypt(), recipe().allow_legacy_algorithms()] {
        let (one, other) = (context(), context());
        assert!(two_uses(recipe.clone().sign(sign(&one)).encrypt(encrypt(&one)).plan().map(drop)));
        assert!(two_uses(recipe.clone().encrypt(encrypt(&one)).sign(sign(&one)).plan().map(drop)));
        assert!(
            two_uses(recipe.clone().sign(sign(&one)).encrypt(encrypt(&other)).plan().map(drop)),
            "one secret, twice"
        );
        let derived = one.clone().derived_keys(SecureConversation::V1_3);
        assert!(recipe.clone().sign(sign(&derived)).encrypt(encrypt(&derived)).plan().is_ok());
        assert!(two_uses(recipe.clone().sign(sign(&derived)).encrypt(encrypt(&one)).plan().map(drop)));
    }
    let key = ProtectionToken::encrypted_to(&certificate("bob"));
    let both = recipe().sign(sign(&key)).encrypt(encrypt(&key));
    let refused = both.clone().allow_legacy_algorithms().plan().map(drop);
    assert!(matches!(refused, Err(PlanError::KeyUse(KeyUseError::SignsAndEncrypts { .. }))), "{refused:?}");
    assert!(both.accept_one_key_to_sign_and_encrypt().plan().is_ok());
    // Two tokens of one initiator have one session key.
    let initiator = || ws_security::KerberosTicket { gss_token: ticket(), key: Secret::new(vec![11; 32]) };
    let (one, other) =
        (ProtectionToken::kerberos(move || Some(initiator())), ProtectionToken::kerberos(move || Some(initiator())));
    let both = recipe().sign(sign(&one)).encrypt(encrypt(&other)).plan().expect("two tokens");
    let refused = both.message(&envelope(SOAP11)).secure().map(|secured| secured.message);
    assert!(
        matches!(refused, Err(ws_security::SecureError::KeyUse(KeyUseError::SignsAndEncrypts { .. }))),
        "{refused:?}"
    );
}

/// A reply under the key of its request is under the same rule.
#[test]
fn the_key_of_a_request_has_one_use_in_its_reply() {
    let key = ProtectionToken::encrypted_to(&certificate("bob"));
    let request = recipe()
        .sign(Signing::with_token(&key).parts([Part::Body, Part::Timestamp]))
        .sign(Signing::with(&identity("alice")).parts([Part::Signature]));
    let Secured { message, correlation: sent } =
        request.plan().expect("a plan").message(&envelope(SOAP11)).secure().expect("secured");
    let opened = receiver().decrypt_with(identity("bob")).open(&message).expect("opens");
    let key = ProtectionToken::of_request();
    let reply = recipe()
        .signature_confirmation()
        .sign(Signing::with_token(&key).parts([Part::Body, Part::Timestamp]))
        .encrypt(Encrypting::with_token(&key).parts([Part::Body]));
    assert!(reply.clone().plan().is_err());
    let plan = reply.accept_one_key_to_sign_and_encrypt().plan().expect("a plan");
    let reply = plan.message(&envelope(SOAP11)).answering(opened.correlation()).secure().expect("secured").message;
    let client = receiver();
    let refused = client.answering(&sent).open(&reply).map(drop);
    assert!(matches!(refused, Err(OpenError::KeyUse(KeyUseError::SignsAndEncrypts { .. }))), "{refused:?}");
    assert!(client.accept_one_key_to_sign_and_encrypt().answering(&sent).open(&reply).is_ok());
}

#[test]
fn short_secrets_are_refused_wherever_they_are_given() {
    let version = SecureConversation::V1_3;
    for octets in [0, 1, 15] {
        let secret = move || Secret::new(vec![7; octets]);
        let empty = octets == 0;
        let sending = |token: ProtectionToken, lax: bool| {
            let recipe = recipe().sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]));
            let recipe = if lax { recipe.accept_short_secrets_for_legacy_use_only() } else { recipe };
            recipe.plan()
        };
        for token in [
            ProtectionToken::security_context(version, CONTEXT, secret()),
            ProtectionToken::security_context(version, CONTEXT, secret()).derived_keys(version),
        ] {
            let refused = sending(token.clone(), false).map(drop);
            assert_eq!(refused, Err(PlanError::KeyUse(KeyUseError::TooShort { octets })));
            if empty {
                assert!(sending(token, true).is_err());
                continue;
            }
            let message =
                sending(token, true).expect("a plan").message(&envelope(SOAP11)).secure().expect("secured").message;
            let named = receiver().shared_secret(Some(CONTEXT.to_owned()), secret());
            let looked_up = receiver().security_contexts(move |_: &str, _: Option<&str>| Some(secret()));
            for receiver in [named, looked_up] {
                let error = refuse(&receiver, &message);
                assert!(matches!(error, OpenError::KeyUse(KeyUseError::TooShort { .. })), "{error}");
                assert!(error.to_string().contains("accept_short_secrets_for_legacy_use_only"));
                let opened = receiver.accept_short_secrets_for_legacy_use_only().open(&message).expect("opens");
                assert!(opened.evidence().waived.contains(&Waiver::ShortSecrets));
            }
        }
        // Given and not used, it is refused all the same.
        let error = refuse(&receiver().shared_secret(None, secret()), &signed(SOAP11));
        assert!(matches!(error, OpenError::KeyUse(KeyUseError::TooShort { .. })), "{error}");
    }
    // A key that someone encrypted to us, or a ticket, or an assertion's: each too short to sign with.
    let message = signed(SOAP11);
    for nth in 3..6 {
        let mut origin = origins().remove(nth);
        if origin.name == "EncryptedKey" {
            origin.elements = key_for_bob("EK", &Secret::new(vec![5; 8]));
        }
        let receiver = everything().kerberos(|_: &[u8]| {
            Some(KerberosSession { principal: "ann@EXAMPLE".to_owned(), key: Secret::new(vec![11; 8]) })
        });
        let more = format!("{}{}</wsse:Security>", origin.elements, elements(Use::Mac, 1, &origin, &message));
        let outcome = receiver.open(message.replace("</wsse:Security>", &more));
        assert_eq!(outcome.is_ok(), origin.name == "assertion", "{}: {outcome:?}", origin.name);
        // How long it is would tell whether it was unwrapped.
        let failed = OpenError::Decrypt(DecryptError::Failed);
        assert_eq!(outcome.err() == Some(failed), origin.name == "EncryptedKey", "{}", origin.name);
    }
}

/// With an empty secret, anyone makes MACs.
#[test]
fn an_empty_secret_is_refused_where_short_ones_are_accepted() {
    let message = signed(SOAP11);
    for octets in [0, 1] {
        let key = Secret::new(vec![7; octets]);
        let document = Document::parse(&message, &Limits::default()).expect("well-formed");
        let timestamp = find(&document, "Timestamp");
        let uri = format!("#{}", timestamp.attribute(name::WSU.uri, "Id").expect("an Id"));
        let transforms = vec![Transform::Canonicalization(Canonicalization::default())];
        let reference = NewReference::digest(
            uri,
            &Subset::subtree(timestamp),
            transforms,
            DigestMethod::Sha256,
            &Budget::dangerous_unbounded(),
        );
        let references = [reference.expect("digested")];
        let key_info = Some(format!("<ds:KeyName>{CONTEXT}</ds:KeyName>"));
        let pending = PendingSignature::new(SignatureMethod::HmacSha256, &references, None, key_info);
        let mac = HmacKey::of_any_length_for_legacy_use_only(key.as_octets().to_vec());
        let mac = pending.finish(&pending.value(&mac).expect("a value"));
        let short = message.replace("</wsse:Security>", &format!("{mac}</wsse:Security>"));
        let receiver = receiver().shared_secret(Some(CONTEXT.to_owned()), key);
        let outcome = receiver.accept_short_secrets_for_legacy_use_only().open(&short).map(drop);
        assert_eq!(outcome.is_ok(), octets == 1, "{outcome:?}");
    }
}

/// The octets of a ticket, sent as a wrapped key, are none: the key of the ticket is only the ticket's.
#[test]
fn a_wrapped_key_of_the_octets_of_a_ticket_is_not_the_key_of_the_ticket() {
    let message = signed(SOAP11);
    let ticket_origin = origins().remove(5);
    let (token, octets) = (ticket_origin.elements.clone(), ticket());
    let session = Secret::new(vec![11; 32]);
    let mut key_info = Writer::within(&[name::XENC, name::DS]);
    ReferenceForm::IssuerSerial.write(&mut key_info, &certificate("bob"), "");
    let method = KeyMethod::Transport(KeyTransport::oaep_mgf1p());
    let listed = ["ED1".to_owned()];
    let wrapped = write_encrypted_key(None, &method, Some(&key_info.finish()), &octets, &listed);
    let mac = elements(Use::Mac, 9, &ticket_origin, &message);
    let with = |data: String| {
        let more = format!("{token}{mac}{wrapped}{data}</wsse:Security>");
        message.replace("</wsse:Security>", &more)
    };
    let receiver = everything().accept_one_key_to_sign_and_encrypt();
    let error = receiver.open(with(data("ED1", &session, None))).expect_err("nobody wrapped that key");
    assert_eq!(error, OpenError::Decrypt(DecryptError::Failed));
}

/// The header of Alice's message, with these elements and a MAC under the key of `origin`, which this KeyInfo names.
fn with_mac(elements_before: &str, origin: &Origin, key_info: String, elements_after: &str) -> String {
    let message = signed(SOAP11);
    let named = Origin { key_info, elements: String::new(), secret: origin.secret.clone(), ..*origin };
    let mac = elements(Use::Mac, 1, &named, &message);
    message.replace("</wsse:Security>", &format!("{elements_before}{mac}{elements_after}</wsse:Security>"))
}

#[test]
fn a_reference_states_the_type_of_the_token_whose_key_it_means() {
    for nth in [2, 3, 5] {
        let origin = origins().remove(nth);
        let opened = everything().open(with_mac(&origin.elements, &origin, origin.key_info.clone(), ""));
        assert_eq!(opened.map(drop), Ok(()), "{}", origin.name);
        let typed = origin.key_info.replace(" URI=\"#", " ValueType=\"urn:other\" URI=\"#");
        let error = refuse(&everything(), &with_mac(&origin.elements, &origin, typed, ""));
        assert!(matches!(error, OpenError::Token(TokenError::TypeMismatch { .. })), "{}: {error}", origin.name);
    }
}

#[test]
fn a_digest_names_the_key_of_its_octets_and_no_other() {
    let by = |value_type: &str, digest: &[u8]| {
        format!(
            "<wsse:SecurityTokenReference xmlns:wsse=\"{}\"><wsse:KeyIdentifier ValueType=\"{value_type}\">{}\
             </wsse:KeyIdentifier></wsse:SecurityTokenReference>",
            name::WSSE.uri,
            base64_encode(digest)
        )
    };
    let sha1 = |octets: &[u8]| Digest::of(DigestMethod::Sha1, octets).as_octets().to_vec();
    for (nth, value_type) in [(3, ENCRYPTED_KEY_SHA1), (5, KERBEROS_AP_REQ_SHA1)] {
        let origin = origins().remove(nth);
        let document = Document::parse(&origin.elements, &Limits::default()).expect("well-formed");
        let digest = match nth {
            3 => EncryptedKey::parse(document.root(), &Budget::dangerous_unbounded()).expect("a key").sha1(),
            _ => sha1(&ticket()),
        };
        let right = by(value_type, &digest);
        let opened = everything().open(with_mac(&origin.elements, &origin, right.clone(), ""));
        assert_eq!(opened.map(drop), Ok(()), "{}", origin.name);
        let error =
            refuse_strictly(&everything(), &with_mac(&origin.elements, &origin, by(value_type, &sha1(b"")), ""));
        assert!(matches!(error.reason(), OpenError::NoKey { .. }), "{}: {error}", origin.name);
        // A ticket is no step of a chain, so its place does not matter.
        if nth == 3 {
            let error = refuse(&everything(), &with_mac("", &origin, right, &origin.elements));
            assert!(matches!(error, OpenError::Token(TokenError::Forward { .. })), "{}: {error}", origin.name);
        }
    }
}
