//! Child paths: the one form of XPath Filter 2.0 that names an element, so that no engine of XPath has to run.
//!
//! `<XPath Filter="intersect">/s:Envelope/s:Header/b:Order[2]</XPath>` as the first transform of a reference to the
//! whole document: names, and positions among the children of one name, from the root. It selects the subtree of one
//! element, which the digest then covers whole. The namespaces of its prefixes are those in scope at the expression,
//! which a signature does not show: so a path proves no place, as an Id proves none. A caller that accepts paths must
//! check the place of the element.
//!
//! # Specification
//! XML Signature XPath Filter 2.0 §3; XPath 1.0 §2.5; BSP 1.1 R3002.

use wss_c14n::{Budget, Document, Element, Exceeded, Limit, NodeId, xsd::collapsed};

use crate::filter::{Filter, Kind, Operation};
use crate::transform::Transform;

/// The element that bears the path, if `transforms` begin with one filter of one intersection and no other filter follows.
pub(crate) fn bearer(transforms: &[Transform]) -> Option<NodeId> {
    let [Transform::Filter(Filter(Kind::XPathFilter2(operations))), rest @ ..] = transforms else { return None };
    let [(Operation::Intersect, bearer)] = operations.as_slice() else { return None };
    let is_only = !rest.iter().any(|transform| matches!(transform, Transform::Filter(_)));
    is_only.then_some(*bearer)
}

/// The one element of `document` that the path of `bearer` names; `None` for other expressions, and if a step names no element
/// or several.
pub(crate) fn find<'d>(
    document: &'d Document<'d>,
    bearer: Element<'_>,
    budget: &Budget,
) -> Result<Option<Element<'d>>, Exceeded> {
    let Ok(text) = bearer.text_around_comments() else { return Ok(None) };
    budget.check(Limit::XPathOctets, text.len())?;
    let Some(steps) = collapsed(&text).strip_prefix('/') else { return Ok(None) };
    let mut steps = steps.split('/').map(|step| Step::read(step, bearer));
    let first = steps.next().flatten();
    let Some(mut found) =
        first.filter(|step| step.fits(document.root()) && step.position <= 1).map(|_| document.root())
    else {
        return Ok(None);
    };
    for step in steps {
        let Some(step) = step else { return Ok(None) };
        let Some(child) = step.child_of(found, budget)? else { return Ok(None) };
        found = child;
    }
    Ok(Some(found))
}

/// A name, and a position among the children that have it.
struct Step<'a> {
    namespace: &'a str,
    local: &'a str,
    /// The position, from 1; 0 if the step has none, so that the child must be the only one.
    position: usize,
}

impl<'a> Step<'a> {
    fn read(text: &'a str, bearer: Element<'a>) -> Option<Self> {
        let text = collapsed(text);
        let (name, position) = match text.strip_suffix(']') {
            Some(text) => {
                let (name, position) = text.split_once('[')?;
                (collapsed(name), position_of(collapsed(position))?)
            }
            None => (text, 0),
        };
        // A name without a prefix is in no namespace.
        let (namespace, local) = match name.split_once(':') {
            Some((prefix, local)) => (bearer.namespace_of_prefix(prefix).filter(|_| is_name(prefix))?, local),
            None => ("", name),
        };
        is_name(local).then_some(Self { namespace, local, position })
    }

    fn fits(&self, element: Element<'_>) -> bool {
        element.is(self.namespace, self.local)
    }

    fn child_of<'d>(&self, parent: Element<'d>, budget: &Budget) -> Result<Option<Element<'d>>, Exceeded> {
        let mut found = None;
        let mut count = 0;
        for child in parent.children() {
            budget.charge(Limit::XPathNodes, 1)?;
            if self.fits(child) {
                count += 1;
                if count == self.position.max(1) {
                    found = Some(child);
                }
            }
        }
        Ok(found.filter(|_| self.position > 0 || count == 1))
    }
}

fn position_of(text: &str) -> Option<usize> {
    let is_number = (1..=6).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit());
    text.parse().ok().filter(|position| is_number && *position > 0)
}

/// Whether a text is a name and no other construct of XPath: no axis, no test of a kind, no function.
fn is_name(text: &str) -> bool {
    let is_first = |c: char| c.is_alphabetic() || c == '_';
    text.starts_with(is_first) && text.chars().all(|c| is_first(c) || c.is_numeric() || matches!(c, '-' | '.'))
}

#[cfg(test)]
mod tests {
    use wss_c14n::Limits;

    use super::*;

    const TREE: &str =
        "<a xmlns='urn:a'><b><c xmlns=''/></b><b><d i='1'/><d i='2'/></b><e><p:f xmlns:p='urn:p'/></e></a>";

    fn found(path: &str) -> Option<String> {
        let document = Document::parse(TREE, &Limits::default()).expect("XML");
        let bearer = format!("<XPath xmlns='urn:x' xmlns:a='urn:a' xmlns:q='urn:p'>{path}</XPath>");
        let bearer = Document::parse(bearer.as_str(), &Limits::default()).expect("XML");
        let budget = Budget::new(&Limits::default(), 4_096);
        let found = find(&document, bearer.root(), &budget).expect("small");
        found.map(|element| format!("{} {}", element.path(), element.attribute("", "i").unwrap_or_default()))
    }

    #[test]
    fn names_and_positions_name_one_element() {
        for (path, expected) in [
            ("/a:a", "/a "),
            (" / a:a / a:e ", "/a/e "),
            ("/a:a[1]/a:b[ 2 ]/a:d[2]", "/a/b[2]/d[2] 2"),
            ("/a:a/a:b[1]/c", "/a/b[1]/c "),
            ("/a:a/a:e/q:f", "/a/e/p:f "),
            ("/a:a/a:e<!-- not part of it -->", "/a/e "),
        ] {
            assert_eq!(found(path).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn what_names_several_elements_or_none_and_every_other_expression_finds_nothing() {
        for path in [
            "",
            "/",
            "//a:b",
            "a:a",
            "a:a/a:e",
            "/a:a/",
            "/a:a//a:c",
            "/a:a/a:b",
            "/a:a/a:b[3]",
            "/a:a/a:b[0]",
            "/a:a[2]",
            "/a:a/b[1]",
            "/a:a/a:x",
            "/a/a:e",
            "/z:a",
            "/a:a/*",
            "/a:a/a:*",
            "/a:a/a:e/..",
            "/a:a/.",
            "/a:a/child::a:e",
            "/a:a/a:b[last()]",
            "/a:a/a:b[position()=1]",
            "/a:a/a:b[2]/a:d[@i='1']",
            "/a:a/a:b[2]/a:d[1][1]",
            "/a:a | /a:a/a:e",
            "(/a:a)",
            "/a:a/a:e/text()",
            "/a:a/a:e/@i",
            "id('x')",
            "here()",
            "/a:a/a:b[1.0]",
            "/a:a/a:b[+1]",
            "/a:a/a :e",
            "/a:a/a:b[01234567]",
            "/a:a/a:e<x/>",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }

    #[test]
    fn long_paths_are_refused_unread() {
        let document = Document::parse(TREE, &Limits::default()).expect("XML");
        let bearer = format!("<XPath>{}</XPath>", "/a".repeat(1_000_000));
        let bearer = Document::parse(bearer.as_str(), &Limits::default()).expect("XML");
        assert!(find(&document, bearer.root(), &Budget::new(&Limits::default(), 4_096)).is_err());
    }
}
