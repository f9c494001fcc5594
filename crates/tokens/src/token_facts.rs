//! The facts that a token states about itself, for people who look at a message: a binary security token, and an assertion.

use wss_c14n::{Budget, Element, base64_encode};
use wss_text::WireText;

use crate::error::TokenError;
use crate::kerberos::KerberosToken;
use crate::saml::Assertion;
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

/// The largest number of audiences, confirmations and attributes of an assertion that are told.
const MOST: usize = 16;

/// The facts that an assertion of SAML 1.1 or 2.0 states about itself, as they are written: its issuer, its subject, for how long
/// and for whom it is valid, how the sender confirms that it is the subject, and the names of its attributes. The list is
/// empty for another element.
#[must_use]
pub fn assertion_facts(element: Element<'_>) -> Vec<TokenFact> {
    if !Assertion::is_one(element) {
        return Vec::new();
    }
    let saml = element.name().namespace;
    let attribute = |of: Element<'_>, local: &str| of.attribute("", local).map(|value| WireText::from(&*value));
    let text = |of: Element<'_>| of.text_if_plain().map(|text| WireText::from(text.trim()));
    let inside = || element.descendants_and_self().filter(|inner| inner.name().namespace == saml);
    let all = |local: &'static str| inside().filter(move |inner| inner.name().local == local).take(MOST);
    let mut facts = Vec::new();
    let mut add = |name, value: Option<WireText>| facts.extend(value.map(|value| TokenFact { name, value }));
    let issuer = element.children_named(saml, "Issuer").next();
    add("issuer", attribute(element, "Issuer").or_else(|| issuer.and_then(text)));
    let subject = all("Subject").flat_map(Element::children).find(|child| is_name(*child));
    add("subject", subject.and_then(text));
    let conditions = element.children_named(saml, "Conditions").next();
    add("valid from", conditions.and_then(|conditions| attribute(conditions, "NotBefore")));
    add("valid until", conditions.and_then(|conditions| attribute(conditions, "NotOnOrAfter")));
    all("Audience").for_each(|audience| add("for", text(audience)));
    // Of SAML 2.0, and of 1.1.
    all("SubjectConfirmation").for_each(|confirmation| add("confirmed by", attribute(confirmation, "Method")));
    all("ConfirmationMethod").for_each(|method| add("confirmed by", text(method)));
    all("Attribute").for_each(|one| {
        add("attribute", attribute(one, "Name").or_else(|| attribute(one, "AttributeName")));
    });
    facts
}

fn is_name(element: Element<'_>) -> bool {
    matches!(element.name().local, "NameID" | "NameIdentifier")
}
