//! Tests that a replay store keeps the promises of [`ReplayCache`].
//!
//! [`Conformance`] holds the tested store and runs the checks. Each check panics with a sentence that says which
//! promise is broken. [`Blocking`] adapts asynchronous stores.

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod atomic;
mod checks;

use std::time::{Duration, SystemTime};

use wss_replay::{AsyncReplayCache, ReplayCache, ReplayError, ReplayFuture};

/// The number of threads, or handles on the store, that deliver one key at once.
const DELIVERIES: usize = 64;

/// The tested store, and its properties.
pub struct Conformance<S> {
    handles: Box<dyn Fn(usize) -> Vec<S>>,
    full: Option<Box<dyn Fn(usize) -> S>>,
    failing: Vec<(String, S)>,
    rounds: usize,
    real_time: Option<Duration>,
    answers_within: Duration,
}

impl<S: ReplayCache> Conformance<S> {
    /// Tests the store that `handles` makes. Each call returns this number of handles on one store, which is new and
    /// empty and shares nothing with the stores of earlier calls. Use the handles of your service: clones within a
    /// process, or connections of several processes.
    pub fn new(handles: impl Fn(usize) -> Vec<S> + 'static) -> Self {
        Self {
            handles: Box::new(handles),
            full: None,
            failing: Vec::new(),
            rounds: 10_000,
            real_time: None,
            answers_within: Duration::from_secs(5),
        }
    }

    /// The number of rounds in which 64 threads deliver one key; 10,000 by default. The environment variable
    /// `WSS_REPLAY_ROUNDS` overrides it.
    #[must_use]
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds;
        self
    }

    /// The store has its own clock, as Redis has, and keeps entries for up to `margin` longer than asked. Checks then
    /// wait instead of passing later times.
    #[must_use]
    pub fn in_real_time(mut self, margin: Duration) -> Self {
        self.real_time = Some(margin);
        self
    }

    /// Also tests the store at its capacity. `full` makes a store for this number of live entries.
    #[must_use]
    pub fn full(mut self, full: impl Fn(usize) -> S + 'static) -> Self {
        self.full = Some(Box::new(full));
        self
    }

    /// Also tests a store that cannot work. `what` says why not.
    #[must_use]
    pub fn failing(mut self, what: impl Into<String>, store: S) -> Self {
        self.failing.push((what.into(), store));
        self
    }

    /// The time within which a failing store must fail; 5 seconds by default.
    #[must_use]
    pub fn answers_within(mut self, limit: Duration) -> Self {
        self.answers_within = limit;
        self
    }

    /// Runs every check that applies, and prints a line for each.
    ///
    /// # Panics
    /// If a promise is broken, with that promise.
    pub fn run(&self) {
        let step = |name: &str, check: &dyn Fn()| {
            let start = std::time::Instant::now();
            check();
            println!("replay conformance: {name}: ok ({:.1} s)", start.elapsed().as_secs_f64());
        };
        let rounds = std::env::var("WSS_REPLAY_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
        let rounds = rounds.unwrap_or(self.rounds);
        step(&format!("{rounds} rounds of {DELIVERIES} deliveries have one winner each"), &|| {
            atomic::one_winner(&(self.handles)(DELIVERIES), rounds);
        });
        step("keys that differ in one bit are different", &|| checks::one_bit(&self.store()));
        step("an entry is live up to its last instant", &|| checks::edges(&self.store(), self.real_time));
        step("short and long windows lie beside each other", &|| checks::windows(&self.store(), self.real_time));
        step("callers whose clocks differ see each other's entries", &|| self.with_two(checks::skew));
        step("times far away are neither refused nor forgotten", &|| checks::far_away(&self.store()));
        if self.real_time.is_none() {
            step("a clock that goes back accepts nothing again", &|| checks::clock_back(&self.store()));
        }
        if let Some(full) = &self.full {
            step("a full store refuses, and forgets nothing live", &|| checks::full(&full(1_000), 1_000));
        }
        for (what, store) in &self.failing {
            step(&format!("refused: {what}"), &|| checks::failing(store, what, self.answers_within));
        }
    }

    fn store(&self) -> S {
        (self.handles)(1).pop().expect("one handle was asked for")
    }

    fn with_two(&self, check: impl Fn(&S, &S)) {
        let mut handles = (self.handles)(2);
        let (one, other) = (handles.pop(), handles.pop());
        check(&one.expect("two handles were asked for"), &other.expect("two handles were asked for"));
    }
}

/// Calls an asynchronous store from a thread. `.1` runs a future to its end, like `block_on` of the runtime.
pub struct Blocking<S, B>(pub S, pub B);

impl<S, B> ReplayCache for Blocking<S, B>
where
    S: AsyncReplayCache,
    B: Fn(ReplayFuture<'_>) -> Result<(), ReplayError> + Send + Sync,
{
    fn insert_if_absent(&self, key: &[u8; 32], until: SystemTime, now: SystemTime) -> Result<(), ReplayError> {
        (self.1)(self.0.insert_if_absent_async(key, until, now))
    }

    fn remembers(&self) -> bool {
        self.0.remembers()
    }
}
