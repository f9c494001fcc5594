//! The octets of a part that are digested: its content, and with the complete transform also its header (SwA Profile
//! 1.1.1 §4.4).

use std::borrow::Cow;
use std::io::{self, Read};

use wss_c14n::{
    Budget, Canonicalization, CanonicalizeError, Document, Limit, ParseError, Subset, base64_decode, transcode,
};
use wss_crypto::{Digest, DigestMethod, DigestValue};
use wss_text::{Slice as _, hex_octet};

use super::content::{Content, PIECE, Pieces, Refill, for_each_piece};
use super::error::MimeError;
use super::field::{Fields, Structured, in_charset};
use super::part::MimePart;

/// The covered header fields, in the order of the output.
pub const COVERED: [&str; 5] =
    ["Content-Description", "Content-Disposition", "Content-ID", "Content-Location", "Content-Type"];
/// Parameters whose values are compared without case, as in WSS4J and Metro.
const WITHOUT_CASE: [&str; 8] =
    ["charset", "creation-date", "filename", "modification-date", "padding", "read-date", "size", "type"];
const DEFAULT_TYPE: &str = "text/plain;charset=\"us-ascii\"";

/// The content of a part in the form that is digested: XML in exclusive canonical form without comments, other text
/// with CRLF at line ends, all other content unchanged.
#[derive(Debug, Clone)]
pub struct Canonical<'m> {
    content: Content<'m>,
    /// Line ends become CRLF while it is read.
    is_text: bool,
}

impl<'m> Canonical<'m> {
    /// The content of `part` in the form that is digested.
    ///
    /// # Errors
    /// [`MimeError::NotXml`], [`MimeError::Limit`], [`MimeError::Io`], and the errors of reading the Content-Type.
    pub fn of(part: &MimePart<'m>, budget: &Budget) -> Result<Self, MimeError> {
        let media_type = part.unauthenticated_media_type()?;
        if is_xml(&media_type) {
            let len = usize::try_from(part.unauthenticated_octets().len()).unwrap_or(usize::MAX);
            budget.check(Limit::DocumentOctets, len)?;
            let content = part.unauthenticated_content()?;
            let text = transcode(&content).map_err(not_xml)?;
            let document = Document::parse_within(text, budget).map_err(not_xml)?;
            let subset = Subset::document(&document).without_comments();
            let octets = Canonicalization::default().to_octets(&subset, budget).map_err(|error| match error {
                CanonicalizeError::Limit(exceeded) => exceeded.into(),
                _ => MimeError::NotXml,
            })?;
            return Ok(Self { content: octets.into(), is_text: false });
        }
        Ok(Self { content: part.unauthenticated_octets().clone(), is_text: media_type.starts_with("text/") })
    }

    /// The content of `part` unchanged, whatever its media type: the plaintext of an `xenc:EncryptedData` is binary.
    #[must_use]
    pub fn as_it_is(part: &MimePart<'m>) -> Self {
        Self { content: part.unauthenticated_octets().clone(), is_text: false }
    }

    /// Reads it from its beginning.
    #[must_use]
    pub fn reader(&self) -> Box<dyn Read + '_> {
        if self.is_text { Box::new(LineEnds::reader(self.content.reader())) } else { self.content.reader() }
    }

    fn for_each_piece(&self, take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        if self.is_text { for_each_piece(self.reader(), take) } else { self.content.for_each_piece(take) }
    }

    /// All of it, in memory.
    ///
    /// # Errors
    /// [`io::Error`] of its file.
    pub fn read_all(&self) -> io::Result<Cow<'_, [u8]>> {
        if !self.is_text {
            return self.content.read_all();
        }
        let mut octets = Vec::new();
        self.reader().read_to_end(&mut octets)?;
        Ok(Cow::Owned(octets))
    }

    /// The same with owned data.
    #[must_use]
    pub fn into_owned(self) -> Canonical<'static> {
        Canonical { content: self.content.into_owned(), is_text: self.is_text }
    }
}

fn not_xml(error: ParseError) -> MimeError {
    match error {
        ParseError::Limit(exceeded) => exceeded.into(),
        _ => MimeError::NotXml,
    }
}

/// The digests of a part.
#[derive(Debug, Clone, Copy)]
pub struct PartDigest {
    /// The digest that the profile says.
    pub value: DigestValue,
    /// The digest of Metro, which writes an empty line after the header, if that was asked for.
    pub with_empty_line: Option<DigestValue>,
}

