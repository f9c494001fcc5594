//! Instants as they are written, and the calendar.

use std::time::{Duration, SystemTime};

/// The precision with which instants are written.
///
/// ```
/// use wss_tokens::{Precision, parse_instant};
///
/// let instant = parse_instant("2026-01-31T12:00:00.5Z")?;
/// assert_eq!(Precision::Milliseconds.format(instant), "2026-01-31T12:00:00.500Z");
/// assert_eq!(Precision::Seconds.format(instant), "2026-01-31T12:00:00Z");
/// # Ok::<(), wss_tokens::TokenError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Precision {
    /// Whole seconds, for peers that read no fraction. The fraction is cut off.
    Seconds,
    /// Three digits, always: the finest that BSP suggests (R3220, R3229).
    #[default]
    Milliseconds,
}

impl Precision {
    /// The instant in UTC. An instant before 1970 is written as 1970.
    #[must_use]
    pub fn format(self, instant: SystemTime) -> String {
        let mut text = format_instant(instant);
        if self == Self::Seconds {
            text.truncate("2026-01-31T12:00:00".len());
            text.push('Z');
        }
        text
    }

    /// The least difference between two instants that are written differently.
    #[must_use]
    pub const fn unit(self) -> Duration {
        match self {
            Self::Seconds => Duration::from_secs(1),
            Self::Milliseconds => Duration::from_millis(1),
        }
    }
}

/// Writes an instant with milliseconds, the finest that BSP suggests (R3220, R3229). An instant before 1970 is written
/// as 1970.
#[must_use]
pub fn format_instant(instant: SystemTime) -> String {
    let since = instant.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (seconds, millis) = (since.as_secs(), since.subsec_millis());
    let (mut days, time) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let mut month = 1;
    while days >= days_in(year, month) {
        days -= days_in(year, month);
        month += 1;
    }
    let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z", days + 1)
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

pub(crate) fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

pub(crate) fn days_before(year: u64, month: u64, day: u64) -> u64 {
    let past = year - 1;
    let leap_days = past / 4 - past / 100 + past / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400);
    let months: u64 = (1..month).map(|month| days_in(year, month)).sum();
    (year - 1970) * 365 + leap_days + months + day - 1
}
