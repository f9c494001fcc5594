//! Values that services and gateways rewrite: times, addresses, numbers with exponents.

use std::time::Duration;

use wss_tokens::{format_instant, parse_instant};

use super::super::cause::Cause;
use super::super::clues::Clues;
use super::super::edit::{Edit, steps};
use super::super::sketch::Sketch;
use super::super::token::Token;
use super::changed::only;
use super::values;

/// The lifetimes of timestamps that peers set, in seconds.
const LIFETIMES: [u64; 18] =
    [300, 60, 600, 3_600, 30, 120, 180, 900, 1_200, 1_800, 7_200, 14_400, 28_800, 43_200, 86_400, 10, 5, 240];
/// Namespaces of WS-Addressing.
const ADDRESSING: [&str; 4] = [
    "http://www.w3.org/2005/08/addressing",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "http://schemas.xmlsoap.org/ws/2004/03/addressing",
    "http://schemas.xmlsoap.org/ws/2003/03/addressing",
];

/// Edits of times: another spelling and zone, no fraction, and times that depend on one another.
pub(super) fn times(sketch: &Sketch) -> Vec<Edit> {
    let instants: Vec<&(usize, String)> =
        sketch.texts.values.iter().filter(|(_, text)| values::is_instant(text)).collect();
    // Dates have zones, too.
    let mut edits = values::zones_and_spellings(sketch);
    if instants.is_empty() {
        return edits;
    }
    let as_written = |how: &str| Cause::InstantReformatted { how: how.into() };
    if instants.len() == sketch.texts.values.len() && instants.len() <= 4 {
        edits.extend(lifetimes(&instants));
        if instants.iter().all(|(_, text)| !text.contains('.')) {
            edits.extend((1..1_000).map(|milliseconds| {
                let fraction = format!("with the milliseconds .{milliseconds:03}");
                Edit::values(as_written(&fraction), move |text| match text.strip_suffix('Z') {
                    Some(seconds) => format!("{seconds}.{milliseconds:03}Z").into(),
                    None => text.into(),
                })
            }));
        }
    }
    edits
}

/// Edits that compute one of two times from the other, or add the second if only the first is left.
fn lifetimes(instants: &[&(usize, String)]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let spelled = |text: &str| {
        let others = values::spellings_of(text).into_iter().map(|(_, other)| other);
        let all: Vec<String> = std::iter::once(text.to_owned()).chain(others).collect();
        all
    };
    for seconds in LIFETIMES {
        let by = Duration::from_secs(seconds);
        match instants {
            [(first, created), (second, expires)] => {
                let later = parse_instant(created).ok().and_then(|created| created.checked_add(by));
                let earlier = parse_instant(expires).ok().and_then(|expires| expires.checked_sub(by));
                for (nth, from, at) in [(*second, expires, later), (*first, created, earlier)] {
                    let Some(at) = at.map(format_instant) else { continue };
                    for to in spelled(&at).into_iter().filter(|to| to != from) {
                        let cause = Cause::ValueChanged { from: from.as_str().into(), to: to.as_str().into() };
                        edits.push(only(cause, nth, to));
                    }
                }
            }
            [(_, created)] => {
                let later = parse_instant(created).ok().and_then(|created| created.checked_add(by));
                edits.extend(later.map(format_instant).iter().flat_map(|at| spelled(at)).map(expiring));
            }
            _ => {}
        }
    }
    edits
}

/// An edit that adds an Expires with this text after Created.
fn expiring(at: String) -> Edit {
    let name = format!("Expires of {at}");
    Edit::new(Cause::ElementRemoved { name: name.into() }, move |canonical, out| {
        steps(canonical, |step| {
            out(step.token.as_str().as_bytes());
            if let Token::End(end) = step.token
                && end.trim_end_matches('>').ends_with("Created")
            {
                let tag = end.replace("Created", "Expires");
                out(format!("{}{at}{tag}", tag.replacen("</", "<", 1)).as_bytes());
            }
        });
    })
}

/// Edits of addresses and actions to the spellings of proxies, and to another version of WS-Addressing.
pub(super) fn addresses(sketch: &Sketch, clues: &Clues) -> Vec<Edit> {
    let mut edits = Vec::new();
    for from in ADDRESSING.into_iter().filter(|uri| sketch.namespaces.iter().any(|(_, known)| known == uri)) {
        for to in ADDRESSING.into_iter().filter(|to| *to != from) {
            let cause = Cause::ValueChanged { from: from.into(), to: to.into() };
            edits.push(Edit::tags(cause, move |_, tag| {
                for (_, uri) in &mut tag.namespaces {
                    if uri == from {
                        *uri = to.into();
                    }
                }
            }));
        }
    }
    for (nth, text) in sketch.texts.values.iter().filter(|(_, text)| is_uri(text)) {
        for to in spellings_of_uri(text).into_iter().chain(other_hosts(text, clues)).filter(|to| to != text) {
            let cause = Cause::ValueChanged { from: text.as_str().into(), to: to.as_str().into() };
            edits.push(only(cause, *nth, to));
        }
    }
    edits
}

fn is_uri(text: &str) -> bool {
    let bare = text.trim_matches(['"', ' ']);
    !bare.contains(' ') && (bare.contains("://") || bare.starts_with("urn:") || bare.starts_with("uuid:"))
}

