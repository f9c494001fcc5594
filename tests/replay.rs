//! A message is accepted once: by receivers that share a store, asked at once or later, and by whatever keys it has.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use common::*;
use ws_security::TransportFacts;
use ws_security::prelude::*;
use ws_security::{
    AsyncReplayCache, Clock, DangerousNoReplayCache, DeferredReplay, OpenError, ReplayCache, ReplayError, ReplayFuture,
    RequirementError, Secret, Waiver,
};

fn remembering(store: impl ReplayCache + 'static) -> Receiver {
    Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), store)
}

/// Signed by Alice, and endorsed by a second signature: remembered by two keys at least.
fn endorsed() -> String {
    let once = recipe().sign(signing());
    let twice = once.sign(Signing::with(&identity("bob")).parts([Part::Timestamp]));
    twice.secured(&envelope(SOAP11))
}

fn both() -> Trust {
    Trust::pins([identity("alice").certificate().clone(), identity("bob").certificate().clone()])
}

/// A clock that a test moves.
struct Moved(Mutex<SystemTime>);

impl Clock for Moved {
    fn now(&self) -> SystemTime {
        *self.0.lock().expect("no test panics with it")
    }
}

/// Two copies are verified at once. One is accepted, and the other one when a store may have forgotten the first.
#[test]
fn a_message_that_was_verified_long_ago_is_not_accepted() {
    let clock = Arc::new(Moved(Mutex::new(SystemTime::now())));
    let receiver = remembering(DangerousNoReplayCache).clock(clock.clone());
    let message = signed(SOAP11);
    let pending = || receiver.deferred().open(&message).expect("verified");
    let (one, late, async_too) = (pending(), pending(), pending());
    assert!(one.accept(&DangerousNoReplayCache).is_ok());
    *clock.0.lock().expect("no test panics with it") += Duration::from_secs(421);
    let too_late = OpenError::Requirement(RequirementError::AcceptedTooLate);
    assert_eq!(late.accept(&DangerousNoReplayCache).map(drop), Err(too_late.clone()));
    assert_eq!(block_on(async_too.accept_async(&Slow { forgets: true, ..Slow::default() })).map(drop), Err(too_late));
}

