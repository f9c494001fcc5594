//! A message that is completely verified, except that it may be a replay.

use std::time::SystemTime;

use wss_replay::{AsyncReplayCache, ReplayCache};

use crate::error::OpenError;
use crate::opened::Evidence;
use crate::trace::Asking;
use crate::waiver::Waiver;

/// A message that is completely verified, except that it may be a replay. Before a store accepts it, only the function
/// that [`PendingReplay::check`] calls sees it.
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

/// The entries that a store must remember for a message.
pub(crate) struct Remembered {
    now: SystemTime,
    /// The keys, and the last instant at which each must be known.
    keys: Vec<([u8; 32], SystemTime)>,
}

impl Remembered {
    pub(crate) fn new(now: SystemTime, mut keys: Vec<([u8; 32], SystemTime)>) -> Self {
        keys.sort_unstable();
        // A message may sign the same twice under one key, and is no replay of itself. The last instant is the latest.
        keys.dedup_by(|later, known| {
            let is_same = later.0 == known.0;
            if is_same {
                known.1 = later.1;
            }
            is_same
        });
        Self { now, keys }
    }
}

impl<T> std::fmt::Debug for PendingReplay<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingReplay").field("keys", &self.remembered.keys.len()).finish_non_exhaustive()
    }
}

impl<T> PendingReplay<T> {
    /// Checks the message with `judge` for demands beyond the [`Requirements`](crate::Requirements), as the rules of a
    /// network, before it counts as received: a message that is refused here may come again. `judge` must do nothing
    /// but judge, since the message may be a replay.
    ///
    /// # Errors
    /// The errors of `judge`.
    ///
    /// ```
    /// # use wss_header::{OpenError, OpenedParts, Receiver};
    /// # struct TooMany;
    /// # impl From<OpenError> for TooMany { fn from(_: OpenError) -> Self { Self } }
    /// # fn open(receiver: &Receiver, message: &[u8]) -> Result<OpenedParts, TooMany> {
    /// let pending = receiver.deferred().open_parts(message)?;
    /// let few = |opened: &OpenedParts| if opened.attachments().len() > 4 { Err(TooMany) } else { Ok(()) };
    /// Ok(pending.check(few)?.accept(receiver.replay_cache())?)
    /// # }
    /// ```
    pub fn check<E>(self, judge: impl Fn(&T) -> Result<(), E>) -> Result<Self, E> {
        judge(&self.opened)?;
        Ok(self)
    }

    /// Returns the message, if `store` has not seen it.
    ///
    /// # Errors
    /// [`OpenError::Replay`].
    pub fn accept(mut self, store: &(impl ReplayCache + ?Sized)) -> Result<T, OpenError> {
        self.note_store(store.remembers());
        let asking = Asking::start();
        for (key, until) in &self.remembered.keys {
            store.insert_if_absent(key, *until, self.remembered.now).map_err(|error| asking.refused(error))?;
        }
        asking.accepted(self.remembered.keys.len());
        Ok(self.opened)
    }

    /// Returns the message, if `store` has not seen it. If the future is dropped before it is ready, the message is
    /// refused, and perhaps remembered.
    ///
    /// # Errors
    /// [`OpenError::Replay`].
    pub async fn accept_async(mut self, store: &(impl AsyncReplayCache + ?Sized)) -> Result<T, OpenError> {
        self.note_store(store.remembers());
        let asking = Asking::start();
        for (key, until) in &self.remembered.keys {
            let answer = store.insert_if_absent_async(key, *until, self.remembered.now).await;
            answer.map_err(|error| asking.refused(error))?;
        }
        asking.accepted(self.remembered.keys.len());
        Ok(self.opened)
    }

    /// Notes in the evidence that the store remembers nothing.
    fn note_store(&mut self, remembers: bool) {
        if !remembers {
            (self.evidence)(&mut self.opened).waived.push(Waiver::NoReplayCache);
        }
    }
}