/// Digests a part, with its header if `complete`. With `empty_line`, digests it in Metro's reading as well. Octets are
/// charged to `budget` before they are digested.
///
/// # Errors
/// [`MimeError`] if the part has no canonical form; [`MimeError::Limit`].
pub fn digest(
    part: &MimePart<'_>,
    complete: bool,
    empty_line: bool,
    method: DigestMethod,
    budget: &Budget,
) -> Result<PartDigest, MimeError> {
    if let (Some(value), false, DigestMethod::Sha256) = (part.sha256(), complete, method)
        && !is_canonicalised(&part.unauthenticated_media_type()?)
    {
        return Ok(PartDigest { value, with_empty_line: None });
    }
    budget.charge(Limit::DigestedOctets, part.unauthenticated_octets().len())?;
    let canonical = Canonical::of(part, budget)?;
    let mut digest = Digest::new(method);
    let mut with_empty_line = (complete && empty_line).then(|| Digest::new(method));
    if complete {
        let header = canonical_header(part.unauthenticated_fields())?;
        // Each reference writes the header again.
        budget.charge(Limit::DigestedOctets, header.len() as u64)?;
        digest.update(header.as_bytes());
        if let Some(other) = &mut with_empty_line {
            other.update(header.as_bytes());
            other.update(b"\r\n");
        }
    }
    canonical.for_each_piece(|piece| {
        digest.update(piece);
        if let Some(other) = &mut with_empty_line {
            other.update(piece);
        }
        Ok(())
    })?;
    Ok(PartDigest { value: digest.finish(), with_empty_line: with_empty_line.map(Digest::finish) })
}

/// Whether content of this type is changed before it is digested.
#[must_use]
pub fn is_canonicalised(media_type: &str) -> bool {
    is_xml(media_type) || media_type.starts_with("text/")
}

fn is_xml(media_type: &str) -> bool {
    matches!(media_type, "text/xml" | "application/xml") || media_type.ends_with("+xml")
}

/// Changes CR, LF and CRLF to CRLF.
struct LineEnds<R> {
    text: R,
    piece: Vec<u8>,
    after_cr: bool,
}

impl<R: Read> LineEnds<R> {
    fn reader(text: R) -> Pieces<Self> {
        Pieces::new(Self { text, piece: vec![0; PIECE], after_cr: false }, Vec::new())
    }
}

impl<R: Read> Refill for LineEnds<R> {
    fn refill(&mut self, ready: &mut Vec<u8>) -> io::Result<bool> {
        let count = self.text.read(&mut self.piece)?;
        let mut rest = self.piece.slice(..count);
        while let [first, tail @ ..] = rest {
            rest = tail;
            match first {
                b'\n' if self.after_cr => self.after_cr = false,
                b'\r' | b'\n' => {
                    ready.extend(b"\r\n");
                    self.after_cr = *first == b'\r';
                }
                _ => {
                    let end = memchr::memchr2(b'\r', b'\n', tail).unwrap_or(tail.len());
                    let (line, after) = tail.split_at(end);
                    ready.push(*first);
                    ready.extend_from_slice(line);
                    self.after_cr = false;
                    rest = after;
                }
            }
        }
        Ok(count > 0)
    }
}

/// The header in the form of the complete transform: each line ends with one CRLF, and nothing follows the last. This
/// is WSS4J's form. Metro adds an empty line.
///
/// # Errors
/// [`MimeError`] if a covered field cannot be read, or has a control character once it is decoded: an end of a line in one value
/// would be the beginning of another field, or of the content.
pub fn canonical_header(fields: &Fields) -> Result<String, MimeError> {
    let mut out = String::new();
    for name in COVERED {
        let value = match fields.get(name)? {
            Some(value) => canonical_value(name, value)?,
            None if name == "Content-Type" => DEFAULT_TYPE.to_owned(),
            None => continue,
        };
        out.push_str(name);
        out.push(':');
        out.push_str(&value);
        out.push_str("\r\n");
    }
    Ok(out)
}

/// The Content-Type in the form of the complete transform; `None` if the header has none.
#[must_use]
pub fn canonical_type(fields: &Fields) -> Option<String> {
    let value = fields.get("Content-Type").ok().flatten()?;
    canonical_value("Content-Type", value).ok()
}

