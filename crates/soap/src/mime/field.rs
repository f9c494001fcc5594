//! Header fields: names and unfolded values; and structured values with their parameters (RFC 2045 §5.1, RFC 2231).

use wss_c14n::{Limit, Limits};
use wss_text::{Slice as _, percent_decoded, shown};

use super::error::MimeError;

/// The fields of one MIME header, in order, their values unfolded.
///
/// ```
/// use wss_c14n::Limits;
/// use wss_soap::mime::Fields;
///
/// let header = b"Content-Type: text/plain;\r\n charset=utf-8\r\nContent-ID: <a@x>\r\n";
/// let fields = Fields::parse(header, &Limits::default())?;
/// assert_eq!(fields.get("content-type")?.map(str::trim), Some("text/plain; charset=utf-8"));
/// assert_eq!(fields.content_id()?.as_deref(), Some("a@x"));
/// # Ok::<(), wss_soap::mime::MimeError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl std::fmt::Debug for Fields {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, value)| (shown(name), shown(value)))).finish()
    }
}

impl Fields {
    /// Reads the lines of a header, without the empty line after it.
    ///
    /// # Errors
    /// [`MimeError::Header`]; [`MimeError::Limit`] for more fields and parameters than [`Limit::MimeFields`] allows.
    pub fn parse(octets: &[u8], limits: &Limits) -> Result<Self, MimeError> {
        let text = std::str::from_utf8(octets).map_err(|error| {
            let line = octets.slice(..error.valid_up_to()).rsplit(|octet| *octet == b'\n').next().unwrap_or_default();
            MimeError::Header { line: String::from_utf8_lossy(line).into() }
        })?;
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut count = 0;
        for line in text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)) {
            let malformed = || MimeError::Header { line: line.into() };
            count += semicolons(line);
            limits.check(Limit::MimeFields, count)?;
            if line.contains(|c: char| c.is_control() && c != '\t') {
                return Err(malformed());
            }
            if line.starts_with([' ', '\t']) {
                // Unfolding removes the line break and keeps the white space (RFC 5322 §2.2.3).
                fields.last_mut().ok_or_else(malformed)?.1.push_str(line);
                continue;
            }
            if line.is_empty() {
                continue;
            }
            let (name, value) = line.split_once(':').ok_or_else(malformed)?;
            let name = name.trim_end_matches([' ', '\t']);
            if name.is_empty() || !name.bytes().all(|c| c.is_ascii_graphic()) {
                return Err(malformed());
            }
            count += 1;
            limits.check(Limit::MimeFields, count)?;
            fields.push((name.to_owned(), value.to_owned()));
        }
        Ok(Self(fields))
    }

    /// The Content-ID, without its angle brackets, which some peers leave out.
    ///
    /// # Errors
    /// [`MimeError`] if there are two, or it is malformed.
    pub fn content_id(&self) -> Result<Option<String>, MimeError> {
        let Some(value) = self.get("Content-ID")? else { return Ok(None) };
        let id = Structured::parse(value)?.value;
        let bare = Some(id.as_str()).filter(|id| !id.contains(['<', '>', ' ', '\t', ',']));
        let inner = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).or(bare).filter(|id| !id.is_empty());
        let inner = inner.ok_or(MimeError::Header { line: id.as_str().into() })?;
        Ok(Some(inner.to_owned()))
    }

    /// The fields in order. Values keep the white space after the colon.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Replaces the fields with its name by this field.
    pub fn set(&mut self, name: &str, value: String) {
        self.remove(name);
        self.0.push((name.to_owned(), value));
    }

    /// Removes the fields with this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// The value of the only field with this name, with the white space after the colon.
    ///
    /// # Errors
    /// [`MimeError::Twice`] if there are two, since it is unclear which one counts.
    pub fn get(&self, name: &str) -> Result<Option<&str>, MimeError> {
        let mut found = self.0.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let first = found.next().map(|(_, value)| value.as_str());
        if found.next().is_some() { Err(MimeError::Twice { name: name.into() }) } else { Ok(first) }
    }
}

/// At least as many as there are parameters: each has a semicolon before it.
fn semicolons(text: &str) -> usize {
    text.bytes().filter(|octet| *octet == b';').count()
}

/// Whether this field can be written: its name is a token, and its value stays on its line.
#[must_use]
pub fn is_field(name: &str, value: &str) -> bool {
    let is_name = !name.is_empty() && name.bytes().all(|c| c.is_ascii_graphic() && c != b':');
    is_name && !value.contains(|c: char| c.is_control() && c != '\t')
}

