//! A replay store in Redis, for services on many machines.
//!
//! [`RedisReplay`] holds the settings. It makes a [`RedisReplayStore`], which blocks, or an [`AsyncRedisReplayStore`].
//! `question` has the request and the meaning of the answer, which both stores share.

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

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
