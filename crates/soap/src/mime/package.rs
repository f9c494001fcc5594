//! The package: `multipart/related` with the envelope as its root (RFC 2387, RFC 2046 §5.1).
//!
//! The reader is strict: two readers that disagree on the end of a part disagree on what was signed. The boundary is at
//! the start of its line, one kind of line break ends every delimiter, the last delimiter closes the package, and no
//! two parts have one Content-ID.

use std::collections::HashSet;
use std::io::Read;

use wss_c14n::{Limit, Limits};
use wss_text::Slice as _;

use super::error::MimeError;
use super::field::{Fields, Structured};
use super::part::MimePart;
use super::spool::Spool;
use super::wire::{Lines, parts_of, read_parts, split_header};
use super::xop;

/// A message with attachments: in memory, or with attachments that are spooled to files.
///
/// ```
/// use wss_c14n::Limits;
/// use wss_soap::mime::Package;
///
/// let body = b"--b\r\nContent-ID: <root>\r\n\r\n<e/>\r\n--b\r\nContent-ID: <a@x>\r\n\r\nhello\r\n--b--\r\n";
/// let package = Package::parse_body("multipart/related; boundary=b", body, &Limits::default())?;
/// assert_eq!(package.unauthenticated_envelope(), b"<e/>");
/// assert_eq!(package.attachments()[0].content_id(), Some("a@x"));
/// assert_eq!(package.attachments()[0].unauthenticated_content()?.as_ref(), b"hello");
/// # Ok::<(), wss_soap::mime::MimeError>(())
/// ```
#[derive(Clone)]
pub struct Package<'m> {
    /// The root part, whose content is in memory.
    root: MimePart<'m>,
    attachments: Vec<MimePart<'m>>,
    /// The spool for large content.
    spool: Option<Spool>,
}

impl std::fmt::Debug for Package<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Package").field("root", &self.root).field("attachments", &self.attachments).finish()
    }
}

impl<'m> Package<'m> {
    /// Reads a message that starts with its MIME headers, including `Content-Type: multipart/related`.
    ///
    /// # Errors
    /// [`MimeError`].
    ///
    /// # Specification
    /// RFC 2387, SOAP Messages with Attachments §3.
    pub fn parse(message: &'m [u8], limits: &Limits) -> Result<Self, MimeError> {
        if message.trim_ascii_start().starts_with(b"<") {
            return Err(MimeError::PlainEnvelope);
        }
        let (header, body) = split_header(message, limits)?;
        let fields = Fields::parse(header, limits)?;
        let content_type = fields.get("Content-Type")?.unwrap_or_default();
        Self::parse_body(content_type, body, limits)
    }

    /// As [`Package::parse`], if the transport has the `Content-Type`: takes the value of that header, and the octets
    /// of the body.
    ///
    /// # Errors
    /// [`MimeError`].
    pub fn parse_body(content_type: &str, body: &'m [u8], limits: &Limits) -> Result<Self, MimeError> {
        let related = Related::parse(content_type, limits)?;
        let parts = parts_of(body, &related.boundary, limits)?;
        Self::of_parts(parts, &related, limits, None)
    }

