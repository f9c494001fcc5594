//! The spans of time that an assertion states, in words for an error.

use std::fmt;

/// A span of time that an assertion states. It displays as the start of a sentence about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AssertionSpan {
    /// The time of its `Conditions`, or the time after its `IssueInstant`.
    Validity,
    /// The time after its `IssueInstant` for which an assertion without an end is accepted.
    Age,
    /// The session of its subject at the issuer (`AuthnStatement`).
    Session,
    /// A `SubjectConfirmationData`.
    Confirmation,
}

impl AssertionSpan {
    pub(crate) fn way_out(self) -> &'static str {
        match self {
            Self::Age => {
                "have its issuer state an end (`NotOnOrAfter`), or raise `AssertionTrust::max_age` if older ones are expected"
            }
            _ => {
                "have the sender ask its issuer for a new assertion, or raise the clock skew of `window` if a clock is wrong"
            }
        }
    }
}

impl fmt::Display for AssertionSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Validity => "its validity",
            Self::Age => "the time for which one without an end of its own is accepted",
            Self::Session => "the session of its subject",
            Self::Confirmation => "the time of its confirmation",
        })
    }
}
