//! Parts: the things in a message that are signed, encrypted or required.

use std::fmt;

use wss_c14n::name::Namespace;
use wss_c14n::{Budget, Element, Exceeded, Limit, name};
use wss_text::shown;

use crate::element_path::ElementPath;

/// A part of a message.
///
/// ```
/// use wss_header::{ElementPath, Part};
///
/// assert_eq!(Part::parse("Body"), Some(Part::Body));
/// assert_eq!(Part::parse("{urn:a}Order"), Some(Part::header_block("urn:a", "Order")));
/// let card = ElementPath::in_body([("urn:a", "Order"), ("urn:a", "card")]);
/// assert_eq!(Part::parse("element:Body/{urn:a}Order/{urn:a}card"), Some(Part::element(card)));
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
    /// The only header block of this name. A receiver that requires it refuses a message with a second one, since the
    /// second need not be signed.
    HeaderBlock {
        /// Its namespace.
        namespace: String,
        /// Its local name.
        local: String,
    },
    /// Every header block of this name; there must be at least one. As for [`Part::EveryElement`], their order and
    /// their number are not proven.
    EveryHeaderBlock {
        /// Their namespace.
        namespace: String,
        /// Their local name.
        local: String,
    },
    /// The only element with this path, inside the Body or a header block.
    ///
    /// A signature over it proves its octets, and a receiver that requires it finds those octets at this path of the
    /// message that it received. The elements around it are not signed: neither their attributes and their other
    /// content are proven, nor that the signer wrote the element below elements of these names.
    Element(ElementPath),
    /// Every element with this path; there must be at least one. Their order and their number are not proven, unless
    /// the signature covers an element around them as well.
    EveryElement(ElementPath),
    /// The element with this Id, at any place. Only for signing and encrypting: an Id proves no place.
    Id(String),
}

impl Part {
    /// The only header block with this expanded name.
    #[must_use]
    pub fn header_block(namespace: impl Into<String>, local: impl Into<String>) -> Self {
        Self::HeaderBlock { namespace: namespace.into(), local: local.into() }
    }

    /// Every header block with this expanded name; there must be at least one.
    #[must_use]
    pub fn every_header_block(namespace: impl Into<String>, local: impl Into<String>) -> Self {
        Self::EveryHeaderBlock { namespace: namespace.into(), local: local.into() }
    }

    /// The only element with this path, inside the Body or a header block.
    #[must_use]
    pub fn element(path: ElementPath) -> Self {
        Self::Element(path)
    }

    /// Every element with this path; there must be at least one.
    #[must_use]
    pub fn every_element(path: ElementPath) -> Self {
        Self::EveryElement(path)
    }

    /// The part for an element that is a header block. Its namespace may be longer than all of the block: it is charged
    /// before it is kept.
    ///
    /// # Errors
    /// [`Exceeded`].
    pub(crate) fn of_block(block: Element<'_>, budget: &Budget) -> Result<Self, Exceeded> {
        let (namespace, local) = (block.name().namespace, block.name().local);
        budget.charge(Limit::KeptOctets, (namespace.len() + local.len()) as u64)?;
        Ok(Self::header_block(namespace, local))
    }

    /// The path of its element or elements; `None` for other parts.
    pub(crate) fn path(&self) -> Option<&ElementPath> {
        match self {
            Self::Element(path) | Self::EveryElement(path) => Some(path),
            _ => None,
        }
    }

    /// Whether its header blocks have the name of `element`; false for other parts.
    pub(crate) fn names_block(&self, element: Element<'_>) -> bool {
        match self {
            Self::HeaderBlock { namespace, local } | Self::EveryHeaderBlock { namespace, local } => {
                element.is(namespace, local)
            }
            _ => false,
        }
    }

    /// Whether it is found by its place in each message, and a message may have none of it, or several.
    pub(crate) fn is_counted(&self) -> bool {
        let is_block = matches!(self, Self::HeaderBlock { .. } | Self::EveryHeaderBlock { .. });
        is_block || self.path().is_some()
    }

