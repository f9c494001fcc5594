//! Replay: one atomic step, last before success.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use thiserror::Error;

/// Remembers what was accepted.
///
/// Behind a load balancer every instance must share one store. The test and the insertion are one step: of two
/// deliveries of one message exactly one wins.
pub trait ReplayCache: Send + Sync {
    /// Inserts `key` until `until`, unless it is there.
    ///
    /// # Errors
    /// [`ReplayError::Seen`] if it is there; [`ReplayError::Full`] if nothing more fits, since forgetting a live
    /// entry would let its message be replayed; [`ReplayError::Failed`] if the store gives no answer.
    fn insert_if_absent(&self, key: &[u8; 32], until: SystemTime, now: SystemTime) -> Result<(), ReplayError>;

    /// Whether it remembers anything at all. A cache that does not is a waiver in the evidence.
    fn remembers(&self) -> bool {
        true
    }
}

/// Why a message was not accepted as new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// *Refused.* Accepted before.
    #[error("the message was received before")]
    Seen,
    /// *Refused.* The store holds as many live entries as it may.
    #[error("the replay store is full: raise its capacity")]
    Full,
    /// *Failed.* The store gives no answer.
    #[error("the replay store gives no answer")]
    Failed,
}

/// A store in memory, for one process.
#[derive(Debug)]
pub struct MemoryReplayCache {
    capacity: usize,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    keys: HashSet<[u8; 32]>,
    by_expiry: BTreeMap<SystemTime, Vec<[u8; 32]>>,
}

impl Default for MemoryReplayCache {
    /// One million entries.
    fn default() -> Self {
        Self::new(1_000_000)
    }
}

impl MemoryReplayCache {
    /// Holds at most `capacity` live entries, then refuses.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, entries: Mutex::default() }
    }
}

impl ReplayCache for MemoryReplayCache {
    fn insert_if_absent(&self, key: &[u8; 32], until: SystemTime, now: SystemTime) -> Result<(), ReplayError> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(first) = entries.by_expiry.first_entry().filter(|entry| *entry.key() < now) {
            for expired in first.remove() {
                entries.keys.remove(&expired);
            }
        }
        if entries.keys.contains(key) {
            return Err(ReplayError::Seen);
        }
        if entries.keys.len() >= self.capacity {
            return Err(ReplayError::Full);
        }
        entries.keys.insert(*key);
        entries.by_expiry.entry(until).or_default().push(*key);
        Ok(())
    }
}

/// No store: every message may be delivered again and again.
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{MemoryReplayCache, ReplayCache as _, ReplayError};

    #[test]
    fn of_many_threads_with_one_key_exactly_one_wins() {
        let cache = MemoryReplayCache::default();
        let now = SystemTime::UNIX_EPOCH;
        let won = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..64)
                .map(|_| scope.spawn(|| cache.insert_if_absent(&[7; 32], now + Duration::from_secs(1), now).is_ok()))
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).filter(|won| *won).count()
        });
        assert_eq!(won, 1);
    }

    #[test]
    fn refuses_when_full_and_forgets_only_what_expired() {
        let cache = MemoryReplayCache::new(2);
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(cache.insert_if_absent(&[1; 32], at(10), at(0)), Ok(()));
        assert_eq!(cache.insert_if_absent(&[2; 32], at(20), at(0)), Ok(()));
        assert_eq!(cache.insert_if_absent(&[3; 32], at(30), at(10)), Err(ReplayError::Full));
        assert_eq!(cache.insert_if_absent(&[1; 32], at(30), at(10)), Err(ReplayError::Seen), "at its last instant");
        assert_eq!(cache.insert_if_absent(&[3; 32], at(30), at(11)), Ok(()));
        assert_eq!(cache.insert_if_absent(&[2; 32], at(30), at(11)), Err(ReplayError::Seen));
    }
}
