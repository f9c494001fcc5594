//! The children of `wsse:UsernameToken` as peers write them: `wsse:Password` and its type, and the two that a digest is made
//! with, which some peers put in another namespace.

use wss_c14n::name::Namespace;
use wss_c14n::{Element, LeafError, base64_decode};
use wss_crypto::Secret;

use crate::error::TokenError;

pub(crate) const PASSWORD_TEXT: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";
pub(crate) const PASSWORD_DIGEST: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";

/// The most octets of a name or a password.
pub(crate) const MAX_TEXT: usize = 1_024;

/// What `wsse:Password` says.
#[derive(Clone)]
pub(crate) struct ClaimedPassword {
    pub(crate) value: ClaimedValue,
    /// Whether its `Type` is a name, and not the identifier of the profile.
    pub(crate) by_name: bool,
}

#[derive(Clone)]
pub(crate) enum ClaimedValue {
    Text(Secret),
    Digest(Vec<u8>),
}

impl ClaimedPassword {
    pub(crate) fn parse(element: Element<'_>) -> Result<Self, TokenError> {
        // The schema has it in no namespace. A qualified Type is another attribute (WCF once wrote one).
        if element.attributes().any(|(attribute, _)| attribute.local == "Type" && !attribute.namespace.is_empty()) {
            return Err(TokenError::QualifiedPasswordType);
        }
        let kind = element.attribute("", "Type");
        let text = element.text()?;
        if text.len() > MAX_TEXT {
            return Err(element.missing("a value of at most 1024 octets").into());
        }
        let (is_digest, by_name) = match kind.as_deref() {
            None | Some(PASSWORD_TEXT) => (false, false),
            Some(PASSWORD_DIGEST) => (true, false),
            // With another separator than `#`, or another profile before it.
            Some(other) if other.is_empty() || other.ends_with("PasswordText") => (false, true),
            Some(other) if other.ends_with("PasswordDigest") => (true, true),
            Some(other) => return Err(TokenError::Unsupported { uri: other.into() }),
        };
        let not_a_digest = || element.missing("base64 of its digest");
        let value = match is_digest {
            false => ClaimedValue::Text(Secret::new(text.as_bytes().to_vec())),
            true => ClaimedValue::Digest(base64_decode(&text, 64).ok_or_else(not_a_digest)?),
        };
        Ok(Self { value, by_name })
    }
}

/// A child of a token by its name: the child of the schema, or else the only child of this name in another namespace. Peers
/// write `wsse:Created` and `wsu:Nonce`, or the namespaces of drafts.
pub(crate) struct Field<'d> {
    own: Option<Element<'d>>,
    other: Option<Element<'d>>,
}

impl<'d> Field<'d> {
    /// # Errors
    /// If there are several in the namespace of the schema.
    pub(crate) fn of(token: Element<'d>, namespace: Namespace, local: &'static str) -> Result<Self, LeafError> {
        let own = token.optional_child(namespace.uri, local)?;
        let mut others = token.children().filter(|child| own.is_none() && child.name().local == local);
        let other = others.next().filter(|_| others.next().is_none());
        Ok(Self { own, other })
    }

    pub(crate) fn is_misnamed(&self) -> bool {
        self.other.is_some()
    }

    /// The child; one in another namespace if `in_any_namespace`.
    pub(crate) fn read(&self, in_any_namespace: bool) -> Option<Element<'d>> {
        self.own.or(self.other.filter(|_| in_any_namespace))
    }
}
