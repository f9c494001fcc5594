//! A replay store in a SQLite file, for the processes of one machine.
//!
//! SQLite is used instead of an embedded store for one process (redb, for example): services fork, and the command line
//! is a process for each message. Every insertion is one `BEGIN IMMEDIATE` transaction, which takes the write lock
//! before it reads. If several processes insert one key, exactly one finds it absent.

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
mod file;
mod schema;

pub use error::SqliteStoreError;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use wss_replay::{ReplayCache, ReplayError};

use file::FileIdentity;

/// The time for which expired entries are kept, unless the store is full: callers read the clock before they open a
/// message, and clocks are set back by small steps.
const GRACE_MICROSECONDS: i64 = 60_000_000;

/// The number of expired entries that one insertion removes: more than it adds, so that they do not accumulate, and
/// few, so that it is quick.
const REMOVED_AT_ONCE: i64 = 8;

/// A store in a SQLite file. It serves all processes of one machine that open the file.
pub struct SqliteReplayStore {
    path: PathBuf,
    identity: FileIdentity,
    capacity: i64,
    connection: Mutex<Connection>,
}

impl std::fmt::Debug for SqliteReplayStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteReplayStore")
            .field("path", &self.path)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

impl SqliteReplayStore {
    /// Opens the store in this file, and creates it if there is none. It holds ten million entries, and waits five
    /// seconds for other processes.
    ///
    /// The whole file is checked for damage, which takes about a third of a second for a million entries.
    ///
    /// # Errors
    /// [`SqliteStoreError`] if the file cannot be opened, is damaged, or is not a replay store.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, SqliteStoreError> {
        // SQLite gives `:memory:` and the empty name a special meaning. An absolute path has none.
        let path = std::path::absolute(path.as_ref()).map_err(|error| SqliteStoreError::open(path.as_ref(), &error))?;
        let wait = Duration::from_secs(5);
        let failed = |error: rusqlite::Error| SqliteStoreError::open(&path, &error);
        let mut connection = schema::connect(&path, wait).map_err(failed)?;
        if !schema::prepare(&mut connection).map_err(failed)? {
            return Err(SqliteStoreError::Foreign { path });
        }
        let identity = FileIdentity::of(&path).map_err(|error| SqliteStoreError::open(&path, &error))?;
        Ok(Self { path, identity, capacity: 10_000_000, connection: Mutex::new(connection) })
    }

    /// Holds at most `entries` live entries, then refuses.
    #[must_use]
    pub fn capacity(mut self, entries: u64) -> Self {
        self.capacity = i64::try_from(entries).unwrap_or(i64::MAX);
        self
    }

    /// The time for which an insertion waits for other processes before it refuses.
    ///
    /// # Errors
    /// [`SqliteStoreError`] if SQLite does not take the value.
    pub fn wait(self, limit: Duration) -> Result<Self, SqliteStoreError> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .busy_timeout(limit)
            .map_err(|error| SqliteStoreError::open(&self.path, &error))?;
        Ok(self)
    }

    fn insert(&self, key: &[u8; 32], until: i64, now: i64) -> rusqlite::Result<Result<(), ReplayError>> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // The transaction is rolled back on drop, so that a refused insertion changes nothing.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known: Option<i64> = transaction
            .prepare_cached("SELECT until FROM seen WHERE key = ?1")?
            .query_row(params![key], |row| row.get(0))
            .optional()?;
        match known {
            Some(known) if known >= now => return Ok(Err(ReplayError::Seen)),
            Some(_) => {
                let update = "UPDATE seen SET until = ?2 WHERE key = ?1";
                transaction.prepare_cached(update)?.execute(params![key, until])?;
            }
            None => {
                if let Err(refused) = self.insert_new(&transaction, key, until, now)? {
                    return Ok(Err(refused));
                }
            }
        }
        transaction.commit()?;
        Ok(Ok(()))
    }

    fn insert_new(
        &self,
        transaction: &Transaction<'_>,
        key: &[u8; 32],
        until: i64,
        now: i64,
    ) -> rusqlite::Result<Result<(), ReplayError>> {
        let state = "SELECT entries, forgotten_before FROM state";
        let (entries, forgotten_before): (i64, i64) =
            transaction.prepare_cached(state)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if now < forgotten_before {
            return Ok(Err(ReplayError::ClockWentBack));
        }
        let before = if entries < self.capacity { now.saturating_sub(GRACE_MICROSECONDS) } else { now };
        let removed = transaction
            .prepare_cached(
                "DELETE FROM seen WHERE key IN (SELECT key FROM seen WHERE until < ?1 ORDER BY until LIMIT ?2)",
            )?
            .execute(params![before, REMOVED_AT_ONCE])? as i64;
        let entries = entries - removed;
        if entries >= self.capacity {
            return Ok(Err(ReplayError::Full));
        }
        transaction.prepare_cached("INSERT INTO seen (key, until) VALUES (?1, ?2)")?.execute(params![key, until])?;
        let forgotten_before = if removed == 0 { forgotten_before } else { forgotten_before.max(before) };
        transaction
            .prepare_cached("UPDATE state SET entries = ?1, forgotten_before = ?2")?
            .execute(params![entries + 1, forgotten_before])?;
        Ok(Ok(()))
    }
}

impl ReplayCache for SqliteReplayStore {
    fn insert_if_absent(&self, key: &[u8; 32], until: SystemTime, now: SystemTime) -> Result<(), ReplayError> {
        // If a file was removed or replaced, other processes open another one.
        if FileIdentity::of(&self.path).ok() != Some(self.identity) {
            return Err(ReplayError::failed("the file of the replay store was removed or replaced"));
        }
        let until = microseconds(until.max(now), 999);
        self.insert(key, until, microseconds(now, 0)).unwrap_or_else(|error| Err(ReplayError::failed(error)))
    }
}

/// Microseconds since 1970, after `nanoseconds` were added; 999 rounds up.
fn microseconds(time: SystemTime, nanoseconds: i128) -> i64 {
    let since = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => after.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    };
    let microseconds = (since + nanoseconds).div_euclid(1_000);
    microseconds.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::microseconds;

    #[test]
    fn the_last_instant_is_rounded_up_and_the_present_down() {
        let nanoseconds = |count| SystemTime::UNIX_EPOCH + Duration::from_nanos(count);
        assert_eq!((microseconds(nanoseconds(1_001), 999), microseconds(nanoseconds(1_001), 0)), (2, 1));
        assert_eq!((microseconds(nanoseconds(2_000), 999), microseconds(nanoseconds(2_000), 0)), (2, 2));
        assert_eq!(microseconds(SystemTime::UNIX_EPOCH - Duration::from_nanos(1_500), 0), -2);
    }
}
