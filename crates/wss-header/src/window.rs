//! The window: the highest age of a message, and the largest difference between clocks.

use std::time::Duration;

/// The highest age of a message, by default.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(300);
/// The default of the largest difference between clocks that is accepted.
pub(crate) const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// A thousand years. Longer windows make no difference, and later instants cannot be computed.
const LONGEST: Duration = Duration::from_secs(1_000 * 365 * 24 * 3_600);

/// The time for which a message is accepted after it was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// The highest age of a message.
    pub(crate) max_age: Duration,
    /// The largest difference between clocks that is accepted.
    pub(crate) clock_skew: Duration,
}

impl Default for Window {
    fn default() -> Self {
        Self { max_age: MAX_AGE, clock_skew: CLOCK_SKEW }
    }
}

impl Window {
    /// Whether it is wider than the default.
    pub(crate) fn is_wide(self) -> bool {
        self.max_age > MAX_AGE || self.clock_skew > CLOCK_SKEW
    }

    /// The time for which a message can be accepted after it was accepted first, by this receiver or by one with the
    /// default window that shares its replay cache. `wsu:Created` may be ahead by the skew, and a message expires only
    /// when the skew has passed.
    pub(crate) fn to_remember(self) -> Duration {
        let of = |window: Self| window.max_age.saturating_add(window.clock_skew.saturating_mul(2));
        of(self).max(of(Self::default())).min(LONGEST)
    }
}
