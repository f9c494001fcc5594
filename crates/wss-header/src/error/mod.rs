//! Errors of a message, one enum for each verb, and the reasons in them. They are for the log; another type is for the wire.

mod coverage_lost;
mod header;
mod known_keys;
mod misplaced;
mod missing_key;
mod namespaces;
mod open;
mod open_kinds;
mod plan;
mod plan_kinds;
mod remaining_ciphertext;
mod require;
mod secure;
mod why_no_token;

pub use coverage_lost::{CoverageLost, LostCoverage, LostPart};
pub use header::HeaderError;
pub use known_keys::KnownKeys;
pub use misplaced::WhyMisplaced;
pub use missing_key::MissingKey;
pub(crate) use namespaces::is_almost_ours;
pub use open::OpenError;
pub use plan::PlanError;
pub use plan_kinds::{AttachedDefect, LayoutDefect, PrefixDefect, Treatment, UsernameDefect};
pub use remaining_ciphertext::{RemainingCiphertext, WhyEncrypted};
pub use require::RequirementError;
pub use secure::SecureError;
pub use why_no_token::WhyNoToken;
pub use wss_crypto::ElsewhereError;
