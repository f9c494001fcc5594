//! A [`SecureLayer`] as a middleware of `reqwest-middleware`.
//!
//! The request of the caller is an envelope and so is the response, as a SOAP client without security sends and reads
//! them. The proven facts of the response are in its extensions.

use std::sync::Arc;

use async_trait::async_trait;
use http::{Extensions, HeaderMap, Response, header};
use http_body_util::Full;
use reqwest::ResponseBuilderExt as _;
use reqwest_middleware::{Error, Middleware, Next};
use ws_security::{Opened, SoapVersion};

use crate::client::SecureLayer;
use crate::error::ClientError;
use crate::message::{SOAP_ACTION, SoapMessage};

/// Secures the request, whose body is an envelope, and opens the reply: the response has an envelope with the opened Body
/// alone, and `Arc<Opened>` in its extensions. Any other reply is an error, in which
/// [`ClientError`](enum@crate::ClientError) says more (`Error::Middleware`, `downcast_ref`).
///
/// The action is that of the request's `SOAPAction` (SOAP 1.1) or Content-Type (SOAP 1.2). A middleware that repeats
/// requests is added before this one, so that each is secured anew: a layer below cannot send a message twice, which
/// would be a replay, nor follow a redirect with it.
#[async_trait]
impl Middleware for SecureLayer {
    async fn handle(
        &self,
        mut request: reqwest::Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let message = message(&request).ok_or(ClientError::NoEnvelope).map_err(Error::middleware)?;
        let (octets, sent) = self.sealed(message, request.headers_mut()).await.map_err(Error::middleware)?;
        // Such a body cannot be sent again, neither to the target of a redirect, nor as a replay to the same host.
        *request.body_mut() = Some(reqwest::Body::wrap(Full::new(octets)));
        // The header was that of the envelope.
        request.headers_mut().remove(header::CONTENT_LENGTH);
        let response = next.run(request, extensions).await?;
        let url = response.url().clone();
        let opened = self.opened(Response::from(response), sent).await.map_err(Error::middleware)?;
        written(opened, url)
    }
}

/// The message of a request; `None` if its body is no text in memory.
fn message(request: &reqwest::Request) -> Option<SoapMessage> {
    let envelope = std::str::from_utf8(request.body()?.as_bytes()?).ok()?;
    let message = SoapMessage::from(envelope);
    Some(match action(request.headers(), SoapVersion::of(envelope)) {
        Some(uri) => message.action(uri),
        None => message,
    })
}

/// The intent of a request, as the caller wrote it for an envelope.
fn action(headers: &HeaderMap, version: SoapVersion) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let value = match version {
        SoapVersion::V11 => text(SOAP_ACTION)?,
        SoapVersion::V12 => text(header::CONTENT_TYPE)?.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("action").then_some(value)
        })?,
    };
    Some(value.trim().trim_matches('"').to_owned()).filter(|uri| !uri.is_empty())
}

/// The response for the caller. Headers that describe the message on the wire do not describe the envelope, and are
/// removed.
fn written(opened: Response<Opened>, url: reqwest::Url) -> reqwest_middleware::Result<reqwest::Response> {
    let (parts, opened) = opened.into_parts();
    let body = opened.body().xml();
    // The version is read from the Body, whose canonical form declares its namespace in its start tag.
    let start_tag = body.split('>').next().unwrap_or(body);
    let is_soap12 = start_tag.contains(SoapVersion::V12.namespace());
    let version = if is_soap12 { SoapVersion::V12 } else { SoapVersion::V11 };
    let envelope = format!("<s:Envelope xmlns:s=\"{}\">{body}</s:Envelope>", version.namespace());
    let response = Response::builder().status(parts.status).version(parts.version).url(url).body(envelope);
    let mut response = response.map_err(Error::middleware)?;
    let headers = response.headers_mut();
    *headers = parts.headers;
    for name in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONTENT_ENCODING] {
        headers.remove(name);
    }
    headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static(version.content_type()));
    response.extensions_mut().insert(Arc::new(opened));
    Ok(response.into())
}
