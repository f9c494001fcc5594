//! Bodies of HTTP messages, read within a limit.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body::Body;
use http_body_util::BodyExt;
use ws_security::attachments::Package;
use ws_security::soap::mime::{MimeError, root_type};
use ws_security::{Incoming, Limits, SoapVersion};

use crate::room::Share;

/// An error of a body or a transport, whose type the caller chose.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a body was not read.
pub(crate) enum BodyError {
    /// It has more octets than the limit.
    TooLarge,
    /// There is no more room for it.
    Full,
    /// The transport failed.
    Transport(BoxError),
}

/// Reads a body of at most `max_octets`, for which `share` takes room as it arrives. Nothing beyond the limit is kept, whatever
/// `Content-Length` says.
pub(crate) async fn read<B>(body: B, max_octets: usize, share: &mut Share) -> Result<Bytes, BodyError>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let mut body = std::pin::pin!(body);
    if usize::try_from(body.size_hint().lower()).map_or(true, |lower| lower > max_octets) {
        return Err(BodyError::TooLarge);
    }
    let mut octets = BytesMut::new();
    while let Some(frame) = body.as_mut().frame().await {
        let frame = frame.map_err(|error| BodyError::Transport(error.into()))?;
        // Trailers say nothing about a SOAP message.
        let Ok(mut data) = frame.into_data() else { continue };
        if bytes::Buf::remaining(&data) > max_octets - octets.len() {
            return Err(BodyError::TooLarge);
        }
        if !share.grows_to(octets.len() + bytes::Buf::remaining(&data)) {
            return Err(BodyError::Full);
        }
        bytes::BufMut::put(&mut octets, &mut data);
    }
    Ok(octets.freeze())
}

/// The kind of a body, as its Content-Type says.
#[derive(Clone)]
pub(crate) enum Kind {
    /// An envelope, with the whole value of Content-Type.
    Envelope(SoapVersion, String),
    /// A package, with the version of its root part, if it is stated, and the whole value of Content-Type.
    Package(Option<SoapVersion>, String),
}

impl Kind {
    /// Reads the Content-Type.
    ///
    /// # Errors
    /// The media type in lower case, if it is not that of a SOAP message.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, String> {
        let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = value.split(';').next().unwrap_or(value).trim().to_ascii_lowercase();
        let of = |stated: &str| {
            let versions = [SoapVersion::V11, SoapVersion::V12];
            versions.into_iter().find(|version| version.media_type() == stated)
        };
        match of(&media_type) {
            Some(version) => Ok(Self::Envelope(version, value.to_owned())),
            None if media_type == "multipart/related" => {
                // A value that cannot be read is refused with the package.
                let root = root_type(value, &Limits::default()).ok().flatten();
                Ok(Self::Package(root.and_then(|root| of(&root)), value.to_owned()))
            }
            None => Err(media_type),
        }
    }

    /// The version for a fault before the message was read: SOAP 1.1 for a package that states none.
    pub(crate) fn version(&self) -> SoapVersion {
        match self {
            Self::Envelope(version, _) => *version,
            Self::Package(stated, _) => stated.unwrap_or(SoapVersion::V11),
        }
    }
}

/// A message that arrived. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) kind: Kind,
    pub(crate) octets: Bytes,
    /// The room that it takes.
    #[expect(dead_code, reason = "it is given back when the message is dropped")]
    pub(crate) share: Arc<Share>,
}

impl Received {
    /// Takes a package apart.
    pub(crate) fn parsed(&self, limits: &Limits) -> Result<Parsed<'_>, MimeError> {
        Ok(match &self.kind {
            Kind::Envelope(_, content_type) => {
                Parsed::Envelope(Incoming::from(&*self.octets).content_type(content_type, limits)?)
            }
            Kind::Package(_, content_type) => {
                Parsed::Package(Box::new(Package::parse_body(content_type, &self.octets, limits)?))
            }
        })
    }

    /// The version of a fault about it: the one that its Content-Type states, whatever its octets are. For a package that
    /// states none, it is that of its envelope, and SOAP 1.1 if that cannot be read.
    pub(crate) fn version(&self, limits: &Limits) -> SoapVersion {
        match &self.kind {
            Kind::Envelope(version, _) | Kind::Package(Some(version), _) => *version,
            Kind::Package(None, content_type) => Package::parse_body(content_type, &self.octets, limits)
                .map_or(SoapVersion::V11, |package| SoapVersion::of(package.unauthenticated_envelope())),
        }
    }
}

/// A message that arrived, with its package taken apart.
pub(crate) enum Parsed<'m> {
    Envelope(Incoming<'m>),
    Package(Box<Package<'m>>),
}

impl Parsed<'_> {
    pub(crate) fn incoming(&self) -> Incoming<'_> {
        match self {
            Self::Envelope(incoming) => incoming.clone(),
            Self::Package(package) => Incoming::from(&**package),
        }
    }
}
