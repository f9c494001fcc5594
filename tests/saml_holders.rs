//! Who holds the key of an assertion: the one assertion that names it, and the one key that it names.

mod common;

use std::time::SystemTime;

use common::issued::{sign_by_hand, sign_with, x509_data};
use common::*;
use ws_security::c14n::{Canonicalization, CanonicalizationMethod, base64_encode, name};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::tokens::TokenError;
use ws_security::xmldsig::Transform;
use ws_security::{
    AlgorithmPolicy, AssertionTrust, ConfirmationMethod, DangerousNoReplayCache, NewAssertion, OpenError,
    RequirementError, SamlName, SamlVersion, Signer, WhyNoToken,
};

const BOTH: [SamlVersion; 2] = [SamlVersion::V1_1, SamlVersion::V2_0];

/// An assertion about a subject who holds the key of `holder`, yet to be signed.
fn about(version: SamlVersion, subject: &str, holder: &str) -> String {
    let assertion = NewAssertion::new(version, "https://idp.example", subject).audience("urn:bank");
    let assertion = assertion.attribute("sosi:AuthenticationLevel", ["4"]).holder_of_key(&certificate(holder));
    assertion.unsigned(SystemTime::now(), &SystemRandom).expect("written")
}

fn issuers() -> AssertionTrust {
    AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", Trust::pins([certificate("carol")]))
}

fn service(trust: AssertionTrust) -> Receiver {
    let demanded = Requirements::signed([Part::Body, Part::Timestamp]);
    Receiver::new(self::trust(), demanded, DangerousNoReplayCache).assertions(trust)
}

/// The message of an assertion, signed with this key.
fn by_holder(assertion: &str, key: &str) -> String {
    let signing = Signing::with(&identity(key)).holder_of_key().parts([Part::Body, Part::Timestamp]);
    recipe().token(assertion).sign(signing).secured(&envelope(SOAP11))
}

/// With the id `_x`, in an attribute of this name.
fn with_id(assertion: &str, attribute: &str) -> String {
    let own = ["AssertionID=\"", " ID=\""].into_iter().find(|own| assertion.contains(own)).expect("an id");
    let start = assertion.find(own).expect("an id") + own.len();
    let end = start + assertion[start..].find('"').expect("its end");
    let before = assertion[..start].strip_suffix(own).expect("the attribute");
    format!("{before} {attribute}=\"_x\"{}", &assertion[end + 1..])
}

/// Alice's assertion is genuine, and her key signs nothing: it has the id of Bob's, where no index of Ids sees it.
#[test]
fn an_assertion_is_confirmed_by_its_own_holder_whatever_id_another_has() {
    let own = sign_by_hand(&with_id(&about(SamlVersion::V2_0, "uid=mallory", "bob"), "ID"), SamlVersion::V2_0);
    let genuine = sign_by_hand(&with_id(&about(SamlVersion::V2_0, "uid=alice", "alice"), "id"), SamlVersion::V2_0);
    let message = by_holder(&own, "bob");
    for (place, message) in [
        ("before", message.replacen(&own, &format!("{genuine}{own}"), 1)),
        ("after", message.replacen(&own, &format!("{own}{genuine}"), 1)),
    ] {
        let demanding = Requirements::signed([Part::Body, Part::Timestamp]).saml_token(SamlVersion::V2_0);
        let demanding = Receiver::new(trust(), demanding, DangerousNoReplayCache);
        for trust in [issuers(), issuers().accept_id_cards(1)] {
            let Ok(opened) = demanding.clone().assertions(trust).open(&message) else { continue };
            let subjects = opened.assertions().iter().filter_map(|shown| shown.assertion().subject());
            let subjects: Vec<_> = subjects.filter_map(SamlName::unqualified).collect();
            assert_eq!(subjects, ["uid=mallory"], "{place}");
            let Signer::Assertion(signer) = opened.signer() else { panic!("{:?}", opened.signer()) };
            assert_eq!(signer.assertion().subject().and_then(SamlName::unqualified), Some("uid=mallory"));
        }
    }
    assert!(service(issuers()).open(&message).is_ok());
}

