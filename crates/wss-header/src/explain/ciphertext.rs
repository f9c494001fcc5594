//! Ciphertext that was not decrypted: the usual causes with which it decrypts under a key at hand.
//!
//! A plaintext proves each cause: by the tag of GCM, or, without a tag, by text in place of random octets.

use std::borrow::Cow;
use std::collections::HashSet;

use wss_c14n::{Budget, Document, Element, Limit, base64_decode, name};
use wss_crypto::{
    Certificate, ContentEncryption, DigestMethod, Identity, KeyKind, KeyTransport, Secret, TransportMethod, decrypt,
    encrypt,
};
use wss_text::{Slice as _, WireText, counted};
use wss_tokens::SecurityTokenReference;
use wss_xmldsig::{KeyHint, KeyInfo};
use zeroize::Zeroizing;

use super::cause::Cause;
use super::gcm::{self, OneVector};
use super::secrets::spellings;
use super::spelled::{Spelled, spelled};
use crate::open::named_by;

/// The number of octets that a private-key operation counts for.
const PRIVATE_KEY_OPERATION: u64 = 128 << 10;
/// The largest number of keys of each kind that are tried.
const MOST: usize = 8;

/// The keys and secrets that may decrypt.
pub(super) struct HeldKeys<'h> {
    pub(super) identities: &'h [Identity],
    /// Secrets, and a description of each.
    pub(super) secrets: &'h [(String, Secret)],
    pub(super) budget: &'h Budget,
}

/// A secret that may have encrypted, with its causes.
type Candidate = (Vec<Cause>, Secret);

/// The causes that make an `xenc:EncryptedData` decrypt; empty if none does. `is_of_key` if its key is to blame, and not
/// its place or the list that names it.
pub(super) fn explain<'d>(
    data: Element<'d>,
    is_of_key: bool,
    keys: &EncryptedKeys<'d>,
    holdings: &HeldKeys<'_>,
) -> Vec<Cause> {
    let Some(content) = Content::read(data, holdings.budget) else { return Vec::new() };
    let wanted = content.said.map(ContentEncryption::key_len);
    let of_secrets = || secrets_of(holdings).into_iter().find_map(|candidate| content.opened_by(candidate));
    let found = keys.of(data).into_iter().find_map(|key_element| {
        let wrapped = cipher_value(key_element, 1_024);
        let said = transport_of(key_element);
        holdings.identities.iter().take(MOST).find_map(|identity| {
            transports(said.as_ref()).into_iter().find_map(|(causes, transport)| {
                wrapped.iter().find_map(|wrapped| {
                    let key = identity.unwrapping_key();
                    // With RSA 1.5, a wrong length gives a substitute, which cannot be told from the right key without
                    // a length.
                    let with_wanted = wanted.filter(|_| transport == KeyTransport::Rsa15).map(Some);
                    with_wanted.into_iter().chain([None]).find_map(|length| {
                        holdings.budget.charge(Limit::CauseOctets, PRIVATE_KEY_OPERATION).ok()?;
                        let secret = key.unwrap_key(&transport, &wrapped.octets, length).ok()?;
                        let causes: Vec<Cause> = wrapped.causes.iter().chain(&causes).cloned().collect();
                        let found = content.opened_by_reading(&causes, &secret)?;
                        Some((found, key_element, identity.certificate()))
                    })
                })
            })
        })
    });
    match found {
        Some((causes, key, ours)) if causes.is_empty() && is_of_key => {
            recipient(data, key, ours, holdings.budget).into_iter().collect()
        }
        Some((causes, ..)) => causes,
        None => of_secrets().or_else(|| content.of_raw_secrets(holdings)).unwrap_or_default(),
    }
}

