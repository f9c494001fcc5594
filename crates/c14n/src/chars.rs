//! Characters, blanks and references of XML 1.0, and the normalised values of attributes.

use memchr::memchr_iter;
use wide::u8x16;

use wss_text::Slice as _;

use crate::error::{ParseError, Problem, malformed};

#[inline(always)]
pub(crate) fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\n' | b'\r')
}

/// The `N` octets at `at`. Every source that is read is shorter than 4 GiB, so that the sum cannot overflow; this saves
/// a comparison.
#[inline(always)]
pub(crate) fn chunk<const N: usize>(octets: &[u8], at: usize) -> Option<&[u8; N]> {
    let at = at as u32 as usize;
    octets.get(at..at + N)?.first_chunk()
}

/// The character of the reference at the front of `text`, and the length of the reference.
#[inline]
pub(crate) fn reference(text: &[u8]) -> Option<(char, usize)> {
    let body = match text {
        [_, b'#', ..] => text.get(1..)?,
        [_, b'l', b't', b';', ..] => return Some(('<', 4)),
        [_, b'g', b't', b';', ..] => return Some(('>', 4)),
        [_, b'a', b'm', b'p', b';', ..] => return Some(('&', 5)),
        [_, b'q', b'u', b'o', b't', b';', ..] => return Some(('"', 6)),
        [_, b'a', b'p', b'o', b's', b';', ..] => return Some(('\'', 6)),
        _ => return None,
    };
    let (radix, mut at) = if body.get(1) == Some(&b'x') { (16, 2) } else { (10, 1) };
    let first = at;
    let mut value = 0u32;
    loop {
        let octet = *body.get(at)?;
        if octet == b';' {
            break;
        }
        value = value.saturating_mul(radix).saturating_add((octet as char).to_digit(radix)?);
        at += 1;
    }
    let character = char::from_u32(value).filter(|c| at > first && is_char(*c))?;
    Some((character, at + 2))
}

/// The Char production of XML 1.0.
pub(crate) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// The normalised value of an attribute (XML 1.0 §3.3.3, CDATA type).
pub(crate) fn decode_value(source: &str) -> String {
    let octets = source.as_bytes();
    let mut value = String::with_capacity(source.len());
    let mut at = 0;
    while at < octets.len() {
        let rest = octets.slice(at..);
        let length = rest.iter().position(|b| matches!(b, b'&' | b'\t' | b'\n' | b'\r')).unwrap_or(rest.len());
        value.push_str(source.slice(at..at + length));
        at += length;
        match octets.get(at) {
            Some(b'&') => {
                let Some((character, length)) = reference(octets.slice(at..)) else { break };
                value.push(character);
                at += length;
            }
            Some(b'\r') => {
                value.push(' ');
                at += if octets.get(at + 1) == Some(&b'\n') { 2 } else { 1 };
            }
            Some(_) => {
                value.push(' ');
                at += 1;
            }
            None => {}
        }
    }
    value
}

/// What is wrong with an `&` that begins no reference.
#[cold]
pub(crate) fn no_reference(rest: &[u8]) -> Problem {
    let name = rest.get(1..).unwrap_or_default();
    if name.first() == Some(&b'#') {
        return Problem::CharacterReference;
    }
    let len = name.iter().take(64).take_while(|octet| octet.is_ascii_alphanumeric()).count();
    if len > 0 && name.get(len) == Some(&b';') { Problem::Entity } else { Problem::Ampersand }
}

/// Refuses octets outside the Char production; `octets` is UTF-8, so surrogates cannot occur.
pub(crate) fn check_characters(octets: &[u8]) -> Result<(), ParseError> {
    let mut noncharacter_lead = u8x16::ZERO;
    let (blocks, rest) = octets.as_chunks::<128>();
    for (index, block) in blocks.iter().enumerate() {
        let mut lowest = u8x16::MAX;
        for lane in block.as_chunks::<16>().0 {
            let lane = u8x16::new(*lane);
            lowest = lowest.min(lane);
            noncharacter_lead |= lane.simd_eq(u8x16::splat(0xEF));
        }
        // A block without TAB, LF, CR and control characters needs only one comparison.
        if lowest.reduce_min() < b' ' {
            check_controls(block, index * 128)?;
        }
    }
    check_controls(rest, octets.len() - rest.len())?;
    if noncharacter_lead.to_bitmask() != 0 || rest.contains(&0xEF) {
        for at in memchr_iter(0xEF, octets) {
            if matches!(octets.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])) {
                return Err(malformed(at, Problem::Character));
            }
        }
    }
    Ok(())
}

/// Refuses control characters other than TAB, LF and CR in a piece of a source that begins at `start`.
fn check_controls(piece: &[u8], start: usize) -> Result<(), ParseError> {
    let mut found = false;
    for octet in piece {
        found |= (*octet < b' ') & (*octet != b'\t') & (*octet != b'\n') & (*octet != b'\r');
    }
    if !found {
        return Ok(());
    }
    let within = piece.iter().position(|b| *b < b' ' && !is_blank(*b)).unwrap_or(0);
    let problem = if piece.get(within) == Some(&0) { Problem::Nul } else { Problem::Character };
    Err(malformed(start + within, problem))
}
