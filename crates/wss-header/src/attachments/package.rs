//! The package: `multipart/related` with the envelope as its root (RFC 2387, RFC 2046 §5.1).
//!
//! Strict, since two readers that disagree on where a part ends disagree on what was signed: the boundary stands at the
//! start of its line, one kind of line break ends every delimiter, the last delimiter closes the package, and no two
//! parts have one Content-ID.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Read};

use thiserror::Error;
use wss_crypto::DigestValue;

use super::content::{Content, PIECE};
use super::field::{Fields, Structured};
use super::spool::{Spool, SpoolWriter};
use super::transfer::TransferDecoder;

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
    /// *Failed.* A stream, or a file behind an attachment, cannot be read or written.
    #[error("an attachment cannot be read, or spooled: {kind}")]
    Io {
        /// What the system says.
        kind: io::ErrorKind,
    },
}

impl From<io::Error> for MimeError {
    fn from(error: io::Error) -> Self {
        Self::Io { kind: error.kind() }
    }
}

/// What one package may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MimeLimits {
    parts: usize,
    header_octets: usize,
    envelope_octets: usize,
    all_octets: u64,
}

impl Default for MimeLimits {
    /// 64 parts, 16 KiB of header each, 16 MiB of envelope, and 256 MiB of all parts together.
    fn default() -> Self {
        Self { parts: 64, header_octets: 16 << 10, envelope_octets: 16 << 20, all_octets: 256 << 20 }
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

    /// The octets of the envelope, which is held in memory, and of all parts together.
    #[must_use]
    pub fn octets(mut self, envelope: usize, all: u64) -> Self {
        self.envelope_octets = envelope;
        self.all_octets = all;
        self
    }
}

/// A message with attachments: in memory, or with attachments that are spooled to files.
#[derive(Clone)]
pub struct Package<'m> {
    root: MimePart<'m>,
    envelope: Cow<'m, [u8]>,
    attachments: Vec<MimePart<'m>>,
    /// Where what is large was spooled.
    spool: Option<Spool>,
}

/// A part of a package.
#[derive(Clone)]
pub struct MimePart<'m> {
    fields: Fields,
    /// As it was transferred, if it is still known.
    encoded: Option<&'m [u8]>,
    content: Content<'m>,
    /// The digest of the content, if it was made on the way.
    sha256: Option<DigestValue>,
    content_id: Option<String>,
}

