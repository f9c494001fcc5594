//! The store that blocks the thread during a request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use redis::{Connection, RedisResult};
use wss_replay::{ReplayCache, ReplayError};

use crate::error::RedisStoreError;
use crate::question::Question;
use crate::server;
use crate::settings::{IDLE, RedisReplay};

/// The largest number of idle connections that are kept.
const KEPT: usize = 64;

/// A store in Redis that blocks the thread during a request. Threads share it: each call has its own connection, which
/// is kept for later calls.
pub struct RedisReplayStore {
    settings: RedisReplay,
    idle: Mutex<Vec<(Connection, Instant)>>,
}

impl std::fmt::Debug for RedisReplayStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisReplayStore").field("prefix", &self.settings.prefix).finish_non_exhaustive()
    }
}

impl RedisReplayStore {
    pub(crate) fn new(settings: RedisReplay) -> Self {
        Self { settings, idle: Mutex::default() }
    }

    /// Asks the server whether it keeps entries. Call it once, when the service starts.
    ///
    /// # Errors
    /// [`RedisStoreError`] if the server cannot be reached, drops live entries, or is a replica.
    pub fn check_server(&self) -> Result<(), RedisStoreError> {
        server::judge(self.connection().and_then(|mut connection| server::info().query(&mut connection)))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Connection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that was used last, if that was recent; otherwise a new one.
    fn connection(&self) -> RedisResult<Connection> {
        let kept = {
            let mut idle = self.idle();
            idle.retain(|(_, used)| used.elapsed() < IDLE);
            idle.pop()
        };
        if let Some((connection, _)) = kept {
            return Ok(connection);
        }
        let connection = self.settings.client.get_connection_with_timeout(self.settings.timeout)?;
        connection.set_read_timeout(Some(self.settings.timeout))?;
        connection.set_write_timeout(Some(self.settings.timeout))?;
        Ok(connection)
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle();
        if idle.len() < KEPT {
            idle.push((connection, Instant::now()));
        }
    }
}

impl ReplayCache for RedisReplayStore {
    fn insert_if_absent(&self, key: &[u8; 32], until: SystemTime, now: SystemTime) -> Result<(), ReplayError> {
        let question = Question::new(&self.settings, key, until, now);
        let mut connection = self.connection().map_err(ReplayError::failed)?;
        let outcome = question.judge(question.pipeline.query(&mut connection));
        match &outcome {
            Ok(()) | Err(ReplayError::Seen) => self.keep(connection),
            // Answers that still arrive would be taken for answers to later requests. If one connection failed, the
            // others have probably failed, too.
            Err(_) => self.idle().clear(),
        }
        outcome
    }
}

impl RedisReplay {
    /// The store that blocks the thread during a request.
    #[must_use]
    pub fn blocking(self) -> RedisReplayStore {
        RedisReplayStore::new(self)
    }
}
