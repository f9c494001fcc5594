//! Attributes of the subject, as the issuer states them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use wss_c14n::{Budget, Element, Limit};
use wss_text::shown;

use super::version::SamlVersion;
use crate::error::TokenError;

/// An attribute of the subject, as the issuer states it. The format is a part of its name: issuers use it to tell what they
/// verified from what the subject says.
#[derive(Clone, PartialEq, Eq)]
pub struct SamlAttribute {
    name: String,
    format: Option<String>,
    values: Vec<String>,
}

impl std::fmt::Debug for SamlAttribute {
    /// Values are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, format, values } = self;
        let format = format.as_deref().map(shown);
        f.debug_struct("SamlAttribute")
            .field("name", &shown(name))
            .field("format", &format)
            .field("values", &values.len())
            .finish()
    }
}

impl SamlAttribute {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `NameFormat` of SAML 2.0, or `AttributeNamespace` of SAML 1.1.
    #[must_use]
    pub fn format(&self) -> Option<&str> {
        self.format.as_deref()
    }

    /// Its plain-text values, in the order of the assertion.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }
}

/// Attributes with plain-text values. For others, read the XML. What several statements say of one attribute is one list.
pub(super) fn attributes(
    assertion: Element<'_>,
    version: SamlVersion,
    budget: &Budget,
) -> Result<Vec<SamlAttribute>, TokenError> {
    let saml = version.namespace().uri;
    let (named, formatted) = match version {
        SamlVersion::V1_1 => ("AttributeName", "AttributeNamespace"),
        SamlVersion::V2_0 => ("Name", "NameFormat"),
    };
    let mut found: Vec<SamlAttribute> = Vec::new();
    let mut places: HashMap<(String, Option<String>), usize> = HashMap::new();
    let mut count = 0;
    for statement in assertion.children().filter(|child| child.is(saml, "AttributeStatement")) {
        for attribute in statement.children().filter(|child| child.is(saml, "Attribute")) {
            let name = attribute.required_attribute("", named)?.into_owned();
            let values = attribute.children().filter(|child| child.is(saml, "AttributeValue"));
            count += 1 + values.clone().count();
            budget.check(Limit::AssertionAttributes, count)?;
            let values: Result<Vec<String>, _> = values
                .filter(|value| value.children().next().is_none())
                .map(|value| value.text().map(|text| text.into_owned()))
                .collect();
            let format = attribute.attribute("", formatted).map(Cow::into_owned);
            match places.entry((name, format)) {
                Entry::Occupied(place) => {
                    if let Some(known) = found.get_mut(*place.get()) {
                        known.values.extend(values?);
                    }
                }
                Entry::Vacant(place) => {
                    let (name, format) = place.key().clone();
                    place.insert(found.len());
                    found.push(SamlAttribute { name, format, values: values? });
                }
            }
        }
    }
    Ok(found)
}
