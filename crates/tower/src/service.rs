//! The side of the service: requests are opened, replies are secured.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body;
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;
use ws_security::attachments::Attachment;
use ws_security::{
    Addressing, AsyncKeyUnwrap, AsyncReplayCache, AsyncSigningKey, Correlation, Fault, Fetch, Limits, Opened, Plan,
    Receiver, RevocationCache, SoapVersion, TransportFacts, UnsignedOpened,
};

use crate::body::{self, BodyError, BoxError, Kind, Received};
use crate::error::Refusal;
use crate::message::{SOAP_ACTION, SoapMessage};
use crate::room::{Room, Share};
use crate::sides::Sides;
use crate::statuses::statuses;
use crate::work;

/// The largest number of octets of a message that are read by default.
pub(crate) const MAX_OCTETS: usize = 4 << 20;

/// The number of octets of large requests that a layer holds at a time by default.
const ROOM: usize = 256 << 20;

/// A function of the caller that gets the reason of a refusal.
type Log = Arc<dyn Fn(&Refusal) + Send + Sync>;

/// Opens the requests of a service, and secures its replies to the requester.
///
/// The handler below gets a request whose body is the authenticated Body element and nothing else, with
/// [`OpenedRequest`] in its extensions. The action of HTTP, `SOAPAction` or the parameter of the Content-Type, is left out:
/// nobody signs it, and whoever changed it would have a signed Body done to something else. It answers with an envelope,
/// which is secured and confirms the request; with an
/// empty body, for a one-way request; or with attachments beside the envelope (`Vec<Attachment>` in the extensions of
/// the response), and header blocks of WS-Addressing ([`Addressing`] there). A [`SoapMessage`] has both.
///
/// If the server puts [`TransportFacts`] into the extensions of a request, a receiver that judges the Basic Security
/// Profile judges its rules on the transport by what the connection [negotiated](TransportFacts::negotiated).
///
/// A refused request gets a fault of its SOAP version, which does not contain the reason; the reason goes to `tracing`
/// and to [`OpenLayer::on_refusal`]. If the handler fails, panics, or answers with something else, the peer gets a
/// fault of the service.
#[derive(Clone)]
pub struct OpenLayer {
    sides: Sides,
    on_refusal: Option<Log>,
    limits: Limits,
    max_octets: usize,
    room: Room,
    over_tls: bool,
    names_faults: bool,
}

impl OpenLayer {
    /// Requests are opened by `receiver`, and replies are secured by `plan`.
    #[must_use]
    pub fn new(receiver: Receiver, plan: Plan) -> Self {
        Self {
            sides: Sides::new(plan, receiver),
            on_refusal: None,
            limits: Limits::default(),
            max_octets: MAX_OCTETS,
            room: Room::of(ROOM),
            over_tls: false,
            names_faults: false,
        }
    }

    /// Asks this store whether a request is new, instead of the receiver's own, which blocks.
    #[must_use]
    pub fn replay(mut self, store: impl AsyncReplayCache + 'static) -> Self {
        self.sides.replay = Some(Arc::new(store));
        self
    }

    /// Asks `key` for each signature of a reply whose key is elsewhere
    /// ([`Signing::elsewhere`](ws_security::Signing::elsewhere)).
    #[must_use]
    pub fn sign_elsewhere(mut self, key: impl AsyncSigningKey + 'static) -> Self {
        self.sides.signing = Some(Arc::new(key));
        self
    }

    /// Asks `keys` for the secrets that are encrypted to keys elsewhere ([`Receiver::decrypt_elsewhere`]).
    #[must_use]
    pub fn decrypt_elsewhere(mut self, keys: impl AsyncKeyUnwrap + 'static) -> Self {
        self.sides.unwrapping = Some(Arc::new(keys));
        self
    }

