//! A replay store in Redis, for services on many machines.
//!
//! [`RedisReplay`] says where the server is and how it is asked; it makes a [`RedisReplayStore`], which blocks, or an
//! [`AsyncRedisReplayStore`]. `question` holds what is sent and what an answer means: both stores share it.

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "async")]
mod asynchronous;
mod blocking;
mod error;
mod question;
mod server;
mod settings;

/// The client, for [`RedisReplay::of`].
pub use redis;

#[cfg(feature = "async")]
pub use asynchronous::AsyncRedisReplayStore;
pub use blocking::RedisReplayStore;
pub use error::RedisStoreError;
pub use settings::RedisReplay;
