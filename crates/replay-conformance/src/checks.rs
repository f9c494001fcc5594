//! The promises that one thread can check.

use std::time::{Duration, Instant, SystemTime};

use wss_replay::{ReplayCache, ReplayError};

use crate::atomic::key;

const SECOND: Duration = Duration::from_secs(1);
const YEAR: u64 = 365 * 24 * 3_600;

/// A clock that the checks set, or the real one, for which the checks wait.
struct Time {
    start: SystemTime,
    real: bool,
}

impl Time {
    /// The time `after` the start. With a real clock, waits until then.
    fn at(&self, after: Duration) -> SystemTime {
        let instant = self.start + after;
        if self.real {
            std::thread::sleep(instant.duration_since(SystemTime::now()).unwrap_or_default());
        }
        instant
    }
}

fn new_key(store: &impl ReplayCache, key: &[u8; 32], until: SystemTime, now: SystemTime, what: &str) {
    if let Err(error) = store.insert_if_absent(key, until, now) {
        panic!("{what}: a new key is refused: {error}");
    }
}

fn seen(store: &impl ReplayCache, key: &[u8; 32], until: SystemTime, now: SystemTime, what: &str) {
    match store.insert_if_absent(key, until, now) {
        Err(ReplayError::Seen) => {}
        Ok(()) => panic!("{what}: a known key is accepted"),
        Err(other) => panic!("{what}: a known key is refused for another reason: {other}"),
    }
}

pub(crate) fn one_bit(store: &impl ReplayCache) {
    let now = SystemTime::now();
    let until = now + 600 * SECOND;
    let keys: Vec<[u8; 32]> = (0..256)
        .map(|bit: usize| {
            let mut key = key(1);
            key[bit / 8] ^= 1 << (bit % 8);
            key
        })
        .chain([key(1), [0; 32], [0xFF; 32]])
        .collect();
    for (nth, key) in keys.iter().enumerate() {
        new_key(store, key, until, now, &format!("bit {nth} differs"));
    }
    for (nth, key) in keys.iter().enumerate() {
        seen(store, key, until, now, &format!("bit {nth} differs"));
    }
}

pub(crate) fn edges(store: &impl ReplayCache, real: Option<Duration>) {
    let window = if real.is_some() { SECOND } else { 300 * SECOND };
    let millisecond = Duration::from_millis(1);
    let time = Time { start: SystemTime::now(), real: real.is_some() };
    let until = time.start + window;
    let key = key(2);
    new_key(store, &key, until, time.start, "at first");
    seen(store, &key, until, time.start, "at once");
    seen(store, &key, until + window, time.at(window / 2), "in the middle of the window");
    if let Some(margin) = real {
        seen(store, &key, until, time.at(window - window / 10), "at the end of the window");
        let later = time.at(window + margin + window / 2);
        new_key(store, &key, later + 600 * SECOND, later, "after the window");
        seen(store, &key, later + 600 * SECOND, later, "after the window, once more");
        return;
    }
    seen(store, &key, until + window, until - millisecond, "a millisecond before its last instant");
    seen(store, &key, until + window, until, "at its last instant");
    let later = until + millisecond;
    new_key(store, &key, later + window, later, "a millisecond after its last instant");
    seen(store, &key, later + window, later + window, "at the last instant of its second window");
    let past = later + 2 * window;
    new_key(store, &key, past - window, past, "with a window that is over");
    seen(store, &key, past - window, past, "at the instant of a window that is over");
}

pub(crate) fn windows(store: &impl ReplayCache, real: Option<Duration>) {
    let short = if real.is_some() { SECOND / 2 } else { SECOND };
    let time = Time { start: SystemTime::now(), real: real.is_some() };
    let (brief, long) = (key(3), key(4));
    let long_until = time.start + Duration::from_secs(10 * YEAR);
    new_key(store, &brief, time.start + short, time.start, "a short window");
    new_key(store, &long, long_until, time.start, "a long window");
    let later = time.at(2 * short + real.unwrap_or_default());
    new_key(store, &brief, later + 600 * SECOND, later, "after the short window");
    seen(store, &long, long_until, later, "long before the end of the long window");
    // A later delivery with a shorter window does not shorten the window of the first one.
    seen(store, &long, later, later, "a known key with a shorter window");
    seen(store, &long, long_until, time.at(3 * short + real.unwrap_or_default()), "after a delivery that was refused");
}

