//! Where cryptography runs: at once for a small message, on a thread for blocking work for a large one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit};
use ws_security::text::WireText;

/// Messages of more octets than this are secured and opened on a thread for blocking work, so that they do not delay other
/// tasks. A smaller one takes about as long as moving it would.
pub(crate) const BLOCKING_OCTETS: usize = 64 << 10;

/// How many large messages are worked on at a time, for each processor. tokio has 512 threads for blocking work and a queue
/// without end, and each message costs some times its size of memory.
const LARGE_AT_A_TIME: usize = 4;

/// Where a message is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the task of the request.
    Here,
    /// On a thread for blocking work, since the keys or the store of the layer block.
    Thread,
    /// On such a thread, when it is its turn: it is large.
    ThreadInTurn,
}

impl Place {
    /// That for a message of so many octets.
    pub(crate) fn of(octets: usize, blocks: bool) -> Self {
        match (octets > BLOCKING_OCTETS, blocks) {
            (true, _) => Self::ThreadInTurn,
            (false, true) => Self::Thread,
            (false, false) => Self::Here,
        }
    }
}

/// Waits for its turn. Who gives up before that, as when the peer closes the connection, costs nothing more.
async fn turn() -> Option<SemaphorePermit<'static>> {
    static TURNS: OnceLock<Semaphore> = OnceLock::new();
    let turns = TURNS.get_or_init(|| Semaphore::new(large_at_a_time()));
    // It is never closed.
    turns.acquire().await.ok()
}

fn large_at_a_time() -> usize {
    LARGE_AT_A_TIME * std::thread::available_parallelism().map_or(1, usize::from)
}

/// Runs `work`, which waits only for keys elsewhere and for a replay store.
pub(crate) async fn run<T, F>(place: Place, work: F) -> T
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    // Outside of tokio there are no such threads.
    let threads = match Handle::try_current() {
        Ok(threads) if place != Place::Here => threads,
        _ => return work.await,
    };
    let turn = if place == Place::ThreadInTurn { turn().await } else { None };
    // Its events belong to the span of the request.
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
        // The task is not aborted. tokio's own futures panic, too, in a runtime that was shut down.
        Err(Err(_)) => panic!("the tokio runtime was shut down while a message was worked on"),
    }
}

/// What `work` gives, or what a panic in it says.
pub(crate) async fn caught<F: Future>(work: F) -> Result<F::Output, WireText> {
    let mut work = std::pin::pin!(work);
    // What panicked is dropped, and never polled again.
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
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use super::{BLOCKING_OCTETS, Place, large_at_a_time, run};

    /// A client may run on another executor, and the peer decides how large its reply is.
    #[test]
    fn large_work_runs_outside_of_tokio_too() {
        let mut work = std::pin::pin!(run(Place::of(BLOCKING_OCTETS + 1, false), async { 7 }));
        assert_eq!(work.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(7));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_more_large_messages_than_these_are_worked_on_at_a_time() {
        let (now, most, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let counts = Arc::new((now, most, done));
        let one = || {
            let counts = Arc::clone(&counts);
            run(Place::ThreadInTurn, async move {
                let (now, most, done) = &*counts;
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(20));
                now.fetch_sub(1, Ordering::SeqCst);
                done.fetch_add(1, Ordering::SeqCst);
            })
        };
        let tasks = (0..4 * large_at_a_time()).map(|_| tokio::spawn(one())).collect::<Vec<_>>();
        // As many again, of peers that close the connection before it is their turn.
        for _ in 0..4 * large_at_a_time() {
            let gone = tokio::spawn(one());
            tokio::task::yield_now().await;
            gone.abort();
        }
        for task in tasks {
            task.await.expect("done");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let (_, most, done) = &*counts;
        let (most, done) = (most.load(Ordering::SeqCst), done.load(Ordering::SeqCst));
        assert!((2..=large_at_a_time()).contains(&most), "{most}");
        assert!(done < 6 * large_at_a_time(), "{done} were done, of which most had nobody who waits");
    }
}
