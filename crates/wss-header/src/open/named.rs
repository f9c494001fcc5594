//! The target of a key reference, in words for an error: its form, and its value as it is written in the message.
//!
//! Everything here can be read without any key. It is for people who read the log, and no decision depends on it.

use wss_c14n::{Budget, Element, Limit, Limits, base64_decode, name};
use wss_crypto::{Certificate, Digest, DigestMethod, PublicKey};
use wss_text::WireText;
use wss_tokens::{
    Assertion, DerivedKeyToken, ENCRYPTED_KEY_SHA1, KERBEROS_AP_REQ_SHA1, KerberosToken, SAML_ASSERTION_ID, SAML_ID,
    SecureConversation, SecurityContextToken, SecurityTokenReference, UsernameToken,
};
use wss_xmldsig::{KeyHint, KeyInfo, X509Data};
use wss_xmlenc::EncryptedKey;

use super::facts::{Facts, SeenToken};
use super::other_namespace::{self, home_of_key};
use super::revision::Revision;
use super::terms::Terms;
use crate::error::{KnownKeys, MissingKey, OpenError};
use crate::misnamed::Description;
use crate::waiver::Waiver;

/// The largest number of derived keys that are followed to the token that they are derived from.
const MOST_DERIVATIONS: usize = 8;

/// The largest number of octets of a certificate that is named by its subject.
const MAX_CERTIFICATE: usize = 64 << 10;

/// The first reference in a `ds:KeyInfo` (or in a part of it) that says anything, in words.
pub(crate) fn named_by(key_info: Option<Element<'_>>) -> WireText {
    let named = key_info.map(|key_info| {
        let agreement = key_info.children_named(name::XENC.uri, "AgreementMethod").next();
        if agreement.is_some() && key_info.parent().is_some_and(|data| data.is(name::XENC.uri, "EncryptedData")) {
            return "a key that is agreed on without an xenc:EncryptedKey, which is not supported (have the peer wrap the key \
                    in one)"
                .to_owned();
        }
        // An agreement names two keys. Our key is the recipient's.
        let recipient = agreement.and_then(|agreement| agreement.children_named(name::XENC.uri, "RecipientKeyInfo").next());
        let key_info = recipient.unwrap_or(key_info);
        key_info.descendants_and_self().find_map(in_words).unwrap_or_else(|| {
            let children: Vec<&str> = key_info.children().map(Element::qualified_name).collect();
            format!("nothing that is supported ({})", children.join(", "))
        })
    });
    named.unwrap_or_else(|| NOBODY.to_owned()).into()
}

/// Whom data without a ds:KeyInfo names.
const NOBODY: &str = "nobody by name, since there is no ds:KeyInfo";

/// How an element in or below a `ds:KeyInfo` names a key, or the certificate of a key, in words; `None` for an element that
/// names none itself, as a container of such. The content of a `wsse:BinarySecurityToken` names its certificate, too.
///
/// It is for people who look at a message: nothing of it is verified, and no decision may depend on it.
#[must_use]
pub fn key_in_words(reference: Element<'_>) -> Option<WireText> {
    in_words(reference).map(WireText::from)
}

