//! The limits for a policy, beyond those on each document.

use std::cell::Cell;

use wss_c14n::Limits;

use crate::digest::Digests;
use crate::error::PolicyError;

/// The limits for a policy. The normal form of a policy can be larger than the policy by any factor: each
/// `wsp:Optional` doubles it.
#[derive(Debug, Clone, Copy)]
pub struct PolicyLimits {
    /// The limits for each document.
    pub(crate) documents: Limits,
    pub(crate) alternatives: usize,
    pub(crate) assertions: usize,
    pub(crate) in_force: usize,
    pub(crate) imports: usize,
}

impl Default for PolicyLimits {
    /// The default limits on documents, 64 alternatives, 7000 assertions, 200 000 in force, 16 imports.
    fn default() -> Self {
        Self { documents: Limits::default(), alternatives: 64, assertions: 7_000, in_force: 200_000, imports: 16 }
    }
}

impl PolicyLimits {
    /// The limits on each document that is read, and on each message that [`Policy::check`](crate::Policy::check) reads.
    #[must_use]
    pub fn documents(mut self, limits: Limits) -> Self {
        self.documents = limits;
        self
    }

    /// The largest number of alternatives of one policy, and of the policies together that are in force for one
    /// message.
    #[must_use]
    pub fn alternatives(mut self, most: usize) -> Self {
        self.alternatives = most;
        self
    }

    /// The largest number of assertions that are kept: those in all alternatives of all policies together, with nested
    /// ones, parts, definitions and operations. A path costs one more for each of its steps, for each 32 octets of a long
    /// text, and of its expanded names; an attribute that is read, for each 64. Several supporting tokens count once for each
    /// part beside them.
    #[must_use]
    pub fn assertions(mut self, most: usize) -> Self {
        self.assertions = most;
        self
    }

    /// The largest number of assertions that are in force for all messages together, in all alternatives. A policy that
    /// is in force for many messages counts for each of them: they are judged one after another.
    #[must_use]
    pub fn in_force(mut self, most: usize) -> Self {
        self.in_force = most;
        self
    }

    /// The limits with one of these changed, by its name: `alternatives`, `assertions`, `in-force` or `imports`. `None` for
    /// another name.
    #[must_use]
    pub fn named(self, name: &str, most: usize) -> Option<Self> {
        match name {
            "alternatives" => Some(self.alternatives(most)),
            "assertions" => Some(self.assertions(most)),
            "in-force" => Some(self.in_force(most)),
            "imports" => Some(self.imports(most)),
            _ => None,
        }
    }

    /// The largest number of files that are imported.
    #[must_use]
    pub fn imports(mut self, most: usize) -> Self {
        self.imports = most;
        self
    }
}

/// The rest of the limits.
pub(crate) struct Charge {
    limits: PolicyLimits,
    assertions: Cell<usize>,
    in_force: Cell<usize>,
    steps: Cell<usize>,
}

impl Charge {
    pub(crate) fn new(limits: PolicyLimits) -> Self {
        Self { limits, assertions: Cell::new(0), in_force: Cell::new(0), steps: Cell::new(0) }
    }

    /// For the digests of policies in files of so many octets.
    pub(crate) fn digests(&self, octets: usize) -> Digests {
        Digests::new(&self.limits.documents, octets)
    }

    /// Charges this number of assertions, before they are kept.
    pub(crate) fn assertions(&self, count: usize) -> Result<(), PolicyError> {
        let used = self.assertions.get().saturating_add(count);
        self.assertions.set(used);
        let allowed = self.limits.assertions;
        let error = PolicyError::Exceeded { what: "assertions in all alternatives", allowed, call: "assertions" };
        if used > allowed { Err(error) } else { Ok(()) }
    }

    /// Charges an operator or a reference, before it is followed: a policy may refer to another twice, and that one,
    /// too.
    pub(crate) fn step(&self) -> Result<(), PolicyError> {
        const FOR_EACH_ASSERTION: usize = 16;
        let used = self.steps.get().saturating_add(1);
        self.steps.set(used);
        let allowed = self.limits.assertions;
        let what = "assertions, with 16 operators and references for each";
        let error = PolicyError::Exceeded { what, allowed, call: "assertions" };
        if used > allowed.saturating_mul(FOR_EACH_ASSERTION) { Err(error) } else { Ok(()) }
    }

    /// Charges this number of alternatives, before they are made.
    pub(crate) fn alternatives(&self, count: usize) -> Result<(), PolicyError> {
        let allowed = self.limits.alternatives;
        let error = PolicyError::Exceeded { what: "alternatives of one policy", allowed, call: "alternatives" };
        if count > allowed { Err(error) } else { Ok(()) }
    }

    /// Charges this number of assertions, before they are judged.
    pub(crate) fn in_force(&self, count: usize) -> Result<(), PolicyError> {
        let used = self.in_force.get().saturating_add(count);
        self.in_force.set(used);
        let allowed = self.limits.in_force;
        let error = PolicyError::Exceeded { what: "assertions in force for all messages", allowed, call: "in_force" };
        if used > allowed { Err(error) } else { Ok(()) }
    }

    pub(crate) fn imports(&self, count: usize) -> Result<(), PolicyError> {
        let allowed = self.limits.imports;
        let error = PolicyError::Exceeded { what: "imported files", allowed, call: "imports" };
        if count > allowed { Err(error) } else { Ok(()) }
    }
}
