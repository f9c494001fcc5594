//! The XML declaration: version 1.0, and an encoding that the octets agree with.
//!
//! `XMLDecl ::= '<?xml' VersionInfo EncodingDecl? SDDecl? S? '?>'`, XML 1.0 §2.8.

use std::ops::Range;

use memchr::{memchr, memmem};
use wss_text::Slice as _;

use crate::chars::is_blank;
use crate::error::{ParseError, Problem, malformed};

/// The octet after the XML declaration, where the document begins; `start` if it has no declaration.
pub(super) fn read(octets: &[u8], start: usize) -> Result<usize, ParseError> {
    let rest = octets.slice(start..);
    if !rest.starts_with(b"<?xml") || !matches!(rest.get(5), Some(b' ' | b'\t' | b'\r' | b'\n' | b'?')) {
        return Ok(start);
    }

    let broken = |problem| malformed(start, problem);
    let wrong = || broken(Problem::Declaration);
    let length = memmem::find(rest, b"?>").ok_or_else(|| broken(Problem::DeclarationOpen))?;
    let mut body = rest.slice(5..length);
    let Some(version) = pseudo_attribute(&mut body, b"version") else { return Err(broken(without_version(body))) };
    if version != b"1.0" {
        return Err(broken(Problem::Version));
    }
    if let Some(encoding) = pseudo_attribute(&mut body, b"encoding") {
        let ascii = encoding.eq_ignore_ascii_case(b"us-ascii") && octets.is_ascii();
        if !encoding.eq_ignore_ascii_case(b"utf-8") && !ascii {
            let valid = encoding.first().is_some_and(u8::is_ascii_alphabetic)
                && encoding.iter().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b));
            if !valid {
                return Err(wrong());
            }
            return Err(ParseError::Encoding { encoding: String::from_utf8_lossy(encoding).into() });
        }
    }
    if let Some(standalone) = pseudo_attribute(&mut body, b"standalone")
        && standalone != b"yes"
        && standalone != b"no"
    {
        return Err(broken(Problem::Standalone));
    }
    if body.iter().any(|b| !is_blank(*b)) {
        let is_late = pseudo_attribute(&mut body, b"encoding").is_some();
        return Err(if is_late { broken(Problem::DeclarationOrder) } else { wrong() });
    }
    Ok(start + length + 2)
}

/// What is wrong with a declaration that does not begin with a version.
fn without_version(mut body: &[u8]) -> Problem {
    loop {
        let others = [&b"encoding"[..], b"standalone"];
        if !others.into_iter().any(|other| pseudo_attribute(&mut body, other).is_some()) {
            break;
        }
        if pseudo_attribute(&mut body, b"version").is_some() {
            return Problem::DeclarationOrder;
        }
    }
    if body.iter().all(|b| is_blank(*b)) { Problem::NoVersion } else { Problem::Declaration }
}

/// The encoding that the XML declaration at the start of these octets names, and the span of that name with the white
/// space before it. The octets may be in any encoding that contains ASCII.
pub(crate) fn encoding_of(octets: &[u8]) -> Option<(&str, Range<usize>)> {
    let rest = octets.strip_prefix(b"<?xml")?;
    let end = octets.len() - rest.len() + memmem::find(rest, b"?>")?;
    let mut body = octets.get(..end)?.strip_prefix(b"<?xml")?;
    pseudo_attribute(&mut body, b"version")?;
    let start = end - body.len();
    let encoding = std::str::from_utf8(pseudo_attribute(&mut body, b"encoding")?).ok()?;
    Some((encoding, start..end - body.len()))
}

/// `name S? = S? "value"` at the front of an XML declaration's body, preceded by white space.
fn pseudo_attribute<'b>(body: &mut &'b [u8], name: &[u8]) -> Option<&'b [u8]> {
    let trimmed = body.trim_ascii_start();
    if trimmed.len() == body.len() {
        return None;
    }
    let rest = trimmed.strip_prefix(name)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = rest.split_first()?;
    if *quote != b'"' && *quote != b'\'' {
        return None;
    }
    let length = memchr(*quote, rest)?;
    let (value, rest) = rest.split_at_checked(length)?;
    *body = rest.get(1..)?;
    Some(value)
}
