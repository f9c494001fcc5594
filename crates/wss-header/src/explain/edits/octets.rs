//! Octets that are not a canonical form: in another encoding, or with other octets around them.

use wss_c14n::base64_encode;
use wss_text::hex;

use super::super::cause::Cause;
use super::super::edit::{Edit, TokenAt, piece};
use super::super::token::{Token, tokens};

/// Octets before and after the form.
fn around(cause: Cause, before: &'static [u8], after: &'static [u8]) -> Edit {
    Edit::new(cause, move |canonical, out| {
        out(before);
        out(canonical.as_bytes());
        out(after);
    })
}

/// Octets in front of the form, or behind it.
pub(super) fn around_all() -> Vec<Edit> {
    let mut edits = vec![
        around(Cause::TrailingNewline, b"", b"\n"),
        around(Cause::TrailingNewline, b"", b"\r\n"),
        around(Cause::ByteOrderMark, b"\xEF\xBB\xBF", b""),
    ];
    edits.extend(declarations());
    let how = "a NUL is behind them, as at the end of a string in C";
    edits.push(around(Cause::NotCanonicalized { how: how.into() }, b"", b"\0"));
    edits
}

/// What is in front of a document, or behind it, that is written for people.
pub(super) fn of_documents() -> Vec<Edit> {
    declarations().into_iter().chain([around(Cause::TrailingNewline, b"", b"\n")]).collect()
}

fn declarations() -> [Edit; 9] {
    let all: [&[u8]; 9] = [
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        b"<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n",
        b"<?xml version=\"1.0\"?>\n",
        b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>",
        b"<?xml version='1.0' encoding='utf-8'?>\n",
        b"<?xml version='1.0' encoding='UTF-8'?>\n",
        b"<?xml version='1.0' encoding='ASCII'?>\n",
    ];
    all.map(|declaration| around(Cause::XmlDeclaration, declaration, b""))
}

pub(super) fn all() -> Vec<Edit> {
    let mut edits = around_all();
    edits.extend(encodings());
    edits.extend(as_text());
    edits.push(undeclared());
    edits.extend(empty_elements());
    edits.extend([
        Edit::new(Cause::ContentOnly, |canonical, out| out(content(canonical).as_bytes())),
        Edit::new(Cause::TextOnly, |canonical, out| {
            for token in tokens(canonical) {
                if let Token::Text(text) = token {
                    out(unescaped(text).as_bytes());
                }
            }
        }),
    ]);
    edits
}

/// Empty elements as serialisers write them.
pub(super) fn empty_elements() -> [Edit; 2] {
    [
        empty_tags("empty elements are written as empty-element tags", "/>"),
        empty_tags("empty elements are written as empty-element tags, with a space", " />"),
    ]
}

/// The octets, encoded in letters or digits.
fn as_text() -> [Edit; 4] {
    let text = |how: &str, of: fn(&[u8]) -> String| {
        Edit::new(Cause::TextOfOctets { how: how.into() }, move |canonical, out| {
            out(of(canonical.as_bytes()).as_bytes())
        })
    };
    [
        text("base64", base64_encode),
        text("base64 in lines of 76", |octets| lines_of_76(&base64_encode(octets))),
        text("hexadecimal digits", hex),
        text("hexadecimal digits in upper case", |octets| hex(octets).to_uppercase()),
    ]
}

fn lines_of_76(text: &str) -> String {
    let lines: Vec<&str> = text.as_bytes().chunks(76).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    lines.join("\r\n")
}

/// The apex without its namespace declarations, as in text that was cut out of a document.
fn undeclared() -> Edit {
    let how = "the namespace declarations are missing on the element, as in text that was cut out of the document";
    Edit::new(Cause::NotCanonicalized { how: how.into() }, |canonical, out| {
        let first = tokens(canonical).next().map_or("", |token| token.as_str());
        let mut rest = first;
        while let Some(at) = rest.find(" xmlns") {
            out(piece(rest, 0..at).as_bytes());
            let behind = piece(rest, at + 1..rest.len());
            // The value is in quotation marks, in which canonical forms have no others.
            let end = behind.match_indices('"').nth(1).map_or(behind.len(), |(end, _)| end + 1);
            rest = piece(behind, end..behind.len());
        }
        out(rest.as_bytes());
        out(piece(canonical, first.len()..canonical.len()).as_bytes());
    })
}

fn encodings() -> Vec<Edit> {
    let other = |encoding: &str| Cause::OtherEncoding { encoding: encoding.into() };
    vec![
        Edit::new(other("ISO-8859-1"), |canonical, out| {
            let octets: Vec<u8> = canonical.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
            out(&octets);
        }),
        Edit::new(other("UTF-16 (little-endian)"), |canonical, out| {
            canonical.encode_utf16().for_each(|unit| out(&unit.to_le_bytes()));
        }),
        Edit::new(other("UTF-16 (little-endian, with a byte order mark)"), |canonical, out| {
            out(&[0xFF, 0xFE]);
            canonical.encode_utf16().for_each(|unit| out(&unit.to_le_bytes()));
        }),
        Edit::new(other("UTF-16 (big-endian, with a byte order mark)"), |canonical, out| {
            out(&[0xFE, 0xFF]);
            canonical.encode_utf16().for_each(|unit| out(&unit.to_be_bytes()));
        }),
        Edit::new(other("UTF-32 (little-endian)"), |canonical, out| {
            canonical.chars().for_each(|c| out(&u32::from(c).to_le_bytes()));
        }),
        Edit::new(other("UTF-32 (big-endian)"), |canonical, out| {
            canonical.chars().for_each(|c| out(&u32::from(c).to_be_bytes()));
        }),
        Edit::new(other("UTF-16 (big-endian)"), |canonical, out| {
            canonical.encode_utf16().for_each(|unit| out(&unit.to_be_bytes()));
        }),
    ]
}

fn empty_tags(how: &str, end: &'static str) -> Edit {
    Edit::tokens(Cause::NotCanonicalized { how: how.into() }, move |step: &TokenAt<'_>, out| {
        match (step.token, step.before, step.after) {
            (Token::Start(tag), _, Some(Token::End(_))) => {
                out(tag.trim_end_matches('>'));
                out(end);
            }
            (Token::End(_), Some(Token::Start(_)), _) => {}
            (token, ..) => out(token.as_str()),
        }
    })
}

/// The text between the tags of the apex.
fn content(canonical: &str) -> &str {
    let start = tokens(canonical).next().map_or(0, |token| token.as_str().len());
    let end = canonical.rfind("</").unwrap_or(canonical.len());
    // A form without an end tag, such as a comment, has no content.
    piece(canonical, start..end)
}

pub(super) fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&#xD;", "\r").replace("&amp;", "&")
}