impl std::fmt::Debug for Package<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Package").field("root", &self.root).field("attachments", &self.attachments).finish()
    }
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
        let related = Related::parse(content_type)?;
        let parts = split_parts(body, &related.boundary, limits)?;
        let all: usize = parts.iter().map(|part| part.len()).sum();
        if all as u64 > limits.all_octets {
            return Err(too_large(limits));
        }
        let parts = parts.into_iter().map(|part| MimePart::parse(part, limits)).collect::<Result<_, _>>()?;
        Self::of_parts(parts, &related, limits, None)
    }

    /// Reads a message that starts with its MIME headers from a stream, and never holds more of it in memory than the
    /// envelope and what `spool` keeps there of each attachment.
    ///
    /// # Errors
    /// [`MimeError`]; [`MimeError::Io`] if the stream or the spool fails.
    pub fn read(message: impl Read, limits: &MimeLimits, spool: &Spool) -> Result<Package<'static>, MimeError> {
        let mut lines = Lines::new(message);
        let fields = Fields::parse(&lines.header(None, limits)?)?;
        let content_type = fields.get("Content-Type")?.unwrap_or_default().to_owned();
        read_parts(lines, &content_type, limits, spool)
    }

    /// As [`Package::read`], where the transport carries the `Content-Type`: the value of that header, and the body.
    ///
    /// # Errors
    /// [`MimeError`].
    pub fn read_body(
        content_type: &str,
        body: impl Read,
        limits: &MimeLimits,
        spool: &Spool,
    ) -> Result<Package<'static>, MimeError> {
        read_parts(Lines::new(body), content_type, limits, spool)
    }

    fn of_parts(
        mut parts: Vec<MimePart<'m>>,
        related: &Related,
        limits: &MimeLimits,
        spool: Option<&Spool>,
    ) -> Result<Self, MimeError> {
        let mut ids = HashSet::new();
        for id in parts.iter().filter_map(MimePart::content_id) {
            if !ids.insert(id) {
                return Err(MimeError::DuplicateId { id: id.to_owned() });
            }
        }
        let root = match &related.start {
            Some(start) => parts.iter().position(|part| part.content_id() == Some(start)).ok_or(MimeError::NoRoot)?,
            None if parts.is_empty() => return Err(MimeError::NoRoot),
            None => 0,
        };
        let root = parts.remove(root);
        if root.content.len() > limits.envelope_octets as u64 {
            return Err(MimeError::TooMany { what: "octets of the envelope", allowed: limits.envelope_octets });
        }
        let envelope = match &root.content {
            Content::Borrowed(octets) => Cow::Borrowed(*octets),
            stored => Cow::Owned(stored.read_all()?.into_owned()),
        };
        Ok(Self { root, envelope, attachments: parts, spool: spool.cloned() })
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

    /// The envelope. Nothing says who wrote it.
    #[must_use]
    pub fn unauthenticated_envelope(&self) -> &[u8] {
        &self.envelope
    }

    /// The other parts, in order.
    #[must_use]
    pub fn attachments(&self) -> &[MimePart<'m>] {
        &self.attachments
    }

    /// Whether base64 of the envelope may travel in other parts (XOP).
    pub(crate) fn is_xop(&self) -> bool {
        self.root.media_type().is_ok_and(|media_type| media_type == super::xop::MEDIA_TYPE)
    }

    pub(crate) fn spool(&self) -> Option<&Spool> {
        self.spool.as_ref()
    }
}

/// The attachment that a `cid:` URL names.
pub(crate) fn named_by<'p, 'm>(attachments: &'p [MimePart<'m>], url: &str) -> Option<&'p MimePart<'m>> {
    let id = super::content_id_of(url)?;
    attachments.iter().find(|part| part.content_id() == Some(&id))
}

/// What the Content-Type of a package says.
struct Related {
    boundary: String,
    start: Option<String>,
}

impl Related {
    fn parse(content_type: &str) -> Result<Self, MimeError> {
        let stated = Structured::parse(content_type)?;
        let boundary = stated.parameter("boundary").filter(|boundary| is_boundary(boundary));
        let boundary = match boundary {
            Some(boundary) if stated.value.eq_ignore_ascii_case("multipart/related") => boundary.to_owned(),
            _ => return Err(MimeError::NotRelated { found: stated.value.clone() }),
        };
        let start = stated.parameter("start");
        let bare = |start: &str| match start.strip_prefix('<').and_then(|id| id.strip_suffix('>')) {
            Some(id) => id.to_owned(),
            None => start.to_owned(),
        };
        Ok(Self { boundary, start: start.map(bare) })
    }
}

impl std::fmt::Debug for MimePart<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MimePart").field("content_id", &self.content_id).field("content", &self.content).finish()
    }
}

impl<'m> MimePart<'m> {
    /// A part that is about to be written, or came out of ciphertext.
    pub(crate) fn of(fields: Fields, content: Content<'m>, content_id: Option<String>) -> Self {
        Self { fields, encoded: None, content, sha256: None, content_id }
    }

    pub(super) fn with_sha256(self, sha256: DigestValue) -> Self {
        Self { sha256: Some(sha256), ..self }
    }

    fn parse(octets: &'m [u8], limits: &MimeLimits) -> Result<Self, MimeError> {
        let (header, encoded) = split_header(octets, limits)?;
        let header = Header::parse(header)?;
        let content = match header.decoder()? {
            TransferDecoder::Identity => Content::Borrowed(encoded),
            mut decoder => {
                let mut octets = Vec::with_capacity(encoded.len());
                let decoded = decoder.update(encoded, &mut octets).and_then(|()| decoder.finish());
                decoded.ok_or_else(|| header.not_in_encoding())?;
                octets.into()
            }
        };
        Ok(Self { fields: header.fields, encoded: Some(encoded), content, sha256: None, content_id: header.content_id })
    }

