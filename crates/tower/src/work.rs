//! Where cryptography runs: at once for a small message, on a thread for blocking work for a large one.

use tokio::runtime::Handle;

/// Messages of more octets than this are secured and opened on a thread for blocking work, so that they do not delay other
/// tasks. A smaller one takes about as long as moving it would.
pub(crate) const BLOCKING_OCTETS: usize = 64 << 10;

/// Runs `work`, which handles `octets` octets, and waits only for keys elsewhere.
pub(crate) async fn run<T, F>(octets: usize, work: F) -> T
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    // Outside of tokio there are no such threads.
    let threads = match Handle::try_current() {
        Ok(threads) if octets > BLOCKING_OCTETS => threads,
        _ => return work.await,
    };
    // Its events belong to the span of the request.
    let span = tracing::Span::current();
    let here = threads.clone();
    match threads.spawn_blocking(move || span.in_scope(|| here.block_on(work))).await {
        Ok(done) => done,
        // The task is never cancelled: it is not aborted, and a runtime that shuts down drops this future, too.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future as _;
    use std::task::{Context, Poll, Waker};

    use super::{BLOCKING_OCTETS, run};

    /// A client may run on another executor, and the peer decides how large its reply is.
    #[test]
    fn large_work_runs_outside_of_tokio_too() {
        let mut work = std::pin::pin!(run(BLOCKING_OCTETS + 1, async { 7 }));
        assert_eq!(work.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(7));
    }
}
