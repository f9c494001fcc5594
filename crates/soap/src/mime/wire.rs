//! Parts on the wire, between their delimiters: from memory, or from a stream (RFC 2046 §5.1).
//!
//! Both readers use the same [`Delimiters`], line by line. A test reads every arrangement of a few lines both ways.

use std::io::{self, Read};

use wss_c14n::{Exceeded, Limit, Limits};
use wss_text::{Slice as _, SliceMut as _};

use super::content::{Content, PIECE};
use super::error::MimeError;
use super::field::Fields;
use super::part::MimePart;
use super::spool::{Spool, SpoolWriter};
use super::transfer::TransferDecoder;

/// The parts of a header that decide how a part is read.
struct Header {
    fields: Fields,
    encoding: String,
    content_id: Option<String>,
}

impl Header {
    fn parse(octets: &[u8], limits: &Limits) -> Result<Self, MimeError> {
        let fields = Fields::parse(octets, limits)?;
        let encoding =
            fields.get("Content-Transfer-Encoding")?.unwrap_or_default().trim_matches([' ', '\t']).to_ascii_lowercase();
        let content_id = fields.content_id()?;
        Ok(Self { fields, encoding, content_id })
    }

    fn decoder(&self) -> Result<TransferDecoder, MimeError> {
        let unknown = || MimeError::UnknownTransferEncoding { encoding: self.encoding.as_str().into() };
        TransferDecoder::of(&self.encoding).ok_or_else(unknown)
    }

    fn not_in_encoding(&self) -> MimeError {
        MimeError::TransferEncoding { encoding: self.encoding.as_str().into() }
    }
}

/// A header, and the octets after the empty line that ends it.
pub(super) fn split_header<'m>(octets: &'m [u8], limits: &Limits) -> Result<(&'m [u8], &'m [u8]), MimeError> {
    let mut at = 0;
    loop {
        let rest = octets.slice(at..);
        let len = memchr::memchr(b'\n', rest).ok_or(MimeError::HeaderEnd)?;
        check_header(at + len, limits)?;
        let line = rest.slice(..len);
        if line.is_empty() || line == b"\r" {
            return Ok((octets.slice(..at), rest.slice(len + 1..)));
        }
        at += len + 1;
    }
}

fn check_header(octets: usize, limits: &Limits) -> Result<(), MimeError> {
    Ok(limits.check(Limit::MimeHeaderOctets, octets)?)
}

/// A longer line cannot be a delimiter (RFC 5322 §2.1.1).
pub(super) const MAX_DELIMITER: usize = 998;

/// Decides which lines are delimiters.
pub(super) struct Delimiters {
    dashed: Vec<u8>,
    /// Whether delimiters end in CRLF, as the first one does, or in LF.
    crlf: Option<bool>,
}

/// A delimiter, and whether it is the last.
struct Delimiter {
    closes: bool,
}

impl Delimiters {
    fn new(boundary: &str) -> Self {
        Self { dashed: format!("--{boundary}").into_bytes(), crlf: None }
    }

    /// A line with its end, or the last one of the package.
    fn judge(&mut self, line: &[u8]) -> Result<Option<Delimiter>, MimeError> {
        let Some(tail) = line.strip_prefix(self.dashed.as_slice()).filter(|_| line.len() <= MAX_DELIMITER) else {
            return Ok(None);
        };
        let (closes, tail) = tail.strip_prefix(b"--").map_or((false, tail), |tail| (true, tail));
        let ends_in_crlf = tail.ends_with(b"\r\n");
        // White space may follow a boundary. Any other text makes it an ordinary line.
        if !tail.iter().all(u8::is_ascii_whitespace) || !(closes || tail.ends_with(b"\n")) {
            return Ok(None);
        }
        let kind = *self.crlf.get_or_insert(ends_in_crlf || tail.is_empty());
        if !closes && ends_in_crlf != kind {
            return Err(MimeError::Delimiter { what: "line breaks of two kinds" });
        }
        Ok(Some(Delimiter { closes }))
    }

    /// The line break before a delimiter, which belongs to the delimiter.
    fn line_break(&self) -> &'static [u8] {
        if self.crlf == Some(false) { b"\n" } else { b"\r\n" }
    }
}

const NO_LINE_BREAK: MimeError = MimeError::Delimiter { what: "no line break before a delimiter" };
const NOT_CLOSED: MimeError = MimeError::Delimiter { what: "the closing one is missing" };

fn too_large(limits: &Limits) -> MimeError {
    Exceeded { limit: Limit::PackageOctets, allowed: limits.get(Limit::PackageOctets) }.into()
}

fn check_parts(found: usize, limits: &Limits) -> Result<(), MimeError> {
    Ok(limits.check(Limit::MimeParts, found)?)
}

/// Reads the parts of a package in memory.
pub(super) fn parts_of<'m>(body: &'m [u8], boundary: &str, limits: &Limits) -> Result<Vec<MimePart<'m>>, MimeError> {
    split_parts(body, boundary, limits)?.into_iter().map(|part| part_of(part, limits)).collect()
}

fn part_of<'m>(octets: &'m [u8], limits: &Limits) -> Result<MimePart<'m>, MimeError> {
    let (header, encoded) = split_header(octets, limits)?;
    let header = Header::parse(header, limits)?;
    let content = match header.decoder()? {
        TransferDecoder::Identity => Content::from(encoded),
        mut decoder => {
            let mut octets = Vec::with_capacity(encoded.len());
            let decoded = decoder.update(encoded, &mut octets).and_then(|()| decoder.finish());
            decoded.ok_or_else(|| header.not_in_encoding())?;
            octets.into()
        }
    };
    Ok(MimePart::of(header.fields, content, header.content_id).with_encoded(encoded))
}

