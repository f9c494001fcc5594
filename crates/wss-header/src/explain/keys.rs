//! The keys at hand: those of the receiver, and those that come with a message.

use wss_c14n::{Budget, Element, Limit, name};
use wss_crypto::{Certificate, PublicKey, Secret, SignatureFamily, VerifyingKey};
use wss_text::WireText;
use wss_tokens::{Assertion, DerivedKeyToken, SecureConversation, SecurityTokenReference, TokenError, X509_V3};
use wss_xmldsig::{KeyHint, KeyInfo};

use super::cause::Cause;
use super::items::id_of;
use super::reading::ReadSignature;
use super::secrets::{derivations, named};
use crate::error::{MissingKey, OpenError};
use crate::open::Stage;
use crate::receiver::Receiver;

/// Why the key that a signature names is not used.
pub(super) struct Unused {
    pub(super) why: String,
    /// Whether nobody here has that key, so that a value that no other key made may be right.
    pub(super) is_missing: bool,
}

/// The key that a signature names, or why it is not used. A method that is not known does not tell whether its key is a secret:
/// both are looked for, and if none is found, the method is to blame and not the key.
pub(super) fn named_by_signature<'d>(
    read: &ReadSignature<'d>,
    stage: &mut Stage<'_, 'd>,
) -> Result<VerifyingKey, Unused> {
    if let Some(method) = read.declared {
        let is_mac = method.family() == SignatureFamily::Hmac;
        return stage.signature_key(read.key_info, is_mac).map_err(|error| {
            let is_missing = match &error {
                OpenError::NoKey { missing, .. } => {
                    use MissingKey::{Hexadecimal, Otherwise, Value};
                    !matches!(missing, Value | Otherwise { .. } | Hexadecimal { .. })
                }
                error => matches!(error, OpenError::Token(TokenError::Dangling { .. })),
            };
            let is_missing = is_missing && (is_mac || !comes_along(read.key_info, &|id| stage.element(id)));
            Unused { why: of_other_kind(read, stage, is_mac).unwrap_or_else(|| error.to_string()), is_missing }
        });
    }
    let both = [true, false].into_iter();
    let found = both.filter_map(|is_mac| stage.signature_key(read.key_info, is_mac).ok()).next();
    found.ok_or_else(|| {
        let uri = WireText::from(read.method_uri.as_ref());
        let why =
            format!("the signature method {uri:?} is not supported, so that nothing says what kind of key is meant");
        Unused { why, is_missing: false }
    })
}

/// Why the key of a signature is not used that is not next in order in the header of the receiver.
pub(super) fn of_elsewhere<'d>(
    read: &ReadSignature<'d>,
    by_id: ById<'_, 'd>,
    receiver: &Receiver,
    budget: &Budget,
    is_readable: bool,
) -> Unused {
    let is_mac = read.declared.is_some_and(|method| method.family() == SignatureFamily::Hmac);
    let is_known = || match read.key_info {
        Some(key_info) => {
            let inside = key_info.descendants_and_self().take(16);
            let is_reference = |inner: &Element<'_>| inner.is(name::WSSE.uri, "SecurityTokenReference");
            let references = inside.filter(is_reference);
            let references: Vec<_> =
                references.filter_map(|one| SecurityTokenReference::parse(one, budget).ok()).collect();
            known_certificates(receiver).any(|known| references.iter().any(|reference| reference.names(known)))
        }
        // Without a name, a key that is known is meant.
        None => known_certificates(receiver).next().is_some(),
    };
    let why = match is_readable {
        true => "it is not one of the signatures in the header of this receiver",
        false => "the header is not read as a receiver reads it, for the reason above: every key at hand is tried",
    };
    let is_missing = !is_mac && !comes_along(read.key_info, by_id) && !is_known();
    Unused { why: why.to_owned(), is_missing }
}

/// Finds an element by its Id.
pub(super) type ById<'a, 'd> = &'a dyn Fn(&str) -> Option<Element<'d>>;

/// Whether the public key that a signature names is in the message.
fn comes_along<'d>(key_info: Option<Element<'d>>, by_id: ById<'_, 'd>) -> bool {
    let is_token = |element: Element<'_>| element.is(name::WSSE.uri, "BinarySecurityToken");
    let has_key = |inner: Element<'d>| match inner.name().local {
        "X509Certificate" | "KeyValue" | "DEREncodedKeyValue" => true,
        "KeyIdentifier" => inner.attribute("", "ValueType").is_some_and(|kind| kind == X509_V3),
        "Reference" => {
            let uri = inner.attribute("", "URI");
            uri.as_deref().and_then(|uri| uri.strip_prefix('#')).and_then(by_id).is_some_and(is_token)
        }
        _ => is_token(inner),
    };
    key_info.is_some_and(|key_info| key_info.descendants_and_self().any(has_key))
}

/// Whether a signature names a token that is, or has, a secret, whatever its method says.
pub(super) fn names_secret(read: &ReadSignature<'_>, stage: &Stage<'_, '_>) -> bool {
    of_other_kind(read, stage, false).is_some()
}

/// The signature method takes a secret, and the signature names a certificate, or the other way round.
fn of_other_kind(read: &ReadSignature<'_>, stage: &Stage<'_, '_>, is_mac: bool) -> Option<String> {
    let inside = read.key_info?.descendants_and_self().take(16);
    let uris =
        inside.filter(|inner| inner.is(name::WSSE.uri, "Reference")).filter_map(|inner| inner.attribute("", "URI"));
    let ids: Vec<_> = uris.filter_map(|uri| uri.strip_prefix('#').map(str::to_owned)).collect();
    let token =
        stage.children().iter().find(|child| id_of(**child).is_some_and(|id| ids.iter().any(|one| id == **one)))?;
    let local = token.name().local;
    let is_secret = match local {
        "DerivedKeyToken" | "EncryptedKey" | "SecurityContextToken" => true,
        "BinarySecurityToken" => false,
        _ => return None,
    };
    let uri = WireText::from(read.method_uri.as_ref());
    let (has, takes) = if is_mac { ("a certificate", "a secret") } else { ("a secret", "a public key") };
    (is_secret != is_mac).then(|| {
        format!(
            "the signature method {uri:?} takes {takes}, and the wsse:Reference names a {local}, which is {has}: have the sender \
             write the method that it uses"
        )
    })
}

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
