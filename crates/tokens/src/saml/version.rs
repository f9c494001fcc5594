//! The versions of assertions, and their types as tokens (SAML Token Profile 1.1.1).

use wss_c14n::{Element, name};

use crate::error::TokenError;

/// Type of a SAML 1.1 assertion that is referred to as a token.
pub const SAML_V1_1: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1";
/// Type of a SAML 2.0 assertion that is referred to as a token.
pub const SAML_V2_0: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0";

/// The version of an assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SamlVersion {
    /// SAML 1.1.
    V1_1,
    /// SAML 2.0.
    V2_0,
}

impl SamlVersion {
    /// Both versions.
    pub const ALL: [Self; 2] = [Self::V1_1, Self::V2_0];

    /// Its token type.
    #[must_use]
    pub const fn token_type(self) -> &'static str {
        match self {
            Self::V1_1 => SAML_V1_1,
            Self::V2_0 => SAML_V2_0,
        }
    }

    /// The namespace of its assertions.
    #[must_use]
    pub const fn namespace(self) -> name::Namespace {
        match self {
            Self::V1_1 => name::SAML,
            Self::V2_0 => name::SAML2,
        }
    }

    /// The version of an assertion; [`TokenError::Unsupported`] for other versions, and for other elements.
    pub(super) fn of(element: Element<'_>) -> Result<Self, TokenError> {
        let attribute = |local: &'static str| element.required_attribute("", local);
        let known = match element.is(name::SAML2.uri, "Assertion") {
            true => (attribute("Version")? == "2.0").then_some(Self::V2_0),
            false if element.is(name::SAML.uri, "Assertion") => {
                (attribute("MajorVersion")? == "1" && attribute("MinorVersion")? == "1").then_some(Self::V1_1)
            }
            false => None,
        };
        known.ok_or_else(|| TokenError::Unsupported { uri: element.name().to_string().into() })
    }
}
