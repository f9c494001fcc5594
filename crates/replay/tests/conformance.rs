//! The store in memory keeps the promises of the trait.

use std::sync::Arc;
use std::time::SystemTime;

use wss_replay::{DeferredReplay, MemoryReplayCache, ReplayCache, ReplayError};
use wss_replay_conformance::{Blocking, Conformance};

#[test]
fn the_store_in_memory_conforms() {
    let clones = |handles| {
        let store = Arc::new(MemoryReplayCache::default());
        vec![store; handles]
    };
    Conformance::new(clones).full(|entries| Arc::new(MemoryReplayCache::new(entries))).run();
}

#[test]
fn the_store_in_memory_conforms_when_it_is_asked_asynchronously() {
    fn ready(future: wss_replay::ReplayFuture<'_>) -> Result<(), ReplayError> {
        let mut future = future;
        match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(outcome) => outcome,
            std::task::Poll::Pending => panic!("a store in memory answers at once"),
        }
    }
    Conformance::new(|handles| {
        let store = Arc::new(MemoryReplayCache::default());
        (0..handles).map(|_| Blocking(store.clone(), ready)).collect()
    })
    .rounds(100)
    .run();
}

#[test]
fn in_place_of_a_store_there_is_nothing_that_accepts() {
    let now = SystemTime::now();
    assert_eq!(DeferredReplay.insert_if_absent(&[0; 32], now, now), Err(ReplayError::Deferred));
}
