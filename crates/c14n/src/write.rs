//! New XML, canonical by construction.
//!
//! The output is in exclusive canonical form for the place it is written for: every element has a start tag and an end
//! tag, attributes are in order, each prefix is declared where it is first visibly utilized, and escapes are those of
//! Canonical XML. The octets are digested as they are and never parsed again.

use std::ops::Range;

use wss_text::octets;

use crate::escape::{escape_character_data, escape_value};
use crate::lexical::append_base64;
use crate::name::{self, Namespace};
use crate::wiped::Wiped;

/// Writes elements whose names have namespaces of [`name`](crate::name).
///
/// ```
/// use wss_c14n::{Writer, name};
///
/// let mut writer = Writer::new();
/// writer.start(name::WSU, "Created");
/// writer.text("2026-01-01T00:00:00Z");
/// writer.end();
/// assert!(writer.finish().starts_with("<wsu:Created xmlns:wsu=\"http://docs.oasis-open.org"));
/// ```
#[derive(Default)]
pub struct Writer {
    out: String,
    open: Vec<Open>,
    rendered: Vec<Namespace>,
    /// The start tag that is being written, if one is. Its lists are used for one after the other.
    tag: StartTag,
    is_in_tag: bool,
}

/// The text of most headers fits into this many octets.
const ROOM: usize = 1 << 10;

impl std::fmt::Debug for Writer {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("out", &octets(self.out.as_bytes()))
            .field("open", &self.open.len())
            .finish_non_exhaustive()
    }
}

struct Open {
    /// The place of its name in the text.
    name: Range<usize>,
    rendered: usize,
}

#[derive(Default)]
struct StartTag {
    /// `None` for an element in no namespace.
    namespace: Option<Namespace>,
    /// A namespace that the content of the element needs, beside those that names utilize.
    declared: Option<Namespace>,
    attributes: Vec<Attribute>,
    /// Namespace declarations under the place's own prefixes, in the order given: the attribute that declares, and the namespace.
    own_declarations: Vec<(String, String)>,
    /// Attributes with the place's own prefixes, in the order given.
    own_attributes: Vec<(String, String)>,
    /// The namespaces that it utilizes.
    utilized: Vec<Namespace>,
}

struct Attribute {
    namespace: Option<Namespace>,
    local: &'static str,
    value: String,
}

impl StartTag {
    fn begin(&mut self, namespace: Option<Namespace>) {
        (self.namespace, self.declared) = (namespace, None);
        self.attributes.clear();
        self.own_declarations.clear();
        self.own_attributes.clear();
    }
}

impl Writer {
    /// A writer for a place where no namespace is declared.
    #[must_use]
    pub fn new() -> Self {
        Self { out: String::with_capacity(ROOM), ..Self::default() }
    }

    /// A writer for a place where `namespaces` are declared with their usual prefixes.
    #[must_use]
    pub fn within(namespaces: &[Namespace]) -> Self {
        Self { rendered: namespaces.to_vec(), ..Self::new() }
    }

    /// Begins an element.
    pub fn start(&mut self, namespace: Namespace, local: &'static str) {
        self.close_tag();
        self.out.push('<');
        let start = self.out.len();
        self.out.push_str(namespace.prefix);
        self.out.push(':');
        self.out.push_str(local);
        self.begin(start, Some(namespace));
    }

    /// Begins an element in no namespace, for a place where there is no default namespace.
    pub fn start_unqualified(&mut self, local: &'static str) {
        self.start_as(local);
    }

    /// Begins an element with a qualified name of the place, whose prefix is declared there, or declared with
    /// [`Writer::declare_as`]. For documents of other vocabularies, which have their own prefixes: text that is written
    /// with the calls that end in `_as` is well-formed, but canonical only if the caller gives it in that order.
    pub fn start_as(&mut self, qualified: &str) {
        self.close_tag();
        self.out.push('<');
        let start = self.out.len();
        self.out.push_str(qualified);
        self.begin(start, None);
    }

