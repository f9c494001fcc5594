//! A receiver refuses a message that breaks the profile, reports on it, or does nothing.

use ws_security::bsp::{Enforcement, Outcome, Rule, Variant};
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, Fault, FaultCode, OpenError, ProtectionToken, ReferenceForm};

use crate::common::*;
use crate::edit::replace;
use crate::goldens::{golden, passwords};

fn receiver(reception: Enforcement) -> Receiver {
    let requirements = Requirements::signed([Part::Body]);
    Receiver::new(Trust::pins([certificate("alice")]), requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(passwords)
        .bsp(reception)
}

fn enforcing() -> Receiver {
    receiver(Enforcement::Enforce(Variant::as_deployed()))
}

fn reporting() -> Receiver {
    receiver(Enforcement::Report(Variant::as_deployed()))
}

fn refused_for(message: &str) -> Rule {
    match refuse(&enforcing(), message) {
        OpenError::Bsp { rule, path, why } => {
            assert!(path.as_str().starts_with("/s:Envelope/") && !why.as_str().is_empty());
            rule
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_conforms_is_opened_and_its_report_knows_what_opening_proved() {
    for name in ["x509", "encrypted", "signature encrypted", "username", "password key"] {
        let message = golden(name);
        let opened = enforcing().open(&message).unwrap_or_else(|error| panic!("{name}: {error}"));
        let report = opened.evidence().bsp.as_ref().expect("a report");
        assert!(report.conforms());
        assert_eq!(report.outcome(Rule::R3212), Outcome::Pass, "{name}");
        // What was hidden was judged.
        assert_eq!(report.outcome(Rule::R5404), Outcome::Pass, "{name}");
        assert!(receiver(Enforcement::Off).open(&message).expect("opens").evidence().bsp.is_none());
    }
    let outcome = |name: &str, rule: Rule| {
        let opened = reporting().open(golden(name)).expect("opens");
        opened.evidence().bsp.as_ref().expect("a report").outcome(rule)
    };
    assert_eq!(outcome("username", Rule::R4212), Outcome::Pass);
    assert_eq!(outcome("password key", Rule::R4216), Outcome::Pass);
}

#[test]
fn what_breaks_a_must_is_refused_with_the_rule_or_reported() {
    let by_value = signing().reference(ReferenceForm::KeyValue);
    let plan = |recipe: Recipe| recipe.waive(Rule::R5417).waive(Rule::R5402).plan().expect("a plan");
    let secured = |recipe: Recipe| plan(recipe).message(&envelope(SOAP11)).secure().expect("secured").message;
    let message = secured(recipe().sign(by_value.clone()));
    assert_eq!(refused_for(&message), Rule::R5417);
    let opened = reporting().open(&message).expect("opens");
    let broken: Vec<_> = opened.evidence().bsp.as_ref().expect("a report").breaches().map(|v| v.rule()).collect();
    assert_eq!(broken, [Rule::R5417]);
    assert!(receiver(Enforcement::Off).open(&message).is_ok());
    // A waiver is an agreement.
    let agreed = Variant::as_deployed().waive(Rule::R5417, "the camera sends key values");
    assert!(receiver(Enforcement::Enforce(agreed)).open(&message).is_ok());
    // What is hidden is refused as well, once it is seen.
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body, Part::Signature]);
    let hidden = secured(recipe().sign(signing().key_value_beside()).encrypt(encrypting));
    assert_eq!(refused_for(&hidden), Rule::R5402);
    assert!(reporting().open(&hidden).is_ok());
    // The profile as written has no AES-GCM.
    let as_written = receiver(Enforcement::Enforce(Variant::as_written()));
    let error = refuse(&as_written, &golden("x509"));
    assert!(matches!(error, OpenError::Bsp { rule: Rule::R5620, .. }), "{error}");
    assert_eq!(Fault::naming(&error).code(), FaultCode::InvalidSecurity);
}

/// The shape of the header is judged before any key is touched; a message that conforms is not yet good.
#[test]
fn conformance_is_no_authenticity() {
    let tampered = golden("username").replace(AMOUNT, "1.00");
    assert!(matches!(refuse(&enforcing(), &tampered), OpenError::Verify(_)));
    let both = replace(&tampered, "</wsu:Timestamp>", "<a:X/></wsu:Timestamp>");
    assert_eq!(refused_for(&both), Rule::R3222);
    let anonymous = ProtectionToken::encrypted_to(&certificate("bob"));
    let plan = recipe().sign(Signing::with_token(&anonymous).parts([Part::Body])).plan().expect("a plan");
    let error = refuse(&enforcing(), &plan.message(&envelope(SOAP11)).secure().expect("secured").message);
    assert!(matches!(error, OpenError::Requirement(_)), "{error}");
}
