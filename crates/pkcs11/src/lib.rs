#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
mod key;
mod mechanism;
mod token;

pub use error::TokenError;
pub use key::TokenKey;
pub use token::Token;