    /// Begins a start tag whose name was written at `start`.
    fn begin(&mut self, start: usize, namespace: Option<Namespace>) {
        self.open.push(Open { name: start..self.out.len(), rendered: self.rendered.len() });
        self.tag.begin(namespace);
        self.is_in_tag = true;
    }

    /// Declares `prefix` on the element that was just begun; the default namespace for an empty prefix.
    ///
    /// # Panics
    /// If content was written since then.
    pub fn declare_as(&mut self, prefix: &str, namespace: &str) {
        let declared = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        self.tag("declaration").own_declarations.push((declared, namespace.to_owned()));
    }

    /// Adds an attribute with a qualified name of the place to the element that was just begun.
    ///
    /// # Panics
    /// If content was written since then.
    pub fn attribute_as(&mut self, qualified: impl Into<String>, value: impl Into<String>) {
        self.tag("attribute").own_attributes.push((qualified.into(), value.into()));
    }

    /// Declares a namespace on the element just begun, for a qualified name in its content.
    ///
    /// # Panics
    /// If content was written since.
    pub fn declare(&mut self, namespace: Namespace) {
        self.tag("declaration").declared = Some(namespace);
    }

    /// Adds an attribute in no namespace to the element that was just begun.
    ///
    /// # Panics
    /// If content was written since then.
    pub fn attribute(&mut self, local: &'static str, value: impl Into<String>) {
        self.tag("attribute").attributes.push(Attribute { namespace: None, local, value: value.into() });
    }

    /// Adds an attribute in a namespace to the element that was just begun.
    ///
    /// # Panics
    /// If content was written since then.
    pub fn attribute_in(&mut self, namespace: Namespace, local: &'static str, value: impl Into<String>) {
        let attribute = Attribute { namespace: Some(namespace), local, value: value.into() };
        self.tag("attribute").attributes.push(attribute);
    }

    fn tag(&mut self, what: &str) -> &mut StartTag {
        assert!(self.is_in_tag, "{what} after content");
        &mut self.tag
    }

    /// Writes character data.
    pub fn text(&mut self, text: &str) {
        self.close_tag();
        self.escaped(|out| escape_character_data(text.as_bytes(), out));
    }

    /// Writes markup that is already canonical for this place.
    pub fn raw(&mut self, markup: &str) {
        self.close_tag();
        self.out.push_str(markup);
    }

    /// Writes octets as base64 without white space.
    pub fn base64(&mut self, octets: &[u8]) {
        self.close_tag();
        // A long value is most of the text: a buffer that doubled would be larger than all that follows.
        let more = octets.len().div_ceil(3) * 4 + self.out.len().min(256);
        if self.out.capacity() - self.out.len() < more {
            let mut roomy = Wiped::with_capacity(self.out.len() + more).into_text();
            roomy.push_str(&self.out);
            self.out = roomy;
        }
        append_base64(octets, &mut self.out);
    }

    /// Ends the innermost open element.
    ///
    /// # Panics
    /// If none is open.
    pub fn end(&mut self) {
        self.close_tag();
        let open = self.open.pop().expect("an element is open");
        self.rendered.truncate(open.rendered);
        self.out.push_str("</");
        self.out.extend_from_within(open.name);
        self.out.push('>');
    }

    /// Writes an element with text and without attributes.
    pub fn leaf(&mut self, namespace: Namespace, local: &'static str, text: &str) {
        self.start(namespace, local);
        self.text(text);
        self.end();
    }

    /// Writes an empty element with an `Algorithm` attribute, as XML Signature and XML Encryption often use.
    pub fn algorithm(&mut self, namespace: Namespace, local: &'static str, uri: &str) {
        self.start(namespace, local);
        self.attribute("Algorithm", uri);
        self.end();
    }

    /// The text that was written.
    ///
    /// # Panics
    /// If an element is still open.
    #[must_use]
    pub fn finish(self) -> String {
        assert!(self.open.is_empty(), "every element is ended");
        self.out
    }

