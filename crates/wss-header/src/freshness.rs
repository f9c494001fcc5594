//! Why a message is not fresh: both instants, its age, and the limit that it passed.

use std::time::{Duration, SystemTime};

use thiserror::Error;
use wss_text::seconds;
use wss_tokens::format_instant;

use crate::window::Window;

/// Why a message is too old, or from the future. `what` is the element that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotFresh {
    /// *Refused.* It was created longer ago than the receiver accepts.
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
        /// How far clocks may differ.
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
        /// How far clocks may differ.
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
        /// How far clocks may differ.
        skew: Duration,
    },
    /// *Refused.* It says only when it expires, and that is further ahead than a message may be old.
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
        /// How far clocks may differ.
        skew: Duration,
    },
}

impl NotFresh {
    /// Whether an element with these instants is fresh: neither from the future, nor expired, nor older than `max_age`.
    pub(crate) fn check(
        what: &'static str,
        (created, expires): (Option<SystemTime>, Option<SystemTime>),
        now: SystemTime,
        window: Window,
    ) -> Result<(), Self> {
        let Window { max_age, clock_skew: skew } = window;
        // An instant that cannot be computed is later than any clock shows, and than any that a message states.
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
