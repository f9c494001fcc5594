//! The receiving verbs for the reply to a request, and in two steps for asynchronous stores: everything except the replay
//! store, then the store.

use std::time::SystemTime;

use wss_replay::{AsyncReplayCache, ReplayCache};

use crate::correlation::Correlation;
use crate::error::OpenError;
use crate::incoming::Incoming;
use crate::opened::{Evidence, Opened, UnsignedOpened};
use crate::receiver::Receiver;
use crate::transport::TransportFacts;
use crate::waiver::Waiver;

/// The verbs of a [`Receiver`], up to the question whether the message is new. Only [`Receiver::deferred`] makes it.
#[derive(Debug, Clone, Copy)]
#[must_use = "nothing is opened until `open` or `open_unsigned` is called"]
pub struct Deferred<'r> {
    pub(crate) receiver: &'r Receiver,
    pub(crate) request: Option<&'r Correlation>,
}

impl<'r> Deferred<'r> {
    /// As [`Receiver::answering`].
    pub fn answering(self, request: &'r Correlation) -> Self {
        Self { request: Some(request), ..self }
    }

    /// As [`Receiver::open`].
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open<'m>(self, incoming: impl Into<Incoming<'m>>) -> Result<PendingReplay<Opened>, OpenError> {
        self.receiver.prove_signed(&incoming.into(), self.request)
    }

    /// As [`Receiver::open_unsigned`].
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open_unsigned<'m>(
        self,
        incoming: impl Into<Incoming<'m>>,
        transport: TransportFacts,
    ) -> Result<PendingReplay<UnsignedOpened>, OpenError> {
        self.receiver.prove_unsigned(&incoming.into(), self.request, transport)
    }
}

/// The verbs of a [`Receiver`] for the reply to one request. Only [`Receiver::answering`] makes it.
#[derive(Debug, Clone, Copy)]
#[must_use = "nothing is opened until `open` or `open_unsigned` is called"]
pub struct Answering<'r>(pub(crate) Deferred<'r>);

impl<'r> Answering<'r> {
    /// As [`Receiver::open`].
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open<'m>(self, incoming: impl Into<Incoming<'m>>) -> Result<Opened, OpenError> {
        self.0.open(incoming)?.accept(&*self.0.receiver.replay)
    }

    /// As [`Receiver::open_unsigned`].
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open_unsigned<'m>(
        self,
        incoming: impl Into<Incoming<'m>>,
        transport: TransportFacts,
    ) -> Result<UnsignedOpened, OpenError> {
        self.0.open_unsigned(incoming, transport)?.accept(&*self.0.receiver.replay)
    }

    /// As [`Receiver::deferred`].
    pub fn deferred(self) -> Deferred<'r> {
        self.0
    }
}

/// A message that is completely verified, except that it may be a replay. Nothing can be read from it before a store
/// accepts it.
///
/// A message may have several replay keys: one for each signature, nonce and assertion that may be used once. All of
/// them must be new. If one is not, the message is refused, and the keys that were inserted before it remain: the
/// message cannot be accepted later, and its sender must send another one. The order of the keys does not depend on the
/// message, so that of several simultaneous deliveries exactly one is accepted.
#[must_use = "the message is not accepted until a store says that it is new: call `accept` or `accept_async`"]
pub struct PendingReplay<T> {
    pub(crate) opened: T,
    pub(crate) evidence: fn(&mut T) -> &mut Evidence,
    pub(crate) remembered: Remembered,
}

/// What a store must remember of a message.
pub(crate) struct Remembered {
    now: SystemTime,
    /// The keys, and the last instant at which each must be known.
    keys: Vec<([u8; 32], SystemTime)>,
}

impl Remembered {
    pub(crate) fn new(now: SystemTime, mut keys: Vec<([u8; 32], SystemTime)>) -> Self {
        keys.sort_unstable();
        Self { now, keys }
    }
}

impl<T> std::fmt::Debug for PendingReplay<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingReplay").field("keys", &self.remembered.keys.len()).finish_non_exhaustive()
    }
}

impl<T> PendingReplay<T> {
    /// Returns the message, if `store` has not seen it.
    ///
    /// # Errors
    /// [`OpenError::Replay`].
    pub fn accept(mut self, store: &(impl ReplayCache + ?Sized)) -> Result<T, OpenError> {
        if !store.remembers() {
            (self.evidence)(&mut self.opened).waived.push(Waiver::NoReplayCache);
        }
        for (key, until) in &self.remembered.keys {
            store.insert_if_absent(key, *until, self.remembered.now)?;
        }
        Ok(self.opened)
    }

    /// Returns the message, if `store` has not seen it. If the future is dropped before it is ready, the message is
    /// refused, and perhaps remembered.
    ///
    /// # Errors
    /// [`OpenError::Replay`].
    pub async fn accept_async(self, store: &(impl AsyncReplayCache + ?Sized)) -> Result<T, OpenError> {
        for (key, until) in &self.remembered.keys {
            store.insert_if_absent_async(key, *until, self.remembered.now).await?;
        }
        Ok(self.opened)
    }
}