    fn close_tag(&mut self) {
        if !std::mem::take(&mut self.is_in_tag) {
            return;
        }
        let mut tag = std::mem::take(&mut self.tag);
        let of_attributes = tag.attributes.iter().filter_map(|attribute| attribute.namespace);
        // The prefix `xml` needs no declaration.
        let of_attributes = of_attributes.filter(|namespace| namespace.uri != name::XML);
        tag.utilized.clear();
        tag.utilized.extend(tag.namespace.into_iter().chain(tag.declared).chain(of_attributes));
        tag.utilized.sort_by_key(|namespace| namespace.prefix);
        tag.utilized.dedup();
        for namespace in &tag.utilized {
            let current = self.rendered.iter().rev().find(|known| known.prefix == namespace.prefix);
            if current != Some(namespace) {
                self.out.push_str(" xmlns:");
                self.name_and_value(namespace.prefix, namespace.uri);
                self.rendered.push(*namespace);
            }
        }
        for (declared, namespace) in &tag.own_declarations {
            self.out.push(' ');
            self.name_and_value(declared, namespace);
        }
        let order =
            |attribute: &Attribute| (attribute.namespace.map_or("", |namespace| namespace.uri), attribute.local);
        tag.attributes.sort_by_key(order);
        for Attribute { namespace, local, value } in &tag.attributes {
            self.out.push(' ');
            if let Some(namespace) = namespace {
                self.out.push_str(namespace.prefix);
                self.out.push(':');
            }
            self.name_and_value(local, value);
        }
        for (qualified, value) in &tag.own_attributes {
            self.out.push(' ');
            self.name_and_value(qualified, value);
        }
        self.out.push('>');
        self.tag = tag;
    }

    fn name_and_value(&mut self, name: &str, value: &str) {
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.escaped(|out| escape_value(value.as_bytes(), out));
        self.out.push('"');
    }

    fn escaped(&mut self, write: impl FnOnce(&mut Text<'_>)) {
        write(&mut Text(&mut self.out));
    }
}

/// Text as an attribute value, between quotation marks of the kind `"`, escaped as Canonical XML §2.3 says: what a reader
/// reads is `value`, with its tabs and line breaks.
///
/// ```
/// assert_eq!(wss_c14n::escape("a<b & \"c\"\n"), "a&lt;b &amp; &quot;c&quot;&#xA;");
/// ```
#[must_use]
pub fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    escape_value(value.as_bytes(), &mut Text(&mut out));
    out
}

/// An attribute for a start tag, with the space before it and its value as [`escape`] writes it.
///
/// ```
/// assert_eq!(wss_c14n::attribute("wsu:Id", "a&b"), " wsu:Id=\"a&amp;b\"");
/// ```
#[must_use]
pub fn attribute(qualified: &str, value: &str) -> String {
    [" ", qualified, "=\"", &escape(value), "\""].concat()
}

/// A string as a sink. The escaping functions cut UTF-8 only at ASCII characters.
pub(crate) struct Text<'a>(pub(crate) &'a mut String);

impl crate::sink::Sink for Text<'_> {
    fn put(&mut self, octets: &[u8]) {
        self.0.push_str(std::str::from_utf8(octets).expect("cut at ASCII characters"));
    }
}

#[cfg(test)]
mod tests {
    use super::{Writer, name};

    #[test]
    fn names_of_the_place_are_written_as_they_are_given() {
        let mut writer = Writer::new();
        writer.start_as("e:Header");
        writer.declare_as("", "urn:a&b");
        writer.declare_as("e", "urn:e");
        writer.attribute("b", "1");
        writer.attribute("a", "<");
        writer.attribute_as("e:role", "\"\n");
        writer.raw("<x/>");
        writer.leaf(name::DS, "KeyName", "k");
        writer.end();
        let ds = name::DS.uri;
        assert_eq!(
            writer.finish(),
            format!(
                "<e:Header xmlns=\"urn:a&amp;b\" xmlns:e=\"urn:e\" a=\"&lt;\" b=\"1\" e:role=\"&quot;&#xA;\"><x/>\
                 <ds:KeyName xmlns:ds=\"{ds}\">k</ds:KeyName></e:Header>"
            )
        );
    }
}