fn canonical_value(name: &str, value: &str) -> Result<String, MimeError> {
    let canonical = decoded_value(name, value)?;
    match canonical.chars().any(|character| character.is_ascii_control() && character != '\t') {
        true => Err(MimeError::ControlCharacter { line: value.into() }),
        false => Ok(canonical),
    }
}

fn decoded_value(name: &str, value: &str) -> Result<String, MimeError> {
    match name {
        "Content-Description" => decoded_words(value).ok_or_else(|| MimeError::Header { line: value.into() }),
        // Values are case-sensitive.
        "Content-ID" | "Content-Location" => Ok(Structured::parse(value)?.value),
        _ => {
            let structured = Structured::parse(value)?;
            let mut out = structured.value.to_ascii_lowercase();
            for (name, value) in structured.parameters() {
                let has_case = !WITHOUT_CASE.contains(&name.as_str());
                let value = if has_case { value.clone() } else { value.to_ascii_lowercase() };
                out.push_str(&format!(";{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")));
            }
            Ok(out)
        }
    }
}

/// Decodes the encoded words of unstructured text. White space between two of them is dropped (RFC 2047 §6.2).
fn decoded_words(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (before, from) = rest.split_at(start);
        let Some((word, len)) = encoded_word(from) else {
            out.push_str(before);
            out.push_str("=?");
            rest = from.get(2..)?;
            after_word = false;
            continue;
        };
        if !(after_word && before.chars().all(|c| matches!(c, ' ' | '\t'))) {
            out.push_str(before);
        }
        out.push_str(&word);
        rest = from.get(len..)?;
        after_word = true;
    }
    out.push_str(rest);
    Some(out)
}

/// Decodes `=?charset?B|Q?text?=` at the front, and returns its length. None of the three pieces has a question mark
/// (RFC 2047 §2). Words above 75 characters are read, as peers do.
fn encoded_word(text: &str) -> Option<(String, usize)> {
    let mut pieces = text.strip_prefix("=?")?.splitn(4, '?');
    let (charset, encoding, encoded) = (pieces.next()?, pieces.next()?, pieces.next()?);
    pieces.next()?.strip_prefix('=')?;
    let octets = match encoding {
        "B" | "b" => base64_decode(encoded, 1_024)?,
        "Q" | "q" => {
            let mut octets = Vec::new();
            let mut rest = encoded.as_bytes();
            while let [first, tail @ ..] = rest {
                rest = tail;
                match first {
                    b'_' => octets.push(b' '),
                    b'=' => {
                        let [high, low, tail @ ..] = tail else { return None };
                        octets.push(hex_octet(*high, *low)?);
                        rest = tail;
                    }
                    octet => octets.push(*octet),
                }
            }
            octets
        }
        _ => return None,
    };
    let decoded = in_charset(&octets, &charset.to_ascii_lowercase())?;
    let len = 2 + charset.len() + 1 + encoding.len() + 1 + encoded.len() + 2;
    Some((decoded, len))
}

#[cfg(test)]
mod tests {
    use wss_c14n::Limits;

    use super::super::package::Package;
    use super::*;

