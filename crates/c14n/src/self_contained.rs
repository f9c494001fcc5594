//! Self-contained pieces: an element, or the content of one, with the declarations that make it mean the same wherever it is
//! put.
//!
//! Each top-level element of the piece declares the namespaces in scope that it uses (`used` says what a use is), and only those:
//! a declaration that many elements repeat can make a short document long. What is added is charged before it is written.

use std::borrow::Cow;
use std::ops::Range;

use wss_budget::{Budget, Exceeded, Limit};
use wss_text::Slice as _;

use crate::element::Element;
use crate::inclusive::{fixed_up_base, joined_bases, nearest};
use crate::name;
use crate::reader;
use crate::scope::{push_declaration, push_value};
use crate::used::Uses;

/// The declarations and attributes of ancestors that a piece of a document takes along when it is cut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeAlong {
    /// The namespaces that it uses. The canonical form of the piece in its old place does not change.
    Namespaces,
    /// These namespaces, and `xml:lang`, `xml:space` and `xml:base` of the ancestors. Canonical forms contain added
    /// attributes, so a digest of the piece in its old place no longer matches.
    NamespacesAndXmlAttributes,
}

/// A piece of a document with all that it takes along.
///
/// ```
/// use wss_c14n::{Budget, Document, Limits, TakeAlong};
///
/// let xml = "<p:a xmlns:p='urn:p' xmlns:q='urn:q' xmlns:r='urn:r'><p:b>q:name</p:b></p:a>";
/// let budget = Budget::new(&Limits::default(), xml.len() as u64);
/// let document = Document::parse_within(xml, &budget)?;
/// let content = document.root().self_contained_content(TakeAlong::Namespaces, &budget)?;
/// let mut text = String::with_capacity(content.most_octets());
/// content.push_to(&mut text);
/// assert_eq!(text, r#"<p:b xmlns:p="urn:p" xmlns:q="urn:q" xmlns="">q:name</p:b>"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SelfContained<'a> {
    /// The element, or that whose content is cut out.
    element: Element<'a>,
    /// The element that remains around the piece: none if the element itself is cut out.
    stays: Option<Element<'a>>,
    inherited: Inherited,
    /// A declaration of each namespace in scope, as it follows the name in a start tag.
    declarations: Declarations,
    /// The top-level elements that take declarations along, in order, each with the end of its entries in `taken`.
    tags: Vec<(u32, usize)>,
    /// The indices of declarations.
    taken: Vec<u32>,
    most_octets: usize,
}

impl std::fmt::Debug for SelfContained<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SelfContained").field("element", &self.element).field("most_octets", &self.most_octets).finish()
    }
}

impl<'a> Element<'a> {
    /// Cuts out the element.
    ///
    /// # Errors
    /// [`Exceeded`]: [`Limit::TakenAlongOctets`], before more is added; or [`Limit::Declarations`],
    /// [`Limit::AllDeclarations`], [`Limit::Attributes`], [`Limit::ValueOctets`] or [`Limit::NodesPerKibibyte`], if a reader of
    /// the piece with the same limits would refuse it.
    pub fn self_contained(self, along: TakeAlong, budget: &Budget) -> Result<SelfContained<'a>, Exceeded> {
        Cutting { element: self, stays: None, along, budget }.all()
    }

    /// Cuts out the content of the element. Its own attributes of the `xml` namespace are not repeated, since it remains
    /// around the content. Prefixes in character data outside all elements of the content cannot be declared.
    ///
    /// # Errors
    /// As [`Element::self_contained`].
    pub fn self_contained_content(self, along: TakeAlong, budget: &Budget) -> Result<SelfContained<'a>, Exceeded> {
        Cutting { element: self, stays: Some(self), along, budget }.all()
    }
}

