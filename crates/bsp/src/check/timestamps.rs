//! Chapter 7: the Timestamp.

use wss_c14n::{Element, name};
use wss_tokens::WrittenDateTime;

use crate::report::Findings;
use crate::table::Rule;
use crate::targets::Targets;

pub(crate) fn judge(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    for security in &targets.security {
        for (nth, timestamp) in security.children_named(name::WSU.uri, "Timestamp").enumerate() {
            findings.check(Rule::R3227, timestamp, nth == 0, "a second wsu:Timestamp in the header");
            judge_timestamp(timestamp, findings);
        }
    }
}

fn judge_timestamp(timestamp: Element<'_>, findings: &mut Findings<'_>) {
    let is = |element: &Element<'_>, local: &str| element.is(name::WSU.uri, local);
    let created: Vec<_> = timestamp.children().filter(|child| is(child, "Created")).collect();
    let expires: Vec<_> = timestamp.children().filter(|child| is(child, "Expires")).collect();
    let others = timestamp.children().filter(|child| !is(child, "Created") && !is(child, "Expires")).count();
    let count = created.len();
    findings.check(Rule::R3203, timestamp, count == 1, &format!("{count} wsu:Created in the wsu:Timestamp"));
    findings.check(Rule::R3224, timestamp, expires.len() <= 1, &format!("{} wsu:Expires", expires.len()));
    findings.check(Rule::R3222, timestamp, others == 0, "an element other than wsu:Created and wsu:Expires");
    if let (Some(created), Some(expires)) = (created.first(), expires.first()) {
        findings.check(Rule::R3221, timestamp, created.id() < expires.id(), "wsu:Expires precedes wsu:Created");
    }
    for element in created {
        let rules = [Rule::R3220, Rule::R3213, Rule::R3225, Rule::R3217];
        judge_instant(element, rules, findings);
    }
    for element in expires {
        let rules = [Rule::R3229, Rule::R3215, Rule::R3226, Rule::R3223];
        judge_instant(element, rules, findings);
    }
}

fn judge_instant(element: Element<'_>, rules: [Rule; 4], findings: &mut Findings<'_>) {
    let [precision, leap_second, value_type, utc] = rules;
    findings.check(value_type, element, element.attribute("", "ValueType").is_none(), "a ValueType attribute");
    let Ok(text) = element.text() else {
        return findings.fail(utc, element, "child elements are where its text belongs");
    };
    let Some(written) = WrittenDateTime::read(&text) else {
        return findings.fail(utc, element, "the value is no xsd:dateTime");
    };
    let digits = written.fraction_digits;
    findings.check(precision, element, digits <= 3, &format!("{digits} fractional digits"));
    findings.check(leap_second, element, !written.is_leap_second, "a leap second");
    match written.zone {
        "Z" => findings.pass(utc, element),
        "" => findings.fail(utc, element, "no time zone: which instant it is cannot be known"),
        zone => findings.fail_on(utc, element, Some(zone), format!("the zone {zone} in place of Z")),
    }
}
