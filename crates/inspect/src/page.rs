//! The parts that the pages of a picture and of a report share: the frame, and the message as text, with marked
//! elements.
//!
//! The message comes from a stranger: a page shows it as text only, and loads nothing.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

use ws_security::c14n::{Document, Element};
use ws_security::text::{Slice as _, is_plain};

/// The largest number of characters of one text that are shown.
const MAX_TEXT: usize = 200;
/// A text of more characters may have a line of its own.
const LONG: usize = 20;
/// The largest indentation of a line.
const MAX_DEPTH: usize = 24;

/// A page: the findings on the left, the message on the right; on a narrow screen one below the other.
pub(crate) struct Frame<'f, 'd> {
    pub(crate) title: &'f str,
    /// Rules of this page alone.
    pub(crate) style: &'f str,
    /// The first lines of the page: problems before anything else.
    pub(crate) header: String,
    /// Writes the findings, of which there may be many.
    pub(crate) findings: &'f dyn Fn(&mut dyn Write) -> io::Result<()>,
    /// The legend of the colours in the message.
    pub(crate) key: &'f str,
    /// The message, and the elements that are marked in it.
    pub(crate) message: (&'f Document<'d>, Marks),
    /// Runs at the end.
    pub(crate) script: &'f str,
}

impl Frame<'_, '_> {
    /// Writes the page piece by piece: the page may be many times as long as the message. Its Content-Security-Policy forbids
    /// the browser to load anything.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { title, style, header, findings, key, message: (document, marks), script } = self;
        write!(
            out,
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>{}</title><style>{STYLE}{style}</style></head><body>\
             <header>{header}</header><main><section id=\"drawing\">",
            escaped(title)
        )?;
        findings(out)?;
        write!(
            out,
            "</section><section id=\"source\"><p class=\"tools\"><label><input type=\"checkbox\" id=\"namespaces\"> namespaces</label> \
             {key}</p><pre id=\"message\">"
        )?;
        message(document, marks, out)?;
        writeln!(out, "</pre></section></main><script>{SCRIPT}{script}{WIDE}</script></body></html>")
    }
}

/// The text that `write` writes.
pub(crate) fn as_text(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut octets = Vec::new();
    write(&mut octets).expect("memory takes what is written");
    String::from_utf8(octets).expect("text is written as text")
}

const STYLE: &str = "\
:root{--ink:#1d2330;--soft:#5c667c;--paper:#fff;--ground:#f5f6f9;--line:#d9dde6;--link:#2459a6;\
--covered:#e2f3e6;--covered-line:#2e7d4b;--broken:#fde3e3;--broken-line:#c53030;--encrypted:#e9e4fb;--encrypted-line:#7a5bd0;--shown:#d9a400}\
@media(prefers-color-scheme:dark){:root{--ink:#e4e8f1;--soft:#9aa5bd;--paper:#161a22;--ground:#0f1218;--line:#2b3342;--link:#8fb6f3;\
--covered:#15301f;--covered-line:#4fb274;--broken:#3b1a1c;--broken-line:#e06767;--encrypted:#261f42;--encrypted-line:#9c83ea;--shown:#e0b53a}}\
*{box-sizing:border-box}\
body{font:15px/1.45 system-ui,sans-serif;margin:0;color:var(--ink);background:var(--ground)}\
header{padding:.7rem 1.2rem;background:var(--paper);border-bottom:1px solid var(--line)}\
h1{font-size:1.1rem;margin:0;overflow-wrap:anywhere}h1 i,small{font-weight:400;color:var(--soft)}header p{margin:.3rem 0}\
a{color:var(--link)}code{font-size:.85em;overflow-wrap:anywhere}\
#problems.bad{margin:.4rem 0;padding:.5rem .5rem .5rem 1.6rem;background:var(--broken);border-left:4px solid var(--broken-line);border-radius:4px}\
main{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr);gap:1px}\
#drawing,#source{padding:1rem;min-width:0}#source{background:var(--paper)}\
h2{font-size:.95rem;margin:1rem 0 .4rem}h3{font-size:.9rem;margin:0}ul{margin:.2rem 0;padding-left:1.1rem;overflow-wrap:anywhere}\
article{background:var(--paper);border:1px solid var(--line);border-left:4px solid var(--soft);border-radius:4px;margin:.5rem 0;padding:.5rem .7rem}\
small{overflow-wrap:anywhere;font-size:.78rem}\
#message{font:12.5px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:0}\
mark,.key{background:none;color:inherit;border-radius:3px}\
.covered{background:var(--covered);box-shadow:0 0 0 1px var(--covered-line)}\
mark.broken,.key.broken{background:var(--broken);box-shadow:0 0 0 1px var(--broken-line)}\
.key{padding:0 .4rem;font-size:.8rem;display:inline-block}.tools{margin:0 0 .6rem}\
mark:target,mark.shown{box-shadow:0 0 0 3px var(--shown)}\
.cut{color:var(--soft)}.ns{display:none;color:var(--soft)}.all .ns{display:inline}\
@media(max-width:760px){main{grid-template-columns:minmax(0,1fr)}}";

