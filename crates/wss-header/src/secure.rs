//! Securing: from an envelope and a plan to the octets for the wire.
//!
//! The skeleton goes in first: the Security header, timestamp, username token, and the Ids of all parts. Then
//! each step reads the revision once and makes the next one by splices. New elements are prepended, so that a
//! receiver who reads from the top undoes the last step first (SOAP Message Security 1.1.1 §5).

use std::collections::BTreeMap;
use std::time::SystemTime;

use wss_c14n::{Canonicalization, Document, Element, IdIndex, Limits, Splices, Subset, Writer, id_of, name};
use wss_crypto::{CryptoError, Secret};
use wss_tokens::{format_instant, write_digest_token, write_text_token, write_timestamp, write_x509_token};
use wss_xmldsig::{NewReference, PendingSignature, Transform};
use wss_xmlenc::{KeyMethod, PlaintextType, encrypt_octets, plaintext_of, write_encrypted_key};

use crate::envelope::{Envelope, Role, SoapVersion};
use crate::error::{EnvelopeError, SecureError};
use crate::header::SecurityHeader;
use crate::part::Part;
use crate::plan::Plan;
use crate::recipe::{Encrypting, Recipe, Signing, Step};

/// A message on its way from one revision to the next.
pub(crate) struct Securing {
    recipe: Recipe,
    revision: String,
    step: usize,
    /// Ids of the parts the skeleton gave one to, or found with one.
    ids: BTreeMap<Part, String>,
    /// What goes in front of the signature that is waited for.
    token: String,
    /// Where in the revision that signature goes: the front of our header.
    place: usize,
}

/// Where a run stopped.
pub(crate) enum Next {
    /// All steps are done.
    Done(String),
    /// A signature is to be made elsewhere.
    Sign(Box<Securing>, PendingSignature),
}

/// The caller's own envelope is not bounded by what a stranger's is.
fn parse(source: &str) -> Result<Document<'_>, SecureError> {
    Ok(Document::parse(source, &Limits::dangerous_unbounded()).map_err(EnvelopeError::from)?)
}

fn locate<'d>(document: &'d Document<'d>, role: &Role) -> Result<(Envelope<'d>, SecurityHeader<'d>), SecureError> {
    let envelope = Envelope::locate(document)?;
    let header = SecurityHeader::locate(envelope, role, usize::MAX)?;
    let header = header.ok_or(SecureError::NoSuchPart { part: "Security header".to_owned() })?;
    Ok((envelope, header))
}

impl Securing {
    pub(crate) fn begin(plan: &Plan, envelope: &str) -> Result<Self, SecureError> {
        let recipe = plan.recipe.clone();
        let now = recipe.clock.now();
        let mut securing =
            Self { recipe, revision: String::new(), step: 0, ids: BTreeMap::new(), token: String::new(), place: 0 };
        securing.revision = securing.skeleton(envelope, now)?;
        Ok(securing)
    }

    pub(crate) fn run(mut self) -> Result<Next, SecureError> {
        while let Some(step) = self.recipe.steps.get(self.step).cloned() {
            self.step += 1;
            match step {
                Step::Encrypt(encrypting) => self.revision = self.encrypt(&encrypting)?,
                Step::Sign(signing) => {
                    let pending = self.prepare_signature(&signing)?;
                    match &signing.key {
                        Some(key) => {
                            let signature = pending.sign(key.as_ref())?;
                            self = self.signed(&signature);
                        }
                        None => return Ok(Next::Sign(Box::new(self), pending)),
                    }
                }
            }
        }
        Ok(Next::Done(self.revision))
    }

    /// Puts a finished signature and its token in front of what the header holds.
    pub(crate) fn signed(mut self, signature: &str) -> Self {
        let token = std::mem::take(&mut self.token);
        let mut splices = Splices::new();
        splices.insert(self.place, token + signature);
        self.revision = splices.apply(&self.revision).0;
        self
    }