/// Whether the key of ciphertext that does not decrypt is to blame, or the ciphertext. RSA 1.5 tells by its length alone, and a
/// key that is not transported does not tell.
pub(super) fn told_of_its_key<'d>(
    data: Element<'d>,
    keys: &EncryptedKeys<'d>,
    holdings: &HeldKeys<'_>,
) -> Option<String> {
    let key = keys.of(data).into_iter().find(|key| leads_to(data, *key))?;
    let said = transport_of(key)?;
    let wrapped = cipher_value(key, 1_024).into_iter().find(|reading| reading.causes.is_empty())?;
    if let Some(told) = told_of_its_length(wrapped.octets.len(), holdings) {
        return Some(told);
    }
    if said == KeyTransport::Rsa15 {
        return None;
    }
    for identity in holdings.identities.iter().take(MOST) {
        holdings.budget.charge(Limit::CauseOctets, PRIVATE_KEY_OPERATION).ok()?;
        if identity.unwrapping_key().unwrap_key(&said, &wrapped.octets, None).is_ok() {
            let whose = WireText::of(identity.certificate().subject());
            let ours = format!(
                "the private key of {whose} decrypts its xenc:EncryptedKey, so that this was encrypted to it: "
            );
            return Some(match cut_off(data) {
                Some(octets) => format!(
                    "{ours}its ciphertext has {}, too few for a vector and what a cipher adds, so that it was cut off",
                    counted(octets, "octet")
                ),
                None => {
                    format!("{ours}the ciphertext or its tag was changed, or the sender encrypted it with another key")
                }
            });
        }
    }
    Some(
        "no private key at hand decrypts its xenc:EncryptedKey: whatever that names, the sender encrypted it with another public key, \
         as of an old certificate, or it was changed"
            .to_owned(),
    )
}

/// The number of octets of ciphertext that is shorter than any can be.
fn cut_off(data: Element<'_>) -> Option<usize> {
    const SHORTEST: usize = 28;
    let text = cipher_value_of(data)?.text().ok()?;
    base64_decode(&text, SHORTEST - 1).map(|octets| octets.len())
}

/// What follows where no RSA key at hand has the length that this number of octets needs.
fn told_of_its_length(octets: usize, holdings: &HeldKeys<'_>) -> Option<String> {
    let bits_of = |identity: &Identity| match identity.certificate().public_key().kind() {
        KeyKind::Rsa { bits, .. } => Some(bits),
        _ => None,
    };
    let held: Vec<usize> = holdings.identities.iter().filter_map(bits_of).collect();
    let longest = held.iter().max()?;
    let fits = held.iter().any(|bits| bits.div_ceil(8) == octets);
    (!fits).then(|| {
        format!(
            "its xenc:EncryptedKey has {octets} octets, as an RSA key of {} bits makes them, and the key at hand has {longest} bits: the \
             sender encrypted it with another public key, or it was cut off",
            octets * 8
        )
    })
}

/// The reason why our key was not found although the ciphertext is encrypted to this certificate of ours; `None` if the
/// message leads to it.
fn recipient(data: Element<'_>, key: Element<'_>, ours: &Certificate, budget: &Budget) -> Option<Cause> {
    budget.charge(Limit::CauseOctets, data.document().source().len() as u64).ok()?;
    let whose = || WireText::from(format!("the certificate of {}", ours.subject()));
    let key_info = key.children().find(|child| child.is(name::DS.uri, "KeyInfo"));
    match key_info.and_then(|key_info| names(key_info, ours, budget)) {
        Some(true) if leads_to(data, key) => None,
        Some(true) => Some(Cause::KeyUnlinked { path: key.path().into() }),
        Some(false) => Some(Cause::OtherRecipient { key: whose() }),
        None => Some(Cause::RecipientUnnamed { key: whose(), named: named_by(key_info) }),
    }
}

/// Whether a `ds:KeyInfo` names this certificate; `None` if it names no certificate at all.
fn names(key_info: Element<'_>, ours: &Certificate, budget: &Budget) -> Option<bool> {
    let key_info_read = KeyInfo::parse(key_info, budget).ok()?;
    let of_token = |id: &str| {
        let tokens = key_info.document().elements().filter(|token| token.is(name::WSSE.uri, "BinarySecurityToken"));
        let mut tokens = tokens.filter(|token| token.attributes().any(|(_, value)| value == id));
        tokens.next().and_then(|token| token.base64_within(budget.limits(), Limit::CertificateOctets).ok())
    };
    let of_reference = |reference: Element<'_>| match SecurityTokenReference::parse(reference, budget) {
        Ok(SecurityTokenReference::KeyName(_)) => None,
        Ok(SecurityTokenReference::Direct { id, .. }) => Some(of_token(&id).is_some_and(|der| der == ours.der())),
        Ok(reference) => Some(reference.names(ours)),
        Err(_) => Some(false),
    };
    key_info_read.hints().iter().find_map(|hint| match hint {
        KeyHint::SecurityTokenReference(reference) => of_reference(*reference),
        KeyHint::X509Data(data) => Some(data.names(ours)),
        _ => None,
    })
}

