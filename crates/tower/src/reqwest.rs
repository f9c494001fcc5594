//! reqwest as the HTTP client below a [`SecureLayer`](crate::SecureLayer).

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower_service::Service;

/// A `reqwest::Client` as a service of `http::Request<Full<Bytes>>`.
///
/// A message is for the host that it was sent to, and a replay when it arrives twice: its body is never sent on to where a
/// reply redirects, and the default client follows no redirect at all. Give your own client for timeouts, certificates and
/// proxies.
#[derive(Debug, Clone)]
pub struct HttpClient(pub reqwest::Client);

impl Default for HttpClient {
    /// # Panics
    /// As [`reqwest::Client::new`], if there is no TLS backend or no resolver.
    fn default() -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Self(client.expect("a TLS backend and a resolver, as for `reqwest::Client::new`"))
    }
}

impl Service<Request<Full<Bytes>>> for HttpClient {
    type Response = Response<reqwest::Body>;
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<reqwest::Body>, reqwest::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), reqwest::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move {
            let request = reqwest::Request::try_from(request.map(reqwest::Body::wrap))?;
            Ok(client.execute(request).await?.into())
        })
    }
}
