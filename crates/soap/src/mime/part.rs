//! A part of a package: its header fields, and its decoded content.

use std::borrow::Cow;
use std::io::{self, Read};

use wss_c14n::Limits;
use wss_crypto::DigestValue;

use super::content::Content;
use super::error::MimeError;
use super::field::{Fields, Structured};

/// A part of a package.
#[derive(Clone)]
pub struct MimePart<'m> {
    fields: Fields,
    /// The octets in their transfer encoding, if still known.
    encoded: Option<&'m [u8]>,
    content: Content<'m>,
    /// The digest of the content, if it was already computed.
    sha256: Option<DigestValue>,
    content_id: Option<String>,
}

impl std::fmt::Debug for MimePart<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MimePart").field("content_id", &self.content_id).field("content", &self.content).finish()
    }
}

impl<'m> MimePart<'m> {
    /// A new part, or one from decryption.
    #[must_use]
    pub fn of(fields: Fields, content: Content<'m>, content_id: Option<String>) -> Self {
        Self { fields, encoded: None, content, sha256: None, content_id }
    }

    /// The part, with the digest of its content. The caller computed it in the same pass that made the content; a
    /// digest that someone else states must not be used.
    #[must_use]
    pub fn with_sha256(self, sha256: DigestValue) -> Self {
        Self { sha256: Some(sha256), ..self }
    }

    /// Keeps `encoded`, the content as it came in its transfer encoding.
    pub(super) fn with_encoded(self, encoded: &'m [u8]) -> Self {
        Self { encoded: Some(encoded), ..self }
    }

    /// The same with owned data, without the octets in their transfer encoding.
    #[must_use]
    pub fn to_owned(&self) -> MimePart<'static> {
        MimePart::of(self.fields.clone(), self.content.clone().into_owned(), self.content_id.clone())
    }

    /// Its Content-ID, without the angle brackets.
    #[must_use]
    pub fn content_id(&self) -> Option<&str> {
        self.content_id.as_deref()
    }

    /// The media type in its header, or `text/plain` if there is none. Nothing proves who wrote it.
    #[must_use]
    pub fn unauthenticated_type(&self) -> String {
        self.unauthenticated_media_type().unwrap_or_default()
    }

    /// The decoded content. Nothing proves who wrote it.
    pub fn unauthenticated_reader(&self) -> impl Read + '_ {
        self.content.reader()
    }

    /// The decoded content in memory. Nothing proves who wrote it.
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

    /// The decoded content, in memory or in a file. Nothing proves who wrote it.
    #[must_use]
    pub fn unauthenticated_octets(&self) -> &Content<'m> {
        &self.content
    }

    /// The content in its transfer encoding, if still known. Nothing proves who wrote it.
    #[must_use]
    pub fn unauthenticated_encoded(&self) -> Option<&'m [u8]> {
        self.encoded
    }

    /// The fields of its header. Nothing proves who wrote them.
    #[must_use]
    pub fn unauthenticated_fields(&self) -> &Fields {
        &self.fields
    }

    /// The media type, by default that of RFC 2045 §5.2. Nothing proves who wrote it.
    ///
    /// # Errors
    /// [`MimeError::Header`] or [`MimeError::Twice`] if the Content-Type cannot be read.
    pub fn unauthenticated_media_type(&self) -> Result<String, MimeError> {
        match self.fields.get("Content-Type")? {
            Some(value) => Ok(Structured::parse(value)?.value.to_ascii_lowercase()),
            None => Ok("text/plain".to_owned()),
        }
    }

    /// The encoding of its text in lower case, if its Content-Type states one. Nothing proves who wrote it.
    ///
    /// # Errors
    /// [`MimeError::Header`] or [`MimeError::Twice`] if the Content-Type cannot be read.
    ///
    /// # Specification
    /// RFC 7303 §3: for XML it outweighs the XML declaration.
    pub fn unauthenticated_charset(&self) -> Result<Option<String>, MimeError> {
        let Some(value) = self.fields.get("Content-Type")? else { return Ok(None) };
        Ok(stated_charset(&Structured::parse(value)?))
    }
}

/// The encoding in lower case that the value of a Content-Type states, if it states one. The value comes from the transport.
///
/// # Errors
/// [`MimeError::Header`] if the value cannot be read; [`MimeError::Limit`] if it has more octets than
/// [`Limit::MimeHeaderOctets`](wss_c14n::Limit::MimeHeaderOctets) allows, or more parameters than
/// [`Limit::MimeFields`](wss_c14n::Limit::MimeFields).
///
/// # Specification
/// RFC 7303 §3: for XML it outweighs the XML declaration.
///
/// ```
/// use wss_c14n::Limits;
///
/// let stated = wss_soap::mime::charset("text/xml; charset=\"UTF-8\"", &Limits::default())?;
/// assert_eq!(stated.as_deref(), Some("utf-8"));
/// # Ok::<(), wss_soap::mime::MimeError>(())
/// ```
pub fn charset(content_type: &str, limits: &Limits) -> Result<Option<String>, MimeError> {
    Ok(stated_charset(&Structured::from_outside(content_type, limits)?))
}

/// The media type of the root part, in lower case and without parameters, as the Content-Type of a package states it: `type`, or
/// `start-info` for a package of XOP.
///
/// # Errors
/// As [`charset`].
///
/// # Specification
/// RFC 2387 §3.1; XML-binary Optimized Packaging §5.
///
/// ```
/// use wss_c14n::Limits;
///
/// let xop = "multipart/related; boundary=b; type=\"application/xop+xml\"; start-info=\"application/soap+xml\"";
/// let stated = wss_soap::mime::root_type(xop, &Limits::default())?;
/// assert_eq!(stated.as_deref(), Some("application/soap+xml"));
/// # Ok::<(), wss_soap::mime::MimeError>(())
/// ```
pub fn root_type(content_type: &str, limits: &Limits) -> Result<Option<String>, MimeError> {
    let content_type = Structured::from_outside(content_type, limits)?;
    let media_type = |name: &str| {
        let value = content_type.parameter(name)?;
        Some(value.split(';').next().unwrap_or(value).trim().to_ascii_lowercase())
    };
    let is_xop = |stated: &String| stated == "application/xop+xml";
    Ok(media_type("type")
        .map(|stated| if is_xop(&stated) { media_type("start-info").unwrap_or(stated) } else { stated }))
}

fn stated_charset(content_type: &Structured) -> Option<String> {
    content_type.parameter("charset").map(str::to_ascii_lowercase)
}
