//! One name has one spelling: values of the wire are compared by their schema types, so that no other spelling
//! authenticates a user, identifies a key or an audience, or is new to the replay store.

mod common;

use std::time::SystemTime;

use common::*;
use ws_security::TransportFacts;
use ws_security::c14n::{base64_encode, xsd};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::tokens::{PasswordError, format_instant, password_digest};
use ws_security::{
    AssertionTrust, DangerousNoReplayCache, NewAssertion, OpenError, ProtectionToken, ReplayCache, ReplayError,
    SamlVersion, Secret, SecureConversation, Signer,
};

const ISSUER: &str = "https://idp.example/é";
const SUBJECT: &str = "uid=zoé";
const AUDIENCE: &str = "urn:bank";
const BOTH: [SamlVersion; 2] = [SamlVersion::V1_1, SamlVersion::V2_0];

/// Other spellings in XML that are not the name.
fn other_spellings(name: &str) -> Vec<String> {
    let mut all: Vec<String> = [" ", "\n", "\t", "&#13;", "\u{A0}", "\u{2003}", "\u{200B}", "\u{3000}", "\u{FEFF}"]
        .iter()
        .flat_map(|blank| [format!("{blank}{name}"), format!("{name}{blank}"), format!("\n  {name}\n  ")])
        .collect();
    all.push(name.to_uppercase());
    all.push(name.replace('é', "e\u{301}"));
    all.push(name.replace('a', "\u{430}")); // Cyrillic
    all.retain(|spelled| spelled != name);
    all
}

fn users(store: impl ReplayCache + 'static) -> Receiver {
    let requirements = Requirements::dangerous_unsigned().username_token();
    // Like a directory that accepts names in any case, which must not make a token new.
    let password = |user: &str| (user.to_lowercase() == "zoé").then(|| Secret::new(b"s3cret".to_vec()));
    Receiver::new(Trust::no_certificates(), requirements, store).passwords(password)
}

fn with(recipe: Recipe) -> String {
    recipe.secured(&envelope(SOAP11))
}

#[test]
fn a_user_has_one_name() {
    let exact = |user: &str| (user == "zoé").then(|| Secret::new(b"s3cret".to_vec()));
    let requirements = || Requirements::dangerous_unsigned().username_token();
    let receiver = Receiver::new(Trust::no_certificates(), requirements(), DangerousNoReplayCache).passwords(exact);
    let message = with(Recipe::new().username_digest("zoé", "s3cret"));
    assert_eq!(
        receiver
            .open_unsigned(&message, TransportFacts::dangerous_unprotected())
            .expect("opens")
            .user()
            .expect("a user")
            .username(),
        "zoé"
    );
    for other in other_spellings("zoé") {
        let spelled = message.replacen(">zoé<", &format!(">{other}<"), 1);
        assert_ne!(spelled, message);
        let refused = receiver.open_unsigned(&spelled, TransportFacts::dangerous_unprotected()).map(drop);
        assert!(matches!(refused, Err(OpenError::Password(_))), "{other:?}: {refused:?}");
    }
    // Content that is not text has no value, though others read the text around it.
    for inside in ["zo<!-- -->é", "zoé<!---->", "<?p?>zoé", "<b>zoé</b>"] {
        let refused = receiver
            .open_unsigned(
                message.replacen(">zoé<", &format!(">{inside}<"), 1),
                TransportFacts::dangerous_unprotected(),
            )
            .map(drop);
        assert!(matches!(refused, Err(OpenError::Token(_) | OpenError::Envelope(_))), "{inside}: {refused:?}");
    }
    // The same characters in another XML spelling are the same name.
    for same in ["zo&#xE9;", "<![CDATA[zo]]>&#233;"] {
        let spelled = message.replacen(">zoé<", &format!(">{same}<"), 1);
        let opened = receiver.open_unsigned(&spelled, TransportFacts::dangerous_unprotected()).expect("opens");
        assert_eq!(opened.user().expect("a user").username(), "zoé");
    }
}

