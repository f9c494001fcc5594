//! Tests that of many deliveries of one key at once, exactly one is accepted.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use wss_replay::{ReplayCache, ReplayError};

/// In each round all handles insert one key at the same time, each from a thread of its own.
pub(crate) fn one_winner<S: ReplayCache>(handles: &[S], rounds: usize) {
    let won: Vec<AtomicUsize> = (0..rounds).map(|_| AtomicUsize::new(0)).collect();
    let start = Barrier::new(handles.len());
    let now = SystemTime::now();
    let until = now + Duration::from_secs(3_600);
    let unexpected: Vec<(usize, ReplayError)> = std::thread::scope(|scope| {
        let threads: Vec<_> = handles
            .iter()
            .map(|store| {
                scope.spawn(|| {
                    let mut unexpected = Vec::new();
                    for (round, won) in won.iter().enumerate() {
                        start.wait();
                        match store.insert_if_absent(&key(round), until, now) {
                            Ok(()) => drop(won.fetch_add(1, Ordering::Relaxed)),
                            Err(ReplayError::Seen) => {}
                            Err(other) => unexpected.push((round, other)),
                        }
                    }
                    unexpected
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("the store does not panic")).collect()
    });
    for (round, won) in won.iter().enumerate() {
        let won = won.load(Ordering::Relaxed);
        assert!(won <= 1, "round {round}: {won} deliveries of one key were accepted");
    }
    if let Some((round, error)) = unexpected.first() {
        panic!("round {round}: a store in good order answers with an error that is not `Seen`: {error}");
    }
    let lost = won.iter().position(|won| won.load(Ordering::Relaxed) == 0);
    assert!(lost.is_none(), "round {lost:?}: a new key was refused by all");
}

/// Keys that look like digests.
pub(crate) fn key(number: usize) -> [u8; 32] {
    let mut state = number as u64 ^ 0x9E37_79B9_7F4A_7C15;
    let mut key = [0; 32];
    for part in key.chunks_exact_mut(8) {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        part.copy_from_slice(&(mixed ^ (mixed >> 31)).to_be_bytes());
    }
    key
}
