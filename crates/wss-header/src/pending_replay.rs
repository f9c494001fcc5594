//! A message that is completely verified, except that it may be a replay.

use std::sync::Arc;
use std::time::SystemTime;

use wss_replay::{AsyncReplayCache, ReplayCache, ReplayError};

use crate::clock::Clock;
use crate::error::{OpenError, RequirementError};
use crate::opened::Evidence;
use crate::trace::Asking;
use crate::waiver::Waiver;

/// A message that is completely verified, except that it may be a replay. Before a store accepts it, only the function
/// that [`PendingReplay::check`] calls sees it.
///
/// A message may have several replay keys: one for each signature, nonce, assertion that may be used once,
/// encrypted key, and ciphertext under a key of several messages. All of them must be new. If one is not, the message is
/// refused, and the keys that were inserted before it remain: the message cannot be accepted later, and its sender must
/// send another one. The order of the keys does not depend on the message, so that of several simultaneous deliveries
/// exactly one is accepted.
#[must_use = "the message is not accepted until a store says that it is new: call `accept` or `accept_async`"]
pub struct PendingReplay<T> {
    pub(crate) opened: T,
    pub(crate) evidence: fn(&mut T) -> &mut Evidence,
    pub(crate) remembered: Remembered,
}

/// The entries that a store must remember for a message.
pub(crate) struct Remembered {
    clock: Arc<dyn Clock>,
    /// In an order that does not depend on the message.
    entries: Vec<Entry>,
}

/// A replay key, and the last instant at which it must be known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) of: EntryOf,
    pub(crate) key: [u8; 32],
    pub(crate) until: SystemTime,
}

/// The thing that a replay key identifies. The store is asked in this order: a message that came twice is called that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EntryOf {
    /// A signature, a nonce or an assertion.
    Message,
    /// An EncryptedKey that was unwrapped.
    EncryptedKey,
    /// Ciphertext that was decrypted with a key that other messages have, too.
    Ciphertext,
}

impl Remembered {
    pub(crate) fn new(clock: Arc<dyn Clock>, mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable();
        // A message may sign the same twice under one key, and is no replay of itself. The last instant is the latest.
        entries.dedup_by(|later, known| {
            let is_same = later.key == known.key;
            if is_same {
                known.until = later.until;
            }
            is_same
        });
        Self { clock, entries }
    }

    /// The time at which the store is asked. A store may have forgotten what it had to know up to an instant that is over.
    fn now(&self) -> Result<SystemTime, OpenError> {
        let now = self.clock.now();
        match self.entries.iter().any(|entry| entry.until < now) {
            true => Err(RequirementError::AcceptedTooLate.into()),
            false => Ok(now),
        }
    }
}

impl EntryOf {
    /// The error, which says what came before.
    fn refused(self, error: OpenError) -> OpenError {
        match (self, error) {
            (Self::EncryptedKey, OpenError::Replay(ReplayError::Seen)) => RequirementError::RepeatedKey.into(),
            (Self::Ciphertext, OpenError::Replay(ReplayError::Seen)) => RequirementError::RepeatedCiphertext.into(),
            (_, error) => error,
        }
    }
}

impl<T> std::fmt::Debug for PendingReplay<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingReplay").field("keys", &self.remembered.entries.len()).finish_non_exhaustive()
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
    /// [`OpenError::Replay`]; [`RequirementError::RepeatedKey`]; [`RequirementError::RepeatedCiphertext`];
    /// [`RequirementError::AcceptedTooLate`].
    pub fn accept(mut self, store: &(impl ReplayCache + ?Sized)) -> Result<T, OpenError> {
        self.note_store(store.remembers());
        let asking = Asking::start();
        let now = self.remembered.now()?;
        for Entry { of, key, until } in &self.remembered.entries {
            let answer = store.insert_if_absent(key, *until, now);
            answer.map_err(|error| of.refused(asking.refused(error)))?;
        }
        asking.accepted(self.remembered.entries.len());
        Ok(self.opened)
    }

    /// Returns the message, if `store` has not seen it. If the future is dropped before it is ready, the message is
    /// refused, and perhaps remembered.
    ///
    /// # Errors
    /// [`OpenError::Replay`]; [`RequirementError::RepeatedKey`]; [`RequirementError::RepeatedCiphertext`];
    /// [`RequirementError::AcceptedTooLate`].
    pub async fn accept_async(mut self, store: &(impl AsyncReplayCache + ?Sized)) -> Result<T, OpenError> {
        self.note_store(store.remembers());
        let asking = Asking::start();
        let now = self.remembered.now()?;
        for Entry { of, key, until } in &self.remembered.entries {
            let answer = store.insert_if_absent_async(key, *until, now).await;
            answer.map_err(|error| of.refused(asking.refused(error)))?;
        }
        asking.accepted(self.remembered.entries.len());
        Ok(self.opened)
    }

    /// Notes in the evidence that the store remembers nothing.
    fn note_store(&mut self, remembers: bool) {
        if !remembers {
            (self.evidence)(&mut self.opened).waived.push(Waiver::NoReplayCache);
        }
    }
}
