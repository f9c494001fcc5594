//! Profiles: recipes and receivers from TOML and JSON.
//!
//! The keys of a profile are the options of the command line `wss`, without the hyphens before them. The table `secure`
//! has those of `wss secure`, and `verify` those of `wss verify`; [`schema`] lists all of them with their effects. A
//! key that is unknown, that occurs twice, or that contradicts another is refused: nothing in a profile is ignored.
//!
//! ```
//! use wss_profile::Profile;
//!
//! let profile = Profile::from_toml(
//!     r#"
//!     [secure]
//!     key = "alice.key"
//!     cert = "alice.pem"
//!     only = "sign"
//!     timestamp = 300
//!
//!     [verify]
//!     trust = ["env:OUR_ANCHORS"]
//!     require = ["signed:Body", "signed:Timestamp"]
//!     "#,
//! )?;
//! assert_eq!(profile.sending()?.header.timestamp, Some(300));
//! // `profile.sending()?.recipe()` and `profile.receiving()?.receiver(replay_cache)` read what it names.
//!
//! let refused = Profile::from_toml("[secure]\ntimstamp = 300").unwrap_err().to_string();
//! assert!(refused.contains("perhaps timestamp is meant"), "{refused}");
//! # Ok::<(), wss_profile::ProfileError>(())
//! ```
//!
//! Keys and passwords are never in a profile: it names a file, an environment variable (`env:NAME`), or a key in a token
//! (`pkcs11:token=…;object=…?module-path=…&pin-source=…`).

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod accept;
pub mod algorithms;
mod error;
mod header;
mod keys;
mod network;
mod options;
mod parts;
mod profile;
mod receiver;
mod receiving;
mod recipe;
mod relations;
mod required;
mod sending;
mod signers;
mod source;
mod tokens;
mod unique;
mod wording;

pub use accept::AcceptOptions;
pub use error::{Known, Near, ProfileError};
pub use header::rule;
pub use network::{network, network_with_choices};
pub use profile::{Profile, schema};
pub use receiver::{Prepared, limits};
pub use receiving::{
    AllowOptions, AssertionOptions, Bsp, DemandOptions, DemandedNetworkOptions, FreshnessOptions, HoldingOptions,
    PathOptions, Receiving, TrustOptions, Whose,
};
pub use required::Required;
pub use sending::{
    AddressingOptions, AllowanceOptions, Conversation, Form, HeaderOptions, LayoutOptions, MadeNetworkOptions,
    MethodOptions, Only, Order, PartOptions, RecipientOptions, Sending, SharedKeyOptions, SignerOptions,
};
pub use source::{NamedSource, Source, standard_input};
pub use wording::Wording;
