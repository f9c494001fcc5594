//! Instants: the one form of xsd:dateTime that WS-Security uses on the wire.
//!
//! `YYYY-MM-DDThh:mm:ss[.f]Z` with years 1970 to 9999 and up to nine digits of fraction. Leap seconds (BSP R3213,
//! R3215), offsets and a missing zone are refused: an instant must not need guessing.

use std::time::{Duration, SystemTime};

use crate::error::TokenError;

/// Reads an instant. The work is linear and ends after 30 characters.
///
/// # Errors
/// [`TokenError::Instant`].
///
/// ```
/// use wss_tokens::{format_instant, parse_instant};
///
/// let instant = parse_instant("2026-01-31T12:00:00.5Z")?;
/// assert_eq!(format_instant(instant), "2026-01-31T12:00:00.500Z");
/// assert!(parse_instant("2026-01-31T12:00:00").is_err(), "the zone is missing");
/// # Ok::<(), wss_tokens::TokenError>(())
/// ```
pub fn parse_instant(text: &str) -> Result<SystemTime, TokenError> {
    let wrong = || TokenError::Instant { text: text.into() };
    parse(text.as_bytes()).ok_or_else(wrong)
}

/// As [`parse_instant`]; accepts `+00:00` for UTC, which some stacks write into username tokens.
///
/// # Errors
/// [`TokenError::Instant`].
pub(crate) fn parse_instant_leniently(text: &str) -> Result<SystemTime, TokenError> {
    match text.strip_suffix("+00:00") {
        Some(utc) => parse_instant(&format!("{utc}Z")),
        None => parse_instant(text),
    }
}

fn parse(text: &[u8]) -> Option<SystemTime> {
    if text.len() > 30 {
        return None;
    }
    let number = |from: usize, to: usize| {
        text.get(from..to)?
            .iter()
            .try_fold(0u64, |value, digit| digit.is_ascii_digit().then(|| value * 10 + u64::from(digit - b'0')))
    };
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, expected)| text.get(*at) != Some(expected)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let nanos = match text.get(19..)? {
        b"Z" => 0,
        [b'.', digits @ .., b'Z'] if (1..=9).contains(&digits.len()) => {
            number(20, 20 + digits.len())? * 10u64.pow(9 - digits.len() as u32)
        }
        _ => return None,
    };
    let valid = year >= 1970 && (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month);
    if !valid || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_before(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanos as u32))
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

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_before(year: u64, month: u64, day: u64) -> u64 {
    let past = year - 1;
    let leap_days = past / 4 - past / 100 + past / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400);
    let months: u64 = (1..month).map(|month| days_in(year, month)).sum();
    (year - 1970) * 365 + leap_days + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::{format_instant, parse_instant};

    #[test]
    fn reads_the_wire_form_and_writes_it_back() {
        for text in [
            "1970-01-01T00:00:00.000Z",
            "2024-02-29T23:59:59.999Z",
            "9999-12-31T00:00:00.001Z",
            "2100-03-01T12:00:00.000Z",
        ] {
            assert_eq!(format_instant(parse_instant(text).expect(text)), text);
        }
        let seconds = parse_instant("2026-11-21T02:15:37Z").expect("an instant");
        assert_eq!(seconds.duration_since(std::time::UNIX_EPOCH).expect("after").as_secs(), 1_795_227_337);
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "Z",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+00:00",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:60Z",
            "2023-02-29T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.1234567890Z",
            "2026-01-01t00:00:00z",
            " 2026-01-01T00:00:00Z",
            "+026-01-01T00:00:00Z",
            "12026-01-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
        ] {
            assert!(parse_instant(text).is_err(), "{text}");
        }
        assert!(parse_instant(&"9".repeat(10_000)).is_err());
    }
}