/// The parts between the delimiters. Text before the first and after the last belongs to no part.
fn split_parts<'m>(body: &'m [u8], boundary: &str, limits: &Limits) -> Result<Vec<&'m [u8]>, MimeError> {
    let mut delimiters = Delimiters::new(boundary);
    let mut parts = Vec::new();
    let mut part_start: Option<usize> = None;
    let mut at = 0;
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        let line_len = memchr::memchr(b'\n', rest).map_or(rest.len(), |len| len + 1);
        if let Some(delimiter) = delimiters.judge(rest.slice(..line_len))? {
            if part_start.is_none() && at as u64 > limits.get(Limit::PackageOctets) {
                return Err(too_large(limits));
            }
            if let Some(start) = part_start {
                let content = body.slice(start..at);
                parts.push(content.strip_suffix(delimiters.line_break()).ok_or(NO_LINE_BREAK)?);
                check_parts(parts.len(), limits)?;
            }
            if delimiter.closes {
                let all: usize = parts.iter().map(|part| part.len()).sum();
                return if all as u64 > limits.get(Limit::PackageOctets) { Err(too_large(limits)) } else { Ok(parts) };
            }
            part_start = Some(at + line_len);
        }
        at += line_len;
    }
    Err(NOT_CLOSED)
}

/// As [`parts_of`], from a stream.
pub(super) fn read_parts<R: Read>(
    mut lines: Lines<R>,
    boundary: &str,
    limits: &Limits,
    spool: &Spool,
) -> Result<Vec<MimePart<'static>>, MimeError> {
    let mut delimiters = Delimiters::new(boundary);
    let mut parts = Vec::new();
    let (mut before, mut left) = (limits.get(Limit::PackageOctets), limits.get(Limit::PackageOctets));
    let mut closes = loop {
        let line = lines.line()?.ok_or(NOT_CLOSED)?;
        if let (true, Some(delimiter)) = (line.starts, delimiters.judge(line.octets)?) {
            break delimiter.closes;
        }
        // The text before the first delimiter must not exceed the limit for all parts.
        before = before.checked_sub(line.octets.len() as u64).ok_or_else(|| too_large(limits))?;
    };
    while !closes {
        check_parts(parts.len() + 1, limits)?;
        let header = Header::parse(&lines.header(Some(&mut delimiters), limits)?, limits)?;
        let mut decoder = header.decoder()?;
        let mut writer = SpoolWriter::new(Some(spool.clone()));
        let mut decoded = Vec::with_capacity(2 * PIECE);
        // The line break may belong to the delimiter, unless it is the one that ends the header.
        let mut held: &[u8] = b"";
        closes = loop {
            let line = lines.line()?.ok_or(NOT_CLOSED)?;
            if let (true, Some(delimiter)) = (line.starts, delimiters.judge(line.octets)?) {
                // If delimiters have only a line feed, the carriage return belongs to the content.
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
    Ok(parts)
}

/// The lines of a stream, in memory one buffer at a time.
pub(super) struct Lines<R> {
    stream: R,
    buffer: Vec<u8>,
    /// The part of the buffer that was returned.
    taken: usize,
    /// The part of the buffer that was read. It has room behind that, which is made once, however little each read
    /// brings.
    filled: usize,
    is_at_end: bool,
    at_line_start: bool,
}

/// A line with its end, or a piece of one that is too long for a delimiter.
struct Line<'l> {
    octets: &'l [u8],
    /// Whether it starts the line.
    starts: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(stream: R) -> Self {
        Self { stream, buffer: Vec::new(), taken: 0, filled: 0, is_at_end: false, at_line_start: true }
    }

    /// `None` at the end of the stream.
    fn line(&mut self) -> Result<Option<Line<'_>>, MimeError> {
        loop {
            let rest = self.buffer.slice(self.taken..self.filled);
            let whole = memchr::memchr(b'\n', rest).map(|at| at + 1);
            // A carriage return stays together with a line feed that may follow.
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
            let octets = self.buffer.slice(start..start + len);
            return Ok(Some(Line { octets, starts }).filter(|line| !line.octets.is_empty()));
        }
    }

    fn fill(&mut self) -> Result<(), MimeError> {
        self.buffer.copy_within(self.taken..self.filled, 0);
        (self.taken, self.filled) = (0, self.filled - self.taken);
        // At most a delimiter was not returned yet, so that the buffer grows no further than this.
        if self.buffer.len() < self.filled + PIECE {
            self.buffer.resize(self.filled + PIECE, 0);
        }
        let room = self.filled..self.filled + PIECE;
        let count = loop {
            match self.stream.read(self.buffer.slice_mut(room.clone())) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.filled += count;
        self.is_at_end = count == 0;
        Ok(())
    }

    /// The lines before the empty one, which must come before a delimiter.
    pub(super) fn header(
        &mut self,
        mut delimiters: Option<&mut Delimiters>,
        limits: &Limits,
    ) -> Result<Vec<u8>, MimeError> {
        let mut header = Vec::new();
        loop {
            let line = self.line()?.ok_or(MimeError::HeaderEnd)?;
            if line.starts && matches!(line.octets, b"\n" | b"\r\n") {
                return Ok(header);
            }
            if let (true, Some(delimiters)) = (line.starts, &mut delimiters)
                && delimiters.judge(line.octets)?.is_some()
            {
                return Err(MimeError::HeaderEnd);
            }
            header.extend_from_slice(line.octets);
            check_header(header.len(), limits)?;
        }
    }
}
