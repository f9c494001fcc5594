//! The input of a receiver: the octets of an envelope, or a parsed package.

use std::borrow::Cow;

use wss_c14n::Limits;
use wss_soap::mime::{self, MimeError, Package};
use wss_text::WireText;

/// A received message: an envelope, or a [`Package`] with its attachments. The verbs of a [`Receiver`](crate::Receiver)
/// accept everything that converts to it.
#[derive(Debug, Clone)]
pub struct Incoming<'m> {
    source: Source<'m>,
    /// The encoding that the transport states, in lower case.
    charset: Option<WireText>,
}

#[derive(Debug, Clone)]
enum Source<'m> {
    Envelope(Cow<'m, [u8]>),
    Package(&'m Package<'m>),
}

impl<'m> Incoming<'m> {
    /// Adds the Content-Type under which an envelope came. A Content-Type with another encoding than the one in which
    /// the envelope is read is refused, and so is such a header of the root part of a package: a node that follows the
    /// header would read another message.
    ///
    /// A package has its own headers, and nothing changes for it.
    ///
    /// # Errors
    /// [`MimeError::Header`] if the value cannot be read; [`MimeError::Limit`] if it has more octets than
    /// [`Limit::MimeHeaderOctets`](wss_c14n::Limit::MimeHeaderOctets) allows, or more parameters than
    /// [`Limit::MimeFields`](wss_c14n::Limit::MimeFields).
    ///
    /// # Specification
    /// RFC 7303 §3: the charset of the Content-Type outweighs the XML declaration.
    pub fn content_type(self, value: &str, limits: &Limits) -> Result<Self, MimeError> {
        Ok(Self { charset: mime::charset(value, limits)?.map(Into::into), ..self })
    }

    /// The encoding in lower case that the Content-Type of an envelope states.
    pub(crate) fn charset(&self) -> Option<&str> {
        self.charset.as_ref().map(WireText::as_str)
    }

    /// The octets of the envelope.
    pub(crate) fn envelope(&self) -> &[u8] {
        match &self.source {
            Source::Envelope(octets) => octets,
            Source::Package(package) => package.unauthenticated_envelope(),
        }
    }

    /// The package, if there is one.
    pub(crate) fn package(&self) -> Option<&'m Package<'m>> {
        match &self.source {
            Source::Envelope(_) => None,
            Source::Package(package) => Some(package),
        }
    }
}

impl<'m> From<&'m [u8]> for Incoming<'m> {
    fn from(octets: &'m [u8]) -> Self {
        Self { source: Source::Envelope(Cow::Borrowed(octets)), charset: None }
    }
}

impl<'m> From<&'m Vec<u8>> for Incoming<'m> {
    fn from(octets: &'m Vec<u8>) -> Self {
        Self::from(octets.as_slice())
    }
}

impl From<Vec<u8>> for Incoming<'_> {
    fn from(octets: Vec<u8>) -> Self {
        Self { source: Source::Envelope(Cow::Owned(octets)), charset: None }
    }
}

impl<'m> From<&'m str> for Incoming<'m> {
    fn from(text: &'m str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl<'m> From<&'m String> for Incoming<'m> {
    fn from(text: &'m String) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<String> for Incoming<'_> {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl<'m, const N: usize> From<&'m [u8; N]> for Incoming<'m> {
    fn from(octets: &'m [u8; N]) -> Self {
        Self::from(octets.as_slice())
    }
}

impl<'m> From<&'m Package<'_>> for Incoming<'m> {
    fn from(package: &'m Package<'_>) -> Self {
        Self { source: Source::Package(package), charset: None }
    }
}

impl<'m> From<&'m Incoming<'_>> for Incoming<'m> {
    fn from(other: &'m Incoming<'_>) -> Self {
        let source = match &other.source {
            Source::Envelope(octets) => Source::Envelope(Cow::Borrowed(octets)),
            Source::Package(package) => Source::Package(package),
        };
        Self { source, charset: other.charset.clone() }
    }
}
