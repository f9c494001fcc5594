//! Times of a `wsu:Timestamp` against the clock here: local time that is written as UTC, and clocks that differ.

use std::time::{Duration, SystemTime};

use wss_c14n::{Element, name};
use wss_tokens::parse_instant;

use super::cause::Cause;
use crate::receiver::Receiver;
use crate::window::Window;

/// The step of offsets from UTC.
const STEP: u64 = 15 * 60;
/// The farthest offset east of UTC, and west of it.
const FARTHEST: u64 = 14 * 3_600;

/// The finding about a timestamp: the cause of a refusal, or a sentence.
pub(super) fn explain(timestamp: Element<'_>, receiver: &Receiver) -> Option<Result<Cause, String>> {
    let created = timestamp.children().find(|child| child.is(name::WSU.uri, "Created"))?.text().ok()?;
    let created = parse_instant(created.trim()).ok()?;
    judged(created, receiver.clock.now(), receiver.window)
}

fn judged(created: SystemTime, now: SystemTime, window: Window) -> Option<Result<Cause, String>> {
    let near = window.clock_skew.saturating_add(Duration::from_secs(60));
    match created.duration_since(now) {
        Ok(ahead) if ahead > window.clock_skew => Some(Ok(match offset(ahead, near) {
            Some(offset) => Cause::LocalTimeAsUtc { offset: format!("+{offset}").into() },
            None => Cause::ClockDiffers { difference: words(ahead).into() },
        })),
        Ok(_) => None,
        Err(behind) => {
            let age = behind.duration();
            if age <= window.max_age.saturating_add(window.clock_skew) {
                return None;
            }
            let local = offset(age, near).map(|offset| {
                format!("; if it was sent just now, the sender writes its local time (-{offset}) as if it were UTC")
            });
            Some(Err(format!("it was created {} ago{}", words(age), local.unwrap_or_default())))
        }
    }
}

/// The offset of a time zone, as in `02:00`, that is near to a difference.
fn offset(difference: Duration, near: Duration) -> Option<String> {
    let seconds = difference.as_secs();
    let steps = (seconds + STEP / 2) / STEP;
    let exact = steps * STEP;
    // Zones are at whole and half hours, except for a few at quarters.
    let is_zone = steps.is_multiple_of(2) && exact > 0 && exact <= FARTHEST;
    (is_zone && seconds.abs_diff(exact) <= near.as_secs())
        .then(|| format!("{:02}:{:02}", exact / 3_600, exact % 3_600 / 60))
}

fn words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} seconds"),
        (0, 0, minutes) => format!("{minutes} minutes and {} seconds", seconds % 60),
        (0, hours, minutes) => format!("{hours} hours and {minutes} minutes"),
        (days, hours, _) => format!("{days} days and {hours} hours"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_is_told_from_a_clock_that_differs() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let at = |seconds: i64| {
            let by = Duration::from_secs(seconds.unsigned_abs());
            judged(if seconds < 0 { now - by } else { now + by }, now, Window::default())
        };
        assert_eq!(at(30), None);
        assert_eq!(at(-300), None);
        assert_eq!(at(7_195), Some(Ok(Cause::LocalTimeAsUtc { offset: "+02:00".into() })));
        assert_eq!(at(19_800), Some(Ok(Cause::LocalTimeAsUtc { offset: "+05:30".into() })));
        assert_eq!(at(400), Some(Ok(Cause::ClockDiffers { difference: "6 minutes and 40 seconds".into() })));
        assert_eq!(at(30 * 86_400), Some(Ok(Cause::ClockDiffers { difference: "30 days and 0 hours".into() })));
        assert!(matches!(at(-18_003), Some(Err(text)) if text.contains("(-05:00)")));
        let forever = Window { max_age: Duration::MAX, clock_skew: Duration::MAX };
        assert_eq!(judged(now - Duration::from_secs(900), now, forever), None);
        assert!(matches!(at(-900), Some(Err(text)) if !text.contains("UTC")));
    }
}
