//! Values of schema types that were read and written anew: instants, numbers, booleans.

use std::borrow::Cow;

use super::super::cause::Cause;
use super::super::edit::Edit;
use super::super::sketch::Sketch;

/// Another spelling of an instant, from its part before the fraction, the digits of the fraction, and its zone.
type Spelling = fn(&str, &str, &str) -> String;

const SPELLINGS: [(&str, Spelling); 13] = [
    ("without a fraction", |seconds, _, zone| format!("{seconds}{zone}")),
    ("in milliseconds", |seconds, fraction, zone| format!("{seconds}.{}{zone}", digits(fraction, 3))),
    ("in microseconds", |seconds, fraction, zone| format!("{seconds}.{}{zone}", digits(fraction, 6))),
    ("with seven digits of a fraction", |seconds, fraction, zone| format!("{seconds}.{}{zone}", digits(fraction, 7))),
    ("in nanoseconds", |seconds, fraction, zone| format!("{seconds}.{}{zone}", digits(fraction, 9))),
    ("without trailing zeros in the fraction", |seconds, fraction, zone| match fraction.trim_end_matches('0') {
        "" => format!("{seconds}{zone}"),
        fraction => format!("{seconds}.{fraction}{zone}"),
    }),
    ("with one digit of a fraction", |seconds, fraction, zone| format!("{seconds}.{}{zone}", digits(fraction, 1))),
    ("with two digits of a fraction", |seconds, fraction, zone| format!("{seconds}.{}{zone}", digits(fraction, 2))),
    ("with the zone as +00:00", |seconds, fraction, zone| zoned(seconds, fraction, zone, "+00:00")),
    ("with the zone as Z", |seconds, fraction, zone| zoned(seconds, fraction, zone, "Z")),
    ("without a zone", |seconds, fraction, _| zoned(seconds, fraction, "Z", "")),
    ("in milliseconds, with the zone as +00:00", |seconds, fraction, zone| {
        zoned(seconds, digits(fraction, 3).as_str(), zone, "+00:00")
    }),
    ("without a fraction, with the zone as +00:00", |seconds, _, zone| zoned(seconds, "", zone, "+00:00")),
];

fn digits(fraction: &str, count: usize) -> String {
    fraction.chars().chain(std::iter::repeat('0')).take(count).collect()
}

/// With `to` in place of a zone that is UTC.
fn zoned(seconds: &str, fraction: &str, zone: &str, to: &str) -> String {
    let zone = if matches!(zone, "Z" | "+00:00" | "-00:00") { to } else { zone };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{seconds}{point}{fraction}{zone}")
}

/// Instants in other spellings.
pub(super) fn instants(_: &Sketch) -> Vec<Edit> {
    let edit = |(how, spelling): (&str, Spelling)| {
        Edit::values(Cause::InstantReformatted { how: how.into() }, move |text| {
            instant(text).map_or(text.into(), |(seconds, fraction, zone)| spelling(seconds, fraction, zone).into())
        })
    };
    SPELLINGS.into_iter().map(edit).collect()
}

/// The parts of an instant: up to the seconds, the digits of the fraction, and the zone.
fn instant(text: &str) -> Option<(&str, &str, &str)> {
    let shape = "0000-00-00T00:00:00";
    let (seconds, rest) = text.split_at_checked(shape.len())?;
    let fits = |(octet, shape): (u8, u8)| if shape == b'0' { octet.is_ascii_digit() } else { octet == shape };
    if !seconds.bytes().zip(shape.bytes()).all(fits) {
        return None;
    }
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())),
        None => ("", rest),
    };
    let is_zone = zone.is_empty() || zone == "Z" || (zone.len() == 6 && zone.starts_with(['+', '-']));
    is_zone.then_some((seconds, fraction, zone))
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    !whole.is_empty() && [whole, fraction].iter().all(|part| part.bytes().all(|octet| octet.is_ascii_digit()))
}

/// An edit of values that are numbers.
fn numbers(how: &str, edit: fn(&str) -> Option<String>) -> Edit {
    Edit::values(Cause::ValueReformatted { how: how.into() }, move |text| match is_number(text) {
        true => edit(text).map_or(text.into(), Cow::Owned),
        false => text.into(),
    })
}

/// The number with so many decimal places, cut or filled with zeros.
fn places(text: &str, count: usize) -> Option<String> {
    let (whole, fraction) = text.split_once('.')?;
    (!fraction.is_empty()).then(|| format!("{whole}.{}", digits(fraction, count)))
}

/// Values in other spellings.
pub(super) fn less_usual(_: &Sketch) -> Vec<Edit> {
    let written = |how: &str| Cause::ValueReformatted { how: how.into() };
    vec![
        words(written("true and false in place of 1 and 0"), &[("1", "true"), ("0", "false")]),
        words(written("1 and 0 in place of true and false"), &[("true", "1"), ("false", "0")]),
        words(written("True and False in place of true and false"), &[("true", "True"), ("false", "False")]),
        numbers("numbers without trailing zeros", |text| {
            let (whole, fraction) = text.split_once('.')?;
            let fraction = fraction.trim_end_matches('0');
            Some(if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") })
        }),
        numbers("numbers with two decimal places", |text| places(text, 2)),
        numbers("numbers with one decimal place", |text| places(text, 1)),
        numbers("numbers with four decimal places", |text| places(text, 4)),
        numbers("whole numbers with two decimal places", |text| (!text.contains('.')).then(|| format!("{text}.00"))),
        numbers("whole numbers with one decimal place", |text| (!text.contains('.')).then(|| format!("{text}.0"))),
        numbers("one trailing zero more in numbers with decimal places", |text| {
            text.contains('.').then(|| format!("{text}0"))
        }),
        numbers("numbers without leading zeros or +", |text| {
            let bare = text.strip_prefix('+').unwrap_or(text).trim_start_matches('0');
            Some(if bare.is_empty() || bare.starts_with('.') { format!("0{bare}") } else { bare.to_owned() })
        }),
        Edit::values(written("dates without a zone"), |text| match text.strip_suffix('Z') {
            Some(date) if date.len() == 10 => date.into(),
            _ => text.into(),
        }),
        Edit::values(written("dates with the zone Z"), |text| {
            let is_date = text.len() == 10 && instant(&format!("{text}T00:00:00")).is_some();
            if is_date { format!("{text}Z").into() } else { text.into() }
        }),
    ]
}

/// An edit of values that are one of some words.
fn words(cause: Cause, exchanged: &'static [(&'static str, &'static str)]) -> Edit {
    Edit::values(cause, move |text| {
        exchanged.iter().find(|(from, _)| *from == text).map_or(text.into(), |(_, to)| (*to).into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_cut_into_their_parts() {
        assert_eq!(instant("2026-01-02T03:04:05Z"), Some(("2026-01-02T03:04:05", "", "Z")));
        assert_eq!(instant("2026-01-02T03:04:05.120+00:00"), Some(("2026-01-02T03:04:05", "120", "+00:00")));
        for other in ["2026-01-02", "2026-01-02T03:04:05 and more", "xxxx-01-02T03:04:05Z", "é"] {
            assert_eq!(instant(other), None, "{other}");
        }
    }

    #[test]
    fn numbers_are_digits_with_one_point() {
        assert!(["1", "-1.50", "+0.5", "1."].into_iter().all(is_number));
        assert!(!["", ".", "1.2.3", "a", "1e5", "-"].into_iter().any(is_number));
        assert_eq!(places("1.5", 2).as_deref(), Some("1.50"));
    }
}