impl SelfContained<'_> {
    /// A number of octets for which [`SelfContained::push_to`] needs no more room.
    #[must_use]
    pub fn most_octets(&self) -> usize {
        self.most_octets
    }

    /// Appends the text.
    pub fn push_to(&self, text: &mut String) {
        let source = self.element.document().source();
        let span = self.span();
        let (mut at, mut first) = (span.start, 0);
        let mut tags = self.tags.iter().peekable();
        for element in self.top_level() {
            let name_end = element.span().start + 1 + element.qualified_name().len();
            text.push_str(source.slice(at..name_end));
            at = name_end;
            if let Some((_, end)) = tags.next_if(|(id, _)| *id == element.id().0) {
                for taken in self.taken.slice(first..*end) {
                    text.push_str(self.declarations.of_entry(*taken as usize));
                }
                first = *end;
            }
            let attributes = self.inherited.by(element);
            attributes.written.iter().for_each(|written| text.push_str(written));
            if let Some(own) = attributes.replaced {
                text.push_str(source.slice(at..own.start));
                at = own.end;
            }
        }
        text.push_str(source.slice(at..span.end));
    }

    fn span(&self) -> Range<usize> {
        if self.stays.is_some() { self.element.content_span() } else { self.element.span() }
    }

    fn top_level(&self) -> impl Iterator<Item = Element<'_>> {
        top_level(self.element, self.stays)
    }
}

/// The element itself, or its children if it stays.
fn top_level<'a>(element: Element<'a>, stays: Option<Element<'a>>) -> impl Iterator<Item = Element<'a>> {
    let alone = stays.is_none().then_some(element);
    alone.into_iter().chain(stays.into_iter().flat_map(Element::children))
}

/// A piece that is being cut out.
struct Cutting<'a, 'b> {
    element: Element<'a>,
    stays: Option<Element<'a>>,
    along: TakeAlong,
    budget: &'b Budget,
}

impl<'a> Cutting<'a, '_> {
    fn all(self) -> Result<SelfContained<'a>, Exceeded> {
        let Self { element, stays, along, budget } = self;
        let tape = &element.document().tape;
        let mut uses = Uses::at(stays.or(element.parent()), element);
        let declarations = Declarations::of(uses.around());
        let inherited = match along {
            TakeAlong::Namespaces => Inherited::default(),
            TakeAlong::NamespacesAndXmlAttributes => Inherited::of(element, stays),
        };
        let span = if stays.is_some() { element.content_span() } else { element.span() };
        let (mut tags, mut taken) = (Vec::new(), Vec::new());
        let mut most_octets = span.len();
        for top in top_level(element, stays) {
            let before = taken.len();
            let own = tape.declarations_of(top.id().0);
            let declares = |prefix: &str| own.iter().any(|own| tape.prefix(tape.pair(own.pair).prefix) == prefix);
            let mut added = 0;
            let used: Vec<usize> = uses.of(top).collect();
            for at in used {
                if uses.around().get(at).is_some_and(|(prefix, _)| !declares(prefix)) {
                    added += declarations.of_entry(at).len();
                    taken.push(at as u32);
                }
            }
            let attributes = inherited.by(top);
            budget.check(Limit::ValueOctets, attributes.base_octets)?;
            added += attributes.written.iter().map(|written| written.len()).sum::<usize>();
            budget.charge(Limit::TakenAlongOctets, added as u64)?;
            let count = taken.len() - before;
            budget.check(Limit::Declarations, own.len() + count)?;
            budget.check(Limit::Attributes, tape.attributes_of(top.id().0).len() + attributes.written.len())?;
            // The reader of the piece sees the declarations of the whole document before and after.
            budget.charge(Limit::AllDeclarations, count as u64)?;
            let all = tape.declarations.len() as u64 + budget.used(Limit::AllDeclarations);
            budget.check_held(Limit::AllDeclarations, all)?;
            most_octets += added;
            if count > 0 {
                tags.push((top.id().0, taken.len()));
            }
        }
        // A reader puts an element around the piece.
        let around = if stays.is_some() { 0 } else { 1 };
        let nodes = tape.nodes.get(element.id().0 as usize).map_or(0, |node| node.next - element.id().0) as usize;
        if nodes + around > reader::max_nodes_of(most_octets, budget.limits()) {
            return Err(budget.exceeded(Limit::NodesPerKibibyte));
        }
        Ok(SelfContained { element, stays, inherited, declarations, tags, taken, most_octets })
    }
}

