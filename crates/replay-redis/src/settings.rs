//! The address of the server, and the settings of requests.

use std::time::Duration;

use redis::{Client, ConnectionInfo, IntoConnectionInfo as _};

use crate::error::RedisStoreError;

/// A connection that was idle for this long is not used again: firewalls and servers drop idle connections silently,
/// and the next message would be refused.
pub(crate) const IDLE: Duration = Duration::from_secs(10);

/// The address of the server, and the settings of requests.
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
    /// `rediss://…` with the feature `tls`. Does not connect yet.
    ///
    /// # Errors
    /// [`RedisStoreError::Address`].
    pub fn at(address: &str) -> Result<Self, RedisStoreError> {
        let failed = |error: redis::RedisError| RedisStoreError::Address { cause: error.to_string().into() };
        let info: ConnectionInfo = address.into_connection_info().map_err(failed)?;
        // By default the client introduces itself to the server, which costs a round trip for each connection.
        let settings = info.redis_settings().clone().set_skip_set_lib_name();
        Client::open(info.set_redis_settings(settings)).map(Self::of).map_err(failed)
    }

    /// As [`RedisReplay::at`], with a client for settings that an address cannot express, such as certificates.
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

    /// The prefix of every key; `wss:replay:` by default.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The time within which the server must accept a connection and answer; one second by default. After that, the
    /// message is refused. Zero counts as a millisecond.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit.max(Duration::from_millis(1));
        self
    }

    /// The largest difference between the clocks of the receivers; a minute by default. Entries are kept longer by this
    /// time.
    #[must_use]
    pub fn margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// Refuses a message unless this number of replicas has its entry within the timeout (`WAIT`); none by default.
    #[must_use]
    pub fn replicas(mut self, count: usize) -> Self {
        self.replicas = count;
        self
    }
}
