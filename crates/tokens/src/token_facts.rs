//! The facts that a binary security token states about itself, for people who look at a message.

use wss_c14n::{Budget, Element, base64_encode};
use wss_text::WireText;

use crate::error::TokenError;
use crate::kerberos::KerberosToken;
use crate::x509_token::X509Token;

/// The facts that a `wsse:BinarySecurityToken` states about itself: names, and a value for each. Nothing of it is
/// verified. The list is empty for a type that is not read here.
///
/// # Errors
/// [`TokenError`] if it is of a type that is read here, and cannot be read.
pub fn binary_token_facts(element: Element<'_>, budget: &Budget) -> Result<Vec<(&'static str, WireText)>, TokenError> {
    if KerberosToken::is_one(element) {
        let ticket = KerberosToken::parse(element)?;
        return Ok(vec![("Kerberos ticket with SHA-1", base64_encode(&ticket.sha1()).into())]);
    }
    let token = match X509Token::parse(element, budget) {
        Err(TokenError::Unsupported { .. }) => return Ok(Vec::new()),
        read => read?,
    };
    let certificate = token.certificate();
    Ok(vec![
        ("subject", WireText::of(certificate.subject())),
        ("issuer", WireText::of(certificate.issuer())),
        ("serial", certificate.serial_decimal().into()),
    ])
}
