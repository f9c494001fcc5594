//! Transforms: the closed list of transforms between a reference and its digest (BSP R5423).
//!
//! The list has canonicalisation, the enveloped-signature transform, the STR Dereference Transform, and the transforms
//! of attachments. On documents other than SOAP, a policy may admit [`Filter`]s. XSLT and the decryption transform are never
//! run: they run a program of the sender, or make unclear what is signed.

use wss_c14n::{Budget, Canonicalization, CanonicalizationMethod, Element, Writer, name};

use crate::algorithm_role::AlgorithmRole;
use crate::error::SignatureError;
use crate::filter::{Filter, FilterMethod};
use crate::parameters::{canonicalization_of, parse_canonicalization};
use crate::token::STR_TRANSFORM;

/// `ds:Transform`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transform {
    /// A canonicalisation.
    Canonicalization(Canonicalization),
    /// Removes the signature itself from the signed data (XML Signature 1.1 §6.6.4).
    EnvelopedSignature,
    /// Replaces a `wsse:SecurityTokenReference` by the token that it identifies, with the canonicalisation of its
    /// parameter.
    SecurityTokenReference(Canonicalization),
    /// An attachment: its content, or the complete attachment with its header (SwA Profile 1.1.1 §4.4). No other
    /// transform may be beside it.
    Attachment {
        /// Whether the header is covered.
        complete: bool,
    },
    /// Selects nodes by XPath, or decodes base64. Only on documents, and only if a policy admits it.
    Filter(Filter),
}

/// The identifier of XSLT, which is never run.
const XSLT: &str = "http://www.w3.org/TR/1999/REC-xslt-19991116";
/// The identifier of the transform that covers the content of an attachment.
pub const ATTACHMENT_CONTENT: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Signature-Transform";
/// The identifier of the transform that covers an attachment with its header.
pub const ATTACHMENT_COMPLETE: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Complete-Signature-Transform";

/// The identifier of the enveloped-signature transform.
pub const ENVELOPED_SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

impl Transform {
    pub(crate) fn parse(element: Element<'_>, budget: &Budget) -> Result<Self, SignatureError> {
        let uri = element.required_attribute("", "Algorithm")?;
        let without_parameters = match uri.as_ref() {
            ENVELOPED_SIGNATURE => Some(Self::EnvelopedSignature),
            ATTACHMENT_CONTENT => Some(Self::Attachment { complete: false }),
            ATTACHMENT_COMPLETE => Some(Self::Attachment { complete: true }),
            _ => None,
        };
        if let Some(transform) = without_parameters {
            return match element.children().next() {
                None => Ok(transform),
                Some(_) => Err(SignatureError::Parameters { uri: uri.into() }),
            };
        }
        if uri == STR_TRANSFORM {
            return parse_str_transform(element, budget).map(Self::SecurityTokenReference);
        }
        if uri == XSLT {
            return Err(SignatureError::Xslt);
        }
        if let Some(method) = FilterMethod::from_uri(&uri) {
            return Filter::parse(method, element).map(Self::Filter);
        }
        match CanonicalizationMethod::from_uri(&uri) {
            Some(method) => canonicalization_of(method, element, budget).map(Self::Canonicalization),
            None => Err(SignatureError::UnknownAlgorithm { role: AlgorithmRole::Transform, uri: uri.into() }),
        }
    }

    /// The canonicalisation, if it is one.
    pub(crate) fn canonicalization(&self) -> Option<&Canonicalization> {
        match self {
            Self::Canonicalization(canonicalization) => Some(canonicalization),
            Self::EnvelopedSignature | Self::SecurityTokenReference(_) | Self::Attachment { .. } | Self::Filter(_) => {
                None
            }
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.start(name::DS, "Transform");
        match self {
            Self::EnvelopedSignature => writer.attribute("Algorithm", ENVELOPED_SIGNATURE),
            // This library makes no signature with a filter.
            Self::Filter(filter) => writer.attribute("Algorithm", filter.method().uri()),
            Self::Attachment { complete: false } => writer.attribute("Algorithm", ATTACHMENT_CONTENT),
            Self::Attachment { complete: true } => writer.attribute("Algorithm", ATTACHMENT_COMPLETE),
            Self::Canonicalization(canonicalization) => {
                writer.attribute("Algorithm", canonicalization.method().uri());
                write_prefix_list(writer, canonicalization);
            }
            Self::SecurityTokenReference(canonicalization) => {
                writer.attribute("Algorithm", STR_TRANSFORM);
                writer.start(name::WSSE, "TransformationParameters");
                writer.start(name::DS, "CanonicalizationMethod");
                writer.attribute("Algorithm", canonicalization.method().uri());
                write_prefix_list(writer, canonicalization);
                writer.end();
                writer.end();
            }
        }
        writer.end();
    }
}

/// The only parameter of the STR-Transform: the canonicalisation of the token (BSP R3065).
fn parse_str_transform(element: Element<'_>, budget: &Budget) -> Result<Canonicalization, SignatureError> {
    let wrong = || SignatureError::NoTokenCanonicalization;
    let only = |parent: Element<'_>, namespace: &str, local: &str| {
        let mut children = parent.children();
        children.next().is_some_and(|child| child.is(namespace, local)) && children.next().is_none()
    };
    if !only(element, name::WSSE.uri, "TransformationParameters") {
        return Err(wrong());
    }
    let parameters = element.children().next().ok_or_else(wrong)?;
    if !only(parameters, name::DS.uri, "CanonicalizationMethod") || parameters.attributes().next().is_some() {
        return Err(wrong());
    }
    parse_canonicalization(parameters.children().next().ok_or_else(wrong)?, budget)
}

/// Writes `ec:InclusiveNamespaces`, unless the list is empty (BSP R5406, R5407, R5413).
pub(crate) fn write_prefix_list(writer: &mut Writer, canonicalization: &Canonicalization) {
    if canonicalization.prefixes().is_empty() {
        return;
    }
    let prefixes = canonicalization.prefixes().iter().map(|p| if p.is_empty() { "#default" } else { p.as_str() });
    writer.start(name::EC, "InclusiveNamespaces");
    writer.attribute("PrefixList", prefixes.collect::<Vec<_>>().join(" "));
    writer.end();
}