    /// The same, borrowed from no one; how it was transferred is forgotten.
    pub(crate) fn to_owned(&self) -> MimePart<'static> {
        MimePart::of(self.fields.clone(), self.content.clone().into_owned(), self.content_id.clone())
    }

    /// Its Content-ID, without the angle brackets.
    #[must_use]
    pub fn content_id(&self) -> Option<&str> {
        self.content_id.as_deref()
    }

    /// The media type that its header states, `text/plain` where it states none. Nothing says who wrote it.
    #[must_use]
    pub fn unauthenticated_type(&self) -> String {
        self.media_type().unwrap_or_default()
    }

    /// The content, its transfer encoding undone. Nothing says who wrote it.
    pub fn unauthenticated_reader(&self) -> impl Read + '_ {
        self.content.reader()
    }

    /// The content in memory, its transfer encoding undone. Nothing says who wrote it.
    ///
    /// # Errors
    /// [`MimeError::Io`] if it was spooled and cannot be read.
    pub fn unauthenticated_content(&self) -> Result<Cow<'_, [u8]>, MimeError> {
        Ok(self.content.read_all()?)
    }

    pub(super) fn sha256(&self) -> Option<DigestValue> {
        self.sha256
    }

    pub(crate) fn content(&self) -> &Content<'m> {
        &self.content
    }

    /// The content as it was transferred, if it is still known.
    pub(crate) fn encoded(&self) -> Option<&'m [u8]> {
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

/// What the header of a part says of it.
struct Header {
    fields: Fields,
    encoding: String,
    content_id: Option<String>,
}

impl Header {
    fn parse(octets: &[u8]) -> Result<Self, MimeError> {
        let fields = Fields::parse(octets)?;
        let encoding = fields.get("Content-Transfer-Encoding")?.unwrap_or_default().trim().to_ascii_lowercase();
        let content_id = fields.content_id()?;
        Ok(Self { fields, encoding, content_id })
    }

    fn decoder(&self) -> Result<TransferDecoder, MimeError> {
        TransferDecoder::of(&self.encoding).ok_or_else(|| self.not_in_encoding())
    }

    fn not_in_encoding(&self) -> MimeError {
        MimeError::TransferEncoding { encoding: self.encoding.clone() }
    }
}

/// A header and what follows the empty line that ends it.
fn split_header<'m>(octets: &'m [u8], limits: &MimeLimits) -> Result<(&'m [u8], &'m [u8]), MimeError> {
    let mut at = 0;
    loop {
        let rest = octets.get(at..).unwrap_or_default();
        let len = memchr::memchr(b'\n', rest).ok_or(MimeError::Header { line: String::new() })?;
        check_header(at + len, limits)?;
        let line = rest.get(..len).unwrap_or_default();
        if line.is_empty() || line == b"\r" {
            return Ok((octets.get(..at).unwrap_or_default(), rest.get(len + 1..).unwrap_or_default()));
        }
        at += len + 1;
    }
}

fn check_header(octets: usize, limits: &MimeLimits) -> Result<(), MimeError> {
    if octets > limits.header_octets {
        return Err(MimeError::TooMany { what: "octets of a MIME header", allowed: limits.header_octets });
    }
    Ok(())
}

/// RFC 2046 §5.1.1: 1 to 70 characters, no blank at the end.
fn is_boundary(boundary: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "'()+_,-./:=? ".contains(c);
    (1..=70).contains(&boundary.len()) && boundary.chars().all(allowed) && !boundary.ends_with(' ')
}

/// A line that is longer is no delimiter (RFC 5322 §2.1.1).
const MAX_DELIMITER: usize = 998;

/// Tells the lines that are delimiters from those that are content.
struct Delimiters {
    dashed: Vec<u8>,
    /// Whether delimiters end in CRLF, as the first of them does, or in LF.
    crlf: Option<bool>,
}

/// A delimiter: whether it is the last.
struct Delimiter {
    closes: bool,
}

