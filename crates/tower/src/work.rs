//! Where cryptography runs: at once for a small message, on a thread for blocking work for a large one.

/// Messages of more octets than this are secured and opened on a thread for blocking work, so that they do not delay other
/// tasks. A smaller one takes about as long as moving it would.
pub(crate) const BLOCKING_OCTETS: usize = 64 << 10;

/// Runs `work`, which handles `octets` octets.
pub(crate) async fn run<T, F>(octets: usize, work: F) -> T
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    if octets <= BLOCKING_OCTETS {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // The task is never cancelled: it is not aborted, and a runtime that shuts down drops this future, too.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
