//! Attachments to send, and received ones.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use wss_text::shown;

use flate2::Compression;
use flate2::read::{GzEncoder, MultiGzDecoder};
use wss_c14n::{Budget, Exceeded, Limit, Limits};
use wss_crypto::{DigestMethod, DigestValue};
use wss_soap::mime::{
    COVERED, Canonical, Content, Fields, MimeError, MimePart, Spool, SpoolWriter, digest, for_each_piece,
    is_canonicalised, is_field, url_of,
};

use super::cipher::{Seal, SealTime, header_of};

/// The field that the writer of a package adds.
pub(super) const TRANSFER_ENCODING: &str = "Content-Transfer-Encoding: binary\r\n";

/// The most octets that a cipher adds: an initialisation vector, and a tag or padding.
const OF_A_CIPHER: u64 = 32;

/// An attachment to send. Cloning is cheap.
#[derive(Clone)]
pub struct Attachment {
    pub(super) content_id: String,
    pub(super) fields: Fields,
    content: Content<'static>,
    /// The encryptions that are applied when it is written, the last one outermost.
    seals: Vec<Seal>,
}

impl std::fmt::Debug for Attachment {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachment")
            .field("content_id", &shown(&self.content_id))
            .field("fields", &self.fields)
            .field("content", &self.content)
            .field("seals", &self.seals)
            .finish()
    }
}

impl Attachment {
    /// An attachment with this Content-ID, without angle brackets, and Content-Type.
    ///
    /// # Errors
    /// [`MimeError::Header`] if one of them is not a valid value of a header field.
    pub fn new(
        content_id: impl Into<String>,
        content_type: impl Into<String>,
        content: impl Into<Vec<u8>>,
    ) -> Result<Self, MimeError> {
        let content_id = content_id.into();
        let wrong = || MimeError::Header { line: content_id.as_str().into() };
        let allowed = |c: char| c.is_ascii_graphic() && !"<>()\";,\\".contains(c);
        if content_id.is_empty() || !content_id.chars().all(allowed) {
            return Err(wrong());
        }
        let bracketed = format!("<{content_id}>");
        let content = content.into().into();
        let attachment = Self { content_id, fields: Fields::default(), content, seals: Vec::new() };
        attachment.field("Content-ID", bracketed)?.field("Content-Type", content_type)
    }

    /// An attachment whose content is a whole file. The file is read whenever it is needed, once to sign it and once to
    /// write it, and must not change until the package is written.
    ///
    /// # Errors
    /// As [`Attachment::new`]; [`MimeError::Io`].
    pub fn of_file(
        content_id: impl Into<String>,
        content_type: impl Into<String>,
        content: File,
    ) -> Result<Self, MimeError> {
        let attachment = Self::new(content_id, content_type, Vec::new())?;
        Ok(Self { content: Content::file(content)?, ..attachment })
    }

    /// Compresses it with gzip, as AS4 does before security is applied: it becomes an attachment of type
    /// `application/gzip`. Large content goes to `spool`; without a spool it stays in memory.
    ///
    /// # Errors
    /// [`MimeError::Io`].
    ///
    /// # Specification
    /// AS4 Profile of ebMS 3.0 §3.1. The ebMS header states the original type.
    pub fn compressed(mut self, spool: Option<&Spool>) -> Result<Self, MimeError> {
        let mut writer = SpoolWriter::new(spool.cloned());
        for_each_piece(GzEncoder::new(self.content.reader(), Compression::default()), |piece| writer.write(piece))?;
        self.content = writer.finish()?;
        self.fields.set("Content-Type", " application/gzip".to_owned());
        Ok(self)
    }

    /// Adds a header field. A Content-Disposition, Content-Description or Content-Location is signed if attachments are
    /// signed complete.
    ///
    /// # Errors
    /// [`MimeError::Header`] if it is malformed, or names a transfer encoding, which the writer chooses;
    /// [`MimeError::Twice`].
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Result<Self, MimeError> {
        let (name, value) = (name.into(), value.into());
        let is_ours = name.eq_ignore_ascii_case("Content-Transfer-Encoding");
        if is_ours || !is_field(&name, &value) {
            return Err(MimeError::Header { line: name.into() });
        }
        if self.fields.get(&name)?.is_some() {
            return Err(MimeError::Twice { name: name.into() });
        }
        self.fields.set(&name, format!(" {value}"));
        Ok(self)
    }

    /// Its Content-ID, without angle brackets.
    #[must_use]
    pub fn content_id(&self) -> &str {
        &self.content_id
    }

    /// The `cid:` URL that names it (RFC 2392).
    /// The number of octets of its content.
    pub(crate) fn octets(&self) -> u64 {
        self.content.len()
    }

    /// The most octets that it takes in a package. Each encryption may have the header inside.
    pub(crate) fn packaged_octets(&self, limits: &Limits) -> Result<u64, Exceeded> {
        let (header, seals) = (self.check_header(limits)?, self.seals.len() as u64);
        Ok(self.octets().saturating_add(header).saturating_add(seals.saturating_mul(header + OF_A_CIPHER)))
    }

