//! The report as one self-contained page: the message on one side, the findings on the other.
//!
//! The message comes from a stranger: the page shows it as text only, and loads nothing.

use ws_security::bsp::{Outcome, Report, Verdict};
use ws_security::c14n::Document;
use ws_security::text::is_plain;

use crate::output::{self, Outcome as Done, refused};

/// Characters of one text that are shown.
const MAX_TEXT: usize = 200;

pub(super) fn page(report: &Report, message: &str) -> Done<String> {
    let variant = report.variant();
    let verdict = if report.conforms() { "conforms" } else { "does not conform" };
    let findings: String =
        report.verdicts().iter().enumerate().map(|(nth, verdict)| finding(nth, verdict, report)).collect();
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>BSP 1.1: {verdict}</title><style>{STYLE}</style></head><body>\
         <header><h1>WS-I Basic Security Profile 1.1</h1><p id=\"verdict\" class=\"{}\">{} ({}): {verdict}</p>{}</header>\
         <main><pre id=\"message\">{}</pre><section id=\"findings\">{findings}</section></main>\
         <script>{SCRIPT}</script></body></html>\n",
        if report.conforms() { "pass" } else { "fail" },
        variant.name(),
        variant.dated(),
        filters(report),
        marked(report, message)?
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
        .map(|place| {
            let (start, end) = (place.span.start, place.span.end);
            format!("<li><a href=\"#e{start}-{end}\">{}</a></li>", escaped(&place.path))
        })
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

/// The message with a line for each element. Every element that a finding names is marked.
fn marked(report: &Report, message: &str) -> Done<String> {
    let document = Document::parse(message, &output::limits()).map_err(refused)?;
    let mut marks: Vec<(usize, usize, bool)> = Vec::new();
    for verdict in report.verdicts() {
        for place in verdict.places() {
            marks.push((place.span.start, place.span.end, verdict.outcome() == Outcome::Fail));
        }
    }
    // Outer elements come first; for one element, broken requirements come first.
    marks.sort_by_key(|(start, end, fails)| (*start, usize::MAX - *end, !*fails));
    marks.dedup_by_key(|(start, end, _)| (*start, *end));
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    let mut depth = Vec::new();
    for element in document.elements() {
        let span = element.span();
        while depth.last().is_some_and(|end| *end <= span.start) {
            depth.pop();
        }
        cuts.push((span.start, depth.len()));
        depth.push(span.end);
    }
    let mut out = String::with_capacity(2 * message.len());
    let mut open: Vec<usize> = Vec::new();
    let (mut marks, mut cuts) = (marks.into_iter().peekable(), cuts.into_iter().peekable());
    let mut at = 0;
    loop {
        let closes = open.last().copied();
        let next_mark = marks.peek().map(|mark| mark.0);
        let next_cut = cuts.peek().map(|cut| cut.0);
        let Some(next) = [closes, next_mark, next_cut].into_iter().flatten().min() else { break };
        text(message.get(at..next).unwrap_or_default(), &mut out);
        at = next;
        if closes == Some(next) {
            open.pop();
            out.push_str("</mark>");
            continue;
        }
        if next_cut == Some(next) {
            let level = cuts.next().map_or(0, |(_, level)| level);
            // This is only for readability, if the message has no line break here.
            if message.get(..next).is_some_and(|before| before.ends_with('>')) {
                out.push('\n');
                out.push_str(&"  ".repeat(level.min(24)));
            }
        }
        while let Some((_, end, fails)) = marks.next_if(|(start, ..)| *start == next) {
            let class = if fails { "fail" } else { "seen" };
            out.push_str(&format!("<mark class=\"{class}\" id=\"e{next}-{end}\">"));
            open.push(end);
        }
    }
    text(message.get(at..).unwrap_or_default(), &mut out);
    Ok(out)
}

/// Source text, with long runs without a tag shortened.
fn text(source: &str, out: &mut String) {
    for piece in source.split_inclusive('>') {
        let (content, tag) = piece.find('<').map_or((piece, ""), |tag| piece.split_at(tag));
        let count = content.chars().count();
        if count > MAX_TEXT {
            let start: String = content.chars().take(MAX_TEXT / 2).collect();
            out.push_str(&format!("{}<span class=\"cut\">… {count} characters</span>", escaped(&start)));
        } else {
            out.push_str(&escaped(content));
        }
        out.push_str(&escaped(tag));
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if is_plain(c) => out.push(c),
            // Text of the message can neither hide nor reverse the text around it.
            c => out.push_str(&c.escape_unicode().to_string()),
        }
    }
    out
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
for(const a of document.querySelectorAll('article a'))a.addEventListener('click',e=>{e.preventDefault();\
for(const m of document.querySelectorAll('mark.shown'))m.classList.remove('shown');\
const m=document.getElementById(a.getAttribute('href').slice(1));\
if(m){m.classList.add('shown');m.scrollIntoView({block:'center'})}});\
document.documentElement.dataset.ready=String(document.querySelectorAll('article:not([hidden])').length);";
