//! Prefixes: renames the prefixes of text that the [`Writer`](crate::Writer) wrote to those that a peer demands.

use crate::name::Namespace;

/// Namespaces, and the prefix to write for each; an empty prefix means the default namespace.
///
/// ```
/// use wss_c14n::{Prefixes, Writer, name};
///
/// let mut writer = Writer::new();
/// writer.start(name::DS, "Signature");
/// writer.leaf(name::DS, "SignatureValue", "AA==");
/// writer.end();
/// let prefixes = Prefixes::default().with(name::DS.uri, "");
/// let written = prefixes.apply(writer.finish());
/// assert_eq!(
///     written,
///     "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignatureValue>AA==</SignatureValue></Signature>"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prefixes(Vec<(String, String)>);

impl Prefixes {
    /// Adds a namespace with its prefix.
    #[must_use]
    pub fn with(mut self, namespace: impl Into<String>, prefix: impl Into<String>) -> Self {
        self.0.push((namespace.into(), prefix.into()));
        self
    }

    /// Whether no namespace gets another prefix.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The namespaces and their prefixes, in the order of the calls.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(namespace, prefix)| (namespace.as_str(), prefix.as_str()))
    }

    /// The prefix that is written for a namespace: the one that was given for it, or its usual one.
    ///
    /// ```
    /// use wss_c14n::{Prefixes, name};
    ///
    /// let prefixes = Prefixes::default().with(name::WSSE.uri, "sec");
    /// assert_eq!((prefixes.of(name::WSSE), prefixes.of(name::WSU)), ("sec", "wsu"));
    /// ```
    #[must_use]
    pub fn of(&self, namespace: Namespace) -> &str {
        self.given(namespace.uri).unwrap_or(namespace.prefix)
    }

    fn given(&self, namespace: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == namespace).map(|(_, prefix)| prefix)
    }

    /// Text in canonical form, with these prefixes instead. A prefix of the text is replaced wherever it is bound to one of the
    /// namespaces, and nothing else changes. The result means the same; it is canonical only if the prefixes sort alike.
    #[must_use]
    pub fn apply(&self, text: String) -> String {
        if self.is_empty() {
            return text;
        }
        let mut renaming = Renaming { prefixes: self, scopes: Vec::new(), out: String::with_capacity(text.len()) };
        let mut rest = text.as_str();
        while let Some(at) = rest.find('<') {
            let (before, tag) = rest.split_at(at);
            renaming.out.push_str(before);
            // In canonical form, values have no `>` that ends a tag early: only text may contain one.
            let end = end_of_tag(tag);
            renaming.tag(&tag[..end]);
            rest = &tag[end..];
        }
        renaming.out.push_str(rest);
        renaming.out
    }
}

/// The length of a tag, or of a comment or processing instruction, which are copied.
fn end_of_tag(tag: &str) -> usize {
    let until = |end: &str| tag.find(end).map_or(tag.len(), |at| at + end.len());
    if tag.starts_with("<!--") {
        return until("-->");
    }
    if tag.starts_with("<?") {
        return until("?>");
    }
    let mut is_quoted = false;
    let is_end = |(_, octet): &(usize, u8)| {
        is_quoted ^= *octet == b'"';
        *octet == b'>' && !is_quoted
    };
    tag.bytes().enumerate().find(is_end).map_or(tag.len(), |(at, _)| at + 1)
}

struct Renaming<'p> {
    prefixes: &'p Prefixes,
    /// For each open element, the prefixes that it binds, and the new prefix for each.
    scopes: Vec<Vec<(String, String)>>,
    out: String,
}

impl Renaming<'_> {
    fn tag(&mut self, tag: &str) {
        if let Some(name) = tag.strip_prefix("</").and_then(|rest| rest.strip_suffix('>')) {
            let renamed = self.renamed(name, true);
            self.out.push_str(&format!("</{renamed}>"));
            self.scopes.pop();
            return;
        }
        let Some(inner) = tag.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) else {
            return self.out.push_str(tag);
        };
        if inner.starts_with(['!', '?']) {
            return self.out.push_str(tag);
        }
        let (name, attributes) = inner.split_once(' ').unwrap_or((inner, ""));
        let attributes = attributes_of(attributes);
        let declared = attributes.iter().filter_map(|(name, value)| Some((declared_prefix(name)?, *value)));
        let scope = declared.map(|(prefix, namespace)| {
            (prefix.to_owned(), self.prefixes.given(namespace).unwrap_or(prefix).to_owned())
        });
        let scope = scope.collect();
        self.scopes.push(scope);
        let name = self.renamed(name, true);
        self.out.push('<');
        self.out.push_str(&name);
        for (name, value) in attributes {
            let written = match declared_prefix(name) {
                Some(prefix) => match self.wanted(prefix) {
                    "" => "xmlns".to_owned(),
                    wanted => format!("xmlns:{wanted}"),
                },
                None => self.renamed(name, false),
            };
            self.out.push_str(&format!(" {written}=\"{value}\""));
        }
        self.out.push('>');
    }

    /// The new prefix for a prefix in scope.
    fn wanted<'n>(&'n self, prefix: &'n str) -> &'n str {
        let bindings = self.scopes.iter().rev().flat_map(|scope| scope.iter().rev());
        bindings.into_iter().find(|(known, _)| known == prefix).map_or(prefix, |(_, wanted)| wanted)
    }

    fn renamed(&self, name: &str, takes_default: bool) -> String {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        if prefix.is_empty() && !takes_default {
            return name.to_owned();
        }
        match self.wanted(prefix) {
            "" => local.to_owned(),
            wanted => format!("{wanted}:{local}"),
        }
    }
}

/// The prefix that an attribute declares; empty for the default namespace.
fn declared_prefix(name: &str) -> Option<&str> {
    if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") }
}

/// The names and values of attributes in canonical form.
fn attributes_of(mut text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    while let Some((name, rest)) = text.split_once("=\"") {
        let Some((value, rest)) = rest.split_once('"') else { break };
        found.push((name.trim_start(), value));
        text = rest;
    }
    found
}
