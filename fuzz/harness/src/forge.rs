//! The attacker's means: signatures with its own certificate or with keys it knows, and ciphertext for the receiver.

use ws_security::c14n::{Budget, Canonicalization, Document, Element, Subset, base64_encode, id_of, name};
use ws_security::crypto::{Digest, HmacKey, SigningKey as _, SystemRandom, encrypt};
use ws_security::{Certificate, ContentEncryption, DigestMethod, Identity, KeyTransport, Secret, SignatureMethod};

use crate::parties::{ATTACKER, certificate, identity, secret};
use crate::tree::{Place, attributes, inserted, named, parse, replaced, with_attribute};

/// The attacker.
#[derive(Debug)]
pub struct Attacker {
    identity: Identity,
    receiver: Certificate,
    /// The keys that it knows: its own, and those that it could have learnt from plaintext.
    pub keys: Vec<Secret>,
}

impl Default for Attacker {
    fn default() -> Self {
        let known =
            [&[0x41; 32][..], &[0x41; 16], b"n10sign", b"urn:bank:10:sign"].map(|octets| Secret::new(octets.to_vec()));
        let keys = known.into_iter().chain([secret(0x4D)]).collect();
        Self { identity: identity(ATTACKER), receiver: certificate("bob"), keys }
    }
}

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const WSU: &str = name::WSU.uri;

fn octets(element: Element<'_>, prefixes: &str) -> Option<Vec<u8>> {
    Canonicalization::default()
        .inclusive_prefixes(prefixes)
        .to_octets(&Subset::subtree(element), &Budget::dangerous_unbounded())
        .ok()
}

fn by_id<'d>(document: &'d Document<'d>, id: &str) -> Option<Element<'d>> {
    document.elements().find(|element| id_of(*element).as_deref() == Some(id))
}

/// The Security header.
pub fn header<'d>(document: &'d Document<'d>) -> Option<Element<'d>> {
    named(document, "Security").into_iter().next()
}

impl Attacker {
    /// A signature by the attacker's certificate over the elements with these Ids, put into the header.
    #[must_use]
    pub fn signed(&self, text: &str, ids: &[String], place: Place) -> Option<String> {
        let document = parse(text)?;
        let mut references = String::new();
        for id in ids {
            let digest = Digest::of(DigestMethod::Sha256, &octets(by_id(&document, id)?, "")?);
            references.push_str(&format!(
                "<ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform>\
                 </ds:Transforms><ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod><ds:DigestValue>{}</ds:DigestValue>\
                 </ds:Reference>",
                DigestMethod::Sha256.uri(),
                base64_encode(digest.as_octets())
            ));
        }
        let info = |attribute: &str| {
            format!(
                "<ds:SignedInfo{attribute}><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\">\
                 </ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>{references}\
                 </ds:SignedInfo>",
                SignatureMethod::RsaSha256.uri()
            )
        };
        let declared = info(&format!(" xmlns:ds=\"{}\"", name::DS.uri));
        let value = self.identity.signing_key().sign(SignatureMethod::RsaSha256, declared.as_bytes()).ok()?;
        let id = format!("M-{}", text.len());
        let signature = format!(
            "<wsse:BinarySecurityToken xmlns:wsse=\"{wsse}\" xmlns:wsu=\"{WSU}\" wsu:Id=\"{id}\" EncodingType=\"\
             http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary\" ValueType=\"\
             {X509}\">{}</wsse:BinarySecurityToken><ds:Signature xmlns:ds=\"{}\">{}<ds:SignatureValue>{}\
             </ds:SignatureValue><ds:KeyInfo><wsse:SecurityTokenReference xmlns:wsse=\"{wsse}\"><wsse:Reference URI=\"\
             #{id}\" ValueType=\"{X509}\"></wsse:Reference></wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>",
            base64_encode(self.identity.certificate().der()),
            name::DS.uri,
            info(""),
            base64_encode(&value),
            wsse = name::WSSE.uri,
        );
        Some(inserted(header(&document)?, place, &signature))
    }