impl Delimiters {
    fn new(boundary: &str) -> Self {
        Self { dashed: format!("--{boundary}").into_bytes(), crlf: None }
    }

    /// A line with its end, or the last of the package.
    fn judge(&mut self, line: &[u8]) -> Result<Option<Delimiter>, MimeError> {
        let Some(tail) = line.strip_prefix(self.dashed.as_slice()).filter(|_| line.len() <= MAX_DELIMITER) else {
            return Ok(None);
        };
        let (closes, tail) = tail.strip_prefix(b"--").map_or((false, tail), |tail| (true, tail));
        let ends_in_crlf = tail.ends_with(b"\r\n");
        // White space may follow a boundary; anything else makes it another line.
        if !tail.iter().all(u8::is_ascii_whitespace) || !(closes || tail.ends_with(b"\n")) {
            return Ok(None);
        }
        let kind = *self.crlf.get_or_insert(ends_in_crlf || tail.is_empty());
        if !closes && ends_in_crlf != kind {
            return Err(MimeError::Delimiter { what: "line breaks of two kinds" });
        }
        Ok(Some(Delimiter { closes }))
    }

    /// The line break before a delimiter, which is the delimiter's.
    fn line_break(&self) -> &'static [u8] {
        if self.crlf == Some(false) { b"\n" } else { b"\r\n" }
    }
}

const NO_LINE_BREAK: MimeError = MimeError::Delimiter { what: "no line break before a delimiter" };
const NOT_CLOSED: MimeError = MimeError::Delimiter { what: "the closing one is missing" };

fn too_large(limits: &MimeLimits) -> MimeError {
    let allowed = usize::try_from(limits.all_octets).unwrap_or(usize::MAX);
    MimeError::TooMany { what: "octets of a package", allowed }
}

fn check_parts(found: usize, limits: &MimeLimits) -> Result<(), MimeError> {
    if found > limits.parts { Err(MimeError::TooMany { what: "parts", allowed: limits.parts }) } else { Ok(()) }
}

/// The parts between the delimiters; what stands before the first and after the last is no one's.
fn split_parts<'m>(body: &'m [u8], boundary: &str, limits: &MimeLimits) -> Result<Vec<&'m [u8]>, MimeError> {
    let mut delimiters = Delimiters::new(boundary);
    let mut parts = Vec::new();
    let mut part_start: Option<usize> = None;
    let mut at = 0;
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        let line_len = memchr::memchr(b'\n', rest).map_or(rest.len(), |len| len + 1);
        if let Some(delimiter) = delimiters.judge(rest.get(..line_len).unwrap_or_default())? {
            if let Some(start) = part_start {
                let content = body.get(start..at).unwrap_or_default();
                parts.push(content.strip_suffix(delimiters.line_break()).ok_or(NO_LINE_BREAK)?);
                check_parts(parts.len(), limits)?;
            }
            if delimiter.closes {
                return Ok(parts);
            }
            part_start = Some(at + line_len);
        }
        at += line_len;
    }
    Err(NOT_CLOSED)
}

