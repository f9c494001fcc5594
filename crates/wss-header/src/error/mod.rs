//! Errors of a message, one enum for each verb. They are for the log; another type is for the wire.

mod namespaces;
mod open;
mod open_kinds;
mod plan;
mod plan_kinds;
mod require;
mod secure;

pub(crate) use namespaces::is_almost_ours;
pub use open::OpenError;
pub use plan::PlanError;
pub use plan_kinds::{AttachedDefect, LayoutDefect, PrefixDefect, Treatment, UsernameDefect};
pub use require::RequirementError;
pub use secure::{ElsewhereError, SecureError};