    /// Fetches the statuses of revocation that a request lacks, with `http`, for example `HttpClient`, and then opens the request
    /// again. `cache` is the one that [`Trust::fetched`](ws_security::Trust::fetched) was given: it says what may be asked for, and
    /// how often. The request waits for as long as `http` does. Of several requests that lack a status, one fetches, and the
    /// others wait for it. Without this call, a request whose signer has no known status is refused.
    #[must_use]
    pub fn fetch_statuses(mut self, cache: &RevocationCache, http: impl Fetch + Send + 'static) -> Self {
        self.sides.statuses = Some(statuses(cache.clone(), http));
        self
    }

    /// Works on every message on a thread for blocking work, and not only on large ones: for keys in a token of
    /// PKCS#11, and for a replay store that blocks, such as SQLite. Without this call, each request to such a key or
    /// store stops the other tasks of the thread.
    #[must_use]
    pub fn blocking(mut self) -> Self {
        self.sides.blocks = true;
        self
    }

    /// Takes requests whose Body nobody signed, over a protected connection. The handler gets [`UnsignedRequest`]
    /// instead, and the request's body is the unauthenticated Body element. The server must put [`TransportFacts`] into the
    /// extensions of each request.
    #[must_use]
    pub fn over_tls(mut self) -> Self {
        self.over_tls = true;
        self
    }

    /// Calls `log` with the reason of each refusal, beside the event of `tracing`.
    #[must_use]
    pub fn on_refusal(mut self, log: impl Fn(&Refusal) + Send + Sync + 'static) -> Self {
        self.on_refusal = Some(Arc::new(log));
        self
    }

    /// The largest number of octets of a request, and of a handler's reply, that are read: 4 MiB by default. The
    /// receiver has limits of its own. It raises [`OpenLayer::max_octets_at_a_time`] to four times as much, if that is
    /// less.
    #[must_use]
    pub fn max_octets(mut self, octets: usize) -> Self {
        self.max_octets = octets;
        self.room = self.room.at_least(octets.saturating_mul(4));
        self
    }

    /// The largest number of octets of requests that the layer holds at a time, from their arrival until they are
    /// answered: 256 MiB by default. The first 64 KiB of each are not counted; a request that is worked on counts
    /// several times. A request that finds no room gets a fault with status 503. Set it after
    /// [`OpenLayer::max_octets`], to several times as much, and let the server give up on peers that send slowly.
    #[must_use]
    pub fn max_octets_at_a_time(mut self, octets: usize) -> Self {
        self.room = Room::of(octets);
        self
    }

    /// The limits on packages with attachments.
    #[must_use]
    pub fn package_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Faults have the code of the standard's list ([`Fault::naming`]), to help a trusted peer.
    #[must_use]
    pub fn name_faults(mut self) -> Self {
        self.names_faults = true;
        self
    }
}

impl std::fmt::Debug for OpenLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenLayer").field("max_octets", &self.max_octets).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for OpenLayer {
    type Service = OpenService<S>;

    fn layer(&self, inner: S) -> OpenService<S> {
        OpenService { inner, layer: self.clone() }
    }
}

/// The opened message, which an [`OpenLayer`] puts into the extensions of a request. With the feature `axum` it is an
/// extractor, too.
#[derive(Debug, Clone)]
pub struct OpenedRequest(Arc<Opened>);

impl Deref for OpenedRequest {
    type Target = Opened;

    fn deref(&self) -> &Opened {
        &self.0
    }
}

/// As [`OpenedRequest`], for a layer that opens [over TLS](OpenLayer::over_tls): nobody signed the Body.
#[derive(Debug, Clone)]
pub struct UnsignedRequest(Arc<UnsignedOpened>);

impl Deref for UnsignedRequest {
    type Target = UnsignedOpened;

    fn deref(&self) -> &UnsignedOpened {
        &self.0
    }
}

/// The service of an [`OpenLayer`].
#[derive(Debug, Clone)]
pub struct OpenService<S> {
    inner: S,
    layer: OpenLayer,
}

