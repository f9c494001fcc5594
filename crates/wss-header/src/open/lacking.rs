//! Why a required token authenticates nobody: the tokens that the header has in its place. No decision depends on it.

use wss_c14n::{Element, name};
use wss_tokens::{Assertion, ConfirmationMethod, SamlVersion, UsernameToken};

use super::facts::Facts;
use super::revision::Revision;
use super::terms::Terms;
use crate::error::WhyNoToken;

/// The reason why no username token authenticates the message, if none of its users was authenticated.
pub(super) fn username(revision: &Revision<'_>, terms: &Terms<'_>) -> WhyNoToken {
    let mut tokens = revision.children.iter().copied().filter(|child| UsernameToken::is_one(*child));
    match tokens.next() {
        None => WhyNoToken::Absent,
        Some(_) if terms.receiver.keys.passwords.is_none() => WhyNoToken::NoPasswords,
        Some(_) => WhyNoToken::KeyUnused,
    }
}

/// The reason why no assertion of this version authenticates the message.
pub(super) fn assertion(
    version: SamlVersion,
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> WhyNoToken {
    let found: Vec<SamlVersion> = revision.children.iter().filter_map(|child| version_of(*child)).collect();
    match found.first() {
        None => return WhyNoToken::Absent,
        Some(first) if !found.contains(&version) => return WhyNoToken::OtherVersion { found: *first },
        Some(_) => {}
    }
    if terms.receiver.keys.assertions.is_none() {
        return WhyNoToken::NoIssuer;
    }
    let seen = facts.assertions.iter().filter(|seen| seen.issued.version() == version);
    let methods: Vec<ConfirmationMethod> = seen.flat_map(|seen| seen.issued.methods().iter().copied()).collect();
    match methods[..] {
        [] => WhyNoToken::NoIssuer,
        [ConfirmationMethod::SenderVouches] => WhyNoToken::NotVouched,
        [ConfirmationMethod::HolderOfKey] if !names_key(version, revision) => WhyNoToken::NoHolderKey,
        _ => WhyNoToken::NotHeld,
    }
}

/// Whether a confirmation of an assertion of this version names a key.
fn names_key(version: SamlVersion, revision: &Revision<'_>) -> bool {
    let assertions = revision.children.iter().filter(|child| version_of(**child) == Some(version));
    let mut inside = assertions.flat_map(|assertion| assertion.descendants_and_self());
    inside.any(|inner| {
        inner.is(name::DS.uri, "KeyInfo")
            && inner.ancestors_and_self().any(|outer| outer.name().local == "SubjectConfirmation")
    })
}

fn version_of(child: Element<'_>) -> Option<SamlVersion> {
    let is_v2 = child.name().namespace == name::SAML2.uri;
    Assertion::is_one(child).then_some(if is_v2 { SamlVersion::V2_0 } else { SamlVersion::V1_1 })
}