/// The signature of an assertion does not cover its own start tag: an Id that is put there makes no card of it.
#[test]
fn an_unsigned_id_makes_no_card_of_an_assertion() {
    let version = SamlVersion::V2_0;
    let named = about(version, "uid=alice", "alice").replace(&x509_data("alice"), "<ds:KeyName>alice-key</ds:KeyName>");
    let issued = sign_by_hand(&named, version);
    let accepting = service(issuers().accept_id_cards(1));
    for id in ["Id", "id"] {
        let with_id = issued.replacen("<ds:Signature ", &format!("<ds:Signature {id}=\"alice-key\" "), 1);
        assert_ne!(with_id, issued);
        let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, Part::Assertion]);
        let message = recipe().token(with_id.as_str()).sign(signing).secured(&envelope(SOAP11));
        let shown = accepting.open(&message).map(|opened| opened.assertions().len());
        assert!(!matches!(shown, Ok(1..)), "{id}: {shown:?}");
        let demanding = Requirements::signed([Part::Body, Part::Timestamp]).saml_token(version);
        let demanding = Receiver::new(trust(), demanding, DangerousNoReplayCache);
        assert!(demanding.assertions(issuers().accept_id_cards(1)).open(&message).is_err(), "{id}");
    }
}

/// The path of the holder may be beside his certificate, in any order, and no authority of it is the holder.
#[test]
fn the_holder_is_the_end_of_the_path_that_the_assertion_has() {
    let der =
        |name: &str| format!("<ds:X509Certificate>{}</ds:X509Certificate>", base64_encode(certificate(name).der()));
    let data = |names: &[&str]| {
        format!("<ds:X509Data>{}</ds:X509Data>", names.iter().map(|name| der(name)).collect::<String>())
    };
    for version in BOTH {
        let issued = |names: &[&str]| {
            sign_by_hand(&about(version, "uid=ann", "alice").replace(&x509_data("alice"), &data(names)), version)
        };
        for path in [["ca", "alice"], ["alice", "ca"]] {
            let opened = service(issuers()).open(by_holder(&issued(&path), "alice")).expect("the holder");
            assert_eq!(opened.assertions()[0].confirmed_by(), ConfirmationMethod::HolderOfKey);
            assert!(service(issuers()).open(by_holder(&issued(&path), "ca")).is_err(), "the authority");
        }
        for key in ["alice", "bob"] {
            let error = refuse(&service(issuers()), &by_holder(&issued(&["alice", "bob"]), key));
            assert!(error.to_string().contains("the certificates of its holder"), "{error}");
        }
    }
}

/// Which of several keys counts is not left to their order.
#[test]
fn an_assertion_that_names_several_keys_of_its_holder_says_so() {
    let value = |of: &str| {
        let key = base64_encode(certificate(of).public_key().spki());
        format!("<k:DEREncodedKeyValue xmlns:k=\"{}\">{key}</k:DEREncodedKeyValue>", name::DSIG11.uri)
    };
    for version in BOTH {
        let issued = |key_infos: &str| {
            let written = about(version, "uid=ann", "alice");
            let start = written.find("<ds:KeyInfo").expect("a key");
            let end = written.find("</ds:KeyInfo>").expect("its end") + "</ds:KeyInfo>".len();
            sign_by_hand(&[&written[..start], key_infos, &written[end..]].concat(), version)
        };
        let info = |inside: &str| format!("<ds:KeyInfo xmlns:ds=\"{}\">{inside}</ds:KeyInfo>", name::DS.uri);
        let agreeing = issued(&info(&(value("alice") + &x509_data("alice"))));
        assert!(service(issuers()).open(by_holder(&agreeing, "alice")).is_ok());
        let two = info(&value("alice")) + &info(&value("bob"));
        // SAML 1.1 has one KeyInfo.
        let two = (version == SamlVersion::V2_0).then_some(two);
        for several in [info(&(value("alice") + &x509_data("bob")))].into_iter().chain(two) {
            for key in ["alice", "bob"] {
                let error = refuse(&service(issuers()), &by_holder(&issued(&several), key));
                let OpenError::Token(TokenError::Assertion(why)) = error else { panic!("{error:?}") };
                assert!(why.contains("several keys"), "{why}");
            }
        }
    }
}

