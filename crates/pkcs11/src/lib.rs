#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
// A guard that a `match` holds would keep the other threads waiting while one logs in.
#![deny(clippy::significant_drop_in_scrutinee)]

mod error;
mod key;
mod mechanism;
mod token;

pub use error::{TokenCause, TokenError};
pub use key::TokenKey;
pub use token::Token;
