//! A client of reqwest-middleware, and a service of ours on loopback.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use common::*;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error, Middleware, Next};
use ws_security::Opened;
use wss_tower::ClientError;

fn client() -> ClientBuilder {
    ClientBuilder::new(reqwest::Client::builder().no_proxy().build().expect("a client"))
}

fn why(error: &Error) -> &ClientError {
    let Error::Middleware(error) = error else { panic!("{error}") };
    error.downcast_ref().expect("the error of the layer")
}

async fn ask(client: &ClientWithMiddleware, url: &str, soap: &str) -> Result<reqwest::Response, Error> {
    client
        .post(url)
        .header("SOAPAction", "\"urn:pay\"")
        .body(envelope(soap, "<b:pay xmlns:b=\"urn:bank\"/>"))
        .send()
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_caller_sends_and_reads_envelopes() {
    let url = listens(Router::new().route("/pay", post(pay)).layer(service_layer(&SIGNED))).await;
    let client = client().with(client_layer(&SIGNED)).build();
    for soap in [SOAP11, SOAP12] {
        let response = ask(&client, &url, soap).await.unwrap_or_else(|error| panic!("{soap}: {error:?}"));
        assert_eq!((response.status().as_u16(), response.url().as_str()), (200, url.as_str()));
        let opened = Arc::clone(response.extensions().get::<Arc<Opened>>().expect("what was proven"));
        assert!(opened.signer().certificate().is_some());
        let text = response.text().await.expect("text");
        assert!(text.starts_with(&format!("<s:Envelope xmlns:s=\"{soap}\"><s:Body ")), "{text}");
        assert!(text.ends_with("><b:accepted xmlns:b=\"urn:bank\"></b:accepted></s:Body></s:Envelope>"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_proven_is_no_response() {
    let fails = async || (axum::http::StatusCode::BAD_GATEWAY, "no");
    let plain = async || ([("content-type", "text/xml")], envelope(SOAP11, "<accepted/>"));
    let router = Router::new().route("/pay", post(plain)).route("/fails", post(fails));
    let url = listens(router).await;
    let client = client().with(client_layer(&SIGNED)).build();
    let unsigned = ask(&client, &url, SOAP11).await.expect_err("an unsigned reply");
    assert!(matches!(why(&unsigned), ClientError::Open { .. }), "{:?}", why(&unsigned));
    let failed = ask(&client, &url.replace("/pay", "/fails"), SOAP11).await.expect_err("no message");
    assert!(matches!(why(&failed), ClientError::NoSoap { status, .. } if status.as_u16() == 502), "{failed:?}");
    let empty = client.get(&url).send().await.expect_err("a request without an envelope");
    assert!(matches!(why(&empty), ClientError::NoEnvelope), "{empty:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_action_of_the_caller_is_sent() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let hears = async move |headers: HeaderMap| {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        log.lock().expect("the log").push([text("content-type"), text("soapaction")]);
    };
    let url = listens(Router::new().route("/pay", post(hears))).await;
    let client = client().with(client_layer(&SIGNED)).build();
    let nothing = ask(&client, &url, SOAP11).await.expect_err("no reply");
    assert!(matches!(why(&nothing), ClientError::NoReply { .. }), "{nothing:?}");
    let typed = "application/soap+xml; charset=utf-8; action=\"urn:pay\"";
    let sent = client.post(&url).header("Content-Type", typed).body(envelope(SOAP12, "<a/>")).send().await;
    assert!(sent.is_err(), "no reply");
    let seen = seen.lock().expect("the log");
    assert_eq!(seen[..], [["text/xml; charset=utf-8", "\"urn:pay\""], [typed, ""]]);
}

/// Sends every request twice, if it can.
struct Twice(Arc<AtomicUsize>);

#[async_trait::async_trait]
impl Middleware for Twice {
    async fn handle(
        &self,
        request: reqwest::Request,
        extensions: &mut http::Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let Some(again) = request.try_clone() else { return next.run(request, extensions).await };
        let first = next.clone().run(request, extensions).await?;
        self.0.fetch_add(usize::from(first.status().is_success()), Ordering::Relaxed);
        next.run(again, extensions).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_repeated_before_the_layer_is_secured_anew() {
    let url = listens(Router::new().route("/pay", post(pay)).layer(service_layer(&SIGNED))).await;
    let (twice, once) = (Arc::default(), Arc::default());
    let anew = client().with(Twice(Arc::clone(&twice))).with(client_layer(&SIGNED)).build();
    assert!(ask(&anew, &url, SOAP12).await.expect("both are answered").status().is_success());
    // Below the layer, it would be a replay.
    let same = client().with(client_layer(&SIGNED)).with(Twice(Arc::clone(&once))).build();
    assert!(ask(&same, &url, SOAP12).await.expect("it is sent once").status().is_success());
    assert_eq!((twice.load(Ordering::Relaxed), once.load(Ordering::Relaxed)), (1, 0));
}

/// The client is one as most programs make it, which follows redirects.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_not_sent_on_to_where_a_reply_redirects() {
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    let takes = async move |_: axum::body::Bytes| {
        count.fetch_add(1, Ordering::Relaxed);
    };
    let thief = listens(Router::new().route("/pay", post(takes))).await;
    for status in [307, 308] {
        let (status, to) = (axum::http::StatusCode::from_u16(status).expect("a status"), thief.clone());
        let redirects = async move || (status, [("location", to)]);
        let url = listens(Router::new().route("/pay", post(redirects))).await;
        let client = client().with(client_layer(&SIGNED)).build();
        let error = ask(&client, &url, SOAP11).await.expect_err("redirected");
        assert!(matches!(why(&error), ClientError::NoReply { status: told } if *told == status), "{error:?}");
    }
    assert_eq!(taken.load(Ordering::Relaxed), 0);
}
