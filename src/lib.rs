//! WS-Security.
#![forbid(unsafe_code)]
pub use wss_c14n as c14n;
