//! The package: `multipart/related` with the envelope as its root (RFC 2387, RFC 2046 §5.1).
//!
//! Strict, since two readers that disagree on where a part ends disagree on what was signed: the boundary stands at the
//! start of its line, one kind of line break ends every delimiter, the last delimiter closes the package, and no two
//! parts have one Content-ID.

use std::borrow::Cow;
use std::collections::HashSet;

use thiserror::Error;

use super::field::{Fields, Structured, hexadecimal};

/// Why octets are no package.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MimeError {
    /// *Malformed.* A header field that cannot be read.
    #[error("a MIME header cannot be read at {line:?}")]
    Header {
        /// The beginning of the line.
        line: String,
    },
    /// *Malformed.* A field that stands twice in a header.
    #[error("the MIME header has {name} twice: which one counts cannot be told")]
    Twice {
        /// The field.
        name: String,
    },
    /// *Malformed.* No `multipart/related` with a boundary.
    #[error("the message is of type {found:?}: a package is multipart/related, with a boundary")]
    NotRelated {
        /// The media type.
        found: String,
    },
    /// *Malformed.* A delimiter that is missing, or malformed.
    #[error("the package does not hold its delimiters: {what}")]
    Delimiter {
        /// What is wrong.
        what: &'static str,
    },
    /// *Malformed.* No part is the root, or two are.
    #[error("no part is the root that the package names")]
    NoRoot,
    /// *Malformed.* Two parts have one Content-ID.
    #[error("two parts have the Content-ID {id:?}")]
    DuplicateId {
        /// The Content-ID.
        id: String,
    },
    /// *Malformed or refused.* A Content-Transfer-Encoding that is unknown, or not what the content is in.
    #[error("the transfer encoding {encoding:?} is unknown, or the content is not in it")]
    TransferEncoding {
        /// The encoding.
        encoding: String,
    },
    /// *Refused.* More of something than allowed.
    #[error("more than {allowed} {what}: raise the limit if such messages are expected")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// The configured value.
        allowed: usize,
    },
    /// *Malformed.* An attachment of an XML type that is no XML.
    #[error("an attachment of an XML type is not well-formed")]
    NotXml,
}

/// What one package may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MimeLimits {
    parts: usize,
    header_octets: usize,
}

impl Default for MimeLimits {
    /// 64 parts, and 16 KiB of header each.
    fn default() -> Self {
        Self { parts: 64, header_octets: 16 << 10 }
    }
}

impl MimeLimits {
    /// The number of parts, and the octets of each header.
    #[must_use]
    pub fn parts(mut self, parts: usize, header_octets: usize) -> Self {
        self.parts = parts;
        self.header_octets = header_octets;
        self
    }
}

/// A message with attachments, in memory.
#[derive(Debug, Clone)]
pub struct Package<'m> {
    root: MimePart<'m>,
    attachments: Vec<MimePart<'m>>,
}

/// A part of a package.
#[derive(Debug, Clone)]
pub struct MimePart<'m> {
    fields: Fields,
    encoded: &'m [u8],
    content: Cow<'m, [u8]>,
    content_id: Option<String>,
}

impl<'m> Package<'m> {
    /// Reads a message that starts with its MIME headers, `Content-Type: multipart/related` among them.
    ///
    /// # Errors
    /// [`MimeError`].
    ///
    /// # Specification
    /// RFC 2387, SOAP Messages with Attachments §3.
    pub fn parse(message: &'m [u8], limits: &MimeLimits) -> Result<Self, MimeError> {
        let (header, body) = split_header(message, limits)?;
        let fields = Fields::parse(header)?;
        let content_type = fields.get("Content-Type")?.unwrap_or_default();
        Self::parse_body(content_type, body, limits)
    }

