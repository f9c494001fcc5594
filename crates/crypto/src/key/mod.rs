//! Keys: what a caller loads, and the operations on it.
//!
//! A key knows its kind, and the kind decides which algorithms it can run. Bounds for every use are checked when a key
//! is made, from any source. A policy asks [`KeyKind`] for the strength, and each operation asks it first whether the kind runs
//! the algorithm: a new kind does not compile until that is decided there.

mod agreement;
mod encoding;
mod kind;
mod parts;
mod pkcs8;
mod private;
mod pss;
mod pss_parameters;
mod public;
mod recover;
mod unwrap;
mod verifying;

pub use kind::KeyKind;
pub use parts::{EcPoint, EncapsulatedSecret, RsaComponents};
pub use private::PrivateKey;
pub use pss::PssEncoding;
pub use pss_parameters::PssParameters;
pub use public::PublicKey;
pub use unwrap::KeyUnwrap;
pub use verifying::VerifyingKey;