/// A digest does not cover the name: a password source that knows several spellings would accept it again under each.
#[test]
fn a_username_token_spelled_otherwise_is_no_new_one() {
    let message = with(Recipe::new().username_digest("zoé", "s3cret"));
    let between = |start: &str, end: &str| {
        let (_, rest) = message.split_once(start).expect("a start");
        rest.split_once(end).expect("an end").0.to_owned()
    };
    let nonce = between("#Base64Binary\">", "</wsse:Nonce>");
    let (first, rest) = nonce.split_at(7);
    let otherwise = [
        message.clone(),
        message.replacen(">zoé<", ">ZOÉ<", 1),
        message.replacen(&nonce, &format!("\n  {first}\r\n{rest}\t"), 1),
        message.replacen(&nonce, &format!("<![CDATA[{first}]]>&#x{:x};{}", rest.as_bytes()[0], &rest[1..]), 1),
        message.replacen("<wsse:Username>", "<wsse:Username  >", 1),
    ];
    for spelled in &otherwise[1..] {
        assert_ne!(*spelled, message);
        // Each by itself would be accepted.
        assert!(
            users(MemoryReplayCache::default()).open_unsigned(spelled, TransportFacts::dangerous_unprotected()).is_ok(),
            "{spelled}"
        );
        let receiver = users(MemoryReplayCache::default());
        assert!(receiver.open_unsigned(&message, TransportFacts::dangerous_unprotected()).is_ok());
        let again = receiver.open_unsigned(spelled, TransportFacts::dangerous_unprotected()).map(drop);
        assert_eq!(again, Err(OpenError::Replay(ReplayError::Seen)), "{spelled}");
    }
    // Base64 has one spelling, except for white space: unused bits that are set, or missing padding, are refused.
    let last = nonce.trim_end_matches('=');
    for (kept, pad) in [(last.len() - 1, "==="), (last.len(), "")] {
        let mut changed = format!("{}{pad}", &nonce[..kept]);
        if pad == "===" {
            let next = char::from(last.as_bytes()[kept] + 1);
            changed = format!("{}{next}{}", &nonce[..kept], &nonce[last.len()..]);
        }
        let spelled = message.replacen(&nonce, &changed, 1);
        let open = |receiver: &Receiver, message: &str| {
            receiver.open_unsigned(message, TransportFacts::dangerous_unprotected()).map(drop)
        };
        let refused = open(&users(DangerousNoReplayCache), &spelled);
        match pad {
            "===" => assert_eq!(refused, Err(OpenError::Password(PasswordError::NonceBits)), "{changed}"),
            _ => assert!(matches!(refused, Err(OpenError::Token(_))), "{changed}"),
        }
        // Where the bits are dropped, it is the same nonce.
        if pad == "===" {
            let lenient = users(MemoryReplayCache::default()).accept_password_types_by_name();
            assert_eq!(open(&lenient, &message), Ok(()));
            assert_eq!(open(&lenient, &spelled), Err(OpenError::Replay(ReplayError::Seen)), "{changed}");
        }
    }
}

/// A digest does not tell where the nonce ends and Created begins.
#[test]
fn an_octet_moved_from_the_nonce_to_created_makes_no_new_token() {
    let receiver = users(MemoryReplayCache::default());
    for tail in [b' ', b'\n', b'0', b'+'] {
        let nonce = [&[7u8, tail + 1, tail][..], &[9; 12], &[tail]].concat();
        let created = format_instant(SystemTime::now());
        let message = |nonce: &[u8], created: &str| {
            let digest = base64_encode(&password_digest(nonce, created, &Secret::new(b"s3cret".to_vec())));
            let written = with(Recipe::new().username_digest("zoé", "s3cret"));
            let mut parts = written.split_inclusive('>');
            let mut out = String::new();
            while let Some(part) = parts.next() {
                out.push_str(part);
                let value = if part.contains("#PasswordDigest") {
                    digest.clone()
                } else if part.contains("<wsse:Nonce") {
                    base64_encode(nonce)
                } else if part.contains("<wsu:Created") {
                    created.to_owned()
                } else {
                    continue;
                };
                let close = parts.next().expect("an end tag");
                out.push_str(&value);
                out.push_str(&close[close.find("</").expect("an end tag")..]);
            }
            out
        };
        let opened =
            receiver.open_unsigned(message(&nonce, &created), TransportFacts::dangerous_unprotected()).expect("opens");
        assert_eq!(opened.user().expect("a user").username(), "zoé");
        let (moved, last) = (&nonce[..nonce.len() - 1], char::from(tail));
        let again = receiver
            .open_unsigned(message(moved, &format!("{last}{created}")), TransportFacts::dangerous_unprotected())
            .map(drop);
        assert!(again.is_err(), "{tail}");
    }
}

