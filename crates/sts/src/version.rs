//! The versions of WS-Trust, and the identifiers of each.

use wss_c14n::name::Namespace;
use wss_tokens::SecureConversation;

/// A version of WS-Trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustVersion {
    /// 1.3 and 1.4 of OASIS, which have one namespace.
    V1_3,
    /// WS-Trust of February 2005, as WCF and old stacks use it.
    V2005,
}

impl TrustVersion {
    /// Its namespace.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::V1_3 => "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
            Self::V2005 => "http://schemas.xmlsoap.org/ws/2005/02/trust",
        }
    }

    /// The version of WS-SecureConversation that belongs to it.
    #[must_use]
    pub const fn secure_conversation(self) -> SecureConversation {
        match self {
            Self::V1_3 => SecureConversation::V1_3,
            Self::V2005 => SecureConversation::V2005,
        }
    }

    pub(crate) const fn name(self) -> Namespace {
        Namespace { prefix: "wst", uri: self.namespace() }
    }

    /// The identifier that consists of the namespace and this end.
    pub(crate) fn identifier(self, rest: &str) -> String {
        format!("{}/{rest}", self.namespace())
    }

    /// The key type of a token without a key. The one of 2005 is from the Identity Selector profile.
    pub(crate) fn bearer(self) -> String {
        match self {
            Self::V1_3 => self.identifier("Bearer"),
            Self::V2005 => "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey".to_owned(),
        }
    }
}

/// The type of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenType {
    /// A SAML 1.1 assertion.
    Saml11,
    /// A SAML 2.0 assertion.
    Saml2,
    /// A security context (WS-SecureConversation).
    SecurityContext,
    /// Another type, by its URI.
    Other(String),
}

impl TokenType {
    pub(crate) fn uri(&self, version: TrustVersion) -> &str {
        match self {
            Self::Saml11 => "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1",
            Self::Saml2 => "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0",
            Self::SecurityContext => version.secure_conversation().context_type(),
            Self::Other(uri) => uri,
        }
    }
}
