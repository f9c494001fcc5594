//! Instants: the one reader of xsd:dateTime for timestamps, username tokens and assertions.
//!
//! `YYYY-MM-DDThh:mm:ss[.f](Z|+hh:mm|-hh:mm)` with years 1970 to 9999; white space around it is no part of it (XML
//! Schema 1.0 part 2 §4.3.6). Of a fraction, nanoseconds are read. Leap seconds (BSP R3213, R3215) are refused, and so
//! is a missing zone unless the caller says that it means UTC: an instant must have one meaning.

use std::time::{Duration, SystemTime};
use wss_text::shown;

use wss_c14n::xsd::collapsed;

use crate::error::TokenError;
use crate::written_instant::{days_before, days_in};

/// Reads an instant in UTC: with the zone `Z` or an offset of zero, which some stacks write. The work is linear.
///
/// # Errors
/// [`TokenError::Instant`].
///
/// ```
/// use wss_tokens::{format_instant, parse_instant};
///
/// let instant = parse_instant("2026-01-31T12:00:00.5Z")?;
/// assert_eq!(format_instant(instant), "2026-01-31T12:00:00.500Z");
/// assert_eq!(parse_instant("2026-01-31T12:00:00.5+00:00")?, instant);
/// assert!(parse_instant("2026-01-31T12:00:00").is_err(), "the zone is missing");
/// # Ok::<(), wss_tokens::TokenError>(())
/// ```
pub fn parse_instant(text: &str) -> Result<SystemTime, TokenError> {
    match parse_date_time("", text)? {
        DateTime { instant, is_utc: true, .. } => Ok(instant),
        DateTime { .. } => Err(TokenError::Instant { of: "".into(), text: text.into() }),
    }
}

/// An instant, and the form in which it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateTime {
    pub(crate) instant: SystemTime,
    /// Whether its zone is `Z` or an offset of zero.
    pub(crate) is_utc: bool,
    /// Whether it has a zone; without one, it is read as UTC.
    pub(crate) has_zone: bool,
}

impl DateTime {
    /// Whether it has an offset from UTC.
    pub(crate) fn has_offset(self) -> bool {
        self.has_zone && !self.is_utc
    }
}

/// As [`parse_instant`], with any offset from UTC, or without a zone, which is read as UTC: the caller says whether it
/// accepts these. `of` is the name of the element or attribute with the text.
///
/// # Errors
/// [`TokenError::Instant`].
pub(crate) fn parse_date_time(of: &str, text: &str) -> Result<DateTime, TokenError> {
    let wrong = || TokenError::Instant { of: of.into(), text: text.into() };
    WrittenDateTime::read(text).and_then(|written| written.instant()).ok_or_else(wrong)
}

/// The parts of an `xs:dateTime` with a year of four digits, as written. Receivers and reports read it by one rule:
/// receivers demand more of it ([`parse_instant`]), and reports say which rule of the profile it breaks.
///
/// ```
/// use wss_tokens::WrittenDateTime;
///
/// let written = WrittenDateTime::read(" 2026-01-31T12:00:00.5+01:00\n").expect("a dateTime");
/// assert_eq!((written.fraction_digits, written.zone), (1, "+01:00"));
/// assert!(WrittenDateTime::read("2026-02-30T12:00:00Z").is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct WrittenDateTime<'t> {
    /// The seconds since 1970 that a clock of its zone shows; `None` before 1970.
    local_seconds: Option<u64>,
    nanos: u32,
    /// Whether its seconds are 60, as only a leap second has them.
    pub is_leap_second: bool,
    /// The number of digits of its fraction.
    pub fraction_digits: usize,
    /// `Z`, an offset as in `+01:00`, or empty. An offset without a colon is no `xs:dateTime`; few receivers accept it.
    pub zone: &'t str,
}

impl std::fmt::Debug for WrittenDateTime<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WrittenDateTime")
            .field("local_seconds", &self.local_seconds)
            .field("nanos", &self.nanos)
            .field("is_leap_second", &self.is_leap_second)
            .field("fraction_digits", &self.fraction_digits)
            .field("zone", &shown(self.zone))
            .finish()
    }
}

impl<'t> WrittenDateTime<'t> {
    /// Reads an instant, without the white space around it. Hour 24, which is that of midnight alone, is hour 0 of the next day
    /// (XML Schema 1.0 part 2 §3.2.7). Returns `None` for other texts.
    #[must_use]
    pub fn read(text: &'t str) -> Option<Self> {
        let text = collapsed(text);
        let octets = text.as_bytes();
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if separators.iter().any(|(at, expected)| octets.get(*at) != Some(expected)) {
            return None;
        }
        let part = |from: usize, to: usize| number(octets.get(from..to)?);
        let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
        let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
        let (fraction_digits, nanos, zone_len) = fraction(octets.get(19..)?)?;
        let zone = text.get(text.len() - zone_len..)?;
        let is_date = (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month);
        let is_zone = matches!(zone, "" | "Z") || offset_of(zone).is_some();
        let is_time = hour <= 23 || (hour == 24 && (minute, second, nanos) == (0, 0, 0));
        if !is_date || !is_time || minute > 59 || second > 60 || !is_zone {
            return None;
        }
        let in_day = hour * 3_600 + minute * 60 + second;
        let local_seconds = (year >= 1970).then(|| days_before(year, month, day) * 86_400 + in_day);
        Some(Self { local_seconds, nanos, is_leap_second: second == 60, fraction_digits, zone })
    }

