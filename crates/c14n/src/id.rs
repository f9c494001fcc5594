//! Ids: one index per revision, over every kind of Id a SOAP message can carry.
//!
//! `wsu:Id` and `xml:id` on any element, `Id` on elements of XML Signature, XML Encryption and XAdES, the ids of SAML
//! assertions, and `Id` on a SOAP Body, header block, timestamp or token that has no other share one space of values. A
//! document with one value on two elements is refused, even if nothing refers to it: signature wrapping needs two elements
//! with one Id.

use std::borrow::Cow;
use std::collections::HashMap;

use wss_text::Slice as _;

use crate::chars::is_blank;
use crate::document::{Document, NodeId};
use crate::element::Element;
use crate::error::IdError;
use crate::name::{self, ExpandedName};
use crate::tape::Attribute;

/// The largest number of octets that an Id may have.
const MAX_ID_OCTETS: usize = 256;

/// The elements of one document by Id.
///
/// ```
/// use wss_c14n::{Document, IdError, IdIndex, Limits};
///
/// let document = Document::parse("<a><b xml:id='one'/></a>", &Limits::default())?;
/// let ids = IdIndex::build(&document)?;
/// assert_eq!(ids.get("one").map(|element| element.qualified_name()), Some("b"));
///
/// let twice = Document::parse("<a><b xml:id='one'/><c xml:id='one'/></a>", &Limits::default())?;
/// assert!(matches!(IdIndex::build(&twice), Err(IdError::Duplicate { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct IdIndex<'a> {
    document: &'a Document<'a>,
    ids: HashMap<Cow<'a, str>, NodeId>,
}

impl std::fmt::Debug for IdIndex<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdIndex").field("ids", &self.ids.len()).finish()
    }
}

impl<'a> IdIndex<'a> {
    /// Collects the Ids of `document`.
    ///
    /// # Errors
    /// [`IdError::Duplicate`] if a value occurs twice in any of the kinds, [`IdError::TwoOnOneElement`],
    /// [`IdError::Length`], [`IdError::Blank`].
    ///
    /// # Specification
    /// SOAP Message Security 1.1.1 §4 (Ids), BSP R3204.
    pub fn build(document: &'a Document<'a>) -> Result<Self, IdError> {
        Self::build_as(document, &[], false)
    }

    /// As [`IdIndex::build`]; an attribute `Id`, `ID` or `id` in any namespace, or in none, is an Id, too, where `Id` without a
    /// prefix is one: on the Body, a header block, a timestamp or a token that has no other; and without a prefix beside its
    /// `wsu:Id`.
    ///
    /// # Errors
    /// As [`IdIndex::build`].
    pub fn build_with_other_names(document: &'a Document<'a>) -> Result<Self, IdError> {
        Self::build_as(document, &[], true)
    }

    /// As [`IdIndex::build`]; attributes without a prefix that `more` names are Ids, too, on every element.
    ///
    /// For XML Signature documents whose vocabularies use other names for Ids. A SOAP receiver does not need it.
    ///
    /// # Errors
    /// As [`IdIndex::build`].
    pub fn build_with(document: &'a Document<'a>, more: &[&str]) -> Result<Self, IdError> {
        Self::build_as(document, more, false)
    }

    fn build_as(document: &'a Document<'a>, more: &[&str], by_other_names: bool) -> Result<Self, IdError> {
        let has_declared = !document.declared_ids.is_empty();
        let any_name = has_declared || !more.is_empty();
        // `id` without a prefix, which many vocabularies have, is an Id only by another name.
        let is_plain = |attribute: &Attribute| {
            let name = document.source().slice(attribute.name_span());
            !attribute.is_prefixed() && name.ends_with("id")
        };
        let may_be_id = |attribute: &Attribute| {
            any_name || attribute.name.written.may_be_id() && (by_other_names || !is_plain(attribute))
        };
        // Reserves room for all of them: a table that grows is copied, and needs twice its memory while it is copied.
        let mut ids = HashMap::with_capacity(document.elements_with(may_be_id).count());
        for element in document.elements_with(may_be_id) {
            let mut own = None;
            for (attribute, value) in element.attributes_with(may_be_id) {
                let named = (attribute.namespace.is_empty() && more.contains(&attribute.local))
                    || (has_declared && is_declared(element, attribute));
                let is_other = || by_other_names && is_other_id(element, attribute, &value);
                if !named && !is_id(element, attribute) && !is_unprefixed_id(element, attribute, &value) && !is_other()
                {
                    continue;
                }
                if own.replace(attribute).is_some_and(|first| !are_both_ids(first, attribute)) {
                    return Err(IdError::TwoOnOneElement { element: element.path().into() });
                }
                if value.is_empty() || value.len() > MAX_ID_OCTETS {
                    return Err(IdError::Length { element: element.path().into(), allowed: MAX_ID_OCTETS });
                }
                if value.bytes().any(is_blank) {
                    return Err(IdError::Blank { id: value.into() });
                }
                if let Some(other) = ids.get(value.as_ref()).filter(|other| **other != element.id()) {
                    let first = document.element(*other).map(Element::path).unwrap_or_default();
                    let places = Box::new([first.into(), element.path().into()]);
                    return Err(IdError::Duplicate { id: value.into(), places });
                }
                ids.insert(value, element.id());
            }
        }
        Ok(Self { document, ids })
    }

    /// The element whose Id is `id`, compared octet by octet.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Element<'a>> {
        self.ids.get(id).and_then(|node| self.document.element(*node))
    }

    /// Whether an element has this Id.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// The Ids in no particular order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.keys().map(AsRef::as_ref)
    }
}