/// Whether the ciphertext names the key, or the key the ciphertext.
fn leads_to(data: Element<'_>, key: Element<'_>) -> bool {
    let names = |from: Element<'_>, to: Element<'_>| {
        let id = to.attribute("", "Id").map(|id| format!("#{id}"));
        let mut inside = from.descendants_and_self();
        id.is_some() && inside.any(|inner| inner.attribute("", "URI").as_deref() == id.as_deref())
    };
    data.contains(key) || names(data, key) || names(key, data)
}

/// Ciphertext as it is written.
struct Content<'c> {
    said: Option<ContentEncryption>,
    readings: Vec<Spelled>,
    /// The namespace declarations that its plaintext needs to be XML.
    declarations: String,
    budget: &'c Budget,
}

impl<'c> Content<'c> {
    fn read(data: Element<'_>, budget: &'c Budget) -> Option<Self> {
        let source = data.document().source().slice(data.span()).len();
        budget.charge(Limit::CauseOctets, source as u64).ok()?;
        let readings = cipher_value(data, source);
        let said = ContentEncryption::from_uri(&method_of(data)?.attribute("", "Algorithm")?);
        let declarations = data.parent().map(Element::declarations_in_scope).unwrap_or_default();
        budget.charge(Limit::CauseOctets, declarations.len() as u64).ok()?;
        Some(Self { said, readings, declarations, budget }).filter(|content| !content.readings.is_empty())
    }

    /// The causes with which a key that was decrypted decrypts: as it is, or as what its text stands for.
    fn opened_by_reading(&self, before: &[Cause], secret: &Secret) -> Option<Vec<Cause>> {
        let as_it_is = self.opened_by((before.to_vec(), secret.clone()));
        let as_text = || {
            let text = std::str::from_utf8(secret.as_octets()).ok()?;
            spelled(text, secret.len()).into_iter().find_map(|spelled| {
                let how = "what the text of the decrypted key stands for, in base64 or hexadecimal digits";
                let cause = Cause::TextOfSecret { how: how.into() };
                self.opened_by(([before, &[cause]].concat(), Secret::new(spelled.octets)))
            })
        };
        let with_another_vector = || Some([before, &[self.with_another_vector(secret)?]].concat());
        as_it_is.or_else(as_text).or_else(with_another_vector)
    }

    /// The causes with which a shared secret decrypts as it is, with an initialization vector of another length.
    fn of_raw_secrets(&self, holdings: &HeldKeys<'_>) -> Option<Vec<Cause>> {
        holdings.secrets.iter().take(MOST).find_map(|(label, secret)| {
            let cause = self.with_another_vector(secret)?;
            Some(vec![Cause::SecretOtherwise { how: label.into() }, cause])
        })
    }

    /// The causes with which a secret decrypts; `None` if it decrypts with none.
    fn opened_by(&self, (before, secret): Candidate) -> Option<Vec<Cause>> {
        for reading in &self.readings {
            for Attempt { cause, method, layout } in self.attempts(&secret) {
                let cost = reading.octets.len() as u64 + 1_024;
                self.budget.charge(Limit::CauseOctets, cost).ok()?;
                let key = secret.as_octets().get(..method.key_len()).map(<[u8]>::to_vec).map(Secret::new);
                let Some((octets, key)) = layout.of(&reading.octets, method).zip(key) else { continue };
                let plaintext = match layout.has_tag() {
                    true => decrypt(method, &key, octets).ok(),
                    false => without_tag(method, &key, &octets),
                };
                let Some(plaintext) = plaintext.map(Zeroizing::new) else { continue };
                if let Some(how) = no_text(&plaintext, layout.has_tag() && method.is_authenticated()) {
                    let how = Some(Cause::CipherOtherwise { how: how.into() });
                    return Some(before.iter().chain(&reading.causes).cloned().chain(cause).chain(how).collect());
                }
                let Some(text) = text_of(&plaintext) else { continue };
                let is_xml = self.is_xml(text);
                // Without a tag, only the text proves that the key is right.
                if !layout.has_tag() && !is_xml {
                    continue;
                }
                let not_xml = (!is_xml).then(|| Cause::CipherOtherwise { how: self.not_xml(text, method).into() });
                return Some(before.iter().chain(&reading.causes).cloned().chain(cause).chain(not_xml).collect());
            }
        }
        None
    }

