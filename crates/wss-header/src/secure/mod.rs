//! Securing: from an envelope and a plan to the octets for the wire.
//!
//! The skeleton is inserted first: the Security header, timestamp, username token, and the Ids of all parts. Then each
//! step makes the next revision with splices, of which only the changed part is read (`revision`). New elements are
//! prepended, so that a receiver who reads from the top undoes the last step first (SOAP Message Security 1.1.1 §5).

mod early;
pub(crate) mod edit;
mod encryption;
mod issued_token;
mod keying;
mod parts;
mod placed;
pub(crate) mod placing;
mod references;
mod revision;
mod signature;
mod tokens;

use std::collections::HashMap;
use std::time::SystemTime;

use wss_c14n::{Document, Element, IdIndex, Limits, Splices, Writer, base64_encode, id_of, name};
use wss_crypto::{Certificate, CryptoError};
use wss_tokens::{NewPassword, PasswordKeyUse, write_timestamp, write_username_token};
use wss_xmldsig::PendingSignature;

use crate::addressing;
use crate::allowance::Allowance;
use crate::attached::Attached;
use crate::attachments::Attachment;
use crate::correlation::Correlation;
use crate::error::SecureError;
use crate::key_uses::KeyUses;
use crate::layout::Layout;
use crate::part::Part;
use crate::plan::Plan;
use crate::protection_token::{Home, ProtectionToken};
use crate::recipe::{Recipe, Step};
use crate::signing::{SignedBy, Signing};
use crate::username::{NONCE, Nonce, SentPassword, Username};
use edit::{give_id, insert_blocks};
pub(crate) use issued_token::IssuedToken;
use parts::{Ids, elements_at_place, is_there, may_be_signed, no_such};
use placed::PlacedTokens;
use placing::Placing;
use revision::Revision;
use wss_soap::EnvelopeError;
use wss_soap::SecurityHeader;
use wss_soap::{Envelope, Role};

/// A message between two revisions.
pub(crate) struct Securing {
    recipe: Recipe,
    revision: Revision,
    step: usize,
    /// The Ids of the parts, given by the skeleton or existing already.
    ids: Ids,
    /// The place of the pending signature.
    place: SignaturePlace,
    /// The issued tokens of the recipe; for each assertion, its id and the Id of the reference through which it is
    /// signed.
    issued: Vec<IssuedToken>,
    assertion_references: Vec<(String, String)>,
    /// The attachments as they will be written, and the Ids of the EncryptedData that say how each is encrypted.
    attachments: Vec<Attachment>,
    encrypted_attachments: Vec<String>,
    /// The Ids of the elements that lead to the keys of unauthenticated ciphertext. Later signatures cover them, since
    /// whoever replaces one makes another plaintext.
    keys_to_sign: Vec<String>,
    /// The tokens that are in the header.
    placed: PlacedTokens,
    /// The uses of the secrets of protection tokens.
    uses: KeyUses,
    /// The request of this reply.
    request: Option<Correlation>,
    /// The state for the reply to this message.
    correlation: Correlation,
}

/// The place of a signature in the revision, and the tokens that it brings.
#[derive(Default)]
struct SignaturePlace {
    /// The tokens that the signature needs and the header does not have yet.
    tokens: String,
    /// Whether they follow the signature.
    is_before_tokens: bool,
    /// The offset for these tokens: that of the signature, or the front of our header.
    of_tokens: usize,
    /// The offset for the signature, after the protection tokens.
    of_signature: usize,
}

/// The result of a run.
pub(crate) struct Done {
    pub(crate) message: String,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) correlation: Correlation,
}

/// The state in which a run stopped.
pub(crate) enum Next {
    /// All steps are done.
    Done(Done),
    /// The key of a signature is elsewhere.
    Sign(Box<Securing>, Awaited),
}

/// A signature to make elsewhere.
pub(crate) struct Awaited {
    pub(crate) signature: PendingSignature,
    /// The certificate of its key.
    pub(crate) certificate: Box<Certificate>,
}

