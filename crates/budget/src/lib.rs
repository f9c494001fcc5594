//! Limits on the work and the memory for one message.
//!
//! [`Limit`] lists everything that is bounded, one row each in `limit`. [`Limits`] is the configuration: a value for
//! each. [`Budget`] is what is left for one message: it is created when the message arrives, passed down to every
//! layer, charged before a cost is paid, and never refilled. All of them fail with the one error [`Exceeded`].
//!
//! ```
//! use wss_budget::{Budget, Limit, Limits};
//!
//! let limits = Limits::default().with(Limit::Signatures, 2);
//! let budget = Budget::new(&limits, 1_000);
//! budget.charge(Limit::Signatures, 2)?;
//! let refused = budget.charge(Limit::Signatures, 1).expect_err("there is no third");
//! assert_eq!((refused.limit, refused.allowed), (Limit::Signatures, 2));
//! # Ok::<(), wss_budget::Exceeded>(())
//! ```

#![forbid(unsafe_code)]

mod budget;
mod limit;

pub use budget::Budget;
pub use limit::{Exceeded, Limit, Limits};
