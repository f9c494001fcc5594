//! Everything that Alice can encrypt, with its key at every place where a receiver may be told to look, in a message that Carol
//! signs: once Bob accepted the message of Alice, it opens as nobody's. Before, it would, which shows that nothing else is wrong
//! with it.

mod common;
#[path = "common/resigned.rs"]
mod resigned;

use std::collections::BTreeMap;
use std::time::SystemTime;

use common::*;
use resigned::{bob, cut, signed_by_carol};
use ws_security::attachments::{Attachment, Package};
use ws_security::c14n::Limits;
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::{
    AssertionTrust, ElementPath, NewAssertion, OpenError, ProtectionToken, RequirementError, SamlVersion, Secret,
    SecureConversation, Username,
};

const SAML2: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const AUDIENCE: &str = "urn:bank";
const ISSUER: &str = "https://idp.example";

/// What is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Body,
    Element,
    Content,
    Block,
    Attachment,
    Password,
    Assertion,
}

impl What {
    const ALL: [Self; 7] =
        [Self::Body, Self::Element, Self::Content, Self::Block, Self::Attachment, Self::Password, Self::Assertion];

    fn part(self) -> Part {
        match self {
            Self::Body => Part::Body,
            Self::Element | Self::Content => {
                Part::element(ElementPath::parse("Body/{urn:p}Pay/{urn:p}Amount").expect("a path"))
            }
            Self::Block => action(),
            Self::Attachment => Part::Attachments,
            Self::Password => Part::UsernameToken,
            Self::Assertion => Part::Assertion,
        }
    }
}

/// The place of the EncryptedKey in the message of Carol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// As Alice sent it.
    Header,
    /// In the KeyInfo of the ciphertext.
    KeyInfo,
    /// In another header block.
    Block,
    /// In an EncryptedAssertion with an assertion of Alice, which was encrypted under the same key.
    Assertion,
}

/// A message, perhaps in a package.
struct Message {
    envelope: String,
    package: Option<(String, Vec<u8>)>,
}

impl Message {
    /// Another envelope, beside the same attachments.
    fn with(&self, envelope: String) -> Self {
        let package = self.package.as_ref().map(|(content_type, octets)| {
            let known = self.envelope.as_bytes();
            let at = octets.windows(known.len()).position(|window| window == known).expect("the envelope");
            (content_type.clone(), [&octets[..at], envelope.as_bytes(), &octets[at + known.len()..]].concat())
        });
        Self { envelope, package }
    }

    fn open(&self, receiver: &Receiver) -> Result<Opened, OpenError> {
        match &self.package {
            None => receiver.open(&self.envelope),
            Some((content_type, octets)) => {
                receiver.open(&Package::parse_body(content_type, octets, &Limits::default()).expect("a package"))
            }
        }
    }
}

fn assertion(of: impl FnOnce(NewAssertion) -> NewAssertion) -> String {
    let new = of(NewAssertion::new(SamlVersion::V2_0, ISSUER, "uid=ann").audience(AUDIENCE));
    new.sign(&identity("ec521"), SystemTime::now(), &SystemRandom).expect("signed")
}

/// Alice signs, and then encrypts with what `encrypting` makes; `attached` comes first.
fn genuine(what: What, encrypting: Encrypting, attached: impl FnOnce(Recipe) -> Recipe, more: &[Part]) -> Message {
    let mut parts = vec![Part::Body, Part::Timestamp, action()];
    let mut recipe = attached(recipe());
    match what {
        What::Attachment => parts.push(Part::Attachments),
        What::Password => {
            recipe = recipe.username(Username::text("ann", "s3cret").without_nonce().without_created());
            parts.push(Part::UsernameToken);
        }
        What::Assertion => {
            recipe = recipe.token(assertion(|new| new.bearer()).as_str());
            parts.push(Part::Assertion);
        }
        _ => {}
    }
    let encrypted = [&[what.part()], more].concat();
    let encrypting = encrypting.parts(encrypted);
    let encrypting = if what == What::Content { encrypting.content_only() } else { encrypting };
    let plan = recipe.sign(Signing::with(&identity("alice")).parts(parts)).encrypt(encrypting).plan().expect("a plan");
    let envelope = envelope(SOAP11);
    let message = plan.message(&envelope);
    if what != What::Attachment {
        return Message { envelope: message.secure().expect("secured").message, package: None };
    }
    let attachment =
        Attachment::new("doc@x", "application/octet-stream", "the secret invention").expect("an attachment");
    let package = message.attachments(vec![attachment]).secure().expect("secured").message;
    let octets = package.write(Vec::new()).expect("written");
    let envelope = String::from_utf8(package.envelope().as_bytes().to_vec()).expect("text");
    Message { envelope, package: Some((package.content_type(), octets)) }
}