/// A name is what the receiver says it is, or the subject of a certificate that it knows; the message supplies no key for it.
#[test]
fn a_holder_may_be_named_by_a_name_that_the_receiver_knows() {
    for version in BOTH {
        let named = |name: &str| {
            let named = about(version, "uid=alice", "alice")
                .replace(&x509_data("alice"), &format!("<ds:KeyName>{name}</ds:KeyName>"));
            by_holder(&sign_by_hand(&named, version), "alice")
        };
        let message = named("our partner");
        let error = refuse(&service(issuers()), &message).to_string();
        assert!(error.contains("an assertion whose holder has KeyName \"our partner\""), "{error}");
        assert!(error.contains("say which certificate the peer calls so with `key_name`"), "{error}");
        let opened = service(issuers()).key_name("our partner", certificate("alice")).open(&message);
        assert!(opened.is_ok(), "{:?}", opened.err());
        for (name, holder) in [("our partner", "bob"), ("another", "alice")] {
            assert!(service(issuers()).key_name(name, certificate(holder)).open(&message).is_err(), "{name}: {holder}");
        }
        let two = service(issuers())
            .key_name("our partner", certificate("alice"))
            .key_name("our partner", certificate("bob"));
        assert_eq!(refuse(&two, &message), OpenError::AmbiguousKey);
        let message = named("CN=Alice,O=Example\\, Inc,C=DE");
        refuse(&service(issuers()), &message);
        let demanded = Requirements::signed([Part::Body, Part::Timestamp]);
        let known = Receiver::new(trust().known([certificate("alice")]), demanded, DangerousNoReplayCache);
        assert!(known.assertions(issuers()).open(&message).is_ok());
    }
}

/// Of each cause, the one option or the one change at the peer that helps.
#[test]
fn why_no_assertion_authenticates_is_said() {
    let both = || [Part::Body, Part::Timestamp];
    let why = |trust: Option<AssertionTrust>, demanded: SamlVersion, message: &str| {
        let demands = Requirements::signed(both()).saml_token(demanded);
        let receiver = Receiver::new(self::trust(), demands, DangerousNoReplayCache);
        let receiver = match trust {
            Some(trust) => receiver.assertions(trust),
            None => receiver,
        };
        match refuse(&receiver, message) {
            OpenError::Requirement(RequirementError::NoToken { token: ws_security::RequiredToken::Saml(_), why }) => {
                why
            }
            other => panic!("{other}"),
        }
    };
    let attesters = || issuers().sender_vouches(Trust::pins([certificate("alice")]));
    let with = |recipe: Recipe| recipe.secured(&envelope(SOAP11));
    let by_alice = |parts: &[Part]| Signing::with(&identity("alice")).parts(parts.to_vec());
    let whole = [Part::Body, Part::Timestamp, Part::Assertion];
    for (version, other) in [(BOTH[0], BOTH[1]), (BOTH[1], BOTH[0])] {
        let held = sign_by_hand(&about(version, "uid=ann", "alice"), version);
        let unrelated = with(recipe().token(held.as_str()).sign(by_alice(&both())));
        let vouched = NewAssertion::new(version, "https://idp.example", "uid=ann").audience("urn:bank");
        let vouched = vouched.unsigned(SystemTime::now(), &SystemRandom).expect("written");
        let covered = with(recipe().token(vouched.as_str()).sign(by_alice(&whole)));
        let uncovered = with(recipe().token(vouched.as_str()).sign(by_alice(&both())));
        assert_eq!(why(Some(issuers()), version, &with(recipe().sign(by_alice(&both())))), WhyNoToken::Absent);
        assert_eq!(why(Some(issuers()), other, &unrelated), WhyNoToken::OtherVersion { found: version });
        for message in [&unrelated, &covered] {
            assert_eq!(why(None, version, message), WhyNoToken::NoIssuer);
        }
        // The holder signs with a certificate of the key, and does not say that the assertion is meant.
        assert_eq!(why(Some(issuers()), version, &unrelated), WhyNoToken::NotHeld);
        assert_eq!(why(Some(attesters()), version, &uncovered), WhyNoToken::NotVouched);
        // Nothing says whose the key of the holder is.
        let about = about(version, "uid=ann", "alice");
        let at = about.find("<ds:KeyInfo").expect("the key of the holder");
        let end = about.find("</ds:KeyInfo>").expect("its end") + "</ds:KeyInfo>".len();
        let keyless = sign_by_hand(&format!("{}{}", &about[..at], &about[end..]), version);
        let keyless = with(recipe().token(keyless.as_str()).sign(by_alice(&both())));
        assert_eq!(why(Some(issuers()), version, &keyless), WhyNoToken::NoHolderKey);
        // Nobody may vouch.
        let demands = Requirements::signed(both()).saml_token(version);
        let nobody = Receiver::new(self::trust(), demands, DangerousNoReplayCache).assertions(issuers());
        let error = refuse(&nobody, &covered);
        assert!(matches!(error, OpenError::Token(TokenError::Assertion(_))), "{error:?}");
        assert!(error.to_string().contains("`AssertionTrust::sender_vouches`"), "{error}");
        // Each opens as its reason says.
        let demands = || Requirements::signed(both()).saml_token(version);
        for (trust, message) in [
            (issuers(), with(recipe().token(held.as_str()).sign(by_alice(&whole)))),
            (issuers(), by_holder(&held, "alice")),
            (attesters(), covered),
        ] {
            let receiver = Receiver::new(self::trust(), demands(), DangerousNoReplayCache).assertions(trust);
            assert!(receiver.open(&message).is_ok());
        }
    }
}

