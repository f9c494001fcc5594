//! Encryption of an outgoing message: parts become ciphertext in place, with one key that the header names.

use std::ops::Range;
use std::sync::Arc;

use wss_c14n::name::Namespace;
use wss_c14n::{Document, Element, Limit, Splices, TakeAlong, Writer, id_of, name};
use wss_crypto::{Certificate, Secret};
use wss_soap::{Envelope, SecurityHeader, SoapVersion};
use wss_text::Slice as _;
use wss_tokens::{Assertion, PasswordKeyUse, ReferenceForm};
use wss_xmlenc::{
    ElementPlaintext, Encryption, NewEncryptedAttachment, PlaintextType, encrypt_element, write_reference_list,
};

use super::counts::{charge_certificate, charge_child, charge_other, check_id};
use super::insertion::{InsertionPoints, goes_in_front};
use super::made::Made;
use super::parts::{elements_at_place, no_such};
use super::revision::{Reading, Revision};
use super::settled::SettledRecipe;
use super::tokens::encrypted_key::{KeyRecipient, NewKey, encrypted_key};
use super::tokens::key_for;
use crate::allowance::Allowance;
use crate::attachments::{Seal, SealTime};
use crate::element_path::ElementPath;
use crate::emission;
use crate::encrypting::{EncryptedTo, Encrypting};
use crate::error::SecureError;
use crate::key_sending::KeySending;
use crate::key_uses::KeyUse;
use crate::part::Part;
use crate::recipe::Step;

/// The key of an encryption step.
struct ContentKey {
    secret: Secret,
    /// The content of `ds:KeyInfo` in each EncryptedData; `None` if an EncryptedKey lists them.
    key_info: Option<String>,
    /// New elements before the list of encrypted parts.
    elements: String,
    /// The Ids of the elements that lead to the key.
    ids: Vec<String>,
}

/// The parts of one step, while they become ciphertext.
struct Sealing<'s, 'd> {
    encrypting: &'s Encrypting,
    keying: &'s ContentKey,
    settled: &'s SettledRecipe,
    envelope: Envelope<'d>,
    header: SecurityHeader<'d>,
    along: TakeAlong,
    splices: Splices,
    /// The Ids of the EncryptedData.
    listed: Vec<String>,
    /// The spans of the parts, as they were.
    spans: Vec<Range<usize>>,
}

impl Sealing<'_, '_> {
    /// Reserves the place of `element`, which is the part `part`.
    fn take(&mut self, element: Element<'_>, part: &Part) -> Result<(), SecureError> {
        if !may_be_encrypted(element, self.envelope) {
            return Err(SecureError::CannotBe { part: part.clone() });
        }
        let span = element.span();
        if self.spans.iter().any(|other| span.start < other.end && other.start < span.end) {
            return Err(SecureError::Overlap { part: part.clone() });
        }
        self.spans.push(span);
        Ok(())
    }

    /// Replaces an element, or its content, by EncryptedData.
    fn encrypt_in_place(&mut self, element: Element<'_>, made: &mut Made) -> Result<(), SecureError> {
        let Self { encrypting, keying, settled, envelope, header, .. } = *self;
        let kind = kind_of(element, envelope, encrypting);
        let id = settled.fresh_id("ED")?;
        check_id(&id, &made.budget)?;
        // A receiver reads the plaintext inside one element with all declarations in scope at the ciphertext.
        let around = if element.parent() == envelope.header { OF_AN_ENCRYPTED_HEADER } else { OF_ENCRYPTED_DATA };
        made.budget.check(Limit::Declarations, element.namespaces_in_scope().len() + around)?;
        let layers = 1 + layers_in(element, made);
        made.budget.check(Limit::NestedEncryption, layers)?;
        made.layers.insert(id.clone(), layers);
        let (secret, key_info) = (&keying.secret, keying.key_info.as_deref());
        let random = settled.recipe.random.as_ref();
        let plaintext = ElementPlaintext { element, along: self.along, kind: &kind };
        let data = encrypt_element(
            plaintext,
            Encryption::new(encrypting.content, secret).id(id.as_str()).key_info(key_info),
            random,
            &made.budget,
        )?;
        let data = settled.written(data);
        made.budget.grow(data.len() as u64);
        match kind {
            PlaintextType::Content => self.splices.replace_content(element, data),
            _ if element.parent() == envelope.header => {
                let block_id = settled.fresh_id("EH")?;
                let block = encrypted_header(header, envelope.version, &block_id, &data);
                self.splices.replace(element.span(), settled.written(block));
                made.ids.replace(element, &block_id);
            }
            _ => {
                self.splices.replace(element.span(), data);
                if element.parent() != Some(header.element) {
                    made.ids.replace(element, &id);
                }
            }
        }
        self.listed.push(id);
        Ok(())
    }