    /// The cause of a tag of GCM that fits with an initialization vector of another length.
    fn with_another_vector(&self, secret: &Secret) -> Option<Cause> {
        let octets = &self.readings.iter().find(|reading| reading.causes.is_empty())?.octets;
        let method = self.said.filter(|method| method.is_authenticated())?;
        let key = Secret::new(secret.as_octets().get(..method.key_len())?.to_vec());
        gcm::LENGTHS.into_iter().find_map(|length| {
            self.budget.charge(Limit::CauseOctets, octets.len() as u64 * gcm::COST).ok()?;
            let how = || format!("as GCM with an initialization vector of {length} octets, in place of 12");
            gcm::has_tag(method, &key, octets, length).then(|| Cause::CipherOtherwise { how: how().into() })
        })
    }

    /// The ways in which the content may be encrypted with a secret.
    fn attempts(&self, secret: &Secret) -> Vec<Attempt> {
        let mut all = Vec::new();
        if let Some(method) = self.said {
            let is_cut = secret.len() > method.key_len();
            let cut = is_cut.then(|| Cause::LeadingOctets { count: method.key_len().to_string().into() });
            all.push(Attempt { cause: cut, method, layout: CiphertextLayout::Usual });
            let layouts: &[CiphertextLayout] = match method.is_authenticated() {
                true => &[
                    CiphertextLayout::VectorLast,
                    CiphertextLayout::TagFirst,
                    CiphertextLayout::CounterKept,
                    CiphertextLayout::VectorOfZeros,
                    CiphertextLayout::WithoutTag,
                    CiphertextLayout::OtherTag,
                    CiphertextLayout::ShortTag,
                ],
                false => &[CiphertextLayout::VectorLast, CiphertextLayout::VectorOfZeros],
            };
            all.extend(layouts.iter().map(|layout| {
                let cause = Some(Cause::CipherOtherwise { how: layout.words().into() });
                Attempt { cause, method, layout: *layout }
            }));
        }
        let others = ContentEncryption::ALL.iter().filter(|method| Some(*method) != self.said);
        let others = others.filter(|method| method.key_len() == secret.len());
        all.extend(others.map(|method| {
            let cause = Some(Cause::OtherCipher { used: method.uri().into() });
            Attempt { cause, method, layout: CiphertextLayout::Usual }
        }));
        all
    }

    /// The words for a plaintext that is not the content of an element.
    fn not_xml(&self, text: &str, method: ContentEncryption) -> &'static str {
        let declared = text.trim_start_matches('\u{FEFF}').strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
        if declared.is_some_and(|(_, rest)| self.is_xml(rest)) {
            return "to a document with an XML declaration in front: have the sender encrypt the element alone";
        }
        if text.trim_start().starts_with('<') {
            return "to text with markup that is not well-formed at its place: prefixes that are not declared there, as where \
                    the sender encrypts a piece without its namespaces, or entities and tags that XML does not have";
        }
        match method.is_authenticated() {
            true => "to text that is not the XML that its Type says: the sender encrypted something else",
            false => {
                "to text that is not the XML that its Type says: the sender encrypted something else, or left out the \
                 initialization vector"
            }
        }
    }

    fn is_xml(&self, text: &str) -> bool {
        let pays = self.budget.charge(Limit::CauseOctets, self.declarations.len() as u64 + text.len() as u64);
        if pays.is_err() {
            return false;
        }
        let wrapped = Zeroizing::new(format!("<x{}>{text}</x>", self.declarations));
        Document::parse_within(wrapped.as_str(), self.budget).is_ok()
    }
}

/// One way in which content may be encrypted.
struct Attempt {
    cause: Option<Cause>,
    method: ContentEncryption,
    layout: CiphertextLayout,
}

/// The order of the pieces of a ciphertext.
#[derive(Clone, Copy)]
enum CiphertextLayout {
    Usual,
    VectorLast,
    TagFirst,
    VectorOfZeros,
    /// The counter of the first block behind the vector.
    CounterKept,
    WithoutTag,
    /// A tag that does not fit.
    OtherTag,
    /// A tag of 12 octets.
    ShortTag,
}

