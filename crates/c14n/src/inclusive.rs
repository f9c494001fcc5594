//! Inclusive canonicalisation: the attributes and namespaces that an apex element inherits from the omitted ancestors.
//!
//! The walker handles namespaces: under inclusive methods every prefix counts as listed. This module handles attributes
//! of the `xml` namespace, which are inherited by the rules of version 1.0 or 1.1.

use std::collections::HashSet;
use std::rc::Rc;

use crate::element::Element;
use crate::method::CanonicalizationMethod as Method;
use crate::name;
use crate::subset::Subset;

/// The attributes in the `xml` namespace that an apex inherits, by local name. They replace its own.
#[derive(Debug, Default)]
pub(crate) struct Inherited(Vec<(String, Option<String>)>);

impl Inherited {
    pub(crate) const fn nothing() -> Self {
        Self(Vec::new())
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the apex's own attribute of this name is left out.
    ///
    /// Whether an inherited attribute replaces the element's own. Only `xml:base`, which is last, does: of every other
    /// name the apex inherits only what it does not have itself.
    pub(crate) fn replaces(&self, local: &[u8]) -> bool {
        local == b"base" && self.0.last().is_some_and(|(name, _)| name == "base")
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(local, value)| value.as_deref().map(|value| (local.as_str(), value)))
    }
}

/// The attributes and namespaces that the apex of `subset` inherits from its ancestors under `method`.
pub(crate) fn inherited(subset: &Subset<'_>, method: Method) -> Inherited {
    let Some(apex) = subset.apex() else { return Inherited::default() };
    match method {
        Method::Exclusive | Method::ExclusiveWithComments => Inherited::default(),
        Method::Inclusive | Method::InclusiveWithComments => Inherited(nearest(apex, |_| true)),
        Method::Inclusive11 | Method::Inclusive11WithComments => {
            let mut all = nearest(apex, |local| matches!(local, "lang" | "space"));
            if let Some(base) = fixed_up_base(apex) {
                all.push(("base".to_owned(), Some(base).filter(|base| !base.is_empty())));
            }
            Inherited(all)
        }
    }
}

/// The nearest occurrence of each `xml` attribute on an ancestor, without those that the apex has itself.
pub(crate) fn nearest(apex: Element<'_>, wanted: impl Fn(&str) -> bool) -> Vec<(String, Option<String>)> {
    let is_xml = |namespace: &str| namespace == name::XML;
    let own = apex.attributes().map(|(attribute, _)| attribute);
    let mut known: HashSet<String> =
        own.filter(|own| is_xml(own.namespace)).map(|attribute| attribute.local.to_owned()).collect();
    let mut found = Vec::new();
    for ancestor in apex.ancestors_and_self().skip(1) {
        for (attribute, value) in ancestor.attributes() {
            let local = attribute.local;
            if is_xml(attribute.namespace) && wanted(local) && !known.contains(local) {
                known.insert(local.to_owned());
                found.push((local.to_owned(), Some(value.into_owned())));
            }
        }
    }
    found
}

/// The `xml:base` of an apex joined with those of its ancestors, outermost first; `None` if no ancestor has one.
pub(crate) fn fixed_up_base(apex: Element<'_>) -> Option<String> {
    let base = |element: Element<'_>| element.attribute(name::XML, "base").map(|value| value.into_owned());
    let of_ancestors: Vec<String> = apex.ancestors_and_self().skip(1).filter_map(base).collect();
    if of_ancestors.is_empty() {
        return None;
    }
    let own = base(apex);
    joined_bases(of_ancestors.iter().rev().chain(&own).map(String::as_str))
}

/// The `xml:base` attributes of nested elements joined, outermost first. A single one is returned as it was written.
pub(crate) fn joined_bases<'u>(mut bases: impl Iterator<Item = &'u str>) -> Option<String> {
    let first = Joined::from(bases.next()?);
    Some(bases.fold(first, |joined, reference| joined.join(reference)).to_text())
}

