//! What the fuzz targets share, so that a plain `cargo test` can run it too.
//!
//! [`choices`] turns octets into decisions. [`parties`] has the keys, [`golden`] the genuine messages. [`tree`] edits
//! XML text by its elements, [`forge`] is what an attacker with keys of its own can make, [`mutate`] combines the two.
//! [`oracle`] decides whether an opened mutant is a forgery, by the [`meaning`] of what was handed out. [`mod@reference`] is
//! a canonicaliser that is slow and obvious; [`random_xml`] writes documents for it. [`targets`] has one function for
//! each fuzz target: it takes octets and panics when it finds a fault.

#![allow(clippy::missing_panics_doc, reason = "a panic is how a fuzz target reports a fault")]

pub mod choices;
pub mod forge;
pub mod golden;
pub mod meaning;
pub mod mutate;
pub mod oracle;
pub mod parties;
pub mod random_xml;
pub mod reference;
pub mod targets;
pub mod tree;
