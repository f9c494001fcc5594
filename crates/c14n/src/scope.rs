//! Scope: the namespaces that a piece of a document takes from its context, how to cut the piece out so that it takes
//! none, and which namespaces in scope are visible in a canonical form.
//!
//! Canonical XML renders every declaration in scope. Exclusive canonicalisation renders a declaration where a name uses
//! its prefix, and where the `PrefixList` lists it. A declaration that is not rendered can be changed without changing
//! the canonical octets, so it proves nothing.

use wss_text::Slice as _;

use crate::element::Element;
use crate::escape::escape_value;
use crate::method::Canonicalization;
use crate::tape::{Kind, XML_PAIR, flag};
use crate::write::Text;

/// Room for most declarations.
const BESIDE: usize = 256;

impl<'a> Element<'a> {
    /// Whether its start tag declares `prefix`. The empty prefix means the default namespace, which `xmlns=""` declares
    /// as none.
    #[must_use]
    pub fn declares(self, prefix: &str) -> bool {
        let tape = &self.document().tape;
        tape.declarations_of(self.id().0).iter().any(|d| tape.prefix(tape.pair(d.pair).prefix) == prefix)
    }

    /// Whether its name or the name of an attribute uses `prefix`. The empty prefix means an element name without a
    /// prefix.
    ///
    /// # Specification
    /// Exclusive XML Canonicalization 1.0 §1.1, *visibly utilizes*.
    #[must_use]
    pub fn visibly_utilizes(self, prefix: &str) -> bool {
        let tape = &self.document().tape;
        let of_attribute = |pair: u32| tape.prefix(tape.pair(pair).prefix) == prefix;
        let mut attributes = tape.attributes_of(self.id().0).iter();
        self.prefix() == prefix || attributes.any(|a| a.is_prefixed() && of_attribute(a.name.pair))
    }

    /// The prefixes that names in its content use and that no element in the content declares, in the order of their
    /// first use. The empty prefix means the default namespace, which elements without a prefix use. `xml` is left out.
    /// Takes one pass over the content.
    #[must_use]
    pub fn prefixes_taken_by_content(self) -> Vec<&'a str> {
        let tape = &self.document().tape;
        let mut declared = vec![0u32; tape.prefixes.len()];
        let mut open: Vec<(u32, u32)> = Vec::new();
        let mut taken = Vec::new();
        let mut take = |pair: u32, declared: &mut [u32]| {
            let prefix = tape.pair(pair).prefix;
            let is_known = declared.get(prefix as usize) != Some(&0) || pair == XML_PAIR;
            if !is_known {
                taken.push(tape.prefix(prefix));
                // Each prefix is reported once.
                count(declared, prefix, |count| count + 1);
            }
        };
        let end = tape.nodes.get(self.id().0 as usize).map_or(0, |node| node.next);
        for id in self.id().0 + 1..end {
            let Some(node) = tape.nodes.get(id as usize).filter(|node| node.kind == Kind::Element) else { continue };
            while let Some((_, prefix)) = open.pop_if(|(until, _)| *until <= id) {
                count(&mut declared, prefix, |count| count.saturating_sub(1));
            }
            if node.flags & flag::DECLARES != 0 {
                for declaration in tape.declarations_of(id) {
                    let prefix = tape.pair(declaration.pair).prefix;
                    count(&mut declared, prefix, |count| count + 1);
                    open.push((node.next, prefix));
                }
            }
            if node.flags & flag::PREFIXED_ATTRIBUTES != 0 {
                let attributes = tape.attributes_of(id).iter().filter(|attribute| attribute.is_prefixed());
                attributes.for_each(|attribute| take(attribute.name.pair, &mut declared));
            }
            take(node.pair, &mut declared);
        }
        taken
    }

    /// Its source text, with a declaration of every namespace in scope in its start tag, and `xmlns=""` if there is no
    /// default namespace. The text means the same wherever it is put, and the canonical form of the element in its old place
    /// does not change. For one element; many that are cut out of one place are [`SelfContained`](crate::SelfContained).
    ///
    /// ```
    /// use wss_c14n::{Document, Limits};
    ///
    /// let document = Document::parse("<p:a xmlns:p='urn:p'><p:b/></p:a>", &Limits::default())?;
    /// let inner = document.root().children().next().expect("one child");
    /// assert_eq!(inner.standalone(), r#"<p:b xmlns:p="urn:p" xmlns=""/>"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn standalone(self) -> String {
        let around = self.parent().map(Element::namespaces_in_scope).unwrap_or_default();
        let span = self.span();
        let source = self.document().source();
        let name_end = span.start + 1 + self.qualified_name().len();
        let mut text = String::with_capacity(span.len() + BESIDE);
        text.push_str(source.slice(span.start..name_end));
        let no_default = around.iter().all(|(prefix, _)| !prefix.is_empty()).then_some(("", ""));
        for (prefix, uri) in around.iter().copied().chain(no_default).filter(|(prefix, _)| !self.declares(prefix)) {
            push_declaration(prefix, uri, &mut text);
        }
        text.push_str(source.slice(name_end..span.end));
        text
    }

    /// Declarations of the namespaces in scope, in the form that follows the name in a start tag. The absence of a
    /// default namespace is not declared.
    #[must_use]
    pub fn declarations_in_scope(self) -> String {
        let mut text = String::new();
        for (prefix, uri) in self.namespaces_in_scope() {
            push_declaration(prefix, uri, &mut text);
        }
        text
    }
}

fn count(counts: &mut [u32], at: u32, change: impl Fn(u32) -> u32) {
    if let Some(count) = counts.get_mut(at as usize) {
        *count = change(*count);
    }
}

pub(crate) fn push_declaration(prefix: &str, uri: &str, text: &mut String) {
    text.push_str(" xmlns");
    if !prefix.is_empty() {
        text.push(':');
        text.push_str(prefix);
    }
    push_value(uri, text);
}

pub(crate) fn push_value(value: &str, text: &mut String) {
    text.push_str("=\"");
    escape_value(value.as_bytes(), &mut Text(text));
    text.push('"');
}

impl Canonicalization {
    /// Whether the canonical octets of a subtree that contains `element` determine which namespace `prefix` is bound to
    /// there (the empty prefix means the default namespace). If they do, no change of declarations can change that
    /// binding and leave the octets as they are.
    ///
    /// Under inclusive methods, and for prefixes of the `PrefixList`, the canonical form determines it everywhere.
    /// Under exclusive canonicalisation it determines it only where the element visibly utilizes the prefix: between
    /// that element and its descendants, a declaration that nothing utilizes can be added or removed unseen.
    ///
    /// # Specification
    /// Exclusive XML Canonicalization 1.0 §3.
    ///
    /// ```
    /// use wss_c14n::{Canonicalization, Document, Limits};
    ///
    /// let document = Document::parse("<p:a xmlns:p='urn:p' xmlns:q='urn:q'/>", &Limits::default())?;
    /// let exclusive = Canonicalization::default();
    /// assert!(exclusive.tells_namespace("p", document.root()));
    /// assert!(!exclusive.tells_namespace("q", document.root()));
    /// assert!(exclusive.inclusive_prefixes("q").tells_namespace("q", document.root()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn tells_namespace(&self, prefix: &str, element: Element<'_>) -> bool {
        self.lists(prefix) || element.visibly_utilizes(prefix)
    }

    /// Whether every declaration of `prefix` is rendered where it is written, even if nothing uses the prefix.
    #[must_use]
    pub fn lists(&self, prefix: &str) -> bool {
        prefix == "xml" || !self.method().is_exclusive() || self.prefixes().iter().any(|listed| listed == prefix)
    }
}
