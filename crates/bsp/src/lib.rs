//! WS-I Basic Security Profile 1.1: a verdict on every requirement.
//!
//! [`report`] judges one message against every [`Rule`], in one pass, in any state of the message: it never stops at a
//! finding, and needs no valid signature. A requirement that the message alone does not decide is not checkable, unless
//! a [`Context`] has the missing information. An implementation of [`Holdings`] gives keys, certificates and passwords.
//! A [`Variant`] says which departures are admitted, and why.
//!
//! The profile and safety are separate questions: the receiver's algorithm policy decides what may run, not the
//! profile.
//!
//! In reading order: `table`, the requirements, made of `row`s, and `rule`, the properties of one; `listed`,
//! algorithms; `variant`, the admitted departures; `context` and `holdings`, the information beside the message;
//! `targets`, the targets of the profile in a message, and `reference`, what references to tokens identify; `check`, a
//! file for each group of chapters; `report`, the verdicts; `revelation`, what keys reveal; `judge`, the whole;
//! `enforcement`, the same while a message is opened; `emission`, breaches in a message that is yet to be made.

#![forbid(unsafe_code)]

mod check;
mod context;
pub mod emission;
mod enforcement;
mod holdings;
mod ids;
mod judge;
mod kind;
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
pub use report::{Finding, Outcome, Report, Verdict};
pub use row::{Basis, Level};
pub use table::Rule;
pub use variant::{Departure, Variant};