    /// Adds the EncryptedData of all attachments, which are encrypted while they are written.
    fn encrypt_attachments(&mut self, step: usize, made: &mut Made) -> Result<String, SecureError> {
        let Self { encrypting, keying, settled, .. } = *self;
        if made.attachments.all.is_empty() {
            return Err(no_such(&Part::Attachments));
        }
        made.budget.charge(Limit::EncryptedData, made.attachments.all.len() as u64)?;
        made.budget.check(Limit::DataReferences, self.listed.len() + made.attachments.all.len())?;
        charge_other(made.attachments.all.len(), &made.budget)?;
        made.attachments.layers += 1;
        made.budget.check(Limit::NestedEncryption, made.attachments.layers)?;
        let signs = |step: &Step| matches!(step, Step::Sign(signing) if signing.parts.contains(&Part::Attachments));
        let is_signed_later = settled.steps_after(step).any(|(_, step)| signs(step));
        let time = if is_signed_later { SealTime::Now } else { SealTime::WhenWritten };
        let (complete, method) = (encrypting.complete_attachments, encrypting.content);
        let mut written = String::new();
        for attachment in std::mem::take(&mut made.attachments.all) {
            let id = settled.fresh_id("ED")?;
            let mime_type = attachment.stated_type(complete)?;
            let key_info = keying.key_info.as_deref();
            let url = attachment.url();
            let (id_of_data, mime_type) = (id.as_str(), mime_type.as_deref());
            let data = NewEncryptedAttachment { id: id_of_data, url: &url, complete, mime_type, method, key_info };
            written.push_str(&data.write());
            let seal = Seal::new(method, keying.secret.clone(), Arc::clone(&settled.recipe.random));
            made.attachments.all.push(attachment.sealed(complete, seal, time)?);
            made.attachments.encrypted.push(id.clone());
            self.listed.push(id);
        }
        Ok(written)
    }

    /// The offset of the first part that is a child of the Security header.
    fn first_in_header(&self) -> Option<usize> {
        let header = self.header.element.span();
        self.spans.iter().map(|span| span.start).filter(|start| header.contains(start)).min()
    }
}

/// Encrypts the parts of `encrypting`, which is the step `step`. Prepends the key, or the token that identifies it, with
/// the list of the encrypted parts.
pub(super) fn encrypt(
    step: usize,
    encrypting: &Encrypting,
    revision: Revision,
    settled: &SettledRecipe,
    made: &mut Made,
) -> Result<Revision, SecureError> {
    let in_front = match &encrypting.to {
        EncryptedTo::Token(token) => goes_in_front(settled, &made.tokens, token, PasswordKeyUse::Encryption),
        EncryptedTo::Certificate { .. } => false,
    };
    let keying = content_key(encrypting, settled, made)?;
    let reading = revision.read(&settled.recipe.header.role, &settled.recipe.limits)?;
    let Reading { document, envelope, header, .. } = reading;
    let along = taken_along(step, document, envelope, settled);
    let mut sealing = Sealing {
        encrypting,
        keying: &keying,
        settled,
        envelope,
        header,
        along,
        splices: Splices::new(),
        listed: Vec::new(),
        spans: Vec::new(),
    };
    let mut attached = String::new();
    for part in &encrypting.parts {
        if *part == Part::Attachments {
            attached = sealing.encrypt_attachments(step, made)?;
            continue;
        }
        let elements = elements_of(part, &reading, settled, made)?;
        if elements.is_empty() {
            return Err(no_such(part));
        }
        made.budget.charge(Limit::EncryptedData, elements.len() as u64)?;
        made.budget.check(Limit::DataReferences, sealing.listed.len() + elements.len())?;
        for element in elements {
            sealing.take(element, part)?;
            sealing.encrypt_in_place(element, made)?;
        }
    }
    if !sealing.spans.is_empty() {
        made.budget.charge(Limit::Revisions, 1)?;
    }
    let list = list(encrypting, &keying, &sealing.listed, settled, made)?;
    made.nodes.add(&[&keying.elements, &list, &attached], document.node_count(), &made.budget)?;
    // The list precedes the parts that it names, even a token at the front.
    let points = InsertionPoints::new(settled, &made.tokens, &reading);
    let usual = points.of_step();
    let place = sealing.first_in_header().map_or(usual, |first| first.min(usual));
    let token_place = if in_front { points.front() } else { place };
    let mut splices = sealing.splices;
    splices.insert(token_place, settled.written(keying.elements));
    splices.insert(place, settled.written(list));
    splices.insert(place, settled.written(attached));
    revision.next(splices, settled.follower(step), &made.budget)
}

