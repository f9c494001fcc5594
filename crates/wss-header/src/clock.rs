//! The clock, behind a trait that a test can replace.

use std::time::{Duration, SystemTime};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The current time. It is read once per message.
    fn now(&self) -> SystemTime;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Another clock, ahead or behind by a fixed time: for peers whose clocks are known to be wrong, such as cameras.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use wss_header::{Clock, FixedClock, ShiftedClock};
///
/// let camera = ShiftedClock::behind(FixedClock(UNIX_EPOCH + Duration::from_secs(100)), Duration::from_secs(40));
/// assert_eq!(camera.now(), UNIX_EPOCH + Duration::from_secs(60));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ShiftedClock<C> {
    clock: C,
    by: Duration,
    ahead: bool,
}

impl<C: Clock> ShiftedClock<C> {
    /// `clock`, ahead by `by`.
    pub fn ahead(clock: C, by: Duration) -> Self {
        Self { clock, by, ahead: true }
    }

    /// `clock`, behind by `by`.
    pub fn behind(clock: C, by: Duration) -> Self {
        Self { clock, by, ahead: false }
    }
}

impl<C: Clock> Clock for ShiftedClock<C> {
    fn now(&self) -> SystemTime {
        let now = self.clock.now();
        let shifted = if self.ahead { now.checked_add(self.by) } else { now.checked_sub(self.by) };
        shifted.unwrap_or(now)
    }
}

/// Always the same instant: judges a message as of another time.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub SystemTime);

impl Clock for FixedClock {
    fn now(&self) -> SystemTime {
        self.0
    }
}
