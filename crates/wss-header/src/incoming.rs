//! The input of a receiver: the octets of an envelope, or a parsed package.

use std::borrow::Cow;

use wss_soap::mime::Package;

/// A received message: an envelope, or a [`Package`] with its attachments. The verbs of a [`Receiver`](crate::Receiver)
/// accept everything that converts to it.
#[derive(Debug, Clone)]
pub struct Incoming<'m>(Source<'m>);

#[derive(Debug, Clone)]
enum Source<'m> {
    Envelope(Cow<'m, [u8]>),
    Package(&'m Package<'m>),
}

impl<'m> Incoming<'m> {
    /// The octets of the envelope.
    pub(crate) fn envelope(&self) -> &[u8] {
        match &self.0 {
            Source::Envelope(octets) => octets,
            Source::Package(package) => package.unauthenticated_envelope(),
        }
    }

    /// The package, if there is one.
    pub(crate) fn package(&self) -> Option<&'m Package<'m>> {
        match &self.0 {
            Source::Envelope(_) => None,
            Source::Package(package) => Some(package),
        }
    }
}

impl<'m> From<&'m [u8]> for Incoming<'m> {
    fn from(octets: &'m [u8]) -> Self {
        Self(Source::Envelope(Cow::Borrowed(octets)))
    }
}

impl<'m> From<&'m Vec<u8>> for Incoming<'m> {
    fn from(octets: &'m Vec<u8>) -> Self {
        Self::from(octets.as_slice())
    }
}

impl From<Vec<u8>> for Incoming<'_> {
    fn from(octets: Vec<u8>) -> Self {
        Self(Source::Envelope(Cow::Owned(octets)))
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
        Self(Source::Package(package))
    }
}