fn service(trust: AssertionTrust, store: impl ReplayCache + 'static) -> Receiver {
    Receiver::new(self::trust(), Requirements::signed([Part::Body, Part::Timestamp]), store).assertions(trust)
}

fn issuers() -> AssertionTrust {
    AssertionTrust::for_audience(AUDIENCE).issuer(ISSUER, Trust::pins([certificate("carol")]))
}

/// Carol issues to Dave's key.
fn held(assertion: &NewAssertion) -> String {
    let assertion = assertion.clone().holder_of_key(&certificate("dave"));
    let issued = assertion.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("signed");
    let signing = Signing::with(&identity("dave")).holder_of_key().parts([Part::Body, Part::Timestamp]);
    with(recipe().token(issued.as_str()).sign(signing))
}

/// The value that the XML text `written` means.
fn meant(written: &str) -> String {
    written.replace("&#13;", "\r")
}

#[test]
fn issuers_and_subjects_have_one_name() {
    for version in BOTH {
        let assertion = |issuer: &str, subject: &str| NewAssertion::new(version, issuer, subject).audience(AUDIENCE);
        let receiver = service(issuers(), DangerousNoReplayCache);
        let opened = receiver.open(held(&assertion(ISSUER, SUBJECT))).expect("opens");
        assert_eq!(opened.assertions()[0].assertion().subject().expect("a name").value(), SUBJECT);
        for other in other_spellings(ISSUER) {
            let message = held(&assertion(&meant(&other), SUBJECT));
            assert!(receiver.open(message).is_err(), "{version:?} {other:?}");
        }
        for other in other_spellings(SUBJECT).iter().map(|other| meant(other)) {
            let opened = receiver.open(held(&assertion(ISSUER, &other))).expect("another subject");
            let subject = opened.assertions()[0].assertion().subject().expect("a name").value().to_owned();
            assert_eq!(subject, other, "{version:?}");
            assert_ne!(subject, SUBJECT, "{version:?}");
        }
    }
}

/// An audience is an `xs:anyURI`. Blanks around it are not part of it, everything else is.
#[test]
fn audiences_are_uris() {
    for version in BOTH {
        let assertion = |audience: &str| NewAssertion::new(version, ISSUER, SUBJECT).audience(audience);
        let receiver = service(issuers(), DangerousNoReplayCache);
        for same in ["urn:bank", "\n  urn:bank\n", "\turn:bank "] {
            assert!(receiver.open(held(&assertion(same))).is_ok(), "{version:?} {same:?}");
        }
        for other in ["URN:BANK", "urn:bank\u{A0}", "\u{2003}urn:bank", "urn:bank/", "urn:b\u{430}nk"] {
            assert!(receiver.open(held(&assertion(other))).is_err(), "{version:?} {other:?}");
        }
    }
}

#[test]
fn names_of_keys_and_contexts_are_compared_as_their_types_are() {
    let identifier = "urn:context:é";
    let key = || Secret::new(vec![7; 32]);
    let token = ProtectionToken::security_context(SecureConversation::V1_3, identifier, key());
    let message = with(recipe().sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp])));
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let receiver = Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache)
        .shared_secret(Some(identifier.to_owned()), key());
    let of = |spelled: &str| message.replacen(&format!(">{identifier}<"), &format!(">{spelled}<"), 1);
    for same in [identifier.to_owned(), format!("\n {identifier}\t")] {
        let opened = receiver.open(of(&same)).unwrap_or_else(|error| panic!("{same:?}: {error}"));
        assert!(matches!(opened.signer(), Signer::SecurityContext { identifier: named } if named == identifier));
    }
    // By name: a string, in which white space is significant.
    let start = message.rfind("<wsse:SecurityTokenReference").expect("a reference");
    let end = message.rfind("</ds:KeyInfo>").expect("its end");
    let named = |spelled: &str| format!("{}<ds:KeyName>{spelled}</ds:KeyName>{}", &message[..start], &message[end..]);
    assert!(receiver.open(named(identifier)).is_ok());
    for other in other_spellings(identifier) {
        assert!(receiver.open(named(&other)).is_err(), "ds:KeyName {other:?}");
        let is_same = xsd::collapsed(&meant(&other)) == identifier;
        assert_eq!(receiver.open(of(&other)).is_ok(), is_same, "wsc:Identifier {other:?}");
    }
}