/// The result of a step that signs.
enum Signed {
    /// The signature is in the message.
    Here,
    /// The key is elsewhere.
    Elsewhere(Awaited),
}

/// The limits for strangers do not apply to the caller's own envelope.
fn parse(source: &str) -> Result<Document<'_>, SecureError> {
    Ok(Document::parse(source, &Limits::dangerous_unbounded()).map_err(EnvelopeError::from)?)
}

impl Securing {
    pub(crate) fn begin(
        plan: &Plan,
        envelope: Document<'_>,
        attachments: Vec<Attachment>,
        request: Option<&Correlation>,
    ) -> Result<Self, SecureError> {
        let mut recipe = plan.recipe.clone();
        // If both sides sign with one key, its confirmations distinguish a reply from a request.
        let is_shared = |step: &Step| matches!(step, Step::Sign(Signing { by: SignedBy::Token(_), .. }));
        recipe.confirms |= request.is_some()
            && !recipe.allows(Allowance::ReplyWithoutConfirmation)
            && recipe.steps.iter().any(is_shared);
        let now = recipe.clock.now();
        let mut securing = Self {
            recipe,
            revision: Revision::default(),
            step: 0,
            ids: Ids::default(),
            place: SignaturePlace::default(),
            issued: plan.issued.clone(),
            assertion_references: Vec::new(),
            attachments,
            encrypted_attachments: Vec::new(),
            keys_to_sign: Vec::new(),
            placed: PlacedTokens::default(),
            uses: KeyUses::new(plan.recipe.allows(Allowance::OneKeyToSignAndEncrypt)),
            request: request.cloned(),
            correlation: Correlation::default(),
        };
        let splices = securing.skeleton(&envelope, &plan.attached, now)?;
        securing.revision = revision::of(envelope, splices, !securing.recipe.steps.is_empty())?;
        Ok(securing)
    }

    pub(crate) fn run(mut self) -> Result<Next, SecureError> {
        while let Some(step) = self.recipe.steps.get(self.step).cloned() {
            self.step += 1;
            match step {
                Step::Encrypt(encrypting) => self.encrypt(&encrypting)?,
                Step::Sign(signing) => match self.sign(&signing)? {
                    Signed::Here => {}
                    Signed::Elsewhere(awaited) => return Ok(Next::Sign(Box::new(self), awaited)),
                },
            }
        }
        let (message, attachments, correlation) = (self.revision.into_text(), self.attachments, self.correlation);
        Ok(Next::Done(Done { message, attachments, correlation }))
    }

    /// Continues with the value of the pending signature.
    pub(crate) fn resume(mut self, awaited: &Awaited, value: &[u8]) -> Result<Next, SecureError> {
        self.insert_signature(&awaited.signature, value)?;
        self.run()
    }

    /// Inserts a finished signature, and the tokens it needs, before the children of the header.
    fn insert_signature(&mut self, pending: &PendingSignature, value: &[u8]) -> Result<(), SecureError> {
        let signature = pending.finish(value);
        let place = std::mem::take(&mut self.place);
        let mut splices = Splices::new();
        if place.is_before_tokens {
            splices.insert(place.of_signature, signature);
            splices.insert(place.of_signature, place.tokens);
        } else {
            splices.insert(place.of_tokens, place.tokens);
            splices.insert(place.of_signature, signature);
        }
        self.revise(splices)?;
        self.correlation.signature_values.push(value.to_vec());
        let signed_info = std::str::from_utf8(pending.octets()).expect("canonical XML is UTF-8");
        self.correlation.signed_infos.push(signed_info.to_owned());
        Ok(())
    }

    /// Makes the next revision. The last one is not read.
    fn revise(&mut self, splices: Splices) -> Result<(), SecureError> {
        let is_read = self.step < self.recipe.steps.len();
        self.revision = std::mem::take(&mut self.revision).next(splices, is_read)?;
        Ok(())
    }