impl<S, B, R> Service<Request<B>> for OpenService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Body + From<Bytes> + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
    R: Body + Send,
    R::Data: Send,
    R::Error: Into<BoxError>,
{
    type Response = Response<Full<Bytes>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that reported that it is ready must be the one that is called.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let layer = self.layer.clone();
        Box::pin(async move {
            let told = Kind::of(request.headers()).map_or(SoapVersion::V11, |kind| kind.version());
            let opened = work::caught(layer.opened(request)).await;
            let (request, asked) = match opened {
                Ok(Ok(opened)) => opened,
                Ok(Err((refusal, version))) => return Ok(layer.refused(&refusal, version)),
                Err(panic) => return Ok(layer.refused(&Refusal::Panicked(panic), told)),
            };
            let answering = async {
                let response = inner.call(request).await.map_err(|error| Refusal::Service(error.into()))?;
                layer.secured(response, &asked).await
            };
            let answered = work::caught(answering).await.unwrap_or_else(|panic| Err(Refusal::Panicked(panic)));
            Ok(answered.unwrap_or_else(|refusal| layer.refused(&refusal, asked.received.version(&layer.limits))))
        })
    }
}

/// The facts of a request that its reply needs.
struct Asked {
    correlation: Correlation,
    received: Received,
}

/// An opened message.
enum Message {
    Signed(Arc<Opened>),
    Unsigned(Arc<UnsignedOpened>),
}

impl OpenLayer {
    /// The request for the handler; or the reason why it was refused, and the version of its fault.
    async fn opened<B>(&self, request: Request<B>) -> Result<(Request<B>, Asked), (Refusal, SoapVersion)>
    where
        B: Body + From<Bytes>,
        B::Error: Into<BoxError>,
    {
        let (mut parts, body) = request.into_parts();
        let unknown = |refusal| (refusal, SoapVersion::V11);
        let kind = Kind::of(&parts.headers);
        if parts.method != Method::POST {
            let told = kind.map_or(SoapVersion::V11, |kind| kind.version());
            return Err((Refusal::Method { method: parts.method.as_str().into() }, told));
        }
        let kind = kind.map_err(|media_type| unknown(Refusal::MediaType { media_type: media_type.into() }))?;
        let told = kind.version();
        let max_octets = self.max_octets;
        let mut share = self.room.share();
        let octets = body::read(body, max_octets, &mut share).await.map_err(|error| match error {
            BodyError::TooLarge => (Refusal::TooLarge { max_octets }, told),
            BodyError::Full => (Refusal::NoRoom, told),
            BodyError::Transport(error) => (Refusal::Transport(error), told),
        })?;
        let facts = parts.extensions.get::<TransportFacts>().cloned();
        if self.over_tls && facts.is_none() {
            return Err((Refusal::NoTransportFacts, told));
        }
        let received = Received { kind, octets, share: Arc::new(share) };
        let (layer, message) = (self.clone(), received.clone());
        let message = self
            .sides
            .run(received.octets.len(), async move {
                let accepted = layer.accepted(&message, facts).await;
                accepted.map_err(|refusal| (refusal, message.version(&layer.limits)))
            })
            .await?;
        let (correlation, octets) = match message {
            Message::Signed(opened) => {
                let taken = (opened.correlation().clone(), opened.body().xml().to_owned());
                // Nobody signed it.
                parts.headers.remove(SOAP_ACTION);
                parts.extensions.insert(OpenedRequest(opened));
                taken
            }
            Message::Unsigned(opened) => {
                let taken = (opened.correlation().clone(), opened.unauthenticated_body().to_owned());
                parts.extensions.insert(UnsignedRequest(opened));
                taken
            }
        };
        // These headers described the octets of the message, not of the Body.
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
        let request = Request::from_parts(parts, B::from(Bytes::from(octets)));
        Ok((request, Asked { correlation, received }))
    }

