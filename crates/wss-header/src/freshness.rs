//! Why a message is not fresh: both instants, its age, and the limit that it passed.

use std::time::{Duration, SystemTime};

use thiserror::Error;
use wss_text::seconds;
use wss_tokens::format_instant;

use crate::window::Window;

/// Why a message is too old, or from the future. `what` is the element with the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotFresh {
    /// *Refused.* It was created before the earliest time that the receiver accepts.
    #[error(
        "the {what} was created at {}, and it is now {}: its age of {} is more than {} and {} for clocks that differ; raise \
         the highest age of `window` if the message may take so long",
        format_instant(*created), format_instant(*now), between(*now, *created), seconds(*max_age), seconds(*skew)
    )]
    TooOld {
        /// `Timestamp` or `UsernameToken`.
        what: &'static str,
        /// Its `wsu:Created`.
        created: SystemTime,
        /// The time of the receiver's clock.
        now: SystemTime,
        /// The highest age.
        max_age: Duration,
        /// The largest difference between clocks that is accepted.
        skew: Duration,
    },
    /// *Refused.* It says itself that it is no longer valid.
    #[error(
        "the {what} expired at {}, and it is now {}, {} later, more than {} for clocks that differ: check the clocks, or \
         have the peer give a longer lifetime, or raise the clock skew of `window`",
        format_instant(*expires), format_instant(*now), between(*now, *expires), seconds(*skew)
    )]
    Expired {
        /// `Timestamp` or `UsernameToken`.
        what: &'static str,
        /// Its `wsu:Expires`.
        expires: SystemTime,
        /// The time of the receiver's clock.
        now: SystemTime,
        /// The largest difference between clocks that is accepted.
        skew: Duration,
    },
    /// *Refused.* It was created later than the receiver's clock shows.
    #[error(
        "the {what} was created at {}, and it is now {}: it is {} in the future, more than {} for clocks that differ; check \
         the clocks, or raise the clock skew of `window`",
        format_instant(*created), format_instant(*now), between(*created, *now), seconds(*skew)
    )]
    Future {
        /// `Timestamp` or `UsernameToken`.
        what: &'static str,
        /// Its `wsu:Created`.
        created: SystemTime,
        /// The time of the receiver's clock.
        now: SystemTime,
        /// The largest difference between clocks that is accepted.
        skew: Duration,
    },
    /// *Refused.* It has only an expiry, which is further ahead than a message may be old.
    #[error(
        "the {what} has no wsu:Created, and expires at {}, {} after now, {}: that is more than {} and {} for clocks that \
         differ; have the peer expire earlier, or raise the highest age of `window`",
        format_instant(*expires), between(*expires, *now), format_instant(*now), seconds(*max_age), seconds(*skew)
    )]
    LongLived {
        /// `Timestamp`.
        what: &'static str,
        /// Its `wsu:Expires`.
        expires: SystemTime,
        /// The time of the receiver's clock.
        now: SystemTime,
        /// The highest age.
        max_age: Duration,
        /// The largest difference between clocks that is accepted.
        skew: Duration,
    },
}

/// The instants that an element states of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Validity {
    /// Its `wsu:Created`.
    pub(crate) created: Option<SystemTime>,
    /// Its `wsu:Expires`.
    pub(crate) expires: Option<SystemTime>,
}

impl NotFresh {
    /// Whether an element with this validity is fresh: neither from the future, nor expired, nor older than `max_age`.
    pub(crate) fn check(
        what: &'static str,
        Validity { created, expires }: Validity,
        now: SystemTime,
        window: Window,
    ) -> Result<(), Self> {
        let Window { max_age, clock_skew: skew } = window;
        // An instant that cannot be computed is later than any clock shows, and later than any instant in a message.
        let is_over = |end: SystemTime| end.checked_add(skew).is_some_and(|end| now >= end);
        let Some(created) = created else {
            let latest = now.checked_add(max_age).and_then(|latest| latest.checked_add(skew));
            return match expires {
                Some(expires) if is_over(expires) => Err(Self::Expired { what, expires, now, skew }),
                Some(expires) if latest.is_some_and(|latest| expires > latest) => {
                    Err(Self::LongLived { what, expires, now, max_age, skew })
                }
                _ => Ok(()),
            };
        };
        if now.checked_add(skew).is_some_and(|latest| created > latest) {
            return Err(Self::Future { what, created, now, skew });
        }
        match (expires.filter(|expires| is_over(*expires)), created.checked_add(max_age)) {
            (Some(expires), _) => Err(Self::Expired { what, expires, now, skew }),
            (None, Some(oldest)) if is_over(oldest) => Err(Self::TooOld { what, created, now, max_age, skew }),
            (None, _) => Ok(()),
        }
    }
}

fn between(later: SystemTime, earlier: SystemTime) -> String {
    seconds(later.duration_since(earlier).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An instant this many seconds after the earliest one that a message can state.
    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
    }

    /// Judges at 1,000, with an age of 300 and a skew of 60. Returns the error, if there is one.
    fn judged(created: Option<u64>, expires: Option<u64>, max_age: Duration) -> &'static str {
        let window = Window { max_age, clock_skew: Duration::from_secs(60) };
        let validity = Validity { created: created.map(at), expires: expires.map(at) };
        match NotFresh::check("Timestamp", validity, at(1_000), window) {
            Ok(()) => "",
            Err(NotFresh::TooOld { .. }) => "too old",
            Err(NotFresh::Expired { .. }) => "expired",
            Err(NotFresh::Future { .. }) => "future",
            Err(NotFresh::LongLived { .. }) => "long-lived",
        }
    }

    /// SOAP Message Security 1.1.1 §10: a message after its `Expires` is not processed, nor, allowing for clocks that
    /// differ, a message from the future.
    #[test]
    fn each_bound_is_exact_to_the_second() {
        for (created, expires, wanted) in [
            (Some(1_000), None, ""),
            (Some(1_060), None, ""),
            (Some(1_061), None, "future"),
            (Some(641), None, ""),
            (Some(640), None, "too old"),
            (Some(641), Some(9_000), ""),
            (Some(640), Some(9_000), "too old"),
            (Some(900), Some(941), ""),
            (Some(900), Some(940), "expired"),
            (Some(640), Some(940), "expired"),
            (Some(1_061), Some(940), "future"),
            (None, Some(941), ""),
            (None, Some(940), "expired"),
            (None, Some(1_360), ""),
            (None, Some(1_361), "long-lived"),
        ] {
            assert_eq!(judged(created, expires, Duration::from_secs(300)), wanted, "{created:?} to {expires:?}");
        }
    }

    #[test]
    fn without_a_highest_age_what_expired_and_what_is_ahead_is_refused_all_the_same() {
        let ever = Duration::from_secs(u64::MAX);
        for (created, expires, wanted) in [
            (Some(0), None, ""),
            (Some(0), Some(940), "expired"),
            (None, Some(940), "expired"),
            (None, Some(9_000), ""),
            (Some(1_061), None, "future"),
        ] {
            assert_eq!(judged(created, expires, ever), wanted, "{created:?} to {expires:?}");
        }
    }
}