fn spellings_of_uri(text: &str) -> Vec<String> {
    let bare = text.trim_matches('"').to_owned();
    let mut all = vec![bare.clone(), format!("\"{bare}\""), format!("{bare}/"), bare.trim_end_matches('/').to_owned()];
    for (from, to) in [("http://", "https://"), ("https://", "http://")] {
        all.extend(bare.strip_prefix(from).map(|rest| format!("{to}{rest}")));
    }
    if let Some((scheme, rest)) = bare.split_once("://") {
        let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
        if port.is_some() {
            all.extend([
                format!("{scheme}://{name}{path}"),
                format!("http://{name}{path}"),
                format!("https://{name}{path}"),
            ]);
        }
        for port in ["443", "80", "8443", "8080", "9443", "8000", "5000", "7001", "9080"] {
            for scheme in ["https", "http"] {
                all.push(format!("{scheme}://{name}:{port}{path}"));
            }
        }
        all.push(format!("{scheme}://{}{path}", host.to_ascii_lowercase()));
    }
    if let Some((before, _)) = bare.split_once('?') {
        all.push(before.to_owned());
    }
    all.extend(["?wsdl", "?WSDL", "Request", "Response", "Input", "Soap"].map(|end| format!("{bare}{end}")));
    for end in ["Request", "Response", "Input", "?wsdl"] {
        all.extend(bare.strip_suffix(end).map(str::to_owned));
    }
    if let Some(id) = bare.strip_prefix("urn:uuid:").or_else(|| bare.strip_prefix("uuid:")) {
        let cases = [id.to_ascii_lowercase(), id.to_ascii_uppercase(), id.to_owned()];
        all.extend(cases.iter().flat_map(|id| [format!("urn:uuid:{id}"), format!("uuid:{id}"), id.clone()]));
    }
    all
}

/// The same path at the other hosts that the message names.
fn other_hosts(text: &str, clues: &Clues) -> Vec<String> {
    let Some((_, rest)) = text.split_once("://") else { return Vec::new() };
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
    clues.hosts.iter().map(|host| format!("{host}{path}")).collect()
}

/// Edits of numbers as other programs write them, in one place.
pub(super) fn numbers(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (nth, text) in sketch.texts.values.iter().filter(|(_, text)| text.len() <= 24) {
        for to in spellings_of_number(text).into_iter().filter(|to| to != text) {
            let how = format!("{to:?} in place of {text:?}");
            edits.push(only(Cause::ValueReformatted { how: how.into() }, *nth, to));
        }
    }
    for (nth, name, text) in sketch.attribute_values.iter().filter(|(_, _, text)| text.len() <= 24) {
        for to in spellings_of_number(text).into_iter().filter(|to| to != text) {
            let (nth, name, how) = (*nth, name.clone(), format!("{to:?} in place of {text:?} in the attribute {name}"));
            edits.push(Edit::tags(Cause::ValueReformatted { how: how.into() }, move |step, tag| {
                let own = tag.attributes.iter_mut().filter(|(known, _)| step.nth == nth && *known == name);
                own.for_each(|(_, value)| *value = to.clone().into());
            }));
        }
    }
    edits
}

fn spellings_of_number(text: &str) -> Vec<String> {
    let is_grouped = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit() || matches!(octet, b'.' | b','));
    if text.contains('.') && text.contains(',') && is_grouped(text) {
        let exchange = |c| match c {
            '.' => ',',
            ',' => '.',
            other => other,
        };
        let exchanged: String = text.chars().map(exchange).collect();
        return vec![exchanged.replace(',', ""), exchanged, text.replace(',', "")];
    }
    for (word, digit) in [("true", "1"), ("false", "0"), ("True", "1"), ("False", "0")] {
        if text == word {
            return [digit, &word.to_ascii_lowercase(), &word.to_ascii_uppercase()].map(str::to_owned).into();
        }
    }
    let Ok(value) = text.parse::<f64>() else { return Vec::new() };
    if !value.is_finite() || !text.bytes().any(|octet| octet.is_ascii_digit()) {
        return Vec::new();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let pointed = if mantissa.contains('.') { mantissa.to_owned() } else { format!("{mantissa}.0") };
    let (sign, digits) = exponent.strip_prefix('-').map_or(("+", exponent), |digits| ("-", digits));
    let minus = if sign == "-" { "-" } else { "" };
    let mut all = vec![format!("{value}"), format!("{value:.1}"), format!("{value:.2}")];
    for mantissa in [mantissa, pointed.as_str()] {
        for letter in ["E", "e"] {
            all.push(format!("{mantissa}{letter}{minus}{digits}"));
            all.extend([1, 2, 3].map(|width| format!("{mantissa}{letter}{sign}{digits:0>width$}")));
        }
    }
    all.extend(
        [("1", "true"), ("0", "false")].iter().filter(|(digit, _)| *digit == text).map(|(_, word)| (*word).to_owned()),
    );
    if text.bytes().all(|octet| octet.is_ascii_digit()) {
        all.extend((1..=9).map(|zeros| format!("{}{text}", "0".repeat(zeros))));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_have_the_spellings_of_others() {
        let has = |text: &str, to: &str| spellings_of_number(text).iter().any(|other| other == to);
        for (text, to) in [
            ("1500", "1.5E3"),
            ("1500.0", "1.5E3"),
            ("1.5E+3", "1.5E3"),
            ("1.5E3", "1.5E+003"),
            ("7", "007"),
            ("1.250,50", "1250.50"),
            ("1,250.50", "1.250,50"),
            ("0.00012", "1.2E-4"),
        ] {
            assert!(has(text, to), "{text} {to}: {:?}", spellings_of_number(text));
        }
        assert!(spellings_of_number("nan").is_empty() && spellings_of_number("word").is_empty());
        let uris = spellings_of_uri("http://Host.example:8080/a?wsdl");
        for uri in ["http://Host.example/a?wsdl", "http://Host.example:8080/a", "\"http://Host.example:8080/a?wsdl\""] {
            assert!(uris.iter().any(|other| other == uri), "{uri}: {uris:?}");
        }
    }
}
