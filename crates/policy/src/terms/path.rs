//! Direct paths: the part that an `sp:XPath` names (WS-SecurityPolicy 1.3 §4.1.2, §4.2.2).
//!
//! A step is a name, or any element whose namespace and local name a predicate states, as IBM WebSphere writes it.

use std::borrow::Cow;

use wss_c14n::name;
use wss_header::{ElementPath, Part};

use crate::assertion::Parameter;

/// A sentence that says what is done, or why it is refused.
pub(super) type Words = Cow<'static, str>;

const DIRECT: &str = "only direct paths are supported: /s:Envelope/s:Body/p:a/p:b, with a name for each element, or with \
                      *[namespace-uri()='…' and local-name()='…']";

/// The part that a direct path names.
pub(super) fn part_of(parameter: &Parameter) -> Result<Part, Words> {
    let path = parameter.text().strip_prefix('/').filter(|path| !path.starts_with('/')).ok_or(DIRECT)?;
    // A path may have thousands of steps: the vector does not grow.
    let mut steps: Vec<(&str, &str)> = Vec::with_capacity(ends_of(path, '/').count() + 1);
    for step in split(path, '/').map(str::trim) {
        steps.push(match step.strip_prefix('*') {
            Some(predicates) => by_predicates(predicates).ok_or(DIRECT)?,
            None => by_name(step, parameter)?,
        });
    }
    let is_soap = |namespace: &str| [name::SOAP11.uri, name::SOAP12.uri].contains(&namespace);
    match steps.as_slice() {
        [(envelope, "Envelope"), (of, "Body")] if is_soap(envelope) && of == envelope => Ok(Part::Body),
        [(envelope, "Envelope"), (of, "Header"), block @ ..] if is_soap(envelope) && of == envelope => match block {
            [] => Err("the Header itself is not a part: name its blocks".into()),
            [(security, "Security"), inner @ ..] if *security == name::WSSE.uri => in_security(inner),
            [(namespace, local)] => Ok(Part::every_header_block(*namespace, *local)),
            _ => element(&steps),
        },
        _ => element(&steps),
    }
}

fn element(steps: &[(&str, &str)]) -> Result<Part, Words> {
    // A brace would end the namespace of a step that is written as `{namespace}local`.
    if steps.iter().any(|(namespace, _)| namespace.contains(['{', '}'])) {
        return Err("a namespace has a brace, which no URI has: correct it".into());
    }
    ElementPath::from_names(steps).map(Part::every_element).map_err(|error| error.to_string().into())
}

/// A child of the Security header.
fn in_security(inner: &[(&str, &str)]) -> Result<Part, Words> {
    match inner {
        [(of, "Timestamp")] if *of == name::WSU.uri => Ok(Part::Timestamp),
        [(of, "UsernameToken")] if *of == name::WSSE.uri => Ok(Part::UsernameToken),
        [(of, "Assertion")] if [name::SAML.uri, name::SAML2.uri].contains(of) => Ok(Part::Assertion),
        [(of, "Signature")] if *of == name::DS.uri => Ok(Part::Signature),
        _ => Err("only Timestamp, UsernameToken, Assertion and Signature of the Security header are parts".into()),
    }
}

fn by_name<'p>(step: &'p str, parameter: &'p Parameter) -> Result<(&'p str, &'p str), Words> {
    let (prefix, local) = step.split_once(':').unwrap_or(("", step));
    if !name::is_ncname(local) || !(prefix.is_empty() || name::is_ncname(prefix)) {
        return Err(DIRECT.into());
    }
    // In XPath a name without a prefix is in no namespace.
    let namespace = match prefix {
        "" => "",
        prefix => parameter.namespace_of(prefix).ok_or_else(|| format!("the prefix {prefix} is not bound"))?,
    };
    Ok((namespace, local))
}

/// The name in `[namespace-uri()='…' and local-name()='…']`, in either order, or as two predicates.
fn by_predicates(predicates: &str) -> Option<(&str, &str)> {
    let (mut namespace, mut local) = (None, None);
    let mut rest = predicates.trim();
    while !rest.is_empty() {
        let end = ends_of(rest, ']').next()?;
        let (inside, after) = (rest.get(1..end).filter(|_| rest.starts_with('['))?, rest.get(end + 1..)?);
        for test in inside.split(" and ") {
            let (function, value) = test.split_once('=')?;
            let value = value.trim();
            let quote = value.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
            let value = value.strip_prefix(quote)?.strip_suffix(quote).filter(|value| !value.contains(quote))?;
            let said = match function.trim() {
                "namespace-uri()" => &mut namespace,
                "local-name()" => &mut local,
                _ => return None,
            };
            if said.replace(value).is_some() {
                return None;
            }
        }
        rest = after.trim_start();
    }
    Some((namespace?, local.filter(|local| name::is_ncname(local))?))
}

/// The pieces of a text between occurrences of a character outside of quotes.
fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut start = 0;
    ends_of(text, at).chain([text.len()]).filter_map(move |end| {
        let piece = text.get(start..end);
        start = end + at.len_utf8();
        piece
    })
}

/// The offsets of a character outside of quotes.
fn ends_of(text: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut quoted = None;
    let found = text.char_indices().filter(move |(_, character)| {
        match quoted {
            Some(quote) if quote == *character => quoted = None,
            None if ['\'', '"'].contains(character) => quoted = Some(*character),
            None => return *character == wanted,
            Some(_) => {}
        }
        false
    });
    found.map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predicates_say_a_name_in_either_order() {
        let name = Some(("urn:a/b", "c"));
        for said in [
            "[namespace-uri()='urn:a/b' and local-name()='c']",
            "[local-name()=\"c\" and namespace-uri()=\"urn:a/b\"]",
            "[ local-name() = 'c' ] [namespace-uri()='urn:a/b']",
        ] {
            assert_eq!(by_predicates(said), name, "{said}");
        }
        assert_eq!(by_predicates("[namespace-uri()='' and local-name()='c']"), Some(("", "c")));
    }

    #[test]
    fn other_predicates_say_none() {
        for said in [
            "",
            "[local-name()='c']",
            "[namespace-uri()='urn:a']",
            "[1]",
            "[local-name()='c' or namespace-uri()='urn:a']",
            "[local-name()='c' and namespace-uri()='urn:a'][1]",
            "[local-name()='c' and local-name()='d' and namespace-uri()='urn:a']",
            "[local-name()='c' and namespace-uri()='urn:a'",
            "[local-name()='c d' and namespace-uri()='urn:a']",
            "[local-name()=c and namespace-uri()='urn:a']",
            "[local-name()='c'd' and namespace-uri()='urn:a']",
        ] {
            assert_eq!(by_predicates(said), None, "{said}");
        }
    }

    #[test]
    fn a_slash_in_quotes_ends_no_step() {
        let pieces = |text| split(text, '/').collect::<Vec<_>>();
        assert_eq!(pieces("*[namespace-uri()='urn:a/b']/c"), ["*[namespace-uri()='urn:a/b']", "c"]);
        assert_eq!(pieces("a//b"), ["a", "", "b"]);
    }
}
