//! SAML assertions: issued, attached, confirmed each way, and what attackers do with them.

mod common;

use std::time::{Duration, SystemTime};

use common::issued::{attribute, sign_by_hand, x509_data};
use common::*;
use ws_security::c14n::base64_encode;
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::tokens::{AssertionError, TokenError};
use ws_security::xmlenc::{Encryption, PlaintextType, encrypt_octets};
use ws_security::{
    AlgorithmPolicy, AssertionTrust, ConfirmationMethod, ContentEncryption, DangerousNoReplayCache, NewAssertion,
    OpenError, PlanError, ProtectionToken, RequiredToken, RequirementError, SamlName, SamlVersion, Secret,
    SecureConversation, Secured, Signer, TransportFacts,
};

const ISSUER: &str = "https://idp.example";
const AUDIENCE: &str = "urn:bank";
const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const BASE64: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
const X509_V3: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
const BOTH: [SamlVersion; 2] = [SamlVersion::V1_1, SamlVersion::V2_0];

fn assertion(version: SamlVersion) -> NewAssertion {
    NewAssertion::new(version, ISSUER, "uid=ann").audience(AUDIENCE).attribute("role", ["teller", "auditor"])
}

/// Carol issues.
fn issue(assertion: &NewAssertion) -> String {
    assertion.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("signed")
}

fn issuers() -> AssertionTrust {
    AssertionTrust::for_audience(AUDIENCE).issuer(ISSUER, Trust::pins([certificate("carol")]))
}