/// A structured value: the text before the first semicolon, and parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Structured {
    /// The text, without comments and surrounding white space.
    pub(super) value: String,
    /// The parameters: names in lower case, values decoded, in the order of the names.
    parameters: Vec<(String, String)>,
}

impl Structured {
    /// As [`Structured::parse`], for a value that comes from outside of a package, so that no header was counted before.
    ///
    /// # Errors
    /// [`MimeError::Header`]; [`MimeError::Limit`] for more octets than [`Limit::MimeHeaderOctets`] allows, or more parameters
    /// than [`Limit::MimeFields`].
    pub(super) fn from_outside(text: &str, limits: &Limits) -> Result<Self, MimeError> {
        limits.check(Limit::MimeHeaderOctets, text.len())?;
        limits.check(Limit::MimeFields, semicolons(text))?;
        Self::parse(text)
    }

    pub(super) fn parse(text: &str) -> Result<Self, MimeError> {
        let malformed = || MimeError::Header { line: text.into() };
        let mut tokens = Tokens { rest: text };
        let value = tokens.until_semicolon().ok_or_else(malformed)?;
        let mut raw: Vec<(String, String)> = Vec::new();
        while tokens.semicolon() {
            // A semicolon may end the value.
            if tokens.rest.trim_matches([' ', '\t']).is_empty() {
                break;
            }
            let (name, value) = tokens.parameter().ok_or_else(malformed)?;
            raw.push((name.to_ascii_lowercase(), value));
        }
        let mut parameters = joined(raw).ok_or_else(malformed)?;
        parameters.sort();
        if parameters.windows(2).any(|pair| matches!(pair, [first, second] if first.0 == second.0)) {
            return Err(malformed());
        }
        Ok(Self { value, parameters })
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }
}

/// Reads a value from the left and skips comments and white space.
struct Tokens<'t> {
    rest: &'t str,
}