    /// Checks its header, and returns the octets of it.
    pub(crate) fn check_header(&self, limits: &Limits) -> Result<u64, Exceeded> {
        let lines = self.fields.iter().map(|(name, value)| format!("{name}:{value}\r\n"));
        let text: String = lines.chain([TRANSFER_ENCODING.to_owned()]).collect();
        let parameters = text.bytes().filter(|octet| *octet == b';').count();
        // The empty line after it counts with its carriage return.
        limits.check(Limit::MimeHeaderOctets, text.len() + 1)?;
        limits.check(Limit::MimeFields, self.fields.iter().count() + 1 + parameters)?;
        Ok(text.len() as u64)
    }

    pub(crate) fn url(&self) -> String {
        url_of(&self.content_id)
    }

    /// The digest for its signature.
    pub(crate) fn digest(
        &self,
        complete: bool,
        method: DigestMethod,
        budget: &Budget,
    ) -> Result<DigestValue, MimeError> {
        let part = MimePart::of(self.fields.clone(), self.content.clone(), None);
        Ok(digest(&part, complete, false, method, budget)?.value)
    }

    /// Its Content-Type, for the `@MimeType` of the ciphertext. If its header is encrypted as well, this has only the
    /// type that decides the canonical form, which WSS4J reads there.
    pub(crate) fn stated_type(&self, complete: bool) -> Result<Option<String>, MimeError> {
        let part = MimePart::of(self.fields.clone(), Vec::new().into(), None);
        if complete {
            return Ok(Some(part.unauthenticated_media_type()?).filter(|media_type| is_canonicalised(media_type)));
        }
        Ok(self.fields.get("Content-Type")?.map(|value| value.trim_matches([' ', '\t']).to_owned()))
    }

    /// Encrypts it; with its header if `complete`.
    pub(crate) fn sealed(mut self, complete: bool, mut seal: Seal, time: SealTime) -> Result<Self, MimeError> {
        if complete {
            seal.header = header_of(&self.fields);
            // The header fields are in the ciphertext only, except the id that the envelope names.
            COVERED.iter().filter(|name| **name != "Content-ID").for_each(|name| self.fields.remove(name));
        }
        self.fields.set("Content-Type", " application/octet-stream".to_owned());
        self.seals.push(seal);
        if time == SealTime::Now {
            let mut octets = Vec::new();
            self.reader()?.read_to_end(&mut octets)?;
            self.content = octets.into();
            self.seals.clear();
        }
        Ok(self)
    }

    pub(super) fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        self.seals.iter().try_fold(self.content.reader(), |plain, seal| seal.reader(plain))
    }
}

/// An attachment that the signature over the Body covers. Only
/// [`Receiver::open`](crate::Receiver::open) makes it. Cloning is cheap.
#[derive(Clone)]
pub struct AuthenticatedAttachment {
    pub(crate) content_id: String,
    pub(crate) content: Canonical<'static>,
    pub(crate) content_type: Option<String>,
}

impl std::fmt::Debug for AuthenticatedAttachment {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthenticatedAttachment")
            .field("content_id", &shown(&self.content_id))
            .field("content", &self.content)
            .field("content_type", &self.content_type.as_deref().map(shown))
            .finish()
    }
}

impl AuthenticatedAttachment {
    /// Its Content-ID, without angle brackets, by which the signature names it.
    #[must_use]
    pub fn content_id(&self) -> &str {
        &self.content_id
    }

    /// The octets that were digested: XML in canonical form, text with CRLF at line ends, other content unchanged; or
    /// the plaintext of octets that were digested.
    ///
    /// # Errors
    /// [`MimeError::Io`] if it was spooled and cannot be read.
    pub fn content(&self) -> Result<Cow<'_, [u8]>, MimeError> {
        Ok(self.content.read_all()?)
    }

    /// Reads [`AuthenticatedAttachment::content`] piece by piece.
    pub fn reader(&self) -> impl Read + '_ {
        self.content.reader()
    }

    /// Reads content that was compressed with gzip, as in AS4. More than `max_octets` is an error of the reader, as is
    /// content that is not gzip.
    ///
    /// # Specification
    /// AS4 Profile of ebMS 3.0 §3.1.
    pub fn decompressed(&self, max_octets: u64) -> impl Read + '_ {
        Bounded { inner: MultiGzDecoder::new(self.content.reader()), left: max_octets }
    }

    /// Its Content-Type, if the signature covers its header as well: if only the content is signed, anyone can change
    /// the type. The value is in the form that was digested: type and subtype in lower case, parameters in the order of
    /// their names, as in `text/plain;charset="utf-8"`.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }
}

/// Fails if there is more than allowed.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::FileTooLarge, "it decompresses to more octets than allowed: raise the limit")
        })?;
        Ok(count)
    }
}
