//! The seam: which provider fills it.
//!
//! A provider is a module with the items below and nothing else; the rest of the crate names no provider.
//! `Digest` with `new`, `update`, `finish`; `hmac`; `random`; `gcm_seal`, `gcm_open`; `cbc_encrypt`,
//! `cbc_decrypt`; `aes_wrap`, `aes_unwrap`; `PrivateKey` and `PublicKey` with the operations of
//! [`key`](crate::key). Where both features are on, `aws-lc-rs` is used.

#[cfg(feature = "aws-lc-rs")]
pub(crate) use crate::aws_lc as imp;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
pub(crate) use crate::ring as imp;

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
compile_error!("choose a provider: feature `aws-lc-rs` (default) or `ring`");
