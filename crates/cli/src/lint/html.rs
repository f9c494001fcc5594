//! The report as one self-contained page: the message on one side, the findings on the other.

use std::collections::HashSet;

use ws_security::bsp::{Outcome, Report, Verdict};
use ws_security::c14n::Document;

use crate::output::{self, Outcome as Done, refused};
use crate::page::{self, FOLLOW, Marks, escaped};

pub(super) fn page(report: &Report, message: &str) -> Done<String> {
    let variant = report.variant();
    let verdict = if report.conforms() { "conforms" } else { "does not conform" };
    let findings: String =
        report.verdicts().iter().enumerate().map(|(nth, verdict)| finding(nth, verdict, report)).collect();
    let document = Document::parse(message, &output::limits()).map_err(refused)?;
    Ok(format!(
        "{}<header><h1>WS-I Basic Security Profile 1.1</h1><p id=\"verdict\" class=\"{}\">{} ({}): {verdict}</p>{}</header>\
         <main><pre id=\"message\">{}</pre><section id=\"findings\">{findings}</section></main>\
         <script>{FOLLOW}{SCRIPT}</script></body></html>\n",
        page::head(&format!("BSP 1.1: {verdict}"), STYLE),
        if report.conforms() { "pass" } else { "fail" },
        variant.name(),
        variant.dated(),
        filters(report),
        page::message(&document, &marks(report))
    ))
}

fn filters(report: &Report) -> String {
    let filter = |outcome: Outcome, checked: bool| {
        let count = report.verdicts().iter().filter(|verdict| verdict.outcome() == outcome).count();
        let (name, checked) = (outcome.as_str(), if checked { " checked" } else { "" });
        format!("<label class=\"{name}\"><input type=\"checkbox\" value=\"{name}\"{checked}> {name} ({count})</label> ")
    };
    format!(
        "<p id=\"filters\">{}{}{}{}</p>",
        filter(Outcome::Fail, true),
        // Broken requirements come first; if there are none, those without a verdict.
        filter(Outcome::NotCheckable, !report.verdicts().iter().any(|verdict| verdict.outcome() == Outcome::Fail)),
        filter(Outcome::Pass, false),
        filter(Outcome::NotApplicable, false)
    )
}

fn finding(nth: usize, verdict: &Verdict, report: &Report) -> String {
    let rule = verdict.rule();
    let before = nth.checked_sub(1).and_then(|nth| report.verdicts().get(nth)).map(|verdict| verdict.rule().chapter());
    let (number, title) = rule.chapter();
    let heading = if before == Some((number, title)) { String::new() } else { format!("<h2>§{number} {title}</h2>") };
    let places: String = verdict
        .places()
        .iter()
        .map(|place| format!("<li><a href=\"#{}\">{}</a></li>", page::anchor(&place.span), escaped(&place.path)))
        .collect();
    format!(
        "{heading}<article class=\"{}\" id=\"{}\"><h3><b>{}</b> {} <i>{}</i></h3><p>{}</p><p class=\"rule\">{}</p><ul>{places}</ul></article>",
        verdict.outcome(),
        rule.id(),
        rule.id(),
        rule.level(),
        verdict.outcome(),
        escaped(verdict.why()),
        escaped(rule.requirement())
    )
}

/// Every element that a finding names.
fn marks(report: &Report) -> Marks {
    let mut marks = Marks::default();
    let spans = |fails: bool| {
        let verdicts = report.verdicts().iter().filter(move |verdict| (verdict.outcome() == Outcome::Fail) == fails);
        verdicts.flat_map(|verdict| verdict.places()).map(|place| &place.span)
    };
    spans(true).for_each(|span| marks.add(span, "fail"));
    let broken: HashSet<_> = spans(true).collect();
    spans(false).filter(|span| !broken.contains(span)).for_each(|span| marks.add(span, "seen"));
    marks
}

const STYLE: &str = "\
body{font:15px/1.45 system-ui,sans-serif;margin:0;color:#1d2330;background:#f5f6f9}\
header{padding:.6rem 1.2rem;background:#fff;border-bottom:1px solid #d9dde6}\
h1{font-size:1.1rem;margin:0}header p{margin:.3rem 0}\
main{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);height:calc(100vh - 7rem)}\
#message,#findings{overflow:auto;margin:0;padding:1rem}\
#message{font:12.5px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;background:#fff}\
mark{background:none;color:inherit;border-radius:3px}mark.fail{background:#fde3e3;box-shadow:0 0 0 1px #d64545}\
mark:target,mark.shown{background:#fff1b8;box-shadow:0 0 0 2px #d9a400}\
.cut{color:#7a8296}\
h2{font-size:.95rem;margin:1rem 0 .4rem;color:#4a5368}\
article{background:#fff;border-left:4px solid #b9c0ce;border-radius:4px;margin:.4rem 0;padding:.4rem .7rem}\
article p{margin:.2rem 0}article ul{margin:.2rem 0;padding-left:1.1rem}article a{font:12px ui-monospace,monospace;overflow-wrap:anywhere}\
h3{font-size:.9rem;font-weight:400;margin:0}h3 i{float:right;color:#4a5368}.rule{color:#6a7285;font-size:.85rem}\
article.fail{border-color:#d64545}article.pass{border-color:#3b9b5f}article.not-checkable{border-color:#3e7cc9}\
p.fail{color:#b02a2a}p.pass{color:#2b7a48}";

const SCRIPT: &str = "\
const boxes=[...document.querySelectorAll('#filters input')];\
function show(){const on=new Set(boxes.filter(b=>b.checked).map(b=>b.value));\
for(const a of document.querySelectorAll('article'))a.hidden=!on.has(a.className);\
for(const h of document.querySelectorAll('h2')){let n=h.nextElementSibling,any=false;\
while(n&&n.tagName==='ARTICLE'){any=any||!n.hidden;n=n.nextElementSibling}h.hidden=!any}}\
boxes.forEach(b=>b.addEventListener('change',show));show();\
follow('article a');\
document.documentElement.dataset.ready=String(document.querySelectorAll('article:not([hidden])').length);";
