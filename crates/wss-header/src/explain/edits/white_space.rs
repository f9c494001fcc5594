//! White space that was added or removed.

use std::borrow::Cow;

use super::super::cause::Cause;
use super::super::edit::{Edit, TokenAt};
use super::super::sketch::Sketch;
use super::super::token::Token;

/// The white space that is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blank {
    Between,
    Alone,
    Everywhere,
    AtTop,
}

impl Blank {
    fn includes(self, step: &TokenAt<'_>) -> bool {
        step.token.is_blank()
            && match self {
                Self::Between => !step.is_alone(),
                Self::Alone => step.is_alone(),
                Self::Everywhere => true,
                Self::AtTop => step.depth == 1 && !step.is_alone(),
            }
    }
}

fn without(blank: Blank, cause: Cause) -> Edit {
    Edit::tokens(cause, move |step, out| {
        if !blank.includes(step) {
            out(step.token.as_str());
        }
    })
}

/// Edits that remove white space that the message has.
pub(super) fn removed(sketch: &Sketch) -> Vec<Edit> {
    let added = |place: &str| Cause::WhiteSpaceAdded { place: place.into() };
    let mut edits = Vec::new();
    if sketch.blanks.between {
        edits.push(without(Blank::Between, added("between elements")));
        edits.push(without(Blank::AtTop, added("directly inside the element")));
        edits.push(trimmed(true, added("between elements and around text")));
    }
    if sketch.blanks.alone {
        let how = "elements that hold only white space are empty".into();
        edits.push(without(Blank::Alone, Cause::EmptyElementReformatted { how }));
    }
    if sketch.blanks.alone && sketch.blanks.between {
        edits.push(without(Blank::Everywhere, added("between elements and in empty ones")));
    }
    if sketch.is_empty {
        edits.extend(filled());
    }
    if sketch.blanks.padding {
        let how = "the white space around text is left out".into();
        edits.push(trimmed(false, Cause::TextPadded { how }));
        edits.push(collapsed());
    }
    edits
}

/// Edits that remove the blanks around text.
fn trimmed(blanks_too: bool, cause: Cause) -> Edit {
    Edit::texts(cause, move |step, text| match (step.token.is_blank(), step.is_alone(), blanks_too) {
        (true, true, _) | (true, false, false) => text.into(),
        (false, ..) | (true, false, true) => text.trim_matches([' ', '\t', '\n']).into(),
    })
}

