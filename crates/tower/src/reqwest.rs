//! reqwest as the HTTP client below a [`SecureLayer`](crate::SecureLayer).

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::Full;
use tower_service::Service;
use ws_security::{Fetch, FetchFailure, FetchRequest};

/// The time for which the default client waits for a whole response.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The time for which it waits for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A `reqwest::Client` as a service of `http::Request<Full<Bytes>>`.
///
/// A message is for the host that it was sent to, and is a replay when it arrives twice: its body is never sent on to
/// the target of a redirect, and the default client follows no redirect at all. It gives up after 30 seconds, and after
/// 10 if there is no connection. Give your own client for other times, certificates and proxies:
///
/// ```
/// use std::time::Duration;
/// use reqwest::redirect::Policy;
/// use wss_tower::HttpClient;
///
/// let client = reqwest::Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(5)).build()?;
/// let client = HttpClient(client);
/// # Ok::<(), reqwest::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct HttpClient(pub reqwest::Client);

impl Default for HttpClient {
    /// # Panics
    /// As [`reqwest::Client::new`], if there is no TLS backend or no resolver.
    fn default() -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let client = client.timeout(TIMEOUT).connect_timeout(CONNECT_TIMEOUT).build();
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

/// Fetches revocation lists and responses of OCSP ([`RevocationCache::fetch`](ws_security::RevocationCache::fetch)). The default
/// client follows no redirect, and gives up after 30 seconds; your own should do both, too. It connects to private addresses: a
/// service inside a network gives it a proxy that refuses them, since an authority may name any host.
impl Fetch for HttpClient {
    async fn fetch(&self, request: FetchRequest) -> Result<Vec<u8>, FetchFailure> {
        let asked = match request.body() {
            Some(body) => {
                let kind = (header::CONTENT_TYPE, "application/ocsp-request");
                self.0.post(request.url()).header(kind.0, kind.1).body(body.to_vec())
            }
            None => self.0.get(request.url()),
        };
        let mut response = asked.send().await?;
        if response.status() != StatusCode::OK {
            return Err(format!("the status is {}", response.status()).into());
        }
        let mut octets = Vec::new();
        // The cache refuses an answer that is too long, and need not see all of it.
        while octets.len() <= request.max_octets()
            && let Some(chunk) = response.chunk().await?
        {
            octets.extend_from_slice(&chunk);
        }
        Ok(octets)
    }
}

#[cfg(test)]
mod tests {
    use super::HttpClient;

    /// A responder that never answers would delay the message that needs it.
    #[test]
    fn the_default_client_gives_up() {
        // reqwest shows the time limit of the whole request only in this way, and does not show that of connections.
        let shown = format!("{:?}", HttpClient::default());
        assert!(shown.contains("30s"), "{shown}");
    }
}
