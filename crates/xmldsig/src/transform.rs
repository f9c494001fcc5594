//! Transforms: the closed list of what may stand between a reference and its digest (BSP R5423).
//!
//! Canonicalisation, and the enveloped-signature transform. XSLT, XPath, base64 and the decryption transform are
//! not on the list: they run what a stranger wrote, or make unclear what is signed.

use wss_c14n::{Canonicalization, CanonicalizationMethod, Element, Writer, name};

use crate::error::SignatureError;
use crate::signed_info::canonicalization_of;

/// `ds:Transform`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transform {
    /// A canonicalisation.
    Canonicalization(Canonicalization),
    /// Leaves the signature itself out of what it signs (XML Signature 1.1 §6.6.4).
    EnvelopedSignature,
}

/// The identifier of the enveloped-signature transform.
pub const ENVELOPED_SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

impl Transform {
    pub(crate) fn parse(element: Element<'_>) -> Result<Self, SignatureError> {
        let uri = element.required_attribute("", "Algorithm")?;
        if uri == ENVELOPED_SIGNATURE {
            return match element.children().next() {
                None => Ok(Self::EnvelopedSignature),
                Some(_) => Err(SignatureError::Parameters { uri: uri.into_owned() }),
            };
        }
        match CanonicalizationMethod::from_uri(&uri) {
            Some(method) => canonicalization_of(method, element).map(Self::Canonicalization),
            None => Err(SignatureError::UnknownAlgorithm { uri: uri.into_owned() }),
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.start(name::DS, "Transform");
        match self {
            Self::EnvelopedSignature => writer.attribute("Algorithm", ENVELOPED_SIGNATURE),
            Self::Canonicalization(canonicalization) => {
                writer.attribute("Algorithm", canonicalization.method().uri());
                write_prefix_list(writer, canonicalization);
            }
        }
        writer.end();
    }
}

/// `ec:InclusiveNamespaces`, left out where the list is empty (BSP R5406, R5407, R5413).
pub(crate) fn write_prefix_list(writer: &mut Writer, canonicalization: &Canonicalization) {
    if canonicalization.prefixes().is_empty() {
        return;
    }
    let prefixes = canonicalization.prefixes().iter().map(|p| if p.is_empty() { "#default" } else { p.as_str() });
    writer.start(name::EC, "InclusiveNamespaces");
    writer.attribute("PrefixList", prefixes.collect::<Vec<_>>().join(" "));
    writer.end();
}
