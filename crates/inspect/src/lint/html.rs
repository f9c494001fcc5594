//! The report as a page: broken requirements first, the rest folded, and the message beside it.

use std::collections::HashSet;
use std::io::{self, Write};
use std::ops::Range;

use ws_security::bsp::{Outcome, Report, Verdict};
use ws_security::c14n::{Document, Paths};

use crate::page::{self, Marks, escaped};

pub(super) fn write(
    report: &Report,
    shapes: Vec<(String, String)>,
    document: &Document<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let refused = Refused::of(shapes, document);
    let verdict = match (report.conforms(), refused.is_empty()) {
        (true, true) => "conforms",
        (true, false) => "conforms, and receivers refuse its shape",
        (false, _) => "does not conform",
    };
    let title = format!("BSP 1.1: {verdict}");
    page::Frame {
        title: &title,
        style: STYLE,
        header: header(report, &refused, verdict),
        findings: &|out| {
            out.write_all(refused_html(&refused).as_bytes())?;
            Group::ALL.iter().try_for_each(|group| out.write_all(group.html(report).as_bytes()))
        },
        key: "<span class=\"key broken\">breaks a MUST, or is refused</span> <span class=\"key advised\">departs from a SHOULD</span>",
        message: (document, marks(report, &refused)),
        script: SCRIPT,
    }
    .write(out)
}

/// A shape that receivers refuse: where, why, and the place in the message; none for what was decrypted. The caller gives the
/// path and the error.
struct Refused {
    path: String,
    why: String,
    span: Option<Range<usize>>,
}

impl Refused {
    fn of(shapes: Vec<(String, String)>, document: &Document<'_>) -> Vec<Self> {
        let mut all: Vec<Self> = shapes.into_iter().map(|(path, why)| Self { path, why, span: None }).collect();
        let mut paths = Paths::default();
        for element in document.elements() {
            if all.iter().all(|refused| refused.span.is_some()) {
                break;
            }
            let path = paths.of(element);
            for refused in all.iter_mut().filter(|refused| refused.span.is_none() && refused.path == path) {
                refused.span = Some(element.span());
            }
        }
        all
    }

    fn place(&self) -> String {
        match &self.span {
            Some(span) => format!("<a href=\"#{}\">{}</a>", page::anchor(span), escaped(&self.path)),
            None => escaped(&self.path),
        }
    }
}

fn refused_html(refused: &[Refused]) -> String {
    if refused.is_empty() {
        return String::new();
    }
    let each = |shape: &Refused| {
        format!("<article class=\"must\"><p>{}</p><ul><li>{}</li></ul></article>", escaped(&shape.why), shape.place())
    };
    let all: String = refused.iter().map(each).collect();
    format!(
        "<details id=\"shapes\" open><summary><h2>Shapes that receivers refuse ({})</h2></summary>{all}</details>",
        refused.len()
    )
}

fn header(report: &Report, refused: &[Refused], verdict: &str) -> String {
    let shapes: String =
        refused.iter().map(|shape| format!("<li><a href=\"#shapes\">shape</a> {}</li>", escaped(&shape.why))).collect();
    let broken: String = Group::Must
        .of(report)
        .map(|verdict| {
            let id = verdict.rule().id();
            format!("<li><a href=\"#{id}\">{id}</a> {}</li>", escaped(verdict.why()))
        })
        .collect();
    let broken = shapes + &broken;
    let broken = match broken.is_empty() {
        true => "<p id=\"problems\">No MUST is broken.</p>".to_owned(),
        false => format!("<ul id=\"problems\" class=\"bad\">{broken}</ul>"),
    };
    let variant = report.variant();
    format!(
        "<h1>WS-I Basic Security Profile 1.1 <i>{} ({})</i></h1><p id=\"verdict\">The message {verdict}: {}.</p>{broken}\
         <p><label>Search <input type=\"search\" id=\"search\" placeholder=\"R3217, Timestamp, SHOULD\"></label> \
         <span id=\"found\" role=\"status\"></span></p>",
        variant.name(),
        variant.dated(),
        Group::ALL.map(|group| format!("{} {}", group.of(report).count(), group.counted())).join(", "),
    )
}

/// Verdicts that are shown together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Must,
    Should,
    NotCheckable,
    Pass,
    NotApplicable,
}

impl Group {
    const ALL: [Self; 5] = [Self::Must, Self::Should, Self::NotCheckable, Self::Pass, Self::NotApplicable];

    fn around(verdict: &Verdict) -> Self {
        match verdict.outcome() {
            Outcome::Fail if verdict.rule().level().is_binding() => Self::Must,
            Outcome::Fail => Self::Should,
            Outcome::NotCheckable => Self::NotCheckable,
            Outcome::Pass => Self::Pass,
            Outcome::NotApplicable => Self::NotApplicable,
        }
    }

