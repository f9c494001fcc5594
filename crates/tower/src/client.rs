//! The side of the client: requests are secured, replies are opened.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, header};
use http_body::Body;
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;
use ws_security::{
    AsyncKeyUnwrap, AsyncSigningKey, Correlation, Fetch, Limits, Opened, Plan, Receiver, RevocationCache,
};

use crate::body::{self, BodyError, BoxError, Kind, Received};
use crate::error::ClientError;
use crate::message::{SOAP_ACTION, SoapMessage};
use crate::room::Share;
use crate::sides::Sides;
use crate::statuses::statuses;

/// Secures the requests of a client, and opens their replies.
///
/// The service that it makes takes `http::Request<SoapMessage>` and returns `http::Response<Opened>`: nothing of a reply
/// can be read that the receiver did not authenticate. The status of the reply is that of HTTP, which nobody signed. Below it
/// is any HTTP client that takes `http::Request<Full<Bytes>>`, such as hyper's, or reqwest as
#[cfg_attr(feature = "reqwest", doc = "[`HttpClient`](crate::HttpClient).")]
#[cfg_attr(not(feature = "reqwest"), doc = "`HttpClient`, with the feature `reqwest`.")]
#[derive(Clone)]
pub struct SecureLayer {
    sides: Sides,
    limits: Limits,
    max_octets: usize,
}

impl SecureLayer {
    /// Requests are secured by `plan`, and their replies are opened by `receiver`.
    #[must_use]
    pub fn new(plan: Plan, receiver: Receiver) -> Self {
        Self { sides: Sides::new(plan, receiver), limits: Limits::default(), max_octets: crate::service::MAX_OCTETS }
    }

    /// Asks `key` for each signature whose key is elsewhere ([`Signing::elsewhere`](ws_security::Signing::elsewhere)).
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

    /// Fetches the statuses of revocation that a reply lacks, with `http`, for example `HttpClient`, and then opens the reply
    /// again. `cache` is the one that [`Trust::fetched`](ws_security::Trust::fetched) was given: it says what may be asked for, and
    /// how often. The reply waits for as long as `http` does. Without this call, a reply whose signer has no known status is
    /// refused.
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

    /// The largest number of octets of a reply that are read, 4 MiB by default. The receiver has [`Limits`] of its own.
    #[must_use]
    pub fn max_octets(mut self, octets: usize) -> Self {
        self.max_octets = octets;
        self
    }

    /// The limits on replies that are packages with attachments.
    #[must_use]
    pub fn package_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl std::fmt::Debug for SecureLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecureLayer").field("max_octets", &self.max_octets).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for SecureLayer {
    type Service = SecureService<S>;

    fn layer(&self, inner: S) -> SecureService<S> {
        SecureService { inner, layer: self.clone() }
    }
}

/// The service of a [`SecureLayer`].
#[derive(Debug, Clone)]
pub struct SecureService<S> {
    inner: S,
    layer: SecureLayer,
}

impl<S, R> Service<Request<SoapMessage>> for SecureService<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    R: Body + Send,
    R::Data: Send,
    R::Error: Into<BoxError>,
{
    type Response = Response<Opened>;
    type Error = ClientError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Opened>, ClientError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        self.inner.poll_ready(context).map_err(|error| ClientError::Transport(error.into()))
    }

    fn call(&mut self, request: Request<SoapMessage>) -> Self::Future {
        // The service that reported that it is ready must be the one that is called.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let layer = self.layer.clone();
        Box::pin(async move {
            let (request, correlation) = layer.secured(request).await?;
            let response = inner.call(request).await.map_err(|error| ClientError::Transport(error.into()))?;
            layer.opened(response, correlation).await
        })
    }
}

impl SecureLayer {
    async fn secured(&self, request: Request<SoapMessage>) -> Result<(Request<Full<Bytes>>, Correlation), ClientError> {
        let (mut parts, message) = request.into_parts();
        let (octets, sent) = self.sealed(message, &mut parts.headers).await?;
        Ok((Request::from_parts(parts, Full::new(octets)), sent))
    }

    /// The octets of a secured request, with its headers.
    pub(crate) async fn sealed(
        &self,
        message: SoapMessage,
        headers: &mut HeaderMap,
    ) -> Result<(Bytes, Correlation), ClientError> {
        let sides = self.sides.clone();
        let sealed = self.sides.run(message.octets(), async move { message.secured(&sides, None).await }).await?;
        let (content_type, action) = sealed.headers().ok_or(ClientError::Action)?;
        headers.insert(header::CONTENT_TYPE, content_type);
        if let Some(action) = action {
            headers.insert(SOAP_ACTION, action);
        }
        Ok((sealed.octets, sealed.correlation))
    }

    /// Opens the reply to a request.
    pub(crate) async fn opened<R>(
        &self,
        response: Response<R>,
        sent: Correlation,
    ) -> Result<Response<Opened>, ClientError>
    where
        R: Body,
        R::Error: Into<BoxError>,
    {
        let (parts, body) = response.into_parts();
        let max_octets = self.max_octets;
        let mut share = Share::default();
        let octets = body::read(body, max_octets, &mut share).await.map_err(|error| match error {
            // A client takes no room: it asked for the reply.
            BodyError::TooLarge | BodyError::Full => ClientError::TooLarge { max_octets },
            BodyError::Transport(error) => ClientError::Transport(error),
        })?;
        let status = parts.status;
        if octets.trim_ascii().is_empty() {
            return Err(ClientError::NoReply { status });
        }
        let kind = Kind::of(&parts.headers);
        let kind = kind.map_err(|media_type| ClientError::NoSoap { status, media_type: media_type.into() })?;
        let (sides, limits, received) =
            (self.sides.clone(), self.limits, Received { kind, octets, share: Arc::new(share) });
        let opened = self
            .sides
            .run(received.octets.len(), async move {
                let parsed = received.parsed(&limits)?;
                let refused = |error| ClientError::Open { status, error };
                let deferred = sides.receiver.answering(&sent).deferred();
                let pending = sides.verified(deferred, parsed.incoming()).await.map_err(refused)?;
                sides.accepted(pending).await.map_err(refused)
            })
            .await?;
        Ok(Response::from_parts(parts, opened))
    }
}
