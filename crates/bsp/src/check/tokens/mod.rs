//! Chapters 11 to 17: tokens. A module for each kind has the rules on such tokens and on references to them; the table of all
//! kinds is here, with the rules on every binary token.

mod encrypted_key;
mod kerberos;
mod profile;
mod rel;
mod saml;
mod username;
mod x509;

use wss_c14n::Element;
use wss_tokens::BASE64_BINARY;

use crate::context::Context;
use crate::kind::Kind;
use crate::reference::Reference;
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Ciphertext, Targets};
pub(super) use profile::HIDDEN;
use profile::Profile;

/// Every kind of token that has rules of its own. The profile has none for security contexts and derived keys.
const PROFILES: [&dyn Profile; 6] =
    [&username::Username, &x509::X509, &rel::Rel, &kerberos::Kerberos, &saml::Saml, &encrypted_key::EncryptedKey];

/// Families of token types that the specifications define completely.
const FAMILIES: [&str; 4] = [
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-",
    "http://docs.oasis-open.org/wss/oasis-wss-",
    "http://docs.oasis-open.org/ws-sx/",
    "http://schemas.xmlsoap.org/ws/2005/02/sc",
];

/// Judges all tokens.
pub(super) fn judge(targets: &Targets<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
    for (token, _) in &targets.tokens.binary {
        binary(*token, findings);
    }
    for profile in PROFILES {
        profile.tokens(targets, context, findings);
    }
}

/// Judges a reference to a token of this kind.
pub(super) fn reference(kind: Kind, reference: &Reference<'_>, ciphertext: Ciphertext, findings: &mut Findings<'_>) {
    for profile in PROFILES.iter().filter(|profile| profile.covers(kind)) {
        profile.reference(reference, ciphertext, findings);
    }
}

/// Chapter 11.
fn binary(token: Element<'_>, findings: &mut Findings<'_>) {
    let encoding = token.attribute("", "EncodingType");
    findings.check(Rule::R3029, token, encoding.is_some(), "no EncodingType attribute");
    if let Some(encoding) = encoding {
        findings.check(Rule::R3030, token, encoding == BASE64_BINARY, "an EncodingType other than #Base64Binary");
    }
    let value_type = token.attribute("", "ValueType");
    findings.check(Rule::R3031, token, value_type.is_some(), "no ValueType attribute");
    let stated = value_type.as_deref().unwrap_or_default();
    let kind = Kind::of_type(stated);
    if value_type.is_some() {
        if kind.is_some() {
            findings.pass(Rule::R3032, token);
        } else if stated.contains(':') && !FAMILIES.iter().any(|profile| stated.starts_with(profile)) {
            findings.unknown(Rule::R3032, token, "the profile of the token");
        } else {
            findings.fail(Rule::R3032, token, format!("{stated:?} is no type that a token profile defines"));
        }
    }
}
