//! The budget of one message.

use std::cell::Cell;

use crate::limit::{Exceeded, Limit, Limits, PerLimit};

/// The rest of the limits for one message. Work is charged before it is done.
///
/// A budget belongs to one message and one thread. All revisions and plaintexts of the message share it.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    message_octets: u64,
    /// The octets by which a message that is being made became longer.
    grown: Cell<u64>,
    used: PerLimit<Cell<u64>>,
}

/// The octets that a limit per octet of the message always allows, even for a small message.
const fn floor(limit: Limit) -> u64 {
    match limit {
        // Many steps on a small message take little time and no memory.
        Limit::ParsedOctets => 1 << 20,
        // The declaration `xmlns=""` on as many elements as a document may have declarations is within it.
        Limit::XPathHeld | Limit::TakenAlongOctets => 256 << 10,
        _ => 64 << 10,
    }
}

/// The smallest number of octets that a message counts for. Many causes of a small message cost little: with this
/// floor, a higher limit lets a search go on for a message of any size.
const fn least_octets(limit: Limit) -> u64 {
    match limit {
        Limit::CauseOctets => 1 << 20,
        _ => 0,
    }
}

impl Budget {
    /// The budget of a message of this size.
    #[must_use]
    pub fn new(limits: &Limits, message_octets: u64) -> Self {
        let used = [const { Cell::new(0) }; Limit::ALL.len()];
        Self { limits: *limits, message_octets, grown: Cell::new(0), used }
    }

    /// Notes that a message that is being made became longer by so many octets, which its receiver gets as well. Limits for each
    /// octet of the message then allow more, except [`Limit::TakenAlongOctets`], which bounds this growth.
    pub fn grow(&self, octets: u64) {
        self.grown.set(self.grown.get().saturating_add(octets));
    }

    /// A budget without bounds, for documents that the caller made itself.
    #[must_use]
    pub fn dangerous_unbounded() -> Self {
        Self::new(&Limits::dangerous_unbounded(), u64::MAX)
    }

    /// The limits of this budget.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Charges `count` to the total of the message.
    ///
    /// # Errors
    /// [`Exceeded`] if less is left. In that case nothing is charged, and the caller must not do the work.
    #[inline]
    pub fn charge(&self, limit: Limit, count: u64) -> Result<(), Exceeded> {
        let used = self.used(limit).saturating_add(count);
        if used > self.allowance(limit) {
            return Err(self.exceeded(limit));
        }
        if let Some(known) = self.used.get(limit as usize) {
            known.set(used);
        }
        Ok(())
    }

    /// Compares `count` things in one place with their limit. Nothing is charged.
    ///
    /// # Errors
    /// [`Exceeded`].
    #[inline]
    pub fn check(&self, limit: Limit, count: usize) -> Result<(), Exceeded> {
        self.limits.check(limit, count)
    }

    /// Compares the amount that is held at one time with the total of the message. Nothing is charged.
    ///
    /// # Errors
    /// [`Exceeded`].
    #[inline]
    pub fn check_held(&self, limit: Limit, amount: u64) -> Result<(), Exceeded> {
        if amount > self.allowance(limit) { Err(self.exceeded(limit)) } else { Ok(()) }
    }

    /// The amount that was charged.
    #[must_use]
    #[inline]
    pub fn used(&self, limit: Limit) -> u64 {
        self.used.get(limit as usize).map_or(0, Cell::get)
    }

    /// The amount that can still be charged.
    #[must_use]
    pub fn left(&self, limit: Limit) -> u64 {
        self.allowance(limit).saturating_sub(self.used(limit))
    }

    /// The error for a limit of this budget.
    #[must_use]
    #[cold]
    pub fn exceeded(&self, limit: Limit) -> Exceeded {
        Exceeded { limit, allowed: self.limits.get(limit) }
    }

    fn allowance(&self, limit: Limit) -> u64 {
        let value = self.limits.get(limit);
        let grown = if limit == Limit::TakenAlongOctets { 0 } else { self.grown.get() };
        let octets = self.message_octets.saturating_add(grown).max(least_octets(limit));
        if limit.is_per_octet() { value.saturating_mul(octets).max(floor(limit)) } else { value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_charged_is_gone_and_what_is_refused_is_not() {
        let budget = Budget::new(&Limits::default().with(Limit::Signatures, 3), 0);
        assert_eq!(budget.charge(Limit::Signatures, 2), Ok(()));
        assert_eq!(budget.charge(Limit::Signatures, 2), Err(Exceeded { limit: Limit::Signatures, allowed: 3 }));
        assert_eq!((budget.used(Limit::Signatures), budget.left(Limit::Signatures)), (2, 1));
        assert_eq!(budget.charge(Limit::Signatures, 1), Ok(()));
        assert_eq!(budget.charge(Limit::Signatures, u64::MAX).map_err(|e| e.limit), Err(Limit::Signatures));
    }

    #[test]
    fn limits_per_octet_grow_with_the_message() {
        let budget = |octets| Budget::new(&Limits::default(), octets);
        assert_eq!(budget(0).left(Limit::DigestedOctets), 64 << 10);
        assert_eq!(budget(1 << 20).left(Limit::DigestedOctets), 4 << 20);
        assert_eq!(Budget::dangerous_unbounded().left(Limit::DigestedOctets), u64::MAX);
        let (small, large) = (budget(0), budget(1 << 20));
        assert_eq!(small.check_held(Limit::XPathHeld, 256 << 10), Ok(()));
        assert_eq!(small.check_held(Limit::XPathHeld, (256 << 10) + 1), Err(small.exceeded(Limit::XPathHeld)));
        // What is held is not charged: it may be held again.
        assert_eq!([(); 2].map(|()| large.check_held(Limit::XPathHeld, 2 << 20)), [Ok(()), Ok(())]);
    }

    #[test]
    fn a_message_that_grows_may_cost_more_but_not_grow_more() {
        let budget = Budget::new(&Limits::default(), 1 << 20);
        budget.grow(1 << 20);
        assert_eq!(budget.left(Limit::DigestedOctets), 8 << 20);
        assert_eq!(budget.left(Limit::TakenAlongOctets), 1 << 20);
    }

    #[test]
    fn the_error_names_both_ways_to_raise_the_limit() {
        let text = Exceeded { limit: Limit::References, allowed: 64 }.to_string();
        assert!(text.starts_with("more than 64 references in one signature"), "{text}");
        assert!(text.contains("`Limits::with(Limit::References, …)`") && text.contains("--limit references=…"));
    }
}
