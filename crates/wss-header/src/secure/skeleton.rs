//! The skeleton of a message, which is inserted before the first step: the Security header with its timestamp, tokens
//! and confirmations, and the Ids of all parts that a signature names.

use std::collections::HashMap;
use std::time::SystemTime;

use wss_c14n::{Budget, Document, Element, IdIndex, Limit, Splices, Writer, base64_encode, id_of, name};
use wss_crypto::CryptoError;
use wss_soap::{Envelope, EnvelopeError, Role, SecurityHeader};
use wss_tokens::{NewPassword, write_timestamp, write_username_token};

use super::give_id::give_id;
use super::parts::{Ids, elements_at_place, may_be_signed, no_such};
use super::placed::AssertionReference;
use super::settled::SettledRecipe;
use crate::attached::Attached;
use crate::error::SecureError;
use crate::header_blocks::insert_blocks;
use crate::issued_token::IssuedToken;
use crate::layout::Layout;
use crate::part::Part;
use crate::recipe::Step;
use crate::username::{NONCE, Nonce, SentPassword, Username};

/// The insertions of the skeleton, and what the steps know of them.
pub(super) struct Skeleton {
    pub(super) splices: Splices,
    /// The Ids of the parts, new ones and those that existed.
    pub(super) ids: Ids,
    pub(super) assertion_references: Vec<AssertionReference>,
}

/// Writes the skeleton for an envelope.
pub(super) fn write(
    document: &Document<'_>,
    settled: &SettledRecipe,
    attached: &[Attached],
    budget: &Budget,
) -> Result<Skeleton, SecureError> {
    let envelope = Envelope::locate(document)?;
    let index = IdIndex::build(document).map_err(EnvelopeError::from)?;
    let existing = SecurityHeader::locate(envelope, &settled.recipe.header.role, budget.limits())?;
    let skeleton = Skeleton {
        splices: Splices::new(),
        ids: Ids::new(settled.recipe.header.ids.clone()),
        assertion_references: Vec::new(),
    };
    Writing { settled, budget, envelope, existing, index, now: settled.recipe.clock.now(), skeleton }.all(attached)
}

/// The writing of a skeleton.
struct Writing<'s, 'd> {
    settled: &'s SettledRecipe,
    budget: &'s Budget,
    envelope: Envelope<'d>,
    /// The Security header of our role, if the envelope has it.
    existing: Option<SecurityHeader<'d>>,
    index: IdIndex<'d>,
    now: SystemTime,
    skeleton: Skeleton,
}