fn receiver() -> Receiver {
    let issuer = Trust::pins([certificate("ec521")]);
    bob(Requirements::signed([Part::Body, Part::Timestamp]))
        .assertions(AssertionTrust::for_audience(AUDIENCE).issuer(ISSUER, issuer).accept_bearer())
        .shared_secret(Some("urn:context".to_owned()), Secret::new(vec![7; 32]))
        .accept_encrypted_keys_outside_the_header()
        .accept_unlisted_encrypted_data()
        .accept_one_key_to_sign_and_encrypt()
}

/// The ciphertext with this KeyInfo in place of its own.
fn with_key_info(data: &str, content: &str) -> String {
    let (before, after) = data.split_at(data.find("<xenc:CipherData").expect("cipher data"));
    let before = before.find("<ds:KeyInfo").map_or(before, |at| &before[..at]);
    format!("{before}<ds:KeyInfo xmlns:ds=\"{DS}\">{content}</ds:KeyInfo>{after}")
}

fn all_data(message: &str) -> Vec<&str> {
    let starts = message.match_indices("<xenc:EncryptedData").map(|(at, _)| at);
    starts.map(|at| cut(&message[at..], "<xenc:EncryptedData", "</xenc:EncryptedData>")).collect()
}

fn id_of(element: &str) -> &str {
    let at = element.find(" Id=\"").expect("an Id") + 5;
    &element[at..at + element[at..].find('"').expect("its end")]
}

/// The message with its EncryptedKey at another place, and a list of its own for the ciphertext.
fn placed(message: &str, place: Place) -> String {
    let key = cut(message, "<xenc:EncryptedKey", "</xenc:EncryptedKey>");
    let list = cut(key, "<xenc:ReferenceList", "</xenc:ReferenceList>");
    let key_with_namespaces = key.replacen(
        "<xenc:EncryptedKey",
        "<xenc:EncryptedKey xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"",
        usize::from(!key.starts_with("<xenc:EncryptedKey xmlns:xenc=")),
    );
    let bare = key_with_namespaces.replace(list, "");
    let to_key = format!(
        "<wsse:SecurityTokenReference xmlns:wsse=\"{WSSE}\"><wsse:Reference URI=\"#{}\"/></wsse:SecurityTokenReference>",
        id_of(key)
    );
    let list_of = |ids: &[&str]| {
        let references: String = ids.iter().map(|id| format!("<xenc:DataReference URI=\"#{id}\"/>")).collect();
        format!("<xenc:ReferenceList xmlns:xenc=\"{XENC}\">{references}</xenc:ReferenceList>")
    };
    let data = all_data(message);
    let rest: Vec<&str> = data.iter().map(|data| id_of(data)).collect();
    let named = |message: &str| {
        let replaced = |message: String, data: &&str| message.replacen(*data, &with_key_info(data, &to_key), 1);
        data.iter().fold(message.to_owned(), replaced)
    };
    match place {
        Place::Header => message.to_owned(),
        Place::KeyInfo => {
            let message = message.replacen(key, &list_of(&rest), 1);
            data.iter().fold(message, |message, data| message.replacen(data, &with_key_info(data, &bare), 1))
        }
        Place::Block => {
            let block = format!("<k:Keys xmlns:k=\"urn:k\">{bare}</k:Keys><wsse:Security");
            named(&message.replacen(key, &list_of(&rest), 1)).replacen("<wsse:Security", &block, 1)
        }
        Place::Assertion => {
            let assertion = *data.iter().max_by_key(|data| data.len()).expect("an assertion");
            let start = cut(assertion, "<xenc:EncryptedData", ">");
            let inside = assertion.replacen(start, &format!("<xenc:EncryptedData xmlns:xenc=\"{XENC}\">"), 1);
            let wrapped = format!("<x:EncryptedAssertion xmlns:x=\"{SAML2}\">{inside}{bare}</x:EncryptedAssertion>");
            let others: Vec<&str> = rest.into_iter().filter(|id| *id != id_of(assertion)).collect();
            let list = if others.is_empty() { String::new() } else { list_of(&others) };
            let message = message.replacen(assertion, "", 1).replacen(key, &format!("{list}{wrapped}"), 1);
            let others = data.iter().filter(|data| **data != assertion);
            others.fold(message, |message, data| message.replacen(data, &with_key_info(data, &to_key), 1))
        }
    }
}

