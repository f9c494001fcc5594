//! The facts that a binary security token states about itself, for people who look at a message.

use wss_c14n::{Budget, Element, base64_encode};
use wss_text::WireText;

use crate::error::TokenError;
use crate::kerberos::KerberosToken;
use crate::x509_token::X509Token;

/// A fact that a token states about itself. Nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFact {
    /// What it is, in words.
    pub name: &'static str,
    /// Its value, as the token has it.
    pub value: WireText,
}

/// The facts that a `wsse:BinarySecurityToken` states about itself. The list is empty for a type that is not read here.
///
/// # Errors
/// [`TokenError`] if it is of a type that is read here, and cannot be read.
pub fn binary_token_facts(element: Element<'_>, budget: &Budget) -> Result<Vec<TokenFact>, TokenError> {
    if KerberosToken::is_one(element) {
        let ticket = KerberosToken::parse(element)?;
        return Ok(vec![TokenFact { name: "Kerberos ticket with SHA-1", value: base64_encode(&ticket.sha1()).into() }]);
    }
    let token = match X509Token::parse(element, budget) {
        Err(TokenError::Unsupported { .. }) => return Ok(Vec::new()),
        read => read?,
    };
    let certificate = token.certificate();
    Ok(vec![
        TokenFact { name: "subject", value: WireText::of(certificate.subject()) },
        TokenFact { name: "issuer", value: WireText::of(certificate.issuer()) },
        TokenFact { name: "serial", value: certificate.serial_decimal().into() },
    ])
}