impl<'d> Writing<'_, 'd> {
    fn all(mut self, attached: &[Attached]) -> Result<Skeleton, SecureError> {
        let mut content = self.issued_tokens()?;
        let timestamp = self.timestamp()?;
        let mut last = String::new();
        match self.settled.recipe.header.layout {
            Layout::Lax => content.push_str(&timestamp),
            Layout::Strict | Layout::LaxTimestampFirst => content.insert_str(0, &timestamp),
            Layout::LaxTimestampLast => last = timestamp,
        }
        if let Some(username) = &self.settled.recipe.username {
            let id = self.id_of(&Part::UsernameToken, "UT")?;
            content.push_str(&self.username_token(&id, username)?);
            self.skeleton.ids.insert(Part::UsernameToken, vec![id]);
        }
        for attached in attached {
            content.push_str(&attached.xml);
            // The element is not in the envelope yet, so that its Id is known from here.
            if let Some(id) = &attached.id {
                self.skeleton.ids.insert(Part::Id(id.clone()), vec![id.clone()]);
            }
        }
        if self.settled.recipe.confirms {
            content.push_str(&self.confirmations()?);
        }
        self.place_header(&content, &last);
        self.identify_parts()?;
        Ok(self.skeleton)
    }

    /// The issued tokens of the recipe, unchanged, and the references through which assertions are signed.
    fn issued_tokens(&mut self) -> Result<String, SecureError> {
        let signs = |step: &Step| matches!(step, Step::Sign(signing) if signing.parts.contains(&Part::Assertion));
        let by_reference = self.settled.recipe.steps.iter().any(signs);
        let mut content = String::new();
        // A token that will be encrypted is last: the steps that precede its own are before it, after the others.
        let mut issued: Vec<&IssuedToken> = self.settled.issued.iter().collect();
        issued.sort_by_key(|token| self.is_to_be_encrypted(token));
        for token in issued {
            content.push_str(&token.xml);
            if by_reference && token.is_assertion() {
                let id = self.settled.fresh_id("STR")?;
                content.push_str(&token.reference(Some(&id)));
                self.skeleton.assertion_references.push(AssertionReference { assertion: token.id.clone(), id });
            }
        }
        Ok(content)
    }

    /// Whether some step encrypts this issued token of the recipe.
    fn is_to_be_encrypted(&self, token: &IssuedToken) -> bool {
        let names = |part: &Part| match part {
            Part::Assertion => token.is_assertion(),
            Part::Id(id) => token.id == *id,
            _ => false,
        };
        let encrypts = |step: &Step| matches!(step, Step::Encrypt(to) if to.parts.iter().any(names));
        self.settled.recipe.steps.iter().any(encrypts)
    }

    /// The timestamp; empty if the recipe has none.
    fn timestamp(&mut self) -> Result<String, SecureError> {
        let recipe = &self.settled.recipe;
        let Some(lifetime) = recipe.header.timestamps.first() else { return Ok(String::new()) };
        let is_timestamp = |child: Element<'_>| child.is(name::WSU.uri, "Timestamp");
        if self.existing.is_some_and(|header| header.children().any(is_timestamp)) {
            return Err(SecureError::TwoTimestamps);
        }
        // A peer that wants no wsu:Expires may want no Id either, if no reference needs one.
        let is_bare = lifetime.is_none() && !recipe.may_refer_to_timestamp();
        let id = if is_bare { None } else { Some(self.id_of(&Part::Timestamp, "TS")?) };
        let timestamp = write_timestamp(id.as_deref(), self.now, *lifetime, recipe.header.precision);
        if let Some(id) = id {
            self.skeleton.ids.insert(Part::Timestamp, vec![id]);
        }
        Ok(self.settled.written(timestamp))
    }

    fn username_token(&self, id: &str, username: &Username) -> Result<String, SecureError> {
        let recipe = &self.settled.recipe;
        let mut random = [0; NONCE];
        let nonce = match &username.nonce {
            Nonce::None => None,
            Nonce::Given(octets) => Some(octets.as_slice()),
            Nonce::Random => {
                recipe.random.fill(&mut random)?;
                Some(random.as_slice())
            }
        };
        let created = username.has_created.then(|| recipe.header.precision.format(self.now));
        let password = match &username.password {
            SentPassword::None => NewPassword::None,
            SentPassword::Digest(password) => NewPassword::Digest(password.secret()),
            SentPassword::Text(password) if username.has_type => NewPassword::Text(password.secret()),
            SentPassword::Text(password) => NewPassword::TextWithoutType(password.secret()),
        };
        let token = write_username_token(id, &username.name, password, nonce, created.as_deref());
        Ok(self.settled.written(token))
    }

    /// One `wsse11:SignatureConfirmation` for each signature of the request; one without a value if it had none.
    fn confirmations(&self) -> Result<String, SecureError> {
        let request = self.settled.request.as_ref().ok_or(SecureError::NeedsRequest)?;
        let mut values: Vec<Option<String>> =
            request.signatures.iter().map(|signature| Some(base64_encode(&signature.value))).collect();
        if values.is_empty() {
            values.push(None);
        }
        let mut content = String::new();
        for value in values {
            let mut writer = Writer::new();
            writer.start(name::WSSE11, "SignatureConfirmation");
            writer.attribute_in(name::WSU, "Id", self.settled.fresh_id("SC")?);
            if let Some(value) = value {
                writer.attribute("Value", value);
            }
            writer.end();
            content.push_str(&self.settled.written(writer.finish()));
        }
        Ok(content)
    }

    /// Opens the Security header of our role for its first and its last content. If the envelope has no such header, this makes
    /// one, and the SOAP Header around it.
    fn place_header(&mut self, first: &str, last: &str) {
        let both = format!("{first}{last}");
        let Some(header) = self.existing else {
            let security = self.security_element(&both);
            return insert_blocks(self.envelope, &security, &mut self.skeleton.splices);
        };
        let splices = &mut self.skeleton.splices;
        if header.element.is_empty_tag() {
            splices.insert_content(header.element, &both);
        } else {
            splices.insert_content(header.element, first);
            splices.insert(header.element.content_span().end, last);
        }
    }

    fn security_element(&self, content: &str) -> String {
        let (envelope, header) = (self.envelope, &self.settled.recipe.header);
        let mut writer = Writer::new();
        writer.start(name::WSSE, "Security");
        let prefix = match envelope.root.prefix() {
            prefix if prefix != header.prefixes.of(name::WSSE) && means_soap(prefix, envelope) => prefix,
            // The default namespace does not apply to attributes, and another prefix may mean something else here. No chosen one
            // is this.
            _ => {
                writer.declare_as("soap", envelope.version.namespace());
                "soap"
            }
        };
        if let Role::Uri(uri) = &header.role {
            writer.attribute_as(format!("{prefix}:{}", envelope.version.role_attribute()), uri.as_str());
        }
        if header.must_understand {
            writer.attribute_as(format!("{prefix}:mustUnderstand"), envelope.version.true_value());
        }
        writer.end();
        // The prefixes are those of the header alone: issued tokens in the content stay as they are.
        let mut security = self.settled.written(writer.finish());
        let end = security.rfind("</").expect("the end tag of an empty element");
        security.insert_str(end, content);
        security
    }

    /// Gives an Id to each element that a signature of the recipe names and that has none.
    fn identify_parts(&mut self) -> Result<(), SecureError> {
        let signings = self.settled.recipe.steps.iter().filter_map(|step| match step {
            Step::Sign(signing) => Some(&signing.parts),
            Step::Encrypt(_) => None,
        });
        // Two parts may name one element.
        let mut given = HashMap::new();
        for part in signings.flatten() {
            if self.skeleton.ids.contains(part) {
                continue;
            }
            let Some(elements) = self.elements_to_identify(part)? else { continue };
            // Each becomes a reference.
            self.budget.check(Limit::References, elements.len())?;
            let mut ids = Vec::new();
            for element in elements {
                let id = match (id_of(element), given.get(&element.id())) {
                    (Some(id), _) => id.into_owned(),
                    (None, Some(id)) => String::clone(id),
                    (None, None) => {
                        let id = self.give_id(element, part)?;
                        given.insert(element.id(), id.clone());
                        id
                    }
                };
                ids.push(id);
            }
            self.skeleton.ids.insert(part.clone(), ids);
        }
        Ok(())
    }

    /// Gives a new Id to an element of this part.
    fn give_id(&mut self, element: Element<'_>, part: &Part) -> Result<String, SecureError> {
        let id = self.id_of(part, "id")?;
        if self.index.get(&id).is_some() {
            return Err(SecureError::IdTaken { id: id.into() });
        }
        let prefix = self.settled.recipe.header.prefixes.of(name::WSU);
        give_id(element, &id, prefix, &mut self.skeleton.splices);
        Ok(id)
    }

    /// The elements of a part that the envelope has; `None` for a part that is made while the message is secured.
    fn elements_to_identify(&mut self, part: &Part) -> Result<Option<Vec<Element<'d>>>, SecureError> {
        let role = &self.settled.recipe.header.role;
        match part {
            Part::Timestamp => {
                let header = self.existing.ok_or_else(|| no_such(part))?;
                let timestamp = header.element.children_named(name::WSU.uri, "Timestamp").next();
                Ok(Some(vec![timestamp.ok_or_else(|| no_such(part))?]))
            }
            Part::Id(id) => {
                let element = self.index.get(id).ok_or_else(|| no_such(part))?;
                if !may_be_signed(element, self.envelope, self.existing, role) {
                    return Err(SecureError::CannotBeSigned { part: part.clone() });
                }
                // An Id of another kind than those that we give is kept as it is.
                self.skeleton.ids.insert(part.clone(), vec![id.clone()]);
                Ok(None)
            }
            part => elements_at_place(part, self.envelope, role),
        }
    }

    /// The Id that the caller chose for a part, or a fresh one.
    fn id_of(&self, part: &Part, kind: &str) -> Result<String, CryptoError> {
        self.skeleton.ids.chosen(part).map_or_else(|| self.settled.fresh_id(kind), |id| Ok(id.clone()))
    }
}

/// Whether this prefix of the Envelope is that of SOAP in its Header, too.
fn means_soap(prefix: &str, envelope: Envelope<'_>) -> bool {
    let place = envelope.header.unwrap_or(envelope.root);
    !prefix.is_empty() && place.namespace_of_prefix(prefix) == Some(envelope.version.namespace())
}