impl CiphertextLayout {
    /// The way in which it decrypts, in words.
    const fn words(self) -> &'static str {
        match self {
            Self::Usual => "as it is",
            Self::VectorLast => "with the initialization vector in front, where the message has it at the end",
            Self::TagFirst => "with the tag at the end, where the message has it behind the initialization vector",
            Self::VectorOfZeros => {
                "with an initialization vector of zeros in front of it: the sender left the vector out"
            }
            Self::CounterKept => {
                "without the 4 octets of the counter behind the initialization vector, which has 12 octets"
            }
            Self::WithoutTag => {
                "as GCM without its tag: the sender left out the last 16 octets that its library gave, or it was cut off"
            }
            Self::OtherTag => {
                "as GCM whose tag does not fit: the tag or the text was changed, or the sender authenticates other octets with it"
            }
            Self::ShortTag => "as GCM with a tag of 12 octets in place of 16: have the sender use the full tag",
        }
    }

    const fn has_tag(self) -> bool {
        !matches!(self, Self::WithoutTag | Self::OtherTag | Self::ShortTag)
    }

    /// The octets in the order that a cipher takes; `None` if they are too few.
    fn of(self, octets: &[u8], method: ContentEncryption) -> Option<Vec<u8>> {
        let vector = if method.is_authenticated() { 12 } else { 16 };
        Some(match self {
            Self::Usual => octets.to_vec(),
            Self::VectorLast => {
                let (rest, vector) = octets.split_at_checked(octets.len().checked_sub(vector)?)?;
                [vector, rest].concat()
            }
            Self::TagFirst => {
                let (vector, rest) = octets.split_at_checked(vector)?;
                let (tag, text) = rest.split_at_checked(16)?;
                [vector, text, tag].concat()
            }
            Self::VectorOfZeros => [&vec![0; vector], octets].concat(),
            Self::CounterKept => [octets.get(..vector)?, octets.get(vector + 4..)?].concat(),
            Self::WithoutTag => octets.to_vec(),
            Self::OtherTag => octets.get(..octets.len().checked_sub(16)?)?.to_vec(),
            Self::ShortTag => octets.get(..octets.len().checked_sub(12)?)?.to_vec(),
        })
    }
}

/// The plaintext of a GCM ciphertext that has no tag. Its key stream is that of any other text with the same vector.
fn without_tag(method: ContentEncryption, key: &Secret, octets: &[u8]) -> Option<Vec<u8>> {
    let (vector, text) = octets.split_at_checked(12)?;
    let mut out = encrypt(method, key, text, &OneVector(vector)).ok()?;
    out.truncate(octets.len());
    out.drain(..12);
    Some(out)
}

/// A plaintext that is text, and not random octets.
fn text_of(plaintext: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(plaintext).ok()?;
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    (text.len() >= 4 && text.chars().all(is_plain)).then_some(text)
}

/// The words for a plaintext that is not text in UTF-8; `None` if it is, or if it may be chance. `is_proven` if a tag
/// proves it.
fn no_text(plaintext: &[u8], is_proven: bool) -> Option<&'static str> {
    let is_usual = std::str::from_utf8(plaintext).is_ok_and(|text| !text.contains('\0'));
    match plaintext {
        [0x1F, 0x8B, 8, ..] => Some("to octets that are compressed by gzip: have the sender encrypt the XML as it is"),
        [0xFF, 0xFE, b'<', 0, ..] | [0xFE, 0xFF, 0, b'<', ..] | [b'<', 0, _, 0, ..] | [0, b'<', 0, _, ..] => {
            Some("to text in UTF-16: the plaintext of XML is in UTF-8 (XML Encryption section 4.1)")
        }
        _ if is_usual || !is_proven => None,
        [b'<', ..] => Some("to text that is no UTF-8, as in ISO-8859-1: the plaintext of XML is in UTF-8"),
        _ => Some("to octets that are no text: the sender encrypted something else"),
    }
}

