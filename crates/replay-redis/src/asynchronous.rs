//! The store that does not block, for tokio.

use std::time::{Instant, SystemTime};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisResult};
use tokio::sync::Mutex;
use wss_replay::{AsyncReplayCache, ReplayError, ReplayFuture};

use crate::error::RedisStoreError;
use crate::question::Question;
use crate::server;
use crate::settings::{IDLE, RedisReplay};

/// A store in Redis for tokio. Tasks share it and its one connection, on which many requests can be in flight at once.
pub struct AsyncRedisReplayStore {
    settings: RedisReplay,
    live: Mutex<Live>,
}

#[derive(Default)]
struct Live {
    connection: Option<(MultiplexedConnection, Instant)>,
    /// The number of connections so far, which distinguishes the present one from one that failed earlier.
    count: u64,
}

impl std::fmt::Debug for AsyncRedisReplayStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AsyncRedisReplayStore").field("prefix", &self.settings.prefix).finish_non_exhaustive()
    }
}

impl AsyncRedisReplayStore {
    pub(crate) fn new(settings: RedisReplay) -> Self {
        Self { settings, live: Mutex::default() }
    }

    /// Asks the server whether it keeps entries. Call it once, when the service starts.
    ///
    /// # Errors
    /// [`RedisStoreError`] if the server cannot be reached, drops live entries, or is a replica.
    pub async fn check_server(&self) -> Result<(), RedisStoreError> {
        let asked = async {
            let (mut connection, _) = self.connection().await?;
            server::info().query_async(&mut connection).await
        };
        match tokio::time::timeout(self.settings.timeout, asked).await {
            Ok(answer) => server::judge(answer),
            Err(late) => Err(RedisStoreError::Unreachable { cause: late.to_string().into() }),
        }
    }

    /// The shared connection, and its number. The first caller without one makes it, while the others wait.
    async fn connection(&self) -> RedisResult<(MultiplexedConnection, u64)> {
        let mut live = self.live.lock().await;
        let count = live.count;
        if let Some((connection, used)) = live.connection.as_mut().filter(|(_, used)| used.elapsed() < IDLE) {
            *used = Instant::now();
            return Ok((connection.clone(), count));
        }
        let timeout = Some(self.settings.timeout);
        let config = AsyncConnectionConfig::new().set_connection_timeout(timeout).set_response_timeout(timeout);
        let connection = self.settings.client.get_multiplexed_async_connection_with_config(&config).await?;
        live.connection = Some((connection.clone(), Instant::now()));
        live.count += 1;
        Ok((connection, live.count))
    }

    async fn drop_connection(&self, number: u64) {
        let mut live = self.live.lock().await;
        if live.count == number {
            live.connection = None;
        }
    }

    async fn ask(&self, key: &[u8; 32], until: SystemTime, now: SystemTime) -> Result<(), ReplayError> {
        let question = Question::new(&self.settings, key, until, now);
        let late = || ReplayError::failed("Redis does not answer in time");
        let limit = tokio::time::Instant::now() + self.settings.timeout;
        let (mut connection, number) = match tokio::time::timeout_at(limit, self.connection()).await {
            Ok(connection) => connection.map_err(ReplayError::failed)?,
            Err(_) => return Err(late()),
        };
        let answer = tokio::time::timeout_at(limit, question.pipeline.query_async(&mut connection)).await;
        let outcome = answer.map_or_else(|_| Err(late()), |answer| question.judge(answer));
        if !matches!(outcome, Ok(()) | Err(ReplayError::Seen)) {
            self.drop_connection(number).await;
        }
        outcome
    }
}

impl AsyncReplayCache for AsyncRedisReplayStore {
    fn insert_if_absent_async<'a>(&'a self, key: &'a [u8; 32], until: SystemTime, now: SystemTime) -> ReplayFuture<'a> {
        Box::pin(self.ask(key, until, now))
    }
}

impl RedisReplay {
    /// The store that does not block, for tokio.
    #[must_use]
    pub fn asynchronous(self) -> AsyncRedisReplayStore {
        AsyncRedisReplayStore::new(self)
    }
}
