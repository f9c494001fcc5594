//! Assertions that are not of WS-SecurityPolicy, or not at a place where it has them.

use crate::assertion::Assertion;
use crate::names;
use crate::standing::Notes;

/// An assertion outside WS-SecurityPolicy.
pub(super) fn other(assertion: &Assertion, notes: &mut Notes) {
    let namespace = assertion.written.namespace.as_str();
    match names::other_domain(namespace) {
        Some(domain) => notes.all_not_ours(assertion, domain),
        None if names::is_policy(namespace) => {
            let uri = assertion.attribute("URI").unwrap_or_default();
            let why = "no file that was read has one policy with this Id: give the file that has it with `imports`";
            notes.refused(assertion, format!("{uri:?}: {why}"));
        }
        None if assertion.written.is_ignorable => {
            notes.all_not_ours(assertion, "of a domain that is not known; it is marked as ignorable");
        }
        None => notes.refused(assertion, format!("the domain {namespace} is not known")),
    }
}

/// Assertions inside one whose nested policy has no room for them.
pub(super) fn unexpected(assertion: &Assertion, notes: &mut Notes) {
    if names::is_security(&assertion.written.namespace) {
        notes.refused(assertion, "no assertion of WS-SecurityPolicy at this place has this name");
    } else {
        other(assertion, notes);
    }
}