/// Shows or hides namespaces; `follow` makes each link that a selector finds show the target of the link.
const SCRIPT: &str = "\
const box=document.getElementById('namespaces'),pre=document.getElementById('message');\
box.addEventListener('change',()=>pre.classList.toggle('all',box.checked));\
function follow(links){for(const a of document.querySelectorAll(links))a.addEventListener('click',e=>{e.preventDefault();\
for(const m of document.querySelectorAll('mark.shown'))m.classList.remove('shown');\
const m=document.getElementById(a.getAttribute('href').slice(1));\
if(m){m.classList.add('shown');m.scrollIntoView({block:'center'})}})}\n";

/// Shows tests whether something is wider than the window.
const WIDE: &str = "\
document.documentElement.dataset.wide=String(document.documentElement.scrollWidth>document.documentElement.clientWidth);";

/// The id of the mark around an element.
pub(crate) fn anchor(span: &Range<usize>) -> String {
    format!("e{}-{}", span.start, span.end)
}

/// Elements to mark, each with the classes of its mark.
#[derive(Default)]
pub(crate) struct Marks(BTreeMap<(usize, std::cmp::Reverse<usize>), Vec<&'static str>>);

impl Marks {
    /// Marks the element at `span`, perhaps with one more class.
    pub(crate) fn add(&mut self, span: &Range<usize>, class: &'static str) {
        let classes = self.0.entry((span.start, std::cmp::Reverse(span.end))).or_default();
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
}

/// Writes the message with a line for each element and for the end of each that has others, and with its marks. It is written
/// piece by piece, however long it becomes.
pub(crate) fn message(document: &Document<'_>, marks: &Marks, out: &mut dyn Write) -> io::Result<()> {
    let source = masked(document);
    let cuts = lines(document);
    let mut open: Vec<usize> = Vec::new();
    // Outer elements come first.
    let (mut marks, mut cuts) = (marks.0.iter().peekable(), cuts.peekable());
    let mut at = 0;
    loop {
        let closes = open.last().copied();
        let next_mark = marks.peek().map(|((start, _), _)| *start);
        let next_cut = cuts.peek().map(|cut| cut.0);
        let Some(next) = [closes, next_mark, next_cut].into_iter().flatten().min() else { break };
        text(source.slice(at..next), out)?;
        at = next;
        if closes == Some(next) {
            open.pop();
            out.write_all(b"</mark>")?;
            continue;
        }
        if next_cut == Some(next) {
            let level = cuts.next().map_or(0, |(_, level)| level);
            // The line break is only for readability, if the message has none here.
            if source.get(..next).is_some_and(|before| before.ends_with('>')) {
                write!(out, "\n{:indent$}", "", indent = 2 * level.min(MAX_DEPTH))?;
            }
        }
        while let Some(((start, std::cmp::Reverse(end)), classes)) = marks.next_if(|((start, _), _)| *start == next) {
            write!(out, "<mark class=\"{}\" id=\"{}\">", classes.join(" "), anchor(&(*start..*end)))?;
            open.push(*end);
        }
    }
    text(source.slice(at..), out)
}

/// Where a line begins, and how deep its element is: at each element, and at the end tag of each that has others inside.
fn lines<'m>(document: &'m Document<'_>) -> impl Iterator<Item = (usize, usize)> + 'm {
    struct Open {
        end_tag: usize,
        end: usize,
        has_others: bool,
    }
    let mut elements = document.elements().peekable();
    let mut open: Vec<Open> = Vec::new();
    std::iter::from_fn(move || {
        loop {
            let next = elements.peek().map(|element| element.span());
            if let Some(over) = open.pop_if(|last| next.as_ref().is_none_or(|next| next.start >= last.end)) {
                if over.has_others {
                    return Some((over.end_tag, open.len()));
                }
                continue;
            }
            let element = elements.next()?;
            if let Some(parent) = open.last_mut() {
                parent.has_others = true;
            }
            let (span, content) = (element.span(), element.content_span());
            open.push(Open { end_tag: content.end, end: span.end, has_others: false });
            return Some((span.start, open.len() - 1));
        }
    })
}

/// The local names of elements whose content is never shown: a password; and a key, or half of one, of a token service,
/// of any version of WS-Trust.
pub const SECRET_ELEMENTS: [&str; 2] = ["Password", "BinarySecret"];

/// The source, with an asterisk for each octet of a secret: people show pages to others.
fn masked(document: &Document<'_>) -> String {
    let mut source = document.source().to_owned();
    for secret in document.elements().filter(|element| is_secret(*element)) {
        let content = secret.content_span();
        source.replace_range(content.clone(), &"*".repeat(content.len()));
    }
    source
}

fn is_secret(element: Element<'_>) -> bool {
    SECRET_ELEMENTS.contains(&element.name().local)
}

/// Source text. Long runs without a tag are shortened, and declarations of namespaces can be hidden.
fn text(source: &str, out: &mut dyn Write) -> io::Result<()> {
    for piece in source.split_inclusive('>') {
        let (content, tag) = piece.find('<').map_or((piece, ""), |tag| piece.split_at(tag));
        let count = content.chars().count();
        // A long value goes to a line of its own, and its start tag stays where it is.
        let may_break = if count > LONG { "<wbr>" } else { "" };
        out.write_all(may_break.as_bytes())?;
        if count > MAX_TEXT {
            content.chars().take(MAX_TEXT / 2).try_for_each(|c| escape(c, out))?;
            write!(out, "<span class=\"cut\">… {count} characters</span>")?;
        } else {
            escape_all(content, out)?;
        }
        out.write_all(may_break.as_bytes())?;
        with_namespaces(tag, out)?;
    }
    Ok(())
}

/// Writes a tag. Each declaration of a namespace gets a `span` of its own.
fn with_namespaces(tag: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut rest = tag;
    while let Some(at) = rest.find(" xmlns") {
        let (before, declaration) = rest.split_at(at);
        let quoted = declaration.find(['"', '\'']).and_then(|start| {
            let quote = declaration.get(start..start + 1)?;
            let end = declaration.get(start + 1..)?.find(quote)?;
            Some(start + 1 + end + 1)
        });
        let Some(len) = quoted else { break };
        let (declaration, after) = declaration.split_at(len);
        escape_all(before, out)?;
        out.write_all(b"<span class=\"ns\">")?;
        escape_all(declaration, out)?;
        out.write_all(b"</span>")?;
        rest = after;
    }
    escape_all(rest, out)
}

/// Text for a page. Characters that could hide or reverse the text around them are written as escapes.
pub(crate) fn escaped(text: &str) -> String {
    as_text(|out| escape_all(text, out))
}

/// A path for a page. Its lines are broken behind a step.
pub(crate) fn path(text: &str) -> String {
    escaped(text).replace('/', "/<wbr>")
}

fn escape_all(text: &str, out: &mut dyn Write) -> io::Result<()> {
    text.chars().try_for_each(|c| escape(c, out))
}

fn escape(c: char, out: &mut dyn Write) -> io::Result<()> {
    match c {
        '&' => out.write_all(b"&amp;"),
        '<' => out.write_all(b"&lt;"),
        '>' => out.write_all(b"&gt;"),
        '"' => out.write_all(b"&quot;"),
        '\'' => out.write_all(b"&#39;"),
        c if is_plain(c) || matches!(c, '\n' | '\t') => out.write_all(c.encode_utf8(&mut [0; 4]).as_bytes()),
        c => write!(out, "{}", c.escape_unicode()),
    }
}
