//! A client and a service that talk over loopback, through real HTTP.

mod common;

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use common::*;
use http::{Method, Request, Response};
use tokio::sync::{Semaphore, mpsc};
use tower::{Layer, Service, ServiceExt};
use ws_security::attachments::Attachment;
use ws_security::prelude::*;
use ws_security::{
    Addressing, AddressingVersion, AsyncReplayCache, Fault, OpenError, ReplayFuture, SoapVersion, TransportFacts,
    UnauthenticatedFault,
};
use wss_tower::{ClientError, HttpClient, OpenLayer, OpenedRequest, SoapMessage, UnsignedRequest};

type Client = wss_tower::SecureService<HttpClient>;

fn client(parts: &[Part]) -> Client {
    client_layer(parts).layer(HttpClient::default())
}

async fn ask(client: &mut Client, url: &str, message: SoapMessage) -> Result<Response<Opened>, ClientError> {
    let request = Request::post(url).body(message).expect("a request");
    client.ready().await.expect("ready").call(request).await
}

fn plain() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// What the service answers to these octets.
async fn answer(url: &str, method: Method, content_type: &str, body: Vec<u8>) -> (StatusCode, String, String) {
    let request = plain().request(method, url).header("content-type", content_type).body(body);
    let response = request.send().await.expect("an answer");
    let content_type = response.headers().get("content-type").map(|value| value.to_str().expect("text").to_owned());
    (response.status(), content_type.unwrap_or_default(), response.text().await.expect("text"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_and_replies_of_both_versions_go_over_loopback() {
    let router = Router::new().route("/pay", post(pay)).layer(service_layer(&SIGNED));
    let url = listens(router).await;
    let mut client = client(&SIGNED);
    for soap in [SOAP11, SOAP12] {
        for size in [1, 200_000] {
            let order = format!("<b:pay xmlns:b=\"urn:bank\">{}</b:pay>", "1".repeat(size));
            let reply = ask(&mut client, &url, SoapMessage::from(envelope(soap, &order)).action("urn:pay")).await;
            let reply = reply.unwrap_or_else(|error| panic!("{soap} {size}: {error}"));
            assert_eq!(reply.status(), StatusCode::OK);
            assert!(reply.body().body().xml().contains("accepted"), "{soap} {size}");
            assert!(reply.body().body().xml().contains(soap));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_gets_a_fault_of_its_version_that_says_nothing() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let layer = service_layer(&SIGNED).max_octets(100_000);
    let layer = layer.on_refusal(move |refusal| log.lock().expect("the log").push(refusal.to_string()));
    let url = listens(Router::new().route("/pay", post(pay)).layer(layer)).await;

    let order = |soap| client_plan(&SIGNED).message(&envelope(soap, "<a/>")).secure().expect("secured").message;
    let genuine = order(SOAP12);
    let sent = |body: &str| body.as_bytes().to_vec();
    let soap12 = "application/soap+xml; charset=utf-8";
    let (status, ..) = answer(&url, Method::POST, soap12, sent(&genuine)).await;
    assert_eq!(status, StatusCode::OK);

    let package = "multipart/related; type=\"text/xml\"; boundary=b";
    let large = envelope(SOAP12, &"1".repeat(100_000));
    let cases = [
        ("a replay", Method::POST, soap12, sent(&genuine), 400),
        ("unsigned, SOAP 1.2", Method::POST, soap12, sent(&envelope(SOAP12, "<a/>")), 400),
        ("unsigned, SOAP 1.1", Method::POST, "text/xml", sent(&envelope(SOAP11, "<a/>")), 500),
        ("tampered", Method::POST, "text/xml", sent(&order(SOAP11).replacen("aes256-gcm", "aes128-gcm", 1)), 500),
        ("no XML", Method::POST, "text/xml", b"hello".to_vec(), 500),
        ("not UTF-8", Method::POST, "text/xml", vec![0xFF; 64], 500),
        ("another charset", Method::POST, "text/xml; charset=utf-16", sent(&order(SOAP11)), 500),
        ("too large", Method::POST, soap12, sent(&large), 413),
        ("JSON", Method::POST, "application/json", b"{}".to_vec(), 415),
        ("a broken package", Method::POST, package, b"--c\r\n".to_vec(), 500),
        ("no POST", Method::PUT, soap12, sent(&order(SOAP12)), 405),
    ];
    let count = cases.len();
    for (name, method, content_type, body, expected) in cases {
        let (status, content_type, text) = answer(&url, method, content_type, body).await;
        // axum's own router answers to other methods.
        assert_eq!(status.as_u16(), expected, "{name}: {text}");
        let version =
            if content_type.starts_with("application/soap+xml") { SoapVersion::V12 } else { SoapVersion::V11 };
        assert_eq!(text, Fault::refused().envelope(version), "{name}");
        assert!(content_type.starts_with(version.media_type()), "{name}");
    }
    assert_eq!(seen.lock().expect("the log").len(), count, "each is told");
}

/// Who sends SOAP 1.2 reads SOAP 1.2, whatever the octets are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_has_the_version_of_the_content_type() {
    let layer = service_layer(&SIGNED).max_octets(100_000);
    let router = Router::new().route("/pay", axum::routing::any(pay)).layer(layer);
    let url = listens(router).await;
    let package = |root: &str| format!("multipart/related; boundary=b; {root}");
    let kinds = [
        ("text/xml".to_owned(), SoapVersion::V11),
        ("application/soap+xml; charset=utf-8".to_owned(), SoapVersion::V12),
        ("Application/SOAP+xml; action=\"urn:pay\"".to_owned(), SoapVersion::V12),
        (package("type=\"text/xml\""), SoapVersion::V11),
        (package("type=\"application/soap+xml\""), SoapVersion::V12),
        (package("type=\"application/xop+xml\"; start-info=\"application/soap+xml\""), SoapVersion::V12),
        (package("type=\"application/xop+xml\"; start-info=\"text/xml\""), SoapVersion::V11),
        (package("start=\"<a@x>\""), SoapVersion::V11),
    ];
    let sent = |body: &str| body.as_bytes().to_vec();
    for (kind, version) in kinds {
        for (what, method, body) in [
            ("empty", Method::POST, Vec::new()),
            ("white space", Method::POST, sent(" \r\n")),
            ("no XML", Method::POST, sent("hello")),
            ("not well-formed", Method::POST, sent("<a><b></a>")),
            ("another root", Method::POST, sent("<a/>")),
            ("no envelope of SOAP", Method::POST, sent("<s:Envelope xmlns:s='urn:a'><s:Body/></s:Envelope>")),
            ("not UTF-8", Method::POST, vec![0xFF; 64]),
            ("too large", Method::POST, vec![b' '; 100_001]),
            ("no POST", Method::PUT, sent("<a/>")),
        ] {
            let (status, content_type, text) = answer(&url, method, &kind, body).await;
            assert!(status.is_client_error() || status.is_server_error(), "{kind}, {what}: {status}");
            assert!(content_type.starts_with(version.media_type()), "{kind}, {what}: {content_type}");
            assert_eq!(text, Fault::refused().envelope(version), "{kind}, {what}");
        }
    }
}

/// The reply of a handler relates to the request, and its header blocks are signed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_and_replies_have_header_blocks_of_ws_addressing() {
    const VERSION: AddressingVersion = AddressingVersion::V1_0;
    async fn relates(request: OpenedRequest) -> SoapMessage {
        let action = request.header_block(VERSION.namespace(), "Action").expect("signed").xml().to_owned();
        assert!(action.contains("urn:pay"), "{action}");
        let id = request.correlation().unauthenticated_message_id().expect("the request has one");
        let addressing = Addressing::new(VERSION).action("urn:paid").relates_to(id);
        SoapMessage::from(envelope(SOAP12, "<accepted/>")).addressing(addressing)
    }
    let blocks = |local: &str| Part::header_block(VERSION.namespace(), local);
    let asked = [Part::Body, Part::Timestamp, blocks("Action"), blocks("MessageID")];
    let told = [Part::Body, Part::Timestamp, blocks("Action"), blocks("RelatesTo")];
    let layer = OpenLayer::new(receiver("bob", &asked), plan("bob", Encrypting::to_requester(), &told));
    let url = listens(Router::new().route("/pay", post(relates)).layer(layer)).await;
    let required = Requirements::signed_body_and(told.to_vec()).encrypted([Part::Body]).signature_confirmation();
    let replies = Receiver::new(trust(), required, MemoryReplayCache::default()).decrypt_with(identity("alice"));
    let mut client = wss_tower::SecureLayer::new(client_plan(&asked), replies).layer(HttpClient::default());
    let addressing = Addressing::new(VERSION).action("urn:pay").message_id("urn:uuid:1");
    let message = SoapMessage::from(envelope(SOAP12, "<pay/>")).addressing(addressing);
    let reply = ask(&mut client, &url, message).await.unwrap_or_else(|error| panic!("{error}"));
    let relates = reply.body().header_block(VERSION.namespace(), "RelatesTo").expect("signed");
    assert!(relates.xml().contains("urn:uuid:1"), "{}", relates.xml());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_fails_leaks_nothing() {
    async fn fails() -> (StatusCode, &'static str) {
        (StatusCode::INTERNAL_SERVER_ERROR, "the password of the database is hunter2")
    }
    async fn nothing() {}
    let router =
        Router::new().route("/pay", post(fails)).route("/one-way", post(nothing)).layer(service_layer(&SIGNED));
    let url = listens(router).await;
    let mut client = client(&SIGNED);
    let error = ask(&mut client, &url, envelope(SOAP11, "<a/>").into()).await.expect_err("a fault");
    let ClientError::Open { status, error: OpenError::UnauthenticatedFault { code, .. } } = error else {
        panic!("{error}");
    };
    assert_eq!((status, code.to_string().as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "Server"));

    let message = client_plan(&SIGNED).message(&envelope(SOAP12, "<a/>")).secure().expect("secured").message;
    let (_, _, text) = answer(&url, Method::POST, "application/soap+xml", message.into_bytes()).await;
    assert_eq!(text, Fault::service_failed().envelope(SoapVersion::V12));
    assert_eq!(UnauthenticatedFault::read(&text).expect("a fault").code(), "Receiver");

    let one_way = url.replace("/pay", "/one-way");
    let error = ask(&mut client, &one_way, envelope(SOAP11, "<a/>").into()).await.expect_err("no reply");
    assert!(matches!(error, ClientError::NoReply { status: StatusCode::OK }), "{error}");
}

/// Without a fault, the client would see a connection that breaks off, and would ask again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_panics_gives_a_fault_too() {
    async fn panics(request: OpenedRequest) -> SoapMessage {
        panic!("the password of the database is hunter2, and {} asked", request.signer())
    }
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let layer =
        service_layer(&SIGNED).on_refusal(move |refusal| log.lock().expect("the log").push(refusal.to_string()));
    let url = listens(Router::new().route("/pay", post(panics)).layer(layer)).await;
    for (soap, version) in [(SOAP11, SoapVersion::V11), (SOAP12, SoapVersion::V12)] {
        let message = client_plan(&SIGNED).message(&envelope(soap, "<a/>")).secure().expect("secured").message;
        let (status, content_type, text) = answer(&url, Method::POST, version.media_type(), message.into_bytes()).await;
        assert_eq!((status, text), (StatusCode::INTERNAL_SERVER_ERROR, Fault::service_failed().envelope(version)));
        assert!(content_type.starts_with(version.media_type()));
    }
    let seen = seen.lock().expect("the log");
    assert!(seen.len() == 2 && seen[0].contains("hunter2"), "the log says it: {seen:?}");
}

/// A store that panics.
struct Panics;

impl AsyncReplayCache for Panics {
    fn insert_if_absent_async<'a>(&'a self, _: &'a [u8; 32], _: SystemTime, _: SystemTime) -> ReplayFuture<'a> {
        panic!("the store is broken")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_while_a_request_is_opened_gives_a_fault_of_its_version() {
    let url = listens(Router::new().route("/pay", post(pay)).layer(service_layer(&SIGNED).replay(Panics))).await;
    for (soap, version) in [(SOAP11, SoapVersion::V11), (SOAP12, SoapVersion::V12)] {
        let message = client_plan(&SIGNED).message(&envelope(soap, "<a/>")).secure().expect("secured").message;
        let (status, _, text) = answer(&url, Method::POST, version.media_type(), message.into_bytes()).await;
        assert_eq!((status, text), (StatusCode::INTERNAL_SERVER_ERROR, Fault::service_failed().envelope(version)));
    }
}

/// A store that hangs until the gate is opened, and says when it was asked.
struct Hangs(mpsc::UnboundedSender<()>, Arc<Semaphore>);

impl AsyncReplayCache for Hangs {
    fn insert_if_absent_async<'a>(&'a self, _: &'a [u8; 32], _: SystemTime, _: SystemTime) -> ReplayFuture<'a> {
        Box::pin(async move {
            self.0.send(()).expect("the test listens");
            drop(self.1.acquire().await.expect("the gate"));
            Ok(())
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_hangs_stops_no_other_layer() {
    let (gate, (asks, mut asked)) = (Arc::new(Semaphore::new(0)), mpsc::unbounded_channel());
    let hangs = service_layer(&SIGNED).replay(Hangs(asks, Arc::clone(&gate)));
    let hanging = listens(Router::new().route("/pay", post(pay)).layer(hangs)).await;
    let other = listens(Router::new().route("/pay", post(pay)).layer(service_layer(&SIGNED))).await;
    let large = envelope(SOAP11, &format!("<a>{}</a>", "a".repeat(100_000)));
    let message = client_plan(&SIGNED).message(&large).secure().expect("secured").message.into_bytes();
    // As many as a layer works on at a time.
    let turns = 4 * std::thread::available_parallelism().map_or(1, usize::from);
    for _ in 0..turns {
        let (hanging, message) = (hanging.clone(), message.clone());
        drop(tokio::spawn(async move { answer(&hanging, Method::POST, "text/xml", message).await }));
    }
    for _ in 0..turns {
        asked.recv().await.expect("the store is asked");
    }
    let answered = tokio::time::timeout(Duration::from_secs(20), answer(&other, Method::POST, "text/xml", message));
    let answered = answered.await;
    // The runtime waits for its threads, so this is before what may fail.
    gate.add_permits(turns);
    assert_eq!(answered.map(|(status, _, _)| status), Ok(StatusCode::OK));
}

/// From their arrival until they are answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_requests_that_find_no_room_are_refused_and_small_ones_go_on() {
    let (gate, (begins, mut begun)) = (Arc::new(Semaphore::new(0)), mpsc::unbounded_channel());
    let waits = {
        let gate = Arc::clone(&gate);
        move |request: OpenedRequest| async move {
            if request.body().xml().len() > 100_000 {
                begins.send(()).expect("the test listens");
                gate.acquire().await.expect("the gate").forget();
            }
            SoapMessage::from(envelope(SOAP11, "<done/>"))
        }
    };
    let message = |octets: usize| {
        let envelope = envelope(SOAP11, &format!("<a>{}</a>", "a".repeat(octets)));
        client_plan(&SIGNED).message(&envelope).secure().expect("secured").message.into_bytes()
    };
    let (refusals, refused) = (Arc::new(Mutex::new(Vec::new())), StatusCode::SERVICE_UNAVAILABLE);
    let log = Arc::clone(&refusals);
    let layer = service_layer(&SIGNED).max_octets_at_a_time(message(120_000).len() * 2 - 2 * (64 << 10) + 100);
    let layer = layer.on_refusal(move |refusal| log.lock().expect("the log").push(refusal.to_string()));
    let url = listens(Router::new().route("/pay", post(waits)).layer(layer)).await;
    let asks = |octets: usize| {
        let (url, message) = (url.clone(), message(octets));
        tokio::spawn(async move { answer(&url, Method::POST, "text/xml", message).await.0 })
    };
    let held = [asks(120_000), asks(120_000)];
    for _ in 0..2 {
        begun.recv().await.expect("the handler is asked");
    }
    assert_eq!(asks(120_000).await.expect("an answer"), refused);
    assert_eq!(asks(10_000).await.expect("an answer"), StatusCode::OK, "what is small needs no room");
    gate.add_permits(3);
    for held in held {
        assert_eq!(held.await.expect("an answer"), StatusCode::OK);
    }
    assert_eq!(asks(120_000).await.expect("an answer"), StatusCode::OK, "they gave it back");
    let refusals = refusals.lock().expect("the log").clone();
    assert!(
        matches!(refusals.as_slice(), [only] if only.contains("`OpenLayer::max_octets_at_a_time`")),
        "{refusals:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attachments_go_both_ways() {
    async fn stamp(request: OpenedRequest) -> SoapMessage {
        let [invoice] = request.attachments() else { return envelope(SOAP11, "<none/>").into() };
        let content = invoice.content().expect("octets").into_owned();
        let stamped = Attachment::new("stamped@example.org", "application/pdf", [&content[..], b" stamped"].concat());
        SoapMessage::from(envelope(SOAP11, "<done/>")).attachment(stamped.expect("an attachment"))
    }
    let parts = [Part::Body, Part::Timestamp, Part::Attachments];
    let url = listens(Router::new().route("/pay", post(stamp)).layer(service_layer(&parts))).await;
    let invoice = Attachment::new("invoice@example.org", "application/pdf", b"%PDF".as_slice()).expect("an attachment");
    let message = SoapMessage::from(envelope(SOAP11, "<a/>")).attachment(invoice);
    let reply = ask(&mut client(&parts), &url, message).await.expect("a reply");
    let [stamped] = reply.body().attachments() else { panic!("one attachment") };
    assert_eq!(stamped.content().expect("octets").as_ref(), b"%PDF stamped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_tls_protects_needs_the_facts_of_the_connection() {
    async fn log_in(request: UnsignedRequest) -> SoapMessage {
        let user = request.user().map_or("nobody", |user| user.username()).to_owned();
        envelope(SOAP11, &format!("<hello>{user}</hello>")).into()
    }
    let layer = || {
        let passwords = |user: &str| (user == "ann").then(|| ws_security::Secret::new(b"s3cret".to_vec()));
        let required = Requirements::dangerous_unsigned().username_token();
        let receiver = Receiver::new(Trust::no_certificates(), required, MemoryReplayCache::default());
        let reply = Recipe::new().timestamp(LIFETIME).dangerous_reply_without_confirmation();
        OpenLayer::new(receiver.passwords(passwords), reply.plan().expect("a plan")).over_tls()
    };
    let router = || Router::new().route("/pay", post(log_in)).layer(layer());
    // The server that ends TLS tells what it knows of the connection.
    let facts = |mut request: axum::extract::Request| {
        request.extensions_mut().insert(TransportFacts::server_authenticated_tls());
        request
    };
    let told = listens(Router::new().merge(router().layer(tower::util::MapRequestLayer::new(facts)))).await;
    let untold = listens(router()).await;
    let recipe = Recipe::new().timestamp(LIFETIME).username_text("ann", "s3cret").over_protected_transport();
    let plan = recipe.plan().expect("a plan");
    let message = || plan.message(&envelope(SOAP11, "<a/>")).secure().expect("secured").message.into_bytes();
    let (status, _, text) = answer(&told, Method::POST, "text/xml", message()).await;
    assert!(status == StatusCode::OK && text.contains("<hello>ann</hello>"), "{status} {text}");
    let (status, _, text) = answer(&untold, Method::POST, "text/xml", message()).await;
    assert!(status == StatusCode::INTERNAL_SERVER_ERROR && text.contains("The service failed"), "{status} {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redirects_are_not_followed() {
    let taken = Arc::new(Mutex::new(0));
    let count = Arc::clone(&taken);
    let takes = async move || *count.lock().expect("a count") += 1;
    let thief = listens(Router::new().route("/pay", axum::routing::any(takes))).await;
    for status in [StatusCode::SEE_OTHER, StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT] {
        let to = thief.clone();
        let redirects = async move || (status, [("location", to)]);
        let url = listens(Router::new().route("/pay", post(redirects))).await;
        let mut client = client_layer(&SIGNED).layer(HttpClient::default());
        let error = ask(&mut client, &url, envelope(SOAP11, "<a/>").into()).await.expect_err("redirected");
        assert!(matches!(error, ClientError::NoReply { status: told } if told == status), "{error}");
    }
    assert_eq!(*taken.lock().expect("a count"), 0);
}

/// A key that blocks, as one in a token does, which notes the thread that it is used on.
struct Blocks(Identity, Arc<Mutex<Vec<std::thread::ThreadId>>>);

impl ws_security::SigningKey for Blocks {
    fn sign(&self, method: ws_security::SignatureMethod, message: &[u8]) -> Result<Vec<u8>, ws_security::CryptoError> {
        self.1.lock().expect("threads").push(std::thread::current().id());
        self.0.signing_key().sign(method, message)
    }

    fn can_run(&self, method: ws_security::SignatureMethod) -> bool {
        self.0.signing_key().can_run(method)
    }
}

#[tokio::test]
async fn keys_that_block_do_not_stop_the_thread_of_the_other_tasks() {
    let threads = Arc::default();
    let bob = identity("bob");
    let key = Arc::new(Blocks(bob.clone(), Arc::clone(&threads)));
    let bob = Identity::from_parts(key, bob.unwrapping_key().clone(), bob.certificate().clone());
    let plan = || {
        let signing = Signing::with(&bob).parts(SIGNED);
        let recipe = Recipe::new().timestamp(LIFETIME).signature_confirmation().sign(signing);
        recipe.encrypt(Encrypting::to_requester().parts([Part::Body])).plan().expect("a plan")
    };
    let layer = || OpenLayer::new(receiver("bob", &SIGNED), plan());
    for (layer, is_here) in [(layer(), true), (layer().blocking(), false)] {
        let url = listens(Router::new().route("/pay", post(pay)).layer(layer)).await;
        let reply = ask(&mut client(&SIGNED), &url, envelope(SOAP11, "<a/>").into()).await;
        assert!(reply.is_ok());
        let used = std::mem::take(&mut *threads.lock().expect("threads"));
        assert_eq!(used.iter().map(|id| *id == std::thread::current().id()).collect::<Vec<_>>(), [is_here]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_to_another_request_is_refused() {
    // The service answers each request with what it answered first.
    let kept = Arc::new(Mutex::new(None::<(String, Vec<u8>)>));
    let layer = service_layer(&SIGNED);
    let honest = listens(Router::new().route("/pay", post(pay)).layer(layer)).await;
    let again = Arc::clone(&kept);
    let mixed = move |body: axum::body::Bytes| async move {
        let (_, content_type, text) = answer(&honest, Method::POST, "text/xml", body.to_vec()).await;
        let mut kept = again.lock().expect("kept");
        let (content_type, octets) = kept.get_or_insert((content_type, text.into_bytes())).clone();
        ([("content-type", content_type)], octets)
    };
    let url = listens(Router::new().route("/pay", post(mixed))).await;
    let mut client = client(&SIGNED);
    assert!(ask(&mut client, &url, envelope(SOAP11, "<a/>").into()).await.is_ok());
    let error = ask(&mut client, &url, envelope(SOAP11, "<a/>").into()).await.expect_err("a reply to the first");
    assert!(matches!(error, ClientError::Open { .. }), "{error}");
}

/// Whoever changes the action on the way must not choose what is done with a signed Body.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_action_that_nobody_signs_does_not_reach_the_handler() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let handler = move |headers: axum::http::HeaderMap, request: OpenedRequest| {
        let log = Arc::clone(&log);
        async move {
            log.lock().expect("the log").extend(headers.values().map(|value| format!("{value:?}")));
            pay(request).await
        }
    };
    let url = listens(Router::new().route("/pay", post(handler)).layer(service_layer(&SIGNED))).await;
    let mut client = client(&SIGNED);
    for soap in [SOAP11, SOAP12] {
        let message = SoapMessage::from(envelope(soap, "<b:pay xmlns:b=\"urn:bank\">1</b:pay>")).action("urn:evil");
        ask(&mut client, &url, message).await.expect("answered");
    }
    let seen = seen.lock().expect("the log");
    assert!(!seen.is_empty() && !seen.iter().any(|value| value.contains("urn:evil")), "{seen:?}");
}
