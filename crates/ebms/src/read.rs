//! Reading `eb:Messaging` in the order of the schema. Elements that the schema does not have are refused.

use std::iter::Peekable;

use wss_c14n::xsd::collapsed;
use wss_c14n::{Budget, Canonicalization, Document, Element, LeafError, Limit, Limits, Subset};
use wss_text::WireText;
use wss_tokens::parse_instant;

use crate::NAMESPACE as EB;
use crate::error::EbmsError;
use crate::info::MessageInfo;
use crate::message::{Agreement, Messaging, PartInfo, Party, Property, Typed, UserMessage};
use crate::signal::{Report, Severity, Signal, SignalKind};

impl Messaging {
    /// Reads the header block: the octets that a verified signature covers, as `Opened::header_block` gives them.
    ///
    /// # Errors
    /// [`EbmsError`].
    ///
    /// # Specification
    /// ebMS 3.0 Core §5.2; AS4 Profile §2.1 (one user message, one signal, or one of each).
    pub fn read(xml: &str, limits: &Limits) -> Result<Self, EbmsError> {
        let document = Document::parse(xml, limits)?;
        let root = document.root();
        if !root.is(EB, "Messaging") {
            return Err(EbmsError::NotMessaging { found: root.qualified_name().into() });
        }
        let (mut users, mut signals) = (Vec::new(), Vec::new());
        for child in root.children() {
            match child {
                user if user.is(EB, "UserMessage") => users.push(user),
                signal if signal.is(EB, "SignalMessage") => signals.push(signal),
                other => return Err(root.unexpected(other).into()),
            }
        }
        if users.len() > 1 || signals.len() > 1 || users.is_empty() && signals.is_empty() {
            return Err(EbmsError::Count { users: users.len(), signals: signals.len() });
        }
        let budget = Budget::new(limits, xml.len() as u64);
        Ok(Self {
            user: users.pop().map(|user| read_user(user, &budget)).transpose()?,
            signal: signals.pop().map(|signal| read_signal(signal, &budget)).transpose()?,
        })
    }
}

/// The children of an element, in order.
struct Children<'d, I: Iterator<Item = Element<'d>>> {
    parent: Element<'d>,
    left: Peekable<I>,
}

fn children(parent: Element<'_>) -> Children<'_, impl Iterator<Item = Element<'_>>> {
    Children { parent, left: parent.children().peekable() }
}

impl<'d, I: Iterator<Item = Element<'d>>> Children<'d, I> {
    fn optional(&mut self, local: &str) -> Option<Element<'d>> {
        self.left.next_if(|child| child.is(EB, local))
    }

    fn required(&mut self, local: &'static str) -> Result<Element<'d>, LeafError> {
        self.optional(local).ok_or_else(|| self.parent.missing(local))
    }

    /// Refuses what is left.
    fn end(mut self) -> Result<(), LeafError> {
        match self.left.next() {
            None => Ok(()),
            Some(child) => Err(self.parent.unexpected(child)),
        }
    }
}

fn read_user(user: Element<'_>, budget: &Budget) -> Result<UserMessage, EbmsError> {
    let mut all = children(user);
    let info = read_info(all.required("MessageInfo")?)?;
    let parties = all.required("PartyInfo")?;
    let mut both = children(parties);
    let from = read_party(both.required("From")?, budget)?;
    let to = read_party(both.required("To")?, budget)?;
    both.end()?;
    let collaboration = all.required("CollaborationInfo")?;
    let mut terms = children(collaboration);
    let agreement = terms.optional("AgreementRef").map(read_agreement).transpose()?;
    let service = typed(terms.required("Service")?)?;
    let (action, conversation) = (text(terms.required("Action")?)?, text(terms.required("ConversationId")?)?);
    terms.end()?;
    let properties = all.optional("MessageProperties");
    let properties = properties.map_or(Ok(Vec::new()), |all| read_properties(all, budget))?;
    let parts = all.optional("PayloadInfo").map_or(Ok(Vec::new()), |payload| read_parts(payload, budget))?;
    all.end()?;
    let channel = attribute(user, "mpc");
    Ok(UserMessage { channel, info, from, to, agreement, service, action, conversation, properties, parts })
}

fn read_info(info: Element<'_>) -> Result<MessageInfo, EbmsError> {
    let mut all = children(info);
    let value = text(all.required("Timestamp")?)?;
    let timestamp = parse_instant(&value).map_err(|_| EbmsError::Timestamp { value: value.into() })?;
    let id = text(all.required("MessageId")?)?;
    let answers = all.optional("RefToMessageId").map(text).transpose()?;
    all.end()?;
    if id.is_empty() {
        return Err(info.missing("the text of MessageId").into());
    }
    Ok(MessageInfo { timestamp, id, answers })
}