/// As [`split_parts`], from a stream, and the parts read.
fn read_parts<R: Read>(
    mut lines: Lines<R>,
    content_type: &str,
    limits: &MimeLimits,
    spool: &Spool,
) -> Result<Package<'static>, MimeError> {
    let related = Related::parse(content_type)?;
    let mut delimiters = Delimiters::new(&related.boundary);
    let mut parts = Vec::new();
    let mut left = limits.all_octets;
    let mut closes = loop {
        let line = lines.line()?.ok_or(NOT_CLOSED)?;
        if let (true, Some(delimiter)) = (line.starts, delimiters.judge(line.octets)?) {
            break delimiter.closes;
        }
    };
    while !closes {
        check_parts(parts.len() + 1, limits)?;
        let header = Header::parse(&lines.header(Some(&mut delimiters), limits)?)?;
        let mut decoder = header.decoder()?;
        let mut writer = SpoolWriter::new(Some(spool.clone()));
        let mut decoded = Vec::with_capacity(2 * PIECE);
        // The line break that may be the delimiter's. The one that ends the header is not.
        let mut held: &[u8] = b"";
        closes = loop {
            let line = lines.line()?.ok_or(NOT_CLOSED)?;
            if let (true, Some(delimiter)) = (line.starts, delimiters.judge(line.octets)?) {
                // A delimiter that takes a line feed alone leaves the carriage return to the content.
                let kept = held.strip_suffix(delimiters.line_break()).ok_or(NO_LINE_BREAK)?;
                decoder.update(kept, &mut decoded).ok_or_else(|| header.not_in_encoding())?;
                break delimiter.closes;
            }
            left = left.checked_sub(line.octets.len() as u64).ok_or_else(|| too_large(limits))?;
            let (octets, line_break): (&[u8], &[u8]) = match line.octets {
                [octets @ .., b'\r', b'\n'] => (octets, b"\r\n"),
                [octets @ .., b'\n'] => (octets, b"\n"),
                octets => (octets, b""),
            };
            let update = [held, octets].iter().try_for_each(|octets| decoder.update(octets, &mut decoded));
            update.ok_or_else(|| header.not_in_encoding())?;
            held = line_break;
            if decoded.len() >= PIECE {
                writer.write(&decoded)?;
                decoded.clear();
            }
        };
        decoder.finish().ok_or_else(|| header.not_in_encoding())?;
        writer.write(&decoded)?;
        let content = writer.finish()?;
        parts.push(MimePart::of(header.fields, content, header.content_id));
    }
    Package::of_parts(parts, &related, limits, Some(spool))
}

/// The lines of a stream, in memory one buffer at a time.
struct Lines<R> {
    stream: R,
    buffer: Vec<u8>,
    /// What of the buffer was handed out.
    taken: usize,
    is_at_end: bool,
    at_line_start: bool,
}

/// A line with its end, or a piece of one that is too long to be a delimiter.
struct Line<'l> {
    octets: &'l [u8],
    /// It starts the line.
    starts: bool,
}

impl<R: Read> Lines<R> {
    fn new(stream: R) -> Self {
        Self { stream, buffer: Vec::new(), taken: 0, is_at_end: false, at_line_start: true }
    }

