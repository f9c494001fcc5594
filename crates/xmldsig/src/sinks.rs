//! The sinks for the octets of a reference.

use wss_c14n::{Count, Sink};
use wss_crypto::Digest;

/// Counts the octets that go to `inner`.
pub(crate) struct Counting<S> {
    pub(crate) inner: S,
    pub(crate) octets: Count,
}

impl<S: Sink> Sink for Counting<S> {
    fn put(&mut self, octets: &[u8]) {
        self.octets.put(octets);
        self.inner.put(octets);
    }
}

/// A digest as a sink.
pub(crate) struct DigestSink(pub(crate) Digest);

impl Sink for DigestSink {
    #[inline]
    fn put(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }
}
