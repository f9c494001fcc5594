#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "axum")]
mod axum;
mod body;
mod client;
mod error;
mod message;
#[cfg(feature = "reqwest-middleware")]
mod middleware;
#[cfg(feature = "reqwest")]
mod reqwest;
mod room;
mod service;
mod sides;
mod statuses;
mod work;

pub use body::BoxError;
pub use client::{SecureLayer, SecureService};
pub use error::{ClientError, Refusal};
pub use message::SoapMessage;
#[cfg(feature = "reqwest")]
pub use reqwest::HttpClient;
pub use service::{OpenLayer, OpenService, OpenedRequest, UnsignedRequest};
