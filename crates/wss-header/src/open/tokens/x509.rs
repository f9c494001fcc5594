//! `wsse:BinarySecurityToken` with certificates (X.509 Token Profile 1.1.1). Which of the certificates that a message brings
//! may sign is decided in `keys/certificate`.

use wss_c14n::{Element, id_of_other_name, indexed_id_of};
use wss_tokens::X509Token;

use super::kind::TokenKind;
use crate::error::OpenError;
use crate::open::facts::{Facts, SeenToken};
use crate::open::terms::Terms;
use crate::open::unjudged::is_ignored;
use crate::waiver::Waiver;

pub(super) struct X509;

impl TokenKind for X509 {
    fn is_one(&self, element: Element<'_>) -> bool {
        X509Token::is_one(element)
    }

    fn note(&self, token: Element<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<(), OpenError> {
        note_certificate(token, terms, facts)
    }
}

/// Notes a token with certificates. With [`Waiver::TokenTypesByName`], its type may be absent, a bare name, or that of other
/// certificates: the octets decide.
pub(super) fn note_certificate(token: Element<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<(), OpenError> {
    if facts.tokens.iter().any(|known| known.span == token.span()) {
        return Ok(());
    }
    let by_name = terms.receiver.waives(Waiver::TokenTypesByName);
    let read = match X509Token::parse_shaped(token, by_name, &terms.receiver.trust, &terms.budget) {
        Ok(read) => read,
        Err(error) => {
            let error = error.into();
            if !is_ignored(&error, terms.receiver) {
                return Err(error);
            }
            facts.ignore_unjudged(token, &error);
            return Ok(());
        }
    };
    let other = || id_of_other_name(token).filter(|_| terms.receiver.waives(Waiver::IdsByOtherNames));
    facts.tokens.push(SeenToken {
        id: indexed_id_of(token).or_else(other).map(|id| id.into_owned()),
        value_type: read.value_type(),
        certificate: read.certificate().clone(),
        others: read.others().to_vec(),
        span: token.span(),
    });
    Ok(())
}
