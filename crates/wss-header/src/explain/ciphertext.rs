//! Ciphertext that was not decrypted: the usual causes that make it decrypt with a key at hand.
//!
//! Each is proven by a plaintext: by the tag of GCM, or by text in place of octets where nothing authenticates.

use wss_c14n::{Budget, Document, Element, Limit, name};
use wss_crypto::{
    ContentEncryption, CryptoError, DigestMethod, Identity, KeyTransport, Random, Secret, TransportMethod, decrypt,
    encrypt,
};
use wss_text::{Slice as _, WireText};
use zeroize::Zeroizing;

use super::cause::Cause;
use super::secrets::spellings;
use super::spelled::{Spelled, spelled};

/// The octets that a private-key operation counts for.
const PRIVATE_KEY_OPERATION: u64 = 128 << 10;
/// The most keys of each kind that are tried.
const MOST: usize = 8;

/// What may decrypt.
pub(super) struct Holdings<'h> {
    pub(super) identities: &'h [Identity],
    /// Secrets, and what each is.
    pub(super) secrets: &'h [(String, Secret)],
    pub(super) budget: &'h Budget,
}

/// A secret that may have encrypted, and the causes that it comes with.
type Candidate = (Vec<Cause>, Secret);

/// The causes that make an `xenc:EncryptedData` decrypt; empty if none does. `is_of_key` if its key is to blame, and not
/// its place or the list that names it.
pub(super) fn explain(data: Element<'_>, is_of_key: bool, holdings: &Holdings<'_>) -> Vec<Cause> {
    let Some(content) = Content::read(data, holdings.budget) else { return Vec::new() };
    let wanted = content.said.map(ContentEncryption::key_len);
    let of_secrets = || secrets_of(holdings).into_iter().find_map(|candidate| content.opened_by(candidate));
    let found = keys_of(data).into_iter().find_map(|key| {
        let wrapped = cipher_value(key, 1_024);
        let said = transport_of(key);
        holdings.identities.iter().take(MOST).find_map(|identity| {
            transports(said.as_ref()).into_iter().find_map(|(causes, transport)| {
                wrapped.iter().find_map(|wrapped| {
                    holdings.budget.charge(Limit::CauseOctets, PRIVATE_KEY_OPERATION).ok()?;
                    let key = identity.unwrapping_key();
                    // With RSA 1.5, a wrong length gives a substitute: without one it cannot be told from the right key.
                    let lengths = if transport == KeyTransport::Rsa15 { [wanted, None] } else { [None, None] };
                    lengths.into_iter().find_map(|length| {
                        let secret = key.unwrap_key(&transport, &wrapped.octets, length).ok()?;
                        let key = format!("the certificate of {}", identity.certificate().subject());
                        let whose = is_of_key.then(|| Cause::OtherRecipient { key: key.into() });
                        let causes = wrapped.causes.iter().cloned().chain(causes.clone());
                        let found = content.opened_by((causes.collect(), secret))?;
                        Some((found, whose))
                    })
                })
            })
        })
    });
    match found {
        Some((causes, whose)) if causes.is_empty() => whose.into_iter().collect(),
        Some((causes, _)) => causes,
        None => of_secrets().unwrap_or_default(),
    }
}

/// Ciphertext as it is written.
struct Content<'d> {
    data: Element<'d>,
    said: Option<ContentEncryption>,
    readings: Vec<Spelled>,
    budget: Budget,
}

impl<'d> Content<'d> {
    fn read(data: Element<'d>, budget: &Budget) -> Option<Self> {
        let source = data.document().source().slice(data.span()).len();
        budget.charge(Limit::CauseOctets, source as u64).ok()?;
        let readings = cipher_value(data, source);
        let said = ContentEncryption::from_uri(&method_of(data)?.attribute("", "Algorithm")?);
        let own = Budget::new(budget.limits(), source as u64);
        Some(Self { data, said, readings, budget: own }).filter(|content| !content.readings.is_empty())
    }

    /// The causes with which a secret decrypts; `None` if with none.
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
                let Some(text) = text_of(&plaintext) else { continue };
                let is_xml = self.is_xml(text);
                // Without a tag, only the text proves that the key is right.
                if !layout.has_tag() && !is_xml {
                    continue;
                }
                let not_xml = (!is_xml).then(|| Cause::CipherOtherwise {
                    how: "to text that is not the XML that its Type says: the sender encrypted something else, or left out the initialization vector".into(),
                });
                return Some(before.iter().chain(&reading.causes).cloned().chain(cause).chain(not_xml).collect());
            }
        }
        None
    }

    /// The ways in which the content may be encrypted with a secret.
    fn attempts(&self, secret: &Secret) -> Vec<Attempt> {
        let mut all = Vec::new();
        if let Some(method) = self.said {
            let is_cut = secret.len() > method.key_len();
            let cut = is_cut.then(|| Cause::LeadingOctets { count: method.key_len().to_string().into() });
            all.push(Attempt { cause: cut, method, layout: Layout::Usual });
            let layouts: &[Layout] = match method.is_authenticated() {
                true => &[
                    Layout::VectorLast,
                    Layout::TagFirst,
                    Layout::CounterKept,
                    Layout::VectorOfZeros,
                    Layout::WithoutTag,
                    Layout::ShortTag,
                ],
                false => &[Layout::VectorLast, Layout::VectorOfZeros],
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
            Attempt { cause, method, layout: Layout::Usual }
        }));
        all
    }

    fn is_xml(&self, text: &str) -> bool {
        let declarations = self.data.parent().map(Element::declarations_in_scope).unwrap_or_default();
        let wrapped = Zeroizing::new(format!("<x{declarations}>{text}</x>"));
        Document::parse_within(wrapped.as_str(), &self.budget).is_ok()
    }
}