pub(crate) fn skew<S: ReplayCache>(one: &S, other: &S) {
    let now = SystemTime::now();
    let window = 420 * SECOND;
    for (nth, behind) in [true, false].into_iter().enumerate() {
        let key = key(5 + nth);
        let elsewhere = if behind { now - 60 * SECOND } else { now + 60 * SECOND };
        new_key(one, &key, now + window, now, "a clock that is right");
        seen(other, &key, elsewhere + window, elsewhere, "a clock that differs by a minute");
        seen(one, &key, now + window, now, "a clock that is right");
    }
}

pub(crate) fn far_away(store: &impl ReplayCache) {
    let now = SystemTime::now();
    let centuries = Duration::from_secs(500 * YEAR);
    let millennia = Duration::from_secs(8_000 * YEAR);
    for (nth, (now, until)) in [
        (now, now + centuries),
        (now, now + millennia),
        (SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + 420 * SECOND),
        (SystemTime::UNIX_EPOCH - 1_000 * SECOND, SystemTime::UNIX_EPOCH - 10 * SECOND),
        (now + millennia, now + millennia + 420 * SECOND),
    ]
    .into_iter()
    .enumerate()
    {
        let key = key(20 + nth);
        match store.insert_if_absent(&key, until, now) {
            Ok(()) => seen(store, &key, until, now, &format!("times far away, case {nth}")),
            Err(ReplayError::ClockWentBack) => {}
            Err(error) => panic!("times far away, case {nth}: a new key is refused: {error}"),
        }
    }
}

pub(crate) fn clock_back(store: &impl ReplayCache) {
    let start = SystemTime::now();
    let key_of_old = key(30);
    new_key(store, &key_of_old, start + 10 * SECOND, start, "before the clock goes ahead");
    let ahead = start + 10_000 * SECOND;
    // Enough insertions to make the store remove expired entries.
    for number in 0..5_000 {
        new_key(store, &key(1_000 + number), ahead + 10 * SECOND, ahead, "while the clock is ahead");
    }
    let back = start + 5 * SECOND;
    match store.insert_if_absent(&key_of_old, back + 10 * SECOND, back) {
        Err(ReplayError::Seen | ReplayError::ClockWentBack) => {}
        Ok(()) => panic!("the clock went back, and a key that was accepted at that time is accepted again"),
        Err(other) => panic!("the clock went back: {other}"),
    }
    new_key(store, &key(31), ahead + 10 * SECOND, ahead, "after the clock came back");
}

pub(crate) fn full(store: &impl ReplayCache, entries: usize) {
    let now = SystemTime::now();
    let until = now + 300 * SECOND;
    for number in 0..entries {
        new_key(store, &key(number), until, now, &format!("entry {number} of {entries}"));
    }
    for number in entries..entries + 100 {
        match store.insert_if_absent(&key(number), until, now) {
            Err(ReplayError::Full) => {}
            other => panic!("a full store answers {other:?} instead of `Full`"),
        }
    }
    for number in 0..entries {
        seen(store, &key(number), until, until, &format!("a full store, entry {number}"));
    }
    let later = until + Duration::from_millis(1);
    for number in entries..2 * entries {
        new_key(store, &key(number), later + 300 * SECOND, later, "a full store, once its entries expired");
    }
}

pub(crate) fn failing(store: &impl ReplayCache, what: &str, limit: Duration) {
    let now = SystemTime::now();
    for number in 0..3 {
        let start = Instant::now();
        let answer = store.insert_if_absent(&key(40 + number), now + 300 * SECOND, now);
        assert!(answer.is_err(), "{what}: a store that cannot tell accepts");
        assert!(start.elapsed() < limit, "{what}: {:?} until the store gives up", start.elapsed());
    }
}