/// A base to which references were joined, one after the other (Canonical XML 1.1 §2.4 and appendix A). It may itself be
/// relative.
///
/// The paths are kept apart until the text is made, and a path that is replaced is dropped, so that the cost is linear
/// in the length of all bases.
#[derive(Clone)]
pub(crate) struct Joined<'u> {
    /// The reference as it was written, if it was joined to nothing.
    alone: Option<&'u str>,
    scheme: Option<&'u str>,
    authority: Option<&'u str>,
    paths: Option<Rc<Piece<'u>>>,
    query: Option<&'u str>,
}

/// A path that is not empty, and the paths that it is relative to.
struct Piece<'u> {
    path: &'u str,
    around: Option<Rc<Self>>,
}

impl Drop for Piece<'_> {
    /// Drops the paths in a loop, however many there are: recursion could exhaust the stack.
    fn drop(&mut self) {
        let mut around = self.around.take();
        while let Some(mut piece) = around.and_then(Rc::into_inner) {
            around = piece.around.take();
        }
    }
}

impl<'u> From<&'u str> for Joined<'u> {
    fn from(base: &'u str) -> Self {
        let Parts { scheme, authority, path, query } = parts(base);
        Self { alone: Some(base), scheme, authority, paths: piece(path, None), query }
    }
}

fn piece<'u>(path: &'u str, around: Option<Rc<Piece<'u>>>) -> Option<Rc<Piece<'u>>> {
    match path.is_empty() {
        true => around,
        false => Some(Rc::new(Piece { path, around })),
    }
}

impl<'u> Joined<'u> {
    pub(crate) fn join(&self, reference: &'u str) -> Self {
        let Parts { scheme, authority, path, query } = parts(reference);
        let is_elsewhere = scheme.is_some() || authority.is_some();
        let replaces = is_elsewhere || path.starts_with('/');
        Self {
            alone: None,
            scheme: scheme.or(self.scheme),
            authority: if is_elsewhere { authority } else { self.authority },
            paths: piece(path, if replaces { None } else { self.paths.clone() }),
            query: if path.is_empty() && !is_elsewhere { query.or(self.query) } else { query },
        }
    }

    pub(crate) fn to_text(&self) -> String {
        if let Some(alone) = self.alone {
            return alone.to_owned();
        }
        let mut text = String::new();
        if let Some(scheme) = self.scheme {
            text.push_str(scheme);
            text.push(':');
        }
        if let Some(authority) = self.authority {
            text.push_str("//");
            text.push_str(authority);
        }
        text.push_str(&self.path().to_text());
        if let Some(query) = self.query {
            text.push('?');
            text.push_str(query);
        }
        text
    }

    fn path(&self) -> Path<'u> {
        let pieces = std::iter::successors(self.paths.as_deref(), |piece| piece.around.as_deref());
        let mut pieces: Vec<&str> = pieces.map(|piece| piece.path).collect();
        let mut path = Path::default();
        if let Some(outermost) = pieces.pop() {
            // RFC 3986 §5.2.3: below an authority, every path is absolute.
            path.is_absolute = self.authority.is_some() || outermost.starts_with('/');
            path.extend(outermost);
        }
        for piece in pieces.into_iter().rev() {
            path.leave_file();
            path.extend(piece);
        }
        path
    }
}

/// The parts of a URI reference (RFC 3986 appendix B), the fragment left out.
struct Parts<'u> {
    scheme: Option<&'u str>,
    authority: Option<&'u str>,
    path: &'u str,
    query: Option<&'u str>,
}

fn parts(uri: &str) -> Parts<'_> {
    let rest = uri.split_once('#').map_or(uri, |(rest, _)| rest);
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, tail)) if !scheme.is_empty() && !scheme.contains('/') => (Some(scheme), tail),
        _ => (None, rest),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            (Some(authority), path)
        }
        None => (None, rest),
    };
    Parts { scheme, authority, path, query }
}

