//! The place where cryptography runs: at once for a small message, on a thread for blocking work for a large one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use ws_security::text::WireText;

/// Messages of more octets than this are secured and opened on a thread for blocking work, so that they do not delay other
/// tasks. A smaller one takes about as long as moving it would.
pub(crate) const BLOCKING_OCTETS: usize = 64 << 10;

/// The number of large messages that a layer works on at a time, for each processor. tokio has 512 threads for blocking
/// work and an unbounded queue, and each message takes several times its size of memory.
const LARGE_AT_A_TIME: usize = 4;

/// The place where a message is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the task of the request.
    Here,
    /// On a thread for blocking work, since the keys or the store of the layer block.
    Thread,
    /// On such a thread, one of a few at a time: the message is large.
    ThreadInTurn,
}

impl Place {
    /// The place for a message of this many octets.
    pub(crate) fn of(octets: usize, blocks: bool) -> Self {
        match (octets > BLOCKING_OCTETS, blocks) {
            (true, _) => Self::ThreadInTurn,
            (false, true) => Self::Thread,
            (false, false) => Self::Here,
        }
    }
}

/// The permits of one layer for large messages. Each layer has its own: a slow key service or store delays its own layer
/// only, and a key that is fetched through another layer does not wait for the message that needs it.
pub(crate) fn turns() -> Arc<Semaphore> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    Arc::new(Semaphore::new(LARGE_AT_A_TIME * processors))
}

/// Runs `work`, which waits only for keys elsewhere and for a replay store. Until its permit is there, it only holds
/// its message. If the caller gives up before, as when the peer closes the connection, it costs nothing more.
pub(crate) async fn run<T, F>(turns: Arc<Semaphore>, place: Place, work: F) -> T
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    // Outside of tokio there are no such threads.
    let threads = match Handle::try_current() {
        Ok(threads) if place != Place::Here => threads,
        _ => return work.await,
    };
    // The semaphore is never closed.
    let turn = if place == Place::ThreadInTurn { turns.acquire_owned().await.ok() } else { None };
    // The events of the work belong to the span of the request.
    let span = tracing::Span::current();
    let here = threads.clone();
    let working = move || {
        let done = span.in_scope(|| here.block_on(work));
        drop(turn);
        done
    };
    match threads.spawn_blocking(working).await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(done) => done,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // The task is never aborted. tokio's own futures panic, too, in a runtime that was shut down.
        Err(Err(_)) => panic!("the tokio runtime was shut down while a message was worked on"),
    }
}

/// The result of `work`, or the text of a panic in it.
pub(crate) async fn caught<F: Future>(work: F) -> Result<F::Output, WireText> {
    let mut work = std::pin::pin!(work);
    // A future that panicked is dropped, and never polled again.
    let poll = |context: &mut Context<'_>| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(text_of(&*panic))),
    };
    std::future::poll_fn(poll).await
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> WireText {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a text").into()
}

#[cfg(test)]
mod tests {
    use std::future::Future as _;
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use tokio::sync::{Semaphore, mpsc};
    use tokio::time::timeout;

    use super::{BLOCKING_OCTETS, Place, run, turns};

    /// A client may run on another executor, and the peer decides how large its reply is.
    #[test]
    fn large_work_runs_outside_of_tokio_too() {
        let mut work = std::pin::pin!(run(turns(), Place::of(BLOCKING_OCTETS + 1, false), async { 7 }));
        assert_eq!(work.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(7));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_more_large_messages_than_these_are_worked_on_at_a_time() {
        let (turns, gate) = (Arc::new(Semaphore::new(2)), Arc::new(Semaphore::new(0)));
        let (begins, mut begun) = mpsc::unbounded_channel();
        // Each waits here, as for a key service that does not answer.
        let one = |of: &str| {
            let (of, begins, gate) = (of.to_owned(), begins.clone(), Arc::clone(&gate));
            tokio::spawn(run(Arc::clone(&turns), Place::ThreadInTurn, async move {
                begins.send(of).expect("the test listens");
                gate.acquire().await.expect("the gate").forget();
            }))
        };
        let tasks = [(); 4].map(|()| one("stays"));
        for _ in 0..2 {
            assert_eq!(begun.recv().await.as_deref(), Some("stays"));
        }
        // Tasks of peers that close the connection before it is their turn.
        for task in [(); 4].map(|()| one("gone")) {
            tokio::task::yield_now().await;
            task.abort();
            assert!(task.await.is_err_and(|error| error.is_cancelled()));
        }
        assert!(timeout(Duration::from_millis(50), begun.recv()).await.is_err(), "a third one began");
        gate.add_permits(tasks.len());
        for task in tasks {
            task.await.expect("done");
        }
        drop(begins);
        assert_eq!([begun.recv().await.as_deref(), begun.recv().await.as_deref()], [Some("stays"); 2]);
        assert_eq!(begun.recv().await, None);
    }
}
