//! Attachments on their way out and in, held in memory.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use wss_c14n::Limits;

use super::canonical::{canonical_content, canonical_header};
use super::field::Fields;
use super::package::{MimeError, MimePart};
use super::writer::PackageWriter;
use crate::envelope::SoapVersion;

/// An attachment to be sent.
#[derive(Debug, Clone)]
pub struct Attachment {
    content_id: String,
    fields: Vec<(String, String)>,
    content: Vec<u8>,
}

impl Attachment {
    /// An attachment with this Content-ID, without angle brackets, and Content-Type.
    ///
    /// # Errors
    /// [`MimeError::Header`] if one of them is no value of a header field.
    pub fn new(
        content_id: impl Into<String>,
        content_type: impl Into<String>,
        content: impl Into<Vec<u8>>,
    ) -> Result<Self, MimeError> {
        let content_id = content_id.into();
        let wrong = || MimeError::Header { line: content_id.chars().take(80).collect() };
        let allowed = |c: char| c.is_ascii_graphic() && !"<>()\";,\\".contains(c);
        if content_id.is_empty() || !content_id.chars().all(allowed) {
            return Err(wrong());
        }
        let bracketed = format!("<{content_id}>");
        let attachment = Self { content_id, fields: Vec::new(), content: content.into() };
        attachment.field("Content-ID", bracketed)?.field("Content-Type", content_type)
    }

    /// Adds a header field: a Content-Disposition, Content-Description or Content-Location is signed where attachments
    /// are signed complete.
    ///
    /// # Errors
    /// [`MimeError::Header`] if it is none, or names a transfer encoding, which is the writer's; [`MimeError::Twice`].
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Result<Self, MimeError> {
        let (name, value) = (name.into(), value.into());
        let is_name = !name.is_empty() && name.bytes().all(|c| c.is_ascii_graphic() && c != b':');
        let is_ours = name.eq_ignore_ascii_case("Content-Transfer-Encoding");
        if !is_name || is_ours || value.contains(|c: char| c.is_control() && c != '\t') {
            return Err(MimeError::Header { line: name.chars().take(80).collect() });
        }
        if self.fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            return Err(MimeError::Twice { name });
        }
        self.fields.push((name, value));
        Ok(self)
    }

    /// Its Content-ID, without angle brackets.
    #[must_use]
    pub fn content_id(&self) -> &str {
        &self.content_id
    }

    /// The `cid:` URL that names it (RFC 2392). What peers decode as form data is encoded.
    pub(crate) fn url(&self) -> String {
        let mut url = String::from("cid:");
        for octet in self.content_id.bytes() {
            if octet.is_ascii_alphanumeric() || b"-._~@".contains(&octet) {
                url.push(char::from(octet));
            } else {
                url.push_str(&format!("%{octet:02X}"));
            }
        }
        url
    }

    /// What its signature digests.
    pub(crate) fn octets(&self, complete: bool) -> Result<Vec<u8>, MimeError> {
        let fields = self.fields.iter().map(|(name, value)| (name.clone(), format!(" {value}"))).collect();
        let part = MimePart::of(Fields::new(fields), Cow::Borrowed(self.content.as_slice()));
        signed_octets(&part, complete, &Limits::dangerous_unbounded())
    }
}

/// What a signature digests of a part: its content, after its header if `complete`.
pub(crate) fn signed_octets(part: &MimePart<'_>, complete: bool, limits: &Limits) -> Result<Vec<u8>, MimeError> {
    let content = canonical_content(part, limits)?;
    if !complete {
        return Ok(content.into_owned());
    }
    let mut octets = canonical_header(part)?.into_bytes();
    octets.extend_from_slice(&content);
    Ok(octets)
}

/// A secured message with its attachments.
#[derive(Debug, Clone)]
pub struct SecuredPackage {
    pub(crate) envelope: String,
    pub(crate) version: SoapVersion,
    pub(crate) attachments: Arc<[Attachment]>,
    pub(crate) boundary: String,
}

impl SecuredPackage {
    /// The secured envelope, of the root part.
    #[must_use]
    pub fn envelope(&self) -> &str {
        &self.envelope
    }

    /// The `Content-Type` that the transport carries.
    #[must_use]
    pub fn content_type(&self) -> String {
        self.writer(io::sink()).content_type()
    }

    /// Writes the package: what the transport carries as its body.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write<W: Write>(&self, out: W) -> io::Result<W> {
        let mut writer = self.writer(out);
        let root = format!("{}; charset=utf-8", self.root_type());
        writer.part(&[("Content-Type", &root)], &mut self.envelope.as_bytes())?;
        for attachment in self.attachments.iter() {
            let fields: Vec<(&str, &str)> =
                attachment.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            writer.part(&fields, &mut attachment.content.as_slice())?;
        }
        writer.finish()
    }

    fn writer<W: Write>(&self, out: W) -> PackageWriter<W> {
        PackageWriter::with_boundary(out, self.root_type(), self.boundary.clone())
    }

    fn root_type(&self) -> &'static str {
        match self.version {
            SoapVersion::V11 => "text/xml",
            SoapVersion::V12 => "application/soap+xml",
        }
    }
}

/// An attachment that the same signature covers as the Body. Made by
/// [`Receiver::open_package`](crate::Receiver::open_package) alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatedAttachment {
    pub(crate) content_id: String,
    pub(crate) content: Vec<u8>,
    pub(crate) content_type: Option<String>,
}

impl AuthenticatedAttachment {
    /// Its Content-ID, without angle brackets: what the signature names it by.
    #[must_use]
    pub fn content_id(&self) -> &str {
        &self.content_id
    }

    /// The octets that were digested: XML in canonical form, text with CRLF at line ends, all else as it came.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Its Content-Type, if the signature covers its header too: of an attachment that is signed by its content alone
    /// the type is anyone's.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }
}
