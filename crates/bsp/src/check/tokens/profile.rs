//! The rules of the profile for one kind of token: one trait, which each module of this folder implements once.

use crate::context::Context;
use crate::kind::Kind;
use crate::reference::{Form, Reference};
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Ciphertext, Targets};

/// The reason why a token may be there although it is not found.
pub(crate) const HIDDEN: &str = "ciphertext in the header may hold the token";

/// The rules of one kind of token.
pub(crate) trait Profile: Sync {
    /// Whether they are on tokens of this kind.
    fn covers(&self, kind: Kind) -> bool;

    /// The rules on the tokens themselves.
    fn tokens(&self, _targets: &Targets<'_>, _context: &Context<'_>, _findings: &mut Findings<'_>) {}

    /// The rules on a reference to such a token, which may be inside ciphertext.
    fn reference(&self, reference: &Reference<'_>, ciphertext: Ciphertext, findings: &mut Findings<'_>);
}

/// The reference has this wsse11:TokenType.
pub(super) fn typed(rule: Rule, reference: &Reference<'_>, expected: &str, findings: &mut Findings<'_>) {
    let fits = reference.token_type.as_deref() == Some(expected);
    findings.check(rule, reference.element, fits, &format!("no wsse11:TokenType {expected}"));
}

/// A direct reference has this ValueType.
pub(super) fn valued(rule: Rule, reference: &Reference<'_>, expected: &str, findings: &mut Findings<'_>) {
    if let Some(child) = reference.by(Form::Direct) {
        let fits = child.attribute("", "ValueType").is_some_and(|stated| stated == expected);
        findings.check(rule, child, fits, &format!("no ValueType {expected}"));
    }
}

/// A key identifier has one of these ValueTypes.
pub(super) fn identified(rule: Rule, reference: &Reference<'_>, expected: &[&str], findings: &mut Findings<'_>) {
    if let Some(child) = reference.by(Form::KeyIdentifier) {
        let fits = child.attribute("", "ValueType").is_some_and(|stated| expected.contains(&stated.as_ref()));
        findings.check(rule, child, fits, &format!("no ValueType {}", expected.join(" or ")));
    }
}