fn content_key(encrypting: &Encrypting, settled: &SettledRecipe, made: &mut Made) -> Result<ContentKey, SecureError> {
    let (content, len) = (encrypting.content, encrypting.content.key_len());
    Ok(match &encrypting.to {
        EncryptedTo::Certificate { .. } => {
            let secret = Secret::generate(settled.recipe.random.as_ref(), len)?;
            ContentKey { secret, key_info: None, elements: String::new(), ids: Vec::new() }
        }
        EncryptedTo::Token(token) => {
            let key = key_for(token, KeyUse::Content(content), len, settled, made)?;
            let ids = key.token_id.into_iter().chain(key.derived_id).collect();
            ContentKey { secret: key.secret, key_info: Some(key.key_info), elements: key.elements, ids }
        }
    })
}

/// The declarations that ciphertext adds to those in scope.
const OF_ENCRYPTED_DATA: usize = 1;
const OF_AN_ENCRYPTED_HEADER: usize = 3;

/// How many ciphertexts of earlier steps are one inside the other in an element.
fn layers_in(element: Element<'_>, made: &Made) -> usize {
    if made.layers.is_empty() {
        return 0;
    }
    let inside = element.descendants_and_self().filter(|inside| inside.is(name::XENC.uri, "EncryptedData"));
    inside.filter_map(|data| made.layers.get(id_of(data)?.as_ref()).copied()).max().unwrap_or(0)
}

/// The list of the encrypted parts, in the EncryptedKey that brings their key if there is one. If the cipher does
/// not authenticate, the elements that lead to the key are signed later.
fn list(
    encrypting: &Encrypting,
    keying: &ContentKey,
    listed: &[String],
    settled: &SettledRecipe,
    made: &mut Made,
) -> Result<String, SecureError> {
    let mut ids = keying.ids.clone();
    let list = match &encrypting.to {
        EncryptedTo::Certificate { recipient, sending, reference } => {
            let recipient = recipient_of(recipient.as_deref(), sending, *reference, settled)?;
            charge_certificate(*reference, 1, &made.budget)?;
            charge_child(Limit::EncryptedKeys, &made.budget)?;
            made.recipients.count(&recipient, &made.budget)?;
            let recipient = KeyRecipient { certificate: &recipient, sending, reference: *reference };
            let placing = &mut settled.placing(&mut made.correlation);
            let NewKey { id, elements } = encrypted_key(placing, recipient, &keying.secret, listed)?;
            ids.push(id);
            elements
        }
        EncryptedTo::Token(_) => {
            charge_other(1, &made.budget)?;
            let mut writer = Writer::new();
            write_reference_list(&mut writer, listed);
            writer.finish()
        }
    };
    if !encrypting.content.is_authenticated() {
        made.keys_to_sign.extend(ids);
    }
    Ok(list)
}

fn elements_of<'d>(
    part: &Part,
    reading: &Reading<'d>,
    settled: &SettledRecipe,
    made: &Made,
) -> Result<Vec<Element<'d>>, SecureError> {
    let header = reading.header;
    let all =
        |namespace: &str, local: &str| -> Vec<_> { header.children().filter(|c| c.is(namespace, local)).collect() };
    Ok(match part {
        Part::Signature => all(name::DS.uri, "Signature"),
        // The username token of the recipe. Tokens that make keys stay readable.
        Part::UsernameToken => {
            let own = made.ids.of(part);
            let is_own = |token: &Element<'_>| id_of(*token).is_some_and(|id| own.iter().any(|own| *own == *id));
            all(name::WSSE.uri, "UsernameToken").into_iter().filter(is_own).collect()
        }
        Part::SignatureConfirmation => all(name::WSSE11.uri, "SignatureConfirmation"),
        Part::Assertion => header.children().filter(|child| Assertion::is_one(*child)).collect(),
        Part::Id(id) => reading.index.get(id).into_iter().collect(),
        part => elements_at_place(part, reading.envelope, &settled.recipe.header.role)?.unwrap_or_default(),
    })
}