    /// Security header, timestamp, username token, and Ids.
    fn skeleton(&mut self, source: &str, now: SystemTime) -> Result<String, SecureError> {
        let document = parse(source)?;
        let envelope = Envelope::locate(&document)?;
        let index = IdIndex::build(&document).map_err(EnvelopeError::from)?;
        let existing = SecurityHeader::locate(envelope, &self.recipe.role, usize::MAX)?;
        let mut content = String::new();
        if let Some(lifetime) = self.recipe.timestamps.first() {
            let taken = existing.is_some_and(|header| header.children().any(|c| c.is(name::WSU.uri, "Timestamp")));
            if taken {
                return Err(SecureError::TwoTimestamps);
            }
            let id = self.fresh_id("TS")?;
            content.push_str(&write_timestamp(&id, now, *lifetime));
            self.ids.insert(Part::Timestamp, id);
        }
        if let Some(username) = self.recipe.username.clone() {
            let id = self.fresh_id("UT")?;
            let mut nonce = [0; 16];
            self.recipe.random.fill(&mut nonce)?;
            let write = if username.clear_text { write_text_token } else { write_digest_token };
            let created = format_instant(now);
            content.push_str(&write(&id, &username.username, &username.password, &nonce, &created));
            self.ids.insert(Part::UsernameToken, id);
        }
        let mut splices = Splices::new();
        self.place_header(envelope, existing, &content, &mut splices);
        let signed: Vec<Part> = self
            .recipe
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Sign(signing) => Some(signing.parts.clone()),
                Step::Encrypt(_) => None,
            })
            .flatten()
            .collect();
        for part in signed {
            if self.ids.contains_key(&part) {
                continue;
            }
            let element = match &part {
                Part::Body => envelope.body,
                Part::HeaderBlock { namespace, local } => header_block(envelope, namespace, local, &part)?,
                Part::Timestamp => match existing.and_then(|h| h.children().find(|c| c.is(name::WSU.uri, "Timestamp")))
                {
                    Some(timestamp) => timestamp,
                    None => return Err(no_such(&part)),
                },
                Part::Id(id) => {
                    index.get(id).ok_or_else(|| no_such(&part))?;
                    continue;
                }
                Part::Signature | Part::UsernameToken | Part::Token => continue,
            };
            let id = match id_of(element) {
                Some(id) => id.into_owned(),
                None => {
                    let id = self.fresh_id("id")?;
                    give_id(element, &id, &mut splices);
                    id
                }
            };
            self.ids.insert(part, id);
        }
        Ok(splices.apply(source).0)
    }

    /// Opens the Security header of our role for `content`, making it, and the SOAP Header, where there is none.
    fn place_header(
        &self,
        envelope: Envelope<'_>,
        existing: Option<SecurityHeader<'_>>,
        content: &str,
        splices: &mut Splices,
    ) {
        if let Some(header) = existing {
            insert_content(header.element, content, splices);
            return;
        }
        let security = self.security_element(envelope, content);
        match envelope.header {
            Some(header) => insert_content(header, &security, splices),
            None => {
                let qualified = match envelope.root.prefix() {
                    "" => "Header".to_owned(),
                    prefix => format!("{prefix}:Header"),
                };
                splices.insert(envelope.body.span().start, format!("<{qualified}>{security}</{qualified}>"));
            }
        }
    }

    fn security_element(&self, envelope: Envelope<'_>, content: &str) -> String {
        let soap = envelope.version.namespace();
        let mut attributes = format!(" xmlns:{}=\"{}\"", name::WSSE.prefix, name::WSSE.uri);
        let prefix = match envelope.root.prefix() {
            // Attributes take no default namespace.
            "" => {
                attributes.push_str(&format!(" xmlns:soap=\"{soap}\""));
                "soap"
            }
            prefix => prefix,
        };
        if let Role::Uri(uri) = &self.recipe.role {
            let attribute = envelope.version.role_attribute();
            attributes.push_str(&format!(" {prefix}:{attribute}=\"{}\"", escape(uri)));
        }
        if self.recipe.must_understand {
            let value = if envelope.version == SoapVersion::V11 { "1" } else { "true" };
            attributes.push_str(&format!(" {prefix}:mustUnderstand=\"{value}\""));
        }
        format!("<wsse:Security{attributes}>{content}</wsse:Security>")
    }

    /// Digests the parts and lists them in a signature whose value is still to come.
    fn prepare_signature(&mut self, signing: &Signing) -> Result<PendingSignature, SecureError> {
        let signature_id = self.fresh_id("SIG")?;
        let token_id = self.fresh_id("X509")?;
        let mut token = String::new();
        if signing.reference.needs_token() {
            let mut writer = Writer::new();
            let path: Vec<_> = signing.path.iter().rev().chain([&signing.certificate]).collect();
            let path = (signing.reference == wss_tokens::ReferenceForm::DirectPath).then_some(path.as_slice());
            write_x509_token(&mut writer, &token_id, &signing.certificate, path);
            token = writer.finish();
        }
        let document = parse(&self.revision)?;
        let index = IdIndex::build(&document).map_err(EnvelopeError::from)?;
        let (_, header) = locate(&document, &self.recipe.role)?;
        let canonicalization = Canonicalization::default().inclusive_prefixes(&signing.inclusive_prefixes);
        let digest = |id: &str, element: Element<'_>| {
            let subset = Subset::subtree(element).without_comments();
            let transforms = vec![Transform::Canonicalization(canonicalization.clone())];
            NewReference::digest(format!("#{id}"), &subset, transforms, signing.digest)
        };
        let sign_error = wss_xmldsig::SignError::from;
        let mut references = Vec::new();
        for part in &signing.parts {
            match part {
                Part::Token => {
                    let document = parse(&token)?;
                    references.push(digest(&token_id, document.root()).map_err(sign_error)?);
                }
                Part::Signature => {
                    for signature in header.children().filter(|child| child.is(name::DS.uri, "Signature")) {
                        let id = id_of(signature).ok_or_else(|| no_such(part))?;
                        references.push(digest(&id, signature).map_err(sign_error)?);
                    }
                }
                part => {
                    let id = match part {
                        Part::Id(id) => id,
                        part => self.ids.get(part).ok_or_else(|| no_such(part))?,
                    };
                    let element = index.get(id).ok_or_else(|| no_such(part))?;
                    references.push(digest(id, element).map_err(sign_error)?);
                }
            }
        }
        let mut writer = Writer::within(&[name::DS]);
        signing.reference.write(&mut writer, &signing.certificate, &token_id);
        let key_info = Some(writer.finish());
        let pending = PendingSignature::new(signing.method, &references, Some(signature_id), key_info);
        self.place = header.element.content_span().start;
        self.token = token;
        Ok(pending)
    }

    /// Encrypts the parts under a fresh key, and prepends the key with the list of what it opens.
    fn encrypt(&self, encrypting: &Encrypting) -> Result<String, SecureError> {
        let random = self.recipe.random.as_ref();
        let key = Secret::generate(random, encrypting.content.key_len())?;
        let document = parse(&self.revision)?;
        let index = IdIndex::build(&document).map_err(EnvelopeError::from)?;
        let (envelope, header) = locate(&document, &self.recipe.role)?;
        let mut splices = Splices::new();
        let mut listed = Vec::new();
        for part in &encrypting.parts {
            let elements: Vec<Element<'_>> = match part {
                Part::Body => vec![envelope.body],
                Part::Signature => header.children().filter(|c| c.is(name::DS.uri, "Signature")).collect(),
                Part::UsernameToken => header.children().filter(|c| c.is(name::WSSE.uri, "UsernameToken")).collect(),
                Part::Id(id) => index.get(id).into_iter().collect(),
                Part::Timestamp | Part::Token | Part::HeaderBlock { .. } => Vec::new(),
            };
            if elements.is_empty() {
                return Err(no_such(part));
            }
            for element in elements {
                let kind = if *part == Part::Body { PlaintextType::Content } else { PlaintextType::Element };
                let id = self.fresh_id("ED")?;
                let octets = zeroize(plaintext_of(element, &kind));
                let data =
                    encrypt_octets(octets.as_octets(), &kind, encrypting.content, &key, Some(&id), None, random)?;
                match kind {
                    PlaintextType::Content => replace_content(element, &data, &mut splices),
                    _ => splices.replace(element.span(), data),
                }
                listed.push(id);
            }
        }
        let token_id = self.fresh_id("X509")?;
        let mut prepended = String::new();
        if encrypting.reference.needs_token() {
            let mut writer = Writer::new();
            write_x509_token(&mut writer, &token_id, &encrypting.recipient, None);
            prepended.push_str(&writer.finish());
        }
        let mut writer = Writer::within(&[name::XENC, name::DS]);
        encrypting.reference.write(&mut writer, &encrypting.recipient, &token_id);
        let key_info = writer.finish();
        let wrapped = encrypting.recipient.public_key().wrap_key(&encrypting.transport, &key)?;
        let method = KeyMethod::Transport(encrypting.transport.clone());
        let id = self.fresh_id("EK")?;
        prepended.push_str(&write_encrypted_key(Some(&id), &method, Some(&key_info), &wrapped, &listed));
        splices.insert(header.element.content_span().start, prepended);
        Ok(splices.apply(&self.revision).0)
    }

    /// An Id no one can guess and no message has.
    fn fresh_id(&self, kind: &str) -> Result<String, CryptoError> {
        let mut octets = [0; 16];
        self.recipe.random.fill(&mut octets)?;
        Ok(octets.iter().fold(format!("{kind}-"), |id, octet| format!("{id}{octet:02x}")))
    }
}

