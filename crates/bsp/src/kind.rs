//! The kinds of tokens that the profile knows, and how a message names each: by an element, by the type of a reference, or
//! by the type of a key identifier. What the profile demands of a kind is in its module of `check/tokens`.

use wss_c14n::{Element, name};
use wss_tokens::{
    Assertion, ENCRYPTED_KEY, ENCRYPTED_KEY_SHA1, KERBEROS_AP_REQ_SHA1, KerberosForm, PKCS7, REL_LICENSE,
    SAML_ASSERTION_ID, SAML_ID, SAML_V1_1, SAML_V2_0, SUBJECT_KEY_IDENTIFIER, SecureConversation, THUMBPRINT_SHA1,
    USERNAME_TOKEN, UsernameToken, X509_PKI_PATH, X509_V1, X509_V3, is_license,
};

/// The profile a token belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    X509,
    X509V1,
    Pkcs7,
    PkiPath,
    Kerberos,
    Username,
    Saml1,
    Saml2,
    Rel,
    EncryptedKey,
    SecurityContext(SecureConversation),
    DerivedKey(SecureConversation),
}

impl Kind {
    /// The kind with this ValueType or TokenType.
    pub(crate) fn of_type(uri: &str) -> Option<Self> {
        let conversations = [SecureConversation::V1_3, SecureConversation::V2005];
        Some(match uri {
            X509_V3 => Self::X509,
            X509_V1 => Self::X509V1,
            PKCS7 => Self::Pkcs7,
            X509_PKI_PATH => Self::PkiPath,
            USERNAME_TOKEN => Self::Username,
            SAML_V1_1 => Self::Saml1,
            SAML_V2_0 => Self::Saml2,
            REL_LICENSE => Self::Rel,
            ENCRYPTED_KEY => Self::EncryptedKey,
            uri if KerberosForm::from_value_type(uri).is_some() => Self::Kerberos,
            uri => {
                let named = |version: &SecureConversation| {
                    let context = (version.context_type() == uri).then_some(Self::SecurityContext(*version));
                    context.or_else(|| (version.derived_key_type() == uri).then_some(Self::DerivedKey(*version)))
                };
                return conversations.iter().find_map(named);
            }
        })
    }

    /// The kind of a token in the message; `None` for a binary token of an unknown type.
    pub(crate) fn of_element(element: Element<'_>) -> Option<Self> {
        if let Some(version) = SecureConversation::of(element, "SecurityContextToken") {
            return Some(Self::SecurityContext(version));
        }
        if let Some(version) = SecureConversation::of(element, "DerivedKeyToken") {
            return Some(Self::DerivedKey(version));
        }
        match element {
            token if token.is(name::WSSE.uri, "BinarySecurityToken") => {
                Self::of_type(&token.attribute("", "ValueType")?)
            }
            token if UsernameToken::is_one(token) => Some(Self::Username),
            token if token.is(name::XENC.uri, "EncryptedKey") => Some(Self::EncryptedKey),
            token if is_license(token) => Some(Self::Rel),
            token if Assertion::is_one(token) => {
                Some(if token.name().namespace == name::SAML2.uri { Self::Saml2 } else { Self::Saml1 })
            }
            _ => None,
        }
    }

    /// The kind of token for this type of key identifier.
    pub(crate) fn of_identifier(value_type: &str) -> Option<Self> {
        Some(match value_type {
            SUBJECT_KEY_IDENTIFIER | THUMBPRINT_SHA1 | X509_V3 => Self::X509,
            ENCRYPTED_KEY_SHA1 => Self::EncryptedKey,
            KERBEROS_AP_REQ_SHA1 => Self::Kerberos,
            SAML_ASSERTION_ID => Self::Saml1,
            SAML_ID => Self::Saml2,
            _ => return None,
        })
    }

    /// The type that the profile gives to a token of this kind. A Kerberos token has one of six.
    pub(crate) fn token_type(self, token: Option<Element<'_>>) -> String {
        match self {
            Self::X509 => X509_V3.to_owned(),
            Self::X509V1 => X509_V1.to_owned(),
            Self::Pkcs7 => PKCS7.to_owned(),
            Self::PkiPath => X509_PKI_PATH.to_owned(),
            Self::Kerberos => {
                let own = token.and_then(|token| token.attribute("", "ValueType"));
                own.map_or_else(|| KerberosForm::Gss.value_type(), |own| own.into_owned())
            }
            Self::Username => USERNAME_TOKEN.to_owned(),
            Self::Saml1 => SAML_V1_1.to_owned(),
            Self::Saml2 => SAML_V2_0.to_owned(),
            Self::Rel => REL_LICENSE.to_owned(),
            Self::EncryptedKey => ENCRYPTED_KEY.to_owned(),
            Self::SecurityContext(version) => version.context_type().to_owned(),
            Self::DerivedKey(version) => version.derived_key_type().to_owned(),
        }
    }

    pub(crate) fn is_saml(self) -> bool {
        matches!(self, Self::Saml1 | Self::Saml2)
    }

    pub(crate) fn is_x509(self) -> bool {
        matches!(self, Self::X509 | Self::X509V1 | Self::Pkcs7 | Self::PkiPath)
    }
}

/// Whether an element is a SAML assertion, perhaps an encrypted one.
pub(crate) fn is_saml(element: Element<'_>) -> bool {
    Assertion::is_one(element) || element.is(name::SAML2.uri, "EncryptedAssertion")
}

/// Whether an element is a token that is a child of a header: one of a kind that the profile knows, or a binary one.
pub(crate) fn is_token(element: Element<'_>) -> bool {
    element.is(name::WSSE.uri, "BinarySecurityToken") || is_saml(element) || Kind::of_element(element).is_some()
}
