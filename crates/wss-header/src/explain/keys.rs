//! The keys at hand: those of the receiver, and those that come with a message.

use wss_c14n::{Budget, Element, Limit, name};
use wss_crypto::{Certificate, PublicKey, Secret};
use wss_text::WireText;
use wss_tokens::{Assertion, DerivedKeyToken, SecureConversation};
use wss_xmldsig::{KeyHint, KeyInfo};

use super::cause::Cause;
use super::items::id_of;
use super::secrets::{derivations, named};
use crate::open::Stage;
use crate::receiver::Receiver;

/// The public keys that a receiver knows, and the owner of each.
pub(super) fn known_keys(receiver: &Receiver) -> Vec<(String, PublicKey)> {
    known_certificates(receiver).map(of_certificate).collect()
}

/// The certificates that a receiver knows.
pub(super) fn known_certificates(receiver: &Receiver) -> impl Iterator<Item = &Certificate> {
    let own = receiver.keys.identities.iter().map(|identity| identity.certificate());
    receiver.trusts().flat_map(|trust| trust.candidates()).chain(own)
}

/// The shared secrets of a receiver, and a description of each.
pub(super) fn shared_secrets(receiver: &Receiver) -> Vec<(String, Secret)> {
    let shared = receiver.keys.secrets.iter().map(|(name, secret)| {
        let named = name.as_ref().map(|name| format!(" {:?}", WireText::from(name))).unwrap_or_default();
        (format!("the shared secret{named}"), secret.clone())
    });
    shared.take(8).collect()
}

/// The secrets at hand for a MAC, and the keys that the DerivedKeyTokens of the header derive from each.
pub(super) fn secrets(receiver: &Receiver, stage: &Stage<'_, '_>) -> Vec<(String, Secret)> {
    let mut all = underived(receiver, stage);
    let is_derived = |child: &&Element<'_>| SecureConversation::of(**child, "DerivedKeyToken").is_some();
    let tokens = stage.children().iter().filter(is_derived).take(4);
    let tokens: Vec<DerivedKeyToken<'_>> =
        tokens.filter_map(|child| DerivedKeyToken::parse(*child, stage.budget()).ok()).collect();
    for (what, secret) in all.clone() {
        all.extend(tokens.iter().map(|token| {
            let id = id_of(token.element()).unwrap_or_default();
            (format!("what the DerivedKeyToken {id:?} derives from {what}"), token.derive(&secret))
        }));
    }
    all
}

fn underived(receiver: &Receiver, stage: &Stage<'_, '_>) -> Vec<(String, Secret)> {
    let brought =
        stage.secrets().map(|secret| ("the key that the message brings encrypted".to_owned(), secret.clone()));
    shared_secrets(receiver).into_iter().chain(brought).take(8).collect()
}

/// Keys that a peer may derive in another way for the DerivedKeyToken that a signature names.
pub(super) fn derived_otherwise(
    receiver: &Receiver,
    stage: &Stage<'_, '_>,
    key_info: Option<Element<'_>>,
) -> Vec<(Cause, Secret)> {
    let Some(token) = named(key_info, stage.children()) else { return Vec::new() };
    let secrets = underived(receiver, stage);
    secrets.iter().flat_map(|(label, secret)| derivations(token, label, secret)).collect()
}

/// The key of a certificate, and its owner.
pub(super) fn of_certificate(certificate: &Certificate) -> (String, PublicKey) {
    let subject = WireText::of(certificate.subject());
    (format!("the certificate of {subject}"), certificate.public_key().clone())
}

/// The keys in a `ds:KeyInfo`, or in another element.
pub(super) fn keys_in(element: Option<Element<'_>>, budget: &Budget) -> Vec<(String, PublicKey)> {
    let mut keys = Vec::new();
    let Some(element) = element else { return keys };
    let hints = if element.is(name::DS.uri, "KeyInfo") { KeyInfo::parse(element, budget).ok() } else { None };
    for hint in hints.iter().flat_map(KeyInfo::hints) {
        if let KeyHint::KeyValue(key) = hint {
            keys.push(("the KeyValue of the signature".to_owned(), key.clone()));
        }
    }
    let holds =
        |inner: &Element<'_>| ["X509Certificate", "BinarySecurityToken", "KeyIdentifier"].contains(&inner.name().local);
    for inner in element.descendants_and_self().filter(holds).take(8) {
        let der = inner.base64_within(budget.limits(), Limit::CertificateOctets).ok();
        let der = der.filter(|der| der.len() > 64 && budget.charge(Limit::Certificates, 1).is_ok());
        keys.extend(der.and_then(|der| Certificate::from_der(&der).ok()).as_ref().map(of_certificate));
    }
    keys
}

/// The keys of the holders of an assertion.
pub(super) fn holders(assertion: Element<'_>, budget: &Budget) -> Vec<(String, PublicKey)> {
    if !Assertion::is_one(assertion) {
        return Vec::new();
    }
    let confirmations = assertion.descendants_and_self().filter(|inner| inner.name().local == "SubjectConfirmation");
    let of_one = |confirmation: Element<'_>| {
        let infos = confirmation.descendants_and_self().filter(|inner| inner.is(name::DS.uri, "KeyInfo")).take(2);
        infos.flat_map(|info| keys_in(Some(info), budget)).collect::<Vec<_>>()
    };
    let keys = confirmations.take(4).flat_map(of_one);
    keys.map(|(whose, key)| (whose.replace("the KeyValue of the signature", "the KeyValue of the assertion"), key))
        .collect()
}