fn zeroize(octets: Vec<u8>) -> Secret {
    Secret::new(octets)
}

fn no_such(part: &Part) -> SecureError {
    SecureError::NoSuchPart { part: part.to_string() }
}

fn header_block<'d>(
    envelope: Envelope<'d>,
    namespace: &str,
    local: &str,
    part: &Part,
) -> Result<Element<'d>, SecureError> {
    let mut found = envelope.blocks().filter(|block| block.is(namespace, local));
    match (found.next(), found.next()) {
        (Some(block), None) => Ok(block),
        _ => Err(no_such(part)),
    }
}

/// Inserts at the front of an element's content, opening an empty-element tag.
fn insert_content(element: Element<'_>, content: &str, splices: &mut Splices) {
    if element.is_empty_tag() {
        replace_content(element, content, splices);
    } else {
        splices.insert(element.content_span().start, content);
    }
}

fn replace_content(element: Element<'_>, content: &str, splices: &mut Splices) {
    if element.is_empty_tag() {
        // From the slash on: what was put into the tag before it stays.
        let end = element.span().end;
        splices.replace(end - 2..end, format!(">{content}</{}>", element.qualified_name()));
    } else {
        splices.replace(element.content_span(), content);
    }
}

/// Adds `wsu:Id` to a start tag, under a prefix that changes the meaning of nothing inside.
fn give_id(element: Element<'_>, id: &str, splices: &mut Splices) {
    let in_scope = element.namespaces_in_scope();
    let bound = in_scope.iter().find(|(prefix, uri)| !prefix.is_empty() && *uri == name::WSU.uri);
    let attribute = match bound {
        Some((prefix, _)) => format!(" {prefix}:Id=\"{id}\""),
        None => {
            let mut candidates = std::iter::once("wsu".to_owned()).chain((1..).map(|n| format!("wsu{n}")));
            // A prefix nothing around binds is one nothing inside uses without binding it itself.
            let is_free = |prefix: &String| in_scope.iter().all(|(known, _)| known != prefix);
            let prefix = candidates.find(is_free).unwrap_or_default();
            format!(" xmlns:{prefix}=\"{}\" {prefix}:Id=\"{id}\"", name::WSU.uri)
        }
    };
    splices.insert(element.span().start + 1 + element.qualified_name().len(), attribute);
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
