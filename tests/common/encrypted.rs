//! Encrypted messages in the shapes of peers, from Alice to Bob.
#![allow(dead_code, reason = "every test binary uses a part of this")]

use ws_security::Secret;
use ws_security::c14n::{Document, Element, Limits, Splices};
use ws_security::crypto::{ContentEncryption, KeyTransport, SystemRandom};
use ws_security::xmlenc::{Encryption, KeyMethod, PlaintextType, encrypt_octets, write_encrypted_key};

use crate::common::{SOAP11, Secures as _, certificate, envelope, recipe, signed as signed_by_alice, signing};

/// The Id of the ciphertext.
pub(crate) const ID: &str = "ED-1";

fn parse(message: &str) -> Document<'_> {
    Document::parse(message, &Limits::default()).expect("well-formed")
}

fn find<'d>(document: &'d Document<'d>, local: &str) -> Element<'d> {
    document.elements().find(|element| element.name().local == local).unwrap_or_else(|| panic!("no {local}"))
}

/// An EncryptedKey with this secret for Bob, that lists these Ids.
pub(crate) fn key_to_bob(secret: &Secret, transport: KeyTransport, listed: &[&str]) -> String {
    let bob = certificate("bob");
    let wrapped = bob.public_key().wrap_key(&transport, secret).expect("wrapped");
    let listed: Vec<String> = listed.iter().map(|id| (*id).to_owned()).collect();
    let key_info = format!("<ds:KeyName>{}</ds:KeyName>", bob.subject());
    write_encrypted_key(Some("EK-1"), &KeyMethod::Transport(transport), Some(&key_info), &wrapped, &listed)
}

/// What Alice signed, with the content of its Body encrypted; `in_front` is put at the front of the Security header.
pub(crate) fn encrypted_afterwards(secret: &Secret, cipher: ContentEncryption, in_front: &str) -> String {
    let message = signed_by_alice(SOAP11);
    let document = parse(&message);
    let content = find(&document, "Body").content_span();
    let octets = message[content.clone()].as_bytes();
    let kind = PlaintextType::Content;
    let data = encrypt_octets(octets, &kind, Encryption::new(cipher, secret).id(ID), &SystemRandom).expect("encrypted");
    let mut splices = Splices::new();
    splices.replace(content, data);
    splices.insert(find(&document, "Security").content_span().start, in_front.to_owned());
    splices.apply(&message).text
}

pub(crate) fn leading(secret: &Secret, len: usize) -> Secret {
    Secret::new(secret.as_octets()[..len].to_vec())
}

/// How a message comes to have its ciphertext.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Signed {
    Plaintext,
    Ciphertext,
}

/// A message whose Body has the ciphertext that `encrypt` makes of its content; `at_front` is put at the front of the
/// Security header, and `before` before that header.
pub(crate) fn shaped(signed: Signed, encrypt: &dyn Fn(&[u8]) -> String, at_front: &str, before: &str) -> String {
    let clear = envelope(SOAP11);
    let replaced = |message: &str| {
        let content = find(&parse(message), "Body").content_span();
        let mut splices = Splices::new();
        splices.replace(content.clone(), encrypt(message[content].as_bytes()));
        splices.apply(message).text
    };
    let message = match signed {
        Signed::Plaintext => replaced(&signed_by_alice(SOAP11)),
        Signed::Ciphertext => recipe().sign(signing()).secured(&replaced(&clear)),
    };
    let document = parse(&message);
    let security = find(&document, "Security");
    let mut splices = Splices::new();
    splices.insert(security.content_span().start, at_front.to_owned());
    splices.insert(security.span().start, before.to_owned());
    splices.apply(&message).text
}

/// The content of a `ds:KeyInfo` that names the EncryptedKey by its Id.
pub(crate) fn by_reference() -> String {
    let wsse = ws_security::c14n::name::WSSE.uri;
    format!(
        "<wsse:SecurityTokenReference xmlns:wsse=\"{wsse}\"><wsse:Reference URI=\"#EK-1\"></wsse:Reference>\
         </wsse:SecurityTokenReference>"
    )
}

pub(crate) fn data(secret: &Secret, kind: &PlaintextType, key_info: Option<&str>, octets: &[u8]) -> String {
    let cipher = ContentEncryption::Aes128Gcm;
    encrypt_octets(octets, kind, Encryption::new(cipher, secret).id(ID).key_info(key_info), &SystemRandom)
        .expect("encrypted")
}

pub(crate) fn list() -> String {
    let mut writer = ws_security::c14n::Writer::new();
    ws_security::xmlenc::write_reference_list(&mut writer, &[ID.to_owned()]);
    writer.finish()
}

pub(crate) fn sixteen() -> Secret {
    Secret::new((7..23).collect())
}

pub(crate) fn oaep() -> KeyTransport {
    KeyTransport::oaep_mgf1p()
}