fn method_of(element: Element<'_>) -> Option<Element<'_>> {
    element.children().find(|child| child.is(name::XENC.uri, "EncryptionMethod"))
}

fn cipher_value_of(element: Element<'_>) -> Option<Element<'_>> {
    let data = element.children().find(|child| child.is(name::XENC.uri, "CipherData"))?;
    data.children().find(|child| child.is(name::XENC.uri, "CipherValue"))
}

/// The octets of a CipherValue, in each reading.
fn cipher_value(element: Element<'_>, most: usize) -> Vec<Spelled> {
    cipher_value_of(element).and_then(|value| value.text().ok()).map(|text| spelled(&text, most)).unwrap_or_default()
}

/// The first encrypted keys of a document, and the lists of each.
pub(super) struct EncryptedKeys<'d>(Vec<(Element<'d>, HashSet<Cow<'d, str>>)>);

impl<'d> EncryptedKeys<'d> {
    pub(super) fn read(document: &'d Document<'d>) -> Self {
        let uris = |key: Element<'d>| {
            let uris = key.descendants_and_self().filter_map(|inner| inner.attribute("", "URI"));
            uris.filter(|uri| uri.starts_with('#')).collect()
        };
        let all = document.elements().filter(|element| element.is(name::XENC.uri, "EncryptedKey"));
        Self(all.take(MOST).map(|key| (key, uris(key))).collect())
    }

    /// The keys that may be meant: in its own KeyInfo, those that list it, then the others.
    fn of(&self, data: Element<'d>) -> Vec<Element<'d>> {
        let id = data.attribute("", "Id").map(|id| format!("#{id}"));
        let lists = |uris: &HashSet<Cow<'d, str>>| id.as_deref().is_some_and(|id| uris.contains(id));
        let mut all: Vec<&(Element<'d>, _)> = self.0.iter().collect();
        all.sort_by_key(|(key, uris)| (!data.contains(*key), !lists(uris)));
        all.into_iter().take(4).map(|(key, _)| *key).collect()
    }
}

/// The key transport that a message names, if it names one.
fn transport_of(key: Element<'_>) -> Option<KeyTransport> {
    let method = method_of(key)?;
    let algorithm = TransportMethod::from_uri(&method.attribute("", "Algorithm")?)?;
    let parameter = |uri: &str, local: &str| {
        let child = method.children().find(|child| child.is(uri, local))?;
        child.attribute("", "Algorithm").map(|uri| uri.into_owned())
    };
    let digest = parameter(name::DS.uri, "DigestMethod").and_then(|uri| DigestMethod::from_uri(&uri));
    let mgf = parameter(name::XENC11.uri, "MGF").and_then(|uri| DigestMethod::from_mgf_uri(&uri));
    let label = method.children().find(|child| child.is(name::XENC.uri, "OAEPparams"));
    let label = label.and_then(|label| label.base64(1_024).ok()).unwrap_or_default();
    Some(KeyTransport::with(algorithm, digest, mgf, label))
}

/// The transport that the message names, and those of peers that name another than they use.
fn transports(said: Option<&KeyTransport>) -> Vec<(Vec<Cause>, KeyTransport)> {
    let mut all: Vec<(Vec<Cause>, KeyTransport)> = said.map(|said| (Vec::new(), said.clone())).into_iter().collect();
    let label = said.map(|said| said.label().to_vec()).unwrap_or_default();
    let labels = if label.is_empty() { vec![label] } else { vec![label, Vec::new()] };
    let digests = [DigestMethod::Sha1, DigestMethod::Sha256, DigestMethod::Sha384, DigestMethod::Sha512];
    for label in labels {
        for digest in digests {
            for mgf in digests {
                let transport = KeyTransport::RsaOaep { digest, mgf, label: label.clone() };
                let is_said = said.is_some_and(|said| {
                    let said_mgf = said.mgf().unwrap_or(DigestMethod::Sha1);
                    said.digest() == Some(digest) && said_mgf == mgf && said.label() == label
                });
                if !is_said {
                    let ignored = if label.is_empty() && said.is_some_and(|said| !said.label().is_empty()) {
                        ", without the OAEPparams of the message"
                    } else {
                        ""
                    };
                    let used =
                        format!("RSA-OAEP with the digest {} and MGF1 with {}{ignored}", digest.uri(), mgf.uri());
                    all.push((vec![Cause::OtherKeyTransport { used: used.into() }], transport));
                }
            }
        }
    }
    if said != Some(&KeyTransport::Rsa15) {
        let used = WireText::from("RSA with the padding of PKCS#1 v1.5 (rsa-1_5)");
        all.push((vec![Cause::OtherKeyTransport { used }], KeyTransport::Rsa15));
    }
    // The usual transports first: those whose two digests are the same, or whose mask is by SHA-1.
    let is_rare = |(_, transport): &(Vec<Cause>, KeyTransport)| match transport {
        KeyTransport::RsaOaep { digest, mgf, .. } => digest != mgf && *mgf != DigestMethod::Sha1,
        _ => false,
    };
    all.sort_by_key(|candidate| !candidate.0.is_empty() && is_rare(candidate));
    all
}

/// The secrets at hand, in the forms in which both sides may take them.
fn secrets_of(holdings: &HeldKeys<'_>) -> Vec<Candidate> {
    let secrets = holdings.secrets.iter().take(MOST);
    secrets
        .flat_map(|(label, secret)| spellings(label, secret.as_octets()))
        .map(|(causes, octets)| (causes, Secret::new(octets)))
        .collect()
}
