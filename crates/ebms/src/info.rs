//! `eb:MessageInfo`: the time and the identifier of a message.

use std::time::SystemTime;

use wss_text::shown;

/// An `eb:MessageInfo`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageInfo {
    /// When the message was made.
    pub timestamp: SystemTime,
    /// Its identifier.
    pub id: String,
    /// The identifier of the message that it answers.
    pub answers: Option<String>,
}

impl MessageInfo {
    pub(crate) fn new(id: impl Into<String>, timestamp: SystemTime) -> Self {
        Self { timestamp, id: id.into(), answers: None }
    }
}

impl std::fmt::Debug for MessageInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MessageInfo({}, answers {:?})", shown(&self.id), self.answers.as_deref().map(shown))
    }
}
