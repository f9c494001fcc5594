//! Subjects of assertions: their names, qualifiers and session ends.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use wss_c14n::Element;
use wss_text::shown;

use super::version::SamlVersion;
use crate::error::TokenError;
use crate::instant::parse_date_time;

/// The name of a subject, as the issuer writes it. Its qualifiers and its format are parts of it: `ann` of one domain is not
/// `ann` of another. Display shows the value alone, escaped.
///
/// # Specification
/// `saml2:NameID` (SAML 2.0 core §2.2.2 and §2.2.3) or `saml:NameIdentifier` (SAML 1.1 core §2.4.2.2).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SamlName {
    value: String,
    format: Option<String>,
    qualifier: Option<String>,
    sp_qualifier: Option<String>,
}

impl SamlName {
    pub(super) fn read(element: Element<'_>) -> Result<Self, TokenError> {
        let attribute = |local: &str| element.attribute("", local).map(Cow::into_owned);
        Ok(Self {
            value: element.string()?.into_owned(),
            format: attribute("Format"),
            qualifier: attribute("NameQualifier"),
            sp_qualifier: attribute("SPNameQualifier"),
        })
    }

    /// The value alone. Under another qualifier, it may be the name of someone else.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// `Format`: the kind of name, such as a mail address.
    #[must_use]
    pub fn format(&self) -> Option<&str> {
        self.format.as_deref()
    }

    /// `NameQualifier`: the domain of the name.
    #[must_use]
    pub fn qualifier(&self) -> Option<&str> {
        self.qualifier.as_deref()
    }

    /// `SPNameQualifier`: the service for which the name is made; SAML 2.0 only.
    #[must_use]
    pub fn sp_qualifier(&self) -> Option<&str> {
        self.sp_qualifier.as_deref()
    }

    /// The value, if neither a qualifier nor a format other than *unspecified* is part of the name.
    #[must_use]
    pub fn unqualified(&self) -> Option<&str> {
        const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
        let is_plain = self.qualifier.is_none() && self.sp_qualifier.is_none();
        let is_plain = is_plain && self.format.as_deref().is_none_or(|format| format == UNSPECIFIED);
        is_plain.then_some(&self.value)
    }
}

impl fmt::Display for SamlName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", shown(&self.value))
    }
}

impl fmt::Debug for SamlName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SamlName")
            .field("value", &shown(&self.value))
            .field("format", &self.format.as_deref().map(shown))
            .field("qualifier", &self.qualifier.as_deref().map(shown))
            .field("sp_qualifier", &self.sp_qualifier.as_deref().map(shown))
            .finish()
    }
}

/// The session of the subject at its issuer, as the statements describe it.
#[derive(Clone, Copy, Default)]
pub(super) struct Session {
    /// The latest time at which the subject authenticated.
    pub(super) began: Option<SystemTime>,
    /// The earliest `SessionNotOnOrAfter`.
    pub(super) until: Option<SystemTime>,
}

impl Session {
    /// Reads the statements of an assertion about authentication.
    pub(super) fn read(assertion: Element<'_>, version: SamlVersion) -> Result<Self, TokenError> {
        let (local, began) = match version {
            SamlVersion::V1_1 => ("AuthenticationStatement", "AuthenticationInstant"),
            SamlVersion::V2_0 => ("AuthnStatement", "AuthnInstant"),
        };
        let mut session = Self::default();
        for statement in assertion.children_named(version.namespace().uri, local) {
            let instant = |local: &str| {
                let text = statement.attribute("", local);
                text.map(|text| parse_date_time(local, &text).map(|written| written.instant)).transpose()
            };
            session.began = session.began.max(instant(began)?);
            // Only SAML 2.0 has it.
            if let Some(end) = instant("SessionNotOnOrAfter")? {
                session.until = Some(session.until.map_or(end, |known| known.min(end)));
            }
        }
        Ok(session)
    }
}
