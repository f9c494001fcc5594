//! What the pages of `wss lint --html` and `wss inspect --html` share: the message as text, with elements marked.
//!
//! The message comes from a stranger: a page shows it as text only, and loads nothing.

use std::collections::BTreeMap;
use std::ops::Range;

use ws_security::c14n::{Document, name};
use ws_security::text::is_plain;

/// Characters of one text that are shown.
const MAX_TEXT: usize = 200;
/// How deep lines are indented at most.
const MAX_DEPTH: usize = 24;

/// A function of the pages' scripts: each link that a selector finds shows the element that it leads to in the message.
pub(crate) const FOLLOW: &str = "\
function follow(links){for(const a of document.querySelectorAll(links))a.addEventListener('click',e=>{e.preventDefault();\
for(const m of document.querySelectorAll('mark.shown'))m.classList.remove('shown');\
const m=document.getElementById(a.getAttribute('href').slice(1));\
if(m){m.classList.add('shown');m.scrollIntoView({block:'center'})}})}\n";

/// The start of a page, up to its `<body>`. Its policy lets nothing be loaded.
pub(crate) fn head(title: &str, style: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{}</title><style>{style}</style></head><body>",
        escaped(title)
    )
}

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

/// The message with a line for each element, and with its marks.
pub(crate) fn message(document: &Document<'_>, marks: &Marks) -> String {
    let source = masked(document);
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
    let mut out = String::with_capacity(2 * source.len());
    let mut open: Vec<usize> = Vec::new();
    // Outer elements come first.
    let (mut marks, mut cuts) = (marks.0.iter().peekable(), cuts.into_iter().peekable());
    let mut at = 0;
    loop {
        let closes = open.last().copied();
        let next_mark = marks.peek().map(|((start, _), _)| *start);
        let next_cut = cuts.peek().map(|cut| cut.0);
        let Some(next) = [closes, next_mark, next_cut].into_iter().flatten().min() else { break };
        text(source.get(at..next).unwrap_or_default(), &mut out);
        at = next;
        if closes == Some(next) {
            open.pop();
            out.push_str("</mark>");
            continue;
        }
        if next_cut == Some(next) {
            let level = cuts.next().map_or(0, |(_, level)| level);
            // This is only for readability, if the message has no line break here.
            if source.get(..next).is_some_and(|before| before.ends_with('>')) {
                out.push('\n');
                out.push_str(&"  ".repeat(level.min(MAX_DEPTH)));
            }
        }
        while let Some(((start, std::cmp::Reverse(end)), classes)) = marks.next_if(|((start, _), _)| *start == next) {
            out.push_str(&format!("<mark class=\"{}\" id=\"{}\">", classes.join(" "), anchor(&(*start..*end))));
            open.push(*end);
        }
    }
    text(source.get(at..).unwrap_or_default(), &mut out);
    out
}

/// The source, with an asterisk for each octet of a password.
fn masked(document: &Document<'_>) -> String {
    let mut source = document.source().to_owned();
    for password in document.elements().filter(|element| element.is(name::WSSE.uri, "Password")) {
        let content = password.content_span();
        source.replace_range(content.clone(), &"*".repeat(content.len()));
    }
    source
}

/// Source text. Long runs without a tag are shortened, and declarations of namespaces can be hidden.
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
        with_namespaces(tag, out);
    }
}

/// A tag, with its declarations of namespaces in a `span` each.
fn with_namespaces(tag: &str, out: &mut String) {
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
        out.push_str(&format!("{}<span class=\"ns\">{}</span>", escaped(before), escaped(declaration)));
        rest = after;
    }
    out.push_str(&escaped(rest));
}

/// Text for a page. Characters that could hide or reverse the text around them are written as escapes.
pub(crate) fn escaped(text: &str) -> String {
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
            c => out.push_str(&c.escape_unicode().to_string()),
        }
    }
    out
}
