//! The report: a verdict on every requirement, collected in one pass.

use std::collections::BTreeSet;
use std::ops::Range;

use wss_c14n::{Element, Paths};
use wss_text::shown;

use super::holdings::Revealed;
use super::row::{Basis, Level};
use super::table::Rule;
use super::variant::Variant;

/// The largest number of places that are kept for one requirement. Others are counted.
const MAX_PLACES: usize = 8;

/// The deepest nesting of plaintexts inside plaintexts.
const MAX_NESTED: usize = 8;

/// The outcome for a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is met, or its breach is an admitted departure.
    Pass,
    /// It is broken.
    Fail,
    /// The message has no target of the requirement.
    NotApplicable,
    /// Something is missing for a verdict: a key, the request, the policy.
    NotCheckable,
}

impl Outcome {
    /// `pass`, `fail`, `not-applicable` or `not-checkable`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not-applicable",
            Self::NotCheckable => "not-checkable",
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was found at one element of the message.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    /// The path of the element, with the prefixes of the message, and `[n]` if siblings have the same name.
    pub path: String,
    /// Its span in the message; for a decrypted element, the span of the ciphertext.
    pub span: Range<usize>,
    /// Why the requirement is met, broken or open there.
    pub why: String,
}

impl std::fmt::Debug for Finding {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Finding")
            .field("path", &shown(&self.path))
            .field("span", &self.span)
            .field("why", &shown(&self.why))
            .finish()
    }
}

/// The verdict on one requirement.
#[derive(Clone, PartialEq, Eq)]
pub struct Verdict {
    pub(crate) rule: Rule,
    pub(crate) outcome: Outcome,
    pub(crate) findings: Vec<Finding>,
    pub(crate) count: usize,
    pub(crate) why: String,
    pub(crate) waived: Option<&'static str>,
}

impl std::fmt::Debug for Verdict {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verdict")
            .field("rule", &self.rule)
            .field("outcome", &self.outcome)
            .field("findings", &self.findings)
            .field("count", &self.count)
            .field("why", &shown(&self.why))
            .field("waived", &self.waived)
            .finish()
    }
}

impl Verdict {
    /// The requirement.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// The outcome.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The elements that break it or cannot be judged, at most eight; for a requirement that is met, the first judged
    /// element.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The number of elements that break it, cannot be judged, or meet it.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The reason, in a line.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The reason why a breach does not count, if there is one.
    #[must_use]
    pub fn waived(&self) -> Option<&'static str> {
        self.waived
    }

    /// Whether the message does not conform because of it: a MUST or MUST NOT is broken.
    #[must_use]
    pub fn is_breach(&self) -> bool {
        self.outcome == Outcome::Fail && self.rule.level().is_binding()
    }
}

/// A verdict on every requirement, in the order of the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub(crate) variant: Variant,
    pub(crate) verdicts: Vec<Verdict>,
}

impl Report {
    /// The variant of the profile.
    #[must_use]
    pub fn variant(&self) -> &Variant {
        &self.variant
    }

    /// All verdicts.
    #[must_use]
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// The verdict on one requirement.
    #[must_use]
    pub fn verdict(&self, rule: Rule) -> &Verdict {
        // There is one row for each variant, in the order of the enum.
        self.verdicts.get(rule as usize).expect("a verdict for every rule")
    }

    /// The outcome for one requirement.
    #[must_use]
    pub fn outcome(&self, rule: Rule) -> Outcome {
        self.verdict(rule).outcome
    }

    /// The broken MUSTs and MUST NOTs.
    pub fn breaches(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.is_breach())
    }

    /// Whether no MUST and no MUST NOT is broken, as far as they could be checked.
    #[must_use]
    pub fn conforms(&self) -> bool {
        self.breaches().next().is_none()
    }
}

/// An element that cannot be judged.
#[derive(Debug, Clone)]
struct Unknown {
    finding: Finding,
    /// Ciphertext may hide the deciding element, so the element is judged again after decryption.
    by_ciphertext: bool,
}

