//! Chapter 14: licenses.

use wss_c14n::{Element, name};
use wss_tokens::REL_LICENSE;

use super::profile::{Profile, valued};
use crate::context::Context;
use crate::kind::Kind;
use crate::reference::{Form, Reference};
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Ciphertext, Targets};

pub(super) struct Rel;

impl Profile for Rel {
    fn covers(&self, kind: Kind) -> bool {
        kind == Kind::Rel
    }

    fn tokens(&self, targets: &Targets<'_>, _: &Context<'_>, findings: &mut Findings<'_>) {
        licenses(targets, findings);
    }

    fn reference(&self, reference: &Reference<'_>, _: Ciphertext, findings: &mut Findings<'_>) {
        valued(Rule::R6304, reference, REL_LICENSE, findings);
        if let (Some(child), Some(license)) = (reference.by(Form::Direct), reference.internal_token()) {
            let by_license_id = child.attribute("", "URI").is_some_and(|uri| !uri.starts_with('#'));
            let has_id = license.attribute(name::WSU.uri, "Id").is_some();
            let why = "names the license by its licenseId, though it has a wsu:Id";
            findings.check(Rule::R6301, child, !(by_license_id && has_id), why);
        }
    }
}

/// §14.1.3.
fn licenses(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let mut seen = std::collections::HashSet::new();
    for reference in targets.references.iter().filter(|reference| reference.kind == Some(Kind::Rel)) {
        let Some(license) = reference.internal_token().filter(|license| seen.insert(license.id())) else { continue };
        let issuer = license.children_named(name::REL.uri, "issuer");
        let signature = issuer.flat_map(Element::children).find(|child| child.is(name::DS.uri, "Signature"));
        if let (Some(signature), Some(security)) = (signature, targets.security_of(license)) {
            let precedes = signature.id() < reference.element.id();
            findings.check(Rule::R6302, security, precedes, "a reference to a license precedes its issuer's signature");
        }
    }
}