/// The certificate that `ds:KeyInfo` names is the one whose key must have signed, of several that the issuer has.
#[test]
fn the_certificate_that_key_info_names_is_that_of_the_signature() {
    let two = |names: [&str; 2]| {
        AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", Trust::pins(names.map(certificate)))
    };
    for version in BOTH {
        let by_carol = sign_by_hand(&about(version, "uid=ann", "dave"), version);
        let names_alice = by_carol.replacen(&x509_data("carol"), &x509_data("alice"), 1);
        assert_ne!(by_carol, names_alice);
        for names in [["carol", "alice"], ["alice", "carol"]] {
            assert!(service(two(names)).open(by_holder(&by_carol, "dave")).is_ok(), "{names:?}");
            assert!(service(two(names)).open(by_holder(&names_alice, "dave")).is_err(), "{names:?}");
        }
    }
}

/// SAML 2.0 profiles §3.1: a key is that of a holder only where the confirmation says so.
#[test]
fn t20_a_key_in_another_confirmation_confirms_nothing() {
    for version in BOTH {
        let written = about(version, "uid=ann", "dave");
        let bearer = written.replace("holder-of-key", "bearer");
        assert_ne!(bearer, written);
        let open = |written: &str| {
            let issued = sign_by_hand(written, version);
            service(issuers().accept_bearer()).open(by_holder(&issued, "dave")).map(drop)
        };
        assert!(open(&written).is_ok());
        assert!(open(&bearer).is_err());
    }
}

/// SAML 2.0 core §5.4.4: enveloped-signature, then exclusive canonicalisation, and nothing else.
#[test]
fn the_signature_of_an_assertion_has_the_two_transforms_of_saml() {
    let exclusive = || Transform::Canonicalization(Canonicalization::default());
    let inclusive = || Transform::Canonicalization(Canonicalization::new(CanonicalizationMethod::Inclusive));
    let lax = service(issuers()).algorithms(AlgorithmPolicy::everything_for_legacy_use_only());
    for version in BOTH {
        let open = |transforms: Vec<Transform>| {
            let issued = sign_with(&about(version, "uid=ann", "dave"), version, transforms);
            lax.open(by_holder(&issued, "dave")).map(drop)
        };
        assert!(open(vec![Transform::EnvelopedSignature, exclusive()]).is_ok());
        for chain in [
            vec![Transform::EnvelopedSignature],
            vec![Transform::EnvelopedSignature, inclusive()],
            vec![Transform::EnvelopedSignature, exclusive(), exclusive()],
        ] {
            let error = open(chain).expect_err("other transforms");
            assert!(matches!(error, OpenError::Token(TokenError::AssertionRefused(_))), "{error}");
        }
    }
}
