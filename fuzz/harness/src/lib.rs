//! The common code of the fuzz targets, which a plain `cargo test` can run as well.
//!
//! [`choices`] turns octets into decisions. [`parties`] has the keys, [`golden`] the genuine messages. [`tree`] edits
//! XML text by its elements, [`forge`] has the means of an attacker with its own keys, [`mutate`] combines the two.
//! [`oracle`] decides whether an opened mutant is a forgery, by the [`meaning`] of the opened parts. [`mod@reference`]
//! is a slow and simple canonicaliser; [`random_xml`] writes documents for it. [`mod@graft`] has documents and splices, and what
//! is seen of a document. [`targets`] has one function for each fuzz target: it takes octets and panics when it finds a fault.

#![allow(clippy::missing_panics_doc, reason = "a panic is how a fuzz target reports a fault")]

pub mod choices;
pub mod forge;
pub mod golden;
pub mod graft;
pub mod meaning;
pub mod mutate;
pub mod oracle;
pub mod parties;
pub mod random_xml;
pub mod reference;
pub mod targets;
pub mod tree;
