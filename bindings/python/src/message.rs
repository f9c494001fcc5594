//! Octets from Python as a message: an envelope, or a package.

use pyo3::{PyErr, PyResult};
use ws_security::attachments::{MimeError, Package};
use ws_security::{Correlation, FaultCode, Incoming, Limits};

use crate::error::{misuse, refused};

/// A message as it came.
pub(crate) enum Message<'m> {
    Envelope(Incoming<'m>),
    Package(Box<Package<'m>>),
}

impl<'m> Message<'m> {
    /// Reads a message. The value of the transport's `Content-Type` says that it is a package; without one, its own header
    /// does.
    pub(crate) fn read(octets: &'m [u8], content_type: Option<&str>) -> PyResult<Self> {
        let is_related = |value: &str| value.trim_start().to_ascii_lowercase().starts_with("multipart/");
        let package = match content_type {
            Some(value) if is_related(value) => Package::parse_body(value, octets, &Limits::default()),
            Some(value) => {
                let envelope = Incoming::from(octets).content_type(value, &Limits::default());
                return envelope.map(Self::Envelope).map_err(unreadable);
            }
            None => match wss_inspect::hint(octets) {
                Some(why) => return Err(refused(why, FaultCode::InvalidSecurity)),
                None if Package::is_one(octets) => Package::parse(octets, &Limits::default()),
                None => return Ok(Self::Envelope(octets.into())),
            },
        };
        package.map(Box::new).map(Self::Package).map_err(unreadable)
    }

    pub(crate) fn incoming(&self) -> Incoming<'_> {
        match self {
            Self::Envelope(incoming) => incoming.clone(),
            Self::Package(package) => Incoming::from(&**package),
        }
    }
}

fn unreadable(error: MimeError) -> PyErr {
    refused(error, FaultCode::InvalidSecurity)
}

/// The state of an exchange.
pub(crate) fn correlation(text: Option<&str>) -> PyResult<Option<Correlation>> {
    text.map(|text| Correlation::from_text(text).map_err(misuse)).transpose()
}