    /// Reads a message that starts with its MIME headers from a stream. Only the envelope is in memory, and the small
    /// attachments that `spool` keeps there.
    ///
    /// # Errors
    /// [`MimeError`]; [`MimeError::Io`] if the stream or the spool fails.
    pub fn read(message: impl Read, limits: &Limits, spool: &Spool) -> Result<Package<'static>, MimeError> {
        let mut lines = Lines::new(message);
        let fields = Fields::parse(&lines.header(None, limits).map_err(unless_plain)?, limits).map_err(unless_plain)?;
        let content_type = fields.get("Content-Type")?.unwrap_or_default();
        Package::of_stream(content_type, lines, limits, spool)
    }

    /// As [`Package::read`], if the transport has the `Content-Type`: takes the value of that header, and the body.
    ///
    /// # Errors
    /// [`MimeError`].
    pub fn read_body(
        content_type: &str,
        body: impl Read,
        limits: &Limits,
        spool: &Spool,
    ) -> Result<Package<'static>, MimeError> {
        Package::of_stream(content_type, Lines::new(body), limits, spool)
    }

    fn of_stream<R: Read>(
        content_type: &str,
        lines: Lines<R>,
        limits: &Limits,
        spool: &Spool,
    ) -> Result<Package<'static>, MimeError> {
        let related = Related::parse(content_type, limits)?;
        let parts = read_parts(lines, &related.boundary, limits, spool)?;
        Package::of_parts(parts, &related, limits, Some(spool))
    }

    fn of_parts(
        mut parts: Vec<MimePart<'m>>,
        related: &Related,
        limits: &Limits,
        spool: Option<&Spool>,
    ) -> Result<Self, MimeError> {
        let mut ids = HashSet::new();
        for id in parts.iter().filter_map(MimePart::content_id) {
            if !ids.insert(id) {
                return Err(MimeError::DuplicateId { id: id.into() });
            }
        }
        let root = match &related.start {
            Some(start) => parts.iter().position(|part| part.content_id() == Some(start)).ok_or(MimeError::NoRoot)?,
            None if parts.is_empty() => return Err(MimeError::NoRoot),
            None => 0,
        };
        let mut root = parts.remove(root);
        let len = usize::try_from(root.unauthenticated_octets().len()).unwrap_or(usize::MAX);
        limits.check(Limit::PackagedEnvelopeOctets, len)?;
        root.read_into_memory()?;
        Ok(Self { root, attachments: parts, spool: spool.cloned() })
    }

    /// Whether a message starts with MIME headers, not with an envelope.
    #[must_use]
    pub fn is_one(message: &[u8]) -> bool {
        let start = message.slice(..message.len().min(16 << 10));
        let lines = start.split(|octet| *octet == b'\n').take_while(|line| !line.trim_ascii().is_empty());
        let mut lines = lines.map(<[u8]>::to_ascii_lowercase);
        lines.any(|line| line.starts_with(b"content-type:")) && !start.trim_ascii_start().starts_with(b"<")
    }

    /// The part with the envelope.
    #[must_use]
    pub fn root(&self) -> &MimePart<'m> {
        &self.root
    }

    /// The envelope. Nothing proves who wrote it.
    #[must_use]
    pub fn unauthenticated_envelope(&self) -> &[u8] {
        self.root.unauthenticated_octets().as_slice().unwrap_or_default()
    }

    /// The attachments, in order.
    #[must_use]
    pub fn attachments(&self) -> &[MimePart<'m>] {
        &self.attachments
    }

    /// Whether base64 of the envelope may be in other parts (XOP).
    #[must_use]
    pub fn is_xop(&self) -> bool {
        self.root.unauthenticated_media_type().is_ok_and(|media_type| media_type == xop::MEDIA_TYPE)
    }

    /// The spool for its large attachments and their plaintext.
    #[must_use]
    pub fn spool(&self) -> Option<&Spool> {
        self.spool.as_ref()
    }
}

/// The parameters of the package's Content-Type.
struct Related {
    boundary: String,
    start: Option<String>,
}

impl Related {
    fn parse(content_type: &str, limits: &Limits) -> Result<Self, MimeError> {
        let stated = Structured::from_outside(content_type, limits)?;
        let boundary = stated.parameter("boundary").filter(|boundary| is_boundary(boundary));
        let boundary = match boundary {
            Some(boundary) if stated.value.eq_ignore_ascii_case("multipart/related") => boundary.to_owned(),
            _ => return Err(MimeError::NotRelated { found: stated.value.into() }),
        };
        let start = stated.parameter("start");
        let bare = |start: &str| match start.strip_prefix('<').and_then(|id| id.strip_suffix('>')) {
            Some(id) => id.to_owned(),
            None => start.to_owned(),
        };
        Ok(Self { boundary, start: start.map(bare) })
    }
}

/// RFC 2046 §5.1.1: 1 to 70 characters, no blank at the end.
fn is_boundary(boundary: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "'()+_,-./:=? ".contains(c);
    (1..=70).contains(&boundary.len()) && boundary.chars().all(allowed) && !boundary.ends_with(' ')
}

