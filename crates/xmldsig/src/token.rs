//! The STR Dereference Transform: the signature covers the token that a `wsse:SecurityTokenReference` identifies (SOAP
//! Message Security 1.1.1 §8.3).
//!
//! Only the undisputed case is supported: the reference is the apex of the signed data and is dereferenced once. Peers
//! read the rule about the default namespace differently. [`DereferencedToken::readings`] has every reading, and each
//! of them identifies the same token.
//!
//! Not here: which token a reference identifies. The caller answers that through
//! [`Dereference::token`](crate::Dereference::token).

use wss_c14n::{Budget, Canonicalization, CanonicalizeError, Element, Subset, Writer, name};
use wss_text::shown;

/// The identifier of the transform.
pub const STR_TRANSFORM: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform";
const BASE64_BINARY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

/// The token that a reference identifies.
#[derive(Clone, PartialEq, Eq)]
pub enum DereferencedToken<'d> {
    /// An element of the message.
    Element(Element<'d>),
    /// A token that is not in the message, as the octets of a BinarySecurityToken of this type.
    Octets {
        /// `@ValueType`.
        value_type: String,
        /// The token.
        octets: Vec<u8>,
    },
}

impl std::fmt::Debug for DereferencedToken<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Element(token) => f.debug_tuple("Element").field(token).finish(),
            Self::Octets { value_type, octets } => {
                let octets = wss_text::octets(octets);
                f.debug_struct("Octets").field("value_type", &shown(value_type)).field("octets", &octets).finish()
            }
        }
    }
}

impl DereferencedToken<'_> {
    /// The output of the transform for `reference`: first as the specification says, then in the readings of peers that
    /// differ.
    ///
    /// # Errors
    /// [`CanonicalizeError`].
    pub fn readings(
        &self,
        reference: Element<'_>,
        canonicalization: &Canonicalization,
        budget: &Budget,
    ) -> Result<Vec<Vec<u8>>, CanonicalizeError> {
        match self {
            Self::Element(token) => element_readings(*token, canonicalization, budget),
            Self::Octets { value_type, octets } => Ok(octets_readings(reference, value_type, octets)),
        }
    }
}

fn element_readings(
    token: Element<'_>,
    canonicalization: &Canonicalization,
    budget: &Budget,
) -> Result<Vec<Vec<u8>>, CanonicalizeError> {
    let subset = Subset::subtree(token).without_comments();
    let plain = canonicalization.to_octets(&subset, budget)?;
    if token.namespace_of_prefix("").is_none() {
        // There is no default namespace in scope: the apex declares its absence (step 5 of the transform). Metro omits
        // the declaration.
        let name_end = 1 + token.qualified_name().len();
        let (before, after) = plain.split_at(name_end.min(plain.len()));
        return Ok(vec![[before, b" xmlns=\"\"", after].concat(), plain]);
    }
    // WSS4J writes a default namespace that is in scope, even if the token does not use it.
    let mut prefixes: Vec<&str> =
        canonicalization.prefixes().iter().map(|p| if p.is_empty() { "#default" } else { p }).collect();
    prefixes.push("#default");
    let with_default = canonicalization.clone().inclusive_prefixes(&prefixes.join(" ")).to_octets(&subset, budget)?;
    Ok(vec![plain, with_default])
}

/// A BinarySecurityToken with the prefix of the reference and without a namespace context. WSS4J copies an
/// EncodingType, and does not support a reference without a prefix.
fn octets_readings(reference: Element<'_>, value_type: &str, octets: &[u8]) -> Vec<Vec<u8>> {
    let written = |prefix: &str, has_encoding: bool| {
        let mut writer = Writer::new();
        if prefix.is_empty() {
            writer.start_as("BinarySecurityToken");
        } else {
            writer.start_as(&format!("{prefix}:BinarySecurityToken"));
            writer.declare_as("", "");
        }
        writer.declare_as(prefix, name::WSSE.uri);
        if has_encoding {
            writer.attribute("EncodingType", BASE64_BINARY);
        }
        writer.attribute("ValueType", value_type);
        writer.base64(octets);
        writer.end();
        writer.finish().into_bytes()
    };
    let prefix = reference.prefix();
    let mut readings = vec![written(prefix, false), written(prefix, true)];
    if prefix.is_empty() {
        readings.extend([written(name::WSSE.prefix, false), written(name::WSSE.prefix, true)]);
    }
    readings
}
