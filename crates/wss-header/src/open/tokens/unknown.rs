//! `wsse:BinarySecurityToken` of a type that no other kind knows. It is noted as ignored. If something refers to it,
//! the message is refused.

use wss_c14n::{Element, name};
use wss_tokens::X509Token;

use super::kind::TokenKind;
use super::x509::note_certificate;
use crate::error::OpenError;
use crate::open::facts::Facts;
use crate::open::terms::Terms;
use crate::waiver::Waiver;

pub(super) struct UnknownBinary;

impl TokenKind for UnknownBinary {
    fn is_one(&self, element: Element<'_>) -> bool {
        element.is(name::WSSE.uri, "BinarySecurityToken")
    }

    fn note(&self, token: Element<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<(), OpenError> {
        if terms.receiver.waives(Waiver::TokenTypesByName) && X509Token::is_by_name(token) {
            return note_certificate(token, terms, facts);
        }
        let value_type = token.attribute("", "ValueType").unwrap_or_default();
        facts.ignored.push(value_type.as_ref().into());
        Ok(())
    }
}