/// By the type `xs:ID`, blanks around an Id are not part of it: a message with such blanks can be read in two ways.
#[test]
fn ids_have_no_white_space_and_one_case() {
    let message = signed(SOAP11);
    let (_, rest) = message.split_once("URI=\"#").expect("a reference");
    let (id, _) = rest.split_once('"').expect("its end");
    let with_id = |spelled: &str| message.replacen(&format!("wsu:Id=\"{id}\""), &format!("wsu:Id=\"{spelled}\""), 1);
    assert!(receiver().open(with_id(id)).is_ok());
    let first = &id[..1];
    let other_case = if first == first.to_uppercase() { first.to_lowercase() } else { first.to_uppercase() };
    for other in [format!(" {id}"), format!("{id}&#10;"), format!("{id}\u{A0}"), format!("{other_case}{}", &id[1..])] {
        assert!(receiver().open(with_id(&other)).is_err(), "{other:?}");
    }
    // Beside the signed element, one whose Id some read as the same.
    let beside = message.replacen("<a:Action", &format!("<a:Action xml:id=\" {id} \""), 1);
    assert!(matches!(refuse(&receiver(), &beside), OpenError::Envelope(_)), "{beside}");
}

/// A change that leaves the signed octets as they are makes neither a new signature nor a new assertion.
#[test]
fn signatures_and_assertions_spelled_otherwise_are_no_new_ones() {
    let bearer = NewAssertion::new(SamlVersion::V2_0, ISSUER, SUBJECT).audience(AUDIENCE).bearer();
    let bearer = bearer.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("signed");
    let presented = || with(recipe().token(bearer.as_str()).sign(signing().parts([Part::Assertion])));
    let accepting = || service(issuers().accept_bearer(), MemoryReplayCache::default());
    let (message, another) = (presented(), presented());

    type Respell = fn(&str) -> String;
    let respellings: [(&str, Respell); 5] = [
        ("line breaks in base64", |xml| {
            // That of the message: the one of the assertion is signed.
            let (before, after) = xml.rsplit_once("<ds:SignatureValue>").expect("a value");
            format!("{before}<ds:SignatureValue>\n {}\r\n\t{}", &after[..9], &after[9..])
        }),
        ("blanks in tags", |xml| xml.replace("</ds:SignedInfo>", "</ds:SignedInfo\n>")),
        ("comments in SignedInfo", |xml| xml.replace("<ds:SignedInfo>", "<ds:SignedInfo><!-- new -->")),
        ("quotation marks", |xml| xml.replace("Version=\"2.0\"", "Version='2.0'")),
        ("character references", |xml| xml.replace("saml2:Issuer>https", "saml2:Issuer>&#104;ttps")),
    ];
    for (how, respell) in respellings {
        let receiver = accepting();
        let spelled = respell(&message);
        assert_ne!(spelled, message, "{how}");
        assert!(accepting().open(&spelled).is_ok(), "{how}: {:?}", accepting().open(&spelled).map(drop));
        assert_eq!(receiver.open(&message).expect("opens").assertions().len(), 1);
        assert_eq!(refuse(&receiver, &spelled), OpenError::Replay(ReplayError::Seen), "{how}");
        // The same assertion in another message.
        let refused = refuse(&receiver, &respell(&another));
        assert_eq!(refused, OpenError::Replay(ReplayError::Seen), "{how}: the assertion");
    }
}
