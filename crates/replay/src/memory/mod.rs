//! A store in memory, for one process.
//!
//! The entries are spread over shards, each a table with its own lock. A shard holds fewer than two thousand entries,
//! so that the longest operation under a lock, rebuilding one table, takes well below a millisecond. Expired entries
//! are removed one shard at a time: each 256th insertion rebuilds the next shard, and an insertion that finds the store
//! or its table full rebuilds first. Only `until` decides whether an entry is live, not whether it was already removed.

mod table;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::{AsyncReplayCache, ReplayCache, ReplayError, ReplayFuture};
use table::Table;

/// The average number of entries per shard when the store is full. More shards cost memory, larger shards hold their
/// lock longer.
const ENTRIES_PER_SHARD: usize = 1_600;

/// The number of insertions after which one shard is swept.
const INSERTIONS_PER_SWEEP: usize = 128;

/// The time for which expired entries are kept, unless the store is full: callers read the clock before they open a
/// message, which may take long, and clocks are set back by small steps.
const GRACE: Duration = Duration::from_secs(60);

/// A store in memory, for one process.
///
/// An entry costs about 60 octets. The store refuses with [`ReplayError::Full`] when `capacity` entries are live. Its
/// entries are lost when the process ends: messages that were accepted less than a window ago can then be replayed,
/// unless the service waits for that window before it starts. `wss-replay-sqlite` remembers across restarts.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use wss_replay::{MemoryReplayCache, ReplayCache, ReplayError};
///
/// let (store, now) = (MemoryReplayCache::default(), SystemTime::now());
/// let until = now + Duration::from_secs(420);
/// store.insert_if_absent(&[7; 32], until, now)?;
/// assert!(matches!(store.insert_if_absent(&[7; 32], until, now), Err(ReplayError::Seen)));
/// # Ok::<(), ReplayError>(())
/// ```
pub struct MemoryReplayCache {
    capacity: usize,
    /// The number of entries in all shards, including expired ones that were not removed yet.
    held: AtomicUsize,
    insertions: AtomicUsize,
    /// Selects the shard of a key. The hash has a random key, so that a sender cannot choose the shard.
    hasher: RandomState,
    shards: Box<[Shard]>,
}

#[derive(Default)]
struct Shard {
    /// The earliest expiry of an entry; zero if unknown.
    earliest: AtomicU64,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    table: Table,
    /// Entries that expired before this instant may have been removed.
    forgotten_before: u64,
}

impl Default for MemoryReplayCache {
    /// One million entries.
    fn default() -> Self {
        Self::new(1_000_000)
    }
}

impl std::fmt::Debug for MemoryReplayCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryReplayCache")
            .field("capacity", &self.capacity)
            .field("entries", &self.entries())
            .finish_non_exhaustive()
    }
}

impl MemoryReplayCache {
    /// Holds at most `capacity` live entries, then refuses. Memory is allocated as entries come.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let shards = capacity.div_ceil(ENTRIES_PER_SHARD).max(1);
        Self {
            capacity,
            held: AtomicUsize::new(0),
            insertions: AtomicUsize::new(0),
            hasher: RandomState::new(),
            shards: (0..shards).map(|_| Shard::default()).collect(),
        }
    }

    /// The number of entries, including expired ones that were not removed yet. Watch this figure: messages are refused
    /// when it reaches the capacity and no entry has expired.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// The shard of a key, and a hash that is uniform within the keys of that shard.
    fn place(&self, key: &[u8; 32]) -> (usize, u64) {
        let scaled = u128::from(self.hasher.hash_one(key)) * self.shards.len() as u128;
        ((scaled >> 64) as usize, scaled as u64)
    }

    /// Counts one more entry, unless there are already `capacity`.
    fn reserve(&self) -> bool {
        let one_more = |held| (held < self.capacity).then_some(held + 1);
        self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    /// Removes expired entries, shard after shard, until one was removed. Returns whether one was.
    fn make_room(&self, now: u64) -> bool {
        let first = self.insertions.load(Ordering::Relaxed) / INSERTIONS_PER_SWEEP;
        (0..self.shards.len()).any(|nth| self.sweep(&self.shards[(first + nth) % self.shards.len()], now))
    }

    /// Removes the entries of a shard that expired before `instant`. Returns whether there were any.
    fn sweep(&self, shard: &Shard, instant: u64) -> bool {
        shard.earliest.load(Ordering::Acquire) < instant && self.rebuild(shard, &mut shard.lock(), instant)
    }

    fn rebuild(&self, shard: &Shard, entries: &mut Entries, instant: u64) -> bool {
        let before = entries.table.len();
        let earliest = entries.table.rebuild(instant, |key| self.place(key).1);
        let removed = before - entries.table.len();
        if removed > 0 {
            entries.forgotten_before = entries.forgotten_before.max(instant);
            // Counted before `earliest` is stored, since `earliest` says that no room can be made here.
            self.held.fetch_sub(removed, Ordering::Relaxed);
        }
        shard.earliest.store(earliest, Ordering::Release);
        removed > 0
    }

    /// One attempt. `None` if there is no room.
    fn attempt(&self, key: &[u8; 32], until: u64, now: u64) -> Option<Result<(), ReplayError>> {
        let (shard, hash) = self.place(key);
        let shard = &self.shards[shard];
        let mut entries = shard.lock();
        let forgotten_before = entries.forgotten_before;
        match entries.table.get_mut(hash, key) {
            Some(known) if *known >= now => return Some(Err(ReplayError::Seen)),
            Some(known) => *known = until,
            None if now < forgotten_before => return Some(Err(ReplayError::ClockWentBack)),
            None if !self.reserve() => return None,
            None => {
                if entries.table.is_full() {
                    // A shard with more than its share of entries drops expired ones without the grace time.
                    let is_large = entries.table.len() > ENTRIES_PER_SHARD;
                    self.rebuild(shard, &mut entries, if is_large { now } else { before_grace(now) });
                }
                entries.table.insert(hash, key, until);
                shard.earliest.fetch_min(until, Ordering::Relaxed);
            }
        }
        Some(Ok(()))
    }
}

