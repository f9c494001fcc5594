//! Goals: the values that octets must fit, and the meter of the search.

use std::cell::Cell;

use wss_c14n::{Budget, Exceeded, Limit};
use wss_crypto::{Digest, DigestMethod, HmacKey, PublicKey, SignatureMethod, SigningKey as _};

use super::cause::Cause;
use super::edit::Out;

/// The value that octets must fit.
pub(super) enum Goal {
    /// Their digest.
    Digest { method: DigestMethod, value: Vec<u8> },
    /// The digest in a PSS value, with its salt.
    Pss { method: DigestMethod, digest: Vec<u8>, salt: Vec<u8> },
    /// A signature value under a public key.
    Public { key: PublicKey, method: SignatureMethod, value: Vec<u8> },
    /// A MAC, or its leading octets.
    Mac { key: HmacKey, method: SignatureMethod, value: Vec<u8> },
}

/// The number of octets that a verification with a public key counts for.
const PUBLIC_KEY_OPERATION: u64 = 32 << 10;
/// The smallest number of octets that an attempt counts for.
const LEAST: u64 = 1 << 10;

impl Goal {
    /// Whether the octets that `write` writes fit.
    pub(super) fn fits(&self, write: &dyn Fn(Out<'_>)) -> bool {
        match self {
            Self::Digest { method, value } => digest(*method, write) == *value,
            Self::Pss { method, digest: expected, salt } => {
                let inner = digest(*method, write);
                let padded = [&[0; 8][..], &inner, salt].concat();
                Digest::of(*method, &padded).as_octets() == expected
            }
            Self::Public { key, method, value } => key.verify(*method, &all(write), value).is_ok(),
            Self::Mac { key, method, value } => {
                let mac = key.sign(*method, &all(write));
                mac.is_ok_and(|mac| !value.is_empty() && mac.starts_with(value))
            }
        }
    }

    const fn cost(&self) -> u64 {
        match self {
            Self::Public { .. } => PUBLIC_KEY_OPERATION,
            Self::Digest { .. } | Self::Pss { .. } | Self::Mac { .. } => 0,
        }
    }
}

fn digest(method: DigestMethod, write: &dyn Fn(Out<'_>)) -> Vec<u8> {
    let mut digest = Digest::new(method);
    write(&mut |octets| digest.update(octets));
    digest.finish().as_octets().to_vec()
}

fn all(write: &dyn Fn(Out<'_>)) -> Vec<u8> {
    let mut octets = Vec::new();
    write(&mut |piece| octets.extend_from_slice(piece));
    octets
}

/// A goal, and its causes: those of the value itself.
pub(super) struct Aim {
    pub(super) goal: Goal,
    pub(super) causes: Vec<Cause>,
}

/// The rest of the budget for a search, and the number of its attempts.
pub(super) struct Meter<'b> {
    budget: &'b Budget,
    /// The share of the rest that this search may use.
    share: Cell<u64>,
    tried: Cell<usize>,
    exceeded: Cell<Option<Exceeded>>,
    /// The limit at which a search with a part of the share stopped.
    cut: Cell<Option<Exceeded>>,
}

impl<'b> Meter<'b> {
    /// A meter for one search, with its share of the rest for `searches` that are still to come.
    pub(super) fn new(budget: &'b Budget, searches: usize) -> Self {
        let share = budget.left(Limit::CauseOctets) / searches.max(1) as u64;
        Self { budget, share: Cell::new(share), tried: Cell::new(0), exceeded: Cell::new(None), cut: Cell::new(None) }
    }

    /// Pays for an attempt on `octets` octets; `false` if it must not be made.
    pub(super) fn pays(&self, octets: usize, aims: &[Aim]) -> bool {
        let operations: u64 = aims.iter().map(|aim| aim.goal.cost()).sum();
        let cost = (octets as u64).max(LEAST).saturating_mul(aims.len().max(1) as u64).saturating_add(operations);
        let is_paid = self.affords(cost);
        self.tried.set(self.tried.get() + usize::from(is_paid));
        is_paid
    }

    /// Pays for looking through `cost` octets, or copying them, before an attempt.
    pub(super) fn affords(&self, cost: u64) -> bool {
        let left = self.share.get();
        if self.exceeded.get().is_some() || cost > left {
            self.exceeded.set(Some(self.budget.exceeded(Limit::CauseOctets)));
            return false;
        }
        if let Err(exceeded) = self.budget.charge(Limit::CauseOctets, cost) {
            self.exceeded.set(Some(exceeded));
            return false;
        }
        self.share.set(left - cost);
        true
    }

    /// Runs a search with a part of the share, so that those behind it have the rest.
    pub(super) fn with_part<T>(&self, parts: u64, run: impl FnOnce() -> T) -> T {
        if self.exceeded.get().is_some() {
            return run();
        }
        let share = self.share.get();
        let part = share / parts;
        self.share.set(part);
        let result = run();
        self.share.set(share - (part - self.share.get()));
        self.cut.set(self.exceeded.take().or(self.cut.get()));
        result
    }

    /// The number of attempts.
    pub(super) fn tried(&self) -> usize {
        self.tried.get()
    }

    /// The limit at which the search stopped; `None` if it goes on.
    pub(super) fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded.get()
    }

    /// The limit at which the search, or a part of it, stopped; `None` if it tried everything.
    pub(super) fn stopped(&self) -> Option<Exceeded> {
        self.exceeded.get().or(self.cut.get())
    }
}
