//! The vectors of other projects, found through `WSS_VECTORS` (set by `.ci/run`).
//!
//! Every case gives its expected result, or is in `vectors/exceptions.toml` with a reason. An exception that starts to
//! pass fails the run until it is removed.

mod c14n;
mod corpus;
#[cfg(feature = "pkcs12")]
mod elsewhere;
#[cfg(feature = "pkcs12")]
mod keys;
mod xml;
