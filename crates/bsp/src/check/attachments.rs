//! Chapter 18: attachments, as far as the envelope shows them, and the package if there is one.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::io::{self, Read};

use wss_c14n::{Budget, Element, Exceeded, Limit, Limits, name};
use wss_crypto::{Digest, DigestMethod};
use wss_soap::mime::{Canonical, MimeError, MimePart, Package, canonical_header, content_id_of, named_by};
use wss_text::after_cid;
use wss_xmldsig::{ATTACHMENT_COMPLETE, ATTACHMENT_CONTENT};
use wss_xmlenc::{ATTACHMENT_CIPHERTEXT, PlaintextType};

use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Targets, cipher_reference};

const PACKAGE: &str = "the MIME package";

/// `opened` are the attachments that could be decrypted, in plaintext.
pub(crate) fn judge(
    targets: &Targets<'_>,
    package: Option<&Package<'_>>,
    opened: &[MimePart<'_>],
    limits: &Limits,
    findings: &mut Findings<'_>,
) {
    let octets = package.iter().flat_map(|package| package.attachments()).chain(opened);
    // Quoted-printable may be three times as long as its content.
    let len = |part: &MimePart<'_>| {
        let encoded = part.unauthenticated_encoded().map_or(0, |encoded| encoded.len() as u64);
        part.unauthenticated_octets().len().max(encoded)
    };
    let octets = octets.map(len).sum::<u64>();
    let budget = Budget::new(limits, octets.saturating_add(targets.document.source().len() as u64));
    let mut attachments = Attachments { package, opened, budget, encrypted: HashSet::new(), digests: HashMap::new() };
    for data in &targets.encrypted_data {
        if let Some(reference) = cipher_reference(data.element) {
            attachments.encrypted(data.element, reference, !data.named_by.is_empty(), findings);
        }
    }
    for signature in &targets.signatures {
        let signed_info = signature.children_named(name::DS.uri, "SignedInfo");
        for reference in signed_info.flat_map(|info| info.children_named(name::DS.uri, "Reference")) {
            attachments.signed(reference, findings);
        }
    }
    if package.is_some() {
        attachments.whole(targets, findings);
    }
}

struct Attachments<'p, 'm> {
    package: Option<&'p Package<'m>>,
    opened: &'p [MimePart<'m>],
    /// The budget for the digests of all parts: each may be named with every method.
    budget: Budget,
    /// The Content-IDs of parts that are ciphertext.
    encrypted: HashSet<String>,
    /// Digests that were computed before; `None` for a part that has none.
    digests: HashMap<Digested, Option<Vec<u8>>>,
}

/// The key of a digest: Content-ID; how often the part was opened (0 on the wire); whether with its header; the method;
/// and the reading.
type Digested = (String, usize, bool, &'static str, Reading);

/// The octets of a part over which a digest may be computed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Reading {
    /// The octets that the profile digests.
    Canonical,
    /// The content, decoded but not canonicalised.
    Plain,
    /// The content in its transfer encoding.
    Encoded,
}

/// An attachment that a signature names, as it may have been digested.
struct Digestible<'p, 'm> {
    /// The plaintext, if there is one, before the ciphertext.
    parts: &'p [&'p MimePart<'m>],
    /// Whether the header is digested, too.
    is_complete: bool,
    /// Whether there is only ciphertext of it.
    is_hidden: bool,
}

