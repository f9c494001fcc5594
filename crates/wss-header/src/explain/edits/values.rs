//! Values of schema types that were read and written again: instants, numbers, booleans.

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

/// The instant with `to` in place of a zone that is UTC.
fn zoned(seconds: &str, fraction: &str, zone: &str, to: &str) -> String {
    let zone = if matches!(zone, "Z" | "+00:00" | "-00:00") { to } else { zone };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{seconds}{point}{fraction}{zone}")
}

/// The largest number of attributes that are padded one by one.
const PADDED: usize = 24;

/// Edits that put a space in front of the value of one attribute, behind it, or both.
pub(super) fn attributes_padded(sketch: &Sketch) -> Vec<Edit> {
    let padded = |(at, name, _): &(usize, String, String)| {
        [("", " "), (" ", ""), (" ", " ")].map(|(before, behind)| {
            let (at, name) = (*at, name.clone());
            let how = format!("the value of the attribute {name} has a space around it");
            Edit::tags(Cause::TextPadded { how: how.into() }, move |step, tag| {
                let own = tag.attributes.iter_mut().find(|(known, _)| step.nth == at && *known == name);
                if let Some((_, value)) = own {
                    *value = format!("{before}{value}{behind}").into();
                }
            })
        })
    };
    sketch.attribute_values.iter().take(PADDED).flat_map(padded).collect()
}

/// Edits that write instants in other spellings.
pub(super) fn instants(_: &Sketch) -> Vec<Edit> {
    let edit = |(how, spelling): (&str, Spelling)| {
        Edit::values(Cause::InstantReformatted { how: how.into() }, move |text| {
            instant(text).map_or(text.into(), |(seconds, fraction, zone)| spelling(seconds, fraction, zone).into())
        })
    };
    SPELLINGS.into_iter().map(edit).collect()
}

/// An instant in every other spelling, each with its words; none if it is no instant.
pub(super) fn spellings_of(text: &str) -> Vec<(String, String)> {
    let Some((seconds, fraction, zone)) = instant(text) else { return Vec::new() };
    let spelled = |(how, spelling): (&str, Spelling)| (how.to_owned(), spelling(seconds, fraction, zone));
    let mut all: Vec<(String, String)> = SPELLINGS.into_iter().map(spelled).collect();
    all.extend(shifted(text));
    all.retain(|(_, other)| other != text);
    all
}

/// The same instant in other zones.
fn shifted(text: &str) -> impl Iterator<Item = (String, String)> {
    other_zones().filter_map(|to| Some((how_in(to), in_zone(text, to)?)))
}

/// The zones that are tried, in minutes east of UTC.
fn other_zones() -> impl Iterator<Item = i64> {
    (-24..=28).map(|halves| 30 * halves).chain([345, 525, 765])
}

fn how_in(zone: i64) -> String {
    format!("with the zone {}", written(zone))
}

fn written(zone: i64) -> String {
    let here = if zone < 0 { '-' } else { '+' };
    if zone == 0 { "Z".to_owned() } else { format!("{here}{:02}:{:02}", zone.abs() / 60, zone.abs() % 60) }
}

/// An instant in another zone; `None` if it is already in that zone.
fn in_zone(text: &str, to: i64) -> Option<String> {
    let (seconds, fraction, zone) = instant(text)?;
    let from = minutes_of(zone).filter(|from| *from != to)?;
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{}{point}{fraction}{}", moved(seconds, to - from)?, written(to)))
}

fn minutes_of(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z") {
        return Some(0);
    }
    let (sign, digits) = zone.split_at_checked(1)?;
    let (hours, minutes) = digits.split_once(':')?;
    let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
    Some(if sign == "-" { -minutes } else { minutes })
}

/// The instant `minutes` minutes later, up to its seconds.
fn moved(seconds: &str, minutes: i64) -> Option<String> {
    let instant = wss_tokens::parse_instant(&format!("{seconds}Z")).ok()?;
    let by = std::time::Duration::from_secs(minutes.unsigned_abs() * 60);
    let moved = if minutes < 0 { instant.checked_sub(by)? } else { instant.checked_add(by)? };
    let text = wss_tokens::format_instant(moved);
    text.get(..seconds.len()).map(str::to_owned)
}

/// Edits that write instants in another zone.
pub(super) fn zones(sketch: &Sketch) -> Vec<Edit> {
    let Some((_, sample)) = sketch.texts.values.iter().find(|(_, text)| is_instant(text)) else { return Vec::new() };
    let edit = |to: i64| {
        Edit::values(Cause::InstantReformatted { how: how_in(to).into() }, move |text| {
            in_zone(text, to).map_or(text.into(), Cow::Owned)
        })
    };
    other_zones().filter(|to| in_zone(sample, *to).is_some()).map(edit).collect()
}

