//! Parts: the things in a message that are signed, encrypted or required.

use std::fmt;

use wss_text::shown;

/// A part of a message.
///
/// ```
/// use wss_header::Part;
///
/// assert_eq!(Part::parse("Body"), Some(Part::Body));
/// assert_eq!(Part::parse("{urn:a}Order"), Some(Part::header_block("urn:a", "Order")));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Part {
    /// The SOAP Body. Encryption applies to its content.
    Body,
    /// The `wsu:Timestamp` of our Security header.
    Timestamp,
    /// The signatures of earlier steps.
    Signature,
    /// The username token of our Security header.
    UsernameToken,
    /// The token that brings, or names, the key of the signature: a certificate, an EncryptedKey, a security context, a
    /// license.
    SigningToken,
    /// The SAML assertions of our Security header.
    Assertion,
    /// The `wsse11:SignatureConfirmation`s of a reply.
    SignatureConfirmation,
    /// All attachments of the package.
    Attachments,
    /// A header block.
    HeaderBlock {
        /// Its namespace.
        namespace: String,
        /// Its local name.
        local: String,
    },
    /// The element with this Id, at any place. Only for signing and encrypting: an Id proves no place.
    Id(String),
}

impl Part {
    /// The header block with this expanded name.
    #[must_use]
    pub fn header_block(namespace: impl Into<String>, local: impl Into<String>) -> Self {
        Self::HeaderBlock { namespace: namespace.into(), local: local.into() }
    }

    /// Reads `Body`, `Timestamp`, `Signature`, `UsernameToken`, `SigningToken`, `Assertion`, `SignatureConfirmation`, `Attachments`,
    /// `{namespace}local` or `#id`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Body" => Some(Self::Body),
            "Timestamp" => Some(Self::Timestamp),
            "Signature" => Some(Self::Signature),
            "UsernameToken" => Some(Self::UsernameToken),
            "SigningToken" => Some(Self::SigningToken),
            "Assertion" => Some(Self::Assertion),
            "SignatureConfirmation" => Some(Self::SignatureConfirmation),
            "Attachments" => Some(Self::Attachments),
            _ => {
                if let Some(id) = text.strip_prefix('#').filter(|id| !id.is_empty()) {
                    return Some(Self::Id(id.to_owned()));
                }
                let (namespace, local) = text.strip_prefix('{')?.split_once('}')?;
                (!local.is_empty()).then(|| Self::header_block(namespace, local))
            }
        }
    }
}

impl fmt::Debug for Part {
    /// As in its Display: names of a message are escaped, and cut if they are long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Part {
    /// In the form that [`Part::parse`] reads. Names that are long or not plainly visible are cut and escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("Body"),
            Self::Timestamp => f.write_str("Timestamp"),
            Self::Signature => f.write_str("Signature"),
            Self::UsernameToken => f.write_str("UsernameToken"),
            Self::SigningToken => f.write_str("SigningToken"),
            Self::Assertion => f.write_str("Assertion"),
            Self::SignatureConfirmation => f.write_str("SignatureConfirmation"),
            Self::Attachments => f.write_str("Attachments"),
            Self::HeaderBlock { namespace, local } => write!(f, "{{{}}}{}", shown(namespace), shown(local)),
            Self::Id(id) => write!(f, "#{}", shown(id)),
        }
    }
}
