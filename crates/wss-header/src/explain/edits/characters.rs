//! Characters: line ends, encodings, escapes.

use std::borrow::Cow;

use super::super::cause::Cause;
use super::super::edit::Edit;
use super::super::sketch::Sketch;
use super::super::spelled::of_percent;
use super::escapes;

/// Edits of carriage returns that were lost or added.
pub(super) fn line_ends(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    if sketch.characters.carriage_return {
        edits.push(Edit::values(Cause::CarriageReturnsAdded, |text| without_returns(text, "")));
        edits.push(Edit::values(Cause::CarriageReturnsAdded, |text| without_returns(text, "\n")));
    }
    if sketch.characters.line_feed {
        edits.push(returns("everywhere", |_| true));
        edits.push(returns("in text", |is_blank| !is_blank));
        edits.push(returns("between elements", |is_blank| is_blank));
    }
    edits
}

/// The text without carriage returns; `alone` replaces one that no line feed follows.
fn without_returns<'t>(text: &'t str, alone: &str) -> Cow<'t, str> {
    if !text.contains("&#xD;") {
        return text.into();
    }
    text.replace("&#xD;\n", "\n").replace("&#xD;", alone).into()
}

fn returns(place: &str, wanted: fn(bool) -> bool) -> Edit {
    Edit::texts(Cause::CarriageReturnsLost { place: place.into() }, move |step, text| {
        if !text.contains('\n') || !wanted(step.token.is_blank()) {
            return text.into();
        }
        text.replace("&#xD;\n", "\n").replace('\n', "&#xD;\n").into()
    })
}

/// An edit of values in which each `from` becomes `to`.
fn replaced(cause: Cause, from: &'static str, to: &'static str) -> Edit {
    Edit::values(cause, move |text| match text.contains(from) {
        true => text.replace(from, to).into(),
        false => text.into(),
    })
}

/// All other edits of characters.
pub(super) fn less_usual(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    if sketch.characters.other_than_ascii {
        edits.extend(encodings());
    }
    edits.extend(escapes::all(sketch));
    edits.extend(escapes());
    edits.extend(of_urls());
    let how = "what the escapes of JSON (as \\u00e9 for é) stand for";
    edits.push(Edit::values(Cause::CharacterReplaced { how: how.into() }, |text| {
        of_json(text).map_or(text.into(), Cow::Owned)
    }));
    let in_attributes = |how: &str| Cause::LineEndsInAttributes { how: how.into() };
    edits.push(in_values(in_attributes("a space in place of each line end and tab"), |value| {
        value.replace("&#xD;&#xA;", " ").replace("&#xD;", " ").replace("&#xA;", " ").replace("&#x9;", " ")
    }));
    let spaces = [
        ("a line feed in place of each space", " ", "&#xA;"),
        ("a tab in place of each space", " ", "&#x9;"),
        ("CR LF in place of each two spaces", "  ", "&#xD;&#xA;"),
        ("CR LF in place of each space", " ", "&#xD;&#xA;"),
        ("a carriage return in place of each space", " ", "&#xD;"),
        ("two spaces in place of each", " ", "  "),
        ("one space in place of each two", "  ", " "),
    ];
    edits.extend(spaces.map(|(how, from, to)| in_values(in_attributes(how), move |value| value.replace(from, to))));
    edits.push(in_values(in_attributes("a line feed in place of the first of several spaces"), indented));
    edits.push(in_values(in_attributes("no white space around it"), |value| value.trim().to_owned()));
    edits.push(in_values(in_attributes("one space in place of each run of white space"), |value| {
        value.split_whitespace().collect::<Vec<_>>().join(" ")
    }));
    if sketch.characters.line_feed {
        let replaced_by = |how: &str| Cause::CharacterReplaced { how: how.into() };
        edits.push(replaced(replaced_by("a space in place of each line feed"), "\n", " "));
        edits.push(replaced(replaced_by("no line feeds"), "\n", ""));
        edits.push(replaced(replaced_by("CR LF in place of each two line feeds"), "\n\n", "&#xD;\n"));
        edits.push(replaced(replaced_by("one line feed in place of each two"), "\n\n", "\n"));
    }
    if sketch.characters.tab {
        for (unit, words) in [("    ", "four"), ("  ", "two"), ("        ", "eight"), (" ", "one")] {
            edits.push(tabs("\t", unit, format!("{words} spaces in place of each tab")));
        }
    } else {
        for (unit, words) in [("    ", "four"), ("  ", "two"), ("        ", "eight")] {
            edits.push(tabs(unit, "\t", format!("a tab in place of each {words} spaces")));
        }
    }
    edits
}

