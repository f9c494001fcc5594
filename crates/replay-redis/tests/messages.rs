//! Whole messages: receivers that share a Redis open each of them once.

mod server;

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ws_security::prelude::*;
use ws_security::{DeferredReplay, OpenError, ReplayCache, ReplayError};

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><pay xmlns=\"urn:bank\">\
                        1499.90</pay></s:Body></s:Envelope>";

fn identity() -> Identity {
    let file =
        |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).expect("a key");
    Identity::from_pem(&file("alice.pem"), &file("alice.key")).expect("an identity")
}

fn message() -> String {
    let signing = Signing::with(&identity()).parts([Part::Body, Part::Timestamp]);
    let recipe = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing);
    recipe.plan().expect("a plan").message(ENVELOPE).secure().expect("secured").message
}

fn receiver(store: impl ReplayCache + 'static) -> Receiver {
    let trust = Trust::pins([identity().certificate().clone()]);
    Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), store)
}

#[test]
fn of_64_receivers_exactly_one_opens_a_message() {
    let Some(server) = server::start(&[]) else { return };
    let receivers: Vec<Receiver> = (0..64).map(|_| receiver(server.settings().blocking())).collect();
    for _ in 0..10 {
        let message = message();
        let (start, opened) = (Barrier::new(receivers.len()), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for receiver in &receivers {
                scope.spawn(|| {
                    start.wait();
                    match receiver.open(&message) {
                        Ok(_) => drop(opened.fetch_add(1, Ordering::Relaxed)),
                        Err(error) => assert_eq!(error, OpenError::Replay(ReplayError::Seen)),
                    }
                });
            }
        });
        assert_eq!(opened.into_inner(), 1);
    }
}

#[test]
fn a_message_that_arrives_while_redis_is_away_is_refused_and_the_next_one_opens() {
    let Some(server) = server::start(&[]) else { return };
    let store = server.settings().timeout(Duration::from_millis(500)).asynchronous();
    let receiver = receiver(DeferredReplay);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("tokio");
    let open = |message: &str| {
        let pending = receiver.deferred().open(message).expect("proven");
        runtime.block_on(pending.accept_async(&store))
    };
    let first = message();
    assert!(open(&first).expect("new").body().xml().contains("1499.90"));
    assert!(matches!(open(&first), Err(OpenError::Replay(ReplayError::Seen))));
    server.pause();
    assert!(matches!(open(&message()), Err(OpenError::Replay(ReplayError::Failed { .. }))));
    server.resume();
    assert!(open(&message()).is_ok());
}
