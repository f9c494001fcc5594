//! Why a server cannot serve as a replay store.

use thiserror::Error;
use wss_text::WireText;

/// Why a server cannot serve as a replay store.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RedisStoreError {
    /// *Misuse.* The address is not one of a Redis server, or needs a feature that is not compiled in.
    #[error(
        "not an address of Redis ({cause:?}): write redis://host:port/database, redis+unix:///path, or rediss:// with the feature `tls`"
    )]
    Address {
        /// The client's report.
        cause: WireText,
    },
    /// *Failed.* The server cannot be reached.
    #[error("Redis cannot be asked ({cause:?}): check that it runs at this address, and that the user may run INFO")]
    Unreachable {
        /// The client's report.
        cause: WireText,
    },
    /// *Refused.* The server drops live entries when its memory is full.
    #[error("Redis drops live entries when its memory is full (maxmemory-policy {policy:?}): set it to noeviction")]
    Evicts {
        /// The policy.
        policy: WireText,
    },
    /// *Refused.* The server is a replica, which is read-only.
    #[error("this Redis is a replica: give the address of the primary")]
    Replica,
}