/// The Id of an element, by whichever attribute. An `Id` without a prefix counts only on elements whose schema declares it.
#[must_use]
pub fn id_of(element: Element<'_>) -> Option<Cow<'_, str>> {
    element.attributes().find(|(attribute, _)| is_id(element, *attribute)).map(|(_, value)| value)
}

/// As [`id_of`], and `Id` without a prefix where an [`IdIndex`] counts it: on the Body, a header block, a timestamp or a token.
#[must_use]
pub fn indexed_id_of(element: Element<'_>) -> Option<Cow<'_, str>> {
    let unprefixed = || element.attributes().find(|(attribute, value)| is_unprefixed_id(element, *attribute, value));
    id_of(element).or_else(|| unprefixed().map(|(_, value)| value))
}

/// The Id that an element has by a name that only [`IdIndex::build_with_other_names`] counts.
#[must_use]
pub fn id_of_other_name(element: Element<'_>) -> Option<Cow<'_, str>> {
    element.attributes().find(|(attribute, value)| is_other_id(element, *attribute, value)).map(|(_, value)| value)
}

/// Whether a DOCTYPE declared an attribute of `element` to be an Id. The declaration has both names as they are
/// written.
fn is_declared(element: Element<'_>, attribute: ExpandedName<'_>) -> bool {
    let declared = element.document().declared_ids.get(element.qualified_name());
    let is_attribute = |name: &String| match name.split_once(':') {
        Some((_, local)) => !attribute.namespace.is_empty() && local == attribute.local,
        None => attribute.namespace.is_empty() && name == attribute.local,
    };
    declared.is_some_and(|names| names.iter().any(is_attribute))
}

/// Whether an attribute of `element` is an Id. Only expanded names decide that.
fn is_id(element: Element<'_>, attribute: ExpandedName<'_>) -> bool {
    match (attribute.namespace, attribute.local) {
        (namespace, "Id") if namespace == name::WSU.uri => true,
        (name::XML, "id") => true,
        ("", "Id") => {
            let namespace = element.name().namespace;
            [name::DS.uri, name::XENC.uri, name::DSIG11.uri, name::XENC11.uri].contains(&namespace)
                || namespace.starts_with("http://uri.etsi.org/01903/")
        }
        ("", "ID") => element.name().namespace == name::SAML2.uri,
        ("", "AssertionID") => element.is(name::SAML.uri, "Assertion"),
        _ => false,
    }
}

/// Whether an element may have these two Ids: older WSS4J writes a `wsu:Id` on a `ds:Signature` beside its `Id`, and others
/// on an assertion beside its own.
fn are_both_ids(first: ExpandedName<'_>, second: ExpandedName<'_>) -> bool {
    let is_wsu = |name: ExpandedName<'_>| name.namespace == name::WSU.uri && name.local == "Id";
    let is_plain =
        |name: ExpandedName<'_>| name.namespace.is_empty() && ["Id", "ID", "id", "AssertionID"].contains(&name.local);
    (is_wsu(first) && is_plain(second)) || (is_plain(first) && is_wsu(second))
}

/// Whether an attribute is an `Id` without a prefix on the Body, a header block, a timestamp or a token that has no other Id, as
/// node-soap and others write it. Applications may use the name, too, so a value that cannot be an Id is not taken for one.
fn is_unprefixed_id(element: Element<'_>, attribute: ExpandedName<'_>, value: &str) -> bool {
    attribute.namespace.is_empty()
        && attribute.local == "Id"
        && (1..=MAX_ID_OCTETS).contains(&value.len())
        && !value.bytes().any(is_blank)
        && is_part(element)
        && id_of(element).is_none()
}

/// Whether an attribute is an Id by another name on an element that has none: `ID`, `id`, `s:Id`, or one of a draft; or one
/// without a prefix beside a `wsu:Id`.
fn is_other_id(element: Element<'_>, attribute: ExpandedName<'_>, value: &str) -> bool {
    ["Id", "ID", "id"].contains(&attribute.local)
        && (1..=MAX_ID_OCTETS).contains(&value.len())
        && !value.bytes().any(is_blank)
        && is_part(element)
        && (indexed_id_of(element).is_none() || is_beside_wsu_id(element, attribute))
}

/// Whether an attribute without a prefix is beside the `wsu:Id` of its element: an element may be known by both.
fn is_beside_wsu_id(element: Element<'_>, attribute: ExpandedName<'_>) -> bool {
    attribute.namespace.is_empty() && element.attribute(name::WSU.uri, "Id").is_some()
}

/// Whether an element is at the place of the Body, of a header block, or of a timestamp or token in a Security header.
fn is_part(element: Element<'_>) -> bool {
    let is_soap =
        |element: Element<'_>, local| element.is(name::SOAP11.uri, local) || element.is(name::SOAP12.uri, local);
    let is_in_envelope = |element: Element<'_>| {
        element.parent().is_some_and(|parent| parent.parent().is_none() && is_soap(parent, "Envelope"))
    };
    let is_block = |element: Element<'_>| {
        element.parent().is_some_and(|parent| is_soap(parent, "Header") && is_in_envelope(parent))
    };
    let is_in_security = |element: Element<'_>| {
        element.parent().is_some_and(|parent| parent.is(name::WSSE.uri, "Security") && is_block(parent))
    };
    let is_ours = element.is(name::WSU.uri, "Timestamp") || element.name().namespace == name::WSSE.uri;
    let is_child = is_ours && is_in_security(element);
    (is_soap(element, "Body") && is_in_envelope(element)) || is_block(element) || is_child
}