    /// As [`Package::parse`], where the transport carries the `Content-Type`: the value of that header, and the octets
    /// of the body.
    ///
    /// # Errors
    /// [`MimeError`].
    pub fn parse_body(content_type: &str, body: &'m [u8], limits: &MimeLimits) -> Result<Self, MimeError> {
        let of_package = Structured::parse(content_type)?;
        let boundary = of_package.parameter("boundary").filter(|boundary| is_boundary(boundary));
        let boundary = match boundary {
            Some(boundary) if of_package.value.eq_ignore_ascii_case("multipart/related") => boundary,
            _ => return Err(MimeError::NotRelated { found: of_package.value.clone() }),
        };
        let mut parts = split_parts(body, boundary, limits)?
            .into_iter()
            .map(|part| MimePart::parse(part, limits))
            .collect::<Result<Vec<_>, _>>()?;
        let mut ids = HashSet::new();
        for id in parts.iter().filter_map(MimePart::content_id) {
            if !ids.insert(id) {
                return Err(MimeError::DuplicateId { id: id.to_owned() });
            }
        }
        let root = match of_package.parameter("start") {
            Some(start) => {
                let start = start.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(start);
                parts.iter().position(|part| part.content_id() == Some(start)).ok_or(MimeError::NoRoot)?
            }
            None if parts.is_empty() => return Err(MimeError::NoRoot),
            None => 0,
        };
        let root = parts.remove(root);
        Ok(Self { root, attachments: parts })
    }

    /// Whether a message starts with MIME headers rather than with an envelope.
    #[must_use]
    pub fn is_one(message: &[u8]) -> bool {
        let start = message.get(..message.len().min(16 << 10)).unwrap_or_default();
        let lines = start.split(|octet| *octet == b'\n').take_while(|line| !line.trim_ascii().is_empty());
        let mut lines = lines.map(<[u8]>::to_ascii_lowercase);
        lines.any(|line| line.starts_with(b"content-type:")) && !start.trim_ascii_start().starts_with(b"<")
    }

    /// The part that holds the envelope.
    #[must_use]
    pub fn root(&self) -> &MimePart<'m> {
        &self.root
    }

    /// The other parts, in order.
    #[must_use]
    pub fn attachments(&self) -> &[MimePart<'m>] {
        &self.attachments
    }

    /// The attachment that a `cid:` URL names.
    pub(crate) fn named_by(&self, url: &str) -> Option<&MimePart<'m>> {
        let id = super::content_id_of(url)?;
        self.attachments.iter().find(|part| part.content_id() == Some(&id))
    }
}

impl<'m> MimePart<'m> {
    /// A part that is about to be written.
    pub(super) fn of(fields: Fields, content: Cow<'m, [u8]>) -> Self {
        Self { fields, encoded: &[], content, content_id: None }
    }

    fn parse(octets: &'m [u8], limits: &MimeLimits) -> Result<Self, MimeError> {
        let (header, encoded) = split_header(octets, limits)?;
        let fields = Fields::parse(header)?;
        let encoding = fields.get("Content-Transfer-Encoding")?.unwrap_or_default().trim().to_ascii_lowercase();
        let content = transfer_decoded(encoded, &encoding).ok_or(MimeError::TransferEncoding { encoding })?;
        let content_id = match fields.get("Content-ID")? {
            Some(value) => {
                let id = Structured::parse(value)?.value;
                let inner = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).filter(|id| !id.is_empty());
                Some(inner.ok_or(MimeError::Header { line: id.chars().take(80).collect() })?.to_owned())
            }
            None => None,
        };
        Ok(Self { fields, encoded, content, content_id })
    }

    /// Its Content-ID, without the angle brackets.
    #[must_use]
    pub fn content_id(&self) -> Option<&str> {
        self.content_id.as_deref()
    }

    /// The content, its transfer encoding undone. Nothing says who wrote it.
    #[must_use]
    pub fn unauthenticated_content(&self) -> &[u8] {
        &self.content
    }

    /// The content as it was transferred.
    pub(crate) fn encoded(&self) -> &'m [u8] {
        self.encoded
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The media type: of a part that states none, the default of RFC 2045 §5.2.
    pub(crate) fn media_type(&self) -> Result<String, MimeError> {
        match self.fields.get("Content-Type")? {
            Some(value) => Ok(Structured::parse(value)?.value.to_ascii_lowercase()),
            None => Ok("text/plain".to_owned()),
        }
    }
}

