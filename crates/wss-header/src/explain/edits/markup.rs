//! Markup that became text, and text that became markup: CDATA sections, escaped elements, base64 of elements.

use std::borrow::Cow;

use wss_c14n::{base64_decode, base64_encode};

use super::super::cause::Cause;
use super::super::edit::{Edit, piece};
use super::super::sketch::Sketch;
use super::super::token::{Token, tokens};
use super::changed::elements;
use super::octets::unescaped;

/// The most elements whose content is tried as text, one by one.
const ELEMENTS: usize = 24;
/// The fewest characters of base64 that may stand for an element, and the most octets that it stands for.
const SHORTEST: usize = 8;
const LONGEST: usize = 1 << 20;

/// Every edit of this kind that may matter.
pub(super) fn all(sketch: &Sketch) -> Vec<Edit> {
    let fits = |how: &str| Cause::MarkupAsText { how: how.into() };
    let mut edits = Vec::new();
    if sketch.characters.escape {
        let how = "elements in place of the escaped markup that the message has as text";
        edits.push(Edit::texts(fits(how), |_, text| match text.contains("&lt;") {
            true => with_end_tags(&unescaped(text)).into(),
            false => text.into(),
        }));
    }
    if sketch.texts.longest >= SHORTEST {
        let how = "elements in place of the base64 text that stands for them in the message";
        edits.push(Edit::texts(fits(how), |_, text| of_base64(text).map_or(text.into(), Cow::Owned)));
    }
    if !sketch.is_flat {
        let names = std::iter::once(&sketch.apex.name).chain(&sketch.elements).take(ELEMENTS);
        edits.extend(names.enumerate().flat_map(|(nth, name)| of_content(nth, name)));
    }
    edits
}

/// The element with this number, 0 for the apex, with its content as text.
fn of_content(nth: usize, name: &str) -> [Edit; 3] {
    let fits = |what: &str| Cause::MarkupAsText { how: format!("{what} in place of what is inside {name}").into() };
    let edit = |cause, of: fn(&str) -> String| {
        Edit::new(cause, move |canonical, out| {
            let all = elements(canonical);
            let range = all.get(nth).map_or(0..0, |(range, _)| range.clone());
            let whole = piece(canonical, range.clone());
            let start = tokens(whole).next().map_or(0, |token| token.as_str().len());
            let end = whole.rfind("</").unwrap_or(start);
            out(piece(canonical, ..range.start + start).as_bytes());
            out(of(piece(whole, start..end)).as_bytes());
            out(piece(canonical, range.start + end..).as_bytes());
        })
    };
    [
        edit(fits("escaped markup"), escaped),
        edit(fits("escaped markup, with tags of empty elements,"), |content| escaped(&with_empty_tags(content))),
        edit(fits("base64"), |content| base64_encode(content.as_bytes())),
    ]
}

/// As text of a canonical form.
fn escaped(markup: &str) -> String {
    markup.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn of_base64(text: &str) -> Option<String> {
    let octets = base64_decode(text, LONGEST).filter(|_| text.len() >= SHORTEST)?;
    let markup = String::from_utf8(octets).ok().filter(|markup| markup.trim_start().starts_with('<'))?;
    Some(with_end_tags(&markup))
}

/// With a start tag and an end tag in place of each tag of an empty element.
fn with_end_tags(markup: &str) -> String {
    let mut out = String::with_capacity(markup.len() + 16);
    for token in tokens(markup) {
        match token {
            Token::Start(tag) if tag.ends_with("/>") => {
                let start = tag.trim_end_matches("/>").trim_end();
                let name = start.trim_start_matches('<').split([' ', '\n', '\t']).next().unwrap_or(start);
                out.push_str(&format!("{start}></{name}>"));
            }
            token => out.push_str(token.as_str()),
        }
    }
    out
}

/// With the tag of an empty element in place of two tags with nothing between them.
fn with_empty_tags(canonical: &str) -> String {
    let mut out = String::with_capacity(canonical.len());
    let mut all = tokens(canonical).peekable();
    while let Some(token) = all.next() {
        match (token, all.peek()) {
            (Token::Start(tag), Some(Token::End(_))) => {
                out.push_str(tag.trim_end_matches('>'));
                out.push_str("/>");
                all.next();
            }
            (token, _) => out.push_str(token.as_str()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_text_stand_for_one_another() {
        let markup = "<a><b>x<c d=\"1\"></c></b></a>";
        let text = "<a>&lt;b&gt;x&lt;c d=\"1\"&gt;&lt;/c&gt;&lt;/b&gt;</a>";
        let short = "<a>&lt;b&gt;x&lt;c d=\"1\"/&gt;&lt;/b&gt;</a>";
        let base64 = format!("<a>{}</a>", base64_encode(b"<b>x<c d=\"1\"></c></b>"));
        let made = |form: &str, other: &str| {
            all(&Sketch::of(form)).iter().any(|edit| edit.text(form).as_deref() == Some(other))
        };
        for other in [text, short, &base64] {
            assert!(made(markup, other), "{other}");
            assert!(made(other, markup), "{other}");
        }
    }
}
