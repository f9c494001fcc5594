//! Inclusive canonicalisation: what an apex element inherits from the omitted ancestors.
//!
//! The walker handles namespaces: under inclusive methods every prefix counts as listed. This module handles attributes
//! of the `xml` namespace, which are inherited by the rules of version 1.0 or 1.1.

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

    /// Whether the apex's own attribute of this name is not to be written.
    pub(crate) fn replaces(&self, local: &[u8]) -> bool {
        self.0.iter().any(|(name, _)| name.as_bytes() == local)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(local, value)| value.as_deref().map(|value| (local.as_str(), value)))
    }
}

/// What the apex of `subset` inherits under `method`.
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
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for ancestor in apex.ancestors_and_self().skip(1) {
        for (attribute, value) in ancestor.attributes() {
            let local = attribute.local;
            if attribute.namespace == name::XML
                && wanted(local)
                && apex.attribute(name::XML, local).is_none()
                && !found.iter().any(|(known, _)| known == local)
            {
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
    joined_bases(of_ancestors.into_iter().rev().chain(base(apex)))
}

/// The `xml:base` attributes of elements one inside the other joined, outermost first.
pub(crate) fn joined_bases(bases: impl Iterator<Item = String>) -> Option<String> {
    bases.reduce(|base, reference| join(&base, &reference))
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

/// Joins a reference to a base that may itself be relative (Canonical XML 1.1 §2.4 and appendix A).
fn join(base: &str, reference: &str) -> String {
    let base = parts(base);
    let reference = parts(reference);
    let inherits_authority = reference.scheme.is_none() && reference.authority.is_none();
    let (path, query) = if reference.scheme.is_some() || reference.authority.is_some() {
        (remove_dot_segments(reference.path), reference.query)
    } else if reference.path.is_empty() {
        (remove_dot_segments(base.path), reference.query.or(base.query))
    } else if reference.path.starts_with('/') {
        (remove_dot_segments(reference.path), reference.query)
    } else {
        (remove_dot_segments(&merge(&base, reference.path)), reference.query)
    };
    let scheme = reference.scheme.or(base.scheme);
    let authority = if inherits_authority { base.authority } else { reference.authority };
    let mut joined = String::new();
    if let Some(scheme) = scheme {
        joined.push_str(scheme);
        joined.push(':');
    }
    if let Some(authority) = authority {
        joined.push_str("//");
        joined.push_str(authority);
    }
    joined.push_str(&path);
    if let Some(query) = query {
        joined.push('?');
        joined.push_str(query);
    }
    joined
}

/// RFC 3986 §5.2.3. A base that ends in a dot segment is a directory.
fn merge(base: &Parts<'_>, path: &str) -> String {
    if base.authority.is_some() && base.path.is_empty() {
        return format!("/{path}");
    }
    let directory = match base.path.rsplit_once('/') {
        Some((_, ".." | ".")) => format!("{}/", base.path),
        Some((directory, _)) => format!("{directory}/"),
        None if matches!(base.path, ".." | ".") => format!("{}/", base.path),
        None => String::new(),
    };
    directory + path
}

/// RFC 3986 §5.2.4 as modified by Canonical XML 1.1 appendix A: leading `..` segments of a relative path stay,
/// slashes that follow one another collapse, a trailing dot segment keeps its slash.
pub fn remove_dot_segments(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut output: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let directory = path.ends_with('/') || matches!(segments.last(), Some(&"." | &".."));
    for segment in segments {
        match segment {
            "." => {}
            ".." => match output.last() {
                Some(&"..") | None if !absolute => output.push(".."),
                Some(_) => {
                    output.pop();
                }
                None => {}
            },
            segment => output.push(segment),
        }
    }
    let mut joined = String::new();
    if absolute {
        joined.push('/');
    }
    joined.push_str(&output.join("/"));
    if directory && !output.is_empty() {
        joined.push('/');
    }
    joined
}
