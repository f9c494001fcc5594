//! Writing a package: the envelope first, then the attachments. Each is read once and never held as a whole.

use std::io::{self, Read, Write};

use wss_crypto::{CryptoError, Random, fresh_name};

use super::content::for_each_piece;
use super::field::is_field;

const TRANSFER_ENCODING: &str = "Content-Transfer-Encoding";

/// Writes a `multipart/related` package part by part (RFC 2387). The transport takes [`PackageWriter::content_type`].
/// [`PackageWriter::finish`] closes the package.
///
/// ```
/// use wss_crypto::SystemRandom;
/// use wss_soap::mime::PackageWriter;
///
/// let mut writer = PackageWriter::new(Vec::new(), "text/xml", &SystemRandom)?;
/// writer.part(&[("Content-ID", "<root>"), ("Content-Type", "text/xml")], &mut "<e/>".as_bytes())?;
/// writer.part(&[("Content-ID", "<a@x>")], &mut "hello".as_bytes())?;
/// assert!(writer.content_type().starts_with("multipart/related;"));
/// let octets = writer.finish()?;
/// assert!(String::from_utf8(octets)?.contains("hello"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PackageWriter<W: Write> {
    out: W,
    boundary: String,
    root_type: String,
    start_info: Option<String>,
}

impl<W: Write> std::fmt::Debug for PackageWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackageWriter").field("boundary", &self.boundary).finish_non_exhaustive()
    }
}

impl<W: Write> PackageWriter<W> {
    /// A package with this type of root: `text/xml` for SOAP 1.1, `application/soap+xml` for SOAP 1.2. Does not write
    /// yet. The boundary is random, so that no content contains it.
    ///
    /// # Errors
    /// [`CryptoError`] if there is no randomness.
    pub fn new(out: W, root_type: &str, random: &dyn Random) -> Result<Self, CryptoError> {
        Ok(Self::with_boundary(out, root_type, fresh_boundary(random)?))
    }

    /// A package with this boundary, which no content may contain: a [`fresh_boundary`].
    pub fn with_boundary(out: W, root_type: &str, boundary: String) -> Self {
        Self { out, boundary, root_type: root_type.to_owned(), start_info: None }
    }

    /// The type of a XOP package's root before XOP.
    #[must_use]
    pub fn start_info(mut self, root_type: &str) -> Self {
        self.start_info = Some(root_type.to_owned());
        self
    }

    /// The value of `Content-Type` for the package.
    #[must_use]
    pub fn content_type(&self) -> String {
        let start_info = self.start_info.as_ref().map(|info| format!("; start-info=\"{info}\"")).unwrap_or_default();
        format!("multipart/related; type=\"{}\"{start_info}; boundary=\"{}\"", self.root_type, self.boundary)
    }

    /// Writes a part: its header fields, in order, and its content. The first part is the root. The content is not
    /// encoded, and the headers say so.
    ///
    /// # Errors
    /// Errors of `content` and of the output; [`io::ErrorKind::InvalidInput`] if a name is not a token, or a value
    /// contains a line break or another control character.
    pub fn part(&mut self, fields: &[(&str, &str)], content: &mut dyn Read) -> io::Result<()> {
        for (name, value) in fields {
            if !is_field(name, value) {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no MIME header field: {name:?}")));
            }
        }
        write!(self.out, "--{}\r\n", self.boundary)?;
        for (name, value) in fields {
            write!(self.out, "{name}: {value}\r\n")?;
        }
        if !fields.iter().any(|(name, _)| name.eq_ignore_ascii_case(TRANSFER_ENCODING)) {
            write!(self.out, "{TRANSFER_ENCODING}: binary\r\n")?;
        }
        self.out.write_all(b"\r\n")?;
        for_each_piece(content, |piece| self.out.write_all(piece))?;
        self.out.write_all(b"\r\n")
    }

    /// Closes the package.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn finish(mut self) -> io::Result<W> {
        write!(self.out, "--{}--\r\n", self.boundary)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// A boundary that no content contains.
///
/// # Errors
/// [`CryptoError`] if there is no randomness.
pub fn fresh_boundary(random: &dyn Random) -> Result<String, CryptoError> {
    fresh_name(random, "=_")
}

#[cfg(test)]
mod tests {
    use wss_crypto::SystemRandom;

    use wss_c14n::Limits;

    use super::super::Package;
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let contents: [&[u8]; 6] = [b"", b"\r\n", b"--", b"a\r\n--=_b--\r\n", b"\0\xFF\r", &[b'x'; 200_000]];
        let mut writer = PackageWriter::new(Vec::new(), "text/xml", &SystemRandom).expect("randomness");
        let content_type = writer.content_type();
        writer.part(&[("Content-Type", "text/xml; charset=utf-8")], &mut &b"<a/>"[..]).expect("written");
        for (nth, content) in contents.iter().enumerate() {
            let id = format!("<{nth}@b>");
            writer.part(&[("Content-ID", &id), ("Content-Type", "a/b")], &mut &content[..]).expect("written");
        }
        let body = writer.finish().expect("closed");
        let package = Package::parse_body(&content_type, &body, &Limits::default()).expect("a package");
        assert_eq!(package.unauthenticated_envelope(), b"<a/>");
        for (nth, (part, content)) in package.attachments().iter().zip(contents).enumerate() {
            assert_eq!(part.content_id(), Some(format!("{nth}@b").as_str()));
            assert_eq!(part.unauthenticated_content().expect("in memory").as_ref(), content);
        }
        assert_eq!(package.attachments().len(), contents.len());
    }

    #[test]
    fn no_value_ends_its_line() {
        let mut writer = PackageWriter::new(Vec::new(), "text/xml", &SystemRandom).expect("randomness");
        for (name, value) in [("X", "a\r\nY: b"), ("X", "a\nb"), ("X:Y", "a"), ("", "a"), ("X Y", "a"), ("X", "\0")] {
            let refused = writer.part(&[(name, value)], &mut &b""[..]);
            assert_eq!(refused.map_err(|error| error.kind()), Err(io::ErrorKind::InvalidInput), "{name:?} {value:?}");
        }
        assert!(writer.finish().expect("closed").starts_with(b"--=_"), "nothing of them was written");
    }
}
