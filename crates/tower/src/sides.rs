//! The two sides of an exchange: how messages are secured, and how they are opened.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Semaphore;
use ws_security::{
    AsyncKeyUnwrap, AsyncReplayCache, AsyncSigningKey, Deferred, Incoming, OpenError, Opened, Outgoing, PendingReplay,
    Plan, Receiver, SecureError, Secured, TransportFacts, UnsignedOpened, WireForm,
};

use crate::statuses::Statuses;
use crate::work::{self, Place};

/// The plan that secures messages and the receiver that opens them. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Sides {
    pub(crate) plan: Arc<Plan>,
    pub(crate) receiver: Arc<Receiver>,
    /// The signing keys behind an asynchronous call.
    pub(crate) signing: Option<Arc<dyn AsyncSigningKey>>,
    /// The decryption keys behind an asynchronous call.
    pub(crate) unwrapping: Option<Arc<dyn AsyncKeyUnwrap>>,
    /// The store to ask in place of the receiver's own.
    pub(crate) replay: Option<Arc<dyn AsyncReplayCache>>,
    /// Where statuses of revocation come from that a message lacks.
    pub(crate) statuses: Option<Arc<dyn Statuses>>,
    /// Whether a key or the store blocks the thread that asks it.
    pub(crate) blocks: bool,
    /// Bounds how many large messages are worked on at a time. All clones share it.
    turns: Arc<Semaphore>,
}

impl Sides {
    pub(crate) fn new(plan: Plan, receiver: Receiver) -> Self {
        let (plan, receiver) = (Arc::new(plan), Arc::new(receiver));
        let (blocks, turns) = (false, work::turns());
        Self { plan, receiver, signing: None, unwrapping: None, replay: None, statuses: None, blocks, turns }
    }

    /// Processes a message of `octets` octets where and when it delays no other message.
    pub(crate) fn run<T, F>(&self, octets: usize, work: F) -> impl Future<Output = T> + use<T, F>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        work::run(Arc::clone(&self.turns), Place::of(octets, self.blocks), work)
    }

    pub(crate) async fn secured<M: WireForm>(&self, outgoing: Outgoing<'_, M>) -> Result<Secured<M>, SecureError> {
        match &self.signing {
            Some(key) => outgoing.secure_async(key).await,
            None => outgoing.secure(),
        }
    }

    /// Opens a message, except for the question whether it is new.
    pub(crate) async fn verified(
        &self,
        deferred: Deferred<'_>,
        incoming: Incoming<'_>,
    ) -> Result<PendingReplay<Opened>, OpenError> {
        let open = async || match &self.unwrapping {
            Some(keys) => deferred.keys_elsewhere(keys).open(&incoming).await,
            None => deferred.open(&incoming),
        };
        match open().await {
            Err(_) if self.fetched_statuses().await => open().await,
            opened => opened,
        }
    }

    /// Whether statuses were missing, and were asked for.
    async fn fetched_statuses(&self) -> bool {
        match &self.statuses {
            Some(statuses) if statuses.are_wanting() => {
                statuses.fetched().await;
                true
            }
            _ => false,
        }
    }

    /// As [`Sides::verified`], for a message that need not be signed.
    pub(crate) async fn verified_unsigned(
        &self,
        incoming: Incoming<'_>,
        facts: TransportFacts,
    ) -> Result<PendingReplay<UnsignedOpened>, OpenError> {
        let deferred = self.receiver.deferred();
        let open = async || match &self.unwrapping {
            Some(keys) => deferred.keys_elsewhere(keys).open_unsigned(&incoming, facts.clone()).await,
            None => deferred.open_unsigned(&incoming, facts.clone()),
        };
        match open().await {
            Err(_) if self.fetched_statuses().await => open().await,
            opened => opened,
        }
    }

    /// The message, if the replay store does not know it.
    pub(crate) async fn accepted<T>(&self, pending: PendingReplay<T>) -> Result<T, OpenError> {
        match &self.replay {
            Some(store) => pending.accept_async(store).await,
            None => pending.accept(self.receiver.replay_cache()),
        }
    }
}
