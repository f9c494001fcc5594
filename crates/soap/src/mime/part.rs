//! A part of a package: its header fields, and its content with the transfer encoding undone.

use std::borrow::Cow;
use std::io::{self, Read};

use wss_crypto::DigestValue;

use super::content::Content;
use super::error::MimeError;
use super::field::{Fields, Structured};

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

impl std::fmt::Debug for MimePart<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MimePart").field("content_id", &self.content_id).field("content", &self.content).finish()
    }
}

impl<'m> MimePart<'m> {
    /// A part that is about to be written, or came out of ciphertext.
    #[must_use]
    pub fn of(fields: Fields, content: Content<'m>, content_id: Option<String>) -> Self {
        Self { fields, encoded: None, content, sha256: None, content_id }
    }

    /// The part, whose content has this digest: whoever made the content digested it in the same pass. Never a digest that
    /// someone else states.
    #[must_use]
    pub fn with_sha256(self, sha256: DigestValue) -> Self {
        Self { sha256: Some(sha256), ..self }
    }

    /// The part, as it came in this transfer encoding.
    pub(super) fn with_encoded(self, encoded: &'m [u8]) -> Self {
        Self { encoded: Some(encoded), ..self }
    }

    /// The same, borrowed from no one; how it was transferred is forgotten.
    #[must_use]
    pub fn to_owned(&self) -> MimePart<'static> {
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
        self.unauthenticated_media_type().unwrap_or_default()
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

    /// Reads a spooled content into memory.
    pub(super) fn read_into_memory(&mut self) -> io::Result<()> {
        if self.content.as_slice().is_none() {
            self.content = self.content.read_all()?.into_owned().into();
        }
        Ok(())
    }

    pub(super) fn sha256(&self) -> Option<DigestValue> {
        self.sha256
    }

    /// Where the content is, its transfer encoding undone. Nothing says who wrote it.
    #[must_use]
    pub fn unauthenticated_octets(&self) -> &Content<'m> {
        &self.content
    }

    /// The content as it was transferred, if it is still known. Nothing says who wrote it.
    #[must_use]
    pub fn unauthenticated_encoded(&self) -> Option<&'m [u8]> {
        self.encoded
    }

    /// The fields of its header. Nothing says who wrote them.
    #[must_use]
    pub fn unauthenticated_fields(&self) -> &Fields {
        &self.fields
    }

    /// The media type: of a part that states none, the default of RFC 2045 §5.2. Nothing says who wrote it.
    ///
    /// # Errors
    /// [`MimeError::Header`] or [`MimeError::Twice`] where the Content-Type cannot be read.
    pub fn unauthenticated_media_type(&self) -> Result<String, MimeError> {
        match self.fields.get("Content-Type")? {
            Some(value) => Ok(Structured::parse(value)?.value.to_ascii_lowercase()),
            None => Ok("text/plain".to_owned()),
        }
    }
}