/// The findings on one requirement so far.
#[derive(Debug, Clone, Default)]
struct Row {
    failed: Vec<Finding>,
    failures: usize,
    unknown: Vec<Unknown>,
    unknowns: usize,
    /// The number of those findings that are due to ciphertext.
    kept: usize,
    passed: Option<Finding>,
    passes: usize,
    waived: Option<&'static str>,
}

/// Collects findings, over one revision or two.
#[derive(Debug)]
pub(crate) struct Findings<'v> {
    variant: &'v Variant,
    rows: Vec<Row>,
    /// Requirements that could not be judged somewhere because of ciphertext.
    kept_by_ciphertext: BTreeSet<Rule>,
    /// The decrypted spans, while the decrypted revision is judged.
    decrypted: Option<Decrypted>,
    /// The paths of the revision that is judged.
    paths: Paths,
}

/// A revision of the message with decrypted parts.
#[derive(Debug)]
struct Decrypted {
    /// The decrypted spans: everything in them is judged.
    revealed: Vec<Revealed>,
    /// All ciphertext of the message. The text between did not change.
    carried: Vec<Revealed>,
    /// Requirements that are judged again on all elements.
    again: BTreeSet<Rule>,
}

impl Decrypted {
    /// The span in the message of an element that is now at `span`, outside all ciphertext.
    fn on_the_wire(&self, span: &Range<usize>) -> Range<usize> {
        if self.carried.is_empty() {
            return 0..0;
        }
        let before = |offset: usize| {
            let at = self.carried.partition_point(|carried| carried.now.end <= offset);
            let last = at.checked_sub(1).and_then(|at| self.carried.get(at));
            last.map_or(offset, |last| offset + last.wire.end - last.now.end)
        };
        before(span.start)..before(span.end)
    }
}

impl<'v> Findings<'v> {
    pub(crate) fn new(variant: &'v Variant) -> Self {
        Self {
            variant,
            rows: vec![Row::default(); Rule::ALL.len()],
            kept_by_ciphertext: BTreeSet::new(),
            decrypted: None,
            paths: Paths::default(),
        }
    }

    /// Judges the revision with decrypted parts from now on: these parts, and the requirements that ciphertext left
    /// open. `carried` is all ciphertext of the message; without it, places in the message are unknown.
    pub(crate) fn decrypted(&mut self, mut revealed: Vec<Revealed>, mut carried: Vec<Revealed>) {
        revealed.sort_by_key(|revealed| revealed.now.start);
        carried.sort_by_key(|carried| carried.now.start);
        let again = std::mem::take(&mut self.kept_by_ciphertext);
        for rule in &again {
            let row = self.row(*rule);
            row.unknowns -= row.kept;
            row.unknown.retain(|unknown| !unknown.by_ciphertext);
            row.kept = 0;
        }
        self.paths = Paths::default();
        self.decrypted = Some(Decrypted { revealed, carried, again });
    }

    fn row(&mut self, rule: Rule) -> &mut Row {
        self.rows.get_mut(rule as usize).expect("a row for every rule")
    }

    /// The place of an element in the message; `None` if this requirement is not judged on it now.
    fn span(&self, rule: Rule, element: Element<'_>) -> Option<Range<usize>> {
        let span = element.span();
        let Some(decrypted) = &self.decrypted else { return Some(span) };
        let before = decrypted.revealed.partition_point(|revealed| revealed.now.start <= span.start);
        // Revealed spans may be nested: the outer one starts first.
        let mut around = decrypted.revealed.get(..before)?.iter().rev().take(MAX_NESTED);
        match around.find(|revealed| revealed.now.end >= span.end) {
            Some(revealed) => Some(revealed.wire.clone()),
            None => decrypted.again.contains(&rule).then(|| decrypted.on_the_wire(&span)),
        }
    }

    /// Whether this requirement is judged on an element now. An expensive check asks first.
    pub(crate) fn judges(&self, rule: Rule, element: Element<'_>) -> bool {
        self.span(rule, element).is_some()
    }

    /// Notes that the requirement is met here.
    pub(crate) fn pass(&mut self, rule: Rule, element: Element<'_>) {
        let Some(span) = self.span(rule, element) else { return };
        let row = self.row(rule);
        row.passes += 1;
        if row.passed.is_none() {
            let path = self.paths.of(element);
            self.row(rule).passed = Some(Finding { path, span, why: String::new() });
        }
    }

