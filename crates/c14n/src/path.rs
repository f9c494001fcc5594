//! Paths of elements, for people who look for a place in a message.

use std::collections::HashMap;

use wss_text::shown;

use crate::document::NodeId;
use crate::element::Element;

/// The largest number of siblings that are counted to find a position.
const MAX_SIBLINGS: usize = 1_000;
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
            path.push_str(self.0.entry(element.id()).or_insert_with(|| step_of(element)));
        }
        shortened(path)
    }
}

impl Element<'_> {
    /// Its path, for people, as [`Paths`] writes it: `/soap:Envelope/soap:Body/pay[2]`. For many elements of one document, ask
    /// [`Paths`], which counts siblings once.
    #[must_use]
    pub fn path(self) -> String {
        Paths::default().of(self)
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

/// The name of an element, with a position if siblings have it as well.
fn step_of(element: Element<'_>) -> String {
    let qualified = element.qualified_name();
    let siblings = element.parent().into_iter().flat_map(Element::children);
    let (mut same, mut position) = (0, 0);
    for sibling in siblings.take(MAX_SIBLINGS).filter(|sibling| sibling.qualified_name() == qualified) {
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
    use super::Paths;
    use crate::{Document, Limits};

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