    /// `None` at the end of the stream.
    fn line(&mut self) -> Result<Option<Line<'_>>, MimeError> {
        loop {
            let rest = self.buffer.get(self.taken..).unwrap_or_default();
            let whole = memchr::memchr(b'\n', rest).map(|at| at + 1);
            // A carriage return stays with the line feed that may follow it.
            let piece = rest.len() - usize::from(rest.ends_with(b"\r"));
            let len = match whole {
                Some(len) => len,
                None if self.is_at_end => rest.len(),
                None if piece > MAX_DELIMITER => piece,
                None => {
                    self.fill()?;
                    continue;
                }
            };
            let start = self.taken;
            self.taken += len;
            let starts = std::mem::replace(&mut self.at_line_start, whole.is_some());
            let octets = self.buffer.get(start..start + len).unwrap_or_default();
            return Ok(Some(Line { octets, starts }).filter(|line| !line.octets.is_empty()));
        }
    }

    fn fill(&mut self) -> Result<(), MimeError> {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        let len = self.buffer.len();
        self.buffer.resize(len + PIECE, 0);
        let count = loop {
            match self.stream.read(self.buffer.get_mut(len..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.buffer.truncate(len + count);
        self.is_at_end = count == 0;
        Ok(())
    }

    /// The lines up to the empty one, which must come before a delimiter does.
    fn header(&mut self, mut delimiters: Option<&mut Delimiters>, limits: &MimeLimits) -> Result<Vec<u8>, MimeError> {
        let mut header = Vec::new();
        loop {
            let line = self.line()?.ok_or(MimeError::Header { line: String::new() })?;
            if line.starts && matches!(line.octets, b"\n" | b"\r\n") {
                return Ok(header);
            }
            if let (true, Some(delimiters)) = (line.starts, &mut delimiters)
                && delimiters.judge(line.octets)?.is_some()
            {
                return Err(MimeError::Header { line: String::new() });
            }
            header.extend_from_slice(line.octets);
            check_header(header.len(), limits)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/xml\";\r\n boundary=b\r\n\r\n";

    fn package(body: &str) -> Result<Vec<(Option<String>, String)>, MimeError> {
        let message = format!("{HEAD}{body}");
        let in_memory = Package::parse(message.as_bytes(), &MimeLimits::default());
        // A stream is read alike, however it comes.
        for piece in [1, 4_096] {
            let stream = InPieces(message.as_bytes(), piece);
            let spool = Spool::in_folder("/nowhere/at/all").keep_in_memory(1 << 20);
            let streamed = Package::read(stream, &MimeLimits::default(), &spool);
            match (&in_memory, streamed) {
                (Ok(expected), Ok(found)) => assert_eq!(all(&found), all(expected), "{body:?}"),
                (expected, found) => assert_eq!(found.is_err(), expected.is_err(), "{body:?}"),
            }
        }
        in_memory.map(|package| all(&package))
    }

    /// Reads a few octets at a time.
    struct InPieces<'m>(&'m [u8], usize);

    impl Read for InPieces<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let len = self.1.min(out.len());
            self.0.read(out.get_mut(..len).unwrap_or_default())
        }
    }

    fn all(package: &Package<'_>) -> Vec<(Option<String>, String)> {
        let parts = std::iter::once(package.root()).chain(package.attachments());
        let text = |part: &MimePart<'_>| {
            let content = part.unauthenticated_content().expect("in memory");
            String::from_utf8_lossy(&content).into_owned()
        };
        parts.map(|part| (part.content_id().map(str::to_owned), text(part))).collect()
    }

    /// Every arrangement of a few lines, read from memory and from a stream.
    #[test]
    fn a_stream_and_memory_never_read_apart() {
        const LINES: [&str; 9] = ["--b", "--b--", "", "x", "X: 1", "--bx", "--b ", "Content-ID: <a>", "\r"];
        let mut is_package = 0;
        for number in 0..LINES.len().pow(4) {
            let line = |nth: u32| LINES[number / LINES.len().pow(nth) % LINES.len()];
            for end in ["\r\n", "\n"] {
                let body: String = (0..4).map(|nth| format!("{}{end}", line(nth))).collect();
                for opened in [format!("--b{end}{end}{body}"), body] {
                    is_package += usize::from(package(&opened).is_ok());
                }
            }
        }
        assert!(is_package > 300, "{is_package}");
    }

    #[test]
    fn long_lines_and_split_line_ends_are_content() {
        for filler in [900, 996, 997, 998, 999, 1_000, 65_530, 65_536, 70_000] {
            for end in ["\r", "\n", "\r\n", ""] {
                let content = format!("--b{}{end}", " ".repeat(filler));
                let body = format!("--b\r\n\r\n\r\n--b\r\n\r\n{content}\r\n--b--");
                let long = content.len() - end.len() + 2 > MAX_DELIMITER;
                let found = package(&body);
                if long && !end.is_empty() {
                    assert_eq!(found.map(|parts| parts[1].1.clone()), Ok(content), "{filler} {end:?}");
                }
            }
        }
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
        // All parts together, as they are transferred.
        let two = format!("--b\r\n\r\n<a/>\r\n--b\r\n\r\n{0}\r\n--b\r\n\r\n{0}\r\n--b--", "x".repeat(1_000));
        let spool = Spool::in_folder("/nowhere/at/all").keep_in_memory(1 << 20);
        for (envelope, all, fits) in [(4, 2_100, true), (3, 2_100, false), (4, 1_999, false)] {
            let limits = MimeLimits::default().octets(envelope, all);
            let in_memory = Package::parse_body("multipart/related; boundary=b", two.as_bytes(), &limits);
            let streamed = Package::read_body("multipart/related; boundary=b", two.as_bytes(), &limits, &spool);
            assert_eq!((in_memory.is_ok(), streamed.is_ok()), (fits, fits), "{envelope} {all}");
        }
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