    /// Notes that the requirement is broken here.
    pub(crate) fn fail(&mut self, rule: Rule, element: Element<'_>, why: impl Into<String>) {
        self.fail_on(rule, element, None, why);
    }

    /// Notes that the requirement is broken here by `found`, which an admitted departure may allow.
    pub(crate) fn fail_on(&mut self, rule: Rule, element: Element<'_>, found: Option<&str>, why: impl Into<String>) {
        let Some(span) = self.span(rule, element) else { return };
        if let Some(departure) = self.variant.waived(rule, found) {
            let reason = departure.reason;
            self.pass(rule, element);
            self.row(rule).waived = Some(reason);
            return;
        }
        let row = self.row(rule);
        row.failures += 1;
        if row.failed.len() < MAX_PLACES {
            let path = self.paths.of(element);
            self.row(rule).failed.push(Finding { path, span, why: plain(&why.into()) });
        }
    }

    /// Notes that the requirement cannot be judged here without `missing`.
    pub(crate) fn unknown(&mut self, rule: Rule, element: Element<'_>, missing: &str) {
        self.undecided(rule, element, missing, false);
    }

    /// Marks `rule` as undecidable: the deciding element may be encrypted. After decryption the rule is checked again on
    /// the whole revision. `may` completes "a key: ciphertext …".
    pub(crate) fn hidden(&mut self, rule: Rule, element: Element<'_>, may: &str) {
        if self.undecided(rule, element, &format!("a key: {may}"), true) {
            self.row(rule).kept += 1;
            self.kept_by_ciphertext.insert(rule);
        }
    }

    /// Whether the requirement is judged on this element.
    fn undecided(&mut self, rule: Rule, element: Element<'_>, missing: &str, by_ciphertext: bool) -> bool {
        let Some(span) = self.span(rule, element) else { return false };
        let row = self.row(rule);
        row.unknowns += 1;
        if row.unknown.len() < MAX_PLACES {
            let path = self.paths.of(element);
            let finding = Finding { path, span, why: plain(&format!("missing: {missing}")) };
            self.row(rule).unknown.push(Unknown { finding, by_ciphertext });
        }
        true
    }

    /// Notes that a requirement that could not be judged is met, from what is known by now.
    pub(crate) fn settle(&mut self, rule: Rule, element: Element<'_>) {
        let row = self.row(rule);
        row.unknowns = 0;
        row.unknown.clear();
        row.kept = 0;
        self.pass(rule, element);
    }

    /// The first broken MUST or MUST NOT so far, with a place.
    pub(crate) fn breach(&self) -> Option<(Rule, &Finding)> {
        let mut rows = Rule::ALL.into_iter().zip(&self.rows).filter(|(rule, _)| rule.level().is_binding());
        rows.find_map(|(rule, row)| row.failed.first().map(|finding| (rule, finding)))
    }

    /// Notes that the requirement is met or broken.
    pub(crate) fn check(&mut self, rule: Rule, element: Element<'_>, met: bool, why: &str) {
        if met { self.pass(rule, element) } else { self.fail(rule, element, why) }
    }

    /// The verdicts. `hidden` is ciphertext that may hide targets of rules about the header.
    pub(crate) fn finish(self, hidden: Option<Finding>) -> Vec<Verdict> {
        let rows = Rule::ALL.into_iter().zip(self.rows);
        rows.map(|(rule, row)| row.verdict(rule, hidden.as_ref())).collect()
    }
}

/// A sentence that may quote the message, safe to print and of bounded length.
fn plain(why: &str) -> String {
    shown(why).to_string()
}

