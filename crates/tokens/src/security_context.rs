//! `wsc:SecurityContextToken`: identifies a secret that both sides agreed on before (WS-SecureConversation 1.3 §2).

use wss_c14n::{Element, Writer, name};
use wss_crypto::Secret;
use wss_text::shown;

use crate::derived_key::SecureConversation;
use crate::error::TokenError;

const MAX_IDENTIFIER: usize = 2_048;

/// Looks up the secrets of security contexts.
pub trait SecurityContexts: Send + Sync {
    /// The secret of the context `identifier`; `instance` identifies a renewed key. `None` for a context that is
    /// unknown or has ended.
    fn secret(&self, identifier: &str, instance: Option<&str>) -> Option<Secret>;
}

impl<F: Fn(&str, Option<&str>) -> Option<Secret> + Send + Sync> SecurityContexts for F {
    fn secret(&self, identifier: &str, instance: Option<&str>) -> Option<Secret> {
        self(identifier, instance)
    }
}

/// A security context token in a header. It identifies a secret but does not contain one.
#[derive(Clone)]
pub struct SecurityContextToken<'d> {
    element: Element<'d>,
    version: SecureConversation,
    identifier: String,
    instance: Option<String>,
}

impl std::fmt::Debug for SecurityContextToken<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecurityContextToken")
            .field("element", &self.element)
            .field("version", &self.version)
            .field("identifier", &shown(&self.identifier))
            .field("instance", &self.instance.as_deref().map(shown))
            .finish()
    }
}

impl<'d> SecurityContextToken<'d> {
    /// Whether an element is a `wsc:SecurityContextToken` of either version.
    #[must_use]
    pub fn is_one(element: Element<'_>) -> bool {
        SecureConversation::of(element, "SecurityContextToken").is_some()
    }

    /// Reads a `wsc:SecurityContextToken`: one Identifier, at most one Instance.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse(element: Element<'d>) -> Result<Self, TokenError> {
        let version = SecureConversation::of(element, "SecurityContextToken");
        let version = version.ok_or_else(|| TokenError::Unsupported { uri: element.name().to_string().into() })?;
        let wsc = version.namespace().uri;
        let identifier = element.required_child(wsc, "Identifier")?.any_uri()?.into_owned();
        if identifier.is_empty() || identifier.len() > MAX_IDENTIFIER {
            return Err(element.missing("a wsc:Identifier of 1 to 2048 octets").into());
        }
        let instance = match element.optional_child(wsc, "Instance")? {
            Some(child) => Some(child.string()?.into_owned()),
            None => None,
        };
        Ok(Self { element, version, identifier, instance })
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// Its version of WS-SecureConversation.
    #[must_use]
    pub fn version(&self) -> SecureConversation {
        self.version
    }

    /// `wsc:Identifier`.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// `wsc:Instance`.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }
}

/// Writes a token in canonical form, as a document of its own.
#[must_use]
pub fn write_security_context(
    version: SecureConversation,
    id: &str,
    identifier: &str,
    instance: Option<&str>,
) -> String {
    let wsc = version.namespace();
    let mut writer = Writer::new();
    writer.start(wsc, "SecurityContextToken");
    writer.attribute_in(name::WSU, "Id", id);
    writer.leaf(wsc, "Identifier", identifier);
    if let Some(instance) = instance {
        writer.leaf(wsc, "Instance", instance);
    }
    writer.end();
    writer.finish()
}