fn in_words(reference: Element<'_>) -> Option<String> {
    let text = || reference.text_if_plain().unwrap_or_default().into_owned();
    let of_child = |local| {
        let child = reference.children_named(name::DS.uri, local).next();
        child.and_then(|child| child.text().ok()).unwrap_or_default().into_owned()
    };
    if let Some(misnamed) = other_namespace::told(reference, home_of_key) {
        return Some(misnamed);
    }
    let expanded = reference.name();
    let is_wsse = expanded.namespace == name::WSSE.uri;
    match expanded.local {
        "X509IssuerSerial" => {
            Some(format!("issuer {:?}, serial {}", of_child("X509IssuerName"), of_child("X509SerialNumber")))
        }
        "X509SKI" => Some(format!("subject key identifier {}", text())),
        "X509SubjectName" => Some(format!("subject {:?}", text())),
        "X509Digest" => Some(format!(
            "certificate digest {} by {}",
            text(),
            reference.attribute("", "Algorithm").unwrap_or_default()
        )),
        "X509Certificate" => Some(certificate_in(&text())),
        "KeyName" => Some(format!("KeyName {:?}", text())),
        "KeyValue" | "DEREncodedKeyValue" => Some(key_value(reference)),
        "KeyIdentifier" if is_wsse => Some(key_identifier(reference, &text())),
        "Reference" if is_wsse => {
            let uri = reference.attribute("", "URI").unwrap_or_default();
            let value_type = reference.attribute("", "ValueType");
            let value_type = value_type.map(|uri| format!(" of type {}", last_word(&uri))).unwrap_or_default();
            let lacks_hash = !uri.contains(['#', ':']);
            let hint = match lacks_hash {
                true => {
                    ", which is not the Id of an element of the message, since it lacks `#` (if it should have it, call \
                     `accept_references_without_hash`)"
                }
                false => "",
            };
            Some(format!("the token {uri:?}{value_type}{hint}"))
        }
        "BinarySecurityToken" if is_wsse => Some(certificate_in(&text())),
        _ => None,
    }
}

/// A public key that is named by its value.
fn key_value(element: Element<'_>) -> String {
    let budget = Budget::new(&Limits::default(), element.span().len() as u64);
    match KeyHint::of(element, &budget) {
        Ok(KeyHint::KeyValue(key)) => by_value(&key),
        _ => "a public key by its value, which cannot be read".to_owned(),
    }
}

fn key_identifier(reference: Element<'_>, text: &str) -> String {
    let value_type = reference.attribute("", "ValueType").unwrap_or_default();
    match last_word(&value_type) {
        "X509SubjectKeyIdentifier" => format!("subject key identifier {text}"),
        "ThumbprintSHA1" => format!("SHA-1 thumbprint {text}"),
        "ThumbprintSHA256" => format!("SHA-256 thumbprint {text}"),
        "EncryptedKeySHA1" => format!("the EncryptedKey with SHA-1 {text}"),
        "X509v3" => certificate_in(text),
        other => format!("key identifier {text} of type {other}"),
    }
}

/// The subject of the certificate in this base64.
fn certificate_in(base64: &str) -> String {
    let der = base64_decode(base64, MAX_CERTIFICATE);
    match der.and_then(|der| Certificate::from_der(&der).ok()) {
        Some(certificate) => described(&certificate),
        None => "a certificate that cannot be read".to_owned(),
    }
}

/// A certificate by its subject, issuer and serial number.
fn described(certificate: &Certificate) -> String {
    let (subject, issuer, serial) = (certificate.subject(), certificate.issuer(), certificate.serial_decimal());
    format!("the certificate of {subject:?} (issuer {issuer:?}, serial {serial})")
}

/// The recipient of a key, as its `ds:KeyInfo` names it: `tokens` are those of the header.
pub(super) fn addressee(key_info: Option<Element<'_>>, tokens: &[SeenToken]) -> WireText {
    let references = key_info.into_iter().flat_map(Element::descendants_and_self);
    // Around it may be an element in another namespace, which is then what is wrong.
    let is_read =
        |inner: &Element<'_>| inner.parent().is_none_or(|around| other_namespace::told(around, home_of_key).is_none());
    let mut uris = references.filter(|inner| inner.is(name::WSSE.uri, "Reference") && is_read(inner));
    let uri = uris.next().and_then(|reference| reference.attribute("", "URI"));
    let named = uri.as_deref().and_then(|uri| uri.strip_prefix('#'));
    let token = tokens.iter().find(|token| named.is_some() && token.id.as_deref() == named);
    token.map_or_else(|| named_by(key_info), |token| described(&token.certificate).into())
}

/// As [`addressee`], for a key that no identity of ours unwraps, with the setting that would help.
pub(super) fn addressee_told(key_info: Option<Element<'_>>, tokens: &[SeenToken]) -> WireText {
    if key_info.is_none() {
        return WireText::of(format!(
            "{NOBODY} (if its key is in the only xenc:EncryptedKey of the header, have the peer list it there, or call \
             `accept_key_info_of_other_shapes`)"
        ));
    }
    let named = addressee(key_info, tokens);
    let is_name = |inner: Element<'_>| inner.is(name::DS.uri, "KeyName");
    match key_info.is_some_and(|key_info| key_info.descendants_and_self().any(is_name)) {
        true => WireText::of(format!(
            "{named}, which is the subject of no certificate of ours (if one of them is called so, say which with `key_name`)"
        )),
        false => named,
    }
}

