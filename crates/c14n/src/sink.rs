//! The receivers of canonical octets: a buffer, a digest, or anything else that takes octets.

use wss_budget::{Budget, Exceeded, Limit};

/// Takes canonical octets piece by piece as they are produced.
pub trait Sink {
    /// Takes the next octets.
    fn put(&mut self, octets: &[u8]);

    /// The exceeded limit, if the sink drops further octets. The walker asks regularly, so that a small hostile document
    /// cannot cause the work of a large canonical form.
    #[inline]
    fn exceeded(&self) -> Option<Exceeded> {
        None
    }
}

impl Sink for Vec<u8> {
    #[inline]
    fn put(&mut self, octets: &[u8]) {
        self.extend_from_slice(octets);
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    #[inline]
    fn put(&mut self, octets: &[u8]) {
        (**self).put(octets);
    }

    #[inline]
    fn exceeded(&self) -> Option<Exceeded> {
        (**self).exceeded()
    }
}

/// Counts octets and keeps none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count(pub u64);

impl Sink for Count {
    #[inline]
    fn put(&mut self, octets: &[u8]) {
        self.0 += octets.len() as u64;
    }
}

/// Charges octets to a budget before it passes them on. Canonicalisation stops when the budget is used up.
#[derive(Debug)]
pub struct Charged<'b, S> {
    inner: S,
    budget: &'b Budget,
    limit: Limit,
    exceeded: Option<Exceeded>,
}

impl<'b, S> Charged<'b, S> {
    /// Charges what goes to `inner` to this limit of `budget`.
    pub fn new(inner: S, budget: &'b Budget, limit: Limit) -> Self {
        Self { inner, budget, limit, exceeded: None }
    }

    /// The inner sink, which got every octet.
    ///
    /// # Errors
    /// [`Exceeded`] if octets were dropped.
    pub fn finish(self) -> Result<S, Exceeded> {
        self.exceeded.map_or(Ok(self.inner), Err)
    }
}

impl<S: Sink> Sink for Charged<'_, S> {
    #[inline]
    fn put(&mut self, octets: &[u8]) {
        if self.exceeded.is_some() {
            return;
        }
        match self.budget.charge(self.limit, octets.len() as u64) {
            Ok(()) => self.inner.put(octets),
            Err(exceeded) => self.exceeded = Some(exceeded),
        }
    }

    #[inline]
    fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded
    }
}

/// A buffer that never grows: it only counts the octets that do not fit.
pub(crate) struct Fixed {
    pub(crate) octets: Vec<u8>,
    /// All octets, those that did not fit included.
    pub(crate) needed: u64,
    allowed: u64,
    refusal: Exceeded,
}

impl Fixed {
    /// Has room for `capacity` octets, and takes up to as many as are left of a limit.
    pub(crate) fn new(capacity: usize, budget: &Budget, limit: Limit) -> Self {
        let allowed = budget.left(limit);
        let capacity = capacity.min(usize::try_from(allowed).unwrap_or(usize::MAX));
        Self { octets: Vec::with_capacity(capacity), needed: 0, allowed, refusal: budget.exceeded(limit) }
    }

    pub(crate) fn overflowed(&self) -> bool {
        self.octets.len() as u64 != self.needed
    }
}

impl Sink for Fixed {
    #[inline]
    fn put(&mut self, octets: &[u8]) {
        self.needed = self.needed.saturating_add(octets.len() as u64);
        if self.needed <= self.octets.capacity() as u64 {
            self.octets.extend_from_slice(octets);
        }
    }

    #[inline]
    fn exceeded(&self) -> Option<Exceeded> {
        (self.needed > self.allowed).then_some(self.refusal)
    }
}