/// Declarations, one behind the other.
struct Declarations {
    text: String,
    /// The end of each.
    ends: Vec<usize>,
}

impl Declarations {
    fn of(around: &[(&str, &str)]) -> Self {
        let mut text = String::new();
        let ends = around.iter().map(|(prefix, uri)| {
            push_declaration(prefix, uri, &mut text);
            text.len()
        });
        let ends = ends.collect();
        Self { text, ends }
    }

    fn of_entry(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.slice(start..self.ends.get(at).copied().unwrap_or(start))
    }
}

/// The attributes of the `xml` namespace that top-level elements inherit, as they are written, unless they have their own.
#[derive(Default)]
struct Inherited {
    /// `xml:lang` and `xml:space`, by local name.
    nearest: Vec<(String, String)>,
    /// `xml:base`, for an element that has none itself.
    base: Option<Base>,
}

/// An `xml:base` of ancestors.
struct Base {
    written: String,
    octets: usize,
}

impl Base {
    fn of(value: &str) -> Self {
        Self { written: attribute("base", value), octets: value.len() }
    }
}

/// The attributes that one element takes along.
#[derive(Default)]
struct Attributes<'i> {
    written: Vec<Cow<'i, str>>,
    /// The octets of the value of `xml:base`.
    base_octets: usize,
    /// Its own `xml:base`, in the source: the taken one, to which it was joined, is in its place.
    replaced: Option<Range<usize>>,
}

impl Inherited {
    fn of(element: Element<'_>, stays: Option<Element<'_>>) -> Self {
        let nearest = nearest(element, |local| matches!(local, "lang" | "space"));
        let nearest = nearest.into_iter().filter_map(|(local, value)| Some((attribute(&local, &value?), local)));
        // That of an element that stays need not be repeated; those around it need.
        let is_lost = element.ancestors_and_self().skip(1).any(|ancestor| base_of(ancestor).is_some());
        let outer = stays.or(element.parent()).filter(|_| is_lost);
        let base = outer.and_then(|outer| {
            let all: Vec<Cow<'_, str>> = outer.ancestors_and_self().filter_map(base_of).collect();
            joined_bases(all.iter().rev().map(Cow::as_ref))
        });
        let nearest = nearest.map(|(written, local)| (local, written)).collect();
        Self { nearest, base: base.as_deref().map(Base::of) }
    }

    /// Those that `element` takes along.
    fn by(&self, element: Element<'_>) -> Attributes<'_> {
        if self.nearest.is_empty() && self.base.is_none() {
            return Attributes::default();
        }
        let has_none = |local: &str| element.attribute(name::XML, local).is_none();
        let nearest = self.nearest.iter().filter(|(local, _)| has_none(local));
        let mut written: Vec<_> = nearest.map(|(_, written)| Cow::from(written)).collect();
        let Some(base) = &self.base else { return Attributes { written, ..Attributes::default() } };
        let Some(replaced) = written_base(element) else {
            written.push(Cow::from(&base.written));
            return Attributes { written, base_octets: base.octets, replaced: None };
        };
        let base = Base::of(&fixed_up_base(element).unwrap_or_default());
        written.push(Cow::from(base.written));
        Attributes { written, base_octets: base.octets, replaced: Some(replaced) }
    }
}

fn base_of(element: Element<'_>) -> Option<Cow<'_, str>> {
    element.attribute(name::XML, "base")
}

/// Where its own `xml:base` is in the source: from the name to the closing quote.
fn written_base(element: Element<'_>) -> Option<Range<usize>> {
    let tape = &element.document().tape;
    let own = tape.attributes_of(element.id().0).iter().find(|attribute| {
        let written = element.document().source().get(attribute.name_span());
        attribute.is_prefixed() && written == Some("xml:base")
    })?;
    Some(own.name_start as usize..own.value_end as usize + 1)
}

/// An attribute of the `xml` namespace, as it follows the name in a start tag.
fn attribute(local: &str, value: &str) -> String {
    let mut text = format!(" xml:{local}");
    push_value(value, &mut text);
    text
}