/// The error if no key was found: the key that the signature names, and the number of keys that were compared.
pub(super) fn naming(
    error: OpenError,
    key_info: Option<&KeyInfo<'_>>,
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> OpenError {
    if !matches!(error, OpenError::NoKey { .. }) {
        return error;
    }
    let hints = key_info.map_or(&[][..], KeyInfo::hints);
    let value = hints.iter().find_map(|hint| match hint {
        KeyHint::KeyValue(key) => Some(key),
        _ => None,
    });
    let named = match value {
        Some(key) => WireText::of(by_value(key)),
        None => addressee(key_info.map(KeyInfo::element), &facts.tokens),
    };
    let element = key_info.map(KeyInfo::element);
    // Without an issuer, nobody vouches for a holder.
    let issued = element.filter(|_| terms.receiver.keys.assertions.is_some());
    let holder = issued.and_then(|element| holder_of(element, revision));
    let named = match holder {
        Some(holder) => WireText::of(format!("{named}, an assertion whose holder has {}", named_by(Some(holder)))),
        None => named,
    };
    let element = holder.or(element);
    let known = || terms.receiver.trust.candidates();
    let seen = facts.tokens.iter().map(|token| &token.certificate);
    let certificates = Box::new(KnownKeys::of_certificates(known().chain(seen)));
    let missing = match (value, element) {
        (Some(_), _) => MissingKey::Value,
        (None, Some(element)) => {
            let otherwise = otherwise(element, known().take(MOST_COMPARED), terms);
            otherwise.unwrap_or_else(|| missing(Some(element), revision, terms, &facts.tokens))
        }
        (None, None) => MissingKey::Any,
    };
    OpenError::NoKey { named, certificates, secrets: terms.receiver.keys.secrets.len(), missing }
}

/// The `ds:KeyInfo` of the holder of the assertion in our header to which a reference leads.
fn holder_of<'d>(key_info: Element<'_>, revision: &Revision<'d>) -> Option<Element<'d>> {
    let is_reference = |inner: &Element<'_>| {
        inner.name().namespace == name::WSSE.uri && matches!(inner.name().local, "Reference" | "KeyIdentifier")
    };
    let reference = key_info.descendants_and_self().find(is_reference)?;
    let id = match reference.attribute("", "URI") {
        Some(uri) => uri.strip_prefix('#')?.to_owned(),
        None => reference.text().ok()?.trim().to_owned(),
    };
    let token = revision.header_child(&id).filter(|token| Assertion::is_one(*token))?;
    let confirmation = token.descendants_and_self().find(|inner| inner.name().local == "SubjectConfirmation")?;
    confirmation.descendants_and_self().find(|inner| inner.is(name::DS.uri, "KeyInfo"))
}

/// A public key without a name, in a form in which the owner of its certificate recognizes it.
fn by_value(key: &PublicKey) -> String {
    let digest = Digest::of(DigestMethod::Sha256, key.spki());
    let digits = wss_text::hex(digest.as_octets());
    format!("a public key by its value (SHA-256 of its SubjectPublicKeyInfo: {digits})")
}

/// The largest number of certificates that are compared with a reference that names none of them.
const MOST_COMPARED: usize = 32;

/// A known certificate to which the reference leads if it is read in another way than the profile writes it.
fn otherwise<'k>(
    key_info: Element<'_>,
    certificates: impl Iterator<Item = &'k Certificate>,
    terms: &Terms<'_>,
) -> Option<MissingKey> {
    let is_data = |inner: &Element<'_>| inner.is(name::DS.uri, "X509Data");
    let data = key_info.descendants_and_self().find(is_data).and_then(|data| X509Data::parse(data, &terms.budget).ok());
    let data =
        data.map(SecurityTokenReference::X509Data).filter(|_| !terms.receiver.waives(Waiver::HexadecimalIdentifiers));
    let description = Description::read(key_info);
    for known in certificates {
        if let Some(right) = data.as_ref().and_then(|data| in_hexadecimal(data, known)) {
            return Some(MissingKey::Hexadecimal { right });
        }
        if let Some(how) = description.how(known) {
            let how = WireText::of(format!("{how}, the known certificate of {}", known.subject()));
            return Some(MissingKey::Otherwise { how });
        }
    }
    None
}