/// One more of what may be repeated, before it is kept.
fn charge(budget: &Budget) -> Result<(), EbmsError> {
    Ok(budget.charge(Limit::MessagingEntries, 1)?)
}

fn read_party(party: Element<'_>, budget: &Budget) -> Result<Party, EbmsError> {
    let mut all = children(party);
    charge(budget)?;
    let mut ids = vec![typed(all.required("PartyId")?)?];
    while let Some(id) = all.optional("PartyId") {
        charge(budget)?;
        ids.push(typed(id)?);
    }
    let role = text(all.required("Role")?)?;
    all.end()?;
    Ok(Party { ids, role })
}

fn read_agreement(agreement: Element<'_>) -> Result<Agreement, LeafError> {
    Ok(Agreement { name: typed(agreement)?, pmode: attribute(agreement, "pmode").map(WireText::from) })
}

fn read_properties(properties: Element<'_>, budget: &Budget) -> Result<Vec<Property>, EbmsError> {
    let property = |property: Element<'_>| {
        if !property.is(EB, "Property") {
            return Err(properties.unexpected(property).into());
        }
        charge(budget)?;
        Ok(Property { name: property.required_attribute("", "name")?.into_owned(), value: typed(property)? })
    };
    properties.children().map(property).collect()
}

fn read_parts(payload: Element<'_>, budget: &Budget) -> Result<Vec<PartInfo>, EbmsError> {
    let part = |part: Element<'_>| {
        if !part.is(EB, "PartInfo") {
            return Err(payload.unexpected(part).into());
        }
        charge(budget)?;
        let mut all = children(part);
        // Both texts are for people: the receiver does not act upon them.
        all.optional("Schema");
        all.optional("Description");
        let properties = all.optional("PartProperties");
        let properties = properties.map_or(Ok(Vec::new()), |all| read_properties(all, budget))?;
        all.end()?;
        Ok(PartInfo { href: attribute(part, "href"), properties })
    };
    payload.children().map(part).collect()
}

fn read_signal(signal: Element<'_>, budget: &Budget) -> Result<Signal, EbmsError> {
    let mut all = children(signal);
    let info = read_info(all.required("MessageInfo")?)?;
    let kind = if let Some(receipt) = all.optional("Receipt") {
        SignalKind::Receipt(content(receipt, budget)?)
    } else if let Some(pull) = all.optional("PullRequest") {
        SignalKind::PullRequest(attribute(pull, "mpc"))
    } else {
        charge(budget)?;
        let mut errors = vec![read_error(all.required("Error")?)?];
        while let Some(error) = all.optional("Error") {
            charge(budget)?;
            errors.push(read_error(error)?);
        }
        SignalKind::Errors(errors)
    };
    all.end()?;
    Ok(Signal { info, kind })
}

/// The canonical forms of the children: what is declared around them would be lost otherwise.
fn content(receipt: Element<'_>, budget: &Budget) -> Result<String, EbmsError> {
    let canonical = |child| Canonicalization::default().to_text(&Subset::subtree(child), budget);
    let content: Result<String, _> = receipt.children().map(canonical).collect();
    content.map_err(|error| EbmsError::Receipt { why: WireText::of(error) })
}

fn read_error(error: Element<'_>) -> Result<Report, EbmsError> {
    let mut all = children(error);
    let description = all.optional("Description").map(text).transpose()?;
    let detail = all.optional("ErrorDetail").map(text).transpose()?;
    all.end()?;
    let severity = match error.required_attribute("", "severity")?.as_ref() {
        "failure" => Severity::Failure,
        "warning" => Severity::Warning,
        other => return Err(EbmsError::Severity { value: other.into() }),
    };
    let optional = |local| attribute(error, local).map(WireText::from);
    Ok(Report {
        code: WireText::from(error.required_attribute("", "errorCode")?.into_owned()),
        severity,
        short_description: optional("shortDescription"),
        category: optional("category"),
        origin: optional("origin"),
        about: optional("refToMessageInError"),
        detail: detail.or(description).map(WireText::from),
    })
}

fn typed(element: Element<'_>) -> Result<Typed, LeafError> {
    Ok(Typed { value: text(element)?, kind: attribute(element, "type") })
}

fn text(element: Element<'_>) -> Result<String, LeafError> {
    Ok(collapsed(&element.text()?).to_owned())
}

fn attribute(element: Element<'_>, local: &str) -> Option<String> {
    element.attribute("", local).map(std::borrow::Cow::into_owned)
}