fn collapsed() -> Edit {
    let how = "each run of white space in text is one space".into();
    Edit::texts(Cause::TextPadded { how }, |step, text| match step.token.is_blank() {
        true => text.into(),
        false => text.split([' ', '\t', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").into(),
    })
}

/// Edits that put white space into an empty apex.
fn filled() -> Vec<Edit> {
    let contents = [
        ("", "nothing"),
        ("\n", "a line feed"),
        (" ", "a space"),
        ("&#xD;\n", "CR LF"),
        ("\n  ", "a line feed and two spaces"),
        ("\n    ", "a line feed and four spaces"),
        ("\n\t", "a line feed and a tab"),
    ];
    let filled = contents.map(|(content, words)| {
        let how = format!("the empty element holds {words}").into();
        Edit::tokens(Cause::EmptyElementReformatted { how }, move |step, out| {
            if !step.token.is_blank() {
                out(step.token.as_str());
            }
            if matches!(step.token, Token::Start(_)) {
                out(content);
            }
        })
    });
    filled.into()
}

/// Writes elements on lines of their own: the indentation of a level, the level of the apex, and the line end.
#[derive(Clone, Copy)]
struct Indent {
    unit: &'static str,
    level: usize,
    line_end: &'static str,
    /// Whether only the children of the apex are on lines of their own.
    top_only: bool,
}

impl Indent {
    fn line(self, depth: usize, out: &mut dyn FnMut(&str)) {
        out(self.line_end);
        for _ in 0..self.level + depth {
            out(self.unit);
        }
    }

    fn write(self, step: &TokenAt<'_>, out: &mut dyn FnMut(&str)) {
        let applies = !self.top_only || step.depth == 1;
        // The token before, without the white space that is left out.
        let before = step.before.filter(|before| !before.is_blank()).or(step.earlier);
        match step.token {
            token if token.is_blank() && !step.is_alone() && applies => return,
            Token::Start(_) | Token::Comment(_) if step.depth > 0 && applies && !is_text(before) => {
                self.line(step.depth, out);
            }
            // White space between a start tag or text and an end tag is a value.
            Token::End(_) if applies && matches!(before, Some(Token::End(_) | Token::Comment(_))) => {
                self.line(step.depth.saturating_sub(1), out);
            }
            _ => {}
        }
        out(step.token.as_str());
    }

    fn edit(self, words: &str) -> Edit {
        let ends = if self.line_end == "\n" { "" } else { ", with CR LF" };
        let only = if self.top_only { ", for the children of the element alone" } else { "" };
        let indent = format!("{words}{ends}{only}").into();
        Edit::tokens(Cause::WhiteSpaceRemoved { indent }, move |step, out| self.write(step, out))
    }
}

fn is_text(token: Option<Token<'_>>) -> bool {
    matches!(token, Some(Token::Text(_)))
}

const UNITS: [(&str, &str); 7] = [
    ("  ", "two spaces"),
    ("    ", "four spaces"),
    ("\t", "a tab"),
    ("", "nothing"),
    ("   ", "three spaces"),
    (" ", "one space"),
    ("        ", "eight spaces"),
];

/// The indentations of most tools, at the level that the element has in an envelope.
pub(super) fn few_indentations(sketch: &Sketch) -> Vec<Edit> {
    if sketch.is_flat {
        return Vec::new();
    }
    let few = UNITS.iter().take(4);
    few.map(|(unit, words)| Indent { unit, level: 1, line_end: "\n", top_only: false }.edit(words)).collect()
}

/// The indentations of an element that is written as a document of its own.
pub(super) fn of_serializers(sketch: &Sketch) -> Vec<Edit> {
    if sketch.is_flat {
        return Vec::new();
    }
    let few = UNITS.iter().take(4);
    few.map(|(unit, words)| Indent { unit, level: 0, line_end: "\n", top_only: false }.edit(words)).collect()
}

/// All indentations.
pub(super) fn indentations(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    if sketch.is_flat {
        return edits;
    }
    for line_end in ["\n", "&#xD;\n"] {
        for level in [1, 0, 2, 3, 4] {
            for (unit, words) in UNITS {
                // Without a unit of indentation, every level is the same.
                if !unit.is_empty() || level == 1 {
                    edits.push(Indent { unit, level, line_end, top_only: false }.edit(words));
                    edits.push(Indent { unit, level, line_end, top_only: true }.edit(words));
                }
            }
        }
    }
    edits
}

/// Edits that write base64 with other line breaks.
pub(super) fn wraps(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    if sketch.texts.longest < 60 {
        return edits;
    }
    if sketch.characters.line_feed || sketch.characters.carriage_return || sketch.blanks.padding {
        edits.push(Edit::texts(Cause::Base64Wrapped, |_, text| match is_base64(text) {
            true => text.replace("&#xD;", "").replace([' ', '\t', '\n'], "").into(),
            false => text.into(),
        }));
    }
    for width in [76, 64] {
        for (line_end, words) in [("\n", ""), ("&#xD;\n", " with CR LF")] {
            for ends in [false, true] {
                let also = if ends { " and a line end behind the last" } else { "" };
                let cause = Cause::Base64Unwrapped { width: format!("{width}{words}{also}").into() };
                edits.push(Edit::texts(cause, move |_, text| wrapped(text, width, line_end, ends)));
            }
        }
    }
    edits
}

fn wrapped<'t>(text: &'t str, width: usize, line_end: &str, ends: bool) -> Cow<'t, str> {
    if !is_base64(text) || text.len() <= width {
        return text.into();
    }
    let compact = text.replace("&#xD;", "").replace([' ', '\t', '\n'], "");
    let lines: Vec<&str> = compact.as_bytes().chunks(width).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    let last = if ends { line_end } else { "" };
    format!("{}{last}", lines.join(line_end)).into()
}

/// Whether text is long and only of characters of base64 and white space.
fn is_base64(text: &str) -> bool {
    let is_one =
        |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=' | b' ' | b'\t' | b'\n');
    text.len() >= 60 && text.split("&#xD;").all(|piece| piece.bytes().all(is_one))
}