    /// The instant, if a receiver accepts it.
    fn instant(&self) -> Option<DateTime> {
        let local = self.local_seconds.filter(|_| !self.is_leap_second)?;
        // East of Greenwich clocks are ahead.
        let seconds = match (self.zone, offset_of(self.zone)) {
            ("Z" | "", _) => local,
            (_, Some((false, offset))) => local.checked_sub(offset)?,
            (_, Some((true, offset))) => local.checked_add(offset)?,
            (_, None) => return None,
        };
        let instant = SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, self.nanos))?;
        let is_utc = matches!(self.zone, "Z" | "+00:00" | "-00:00");
        Some(DateTime { instant, is_utc, has_zone: !self.zone.is_empty() })
    }
}

/// Whether an offset is west of Greenwich, and its number of seconds.
fn offset_of(zone: &str) -> Option<(bool, u64)> {
    let (sign, offset) = zone.as_bytes().split_first()?;
    let is_west = match sign {
        b'+' => false,
        b'-' => true,
        _ => return None,
    };
    Some((is_west, offset_seconds(offset)?))
}

/// The value of decimal digits; `None` if it is too large.
fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0u64, |value, digit| digit.is_ascii_digit().then(|| value * 10 + u64::from(digit - b'0')))
}

/// The digits of a fraction, if there is one, and its nanoseconds; and the length of the text after it. Digits beyond
/// nanoseconds are cut off.
fn fraction(rest: &[u8]) -> Option<(usize, u32, usize)> {
    let [b'.', fraction @ ..] = rest else { return Some((0, 0, rest.len())) };
    let len = fraction.iter().take_while(|digit| digit.is_ascii_digit()).count();
    let (digits, zone) = fraction.split_at_checked(len).filter(|_| len > 0)?;
    let kept = digits.get(..9).unwrap_or(digits);
    let nanos = number(kept)? * 10u64.pow(9 - kept.len() as u32);
    Some((len, nanos as u32, zone.len()))
}

/// The seconds of `hh:mm`, at most 14 hours (XML Schema 1.0 part 2 §3.2.7.3); also without the colon or the minutes, as
/// in ISO 8601 and in Java's `SimpleDateFormat`.
fn offset_seconds(text: &[u8]) -> Option<u64> {
    let (hour, minute) = match text {
        [_, _, b':', minute @ ..] | [_, _, minute @ ..] if minute.len() == 2 => (text.get(..2)?, minute),
        [_, _] => (text, &b"00"[..]),
        _ => return None,
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let seconds = hour * 3_600 + minute * 60;
    (minute <= 59 && seconds <= 14 * 3_600).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::{parse_date_time, parse_instant};
    use crate::written_instant::format_instant;

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
            "2026-01-01T00:00:00+01:00",
            "2026-01-01T24:00:01Z",
            "2026-01-01T24:00:00.5Z",
            "2026-01-01T25:00:00Z",
            "2026-01-01T00:00:60Z",
            "2023-02-29T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01t00:00:00z",
            "\u{a0}2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00 Z",
            "2026-01-01T00:00:00.12x4Z",
            "+026-01-01T00:00:00Z",
            "12026-01-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
        ] {
            assert!(parse_instant(text).is_err(), "{text}");
        }
        assert!(parse_instant(&"9".repeat(10_000)).is_err());
    }

    #[test]
    fn an_instant_has_one_value_in_each_of_its_spellings() {
        let noon = parse_instant("2026-01-31T12:00:00.123456789Z").expect("an instant");
        for text in [
            " \t\r\n2026-01-31T12:00:00.123456789Z\n",
            "2026-01-31T12:00:00.1234567899999999999999999999Z",
            "2026-01-31T12:00:00.123456789+00:00",
            "2026-01-31T12:00:00.123456789-00:00",
        ] {
            assert_eq!(parse_instant(text).expect(text), noon);
        }
        let midnight = parse_instant("2028-03-01T00:00:00Z").expect("an instant");
        assert_eq!(parse_instant("2028-02-29T24:00:00Z").expect("the end of the day before"), midnight);
        for text in [
            "2026-01-31T13:00:00.123456789+01:00",
            "2026-01-31T17:30:00.123456789+05:30",
            "2026-01-31T01:00:00.123456789-11:00",
            "2026-02-01T02:00:00.123456789+14:00",
            // No xs:dateTime, but ISO 8601.
            "2026-01-31T13:00:00.123456789+0100",
            "2026-01-31T13:00:00.123456789+01",
        ] {
            let read = parse_date_time("Created", text).expect(text);
            assert_eq!((read.instant, read.is_utc), (noon, false));
            assert!(parse_instant(text).is_err(), "{text}");
        }
        for offset in [
            "+14:01", "+1:00", "+01:60", "+0160", "+100", "+01000", "+1", "+24:00", "+", "01:00", "+01:00Z", "+01:0",
            "+001:00",
        ] {
            assert!(parse_date_time("Created", &format!("2026-01-31T12:00:00{offset}")).is_err(), "{offset}");
        }
        assert!(parse_date_time("Created", "1970-01-01T00:00:00+00:01").is_err(), "before 1970");
    }
}
