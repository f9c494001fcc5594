//! Paths of elements, for people who look for a place in a message.

use std::collections::HashMap;

use wss_text::shown;

use crate::document::NodeId;
use crate::element::Element;

/// The largest number of siblings that are counted to find a position.
const MAX_SIBLINGS: usize = 1_000;
/// The largest number of siblings that are counted for all positions of a path in an error.
const MAX_COUNTED: usize = 4 * MAX_SIBLINGS;
/// The largest number of characters at either end of a path that are shown.
const ENDS: usize = 500;

/// The paths of elements of one document, for people: `/soap:Envelope/soap:Body/pay[2]`.
///
/// A position follows the name of an element with siblings of this name, so that two places differ. Every name is escaped, and
/// cut if it is long, and so is the middle of a long path. Each step is made once: many places are in one element, which may have
/// many siblings.
///
/// ```
/// use wss_c14n::{Document, Limits, Paths};
///
/// let document = Document::parse("<a><b/><c><b/></c><b/></a>", &Limits::default())?;
/// let mut paths = Paths::default();
/// let all: Vec<_> = document.elements().map(|element| paths.of(element)).collect();
/// assert_eq!(all, ["/a", "/a/b[1]", "/a/c", "/a/c/b", "/a/b[2]"]);
/// # Ok::<(), wss_c14n::ParseError>(())
/// ```
#[derive(Default)]
pub struct Paths(HashMap<NodeId, String>);

impl Paths {
    /// The path of an element.
    pub fn of(&mut self, element: Element<'_>) -> String {
        let elements: Vec<_> = element.ancestors_and_self().collect();
        let mut path = String::new();
        for element in elements.into_iter().rev() {
            path.push('/');
            path.push_str(self.0.entry(element.id()).or_insert_with(|| step_of(element, &mut { MAX_SIBLINGS })));
        }
        shortened(path)
    }
}

impl Element<'_> {
    /// Its path, for an error: `/soap:Envelope/soap:Body/pay[2]`, as [`Paths`] writes it. It costs little however many siblings
    /// there are: names that are too far from the element to be counted have no position. For many elements of one document, ask
    /// [`Paths`], which makes each step once.
    #[must_use]
    pub fn path(self) -> String {
        let mut most = MAX_COUNTED;
        // The positions next to the element say most.
        let mut steps: Vec<String> = self.ancestors_and_self().map(|element| step_of(element, &mut most)).collect();
        steps.push(String::new());
        steps.reverse();
        shortened(steps.join("/"))
    }
}

impl std::fmt::Debug for Paths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Paths({} steps)", self.0.len())
    }
}

fn shortened(path: String) -> String {
    let count = path.chars().count();
    if count <= 2 * ENDS {
        return path;
    }
    let (start, end) = (path.chars().take(ENDS), path.chars().skip(count - ENDS));
    start.chain("…".chars()).chain(end).collect()
}

/// The name of an element, with a position if siblings have it as well. `most` is the number of siblings that may be counted, and
/// then what is left of it.
fn step_of(element: Element<'_>, most: &mut usize) -> String {
    let qualified = element.qualified_name();
    let siblings = element.parent().into_iter().flat_map(Element::children);
    let (mut same, mut position) = (0, 0);
    for sibling in siblings.take(MAX_SIBLINGS.min(*most)) {
        *most -= 1;
        if sibling.qualified_name() != qualified {
            continue;
        }
        same += 1;
        if sibling == element {
            position = same;
        }
    }
    match same > 1 && position > 0 {
        true => format!("{}[{position}]", shown(qualified)),
        false => shown(qualified).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_SIBLINGS, Paths};
    use crate::{Document, Limits};

    #[test]
    fn a_path_for_an_error_is_that_of_paths() {
        let rows = "<r><c/><c/></r>".repeat(2 * MAX_SIBLINGS);
        let text = format!("<a><b/><b>{rows}</b></a>");
        let document = Document::parse(text.as_str(), &Limits::dangerous_unbounded()).expect("well-formed");
        let path_of = |at: usize| document.elements().nth(at).expect("an element").path();
        assert_eq!(path_of(2), "/a/b[2]");
        assert_eq!(path_of(5), "/a/b[2]/r[1]/c[2]");
        assert_eq!(path_of(4), "/a/b[2]/r[1]/c[1]");
        // `r` 1501 is beyond what is counted.
        let far = document.elements().nth(3 + 1_500 * 3).expect("an element");
        assert_eq!(far.path(), "/a/b[2]/r");
        assert!(document.elements().take(600).all(|element| element.path() == Paths::default().of(element)));
    }

    #[test]
    fn a_path_for_an_error_costs_little_however_many_siblings_are_at_each_level() {
        let level = |inner: &str| format!("{}<r>{inner}</r>", "<r/>".repeat(MAX_SIBLINGS - 1));
        let text = (0..8).fold(String::new(), |inner, _| level(&inner));
        let text = format!("<a>{text}</a>");
        let document = Document::parse(text.as_str(), &Limits::dangerous_unbounded()).expect("well-formed");
        let last = document.elements().last().expect("an element");
        assert_eq!(last.path(), "/a/r/r/r/r/r[1000]/r[1000]/r[1000]/r[1000]");
        assert!(Paths::default().of(last).starts_with("/a/r[1000]/"));
    }

    #[test]
    fn a_long_path_is_cut_in_the_middle() {
        let deep = "<abcdefgh>".repeat(200) + &"</abcdefgh>".repeat(200);
        let document = Document::parse(deep.as_str(), &Limits::dangerous_unbounded()).expect("well-formed");
        let last = document.elements().last().expect("an element");
        let path = Paths::default().of(last);
        assert!(path.starts_with("/abcdefgh/") && path.ends_with("/abcdefgh") && path.contains('…'), "{path}");
        assert_eq!(path.chars().count(), 1_001);
    }
}
