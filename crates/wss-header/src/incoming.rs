//! The input of a receiver: the octets of an envelope, or a parsed package.

use std::borrow::Cow;

use wss_c14n::Limits;
use wss_crypto::{LoadError, OcspResponse};
use wss_soap::mime::{self, MimeError, Package};
use wss_text::{WireText, octets};

use crate::transport::Negotiated;
#[cfg(doc)]
use crate::transport::TransportFacts;

/// A received message: an envelope, or a [`Package`] with its attachments. The verbs of a [`Receiver`](crate::Receiver)
/// accept everything that converts to it.
#[derive(Clone)]
pub struct Incoming<'m> {
    source: Source<'m>,
    /// The encoding that the transport states, in lower case.
    charset: Option<WireText>,
    /// The responses of OCSP that came with it.
    stapled: Cow<'m, [OcspResponse]>,
    /// What its connection negotiated.
    negotiated: Option<Negotiated>,
}

#[derive(Clone)]
enum Source<'m> {
    Envelope(Cow<'m, [u8]>),
    Package(&'m Package<'m>),
}

impl std::fmt::Debug for Incoming<'_> {
    /// The octets of a message are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Incoming");
        match &self.source {
            Source::Envelope(envelope) => shown.field("envelope", &octets(envelope)),
            Source::Package(package) => shown.field("package", package),
        };
        shown
            .field("charset", &self.charset)
            .field("stapled", &self.stapled.len())
            .field("negotiated", &self.negotiated);
        shown.finish()
    }
}

impl<'m> Incoming<'m> {
    /// A message of which nothing more is known.
    fn new(source: Source<'m>) -> Self {
        Self { source, charset: None, stapled: Cow::Borrowed(&[]), negotiated: None }
    }

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

    /// Adds an OCSP response (RFC 6960) that came with this message, as where the sender staples one beside its token. It
    /// counts for the path of whoever signs, of the issuer of an assertion and of an attester, as one of
    /// [`Trust::ocsp_response`](wss_tokens::Trust::ocsp_response) does, and for this message alone. If the trust demands no
    /// status, only a response that revokes counts. Can be called for several; each costs the message one or more operations
    /// with public keys.
    ///
    /// # Errors
    /// [`LoadError`] if it cannot be read, or if the responder answered with an error.
    pub fn ocsp_response(mut self, der: &[u8]) -> Result<Self, LoadError> {
        self.stapled.to_mut().push(OcspResponse::from_der(der)?);
        Ok(self)
    }

    /// Adds what the two sides of its TLS connection negotiated, as [`TransportFacts::negotiated`] does for a message that need
    /// not be signed. A receiver that judges the Basic Security Profile judges its rules on the transport by it; nothing else
    /// depends on it.
    #[must_use]
    pub fn negotiated(self, protocol: impl Into<String>, cipher_suite: impl Into<String>) -> Self {
        let (protocol, cipher_suite) = (protocol.into(), cipher_suite.into());
        Self { negotiated: Some(Negotiated { protocol, cipher_suite }), ..self }
    }

    /// The protocol and the cipher suite of its connection, if they are known.
    pub(crate) fn protocol_and_cipher_suite(&self) -> Option<(&str, &str)> {
        self.negotiated.as_ref().map(Negotiated::names)
    }

    /// The responses of OCSP that came with it.
    pub(crate) fn stapled(&self) -> &[OcspResponse] {
        &self.stapled
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
        Self::new(Source::Envelope(Cow::Borrowed(octets)))
    }
}

impl<'m> From<&'m Vec<u8>> for Incoming<'m> {
    fn from(octets: &'m Vec<u8>) -> Self {
        Self::from(octets.as_slice())
    }
}

impl From<Vec<u8>> for Incoming<'_> {
    fn from(octets: Vec<u8>) -> Self {
        Self::new(Source::Envelope(Cow::Owned(octets)))
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
        Self::new(Source::Package(package))
    }
}

impl<'m> From<&'m Incoming<'_>> for Incoming<'m> {
    fn from(other: &'m Incoming<'_>) -> Self {
        let source = match &other.source {
            Source::Envelope(octets) => Source::Envelope(Cow::Borrowed(octets)),
            Source::Package(package) => Source::Package(package),
        };
        Self {
            source,
            charset: other.charset.clone(),
            stapled: Cow::Borrowed(&other.stapled),
            negotiated: other.negotiated.clone(),
        }
    }
}