/// The right value for an identifier in a `ds:X509Data` that is the one of `certificate`, in hexadecimal.
pub(super) fn in_hexadecimal(reference: &SecurityTokenReference<'_>, certificate: &Certificate) -> Option<WireText> {
    let SecurityTokenReference::X509Data(data) = reference else { return None };
    let digits = data.in_hexadecimal.as_ref().filter(|_| data.names_in_hexadecimal(certificate))?;
    Some(match digits.issuer_serials.is_empty() {
        true => "base64 of the octets".into(),
        false => WireText::of(certificate.serial()),
    })
}

/// The setting that would give the receiver the secret to which a `ds:KeyInfo` of ciphertext leads; `Any` unless an
/// earlier exchange or a password determines that secret.
pub(super) fn missing_secret(key_info: Option<Element<'_>>, revision: &Revision<'_>, terms: &Terms<'_>) -> MissingKey {
    match missing(key_info, revision, terms, &[]) {
        known @ (MissingKey::SecurityContext { .. }
        | MissingKey::OfRequest
        | MissingKey::OfOtherRequest
        | MissingKey::Password
        | MissingKey::Ticket
        | MissingKey::RefusedTicket) => known,
        _ => MissingKey::Any,
    }
}

/// The setting that would give the receiver the key to which the `ds:KeyInfo` of a signature leads.
fn missing(
    key_info: Option<Element<'_>>,
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    tokens: &[SeenToken],
) -> MissingKey {
    let Some(mut place) = key_info else { return MissingKey::Any };
    if let Some(unknown) = unknown_child(place) {
        return unknown;
    }
    for _ in 0..=MOST_DERIVATIONS {
        if let Some(key) = encrypted_key_at(place, revision, terms) {
            return recipient(key, terms, tokens);
        }
        let is_wsse = |inner: &Element<'_>| inner.name().namespace == name::WSSE.uri;
        let mut inner = place.descendants_and_self().filter(is_wsse);
        let reference = inner.find(|inner| matches!(inner.name().local, "Reference" | "KeyIdentifier"));
        let Some(reference) = reference else {
            let has = |local: &str| place.descendants_and_self().any(|inner| inner.is(name::DS.uri, local));
            return match () {
                () if has("KeyName") => MissingKey::Name,
                () if has("RetrievalMethod") || has("PGPData") || has("SPKIData") => MissingKey::Unreachable,
                () => MissingKey::Any,
            };
        };
        let value_type = reference.attribute("", "ValueType").unwrap_or_default();
        if reference.name().local == "KeyIdentifier" {
            let is_of_request = [ENCRYPTED_KEY_SHA1, KERBEROS_AP_REQ_SHA1].contains(&&*value_type);
            let is_of_assertion = [SAML_ID, SAML_ASSERTION_ID].contains(&&*value_type);
            return match (is_of_request, terms.request) {
                (true, None) => MissingKey::OfRequest,
                (true, Some(_)) => MissingKey::OfOtherRequest,
                (false, _) if is_of_assertion && terms.receiver.keys.assertions.is_none() => MissingKey::Assertion,
                (false, _) => MissingKey::Any,
            };
        }
        let uri = reference.attribute("", "URI").unwrap_or_default();
        let token = uri.strip_prefix('#').and_then(|id| revision.ids.get(id));
        match token {
            Some(token) if DerivedKeyToken::is_one(token) => place = token,
            Some(token) => return missing_of(token, terms, tokens),
            None if is_context(&value_type) => return MissingKey::SecurityContext { identifier: uri.into() },
            // Nothing is fetched. Without `#` it may be an Id.
            None if uri.contains(':') && !uri.starts_with('#') && terms.receiver.keys.contexts.is_none() => {
                return MissingKey::Unreachable;
            }
            None => return MissingKey::Any,
        }
    }
    MissingKey::Any
}