/// A path without dot segments (RFC 3986 §5.2.4 as modified by Canonical XML 1.1 appendix A): leading `..` segments of a
/// relative path stay, slashes that follow one another collapse, a trailing dot segment keeps its slash.
#[derive(Default)]
struct Path<'u> {
    is_absolute: bool,
    segments: Vec<&'u str>,
    /// Whether it ends in a slash: it has no file that a reference replaces.
    is_directory: bool,
}

impl<'u> From<&'u str> for Path<'u> {
    fn from(text: &'u str) -> Self {
        let mut path = Self { is_absolute: text.starts_with('/'), ..Self::default() };
        path.extend(text);
        path
    }
}

impl<'u> Path<'u> {
    fn extend(&mut self, text: &'u str) {
        self.is_directory = text.ends_with('/');
        for segment in text.split('/').filter(|segment| !segment.is_empty()) {
            match segment {
                "." => {}
                ".." => match self.segments.last() {
                    Some(&"..") | None if !self.is_absolute => self.segments.push(".."),
                    _ => {
                        self.segments.pop();
                    }
                },
                _ => self.segments.push(segment),
            }
        }
        let last = text.rsplit('/').find(|segment| !segment.is_empty());
        self.is_directory |= matches!(last, Some("." | ".."));
    }

    fn leave_file(&mut self) {
        if !self.is_directory {
            self.segments.pop();
        }
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        if self.is_absolute {
            text.push('/');
        }
        text.push_str(&self.segments.join("/"));
        if self.is_directory && !self.segments.is_empty() {
            text.push('/');
        }
        text
    }
}

/// A path without dot segments (RFC 3986 §5.2.4 as modified by Canonical XML 1.1 appendix A): leading `..` segments of a
/// relative path stay, slashes that follow one another collapse, a trailing dot segment keeps its slash.
pub fn remove_dot_segments(path: &str) -> String {
    Path::from(path).to_text()
}

#[cfg(test)]
mod tests {
    use super::joined_bases;

    const BASES: [&str; 20] = [
        "",
        "a",
        "a/",
        "a/b",
        "./a",
        "..",
        "../",
        "../a",
        "../../a//b/",
        "./a:b",
        "x/../a:b",
        ".",
        "/",
        "/a/b/../c",
        "//h",
        "//h/a/b",
        "s://h",
        "s://h/a/../..",
        "?q",
        "a/./b/..?r",
    ];

    /// Joining many bases at once gives the same as joining one after the other, except for a first segment with a
    /// colon, which becomes a scheme once it is text.
    #[test]
    fn the_paths_that_are_kept_are_those_of_the_text_between_the_steps() {
        for first in BASES {
            for second in BASES {
                let between = joined_bases([first, second].into_iter()).expect("a base");
                if between.starts_with("a:") {
                    continue;
                }
                for third in BASES {
                    let at_once = joined_bases([first, second, third].into_iter());
                    assert_eq!(at_once, joined_bases([&*between, third].into_iter()), "{first} {second} {third}");
                }
            }
        }
        assert_eq!(joined_bases(["x", "./a:b", "c"].into_iter()).as_deref(), Some("c"));
    }

    /// RFC 3986 §5.4.1 and §5.4.2, without fragments; and the relative bases of Canonical XML 1.1 appendix A.
    #[test]
    fn bases_are_joined_as_the_standards_have_it() {
        let base = "http://a/b/c/d;p?q";
        for (reference, joined) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../../g", "http://a/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
        ] {
            assert_eq!(joined_bases([base, reference].into_iter()).as_deref(), Some(joined), "{reference}");
        }
        for (bases, joined) in [(["../b/", "../../c"], "../../c"), (["a/b", "../c"], "c"), (["..", "d"], "../d")] {
            assert_eq!(joined_bases(bases.into_iter()).as_deref(), Some(joined), "{bases:?}");
        }
    }
}
