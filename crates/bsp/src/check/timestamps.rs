//! Chapter 7: the Timestamp.

use wss_c14n::xsd::collapsed;
use wss_c14n::{Element, name};

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
    let text = element.text().unwrap_or_default();
    let Some(written) = Written::read(collapsed(&text)) else {
        return findings.fail(utc, element, "the value is no xsd:dateTime");
    };
    let digits = written.fraction_digits;
    findings.check(precision, element, digits <= 3, &format!("{digits} fractional digits"));
    findings.check(leap_second, element, written.seconds < 60, "a leap second");
    match written.zone {
        "Z" => findings.pass(utc, element),
        "" => findings.fail(utc, element, "no time zone: which instant it is cannot be known"),
        zone => findings.fail_on(utc, element, Some(zone), format!("the zone {zone} in place of Z")),
    }
}

/// The parts of an xsd:dateTime that the profile restricts, as written.
struct Written<'t> {
    seconds: u8,
    fraction_digits: usize,
    zone: &'t str,
}

impl<'t> Written<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let shape = |text: &str, shape: &str| {
            text.len() == shape.len()
                && text.bytes().zip(shape.bytes()).all(|(c, s)| if s == b'0' { c.is_ascii_digit() } else { c == s })
        };
        let (whole, rest) = text.split_at_checked("0000-00-00T00:00:00".len())?;
        if !shape(whole, "0000-00-00T00:00:00") {
            return None;
        }
        let (fraction_digits, zone) = match rest.strip_prefix('.') {
            None => (0, rest),
            Some(fraction) => {
                let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
                (digits, fraction.get(digits..)?)
            }
        };
        let offset = zone.strip_prefix(['+', '-']).is_some_and(|offset| shape(offset, "00:00"));
        if (rest.starts_with('.') && fraction_digits == 0) || !(zone.is_empty() || zone == "Z" || offset) {
            return None;
        }
        Some(Self { seconds: whole.get(17..)?.parse().ok()?, fraction_digits, zone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_instants_as_they_are_written() {
        let read = |text| Written::read(text).map(|w| (w.seconds, w.fraction_digits, w.zone));
        assert_eq!(read("2026-01-01T00:00:60Z"), Some((60, 0, "Z")));
        assert_eq!(read("2026-01-01T00:00:00.1200Z"), Some((0, 4, "Z")));
        assert_eq!(read("2026-01-01T00:00:00+00:00"), Some((0, 0, "+00:00")));
        assert_eq!(read("2026-01-01T00:00:00"), Some((0, 0, "")));
        for wrong in
            ["", "today", "2026-01-01", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00 Z", "2026-01-01T00:00:00+1:00"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
