//! WS-I Basic Security Profile 1.1: a verdict on every requirement.
//!
//! [`report`] judges one message against every [`Rule`], in one pass, whatever state the message is in: it never stops
//! at a finding, and needs no signature that verifies. What the message alone does not show is not checkable, until a
//! [`Context`] brings what is missing: keys, certificates and passwords come from whoever implements [`Holdings`]. A
//! [`Variant`] says which departures are admitted, and why.
//!
//! The profile and safety are different questions: what may run is the receiver's policy of algorithms, not the profile's.
//!
//! In reading order: `table`, the requirements, made of `row`s, and `rule`, what is asked of one; `listed`, algorithms;
//! `variant`, the departures that are admitted; `context` and `holdings`, what is known beside the message; `targets`, the targets of the
//! profile in a message, and `reference`, what references to tokens name; `check`, a file for each group of chapters;
//! `report`, the verdicts; `revelation`, what keys show; `judge`, the whole; `enforcement`, the same while a message is
//! opened; `emission`, what a message yet to be made would break.

#![forbid(unsafe_code)]

mod check;
mod context;
pub mod emission;
mod enforcement;
mod holdings;
mod judge;
mod listed;
mod reference;
mod report;
mod revelation;
mod row;
mod rule;
mod table;
mod targets;
mod variant;

pub use context::Context;
pub use enforcement::{Breach, Enforcement, Judging, Proven};
pub use holdings::{Decryption, Holdings, Revealed, SignaturesDue};
pub use judge::{report, report_package};
pub use report::{Outcome, Place, Report, Verdict};
pub use row::{Basis, Level};
pub use table::Rule;
pub use variant::{Departure, Variant};