/// Instants in another zone and another spelling at once, and instants without a zone with one.
pub(super) fn zones_and_spellings(sketch: &Sketch) -> Vec<Edit> {
    let sample = sketch.texts.values.iter().find(|(_, text)| is_instant(text));
    let cause = |how: String| Cause::InstantReformatted { how: how.into() };
    // Edits that could change nothing are not made: each attempt is charged.
    let texts = sketch.texts.values.iter().map(|(_, text)| text);
    let mut values = texts.chain(sketch.attribute_values.iter().map(|(_, _, value)| value));
    let has_bare = values.clone().any(|text| matches!(instant(text), Some((_, _, ""))));
    let has_date = values.any(|text| is_date(text));
    let mut edits = Vec::new();
    for zone in other_zones() {
        for (how, spelling) in
            SPELLINGS.iter().copied().filter(|_| sample.is_some_and(|(_, sample)| in_zone(sample, zone).is_some()))
        {
            edits.push(Edit::values(cause(format!("{}, {how}", how_in(zone))), move |text| {
                let moved = in_zone(text, zone);
                let respelled = moved
                    .as_deref()
                    .and_then(instant)
                    .map(|(seconds, fraction, zone)| spelling(seconds, fraction, zone));
                respelled.map_or(text.into(), Cow::Owned)
            }));
        }
        for fraction in ["", ".0", ".000", ".0000000"].into_iter().filter(|_| has_bare) {
            edits.push(Edit::values(
                cause(format!("with the fraction {fraction:?} and {}", how_in(zone))),
                move |text| match instant(text) {
                    Some((seconds, "", "")) => format!("{seconds}{fraction}{}", written(zone)).into(),
                    Some((_, _, "")) if fraction.is_empty() => format!("{text}{}", written(zone)).into(),
                    _ => text.into(),
                },
            ));
        }
        if has_date {
            edits.push(Edit::values(cause(format!("as dates with the zone {}", written(zone))), move |text| {
                if is_date(text) { format!("{text}{}", written(zone)).into() } else { text.into() }
            }));
        }
    }
    edits.push(Edit::values(cause("as dates without a zone".to_owned()), |text| match text.split_at_checked(10) {
        Some((date, zone)) if zone.len() == 6 && is_date(date) && zone.starts_with(['+', '-']) => date.into(),
        _ => text.into(),
    }));
    edits
}

pub(super) fn is_instant(text: &str) -> bool {
    instant(text).is_some()
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && is_instant(&format!("{text}T00:00:00"))
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

pub(super) fn is_number(text: &str) -> bool {
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

/// The number with `count` decimal places, cut or filled with zeros.
fn places(text: &str, count: usize) -> Option<String> {
    let (whole, fraction) = text.split_once('.')?;
    (!fraction.is_empty()).then(|| format!("{whole}.{}", digits(fraction, count)))
}

/// The number with `count` decimal places, whole ones too.
pub(super) fn with_places(text: &str, count: usize) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if count == 0 { whole.to_owned() } else { format!("{whole}.{}", digits(fraction, count)) }
}

/// Edits that write values in other spellings.
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
        numbers("numbers with three decimal places", |text| places(text, 3)),
        numbers("whole numbers without the decimal places", |text| {
            text.split_once('.').map(|(whole, _)| whole.to_owned())
        }),
        numbers("a comma in place of the decimal point", |text| text.contains('.').then(|| text.replace('.', ","))),
        numbers("commas between thousands", |text| grouped(text, ',')),
        numbers("a + before numbers", |text| (!text.starts_with(['+', '-'])).then(|| format!("+{text}"))),
        Edit::values(written("a decimal point in place of a comma"), |text| {
            let other = text.replace(',', ".");
            if other != text && is_number(&other) { other.into() } else { text.into() }
        }),
        Edit::values(written("no commas between thousands"), |text| {
            let other = text.replace(',', "");
            if other != text && is_number(&other) { other.into() } else { text.into() }
        }),
        words(written("TRUE and FALSE in place of true and false"), &[("true", "TRUE"), ("false", "FALSE")]),
        words(written("true and false in place of True and False"), &[("True", "true"), ("False", "false")]),
        words(written("true and false in place of TRUE and FALSE"), &[("TRUE", "true"), ("FALSE", "false")]),
        Edit::values(written("dates as day, month and year with points"), |text| {
            date(text, |y, m, d| format!("{d}.{m}.{y}"))
        }),
        Edit::values(written("dates as month, day and year with slashes"), |text| {
            date(text, |y, m, d| format!("{m}/{d}/{y}"))
        }),
        Edit::values(written("dates as day, month and year with slashes"), |text| {
            date(text, |y, m, d| format!("{d}/{m}/{y}"))
        }),
        Edit::values(written("dates without hyphens"), |text| date(text, |y, m, d| format!("{y}{m}{d}"))),
        Edit::values(written("dates with an offset of zero"), |text| {
            date(text, |y, m, d| format!("{y}-{m}-{d}+00:00"))
        }),
        Edit::values(written("dates with the time of midnight"), |text| {
            date(text, |y, m, d| format!("{y}-{m}-{d}T00:00:00"))
        }),
        Edit::values(written("instants as dates alone"), |text| match instant(text) {
            Some((seconds, ..)) => seconds.split('T').next().unwrap_or(text).to_owned().into(),
            None => text.into(),
        }),
        Edit::values(written("a space in place of the T of instants"), |text| match instant(text) {
            Some(_) => text.replacen('T', " ", 1).into(),
            None => text.into(),
        }),
        Edit::values(written("dates without a zone"), |text| match text.strip_suffix('Z') {
            Some(date) if date.len() == 10 => date.into(),
            _ => text.into(),
        }),
        Edit::values(written("dates with the zone Z"), |text| {
            if is_date(text) { format!("{text}Z").into() } else { text.into() }
        }),
    ]
}

/// The number with a separator between its thousands.
fn grouped(text: &str, separator: char) -> Option<String> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    if whole.len() < 4 || !whole.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let mut out = String::new();
    for (nth, digit) in whole.chars().enumerate() {
        if nth > 0 && (whole.len() - nth).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    Some(fraction.map_or(out.clone(), |fraction| format!("{out}.{fraction}")))
}

/// A date, if it is one, in another spelling of year, month and day.
fn date<'t>(text: &'t str, spelling: fn(&str, &str, &str) -> String) -> Cow<'t, str> {
    match (is_date(text), text.get(..4), text.get(5..7), text.get(8..)) {
        (true, Some(year), Some(month), Some(day)) => spelling(year, month, day).into(),
        _ => text.into(),
    }
}

/// An edit of values that are one of several words.
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
