//! Revocation lists that reqwest fetches from a server on loopback.

mod common;
#[path = "../../../tests/common/pki.rs"]
mod pki;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::routing::{get, post};
use common::*;
use ws_security::c14n::{Budget, Limits};
use ws_security::prelude::*;
use ws_security::tokens::Purpose;
use ws_security::{FetchError, RevocationCache, RevocationStatus, TrustError};
use wss_tower::{HttpClient, OpenLayer};

/// A distribution point of revocation lists.
fn distribution_point(url: &str) -> Vec<u8> {
    let name = pki::der(0xA0, &pki::der(0xA0, &pki::der(0x86, url.as_bytes())));
    pki::extension(&[0x55, 0x1D, 31], false, &pki::sequence(&[&pki::sequence(&[&name])]))
}

fn judged(cache: &RevocationCache, url: &str) -> Result<RevocationStatus, TrustError> {
    let root = pki::Spec::authority("root", "root").made("ca", "ca");
    let leaf = pki::Spec::leaf("leaf", "root").also(distribution_point(url)).made("alice", "ca");
    let trust = Trust::anchors([root]).expect("an anchor").signer(SignerRule::AnyBelowTheAnchors).fetched(cache);
    let budget = Budget::new(&Limits::default(), 4_096);
    let validated = trust.validate(&leaf, &[], Purpose::Signing, std::time::SystemTime::now(), &budget);
    validated.map(|validated| validated.revocation().clone())
}

/// A body without an end.
struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(&[0; 1_024])))))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_fetched_within_a_limit_and_from_nowhere_else() {
    let list = pki::List::of("root", &[]).made("ca");
    let router = Router::new()
        .route("/pay", get(move || async move { list }))
        .route("/endless", get(async || Body::new(Endless)))
        .route("/moved", get(async || (StatusCode::FOUND, [("location", "/pay")])))
        .route("/fails", get(async || (StatusCode::SERVICE_UNAVAILABLE, "later")));
    let url = listens(router).await;
    let limits = ws_security::CacheLimits { list_octets: 100_000, ..Default::default() };
    for (path, expected) in
        [("/pay", ""), ("/endless", "more than"), ("/moved", "302"), ("/fails", "503"), ("/no", "404")]
    {
        let (cache, url) = (RevocationCache::new(limits), url.replace("/pay", path));
        judged(&cache, &url).expect_err("nothing is known");
        let errors = cache.fetch(&HttpClient::default()).await;
        match expected {
            "" => assert_eq!((errors.len(), judged(&cache, &url)), (0, Ok(RevocationStatus::Good))),
            why => {
                assert!(matches!(&errors[..], [error] if error.to_string().contains(why)), "{path}: {errors:?}");
                assert!(matches!(&errors[0], FetchError::Failed { .. } | FetchError::TooLarge { .. }));
                judged(&cache, &url).expect_err("nothing is known");
            }
        }
    }
}

/// The service fetches the status that a request lacks, and the client need not ask again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layer_fetches_the_status_of_a_signer() {
    let (good, revoked) = (pki::List::of("root", &[]).made("ca"), pki::List::of("root", &[&[7]]).made("ca"));
    let lists = Router::new()
        .route("/pay", get(move || async move { good }))
        .route("/revoked", get(move || async move { revoked }))
        .route("/fails", get(async || (StatusCode::SERVICE_UNAVAILABLE, "later")));
    let url = listens(lists).await;
    let root = || pki::Spec::authority("root", "root").made("ca", "ca");
    // The fault of a sender has the status 400 (SOAP 1.2 part 2, §7.5.2.2).
    for (path, fetches, status) in
        [("/pay", true, 200), ("/pay", false, 400), ("/revoked", true, 400), ("/fails", true, 400)]
    {
        let url = url.replace("/pay", path);
        let leaf = pki::Spec::leaf("leaf", "root").also(distribution_point(&url)).made("alice", "ca");
        let alice = Identity::new(pki::key("alice"), leaf).expect("an identity");
        let cache = RevocationCache::default();
        let trust = Trust::anchors([root()]).expect("an anchor").signer(SignerRule::AnyBelowTheAnchors).fetched(&cache);
        let receiver = Receiver::new(trust, Requirements::signed(SIGNED), MemoryReplayCache::default());
        let reply = Recipe::new().timestamp(LIFETIME).sign(Signing::with(&identity("bob")).parts(SIGNED));
        let layer = OpenLayer::new(receiver, reply.plan().expect("a plan"));
        let layer = if fetches { layer.fetch_statuses(&cache, HttpClient::default()) } else { layer };
        let service = listens(Router::new().route("/pay", post(pay)).layer(layer)).await;
        let signed =
            Recipe::new().timestamp(LIFETIME).sign(Signing::with(&alice).parts(SIGNED)).plan().expect("a plan");
        let request = || signed.message(&envelope(SOAP12, "<a/>")).secure().expect("secured").message;
        let send = async |message: String| {
            let sent =
                reqwest::Client::new().post(&service).header("content-type", "application/soap+xml").body(message);
            sent.send().await.expect("an answer").status().as_u16()
        };
        assert_eq!(send(request()).await, status, "{path} {fetches}");
    }
}

/// A server of lists that is slow is asked once, however many requests wait: neither honest ones nor those that say nothing make
/// the service ask again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_wait_for_one_status_ask_for_it_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let slow = get(move || async move {
        count.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(700)).await;
        pki::List::of("root", &[]).made("ca")
    });
    let url = listens(Router::new().route("/pay", slow)).await;
    let root = pki::Spec::authority("root", "root").made("ca", "ca");
    let leaf = pki::Spec::leaf("leaf", "root").also(distribution_point(&url)).made("alice", "ca");
    let alice = Identity::new(pki::key("alice"), leaf).expect("an identity");
    let cache = RevocationCache::default();
    let trust = Trust::anchors([root]).expect("an anchor").signer(SignerRule::AnyBelowTheAnchors).fetched(&cache);
    let receiver = Receiver::new(trust, Requirements::signed(SIGNED), MemoryReplayCache::default());
    let reply = Recipe::new().timestamp(LIFETIME).sign(Signing::with(&identity("bob")).parts(SIGNED));
    let layer = OpenLayer::new(receiver, reply.plan().expect("a plan")).fetch_statuses(&cache, HttpClient::default());
    let service = listens(Router::new().route("/pay", post(pay)).layer(layer)).await;
    let signed = Recipe::new().timestamp(LIFETIME).sign(Signing::with(&alice).parts(SIGNED)).plan().expect("a plan");
    let honest = || signed.message(&envelope(SOAP12, "<a/>")).secure().expect("secured").message;
    let send = |message: String| {
        let service = service.clone();
        tokio::spawn(async move {
            let sent =
                reqwest::Client::new().post(&service).header("content-type", "application/soap+xml").body(message);
            sent.send().await.expect("an answer").status().as_u16()
        })
    };
    let first = send(honest());
    tokio::time::sleep(Duration::from_millis(200)).await;
    let others: Vec<_> = (0..4).map(|_| send(honest())).collect();
    let strangers: Vec<_> = (0..8).map(|_| send(envelope(SOAP12, "<a/>"))).collect();
    assert_eq!(first.await.expect("it ran"), 200);
    for other in others {
        assert_eq!(other.await.expect("it ran"), 200);
    }
    for stranger in strangers {
        assert_eq!(stranger.await.expect("it ran"), 400);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