    /// The message with every digest of the `at`th signature corrected, and the signature made again: with the
    /// attacker's certificate, or with the `key`th known key if it is a MAC.
    #[must_use]
    pub fn resigned(&self, text: &str, at: usize, key: usize) -> Option<String> {
        let mut text = text.to_owned();
        for n in 0.. {
            let document = parse(&text)?;
            let signature = *named(&document, "Signature").get(at)?;
            let references: Vec<_> =
                signature.descendants_and_self().filter(|element| element.name().local == "Reference").collect();
            let references: Vec<_> = references.into_iter().filter(|r| r.name().namespace == name::DS.uri).collect();
            let Some(reference) = references.get(n).copied() else { break };
            let uri = reference.attribute("", "URI").unwrap_or_default();
            let Some(target) = by_id(&document, uri.trim_start_matches('#')) else { continue };
            let Some(digest) = octets(target, &prefix_list(reference)) else { continue };
            let digest = Digest::of(DigestMethod::Sha256, &digest);
            let value = reference.descendants_and_self().find(|element| element.name().local == "DigestValue")?;
            let next = replaced(&text, value.content_span(), &base64_encode(digest.as_octets()));
            drop(document);
            text = next;
        }
        self.taken_over(&text, at, key)
    }

    /// As [`resigned`](Self::resigned), with the digests as they are: those of plaintext that the attacker cannot read.
    #[must_use]
    pub fn taken_over(&self, text: &str, at: usize, key: usize) -> Option<String> {
        let document = parse(text)?;
        let signature = *named(&document, "Signature").get(at)?;
        let find = |local: &str| signature.descendants_and_self().find(|element| element.name().local == local);
        let (info, value) = (find("SignedInfo")?, find("SignatureValue")?);
        let octets = octets(info, &find("CanonicalizationMethod").map(prefix_list).unwrap_or_default())?;
        let method = find("SignatureMethod")?.attribute("", "Algorithm")?;
        let made = if method.contains("hmac") {
            let key = self.keys.get(key % self.keys.len())?;
            HmacKey::new(key.as_octets().to_vec()).ok()?.sign(SignatureMethod::HmacSha256, &octets).ok()?
        } else {
            self.identity.signing_key().sign(SignatureMethod::RsaSha256, &octets).ok()?
        };
        let next = replaced(text, value.content_span(), &base64_encode(&made));
        if method.contains("hmac") { Some(next) } else { Some(self.with_own_tokens(&next)) }
    }

    /// The message with the attacker's certificate in every token.
    #[must_use]
    pub fn with_own_tokens(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for n in 0..4 {
            let Some(document) = parse(&text) else { break };
            let Some(token) = named(&document, "BinarySecurityToken").get(n).copied() else { break };
            let next = replaced(&text, token.content_span(), &base64_encode(self.identity.certificate().der()));
            drop(document);
            text = next;
        }
        text
    }

    /// The message with an element, or its content, encrypted to the receiver with a key that the attacker knows.
    #[must_use]
    pub fn encrypted(&self, element: Element<'_>, content: bool, cbc: bool, place: Place) -> Option<String> {
        let source = element.document().source();
        let span = if content { element.content_span() } else { element.span() };
        let (cipher, key) = if cbc {
            (ContentEncryption::Aes128Cbc, &self.keys[1])
        } else {
            (ContentEncryption::Aes256Gcm, &self.keys[0])
        };
        let octets = encrypt(cipher, key, source[span.clone()].as_bytes(), &SystemRandom).ok()?;
        let id = format!("ME-{}", source.len());
        let kind = if content { "Content" } else { "Element" };
        let data = format!(
            "<xenc:EncryptedData xmlns:xenc=\"{}\" Id=\"{id}\" Type=\"http://www.w3.org/2001/04/xmlenc#{kind}\">\
             <xenc:EncryptionMethod Algorithm=\"{}\"></xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>{}\
             </xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>",
            name::XENC.uri,
            cipher.uri(),
            base64_encode(&octets)
        );
        let next = replaced(source, span, &data);
        let document = parse(&next)?;
        Some(inserted(header(&document)?, place, &self.encrypted_key(key, &id)?))
    }