/// A header and what follows the empty line that ends it.
fn split_header<'m>(octets: &'m [u8], limits: &MimeLimits) -> Result<(&'m [u8], &'m [u8]), MimeError> {
    let mut at = 0;
    loop {
        let rest = octets.get(at..).unwrap_or_default();
        let len = memchr(rest).ok_or(MimeError::Header { line: String::new() })?;
        if at + len > limits.header_octets {
            return Err(MimeError::TooMany { what: "octets of a MIME header", allowed: limits.header_octets });
        }
        let line = rest.get(..len).unwrap_or_default();
        if line.is_empty() || line == b"\r" {
            return Ok((octets.get(..at).unwrap_or_default(), rest.get(len + 1..).unwrap_or_default()));
        }
        at += len + 1;
    }
}

fn memchr(octets: &[u8]) -> Option<usize> {
    octets.iter().position(|octet| *octet == b'\n')
}

/// RFC 2046 §5.1.1: 1 to 70 characters, no blank at the end.
fn is_boundary(boundary: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "'()+_,-./:=? ".contains(c);
    (1..=70).contains(&boundary.len()) && boundary.chars().all(allowed) && !boundary.ends_with(' ')
}

/// The parts between the delimiters; what stands before the first and after the last is no one's.
fn split_parts<'m>(body: &'m [u8], boundary: &str, limits: &MimeLimits) -> Result<Vec<&'m [u8]>, MimeError> {
    let dashed = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut part_start: Option<usize> = None;
    let mut crlf = None;
    let mut at = 0;
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        let line_len = memchr(rest).map_or(rest.len(), |len| len + 1);
        let line = rest.get(..line_len).unwrap_or_default();
        if let Some(tail) = line.strip_prefix(dashed.as_bytes()) {
            let (closes, tail) = tail.strip_prefix(b"--").map_or((false, tail), |tail| (true, tail));
            let ends_in_crlf = tail.ends_with(b"\r\n");
            // White space may follow a boundary; anything else makes it another line.
            if tail.iter().all(u8::is_ascii_whitespace) && (closes || tail.ends_with(b"\n")) {
                let kind = *crlf.get_or_insert(ends_in_crlf || tail.is_empty());
                if !closes && ends_in_crlf != kind {
                    return Err(MimeError::Delimiter { what: "line breaks of two kinds" });
                }
                if let Some(start) = part_start {
                    let content = body.get(start..at).unwrap_or_default();
                    // The line break before a delimiter is the delimiter's.
                    let line_break: &[u8] = if kind { b"\r\n" } else { b"\n" };
                    let content = content.strip_suffix(line_break);
                    parts.push(content.ok_or(MimeError::Delimiter { what: "no line break before a delimiter" })?);
                    if parts.len() > limits.parts {
                        return Err(MimeError::TooMany { what: "parts", allowed: limits.parts });
                    }
                }
                if closes {
                    return Ok(parts);
                }
                part_start = Some(at + line_len);
            }
        }
        at += line_len;
    }
    Err(MimeError::Delimiter { what: "the closing one is missing" })
}

/// RFC 2045 §6.
fn transfer_decoded<'m>(octets: &'m [u8], encoding: &str) -> Option<Cow<'m, [u8]>> {
    match encoding {
        "" | "7bit" | "8bit" | "binary" => Some(Cow::Borrowed(octets)),
        "base64" => {
            let text: String = octets.iter().filter(|c| !c.is_ascii_whitespace()).map(|c| char::from(*c)).collect();
            wss_c14n::base64_decode(&text, octets.len()).map(Cow::Owned)
        }
        "quoted-printable" => quoted_printable(octets).map(Cow::Owned),
        _ => None,
    }
}

