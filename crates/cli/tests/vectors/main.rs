//! The vectors of other projects through the command line, found by `WSS_VECTORS` (set by `.ci/run`).
//!
//! Every case gives its expected result, or is in `vectors/exceptions.toml` with a reason; an exception
//! that starts to pass fails the run until its line goes.

#[path = "../../../../tests/vectors/corpus.rs"]
mod corpus;
mod keys;
mod wss;
mod xmldsig;
mod xmlenc;