/// What became of the message of Carol, alone and after that of Alice.
fn lifted(genuine: &Message, forged: &Message) -> (String, String) {
    let told = |outcome: Result<Opened, OpenError>| match outcome {
        Ok(opened) if opened.signer().certificate() == Some(&certificate("carol")) => "opens".to_owned(),
        Ok(opened) => format!("opens as {}", opened.signer()),
        Err(OpenError::Requirement(RequirementError::RepeatedKey)) => "key".to_owned(),
        Err(OpenError::Requirement(RequirementError::RepeatedCiphertext)) => "ciphertext".to_owned(),
        Err(OpenError::Replay(_)) => "replay".to_owned(),
        Err(error) => error.to_string(),
    };
    let alone = told(forged.open(&receiver()));
    let bob = receiver();
    let opened = genuine.open(&bob).unwrap_or_else(|error| panic!("genuine: {error}\n{}", genuine.envelope));
    assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
    (alone, told(forged.open(&bob)))
}

#[test]
fn nothing_under_an_encrypted_key_opens_as_that_of_another() {
    let mut found = BTreeMap::new();
    for what in What::ALL {
        for place in [Place::Header, Place::KeyInfo, Place::Block, Place::Assertion] {
            let to_bob = Encrypting::to(&certificate("bob"));
            let genuine = match (place, what) {
                (Place::Assertion, What::Assertion) | (Place::Header | Place::KeyInfo | Place::Block, _) => {
                    genuine(what, to_bob, |recipe| recipe, &[])
                }
                _ => {
                    let bearer = assertion(|new| new.bearer());
                    genuine(what, to_bob, |recipe| recipe.token(bearer.as_str()), &[Part::Assertion])
                }
            };
            let forged = genuine.with(placed(&signed_by_carol(&genuine.envelope, &[]), place));
            found.insert((what, place), lifted(&genuine, &forged));
        }
    }
    let wrong = found.iter().filter(|((what, _), (alone, after))| {
        // An assertion that may come once is remembered itself.
        let by = if *what == What::Assertion { "replay" } else { "key" };
        alone != "opens" || after != by
    });
    let wrong: Vec<String> = wrong.map(|found| format!("{found:?}")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A secret that other messages have, too, names the same key in the message of Carol.
#[test]
fn nothing_under_a_lasting_secret_opens_as_that_of_another() {
    let secret = || Secret::new(vec![7; 32]);
    let context = || ProtectionToken::security_context(SecureConversation::V1_3, "urn:context", secret());
    let holder = assertion(|new| new.holder_of_secret(Secret::new(vec![9; 32]), &certificate("bob")));
    let tokens: [(&str, ProtectionToken, Option<&str>); 3] = [
        ("context", context(), None),
        ("derived", context().derived_keys(SecureConversation::V1_3), None),
        ("assertion", ProtectionToken::of_assertion(Secret::new(vec![9; 32])), Some(&holder)),
    ];
    let mut wrong = Vec::new();
    for (name, token, attached) in tokens {
        // Which secret may encrypt an assertion, its issuer says.
        for what in What::ALL.into_iter().filter(|what| *what != What::Assertion) {
            let attach = |recipe: Recipe| attached.into_iter().fold(recipe, Recipe::token);
            let genuine = genuine(what, Encrypting::with_token(&token), attach, &[]);
            let forged = genuine.with(signed_by_carol(&genuine.envelope, &[]));
            let (alone, after) = lifted(&genuine, &forged);
            if alone != "opens" || after != "ciphertext" {
                wrong.push(format!("{name} {what:?}: {alone}; {after}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is encrypted anew is another message, and what its issuer encrypted once comes with each.
#[test]
fn genuine_messages_under_a_lasting_secret_go_on() {
    let token = ProtectionToken::security_context(SecureConversation::V1_3, "urn:context", Secret::new(vec![7; 32]));
    let bob = receiver();
    for _ in 0..3 {
        for what in What::ALL.into_iter().filter(|what| *what != What::Assertion) {
            let message = genuine(what, Encrypting::with_token(&token), |recipe| recipe, &[]);
            assert!(message.open(&bob).is_ok(), "{what:?}");
            // A second delivery is called that.
            assert!(matches!(message.open(&bob), Err(OpenError::Replay(_))), "{what:?}");
        }
    }
    let holder = assertion(|new| new.holder_of_key(&certificate("alice")));
    let first = recipe().token(holder.as_str()).sign(signing());
    let first = first.encrypt(Encrypting::with_token(&token).parts([Part::Assertion])).secured(&envelope(SOAP11));
    let data = cut(&first, "<xenc:EncryptedData", "</xenc:EncryptedData>");
    assert!(bob.open(&first).is_ok());
    // The same ciphertext in another message of its subject.
    let second = recipe().sign(signing()).secured(&envelope(SOAP11));
    let context = cut(&first, "<wsc:SecurityContextToken", "</wsc:SecurityContextToken>");
    let wrapped = format!("<x:EncryptedAssertion xmlns:x=\"{SAML2}\">{data}</x:EncryptedAssertion></wsse:Security>");
    let start = cut(&second, "<wsse:Security", ">").to_owned();
    for message in [
        second.replacen("</wsse:Security>", &wrapped, 1),
        recipe().sign(signing()).secured(&envelope(SOAP11)).replacen("</wsse:Security>", &wrapped, 1),
    ] {
        let message = message.replacen(&start, &format!("{start}{context}"), 1);
        let opened = bob.open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
        assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
    }
}

/// WCF and ADFS encrypt an assertion once, as bare EncryptedData with its EncryptedKey, and the client sends both with each
/// message.
#[test]
fn an_assertion_that_was_encrypted_once_comes_with_each_message() {
    let holder = assertion(|new| new.holder_of_key(&certificate("alice")));
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Assertion]);
    let first = recipe().token(holder.as_str()).sign(signing()).encrypt(encrypting).secured(&envelope(SOAP11));
    let key = cut(&first, "<xenc:EncryptedKey", "</xenc:EncryptedKey>");
    let data = cut(&first, "<xenc:EncryptedData", "</xenc:EncryptedData>");
    let bare_key = format!("{}</xenc:EncryptedKey>", key.split("<xenc:ReferenceList").next().expect("a key"));
    let inside = data.replacen(
        "<xenc:CipherData",
        &format!("<ds:KeyInfo xmlns:ds=\"{DS}\">{bare_key}</ds:KeyInfo><xenc:CipherData"),
        1,
    );
    let bob = receiver();
    assert!(bob.open(&first).is_ok());
    for issued in [format!("{key}{data}"), inside] {
        for _ in 0..2 {
            let next = recipe().sign(signing()).secured(&envelope(SOAP11));
            let next = next.replacen("</wsse:Security>", &format!("{issued}</wsse:Security>"), 1);
            let opened = bob.open(&next).unwrap_or_else(|error| panic!("{error}\n{next}"));
            assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
        }
    }
    // A key that encrypts an assertion and the Body is of one message.
    let both = Encrypting::to(&certificate("bob")).parts([Part::Assertion, Part::Body]);
    let mixed = recipe().token(holder.as_str()).sign(signing()).encrypt(both).secured(&envelope(SOAP11));
    assert!(bob.open(&mixed).is_ok());
    let error = bob.open(signed_by_carol(&mixed, &[])).expect_err("the key came before");
    assert!(matches!(error, OpenError::Requirement(RequirementError::RepeatedKey)), "{error:?}");
}
