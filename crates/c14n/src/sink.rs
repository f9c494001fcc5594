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

/// Passes small pieces on together, 8 KiB or more at a time, for a sink for which each piece is expensive.
///
/// ```
/// use wss_c14n::{Gathered, Sink};
///
/// let mut sink = Gathered::new(Vec::new());
/// sink.put(b"in ");
/// sink.put(b"pieces");
/// assert_eq!(sink.finish(), b"in pieces");
/// ```
pub struct Gathered<S> {
    inner: S,
    waiting: Vec<u8>,
}

impl<S: Sink> Gathered<S> {
    const ENOUGH: usize = 8 << 10;

    /// Passes octets on to `inner`.
    pub fn new(inner: S) -> Self {
        Self { inner, waiting: Vec::with_capacity(2 * Self::ENOUGH) }
    }

    /// The inner sink, which got every octet.
    pub fn finish(mut self) -> S {
        self.inner.put(&self.waiting);
        self.inner
    }

    #[inline(never)]
    fn pass_on(&mut self, octets: &[u8]) {
        let is_small = octets.len() < Self::ENOUGH;
        if is_small {
            self.waiting.extend_from_slice(octets);
        }
        if !self.waiting.is_empty() {
            self.inner.put(&self.waiting);
            self.waiting.clear();
        }
        if !is_small {
            self.inner.put(octets);
        }
    }
}

impl<S: Sink> Sink for Gathered<S> {
    #[inline]
    fn put(&mut self, octets: &[u8]) {
        if self.waiting.len() + octets.len() < Self::ENOUGH {
            self.waiting.extend_from_slice(octets);
        } else {
            self.pass_on(octets);
        }
    }

    #[inline]
    fn exceeded(&self) -> Option<Exceeded> {
        self.inner.exceeded()
    }
}

/// A buffer that grows by at most half of its first capacity. Octets beyond that are counted, and not kept.
pub(crate) struct Bounded {
    pub(crate) octets: Vec<u8>,
    /// All octets, those that did not fit included.
    pub(crate) needed: u64,
    /// The largest capacity, in octets.
    largest: u64,
    allowed: u64,
    refusal: Exceeded,
}

impl Bounded {
    /// Has room for `capacity` octets, grows by half of that, and takes up to as many as are left of a limit.
    pub(crate) fn new(capacity: usize, budget: &Budget, limit: Limit) -> Self {
        let allowed = budget.left(limit);
        let largest = allowed.min((capacity + capacity / 2) as u64);
        let capacity = capacity.min(usize::try_from(allowed).unwrap_or(usize::MAX));
        Self { octets: Vec::with_capacity(capacity), needed: 0, largest, allowed, refusal: budget.exceeded(limit) }
    }

    /// Makes room for more octets, if it may.
    #[cold]
    fn grow(&mut self, more: usize) -> bool {
        let (len, largest) = (self.octets.len(), self.largest as usize);
        let grows = self.needed <= self.largest;
        if grows {
            self.octets.reserve_exact(more.max(len / 8).min(largest - len));
        }
        grows
    }

    pub(crate) fn overflowed(&self) -> bool {
        self.octets.len() as u64 != self.needed
    }
}

impl Sink for Bounded {
    #[inline]
    fn put(&mut self, octets: &[u8]) {
        self.needed = self.needed.saturating_add(octets.len() as u64);
        if self.needed <= self.octets.capacity() as u64 || self.grow(octets.len()) {
            self.octets.extend_from_slice(octets);
        }
    }

    #[inline]
    fn exceeded(&self) -> Option<Exceeded> {
        (self.needed > self.allowed).then_some(self.refusal)
    }
}

#[cfg(test)]
mod tests {
    use wss_budget::{Budget, Limit, Limits};

    use super::{Bounded, Gathered, Sink};

    #[derive(Default)]
    struct Pieces(Vec<Vec<u8>>);

    impl Sink for Pieces {
        fn put(&mut self, octets: &[u8]) {
            self.0.push(octets.to_vec());
        }
    }

    #[test]
    fn a_megabyte_in_small_pieces_is_passed_on_in_fewer_than_200() {
        for length in [1, 7, 43, 8_191, 8_192, 8_193, 100_000] {
            let source: Vec<u8> = (0..1_000_000u32).map(|n| (n % 251) as u8).collect();
            let mut sink = Gathered::new(Pieces::default());
            source.chunks(length).for_each(|piece| sink.put(piece));
            let Pieces(pieces) = sink.finish();
            assert_eq!(pieces.concat(), source, "pieces of {length}");
            assert!(pieces.len() < 200, "{} pieces from pieces of {length}", pieces.len());
        }
    }

    #[test]
    fn a_buffer_grows_by_half_and_within_its_limit() {
        for (pieces, left, kept) in [(10, 1_000, true), (15, 1_000, true), (16, 1_000, false), (15, 149, false)] {
            let budget = Budget::new(&Limits::default().with(Limit::PlaintextOctets, left), 1);
            let mut sink = Bounded::new(100, &budget, Limit::PlaintextOctets);
            (0..pieces).for_each(|_| sink.put(b"0123456789"));
            assert_eq!((sink.needed, !sink.overflowed()), (pieces * 10, kept), "{pieces} of {left}");
            assert!(sink.octets.capacity() <= 150);
            assert_eq!(sink.exceeded().is_some(), pieces * 10 > left);
        }
    }
}
