//! Why a policy cannot be read or used.

use thiserror::Error;
use wss_c14n::{CanonicalizeError, ParseError, base64_encode};
use wss_crypto::DigestValue;
use wss_text::WireText;

use crate::place::Location;

/// Why a policy cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// *Malformed or refused.* The file is not XML, or costs more than the limits admit.
    #[error("{file}: {error}", file = named(file))]
    Parse {
        /// The file; empty for the one that was given.
        file: WireText,
        /// The reason.
        error: ParseError,
    },
    /// *Malformed.* The document is neither a WSDL nor a policy.
    #[error("the document element is {root}: give a WSDL 1.1 description, or a wsp:Policy")]
    NotWsdl {
        /// The expanded name.
        root: WireText,
    },
    /// *Malformed.* A policy refers to itself.
    #[error("{place}: the policy refers to itself")]
    Circle {
        /// The place of the reference.
        place: Location,
    },
    /// *Malformed.* An operator of WS-Policy, or an assertion, does not have its required form.
    #[error("{place}: {why}")]
    Malformed {
        /// The place of the operator or assertion.
        place: Location,
        /// The defect, in words.
        why: &'static str,
    },
    /// *Refused.* The policy that a reference names is another one than that whose digest the reference has.
    #[error(
        "{place}: the policy that it names has another digest, {}: give the policy that is meant, or correct the Digest",
        base64_encode(found.as_octets())
    )]
    OtherPolicy {
        /// Where the reference is.
        place: Box<Location>,
        /// The digest of the policy.
        found: DigestValue,
    },
    /// *Refused.* A reference has a digest that nobody can check.
    #[error(
        "{place}: its DigestAlgorithm {algorithm:?} is not known, so that its Digest cannot be checked: write that of \
         http://www.w3.org/ns/ws-policy/Sha1Exc, or leave both out"
    )]
    DigestAlgorithm {
        /// Where the reference is.
        place: Box<Location>,
        /// The algorithm.
        algorithm: WireText,
    },
    /// *Malformed or refused.* The policy that a reference names cannot be digested.
    #[error("{place}: the policy that it names cannot be digested: {error}")]
    Digest {
        /// Where the reference is.
        place: Box<Location>,
        /// The reason.
        error: CanonicalizeError,
    },
    /// *Malformed or refused.* No file that was read defines a name, so that its policy would be ignored.
    #[error(
        "{place}: no file that was read has the {what} {name}: {}",
        match import {
            Some(import) => format!(
                "give the file that is imported from {import:?} with `PolicyReader::imports`, or with --import of `wss policy`"
            ),
            None => "correct the name, or import the file that has it".to_owned(),
        }
    )]
    Unresolved {
        /// The place of the name.
        place: Box<Location>,
        /// The kind of definition that it names.
        what: &'static str,
        /// The expanded name.
        name: WireText,
        /// The location of an import that was not given: one of the namespace, if there is one.
        import: Option<WireText>,
    },
    /// *Refused.* The policy has more alternatives, assertions or imports than the limits admit.
    #[error(
        "more than {allowed} {what}: if such policies are expected, raise the limit with `PolicyLimits::{call}` \
         (`--policy-limit {}=…`)",
        call.replace('_', "-")
    )]
    Exceeded {
        /// The things that were counted.
        what: &'static str,
        /// The limit.
        allowed: usize,
        /// The call that raises it.
        call: &'static str,
    },
    /// *Misuse.* Nothing of this name is in the policy.
    #[error("{}", no_such(what, name, there))]
    NoSuch {
        /// `port` or `operation`.
        what: &'static str,
        /// The name.
        name: WireText,
        /// The names that exist.
        there: WireText,
    },
}

impl PolicyError {
    /// No operation has this name; that of a policy without a WSDL has an empty one.
    pub(crate) fn no_operation<'n>(name: &str, there: impl Iterator<Item = &'n str>) -> Self {
        let there: Vec<&str> = there.map(|known| if known.is_empty() { "\"\"" } else { known }).collect();
        Self::NoSuch { what: "operation", name: name.into(), there: there.join(", ").into() }
    }
}

fn no_such(what: &str, name: &WireText, there: &WireText) -> String {
    let there = if there.as_str().is_empty() { "none".to_owned() } else { there.to_string() };
    if name.as_str().is_empty() {
        return format!("no {what} was named: the policy has {there}");
    }
    format!("the policy has no {what} {name:?}: it has {there}")
}

fn named(file: &WireText) -> &str {
    if file.as_str().is_empty() { "the policy" } else { file.as_str() }
}
