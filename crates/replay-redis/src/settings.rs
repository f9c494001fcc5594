//! Where the server is, and how it is asked.

use std::time::Duration;

use redis::{Client, ConnectionInfo, IntoConnectionInfo as _};

#[cfg(feature = "async")]
use crate::asynchronous::AsyncRedisReplayStore;
use crate::blocking::RedisReplayStore;
use crate::error::RedisStoreError;

/// A connection that was not used for this long is not used again: firewalls and servers drop idle connections
/// silently, and the message that finds out is refused.
pub(crate) const IDLE: Duration = Duration::from_secs(10);

/// Where the server is and how it is asked.
#[derive(Debug, Clone)]
pub struct RedisReplay {
    pub(crate) client: Client,
    pub(crate) prefix: String,
    pub(crate) timeout: Duration,
    pub(crate) margin: Duration,
    pub(crate) replicas: usize,
}

impl RedisReplay {
    /// The server at this address: `redis://[user[:password]@]host[:port][/database]`, `redis+unix:///path`, or
    /// `rediss://…` with the feature `tls`. Nothing is connected yet.
    ///
    /// # Errors
    /// [`RedisStoreError::Address`].
    pub fn at(address: &str) -> Result<Self, RedisStoreError> {
        let failed = |error: redis::RedisError| RedisStoreError::Address { cause: error.to_string().into() };
        let info: ConnectionInfo = address.into_connection_info().map_err(failed)?;
        // The client introduces itself unless it is told not to: one round trip more for each connection.
        let settings = info.redis_settings().clone().set_skip_set_lib_name();
        Client::open(info.set_redis_settings(settings)).map(Self::of).map_err(failed)
    }

    /// As [`RedisReplay::at`], with a client that has what an address cannot say, such as certificates.
    #[must_use]
    pub fn of(client: Client) -> Self {
        Self {
            client,
            prefix: "wss:replay:".to_owned(),
            timeout: Duration::from_secs(1),
            margin: Duration::from_secs(60),
            replicas: 0,
        }
    }

    /// What every key begins with; `wss:replay:` unless it is said here.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long the server may take, to accept a connection and to answer; one second unless it is said here. Later a
    /// message is refused. Zero counts as a millisecond.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit.max(Duration::from_millis(1));
        self
    }

    /// How far the clocks of the receivers may differ; a minute unless it is said here. Entries are kept for so much
    /// longer.
    #[must_use]
    pub fn margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// Refuses a message unless so many replicas have its entry within the timeout (`WAIT`); none unless it is said here.
    #[must_use]
    pub fn replicas(mut self, count: usize) -> Self {
        self.replicas = count;
        self
    }

    /// The store that blocks the thread while it is asked.
    #[must_use]
    pub fn blocking(self) -> RedisReplayStore {
        RedisReplayStore::new(self)
    }

    /// The store that does not block, for tokio.
    #[cfg(feature = "async")]
    #[must_use]
    pub fn asynchronous(self) -> AsyncRedisReplayStore {
        AsyncRedisReplayStore::new(self)
    }
}