impl<'p> Attachments<'p, '_> {
    fn part(&self, reference: Element<'_>) -> Option<&'p MimePart<'p>> {
        named_by(self.package?.attachments(), &reference.attribute("", "URI")?)
    }

    /// §18.1.
    fn whole(&self, targets: &Targets<'_>, findings: &mut Findings<'_>) {
        let (Some(package), root) = (self.package, targets.document.root()) else { return };
        match package.root().unauthenticated_media_type() {
            Ok(media_type) => {
                let is_envelope = matches!(media_type.as_str(), "text/xml" | "application/soap+xml");
                let why = format!("the root part is of type {media_type:?}, and no envelope");
                findings.check(Rule::U18_1_1, root, is_envelope, &why);
            }
            Err(error) => {
                findings.fail(Rule::U18_1_1, root, format!("the type of the root part cannot be read: {error}"))
            }
        }
        let mut outside = 0;
        for element in targets.document.elements() {
            let names = element.is(name::XENC.uri, "CipherReference") || element.is(name::DS.uri, "Reference");
            let names = names && element.attribute("", "URI").is_some_and(|uri| after_cid(&uri).is_some());
            if names && targets.security_of(element).is_none() {
                outside += 1;
                findings.fail(Rule::U18_1_2, element, "it names an attachment outside a Security header");
            }
            if element.is(name::XENC.uri, "CipherReference") && package.root().content_id().is_some() {
                let id = element.attribute("", "URI").and_then(|uri| content_id_of(&uri));
                let is_root = id.as_deref() == package.root().content_id();
                findings.check(Rule::U18_1_3, element, !is_root, "the root part is encrypted");
            }
        }
        if outside == 0 {
            findings.pass(Rule::U18_1_2, root);
        }
        findings.pass(Rule::U18_1_3, root);
    }

    fn needs_package(&self, rules: &[Rule], element: Element<'_>, findings: &mut Findings<'_>) {
        for rule in [Rule::U18_1_1, Rule::U18_1_2, Rule::U18_1_3].iter().chain(rules) {
            findings.unknown(*rule, element, PACKAGE);
        }
    }

    /// §18.2.
    fn signed(&mut self, reference: Element<'_>, findings: &mut Findings<'_>) {
        let uri = reference.attribute("", "URI").unwrap_or_default();
        let transforms = || {
            let list = reference.children_named(name::DS.uri, "Transforms");
            let all = list.flat_map(|list| list.children_named(name::DS.uri, "Transform"));
            all.map(|transform| transform.attribute("", "Algorithm").unwrap_or_default().into_owned())
        };
        let is_of_attachments = |uri: &String| [ATTACHMENT_CONTENT, ATTACHMENT_COMPLETE].contains(&uri.as_str());
        let has_transform = transforms().any(|uri| is_of_attachments(&uri));
        let is_cid = content_id_of(&uri).is_some_and(|id| !id.contains(['<', '>', ' ']));
        if !has_transform && after_cid(&uri).is_none() {
            return;
        }
        findings.check(Rule::U18_2_1, reference, is_cid, "no cid: URL of a Content-ID");
        let others = transforms().any(|uri| !is_of_attachments(&uri));
        let why = "no transform of attachments, or one beside it";
        findings.check(Rule::R6101, reference, has_transform && !others, why);
        let rules = [Rule::U18_2_3, Rule::U18_2_4, Rule::U18_2_5];
        if self.package.is_none() {
            return self.needs_package(&rules, reference, findings);
        }
        let on_the_wire = self.part(reference);
        let Some(part) = on_the_wire else {
            return rules[..2]
                .iter()
                .for_each(|rule| findings.unknown(*rule, reference, "the attachment: no part has this Content-ID"));
        };
        let has_type = part.unauthenticated_fields().get("Content-Type").is_ok_and(|value| value.is_some());
        findings.check(Rule::U18_2_5, reference, has_type, "the part states no Content-Type");
        let is_encrypted = part.content_id().is_some_and(|id| self.encrypted.contains(id));
        let is_complete = transforms().any(|uri| uri == ATTACHMENT_COMPLETE);
        let opened = named_by(self.opened, &uri);
        let parts: Vec<_> = opened.into_iter().chain([part]).collect();
        let is_hidden = is_encrypted && opened.is_none();
        self.digest(reference, &Digestible { parts: &parts, is_complete, is_hidden }, findings);
    }

    /// §18.2.3 and §18.2.4. The digest distinguishes them: it matches the plaintext of the attachment, or else its
    /// ciphertext.
    fn digest(
        &mut self,
        reference: Element<'_>,
        &Digestible { parts, is_complete, is_hidden }: &Digestible<'_, '_>,
        findings: &mut Findings<'_>,
    ) {
        let [canonicalised, decoded] = [Rule::U18_2_3, Rule::U18_2_4];
        if ![canonicalised, decoded].iter().any(|rule| findings.judges(*rule, reference)) {
            return;
        }
        let child = |local: &'static str| reference.children_named(name::DS.uri, local).next();
        let method =
            child("DigestMethod").and_then(|method| DigestMethod::from_uri(&method.attribute("", "Algorithm")?));
        let value = child("DigestValue").and_then(|value| value.base64(64).ok());
        let (Some(method), Some(value)) = (method, value) else { return };
        let mut exceeds = false;
        let mut fits = |nth: usize, reading: Reading| {
            let Some(part) = parts.iter().rev().nth(nth) else { return false };
            let key = (part.content_id().unwrap_or_default().to_owned(), nth, is_complete, method.uri(), reading);
            let found = match self.digests.entry(key) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => match digest(part, is_complete, method, reading, &self.budget) {
                    Ok(found) => place.insert(found),
                    Err(Exceeded { .. }) => {
                        exceeds = true;
                        return false;
                    }
                },
            };
            found.as_ref() == Some(&value)
        };
        let first = parts.len().saturating_sub(1);
        if (0..parts.len()).any(|nth| fits(nth, Reading::Canonical)) {
            findings.pass(canonicalised, reference);
            findings.pass(decoded, reference);
        } else if is_hidden {
            findings.hidden(canonicalised, reference, "is the attachment");
            findings.hidden(decoded, reference, "is the attachment");
        } else if fits(first, Reading::Plain) {
            findings.fail(canonicalised, reference, "the digest is over content that is not in canonical form");
            findings.pass(decoded, reference);
        } else if fits(first, Reading::Encoded) {
            findings.fail(decoded, reference, "the digest is over the content in its transfer encoding");
            findings.unknown(canonicalised, reference, "a digest over the content itself");
        } else {
            let missing = match exceeds {
                true => {
                    "the digest: the package has more to read or to digest than the limits digested-octets and document-octets allow"
                }
                false => "a digest that fits: the attachment was changed, or digested otherwise",
            };
            for rule in [canonicalised, decoded] {
                findings.unknown(rule, reference, missing);
            }
        }
    }

    /// §18.3.
    fn encrypted(&mut self, data: Element<'_>, reference: Element<'_>, is_named: bool, findings: &mut Findings<'_>) {
        findings.check(Rule::U18_3_1, data, is_named, "no xenc:DataReference names it");
        let kind = data.attribute("", "Type").unwrap_or_default();
        let kind = PlaintextType::from_attribute(Some(&kind));
        let is_known = matches!(kind, PlaintextType::Attachment { .. });
        findings.check(Rule::U18_3_2, data, is_known, "no Type of attachments");
        let uri = reference.attribute("", "URI").unwrap_or_default();
        let id = content_id_of(&uri);
        let transforms = reference.children_named(name::XENC.uri, "Transforms");
        let all: Vec<_> = transforms
            .flat_map(|list| list.children_named(name::DS.uri, "Transform"))
            .map(|transform| transform.attribute("", "Algorithm").unwrap_or_default().into_owned())
            .collect();
        let is_cipher = all.len() == 1 && all.iter().all(|uri| uri == ATTACHMENT_CIPHERTEXT);
        let why = "no cid: URL, or not the one transform #Attachment-Ciphertext-Transform";
        findings.check(Rule::U18_3_3, data, id.is_some() && is_cipher, why);
        self.encrypted.extend(id);
        match (self.package, self.part(reference)) {
            (None, _) => self.needs_package(&[Rule::U18_3_4], data, findings),
            (Some(_), None) => findings.unknown(Rule::U18_3_4, data, "the attachment: no part has this Content-ID"),
            (Some(_), Some(part)) => {
                let is_octets =
                    part.unauthenticated_media_type().is_ok_and(|media_type| media_type == "application/octet-stream");
                let loses_type = kind == PlaintextType::Attachment { complete: false };
                let keeps_type = !loses_type || data.attribute("", "MimeType").is_some();
                let why = "the part is not of type application/octet-stream, or its own type is nowhere";
                findings.check(Rule::U18_3_4, data, is_octets && keeps_type, why);
            }
        }
    }
}