/// One way in which content may be encrypted.
struct Attempt {
    cause: Option<Cause>,
    method: ContentEncryption,
    layout: Layout,
}

/// How the pieces of a ciphertext lie.
#[derive(Clone, Copy)]
enum Layout {
    Usual,
    VectorLast,
    TagFirst,
    VectorOfZeros,
    /// The counter of the first block behind the vector.
    CounterKept,
    WithoutTag,
    /// A tag of 12 octets.
    ShortTag,
}

impl Layout {
    /// How it decrypts, in words.
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
            Self::ShortTag => "as GCM with a tag of 12 octets in place of 16: have the sender use the full tag",
        }
    }

    const fn has_tag(self) -> bool {
        !matches!(self, Self::WithoutTag | Self::ShortTag)
    }

    /// The octets as a cipher wants them; `None` if they are too few.
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
            Self::ShortTag => octets.get(..octets.len().checked_sub(12)?)?.to_vec(),
        })
    }
}

/// The plaintext of a ciphertext of GCM that has no tag: its key stream is that of any other text under the vector.
fn without_tag(method: ContentEncryption, key: &Secret, octets: &[u8]) -> Option<Vec<u8>> {
    let (vector, text) = octets.split_at_checked(12)?;
    let mut out = encrypt(method, key, text, &OneVector(vector)).ok()?;
    out.truncate(octets.len());
    out.drain(..12);
    Some(out)
}

/// The vector of a message in place of a random one. What it encrypts is never sent.
struct OneVector<'v>(&'v [u8]);

impl Random for OneVector<'_> {
    fn fill(&self, octets: &mut [u8]) -> Result<(), CryptoError> {
        if octets.len() != self.0.len() {
            return Err(CryptoError::KeyMismatch);
        }
        octets.copy_from_slice(self.0);
        Ok(())
    }
}

/// A plaintext that is text, and not octets that happened to decrypt.
fn text_of(plaintext: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(plaintext).ok()?;
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    (text.len() >= 4 && text.chars().all(is_plain)).then_some(text)
}

fn method_of(element: Element<'_>) -> Option<Element<'_>> {
    element.children().find(|child| child.is(name::XENC.uri, "EncryptionMethod"))
}

/// The octets of a CipherValue, in each reading.
fn cipher_value(element: Element<'_>, most: usize) -> Vec<Spelled> {
    let data = element.children().find(|child| child.is(name::XENC.uri, "CipherData"));
    let value = data.and_then(|data| data.children().find(|child| child.is(name::XENC.uri, "CipherValue")));
    value.and_then(|value| value.text().ok()).map(|text| spelled(&text, most)).unwrap_or_default()
}

/// The keys that may be meant: in its own KeyInfo, those that list it, then the others.
fn keys_of(data: Element<'_>) -> Vec<Element<'_>> {
    let id = data.attribute("", "Id").map(|id| format!("#{id}"));
    let lists = |key: &Element<'_>| {
        let uris = key.descendants_and_self().filter_map(|inner| inner.attribute("", "URI"));
        uris.into_iter().any(|uri| Some(uri.as_ref()) == id.as_deref())
    };
    let all = data.document().elements().filter(|element| element.is(name::XENC.uri, "EncryptedKey"));
    let mut all: Vec<Element<'_>> = all.take(MOST).collect();
    all.sort_by_key(|key| (!data.contains(*key), !lists(key)));
    all.truncate(4);
    all
}

/// The key transport that a message says, if it is one.
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

/// The transport that the message says, and those of peers that say another.
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
    // The usual ones first: those whose two digests are one, or whose mask is by SHA-1.
    let is_rare = |(_, transport): &(Vec<Cause>, KeyTransport)| match transport {
        KeyTransport::RsaOaep { digest, mgf, .. } => digest != mgf && *mgf != DigestMethod::Sha1,
        _ => false,
    };
    all.sort_by_key(|candidate| !candidate.0.is_empty() && is_rare(candidate));
    all
}

/// The secrets at hand, as both sides may take them.
fn secrets_of(holdings: &Holdings<'_>) -> Vec<Candidate> {
    let secrets = holdings.secrets.iter().take(MOST);
    secrets
        .flat_map(|(label, secret)| spellings(label, secret.as_octets()))
        .map(|(causes, octets)| (causes, Secret::new(octets)))
        .collect()
}