    /// The front of our header: after the timestamp, if the layout puts it first.
    fn front_of(&self, header: SecurityHeader<'_>) -> usize {
        let is_timestamp = |child: &Element<'_>| child.is(name::WSU.uri, "Timestamp");
        let first = header.children().next().filter(is_timestamp);
        match first.filter(|_| self.recipe.header.layout.starts_with_timestamp()) {
            Some(timestamp) => timestamp.span().end,
            None => header.element.content_span().start,
        }
    }

    /// The place for a signature. In a strict layout, a signature over other signatures follows them.
    fn place_of_signature(&self, signing: &Signing, header: SecurityHeader<'_>, index: &IdIndex<'_>) -> usize {
        let last = header.children().filter(|child| child.is(name::DS.uri, "Signature")).last();
        let is_behind = self.recipe.header.layout == Layout::Strict && signing.endorses();
        match last.filter(|_| is_behind) {
            Some(last) => last.span().end,
            None => self.place_in(header, index),
        }
    }

    /// The place for a new step: before all earlier steps, and after the tokens that precede those; in a strict layout,
    /// after everything else that precedes them.
    fn place_in(&self, header: SecurityHeader<'_>, index: &IdIndex<'_>) -> usize {
        let placed = self.placed.protection.iter().filter_map(|placed| placed.id.as_ref());
        let references = self.assertion_references.iter().map(|(_, reference)| reference);
        let issued = self.issued.iter().map(|token| &token.id).chain(references);
        let tokens = placed.chain(issued).chain(&self.placed.endorsing).filter_map(|id| index.get(id));
        let behind = tokens.map(|token| token.span().end).max().unwrap_or(self.front_of(header));
        let is_step = |child: &Element<'_>| {
            let lists = || child.children().any(|list| list.is(name::XENC.uri, "ReferenceList"));
            child.is(name::DS.uri, "Signature")
                || child.is(name::XENC.uri, "ReferenceList")
                || (child.is(name::XENC.uri, "EncryptedKey") && lists())
        };
        let behind = match self.recipe.header.layout {
            Layout::Strict => header.children().filter(|child| !is_step(child)).map(|child| child.span().end).max(),
            Layout::Lax | Layout::LaxTimestampFirst | Layout::LaxTimestampLast => None,
        }
        .map_or(behind, |end| end.max(behind));
        header.children().find(is_step).map_or(behind, |step| step.span().start.min(behind))
    }

    /// Whether `token` must be prepended to the whole header, so that every reference follows its token (R5205) and
    /// every step precedes the one applied before it (R3212). That is so if some step encrypts header children in
    /// place.
    fn goes_in_front(&self, token: &ProtectionToken, key_use: PasswordKeyUse) -> bool {
        let may_be_in_header = |part: &Part| match part {
            Part::Signature | Part::UsernameToken | Part::SignatureConfirmation | Part::Assertion | Part::Id(_) => true,
            Part::Body
            | Part::Timestamp
            | Part::SigningToken
            | Part::Attachments
            | Part::HeaderBlock { .. }
            | Part::EveryHeaderBlock { .. }
            | Part::Element(_)
            | Part::EveryElement(_) => false,
        };
        let encrypts = |step: &Step| match step {
            Step::Encrypt(encrypting) => encrypting.parts.iter().any(may_be_in_header),
            Step::Sign(_) => false,
        };
        // An assertion is already at the front.
        token.kind.home() != Home::Issued
            && !self.placed.protection.iter().any(|placed| placed.is_of(token, key_use))
            && self.recipe.steps.iter().any(encrypts)
    }

    /// Whether some step encrypts this issued token of the recipe.
    fn is_to_be_encrypted(&self, token: &IssuedToken) -> bool {
        let names = |part: &Part| match part {
            Part::Assertion => token.is_assertion(),
            Part::Id(id) => token.id == *id,
            _ => false,
        };
        self.recipe.steps.iter().any(|step| matches!(step, Step::Encrypt(to) if to.parts.iter().any(names)))
    }

    /// The issued tokens of the recipe, unchanged, and the references through which assertions are signed.
    fn issued_tokens(&mut self) -> Result<String, SecureError> {
        let signs = |step: &Step| matches!(step, Step::Sign(signing) if signing.parts.contains(&Part::Assertion));
        let by_reference = self.recipe.steps.iter().any(signs);
        let mut content = String::new();
        // A token that will be encrypted is last: the steps that precede its own are before it, after the others.
        let mut issued = self.issued.clone();
        issued.sort_by_key(|token| self.is_to_be_encrypted(token));
        for token in issued {
            content.push_str(&token.xml);
            if by_reference && token.is_assertion() {
                let id = self.fresh_id("STR")?;
                content.push_str(&token.reference(Some(&id)));
                self.assertion_references.push((token.id.clone(), id));
            }
        }
        Ok(content)
    }

    /// One `wsse11:SignatureConfirmation` for each signature of the request; one without a value if it had none.
    fn confirmations(&self) -> Result<String, SecureError> {
        let request = self.request.as_ref().ok_or(SecureError::NeedsRequest)?;
        let mut values: Vec<Option<String>> =
            request.signature_values.iter().map(|value| Some(base64_encode(value))).collect();
        if values.is_empty() {
            values.push(None);
        }
        let mut content = String::new();
        for value in values {
            let mut writer = Writer::new();
            writer.start(name::WSSE11, "SignatureConfirmation");
            writer.attribute_in(name::WSU, "Id", self.fresh_id("SC")?);
            if let Some(value) = value {
                writer.attribute("Value", value);
            }
            writer.end();
            content.push_str(&self.written(writer.finish()));
        }
        Ok(content)
    }

    /// Inserts the Security header, timestamp, username token, and Ids.
    fn skeleton(
        &mut self,
        document: &Document<'_>,
        attached: &[Attached],
        now: SystemTime,
    ) -> Result<Splices, SecureError> {
        let envelope = Envelope::locate(document)?;
        self.correlation.message_id = addressing::message_id(envelope);
        let index = IdIndex::build(document).map_err(EnvelopeError::from)?;
        let existing = SecurityHeader::locate(envelope, &self.recipe.header.role, &Limits::dangerous_unbounded())?;
        let mut content = self.issued_tokens()?;
        let mut timestamp = String::new();
        if let Some(lifetime) = self.recipe.header.timestamps.first() {
            let taken = existing.is_some_and(|header| header.children().any(|c| c.is(name::WSU.uri, "Timestamp")));
            if taken {
                return Err(SecureError::TwoTimestamps);
            }
            // A peer that wants no wsu:Expires may want no Id either, if no reference needs one.
            let is_bare = lifetime.is_none() && !self.recipe.may_refer_to_timestamp();
            let id = if is_bare { None } else { Some(self.id_of(&Part::Timestamp, "TS")?) };
            timestamp = self.written(write_timestamp(id.as_deref(), now, *lifetime, self.recipe.header.precision));
            if let Some(id) = id {
                self.ids.insert(Part::Timestamp, vec![id]);
            }
        }
        let mut last = String::new();
        match self.recipe.header.layout {
            Layout::Lax => content.push_str(&timestamp),
            Layout::Strict | Layout::LaxTimestampFirst => content.insert_str(0, &timestamp),
            Layout::LaxTimestampLast => last = timestamp,
        }
        if let Some(username) = self.recipe.username.clone() {
            let id = self.id_of(&Part::UsernameToken, "UT")?;
            content.push_str(&self.username_token(&id, &username, now)?);
            self.ids.insert(Part::UsernameToken, vec![id]);
        }
        for attached in attached {
            content.push_str(&attached.xml);
            // The element is not in the envelope yet, so that its Id is known from here.
            if let Some(id) = &attached.id {
                self.ids.insert(Part::Id(id.clone()), vec![id.clone()]);
            }
        }
        if self.recipe.confirms {
            content.push_str(&self.confirmations()?);
        }
        let mut splices = Splices::new();
        self.place_header(envelope, existing, (&content, &last), &mut splices);
        self.settle_optional_parts(envelope);
        self.identify_parts(envelope, existing, &index, &mut splices)?;
        Ok(splices)
    }

    fn username_token(&self, id: &str, username: &Username, now: SystemTime) -> Result<String, SecureError> {
        let mut random = [0; NONCE];
        let nonce = match &username.nonce {
            Nonce::None => None,
            Nonce::Given(octets) => Some(octets.as_slice()),
            Nonce::Random => {
                self.recipe.random.fill(&mut random)?;
                Some(random.as_slice())
            }
        };
        let created = username.has_created.then(|| self.recipe.header.precision.format(now));
        let password = match &username.password {
            SentPassword::None => NewPassword::None,
            SentPassword::Digest(password) => NewPassword::Digest(password.secret()),
            SentPassword::Text(password) if username.has_type => NewPassword::Text(password.secret()),
            SentPassword::Text(password) => NewPassword::TextWithoutType(password.secret()),
        };
        Ok(self.written(write_username_token(id, &username.name, password, nonce, created.as_deref())))
    }

    /// Adds the optional parts that the message has to their steps, and removes steps without parts.
    fn settle_optional_parts(&mut self, envelope: Envelope<'_>) {
        let (role, attachments) = (self.recipe.header.role.clone(), self.attachments.len());
        self.recipe.steps.retain_mut(|step| {
            let (parts, optional) = match step {
                Step::Sign(signing) => (&mut signing.parts, &mut signing.optional),
                Step::Encrypt(encrypting) => (&mut encrypting.parts, &mut encrypting.optional),
            };
            let blocks = optional.blocks_of(envelope, &role, parts);
            let there = optional.parts.drain(..).filter(|part| is_there(part, envelope, &role, attachments));
            parts.extend(there.chain(blocks));
            !parts.is_empty()
        });
    }

    /// Gives an Id to each element that a signature of the recipe names and that has none.
    fn identify_parts(
        &mut self,
        envelope: Envelope<'_>,
        existing: Option<SecurityHeader<'_>>,
        index: &IdIndex<'_>,
        splices: &mut Splices,
    ) -> Result<(), SecureError> {
        let signings = self.recipe.steps.iter().filter_map(|step| match step {
            Step::Sign(signing) => Some(&signing.parts),
            Step::Encrypt(_) => None,
        });
        let signed: Vec<Part> = signings.flatten().cloned().collect();
        // Two parts may name one element.
        let mut given = HashMap::new();
        for part in signed {
            if self.ids.contains(&part) {
                continue;
            }
            let Some(elements) = self.elements_to_identify(&part, envelope, existing, index)? else { continue };
            let mut ids = Vec::new();
            for element in elements {
                let id = match (id_of(element), given.get(&element.id())) {
                    (Some(id), _) => id.into_owned(),
                    (None, Some(id)) => String::clone(id),
                    (None, None) => {
                        let id = self.id_of(&part, "id")?;
                        if index.get(&id).is_some() {
                            return Err(SecureError::IdTaken { id: id.into() });
                        }
                        let chosen =
                            self.recipe.header.prefixes.iter().find(|(namespace, _)| *namespace == name::WSU.uri);
                        give_id(element, &id, chosen.map_or(name::WSU.prefix, |(_, prefix)| prefix), splices);
                        given.insert(element.id(), id.clone());
                        id
                    }
                };
                ids.push(id);
            }
            self.ids.insert(part, ids);
        }
        Ok(())
    }

    /// The elements of a part that the envelope has; `None` for a part that is made while the message is secured.
    fn elements_to_identify<'d>(
        &mut self,
        part: &Part,
        envelope: Envelope<'d>,
        existing: Option<SecurityHeader<'d>>,
        index: &IdIndex<'d>,
    ) -> Result<Option<Vec<Element<'d>>>, SecureError> {
        match part {
            Part::Timestamp => {
                let header = existing.ok_or_else(|| no_such(part))?;
                let timestamp = header.element.children_named(name::WSU.uri, "Timestamp").next();
                Ok(Some(vec![timestamp.ok_or_else(|| no_such(part))?]))
            }
            Part::Id(id) => {
                let element = index.get(id).ok_or_else(|| no_such(part))?;
                if !may_be_signed(element, envelope, existing, &self.recipe.header.role) {
                    return Err(SecureError::CannotBeSigned { part: part.clone() });
                }
                // An Id of another kind than those that we give is kept as it is.
                self.ids.insert(part.clone(), vec![id.clone()]);
                Ok(None)
            }
            part => elements_at_place(part, envelope, &self.recipe.header.role),
        }
    }

    /// Opens the Security header of our role for its first and its last content. Makes it, and the SOAP Header, if there is
    /// none.
    fn place_header(
        &self,
        envelope: Envelope<'_>,
        existing: Option<SecurityHeader<'_>>,
        (first, last): (&str, &str),
        splices: &mut Splices,
    ) {
        let both = format!("{first}{last}");
        if let Some(header) = existing {
            if header.element.is_empty_tag() {
                splices.insert_content(header.element, &both);
            } else {
                splices.insert_content(header.element, first);
                splices.insert(header.element.content_span().end, last);
            }
            return;
        }
        let security = self.security_element(envelope, &both);
        insert_blocks(envelope, &security, splices);
    }

    fn security_element(&self, envelope: Envelope<'_>, content: &str) -> String {
        let mut writer = Writer::new();
        writer.start(name::WSSE, "Security");
        let prefix = match envelope.root.prefix() {
            // The default namespace does not apply to attributes.
            "" => {
                writer.declare_as("soap", envelope.version.namespace());
                "soap"
            }
            prefix => prefix,
        };
        if let Role::Uri(uri) = &self.recipe.header.role {
            writer.attribute_as(format!("{prefix}:{}", envelope.version.role_attribute()), uri.as_str());
        }
        if self.recipe.header.must_understand {
            writer.attribute_as(format!("{prefix}:mustUnderstand"), envelope.version.true_value());
        }
        writer.end();
        // The prefixes are those of the header alone: issued tokens in the content stay as they are.
        let mut security = self.written(writer.finish());
        let end = security.rfind("</").expect("the end tag of an empty element");
        security.insert_str(end, content);
        security
    }

    /// The values that the kinds of protection tokens need.
    fn placing(&mut self) -> Placing<'_> {
        Placing {
            random: self.recipe.random.as_ref(),
            assertion: self.issued.iter().find(|token| token.is_assertion()),
            request: self.request.as_ref(),
            correlation: &mut self.correlation,
        }
    }

    /// The Id that the caller chose for a part, or a fresh one.
    fn id_of(&self, part: &Part, kind: &str) -> Result<String, CryptoError> {
        self.recipe.header.ids.get(part).map_or_else(|| self.fresh_id(kind), |id| Ok(id.clone()))
    }

    /// The Id that the caller chose for the first element of a kind, or a fresh one.
    fn take_id(&mut self, part: &Part, kind: &str) -> Result<String, CryptoError> {
        self.recipe.header.ids.remove(part).map_or_else(|| self.fresh_id(kind), Ok)
    }

    /// `fragment`, which we wrote, with the prefixes that the caller chose.
    fn written(&self, fragment: String) -> String {
        self.recipe.header.prefixes.apply(fragment)
    }

    /// An Id that no one can guess and no message contains.
    fn fresh_id(&self, kind: &str) -> Result<String, CryptoError> {
        placing::fresh_id(self.recipe.random.as_ref(), kind)
    }
}
