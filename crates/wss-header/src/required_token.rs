//! The tokens that a receiver can require.

use std::fmt;

use wss_c14n::{Element, name};
use wss_tokens::SamlVersion;

use crate::signer::Signer;

/// A token that may authenticate a message: for [`Requirements::any_token_of`](crate::Requirements::any_token_of).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequiredToken {
    /// As [`Requirements::username_token`](crate::Requirements::username_token).
    Username,
    /// As [`Requirements::x509_token`](crate::Requirements::x509_token).
    X509,
    /// As [`Requirements::kerberos_token`](crate::Requirements::kerberos_token).
    Kerberos,
    /// As [`Requirements::saml_token`](crate::Requirements::saml_token).
    Saml(SamlVersion),
}

impl RequiredToken {
    /// Whether a signature by `signer` is one by this token.
    pub(crate) fn is_of(self, signer: &Signer) -> bool {
        match self {
            Self::Username => matches!(signer, Signer::User(_)),
            Self::X509 => signer.certificate().is_some(),
            Self::Kerberos => matches!(signer, Signer::Kerberos { .. }),
            Self::Saml(version) => matches!(signer, Signer::Assertion(of) if of.issued.version() == version),
        }
    }

    /// Whether an element of a message is such a token.
    pub(crate) fn is_one(self, element: Element<'_>) -> bool {
        match self {
            Self::Username => element.is(name::WSSE.uri, "UsernameToken"),
            Self::X509 => element.is(name::DS.uri, "Signature"),
            Self::Kerberos => element.is(name::WSSE.uri, "BinarySecurityToken"),
            Self::Saml(version) => element.is(version.namespace().uri, "Assertion"),
        }
    }

    pub(crate) fn words(tokens: &[Self]) -> String {
        tokens.iter().map(Self::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// As errors name it.
impl fmt::Display for RequiredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Username => "username",
            Self::X509 => "X.509",
            Self::Kerberos => "Kerberos",
            Self::Saml(SamlVersion::V1_1) => "SAML 1.1",
            Self::Saml(SamlVersion::V2_0) => "SAML 2.0",
        })
    }
}