fn service(trust: AssertionTrust) -> Receiver {
    Receiver::new(self::trust(), Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
        .assertions(trust)
        .decrypt_with(identity("bob"))
}

fn with(recipe: Recipe) -> String {
    recipe.secured(&envelope(SOAP11))
}

/// Ann's key is that of dave, whose certificate the receiver does not trust.
fn holder(version: SamlVersion) -> String {
    issue(&assertion(version).holder_of_key(&certificate("dave")))
}

fn by_subject(assertion: &str, key: &str) -> String {
    let signing = Signing::with(&identity(key)).holder_of_key().parts([Part::Body, Part::Timestamp]);
    with(recipe().token(assertion).sign(signing))
}

fn token(error: OpenError) -> TokenError {
    match error {
        OpenError::Token(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_holder_of_a_key_is_the_subject() {
    for version in BOTH {
        let issued = holder(version);
        let message = by_subject(&issued, "dave");
        assert!(message.contains(&issued), "attached unchanged");
        let opened = service(issuers()).open(&message).unwrap_or_else(|e| panic!("{version:?}: {e:?}\n{message}"));
        let Signer::Assertion(signer) = opened.signer() else { panic!("{:?}", opened.signer()) };
        let said = signer.assertion();
        assert_eq!(
            (said.subject().and_then(SamlName::unqualified), said.issuer(), said.version()),
            (Some("uid=ann"), ISSUER, version)
        );
        assert_eq!(said.attribute("role").expect("stated"), ["teller", "auditor"]);
        assert_eq!(said.issuer_certificate(), Some(&certificate("carol")));
        assert_eq!(opened.assertions().len(), 1);
        assert_eq!(opened.assertions()[0].confirmed_by(), ConfirmationMethod::HolderOfKey);

        let demanded = Requirements::signed([Part::Body, Part::Timestamp]).saml_token(version);
        let demanding = Receiver::new(trust(), demanded, DangerousNoReplayCache).assertions(issuers());
        assert!(demanding.open(&message).is_ok());
        let none = refuse(&demanding, &signed(SOAP11));
        assert!(matches!(
            none,
            OpenError::Requirement(RequirementError::NoToken { token: RequiredToken::Saml(_), .. })
        ));
        // Without trust in issuers an assertion is no key.
        assert!(receiver().open(&message).is_err());
    }
}

#[test]
fn over_a_transport_the_holder_of_a_key_signs_the_timestamp() {
    let tls = TransportFacts::server_authenticated_tls;
    for version in BOTH {
        let demanding = |requirements: Requirements| {
            let demanded = requirements.saml_token(version);
            Receiver::new(trust(), demanded, DangerousNoReplayCache).assertions(issuers())
        };
        let timestamp = || demanding(Requirements::signed([Part::Timestamp]));
        let endorsed = |key: &str, holder: Signing| {
            let issued = issue(&assertion(version).holder_of_key(&certificate(key)));
            with(recipe().token(issued).sign(holder.parts([Part::Timestamp])))
        };
        let message = endorsed("dave", Signing::with(&identity("dave")).holder_of_key());
        let opened = timestamp().open_unsigned(&message, tls()).unwrap_or_else(|error| panic!("{error:?}\n{message}"));
        assert_eq!(opened.assertions()[0].confirmed_by(), ConfirmationMethod::HolderOfKey);
        let refused = |receiver: &Receiver, message: &str, transport: TransportFacts| {
            let error = receiver.open_unsigned(message, transport).map(drop).expect_err("refused");
            assert!(
                matches!(
                    error,
                    OpenError::Requirement(RequirementError::NoToken { token: RequiredToken::Saml(_), .. })
                ),
                "{error:?}"
            );
        };
        // Without the transport anyone may have put the Body there.
        refused(&timestamp(), &message, TransportFacts::dangerous_unprotected());
        // A signature over nothing that is demanded may be of any age.
        refused(&demanding(Requirements::dangerous_unsigned()), &message, tls());
        // Another key signs.
        refused(&timestamp(), &endorsed("dave", Signing::with(&identity("alice"))), tls());
    }
}

#[test]
fn t20_a_certificate_of_the_holder_confirms_the_assertion_that_it_covers() {
    for version in BOTH {
        let demanded = Requirements::signed([Part::Body, Part::Timestamp]).saml_token(version);
        let service = Receiver::new(trust(), demanded, DangerousNoReplayCache).assertions(issuers());
        let message = |holder: &str, parts: &[Part]| {
            let issued = issue(&assertion(version).holder_of_key(&certificate(holder)));
            with(recipe().token(issued).sign(Signing::with(&identity("alice")).parts(parts.to_vec())))
        };
        let all = [Part::Body, Part::Timestamp, Part::Assertion];
        let opened = service.open(message("alice", &all)).expect("Alice holds the key");
        assert_eq!(opened.assertions()[0].confirmed_by(), ConfirmationMethod::HolderOfKey);
        assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
        // She does not say that it is hers, or it is that of another.
        for message in [message("alice", &all[..2]), message("dave", &all), message("twin-alice", &all)] {
            let error = refuse(&service, &message);
            assert!(
                matches!(
                    error,
                    OpenError::Requirement(RequirementError::NoToken { token: RequiredToken::Saml(_), .. })
                ),
                "{error:?}"
            );
        }
    }
}

#[test]
fn t20_a_holder_is_not_whoever_sends_a_certificate_of_that_name() {
    for version in BOTH {
        let written = assertion(version).holder_of_key(&certificate("alice"));
        let written = written.unsigned(SystemTime::now(), &SystemRandom).expect("written");
        let data = x509_data("alice");
        assert!(written.contains(&data), "{written}");
        // Certificates that someone else made, with the names and the serial number of Alice's.
        let named = certificate("alice");
        assert_eq!(named.serial_decimal(), certificate("twin-alice").serial_decimal());
        let by_serial = format!(
            "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{}</ds:X509IssuerName><ds:X509SerialNumber>{}\
             </ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>",
            named.issuer(),
            named.serial_decimal()
        );
        let by_identifier = format!(
            "<ds:X509Data><ds:X509SKI>{}</ds:X509SKI></ds:X509Data>",
            base64_encode(certificate("twin-alice").subject_key_identifier().expect("has one"))
        );
        for name in [&by_serial, &by_identifier] {
            let issued = sign_by_hand(&written.replace(&data, name), version);
            let message = by_subject(&issued, "twin-alice");
            let token = format!(
                "<wsse:BinarySecurityToken xmlns:wsse=\"{WSSE}\" EncodingType=\"{BASE64}\" ValueType=\"{X509_V3}\">{}\
                 </wsse:BinarySecurityToken>",
                base64_encode(certificate("twin-alice").der())
            );
            let at = message.find("<wsse:Security").expect("a header");
            let at = at + message[at..].find('>').expect("its end") + 1;
            let attack = format!("{}{token}{}", &message[..at], &message[at..]);
            assert!(matches!(refuse(&service(issuers()), &attack), OpenError::NoKey { .. }), "{name}");
        }
        // What the receiver knows itself is named well by issuer and serial number.
        let issued = sign_by_hand(&written.replace(&data, &by_serial), version);
        let knowing = Receiver::new(
            trust().known([certificate("alice")]),
            Requirements::signed([Part::Body, Part::Timestamp]).saml_token(version),
            DangerousNoReplayCache,
        );
        assert!(knowing.assertions(issuers()).open(by_subject(&issued, "alice")).is_ok());
        // It is no name of another certificate that the receiver knows.
        let knowing = Receiver::new(
            trust().known([certificate("dave")]),
            Requirements::signed([Part::Body, Part::Timestamp]).saml_token(version),
            DangerousNoReplayCache,
        );
        assert!(matches!(
            refuse(&knowing.assertions(issuers()), &by_subject(&issued, "dave")),
            OpenError::NoKey { .. }
        ));
    }
}

#[test]
fn a_reply_is_encrypted_to_the_subject_of_the_request() {
    for version in BOTH {
        let issued = holder(version);
        let holder_of_key = Signing::with(&identity("dave")).holder_of_key().parts([Part::Body, Part::Timestamp]);
        let request = recipe().token(issued.as_str()).sign(holder_of_key).plan().expect("a plan");
        let Secured { message, correlation: sent } = request.message(&envelope(SOAP11)).secure().expect("secured");
        let opened = service(issuers()).open(&message).expect("opens");
        assert_eq!(opened.correlation().certificate(), Some(&certificate("dave")));
        let reply = recipe().sign(signing()).encrypt(Encrypting::to_requester().parts([Part::Body]));
        let reply = reply
            .plan()
            .expect("a plan")
            .message(&envelope(SOAP11))
            .answering(opened.correlation())
            .secure()
            .expect("secured")
            .message;
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
        let client = Receiver::new(trust(), requirements, DangerousNoReplayCache)
            .decrypt_with(identity("alice"))
            .decrypt_with(identity("dave"));
        assert!(client.answering(&sent).open(&reply).is_ok());

        // CXF names the assertion instead, which only the request has.
        let id = issued.split([' ', '>']).find_map(|word| word.strip_prefix(attribute(version))).expect("an Id");
        let id = id.trim_matches('"');
        let key = reply.find("<xenc:EncryptedKey").expect("a key");
        let (start, end) = (reply[key..].find("<ds:KeyInfo").expect("its KeyInfo"), reply[key..].find("</ds:KeyInfo>"));
        let by_assertion = |id: &str| {
            format!(
                "{}<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><wsse:SecurityTokenReference>\
                 <wsse:KeyIdentifier ValueType=\"{}\">{id}\
                 </wsse:KeyIdentifier></wsse:SecurityTokenReference>{}",
                &reply[..key + start],
                value_type(version),
                &reply[key + end.expect("its end")..]
            )
        };
        let read = client.answering(&sent).open(by_assertion(id)).unwrap_or_else(|e| panic!("{version:?}: {e:?}"));
        assert!(read.body().xml().contains(AMOUNT));
        assert!(client.answering(&sent).open(by_assertion("_other")).is_err());
        assert!(client.open(by_assertion(id)).is_err(), "no reply to a request of ours");
    }
}

fn value_type(version: SamlVersion) -> &'static str {
    if version == SamlVersion::V1_1 {
        "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID"
    } else {
        "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID"
    }
}

#[test]
fn t20_an_assertion_counts_only_as_it_is_confirmed() {
    for version in BOTH {
        let issued = holder(version);
        // Someone else's key, presented with the assertion.
        assert!(matches!(refuse(&service(issuers()), &by_subject(&issued, "alice")), OpenError::Verify(_)));
        // The assertion beside a signature that does not use its key proves nothing about the sender.
        let beside = with(recipe().token(issued.as_str()).sign(signing()));
        let opened = service(issuers()).open(&beside).expect("Alice signed");
        assert!(opened.assertions().is_empty());
        // Bearer assertions are refused unless asked for. They count once, and only if someone known presents them.
        let bearer = issue(&assertion(version).bearer());
        let beside = with(recipe().token(bearer.as_str()).sign(signing()));
        let message = with(recipe().token(bearer).sign(signing().parts([Part::Assertion])));
        assert!(matches!(token(refuse(&service(issuers()), &message)), TokenError::Assertion(_)));
        let opened = service(issuers().accept_bearer()).open(&beside).expect("Alice signed");
        assert!(opened.assertions().is_empty(), "anyone can have put it there");
        let accepting = Receiver::new(trust(), Requirements::signed([Part::Body]), MemoryReplayCache::default())
            .assertions(issuers().accept_bearer());
        assert_eq!(accepting.open(&message).expect("opens").assertions().len(), 1);
        let used = message.replacen("<a:To>urn:bank", "<a:To>urn:bank2", 1);
        assert!(matches!(refuse(&accepting, &used), OpenError::Replay(_)));
    }
}

#[test]
fn t20_an_attester_vouches_for_assertion_and_body_together() {
    for version in BOTH {
        for issued in [
            issue(&assertion(version)),
            assertion(version).unsigned(SystemTime::now(), &SystemRandom).expect("written"),
        ] {
            let parts = || [Part::Body, Part::Timestamp, Part::Assertion];
            let vouched = with(recipe().token(issued.as_str()).sign(Signing::with(&identity("alice")).parts(parts())));
            let accepting = service(issuers().sender_vouches(trust()));
            let opened = accepting.open(&vouched).unwrap_or_else(|e| panic!("{version:?}: {e:?}\n{vouched}"));
            assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
            assert_eq!(opened.assertions()[0].confirmed_by(), ConfirmationMethod::SenderVouches);
            // The assertion is not covered; another signature than that of the Body covers it; the signer may sign but
            // not vouch.
            let apart = with(recipe().token(issued.as_str()).sign(signing()));
            assert!(accepting.open(&apart).expect("Alice signed").assertions().is_empty());
            let halves = with(
                recipe()
                    .token(issued.as_str())
                    .sign(signing())
                    .sign(Signing::with(&identity("alice")).parts([Part::Assertion])),
            );
            assert!(accepting.open(&halves).expect("Alice signed").assertions().is_empty());
            let others = service(issuers().sender_vouches(Trust::pins([certificate("bob")])));
            assert!(others.open(&vouched).expect("Alice signed").assertions().is_empty());
            assert!(matches!(token(refuse(&service(issuers()), &vouched)), TokenError::Assertion(_)));
            // What it says cannot change.
            let changed = vouched.replace("uid=ann", "uid=eve");
            refuse(&accepting, &changed);
        }
    }
}

#[test]
fn t21_only_its_issuer_issues() {
    for version in BOTH {
        let claim = assertion(version).holder_of_key(&certificate("dave"));
        let open = |issued: &str| service(issuers()).open(by_subject(issued, "dave"));
        // The assertion is signed by someone who may sign messages, under the issuer's name; by no one; by the issuer
        // under another name.
        let by_alice = claim.sign(&identity("alice"), SystemTime::now(), &SystemRandom).expect("signed");
        assert!(open(&by_alice).is_err());
        let by_no_one = claim.unsigned(SystemTime::now(), &SystemRandom).expect("written");
        assert!(open(&by_no_one).is_err());
        let other = NewAssertion::new(version, "https://other.example", "uid=ann")
            .audience(AUDIENCE)
            .holder_of_key(&certificate("dave"));
        assert!(open(&issue(&other)).is_err());
        let two = AssertionTrust::for_audience(AUDIENCE)
            .issuer(ISSUER, Trust::pins([certificate("carol")]))
            .issuer("https://other.example", Trust::pins([certificate("alice")]));
        assert!(service(two).open(by_subject(&issue(&other), "dave")).is_err(), "Carol is not the other issuer");
        // Any octet of it is changed; its signature covers something else.
        let issued = issue(&claim);
        assert!(open(&issued).is_ok());
        for (from, to) in [
            ("uid=ann", "uid=eve"),
            (">teller<", ">ceo<"),
            (AUDIENCE, "urn:all"),
            ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
        ] {
            assert!(open(&issued.replacen(from, to, 1)).is_err(), "{to}");
        }
        let (element, id_attribute) = match version {
            SamlVersion::V1_1 => ("saml:Assertion", "AssertionID"),
            SamlVersion::V2_0 => ("saml2:Assertion", "ID"),
        };
        let id =
            issued.split_once(&format!(" {id_attribute}=\"")).expect("an id").1.split_once('"').expect("its end").0;
        // The genuine one moved inside a forged one (wrapping), in Advice.
        let namespace =
            issued.split_once("xmlns:saml").map(|(_, rest)| rest.split_once(' ').expect("one").0).expect("ns");
        let prefix = element.split_once(':').expect("a prefix").0;
        let forged = by_no_one.replacen("uid=ann", "uid=eve", 1);
        let end = forged.rfind(&format!("</{element}>")).expect("its end");
        let wrapped =
            format!("{}<{prefix}:Advice xmlns:saml{namespace}>{issued}</{prefix}:Advice></{element}>", &forged[..end]);
        assert!(open(&wrapped).is_err());
        // Two with one id.
        let message = by_subject(&issued, "dave");
        let twice = message.replacen(&issued, &format!("{issued}{issued}"), 1);
        assert!(matches!(refuse(&service(issuers()), &twice), OpenError::Envelope(_)));
        // The signature refers to another element than its own assertion.
        let elsewhere = issued.replacen(&format!("URI=\"#{id}\""), "URI=\"#other\"", 1);
        assert!(open(&elsewhere).is_err());
    }
}

#[test]
fn t35_conditions_hold_or_the_assertion_does_not() {
    let now = SystemTime::now();
    for version in BOTH {
        let claim = || assertion(version).holder_of_key(&certificate("dave"));
        let open = |trust: AssertionTrust, issued: &str| service(trust).open(by_subject(issued, "dave")).map(drop);
        assert!(open(issuers(), &issue(&claim().audience("urn:another"))).is_ok(), "one of several audiences");
        let foreign = AssertionTrust::for_audience("urn:us").issuer(ISSUER, Trust::pins([certificate("carol")]));
        assert!(open(foreign.clone(), &issue(&claim())).is_err());
        assert!(open(foreign.audience(AUDIENCE), &issue(&claim())).is_ok());
        let unrestricted = NewAssertion::new(version, ISSUER, "uid=ann").holder_of_key(&certificate("dave"));
        assert!(open(issuers(), &issue(&unrestricted)).is_err());
        let any = AssertionTrust::dangerous_for_any_audience().issuer(ISSUER, Trust::pins([certificate("carol")]));
        assert!(open(any, &issue(&unrestricted)).is_ok());
        let at = |time: SystemTime, lifetime: u64| {
            let claim = claim().lifetime(Duration::from_secs(lifetime));
            claim.sign(&identity("carol"), time, &SystemRandom).expect("signed")
        };
        assert!(open(issuers(), &at(now - Duration::from_secs(100), 60)).is_ok(), "over, within the skew");
        assert!(open(issuers(), &at(now - Duration::from_secs(200), 60)).is_err());
        assert!(open(issuers(), &at(now + Duration::from_secs(30), 60)).is_ok(), "early, within the skew");
        assert!(open(issuers(), &at(now + Duration::from_secs(120), 60)).is_err());
        let once = issue(&claim().one_time_use());
        let remembering = Receiver::new(trust(), Requirements::signed([Part::Body]), MemoryReplayCache::default())
            .assertions(issuers());
        assert!(remembering.open(by_subject(&once, "dave")).is_ok());
        assert!(matches!(remembering.open(by_subject(&once, "dave")), Err(OpenError::Replay(_))));
    }
    let elsewhere = issue(&assertion(SamlVersion::V2_0).holder_of_key(&certificate("dave")).recipient("https://a"));
    let open = |trust: AssertionTrust| service(trust).open(by_subject(&elsewhere, "dave")).map(drop);
    assert!(open(issuers().recipient("https://a")).is_ok());
    assert!(open(issuers().recipient("https://b")).is_err());
    assert!(open(issuers()).is_ok(), "whoever holds the key may present it anywhere");
    let bearer = issue(&assertion(SamlVersion::V2_0).bearer().recipient("https://a"));
    let message = with(recipe().token(bearer).sign(signing()));
    let open = |trust: AssertionTrust| service(trust.accept_bearer()).open(&message).map(drop);
    assert!(open(issuers().recipient("https://a")).is_ok());
    assert!(open(issuers().recipient("https://b")).is_err());
    assert!(open(issuers()).is_err(), "it may have been meant for someone else");
    let written = assertion(SamlVersion::V2_0).bearer().recipient("https://a");
    let written = written.unsigned(SystemTime::now(), &SystemRandom).expect("written");
    let answer = written.replace(" Recipient=\"https://a\"", " InResponseTo=\"_1\"");
    assert_ne!(written, answer);
    let message = with(recipe().token(sign_by_hand(&answer, SamlVersion::V2_0)).sign(signing()));
    let open = |trust: AssertionTrust| service(trust.accept_bearer()).open(&message).map(drop);
    assert!(open(issuers().in_response_to("_1")).is_ok());
    assert!(open(issuers().in_response_to("_2")).is_err());
    assert!(open(issuers()).is_err(), "nobody asked for it");
}

#[test]
fn conditions_that_are_not_understood_refuse() {
    for version in BOTH {
        let issued = holder(version);
        let prefix = if version == SamlVersion::V1_1 { "saml" } else { "saml2" };
        let changed =
            issued.replacen(&format!("</{prefix}:Conditions>"), &format!("<{prefix}:Moon/></{prefix}:Conditions>"), 1);
        assert_ne!(changed, issued);
        let message = by_subject(&issued, "dave").replacen(&issued, &changed, 1);
        assert!(matches!(token(refuse(&service(issuers()), &message)), TokenError::Assertion(_)));
    }
}

#[test]
fn the_holder_of_a_secret_is_the_subject() {
    for version in BOTH {
        let secret = || Secret::new(vec![9; 32]);
        let issued = issue(&assertion(version).holder_of_secret(secret(), &certificate("bob")));
        for derived in [None, Some(SecureConversation::V1_3)] {
            let token = ProtectionToken::of_assertion(secret());
            let token = derived.map_or(token.clone(), |version| token.derived_keys(version));
            let signing = Signing::with_token(&token).parts([Part::Body, Part::Timestamp]);
            let mut recipe = recipe().token(issued.as_str()).sign(signing);
            if derived.is_some() {
                recipe = recipe.encrypt(Encrypting::with_token(&token).parts([Part::Body]));
            }
            let message = with(recipe);
            let opened = service(issuers()).open(&message).unwrap_or_else(|e| panic!("{version:?}: {e:?}\n{message}"));
            assert!(matches!(opened.signer(), Signer::Assertion(_)));
            assert_eq!(opened.assertions().len(), 1);
        }
        let wrong = ProtectionToken::of_assertion(Secret::new(vec![8; 32]));
        let signing = Signing::with_token(&wrong).parts([Part::Body, Part::Timestamp]);
        refuse(&service(issuers()), &with(recipe().token(issued.as_str()).sign(signing)));
    }
}

/// The EncryptedKey of a token is not one of the message: it comes with each message of its subject.
#[test]
fn a_token_with_a_secret_is_sent_with_several_messages() {
    let issued = issue(&assertion(SamlVersion::V2_0).holder_of_secret(Secret::new(vec![9; 32]), &certificate("bob")));
    let token = ProtectionToken::of_assertion(Secret::new(vec![9; 32]));
    let message = || with(recipe().token(issued.as_str()).sign(Signing::with_token(&token).parts([Part::Body])));
    let service = Receiver::new(trust(), Requirements::signed([Part::Body]), MemoryReplayCache::default());
    let service = service.assertions(issuers()).decrypt_with(identity("bob"));
    assert!(service.open(message()).is_ok() && service.open(message()).is_ok());
}

#[test]
fn encrypted_assertions_are_judged_as_if_just_received() {
    for version in BOTH {
        let issued = holder(version);
        let signing = Signing::with(&identity("dave")).holder_of_key().parts([Part::Body, Part::Timestamp]);
        let hidden = Encrypting::to(&certificate("bob")).parts([Part::Assertion]);
        let message = with(recipe().token(issued.as_str()).sign(signing.clone()).encrypt(hidden));
        assert!(!message.contains("uid=ann"));
        let demanded = Requirements::signed([Part::Body]).encrypted([Part::Assertion]).saml_token(version);
        let service = |trust| {
            Receiver::new(self::trust(), demanded.clone(), DangerousNoReplayCache)
                .assertions(trust)
                .decrypt_with(identity("bob"))
        };
        let opened = service(issuers()).open(&message).unwrap_or_else(|e| panic!("{version:?}: {e:?}\n{message}"));
        assert_eq!(opened.assertions().len(), 1);
        let strangers = AssertionTrust::for_audience(AUDIENCE).issuer(ISSUER, Trust::pins([certificate("alice")]));
        refuse(&service(strangers), &message);
        refuse(&service(issuers()), &with(recipe().token(issued.as_str()).sign(signing)));
        // The element SAML 2.0 has for it.
        if version == SamlVersion::V2_0 {
            let start = message.find("<xenc:EncryptedKey").expect("a key");
            let end = message.find("</xenc:EncryptedKey>").expect("its end") + 20;
            let key = &message[start..end];
            let list = key.find("<xenc:ReferenceList").expect("a list");
            let bare_key = format!("{}</xenc:EncryptedKey>", &key[..list]);
            let data_start = message.find("<xenc:EncryptedData").expect("data");
            let data_end = message.find("</xenc:EncryptedData>").expect("its end") + 21;
            let data = &message[data_start..data_end];
            let element = format!(
                "<saml2:EncryptedAssertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">{data}{bare_key}\
                 </saml2:EncryptedAssertion>"
            );
            let saml = message.replacen(key, "", 1).replacen(data, &element, 1);
            let opened = service(issuers()).open(&saml).unwrap_or_else(|e| panic!("{e:?}\n{saml}"));
            assert_eq!(opened.assertions().len(), 1);
        }
    }
}

#[test]
fn an_encrypted_assertion_shares_no_key_under_another_cipher() {
    let secret = || Secret::new(vec![7; 32]);
    let token = ProtectionToken::security_context(SecureConversation::V1_3, "urn:context", secret());
    let message = with(recipe().sign(signing()).encrypt(Encrypting::with_token(&token).parts([Part::Body])));
    let service = service(issuers())
        .shared_secret(Some("urn:context".to_owned()), secret())
        .algorithms(AlgorithmPolicy::default().admit_cbc())
        .dangerous_decrypt_cbc_before_verification();
    let issued = holder(SamlVersion::V2_0);
    for (cipher, opens) in [(ContentEncryption::Aes256Gcm, true), (ContentEncryption::Aes256Cbc, false)] {
        let key_info = Some("<ds:KeyName>urn:context</ds:KeyName>");
        let kind = PlaintextType::Element;
        let data = encrypt_octets(
            issued.as_bytes(),
            &kind,
            Encryption::new(cipher, &secret()).key_info(key_info),
            &SystemRandom,
        );
        let element = format!(
            "<saml2:EncryptedAssertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">{}\
             </saml2:EncryptedAssertion></wsse:Security>",
            data.expect("encrypted")
        );
        let message = message.replacen("</wsse:Security>", &element, 1);
        match service.open(&message) {
            Ok(_) => assert!(opens),
            Err(error) => assert!(!opens && matches!(error, OpenError::Decrypt(_)), "{error:?}"),
        }
    }
}

#[test]
fn misuse_is_found_when_planning() {
    let plan = |recipe: Recipe| recipe.plan().map(drop).expect_err("misuse");
    for (token, why) in [
        ("<a/>", "it is a "),
        ("not XML", "not well-formed"),
        ("<r:license xmlns:r='urn:mpeg:mpeg21:2003:01-REL-R-NS'/>", "it has no Id"),
        ("<s:Assertion xmlns:s='urn:oasis:names:tc:SAML:2.0:assertion' Version='2.0'/>", "ID"),
    ] {
        let error = plan(Recipe::new().token(token));
        assert!(matches!(&error, PlanError::Token { why: found } if found.as_str().contains(why)), "{token}: {error}");
    }
    let subject = Signing::with(&identity("dave")).holder_of_key().parts([Part::Body]);
    assert!(matches!(plan(Recipe::new().sign(subject)), PlanError::NotThere { .. }));
    let part = Signing::with(&identity("dave")).parts([Part::Assertion]);
    assert!(matches!(plan(Recipe::new().sign(part)), PlanError::NotThere { .. }));
    let secret = Signing::with_token(&ProtectionToken::of_assertion(Secret::new(vec![9; 32]))).parts([Part::Body]);
    assert!(matches!(plan(Recipe::new().sign(secret)), PlanError::NotThere { .. }));
}

#[test]
fn references_to_assertions_are_of_their_version_and_never_leave() {
    let issued = holder(SamlVersion::V2_0);
    let signing = Signing::with(&identity("dave")).holder_of_key_uncovered().parts([Part::Body, Part::Timestamp]);
    let message = with(recipe().token(&issued).sign(signing));
    let id = issued.split_once(" ID=\"").expect("an id").1.split_once('"').expect("its end").0;
    let direct = message.replacen("<wsse:KeyIdentifier", "<wsse:Reference", 1).replacen(
        &format!(" ValueType=\"http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID\">{id}</wsse:KeyIdentifier>"),
        &format!(" URI=\"#{id}\"></wsse:Reference>"),
        1,
    );
    assert!(direct.contains("</wsse:Reference>"));
    assert!(service(issuers()).accept_uncovered_holder_tokens().open(&direct).is_ok(), "BSP R6614");
    let mistyped = message.replace("saml-token-profile-1.1#SAMLID", "saml-token-profile-1.0#SAMLAssertionID");
    let refused = token(refuse_strictly(&service(issuers()), &mistyped));
    assert!(matches!(refused, TokenError::AssertionRefused(AssertionError::Type { .. })), "{refused}");
    let dangling = message.replacen(&format!(">{id}</wsse:KeyIdentifier>"), ">_other</wsse:KeyIdentifier>", 1);
    assert!(matches!(token(refuse(&service(issuers()), &dangling)), TokenError::Dangling { .. }));
    let remote = message.replacen(
        "<wsse:KeyIdentifier",
        "<saml:AuthorityBinding xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" AuthorityKind=\"saml:AssertionIDReference\" \
         Location=\"http://127.0.0.1:1/\" Binding=\"urn:x\"/><wsse:KeyIdentifier",
        1,
    );
    assert!(matches!(token(refuse(&service(issuers()), &remote)), TokenError::Elsewhere { .. }));
}