fn quoted_printable(octets: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(octets.len());
    let mut rest = octets;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'=' {
            out.push(*first);
            continue;
        }
        match tail {
            [b'\r', b'\n', tail @ ..] | [b'\n', tail @ ..] => rest = tail,
            [high, low, tail @ ..] => {
                out.push(hexadecimal(*high, *low)?);
                rest = tail;
            }
            _ => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/xml\";\r\n boundary=b\r\n\r\n";

    fn package(body: &str) -> Result<Vec<(Option<String>, String)>, MimeError> {
        let message = format!("{HEAD}{body}");
        let package = Package::parse(message.as_bytes(), &MimeLimits::default())?;
        let parts = std::iter::once(package.root()).chain(package.attachments());
        let text = |part: &MimePart<'_>| String::from_utf8_lossy(part.unauthenticated_content()).into_owned();
        Ok(parts.map(|part| (part.content_id().map(str::to_owned), text(part))).collect())
    }

    fn part(id: &str, text: &str) -> (Option<String>, String) {
        (Some(id.to_owned()).filter(|id| !id.is_empty()), text.to_owned())
    }

    #[test]
    fn parts_are_the_octets_between_delimiters() {
        let found =
            package("preamble\r\n--b\r\n\r\nroot\r\n\r\n--b  \r\nContent-ID: <a>\r\n\r\n--bx\r\n\r\n--b--\r\nepilogue");
        assert_eq!(found, Ok(vec![part("", "root\r\n"), part("a", "--bx\r\n")]));
        // Line feeds alone, where the first delimiter has one.
        let found = package("--b\n\nroot\r\n--b\nContent-ID: <a>\n\n\n--b--");
        assert_eq!(found, Ok(vec![part("", "root\r"), part("a", "")]));
    }

    #[test]
    fn transfer_encodings_are_undone() {
        let found = package(
            "--b\r\n\r\n\r\n--b\r\nContent-Transfer-Encoding: Base64\r\n\r\nAA\r\nEC\r\n\r\n--b\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc\r\n--b--",
        );
        assert_eq!(found, Ok(vec![part("", ""), part("", "\0\u{1}\u{2}"), part("", "a=bc")]));
    }

    #[test]
    fn refuses_packages_two_readers_could_read_apart() {
        let two = "--b\r\n\r\n\r\n--b\r\nContent-ID: <a>\r\n\r\n1\r\n--b\r\nContent-ID: <a>\r\n\r\n2\r\n--b--";
        assert_eq!(package(two), Err(MimeError::DuplicateId { id: "a".to_owned() }));
        for wrong in [
            "",
            "--b--",
            "--b\r\n\r\nroot\r\n",
            "--b\r\n\r\nroot\r\n--b",
            "--b\r\n\r\nroot\n--b--",
            "--b\r\n\r\nroot\r\n--b\n\r\n\r\n--b--",
            "--b\r\nx\r\n\r\nroot\r\n--b--",
            "--b\r\nContent-ID: a\r\n\r\nroot\r\n--b--",
            "--b\r\nContent-Transfer-Encoding: x-own\r\n\r\nroot\r\n--b--",
            "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nA\r\n--b--",
            "--b\r\nContent-ID: <a>\r\nContent-ID: <b>\r\n\r\nroot\r\n--b--",
        ] {
            assert!(package(wrong).is_err(), "{wrong:?}");
        }
        let others =
            ["text/xml", "multipart/mixed; boundary=b", "multipart/related", "multipart/related; boundary=\"a \""];
        for content_type in others {
            assert!(Package::parse_body(content_type, b"--b\r\n\r\n\r\n--b--", &MimeLimits::default()).is_err());
        }
    }

    #[test]
    fn limits_hold() {
        let many: String = (0..70).map(|_| "--b\r\n\r\n\r\n".to_owned()).collect();
        let error = package(&(many + "--b--")).expect_err("too many");
        assert!(matches!(error, MimeError::TooMany { what: "parts", .. }));
        let long = format!("--b\r\nX: {}\r\n\r\n\r\n--b--", "x".repeat(20 << 10));
        assert!(matches!(package(&long), Err(MimeError::TooMany { .. })));
    }

    #[test]
    fn the_root_is_the_first_part_or_the_one_that_start_names() {
        let body = b"--b\r\nContent-ID: <a>\r\n\r\n1\r\n--b\r\nContent-ID: <r>\r\n\r\n2\r\n--b--";
        let root = |start: &str| {
            let content_type = format!("multipart/related; boundary=b{start}");
            Package::parse_body(&content_type, body, &MimeLimits::default())
                .map(|package| package.root().content_id().map(str::to_owned))
        };
        assert_eq!(root(""), Ok(Some("a".to_owned())));
        assert_eq!(root("; start=\"<r>\""), Ok(Some("r".to_owned())));
        assert_eq!(root("; start=\"<x>\""), Err(MimeError::NoRoot));
    }
}