impl Shard {
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReplayCache for MemoryReplayCache {
    fn insert_if_absent(&self, key: &[u8; 32], until: SystemTime, now: SystemTime) -> Result<(), ReplayError> {
        let now = nanoseconds(now);
        let until = nanoseconds(until).max(now);
        let mut made_room = true;
        loop {
            match self.attempt(key, until, now) {
                Some(outcome) => break outcome?,
                None if !made_room => return Err(ReplayError::Full),
                // Another thread may have made the room, or may take it, so there is always one more attempt.
                None => made_room = self.make_room(now),
            }
        }
        let insertions = self.insertions.fetch_add(1, Ordering::Relaxed);
        if insertions.is_multiple_of(INSERTIONS_PER_SWEEP) {
            let next = (insertions / INSERTIONS_PER_SWEEP) % self.shards.len();
            self.sweep(&self.shards[next], before_grace(now));
        }
        Ok(())
    }
}

impl AsyncReplayCache for MemoryReplayCache {
    fn insert_if_absent_async<'a>(&'a self, key: &'a [u8; 32], until: SystemTime, now: SystemTime) -> ReplayFuture<'a> {
        Box::pin(std::future::ready(self.insert_if_absent(key, until, now)))
    }
}

fn before_grace(now: u64) -> u64 {
    now.saturating_sub(GRACE.as_nanos() as u64)
}

/// Nanoseconds since 1970, at least one. Times outside 1970 to 2554 count as the nearer of the two.
fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{ENTRIES_PER_SHARD, INSERTIONS_PER_SWEEP, MemoryReplayCache};
    use crate::{ReplayCache as _, ReplayError};

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn key(number: usize) -> [u8; 32] {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        key
    }

    #[test]
    fn refuses_when_full_and_forgets_only_what_expired() {
        let cache = MemoryReplayCache::new(2);
        assert_eq!(cache.insert_if_absent(&[1; 32], at(10), at(0)), Ok(()));
        assert_eq!(cache.insert_if_absent(&[2; 32], at(20), at(0)), Ok(()));
        assert_eq!(cache.insert_if_absent(&[3; 32], at(30), at(10)), Err(ReplayError::Full));
        assert_eq!(cache.insert_if_absent(&[1; 32], at(30), at(10)), Err(ReplayError::Seen), "at its last instant");
        assert_eq!(cache.insert_if_absent(&[3; 32], at(30), at(11)), Ok(()));
        assert_eq!(cache.insert_if_absent(&[2; 32], at(30), at(11)), Err(ReplayError::Seen));
    }

    #[test]
    fn an_uneven_spread_over_the_shards_refuses_nothing_before_the_store_is_full() {
        let capacity = 20 * ENTRIES_PER_SHARD;
        let cache = MemoryReplayCache::new(capacity);
        for number in 0..capacity {
            assert_eq!(cache.insert_if_absent(&key(number), at(10), at(0)), Ok(()), "entry {number}");
        }
        assert_eq!(cache.insert_if_absent(&key(capacity), at(10), at(0)), Err(ReplayError::Full));
        for number in capacity..2 * capacity {
            assert_eq!(cache.insert_if_absent(&key(number), at(30), at(11)), Ok(()), "room once expired: {number}");
        }
        assert_eq!(cache.insert_if_absent(&key(0), at(30), at(11)), Err(ReplayError::Full));
    }

    #[test]
    fn expired_entries_are_removed_though_the_store_is_not_full() {
        let cache = MemoryReplayCache::new(40 * ENTRIES_PER_SHARD);
        for number in 0..10_000 {
            assert_eq!(cache.insert_if_absent(&key(number), at(10), at(0)), Ok(()));
        }
        let sweeps_all = 40 * INSERTIONS_PER_SWEEP;
        for number in 10_000..10_000 + sweeps_all {
            assert_eq!(cache.insert_if_absent(&key(number), at(1_000), at(100)), Ok(()));
        }
        assert_eq!(cache.entries(), sweeps_all);
    }

    #[test]
    fn a_caller_that_read_the_clock_a_minute_ago_is_served() {
        let cache = MemoryReplayCache::new(ENTRIES_PER_SHARD);
        for number in 0..2_000 {
            let now = at(1_000 + number as u64 / 10);
            assert_eq!(cache.insert_if_absent(&key(number), now + Duration::from_secs(1), now), Ok(()));
        }
        let slow = at(1_000 + 199 - 59);
        assert_eq!(cache.insert_if_absent(&[9; 32], slow + Duration::from_secs(1), slow), Ok(()));
        assert_eq!(cache.insert_if_absent(&[8; 32], at(1_010), at(1_001)), Err(ReplayError::ClockWentBack));
    }
}