impl Row {
    fn verdict(self, rule: Rule, hidden: Option<&Finding>) -> Verdict {
        let (outcome, findings, count, waived) = if self.failures > 0 {
            (Outcome::Fail, self.failed, self.failures, None)
        } else if self.unknowns > 0 {
            let findings = self.unknown.into_iter().map(|unknown| unknown.finding).collect();
            (Outcome::NotCheckable, findings, self.unknowns, None)
        } else if self.passes > 0 {
            (Outcome::Pass, self.passed.into_iter().collect(), self.passes, self.waived)
        } else {
            return Verdict::without_element(rule, hidden);
        };
        let why = match (outcome, waived, findings.first()) {
            (Outcome::Pass, Some(reason), _) => format!("waived: {reason}"),
            (Outcome::Pass, None, _) if count == 1 => "met by one element".to_owned(),
            (Outcome::Pass, None, _) => format!("met by {count} elements"),
            (_, _, Some(finding)) if count > 1 => format!("{} (and {} more)", finding.why, count - 1),
            (_, _, finding) => finding.map(|finding| finding.why.clone()).unwrap_or_default(),
        };
        Verdict { rule, outcome, findings, count, why, waived }
    }
}

impl Verdict {
    /// The verdict on a requirement that was judged on no element.
    fn without_element(rule: Rule, hidden: Option<&Finding>) -> Self {
        let (outcome, why, finding) = match (missing_outside(rule), hidden) {
            (Some(missing), _) => (Outcome::NotCheckable, missing, None),
            (None, Some(_)) if may_be_hidden(rule) => (
                Outcome::NotCheckable,
                "missing: a key: the header holds ciphertext that may hide what this is about",
                hidden,
            ),
            _ if rule.level() == Level::Extensibility => {
                (Outcome::NotApplicable, "an extensibility point sets no requirement", None)
            }
            _ => (Outcome::NotApplicable, "the message has nothing this is about", None),
        };
        Self {
            rule,
            outcome,
            findings: finding.cloned().into_iter().collect(),
            count: 0,
            why: why.to_owned(),
            waived: None,
        }
    }
}

/// The information that is needed before a requirement can be judged on any message.
fn missing_outside(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::R2001 | Rule::R2002 | Rule::U4_2_2 | Rule::U4_2_3 | Rule::U4_2_4 => {
            Some("missing: the transport: protocol and cipher suite")
        }
        Rule::U4_2_1 => Some("missing: what the TLS stack supports"),
        Rule::R3105 => Some("missing: the policy the parties settled on"),
        Rule::U5_4_2 | Rule::U5_4_3 | Rule::U5_4_4 | Rule::U5_4_7 | Rule::U5_4_8 => {
            Some("missing: the WSDL description")
        }
        // Judged as far as the message shows.
        Rule::U19_6 | Rule::U19_8 | Rule::U19_9 | Rule::U19_10 | Rule::U19_12_1 | Rule::U19_13 => None,
        _ if rule.basis() == Basis::Behaviour => Some("missing: what the parties do shows in no message"),
        _ => None,
    }
}

/// Whether a target of the requirement can be encrypted in a Security header.
fn may_be_hidden(rule: Rule) -> bool {
    const OUTSIDE: [&str; 6] =
        ["SECURE_ENVELOPE", "SECURE_MESSAGE", "ENCRYPTED_HEADER", "HEADER", "ENCRYPTED_KEY", "(X.509)"];
    let (chapter, _) = rule.chapter();
    !matches!(chapter, "4" | "5" | "6" | "10") && !OUTSIDE.contains(&rule.target())
}

/// An element, for a finding about it at another place.
pub(crate) fn finding_at(element: Element<'_>, span: Range<usize>) -> Finding {
    Finding { path: element.path(), span, why: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_outweighs_what_is_unknown_and_that_what_is_met() {
        let document = wss_c14n::Document::parse("<a/>", &wss_c14n::Limits::default()).expect("well-formed");
        let variant = Variant::as_written();
        let mut findings = Findings::new(&variant);
        findings.pass(Rule::R3204, document.root());
        findings.pass(Rule::R3206, document.root());
        findings.unknown(Rule::R3206, document.root(), "a key");
        findings.unknown(Rule::R3210, document.root(), "a key");
        findings.fail(Rule::R3210, document.root(), "twice");
        let verdicts = findings.finish(None);
        let outcome = |rule: Rule| verdicts[rule as usize].outcome;
        assert_eq!(outcome(Rule::R3204), Outcome::Pass);
        assert_eq!(outcome(Rule::R3206), Outcome::NotCheckable);
        assert_eq!(outcome(Rule::R3210), Outcome::Fail);
        assert_eq!(outcome(Rule::R3227), Outcome::NotApplicable);
    }
}
