//! Bodies of HTTP messages, read within a limit.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body::Body;
use http_body_util::BodyExt;

/// An error of a body or a transport, whose type the caller chose.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a body was not read.
pub(crate) enum BodyError {
    /// It has more octets than the limit.
    TooLarge,
    /// The transport failed.
    Transport(BoxError),
}

/// Reads a body of at most `max_octets`. Nothing beyond the limit is kept, whatever `Content-Length` says.
pub(crate) async fn read<B>(body: B, max_octets: usize) -> Result<Bytes, BodyError>
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
        bytes::BufMut::put(&mut octets, &mut data);
    }
    Ok(octets.freeze())
}

/// The media type in lower case, without parameters, and the whole value.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let media_type = value.split(';').next().unwrap_or(value).trim().to_ascii_lowercase();
    Some((media_type, value.to_owned()))
}
