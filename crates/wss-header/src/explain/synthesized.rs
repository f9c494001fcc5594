//! The BinarySecurityToken that the STR-Transform makes of a reference to a certificate that is not in the message, in
//! the forms in which peers write it.
//!
//! WS-Security 1.1 §8.3: the element has the prefix of the reference, no namespace context, and base64 without line ends.

use super::cause::Cause;
use super::search::{Found, Search};

/// Line breaks of the base64: the octets of a line, the line end in a canonical form, and words.
const BREAKS: [(usize, &str, &str); 5] = [
    (0, "", ""),
    (76, "\n", "with its base64 in lines of 76"),
    (64, "\n", "with its base64 in lines of 64"),
    (76, "&#xD;\n", "with its base64 in lines of 76 that end in CR LF"),
    (64, "&#xD;\n", "with its base64 in lines of 64 that end in CR LF"),
];

/// The token as a peer may have digested it: `readings` are those that a receiver accepts.
pub(super) fn explain(readings: &[Vec<u8>], reference: wss_c14n::Element<'_>, search: &Search<'_>) -> Option<Found> {
    let identifier = reference.children().next();
    let its_type =
        identifier.and_then(|identifier| identifier.attribute("", "ValueType")).map(|uri| wss_c14n::escape(&uri));
    let types = [None, its_type];
    let mut others: Vec<(Vec<&str>, String)> = Vec::new();
    for text in readings.iter().filter_map(|octets| std::str::from_utf8(octets).ok()) {
        for bare in [false, true] {
            for value_type in &types {
                for (width, end, words) in BREAKS {
                    let mut how = Vec::new();
                    let mut other = text.to_owned();
                    if bare {
                        other = other.replacen(" xmlns=\"\"", "", 1);
                        how.push("without xmlns=\"\" on it");
                    }
                    if let Some(value_type) = value_type {
                        other = typed(&other, value_type);
                        how.push("with the ValueType of the key identifier, in place of #X509v3");
                    }
                    if width > 0 {
                        other = broken(&other, width, end);
                        how.push(words);
                    }
                    if other != text {
                        others.push((how, other));
                    }
                }
            }
        }
    }
    others.sort_by_key(|(how, _)| how.len());
    others.iter().find_map(|(how, other)| {
        let cause = Cause::TokenOtherwise { how: how.join(", ").into() };
        search.octets(&[cause], other.len(), &|out| out(other.as_bytes()))
    })
}

/// The token with another ValueType.
fn typed(token: &str, value_type: &str) -> String {
    let Some((before, rest)) = token.split_once(" ValueType=\"") else { return token.to_owned() };
    let Some((_, after)) = rest.split_once('"') else { return token.to_owned() };
    format!("{before} ValueType=\"{value_type}\"{after}")
}

/// The token with its text in lines.
fn broken(token: &str, width: usize, end: &str) -> String {
    let Some((start, rest)) = token.split_once('>') else { return token.to_owned() };
    let Some((text, tag)) = rest.split_once('<') else { return token.to_owned() };
    let characters: Vec<char> = text.chars().collect();
    let lines: Vec<String> = characters.chunks(width).map(|line| line.iter().collect()).collect();
    format!("{start}>{}<{tag}", lines.join(end))
}
