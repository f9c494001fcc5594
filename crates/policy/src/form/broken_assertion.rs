//! What breaks a policy: an assertion, with its place.

use crate::place::Location;
use crate::terms::Terms;

/// An assertion that a message breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenAssertion {
    /// The assertion.
    pub name: String,
    /// The place of the assertion in the policy; `None` if the breach is of the binding as a whole.
    pub place: Option<Location>,
    /// How the message breaks it.
    pub why: String,
}

impl BrokenAssertion {
    /// A breach of the assertion at this place.
    pub(crate) fn at(place: &Location, why: impl Into<String>) -> Self {
        Self { name: place.local().to_owned(), place: Some(place.clone()), why: why.into() }
    }

    /// A breach of the first assertion of these names that the policy has.
    pub(crate) fn of(terms: &Terms, names: &[&str], why: impl Into<String>) -> Self {
        let judged = terms.notes.find(names);
        let name =
            judged.map(|judged| judged.name.to_string()).or_else(|| names.first().map(|name| (*name).to_owned()));
        let place = judged.map(|judged| judged.place.clone());
        Self { name: name.unwrap_or_default(), place, why: why.into() }
    }
}

impl std::fmt::Display for BrokenAssertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, place, why } = self;
        match place {
            Some(place) => write!(f, "the message breaks {name} ({place}): {why}"),
            None => write!(f, "the message breaks {name}: {why}"),
        }
    }
}
