//! The report for a terminal: grouped by chapter, with broken requirements and their elements emphasised.

use ws_security::bsp::{Outcome, Report, Verdict};
use ws_security::text::{Slice as _, escaped};
use wss_inspect::SECRET_ELEMENTS;
use wss_inspect::lint::RefusedShapes;

use crate::accept::in_options;
use crate::args::{Color, LintArgs};
use crate::output;

/// How the report is written.
#[derive(Clone, Copy)]
pub(super) struct Style {
    colored: bool,
    all: bool,
}

impl Style {
    pub(super) fn of(arguments: &LintArgs) -> Self {
        let colored = match arguments.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => arguments.file.output.is_none() && output::paints(),
        };
        Self { colored, all: arguments.all }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colored { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn badge(self, verdict: &Verdict) -> String {
        let (code, word) = match verdict.outcome() {
            Outcome::Fail if verdict.rule().level().is_binding() => ("1;31", "fail          "),
            Outcome::Fail => ("33", "fail          "),
            Outcome::Pass => ("32", "pass          "),
            Outcome::NotCheckable => ("36", "not-checkable "),
            Outcome::NotApplicable => ("2", "not-applicable"),
        };
        self.paint(code, word)
    }
}

pub(super) fn report(report: &Report, message: &str, style: Style) -> String {
    let mut out = String::new();
    let variant = report.variant();
    let title = format!("WS-I Basic Security Profile 1.1, {} ({})", variant.name(), variant.dated());
    out.push_str(&format!("{}\n{}\n", style.paint("1", &title), summary(report)));
    let mut chapter = "";
    let mut passed_over: Vec<&str> = Vec::new();
    for verdict in report.verdicts() {
        let (number, title) = verdict.rule().chapter();
        if number != chapter {
            flush(&mut passed_over, style, &mut out);
            chapter = number;
            out.push_str(&format!("\n{}\n", style.paint("1", &format!("§{number} {title}"))));
        }
        if verdict.outcome() == Outcome::NotApplicable && !style.all {
            passed_over.push(verdict.rule().id());
        } else {
            write(verdict, message, style, &mut out);
        }
    }
    flush(&mut passed_over, style, &mut out);
    out
}

/// What receivers refuse for its shape, whether or not the profile forbids it.
pub(super) fn shapes(shapes: &RefusedShapes, style: Style) -> String {
    let mut out = String::new();
    if !shapes.found.is_empty() {
        out.push_str(&format!(
            "\n{}\n",
            style.paint("1", "Shapes that receivers demand, and refuse the message without")
        ));
    }
    for found in &shapes.found {
        let why = in_options(&found.why.to_string());
        out.push_str(&format!("  {} {why}\n", style.paint("1;31", "fail          ")));
        out.push_str(&format!("      at {}\n", found.path));
    }
    out
}

fn summary(report: &Report) -> String {
    let count = |outcome: Outcome| report.verdicts().iter().filter(|verdict| verdict.outcome() == outcome).count();
    let binding = report.breaches().count();
    format!(
        "{}: {binding} MUST and {} SHOULD broken, {} met, {} not checkable, {} not applicable",
        if report.conforms() { "conforms" } else { "does not conform" },
        count(Outcome::Fail) - binding,
        count(Outcome::Pass),
        count(Outcome::NotCheckable),
        count(Outcome::NotApplicable),
    )
}

/// Requirements that do not apply, in a few lines.
fn flush(ids: &mut Vec<&str>, style: Style, out: &mut String) {
    for line in ids.chunks(10) {
        out.push_str(&format!("  {}\n", style.paint("2", &format!("not-applicable {}", line.join(" ")))));
    }
    ids.clear();
}

fn write(verdict: &Verdict, message: &str, style: Style, out: &mut String) {
    let rule = verdict.rule();
    out.push_str(&format!(
        "  {} {:8} {:10} {}\n",
        style.badge(verdict),
        rule.id(),
        rule.level().as_str(),
        escaped(verdict.why())
    ));
    if verdict.outcome() == Outcome::Fail {
        out.push_str(&format!("      {}\n", style.paint("2", rule.requirement())));
    }
    if !matches!(verdict.outcome(), Outcome::Fail | Outcome::NotCheckable) && !style.all {
        return;
    }
    for finding in verdict.findings() {
        out.push_str(&format!("      at {}\n", escaped(&finding.path)));
        if verdict.outcome() == Outcome::Fail {
            let line = message.get(..finding.span.start).map_or(1, |before| before.matches('\n').count() + 1);
            let element = message.get(finding.span.clone()).unwrap_or_default();
            out.push_str(&format!("      line {line}: {}\n", escaped(&opening(element))));
        }
    }
    if verdict.count() > verdict.findings().len() && !verdict.findings().is_empty() {
        let more = verdict.count() - verdict.findings().len();
        if verdict.outcome() == Outcome::Fail {
            out.push_str(&format!("      and {more} more\n"));
        }
    }
}

/// The start tag of an element and the beginning of its content, up to a password, or a key of a token service.
fn opening(element: &str) -> String {
    const SHOWN: usize = 160;
    let begins = |name| element.find(name).and_then(|at| element.get(at..)?.find('>').map(|end| at + end + 1));
    let secret = SECRET_ELEMENTS.into_iter().filter_map(begins).min();
    let shown: String = element.slice(..secret.unwrap_or(element.len())).chars().take(SHOWN).collect();
    if shown.len() < element.len() { shown + "…" } else { shown }
}
