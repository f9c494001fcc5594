//! Statuses of revocation that are fetched while a message waits.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Mutex;
use ws_security::{Fetch, RevocationCache};

/// A cache of statuses, with the client that fetches what is missing in it.
pub(crate) trait Statuses: Send + Sync {
    /// Whether a status is missing that can be asked for.
    fn are_wanting(&self) -> bool;

    /// Fetches what is missing. A failure is only logged: the message that needs the status is then refused as before.
    fn fetched(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// A cache that `http` fills.
pub(crate) fn statuses(cache: RevocationCache, http: impl Fetch + Send + 'static) -> Arc<dyn Statuses> {
    Arc::new(Fetched { cache, http, turn: Mutex::new(()) })
}

struct Fetched<F> {
    cache: RevocationCache,
    http: F,
    /// Held while one message fetches. The others wait for it: they would ask for the same statuses again.
    turn: Mutex<()>,
}

impl<F: Fetch + Send> Statuses for Fetched<F> {
    fn are_wanting(&self) -> bool {
        self.cache.is_wanting()
    }

    fn fetched(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            let _turn = self.turn.lock().await;
            // What came before may have asked for everything.
            if !self.cache.is_wanting() {
                return;
            }
            for error in self.cache.fetch(&self.http).await {
                tracing::warn!(target: "wss", %error, "revocation status not fetched");
            }
        })
    }
}
