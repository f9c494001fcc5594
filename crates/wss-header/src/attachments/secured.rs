//! A secured message with its attachments, and its form as a package.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;
use wss_text::{octets, shown};

use wss_c14n::{Document, Limit, Limits};
use wss_soap::mime::PackageWriter;
use wss_soap::mime::xop::{self, Optimized, OptimizedPart, optimized};
use wss_soap::{EnvelopeError, SoapVersion};

use super::attachment::{Attachment, TRANSFER_ENCODING};
use crate::error::SecureError;

/// The most octets of a delimiter, and of the header of the envelope.
const AROUND_A_PART: u64 = 160;

/// A secured message with its attachments.
#[derive(Clone)]
pub struct SecuredPackage {
    pub(crate) envelope: String,
    pub(crate) version: SoapVersion,
    pub(crate) attachments: Arc<[Attachment]>,
    /// Parts with base64 of the envelope.
    pub(crate) included: Vec<Attachment>,
    pub(crate) boundary: String,
    /// The limits of the sender.
    pub(crate) limits: Limits,
}

impl std::fmt::Debug for SecuredPackage {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecuredPackage")
            .field("envelope", &octets(self.envelope.as_bytes()))
            .field("version", &self.version)
            .field("attachments", &self.attachments)
            .field("included", &self.included)
            .field("boundary", &shown(&self.boundary))
            .finish()
    }
}

impl SecuredPackage {
    /// Moves cipher octets of at least `min_octets` from the envelope into separate parts, which saves a quarter of
    /// base64 (XOP, MTOM). The receiver must support XOP.
    ///
    /// # Errors
    /// [`SecureError`]; [`SecureError::Limit`] if the package, or the envelope without these octets, would be over
    /// [`Recipe::limits`](crate::Recipe::limits): the number of parts, and [`Limit::NodesPerKibibyte`] above all.
    ///
    /// # Specification
    /// XML-binary Optimized Packaging 1.0, SOAP MTOM.
    pub fn optimized(mut self, min_octets: usize) -> Result<Self, SecureError> {
        let boundary = self.boundary.trim_start_matches(['=', '_']).to_owned();
        let mut count = 0;
        let taken: BTreeSet<_> = self.attachments.iter().map(|attachment| attachment.content_id.clone()).collect();
        let fresh_id = || loop {
            count += 1;
            let id = format!("{count}.{boundary}@xop");
            if !taken.contains(&id) {
                return id;
            }
        };
        let Optimized { envelope, parts } = optimized(&self.envelope, min_octets, fresh_id)?;
        let others = 1 + self.included.len() + self.attachments.len();
        self.limits.check(Limit::MimeParts, others + parts.len())?;
        for OptimizedPart { content_id, octets } in parts {
            self.included.push(Attachment::new(content_id, "application/octet-stream", octets)?);
        }
        // What is left is denser than what was checked, and each Include is one level further inside.
        Document::parse(&envelope, &self.limits).map_err(EnvelopeError::from)?;
        self.envelope = envelope;
        self.check()?;
        Ok(self)
    }

    /// Checks what a receiver with the same limits counts in a package.
    pub(crate) fn check(&self) -> Result<(), SecureError> {
        let limits = &self.limits;
        let root = format!("Content-Type: {}\r\n{TRANSFER_ENCODING}", self.root_type());
        let parameters = |value: &str| value.bytes().filter(|octet| *octet == b';').count();
        // The empty line after it counts with its carriage return.
        limits.check(Limit::MimeHeaderOctets, root.len() + 1)?;
        limits.check(Limit::MimeFields, 2 + parameters(&root))?;
        let of_package = self.content_type();
        limits.check(Limit::MimeHeaderOctets, of_package.len())?;
        limits.check(Limit::MimeFields, parameters(&of_package))?;
        let mut octets = self.envelope.len() as u64 + AROUND_A_PART;
        for attachment in self.included.iter().chain(self.attachments.iter()) {
            octets = octets.saturating_add(attachment.packaged_octets(limits)? + AROUND_A_PART);
        }
        let octets = usize::try_from(octets).unwrap_or(usize::MAX);
        limits.check(Limit::PackagedEnvelopeOctets, self.envelope.len())?;
        Ok(limits.check(Limit::PackageOctets, octets)?)
    }

    /// The Content-Type of the envelope.
    fn root_type(&self) -> String {
        match self.included.is_empty() {
            true => format!("{}; charset=utf-8", self.version.media_type()),
            false => format!("{}; charset=utf-8; type=\"{}\"", xop::MEDIA_TYPE, self.version.media_type()),
        }
    }

    /// The secured envelope, which is the root part.
    #[must_use]
    pub fn envelope(&self) -> &str {
        &self.envelope
    }

    /// The `Content-Type` for the transport.
    #[must_use]
    pub fn content_type(&self) -> String {
        self.writer(io::sink()).content_type()
    }

    /// Writes the package, which is the body for the transport. Attachments are encrypted while they are written, again
    /// for each call.
    ///
    /// # Errors
    /// Errors of the output, and of files behind attachments.
    pub fn write<W: Write>(&self, out: W) -> io::Result<W> {
        let mut writer = self.writer(out);
        writer.part(&[("Content-Type", &self.root_type())], &mut self.envelope.as_bytes())?;
        for attachment in self.included.iter().chain(self.attachments.iter()) {
            let fields: Vec<_> =
                attachment.fields.iter().map(|(name, value)| (name, value.trim_start_matches([' ', '\t']))).collect();
            writer.part(&fields, &mut attachment.reader()?)?;
        }
        writer.finish()
    }

    fn writer<W: Write>(&self, out: W) -> PackageWriter<W> {
        let (root_type, boundary) = (self.version.media_type(), self.boundary.clone());
        match self.included.is_empty() {
            true => PackageWriter::with_boundary(out, root_type, boundary),
            false => PackageWriter::with_boundary(out, xop::MEDIA_TYPE, boundary).start_info(root_type),
        }
    }
}
