//! Where canonical octets go: a buffer, a digest, or anything else that takes octets.

/// Takes canonical octets as they are produced, in as many pieces as it takes.
pub trait Sink {
    /// Takes the next octets.
    fn put(&mut self, octets: &[u8]);

    /// Whether further octets would be dropped; asked now and then, so that hostile input cannot make a small
    /// document cost a large canonical form.
    #[inline]
    fn is_exhausted(&self) -> bool {
        false
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
    fn is_exhausted(&self) -> bool {
        (**self).is_exhausted()
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

/// Counts octets up to a bound; canonicalisation into it stops when they are used up.
#[derive(Debug)]
pub struct Bounded<S> {
    inner: S,
    left: u64,
    exhausted: bool,
}

impl<S> Bounded<S> {
    /// Passes at most about `allowed` octets on to `inner`.
    pub fn new(inner: S, allowed: u64) -> Self {
        Self { inner, left: allowed, exhausted: false }
    }

    /// The inner sink and how many octets are left; `None` if there were too many.
    pub fn finish(self) -> Option<(S, u64)> {
        (!self.exhausted).then_some((self.inner, self.left))
    }
}

impl<S: Sink> Sink for Bounded<S> {
    #[inline]
    fn put(&mut self, octets: &[u8]) {
        match self.left.checked_sub(octets.len() as u64) {
            Some(left) if !self.exhausted => {
                self.left = left;
                self.inner.put(octets);
            }
            _ => self.exhausted = true,
        }
    }

    #[inline]
    fn is_exhausted(&self) -> bool {
        self.exhausted
    }
}