    /// The message, once it is verified and known to be new.
    async fn accepted(&self, received: &Received, facts: Option<TransportFacts>) -> Result<Message, Refusal> {
        let (sides, parsed) = (&self.sides, received.parsed(&self.limits)?);
        Ok(match facts {
            facts if !self.over_tls => {
                let incoming = parsed.incoming();
                let negotiated = facts.as_ref().and_then(TransportFacts::protocol_and_cipher_suite);
                let incoming = match negotiated {
                    Some((protocol, cipher_suite)) => incoming.negotiated(protocol, cipher_suite),
                    None => incoming,
                };
                let pending = sides.verified(sides.receiver.deferred(), incoming).await?;
                Message::Signed(Arc::new(sides.accepted(pending).await?))
            }
            None => return Err(Refusal::NoTransportFacts),
            Some(facts) => {
                let pending = sides.verified_unsigned(parsed.incoming(), facts).await?;
                Message::Unsigned(Arc::new(sides.accepted(pending).await?))
            }
        })
    }

    /// The handler's reply, secured.
    async fn secured<R>(&self, response: Response<R>, asked: &Asked) -> Result<Response<Full<Bytes>>, Refusal>
    where
        R: Body,
        R::Error: Into<BoxError>,
    {
        let (mut parts, body) = response.into_parts();
        let max_octets = self.max_octets;
        let octets = body::read(body, max_octets, &mut Share::default()).await.map_err(|error| match error {
            BodyError::TooLarge => Refusal::TooLarge { max_octets },
            BodyError::Full => Refusal::NoRoom,
            BodyError::Transport(error) => Refusal::Service(error),
        })?;
        let no_envelope = Refusal::NoEnvelope { status: parts.status };
        if octets.is_empty() {
            return match parts.status.is_success() {
                true => Ok(Response::from_parts(parts, Full::new(octets))),
                false => Err(no_envelope),
            };
        }
        let Ok(envelope) = String::from_utf8(octets.into()) else { return Err(no_envelope) };
        if !envelope.trim_start().starts_with('<') {
            return Err(no_envelope);
        }
        let attachments = parts.extensions.remove::<Vec<Attachment>>().unwrap_or_default();
        let message = attachments.into_iter().fold(SoapMessage::from(envelope), SoapMessage::attachment);
        let message = match parts.extensions.remove::<Addressing>() {
            Some(addressing) => message.addressing(addressing),
            None => message,
        };
        let (sides, correlation) = (self.sides.clone(), asked.correlation.clone());
        let sealed =
            self.sides.run(message.octets(), async move { message.secured(&sides, Some(&correlation)).await }).await?;
        let (content_type, _) = sealed.headers().ok_or(no_envelope)?;
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.insert(header::CONTENT_TYPE, content_type);
        Ok(Response::from_parts(parts, Full::new(sealed.octets)))
    }

    /// The response to a refused request, or to a failure.
    fn refused(&self, refusal: &Refusal, version: SoapVersion) -> Response<Full<Bytes>> {
        tracing::warn!(target: "wss", error = %refusal, "no secured reply");
        if let Some(log) = &self.on_refusal {
            log(refusal);
        }
        let (fault, status) = match refusal {
            Refusal::Open(error) if self.names_faults => (Fault::naming(error), None),
            Refusal::Service(_)
            | Refusal::Panicked(_)
            | Refusal::NoEnvelope { .. }
            | Refusal::Secure(_)
            | Refusal::NoTransportFacts => (Fault::service_failed(), None),
            Refusal::TooLarge { .. } => (Fault::refused(), Some(StatusCode::PAYLOAD_TOO_LARGE)),
            Refusal::NoRoom => (Fault::service_failed(), Some(StatusCode::SERVICE_UNAVAILABLE)),
            Refusal::Method { .. } => (Fault::refused(), Some(StatusCode::METHOD_NOT_ALLOWED)),
            Refusal::MediaType { .. } => (Fault::refused(), Some(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
            _ => (Fault::refused(), None),
        };
        let status = status
            .or_else(|| StatusCode::from_u16(fault.http_status(version)).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Response::new(Full::new(Bytes::from(fault.envelope(version))));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(version.content_type()));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}