/// The text with a line feed and the rest of the spaces in place of several spaces: an indented value before its line
/// end was normalised.
fn indented(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut run = 0;
    for c in value.chars().chain(['\0']) {
        if c == ' ' {
            run += 1;
            continue;
        }
        if run > 1 {
            out.push_str("&#xA;");
            run -= 1;
        }
        out.extend(std::iter::repeat_n(' ', run));
        run = 0;
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

fn tabs(from: &'static str, to: &'static str, how: String) -> Edit {
    Edit::texts(Cause::TabsExpanded { how: how.into() }, move |_, text| match text.contains(from) {
        true => text.replace(from, to).into(),
        false => text.into(),
    })
}

/// An edit of the values of attributes alone.
fn in_values(cause: Cause, edit: impl Fn(&str) -> String + 'static) -> Edit {
    Edit::tags(cause, move |_, tag| {
        for (_, value) in &mut tag.attributes {
            *value = edit(value).into();
        }
    })
}

fn encodings() -> Vec<Edit> {
    let misread = |how: &str| Cause::EncodingMisread { how: how.into() };
    let replaced_by = |how: &str| Cause::CharacterReplaced { how: how.into() };
    vec![
        Edit::values(misread("UTF-8 that was read as ISO-8859-1 or windows-1252 is read as UTF-8"), |text| {
            mended(text).map_or(text.into(), Cow::Owned)
        }),
        Edit::values(misread("UTF-8 is read as ISO-8859-1: the sender signed the misread text"), |text| {
            text.bytes().map(char::from).collect::<String>().into()
        }),
        Edit::values(misread("UTF-8 is read as windows-1252: the sender signed the misread text"), |text| {
            text.bytes().map(of_windows_1252).collect::<String>().into()
        }),
        Edit::values(replaced_by("? in place of characters that are not ASCII"), |text| {
            text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect::<String>().into()
        }),
        references("character references", |number| format!("&#{number};")),
        references("hexadecimal character references", |number| format!("&#x{number:X};")),
        references("hexadecimal character references", |number| format!("&#x{number:x};")),
        replaced(replaced_by("a space in place of each no-break space"), "\u{A0}", " "),
        replaced(replaced_by("no byte order mark inside"), "\u{FEFF}", ""),
        replaced(replaced_by("no zero-width space"), "\u{200B}", ""),
        replaced(replaced_by("a soft hyphen less"), "\u{AD}", ""),
    ]
}

/// References in place of characters that are not ASCII.
fn references(what: &str, of: fn(u32) -> String) -> Edit {
    let how = format!("{what} in place of characters that are not ASCII");
    let escaped = move |c: char| if c.is_ascii() { c.to_string() } else { of(u32::from(c)) };
    Edit::values(Cause::CharacterReplaced { how: how.into() }, move |text| {
        text.chars().map(escaped).collect::<String>().into()
    })
}

/// What decoding or encoding for a URL or a form changes.
fn of_urls() -> Vec<Edit> {
    let with = |how: &str| Cause::CharacterReplaced { how: how.into() };
    vec![
        replaced(with("a + in place of each space, which is a space to what decodes a form"), " ", "+"),
        replaced(with("a space in place of each +"), "+", " "),
        replaced(with("a space in place of each %20"), "%20", " "),
        replaced(with("%20 in place of each space"), " ", "%20"),
        Edit::values(with("what the escapes of URLs (as %2F for /) stand for"), |text| {
            let decoded = if text.contains('%') { of_percent(text) } else { None };
            decoded.map_or(text.into(), |decoded| {
                decoded.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").into()
            })
        }),
    ]
}

/// The text with characters in place of the escapes of JSON that mean them, beyond ASCII and with surrogates in pairs; `None` if
/// it has no such escape.
fn of_json(text: &str) -> Option<String> {
    let mut pieces = text.split("\\u");
    let mut out = pieces.next()?.to_owned();
    let mut high: Option<u16> = None;
    let mut read_any = false;
    for piece in pieces {
        let (unit, rest) = piece.split_at_checked(4)?;
        let unit = u16::from_str_radix(unit, 16).ok()?;
        let units = [high.take(), Some(unit)].into_iter().flatten();
        match char::decode_utf16(units).collect::<Result<String, _>>() {
            Ok(read) => out.push_str(&read),
            Err(_) if rest.is_empty() => high = Some(unit),
            Err(_) => return None,
        }
        out.push_str(rest);
        read_any = true;
    }
    (read_any && high.is_none()).then_some(out).filter(|out| !out.is_ascii())
}

/// The text if its UTF-8 was read as ISO-8859-1 or windows-1252; `None` if it was not.
fn mended(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let octets = text.chars().map(octet_of).collect::<Option<Vec<u8>>>()?;
    String::from_utf8(octets).ok()
}

/// The characters of windows-1252 for the octets 0x80 to 0x9F; for an octet without a character, the control of the
/// same number.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

pub(super) fn of_windows_1252(octet: u8) -> char {
    let at = usize::from(octet).checked_sub(0x80);
    at.and_then(|at| WINDOWS_1252.get(at)).copied().unwrap_or(char::from(octet))
}

pub(super) fn octet_of(c: char) -> Option<u8> {
    let special = WINDOWS_1252.iter().position(|known| *known == c);
    special.map_or_else(|| u8::try_from(u32::from(c)).ok(), |at| u8::try_from(0x80 + at).ok())
}

/// The escapes of canonicalisations that do not follow the specification.
fn escapes() -> Vec<Edit> {
    let otherwise = |how: &str| Cause::EscapedOtherwise { how: how.into() };
    let edits = [
        ("> is not escaped in text", "&gt;", ">"),
        ("\" is escaped in text", "\"", "&quot;"),
        ("' is escaped in text", "'", "&apos;"),
        ("the carriage return is &#13;", "&#xD;", "&#13;"),
        ("the carriage return is raw", "&#xD;", "\r"),
        ("line feeds are escaped", "\n", "&#xA;"),
    ];
    let mut all: Vec<Edit> = edits
        .into_iter()
        .map(|(how, from, to)| {
            Edit::texts(otherwise(how), move |_, text| match text.contains(from) {
                true => text.replace(from, to).into(),
                false => text.into(),
            })
        })
        .collect();
    all.push(Edit::texts(otherwise("\" and ' are escaped in text"), |_, text| {
        text.replace('"', "&quot;").replace('\'', "&apos;").into()
    }));
    let in_attributes = [
        ("> is escaped in attribute values", ">", "&gt;"),
        ("' is escaped in attribute values", "'", "&apos;"),
        ("line ends in attribute values are raw", "&#xA;", "\n"),
        ("tabs in attribute values are raw", "&#x9;", "\t"),
    ];
    all.extend(in_attributes.map(|(how, from, to)| in_values(otherwise(how), move |value| value.replace(from, to))));
    all
}