/// Its octets are charged before they are digested.
fn digest(
    part: &MimePart<'_>,
    is_complete: bool,
    method: DigestMethod,
    reading: Reading,
    budget: &Budget,
) -> Result<Option<Vec<u8>>, Exceeded> {
    let content = part.unauthenticated_octets();
    let encoded = part.unauthenticated_encoded();
    let len = if reading == Reading::Encoded { encoded.map_or(0, |octets| octets.len() as u64) } else { content.len() };
    budget.charge(Limit::DigestedOctets, len)?;
    let header = if is_complete { canonical_header(part.unauthenticated_fields()).ok() } else { Some(String::new()) };
    let digest = |mut content: Box<dyn Read + '_>| {
        let mut digest = Digest::new(method);
        digest.update(header.as_deref().unwrap_or_default().as_bytes());
        io::copy(&mut content, &mut digest).ok().map(|_| digest.finish().as_octets().to_vec())
    };
    Ok(match reading {
        Reading::Canonical if header.is_none() => None,
        Reading::Canonical => match Canonical::of(part, budget) {
            Ok(canonical) => digest(canonical.reader()),
            Err(MimeError::Limit(exceeded)) => return Err(exceeded),
            Err(_) => None,
        },
        Reading::Plain => digest(content.reader()),
        Reading::Encoded => encoded.and_then(|encoded| digest(Box::new(encoded))),
    })
}