    /// Whether a message may have it or not, so that it can be required if present.
    pub(crate) fn may_be_absent(&self) -> bool {
        match self {
            Self::Body | Self::Signature | Self::SigningToken | Self::Id(_) => false,
            Self::Timestamp
            | Self::UsernameToken
            | Self::Assertion
            | Self::SignatureConfirmation
            | Self::Attachments
            | Self::HeaderBlock { .. }
            | Self::EveryHeaderBlock { .. }
            | Self::Element(_)
            | Self::EveryElement(_) => true,
        }
    }

    /// Reads `Body`, `Timestamp`, `Signature`, `UsernameToken`, `SigningToken`, `Assertion`, `SignatureConfirmation`,
    /// `Attachments`, `{namespace}local`, `every:{namespace}local`, `#id`, or `element:` or `every:element:` and the text of an
    /// [`ElementPath`].
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
                if let Some(path) = text.strip_prefix("element:") {
                    return ElementPath::parse(path).ok().map(Self::Element);
                }
                if let Some(path) = text.strip_prefix("every:element:") {
                    return ElementPath::parse(path).ok().map(Self::EveryElement);
                }
                if let Some(id) = text.strip_prefix('#').filter(|id| !id.is_empty()) {
                    return Some(Self::Id(id.to_owned()));
                }
                let (name, is_every) = text.strip_prefix("every:").map_or((text, false), |name| (name, true));
                let (namespace, local) = name.strip_prefix('{')?.split_once('}')?;
                let block = if is_every { Self::every_header_block } else { Self::header_block };
                (!local.is_empty()).then(|| block(namespace, local))
            }
        }
    }

    /// What a sender does so that there is such a part, in words for an error.
    pub(crate) fn how_to_have(&self) -> &'static str {
        match self {
            Self::Timestamp => "add one with `Recipe::timestamp`",
            Self::UsernameToken => "add one with `Recipe::username`",
            Self::Assertion => "add one with `Recipe::token`",
            Self::SigningToken => "choose ReferenceForm::Direct, or another reference with a token",
            Self::Signature => "sign in an earlier step",
            Self::SignatureConfirmation => {
                "answer the request whose signatures are to be confirmed with `Outgoing::answering`"
            }
            Self::Attachments => "send some with `Outgoing::attachments`",
            Self::Id(_) => {
                "no element has this Id in an attribute that is one without a schema, as wsu:Id is; write it there"
            }
            _ => "put it into the envelope, or name it as a part to take if it is present",
        }
    }

    /// If the part names a child of the Security header as if that were a header block: advice for an error on the word
    /// to use in its place. Otherwise empty.
    pub(crate) fn word_instead(&self) -> String {
        let (Self::HeaderBlock { namespace, local } | Self::EveryHeaderBlock { namespace, local }) = self else {
            return String::new();
        };
        let is = |known: Namespace, word: &str| *namespace == known.uri && local == word;
        let word = match () {
            () if is(name::WSSE, "UsernameToken") => Self::UsernameToken,
            () if is(name::WSSE, "BinarySecurityToken") => Self::SigningToken,
            () if is(name::WSU, "Timestamp") => Self::Timestamp,
            () if is(name::DS, "Signature") => Self::Signature,
            () if is(name::SAML, "Assertion") || is(name::SAML2, "Assertion") => Self::Assertion,
            () if is(name::WSSE11, "SignatureConfirmation") => Self::SignatureConfirmation,
            () => return String::new(),
        };
        format!("; it is no header block, but inside the Security header: name it by the word {word} alone")
    }
}

impl fmt::Debug for Part {
    /// As in its Display: names of a message are escaped, and cut if they are long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Part {
    /// Writes the form that [`Part::parse`] reads. Names that are long or not plainly visible are cut and escaped.
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
            Self::EveryHeaderBlock { namespace, local } => write!(f, "every:{{{}}}{}", shown(namespace), shown(local)),
            Self::Element(path) => write!(f, "element:{path}"),
            Self::EveryElement(path) => write!(f, "every:element:{path}"),
            Self::Id(id) => write!(f, "#{}", shown(id)),
        }
    }
}