impl Tokens<'_> {
    /// Comments may be nested, and have backslash escapes (RFC 5322 §3.2.2).
    fn skip_blanks(&mut self) -> Option<()> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t']);
            if !self.rest.starts_with('(') {
                return Some(());
            }
            let (mut depth, mut escaped) = (0_usize, false);
            let end = self.rest.char_indices().find_map(|(at, c)| {
                match c {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                (depth == 0).then_some(at + 1)
            })?;
            self.rest = self.rest.get(end..)?;
        }
    }

    fn until_semicolon(&mut self) -> Option<String> {
        let mut value = String::new();
        loop {
            self.skip_blanks()?;
            match self.rest.chars().next() {
                None | Some(';') => return Some(value),
                Some('"') => {
                    let quoted = self.quoted()?;
                    value.push_str(&quoted);
                }
                Some(c) => {
                    value.push(c);
                    self.rest = self.rest.get(c.len_utf8()..)?;
                }
            }
        }
    }

    fn semicolon(&mut self) -> bool {
        match self.rest.strip_prefix(';') {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn parameter(&mut self) -> Option<(String, String)> {
        self.skip_blanks()?;
        let len = self.rest.find(|c: char| !is_token(c)).unwrap_or(self.rest.len());
        let name = self.rest.get(..len).filter(|name| !name.is_empty())?.to_owned();
        self.rest = self.rest.get(len..)?;
        self.skip_blanks()?;
        self.rest = self.rest.strip_prefix('=')?;
        self.skip_blanks()?;
        let value = if self.rest.starts_with('"') {
            self.quoted()?
        } else {
            // Peers leave types and boundaries unquoted that should be quoted.
            let ends = |c: char| matches!(c, ';' | ' ' | '\t' | '(' | '"');
            let len = self.rest.find(ends).unwrap_or(self.rest.len());
            let value = self.rest.get(..len).filter(|value| !value.is_empty())?.to_owned();
            self.rest = self.rest.get(len..)?;
            value
        };
        self.skip_blanks()?;
        (self.rest.is_empty() || self.rest.starts_with(';')).then_some((name, value))
    }

    /// A quoted string, without its quotes and escapes.
    fn quoted(&mut self) -> Option<String> {
        let mut value = String::new();
        let mut escaped = false;
        for (at, c) in self.rest.char_indices().skip(1) {
            match c {
                _ if escaped => {
                    value.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => {
                    self.rest = self.rest.get(at + 1..)?;
                    return Some(value);
                }
                c => value.push(c),
            }
        }
        None
    }
}

fn is_token(c: char) -> bool {
    c.is_ascii_graphic()
        && !matches!(c, '(' | ')' | '<' | '>' | '@' | ',' | ';' | ':' | '\\' | '"' | '/' | '[' | ']' | '?' | '=')
}

/// Joins continuations and decodes values: `name*0`, `name*1*`, `name*` (RFC 2231 §3 and §4).
fn joined(raw: Vec<(String, String)>) -> Option<Vec<(String, String)>> {
    let mut plain: Vec<(String, String)> = Vec::new();
    let mut pieces: Vec<(String, usize, bool, String)> = Vec::new();
    for (name, value) in raw {
        let Some((base, mark)) = name.split_once('*') else {
            plain.push((name, value));
            continue;
        };
        let (number, encoded) = match mark.strip_suffix('*') {
            Some(number) => (number, true),
            None if mark.is_empty() => ("0", true),
            None => (mark, false),
        };
        pieces.push((base.to_owned(), number.parse().ok()?, encoded, value));
    }
    pieces.sort();
    let mut at = 0;
    while let Some((base, ..)) = pieces.get(at).cloned() {
        let mut octets = Vec::new();
        let mut charset = String::from("utf-8");
        let mut expected = 0;
        while let Some((_, number, encoded, value)) = pieces.get(at).filter(|(name, ..)| *name == base) {
            if *number != expected {
                return None;
            }
            let mut text = value.as_str();
            if *encoded && expected == 0 {
                let (stated, rest) = text.split_once('\'')?;
                let (_language, rest) = rest.split_once('\'')?;
                charset = stated.to_ascii_lowercase();
                text = rest;
            }
            if *encoded {
                octets.extend(percent_decoded(text)?)
            } else {
                octets.extend(text.bytes())
            }
            expected += 1;
            at += 1;
        }
        plain.push((base, in_charset(&octets, &charset)?));
    }
    Some(plain)
}

/// Text in a character set that headers use; `None` for others.
pub(super) fn in_charset(octets: &[u8], charset: &str) -> Option<String> {
    match charset {
        "" | "utf-8" | "us-ascii" => String::from_utf8(octets.to_vec()).ok(),
        "iso-8859-1" => Some(octets.iter().map(|octet| char::from(*octet)).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, Vec<(String, String)>) {
        let structured = Structured::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        (structured.value, structured.parameters)
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn reads_parameters_in_every_spelling() {
        let (value, parameters) = parsed(" Multipart/Related; type=text/xml (c) ; Boundary=\"a;\\\"b\"");
        assert_eq!(value, "Multipart/Related");
        assert_eq!(parameters, pairs(&[("boundary", "a;\"b"), ("type", "text/xml")]));
        assert_eq!(parsed("a/(x (y\\)) z)b;").0, "a/b");
        // RFC 2231 §4.1, its own example.
        let (_, parameters) = parsed(
            "application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; \
             title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"",
        );
        assert_eq!(parameters, pairs(&[("title", "This is even more ***fun*** isn't it!")]));
        assert_eq!(parsed("a/b; n*=iso-8859-1''%fc").1, pairs(&[("n", "ü")]));
    }

    #[test]
    fn refuses_what_cannot_be_told() {
        for wrong in [
            "a/b; x=1; X=2",
            "a/b; x",
            "a/b; x=\"1",
            "a/(b",
            "a/b; x*1=1",
            "a/b; n*=x-own''a",
            "a/b; =1",
            "a/b; x=1 y=2",
        ] {
            assert!(Structured::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn fields_unfold_and_are_found_in_any_case() {
        let fields = Fields::parse(b"Content-ID: <a>\r\nX: 1\r\n\t2\r\n", &Limits::default()).expect("fields");
        assert_eq!(fields.get("content-id"), Ok(Some(" <a>")));
        assert_eq!(fields.get("x"), Ok(Some(" 1\t2")));
        assert_eq!(fields.get("y"), Ok(None));
        assert!(Fields::parse(b"X: 1\r\nx: 2", &Limits::default()).expect("fields").get("X").is_err());
        for wrong in [&b" x: 1"[..], b"x", b": 1", b"x y: 1", b"x: \0", b"x: \xFF"] {
            assert!(Fields::parse(wrong, &Limits::default()).is_err(), "{wrong:?}");
        }
    }
}
