//! Every rule that a message can break: a conformant message, and one that breaks exactly this rule.

use std::collections::BTreeSet;

use ws_security::bsp::{self, Basis, Context, Outcome, Report, Rule};

use crate::cases::{CASES, Case};
use crate::edit::replace;
use crate::goldens::{bob, golden};
use crate::package;

pub(crate) fn report(message: &str, with_keys: bool) -> Report {
    let bob = bob();
    let context = if with_keys { Context::new().receiver(&bob) } else { Context::new() };
    bsp::report(message, &context).unwrap_or_else(|error| panic!("{error}: {message}"))
}

/// The golden message of a case, and whether it is judged with keys.
pub(crate) fn genuine(case: &Case) -> (String, bool) {
    match case.golden.strip_prefix("without keys: ") {
        Some(name) => (golden(name), false),
        None => (golden(case.golden), true),
    }
}

pub(crate) fn broken(case: &Case, golden: &str) -> String {
    case.edits.iter().fold(golden.to_owned(), |message, (from, to)| replace(&message, from, to))
}

/// Rows that changed; one that merely came to apply, and is met, is no difference.
pub(crate) fn differences(before: &Report, after: &Report) -> BTreeSet<String> {
    let rows = before.verdicts().iter().zip(after.verdicts());
    let changed = rows.filter(|(before, after)| {
        let came = (before.outcome(), after.outcome()) == (Outcome::NotApplicable, Outcome::Pass);
        before.outcome() != after.outcome() && !came
    });
    changed.map(|(_, after)| format!("{} {}", after.rule(), after.outcome())).collect()
}

#[test]
fn each_edit_breaks_its_rule_and_what_falls_with_it_alone() {
    let mut wrong = Vec::new();
    for case in CASES {
        let rule = Rule::from_id(case.rule).unwrap_or_else(|| panic!("no rule {}", case.rule));
        let (genuine, with_keys) = genuine(case);
        let before = report(&genuine, with_keys);
        assert!(before.conforms(), "{}: {:?}", case.golden, before.breaches().collect::<Vec<_>>());
        if before.outcome(rule) != Outcome::Pass {
            wrong.push(format!("{rule}: {} in the golden message {:?}", before.outcome(rule), case.golden));
        }
        let after = report(&broken(case, &genuine), with_keys);
        let mut expected: BTreeSet<String> =
            case.with.split(',').map(str::trim).filter(|row| !row.is_empty()).map(str::to_owned).collect();
        expected.insert(format!("{rule} fail"));
        let found = differences(&before, &after);
        if found != expected {
            let why = after.verdict(rule).why();
            wrong.push(format!("{rule} in {:?} ({why}):\n  expected {expected:?}\n  found    {found:?}", case.golden));
        }
        let verdict = after.verdict(rule);
        if verdict.outcome() == Outcome::Fail {
            assert!(!verdict.findings().is_empty() && !verdict.why().is_empty(), "{rule}");
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}

#[test]
fn no_rule_that_a_message_can_break_is_without_a_case() {
    let with_case: BTreeSet<&str> = CASES.iter().map(|case| case.rule).chain(package::rules()).collect();
    let missing: Vec<&str> = Rule::ALL
        .into_iter()
        .filter(|rule| rule.level().is_binding() && matches!(rule.basis(), Basis::Wire | Basis::WireAndKey))
        .map(Rule::id)
        .filter(|id| !with_case.contains(id))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
