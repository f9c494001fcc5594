//! Replay stores: the receiver asks one before it accepts a message, so that each message is accepted once.
//!
//! [`ReplayCache`] is the whole interface. [`AsyncReplayCache`] is the same for stores on a network that must not block
//! a thread. [`MemoryReplayCache`] serves one process, `wss-replay-sqlite` the processes of one machine,
//! `wss-replay-redis` those of many machines. `wss-replay-conformance` tests any of them, and yours.

#![forbid(unsafe_code)]

mod error;
mod memory;

pub use error::ReplayError;
pub use memory::MemoryReplayCache;

use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

/// Remembers accepted messages.
///
/// All receivers of one service must share one store. A store must keep these promises, which
/// `wss-replay-conformance` tests:
///
/// - **Atomic.** The look-up and the insertion are one step: of many calls with one key, exactly one succeeds, also
///   when they come from several threads, processes or machines.
/// - **Nothing is forgotten early.** A key is known up to and including the instant `until`. A store that has no room
///   left refuses; it never drops a live entry.
/// - **A failure refuses.** A store that cannot tell whether the key is new returns an error: after a timeout, after a
///   lost connection, after an answer it does not understand.
/// - **The clock is the caller's.** `now` may differ between callers, and may go back. If an entry was removed that
///   would be live at `now`, the store returns [`ReplayError::ClockWentBack`].
/// - An `until` earlier than `now` counts as `now`.
pub trait ReplayCache: Send + Sync {
    /// Inserts `key` until `until`, unless it is already there.
    ///
    /// # Errors
    /// [`ReplayError::Seen`] if the key is there; [`ReplayError::Full`] if there is no room for it; another
    /// [`ReplayError`] if the store cannot tell.
    fn insert_if_absent(&self, key: &[u8; 32], until: SystemTime, now: SystemTime) -> Result<(), ReplayError>;

    /// Whether it remembers anything. If not, the evidence has a waiver.
    fn remembers(&self) -> bool {
        true
    }
}

/// The future of [`AsyncReplayCache`]. It needs no particular runtime.
pub type ReplayFuture<'a> = Pin<Box<dyn Future<Output = Result<(), ReplayError>> + Send + 'a>>;

/// As [`ReplayCache`], with the same promises, without blocking the thread.
///
/// If the future is dropped before it is ready, the key may or may not be inserted. Either way the message was not
/// accepted.
pub trait AsyncReplayCache: Send + Sync {
    /// Inserts `key` until `until`, unless it is already there.
    ///
    /// # Errors
    /// As [`ReplayCache::insert_if_absent`].
    fn insert_if_absent_async<'a>(&'a self, key: &'a [u8; 32], until: SystemTime, now: SystemTime) -> ReplayFuture<'a>;

    /// As [`ReplayCache::remembers`].
    fn remembers(&self) -> bool {
        true
    }
}

impl<S: ReplayCache + ?Sized> ReplayCache for Arc<S> {
    fn insert_if_absent(&self, key: &[u8; 32], until: SystemTime, now: SystemTime) -> Result<(), ReplayError> {
        (**self).insert_if_absent(key, until, now)
    }

    fn remembers(&self) -> bool {
        (**self).remembers()
    }
}

impl<S: AsyncReplayCache + ?Sized> AsyncReplayCache for Arc<S> {
    fn insert_if_absent_async<'a>(&'a self, key: &'a [u8; 32], until: SystemTime, now: SystemTime) -> ReplayFuture<'a> {
        (**self).insert_if_absent_async(key, until, now)
    }

    fn remembers(&self) -> bool {
        (**self).remembers()
    }
}

/// No replay store: a message may be delivered any number of times.
#[derive(Debug, Clone, Copy)]
pub struct DangerousNoReplayCache;

impl ReplayCache for DangerousNoReplayCache {
    fn insert_if_absent(&self, _: &[u8; 32], _: SystemTime, _: SystemTime) -> Result<(), ReplayError> {
        Ok(())
    }

    fn remembers(&self) -> bool {
        false
    }
}

/// For receivers that ask their store later, an [`AsyncReplayCache`] for example.
///
/// It accepts nothing, so a receiver with it opens messages only through its `deferred` methods.
#[derive(Debug, Clone, Copy)]
pub struct DeferredReplay;

impl ReplayCache for DeferredReplay {
    fn insert_if_absent(&self, _: &[u8; 32], _: SystemTime, _: SystemTime) -> Result<(), ReplayError> {
        Err(ReplayError::Deferred)
    }
}
