//! Chapter 15: Kerberos tickets.

use wss_c14n::Element;
use wss_tokens::{KERBEROS_AP_REQ_SHA1, KerberosForm};

use super::profile::{Profile, identified, typed};
use crate::context::Context;
use crate::kind::Kind;
use crate::reference::{Form, Reference};
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Ciphertext, Targets};

pub(super) struct Kerberos;

impl Profile for Kerberos {
    fn covers(&self, kind: Kind) -> bool {
        kind == Kind::Kerberos
    }

    fn tokens(&self, targets: &Targets<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
        let tickets = targets.tokens.binary.iter().map(|(token, _)| *token);
        for token in tickets.filter(|token| Kind::of_element(*token) == Some(Kind::Kerberos)) {
            // §15.1.1.
            let fits = token.attribute("", "ValueType").is_some_and(|stated| stated == KerberosForm::Gss.value_type());
            findings.check(Rule::R6902, token, fits, "a Kerberos token not of type #GSS_Kerberosv5_AP_REQ");
        }
        tickets_of_exchange(targets, context, findings);
    }

    fn reference(&self, reference: &Reference<'_>, _: Ciphertext, findings: &mut Findings<'_>) {
        typed(Rule::R6907, reference, &KerberosForm::Gss.value_type(), findings);
        identified(Rule::R6906, reference, &[KERBEROS_AP_REQ_SHA1], findings);
        if reference.internal_token().is_none() {
            let is_identified = reference.by(Form::KeyIdentifier).is_some();
            findings.check(Rule::R6905, reference.element, is_identified, "no key identifier for a token elsewhere");
        }
    }
}

/// §15.1.
fn tickets_of_exchange(targets: &Targets<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
    let mut judge = |element: Element<'_>, is_internal: bool| match context.is_first {
        Some(true) => findings.check(Rule::R6903, element, is_internal, "the first message names a ticket elsewhere"),
        Some(false) => findings.check(Rule::R6904, element, !is_internal, "a later message carries the ticket again"),
        None => {
            let rule = if is_internal { Rule::R6904 } else { Rule::R6903 };
            findings.unknown(rule, element, "whether this is the first message of the exchange");
        }
    };
    for (token, _) in &targets.tokens.binary {
        if Kind::of_element(*token) == Some(Kind::Kerberos) {
            judge(*token, true);
        }
    }
    for reference in targets.references.iter().filter(|reference| reference.kind == Some(Kind::Kerberos)) {
        if reference.internal_token().is_none() {
            judge(reference.element, false);
        }
    }
}
