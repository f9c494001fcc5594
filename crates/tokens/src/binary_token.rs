//! The parts that every `wsse:BinarySecurityToken` has: a type, which says what its octets are, and an encoding (SOAP
//! Message Security 1.1.1 §6.3). The modules of the kinds of tokens read the octets.

use std::borrow::Cow;

use wss_c14n::{Element, Writer, name};

use crate::error::TokenError;
use crate::value_type::BASE64_BINARY;

/// Whether an element is a `wsse:BinarySecurityToken` whose `@ValueType` satisfies `fits`.
#[must_use]
pub fn is_binary_token(element: Element<'_>, fits: impl Fn(&str) -> bool) -> bool {
    element.is(name::WSSE.uri, "BinarySecurityToken")
        && element.attribute("", "ValueType").is_some_and(|value_type| fits(&value_type))
}

/// The `@ValueType` of a `wsse:BinarySecurityToken`, which is the type of its octets.
///
/// # Errors
/// [`TokenError::Encoding`] if the octets are not in base64; [`TokenError::Structure`] if it has no type.
pub fn binary_token_type<'d>(element: Element<'d>) -> Result<Cow<'d, str>, TokenError> {
    if let Some(encoding) = element.attribute("", "EncodingType").filter(|uri| uri != BASE64_BINARY) {
        return Err(TokenError::Encoding { uri: encoding.into() });
    }
    Ok(element.required_attribute("", "ValueType")?)
}

/// Writes a `wsse:BinarySecurityToken` with these octets.
pub fn write_binary_token(writer: &mut Writer, id: &str, value_type: &str, octets: &[u8]) {
    writer.start(name::WSSE, "BinarySecurityToken");
    writer.attribute("EncodingType", BASE64_BINARY);
    writer.attribute("ValueType", value_type);
    writer.attribute_in(name::WSU, "Id", id);
    writer.base64(octets);
    writer.end();
}