/// The declarations that plaintexts take along. Attributes would break an earlier signature, which may already be
/// encrypted.
fn taken_along(step: usize, document: &Document<'_>, envelope: Envelope<'_>, settled: &SettledRecipe) -> TakeAlong {
    let done = settled.recipe.steps.slice(..step);
    let may_hide = |element: &Element<'_>| {
        element.is(name::DS.uri, "Signature")
            || (element.is(name::XENC.uri, "EncryptedData") && !envelope.body.contains(*element))
    };
    let declared = || [name::DS, name::XENC].iter().any(|namespace| document.declares(namespace.uri));
    let is_signed = done.iter().any(|step| matches!(step, Step::Sign(_)))
        || (declared() && document.elements().any(|element| may_hide(&element)));
    if is_signed { TakeAlong::Namespaces } else { TakeAlong::NamespacesAndXmlAttributes }
}

/// The recipient: the one that the recipe names, or the signer of the request.
fn recipient_of(
    named: Option<&Certificate>,
    sending: &KeySending,
    reference: ReferenceForm,
    settled: &SettledRecipe,
) -> Result<Certificate, SecureError> {
    if let Some(named) = named {
        return Ok(named.clone());
    }
    let requester = settled.request.as_ref().and_then(|request| request.certificate.as_ref());
    let requester = requester.ok_or(SecureError::NeedsRequest)?;
    sending
        .check_recipient(requester, reference, settled.recipe.allows(Allowance::LegacyAlgorithms))
        .and_then(|()| emission::check_requester(&settled.recipe, requester))
        .map_err(SecureError::Requester)?;
    Ok(requester.clone())
}

/// The kind of encryption for an element: the Body element stays, whatever names it (BSP R5607), and so do header blocks and
/// elements inside parts, if only their content is to be encrypted.
fn kind_of(element: Element<'_>, envelope: Envelope<'_>, encrypting: &Encrypting) -> PlaintextType {
    let has_path = || element.parent() == envelope.header || ElementPath::is_of(element, envelope);
    let keeps_element = encrypting.content_only && has_path();
    if element == envelope.body || keeps_element { PlaintextType::Content } else { PlaintextType::Element }
}

/// Whether an element may be encrypted. The frame of the envelope may not; in a Security header, only children that may
/// be hidden from others (BSP R5607, R5440).
fn may_be_encrypted(element: Element<'_>, envelope: Envelope<'_>) -> bool {
    if element == envelope.root || envelope.header == Some(element) {
        return false;
    }
    let is_security = |block: &Element<'_>| block.is(name::WSSE.uri, "Security") && block.parent() == envelope.header;
    let Some(security) = element.ancestors_and_self().find(is_security) else { return true };
    let is_child = element.parent() == Some(security);
    let may_hide = element.is(name::DS.uri, "Signature")
        || element.is(name::WSSE.uri, "UsernameToken")
        || element.is(name::WSSE11.uri, "SignatureConfirmation")
        || Assertion::is_one(element);
    is_child && may_hide
}

/// `wsse11:EncryptedHeader` in place of a header block, with the role and mustUnderstand of the Security header (SOAP
/// Message Security 1.1.1 §9.3).
fn encrypted_header(header: SecurityHeader<'_>, version: SoapVersion, id: &str, data: &str) -> String {
    let soap = Namespace { prefix: name::SOAP11.prefix, uri: version.namespace() };
    let mut writer = Writer::new();
    writer.start(name::WSSE11, "EncryptedHeader");
    writer.attribute_in(name::WSU, "Id", id);
    for local in [version.role_attribute(), "mustUnderstand", "relay"] {
        if let Some(value) = header.element.attribute(soap.uri, local) {
            writer.attribute_in(soap, local, value);
        }
    }
    writer.raw(data);
    writer.end();
    writer.finish()
}
