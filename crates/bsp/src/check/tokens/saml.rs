//! Chapter 16: SAML assertions.

use wss_c14n::name;

use super::profile::{HIDDEN, Profile, typed};
use crate::context::Context;
use crate::kind::Kind;
use crate::reference::{Form, Reference};
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Ciphertext, Targets};

pub(super) struct Saml;

impl Profile for Saml {
    fn covers(&self, kind: Kind) -> bool {
        kind.is_saml()
    }

    fn tokens(&self, targets: &Targets<'_>, _: &Context<'_>, findings: &mut Findings<'_>) {
        confirmations(targets, findings);
    }

    fn reference(&self, reference: &Reference<'_>, ciphertext: Ciphertext, findings: &mut Findings<'_>) {
        if reference.kind == Some(Kind::Saml1) {
            typed(Rule::R6611, reference, &Kind::Saml1.token_type(None), findings);
            if reference.internal_token().is_none() {
                external_saml1(reference, ciphertext, findings);
            }
        } else {
            typed(Rule::R6617, reference, &Kind::Saml2.token_type(None), findings);
            saml2(reference, ciphertext, findings);
        }
    }
}

/// §16.2.2, §16.2.6.
fn saml2(reference: &Reference<'_>, ciphertext: Ciphertext, findings: &mut Findings<'_>) {
    let direct = reference.by(Form::Direct);
    if reference.internal_token().is_some() {
        if let Some(child) = direct {
            findings.check(Rule::R6614, child, child.attribute("", "ValueType").is_none(), "a ValueType attribute");
        }
    } else if ciphertext == Ciphertext::MayHide {
        findings.hidden(Rule::R6613, reference.element, HIDDEN);
    } else {
        let why = "an assertion elsewhere without wsse:Reference";
        findings.check(Rule::R6613, reference.element, direct.is_some(), why);
    }
}

/// §16.2.6.
fn external_saml1(reference: &Reference<'_>, ciphertext: Ciphertext, findings: &mut Findings<'_>) {
    let element = reference.element;
    match reference.authority_binding {
        Some(_) => findings.pass(Rule::R6606, element),
        None if ciphertext == Ciphertext::MayHide => findings.hidden(Rule::R6606, element, HIDDEN),
        None => findings.fail(Rule::R6606, element, "an assertion elsewhere without saml:AuthorityBinding"),
    }
}

/// §16.1.1: the only rule on the content of assertions.
fn confirmations(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let versions = [(name::SAML, "SubjectConfirmation"), (name::SAML2, "SubjectConfirmationData")];
    for (namespace, local) in versions {
        for assertion in targets.all(namespace.uri, "Assertion") {
            let inside = assertion.descendants_and_self().filter(|element| element.is(namespace.uri, local));
            for key_info in inside.flat_map(|inner| inner.children_named(name::DS.uri, "KeyInfo")) {
                let named = key_info.children_named(name::WSSE.uri, "SecurityTokenReference").any(|reference| {
                    let reference = Reference::read(reference, targets);
                    reference.kind.is_some_and(Kind::is_saml)
                });
                findings.check(Rule::R6601, key_info, !named, "the subject is confirmed by a SAML assertion");
            }
        }
    }
}