/// A `ds:KeyInfo` that has children, and none by which a key is named anywhere.
fn unknown_child(key_info: Element<'_>) -> Option<MissingKey> {
    let names_keys = |child: Element<'_>| {
        [name::DS, name::DSIG11, name::XENC, name::XENC11].iter().any(|one| one.uri == child.name().namespace)
            || home_of_key(child.name().local).is_some()
            || matches!(child.name().local, "Reference" | "DerivedKeyToken")
    };
    let first = key_info.children().next().filter(|_| key_info.is(name::DS.uri, "KeyInfo"))?;
    let is_unknown = !key_info.children().any(names_keys);
    let child = || WireText::of(format!("{} of the namespace {:?}", first.qualified_name(), first.name().namespace));
    is_unknown.then(|| MissingKey::UnknownChild { child: child() })
}

/// The `xenc:EncryptedKey` in a `ds:KeyInfo`, or to which it leads by a `ds:RetrievalMethod` or by the SHA-1 of the key.
fn encrypted_key_at<'d>(place: Element<'d>, revision: &Revision<'d>, terms: &Terms<'_>) -> Option<Element<'d>> {
    let by_sha1 = |digest: &[u8]| {
        let keys = revision.header.element.children_named(name::XENC.uri, "EncryptedKey");
        let keys = keys.take(terms.budget.limits().size(Limit::EncryptedKeys));
        let sha1 = |key| Ok(Some(EncryptedKey::parse(key, &terms.budget)?.sha1()));
        revision.encrypted_keys.find(keys, digest, sha1).ok().flatten()
    };
    place.descendants_and_self().find_map(|inner| match inner.name().local {
        "EncryptedKey" => is_encrypted_key(inner).then_some(inner),
        "RetrievalMethod" => {
            let uri = inner.attribute("", "URI")?;
            revision.ids.get(uri.strip_prefix('#')?).filter(|key| is_encrypted_key(*key))
        }
        "KeyIdentifier" if inner.attribute("", "ValueType").as_deref() == Some(ENCRYPTED_KEY_SHA1) => {
            by_sha1(&base64_decode(&inner.text_if_plain()?, DigestMethod::Sha1.output_len())?)
        }
        _ => None,
    })
}

fn is_encrypted_key(element: Element<'_>) -> bool {
    element.is(name::XENC.uri, "EncryptedKey")
}

/// A key that is encrypted to somebody else.
fn recipient(key: Element<'_>, terms: &Terms<'_>, tokens: &[SeenToken]) -> MissingKey {
    let key_info = key.children_named(name::DS.uri, "KeyInfo").next();
    let known = Box::new(terms.receiver.keys.for_decryption());
    MissingKey::Recipient { addressee: addressee_told(key_info, tokens), known }
}

fn missing_of(token: Element<'_>, terms: &Terms<'_>, tokens: &[SeenToken]) -> MissingKey {
    let keys = &terms.receiver.keys;
    if is_encrypted_key(token) {
        return recipient(token, terms, tokens);
    }
    if SecurityContextToken::is_one(token) {
        let context = SecurityContextToken::parse(token);
        return context.map_or(MissingKey::Any, |context| MissingKey::SecurityContext {
            identifier: context.identifier().into(),
        });
    }
    match () {
        () if UsernameToken::is_one(token) && keys.passwords.is_none() => MissingKey::Password,
        () if Assertion::is_one(token) && keys.assertions.is_none() => MissingKey::Assertion,
        () if KerberosToken::is_one(token) && keys.kerberos.is_none() => MissingKey::Ticket,
        () if KerberosToken::is_one(token) => MissingKey::RefusedTicket,
        () => MissingKey::Any,
    }
}

fn is_context(value_type: &str) -> bool {
    [SecureConversation::V1_3, SecureConversation::V2005].iter().any(|version| version.context_type() == value_type)
}

fn last_word(uri: &str) -> &str {
    uri.rsplit(['#', '/']).next().unwrap_or(uri)
}
