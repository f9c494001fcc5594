//! Why an alternative is not used.

use thiserror::Error;
use wss_header::PlanError;
use wss_text::WireText;

use crate::keys::Consent;
use crate::standing::Judged;

/// Why an alternative of a policy is not used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Lack {
    /// *Refused.* An assertion is not supported.
    #[error(
        "{}: {} is refused: {}",
        .0.place,
        WireText::from(&*.0.name),
        WireText::from(.0.standing.what())
    )]
    Refused(Box<Judged>),
    /// *Misuse.* A key is needed that was not given.
    #[error("{what} is needed: give it with `{call}`")]
    Key {
        /// The key that is needed, in words.
        what: &'static str,
        /// The call that gives it.
        call: &'static str,
    },
    /// *Refused.* The alternative demands a form that is refused by default.
    #[error("{why}: if that has to be, call `{call}`")]
    Consent {
        /// The demand of the alternative, in words.
        why: WireText,
        /// The call that agrees to it.
        call: &'static str,
    },
    /// *Refused.* The combination of the assertions is not supported.
    #[error("{what}")]
    Together {
        /// The combination that is not supported, and what to do.
        what: &'static str,
    },
    /// *Misuse.* The keys do not fit the demands of the policy.
    #[error(transparent)]
    Plan(Box<PlanError>),
    /// *Refused.* The policy admits no message at all: an `wsp:ExactlyOne` is empty.
    #[error("the policy has no alternative: an empty wsp:ExactlyOne admits nothing")]
    NoAlternative,
}

impl From<PlanError> for Lack {
    fn from(error: PlanError) -> Self {
        Self::Plan(Box::new(error))
    }
}

impl Lack {
    pub(crate) fn consent(consent: Consent, why: impl Into<String>) -> Self {
        Self::Consent { why: why.into().into(), call: consent.call() }
    }

    pub(crate) fn key(what: &'static str, call: &'static str) -> Self {
        Self::Key { what, call }
    }
}
