//! Why a client has no reply, and why a service refused a request.

use http::StatusCode;
use thiserror::Error;
use ws_security::soap::mime::MimeError;
use ws_security::text::WireText;
use ws_security::{OpenError, SecureError};

use crate::body::BoxError;

/// Why a client has no opened reply. It is for the log and for ending the exchange.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClientError {
    /// *Misuse.* The request was not secured, and not sent.
    #[error("the request was not secured: {0}")]
    Secure(#[from] SecureError),
    /// *Misuse.* The body of a request is not an envelope in memory, and the request was not sent.
    #[error("the body of the request is no envelope in memory: give the envelope as a `String` to `body`, for a POST")]
    NoEnvelope,
    /// *Misuse.* The action of the request cannot be written into a header.
    #[error("the action cannot be in a header: use an absolute URI, in ASCII and without quotation marks")]
    Action,
    /// *Failed.* The request was not sent, or the reply did not arrive.
    #[error("the exchange over HTTP failed: {0}")]
    Transport(BoxError),
    /// *Refused.* The reply has more octets than the layer reads.
    #[error("the reply has more than {max_octets} octets: raise the limit with `SecureLayer::max_octets`")]
    TooLarge {
        /// The limit.
        max_octets: usize,
    },
    /// *Failed.* The reply has no body. This is correct for a one-way request with a status of success.
    #[error("the reply, with status {status}, has no message")]
    NoReply {
        /// The status of HTTP.
        status: StatusCode,
    },
    /// *Failed.* The reply is no SOAP message.
    #[error("the reply, with status {status}, is no SOAP message but {media_type:?}")]
    NoSoap {
        /// The status of HTTP.
        status: StatusCode,
        /// Its media type.
        media_type: WireText,
    },
    /// *Malformed.* The reply is a package that cannot be read.
    #[error("the package of the reply: {0}")]
    Package(#[from] MimeError),
    /// *Failed.* The reply does not prove what is required. Many peers do not sign their faults:
    /// [`OpenError::UnauthenticatedFault`] has what such a fault says.
    #[error("the reply, with status {status}: {error}")]
    Open {
        /// The status of HTTP.
        status: StatusCode,
        /// The error of the receiver.
        error: OpenError,
    },
}

/// Why a service refused a request, or did not answer it. It is for the log: the peer gets a fault that does not
/// contain it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request has more octets than the layer reads.
    #[error(
        "the request has more than {max_octets} octets: if such requests are expected, raise the limit with `OpenLayer::max_octets`"
    )]
    TooLarge {
        /// The limit.
        max_octets: usize,
    },
    /// The large requests that the layer holds leave no room for another one.
    #[error(
        "there is no room for another large request: if the machine has the memory, give it more with `OpenLayer::max_octets_at_a_time`"
    )]
    NoRoom,
    /// The request did not arrive completely.
    #[error("the request did not arrive: {0}")]
    Transport(BoxError),
    /// The request is no POST.
    #[error("the method is {method}, and SOAP messages are sent by POST")]
    Method {
        /// The method.
        method: WireText,
    },
    /// The request is no SOAP message.
    #[error("the media type {media_type:?} is none of text/xml, application/soap+xml and multipart/related")]
    MediaType {
        /// The media type.
        media_type: WireText,
    },
    /// The request is a package that cannot be read.
    #[error("the package of the request: {0}")]
    Package(#[from] MimeError),
    /// The request does not prove what is required.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A layer that opens messages over TLS has no facts about the connection.
    #[error(
        "the request has no `TransportFacts`: let the server put them into the extensions of each request that came over TLS"
    )]
    NoTransportFacts,
    /// The service failed.
    #[error("the service failed: {0}")]
    Service(BoxError),
    /// The handler panicked, or this library did.
    #[error("a panic while the request was answered ({0}): it is a fault of the program, not of the message")]
    Panicked(WireText),
    /// The handler answered with something other than a SOAP message.
    #[error(
        "the handler answered with status {status} and no SOAP envelope: return a `SoapMessage`, or an empty body for a one-way request"
    )]
    NoEnvelope {
        /// The status of HTTP.
        status: StatusCode,
    },
    /// The reply of the handler was not secured.
    #[error("the reply was not secured: {0}")]
    Secure(#[from] SecureError),
}
