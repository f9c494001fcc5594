//! Signals: receipts, errors, and requests for a message.

use std::time::SystemTime;

use wss_text::{WireText, octets, shown};

use crate::info::MessageInfo;

/// An `eb:SignalMessage`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signal {
    /// The message.
    pub info: MessageInfo,
    /// The kind of signal, with its content.
    pub kind: SignalKind,
}

/// The kind of a signal, with its content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignalKind {
    /// The content of an `eb:Receipt`, as canonical XML: the `ebbp:NonRepudiationInformation` that
    /// `Correlation::non_repudiation_information` makes. `Correlation::check_receipt` compares it with what was sent.
    Receipt(String),
    /// Errors; there is at least one.
    Errors(Vec<Report>),
    /// Asks for a message of this channel.
    PullRequest(Option<String>),
}

impl Signal {
    /// A receipt for the message of this identifier.
    #[must_use]
    pub fn receipt(
        id: impl Into<String>,
        timestamp: SystemTime,
        of: impl Into<String>,
        content: impl Into<String>,
    ) -> Self {
        let mut info = MessageInfo::new(id, timestamp);
        info.answers = Some(of.into());
        Self { info, kind: SignalKind::Receipt(content.into()) }
    }

    /// An error about the message of this identifier.
    #[must_use]
    pub fn error(id: impl Into<String>, timestamp: SystemTime, of: impl Into<String>, report: Report) -> Self {
        let (mut info, of) = (MessageInfo::new(id, timestamp), of.into());
        info.answers = Some(of.clone());
        Self { info, kind: SignalKind::Errors(vec![report.about(of)]) }
    }

    /// Asks for a message of a channel.
    #[must_use]
    pub fn pull(id: impl Into<String>, timestamp: SystemTime, channel: Option<String>) -> Self {
        Self { info: MessageInfo::new(id, timestamp), kind: SignalKind::PullRequest(channel) }
    }
}

impl std::fmt::Debug for SignalKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Receipt(content) => write!(f, "Receipt({:?})", octets(content.as_bytes())),
            Self::Errors(errors) => f.debug_tuple("Errors").field(errors).finish(),
            Self::PullRequest(channel) => write!(f, "PullRequest({:?})", channel.as_deref().map(shown)),
        }
    }
}

/// An `eb:Error`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Its code, as `EBMS:0101`.
    pub code: WireText,
    /// The severity of the error.
    pub severity: Severity,
    /// Its name, as `FailedAuthentication`.
    pub short_description: Option<WireText>,
    /// The kind of error.
    pub category: Option<WireText>,
    /// The module that found it: `ebMS`, or `security`.
    pub origin: Option<WireText>,
    /// The message that it is about.
    pub about: Option<WireText>,
    /// Details for people.
    pub detail: Option<WireText>,
}

impl Report {
    /// The signature of a message cannot be verified, or its signer is not the one who was expected: `EBMS:0101`.
    #[must_use]
    pub fn failed_authentication() -> Self {
        Self::security("EBMS:0101", "FailedAuthentication")
    }

    /// A message cannot be decrypted: `EBMS:0102`.
    #[must_use]
    pub fn failed_decryption() -> Self {
        Self::security("EBMS:0102", "FailedDecryption")
    }

    /// A message is not secured as the parties agreed: `EBMS:0103`.
    #[must_use]
    pub fn policy_noncompliance() -> Self {
        Self::security("EBMS:0103", "PolicyNoncompliance")
    }

    /// An error of severity failure, with this code and short description.
    #[must_use]
    pub fn failure(code: &str, short_description: &str) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Failure,
            short_description: Some(short_description.into()),
            category: None,
            origin: None,
            about: None,
            detail: None,
        }
    }

    fn security(code: &str, short_description: &str) -> Self {
        let failure = Self::failure(code, short_description);
        Self { category: Some("Processing".into()), origin: Some("security".into()), ..failure }
    }

    fn about(self, message: String) -> Self {
        Self { about: Some(message.into()), ..self }
    }
}

/// The severity of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The message was not processed.
    Failure,
    /// The unit was processed, with a warning.
    Warning,
}

impl Severity {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Warning => "warning",
        }
    }
}
