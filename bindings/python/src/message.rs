//! Octets from Python as a message: an envelope, or a package.

use pyo3::PyResult;
use ws_security::attachments::Package;
use ws_security::{Correlation, FaultCode, Incoming, Limits};

use crate::error::{misuse, refused};

/// A message as it came.
pub(crate) enum Message<'m> {
    Envelope(&'m [u8]),
    Package(Box<Package<'m>>),
}

impl<'m> Message<'m> {
    /// Reads a message. The value of the transport's `Content-Type` says that it is a package; without one, its own header
    /// does.
    pub(crate) fn read(octets: &'m [u8], content_type: Option<&str>) -> PyResult<Self> {
        let is_related = |value: &str| value.trim_start().to_ascii_lowercase().starts_with("multipart/");
        let package = match content_type {
            Some(value) if is_related(value) => Package::parse_body(value, octets, &Limits::default()),
            None if Package::is_one(octets) => Package::parse(octets, &Limits::default()),
            _ => return Ok(Self::Envelope(octets)),
        };
        let package = package.map_err(|error| refused(error, FaultCode::InvalidSecurity))?;
        Ok(Self::Package(Box::new(package)))
    }

    pub(crate) fn incoming(&self) -> Incoming<'_> {
        match self {
            Self::Envelope(octets) => Incoming::from(*octets),
            Self::Package(package) => Incoming::from(&**package),
        }
    }
}

/// The state of an exchange.
pub(crate) fn correlation(text: Option<&str>) -> PyResult<Option<Correlation>> {
    text.map(|text| Correlation::from_text(text).map_err(misuse)).transpose()
}