    fn encrypted_key(&self, key: &Secret, listed: &str) -> Option<String> {
        let wrapped = self.receiver.public_key().wrap_key(&KeyTransport::oaep_mgf1p(), key).ok()?;
        Some(format!(
            "<xenc:EncryptedKey xmlns:xenc=\"{xenc}\" Id=\"MK-{listed}\"><xenc:EncryptionMethod Algorithm=\"{}\">\
             <ds:DigestMethod xmlns:ds=\"{ds}\" Algorithm=\"{}\"></ds:DigestMethod></xenc:EncryptionMethod><ds:KeyInfo \
             xmlns:ds=\"{ds}\"><wsse:SecurityTokenReference xmlns:wsse=\"{}\"><wsse:KeyIdentifier ValueType=\"{THUMBPRINT}\" \
             EncodingType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary\">\
             {}</wsse:KeyIdentifier></wsse:SecurityTokenReference></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{}\
             </xenc:CipherValue></xenc:CipherData><xenc:ReferenceList><xenc:DataReference URI=\"#{listed}\">\
             </xenc:DataReference></xenc:ReferenceList></xenc:EncryptedKey>",
            KeyTransport::oaep_mgf1p().uri(),
            DigestMethod::Sha1.uri(),
            name::WSSE.uri,
            base64_encode(&self.receiver.thumbprint_sha1()),
            base64_encode(&wrapped),
            xenc = name::XENC.uri,
            ds = name::DS.uri,
        ))
    }

    /// The message with the key of the `at`th EncryptedKey replaced by one that the attacker knows.
    #[must_use]
    pub fn rekeyed(&self, text: &str, at: usize, key: usize) -> Option<String> {
        let document = parse(text)?;
        let keys = named(&document, "EncryptedKey");
        let chosen = *keys.get(at % keys.len().max(1))?;
        let value = chosen.descendants_and_self().find(|element| element.name().local == "CipherValue")?;
        let key = self.keys.get(key % self.keys.len())?;
        let wrapped = self.receiver.public_key().wrap_key(&KeyTransport::oaep_mgf1p(), key).ok()?;
        Some(replaced(text, value.content_span(), &base64_encode(&wrapped)))
    }

    /// The message with the ciphertext of the `at`th EncryptedData made again from `plaintext` with a known key.
    #[must_use]
    pub fn reencrypted(&self, text: &str, at: usize, key: usize, plaintext: &str) -> Option<String> {
        let document = parse(text)?;
        let found = named(&document, "EncryptedData");
        let chosen = *found.get(at % found.len().max(1))?;
        let find = |local: &str| chosen.descendants_and_self().find(|element| element.name().local == local);
        let cipher = ContentEncryption::from_uri(&find("EncryptionMethod")?.attribute("", "Algorithm")?)?;
        let key = self.keys.get(key % self.keys.len())?;
        let octets = encrypt(cipher, key, plaintext.as_bytes(), &SystemRandom).ok()?;
        Some(replaced(text, find("CipherValue")?.content_span(), &base64_encode(&octets)))
    }
}

const X509: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
const THUMBPRINT: &str = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1";

fn prefix_list(element: Element<'_>) -> String {
    let list = element.descendants_and_self().find(|element| element.name().local == "InclusiveNamespaces");
    list.and_then(|list| list.attribute("", "PrefixList")).unwrap_or_default().into_owned()
}

/// The message in which `element` has an Id, and the Id.
#[must_use]
pub fn with_id(element: Element<'_>) -> (String, String) {
    if let Some(id) = id_of(element) {
        return (element.document().source().to_owned(), id.into_owned());
    }
    let id = format!("MI-{}", element.span().start);
    let next = with_attribute(element, "wsu:Id", &id);
    let start = element.span().start;
    let tag_end = start + next[start..].find('>').unwrap_or(0);
    let declares =
        attributes(&next[start..=tag_end]).iter().any(|(known, _)| &next[start..][known.clone()] == "xmlns:wsu");
    if declares {
        return (next, id);
    }
    let at = start + 1 + element.qualified_name().len();
    (replaced(&next, at..at, &format!(" xmlns:wsu=\"{WSU}\"")), id)
}