    /// The class of its articles.
    const fn word(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::NotCheckable => "not-checkable",
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Must => "MUST broken",
            Self::Should => "SHOULD not followed",
            Self::NotCheckable => "Not checkable",
            Self::Pass => "Met",
            Self::NotApplicable => "Not applicable",
        }
    }

    /// Its title behind a number: the words of RFC 2119 stay as they are.
    fn counted(self) -> String {
        match self {
            Self::Must | Self::Should => self.title().to_owned(),
            other => other.title().to_lowercase(),
        }
    }

    fn of(self, report: &Report) -> impl Iterator<Item = &Verdict> {
        report.verdicts().iter().filter(move |verdict| Self::around(verdict) == self)
    }

    /// Rules that are broken are unfolded, and all others are folded.
    fn html(self, report: &Report) -> String {
        let findings: String = self.of(report).map(|verdict| finding(verdict, self)).collect();
        if findings.is_empty() {
            return String::new();
        }
        let open = if matches!(self, Self::Must | Self::Should) { " open" } else { "" };
        let (word, count) = (self.word(), self.of(report).count());
        format!(
            "<details id=\"{word}\"{open}><summary><h2>{} ({count})</h2></summary>{findings}</details>",
            self.title()
        )
    }
}

fn finding(verdict: &Verdict, group: Group) -> String {
    let rule = verdict.rule();
    let (number, title) = rule.chapter();
    let places: String = verdict
        .findings()
        .iter()
        .map(|finding| {
            format!("<li><a href=\"#{}\">{}</a></li>", page::anchor(&finding.span), page::path(&finding.path))
        })
        .collect();
    format!(
        "<article class=\"{}\" id=\"{}\"><h3>{} <b>{}</b> <i>§{number} {title}</i></h3><p>{}</p>\
         <p class=\"rule\">{}</p><ul>{places}</ul></article>",
        group.word(),
        rule.id(),
        rule.id(),
        rule.level(),
        escaped(verdict.why()),
        escaped(rule.requirement())
    )
}

/// Every element that a finding names. One that breaks a MUST is marked for that alone.
fn marks(report: &Report, refused: &[Refused]) -> Marks {
    let mut marks = Marks::default();
    let mut seen: HashSet<&Range<usize>> = refused.iter().filter_map(|shape| shape.span.as_ref()).collect();
    seen.iter().for_each(|span| marks.add(span, "broken"));
    let classes = [(Group::Must, "broken"), (Group::Should, "advised")];
    let others = Group::ALL.into_iter().skip(2).map(|group| (group, "item"));
    for (group, class) in classes.into_iter().chain(others) {
        let spans: HashSet<_> = group.of(report).flat_map(Verdict::findings).map(|finding| &finding.span).collect();
        spans.difference(&seen).for_each(|span| marks.add(span, class));
        seen.extend(spans);
    }
    marks
}

const STYLE: &str = "\
:root{--advised:#fdf3d7;--advised-line:#8a6508}@media(prefers-color-scheme:dark){:root{--advised:#352b12;--advised-line:#d3a73a}}\
.advised{background:var(--advised);box-shadow:0 0 0 1px var(--advised-line)}\
summary{cursor:pointer}summary h2{display:inline}\
article p{margin:.2rem 0}article b,h3 i{font-weight:400;color:var(--soft)}.rule{color:var(--soft);font-size:.85rem}\
article.must{border-left-color:var(--broken-line)}article.must b{color:var(--broken-line);font-weight:700}\
article.should{border-left-color:var(--advised-line)}article.should b{color:var(--advised-line)}\
article.pass{border-left-color:var(--covered-line)}article.not-checkable{border-left-color:var(--link)}\
#search{font:inherit;max-width:100%;width:16rem;color:inherit;background:var(--ground);border:1px solid var(--soft)}\
#search::placeholder{color:var(--soft);opacity:1}";

/// A search shows the findings that have all of its words, in folded groups too.
const SCRIPT: &str = "\
const field=document.getElementById('search'),found=document.getElementById('found');\
const groups=[...document.querySelectorAll('details')].map(d=>({d,open:d.open,all:[...d.querySelectorAll('article')]}));\
function look(){const words=field.value.toLowerCase().split(/\\s+/).filter(Boolean);let count=0;\
for(const g of groups){let any=false;for(const a of g.all){const text=a.textContent.toLowerCase();\
a.hidden=!words.every(w=>text.includes(w));if(!a.hidden){any=true;count++}}\
g.d.hidden=!any;g.d.open=words.length?any:g.open}\
found.textContent=words.length?count+' found':''}\
field.addEventListener('input',look);\
if(location.hash.startsWith('#search=')){field.value=decodeURIComponent(location.hash.slice(8));look()}\
follow('article li a');\
document.documentElement.dataset.ready=String([...document.querySelectorAll('article')].filter(a=>!a.hidden&&a.closest('details').open).length);";
