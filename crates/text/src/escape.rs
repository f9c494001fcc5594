//! The characters that are shown unchanged, and the form in which the others are written.

use std::fmt::{self, Write as _};

/// Whether a character is visible as itself and affects nothing but its own place.
///
/// False for controls (C0, DEL, C1), line and paragraph separators, spaces other than U+0020, controls of direction,
/// zero-width characters and other ignorable ones, tags, private and unassigned characters.
#[must_use]
pub fn is_plain(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '\0'..='\u{9F}' => false,
        c if is_invisible(c) => false,
        // The standard library escapes characters inside a string that have no glyph.
        c => {
            let mut after_a_letter = [b'a'; 5];
            let len = c.encode_utf8(&mut after_a_letter[1..]).len();
            std::str::from_utf8(&after_a_letter[..=len]).is_ok_and(|text| text.escape_debug().nth(1) == Some(c))
        }
    }
}

/// Characters whose category has a glyph but that show nothing (Default_Ignorable_Code_Point), and the blank Braille
/// pattern.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// The whole of `text`, with every character that [`is_plain`] rejects written as `\u{…}`. For texts that are already
/// bounded, and for documents that a person asked to see. A backslash is not escaped, so that escaping twice changes
/// nothing.
///
/// ```
/// assert_eq!(wss_text::escaped("Zürich\u{202E}\n").to_string(), r"Zürich\u{202e}\u{a}");
/// ```
#[must_use]
pub fn escaped(text: &str) -> Escaped<'_> {
    Escaped { text }
}

/// See [`escaped`].
#[derive(Clone, Copy)]
pub struct Escaped<'a> {
    text: &'a str,
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_escaped(self.text, false, f)
    }
}

/// As [`escaped`]; a text of more than 256 characters is cut to its beginning, its end and its length.
///
/// ```
/// let long = "a".repeat(1_000_000);
/// assert!(wss_text::shown(&long).to_string().len() < 500);
/// assert_eq!(wss_text::shown("Body").to_string(), "Body");
/// ```
#[must_use]
pub fn shown(text: &str) -> Shown<'_> {
    let (head, cut) = crate::cut::parts(text);
    Shown { head, cut }
}

/// See [`shown`]. `Debug` adds quotation marks.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    head: &'a str,
    /// The number of octets that are left out, and the end of the text.
    cut: Option<(usize, &'a str)>,
}

impl<'a> Shown<'a> {
    pub(crate) fn of(head: &'a str, cut: Option<(usize, &'a str)>) -> Self {
        Self { head, cut }
    }

    fn write(&self, quoted: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_escaped(self.head, quoted, f)?;
        let Some((omitted, tail)) = self.cut else { return Ok(()) };
        write!(f, "…{omitted} octets…")?;
        write_escaped(tail, quoted, f)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(false, f)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        self.write(true, f)?;
        f.write_char('"')
    }
}

fn write_escaped(text: &str, quoted: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut plain_from = 0;
    for (at, c) in text.char_indices() {
        let quote = quoted && matches!(c, '"' | '\\');
        if is_plain(c) && !quote {
            continue;
        }
        f.write_str(&text[plain_from..at])?;
        plain_from = at + c.len_utf8();
        if quote {
            f.write_char('\\')?;
            f.write_char(c)?;
        } else {
            write!(f, "{}", c.escape_unicode())?;
        }
    }
    f.write_str(&text[plain_from..])
}
