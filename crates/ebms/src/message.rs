//! User messages: who sends what to whom, in which collaboration, with which payload.

use std::time::SystemTime;

use wss_soap::mime::{content_id_of, url_of};
use wss_text::{WireText, shown};

use crate::error::EbmsError;
use crate::info::MessageInfo;
use crate::signal::Signal;

/// An `eb:Messaging`: a user message, a signal, or one of each (a receipt that is sent with a reply).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Messaging {
    /// The user message.
    pub user: Option<UserMessage>,
    /// The signal.
    pub signal: Option<Signal>,
}

impl Messaging {
    /// Adds this signal.
    #[must_use]
    pub fn with(mut self, signal: Signal) -> Self {
        self.signal = Some(signal);
        self
    }
}

impl From<UserMessage> for Messaging {
    fn from(user: UserMessage) -> Self {
        Self { user: Some(user), signal: None }
    }
}

impl From<Signal> for Messaging {
    fn from(signal: Signal) -> Self {
        Self { user: None, signal: Some(signal) }
    }
}

/// A text with the `type` of its identifier.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Typed {
    /// The text.
    pub value: String,
    /// Its type.
    pub kind: Option<String>,
}

impl Typed {
    /// A text of this type.
    #[must_use]
    pub fn of(value: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { value: value.into(), kind: Some(kind.into()) }
    }
}

impl<T: Into<String>> From<T> for Typed {
    fn from(value: T) -> Self {
        Self { value: value.into(), kind: None }
    }
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Typed({}, {:?})", shown(&self.value), self.kind.as_deref().map(shown))
    }
}

/// An `eb:From` or `eb:To`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Party {
    /// Its identifiers; there is at least one.
    pub ids: Vec<Typed>,
    /// Its role.
    pub role: String,
}

impl Party {
    /// A party with one identifier.
    #[must_use]
    pub fn new(id: impl Into<Typed>, role: impl Into<String>) -> Self {
        Self { ids: vec![id.into()], role: role.into() }
    }
}

impl std::fmt::Debug for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Party({:?}, {})", self.ids, shown(&self.role))
    }
}

/// An `eb:AgreementRef`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Agreement {
    /// The agreement.
    pub name: Typed,
    /// The processing mode.
    pub pmode: Option<WireText>,
}

/// An `eb:Property`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Typed,
}

impl Property {
    /// A property without a type.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<Typed>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl std::fmt::Debug for Property {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Property({}, {:?})", shown(&self.name), self.value)
    }
}

/// An `eb:PartInfo`: a part of the payload.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartInfo {
    /// `cid:` and the Content-ID of an attachment; `None` for the Body.
    pub href: Option<String>,
    /// Its properties, as `MimeType` and `CompressionType`.
    pub properties: Vec<Property>,
}

impl std::fmt::Debug for PartInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartInfo({:?}, {:?})", self.href.as_deref().map(shown), self.properties)
    }
}

/// An `eb:UserMessage`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserMessage {
    /// The message partition channel.
    pub channel: Option<String>,
    /// The message.
    pub info: MessageInfo,
    /// The sender.
    pub from: Party,
    /// The receiver.
    pub to: Party,
    /// The agreement of the parties.
    pub agreement: Option<Agreement>,
    /// The service.
    pub service: Typed,
    /// The action of the service.
    pub action: String,
    /// The conversation.
    pub conversation: String,
    /// The properties of the message.
    pub properties: Vec<Property>,
    /// The payload.
    pub parts: Vec<PartInfo>,
}

impl UserMessage {
    /// A message between these parties; its collaboration is the test service of ebMS 3.0 until
    /// [`UserMessage::collaboration`] names another.
    #[must_use]
    pub fn new(id: impl Into<String>, timestamp: SystemTime, from: Party, to: Party) -> Self {
        Self {
            channel: None,
            info: MessageInfo::new(id, timestamp),
            from,
            to,
            agreement: None,
            service: Typed::from(format!("{}service", crate::NAMESPACE)),
            action: format!("{}test", crate::NAMESPACE),
            conversation: String::new(),
            properties: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// The purpose of the message: its service, action and conversation.
    #[must_use]
    pub fn collaboration(
        mut self,
        service: impl Into<Typed>,
        action: impl Into<String>,
        conversation: impl Into<String>,
    ) -> Self {
        (self.service, self.action, self.conversation) = (service.into(), action.into(), conversation.into());
        self
    }

    /// Names the agreement of the parties.
    #[must_use]
    pub fn agreement(mut self, name: impl Into<Typed>) -> Self {
        self.agreement = Some(Agreement { name: name.into(), pmode: None });
        self
    }

    /// Sets the message partition channel.
    #[must_use]
    pub fn channel(mut self, channel: impl Into<String>) -> Self {
        self.channel = Some(channel.into());
        self
    }

    /// Sets the message that this one answers.
    #[must_use]
    pub fn answering(mut self, id: impl Into<String>) -> Self {
        self.info.answers = Some(id.into());
        self
    }

    /// Adds a property of the message, as `originalSender`.
    #[must_use]
    pub fn property(mut self, name: impl Into<String>, value: impl Into<Typed>) -> Self {
        self.properties.push(Property::new(name, value));
        self
    }

    /// Adds a part of the payload: the attachment of this Content-ID. AS4 wants its `MimeType`, and of a compressed one the
    /// `CompressionType`.
    #[must_use]
    pub fn part<'p>(mut self, content_id: &str, properties: impl IntoIterator<Item = (&'p str, &'p str)>) -> Self {
        let properties = properties.into_iter().map(|(name, value)| Property::new(name, value)).collect();
        self.parts.push(PartInfo { href: Some(url_of(content_id)), properties });
        self
    }

    /// Compares the header with the payload: each part that names an attachment names one of `content_ids`, no two name
    /// the same, and every one is named. Give it the attachments that the signature covers.
    ///
    /// # Errors
    /// [`EbmsError::NoAttachment`], [`EbmsError::NoPart`].
    ///
    /// # Specification
    /// ebMS 3.0 Core §5.2.2.13; AS4 Profile §2.1.
    pub fn check_parts<'c>(&self, content_ids: impl IntoIterator<Item = &'c str>) -> Result<(), EbmsError> {
        let mut left: Vec<&str> = content_ids.into_iter().collect();
        for href in self.parts.iter().filter_map(|part| part.href.as_deref()).filter(|href| !href.starts_with('#')) {
            let named = content_id_of(href);
            let at = left.iter().position(|content_id| named.as_deref() == Some(content_id));
            left.swap_remove(at.ok_or_else(|| EbmsError::NoAttachment { href: href.into() })?);
        }
        match left.first() {
            None => Ok(()),
            Some(content_id) => Err(EbmsError::NoPart { content_id: (*content_id).into() }),
        }
    }
}

impl std::fmt::Debug for UserMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserMessage")
            .field("info", &self.info)
            .field("from", &self.from)
            .field("to", &self.to)
            .field("service", &self.service)
            .field("action", &shown(&self.action))
            .field("parts", &self.parts)
            .finish_non_exhaustive()
    }
}