    fn with_part<T>(part: &str, look: impl FnOnce(&MimePart<'_>) -> T) -> T {
        let body = format!("--b\r\n\r\n\r\n--b\r\n{part}\r\n--b--");
        let package = Package::parse_body("multipart/related; boundary=b", body.as_bytes(), &Limits::default());
        look(&package.expect("a package").attachments()[0])
    }

    fn content(media_type: &str, content: &str) -> Result<String, MimeError> {
        with_part(&format!("Content-Type: {media_type}\r\n\r\n{content}"), |part| {
            let canonical = Canonical::of(part, &Budget::dangerous_unbounded())?;
            let octets = canonical.read_all().expect("in memory");
            Ok(String::from_utf8_lossy(&octets).into_owned())
        })
    }

    #[test]
    fn content_is_canonical_by_its_type() {
        let xml = "<?p q?><!-- c --><a  b='1'/>";
        for media_type in ["text/xml", "APPLICATION/XML; charset=utf-8", "image/svg+xml"] {
            assert_eq!(content(media_type, xml).as_deref(), Ok("<?p q?>\n<a b=\"1\"></a>"), "{media_type}");
            assert_eq!(content(media_type, "<a>"), Err(MimeError::NotXml));
            assert_eq!(content(media_type, "<!DOCTYPE a><a/>"), Err(MimeError::NotXml));
        }
        assert_eq!(content("text/plain", "a\nb\rc\r\nd\r\re\n\r").as_deref(), Ok("a\r\nb\r\nc\r\nd\r\n\r\ne\r\n\r\n"));
        assert_eq!(content("text/plain", "a\r\nb").as_deref(), Ok("a\r\nb"));
        assert_eq!(content("application/octet-stream", "a\nb").as_deref(), Ok("a\nb"));
    }

    fn header(part: &str) -> String {
        with_part(&format!("{part}\r\n\r\n"), |part| canonical_header(part.unauthenticated_fields()).expect("readable"))
    }

    /// The steps of the profile, with their numbers in our summary (§6.3.2).
    #[test]
    fn headers_are_canonical_by_the_profile() {
        // The example of step 20.
        assert_eq!(
            header("Content-Type: Text/XML; charset=UTF-8 (comment)"),
            "Content-Type:text/xml;charset=\"utf-8\"\r\n"
        );
        // 2 to 4: the covered fields, their order and case, and the default type.
        assert_eq!(
            header("X-Other: 1\r\ncontent-location: http://A/b\r\nCONTENT-ID: <A@b>\r\nContent-Length: 4"),
            "Content-ID:<A@b>\r\nContent-Location:http://A/b\r\nContent-Type:text/plain;charset=\"us-ascii\"\r\n"
        );
        // 5, 8, 10, 12, 13, 15: folding, case, and the order of parameters.
        assert_eq!(
            header(
                "Content-Disposition:\r\n Attachment;\r\n\tSize=3;FileName=\"A b.TXT\"\r\nContent-Type: a/b; name=\"N\\\"\\x\"; a=1"
            ),
            "Content-Disposition:attachment;filename=\"a b.txt\";size=\"3\"\r\nContent-Type:a/b;a=\"1\";name=\"N\\\"x\"\r\n"
        );
        // 6, 8: encoded words, and the blank after the colon.
        assert_eq!(
            header("Content-Description: =?iso-8859-1?Q?Z=FCrich?= =?utf-8?b?w7w=?= (x)\r\nContent-Type: a/b"),
            "Content-Description: Zürichü (x)\r\nContent-Type:a/b\r\n"
        );
        // A long word is decoded. Text that only begins as a word stays as it is written.
        let long = "a".repeat(80);
        assert_eq!(
            header(&format!(
                "Content-Description: =?utf-8?q?{long}?= =?x =?utf-8?q?a?b?= =?utf-8?x?a?=\r\nContent-Type: a/b"
            )),
            format!("Content-Description: {long} =?x =?utf-8?q?a?b?= =?utf-8?x?a?=\r\nContent-Type:a/b\r\n")
        );
        // 14: continuations and character sets.
        assert_eq!(
            header("Content-Type: a/b; name*0*=utf-8'de'Z%C3%BC; name*1=rich"),
            "Content-Type:a/b;name=\"Zürich\"\r\n"
        );
    }

    /// A value that ends its line could be another field, or the beginning of the content. The controls of Latin-1,
    /// which mail programs of Windows write for quotes, end no line.
    #[test]
    fn no_value_ends_its_line() {
        for fields in [
            "Content-Description: =?utf-8?Q?D=0D=0AContent-Type:text/html=0D=0A?=\r\nContent-Type: a/b",
            "Content-Description: =?utf-8?B?DQo=?=",
            "Content-Type: a/b; name*=utf-8''a%0D%0AContent-Type:text/html%0D%0A",
            "Content-Disposition: attachment; filename*0*=utf-8''a%0A; filename*1=b",
        ] {
            let refused =
                with_part(&format!("{fields}\r\n\r\n"), |part| canonical_header(part.unauthenticated_fields()));
            assert!(matches!(refused, Err(MimeError::ControlCharacter { .. })), "{fields}: {refused:?}");
        }
        assert_eq!(
            header("Content-Description: =?utf-8?Q?a=09b?="),
            "Content-Description: a\tb\r\nContent-Type:text/plain;charset=\"us-ascii\"\r\n"
        );
    }
}
