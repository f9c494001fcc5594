//! `wsse:BinarySecurityToken` of a type that no other kind knows. It is evidence that something was ignored, and matters
//! only if something refers to it: then the message is refused.

use wss_c14n::{Element, Limit, name};
use wss_tokens::binary_token_type;

use super::kind::TokenKind;
use crate::error::OpenError;
use crate::open::facts::Facts;
use crate::open::terms::Terms;

pub(super) struct UnknownBinary;

impl TokenKind for UnknownBinary {
    fn is_one(&self, element: Element<'_>) -> bool {
        element.is(name::WSSE.uri, "BinarySecurityToken")
    }

    fn note(&self, token: Element<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<(), OpenError> {
        terms.budget.charge(Limit::Tokens, 1)?;
        let value_type = binary_token_type(token)?;
        facts.ignored.push(value_type.into());
        Ok(())
    }
}