#[test]
fn of_64_receivers_that_share_a_store_exactly_one_opens_a_message() {
    let store = Arc::new(MemoryReplayCache::default());
    let receivers: Vec<Receiver> = (0..64).map(|_| remembering(store.clone())).collect();
    for _ in 0..20 {
        let message = signed(SOAP11);
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

/// The value of ECDSA for one SignedInfo has many forms, and two values. A message with another one is the same message.
#[test]
fn a_message_whose_ecdsa_value_is_written_otherwise_is_the_same_message() {
    use ws_security::c14n::{base64_decode, base64_encode};

    let signing = Signing::with(&identity("ec256")).parts([Part::Body, Part::Timestamp]);
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    let (before, rest) = message.split_once("<ds:SignatureValue>").expect("a value");
    let (text, after) = rest.split_once('<').expect("its end");
    let value = base64_decode(text, 64).expect("base64");
    let with = |octets: &[u8]| format!("{before}<ds:SignatureValue>{}<{after}", base64_encode(octets));
    // DER: a zero is in front of a number whose first bit is set, and no other.
    let number = |half: &[u8]| {
        let half = &half[half.iter().position(|octet| *octet != 0).expect("no zero")..];
        let zero: &[u8] = if half[0] >= 0x80 { &[0] } else { &[] };
        [&[2, (zero.len() + half.len()) as u8], zero, half].concat()
    };
    let numbers = [number(&value[..32]), number(&value[32..])].concat();
    let in_der = with(&[&[0x30, numbers.len() as u8], &numbers[..]].concat());
    let padded = with(&[&[0], &value[..32], &[0], &value[32..]].concat());
    let strict = Receiver::new(
        Trust::pins([certificate("ec256")]),
        Requirements::signed([Part::Body, Part::Timestamp]),
        MemoryReplayCache::default(),
    );
    for other in [&in_der, &padded] {
        let error = strict.open(other).map(drop).expect_err("refused").to_string();
        assert!(error.contains("`accept_other_ecdsa_values`"), "{error}");
        let first = Receiver::new(
            Trust::pins([certificate("ec256")]),
            Requirements::signed([Part::Body, Part::Timestamp]),
            MemoryReplayCache::default(),
        );
        assert!(first.accept_other_ecdsa_values().open(other).is_ok());
    }
    let accepting = strict.accept_other_ecdsa_values();
    assert!(accepting.open(&message).is_ok());
    for again in [&in_der, &padded, &message] {
        assert_eq!(accepting.open(again).map(drop), Err(OpenError::Replay(ReplayError::Seen)));
    }
    assert!(accepting.open(in_der.replace(AMOUNT, "9999.99")).is_err());
}

/// A store that answers when it is polled the second time, as one behind a network does.
#[derive(Default)]
struct Slow {
    store: MemoryReplayCache,
    fails: bool,
    forgets: bool,
}

impl AsyncReplayCache for Slow {
    fn insert_if_absent_async<'a>(&'a self, key: &'a [u8; 32], until: SystemTime, now: SystemTime) -> ReplayFuture<'a> {
        let mut polled = false;
        Box::pin(std::future::poll_fn(move |context| {
            if !std::mem::replace(&mut polled, true) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(match self.fails {
                true => Err(ReplayError::failed("connection reset")),
                false if self.forgets => Ok(()),
                false => self.store.insert_if_absent(key, until, now),
            })
        }))
    }

    fn remembers(&self) -> bool {
        !self.forgets
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

#[test]
fn an_asynchronous_store_is_asked_after_all_else_and_before_anything_is_handed_out() {
    let receiver = remembering(DeferredReplay);
    let store = Slow::default();
    let message = signed(SOAP11);
    let opened = block_on(receiver.deferred().open(&message).expect("proven").accept_async(&store)).expect("new");
    assert!(opened.body().xml().contains(AMOUNT));
    assert!(!opened.evidence().waived.contains(&Waiver::NoReplayCache));
    let again = receiver.deferred().open(&message).expect("proven");
    let refused = block_on(again.accept_async(&store)).expect_err("a replay");
    assert_eq!(refused, OpenError::Replay(ReplayError::Seen));
    // A store that remembers nothing is a waiver here, too, also behind an Arc.
    let forgetting = Arc::new(Slow { forgets: true, ..Slow::default() });
    let again = receiver.deferred().open(&message).expect("proven");
    let opened = block_on(again.accept_async(&forgetting)).expect("forgotten");
    assert!(opened.evidence().waived.contains(&Waiver::NoReplayCache));
    let failing = Slow { fails: true, ..Slow::default() };
    let other = receiver.deferred().open(signed(SOAP11)).expect("proven");
    assert!(matches!(block_on(other.accept_async(&failing)), Err(OpenError::Replay(ReplayError::Failed { .. }))));
    assert!(receiver.deferred().open(message.replace(AMOUNT, "1.00")).is_err());
    // Nothing can be seen of it before.
    let shown = format!("{:?}", receiver.deferred().open(&message).expect("proven"));
    assert!(!shown.contains(AMOUNT), "{shown}");
}

/// What the caller demands beyond the requirements is judged before the store is asked: what it refuses may come again.
#[test]
fn what_a_check_refuses_is_not_remembered() {
    let receiver = remembering(MemoryReplayCache::default());
    let message = signed(SOAP11);
    let pending = || receiver.deferred().open(&message).expect("proven");
    for _ in 0..2 {
        let refused =
            pending().check(|opened| if opened.attachments().is_empty() { Err("no attachment") } else { Ok(()) });
        assert_eq!(refused.map(drop), Err("no attachment"));
    }
    let accepted = || pending().check(|_| Ok::<_, ()>(())).expect("fits").accept(receiver.replay_cache());
    assert!(accepted().is_ok());
    assert_eq!(accepted().map(drop), Err(OpenError::Replay(ReplayError::Seen)));
}

#[test]
fn a_receiver_without_a_store_accepts_nothing_at_once() {
    assert_eq!(refuse(&remembering(DeferredReplay), &signed(SOAP11)), OpenError::Replay(ReplayError::Deferred));
}

#[test]
fn a_store_that_remembers_nothing_shows_in_the_evidence_however_it_is_given() {
    let waived = |opened: Opened| opened.evidence().waived.contains(&Waiver::NoReplayCache);
    let (forgetful, deferred) = (remembering(DangerousNoReplayCache), remembering(DeferredReplay));
    assert!(waived(forgetful.open(signed(SOAP11)).expect("open")));
    let pending = |receiver: &Receiver| receiver.deferred().open(signed(SOAP11)).expect("proven");
    assert!(waived(pending(&deferred).accept(&DangerousNoReplayCache).expect("open")));
    assert!(waived(pending(&deferred).accept(&Arc::new(DangerousNoReplayCache)).expect("open")));
    assert!(!waived(pending(&forgetful).accept(&MemoryReplayCache::default()).expect("open")));
}

/// Notes its keys, and has seen the one at one position.
struct Noting {
    keys: Mutex<Vec<[u8; 32]>>,
    seen: usize,
}

impl ReplayCache for Noting {
    fn insert_if_absent(&self, key: &[u8; 32], _: SystemTime, _: SystemTime) -> Result<(), ReplayError> {
        let mut keys = self.keys.lock().expect("no panic");
        keys.push(*key);
        if keys.len() > self.seen { Err(ReplayError::Seen) } else { Ok(()) }
    }
}

#[test]
fn a_message_with_several_keys_is_refused_if_any_of_them_was_seen() {
    let requirements = || Requirements::signed([Part::Body, Part::Timestamp]);
    let open = |message: &str, seen| {
        let store = Arc::new(Noting { keys: Mutex::default(), seen });
        let outcome = Receiver::new(both(), requirements(), store.clone()).open(message);
        let keys = store.keys.lock().expect("no panic").clone();
        (outcome.is_ok(), keys)
    };
    let message = endorsed();
    let (accepted, keys) = open(&message, usize::MAX);
    assert!(accepted && keys.len() >= 2, "{}", keys.len());
    // Of one message, they may be in order by chance.
    let all_are_sorted = (0..16).all(|_| open(&endorsed(), usize::MAX).1.is_sorted());
    assert!(all_are_sorted, "one order, so that two deliveries do not refuse each other");
    for seen in 0..keys.len() {
        let (accepted, asked) = open(&message, seen);
        assert!(!accepted, "key {seen} was seen");
        assert_eq!(asked, keys[..=seen], "nothing is asked after a refusal");
    }
}

/// Two signatures over the same by one key are one, as those of a certificate and of an assertion that names its key.
#[test]
fn a_message_that_signs_the_same_twice_is_no_replay_of_itself() {
    let by_alice = || Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    let message = recipe().sign(by_alice()).sign(by_alice()).secured(&envelope(SOAP11));
    let receiver = remembering(MemoryReplayCache::default());
    assert_eq!(receiver.open(&message).expect("once").evidence().signatures.len(), 2);
    assert_eq!(refuse(&receiver, &message), OpenError::Replay(ReplayError::Seen));
}

#[test]
fn a_nonce_is_used_once_whichever_store_is_asked() {
    let message = Recipe::new().username_digest("ann", "s3cret").plan().expect("a plan");
    let message = message.message(&envelope(SOAP11)).secure().expect("secured").message;
    let requirements = Requirements::dangerous_unsigned().username_token();
    let receiver = Receiver::new(Trust::no_certificates(), requirements, DeferredReplay)
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())));
    let store = Slow::default();
    let pending =
        || receiver.deferred().open_unsigned(&message, TransportFacts::dangerous_unprotected()).expect("proven");
    assert!(block_on(pending().accept_async(&store)).is_ok());
    assert!(block_on(pending().accept_async(&store)).is_err());
    assert!(pending().accept(&store.store).is_err());
}
