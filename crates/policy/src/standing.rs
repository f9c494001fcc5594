//! The standing of each assertion: done, done by one side alone, refused, or not ours.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use crate::assertion::Assertion;
use crate::place::Location;

/// The standing of an assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// It is done. The text says what the messages have and the receivers demand because of it.
    Done(Cow<'static, str>),
    /// A client does it, and a service does not: it refuses such requests, so that its alternative is not used for a service.
    /// The text says why.
    ClientOnly(Cow<'static, str>),
    /// A service does it, and a client does not. The text says why.
    ServiceOnly(Cow<'static, str>),
    /// It cannot be done, so that its alternative is not used. The text says why.
    Refused(Cow<'static, str>),
    /// It is not about the security of messages, or is for the caller. The text says whose it is.
    NotOurs(Cow<'static, str>),
}

impl Standing {
    /// `done`, `client only`, `service only`, `refused` or `not ours`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::ClientOnly(_) => "client only",
            Self::ServiceOnly(_) => "service only",
            Self::Refused(_) => "refused",
            Self::NotOurs(_) => "not ours",
        }
    }

    /// The sentence that says what is done, why it is refused or done by one side alone, or to whom it belongs.
    #[must_use]
    pub fn what(&self) -> &str {
        match self {
            Self::Done(what)
            | Self::ClientOnly(what)
            | Self::ServiceOnly(what)
            | Self::Refused(what)
            | Self::NotOurs(what) => what,
        }
    }
}

/// An assertion, and its standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Its local name.
    pub name: Arc<str>,
    /// The place of the assertion.
    pub place: Location,
    /// The standing of the assertion.
    pub standing: Standing,
}

impl Judged {
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.standing, Standing::Done(_))
    }
}

/// Which side this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Client,
    Service,
}

impl Standing {
    /// Whether a side of this role can be made of an alternative that has the assertion.
    pub(crate) fn admits(&self, role: Role) -> bool {
        match self {
            Self::Done(_) | Self::NotOurs(_) => true,
            Self::ClientOnly(_) => role == Role::Client,
            Self::ServiceOnly(_) => role == Role::Service,
            Self::Refused(_) => false,
        }
    }
}

/// The assertions that were read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(pub(crate) Vec<Judged>);

impl Notes {
    pub(crate) fn done(&mut self, assertion: &Assertion, what: impl Into<Cow<'static, str>>) {
        self.note(assertion, Standing::Done(what.into()));
    }

    pub(crate) fn refused(&mut self, assertion: &Assertion, why: impl Into<Cow<'static, str>>) {
        self.note(assertion, Standing::Refused(why.into()));
    }

    pub(crate) fn not_ours(&mut self, assertion: &Assertion, whose: impl Into<Cow<'static, str>>) {
        self.note(assertion, Standing::NotOurs(whose.into()));
    }

    pub(crate) fn note(&mut self, assertion: &Assertion, standing: Standing) {
        self.at(&assertion.written.place, standing);
    }

    /// Refuses an assertion of which was said that it is done; what is inside it is then nobody's.
    pub(crate) fn withdraw(&mut self, assertion: &Assertion, why: &'static str) {
        let place = &assertion.written.place;
        for judged in self.0.iter_mut().filter(|judged| judged.place == *place && judged.is_done()) {
            judged.standing = Standing::Refused(why.into());
        }
        for inner in &assertion.nested {
            self.leave(inner);
        }
    }

    fn leave(&mut self, assertion: &Assertion) {
        let parameters = assertion.written.parameters.iter().map(|parameter| &parameter.place);
        let places: Vec<&Location> = parameters.chain([&assertion.written.place]).collect();
        for judged in self.0.iter_mut().filter(|judged| judged.is_done() && places.contains(&&judged.place)) {
            judged.standing = Standing::NotOurs("part of what is refused".into());
        }
        for inner in &assertion.nested {
            self.leave(inner);
        }
    }

    /// Notes the standing of a parameter of an assertion.
    pub(crate) fn at(&mut self, place: &Location, standing: Standing) {
        self.0.push(Judged { name: place.name(), place: place.clone(), standing });
    }

    /// Says of an assertion what a side, or both, cannot do of it. What neither side does is refused.
    pub(crate) fn restate(&mut self, place: &Location, standing: &Standing) {
        for judged in self.0.iter_mut().filter(|judged| judged.place == *place) {
            let together = match (&judged.standing, standing) {
                (Standing::Done(_), _) | (Standing::ClientOnly(_) | Standing::ServiceOnly(_), Standing::Refused(_)) => {
                    standing.clone()
                }
                (Standing::ClientOnly(one), Standing::ServiceOnly(other))
                | (Standing::ServiceOnly(one), Standing::ClientOnly(other)) => {
                    Standing::Refused(format!("{one}; and {other}").into())
                }
                _ => continue,
            };
            judged.standing = together;
        }
    }

    /// Adds a sentence to what is done because of the assertion at this place.
    pub(crate) fn add(&mut self, place: &Location, also: &str) {
        for judged in self.0.iter_mut().filter(|judged| judged.place == *place) {
            if let Standing::Done(what) = &mut judged.standing {
                *what = format!("{what}; {also}").into();
            }
        }
    }

    /// Notes one standing for the assertion and all that is inside it.
    pub(crate) fn all_not_ours(&mut self, assertion: &Assertion, whose: &'static str) {
        self.not_ours(assertion, whose);
        for inner in &assertion.nested {
            self.all_not_ours(inner, whose);
        }
    }

    /// Keeps the first of each name, which is the one that [`Notes::find`] finds.
    pub(crate) fn keep_first(&mut self) {
        let mut seen = HashSet::new();
        self.0.retain(|judged| seen.insert(judged.place.name()));
        self.0.shrink_to_fit();
    }

    /// The first assertion of which neither side is made.
    pub(crate) fn first_refused(&self) -> Option<&Judged> {
        self.0.iter().find(|judged| matches!(judged.standing, Standing::Refused(_)))
    }

    /// The first assertion of which no side of this role is made.
    pub(crate) fn first_refused_by(&self, role: Role) -> Option<&Judged> {
        self.0.iter().find(|judged| !judged.standing.admits(role))
    }

    /// The first assertion of one of these names.
    pub(crate) fn find(&self, names: &[&str]) -> Option<&Judged> {
        self.0.iter().find(|judged| names.contains(&&*judged.name))
    }
}