/// `error`, or [`MimeError::PlainEnvelope`] if the header that cannot be read is XML.
fn unless_plain(error: MimeError) -> MimeError {
    match error {
        MimeError::Header { line } if line.as_str().trim_start_matches(['\u{feff}', ' ']).starts_with('<') => {
            MimeError::PlainEnvelope
        }
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use wss_c14n::Exceeded;

    use super::super::wire::MAX_DELIMITER;
    use super::*;

    const HEAD: &str =
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/xml\";\r\n boundary=b\r\n\r\n";

    fn package(body: &str) -> Result<Vec<(Option<String>, String)>, MimeError> {
        let message = format!("{HEAD}{body}");
        let in_memory = Package::parse(message.as_bytes(), &Limits::default());
        // The result does not depend on the pieces in which a stream arrives.
        for piece in [1, 4_096] {
            let stream = InPieces(message.as_bytes(), piece);
            let spool = Spool::in_folder("/nowhere/at/all").keep_in_memory(1 << 20);
            let streamed = Package::read(stream, &Limits::default(), &spool);
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
            self.0.read(&mut out[..len])
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

    /// Every arrangement of a few lines, from memory and from a stream.
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
        // The package has only line feeds, and its first delimiter has CRLF.
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
        assert_eq!(package(two), Err(MimeError::DuplicateId { id: "a".into() }));
        for wrong in [
            "",
            "--b--",
            "--b\r\n\r\nroot\r\n",
            "--b\r\n\r\nroot\r\n--b",
            "--b\r\n\r\nroot\n--b--",
            "--b\r\n\r\nroot\r\n--b\n\r\n\r\n--b--",
            "--b\r\nx\r\n\r\nroot\r\n--b--",
            "--b\r\nContent-ID: <a\r\n\r\nroot\r\n--b--",
            "--b\r\nContent-ID: a\r\n\r\nroot\r\n--b\r\nContent-ID: <a>\r\n\r\n--b--",
            "--b\r\nContent-Transfer-Encoding: x-own\r\n\r\nroot\r\n--b--",
            "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nA\r\n--b--",
            "--b\r\nContent-ID: <a>\r\nContent-ID: <b>\r\n\r\nroot\r\n--b--",
        ] {
            assert!(package(wrong).is_err(), "{wrong:?}");
        }
        let others =
            ["text/xml", "multipart/mixed; boundary=b", "multipart/related", "multipart/related; boundary=\"a \""];
        for content_type in others {
            assert!(Package::parse_body(content_type, b"--b\r\n\r\n\r\n--b--", &Limits::default()).is_err());
        }
    }

    fn limits_of(all: u64) -> Limits {
        Limits::default().with(Limit::PackagedEnvelopeOctets, 4).with(Limit::PackageOctets, all)
    }

    #[test]
    fn limits_hold() {
        let many: String = (0..70).map(|_| "--b\r\n\r\n\r\n".to_owned()).collect();
        let error = package(&(many + "--b--")).expect_err("too many");
        assert!(matches!(error, MimeError::Limit(Exceeded { limit: Limit::MimeParts, .. })));
        let long = format!("--b\r\nX: {}\r\n\r\n\r\n--b--", "x".repeat(20 << 10));
        assert!(matches!(package(&long), Err(MimeError::Limit(_))));
        // All parts together, in their transfer encoding.
        let two = format!("--b\r\n\r\n<a/>\r\n--b\r\n\r\n{0}\r\n--b\r\n\r\n{0}\r\n--b--", "x".repeat(1_000));
        let spool = Spool::in_folder("/nowhere/at/all").keep_in_memory(1 << 20);
        for (envelope, all, fits) in [(4, 2_100, true), (3, 2_100, false), (4, 1_999, false)] {
            let limits =
                Limits::default().with(Limit::PackagedEnvelopeOctets, envelope).with(Limit::PackageOctets, all);
            let in_memory = Package::parse_body("multipart/related; boundary=b", two.as_bytes(), &limits);
            let streamed = Package::read_body("multipart/related; boundary=b", two.as_bytes(), &limits, &spool);
            assert_eq!((in_memory.is_ok(), streamed.is_ok()), (fits, fits), "{envelope} {all}");
        }
        // Also the text before the first part.
        let before = format!("{}\r\n--b\r\n\r\n\r\n--b--", "x".repeat(100));
        for (all, fits) in [(102, true), (101, false)] {
            let limits = limits_of(all);
            let in_memory = Package::parse_body("multipart/related; boundary=b", before.as_bytes(), &limits);
            let streamed = Package::read_body("multipart/related; boundary=b", before.as_bytes(), &limits, &spool);
            assert_eq!((in_memory.is_ok(), streamed.is_ok()), (fits, fits), "{all}");
        }
        // A stream without a delimiter ends in an error.
        let endless =
            Package::read_body("multipart/related; boundary=b", io::repeat(b'x'), &limits_of(1 << 20), &spool);
        assert!(matches!(endless, Err(MimeError::Limit(_))));
    }

    #[test]
    fn the_root_is_the_first_part_or_the_one_that_start_names() {
        let body = b"--b\r\nContent-ID: <a>\r\n\r\n1\r\n--b\r\nContent-ID: <r>\r\n\r\n2\r\n--b--";
        let root = |start: &str| {
            let content_type = format!("multipart/related; boundary=b{start}");
            Package::parse_body(&content_type, body, &Limits::default())
                .map(|package| package.root().content_id().map(str::to_owned))
        };
        assert_eq!(root(""), Ok(Some("a".to_owned())));
        assert_eq!(root("; start=\"<r>\""), Ok(Some("r".to_owned())));
        assert_eq!(root("; start=\"<x>\""), Err(MimeError::NoRoot));
    }
}
