//! `wsse:BinarySecurityToken` with certificates (X.509 Token Profile 1.1.1). Which of the certificates that a message brings
//! may sign is decided in `keys/certificate`.

use wss_c14n::{Element, Limit, id_of};
use wss_tokens::X509Token;

use super::kind::TokenKind;
use crate::error::OpenError;
use crate::open::facts::{Facts, SeenToken};
use crate::open::terms::Terms;

pub(super) struct X509;

impl TokenKind for X509 {
    fn is_one(&self, element: Element<'_>) -> bool {
        X509Token::is_one(element)
    }

    fn note(&self, token: Element<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<(), OpenError> {
        if facts.tokens.iter().any(|known| known.span == token.span()) {
            return Ok(());
        }
        terms.budget.charge(Limit::Tokens, 1)?;
        let read = X509Token::parse(token, &terms.budget)?;
        facts.tokens.push(SeenToken {
            id: id_of(token).map(|id| id.into_owned()),
            value_type: read.value_type().to_owned(),
            certificate: read.certificate().clone(),
            others: read.others().to_vec(),
            span: token.span(),
        });
        Ok(())
    }
}
